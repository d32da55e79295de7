//! Drivers: parameters that the outside world changes over the years (models.md §12).
//!
//! A driver is a series of values of one parameter: `[drivers.demography] net_migration = { 2025 = 10, 2035 = 7 }`.
//! Between two points it runs in a straight line by month; before the first and after the last it stays level.
//! A parameter that the model reads at the start alone (a seed of the first population, a share among the residents of
//! the start) cannot be driven: its series would have no effect after the first month.
//!
//! Drivers are set between the phases `Begin` and `Force`, so that everything in the month sees the same value.

use std::collections::BTreeMap;

use bevy::prelude::*;
use serde::Serialize;
use serde::ser::SerializeMap;

use super::parameters::{self, Parameters};
use super::problem::Problems;
use super::reader::Reader;
use super::tree::{Table, Value};
use crate::sim::{Clock, Month, Phase, SimTick};

/// Parameters that the model reads at the start alone.
const START_ONLY: &[&str] = &[
    "demography.newcomer_stock_share",
    "demography.domestic_departure_y",
    "demography.tolerance_mean",
    "demography.tolerance_sd_logit",
    "housing.near_d0_km",
];

/// Values in time: at least one point, in order of month.
#[derive(Debug, Clone, PartialEq)]
pub struct Series(Vec<(Month, f64)>);

impl Series {
    /// The value in month `at`.
    pub fn at(&self, at: Month) -> f64 {
        let next = self.0.partition_point(|(month, _)| *month <= at);
        match (self.0[..next].last(), self.0.get(next)) {
            (Some(&(m0, v0)), Some(&(m1, v1))) => v0 + (v1 - v0) * f64::from(at.0 - m0.0) / f64::from(m1.0 - m0.0),
            (Some(&(_, v)), None) | (None, Some(&(_, v))) => v,
            (None, None) => unreachable!("a series has a point"),
        }
    }
}

impl Serialize for Series {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (month, value) in &self.0 {
            map.serialize_entry(&month.to_string(), value)?;
        }
        map.end()
    }
}

/// All drivers, by parameter.
#[derive(Resource, Debug, Clone, PartialEq, Default)]
pub struct Drivers(BTreeMap<&'static str, Series>);

impl Drivers {
    /// Parameter and series of each driver.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Series)> {
        self.0.iter().map(|(id, series)| (*id, series))
    }

    /// Adds the drivers to a simulation, and sets their parameters to their values at its start: what is solved there must
    /// see the same numbers as the first month.
    pub fn insert(&self, app: &mut App) {
        if !self.0.is_empty() {
            app.insert_resource(self.clone()).add_systems(SimTick, drive.after(Phase::Begin).before(Phase::Force));
            drive(app.world_mut());
        }
    }
}

impl Serialize for Drivers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut groups: BTreeMap<&str, BTreeMap<&str, &Series>> = BTreeMap::new();
        for (id, series) in self.iter() {
            let (group, name) = id.split_once('.').unwrap_or(("", id));
            groups.entry(group).or_default().insert(name, series);
        }
        groups.serialize(serializer)
    }
}

fn drive(world: &mut World) {
    let month = world.resource::<Clock>().month();
    world.resource_scope(|world, drivers: Mut<Drivers>| {
        for (id, series) in drivers.iter() {
            Parameters::set(world, id, series.at(month));
        }
    });
}

/// Reads `[drivers.GROUP]` tables.
pub(super) fn read(table: Table, problems: &mut Problems) -> Drivers {
    let mut drivers = Drivers::default();
    parameters::each(table, "drivers", problems, |reader, key, info, node| {
        let Value::Table(points) = node.value else {
            let message = format!("driver `{key}` must be a series of values by year");
            let hint = format!(
                "write `{key} = {{ 2025 = {}, 2035 = {} }}`, or set it under [parameters]",
                info.default, info.default
            );
            reader.problems.add(&node.place, message, Some(hint));
            return;
        };
        if START_ONLY.contains(&info.id) {
            let message = format!("`{}` is read at the start alone: a driver of it would change nothing", info.id);
            let hint = format!("set it for the whole run: `[parameters.…] {key} = {}`", info.default);
            reader.problems.add(&node.place, message, Some(hint));
            return;
        }
        let mut series = Vec::new();
        let mut inner = Reader::new(points, format!("drivers.{}.", info.id), reader.problems);
        for (when, place, node) in inner.rest() {
            let month = when.parse::<i32>().ok().filter(|y| (1950..=2300).contains(y)).map(|y| Month::new(y, 1));
            match month.or_else(|| Month::parse(&when)) {
                Some(month) => {
                    let value = inner.number_of(&when, &node, info.min..=info.max, info.unit);
                    series.extend(value.map(|value| (month, value)));
                }
                None => {
                    let message = format!("`{when}` in driver `{}` must be a year or a month", info.id);
                    inner.problems.add(&place, message, Some("write `2030` or `2030-07`".into()));
                }
            }
        }
        if series.is_empty() {
            reader.problems.add(&node.place, format!("driver `{}` has no values", info.id), None);
            return;
        }
        series.sort_by_key(|(month, _)| *month);
        drivers.0.insert(info.id, Series(series));
    });
    drivers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_at_the_start_alone_has_no_effect_later() {
        use crate::scenario::{Overrides, build, build_city, load};
        let few = Overrides { residents: Some(1000), ..Overrides::default() };
        let scenario = load("base", &few).unwrap();
        let city = std::sync::Arc::new(build_city(&scenario).unwrap());
        let digest = |set: Option<&str>| {
            let mut sim = build(&scenario, city.clone(), 1).unwrap();
            if let Some(id) = set {
                let info = parameters::parameter(id).unwrap();
                let other = if info.default == info.max { info.min } else { info.max };
                Parameters::set(sim.world_mut(), id, other);
            }
            for _ in 0..12 {
                sim.step().unwrap();
            }
            sim.digest()
        };
        let untouched = digest(None);
        for id in START_ONLY {
            assert_eq!(digest(Some(id)), untouched, "{id} is read later, too");
        }
        assert_ne!(digest(Some("demography.immigrants_per_1000")), untouched);
    }

    #[test]
    fn a_series_runs_straight_between_its_points() {
        let series = Series(vec![(Month::new(2025, 1), 10.0), (Month::new(2027, 1), 34.0)]);
        assert_eq!(series.at(Month::new(2020, 5)), 10.0);
        assert_eq!(series.at(Month::new(2025, 1)), 10.0);
        assert_eq!(series.at(Month::new(2025, 2)), 11.0);
        assert_eq!(series.at(Month::new(2026, 7)), 28.0);
        assert_eq!(series.at(Month::new(2027, 1)), 34.0);
        assert_eq!(series.at(Month::new(2090, 1)), 34.0);
    }
}
