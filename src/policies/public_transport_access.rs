//! Stops near older people.

use super::{Acts, Authority, Lever};
use crate::sim::Grade;

/// How far everybody has a stop nearby.
pub(super) const LEVER: Lever = Lever {
    id: "public_transport_access",
    unit: "share",
    min: 0.0,
    max: 1.0,
    default: 0.0,
    divided: false,
    acts: Acts::Residents,
    cost_once_eur: 3_000_000.0,
    cost_yearly_eur: 4_000_000.0,
    lead_time_months: 24,
    authority: Authority::Municipality,
    borne_by: "taxpayers; travellers whose lines grow slower",
    grade: Grade::A,
    source: "Veilige stad §3.3 (pavements and public transport); effect assumed",
    what_en: "How far stops and small buses come near the homes of older people, so that frailty and distance isolate less.",
    what_nl: "In hoeverre haltes en buurtbussen dicht bij ouderen komen, zodat kwetsbaarheid en afstand minder isoleren.",
};
