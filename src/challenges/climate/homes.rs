//! Where homes stand on the ground raster, and on which storey. The first homes have a place; for those built later one
//! is drawn by key among the pixels of their cell, buildings first.

use bevy::prelude::*;

use crate::city::{City, Cover, DwellingKind};
use crate::people::Dwelling;
use crate::sim::{DwellingKey, draws::Stream, draws::mix};

const KEYS: Stream = Stream::named("climate.place");

/// Where a home is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Pixel of the ground raster.
    pub pixel: u32,
    /// Storey, 0 = ground floor.
    pub storey: u8,
}

/// Places of the first homes, and the pixels of every cell for later ones. Does not change.
#[derive(Resource, Debug, Clone)]
pub struct HomePlaces {
    first: Vec<(DwellingKey, Spot)>,
    /// For each cell its pixels that may hold a home.
    pixels: Vec<u32>,
    first_of_cell: Vec<u32>,
}

impl HomePlaces {
    /// Places in `city`; `dwellings` are its first homes, by slot, in the order of [`City::dwellings`].
    pub fn of(city: &City, dwellings: &[Dwelling]) -> HomePlaces {
        let grid = &city.ground.elevation_m.grid;
        let place = |(record, home): (&crate::city::DwellingRecord, &Dwelling)| {
            let (x, y) = (city.grid.west_m + f64::from(record.x_m), city.grid.south_m() + f64::from(record.y_m));
            let pixel = grid.cell_at(x, y).unwrap_or_else(|| middle(city, record.cell));
            (home.key, Spot { pixel: pixel as u32, storey: record.storey })
        };
        let first = city.dwellings.iter().zip(dwellings).map(place).collect();
        let (mut pixels, mut first_of_cell) = (Vec::new(), vec![0]);
        for cell in 0..city.grid.len() {
            let all = pixels_of(city, cell);
            let is = |cover: Cover| all.iter().copied().filter(move |&p| city.ground.cover.values[p] == cover);
            let built: Vec<usize> = is(Cover::Building).collect();
            let dry = || all.iter().copied().filter(|&p| city.ground.cover.values[p] != Cover::Water);
            let chosen = if built.is_empty() { dry().collect() } else { built };
            pixels.extend(chosen.into_iter().map(|p| p as u32));
            first_of_cell.push(pixels.len() as u32);
        }
        HomePlaces { first, pixels, first_of_cell }
    }

    /// Where the home in slot `slot` is.
    pub fn spot(&self, slot: usize, home: &Dwelling, city: &City) -> Spot {
        if let Some((_, spot)) = self.first.get(slot).filter(|(key, _)| *key == home.key) {
            return *spot;
        }
        let cell = home.cell as usize;
        let word = mix(KEYS, home.key.0, 0);
        let there = &self.pixels[self.first_of_cell[cell] as usize..self.first_of_cell[cell + 1] as usize];
        let pixel = match there.len() {
            0 => middle(city, home.cell) as u32,
            n => there[word as usize % n],
        };
        let storeys = match home.kind {
            k if k == DwellingKind::Tower as u8 => 8,
            k if k == DwellingKind::WalkUp as u8 => 4,
            _ => 1,
        };
        Spot { pixel, storey: ((word >> 32) % storeys) as u8 }
    }
}

/// Pixels of cell `cell` of the social grid.
pub fn pixels_of(city: &City, cell: usize) -> Vec<usize> {
    let (k, grid) = (city.ground.k, &city.ground.elevation_m.grid);
    let (col, row) = city.grid.col_row(cell);
    (0..k * k).map(|i| grid.idx(col * k + i % k, row * k + i / k)).collect()
}

fn middle(city: &City, cell: u32) -> usize {
    let (k, grid) = (city.ground.k, &city.ground.elevation_m.grid);
    let (col, row) = city.grid.col_row(cell as usize);
    grid.idx(col * k + k / 2, row * k + k / 2)
}
