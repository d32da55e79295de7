//! Support for networks of residents.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How far residents' networks are supported.
pub(super) const LEVER: Lever = Lever {
    id: "resident_networks",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 0.0,
    cost_yearly_eur: 20_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "residents (their time); the municipality",
    grade: Grade::A,
    source: "models.md §2.6; effect assumed (`neighbourhoods.contact_networks` and `.network_successes` = 0: none)",
    what_en: "Supports residents' networks: more contact and small successes. 0 = none, 1 = everywhere.",
    what_nl: "Steunt bewonersnetwerken: meer contact en kleine successen. 0 = geen, 1 = overal.",
};
