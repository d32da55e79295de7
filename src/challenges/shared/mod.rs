//! What the challenges share, and all they share: the state of each neighbourhood, the month's outcomes, the strengths
//! of the couplings, and (in [`crate::sim::Ledgers`]) what is scarce.
//!
//! A challenge *reads* states in Decide, Act, Days and Episodes, and *writes* those it owns in Affect; so everybody sees
//! neighbourhoods as they were at the end of last month, whatever the order in which challenges run. Outcomes are
//! emptied at the start of a month, added to by the challenges, and read by the indicators.
//!
//! | file | holds |
//! |---|---|
//! | [`active`] | which challenges take part |
//! | [`spread`] | standard scores of states |
//! | [`states`] | one number per neighbourhood and [`State`] |
//! | [`observe`] | those states that are counted from people and homes |
//! | [`outcomes`] | what happened this month, by neighbourhood, and where |
//! | [`budget`] | what a municipality takes in, must spend, and has left for prevention |
//! | [`police`] | police hours: what there is and where they go |
//! | [`couplings`] | a switch of strength 0–2 for every way in which one challenge acts on another |
//! | [`care`] | the hours of care, in order of urgency |

pub mod active;
pub mod budget;
pub mod care;
pub mod couplings;
pub mod observe;
pub mod outcomes;
pub mod police;
pub mod spread;
pub mod states;

use bevy::prelude::*;

pub use active::{Challenge, Challenges};
pub use budget::{Budget, BudgetParameters};
pub use care::{CareBook, CarePlugin, CareSettled, CareUse};
pub use couplings::CouplingParameters;
pub use observe::Census;
pub use outcomes::{Event, Outcome, Outcomes};
pub use police::PoliceParameters;
pub use states::{NeighbourhoodStates, State};

use crate::city::City;
use crate::people::plugin::MonthEnds;
use crate::sim::state::DigestEntry;
use crate::sim::{Phase, RegisterState, SimTick};

/// Systems of [`Phase::End`] after which the states are those that next month sees.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Observed;

/// The shared state. Needs [`crate::people::PeoplePlugin`].
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Begin | `clear` | empties the outcomes |
/// | End | `observe` | counts turnover, vacancy, crowding and disadvantage |
/// | End | `settle` | the municipal budget: what levers get of what they ask for |
pub struct SharedPlugin;

impl Plugin for SharedPlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<NeighbourhoodStates>("neighbourhood_states")
            .register_state::<Census>("census")
            .register_state::<Outcomes>("outcomes")
            .register_state::<Budget>("budget")
            .register_digest(DigestEntry { name: "shared", feed, every_tick: true })
            .init_resource::<CouplingParameters>()
            .init_resource::<BudgetParameters>()
            .add_systems(SimTick, clear.in_set(Phase::Begin))
            .add_systems(
                SimTick,
                (observe::observe, budget::settle).chain().in_set(Phase::End).in_set(Observed).after(MonthEnds),
            );
    }
}

/// Prepares the shared state of `city`, whose people must have been settled; homes of several with less than
/// `crowded_m2_per_person` count as crowded. The challenges' own opening comes after,
/// and [`freeze`] at the end.
pub fn open(world: &mut World, city: &City, crowded_m2_per_person: f64) {
    let n = city.neighbourhoods.len();
    let mut states = NeighbourhoodStates::new(n);
    observe::survey(city, &mut states);
    world.insert_resource(states);
    world.insert_resource(Census::new(n, crowded_m2_per_person as f32));
    world.insert_resource(Outcomes::new(n));
    world.run_system_cached(observe::observe).expect("people have been settled");
    budget::open(world);
}

/// Freezes the means and deviations by which states are standardised (contracts.md): from now on one neighbourhood
/// never moves another by arithmetic.
pub fn freeze(world: &mut World) {
    world.resource_mut::<NeighbourhoodStates>().freeze();
}

fn clear(mut outcomes: ResMut<Outcomes>) {
    outcomes.clear();
}

fn feed(world: &mut World, hasher: &mut blake3::Hasher) {
    world.resource::<NeighbourhoodStates>().feed(hasher);
    world.resource::<Outcomes>().feed(hasher);
}
