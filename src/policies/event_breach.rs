//! Breaks the dike: for experiments, not a measure.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Gap.
pub(super) const LEVER: Lever = Lever {
    id: "event_breach",
    unit: "m of dike",
    min: 0.0,
    max: 400.0,
    default: 0.0,
    divided: false,
    acts: Acts::Event,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 0,
    authority: Authority::Nobody,
    borne_by: "people behind the dike",
    grade: Grade::A,
    source: "an experiment",
    what_en: "Breaks the dike near the first neighbourhood of the area in the middle of the month; the gap grows to at most this width.",
    what_nl: "Laat midden in de maand de dijk doorbreken bij de eerste buurt van het gebied; het gat groeit tot hooguit deze breedte.",
};
