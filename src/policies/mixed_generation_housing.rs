//! Generations that live together by choice.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How far it is done.
pub(super) const LEVER: Lever = Lever {
    id: "mixed_generation_housing",
    unit: "share",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 5_000_000.0,
    cost_yearly_eur: 1_000_000.0,
    lead_time_months: 36,
    authority: Authority::HousingAssociations,
    borne_by: "housing associations; residents who give time to it",
    grade: Grade::A,
    source: "Veilige stad §3.3 (mixed generations protect against conflict); effect assumed",
    what_en: "How far homes are let to younger and older people together, with shared rooms and agreements.",
    what_nl: "In hoeverre woningen aan jong en oud samen worden verhuurd, met gedeelde ruimten en afspraken.",
};
