//! Better lighting and sight lines (CPTED).

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of streets with better lighting.
pub(super) const LEVER: Lever = Lever {
    id: "lighting",
    unit: "share of streets",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 7_500_000.0,
    cost_yearly_eur: 150_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "taxpayers; sleepers and night animals (light)",
    grade: Grade::L,
    source: "[26] Chalfin et al. 2022: −36 % outdoor night-time offences (RCT, US public housing), shrunk by 0.7",
    what_en: "Share of streets that get better lighting and sight lines: fewer offences outdoors at night.",
    what_nl: "Deel van de straten met betere verlichting en zichtlijnen: minder delicten buiten in de nacht.",
};
