//! The phases of a tick.

use bevy::ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};
use bevy::prelude::*;

/// The schedule that runs once per simulated month.
#[derive(ScheduleLabel, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SimTick;

/// What happens in a month, in this order. Work is parallel inside a system, never between systems; two systems of
/// one phase that touch the same data without a stated order are an error when the simulation is built.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Clock moves on, orders of this month are taken.
    Begin,
    /// Weather, prices and national drivers.
    Force,
    /// Levers write what they control.
    Control,
    /// Agents read last month's state and write intents.
    Decide,
    /// Intents are resolved in key order: moves, jobs, offences.
    Act,
    /// Days inside the month: places and events.
    Days,
    /// Hours and minutes inside the month: fields solve, people are exposed.
    Episodes,
    /// Health, damage, neighbourhood state, ledgers.
    Affect,
    /// Read-only measures.
    Measure,
    /// Births and removals in key order, invariants, digest.
    End,
}

/// The empty schedule: phases chained, one thread, ambiguity is an error.
pub(super) fn new() -> Schedule {
    use Phase::*;
    let mut schedule = Schedule::new(SimTick);
    schedule
        .set_executor(SingleThreadedExecutor::new())
        .set_build_settings(ScheduleBuildSettings { ambiguity_detection: LogLevel::Error, ..default() })
        .configure_sets((Begin, Force, Control, Decide, Act, Days, Episodes, Affect, Measure, End).chain());
    schedule
}
