//! How generations get along in a neighbourhood, and how lively its streets are.
//!
//! * complaints in a month ~ Poisson, with y and o the shares of 12–24 and 65+ among residents and a mean of
//!   `c/12 · residents/1,000 · y o / 0.15² · (1 − tie)/(1 − 0.58)`, so that c = 3 per 1,000 residents a year holds in
//!   a neighbourhood of 15 % each with ties as at the start. Tie = 0.58 + 0.1 σ of contact (the level of T-1e; A).
//! * decision: a place for the young is closed with the chance `0.15 · complaints per 1,000 residents` a month (the
//!   football cage of report §3.3); a tenth of the places goes each time, and they come back in five years.
//! * liveliness = (mean over residents of `1 − max(0, s − 0.6)/0.4`) · (0.7 + 0.3 places), s the share of 65+ in the 100 m
//!   block (T-3e, the report's claim, A).

use bevy::prelude::*;
use rand_distr::{Distribution, Poisson};
use serde::{Deserialize, Serialize};

use super::OLD_Y;
use super::parameters::AgeingParameters;
use crate::challenges::shared::{Census, CouplingParameters, NeighbourhoodStates, Outcome, Outcomes, State, spread};
use crate::people::{Dwelling, Household, Person, ShortMonth};
use crate::policies::Controls;
use crate::sim::draws::unit;
use crate::sim::state::slice;
use crate::sim::{Clock, Draws, Stream};

/// Draws of complaints.
pub const STREAM_COMPLAINTS: Stream = Stream::named("ageing.complaints");
/// Draws of what is decided about them.
pub const STREAM_DECISIONS: Stream = Stream::named("ageing.decisions");

/// Share of either generation at which [`AgeingParameters::complaints_per_1000`] holds.
const EVEN_SHARE: f64 = 0.15;
/// Share of neighbours who know each other, at the start.
const TIE: f64 = 0.58;

/// What streets offer.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Streets {
    /// Places for the young that are open, of those at the start.
    pub youth_places: Vec<f32>,
    /// Mean over residents of how lively their block is.
    pub lively_blocks: Vec<f32>,
}

impl Streets {
    /// As at the start.
    pub fn new(n: usize) -> Streets {
        Streets { youth_places: vec![1.0; n], lively_blocks: vec![1.0; n] }
    }
}

/// How lively a block is with a share `old` of 65+.
pub fn liveliness_of_block(old: f64, p: &AgeingParameters) -> f64 {
    1.0 - ((old - p.lively_from) / (1.0 - p.lively_from).max(1e-6)).clamp(0.0, 1.0)
}

/// Complaints expected in a month.
pub fn expected_complaints(residents: f64, young: f64, old: f64, tie: f64, p: &AgeingParameters) -> f64 {
    let mix = young * old / (EVEN_SHARE * EVEN_SHARE);
    let apart = ((1.0 - tie) / (1.0 - TIE)).max(0.0);
    p.complaints_per_1000 / 12.0 * residents / 1_000.0 * mix * apart
}

/// Days: the month's complaints.
pub(super) fn complain(
    (draws, census): (Res<Draws>, Res<Census>),
    p: Res<AgeingParameters>,
    couplings: Res<CouplingParameters>,
    controls: Res<Controls>,
    states: Res<NeighbourhoodStates>,
    mut outcomes: ResMut<Outcomes>,
) {
    let mixed = controls.get("mixed_generation_housing");
    for n in 0..states.n() {
        let residents = f64::from(census.residents[n]);
        if residents < 1.0 {
            continue;
        }
        let share = |of: &[u32]| f64::from(of[n]) / residents;
        let contact = couplings.neighbourhoods_ageing * spread::bounded(&states, State::Company, n);
        let tie = (TIE + 0.1 * contact).clamp(0.0, 0.95);
        let calmer = 1.0 - (p.mixed_generation_size * p.effect_mixed_generation_housing * mixed[n]).clamp(0.0, 1.0);
        let mean = expected_complaints(residents, share(&census.youth), share(&census.elders), tie, &p) * calmer;
        if let Ok(poisson) = Poisson::new(mean) {
            let number: f64 = poisson.sample(&mut draws.rng(STREAM_COMPLAINTS, n as u64));
            outcomes.add(Outcome::AgeComplaint, n, number as u32);
        }
    }
}

/// Once a year: how old blocks are.
pub(super) fn look_around(
    clock: Res<Clock>,
    p: Res<AgeingParameters>,
    (persons, households, dwellings): (Query<&Person>, Query<&Household>, Query<&Dwelling>),
    mut streets: ResMut<Streets>,
) {
    if !clock.tick.is_multiple_of(12) {
        return;
    }
    let (persons, households, dwellings) = (slice(&persons), slice(&households), slice(&dwellings));
    let last_born = ShortMonth(ShortMonth::of(clock.month()).0.saturating_sub(12 * i16::from(OLD_Y)));
    let n_cells = dwellings.iter().map(|d| d.cell as usize + 1).max().unwrap_or(0);
    // Residents and older residents of each cell, and where it lies.
    let mut cells = vec![(0u32, 0u32, u16::MAX); n_cells];
    for dwelling in dwellings.iter().filter(|d| d.is_there()) {
        let Some(h) = dwelling.household.get() else { continue };
        let cell = &mut cells[dwelling.cell as usize];
        cell.0 += u32::from(households[h].size);
        cell.2 = dwelling.neighbourhood;
    }
    for person in persons.iter().filter(|q| q.born <= last_born && q.is_there()) {
        if let Some(home) = households[person.household.i()].dwelling.get() {
            cells[dwellings[home].cell as usize].1 += 1;
        }
    }
    let mut sums = vec![(0.0, 0.0); streets.lively_blocks.len()];
    for &(residents, old, n) in cells.iter().filter(|c| c.0 > 0) {
        let residents = f64::from(residents);
        let sum = &mut sums[usize::from(n)];
        sum.0 += residents * liveliness_of_block(f64::from(old) / residents, &p);
        sum.1 += residents;
    }
    for (lively, (sum, residents)) in streets.lively_blocks.iter_mut().zip(sums) {
        *lively = if residents > 0.0 { (sum / residents) as f32 } else { 1.0 };
    }
}

/// Affect: places for the young are closed or come back; streets are as lively as that leaves them.
pub(super) fn decide_places(
    (draws, census): (Res<Draws>, Res<Census>),
    p: Res<AgeingParameters>,
    outcomes: Res<Outcomes>,
    mut streets: ResMut<Streets>,
    mut states: ResMut<NeighbourhoodStates>,
) {
    let streets = &mut *streets;
    for (n, places) in streets.youth_places.iter_mut().enumerate() {
        *places += (1.0 - *places) / p.youth_places_back_months as f32;
        let complaints =
            1_000.0 * f64::from(outcomes.of(Outcome::AgeComplaint)[n]) / f64::from(census.residents[n].max(1));
        if f64::from(unit(draws.block(STREAM_DECISIONS, n as u64, 0)[0])) < p.complaint_close * complaints {
            *places *= 0.9;
        }
        states.of_mut(State::Liveliness)[n] = streets.lively_blocks[n] * (0.7 + 0.3 * *places);
    }
}
