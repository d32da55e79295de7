//! Level and well-kept pavements.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How well pavements are kept.
pub(super) const LEVER: Lever = Lever {
    id: "pavements",
    unit: "share of pavements",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 20_000_000.0,
    cost_yearly_eur: 1_000_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "taxpayers; other upkeep of streets",
    grade: Grade::A,
    source: "Veilige stad §3.3 (pavements); effect assumed",
    what_en: "Share of the bad pavements that is put and kept in order.",
    what_nl: "Deel van de slechte stoepen dat wordt hersteld en onderhouden.",
};
