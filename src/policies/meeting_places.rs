//! Places where people meet others than they know.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How many meeting places there are beyond those of now.
pub(super) const LEVER: Lever = Lever {
    id: "meeting_places",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 150_000.0,
    cost_yearly_eur: 30_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "the municipality",
    grade: Grade::A,
    source: "models.md §3 (public familiarity; `neighbourhoods.contact_meeting` and `diversity.contact_place` = 0: \
              none)",
    what_en: "Community centres, libraries and sports where people meet: 0 = as now, 1 = everywhere.",
    what_nl: "Buurthuizen, bibliotheken en sport waar mensen elkaar treffen: 0 = zoals nu, 1 = overal.",
};
