//! Homes for older people among the new ones.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of new homes for older people.
pub(super) const LEVER: Lever = Lever {
    id: "senior_homes",
    unit: "share of new homes",
    min: 0.0,
    max: 1.0,
    default: 0.015,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 36,
    authority: Authority::Municipality,
    borne_by: "younger households who would have got the same homes; they gain when older people move on",
    grade: Grade::A,
    source: "Veilige stad §3.3, §3.8 (flow-through of older people); share assumed",
    what_en: "Share of the new homes that is built as step-free social homes reserved for older people: one in twenty of the programme's social homes unless set.",
    what_nl: "Deel van de nieuwe woningen dat als gelijkvloerse sociale huurwoning voor ouderen wordt gebouwd: een op twintig sociale woningen van het programma als er niets is ingesteld.",
};
