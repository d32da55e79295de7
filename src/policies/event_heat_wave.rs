//! Sets off a heat wave: for experiments, not a measure.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Peak.
pub(super) const LEVER: Lever = Lever {
    id: "event_heat_wave",
    unit: "°C at the peak",
    min: 0.0,
    max: 45.0,
    default: 0.0,
    divided: false,
    acts: Acts::Event,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 0,
    authority: Authority::Nobody,
    borne_by: "everybody, older people most",
    grade: Grade::A,
    source: "an experiment",
    what_en: "Sets off a heat wave of five days with this peak in the middle of the month; 0 = none.",
    what_nl: "Laat midden in de maand een hittegolf van vijf dagen komen met deze piek; 0 = geen.",
};
