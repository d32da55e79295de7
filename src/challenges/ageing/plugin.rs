//! Which system of this challenge runs when.

use bevy::prelude::*;

use super::care::Needs;
use super::generations::Streets;
use super::parameters::AgeingParameters;
use super::senior_homes::SeniorSites;
use super::start::Levels;
use super::workforce::CareForce;
use super::{care, falls, generations, month, senior_homes, start, workforce};
use crate::challenges::shared::police::{PoliceSettles, PoliceShows};
use crate::challenges::shared::{CareBook, CareSettled, NeighbourhoodStates, State};
use crate::city::City;
use crate::people::plugin::HouseholdsChange;
use crate::people::{Occupation, Work};
use crate::sim::state::{DigestEntry, slice};
use crate::sim::{Clock, Phase, RegisterState, SimTick};

/// Older people and their care. Needs [`crate::people::PeoplePlugin`], [`crate::policies::PoliciesPlugin`] and
/// [`crate::challenges::shared::SharedPlugin`]; works with the housing market, of which it reads how dear homes are.
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Decide | `staff` | care workers come and go; hours of the month |
/// | Act | `build` | senior homes of measures |
/// | Days | `live_on`, `ask`, `complain` | falls, frailty, loneliness; care asked for; complaints |
/// | Affect | `receive`, `look_around`, `decide_places` | what care is missing; how lively streets are |
pub struct AgeingPlugin;

/// Systems of this challenge in [`Phase::Days`]; they write outcomes and the care book.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AgeingDays;

/// Systems of this challenge in [`Phase::Affect`]; they write outcomes and neighbourhood states.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AgeingAffects;

impl Plugin for AgeingPlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Levels>("ageing_levels")
            .register_state::<CareForce>("care_force")
            .register_state::<Needs>("care_needs")
            .register_state::<Streets>("streets")
            .register_stream(start::STREAM_TRAITS)
            .register_stream(month::STREAM)
            .register_stream(falls::STREAM_ICE)
            .register_stream(generations::STREAM_COMPLAINTS)
            .register_stream(generations::STREAM_DECISIONS)
            .register_stream(senior_homes::STREAM)
            .register_digest(DigestEntry { name: "ageing", feed, every_tick: true })
            .init_resource::<AgeingParameters>()
            .init_resource::<Levels>()
            .add_systems(SimTick, workforce::staff.in_set(Phase::Decide))
            .add_systems(SimTick, senior_homes::build.in_set(Phase::Act).before(HouseholdsChange))
            .add_systems(
                SimTick,
                (month::live_on, care::ask, generations::complain)
                    .chain()
                    .in_set(AgeingDays)
                    .in_set(Phase::Days)
                    .before(PoliceSettles),
            )
            .add_systems(
                SimTick,
                (care::receive, generations::look_around, generations::decide_places)
                    .chain()
                    .in_set(AgeingAffects)
                    .in_set(Phase::Affect)
                    .after(CareSettled)
                    .before(PoliceShows)
                    .before(crate::people::plugin::YearsPass),
            );
    }
}

/// Prepares the challenge in `city`, whose people must have been settled and whose shared state is open: everybody of
/// 65 and over is looked at, levels are solved, and the care workforce is at rest.
pub fn open(world: &mut World, city: &City) {
    let n = city.neighbourhoods.len();
    world.insert_resource(SeniorSites::of(city));
    world.insert_resource(Needs::new(n));
    world.insert_resource(Streets::new(n));
    world.run_system_cached(start::look_first).expect("people have been settled");
    world.run_system_cached(start::count_needs).expect("people have been settled");
    world.run_system_cached(care::ask).expect("the shared state is open");
    world.run_system_cached(generations::look_around).expect("people have been settled");
    let p = world.resource::<AgeingParameters>().clone();
    let at_work = {
        let mut works = world.query::<&Work>();
        let works = works.query(world);
        slice(&works).iter().filter(|w| w.occupation == Occupation::Employed as u8).count() as f64
    };
    let days = f64::from(world.resource::<Clock>().month().n_days());
    let force = CareForce::at_start(p.care_worker_share * at_work, world.resource::<CareBook>(), days, &p);
    world.insert_resource(force);
    let streets = world.resource::<Streets>().clone();
    let mut states = world.resource_mut::<NeighbourhoodStates>();
    states.of_mut(State::CareGap).fill(p.care_gap_start as f32);
    states.of_mut(State::Liveliness).copy_from_slice(&streets.lively_blocks);
}

fn feed(world: &mut World, hasher: &mut blake3::Hasher) {
    let force = world.resource::<CareForce>();
    hasher.update(&force.workers.to_bits().to_le_bytes());
    let streets = world.resource::<Streets>();
    streets.youth_places.iter().for_each(|v| {
        hasher.update(&v.to_bits().to_le_bytes());
    });
}
