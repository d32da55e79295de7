//! Stronger polder pumps.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// More capacity of pumps.
pub(super) const LEVER: Lever = Lever {
    id: "pumps",
    unit: "mm/day",
    min: 0.0,
    max: 60.0,
    default: 0.0,
    divided: false,
    acts: Acts::City,
    cost_once_eur: 300_000.0,
    cost_yearly_eur: 15_000.0,
    lead_time_months: 48,
    authority: Authority::WaterBoard,
    borne_by: "taxpayers (water board charge); those downstream who get the water",
    grade: Grade::A,
    source: "Veilige stad §3.9 (pumps); cost assumed",
    what_en: "What pumps lift from canals on top of the usual 14 mm a day; the mean over the city counts.",
    what_nl: "Wat gemalen extra uit de grachten malen, boven op de gebruikelijke 14 mm per dag; het stadsgemiddelde telt.",
};
