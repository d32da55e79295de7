//! A budget for programmes, allotted by a rule.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// What a council spends on programmes.
pub(super) const LEVER: Lever = Lever {
    id: "programme_budget",
    unit: "€ per resident per year",
    min: 0.0,
    max: 100.0,
    default: 0.0,
    divided: false,
    acts: Acts::City,
    cost_once_eur: 0.0,
    cost_yearly_eur: 1_000.0,
    lead_time_months: 3,
    authority: Authority::Municipality,
    borne_by: "the municipality",
    grade: Grade::A,
    source: "models.md §2.6",
    what_en: "Yearly budget for neighbourhood programmes, spent by `allocation_rule`. Set it for the whole city.",
    what_nl: "Jaarlijks budget voor wijkprogramma's, verdeeld volgens `allocation_rule`. Geldt voor de hele stad.",
};
