//! Sky view factor and shadows by horizon scan.
//!
//! From each pixel the scan walks outwards in `N_AZIMUTHS` directions, one cell at a time, and keeps the steepest
//! angle β to a roof or crown. SVF = mean of cos² β: the share of the diffuse light on a flat surface that an even sky
//! gives (Oke 1987; L). A pixel on a roof looks from the roof. Tree crowns let a share of light through.
//!
//! Limits: crowns reach to the ground; nothing beyond the reach of the scan counts; the map's rim sees open country.

use rayon::prelude::*;

use super::sun::Sun;
use crate::gis::{GridRef, Raster};

/// Directions of the scan.
pub const N_AZIMUTHS: usize = 32;
/// Share of the light that passes a tree crown (leafed; Konarska et al. 2014: 0.02–0.06; L).
pub const CROWN_TRANSMISSION: f32 = 0.04;

/// Side of the tiles that are scanned again after a change, pixels.
const TILE: usize = 16;

/// Heights that hide the sky.
#[derive(Debug, Clone, Copy)]
pub struct Skyline<'a> {
    /// Shape of the map.
    pub grid: GridRef,
    /// Ground and roofs, m.
    pub surface_m: &'a [f32],
    /// Tops of tree crowns, m (ground and roofs where there is none).
    pub crown_m: &'a [f32],
    /// How far the scan looks, m.
    pub reach_m: f64,
}

/// Steepest slope (tan β) that `heights` makes from cell (`col`, `row`) at height `from` towards (`dx`, `dy`), a unit
/// vector in cells (row downwards), starting one cell away. `top` is the highest of all heights: it ends the walk.
#[inline]
fn steepest(
    grid: &GridRef,
    heights: &[f32],
    top: f32,
    at: (usize, usize),
    from: f32,
    dir: (f32, f32),
    n: usize,
) -> f32 {
    let (w, h) = (grid.n_cols as f32, grid.n_rows as f32);
    let inv_cell = 1.0 / grid.cell_m as f32;
    let mut best = 0.0_f32;
    for k in 1..=n {
        let d = k as f32;
        let (x, y) = (at.0 as f32 + 0.5 + d * dir.0, at.1 as f32 + 0.5 + d * dir.1);
        if x < 0.0 || y < 0.0 || x >= w || y >= h {
            break;
        }
        let z = heights[y as usize * grid.n_cols + x as usize];
        let slope = (z - from) * inv_cell / d;
        best = best.max(slope);
        if (top - from) * inv_cell <= best * d {
            break;
        }
    }
    best
}

fn highest(heights: &[f32]) -> f32 {
    heights.iter().copied().fold(f32::NEG_INFINITY, f32::max)
}

/// Directions of the scan: unit vectors in cells, row downwards.
pub fn directions() -> Vec<[f32; 2]> {
    (0..N_AZIMUTHS)
        .map(|k| {
            let a = (k as f64 + 0.5) / N_AZIMUTHS as f64 * std::f64::consts::TAU;
            [libm::sin(a) as f32, -libm::cos(a) as f32]
        })
        .collect()
}

impl Skyline<'_> {
    /// Tops of roofs and of crowns, m: they end a walk.
    pub fn tops(&self) -> [f32; 2] {
        [highest(self.surface_m), highest(self.crown_m)]
    }

    /// True when any crown stands above the roofs.
    pub fn has_trees(&self) -> bool {
        self.crown_m != self.surface_m
    }

    /// Cells that the scan of the sky looks at in each direction.
    pub fn steps(&self) -> usize {
        (self.reach_m / self.grid.cell_m).ceil().max(1.0) as usize
    }

    /// Make `svf`, the sky view factors under `before`, those under this skyline: only tiles that a change can reach are
    /// scanned again. Every value is what [`Skyline::view_factor`] gives. Returns the share of the map that was scanned.
    pub fn renew(&self, before: &Skyline, svf: &mut Raster<f32>) -> f64 {
        // The tops end walks early and crowns anywhere double the scan: what they change is not only near by.
        let is_other = self.grid != before.grid || self.reach_m != before.reach_m || self.tops() != before.tops();
        if is_other || self.has_trees() != before.has_trees() || svf.grid != self.grid {
            *svf = self.view_factor();
            return 1.0;
        }
        let (n_cols, n_rows) = (self.grid.n_cols, self.grid.n_rows);
        let across = n_cols.div_ceil(TILE);
        let mut wanted = vec![false; across * n_rows.div_ceil(TILE)];
        // A ray's last look lies at most this many pixels off, in either direction.
        let reach = self.steps() + 1;
        let tiles = |at: usize, n: usize| at.saturating_sub(reach) / TILE..=(at + reach).min(n - 1) / TILE;
        for k in 0..self.grid.len() {
            if self.surface_m[k] != before.surface_m[k] || self.crown_m[k] != before.crown_m[k] {
                let (col, row) = (k % n_cols, k / n_cols);
                for tile_row in tiles(row, n_rows) {
                    wanted[tile_row * across..][tiles(col, n_cols)].fill(true);
                }
            }
        }
        let is_wanted = |(col, row): (usize, usize)| wanted[row / TILE * across + col / TILE];
        let old = &svf.values;
        let new = self.view_factor_where(|at, k| (!is_wanted(at)).then(|| old[k]));
        *svf = new;
        wanted.iter().filter(|w| **w).count() as f64 / wanted.len().max(1) as f64
    }

    fn each(&self, cell: impl Fn((usize, usize), usize) -> f32 + Sync) -> Raster<f32> {
        let n_cols = self.grid.n_cols;
        let mut out = Raster::filled(self.grid, 0.0_f32);
        out.values.par_chunks_mut(n_cols.max(1)).enumerate().for_each(|(row, line)| {
            for (col, v) in line.iter_mut().enumerate() {
                *v = cell((col, row), row * n_cols + col);
            }
        });
        out
    }

    /// Sky view factor of every pixel, 0 to 1. Stage `heat.view_factor`.
    pub fn view_factor(&self) -> Raster<f32> {
        self.view_factor_where(|_, _| None)
    }

    /// Sky view factor of every pixel whose value is not known.
    fn view_factor_where(&self, known: impl Fn((usize, usize), usize) -> Option<f32> + Sync) -> Raster<f32> {
        let [roof_top, crown_top] = self.tops();
        let trees = self.has_trees();
        let dirs = directions();
        let steps = self.steps();
        let open = |heights: &[f32], top: f32, at: (usize, usize), from: f32| {
            let sum: f32 = dirs
                .iter()
                .map(|&[x, y]| {
                    let t = steepest(&self.grid, heights, top, at, from, (x, y), steps);
                    1.0 / (1.0 + t * t)
                })
                .sum();
            sum / N_AZIMUTHS as f32
        };
        self.each(|at, k| {
            if let Some(value) = known(at, k) {
                return value;
            }
            let from = self.surface_m[k];
            let roofs = open(self.surface_m, roof_top, at, from);
            if !trees {
                return roofs;
            }
            // Under a crown the whole sky is leaves.
            let all = if self.crown_m[k] > from + 1.0 { 0.0 } else { open(self.crown_m, crown_top, at, from) };
            all + CROWN_TRANSMISSION * (roofs - all).max(0.0)
        })
    }

    /// Share of the direct sun that reaches every pixel: 1 in the sun, 0 in the shade of a building.
    pub fn sunlit(&self, sun: Sun) -> Raster<f32> {
        match self.shine(sun) {
            Some(shine) => self.sunlit_by(&shine),
            None => Raster::filled(self.grid, 0.0),
        }
    }

    /// Where the sun's rays come from; `None` when it is too low to count.
    pub fn shine(&self, sun: Sun) -> Option<Shine> {
        // A sun below 2° gives next to nothing on level ground, and its shadows are endless.
        if sun.elevation_rad <= 0.035 {
            return None;
        }
        let slope = libm::tan(sun.elevation_rad) as f32;
        // Low sun throws long shadows: look as far as the highest roof can reach.
        let lowest = self.surface_m.iter().copied().fold(f32::INFINITY, f32::min);
        let longest = f64::from(highest(self.crown_m) - lowest) / f64::from(slope.max(0.02));
        let n_steps = (longest / self.grid.cell_m).ceil().clamp(1.0, 5000.0) as usize;
        Some(Shine { dir: [libm::sin(sun.azimuth_rad) as f32, -libm::cos(sun.azimuth_rad) as f32], slope, n_steps })
    }

    /// Stage `heat.sunlit`.
    pub fn sunlit_by(&self, shine: &Shine) -> Raster<f32> {
        let [roof_top, crown_top] = self.tops();
        let trees = self.has_trees();
        let Shine { dir: [x, y], slope, n_steps } = *shine;
        self.each(|at, k| {
            let from = self.surface_m[k];
            if steepest(&self.grid, self.surface_m, roof_top, at, from, (x, y), n_steps) > slope {
                return 0.0;
            }
            let shaded = trees
                && (self.crown_m[k] > from + 1.0
                    || steepest(&self.grid, self.crown_m, crown_top, at, from, (x, y), n_steps) > slope);
            if shaded { CROWN_TRANSMISSION } else { 1.0 }
        })
    }
}

/// The sun's rays as the scan follows them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shine {
    /// Towards the sun, a unit vector in cells (row downwards).
    pub dir: [f32; 2],
    /// Tangent of its height.
    pub slope: f32,
    /// Cells to look at.
    pub n_steps: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(n: usize) -> GridRef {
        GridRef { west_m: 0.0, north_m: n as f64, cell_m: 1.0, n_cols: n, n_rows: n }
    }

    #[test]
    fn a_street_canyon_sees_the_textbook_share_of_the_sky() {
        // Infinite canyon, 21 m wide, walls of 10 m: in the middle SVF = cos(atan(10 / 10.5)).
        let g = grid(401);
        let surface: Vec<f32> = (0..g.len()).map(|k| if (k % 401).abs_diff(200) <= 10 { 0.0 } else { 10.0 }).collect();
        let sky = Skyline { grid: g, surface_m: &surface, crown_m: &surface, reach_m: 190.0 };
        let svf = sky.view_factor();
        let exact = (1.0 / (1.0 + (10.0_f32 / 10.5).powi(2))).sqrt();
        // Walls are met at whole cells along the ray: within half a cell.
        assert!((svf.at(200, 200) - exact).abs() < 0.02, "{} against {exact}", svf.at(200, 200));
        assert!(svf.at(20, 200) > 0.99, "roofs see the whole sky");
    }

    #[test]
    fn what_is_scanned_again_after_a_change_equals_the_whole_scan() {
        // Blocks of many heights with a line of trees; then a house is built, one is pulled down, a tree is felled and one
        // is planted. The map is no multiple of a tile.
        let g = GridRef { west_m: 0.0, north_m: 150.0, cell_m: 1.0, n_cols: 173, n_rows: 150 };
        let house = |k: usize| k % 173 % 14 < 8 && k / 173 % 11 < 6;
        let height = |k: usize| 4.0 + ((k % 173 / 14 * 7 + k / 173 / 11 * 3) % 13) as f32;
        let surface: Vec<f32> = (0..g.len()).map(|k| if house(k) { height(k) } else { 0.0 }).collect();
        let mut crown = surface.clone();
        (0..173).step_by(9).for_each(|col| crown[g.idx(col, 70)] = 9.5);
        let sky = |surface: &[f32], crown: &[f32]| {
            let sky = Skyline { grid: g, surface_m: surface, crown_m: crown, reach_m: 20.0 };
            sky.view_factor()
        };
        let (mut new_surface, mut new_crown) = (surface.clone(), crown.clone());
        for (col, row, roof, top) in [(60, 20, 11.0, 11.0), (2, 1, 0.0, 0.0), (9, 70, 0.0, 0.0), (100, 140, 0.0, 8.0)] {
            (new_surface[g.idx(col, row)], new_crown[g.idx(col, row)]) = (roof, top);
        }
        let before = Skyline { grid: g, surface_m: &surface, crown_m: &crown, reach_m: 20.0 };
        let after = Skyline { grid: g, surface_m: &new_surface, crown_m: &new_crown, reach_m: 20.0 };
        let mut svf = sky(&surface, &crown);
        let whole = sky(&new_surface, &new_crown);
        assert_ne!(svf, whole);
        let share = after.renew(&before, &mut svf);
        assert_eq!(svf, whole);
        assert!((0.1..0.8).contains(&share), "{share}");
        assert_eq!(after.renew(&after, &mut svf), 0.0);
        // A tower above all roofs ends walks later everywhere: the whole map.
        let (mut high_surface, mut high_crown) = (new_surface.clone(), new_crown.clone());
        (high_surface[g.idx(50, 50)], high_crown[g.idx(50, 50)]) = (60.0, 60.0);
        let tower = Skyline { grid: g, surface_m: &high_surface, crown_m: &high_crown, reach_m: 20.0 };
        assert_eq!(tower.renew(&after, &mut svf), 1.0);
        assert_eq!(svf, tower.view_factor());
    }

    #[test]
    fn shadows_have_the_right_length_and_side() {
        // A post 10 m high, the sun in the south at 45°: the shadow is 10 m long, to the north.
        let g = grid(41);
        let mut surface = vec![0.0_f32; g.len()];
        surface[g.idx(20, 20)] = 10.0;
        let sky = Skyline { grid: g, surface_m: &surface, crown_m: &surface, reach_m: 50.0 };
        let sun = Sun { elevation_rad: 45.0_f64.to_radians(), azimuth_rad: std::f64::consts::PI };
        let lit = sky.sunlit(sun);
        let north: f32 = (1..=15).map(|d| 1.0 - lit.at(20, 20 - d)).sum();
        assert!((9.0..=10.0).contains(&north), "{north}");
        assert_eq!(lit.at(20, 25), 1.0);
        assert_eq!(lit.at(10, 15), 1.0);
    }
}
