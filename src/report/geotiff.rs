//! Maps for a geographic information system: one GeoTIFF per map on the social grid (100 m, EPSG:28992).
//!
//! `residents.tif` counts people per cell. The others give every cell the value of its neighbourhood. Missing is NaN.

use std::fs;
use std::path::{Path, PathBuf};

use super::ReportError;
use crate::city::City;
use crate::gis::{Raster, geotiff};
use crate::indicators::Frame;
use crate::sim::files::FileError;

/// EPSG code of the Dutch national grid.
const RD_NEW: u16 = 28_992;

/// Indicators that are mapped.
const MAPPED: [&str; 7] = [
    "age_mean_y",
    "age_65_up_share",
    "household_size_mean",
    "income_mean_eur_m",
    "rent_private_mean_eur_m",
    "vacant_share",
    "origin_diversity_index",
];

/// Writes `maps/*.tif` into the run folder `dir`; answers their paths.
pub fn write_geotiffs(dir: &Path, city: &City, frame: &Frame) -> Result<Vec<PathBuf>, ReportError> {
    let folder = dir.join("maps");
    fs::create_dir_all(&folder).map_err(FileError::io(&folder))?;
    let residents = frame.residents_of_cell.iter().map(|n| f32::from(*n)).collect();
    let mut maps = vec![("residents", residents)];
    for id in MAPPED {
        let Some(values) = frame.of_neighbourhoods(id) else { continue };
        let of_cell = |n: &u16| values.get(usize::from(*n)).copied().unwrap_or(f32::NAN);
        maps.push((id, city.neighbourhood_of_cell.iter().map(of_cell).collect()));
    }
    let mut paths = Vec::new();
    for (name, values) in maps {
        let path = folder.join(format!("{name}.tif"));
        let written = geotiff::write_f32(&path, &Raster { grid: city.grid, values }, RD_NEW);
        written.map_err(|e| ReportError::Map { path: path.clone(), what: e.to_string() })?;
        paths.push(path);
    }
    Ok(paths)
}
