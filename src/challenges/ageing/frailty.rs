//! Frailty F, 0–1: how much somebody's health lacks (a deficit index).
//!
//! * at 65: `F = least + spread · Exp(1)` with one draw per person, so that people differ for life (A);
//! * growth: `dF/dt = g (1 + a gap + b loneliness) F`, g = 0.05 a year (models.md §4), once a year in the month of birth;
//! * a fall with injury adds to it.
//!
//! Stored in a byte: steps are rounded at random, by keyed draws, so that small growth is right on average.

use super::parameters::AgeingParameters;
use super::{OLD_Y, start};
use crate::sim::draws::unit;
use crate::sim::{Draws, PersonKey};

/// One step of the byte.
pub const STEP: f64 = 1.0 / 255.0;

/// The frailty that `key` has on first sight, at `age_y`, as a byte above 0.
pub fn first(key: PersonKey, age_y: u8, seed: u64, p: &AgeingParameters) -> u8 {
    let u = unit(Draws::at_start(seed).block(start::STREAM_TRAITS, key.0, 0)[0]);
    let at_65 = p.frailty_least - p.frailty_spread * libm::log(1.0 - f64::from(u));
    let years = f64::from(age_y.saturating_sub(OLD_Y));
    to_byte(at_65 * libm::exp(p.frailty_growth_y * years), 0.5)
}

/// `frailty` as a byte between 1 and 255, rounded up with the chance of its remainder: `u` is uniform, or ½ to round.
pub fn to_byte(frailty: f64, u: f32) -> u8 {
    (frailty / STEP + f64::from(u)).floor().clamp(1.0, 255.0) as u8
}

/// Frailty one year later, where a share `gap` of the care needed is missing.
pub fn year_later(frailty: u8, loneliness: u8, gap: f32, u: f32, p: &AgeingParameters) -> u8 {
    let more = 1.0 + p.frailty_gap * f64::from(gap) + p.frailty_lonely * f64::from(loneliness) * STEP;
    to_byte(f64::from(frailty) * STEP * libm::exp(p.frailty_growth_y * more), u)
}
