//! Affordable homes among the new ones.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of new homes that is let at a social or middle rent.
pub(super) const LEVER: Lever = Lever {
    id: "affordable_quota",
    unit: "share of new homes",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 36,
    authority: Authority::Municipality,
    borne_by: "the municipality (lower land price); buyers, who find fewer new homes",
    grade: Grade::R,
    source: "Veilige stad §2.4 (two thirds affordable), §4.3 (affordable homes in centres)",
    what_en: "Share of the new homes that is let at a social or middle rent; 0 leaves the programme as it is.",
    what_nl: "Deel van de nieuwe woningen dat tegen sociale huur of middenhuur wordt verhuurd; 0 laat het programma zoals het is.",
};
