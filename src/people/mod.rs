//! Who lives there.

mod components;
mod tally;

pub use components::{Dwelling, Household, NewcomerType, Occupation, Person, ShortMonth, Work};
pub use tally::{Counts, Move, Tally};
