//! The hazard cases in `configs/hazards` on real ground, through the same function as the command.

#![allow(clippy::print_stdout, reason = "tests print the figures that they measure")]

use std::path::{Path, PathBuf};

use waterbed::cli::flood::{self, FloodArgs};
use waterbed::cli::heat::{self, HeatArgs};
use waterbed::fields::backend::Backend;

/// Where the cases are, if the real data lie beside the project.
pub fn cases() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if root.join("../shared/data").exists() {
        return Some(root.join("configs/hazards"));
    }
    println!("SKIPPED: no real data in ../shared/data");
    None
}

#[test]
fn delft_cloudburst() {
    let Some(cases) = cases() else { return };
    let dir = tempfile::tempdir().unwrap();
    let case = cases.join("delft_cloudburst.toml");
    let args = FloodArgs { case, out: dir.path().to_path_buf(), backend: Backend::Cpu };
    let summary = flood::run(&args).unwrap();
    // 70 mm on 263 × 228 m².
    assert!((summary.rain_m3 - 0.07 * 263.0 * 228.0).abs() < 0.1, "{}", summary.rain_m3);
    assert!(summary.mass_error.abs() < 1e-5, "{}", summary.mass_error);
    assert!(summary.drained_m3 > 0.0 && summary.edge_out_m3 > 0.0);
    for name in ["gauges.csv", "max_depth.tif", "max_velocity.tif", "arrival_s.tif", "max_depth.png", "summary.json"] {
        assert!(dir.path().join(name).metadata().unwrap().len() > 100, "{name}");
    }
    let gauges = std::fs::read_to_string(dir.path().join("gauges.csv")).unwrap();
    assert_eq!(gauges.lines().next().unwrap(), "t_s,gauge,level_m,depth_m,u_m_s,v_m_s");
    assert_eq!(gauges.lines().count(), 26);
}

#[test]
fn delft_hot_day() {
    let Some(cases) = cases() else { return };
    let dir = tempfile::tempdir().unwrap();
    let args = HeatArgs { case: cases.join("delft_heat.toml"), out: dir.path().to_path_buf(), backend: Backend::Cpu };
    let s = heat::run(&args).unwrap();
    // KNMI, station Twenthe, 19 July 2022: 37.5 °C at most, in an hourly value of 36 to 38.
    assert!((36.0..38.0).contains(&s.station_c), "{}", s.station_c);
    assert!((24.0..48.0).contains(&s.map_hour));
    // The report's bounds (§3.9): up to 2 K by day, up to 7 K by night in a dense stony district.
    assert!((-1.0..2.0).contains(&s.mean_excess_k), "{}", s.mean_excess_k);
    assert!((0.5..7.0).contains(&s.night_excess_k), "{}", s.night_excess_k);
    assert!(s.extreme_stress_share > 0.2, "a square in the sun at 37 °C is extreme: {}", s.extreme_stress_share);
    for name in ["air_c", "surface_c", "svf", "sunlit", "pet_c", "night_excess_k"] {
        assert!(dir.path().join(format!("{name}.tif")).exists() && dir.path().join(format!("{name}.png")).exists());
    }
}
