//! Waterbed, a what-if laboratory for a city's safety and liveability.
//!
//! Modules in reading order:
//!
//! | module | what it is |
//! |---|---|
//! | [`sim`] | the engine: simulation as a value, ticks, keyed draws, orders, snapshots, digests |
//! | [`gis`] | rasters, files, coordinate systems |
//! | [`city`] | what stands still: grid, ground, homes, neighbourhoods; generated or from open data |
//! | [`fields`] | water and heat over the grid |

pub mod challenges;
pub mod city;
pub mod cli;
pub mod experiments;
pub mod fields;
pub mod gis;
pub mod indicators;
pub mod people;
pub mod policies;
pub mod report;
pub mod scenario;
pub mod sim;
#[cfg(feature = "viewer")]
pub mod viewer;
