//! Closing premises that were used for crime (article 13b of the Opium Act).

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of detected premises that are closed.
pub(super) const LEVER: Lever = Lever {
    id: "premises_closure",
    unit: "share of premises found",
    min: 0.0,
    max: 1.0,
    default: 0.5,
    divided: false,
    acts: Acts::Homes,
    cost_once_eur: 0.0,
    cost_yearly_eur: 100_000.0,
    lead_time_months: 0,
    authority: Authority::Municipality,
    borne_by: "people who live there, often not those who earn by it: three in four premises are homes",
    grade: Grade::L,
    source: "[23] at least 1,250 closures in 2018, three quarters homes; effects hardly known",
    what_en: "Share of the premises found that the mayor closes; the others get a warning. People who live there lose their home unless premises_rehousing gives them another. Social alternative: premises_rehousing; spatial: landlord_licensing.",
    what_nl: "Deel van de gevonden panden dat de burgemeester sluit; de rest krijgt een waarschuwing. Bewoners raken hun woning kwijt tenzij premises_rehousing een andere biedt. Sociaal alternatief: premises_rehousing; ruimtelijk: landlord_licensing.",
};
