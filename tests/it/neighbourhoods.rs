//! Neighbourhoods and diversity in a whole simulation: programmes without effect change nothing, labels mean nothing,
//! couplings switched off leave no trace, budgets balance.

use std::sync::Arc;

use waterbed::challenges::diversity::{self, Diversity, DiversityPlugin};
use waterbed::challenges::housing::{self, HousingPlugin};
use waterbed::challenges::neighbourhoods::{self, NeighbourhoodParameters, Neighbourhoods, NeighbourhoodsPlugin};
use waterbed::challenges::shared::{self, Budget, NeighbourhoodStates, Outcome, Outcomes, SharedPlugin, State};
use waterbed::people::{DemographyParameters, Dwelling, Household, PeoplePlugin, Person, plugin, synthesis};
use waterbed::policies::PoliciesPlugin;
use waterbed::sim::state::slice;
use waterbed::sim::{Area, BuildError, Ledgers, Month, Order, Simulation};

use crate::toy;

/// A toy city of `n` neighbourhoods with both challenges.
fn simulation(n: usize, set: impl FnOnce(&mut bevy::prelude::World)) -> Simulation {
    let mut city = toy::city(n, 600);
    city.neighbourhoods.iter_mut().for_each(|n| n.marginals.origin_share = vec![0.25; 4]);
    let (city, start, seed) = (Arc::new(city), Month::new(2025, 1), 5);
    Simulation::new(seed, start, |app| {
        app.add_plugins((PeoplePlugin, PoliciesPlugin::new(&city), SharedPlugin, HousingPlugin));
        app.add_plugins((DiversityPlugin, NeighbourhoodsPlugin));
        let people = synthesis::populate(&city, &DemographyParameters::default(), seed, start);
        plugin::settle(app.world_mut(), &city, people);
        set(app.world_mut());
        shared::open(app.world_mut(), &city, 15.0);
        housing::plugin::open(app.world_mut(), &city);
        diversity::plugin::open(app.world_mut(), &city);
        neighbourhoods::plugin::open(app.world_mut(), &city);
        shared::freeze(app.world_mut());
        Ok::<(), BuildError>(())
    })
    .unwrap()
}

fn order(tick: u16, lever: &str, value: f64) -> Order {
    Order { tick, lever: lever.into(), value, area: Area::City }
}

fn run(sim: &mut Simulation, months: usize) {
    (0..months).for_each(|_| sim.step().unwrap());
}

fn state(sim: &Simulation, state: State) -> Vec<f32> {
    sim.world().resource::<NeighbourhoodStates>().of(state).to_vec()
}

/// T-1c: with e = 0 a run with programmes is the run without them; trust, which nobody acts on, is all that differs.
#[test]
fn programmes_without_effect_change_nothing() {
    let null = |world: &mut bevy::prelude::World| {
        world.insert_resource(NeighbourhoodParameters { programme_effect: 0.0, ..Default::default() });
    };
    let (mut plain, mut with) = (simulation(4, null), simulation(4, null));
    with.order(order(3, "programme", 1.0));
    run(&mut plain, 36);
    run(&mut with, 36);
    for s in [State::CollectiveEfficacy, State::Disorder, State::Fear, State::Contact, State::HousingQuality] {
        assert_eq!(state(&plain, s), state(&with, s), "{}", s.id());
    }
    assert!(state(&with, State::Programme)[0] > 0.3);
    assert_eq!(state(&plain, State::Programme)[0], 0.0);
}

#[test]
fn a_city_at_rest_stays_near_its_start() {
    let mut sim = simulation(6, |_| ());
    let before = state(&sim, State::CollectiveEfficacy);
    run(&mut sim, 1);
    for (a, b) in before.iter().zip(state(&sim, State::CollectiveEfficacy)) {
        assert!((a - b).abs() < 0.1, "{a} {b}");
    }
    assert!(state(&sim, State::Disorder).iter().all(|d| (0.05..0.6).contains(d)));
    let own = sim.world().resource::<Neighbourhoods>();
    assert_eq!(own.scores.iter().map(Vec::len).collect::<Vec<_>>(), [1; 6]);
}

#[test]
fn programmes_get_what_the_budget_leaves() {
    let mut sim = simulation(4, |_| ());
    sim.order(order(1, "programme", 1.0));
    run(&mut sim, 2);
    let budget = sim.world().resource::<Budget>();
    // 60 € per resident are left at the start, a full programme costs 100.
    assert!((budget.funded - 0.6).abs() < 0.03, "{budget:?}");
    let ledger = sim.world().resource::<Ledgers>().get("budget").unwrap();
    let programme = ledger.uses.iter().find(|(name, _)| name == "programme").unwrap().1;
    assert!((programme as f64 - budget.available_eur_m).abs() < 2.0);
    // Youth care grows faster than wages, so less and less is left: interruption that nobody decided on.
    let first = budget.funded;
    run(&mut sim, 60);
    let last = sim.world().resource::<Budget>().funded;
    assert!(last < 0.9 * first, "{first} then {last}");
}

/// T-2c: relabelling groups changes nothing but the labels.
#[test]
fn conflicts_trust_and_ties_do_not_depend_on_labels() {
    let busy = |world: &mut bevy::prelude::World| {
        world.insert_resource(diversity::DiversityParameters {
            conflict_rate_y: 12.0,
            conflict_attached: 1.0,
            discrimination: 0.4,
            ..Default::default()
        });
    };
    let (mut plain, mut swapped) = (simulation(4, busy), simulation(4, busy));
    let swap = |origin: u8| [2, 0, 3, 1][usize::from(origin % 4)];
    {
        let city = toy::city(4, 600);
        let world = swapped.world_mut();
        world.query::<&mut Person>().iter_mut(world).for_each(|mut p| p.origin = swap(p.origin));
        world.query::<&mut Household>().iter_mut(world).for_each(|mut h| h.origin = swap(h.origin));
        world.resource_mut::<waterbed::people::migration::arrivals::Arrivals>().relabel(swap);
        let mut composition = world.remove_resource::<housing::neighbourhoods::Composition>().unwrap();
        let (mut h, mut d) = (world.query::<&Household>(), world.query::<&Dwelling>());
        let (h, d) = (h.query(world), d.query(world));
        composition.count(slice(&h), slice(&d), city.neighbourhoods.len());
        world.insert_resource(composition);
        // Opened anew in both, because opening twice rounds trust twice.
        diversity::plugin::open(world, &city);
        diversity::plugin::open(plain.world_mut(), &city);
    }
    let mut confrontations = 0;
    for month in 1..=18 {
        plain.step().unwrap();
        swapped.step().unwrap();
        for s in [State::Friction, State::TrustNeighbours, State::Anomie, State::CollectiveEfficacy] {
            assert_eq!(state(&plain, s), state(&swapped, s), "{} in month {month}", s.id());
        }
        let outcomes = [&plain, &swapped].map(|s| s.world().resource::<Outcomes>().of(Outcome::Confrontation).to_vec());
        assert_eq!(outcomes[0], outcomes[1], "month {month}");
        confrontations += outcomes[0].iter().sum::<u32>();
        let own = [&plain, &swapped].map(|s| s.world().resource::<Diversity>());
        assert_eq!(own[0].segregation, own[1].segregation);
        assert_eq!(own[0].superdiversity, own[1].superdiversity);
        assert_eq!(own[0].threshold.to_bits(), own[1].threshold.to_bits());
        assert_eq!(own[0].trust_by_cell, own[1].trust_by_cell);
    }
    assert!(confrontations > 0, "the test must have seen some");
}

#[test]
fn language_courses_make_neighbours_understand_each_other_sooner() {
    let (mut plain, mut with) = (simulation(4, |_| ()), simulation(4, |_| ()));
    with.order(order(1, "language_courses", 1.0));
    run(&mut plain, 60);
    run(&mut with, 60);
    let mean = |sim: &Simulation| state(sim, State::Friction).iter().sum::<f32>() / 4.0;
    assert!(mean(&with) < mean(&plain), "{} {}", mean(&with), mean(&plain));
}

#[test]
fn going_back_in_time_takes_neighbourhoods_back_too() {
    let mut sim = simulation(3, |_| ());
    run(&mut sim, 7);
    let snapshot = sim.snapshot();
    run(&mut sim, 6);
    let digest = sim.digest();
    sim.restore(&snapshot).unwrap();
    run(&mut sim, 6);
    assert_eq!(sim.digest(), digest);
}
