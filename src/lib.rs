//! Waterbed, a what-if laboratory for a city's safety and liveability.
//!
//! Modules in reading order; each may use those above it, never those below (`ARCHITECTURE.md`):
//!
//! | module | what it is |
//! |---|---|
//! | [`sim`] | the engine: simulation as a value, ticks, keyed draws, orders, snapshots, digests |
//! | [`gis`] | rasters, files, coordinate systems |
//! | [`city`] | what stands still: grid, ground, homes, neighbourhoods; generated or from open data |
//! | [`fields`] | water and heat over the grid |
//! | [`people`] | persons, households and homes; how they come to be and change |
//! | [`policies`] | the levers and how they stand |
//! | [`challenges`] | the challenges of the report, one folder each |
//! | [`indicators`] | what is measured, and the tables of a run |
//! | [`scenario`] | what to simulate: files, checks, and how a simulation is put together |
//! | [`report`] | pages, comparisons and maps for people |
//! | [`lab`] | classic models on the same engine, with known answers |
//! | [`experiments`] | runs in folders: checkpoints, resuming, provenance |
//! | [`session`] | what-if sessions without a window: measures placed, going back in time, the session file |
//! | [`cli`] | the command line |
//!
//! A simulation is a `World` filled by plugins, added in one place ([`scenario::build()`]):
//!
//! | plugin | what it does |
//! |---|---|
//! | [`policies::PoliciesPlugin`] | orders become the levers' values of the month |
//! | [`people::PeoplePlugin`] | demography, migration, work |
//! | [`challenges::shared::SharedPlugin`] | the state of neighbourhoods that challenges share |
//! | [`challenges::housing::HousingPlugin`] | moves, homes, prices |
//! | [`challenges::climate::ClimatePlugin`] | heat waves, cloudbursts, breaches |
//! | [`indicators::IndicatorsPlugin`] | the month's measures |

pub mod challenges;
pub mod city;
pub mod cli;
pub mod experiments;
pub mod fields;
pub mod gis;
pub mod indicators;
pub mod lab;
pub mod people;
pub mod policies;
pub mod report;
pub mod scenario;
pub mod session;
pub mod sim;
#[cfg(feature = "viewer")]
pub mod viewer;
