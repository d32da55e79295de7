//! Both flood solvers on a graphics processor.
//!
//! A [`Batch`] of intervals (up to the next output) runs as one or a few submits of many steps: the step's length is found on
//! the device, forcing, rain, soil and maxima are stages too, so nothing is read back but a few words a thousand steps.
//! After it the state comes back to the CPU, which so holds the last sound state and goes on from it when the device is
//! lost. Pumps, outlets of drains and breaches are the CPU's: with them a batch is one interval, which the CPU ends.
//!
//! For bisecting ([`Backend::GpuFrom`](crate::fields::backend::Backend::GpuFrom)) each stage of each step runs by itself,
//! up to the chosen one on the CPU, from it on the device, with all buffers going up and down in between: slow, for small
//! cases.

use std::collections::BTreeMap;

use bytemuck::{Pod, Zeroable};

use super::hydrology::Hydrology;
use super::interval::{packed_soil, soil_kind};
use super::local_inertial::{Ground, State};
use super::math::G_M_S2;
use super::setup::Solver;
use super::stages::{Control, Params, Source, UNSOUND, edge_outflow_m2, packed_edges, packed_ground, sequence};
use crate::fields::film::{Hidden, Plane};
use crate::fields::gpu::{GpuContext, Kernel};
use crate::fields::layout::Layout;
use crate::fields::stage::{Buffers, Size, Stage};

/// How the length of steps is found.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Share of the stable step.
    pub alpha: f32,
    /// Longest step, s.
    pub dt_max_s: f32,
    /// Bits of the greatest depth now.
    pub deepest_bits: u32,
    /// Greatest |u| + √(gh) now, m/s.
    pub fastest_m_s: f32,
}

/// Intervals to run.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// A row for each interval ([`super::interval`]).
    pub forcing: Vec<f32>,
    /// Cells of the sources, each once, in the order of their rates in a row.
    pub sources: Vec<usize>,
    /// Place of each edge face's level in a row; 0 where it has none.
    pub edge_levels: Vec<u32>,
    /// How many intervals.
    pub n_intervals: usize,
    /// What they last in all, s.
    pub span_s: f32,
    /// Rain, soil and maxima on the device too.
    pub ends_here: bool,
}

/// The planes that a batch changes.
#[derive(Debug, Clone)]
pub struct Planes {
    /// Water.
    pub state: State,
    /// Water that belongs to a cell but was too little for its depth to take in, m.
    pub owed_m: Vec<f32>,
    /// Soaked up so far; soaked up and drained in this batch, m.
    pub taken_m: Vec<[f32; 4]>,
    /// Greatest values ([`super::stats::Stats::packed`]).
    pub maxima: Vec<[f32; 4]>,
}

/// What a batch did.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    /// Steps.
    pub steps: u32,
    /// Shortest of them, s.
    pub shortest_dt_s: f32,
    /// Bits of the greatest depth at the end.
    pub deepest_bits: u32,
    /// Intervals begun.
    pub intervals: u32,
    /// Water that left over the edges, m² (times cell side: m³).
    pub edge_out_m2: f64,
}

/// Buffers and stages of one map.
pub struct GpuFlood {
    gpu: GpuContext,
    kernels: Vec<Kernel>,
    /// The first stage that runs on the device; 0 but for bisecting.
    from: usize,
    buffers: BTreeMap<&'static str, wgpu::Buffer>,
    ground_version: Option<u64>,
}

impl GpuFlood {
    /// Make a map ready. Fails when it is too large for the device, or when `from` is no stage of this solver.
    pub fn new(
        gpu: GpuContext,
        g: &Ground,
        hydrology: &Hydrology,
        solver: Solver,
        from: Option<&Stage>,
    ) -> Result<GpuFlood, String> {
        let n = g.layout.len();
        let limit = gpu.device.limits().max_storage_buffer_binding_size;
        if n as u64 * 16 > limit {
            return Err(format!("{n} cells need {} bytes in one buffer, the device allows {limit}", n * 16));
        }
        let stages = sequence(solver);
        let from = match from {
            None => 0,
            Some(wanted) => stages.iter().position(|s| s.name == wanted.name).ok_or_else(|| {
                let names = stages.map(|s| s.name).join(", ");
                format!("{} is no stage of this solver; expected one of {names}", wanted.name)
            })?,
        };
        let n_edges = 2 * (g.layout.n_cols + g.layout.n_rows);
        let mut buffers = BTreeMap::new();
        // All planes but those that are filled at each batch.
        for name in stages.iter().flat_map(|s| s.bindings.iter().map(|b| b.name)) {
            let words = match name {
                "params" | "sources" | "forcing" => continue,
                "control" => size_of::<Control>() / 4,
                "ground" | "flux_x" | "flux_y" | "soil" | "taken" | "maxima" => 4 * n,
                "edges" => 2 * n_edges,
                "edge_sum" | "edge_levels" => n_edges,
                _ => n,
            };
            buffers.entry(name).or_insert_with(|| gpu.storage(name, &vec![0_u32; words]));
        }
        let kernels = stages.iter().map(|stage| Kernel::new(&gpu, stage)).collect();
        let flood = GpuFlood { kernels, from, buffers, ground_version: None, gpu };
        flood.write("soil", &packed_soil(hydrology, n));
        Ok(flood)
    }

    /// Name of the adapter.
    pub fn name(&self) -> String {
        match self.from {
            0 => self.gpu.name.clone(),
            k => format!("{} from {}", self.gpu.name, self.kernels[k].stage.name),
        }
    }

    /// Depth after the last batch, left on the device where that is one on which it can be drawn.
    pub fn depth(&self, layout: Layout, hidden: &mut Hidden) -> Option<Plane> {
        let is_whole = self.gpu.is_lent && self.from == 0;
        let mut plane = || Plane {
            values: self.gpu.copy("film.depth", &self.buffers["h"]),
            hidden: hidden.buffer(&self.gpu),
            shape: [layout.n_cols, layout.n_rows, layout.stride()].map(|n| n as u32),
            add: 0.0,
        };
        // Where there is no room for it, the host draws.
        is_whole.then(|| self.gpu.guarded(|| Ok(plane())).ok()).flatten()
    }

    /// Destroy the device: for tests of what happens then.
    #[doc(hidden)]
    pub fn destroy_device(&self) {
        self.gpu.device.destroy();
    }

    fn write<T: Pod>(&self, name: &str, values: &[T]) {
        self.gpu.queue.write_buffer(&self.buffers[name], 0, bytemuck::cast_slice(values));
    }

    /// Run a batch from `planes` into `planes`. `ground_version` changes when bed or walls do.
    pub fn run(
        &mut self,
        g: &Ground,
        ground_version: u64,
        hydrology: &Hydrology,
        batch: &Batch,
        planes: &mut Planes,
        pace: Pace,
    ) -> Result<Report, String> {
        let gpu = self.gpu.clone();
        gpu.guarded(|| self.run_batch(g, ground_version, hydrology, batch, planes, pace))
    }

    fn run_batch(
        &mut self,
        g: &Ground,
        ground_version: u64,
        hydrology: &Hydrology,
        batch: &Batch,
        planes: &mut Planes,
        pace: Pace,
    ) -> Result<Report, String> {
        let layout = g.layout;
        let params = params_of(g, hydrology, batch, pace, self.kernels[2].stage.name == "flood.local_inertial_flux");
        let size = Size { n_cols: params.n_cols, n_rows: params.n_rows, n_list: params.n_sources };
        let control = Control {
            deepest_bits: pace.deepest_bits,
            fastest_bits: pace.fastest_m_s.to_bits(),
            shortest_dt_s: f32::MAX,
            ..Control::zeroed()
        };
        let list = source_list(batch);
        if self.from > 0 {
            return self.batch_by_stage(g, hydrology, batch, planes, (params, control));
        }
        if self.ground_version != Some(ground_version) {
            self.write("ground", &packed_ground(g));
            self.ground_version = Some(ground_version);
        }
        self.write("h", &planes.state.h_m);
        self.write("qx", &planes.state.qx_m2_s);
        self.write("qy", &planes.state.qy_m2_s);
        self.write("owed", &planes.owed_m);
        self.write("taken", &planes.taken_m);
        self.write("maxima", &planes.maxima);
        self.write("edge_levels", &batch.edge_levels);
        let edges = packed_edges(g.edges);
        self.write("edges", &edges);
        self.write("edge_sum", &vec![0.0_f32; edges.len()]);
        self.write("control", &[control]);
        let list = self.gpu.storage("flood.sources", &list);
        let forcing = self.gpu.storage("flood.forcing", &batch.forcing);
        let uniform = self.gpu.uniform("flood.params", &params);

        // Two steps, after which all names are back where they were.
        let mut groups = Vec::new();
        let mut swapped = false;
        for kernel in self.kernels.iter().chain(&self.kernels) {
            let pick = |name| match name {
                "params" => &uniform,
                "sources" => &list,
                "forcing" => &forcing,
                "h" if swapped => &self.buffers["h_new"],
                "h_new" if swapped => &self.buffers["h"],
                _ => &self.buffers[name],
            };
            groups.push((kernel, kernel.bind(&self.gpu, pick)));
            swapped ^= kernel.stage.swaps.is_some();
        }
        let mut now = control;
        let mut left_s = batch.span_s;
        let mut deepest = f32::from_bits(pace.deepest_bits);
        let mut fastest = pace.fastest_m_s;
        loop {
            let speed = (G_M_S2 * deepest.max(1e-4)).sqrt().max(fastest);
            let stable = (pace.alpha * g.cell_m / speed).min(pace.dt_max_s);
            // An even number of steps, at least one an interval; those beyond the end have length zero and change nothing.
            let n_left = batch.n_intervals as u32 - now.interval;
            let n_pairs = ((1.1 * left_s / stable).ceil() as usize / 2 + n_left as usize / 2 + 1).min(500);
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                for (kernel, group) in std::iter::repeat_n(&groups, n_pairs).flatten() {
                    kernel.record(&mut pass, group, size);
                }
            }
            self.gpu.queue.submit([encoder.finish()]);
            now = self.gpu.read::<Control>(&[&self.buffers["control"]])?[0][0];
            if is_done(&now, &params) {
                break;
            }
            let rows = batch.forcing.chunks(params.row_width as usize).skip(now.interval as usize);
            left_s = now.remaining_s + rows.map(|row| row[0]).sum::<f32>();
            deepest = f32::from_bits(now.deepest_bits.min(1e5_f32.to_bits()));
            fastest = f32::from_bits(now.fastest_bits.min(1e5_f32.to_bits()));
        }
        let b = &self.buffers;
        let flat = self.gpu.read::<f32>(&["h", "qx", "qy", "owed", "edge_sum"].map(|n| &b[n]))?;
        let [h_m, qx_m2_s, qy_m2_s, owed_m, edge_sum] =
            <[Vec<f32>; 5]>::try_from(flat).map_err(|_| "planes are missing")?;
        let fours = self.gpu.read::<[f32; 4]>(&["taken", "maxima"].map(|n| &b[n]))?;
        let [taken_m, maxima] = <[Vec<[f32; 4]>; 2]>::try_from(fours).map_err(|_| "planes are missing")?;
        *planes = Planes { state: State { h_m, qx_m2_s, qy_m2_s }, owed_m, taken_m, maxima };
        Ok(report_of(&now, &edge_sum, layout))
    }

    fn batch_by_stage(
        &self,
        g: &Ground,
        hydrology: &Hydrology,
        batch: &Batch,
        planes: &mut Planes,
        (params, control): (Params, Control),
    ) -> Result<Report, String> {
        let mut b = host_buffers(g, hydrology, batch, planes, (params, control));
        while !is_done(&b.one("control"), &params) {
            for (k, kernel) in self.kernels.iter().enumerate() {
                if k < self.from {
                    kernel.stage.run_on_cpu(&mut b);
                } else {
                    kernel.run_once(&self.gpu, &mut b)?;
                }
            }
        }
        *planes = Planes {
            state: State { h_m: b.copy("h"), qx_m2_s: b.copy("qx"), qy_m2_s: b.copy("qy") },
            owed_m: b.copy("owed"),
            taken_m: b.copy("taken"),
            maxima: b.copy("maxima"),
        };
        Ok(report_of(&b.one("control"), b.get("edge_sum"), g.layout))
    }

    /// Device seconds of `n_steps` steps in still water by stage, from the device's own clock: for benches. The error says why
    /// there is none. The state must have been brought here by a run before.
    pub fn time_stages(&self, g: &Ground, n_steps: usize) -> Result<Vec<(&'static str, f64)>, String> {
        let batch = Batch::of_one(g, f32::MAX);
        let pace = Pace { alpha: 0.7, dt_max_s: 1e-3, deepest_bits: 0, fastest_m_s: 0.0 };
        let dry = Hydrology::none(g.layout);
        let params = params_of(g, &dry, &batch, pace, self.kernels[2].stage.name == "flood.local_inertial_flux");
        let control = Control { remaining_s: f32::MAX, dt_s: 1e-3, shortest_dt_s: f32::MAX, ..Control::zeroed() };
        self.write("control", &[control]);
        let (list, forcing) = (
            self.gpu.storage("flood.sources", &source_list(&batch)),
            self.gpu.storage("flood.forcing", &batch.forcing),
        );
        let uniform = self.gpu.uniform("flood.params", &params);
        let size = Size { n_cols: params.n_cols, n_rows: params.n_rows, n_list: 0 };
        let groups: Vec<(&Kernel, wgpu::BindGroup)> = self
            .kernels
            .iter()
            .map(|kernel| {
                let pick = |name| match name {
                    "params" => &uniform,
                    "sources" => &list,
                    "forcing" => &forcing,
                    _ => &self.buffers[name],
                };
                (kernel, kernel.bind(&self.gpu, pick))
            })
            .collect();
        let seconds = self.gpu.time_passes(&groups, size, n_steps)?;
        Ok(self.kernels.iter().map(|k| k.stage.name).zip(seconds).collect())
    }
}

impl Batch {
    /// One interval of `span_s` without any forcing, which the CPU ends.
    pub fn of_one(g: &Ground, span_s: f32) -> Batch {
        let n_edges = 2 * (g.layout.n_cols + g.layout.n_rows);
        Batch {
            forcing: vec![span_s, span_s, 0.0],
            edge_levels: vec![0; n_edges],
            n_intervals: 1,
            span_s,
            ..Batch::default()
        }
    }
}

/// The uniform of a batch.
pub fn params_of(g: &Ground, hydrology: &Hydrology, batch: &Batch, pace: Pace, on_faces: bool) -> Params {
    let (soil_kind, suction_m) = soil_kind(hydrology);
    Params {
        n_cols: g.layout.n_cols as u32,
        n_rows: g.layout.n_rows as u32,
        n_sources: batch.sources.len() as u32,
        theta: g.theta,
        cell_m: g.cell_m,
        inv_dx: 1.0 / g.cell_m,
        alpha: pace.alpha,
        dt_max_s: pace.dt_max_s,
        n_edges: batch.edge_levels.len() as u32,
        n_intervals: batch.n_intervals as u32,
        row_width: (batch.forcing.len() / batch.n_intervals.max(1)) as u32,
        ends_here: u32::from(batch.ends_here),
        on_faces: u32::from(on_faces),
        soil_kind,
        has_drains: u32::from(!hydrology.drain_m_s.is_empty()),
        suction_m,
    }
}

/// The sources of a batch, before any interval; one that takes no part where there are none, since a buffer may not be empty.
fn source_list(batch: &Batch) -> Vec<Source> {
    let mut list: Vec<Source> = batch.sources.iter().map(|&c| Source { cell: c as u32, rate_m_s: 0.0 }).collect();
    list.resize(list.len().max(1), Source::zeroed());
    list
}

fn is_done(c: &Control, params: &Params) -> bool {
    c.phase & UNSOUND != 0 || (c.remaining_s <= 0.0 && c.interval >= params.n_intervals)
}

fn report_of(c: &Control, edge_sum: &[f32], layout: Layout) -> Report {
    Report {
        steps: c.steps,
        shortest_dt_s: c.shortest_dt_s,
        deepest_bits: if c.phase & UNSOUND != 0 { u32::MAX } else { c.deepest_bits },
        intervals: c.interval,
        edge_out_m2: edge_outflow_m2(edge_sum, layout),
    }
}

/// All buffers of a step on the host.
pub fn host_buffers(
    g: &Ground,
    hydrology: &Hydrology,
    batch: &Batch,
    planes: &Planes,
    (params, control): (Params, Control),
) -> Buffers {
    let n = g.layout.len();
    let mut b = Buffers::new(Size { n_cols: params.n_cols, n_rows: params.n_rows, n_list: params.n_sources });
    b.set("params", &[params]);
    b.set("control", &[control]);
    b.set("ground", &packed_ground(g));
    b.set("soil", &packed_soil(hydrology, n));
    b.set("forcing", &batch.forcing);
    b.set("edges", &packed_edges(g.edges));
    b.set("edge_levels", &batch.edge_levels);
    b.set("edge_sum", &vec![0.0_f32; 2 * (g.layout.n_cols + g.layout.n_rows)]);
    b.set("sources", &source_list(batch));
    b.set("h", &planes.state.h_m);
    b.set("qx", &planes.state.qx_m2_s);
    b.set("qy", &planes.state.qy_m2_s);
    b.set("owed", &planes.owed_m);
    b.set("taken", &planes.taken_m);
    b.set("maxima", &planes.maxima);
    for name in ["h_new", "qx_raw", "qy_raw"] {
        b.set(name, &vec![0.0_f32; n]);
    }
    for name in ["flux_x", "flux_y"] {
        b.set(name, &vec![[0.0_f32; 4]; n]);
    }
    b
}
