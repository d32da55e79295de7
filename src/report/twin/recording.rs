//! What a twin remembers of a run: every indicator of the city month by month, of the neighbourhoods year by year.
//!
//! Taken from [`Measures`] while the simulation runs and kept in memory. In a city built from real data that is the
//! only way of guarded outcomes out of a simulation: their levels are in no file, and what is made of them here leaves
//! as differences between two runs (models.md E-15).
//!
//! Years are years of the simulation, twelve months from its start. Of a flow a year holds the sum, of anything else
//! (also of rates per year) the mean of the months that have a value.

use crate::indicators::{Indicator, Measures, city_indicators, neighbourhood_indicators};
use crate::sim::Month;

/// Months of a year.
const YEAR: usize = 12;

/// The measures of one run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// First month.
    pub start: Option<Month>,
    /// By indicator of the city: one value per month.
    months: Vec<Vec<f64>>,
    /// By indicator of neighbourhoods, then by year: one value per neighbourhood.
    years: Vec<Vec<Vec<f32>>>,
    /// The year in the making: by indicator, sums and numbers of months.
    sums: Vec<Vec<(f64, u32)>>,
}

impl Recording {
    /// Adds a month.
    pub fn add(&mut self, measures: &Measures) {
        if self.start.is_none() {
            self.start = Some(measures.month);
            self.months = vec![Vec::new(); measures.city.len()];
            self.years = vec![Vec::new(); measures.neighbourhoods.len()];
            self.sums = measures.neighbourhoods.iter().map(|values| vec![(0.0, 0); values.len()]).collect();
        }
        for (months, value) in self.months.iter_mut().zip(&measures.city) {
            months.push(*value);
        }
        for (sums, values) in self.sums.iter_mut().zip(&measures.neighbourhoods) {
            for (sum, value) in sums.iter_mut().zip(values).filter(|(_, value)| value.is_finite()) {
                *sum = (sum.0 + f64::from(*value), sum.1 + 1);
            }
        }
        if self.n_months().is_multiple_of(YEAR) {
            for ((years, sums), i) in self.years.iter_mut().zip(&mut self.sums).zip(neighbourhood_indicators()) {
                years.push(sums.iter().map(|sum| of_year(i, *sum) as f32).collect());
                sums.fill((0.0, 0));
            }
        }
    }

    /// Months recorded.
    pub fn n_months(&self) -> usize {
        self.months.first().map_or(0, Vec::len)
    }

    /// Whole years recorded.
    pub fn n_years(&self) -> usize {
        self.n_months() / YEAR
    }

    /// The city's values of indicator `id` by year.
    pub fn city_years(&self, id: &str) -> Vec<f64> {
        let Some((at, i)) = city_indicators().enumerate().find(|(_, i)| i.id == id) else { return Vec::new() };
        let of = |months: &[f64]| {
            let there = months.iter().filter(|v| v.is_finite());
            of_year(i, there.fold((0.0, 0), |(sum, n), v| (sum + v, n + 1)))
        };
        self.months.get(at).map_or(Vec::new(), |months| months.chunks_exact(YEAR).map(of).collect())
    }

    /// The neighbourhoods' values of indicator `id`: by year, then by neighbourhood.
    pub fn neighbourhood_years(&self, id: &str) -> &[Vec<f32>] {
        let at = neighbourhood_indicators().position(|i| i.id == id);
        at.and_then(|at| self.years.get(at)).map_or(&[], Vec::as_slice)
    }
}

fn of_year(indicator: &Indicator, (sum, n): (f64, u32)) -> f64 {
    match n {
        0 => f64::NAN,
        _ if indicator.adds_up() => sum,
        _ => sum / f64::from(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::toy_town;

    #[test]
    fn years_are_sums_of_flows_and_means_of_the_rest() {
        let city = toy_town::city(60);
        let mut sim = toy_town::simulation(&city, 1);
        let mut recording = Recording::default();
        let mut all = Vec::new();
        for _ in 0..30 {
            sim.step().unwrap();
            let measures = sim.world().resource::<Measures>().clone();
            recording.add(&measures);
            all.push(measures);
        }
        assert_eq!((recording.n_months(), recording.n_years()), (30, 2));
        assert_eq!(recording.start, Some(all[0].month));
        let second = |id: &str| all[12..24].iter().map(|m| m.of_city(id).unwrap()).sum::<f64>();
        assert_eq!(recording.city_years("births")[1], second("births"));
        assert!((recording.city_years("residents")[1] - second("residents") / 12.0).abs() < 1e-9);
        let hood = |id: &str| all[..12].iter().map(|m| f64::from(m.of_neighbourhoods(id).unwrap()[3])).sum::<f64>();
        assert!((f64::from(recording.neighbourhood_years("births")[0][3]) - hood("births")).abs() < 1e-3);
        assert!((f64::from(recording.neighbourhood_years("residents")[0][3]) - hood("residents") / 12.0).abs() < 1e-3);
        assert!(recording.neighbourhood_years("age_mean_y")[1][15].is_nan(), "nobody lives there: not available");
        assert!(recording.city_years("nothing").is_empty());
    }
}
