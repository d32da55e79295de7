//! Standard scores against a spread that is worth the name.
//!
//! Scores use means and deviations of the start. In a city of a dozen like neighbourhoods those deviations are mostly
//! noise, and a small change for all would count as many deviations. So no deviation is taken for less than what Dutch
//! neighbourhoods differ by (A: order of magnitude of the deviations between neighbourhoods of one city).

use super::states::{NeighbourhoodStates, State};

/// Least deviation of a state.
fn least(state: State) -> f32 {
    match state {
        State::CollectiveEfficacy => 0.5,
        State::Contact | State::Company => 0.06,
        State::Turnover | State::Fear => 0.06,
        State::Disorder | State::HousingQuality | State::Friction => 0.05,
        State::Disadvantage => 0.04,
        State::Vacancy | State::Overcrowding | State::Anomie => 0.03,
        _ => 0.0,
    }
}

/// Beyond what neighbourhoods of the start differ by nothing is known: two deviations are the most that count.
const MOST: f64 = 2.0;

/// Standard score of `state` in neighbourhood `n`, two at most: what everything but the liveability score goes by.
pub fn bounded(states: &NeighbourhoodStates, state: State, n: usize) -> f64 {
    z(states, state, n).clamp(-MOST, MOST)
}

/// Standard score of `state` in neighbourhood `n`.
pub fn z(states: &NeighbourhoodStates, state: State, n: usize) -> f64 {
    let deviation = states.deviation(state);
    f64::from(states.z(state, n) * deviation / deviation.max(least(state)))
}

/// By how many deviations `state` has risen in neighbourhood `n` since the start, two at most.
pub fn rise(states: &NeighbourhoodStates, state: State, n: usize) -> f64 {
    let deviation = states.deviation(state).max(least(state));
    f64::from((states.of(state)[n] - states.first(state)[n]) / deviation).clamp(-MOST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_spreads_are_not_blown_up() {
        let mut states = NeighbourhoodStates::new(2);
        states.of_mut(State::Disadvantage).copy_from_slice(&[0.10, 0.12]);
        states.of_mut(State::Amenities).copy_from_slice(&[0.10, 0.12]);
        states.freeze();
        assert!((z(&states, State::Disadvantage, 1) - 0.25).abs() < 1e-5, "0.01 over 0.04");
        assert!((z(&states, State::Amenities, 1) - 1.0).abs() < 1e-5);
        states.of_mut(State::Disadvantage)[1] = 0.16;
        assert!((rise(&states, State::Disadvantage, 1) - 1.0).abs() < 1e-5, "0.04 over 0.04");
        assert_eq!(rise(&states, State::Disadvantage, 0), 0.0);
        states.of_mut(State::Disadvantage)[1] = 0.5;
        assert_eq!(bounded(&states, State::Disadvantage, 1), 2.0);
        assert_eq!(rise(&states, State::Disadvantage, 1), 2.0);
    }
}
