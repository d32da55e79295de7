//! Sets off a cloudburst: for experiments, not a measure.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Rain.
pub(super) const LEVER: Lever = Lever {
    id: "event_cloudburst",
    unit: "mm in an hour",
    min: 0.0,
    max: 200.0,
    default: 0.0,
    divided: false,
    acts: Acts::Event,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 0,
    authority: Authority::Nobody,
    borne_by: "people in low streets",
    grade: Grade::A,
    source: "an experiment",
    what_en: "Sets off a cloudburst of an hour in the middle of the month, around the first neighbourhood of the area; 0 = none.",
    what_nl: "Laat midden in de maand een uur lang een wolkbreuk vallen, rond de eerste buurt van het gebied; 0 = geen.",
};
