//! Local inertial flood wave: row functions and the fused CPU step.
//!
//! Over each face, with η = z + h (Bates et al. 2010; θ of de Almeida et al. 2012; L):
//!
//! * h_f = max(η_L, η_R) − max(z_L, z_R)
//! * q' = [θ q + ½(1−θ)(q₋ + q₊) − g h_f Δt ∂η/∂x] / [1 + g Δt n² |q| / h_f^{7/3}], |q| the 2-D norm
//! * where |∂η/∂x| > 0.8: |q'| ≤ h_f^{5/3} √|∂η/∂x| / n (Gauckler–Manning–Strickler)
//! * a cell's outflow is scaled down to what it holds
//! * h' = h + Δt/Δx (Σ in − Σ out)
//!
//! Units m, s, m²/s. Limits: no supercritical flow, no bores; use [`super::shallow_water`] for dam breaks.
//!
//! The step is one pass over memory, in place ([`super::bands`]): each task walks down its rows, keeps the fluxes of three
//! rows in cache, and overwrites a row once no later one needs it. Neighbouring tasks compute the rows at their border
//! twice from the same numbers, so nothing depends on how the rows are cut. Rows without water (and without an open edge) are passed over. The loop is
//! compiled for several widths of vector registers and the widest that there is runs; no operation is fused or reordered,
//! so all give the same bits.

use multiversion::multiversion;

use super::bands::{Band, Margins, Row, walk};
use super::edges::{Edges, Side};
use super::math::{G_M_S2, greater, inverse_cbrt, lesser};
use super::shallow_water::StepReport;
use super::walls::Walls;
use crate::fields::layout::{LANES, Layout, in_blocks};

/// Faces with less water than this carry none, m.
pub const DRY_M: f32 = 1e-5;
const DRY_BITS: u32 = DRY_M.to_bits();
/// Bed of cells that hold no water (buildings, no data, padding), m above the datum.
pub const BLOCKED_M: f32 = 1e6;
/// Slope above which Manning's uniform flow caps the flux.
pub const STEEP: f32 = 0.8;

/// What stands still during a step.
pub struct Ground<'a> {
    /// Shape of every plane.
    pub layout: Layout,
    /// Side of a cell, m.
    pub cell_m: f32,
    /// Bed, m above the datum.
    pub z_m: &'a [f32],
    /// Manning's roughness, s/m^{1/3}.
    pub manning: &'a [f32],
    /// Edges of the map.
    pub edges: &'a Edges,
    /// Thin dams.
    pub walls: &'a Walls,
    /// Weight of a face's own flux against its neighbours' (1 = Bates 2010).
    pub theta: f32,
}

/// Water at one moment. Local inertial: `qx`, `qy` on faces. Shallow water: momentum in cells.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Depth, m.
    pub h_m: Vec<f32>,
    /// Flux east, m²/s.
    pub qx_m2_s: Vec<f32>,
    /// Flux south, m²/s.
    pub qy_m2_s: Vec<f32>,
}

impl State {
    /// Still water of depth `h_m` (a padded plane).
    pub fn still(h_m: Vec<f32>) -> Self {
        let n = h_m.len();
        State { h_m, qx_m2_s: vec![0.0; n], qy_m2_s: vec![0.0; n] }
    }
}

/// The numbers of a step that all faces share.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// θ.
    theta: f32,
    /// ½ (1 − θ).
    beside: f32,
    /// g Δt / Δx, m/s.
    pull_m_s: f32,
    /// ¼ g Δt, m: a quarter, since roughness comes as the sum of both sides.
    drag_m: f32,
    /// 1 / Δx, 1/m.
    per_m: f32,
    /// Difference of levels above which a face is steep, m.
    steep_m: f32,
}

impl Pace {
    /// Of steps of `dt_s` seconds on cells of `cell_m` metres.
    #[inline(always)]
    pub fn new(theta: f32, dt_s: f32, cell_m: f32) -> Pace {
        Pace {
            theta,
            beside: 0.5 * (1.0 - theta),
            pull_m_s: G_M_S2 * dt_s / cell_m,
            drag_m: 0.25 * (G_M_S2 * dt_s),
            per_m: 1.0 / cell_m,
            steep_m: STEEP * cell_m,
        }
    }
}

/// One face: what lies on both sides, and the fluxes of the step before.
#[derive(Debug, Clone, Copy)]
pub struct Face {
    /// Levels before and after the face, m.
    pub eta_m: [f32; 2],
    /// The higher of both beds, or a wall's crest, m.
    pub bed_m: f32,
    /// Roughness, the sum of both sides, s/m^{1/3}.
    pub manning_sum: f32,
    /// Flux over it, m²/s.
    pub q: f32,
    /// Sum of the fluxes over the two faces in line with it, m²/s.
    pub sides: f32,
    /// Sum of the fluxes over the four faces across it, m²/s.
    pub across: f32,
}

impl Face {
    /// The new flux.
    #[inline(always)]
    pub fn flux(&self, p: Pace) -> f32 {
        let (flux, _) = self.uncapped_flux(p);
        self.capped(flux, p)
    }

    /// The flux before the cap for steep faces, and whether the face is wet and steep (bits of a mask).
    ///
    /// Above and below the line of the formula stand multiplied by h_f², so that h_f^{-7/3} becomes h_f^{-1/3}.
    #[inline(always)]
    fn uncapped_flux(&self, p: Pace) -> (f32, i32) {
        let [before, after] = self.eta_m;
        let hf = greater(before, after) - self.bed_m;
        let rise = after - before;
        let across = 0.25 * self.across;
        let norm = (self.q * self.q + across * across).sqrt();
        let depth = greater(hf, DRY_M);
        let y = inverse_cbrt(depth);
        let h2 = depth * depth;
        let top = p.theta * self.q + p.beside * self.sides - p.pull_m_s * (depth * rise);
        let bottom = h2 + (p.drag_m * (self.manning_sum * self.manning_sum)) * (norm * y);
        let flux = top * h2 / bottom;
        let wet = hf > DRY_M;
        let steep = i32::from(wet) & i32::from(rise.abs() > p.steep_m);
        (if wet { flux } else { 0.0 }, steep)
    }

    /// The cap of a steep face: Manning's uniform flow.
    #[inline(always)]
    fn capped(&self, flux: f32, p: Pace) -> f32 {
        let [before, after] = self.eta_m;
        let hf = greater(before, after) - self.bed_m;
        let rise = (after - before).abs();
        let depth = greater(hf, DRY_M);
        let cap = depth * depth * inverse_cbrt(depth) * (rise * p.per_m).sqrt() / (0.5 * self.manning_sum);
        let within = greater(lesser(flux, cap), -cap);
        let within = if rise > p.steep_m { within } else { flux };
        if hf > DRY_M { within } else { 0.0 }
    }
}

/// A row of faces as rows of what lies on their sides; all slices are of one length.
struct Faces<'a> {
    z: [&'a [f32]; 2],
    h: [&'a [f32]; 2],
    n: [&'a [f32]; 2],
    q: &'a [f32],
    sides: [&'a [f32]; 2],
    across: [&'a [f32]; 4],
}

impl Faces<'_> {
    /// Their new fluxes, before limiting.
    #[inline(always)]
    fn fluxes(&self, p: Pace, out: &mut [f32]) {
        let Faces { z: [za, zb], h: [ha, hb], n: [na, nb], q, sides: [sa, sb], across: [aa, ab, ac, ad] } = *self;
        let mut steep = [0; LANES];
        in_blocks!(i < out.len(), [za, zb, ha, hb, na, nb, q, sa, sb, aa, ab, ac, ad] => [out], {
            let face = Face {
                eta_m: [za[i] + ha[i], zb[i] + hb[i]],
                bed_m: greater(za[i], zb[i]),
                manning_sum: na[i] + nb[i],
                q: q[i],
                sides: sa[i] + sb[i],
                across: (aa[i] + ab[i]) + (ac[i] + ad[i]),
            };
            let (flux, is_steep) = face.uncapped_flux(p);
            steep[i] |= is_steep;
            [flux]
        });
        if steep != [0; LANES] {
            // Half of the divisions and roots of a face are for the cap: only rows that need it pay for it. A face that is
            // done twice is capped at the same number.
            in_blocks!(i < out.len(), [za, zb, ha, hb, na, nb, out] => [out], {
                let face = Face {
                    eta_m: [za[i] + ha[i], zb[i] + hb[i]],
                    bed_m: greater(za[i], zb[i]),
                    manning_sum: na[i] + nb[i],
                    q: 0.0,
                    sides: 0.0,
                    across: 0.0,
                };
                [face.capped(out[i], p)]
            });
        }
    }
}

/// New fluxes over the west faces of row `j` (`n_cols` + 1 of them), before limiting. `qy_south` are those over the south
/// faces of its cells, of the step before.
#[inline(always)]
pub fn flux_x_row(g: &Ground, j: usize, here: Row, qy_south: &[f32], dt: f32, out: &mut [f32]) {
    let nx = g.layout.n_cols;
    let at = j * g.layout.stride();
    let (z, n) = (&g.z_m[at..at + nx], &g.manning[at..at + nx]);
    let (h, qx, qy) = (&here.h[..nx], &here.qx[..nx + 1], &here.qy[..nx]);
    let qy_south = &qy_south[..nx];
    let out = &mut out[..nx + 1];
    // Face i + 1 lies between the cells i and i + 1.
    let faces = Faces {
        z: [&z[..nx - 1], &z[1..]],
        h: [&h[..nx - 1], &h[1..]],
        n: [&n[..nx - 1], &n[1..]],
        q: &qx[1..nx],
        sides: [&qx[..nx - 1], &qx[2.min(nx)..]],
        across: [&qy[..nx - 1], &qy[1..], &qy_south[..nx - 1], &qy_south[1..]],
    };
    faces.fluxes(Pace::new(g.theta, dt, g.cell_m), &mut out[1..nx]);
    let edge = |k: usize, k2: usize| (h[k], z[k], n[k], h[k2], z[k2]);
    out[0] = -g.edges.flux(Side::West, j, edge(0, 1.min(nx - 1)), -qx[0], dt, g.cell_m);
    out[nx] = g.edges.flux(Side::East, j, edge(nx - 1, nx.saturating_sub(2)), qx[nx], dt, g.cell_m);
    for wall in g.walls.x_row(j) {
        let i = wall.col;
        if i > 0 && i < nx {
            let eta_m = [z[i - 1] + h[i - 1], z[i] + h[i]];
            out[i] = wall_flux(eta_m, z[i - 1].max(z[i]), wall.crest_m, n[i - 1] + n[i], qx[i], dt, g.cell_m);
        }
    }
}

/// New fluxes over the north faces of row `j`, before limiting. `j` may be `n_rows`: the south edge. `row` gives rows of the
/// step before: `j` − 1 to `j` + 1, and at an edge the two rows beside it.
#[inline(always)]
pub fn flux_y_row<'a>(g: &Ground, j: usize, row: impl Fn(usize) -> Row<'a>, dt: f32, out: &mut [f32]) {
    let (nx, ny) = (g.layout.n_cols, g.layout.n_rows);
    let stride = g.layout.stride();
    let out = &mut out[..nx + 1];
    out[nx] = 0.0;
    if j == 0 || j == ny {
        let (edge, inner) = if j == 0 { (0, 1.min(ny - 1)) } else { (ny - 1, ny.saturating_sub(2)) };
        let (side, sign) = if j == 0 { (Side::North, -1.0) } else { (Side::South, 1.0) };
        let (h, h_in, q_old) = (row(edge).h, row(inner).h, row(j).qy);
        for (i, q) in out[..nx].iter_mut().enumerate() {
            let (a, b) = (edge * stride + i, inner * stride + i);
            let cells = (h[i], g.z_m[a], g.manning[a], h_in[i], g.z_m[b]);
            *q = sign * g.edges.flux(side, i, cells, sign * q_old[i], dt, g.cell_m);
        }
        return;
    }
    let at = j * stride;
    let up = at - stride;
    let (north, south) = (row(j - 1), row(j));
    let (z_n, z_s) = (&g.z_m[up..up + nx], &g.z_m[at..at + nx]);
    let (n_n, n_s) = (&g.manning[up..up + nx], &g.manning[at..at + nx]);
    let (h_n, h_s, qy) = (&north.h[..nx], &south.h[..nx], &south.qy[..nx]);
    let faces = Faces {
        z: [z_n, z_s],
        h: [h_n, h_s],
        n: [n_n, n_s],
        q: qy,
        sides: [&north.qy[..nx], &row(j + 1).qy[..nx]],
        across: [&north.qx[..nx], &north.qx[1..nx + 1], &south.qx[..nx], &south.qx[1..nx + 1]],
    };
    faces.fluxes(Pace::new(g.theta, dt, g.cell_m), &mut out[..nx]);
    for wall in g.walls.y_row(j) {
        let i = wall.col;
        let eta_m = [z_n[i] + h_n[i], z_s[i] + h_s[i]];
        out[i] = wall_flux(eta_m, z_n[i].max(z_s[i]), wall.crest_m, n_n[i] + n_s[i], qy[i], dt, g.cell_m);
    }
}

/// Flux over a wall: none below the crest, at most a broad-crested weir (1.705 H^{3/2}) above it.
fn wall_flux(eta_m: [f32; 2], bed: f32, crest: f32, manning_sum: f32, q: f32, dt: f32, cell_m: f32) -> f32 {
    // An opened breach is an ordinary face.
    let face = Face { eta_m, bed_m: crest.max(bed), manning_sum, q, sides: 0.0, across: 0.0 };
    let flux = face.flux(Pace::new(1.0, dt, cell_m));
    if crest <= bed {
        return flux;
    }
    let head = (eta_m[0].max(eta_m[1]) - crest).max(0.0);
    let weir = 1.705 * head * head.sqrt();
    flux.max(-weir).min(weir)
}

/// Flux out of the map to still water of `level_m`, m²/s.
#[inline(always)]
pub fn flux_to_level(eta_m: f32, level_m: f32, bed_m: f32, manning: f32, q_out: f32, dt: f32, cell_m: f32) -> f32 {
    let face = Face { eta_m: [eta_m, level_m], bed_m, manning_sum: 2.0 * manning, q: q_out, sides: 0.0, across: 0.0 };
    face.flux(Pace::new(1.0, dt, cell_m))
}

/// Share of its outflow that each cell of a row can pay for from what it holds. True if that is less than all of it
/// anywhere; otherwise `out` is left as it was.
#[inline(always)]
pub fn share_row(h: &[f32], qx: &[f32], qy_n: &[f32], qy_s: &[f32], dt: f32, cell_m: f32, out: &mut [f32]) -> bool {
    let nx = h.len();
    let (qx_e, qx, qy_n, qy_s, out) = (&qx[1..nx + 1], &qx[..nx], &qy_n[..nx], &qy_s[..nx], &mut out[..nx]);
    let mut short = [0; LANES];
    in_blocks!(i < nx, [h, qx, qx_e, qy_n, qy_s] => [], {
        let leaves = (greater(qx_e[i], 0.0) - lesser(qx[i], 0.0)) + (greater(qy_s[i], 0.0) - lesser(qy_n[i], 0.0));
        short[i] |= i32::from(leaves * dt > h[i] * cell_m);
        []
    });
    let is_short = short != [0; LANES];
    if is_short {
        in_blocks!(i < nx, [h, qx, qx_e, qy_n, qy_s] => [out], {
            let leaves = (greater(qx_e[i], 0.0) - lesser(qx[i], 0.0)) + (greater(qy_s[i], 0.0) - lesser(qy_n[i], 0.0));
            let asks = leaves * dt;
            let holds = h[i] * cell_m;
            // holds / asks, at most 1, without a branch: one around a division keeps a loop from being vectorised.
            [holds / greater(greater(asks, holds), f32::MIN_POSITIVE)]
        });
    }
    is_short
}

#[inline(always)]
fn limited(q: f32, share_before: f32, share_after: f32) -> f32 {
    // One of the two is zero (or both are NaN): exact, and without a branch.
    greater(0.0, q) * share_before + lesser(0.0, q) * share_after
}

/// Rows of fluxes and shares that one task keeps in cache; row `k` lives in slot `(k + 1) % 4`.
struct Rows {
    qx: [Vec<f32>; 4],
    qy: [Vec<f32>; 4],
    /// All ones where the row is not `short`.
    share: [Vec<f32>; 4],
    /// Some cell of the row holds less than is to leave it.
    short: [bool; 4],
    /// No water and no open edge beside it: neither fluxes along the row nor out of it.
    still: [bool; 4],
    deepest: [u32; 4],
    /// Depth of the row that is being overwritten.
    h_old: Vec<f32>,
}

impl Rows {
    fn new(stride: usize) -> Self {
        let rows = |v: f32| std::array::from_fn(|_| vec![v; stride]);
        Rows {
            qx: rows(0.0),
            qy: rows(0.0),
            share: rows(1.0),
            short: [false; 4],
            still: [true; 4],
            deepest: [0; 4],
            h_old: vec![0.0; stride],
        }
    }

    /// Looks whether row `k` can move.
    #[inline(always)]
    fn look(&mut self, g: &Ground, band: &Band, k: isize) {
        let s = slot(k);
        (self.still[s], self.deepest[s]) = (true, 0);
        if k >= 0 && k < g.layout.n_rows as isize {
            let k = k as usize;
            self.deepest[s] = deepest_of(&band.row(k).h[..g.layout.n_cols]);
            self.still[s] = self.deepest[s] <= DRY_BITS && !g.edges.is_open_at_row(k);
        }
    }
}

/// Slot of row `k`, where row −1 (outside, north) exists too.
#[inline(always)]
fn slot(k: isize) -> usize {
    ((k + 1) & 3) as usize
}

/// One step of `dt` seconds, in place.
pub fn step(g: &Ground, state: &mut State, margins: &mut Margins, dt: f32) -> StepReport {
    let (nx, ny, stride) = (g.layout.n_cols, g.layout.n_rows, g.layout.stride());
    let bands = walk(g.layout, state, margins, |band| step_band(g, band, dt));
    let deepest_bits = bands.iter().map(|b| b.0).max().unwrap_or(0);
    let deepest = f32::from_bits(deepest_bits.min(f32::MAX.to_bits()));
    // What leaves over the edges: over the west and east in the order of the rows, whatever the bands were.
    let x: f64 = bands.iter().flat_map(|b| &b.1).sum();
    let south = &state.qy_m2_s[ny * stride..];
    let y: f64 = south[..nx].iter().zip(&state.qy_m2_s).map(|(s, n)| f64::from(*s) - f64::from(*n)).sum();
    StepReport { deepest_bits, speed_m_s: (G_M_S2 * deepest).sqrt(), edge_out_m2_s: x + y }
}

/// Bits of the greatest depth so far, gathered by lanes, and whether there was a sign bit.
#[derive(Clone, Copy)]
pub(super) struct Deepest {
    bits: [i32; LANES],
    negative: [i32; LANES],
}

impl Deepest {
    pub(super) const NONE: Deepest = Deepest { bits: [0; LANES], negative: [0; LANES] };

    #[inline(always)]
    pub(super) fn look(&mut self, lane: usize, h: f32) {
        let bits = h.to_bits() as i32;
        self.bits[lane] = self.bits[lane].max(bits);
        self.negative[lane] |= bits;
    }

    /// Bits of the greatest depth. A sign bit anywhere (a negative NaN) counts as the greatest of all.
    #[inline(always)]
    pub(super) fn bits(self) -> u32 {
        if self.negative.into_iter().any(|bits| bits < 0) {
            return u32::MAX;
        }
        self.bits.into_iter().fold(0, i32::max) as u32
    }
}

/// Bits of the greatest depth of a row, as [`Deepest`] has them.
#[inline(always)]
fn deepest_of(h: &[f32]) -> u32 {
    let (mut deepest, mut negative) = (0_i32, 0_i32);
    for v in h {
        let bits = v.to_bits() as i32;
        deepest = deepest.max(bits);
        negative |= bits;
    }
    if negative < 0 { u32::MAX } else { deepest as u32 }
}

/// Moves the water of a band. Returns the bits of the greatest depth, and what leaves the map over the west and east edges
/// of each of its rows.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn step_band(g: &Ground, band: &mut Band, dt: f32) -> (u32, Vec<f64>) {
    let (nx, ny, stride) = (g.layout.n_cols, g.layout.n_rows as isize, g.layout.stride());
    let (first, n_rows) = (band.first as isize, band.n_rows() as isize);
    let mut rows = Rows::new(stride);
    let inside = |k: isize| k >= 0 && k < ny;
    rows.look(g, band, first - 1);
    if inside(first - 1) {
        flux_y_row(g, (first - 1) as usize, |j| band.row(j), dt, &mut rows.qy[slot(first - 1)]);
    }
    let mut deepest = 0_u32;
    let mut leaves = Vec::with_capacity(n_rows as usize);
    let factor = dt / g.cell_m;
    for k in first - 1..=first + n_rows {
        // Fluxes around row k and the share of each of its cells.
        rows.look(g, band, k + 1);
        let (here, below) = (slot(k), slot(k + 1));
        if inside(k) && !rows.still[here] {
            let south = band.row(k as usize + 1).qy;
            flux_x_row(g, k as usize, band.row(k as usize), south, dt, &mut rows.qx[here]);
        } else {
            rows.qx[here].fill(0.0);
        }
        if k + 1 >= 0 && k < ny && !(rows.still[here] && rows.still[below]) {
            flux_y_row(g, (k + 1) as usize, |j| band.row(j), dt, &mut rows.qy[below]);
        } else {
            rows.qy[below].fill(0.0);
        }
        let was_short = rows.short[here];
        rows.short[here] = inside(k) && !rows.still[here] && {
            let h = &band.row(k as usize).h[..nx];
            share_row(h, &rows.qx[here], &rows.qy[here], &rows.qy[below], dt, g.cell_m, &mut rows.share[here])
        };
        if was_short && !rows.short[here] {
            rows.share[here].fill(1.0);
        }
        // Row k − 1 now has all that it needs, and no later row needs what it was.
        let j = k - 1;
        if j < first {
            continue;
        }
        let (above, here, below) = (slot(j - 1), slot(j), slot(j + 1));
        let out = band.row_mut(j as usize);
        if j < ny && rows.still[above] && rows.still[here] && rows.still[below] {
            // It keeps its depth.
            out.1.fill(0.0);
            out.2.fill(0.0);
            deepest = deepest.max(rows.deepest[here]);
            leaves.push(0.0);
            continue;
        }
        rows.h_old.copy_from_slice(out.0);
        let is_short = rows.short[above] || rows.short[here] || rows.short[below];
        let share = is_short.then_some([&rows.share[above][..], &rows.share[here], &rows.share[below]]);
        let fluxes = [&rows.qx[here][..], &rows.qy[here], &rows.qy[below]];
        deepest = deepest.max(update_row(nx, share, fluxes, j == ny, &rows.h_old, out, factor));
        if j < ny {
            let qx = band.row(j as usize).qx;
            leaves.push(f64::from(qx[nx]) - f64::from(qx[0]));
        }
    }
    (deepest, leaves)
}

type RowOut<'a> = (&'a mut [f32], &'a mut [f32], &'a mut [f32]);

/// Depth after a step, m; `factor` is Δt/Δx, the rest what stays of the fluxes over both pairs of faces, m²/s.
#[inline(always)]
fn moved(h: f32, factor: f32, from_west: f32, from_north: f32) -> f32 {
    let h = h + factor * (from_west + from_north);
    // Rounding may leave a cell short by a few units in the last place; a NaN must pass.
    if h < 0.0 { 0.0 } else { h }
}

/// Moves the water of one row. `share` is that of the rows above, here and below, or none if all cells of these can pay for
/// their outflow; `fluxes` are those over west, north and south faces.
#[inline(always)]
fn update_row(
    nx: usize,
    share: Option<[&[f32]; 3]>,
    fluxes: [&[f32]; 3],
    padding_row: bool,
    h_old: &[f32],
    out: RowOut,
    factor: f32,
) -> u32 {
    let [qx, qy, qy_south] = fluxes;
    let (h_new, qx_new, qy_new) = out;
    h_new[nx] = 0.0;
    qy_new[nx] = 0.0;
    if padding_row {
        // What left over the south edge is gone: it must not gather in the padding.
        h_new.fill(0.0);
        qx_new.fill(0.0);
        qy_new.copy_from_slice(qy);
        if let Some([north, here, _]) = share {
            in_blocks!(i < nx, [qy, north, here] => [qy_new], { [limited(qy[i], north[i], here[i])] });
        }
        return 0;
    }
    match share {
        None => qx_new.copy_from_slice(qx),
        // Outside the map (west of column 0) a share of 1; the padding column holds 1 too.
        Some([_, here, _]) => {
            qx_new[0] = limited(qx[0], 1.0, here[0]);
            let (qx_e, here_e, out) = (&qx[1..], &here[1..], &mut qx_new[1..]);
            in_blocks!(i < nx, [qx_e, here, here_e] => [out], { [limited(qx_e[i], here[i], here_e[i])] });
        }
    }
    let (qx_w, qx_e) = (&qx_new[..nx], &qx_new[1..]);
    let mut deepest = Deepest::NONE;
    match share {
        None => {
            in_blocks!(i < nx, [h_old, qx_w, qx_e, qy, qy_south] => [h_new, qy_new], {
                let h = moved(h_old[i], factor, qx_w[i] - qx_e[i], qy[i] - qy_south[i]);
                deepest.look(i, h);
                [h, qy[i]]
            });
        }
        Some([north, here, south]) => {
            in_blocks!(i < nx, [h_old, qx_w, qx_e, qy, qy_south, north, here, south] => [h_new, qy_new], {
                let from_north = limited(qy[i], north[i], here[i]);
                let to_south = limited(qy_south[i], here[i], south[i]);
                let h = moved(h_old[i], factor, qx_w[i] - qx_e[i], from_north - to_south);
                deepest.look(i, h);
                [h, from_north]
            });
        }
    }
    deepest.bits()
}

/// Stage `flood.local_inertial_flux` on whole planes: fluxes before limiting.
pub fn fluxes(g: &Ground, s: &State, dt: f32, qx: &mut [f32], qy: &mut [f32]) {
    let (ny, stride) = (g.layout.n_rows, g.layout.stride());
    qx[ny * stride..].fill(0.0);
    let row = |j: usize| s.row(g.layout, j);
    for (j, (qx, qy)) in qx.chunks_mut(stride).zip(qy.chunks_mut(stride)).enumerate() {
        if j < ny {
            flux_x_row(g, j, row(j), row(j + 1).qy, dt, qx);
        }
        flux_y_row(g, j, row, dt, qy);
    }
}

/// Stage `flood.local_inertial_update` on whole planes: `raw` holds the depth and the fluxes before limiting. Returns the
/// bits of the greatest depth.
pub fn update(g: &Ground, raw: &State, dt: f32, new: &mut State) -> u32 {
    let (nx, ny, stride) = (g.layout.n_cols, g.layout.n_rows, g.layout.stride());
    let still = vec![0.0; stride];
    let row = |plane: &[f32], j: usize| plane[j * stride..][..stride].to_vec();
    // Row 0 is the row outside in the north.
    let mut share = vec![vec![1.0; stride]; ny + 3];
    for j in 0..ny {
        let (qx, qy_n, qy_s) = (row(&raw.qx_m2_s, j), row(&raw.qy_m2_s, j), row(&raw.qy_m2_s, j + 1));
        let _ = share_row(&raw.h_m[j * stride..][..nx], &qx, &qy_n, &qy_s, dt, g.cell_m, &mut share[j + 1]);
    }
    let mut deepest = 0;
    for j in 0..=ny {
        let at = j * stride..(j + 1) * stride;
        let below = if j < ny { row(&raw.qy_m2_s, j + 1) } else { still.clone() };
        let fluxes = [&raw.qx_m2_s[at.clone()], &raw.qy_m2_s[at.clone()], &below[..]];
        let around = Some([&share[j][..], &share[j + 1], &share[j + 2]]);
        let State { h_m, qx_m2_s, qy_m2_s } = &mut *new;
        let out = (&mut h_m[at.clone()], &mut qx_m2_s[at.clone()], &mut qy_m2_s[at.clone()]);
        deepest = deepest.max(update_row(nx, around, fluxes, j == ny, &raw.h_m[at], out, dt / g.cell_m));
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_gives_no_more_than_it_holds() {
        // 1 m²/s east out of cell 3 of a row for a second: 1 m² is asked where 0.01 m on 2 m holds 0.02 m².
        for n in [7, 40] {
            let (h, still) = (vec![0.01; n], vec![0.0; n + 1]);
            let mut qx = vec![0.0; n + 1];
            qx[4] = 1.0;
            let mut share = vec![1.0; n];
            assert!(share_row(&h, &qx, &still, &still, 1.0, 2.0, &mut share));
            for (k, share) in share.iter().enumerate() {
                assert_eq!(*share, if k == 3 { 0.02 } else { 1.0 }, "{k} of {n}");
            }
            // All of what it holds may go, and then nothing is written.
            qx[4] = 0.02;
            let mut share = vec![7.0; n];
            assert!(!share_row(&h, &qx, &still, &still, 1.0, 2.0, &mut share));
            assert_eq!(share, vec![7.0; n]);
        }
    }

    #[test]
    fn flux_is_that_of_the_formula() {
        // h_f = 1.2 m (the crest at 1 m), 0.2 m of rise over 10 m, n 0.03, |q| = √(0.3² + 0.4²), θ 0.9, Δt 2 s.
        let face = Face { eta_m: [2.2, 2.0], bed_m: 1.0, manning_sum: 0.06, q: 0.3, sides: 0.5, across: 1.6 };
        let (dt, h) = (2.0_f64, 1.2_f64);
        let top = 0.9 * 0.3 + 0.05 * 0.5 + 9.81 * h * dt * 0.2 / 10.0;
        let bottom = 1.0 + 9.81 * dt * 0.03_f64.powi(2) * 0.5 / libm::pow(h, 7.0 / 3.0);
        let flux = f64::from(face.flux(Pace::new(0.9, 2.0, 10.0)));
        assert!((flux - top / bottom).abs() < 1e-6 * flux, "{flux} for {}", top / bottom);
        // Steeper than 0.8: at most h^{5/3} √slope / n.
        let steep = Face { eta_m: [12.2, 2.0], bed_m: 12.0, manning_sum: 0.02, q: 90.0, ..face };
        let cap = libm::pow(0.2, 5.0 / 3.0) * libm::sqrt(1.02) / 0.01;
        let flux = f64::from(steep.flux(Pace::new(0.9, 2.0, 10.0)));
        assert!((flux - cap).abs() < 1e-5 * cap, "{flux} for {cap}");
    }
}
