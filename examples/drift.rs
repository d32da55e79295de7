//! What moves in the base scenario that nobody touches: the mean of every neighbourhood state, and what happens, year by
//! year.
//!
//! `cargo run --release --example drift -- [RESIDENTS] [YEARS] [SEED …]` prints one table per seed. Settings to try:
//! `DRIFT_SET="coupling.crime_neighbourhoods=0"`.

#![allow(clippy::print_stdout, reason = "an example prints its table")]

use std::sync::Arc;

use waterbed::challenges::neighbourhoods::{NeighbourhoodParameters, Neighbourhoods};
use waterbed::challenges::shared::{Census, NeighbourhoodStates, Outcome, Outcomes, State};
use waterbed::city::generate::{CityConfig, generate};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::Simulation;

const COUNTED: [Outcome; 5] =
    [Outcome::Burglary, Outcome::Vandalism, Outcome::Violence, Outcome::YouthOffences, Outcome::LonelyElders];

fn main() {
    let numbers: Vec<u64> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let residents = numbers.first().map_or(20_000, |&n| n as u32);
    let years = numbers.get(1).copied().unwrap_or(10);
    let seeds = if numbers.len() > 2 { numbers[2..].to_vec() } else { vec![1] };
    let config = CityConfig { residents, ..CityConfig::default() };
    let set = std::env::var("DRIFT_SET").unwrap_or_default();
    let overrides = Overrides { set: set.split_whitespace().map(String::from).collect(), ..Overrides::default() };
    let scenario = scenario::load("base", &overrides).expect("the base scenario is valid");
    for seed in seeds {
        let city = Arc::new(generate(&config, seed).expect("the recipe is valid"));
        let mut sim = scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built");
        let mut columns = vec![states(&sim)];
        let mut counts = Vec::new();
        for _ in 0..years {
            let mut sums = [0.0; COUNTED.len()];
            for _ in 0..12 {
                sim.step().expect("the accounts balance");
                let outcomes = sim.world().resource::<Outcomes>();
                sums.iter_mut().zip(COUNTED).for_each(|(s, k)| *s += outcomes.total(k) as f64);
            }
            let census = sim.world().resource::<Census>();
            let people = census.residents.iter().sum::<u32>();
            let elders = census.elders.iter().sum::<u32>();
            sums.iter_mut().for_each(|s| *s *= 1_000.0 / f64::from(people));
            sums[4] *= f64::from(people) / f64::from(elders) / 12_000.0;
            columns.push(states(&sim));
            counts.push((sums, people, elders));
        }
        let states = sim.world().resource::<NeighbourhoodStates>();
        println!(
            "\nseed {seed}, {} neighbourhoods: mean by year; deviation between neighbourhoods at the start",
            states.n()
        );
        for (k, &state) in State::ALL.iter().enumerate() {
            let row: Vec<String> = columns.iter().map(|c| format!("{:8.4}", c[k])).collect();
            println!("{:22} {}   sd {:.4}", state.id(), row.join(" "), states.deviation(state));
        }
        for (k, what) in COUNTED.iter().enumerate() {
            let row: Vec<String> = counts.iter().map(|c| format!("{:8.3}", c.0[k])).collect();
            println!("{:22}          {}   per 1,000 (lonely: of 65+)", what.id(), row.join(" "));
        }
        let row: Vec<String> = counts.iter().map(|c| format!("{:8}", c.1)).collect();
        println!("{:22}          {}", "residents", row.join(" "));
        let row: Vec<String> = counts.iter().map(|c| format!("{:8.4}", f64::from(c.2) / f64::from(c.1))).collect();
        println!("{:22}          {}", "elders", row.join(" "));
        let own = sim.world().resource::<Neighbourhoods>();
        let score = |month: usize| own.scores.iter().map(|s| f64::from(s[month])).sum::<f64>() / states.n() as f64;
        let row: Vec<String> = (1..=years as usize).map(|y| format!("{:8.3}", score(12 * y - 1))).collect();
        println!("{:22}          {}", "liveability", row.join(" "));
        let mut tipped: Vec<u16> = own.tipping.tips().iter().map(|t| t.n).collect();
        tipped.sort_unstable();
        tipped.dedup();
        if std::env::var_os("DRIFT_X").is_some() {
            let rise = |n: usize, s: State| waterbed::challenges::shared::spread::rise(states, s, n);
            let census = sim.world().resource::<Census>();
            for n in 0..states.n() {
                let r: Vec<String> = [
                    State::HousingQuality,
                    State::Vacancy,
                    State::Overcrowding,
                    State::Disorder,
                    State::CollectiveEfficacy,
                    State::Company,
                    State::Turnover,
                    State::Fear,
                    State::Victimisation,
                    State::Disadvantage,
                    State::Friction,
                ]
                .iter()
                .map(|&s| format!("{:6.2}", rise(n, s)))
                .collect();
                println!(
                    "n{n:2} res {:5} tip {} score {:5.2} -> {:5.2}  QVODCcTFVdf {}",
                    census.residents[n],
                    tipped.contains(&(n as u16)),
                    own.scores[n][0],
                    own.scores[n].last().unwrap(),
                    r.join(" ")
                );
            }
        }
        let quality = own.quality(&NeighbourhoodParameters::default());
        println!("tipped at least once: {} of {}; warnings {quality:?}", tipped.len(), states.n());
    }
}

/// Mean of every state over neighbourhoods.
fn states(sim: &Simulation) -> Vec<f64> {
    let states = sim.world().resource::<NeighbourhoodStates>();
    let mean = |state: State| states.of(state).iter().map(|v| f64::from(*v)).sum::<f64>() / states.n() as f64;
    State::ALL.iter().map(|&s| mean(s)).collect()
}
