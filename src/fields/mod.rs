//! Rasters that flow: water over the ground ([`flood`]) and heat over the city ([`heat`]).
//!
//! Every field is a stack of `f32` planes in one [`layout::Layout`]; every step is made of stages, each one a CPU
//! function (rayon over fixed row chunks, bitwise equal on any number of threads) and, with feature `gpu`, a WGSL file
//! of the same name in `shaders/`. The CPU is the oracle and the fall-back.
//!
//! | module | what it is |
//! |---|---|
//! | [`layout`] | shape of a plane, with its padding column and row |
//! | [`series`] | values over time, linear between points |
//! | [`stage`] | the list of stages, each on both sides |
//! | [`backend`], [`case`] | where it is computed; case files |
//! | [`flood`] | local inertial and full shallow water, rain, edges, walls, breaches, gauges |
//! | [`film`] | fields as pictures, made where they lie |
//! | [`heat`] | sky, sun, surface energy, canopy air, PET |

pub mod backend;
pub mod case;
pub mod film;
pub mod flood;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod heat;
pub mod layout;
pub mod series;
pub mod stage;
