//! Help with problem debts.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How many people with problem debts are helped.
pub(super) const LEVER: Lever = Lever {
    id: "debt_help",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 0.0,
    cost_yearly_eur: 30_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "the municipality; creditors",
    grade: Grade::A,
    source: "models.md §2.6; effect assumed (`neighbourhoods.debt_help_effect` = 0: none)",
    what_en: "Helps people out of problem debts: 0 = as now, 1 = everybody, who then lose half of them in a year.",
    what_nl: "Helpt mensen uit problematische schulden: 0 = zoals nu, 1 = iedereen, die dan in een jaar de helft \
              kwijtraakt.",
};
