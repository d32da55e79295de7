//! The stages of both flood solvers: bindings, shared structs, and the CPU functions on the same buffers.
//!
//! A step is the stages of [`sequence`]: length of the step, forcing (where an interval begins), fluxes over faces, update of
//! cells, sources, and where an interval ends rain and soil, and maxima ([`super::interval`]). The CPU functions here unpack
//! the buffers and call the row functions of [`super::local_inertial`] and
//! [`super::shallow_water`] that the fused steps are made of, so they are for tests and for bisecting, not for speed.

use bytemuck::{Pod, Zeroable};

use super::edges::{EdgeKind, Edges, Side};
use super::interval;
use super::local_inertial::{self, BLOCKED_M, Ground, State};
use super::math::G_M_S2;
use super::model::MAX_DEPTH_M;
use super::setup::Solver;
use super::shallow_water;
use super::stats::ARRIVAL_DEPTH_M;
use super::walls::Walls;
use crate::fields::layout::Layout;
use crate::fields::stage::{Buffers, Record, Size, Stage, read, record, shader, uniform, write};

/// Uniform of all flood stages.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Params {
    /// Columns of cells.
    pub n_cols: u32,
    /// Rows of cells.
    pub n_rows: u32,
    /// Entries in the list of sources.
    pub n_sources: u32,
    /// θ.
    pub theta: f32,
    /// Cell side, m.
    pub cell_m: f32,
    /// 1 / cell side.
    pub inv_dx: f32,
    /// Share of the stable step.
    pub alpha: f32,
    /// Longest step, s.
    pub dt_max_s: f32,
    /// Faces on the edges.
    pub n_edges: u32,
    /// Intervals in the forcing.
    pub n_intervals: u32,
    /// Values in a row of the forcing.
    pub row_width: u32,
    /// 1 when rain, soil and maxima are stages; 0 when the CPU ends the interval.
    pub ends_here: u32,
    /// 1 when fluxes lie on faces (local inertial).
    pub on_faces: u32,
    /// 0 sealed, 1 a constant rate, 2 Green–Ampt.
    pub soil_kind: u32,
    /// 1 with drains.
    pub has_drains: u32,
    /// Suction × deficit, m.
    pub suction_m: f32,
}

/// Time on the device.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Control {
    /// What remains of the interval, s; the next one begins at 0.
    pub remaining_s: f32,
    /// Present step, s.
    pub dt_s: f32,
    /// Bits of the greatest depth.
    pub deepest_bits: u32,
    /// Steps so far.
    pub steps: u32,
    /// Shortest of them, s.
    pub shortest_dt_s: f32,
    /// Bits of the greatest |u| + √(gh) (shallow water only).
    pub fastest_bits: u32,
    /// Intervals begun.
    pub interval: u32,
    /// [`BEGUN`], [`ENDED`], [`UNSOUND`].
    pub phase: u32,
}

/// This step is the first of an interval.
pub const BEGUN: u32 = 1;
/// This step is the last of an interval.
pub const ENDED: u32 = 2;
/// A depth is no sound number: nothing moves any more.
pub const UNSOUND: u32 = 4;

/// Water that comes into one cell.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Source {
    /// Index of the cell in a plane.
    pub cell: u32,
    /// Rate, m/s.
    pub rate_m_s: f32,
}

const PARAMS: Record = record!(Params {
    n_cols,
    n_rows,
    n_sources,
    theta,
    cell_m,
    inv_dx,
    alpha,
    dt_max_s,
    n_edges,
    n_intervals,
    row_width,
    ends_here,
    on_faces,
    soil_kind,
    has_drains,
    suction_m,
});
const CONTROL: Record =
    record!(Control { remaining_s, dt_s, deepest_bits, steps, shortest_dt_s, fastest_bits, interval, phase });
const SOURCE: Record = record!(Source { cell, rate_m_s });
const GRAVITY: (&str, f64) = ("g", G_M_S2 as f64);

/// Crest of a face without a wall, in packed ground.
const NO_WALL: f32 = -1e30;

fn planes(size: Size) -> [u32; 2] {
    [size.n_cols + 1, size.n_rows + 1]
}

/// All flood stages.
pub static STAGES: &[Stage] = &[
    Stage {
        name: "flood.timestep",
        wgsl: shader!("flood", "timestep"),
        bindings: &[uniform("params"), read("forcing"), write("control")],
        records: &[PARAMS, CONTROL],
        workgroup: [1, 1],
        invocations: |_| [1, 1],
        overrides: &[GRAVITY, ("most_bits", MAX_DEPTH_M.to_bits() as f64)],
        swaps: None,
        cpu: timestep,
    },
    Stage {
        name: "flood.local_inertial_flux",
        wgsl: shader!("flood", "local_inertial_flux"),
        bindings: &[
            uniform("params"),
            read("ground"),
            read("h"),
            read("qx"),
            read("qy"),
            write("qx_raw"),
            write("qy_raw"),
            read("edges"),
            write("control"),
        ],
        records: &[PARAMS, CONTROL],
        workgroup: [16, 16],
        invocations: planes,
        overrides: &[GRAVITY, ("dry_m", local_inertial::DRY_M as f64), ("steep", local_inertial::STEEP as f64)],
        swaps: None,
        cpu: local_inertial_flux,
    },
    Stage {
        name: "flood.local_inertial_update",
        wgsl: shader!("flood", "local_inertial_update"),
        bindings: &[
            uniform("params"),
            read("h"),
            read("qx_raw"),
            read("qy_raw"),
            write("h_new"),
            write("qx"),
            write("qy"),
            write("edge_sum"),
            write("control"),
        ],
        records: &[PARAMS, CONTROL],
        workgroup: [16, 16],
        invocations: planes,
        overrides: &[],
        swaps: Some(["h", "h_new"]),
        cpu: local_inertial_update,
    },
    Stage {
        name: "flood.shallow_water_flux",
        wgsl: shader!("flood", "shallow_water_flux"),
        bindings: &[
            uniform("params"),
            read("ground"),
            read("h"),
            read("qx"),
            read("qy"),
            write("flux_x"),
            write("flux_y"),
            read("edges"),
            write("control"),
        ],
        records: &[PARAMS, CONTROL],
        workgroup: [16, 16],
        invocations: planes,
        overrides: &[GRAVITY, ("dry_m", shallow_water::DRY_M as f64), ("blocked_m", 0.5 * BLOCKED_M as f64)],
        swaps: None,
        cpu: shallow_water_flux,
    },
    Stage {
        name: "flood.shallow_water_update",
        wgsl: shader!("flood", "shallow_water_update"),
        bindings: &[
            uniform("params"),
            read("ground"),
            read("flux_x"),
            read("flux_y"),
            write("h"),
            write("qx"),
            write("qy"),
            write("edge_sum"),
            write("control"),
        ],
        records: &[PARAMS, CONTROL],
        workgroup: [16, 16],
        invocations: planes,
        overrides: &[GRAVITY, ("dry_m", shallow_water::DRY_M as f64)],
        swaps: None,
        cpu: shallow_water_update,
    },
    Stage {
        name: "flood.sources",
        wgsl: shader!("flood", "sources"),
        bindings: &[uniform("params"), read("sources"), write("h"), write("owed"), write("control")],
        records: &[PARAMS, CONTROL, SOURCE],
        workgroup: [64, 1],
        invocations: |size| [size.n_list, 1],
        overrides: &[],
        swaps: None,
        cpu: sources,
    },
    Stage {
        name: "flood.forcing",
        wgsl: shader!("flood", "forcing"),
        bindings: &[
            uniform("params"),
            read("forcing"),
            read("edge_levels"),
            write("edges"),
            write("sources"),
            write("control"),
        ],
        records: &[PARAMS, CONTROL, SOURCE],
        workgroup: [64, 1],
        invocations: |size| [size.n_list.max(2 * (size.n_cols + size.n_rows)), 1],
        overrides: &[],
        swaps: None,
        cpu: interval::forcing,
    },
    Stage {
        name: "flood.exchange",
        wgsl: shader!("flood", "exchange"),
        bindings: &[
            uniform("params"),
            read("ground"),
            read("soil"),
            read("forcing"),
            write("h"),
            write("owed"),
            write("taken"),
            write("control"),
        ],
        records: &[PARAMS, CONTROL],
        workgroup: [16, 16],
        invocations: planes,
        overrides: &[("blocked_m", 0.5 * BLOCKED_M as f64)],
        swaps: None,
        cpu: interval::exchange,
    },
    Stage {
        name: "flood.maxima",
        wgsl: shader!("flood", "maxima"),
        bindings: &[
            uniform("params"),
            read("h"),
            read("qx"),
            read("qy"),
            read("forcing"),
            write("maxima"),
            write("control"),
        ],
        records: &[PARAMS, CONTROL],
        workgroup: [16, 16],
        invocations: planes,
        overrides: &[GRAVITY, ("dry_m", shallow_water::DRY_M as f64), ("arrival_m", ARRIVAL_DEPTH_M as f64)],
        swaps: None,
        cpu: interval::maxima,
    },
];

/// The stages of one step, by their places in [`STAGES`].
pub fn sequence(solver: Solver) -> [&'static Stage; 7] {
    let [flux, update] = match solver {
        Solver::LocalInertial => [1, 2],
        Solver::ShallowWater => [3, 4],
    };
    [0, 6, flux, update, 5, 7, 8].map(|k| &STAGES[k])
}

/// Bed, roughness and walls as the shaders read them.
pub fn packed_ground(g: &Ground) -> Vec<[f32; 4]> {
    let mut out: Vec<[f32; 4]> = g.z_m.iter().zip(g.manning).map(|(&z, &n)| [z, n, NO_WALL, NO_WALL]).collect();
    for f in g.walls.x_faces() {
        out[g.layout.idx(f.col, f.row)][2] = f.crest_m;
    }
    for f in g.walls.y_faces() {
        out[g.layout.idx(f.col, f.row)][3] = f.crest_m;
    }
    out
}

/// Kind and value of every edge face: west, east (by row), north, south (by column).
pub fn packed_edges(edges: &Edges) -> Vec<[f32; 2]> {
    let (kinds, faces) = edges.tables();
    let faces = faces.iter().flat_map(|side| side.iter());
    faces
        .map(|&k| match kinds[usize::from(k)] {
            EdgeKind::Closed => [0.0, 0.0],
            EdgeKind::Free { min_slope } => [1.0, min_slope],
            EdgeKind::Level { level_m } => [2.0, level_m],
        })
        .collect()
}

/// Net outflow over the edges of an interval, m² (times cell side: m³), from the sums of each edge face.
pub fn edge_outflow_m2(sums: &[f32], layout: Layout) -> f64 {
    let (ny, nx) = (layout.n_rows, layout.n_cols);
    let part = |from: usize, n: usize| sums[from..from + n].iter().map(|&v| f64::from(v)).sum::<f64>();
    part(ny, ny) - part(0, ny) + part(2 * ny + nx, nx) - part(2 * ny, nx)
}

/// What stands still, unpacked from the buffers.
struct Map {
    layout: Layout,
    params: Params,
    z_m: Vec<f32>,
    manning: Vec<f32>,
    edges: Edges,
    walls: Walls,
}

impl Map {
    fn of(b: &Buffers) -> Map {
        let params: Params = b.one("params");
        let layout = Layout { n_cols: params.n_cols as usize, n_rows: params.n_rows as usize };
        let ground: &[[f32; 4]] = b.get("ground");
        let mut edges = Edges::closed(layout.n_cols, layout.n_rows);
        let mut faces = b.get::<[f32; 2]>("edges").iter();
        for side in [Side::West, Side::East, Side::North, Side::South] {
            let n = if matches!(side, Side::West | Side::East) { layout.n_rows } else { layout.n_cols };
            for (k, face) in faces.by_ref().take(n).enumerate() {
                match *face {
                    [1.0, min_slope] => edges.open(side, k..k + 1, EdgeKind::Free { min_slope }),
                    [2.0, level_m] => edges.open(side, k..k + 1, EdgeKind::Level { level_m }),
                    _ => 0,
                };
            }
        }
        let mut walls = Walls::default();
        for row in 0..layout.n_rows {
            for col in 0..layout.n_cols {
                let [_, _, x, y] = ground[layout.idx(col, row)];
                walls.push(col, row, (x > NO_WALL).then_some(x), (y > NO_WALL).then_some(y));
            }
        }
        Map {
            layout,
            params,
            z_m: ground.iter().map(|g| g[0]).collect(),
            manning: ground.iter().map(|g| g[1]).collect(),
            edges,
            walls,
        }
    }

    fn ground(&self) -> Ground<'_> {
        Ground {
            layout: self.layout,
            cell_m: self.params.cell_m,
            z_m: &self.z_m,
            manning: &self.manning,
            edges: &self.edges,
            walls: &self.walls,
            theta: self.params.theta,
        }
    }
}

pub(super) fn state(b: &Buffers) -> State {
    State { h_m: b.copy("h"), qx_m2_s: b.copy("qx"), qy_m2_s: b.copy("qy") }
}

fn timestep(b: &mut Buffers) {
    let (params, mut c): (Params, Control) = (b.one("params"), b.one("control"));
    step_on(&params, b.get("forcing"), &mut c);
    b.set("control", &[c]);
}

fn step_on(params: &Params, forcing: &[f32], c: &mut Control) {
    c.dt_s = 0.0;
    if c.phase & UNSOUND != 0 || c.deepest_bits > MAX_DEPTH_M.to_bits() {
        c.phase = UNSOUND;
        return;
    }
    c.phase = 0;
    if c.remaining_s <= 0.0 {
        if c.interval >= params.n_intervals {
            return;
        }
        c.remaining_s = forcing[(c.interval * params.row_width) as usize];
        c.interval += 1;
        c.phase = BEGUN;
    }
    let speed = (G_M_S2 * f32::from_bits(c.deepest_bits)).sqrt().max(f32::from_bits(c.fastest_bits));
    let stable = if speed > 0.0 { params.alpha * params.cell_m / speed } else { f32::INFINITY };
    let dt = stable.min(params.dt_max_s);
    // Two halves rather than one step and a sliver.
    c.dt_s = if dt >= c.remaining_s {
        c.remaining_s
    } else if 2.0 * dt > c.remaining_s {
        0.5 * c.remaining_s
    } else {
        dt
    };
    c.remaining_s -= c.dt_s;
    if c.remaining_s <= 0.0 && params.ends_here != 0 {
        c.phase |= ENDED;
    }
    c.steps += 1;
    c.shortest_dt_s = c.shortest_dt_s.min(c.dt_s);
    (c.deepest_bits, c.fastest_bits) = (0, 0);
}

impl Control {
    /// Note what a step found, unless `flood.maxima` looks after it.
    fn note(&mut self, deepest_bits: u32, fastest_m_s: f32) {
        if self.phase & ENDED == 0 {
            self.deepest_bits = self.deepest_bits.max(deepest_bits);
            self.fastest_bits = self.fastest_bits.max(fastest_m_s.to_bits());
        }
    }
}

fn local_inertial_flux(b: &mut Buffers) {
    let dt = b.one::<Control>("control").dt_s;
    let old = state(b);
    let (mut qx, mut qy) = (old.qx_m2_s.clone(), old.qy_m2_s.clone());
    if dt > 0.0 {
        local_inertial::fluxes(&Map::of(b).ground(), &old, dt, &mut qx, &mut qy);
    }
    b.set("qx_raw", &qx);
    b.set("qy_raw", &qy);
}

fn local_inertial_update(b: &mut Buffers) {
    let mut control: Control = b.one("control");
    let map = Map::of(b);
    let raw = State { h_m: b.copy("h"), qx_m2_s: b.copy("qx_raw"), qy_m2_s: b.copy("qy_raw") };
    let mut new = State::still(vec![0.0; raw.h_m.len()]);
    let deepest = local_inertial::update(&map.ground(), &raw, control.dt_s, &mut new);
    control.note(deepest, 0.0);
    add_edges(b, map.layout, control.dt_s, |at| new.qx_m2_s[at], |at| new.qy_m2_s[at]);
    b.set("h_new", &new.h_m);
    b.set("qx", &new.qx_m2_s);
    b.set("qy", &new.qy_m2_s);
    b.set("control", &[control]);
}

fn shallow_water_flux(b: &mut Buffers) {
    let dt = b.one::<Control>("control").dt_s;
    if dt > 0.0 {
        let old = state(b);
        let (mut x, mut y) = (vec![[0.0; 4]; old.h_m.len()], vec![[0.0; 4]; old.h_m.len()]);
        shallow_water::fluxes(&Map::of(b).ground(), &old, &mut x, &mut y);
        b.set("flux_x", &x);
        b.set("flux_y", &y);
    }
}

fn shallow_water_update(b: &mut Buffers) {
    let mut control: Control = b.one("control");
    let map = Map::of(b);
    let (x, y) = (b.copy::<[f32; 4]>("flux_x"), b.copy::<[f32; 4]>("flux_y"));
    let old = state(b);
    let mut new = old.clone();
    let (deepest, fastest) = shallow_water::update(&map.ground(), &old, (&x, &y), &mut new, control.dt_s);
    control.note(deepest, fastest);
    add_edges(b, map.layout, control.dt_s, |at| x[at][0], |at| y[at][0]);
    b.set("h", &new.h_m);
    b.set("qx", &new.qx_m2_s);
    b.set("qy", &new.qy_m2_s);
    b.set("control", &[control]);
}

/// Add what went east or south over each edge face.
fn add_edges(b: &mut Buffers, layout: Layout, dt: f32, x: impl Fn(usize) -> f32, y: impl Fn(usize) -> f32) {
    let (nx, ny) = (layout.n_cols, layout.n_rows);
    let mut sums: Vec<f32> = b.copy("edge_sum");
    for row in 0..ny {
        sums[row] += x(layout.idx(0, row)) * dt;
        sums[ny + row] += x(layout.idx(nx, row)) * dt;
    }
    for col in 0..nx {
        sums[2 * ny + col] += y(layout.idx(col, 0)) * dt;
        sums[2 * ny + nx + col] += y(layout.idx(col, ny)) * dt;
    }
    b.set("edge_sum", &sums);
}

fn sources(b: &mut Buffers) {
    let (params, mut control): (Params, Control) = (b.one("params"), b.one("control"));
    let (mut h, mut owed): (Vec<f32>, Vec<f32>) = (b.copy("h"), b.copy("owed"));
    for source in &b.get::<Source>("sources")[..params.n_sources as usize] {
        let at = source.cell as usize;
        if source.rate_m_s == 0.0 {
            continue;
        }
        let owes = owed[at] + source.rate_m_s * control.dt_s;
        let after = (h[at] + owes).max(0.0);
        owed[at] = owes - (after - h[at]);
        h[at] = after;
        control.note(after.to_bits(), 0.0);
    }
    b.set("h", &h);
    b.set("owed", &owed);
    b.set("control", &[control]);
}
