//! Bad input to the fields: a clear error that names the part, or the right answer.

use waterbed::cli::flood::{self, FloodArgs};
use waterbed::fields::backend::Backend;
use waterbed::fields::flood::edges::Side;
use waterbed::fields::flood::setup::{Boundary, BoundaryKind, Gauge, Inflow, Plane, Pump};
use waterbed::fields::flood::{FloodModel, FloodSetup, Solver};
use waterbed::fields::series::Series;
use waterbed::gis::{GridRef, Raster, geotiff};

use crate::fields_flood::bed;

fn lake() -> FloodSetup {
    let mut setup = FloodSetup::new(bed(12, 9, 2.0, |x, _| x * 0.01), 0.03, Solver::LocalInertial);
    setup.initial_level_m = Some(0.5);
    setup
}

fn refused(setup: FloodSetup) -> String {
    FloodModel::new(setup).err().expect("refused").to_string()
}

#[test]
fn what_is_wrong_is_named() {
    let mut s = lake();
    s.bed_m.values.fill(f32::NAN);
    assert_eq!(refused(s), "dem: every cell is no-data");
    let mut s = lake();
    s.bed_m.values[5] = f32::INFINITY;
    assert!(refused(s).starts_with("dem: inf m at column 5, row 0"));
    let mut s = lake();
    s.manning = Plane::Uniform(-0.1);
    assert_eq!(refused(s), "manning: -0.1; expected 0 to 10");
    let mut s = lake();
    let mut rough = Raster::filled(s.bed_m.grid, 0.03);
    rough.values[13] = f32::NAN;
    s.manning = Plane::Raster(rough);
    assert!(refused(s).starts_with("manning: no data at column 1, row 1"));
    let mut s = lake();
    let grid = GridRef { n_cols: 11, ..s.bed_m.grid };
    s.manning = Plane::Raster(Raster::filled(grid, 0.03));
    assert!(refused(s).contains("11 × 9 cells"));
    let mut s = lake();
    s.gauges.push(Gauge { name: "bridge".into(), at_m: (-5.0, 3.0) });
    assert!(refused(s).starts_with("gauge `bridge`: (-5, 3) lies outside the map (x 0 to 24, y 0 to 18)"));
    let mut s = lake();
    s.rain_mm_h = Some(Series(vec![[0.0, -3.0]]));
    assert!(refused(s).starts_with("rain: point 1: [0, -3]; expected a value from 0"));
    let mut s = lake();
    s.inflows.push(Inflow { from_m: (1.0, 1.0), to_m: (90.0, 1.0), series: Series::constant(1.0, 10.0) });
    assert!(refused(s).contains("leaves the map"));
    let mut s = lake();
    let kind = BoundaryKind::Free { min_slope: 0.001 };
    s.boundaries.push(Boundary { side: Side::North, from_m: 100.0, to_m: 200.0, kind });
    assert!(refused(s).starts_with("boundary 1: 100 to 200 m covers no cell of the north side"));
}

#[test]
fn odd_but_sound_cases_run() {
    for solver in [Solver::LocalInertial, Solver::ShallowWater] {
        // Dry everywhere; zero roughness; one cell; a pit 60 m deep; a hole of no data in the water.
        let mut dry = FloodSetup::new(bed(7, 5, 1.0, |_, _| 0.0), 0.0, solver);
        dry.sample_every_s = 60.0;
        let mut model = FloodModel::new(dry).unwrap();
        model.advance_to(3600.0).unwrap();
        assert_eq!((model.volume_m3(), model.mass_error()), (0.0, 0.0));

        let mut one = FloodSetup::new(bed(1, 1, 10.0, |_, _| 3.0), 0.03, solver);
        one.rain_mm_h = Some(Series::constant(36.0, 100.0));
        let mut model = FloodModel::new(one).unwrap();
        model.advance_to(200.0).unwrap();
        // 36 mm/h for 100 s is 1 mm.
        assert!((model.depth_m().values[0] - 0.001).abs() < 1e-7);

        let mut pit = FloodSetup::new(
            bed(9, 9, 5.0, |x, y| if (x - 22.5).hypot(y - 22.5) < 3.0 { -60.0 } else { 0.0 }),
            0.03,
            solver,
        );
        pit.rain_mm_h = Some(Series::constant(100.0, 600.0));
        let mut model = FloodModel::new(pit).unwrap();
        model.advance_to(900.0).unwrap();
        assert!(model.mass_error().abs() < 1e-5, "{solver:?}: {}", model.mass_error());
        assert!(model.depth_m().at(4, 4) > 0.3, "the rain gathers in the pit");

        let mut hole = lake();
        hole.solver = solver;
        hole.bed_m.values[40] = f32::NAN;
        let mut model = FloodModel::new(hole).unwrap();
        let before = model.volume_m3();
        model.advance_to(60.0).unwrap();
        assert_eq!(model.depth_m().values[40], 0.0);
        assert!((model.volume_m3() - before).abs() < 1e-5 * before);
    }
}

#[test]
fn a_bad_number_in_a_run_stops_it_and_is_named() {
    for (solver, stage) in
        [(Solver::LocalInertial, "flood.local_inertial"), (Solver::ShallowWater, "flood.shallow_water")]
    {
        for bad in [f32::NAN, -f32::NAN] {
            let mut setup = lake();
            setup.solver = solver;
            let mut model = FloodModel::new(setup).unwrap();
            model.poke_depth(5, 4, bad);
            let message = model.advance_to(10.0).unwrap_err().to_string();
            assert!(message.starts_with(&format!("{stage}: depth NaN at column ")), "{message}");
        }
    }
}

#[test]
fn pumps_need_power_and_never_take_what_is_not_there() {
    let mut setup = lake();
    setup.pumps.push(Pump {
        at_m: (1.0, 9.0),
        to_m: None,
        capacity_m3_s: 0.05,
        power: Some(Series(vec![[0.0, 1.0], [300.0, 1.0], [300.0, 0.0], [900.0, 0.0]])),
    });
    let mut model = FloodModel::new(setup).unwrap();
    model.advance_to(900.0).unwrap();
    // 300 s of 50 L/s, then the power fails.
    assert!((model.balance().pumped_m3 - 15.0).abs() < 0.01, "{}", model.balance().pumped_m3);
    assert!(model.mass_error().abs() < 1e-6);
}

#[test]
fn threads_do_not_change_a_bit() {
    let run = |threads: usize, solver: Solver| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let ground = bed(70, 131, 2.0, |x, y| (x * 0.1).sin() + (y * 0.05).cos());
            let mut setup = FloodSetup::new(ground, 0.03, solver);
            setup.initial_level_m = Some(0.7);
            setup.rain_mm_h = Some(Series::constant(60.0, 600.0));
            let level = BoundaryKind::Level { series: Series::constant(1.2, 600.0) };
            setup.boundaries.push(Boundary { side: Side::East, from_m: 0.0, to_m: 262.0, kind: level });
            let mut model = FloodModel::new(setup).unwrap();
            model.advance_to(60.0).unwrap();
            let bits: Vec<u32> = model.depth_m().values.iter().map(|h| h.to_bits()).collect();
            (bits, model.volume_m3().to_bits(), model.mass_error().to_bits())
        })
    };
    for solver in [Solver::LocalInertial, Solver::ShallowWater] {
        let one = run(1, solver);
        for threads in [2, 4, 7] {
            assert!(run(threads, solver) == one, "{threads} threads, {solver:?}");
        }
    }
}

#[test]
fn case_files_name_the_line() {
    let dir = tempfile::tempdir().unwrap();
    geotiff::write_f32(&dir.path().join("dem.tif"), &bed(10, 10, 1.0, |_, _| 0.0), 28992).unwrap();
    geotiff::write_f32(&dir.path().join("other.tif"), &bed(10, 10, 1.0, |_, _| 0.03), 32631).unwrap();
    let message = |text: &str| {
        let case = dir.path().join("case.toml");
        std::fs::write(&case, text).unwrap();
        let args = FloodArgs { case, out: dir.path().join("out"), backend: Backend::Cpu };
        flood::run(&args).unwrap_err().to_string().replace(&format!("{}", dir.path().display()), "")
    };
    let head = "dem = 'dem.tif'\nmanning = 0.03\nduration_s = 60\n";
    assert!(message("dem = 'dem.tif'\nmaning = 0.03\n").starts_with("/case.toml:2: unknown field `maning`"));
    assert!(message(&format!("{head}solver = 'magic'\n")).starts_with("/case.toml:4: unknown variant `magic`"));
    assert!(message(&head.replace("0.03", "'other.tif'")).contains("EPSG:32631"));
    assert!(message(&head.replace("dem.tif", "gone.tif")).contains("/gone.tif: "));
    assert!(message(&head.replace("60", "-1")).contains("`duration_s` = -1; expected a number above 0"));
    let line = format!("{head}[[inflow]]\nkind = 'line'\nx = 1\ny = 1\nseries = [[0, 1]]\n");
    assert!(message(&line).contains("inflow 1: a line needs x2 and y2"));
}
