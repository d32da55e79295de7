//! The story of a household: of a synthetic one, looked up on the simulations' thread.
//!
//! Nothing is told of group, offending or debt. In a real city the household is one taken at random from a whole
//! neighbourhood, never that of the address pointed at (models.md E-15), because nobody real lives in the model and
//! nobody is to be taken for somebody who does.

use crate::people::{Dwelling, Household, Person, ShortMonth};
use crate::session::Track;
use crate::sim::state::slice;
use crate::sim::{HouseholdKey, Month};

/// Whose story is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Of the first household in one of these dwellings, by slot.
    In(Vec<u32>),
    /// Of a household in this neighbourhood; a number that says which.
    Somewhere(u16, u32),
}

/// Home and household.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// Index into [`crate::city::City::neighbourhoods`].
    pub neighbourhood: u16,
    /// [`crate::city::Tenure`].
    pub tenure: u8,
    /// Floor area, m².
    pub area_m2: u16,
    /// Year of construction.
    pub built_year: u16,
    /// Rent, or an owner's monthly cost of buying now, € per month.
    pub cost_eur_m: f32,
    /// Month of moving in.
    pub since: Option<Month>,
    /// Ages of the members, years, the oldest first.
    pub ages_y: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// The month.
    pub month: Month,
    /// The household, if somebody lives there.
    pub here: Option<Facts>,
    /// The same household in the untouched twin: `None` without a twin; inside, `None` if it is not there or has no
    /// home.
    pub in_twin: Option<Option<Facts>>,
}

/// Answers `question`.
pub fn tell(question: &Question, variant: &mut Track, twin: Option<&mut Track>) -> Story {
    let month = variant.month();
    let key = find(question, variant);
    let here = key.and_then(|key| facts(key, variant));
    let in_twin = twin.map(|twin| key.and_then(|key| facts(key, twin)));
    Story { month, here, in_twin }
}

fn find(question: &Question, track: &mut Track) -> Option<HouseholdKey> {
    let sim = track.simulation();
    let (mut h, mut d) = (sim.world_mut().query::<&Household>(), sim.world_mut().query::<&Dwelling>());
    let (households, homes) = (h.query(sim.world()), d.query(sim.world()));
    let (households, homes) = (slice(&households), slice(&homes));
    let key = |home: &Dwelling| Some(households[home.household.get()?].key);
    match question {
        Question::In(slots) => slots.iter().filter_map(|&slot| homes.get(slot as usize)).find_map(key),
        Question::Somewhere(neighbourhood, which) => {
            let inhabited = homes.iter().filter(|d| d.is_there() && d.neighbourhood == *neighbourhood).filter_map(key);
            let keys: Vec<HouseholdKey> = inhabited.collect();
            let scattered = (u64::from(*which) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
            keys.get(scattered as usize % keys.len().max(1)).copied()
        }
    }
}

fn facts(key: HouseholdKey, track: &mut Track) -> Option<Facts> {
    let month = track.month();
    let sim = track.simulation();
    let (mut p, mut h, mut d) = {
        let world = sim.world_mut();
        (world.query::<&Person>(), world.query::<&Household>(), world.query::<&Dwelling>())
    };
    let (persons, households, homes) = (p.query(sim.world()), h.query(sim.world()), d.query(sim.world()));
    let (persons, households, homes) = (slice(&persons), slice(&households), slice(&homes));
    let household = households.iter().find(|h| h.is_there() && h.key == key)?;
    let home = &homes[household.dwelling.get()?];
    let now = ShortMonth::of(month);
    let mut ages_y = Vec::new();
    let mut member = household.first;
    while let Some(person) = member.get().and_then(|at| persons.get(at)) {
        ages_y.push(person.age_y(now));
        member = person.next;
        if ages_y.len() > usize::from(household.size) {
            break;
        }
    }
    ages_y.sort_by_key(|age| std::cmp::Reverse(*age));
    let since = (household.since != ShortMonth::NEVER).then(|| month.plus(-household.since.until(now)));
    Some(Facts {
        neighbourhood: home.neighbourhood,
        tenure: home.tenure,
        area_m2: home.area_m2,
        built_year: home.built_year,
        cost_eur_m: home.cost_eur_m,
        since,
        ages_y,
    })
}
