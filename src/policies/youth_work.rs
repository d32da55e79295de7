//! Youth workers for those of 12 to 24.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Youth workers per 1,000 residents of 12–24.
pub(super) const LEVER: Lever = Lever {
    id: "youth_work",
    unit: "workers per 1,000 residents of 12 to 24",
    min: 0.0,
    max: 20.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 0.0,
    cost_yearly_eur: 70_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "taxpayers",
    grade: Grade::A,
    source: "report §3.1, §3.6; little evaluated, sceptical effect",
    what_en: "Youth workers per 1,000 young residents: bonds, somebody to turn to, fewer who offend or accept an offer.",
    what_nl: "Jongerenwerkers per 1.000 jonge inwoners: binding en een aanspreekpunt, minder jongeren die delicten plegen of op een aanbod ingaan.",
};
