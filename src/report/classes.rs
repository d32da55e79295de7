//! Classes of a map: round limits, and colours that keep their order in grey and for every colour vision.

use super::number::nice;

/// Light to dark, one hue (A).
const SEQUENTIAL: [&str; 5] = ["#e6efe9", "#b5d5d1", "#75b1b3", "#358291", "#0d4c5c"];
/// Brown for less, grey in the middle, blue for more (A).
const DIVERGING: [&str; 5] = ["#9a5518", "#e0b680", "#eeece6", "#96bdd0", "#235f85"];

/// Brown for less, blue for more, nothing in between (A).
const DIFFERENCES: [&str; 6] = ["#8c4a10", "#cf9a57", "#f3dfbc", "#cbe0ec", "#7fb0cc", "#1f5f8b"];

/// Classes: `breaks` lie between them, one fewer than colours.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Limits, ascending; a value on a limit belongs to the class above.
    pub breaks: Vec<f64>,
    /// Colour of each class.
    pub colours: Vec<&'static str>,
    /// All limits are multiples of this: what a legend needs to know how many decimals to write.
    pub step: f64,
}

impl Classes {
    /// Classes with about equally many of `values` each, at round limits; fewer where values hardly differ.
    pub fn sequential(values: &[f64]) -> Classes {
        let sorted = sorted(values);
        let spread = sorted.last().zip(sorted.first()).map_or(0.0, |(a, b)| a - b);
        let mut breaks: Vec<f64> = Vec::new();
        let step = nice(if spread > 0.0 { spread / 40.0 } else { 0.001 });
        if spread > 0.0 {
            for part in 1..SEQUENTIAL.len() {
                let quantile = sorted[(sorted.len() - 1) * part / SEQUENTIAL.len()];
                breaks.push((quantile / step).round() * step);
            }
            breaks.dedup();
        }
        let n = breaks.len() + 1;
        let colours =
            (0..n).map(|i| SEQUENTIAL[if n == 1 { 2 } else { i * (SEQUENTIAL.len() - 1) / (n - 1) }]).collect();
        Classes { breaks, colours, step }
    }

    /// Classes on both sides of zero: about the same, less and more, much less and much more.
    pub fn diverging(values: &[f64]) -> Classes {
        let sizes = sorted(&values.iter().map(|v| v.abs()).collect::<Vec<_>>());
        let large = sizes.get(sizes.len().saturating_sub(1) * 4 / 5).copied().unwrap_or(0.0).max(1e-6);
        let outer = nice(large * 0.7);
        // A fifth or a quarter, whichever is round.
        let inner = nice(outer / 5.0);
        Classes { breaks: vec![-outer, -inner, inner, outer], colours: DIVERGING.to_vec(), step: inner }
    }

    /// Classes of differences that are known not to be zero: three of less and three of more, at round limits of which
    /// about a third of `values` lie beyond the outer ones.
    pub fn differences(values: &[f64]) -> Classes {
        let sizes = sorted(&values.iter().map(|v| v.abs()).collect::<Vec<_>>());
        let large = sizes.get(sizes.len().saturating_sub(1) * 2 / 3).copied().unwrap_or(0.0).max(1e-6);
        let outer = round_down(large);
        let inner = nice(outer / 5.0);
        Classes { breaks: vec![-outer, -inner, 0.0, inner, outer], colours: DIFFERENCES.to_vec(), step: inner }
    }

    /// Class of `value`; `None` if it is missing.
    pub fn class_of(&self, value: f64) -> Option<usize> {
        value.is_finite().then(|| self.breaks.iter().filter(|b| value >= **b).count())
    }

    /// Limits of class `i`: `None` at the open ends.
    pub fn limits(&self, i: usize) -> (Option<f64>, Option<f64>) {
        (i.checked_sub(1).and_then(|i| self.breaks.get(i)).copied(), self.breaks.get(i).copied())
    }

    /// How many of `values` are in each class, and how many are missing.
    pub fn count(&self, values: &[f64]) -> (Vec<usize>, usize) {
        let mut counts = vec![0; self.colours.len()];
        let mut missing = 0;
        for v in values {
            match self.class_of(*v) {
                Some(class) => counts[class] += 1,
                None => missing += 1,
            }
        }
        (counts, missing)
    }
}

/// The largest of 1, 2, 5 times a power of ten that is not above `x`.
fn round_down(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    power * [5.0, 2.0, 1.0].into_iter().find(|s| s * power <= x * 1.001).unwrap_or(1.0)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_one_class_and_missing_has_none() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i * i)).chain([f64::NAN]).collect();
        let classes = Classes::sequential(&values);
        let (counts, missing) = classes.count(&values);
        assert_eq!((counts.iter().sum::<usize>(), missing), (50, 1));
        assert!(counts.iter().all(|n| (8..=12).contains(n)), "{counts:?}");
        assert_eq!(classes.class_of(classes.breaks[0]), Some(1));
    }

    #[test]
    fn equal_values_make_one_class_and_zero_is_in_the_middle() {
        assert_eq!(Classes::sequential(&[3.0; 4]).colours.len(), 1);
        assert_eq!(Classes::sequential(&[]).colours.len(), 1);
        let classes = Classes::diverging(&[-5.0, 0.2, 12.0]);
        assert_eq!(classes.class_of(0.0), Some(2));
        assert_eq!(classes.breaks, [-5.0, -1.0, 1.0, 5.0]);
        assert_eq!((classes.class_of(-99.0), classes.class_of(99.0)), (Some(0), Some(4)));
        let classes = Classes::differences(&[-15.3, 15.6, 0.4]);
        assert_eq!(classes.breaks, [-10.0, -2.0, 0.0, 2.0, 10.0]);
        assert_eq!(
            (classes.class_of(-0.1), classes.class_of(0.1), classes.class_of(12.0)),
            (Some(2), Some(3), Some(5))
        );
    }
}
