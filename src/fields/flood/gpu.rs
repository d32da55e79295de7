//! Both flood solvers on a graphics processor.
//!
//! One interval of the model runs as one or a few submits of many steps; the step length is found on the device
//! (`timestep.wgsl`), so nothing is read back between steps. At the interval's end the state comes back to the CPU,
//! where rain, soil and maxima are done: the CPU always holds the last sound state, and goes on from it when the
//! device is lost.
//!
//! For bisecting ([`Backend::GpuFrom`](crate::fields::backend::Backend::GpuFrom)) each stage of each step runs by itself,
//! up to the chosen one on the CPU, from it on the device, with all buffers going up and down in between: slow, for small
//! cases.

use std::collections::BTreeMap;

use bytemuck::{Pod, Zeroable};

use super::local_inertial::{Ground, State};
use super::math::G_M_S2;
use super::setup::Solver;
use super::stages::{Control, Params, Source, edge_outflow_m2, packed_edges, packed_ground, sequence};
use crate::fields::gpu::{GpuContext, Kernel};
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
    kernels: Vec<Kernel>,
    /// The first stage that runs on the device; 0 but for bisecting.
    from: usize,
    buffers: BTreeMap<&'static str, wgpu::Buffer>,
    ground_version: Option<u64>,
}

impl GpuFlood {
    /// Make a map ready. Fails when it is too large for the device, or when `from` is no stage of this solver.
    pub fn new(gpu: GpuContext, g: &Ground, solver: Solver, from: Option<&Stage>) -> Result<GpuFlood, String> {
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
        // All planes but those that are filled at each interval.
        for name in stages.iter().flat_map(|s| s.bindings.iter().map(|b| b.name)) {
            let words = match name {
                "params" | "sources" => continue,
                "control" => size_of::<Control>() / 4,
                "ground" | "flux_x" | "flux_y" => 4 * n,
                "edges" => 2 * n_edges,
                "edge_sum" => n_edges,
                _ => n,
            };
            buffers.entry(name).or_insert_with(|| gpu.storage(name, &vec![0_u32; words]));
        }
        let kernels = stages.iter().map(|stage| Kernel::new(&gpu, stage)).collect();
        Ok(GpuFlood { kernels, from, buffers, ground_version: None, gpu })
    }

    /// Name of the adapter.
    pub fn name(&self) -> String {
        match self.from {
            0 => self.gpu.name.clone(),
            k => format!("{} from {}", self.gpu.name, self.kernels[k].stage.name),
        }
    }

    /// Destroy the device: for tests of what happens then.
    #[doc(hidden)]
    pub fn destroy_device(&self) {
        self.gpu.device.destroy();
    }

    fn write<T: Pod>(&self, name: &str, values: &[T]) {
        self.gpu.queue.write_buffer(&self.buffers[name], 0, bytemuck::cast_slice(values));
    }

    /// Run an interval of `span_s` from `state` into `state`. `ground_version` changes when bed or walls do.
    #[allow(clippy::too_many_arguments, reason = "one call site; a struct would only rename the arguments")]
    pub fn interval(
        &mut self,
        g: &Ground,
        ground_version: u64,
        state: &mut State,
        owed_m: &mut Vec<f32>,
        sources: &[(usize, f32)],
        span_s: f32,
        pace: Pace,
    ) -> Result<Interval, String> {
        let layout = g.layout;
        // Sources of one cell are added here, so that every thread owns its cell.
        let mut merged: BTreeMap<usize, f32> = BTreeMap::new();
        for &(cell, rate) in sources {
            *merged.entry(cell).or_default() += rate;
        }
        let mut list: Vec<Source> = merged.iter().map(|(&c, &r)| Source { cell: c as u32, rate_m_s: r }).collect();
        let size = Size { n_cols: layout.n_cols as u32, n_rows: layout.n_rows as u32, n_list: list.len() as u32 };
        list.resize(list.len().max(1), Source::zeroed());
        let params = Params {
            n_cols: size.n_cols,
            n_rows: size.n_rows,
            n_sources: size.n_list,
            theta: g.theta,
            cell_m: g.cell_m,
            inv_dx: 1.0 / g.cell_m,
            alpha: pace.alpha,
            dt_max_s: pace.dt_max_s,
        };
        let control = Control {
            remaining_s: span_s,
            deepest_bits: pace.deepest_bits,
            fastest_bits: pace.fastest_m_s.to_bits(),
            shortest_dt_s: f32::MAX,
            ..Control::zeroed()
        };
        if self.from > 0 {
            return self.interval_by_stage(g, state, owed_m, params, control, &list);
        }
        if self.ground_version != Some(ground_version) {
            self.write("ground", &packed_ground(g));
            self.ground_version = Some(ground_version);
        }
        self.write("h", &state.h_m);
        self.write("qx", &state.qx_m2_s);
        self.write("qy", &state.qy_m2_s);
        self.write("owed", owed_m);
        let edges = packed_edges(g.edges);
        self.write("edges", &edges);
        self.write("edge_sum", &vec![0.0_f32; edges.len()]);
        self.write("control", &[control]);
        let list = self.gpu.storage("flood.sources", &list);
        let uniform = self.gpu.uniform("flood.params", &params);

        // Two steps, after which all names are back where they were.
        let mut groups = Vec::new();
        let mut swapped = false;
        for kernel in self.kernels.iter().chain(&self.kernels) {
            let pick = |name| match name {
                "params" => &uniform,
                "sources" => &list,
                "h" if swapped => &self.buffers["h_new"],
                "h_new" if swapped => &self.buffers["h"],
                _ => &self.buffers[name],
            };
            groups.push((kernel, kernel.bind(&self.gpu, pick)));
            swapped ^= kernel.stage.swaps.is_some();
        }
        let mut now = control;
        let mut deepest = f32::from_bits(pace.deepest_bits);
        let mut fastest = pace.fastest_m_s;
        while now.remaining_s > 0.0 {
            let speed = (G_M_S2 * deepest.max(1e-4)).sqrt().max(fastest);
            let stable = (pace.alpha * g.cell_m / speed).min(pace.dt_max_s);
            // An even number of steps; those beyond the end of the interval have length zero and change nothing.
            let n_pairs = ((1.1 * now.remaining_s / stable).ceil() as usize / 2 + 1).min(500);
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                for (kernel, group) in std::iter::repeat_n(&groups, n_pairs).flatten() {
                    kernel.record(&mut pass, group, size);
                }
            }
            self.gpu.queue.submit([encoder.finish()]);
            now = self.gpu.read::<Control>(&[&self.buffers["control"]])?[0][0];
            deepest = f32::from_bits(now.deepest_bits.min(1e5_f32.to_bits()));
            fastest = f32::from_bits(now.fastest_bits.min(1e5_f32.to_bits()));
        }
        let names = ["h", "qx", "qy", "owed", "edge_sum"];
        let mut planes = self.gpu.read::<f32>(&names.map(|n| &self.buffers[n]))?.into_iter();
        let mut take = || planes.next().unwrap_or_default();
        (state.h_m, state.qx_m2_s, state.qy_m2_s) = (take(), take(), take());
        *owed_m = take();
        let edge_out_m2 = edge_outflow_m2(&take(), layout);
        let Control { steps, shortest_dt_s, deepest_bits, .. } = now;
        Ok(Interval { steps, shortest_dt_s, deepest_bits, edge_out_m2 })
    }

    fn interval_by_stage(
        &self,
        g: &Ground,
        state: &mut State,
        owed_m: &mut Vec<f32>,
        params: Params,
        control: Control,
        list: &[Source],
    ) -> Result<Interval, String> {
        let mut b = host_buffers(g, state, owed_m, params, control, list);
        while b.one::<Control>("control").remaining_s > 0.0 {
            for (k, kernel) in self.kernels.iter().enumerate() {
                if k < self.from {
                    kernel.stage.run_on_cpu(&mut b);
                } else {
                    kernel.run_once(&self.gpu, &mut b)?;
                }
            }
        }
        *state = State { h_m: b.copy("h"), qx_m2_s: b.copy("qx"), qy_m2_s: b.copy("qy") };
        *owed_m = b.copy("owed");
        let edge_out_m2 = edge_outflow_m2(b.get("edge_sum"), g.layout);
        let Control { steps, shortest_dt_s, deepest_bits, .. } = b.one("control");
        Ok(Interval { steps, shortest_dt_s, deepest_bits, edge_out_m2 })
    }
}

/// All buffers of a step on the host.
pub fn host_buffers(
    g: &Ground,
    state: &State,
    owed_m: &[f32],
    params: Params,
    control: Control,
    sources: &[Source],
) -> Buffers {
    let n = g.layout.len();
    let mut b = Buffers::new(Size { n_cols: params.n_cols, n_rows: params.n_rows, n_list: params.n_sources });
    b.set("params", &[params]);
    b.set("control", &[control]);
    b.set("ground", &packed_ground(g));
    b.set("edges", &packed_edges(g.edges));
    b.set("edge_sum", &vec![0.0_f32; 2 * (g.layout.n_cols + g.layout.n_rows)]);
    b.set("sources", sources);
    b.set("h", &state.h_m);
    b.set("qx", &state.qx_m2_s);
    b.set("qy", &state.qy_m2_s);
    b.set("owed", owed_m);
    for name in ["h_new", "qx_raw", "qy_raw"] {
        b.set(name, &vec![0.0_f32; n]);
    }
    for name in ["flux_x", "flux_y"] {
        b.set(name, &vec![[0.0_f32; 4]; n]);
    }
    b
}
