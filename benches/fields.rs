//! Speed of the field solvers beside the memory's own speed, in one run. `cargo bench --bench fields`.
//!
//! Bytes per cell-step are counted as the planes that a step must read and write once: local inertial reads z, n, h,
//! qx, qy and writes h, qx, qy (8 planes, 32 B); shallow water the same. Both work in place, so that is also what the memory
//! moves. The copy baseline reads and writes one plane (8 B a value). On a machine shared with others compare per CPU
//! second: the share of copy in the last column divides CPU seconds by CPU seconds. Both sides of it are means of all runs
//! of the copy, the first with its page faults left out.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

use rayon::prelude::*;
use waterbed::fields::flood::{FloodModel, FloodSetup, Solver};
use waterbed::fields::heat::cover::Cover;
use waterbed::fields::heat::model::Surroundings;
use waterbed::fields::heat::sky::Skyline;
use waterbed::fields::heat::weather::Hour;
use waterbed::fields::heat::{HeatModel, HeatSetup};
use waterbed::gis::{GridRef, Raster};

/// Wall seconds of the fastest of `n` runs.
fn fastest(n: usize, mut work: impl FnMut()) -> f64 {
    (0..n)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// CPU seconds of this process so far (Linux; 0 elsewhere): on a machine shared with others they say more than wall
/// seconds.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or("");
    let ticks = |k: usize| after_name.split_whitespace().nth(k).and_then(|w| w.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Bytes that a parallel copy of 256 MiB moves, read and written, per wall second and per CPU second.
fn copy_bandwidth() -> (f64, f64) {
    let n = 64 << 20;
    let from = vec![1.0_f32; n];
    let mut to = vec![0.0_f32; n];
    let mut copy = || to.par_chunks_mut(1 << 16).zip(from.par_chunks(1 << 16)).for_each(|(t, f)| t.copy_from_slice(f));
    copy();
    let cpu = cpu_s();
    let seconds = fastest(10, copy);
    assert_eq!(to[n - 1], 1.0);
    let bytes = 8.0 * n as f64;
    (bytes / seconds, 10.0 * bytes / (cpu_s() - cpu).max(0.01))
}

/// A wavy lake, all wet: nothing can be skipped.
fn lake(n: usize, solver: Solver) -> FloodModel {
    let grid = GridRef { west_m: 0.0, north_m: n as f64 * 2.0, cell_m: 2.0, n_cols: n, n_rows: n };
    let values = (0..grid.len()).map(|k| 0.3 * ((k % n) as f32 * 0.02).sin() * ((k / n) as f32 * 0.03).cos()).collect();
    let mut setup = FloodSetup::new(Raster { grid, values }, 0.03, solver);
    setup.initial_level_m = Some(1.0);
    let depth = (0..grid.len()).map(|k| 1.2 + 0.1 * ((k % n) as f32 * 0.05).sin()).collect();
    setup.initial_level_m = None;
    setup.initial_depth_m = Some(Raster { grid, values: depth });
    setup.sample_every_s = 20.0;
    FloodModel::new(setup).expect("a sound case")
}

/// Both solvers on a real graphics processor, if there is one: each stage by the device's own clock, and whole runs by the
/// host's with all that goes up and down. Without one it says so, and shows with a software adapter that it would work.
fn graphics_processor() {
    let is_real = match lake(16, Solver::LocalInertial).use_gpu(false) {
        Ok(()) => true,
        Err(why) => {
            println!("graphics processor: NOT MEASURED, {why}");
            false
        }
    };
    for solver in [Solver::LocalInertial, Solver::ShallowWater] {
        for n in if is_real { vec![2048, 4096] } else { vec![128] } {
            let mut model = lake(n, solver);
            if let Err(why) = model.use_gpu(!is_real) {
                println!("no software adapter either: {why}");
                return;
            }
            model.advance_to(20.0).expect("runs");
            let what = format!("{}, {solver:?}, {n}²", model.backend_name());
            if is_real {
                let (before, start) = (model.steps(), Instant::now());
                model.advance_to(60.0).expect("runs");
                let seconds = start.elapsed().as_secs_f64();
                let rate = (model.steps() - before) as f64 * (n * n) as f64 / seconds;
                println!(
                    "{what}: {:.0} M cell-steps/s by the host's clock, {:.0} times real time",
                    rate / 1e6,
                    40.0 / seconds
                );
            }
            const STEPS: usize = 200;
            match model.time_stages(STEPS) {
                Err(why) => println!("{what}: no times by stage, {why}"),
                Ok(stages) if is_real => {
                    let all: f64 = stages.iter().map(|s| s.1).sum();
                    let rate = (STEPS * n * n) as f64 / all;
                    println!(
                        "{what}: {:.0} M cell-steps/s by the device's clock, {:.0} GB/s (32 B)",
                        rate / 1e6,
                        32.0 * rate / 1e9
                    );
                    stages.iter().for_each(|(name, s)| println!("  {name}: {:.1} µs a step", 1e6 * s / STEPS as f64));
                }
                Ok(stages) => println!("{what}: function only, a clock for {} stages", stages.len()),
            }
        }
    }
}

/// 72 hours over 325 × 420 pixels of 20 m, the ground of a city of 100,000.
fn heat_wave() {
    let grid = GridRef { west_m: 0.0, north_m: 8400.0, cell_m: 20.0, n_cols: 325, n_rows: 420 };
    let house = |k: usize| !(k % 325).is_multiple_of(3) && !(k / 325).is_multiple_of(4);
    let surface_m: Vec<f32> = (0..grid.len()).map(|k| if house(k) { 6.0 + (k % 11) as f32 } else { 0.0 }).collect();
    let tree = |k: usize| k.is_multiple_of(7) && !house(k);
    let cover = |k: usize| if house(k) { Cover::Roof } else { [Cover::Grass, Cover::Asphalt, Cover::Stone][k % 3] };
    let setup = HeatSetup {
        grid,
        crown_m: (0..grid.len()).map(|k| if tree(k) { 10.0 } else { surface_m[k] }).collect(),
        surface_m,
        cover: (0..grid.len()).map(cover).collect(),
        anthropogenic_w_m2: vec![10.0; grid.len()],
        surroundings: Surroundings::Country,
        day_of_year: 190.0,
        latitude_deg: 52.1,
        longitude_deg: 5.2,
    };
    let (start, cpu) = (Instant::now(), cpu_s());
    let mut model = HeatModel::new(setup);
    let sky = cpu_s() - cpu;
    for h in 0..72 {
        let hour = h as f32 + 0.5;
        let solar = ((hour - 12.0) / 24.0 * std::f32::consts::TAU).cos();
        model.hour(Hour {
            hour: f64::from(hour),
            air_c: 25.0 + 8.0 * ((hour - 15.0) / 24.0 * std::f32::consts::TAU).cos(),
            humidity: 0.5,
            wind_m_s: 2.5,
            wind_from_deg: 90.0,
            global_w_m2: (850.0 * (solar + 0.2) / 1.2).max(0.0),
            cloud: 0.0,
        });
    }
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_s() - cpu);
    println!(
        "heat wave of 72 h over 325 × 420 pixels: {wall:.2} s, {cpu:.2} CPU seconds, {sky:.2} of them for the sky"
    );
}

fn main() {
    let (copy, copy_per_cpu) = copy_bandwidth();
    let threads = rayon::current_num_threads();
    println!("copy: {:.1} GB/s on {threads} threads, {:.1} GB per CPU second", copy / 1e9, copy_per_cpu / 1e9);
    println!(
        "| solver | cells | M cell-steps/s | GB/s (32 B) | share of copy | M cell-steps per CPU second | share of copy |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (solver, name) in [(Solver::LocalInertial, "local inertial"), (Solver::ShallowWater, "shallow water")] {
        for n in [256, 1024, 2048] {
            let mut model = lake(n, solver);
            model.advance_to(1.0).expect("runs");
            let before = model.steps();
            let (start, cpu) = (Instant::now(), cpu_s());
            let until = 1.0 + 40.0 * (512.0 / n as f64).powi(2).clamp(0.4, 2.0);
            model.advance_to(until).expect("runs");
            let work = (model.steps() - before) as f64 * (n * n) as f64;
            let rate = work / start.elapsed().as_secs_f64();
            let per_cpu = work / (cpu_s() - cpu).max(0.01);
            let bytes = 32.0 * rate;
            println!(
                "| {name} | {n}² | {:.1} | {:.2} | {:.0} % | {:.1} | {:.0} % |",
                rate / 1e6,
                bytes / 1e9,
                100.0 * bytes / copy,
                per_cpu / 1e6,
                3200.0 * per_cpu / copy_per_cpu
            );
        }
    }
    graphics_processor();
    heat_wave();
    let n = 512;
    let grid = GridRef { west_m: 0.0, north_m: n as f64, cell_m: 1.0, n_cols: n, n_rows: n };
    let surface: Vec<f32> =
        (0..grid.len()).map(|k| if (k % n) % 24 < 12 && (k / n) % 24 < 12 { 12.0 } else { 0.0 }).collect();
    let sky = Skyline { grid, surface_m: &surface, crown_m: &surface, reach_m: 100.0 };
    let seconds = fastest(2, || assert!(sky.view_factor().at(0, 0) > 0.0));
    println!(
        "sky view factor, {n}², 32 directions, 100 m: {:.2} s, {:.1} M pixels/s",
        seconds,
        (n * n) as f64 / seconds / 1e6
    );
}
