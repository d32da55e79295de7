//! Support for families before they need youth care.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How far families are supported early.
pub(super) const LEVER: Lever = Lever {
    id: "family_support",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::City,
    cost_once_eur: 0.0,
    cost_yearly_eur: 45_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "the municipality",
    grade: Grade::A,
    source: "models.md §11.1; effect assumed (`budget.family_support_slows` = 0: none)",
    what_en: "Supports families early, which slows the growth of youth care: 0 = as now, 1 = everybody who needs it.",
    what_nl: "Steunt gezinnen vroeg, wat de groei van jeugdzorg remt: 0 = zoals nu, 1 = ieder die het nodig heeft.",
};
