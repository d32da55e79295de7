//! Designs: a table of parameter sets, one run each.
//!
//! A design is a CSV file. Its columns are what `--set` takes (parameters, levers, fields such as `years`) and `seed`; each
//! row is a run, an empty cell leaves the scenario's own value:
//!
//! ```csv
//! seed,housing.build_y,spreading
//! 1,0.010,0.2
//! 2,0.012,
//! ```
//!
//! **Idempotent.** A row's folder is named after its number and what it resolves to, `row-0001-1f2e3d4c`, so a row that is
//! done is skipped, and a changed row is another row. A row is simulated in `….part` and renamed when complete: a folder
//! without that suffix is whole. What was interrupted is gone on with from its checkpoint. A row that fails leaves its error in
//! `….error.json`, keeps nobody else from running, and is tried again next time. Any number of processes may
//! work on one design, each on its shard (every n-th row), or even on the same one: folders are locked.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use super::run::{self, OnMonth, Plan, RunError};
use super::{FolderError, Outcome, Provenance};
use crate::city::City;
use crate::scenario::{Overrides, Place, Problems, Scenario, load};
use crate::sim::files::{FileError, write_atomic};

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number, from 1.
    pub number: usize,
    /// Name of its folder.
    pub name: String,
    /// What it runs.
    pub scenario: Scenario,
}

/// Which rows: every `of`-th from number `index` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub index: usize,
    /// Number of shards.
    pub of: usize,
}

/// Reads the design at `path` on top of the scenario called `name` with `options`.
///
/// # Errors
/// Everything that is wrong with any row, by line.
pub fn read(path: &Path, name: &str, options: &Overrides) -> Result<Vec<Row>, Problems> {
    let file = path.display().to_string();
    let whole = Place::whole(file.clone());
    let bad = |place: &Place, error: &csv::Error| Problems::one(place, format!("is no CSV: {error}"), None);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_path(path)
        .map_err(|error| Problems::one(&Place::whole("--design"), format!("cannot read {file}: {error}"), None))?;
    let head = reader.headers().map_err(|error| bad(&whole, &error))?.clone();
    let mut problems = Problems::default();
    let mut rows = Vec::new();
    for (number, record) in (1..).zip(reader.records()) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map(|p| p.line() as u32);
                problems.extend(bad(&Place { line, ..whole.clone() }, &error));
                continue;
            }
        };
        let place = Place { line: record.position().map(|p| p.line() as u32), ..whole.clone() };
        let mut row = options.clone();
        for (key, value) in head.iter().zip(&record).filter(|(_, value)| !value.is_empty()) {
            row.set.push(format!("{key}={value}"));
        }
        match load(name, &row) {
            Ok(scenario) => rows.push(Row { number, name: folder_name(number, &scenario), scenario }),
            Err(found) => {
                // Problems with the options of a row stand in its line.
                for problem in found.all() {
                    let at = if problem.place.file.starts_with("--set") { &place } else { &problem.place };
                    problems.add(at, problem.message.clone(), problem.hint.clone());
                }
            }
        }
    }
    if rows.is_empty() && problems.all().is_empty() {
        problems.add(&whole, "has no rows", Some("write a line of names and one line per run".into()));
    }
    problems.or(rows)
}

fn folder_name(number: usize, scenario: &Scenario) -> String {
    let text = format!("{}\n{}", env!("CARGO_PKG_VERSION"), scenario.to_toml());
    format!("row-{number:04}-{}", &blake3::hash(text.as_bytes()).to_hex()[..8])
}

impl Shard {
    /// The rows of this shard.
    pub fn of(self, rows: Vec<Row>) -> Vec<Row> {
        rows.into_iter().filter(|row| (row.number - 1) % self.of == self.index - 1).collect()
    }
}

/// What became of a row.
#[derive(Debug)]
pub enum Done {
    /// Simulated now; without a digest it was interrupted.
    Now(Outcome),
    /// It was done already.
    Before,
    /// Somebody else is at it.
    Busy,
    /// It failed, and its error was written down.
    Failed(String),
}

/// Runs one row in `plan.folder`, a folder inside the design's; see the module for what is skipped and what is kept.
///
/// # Errors
/// If not even the error can be written.
pub fn run_row(row: &Row, plan: &Plan, city: Arc<City>, city_s: f64, on_month: OnMonth) -> Result<Done, FileError> {
    let done = &plan.folder;
    let beside = |suffix: &str| -> PathBuf { done.with_file_name(format!("{}{suffix}", row.name)) };
    let (part, failed) = (beside(".part"), beside(".error.json"));
    if Provenance::read(done).is_ok_and(|p| p.digest.is_some()) {
        return Ok(Done::Before);
    }
    let simulated = simulate(plan, &part, city, city_s, on_month);
    match simulated {
        Ok(outcome) if outcome.digest.is_none() => Ok(Done::Now(outcome)),
        Ok(outcome) => {
            // Nobody else has finished it meanwhile: the part was locked until now.
            fs::rename(&part, done).map_err(FileError::io(done))?;
            let _ = fs::remove_file(&failed);
            Ok(Done::Now(Outcome { folder: done.clone(), ..outcome }))
        }
        Err(RunError::Folder(FolderError::Busy(_))) => Ok(Done::Busy),
        Err(error) => {
            let error = error.to_string();
            let text = json!({"row": row.number, "name": row.name, "error": error}).to_string() + "\n";
            write_atomic(&failed, |file| file.write_all(text.as_bytes()))?;
            Ok(Done::Failed(error))
        }
    }
}

fn simulate(plan: &Plan, part: &Path, city: Arc<City>, city_s: f64, on_month: OnMonth) -> Result<Outcome, RunError> {
    if part.join("scenario.toml").is_file() {
        let same = city.clone();
        let resumed: Result<Outcome, RunError> =
            run::resume(part, plan.checkpoint_every, plan.lang, |_| Ok(same), &mut *on_month);
        match resumed {
            // What cannot be gone on with is begun again.
            Err(RunError::Folder(FolderError::Busy(_))) => return resumed,
            Err(RunError::Folder(_) | RunError::File(_) | RunError::Record(_)) => (),
            _ => return resumed,
        }
    }
    let plan = Plan { folder: part.into(), replace: true, ..plan.clone() };
    run::run(&plan, city, city_s, on_month)
}
