//! Which system of this challenge runs when, and what of it is state.

use std::sync::Arc;

use bevy::prelude::*;

use super::events::{Agenda, Event, Hazard, ordered};
use super::exposure::Exposure;
use super::flood::{self, Flood, NoFlood};
use super::ground::GroundNow;
use super::homes::HomePlaces;
use super::parameters::ClimateParameters;
use super::water::{self, Repairs};
use crate::city::City;
use crate::people::Dwelling;
use crate::policies::Controls;
use crate::sim::state::{DigestEntry, slice};
use crate::sim::{Clock, Fault, OrderLog, Phase, RegisterState, SimTick};

/// The city, for the ground. Does not change.
#[derive(Resource, Clone)]
pub struct ClimateCity(pub Arc<City>);

/// This month's episodes. Emptied every month, so no state.
#[derive(Resource, Debug, Clone, Default, PartialEq)]
pub struct Episodes {
    /// What happens this month, in order of day.
    pub events: Vec<Event>,
    /// Floods, with the day of the month.
    pub floods: Vec<(Flood, u8)>,
}

/// Heat waves, cloudbursts, breaches. Needs [`crate::people::PeoplePlugin`], [`crate::policies::PoliciesPlugin`] and
/// [`crate::challenges::shared::SharedPlugin`].
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Force | `gather_events` | what the weather, the scenario and planners bring this month |
/// | Episodes | `solve` | heat and water over the ground raster; quantised exposure |
/// | Episodes | `repair_homes`, `flood_homes` | damage, displaced households, deaths by water |
pub struct ClimatePlugin;

impl Plugin for ClimatePlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Exposure>("climate_exposure")
            .register_state::<Repairs>("climate_repairs")
            .register_digest(DigestEntry { name: "climate", feed, every_tick: false })
            .register_stream(water::STREAM)
            .init_resource::<ClimateParameters>()
            .init_resource::<Agenda>()
            .init_resource::<Episodes>()
            .init_resource::<Exposure>()
            .init_resource::<Repairs>()
            .add_systems(SimTick, gather_events.in_set(Phase::Force))
            .add_systems(SimTick, (solve, water::repair_homes, water::flood_homes).chain().in_set(Phase::Episodes));
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

fn gather_events(
    clock: Res<Clock>,
    log: Res<OrderLog>,
    agenda: Res<Agenda>,
    city: Res<ClimateCity>,
    mut episodes: ResMut<Episodes>,
) {
    let month = clock.month();
    let mut events: Vec<Event> = agenda.of(month).collect();
    events.extend(log.starting_at(clock.tick).iter().filter_map(|order| ordered(order, month, &city.0)));
    events.sort_by_key(|event| event.day);
    *episodes = Episodes { events, ..Episodes::default() };
}

fn solve(
    city: Res<ClimateCity>,
    controls: Res<Controls>,
    p: Res<ClimateParameters>,
    mut episodes: ResMut<Episodes>,
    mut exposure: ResMut<Exposure>,
    mut fault: ResMut<Fault>,
) {
    if episodes.events.is_empty() {
        return;
    }
    let ground = GroundNow::of(&city.0, &controls);
    for event in episodes.events.clone() {
        match event.hazard {
            Hazard::HeatWave { .. } => (),
            hazard => match flood::run(&city.0, &ground, &controls, hazard, event.place, &p) {
                Some(Ok(flood)) => {
                    exposure.flood(flood.depth_cm.clone());
                    episodes.floods.push((flood, event.day));
                }
                Some(Err(NoFlood::Solver(error))) => fault.raise(error.to_string()),
                // An order to break a dike where there is none has no effect.
                Some(Err(NoFlood::NoDike)) | None => (),
            },
        }
    }
}
