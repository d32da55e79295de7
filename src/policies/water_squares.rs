//! Sunken squares that hold rain.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Storage.
pub(super) const LEVER: Lever = Lever {
    id: "water_squares",
    unit: "m³ per hectare",
    min: 0.0,
    max: 300.0,
    default: 0.0,
    divided: false,
    acts: Acts::Ground,
    cost_once_eur: 900_000.0,
    cost_yearly_eur: 9_000.0,
    lead_time_months: 36,
    authority: Authority::Municipality,
    borne_by: "users of squares; taxpayers",
    grade: Grade::A,
    source: "Veilige stad §3.9; 600 €/m³ over some 1,500 ha of city (A)",
    what_en: "Room for rain in sunken squares, over the area of the neighbourhood; the lowest pavement is used.",
    what_nl: "Ruimte voor regen in verdiepte pleinen, over het oppervlak van de buurt; het laagste plaveisel wordt gebruikt.",
};
