//! The micro-context: who lives in each cell of 100 m, by command of the language and by origin. Diversity and trust are
//! related within some 80 m, and hardly beyond (Dinesen & Sønderskov 2015, L): so contacts are with people of one's cell.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use bevy::prelude::Resource;
use rayon::prelude::*;

use super::understanding::{N_LEVELS, level};
use crate::city::City;
use crate::people::{CHUNK, Dwelling, Household, Person, ShortMonth, Work};

/// Origin groups told apart; higher numbers count as the last.
pub const N_GROUPS: usize = 16;
/// Counters of one cell.
const N: usize = N_LEVELS + N_GROUPS;
/// No cell: without a home.
pub const NOWHERE: u32 = u32::MAX;

/// Where cells lie. Fixed while a simulation runs; not part of its state.
#[derive(Resource, Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// For each cell its neighbourhood, or [`crate::city::NO_NEIGHBOURHOOD`].
    pub neighbourhood: Vec<u16>,
    /// Neighbourhoods.
    pub n: usize,
}

impl Cells {
    /// The cells of `city`.
    pub fn of(city: &City) -> Cells {
        Cells { neighbourhood: city.neighbourhood_of_cell.clone(), n: city.neighbourhoods.len() }
    }
}

/// Where a household lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// Cell, or [`NOWHERE`].
    pub cell: u32,
    /// Neighbourhood; 0 without a home.
    pub neighbourhood: u16,
    /// Months lived there.
    pub months: u16,
}

/// The home of every household, by slot.
pub fn homes(households: &[Household], dwellings: &[Dwelling], now: ShortMonth) -> Vec<Home> {
    let nowhere = Home { cell: NOWHERE, neighbourhood: 0, months: 0 };
    let home = |h: &Household| match h.dwelling.get() {
        Some(d) if h.is_there() => Home {
            cell: dwellings[d].cell,
            neighbourhood: dwellings[d].neighbourhood,
            months: h.since.until(now).clamp(0, 2_400) as u16,
        },
        _ => nowhere,
    };
    households.par_iter().with_min_len(CHUNK).map(home).collect()
}

/// Residents of every cell by level of command and by origin.
pub struct Mix {
    counts: Vec<u32>,
}

impl Mix {
    /// Counts.
    pub fn count(persons: &[Person], works: &[Work], homes: &[Home], n_cells: usize) -> Mix {
        let counts: Vec<AtomicU32> = (0..N * n_cells).map(|_| AtomicU32::new(0)).collect();
        // Sums of ones: the same in any order.
        persons.par_chunks(CHUNK).zip(works.par_chunks(CHUNK)).for_each(|(persons, works)| {
            for (p, w) in persons.iter().zip(works).filter(|(p, _)| p.is_there()) {
                let cell = p.household.get().map_or(NOWHERE, |h| homes[h].cell);
                let Some(row) = counts.get((cell as usize).saturating_mul(N)..).and_then(|r| r.get(..N)) else {
                    continue;
                };
                row[level(w.language)].fetch_add(1, Relaxed);
                row[N_LEVELS + usize::from(p.origin).min(N_GROUPS - 1)].fetch_add(1, Relaxed);
            }
        });
        Mix { counts: counts.into_iter().map(AtomicU32::into_inner).collect() }
    }

    /// Residents of `cell` by level of command.
    pub fn levels(&self, cell: usize) -> &[u32; N_LEVELS] {
        self.counts[cell * N..][..N_LEVELS].try_into().expect("eight levels")
    }

    /// Residents of `cell` by origin.
    pub fn origins(&self, cell: usize) -> &[u32] {
        &self.counts[cell * N + N_LEVELS..][..N_GROUPS]
    }

    /// Residents of `cell`.
    pub fn residents(&self, cell: usize) -> u32 {
        self.levels(cell).iter().sum()
    }

    /// Share of the residents of `cell` whose origin differs from `origin`.
    pub fn unlike(&self, cell: usize, origin: u8) -> f32 {
        let all = self.residents(cell);
        let own = self.origins(cell)[usize::from(origin).min(N_GROUPS - 1)];
        all.saturating_sub(own) as f32 / all.max(1) as f32
    }

    /// Cells.
    pub fn n_cells(&self) -> usize {
        self.counts.len() / N
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{DwellingIdx, HouseholdIdx, HouseholdKey, PersonKey};

    #[test]
    fn people_are_counted_in_the_cell_of_their_home() {
        let household = |key, d| Household {
            key: HouseholdKey(key),
            dwelling: DwellingIdx(d),
            since: ShortMonth(90),
            ..Household::default()
        };
        let households = [household(1, 0), household(2, DwellingIdx::NONE.0)];
        let dwellings = [Dwelling { cell: 2, neighbourhood: 1, ..Dwelling::default() }];
        let homes = homes(&households, &dwellings, ShortMonth(100));
        assert_eq!(homes[0], Home { cell: 2, neighbourhood: 1, months: 10 });
        let person =
            |key, h, origin| Person { key: PersonKey(key), household: HouseholdIdx(h), origin, ..Person::default() };
        let persons = [person(1, 0, 3), person(2, 0, 5), person(3, 1, 5)];
        let works = [255, 0, 255].map(|language| Work { language, ..Work::default() });
        let mix = Mix::count(&persons, &works, &homes, 4);
        assert_eq!((mix.residents(2), mix.residents(0), mix.n_cells()), (2, 0, 4));
        assert_eq!((mix.levels(2)[0], mix.levels(2)[7]), (1, 1));
        assert_eq!(mix.unlike(2, 3), 0.5);
    }
}
