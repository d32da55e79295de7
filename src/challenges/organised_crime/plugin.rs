//! Which system of this challenge runs when.

use bevy::prelude::*;

use super::cells::{self, Cells};
use super::choice::Baseline;
use super::homes::Homes;
use super::{
    CrimeParameters, digital, enforcement, explosions, grip, groups, incidents, levers, premises, propensity, volume,
};
use crate::challenges::shared::police::PoliceSettles;
use crate::challenges::shared::{NeighbourhoodStates, State};
use crate::city::City;
use crate::people::Dwelling;
use crate::people::plugin::MonthEnds;
use crate::sim::state::{DigestEntry, slice};
use crate::sim::{Clock, Draws, Phase, RegisterState, SimTick};

/// Crime and organised crime. Needs the shared state, its police ledger, people and policies.
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Days | `count_homes` | who lives near whom, twice a year |
/// | Days | `commit` | volume crime: places, offenders, victims, what becomes known |
/// | Days | `work` | criminal groups: labour, offers, members |
/// | Days | `use_and_find` | premises: chosen, found, closed, let again |
/// | Days | `explode`, `defraud`, `inspect` | explosions, digital crime, enforcement against overcrowding |
/// | Affect | `show`, `tighten` | [`State::Victimisation`], [`State::Grip`] |
/// | End | `follow_members` | members keep their slots when the tables are put in order |
pub struct CrimePlugin;

/// Systems of [`Phase::Days`] in which offences happen.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CrimeHappens;

/// Systems of [`Phase::Affect`] that write what neighbourhoods see of crime.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CrimeShows;

impl Plugin for CrimePlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Baseline>("crime_baseline")
            .register_state::<volume::Pending>("crime_pending")
            .register_state::<Homes>("crime_homes")
            .register_state::<groups::Groups>("crime_groups")
            .register_state::<premises::AllPremises>("crime_premises")
            .register_state::<explosions::Feuds>("crime_feuds")
            .register_digest(DigestEntry { name: "crime", feed, every_tick: true })
            .register_stream(groups::STREAM)
            .register_stream(groups::STREAM_OFFER)
            .register_stream(premises::STREAM)
            .register_stream(explosions::STREAM)
            .register_stream(digital::STREAM)
            .register_stream(enforcement::STREAM)
            .register_stream(cells::STREAM)
            .register_stream(cells::STREAM_BETWEEN)
            .register_stream(incidents::STREAM)
            .register_stream(incidents::STREAM_NEAR)
            .register_stream(propensity::STREAM)
            .register_stream(propensity::STREAM_TRAIT)
            .register_stream(propensity::STREAM_TIES)
            .register_stream(volume::STREAM)
            .register_stream(volume::STREAM_PAST)
            .register_stream(levers::STREAM)
            .init_resource::<CrimeParameters>()
            .init_resource::<Baseline>()
            .init_resource::<volume::Pending>()
            .init_resource::<Homes>()
            .init_resource::<groups::Groups>()
            .init_resource::<premises::AllPremises>()
            .init_resource::<explosions::Feuds>()
            .add_systems(
                SimTick,
                (
                    count_homes,
                    volume::commit,
                    groups::work,
                    premises::use_and_find,
                    explosions::explode,
                    digital::defraud,
                    enforcement::inspect,
                )
                    .chain()
                    .in_set(Phase::Days)
                    .in_set(CrimeHappens)
                    .before(PoliceSettles),
            )
            .add_systems(
                SimTick,
                (volume::show, grip::tighten)
                    .chain()
                    .in_set(Phase::Affect)
                    .in_set(CrimeShows)
                    .after(crate::challenges::shared::police::PoliceShows),
            )
            .add_systems(SimTick, groups::follow_members.in_set(Phase::End).after(MonthEnds));
    }
}

/// Prepares crime in `city`. After [`crate::challenges::shared::open`] and [`crate::challenges::shared::police::open`],
/// before [`crate::challenges::shared::freeze`].
pub fn open(world: &mut World, city: &City) {
    let p = world.resource::<CrimeParameters>().clone();
    let seed = world.resource::<Draws>().seed;
    let cells = Cells::of(city, &p, seed);
    world.insert_resource(cells);
    world.insert_resource(NumberOfCells(city.grid.len()));
    world.run_system_cached(count_now).expect("people have been settled");
    expect(world);
    world.run_system_cached(groups::found).expect("people have been settled");
    world.run_system_cached(grip::tighten).expect("people have been settled");
}

/// Solves the incidents that neighbourhoods as they stand bring about: [`State::Victimisation`] at the start.
pub fn expect(world: &mut World) {
    let expected = world.run_system_cached(volume::expected_at_start).expect("crime has been opened");
    world.resource_mut::<NeighbourhoodStates>().of_mut(State::Victimisation).copy_from_slice(&expected);
}

/// Groups and premises, by key.
fn feed(world: &mut World, hasher: &mut blake3::Hasher) {
    let keys = world.resource::<groups::Groups>().all.iter().flat_map(|g| g.members.iter().map(|m| m.key));
    let premises = world.resource::<premises::AllPremises>().list.iter().map(|x| x.key);
    let pending = world.resource::<volume::Pending>().0.iter().map(|i| i.key);
    keys.chain(premises).chain(pending).for_each(|key| {
        hasher.update(&key.to_le_bytes());
    });
}

/// Cells of the social grid.
#[derive(Resource, Debug, Clone, Copy)]
struct NumberOfCells(usize);

fn count_now(dwellings: Query<&Dwelling>, cells: Res<Cells>, n_cells: Res<NumberOfCells>, mut homes: ResMut<Homes>) {
    homes.count(slice(&dwellings), cells.n(), n_cells.0);
}

fn count_homes(
    clock: Res<Clock>,
    dwellings: Query<&Dwelling>,
    cells: Res<Cells>,
    n_cells: Res<NumberOfCells>,
    homes: ResMut<Homes>,
) {
    if clock.tick.is_multiple_of(6) {
        count_now(dwellings, cells, n_cells, homes);
    }
}
