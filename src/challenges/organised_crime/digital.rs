//! Digital crime (models.md §7.6): a rate per resident, whatever the place and the police on the street, and independent
//! of age but for the exposure of older people to fraud (models.md §13.1, ageing to crime).
//!
//! `mean_n = residents_n · rate · (1 + growth)^years · (1 + ageing_crime · b · (share 65+ of n − of the city at the start))`

use bevy::prelude::*;

use super::choice::Baseline;
use super::incidents::{fine, poisson};
use super::volume::Seen;
use crate::challenges::shared::{Outcome, Outcomes};
use crate::sim::Stream;

/// Draws of digital crime.
pub const STREAM: Stream = Stream::named("crime.digital");

/// A month of it.
pub(super) fn defraud(seen: Seen, baseline: Res<Baseline>, mut outcomes: ResMut<Outcomes>) {
    let p = &*seen.p;
    let grown = libm::pow(1.0 + p.digital_growth_y, f64::from(seen.clock.tick) / 12.0);
    for n in 0..seen.states.n() {
        let residents = f64::from(seen.census.residents[n]);
        let elders = f64::from(seen.census.elders[n]) / residents.max(1.0);
        let fraud = 1.0 + seen.coupling.ageing_crime * p.digital_elders * (elders - baseline.elders);
        let words = seen.draws.block(STREAM, n as u64, 0);
        let mean = residents * p.digital_per_1000_y / 12_000.0 * grown * fraud.max(0.0);
        outcomes.add(Outcome::DigitalCrime, n, poisson(mean, fine(words[0], words[1])));
    }
}
