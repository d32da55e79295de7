//! Another home for those who must leave a crowded one.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of households put out by enforcement who get another home first.
pub(super) const LEVER: Lever = Lever {
    id: "overcrowding_alternatives",
    unit: "share of households put out",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Homes,
    cost_once_eur: 50_000.0,
    cost_yearly_eur: 400_000.0,
    lead_time_months: 6,
    authority: Authority::HousingAssociations,
    borne_by: "others in the queue for social rent",
    grade: Grade::A,
    source: "report §3.8; effect follows from the housing model",
    what_en: "Share of the households found in crowded private lettings who get urgency for another home and stay until then.",
    what_nl: "Deel van de huishoudens in overvolle particuliere verhuur dat urgentie krijgt en tot die tijd blijft wonen.",
};
