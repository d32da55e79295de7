//! More homes than the building programme has.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Extra homes a year.
pub(super) const LEVER: Lever = Lever {
    id: "build",
    unit: "homes per year",
    min: 0.0,
    max: 20_000.0,
    default: 0.0,
    divided: true,
    acts: Acts::Ground,
    cost_once_eur: 0.0,
    cost_yearly_eur: 30_000.0,
    lead_time_months: 36,
    authority: Authority::Municipality,
    borne_by: "taxpayers (the part of the ground that sales do not pay); people who live beside the building sites",
    grade: Grade::A,
    source: "Veilige stad §3.8 (building more homes); cost and lead time assumed",
    what_en: "Homes built each year on top of the building programme; in an area, shared out over its neighbourhoods.",
    what_nl: "Woningen die per jaar extra worden gebouwd, boven op het bouwprogramma; in een gebied verdeeld over de \
              buurten.",
};
