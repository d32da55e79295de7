//! A programme that goes on, stops, or comes and goes: the mean-field model of continuity (models.md §2.4), in months.
//!
//! ```text
//! dX/dt = (u − X)/τ                            capacity; τ = build-up if u > X, decay if u < X
//! dT/dt = ρ X (1 − T) − χ max(0, −dX/dt) T + r (T₀ − T)      trust in programme and government
//! effect = e X (0.5 + 0.5 T)
//! ```
//!
//! Steps of one month, forward Euler. Defaults: build-up 36 months, decay 9 (staff and networks leave), ρ 0.02 and r 0.01 a month,
//! χ 0.8, T₀ 0.4, all grade A. **That continuity wins is built in** by 36 against 9 and by χ: it says what the claim of the report
//! means, it is no evidence for it. So the variant without either ([`Config::even`]: 36 and 36, χ 0) always runs beside it.
//!
//! There is nothing random in it: what a seed would do is what `waterbed run --measures … --twin` shows with people.

use bevy::prelude::*;

use super::{LabError, MAX_TICKS, stage};

/// When the programme is paid for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Calendar {
    /// All the time, at half strength: the same money as the next over any whole number of its cycles.
    Steady,
    /// So many months on, so many off, at full strength.
    OnOff(u32),
    /// So many months at full strength, then never again.
    Stops(u32),
    /// Never.
    Never,
}

impl Calendar {
    /// Strength in a month (from 0), 0 to 1.
    pub fn strength(self, month: u32) -> f64 {
        match self {
            Calendar::Steady => 0.5,
            Calendar::OnOff(n) => f64::from((month / n.max(1)).is_multiple_of(2)),
            Calendar::Stops(n) => f64::from(month < n),
            Calendar::Never => 0.0,
        }
    }
}

/// How fast a programme comes and goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Time to build up capacity, months.
    pub build_up_months: f64,
    /// Time in which it is lost, months.
    pub decay_months: f64,
    /// Trust lost per capacity lost.
    pub disappointment: f64,
    /// Months to run.
    pub months: u32,
}

/// Trust gained per capacity and month; its relaxation a month; and where it starts and relaxes to.
const TRUST_GAIN: f64 = 0.02;
const TRUST_RELAXATION: f64 = 0.01;
const TRUST_START: f64 = 0.4;

impl Config {
    /// Slow to build, fast to lose.
    pub fn uneven(months: u32) -> Config {
        Config { build_up_months: 36.0, decay_months: 9.0, disappointment: 0.8, months }
    }

    /// The null variant: as fast up as down, and nobody disappointed.
    pub fn even(months: u32) -> Config {
        Config { decay_months: 36.0, disappointment: 0.0, ..Config::uneven(months) }
    }

    /// What is wrong with it.
    ///
    /// # Errors
    /// Names the first option that makes no sense.
    pub fn check(&self) -> Result<(), LabError> {
        let fail = |message: String, hint: &str| Err(LabError::option(message, hint));
        for (name, value) in [("--build-up", self.build_up_months), ("--decay", self.decay_months)] {
            if !(1.0..=1200.0).contains(&value) {
                return fail(format!("{name} {value}: expected 1 to 1200 months"), "e.g. --build-up 36 --decay 9");
            }
        }
        if !(0.0..=10.0).contains(&self.disappointment) {
            let message = format!("--disappointment {}: expected 0 to 10", self.disappointment);
            return fail(message, "e.g. --disappointment 0.8");
        }
        if self.months == 0 || self.months > MAX_TICKS {
            return fail(format!("--months {}: expected 1 to {MAX_TICKS}", self.months), "e.g. --months 72");
        }
        Ok(())
    }
}

/// A programme month by month; the first entry is the end of the first month.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub struct History {
    /// Capacity X.
    pub capacity: Vec<f64>,
    /// Trust T.
    pub trust: Vec<f64>,
    /// Effect, as a multiple of e.
    pub effect: Vec<f64>,
}

impl History {
    /// Mean effect, as a multiple of e.
    pub fn mean_effect(&self) -> f64 {
        self.effect.iter().sum::<f64>() / self.effect.len().max(1) as f64
    }
}

#[derive(Resource)]
struct Plan(Config, Calendar);

fn work(plan: Res<Plan>, mut history: ResMut<History>) {
    let Plan(config, calendar) = *plan;
    let month = history.capacity.len() as u32;
    let x = history.capacity.last().copied().unwrap_or(0.0);
    let t = history.trust.last().copied().unwrap_or(TRUST_START);
    let u = calendar.strength(month);
    let change = (u - x) / if u > x { config.build_up_months } else { config.decay_months };
    let trust = TRUST_GAIN * x * (1.0 - t) - config.disappointment * (-change).max(0.0) * t
        + TRUST_RELAXATION * (TRUST_START - t);
    let (x, t) = (x + change, t + trust);
    history.capacity.push(x);
    history.trust.push(t);
    history.effect.push(x * (0.5 + 0.5 * t));
}

/// Runs a calendar.
///
/// # Errors
/// If the configuration makes no sense.
pub fn run(config: &Config, calendar: Calendar) -> Result<History, LabError> {
    config.check()?;
    let mut sim = stage(0, Plan(*config, calendar), &[], work)?;
    sim.world_mut().init_resource::<History>();
    for _ in 0..config.months {
        sim.step()?;
    }
    Ok(sim.world().resource::<History>().clone())
}
