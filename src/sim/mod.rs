//! The engine: a simulation is a value that can be stepped, ordered about, saved, restored and compared.
//! Knows no city and no people.

pub mod draws;

pub use draws::{Draws, Stream};
