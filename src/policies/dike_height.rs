//! Raises the dike.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Rise.
pub(super) const LEVER: Lever = Lever {
    id: "dike_height",
    unit: "m",
    min: 0.0,
    max: 2.0,
    default: 0.0,
    divided: false,
    acts: Acts::City,
    cost_once_eur: 40_000_000.0,
    cost_yearly_eur: 100_000.0,
    lead_time_months: 96,
    authority: Authority::WaterBoard,
    borne_by: "people who live at the dike; taxpayers (water board charge)",
    grade: Grade::A,
    source: "Veilige stad §3.9 (dikes); some 10 M€ per km and metre (A); a tenth of the chance of failure per 0.6 m (M)",
    what_en: "Raises the dike: breaches by chance become rarer, ten times for every 0.6 m. A breach that is ordered comes anyhow.",
    what_nl: "Verhoogt de dijk: doorbraken door toeval worden zeldzamer, tien keer per 0,6 m. Een opgelegde doorbraak komt toch.",
};
