//! Rain in, infiltration and drains out: the vertical exchange of each cell, every few seconds.
//!
//! * rain: rate(t) · weight, from the exact integral of the series
//! * infiltration, constant rate or Green–Ampt: ΔF = ½ (KΔt − 2F + √((KΔt − 2F)² + 8KΔt(ψΔθ + F))) (explicit form of
//!   the implicit law, exact for small and for large F; L: Li et al. 1976)
//! * drains: up to a capacity; the water leaves the map or comes out at an outlet
//!
//! 1 mm/h over 0.1 s is 3e-8 m: an `f32` metre of water would never notice. So what a depth could not take in is kept
//! in a second plane, `owed_m`, and added next time.

use rayon::prelude::*;

use super::local_inertial::BLOCKED_M;
use crate::fields::layout::Layout;

/// How a cell soaks up water.
#[derive(Debug, Clone, PartialEq)]
pub enum Soil {
    /// Not at all.
    Sealed,
    /// At a constant rate, m/s (a padded plane).
    Constant {
        /// Rate, m/s.
        rate_m_s: Vec<f32>,
    },
    /// Green–Ampt.
    GreenAmpt {
        /// Conductivity when saturated, m/s (a padded plane).
        k_m_s: Vec<f32>,
        /// Suction at the front × moisture deficit, m.
        suction_m: f32,
    },
}

/// The planes of vertical exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct Hydrology {
    /// Share of the rain that falls on each cell (1 = the series itself); empty = 1 everywhere.
    pub rain_weight: Vec<f32>,
    /// How the ground soaks up water.
    pub soil: Soil,
    /// Water soaked up so far, m; empty without Green–Ampt.
    pub soaked_m: Vec<f32>,
    /// What the drains take, m/s; empty = no drains.
    pub drain_m_s: Vec<f32>,
    /// Water that belongs to a cell but was too little for its depth to take in, m.
    pub owed_m: Vec<f32>,
}

/// Volumes exchanged, as depth summed over cells (times the area of a cell: m³).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Exchange {
    /// Rain that fell.
    pub rain: f64,
    /// Water soaked up.
    pub soaked: f64,
    /// Water taken by the drains.
    pub drained: f64,
}

/// Green–Ampt: what soaks in within a step when water is plenty, m. `kdt` = K Δt, m.
#[inline(always)]
pub fn green_ampt(kdt: f32, suction_m: f32, soaked_m: f32) -> f32 {
    let b = kdt - 2.0 * soaked_m;
    0.5 * (b + (b * b + 8.0 * kdt * (suction_m + soaked_m)).sqrt())
}

/// What the soil of a cell takes in a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// At most this, m.
    Rate(f32),
    /// By Green–Ampt: K Δt and suction × deficit, m.
    GreenAmpt(f32, f32),
}

/// The exchange of one cell: `rain` falls, the soil `takes`, drains take at most `drain`, all in m. Returns what soaked in and
/// what the drains took.
#[inline(always)]
pub fn exchange(rain: f32, takes: Takes, drain: f32, h: &mut f32, owed: &mut f32, soaked: &mut f32) -> [f32; 2] {
    let there = (*h + (*owed + rain)).max(0.0);
    let soaks = match takes {
        Takes::Nothing => 0.0,
        Takes::Rate(most) => most.min(there),
        Takes::GreenAmpt(kdt, suction_m) => green_ampt(kdt, suction_m, *soaked).min(there),
    };
    let drains = drain.min(there - soaks);
    *soaked += soaks;
    let owes = *owed + ((rain - soaks) - drains);
    let next = *h + owes;
    let next = if next < 0.0 { 0.0 } else { next };
    *owed = owes - (next - *h);
    *h = next;
    [soaks, drains]
}

impl Hydrology {
    /// Sealed ground without drains.
    pub fn none(layout: Layout) -> Hydrology {
        Hydrology {
            rain_weight: Vec::new(),
            soil: Soil::Sealed,
            soaked_m: Vec::new(),
            drain_m_s: Vec::new(),
            owed_m: vec![0.0; layout.len()],
        }
    }

    /// True when nothing is exchanged, whatever the rain.
    pub fn is_idle(&self) -> bool {
        self.soil == Soil::Sealed && self.drain_m_s.is_empty()
    }

    /// Exchange over `dt` seconds with `rain_m` metres of rain (before weights).
    pub fn step(&mut self, layout: Layout, z_m: &[f32], h_m: &mut [f32], rain_m: f32, dt: f32) -> Exchange {
        let (stride, nx) = (layout.stride(), layout.n_cols);
        let Hydrology { rain_weight, soil, soaked_m, drain_m_s, owed_m } = self;
        let weight = |at: usize| if rain_weight.is_empty() { 1.0 } else { rain_weight[at] };
        let drain = |at: usize| if drain_m_s.is_empty() { 0.0 } else { drain_m_s[at] };
        let cell = |at: usize, h: &mut f32, owed: &mut f32, soaked: &mut f32, sums: &mut Exchange| {
            if z_m[at] > 0.5 * BLOCKED_M {
                return;
            }
            let rain = rain_m * weight(at);
            let takes = match &*soil {
                Soil::Sealed => Takes::Nothing,
                Soil::Constant { rate_m_s } => Takes::Rate(rate_m_s[at] * dt),
                Soil::GreenAmpt { k_m_s, suction_m } => Takes::GreenAmpt(k_m_s[at] * dt, *suction_m),
            };
            let [soaks, drains] = exchange(rain, takes, drain(at) * dt, h, owed, soaked);
            sums.rain += f64::from(rain);
            sums.soaked += f64::from(soaks);
            sums.drained += f64::from(drains);
        };
        let mut no_soak = vec![0.0_f32; if soaked_m.is_empty() { layout.len() } else { 0 }];
        let soaked_plane: &mut [f32] = if soaked_m.is_empty() { &mut no_soak } else { soaked_m };
        let rows = h_m.par_chunks_mut(stride).zip(owed_m.par_chunks_mut(stride));
        let rows = rows.zip(soaked_plane.par_chunks_mut(stride)).take(layout.n_rows);
        let sums: Vec<Exchange> = rows
            .enumerate()
            .map(|(row, ((h, owed), soaked))| {
                let mut sums = Exchange::default();
                for i in 0..nx {
                    cell(row * stride + i, &mut h[i], &mut owed[i], &mut soaked[i], &mut sums);
                }
                sums
            })
            .collect();
        sums.iter().fold(Exchange::default(), |a, b| Exchange {
            rain: a.rain + b.rain,
            soaked: a.soaked + b.soaked,
            drained: a.drained + b.drained,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_cell(soil: Soil, drain: f32) -> (Layout, Hydrology) {
        let layout = Layout { n_cols: 1, n_rows: 1 };
        let drain_m_s = if drain > 0.0 { vec![drain; 4] } else { Vec::new() };
        let h = Hydrology { rain_weight: Vec::new(), soil, soaked_m: vec![0.0; 4], drain_m_s, owed_m: vec![0.0; 4] };
        (layout, h)
    }

    #[test]
    fn a_drizzle_is_not_lost_on_a_metre_of_water() {
        // 1 mm/h in steps of 0.1 s for an hour on 1 m: plain f32 addition would leave 1 m.
        let (layout, mut hydrology) = one_cell(Soil::Sealed, 0.0);
        let mut h = vec![1.0, 0.0, 0.0, 0.0];
        for _ in 0..36_000 {
            hydrology.step(layout, &[0.0; 4], &mut h, 0.001 / 36_000.0, 0.1);
        }
        assert!((h[0] - 1.001).abs() < 2e-7, "{}", h[0]);
    }

    #[test]
    fn green_ampt_follows_the_implicit_law() {
        // K = 10 mm/h, ψΔθ = 30 mm: t = (F − S ln(1 + F/S)) / K solved for F after two hours.
        let (k, s) = (0.010 / 3600.0, 0.030_f64);
        let (layout, mut hydrology) = one_cell(Soil::GreenAmpt { k_m_s: vec![k as f32; 4], suction_m: s as f32 }, 0.0);
        let mut h = vec![1.0, 0.0, 0.0, 0.0];
        for _ in 0..1440 {
            hydrology.step(layout, &[0.0; 4], &mut h, 0.0, 5.0);
        }
        let mut f = 0.03_f64;
        for _ in 0..100 {
            f = k * 7200.0 + s * libm::log1p(f / s);
        }
        let soaked = f64::from(hydrology.soaked_m[0]);
        assert!((soaked - f).abs() < 0.005 * f, "{soaked} against {f}");
        assert!((f64::from(h[0]) - (1.0 - soaked)).abs() < 1e-6);
    }

    #[test]
    fn drains_and_soil_never_take_more_than_there_is() {
        let (layout, mut hydrology) = one_cell(Soil::Constant { rate_m_s: vec![1e-3; 4] }, 1e-3);
        let mut h = vec![0.0015, 0.0, 0.0, 0.0];
        let sums = hydrology.step(layout, &[0.0; 4], &mut h, 0.0, 1.0);
        assert!((sums.soaked - 0.001).abs() < 1e-9 && (sums.drained - 0.0005).abs() < 1e-9);
        assert!(h[0] >= 0.0 && h[0] < 1e-9);
    }
}
