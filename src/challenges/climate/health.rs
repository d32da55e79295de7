//! What heat does to people.
//!
//! * deaths: on every day of a heat wave the hazard of the life table is multiplied by 1 + β w(age) (T − 16.5 °C)₊, with T
//!   the day's mean at the station plus the warmth of the place and, in an old or crowded home, of the home. β lies
//!   between CBS 2006 (1.24 % per °C) and Huynen et al. 2001 (2.72 %; L). w weighs older people more and averages 1 over
//!   Dutch deaths by age.
//! * frail people suffer more, and (per standard deviation of disadvantage) those in poor neighbourhoods (A)
//! * visits to people of 75 and over (lever `heat_plan`) prevent part of it
//! * falls of 65 and over that come to an emergency department, and ambulance calls: rates that rise on hot days
//!
//! Only circumstances count: age, health, home, neighbourhood ([`HazardView`]). People without a home are left out.
//!
//! Limits: the heat of one month kills in that month and takes nobody's death forward; no adaptation over the years.

use bevy::prelude::*;
use rayon::prelude::*;

use super::exposure::Exposure;
use super::homes::HomePlaces;
use super::parameters::ClimateParameters;
use super::plugin::{ClimateCity, Episodes, HeatWave};
use super::weather::{daily_maximum_c, daily_mean_c};
use crate::challenges::shared::{CouplingParameters, NeighbourhoodStates, Outcome, Outcomes, State, spread};
use crate::people::rates::mortality_y;
use crate::people::{
    CHUNK, DemographyParameters, Dwelling, HazardView, Health, Household, Person, Requests, ShortMonth, Work,
};
use crate::policies::Controls;
use crate::sim::draws::{threshold, unit};
use crate::sim::state::slice;
use crate::sim::{Clock, Draws, PersonIdx, Stream};

/// Who dies of heat, and who is visited.
pub const STREAM: Stream = Stream::named("climate.heat");
/// Falls and calls.
pub const STREAM_CALLS: Stream = Stream::named("climate.calls");

/// Homes built before this have little insulation (A: the first Dutch rules came in the 1970s).
const INSULATED_FROM: u16 = 1975;
/// Floor area per person below which a home is crowded, m², as in the housing market.
const CROWDED_M2: u16 = 15;

/// What one heat wave does to one neighbourhood's people: integers, so that sums do not depend on threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Toll {
    residents: u32,
    old: u32,
    warmth_dk: i64,
    expected_ppb: u64,
    expected_75_ppb: u64,
    other_ppb: u64,
}

impl Toll {
    fn add(&mut self, o: &Toll) {
        self.residents += o.residents;
        self.old += o.old;
        self.warmth_dk += o.warmth_dk;
        self.expected_ppb += o.expected_ppb;
        self.expected_75_ppb += o.expected_75_ppb;
        self.other_ppb += o.other_ppb;
    }
}

/// Degrees above `limit_c`, summed over the days of `wave`, for somebody whose place is `excess_k` warmer.
pub fn degree_days(wave: &HeatWave, excess_k: f64, limit_c: f64) -> f64 {
    (0..wave.days).map(|d| (daily_mean_c(d, wave.days, wave.peak_c) + excess_k - limit_c).max(0.0)).sum()
}

/// Weight of the rise of mortality at `age_y`.
pub fn age_weight(age_y: u8, p: &ClimateParameters) -> f64 {
    match age_y {
        0..65 => p.heat_young,
        65..75 => p.heat_65,
        _ => p.heat_75,
    }
}

/// The tables of people and homes.
#[derive(bevy::ecs::system::SystemParam)]
pub(super) struct Exposed<'w, 's> {
    persons: Query<'w, 's, &'static Person>,
    works: Query<'w, 's, &'static Work>,
    healths: Query<'w, 's, &'static Health>,
    households: Query<'w, 's, &'static Household>,
    dwellings: Query<'w, 's, &'static Dwelling>,
    city: Res<'w, ClimateCity>,
    places: Res<'w, HomePlaces>,
    people: Res<'w, DemographyParameters>,
    p: Res<'w, ClimateParameters>,
    coupling: Res<'w, CouplingParameters>,
    controls: Res<'w, Controls>,
    clock: Res<'w, Clock>,
    draws: Res<'w, Draws>,
}

/// What the month's heat waves do to people.
pub(super) fn suffer_heat(
    episodes: Res<Episodes>,
    exposed: Exposed,
    mut exposure: ResMut<Exposure>,
    mut requests: ResMut<Requests>,
    mut outcomes: ResMut<Outcomes>,
    mut states: ResMut<NeighbourhoodStates>,
) {
    let p = &exposed.p;
    for (number, wave) in episodes.heat.iter().enumerate() {
        let (tolls, deaths) = exposed.of_wave(wave, number as u32, &states);
        for (slot, n) in deaths {
            requests.die(slot);
            outcomes.add(Outcome::HeatDeaths, n, 1);
        }
        let hot = (0..wave.days).filter(|&d| daily_maximum_c(d, wave.days, wave.peak_c) >= p.hot_day_c).count() as f64;
        let falls = p.falls_y / 365.0 * hot * libm::expm1(p.falls_heat) * exposed.coupling.climate_ageing;
        let calls = p.calls_y / 365.0 * hot * p.calls_heat;
        let mut sum = Toll::default();
        for (n, toll) in tolls.iter().enumerate() {
            let key = (number as u64) << 32 | (2 * n) as u64;
            let whole = |expected: f64, key: u64| exposed.draws.whole(STREAM_CALLS, key, expected) as u32;
            outcomes.add(Outcome::HeatFalls, n, whole(falls * f64::from(toll.old), key));
            outcomes.add(Outcome::HeatCalls, n, whole(calls * f64::from(toll.residents), key + 1));
            if toll.residents > 0 {
                states.of_mut(State::Heat)[n] = (0.1 * toll.warmth_dk as f64 / f64::from(toll.residents)) as f32;
            }
            sum.add(toll);
        }
        exposure.expected_heat_deaths_ppm = sum.expected_ppb / 1_000;
        exposure.expected_heat_deaths_75_ppm = sum.expected_75_ppb / 1_000;
        exposure.expected_other_deaths_ppm = sum.other_ppb / 1_000;
        exposure.degree_days_c = (100.0 * degree_days(wave, 0.0, p.heat_from_c)) as u32;
    }
}

impl Exposed<'_, '_> {
    /// What `wave` does, by neighbourhood, and who dies of it and where, in order of slot.
    fn of_wave(
        &self,
        wave: &HeatWave,
        number: u32,
        states: &NeighbourhoodStates,
    ) -> (Vec<Toll>, Vec<(PersonIdx, usize)>) {
        let (persons, works, healths) = (slice(&self.persons), slice(&self.works), slice(&self.healths));
        let (households, dwellings) = (slice(&self.households), slice(&self.dwellings));
        let now = ShortMonth::of(self.clock.month());
        let (p, coupling) = (&*self.p, &*self.coupling);
        let plan = self.controls.local(["heat_plan"], |_, [share]| share);
        let frailty = mean_frailty(healths);
        let n = states.n();
        let mortality: Vec<f64> = (0..=127)
            .map(|age| mortality_y(f64::from(age) + 0.5, &self.people) * f64::from(wave.days) / 365.0)
            .collect();
        let one = |tolls: &mut [Toll], deaths: &mut Vec<(PersonIdx, usize)>, slot: usize| {
            let (person, household) = (&persons[slot], persons[slot].household.get().map(|h| &households[h]));
            let Some(household) = household.filter(|_| person.is_there()) else { return };
            let Some(home) = household.dwelling.get() else { return };
            let dwelling = &dwellings[home];
            let at = usize::from(dwelling.neighbourhood);
            let view = HazardView::of(person, &works[slot], household, now);
            let age = view.age_y();
            let warmth_dk = wave.warmth.mean_dk[self.places.spot(home, dwelling, &self.city.0).pixel as usize];
            let crowded = dwelling.area_m2 < CROWDED_M2 * u16::from(household.size);
            let poor = dwelling.built_year < INSULATED_FROM || crowded;
            let home_k = if poor { p.heat_poor_home_k * coupling.housing_climate } else { 0.0 };
            let excess_k = 0.1 * f64::from(warmth_dk) + home_k;
            let mean_degrees = degree_days(wave, excess_k, p.heat_from_c) / f64::from(wave.days.max(1));
            let frail = match healths[slot].frailty {
                0 => 0.0,
                f => p.heat_frailty * coupling.ageing_climate * (f64::from(f) / 255.0 - frailty),
            };
            let poorer = spread::bounded(states, State::Disadvantage, at);
            let poorer = p.heat_disadvantage * coupling.neighbourhoods_climate * poorer;
            let words = self.draws.block(STREAM, view.key().0, number);
            let visited = age >= 75 && f64::from(unit(words[1])) < plan.at(at, dwelling.cell);
            let rise = p.heat_mortality_k
                * age_weight(age, p)
                * coupling.climate_ageing
                * (1.0 + frail + poorer).max(0.0)
                * if visited { 1.0 - p.heat_visit } else { 1.0 };
            let other = mortality[usize::from(age)];
            let chance = (other * rise * mean_degrees).min(1.0);
            let ppb = (chance * 1e9) as u64;
            tolls[at].add(&Toll {
                residents: 1,
                old: u32::from(age >= 65),
                warmth_dk: i64::from(warmth_dk),
                expected_ppb: ppb,
                expected_75_ppb: if age >= 75 { ppb } else { 0 },
                other_ppb: (other * 1e9) as u64,
            });
            if words[0] < threshold(chance) {
                deaths.push((PersonIdx::at(slot), at));
            }
        };
        let n_chunks = persons.len().div_ceil(CHUNK);
        let parts: Vec<_> = (0..n_chunks)
            .into_par_iter()
            .map(|c| {
                let (mut tolls, mut deaths) = (vec![Toll::default(); n], Vec::<(PersonIdx, usize)>::new());
                (c * CHUNK..((c + 1) * CHUNK).min(persons.len())).for_each(|slot| one(&mut tolls, &mut deaths, slot));
                (tolls, deaths)
            })
            .collect();
        let mut all = (vec![Toll::default(); n], Vec::new());
        for (tolls, deaths) in parts {
            all.0.iter_mut().zip(&tolls).for_each(|(sum, toll)| sum.add(toll));
            all.1.extend(deaths);
        }
        all
    }
}

/// Mean frailty of those whose frailty is known, 0–1.
fn mean_frailty(healths: &[Health]) -> f64 {
    let known = healths.iter().filter(|h| h.frailty > 0);
    let (sum, n) = known.fold((0u64, 0u64), |(sum, n), h| (sum + u64::from(h.frailty), n + 1));
    if n == 0 { 0.0 } else { sum as f64 / n as f64 / 255.0 }
}
