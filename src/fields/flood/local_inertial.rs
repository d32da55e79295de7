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
use super::math::{G_M_S2, greater, inverse_cbrt, lesser, pow7};
use super::shallow_water::StepReport;
use super::walls::Walls;
use crate::fields::layout::{Layout, in_blocks};

/// Faces with less water than this carry none, m.
pub const DRY_M: f32 = 1e-5;
const DRY_BITS: i32 = DRY_M.to_bits() as i32;
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

/// Flux over one face from what lies on both sides. `bed` is the higher of both beds (or a wall's crest).
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "one formula over plain numbers, inlined in the hot loop")]
pub fn face_flux(
    eta_l: f32,
    eta_r: f32,
    bed: f32,
    n: f32,
    q: f32,
    q_sides: f32,
    q_across: f32,
    theta: f32,
    dt: f32,
    inv_dx: f32,
) -> f32 {
    let (flux, _) = uncapped_flux(eta_l, eta_r, bed, n, q, q_sides, q_across, theta, dt, inv_dx);
    capped(flux, eta_l, eta_r, bed, n, inv_dx)
}

/// The flux before the cap for steep faces, and whether the face is wet and steep (bits of a mask).
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "one formula over plain numbers, inlined in the hot loop")]
fn uncapped_flux(
    eta_l: f32,
    eta_r: f32,
    bed: f32,
    n: f32,
    q: f32,
    q_sides: f32,
    q_across: f32,
    theta: f32,
    dt: f32,
    inv_dx: f32,
) -> (f32, i32) {
    let hf = greater(eta_l, eta_r) - bed;
    let slope = (eta_r - eta_l) * inv_dx;
    let norm = (q * q + q_across * q_across).sqrt();
    let y = inverse_cbrt(if hf > DRY_M { hf } else { DRY_M });
    let gdt = G_M_S2 * dt;
    let top = theta * q + 0.5 * (1.0 - theta) * q_sides - gdt * hf * slope;
    let bottom = 1.0 + gdt * (n * n) * norm * pow7(y);
    let flux = top / bottom;
    let wet = hf > DRY_M;
    let steep = i32::from(wet) & i32::from(slope.abs() > STEEP);
    (if wet { flux } else { 0.0 }, steep)
}

/// The cap of a steep face: Manning's uniform flow.
#[inline(always)]
fn capped(flux: f32, eta_l: f32, eta_r: f32, bed: f32, n: f32, inv_dx: f32) -> f32 {
    let hf = greater(eta_l, eta_r) - bed;
    let steepness = ((eta_r - eta_l) * inv_dx).abs();
    let y = inverse_cbrt(if hf > DRY_M { hf } else { DRY_M });
    let cap = hf * hf * y * steepness.sqrt() / n;
    let within = if flux > cap {
        cap
    } else if flux < -cap {
        -cap
    } else {
        flux
    };
    let within = if steepness > STEEP { within } else { flux };
    if hf > DRY_M { within } else { 0.0 }
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
    let inv_dx = 1.0 / g.cell_m;
    let theta = g.theta;
    let out = &mut out[..nx + 1];
    // Face i + 1 lies between the cells i and i + 1. All slices are cut to one length, so that no bounds are checked in the
    // loop.
    let inner = nx - 1;
    {
        let (z_e, h_e, n_e) = (&z[1..][..inner], &h[1..][..inner], &n[1..][..inner]);
        let (z, h, n) = (&z[..inner], &h[..inner], &n[..inner]);
        let (qy_ne, qy_se, qx_e) = (&qy[1..][..inner], &qy_south[1..][..inner], &qx[1..][..inner]);
        let (qy_n, qy_s, qx, qx_ee) = (&qy[..inner], &qy_south[..inner], &qx[..inner], &qx[2.min(nx)..][..inner]);
        let (out, mut steep) = (&mut out[1..][..inner], 0);
        in_blocks!(i < inner, {
            let across = 0.25 * ((qy_n[i] + qy_ne[i]) + (qy_s[i] + qy_se[i]));
            let bed = greater(z[i], z_e[i]);
            let n_f = 0.5 * (n[i] + n_e[i]);
            let sides = qx[i] + qx_ee[i];
            let (el, er) = (z[i] + h[i], z_e[i] + h_e[i]);
            let (flux, is_steep) = uncapped_flux(el, er, bed, n_f, qx_e[i], sides, across, theta, dt, inv_dx);
            out[i] = flux;
            steep |= is_steep;
        });
        // Half of the divisions and roots of a face are for the cap: only rows that need it pay for it.
        if steep != 0 {
            in_blocks!(i < inner, {
                let bed = greater(z[i], z_e[i]);
                out[i] = capped(out[i], z[i] + h[i], z_e[i] + h_e[i], bed, 0.5 * (n[i] + n_e[i]), inv_dx);
            });
        }
    }
    let edge = |k: usize, k2: usize| (h[k], z[k], n[k], h[k2], z[k2]);
    out[0] = -g.edges.flux(Side::West, j, edge(0, 1.min(nx - 1)), -qx[0], dt, g.cell_m);
    out[nx] = g.edges.flux(Side::East, j, edge(nx - 1, nx.saturating_sub(2)), qx[nx], dt, g.cell_m);
    for wall in g.walls.x_row(j) {
        let i = wall.col;
        if i > 0 && i < nx {
            let (el, er) = (z[i - 1] + h[i - 1], z[i] + h[i]);
            let n_f = 0.5 * (n[i - 1] + n[i]);
            out[i] = wall_flux(el, er, z[i - 1].max(z[i]), wall.crest_m, n_f, qx[i], dt, inv_dx);
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
    let (h_n, h_s) = (&north.h[..nx], &south.h[..nx]);
    let (qy_n, qy, qy_s) = (&north.qy[..nx], &south.qy[..nx], &row(j + 1).qy[..nx]);
    let (qx_n, qx_s) = (&north.qx[..nx + 1], &south.qx[..nx + 1]);
    let inv_dx = 1.0 / g.cell_m;
    let theta = g.theta;
    {
        let (out, mut steep) = (&mut out[..nx], 0);
        let (qx_ne, qx_se) = (&qx_n[1..][..nx], &qx_s[1..][..nx]);
        let (qx_n, qx_s) = (&qx_n[..nx], &qx_s[..nx]);
        in_blocks!(i < nx, {
            let across = 0.25 * ((qx_n[i] + qx_ne[i]) + (qx_s[i] + qx_se[i]));
            let bed = greater(z_n[i], z_s[i]);
            let n_f = 0.5 * (n_n[i] + n_s[i]);
            let sides = qy_n[i] + qy_s[i];
            let (en, es) = (z_n[i] + h_n[i], z_s[i] + h_s[i]);
            let (flux, is_steep) = uncapped_flux(en, es, bed, n_f, qy[i], sides, across, theta, dt, inv_dx);
            out[i] = flux;
            steep |= is_steep;
        });
        if steep != 0 {
            in_blocks!(i < nx, {
                let bed = greater(z_n[i], z_s[i]);
                out[i] = capped(out[i], z_n[i] + h_n[i], z_s[i] + h_s[i], bed, 0.5 * (n_n[i] + n_s[i]), inv_dx);
            });
        }
    }
    for wall in g.walls.y_row(j) {
        let i = wall.col;
        let (en, es) = (z_n[i] + h_n[i], z_s[i] + h_s[i]);
        let n_f = 0.5 * (n_n[i] + n_s[i]);
        out[i] = wall_flux(en, es, z_n[i].max(z_s[i]), wall.crest_m, n_f, qy[i], dt, inv_dx);
    }
}

/// Flux over a wall: none below the crest, at most a broad-crested weir (1.705 H^{3/2}) above it.
#[allow(clippy::too_many_arguments, reason = "one formula over plain numbers")]
fn wall_flux(el: f32, er: f32, bed: f32, crest: f32, n: f32, q: f32, dt: f32, inv_dx: f32) -> f32 {
    if crest <= bed {
        // An opened breach: an ordinary face.
        return face_flux(el, er, bed, n, q, 0.0, 0.0, 1.0, dt, inv_dx);
    }
    let flux = face_flux(el, er, crest, n, q, 0.0, 0.0, 1.0, dt, inv_dx);
    let head = (el.max(er) - crest).max(0.0);
    let weir = 1.705 * head * head.sqrt();
    flux.max(-weir).min(weir)
}

/// Share of its outflow that each cell of a row can pay for from what it holds.
#[inline(always)]
pub fn share_row(h: &[f32], qx: &[f32], qy_n: &[f32], qy_s: &[f32], dt: f32, cell_m: f32, out: &mut [f32]) {
    let nx = h.len();
    let (qx, qy_n, qy_s, out) = (&qx[..nx + 1], &qy_n[..nx], &qy_s[..nx], &mut out[..nx]);
    let (qx_e, qx, h) = (&qx[1..][..nx], &qx[..nx], &h[..nx]);
    in_blocks!(i < nx, {
        let leaves = (greater(qx_e[i], 0.0) - lesser(qx[i], 0.0)) + (greater(qy_s[i], 0.0) - lesser(qy_n[i], 0.0));
        let asks = leaves * dt;
        let holds = h[i] * cell_m;
        // holds / asks, at most 1, without a branch: one around a division keeps a loop from being vectorised.
        out[i] = holds / greater(greater(asks, holds), f32::MIN_POSITIVE);
    });
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
    share: [Vec<f32>; 4],
    /// No water and no open edge beside it: neither fluxes along the row nor out of it.
    still: [bool; 4],
    deepest: [i32; 4],
    /// Depth of the row that is being overwritten.
    h_old: Vec<f32>,
}

impl Rows {
    fn new(stride: usize) -> Self {
        let rows = |v: f32| std::array::from_fn(|_| vec![v; stride]);
        let h_old = vec![0.0; stride];
        Rows { qx: rows(0.0), qy: rows(0.0), share: rows(1.0), still: [true; 4], deepest: [0; 4], h_old }
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

/// Bits of the greatest depth of a row; negative when there is a negative number among them.
#[inline(always)]
fn deepest_of(h: &[f32]) -> i32 {
    let (mut deepest, mut negative) = (0_i32, 0_i32);
    for v in h {
        let bits = v.to_bits() as i32;
        deepest = deepest.max(bits);
        negative |= bits;
    }
    if negative < 0 { negative } else { deepest }
}

/// Moves the water of a band. Returns the bits of the greatest depth, and what leaves the map over the west and east edges
/// of each of its rows.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn step_band(g: &Ground, band: &mut Band, dt: f32) -> (u32, Vec<f64>) {
    let (nx, ny, stride) = (g.layout.n_cols, g.layout.n_rows as isize, g.layout.stride());
    let (first, n_rows) = (band.first as isize, band.n_rows() as isize);
    let mut rows = Rows::new(stride);
    let inside = |k: isize| k >= 0 && k < ny;
    let look = |rows: &mut Rows, band: &Band, k: isize| {
        let s = slot(k);
        (rows.still[s], rows.deepest[s]) = (true, 0);
        if inside(k) {
            rows.deepest[s] = deepest_of(&band.row(k as usize).h[..nx]);
            rows.still[s] = rows.deepest[s] >= 0 && rows.deepest[s] <= DRY_BITS && !g.edges.is_open_at_row(k as usize);
        }
    };
    look(&mut rows, band, first - 1);
    if inside(first - 1) {
        flux_y_row(g, (first - 1) as usize, |j| band.row(j), dt, &mut rows.qy[slot(first - 1)]);
    }
    let mut deepest = 0_u32;
    let mut leaves = Vec::with_capacity(n_rows as usize);
    let factor = dt / g.cell_m;
    for k in first - 1..=first + n_rows {
        // Fluxes around row k and the share of each of its cells.
        look(&mut rows, band, k + 1);
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
        if inside(k) && !rows.still[here] {
            let h = &band.row(k as usize).h[..nx];
            share_row(h, &rows.qx[here], &rows.qy[here], &rows.qy[below], dt, g.cell_m, &mut rows.share[here]);
        } else {
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
            deepest = deepest.max(rows.deepest[here] as u32);
            leaves.push(0.0);
            continue;
        }
        rows.h_old.copy_from_slice(out.0);
        let share = [&rows.share[above][..], &rows.share[here], &rows.share[below]];
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

/// Moves the water of one row. `share` is that of the rows above, here and below, `fluxes` are those over west, north and
/// south faces.
#[inline(always)]
fn update_row(
    nx: usize,
    share: [&[f32]; 3],
    fluxes: [&[f32]; 3],
    padding_row: bool,
    h_old: &[f32],
    out: RowOut,
    factor: f32,
) -> u32 {
    let [north, here, south] = share;
    let [qx, qy, qy_next] = fluxes;
    let (h_new, qx_new, qy_new) = out;
    let (h_new, h_old) = (&mut h_new[..nx + 1], &h_old[..nx + 1]);
    let (qx_new, qy_new) = (&mut qx_new[..nx + 1], &mut qy_new[..nx + 1]);
    let (north, here, south) = (&north[..nx + 1], &here[..nx + 1], &south[..nx + 1]);
    let (qx, qy, qy_next) = (&qx[..nx + 1], &qy[..nx + 1], &qy_next[..nx + 1]);
    // Outside the map (west of column 0) a share of 1; the padding column holds 1 too.
    qx_new[0] = limited(qx[0], 1.0, here[0]);
    {
        let (qx_e, here_e, here) = (&qx[1..][..nx], &here[1..][..nx], &here[..nx]);
        let out = &mut qx_new[1..][..nx];
        in_blocks!(i < nx, {
            out[i] = limited(qx_e[i], here[i], here_e[i]);
        });
    }
    let mut deepest = 0_i32;
    let mut negative = 0_i32;
    let (qx_w, qx_e) = (&qx_new[..nx], &qx_new[1..][..nx]);
    {
        let (h_old, h_new, qy_new) = (&h_old[..nx], &mut h_new[..nx], &mut qy_new[..nx]);
        let (north, here, south) = (&north[..nx], &here[..nx], &south[..nx]);
        let (qy, qy_next) = (&qy[..nx], &qy_next[..nx]);
        in_blocks!(i < nx, {
            let from_north = limited(qy[i], north[i], here[i]);
            let to_south = limited(qy_next[i], here[i], south[i]);
            qy_new[i] = from_north;
            let h = h_old[i] + factor * ((qx_w[i] - qx_e[i]) + (from_north - to_south));
            // Rounding may leave a cell short by a few units in the last place; a NaN must pass.
            let h = if h < 0.0 { 0.0 } else { h };
            h_new[i] = h;
            let bits = h.to_bits() as i32;
            deepest = deepest.max(bits);
            negative |= bits;
        });
    }
    qy_new[nx] = 0.0;
    h_new[nx] = 0.0;
    if padding_row {
        // What left over the south edge is gone: it must not gather in the padding.
        h_new.fill(0.0);
        return 0;
    }
    // A sign bit anywhere (a negative NaN) counts as the greatest of all.
    if negative < 0 { u32::MAX } else { deepest as u32 }
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
        share_row(&raw.h_m[j * stride..][..nx], &qx, &qy_n, &qy_s, dt, g.cell_m, &mut share[j + 1]);
    }
    let mut deepest = 0;
    for j in 0..=ny {
        let at = j * stride..(j + 1) * stride;
        let below = if j < ny { row(&raw.qy_m2_s, j + 1) } else { still.clone() };
        let fluxes = [&raw.qx_m2_s[at.clone()], &raw.qy_m2_s[at.clone()], &below[..]];
        let around = [&share[j][..], &share[j + 1], &share[j + 2]];
        let State { h_m, qx_m2_s, qy_m2_s } = &mut *new;
        let out = (&mut h_m[at.clone()], &mut qx_m2_s[at.clone()], &mut qy_m2_s[at.clone()]);
        deepest = deepest.max(update_row(nx, around, fluxes, j == ny, &raw.h_m[at], out, dt / g.cell_m));
    }
    deepest
}
