//! More officers who know one neighbourhood.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Extra officers for neighbourhood work.
pub(super) const LEVER: Lever = Lever {
    id: "neighbourhood_police",
    unit: "full-time officers",
    min: 0.0,
    max: 2000.0,
    default: 0.0,
    divided: true,
    acts: Acts::Neighbourhood,
    cost_once_eur: 15_000.0,
    cost_yearly_eur: 95_000.0,
    lead_time_months: 24,
    authority: Authority::Police,
    borne_by: "taxpayers; young people who are stopped more often; other police work if no posts are added",
    grade: Grade::L,
    source: "[11] Braga et al. 2019 (small effects); [17] police strength; cost assumed",
    what_en: "Extra officers for neighbourhood work, on top of the force. Protests and calls can still take their hours. Social alternatives: youth_work, street_coaches; spatial: lighting.",
    what_nl: "Extra agenten voor het werk in de wijk, boven op de sterkte. Demonstraties en meldingen kunnen hun uren alsnog opeisen. Sociaal alternatief: youth_work, street_coaches; ruimtelijk: lighting.",
};
