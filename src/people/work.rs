//! Work, schooling and income through the years: once a year, in the month of birth.
//!
//! Deliberately simple (all A): chances of losing and finding work, one income profile by age and schooling, pension
//! at 67. Models.md asks for no more before the challenges that lean on it.

use bevy::prelude::*;
use rayon::prelude::*;

use super::components::{Occupation, Person, ShortMonth, Work};
use super::parameters::DemographyParameters;
use super::places::Places;
use super::{CHUNK, Tables};
use crate::sim::draws::threshold;
use crate::sim::{Clock, Draws, Stream};

/// Draws of this module.
pub const STREAM: Stream = Stream::named("people.work");

/// State pension age, years (M: 67 from 2024).
const PENSION_AGE_Y: u8 = 67;

/// Occupation at the start from a uniform draw; net participation of 15–74 about 73 % (M: CBS 2023).
pub fn first_occupation(age_y: u8, education: u8, u: f32) -> Occupation {
    let at_work = [0.68, 0.80, 0.88][usize::from(education.min(2))];
    match age_y {
        0..=3 => Occupation::Home,
        4..=17 => Occupation::Study,
        18..=23 if u < 0.6 => Occupation::Study,
        PENSION_AGE_Y.. => Occupation::Retired,
        _ if u < at_work => Occupation::Employed,
        _ if u < at_work + 0.045 => Occupation::Unemployed,
        _ => Occupation::Home,
    }
}

/// Typical gross income by occupation, schooling and age, € per year (A; level scaled to neighbourhood means at the
/// start, so only the ratios matter).
pub fn typical_income_eur_y(work: &Work, age_y: u8) -> f32 {
    let age = f32::from(age_y);
    let ladder = [26_000.0, 33_000.0, 50_000.0][usize::from(work.education.min(2))];
    match work.occupation {
        x if x == Occupation::Employed as u8 => ladder * (0.65 + 0.5 * ((age - 20.0) / 30.0).clamp(0.0, 1.0)),
        x if x == Occupation::Unemployed as u8 => 0.4 * ladder,
        x if x == Occupation::Retired as u8 => 15_000.0 + 0.3 * ladder,
        x if x == Occupation::Study as u8 && age_y >= 18 => 8_000.0,
        _ if age_y >= 18 => 5_000.0,
        _ => 0.0,
    }
}

/// How many times the typical income somebody of lasting earning power `earning` makes (permanent income, Friedman
/// 1957): it survives a change of job, so that incomes of neighbourhoods do not drift to the mean by themselves.
pub fn earning_factor(earning: u8) -> f32 {
    libm::expf((f32::from(earning) - 128.0) / 50.0)
}

/// The earning power of somebody who makes `factor` times the typical income.
pub fn earning_of(factor: f32) -> u8 {
    (128.0 + 50.0 * libm::logf(factor.max(1e-3)) + 0.5).clamp(1.0, 255.0) as u8
}

/// A child's earning power: four tenths of the mother's distance from the typical (A: order of the Dutch
/// intergenerational elasticity), and chance with the spread of first incomes, 0.45 in the logarithm.
pub fn inherited_earning(mothers: u8, words: [u32; 4]) -> u8 {
    let bell = words.iter().map(|&w| crate::sim::draws::unit(w)).sum::<f32>() - 2.0;
    let spread = 50.0 * 0.45 * bell / libm::sqrtf(1.0 / 3.0);
    (128.5 + 0.4 * (f32::from(mothers) - 128.0) + spread).clamp(1.0, 255.0) as u8
}

/// Birthday system: another year at school, at work or on a pension.
pub(super) fn pass_birthdays(
    mut tables: Tables,
    draws: Res<Draws>,
    clock: Res<Clock>,
    places: Res<Places>,
    p: Res<DemographyParameters>,
) {
    let books = tables.books();
    let (now, draws) = (books.now, *draws);
    let month_of_year = now.0.rem_euclid(12);
    let level = libm::pow(1.0 + p.income_growth_y, f64::from(clock.tick) / 12.0) as f32;
    let raise = 1.0 + p.income_growth_y as f32;
    let (lose, find) = (threshold(p.job_loss_y), threshold(p.job_find_y));
    let (households, dwellings) = (&*books.households, &*books.dwellings);
    books.works.par_chunks_mut(CHUNK).zip(books.persons.par_chunks(CHUNK)).for_each(|(works, persons)| {
        for (work, person) in works.iter_mut().zip(persons) {
            if person.born.0.rem_euclid(12) != month_of_year || !person.is_there() {
                continue;
            }
            let [u, v, w, x] = draws.block(STREAM, person.key.0, 0);
            let neighbourhood = || {
                let home = person.household.get().and_then(|h| households[h].dwelling.get());
                home.map_or(0, |d| usize::from(dwellings[d].neighbourhood))
            };
            let before = work.occupation;
            let after = next_occupation(work, person, now, [u, v], [lose, find]);
            work.income_eur_y *= raise;
            if after as u8 != before || matches!(person.age_y(now), 4 | 12) {
                let age_y = person.age_y(now);
                if before == Occupation::Study as u8 && age_y >= 18 {
                    // Schooling ends: middle or high for most (A: CBS 25–34 year-olds 2023: 11/36/53 %).
                    work.education = if w < threshold(0.11) { 0 } else { 1 + u8::from(w > threshold(0.47)) };
                }
                work.occupation = after as u8;
                work.place = places.choose(after, age_y, neighbourhood(), x);
                // A pension depends on earnings by half.
                let lasting = earning_factor(work.earning);
                let lasting = if after == Occupation::Retired { libm::sqrtf(lasting) } else { lasting };
                let personal = lasting * (0.9 + 0.2 * crate::sim::draws::unit(v));
                work.income_eur_y = typical_income_eur_y(work, age_y) * level * personal;
            }
        }
    });
}

fn next_occupation(work: &Work, person: &Person, now: ShortMonth, words: [u32; 2], chances: [u32; 2]) -> Occupation {
    let age_y = person.age_y(now);
    let [u, v] = words;
    let [lose, find] = chances;
    match age_y {
        0..=3 => Occupation::Home,
        4..=17 => Occupation::Study,
        PENSION_AGE_Y.. => Occupation::Retired,
        _ => match work.occupation {
            o if o == Occupation::Study as u8 && age_y <= 30 => {
                if u < threshold([0.25, 0.12, 0.12, 0.3, 0.45][usize::from(age_y.saturating_sub(18)).min(4)]) {
                    if v < threshold(0.85) { Occupation::Employed } else { Occupation::Unemployed }
                } else {
                    Occupation::Study
                }
            }
            o if o == Occupation::Employed as u8 && u < lose => {
                if v < threshold(0.6) {
                    Occupation::Unemployed
                } else {
                    Occupation::Home
                }
            }
            o if o == Occupation::Employed as u8 => Occupation::Employed,
            o if o == Occupation::Unemployed as u8 => {
                if u < find {
                    Occupation::Employed
                } else {
                    Occupation::Unemployed
                }
            }
            _ if u < threshold(0.08) => Occupation::Employed,
            _ => Occupation::Home,
        },
    }
}
