//! Renewal of worn-out homes.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How many worn-out homes are renewed.
pub(super) const LEVER: Lever = Lever {
    id: "restructuring",
    unit: "share of homes at a time",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 800_000_000.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 36,
    authority: Authority::HousingAssociations,
    borne_by: "tenants (moves, higher rents); housing associations",
    grade: Grade::L,
    source: "SCP 2013: favourable effects of restructuring (`neighbourhoods.restructuring_quality` = 0: none); size and price (10,000 of 50,000 homes at € 80,000) A",
    what_en: "Renews the homes that are not kept: 0 = none, 1 = all. Who lives there does not change by it.",
    what_nl: "Vernieuwt de woningen die niet worden onderhouden: 0 = geen, 1 = alle. Wie er woont verandert er niet \
              door.",
};
