//! Air between the houses: how much warmer it is than the country air that blows in.
//!
//! θ (K) in a layer of depth H: ∂θ/∂t + ∂(uθ)/∂x + ∂(vθ)/∂y = D ∇²θ + S − k θ, with source S = ΔQH / (ρ c_p H) from the
//! sensible heat beyond that of open grassland, and exchange k = w_e / H with the air above. Air that blows in has a given
//! θ: 0 from the country, the map's own mean from more of the same city.
//!
//! Each step solves the rows and then the columns implicitly (upwind; locally one-dimensional splitting): stable for
//! any Δt, conserves heat, and never leaves the range of its sources.

use rayon::prelude::*;

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
    /// Exchange with the air above, 1/s.
    pub exchange_1_s: f32,
    /// θ of the air that blows in, K.
    pub inflow_k: f32,
}

/// One line of cells: implicit upwind advection and diffusion with open ends. `theta` is both input and result.
fn solve_line(theta: &mut [f32], speed: f32, flow: &AirFlow, dt: f32, cell_m: f32, scratch: &mut Vec<f32>) {
    let n = theta.len();
    let diffusion = flow.diffusion_m2_s;
    let c = dt * speed / cell_m;
    let d = dt * diffusion / (cell_m * cell_m);
    let (from_before, from_after) = (d + c.max(0.0), d + (-c).max(0.0));
    scratch.clear();
    scratch.resize(n, 0.0);
    // Diffusion does not cross the ends; what blows in from outside carries its own θ.
    let windward = if c > 0.0 { 0 } else { n.saturating_sub(1) };
    if let Some(t) = theta.get_mut(windward) {
        *t += c.abs() * flow.inflow_k;
    }
    let mut before = 0.0_f32;
    for i in 0..n {
        let left_d = if i > 0 { d } else { 0.0 };
        let right_d = if i + 1 < n { d } else { 0.0 };
        let diagonal = 1.0 + left_d + right_d + c.abs();
        let lower = if i > 0 { -from_before } else { 0.0 };
        let upper = if i + 1 < n { -from_after } else { 0.0 };
        let pivot = diagonal - lower * if i > 0 { scratch[i - 1] } else { 0.0 };
        scratch[i] = upper / pivot;
        before = (theta[i] - lower * before) / pivot;
        theta[i] = before;
    }
    for i in (0..n.saturating_sub(1)).rev() {
        theta[i] -= scratch[i] * theta[i + 1];
    }
}

/// Columns that one task solves together, so that reads along a row stay in cache.
const STRIP: usize = 16;

/// One step of `dt` seconds. `source_k_s` is S.
pub fn step(grid: &GridRef, theta: &mut [f32], source_k_s: &[f32], flow: &AirFlow, dt: f32) {
    let (nx, ny) = (grid.n_cols, grid.n_rows);
    let cell_m = grid.cell_m as f32;
    let decay = 1.0 / (1.0 + dt * flow.exchange_1_s);
    theta.par_chunks_mut(nx).zip(source_k_s.par_chunks(nx)).for_each(|(line, source)| {
        for (t, s) in line.iter_mut().zip(source) {
            *t = (*t + dt * s) * decay;
        }
        solve_line(line, flow.east_m_s, flow, dt, cell_m, &mut Vec::new());
    });
    let strips: Vec<Vec<f32>> = (0..nx.div_ceil(STRIP))
        .into_par_iter()
        .map(|strip| {
            let (first, last) = (strip * STRIP, ((strip + 1) * STRIP).min(nx));
            let mut lines = vec![0.0_f32; (last - first) * ny];
            let mut scratch = Vec::new();
            for (row, line) in theta.chunks(nx).enumerate() {
                for (c, &v) in line[first..last].iter().enumerate() {
                    lines[c * ny + row] = v;
                }
            }
            for line in lines.chunks_mut(ny) {
                solve_line(line, flow.south_m_s, flow, dt, cell_m, &mut scratch);
            }
            lines
        })
        .collect();
    theta.par_chunks_mut(nx).enumerate().for_each(|(row, line)| {
        for (col, v) in line.iter_mut().enumerate() {
            *v = strips[col / STRIP][(col % STRIP) * ny + row];
        }
    });
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
        let flow = AirFlow { east_m_s: 0.0, south_m_s: 0.0, diffusion_m2_s: 3.0, exchange_1_s: 1e-3, inflow_k: 0.0 };
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
        let flow = AirFlow { east_m_s: 1.0, south_m_s: 0.0, diffusion_m2_s: 0.0, exchange_1_s: 1e-3, inflow_k: 0.0 };
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
        let flow = AirFlow { east_m_s: 0.0, south_m_s: 0.0, diffusion_m2_s: 1.0, exchange_1_s: 0.0, inflow_k: 0.0 };
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
