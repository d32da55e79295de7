//! One run: from a scenario to a finished run folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::checkpoint;
use super::folder::{FolderError, Provenance, RunFolder, RunResult, Timings, episodes_of, features};
use crate::challenges::climate::Exposure;
use crate::challenges::climate::answers;
use crate::challenges::climate::solver::{Backend, EpisodeSolver};
use crate::city::City;
use crate::indicators::{Frame, Measures, RecordError, Recorder, RecorderOptions};
use crate::report::{self, Lang, ReportError, RunData};
use crate::scenario::build::ScenarioError;
use crate::scenario::{Events, Scenario, build};
use crate::sim::files::FileError;
use crate::sim::{Fault, Simulation, SnapshotError};

/// What to run, and where to write it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The scenario.
    pub scenario: Scenario,
    /// Seed; may differ from the scenario's in an ensemble.
    pub seed: u64,
    /// Name of the run, as reports show it.
    pub name: String,
    /// Which of several variants, e.g. `baseline`.
    pub variant: String,
    /// Language of the report.
    pub lang: Lang,
    /// The run folder.
    pub folder: PathBuf,
    /// Replace a run that is there.
    pub replace: bool,
    /// Where fields are computed.
    pub backend: Backend,
    /// Folder with exposure that a graphics processor made, which is taken instead of solving again.
    pub episodes: Option<PathBuf>,
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
    /// The tables.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The report.
    #[error(transparent)]
    Report(#[from] ReportError),
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

/// Called after every month; answers false to stop.
pub type OnMonth<'a> = &'a mut dyn FnMut(&Simulation) -> bool;

/// Runs `plan` in `city`, which took `city_s` seconds to make.
pub fn run(plan: &Plan, city: Arc<City>, city_s: f64, on_month: OnMonth) -> Result<Outcome, RunError> {
    let folder = RunFolder::create(&plan.folder, plan.replace)?;
    let start = Instant::now();
    let mut simulation = build(&plan.scenario, city.clone(), plan.seed)?;
    solve_on(&mut simulation, plan.backend, plan.episodes.as_deref())?;
    let start_s = city_s + start.elapsed().as_secs_f64();
    let scenario = Scenario { seed: plan.seed, ..plan.scenario.clone() };
    let provenance = Provenance {
        version: env!("CARGO_PKG_VERSION").into(),
        features: features(),
        name: plan.name.clone(),
        variant: plan.variant.clone(),
        seed: plan.seed,
        backend: plan.backend.to_string(),
        inputs: folder.write_scenario(&scenario)?,
        result: None,
        digest: None,
    };
    folder.write_provenance(&provenance)?;
    let recorder = Recorder::create(folder.path(), &city, &mut simulation, options(&scenario))?;
    let timings = Timings { start_s, threads: rayon::current_num_threads(), ..Timings::default() };
    let n_months = scenario.n_months();
    let every = plan.checkpoint_every;
    let lang = plan.lang;
    Running { folder, city, simulation, recorder, provenance, timings, notices: Vec::new(), every, n_months, lang }
        .finish_all(on_month)
}

/// Goes on with the run in `folder` from its last checkpoint, or from its start if there is none; see [`run`].
/// `make_city` builds the scenario's city.
pub fn resume<E: From<RunError>>(
    folder: &Path,
    every: CheckpointEvery,
    lang: Lang,
    make_city: impl FnOnce(&Scenario) -> Result<Arc<City>, E>,
    on_month: OnMonth,
) -> Result<Outcome, E> {
    let folder = RunFolder::open(folder).map_err(RunError::from)?;
    let provenance = folder.read_provenance().map_err(RunError::from)?;
    let mut timings = Timings::read(folder.path());
    let scenario = folder.read_scenario().map_err(RunError::from)?;
    if let (Some(digest), Some(result)) = (&provenance.digest, provenance.result) {
        if !folder.path().join("report.html").is_file() {
            write_report(&folder, &*make_city(&scenario)?, lang).map_err(RunError::from)?;
        }
        return Ok(Outcome {
            folder: folder.path().into(),
            seed: provenance.seed,
            variant: provenance.variant.clone(),
            result,
            digest: Some(digest.clone()),
            timings,
            notices: vec!["this run was done already".into()],
        });
    }
    let start = Instant::now();
    let city = make_city(&scenario)?;
    let running = || -> Result<Running, RunError> {
        let mut simulation = build(&scenario, city.clone(), scenario.seed)?;
        let recorder =
            |sim: &mut Simulation| Recorder::resume(folder.path(), &city, sim.clock().month(), options(&scenario));
        let backend = provenance.backend.parse().unwrap_or_default();
        solve_on(&mut simulation, backend, Some(&episodes_of(folder.path())))?;
        let (recorder, mut notices) = checkpoint::restore(folder.path(), &mut simulation, recorder);
        let recorder = match recorder {
            Some(recorder) => recorder,
            None => {
                notices.push("there is no checkpoint to go on from: starting again".into());
                folder.clear_tables()?;
                // Nothing of a damaged state may be left.
                simulation = build(&scenario, city.clone(), scenario.seed)?;
                solve_on(&mut simulation, backend, Some(&episodes_of(folder.path())))?;
                Recorder::create(folder.path(), &city, &mut simulation, options(&scenario))?
            }
        };
        timings.resumed += 1;
        timings.threads = rayon::current_num_threads();
        timings.start_s += start.elapsed().as_secs_f64();
        let n_months = scenario.n_months();
        Ok(Running { folder, city, simulation, recorder, provenance, timings, notices, every, n_months, lang })
    };
    Ok(running().and_then(|running| running.finish_all(on_month))?)
}

/// Says where `simulation` solves episodes, and what is known of them from `folder`.
fn solve_on(simulation: &mut Simulation, backend: Backend, folder: Option<&Path>) -> Result<(), FileError> {
    if let Some(mut solver) = simulation.world_mut().get_resource_mut::<EpisodeSolver>() {
        *solver = EpisodeSolver::on(backend);
        solver.know(folder.map(answers::read).transpose()?.unwrap_or_default());
    }
    Ok(())
}

fn write_report(folder: &RunFolder, city: &City, lang: Lang) -> Result<(), ReportError> {
    let run = RunData::load(folder.path())?;
    report::write(&[run], city, lang, &folder.path().join("report.html"))
}

fn options(scenario: &Scenario) -> RecorderOptions {
    RecorderOptions { panel_one_in: scenario.output.panel_one_in, each_event: scenario.output.events == Events::Full }
}

struct Running {
    folder: RunFolder,
    city: Arc<City>,
    simulation: Simulation,
    recorder: Recorder,
    provenance: Provenance,
    timings: Timings,
    notices: Vec<String>,
    every: CheckpointEvery,
    n_months: u16,
    lang: Lang,
}

impl Running {
    fn finish_all(mut self, on_month: OnMonth) -> Result<Outcome, RunError> {
        self.folder.write_orders(&self.simulation)?;
        let mut last_checkpoint = Instant::now();
        while self.simulation.clock().tick < self.n_months {
            let start = Instant::now();
            self.simulation.step().map_err(|fault| {
                let month = self.simulation.clock().month().to_string();
                RunError::Fault { month, fault }
            })?;
            let stepped = Instant::now();
            self.keep_episodes()?;
            self.recorder.after_tick(&mut self.simulation)?;
            self.timings.ticks_s += (stepped - start).as_secs_f64();
            self.timings.record_s += stepped.elapsed().as_secs_f64();
            let tick = self.simulation.clock().tick;
            let go_on = on_month(&self.simulation);
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
        self.finish()
    }

    fn finish(mut self) -> Result<Outcome, RunError> {
        let digest = self.simulation.digest().to_string();
        let result = self.result();
        let start = Instant::now();
        self.recorder.finish(&mut self.simulation)?;
        self.timings.record_s += start.elapsed().as_secs_f64();
        self.folder.write_orders(&self.simulation)?;
        let start = Instant::now();
        report::write_geotiffs(self.folder.path(), &self.city, &Frame::of(&mut self.simulation, 0))?;
        if let Some(e) = self.simulation.world().get_resource::<Exposure>() {
            let (worst_depth_cm, night_dc, night_dk) = (&e.worst_depth_cm, &e.night_dc, &e.night_dk);
            let left = report::HazardValues { worst_depth_cm, night_dc, night_dk };
            report::write_hazard_maps(self.folder.path(), &self.city, left)?;
        }
        // A folder with a digest is complete, but for the report that shows it and can be made again.
        self.provenance.result = Some(result);
        self.provenance.digest = Some(digest.clone());
        self.folder.write_provenance(&self.provenance)?;
        checkpoint::clear(self.folder.path())?;
        write_report(&self.folder, &self.city, self.lang)?;
        self.timings.report_s = start.elapsed().as_secs_f64();
        self.folder.write_timings(&self.timings)?;
        Ok(Outcome {
            folder: self.folder.path().into(),
            seed: self.provenance.seed,
            variant: self.provenance.variant,
            result,
            digest: Some(digest),
            timings: self.timings,
            notices: self.notices,
        })
    }

    /// Writes down what a graphics processor made this month.
    fn keep_episodes(&mut self) -> Result<(), FileError> {
        let Some(mut solver) = self.simulation.world_mut().get_resource_mut::<EpisodeSolver>() else { return Ok(()) };
        self.notices.extend(solver.take_notices());
        self.folder.write_episodes(&solver.take_used())
    }

    fn checkpoint(&mut self) -> Result<(), RunError> {
        let start = Instant::now();
        self.folder.write_orders(&self.simulation)?;
        self.recorder.checkpoint()?;
        checkpoint::save(self.folder.path(), &mut self.simulation)?;
        self.timings.checkpoint_s += start.elapsed().as_secs_f64();
        Ok(self.folder.write_timings(&self.timings)?)
    }

    fn result(&self) -> RunResult {
        let measures = self.simulation.world().get_resource::<Measures>();
        let count = |id: &str| measures.and_then(|m| m.of_city(id)).unwrap_or(0.0) as u64;
        RunResult {
            months: self.simulation.clock().tick,
            residents: count("residents"),
            households: count("households"),
        }
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
