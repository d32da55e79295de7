//! Signatures of heat and water (T-9a, d, e, f), from one heat wave and one cloudburst in the first summer.

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::challenges::climate::{
    Agenda, ClimateParameters, Event, Exposure, Hazard, flood, ground::GroundNow, heat,
};
use waterbed::challenges::shared::{Census, NeighbourhoodStates, State};
use waterbed::city::area::Cadastre;
use waterbed::city::{City, Cover};
use waterbed::policies::Controls;
use waterbed::scenario::{self, Overrides};
use waterbed::sim::{Area, Month, Order};

const WAVE: Hazard = Hazard::HeatWave { days: 5, peak_c: 36.0 };
const RAIN: Hazard = Hazard::Cloudburst { mm: 70.0, hours: 1.0, power: true };

/// Measures them in `city`.
pub fn metrics(city: &Arc<City>, seed: u64) -> BTreeMap<&'static str, f64> {
    let mut found = BTreeMap::new();
    let event = |month, hazard| Event { month: Month::new(2025, month), day: 10, hazard, place: None };
    let overrides = Overrides { set: vec!["climate.weather=0".into()], ..Overrides::default() };
    let scenario = scenario::load("base", &overrides).expect("the base scenario is valid");
    let mut sim = scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built");
    sim.world_mut().insert_resource(Agenda(vec![event(7, WAVE)]));
    (1..=7).for_each(|_| sim.step().expect("the accounts balance"));
    found.extend(of_heat(sim.world().resource::<Exposure>()));
    let states = sim.world().resource::<NeighbourhoodStates>();
    let residents = &sim.world().resource::<Census>().residents;
    let heat = states.of(State::Heat);
    found.insert("heat_paved_correlation", weighted(heat, states.of(State::Paved), residents));
    found.insert("heat_disadvantage_correlation", weighted(heat, states.of(State::Disadvantage), residents));

    let p = ClimateParameters::default();
    let night = |set: &[(&str, f64)]| {
        let ground = GroundNow::of(city, &levers(city, set));
        let warmth = heat::run(city, &ground, &mut heat::Sky::default(), &event(7, WAVE), (5, 36.0), &p, None);
        let built = (0..warmth.night_dk.len()).filter(|&i| city.ground.cover.values[i] == Cover::Building);
        let nights: Vec<f64> = built.map(|i| 0.1 * f64::from(warmth.night_dk[i])).collect();
        let top = warmth.night_dk.iter().max().copied().unwrap_or(0);
        (nights.iter().sum::<f64>() / nights.len().max(1) as f64, 0.1 * f64::from(top))
    };
    let (plain, top) = night(&[]);
    found.insert("night_island_max_k", top);
    found.insert("night_cooling_by_green_k", plain - night(&[("unpaving", 0.5), ("trees", 20.0)]).0);
    let wet = |city: &City| {
        let controls = levers(city, &[]);
        let ground = GroundNow::of(city, &controls);
        let flood = flood::run(city, &ground, &controls, (RAIN, None), &p, None);
        let flood = flood.and_then(Result::ok).expect("a cloudburst can be run");
        flood.depth_cm.iter().filter(|d| **d >= 15).count() as f64
    };
    let mut paved = (**city).clone();
    for i in 0..paved.ground.cover.values.len() {
        if paved.ground.cover.values[i] != Cover::Water {
            paved.ground.sealed_pct.values[i] = paved.ground.sealed_pct.values[i].max(90);
        }
    }
    found.insert("flooded_paved_over_now", wet(&paved) / wet(city).max(1.0));
    found
}

fn of_heat(e: &Exposure) -> [(&'static str, f64); 2] {
    let degrees = 0.01 * f64::from(e.degree_days_c) / 5.0;
    let heat = e.expected_heat_deaths_ppm as f64;
    [
        ("heat_mortality_pct_k", 100.0 * heat / e.expected_other_deaths_ppm.max(1) as f64 / degrees),
        ("heat_deaths_75_share", e.expected_heat_deaths_75_ppm as f64 / heat.max(1.0)),
    ]
}

fn levers(city: &City, set: &[(&str, f64)]) -> Controls {
    let mut controls = Controls::new(Cadastre::of(city));
    for (lever, value) in set {
        controls.apply(&Order { tick: 1, lever: (*lever).into(), value: *value, area: Area::City });
    }
    controls
}

/// Correlation over neighbourhoods, each counting by its residents.
fn weighted(a: &[f32], b: &[f32], weights: &[u32]) -> f64 {
    let w = || weights.iter().map(|w| f64::from(*w));
    let sum = w().sum::<f64>().max(1.0);
    let mean = |v: &[f32]| v.iter().zip(w()).map(|(v, w)| f64::from(*v) * w).sum::<f64>() / sum;
    let (ma, mb) = (mean(a), mean(b));
    let co = |x: &[f32], mx: f64, y: &[f32], my: f64| {
        x.iter().zip(y).zip(w()).map(|((x, y), w)| w * (f64::from(*x) - mx) * (f64::from(*y) - my)).sum::<f64>()
    };
    co(a, ma, b, mb) / (co(a, ma, a, ma) * co(b, mb, b, mb)).sqrt().max(1e-12)
}
