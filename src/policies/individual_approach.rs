//! Individual approach (persoonsgerichte aanpak) to people who have offended lately.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of recent offenders of 12–30 in an individual approach.
pub(super) const LEVER: Lever = Lever {
    id: "individual_approach",
    unit: "share of recent offenders of 12 to 30",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 0.0,
    cost_yearly_eur: 800_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "those in it (control, stigma); brothers and sisters who are looked at as well",
    grade: Grade::L,
    source: "report §3.1 (successful in practice) against [25] WODC 2023: no reduction of reoffending; effect drawn from N(0, 0.15)",
    what_en: "Share of recent offenders of 12 to 30 who get an individual approach: control and help. Its effect may as well be adverse, and it adds strain. Social alternatives: youth_work, school_job_programme; spatial: lighting.",
    what_nl: "Deel van de recente daders van 12 tot 30 jaar in een persoonsgerichte aanpak: controle en hulp. Het effect kan ook averechts zijn, en het stigmatiseert. Sociaal alternatief: youth_work, school_job_programme; ruimtelijk: lighting.",
};
