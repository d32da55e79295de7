//! Enforcement against overcrowded renting.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of crowded private lettings that are inspected in a year.
pub(super) const LEVER: Lever = Lever {
    id: "overcrowding_enforcement",
    unit: "share inspected per year",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Homes,
    cost_once_eur: 0.0,
    cost_yearly_eur: 400_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "tenants who lose a crowded home, above all those who find no other",
    grade: Grade::A,
    source: "report §3.8 (overcrowding, exploitation); effect follows from the model",
    what_en: "Share of crowded private lettings that are inspected in a year; crowded tenants must leave, unless overcrowding_alternatives gives them another home. Social alternative: overcrowding_alternatives; spatial: build.",
    what_nl: "Deel van de overvolle particuliere verhuringen dat per jaar wordt gecontroleerd; bewoners moeten vertrekken, tenzij overcrowding_alternatives een woning biedt. Sociaal alternatief: overcrowding_alternatives; ruimtelijk: build.",
};
