//! Maxima and arrival times, sampled every few seconds.

use rayon::prelude::*;

use super::local_inertial::State;
use super::math::G_M_S2;
use super::shallow_water::{DRY_M, StepReport};
use crate::fields::layout::Layout;

/// Water counts as arrived from this depth, m; velocity is measured from it too.
pub const ARRIVAL_DEPTH_M: f32 = 0.01;

/// Greatest values so far (padded planes).
#[derive(Debug, Clone, PartialEq)]
pub struct Stats {
    /// Greatest depth, m.
    pub max_depth_m: Vec<f32>,
    /// Greatest speed where the water is at least 1 cm deep, m/s.
    pub max_speed_m_s: Vec<f32>,
    /// Greatest depth × speed, m²/s.
    pub max_hazard_m2_s: Vec<f32>,
    /// Time when the depth first passed 1 cm, s; NaN where it never did.
    pub arrival_s: Vec<f32>,
}

/// Velocity (east, south) in a cell, m/s, from fluxes on faces (local inertial) or momentum in cells.
#[inline(always)]
pub fn velocity(s: &State, at: usize, stride: usize, on_faces: bool) -> (f32, f32) {
    let h = s.h_m[at];
    if h < ARRIVAL_DEPTH_M {
        return (0.0, 0.0);
    }
    let (qx, qy) = if on_faces {
        (0.5 * (s.qx_m2_s[at] + s.qx_m2_s[at + 1]), 0.5 * (s.qy_m2_s[at] + s.qy_m2_s[at + stride]))
    } else {
        (s.qx_m2_s[at], s.qy_m2_s[at])
    };
    (qx / h, qy / h)
}

/// Depth and speed of the whole map, as a step reports them.
pub fn scan(layout: Layout, s: &State, on_faces: bool) -> StepReport {
    let stride = layout.stride();
    let rows = (0..layout.n_rows).into_par_iter().map(|row| {
        let mut r = StepReport::default();
        for at in row * stride..row * stride + layout.n_cols {
            let h = s.h_m[at];
            r.deepest_bits = r.deepest_bits.max(h.to_bits());
            let own = if on_faces || h <= DRY_M { 0.0 } else { s.qx_m2_s[at].abs().max(s.qy_m2_s[at].abs()) / h };
            r.speed_m_s = r.speed_m_s.max(own + (G_M_S2 * h).sqrt());
        }
        r
    });
    rows.reduce(StepReport::default, StepReport::join)
}

impl Stats {
    /// Nothing yet.
    pub fn new(layout: Layout) -> Self {
        let zeros = vec![0.0; layout.len()];
        Stats {
            max_depth_m: zeros.clone(),
            max_speed_m_s: zeros.clone(),
            max_hazard_m2_s: zeros,
            arrival_s: vec![f32::NAN; layout.len()],
        }
    }

    /// As the shaders have them: depth, speed, hazard, and arrival, negative where water never came.
    pub fn packed(&self) -> Vec<[f32; 4]> {
        let cell = |at: usize| {
            let arrival = self.arrival_s[at];
            let arrival = if arrival.is_nan() { -1.0 } else { arrival };
            [self.max_depth_m[at], self.max_speed_m_s[at], self.max_hazard_m2_s[at], arrival]
        };
        (0..self.arrival_s.len()).map(cell).collect()
    }

    /// And unpacked.
    pub fn unpacked(packed: &[[f32; 4]]) -> Stats {
        let plane = |k: usize| packed.iter().map(|v| v[k]).collect();
        Stats {
            max_depth_m: plane(0),
            max_speed_m_s: plane(1),
            max_hazard_m2_s: plane(2),
            arrival_s: packed.iter().map(|v| if v[3] < 0.0 { f32::NAN } else { v[3] }).collect(),
        }
    }

    /// Take in the state at `t_s`.
    pub fn sample(&mut self, layout: Layout, s: &State, on_faces: bool, t_s: f32) {
        let (stride, nx) = (layout.stride(), layout.n_cols);
        let planes = self.max_depth_m.par_chunks_mut(stride).zip(self.max_speed_m_s.par_chunks_mut(stride));
        let planes = planes.zip(self.max_hazard_m2_s.par_chunks_mut(stride).zip(self.arrival_s.par_chunks_mut(stride)));
        planes.take(layout.n_rows).enumerate().for_each(|(row, ((depth, speed), (hazard, arrival)))| {
            for i in 0..nx {
                let at = row * stride + i;
                let h = s.h_m[at];
                let (u, v) = velocity(s, at, stride, on_faces);
                let w = (u * u + v * v).sqrt();
                depth[i] = depth[i].max(h);
                speed[i] = speed[i].max(w);
                hazard[i] = hazard[i].max(h * w);
                if arrival[i].is_nan() && h >= ARRIVAL_DEPTH_M {
                    arrival[i] = t_s;
                }
            }
        });
    }
}
