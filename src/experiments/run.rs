//! One run: from a scenario to a finished run folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::checkpoint;
use super::folder::{FolderError, Provenance, RunFolder, RunResult, Timings, features};
use crate::city::City;
use crate::scenario::build::ScenarioError;
use crate::scenario::{Scenario, build};
use crate::sim::files::FileError;
use crate::sim::{Fault, Simulation, SnapshotError};

/// What to run, and where to write it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The scenario.
    pub scenario: Scenario,
    /// Seed; may differ from the scenario's in an ensemble.
    pub seed: u64,
    /// Which of several variants, e.g. `baseline`.
    pub variant: String,
    /// The run folder.
    pub folder: PathBuf,
    /// Replace a run that is there.
    pub replace: bool,
    /// Where fields are computed.
    pub backend: String,
    /// When checkpoints are made.
    pub checkpoint_every: CheckpointEvery,
}

/// When checkpoints are made, always at the end of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointEvery {
    /// After so much wall time.
    Time(Duration),
    /// After so many ticks.
    Ticks(u16),
}

impl Default for CheckpointEvery {
    fn default() -> Self {
        CheckpointEvery::Time(Duration::from_secs(60))
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Its folder.
    pub folder: PathBuf,
    /// Seed.
    pub seed: u64,
    /// Variant.
    pub variant: String,
    /// Counts at the end.
    pub result: RunResult,
    /// Digest at the end; `None` if the run was interrupted: it can be gone on with.
    pub digest: Option<String>,
    /// Wall times.
    pub timings: Timings,
    /// What went wrong without stopping the run.
    pub notices: Vec<String>,
}

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A checkpoint.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The model found itself wrong.
    #[error("the simulation stopped in month {month}: {fault}")]
    Fault {
        /// Month.
        month: String,
        /// What was wrong.
        fault: Fault,
    },
}

/// Runs `plan` in `city`, which took `city_s` seconds to make. `on_month` is called after every month with its number;
/// it answers false to stop.
pub fn run(plan: &Plan, city: Arc<City>, city_s: f64, on_month: &dyn Fn(u16) -> bool) -> Result<Outcome, RunError> {
    let folder = RunFolder::create(&plan.folder, plan.replace)?;
    let start = Instant::now();
    let simulation = build(&plan.scenario, city.clone(), plan.seed)?;
    let start_s = city_s + start.elapsed().as_secs_f64();
    let scenario = Scenario { seed: plan.seed, ..plan.scenario.clone() };
    // A folder with a scenario can be resumed, so provenance goes with it; a kill in between leaves one to replace.
    let provenance = Provenance {
        version: env!("CARGO_PKG_VERSION").into(),
        features: features(),
        scenario: plan.scenario.name.clone(),
        variant: plan.variant.clone(),
        seed: plan.seed,
        backend: plan.backend.clone(),
        inputs: folder.write_scenario(&scenario)?,
        result: None,
        digest: None,
    };
    folder.write_provenance(&provenance)?;
    let timings = Timings { start_s, threads: rayon::current_num_threads(), ..Timings::default() };
    let n_months = scenario.n_months();
    Running {
        folder,
        city,
        simulation,
        provenance,
        timings,
        notices: Vec::new(),
        every: plan.checkpoint_every,
        n_months,
    }
    .to_the_end(on_month)
}

/// Goes on with the run in `folder` from its last checkpoint; see [`run`]. `make_city` builds the scenario's city.
pub fn resume<E: From<RunError>>(
    folder: &Path,
    every: CheckpointEvery,
    make_city: impl FnOnce(&Scenario) -> Result<Arc<City>, E>,
    on_month: &dyn Fn(u16) -> bool,
) -> Result<Outcome, E> {
    let folder = RunFolder::open(folder).map_err(RunError::from)?;
    let provenance = folder.read_provenance().map_err(RunError::from)?;
    let scenario = folder.read_scenario().map_err(RunError::from)?;
    if let (Some(digest), Some(result)) = (&provenance.digest, provenance.result) {
        return Ok(Outcome {
            folder: folder.path().into(),
            seed: provenance.seed,
            variant: provenance.variant.clone(),
            result,
            digest: Some(digest.clone()),
            timings: Timings::read(folder.path()),
            notices: vec!["this run was done already".into()],
        });
    }
    let start = Instant::now();
    let city = make_city(&scenario)?;
    let mut simulation = build(&scenario, city.clone(), scenario.seed).map_err(RunError::from)?;
    let (tick, mut notices) = checkpoint::restore(folder.path(), &mut simulation);
    let mut timings = Timings::read(folder.path());
    timings.resumed += 1;
    timings.threads = rayon::current_num_threads();
    timings.start_s += start.elapsed().as_secs_f64();
    if tick.is_none() {
        if !notices.is_empty() {
            // Nothing of the damaged states may be left in the simulation.
            simulation = build(&scenario, city.clone(), scenario.seed).map_err(RunError::from)?;
        }
        notices.push("there was no checkpoint yet: started again".into());
    }
    let n_months = scenario.n_months();
    let running = Running { folder, city, simulation, provenance, timings, notices, every, n_months };
    Ok(running.to_the_end(on_month)?)
}

struct Running {
    folder: RunFolder,
    #[expect(dead_code, reason = "the recorder needs it when it lands")]
    city: Arc<City>,
    simulation: Simulation,
    provenance: Provenance,
    timings: Timings,
    notices: Vec<String>,
    every: CheckpointEvery,
    n_months: u16,
}

impl Running {
    fn to_the_end(mut self, on_month: &dyn Fn(u16) -> bool) -> Result<Outcome, RunError> {
        self.folder.write_orders(&self.simulation)?;
        let mut last_checkpoint = Instant::now();
        while self.simulation.clock().tick < self.n_months {
            let start = Instant::now();
            self.simulation.step().map_err(|fault| {
                let month = self.simulation.clock().month().to_string();
                RunError::Fault { month, fault }
            })?;
            self.timings.ticks_s += start.elapsed().as_secs_f64();
            let tick = self.simulation.clock().tick;
            let go_on = on_month(tick);
            if tick == self.n_months {
                break;
            }
            let due = match self.every {
                CheckpointEvery::Time(time) => last_checkpoint.elapsed() >= time,
                CheckpointEvery::Ticks(n) => tick.is_multiple_of(n.max(1)),
            };
            if due || !go_on {
                self.checkpoint()?;
                last_checkpoint = Instant::now();
            }
            if !go_on {
                return Ok(self.outcome(None));
            }
        }
        let digest = self.simulation.digest().to_string();
        self.folder.write_orders(&self.simulation)?;
        self.provenance.result = Some(self.result());
        self.provenance.digest = Some(digest.clone());
        self.folder.write_timings(&self.timings)?;
        self.folder.write_provenance(&self.provenance)?;
        checkpoint::clear(self.folder.path())?;
        Ok(self.outcome(Some(digest)))
    }

    fn checkpoint(&mut self) -> Result<(), RunError> {
        let start = Instant::now();
        self.folder.write_orders(&self.simulation)?;
        checkpoint::save(self.folder.path(), &mut self.simulation)?;
        self.timings.checkpoint_s += start.elapsed().as_secs_f64();
        Ok(self.folder.write_timings(&self.timings)?)
    }

    fn result(&self) -> RunResult {
        RunResult { months: self.simulation.clock().tick, residents: 0, households: 0 }
    }

    fn outcome(self, digest: Option<String>) -> Outcome {
        Outcome {
            result: self.result(),
            folder: self.folder.path().into(),
            seed: self.provenance.seed,
            variant: self.provenance.variant,
            digest,
            timings: self.timings,
            notices: self.notices,
        }
    }
}
