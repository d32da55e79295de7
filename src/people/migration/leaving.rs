//! Who leaves: for elsewhere in the country, for want of room, or abroad.

use super::super::components::{Dwelling, Household};
use super::super::parameters::DemographyParameters;
use super::super::rates::interpolate;
use super::newcomers::NEWCOMER_TRAITS;

/// Share of people of an age who move to another municipality in a year, before scaling (L[29], CBS 2017).
const OUTWARD_BY_AGE: [(f64, f64); 13] = [
    (3.0, 5.3),
    (10.0, 2.6),
    (15.0, 2.6),
    (18.0, 6.9),
    (20.0, 10.3),
    (23.0, 13.0),
    (25.0, 13.0),
    (30.0, 8.6),
    (35.0, 6.0),
    (40.0, 4.0),
    (50.0, 2.4),
    (60.0, 1.8),
    (70.0, 1.3),
];

/// Floor area that a household of `size` would like: 35 m² and 22 m² for each further member (A).
pub fn wanted_m2(size: u8) -> f32 {
    35.0 + 22.0 * f32::from(size.saturating_sub(1))
}

/// How much more a household wants to move for want of room: (wanted ÷ actual floor area)², at least 1 (A; models.md §9:
/// stress by size).
pub fn want_of_room(h: &Household, home: &Dwelling) -> f64 {
    let too_small = f64::from(wanted_m2(h.size) / f32::from(home.area_m2.max(1)));
    (too_small * too_small).max(1.0)
}

/// Most that want of room raises the chance to leave the city by (A: of couples with a first child in Amsterdam some four
/// in ten are gone within four years, about twice what their age alone makes; CBS 2019, quoted from memory, M).
pub const OUTWARD_MOST: f64 = 3.0;

/// How much more a household leaves the city for want of room: families look for it outside.
pub fn outward_stress(h: &Household, home: Option<&Dwelling>) -> f64 {
    home.map_or(1.0, |home| want_of_room(h, home).min(OUTWARD_MOST))
}

/// Relative chance by age of the head that a household leaves for elsewhere in the country.
pub fn outward_profile(age_y: u8) -> f64 {
    interpolate(&OUTWARD_BY_AGE, f64::from(age_y))
}

/// How often those who are no newcomers emigrate, by age of the head, relative to 35–49 (A: order of CBS emigrants by age:
/// most in their twenties, hardly any above 65).
const EMIGRATION_BY_AGE: [(f64, f64); 5] = [(22.0, 1.6), (32.0, 1.5), (42.0, 1.0), (58.0, 0.5), (70.0, 0.2)];

/// Hazard of emigrating, per year, of a household whose head is a newcomer of type `newcomer` − 1 (0: none) and `age_y`.
pub fn emigration_y(newcomer: u8, age_y: u8, parameters: &DemographyParameters) -> f64 {
    match newcomer {
        0 => parameters.emigration_base_y * interpolate(&EMIGRATION_BY_AGE, f64::from(age_y)),
        n => NEWCOMER_TRAITS[usize::from(n - 1).min(6)].leaves_y,
    }
}
