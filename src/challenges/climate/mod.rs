//! Climate (module 9 of models.md §10; report §2.6, §3.9): heat waves, cloudbursts and breaches of the dike, and what they
//! do to homes and people.
//!
//! A month knows its episodes from three sides: the scenario's `[[event]]` ([`events`]), orders that set one off, and
//! the weather ([`weather`]: Poisson numbers by year). Only then fields are solved, over the ground raster of the city
//! as the levers have changed it ([`ground`], with the houses inside a pixel: [`fabric`]): heat hour by hour ([`heat`]), water second by second ([`flood`]). What
//! comes out is quantised ([`exposure`]: centimetres, tenths of a kelvin) and reaches people by where their home stands
//! ([`homes`]): deaths, falls and calls by heat ([`health`]), damage, lost homes and deaths by water ([`water`],
//! [`damage`]).
//!
//! Everything happens in the phase *Episodes*. Others see [`crate::challenges::shared::State::Heat`] and `HotDays` (the
//! latter already in the month itself), and homes that cannot be lived in.
//!
//! Limits: see each file, and docs/challenges/climate.md. Drought and foundations, evacuation, smoke and salt are not here.

pub mod answers;
pub mod damage;
pub mod events;
pub mod exposure;
pub mod fabric;
pub mod flood;
pub mod footage;
pub mod ground;
pub mod health;
pub mod heat;
pub mod homes;
pub mod parameters;
pub mod plugin;
pub mod solver;
pub mod water;
pub mod weather;

pub use events::{Agenda, Event, Hazard};
pub use exposure::Exposure;
pub use footage::{Footage, Quantity, Reel};
pub use parameters::ClimateParameters;
pub use plugin::{ClimatePlugin, Episodes};
pub use solver::EpisodeSolver;
