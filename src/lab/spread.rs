//! Mean and spread of a result over seeds.

use serde::Serialize;

/// Mean and standard deviation (n − 1; of a single run 0) over seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
}

impl Spread {
    /// Of these values, at least one.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Spread {
        let values: Vec<f64> = values.into_iter().collect();
        let n = values.len().max(1) as f64;
        // Adding 0 turns −0 into 0.
        let mean = values.iter().sum::<f64>() / n + 0.0;
        let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
        Spread { mean, sd: (squares / (n - 1.0).max(1.0)).sqrt() + 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_divides_by_one_less_than_the_number_of_runs() {
        assert_eq!(Spread::of([1.0, 3.0]), Spread { mean: 2.0, sd: 2f64.sqrt() });
        assert_eq!(Spread::of([-0.0, -0.0]).mean.to_bits(), 0);
        assert_eq!(Spread::of([5.0]), Spread { mean: 5.0, sd: 0.0 });
    }
}
