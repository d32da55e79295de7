//! Debt help: problem debts shrink where it is offered, by up to a half a year (A). Whoever owes less than 500 € has no
//! problem debt any more. It acts through disadvantage, which counts adults in debt. Null variant: the parameter
//! `neighbourhoods.debt_help_effect` = 0.

use bevy::prelude::*;
use rayon::prelude::*;

use super::NeighbourhoodParameters;
use crate::challenges::shared::budget::Budget;
use crate::people::{CHUNK, Dwelling, Household, Person, Work};
use crate::policies::Controls;
use crate::sim::Clock;
use crate::sim::state::{slice, slice_mut};

/// Below this it is no problem debt, €.
const NEGLIGIBLE_EUR: f32 = 500.0;

/// Every three months, if anywhere.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn help(
    clock: Res<Clock>,
    p: Res<NeighbourhoodParameters>,
    controls: Res<Controls>,
    budget: Res<Budget>,
    persons: Query<&Person>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut works: Query<&mut Work>,
) {
    let effort = controls.local(["debt_help"], |_, [effort]| effort);
    if !clock.tick.is_multiple_of(3) || effort.values().all(|e| e == 0.0) {
        return;
    }
    let remains = |_, [effort]: [f64; 1]| libm::pow(1.0 - p.debt_help_effect * effort * budget.funded, 0.25) as f32;
    let left = controls.local(["debt_help"], remains);
    let (persons, households, dwellings) = (slice(&persons), slice(&households), slice(&dwellings));
    let works = slice_mut(&mut works).par_chunks_mut(CHUNK).zip(persons.par_chunks(CHUNK));
    works.for_each(|(works, persons)| {
        for (work, person) in works.iter_mut().zip(persons).filter(|(w, p)| w.debt_eur > 0.0 && p.is_there()) {
            let home = person.household.get().and_then(|h| households[h].dwelling.get());
            let Some(home) = home else { continue };
            let home = &dwellings[home];
            let left = left.at(usize::from(home.neighbourhood), home.cell);
            work.debt_eur *= left;
            if left < 1.0 && work.debt_eur < NEGLIGIBLE_EUR {
                work.debt_eur = 0.0;
            }
        }
    });
}
