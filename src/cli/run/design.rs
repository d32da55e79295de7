//! `waterbed run … --design D.csv [--shard i/n]`: a table of parameter sets.

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use super::super::failure::Failure;
use super::super::progress;
use super::{Args, as_json_of_many, city, go_on, many, n_threads, overrides, stem};
use crate::experiments::design::{self, Done, Row, Shard};
use crate::experiments::{CheckpointEvery, Plan};
use crate::scenario::{build_city, size};

/// `3/8`: the third of eight.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let wrong = || "write which of how many, such as 3/8".to_string();
    let (index, of) = text.split_once('/').ok_or_else(wrong)?;
    let shard =
        Shard { index: index.trim().parse().map_err(|_| wrong())?, of: of.trim().parse().map_err(|_| wrong())? };
    if (1..=shard.of).contains(&shard.index) { Ok(shard) } else { Err(wrong()) }
}

pub(super) fn run(args: &Args, path: &std::path::Path) -> Result<(), Failure> {
    let rows = design::read(path, &args.scenario, &overrides(args))?;
    let shard = args.shard.unwrap_or(Shard { index: 1, of: 1 });
    let n_rows = rows.len();
    let rows = shard.of(rows);
    let Some(first) = rows.first() else {
        return Err(Failure::Argument(format!("shard {}/{} has no rows", shard.index, shard.of), None));
    };
    let out = args.out.join(format!("{}-{}-design", first.scenario.name, stem(path)));
    std::fs::create_dir_all(&out).map_err(Failure::failed)?;
    let largest = rows.iter().map(|row| size::estimate(&row.scenario, 1)).max().unwrap_or(0);
    size::guard(
        largest.saturating_mul(rows.len().min(n_threads(args)) as u64),
        args.memory_limit.unwrap_or_else(size::default_limit),
    )?;
    // Most designs live in one city; other rows make their own.
    let (shared, shared_s) = city(args, &first.scenario, rows.len())?;
    let bar = progress::months(rows.iter().map(|row| u64::from(row.scenario.n_months())).sum(), args.quiet);
    let done = many::each(&rows, n_threads(args), |row| {
        let same = row.scenario.city == first.scenario.city && row.scenario.residents == first.scenario.residents;
        let plan = plan(args, row, &out);
        let start = Instant::now();
        let (city, city_s) = match same {
            true => (shared.clone(), shared_s),
            false => (Arc::new(build_city(&row.scenario)?), start.elapsed().as_secs_f64()),
        };
        let mut on_month = |sim: &crate::sim::Simulation| go_on(args, sim, &bar);
        design::run_row(row, &plan, city, city_s, &mut on_month).map_err(Failure::failed)
    });
    bar.finish_and_clear();
    let done = done?;
    let mut outcomes = Vec::new();
    let (mut before, mut busy, mut failed) = (0, 0, 0);
    for (row, done) in rows.iter().zip(&done) {
        match done {
            Done::Now(outcome) => outcomes.push(outcome),
            Done::Before => before += 1,
            Done::Busy => busy += 1,
            Done::Failed(error) => {
                failed += 1;
                eprintln!("{}: {error}", row.name);
            }
        }
    }
    let interrupted = outcomes.iter().filter(|o| o.digest.is_none()).count();
    let now = outcomes.len() - interrupted;
    eprintln!(
        "{}: {now} rows done, {before} were done before, {busy} are being done elsewhere, {failed} failed",
        out.display()
    );
    if args.json {
        let runs: Vec<_> = outcomes.iter().filter(|o| o.digest.is_some()).map(|o| as_json_of_many(o)).collect();
        println!(
            "{}",
            json!({
                "rows": n_rows, "of_shard": rows.len(), "done": now, "skipped": before, "busy": busy, "failed": failed,
                "folder": out, "runs": runs,
            })
        );
    } else {
        println!("{}", out.display());
    }
    match (interrupted, failed) {
        (0, 0) => Ok(()),
        (0, n) => Err(Failure::Failed(format!("{n} rows failed; their errors are in {}", out.display()))),
        _ => Err(Failure::Stopped("call it again: rows that are done are skipped, others are gone on with".into())),
    }
}

fn plan(args: &Args, row: &Row, out: &std::path::Path) -> Plan {
    Plan {
        folder: out.join(&row.name),
        name: row.name.clone(),
        lang: args.lang.into(),
        scenario: row.scenario.clone(),
        seed: row.scenario.seed,
        variant: "baseline".into(),
        replace: false,
        backend: args.backend.unwrap_or_default(),
        episodes: None,
        checkpoint_every: args.checkpoint_months.map_or_else(Default::default, CheckpointEvery::Ticks),
    }
}
