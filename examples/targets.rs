//! Runs the base scenario over several seeds and compares it with `tests/targets.toml`.
//!
//! `cargo run --release --example targets -- [SEEDS] [RESIDENTS] [YEARS]` prints the table of docs/targets.md. With
//! `TARGETS_QUICK=1` it leaves out what needs large cities and long twins of its own, with `TARGETS_CLIMATE=1` all but heat and
//! water.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints its table")]

#[path = "targets/base.rs"]
mod base;
#[path = "targets/climate.rs"]
mod climate;
#[path = "targets/crime.rs"]
mod crime;
#[path = "targets/housing.rs"]
mod housing;
#[path = "targets/known.rs"]
mod known;
#[path = "targets/large.rs"]
mod large;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Deserialize;
use waterbed::challenges::ageing::CareForce;
use waterbed::challenges::diversity::Diversity;
use waterbed::challenges::housing::Market;
use waterbed::challenges::neighbourhoods::{NeighbourhoodParameters, programme};
use waterbed::challenges::shared::{Census, NeighbourhoodStates, Outcome, Outcomes, State as Kept, State as Shared};
use waterbed::city::City;
use waterbed::city::generate::{CityConfig, generate};
use waterbed::people::region::{Kind, Region, RegionParameters};
use waterbed::people::{
    Counts, DemographyParameters, Dwelling, Household, Person, ShortMonth, Society, Tally, Ties, Work,
};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::state::slice;
use waterbed::sim::{Area, Order, PersonIdx, Simulation};

/// One row of `tests/targets.toml`.
#[derive(Deserialize)]
struct Target {
    id: String,
    metric: String,
    what: String,
    unit: String,
    band: [f64; 2],
    grade: String,
    source: String,
}

#[derive(Deserialize)]
struct Targets {
    target: Vec<Target>,
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|a| a.parse::<u32>().ok());
    let n_seeds = numbers.next().unwrap_or(6);
    let residents = numbers.next().unwrap_or(20_000);
    let years = numbers.next().unwrap_or(15);
    let targets: Targets = toml::from_str(include_str!("../tests/targets.toml")).expect("the targets can be read");
    let config = CityConfig { residents, ..CityConfig::default() };
    let runs: Vec<BTreeMap<&str, f64>> =
        (1..=u64::from(n_seeds)).into_par_iter().map(|seed| run(&config, seed, years)).collect();
    println!("{n_seeds} seeds, {residents} residents, {years} years; median and range over seeds.\n");
    println!("| test | what | median | range | band | grade | source | verdict |");
    println!("|---|---|---|---|---|---|---|---|");
    for target in &targets.target {
        let mut values: Vec<f64> = runs.iter().filter_map(|r| r.get(target.metric.as_str()).copied()).collect();
        values.sort_by(f64::total_cmp);
        let Some((&low, &high)) = values.first().zip(values.last()) else {
            if std::env::var_os("TARGETS_CLIMATE").is_some() {
                continue;
            }
            println!(
                "| {} | {} | not measured | | | {} | {} | missing |",
                target.id, target.what, target.grade, target.source
            );
            continue;
        };
        let median = values[values.len() / 2];
        let hit = (target.band[0]..=target.band[1]).contains(&median);
        println!(
            "| {} | {} ({}) | {median:.3} | {low:.3} … {high:.3} | {} … {} | {} | {} | {} |",
            target.id,
            target.what,
            target.unit,
            target.band[0],
            target.band[1],
            target.grade,
            target.source,
            if hit { "hit" } else { "**miss**" }
        );
    }
    if std::env::var_os("TARGETS_ALL").is_some() {
        for run in &runs {
            eprintln!("{run:.4?}");
        }
    }
}

/// Settings to try, as `TARGETS_SET="housing.give_up=0.05 demography.fertility_total=1.5"`.
fn overrides() -> Overrides {
    let set = std::env::var("TARGETS_SET").unwrap_or_default();
    Overrides { set: set.split_whitespace().map(String::from).collect(), ..Overrides::default() }
}

struct State {
    people: f64,
    households: f64,
    single: f64,
    old: f64,
    homeless: f64,
    vacant: f64,
    homes: f64,
}

fn state(sim: &mut Simulation) -> State {
    let now = ShortMonth::of(sim.clock().month());
    let world = sim.world_mut();
    let (mut p, mut h, mut d) = (world.query::<&Person>(), world.query::<&Household>(), world.query::<&Dwelling>());
    let (p, h, d) = (p.query(world), h.query(world), d.query(world));
    let count = |n: usize| n as f64;
    let people = slice(&p).iter().filter(|p| p.is_there());
    let households = slice(&h).iter().filter(|h| h.is_there());
    State {
        people: count(people.clone().count()),
        old: count(people.filter(|p| p.age_y(now) >= 65).count()),
        households: count(households.clone().count()),
        single: count(households.clone().filter(|h| h.size == 1).count()),
        homeless: count(households.filter(|h| h.dwelling.get().is_none()).count()),
        vacant: count(slice(&d).iter().filter(|d| d.is_vacant()).count()),
        homes: count(slice(&d).iter().filter(|d| d.is_there()).count()),
    }
}

fn run(config: &CityConfig, seed: u64, years: u32) -> BTreeMap<&'static str, f64> {
    let city = Arc::new(generate(config, seed).expect("the recipe is valid"));
    if std::env::var_os("TARGETS_CLIMATE").is_some() {
        return climate::metrics(&city, seed);
    }
    let scenario = scenario::load("base", &overrides()).expect("the base scenario is valid");
    let mut sim = scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built");
    let first = state(&mut sim);
    let d_start = income_dissimilarity(&mut sim, &city);
    let mut counts = Counts::default();
    let mut first_year = Counts::default();
    let (mut movers, mut settled) = (vec![0.0; 128], vec![0.0; 128]);
    let (mut chain_moves, mut chains) = (0.0, 0.0);
    let mut outside = Vec::new();
    let mut year = Counts::default();
    let contacts = contacts_per_resident(&mut sim);
    let workers = workers(&mut sim);
    let mut old = Old::default();
    let mut base = base::Base::new(&sim);
    let contact_start = mean_state(&sim, Kept::Contact);
    let mut contact_after_6 = f64::NAN;
    let (mut waits, mut wait) = (Vec::new(), (0.0, 0.0));
    let mut crime = crime::Crime::new(&city);
    let mut leaving = housing::LeavingHome::default();
    let origin_start = origin_dissimilarity(&mut sim, &city);
    for month in 1..=12 * years {
        sim.step().expect("the accounts balance");
        old.add(&mut sim);
        crime.month(&mut sim, month);
        let tally = sim.world().resource::<Tally>().clone();
        counts.add(&tally.city);
        leaving.add(month, &tally.city);
        year.add(&tally.city);
        if month <= 12 {
            first_year.add(&tally.city);
        }
        if month == 72 {
            contact_after_6 = mean_state(&sim, Kept::Contact);
        }
        base.month(&sim, month);
        if month % 12 == 0 {
            let out = f64::from(year.domestic_departures) / 1.9;
            let within = year.moves_within;
            outside.push(out / (out + f64::from(year.moves_within)));
            year = Counts::default();
            waits.push(wait.1 / f64::max(12.0 * wait.0, 1.0));
            wait = (0.0, 0.0);
            if std::env::var_os("TARGETS_YEARS").is_some() {
                let s = state(&mut sim);
                let m = sim.world().resource::<Market>();
                eprintln!(
                    "{month}: people {} households {} lodging {:.4} vacant {:.4} offer {:.4} left {:.4} wait {:.2} price {:.3} left {:?} rent {:.3} avail {:.2} within {} 65+ {:.3}",
                    s.people,
                    s.households,
                    s.homeless / s.homes,
                    s.vacant / s.homes,
                    f64::from(m.on_offer) / s.homes,
                    f64::from(m.left_over.iter().sum::<u32>()) / s.homes,
                    waits.last().unwrap(),
                    m.log_price,
                    m.left_over,
                    m.log_rent,
                    m.availability,
                    within,
                    s.old / s.people
                );
            }
        }
        let market = sim.world().resource::<Market>();
        wait.0 += f64::from(tally.city.allotted);
        wait.1 += f64::from(tally.city.allotted_months);
        chains += f64::from(market.chains_ended);
        chain_moves += f64::from(market.chain_moves);
        let now = ShortMonth::of(sim.clock().month());
        let world = sim.world_mut();
        let (mut p, mut h) = (world.query::<&Person>(), world.query::<&Household>());
        let (p, h) = (p.query(world), h.query(world));
        // As CBS counts: residents of an age who move within the city, first homes included; arrivals are none.
        for person in slice(&p).iter().filter(|p| p.is_there() && p.arrived != now) {
            let household = &slice(&h)[person.household.i()];
            let age = usize::from(person.age_y(now).min(127));
            settled[age] += 1.0;
            movers[age] += f64::from(u8::from(household.dwelling.get().is_some() && household.since == now));
        }
    }
    let last = state(&mut sim);
    let y = f64::from(years);
    let growth = |a: f64, b: f64| 100.0 * ((b / a).powf(1.0 / y) - 1.0);
    let rate = |ages: std::ops::Range<usize>| {
        12.0 * movers[ages.clone()].iter().sum::<f64>() / settled[ages].iter().sum::<f64>().max(1.0)
    };
    let peak = (18..70).max_by(|&a, &b| rate(a..a + 3).total_cmp(&rate(b..b + 3))).unwrap_or(0);
    let trough = (30..80).min_by(|&a, &b| rate(a..a + 5).total_cmp(&rate(b..b + 5))).unwrap_or(0);
    let people = 0.5 * (first.people + last.people) * y;
    let care_need = sim.world().resource::<CareForce>().needed_over_start() * 0.154 * workers / self::workers(&mut sim);
    let mut found = national();
    found.extend(crime.found(seed));
    found.extend(base.found(&sim));
    if std::env::var_os("TARGETS_QUICK").is_none() {
        let names = ["moves_per_senior_home", "quieter_by_clusters", "starter_queue_blocked"];
        found.extend(names.into_iter().zip(senior_homes(config, &city, seed)));
        found.extend(known::metrics(&city, seed, years));
        found.extend(large::metrics(seed, years));
        found.extend(climate::metrics(&city, seed));
    }
    found.extend(programme_ratios());
    found.extend(diversity(&sim));
    found.extend(housing::twins(&city, seed, &leaving));
    let residents = sim.world().resource::<Census>().residents.iter().map(|&r| f64::from(r)).collect();
    found.extend([
        ("neighbourhood_size_exponent", housing::zipf_exponent(residents)),
        ("origin_dissimilarity_ratio", origin_dissimilarity(&mut sim, &city) / origin_start),
        ("fall_emergencies_pct_y", 1_200.0 * old.emergencies / old.months),
        ("fall_deaths_per_1000_elders", 12_000.0 * old.deaths / old.months),
        ("lonely_elders_share", old.lonely / old.months),
        ("care_workers_needed_share_end", care_need),
        ("contacts_per_resident", contacts),
        ("contact_start_share", contact_start),
        ("contact_fall_6y", contact_start - contact_after_6),
        ("population_growth_pct_y", growth(first.people, last.people)),
        ("household_growth_pct_y", growth(first.households, last.households)),
        ("single_share_change_pct_y", growth(first.single / first.households, last.single / last.households)),
        ("share_65_start", first.old / first.people),
        ("share_65_end", last.old / last.people),
        ("leaving_home_age_y", f64::from(counts.left_home_age_y) / f64::from(counts.left_home.max(1)) + 0.5),
        ("immigrants_first_year_per_1000", 1_000.0 * f64::from(first_year.immigrants) / first.people),
        ("births_per_1000", 1_000.0 * f64::from(counts.births) / people),
        ("deaths_per_1000", 1_000.0 * f64::from(counts.deaths) / people),
        ("mover_peak_age_y", peak as f64 + 1.0),
        ("mover_trough_age_y", trough as f64 + 2.0),
        ("moves_within_per_100_households", 100.0 * f64::from(counts.moves_within) / (last.households * y)),
        ("outside_share_start", outside.first().copied().unwrap_or(0.0)),
        ("outside_share_end", outside.last().copied().unwrap_or(0.0)),
        ("unions_per_1000", 1_000.0 * f64::from(counts.unions) / people),
        ("separations_per_1000", 1_000.0 * f64::from(counts.separations) / people),
        ("chain_length", chain_moves / f64::max(chains, 1.0)),
        ("lodging_share_start", first.homeless / first.homes),
        ("social_wait_first_y_y", waits.first().copied().unwrap_or(0.0)),
        ("social_wait_last_y_y", waits.last().copied().unwrap_or(0.0)),
        ("on_offer_share_end", f64::from(sim.world().resource::<Market>().on_offer) / last.homes),
        ("availability_end", sim.world().resource::<Market>().availability),
        ("homeless_share_end", last.homeless / last.households),
        ("vacant_share_end", last.vacant / last.homes),
        ("log_price_end", sim.world().resource::<Market>().log_price),
        ("price_distance_correlation", price_distance(&mut sim, &city)),
        ("income_dissimilarity_rise", income_dissimilarity(&mut sim, &city) - d_start),
    ]);
    found
}

/// Scores of neighbourhoods.
fn scores(sim: &Simulation, kept: Kept) -> Vec<f64> {
    sim.world().resource::<NeighbourhoodStates>().of(kept).iter().map(|v| f64::from(*v)).collect()
}

fn mean_state(sim: &Simulation, kept: Kept) -> f64 {
    let people = &sim.world().resource::<Census>().residents;
    let all: f64 = people.iter().map(|&r| f64::from(r)).sum();
    scores(sim, kept).iter().zip(people).map(|(v, &r)| v * f64::from(r)).sum::<f64>() / all
}

/// T-1f: share of the variance of collective efficacy that disadvantage, turnover and friction explain.
fn efficacy_explained(sim: &Simulation) -> f64 {
    let factors = [Kept::Disadvantage, Kept::Turnover, Kept::Friction].map(|k| scores(sim, k));
    regression(&factors, &scores(sim, Kept::CollectiveEfficacy)).1
}

/// T-1f: standardised coefficient of collective efficacy on violence, beside the three structural factors.
fn efficacy_on_violence(sim: &Simulation, violence: &[f64]) -> f64 {
    let people = &sim.world().resource::<Census>().residents;
    let rate: Vec<f64> = violence.iter().zip(people).map(|(v, &r)| v / f64::from(r.max(1))).collect();
    let factors = [Kept::CollectiveEfficacy, Kept::Disadvantage, Kept::Turnover, Kept::Friction];
    regression(&factors.map(|k| scores(sim, k)), &rate).0[0]
}

/// Pearson's r.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    regression(&[a.to_vec()], b).0[0]
}

/// Standardised coefficients of a linear regression, and R².
fn regression(factors: &[Vec<f64>], y: &[f64]) -> (Vec<f64>, f64) {
    let standard = |x: &[f64]| -> Vec<f64> {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let sd = (x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt().max(1e-12);
        x.iter().map(|v| (v - mean) / sd).collect()
    };
    let r = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len() as f64;
    let x: Vec<Vec<f64>> = factors.iter().map(|f| standard(f)).collect();
    let y = standard(y);
    let k = x.len();
    // Normal equations with the right-hand side as last column, by elimination.
    let row = |i: usize| (0..k).map(|j| r(&x[i], &x[j])).chain([r(&x[i], &y)]).collect::<Vec<f64>>();
    let mut m: Vec<Vec<f64>> = (0..k).map(row).collect();
    for i in 0..k {
        let pivot = m[i].clone();
        for (_, other) in m.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = other[i] / pivot[i];
            other.iter_mut().zip(&pivot).for_each(|(a, b)| *a -= factor * b);
        }
    }
    let b: Vec<f64> = (0..k).map(|i| m[i][k] / m[i][i]).collect();
    let explained = b.iter().zip(&x).map(|(b, x)| b * r(x, &y)).sum();
    (b, explained)
}

/// T-1b: mean effect of an interrupted programme over that of a continuous one of the same cost, in six years.
fn programme_ratios() -> [(&'static str, f64); 2] {
    let ratio = |p: &NeighbourhoodParameters| {
        let effect = |effort: &dyn Fn(u32) -> f64| {
            let (mut x, mut t, mut sum) = (0.0, p.trust_start, 0.0);
            for month in 0..72 {
                (x, t) = programme::step(x, t, effort(month), p);
                sum += programme::share_of_effect(x, t);
            }
            sum
        };
        effect(&|month| f64::from((month / 12 + 1) % 2)) / effect(&|_| 0.5)
    };
    let asymmetric = NeighbourhoodParameters::default();
    let null = NeighbourhoodParameters {
        programme_decay_months: 36.0,
        programme_trust_loss: 0.0,
        ..NeighbourhoodParameters::default()
    };
    [("programme_on_off_ratio", ratio(&asymmetric)), ("programme_on_off_ratio_null", ratio(&null))]
}

/// T-2d, T-2e at the end of the run.
fn diversity(sim: &Simulation) -> Vec<(&'static str, f64)> {
    let own = sim.world().resource::<Diversity>();
    let scores: Vec<f64> = own.segregation.iter().filter(|s| s.0 >= 25).map(|s| s.1).collect();
    let largest = scores.first().copied().unwrap_or(f64::NAN);
    let (low, high) = scores.iter().fold((1.0, 0.0), |(low, high): (f64, f64), &s| (low.min(s), high.max(s)));
    vec![
        ("network_segregation_low", low),
        ("network_segregation_high", high),
        ("largest_group_most_segregated", f64::from(u8::from(largest >= high))),
    ]
}

/// The country, in the region model: the base scenario, and for the shortage the plan built in full.
fn national() -> BTreeMap<&'static str, f64> {
    let people = DemographyParameters::default();
    let base = RegionParameters::default();
    let after = |p: &RegionParameters, years: u32| {
        let mut region = Region::new(p);
        (0..years).for_each(|_| region.step(p, &people));
        region
    };
    let (start, late) = (Region::new(&base), after(&base, 14));
    let growth = |a: f64, b: f64| 100.0 * ((b / a).powf(1.0 / 14.0) - 1.0);
    let eleven = after(&base, 11);
    let largest = |region: &Region| region.people(Some(Kind::Largest));
    let planned = RegionParameters { building_rate: 1.0, ..base };
    BTreeMap::from([
        ("national_household_growth_pct_y", growth(start.households(), late.households())),
        ("national_single_growth_pct_y", growth(start.single(), late.single())),
        ("national_share_65_2035", eleven.share_65(None)),
        ("largest_share_65_2034", after(&base, 10).share_65(Some(Kind::Largest))),
        ("largest_growth_pct_2035", 100.0 * (largest(&eleven) / largest(&start) - 1.0)),
        ("national_shortage_2031", after(&planned, 7).shortage()),
    ])
}

/// What happens to residents of 65 and over.
#[derive(Default)]
struct Old {
    months: f64,
    emergencies: f64,
    deaths: f64,
    lonely: f64,
}

impl Old {
    fn add(&mut self, sim: &mut Simulation) {
        self.months += state(sim).old;
        let outcomes = sim.world().resource::<Outcomes>();
        self.emergencies += outcomes.total(Outcome::FallEmergency) as f64;
        self.deaths += outcomes.total(Outcome::FallDeath) as f64;
        self.lonely += outcomes.total(Outcome::LonelyElders) as f64;
    }
}

/// People at work.
fn workers(sim: &mut Simulation) -> f64 {
    let world = sim.world_mut();
    let mut w = world.query::<&Work>();
    slice(&w.query(world)).iter().filter(|w| w.occupation == waterbed::people::Occupation::Employed as u8).count()
        as f64
}

/// Mean number of potential contacts in all layers, of one resident in a hundred.
fn contacts_per_resident(sim: &mut Simulation) -> f64 {
    let world = sim.world_mut();
    let (mut p, mut w) = (world.query::<&Person>(), world.query::<&Work>());
    let (mut h, mut d) = (world.query::<&Household>(), world.query::<&Dwelling>());
    let (p, w, h, d) = (p.query(world), w.query(world), h.query(world), d.query(world));
    let society = Society { persons: slice(&p), works: slice(&w), households: slice(&h), dwellings: slice(&d) };
    let ties = Ties::of(society);
    let there: Vec<usize> = (0..society.persons.len()).filter(|&i| society.persons[i].is_there()).collect();
    let mut layers = [0.0; 5];
    for &i in there.iter().step_by(100) {
        let degrees = ties.degrees(society, PersonIdx::at(i));
        layers.iter_mut().zip(degrees).for_each(|(sum, n)| *sum += n as f64);
    }
    let n = there.len().div_ceil(100) as f64;
    if std::env::var_os("TARGETS_ALL").is_some() {
        eprintln!(
            "contacts by layer {:?}, {:.1} bytes",
            layers.map(|sum| sum / n),
            ties.n_bytes() as f64 / there.len() as f64
        );
    }
    layers.iter().sum::<f64>() / n
}

/// Twins of ten years. Senior homes for 0.2 % of residents a year, spread, against none: how many moves each sets off (T-3c). Ten
/// of them a year in one neighbourhood, in one block against spread: how much quieter its streets are (T-3e). Older people who
/// do not look for a suitable home: by how much the queue of starters, households below 35 without a home of their own, is
/// longer in the last five years (T-3c).
fn senior_homes(config: &CityConfig, city: &Arc<City>, seed: u64) -> [f64; 3] {
    let years = 10;
    let per_year = 0.002 * f64::from(config.residents);
    let run = |set: &[&str], lever: Option<(&str, f64, Area)>| {
        let set = set.iter().map(ToString::to_string).collect();
        let overrides = Overrides { set, ..Overrides::default() };
        let scenario = scenario::load("base", &overrides).expect("the base scenario is valid");
        let mut sim = scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built");
        if let Some((lever, value, area)) = lever {
            sim.order(Order { tick: 1, lever: lever.into(), value, area });
        }
        let (mut moves, mut starters) = (0.0, 0.0);
        for month in 0..12 * years {
            sim.step().expect("the accounts balance");
            moves += sim.world().resource::<Tally>().moves.iter().filter(|m| m.to != u16::MAX).count() as f64;
            if month >= 6 * years {
                let world = sim.world_mut();
                let mut h = world.query::<&Household>();
                let h = h.query(world);
                let waits = |h: &&Household| h.is_there() && h.dwelling.get().is_none() && h.head_age_y < 35;
                starters += slice(&h).iter().filter(waits).count() as f64;
            }
        }
        let lively = sim.world().resource::<NeighbourhoodStates>().of(Shared::Liveliness).to_vec();
        (moves, lively, starters)
    };
    let largest = city.neighbourhoods.iter().enumerate().max_by_key(|(_, n)| n.marginals.residents);
    let (at, place) = largest.expect("a city has neighbourhoods");
    let there = || Area::Places(vec![place.code.clone()]);
    let none = run(&[], None);
    let dispersed = run(&[], Some(("senior_housing_dispersed", per_year, Area::City)));
    let [block, spread] = ["senior_housing_clustered", "senior_housing_dispersed"]
        .map(|lever| f64::from(run(&[], Some((lever, 10.0, there()))).1[at]));
    let blocked = run(&["housing.senior_offer_y=0"], None);
    [(dispersed.0 - none.0) / (f64::from(years) * per_year), spread - block, blocked.2 / f64::max(none.2, 1.0) - 1.0]
}

/// Correlation over homes of value per m² with distance to the city's centre (the mean place of homes of the old
/// centre).
fn price_distance(sim: &mut Simulation, city: &City) -> f64 {
    let old = |n: &&waterbed::city::Neighbourhood| n.character == waterbed::city::Character::OldCentre;
    let centres: Vec<_> = city.neighbourhoods.iter().filter(old).map(|n| n.centre_m).collect();
    let n = centres.len().max(1) as f64;
    let centre = [0, 1].map(|i| centres.iter().map(|c| c[i]).sum::<f64>() / n);
    let world = sim.world_mut();
    let mut d = world.query::<&Dwelling>();
    let d = d.query(world);
    let points: Vec<(f64, f64)> = slice(&d)
        .iter()
        .filter(|d| d.is_there())
        .map(|d| {
            let (x, y) = city.grid.centre(d.cell as usize);
            ((x - centre[0]).hypot(y - centre[1]), f64::from(d.value_keur) / f64::from(d.area_m2.max(1)))
        })
        .collect();
    let n = points.len() as f64;
    let (mx, my) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let s = |f: &dyn Fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>();
    s(&|p| (p.0 - mx) * (p.1 - my)) / (s(&|p| (p.0 - mx) * (p.0 - mx)) * s(&|p| (p.1 - my) * (p.1 - my))).sqrt()
}

/// Dissimilarity of origin groups over neighbourhoods (Morgan 1975): residents who would have to move for an even spread.
fn origin_dissimilarity(sim: &mut Simulation, city: &City) -> f64 {
    let world = sim.world_mut();
    let (mut p, mut h, mut d) = (world.query::<&Person>(), world.query::<&Household>(), world.query::<&Dwelling>());
    let (p, h, d) = (p.query(world), h.query(world), d.query(world));
    let (households, homes) = (slice(&h), slice(&d));
    let mut by = vec![[0.0; 16]; city.neighbourhoods.len()];
    for person in slice(&p).iter().filter(|p| p.is_there()) {
        if let Some(home) = person.household.get().and_then(|h| households[h].dwelling.get()) {
            by[usize::from(homes[home].neighbourhood)][usize::from(person.origin).min(15)] += 1.0;
        }
    }
    let all: [f64; 16] = std::array::from_fn(|g| by.iter().map(|row| row[g]).sum());
    let total: f64 = all.iter().sum();
    let share = all.map(|n| n / total);
    let apart: f64 = by
        .iter()
        .map(|row| {
            let n: f64 = row.iter().sum();
            (0..16).map(|g| (row[g] - n * share[g]).abs()).sum::<f64>()
        })
        .sum();
    apart / (2.0 * total * share.iter().map(|s| s * (1.0 - s)).sum::<f64>())
}

/// Dissimilarity of households below the city's lower income quintile against the others, over neighbourhoods. Incomes are
/// equivalised, as CBS does for who is in a fifth, and as [`waterbed::indicators`] does: a family on one low income is poor.
fn income_dissimilarity(sim: &mut Simulation, city: &City) -> f64 {
    let world = sim.world_mut();
    let (mut h, mut d) = (world.query::<&Household>(), world.query::<&Dwelling>());
    let (h, d) = (h.query(world), d.query(world));
    let homes = slice(&d);
    let lived: Vec<(usize, f32)> = slice(&h)
        .iter()
        .filter(|h| h.is_there())
        .filter_map(|h| {
            Some((
                usize::from(homes[h.dwelling.get()?].neighbourhood),
                h.income_eur_m / f32::from(h.size.max(1)).sqrt(),
            ))
        })
        .collect();
    let mut incomes: Vec<f32> = lived.iter().map(|l| l.1).collect();
    incomes.sort_by(f32::total_cmp);
    let line = incomes[incomes.len() / 5];
    let mut by = vec![[0.0; 2]; city.neighbourhoods.len()];
    lived.iter().for_each(|&(n, income)| by[n][usize::from(income > line)] += 1.0);
    let total = [0, 1].map(|i| by.iter().map(|b| b[i]).sum::<f64>());
    0.5 * by.iter().map(|b| (b[0] / total[0] - b[1] / total[1]).abs()).sum::<f64>()
}
