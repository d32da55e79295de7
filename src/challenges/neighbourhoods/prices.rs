//! What homes are worth in a neighbourhood now and in the past year: what owners look at before they maintain.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::people::{CHUNK, Dwelling, DwellingStatus};

/// Mean values at the end of the past five quarters, and shares of the stock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// Mean value of a home, €, by quarter (latest last) and neighbourhood.
    quarters: Vec<Vec<f32>>,
    /// Share of homes owned by who lives there.
    pub owned: Vec<f32>,
    /// Share of homes damaged.
    pub damaged: Vec<f32>,
}

/// Counts of one neighbourhood: homes, value, owned, damaged.
const N: usize = 4;

impl Prices {
    /// Looks at all homes. Every three months.
    pub fn look(&mut self, dwellings: &[Dwelling], n: usize) {
        let fold = |mut sum: Vec<u64>, chunk: &[Dwelling]| {
            for d in chunk.iter().filter(|d| d.is_there()) {
                let row = &mut sum[N * usize::from(d.neighbourhood)..][..N];
                row[0] += 1;
                row[1] += (d.value_keur * 1000.0) as u64;
                row[2] += u64::from(d.tenure == crate::city::Tenure::Owner as u8);
                row[3] += u64::from(d.status == DwellingStatus::Damaged as u8);
            }
            sum
        };
        let plus = |mut a: Vec<u64>, b: Vec<u64>| {
            a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
            a
        };
        let none = || vec![0; N * n];
        let sums = dwellings.par_chunks(CHUNK).fold(none, fold).reduce(none, plus);
        let per_home = |of: usize| -> Vec<f32> {
            sums.chunks(N).map(|row| (row[of] as f64 / row[0].max(1) as f64) as f32).collect()
        };
        if self.quarters.len() == 5 {
            self.quarters.remove(0);
        }
        self.quarters.push(per_home(1));
        self.owned = per_home(2);
        self.damaged = per_home(3);
    }

    /// Growth of the mean value over the past year; 0 before there is a year.
    pub fn growth_y(&self, n: usize) -> f64 {
        match self.quarters.as_slice() {
            [first, .., last] if self.quarters.len() == 5 && first[n] > 0.0 => {
                f64::from(last[n]) / f64::from(first[n]) - 1.0
            }
            _ => 0.0,
        }
    }

    /// True once growth over a year is known.
    pub fn is_known(&self) -> bool {
        self.quarters.len() == 5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::DwellingKey;

    #[test]
    fn growth_compares_with_a_year_ago() {
        let home = |value_keur: f32| Dwelling { key: DwellingKey(1), value_keur, ..Dwelling::default() };
        let mut prices = Prices::default();
        for quarter in 0..6 {
            prices.look(&[home(100.0 + 10.0 * quarter as f32), home(200.0), Dwelling::default()], 1);
            assert_eq!(prices.is_known(), quarter >= 4);
        }
        // 150 → (110 + 200)/2 = 155 a year ago, (150 + 200)/2 = 175 now.
        assert!((prices.growth_y(0) - (175.0 / 155.0 - 1.0)).abs() < 1e-6);
        assert_eq!((prices.owned[0], prices.damaged[0]), (1.0, 0.0));
    }
}
