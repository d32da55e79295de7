//! How near its start the base scenario stays when nobody touches it.

use std::collections::BTreeMap;

use waterbed::challenges::neighbourhoods::Neighbourhoods;
use waterbed::challenges::shared::{Census, Outcome, Outcomes, State};
use waterbed::sim::Simulation;

use crate::mean_state;

/// Months after which states are compared with the start: the contact trend ends there.
const TEN_YEARS: u32 = 120;

/// Gathers what moves in a run.
pub struct Base {
    first: [f64; 2],
    /// Offences per resident in every year: property, violence.
    years: Vec<[f64; 2]>,
    year: [f64; 2],
    lonely: f64,
    found: BTreeMap<&'static str, f64>,
}

impl Base {
    pub fn new(sim: &Simulation) -> Base {
        let first = [State::CollectiveEfficacy, State::Fear].map(|s| mean_state(sim, s));
        Base { first, years: Vec::new(), year: [0.0; 2], lonely: 0.0, found: BTreeMap::new() }
    }

    pub fn month(&mut self, sim: &Simulation, month: u32) {
        let (outcomes, census) = (sim.world().resource::<Outcomes>(), sim.world().resource::<Census>());
        let people = f64::from(census.residents.iter().sum::<u32>());
        for (sum, what) in self.year.iter_mut().zip([Outcome::Burglary, Outcome::Violence]) {
            *sum += outcomes.total(what) as f64 / people;
        }
        let elders = f64::from(census.elders.iter().sum::<u32>().max(1));
        self.lonely = outcomes.total(Outcome::LonelyElders) as f64 / elders;
        if month.is_multiple_of(12) {
            self.years.push(std::mem::take(&mut self.year));
        }
        if month == TEN_YEARS {
            let [efficacy, fear] = [State::CollectiveEfficacy, State::Fear].map(|s| mean_state(sim, s));
            let own = sim.world().resource::<Neighbourhoods>();
            let n = own.scores.len() as f64;
            let score = |at: usize| own.scores.iter().map(|s| f64::from(s[at])).sum::<f64>() / n;
            self.found.extend([
                ("base_efficacy_change", efficacy - self.first[0]),
                ("base_unsafe_change", fear - self.first[1]),
                ("base_liveability_change_6y", score(72) - score(0)),
            ]);
        }
    }

    pub fn found(mut self, sim: &Simulation) -> BTreeMap<&'static str, f64> {
        let mean = |rows: &[[f64; 2]], k: usize| rows.iter().map(|r| r[k]).sum::<f64>() / rows.len().max(1) as f64;
        // Two years at either end, because a year of a small city is noisy.
        let ends = (&self.years[..2.min(self.years.len())], &self.years[self.years.len().saturating_sub(2)..]);
        let rise = |k: usize| 100.0 * (mean(ends.1, k) / mean(ends.0, k) - 1.0);
        let own = sim.world().resource::<Neighbourhoods>();
        let mut tipped: Vec<u16> = own.tipping.tips().iter().map(|t| t.n).collect();
        tipped.sort_unstable();
        tipped.dedup();
        self.found.extend([
            ("base_property_change_pct", rise(0)),
            ("base_violence_change_pct", rise(1)),
            ("base_tipped_share", tipped.len() as f64 / own.scores.len() as f64),
            ("base_lonely_share_end", self.lonely),
        ]);
        self.found
    }
}
