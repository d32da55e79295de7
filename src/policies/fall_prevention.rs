//! Groups that train balance and strength.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of older people who take part.
pub(super) const LEVER: Lever = Lever {
    id: "fall_prevention",
    unit: "share of residents of 65 and over",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 300_000.0,
    cost_yearly_eur: 4_000_000.0,
    lead_time_months: 6,
    authority: Authority::Municipality,
    borne_by: "participants (time); other prevention, which shares the same hours of care",
    grade: Grade::M,
    source: "Sherrington et al. 2019 (Cochrane): exercise, 23 % fewer falls; quoted from memory",
    what_en: "Share of residents of 65 and over who are offered weekly balance training; works as far as care hours are left for it.",
    what_nl: "Deel van de 65-plussers dat wekelijks valtraining krijgt aangeboden; werkt voor zover er zorguren voor over zijn.",
};
