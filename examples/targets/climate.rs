//! Signatures of heat and water (T-9a, d, e, f), from one heat wave and one cloudburst in the first summer.

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::challenges::climate::fabric::{Fabric, floor_view};
use waterbed::challenges::climate::footage::Take;
use waterbed::challenges::climate::ground::{GroundNow, neighbourhood_of_pixel};
use waterbed::challenges::climate::{
    Agenda, ClimateParameters, EpisodeSolver, Event, Exposure, Hazard, flood, heat, weather,
};
use waterbed::challenges::shared::{Census, NeighbourhoodStates, State};
use waterbed::city::area::Cadastre;
use waterbed::city::{City, Cover};
use waterbed::fields::heat::pet::uhi_max_k;
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
        let warmth = heat::run(
            city,
            &ground,
            &mut heat::Sky::default(),
            &event(7, WAVE),
            (5, 36.0),
            &p,
            (&mut EpisodeSolver::default(), None),
        );
        let built = (0..warmth.night_dk.len()).filter(|&i| city.ground.cover.values[i] == Cover::Building);
        let nights: Vec<f64> = built.map(|i| 0.1 * f64::from(warmth.night_dk[i])).collect();
        let top = warmth.night_dk.iter().max().copied().unwrap_or(0);
        (nights.iter().sum::<f64>() / nights.len().max(1) as f64, 0.1 * f64::from(top))
    };
    let (plain, top) = night(&[]);
    found.insert("night_island_max_k", top);
    let (ours, expected) = islands(city, &event(7, WAVE), &p);
    found.insert("night_island_districts_k", ours);
    found.insert("night_island_over_theeuwes", ours / expected);
    found.insert("night_cooling_by_green_k", plain - night(&[("unpaving", 0.5), ("trees", 20.0)]).0);
    let wet = |city: &City| {
        let controls = levers(city, &[]);
        let ground = GroundNow::of(city, &controls);
        let flood = flood::run(city, &ground, &controls, (RAIN, None), &p, (&mut EpisodeSolver::default(), None));
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

/// The night island of the hottest day over built-up neighbourhoods, mean by pixels of buildings, K: the greatest of the model's
/// hours, and what Theeuwes et al. (2017) expect of their sky view, green and the day's weather.
pub fn islands(city: &City, event: &Event, p: &ClimateParameters) -> (f64, f64) {
    let ground = GroundNow::of(city, &levers(city, &[]));
    let mut take = Take::default();
    heat::run(
        city,
        &ground,
        &mut heat::Sky::default(),
        event,
        (5, 36.0),
        p,
        (&mut EpisodeSolver::default(), Some(&mut take)),
    );
    let shots = take.shots;
    let day_of_year = f64::from(chrono::Datelike::ordinal(&event.month.first_day())) + f64::from(event.day) - 1.0;
    let hours = weather::hours(day_of_year, 5, 36.0);
    // Its rural weather: from eight in the morning of the hottest day to seven the next (there: sun of that day).
    let day = &hours[24 * 3 + 8..24 * 4 + 8];
    let mean = |of: &dyn Fn(&_) -> f32| day.iter().map(of).sum::<f32>() / 24.0;
    let (sun, wind) = (mean(&|h| h.global_w_m2), mean(&|h| h.wind_m_s));
    let most = day.iter().map(|h| h.air_c).fold(f32::MIN, f32::max);
    let range = most - day.iter().map(|h| h.air_c).fold(f32::MAX, f32::min);
    let fabric = Fabric::of(city);
    let n = city.neighbourhoods.len();
    let (mut svf, mut green, mut land, mut built) = (vec![0.0_f32; n], vec![0.0; n], vec![0.0; n], vec![0.0_f32; n]);
    let mut excess = vec![vec![0.0_f32; shots.len()]; n];
    for (pixel, shares) in ground.shares.iter().enumerate() {
        let Some(k) = neighbourhood_of_pixel(city, pixel).filter(|_| shares.water < 0.5) else { continue };
        let open = 1.0 - fabric.built[pixel];
        svf[k] += open * floor_view(fabric.aspect(pixel));
        green[k] += shares.trees + shares.grass;
        land[k] += open;
        built[k] += 1.0;
        for (sum, shot) in excess[k].iter_mut().zip(&shots) {
            *sum += 0.1 * f32::from(shot.maps[0][pixel]) - hours[shot.hours as usize - 1].air_c;
        }
    }
    let (mut ours, mut expected, mut weight) = (0.0, 0.0, 0.0);
    for k in (0..n).filter(|&k| built[k] > 0.0) {
        let (sky, plants) = (svf[k] / land[k], green[k] / built[k]);
        let formula = uhi_max_k(sky, plants, sun, 1.15, range, wind);
        let most = excess[k].iter().copied().fold(f32::MIN, f32::max) / built[k];
        if std::env::var_os("TARGETS_ALL").is_some() {
            eprintln!(
                "  {}: sky {sky:.2}, green {plants:.2}: {most:.1} K, expected {formula:.1} K",
                city.neighbourhoods[k].code
            );
        }
        // Where a city is: less than six tenths green.
        if plants < 0.6 {
            ours += f64::from(most * built[k]);
            expected += f64::from(formula * built[k]);
            weight += f64::from(built[k]);
        }
    }
    (ours / f64::max(weight, 1.0), expected / f64::max(weight, 1.0))
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
