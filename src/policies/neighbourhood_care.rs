//! Neighbours and district nurses who work together.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How far neighbourhood care is organised.
pub(super) const LEVER: Lever = Lever {
    id: "neighbourhood_care",
    unit: "share of neighbourhoods covered",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 500_000.0,
    cost_yearly_eur: 2_000_000.0,
    lead_time_months: 18,
    authority: Authority::Municipality,
    borne_by: "volunteers and family, mostly women; the municipality (coordination)",
    grade: Grade::A,
    source: "Veilige stad §3.3 (neighbourhood care); sceptical size: informal help mostly adds to paid care",
    what_en: "How far neighbours and district nurses are organised to take over light care and keep company.",
    what_nl: "In hoeverre buren en wijkverpleging samen lichte zorg overnemen en gezelschap bieden.",
};
