//! Which system of this challenge runs when, and what of it is state.

use std::sync::Arc;

use bevy::prelude::*;

use super::events::{Agenda, Event, Hazard, ordered};
use super::exposure::Exposure;
use super::flood::{self, Flood, NoFlood};
use super::footage::{Footage, Reel, Take, depths};
use super::ground::GroundNow;
use super::health;
use super::heat::{self, Sky, Warmth};
use super::homes::HomePlaces;
use super::parameters::ClimateParameters;
use super::solver::EpisodeSolver;
use super::water::{self, Repairs};
use super::weather;
use crate::challenges::shared::{NeighbourhoodStates, State};
use crate::city::City;
use crate::people::Dwelling;
use crate::policies::Controls;
use crate::sim::state::{DigestEntry, slice};
use crate::sim::{Clock, Draws, Fault, OrderLog, Phase, RegisterState, SimTick};

/// The city, for the ground. Does not change.
#[derive(Resource, Clone)]
pub struct ClimateCity(pub Arc<City>);

/// This month's episodes. Emptied every month, so no state.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub struct Episodes {
    /// What happens this month, in order of day.
    pub events: Vec<Event>,
    /// Heat waves.
    pub heat: Vec<HeatWave>,
    /// Floods, with the day of the month.
    pub floods: Vec<(Flood, u8)>,
}

/// A heat wave and where it was how warm.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatWave {
    /// Days.
    pub days: u32,
    /// Greatest temperature at the station, °C.
    pub peak_c: f64,
    /// Excess of each pixel.
    pub warmth: Warmth,
}

/// Heat waves, cloudbursts, breaches. Needs [`crate::people::PeoplePlugin`], [`crate::policies::PoliciesPlugin`] and
/// [`crate::challenges::shared::SharedPlugin`].
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Control | `gather_events` | what the weather, the scenario and planners bring this month; hot days |
/// | Episodes | `solve` | heat and water over the ground raster; quantised exposure |
/// | Episodes | `suffer_heat` | deaths, falls and calls by heat |
/// | Episodes | `repair_homes`, `flood_homes` | damage, displaced households, deaths by water |
pub struct ClimatePlugin;

impl Plugin for ClimatePlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Exposure>("climate_exposure")
            .register_state::<Repairs>("climate_repairs")
            .register_digest(DigestEntry { name: "climate", feed, every_tick: false })
            .register_stream(water::STREAM)
            .register_stream(weather::STREAM)
            .register_stream(health::STREAM)
            .register_stream(health::STREAM_CALLS)
            .init_resource::<ClimateParameters>()
            .init_resource::<Agenda>()
            .init_resource::<Episodes>()
            .init_resource::<Exposure>()
            .init_resource::<Repairs>()
            .init_resource::<Sky>()
            .init_resource::<EpisodeSolver>()
            .add_systems(SimTick, gather_events.after(Phase::Control).before(Phase::Decide))
            .add_systems(
                SimTick,
                (solve, health::suffer_heat, water::repair_homes, water::flood_homes).chain().in_set(Phase::Episodes),
            );
    }
}

/// Prepares the challenge for `city`, whose people must have been settled.
pub fn open(world: &mut World, city: &Arc<City>) {
    let places = {
        let mut dwellings = world.query::<&Dwelling>();
        HomePlaces::of(city, slice(&dwellings.query(world)))
    };
    world.insert_resource(places);
    world.insert_resource(ClimateCity(city.clone()));
}

fn feed(world: &mut World, hasher: &mut blake3::Hasher) {
    world.resource::<Exposure>().feed(hasher);
}

#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
fn gather_events(
    clock: Res<Clock>,
    draws: Res<Draws>,
    log: Res<OrderLog>,
    agenda: Res<Agenda>,
    controls: Res<Controls>,
    p: Res<ClimateParameters>,
    mut states: ResMut<NeighbourhoodStates>,
    mut episodes: ResMut<Episodes>,
) {
    let month = clock.month();
    let mut events: Vec<Event> = agenda.of(month).collect();
    events.extend(log.starting_at(clock.tick).iter().filter_map(|order| ordered(order, month, controls.cadastre())));
    let raised = controls.get("dike_height");
    let raised_m = raised.iter().sum::<f64>() / raised.len().max(1) as f64;
    let breach_y = p.breach_y * libm::pow(10.0, -raised_m / p.dike_decimate_m);
    events.extend(weather::of_month(draws.seed, month, &p, breach_y));
    events.sort_by_key(|event| event.day);
    let hot = weather::hot_days(draws.seed, month, &events, &p);
    states.of_mut(State::HotDays).fill(hot as f32);
    *episodes = Episodes { events, ..Episodes::default() };
}

#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
fn solve(
    city: Res<ClimateCity>,
    controls: Res<Controls>,
    p: Res<ClimateParameters>,
    mut sky: ResMut<Sky>,
    mut solver: ResMut<EpisodeSolver>,
    mut episodes: ResMut<Episodes>,
    mut exposure: ResMut<Exposure>,
    mut fault: ResMut<Fault>,
    mut footage: Option<ResMut<Footage>>,
) {
    if let Some(footage) = &mut footage {
        footage.0.clear();
    }
    if episodes.events.is_empty() {
        return;
    }
    let ground = GroundNow::of(&city.0, &controls);
    for event in episodes.events.clone() {
        let mut take = Take::default();
        let filmed = footage.is_some().then_some(&mut take);
        match event.hazard {
            Hazard::HeatWave { days, peak_c } => {
                let warmth = heat::run(&city.0, &ground, &mut sky, &event, (days, peak_c), &p, (&mut solver, filmed));
                if let Some(footage) = &mut footage {
                    take.whole[0].clone_from(&warmth.night_dc);
                    footage.0.push(Reel { event, shots: take.shots, whole: take.whole });
                }
                exposure.heat(&warmth);
                episodes.heat.push(HeatWave { days, peak_c, warmth });
            }
            hazard => match flood::run(&city.0, &ground, &controls, (hazard, event.place), &p, (&mut solver, filmed)) {
                Some(Ok(flood)) => {
                    if let Some(footage) = &mut footage {
                        take.whole[0] = depths(&flood.depth_cm);
                        footage.0.push(Reel { event, shots: take.shots, whole: take.whole });
                    }
                    exposure.flood(flood.depth_cm.clone());
                    episodes.floods.push((flood, event.day));
                }
                Some(Err(NoFlood::Solver(error))) => fault.raise(error.to_string()),
                // Chance or an order to break a dike where there is none has no effect.
                Some(Err(NoFlood::NoDike)) | None => (),
            },
        }
    }
}
