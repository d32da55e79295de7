//! Visits to people of 75 and over in a heat wave.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share visited.
pub(super) const LEVER: Lever = Lever {
    id: "heat_plan",
    unit: "share of 75+",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 0.0,
    cost_yearly_eur: 300_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "volunteers and home care (hours in the holidays)",
    grade: Grade::A,
    source: "Veilige stad §3.9 (heat plan); effect and cost assumed",
    what_en: "Share of residents of 75 and over who are visited every day of a heat wave.",
    what_nl: "Deel van de 75-plussers dat tijdens een hittegolf elke dag bezoek krijgt.",
};
