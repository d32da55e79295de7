//! Homes where generations live side by side.

use super::{Authority, Lever};
use crate::sim::Grade;

/// How far generations are mixed.
pub(super) const LEVER: Lever = Lever {
    id: "mixed_generation_housing",
    unit: "share of new lettings",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 24,
    authority: Authority::HousingAssociations,
    borne_by: "housing associations",
    grade: Grade::A,
    source: "models.md §2.6, §4; effect assumed (`neighbourhoods.contact_generations` = 0: none)",
    what_en: "Lets homes so that young and old live side by side: 0 = as now, 1 = wherever possible.",
    what_nl: "Verhuurt zo dat jong en oud naast elkaar wonen: 0 = zoals nu, 1 = waar mogelijk.",
};
