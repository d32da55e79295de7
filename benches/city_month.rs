//! Nanoseconds per person and month, in all and per system, bytes per resident, and a plain loop over arrays beside it.
//!
//! `cargo bench --bench city_month [-- RESIDENTS …]`; default 10 k, 100 k, 1 M. Each size runs twice: with people and
//! housing alone (`challenges = ["housing"]`) and with all challenges. The plain loop does the arithmetic of the monthly
//! life of a person (one Philox block, table look-ups, four comparisons) over bare vectors, with the same chunks and
//! threads as the simulation's own pass.

#![allow(clippy::print_stdout, reason = "a benchmark prints its table")]
#![allow(missing_docs, reason = "a benchmark has no readers of its interface")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use waterbed::city::generate::{CityConfig, generate};
use waterbed::people::causes::Causes;
use waterbed::people::rates::LifeTable;
use waterbed::people::{CHUNK, DemographyParameters, Person, ShortMonth};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::state::slice;
use waterbed::sim::{Draws, Stream, SystemTime};

fn main() {
    let mut sizes: Vec<u32> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![10_000, 100_000, 1_000_000];
    }
    println!("threads {}", rayon::current_num_threads());
    println!(
        "| residents | challenges | city s | people s | ms/month | ns/person·month, wall | processor | plain loop ns | life pass ns | ratio | B/resident |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for all in [false, true] {
        let tables: Vec<Vec<SystemTime>> = sizes.iter().map(|&n| measure(n, all)).collect();
        per_system(&sizes, &tables);
    }
}

/// Names of systems, in the order in which their parts add them.
const NAMES: &[(&str, &[&str])] = &[
    (
        "people",
        &[
            "step_region",
            "clear",
            "decide_life_events",
            "decide_departures",
            "change_households",
            "arrive",
            "pass_birthdays",
            "refresh_some",
            "end_month",
            "keep_accounts",
            "refill",
        ],
    ),
    ("shared", &["clear", "observe", "settle budget"]),
    ("care", &["clear", "settle"]),
    ("police", &["charge", "settle", "show"]),
    (
        "housing",
        &[
            "sense",
            "wish_to_move",
            "build_homes",
            "convert_offices",
            "find_hosts",
            "give_shelter",
            "match_and_move",
            "adjust_prices",
            "keep_ledger",
            "count_composition",
        ],
    ),
    ("diversity", &["quarrel", "meet", "tolerate", "survey"]),
    ("neighbourhoods", &["help", "allot", "update", "watch"]),
    ("ageing", &["staff", "build", "live_on", "ask", "complain", "receive", "look_around", "decide_places"]),
    (
        "crime",
        &[
            "count_homes",
            "commit",
            "work",
            "use_and_find",
            "explode",
            "defraud",
            "inspect",
            "show",
            "tighten",
            "follow_members",
        ],
    ),
    ("indicators", &["measure"]),
];

fn name(of: &SystemTime) -> String {
    let names = NAMES.iter().find(|n| n.0 == of.part).map_or(&[][..], |n| n.1);
    names.get(of.number).map_or_else(|| of.number.to_string(), |name| (*name).into())
}

/// Processor time of each system, ns per person and month, the most costly of the largest city first.
fn per_system(sizes: &[u32], tables: &[Vec<SystemTime>]) {
    let ns =
        |times: &[SystemTime], i: usize, n: u32| times[i].spent.as_nanos() as f64 / f64::from(months(n)) / f64::from(n);
    let (Some(last), Some(&most)) = (tables.last(), sizes.last()) else { return };
    let mut order: Vec<usize> = (0..last.len()).collect();
    order.sort_by(|&a, &b| ns(last, b, most).total_cmp(&ns(last, a, most)));
    println!(
        "\n| system, processor ns/person·month at | {} |",
        sizes.iter().map(u32::to_string).collect::<Vec<_>>().join(" | ")
    );
    println!("|---|{}", "---|".repeat(sizes.len()));
    for i in order {
        let cells: Vec<String> = tables.iter().zip(sizes).map(|(t, &n)| format!("{:.2}", ns(t, i, n))).collect();
        println!("| {} `{}` | {} |", last[i].part, name(&last[i]), cells.join(" | "));
    }
}

fn months(n: u32) -> u32 {
    if n >= 500_000 { 24 } else { 60 }
}

fn measure(n: u32, all: bool) -> Vec<SystemTime> {
    let before = resident_bytes();
    let start = Instant::now();
    let config = CityConfig { residents: n, ..CityConfig::default() };
    let city = Arc::new(generate(&config, 1).expect("the recipe is valid"));
    let city_s = start.elapsed().as_secs_f64();
    let set = if all { vec![] } else { vec![r#"challenges=["housing"]"#.into()] };
    let scenario = scenario::load("base", &Overrides { set, ..Overrides::default() }).expect("the scenario is valid");
    let start = Instant::now();
    let mut sim = scenario::build(&scenario, city.clone(), 1).expect("the scenario can be built");
    let people_s = start.elapsed().as_secs_f64();
    let months = months(n);
    sim.time_systems(work);
    let start = Instant::now();
    (0..months).for_each(|_| sim.step().expect("the accounts balance"));
    let month_s = start.elapsed().as_secs_f64() / f64::from(months);
    let bytes = (resident_bytes() - before) / u64::from(n);
    let (plain_ns, pass_ns) = life(&mut sim);
    let spent: Duration = sim.system_times().iter().map(|t| t.spent).sum();
    println!(
        "| {n} | {} | {city_s:.2} | {people_s:.2} | {:.2} | {:.1} | {:.1} | {plain_ns:.2} | {pass_ns:.2} | {:.2} | {bytes} |",
        if all { "all" } else { "housing" },
        1e3 * month_s,
        1e9 * month_s / f64::from(n),
        spent.as_nanos() as f64 / f64::from(months) / f64::from(n),
        pass_ns / plain_ns
    );
    sim.system_times().to_vec()
}

const STREAM: Stream = Stream::named("bench.life");

/// The same monthly pass over bare vectors and over the simulation's table, ns per person.
fn life(sim: &mut waterbed::sim::Simulation) -> (f64, f64) {
    let draws = Draws { seed: 1, tick: 1 };
    let table = LifeTable::new(&DemographyParameters::default(), 0.0, [1.0, 0.05], [1.0, 0.2], &Causes::default());
    let now = ShortMonth::of(sim.clock().month());
    let world = sim.world_mut();
    let mut query = world.query::<&Person>();
    let query = query.query(world);
    let persons = slice(&query);
    let keys: Vec<u64> = persons.iter().map(|p| p.key.0).collect();
    let born: Vec<i16> = persons.iter().map(|p| p.born.0).collect();
    let judge = |key: u64, age: usize| {
        let [a, b, c, d] = draws.block(STREAM, key, 0);
        u32::from(a < table.death[age])
            + u32::from(b < table.leave_home[age])
            + u32::from(c < table.seek[age])
            + u32::from(d < table.birth[0][age])
    };
    let time = |f: &dyn Fn() -> u32| {
        let mut best = f64::MAX;
        for _ in 0..5 {
            let start = Instant::now();
            std::hint::black_box(f());
            best = best.min(start.elapsed().as_secs_f64());
        }
        1e9 * best / persons.len() as f64
    };
    let plain = time(&|| {
        keys.par_chunks(CHUNK)
            .zip(born.par_chunks(CHUNK))
            .map(|(k, b)| {
                let age = |born: i16| ((i32::from(now.0) - i32::from(born)).max(0) / 12).min(127) as usize;
                k.iter().zip(b).filter(|(k, _)| **k != 0).map(|(&k, &b)| judge(k, age(b))).sum::<u32>()
            })
            .sum()
    });
    let pass = time(&|| {
        persons
            .par_chunks(CHUNK)
            .map(|c| c.iter().filter(|p| p.is_there()).map(|p| judge(p.key.0, p.age_y(now).into())).sum::<u32>())
            .sum()
    });
    (plain, pass)
}

/// What the processors have worked for this process, on all threads; wall time where the system does not tell.
fn work() -> Duration {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
        return std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    };
    let ns = |thread: std::io::Result<std::fs::DirEntry>| {
        let text = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(ns).sum())
}

fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) * 1024
}
