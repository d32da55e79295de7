//! The running flood model: planes, forcing, steps, water balance.
//!
//! Time runs in **intervals** (`sample_every_s`, 5 s by default). Over an interval every forcing is constant: inflow
//! and rain at the exact mean of their series, levels at the middle. Inside it the solver takes as many stable steps
//! as it needs. At its end: rain, soil, drains, breaches, maxima. So volumes are exact whatever the steps were.

use super::bands::Margins;
use super::breach::Gap;
use super::edges::{EdgeKind, Edges};
use super::hydrology::Hydrology;
use super::local_inertial::{self, BLOCKED_M, Ground, State};
use super::math::G_M_S2;
use super::prepare::{cell_of, check_numbers, edges_of, hydrology_of, line_cells, plane, raster};
use super::setup::{BoundaryKind, FloodError, FloodSetup, Solver};
use super::shallow_water::{self, StepReport};
use super::stats::{Stats, scan, velocity};
use super::walls::Walls;
use crate::fields::backend::{Backend, Site};
use crate::fields::film::{Hidden, Plane};
use crate::fields::layout::Layout;
use crate::fields::series::Outside;
use crate::fields::stage::Stage;
use crate::gis::{GridRef, Raster};

/// No depth of water on a map is greater, m.
pub(super) const MAX_DEPTH_M: f32 = 1e5;

/// Volumes so far, m³.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Balance {
    /// Water at the start.
    pub initial_m3: f64,
    /// Rain.
    pub rain_m3: f64,
    /// Inflows.
    pub inflow_m3: f64,
    /// Net outflow over the edges.
    pub edge_out_m3: f64,
    /// Soaked into the ground.
    pub soaked_m3: f64,
    /// Taken by drains and not given back.
    pub drained_m3: f64,
    /// Pumped off the map.
    pub pumped_m3: f64,
}

impl Balance {
    /// Water that should be on the map.
    pub fn expected_m3(&self) -> f64 {
        self.initial_m3 + self.rain_m3 + self.inflow_m3
            - self.edge_out_m3
            - self.soaked_m3
            - self.drained_m3
            - self.pumped_m3
    }

    /// All water that ever was on the map, the yardstick of the error.
    pub fn throughput_m3(&self) -> f64 {
        self.initial_m3 + self.rain_m3 + self.inflow_m3 + (-self.edge_out_m3).max(0.0)
    }
}

/// One line of the gauges' table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaugeReading {
    /// Water level, m above the map's own zero (the bed where dry).
    pub level_m: f64,
    /// Depth, m.
    pub depth_m: f32,
    /// Velocity east, m/s.
    pub u_m_s: f32,
    /// Velocity north, m/s.
    pub v_m_s: f32,
}

#[derive(Debug, Clone)]
pub(super) struct PumpCells {
    at: usize,
    to: Option<usize>,
}

/// A flood model at one moment.
pub struct FloodModel {
    pub(super) setup: FloodSetup,
    pub(super) layout: Layout,
    pub(super) datum_m: f64,
    pub(super) z_m: Vec<f32>,
    pub(super) manning: Vec<f32>,
    pub(super) edges: Edges,
    pub(super) walls: Walls,
    pub(super) edge_numbers: Vec<usize>,
    pub(super) inflow_cells: Vec<Vec<usize>>,
    pub(super) pump_cells: Vec<PumpCells>,
    pub(super) drain_outlet: Option<usize>,
    drain_owes_m3: f64,
    gauge_cells: Vec<usize>,
    pub(super) gaps: Vec<Option<Gap>>,
    pub(super) hydrology: Hydrology,
    pub(super) state: State,
    margins: Margins,
    pub(super) stats: Stats,
    pub(super) report: StepReport,
    /// Source rates of the current interval: cell and m/s.
    pub(super) sources: Vec<(usize, f32)>,
    pub(super) balance: Balance,
    pub(super) t_s: f64,
    pub(super) steps: u64,
    pub(super) shortest_dt_s: f32,
    pub(super) ground_version: u64,
    pub(super) lost_gpu: Option<String>,
    #[cfg(feature = "gpu")]
    pub(super) gpu: Option<super::gpu::GpuFlood>,
}

impl FloodModel {
    /// Check a case and make it ready to run.
    pub fn new(setup: FloodSetup) -> Result<Self, FloodError> {
        let grid = setup.bed_m.grid;
        let layout = Layout { n_cols: grid.n_cols, n_rows: grid.n_rows };
        check_numbers(&setup)?;
        let lowest = setup.bed_m.values.iter().copied().filter(|v| !v.is_nan()).fold(f32::INFINITY, f32::min);
        let datum_m = f64::from(lowest.floor());
        let bed: Vec<f32> = setup
            .bed_m
            .values
            .iter()
            .map(|&z| if z.is_nan() { BLOCKED_M } else { (f64::from(z) - datum_m) as f32 })
            .collect();
        let z_m = layout.pad(&bed, BLOCKED_M);
        let manning = plane("manning", &setup.manning, &setup, 0.0..=10.0)?;
        let manning = layout.pad(&manning, 0.03);

        let mut h = vec![0.0_f32; layout.len()];
        if let Some(level) = setup.initial_level_m {
            let level = (level - datum_m) as f32;
            for (h, z) in h.iter_mut().zip(&z_m) {
                *h = (level - z).max(0.0);
            }
        }
        if let Some(depth) = &setup.initial_depth_m {
            let depth = raster("initial_depth", depth, &setup, 0.0..=1e4)?;
            for (h, d) in h.iter_mut().zip(layout.pad(&depth, 0.0)) {
                *h = h.max(d);
            }
        }
        for (h, z) in h.iter_mut().zip(&z_m) {
            if *z >= 0.5 * BLOCKED_M {
                *h = 0.0;
            }
        }

        let mut walls = Walls::default();
        for w in &setup.walls {
            walls.add_line(&grid, layout, w.from_m, w.to_m, (w.crest_m - datum_m) as f32);
        }
        let cell = |what: String, at: (f64, f64)| cell_of(&grid, layout, &z_m, what, at);
        let gauges = setup.gauges.iter();
        let gauge_cells = gauges.map(|g| cell(format!("gauge `{}`", g.name), g.at_m)).collect::<Result<Vec<_>, _>>()?;
        let mut inflow_cells = Vec::new();
        for (k, inflow) in setup.inflows.iter().enumerate() {
            inflow_cells.push(line_cells(&grid, layout, &z_m, k, inflow.from_m, inflow.to_m)?);
        }
        let mut pump_cells = Vec::new();
        for (k, p) in setup.pumps.iter().enumerate() {
            let to = p.to_m.map(|to| cell(format!("pump {} outlet", k + 1), to)).transpose()?;
            pump_cells.push(PumpCells { at: cell(format!("pump {}", k + 1), p.at_m)?, to });
        }
        let drain_outlet = setup.drain_outlet_m.map(|at| cell("drains outlet".into(), at)).transpose()?;
        let (edges, edge_numbers) = edges_of(&setup, layout)?;
        let hydrology = hydrology_of(&setup, layout)?;
        let state = State::still(h);
        let mut model = FloodModel {
            margins: Margins::default(),
            stats: Stats::new(layout),
            report: StepReport::default(),
            sources: Vec::new(),
            balance: Balance::default(),
            t_s: 0.0,
            steps: 0,
            shortest_dt_s: f32::INFINITY,
            ground_version: 0,
            lost_gpu: None,
            #[cfg(feature = "gpu")]
            gpu: None,
            gaps: vec![None; setup.breaches.len()],
            drain_owes_m3: 0.0,
            setup,
            layout,
            datum_m,
            z_m,
            manning,
            edges,
            walls,
            edge_numbers,
            inflow_cells,
            pump_cells,
            drain_outlet,
            gauge_cells,
            hydrology,
            state,
        };
        model.balance.initial_m3 = model.volume_m3();
        model.report = model.scan();
        model.stats.sample(layout, &model.state, model.on_faces(), 0.0);
        Ok(model)
    }

    /// A model on a backend, with notices for the user (why the CPU was taken).
    pub fn on(setup: FloodSetup, site: impl Into<Site>) -> Result<(Self, Vec<String>), FloodError> {
        let site = site.into();
        let mut model = FloodModel::new(setup)?;
        let mut notices = Vec::new();
        let taken = match site.backend {
            Backend::Cpu => Ok(()),
            Backend::Auto => model.use_device(&site, false, None),
            Backend::Gpu => model.use_device(&site, true, None),
            Backend::GpuFrom(stage) => {
                model.use_device(&site, true, Some(stage)).map_err(|why| FloodError::setup("backend", why))?;
                Ok(())
            }
        };
        if let Err(why) = taken {
            notices.push(format!("flood runs on the CPU: {why}"));
        }
        Ok((model, notices))
    }

    /// Run the solver's stages on a graphics processor from now on; with `software_too` on any adapter. The error says in
    /// one line why not.
    pub fn use_gpu(&mut self, software_too: bool) -> Result<(), String> {
        self.use_device(&Site::default(), software_too, None)
    }

    #[cfg(feature = "gpu")]
    fn use_device(&mut self, site: &Site, software_too: bool, from: Option<&Stage>) -> Result<(), String> {
        let context = site.device(software_too)?;
        let make =
            || super::gpu::GpuFlood::new(context.clone(), &self.ground(), &self.hydrology, self.setup.solver, from);
        self.gpu = Some(context.guarded(make)?);
        Ok(())
    }

    /// Without feature `gpu` there is none.
    #[cfg(not(feature = "gpu"))]
    fn use_device(&mut self, _site: &Site, _software_too: bool, _from: Option<&Stage>) -> Result<(), String> {
        Err("this program was built without the `gpu` feature".into())
    }

    /// Device seconds that `n_steps` steps take in each stage, by the device's own clock: for benches. The error says why there
    /// are none.
    #[cfg(feature = "gpu")]
    pub fn time_stages(&self, n_steps: usize) -> Result<Vec<(&'static str, f64)>, String> {
        self.gpu.as_ref().map_or(Err("runs on the CPU".into()), |gpu| gpu.time_stages(&self.ground(), n_steps))
    }

    /// Without feature `gpu` there are none.
    #[cfg(not(feature = "gpu"))]
    pub fn time_stages(&self, _n_steps: usize) -> Result<Vec<(&'static str, f64)>, String> {
        Err("this program was built without the `gpu` feature".into())
    }

    /// Destroy the device, if there is one: for tests of what happens then.
    #[cfg(feature = "gpu")]
    #[doc(hidden)]
    pub fn destroy_device(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.destroy_device();
        }
    }

    /// Where it is computed: `cpu`, or `gpu` with the adapter's name.
    pub fn backend_name(&self) -> String {
        #[cfg(feature = "gpu")]
        if let Some(gpu) = &self.gpu {
            return format!("gpu ({})", gpu.name());
        }
        "cpu".into()
    }

    /// One line for the user when the graphics processor was lost on the way and the CPU went on.
    pub fn lost_gpu(&self) -> Option<&str> {
        self.lost_gpu.as_deref()
    }

    /// The map.
    pub fn grid(&self) -> GridRef {
        self.setup.bed_m.grid
    }

    /// Time, s since the start.
    pub fn t_s(&self) -> f64 {
        self.t_s
    }

    /// Steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Shortest step so far, s; infinite before the first.
    pub fn shortest_dt_s(&self) -> f32 {
        self.shortest_dt_s
    }

    /// Volumes so far.
    pub fn balance(&self) -> Balance {
        self.balance
    }

    pub(super) fn on_faces(&self) -> bool {
        self.setup.solver == Solver::LocalInertial
    }

    pub(super) fn area_m2(&self) -> f64 {
        self.grid().cell_m * self.grid().cell_m
    }

    /// Water on the map, m³, with what depths could not yet take in.
    pub fn volume_m3(&self) -> f64 {
        (self.layout.sum(&self.state.h_m) + self.layout.sum(&self.hydrology.owed_m)) * self.area_m2()
    }

    /// Water that appeared or vanished, as a share of all water that ever was on the map.
    pub fn mass_error(&self) -> f64 {
        let balance = self.balance;
        let all = balance.throughput_m3();
        if all <= 0.0 { 0.0 } else { (self.volume_m3() - balance.expected_m3()) / all }
    }

    fn map(&self, plane: &[f32]) -> Raster<f32> {
        Raster { grid: self.grid(), values: self.layout.unpad(plane) }
    }

    /// Depth now, m.
    pub fn depth_m(&self) -> Raster<f32> {
        self.map(&self.state.h_m)
    }

    /// Depth now, left on the device where it was computed, if it can be drawn there: as it was before pumps, outlets
    /// of drains and breaches, which are the CPU's, ended the last interval. `hidden` are cells that are not shown.
    #[cfg(feature = "gpu")]
    pub fn depth_on_device(&self, hidden: &mut Hidden) -> Option<Plane> {
        self.gpu.as_ref()?.depth(self.layout, hidden)
    }

    /// Without feature `gpu` there is none.
    #[cfg(not(feature = "gpu"))]
    pub fn depth_on_device(&self, _hidden: &mut Hidden) -> Option<Plane> {
        None
    }

    /// Greatest depth so far, m.
    pub fn max_depth_m(&self) -> Raster<f32> {
        self.map(&self.stats.max_depth_m)
    }

    /// Greatest speed so far where the water was at least 1 cm deep, m/s.
    pub fn max_speed_m_s(&self) -> Raster<f32> {
        self.map(&self.stats.max_speed_m_s)
    }

    /// Greatest depth × speed so far, m²/s.
    pub fn max_hazard_m2_s(&self) -> Raster<f32> {
        self.map(&self.stats.max_hazard_m2_s)
    }

    /// When the depth first passed 1 cm, s; NaN where it never did.
    pub fn arrival_s(&self) -> Raster<f32> {
        self.map(&self.stats.arrival_s)
    }

    /// Velocity now in cell (`col`, `row`): east, north, m/s.
    pub fn velocity_m_s(&self, col: usize, row: usize) -> (f32, f32) {
        let (u, south) = velocity(&self.state, self.layout.idx(col, row), self.layout.stride(), self.on_faces());
        (u, -south)
    }

    /// State planes, for tests and for the GPU.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Readings of all gauges, in their order.
    pub fn gauges(&self) -> Vec<GaugeReading> {
        let stride = self.layout.stride();
        let read = |&at: &usize| {
            let (u, south) = velocity(&self.state, at, stride, self.on_faces());
            let depth_m = self.state.h_m[at];
            let level_m = f64::from(self.z_m[at]) + f64::from(depth_m) + self.datum_m;
            GaugeReading { level_m, depth_m, u_m_s: u, v_m_s: -south }
        };
        self.gauge_cells.iter().map(read).collect()
    }

    /// The cell that sets the time step now: its centre and depth.
    pub fn dt_limited_by(&self) -> (f64, f64, f32) {
        let deepest =
            self.state.h_m.iter().enumerate().fold((0, 0.0_f32), |a, (k, &h)| if h > a.1 { (k, h) } else { a });
        let (col, row) = (deepest.0 % self.layout.stride(), deepest.0 / self.layout.stride());
        let grid = self.grid();
        let (x, y) = grid.centre(grid.idx(col.min(grid.n_cols - 1), row.min(grid.n_rows - 1)));
        (x, y, deepest.1)
    }

    /// Run until `until_s`.
    pub fn advance_to(&mut self, until_s: f64) -> Result<(), FloodError> {
        while self.t_s < until_s - 1e-9 {
            let end = self.next_end(self.t_s, until_s);
            #[cfg(feature = "gpu")]
            if self.batch_on_gpu(until_s)? {
                continue;
            }
            // Inside the pool, so that no step waits for sleeping threads to wake up.
            rayon::scope(|_| self.interval(end))?;
        }
        Ok(())
    }

    /// The end of the interval that begins at `t_s`: intervals lie on a fixed raster of time, so that output times do not shift
    /// them.
    pub(super) fn next_end(&self, t_s: f64, until_s: f64) -> f64 {
        let every = self.setup.sample_every_s;
        (((t_s / every + 1e-9).floor() + 1.0) * every).min(until_s)
    }

    fn interval(&mut self, end_s: f64) -> Result<(), FloodError> {
        let span = end_s - self.t_s;
        self.set_forcing(end_s);
        let mut remaining = span as f32;
        while remaining > 0.0 {
            let dt = self.next_dt(remaining);
            self.step(dt)?;
            remaining -= dt;
        }
        self.end_interval(end_s, span)
    }

    pub(super) fn alpha(&self) -> f32 {
        match (self.setup.alpha, self.setup.solver) {
            (Some(a), _) => a as f32,
            (None, Solver::LocalInertial) => 0.7,
            (None, Solver::ShallowWater) => 0.5,
        }
    }

    /// The stable step, at most what remains of the interval.
    pub fn next_dt(&self, remaining_s: f32) -> f32 {
        let cell = self.grid().cell_m as f32;
        let alpha = self.alpha();
        let stable = if self.report.speed_m_s > 0.0 { alpha * cell / self.report.speed_m_s } else { f32::INFINITY };
        let dt = stable.min(self.setup.dt_max_s as f32);
        // Two halves rather than one step and a sliver.
        if dt >= remaining_s {
            remaining_s
        } else if 2.0 * dt > remaining_s {
            0.5 * remaining_s
        } else {
            dt
        }
    }

    pub(super) fn set_forcing(&mut self, end_s: f64) {
        let (t0, t1) = (self.t_s, end_s);
        let span = t1 - t0;
        self.sources.clear();
        for (inflow, cells) in self.setup.inflows.iter().zip(&self.inflow_cells) {
            let mean = inflow.series.integral(t0, t1) / span;
            let rate = mean / (cells.len() as f64 * self.area_m2());
            if rate != 0.0 {
                self.sources.extend(cells.iter().map(|&at| (at, rate as f32)));
            }
        }
        for (boundary, &number) in self.setup.boundaries.iter().zip(&self.edge_numbers) {
            if let BoundaryKind::Level { series } = &boundary.kind {
                let level = series.at(0.5 * (t0 + t1), Outside::Hold) - self.datum_m;
                self.edges.set(number, EdgeKind::Level { level_m: level as f32 });
            }
        }
    }

    /// What stands still during a step.
    pub fn ground(&self) -> Ground<'_> {
        Ground {
            layout: self.layout,
            cell_m: self.grid().cell_m as f32,
            z_m: &self.z_m,
            manning: &self.manning,
            edges: &self.edges,
            walls: &self.walls,
            theta: self.setup.theta as f32,
        }
    }

    fn step(&mut self, dt: f32) -> Result<(), FloodError> {
        let ground = Ground {
            layout: self.layout,
            cell_m: self.setup.bed_m.grid.cell_m as f32,
            z_m: &self.z_m,
            manning: &self.manning,
            edges: &self.edges,
            walls: &self.walls,
            theta: self.setup.theta as f32,
        };
        let (stage, mut report) = match self.setup.solver {
            Solver::LocalInertial => {
                ("flood.local_inertial", local_inertial::step(&ground, &mut self.state, &mut self.margins, dt))
            }
            Solver::ShallowWater => {
                ("flood.shallow_water", shallow_water::step(&ground, &mut self.state, &mut self.margins, dt))
            }
        };
        self.t_s += f64::from(dt);
        self.steps += 1;
        self.shortest_dt_s = self.shortest_dt_s.min(dt);
        self.balance.edge_out_m3 += report.edge_out_m2_s * self.setup.bed_m.grid.cell_m * f64::from(dt);
        if report.deepest_bits > MAX_DEPTH_M.to_bits() {
            return Err(self.unsound(stage));
        }
        let area = self.area_m2();
        for &(at, rate) in &self.sources {
            let owes = self.hydrology.owed_m[at] + rate * dt;
            let h = self.state.h_m[at];
            let next = (h + owes).max(0.0);
            self.hydrology.owed_m[at] = owes - (next - h);
            self.state.h_m[at] = next;
            self.balance.inflow_m3 += f64::from(rate * dt) * area;
            report.deepest_bits = report.deepest_bits.max(next.to_bits());
            report.speed_m_s = report.speed_m_s.max((G_M_S2 * next).sqrt());
        }
        self.report = report;
        Ok(())
    }

    /// Rain between two times, m, before weights.
    pub(super) fn rain_m(&self, from_s: f64, to_s: f64) -> f64 {
        self.setup.rain_mm_h.as_ref().map_or(0.0, |s| s.integral(from_s, to_s) / 3.6e6)
    }

    pub(super) fn end_interval(&mut self, end_s: f64, span: f64) -> Result<(), FloodError> {
        let rain_m = self.rain_m(end_s - span, end_s);
        let area = self.area_m2();
        if rain_m > 0.0 || !self.hydrology.is_idle() {
            let sums = self.hydrology.step(self.layout, &self.z_m, &mut self.state.h_m, rain_m as f32, span as f32);
            self.balance.rain_m3 += sums.rain * area;
            self.balance.soaked_m3 += sums.soaked * area;
            self.balance.drained_m3 += sums.drained * area;
            self.drain_owes_m3 += sums.drained * area;
        }
        self.run_pumps(end_s, span);
        self.return_drain_water();
        self.t_s = end_s;
        self.grow_breaches(span);
        self.report = self.scan();
        if self.report.deepest_bits > MAX_DEPTH_M.to_bits() {
            return Err(self.unsound("flood.hydrology"));
        }
        self.stats.sample(self.layout, &self.state, self.on_faces(), end_s as f32);
        Ok(())
    }

    fn run_pumps(&mut self, end_s: f64, span: f64) {
        let area = self.area_m2();
        for (pump, cells) in self.setup.pumps.iter().zip(&self.pump_cells) {
            let power = pump.power.as_ref().map_or(1.0, |p| p.at(end_s - 0.5 * span, Outside::Hold));
            let lifts = (pump.capacity_m3_s * power * span / area) as f32;
            let before = self.state.h_m[cells.at];
            let after = (before - lifts).max(0.0);
            self.state.h_m[cells.at] = after;
            let volume = f64::from(before - after) * area;
            match cells.to {
                Some(to) => self.hydrology.owed_m[to] += before - after,
                None => self.balance.pumped_m3 += volume,
            }
        }
        for cells in &self.pump_cells {
            if let Some(to) = cells.to {
                pay_out(&mut self.state.h_m[to], &mut self.hydrology.owed_m[to]);
            }
        }
    }

    fn return_drain_water(&mut self) {
        if let Some(at) = self.drain_outlet {
            let depth = (self.drain_owes_m3 / self.area_m2()) as f32;
            self.hydrology.owed_m[at] += depth;
            pay_out(&mut self.state.h_m[at], &mut self.hydrology.owed_m[at]);
            let volume = f64::from(depth) * self.area_m2();
            self.drain_owes_m3 -= volume;
            self.balance.drained_m3 -= volume;
        }
    }

    fn grow_breaches(&mut self, span: f64) {
        let grid = self.grid();
        for k in 0..self.setup.breaches.len() {
            let breach = &self.setup.breaches[k];
            let middle = (0.5 * (breach.from_m.0 + breach.to_m.0), 0.5 * (breach.from_m.1 + breach.to_m.1));
            let fall = self.fall_across(middle, breach.from_m, breach.to_m);
            let Some(gap) = breach.grow(self.gaps[k], self.t_s, span, fall) else { continue };
            if self.gaps[k] == Some(gap) {
                continue;
            }
            self.gaps[k] = Some(gap);
            self.ground_version += 1;
            let crest = (gap.crest_m - self.datum_m) as f32;
            let length = breach.length_m().max(1e-9);
            let along = ((breach.to_m.0 - breach.from_m.0) / length, (breach.to_m.1 - breach.from_m.1) / length);
            let (reach_along, reach_across) = (0.5 * gap.width_m.max(grid.cell_m), 0.75 * grid.cell_m);
            let hit = |x: f64, y: f64| {
                let (dx, dy) = (x - middle.0, y - middle.1);
                (dx * along.0 + dy * along.1).abs() <= reach_along
                    && (dx * along.1 - dy * along.0).abs() <= reach_across
            };
            let at = |c: f64, r: f64| (grid.west_m + c * grid.cell_m, grid.north_m - r * grid.cell_m);
            self.walls.lower(crest, |c, r| {
                let (x, y) = at(c, r);
                hit(x, y)
            });
            for row in 0..grid.n_rows {
                for col in 0..grid.n_cols {
                    let (x, y) = at(col as f64 + 0.5, row as f64 + 0.5);
                    let z = &mut self.z_m[row * (grid.n_cols + 1) + col];
                    if *z > crest && *z < 0.5 * BLOCKED_M && hit(x, y) {
                        *z = crest;
                    }
                }
            }
        }
    }

    /// Difference of the water levels a little way off on both sides of a line.
    fn fall_across(&self, middle: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
        let length = libm::hypot(to.0 - from.0, to.1 - from.1).max(1e-9);
        let across = (-(to.1 - from.1) / length, (to.0 - from.0) / length);
        let off = 3.0 * self.grid().cell_m;
        let level = |sign: f64| {
            let at = self.grid().cell_at(middle.0 + sign * off * across.0, middle.1 + sign * off * across.1)?;
            let (col, row) = self.grid().col_row(at);
            let k = self.layout.idx(col, row);
            (self.z_m[k] < 0.5 * BLOCKED_M).then(|| f64::from(self.z_m[k]) + f64::from(self.state.h_m[k]))
        };
        match (level(1.0), level(-1.0)) {
            (Some(a), Some(b)) => (a - b).abs(),
            _ => 0.0,
        }
    }

    pub(super) fn scan(&self) -> StepReport {
        scan(self.layout, &self.state, self.on_faces())
    }

    pub(super) fn unsound(&self, stage: &'static str) -> FloodError {
        let bad = self.state.h_m.iter().position(|h| !(0.0..=MAX_DEPTH_M).contains(h)).unwrap_or(0);
        let (col, row) = (bad % self.layout.stride(), bad / self.layout.stride());
        let grid = self.grid();
        let (x_m, y_m) = grid.centre(grid.idx(col.min(grid.n_cols - 1), row.min(grid.n_rows - 1)));
        let value = format!("depth {}", self.state.h_m[bad]);
        FloodError::Unsound { stage, value, col, row, x_m, y_m, t_s: self.t_s }
    }

    /// Put a value into the depth of a cell: for tests of what happens when a number goes bad.
    #[doc(hidden)]
    pub fn poke_depth(&mut self, col: usize, row: usize, depth_m: f32) {
        let at = self.layout.idx(col, row);
        self.state.h_m[at] = depth_m;
    }
}

fn pay_out(h: &mut f32, owed: &mut f32) {
    let next = (*h + *owed).max(0.0);
    *owed -= next - *h;
    *h = next;
}
