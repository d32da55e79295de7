//! Test E-T1 (models.md E-4): of people in the same circumstances, as many offend and as many are harmed whatever their
//! group and whatever brought them to the city. Labels are dealt out by the key of the household, so circumstances are
//! the same up to chance; fifty cities then give fifty pairs of rates for the test of Kolmogorov and Smirnov.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use waterbed::city::City;
use waterbed::city::generate::{CityConfig, generate};
use waterbed::people::{Conduct, Household, NewcomerType, Person, ShortMonth, Work};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::Clock;
use waterbed::sim::state::{slice, slice_mut};

const SEEDS: u64 = 50;
const MONTHS: u32 = 12;
/// Distance of two samples of fifty that chance exceeds once in a hundred times: 1.63 √(2/50).
const LIMIT: f64 = 0.326;

/// Two reasons for coming that send people away again equally often: else those who stay would differ in age.
const REASONS: [NewcomerType; 2] = [NewcomerType::Displaced, NewcomerType::Undocumented];

/// Rates of one label: persons of 12 and over, those who offended, those who were harmed.
type Rates = [f64; 2];

/// Deals two labels and two reasons for coming to households; `burden` puts the first label in debt and out of work.
fn rates(city: &Arc<City>, seed: u64, burden: bool) -> [[Rates; 2]; 2] {
    let mut scenario = scenario::load("base", &Overrides::default()).unwrap();
    assert_eq!(scenario.parameters.get_mut("diversity.discrimination").copied(), Some(0.0));
    let mut sim = scenario::build(&scenario, city.clone(), seed).unwrap();
    let world = sim.world_mut();
    // Dealt anew in every city: else one chance imbalance would come back fifty times.
    let dealt = |key: u64| {
        (key ^ seed << 40).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
    };
    let bit = |key: u64, which: u32| (dealt(key) >> (40 + which)) & 1;
    let mut households = world.query::<&mut Household>();
    for h in slice_mut(&mut households.query_mut(world)).iter_mut().filter(|h| h.is_there()) {
        h.origin = bit(h.key.0, 0) as u8;
    }
    let of_household: Vec<(u8, u8)> = slice(&households.query(world))
        .iter()
        .map(|h| (h.origin, REASONS[bit(h.key.0, 7) as usize] as u8 + 1))
        .collect();
    let mut there = BTreeSet::new();
    let mut persons = world.query::<(&mut Person, &mut Work)>();
    for (mut person, mut work) in persons.iter_mut(world).filter(|(p, _)| p.is_there()) {
        there.insert(person.key.0);
        (person.origin, person.newcomer) =
            person.household.get().map_or((0, REASONS[0] as u8 + 1), |h| of_household[h]);
        if burden && person.origin == 0 {
            work.debt_eur = 30_000.0;
        }
    }
    for _ in 0..MONTHS {
        sim.step().unwrap();
    }
    let now = sim.world().resource::<Clock>().month();
    let world = sim.world_mut();
    let mut counts = [[[0.0; 3]; 2]; 2];
    let mut people = world.query::<(&Person, &Conduct)>();
    // Whoever came during the run has circumstances of their own.
    let counted = |p: &Person| p.is_there() && there.contains(&p.key.0) && p.age_y(ShortMonth::of(now)) >= 13;
    for (person, conduct) in people.iter(world).filter(|(p, _)| counted(p)) {
        let labels = [usize::from(person.origin), usize::from(person.newcomer == REASONS[1] as u8 + 1)];
        let of = [1.0, f64::from(u8::from(conduct.offended.0 > 0)), f64::from(u8::from(conduct.harmed.0 > 0))];
        for (what, label) in labels.into_iter().enumerate() {
            counts[what][label].iter_mut().zip(of).for_each(|(sum, x)| *sum += x);
        }
    }
    counts.map(|labels| labels.map(|[all, offended, harmed]| [offended / all, harmed / all]))
}

/// Largest distance between the distributions of two samples.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let below = |sample: &[f64], x: f64| sample.iter().filter(|&&y| y <= x).count() as f64 / sample.len() as f64;
    a.iter().chain(b).map(|&x| (below(a, x) - below(b, x)).abs()).fold(0.0, f64::max)
}

/// Distances for [label, reason for coming] × [offended, harmed].
fn distances(burden: bool) -> [[f64; 2]; 2] {
    let city = Arc::new(generate(&CityConfig { residents: 3_000, ..CityConfig::default() }, 1).unwrap());
    let all: Vec<_> = (1..=SEEDS).into_par_iter().map(|seed| rates(&city, seed, burden)).collect();
    std::array::from_fn(|what| {
        std::array::from_fn(|outcome| {
            let [a, b] = [0, 1].map(|label| all.iter().map(|r| r[what][label][outcome]).collect::<Vec<f64>>());
            distance(&a, &b)
        })
    })
}

#[test]
fn in_the_same_circumstances_rates_are_the_same_whatever_the_group() {
    let found = distances(false);
    assert!(found.as_flattened().iter().all(|d| *d < LIMIT), "{found:?}");
}

/// The same fifty pairs tell when circumstances differ: debt on one of two labels.
#[test]
fn the_test_of_equal_rates_tells_unequal_circumstances() {
    let found = distances(true);
    assert!(found[0][0] > LIMIT, "{found:?}");
}
