//! A step in place: the map is cut into bands of rows, and each band's task walks down its rows and overwrites those that
//! no later row of it needs.
//!
//! What a band needs of its neighbours' rows is copied aside before any band begins, so a step is two parallel regions: a
//! short one that copies margins, and the one that does the work. Nothing depends on how the rows are cut, or on threads.
//! Beside writing into a second set of planes this spares the memory a third of its work: a line that is written has been
//! read already, and there are five streams of planes in place of eight.

use rayon::prelude::*;

use super::local_inertial::State;
use crate::fields::layout::Layout;

/// Rows above a band that it may look at.
const ABOVE: usize = 2;
/// Rows below it.
const BELOW: usize = 3;

/// One row of the water as it was before the step; each slice is a stride long.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// Depth, m.
    pub h: &'a [f32],
    /// Flux or momentum east, m²/s.
    pub qx: &'a [f32],
    /// Flux or momentum south, m²/s.
    pub qy: &'a [f32],
}

impl State {
    /// Row `j` of planes of this layout.
    #[inline(always)]
    pub fn row(&self, layout: Layout, j: usize) -> Row<'_> {
        let stride = layout.stride();
        let at = j * stride..(j + 1) * stride;
        Row { h: &self.h_m[at.clone()], qx: &self.qx_m2_s[at.clone()], qy: &self.qy_m2_s[at] }
    }
}

/// Rows of the neighbours of each band, kept from step to step so that nothing is allocated.
#[derive(Debug, Clone, Default)]
pub struct Margins(Vec<Margin>);

/// Rows above, then rows below; three planes each.
#[derive(Debug, Clone, Default)]
struct Margin {
    h: Vec<f32>,
    qx: Vec<f32>,
    qy: Vec<f32>,
}

impl Margin {
    /// Take what the band of `rows` needs; the map has `n_rows` rows, padding included.
    fn copy(&mut self, s: &State, stride: usize, n_rows: usize, rows: std::ops::Range<usize>) {
        let planes = [(&mut self.h, &s.h_m), (&mut self.qx, &s.qx_m2_s), (&mut self.qy, &s.qy_m2_s)];
        for (margin, plane) in planes {
            margin.resize((ABOVE + BELOW) * stride, 0.0);
            let (above, below) = margin.split_at_mut(ABOVE * stride);
            let n_above = rows.start.min(ABOVE) * stride;
            above[ABOVE * stride - n_above..].copy_from_slice(&plane[rows.start * stride - n_above..][..n_above]);
            let n_below = (n_rows - rows.end).min(BELOW) * stride;
            below[..n_below].copy_from_slice(&plane[rows.end * stride..][..n_below]);
        }
    }

    #[inline(always)]
    fn row(&self, k: usize, stride: usize) -> Row<'_> {
        let at = k * stride..(k + 1) * stride;
        Row { h: &self.h[at.clone()], qx: &self.qx[at.clone()], qy: &self.qy[at] }
    }
}

/// A band of rows with its margins.
pub struct Band<'a> {
    /// Its first row.
    pub first: usize,
    stride: usize,
    h: &'a mut [f32],
    qx: &'a mut [f32],
    qy: &'a mut [f32],
    margin: &'a Margin,
}

impl Band<'_> {
    /// Rows of the band, padding row included.
    #[inline(always)]
    pub fn n_rows(&self) -> usize {
        self.h.len() / self.stride
    }

    /// Row `j` of the map, as it was before the step if it was not written since: one of the band's own, or one of its
    /// margins'.
    #[inline(always)]
    pub fn row(&self, j: usize) -> Row<'_> {
        if j < self.first {
            return self.margin.row(j + ABOVE - self.first, self.stride);
        }
        let k = j - self.first;
        if k >= self.n_rows() {
            return self.margin.row(k - self.n_rows() + ABOVE, self.stride);
        }
        let at = k * self.stride..(k + 1) * self.stride;
        Row { h: &self.h[at.clone()], qx: &self.qx[at.clone()], qy: &self.qy[at] }
    }

    /// Row `j` of the band, to be written: depth and both fluxes.
    #[inline(always)]
    pub fn row_mut(&mut self, j: usize) -> (&mut [f32], &mut [f32], &mut [f32]) {
        let k = j - self.first;
        let at = k * self.stride..(k + 1) * self.stride;
        (&mut self.h[at.clone()], &mut self.qx[at.clone()], &mut self.qy[at])
    }
}

/// Rows in one band: few, so that all threads have work, and not too few, since the rows at its border are computed twice.
fn rows_in_band(n_rows: usize) -> usize {
    (n_rows / (4 * rayon::current_num_threads())).clamp(32, 128)
}

/// Let `work` overwrite every band of `state`; what it returns is in the order of the bands.
pub fn walk<T: Send>(
    layout: Layout,
    state: &mut State,
    margins: &mut Margins,
    work: impl Fn(&mut Band) -> T + Sync,
) -> Vec<T> {
    let (stride, n_rows) = (layout.stride(), layout.n_rows + 1);
    let rows = rows_in_band(n_rows);
    margins.0.resize(n_rows.div_ceil(rows), Margin::default());
    margins.0.par_iter_mut().enumerate().for_each(|(k, margin)| {
        margin.copy(state, stride, n_rows, k * rows..((k + 1) * rows).min(n_rows));
    });
    let chunk = rows * stride;
    let planes = state.h_m.par_chunks_mut(chunk).zip(state.qx_m2_s.par_chunks_mut(chunk));
    let planes = planes.zip(state.qy_m2_s.par_chunks_mut(chunk)).zip(&margins.0);
    let bands = planes
        .enumerate()
        .map(|(k, (((h, qx), qy), margin))| work(&mut Band { first: k * rows, stride, h, qx, qy, margin }));
    bands.collect()
}

#[cfg(test)]
mod tests {
    use super::super::edges::{EdgeKind, Edges, Side};
    use super::super::local_inertial::{self, Ground};
    use super::super::shallow_water;
    use super::super::walls::Walls;
    use super::*;
    use crate::gis::GridRef;

    #[test]
    fn a_band_sees_its_neighbours_as_they_were() {
        // Each row becomes the sum of the two rows above and the three below it, all of them as they were.
        let layout = Layout { n_cols: 3, n_rows: 99 };
        let value = |j: usize, plane: usize| (1000 * plane + j * j) as f32;
        let plane = |p: usize| (0..layout.len()).map(|k| value(k / layout.stride(), p)).collect();
        let mut state = State { h_m: plane(1), qx_m2_s: plane(2), qy_m2_s: plane(3) };
        let before = state.clone();
        let pick = |r: Row| [r.h[0], r.qx[0], r.qy[0]];
        let bands = walk(layout, &mut state, &mut Margins::default(), |band| {
            let (first, n) = (band.first, band.n_rows());
            // From the margins alone, before anything is written.
            let near: Vec<usize> =
                (first.saturating_sub(2)..first).chain(first + n..(first + n + 3).min(100)).collect();
            let sum: [f32; 3] = std::array::from_fn(|p| near.iter().map(|&j| pick(band.row(j))[p]).sum());
            for j in first..first + n {
                let (h, qx, qy) = band.row_mut(j);
                h.fill(sum[0]);
                qx.fill(sum[1]);
                qy.fill(sum[2]);
            }
            (near, sum, first..first + n)
        });
        assert!(bands.len() > 1);
        for (near, sum, rows) in bands {
            for (p, sum) in sum.into_iter().enumerate() {
                let wanted: f32 = near.iter().map(|&j| pick(before.row(layout, j))[p]).sum();
                assert_eq!(sum, wanted);
                rows.clone().for_each(|j| assert_eq!(pick(state.row(layout, j))[p], wanted));
            }
        }
    }

    /// Water on hilly ground with a dam, open edges and a dry corner, a hundred and fifty rows of it.
    fn on_hills(work: impl Fn(&Ground, &State)) {
        let layout = Layout { n_cols: 45, n_rows: 150 };
        let grid = GridRef { west_m: 0.0, north_m: 300.0, cell_m: 2.0, n_cols: 45, n_rows: 150 };
        let wave = |k: usize, a: f32, b: f32| (a * (k % 46) as f32).sin() * (b * (k / 46) as f32).cos();
        let plane = |f: &dyn Fn(usize) -> f32| (0..layout.len()).map(f).collect::<Vec<f32>>();
        let bed: Vec<f32> = (0..45 * 150).map(|k| 2.0 + 1.5 * wave(k / 45 * 46 + k % 45, 0.3, 0.2)).collect();
        let wet = |k: usize| k % 46 < 45 && k / 46 < 150 && (k % 46 > 9 || k / 46 < 60);
        let q = |k: usize, most: usize| if k % 46 < most && wet(k) { 0.05 * wave(k, 0.7, 0.5) } else { 0.0 };
        let mut walls = Walls::default();
        walls.add_line(&grid, layout, (12.0, 290.0), (70.0, 120.0), 3.0);
        let mut edges = Edges::closed(45, 150);
        edges.open(Side::West, 20..90, EdgeKind::Free { min_slope: 1e-3 });
        edges.open(Side::South, 5..40, EdgeKind::Level { level_m: 2.5 });
        let ground = Ground {
            layout,
            cell_m: 2.0,
            z_m: &layout.pad(&bed, 1e6),
            manning: &plane(&|_| 0.03),
            edges: &edges,
            walls: &walls,
            theta: 0.9,
        };
        let h_m = plane(&|k| if wet(k) { (0.6 + 0.5 * wave(k, 0.11, 0.17)).max(0.0) } else { 0.0 });
        work(&ground, &State { h_m, qx_m2_s: plane(&|k| q(k, 45)), qy_m2_s: plane(&|k| q(k, 45)) });
    }

    #[test]
    fn bands_in_place_give_the_bits_of_the_stages() {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            on_hills(|g, start| {
                let (mut state, mut staged, mut margins) = (start.clone(), start.clone(), Margins::default());
                for _ in 0..6 {
                    let report = pool.install(|| local_inertial::step(g, &mut state, &mut margins, 0.2));
                    let mut raw = staged.clone();
                    local_inertial::fluxes(g, &staged, 0.2, &mut raw.qx_m2_s, &mut raw.qy_m2_s);
                    let deepest = local_inertial::update(g, &raw, 0.2, &mut staged);
                    assert_eq!(report.deepest_bits, deepest);
                    assert_eq!(state, staged);
                }
                assert_ne!(state.h_m, start.h_m);
                let (mut state, mut staged) = (start.clone(), start.clone());
                for _ in 0..6 {
                    let report = pool.install(|| shallow_water::step(g, &mut state, &mut margins, 0.1));
                    let mut faces = [vec![[0.0; 4]; g.layout.len()], vec![[0.0; 4]; g.layout.len()]];
                    let [x, y] = &mut faces;
                    shallow_water::fluxes(g, &staged, x, y);
                    let old = staged.clone();
                    let (deepest, fastest) = shallow_water::update(g, &old, (x, y), &mut staged, 0.1);
                    assert_eq!((report.deepest_bits, report.speed_m_s), (deepest, fastest));
                    assert_eq!(state, staged);
                }
            });
        }
    }
}
