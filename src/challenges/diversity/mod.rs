//! Superdiversity (module 2 of models.md §3; report §3.2).
//!
//! Groups are abstract labels; every rule is the same for all of them and does not change when labels change places.
//! What a group is called, believes or comes from is not in the model.
//!
//! | file | what it holds |
//! |---|---|
//! | [`cells`] | who lives within 100 m |
//! | [`understanding`] | who understands whom; friction; language growth |
//! | [`trust`] | contact, trust, belonging, anomie, tolerance |
//! | [`conflicts`] | conflicts from elsewhere, and liaison officers |
//! | [`attributes`] | diversity over six attributes |
//! | [`ties`] | network segregation over five layers of ties |
//! | [`plugin`] | which system runs when |
//!
//! Acts on others through `FRICTION`, `ANOMIE` and trust in neighbours of each neighbourhood, and through each household's
//! tolerance threshold, which the housing market reads. There is no way from group to crime (E-3).
//!
//! Limits: contacts are expected values with people of one's cell; trust does not tell groups apart; shared languages
//! other than the common one are left out; hiring and letting do not yet discriminate, only belonging suffers.

pub mod attributes;
pub mod cells;
pub mod conflicts;
pub mod parameters;
pub mod plugin;
pub mod state;
pub mod ties;
pub mod trust;
pub mod understanding;

pub use parameters::DiversityParameters;
pub use plugin::DiversityPlugin;
pub use state::Diversity;
