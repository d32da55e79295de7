//! Civil violence after Epstein (2002, *PNAS* 99:7243), model I, as in NetLogo's *Rebellion* (Wilensky 2004).
//!
//! Citizens and cops on a torus; one sees as far as `vision` cells (Euclidean). Every tick all, in random order:
//!
//! * **move** to a random cell within sight where no cop and no free citizen stands;
//! * a citizen becomes active if `H (1 − L) − R P > T`, else calm. Hardship H and risk aversion R are uniform from 0 to 1 and stay;
//!   L is the legitimacy of government, T the threshold, `P = 1 − exp(−k ⌊C / A⌋)` the chance of arrest that the citizen sees
//!   with C cops and A active citizens within sight, oneself included;
//! * a cop arrests a random active citizen within sight, for 0 to `max_jail` − 1 ticks, and steps to where they stood.
//!
//! Known answer: with L 0.82, cops 4 %, citizens 70 % calm for long and then bursts; without the rounding down ⌊ ⌋, which makes
//! a crowd with fewer cops than active people feel safe all at once, almost none. Grade L for the rules. Limits: an abstract
//! crowd, no groups, no organisation, no reason to be aggrieved but a number; it explains bursts, not any particular one.

use bevy::prelude::*;
use rand::Rng;

use super::{LabError, MAX_TICKS, below, shuffle, stage};
use crate::sim::draws::unit;
use crate::sim::{Draws, Simulation, Stream};

const START: Stream = Stream::named("lab.epstein.start");
const ORDER: Stream = Stream::named("lab.epstein.order");
const ACT: Stream = Stream::named("lab.epstein.act");

/// A crowd to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Cells along a side.
    pub size: u32,
    /// Share of the cells with a citizen at the start.
    pub citizens: f64,
    /// Share of the cells with a cop at the start.
    pub cops: f64,
    /// How far one sees, cells.
    pub vision: u32,
    /// Legitimacy of the government, 0 to 1.
    pub legitimacy: f64,
    /// Longest time in jail, ticks.
    pub max_jail: u32,
    /// How much a cop per active citizen frightens.
    pub k: f64,
    /// How much grievance beyond the risk makes active.
    pub threshold: f64,
    /// Whether the ratio of cops to active citizens is rounded down.
    pub floor: bool,
    /// Ticks to run.
    pub ticks: u32,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            size: 40,
            citizens: 0.70,
            cops: 0.04,
            vision: 7,
            legitimacy: 0.82,
            max_jail: 30,
            k: 2.3,
            threshold: 0.1,
            floor: true,
            ticks: 500,
        }
    }
}

impl Config {
    fn cells(&self) -> u64 {
        u64::from(self.size) * u64::from(self.size)
    }

    fn count(&self, share: f64) -> usize {
        (share * self.cells() as f64).round() as usize
    }

    /// Memory of one run, bytes; most of it says who sees what.
    pub fn bytes(&self) -> u64 {
        let seen = 4 * u64::from(self.vision) * u64::from(self.vision) + 1;
        self.cells().saturating_mul(seen.saturating_mul(4).saturating_add(40))
    }

    /// What is wrong with it.
    ///
    /// # Errors
    /// Names the first option that makes no sense.
    pub fn check(&self) -> Result<(), LabError> {
        let fail = |message: String, hint: &str| Err(LabError::option(message, hint));
        for (name, share) in [("--citizens", self.citizens), ("--cops", self.cops), ("--legitimacy", self.legitimacy)] {
            if !(0.0..=1.0).contains(&share) {
                return fail(
                    format!("{name} {share}: expected a share from 0 to 1"),
                    "e.g. --citizens 0.70 --cops 0.04",
                );
            }
        }
        if self.size > 10_000 {
            return fail(format!("--size {}: expected at most 10000", self.size), "e.g. --size 40");
        }
        if self.size == 0 || self.vision == 0 || 2 * u64::from(self.vision) + 1 > self.size.into() {
            let message = format!("--vision {} on a torus of {} cells along a side", self.vision, self.size);
            return fail(message, "expected --vision from 1 on, and a --size of at least 2 · vision + 1");
        }
        if self.count(self.citizens) == 0 {
            return fail("no citizens: expected at least one".into(), "raise --citizens or --size");
        }
        if self.count(self.citizens) + self.count(self.cops) >= self.cells() as usize {
            let message = format!("--citizens {} and --cops {} leave no cell empty", self.citizens, self.cops);
            return fail(message, "together they must stay below 1");
        }
        for (name, value, most) in [("--k", self.k, 1000.0), ("--threshold", self.threshold, 1.0)] {
            if !(0.0..=most).contains(&value) {
                return fail(format!("{name} {value}: expected 0 to {most}"), "e.g. --k 2.3 --threshold 0.1");
            }
        }
        if self.max_jail > 10_000 {
            return fail(format!("--max-jail {}: expected 0 to 10000 ticks", self.max_jail), "e.g. --max-jail 30");
        }
        if self.ticks == 0 || self.ticks > MAX_TICKS {
            return fail(format!("--ticks {}: expected 1 to {MAX_TICKS}", self.ticks), "e.g. --ticks 500");
        }
        Ok(())
    }
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Active citizens, mean over the ticks.
    pub mean_active: f64,
    /// Most active citizens in a tick.
    pub peak_active: u32,
    /// How often a twentieth of the citizens were active after fewer than a fiftieth had been.
    pub bursts: u32,
    /// Share of the ticks with less than a fiftieth of the citizens active.
    pub calm_share: f64,
}

impl Outcome {
    /// Of the number of active citizens after every tick.
    pub fn of(active: &[u32], citizens: u32) -> Outcome {
        let (low, high) = (f64::from(citizens) / 50.0, f64::from(citizens) / 20.0);
        let (mut bursts, mut was_calm) = (0, true);
        for a in active.iter().map(|a| f64::from(*a)) {
            if a >= high && was_calm {
                bursts += 1;
                was_calm = false;
            }
            was_calm |= a < low;
        }
        let n = active.len().max(1) as f64;
        Outcome {
            mean_active: active.iter().map(|a| f64::from(*a)).sum::<f64>() / n,
            peak_active: active.iter().copied().max().unwrap_or(0),
            bursts,
            calm_share: active.iter().filter(|a| f64::from(**a) < low).count() as f64 / n,
        }
    }
}

struct Citizen {
    cell: u32,
    hardship: f64,
    aversion: f64,
    jail: u32,
    is_active: bool,
}

/// Citizens come first in every numbering, then cops; the number is the key for draws.
#[derive(Resource)]
struct Square {
    config: Config,
    /// Cells within sight of each cell, one after another.
    seen: Vec<u32>,
    n_seen: usize,
    citizens: Vec<Citizen>,
    cops: Vec<u32>,
    /// Free citizens, active citizens, cops in each cell.
    free: Vec<u16>,
    active: Vec<u16>,
    guarded: Vec<u16>,
    order: Vec<u32>,
    choice: Vec<u32>,
}

impl Square {
    fn new(config: &Config, draws: Draws) -> Square {
        let (size, vision) = (config.size as i32, config.vision as i32);
        let offsets: Vec<(i32, i32)> = (-vision..=vision)
            .flat_map(|y| (-vision..=vision).map(move |x| (y, x)))
            .filter(|(y, x)| y * y + x * x <= vision * vision)
            .collect();
        let seen_from = |cell: i32| {
            let at = move |(dy, dx): &(i32, i32)| {
                ((cell / size + dy).rem_euclid(size) * size + (cell % size + dx).rem_euclid(size)) as u32
            };
            offsets.iter().map(at).collect::<Vec<u32>>()
        };
        let n = (size * size) as usize;
        let mut cells: Vec<u32> = (0..n as u32).collect();
        shuffle(&mut cells, draws, START);
        let n_citizens = config.count(config.citizens);
        let citizen = |(i, cell): (usize, &u32)| {
            let mut rng = draws.rng(START, 1 + i as u64);
            let mut uniform = || f64::from(unit(rng.next_u32()));
            Citizen { cell: *cell, hardship: uniform(), aversion: uniform(), jail: 0, is_active: false }
        };
        let citizens: Vec<Citizen> = cells[..n_citizens].iter().enumerate().map(citizen).collect();
        let cops = cells[n_citizens..n_citizens + config.count(config.cops)].to_vec();
        let (mut free, mut guarded) = (vec![0; n], vec![0; n]);
        citizens.iter().for_each(|c| free[c.cell as usize] += 1);
        cops.iter().for_each(|cell| guarded[*cell as usize] += 1);
        Square {
            config: *config,
            seen: (0..n as i32).flat_map(seen_from).collect(),
            n_seen: offsets.len(),
            order: (0..(citizens.len() + cops.len()) as u32).collect(),
            citizens,
            cops,
            free,
            active: vec![0; n],
            guarded,
            choice: Vec::new(),
        }
    }

    fn seen_from(&self, cell: u32) -> &[u32] {
        &self.seen[cell as usize * self.n_seen..][..self.n_seen]
    }

    /// A random one of the cells within sight that `is_free` takes.
    fn choose(&mut self, cell: u32, word: u32, takes: impl Fn(&Square, usize) -> bool) -> Option<u32> {
        let mut choice = std::mem::take(&mut self.choice);
        choice.clear();
        choice.extend(self.seen_from(cell).iter().filter(|c| takes(self, **c as usize)));
        let chosen = (!choice.is_empty()).then(|| choice[below(word, choice.len())]);
        self.choice = choice;
        chosen
    }

    fn citizen(&mut self, i: usize, words: [u32; 4]) {
        if self.citizens[i].jail > 0 {
            return;
        }
        let from = self.citizens[i].cell;
        let was_active = u16::from(self.citizens[i].is_active);
        let cell = self.choose(from, words[0], is_open).unwrap_or(from);
        self.free[from as usize] -= 1;
        self.free[cell as usize] += 1;
        self.active[from as usize] -= was_active;
        let sum = |of: &[u16]| self.seen_from(cell).iter().map(|c| f64::from(of[*c as usize])).sum::<f64>();
        let (cops, active) = (sum(&self.guarded), 1.0 + sum(&self.active));
        let Config { k, threshold, legitimacy, floor, .. } = self.config;
        let ratio = if floor { (cops / active).floor() } else { cops / active };
        let risk = 1.0 - libm::exp(-k * ratio);
        let citizen = &mut self.citizens[i];
        citizen.cell = cell;
        citizen.is_active = citizen.hardship * (1.0 - legitimacy) - citizen.aversion * risk > threshold;
        self.active[cell as usize] += u16::from(citizen.is_active);
    }

    fn cop(&mut self, i: usize, words: [u32; 4]) {
        let mut cell = self.choose(self.cops[i], words[0], is_open).unwrap_or(self.cops[i]);
        // Each active citizen is as likely as any other: first the cell by how many are in it, then who.
        let n_active: u32 = self.seen_from(cell).iter().map(|c| u32::from(self.active[*c as usize])).sum();
        if n_active > 0 {
            let mut left = below(words[1], n_active as usize) as u32;
            let mut suspect_cell = cell;
            for c in self.seen_from(cell) {
                let here = u32::from(self.active[*c as usize]);
                if left < here {
                    suspect_cell = *c;
                    break;
                }
                left -= here;
            }
            let mut suspects = self.citizens.iter_mut().filter(|c| c.cell == suspect_cell && c.is_active);
            if let Some(suspect) = suspects.nth(left as usize) {
                suspect.is_active = false;
                suspect.jail = below(words[2], self.config.max_jail as usize) as u32;
                self.active[suspect_cell as usize] -= 1;
                self.free[suspect_cell as usize] -= u16::from(suspect.jail > 0);
            }
            cell = suspect_cell;
        }
        self.guarded[self.cops[i] as usize] -= 1;
        self.guarded[cell as usize] += 1;
        self.cops[i] = cell;
    }
}

fn is_open(square: &Square, cell: usize) -> bool {
    square.free[cell] == 0 && square.guarded[cell] == 0
}

fn live(draws: Res<Draws>, mut square: ResMut<Square>) {
    let square = &mut *square;
    let mut order = std::mem::take(&mut square.order);
    order.sort_unstable();
    shuffle(&mut order, *draws, ORDER);
    for &who in &order {
        let words = draws.block(ACT, who.into(), 0);
        match (who as usize).checked_sub(square.citizens.len()) {
            None => square.citizen(who as usize, words),
            Some(cop) => square.cop(cop, words),
        }
    }
    square.order = order;
    for citizen in square.citizens.iter_mut().filter(|c| c.jail > 0) {
        citizen.jail -= 1;
        square.free[citizen.cell as usize] += u16::from(citizen.jail == 0);
    }
}

/// A crowd in time.
pub struct Run {
    sim: Simulation,
}

impl Run {
    /// The crowd of a seed, before its first tick.
    ///
    /// # Errors
    /// If the configuration makes no sense.
    pub fn new(config: &Config, seed: u64) -> Result<Run, LabError> {
        config.check()?;
        let square = Square::new(config, Draws::at_start(seed));
        Ok(Run { sim: stage(seed, square, &[START, ORDER, ACT], live)? })
    }

    /// One tick.
    ///
    /// # Errors
    /// If an invariant broke.
    pub fn step(&mut self) -> Result<(), LabError> {
        Ok(self.sim.step()?)
    }

    /// Citizens that are active, and that are in jail.
    pub fn active_and_jailed(&self) -> (u32, u32) {
        let citizens = &self.square().citizens;
        let count = |is: fn(&Citizen) -> bool| citizens.iter().filter(|c| is(c)).count() as u32;
        (count(|c| c.is_active), count(|c| c.jail > 0))
    }

    /// Citizens in all.
    pub fn citizens(&self) -> u32 {
        self.square().citizens.len() as u32
    }

    /// Every cell, row by row: 0 empty, 1 calm, 2 active, 3 in jail, 4 cop.
    pub fn cells(&self) -> Vec<u8> {
        let square = self.square();
        let mut cells = vec![0u8; square.free.len()];
        for c in &square.citizens {
            let class = if c.jail > 0 { 3 } else { 1 + u8::from(c.is_active) };
            let at = &mut cells[c.cell as usize];
            // Who is free hides who is in jail.
            *at = if *at == 0 || *at == 3 { class } else { *at };
        }
        square.cops.iter().for_each(|cell| cells[*cell as usize] = 4);
        cells
    }

    fn square(&self) -> &Square {
        self.sim.world().resource::<Square>()
    }
}

/// Runs the crowd of a seed to its end.
///
/// # Errors
/// If the configuration makes no sense.
pub fn run(config: &Config, seed: u64) -> Result<Outcome, LabError> {
    let mut run = Run::new(config, seed)?;
    let mut active = Vec::new();
    for _ in 0..config.ticks {
        run.step()?;
        active.push(run.active_and_jailed().0);
    }
    Ok(Outcome::of(&active, run.citizens()))
}
