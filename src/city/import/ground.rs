//! The ground: what the map layers say about each pixel, and the rules that turn it into land cover.
//!
//! | cover | when |
//! |---|---|
//! | water | half of the pixel is water |
//! | building | 30 % is built |
//! | paved | half is road or rail, or the pixel lies on a business park or in the port |
//! | trees | half lies under crowns; in parks without tree data a third of the pixels, in patches (A) |
//! | garden | within 40 m of homes, not one of the above; without road data two in five of these are streets (A) |
//! | grass | the rest |
//!
//! Sealed share: built and paved share, and of the rest 45 % of gardens, 5 % of grass, 2 % under trees (A). Tree share:
//! crowns where given; else 8 % of paved pixels, 15 % of gardens, 30 % of parks, 80 % under trees (A). Elevation:
//! [`super::elevation`], water beds [`WATER_DEPTH_M`] lower (A).

use super::layer::{Layer, Shape};
use super::rasterise::share_of_pixels;
use super::sources::number;
use crate::city::{Character, Cover, Ground, NO_NEIGHBOURHOOD};
use crate::gis::{GridRef, Raster};
use crate::sim::draws::{Draws, Stream};

const PATCH: Stream = Stream::named("import.patch");

/// Depth of water beds below the ground level, m (A).
pub const WATER_DEPTH_M: f32 = 2.0;

/// What the map layers say about each pixel: shares of 0–1.
#[derive(Debug, Clone, PartialEq)]
pub struct Pixels {
    /// The pixels.
    pub fine: GridRef,
    /// Water.
    pub water: Vec<f32>,
    /// Parks.
    pub green: Vec<f32>,
    /// Buildings.
    pub built: Vec<f32>,
    /// Built share × height, m.
    pub built_height_m: Vec<f32>,
    /// Roads and rails.
    pub paved: Vec<f32>,
    /// Tree crowns; `None` without tree data.
    pub crown: Option<Vec<f32>>,
}

impl Pixels {
    /// Nothing but open ground.
    pub fn open(fine: GridRef) -> Pixels {
        let none = vec![0.0; fine.len()];
        Pixels {
            fine,
            water: none.clone(),
            green: none.clone(),
            built: none.clone(),
            built_height_m: none.clone(),
            paved: none,
            crown: None,
        }
    }

    /// Adds water polygons.
    pub fn add_water(&mut self, layer: &Layer) {
        fill(&self.fine, layer, &mut self.water);
    }

    /// Adds park polygons.
    pub fn add_green(&mut self, layer: &Layer) {
        fill(&self.fine, layer, &mut self.green);
    }

    /// Adds trees: points with a crown diameter (property `crown`, m; 5 m where missing).
    pub fn add_trees(&mut self, layer: &Layer, crown: Option<&str>) {
        let fine = self.fine;
        let shares = self.crown.get_or_insert_with(|| vec![0.0; fine.len()]);
        for feature in &layer.features {
            let diameter_m = crown.and_then(|key| number(feature, key)).unwrap_or(5.0).clamp(0.0, 40.0);
            let share = (std::f64::consts::PI / 4.0 * diameter_m * diameter_m / (fine.cell_m * fine.cell_m)) as f32;
            for [x, y] in feature.shape.points() {
                if let Some(idx) = fine.cell_at(*x, *y) {
                    shares[idx] = (shares[idx] + share).min(1.0);
                }
            }
        }
    }

    /// Adds one building.
    pub fn add_building(&mut self, rings: &[Vec<[f64; 2]>], height_m: f64) {
        let (built, height) = (&mut self.built, &mut self.built_height_m);
        share_of_pixels(&self.fine, rings, 8, |idx, share| {
            // Party walls overlap by a few centimetres; a pixel is never more than full.
            let added = share.min(1.0 - built[idx]).max(0.0);
            built[idx] += added;
            height[idx] += added * height_m as f32;
        });
    }

    /// The finished ground. `homes` tells the pixels with homes; `owner` the neighbourhood of each pixel's cell.
    pub fn finish(
        &self,
        k: usize,
        homes: &[bool],
        owner: impl Fn(usize) -> u16,
        characters: &[Character],
        heights_m: &[f32],
        draws: Draws,
    ) -> Ground {
        let n = self.fine.len();
        let near_homes = within(&self.fine, homes, (40.0 / self.fine.cell_m).ceil() as usize);
        let has_roads = self.paved.iter().any(|p| *p > 0.0);
        let mut cover = Vec::with_capacity(n);
        let mut sealed = Vec::with_capacity(n);
        let mut trees = Vec::with_capacity(n);
        for idx in 0..n {
            let (col, row) = self.fine.col_row(idx);
            // Patches of three pixels look like copses and squares, single pixels like noise.
            let patch = draws.uniform(PATCH, ((row / 3) as u64) << 32 | (col / 3) as u64, 0);
            let single = draws.uniform(PATCH, idx as u64, 1);
            let character = match owner(idx) {
                NO_NEIGHBOURHOOD => Character::Open,
                i => characters[usize::from(i)],
            };
            let works = matches!(character, Character::Business | Character::Industry);
            let crown = self.crown.as_ref().map(|c| c[idx]);
            let park = self.green[idx] >= 0.5;
            let here = if self.water[idx] >= 0.5 {
                Cover::Water
            } else if self.built[idx] >= 0.3 {
                Cover::Building
            } else if self.paved[idx] >= 0.5 {
                Cover::Paved
            } else if crown.map_or(park && patch < 0.33, |c| c >= 0.5) {
                Cover::Trees
            } else if park {
                Cover::Grass
            } else if near_homes[idx] {
                if !has_roads && single < 0.4 { Cover::Paved } else { Cover::Garden }
            } else if works {
                Cover::Paved
            } else {
                Cover::Grass
            };
            let hard = (self.built[idx] + self.paved[idx]).min(1.0);
            let of_rest = match here {
                Cover::Water => 0.0,
                Cover::Grass => 0.05,
                Cover::Trees => 0.02,
                Cover::Garden | Cover::Building => 0.45,
                Cover::Paved => 0.9,
            };
            let share = if here == Cover::Water { 0.0 } else { hard + (1.0 - hard) * of_rest };
            sealed.push((share * 100.0).round() as u8);
            let assumed = match here {
                Cover::Water => 0.0,
                Cover::Building => 0.03,
                Cover::Paved => 0.08,
                Cover::Garden => 0.15,
                Cover::Grass if park => 0.3,
                Cover::Grass => 0.05,
                Cover::Trees => 0.8,
            };
            trees.push((crown.unwrap_or(assumed) * 100.0).round() as u8);
            cover.push(here);
        }
        let elevation =
            cover.iter().zip(heights_m).map(|(c, z)| if *c == Cover::Water { z - WATER_DEPTH_M } else { *z }).collect();
        let height = self.built.iter().zip(&self.built_height_m);
        let height = height.map(|(b, h)| if *b > 0.01 { (h / b * 10.0).round() as u16 } else { 0 }).collect();
        let grid = self.fine;
        Ground {
            k,
            elevation_m: Raster { grid, values: elevation },
            cover: Raster { grid, values: cover },
            building_height_dm: Raster { grid, values: height },
            sealed_pct: Raster { grid, values: sealed },
            tree_pct: Raster { grid, values: trees },
        }
    }
}

fn fill(fine: &GridRef, layer: &Layer, out: &mut [f32]) {
    for feature in &layer.features {
        let Shape::Polygons(polygons) = &feature.shape else { continue };
        // All rings of a feature at once: a multipolygon's holes may be filed under any of its parts.
        let rings: Vec<Vec<[f64; 2]>> = polygons.iter().flatten().cloned().collect();
        share_of_pixels(fine, &rings, 4, |idx, share| out[idx] = (out[idx] + share).min(1.0));
    }
}

/// Pixels within `reach` steps (rows and columns) of a true one.
fn within(grid: &GridRef, mask: &[bool], reach: usize) -> Vec<bool> {
    let mut rows = vec![false; mask.len()];
    let spread = |from: &[bool], to: &mut [bool], n: usize, stride: usize, start: usize| {
        let mut last: Option<usize> = None;
        for i in 0..n {
            last = if from[start + i * stride] { Some(i) } else { last };
            to[start + i * stride] |= last.is_some_and(|l| i - l <= reach);
        }
        last = None;
        for i in (0..n).rev() {
            last = if from[start + i * stride] { Some(i) } else { last };
            to[start + i * stride] |= last.is_some_and(|l| l - i <= reach);
        }
    };
    for row in 0..grid.n_rows {
        spread(mask, &mut rows, grid.n_cols, 1, row * grid.n_cols);
    }
    let mut out = vec![false; mask.len()];
    for col in 0..grid.n_cols {
        spread(&rows, &mut out, grid.n_rows, grid.n_cols, col);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: GridRef = GridRef { west_m: 0.0, north_m: 200.0, cell_m: 20.0, n_cols: 10, n_rows: 10 };

    #[test]
    fn within_is_a_square_around_each_true_pixel() {
        let mut mask = vec![false; 100];
        mask[FINE.idx(4, 4)] = true;
        let near = within(&FINE, &mask, 2);
        assert_eq!(near.iter().filter(|n| **n).count(), 25);
        assert!(near[FINE.idx(2, 6)] && !near[FINE.idx(1, 4)]);
    }

    #[test]
    fn a_building_raises_its_pixels() {
        let mut pixels = Pixels::open(FINE);
        let ring = vec![[20.0, 100.0], [60.0, 100.0], [60.0, 110.0], [20.0, 110.0], [20.0, 100.0]];
        pixels.add_building(&[ring], 9.0);
        let ground = pixels.finish(5, &[false; 100], |_| NO_NEIGHBOURHOOD, &[], &[1.0; 100], Draws::at_start(1));
        let idx = FINE.idx(1, 4);
        assert_eq!(ground.building_height_dm.values[idx], 90);
        assert_eq!(ground.cover.values[idx], Cover::Building);
        // Half built, and 45 % of the rest.
        assert_eq!(ground.sealed_pct.values[idx], 73);
        assert_eq!(ground.elevation_m.values[idx], 1.0);
        assert_eq!(ground.cover.values[0], Cover::Grass);
    }
}
