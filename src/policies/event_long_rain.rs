//! Sets off a rain of two days: for experiments, not a measure.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Rain.
pub(super) const LEVER: Lever = Lever {
    id: "event_long_rain",
    unit: "mm in two days",
    min: 0.0,
    max: 300.0,
    default: 0.0,
    divided: false,
    acts: Acts::Event,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 0,
    authority: Authority::Nobody,
    borne_by: "people in low streets and behind small rivers",
    grade: Grade::A,
    source: "an experiment",
    what_en: "Lets it rain for two days in the middle of the month, heaviest around the first neighbourhood of the area; 0 = none. Limburg 2021: 150 to 175 mm.",
    what_nl: "Laat het midden in de maand twee dagen regenen, het hardst rond de eerste buurt van het gebied; 0 = niet. Limburg 2021: 150 tot 175 mm.",
};
