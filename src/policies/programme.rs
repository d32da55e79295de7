//! Neighbourhood programmes: the effort that somebody must keep up.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How much programme a neighbourhood has.
pub(super) const LEVER: Lever = Lever {
    id: "programme",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 0.0,
    cost_yearly_eur: 100_000.0,
    lead_time_months: 3,
    authority: Authority::Municipality,
    borne_by: "the municipality; residents when it stops",
    grade: Grade::L,
    source: "SCP 2013 found no distinctive effect; drawn per run from N(0.10, 0.15) \
              (`neighbourhoods.programme_effect` = 0: none)",
    what_en: "A broad neighbourhood programme (youth, work, safety, bonds): 0 = none, 1 = full. What is stopped falls \
              apart four times as fast as it was built.",
    what_nl: "Een breed wijkprogramma (jeugd, werk, veiligheid, binding): 0 = geen, 1 = volledig. Wat stopt, valt \
              vier keer zo snel uiteen als het is opgebouwd.",
};
