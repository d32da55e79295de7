//! A simulation on a thread of its own.
//!
//! Commands go in through a channel; what comes out is the newest frame and the state of play, in a slot that is
//! overwritten. Neither side ever waits for the other longer than a swap takes. Commands are obeyed between months.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::indicators::{Frame, Measures};
use crate::sim::{Digest, Month, Order, Simulation};

/// What the window asks of the simulation.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Go on month after month.
    Play,
    /// Stand still.
    Pause,
    /// Simulate so many months, then stand still.
    Step(u16),
    /// Simulate up to the end of a month without showing those between, then stand still.
    RunTo(Month),
    /// Months per second while playing.
    Speed(f32),
    /// Change something, from next month on unless the order names a later one.
    Order(Order),
}

/// State of play.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// The month whose end the simulation has reached; `None` until it is built.
    pub month: Option<Month>,
    /// Goes on by itself.
    pub playing: bool,
    /// Months that are still to be simulated before it stands still.
    pub pending: u16,
    /// Why it stopped for good.
    pub fault: Option<String>,
}

impl Status {
    /// True while nothing will change without a command.
    pub fn is_idle(&self) -> bool {
        self.fault.is_some() || self.month.is_some() && !self.playing && self.pending == 0
    }
}

#[derive(Default)]
struct Slot {
    frame: Option<Frame>,
    status: Status,
}

/// Handle of the thread. Dropping it ends the thread after the month it is in.
pub struct Worker {
    commands: Option<Sender<Command>>,
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Option<Simulation>>>,
}

impl Worker {
    /// Builds a simulation with `make` and steps it, on a new thread. `wake` is called whenever there is something new
    /// to show.
    pub fn start(
        make: impl FnOnce() -> Result<Simulation, String> + Send + 'static,
        wake: impl Fn() + Send + 'static,
    ) -> Worker {
        let (commands, inbox) = channel();
        let slot = Arc::new(Mutex::new(Slot::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, asked) = (slot.clone(), stop.clone());
        let run = move || {
            let _alarm = Alarm(shared.clone());
            match make().and_then(measured) {
                Ok(simulation) => Loop {
                    simulation,
                    inbox,
                    slot: shared,
                    stop: asked,
                    wake,
                    playing: false,
                    pending: 0,
                    silent: false,
                    pause: PAUSE,
                }
                .run(),
                Err(message) => {
                    lock(&shared).status.fault = Some(message);
                    wake();
                    None
                }
            }
        };
        let thread = std::thread::Builder::new().name("simulation".into()).spawn(run);
        match thread {
            Ok(thread) => Worker { commands: Some(commands), slot, stop, thread: Some(thread) },
            Err(error) => {
                lock(&slot).status.fault = Some(format!("no thread for the simulation: {error}"));
                Worker { commands: None, slot, stop, thread: None }
            }
        }
    }

    /// Sends a command. One that comes after the simulation stopped for good is lost.
    pub fn send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            // Fails only if the thread has ended, and then the status says why.
            let _ = commands.send(command);
        }
    }

    /// The newest frame, if there is one that was not taken yet.
    pub fn take_frame(&self) -> Option<Frame> {
        lock(&self.slot).frame.take()
    }

    /// The state of play.
    pub fn status(&self) -> Status {
        lock(&self.slot).status.clone()
    }

    /// Ends the thread once all commands are obeyed and all months asked for are simulated, and gives the digest of the simulation's full state. `None` if
    /// it was never built or found itself wrong.
    pub fn finish(mut self) -> Option<Digest> {
        self.end().map(|mut simulation| simulation.digest())
    }

    fn end(&mut self) -> Option<Simulation> {
        self.commands = None;
        self.thread.take().and_then(|thread| thread.join().ok().flatten())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.end();
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    // What is in the slot is replaced as a whole, so a panic elsewhere cannot leave half of it.
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Time between months while playing, until told otherwise.
const PAUSE: Duration = Duration::from_millis(500);

struct Loop<W> {
    simulation: Simulation,
    inbox: Receiver<Command>,
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
    wake: W,
    playing: bool,
    pending: u16,
    /// Months on the way to a date are not shown.
    silent: bool,
    pause: Duration,
}

impl<W: Fn()> Loop<W> {
    fn run(mut self) -> Option<Simulation> {
        self.publish(true);
        let mut due = Instant::now();
        loop {
            match self.next_command(due) {
                Next::Obey(command) => {
                    if matches!(command, Command::Play) {
                        due = Instant::now();
                    }
                    self.obey(command);
                    self.publish(false);
                }
                Next::Gone => return Some(self.simulation),
                Next::Step => {
                    due = Instant::now() + self.pause;
                    self.pending = self.pending.saturating_sub(1);
                    if let Err(fault) = self.simulation.step() {
                        lock(&self.slot).status.fault = Some(fault.to_string());
                        (self.wake)();
                        return None;
                    }
                    self.publish(!(self.silent && self.pending > 0));
                    self.silent &= self.pending > 0;
                }
            }
        }
    }

    /// A command if there is one; otherwise a step when it is time for one.
    fn next_command(&self, due: Instant) -> Next {
        if self.stop.load(Ordering::Relaxed) {
            return Next::Gone;
        }
        if self.pending > 0 {
            return match self.inbox.try_recv() {
                Ok(command) => Next::Obey(command),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => Next::Step,
            };
        }
        if !self.playing {
            return self.inbox.recv().map_or(Next::Gone, Next::Obey);
        }
        match self.inbox.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(command) => Next::Obey(command),
            Err(RecvTimeoutError::Timeout) => Next::Step,
            Err(RecvTimeoutError::Disconnected) => Next::Gone,
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Play => self.playing = true,
            Command::Pause => (self.playing, self.pending) = (false, 0),
            Command::Step(n) => (self.playing, self.pending) = (false, self.pending.saturating_add(n)),
            Command::RunTo(month) => {
                let n = month.0 - self.simulation.clock().month().0;
                (self.playing, self.pending, self.silent) = (false, n.clamp(0, 65_000) as u16, true);
            }
            Command::Speed(months_per_s) => {
                self.pause = Duration::try_from_secs_f32(1.0 / months_per_s).unwrap_or(PAUSE);
            }
            Command::Order(order) => self.simulation.order(order),
        }
    }

    fn publish(&mut self, with_frame: bool) {
        // Nobody is followed: people are not drawn yet.
        let frame = with_frame.then(|| Frame::of(&mut self.simulation, 0));
        let mut slot = lock(&self.slot);
        if frame.is_some() {
            slot.frame = frame;
        }
        slot.status.month = Some(self.simulation.clock().month());
        slot.status.playing = self.playing;
        slot.status.pending = self.pending;
        drop(slot);
        (self.wake)();
    }
}

/// Says so if the thread panics: what it was doing is lost, but the window is not.
struct Alarm(Arc<Mutex<Slot>>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            lock(&self.0).status.fault = Some("an error in the program".into());
        }
    }
}

/// Frames need the measures.
fn measured(simulation: Simulation) -> Result<Simulation, String> {
    match simulation.world().contains_resource::<Measures>() {
        true => Ok(simulation),
        false => Err("the simulation measures nothing, so there is nothing to show".into()),
    }
}

enum Next {
    Obey(Command),
    Step,
    Gone,
}
