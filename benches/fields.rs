//! Speed of the field solvers beside the memory's own speed, in one run. `cargo bench --bench fields`.
//!
//! Bytes per cell-step are counted as the planes that a step must read and write once: local inertial reads z, n, h,
//! qx, qy and writes h, qx, qy (8 planes, 32 B); shallow water the same. The copy baseline reads and writes one plane
//! (8 B a value). Store traffic that the cache adds (read for ownership) is left out on both sides.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

use rayon::prelude::*;
use waterbed::fields::flood::{FloodModel, FloodSetup, Solver};
use waterbed::fields::heat::sky::Skyline;
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

/// Bytes per second that a parallel copy of 256 MiB moves, read and written.
fn copy_bandwidth() -> f64 {
    let n = 64 << 20;
    let from = vec![1.0_f32; n];
    let mut to = vec![0.0_f32; n];
    let seconds = fastest(5, || {
        to.par_chunks_mut(1 << 16).zip(from.par_chunks(1 << 16)).for_each(|(t, f)| t.copy_from_slice(f));
    });
    assert_eq!(to[n - 1], 1.0);
    8.0 * n as f64 / seconds
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

fn main() {
    let copy = copy_bandwidth();
    let threads = rayon::current_num_threads();
    println!("copy: {:.1} GB/s on {threads} threads", copy / 1e9);
    println!("| solver | cells | M cell-steps/s | GB/s (32 B) | share of copy | M cell-steps per CPU second |");
    println!("|---|---|---|---|---|---|");
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
                "| {name} | {n}² | {:.1} | {:.2} | {:.0} % | {:.1} |",
                rate / 1e6,
                bytes / 1e9,
                100.0 * bytes / copy,
                per_cpu / 1e6
            );
        }
    }
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
