//! Granovetter's thresholds (1978, *American Journal of Sociology* 83:1420): everybody joins a riot as soon as as many others
//! have joined as their threshold says.
//!
//! `joined(t + 1) = #{i : thresholdᵢ ≤ joined(t)}`, from 0, until nobody else joins. Thresholds are numbers of people.
//!
//! | crowd | thresholds | known answer |
//! |---|---|---|
//! | [`Crowd::Ladder`] | 0, 1, 2 … n − 1 | all join; with one person changed from 1 to 2, one joins |
//! | [`Crowd::Normal`] | normal, mean and standard deviation in per cent of the crowd | a very large crowd with mean 25: 6 % join below a standard deviation of 12.2, all above it |
//!
//! Two crowds that differ by one person, or by nothing that a survey could see, end in opposite ways: outcomes say little about
//! wishes. Grade L. Limits: everybody sees everybody, nobody leaves, nothing is at stake.

use bevy::prelude::*;
use rand::Rng;

use super::{LabError, MAX_TICKS, stage};
use crate::sim::draws::unit;
use crate::sim::{Draws, Stream};

const THRESHOLD: Stream = Stream::named("lab.granovetter.threshold");

/// Whose thresholds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crowd {
    /// One person for each threshold from 0 on.
    Ladder {
        /// The person with this threshold has the next one instead.
        without: Option<u32>,
    },
    /// Drawn from a normal distribution, per cent of the crowd; below 0 counts as 0.
    Normal {
        /// Mean, %.
        mean_pct: f64,
        /// Standard deviation, %.
        sd_pct: f64,
    },
}

/// A crowd to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// People.
    pub people: u32,
    /// Their thresholds.
    pub crowd: Crowd,
}

impl Config {
    /// What is wrong with it.
    ///
    /// # Errors
    /// Names the first option that makes no sense.
    pub fn check(&self) -> Result<(), LabError> {
        let fail = |message: String, hint: &str| Err(LabError::option(message, hint));
        if self.people == 0 || self.people >= MAX_TICKS {
            return fail(format!("--people {}: expected 1 to {}", self.people, MAX_TICKS - 1), "e.g. --people 100");
        }
        match self.crowd {
            Crowd::Ladder { without: Some(k) } if k >= self.people => {
                let message = format!("--without {k}: expected a threshold from 0 to {}", self.people - 1);
                fail(message, "e.g. --without 1")
            }
            Crowd::Normal { mean_pct, .. } if !(0.0..=100.0).contains(&mean_pct) => {
                fail(format!("--mean {mean_pct}: expected 0 to 100 per cent of the crowd"), "e.g. --mean 25")
            }
            Crowd::Normal { sd_pct, .. } if !(0.0..=1000.0).contains(&sd_pct) => {
                fail(format!("--sd {sd_pct}: expected 0 to 1000 per cent of the crowd"), "e.g. --sd 12.2")
            }
            _ => Ok(()),
        }
    }

    /// Thresholds of the crowd of a seed, in order.
    pub fn thresholds(&self, seed: u64) -> Vec<f64> {
        let n = self.people;
        let mut thresholds: Vec<f64> = match self.crowd {
            Crowd::Ladder { without } => (0..n).map(|i| f64::from(i + u32::from(without == Some(i)))).collect(),
            Crowd::Normal { mean_pct, sd_pct } => {
                let draws = Draws::at_start(seed);
                let normal = |i: u32| {
                    // Box and Muller.
                    let mut rng = draws.rng(THRESHOLD, i.into());
                    let (u, v) = (1.0 - f64::from(unit(rng.next_u32())), f64::from(unit(rng.next_u32())));
                    (-2.0 * libm::log(u)).sqrt() * libm::cos(std::f64::consts::TAU * v)
                };
                (0..n).map(|i| f64::from(n) / 100.0 * (mean_pct + sd_pct * normal(i))).collect()
            }
        };
        thresholds.sort_by(f64::total_cmp);
        thresholds
    }
}

/// Per cent of a very large crowd with normal thresholds that join in the end: the lowest *r* with
/// *r* = 100 Φ((*r* − mean) / sd).
pub fn large_crowd_pct(mean_pct: f64, sd_pct: f64) -> f64 {
    let mut joined = 0.0;
    for _ in 0..100_000 {
        let next = 50.0 * (1.0 + libm::erf((joined - mean_pct) / (sd_pct.max(1e-9) * std::f64::consts::SQRT_2)));
        if next - joined < 1e-9 {
            return next;
        }
        joined = next;
    }
    joined
}

#[derive(Resource)]
struct Square {
    thresholds: Vec<f64>,
    joined: usize,
    is_over: bool,
}

fn look_around(mut square: ResMut<Square>) {
    let joined = square.thresholds.partition_point(|t| *t <= square.joined as f64);
    square.is_over = joined == square.joined;
    square.joined = joined;
}

/// People who have joined, round by round; the first entry is 0 and the last two are equal.
///
/// # Errors
/// If the configuration makes no sense.
pub fn run(config: &Config, seed: u64) -> Result<Vec<u32>, LabError> {
    config.check()?;
    let square = Square { thresholds: config.thresholds(seed), joined: 0, is_over: false };
    let mut sim = stage(seed, square, &[THRESHOLD], look_around)?;
    let mut joined = vec![0];
    while !sim.world().resource::<Square>().is_over {
        sim.step()?;
        joined.push(sim.world().resource::<Square>().joined as u32);
    }
    Ok(joined)
}
