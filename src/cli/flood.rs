//! `waterbed flood CASE.toml`: one flood on the user's own rasters, without any people.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

use crate::fields::backend::Backend;
use crate::fields::case::CaseError;
use crate::fields::flood::{FloodModel, case};
use crate::gis::picture::{Picture, Ramp, write_png};
use crate::gis::raster_io::write_atomically;
use crate::gis::{Raster, geotiff};

/// Arguments of `waterbed flood`.
#[derive(Debug, Clone, clap::Args)]
pub struct FloodArgs {
    /// Case file (TOML).
    pub case: PathBuf,
    /// Folder for tables, maps and pictures.
    #[arg(long)]
    pub out: PathBuf,
    /// Where it is computed: auto, cpu, gpu, or gpu-from:STAGE (on the CPU until that stage: to find one that differs).
    #[arg(long, default_value = "auto")]
    pub backend: Backend,
}

/// What a flood run says about itself.
#[derive(Debug, Clone, Serialize)]
pub struct FloodSummary {
    /// Water that appeared or vanished, as a share of all water that ever was on the map.
    pub mass_error: f64,
    /// Time steps.
    pub steps: u64,
    /// Cells × steps per second of wall time.
    pub cell_steps_per_s: f64,
    /// The deepest cell, which sets the time step.
    pub dt_limited_by: String,
    /// Equations.
    pub solver: crate::fields::flood::Solver,
    /// Where it was computed.
    pub backend: String,
    /// Notices, such as why the CPU was taken.
    pub notices: Vec<String>,
    /// Cells on the map.
    pub cells: usize,
    /// Simulated time, s.
    pub duration_s: f64,
    /// Wall time, s.
    pub wall_s: f64,
    /// Water on the map at the end, m³.
    pub volume_m3: f64,
    /// Rain, m³.
    pub rain_m3: f64,
    /// Inflows, m³.
    pub inflow_m3: f64,
    /// Net outflow over the edges, m³.
    pub edge_out_m3: f64,
    /// Soaked into the ground, m³.
    pub soaked_m3: f64,
    /// Taken by drains and pumps, m³.
    pub drained_m3: f64,
    /// Greatest depth anywhere, m.
    pub max_depth_m: f32,
    /// Cells that were ever at least 1 cm deep.
    pub wet_cells: usize,
}

/// Run a case, write `gauges.csv`, `max_depth.tif`, `max_velocity.tif`, `max_hazard.tif`, `arrival_s.tif`,
/// `max_depth.png` and `summary.json` into the output folder.
pub fn run(args: &FloodArgs) -> Result<FloodSummary, CaseError> {
    let started = Instant::now();
    let case = case::read(&args.case)?;
    let flood = |source| CaseError::Flood { file: args.case.clone(), source };
    let names: Vec<String> = case.setup.gauges.iter().map(|g| g.name.clone()).collect();
    let bed = case.setup.bed_m.clone();
    let solver = case.setup.solver;
    let (mut model, mut notices) = FloodModel::on(case.setup, args.backend).map_err(flood)?;
    std::fs::create_dir_all(&args.out).map_err(|source| CaseError::Io { file: args.out.clone(), source })?;

    let mut gauges = String::from("t_s,gauge,level_m,depth_m,u_m_s,v_m_s\n");
    let mut shortest = (f32::INFINITY, (0.0, 0.0, 0.0_f32));
    let outputs = (case.duration_s / case.output_every_s - 1e-9).ceil() as u64;
    for k in 0..=outputs {
        let t_s = (k as f64 * case.output_every_s).min(case.duration_s);
        model.advance_to(t_s).map_err(flood)?;
        for (name, r) in names.iter().zip(model.gauges()) {
            let name = if name.contains([',', '"', '\n']) {
                format!("\"{}\"", name.replace('"', "\"\""))
            } else {
                name.clone()
            };
            gauges.push_str(&format!("{t_s},{name},{:.5},{:.5},{:.5},{:.5}\n", r.level_m, r.depth_m, r.u_m_s, r.v_m_s));
        }
        if model.shortest_dt_s() < shortest.0 {
            shortest = (model.shortest_dt_s(), model.dt_limited_by());
        }
    }
    notices.extend(model.lost_gpu().map(str::to_owned));
    let wall_s = started.elapsed().as_secs_f64();
    let balance = model.balance();
    let max_depth = model.max_depth_m();
    let (dt, (x, y, depth)) = shortest;
    let summary = FloodSummary {
        mass_error: model.mass_error(),
        steps: model.steps(),
        cell_steps_per_s: model.steps() as f64 * bed.grid.len() as f64 / wall_s,
        dt_limited_by: format!("{depth:.2} m of water at x {x:.1}, y {y:.1} (shortest step {dt:.4} s)"),
        solver,
        backend: model.backend_name(),
        notices,
        cells: bed.grid.len(),
        duration_s: case.duration_s,
        wall_s,
        volume_m3: model.volume_m3(),
        rain_m3: balance.rain_m3,
        inflow_m3: balance.inflow_m3,
        edge_out_m3: balance.edge_out_m3,
        soaked_m3: balance.soaked_m3,
        drained_m3: balance.drained_m3 + balance.pumped_m3,
        max_depth_m: max_depth.values.iter().copied().fold(0.0, f32::max),
        wet_cells: max_depth.values.iter().filter(|&&h| h >= 0.01).count(),
    };

    let out = |name: &str| args.out.join(name);
    let hide_ground = |mut r: Raster<f32>| {
        for (v, z) in r.values.iter_mut().zip(&bed.values) {
            if z.is_nan() {
                *v = f32::NAN;
            }
        }
        r
    };
    let max_depth = hide_ground(max_depth);
    geotiff::write_f32(&out("max_depth.tif"), &max_depth, case.epsg)?;
    geotiff::write_f32(&out("max_velocity.tif"), &hide_ground(model.max_speed_m_s()), case.epsg)?;
    geotiff::write_f32(&out("max_hazard.tif"), &hide_ground(model.max_hazard_m2_s()), case.epsg)?;
    geotiff::write_f32(&out("arrival_s.tif"), &model.arrival_s(), case.epsg)?;
    write_text(&out("gauges.csv"), &gauges)?;
    let json = serde_json::to_string_pretty(&summary).unwrap_or_default();
    write_text(&out("summary.json"), &json)?;
    let note = format!("in {} from the start; less than 3 cm is not drawn", duration_text(case.duration_s));
    let picture = Picture {
        title: "Greatest depth of water",
        note: &note,
        legend: "greatest depth, m",
        ramp: Ramp::Water,
        range: Some((0.0, upper_depth(&max_depth))),
        hide_below: Some(0.03),
        relief: Some(&bed),
    };
    write_png(&out("max_depth.png"), &max_depth, &picture)?;
    Ok(summary)
}

/// A round upper end for the legend: the 99th percentile of the wet cells.
fn upper_depth(depth: &Raster<f32>) -> f32 {
    let mut wet: Vec<f32> = depth.values.iter().copied().filter(|&h| h >= 0.03).collect();
    wet.sort_by(f32::total_cmp);
    let high = wet.get((wet.len() as f64 * 0.99) as usize).copied().unwrap_or(0.5);
    [0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0].into_iter().find(|&m| m >= high).unwrap_or(high)
}

fn duration_text(s: f64) -> String {
    if s >= 7200.0 { format!("{:.1} hours", s / 3600.0) } else { format!("{:.0} minutes", s / 60.0) }
}

fn write_text(path: &Path, text: &str) -> Result<(), CaseError> {
    let io = |source| CaseError::Io { file: path.to_path_buf(), source };
    write_atomically(path, io, |out| out.write_all(text.as_bytes()).map_err(io))
}
