//! Climate (module 9 of models.md §10; report §2.6, §3.9): heat waves, cloudbursts and breaches of the dike.

pub mod damage;
pub mod events;
pub mod exposure;
pub mod flood;
pub mod ground;
pub mod health;
pub mod heat;
pub mod homes;
pub mod parameters;
pub mod plugin;
pub mod water;
pub mod weather;

pub use events::{Agenda, Event, Hazard};
pub use exposure::Exposure;
pub use parameters::ClimateParameters;
pub use plugin::ClimatePlugin;
