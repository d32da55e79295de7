//! The stages at both ends of an interval: forcing at its beginning; rain, soil and drains, and maxima at its end. With them
//! on the device, many intervals go by without anything being read back.
//!
//! The forcing is a table with a row for each interval: its length, the time of its end, the rain that falls in it (m), then
//! the rate of every source (m/s), then the level of every level edge (m above the datum).

use super::hydrology::{Hydrology, Soil, Takes, exchange as exchange_cell};
use super::local_inertial::BLOCKED_M;
use super::stages::{BEGUN, Control, ENDED, Params, Source, state};
use super::stats::{Stats, scan};
use crate::fields::layout::Layout;
use crate::fields::stage::Buffers;

/// Place of the interval's end in a row.
const END: usize = 1;
/// Place of the rain in a row.
const RAIN: usize = 2;
/// Place of the first source's rate in a row.
pub const RATES: usize = 3;

/// What soil and drains take (m/s) and the share of the rain, as the shaders read them.
pub fn packed_soil(h: &Hydrology, n: usize) -> Vec<[f32; 4]> {
    let or = |plane: &[f32], at: usize, without: f32| plane.get(at).copied().unwrap_or(without);
    let takes: &[f32] = match &h.soil {
        Soil::Sealed => &[],
        Soil::Constant { rate_m_s } => rate_m_s,
        Soil::GreenAmpt { k_m_s, .. } => k_m_s,
    };
    (0..n).map(|at| [or(takes, at, 0.0), or(&h.drain_m_s, at, 0.0), or(&h.rain_weight, at, 1.0), 0.0]).collect()
}

/// The kind of soil as a number, and suction × deficit.
pub fn soil_kind(h: &Hydrology) -> (u32, f32) {
    match &h.soil {
        Soil::Sealed => (0, 0.0),
        Soil::Constant { .. } => (1, 0.0),
        Soil::GreenAmpt { suction_m, .. } => (2, *suction_m),
    }
}

fn row<'a>(b: &'a Buffers, params: &Params, c: &Control) -> &'a [f32] {
    let width = params.row_width as usize;
    &b.get::<f32>("forcing")[(c.interval.max(1) as usize - 1) * width..][..width]
}

pub(super) fn forcing(b: &mut Buffers) {
    let (params, c): (Params, Control) = (b.one("params"), b.one("control"));
    if c.phase & BEGUN == 0 {
        return;
    }
    let row = row(b, &params, &c).to_vec();
    let mut sources: Vec<Source> = b.copy("sources");
    let n_sources = params.n_sources as usize;
    sources[..n_sources].iter_mut().zip(&row[RATES..]).for_each(|(s, rate)| s.rate_m_s = *rate);
    let mut edges: Vec<[f32; 2]> = b.copy("edges");
    for (edge, place) in edges.iter_mut().zip(b.get::<u32>("edge_levels")) {
        if *place != 0 {
            edge[1] = row[*place as usize];
        }
    }
    b.set("sources", &sources);
    b.set("edges", &edges);
}

pub(super) fn exchange(b: &mut Buffers) {
    let (params, c): (Params, Control) = (b.one("params"), b.one("control"));
    let (dt, fell) = (row(b, &params, &c)[0], row(b, &params, &c)[RAIN]);
    if c.phase & ENDED == 0 || (params.soil_kind == 0 && params.has_drains == 0 && fell <= 0.0) {
        return;
    }
    let layout = Layout { n_cols: params.n_cols as usize, n_rows: params.n_rows as usize };
    let (ground, soil): (&[[f32; 4]], &[[f32; 4]]) = (b.get("ground"), b.get("soil"));
    let (mut h, mut owed): (Vec<f32>, Vec<f32>) = (b.copy("h"), b.copy("owed"));
    let mut taken: Vec<[f32; 4]> = b.copy("taken");
    for at in (0..layout.n_rows).flat_map(|r| (0..layout.n_cols).map(move |c| layout.idx(c, r))) {
        if ground[at][0] > 0.5 * BLOCKED_M {
            continue;
        }
        let [takes, drain, weight, _] = soil[at];
        let takes = match params.soil_kind {
            0 => Takes::Nothing,
            1 => Takes::Rate(takes * dt),
            _ => Takes::GreenAmpt(takes * dt, params.suction_m),
        };
        let t = &mut taken[at];
        let [soaks, drains] = exchange_cell(fell * weight, takes, drain * dt, &mut h[at], &mut owed[at], &mut t[0]);
        t[1] += soaks;
        t[2] += drains;
    }
    b.set("h", &h);
    b.set("owed", &owed);
    b.set("taken", &taken);
}

pub(super) fn maxima(b: &mut Buffers) {
    let (params, mut c): (Params, Control) = (b.one("params"), b.one("control"));
    if c.phase & ENDED == 0 {
        return;
    }
    let layout = Layout { n_cols: params.n_cols as usize, n_rows: params.n_rows as usize };
    let (now, on_faces) = (state(b), params.on_faces != 0);
    let mut stats = Stats::unpacked(b.get("maxima"));
    stats.sample(layout, &now, on_faces, row(b, &params, &c)[END]);
    let found = scan(layout, &now, on_faces);
    c.deepest_bits = c.deepest_bits.max(found.deepest_bits);
    if !on_faces {
        c.fastest_bits = c.fastest_bits.max(found.speed_m_s.to_bits());
    }
    b.set("maxima", &stats.packed());
    b.set("control", &[c]);
}
