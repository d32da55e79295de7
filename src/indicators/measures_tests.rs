//! Counts by hand on a few households, and the whole on the toy town.

use super::super::toy_town;
use super::*;
use crate::people::Occupation;
use crate::sim::{DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey, PersonIdx, PersonKey};

const NOW: ShortMonth = ShortMonth(1500);

fn person(household: usize, age_y: i16, origin: u8, occupation: Occupation) -> (Person, Work) {
    let key = PersonKey(household as u64 * 10 + age_y as u64);
    let person = Person {
        key,
        household: HouseholdIdx::at(household),
        born: ShortMonth(NOW.0 - 12 * age_y),
        origin,
        ..Person::default()
    };
    (person, Work { occupation: occupation as u8, ..Work::default() })
}

fn home(n: u16, tenure: u8, lived_in_by: Option<usize>, chain: u8) -> Dwelling {
    let household = lived_in_by.map_or(HouseholdIdx::NONE, HouseholdIdx::at);
    Dwelling {
        key: DwellingKey(1),
        neighbourhood: n,
        tenure,
        household,
        chain,
        area_m2: 30,
        cost_eur_m: 600.5,
        value_keur: 250.5,
        ..Dwelling::default()
    }
}

fn family(size: u8, n_minors: u8, dwelling: Option<usize>, income_eur_m: f32) -> Household {
    let dwelling = dwelling.map_or(DwellingIdx::NONE, DwellingIdx::at);
    Household {
        key: HouseholdKey(1),
        first: PersonIdx(0),
        size,
        n_minors,
        dwelling,
        income_eur_m,
        ..Household::default()
    }
}

/// A family of three in 30 m² social rent, a single owner who has just moved in, a single without a home, free slots.
fn three_households() -> NeighbourhoodCounts {
    let (persons, works): (Vec<_>, Vec<_>) = [
        person(0, 40, 0, Occupation::Employed),
        person(0, 38, 1, Occupation::Unemployed),
        person(0, 3, 1, Occupation::Home),
        person(1, 80, 0, Occupation::Retired),
        person(2, 20, 2, Occupation::Study),
        (Person::default(), Work::default()),
    ]
    .into_iter()
    .unzip();
    let households = [
        Household { queued: ShortMonth(NOW.0 - 30), ..family(3, 1, Some(0), 3000.0) },
        Household { since: NOW, ..family(1, 0, Some(1), 2000.0) },
        Household { queued: ShortMonth(NOW.0 - 40), ..family(1, 0, None, 1000.0) },
        Household::default(),
    ];
    let dwellings = [home(0, 1, Some(0), 3), home(1, 0, Some(1), 0), home(1, 2, None, 1), Dwelling::default()];
    NeighbourhoodCounts::count(
        Tables { persons: &persons, works: &works, households: &households, dwellings: &dwellings },
        NOW,
        2,
    )
}

#[test]
fn small_households_are_counted_as_by_hand() {
    let counts = three_households();
    let [a, b] = counts.neighbourhoods[..] else { panic!("two neighbourhoods") };
    assert_eq!((a.residents, b.residents, counts.without_home.residents, counts.city.residents), (3, 1, 1, 5));
    assert_eq!(a.by_age, [1, 0, 2, 0, 0]);
    assert_eq!(b.by_age, [0, 0, 0, 0, 1]);
    assert_eq!(&a.by_origin[..3], [1, 2, 0]);
    assert_eq!(a.age_months, 12 * (40 + 38 + 3));
    assert_eq!((a.employed, a.unemployed, b.employed), (1, 1, 0));
    assert_eq!((a.by_household, b.by_household), ([0, 0, 1], [1, 0, 0]));
    assert_eq!((a.overcrowded, b.overcrowded), (1, 0), "30 m² is too small for three, not for one");
    assert_eq!((a.in_queue, counts.without_home.in_queue), (0, 1));
    assert_eq!((a.renters, a.renters_pay_cents_m, b.renters), (1, 60_050, 0));
    assert_eq!((a.filled, b.filled, b.filled_first), (0, 1, 1));
    assert_eq!((b.homes, b.vacant, b.by_tenure), (2, 1, [1, 0, 1, 0, 0]));
    assert_eq!(b.value_eur[0], 250_500);
    assert_eq!((counts.without_home.households, counts.city.households, counts.city.homes), (1, 3, 3));
}

#[test]
fn few_people_are_left_out_and_head_counts_are_not() {
    let places = Places::of(&toy_town::city(1));
    let counts =
        NeighbourhoodCounts { neighbourhoods: vec![three_households().neighbourhoods[0]; 16], ..three_households() };
    let (outcomes, states) = (Outcomes::new(16), NeighbourhoodStates::new(16));
    let published = Published {
        outcomes: &outcomes,
        states: &states,
        budget: None,
        neighbourhoods: None,
        diversity: None,
        episodes: None,
        challenges: &Challenges::default(),
    };
    let measures = Measures::from_counts(Month(24_000), &counts, &Tally::new(16), &places, published);
    assert_eq!(measures.of_neighbourhoods("residents").unwrap()[0], 3.0);
    assert_eq!(measures.of_neighbourhoods("vacant_share").unwrap()[0], 0.0);
    for id in ["age_mean_y", "one_person_share", "origin_diversity_index", "income_mean_eur_m"] {
        assert!(measures.of_neighbourhoods(id).unwrap()[0].is_nan(), "{id}");
    }
    assert_eq!(
        measures.of_city("age_mean_y").map(|y| (y * 10.0).round()),
        Some(2.0 * (40.0 + 38.0 + 3.0 + 80.0 + 20.0))
    );
    assert_eq!(measures.of_city("unemployed_share"), Some(0.5));
    assert_eq!(measures.of_city("households_without_home"), Some(1.0));
}

#[test]
fn fifths_hold_a_fifth_of_the_households() {
    let city = toy_town::city(200);
    let mut sim = toy_town::simulation(&city, 3);
    Measures::now(&mut sim);
    let counts = sim.world().resource::<NeighbourhoodCounts>();
    let of = |m: usize| counts.by_income.iter().map(|g| g[m]).sum::<f64>();
    let households = counts.city.households as f64;
    assert!((of(0) - 0.2 * households).abs() < 1e-6 && (of(2) - 0.2 * households).abs() < 1e-6);
    assert!((of(0) + of(1) + of(2) - households).abs() < 1e-6);
}

#[test]
fn the_gini_of_bins_is_the_gini_of_incomes() {
    let city = toy_town::city(200);
    let mut sim = toy_town::simulation(&city, 3);
    let measured = Measures::now(&mut sim).of_city("income_gini_index").unwrap();
    let mut query = sim.world_mut().query::<&Household>();
    let incomes = query.iter(sim.world()).map(|h| {
        let scale = (f64::from(h.size - h.n_minors) + 0.8 * f64::from(h.n_minors)).sqrt();
        (f64::from(h.income_eur_m) / scale, 1.0)
    });
    let exact = super::super::indices::gini(incomes.collect()).unwrap();
    assert!((measured - exact).abs() < 1e-3, "{measured} {exact}");
}

#[test]
fn neighbourhoods_and_homeless_add_up_to_the_city_every_month() {
    let city = toy_town::city(100);
    let mut sim = toy_town::simulation(&city, 1);
    for _ in 0..6 {
        sim.step().unwrap();
        let measures = sim.world().resource::<Measures>();
        assert_eq!(measures.month, sim.clock().month());
        let residents: f64 = measures.of_neighbourhoods("residents").unwrap().iter().map(|v| f64::from(*v)).sum();
        let without = sim.world().resource::<NeighbourhoodCounts>().without_home.residents as f64;
        assert_eq!(Some(residents + without), measures.of_city("residents"));
        assert_eq!(measures.of_neighbourhoods("residents").unwrap()[15], 0.0, "nobody lives in the last one");
        assert!(measures.of_neighbourhoods("age_mean_y").unwrap()[15].is_nan());
        assert!(measures.of_city("moves_within").unwrap() > 0.0);
    }
}

#[test]
fn other_labels_of_groups_give_the_same_measures() {
    let measured = |relabel: fn(u8) -> u8| {
        let city = toy_town::city(100);
        let mut sim = toy_town::simulation(&city, 1);
        let mut persons = sim.world_mut().query::<&mut Person>();
        persons.iter_mut(sim.world_mut()).for_each(|mut p| p.origin = relabel(p.origin));
        let measures = Measures::now(&mut sim);
        let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        (
            measures.city.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
            measures.neighbourhoods.iter().map(|v| bits(v)).collect::<Vec<_>>(),
        )
    };
    assert_eq!(measured(|o| o), measured(|o| [4, 2, 0, 1, 3][usize::from(o)]));
}

#[test]
fn neighbours_share_a_side() {
    let places = Places::of(&toy_town::city(1));
    assert_eq!(places.beside[0], [1, 4]);
    assert_eq!(places.beside[5], [1, 4, 6, 9]);
    assert_eq!(places.beside[15], [11, 14]);
}

#[test]
fn of_a_real_city_guarded_levels_do_not_leave() {
    let city = toy_town::city(60);
    let mut sim = toy_town::simulation(&city, 1);
    let measures = Measures::now(&mut sim);
    let real = measures.to_leave(CityOrigin::Real);
    for (indicator, value) in city_indicators().zip(&real.city) {
        assert!(!indicator.guarded || value.is_nan(), "{} leaves", indicator.id);
    }
    for (indicator, values) in neighbourhood_indicators().zip(&real.neighbourhoods) {
        assert!(!indicator.guarded || values.iter().all(|v| v.is_nan()), "{} leaves", indicator.id);
    }
    assert_eq!(real.of_city("residents"), measures.of_city("residents"));
    assert!(matches!(measures.to_leave(CityOrigin::Generated), Cow::Borrowed(_)), "of an invented city all leaves");
}
