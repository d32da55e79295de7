//! A scenario may leave challenges out: then there is nothing of them, and what remains runs.

use std::sync::Arc;

use waterbed::challenges::shared::{CareBook, Challenge};
use waterbed::city::generate::{CityConfig, generate};
use waterbed::indicators::{INDICATORS, Measures};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::{Ledgers, Simulation};

fn with(challenges: &[&str], months: usize) -> Simulation {
    let city = Arc::new(generate(&CityConfig { residents: 3_000, ..CityConfig::default() }, 1).unwrap());
    let set = vec![format!("challenges={challenges:?}")];
    let scenario = scenario::load("base", &Overrides { set, ..Overrides::default() }).unwrap();
    let mut sim = scenario::build(&scenario, city, 1).unwrap();
    (0..months).for_each(|_| sim.step().unwrap());
    sim
}

fn is_available(sim: &Simulation, id: &str) -> bool {
    sim.world().resource::<Measures>().of_city(id).is_some()
}

#[test]
fn with_housing_alone_there_is_no_police_no_care_and_no_indicator_of_the_others() {
    let (alone, all) = (with(&["housing"], 14), with(&Challenge::ALL.map(Challenge::id), 14));
    let has = |sim: &Simulation, ledger: &str| sim.world().resource::<Ledgers>().get(ledger).is_some();
    for ledger in ["police", "care"] {
        assert!(has(&all, ledger) && !has(&alone, ledger), "{ledger}");
    }
    assert!(has(&alone, "dwellings"));
    assert!(alone.world().get_resource::<CareBook>().is_none());
    for indicator in INDICATORS.iter().filter(|i| i.in_city() && i.challenge.is_some()) {
        assert!(!is_available(&alone, indicator.id), "{}", indicator.id);
    }
    let measures = alone.world().resource::<Measures>();
    for id in ["disorder_index", "violence_per_1000_y", "care_gap_share"] {
        assert!(measures.of_neighbourhoods(id).unwrap().iter().all(|v| v.is_nan()), "{id}");
    }
    for id in ["residents", "births", "moves_within", "turnover_share", "vacant_share"] {
        assert!(is_available(&alone, id), "{id}");
    }
    for id in ["disorder_index", "violence_per_1000_y", "care_gap_share"] {
        assert!(is_available(&all, id), "{id}");
    }
}

/// Whatever is left out, what takes part runs and stays a number.
#[test]
fn every_challenge_runs_with_housing_alone() {
    for challenge in Challenge::ALL.into_iter().filter(|c| *c != Challenge::Housing) {
        let sim = with(&["housing", challenge.id()], 14);
        let available =
            INDICATORS.iter().filter(|i| i.challenge == Some(challenge) && is_available(&sim, i.id)).count();
        assert!(available > 0, "{}", challenge.id());
    }
}
