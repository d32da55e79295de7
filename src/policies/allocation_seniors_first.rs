//! Priority for older people who leave a family home.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of step-free social homes that is offered to older people first.
pub(super) const LEVER: Lever = Lever {
    id: "allocation_seniors_first",
    unit: "share of step-free social vacancies",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Homes,
    cost_once_eur: 50_000.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 6,
    authority: Authority::HousingAssociations,
    borne_by: "others in the queue for the same homes; they gain from the family homes that come free",
    grade: Grade::A,
    source: "Veilige stad §3.3, §3.8 (flow-through of older people); effect assumed",
    what_en: "Share of the vacant step-free social homes that is offered first to older people who leave a larger home.",
    what_nl: "Deel van de vrijgekomen gelijkvloerse sociale huurwoningen dat eerst wordt aangeboden aan ouderen die een \
              grotere woning achterlaten.",
};
