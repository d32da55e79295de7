//! The rule by which a council allots its programme budget.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Worst first, tipping-aware or proportional.
pub(super) const LEVER: Lever = Lever {
    id: "allocation_rule",
    unit: "0 worst first, 1 tipping-aware, 2 proportional",
    min: 0.0,
    max: 2.0,
    default: 0.0,
    divided: false,
    acts: Acts::Rule,
    cost_once_eur: 0.0,
    cost_yearly_eur: 0.0,
    lead_time_months: 0,
    authority: Authority::Municipality,
    borne_by: "neighbourhoods that come later",
    grade: Grade::A,
    source: "Veilige stad §3.1, §4.2 (kantelwijken); models.md §2.6",
    what_en: "Who gets a programme first: 0 = the lowest liveability, 1 = middle neighbourhoods that may tip, 2 = \
              everybody the same. Set it for the whole city.",
    what_nl: "Wie het eerst een programma krijgt: 0 = de laagste leefbaarheid, 1 = kantelwijken, 2 = iedereen \
              evenveel. Geldt voor de hele stad.",
};
