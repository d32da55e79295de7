//! Classic models of segregation, unrest, opinion and crime, on the same engine as the city: each is a [`Simulation`] with
//! keyed draws and one system in [`SimTick`]. Schelling's agents are entities in one contiguous table, as people are; the others
//! are one resource. They teach, and they prove the engine, because what they should give is known.
//!
//! | module | model | known for |
//! |---|---|---|
//! | [`schelling`] | Schelling 1971, by NetLogo's rule or that of the ABM framework comparison | a city that nobody wanted segregated |
//! | [`granovetter`] | Granovetter 1978: thresholds | one rioter more or less |
//! | [`epstein`] | Epstein 2002: civil violence | bursts out of calm |
//! | [`opinions`] | Deffuant et al. 2000, Hegselmann & Krause 2002 | clusters of opinion |
//! | [`short`] | Short et al. 2008: burglary | hotspots that stand, move, or do not form |
//! | [`waterbed`] | a guarded square in [`short`], and its twin | displacement, measured |
//! | [`programme`] | models.md §2.4: capacity and trust | a programme that stops |
//!
//! A tick of a lab model is one round of that model, not a month. Everybody in it is an abstract point; nothing here is
//! calibrated to any place or people, and no result says how large an effect is in a real city.

pub mod epstein;
pub mod granovetter;
pub mod opinions;
pub mod picture;
pub mod programme;
pub mod schelling;
pub mod short;
mod spread;
pub mod waterbed;

use bevy::ecs::system::ScheduleSystem;
use bevy::prelude::*;
use rand::Rng;

pub use spread::Spread;

use crate::sim::draws::KeyedRng;
use crate::sim::{BuildError, Fault, Month, Phase, RegisterState, SimTick, Simulation, Stream};

/// Where the clock of a lab model starts: its ticks are rounds, so any month will do.
const START: Month = Month(0);

/// Most rounds of a run: the engine counts ticks in 16 bits.
pub const MAX_TICKS: u32 = 60_000;

/// Why a lab model cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// An option that makes no sense.
    #[error("{message}")]
    Option {
        /// Which option, its value, and what was expected.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The simulation cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// An invariant broke.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl LabError {
    fn option(message: impl Into<String>, hint: impl Into<String>) -> LabError {
        LabError::Option { message: message.into(), hint: hint.into() }
    }
}

/// A simulation with one thing in its world, which one system steps in every tick.
fn stage<M>(
    seed: u64,
    state: impl Resource,
    streams: &[Stream],
    step: impl IntoScheduleConfigs<ScheduleSystem, M>,
) -> Result<Simulation, LabError> {
    Simulation::new(seed, START, |app| {
        app.insert_resource(state).add_systems(SimTick, step.in_set(Phase::Act));
        streams.iter().for_each(|stream| {
            app.register_stream(*stream);
        });
        Ok(())
    })
}

/// A whole number below `n`, from one word: its high bits, off by at most n / 2³² from uniform.
#[inline]
fn below(word: u32, n: usize) -> usize {
    ((u64::from(word) * n as u64) >> 32) as usize
}

/// Fisher and Yates' shuffle.
fn shuffle<T>(items: &mut [T], rng: &mut KeyedRng) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(rng.next_u32(), i + 1));
    }
}
