//! Focused deterrence: groups are told that violence by one has consequences for all, with help for who leaves.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of groups treated.
pub(super) const LEVER: Lever = Lever {
    id: "focused_deterrence",
    unit: "share of the groups based there",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 250_000.0,
    cost_yearly_eur: 1_500_000.0,
    lead_time_months: 12,
    authority: Authority::Police,
    borne_by: "members of treated groups and their families; people taken for members by mistake",
    grade: Grade::L,
    source: "[7] Braga et al. 2014 (Boston): −31 % shootings of treated gangs",
    what_en: "Share of the criminal groups based in the area whose violence is answered as a group, with help for those who leave. Social alternatives: youth_work, school_job_programme; spatial: lighting.",
    what_nl: "Deel van de criminele groepen in het gebied dat als groep op geweld wordt aangesproken, met hulp voor wie eruit stapt. Sociaal alternatief: youth_work, school_job_programme; ruimtelijk: lighting.",
};
