//! `waterbed heat CASE.toml`: a heat episode on the user's own rasters, without any people.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use serde::Serialize;

use crate::fields::backend::Backend;
use crate::fields::case::CaseError;
use crate::fields::heat::{HeatModel, case};
use crate::gis::picture::{Picture, Ramp, write_png};
use crate::gis::raster_io::write_atomically;
use crate::gis::{Raster, geotiff};

/// Arguments of `waterbed heat`.
#[derive(Debug, Clone, clap::Args)]
pub struct HeatArgs {
    /// Case file (TOML).
    pub case: PathBuf,
    /// Folder for maps and pictures.
    #[arg(long)]
    pub out: PathBuf,
    /// Where it is computed: auto, cpu, gpu, or gpu-from:STAGE (on the CPU until that stage: to find one that differs).
    #[arg(long, default_value = "auto")]
    pub backend: Backend,
}

/// What a heat run says about itself.
#[derive(Debug, Clone, Serialize)]
pub struct HeatSummary {
    /// Pixels.
    pub cells: usize,
    /// Hours of weather.
    pub hours: usize,
    /// Where it was computed.
    pub backend: String,
    /// Notices, such as why the CPU was taken.
    pub notices: Vec<String>,
    /// Wall time, s.
    pub wall_s: f64,
    /// What of it the sky view factor took, s.
    pub sky_s: f64,
    /// Hour (UTC since the first midnight) of the maps.
    pub map_hour: f64,
    /// Station's air temperature in that hour, °C.
    pub station_c: f32,
    /// Mean of the air between the houses over the station's, in that hour, K.
    pub mean_excess_k: f64,
    /// Greatest of it over all night hours (no sun), as mean over the map, K.
    pub night_excess_k: f64,
    /// Mean sky view factor.
    pub mean_svf: f64,
    /// Share of the ground with PET above 35 °C (strong heat stress) in the map hour.
    pub strong_stress_share: f64,
    /// Share of the ground with PET above 41 °C (extreme).
    pub extreme_stress_share: f64,
}

/// Day and hour of a map whose hour has its middle at `hour`, counted from the first midnight.
fn clock(date: NaiveDate, hour: f64) -> String {
    let day = date + Days::new((hour.max(0.0) / 24.0) as u64);
    let from = hour.rem_euclid(24.0).floor();
    format!("{}, {from:.0} to {:.0} h UTC", day.format("%-d %B %Y"), from + 1.0)
}

/// Run a case; write `air_c`, `surface_c`, `svf`, `sunlit`, `pet_c` and `night_excess_k` as GeoTIFF and picture, and
/// `summary.json`.
pub fn run(args: &HeatArgs) -> Result<HeatSummary, CaseError> {
    let started = Instant::now();
    let case = case::read(&args.case)?;
    std::fs::create_dir_all(&args.out).map_err(|source| CaseError::Io { file: args.out.clone(), source })?;
    let date = case.date;
    let ground = Raster { grid: case.setup.grid, values: case.setup.crown_m.clone() };
    let hottest = case.weather.iter().max_by(|a, b| a.air_c.total_cmp(&b.air_c)).map_or(0.0, |w| w.hour);
    let wanted = case.map_hour.unwrap_or(hottest);
    let nearest = case.weather.iter().map(|w| w.hour).min_by(|a, b| (a - wanted).abs().total_cmp(&(b - wanted).abs()));
    let map_hour = nearest.unwrap_or(wanted);
    let sky = Instant::now();
    let on = HeatModel::on(case.setup, args.backend);
    let sky_s = sky.elapsed().as_secs_f64();
    let wrong = |message| CaseError::Value { file: args.case.clone(), message };
    let (mut model, mut notices) = on.map_err(|why| wrong(format!("backend: {why}")))?;
    let mean = |r: &Raster<f32>| {
        let shown: Vec<f64> = r.values.iter().filter(|v| !v.is_nan()).map(|&v| f64::from(v)).collect();
        shown.iter().sum::<f64>() / shown.len().max(1) as f64
    };
    let mut maps: Vec<(&str, Raster<f32>)> = Vec::new();
    let mut night = (f64::NEG_INFINITY, None);
    let (mut station_c, mut mean_excess_k, mut shares) = (f32::NAN, 0.0, (0.0, 0.0));
    for w in &case.weather {
        model.hour(*w);
        let excess = model.excess_k();
        if w.hour == map_hour {
            let pet = model.pet_c();
            let ground = pet.values.iter().filter(|v| !v.is_nan()).count().max(1) as f64;
            let above = |limit: f32| pet.values.iter().filter(|&&v| v > limit).count() as f64 / ground;
            shares = (above(35.0), above(41.0));
            station_c = w.air_c;
            mean_excess_k = mean(&excess);
            maps = vec![
                ("air_c", model.air_c()),
                ("surface_c", model.surface_c()),
                ("svf", model.svf().clone()),
                ("sunlit", model.sunlit().clone()),
                ("pet_c", pet),
            ];
        }
        if w.global_w_m2 <= 0.0 && mean(&excess) > night.0 {
            night = (mean(&excess), Some((*w, excess)));
        }
    }
    notices.extend(model.lost_gpu().map(str::to_owned));
    let (night_excess_k, night_map) = night;
    let mut night_note = String::new();
    if let Some((w, map)) = night_map {
        night_note =
            format!("{}: the night's warmest hour; station in the country {:.1} °C", clock(date, w.hour), w.air_c);
        maps.push(("night_excess_k", map));
    }
    let summary = HeatSummary {
        cells: ground.grid.len(),
        hours: case.weather.len(),
        backend: model.backend_name(),
        notices,
        wall_s: started.elapsed().as_secs_f64(),
        sky_s,
        map_hour,
        station_c,
        mean_excess_k,
        night_excess_k: if night_excess_k.is_finite() { night_excess_k } else { 0.0 },
        mean_svf: mean(model.svf()),
        strong_stress_share: shares.0,
        extreme_stress_share: shares.1,
    };
    let now = format!("{}; station in the country {station_c:.1} °C", clock(date, map_hour));
    for (name, map) in &maps {
        geotiff::write_f32(&args.out.join(format!("{name}.tif")), map, case.epsg)?;
        let (title, note, legend, ramp, range) = match *name {
            "air_c" => ("Air temperature at 2 m", &now[..], "air, °C", Ramp::Inferno, None),
            "surface_c" => (
                "Surface temperature of ground and roofs (none on water)",
                &now[..],
                "surface, °C",
                Ramp::Inferno,
                None,
            ),
            "svf" => {
                let note = "as seen from the ground and from roofs, at any hour";
                ("Share of the sky that is seen", note, "sky view factor", Ramp::Viridis, Some((0.0, 1.0)))
            }
            "sunlit" => ("Sun and shade", &now[..], "direct sun, share", Ramp::Viridis, Some((0.0, 1.0))),
            "pet_c" => {
                let title = "How hot it feels (PET): strong heat stress from 35 °C, extreme from 41 °C";
                (title, &now[..], "PET, °C", Ramp::Inferno, Some((23.0, 47.0)))
            }
            _ => {
                ("How much warmer the night is than in the country", &night_note[..], "warmer, K", Ramp::Inferno, None)
            }
        };
        let relief = (*name == "pet_c").then_some(&ground);
        let picture = Picture { title, note, legend, ramp, range, hide_below: None, relief };
        write_png(&args.out.join(format!("{name}.png")), map, &picture)?;
    }
    let json = serde_json::to_string_pretty(&summary).unwrap_or_default();
    let path = args.out.join("summary.json");
    let io = |source| CaseError::Io { file: path.clone(), source };
    write_atomically(&path, io, |out| out.write_all(json.as_bytes()).map_err(io))?;
    Ok(summary)
}
