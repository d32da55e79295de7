//! What the measures need to know about the city itself.

use std::collections::BTreeSet;

use bevy::prelude::Resource;

use crate::city::{City, CityOrigin, NO_NEIGHBOURHOOD};

/// Neighbourhoods as the measures see them. Fixed while a simulation runs; not part of its state.
#[derive(Resource, Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Codes, in order of number.
    pub codes: Vec<String>,
    /// For each neighbourhood those that share a cell's side with it (rook contiguity), in order of number.
    pub beside: Vec<Vec<u32>>,
    /// Cells of the social grid.
    pub n_cells: usize,
    /// Generated or real; decides what may be shown (models.md E-15).
    pub origin: CityOrigin,
}

impl Places {
    /// The places of `city`.
    pub fn of(city: &City) -> Places {
        let n = city.neighbourhoods.len();
        let mut beside = vec![BTreeSet::new(); n];
        let mut touch = |a: u16, b: u16| {
            if a != b && a != NO_NEIGHBOURHOOD && b != NO_NEIGHBOURHOOD {
                beside[usize::from(a)].insert(u32::from(b));
                beside[usize::from(b)].insert(u32::from(a));
            }
        };
        let cells = &city.neighbourhood_of_cell;
        for (i, &here) in cells.iter().enumerate() {
            let (col, row) = city.grid.col_row(i);
            if col + 1 < city.grid.n_cols {
                touch(here, cells[i + 1]);
            }
            if row + 1 < city.grid.n_rows {
                touch(here, cells[i + city.grid.n_cols]);
            }
        }
        Places {
            codes: city.neighbourhoods.iter().map(|n| n.code.clone()).collect(),
            beside: beside.into_iter().map(|set| set.into_iter().collect()).collect(),
            n_cells: cells.len(),
            origin: city.origin,
        }
    }

    /// Number of neighbourhoods.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// True for a city without neighbourhoods.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}
