//! One pass over everybody of 65 and over: falls, deaths, frailty, loneliness, and what care they need.
//!
//! People below 65 cost one comparison. Each older person takes one block of four draws: fall, what comes of it, death by
//! loneliness, and the rounding of bytes.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use rayon::prelude::*;

use super::falls::{Fall, FallTable, icy_factor, icy_share};
use super::loneliness::{EVERY, LONELY};
use super::parameters::AgeingParameters;
use super::start::{Levels, age_class};
use super::{OLD_Y, care, frailty, loneliness};
use crate::challenges::shared::{
    CareBook, CareUse, CouplingParameters, NeighbourhoodStates, Outcome, Outcomes, State, spread,
};
use crate::city::Tenure;
use crate::people::rates::{monthly, mortality_y};
use crate::people::{
    CHUNK, DemographyParameters, Dwelling, HazardView, Health, Household, Person, Requests, ShortMonth, Work,
};
use crate::policies::{Controls, Local};
use crate::sim::draws::{threshold, unit};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{Clock, Draws, PersonIdx, Stream};

/// Draws of an older person's month.
pub const STREAM: Stream = Stream::named("ageing.month");

/// Frailty from which somebody counts as frail (0.25; M: usual cut of deficit indices).
const FRAIL: u8 = 64;

/// What the month does to people of a neighbourhood, or of a cell where a measure holds in a part of it.
#[derive(Clone, Copy)]
struct Place {
    /// Factor on the hazard of falling.
    falls: f64,
    /// Logits of loneliness.
    lonely: f64,
    /// Factor on what frailty does to loneliness.
    mobility: f64,
    /// Share of the care needed that nobody gave last month.
    gap: f32,
}

/// What the pass reads.
#[derive(SystemParam)]
pub struct Reads<'w> {
    clock: Res<'w, Clock>,
    draws: Res<'w, Draws>,
    p: Res<'w, AgeingParameters>,
    people: Res<'w, DemographyParameters>,
    couplings: Res<'w, CouplingParameters>,
    levels: Res<'w, Levels>,
    states: Res<'w, NeighbourhoodStates>,
    controls: Res<'w, Controls>,
}

impl Reads<'_> {
    fn places(&self, book: &CareBook) -> Local<Place> {
        let (p, states, couplings) = (&self.p, &self.states, &self.couplings);
        let month = self.clock.month();
        let ice = icy_factor(icy_share(month, *self.draws, p), p);
        let levers = [
            ("fall_prevention", p.effect_fall_prevention),
            ("pavements", p.effect_pavements),
            ("neighbourhood_care", p.effect_neighbourhood_care),
            ("mixed_generation_housing", p.effect_mixed_generation_housing),
            ("public_transport_access", p.effect_public_transport_access),
        ];
        let place = |n: usize, values: [f64; 5]| {
            let [prevention, upkeep, near_care, mixed, stops] = std::array::from_fn(|k| values[k] * levers[k].1);
            let hours = book.met(CareUse::Prevention, n);
            let bad = f64::from(states.of(State::Disorder)[n]) * (1.0 - p.pavements_size * upkeep).max(0.0);
            let hot_days = (f64::from(states.of(State::HotDays)[n]) / f64::from(month.n_days())).clamp(0.0, 1.0);
            let heat = 1.0 + hot_days * libm::expm1(p.fall_heat * couplings.climate_ageing);
            let pavement = libm::exp(p.fall_pavement * couplings.neighbourhoods_ageing * bad);
            let fewer = 1.0 - (p.fall_prevention_size * prevention * hours).min(1.0);
            let nearer = (1.0 - p.public_transport_size * stops).max(0.0);
            let z = |state| spread::bounded(states, state, n);
            let amenities = -p.lonely_amenities * z(State::Amenities) * nearer;
            let contact = -p.lonely_contact * z(State::Company);
            Place {
                falls: pavement * heat * ice * fewer,
                lonely: couplings.neighbourhoods_ageing * (amenities + contact)
                    + couplings.crime_ageing * p.lonely_fear * z(State::Fear)
                    - p.neighbourhood_care_lonely * near_care
                    - p.mixed_generation_lonely * mixed,
                mobility: nearer,
                gap: states.of(State::CareGap)[n],
            }
        };
        self.controls.local(levers.map(|(id, _)| id), place)
    }
}

/// Sums of one neighbourhood.
const ELDERS: usize = 0;
const LONELY_ONES: usize = 1;
const FRAIL_ONES: usize = 2;
const FALLS: usize = 3;
const EMERGENCIES: usize = 4;
const DEADLY: usize = 5;
const NEED_MIN: usize = 6;
const N_SUMS: usize = 7;

/// Everybody of 65 and over lives through the month.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn live_on(
    reads: Reads,
    (persons, works): (Query<&Person>, Query<&Work>),
    (households, dwellings): (Query<&Household>, Query<&Dwelling>),
    mut healths: Query<&mut Health>,
    mut requests: ResMut<Requests>,
    mut outcomes: ResMut<Outcomes>,
    mut book: ResMut<CareBook>,
    mut needs: ResMut<care::Needs>,
) {
    let p = &*reads.p;
    let (persons, works) = (slice(&persons), slice(&works));
    let (households, dwellings) = (slice(&households), slice(&dwellings));
    let now = ShortMonth::of(reads.clock.month());
    let n = reads.states.n();
    let places = reads.places(&book);
    let homeless = Place { falls: 1.0, lonely: 0.0, mobility: 1.0, gap: 0.0 };
    let table = FallTable::new(p, &reads.levels, reads.couplings.housing_ageing);
    let need = care::NeedTable::new(p);
    let lonely_death: [u32; 128] = std::array::from_fn(|age| {
        let excess = p.lonely_mortality - 1.0;
        let mean = 1.0 + excess * reads.levels.lonely_share[age_class(age as u8)];
        threshold(monthly(mortality_y(age as f64 + 0.5, &reads.people) * excess / mean))
    });
    let draws = *reads.draws;
    let turn = u64::from(draws.tick) % EVERY;
    let one = |i: usize, health: &mut Health, view: &HazardView, home: Option<&Dwelling>, born_now: bool| {
        let age_y = view.age_y();
        let place = home.map_or(homeless, |d| places.at(usize::from(d.neighbourhood), d.cell));
        let senior = home.is_some_and(|d| d.tenure == Tenure::Senior as u8);
        let senior_home = if senior { -p.lonely_senior_home } else { 0.0 };
        let logits = |health: &Health| {
            reads.levels.lonely
                + loneliness::character(view.key(), draws.seed, p)
                + loneliness::circumstances(
                    view.lives_alone(),
                    health.partner,
                    health.frailty,
                    place.mobility,
                    place.lonely + senior_home,
                    p,
                )
        };
        let words = draws.block(STREAM, view.key().0, 0);
        let (u, v) = (unit(words[3] << 16), unit(words[3]));
        if health.frailty == 0 {
            health.frailty = frailty::first(view.key(), age_y, draws.seed, p);
            health.partner = u8::from(view.has_partner());
            health.loneliness = (255.0 * loneliness::sigmoid(logits(health)) + 0.5) as u8;
        } else {
            health.partner = loneliness::partner_month_later(health.partner, view.has_partner());
            if born_now {
                health.frailty = frailty::year_later(health.frailty, health.loneliness, place.gap, u, p);
            }
            if view.key().0 % EVERY == turn {
                health.loneliness = loneliness::later(health.loneliness, logits(health), v, p);
            }
        }
        let stairs = home.is_some_and(|d| d.step_free == 0);
        let fall = table.draw(table.hazard_y(age_y, health.frailty, stairs, place.falls), age_y, [words[0], words[1]]);
        if fall == Fall::Emergency {
            let hurt = f64::from(health.frailty) * frailty::STEP + p.frailty_injury;
            health.frailty = frailty::to_byte(hurt, 0.5);
        }
        let need_min = need.minutes_week(age_y, health.frailty);
        health.care_need_qh = (need_min / 15).min(255) as u8;
        health.care_given_qh = (f32::from(health.care_need_qh) * (1.0 - place.gap) + 0.5) as u8;
        let is_lonely = health.loneliness >= LONELY;
        let dies = fall == Fall::Death || (is_lonely && words[2] < lonely_death[usize::from(age_y.min(127))]);
        let mut sums = [0; N_SUMS];
        sums[ELDERS] = 1;
        sums[LONELY_ONES] = u32::from(is_lonely);
        sums[FRAIL_ONES] = u32::from(health.frailty >= FRAIL);
        sums[FALLS] = u32::from(fall != Fall::None);
        sums[EMERGENCIES] = u32::from(matches!(fall, Fall::Emergency | Fall::Death));
        sums[DEADLY] = u32::from(fall == Fall::Death);
        sums[NEED_MIN] = need_min;
        (sums, dies.then_some(PersonIdx::at(i)))
    };
    let last_born = ShortMonth(now.0.saturating_sub(12 * i16::from(OLD_Y)));
    let rows =
        slice_mut(&mut healths).par_chunks_mut(CHUNK).zip(persons.par_chunks(CHUNK).zip(works.par_chunks(CHUNK)));
    let (sums, dying) = rows
        .enumerate()
        .fold(
            || (vec![0u32; n * N_SUMS], Vec::new()),
            |(mut sums, mut dying), (c, (healths, (persons, works)))| {
                for (i, person) in persons.iter().enumerate() {
                    // A free slot was born before everybody; it has no key.
                    if person.born > last_born || !person.is_there() {
                        continue;
                    }
                    let household = &households[person.household.i()];
                    let view = HazardView::of(person, &works[i], household, now);
                    let home = household.dwelling.get().map(|d| &dwellings[d]);
                    let born_now = person.born.until(now).rem_euclid(12) == 0;
                    let (counts, dies) = one(c * CHUNK + i, &mut healths[i], &view, home, born_now);
                    if let Some(home) = home {
                        let row = &mut sums[usize::from(home.neighbourhood) * N_SUMS..][..N_SUMS];
                        row.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                    }
                    dying.extend(dies);
                }
                (sums, dying)
            },
        )
        .reduce(
            || (vec![0; n * N_SUMS], Vec::new()),
            |(mut a, mut dying), (b, more)| {
                a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
                dying.extend(more);
                (a, dying)
            },
        );
    dying.into_iter().for_each(|person| requests.die(person));
    for (i, row) in sums.chunks(N_SUMS).enumerate() {
        outcomes.add(Outcome::LonelyElders, i, row[LONELY_ONES]);
        outcomes.add(Outcome::FrailElders, i, row[FRAIL_ONES]);
        outcomes.add(Outcome::Fall, i, row[FALLS]);
        outcomes.add(Outcome::FallEmergency, i, row[EMERGENCIES]);
        outcomes.add(Outcome::FallDeath, i, row[DEADLY]);
        needs.elders[i] = row[ELDERS];
        needs.minutes_week[i] = row[NEED_MIN];
        book.ask(CareUse::Acute, i, (p.care_emergency_h * f64::from(row[EMERGENCIES])) as u32);
    }
}
