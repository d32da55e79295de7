//! School and job programme for young people out of work.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of unemployed people of 16–27 who are reached.
pub(super) const LEVER: Lever = Lever {
    id: "school_job_programme",
    unit: "share of unemployed of 16 to 27",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 100_000.0,
    cost_yearly_eur: 900_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "taxpayers; employers who take part",
    grade: Grade::A,
    source: "report §3.6; [21] interventions on school and work lowered recruitment; effect sceptical",
    what_en: "Share of the unemployed of 16 to 27 who are guided to school or work; for some of them it works.",
    what_nl: "Deel van de werklozen van 16 tot 27 jaar dat naar school of werk wordt begeleid; bij een deel slaagt dat.",
};
