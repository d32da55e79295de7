//! A campaign and rules against unequal treatment.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How hard unequal treatment is worked against.
pub(super) const LEVER: Lever = Lever {
    id: "anti_discrimination",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::City,
    cost_once_eur: 0.0,
    cost_yearly_eur: 4_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "landlords and employers",
    grade: Grade::A,
    source: "models.md §3; acts only where `diversity.discrimination` > 0 (`diversity.anti_discrimination_effect` = \
              0: none)",
    what_en: "Takes away unequal treatment: 0 = as now, 1 = full campaign. Without discrimination in the scenario it \
              does nothing.",
    what_nl: "Gaat ongelijke behandeling tegen: 0 = zoals nu, 1 = volle inzet. Zonder discriminatie in het scenario \
              doet het niets.",
};
