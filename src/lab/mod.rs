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

pub use spread::Spread;

use crate::sim::{BuildError, Draws, Fault, Month, Phase, RegisterState, SimTick, Simulation, Stream};

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

/// Fisher and Yates' shuffle. Its words are those of SplitMix64 (Steele, Lea & Flood 2014), begun at a keyed draw: an order of
/// everybody in every tick takes most of a fast model's time, and a block of Philox for four words would double it.
fn shuffle<T>(items: &mut [T], draws: Draws, stream: Stream) {
    let words = draws.block(stream, 0, 0);
    let mut state = u64::from(words[0]) | u64::from(words[1]) << 32;
    for i in (1..items.len()).rev() {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let x = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        items.swap(i, below(((x ^ (x >> 31)) >> 32) as u32, i + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every one of the 24 orders of four comes equally often: 24,000 shuffles, χ² with 23 degrees of freedom, 0.1 % at 49.7.
    #[test]
    fn every_order_is_equally_likely() {
        let stream = Stream::named("test.shuffle");
        let mut counts = std::collections::BTreeMap::new();
        for i in 0..24_000u64 {
            let mut items = [0, 1, 2, 3];
            shuffle(&mut items, Draws { seed: i / 1_000, tick: (i % 1_000) as u16 }, stream);
            *counts.entry(items).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let chi2: f64 = counts.values().map(|&n| (f64::from(n) - 1_000.0).powi(2) / 1_000.0).sum();
        assert!(chi2 < 49.7, "{chi2}");
    }
}
