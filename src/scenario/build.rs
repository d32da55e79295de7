//! From a scenario to a city and a simulation of it.

use std::sync::Arc;

use super::problem::{Place, Problems};
use super::{CitySource, Scenario, measures};
use crate::challenges::housing::{self, HousingPlugin};
use crate::city::City;
use crate::people::{PeoplePlugin, plugin::settle, synthesis::populate};
use crate::policies::PoliciesPlugin;
use crate::sim::{BuildError, Simulation};

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
    let path = match &scenario.city {
        CitySource::Config(path) | CitySource::File(path) => path,
    };
    Err(Problems::one(&Place::whole(path.display().to_string()), "cities cannot be made yet", None))
}

/// Builds the simulation of `scenario` in `city`, with its measures ordered. Everything that a run consists of is added
/// here and nowhere else.
pub fn build(scenario: &Scenario, city: Arc<City>, seed: u64) -> Result<Simulation, ScenarioError> {
    let orders = measures::orders(&scenario.measures, &city, scenario.start)?;
    let mut simulation = Simulation::new(seed, scenario.start, |app| {
        scenario.parameters.insert(app);
        scenario.drivers.insert(app);
        app.add_plugins((PoliciesPlugin::new(&city), PeoplePlugin, HousingPlugin));
        let inhabitants = populate(&city, &scenario.parameters.demography, seed, scenario.start);
        settle(app.world_mut(), &city, inhabitants);
        housing::plugin::open(app.world_mut(), &city);
        Ok::<(), ScenarioError>(())
    })?;
    orders.into_iter().for_each(|order| simulation.order(order));
    Ok(simulation)
}
