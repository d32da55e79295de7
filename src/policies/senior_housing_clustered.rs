//! Senior homes in one block of each neighbourhood.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Extra senior homes a year, together.
pub(super) const LEVER: Lever = Lever {
    id: "senior_housing_clustered",
    unit: "homes per year",
    min: 0.0,
    max: 5_000.0,
    default: 0.0,
    divided: true,
    acts: Acts::Ground,
    cost_once_eur: 0.0,
    cost_yearly_eur: 35_000.0,
    lead_time_months: 36,
    authority: Authority::HousingAssociations,
    borne_by: "housing associations (ground, unprofitable part); neighbours who would rather see other homes; the block grows quiet",
    grade: Grade::A,
    source: "Veilige stad §3.3 (senior homes, flow-through; chains of moves ING, from memory)",
    what_en: "Senior homes built each year on top of the programme, all in one block of the neighbourhood.",
    what_nl: "Seniorenwoningen die per jaar extra worden gebouwd, bij elkaar in één blok van de buurt.",
};
