//! Which system of this challenge runs when.

use bevy::prelude::*;

use super::building::{self, BuildingSites};
use super::conversion;
use super::market::{self, Market};
use super::moving::{self, Wishes};
use super::neighbourhoods::{Composition, Surroundings, count_composition};
use super::parameters::HousingParameters;
use super::prices;
use crate::city::City;
use crate::people::plugin::{HouseholdsChange, MonthEnds, YearsPass};
use crate::people::{Dwelling, Household};
use crate::sim::state::slice;
use crate::sim::{Phase, RegisterState, SimTick};

/// The housing market. Needs [`crate::people::PeoplePlugin`] and [`crate::policies::PoliciesPlugin`].
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Decide | `wish_to_move` | who looks for another home |
/// | Act | `build_homes`, `convert_offices`, `match_and_move` | new homes; seekers and vacancies are matched |
/// | Affect | `adjust_prices`, `keep_ledger` | prices, affordability; every home in one state |
/// | End | `count_composition` | who lives where, for next month |
pub struct HousingPlugin;

impl Plugin for HousingPlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Market>("market")
            .register_state::<Composition>("composition")
            .register_stream(moving::STREAM)
            .register_stream(market::STREAM_SEARCH)
            .register_stream(market::STREAM_TASTE)
            .register_stream(market::STREAM_GIVE_UP)
            .register_stream(building::STREAM)
            .register_stream(conversion::STREAM)
            .init_resource::<HousingParameters>()
            .init_resource::<Wishes>()
            .add_systems(SimTick, moving::wish_to_move.in_set(Phase::Decide))
            .add_systems(
                SimTick,
                (building::build_homes, conversion::convert_offices, market::match_and_move).chain().in_set(Phase::Act).after(HouseholdsChange),
            )
            .add_systems(
                SimTick,
                (prices::adjust_prices, prices::keep_ledger).chain().in_set(Phase::Affect).after(YearsPass),
            )
            .add_systems(SimTick, count_composition.in_set(Phase::End).after(MonthEnds));
    }
}

/// Prepares the market of `city`, whose people must have been settled.
pub fn open(world: &mut World, city: &City) {
    let parameters = world.resource::<HousingParameters>().clone();
    let n = city.neighbourhoods.len();
    let mut composition = Composition::default();
    {
        let mut households = world.query::<&Household>();
        let mut dwellings = world.query::<&Dwelling>();
        let (households, dwellings) = (households.query(world), dwellings.query(world));
        composition.count(slice(&households), slice(&dwellings), n);
    }
    world.insert_resource(composition);
    world.insert_resource(Surroundings::of(city, parameters.near_d0_km));
    world.insert_resource(BuildingSites::of(city));
    world.insert_resource(Market {
        availability: 1.0,
        stock_at_start: city.dwellings.len() as u32,
        log_price_local: vec![0.0; n],
        proposals: vec![0; n],
        vacancies: vec![0; n],
        ..Market::default()
    });
}
