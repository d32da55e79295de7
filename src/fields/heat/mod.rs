//! Heat over the city: sky and shadow, energy of each surface, air between the houses, and how hot it feels.
//!
//! | module | what it is |
//! |---|---|
//! | [`sun`] | where the sun stands; direct and diffuse radiation |
//! | [`sky`] | sky view factor and shadows by horizon scan |
//! | [`cover`] | land cover classes with their coefficients |
//! | [`balance`], [`surfaces`] | Q* + QF = QH + QE + ΔQS for one surface; for a map |
//! | [`air`] | canopy air: advection, diffusion, exchange with the air above |
//! | [`night`] | the stable night over open country; exchange by stability |
//! | [`pet`] | the Dutch standard heat-stress map, wet bulb, UHI |
//! | [`model`], [`stages`] | a running episode; its stages, each on the CPU and in a shader |
//! | [`case`], [`weather`] | cases from TOML files; hourly weather, KNMI's columns too |

pub mod air;
pub mod balance;
pub mod case;
pub mod cover;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod model;
pub mod night;
pub mod pet;
pub mod sky;
pub mod stages;
pub mod sun;
pub mod surfaces;
pub mod weather;

pub use model::{HeatModel, HeatSetup};
