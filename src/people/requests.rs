//! What challenges ask of the civil registry: deaths by heat, water, falls or violence, and evictions.
//!
//! A request made in one month is carried out at the next place where the registry does such things: evictions in *Act*,
//! before homes are allotted; deaths at the end of the month, with all others. Requests are carried out in order of key,
//! each once, however often and in whatever order they were made.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::components::{Household, Person};
use crate::sim::{HouseholdIdx, PersonIdx};

/// Requests not yet carried out.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Requests {
    deaths: Vec<u32>,
    evictions: Vec<u32>,
}

impl Requests {
    /// Person `p` dies this month.
    pub fn die(&mut self, p: PersonIdx) {
        self.deaths.push(p.0);
    }

    /// Household `h` loses its home.
    pub fn evict(&mut self, h: HouseholdIdx) {
        self.evictions.push(h.0);
    }

    /// Follows people to other slots; requests for those who are gone are dropped.
    pub(super) fn follow(
        &mut self,
        person: impl Fn(PersonIdx) -> PersonIdx,
        household: impl Fn(HouseholdIdx) -> HouseholdIdx,
    ) {
        self.deaths.iter_mut().for_each(|p| *p = person(PersonIdx(*p)).0);
        self.deaths.retain(|&p| p != PersonIdx::NONE.0);
        self.evictions.iter_mut().for_each(|h| *h = household(HouseholdIdx(*h)).0);
        self.evictions.retain(|&h| h != HouseholdIdx::NONE.0);
    }

    /// Takes the deaths out, in order of key.
    pub(super) fn take_deaths(&mut self, persons: &[Person]) -> Vec<PersonIdx> {
        let mut slots = std::mem::take(&mut self.deaths);
        slots.retain(|&p| persons[p as usize].is_there());
        slots.sort_unstable_by_key(|&p| persons[p as usize].key);
        slots.dedup();
        slots.into_iter().map(PersonIdx).collect()
    }

    /// Takes the evictions out, in order of key.
    pub(super) fn take_evictions(&mut self, households: &[Household]) -> Vec<HouseholdIdx> {
        let mut slots = std::mem::take(&mut self.evictions);
        slots.retain(|&h| households[h as usize].is_there());
        slots.sort_unstable_by_key(|&h| households[h as usize].key);
        slots.dedup();
        slots.into_iter().map(HouseholdIdx).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::PersonKey;

    #[test]
    fn requests_are_carried_out_once_and_in_order_of_key() {
        let person = |key| Person { key: PersonKey(key), ..Person::default() };
        let persons = [person(9), person(0), person(3)];
        let mut requests = Requests::default();
        [0, 2, 1, 0].into_iter().for_each(|p| requests.die(PersonIdx(p)));
        assert_eq!(requests.take_deaths(&persons), [PersonIdx(2), PersonIdx(0)]);
        assert_eq!(requests, Requests::default());
    }
}
