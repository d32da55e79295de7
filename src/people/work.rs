//! Work, schooling and income through the years: once a year, in the month of birth.
//!
//! Deliberately simple (all A): chances of losing work by schooling and of finding it, one income profile by age and
//! schooling, pension at 67. What lasts is schooling, which children get more of if their mother has, and earning power
//! ([`Work::earning`]), of which they inherit four tenths: so neighbourhoods do not drift to the city's mean by themselves.

use bevy::prelude::*;
use rayon::prelude::*;

use super::components::{Occupation, Person, ShortMonth, Work};
use super::parameters::DemographyParameters;
use super::places::Places;
use super::{CHUNK, Tables};
use crate::sim::draws::{threshold, unit};
use crate::sim::{Clock, Draws, Stream};

/// Draws of this module.
pub const STREAM: Stream = Stream::named("people.work");

/// State pension age, years (M: 67 from 2024).
const PENSION_AGE_Y: u8 = 67;

/// Share of people between school and pension who are at work, by schooling (CBS 2023; M).
const AT_WORK: [f64; 3] = [0.68, 0.80, 0.88];
/// Share of them who look for work.
const LOOKING: f64 = 0.045;

/// Occupation at the start from a uniform draw; net participation of 15–74 about 73 % (M: CBS 2023).
pub fn first_occupation(age_y: u8, education: u8, u: f32) -> Occupation {
    let at_work = AT_WORK[usize::from(education.min(2))] as f32;
    match age_y {
        0..=3 => Occupation::Home,
        4..=17 => Occupation::Study,
        18..=23 if u < 0.6 => Occupation::Study,
        PENSION_AGE_Y.. => Occupation::Retired,
        _ if u < at_work => Occupation::Employed,
        _ if u < at_work + LOOKING as f32 => Occupation::Unemployed,
        _ => Occupation::Home,
    }
}

/// People at home for another reason who find work, per year (A).
const RETURN_Y: f64 = 0.08;

/// Part of the people at work who are out of it a year later, relative to the mean, and part of these who look for work, by
/// schooling: solved so that participation by schooling stays what [`first_occupation`] makes it (CBS: the less schooling,
/// the more often out of work and the more often for good). In a steady state as many enter as leave, so of all people of
/// working age with a share `e` at work and `u` looking for work, `find · u` a year lose work and look for it, and
/// `RETURN_Y · (1 − e − u)` stop looking.
fn loss_by_schooling(find_y: f64) -> [(f64, f64); 3] {
    let lost = AT_WORK.map(|e| (find_y * LOOKING / e, RETURN_Y * (1.0 - e - LOOKING) / e));
    let mean = lost.iter().map(|(look, stop)| look + stop).sum::<f64>() / 3.0;
    lost.map(|(look, stop)| ((look + stop) / mean, look / (look + stop)))
}

/// Schooling at quantile `u` of somebody who leaves school, by the schooling of their mother, or that of all (CBS 25–34
/// year-olds 2023: 11, 36 and 53 %; M). Children of mothers with high schooling get it twice as often as those with low
/// (order of CBS figures; A), so that advantage is passed on and neighbourhoods keep it (report §3.1).
fn schooling(mothers: Option<u8>, u: f32) -> u8 {
    let [low, middle] = match mothers {
        Some(0) => [0.20, 0.47],
        Some(1) => [0.11, 0.41],
        Some(_) => [0.05, 0.25],
        None => [0.11, 0.36],
    };
    u8::from(u >= low) + u8::from(u >= low + middle)
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
    let bell = words.iter().map(|&w| unit(w)).sum::<f32>() - 2.0;
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
    let find = threshold(p.job_find_y);
    let lose = loss_by_schooling(p.job_find_y).map(|(times, look)| [threshold(times * p.job_loss_y), threshold(look)]);
    let (households, dwellings) = (&*books.households, &*books.dwellings);
    let all = &*books.persons;
    let pass = |work: &mut Work, person: &Person, schooling_now: Option<u8>| {
        let [u, v, _, x] = draws.block(STREAM, person.key.0, 0);
        let neighbourhood = || {
            let home = person.household.get().and_then(|h| households[h].dwelling.get());
            home.map_or(0, |d| usize::from(dwellings[d].neighbourhood))
        };
        let before = work.occupation;
        let [lose, look] = lose[usize::from(work.education.min(2))];
        let after = next_occupation(work, person, now, [u, v], [lose, look, find]);
        let age_y = person.age_y(now);
        if after as u8 != before && before == Occupation::Study as u8 && age_y >= 18 {
            let Some(schooling) = schooling_now else { return false };
            work.education = schooling;
        }
        work.income_eur_y *= raise;
        if after as u8 == before && before == Occupation::Employed as u8 {
            // A year of experience, by the same profile as at a change of work.
            work.income_eur_y *= typical_income_eur_y(work, age_y) / typical_income_eur_y(work, age_y - 1);
        }
        if after as u8 != before || matches!(age_y, 4 | 12) {
            work.occupation = after as u8;
            work.place = places.choose(after, age_y, neighbourhood(), x);
            // A pension depends on earnings by half.
            let lasting = earning_factor(work.earning);
            let lasting = if after == Occupation::Retired { libm::sqrtf(lasting) } else { lasting };
            let personal = lasting * (0.9 + 0.2 * unit(v));
            work.income_eur_y = typical_income_eur_y(work, age_y) * level * personal;
        }
        true
    };
    // Who leaves school waits until all others have passed their birthday: their schooling depends on their mother's.
    let leave_school: Vec<usize> = books
        .works
        .par_chunks_mut(CHUNK)
        .zip(all.par_chunks(CHUNK))
        .enumerate()
        .flat_map_iter(|(c, (works, persons))| {
            let mut waiting = Vec::new();
            for (i, (work, person)) in works.iter_mut().zip(persons).enumerate() {
                let has_birthday = person.born.0.rem_euclid(12) == month_of_year && person.is_there();
                if has_birthday && !pass(work, person, None) {
                    waiting.push(c * CHUNK + i);
                }
            }
            waiting
        })
        .collect();
    let schooled: Vec<u8> = leave_school
        .iter()
        .map(|&i| {
            let mother = all[i].mother.get().filter(|&m| all[m].is_there());
            schooling(mother.map(|m| books.works[m].education), unit(draws.block(STREAM, all[i].key.0, 0)[2]))
        })
        .collect();
    for (i, schooling) in leave_school.into_iter().zip(schooled) {
        pass(&mut books.works[i], &all[i], Some(schooling));
    }
}

fn next_occupation(work: &Work, person: &Person, now: ShortMonth, words: [u32; 2], chances: [u32; 3]) -> Occupation {
    let age_y = person.age_y(now);
    let [u, v] = words;
    let [lose, look, find] = chances;
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
                if v < look {
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
            _ if u < threshold(RETURN_Y) => Occupation::Employed,
            _ => Occupation::Home,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chances make a chain whose steady state is the participation that they are solved for.
    #[test]
    fn participation_by_schooling_stays_as_it_starts() {
        let find = 0.55;
        let lost = loss_by_schooling(find);
        let mean = AT_WORK.map(|e| (find * LOOKING + RETURN_Y * (1.0 - e - LOOKING)) / e).iter().sum::<f64>() / 3.0;
        for (schooling, &(times, look)) in lost.iter().enumerate() {
            let (mut work, mut looking) = (0.5, 0.2);
            for _ in 0..400 {
                let home = 1.0 - work - looking;
                let lose = times * mean * work;
                (work, looking) =
                    (work - lose + find * looking + RETURN_Y * home, looking + look * lose - find * looking);
            }
            assert!((work - AT_WORK[schooling]).abs() < 1e-3 && (looking - LOOKING).abs() < 1e-3, "{work} {looking}");
        }
        assert!((mean - 0.05).abs() < 0.01, "the default of job_loss_y is this mean: {mean}");
    }

    #[test]
    fn schooling_is_passed_on_and_adds_up_to_that_of_all() {
        let share = |mothers, of: u8| {
            (0..1_000).filter(|i| schooling(mothers, (*i as f32 + 0.5) / 1_000.0) == of).count() as f64 / 1_000.0
        };
        assert_eq!([0, 1, 2].map(|s| share(None, s)), [0.11, 0.36, 0.53]);
        assert!(share(Some(2), 2) > 2.0 * share(Some(0), 2));
        // Mothers of 40: a quarter low, 35 % middle, 40 % high (order of CBS).
        for of in 0..3 {
            let mixed = 0.25 * share(Some(0), of) + 0.35 * share(Some(1), of) + 0.40 * share(Some(2), of);
            assert!((mixed - share(None, of)).abs() < 0.01, "{of}: {mixed}");
        }
    }
}
