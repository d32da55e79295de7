//! The levels at the start, solved from the first population so that its first year meets the statistics.
//!
//! * λ0: mean over 65+ of `1 − e^{−λ}` = 1/3, with the mean winter and no disorder or heat, by bisection;
//! * e: `Σ λ e` = 3.3 % of 65+; d: `Σ λ d e^{0.09 (age − 65)}` = 1.75 per 1,000 of 65+;
//! * l0: the quantile of circumstances above which 45 % of 65+ are.
//!
//! Deaths are taken out of general mortality by age: falls as `c e^{k (age − 65)}` with the same sum over the first
//! population (k = 0.06 + 0.09 + what frailty adds with age), loneliness as `μ (r − 1) s / (1 + (r − 1) s)`, s the share of
//! lonely people in the age class, r = 1.26. So a lonely person dies at `r μ / (1 + (r − 1) s)`, others at
//! `μ / (1 + (r − 1) s)`, and together at μ.

use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::care::{NeedTable, Needs};
use super::falls::{FallTable, fatal, icy_factor};
use super::parameters::AgeingParameters;
use super::{OLD_Y, frailty, loneliness};
use crate::challenges::shared::CouplingParameters;
use crate::city::Tenure;
use crate::people::rates::mortality_y;
use crate::people::{CHUNK, Causes, DemographyParameters, Dwelling, HazardView, Health, Household, Person};
use crate::people::{ShortMonth, Work};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{Clock, Draws, Stream};

/// Traits for life: drawn as at the start, whenever somebody is first looked at.
pub const STREAM_TRAITS: Stream = Stream::named("ageing.traits");

/// The levels solved at the start.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// λ0, falls per year at 65 without frailty or any of the rest.
    pub falls_y: f64,
    /// Share of falls that end in an emergency department.
    pub emergency: f64,
    /// Share of falls at 65 that kill.
    pub fatal: f64,
    /// Intercept of loneliness, logits.
    pub lonely: f64,
    /// Share of lonely people of 65–74, 75–84 and 85+ at the start.
    pub lonely_share: [f64; 3],
}

/// Age class of [`Levels::lonely_share`].
pub fn age_class(age_y: u8) -> usize {
    usize::from(age_y.saturating_sub(OLD_Y) / 10).min(2)
}

/// One older person of the first population.
struct Elder {
    age_y: u8,
    /// λ/λ0.
    weight: f64,
    /// Logits of loneliness without the intercept.
    logits: f64,
}

/// Looks at everybody of 65 and over for the first time, solves the levels, and takes the deaths out of the law.
pub(super) fn look_first(
    (clock, draws): (Res<Clock>, Res<Draws>),
    (p, people, couplings): (Res<AgeingParameters>, Res<DemographyParameters>, Res<CouplingParameters>),
    (persons, works): (Query<&Person>, Query<&Work>),
    (households, dwellings): (Query<&Household>, Query<&Dwelling>),
    mut healths: Query<&mut Health>,
    mut levels: ResMut<Levels>,
    mut causes: ResMut<Causes>,
) {
    let (persons, works) = (slice(&persons), slice(&works));
    let (households, dwellings) = (slice(&households), slice(&dwellings));
    let healths = slice_mut(&mut healths);
    let now = ShortMonth::of(clock.start);
    let unit_table = FallTable::new(&p, &Levels { falls_y: 1.0, ..Levels::default() }, couplings.housing_ageing);
    // A winter month has half of the largest share of icy days on average, and a quarter of the months are winter.
    let weather = icy_factor(p.icy_share / 8.0, &p);
    let rows = healths.par_chunks_mut(CHUNK).zip(persons.par_chunks(CHUNK).zip(works.par_chunks(CHUNK)));
    let elders: Vec<Elder> = rows
        .map(|(healths, (persons, works))| {
            let mut out = Vec::new();
            for ((health, person), work) in healths.iter_mut().zip(persons).zip(works) {
                if person.age_y(now) < OLD_Y || !person.is_there() {
                    continue;
                }
                let household = &households[person.household.i()];
                let view = HazardView::of(person, work, household, now);
                let home = household.dwelling.get().map(|d| &dwellings[d]);
                health.frailty = frailty::first(view.key(), view.age_y(), draws.seed, &p);
                health.partner = u8::from(view.has_partner());
                let senior = home.is_some_and(|d| d.tenure == Tenure::Senior as u8);
                let place = if senior { -p.lonely_senior_home } else { 0.0 };
                let stairs = home.is_some_and(|d| d.step_free == 0);
                out.push(Elder {
                    age_y: view.age_y(),
                    weight: unit_table.hazard_y(view.age_y(), health.frailty, stairs, weather),
                    logits: loneliness::character(view.key(), draws.seed, &p)
                        + loneliness::circumstances(view.lives_alone(), health.partner, health.frailty, 1.0, place, &p),
                });
            }
            out
        })
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect();
    *levels = solve(&elders, &p);
    let fall_growth = p.fall_age + p.fall_fatal_age + p.fall_frailty * p.frailty_growth_y * 0.2;
    let of_age = |age_y: u8, rate: f64| libm::exp(rate * f64::from(age_y - OLD_Y));
    let deaths_y: f64 =
        elders.iter().map(|e| levels.falls_y * e.weight * fatal(levels.fatal, e.age_y.into(), &p)).sum();
    let shape: f64 = elders.iter().map(|e| of_age(e.age_y, fall_growth)).sum();
    let fall_level = if shape > 0.0 { deaths_y / shape } else { 0.0 };
    causes.take_out(|age| {
        if age < usize::from(OLD_Y) {
            return 0.0;
        }
        let law = mortality_y(age as f64 + 0.5, &people);
        let excess = (p.lonely_mortality - 1.0) * levels.lonely_share[age_class(age as u8)];
        (fall_level * of_age(age as u8, fall_growth)).min(0.5 * law) + law * excess / (1.0 + excess)
    });
    // Loneliness begins where circumstances lead.
    healths.par_chunks_mut(CHUNK).zip(persons.par_chunks(CHUNK).zip(works.par_chunks(CHUNK))).for_each(
        |(healths, (persons, works))| {
            for ((health, person), work) in
                healths.iter_mut().zip(persons).zip(works).filter(|((h, _), _)| h.frailty > 0)
            {
                let household = &households[person.household.i()];
                let view = HazardView::of(person, work, household, now);
                let senior = household.dwelling.get().is_some_and(|d| dwellings[d].tenure == Tenure::Senior as u8);
                let place = if senior { -p.lonely_senior_home } else { 0.0 };
                let logits = levels.lonely
                    + loneliness::character(view.key(), draws.seed, &p)
                    + loneliness::circumstances(view.lives_alone(), health.partner, health.frailty, 1.0, place, &p);
                health.loneliness = (255.0 * loneliness::sigmoid(logits) + 0.5) as u8;
            }
        },
    );
}

/// Counts what care the first population needs.
pub(super) fn count_needs(
    clock: Res<Clock>,
    p: Res<AgeingParameters>,
    (persons, healths): (Query<&Person>, Query<&Health>),
    (households, dwellings): (Query<&Household>, Query<&Dwelling>),
    mut needs: ResMut<Needs>,
) {
    let (households, dwellings) = (slice(&households), slice(&dwellings));
    let now = ShortMonth::of(clock.start);
    let table = NeedTable::new(&p);
    for (person, health) in slice(&persons).iter().zip(slice(&healths)).filter(|(_, h)| h.frailty > 0) {
        if let Some(home) = households[person.household.i()].dwelling.get() {
            let n = usize::from(dwellings[home].neighbourhood);
            needs.elders[n] += 1;
            needs.minutes_week[n] += table.minutes_week(person.age_y(now), health.frailty);
        }
    }
}

fn solve(elders: &[Elder], p: &AgeingParameters) -> Levels {
    let n = elders.len() as f64;
    if elders.is_empty() {
        return Levels::default();
    }
    let who_fall = |level: f64| elders.iter().map(|e| -libm::expm1(-level * e.weight)).sum::<f64>() / n;
    let (mut low, mut high) = (0.0, 50.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if who_fall(middle) < p.fall_share_y { low = middle } else { high = middle }
    }
    let falls_y = 0.5 * (low + high);
    let falls: f64 = elders.iter().map(|e| falls_y * e.weight).sum();
    let fatal_weight: f64 =
        elders.iter().map(|e| falls_y * e.weight * libm::exp(p.fall_fatal_age * f64::from(e.age_y - OLD_Y))).sum();
    let mut logits: Vec<f64> = elders.iter().map(|e| e.logits).collect();
    let at = (((1.0 - p.lonely_share) * n) as usize).min(elders.len() - 1);
    let lonely = -*logits.select_nth_unstable_by(at, f64::total_cmp).1;
    let share = |class: usize| {
        let (mut all, mut are) = (0.0, 0.0);
        for e in elders.iter().filter(|e| age_class(e.age_y) == class) {
            all += 1.0;
            are += f64::from(u8::from(e.logits + lonely >= 0.0));
        }
        if all < 1.0 { p.lonely_share } else { are / all }
    };
    Levels {
        falls_y,
        emergency: (p.fall_emergency_y * n / falls).min(1.0),
        fatal: (p.fall_death_per_1000 / 1_000.0 * n / fatal_weight).min(0.5),
        lonely,
        lonely_share: [0, 1, 2].map(share),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// With everybody alike, the levels follow by hand: 1 − e^{−2 λ0} = 1/3.
    #[test]
    fn levels_of_a_plain_population() {
        let elders: Vec<Elder> =
            (0..1000).map(|i| Elder { age_y: 65, weight: 2.0, logits: f64::from(i) / 1000.0 }).collect();
        let p = AgeingParameters { fall_share_y: 1.0 / 3.0, ..AgeingParameters::default() };
        let levels = solve(&elders, &p);
        let falls = libm::log(1.5);
        assert!((2.0 * levels.falls_y / falls - 1.0).abs() < 1e-9);
        assert!((levels.emergency - 0.033 / falls).abs() < 1e-9);
        assert!((levels.fatal - 0.00175 / falls).abs() < 1e-9);
        assert_eq!(levels.lonely, -0.55, "450 of 1,000 lie above");
        assert_eq!(levels.lonely_share[0], 0.45);
    }
}
