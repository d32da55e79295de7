//! Where newcomers find a home: where vacancies and ties are, or spread in proportion.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How far newcomers are spread.
pub(super) const LEVER: Lever = Lever {
    id: "spreading",
    unit: "share",
    min: 0.0,
    max: 1.0,
    default: 0.2,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 0.0,
    cost_yearly_eur: 1_000_000.0,
    lead_time_months: 12,
    authority: Authority::State,
    borne_by: "newcomers (less choice, further from people they know); neighbourhoods that take more than now",
    grade: Grade::A,
    source: "Veilige stad §2.2, §2.7 (spreading law; weights of the scenarios assumed)",
    what_en: "Where newcomers are housed: 0 = where vacancies and ties are, 1 = in proportion to population.",
    what_nl: "Waar nieuwkomers worden gehuisvest: 0 = waar woningen vrijkomen en bekenden wonen, 1 = naar rato van de \
              bevolking.",
};
