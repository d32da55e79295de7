//! A measure without any effect: with it a twin must stay exactly like its baseline.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Read by nobody.
pub(super) const LEVER: Lever = Lever {
    id: "placebo",
    unit: "none",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 0,
    authority: Authority::Nobody,
    borne_by: "nobody",
    grade: Grade::A,
    source: "by construction",
    what_en: "Has no effect at all; a check that a twin differs from its baseline only by what a measure does.",
    what_nl: "Heeft geen enkel effect; toets dat een tweeling alleen verschilt door wat een maatregel doet.",
};
