//! Heat cases from TOML files (`waterbed heat CASE.toml`).

use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use super::cover::Cover;
use super::model::{HeatSetup, Surroundings};
use super::weather::{self, Hour};
use crate::fields::case::{CaseError, CaseFile, NumberOrFile};
use crate::fields::flood::setup::Plane;
use crate::gis::Raster;

/// A case with its weather.
#[derive(Debug)]
pub struct HeatCase {
    /// The model's part.
    pub setup: HeatSetup,
    /// Weather, hour by hour.
    pub weather: Vec<Hour>,
    /// Hour (UTC since the first midnight) whose maps are written; the hottest if `None`.
    pub map_hour: Option<f64>,
    /// First day.
    pub date: NaiveDate,
    /// EPSG code of the maps.
    pub epsg: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Ground and roofs (and crowns, if `canopy` is not given).
    dsm: PathBuf,
    /// Ground.
    dem: PathBuf,
    /// Height of tree crowns above the ground, m; 0 = none.
    canopy: Option<PathBuf>,
    /// Codes: 1 grass, 2 trees, 3 water, 4 asphalt, 5 stone, 6 roofs. Made from heights where not given.
    land_cover: Option<PathBuf>,
    /// Pixels above 0 are buildings, where no land cover is given.
    buildings: Option<PathBuf>,
    weather: PathBuf,
    date: String,
    days: Option<u32>,
    latitude_deg: Option<f64>,
    longitude_deg: Option<f64>,
    anthropogenic_w_m2: Option<NumberOrFile>,
    map_hour: Option<f64>,
    /// `country` or `city`: what lies upwind of the map.
    #[serde(default)]
    surroundings: Surroundings,
}

/// Read a case and what it names.
pub fn read(path: &Path) -> Result<HeatCase, CaseError> {
    let (mut case, file) = CaseFile::open::<File>(path)?;
    let dsm = case.raster(&file.dsm)?;
    let grid = dsm.grid;
    let same = |case: &CaseFile, name: &str, r: Raster<f32>| {
        let near = |a: f64, b: f64| (a - b).abs() < 0.01 * grid.cell_m;
        let g = r.grid;
        let fits = (g.n_cols, g.n_rows) == (grid.n_cols, grid.n_rows)
            && near(g.west_m, grid.west_m)
            && near(g.north_m, grid.north_m)
            && near(g.cell_m, grid.cell_m);
        if fits { Ok(r.values) } else { Err(case.wrong(format!("`{name}` does not lie on the grid of `dsm`"))) }
    };
    let dem = case.raster(&file.dem)?;
    let mut dem = same(&case, "dem", dem)?;
    let mut surface = dsm.values;
    fill_holes(&mut dem, &mut surface).map_err(|m| case.wrong(m))?;
    let canopy = match &file.canopy {
        Some(name) => {
            let r = case.raster(name)?;
            Some(same(&case, "canopy", r)?)
        }
        None => None,
    };
    let buildings = match &file.buildings {
        Some(name) => {
            let r = case.raster(name)?;
            Some(same(&case, "buildings", r)?)
        }
        None => None,
    };
    let cover = match &file.land_cover {
        Some(name) => {
            let r = case.raster(name)?;
            let codes = same(&case, "land_cover", r)?;
            let mut covers = Vec::with_capacity(codes.len());
            for (k, code) in codes.iter().enumerate() {
                let (col, row) = grid.col_row(k);
                let message = format!("land cover {code} at column {col}, row {row}; expected 1 to 6");
                covers.push(Cover::from_code(*code).ok_or_else(|| case.wrong(message))?);
            }
            covers
        }
        // Without land cover: what stands is a roof (or, beside the buildings, a tree), the rest is stone.
        None => (0..grid.len())
            .map(|k| {
                let tall = surface[k] - dem[k] > 2.0;
                match &buildings {
                    Some(b) if b[k] > 0.0 => Cover::Roof,
                    Some(_) if tall => Cover::Trees,
                    None if tall => Cover::Roof,
                    _ => Cover::Stone,
                }
            })
            .collect(),
    };
    // Crowns: from the canopy raster, or what stands up where there are trees.
    let mut crown = surface.clone();
    for k in 0..grid.len() {
        if let Some(canopy) = &canopy {
            crown[k] = surface[k].max(dem[k] + canopy[k].max(0.0));
        } else if cover[k] != Cover::Roof {
            crown[k] = surface[k].max(dem[k]);
            surface[k] = dem[k];
        }
    }
    let date = NaiveDate::parse_from_str(&file.date, "%Y-%m-%d")
        .map_err(|_| case.wrong(format!("`date` = `{}`; expected YYYY-MM-DD", file.date)))?;
    let days = file.days.unwrap_or(1);
    if !(1..=366).contains(&days) {
        return Err(case.wrong(format!("`days` = {days}; expected 1 to 366")));
    }
    let weather = weather::read(&case.beside(&file.weather), date, days)?;
    let anthropogenic = match file.anthropogenic_w_m2 {
        None => vec![0.0; grid.len()],
        Some(value) => match case.plane(&value)? {
            Plane::Uniform(v) => vec![v; grid.len()],
            Plane::Raster(r) => same(&case, "anthropogenic_w_m2", r)?,
        },
    };
    if let Some(v) = anthropogenic.iter().find(|v| !(0.0..=1000.0).contains(*v)) {
        return Err(case.wrong(format!("`anthropogenic_w_m2` holds {v}; expected 0 to 1000")));
    }
    let (latitude_deg, longitude_deg) = (file.latitude_deg.unwrap_or(52.1), file.longitude_deg.unwrap_or(5.2));
    if !(-66.0..=66.0).contains(&latitude_deg) || !(-180.0..=180.0).contains(&longitude_deg) {
        return Err(case.wrong("expected a latitude from -66 to 66 and a longitude from -180 to 180 degrees"));
    }
    let setup = HeatSetup {
        grid,
        surface_m: surface,
        crown_m: crown,
        cover,
        anthropogenic_w_m2: anthropogenic,
        surroundings: file.surroundings,
        day_of_year: f64::from(date.ordinal()),
        latitude_deg,
        longitude_deg,
    };
    Ok(HeatCase { setup, weather, map_hour: file.map_hour, date, epsg: case.epsg() })
}

/// Holes of the surface become ground; ground without a height becomes the lowest ground.
fn fill_holes(dem: &mut [f32], surface: &mut [f32]) -> Result<(), String> {
    let lowest = dem.iter().copied().filter(|v| !v.is_nan()).fold(f32::INFINITY, f32::min);
    if !lowest.is_finite() {
        return Err("`dem` is all no-data".into());
    }
    for (z, s) in dem.iter_mut().zip(surface) {
        if z.is_nan() {
            *z = if s.is_nan() { lowest } else { *s };
        }
        if s.is_nan() {
            *s = *z;
        }
    }
    Ok(())
}
