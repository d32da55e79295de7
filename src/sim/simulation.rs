//! The simulation as a value.

use std::path::Path;

use bevy::prelude::*;

use super::clock::{Clock, Month};
use super::digest::{self, CheckEveryTick, Digest};
use super::draws::{Draws, Stream};
use super::ledger::Ledgers;
use super::orders::{Order, OrderLog};
use super::schedule::{self, Phase, SimTick};
use super::state::{RegisterState, Snapshot, SnapshotError, StateRegistry};

/// Set by a system that finds an invariant broken; the tick that raised it is not to be trusted.
#[derive(Resource, Debug, Clone, Default)]
pub struct Fault(Option<String>);

impl Fault {
    /// Reports a broken invariant; the first one counts.
    pub fn raise(&mut self, what: String) {
        self.0.get_or_insert(what);
    }
}

/// Why a simulation cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Two streams of draws have one number.
    #[error("streams of draws `{0}` and `{1}` have the same number; rename one")]
    SameStream(&'static str, &'static str),
    /// The first state breaks an invariant.
    #[error("{0}")]
    Invalid(String),
}

/// A city (or any model) in time. Independent of every other simulation in the process.
pub struct Simulation {
    world: World,
    schedule: Schedule,
}

impl Simulation {
    /// Builds a simulation whose first tick is `start`; `build` adds plugins to the app and fills the world.
    pub fn new<E>(seed: u64, start: Month, build: impl FnOnce(&mut App) -> Result<(), E>) -> Result<Simulation, E>
    where
        E: From<BuildError>,
    {
        let mut app = App::empty();
        app.add_schedule(schedule::new());
        app.insert_resource(Draws { seed, tick: 0 })
            .insert_resource(Clock { start, tick: 0 })
            .init_resource::<StateRegistry>()
            .init_resource::<Ledgers>()
            .init_resource::<OrderLog>()
            .init_resource::<Digest>()
            .init_resource::<Fault>()
            .register_state::<Clock>("clock")
            .register_state::<Ledgers>("ledgers")
            .register_state::<OrderLog>("orders")
            .register_state::<Digest>("digest")
            .add_systems(SimTick, advance_clock.in_set(Phase::Begin));
        build(&mut app)?;
        let mut world = std::mem::take(app.main_mut().world_mut());
        if let Some((a, b)) = same_number(&world.resource::<StateRegistry>().streams) {
            return Err(BuildError::SameStream(a, b).into());
        }
        let mut schedule = world.resource_mut::<Schedules>().remove(SimTick).expect("the schedule was added above");
        // Built now, so that an ambiguity shows when the simulation is made and not at its first step.
        if let Err(error) = schedule.initialize(&mut world) {
            let text = format!("the schedule cannot be built: {}", error.to_string(schedule.graph(), &world));
            return Err(BuildError::Invalid(text).into());
        }
        Ok(Simulation { world, schedule })
    }

    /// Simulates one month.
    ///
    /// # Errors
    /// If an invariant broke (people, homes or money appeared or vanished); says which.
    pub fn step(&mut self) -> Result<(), Fault> {
        self.schedule.run(&mut self.world);
        let imbalance = self.world.resource::<Ledgers>().imbalance();
        if let Some(what) = imbalance {
            self.world.resource_mut::<Fault>().raise(what);
        }
        digest::extend(&mut self.world);
        self.world.clear_trackers();
        let fault = self.world.resource::<Fault>();
        if fault.0.is_some() { Err(fault.clone()) } else { Ok(()) }
    }

    /// Gives an order. An order for a tick that is over counts from the next one.
    pub fn order(&mut self, mut order: Order) {
        order.tick = order.tick.max(self.clock().tick + 1);
        self.world.resource_mut::<OrderLog>().push(order);
    }

    /// Every order given so far.
    pub fn orders(&self) -> &[Order] {
        self.world.resource::<OrderLog>().all()
    }

    /// Where the simulation stands in time.
    pub fn clock(&self) -> Clock {
        *self.world.resource::<Clock>()
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.world.resource::<Draws>().seed
    }

    /// Digest of the full state and of the way to it.
    pub fn digest(&mut self) -> Digest {
        digest::hash(&mut self.world, true)
    }

    /// Puts the full state into the digest at every tick (slow; for tests and `--check`).
    pub fn check_every_tick(&mut self) {
        self.world.insert_resource(CheckEveryTick);
    }

    /// A full copy of the state.
    pub fn snapshot(&mut self) -> Snapshot {
        Snapshot::take(&mut self.world)
    }

    /// Writes the state to `path`, as [`Snapshot::save`] does, without a copy of it in memory.
    pub fn save(&mut self, path: &Path) -> Result<(), SnapshotError> {
        Snapshot::save_of(&mut self.world, path)
    }

    /// Goes back (or over) to a snapshot of a simulation with the same plugins.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        snapshot.put(&mut self.world)
    }

    /// The world, for reading what plugins offer.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Schedule and world.
    pub(super) fn parts_mut(&mut self) -> (&mut Schedule, &mut World) {
        (&mut self.schedule, &mut self.world)
    }

    /// The world, for queries. Changing state through it is not logged and breaks replay: give orders instead.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("no fault"))
    }
}

impl std::error::Error for Fault {}

fn advance_clock(mut clock: ResMut<Clock>, mut draws: ResMut<Draws>) {
    clock.tick += 1;
    draws.tick = clock.tick;
}

fn same_number(streams: &[Stream]) -> Option<(&'static str, &'static str)> {
    let mut sorted = streams.to_vec();
    sorted.sort_by_key(|s| s.id);
    sorted.windows(2).find(|pair| pair[0].id == pair[1].id).map(|pair| (pair[0].name, pair[1].name))
}

#[cfg(test)]
mod tests {
    use bytemuck::{Pod, Zeroable};

    use super::super::state::{slice, slice_mut};
    use super::super::{Area, Digest};
    use super::*;

    const STREAM: Stream = Stream::named("test.walk");

    #[derive(Component, Debug, Clone, Copy, Default, Pod, Zeroable)]
    #[repr(C)]
    struct Walker(i64);

    fn walk(draws: Res<Draws>, clock: Res<Clock>, log: Res<OrderLog>, mut walkers: Query<&mut Walker>) {
        let push: i64 = log.starting_at(clock.tick).iter().map(|o| o.value as i64).sum();
        for (i, walker) in slice_mut(&mut walkers).iter_mut().enumerate() {
            walker.0 += i64::from(draws.block(STREAM, i as u64, 0)[0] % 7) + push;
        }
    }

    fn walkers(seed: u64) -> Simulation {
        Simulation::new(seed, Month::new(2025, 1), |app| {
            app.register_table::<Walker, Walker>("walkers")
                .register_column::<Walker>("walkers", "position")
                .register_stream(STREAM)
                .add_systems(SimTick, walk.in_set(Phase::Act));
            app.world_mut().spawn_batch([Walker(1), Walker(2), Walker(3)]);
            app.register_digest(super::super::state::DigestEntry {
                name: "walkers",
                every_tick: true,
                feed: |world, hasher| {
                    let mut state = world.query::<&Walker>();
                    hasher.update(bytemuck::cast_slice(slice(&state.query(world))));
                },
            });
            Ok::<(), BuildError>(())
        })
        .unwrap()
    }

    fn digests(sim: &mut Simulation, n: usize) -> Vec<Digest> {
        (0..n).map(|_| sim.step().map(|()| sim.digest()).unwrap()).collect()
    }

    #[test]
    fn equal_runs_agree_and_other_seeds_do_not() {
        assert_eq!(digests(&mut walkers(1), 30), digests(&mut walkers(1), 30));
        assert_ne!(digests(&mut walkers(1), 30), digests(&mut walkers(2), 30));
    }

    #[test]
    fn a_restored_snapshot_goes_on_as_if_it_had_never_stopped() {
        let mut sim = walkers(1);
        digests(&mut sim, 5);
        let snapshot = sim.snapshot();
        let want = digests(&mut sim, 20);
        sim.world_mut().spawn(Walker(9));
        sim.restore(&snapshot).unwrap();
        assert_eq!(digests(&mut sim, 20), want);
        let dir = tempfile::tempdir().unwrap();
        snapshot.save(&dir.path().join("s")).unwrap();
        let mut same = walkers(1);
        same.restore(&snapshot).unwrap();
        same.save(&dir.path().join("t")).unwrap();
        let bytes = ["s", "t"].map(|name| std::fs::read(dir.path().join(name)).unwrap());
        assert!(bytes[0] == bytes[1], "a file is the same, by a copy in memory or without");
        let mut other = walkers(1);
        other.restore(&Snapshot::load(&dir.path().join("s")).unwrap()).unwrap();
        assert_eq!(digests(&mut other, 20), want);
    }

    #[test]
    fn an_order_changes_the_run_from_its_tick_on() {
        let (mut plain, mut ordered) = (walkers(1), walkers(1));
        ordered.order(Order { tick: 4, lever: "push".into(), value: 10.0, area: Area::City });
        let (a, b) = (digests(&mut plain, 6), digests(&mut ordered, 6));
        assert_eq!(a[..3], b[..3]);
        assert_ne!(a[3], b[3]);
        let mut replay = walkers(1);
        ordered.orders().iter().cloned().for_each(|order| replay.order(order));
        assert_eq!(digests(&mut replay, 6), b);
    }

    #[test]
    fn two_streams_of_one_number_are_refused() {
        let result = Simulation::new(1, Month::new(2025, 1), |app| {
            app.register_stream(STREAM).register_stream(STREAM);
            Ok::<(), BuildError>(())
        });
        assert!(matches!(result.err(), Some(BuildError::SameStream("test.walk", "test.walk"))));
    }

    #[test]
    fn a_ledger_out_of_balance_stops_the_run() {
        let mut sim = walkers(1);
        sim.world_mut().resource_mut::<Ledgers>().open("land", "m2", 5);
        assert!(sim.step().unwrap_err().to_string().contains("land"));
    }

    #[test]
    fn a_simulation_can_go_to_another_thread() {
        let mut here = walkers(1);
        let mut there = walkers(1);
        let far = std::thread::spawn(move || digests(&mut there, 9)).join().unwrap();
        assert_eq!(digests(&mut here, 9), far);
    }
}
