//! Places made for meeting: squares, plinths, benches, greenery.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How much of a neighbourhood's public space is made for meeting.
pub(super) const LEVER: Lever = Lever {
    id: "placemaking",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 400_000.0,
    cost_yearly_eur: 40_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "residents (rents may rise: gentrification, Veilige stad §4.3); the municipality",
    grade: Grade::A,
    source: "models.md §2.6; effect a5 assumed (`neighbourhoods.ce_familiarity` = 0: none)",
    what_en: "Makes places where neighbours come to know each other by sight: 0 = as now, 1 = throughout.",
    what_nl: "Maakt plekken waar buren elkaar van gezicht leren kennen: 0 = zoals nu, 1 = overal.",
};
