//! The session behind the window: measures go in, orders go to the worker, and nothing is lost.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::worker::{Command, Make, Status, Worker};
use crate::challenges::climate::EpisodeSolver;
use crate::challenges::climate::solver::{Answers, Site};
use crate::city::City;
use crate::city::area::Cadastre;
use crate::scenario::{Measure, Problems, Scenario, build, measures};
use crate::session::file::episodes_of;
use crate::session::keep::{self, Keeper};
use crate::session::{Placement, Plans, SessionError, SessionFile};
use crate::sim::{Month, Simulation};

/// Longest time without an autosave.
const AUTOSAVE: Duration = Duration::from_secs(30);

/// The session behind the window.
pub struct Desk {
    /// The city.
    pub city: Arc<City>,
    /// Its cells, as areas ask for them.
    pub cadastre: Arc<Cadastre>,
    /// What is kept in files.
    pub file: SessionFile,
    /// The simulations.
    pub worker: Worker,
    /// The file it was opened from or saved to.
    pub path: Option<PathBuf>,
    /// What there is to tell, and since when.
    pub note: Option<(String, Instant)>,
    /// What a graphics processor made of heat and water in this session, and before.
    pub answers: Answers,
    keeper: Option<Keeper>,
    /// Holds the session file against a second window.
    lock: Option<std::fs::File>,
    kept_at: Instant,
    kept_year: i32,
    /// Where to save once the digest is known.
    saving: Option<PathBuf>,
    saved: Option<SessionFile>,
}

impl Desk {
    /// Opens `file` in `city`. Episodes are solved at `site`, but for those in `answers`. `wake` is called when there
    /// is something new. `keeper` holds the autosave.
    pub fn open(
        file: SessionFile,
        city: Arc<City>,
        keeper: Option<Keeper>,
        (site, answers): (Site, Answers),
        wake: impl Fn() + Send + 'static,
    ) -> Desk {
        let (scenario, own, known) = (file.scenario.clone(), city.clone(), answers.clone());
        let make: Make = Arc::new(move || simulation(&scenario, &own, scenario.seed, &site, &known));
        let worker = Worker::start(make, city.dwellings.len(), wake);
        let mut desk = Desk {
            cadastre: Cadastre::of(&city),
            city,
            worker,
            path: None,
            note: None,
            answers,
            keeper,
            lock: None,
            kept_at: Instant::now(),
            kept_year: file.month.year(),
            saving: None,
            saved: None,
            file,
        };
        match desk.orders() {
            Ok(orders) => desk.worker.send(Command::Orders(orders, Instant::now())),
            Err(problems) => desk.tell(problems.to_string()),
        }
        if desk.file.month >= desk.file.scenario.start {
            desk.worker.send(Command::GoTo(desk.file.month));
        }
        desk
    }

    fn orders(&self) -> Result<Vec<crate::sim::Order>, Problems> {
        self.file.plans.orders(&self.file.scenario, &self.cadastre)
    }

    /// Says something for a while.
    pub fn tell(&mut self, text: impl Into<String>) {
        self.note = Some((text.into(), Instant::now()));
    }

    /// The last month of the scenario, or a later one that was reached.
    pub fn horizon(&self, status: &Status) -> Month {
        let scenario = &self.file.scenario;
        let end = scenario.start.plus(i32::from(scenario.n_months()) - 1);
        status.known_until.map_or(end, |known| known.max(end))
    }

    /// Changes the plans. What contradicts itself is not done, and said.
    pub fn change(&mut self, change: impl FnOnce(&mut Plans)) {
        let before = self.file.plans.clone();
        change(&mut self.file.plans);
        match self.orders() {
            Ok(orders) => {
                self.worker.send(Command::Orders(orders, Instant::now()));
                self.keep(true);
            }
            Err(problems) => {
                self.file.plans = before;
                self.tell(problems.to_string());
            }
        }
    }

    /// Places a measure while the city stands at the end of `now`. Standing in the past, what begins later stays behind
    /// in the variant as it was, and a new one begins here.
    pub fn place(&mut self, placement: Placement, now: Month, status: &Status) {
        let in_the_past = status.known_until.is_some_and(|known| now < known);
        let cadastre = self.cadastre.clone();
        self.change(|plans| {
            if in_the_past {
                plans.branch(now);
            }
            plans.place(placement, &cadastre);
        });
    }

    /// Asks to save to `path`; done as soon as the digest is known.
    pub fn save(&mut self, path: PathBuf) {
        let free = match &self.lock {
            Some(_) if self.path.as_ref() == Some(&path) => true,
            _ => match keep::lock(&path) {
                Ok(Some(lock)) => {
                    self.lock = Some(lock);
                    true
                }
                Ok(None) => false,
                Err(error) => {
                    self.tell(format!("{}: {error}", path.display()));
                    return;
                }
            },
        };
        if !free {
            self.tell(format!("{}: open in another window; save under another name", path.display()));
            return;
        }
        self.worker.send(Command::Pause);
        self.worker.send(Command::Digest);
        self.saving = Some(path);
    }

    /// Holds the session file at `path` against other windows; false if one has it.
    pub fn hold(&mut self, path: &Path) -> bool {
        match keep::lock(path) {
            Ok(Some(lock)) => {
                self.lock = Some(lock);
                self.path = Some(path.into());
                true
            }
            // Where no lock can be made nothing can be saved either, and saving will say so.
            Ok(None) | Err(_) => false,
        }
    }

    /// Takes over what the worker says: saves what waits for a digest, and autosaves.
    pub fn attend(&mut self, status: &Status) {
        if let Some(month) = status.month
            && status.pending == 0
        {
            self.file.month = month;
        }
        if let (Some(path), Some((month, digest))) = (&self.saving, status.digest)
            && status.month == Some(month)
            && status.is_idle()
        {
            self.file.digest = Some(digest.to_string());
            let path = path.clone();
            self.saving = None;
            let saved = self.answers.write(&episodes_of(&path)).map_err(SessionError::from);
            match saved.and_then(|()| self.file.save(&path)) {
                Ok(()) => {
                    self.tell(format!("{} · {digest:.12} · {month}", path.display()));
                    self.saved = Some(self.file.clone());
                    // Only the list of recent sessions is poorer without.
                    let _ = keep::remember(&keep::default_folder(), &path);
                    self.path = Some(path);
                }
                Err(error) => self.tell(error.to_string()),
            }
        }
        if self.kept_at.elapsed() > AUTOSAVE || self.file.month.year() != self.kept_year {
            self.keep(false);
        }
    }

    fn keep(&mut self, tell: bool) {
        (self.kept_at, self.kept_year) = (Instant::now(), self.file.month.year());
        let mut file = self.file.clone();
        file.digest = None;
        let answers = &self.answers;
        let keep = |keeper: &mut Keeper| -> Result<(), SessionError> {
            answers.write(&episodes_of(keeper.path()))?;
            keeper.keep(&file)
        };
        if let Some(Err(error)) = self.keeper.as_mut().map(keep)
            && tell
        {
            self.tell(error.to_string());
        }
    }

    /// Folder in which the autosave keeps what a graphics processor made; `None` without an autosave, or if nothing
    /// was made.
    pub fn kept_episodes(&mut self) -> Option<PathBuf> {
        if self.answers.is_empty() {
            return None;
        }
        self.keep(true);
        self.keeper.as_ref().map(|keeper| episodes_of(keeper.path()))
    }

    /// True if nothing was done that is not in a file.
    pub fn is_saved(&self) -> bool {
        let same = |saved: &SessionFile| {
            saved.plans.variants() == self.file.plans.variants() && saved.month == self.file.month
        };
        let untouched = self.file.plans.variants().iter().all(|v| v.placements.is_empty());
        self.saved.as_ref().map_or(untouched, same)
    }

    /// The window closes: what is saved needs no autosave; all else is kept, to be gone on with, in the file that is
    /// answered with.
    pub fn close(&mut self) -> Option<PathBuf> {
        let mut keeper = self.keeper.take()?;
        if self.is_saved() {
            keeper.discard();
            return None;
        }
        let path = keeper.path().to_path_buf();
        // It was kept half a minute ago at most.
        let _ = self.answers.write(&episodes_of(&path));
        let _ = keeper.keep(&self.file);
        Some(path)
    }
}

/// The scenario's simulation with this seed. Episodes are solved at `site`, but for those that are known.
pub fn simulation(
    scenario: &Scenario,
    city: &Arc<City>,
    seed: u64,
    site: &Site,
    known: &Answers,
) -> Result<Simulation, String> {
    let mut simulation = build(scenario, city.clone(), seed).map_err(|e| e.to_string())?;
    // A scenario may do without heat and water.
    if let Some(mut solver) = simulation.world_mut().get_resource_mut::<EpisodeSolver>() {
        *solver = EpisodeSolver::knowing(site.clone(), known.clone());
    }
    Ok(simulation)
}

/// `measures` as placements in the city of `cadastre`.
pub fn placements(list: &[Measure], scenario: &Scenario, cadastre: &Cadastre) -> Result<Vec<Placement>, Problems> {
    measures::orders(list, cadastre, scenario.start)?;
    let mut placements = Vec::new();
    for measure in list {
        let orders = measures::orders(std::slice::from_ref(measure), cadastre, scenario.start)?;
        if let Some(order) = orders.into_iter().next() {
            let (lever, value, from, until) = (measure.lever, measure.value, measure.from, measure.until);
            placements.push(Placement { lever, value, area: order.area, from, until, on: true });
        }
    }
    Ok(placements)
}

/// Claims an autosave for `file`; without one if the folder cannot be written, which is then said.
pub fn claim(file: &SessionFile) -> (Option<Keeper>, Option<String>) {
    match Keeper::claim(&keep::default_folder(), &file.scenario.name) {
        Ok(keeper) => (Some(keeper), None),
        Err(error) => (None, Some(format!("no autosave: {error}"))),
    }
}

/// Reads a session file for going on with it.
pub fn read(path: &Path) -> Result<(SessionFile, Option<SessionError>), SessionError> {
    crate::session::file::load_or_before(path)
}
