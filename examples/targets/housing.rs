//! What the housing challenge is compared with beside the base run (T-8d, T-8f, T-8h).

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::city::City;
use waterbed::people::{Counts, Household, Tally};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::state::slice;
use waterbed::sim::{Area, HouseholdKey, Order, Simulation};

/// Months after which households that were put out of a crowded home are looked up.
const LATER: usize = 6;
/// Years of the twin without new homes.
pub const SCARCE_YEARS: u32 = 8;

/// Mean age at leaving home in the second half of the first [`SCARCE_YEARS`] years.
#[derive(Default)]
pub struct LeavingHome {
    left: f64,
    age_y: f64,
}

impl LeavingHome {
    /// Adds what was counted in `month`, from 1 on.
    pub fn add(&mut self, month: u32, counts: &Counts) {
        if (6 * SCARCE_YEARS..=12 * SCARCE_YEARS).contains(&month) {
            self.left += f64::from(counts.left_home);
            self.age_y += f64::from(counts.left_home_age_y);
        }
    }

    fn mean(&self) -> f64 {
        self.age_y / self.left.max(1.0)
    }
}

/// Rows of the housing challenge from twins of `city`; `base` is what the base run counted.
pub fn twins(city: &Arc<City>, seed: u64, base: &LeavingHome) -> BTreeMap<&'static str, f64> {
    BTreeMap::from([
        ("leaving_home_rise_without_building_y", scarce(city, seed).mean() - base.mean()),
        ("put_out_without_home_share", put_out(city, seed, 0.0)),
        ("put_out_with_alternative_without_home_share", put_out(city, seed, 1.0)),
    ])
}

fn build(city: &Arc<City>, seed: u64, set: &[&str]) -> Simulation {
    let set = Overrides { set: set.iter().map(|s| String::from(*s)).collect(), ..Overrides::default() };
    let scenario = scenario::load("base", &set).expect("the base scenario is valid");
    scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built")
}

/// T-8d: nothing is built.
fn scarce(city: &Arc<City>, seed: u64) -> LeavingHome {
    let mut sim = build(city, seed, &["housing.build_y=0"]);
    let mut leaving = LeavingHome::default();
    for month in 1..=12 * SCARCE_YEARS {
        sim.step().expect("the accounts balance");
        leaving.add(month, &sim.world().resource::<Tally>().city);
    }
    leaving
}

/// T-8f: from the fourth year all crowded private lettings are inspected within a year, and tenants get another home first
/// in the part `alternatives` of cases. Returns which part of the households put out has no home half a year later, or
/// has left the city. Whoever finds a home in the month of eviction is never seen without one.
fn put_out(city: &Arc<City>, seed: u64, alternatives: f64) -> f64 {
    let mut sim = build(city, seed, &[]);
    for (lever, value) in [("overcrowding_enforcement", 1.0), ("overcrowding_alternatives", alternatives)] {
        sim.order(Order { tick: 36, lever: lever.into(), value, area: Area::City });
    }
    let mut lost: Vec<Vec<HouseholdKey>> = Vec::new();
    let (mut without, mut evicted) = (0.0, 0.0);
    let mut had_home: Vec<HouseholdKey> = Vec::new();
    for month in 1..=72 {
        sim.step().expect("the accounts balance");
        let evictions = sim.world().resource::<Tally>().city.evictions;
        let world = sim.world_mut();
        let mut h = world.query::<&Household>();
        let h = h.query(world);
        let there = slice(&h).iter().filter(|h| h.is_there());
        let (housed, others): (Vec<&Household>, Vec<&Household>) = there.partition(|h| h.dwelling.get().is_some());
        let sorted = |list: Vec<&Household>| {
            let mut keys: Vec<HouseholdKey> = list.into_iter().map(|h| h.key).collect();
            keys.sort_unstable();
            keys
        };
        let (housed, others) = (sorted(housed), sorted(others));
        if let Some(then) = lost.len().checked_sub(LATER).map(|i| &lost[i]) {
            without += then.iter().filter(|key| housed.binary_search(key).is_err()).count() as f64;
        }
        if (36..72 - LATER).contains(&month) {
            evicted += f64::from(evictions);
            lost.push(others.into_iter().filter(|key| had_home.binary_search(key).is_ok()).collect());
        } else if month >= 36 {
            lost.push(Vec::new());
        }
        had_home = housed;
    }
    if evicted > 0.0 { without / evicted } else { f64::NAN }
}

/// T-8h: the exponent of rank against size over the upper half of `sizes` (Zipf: 1).
pub fn zipf_exponent(mut sizes: Vec<f64>) -> f64 {
    sizes.sort_unstable_by(|a, b| b.total_cmp(a));
    sizes.truncate(sizes.len().div_ceil(2));
    let points: Vec<(f64, f64)> =
        sizes.iter().enumerate().map(|(i, size)| (size.max(1.0).ln(), (i as f64 + 0.5).ln())).collect();
    let n = points.len() as f64;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let sxx: f64 = points.iter().map(|p| (p.0 - mx) * (p.0 - mx)).sum();
    -points.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum::<f64>() / sxx.max(1e-12)
}
