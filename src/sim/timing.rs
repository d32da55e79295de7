//! Where the time of a month goes: the time that every system takes, for benches.
//!
//! [`Simulation::time_systems`] puts a clock between the systems of the schedule, in the order in which they run anyway. A
//! simulation that nobody times has no clocks in it.

use std::time::Duration;

use bevy::ecs::schedule::{InternedSystemSet, SystemKey};
use bevy::prelude::*;

use super::schedule::SimTick;
use super::simulation::Simulation;

/// The systems that each part of a simulation brought along, in the order in which it added them.
#[derive(Resource, Default)]
pub(super) struct Parts(Vec<(&'static str, Vec<SystemKey>)>);

/// Adding plugins under a name, so that their systems can be told apart when they are timed.
pub trait AddPart {
    /// Adds `plugin`; its systems of [`SimTick`] belong to the part `name`.
    fn add_part(&mut self, name: &'static str, plugin: impl Plugin) -> &mut Self;
}

impl AddPart for App {
    fn add_part(&mut self, name: &'static str, plugin: impl Plugin) -> &mut Self {
        let systems = |app: &App| -> Vec<SystemKey> {
            let schedule = app.get_schedule(SimTick).expect("a simulation has this schedule");
            schedule.graph().systems.iter().map(|(key, ..)| key).collect()
        };
        let before = systems(self);
        self.add_plugins(plugin);
        let added = systems(self).into_iter().filter(|key| !before.contains(key)).collect();
        self.world_mut().get_resource_or_init::<Parts>().0.push((name, added));
        self
    }
}

/// The time that one system has taken so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemTime {
    /// The part that it belongs to; empty for those of the engine.
    pub part: &'static str,
    /// Which of the part's systems, in the order in which it added them.
    pub number: usize,
    /// Time since timing began.
    pub spent: Duration,
}

#[derive(Resource)]
struct Times {
    systems: Vec<SystemTime>,
    last: Duration,
}

impl Simulation {
    /// Times every system from now on by `clock`, which may be one of wall time or of the processors' work.
    ///
    /// # Panics
    /// If the schedule cannot be built with clocks in it, which is a bug.
    pub fn time_systems(&mut self, clock: fn() -> Duration) {
        let (schedule, world) = self.parts_mut();
        let order: Vec<(SystemKey, InternedSystemSet)> = schedule
            .systems()
            .expect("the schedule was built with the simulation")
            .filter_map(|(key, system)| Some((key, *system.default_system_sets().first()?)))
            .collect();
        let part_of = |key: SystemKey| {
            let parts = world.get_resource::<Parts>().map_or(&[][..], |parts| &parts.0);
            let found = parts.iter().find_map(|(name, keys)| Some((*name, keys.iter().position(|k| *k == key)?)));
            found.unwrap_or(("", 0))
        };
        let time = |&(key, _): &(SystemKey, InternedSystemSet)| {
            let (part, number) = part_of(key);
            SystemTime { part, number, spent: Duration::ZERO }
        };
        let systems = order.iter().map(time).collect();
        for (i, &(_, set)) in order.iter().enumerate() {
            let look = move |mut times: ResMut<Times>| {
                let (now, last) = (clock(), times.last);
                times.systems[i].spent += now.saturating_sub(last);
                times.last = now;
            };
            match order.get(i + 1) {
                Some(&(_, next)) => schedule.add_systems(look.after(set).before(next)),
                None => schedule.add_systems(look.after(set)),
            };
        }
        if let Some(&(_, first)) = order.first() {
            schedule.add_systems((move |mut times: ResMut<Times>| times.last = clock()).before(first));
        }
        world.insert_resource(Times { systems, last: clock() });
        schedule.initialize(world).expect("clocks between systems leave their order as it is");
    }

    /// What every system has taken since [`Self::time_systems`], in the order in which they run.
    pub fn system_times(&self) -> &[SystemTime] {
        self.world().get_resource::<Times>().map_or(&[], |times| &times.systems)
    }
}
