//! How often older people fall, and what comes of it.
//!
//! ```text
//! λ = λ0 exp(0.06 (age − 65) + 1.2 F + 0.4 stairs + 0.3 bad pavement + 0.3 ice + 0.2 heat)   per year (models.md §4)
//! P(emergency | fall) = e,   P(death | fall) = d exp(0.09 (age − 65)) ≤ ½
//! ```
//!
//! λ0, e and d are solved at the start ([`super::start`]). Bad pavement is the neighbourhood's disorder where no upkeep
//! takes it away; ice and heat are the shares of icy days (drawn for each winter month) and of hot days (the climate
//! challenge says how many; the falls that it puts down to heat are a part of these, not more).
//! Fall prevention works on its participants in so far as the care ledger leaves hours for it.
//!
//! Limits: at most one fall a month; who has fallen is not more afraid or careful afterwards.

use super::OLD_Y;
use super::parameters::AgeingParameters;
use super::start::Levels;
use crate::people::rates::monthly;
use crate::sim::draws::{threshold, unit};
use crate::sim::{Draws, Month, Stream};

/// Draws of the weather underfoot.
pub const STREAM_ICE: Stream = Stream::named("ageing.ice");

/// Share of this month's days with ice underfoot.
pub fn icy_share(month: Month, draws: Draws, p: &AgeingParameters) -> f64 {
    let winter = matches!(month.month(), 12 | 1 | 2);
    if winter { p.icy_share * f64::from(unit(draws.block(STREAM_ICE, 0, 0)[0])) } else { 0.0 }
}

/// What a month with that share of icy days does to the hazard: the mean of e^0.3 on icy days and 1 on others.
pub fn icy_factor(icy_share: f64, p: &AgeingParameters) -> f64 {
    1.0 + icy_share * libm::expm1(p.fall_ice)
}

/// The factors of the hazard, as tables.
pub struct FallTable {
    by_age: [f64; 128],
    by_frailty: [f64; 256],
    stairs: f64,
    emergency: u32,
    fatal: [u32; 128],
}

impl FallTable {
    /// With the levels `levels`; `stairs_strength` is that of the coupling with housing.
    pub fn new(p: &AgeingParameters, levels: &Levels, stairs_strength: f64) -> FallTable {
        FallTable {
            by_age: std::array::from_fn(|age| levels.falls_y * libm::exp(p.fall_age * (age as f64 - f64::from(OLD_Y)))),
            by_frailty: std::array::from_fn(|f| libm::exp(p.fall_frailty * f as f64 / 255.0)),
            stairs: libm::exp(p.fall_stairs * stairs_strength),
            emergency: threshold(levels.emergency),
            fatal: std::array::from_fn(|age| threshold(fatal(levels.fatal, age, p))),
        }
    }

    /// Falls per year. `place` holds what the neighbourhood and the weather do.
    #[inline]
    pub fn hazard_y(&self, age_y: u8, frailty: u8, stairs: bool, place: f64) -> f64 {
        let home = if stairs { self.stairs } else { 1.0 };
        self.by_age[usize::from(age_y.min(127))] * self.by_frailty[usize::from(frailty)] * home * place
    }

    /// What happens to somebody this month: `words` are two uniform draws.
    #[inline]
    pub fn draw(&self, hazard_y: f64, age_y: u8, words: [u32; 2]) -> Fall {
        let u = f64::from(unit(words[0]));
        // A month's chance is never above a twelfth of the hazard: most need no exponential.
        if u >= hazard_y / 12.0 || u >= monthly(hazard_y) {
            return Fall::None;
        }
        match words[1] {
            w if w < self.fatal[usize::from(age_y.min(127))] => Fall::Death,
            w if w < self.emergency => Fall::Emergency,
            _ => Fall::Light,
        }
    }
}

/// The chance that a fall kills at `age`, given the chance at 65.
pub fn fatal(at_65: f64, age: usize, p: &AgeingParameters) -> f64 {
    (at_65 * libm::exp(p.fall_fatal_age * (age as f64 - f64::from(OLD_Y)))).min(0.5)
}

/// A month's fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fall {
    /// None.
    None,
    /// Without a visit to an emergency department.
    Light,
    /// With one.
    Emergency,
    /// Deadly.
    Death,
}
