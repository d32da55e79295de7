//! The simulations on threads of their own: the variant with the measures placed, and beside it the untouched twin.
//!
//! Commands go in through a channel; what comes out is the newest picture and the state of play, in a slot that is
//! overwritten. Neither side ever waits for the other longer than a swap takes. Commands are obeyed between months.
//!
//! Both are [`Track`]s, stepped in lock-step, each month on two threads. Time is one number, the month to reach
//! (`goal`): who is behind steps, who is ahead goes back to a snapshot first. A change of measures that touches the past
//! is the same: go back before it, and the goal stays where it was.
//!
//! The twin has no measures, but the same weather: heat waves, cloudbursts and breaches that a planner sets off befall
//! both.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::people;
use super::picture::{Picture, Shown, new_homes};
use super::story::{self, Question, Story};
use crate::challenges::climate::events::EVENTS;
use crate::indicators::Frame;
use crate::session::{Track, track::SNAPSHOT_BUDGET};
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
    /// Go to the end of a month, back or forth, without showing those between, then stand still.
    GoTo(Month),
    /// Months per second while playing.
    Speed(f32),
    /// All orders of the variant, also those of the scenario; asked for at that time. Of them the twin gets what sets
    /// off an event.
    Orders(Vec<Order>, Instant),
    /// Run the untouched twin beside, or no longer.
    Twin(bool),
    /// Work out the digest.
    Digest,
    /// Look into a household.
    Ask(Question),
}

/// State of play.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// The month whose end the simulation has reached; `None` until it is built.
    pub month: Option<Month>,
    /// The last month that was reached with the present measures.
    pub known_until: Option<Month>,
    /// Goes on by itself.
    pub playing: bool,
    /// Months that are still to be simulated before it stands still or plays on.
    pub pending: u16,
    /// The twin runs, too.
    pub twin: bool,
    /// The newest digest asked for, and its month.
    pub digest: Option<(Month, Digest)>,
    /// Memory that snapshots take, bytes.
    pub snapshot_bytes: usize,
    /// Time that the last month took, ms.
    pub step_ms: f32,
    /// Time that making the last picture took, ms.
    pub frame_ms: f32,
    /// Commands obeyed.
    pub obeyed: u64,
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
    picture: Option<Picture>,
    story: Option<Story>,
    status: Status,
}

/// Builds a simulation of the scenario, without what was placed.
pub type Make = Arc<dyn Fn() -> Result<Simulation, String> + Send + Sync>;

/// Handle of the thread. Dropping it ends the thread after the month it is in.
pub struct Worker {
    commands: Option<Sender<Command>>,
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Option<Track>>>,
    sent: AtomicU64,
}

impl Worker {
    /// Builds a simulation with `make` and steps it, on a new thread. `wake` is called whenever there is something new
    /// to show. `n_homes` is the number of homes that the city has at the start.
    pub fn start(make: Make, n_homes: usize, wake: impl Fn() + Send + 'static) -> Worker {
        let (commands, inbox) = channel();
        let slot = Arc::new(Mutex::new(Slot::default()));
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, asked) = (slot.clone(), stop.clone());
        let run = move || {
            let _alarm = Alarm(shared.clone());
            match make().and_then(|simulation| Track::new(simulation, SNAPSHOT_BUDGET)) {
                Ok(variant) => Loop {
                    goal: variant.tick(),
                    base: variant.orders().to_vec(),
                    variant,
                    twin: None,
                    make,
                    n_homes,
                    inbox,
                    slot: shared,
                    stop: asked,
                    wake,
                    playing: false,
                    silent: false,
                    pause: PAUSE,
                    asked: None,
                    waited: false,
                }
                .run(),
                Err(message) => {
                    lock(&shared).status.fault = Some(message);
                    wake();
                    None
                }
            }
        };
        let sent = AtomicU64::new(0);
        let thread = std::thread::Builder::new().name("simulation".into()).spawn(run);
        match thread {
            Ok(thread) => Worker { commands: Some(commands), slot, stop, thread: Some(thread), sent },
            Err(error) => {
                lock(&slot).status.fault = Some(format!("no thread for the simulation: {error}"));
                Worker { commands: None, slot, stop, thread: None, sent }
            }
        }
    }

    /// Sends a command. One that comes after the simulation stopped for good is lost.
    pub fn send(&self, command: Command) {
        if let Some(commands) = &self.commands {
            self.sent.fetch_add(1, Ordering::Relaxed);
            // Fails only if the thread has ended, and then the status says why.
            let _ = commands.send(command);
        }
    }

    /// The newest picture, if there is one that was not taken yet.
    pub fn take_picture(&self) -> Option<Picture> {
        lock(&self.slot).picture.take()
    }

    /// The answer to the newest question, if it was not taken yet.
    pub fn take_story(&self) -> Option<Story> {
        lock(&self.slot).story.take()
    }

    /// The state of play.
    pub fn status(&self) -> Status {
        lock(&self.slot).status.clone()
    }

    /// True when every command was obeyed and nothing will change without another.
    pub fn is_done(&self) -> bool {
        let status = self.status();
        status.is_idle() && (status.fault.is_some() || status.obeyed == self.sent.load(Ordering::Relaxed))
    }

    /// Ends the thread once all commands are obeyed and all months asked for are simulated, and gives the digest of
    /// the variant's full state. `None` if it was never built or found itself wrong.
    pub fn finish(mut self) -> Option<Digest> {
        self.end().map(|mut track| track.digest())
    }

    fn end(&mut self) -> Option<Track> {
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
    variant: Track,
    twin: Option<Track>,
    /// Orders of the scenario.
    base: Vec<Order>,
    make: Make,
    n_homes: usize,
    inbox: Receiver<Command>,
    slot: Arc<Mutex<Slot>>,
    stop: Arc<AtomicBool>,
    wake: W,
    /// The tick that both are to reach.
    goal: u16,
    playing: bool,
    /// Months on the way to the goal are not shown.
    silent: bool,
    pause: Duration,
    /// A change of measures that no picture shows yet, and the first tick that it touches.
    asked: Option<(Instant, u16)>,
    /// True if the next month begins after waiting for it.
    waited: bool,
}

impl<W: Fn()> Loop<W> {
    fn run(mut self) -> Option<Track> {
        self.publish(true);
        let mut due = Instant::now();
        loop {
            let result = match self.next_command(due) {
                Next::Obey(command) => {
                    if matches!(command, Command::Play | Command::Orders(..)) {
                        due = Instant::now();
                    }
                    let result = self.obey(command);
                    lock(&self.slot).status.obeyed += 1;
                    result
                }
                Next::Gone => return Some(self.variant),
                Next::Step => {
                    if self.is_there() {
                        due = Instant::now() + self.pause;
                        self.goal = self.goal.saturating_add(1);
                    }
                    self.step()
                }
            };
            if let Err(message) = result {
                lock(&self.slot).status.fault = Some(message);
                (self.wake)();
                return None;
            }
        }
    }

    /// True if nobody is behind.
    fn is_there(&self) -> bool {
        self.variant.tick() >= self.goal && self.twin.as_ref().is_none_or(|twin| twin.tick() >= self.goal)
    }

    /// A command if there is one; otherwise a step when it is time for one.
    fn next_command(&mut self, due: Instant) -> Next {
        if self.stop.load(Ordering::Relaxed) {
            return Next::Gone;
        }
        self.waited = false;
        if !self.is_there() {
            return match self.inbox.try_recv() {
                Ok(command) => Next::Obey(command),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => Next::Step,
            };
        }
        self.waited = true;
        if !self.playing {
            return self.inbox.recv().map_or(Next::Gone, Next::Obey);
        }
        match self.inbox.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(command) => Next::Obey(command),
            Err(RecvTimeoutError::Timeout) => Next::Step,
            Err(RecvTimeoutError::Disconnected) => Next::Gone,
        }
    }

    fn tick_of(&self, month: Month) -> u16 {
        (month.0 - self.variant.start().0 + 1).clamp(0, 65_000) as u16
    }

    fn obey(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Play => self.playing = true,
            Command::Pause => {
                self.playing = false;
                // Whoever is behind its twin catches up with it.
                let twin = self.twin.as_ref().map_or(0, Track::tick);
                self.goal = self.goal.min(self.variant.tick().max(twin));
            }
            Command::Step(n) => (self.playing, self.goal) = (false, self.goal.saturating_add(n).min(65_000)),
            Command::GoTo(month) => {
                self.goal = self.tick_of(month);
                (self.playing, self.silent) = (false, true);
                return self.go_back();
            }
            Command::Speed(months_per_s) => {
                self.pause = Duration::try_from_secs_f32(1.0 / months_per_s).unwrap_or(PAUSE);
                return Ok(());
            }
            Command::Orders(orders, at) => {
                let was = self.variant.tick();
                let of_twin = without_measures(&orders, &self.base);
                if let Some(twin) = &mut self.twin {
                    twin.set_orders(of_twin).map_err(|e| e.to_string())?;
                }
                let Some(tick) = self.variant.set_orders(orders).map_err(|e| e.to_string())? else {
                    self.publish(false);
                    return Ok(());
                };
                self.asked = Some((at, tick));
                self.goal = self.goal.max(was);
                self.silent |= self.variant.tick() < was;
                if was < tick && self.is_there() {
                    self.publish(true);
                    return Ok(());
                }
            }
            Command::Twin(true) if self.twin.is_none() => {
                let mut simulation = (self.make)()?;
                let orders = without_measures(self.variant.orders(), &self.base);
                orders.into_iter().filter(|o| !self.base.contains(o)).for_each(|order| simulation.order(order));
                let mut twin = Track::beside(simulation, &self.variant)?;
                twin.go_back_for(self.goal).map_err(|e| e.to_string())?;
                self.twin = Some(twin);
                self.silent = true;
            }
            Command::Twin(on) => {
                if !on {
                    self.twin = None;
                }
            }
            Command::Digest => {
                let digest = (self.variant.month(), self.variant.digest());
                lock(&self.slot).status.digest = Some(digest);
            }
            Command::Ask(question) => {
                let story = story::tell(&question, &mut self.variant, self.twin.as_mut());
                lock(&self.slot).story = Some(story);
            }
        }
        let there = self.is_there();
        self.publish(there);
        self.silent &= !there;
        Ok(())
    }

    fn go_back(&mut self) -> Result<(), String> {
        for track in [Some(&mut self.variant), self.twin.as_mut()].into_iter().flatten() {
            track.go_back_for(self.goal).map_err(|e| e.to_string())?;
        }
        let there = self.is_there();
        self.publish(there);
        self.silent &= !there;
        Ok(())
    }

    /// Steps whoever is behind, both at the same time.
    fn step(&mut self) -> Result<(), String> {
        let begin = Instant::now();
        let goal = self.goal;
        if let Some((at, tick)) = &mut self.asked
            && self.waited
            && self.variant.tick() + 1 >= *tick
        {
            *at = (*at).max(begin);
        }
        let behind = |track: &Track| track.tick() < goal;
        let variant = Some(&mut self.variant).filter(|t| behind(t));
        let twin = self.twin.as_mut().filter(|t| behind(t));
        let step = |track: Option<&mut Track>| track.map_or(Ok(()), |t| t.step().map_err(|fault| fault.to_string()));
        match twin {
            None => step(variant)?,
            twin => std::thread::scope(|scope| {
                let other = scope.spawn(move || step(twin));
                let own = step(variant);
                own.and(other.join().unwrap_or_else(|_| Err("an error in the program".into())))
            })?,
        }
        lock(&self.slot).status.step_ms = begin.elapsed().as_secs_f32() * 1e3;
        let together = self.twin.as_ref().is_none_or(|twin| twin.tick() == self.variant.tick());
        let there = self.is_there();
        self.publish(there || (together && !self.silent));
        self.silent &= !there;
        Ok(())
    }

    fn publish(&mut self, with_picture: bool) {
        let begin = Instant::now();
        let picture = with_picture.then(|| {
            // As many people as are drawn, of two in a home.
            let one_in = people::one_in(2 * self.n_homes);
            let mut show = |track: &mut Track| {
                let frame = Frame::of(track.simulation(), one_in);
                let new_homes = new_homes(track.simulation(), self.n_homes, &frame);
                let (records, moves) = (track.records().to_vec(), track.moves_of_year().to_vec());
                Shown { frame, new_homes, records, moves, reels: track.reels().to_vec() }
            };
            let variant = show(&mut self.variant);
            let twin = self.twin.as_mut().map(&mut show);
            let tick = self.variant.tick();
            let asked = self.asked.take_if(|(_, touched)| *touched <= tick).map(|(at, _)| at);
            Picture { variant, twin, asked }
        });
        let mut slot = lock(&self.slot);
        if let Some(mut picture) = picture {
            // A picture that nobody took must not swallow the time that it answered.
            picture.asked = picture.asked.or(slot.picture.take().and_then(|p| p.asked));
            slot.picture = Some(picture);
            slot.status.frame_ms = begin.elapsed().as_secs_f32() * 1e3;
        }
        let status = &mut slot.status;
        let tick = self.variant.tick();
        status.month = Some(self.variant.month());
        status.known_until = Some(self.variant.start().plus(self.variant.records().len() as i32 - 2));
        status.playing = self.playing;
        status.pending = self.goal.saturating_sub(tick.min(self.twin.as_ref().map_or(tick, Track::tick)));
        status.twin = self.twin.is_some();
        status.snapshot_bytes = self.variant.snapshot_bytes() + self.twin.as_ref().map_or(0, Track::snapshot_bytes);
        drop(slot);
        (self.wake)();
    }
}

/// What of `orders` befalls a city without measures too: the scenario's own, and events.
pub fn without_measures(orders: &[Order], base: &[Order]) -> Vec<Order> {
    let stays = |order: &&Order| base.contains(order) || EVENTS.contains(&order.lever.as_str());
    orders.iter().filter(stays).cloned().collect()
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

enum Next {
    Obey(Command),
    Step,
    Gone,
}
