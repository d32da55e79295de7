//! The grip of criminal groups on a neighbourhood (models.md §7.3, §7.4: trusted criminals, laundering).
//!
//! `GRIP* = 1 − exp(−rate · (members who live there + premises + 2 fronts) per 1,000 residents)`, followed within a year.

use bevy::prelude::*;

use super::CrimeParameters;
use super::premises::AllPremises;
use crate::challenges::shared::{Census, NeighbourhoodStates, Outcome, Outcomes, State};
use crate::sim::Clock;

/// Where grip tends to.
pub fn equilibrium(members: u32, premises: u32, fronts: u32, residents: u32, rate: f64) -> f64 {
    let presence = 1_000.0 * f64::from(members + premises + 2 * fronts) / f64::from(residents.max(1));
    -libm::expm1(-rate * presence)
}

/// Lets grip follow; at the start it is where it tends to.
pub(super) fn tighten(
    p: Res<CrimeParameters>,
    clock: Res<Clock>,
    all: Res<AllPremises>,
    census: Res<Census>,
    outcomes: Res<Outcomes>,
    mut states: ResMut<NeighbourhoodStates>,
) {
    let mut fronts = vec![0; states.n()];
    all.list.iter().filter(|x| x.is_front()).for_each(|x| fronts[usize::from(x.neighbourhood)] += 1);
    let step = if clock.tick == 0 { 1.0 } else { 1.0 / p.grip_months };
    for (i, &fronts) in fronts.iter().enumerate() {
        let members = outcomes.of(Outcome::GroupMembers)[i];
        let premises = outcomes.of(Outcome::PremisesInUse)[i] - fronts;
        let tends_to = equilibrium(members, premises, fronts, census.residents[i], p.grip_rate);
        let grip = &mut states.of_mut(State::Grip)[i];
        *grip += ((tends_to - f64::from(*grip)) * step) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grip_saturates() {
        assert_eq!(equilibrium(0, 0, 0, 1_000, 0.06), 0.0);
        // Two members, one premises and one front per 1,000: 1 − e^−0.3.
        assert!((equilibrium(2, 1, 1, 1_000, 0.06) - 0.259_18).abs() < 1e-5);
        assert!(equilibrium(900, 0, 0, 1_000, 0.06) < 1.0 + 1e-12);
    }
}
