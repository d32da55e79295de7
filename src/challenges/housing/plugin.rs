//! Which system of this challenge runs when.

use bevy::ecs::system::RunSystemOnce;
use bevy::prelude::*;

use super::building::{self, BuildingSites};
use super::conversion;
use super::market::{self, Market};
use super::moving::{self, Wishes};
use super::neighbourhoods::{Composition, Surroundings, count_composition, sense};
use super::parameters::HousingParameters;
use super::prices;
use super::search::Search;
use super::segments::{N_SEGMENTS, Segments};
use super::start::Norms;
use super::{calibration, hosts, shelter, start};
use crate::city::City;
use crate::people::demography::Intercepts;
use crate::people::plugin::{HouseholdsChange, MonthEnds, YearsPass};
use crate::people::{DemographyParameters, Dwelling, Household, Tables};
use crate::sim::{Draws, Phase, RegisterState, SimTick};

/// The housing market. Needs [`crate::people::PeoplePlugin`] and [`crate::policies::PoliciesPlugin`].
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Decide | `sense`, `wish_to_move` | what has become of neighbourhoods; who looks for another home |
/// | Act | `build_homes`, `convert_offices`, `find_hosts`, `give_shelter`, `match_and_move` | new homes; hosts and places in shelters; seekers and vacancies are matched |
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
            .register_stream(shelter::STREAM)
            .register_stream(hosts::STREAM)
            .register_stream(start::STREAM)
            .register_stream(calibration::STREAM)
            .init_resource::<HousingParameters>()
            .init_resource::<Wishes>()
            .add_systems(SimTick, (sense, moving::wish_to_move).chain().in_set(Phase::Decide))
            .add_systems(
                SimTick,
                (
                    building::build_homes,
                    conversion::convert_offices,
                    hosts::find_hosts,
                    shelter::give_shelter,
                    market::match_and_move,
                )
                    .chain()
                    .in_set(Phase::Act)
                    .after(HouseholdsChange),
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
    let d0_km = world.resource::<HousingParameters>().near_d0_km;
    let n = city.neighbourhoods.len();
    world.insert_resource(Surroundings::of(city, d0_km));
    world.insert_resource(BuildingSites::of(city));
    world.insert_resource(Market {
        availability: 1.0,
        stock_at_start: city.dwellings.len() as u32,
        log_price_local: vec![0.0; n],
        proposals: vec![0; n],
        vacancies: vec![0; n],
        ..Market::default()
    });
    let (composition, segments, norms, search) =
        world.run_system_once(prepare).expect("people have been settled in the city");
    world.insert_resource(composition);
    world.insert_resource(segments);
    world.insert_resource(norms);
    world.insert_resource(search);
    crate::people::plugin::refill(world);
}

/// Makes the market scarce and solves in which neighbourhoods households look.
fn prepare(
    mut tables: Tables,
    surroundings: Res<Surroundings>,
    sites: Res<BuildingSites>,
    p: Res<HousingParameters>,
    people: Res<DemographyParameters>,
    intercepts: Res<Intercepts>,
    draws: Res<Draws>,
) -> (Composition, Segments, Norms, Search) {
    let (n, draws) = (surroundings.n(), Draws::at_start(draws.seed));
    let mut books = tables.books();
    start::withhold(books.dwellings, n, &p, draws);
    start::conceal(&mut books, &p, people.registered_most_y, draws);
    let (households, dwellings) = (&*books.households, &*books.dwellings);
    let mut composition = Composition::default();
    composition.count(households, dwellings, n);
    let segments = Segments::of(households);
    let norms = Norms::solve(households, dwellings, &p);
    let mut homes = vec![0.0; n];
    let mut floor_m2 = vec![0.0; n];
    for d in dwellings.iter().filter(|d| d.is_there()) {
        homes[usize::from(d.neighbourhood)] += 1.0;
        floor_m2[usize::from(d.neighbourhood)] += f64::from(d.area_m2);
    }
    let to_come = 10.0 * p.build_y * homes.iter().sum::<f64>();
    homes.iter_mut().zip(sites.shares()).for_each(|(homes, share)| *homes += share * to_come);
    let lives = count_segments(households, dwellings, &segments, n);
    let mut search = Search::new(&surroundings, &lives, [&homes, &floor_m2], p.search_local, p.search_d0_km);
    let start = calibration::Start {
        persons: books.persons,
        households,
        dwellings,
        surroundings: &surroundings,
        composition: &composition,
        segments: &segments,
        norms: &norms,
        housing: &p,
        people: &people,
        union_peak_y: intercepts.union_peak_y,
        draws,
        now: books.now,
    };
    calibration::solve(&start, &mut search);
    (composition, segments, norms, search)
}

/// Households by neighbourhood, then segment.
fn count_segments(households: &[Household], dwellings: &[Dwelling], segments: &Segments, n: usize) -> Vec<u32> {
    let mut lives = vec![0u32; n * N_SEGMENTS];
    for d in dwellings {
        if let Some(h) = d.household.get() {
            lives[usize::from(d.neighbourhood) * N_SEGMENTS + segments.segment(&households[h], 1.0)] += 1;
        }
    }
    lives
}
