//! Who wants to move.

use bevy::prelude::*;
use rayon::prelude::*;

use super::market::Market;
use super::neighbourhoods::{Composition, Surroundings, dislike};
use super::parameters::HousingParameters;
use crate::city::Tenure;
use crate::people::migration::leaving::want_of_room;
use crate::people::rates::{interpolate, monthly};
use crate::people::{CHUNK, Dwelling, Household, ShortMonth};
use crate::sim::draws::{threshold, unit, with_blocks};
use crate::sim::state::slice;
use crate::sim::{Clock, Draws, HouseholdIdx, Stream};

/// Draws of wanting to move.
pub const STREAM: Stream = Stream::named("housing.wish");

/// Percent of persons who move within their municipality in a year, by age (L[29]: CBS 2020, figures of 2017; above
/// 70 A: moves to suitable homes make it rise again).
pub const WITHIN_BY_AGE: [(f64, f64); 15] = [
    (3.0, 8.0),
    (10.0, 5.5),
    (15.0, 4.1),
    (18.0, 5.1),
    (20.0, 7.8),
    (23.0, 12.7),
    (25.0, 14.2),
    (30.0, 11.2),
    (35.0, 8.3),
    (40.0, 6.3),
    (50.0, 3.4),
    (60.0, 2.2),
    (70.0, 2.2),
    (80.0, 3.0),
    (90.0, 4.0),
];

/// Households with a home that look for another one this month, in order of slot.
#[derive(Resource, Debug, Default)]
pub struct Wishes(pub Vec<HouseholdIdx>);

/// Draws who wants to move.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn wish_to_move(
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    draws: Res<Draws>,
    clock: Res<Clock>,
    p: Res<HousingParameters>,
    market: Res<Market>,
    composition: Res<Composition>,
    surroundings: Res<Surroundings>,
    mut wishes: ResMut<Wishes>,
) {
    let (households, dwellings, draws) = (slice(&households), slice(&dwellings), *draws);
    let now = ShortMonth::of(clock.month());
    let base: [f64; 128] = std::array::from_fn(|age| {
        monthly(p.move_scale * market.availability * interpolate(&WITHIN_BY_AGE, age as f64) / 100.0)
    });
    let offers = suitable_offers(dwellings, surroundings.n());
    // Most households are settled by one comparison; only who passes at the highest possible hazard is looked at.
    let most = p.crowding_factor * p.burden_factor * libm::exp(2.0 * p.dissatisfaction);
    let more = |age: usize| if age >= 65 { monthly(p.senior_offer_y) } else { 0.0 };
    let ceiling: [u32; 128] = std::array::from_fn(|age| threshold((base[age] + more(age)) * most));
    let wants = |h: &Household, word: u32| {
        let age = usize::from(h.head_age_y.min(127));
        let Some(home) = h.dwelling.get() else { return false };
        if word >= ceiling[age] {
            return false;
        }
        let home = &dwellings[home];
        let mut hazard = base[age];
        hazard *= want_of_room(h, home).min(p.crowding_factor);
        // A sitting owner pays off what was borrowed when they bought.
        let is_rented = home.tenure != Tenure::Owner as u8;
        if is_rented && home.cost_eur_m > 0.4 * h.income_eur_m {
            hazard *= p.burden_factor;
        }
        let unlike = composition.unlike(home.neighbourhood.into(), h.origin);
        let dislikes = dislike(unlike, h.threshold, p.preference_form as u8)
            + surroundings.dissatisfied[usize::from(home.neighbourhood)];
        hazard *= libm::exp(p.dissatisfaction * f64::from(dislikes));
        if age >= 65 && home.step_free == 0 {
            hazard += monthly(p.senior_offer_y * offers[usize::from(home.neighbourhood)]);
        }
        if h.since.until(now) < 12 {
            hazard *= 0.5;
        }
        f64::from(unit(word)) < hazard
    };
    let look = |(c, chunk): (usize, &[Household])| -> Vec<HouseholdIdx> {
        let mut looking = Vec::new();
        with_blocks(
            draws,
            STREAM,
            chunk,
            |h: &Household| h.key.0,
            |i, h, [word, ..]| {
                if h.is_there() && wants(h, word) {
                    looking.push(HouseholdIdx::at(c * CHUNK + i));
                }
            },
        );
        looking
    };
    wishes.0 = households.par_chunks(CHUNK).enumerate().flat_map_iter(look).collect();
}

/// True if the household has less floor area per head than the norm; a person alone is never crowded.
pub fn is_crowded(home: &Dwelling, household: &Household, p: &HousingParameters) -> bool {
    household.size > 1 && f64::from(home.area_m2) < p.crowded_m2_per_person * f64::from(household.size)
}

/// How far each neighbourhood has homes on offer that suit older people: `1 − e^{−v/v0}`, v the vacant step-free homes
/// to rent as a share of all homes, v0 = 0.2 % (A; models.md §4: seniors move if something suitable is near).
fn suitable_offers(dwellings: &[Dwelling], n: usize) -> Vec<f64> {
    let none = || vec![[0u32; 2]; n];
    let count = |mut counts: Vec<[u32; 2]>, chunk: &[Dwelling]| {
        for home in chunk.iter().filter(|d| d.is_there()) {
            let to_rent = home.tenure != Tenure::Owner as u8 && home.tenure != Tenure::Room as u8;
            let [all, on_offer] = &mut counts[usize::from(home.neighbourhood)];
            *all += 1;
            *on_offer += u32::from(home.is_vacant() && home.step_free == 1 && to_rent);
        }
        counts
    };
    let add = |mut a: Vec<[u32; 2]>, b: Vec<[u32; 2]>| {
        a.iter_mut().zip(b).for_each(|(a, b)| (a[0], a[1]) = (a[0] + b[0], a[1] + b[1]));
        a
    };
    let counts = dwellings.par_chunks(CHUNK).fold(none, count).reduce(none, add);
    let part = |[all, on_offer]: [u32; 2]| -libm::expm1(-f64::from(on_offer) / (0.002 * f64::from(all.max(1))));
    counts.into_iter().map(part).collect()
}
