//! Housing (module 8 of models.md §9; report §2.1, §3.8): who moves, where to, and what homes cost.
//!
//! Each month:
//! 1. *Decide* ([`moving`]): a household's hazard of wanting to move, by age of the head (CBS), times crowding, rent
//!    burden and dislike of the neighbourhood, times how many homes there are to be had.
//! 2. *Act* ([`building`], [`market`]): new homes are added; every household that looks draws ten neighbourhoods from
//!    a keyed table, takes in each the vacancy with the lowest noise keyed by (household, dwelling), and ranks those
//!    it likes better than staying by
//!    `U = β1 ln(income − cost) + β2 fit + β3 exp(−d/d0) + β4 amenities + β5 green + β9 f(unlike) + Gumbel`.
//!    Homes are then matched by deferred acceptance (Gale & Shapley 1962): social homes take the longest waiting,
//!    market homes the best payer. The outcome does not depend on the order of anything.
//! 3. *Affect* ([`prices`]): `Δ ln p = κ (D − S)/stock + income growth`, faster where vacancies draw more seekers.
//!
//! The same rules hold for everybody; origin enters only as the share of unlike neighbours against the household's own
//! threshold, symmetrically for all groups (models.md §3). That is where segregation that nobody wanted comes from.
//!
//! Limits: owners' equity and mortgages are one monthly cost; no illegal letting and no evictions yet (challenge 6 and
//! enforcement bring them); someone without a home is looking, doubled up or homeless alike until twelve months.

pub mod building;
mod calibration;
mod choice;
pub mod market;
mod matching;
pub mod moving;
pub mod neighbourhoods;
pub mod parameters;
pub mod plugin;
pub mod prices;
pub mod search;
pub mod segments;
mod start;

pub use market::Market;
pub(crate) use neighbourhoods::{Composition, Surroundings};
pub use parameters::HousingParameters;
pub use plugin::HousingPlugin;
