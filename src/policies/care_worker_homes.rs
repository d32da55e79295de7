//! Homes for those who work in care.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of care workers with such a home.
pub(super) const LEVER: Lever = Lever {
    id: "care_worker_homes",
    unit: "share of care workers",
    min: 0.0,
    max: 0.5,
    default: 0.0,
    divided: false,
    acts: Acts::City,
    cost_once_eur: 0.0,
    cost_yearly_eur: 24_000_000.0,
    lead_time_months: 24,
    authority: Authority::HousingAssociations,
    borne_by: "others in the queue for the same homes",
    grade: Grade::A,
    source: "Veilige stad §3.3, §3.8 (care workers cannot afford cities); effect assumed",
    what_en: "Share of care workers who get a home they can afford with priority, so that dear homes drive fewer away.",
    what_nl: "Deel van de zorgmedewerkers dat met voorrang een betaalbare woning krijgt, zodat minder van hen door dure woningen vertrekken.",
};
