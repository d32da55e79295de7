//! Flood cases from TOML files (`waterbed flood CASE.toml`).
//!
//! Numbers are metres, seconds, m³/s and mm/h as the names say; series are lists of `[t_s, value]`, linear in between,
//! nothing outside (levels hold). Rasters are GeoTIFF or ESRI ASCII on the grid of `dem`, named relative to the case.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::breach::Breach;
use super::edges::Side;
use super::setup::{Boundary, BoundaryKind, FloodSetup, Gauge, Infiltration, Inflow, Pump, Solver, Wall};
use crate::fields::case::{CaseError, CaseFile, NumberOrFile};
use crate::fields::series::Series;

/// A case with what the command needs besides the model.
#[derive(Debug)]
pub struct FloodCase {
    /// The model's part.
    pub setup: FloodSetup,
    /// How long it runs, s.
    pub duration_s: f64,
    /// How often the gauges are read, s.
    pub output_every_s: f64,
    /// EPSG code of the maps.
    pub epsg: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    dem: PathBuf,
    manning: NumberOrFile,
    solver: Option<Solver>,
    duration_s: f64,
    output_every_s: Option<f64>,
    initial_level_m: Option<f64>,
    initial_depth: Option<PathBuf>,
    /// Cells above 0 in this raster are no part of the model (buildings).
    blocked: Option<PathBuf>,
    /// Cells above 0 in this raster stand `building_height_m` above the ground: water flows around them, and the rain
    /// on their roofs runs off.
    buildings: Option<PathBuf>,
    building_height_m: Option<f64>,
    #[serde(default)]
    inflow: Vec<InflowTable>,
    #[serde(default)]
    boundary: Vec<BoundaryTable>,
    rain: Option<RainTable>,
    infiltration: Option<InfiltrationTable>,
    drains: Option<DrainsTable>,
    #[serde(default)]
    pump: Vec<PumpTable>,
    #[serde(default)]
    gauge: Vec<GaugeTable>,
    #[serde(default)]
    wall: Vec<WallTable>,
    #[serde(default)]
    breach: Vec<BreachTable>,
    #[serde(default)]
    numerics: NumericsTable,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum InflowKind {
    Point,
    Line,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InflowTable {
    kind: InflowKind,
    x: f64,
    y: f64,
    x2: Option<f64>,
    y2: Option<f64>,
    series: Series,
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "lowercase")]
enum BoundaryName {
    Closed,
    Free,
    Level,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BoundaryTable {
    side: Side,
    from: Option<f64>,
    to: Option<f64>,
    kind: BoundaryName,
    series: Option<Series>,
    min_slope: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RainTable {
    series: Series,
    weight: Option<PathBuf>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum InfiltrationTable {
    Constant { rate_mm_h: NumberOrFile },
    GreenAmpt { k_mm_h: NumberOrFile, suction_mm: f64, deficit: f64 },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DrainsTable {
    capacity_mm_h: NumberOrFile,
    outlet: Option<[f64; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PumpTable {
    x: f64,
    y: f64,
    to: Option<[f64; 2]>,
    capacity_m3_s: f64,
    power: Option<Series>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GaugeTable {
    name: String,
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WallTable {
    x: f64,
    y: f64,
    x2: f64,
    y2: f64,
    crest_m: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BreachTable {
    x: f64,
    y: f64,
    x2: f64,
    y2: f64,
    start_s: f64,
    sink_s: f64,
    crest_m: f64,
    sill_m: f64,
    width_m: f64,
    critical_velocity_m_s: f64,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct NumericsTable {
    alpha: Option<f64>,
    theta: Option<f64>,
    dt_max_s: Option<f64>,
    sample_every_s: Option<f64>,
}

/// Read a case and the rasters that it names.
pub fn read(path: &Path) -> Result<FloodCase, CaseError> {
    let (mut case, file) = CaseFile::open::<File>(path)?;
    let mut bed = case.raster(&file.dem)?;
    if let Some(name) = &file.blocked {
        let mask = case.raster(name)?;
        if mask.grid != bed.grid {
            return Err(case.wrong("`blocked` does not lie on the grid of `dem`"));
        }
        for (z, m) in bed.values.iter_mut().zip(&mask.values) {
            if *m > 0.0 {
                *z = f32::NAN;
            }
        }
    }
    if let Some(name) = &file.buildings {
        let mask = case.raster(name)?;
        if mask.grid != bed.grid {
            return Err(case.wrong("`buildings` does not lie on the grid of `dem`"));
        }
        let height = file.building_height_m.unwrap_or(5.0);
        if !(0.0..=500.0).contains(&height) {
            return Err(case.wrong(format!("`building_height_m` = {height}; expected 0 to 500")));
        }
        for (z, m) in bed.values.iter_mut().zip(&mask.values) {
            if *m > 0.0 {
                *z += height as f32;
            }
        }
    }
    let positive = |name: &str, v: f64| {
        let message = format!("`{name}` = {v}; expected a number above 0");
        if v > 0.0 && v.is_finite() { Ok(v) } else { Err(case.wrong(message)) }
    };
    let duration_s = positive("duration_s", file.duration_s)?;
    let output_every_s = positive("output_every_s", file.output_every_s.unwrap_or(duration_s / 100.0))?;
    if duration_s / output_every_s > 1e6 {
        return Err(case.wrong("`output_every_s` gives more than a million outputs"));
    }
    let grid = bed.grid;
    let mut setup = FloodSetup::new(bed, 0.03, file.solver.unwrap_or(Solver::LocalInertial));
    setup.manning = case.plane(&file.manning)?;
    setup.initial_level_m = file.initial_level_m;
    setup.initial_depth_m = file.initial_depth.map(|name| case.raster(&name)).transpose()?;
    for (k, t) in file.inflow.into_iter().enumerate() {
        let to_m = match (t.kind, t.x2, t.y2) {
            (InflowKind::Point, None, None) => (t.x, t.y),
            (InflowKind::Line, Some(x2), Some(y2)) => (x2, y2),
            _ => return Err(case.wrong(format!("inflow {}: a line needs x2 and y2, a point has none", k + 1))),
        };
        setup.inflows.push(Inflow { from_m: (t.x, t.y), to_m, series: t.series });
    }
    for (k, t) in file.boundary.into_iter().enumerate() {
        let kind = match (t.kind, t.series) {
            (BoundaryName::Closed, None) => BoundaryKind::Closed,
            (BoundaryName::Free, None) => BoundaryKind::Free { min_slope: t.min_slope.unwrap_or(0.001) },
            (BoundaryName::Level, Some(series)) => BoundaryKind::Level { series },
            (BoundaryName::Level, None) => {
                return Err(case.wrong(format!("boundary {}: `level` needs a series", k + 1)));
            }
            _ => return Err(case.wrong(format!("boundary {}: only `level` has a series", k + 1))),
        };
        let (low, high) = match t.side {
            Side::North | Side::South => (grid.west_m, grid.east_m()),
            Side::West | Side::East => (grid.south_m(), grid.north_m),
        };
        let (from_m, to_m) = (t.from.unwrap_or(low), t.to.unwrap_or(high));
        setup.boundaries.push(Boundary { side: t.side, from_m, to_m, kind });
    }
    if let Some(t) = file.rain {
        setup.rain_mm_h = Some(t.series);
        setup.rain_weight = t.weight.map(|name| case.raster(&name)).transpose()?;
    }
    setup.infiltration = match file.infiltration {
        None => None,
        Some(InfiltrationTable::Constant { rate_mm_h }) => {
            Some(Infiltration::Constant { rate_mm_h: case.plane(&rate_mm_h)? })
        }
        Some(InfiltrationTable::GreenAmpt { k_mm_h, suction_mm, deficit }) => {
            Some(Infiltration::GreenAmpt { k_mm_h: case.plane(&k_mm_h)?, suction_mm, deficit })
        }
    };
    if let Some(t) = file.drains {
        setup.drains_mm_h = Some(case.plane(&t.capacity_mm_h)?);
        setup.drain_outlet_m = t.outlet.map(|[x, y]| (x, y));
    }
    for t in file.pump {
        let to_m = t.to.map(|[x, y]| (x, y));
        setup.pumps.push(Pump { at_m: (t.x, t.y), to_m, capacity_m3_s: t.capacity_m3_s, power: t.power });
    }
    setup.gauges = file.gauge.into_iter().map(|t| Gauge { name: t.name, at_m: (t.x, t.y) }).collect();
    let wall = |t: WallTable| Wall { from_m: (t.x, t.y), to_m: (t.x2, t.y2), crest_m: t.crest_m };
    setup.walls = file.wall.into_iter().map(wall).collect();
    let breach = |t: BreachTable| Breach {
        from_m: (t.x, t.y),
        to_m: (t.x2, t.y2),
        start_s: t.start_s,
        sink_s: t.sink_s,
        crest_m: t.crest_m,
        sill_m: t.sill_m,
        width_m: t.width_m,
        critical_velocity_m_s: t.critical_velocity_m_s,
    };
    setup.breaches = file.breach.into_iter().map(breach).collect();
    setup.alpha = file.numerics.alpha;
    setup.theta = file.numerics.theta.unwrap_or(setup.theta);
    setup.dt_max_s = file.numerics.dt_max_s.unwrap_or(setup.dt_max_s);
    setup.sample_every_s = file.numerics.sample_every_s.unwrap_or(setup.sample_every_s);
    Ok(FloodCase { setup, duration_s, output_every_s, epsg: case.epsg() })
}
