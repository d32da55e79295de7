//! Newcomers: those who came from abroad less than twenty years ago, by type.

use super::super::components::{NewcomerType, Occupation};

/// What a newcomer type starts with (models.md §1; all A).
pub struct NewcomerTraits {
    /// Share of arrivals.
    pub share: f32,
    /// Command of the common language at arrival, 0–1.
    pub language: f32,
    /// Gross income at arrival, € per year.
    pub income_eur_y: f32,
    /// Hazard of leaving again, per year.
    pub leaves_y: f64,
    /// Share of arriving households that are a couple; the rest come alone.
    pub couple: f32,
    /// Mean number of children of an arriving couple.
    pub children: f32,
    /// Mean age, years.
    pub age_y: f32,
}

/// Traits by [`NewcomerType`]; the student's 60 % within four years is 23 % a year.
pub const NEWCOMER_TRAITS: [NewcomerTraits; 7] = [
    NewcomerTraits {
        share: 0.10,
        language: 0.1,
        income_eur_y: 0.0,
        leaves_y: 0.01,
        couple: 0.4,
        children: 1.2,
        age_y: 30.0,
    },
    NewcomerTraits {
        share: 0.10,
        language: 0.1,
        income_eur_y: 9_000.0,
        leaves_y: 0.10,
        couple: 0.3,
        children: 1.0,
        age_y: 34.0,
    },
    NewcomerTraits {
        share: 0.25,
        language: 0.2,
        income_eur_y: 25_000.0,
        leaves_y: 0.25,
        couple: 0.2,
        children: 0.2,
        age_y: 29.0,
    },
    NewcomerTraits {
        share: 0.15,
        language: 0.5,
        income_eur_y: 60_000.0,
        leaves_y: 0.15,
        couple: 0.4,
        children: 0.4,
        age_y: 31.0,
    },
    NewcomerTraits {
        share: 0.15,
        language: 0.4,
        income_eur_y: 8_000.0,
        leaves_y: 0.23,
        couple: 0.0,
        children: 0.0,
        age_y: 20.5,
    },
    NewcomerTraits {
        share: 0.20,
        language: 0.2,
        income_eur_y: 12_000.0,
        leaves_y: 0.03,
        couple: 0.6,
        children: 0.8,
        age_y: 29.0,
    },
    NewcomerTraits {
        share: 0.05,
        language: 0.2,
        income_eur_y: 10_000.0,
        leaves_y: 0.10,
        couple: 0.1,
        children: 0.1,
        age_y: 30.0,
    },
];

/// Occupation of a newcomer who does not work yet, from a uniform draw: one in four looks for work in the sense of the
/// labour statistics, the others learn the language, wait or look after others (A: CBS cohorts of status holders and family
/// migrants have few at work and few registered as looking for it in their first year).
pub(super) fn looks_or_waits(u: f32) -> Occupation {
    if u < 0.25 { Occupation::Unemployed } else { Occupation::Home }
}

/// Age of an adult newcomer at quantile `u`: 18 + 2.5 (mean − 18) u^1.5, skewed to the young as immigrants are (A).
pub(super) fn arrival_age_y(traits: &NewcomerTraits, u: f32) -> f32 {
    18.0 + 2.5 * (traits.age_y - 18.0) * u * u.sqrt()
}

/// Share of adult newcomers who are younger than `age_y`: the inverse of [`arrival_age_y`].
pub(super) fn younger_share(traits: &NewcomerTraits, age_y: f64) -> f64 {
    let part = (age_y - 18.0) / (2.5 * f64::from(traits.age_y - 18.0));
    libm::pow(part.clamp(0.0, 1.0), 2.0 / 3.0)
}

/// The newcomer type at quantile `u` of arrivals.
pub fn newcomer_type(u: f32) -> NewcomerType {
    let mut u = u;
    for kind in NewcomerType::ALL {
        let share = NEWCOMER_TRAITS[kind as usize].share;
        if u < share {
            return kind;
        }
        u -= share;
    }
    NewcomerType::Family
}

/// Years for which those who came from abroad count as newcomers at the start.
const NEWCOMER_YEARS: f64 = 20.0;
/// Hazard that a newcomer moves on to elsewhere in the country, per year (A: models.md §11.0's 4.5 % at the ages of
/// newcomers, at which twice as many move as on average, L[29]).
const MOVES_ON_Y: f64 = 0.08;

/// Type, and years since arrival, of a newcomer of the first population at quantiles `u` and `v`.
///
/// As many came in each of the last twenty years, and left again as their type does: so those who are still there are
/// those who stay, and the others came lately. Drawn as they arrive instead, too many would leave in the first years
/// and too few would have come just before.
pub fn newcomer_in_stock(u: f32, v: f32) -> (NewcomerType, f64) {
    let rate = |kind: NewcomerType| NEWCOMER_TRAITS[kind as usize].leaves_y + MOVES_ON_Y;
    let gone = |kind| -libm::expm1(-rate(kind) * NEWCOMER_YEARS);
    let years = |kind| f64::from(NEWCOMER_TRAITS[kind as usize].share) * gone(kind) / rate(kind);
    let mut left = f64::from(u) * NewcomerType::ALL.into_iter().map(years).sum::<f64>();
    let mut found = NewcomerType::Family;
    for kind in NewcomerType::ALL {
        if left < years(kind) {
            found = kind;
            break;
        }
        left -= years(kind);
    }
    (found, -libm::log1p(-f64::from(v) * gone(found)) / rate(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a steady state as many leave in a year as come: of each type Σ rate = arrivals less those who stay twenty years.
    #[test]
    fn the_first_newcomers_are_those_who_stayed() {
        let mut count = [0.0f64; 7];
        let mut lately = [0.0f64; 7];
        for i in 0..400 {
            for j in 0..100 {
                let (kind, years) = newcomer_in_stock((i as f32 + 0.5) / 400.0, (j as f32 + 0.5) / 100.0);
                assert!((0.0..=NEWCOMER_YEARS).contains(&years), "{years}");
                count[kind as usize] += 1.0;
                lately[kind as usize] += f64::from(u8::from(years < 1.0));
            }
        }
        // Status holders stay, labour migrants do not: 0.10 · 9.28 against 0.25 · 3.03 years.
        let [asylum, labour] = [count[NewcomerType::Asylum as usize], count[NewcomerType::Labour as usize]];
        assert!((asylum / labour - 0.10 * 9.273 / (0.25 * 3.026)).abs() < 0.03, "{}", asylum / labour);
        // (1 − e^{−0.33})/(1 − e^{−6.6}) of the labour migrants came in the last year.
        assert!((lately[NewcomerType::Labour as usize] / labour - 0.2815).abs() < 0.01, "{lately:?}");
    }

    #[test]
    fn ages_at_arrival_have_their_mean_and_their_inverse() {
        for traits in &NEWCOMER_TRAITS {
            let ages: Vec<f32> = (0..1_000).map(|i| arrival_age_y(traits, (i as f32 + 0.5) / 1_000.0)).collect();
            let mean = ages.iter().sum::<f32>() / 1_000.0;
            assert!((mean - traits.age_y).abs() < 0.1, "{mean} instead of {}", traits.age_y);
            assert!((younger_share(traits, f64::from(ages[700])) - 0.7005).abs() < 1e-4);
        }
    }
}
