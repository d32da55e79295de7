//! People live, move and are accounted for; twins differ only where a measure has reached (verification.md 1–3, 11).

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::people::{Counts, Dwelling, Household, Person, Tables, Tally};
use waterbed::sim::state::slice;
use waterbed::sim::{Area, Digest, Ledgers, Order, PersonKey, Simulation, Snapshot};

use crate::toy;

fn order(tick: u16, lever: &str, value: f64, area: Area) -> Order {
    Order { tick, lever: lever.into(), value, area }
}

fn digests(sim: &mut Simulation, n: usize) -> Vec<Digest> {
    (0..n).map(|_| sim.step().map(|()| sim.digest()).unwrap()).collect()
}

/// Household and home of everybody, by stable keys.
fn whereabouts(sim: &mut Simulation) -> BTreeMap<PersonKey, (u64, u64)> {
    let world = sim.world_mut();
    let (mut p, mut h, mut d) = (world.query::<&Person>(), world.query::<&Household>(), world.query::<&Dwelling>());
    let (p, h, d) = (p.query(world), h.query(world), d.query(world));
    let (h, d) = (slice(&h), slice(&d));
    let there = slice(&p).iter().filter(|p| p.is_there());
    there
        .map(|p| {
            let household = &h[p.household.i()];
            (p.key, (household.key.0, household.dwelling.get().map_or(0, |home| d[home].key.0)))
        })
        .collect()
}

#[test]
fn a_city_lives_for_twenty_years() {
    let city = Arc::new(toy::city(6, 1700));
    let mut sim = toy::simulation(&city, 1);
    let first = whereabouts(&mut sim).len();
    assert_eq!(first, 6 * 1700, "everybody in the head counts is there, and nobody else");
    let mut all = Counts::default();
    for month in 1..=240 {
        // The accounts of people and homes and all ledgers are checked in every step.
        sim.step().unwrap();
        all.add(&sim.world().resource::<Tally>().city);
        if month % 12 == 0 {
            let broken = sim.world_mut().run_system_cached(|mut t: Tables| t.books().inconsistency()).unwrap();
            assert_eq!(broken, None, "month {month}");
        }
    }
    let people = whereabouts(&mut sim).len() as i64;
    let come = i64::from(all.births) + i64::from(all.immigrants) + i64::from(all.domestic_arrivals);
    let gone = i64::from(all.deaths) + i64::from(all.emigrants) + i64::from(all.domestic_departures);
    assert_eq!(people, first as i64 + come - gone);
    // The immigration series is exogenous: 32 per 1,000 residents at the start, for twenty years, to within one a month.
    let wanted = 0.032 * first as f64 * 20.0;
    assert!((f64::from(all.immigrants) - wanted).abs() < 0.02 * wanted, "{} immigrants", all.immigrants);
    let ledgers = sim.world().resource::<Ledgers>();
    let homes = ledgers.get("dwellings").unwrap();
    assert_eq!(homes.supply, city.dwellings.len() as i64 + i64::from(all.homes_built) - i64::from(all.homes_lost));
}

#[test]
fn equal_runs_agree_at_every_tick_on_any_number_of_threads() {
    let city = Arc::new(toy::city(4, 1000));
    let runs: Vec<Vec<Digest>> = [1, 2, 4, 7]
        .iter()
        .map(|&threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| digests(&mut toy::simulation(&city, 5), 30))
        })
        .collect();
    assert!(runs.iter().all(|run| run == &runs[0]));
    assert_ne!(runs[0], digests(&mut toy::simulation(&city, 6), 30));
}

#[test]
fn simulations_side_by_side_do_not_disturb_each_other() {
    let city = Arc::new(toy::city(3, 800));
    let alone: Vec<_> = (1..=3).map(|seed| digests(&mut toy::simulation(&city, seed), 15)).collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let city = &city;
        let threads: Vec<_> =
            (1..=3).map(|seed| scope.spawn(move || digests(&mut toy::simulation(city, seed), 15))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(alone, together);
}

#[test]
fn restoring_at_any_tick_goes_on_as_if_it_had_never_stopped() {
    let city = Arc::new(toy::city(3, 800));
    let mut sim = toy::simulation(&city, 2);
    let mut snapshots: Vec<Snapshot> = Vec::new();
    let mut want = Vec::new();
    for _ in 0..40 {
        snapshots.push(sim.snapshot());
        sim.step().unwrap();
        want.push(sim.digest());
    }
    let dir = tempfile::tempdir().unwrap();
    for at in (0..40).step_by(2) {
        let file = dir.path().join(format!("{at}"));
        snapshots[at].save(&file).unwrap();
        let mut other = toy::simulation(&city, 2);
        digests(&mut other, at % 7);
        other.restore(&Snapshot::load(&file).unwrap()).unwrap();
        assert_eq!(digests(&mut other, 40 - at), want[at..], "from tick {at}");
    }
}

#[test]
fn a_measure_without_effect_makes_no_difference_at_all() {
    let city = Arc::new(toy::city(4, 1000));
    let mut plain = toy::simulation(&city, 3);
    let mut placebo = toy::simulation(&city, 3);
    placebo.order(order(3, "placebo", 1.0, Area::City));
    assert_eq!(digests(&mut plain, 36), digests(&mut placebo, 36));
}

#[test]
fn twins_differ_only_where_a_measure_has_reached() {
    let city = Arc::new(toy::city(8, 1500));
    let mut plain = toy::simulation(&city, 4);
    let mut built = toy::simulation(&city, 4);
    built.order(order(13, "build", 60.0, Area::Places(vec!["ST0000".into()])));
    assert_eq!(digests(&mut plain, 12), digests(&mut built, 12), "nothing differs before the measure");
    (0..6).for_each(|_| {
        plain.step().unwrap();
        built.step().unwrap();
    });
    let (a, b) = (whereabouts(&mut plain), whereabouts(&mut built));
    assert_ne!(a, b);
    let same = a.iter().filter(|(key, place)| b.get(key) == Some(place)).count();
    let share = same as f64 / a.len() as f64;
    assert!(share > 0.97, "{:.1} % of people are reached by 30 homes in half a year", 100.0 * (1.0 - share));
    // Births and deaths are nobody's coupling: whoever is in both twins was born and died alike.
    let common = a.keys().filter(|key| b.contains_key(key)).count() as f64;
    assert!(common / a.len() as f64 > 0.99);
}

#[test]
fn a_session_replays_from_its_orders() {
    let city = Arc::new(toy::city(3, 800));
    let mut live = toy::simulation(&city, 9);
    digests(&mut live, 5);
    live.order(order(0, "build", 20.0, Area::City));
    digests(&mut live, 5);
    live.order(order(0, "spreading", 1.0, Area::Places(vec!["ST0001".into()])));
    digests(&mut live, 10);
    let mut replay = toy::simulation(&city, 9);
    live.orders().to_vec().into_iter().for_each(|order| replay.order(order));
    digests(&mut replay, 20);
    assert_eq!(live.digest(), replay.digest());
}

/// Relabelling abstract groups gives the same run up to that permutation (models.md E-4, E-T1).
#[test]
fn groups_are_only_labels() {
    let city = toy::city(4, 1000);
    let mut relabelled = city.clone();
    // A cyclic relabelling of two groups of equal share in every neighbourhood leaves the head counts the same.
    {
        let c = &mut relabelled.neighbourhoods;
        c.iter_mut().for_each(|n| n.marginals.origin_share = vec![0.25; 4]);
    }
    let mut plain = toy::simulation(&Arc::new(relabelled.clone()), 3);
    let mut swapped = toy::simulation(&Arc::new(relabelled), 3);
    let swap = |origin: u8| [2, 0, 3, 1][usize::from(origin)];
    {
        let world = swapped.world_mut();
        world.query::<&mut Person>().iter_mut(world).for_each(|mut p| p.origin = swap(p.origin % 4));
        world.query::<&mut Household>().iter_mut(world).for_each(|mut h| h.origin = swap(h.origin % 4));
        let mut composition =
            world.remove_resource::<waterbed::challenges::housing::neighbourhoods::Composition>().unwrap();
        let (mut h, mut d) = (world.query::<&Household>(), world.query::<&Dwelling>());
        let (h, d) = (h.query(world), d.query(world));
        composition.count(slice(&h), slice(&d), city.neighbourhoods.len());
        world.insert_resource(composition);
        let mut arrivals = world.resource_mut::<waterbed::people::migration::arrivals::Arrivals>();
        arrivals.relabel(swap);
    }
    for month in 1..=24 {
        plain.step().unwrap();
        swapped.step().unwrap();
        assert_eq!(
            plain.world().resource::<Tally>(),
            swapped.world().resource::<Tally>(),
            "what happens in month {month} does not depend on labels"
        );
    }
    assert_eq!(whereabouts(&mut plain), whereabouts(&mut swapped));
}
