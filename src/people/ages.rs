//! Single years of age at the start, within the five bands that tables give.
//!
//! Weights by role in the household and year of age (A, each from a law of this module):
//!
//! * children of 15 and over thin out as the leaving-home hazard says ([`leaving_level`]); whoever lives on their own
//!   at 15–24 is the other side of that;
//! * parents of 25–44 are the older, the longer it takes to have a first child: σ((x − 31)/3); others thin out with
//!   e^{−(x−25)/14}, for large cities hold more people around 27 than around 40;
//! * in 45–64, families thin out (e^{−(x−45)/7}) and the others fill up, so that all years together are about alike, as
//!   the cohorts of 1960–1980 are;
//! * above 65: survivors of Gompertz mortality, of cohorts that were 2 % larger each year (the post-war births; makes
//!   the mean Dutch age above 65, about 74½).

use super::parameters::DemographyParameters;
use super::rates::{at_home, leaving_level, mortality_y};

/// First ages of the bands of [`crate::city::Marginals::by_age`], and the end of the last.
pub(super) const BANDS: [u8; 6] = [0, 15, 25, 45, 65, 100];

/// Alone.
pub(super) const SINGLE: usize = 0;
/// Couple without children.
pub(super) const COUPLE: usize = 1;
/// Couple with children.
pub(super) const PARENT: usize = 2;
/// Lone parent.
pub(super) const LONE_PARENT: usize = 3;
/// Child.
pub(super) const CHILD: usize = 4;
/// Sharing otherwise.
pub(super) const OTHER: usize = 5;

/// Cumulated shares of single years, by band and role.
pub(super) struct Ages([[Vec<f64>; 6]; 5]);

impl Ages {
    pub(super) fn new(p: &DemographyParameters) -> Ages {
        let home = at_home(leaving_level(p.leaving_home_mean_age_y));
        let mut survivors = [1.0; 100];
        for age in 66..100 {
            let x = age as f64 - 0.5;
            survivors[age] = survivors[age - 1] * libm::exp(-mortality_y(x, p) - 0.02);
        }
        let weight = |band: usize, role: usize, age: usize| -> f64 {
            let x = age as f64;
            match (band, role) {
                (1 | 2, CHILD) => home[age],
                (1, _) => 1.0 - home[age],
                (2, PARENT | LONE_PARENT) => 1.0 / (1.0 + libm::exp(-(x - 31.0) / 3.0)),
                (2, _) => libm::exp(-(x - 25.0) / 14.0),
                (3, PARENT | LONE_PARENT | CHILD) => libm::exp(-(x - 45.0) / 7.0),
                (3, _) => 0.6 + 0.04 * (x - 45.0),
                (4, _) => survivors[age],
                _ => 1.0,
            }
        };
        Ages(std::array::from_fn(|band| {
            std::array::from_fn(|role| {
                let mut sum = 0.0;
                let years = usize::from(BANDS[band])..usize::from(BANDS[band + 1]);
                let mut cumulated: Vec<f64> = years
                    .map(|age| {
                        sum += weight(band, role, age).max(1e-9);
                        sum
                    })
                    .collect();
                cumulated.iter_mut().for_each(|c| *c /= sum);
                cumulated
            })
        }))
    }

    /// The age at quantile `u` of `role` in `band`.
    pub(super) fn draw(&self, band: usize, role: usize, u: f64) -> u8 {
        let cumulated = &self.0[band][role];
        BANDS[band] + cumulated.partition_point(|&sum| sum <= u).min(cumulated.len() - 1) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_stay_in_their_band_and_children_leave() {
        let ages = Ages::new(&DemographyParameters::default());
        for band in 0..5 {
            for role in 0..6 {
                let [low, high] = [0.0, 0.999_999].map(|u| ages.draw(band, role, u));
                assert!(low >= BANDS[band] && high < BANDS[band + 1], "{band} {role}: {low}–{high}");
            }
        }
        // Half of the children of 25–44 who are still at home are under 27: few leave after that, for few are left.
        assert!(ages.draw(2, CHILD, 0.5) < 28, "{}", ages.draw(2, CHILD, 0.5));
        assert!(ages.draw(2, PARENT, 0.5) > ages.draw(2, SINGLE, 0.5) + 3);
    }
}
