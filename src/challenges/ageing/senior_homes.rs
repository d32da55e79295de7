//! Homes for older people that a measure builds on top of the programme: in one block, or spread out.
//!
//! Senior homes of 50–80 m², step-free, let as social rent (as those of the building programme). *Clustered* ones all
//! stand in one cell of their neighbourhood, drawn once for ever; *dispersed* ones each in a cell of their own draw. What
//! follows (chains of moves, quiet blocks, fewer falls) is not written here: the market, [`super::generations`] and
//! [`super::falls`] work it out.

use bevy::prelude::*;

use crate::city::{City, DwellingKind, Tenure};
use crate::people::{Dwelling, Tables, Tally};
use crate::policies::Controls;
use crate::sim::draws::{mix, unit};
use crate::sim::{Clock, Draws, DwellingIdx, DwellingKey, Stream};

/// Draws of these homes.
pub const STREAM: Stream = Stream::named("ageing.senior_homes");
const KEYS: Stream = Stream::named("ageing.senior_project");

/// Inhabited cells by neighbourhood. Follows from the city, so it is not state.
#[derive(Resource, Debug, Clone, Default)]
pub struct SeniorSites(Vec<Vec<u32>>);

impl SeniorSites {
    /// Where `city` has homes.
    pub fn of(city: &City) -> SeniorSites {
        let mut cells = vec![Vec::new(); city.neighbourhoods.len()];
        city.dwellings.iter().for_each(|d| cells[usize::from(d.neighbourhood)].push(d.cell));
        cells.iter_mut().for_each(|list| {
            list.sort_unstable();
            list.dedup();
        });
        SeniorSites(cells)
    }
}

/// Act: adds this month's homes, empty.
pub(super) fn build(
    mut tables: Tables,
    sites: Res<SeniorSites>,
    controls: Res<Controls>,
    (draws, clock): (Res<Draws>, Res<Clock>),
    mut tally: ResMut<Tally>,
) {
    let books = tables.books();
    let year = clock.month().year() as u16;
    for (way, lever) in ["senior_housing_clustered", "senior_housing_dispersed"].into_iter().enumerate() {
        for (n, &per_year) in controls.get(lever).iter().enumerate() {
            let cells = &sites.0[n];
            if cells.is_empty() || per_year <= 0.0 {
                continue;
            }
            let number = (2 * n + way) as u64;
            for unit_number in 0..draws.whole(STREAM, number, per_year / 12.0) {
                let Some(slot) = books.free.dwellings.pop() else { return };
                let key = mix(KEYS, number << 16 | u64::from(clock.tick), unit_number as u64).max(1);
                let words = draws.block(STREAM, key, 0);
                let word = if way == 0 { draws_once(&draws, number) } else { words[0] };
                let cell = controls.site(lever, n, cells, 0.0, word);
                let area = 50.0 + 30.0 * unit(words[1]);
                books.dwellings[DwellingIdx(slot).i()] = Dwelling {
                    key: DwellingKey(key),
                    cell,
                    cost_eur_m: 620.0 + 3.0 * (area - 45.0),
                    value_keur: 5.5 * area,
                    neighbourhood: n as u16,
                    area_m2: area as u16,
                    built_year: year,
                    vacant_since: books.now,
                    kind: DwellingKind::Tower as u8,
                    tenure: Tenure::Senior as u8,
                    step_free: 1,
                    ..Dwelling::default()
                };
                tally.count(Some(n), |c| c.homes_built += 1);
            }
        }
    }
}

/// A draw that is the same in every month of a run.
fn draws_once(draws: &Draws, number: u64) -> u32 {
    Draws::at_start(draws.seed).block(STREAM, number, 0)[3]
}
