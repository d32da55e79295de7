//! Water over the ground: cloudburst, river, sea and breach.
//!
//! Two solvers on one data layout: [`local_inertial`] (fast, for slow and shallow water: the live session) and
//! [`shallow_water`] (dam breaks, breaches; the check on the first). [`setup`] says what a case is made of,
//! [`model`] runs it, [`case`] reads it from a TOML file for `waterbed flood`.
//!
//! | module | what it is |
//! |---|---|
//! | [`math`] | powers of depth by the same operations on CPU and GPU |
//! | [`local_inertial`], [`shallow_water`] | one step of each solver |
//! | [`stages`], [`interval`] | the stages of a step, and at the ends of an interval, each on the CPU and in a shader |
//! | [`bands`] | a step in place, cut into bands of rows |
//! | [`edges`], [`walls`], [`breach`] | what bounds the water |
//! | [`hydrology`] | rain, infiltration, drains |
//! | [`setup`], [`model`], [`stats`] | a case; the running model with its water balance; maxima and arrival |
//! | [`case`] | cases from TOML files |

pub mod bands;
#[cfg(feature = "gpu")]
mod batch;
pub mod breach;
pub mod case;
pub mod edges;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod hydrology;
pub mod interval;
pub mod local_inertial;
pub mod math;
pub mod model;
mod prepare;
pub mod setup;
pub mod shallow_water;
pub mod stages;
pub mod stats;
pub mod walls;

pub use model::FloodModel;
pub use setup::{FloodError, FloodSetup, Solver};
