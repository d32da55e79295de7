//! Which homes lie in which cell and neighbourhood, so that neighbours can be found.
//!
//! Counted anew twice a year; homes that have gone since are passed over, new ones wait. State, because it is not derived
//! from the present tables alone.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use crate::people::Dwelling;

/// Slots of homes by neighbourhood, cell and key.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Homes {
    slots: Vec<u32>,
    /// First in `slots` of each cell of the grid, by number of the cell in order of (neighbourhood, cell).
    first_of_cell: Vec<u32>,
    /// Place of each cell of the grid in `first_of_cell`, or `u32::MAX`.
    place_of_cell: Vec<u32>,
    /// First in `slots` of each neighbourhood, and the end.
    first_of_neighbourhood: Vec<u32>,
}

impl Homes {
    /// Counts the homes of `n` neighbourhoods and `n_cells` cells.
    pub fn count(&mut self, dwellings: &[Dwelling], n: usize, n_cells: usize) {
        let mut all: Vec<(u16, u32, u64, u32)> = dwellings
            .iter()
            .enumerate()
            .filter(|(_, d)| d.is_there())
            .map(|(i, d)| (d.neighbourhood, d.cell, d.key.0, i as u32))
            .collect();
        all.sort_unstable();
        self.slots = all.iter().map(|h| h.3).collect();
        self.place_of_cell = vec![u32::MAX; n_cells];
        self.first_of_cell.clear();
        for (i, home) in all.iter().enumerate() {
            if i == 0 || (all[i - 1].0, all[i - 1].1) != (home.0, home.1) {
                self.place_of_cell[home.1 as usize] = self.first_of_cell.len() as u32;
                self.first_of_cell.push(i as u32);
            }
        }
        self.first_of_cell.push(all.len() as u32);
        self.first_of_neighbourhood = (0..=n).map(|n| all.partition_point(|h| usize::from(h.0) < n) as u32).collect();
    }

    /// The home in `cell` at `word` of all words.
    pub fn in_cell(&self, cell: u32, word: u32) -> Option<usize> {
        let place = *self.place_of_cell.get(cell as usize)? as usize;
        let (first, end) = (*self.first_of_cell.get(place)?, *self.first_of_cell.get(place + 1)?);
        self.at(first, end, word)
    }

    /// The home in neighbourhood `n` at `word` of all words.
    pub fn in_neighbourhood(&self, n: usize, word: u32) -> Option<usize> {
        self.at(*self.first_of_neighbourhood.get(n)?, *self.first_of_neighbourhood.get(n + 1)?, word)
    }

    /// The home in the city at `word` of all words.
    pub fn anywhere(&self, word: u32) -> Option<usize> {
        self.at(0, self.slots.len() as u32, word)
    }

    fn at(&self, first: u32, end: u32, word: u32) -> Option<usize> {
        let i = first + ((u64::from(word) * u64::from(end - first)) >> 32) as u32;
        (i < end).then(|| self.slots[i as usize] as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::DwellingKey;

    #[test]
    fn homes_are_found_by_cell_and_neighbourhood_in_order_of_key() {
        let home =
            |key, neighbourhood, cell| Dwelling { key: DwellingKey(key), neighbourhood, cell, ..Dwelling::default() };
        let dwellings = [home(9, 1, 5), home(0, 0, 0), home(3, 1, 5), home(4, 0, 7)];
        let mut homes = Homes::default();
        homes.count(&dwellings, 2, 8);
        assert_eq!([0, 1 << 31, u32::MAX].map(|w| homes.in_cell(5, w)), [Some(2), Some(0), Some(0)]);
        assert_eq!(homes.in_neighbourhood(0, u32::MAX), Some(3));
        assert_eq!((homes.in_cell(6, 0), homes.in_neighbourhood(2, 0)), (None, None));
        assert_eq!(homes.anywhere(0), Some(3));
    }
}
