//! Several runs of one scenario as one: medians and bands over seeds.

use super::chart::Line;
use super::run_data::RunData;
use crate::indicators::indicator;
use crate::sim::Month;

/// Part of the runs that a band leaves out at each side.
const TAIL: f64 = 0.05;

/// With fewer runs a band holds all of them: tails cannot be told.
pub const MIN_FOR_TAILS: usize = 20;

/// Lower and upper edge of the band of one number.
pub fn band(values: &[f64]) -> (f64, f64) {
    let tail = if values.len() < MIN_FOR_TAILS { 0.0 } else { TAIL };
    (quantile(values.iter().copied(), tail), quantile(values.iter().copied(), 1.0 - tail))
}

/// Runs of one scenario that differ in their seed.
#[derive(Clone, Copy)]
pub struct Ensemble<'a> {
    runs: &'a [RunData],
    n_months: usize,
}

impl<'a> Ensemble<'a> {
    /// The months that all of `runs` have; `None` without runs or if they start in different months.
    pub fn of(runs: &'a [RunData]) -> Option<Ensemble<'a>> {
        let n_months = runs.iter().map(|r| r.months.len()).min()?;
        let start = runs[0].months.first()?;
        runs.iter().all(|r| r.months.first() == Some(start)).then_some(Ensemble { runs, n_months })
    }

    /// The runs.
    pub fn runs(&self) -> &'a [RunData] {
        self.runs
    }

    /// Number of runs.
    pub fn n_runs(&self) -> usize {
        self.runs.len()
    }

    /// The months.
    pub fn months(&self) -> &'a [Month] {
        &self.runs[0].months[..self.n_months]
    }

    /// The first month: the start.
    pub fn first(&self) -> Month {
        self.months()[0]
    }

    /// The last month.
    pub fn last(&self) -> Month {
        self.months()[self.n_months - 1]
    }

    /// Ends of the months in years, for the axis of time.
    pub fn times(&self) -> Vec<f64> {
        self.months().iter().map(|m| f64::from(m.0 + 1) / 12.0).collect()
    }

    /// The city's series `id` of each run.
    pub fn series(&self, id: &str) -> Vec<Vec<f64>> {
        self.runs.iter().map(|r| r.series(id)[..self.n_months].to_vec()).collect()
    }

    /// Median and band of the city's series `id`.
    pub fn line(&self, id: &str, label: &str) -> Line {
        summary(&self.series(id), label)
    }

    /// The complete calendar years.
    pub fn years(&self) -> Vec<i32> {
        let months = self.months();
        let full = |m: &&Month| m.month() == 12 && months.contains(&m.plus(-11));
        // The start's December has no events, so that year is not complete even if its months were there.
        months[1..].iter().filter(full).filter(|m| m.plus(-11) > months[0]).map(|m| m.year()).collect()
    }

    /// Sums over each of [`Self::years`] of the city's series `id`, per run; of what does not add up the mean.
    pub fn yearly(&self, id: &str) -> Vec<Vec<f64>> {
        let per = if indicator(id).is_none_or(|i| i.adds_up()) { 1.0 } else { 12.0 };
        let sums = |values: &Vec<f64>| {
            let of_year = |year: &i32| {
                let inside = self.months().iter().zip(values).filter(|(m, _)| m.year() == *year);
                inside.map(|(_, v)| v).sum::<f64>() / per
            };
            self.years().iter().map(of_year).collect()
        };
        self.series(id).iter().map(sums).collect()
    }

    /// Mean over the runs of the neighbourhoods' values of `id` in month number `at`; NaN where any run has none.
    pub fn neighbourhoods(&self, id: &str, at: usize) -> Vec<f64> {
        let n = self.runs[0].codes.len();
        let value = |run: &RunData, i: usize| -> f64 {
            let found = run.neighbourhoods.get(id).and_then(|months| months.get(at)?.get(i));
            found.map_or(f64::NAN, |v| f64::from(*v))
        };
        (0..n).map(|i| self.runs.iter().map(|r| value(r, i)).sum::<f64>() / self.n_runs() as f64).collect()
    }

    /// Number of the last month, for [`Self::neighbourhoods`].
    pub fn at_end(&self) -> usize {
        self.n_months - 1
    }
}

/// Median and, with several runs, [`band`] at every time.
pub fn summary(runs: &[Vec<f64>], label: &str) -> Line {
    let n = runs.first().map_or(0, Vec::len);
    let at = |i: usize| runs.iter().map(|r| r[i]).collect::<Vec<f64>>();
    let bands = if runs.len() > 1 { (0..n).map(|i| band(&at(i))).collect() } else { Vec::new() };
    let (low, high) = bands.into_iter().unzip();
    Line { label: label.into(), values: (0..n).map(|i| quantile(at(i).into_iter(), 0.5)).collect(), low, high }
}

/// Quantile by linear interpolation; NaN if any value is missing.
pub fn quantile(values: impl Iterator<Item = f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    if sorted.is_empty() || sorted.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    sorted.sort_by(f64::total_cmp);
    let at = share * (sorted.len() - 1) as f64;
    let (low, part) = (at.floor() as usize, at.fract());
    sorted[low] + part * (sorted[(low + 1).min(sorted.len() - 1)] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let five = || [3.0, 1.0, 2.0, 5.0, 4.0].into_iter();
        assert_eq!([0.0, 0.5, 0.125, 1.0].map(|q| quantile(five(), q)), [1.0, 3.0, 1.5, 5.0]);
        assert!(quantile([1.0, f64::NAN].into_iter(), 0.5).is_nan());
        assert!(quantile(std::iter::empty(), 0.5).is_nan());
    }

    #[test]
    fn one_run_has_no_band_and_two_have() {
        assert!(summary(&[vec![1.0, 2.0]], "x").low.is_empty());
        let line = summary(&[vec![1.0, 2.0], vec![3.0, 2.0]], "x");
        assert_eq!((line.values, line.low, line.high), (vec![2.0, 2.0], vec![1.0, 2.0], vec![3.0, 2.0]));
        let twenty_one: Vec<Vec<f64>> = (0..21).map(|i| vec![f64::from(i)]).collect();
        let line = summary(&twenty_one, "x");
        assert_eq!((line.values[0], line.low[0], line.high[0]), (10.0, 1.0, 19.0));
    }
}
