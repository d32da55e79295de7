//! The hazard cases in `configs/hazards` on real ground, through the same function as the command.

use std::path::{Path, PathBuf};

use waterbed::cli::flood::{self, FloodArgs};
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

/// By hand: `FLOOD_CASE=case.toml OUT=dir cargo test --release --test it -- --ignored flood_case_by_hand --nocapture`.
#[test]
#[ignore = "runs the case named by FLOOD_CASE into OUT"]
fn flood_case_by_hand() {
    let path = |name: &str| PathBuf::from(std::env::var_os(name).unwrap());
    let backend = std::env::var("BACKEND").map_or(Backend::Cpu, |b| b.parse().unwrap());
    match flood::run(&FloodArgs { case: path("FLOOD_CASE"), out: path("OUT"), backend }) {
        Ok(summary) => println!("{}", serde_json::to_string_pretty(&summary).unwrap()),
        Err(e) => panic!("{e}"),
    }
}
