//! Screening of permits (Bibob): fronts are refused.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of permit requests that are screened.
pub(super) const LEVER: Lever = Lever {
    id: "bibob_refusals",
    unit: "share of permits screened",
    min: 0.0,
    max: 1.0,
    default: 0.2,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 20_000.0,
    cost_yearly_eur: 300_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "entrepreneurs who wait longer or are refused by mistake",
    grade: Grade::A,
    source: "report §3.6 (Bibob); effect assumed",
    what_en: "Share of requests for permits that are screened for criminal money; fronts found are refused. Social alternative: school_job_programme; spatial: landlord_licensing.",
    what_nl: "Deel van de vergunningaanvragen dat op crimineel geld wordt gescreend; gevonden dekmantels worden geweigerd. Sociaal alternatief: school_job_programme; ruimtelijk: landlord_licensing.",
};
