//! Who lives there: persons, households and their homes, how they come to be, and how they change month by month.
//!
//! | file | what it holds |
//! |---|---|
//! | [`components`] | the tables: one plain struct per person, household, dwelling |
//! | [`synthesis`], [`fitting`], `ages` | the first inhabitants, from neighbourhoods' head counts |
//! | [`books`] | the civil registry: the only code that changes memberships and homes |
//! | [`demography`], [`rates`] | births, deaths, leaving home, unions, separations, departures |
//! | `unions` | how readily people move in with a partner, solved at the start |
//! | [`migration`] | arrivals from abroad and from elsewhere in the country |
//! | [`region`] | the country around the city, by age and kind of municipality |
//! | [`work`], [`places`] | schooling, work, income; where people meet by day |
//! | [`order`] | tables in the order of homes, once a year |
//! | [`tally`] | what happened this month |
//! | [`requests`] | deaths and evictions that challenges ask for |
//! | [`causes`] | causes of death that challenges draw themselves |
//! | [`hazard`] | what a hazard may know of a person |
//! | [`ties`] | whom people know: five layers, as an index over membership |
//! | [`plugin`] | which system runs when |

mod ages;
pub mod books;
pub mod causes;
pub mod components;
pub mod demography;
pub mod fitting;
pub mod hazard;
pub mod migration;
pub mod order;
pub mod parameters;
pub mod places;
pub mod plugin;
pub mod rates;
pub mod region;
pub mod requests;
pub mod synthesis;
pub mod tally;
pub mod ties;
mod unions;
pub mod work;

pub use books::{Books, FreeSlots, Tables};
pub use causes::Causes;
pub use components::{
    Conduct, Dwelling, DwellingStatus, Health, Household, NewcomerType, Occupation, Outlook, Person, ShortMonth, Work,
};
pub use hazard::HazardView;
pub use order::NewSlots;
pub use parameters::DemographyParameters;
pub use plugin::PeoplePlugin;
pub use requests::Requests;
pub use tally::{Counts, Move, Tally};
pub use ties::{Layer, Society, Ties};

use rayon::prelude::*;

use crate::sim::Stream;

/// Rows that one task works on; fixed, so that results do not depend on the number of threads.
pub const CHUNK: usize = 8192;

/// How many of `rows` are as `is` says, counted in parallel.
pub fn count_rows<T: Sync>(rows: &[T], is: impl Fn(&T) -> bool + Sync) -> usize {
    rows.par_chunks(CHUNK).map(|chunk| chunk.iter().filter(|row| is(row)).count()).sum()
}

/// Domain of the keys of persons.
pub(crate) const KEYS_PERSON: Stream = Stream::named("people.person");
/// Domain of the keys of households.
pub(crate) const KEYS_HOUSEHOLD: Stream = Stream::named("people.household");
