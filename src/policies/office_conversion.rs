//! Homes in empty offices.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Homes a year made from offices.
pub(super) const LEVER: Lever = Lever {
    id: "office_conversion",
    unit: "homes per year",
    min: 0.0,
    max: 5_000.0,
    default: 0.0,
    divided: true,
    acts: Acts::Ground,
    cost_once_eur: 0.0,
    cost_yearly_eur: 20_000.0,
    lead_time_months: 24,
    authority: Authority::Municipality,
    borne_by: "owners of empty offices (they gain); firms that look for cheap room; residents of small flats",
    grade: Grade::R,
    source: "Veilige stad §2.1 (demand for offices −8.7 % to 2030), §3.8 (conversion); split of rents assumed",
    what_en: "Small homes made each year from empty offices, two in five as social rent.",
    what_nl: "Kleine woningen die per jaar in lege kantoren worden gemaakt, twee op de vijf als sociale huur.",
};
