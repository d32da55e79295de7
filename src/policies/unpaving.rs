//! Opens sealed ground.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of pavement opened.
pub(super) const LEVER: Lever = Lever {
    id: "unpaving",
    unit: "share of pavement",
    min: 0.0,
    max: 0.6,
    default: 0.0,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 150_000_000.0,
    cost_yearly_eur: 1_500_000.0,
    lead_time_months: 36,
    authority: Authority::Municipality,
    borne_by: "car owners (parking), owners of gardens; taxpayers",
    grade: Grade::A,
    source: "Veilige stad §3.9 (paved ground); 50 €/m² over some 300 ha (A)",
    what_en: "Share of streets, squares and gardens that is opened and turned green; buildings stay.",
    what_nl: "Deel van straten, pleinen en tuinen dat wordt ontstraat en groen wordt; gebouwen blijven.",
};
