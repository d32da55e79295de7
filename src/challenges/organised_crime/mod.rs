//! Crime and organised crime (report §3.1, §3.6; models.md §7).
//!
//! | file | what happens there |
//! |---|---|
//! | [`cells`] | places as targets |
//! | [`choice`] | how many offences in which neighbourhood: opportunity, and whether people turn elsewhere |
//! | [`incidents`] | which offences, day by day, and what each brings about nearby |
//! | [`propensity`] | who offends and who is exposed: circumstances only |
//! | [`past`] | what people have done before they are looked at first |
//! | [`volume`] | a month of volume crime: offenders, victims, what becomes known |
//! | [`groups`] | criminal groups: members, labour, offers |
//! | [`premises`] | where they work: chosen, found, closed, let again |
//! | [`explosions`], [`digital`] | private disputes and feuds; crime without a place |
//! | [`grip`] | how much of a neighbourhood groups hold |
//! | [`enforcement`] | inspections of overcrowded lettings |
//! | [`patterns`] | concentration, near repeats, displacement: how criminology measures them |
//! | [`levers`], [`homes`] | how levers stand; who lives near whom |
//!
//! Police hours are a ledger that all challenges share: [`crate::challenges::shared::police`].

pub mod cells;
pub mod choice;
pub mod digital;
pub mod enforcement;
pub mod explosions;
pub mod grip;
pub mod groups;
pub mod homes;
pub mod incidents;
pub mod levers;
pub mod parameters;
pub mod past;
pub mod patterns;
pub mod plugin;
pub mod premises;
pub mod propensity;
pub mod volume;

pub use parameters::CrimeParameters;
pub use plugin::{CrimePlugin, open};
