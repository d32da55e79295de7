//! The grip of criminal groups on a neighbourhood (models.md §7.3, §7.4: trusted criminals, laundering).
//!
//! `GRIP* = 1 − exp(−rate · (members who live there + premises + 2 fronts) per 1,000 residents)`, followed within a year.

use bevy::prelude::*;

use super::CrimeParameters;
use super::groups::Groups;
use super::premises::AllPremises;
use crate::challenges::shared::{Census, NeighbourhoodStates, State};
use crate::people::{Dwelling, Household, Person};
use crate::sim::state::slice;

/// Where grip tends to.
pub fn equilibrium(members: u32, premises: u32, fronts: u32, residents: u32, rate: f64) -> f64 {
    let presence = 1_000.0 * f64::from(members + premises + 2 * fronts) / f64::from(residents.max(1));
    -libm::expm1(-rate * presence)
}

/// Presence of groups in each neighbourhood: members, premises, fronts.
fn presence(
    groups: &Groups,
    all: &AllPremises,
    persons: &[Person],
    households: &[Household],
    dwellings: &[Dwelling],
    n: usize,
) -> Vec<[u32; 3]> {
    let mut count = vec![[0; 3]; n];
    for member in groups.all.iter().flat_map(|g| &g.members) {
        let person = &persons[member.slot as usize];
        let home = person.household.get().and_then(|h| households[h].dwelling.get());
        if let (true, Some(home)) = (person.key.0 == member.key, home) {
            count[usize::from(dwellings[home].neighbourhood)][0] += 1;
        }
    }
    all.list.iter().for_each(|x| count[usize::from(x.neighbourhood)][1 + usize::from(x.is_front())] += 1);
    count
}

/// Lets grip follow; at the start it is where it tends to.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn tighten(
    p: Res<CrimeParameters>,
    clock: Res<crate::sim::Clock>,
    groups: Res<Groups>,
    all: Res<AllPremises>,
    census: Res<Census>,
    persons: Query<&Person>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut states: ResMut<NeighbourhoodStates>,
) {
    let n = states.n();
    let there = presence(&groups, &all, slice(&persons), slice(&households), slice(&dwellings), n);
    let step = if clock.tick == 0 { 1.0 } else { 1.0 / p.grip_months };
    for (i, [members, premises, fronts]) in there.into_iter().enumerate() {
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
