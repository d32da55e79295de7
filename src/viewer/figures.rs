//! What the live city takes: time to the first picture, time of a frame while the camera turns, alone and beside the
//! twin, time from a measure to the picture that shows it, memory, and what there is to draw. The window does it by
//! itself and closes. Then, without a window, what the twin costs, as processor time, so that a busy machine does not
//! matter.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use bevy::window::RequestRedraw;

use super::session::{Session, TwinMode};
use super::worker::{Command, Make, Worker};
use crate::city::City;
use crate::policies::lever;
use crate::scenario::{Scenario, build};
use crate::session::Placement;
use crate::sim::Area;

/// Frames that are timed, unless they take longer than [`LONGEST`].
const FRAMES: usize = 60;
const LONGEST: Duration = Duration::from_secs(20);
/// Longest wait for a picture.
const PATIENCE: Duration = Duration::from_secs(120);
/// Months over which the twin's cost is taken.
const MONTHS: u16 = 24;
const ROUNDS: usize = 4;
/// Frames until the first picture has certainly been seen.
const SEEN: usize = 3;

/// A number and its name, unit last.
pub type Figure = (&'static str, f64);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    First,
    Turning,
    WaitForTwin,
    Split,
    Measure,
    Done,
}

/// What was measured so far.
#[derive(Resource)]
pub(super) struct Figures {
    stage: Stage,
    since: Instant,
    last: Instant,
    frames_ms: Vec<f64>,
    pub found: Vec<Figure>,
}

impl Figures {
    /// Begins; `opened` is when the user asked for a window.
    pub fn new(opened: Instant) -> Figures {
        Figures { stage: Stage::First, since: opened, last: opened, frames_ms: Vec::new(), found: Vec::new() }
    }

    fn next(&mut self, stage: Stage) {
        (self.stage, self.since) = (stage, Instant::now());
        self.frames_ms.clear();
    }

    fn frames_are_there(&self) -> bool {
        self.frames_ms.len() >= FRAMES || self.since.elapsed() > LONGEST && self.frames_ms.len() > 1
    }

    fn note_frames(&mut self, middle: &'static str, worst: &'static str) {
        // The first frame after a change waits for what is sent to the graphics card.
        let mut sorted = self.frames_ms.split_off(1);
        sorted.sort_by(f64::total_cmp);
        self.found.push((middle, sorted[sorted.len() / 2]));
        self.found.push((worst, sorted[sorted.len() - 1]));
    }
}

/// Takes the figures one after the other, at the end of each frame.
pub(super) fn measure(
    mut figures: ResMut<Figures>,
    mut session: ResMut<Session>,
    meshes: Res<Assets<Mesh>>,
    drawn: Query<&Mesh3d>,
    mut redraw: MessageWriter<RequestRedraw>,
    mut exit: MessageWriter<AppExit>,
) {
    redraw.write(RequestRedraw);
    let frame_ms = figures.last.elapsed().as_secs_f64() * 1e3;
    figures.last = Instant::now();
    if figures.stage != Stage::First && figures.since.elapsed() > PATIENCE {
        figures.next(Stage::Done);
    }
    match figures.stage {
        Stage::First => {
            if session.picture.is_none() || session.stale {
                return;
            }
            figures.frames_ms.push(frame_ms);
            if figures.frames_ms.len() < SEEN {
                return;
            }
            let first_s = figures.since.elapsed().as_secs_f64();
            let triangles: usize = drawn
                .iter()
                .filter_map(|mesh| meshes.get(&mesh.0))
                .filter_map(|mesh| mesh.indices().map(|indices| indices.len() / 3))
                .sum();
            let residents = session.desk.city.neighbourhoods.iter().map(|n| f64::from(n.marginals.residents)).sum();
            let buildings = session.blocks.blocks.len() as f64;
            figures.found.extend([("residents", residents), ("buildings", buildings), ("first_picture_s", first_s)]);
            // Both twins' meshes are there, of which one is drawn unless they are seen side by side.
            figures.found.extend([("meshes", drawn.iter().len() as f64), ("triangles", triangles as f64)]);
            figures.next(Stage::Turning);
        }
        Stage::Turning | Stage::Split => {
            figures.frames_ms.push(frame_ms);
            session.orbit.turn(Vec2::new(4.0, 0.0));
            if !figures.frames_are_there() {
                return;
            }
            if figures.stage == Stage::Turning {
                figures.note_frames("frame_ms", "worst_frame_ms");
                session.show_twin(TwinMode::Split);
                figures.next(Stage::WaitForTwin);
            } else {
                figures.note_frames("split_frame_ms", "worst_split_frame_ms");
                session.show_twin(TwinMode::Off);
                session.desk.worker.send(Command::Twin(false));
                place(&mut session);
                figures.next(Stage::Measure);
            }
        }
        Stage::WaitForTwin => {
            if session.picture.as_ref().is_some_and(|p| p.twin.is_some()) && !session.stale {
                figures.next(Stage::Split);
            }
        }
        Stage::Measure => {
            if let Some(ms) = session.latency_ms {
                figures.found.push(("measure_to_picture_ms", ms.into()));
                figures.found.push(("month_ms", session.status.step_ms.into()));
                figures.next(Stage::Done);
            }
        }
        Stage::Done => {
            if let Some(peak) = peak_mib() {
                figures.found.push(("peak_memory_mib", peak));
            }
            exit.write(AppExit::Success);
        }
    }
}

/// Lighting in the whole city from next month on, and on to that month.
fn place(session: &mut Session) {
    let Some(lever) = lever("lighting") else { return };
    let (from, now) = (session.next_month(), session.month());
    let placement = Placement { lever, value: lever.max, area: Area::City, from, until: None, on: true };
    let status = session.status.clone();
    if let Some(now) = now {
        session.latency_ms = None;
        session.desk.place(placement, now, &status);
        session.desk.worker.send(Command::Step(1));
    }
}

fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1024.0)
}

/// Processor time of this program, s; where the system tells it.
fn processor_s() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Times are the 14th and 15th fields, in hundredths of a second; the second may hold spaces.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some((fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?) / 100.0)
}

/// What two years take with the twin, as a multiple of what they take without, in processor time; `None` where the system
/// does not tell it. The live session's worker, without a window.
pub fn twin_cost(scenario: &Scenario, city: &Arc<City>) -> Option<f64> {
    let (scenario, city) = (scenario.clone(), city.clone());
    let n_homes = city.dwellings.len();
    let make: Make = Arc::new(move || build(&scenario, city.clone(), scenario.seed).map_err(|e| e.to_string()));
    let years = |twin: bool| {
        let worker = Worker::start(make.clone(), n_homes, || {});
        worker.send(Command::Twin(twin));
        wait(&worker);
        let before = processor_s()?;
        worker.send(Command::Step(MONTHS));
        wait(&worker);
        Some(processor_s()? - before)
    };
    // The best of some rounds: whatever else runs can only add.
    let begin = Instant::now();
    let (mut alone, mut both) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        (alone, both) = (alone.min(years(false)?), both.min(years(true)?));
        if begin.elapsed() > PATIENCE {
            break;
        }
    }
    (alone > 0.0).then_some(both / alone)
}

fn wait(worker: &Worker) {
    while !worker.is_done() {
        std::thread::sleep(Duration::from_millis(5));
    }
}
