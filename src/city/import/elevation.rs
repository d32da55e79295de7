//! Terrain heights from rasters, as far as these reach; elsewhere the recipe's ground level.
//!
//! A pixel takes the mean of the raster cells whose centre lies in it, or the value at its own centre where the raster
//! is coarser. Outside, the height runs from that of the nearest measured pixel to the ground level of the recipe as
//! `exp(−d / 300 m)` (A), so that the edge of a raster is a slope and not a cliff over which water would fall.

use std::path::Path;

use super::ImportError;
use super::layer::bounds;
use crate::gis::crs::{Crs, guess, what_it_looks_like};
use crate::gis::raster_io::{self, Limits};
use crate::gis::{GridRef, Raster};

/// Distance over which measured heights fade into the ground level of the recipe, m (A).
const FADE_M: f64 = 300.0;

/// Measured heights per pixel, m NAP.
#[derive(Debug, Clone, PartialEq)]
pub struct Elevation {
    fine: GridRef,
    measured: Vec<Option<f32>>,
}

impl Elevation {
    /// Nothing measured.
    pub fn none(fine: GridRef) -> Elevation {
        Elevation { fine, measured: vec![None; fine.len()] }
    }

    /// Reads a raster. Pixels that an earlier one has keep it. Returns the number of pixels measured.
    pub fn read(&mut self, path: &Path, name: &str) -> Result<usize, ImportError> {
        let raster = raster_io::read(path, &Limits::default())?;
        let g = raster.grid;
        let corners = [[g.west_m, g.north_m], [g.east_m(), g.south_m()]];
        for [x, y] in corners {
            if guess(x, y) != Some(Crs::Rd) {
                let message = format!("{}; expected a raster in RD (EPSG:28992)", what_it_looks_like(x, y));
                return Err(ImportError::WrongCrs { file: name.into(), place: "corner".into(), x, y, message });
            }
        }
        let n = self.add(&raster);
        if n == 0 {
            let message = format!("{name}: lies outside the city ({:?})", bounds(corners.iter()));
            return Err(ImportError::Mismatch { message });
        }
        Ok(n)
    }

    fn add(&mut self, raster: &Raster<f32>) -> usize {
        let fine = self.fine;
        let mut sums = vec![(0.0_f64, 0_u32); fine.len()];
        for (i, &z) in raster.values.iter().enumerate().filter(|(_, z)| z.is_finite()) {
            let (x, y) = raster.grid.centre(i);
            if let Some(idx) = fine.cell_at(x, y) {
                sums[idx].0 += f64::from(z);
                sums[idx].1 += 1;
            }
        }
        let mut n = 0;
        for (idx, (sum, count)) in sums.into_iter().enumerate() {
            let mean = (count > 0).then(|| (sum / f64::from(count)) as f32);
            let value = mean.or_else(|| {
                let (x, y) = fine.centre(idx);
                raster.grid.cell_at(x, y).map(|cell| raster.values[cell]).filter(|z| z.is_finite())
            });
            n += usize::from(value.is_some());
            self.measured[idx] = self.measured[idx].or(value);
        }
        n
    }

    /// Heights of all pixels, with `ground_m` where nothing is near.
    pub fn heights_m(&self, ground_m: f32) -> Vec<f32> {
        let fine = &self.fine;
        let mut heights = vec![ground_m; fine.len()];
        let mut reached: Vec<bool> = self.measured.iter().map(Option::is_some).collect();
        let mut front: Vec<(usize, f32)> = Vec::new();
        for (idx, z) in self.measured.iter().enumerate() {
            if let Some(z) = z {
                heights[idx] = *z;
                front.push((idx, *z));
            }
        }
        let mut steps = 0;
        while !front.is_empty() {
            steps += 1;
            let share = libm::exp(-f64::from(steps) * fine.cell_m / FADE_M) as f32;
            if share < 0.01 {
                break;
            }
            let mut next = Vec::new();
            for (idx, z) in front {
                let (col, row) = fine.col_row(idx);
                let around = [
                    (col > 0).then(|| idx - 1),
                    (col + 1 < fine.n_cols).then_some(idx + 1),
                    (row > 0).then(|| idx - fine.n_cols),
                    (row + 1 < fine.n_rows).then_some(idx + fine.n_cols),
                ];
                for n in around.into_iter().flatten().filter(|n| !reached[*n]).collect::<Vec<_>>() {
                    reached[n] = true;
                    heights[n] = ground_m + (z - ground_m) * share;
                    next.push((n, z));
                }
            }
            front = next;
        }
        heights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_inside_and_a_slope_outside() {
        let fine = GridRef { west_m: 0.0, north_m: 40.0, cell_m: 20.0, n_cols: 50, n_rows: 2 };
        let grid = GridRef { west_m: 0.0, north_m: 40.0, cell_m: 10.0, n_cols: 2, n_rows: 4 };
        let mut raster = Raster::filled(grid, 4.0_f32);
        raster.values[0] = 8.0;
        raster.values[1] = f32::NAN;
        let mut elevation = Elevation::none(fine);
        assert_eq!(elevation.add(&raster), 2);
        let heights = elevation.heights_m(1.0);
        // (8 + 4 + 4) / 3, the missing cell left out.
        assert!((heights[0] - 16.0 / 3.0).abs() < 1e-6);
        assert_eq!(heights[50], 4.0);
        // 300 m on, the difference has fallen to 1/e: 1 + 3 × 0.3679.
        assert!((heights[50 + 15] - 2.1036).abs() < 1e-3, "{}", heights[65]);
        assert!((heights[49] - 1.0).abs() < 0.2);
    }

    #[test]
    fn a_coarse_raster_is_read_at_the_centre_of_each_pixel() {
        let fine = GridRef { west_m: 0.0, north_m: 40.0, cell_m: 20.0, n_cols: 2, n_rows: 2 };
        let raster = Raster::filled(GridRef { cell_m: 100.0, n_cols: 1, n_rows: 1, ..fine }, -1.5_f32);
        let mut elevation = Elevation::none(fine);
        assert_eq!(elevation.add(&raster), 4);
        assert_eq!(elevation.heights_m(0.0), [-1.5; 4]);
    }
}
