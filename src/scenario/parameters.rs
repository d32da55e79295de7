//! Every group of parameters, and what a scenario sets of them.

use bevy::prelude::*;

use super::problem::{Problems, did_you_mean};
use super::reader::Reader;
use super::tree::{Table, Value};
use crate::sim::ParameterInfo;

macro_rules! groups {
    ($($field:ident: $type:ty,)*) => {
        /// The parameters of all groups.
        #[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
        pub struct Parameters {
            $(#[allow(missing_docs, reason = "each group documents itself")] pub $field: $type,)*
        }

        impl Parameters {
            /// What is known about every parameter, by group.
            pub fn list() -> impl Iterator<Item = &'static ParameterInfo> + Clone {
                [$(<$type>::LIST,)*].into_iter().flatten()
            }

            /// The parameter `id` (`group.name`).
            pub fn get_mut(&mut self, id: &str) -> Option<&mut f64> {
                None$(.or_else(|| self.$field.get_mut(id)))*
            }

            /// Gives the parameters to a simulation.
            pub fn insert(&self, app: &mut App) {
                app$(.insert_resource(self.$field.clone()))*;
            }

            /// Sets parameter `id` of a running simulation.
            pub fn set(world: &mut World, id: &str, value: f64) {
                $(if let Some(parameter) = world.resource_mut::<$type>().get_mut(id) {
                    *parameter = value;
                })*
            }
        }

        const GROUPS: &[&str] = &[$(stringify!($field),)*];
    };
}

// One line per group: its name in files, and its type.
groups! {
    demography: crate::people::DemographyParameters,
    region: crate::people::region::RegionParameters,
    housing: crate::challenges::housing::HousingParameters,
    climate: crate::challenges::climate::ClimateParameters,
    ageing: crate::challenges::ageing::AgeingParameters,
    police: crate::challenges::shared::PoliceParameters,
    crime: crate::challenges::organised_crime::CrimeParameters,
    coupling: crate::challenges::shared::CouplingParameters,
    budget: crate::challenges::shared::BudgetParameters,
    neighbourhoods: crate::challenges::neighbourhoods::NeighbourhoodParameters,
    diversity: crate::challenges::diversity::DiversityParameters,
}

/// What is known about parameter `id` (`group.name`).
pub fn parameter(id: &str) -> Option<&'static ParameterInfo> {
    Parameters::list().find(|info| info.id == id)
}

/// Reads `[parameters.GROUP]` tables.
pub(super) fn read(table: Table, problems: &mut Problems) -> Parameters {
    let mut parameters = Parameters::default();
    each(table, "parameters", problems, |reader, key, info, node| {
        let value = reader.number_of(key, &node, info.min..=info.max, info.unit);
        if let (Some(value), Some(parameter)) = (value, parameters.get_mut(info.id)) {
            *parameter = value;
        }
    });
    parameters
}

/// Calls `read` for every entry of the tables `[section.GROUP]` that names a parameter, and notes all others.
pub(super) fn each(
    table: Table,
    section: &str,
    problems: &mut Problems,
    mut read: impl FnMut(&mut Reader, &str, &'static ParameterInfo, super::tree::Node),
) {
    for (group, (place, node)) in table.entries {
        if !GROUPS.contains(&group.as_str()) {
            let hint = did_you_mean(&group, GROUPS.iter().copied());
            problems.add(&place, format!("unknown group `{section}.{group}`"), hint);
            continue;
        }
        let Value::Table(entries) = node.value else {
            problems.add(
                &node.place,
                format!("`{section}.{group}` must be a table"),
                Some(format!("write `[{section}.{group}]`")),
            );
            continue;
        };
        let mut reader = Reader::new(entries, format!("{section}.{group}."), problems);
        for (key, place, node) in reader.rest() {
            match parameter(&format!("{group}.{key}")) {
                Some(info) => read(&mut reader, &key, info, node),
                None => {
                    let prefix = format!("{group}.");
                    let names = Parameters::list().filter_map(|p| p.id.strip_prefix(prefix.as_str()));
                    let hint =
                        did_you_mean(&key, names).or_else(|| Some("`waterbed list parameters` shows them all".into()));
                    reader.problems.add(&place, format!("unknown parameter `{section}.{group}.{key}`"), hint);
                }
            }
        }
    }
}
