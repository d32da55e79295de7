//! Housing (module 8 of models.md §9; report §2.1, §3.8): who moves, where to, and what homes cost.
//!
//! At the start (`start`, `calibration`) the market is made scarce (homes on offer, households that look and have
//! none), and intercepts are solved so that who moves in resembles who moves out, neighbourhood by neighbourhood.
//!
//! Each month:
//! 1. *Decide* ([`moving`]): a household's hazard of wanting to move, by age of the head (CBS), times how much too small
//!    the home is, rent burden and dislike of the neighbourhood, times how many homes there are to be had.
//! 2. *Act* ([`building`], [`market`]): new homes are added; every household that looks draws ten neighbourhoods from
//!    keyed tables ([`search`]: where people like them live, [`segments`]; seven in ten near where they live or lodge)
//!    among those it hears of (below), takes in each the vacancy with the lowest noise keyed by (household, dwelling), in
//!    one drawn again the next, and ranks those it likes better than staying (`choice`) by
//!    `U = β1 ln(income − cost) + β2 fit + β3 exp(−d/d0) + β4 amenities + β5 green + β9 f(unlike) + Gumbel`.
//!    Homes are then matched by deferred acceptance (`matching`, Gale & Shapley 1962): social homes take the longest
//!    waiting, market homes the best payer. The outcome does not depend on the order of anything.
//! 3. *Affect* ([`prices`]): prices and rents follow wages and the vacancy rate, faster where vacancies draw more
//!    seekers.
//!
//! Whoever has no home of their own *lodges* with others: young people and separated partners where they lived, newcomers
//! where there is room. They count as residents there, and look every second month until they have a home or give up.
//! Who is put out, or has been a guest for long, may find nobody and is without a roof ([`hosts`]).
//!
//! The same rules hold for everybody. Origin enters in two places, symmetrically for all groups (models.md §3, §9): as the
//! share of unlike neighbours against the household's own threshold; and through ties: people hear of a place with a
//! chance ∝ 1 + κ·q, with q how many times as common their own group is there as in the city, for most kin and friends are
//! of one's own group and homes are found through them (Krysan & Crowder 2017, *Cycle of Segregation*; for the
//! Netherlands Zorlu & Mulder 2008, *Regional Studies* 42, from memory; M). κ is set
//! so that groups stay about as far apart as they are at the start. That is where segregation that nobody wanted comes
//! from.
//!
//! Limits: owners' equity and mortgages are one monthly cost; illegal letting and evictions come from
//! other challenges; crowding by lodgers is not felt; one home in a
//! neighbourhood is looked at, so that sizes sort less than in reality.

pub mod building;
mod calibration;
mod choice;
pub mod conversion;
pub mod hosts;
pub mod market;
mod matching;
pub mod moving;
pub mod neighbourhoods;
pub mod parameters;
pub mod plugin;
pub mod prices;
pub mod search;
pub mod segments;
pub mod shelter;
mod start;

pub use market::Market;
pub(crate) use neighbourhoods::{Composition, Surroundings};
pub use parameters::HousingParameters;
pub use plugin::HousingPlugin;
