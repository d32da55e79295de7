//! Signatures that need runs of their own: hysteresis, the null programme, classic models, labels, twins.

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::challenges::diversity::{Diversity, trust};
use waterbed::challenges::neighbourhoods::local::{Around, Local};
use waterbed::challenges::neighbourhoods::{NeighbourhoodParameters, Neighbourhoods};
use waterbed::challenges::shared::{NeighbourhoodStates, Outcome, Outcomes, State};
use waterbed::city::City;
use waterbed::lab::schelling::{self, Rule, Wish};
use waterbed::lab::short::{self, Regime};
use waterbed::people::{Household, Person};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::state::slice_mut;
use waterbed::sim::{Area, Order, Simulation};

/// Measures them in `city`.
pub fn metrics(city: &Arc<City>, seed: u64, years: u32) -> BTreeMap<&'static str, f64> {
    let p = NeighbourhoodParameters::default();
    let alone = NeighbourhoodParameters { upkeep_neighbours: 0.0, ..p.clone() };
    let line = |years: f64| trust::threshold_after(0.05, 1.0, 1.0, 0.19, years);
    let mut found = BTreeMap::from([
        ("hysteresis_area", hysteresis(&p)),
        ("hysteresis_area_off", hysteresis(&alone)),
        ("tolerance_1987", line(15.0)),
        ("tolerance_2003", line(31.0)),
        ("schelling_like_share", schelling_town(seed)),
        ("null_programme_difference", null_programme(city, seed)),
        ("relabelled_difference", relabelled(city, seed)),
        ("smooth_choice_segregation", smooth_choice(city, seed, years)),
        ("worst_first_tips_over_aware", allocation(city, seed, years)),
        ("youth_offences_with_help", with_help(city, seed)),
    ]);
    found.extend(regimes(seed));
    found
}

fn build(city: &Arc<City>, seed: u64, set: &[&str]) -> Simulation {
    let set = set.iter().map(ToString::to_string).collect();
    let overrides = Overrides { set, ..Overrides::default() };
    let scenario = scenario::load("base", &overrides).expect("the base scenario is valid");
    scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built")
}

fn order(sim: &mut Simulation, tick: u16, lever: &str, value: f64) {
    sim.order(Order { tick, lever: lever.into(), value, area: Area::City });
}

fn run(sim: &mut Simulation, months: u32) {
    (0..months).for_each(|_| sim.step().expect("the accounts balance"));
}

/// T-1a: area between the way up and the way back of the state of homes over disadvantage (σ × share).
fn hysteresis(p: &NeighbourhoodParameters) -> f64 {
    let around = |dep: f64, local: &Local| Around {
        disadvantage_z: dep,
        fear_z: (local.fear - 0.15) / 0.05,
        disorder_z: (local.disorder - 0.3) / 0.05,
        incidents: 1.0,
        maintenance: 1.0,
        derelict: 0.03,
        owned: 0.6,
        ..Around::default()
    };
    let settle = |local: Local, dep: f64| (0..1_200).fold(local, |local: Local, _| local.step(&around(dep, &local), p));
    let start = Local { efficacy: 0.0, disorder: 0.3, fear: 0.15, upkeep: 0.75, quality: 0.8 };
    let mut local = settle(start, -1.0);
    let steps: Vec<f64> = (0..=20).map(|i| -1.0 + 0.3 * f64::from(i)).collect();
    let mut up = Vec::new();
    for &dep in &steps {
        local = settle(local, dep);
        up.push(local.quality);
    }
    let mut area = 0.0;
    for (&dep, quality_up) in steps.iter().zip(up).rev() {
        local = settle(local, dep);
        area += 0.3 * (quality_up - local.quality);
    }
    area
}

/// T-1c: largest difference that a programme without effect makes to any neighbourhood's state in two years.
fn null_programme(city: &Arc<City>, seed: u64) -> f64 {
    let set = ["neighbourhoods.programme_effect=0"];
    let (mut plain, mut with) = (build(city, seed, &set), build(city, seed, &set));
    order(&mut with, 3, "programme", 1.0);
    run(&mut plain, 24);
    run(&mut with, 24);
    let of = |sim: &Simulation, s: State| sim.world().resource::<NeighbourhoodStates>().of(s).to_vec();
    [State::CollectiveEfficacy, State::Disorder, State::Fear, State::Company, State::HousingQuality]
        .into_iter()
        .flat_map(|s| of(&plain, s).into_iter().zip(of(&with, s)))
        .map(|(a, b)| f64::from((a - b).abs()))
        .fold(0.0, f64::max)
}

/// T-1d: new tips of neighbourhoods outside the weakest tenth, of all neighbourhoods, when €20 per resident go to the
/// weakest first, less those when they go to those warned of first. With programmes that work, or no rule can matter.
fn allocation(city: &Arc<City>, seed: u64, years: u32) -> f64 {
    let tips = |rule: f64| {
        let works = ["neighbourhoods.programme_effect_mean=0.5", "neighbourhoods.programme_effect_sd=0"];
        let mut sim = build(city, seed, &works);
        order(&mut sim, 61, "programme_budget", 20.0);
        order(&mut sim, 61, "allocation_rule", rule);
        run(&mut sim, 12 * years);
        let own = sim.world().resource::<Neighbourhoods>();
        let n = own.scores.len();
        let middle = |n_tip: usize, onset: usize| {
            let score = own.scores[n_tip][onset];
            own.scores.iter().filter(|s| s[onset] < score).count() >= n.div_ceil(10)
        };
        let tips = own.tipping.tips().iter().filter(|t| t.onset > 60 && middle(t.n.into(), t.onset.into())).count();
        tips as f64 / n as f64
    };
    tips(0.0) - tips(1.0)
}

/// T-2a: mean share of like neighbours once nobody moves, a third wanted.
fn schelling_town(seed: u64) -> f64 {
    let agents = schelling::agents_at(0.95, 51).expect("the density is valid");
    let config = schelling::Config {
        rule: Rule::Netlogo,
        size: 51,
        torus: true,
        agents,
        radius: 1,
        wish: Wish::Share(1.0 / 3.0),
        max_ticks: 500,
    };
    schelling::run(&config, seed).expect("the configuration is valid").like_share
}

/// T-2b: network segregation after the run where dislike of unlike neighbours is smooth, less that where there is none.
fn smooth_choice(city: &Arc<City>, seed: u64, years: u32) -> f64 {
    let [none, smooth] = ["housing.preference_form=0", "housing.preference_form=1"].map(|form| {
        let mut sim = build(city, seed, &[form]);
        run(&mut sim, 12 * years);
        sim.world().resource::<Diversity>().mean_segregation().unwrap_or(f64::NAN)
    });
    smooth - none
}

/// T-2c, T-6h: difference in any neighbourhood's offences in a year when groups are called otherwise.
fn relabelled(city: &Arc<City>, seed: u64) -> f64 {
    // Whom one likes to live beside and whom one understands is counted by label before the labels are changed here.
    let closed = [
        "demography.immigrants_per_1000=0",
        "demography.domestic_departure_y=0",
        "demography.domestic_net_per_1000=0",
        "housing.preference_form=0",
        "housing.tie_pull=0",
        "coupling.diversity_neighbourhoods=0",
        "coupling.diversity_ageing=0",
        "coupling.diversity_housing=0",
    ];
    let offences = |relabel: bool| {
        let mut sim = build(city, seed, &closed);
        if relabel {
            let world = sim.world_mut();
            let mut p = world.query::<&mut Person>();
            slice_mut(&mut p.query_mut(world)).iter_mut().for_each(|p| p.origin = (p.origin + 1) % 6);
            let mut h = world.query::<&mut Household>();
            slice_mut(&mut h.query_mut(world)).iter_mut().for_each(|h| h.origin = (h.origin + 1) % 6);
        }
        let mut sums = vec![0.0; city.neighbourhoods.len()];
        for _ in 0..12 {
            run(&mut sim, 1);
            let outcomes = sim.world().resource::<Outcomes>();
            for what in [Outcome::Burglary, Outcome::Vandalism, Outcome::Violence, Outcome::Recruited] {
                sums.iter_mut().zip(outcomes.of(what)).for_each(|(s, &x)| *s += f64::from(x));
            }
        }
        sums
    };
    offences(false).iter().zip(offences(true)).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// T-6d: unevenness and persistence of attractiveness in Short's three regimes.
fn regimes(seed: u64) -> [(&'static str, f64); 3] {
    let [even, moving, fixed] = [Regime::Even, Regime::Moving, Regime::Fixed].map(|regime| {
        let config = short::Config { size: 64, ..regime.config(180) };
        short::run(&config, seed, &mut |_| ()).expect("the configuration is valid")
    });
    [
        ("short_even_unevenness", even.unevenness),
        ("short_moving_over_even", moving.unevenness / even.unevenness),
        ("short_fixed_persistence_over_moving", fixed.persistence - moving.persistence),
    ]
}

/// T-6e: offences by young people in the tenth year with less strain, less opportunity and firmer neighbourhoods, over those
/// without.
fn with_help(city: &Arc<City>, seed: u64) -> f64 {
    const HELP: [(&str, f64); 7] = [
        ("lighting", 1.0),
        ("debt_help", 1.0),
        ("school_job_programme", 1.0),
        ("youth_work", 5.0),
        ("resident_networks", 1.0),
        ("meeting_places", 1.0),
        ("placemaking", 1.0),
    ];
    let tenth = |help: bool| {
        let mut sim = build(city, seed, &["budget.prevention_eur_per_resident_y=250"]);
        let levers: &[(&str, f64)] = if help { &HELP } else { &[] };
        levers.iter().for_each(|(lever, value)| order(&mut sim, 1, lever, *value));
        run(&mut sim, 108);
        let mut sum = 0.0;
        for _ in 0..12 {
            run(&mut sim, 1);
            sum += sim.world().resource::<Outcomes>().total(Outcome::YouthOffences) as f64;
        }
        sum
    };
    tenth(true) / tenth(false).max(1.0)
}
