//! The stages of both flood solvers: bindings, shared structs, and the CPU functions on the same buffers.
//!
//! A step is [`SEQUENCE`]'s four stages: length of the step, fluxes over faces, update of cells, sources. The CPU
//! functions here unpack the buffers and call the row functions of [`super::local_inertial`] and
//! [`super::shallow_water`] that the fused steps are made of, so they are for tests and for bisecting, not for speed.

use bytemuck::{Pod, Zeroable};

use super::edges::{EdgeKind, Edges, Side};
use super::local_inertial::{self, BLOCKED_M, Ground, State};
use super::math::G_M_S2;
use super::setup::Solver;
use super::shallow_water;
use super::walls::Walls;
use crate::fields::layout::Layout;
use crate::fields::stage::{Buffers, Record, Size, Stage, read, record, uniform, write};

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
}

/// Time on the device.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Control {
    /// What remains of the interval, s.
    pub remaining_s: f32,
    /// Present step, s.
    pub dt_s: f32,
    /// Bits of the greatest depth.
    pub deepest_bits: u32,
    /// Steps in this interval.
    pub steps: u32,
    /// Shortest of them, s.
    pub shortest_dt_s: f32,
    /// Bits of the greatest |u| + √(gh) (shallow water only).
    pub fastest_bits: u32,
    /// Unused.
    pub pad1: u32,
    /// Unused.
    pub pad2: u32,
}

/// Water that comes into one cell.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Source {
    /// Index of the cell in a plane.
    pub cell: u32,
    /// Rate, m/s.
    pub rate_m_s: f32,
}

const PARAMS: Record = record!(Params { n_cols, n_rows, n_sources, theta, cell_m, inv_dx, alpha, dt_max_s });
const CONTROL: Record =
    record!(Control { remaining_s, dt_s, deepest_bits, steps, shortest_dt_s, fastest_bits, pad1, pad2 });
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
        wgsl: include_str!("../../../shaders/flood/timestep.wgsl"),
        bindings: &[uniform("params"), write("control")],
        records: &[PARAMS, CONTROL],
        workgroup: [1, 1],
        invocations: |_| [1, 1],
        overrides: &[GRAVITY],
        swaps: None,
        cpu: timestep,
    },
    Stage {
        name: "flood.local_inertial_flux",
        wgsl: include_str!("../../../shaders/flood/local_inertial_flux.wgsl"),
        bindings: &[
            uniform("params"),
            read("ground"),
            read("h"),
            read("qx"),
            read("qy"),
            write("qx_raw"),
            write("qy_raw"),
            read("edges"),
            read("control"),
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
        wgsl: include_str!("../../../shaders/flood/local_inertial_update.wgsl"),
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
        wgsl: include_str!("../../../shaders/flood/shallow_water_flux.wgsl"),
        bindings: &[
            uniform("params"),
            read("ground"),
            read("h"),
            read("qx"),
            read("qy"),
            write("flux_x"),
            write("flux_y"),
            read("edges"),
            read("control"),
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
        wgsl: include_str!("../../../shaders/flood/shallow_water_update.wgsl"),
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
        wgsl: include_str!("../../../shaders/flood/sources.wgsl"),
        bindings: &[uniform("params"), read("sources"), write("h"), write("owed"), write("control")],
        records: &[PARAMS, CONTROL, SOURCE],
        workgroup: [64, 1],
        invocations: |size| [size.n_list, 1],
        overrides: &[],
        swaps: None,
        cpu: sources,
    },
];

/// The stages of one step, by their places in [`STAGES`].
pub fn sequence(solver: Solver) -> [&'static Stage; 4] {
    match solver {
        Solver::LocalInertial => [&STAGES[0], &STAGES[1], &STAGES[2], &STAGES[5]],
        Solver::ShallowWater => [&STAGES[0], &STAGES[3], &STAGES[4], &STAGES[5]],
    }
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

fn state(b: &Buffers) -> State {
    State { h_m: b.copy("h"), qx_m2_s: b.copy("qx"), qy_m2_s: b.copy("qy") }
}

fn timestep(b: &mut Buffers) {
    let (params, mut c): (Params, Control) = (b.one("params"), b.one("control"));
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
    if c.dt_s > 0.0 {
        c.steps += 1;
        c.shortest_dt_s = c.shortest_dt_s.min(c.dt_s);
    }
    (c.deepest_bits, c.fastest_bits) = (0, 0);
    b.set("control", &[c]);
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
    control.deepest_bits = control.deepest_bits.max(deepest);
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
    control.deepest_bits = control.deepest_bits.max(deepest);
    control.fastest_bits = control.fastest_bits.max(fastest.to_bits());
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
        let owes = owed[at] + source.rate_m_s * control.dt_s;
        let after = (h[at] + owes).max(0.0);
        owed[at] = owes - (after - h[at]);
        h[at] = after;
        control.deepest_bits = control.deepest_bits.max(after.to_bits());
    }
    b.set("h", &h);
    b.set("owed", &owed);
    b.set("control", &[control]);
}
