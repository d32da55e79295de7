//! Shelter with guidance for households that have lost their home or found none.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of households without a home who are in a shelter.
pub(super) const LEVER: Lever = Lever {
    id: "shelter",
    unit: "share of households without a home for three months",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Neighbourhood,
    cost_once_eur: 1_000_000.0,
    cost_yearly_eur: 6_000_000.0,
    lead_time_months: 12,
    authority: Authority::Municipality,
    borne_by: "the municipality's budget; neighbours of the shelter",
    grade: Grade::A,
    source: "models.md §9 (segments and levers); what it spares follows from the strain of having no home (§7.2) and from who stops looking",
    what_en: "Share of the households that have had no home of their own for three months, young people at their parents' left out, who get a place in a shelter with guidance: the strain of having no home falls away, and they do not give up and leave the city. It makes no home. Alternatives: build, premises_rehousing.",
    what_nl: "Deel van de huishoudens die drie maanden zonder eigen woning zijn (jongeren bij hun ouders niet meegeteld) met een plek in de opvang met begeleiding: de druk van geen woning hebben valt weg, en zij geven het zoeken niet op. Er komt geen woning bij. Alternatieven: build, premises_rehousing.",
};
