//! Upkeep of public space, against disorder.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How well public space is kept.
pub(super) const LEVER: Lever = Lever {
    id: "maintenance",
    unit: "times the usual",
    min: 0.0,
    max: 3.0,
    default: 1.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 0.0,
    cost_yearly_eur: 35_000.0,
    lead_time_months: 1,
    authority: Authority::Municipality,
    borne_by: "the municipality",
    grade: Grade::A,
    source: "models.md §18 (`neighbourhoods.disorder_maintenance` = 0: none); Keizer et al. 2008",
    what_en: "Cleans and repairs public space: 1 = as usual, 0 = not at all, 3 = three times as much.",
    what_nl: "Maakt de openbare ruimte schoon en heel: 1 = zoals gewoonlijk, 0 = niet, 3 = drie keer zoveel.",
};
