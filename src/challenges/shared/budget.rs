//! The municipal budget: prevention is what remains (models.md §13.2; report §2.4, §4.1).
//!
//! ```text
//! supply     = residents · (tax + grants) + tax share · incomes
//! mandatory  = youth care + its overrun (the part that the State does not pay) + everything else
//! prevention = supply − mandatory, never below nothing
//! funded     = min(1, prevention / what the levers ask for)
//! ```
//! € per month. "Everything else" is solved at the start so that `prevention_eur_per_resident_y` remains; from then on it
//! grows with wages, as taxes and grants do. Youth care grows faster (R: overruns of €628 million in 2023 and €828
//! million in 2024 nationally), so the residual shrinks and programmes are cut by nobody's decision: that is how
//! interruption *emerges*. Family support slows that growth (A).
//!
//! Levers of [`CHARGED`] cost their yearly price for every 1,000 residents of the neighbourhoods in which they are set,
//! above their default. When the money does not suffice, all get the same share of what they asked for.
//! Not charged: levers of the State, the police and housing associations, and one-off costs.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::Census;
use crate::people::{DemographyParameters, Household};
use crate::policies::{Controls, lever};
use crate::sim::state::slice;
use crate::sim::{Clock, Ledgers};

crate::parameters! {
    /// What a municipality takes in and must spend.
    pub struct BudgetParameters in "budget" {
        tax_eur_per_resident_y: 600.0, 0.0..=5000.0, "€ per resident per year", A, "order of Dutch local taxes without those on income", "Local taxes and levies by head";
        tax_income_share: 0.004, 0.0..=0.2, "1", A, "property tax follows incomes in the end; grants even most of it out", "Local taxes as a share of disposable incomes";
        grants_eur_per_resident_y: 2300.0, 0.0..=20000.0, "€ per resident per year", M, "municipal fund, order of €41 billion for 17.9 million residents", "National grants";
        grants_growth_y: 0.0, -0.1..=0.1, "1/y", A, "0 = with wages", "Growth of grants above wages";
        youth_care_eur_per_resident_y: 390.0, 0.0..=5000.0, "€ per resident per year", M, "order of €7 billion for 17.9 million residents", "Youth care";
        youth_care_overrun_eur_per_resident_y: 46.0, 0.0..=1000.0, "€ per resident per year", R, "report: €828 million in 2024", "Youth care above what grants foresee, at the start";
        youth_care_growth_y: 0.02, -0.1..=0.3, "1/y", A, "overruns rose from €628 to €828 million in a year (report)", "Growth of youth care above wages";
        youth_care_compensated: 0.5, 0.0..=1.0, "1", A, "the State has paid part of past overruns afterwards", "Share of that growth paid by the State";
        family_support_slows: 0.3, 0.0..=1.0, "1", A, "0 = family support without effect", "Share of that growth avoided by family support everywhere";
        prevention_eur_per_resident_y: 60.0, 0.0..=2000.0, "€ per resident per year", A, "order of Dutch neighbourhood budgets", "What remains for prevention at the start";
    }
}

/// Levers paid from what remains.
pub const CHARGED: &[&str] = &[
    "programme",
    "programme_budget",
    "placemaking",
    "maintenance",
    "resident_networks",
    "meeting_places",
    "language_courses",
    "liaison_officers",
    "anti_discrimination",
    "family_support",
    "debt_help",
];

/// Where the money stands.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Everything else that must be paid, solved at the start, € per resident per year.
    other_eur_per_resident_y: f64,
    /// Youth care over that of the start, in real terms.
    youth_care: f64,
    /// Disposable incomes of all households, € per month, counted once a year.
    incomes_eur_m: f64,
    /// What remained for prevention this month, €.
    pub available_eur_m: f64,
    /// What the levers asked for this month, €.
    pub wanted_eur_m: f64,
    /// Share of it that they got.
    pub funded: f64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            other_eur_per_resident_y: 0.0,
            youth_care: 1.0,
            incomes_eur_m: 0.0,
            available_eur_m: 0.0,
            wanted_eur_m: 0.0,
            funded: 1.0,
        }
    }
}

/// € per month: supply, youth care with its overrun, everything else.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Account {
    supply: f64,
    youth_care: f64,
    other: f64,
}

impl Budget {
    fn account(&self, residents: f64, wages: f64, years: f64, p: &BudgetParameters) -> Account {
        let grants = p.grants_eur_per_resident_y * libm::pow(1.0 + p.grants_growth_y, years);
        let by_head = (p.tax_eur_per_resident_y + grants) * wages * residents / 12.0;
        let paid_by_state = p.youth_care_compensated * (self.youth_care - 1.0).max(0.0);
        let foreseen = p.youth_care_eur_per_resident_y;
        let youth = foreseen * (self.youth_care - paid_by_state) + p.youth_care_overrun_eur_per_resident_y;
        Account {
            supply: by_head + p.tax_income_share * self.incomes_eur_m,
            youth_care: youth * wages * residents / 12.0,
            other: self.other_eur_per_resident_y * wages * residents / 12.0,
        }
    }

    /// The budget at the start, of which prevention's share remains.
    fn solve(residents: f64, incomes_eur_m: f64, p: &BudgetParameters) -> Budget {
        let mut budget = Budget { incomes_eur_m, ..Budget::default() };
        let first = budget.account(residents, 1.0, 0.0, p);
        let rest = (first.supply - first.youth_care) * 12.0 / residents.max(1.0);
        budget.other_eur_per_resident_y = (rest - p.prevention_eur_per_resident_y).max(0.0);
        budget.available_eur_m = p.prevention_eur_per_resident_y.min(rest.max(0.0)) * residents / 12.0;
        budget
    }
}

fn incomes(households: &[Household]) -> f64 {
    // Whole euros, so that the sum does not depend on its order.
    households.iter().filter(|h| h.is_there()).map(|h| h.income_eur_m as i64).sum::<i64>() as f64
}

/// Opens the budget; people must have been counted.
pub(super) fn open(world: &mut World) {
    let mut query = world.query::<&Household>();
    let incomes = incomes(slice(&query.query(world)));
    let residents = world.resource::<Census>().residents.iter().map(|&r| f64::from(r)).sum();
    let budget = Budget::solve(residents, incomes, &world.get_resource_or_init::<BudgetParameters>().clone());
    world.insert_resource(budget);
}

/// Takes in, pays what must be paid, and shares what remains.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub fn settle(
    clock: Res<Clock>,
    p: Res<BudgetParameters>,
    people: Res<DemographyParameters>,
    census: Res<Census>,
    controls: Option<Res<Controls>>,
    households: Query<&Household>,
    mut budget: ResMut<Budget>,
    mut ledgers: ResMut<Ledgers>,
) {
    if clock.tick.is_multiple_of(12) {
        budget.incomes_eur_m = incomes(slice(&households));
    }
    let years = f64::from(clock.tick) / 12.0;
    let wages = libm::pow(1.0 + people.income_growth_y, years);
    let residents: f64 = census.residents.iter().map(|&r| f64::from(r)).sum();
    let mean_of = |id: &str| {
        let values = controls.as_ref().map_or(&[][..], |c| c.get(id));
        let weighted: f64 = values.iter().zip(&census.residents).map(|(v, &r)| v * f64::from(r)).sum();
        weighted / residents.max(1.0)
    };
    let growth = p.youth_care_growth_y * (1.0 - p.family_support_slows * mean_of("family_support"));
    budget.youth_care *= 1.0 + growth / 12.0;
    let account = budget.account(residents, wages, years, &p);
    let wanted: Vec<(&str, f64)> = CHARGED
        .iter()
        .filter_map(|id| {
            let lever = lever(id)?;
            let extra = (mean_of(id) - lever.default).max(0.0);
            Some((*id, extra * residents / 1_000.0 * lever.cost_yearly_eur / 12.0 * wages))
        })
        .collect();
    let ledger = ledgers.open("budget", "€", account.supply as i64);
    ledger.draw("youth_care", account.youth_care as i64);
    ledger.draw("other_mandatory", account.other as i64);
    budget.available_eur_m = ledger.rest() as f64;
    budget.wanted_eur_m = wanted.iter().map(|w| w.1).sum();
    budget.funded =
        if budget.wanted_eur_m > budget.available_eur_m { budget.available_eur_m / budget.wanted_eur_m } else { 1.0 };
    for (id, eur) in wanted {
        ledger.draw(id, (eur * budget.funded) as i64);
    }
    let rest = ledger.rest();
    ledger.draw("unspent", rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_start_prevention_gets_its_share() {
        let p = BudgetParameters::default();
        let budget = Budget::solve(10_000.0, 2.0e7, &p);
        let a = budget.account(10_000.0, 1.0, 0.0, &p);
        let left_eur_per_resident_y = (a.supply - a.youth_care - a.other) * 12.0 / 10_000.0;
        assert!((left_eur_per_resident_y - 60.0).abs() < 1e-6);
        // 2,900 € by head and 0.4 % of 2,000 € a month.
        assert!((a.supply - (10_000.0 * 2_900.0 / 12.0 + 0.004 * 2.0e7)).abs() < 1e-6);
    }

    #[test]
    fn youth_care_eats_what_remains() {
        let p = BudgetParameters::default();
        let mut budget = Budget::solve(10_000.0, 2.0e7, &p);
        budget.youth_care = 1.2;
        let a = budget.account(10_000.0, 1.0, 0.0, &p);
        let left_eur_per_resident_y = (a.supply - a.youth_care - a.other) * 12.0 / 10_000.0;
        // Half of 20 % of 390 €.
        assert!((left_eur_per_resident_y - (60.0 - 39.0)).abs() < 1e-6);
    }
}
