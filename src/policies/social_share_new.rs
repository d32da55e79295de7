//! Social rent among the new homes.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of new homes that is social rent.
pub(super) const LEVER: Lever = Lever {
    id: "social_share_new",
    unit: "share of new homes",
    min: 0.0,
    max: 1.0,
    default: 0.3,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 36,
    authority: Authority::Municipality,
    borne_by: "the municipality (lower land price) and housing associations; buyers of middle-priced homes",
    grade: Grade::A,
    source: "Veilige stad §3.8 (two thirds of new homes affordable, of which social rent a part); share assumed",
    what_en: "Share of the new homes that is let as social rent.",
    what_nl: "Deel van de nieuwe woningen dat als sociale huur wordt verhuurd.",
};
