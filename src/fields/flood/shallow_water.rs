//! Full shallow water equations: first-order Godunov with HLLC fluxes, well balanced, positive.
//!
//! U = (h, hu, hv) in cells, ∂U/∂t + ∂F/∂x + ∂G/∂y = bed slope − friction. At each face (Chen & Noelle 2017, SIAM J.
//! Numer. Anal. 55, "A new hydrostatic reconstruction scheme based on subcell reconstructions"; L), with η = z + h:
//!
//! * z_f = min(max(z_L, z_R), min(η_L, η_R)), h* = min(η − z_f, h)
//! * bed source on each side: −½ g (h* + h)(z_f − z)
//!
//! which keeps a lake at rest exactly and, unlike Audusse et al. 2004, keeps the full slope under thin films on steep
//! ground. Wave speeds: two rarefactions, with the dry-bed fronts (Toro 2001; L). Pressure is computed as a difference
//! to the cell's own, so that still water gives zeros and not the difference of two large numbers.
//! Friction: implicit Manning, |q'|(1 + Δt g n² |q'| / h^{7/3}) = |q*|, in closed form.
//! Δt ≤ CFL Δx / max(|u|, |v| + √(gh)), CFL 0.5.
//!
//! Limits: first order, so fronts smear over some cells; walls are weirs.

use multiversion::multiversion;

use super::bands::{Band, Margins, Row, walk};
use super::edges::{EdgeKind, Side};
use super::local_inertial::{BLOCKED_M, Deepest, Ground, State};
use super::math::{G_M_S2, greater, inverse_cbrt, lesser, pow7};
use crate::fields::layout::{LANES, in_blocks};

/// Cells with less water than this do not move, m.
pub const DRY_M: f32 = 1e-6;

/// A cell as a face sees it: depth, bed, velocity towards the positive axis and along the face.
#[derive(Clone, Copy)]
struct Cell {
    h: f32,
    z: f32,
    un: f32,
    ut: f32,
}

/// Flux over a face: water, momentum as the left and the right cell feel it (relative to their own pressure, bed
/// source included), and momentum along the face.
#[derive(Clone, Copy, Default)]
struct Flux {
    h: f32,
    left: f32,
    right: f32,
    along: f32,
}

#[inline(always)]
fn hllc(l: Cell, r: Cell) -> Flux {
    const HALF_G: f32 = 0.5 * G_M_S2;
    let (eta_l, eta_r) = (l.z + l.h, r.z + r.h);
    let z_f = lesser(greater(l.z, r.z), lesser(eta_l, eta_r));
    let hl = greater(lesser(eta_l - z_f, l.h), 0.0);
    let hr = greater(lesser(eta_r - z_f, r.h), 0.0);
    let (cl, cr) = ((G_M_S2 * hl).sqrt(), (G_M_S2 * hr).sqrt());
    let u_mid = 0.5 * (l.un + r.un) + (cl - cr);
    let c_mid = 0.5 * (cl + cr) + 0.25 * (l.un - r.un);
    let (dry_l, dry_r) = (hl <= DRY_M, hr <= DRY_M);
    let sl = lesser(l.un - cl, u_mid - c_mid);
    let sr = greater(r.un + cr, u_mid + c_mid);
    let sl = if dry_l { r.un - 2.0 * cr } else { sl };
    let sr = if dry_l { r.un + cr } else { sr };
    let sl = if dry_r { l.un - cl } else { sl };
    let sr = if dry_r { l.un + 2.0 * cl } else { sr };
    // Cut at zero, the one formula holds for supercritical flow too.
    let (sl, sr) = (lesser(sl, 0.0), greater(sr, 0.0));
    let width = sr - sl;
    let inv = 1.0 / if width > 1e-12 { width } else { 1.0 };
    let (ql, qr) = (hl * l.un, hr * r.un);
    let pressure_step = HALF_G * (hr - hl) * (hr + hl);
    let h = (sr * ql - sl * qr + sl * sr * (hr - hl)) * inv;
    let m = (sr * (ql * l.un) - sl * (qr * r.un + pressure_step) + sl * sr * (qr - ql)) * inv;
    let along = h * if h >= 0.0 { l.ut } else { r.ut };
    let left = m + HALF_G * (hl + l.h) * lesser(z_f - l.z, 0.0);
    let right = m - pressure_step + HALF_G * (hr + r.h) * lesser(z_f - r.z, 0.0);
    let wet = !(dry_l && dry_r);
    Flux {
        h: if wet { h } else { 0.0 },
        left: if wet { left } else { HALF_G * (hl + l.h) * lesser(z_f - l.z, 0.0) },
        right: if wet { right } else { HALF_G * (hr + r.h) * lesser(z_f - r.z, 0.0) },
        along: if wet { along } else { 0.0 },
    }
}

#[inline(always)]
fn mirror(c: Cell) -> Cell {
    Cell { un: -c.un, ..c }
}

/// A face between two cells of the map, of which either may be blocked.
#[inline(always)]
fn inner_face(l: Cell, r: Cell) -> Flux {
    const WALL: f32 = 0.5 * BLOCKED_M;
    let (lb, rb) = (l.z > WALL, r.z > WALL);
    let pick = |c: bool, a: f32, b: f32| if c { a } else { b };
    let (ml, mr) = (mirror(l), mirror(r));
    let l2 =
        Cell { h: pick(lb, mr.h, l.h), z: pick(lb, mr.z, l.z), un: pick(lb, mr.un, l.un), ut: pick(lb, mr.ut, l.ut) };
    let r2 =
        Cell { h: pick(rb, ml.h, r.h), z: pick(rb, ml.z, r.z), un: pick(rb, ml.un, r.un), ut: pick(rb, ml.ut, r.ut) };
    hllc(l2, r2)
}

/// The cell beyond the edge. `c` has its velocity along the outward or inward axis alike.
fn ghost(kind: EdgeKind, c: Cell) -> Cell {
    match kind {
        EdgeKind::Closed => mirror(c),
        EdgeKind::Free { .. } => c,
        EdgeKind::Level { level_m } => Cell { h: (level_m - c.z).max(0.0), ..c },
    }
}

/// A face with a wall: both sides feel it as a mirror; above the crest a weir lets water over.
fn wall_face(l: Cell, r: Cell, crest: f32) -> Flux {
    if crest <= l.z.max(r.z) {
        return inner_face(l, r);
    }
    let head = |c: Cell| (c.z + c.h - crest).max(0.0);
    let weir = |head: f32| 1.705 * head * head.sqrt();
    let h = if head(l) >= head(r) { weir(head(l)) } else { -weir(head(r)) };
    let carried = if h >= 0.0 { l } else { r };
    let left = hllc(l, mirror(l)).left + h.max(0.0) * l.un;
    let right = hllc(mirror(r), r).right + h.min(0.0) * r.un;
    Flux { h, left, right, along: h * carried.ut }
}

/// What one step reports.
#[derive(Debug, Clone, Copy, Default)]
pub struct StepReport {
    /// Bits of the greatest depth; a NaN or a negative depth is above every sound depth.
    pub deepest_bits: u32,
    /// Greatest of |u| + √(gh), m/s.
    pub speed_m_s: f32,
    /// Water that left over the edges, m²/s (times cell side and Δt: m³), summed in a fixed order.
    pub edge_out_m2_s: f64,
}

impl StepReport {
    /// Both reports in one; the order of the sums is the order of the calls.
    pub fn join(self, other: StepReport) -> StepReport {
        StepReport {
            deepest_bits: self.deepest_bits.max(other.deepest_bits),
            speed_m_s: self.speed_m_s.max(other.speed_m_s),
            edge_out_m2_s: self.edge_out_m2_s + other.edge_out_m2_s,
        }
    }
}

struct Velocity {
    u: Vec<f32>,
    v: Vec<f32>,
}

#[inline(always)]
fn velocity_row(row: Row, n: usize, out: &mut Velocity) {
    let (h, qx, qy) = (&row.h[..n], &row.qx[..n], &row.qy[..n]);
    let (u, v) = (&mut out.u[..n], &mut out.v[..n]);
    // In blocks the compiler would make branches of it.
    for ((((u, v), h), qx), qy) in u.iter_mut().zip(v).zip(h).zip(qx).zip(qy) {
        let inv = 1.0 / greater(*h, DRY_M);
        let moves = *h > DRY_M;
        *u = if moves { qx * inv } else { 0.0 };
        *v = if moves { qy * inv } else { 0.0 };
    }
}

/// Fluxes of a row of faces, one plane per component.
struct FluxRow {
    h: Vec<f32>,
    left: Vec<f32>,
    right: Vec<f32>,
    along: Vec<f32>,
}

impl FluxRow {
    fn new(n: usize) -> Self {
        FluxRow { h: vec![0.0; n], left: vec![0.0; n], right: vec![0.0; n], along: vec![0.0; n] }
    }

    #[inline(always)]
    fn set(&mut self, i: usize, f: Flux) {
        self.h[i] = f.h;
        self.left[i] = f.left;
        self.right[i] = f.right;
        self.along[i] = f.along;
    }
}

#[inline(always)]
fn x_faces(g: &Ground, j: usize, h: &[f32], vel: &Velocity, out: &mut FluxRow) {
    let nx = g.layout.n_cols;
    let at = j * g.layout.stride();
    let (h, z) = (&h[..nx], &g.z_m[at..at + nx]);
    let (u, v) = (&vel.u[..nx], &vel.v[..nx]);
    let cell = |i: usize| Cell { h: h[i], z: z[i], un: u[i], ut: v[i] };
    {
        // Face i + 1 lies between the cells i and i + 1.
        let n = nx - 1;
        let (fh, fl) = (&mut out.h[1..nx], &mut out.left[1..nx]);
        let (fr, ft) = (&mut out.right[1..nx], &mut out.along[1..nx]);
        let (h_e, z_e, u_e, v_e) = (&h[1..], &z[1..], &u[1..], &v[1..]);
        in_blocks!(i < n, [h, z, u, v, h_e, z_e, u_e, v_e] => [fh, fl, fr, ft], {
            let west = Cell { h: h[i], z: z[i], un: u[i], ut: v[i] };
            let f = inner_face(west, Cell { h: h_e[i], z: z_e[i], un: u_e[i], ut: v_e[i] });
            [f.h, f.left, f.right, f.along]
        });
    }
    let edge = |side, c: Cell| if c.z > 0.5 * BLOCKED_M { mirror(c) } else { ghost(g.edges.kind(side, j), c) };
    out.set(0, hllc(edge(Side::West, cell(0)), cell(0)));
    out.set(nx, hllc(cell(nx - 1), edge(Side::East, cell(nx - 1))));
    for wall in g.walls.x_row(j) {
        if wall.col > 0 {
            out.set(wall.col, wall_face(cell(wall.col - 1), cell(wall.col), wall.crest_m));
        }
    }
}

/// Faces north of row `j`; `row` gives rows of the step before.
#[inline(always)]
fn y_faces<'a>(
    g: &Ground,
    j: usize,
    row: impl Fn(usize) -> Row<'a>,
    above: &Velocity,
    here: &Velocity,
    out: &mut FluxRow,
) {
    let (nx, ny, stride) = (g.layout.n_cols, g.layout.n_rows, g.layout.stride());
    let at = j * stride;
    if j == 0 || j == ny {
        let (edge, side, vel) = if j == 0 { (0, Side::North, here) } else { (ny - 1, Side::South, above) };
        let h = row(edge).h;
        for (i, &h) in h[..nx].iter().enumerate() {
            let c = Cell { h, z: g.z_m[edge * stride + i], un: vel.v[i], ut: vel.u[i] };
            let outside = if c.z > 0.5 * BLOCKED_M { mirror(c) } else { ghost(g.edges.kind(side, i), c) };
            out.set(i, if j == 0 { hllc(outside, c) } else { hllc(c, outside) });
        }
        return;
    }
    let up = at - stride;
    let (h_n, z_n, u_n, v_n) = (&row(j - 1).h[..nx], &g.z_m[up..up + nx], &above.u[..nx], &above.v[..nx]);
    let (h_s, z_s, u_s, v_s) = (&row(j).h[..nx], &g.z_m[at..at + nx], &here.u[..nx], &here.v[..nx]);
    let north = |i: usize| Cell { h: h_n[i], z: z_n[i], un: v_n[i], ut: u_n[i] };
    let south = |i: usize| Cell { h: h_s[i], z: z_s[i], un: v_s[i], ut: u_s[i] };
    {
        let (fh, fl) = (&mut out.h[..nx], &mut out.left[..nx]);
        let (fr, ft) = (&mut out.right[..nx], &mut out.along[..nx]);
        in_blocks!(i < nx, [h_n, z_n, u_n, v_n, h_s, z_s, u_s, v_s] => [fh, fl, fr, ft], {
            let north = Cell { h: h_n[i], z: z_n[i], un: v_n[i], ut: u_n[i] };
            let f = inner_face(north, Cell { h: h_s[i], z: z_s[i], un: v_s[i], ut: u_s[i] });
            [f.h, f.left, f.right, f.along]
        });
    }
    for wall in g.walls.y_row(j) {
        out.set(wall.col, wall_face(north(wall.col), south(wall.col), wall.crest_m));
    }
}

/// One step of `dt` seconds, in place.
pub fn step(g: &Ground, state: &mut State, margins: &mut Margins, dt: f32) -> StepReport {
    let bands = walk(g.layout, state, margins, |band| step_band(g, band, dt));
    // In the order of the rows, whatever the bands were.
    bands.into_iter().flatten().fold(StepReport::default(), StepReport::join)
}

/// Moves the water of a band; a report for each of its rows.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn step_band(g: &Ground, band: &mut Band, dt: f32) -> Vec<StepReport> {
    let (nx, ny, stride) = (g.layout.n_cols, g.layout.n_rows, g.layout.stride());
    let velocity = || Velocity { u: vec![0.0; nx], v: vec![0.0; nx] };
    let (mut above, mut here, mut below) = (velocity(), velocity(), velocity());
    let (mut fx, mut fn_, mut fs) = (FluxRow::new(stride), FluxRow::new(stride), FluxRow::new(stride));
    let mut new = [vec![0.0; nx], vec![0.0; nx], vec![0.0; nx]];
    let (first, last) = (band.first, (band.first + band.n_rows()).min(ny));
    if first >= ny {
        return Vec::new();
    }
    if first > 0 {
        velocity_row(band.row(first - 1), nx, &mut above);
    }
    velocity_row(band.row(first), nx, &mut here);
    y_faces(g, first, |j| band.row(j), &above, &here, &mut fn_);
    let mut reports = Vec::with_capacity(last - first);
    for j in first..last {
        x_faces(g, j, band.row(j).h, &here, &mut fx);
        if j + 1 < ny {
            velocity_row(band.row(j + 1), nx, &mut below);
        }
        y_faces(g, j + 1, |j| band.row(j), &here, &below, &mut fs);
        let [h, qx, qy] = &mut new;
        let (deepest_bits, speed_m_s) = update_row(g, band.row(j), j, (&fx, &fn_, &fs), (h, qx, qy), dt);
        let out = band.row_mut(j);
        out.0[..nx].copy_from_slice(h);
        out.1[..nx].copy_from_slice(qx);
        out.2[..nx].copy_from_slice(qy);
        let mut edge_out_m2_s = f64::from(fx.h[nx]) - f64::from(fx.h[0]);
        if j == 0 {
            edge_out_m2_s -= fn_.h[..nx].iter().map(|&q| f64::from(q)).sum::<f64>();
        }
        if j + 1 == ny {
            edge_out_m2_s += fs.h[..nx].iter().map(|&q| f64::from(q)).sum::<f64>();
        }
        reports.push(StepReport { deepest_bits, speed_m_s, edge_out_m2_s });
        std::mem::swap(&mut fn_, &mut fs);
        std::mem::swap(&mut above, &mut here);
        std::mem::swap(&mut here, &mut below);
    }
    reports
}

type RowOut<'a> = (&'a mut [f32], &'a mut [f32], &'a mut [f32]);

#[inline(always)]
fn update_row(g: &Ground, old: Row, j: usize, f: (&FluxRow, &FluxRow, &FluxRow), out: RowOut, dt: f32) -> (u32, f32) {
    let (nx, at) = (g.layout.n_cols, j * g.layout.stride());
    let (x, n, s) = f;
    let (h_new, qx_new, qy_new) = out;
    let (h_new, qx_new, qy_new) = (&mut h_new[..nx], &mut qx_new[..nx], &mut qy_new[..nx]);
    let (h, qx, qy) = (&old.h[..nx], &old.qx[..nx], &old.qy[..nx]);
    let manning = &g.manning[at..at + nx];
    let (xh, xl, xr, xt) = (&x.h[..nx + 1], &x.left[..nx + 1], &x.right[..nx + 1], &x.along[..nx + 1]);
    let (nh, nr, nt) = (&n.h[..nx], &n.right[..nx], &n.along[..nx]);
    let (sh, sl, st) = (&s.h[..nx], &s.left[..nx], &s.along[..nx]);
    let (xh_e, xl_e, xt_e) = (&xh[1..], &xl[1..], &xt[1..]);
    let factor = dt / g.cell_m;
    let (mut deepest, mut fastest) = (Deepest::NONE, [0_i32; LANES]);
    in_blocks!(i < nx, [h, qx, qy, manning, xh, xh_e, xl_e, xr, xt, xt_e, nh, nr, nt, sh, sl, st] => [h_new, qx_new, qy_new], {
        let h1 = h[i] - factor * ((xh_e[i] - xh[i]) + (sh[i] - nh[i]));
        let h1 = if h1 < 0.0 { 0.0 } else { h1 };
        let u1 = qx[i] - factor * ((xl_e[i] - xr[i]) + (st[i] - nt[i]));
        let v1 = qy[i] - factor * ((sl[i] - nr[i]) + (xt_e[i] - xt[i]));
        let wet = h1 > DRY_M;
        let hs = greater(h1, DRY_M);
        let y = inverse_cbrt(hs);
        let norm = (u1 * u1 + v1 * v1).sqrt();
        let k = G_M_S2 * (manning[i] * manning[i]) * pow7(y);
        let slow = 2.0 / (1.0 + (1.0 + 4.0 * dt * k * norm).sqrt());
        let (u2, v2) = (u1 * slow, v1 * slow);
        deepest.look(i, h1);
        let speed = greater(u2.abs(), v2.abs()) / hs + (G_M_S2 * hs).sqrt();
        let speed = if wet { speed } else { 0.0 };
        // Bits of positive numbers order like the numbers, and their maximum can be vectorised.
        fastest[i] = fastest[i].max(speed.to_bits() as i32);
        [h1, if wet { u2 } else { 0.0 }, if wet { v2 } else { 0.0 }]
    });
    (deepest.bits(), f32::from_bits(fastest.into_iter().fold(0, i32::max) as u32))
}

/// Stage `flood.shallow_water_flux` on whole planes: water, momentum as the cell before and the cell after the face feels
/// it, momentum along the face.
pub fn fluxes(g: &Ground, s: &State, x: &mut [[f32; 4]], y: &mut [[f32; 4]]) {
    let (nx, ny, stride) = (g.layout.n_cols, g.layout.n_rows, g.layout.stride());
    let velocity: Vec<Velocity> = (0..ny)
        .map(|j| {
            let mut row = Velocity { u: vec![0.0; nx], v: vec![0.0; nx] };
            velocity_row(s.row(g.layout, j), nx, &mut row);
            row
        })
        .collect();
    let write = |row: &FluxRow, n: usize, out: &mut [[f32; 4]]| {
        out.fill([0.0; 4]);
        for (i, f) in out[..n].iter_mut().enumerate() {
            *f = [row.h[i], row.left[i], row.right[i], row.along[i]];
        }
    };
    let mut row = FluxRow::new(stride);
    for (j, (x, y)) in x.chunks_mut(stride).zip(y.chunks_mut(stride)).enumerate() {
        x.fill([0.0; 4]);
        if j < ny {
            x_faces(g, j, s.row(g.layout, j).h, &velocity[j], &mut row);
            write(&row, stride, x);
        }
        let rows = |j: usize| s.row(g.layout, j);
        y_faces(g, j, rows, &velocity[j.max(1) - 1], &velocity[j.min(ny - 1)], &mut row);
        write(&row, nx, y);
    }
}

/// Stage `flood.shallow_water_update` on whole planes. Returns the bits of the greatest depth, and the greatest speed.
pub fn update(g: &Ground, old: &State, fluxes: (&[[f32; 4]], &[[f32; 4]]), new: &mut State, dt: f32) -> (u32, f32) {
    let (nx, stride) = (g.layout.n_cols, g.layout.stride());
    let row = |plane: &[[f32; 4]], j: usize| {
        let part = |k: usize| plane[j * stride..][..stride].iter().map(|f| f[k]).collect();
        FluxRow { h: part(0), left: part(1), right: part(2), along: part(3) }
    };
    let (mut deepest, mut fastest) = (0, 0.0_f32);
    for j in 0..g.layout.n_rows {
        let (x, n, s) = (row(fluxes.0, j), row(fluxes.1, j), row(fluxes.1, j + 1));
        let at = j * stride..j * stride + nx;
        let State { h_m, qx_m2_s, qy_m2_s } = &mut *new;
        let out = (&mut h_m[at.clone()], &mut qx_m2_s[at.clone()], &mut qy_m2_s[at]);
        let (depth, speed) = update_row(g, old.row(g.layout, j), j, (&x, &n, &s), out, dt);
        (deepest, fastest) = (depth.max(deepest), speed.max(fastest));
    }
    (deepest, fastest)
}
