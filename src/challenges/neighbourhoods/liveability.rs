//! The liveability score: five dimensions from standard scores of the start (models.md §2.1).
//!
//! `L = Σ w_k d_k`, in standard deviations of the start, with
//! * homes: state of repair − vacancy − overcrowding,
//! * surroundings: green − disorder,
//! * amenities within reach,
//! * cohesion: collective efficacy + company − turnover,
//! * safety: − fear − disorder − incidents.
//!
//! It has the form of the Dutch Leefbaarometer (L: "signalerings- en monitoringsinstrument, geen causaal model") and is
//! *not* that instrument: its weights are not published, ours are 0.2 each (A). The score is an *output only*: nobody
//! in the model reads it except the rule by which a council allots programmes, and that rule's blind spot is what the
//! report's *kantelwijken* are about.

use super::NeighbourhoodParameters;
use crate::challenges::shared::{NeighbourhoodStates, State, spread};

/// Number of dimensions.
pub const N_DIMENSIONS: usize = 5;

/// The dimensions of neighbourhood `n`: homes, surroundings, amenities, cohesion, safety.
pub fn dimensions(states: &NeighbourhoodStates, n: usize) -> [f32; N_DIMENSIONS] {
    let z = |state| spread::z(states, state, n) as f32;
    [
        (z(State::HousingQuality) - z(State::Vacancy) - z(State::Overcrowding)) / 3.0,
        (z(State::Green) - z(State::Disorder)) / 2.0,
        z(State::Amenities),
        (z(State::CollectiveEfficacy) + z(State::Company) - z(State::Turnover)) / 3.0,
        -(z(State::Fear) + z(State::Disorder) + z(State::Victimisation)) / 3.0,
    ]
}

/// The weighted sum of dimensions.
pub fn weighted(d: [f32; N_DIMENSIONS], p: &NeighbourhoodParameters) -> f32 {
    let weights = [
        p.liveability_homes,
        p.liveability_surroundings,
        p.liveability_amenities,
        p.liveability_cohesion,
        p.liveability_safety,
    ];
    d.iter().zip(weights).map(|(d, w)| d * w as f32).sum()
}

/// Mean and standard deviation of `values`; 1 without spread.
pub fn scale(values: &[f32]) -> [f32; 2] {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let variance = values.iter().map(|v| (f64::from(*v) - mean) * (f64::from(*v) - mean)).sum::<f64>() / n;
    [mean as f32, if variance > 1e-12 { variance.sqrt() as f32 } else { 1.0 }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_the_weighted_sum_of_its_dimensions() {
        let mut states = NeighbourhoodStates::new(2);
        states.of_mut(State::Amenities).copy_from_slice(&[1.0, 3.0]);
        states.of_mut(State::Disorder).copy_from_slice(&[0.2, 0.4]);
        states.freeze();
        // Standard scores are ∓1 in both.
        let d = dimensions(&states, 1);
        for (got, want) in d.into_iter().zip([0.0, -0.5, 1.0, 0.0, -1.0 / 3.0]) {
            assert!((got - want).abs() < 1e-5, "{d:?}");
        }
        let score = weighted(d, &NeighbourhoodParameters::default());
        assert!((score - 0.2 * (1.0 - 0.5 - 1.0 / 3.0)).abs() < 1e-5);
    }

    #[test]
    fn scales_are_those_of_the_population() {
        assert_eq!(scale(&[1.0, 3.0]), [2.0, 1.0]);
        assert_eq!(scale(&[4.0, 4.0]), [4.0, 1.0]);
    }
}
