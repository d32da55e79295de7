//! Enforcement against overcrowded private letting (report §3.8): a part of the crowded lettings is inspected, and who
//! lives there must leave, with or without another home first.

use bevy::prelude::*;
use rayon::prelude::*;

use super::volume::Seen;
use crate::challenges::shared::{Outcome, Outcomes};
use crate::city::Tenure;
use crate::people::{CHUNK, Dwelling, Household, Requests};
use crate::sim::draws::{threshold, unit};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{HouseholdIdx, Stream};

/// Draws of inspections.
pub const STREAM: Stream = Stream::named("crime.inspections");

/// A month of inspections.
pub(super) fn inspect(
    seen: Seen,
    dwellings: Query<&Dwelling>,
    mut households: Query<&mut Household>,
    mut requests: ResMut<Requests>,
    mut outcomes: ResMut<Outcomes>,
) {
    // Chance of an inspection this month, and share of households who get another home first.
    let levers = seen.controls.local(["overcrowding_enforcement", "overcrowding_alternatives"], |_, [share, first]| {
        (threshold(share / 12.0), first)
    });
    if levers.values().all(|(monthly, _)| monthly == 0) {
        return;
    }
    let (dwellings, households) = (slice(&dwellings), slice_mut(&mut households));
    let draws = *seen.draws;
    let crowded_m2 = seen.p.crowded_m2_per_person as f32;
    let found = |home: &Dwelling, households: &[Household]| {
        let h = home.household.get()?;
        let is_private = matches!(Tenure::ALL[usize::from(home.tenure)], Tenure::Private | Tenure::Room);
        let size = households[h].size;
        if !is_private || size < 2 || f32::from(home.area_m2) >= crowded_m2 * f32::from(size) {
            return None;
        }
        let (n, words) = (usize::from(home.neighbourhood), draws.block(STREAM, home.key.0, 0));
        let (monthly, first) = levers.at(n, home.cell);
        (words[0] < monthly).then(|| (home.key.0, n, h, f64::from(unit(words[1])) < first))
    };
    let there: &[Household] = households;
    let mut all: Vec<(u64, usize, usize, bool)> =
        dwellings.par_chunks(CHUNK).flat_map_iter(|chunk| chunk.iter().filter_map(|home| found(home, there))).collect();
    all.sort_unstable();
    for (_, n, h, first) in all {
        if first {
            households[h].make_urgent();
        }
        requests.evict(HouseholdIdx::at(h));
        outcomes.add(Outcome::CrowdedEvictions, n, 1);
    }
}
