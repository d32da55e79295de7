//! What the session asks of the background: further seeds of the active variant and of its twin, and every variant on
//! the session's own seed.

use std::sync::Arc;

use super::background::{Ask, Background, Case, MakeSeed};
use super::desk;
use super::leave::Report;
use super::session::Session;
use super::worker::without_measures;
use crate::fields::backend::Backend;
use crate::indicators::{Indicator, Kind, Unit};
use crate::scenario::size;
use crate::session::{Plans, Record};
use crate::sim::Order;

/// Seeds of the band and of the report, the session's own among them: the fewest that tell noise apart.
pub(super) const SEEDS: u64 = 5;
/// Months over which what happens is averaged: of one month chance says more than any measure.
const WINDOW: usize = 12;

/// What was asked of the background, and for what.
#[derive(Default)]
pub(super) struct Asked {
    plans: Option<Plans>,
    seeds: bool,
    table: bool,
    until: u16,
    /// With the measures and without them, by seed.
    pairs: Vec<(Case, Case)>,
    /// By variant; the last is without measures.
    variants: Vec<Case>,
}

/// What two cities, with and without measures, have measured on one seed.
pub(super) type Pair = (Arc<Vec<Record>>, Arc<Vec<Record>>);

impl Session {
    /// Orders of a variant, and of a city without measures but with its events.
    fn orders_of(&self, variant: usize) -> Option<(Vec<Order>, Vec<Order>)> {
        let file = &self.desk.file;
        let orders = file.plans.orders_of(variant, &file.scenario, &self.desk.cadastre).ok()?;
        let base = Plans::default().orders(&file.scenario, &self.desk.cadastre).ok()?;
        let without = without_measures(&orders, &base);
        Some((orders, without))
    }

    /// Asks the background for what is to be seen, if that is something new.
    pub fn attend_background(&mut self) {
        let (seeds, table) = (self.panels.band || self.report.as_ref().is_some_and(Report::waits), self.panels.table);
        if !seeds && !table && self.background.is_none() {
            return;
        }
        let known = self.status.known_until.map_or(0, |m| m.0 - self.desk.file.scenario.start.0 + 1);
        let until = (known.max(0) as u16).max(self.report.as_ref().map_or(0, |report| report.until));
        let asked = &self.asked_for;
        let plans = &self.desk.file.plans;
        if asked.plans.as_ref() == Some(plans) && (asked.seeds, asked.table, asked.until) == (seeds, table, until) {
            return;
        }
        let mut asked = Asked { plans: Some(plans.clone()), seeds, table, until, ..Asked::default() };
        let own = self.desk.file.scenario.seed;
        if seeds && let Some((with, without)) = self.orders_of(plans.active()) {
            let case = |seed: u64, orders: &[Order]| Case { seed, orders: orders.to_vec() };
            asked.pairs = (own..).take(self.n_seeds()).map(|s| (case(s, &with), case(s, &without))).collect();
        }
        if table {
            let all: Vec<_> = (0..plans.variants().len()).filter_map(|at| self.orders_of(at)).collect();
            let without = all.last().map(|(_, without)| without.clone());
            let orders = all.into_iter().map(|(with, _)| with).chain(without);
            asked.variants = orders.map(|orders| Case { seed: own, orders }).collect();
        }
        let mut cases: Vec<Case> = asked.variants.clone();
        cases.extend(asked.pairs.iter().flat_map(|(with, without)| [without.clone(), with.clone()]));
        let mut once: Vec<Case> = Vec::new();
        cases.into_iter().for_each(|case| {
            if !once.contains(&case) {
                once.push(case);
            }
        });
        if self.background.is_none() {
            let (scenario, city) = (self.desk.file.scenario.clone(), self.desk.city.clone());
            // On one core of the CPU; what the live city has got from a graphics processor holds here, too.
            let (site, known) = (Backend::Cpu.into(), self.desk.answers.clone());
            let make: MakeSeed = Arc::new(move |seed| desk::simulation(&scenario, &city, seed, &site, &known));
            let wake = self.wake.clone();
            self.background = Some(Background::start(make, move || wake()));
        }
        if let Some(background) = &self.background {
            background.ask(Ask { cases: once, until });
        }
        self.asked_for = asked;
    }

    /// As many seeds as fit into memory beside the live city.
    fn n_seeds(&self) -> usize {
        let fits = |n: &u64| size::guard(size::estimate(&self.desk.file.scenario, 2 + 2 * n), size::default_limit());
        (1..=SEEDS).rev().find(|n| fits(n).is_ok()).unwrap_or(1) as usize
    }

    /// The seeds that were asked for and have measured something: with and without the measures.
    pub fn pairs(&self) -> Vec<Pair> {
        let Some(background) = &self.background else { return Vec::new() };
        let of = |(with, without): &(Case, Case)| Some((background.records(with)?, background.records(without)?));
        self.asked_for.pairs.iter().filter_map(of).collect()
    }

    /// What the variants have measured, the last being the city without measures; `None` where it is on its way.
    pub fn compared(&self) -> Vec<Option<Arc<Vec<Record>>>> {
        let of = |case: &Case| self.background.as_ref().and_then(|background| background.records(case));
        self.asked_for.variants.iter().map(of).collect()
    }

    /// Seeds asked for, and the months that are done of all months.
    pub fn progress(&self) -> (usize, f32) {
        let pairs = &self.asked_for.pairs;
        let until = usize::from(self.asked_for.until).max(1);
        let Some(background) = &self.background else { return (pairs.len(), 0.0) };
        let done = |case: &Case| background.records(case).map_or(0, |r| r.len().saturating_sub(1)).min(until);
        let months: usize = pairs.iter().map(|(a, b)| done(a) + done(b)).sum();
        (pairs.len(), months as f32 / (2 * until * pairs.len().max(1)) as f32)
    }

    /// The ticks over which an indicator is shown at `tick`: what happens, over up to a year since the first measure.
    pub fn window(&self, indicator: &Indicator, tick: usize) -> std::ops::RangeInclusive<usize> {
        if indicator.kind != Kind::Flow {
            return tick..=tick;
        }
        let start = self.desk.file.scenario.start;
        let first = self.desk.file.plans.placements().iter().filter(|p| p.on && !p.is_event()).map(|p| p.from);
        let first = first.min().map_or(1, |from| (from.0 - start.0 + 1).max(1) as usize);
        // Before the first measure: the last year as well.
        let first = if first > tick { 1 } else { first };
        first.max((tick + 1).saturating_sub(WINDOW)).max(1).min(tick.max(1))..=tick.max(1)
    }
}

/// True for what happens, per so many residents: it can be mapped.
pub(super) fn is_rate(indicator: &Indicator) -> bool {
    indicator.kind == Kind::Flow && indicator.unit == Unit::PerThousandYear
}

/// Means of the neighbourhoods' values over some ticks; NaN where there is none.
pub(super) fn mean_over(records: &[Record], at: usize, ticks: std::ops::RangeInclusive<usize>) -> Vec<f32> {
    let within: Vec<&Vec<f32>> =
        ticks.filter_map(|tick| records.get(tick)).filter_map(|r| r.neighbourhoods.get(at)).collect();
    let n = within.iter().map(|values| values.len()).max().unwrap_or(0);
    let mean = |i: usize| {
        let known = within.iter().filter_map(|values| values.get(i)).filter(|v| v.is_finite());
        let (sum, n) = known.fold((0.0f64, 0u32), |(sum, n), v| (sum + f64::from(*v), n + 1));
        if n == 0 { f32::NAN } else { (sum / f64::from(n)) as f32 }
    };
    (0..n).map(mean).collect()
}
