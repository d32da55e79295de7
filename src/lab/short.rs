//! Burglary and its hotspots after Short et al. (2008, *Math. Models Methods Appl. Sci.* 18:1249), on a torus of homes.
//!
//! A home *s* has attractiveness `A = A₀ + B`; B rises where a burglary was and near it (*near repeats*), and fades:
//!
//! ```text
//! each burglar, every δt:  burgles with p = 1 − exp(−A δt) and goes home; else walks to a neighbour, in proportion to its A
//! B(t + δt) = [B + η/4 Σ_neighbours (B' − B)] (1 − ω δt) + θ E          E burglaries here in δt
//! new burglars: Γ per home and day
//! ```
//!
//! δt 1/100 day, ω 1/15 a day, A₀ 1/30 a day; it starts in the even state B̄ = θΓ/ω. A tick is a day.
//!
//! | regime | η | θ | Γ a day | what happens |
//! |---|---|---|---|---|
//! | [`Regime::Even`] | 0.2 | 0.56 | 0.019 | no hotspots |
//! | [`Regime::Moving`] | 0.2 | 5.6 | 0.002 | few burglars, hotspots that come, wander and go |
//! | [`Regime::Fixed`] | 0.03 | 0.56 | 0.019 | hotspots that stay |
//!
//! Grade L for the equations, M for the parameters. `patience_days` departs from the paper: a burglar gives up and goes home
//! empty-handed after so many days on average. Without it everybody who sets out ends with a burglary, so that in the long
//! run there are as many burglaries as burglars, wherever they are made difficult. Limits: homes all alike, no police, no
//! people; it shows why burglaries cluster, not where.

use bevy::prelude::*;
use rand::Rng;
use serde::{Deserialize, Serialize};

use super::{LabError, MAX_TICKS, below};
use crate::sim::draws::unit;
use crate::sim::{BuildError, Draws, Phase, RegisterState, SimTick, Simulation, Snapshot, Stream};

const START: Stream = Stream::named("lab.short.start");
const ENTER: Stream = Stream::named("lab.short.enter");
const ACT: Stream = Stream::named("lab.short.act");

/// Steps in a day.
pub const STEPS_PER_DAY: u32 = 100;
const DT: f64 = 1.0 / STEPS_PER_DAY as f64;
const OMEGA: f64 = 1.0 / 15.0;
const A0: f64 = 1.0 / 30.0;
/// Over how many days a map is compared with itself: four times the memory of a home.
pub const LAG_DAYS: u32 = 60;

/// Ready parameter sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Regime {
    /// No hotspots.
    Even,
    /// Hotspots that come and go.
    Moving,
    /// Hotspots that stay.
    Fixed,
}

/// Streets to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Homes along a side.
    pub size: u32,
    /// Share of the rise that spreads to the neighbours, 0 to 1.
    pub eta: f64,
    /// Rise of attractiveness after a burglary, per day.
    pub theta: f64,
    /// Burglars that set out, per home and day.
    pub gamma: f64,
    /// Mean time after which a burglar gives up, days; infinite in the paper.
    pub patience_days: f64,
    /// Days to run.
    pub days: u32,
}

impl Regime {
    /// The regime on 128 by 128 homes.
    pub fn config(self, days: u32) -> Config {
        let (eta, theta, gamma) = match self {
            Regime::Even => (0.2, 0.56, 0.019),
            Regime::Moving => (0.2, 5.6, 0.002),
            Regime::Fixed => (0.03, 0.56, 0.019),
        };
        Config { size: 128, eta, theta, gamma, patience_days: f64::INFINITY, days }
    }
}

impl Config {
    fn homes(&self) -> u64 {
        u64::from(self.size) * u64::from(self.size)
    }

    /// Attractiveness of the even state, per day.
    pub fn even_attractiveness(&self) -> f64 {
        A0 + self.theta * self.gamma / OMEGA
    }

    /// Memory of one run, bytes.
    pub fn bytes(&self) -> u64 {
        let burglars = self.gamma / self.even_attractiveness();
        self.homes().saturating_mul(80 + (burglars.clamp(0.0, 1e6) * 32.0) as u64)
    }

    /// What is wrong with it.
    ///
    /// # Errors
    /// Names the first option that makes no sense.
    pub fn check(&self) -> Result<(), LabError> {
        let fail = |message: String, hint: &str| Err(LabError::option(message, hint));
        if !(3..=20_000).contains(&self.size) {
            return fail(format!("--size {}: expected 3 to 20000 homes along a side", self.size), "e.g. --size 128");
        }
        for (name, value, most) in [("--eta", self.eta, 1.0), ("--theta", self.theta, 100.0)] {
            if !(0.0..=most).contains(&value) {
                return fail(format!("{name} {value}: expected 0 to {most}"), "see the table of regimes in --help");
            }
        }
        if !(self.gamma > 0.0 && self.gamma <= 0.2) {
            let message = format!("--gamma {}: expected above 0, at most 0.2 burglars per home and day", self.gamma);
            return fail(message, "e.g. --gamma 0.019");
        }
        if self.patience_days.is_nan() || self.patience_days < 0.1 {
            let message = format!("--patience {}: expected at least 0.1 days", self.patience_days);
            return fail(message, "e.g. --patience 5; leave it out for burglars that never give up");
        }
        if self.days == 0 || self.days > MAX_TICKS {
            return fail(format!("--days {}: expected 1 to {MAX_TICKS}", self.days), "e.g. --days 730");
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Burglar {
    home: u32,
    /// How many had set out before: the key for draws, the same in a twin.
    id: u32,
}

#[derive(Resource, Serialize, Deserialize)]
struct Streets {
    config: Config,
    /// B of each home, per day.
    rise: Vec<f64>,
    /// What a burglar sees of a home's attractiveness: 1, less where it is guarded.
    open: Vec<f64>,
    burglars: Vec<Burglar>,
    set_out: u32,
    /// Burglaries of today, by home.
    today: Vec<u32>,
    gave_up: u64,
    #[serde(skip)]
    seen: Vec<f64>,
    #[serde(skip)]
    next: Vec<f64>,
}

impl Streets {
    fn new(config: &Config, draws: Draws) -> Streets {
        let n = config.homes() as usize;
        let even = config.even_attractiveness();
        let per_home = config.gamma * DT / -libm::expm1(-even * DT);
        let n_burglars = (per_home * n as f64).round() as u32;
        let mut rng = draws.rng(START, 0);
        let burglar = |id| Burglar { home: below(rng.next_u32(), n) as u32, id };
        Streets {
            config: *config,
            rise: vec![even - A0; n],
            open: vec![1.0; n],
            burglars: (0..n_burglars).map(burglar).collect(),
            set_out: n_burglars,
            today: vec![0; n],
            gave_up: 0,
            seen: Vec::new(),
            next: Vec::new(),
        }
    }

    fn step(&mut self, draws: Draws, step: u32) {
        let size = self.config.size as usize;
        self.seen.clear();
        self.seen.extend(self.rise.iter().zip(&self.open).map(|(b, open)| (A0 + b) * open));
        self.spread();
        let gives_up = -libm::expm1(-DT / self.config.patience_days);
        let Streets { burglars, seen, rise, today, gave_up, .. } = self;
        burglars.retain_mut(|burglar| {
            let at = burglar.home as usize;
            let [act, way, quit, _] = draws.block(ACT, burglar.id.into(), step);
            if f64::from(unit(act)) < -libm::expm1(-seen[at] * DT) {
                today[at] += 1;
                rise[at] += self.config.theta;
                return false;
            }
            if f64::from(unit(quit)) < gives_up {
                *gave_up += 1;
                return false;
            }
            let (row, column) = (at / size * size, at % size);
            let around = [
                (at + size) % (size * size),
                (at + size * size - size) % (size * size),
                row + (column + 1) % size,
                row + (column + size - 1) % size,
            ];
            let weights = around.map(|home| seen[home]);
            let mut left = f64::from(unit(way)) * weights.iter().sum::<f64>();
            let mut to = around[3];
            for (home, weight) in around.into_iter().zip(weights) {
                if left < weight {
                    to = home;
                    break;
                }
                left -= weight;
            }
            burglar.home = to as u32;
            true
        });
        let mean = self.config.gamma * DT * size as f64;
        for row in 0..size {
            let mut rng = draws.rng(ENTER, (row as u64) << 32 | u64::from(step));
            for _ in 0..poisson(mean, || f64::from(unit(rng.next_u32()))) {
                let home = (row * size + below(rng.next_u32(), size)) as u32;
                self.burglars.push(Burglar { home, id: self.set_out });
                self.set_out = self.set_out.wrapping_add(1);
            }
        }
    }

    /// What was there spreads and fades; burglaries are added by who commits them.
    fn spread(&mut self) {
        let n = self.config.size as usize;
        let (share, keep) = (self.config.eta / 4.0, 1.0 - OMEGA * DT);
        let home = |own: f64, around: f64| (own + share * (around - 4.0 * own)) * keep;
        self.next.resize(self.rise.len(), 0.0);
        for y in 0..n {
            let row = |y: usize| &self.rise[y % n * n..][..n];
            let (up, here, down) = (row(y + n - 1), row(y), row(y + 1));
            let next = &mut self.next[y * n..][..n];
            for x in 1..n - 1 {
                next[x] = home(here[x], up[x] + down[x] + here[x - 1] + here[x + 1]);
            }
            next[0] = home(here[0], up[0] + down[0] + here[n - 1] + here[1]);
            next[n - 1] = home(here[n - 1], up[n - 1] + down[n - 1] + here[n - 2] + here[0]);
        }
        std::mem::swap(&mut self.rise, &mut self.next);
    }
}

/// A Poisson number by Knuth's product of uniforms; meant for means far below 1.
fn poisson(mean: f64, mut uniform: impl FnMut() -> f64) -> u32 {
    let least = libm::exp(-mean);
    let mut product = uniform();
    let mut n = 0;
    while product > least {
        product *= uniform();
        n += 1;
    }
    n
}

fn day(draws: Res<Draws>, mut streets: ResMut<Streets>) {
    streets.today.fill(0);
    (0..STEPS_PER_DAY).for_each(|step| streets.step(*draws, step));
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Burglaries per day, over the last [`LAG_DAYS`].
    pub burglaries_per_day: f64,
    /// Burglars about, at the end.
    pub burglars: f64,
    /// Standard deviation of attractiveness over its mean, at the end: near 0 without hotspots.
    pub unevenness: f64,
    /// Correlation of the map at the end with that [`LAG_DAYS`] before: near 1 where hotspots stay.
    pub persistence: f64,
}

/// Streets in time.
pub struct Run {
    sim: Simulation,
}

impl Run {
    /// The streets of a seed, before the first day.
    ///
    /// # Errors
    /// If the configuration makes no sense.
    pub fn new(config: &Config, seed: u64) -> Result<Run, LabError> {
        config.check()?;
        let sim = Simulation::new(seed, super::START, |app| {
            app.insert_resource(Streets::new(config, Draws::at_start(seed)))
                .register_state::<Streets>("lab_streets")
                .add_systems(SimTick, day.in_set(Phase::Days));
            [START, ENTER, ACT].into_iter().for_each(|stream| {
                app.register_stream(stream);
            });
            Ok::<(), BuildError>(())
        })?;
        Ok(Run { sim })
    }

    /// One day.
    ///
    /// # Errors
    /// If an invariant broke.
    pub fn step(&mut self) -> Result<(), LabError> {
        Ok(self.sim.step()?)
    }

    /// Attractiveness of each home without guards, per day, row by row.
    pub fn attractiveness(&self) -> Vec<f64> {
        self.streets().rise.iter().map(|b| A0 + b).collect()
    }

    /// Burglaries of the last day, by home.
    pub fn today(&self) -> &[u32] {
        &self.streets().today
    }

    /// Burglars about.
    pub fn burglars(&self) -> usize {
        self.streets().burglars.len()
    }

    /// Guards homes from now on: a burglar sees `1 − strength` of their attractiveness.
    pub fn guard(&mut self, homes: impl IntoIterator<Item = usize>, strength: f64) {
        let mut streets = self.sim.world_mut().resource_mut::<Streets>();
        homes.into_iter().for_each(|home| streets.open[home] = 1.0 - strength);
    }

    /// A copy of the state.
    pub fn snapshot(&mut self) -> Snapshot {
        self.sim.snapshot()
    }

    /// Goes over to a copy of the state of streets of the same size and seed.
    ///
    /// # Errors
    /// If it does not fit.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), LabError> {
        self.sim.restore(snapshot).map_err(|e| LabError::Build(BuildError::Invalid(e.to_string())))
    }

    fn streets(&self) -> &Streets {
        self.sim.world().resource::<Streets>()
    }
}

/// Standard deviation over mean.
pub fn unevenness(map: &[f64]) -> f64 {
    let (mean, variance) = moments(map);
    variance.sqrt() / mean
}

/// Pearson's correlation of two maps; 0 if one is flat.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let ((mean_a, var_a), (mean_b, var_b)) = (moments(a), moments(b));
    let cross = a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / a.len() as f64;
    let spread = (var_a * var_b).sqrt();
    if spread > 0.0 { cross / spread } else { 0.0 }
}

fn moments(map: &[f64]) -> (f64, f64) {
    let n = map.len() as f64;
    let mean = map.iter().sum::<f64>() / n;
    (mean, map.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n)
}

/// Runs the streets of a seed to their end, showing them to `watch` before the first day and after every day.
///
/// # Errors
/// If the configuration makes no sense.
pub fn run(config: &Config, seed: u64, watch: &mut dyn FnMut(&Run)) -> Result<Outcome, LabError> {
    let mut run = Run::new(config, seed)?;
    watch(&run);
    let last = config.days.min(LAG_DAYS);
    let (mut before, mut burglaries) = (run.attractiveness(), 0u64);
    for day in 1..=config.days {
        run.step()?;
        if day == config.days - last {
            before = run.attractiveness();
        }
        if day > config.days - last {
            burglaries += run.today().iter().map(|n| u64::from(*n)).sum::<u64>();
        }
        watch(&run);
    }
    let map = run.attractiveness();
    Ok(Outcome {
        burglaries_per_day: burglaries as f64 / f64::from(last),
        burglars: run.burglars() as f64,
        unevenness: unevenness(&map),
        persistence: correlation(&before, &map),
    })
}
