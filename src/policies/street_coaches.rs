//! Adults on the street who know the young people there.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Street coaches.
pub(super) const LEVER: Lever = Lever {
    id: "street_coaches",
    unit: "full-time coaches",
    min: 0.0,
    max: 2000.0,
    default: 0.0,
    divided: true,
    acts: Acts::Neighbourhood,
    cost_once_eur: 5_000.0,
    cost_yearly_eur: 60_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "taxpayers; young people who are spoken to",
    grade: Grade::A,
    source: "report §3.1 (visible contact points); no evaluation with a control group known",
    what_en: "Street coaches, who are seen on the street as police are, at a lower weight. No powers, no registration.",
    what_nl: "Straatcoaches, op straat zichtbaar zoals politie maar met minder gewicht. Geen bevoegdheden, geen registratie.",
};
