//! Loneliness of older people, 0–1; from ½ on somebody *feels lonely*.
//!
//! `L* = σ(l0 + 0.9 alone + 2 F + 1 partner lost (two years) + 0.15 few amenities + 0.3 little contact + 0.15 fear
//! − 0.3 senior home + personal)`, the three in the middle in standard deviations of the start; `dL/dt = (L* − L) / 12
//! months`. The personal term is logistic noise keyed by the person. l0 is solved so that 45 % of 65+ feel lonely at the
//! start. Grades: signs from surveys (models.md §4), sizes A. Stops nearby lower what frailty and distance do.
//!
//! Each person is looked at every third month.

use super::parameters::AgeingParameters;
use super::start;
use crate::sim::draws::unit;
use crate::sim::{Draws, PersonKey};

/// Months between two looks at a person.
pub const EVERY: u64 = 3;

/// From this byte on somebody feels lonely.
pub const LONELY: u8 = 128;

/// Months for which the loss of a partner is felt.
const LOSS_MONTHS: u8 = 24;

/// The byte [`crate::people::Health::partner`] one month later.
pub fn partner_month_later(before: u8, has_partner: bool) -> u8 {
    match before {
        _ if has_partner => 1,
        0 => 0,
        months if months > LOSS_MONTHS => 0,
        months => months + 1,
    }
}

/// What a person's circumstances are worth, in logits, without the intercept.
#[inline]
pub fn circumstances(alone: bool, partner: u8, frailty: u8, mobility: f64, place: f64, p: &AgeingParameters) -> f64 {
    let alone = if alone { p.lonely_alone } else { 0.0 };
    let loss = if partner >= 2 { p.lonely_loss } else { 0.0 };
    alone + loss + p.lonely_frailty * mobility * f64::from(frailty) / 255.0 + place
}

/// What a person is like, in logits.
pub fn character(key: PersonKey, seed: u64, p: &AgeingParameters) -> f64 {
    let u = f64::from(unit(Draws::at_start(seed).block(start::STREAM_TRAITS, key.0, 0)[1]));
    let u = u.clamp(1e-6, 1.0 - 1e-6);
    // The standard logistic distribution has the deviation π/√3.
    p.lonely_character * 0.551_329 * libm::log(u / (1.0 - u))
}

/// σ(x).
pub fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Loneliness [`EVERY`] months later, given where circumstances lead (in logits, with the intercept); `u` rounds.
pub fn later(loneliness: u8, logits: f64, u: f32, p: &AgeingParameters) -> u8 {
    let way = -libm::expm1(-(EVERY as f64) / p.lonely_months);
    let now = f64::from(loneliness);
    (now + way * (255.0 * sigmoid(logits) - now) + f64::from(u)).floor().clamp(0.0, 255.0) as u8
}
