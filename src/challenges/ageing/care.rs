//! Care that older people need at home, what is asked of the ledger, and what is missing.
//!
//! * need: 0.3, 2 or 8 hours a week at 65–74, 75–84 and 85+, times (0.5 + F) (models.md §18);
//! * asked: what is needed, less what organised neighbours take over; acute, ambulatory and preventive care by head;
//! * gap: 1 − (hours given · (1 − lost) · (1 − language · friction) + neighbours) / hours needed, in each neighbourhood.
//!   *Lost* is what rosters lose at the start. The language gap reads [`State::Friction`], never a person's language.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::parameters::AgeingParameters;
use super::workforce::CareForce;
use crate::challenges::shared::{
    CareBook, CareUse, Census, CouplingParameters, NeighbourhoodStates, Outcome, Outcomes, State,
};
use crate::policies::Controls;
use crate::sim::Clock;

/// What this month's pass over older people found.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Needs {
    /// Residents of 65 and over, by neighbourhood.
    pub elders: Vec<u32>,
    /// Care that they need, minutes per week.
    pub minutes_week: Vec<u32>,
}

impl Needs {
    /// Nothing known of `n` neighbourhoods.
    pub fn new(n: usize) -> Needs {
        Needs { elders: vec![0; n], minutes_week: vec![0; n] }
    }
}

/// Minutes of care per week, by age class and frailty.
pub struct NeedTable([[u16; 256]; 3]);

impl NeedTable {
    /// From the parameters.
    pub fn new(p: &AgeingParameters) -> NeedTable {
        let hours = [p.care_h_65, p.care_h_75, p.care_h_85];
        NeedTable(hours.map(|h| std::array::from_fn(|f| (60.0 * h * (0.5 + f as f64 / 255.0)).round() as u16)))
    }

    /// What somebody of 65 and over needs.
    #[inline]
    pub fn minutes_week(&self, age_y: u8, frailty: u8) -> u32 {
        u32::from(self.0[super::start::age_class(age_y)][usize::from(frailty)])
    }
}

/// Hours per month of neighbourhood `n`, from minutes per week.
fn hours_month(minutes_week: u32, days: f64) -> f64 {
    f64::from(minutes_week) / 60.0 * days / 7.0
}

/// Share of the care at home that organised neighbours take over in each neighbourhood.
fn neighbours_share(controls: &Controls, p: &AgeingParameters) -> Vec<f64> {
    let size = p.neighbourhood_care_size * p.effect_neighbourhood_care;
    controls.get("neighbourhood_care").iter().map(|v| (size * v).clamp(0.0, 1.0)).collect()
}

/// Asks the ledger for this month's hours.
pub(super) fn ask(
    clock: Res<Clock>,
    p: Res<AgeingParameters>,
    controls: Res<Controls>,
    census: Res<Census>,
    needs: Res<Needs>,
    mut book: ResMut<CareBook>,
) {
    let days = f64::from(clock.month().n_days());
    let neighbours = neighbours_share(&controls, &p);
    let prevention = controls.get("fall_prevention");
    for n in 0..needs.elders.len() {
        let (residents, elders) = (f64::from(census.residents[n]), f64::from(needs.elders[n]));
        let heads = (residents - elders).max(0.0) + p.care_acute_old * elders;
        book.ask(CareUse::Acute, n, (p.care_acute_h * heads).round() as u32);
        book.ask(CareUse::Ambulatory, n, (p.care_ambulatory_h * residents).round() as u32);
        let home = hours_month(needs.minutes_week[n], days) * (1.0 - neighbours[n]);
        book.ask(CareUse::Home, n, home.round() as u32);
        // The null variant takes no hours, so that it makes no difference at all.
        let groups = if p.effect_fall_prevention > 0.0 { p.fall_prevention_h * prevention[n] * elders } else { 0.0 };
        book.ask(CareUse::Prevention, n, (p.care_prevention_h * residents + groups).round() as u32);
    }
}

/// Notes what was missing, after the ledger is settled.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn receive(
    clock: Res<Clock>,
    p: Res<AgeingParameters>,
    couplings: Res<CouplingParameters>,
    controls: Res<Controls>,
    needs: Res<Needs>,
    book: Res<CareBook>,
    mut force: ResMut<CareForce>,
    mut states: ResMut<NeighbourhoodStates>,
    mut outcomes: ResMut<Outcomes>,
) {
    let days = f64::from(clock.month().n_days());
    let neighbours = neighbours_share(&controls, &p);
    #[expect(clippy::needless_range_loop, reason = "neighbourhood `n` indexes several tables")]
    for n in 0..needs.elders.len() {
        let needed = hours_month(needs.minutes_week[n], days);
        let friction = f64::from(states.of(State::Friction)[n]);
        let useful = (1.0 - p.care_gap_start) * (1.0 - p.care_language * couplings.diversity_ageing * friction);
        let given = f64::from(book.given(CareUse::Home)[n]) * useful.max(0.0) + needed * neighbours[n];
        states.of_mut(State::CareGap)[n] =
            if needed > 0.0 { (1.0 - given / needed).clamp(0.0, 1.0) as f32 } else { 0.0 };
        outcomes.add(Outcome::CareNeeded, n, needed.round() as u32);
        outcomes.add(Outcome::CareGiven, n, given.min(needed).round() as u32);
    }
    force.note_need(&book, days);
}
