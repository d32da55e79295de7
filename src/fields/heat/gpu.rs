//! The heat model on a graphics processor.
//!
//! What stands still lies on the device; an hour is one submit (shadows, four times the surfaces, thirty-two steps of the
//! air), after which the state comes back. So the CPU always holds the last whole hour, and goes on from it when the device
//! is lost. For bisecting each stage runs by itself, up to the chosen one on the CPU.

use super::model::{Hourly, Quarter, Surroundings};
use super::sky::{Skyline, directions};
use super::stages::{Params, STAGES, packed_surfaces, unpacked_surfaces};
use super::surfaces::{Skin, Surfaces};
use crate::fields::film::{Hidden, Plane};
use crate::fields::gpu::{GpuContext, Kernel};
use crate::fields::stage::{Buffers, Size, Stage};

/// A device and the stages compiled for it.
pub struct GpuHeat {
    gpu: GpuContext,
    kernels: Vec<Kernel>,
    /// The first stage that runs on the device; 0 but for bisecting.
    from: usize,
    /// What the last hour left on the device, where that is one on which it can be drawn.
    last: Option<Left>,
}

/// The last hour on the device.
struct Left {
    params: Params,
    surfaces: wgpu::Buffer,
    theta: wgpu::Buffer,
}

/// The state that an hour changes.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Surfaces.
    pub surfaces: Surfaces,
    /// Warmth of the canopy layer over the country's, K.
    pub theta: Vec<f32>,
    /// Share of the direct sun.
    pub sunlit: Vec<f32>,
}

/// What stands still.
#[derive(Clone, Copy)]
pub struct Still<'a> {
    /// Heights.
    pub skyline: Skyline<'a>,
    /// Coefficients.
    pub skin: &'a Skin,
    /// Heat of people, traffic and buildings, W/m².
    pub anthropogenic_w_m2: &'a [f32],
    /// Mixing by wind.
    pub mixing: &'a [f32],
    /// Sky view factor.
    pub svf: &'a [f32],
    /// What lies upwind.
    pub surroundings: Surroundings,
}

const VIEW_FACTOR: usize = 0;
const SUNLIT: usize = 1;
const SURFACE_ENERGY: usize = 2;
const AIR_MEAN: usize = 3;
const AIR_ROWS: usize = 4;
const AIR_COLUMNS: usize = 5;
const TWO_METRES: usize = 6;

impl GpuHeat {
    /// Compile the stages. Fails when the map is too large, or when `from` is no stage of heat.
    pub fn new(gpu: GpuContext, n_pixels: usize, from: Option<&Stage>) -> Result<GpuHeat, String> {
        let limit = gpu.device.limits().max_storage_buffer_binding_size;
        if n_pixels as u64 * 24 > limit {
            return Err(format!(
                "{n_pixels} pixels need {} bytes in one buffer, the device allows {limit}",
                n_pixels * 24
            ));
        }
        let from = match from {
            None => 0,
            Some(wanted) => STAGES.iter().position(|s| s.name == wanted.name).ok_or_else(|| {
                let names: Vec<&str> = STAGES.iter().map(|s| s.name).collect();
                format!("{} is no stage of heat; expected one of {}", wanted.name, names.join(", "))
            })?,
        };
        let kernels = STAGES.iter().map(|stage| Kernel::new(&gpu, stage)).collect();
        Ok(GpuHeat { gpu, kernels, from, last: None })
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

    fn run(&self, k: usize, b: &mut Buffers) -> Result<(), String> {
        if k < self.from {
            self.kernels[k].stage.run_on_cpu(b);
            Ok(())
        } else {
            self.kernels[k].run_once(&self.gpu, b)
        }
    }

    /// Sky view factor of every pixel.
    pub fn view_factor(&self, skyline: &Skyline) -> Result<Vec<f32>, String> {
        let params = Params::of(skyline);
        let mut b = Buffers::new(Size { n_cols: params.n_cols, n_rows: params.n_rows, n_list: 0 });
        b.set("params", &[params]);
        b.set("surface_m", skyline.surface_m);
        b.set("crown_m", skyline.crown_m);
        b.set("directions", &directions());
        b.set("sky", &vec![[0.0_f32; 2]; skyline.surface_m.len()]);
        self.run(VIEW_FACTOR, &mut b)?;
        Ok(b.get::<[f32; 2]>("sky").iter().map(|s| s[0]).collect())
    }

    /// Run one hour from `state` into `state`.
    pub fn hour(&mut self, still: &Still, hourly: &Hourly, state: &mut State) -> Result<(), String> {
        let mut b = host_buffers(still, hourly, state);
        if self.from > 0 {
            self.hour_by_stage(still, hourly, &mut b)?;
        } else {
            let gpu = self.gpu.clone();
            gpu.guarded(|| self.hour_in_one(still, hourly, &mut b))?;
        }
        state.surfaces = unpacked_surfaces(b.get("surfaces"));
        state.theta = b.copy("theta");
        state.sunlit = b.get::<[f32; 2]>("sky").iter().map(|s| s[1]).collect();
        Ok(())
    }

    fn hour_by_stage(&self, still: &Still, hourly: &Hourly, b: &mut Buffers) -> Result<(), String> {
        self.run(SUNLIT, b)?;
        for quarter in &hourly.quarters {
            b.set("params", &[params_of(still, hourly).with_sky(&quarter.sky).with_air(&quarter.lines)]);
            b.set("row_factors", &quarter.lines.rows.factors);
            b.set("column_factors", &quarter.lines.columns.factors);
            self.run(SURFACE_ENERGY, b)?;
            for _ in 0..quarter.n_steps {
                if still.surroundings == Surroundings::City {
                    self.run(AIR_MEAN, b)?;
                }
                self.run(AIR_ROWS, b)?;
                self.run(AIR_COLUMNS, b)?;
            }
        }
        Ok(())
    }

    fn hour_in_one(&mut self, still: &Still, hourly: &Hourly, b: &mut Buffers) -> Result<(), String> {
        let gpu = &self.gpu;
        let names =
            ["surface_m", "crown_m", "coefficients", "anthropogenic", "mixing", "sky", "theta", "surfaces", "inflow"];
        let buffers = names.map(|name| (name, gpu.storage(name, b.get::<u32>(name))));
        let of = |name: &str| buffers.iter().find(|(n, _)| *n == name).map(|(_, buffer)| buffer);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            for (k, quarter) in hourly.quarters.iter().enumerate() {
                let params = params_of(still, hourly).with_sky(&quarter.sky).with_air(&quarter.lines);
                let params = gpu.uniform("heat.params", &params);
                let rows = gpu.storage("heat.row_factors", &quarter.lines.rows.factors);
                let columns = gpu.storage("heat.column_factors", &quarter.lines.columns.factors);
                let group = |k: usize| {
                    self.kernels[k].bind(gpu, |name| match name {
                        "row_factors" => &rows,
                        "column_factors" => &columns,
                        _ => of(name).unwrap_or(&params),
                    })
                };
                let groups: Vec<wgpu::BindGroup> = (SUNLIT..=AIR_COLUMNS).map(group).collect();
                let mut record = |k: usize| self.kernels[k].record(&mut pass, &groups[k - SUNLIT], b.size);
                if k == 0 {
                    record(SUNLIT);
                }
                record(SURFACE_ENERGY);
                for _ in 0..quarter.n_steps {
                    if still.surroundings == Surroundings::City {
                        record(AIR_MEAN);
                    }
                    record(AIR_ROWS);
                    record(AIR_COLUMNS);
                }
            }
        }
        gpu.queue.submit([encoder.finish()]);
        let written = ["sky", "theta", "surfaces"];
        let sources: Vec<&wgpu::Buffer> = written.iter().filter_map(|name| of(name)).collect();
        for (name, words) in written.into_iter().zip(gpu.read::<u32>(&sources)?) {
            b.set(name, &words);
        }
        let left = |quarter: &Quarter| {
            let params = params_of(still, hourly).with_sky(&quarter.sky);
            Some(Left { params, surfaces: of("surfaces")?.clone(), theta: of("theta")?.clone() })
        };
        self.last = hourly.quarters.last().filter(|_| gpu.is_lent).and_then(left);
        Ok(())
    }

    /// How much warmer than the station the air at 2 m was at the end of the last hour, left on the device;
    /// `station_c` is added where it is drawn.
    pub fn excess(&self, station_c: f32, hidden: &mut Hidden) -> Option<Plane> {
        let last = self.last.as_ref()?;
        // Where there is no room for it, the host draws.
        self.gpu.guarded(|| Ok(self.excess_of(last, station_c, hidden))).ok()
    }

    fn excess_of(&self, Left { params, surfaces, theta }: &Left, station_c: f32, hidden: &mut Hidden) -> Plane {
        let uniform = self.gpu.uniform("heat.params", params);
        let excess = self.gpu.storage("film.excess", &vec![0.0_f32; (params.n_cols * params.n_rows) as usize]);
        let kernel = &self.kernels[TWO_METRES];
        let group = kernel.bind(&self.gpu, |name| match name {
            "params" => &uniform,
            "surfaces" => surfaces,
            "theta" => theta,
            _ => &excess,
        });
        let size = Size { n_cols: params.n_cols, n_rows: params.n_rows, n_list: 0 };
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        kernel.record(&mut encoder.begin_compute_pass(&Default::default()), &group, size);
        self.gpu.queue.submit([encoder.finish()]);
        let shape = [params.n_cols, params.n_rows, params.n_cols];
        Plane { values: excess, hidden: hidden.buffer(&self.gpu), shape, add: station_c }
    }
}

fn params_of(still: &Still, hourly: &Hourly) -> Params {
    Params::of(&still.skyline).with_sun(hourly.shine)
}

/// All buffers of an hour on the host, with the weather of its first quarter.
pub fn host_buffers(still: &Still, hourly: &Hourly, state: &State) -> Buffers {
    let mut params = params_of(still, hourly);
    let mut b = Buffers::new(Size { n_cols: params.n_cols, n_rows: params.n_rows, n_list: 0 });
    if let Some(quarter) = hourly.quarters.first() {
        params = params.with_sky(&quarter.sky).with_air(&quarter.lines);
        b.set("row_factors", &quarter.lines.rows.factors);
        b.set("column_factors", &quarter.lines.columns.factors);
    }
    b.set("params", &[params]);
    b.set("surface_m", still.skyline.surface_m);
    b.set("crown_m", still.skyline.crown_m);
    b.set("directions", &directions());
    b.set("coefficients", &still.skin.pixels());
    b.set("anthropogenic", still.anthropogenic_w_m2);
    b.set("mixing", still.mixing);
    let sky: Vec<[f32; 2]> = still.svf.iter().zip(&state.sunlit).map(|(s, l)| [*s, *l]).collect();
    b.set("sky", &sky);
    b.set("theta", &state.theta);
    b.set("surfaces", &packed_surfaces(&state.surfaces));
    b.set("inflow", &[0.0_f32]);
    b.set("excess", &vec![0.0_f32; state.theta.len()]);
    b
}
