//! Licences for landlords.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// Share of private rent under a licence.
pub(super) const LEVER: Lever = Lever {
    id: "landlord_licensing",
    unit: "share of private rent",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Homes,
    cost_once_eur: 200_000.0,
    cost_yearly_eur: 250_000.0,
    lead_time_months: 18,
    authority: Authority::Municipality,
    borne_by: "landlords (checks, cost), tenants as far as it is passed on in the rent",
    grade: Grade::A,
    source: "report §3.8 (malafide landlords); Good Landlordship Act 2023; effect assumed",
    what_en: "Share of private rent that needs a landlord's licence: less of it is to be had as premises. Spatial alternative: build; social: premises_rehousing.",
    what_nl: "Deel van de particuliere huur waarvoor een verhuurvergunning nodig is: minder daarvan is als pand te krijgen. Ruimtelijk alternatief: build; sociaal: premises_rehousing.",
};
