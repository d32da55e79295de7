//! The engine: a simulation is a value that can be stepped, ordered about, saved, restored and compared.
//! Knows no city and no people.
//!
//! A [`Simulation`] owns a Bevy `World` and the [`SimTick`] schedule. It is built from ordinary Bevy plugins and is
//! `Send`, so that a headless run, a twin, a branch, an ensemble and a sweep worker are all the same small thing.

mod clock;
pub mod digest;
pub mod draws;
pub mod files;
mod keys;
mod ledger;
mod orders;
mod parameters;
mod schedule;
mod simulation;
pub mod state;
mod timing;

pub use clock::{Clock, Month};
pub use digest::Digest;
pub use draws::{Draws, Stream};
pub use keys::{DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey, PersonIdx, PersonKey};
pub use ledger::{Ledger, Ledgers};
pub use orders::{Area, Order, OrderLog};
pub use parameters::{Grade, ParameterInfo};
pub use schedule::{Phase, SimTick};
pub use simulation::{BuildError, Fault, Simulation};
pub use state::{RegisterState, Snapshot, SnapshotError, StateRegistry};
pub use timing::{AddPart, SystemTime};
