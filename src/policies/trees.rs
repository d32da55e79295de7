//! Trees in streets and gardens.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Canopy added.
pub(super) const LEVER: Lever = Lever {
    id: "trees",
    unit: "percentage points of canopy",
    min: 0.0,
    max: 30.0,
    default: 0.0,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 2_000_000.0,
    cost_yearly_eur: 100_000.0,
    lead_time_months: 120,
    authority: Authority::Municipality,
    borne_by: "residents (roots, leaves, parking places); taxpayers",
    grade: Grade::A,
    source: "Veilige stad §3.9 (green against heat); 10 percentage points of 1,000 ha of city are some 10,000 trees of 2,000 € (A); grown after ten years",
    what_en: "Tree canopy added in the area, in percentage points: shade, evaporation, cooler nights.",
    what_nl: "Extra boomkroonbedekking in het gebied, in procentpunten: schaduw, verdamping, koelere nachten.",
};
