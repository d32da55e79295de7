//! Leaving with a report: what the measures do on several seeds, or, without measures, a run with all its tables.
//!
//! The seeds are run in the background while one goes on looking. A report needs a whole year after the first measure:
//! if the session has not come so far, the seeds go there without it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::ensemble::Pair;
use super::session::Session;
use crate::city::City;
use crate::experiments::{self, CheckpointEvery, Plan};
use crate::fields::backend::Backend;
use crate::report::Lang;
use crate::report::twin::{Findings, Recording, TwinRuns, Variant};
use crate::scenario::{Measure, Scenario, measures};
use crate::session::{Placement, Record};
use crate::sim::Order;

/// Months that seeds go beyond the first measure at least.
const AFTER: i32 = 24;

type Slot = Arc<Mutex<Option<Result<PathBuf, String>>>>;

/// A report in the making.
pub(super) struct Report {
    /// The tick that every seed is to reach.
    pub until: u16,
    pub folder: PathBuf,
    pub since: Instant,
    /// Set once it is being written.
    written: Option<Slot>,
}

impl Report {
    /// True while it waits for seeds.
    pub fn waits(&self) -> bool {
        self.written.is_none()
    }
}

/// Everything that the report says, apart from the window.
struct Material {
    city: Arc<City>,
    scenario: Scenario,
    lang: Lang,
    folder: PathBuf,
}

impl Session {
    /// Begins a report.
    pub fn ask_report(&mut self) {
        if self.report.is_some() || self.picture.is_none() {
            return;
        }
        let start = self.desk.file.scenario.start;
        let tick = |month: i32| (month - start.0 + 1).clamp(1, 65_000) as u16;
        let measures = self.measures();
        let first = measures.iter().map(|p| p.from).min();
        let now = self.status.known_until.map_or(1, |m| tick(m.0));
        let until = first.map_or(now, |from| now.max(tick(from.plus(AFTER).0)));
        // Whole years, for a report counts by year.
        let until = until.div_ceil(12) * 12;
        let folder = self.free_path("report");
        self.report = Some(Report { until, folder, since: Instant::now(), written: None });
        if first.is_none() {
            self.write_run();
        }
    }

    /// What was placed and is no event.
    fn measures(&self) -> Vec<Placement> {
        self.desk.file.plans.placements().iter().filter(|p| p.on && !p.is_event()).cloned().collect()
    }

    /// How far the report is, 0 to 1; `None` if none is being made.
    pub fn report_progress(&self) -> Option<f32> {
        self.report.as_ref().map(|report| if report.written.is_some() { 1.0 } else { self.progress().1 })
    }

    /// Writes the report once the seeds are there, and says where it lies.
    pub fn attend_report(&mut self) {
        let Some(report) = &self.report else { return };
        if let Some(problem) = self.background.as_ref().and_then(super::background::Background::problem) {
            self.desk.tell(problem);
            self.report = None;
            return;
        }
        let Some(slot) = report.written.clone() else {
            let until = usize::from(report.until);
            let pairs = self.pairs();
            let n_asked = self.progress().0;
            let is_there = |records: &Arc<Vec<Record>>| records.len() > until;
            if n_asked > 0 && pairs.len() == n_asked && pairs.iter().all(|(a, b)| is_there(a) && is_there(b)) {
                self.write_twin(pairs);
            }
            return;
        };
        let result = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(result) = result else { return };
        let seconds = report.since.elapsed().as_secs_f32();
        let text = match result {
            Ok(path) => self.t2("report_there", &[&path.display().to_string(), &format!("{seconds:.0}")]),
            Err(error) => error,
        };
        self.desk.tell(text);
        self.report = None;
    }

    fn material(&self, folder: &std::path::Path) -> Material {
        let city = self.desk.city.clone();
        let scenario = self.desk.file.scenario.clone();
        Material { city, scenario, lang: self.panels.lang, folder: folder.into() }
    }

    /// Without measures: the session's run, with all its tables and maps.
    fn write_run(&mut self) {
        let Some(report) = &self.report else { return };
        let mut material = self.material(&report.folder.clone());
        let episodes = self.desk.kept_episodes();
        let file = &self.desk.file;
        let month = self.status.known_until.unwrap_or(file.month).max(file.scenario.start);
        material.scenario = Scenario { end: Some(month), ..file.plans.scenario(&file.scenario) };
        self.write(move || {
            let Material { city, scenario, lang, folder } = material;
            let plan = Plan {
                seed: scenario.seed,
                name: scenario.name.clone(),
                variant: "baseline".into(),
                lang,
                folder: folder.clone(),
                replace: false,
                backend: Backend::Cpu,
                episodes,
                checkpoint_every: CheckpointEvery::default(),
                scenario,
            };
            experiments::run(&plan, city, 0.0, &mut |_| true).map_err(|e| e.to_string())?;
            Ok(folder.join("report.html"))
        });
    }

    /// With measures: with and without them on every seed.
    fn write_twin(&mut self, pairs: Vec<Pair>) {
        let Some(report) = &self.report else { return };
        let material = self.material(&report.folder.clone());
        let until = usize::from(report.until);
        let name = self.desk.file.plans.variants()[self.desk.file.plans.active()].name.clone();
        let measures: Vec<Measure> = self.measures().iter().map(Placement::measure).collect();
        let budget_eur = self.desk.file.budget_eur;
        let Ok(orders) = measures::orders(&measures, &self.desk.cadastre, material.scenario.start) else { return };
        self.write(move || {
            let Material { city, scenario, lang, folder } = material;
            let record = |records: &[Record]| {
                let mut recording = Recording::default();
                records[1..=until].iter().for_each(|record| recording.add(record));
                recording
            };
            let variant = |name: String, measures: Vec<Measure>, orders: Vec<Order>, runs: Vec<Recording>| Variant {
                name,
                measures,
                orders,
                runs,
                digests: Vec::new(),
            };
            let without = pairs.iter().map(|(_, without)| record(without)).collect();
            let with = pairs.iter().map(|(with, _)| record(with)).collect();
            let runs = TwinRuns {
                city: &city,
                scenario: scenario.name.clone(),
                start: scenario.start,
                n_years: (until / 12) as u32,
                seeds: (scenario.seed..).take(pairs.len()).collect(),
                baseline: variant("baseline".into(), Vec::new(), Vec::new(), without),
                variant: variant(name, measures, orders, with),
                synergy: None,
                budget_eur,
                show: Vec::new(),
            };
            std::fs::create_dir_all(folder.join("twin")).map_err(|e| format!("{}: {e}", folder.display()))?;
            Findings::of(&runs).write(lang, &folder).map_err(|e| e.to_string())?;
            Ok(folder.join("report.html"))
        });
    }

    /// Does `work` on a thread of its own.
    fn write(&mut self, work: impl FnOnce() -> Result<PathBuf, String> + Send + 'static) {
        let slot = Slot::default();
        let (own, wake) = (slot.clone(), self.wake.clone());
        let work = move || {
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            let result = result.unwrap_or_else(|_| Err("an error in the program".into()));
            *own.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            wake();
        };
        match std::thread::Builder::new().name("report".into()).spawn(work) {
            Ok(_) => {
                if let Some(report) = &mut self.report {
                    report.written = Some(slot);
                }
            }
            Err(error) => {
                self.desk.tell(error.to_string());
                self.report = None;
            }
        }
    }
}
