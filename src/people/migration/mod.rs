//! Coming and going: from and to abroad, from and to the rest of the country.
//!
//! Immigration is an exogenous series (models.md §1): so many people a year, by newcomer type. Emigration and domestic
//! departure are hazards of households. Domestic arrivals are an exogenous series that balances departures at the
//! start (models.md §11.0): arriving households look like those who tend to leave, drawn from *templates* of the
//! first population, with weights by age that let the age profile stand (`pull`): a large city draws the young in and
//! loses families. Where fewer come than that takes, it is families and people from thirty on who come less, for study
//! and first jobs draw the young in whatever homes cost: of people between 18 and 28 more come to the large Dutch cities
//! from the rest of the country than leave, at all other ages fewer (CBS, from memory; M). Their number follows the
//! surrounding [region](super::region).
//!
//! | module | what it is |
//! |---|---|
//! | [`newcomers`] | types of newcomers, and what each brings |
//! | `pull` | who comes from elsewhere in the country, for those who leave |
//! | [`arrivals`] | how many come, and their households |
//! | [`leaving`] | who leaves, and for want of what |

pub mod arrivals;
pub mod leaving;
pub mod newcomers;
mod pull;

use crate::sim::Stream;

/// Draws of this module.
pub const STREAM: Stream = Stream::named("people.migration");
