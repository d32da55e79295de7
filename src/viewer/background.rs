//! Runs in the background: other seeds for the band in charts and for the report, other variants for the table.
//!
//! A thread of its own steps simulations one after the other, on one core, so that the live ones keep the others. It
//! keeps them, so that going on costs only the months that are new. What was asked for last counts; what is no longer
//! asked for is dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::indicators::Measures;
use crate::session::Record;
use crate::sim::{Order, OrderLog, Simulation};

/// Builds a simulation of the scenario with this seed, without what was placed.
pub type MakeSeed = Arc<dyn Fn(u64) -> Result<Simulation, String> + Send + Sync>;

/// Months between looks at what there is.
const SHOW_EVERY: usize = 6;

/// A way to run the city.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Seed of all draws.
    pub seed: u64,
    /// All orders, also those of the scenario.
    pub orders: Vec<Order>,
}

/// What is to be run, in this order, and until which tick.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ask {
    /// The runs.
    pub cases: Vec<Case>,
    /// Months.
    pub until: u16,
}

/// What a run has measured, by tick from 0; may be on its way yet.
#[derive(Debug, Clone)]
struct Found {
    case: Case,
    records: Arc<Vec<Record>>,
}

#[derive(Default)]
struct Slot {
    found: Vec<Found>,
    problem: Option<String>,
}

/// Handle of the thread. Dropping it ends the thread after the month it is in.
pub struct Background {
    inbox: Option<Sender<Ask>>,
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Starts the thread. `wake` is called when there is something new.
    pub fn start(make: MakeSeed, wake: impl Fn() + Send + Sync + 'static) -> Background {
        let (inbox, asks) = channel();
        let slot = Arc::new(Mutex::new(Slot::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (own, asked) = (slot.clone(), stop.clone());
        let work = move || {
            let work = Work { make, asks, slot: own.clone(), stop: asked, runs: Vec::new(), until: 0 };
            let result = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
                Ok(pool) => pool.install(|| work.run(&wake)),
                Err(error) => Err(error.to_string()),
            };
            if let Err(problem) = result {
                lock(&own).problem = Some(problem);
            }
            wake();
        };
        let thread = std::thread::Builder::new().name("background".into()).spawn(work).ok();
        Background { inbox: Some(inbox), slot, stop, thread }
    }

    /// Asks for these runs instead of those before.
    pub fn ask(&self, ask: Ask) {
        if let Some(inbox) = &self.inbox {
            // Fails only if the thread has ended, and then `problem` says why.
            let _ = inbox.send(ask);
        }
    }

    /// What `case` has measured so far.
    pub fn records(&self, case: &Case) -> Option<Arc<Vec<Record>>> {
        lock(&self.slot).found.iter().find(|found| found.case == *case).map(|found| found.records.clone())
    }

    /// Why it stopped for good.
    pub fn problem(&self) -> Option<String> {
        lock(&self.slot).problem.clone()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was told already.
            let _ = thread.join();
        }
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    // What is in the slot is replaced as a whole, so a panic elsewhere cannot leave half of it.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Run {
    case: Case,
    simulation: Simulation,
    records: Vec<Record>,
}

struct Work {
    make: MakeSeed,
    asks: Receiver<Ask>,
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
    runs: Vec<Run>,
    until: u16,
}

impl Work {
    fn run(mut self, wake: &(dyn Fn() + Sync)) -> Result<(), String> {
        let mut wanted: Vec<Case> = Vec::new();
        loop {
            let behind = wanted.iter().position(|case| self.tick_of(case) < self.until);
            // Without anything to do it waits; otherwise the last that was asked for counts.
            let first = if behind.is_none() { self.asks.recv().map(Some) } else { Ok(None) };
            let Ok(first) = first else { return Ok(()) };
            if let Some(ask) = self.asks.try_iter().last().or(first) {
                self.runs.retain(|run| ask.cases.contains(&run.case));
                self.until = ask.until;
                wanted = ask.cases;
                self.show(wake);
                continue;
            }
            if self.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let Some(at) = behind else { continue };
            self.step(&wanted[at])?;
            let n = self.tick_of(&wanted[at]);
            if n == self.until || usize::from(n).is_multiple_of(SHOW_EVERY) {
                self.show(wake);
            }
        }
    }

    fn tick_of(&self, case: &Case) -> u16 {
        let run = self.runs.iter().find(|run| run.case == *case);
        run.map_or(0, |run| run.records.len().saturating_sub(1) as u16)
    }

    /// Simulates a month of `case`; before the first it is built.
    fn step(&mut self, case: &Case) -> Result<(), String> {
        if self.runs.iter().all(|run| run.case != *case) {
            let mut simulation = (self.make)(case.seed)?;
            let mut log = OrderLog::default();
            case.orders.iter().cloned().for_each(|order| log.push(Order { tick: order.tick.max(1), ..order }));
            simulation.world_mut().insert_resource(log);
            let records = vec![Arc::new(Measures::now(&mut simulation))];
            self.runs.push(Run { case: case.clone(), simulation, records });
        }
        let Some(run) = self.runs.iter_mut().find(|run| run.case == *case) else { return Ok(()) };
        run.simulation.step().map_err(|fault| fault.to_string())?;
        run.records.push(Arc::new(run.simulation.world().resource::<Measures>().clone()));
        Ok(())
    }

    fn show(&self, wake: &(dyn Fn() + Sync)) {
        let found = |run: &Run| Found { case: run.case.clone(), records: Arc::new(run.records.clone()) };
        lock(&self.slot).found = self.runs.iter().map(found).collect();
        wake();
    }
}
