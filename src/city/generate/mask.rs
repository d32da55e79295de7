//! What takes up the ground before anything is built: water, dike, roads and rails on a raster of 10 m.

use rayon::prelude::*;

use super::plan::{Path, Plan, along};
use crate::city::LineKind;
use crate::gis::GridRef;

/// Side of a mask pixel, m.
pub const MASK_M: f64 = 10.0;
/// Mask pixels along a side of a social cell.
pub const MASK_PER_CELL: usize = 10;

/// What lies at a mask pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Taken {
    /// Nothing yet.
    Free,
    /// River.
    River,
    /// Canal.
    Canal,
    /// Land between the dike and the river, the dike's foot included.
    Foreland,
    /// Dike.
    Dike,
    /// Main road or motorway.
    Road,
    /// Railway.
    Rail,
    /// Street of a neighbourhood.
    Street,
    /// Building.
    Building,
}

impl Taken {
    /// True for river and canal.
    pub fn is_water(self) -> bool {
        matches!(self, Taken::River | Taken::Canal)
    }
}

/// The mask raster.
#[derive(Debug, Clone)]
pub struct Mask {
    /// Where the pixels lie.
    pub grid: GridRef,
    /// One value per pixel, row 0 in the north.
    pub values: Vec<Taken>,
    height_m: f64,
}

impl Mask {
    /// Paints the lines of a plan. Water is never covered: roads cross it on bridges.
    pub fn new(plan: &Plan) -> Mask {
        let grid = plan.grid.split(MASK_PER_CELL);
        let height_m = plan.size_m[1];
        let (half, offset) = (plan.river_width_m / 2.0, plan.dike_offset());
        let values: Vec<Taken> = (0..grid.n_rows)
            .into_par_iter()
            .flat_map_iter(|row| {
                (0..grid.n_cols).map(move |col| {
                    let p = [(col as f64 + 0.5) * MASK_M, height_m - (row as f64 + 0.5) * MASK_M];
                    let d = plan.river_distance(p);
                    if d.abs() <= half {
                        Taken::River
                    } else if (d - offset).abs() <= 8.0 {
                        Taken::Dike
                    } else if (d > 0.0 && d < offset + 14.0) || (d < 0.0 && -d < half + 16.0) {
                        Taken::Foreland
                    } else {
                        Taken::Free
                    }
                })
            })
            .collect();
        let mut mask = Mask { grid, values, height_m };
        for (path, width_m) in &plan.canals {
            mask.stroke(path, *width_m, Taken::Canal, |t| matches!(t, Taken::Free));
        }
        for line in &plan.lines {
            let (width_m, what) = match line.kind {
                LineKind::Motorway => (46.0, Taken::Road),
                LineKind::MainRoad => (24.0, Taken::Road),
                LineKind::Rail => (26.0, Taken::Rail),
                LineKind::Street | LineKind::Tram | LineKind::Dike => continue,
            };
            let path: Path = line.points_m.iter().map(|p| [f64::from(p[0]), f64::from(p[1])]).collect();
            mask.stroke(&path, width_m, what, |t| matches!(t, Taken::Free | Taken::Foreland));
        }
        mask
    }

    /// Index of the pixel at a place, m from the west and south edge.
    pub fn index(&self, x_m: f64, y_m: f64) -> Option<usize> {
        let col = (x_m / MASK_M).floor();
        let row = ((self.height_m - y_m) / MASK_M).floor();
        let inside = col >= 0.0 && row >= 0.0 && col < self.grid.n_cols as f64 && row < self.grid.n_rows as f64;
        inside.then(|| row as usize * self.grid.n_cols + col as usize)
    }

    /// What lies at a place; outside the map nothing.
    pub fn at(&self, x_m: f64, y_m: f64) -> Taken {
        self.index(x_m, y_m).map_or(Taken::Free, |i| self.values[i])
    }

    /// Paints a line of `width_m` over the pixels that `may` be painted.
    pub fn stroke(&mut self, path: &[[f64; 2]], width_m: f64, what: Taken, may: impl Fn(Taken) -> bool) {
        let reach = width_m / 2.0;
        let n = (reach / MASK_M).ceil() as i64;
        for p in along(path, MASK_M * 0.5) {
            let (col, row) = ((p[0] / MASK_M).floor() as i64, ((self.height_m - p[1]) / MASK_M).floor() as i64);
            for r in row - n..=row + n {
                for c in col - n..=col + n {
                    if c < 0 || r < 0 || c >= self.grid.n_cols as i64 || r >= self.grid.n_rows as i64 {
                        continue;
                    }
                    let dx = (c as f64 + 0.5) * MASK_M - p[0];
                    let dy = self.height_m - (r as f64 + 0.5) * MASK_M - p[1];
                    let i = r as usize * self.grid.n_cols + c as usize;
                    if dx * dx + dy * dy <= reach * reach && may(self.values[i]) {
                        self.values[i] = what;
                    }
                }
            }
        }
    }

    /// Paints a rectangle, given by its corners in order, over the pixels that `may` be painted.
    pub fn cover(&mut self, ring_m: &[[f32; 2]], what: Taken, may: impl Fn(Taken) -> bool) {
        let [a, b, d] = [ring_m[0], ring_m[1], ring_m[3]].map(|p| [f64::from(p[0]), f64::from(p[1])]);
        let steps = |to: [f64; 2]| (super::plan::dist(a, to) / (0.5 * MASK_M)).ceil().max(1.0) as usize;
        let (n, m) = (steps(b), steps(d));
        for i in 0..=n {
            for j in 0..=m {
                let (p, q) = (i as f64 / n as f64, j as f64 / m as f64);
                let x = a[0] + p * (b[0] - a[0]) + q * (d[0] - a[0]);
                let y = a[1] + p * (b[1] - a[1]) + q * (d[1] - a[1]);
                if let Some(k) = self.index(x, y)
                    && may(self.values[k])
                {
                    self.values[k] = what;
                }
            }
        }
    }

    /// For each social cell the share of its pixels for which `what` holds.
    pub fn share_per_cell(&self, cells: &GridRef, what: impl Fn(Taken) -> bool) -> Vec<f64> {
        let mut counts = vec![0_u32; cells.len()];
        for row in 0..self.grid.n_rows {
            for col in 0..self.grid.n_cols {
                if what(self.values[row * self.grid.n_cols + col]) {
                    counts[cells.idx(col / MASK_PER_CELL, row / MASK_PER_CELL)] += 1;
                }
            }
        }
        counts.into_iter().map(|n| f64::from(n) / (MASK_PER_CELL * MASK_PER_CELL) as f64).collect()
    }
}
