//! What is measured: read-only, month by month, for the city and for each neighbourhood.
//!
//! | module | what it is |
//! |---|---|
//! | [`indices`] | segregation, inequality, clustering, diversity: pure functions |
//! | [`INDICATORS`] | the one list of indicators, from which columns, documentation and report follow |
//! | [`counts`] | the monthly counting pass over the tables |
//! | [`Measures`], [`IndicatorsPlugin`] | this month's values |
//! | [`Recorder`] | the run folder |
//! | [`Frame`] | what leaves a simulation for the eye |
//!
//! Nothing here changes a simulation. Values are rules-bound before they leave: see [`MIN_PEOPLE`].

pub mod counts;
mod frame;
pub mod incidents;
pub mod indices;
mod list;
mod measures;
mod places;
mod recorder;
mod rows;
mod tables;
#[cfg(test)]
pub(crate) mod toy_town;

pub use counts::NeighbourhoodCounts;
pub use frame::{Frame, PersonDot};
pub use list::{
    Area, INDICATORS, Indicator, Kind, Published, Scope, Unit, Value, Words, city_indicators, indicator,
    neighbourhood_indicators,
};
pub use measures::{IndicatorsPlugin, MIN_PEOPLE, Measures};
pub use places::Places;

pub(crate) use recorder::parts;
pub use recorder::{RecordError, Recorder, RecorderOptions};
pub use rows::{N_AGES, Pyramid};
pub use tables::{Column, Table, documentation};
