//! Maxima and arrival times, sampled every few seconds.

use rayon::prelude::*;

use super::local_inertial::State;
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
