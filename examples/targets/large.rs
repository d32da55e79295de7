//! What takes more neighbourhoods or more events than a city of 10,000 has: one city of 100,000 per seed.

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::challenges::climate::{Agenda, Event, Hazard};
use waterbed::challenges::diversity::Diversity;
use waterbed::challenges::shared::{Census, Outcome, Outcomes, State};
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
    let segregation = |sim: &Simulation| sim.world().resource::<Diversity>().mean_segregation().unwrap_or(f64::NAN);
    let mut segregation_first = f64::NAN;
    for month in 1..=12 * years {
        sim.step().expect("the accounts balance");
        if month == 12 {
            segregation_first = segregation(&sim);
        }
        let outcomes = sim.world().resource::<Outcomes>();
        let add = |sums: &mut Vec<f64>, what: Outcome| {
            sums.iter_mut().zip(outcomes.of(what)).for_each(|(sum, &k)| *sum += f64::from(k));
        };
        // Three years: what goes on now, with little luck in it.
        if month + 36 > 12 * years {
            add(&mut violence, Outcome::Violence);
            add(&mut youth, Outcome::YouthOffences);
        }
    }
    found.insert("ce_violence_coefficient", efficacy_on_violence(&sim, &violence));
    found.insert("youth_crime_top_percent", top_percent(&sim, &youth));
    found.insert("trust_micro_diversity_r", sim.world().resource::<Diversity>().trust_by_cell.unwrap_or(f64::NAN));
    found.insert("network_segregation_trend", segregation(&sim) / segregation_first);
    let slopes = sim.world().resource::<Diversity>().trust_slopes;
    found.insert("trust_slope_gap", slopes.map_or(f64::NAN, |[near, wide]| wide - near));
    found
}

/// T-6b: the top 1 % of Dutch neighbourhoods are some 140, a ninth of those of the large cities, and where most young people
/// live (own calculation on CBS 2025: 9.2 % of those of 15–24). Neighbourhoods of an invented city are alike in size, so it
/// shows how many times as often the young of the top ninth offend; size does the rest.
fn top_percent(sim: &Simulation, offences: &[f64]) -> f64 {
    const YOUNG_THERE: f64 = 0.092;
    let young = &sim.world().resource::<Census>().youth;
    let mut rows: Vec<(f64, f64)> = offences.iter().zip(young).map(|(&x, &y)| (x, f64::from(y.max(1)))).collect();
    rows.sort_by(|a, b| (b.0 / b.1).total_cmp(&(a.0 / a.1)));
    let rate = |rows: &[(f64, f64)]| rows.iter().map(|r| r.0).sum::<f64>() / rows.iter().map(|r| r.1).sum::<f64>();
    YOUNG_THERE * rate(&rows[..rows.len().div_ceil(9)]) / rate(&rows)
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
