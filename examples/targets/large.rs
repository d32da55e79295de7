//! What takes more neighbourhoods or more events than a city of 10,000 has: one city of 100,000 per seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::challenges::climate::{Agenda, Event, Hazard};
use waterbed::challenges::diversity::Diversity;
use waterbed::challenges::shared::{Outcome, Outcomes, State};
use waterbed::city::City;
use waterbed::city::generate::{CityConfig, generate};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::{Month, Simulation};

use crate::{correlation, efficacy_explained, efficacy_on_violence, overrides, scores};

const RESIDENTS: u32 = 100_000;
const HOT_DAYS: u32 = 5;

/// Measures them with `seed`, over `years`.
pub fn metrics(seed: u64, years: u32) -> BTreeMap<&'static str, f64> {
    let config = CityConfig { residents: RESIDENTS, ..CityConfig::default() };
    let city = Arc::new(generate(&config, seed).expect("the recipe is valid"));
    let mut found = hot_days(&city, seed);
    let scenario = scenario::load("base", &overrides()).expect("the base scenario is valid");
    let mut sim = scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built");
    found.insert("ce_explained_by_structure", efficacy_explained(&sim));
    let ties = correlation(&scores(&sim, State::CollectiveEfficacy), &scores(&sim, State::Contact));
    found.insert("ce_contact_correlation", ties);
    let n = city.neighbourhoods.len();
    let (mut violence, mut youth) = (vec![0.0; n], vec![0.0; n]);
    for month in 1..=12 * years {
        sim.step().expect("the accounts balance");
        let outcomes = sim.world().resource::<Outcomes>();
        let add = |sums: &mut Vec<f64>, what: Outcome| {
            sums.iter_mut().zip(outcomes.of(what)).for_each(|(sum, &k)| *sum += f64::from(k));
        };
        // Three years: what goes on now, with little luck in it.
        if month + 36 > 12 * years {
            add(&mut violence, Outcome::Violence);
        }
        if month + 12 > 12 * years {
            add(&mut youth, Outcome::YouthOffences);
        }
    }
    found.insert("ce_violence_coefficient", efficacy_on_violence(&sim, &violence));
    youth.sort_by(|a, b| b.total_cmp(a));
    let top = 0.01 * n as f64;
    let whole = (top as usize).min(n);
    let part = youth.get(whole).copied().unwrap_or(0.0) * (top - whole as f64);
    let share = (youth[..whole].iter().sum::<f64>() + part) / youth.iter().sum::<f64>().max(1.0);
    found.insert("youth_crime_top_percent", share);
    let slopes = sim.world().resource::<Diversity>().trust_slopes;
    found.insert("trust_slope_gap", slopes.map_or(f64::NAN, |[near, wide]| wide - near));
    found
}

/// T-9b: offences in a July with a wave of five hot days against the same July without, laid to the hot days.
fn hot_days(city: &Arc<City>, seed: u64) -> BTreeMap<&'static str, f64> {
    let wave = Hazard::HeatWave { days: HOT_DAYS, peak_c: 36.0 };
    let july = |hot: bool| {
        let overrides = Overrides { set: vec!["climate.weather=0".into()], ..Overrides::default() };
        let scenario = scenario::load("base", &overrides).expect("the base scenario is valid");
        let mut sim = scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built");
        let event = Event { month: Month::new(2025, 7), day: 10, hazard: wave, place: None };
        sim.world_mut().insert_resource(Agenda(if hot { vec![event] } else { Vec::new() }));
        (1..=7).for_each(|_| sim.step().expect("the accounts balance"));
        count(&sim)
    };
    let (with, without) = (july(true), july(false));
    let rise = |k: usize| 100.0 * (with[k] / without[k].max(1.0) - 1.0) * 31.0 / f64::from(HOT_DAYS);
    BTreeMap::from([("violence_on_hot_days_pct", rise(0)), ("property_on_hot_days_pct", rise(1))])
}

fn count(sim: &Simulation) -> [f64; 2] {
    let outcomes = sim.world().resource::<Outcomes>();
    [Outcome::Violence, Outcome::Burglary].map(|o| outcomes.total(o) as f64)
}
