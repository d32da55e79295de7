//! Vulnerable and tipping neighbourhoods (module 1 of models.md §2; report §3.1, §4.2).
//!
//! | file | what it holds |
//! |---|---|
//! | [`local`] | one month of one neighbourhood: collective efficacy, disorder, fear, upkeep |
//! | [`contact`] | how many speak with a neighbour; eyes on the street |
//! | [`programme`] | programmes that build up slowly and fall apart fast, and trust in them |
//! | [`allocation`] | who gets a programme |
//! | [`liveability`] | the score of five dimensions, an output only |
//! | [`tipping`], [`warning`] | which neighbourhoods tip, and who saw it coming |
//! | [`prices`] | what homes cost here against a year ago |
//! | [`debt`] | debt help |
//! | [`plugin`] | which system runs when |
//!
//! At the start every neighbourhood rests: the equations are run until nothing moves, so whatever happens later comes
//! from people, homes, trends and measures.
//!
//! Limits: neighbourhoods act on each other only through people who move; effects of programmes on schools, health and
//! work are not modelled; real neighbourhoods are not calibrated, only the invented city's order of magnitude.

pub mod allocation;
pub mod contact;
pub mod debt;
pub mod liveability;
pub mod local;
pub mod parameters;
pub mod plugin;
pub mod prices;
pub mod programme;
pub mod state;
pub mod tipping;
pub mod warning;

pub use parameters::NeighbourhoodParameters;
pub use plugin::NeighbourhoodsPlugin;
pub use state::Neighbourhoods;
