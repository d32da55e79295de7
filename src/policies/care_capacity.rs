//! More or fewer paid posts in care.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Posts above or below what is paid for now.
pub(super) const LEVER: Lever = Lever {
    id: "care_capacity",
    unit: "share of posts",
    min: -0.5,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::City,
    cost_once_eur: 0.0,
    cost_yearly_eur: 440_000_000.0,
    lead_time_months: 12,
    authority: Authority::State,
    borne_by: "payers of premiums and taxes; employers who lose workers to care",
    grade: Grade::A,
    source: "Veilige stad §3.3 (one in four workers needed in 2040); the posts fill only as far as people come",
    what_en: "Posts in care that are paid for, above or below the present number; people must still be found for them.",
    what_nl: "Betaalde plaatsen in de zorg, boven of onder het huidige aantal; er moeten nog mensen voor gevonden worden.",
};
