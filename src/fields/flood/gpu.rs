//! The local inertial solver on a graphics processor.
//!
//! One interval of the model runs as one or a few submits of many steps; the step length is found on the device
//! (`timestep.wgsl`), so nothing is read back between steps. At the interval's end the state comes back to the CPU,
//! where rain, soil and maxima are done: the CPU always holds the last sound state, and goes on from it when the
//! device is lost.

use bytemuck::{Pod, Zeroable};

use super::edges::EdgeKind;
use super::local_inertial::{DRY_M, Ground, State};
use super::math::G_M_S2;
use crate::fields::gpu::{GpuContext, Stage};

/// Uniform of all flood stages. Layout checked against naga in the tests.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
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
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
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
    /// Unused.
    pub pad: [u32; 3],
}

#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
struct Source {
    cell: u32,
    rate_m_s: f32,
}

/// WGSL of the stages, by name.
pub const SHADERS: [(&str, &str); 4] = [
    ("flood.local_inertial_flux", include_str!("../../../shaders/flood/local_inertial_flux.wgsl")),
    ("flood.local_inertial_update", include_str!("../../../shaders/flood/local_inertial_update.wgsl")),
    ("flood.timestep", include_str!("../../../shaders/flood/timestep.wgsl")),
    ("flood.sources", include_str!("../../../shaders/flood/sources.wgsl")),
];

/// What one interval did.
#[derive(Debug, Clone, Copy)]
pub struct Interval {
    /// Steps.
    pub steps: u32,
    /// Shortest of them, s.
    pub shortest_dt_s: f32,
    /// Bits of the greatest depth at the end.
    pub deepest_bits: u32,
    /// Water that left over the edges, m² (times cell side: m³).
    pub edge_out_m2: f64,
}

/// Buffers and stages of one map.
pub struct GpuFlood {
    gpu: GpuContext,
    flux: Stage,
    update: Stage,
    timestep: Stage,
    sources: Stage,
    ground: wgpu::Buffer,
    ground_version: u64,
    h: [wgpu::Buffer; 2],
    qx: wgpu::Buffer,
    qy: wgpu::Buffer,
    qx_raw: wgpu::Buffer,
    qy_raw: wgpu::Buffer,
    owed: wgpu::Buffer,
    edges: wgpu::Buffer,
    edge_sum: wgpu::Buffer,
    control: wgpu::Buffer,
}

fn packed(g: &Ground) -> Vec<[f32; 4]> {
    const NO_WALL: f32 = -1e30;
    let mut out: Vec<[f32; 4]> = g.z_m.iter().zip(g.manning).map(|(&z, &n)| [z, n, NO_WALL, NO_WALL]).collect();
    for f in g.walls.x_faces() {
        out[g.layout.idx(f.col, f.row)][2] = f.crest_m;
    }
    for f in g.walls.y_faces() {
        out[g.layout.idx(f.col, f.row)][3] = f.crest_m;
    }
    out
}

impl GpuFlood {
    /// Upload a map. Fails when it is too large for the device.
    pub fn new(gpu: GpuContext, g: &Ground) -> Result<GpuFlood, String> {
        let n = g.layout.len();
        let limit = gpu.device.limits().max_storage_buffer_binding_size;
        if n as u64 * 16 > limit {
            return Err(format!("{n} cells need {} bytes in one buffer, the device allows {limit}", n * 16));
        }
        let stage = |k: usize, overrides: &[(&str, f64)]| Stage::new(&gpu, SHADERS[k].0, SHADERS[k].1, overrides);
        let gravity = ("g", f64::from(G_M_S2));
        let plane = |label| gpu.storage(label, &vec![0.0_f32; n]);
        let n_edges = 2 * (g.layout.n_cols + g.layout.n_rows);
        Ok(GpuFlood {
            flux: stage(0, &[gravity, ("dry_m", f64::from(DRY_M))]),
            update: stage(1, &[]),
            timestep: stage(2, &[gravity]),
            sources: stage(3, &[]),
            ground: gpu.storage("flood.ground", &packed(g)),
            ground_version: 0,
            h: [plane("flood.h"), plane("flood.h2")],
            qx: plane("flood.qx"),
            qy: plane("flood.qy"),
            qx_raw: plane("flood.qx_raw"),
            qy_raw: plane("flood.qy_raw"),
            owed: plane("flood.owed"),
            edges: gpu.storage("flood.edges", &vec![[0.0_f32; 2]; n_edges]),
            edge_sum: gpu.storage("flood.edge_sum", &vec![0.0_f32; n_edges]),
            control: gpu.storage("flood.control", &[Control::zeroed()]),
            gpu,
        })
    }

    /// Name of the adapter.
    pub fn name(&self) -> &str {
        &self.gpu.name
    }

    fn write<T: Pod>(&self, buffer: &wgpu::Buffer, values: &[T]) {
        self.gpu.queue.write_buffer(buffer, 0, bytemuck::cast_slice(values));
    }

    /// Run an interval from `state` into `state`. `ground_version` changes when bed or walls do. Steps are `fixed_dt`
    /// long if given, one of them (for the tests of single steps).
    #[allow(clippy::too_many_arguments, reason = "one call site; a struct would only rename the arguments")]
    pub fn interval(
        &mut self,
        g: &Ground,
        ground_version: u64,
        state: &mut State,
        owed_m: &mut Vec<f32>,
        sources: &[(usize, f32)],
        span_s: f32,
        time: (f32, f32, u32),
    ) -> Result<Interval, String> {
        let (alpha, dt_max_s, deepest_bits) = time;
        let layout = g.layout;
        if ground_version != self.ground_version {
            self.write(&self.ground, &packed(g));
            self.ground_version = ground_version;
        }
        self.write(&self.h[0], &state.h_m);
        self.write(&self.qx, &state.qx_m2_s);
        self.write(&self.qy, &state.qy_m2_s);
        self.write(&self.owed, owed_m);
        let (kinds, faces) = g.edges.tables();
        let edges: Vec<[f32; 2]> = faces
            .iter()
            .flat_map(|side| side.iter())
            .map(|&k| match kinds[usize::from(k)] {
                EdgeKind::Closed => [0.0, 0.0],
                EdgeKind::Free { min_slope } => [1.0, min_slope],
                EdgeKind::Level { level_m } => [2.0, level_m],
            })
            .collect();
        self.write(&self.edges, &edges);
        self.write(&self.edge_sum, &vec![0.0_f32; edges.len()]);
        // Sources of one cell are added here, so that every thread owns its cell.
        let mut merged: std::collections::BTreeMap<usize, f32> = std::collections::BTreeMap::new();
        for &(cell, rate) in sources {
            *merged.entry(cell).or_default() += rate;
        }
        let mut list: Vec<Source> = merged.iter().map(|(&c, &r)| Source { cell: c as u32, rate_m_s: r }).collect();
        let n_sources = list.len() as u32;
        list.resize(list.len().max(1), Source::zeroed());
        let list = self.gpu.storage("flood.sources", &list);
        let params = Params {
            n_cols: layout.n_cols as u32,
            n_rows: layout.n_rows as u32,
            n_sources,
            theta: g.theta,
            cell_m: g.cell_m,
            inv_dx: 1.0 / g.cell_m,
            alpha,
            dt_max_s,
        };
        let params = self.gpu.uniform("flood.params", &params);
        let control =
            Control { remaining_s: span_s, dt_s: 0.0, deepest_bits, steps: 0, shortest_dt_s: f32::MAX, pad: [0; 3] };
        self.write(&self.control, &[control]);

        let bind = |k: usize| {
            let (from, to) = (&self.h[k], &self.h[1 - k]);
            let flux = [
                &params,
                &self.ground,
                from,
                &self.qx,
                &self.qy,
                &self.qx_raw,
                &self.qy_raw,
                &self.edges,
                &self.control,
            ];
            let update =
                [&params, from, &self.qx_raw, &self.qy_raw, to, &self.qx, &self.qy, &self.edge_sum, &self.control];
            let sources = [&params, &list, to, &self.owed, &self.control];
            (
                self.flux.bind(&self.gpu, &flux),
                self.update.bind(&self.gpu, &update),
                self.sources.bind(&self.gpu, &sources),
            )
        };
        let groups = [bind(0), bind(1)];
        let timestep = self.timestep.bind(&self.gpu, &[&params, &self.control]);
        let size = [(layout.n_cols as u32 + 1).div_ceil(16), (layout.n_rows as u32 + 1).div_ceil(16)];
        let mut now = control;
        let mut deepest = f32::from_bits(deepest_bits);
        while now.remaining_s > 0.0 {
            let stable = (alpha * g.cell_m / (G_M_S2 * deepest.max(1e-4)).sqrt()).min(dt_max_s);
            // An even number of steps, so that the result always lies in the first buffer; steps beyond the end of
            // the interval have length zero and change nothing.
            let n_steps = 2 * ((1.1 * now.remaining_s / stable).ceil() as usize / 2 + 1).min(500);
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                for k in 0..n_steps {
                    let (flux, update, add) = &groups[k % 2];
                    self.timestep.record(&mut pass, &timestep, [1, 1]);
                    self.flux.record(&mut pass, flux, size);
                    self.update.record(&mut pass, update, size);
                    if n_sources > 0 {
                        self.sources.record(&mut pass, add, [n_sources.div_ceil(64), 1]);
                    }
                }
            }
            self.gpu.queue.submit([encoder.finish()]);
            now = self.gpu.read::<Control>(&[&self.control])?[0][0];
            deepest = f32::from_bits(now.deepest_bits.min(1e5_f32.to_bits()));
        }
        let planes = self.gpu.read::<f32>(&[&self.h[0], &self.qx, &self.qy, &self.owed, &self.edge_sum])?;
        let mut planes = planes.into_iter();
        let mut take = || planes.next().unwrap_or_default();
        (state.h_m, state.qx_m2_s, state.qy_m2_s) = (take(), take(), take());
        *owed_m = take();
        let sums = take();
        let (ny, nx) = (layout.n_rows, layout.n_cols);
        let part = |from: usize, n: usize| sums[from..from + n].iter().map(|&v| f64::from(v)).sum::<f64>();
        let edge_out_m2 = part(ny, ny) - part(0, ny) + part(2 * ny + nx, nx) - part(2 * ny, nx);
        let Control { steps, shortest_dt_s, deepest_bits, .. } = now;
        Ok(Interval { steps, shortest_dt_s, deepest_bits, edge_out_m2 })
    }
}
