//! Air between the houses: how much warmer it is than the country air that blows in.
//!
//! θ (K) in a layer of depth H, over the country's layer of that depth, follows ∂θ/∂t + ∂(uθ)/∂x + ∂(vθ)/∂y =
//! D ∇²θ + S + k (θ_a − θ) − k_r θ_a, with source S = ΔQH / (ρ c_p H) from the sensible heat beyond that of open grassland.
//! Exchange k = w / H with the air above, which is θ_a warmer than the country's layer and heats that too, at its own k_r
//! ([`super::night`]). Air that blows in has a given θ: 0 from the country, the map's own mean from more of the same city.
//!
//! Each step solves the rows and then the columns implicitly (upwind; locally one-dimensional splitting): stable for
//! any Δt, conserves heat, and never leaves the range of its sources. All lines of a direction share one factorisation, and
//! sixteen of them are solved side by side.

use multiversion::multiversion;
use rayon::prelude::*;

use super::night::{Exchange, mixing};
use crate::gis::GridRef;

/// Air over a map during one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AirFlow {
    /// Wind towards the east, m/s.
    pub east_m_s: f32,
    /// Wind towards the south, m/s.
    pub south_m_s: f32,
    /// Diffusion, m²/s.
    pub diffusion_m2_s: f32,
    /// Exchange with the air above.
    pub exchange: Exchange,
    /// θ of the air that blows in, K.
    pub inflow_k: f32,
}

/// What solving a line of cells needs: implicit upwind advection and diffusion with open ends. All lines of a direction
/// share it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// For each cell, what it takes from the next one (backwards), and one over its pivot.
    pub factors: Vec<[f32; 2]>,
    /// What a cell takes from the one before.
    pub from_before: f32,
    /// |c|: what the cell at the windward end takes from outside.
    pub from_outside: f32,
    /// The windward end.
    pub windward: usize,
}

impl Line {
    /// A line of `n` cells under a wind of `speed` along it.
    pub fn new(n: usize, speed: f32, diffusion_m2_s: f32, dt: f32, cell_m: f32) -> Line {
        let c = dt * speed / cell_m;
        let d = dt * diffusion_m2_s / (cell_m * cell_m);
        let (from_before, from_after) = (d + c.max(0.0), d + (-c).max(0.0));
        let mut factors: Vec<[f32; 2]> = Vec::with_capacity(n);
        for i in 0..n {
            // Diffusion does not cross the ends.
            let left_d = if i > 0 { d } else { 0.0 };
            let right_d = if i + 1 < n { d } else { 0.0 };
            let diagonal = 1.0 + left_d + right_d + c.abs();
            let upper = if i + 1 < n { from_after } else { 0.0 };
            let pivot = diagonal - if i > 0 { from_before * factors[i - 1][0] } else { 0.0 };
            factors.push([upper / pivot, 1.0 / pivot]);
        }
        let windward = if c > 0.0 { 0 } else { n.saturating_sub(1) };
        Line { factors, from_before, from_outside: c.abs(), windward }
    }

    /// Solve `LANES` lines side by side.
    #[inline(always)]
    fn solve(&self, cells: &mut [[f32; LANES]], inflow_k: f32) {
        if let Some(end) = cells.get_mut(self.windward) {
            end.iter_mut().for_each(|t| *t += self.from_outside * inflow_k);
        }
        let mut before = [0.0_f32; LANES];
        for (cell, &[_, inverse]) in cells.iter_mut().zip(&self.factors) {
            for k in 0..LANES {
                before[k] = (cell[k] + self.from_before * before[k]) * inverse;
            }
            *cell = before;
        }
        let mut after = [0.0_f32; LANES];
        for (cell, &[from_after, _]) in cells.iter_mut().zip(&self.factors).rev() {
            for k in 0..LANES {
                after[k] = cell[k] + from_after * after[k];
            }
            *cell = after;
        }
    }
}

/// Lines that are solved side by side, so that the sums of one wait for no other.
const LANES: usize = 16;

/// Both directions of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct Lines {
    /// Along rows.
    pub rows: Line,
    /// Along columns.
    pub columns: Line,
    /// Exchange with the air above.
    pub exchange: Exchange,
    /// Δt, s.
    pub dt_s: f32,
}

impl Lines {
    /// Prepare steps of `dt` seconds under `flow`.
    pub fn new(grid: &GridRef, flow: &AirFlow, dt: f32) -> Lines {
        let line = |n, speed| Line::new(n, speed, flow.diffusion_m2_s, dt, grid.cell_m as f32);
        Lines {
            rows: line(grid.n_cols, flow.east_m_s),
            columns: line(grid.n_rows, flow.south_m_s),
            exchange: flow.exchange,
            dt_s: dt,
        }
    }
}

/// Sources and exchange, then along the rows: stage `heat.air_rows`. `mixing` is that of [`super::night::mixing`].
pub fn rows(lines: &Lines, nx: usize, theta: &mut [f32], source_k_s: &[f32], mixing: &[f32], inflow_k: f32) {
    let bands = theta.par_chunks_mut(nx * LANES).zip(source_k_s.par_chunks(nx * LANES));
    let bands = bands.zip(mixing.par_chunks(nx * LANES));
    bands.for_each(|((theta, source), mixing)| band(lines, nx, theta, (source, mixing), inflow_k));
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn band(lines: &Lines, nx: usize, theta: &mut [f32], (source, mixing): (&[f32], &[f32]), inflow_k: f32) {
    let mut cells = vec![[0.0_f32; LANES]; nx];
    let rows = theta.chunks(nx).zip(source.chunks(nx)).zip(mixing.chunks(nx));
    for (k, ((line, source), mixing)) in rows.enumerate() {
        for (((cell, t), s), m) in cells.iter_mut().zip(line).zip(source).zip(mixing) {
            cell[k] = lines.exchange.apply(*t, *m, *s, lines.dt_s);
        }
    }
    lines.rows.solve(&mut cells, inflow_k);
    for (k, line) in theta.chunks_mut(nx).enumerate() {
        for (t, cell) in line.iter_mut().zip(&cells) {
            *t = cell[k];
        }
    }
}

/// Along the columns: stage `heat.air_columns`.
pub fn columns(lines: &Lines, nx: usize, theta: &mut [f32], inflow_k: f32) {
    let planes: Vec<Vec<[f32; LANES]>> =
        (0..nx.div_ceil(LANES)).into_par_iter().map(|k| strip(lines, nx, theta, k * LANES, inflow_k)).collect();
    theta.par_chunks_mut(nx).enumerate().for_each(|(row, line)| {
        for (part, plane) in line.chunks_mut(LANES).zip(&planes) {
            part.copy_from_slice(&plane[row][..part.len()]);
        }
    });
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn strip(lines: &Lines, nx: usize, theta: &[f32], first: usize, inflow_k: f32) -> Vec<[f32; LANES]> {
    let n = LANES.min(nx - first);
    let mut cells = vec![[0.0_f32; LANES]; theta.len() / nx];
    for (cell, line) in cells.iter_mut().zip(theta.chunks(nx)) {
        cell[..n].copy_from_slice(&line[first..first + n]);
    }
    lines.columns.solve(&mut cells, inflow_k);
    cells
}

/// Mean over the map, in a fixed order: stage `heat.air_mean`.
pub fn mean(nx: usize, theta: &[f32]) -> f32 {
    let sums: Vec<f64> = theta.par_chunks(nx.max(1)).map(|l| l.iter().map(|&v| f64::from(v)).sum()).collect();
    (sums.iter().sum::<f64>() / theta.len().max(1) as f64) as f32
}

/// One step of `dt` seconds over open ground. `source_k_s` is S.
pub fn step(grid: &GridRef, theta: &mut [f32], source_k_s: &[f32], flow: &AirFlow, dt: f32) {
    let lines = Lines::new(grid, flow, dt);
    rows(&lines, grid.n_cols, theta, source_k_s, &vec![mixing(0.0); theta.len()], flow.inflow_k);
    columns(&lines, grid.n_cols, theta, flow.inflow_k);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(n_cols: usize, n_rows: usize, cell_m: f64) -> GridRef {
        GridRef { west_m: 0.0, north_m: 0.0, cell_m, n_cols, n_rows }
    }

    #[test]
    fn a_still_box_warms_as_its_equation_says() {
        // θ(t) = S/k (1 − e^{−kt})
        let g = grid(5, 4, 20.0);
        let flow = AirFlow {
            east_m_s: 0.0,
            south_m_s: 0.0,
            diffusion_m2_s: 3.0,
            exchange: Exchange::steady(1e-3),
            inflow_k: 0.0,
        };
        let mut theta = vec![0.0; g.len()];
        for _ in 0..200 {
            step(&g, &mut theta, &[2e-3; 20], &flow, 10.0);
        }
        let exact = 2.0 * (1.0 - (-2.0_f32).exp());
        assert!(theta.iter().all(|t| (t - exact).abs() < 0.01 * exact), "{} against {exact}", theta[0]);
    }

    #[test]
    fn wind_over_a_city_warms_along_its_fetch() {
        // Steady: θ(x) = S/k (1 − e^{−kx/u}).
        let g = grid(400, 1, 5.0);
        let flow = AirFlow {
            east_m_s: 1.0,
            south_m_s: 0.0,
            diffusion_m2_s: 0.0,
            exchange: Exchange::steady(1e-3),
            inflow_k: 0.0,
        };
        let mut theta = vec![0.0; 400];
        for _ in 0..4000 {
            step(&g, &mut theta, &[2e-3; 400], &flow, 2.0);
        }
        for i in [50, 200, 399] {
            let x = (i as f32 + 0.5) * 5.0;
            let exact = 2.0 * (1.0 - (-1e-3 * x).exp());
            assert!((theta[i] - exact).abs() < 0.01 * exact + 0.006, "x {x}: {} against {exact}", theta[i]);
        }
    }

    #[test]
    fn a_hot_spot_spreads_like_a_gaussian_and_keeps_its_heat() {
        let g = grid(101, 101, 1.0);
        let flow = AirFlow {
            east_m_s: 0.0,
            south_m_s: 0.0,
            diffusion_m2_s: 1.0,
            exchange: Exchange::steady(0.0),
            inflow_k: 0.0,
        };
        let (t0, t1) = (20.0_f32, 60.0_f32);
        let kernel = |t: f32, k: usize| {
            let (x, y) = ((k % 101) as f32 - 50.0, (k / 101) as f32 - 50.0);
            100.0 / (4.0 * std::f32::consts::PI * t) * (-(x * x + y * y) / (4.0 * t)).exp()
        };
        let mut theta: Vec<f32> = (0..g.len()).map(|k| kernel(t0, k)).collect();
        let none = vec![0.0; g.len()];
        for _ in 0..400 {
            step(&g, &mut theta, &none, &flow, 0.1);
        }
        let peak = kernel(t1, 50 * 101 + 50);
        let worst = (0..g.len()).map(|k| (theta[k] - kernel(t1, k)).abs()).fold(0.0, f32::max);
        assert!(worst < 0.01 * peak, "{worst} of {peak}");
        let heat: f64 = theta.iter().map(|&v| f64::from(v)).sum();
        assert!((heat - 100.0).abs() < 1e-2, "{heat}");
    }
}
