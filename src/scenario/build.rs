//! From a scenario to a city and a simulation of it.

use std::sync::Arc;

use bevy::prelude::IntoScheduleConfigs;

use super::files::Files;
use super::problem::{Place, Problems};
use super::{CitySource, Scenario, events, measures, orders};
use crate::challenges::ageing::plugin::AgeingDays;
use crate::challenges::ageing::{self, AgeingPlugin};
use crate::challenges::climate::{self, ClimatePlugin};
use crate::challenges::diversity::{self, DiversityPlugin};
use crate::challenges::housing::{self, HousingPlugin};
use crate::challenges::neighbourhoods::{self, NeighbourhoodsPlugin};
use crate::challenges::organised_crime::plugin::CrimeHappens;
use crate::challenges::organised_crime::{self, CrimePlugin};
use crate::challenges::shared::police::{self, PolicePlugin, PoliceSettles};
use crate::challenges::shared::{self, CarePlugin, Challenge, SharedPlugin};
use crate::city::area::Cadastre;
use crate::city::generate::{CityConfig, GenerateError, generate};
use crate::city::{City, pack};
use crate::indicators::IndicatorsPlugin;
use crate::people::{PeoplePlugin, plugin::settle, synthesis::populate};
use crate::policies::PoliciesPlugin;
use crate::sim::{AddPart, BuildError, SimTick, Simulation};

/// Why a scenario cannot become a simulation.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The scenario asks for something that the city has not.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// The model refuses.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// Makes the scenario's city: generates it or reads its pack.
pub fn build_city(scenario: &Scenario) -> Result<City, Problems> {
    let place = Place::whole(scenario.city.path().display().to_string());
    match &scenario.city {
        CitySource::Recipe { config, seed, pixels_per_cell } => {
            let text = Files.read(&place, config)?;
            let mut recipe =
                CityConfig::from_toml(&text, &place.file).map_err(|error| recipe_problems(&place, error))?;
            if let Some(residents) = scenario.residents {
                recipe.residents = u32::try_from(residents).unwrap_or(u32::MAX);
            }
            if let Some(pixels) = pixels_per_cell {
                recipe.pixels_per_cell = *pixels as usize;
            }
            generate(&recipe, *seed).map_err(|error| recipe_problems(&place, error))
        }
        CitySource::Pack { file } => pack::load(file).map_err(|error| {
            // The message of a pack names the file already.
            let message = error.to_string();
            let message = message.strip_prefix(&format!("{}: ", file.display())).unwrap_or(&message);
            Problems::one(&place, message, None)
        }),
    }
}

/// What a recipe's reader found, with files and lines as everywhere.
pub fn recipe_problems(place: &Place, error: GenerateError) -> Problems {
    match error {
        GenerateError::Syntax { file, line, message } => {
            let place = Place { file: file.into(), line: u32::try_from(line).ok() };
            Problems::one(&place, message.lines().collect::<Vec<_>>().join(", "), None)
        }
        GenerateError::Invalid(found) => {
            let mut problems = Problems::default();
            for problem in found {
                let message = format!("`{}` = {} is out of range", problem.field, problem.value);
                problems.add(place, message, Some(format!("allowed: {}", problem.expected)));
            }
            problems
        }
    }
}

/// Builds the simulation of `scenario` in `city`, with its measures ordered. Everything that a run consists of is added
/// here and nowhere else.
pub fn build(scenario: &Scenario, city: Arc<City>, seed: u64) -> Result<Simulation, ScenarioError> {
    let cadastre = Cadastre::of(&city);
    orders::check_places(&scenario.orders, &cadastre)?;
    let given = measures::orders(&scenario.measures, &cadastre, scenario.start)?;
    let agenda = events::agenda(&scenario.events, &city)?;
    let mut simulation = Simulation::new(seed, scenario.start, |app| {
        scenario.parameters.insert(app);
        scenario.drivers.insert(app);
        let takes_part = |challenge| scenario.challenges.has(challenge);
        let n = city.neighbourhoods.len();
        app.add_part("policies", PoliciesPlugin::new(&city));
        app.add_part("people", PeoplePlugin);
        app.add_part("shared", SharedPlugin);
        app.insert_resource(scenario.challenges.clone());
        if takes_part(Challenge::Crime) {
            app.add_part("police", PolicePlugin);
        }
        app.add_part("housing", HousingPlugin);
        if takes_part(Challenge::Diversity) {
            app.add_part("diversity", DiversityPlugin);
        }
        if takes_part(Challenge::Neighbourhoods) {
            app.add_part("neighbourhoods", NeighbourhoodsPlugin);
        }
        if takes_part(Challenge::Ageing) {
            app.add_part("care", CarePlugin(n));
            app.add_part("ageing", AgeingPlugin);
        }
        if takes_part(Challenge::Crime) {
            app.add_part("crime", CrimePlugin);
        }
        if takes_part(Challenge::Climate) {
            app.add_part("climate", ClimatePlugin);
        }
        app.add_part("indicators", IndicatorsPlugin::new(&city));
        // Challenges do not know each other: who comes first within a phase is said here.
        app.configure_sets(SimTick, (AgeingDays, CrimeHappens, PoliceSettles).chain());
        let inhabitants = populate(&city, &scenario.parameters.demography, seed, scenario.start);
        settle(app.world_mut(), &city, inhabitants);
        shared::open(app.world_mut(), &city, scenario.parameters.housing.crowded_m2_per_person);
        housing::plugin::open(app.world_mut(), &city);
        if takes_part(Challenge::Diversity) {
            diversity::plugin::open(app.world_mut(), &city);
        }
        if takes_part(Challenge::Climate) {
            app.insert_resource(agenda);
            climate::plugin::open(app.world_mut(), &city);
        }
        if takes_part(Challenge::Ageing) {
            ageing::plugin::open(app.world_mut(), &city);
        }
        if takes_part(Challenge::Crime) {
            police::open(app.world_mut());
            organised_crime::open(app.world_mut(), &city);
        }
        if takes_part(Challenge::Neighbourhoods) {
            neighbourhoods::plugin::open(app.world_mut(), &city);
        }
        // What neighbourhoods see of crime and what crime makes of neighbourhoods are solved together, so that the start
        // is a point of rest.
        for _ in 0..4 {
            if takes_part(Challenge::Crime) {
                organised_crime::plugin::expect(app.world_mut());
            }
            if takes_part(Challenge::Neighbourhoods) {
                neighbourhoods::plugin::rest(app.world_mut(), 10);
            }
        }
        shared::freeze(app.world_mut());
        Ok::<(), ScenarioError>(())
    })?;
    given.into_iter().chain(scenario.orders.iter().cloned()).for_each(|order| simulation.order(order));
    Ok(simulation)
}
