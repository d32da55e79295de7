//! Opinions that draw near only if they are near already: *bounded confidence*.
//!
//! Opinions are numbers from 0 to 1, uniform at the start. Only who differs by less than ε listens.
//!
//! | rule | a tick |
//! |---|---|
//! | [`Rule::Deffuant`] (Deffuant et al. 2000, *Adv. Complex Systems* 3:87) | as many meetings of two random people as there are people; if they differ by less than ε both come closer by μ times the difference |
//! | [`Rule::HegselmannKrause`] (2002, *JASSS* 5(3)) | everybody takes the mean of all who differ by at most ε, oneself included, all at once |
//!
//! Known answers: about ⌊1/(2ε)⌋ clusters (fewer by the second rule at small ε); one from ε ≈ 0.3 on by the first, from
//! 0.25 by the second. A *cluster* is people with less than 0.01 between neighbours in opinion, at least a twentieth of all;
//! what is smaller is *fringe*. Grade L. Limits: one opinion, everybody can meet everybody, nobody is stubborn or loud.

use bevy::prelude::*;
use rand::Rng;

use super::{LabError, MAX_TICKS, below, stage};
use crate::sim::draws::unit;
use crate::sim::{Draws, Stream};

const OPINION: Stream = Stream::named("lab.opinions.start");
const MEET: Stream = Stream::named("lab.opinions.meet");

/// Opinions this close are one, and clusters smaller than this share are fringe.
const GAP: f64 = 0.01;
const FRINGE: f64 = 0.05;

/// Who listens to whom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// Pairs.
    Deffuant {
        /// How far they come, 0 to 0.5 of the difference.
        mu: f64,
    },
    /// All at once.
    HegselmannKrause,
}

/// A debate to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Who listens to whom.
    pub rule: Rule,
    /// People.
    pub people: u32,
    /// Greatest difference at which one listens.
    pub epsilon: f64,
    /// Ticks after which it ends at the latest.
    pub max_ticks: u32,
}

impl Config {
    /// What is wrong with it.
    ///
    /// # Errors
    /// Names the first option that makes no sense.
    pub fn check(&self) -> Result<(), LabError> {
        let fail = |message: String, hint: &str| Err(LabError::option(message, hint));
        if !(2..=1_000_000).contains(&self.people) {
            return fail(format!("--people {}: expected 2 to 1000000", self.people), "e.g. --people 1000");
        }
        if !(0.0..=1.0).contains(&self.epsilon) {
            return fail(format!("--epsilon {}: expected 0 to 1", self.epsilon), "e.g. --epsilon 0.2");
        }
        if self.max_ticks == 0 || self.max_ticks > MAX_TICKS {
            return fail(format!("--max-ticks {}: expected 1 to {MAX_TICKS}", self.max_ticks), "e.g. --max-ticks 1000");
        }
        match self.rule {
            Rule::Deffuant { mu } if !(mu > 0.0 && mu <= 0.5) => {
                fail(format!("--mu {mu}: expected above 0, at most 0.5"), "e.g. --mu 0.5")
            }
            _ => Ok(()),
        }
    }
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Clusters of at least a twentieth of the people.
    pub clusters: u32,
    /// Share of the people in the largest.
    pub largest_share: f64,
    /// Share of the people in none.
    pub fringe_share: f64,
    /// Ticks until nothing moved any more.
    pub ticks: u32,
}

#[derive(Resource)]
struct Debate {
    config: Config,
    opinions: Vec<f64>,
    /// The greatest change of the last tick.
    moved: f64,
}

fn talk(draws: Res<Draws>, mut debate: ResMut<Debate>) {
    let debate = &mut *debate;
    debate.moved = match debate.config.rule {
        Rule::Deffuant { mu } => meet(&mut debate.opinions, debate.config.epsilon, mu, *draws),
        Rule::HegselmannKrause => average(&mut debate.opinions, debate.config.epsilon),
    };
}

fn meet(opinions: &mut [f64], epsilon: f64, mu: f64, draws: Draws) -> f64 {
    let mut moved: f64 = 0.0;
    let n = opinions.len();
    for meeting in 0..n {
        let [one, step, ..] = draws.block(MEET, meeting as u64, 0);
        let i = below(one, n);
        let j = (i + 1 + below(step, n - 1)) % n;
        let difference = opinions[j] - opinions[i];
        if difference.abs() < epsilon {
            opinions[i] += mu * difference;
            opinions[j] -= mu * difference;
            moved = moved.max(mu * difference.abs());
        }
    }
    moved
}

/// Opinions are kept in order, which averaging does not change; so the listened-to are a window of a running sum.
fn average(opinions: &mut [f64], epsilon: f64) -> f64 {
    let mut sums = vec![0.0];
    opinions.iter().fold(0.0, |sum, x| {
        sums.push(sum + x);
        sum + x
    });
    let (mut low, mut high, mut moved) = (0, 0, 0.0f64);
    let before = opinions.to_vec();
    for (i, x) in before.iter().enumerate() {
        while before[low] < x - epsilon {
            low += 1;
        }
        while high < before.len() && before[high] <= x + epsilon {
            high += 1;
        }
        opinions[i] = (sums[high] - sums[low]) / (high - low) as f64;
        moved = moved.max((opinions[i] - x).abs());
    }
    moved
}

/// A debate in time.
pub struct Run {
    sim: crate::sim::Simulation,
    config: Config,
}

impl Run {
    /// The debate of a seed, before its first tick.
    ///
    /// # Errors
    /// If the configuration makes no sense.
    pub fn new(config: &Config, seed: u64) -> Result<Run, LabError> {
        config.check()?;
        let draws = Draws::at_start(seed);
        let start = |i: u32| f64::from(unit(draws.rng(OPINION, i.into()).next_u32()));
        let mut opinions: Vec<f64> = (0..config.people).map(start).collect();
        opinions.sort_by(f64::total_cmp);
        let debate = Debate { config: *config, opinions, moved: f64::INFINITY };
        Ok(Run { sim: stage(seed, debate, &[OPINION, MEET], talk)?, config: *config })
    }

    /// One tick.
    ///
    /// # Errors
    /// If an invariant broke.
    pub fn step(&mut self) -> Result<(), LabError> {
        Ok(self.sim.step()?)
    }

    /// True when opinions move no more than a thousandth of the gap between clusters, or the last tick is over.
    pub fn is_over(&self) -> bool {
        self.debate().moved < GAP / 1000.0 || u32::from(self.sim.clock().tick) >= self.config.max_ticks
    }

    /// Opinions, in no order.
    pub fn opinions(&self) -> &[f64] {
        &self.debate().opinions
    }

    /// Where it stands.
    pub fn outcome(&self) -> Outcome {
        let mut sorted = self.opinions().to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = f64::from(self.config.people);
        let shares: Vec<f64> = sorted.chunk_by(|a, b| b - a < GAP).map(|c| c.len() as f64 / n).collect();
        let large = shares.iter().filter(|share| **share >= FRINGE);
        Outcome {
            clusters: large.clone().count() as u32,
            largest_share: shares.iter().copied().fold(0.0, f64::max),
            fringe_share: 1.0 - large.sum::<f64>(),
            ticks: self.sim.clock().tick.into(),
        }
    }

    fn debate(&self) -> &Debate {
        self.sim.world().resource::<Debate>()
    }
}

/// Runs the debate of a seed to its end.
///
/// # Errors
/// If the configuration makes no sense.
pub fn run(config: &Config, seed: u64) -> Result<Outcome, LabError> {
    let mut run = Run::new(config, seed)?;
    while !run.is_over() {
        run.step()?;
    }
    Ok(run.outcome())
}
