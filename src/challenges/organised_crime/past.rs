//! What people have done before they are looked at for the first time: at rest, by the same hazards as everybody's.
//!
//! Who offends at rate r₀ per month without a past and r₁ = e^0.482 r₀ as long as an offence lies less than w months back has a
//! past for (e^(r₁ w) − 1)/r₁ months at a time and none for 1/r₀ (renewal theory). So those with a past are the share
//! r₀ D/(1 + r₀ D), D = (e^(r₁ w) − 1)/r₁. Without it, offending would wane in the first years, and as people without a past move
//! in (A: who comes is like residents in like circumstances).

use rayon::prelude::*;

use super::levers::Levers;
use super::propensity::PRIOR_MONTHS;
use super::volume::{People, Seen};
use crate::people::{CHUNK, Conduct, Person, ShortMonth};
use crate::sim::Stream;
use crate::sim::draws::unit;

/// Draws of the past.
pub const STREAM_PAST: Stream = Stream::named("crime.past");
/// [`Conduct::offended`] of somebody not looked at yet, and of somebody who never did.
const UNKNOWN: ShortMonth = ShortMonth(0);
const NEVER: ShortMonth = ShortMonth(-1);

/// Months that count for the past of `person`: five years, since the age of 12.
pub(super) fn months_of_past(person: &Person, now: ShortMonth) -> f64 {
    (f64::from(person.born.until(now)) - 144.0).clamp(0.0, f64::from(PRIOR_MONTHS))
}

/// The past at rest of somebody who offends at one rate, and `e^prior` times as often as long as an offence is less than
/// `months` ago.
pub(super) struct Past {
    /// Chance that an offence counts.
    pub(super) chance: f64,
    rate_after: f64,
    months: f64,
}

impl Past {
    /// `rate`: offences per month without a past. Spells with a past last (e^(r₁ w) − 1)/r₁ on average, those without 1/r₀.
    pub(super) fn of(rate: f64, prior: f64, months: f64) -> Past {
        let rate_after = rate * libm::exp(prior);
        let spell = if rate_after > 0.0 { libm::expm1((rate_after * months).min(50.0)) / rate_after } else { 0.0 };
        Past { chance: spell * rate / (1.0 + spell * rate), rate_after, months }
    }

    /// Months since the last offence, at quantile `u`.
    fn ago(&self, u: f32) -> f64 {
        let within = -libm::expm1(-self.rate_after * self.months);
        (-libm::log1p(-f64::from(u) * within) / self.rate_after.max(1e-12)).min(self.months)
    }
}

/// Draws the past of those of 12 and over who are looked at for the first time, everybody at the start and later whoever
/// has come to the city, by the same hazards: else offending would wane as people without a past move in. Who turns 12 has
/// none.
pub(super) fn give_past(
    seen: &Seen,
    level: f64,
    people: People,
    conducts: &mut [Conduct],
    efficacy: &[f64],
    levers: &Levers,
) {
    let (persons, now) = (people.persons, seen.now());
    let past: Vec<(usize, ShortMonth)> = {
        let look = seen.look(people, conducts, efficacy, levers);
        let of = |(i, person): (usize, &Person)| {
            if !person.is_there() || person.age_y(now) < 12 {
                return None;
            }
            let words = seen.draws.block(STREAM_PAST, person.key.0, 0);
            let past = Past::of(level * libm::exp(look.without_others(i)), seen.p.h_prior, months_of_past(person, now));
            let is_prior = f64::from(unit(words[0])) < past.chance;
            let offended = if is_prior { ShortMonth(now.0 - 1 - past.ago(unit(words[1])) as i16) } else { NEVER };
            Some((i, offended))
        };
        let chunks = persons.par_chunks(CHUNK).zip(look.conducts.par_chunks(CHUNK)).enumerate();
        let in_chunk = |(c, (persons, conducts)): (usize, (&[Person], &[Conduct]))| -> Vec<(usize, ShortMonth)> {
            let rows = persons.iter().zip(conducts).enumerate().filter(|(_, (_, c))| c.offended == UNKNOWN);
            rows.filter_map(|(i, (person, _))| of((c * CHUNK + i, person))).collect()
        };
        chunks.flat_map_iter(in_chunk).collect()
    };
    past.into_iter().for_each(|(i, offended)| conducts[i].offended = offended);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Draws;

    /// Against a month-by-month simulation of 0.01 offences a month, ln 2 more often within 60 months of the last one.
    #[test]
    fn the_past_at_rest_is_that_of_a_long_life() {
        let past = Past::of(0.01, std::f64::consts::LN_2, 60.0);
        // (e^1.2 − 1)/0.02 = 116.0 months with a past, 100 without.
        assert!((past.chance - 0.5370).abs() < 1e-3, "{}", past.chance);
        let (mut ago, mut with_past, mut sum_ago) = (1_000u32, 0.0, 0.0);
        let n = 400_000;
        for month in 0..n {
            let u = f64::from(unit(Draws::at_start(8).block(STREAM_PAST, month, 0)[0]));
            let has_past = ago < 60;
            if has_past {
                with_past += 1.0;
                sum_ago += f64::from(ago);
            }
            ago = if u < if has_past { 0.02 } else { 0.01 } { 0 } else { ago + 1 };
        }
        // Some 2,000 spells: standard error 0.01; a month is no instant, which lowers it by as much.
        assert!((with_past / n as f64 - past.chance).abs() < 0.04, "{}", with_past / n as f64);
        let mean = (0..1_000).map(|i| past.ago((i as f32 + 0.5) / 1_000.0)).sum::<f64>() / 1_000.0;
        assert!((sum_ago / with_past - mean).abs() < 2.0, "{} {mean}", sum_ago / with_past);
        assert_eq!(Past::of(0.01, 0.5, 0.0).chance, 0.0);
    }
}
