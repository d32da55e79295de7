//! Wider sewers.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// More capacity of sewers.
pub(super) const LEVER: Lever = Lever {
    id: "drains",
    unit: "mm/h",
    min: 0.0,
    max: 40.0,
    default: 0.0,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 12_000_000.0,
    cost_yearly_eur: 120_000.0,
    lead_time_months: 60,
    authority: Authority::Municipality,
    borne_by: "taxpayers (sewer charge); people along broken-up streets",
    grade: Grade::A,
    source: "Veilige stad §3.9 (drainage); cost assumed",
    what_en: "What sewers take from sealed ground on top of the usual 20 mm/h.",
    what_nl: "Wat riolen van verhard oppervlak extra afvoeren, boven op de gebruikelijke 20 mm/h.",
};
