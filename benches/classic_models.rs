//! Schelling's model, small and large case of the framework comparison, against a plain loop: agent-steps per second.
//!
//! `cargo bench --bench classic_models`; with `-- --tsv` one line per result for `benches/peers/classic.py`, which puts Mesa and
//! krABMaga beside it. The plain loop does the same model over one array of cells the way it would be written in C: it counts
//! neighbours anew for everybody, shuffles, and draws from a shared generator. One thread. Times are the best of several
//! repeats, for 20 ticks without making the town, and for all of it.

#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]
#![allow(missing_docs, reason = "a benchmark has no readers of its interface")]

use std::time::Instant;

use waterbed::lab::schelling::{Config, Rule, Run, Wish};

const SMALL: Config = Config {
    rule: Rule::AbmComparison,
    size: 40,
    torus: false,
    agents: 1000,
    radius: 1,
    wish: Wish::Count(3),
    max_ticks: 20,
};
const LARGE: Config = Config { size: 100, agents: 8000, radius: 2, wish: Wish::Count(8), ..SMALL };

/// Times of 20 ticks and of all, s, and the share that was happy.
type Times = (f64, f64, f64);

fn main() {
    let tsv = std::env::args().any(|a| a == "--tsv");
    if !tsv {
        println!("| case | who | ticks ms | all ms | ns/agent·step | M agent-steps/s | times the plain loop | happy |");
        println!("|---|---|---|---|---|---|---|---|");
    }
    for (case, config, repeats) in [("S", SMALL, 300), ("L", LARGE, 60)] {
        let plain = best(repeats, |seed| plain_loop(&config, seed));
        let engine = best(repeats, |seed| engine(&config, seed));
        for (who, (ticks_s, all_s, happy)) in [("plain loop", plain), ("waterbed", engine)] {
            if tsv {
                println!("{who}\t{case}\t{ticks_s}\t{all_s}\t{happy}");
                continue;
            }
            let steps = f64::from(config.agents * config.max_ticks);
            println!(
                "| {case} | {who} | {:.3} | {:.3} | {:.1} | {:.1} | {:.2} | {happy:.4} |",
                1e3 * ticks_s,
                1e3 * all_s,
                1e9 * ticks_s / steps,
                1e-6 * steps / ticks_s,
                ticks_s / plain.0
            );
        }
    }
}

/// The best times over some seeds, and the mean happy share.
fn best(repeats: u64, run: impl Fn(u64) -> Times) -> Times {
    let runs: Vec<Times> = (1..=repeats).map(run).collect();
    let least = |of: fn(&Times) -> f64| runs.iter().map(of).fold(f64::MAX, f64::min);
    (least(|r| r.0), least(|r| r.1), runs.iter().map(|r| r.2).sum::<f64>() / repeats as f64)
}

fn engine(config: &Config, seed: u64) -> Times {
    let start = Instant::now();
    let mut run = Run::new(config, seed).expect("the case is valid");
    let ready = Instant::now();
    (0..config.max_ticks).for_each(|_| run.step().expect("nothing can break"));
    let ticks_s = ready.elapsed().as_secs_f64();
    let all_s = start.elapsed().as_secs_f64();
    (ticks_s, all_s, run.outcome().happy_share)
}

fn plain_loop(config: &Config, seed: u64) -> Times {
    let start = Instant::now();
    let (n, radius, agents) = (config.size as usize, config.radius as usize, config.agents as usize);
    let Wish::Count(min_like) = config.wish else { unreachable!("both cases count") };
    let mut state = seed;
    // SplitMix64.
    let mut below = |m: usize| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((((z ^ (z >> 31)) >> 32) * m as u64) >> 32) as usize
    };
    let mut places: Vec<u32> = (0..(n * n) as u32).collect();
    for i in (1..places.len()).rev() {
        places.swap(i, below(i + 1));
    }
    let mut empty = places.split_off(agents);
    let mut cells = vec![0u8; n * n];
    places.iter().enumerate().for_each(|(i, cell)| cells[*cell as usize] = 1 + (i % 2) as u8);
    let mut order: Vec<u32> = (0..agents as u32).collect();
    let ready = Instant::now();
    let mut n_happy = 0;
    for _ in 0..config.max_ticks {
        for i in (1..agents).rev() {
            order.swap(i, below(i + 1));
        }
        n_happy = 0;
        for &i in &order {
            let at = places[i as usize] as usize;
            let (y, x, own) = (at / n, at % n, cells[at]);
            // Oneself is counted too, and taken off.
            let mut like = 0;
            for row in y.saturating_sub(radius)..=(y + radius).min(n - 1) {
                for column in x.saturating_sub(radius)..=(x + radius).min(n - 1) {
                    like += u32::from(cells[row * n + column] == own);
                }
            }
            if like > min_like {
                n_happy += 1;
            } else {
                let to = below(empty.len());
                let cell = std::mem::replace(&mut empty[to], at as u32);
                cells[at] = 0;
                cells[cell as usize] = own;
                places[i as usize] = cell;
            }
        }
    }
    let (ticks_s, all_s) = (ready.elapsed().as_secs_f64(), start.elapsed().as_secs_f64());
    (ticks_s, all_s, f64::from(n_happy) / agents as f64)
}
