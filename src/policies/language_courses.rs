//! Language courses.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How many language courses there are beyond those of now.
pub(super) const LEVER: Lever = Lever {
    id: "language_courses",
    unit: "effort per 1,000 residents",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 0.0,
    cost_yearly_eur: 25_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "the municipality",
    grade: Grade::A,
    source: "models.md §3; effect assumed (`diversity.course_effect` = 0: none)",
    what_en: "Language courses: 0 = as now, 1 = for everybody who wants one.",
    what_nl: "Taalcursussen: 0 = zoals nu, 1 = voor ieder die wil.",
};
