//! Ageing (module 3 of models.md §4; report §3.3): frailty, falls, loneliness, care, senior homes, generations.
//!
//! Each month, for everybody of 65 and over:
//! 1. *Decide* ([`workforce`]): care workers leave and are hired; dear homes drive them out. Their hours are the supply
//!    of the care ledger ([`crate::challenges::shared::care`]).
//! 2. *Act* ([`senior_homes`]): homes for older people that a measure builds, in one block or spread out.
//! 3. *Days* ([`month`]): falls, `λ = λ0 exp(0.06 (age − 65) + 1.2 F + 0.4 stairs + 0.3 bad pavement + 0.3 ice +
//!    0.2 heat)` ([`falls`]); deaths by falls and by loneliness; frailty F grows with e^{0.05 t} ([`frailty`]);
//!    loneliness follows circumstances ([`loneliness`]). Then care is asked for ([`care`]), and complaints between
//!    generations are made ([`generations`]).
//! 4. *Affect*: the care ledger is settled; [`care`] writes how much of what was needed nobody gave, [`generations`]
//!    how lively streets are.
//!
//! Levels that statistics give are *solved* for the first population ([`start`]): a third of 65+ fall in a year, 3.3 %
//! come to an emergency department, 1.75 per 1,000 die of a fall, nearly half feel lonely. These deaths are taken out
//! of general mortality ([`crate::people::Causes`]), so that the first year has no more deaths than the law says.
//!
//! What a hazard knows of a person is a [`crate::people::HazardView`]: never group, sex, language or newcomer type.
//! Sources and grades stand with each number ([`parameters`]). Limits: nobody lives in an institution (5 % of 65+ do);
//! people under 65 have no frailty; family care is not simulated; loneliness of the young is another module's.

pub mod care;
pub mod falls;
pub mod frailty;
pub mod generations;
pub mod loneliness;
pub mod month;
pub mod parameters;
pub mod plugin;
pub mod senior_homes;
pub mod start;
pub mod workforce;

pub use parameters::AgeingParameters;
pub use plugin::{AgeingDays, AgeingPlugin};
pub use start::Levels;
pub use workforce::CareForce;

/// Age from which somebody belongs to this challenge, years.
pub const OLD_Y: u8 = 65;

#[cfg(test)]
mod tests;
