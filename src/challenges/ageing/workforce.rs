//! The people who work in care: how many there are, and so how many hours.
//!
//! ```text
//! posts   = posts0 (need / need0)^½ (1 + lever)
//! workers += h e^{−a d} (posts − workers) − (l/12) e^{a d} workers        d = ln of how dear the cheapest homes have become
//! hours   = workers × hours per worker
//! ```
//!
//! At the start a share 0.154 of those at work (1 in 6–7) is in care, and 5 % of posts stand empty; h is solved for
//! that. Hours per worker are solved so that all acute, ambulatory and home care and half of prevention is given. Dear
//! homes: [`Affordability`] of the housing market, which compares with the start. The sector does much else than what
//! the ledger holds (hospitals for others, day care, disability); the hours per worker are those that reach it.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::parameters::AgeingParameters;
use crate::challenges::shared::{CareBook, CareUse, Census, CouplingParameters};
use crate::people::demography::Affordability;
use crate::policies::Controls;
use crate::sim::Clock;

/// Share of the prevention asked for that is given at the start (A).
const PREVENTION_AT_START: f64 = 0.5;

/// The care workers of the city.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CareForce {
    /// Workers.
    pub workers: f64,
    /// Workers at the start.
    pub workers_at_start: f64,
    /// Hours of the ledger that one worker gives in a day.
    pub hours_per_worker_day: f64,
    /// Hours needed a day, all uses, at the start and last month.
    pub need_at_start_h_day: f64,
    /// See `need_at_start_h_day`.
    pub need_h_day: f64,
    hire: f64,
}

impl CareForce {
    /// A workforce at rest: `workers` give what `book` was asked for at the start, in a month of `days`.
    pub fn at_start(workers: f64, book: &CareBook, days: f64, p: &AgeingParameters) -> CareForce {
        let leave = p.care_leave_y / 12.0;
        let supply = asked(book) - (1.0 - PREVENTION_AT_START) * sum(book.asked(CareUse::Prevention));
        let need = asked(book) / days;
        CareForce {
            workers,
            workers_at_start: workers,
            hours_per_worker_day: supply / days / workers.max(1.0),
            need_at_start_h_day: need,
            need_h_day: need,
            // At rest: hire (posts − workers) = leave workers, with posts = workers / (1 − vacancies).
            hire: leave * (1.0 - p.care_vacancies) / p.care_vacancies.max(1e-3),
        }
    }

    /// Posts that are paid for, with `capacity` more by a lever.
    pub fn posts(&self, capacity: f64, p: &AgeingParameters) -> f64 {
        let grown = libm::pow(self.need_h_day / self.need_at_start_h_day.max(1e-9), p.posts_follow_need);
        self.workers_at_start / (1.0 - p.care_vacancies) * grown * (1.0 + capacity).max(0.0)
    }

    /// One month, with homes `dear` (log) for those who work in care.
    pub fn month(&mut self, capacity: f64, dear: f64, p: &AgeingParameters) {
        let pull = libm::exp(p.care_dear * dear);
        let open = self.posts(capacity, p) - self.workers;
        // Posts that are cut are left as people leave, not faster than one in twelve a month.
        let come = if open > 0.0 { (self.hire / pull).min(1.0) * open } else { open.max(-self.workers / 12.0) };
        self.workers = (self.workers + come - p.care_leave_y / 12.0 * pull * self.workers).max(0.0);
    }

    /// Workers that would be needed to give all care, as a multiple of those at the start.
    pub fn needed_over_start(&self) -> f64 {
        self.need_h_day / self.need_at_start_h_day.max(1e-9)
    }

    /// Remembers what was asked for.
    pub fn note_need(&mut self, book: &CareBook, days: f64) {
        self.need_h_day = asked(book) / days;
    }
}

fn sum(hours: &[u32]) -> f64 {
    hours.iter().map(|&h| f64::from(h)).sum()
}

fn asked(book: &CareBook) -> f64 {
    CareUse::ALL.iter().map(|&purpose| sum(book.asked(purpose))).sum()
}

/// Decide: care workers come and go; their hours are this month's supply.
pub(super) fn staff(
    (clock, census): (Res<Clock>, Res<Census>),
    p: Res<AgeingParameters>,
    couplings: Res<CouplingParameters>,
    controls: Res<Controls>,
    affordability: Res<Affordability>,
    mut force: ResMut<CareForce>,
    mut book: ResMut<CareBook>,
) {
    let residents = sum(&census.residents);
    let mean = |id: &str| -> f64 {
        let weighted = controls.get(id).iter().zip(&census.residents).map(|(v, &n)| v * f64::from(n));
        weighted.sum::<f64>() / residents.max(1.0)
    };
    let own_homes = (mean("care_worker_homes") * p.care_worker_homes_size * p.effect_care_worker_homes).clamp(0.0, 1.0);
    let dear = -libm::log(affordability.0.clamp(0.1, 10.0)) * couplings.housing_ageing * (1.0 - own_homes);
    force.month(mean("care_capacity") * p.effect_care_capacity, dear, &p);
    book.supply_h = (force.workers * force.hours_per_worker_day * f64::from(clock.month().n_days())).round() as i64;
}
