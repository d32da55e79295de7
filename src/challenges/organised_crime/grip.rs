//! The grip of criminal groups on a neighbourhood (models.md §7.3, §7.4: trusted criminals, laundering).
//!
//! `GRIP* = 1 − exp(−rate · (members who live there + premises + 2 fronts) per 1,000 residents)`, followed within a year.
//! At the start, before premises have been chosen, members count with the premises that their trade asks for.

use bevy::prelude::*;

use super::CrimeParameters;
use super::premises::AllPremises;
use crate::challenges::shared::{Census, NeighbourhoodStates, Outcome, Outcomes, State};
use crate::sim::Clock;

/// Where grip tends to: `presence` is members and premises, fronts counted twice.
pub fn equilibrium(presence: f64, residents: u32, rate: f64) -> f64 {
    -libm::expm1(-rate * 1_000.0 * presence / f64::from(residents.max(1)))
}

/// What a member stands for before premises have been chosen.
fn with_premises(p: &CrimeParameters) -> f64 {
    1.0 + p.premises_per_member * (1.0 + p.premises_front)
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
        let presence = match clock.tick {
            0 => f64::from(members) * with_premises(&p),
            _ => f64::from(members + premises + 2 * fronts),
        };
        let tends_to = equilibrium(presence, census.residents[i], p.grip_rate);
        let grip = &mut states.of_mut(State::Grip)[i];
        *grip += ((tends_to - f64::from(*grip)) * step) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grip_saturates() {
        assert_eq!(equilibrium(0.0, 1_000, 0.06), 0.0);
        // Two members, one premises and one front, which counts twice, per 1,000: 1 − e^−0.3.
        assert!((equilibrium(5.0, 1_000, 0.06) - 0.259_18).abs() < 1e-5);
        assert!(equilibrium(900.0, 1_000, 0.06) < 1.0 + 1e-12);
    }
}
