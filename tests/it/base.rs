//! The base scenario that nobody touches: it starts at a point of rest and stays near it.

use std::sync::Arc;

use waterbed::challenges::neighbourhoods::Neighbourhoods;
use waterbed::challenges::shared::{Census, NeighbourhoodStates, Outcome, Outcomes, State};
use waterbed::challenges::{neighbourhoods, organised_crime};
use waterbed::city::generate::{CityConfig, generate};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::Simulation;

fn untouched(residents: u32, seed: u64) -> Simulation {
    let city = Arc::new(generate(&CityConfig { residents, ..CityConfig::default() }, seed).unwrap());
    let scenario = scenario::load("base", &Overrides::default()).unwrap();
    scenario::build(&scenario, city, seed).unwrap()
}

fn states(sim: &Simulation, state: State) -> Vec<f32> {
    sim.world().resource::<NeighbourhoodStates>().of(state).to_vec()
}

/// Mean over residents.
fn mean(sim: &Simulation, state: State) -> f64 {
    let residents = &sim.world().resource::<Census>().residents;
    let all: f64 = residents.iter().map(|&r| f64::from(r)).sum();
    states(sim, state).iter().zip(residents).map(|(&v, &r)| f64::from(v) * f64::from(r)).sum::<f64>() / all
}

/// Incidents make neighbourhoods what they are and neighbourhoods bring incidents about: solving either once more changes
/// neither.
#[test]
fn the_start_is_a_point_of_rest() {
    let mut sim = untouched(10_000, 2);
    let kept = [State::CollectiveEfficacy, State::Disorder, State::Fear, State::HousingQuality, State::Victimisation];
    let before = kept.map(|s| states(&sim, s));
    organised_crime::plugin::expect(sim.world_mut());
    neighbourhoods::plugin::rest(sim.world_mut(), 10);
    for (state, before) in kept.into_iter().zip(before) {
        for (a, b) in before.into_iter().zip(states(&sim, state)) {
            assert!((a - b).abs() < 0.005 * a.abs().max(1.0), "{}: {a} {b}", state.id());
        }
    }
}

/// Ten years. The bands are those of `tests/targets.toml`, wider where a city of 20,000 is noisy: property offences of two
/// years are 4,500 in clusters of two on average, so their ratio has a standard error of 4 %.
#[test]
fn nobody_touches_the_city_and_it_stays_what_it_is() {
    let mut sim = untouched(20_000, 1);
    let first = [State::CollectiveEfficacy, State::Fear].map(|s| mean(&sim, s));
    let mut years = Vec::new();
    let mut lonely = 0.0;
    for _ in 0..10 {
        let mut year = [0.0; 2];
        for _ in 0..12 {
            sim.step().unwrap();
            let (outcomes, census) = (sim.world().resource::<Outcomes>(), sim.world().resource::<Census>());
            let people = f64::from(census.residents.iter().sum::<u32>());
            year[0] += outcomes.total(Outcome::Burglary) as f64 / people;
            year[1] += outcomes.total(Outcome::Violence) as f64 / people;
            lonely = outcomes.total(Outcome::LonelyElders) as f64 / f64::from(census.elders.iter().sum::<u32>());
        }
        years.push(year);
    }
    let efficacy = mean(&sim, State::CollectiveEfficacy) - first[0];
    assert!(efficacy.abs() < 0.25, "collective efficacy {efficacy:+} σ");
    let unsafe_share = mean(&sim, State::Fear) - first[1];
    assert!(unsafe_share.abs() < 0.03, "feeling unsafe {unsafe_share:+}");
    for (k, what) in ["property offences", "violence"].into_iter().enumerate() {
        let ratio = (years[8][k] + years[9][k]) / (years[0][k] + years[1][k]);
        assert!((0.85 - 0.1..=1.15 + 0.1).contains(&ratio), "{what} × {ratio}");
    }
    assert!((0.42..=0.54).contains(&lonely), "lonely {lonely}");
    let own = sim.world().resource::<Neighbourhoods>();
    let mut tipped: Vec<u16> = own.tipping.tips().iter().map(|t| t.n).collect();
    tipped.sort_unstable();
    tipped.dedup();
    // The target says 0.15. Over thirty cities of this kind the share has a mean of about 0.12 and a deviation of 0.1, so a quarter
    // is what one of them may come to; this keeps the half that tipped once from coming back.
    assert!(4 * tipped.len() <= own.scores.len(), "{} of {} tipped", tipped.len(), own.scores.len());
    // What does drift: neighbours speak with each other less, as the report says.
    assert!(mean(&sim, State::Contact) < 0.58);
}
