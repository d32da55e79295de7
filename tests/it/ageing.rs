//! Older people in a whole simulation: levels, deaths, null measures, threads and snapshots.

use std::sync::Arc;

use waterbed::challenges::ageing::{AgeingParameters, CareForce, Levels, falls, loneliness, start};
use waterbed::challenges::shared::{CouplingParameters, NeighbourhoodStates, Outcome, Outcomes};
use waterbed::city::City;
use waterbed::city::generate::{CityConfig, generate};
use waterbed::people::rates::mortality_y;
use waterbed::people::{Causes, DemographyParameters, Dwelling, Health, Household, Person, ShortMonth};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::state::slice;
use waterbed::sim::{Area, Ledgers, Order, Simulation};

fn city(residents: u32) -> Arc<City> {
    Arc::new(generate(&CityConfig { residents, ..CityConfig::default() }, 1).expect("the recipe is valid"))
}

fn simulation(city: &Arc<City>, set: impl FnOnce(&mut AgeingParameters)) -> Simulation {
    let mut scenario = scenario::load("base", &Overrides::default()).expect("the base scenario is valid");
    set(&mut scenario.parameters.ageing);
    if scenario.parameters.ageing.effect_mixed_generation_housing == 0.0 {
        // What the same lever does to contact between neighbours is a number of another challenge.
        scenario.parameters.neighbourhoods.contact_generations = 0.0;
    }
    scenario::build(&scenario, city.clone(), 1).expect("the scenario can be built")
}

fn order(lever: &str, value: f64) -> Order {
    Order { tick: 1, lever: lever.into(), value, area: Area::City }
}

/// What falls and loneliness kill in the first population is what general mortality leaves out.
#[test]
fn no_death_more_than_the_law_says() {
    let mut sim = simulation(&city(20_000), |_| {});
    let now = ShortMonth::of(sim.clock().start);
    let world = sim.world_mut();
    let p = world.resource::<AgeingParameters>().clone();
    let people = world.resource::<DemographyParameters>().clone();
    let levels = world.resource::<Levels>().clone();
    let causes = world.resource::<Causes>().clone();
    let strength = world.resource::<CouplingParameters>().housing_ageing;
    let table = falls::FallTable::new(&p, &levels, strength);
    let (mut persons, mut healths) = (world.query::<&Person>(), world.query::<&Health>());
    let (mut households, mut dwellings) = (world.query::<&Household>(), world.query::<&Dwelling>());
    let (persons, healths) = (persons.query(world), healths.query(world));
    let (households, dwellings) = (households.query(world), dwellings.query(world));
    let (households, dwellings) = (slice(&households), slice(&dwellings));
    let ice = falls::icy_factor(p.icy_share / 8.0, &p);
    let (mut law, mut general, mut by_fall, mut by_loneliness, mut elders) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (person, health) in slice(&persons).iter().zip(slice(&healths)).filter(|(p, _)| p.is_there()) {
        let age = person.age_y(now);
        assert_eq!(age >= 65, health.frailty > 0, "everybody of 65 and over is looked at, and nobody else");
        if age < 65 {
            continue;
        }
        let home = households[person.household.i()].dwelling.get().map(|d| &dwellings[d]);
        let stairs = home.is_some_and(|d| d.step_free == 0);
        let of_age = mortality_y(f64::from(age) + 0.5, &people);
        let hazard = table.hazard_y(age, health.frailty, stairs, ice);
        elders += 1.0;
        law += of_age;
        general += of_age - causes.elsewhere_y(age.into());
        by_fall += hazard * falls::fatal(levels.fatal, age.into(), &p);
        if health.loneliness >= loneliness::LONELY {
            let excess = p.lonely_mortality - 1.0;
            by_loneliness += of_age * excess / (1.0 + excess * levels.lonely_share[start::age_class(age)]);
        }
    }
    assert!((1_000.0 * by_fall / elders - 1.75).abs() < 0.01, "deaths by falls {}", 1_000.0 * by_fall / elders);
    let all = general + by_fall + by_loneliness;
    assert!((all / law - 1.0).abs() < 0.02, "{all:.1} deaths a year, the law says {law:.1}");
    assert!(general > 0.8 * law, "most die of other causes");
}

/// First year: falls, emergency visits, loneliness and care as they were solved for.
#[test]
fn the_first_year_meets_its_levels() {
    let mut sim = simulation(&city(20_000), |_| {});
    let (mut emergencies, mut lonely, mut gap) = (0.0, 0.0, 0.0);
    let mut elder_months = 0.0;
    for _ in 0..12 {
        sim.step().expect("the ledgers balance");
        let now = ShortMonth::of(sim.clock().month());
        let world = sim.world_mut();
        let mut persons = world.query::<&Person>();
        elder_months +=
            slice(&persons.query(world)).iter().filter(|p| p.is_there() && p.age_y(now) >= 65).count() as f64;
        let outcomes = world.resource::<Outcomes>();
        let total = |what| outcomes.total(what) as f64;
        emergencies += total(Outcome::FallEmergency);
        lonely += total(Outcome::LonelyElders);
        gap += 1.0 - total(Outcome::CareGiven) / total(Outcome::CareNeeded);
        let care = world.resource::<Ledgers>().get("care").expect("the care ledger is open");
        assert!(care.supply > 0 && care.uses.len() == 5, "{care:?}");
    }
    let expected = 0.033 * elder_months / 12.0;
    assert!((emergencies - expected).abs() < 4.0 * expected.sqrt(), "{emergencies} visits, {expected:.0} expected");
    assert!((lonely / elder_months - 0.45).abs() < 0.04, "{}", lonely / elder_months);
    assert!((0.03..0.10).contains(&(gap / 12.0)), "{}", gap / 12.0);
}

/// The null variant of every programme makes no difference at all, whatever it costs (models.md T-1c, E-9).
#[test]
fn programmes_without_effect_make_no_difference() {
    let city = city(3_000);
    let none = |p: &mut AgeingParameters| {
        p.effect_fall_prevention = 0.0;
        p.effect_pavements = 0.0;
        p.effect_neighbourhood_care = 0.0;
        p.effect_mixed_generation_housing = 0.0;
        p.effect_public_transport_access = 0.0;
        p.effect_care_capacity = 0.0;
        p.effect_care_worker_homes = 0.0;
    };
    let levers = [
        ("fall_prevention", 1.0),
        ("pavements", 1.0),
        ("neighbourhood_care", 1.0),
        ("mixed_generation_housing", 1.0),
        ("public_transport_access", 1.0),
        ("care_capacity", 0.5),
        ("care_worker_homes", 0.5),
    ];
    // The budget pays for them all the same, so the digest, which has the ledgers in it, would differ.
    let after = |measures: bool, none: &dyn Fn(&mut AgeingParameters)| {
        let mut sim = simulation(&city, none);
        if measures {
            levers.iter().for_each(|&(lever, value)| sim.order(order(lever, value)));
        }
        (0..24).for_each(|_| sim.step().expect("the ledgers balance"));
        let world = sim.world();
        (world.resource::<Outcomes>().clone(), world.resource::<NeighbourhoodStates>().clone())
    };
    assert_eq!(after(false, &none), after(true, &none));
    assert_ne!(after(false, &|_| {}), after(true, &|_| {}), "with their effects they do");
}

#[test]
fn threads_and_snapshots_change_nothing() {
    let city = city(3_000);
    let digests: Vec<_> = [1, 3]
        .iter()
        .map(|&threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| {
                let mut sim = simulation(&city, |_| {});
                (0..18).for_each(|_| sim.step().expect("the ledgers balance"));
                sim.digest()
            })
        })
        .collect();
    assert_eq!(digests[0], digests[1]);
    let mut sim = simulation(&city, |_| {});
    (0..7).for_each(|_| sim.step().expect("the ledgers balance"));
    let snapshot = sim.snapshot();
    let mut other = simulation(&city, |_| {});
    other.restore(&snapshot).expect("the same model");
    (0..11).for_each(|_| other.step().expect("the ledgers balance"));
    assert_eq!(other.digest(), digests[0]);
}

/// Posts that are cut are missed by those who need care; the ledger stays in balance (each step checks it).
#[test]
fn less_care_is_missed_at_home_and_prevention_goes_first() {
    let city = city(5_000);
    let gap_after = |capacity: f64| {
        let mut sim = simulation(&city, |_| {});
        sim.order(order("care_capacity", capacity));
        (0..36).for_each(|_| sim.step().expect("the ledgers balance"));
        let outcomes = sim.world().resource::<Outcomes>();
        let gap = 1.0 - outcomes.total(Outcome::CareGiven) as f64 / outcomes.total(Outcome::CareNeeded) as f64;
        let care = sim.world().resource::<Ledgers>().get("care").expect("open");
        let prevention = care.uses.iter().find(|u| u.0 == "prevention").map_or(0, |u| u.1);
        (gap, prevention, sim.world().resource::<CareForce>().workers)
    };
    let (less, none, fewer) = gap_after(-0.3);
    let (more, some, workers) = gap_after(0.3);
    assert!(less > more + 0.1, "{less} {more}");
    assert_eq!(none, 0, "home care is short, so nothing is left for prevention");
    assert!(some > 0 && workers > 1.5 * fewer, "{some} {workers} {fewer}");
}
