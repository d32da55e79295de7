//! Officers who keep up contacts with communities.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How well contacts with communities are kept up.
pub(super) const LEVER: Lever = Lever {
    id: "liaison_officers",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 0.0,
    cost_yearly_eur: 6_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "the municipality",
    grade: Grade::A,
    source: "Veilige stad §3.2; models.md §3 (`diversity.liaison_effect` = 0: none)",
    what_en: "Contacts with communities: built up in three years, lost in nine months. 0 = none, 1 = everywhere.",
    what_nl: "Contact met gemeenschappen: in drie jaar opgebouwd, in negen maanden verloren. 0 = geen, 1 = overal.",
};
