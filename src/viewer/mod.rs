//! The live session: a city in 3D while its simulation runs. The only module that draws (feature `viewer`).
//!
//! | module | what it is |
//! |---|---|
//! | [`worker`] | a simulation on a thread of its own: commands in, frames out |
//! | [`camera`] | the orbit camera |
//! | [`layers`] | what the colours mean |
//! | [`blocks`] | buildings as plain geometry |
//! | [`ground`] | the ground as a picture |
//! | [`open`] | the window |
//!
//! The picture never waits for the simulation and the simulation never for the picture: the worker steps at its own
//! pace and leaves its newest [`Frame`](crate::indicators::Frame) where the window finds it. The window changes nothing
//! in a simulation except by [`Order`](crate::sim::Order)s, so a run has the same digest with it as without.
//!
//! Units: metres; x east, y up, z south, from the middle of the city. Limits: the ground is flat, homes built during a
//! run are counted but not drawn, and there are no shadows (software rendering cannot afford them).

pub mod blocks;
pub mod camera;
pub mod ground;
mod input;
pub mod layers;
mod panels;
mod scene;
mod session;
mod shot;
mod window;
pub mod worker;

pub use window::{Options, Shot, ViewError, open};
