//! Bright or green roofs.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of roofs.
pub(super) const LEVER: Lever = Lever {
    id: "cool_roofs",
    unit: "share of roofs",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 60_000_000.0,
    cost_yearly_eur: 600_000.0,
    lead_time_months: 24,
    authority: Authority::Municipality,
    borne_by: "owners of buildings",
    grade: Grade::A,
    source: "Veilige stad §3.9 (building rules); 20 €/m² over some 300 ha of roofs (A); albedo 0.6 (M)",
    what_en: "Share of roofs that are made bright, so that they throw back most of the sun.",
    what_nl: "Deel van de daken dat licht wordt gemaakt en het meeste zonlicht terugkaatst.",
};
