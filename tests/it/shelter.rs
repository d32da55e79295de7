//! The lever `shelter`: who gets a place, and that none is given while nobody pays for one.

use std::sync::Arc;

use waterbed::city::generate::{CityConfig, generate};
use waterbed::people::{HazardView, Household, Person, ShortMonth, Work};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::state::slice;
use waterbed::sim::{Area, DwellingIdx, Order};

/// Households without a home of their own for three months and more, young people at their parents' left out, and those
/// of all households that are in a shelter, after half a year with `share` of places.
fn after_half_a_year(share: f64) -> (Vec<u64>, Vec<u64>) {
    let city = Arc::new(generate(&CityConfig { residents: 4_000, ..CityConfig::default() }, 1).unwrap());
    let scenario = scenario::load("base", &Overrides::default()).unwrap();
    let mut sim = scenario::build(&scenario, city, 1).unwrap();
    sim.order(Order { tick: 1, lever: "shelter".into(), value: share, area: Area::City });
    for _ in 0..6 {
        sim.step().unwrap();
    }
    let now = ShortMonth::of(sim.clock().month());
    let world = sim.world_mut();
    let mut query = world.query::<&Household>();
    let households = query.query(world);
    let households = slice(&households);
    let waits = |h: &Household| h.dwelling == DwellingIdx::NONE && !h.stands(Household::FIRST_HOME);
    let keys = |wanted: &dyn Fn(&Household) -> bool| -> Vec<u64> {
        let mut keys: Vec<u64> = households.iter().filter(|h| h.is_there() && wanted(h)).map(|h| h.key.0).collect();
        keys.sort_unstable();
        keys
    };
    (keys(&|h| waits(h) && h.since.until(now) >= 3), keys(&|h| h.stands(Household::SHELTERED)))
}

#[test]
fn all_who_wait_three_months_get_a_place_half_of_them_or_nobody() {
    let (waiting, sheltered) = after_half_a_year(1.0);
    assert!(waiting.len() > 20, "{}", waiting.len());
    assert_eq!(sheltered, waiting);
    let (waiting, half) = after_half_a_year(0.5);
    assert!(half.iter().all(|key| waiting.binary_search(key).is_ok()));
    // Three standard deviations of a fair coin.
    let n = waiting.len() as f64;
    assert!((half.len() as f64 - n / 2.0).abs() < 1.5 * n.sqrt(), "{} of {n}", half.len());
    assert!(after_half_a_year(0.0).1.is_empty());
}

#[test]
fn a_place_is_all_that_hazards_see_of_it() {
    let view = |standing| {
        let household = Household { standing, size: 1, ..Household::default() };
        HazardView::of(&Person::default(), &Work::default(), &household, ShortMonth(1500))
    };
    assert!(!view(0).has_place() && view(Household::SHELTERED).has_place());
}
