//! Once a year the tables are put in the order of homes.
//!
//! Whatever is asked of people goes from person to household to home. People move, and after some years the records of
//! one street lie all over memory, so that every such step waits for it. So households are sorted by the slot of their
//! home (those without one come after, by where they lodge), persons by household, and free slots come last. Homes stay
//! where they are: they come street by street from the city.
//!
//! Nothing but speed depends on this: keys give draws, order and output, and the digest does not see slots.

use bevy::prelude::Resource;
use rayon::prelude::*;

use super::CHUNK;
use super::books::{Books, members};
use super::components::{Dwelling, Household, Person};
use super::requests::Requests;
use crate::sim::{HouseholdIdx, HouseholdKey, PersonIdx};

/// Where persons have gone in a month in which the tables were put in order; says nothing in other months. Whoever keeps
/// slots of persons from month to month follows it at the end of the month.
#[derive(Resource, Debug, Clone, Default, PartialEq, Eq)]
pub struct NewSlots(Vec<u32>);

/// Nobody is there any more.
const GONE: u32 = u32::MAX;

impl NewSlots {
    /// True in a month in which slots have changed.
    pub fn are_there(&self) -> bool {
        !self.0.is_empty()
    }

    /// The new slot of whoever was in slot `p`; [`PersonIdx::NONE`] if nobody was.
    pub fn of(&self, p: PersonIdx) -> PersonIdx {
        PersonIdx(self.0[p.i()])
    }

    /// Says nothing any more.
    pub(super) fn clear(&mut self) {
        self.0 = Vec::new();
    }
}

impl Books<'_> {
    /// Sorts households and persons by home, forgets mothers who are gone, and frees all resting slots.
    pub fn put_in_order(&mut self, requests: &mut Requests) -> NewSlots {
        let households = self.households_by_home();
        let members = |&h: &u32| members(self.persons, &self.households[h as usize]).map(|p| p.0);
        let persons: Vec<u32> =
            households.par_chunks(CHUNK).flat_map_iter(|chunk| chunk.iter().flat_map(members)).collect();
        let new_person = new_slots(&persons, self.persons.len());
        let new_household = new_slots(&households, self.households.len());
        let person = |p: PersonIdx| p.get().map_or(PersonIdx::NONE, |p| PersonIdx(new_person[p]));
        let household = |h: HouseholdIdx| h.get().map_or(HouseholdIdx::NONE, |h| HouseholdIdx(new_household[h]));
        sort(self.persons, &persons, |p: &Person| Person {
            household: household(p.household),
            next: person(p.next),
            partner: person(p.partner),
            mother: person(p.mother),
            ..*p
        });
        sort(self.works, &persons, |row| *row);
        sort(self.healths, &persons, |row| *row);
        sort(self.conducts, &persons, |row| *row);
        sort(self.outlooks, &persons, |row| *row);
        sort(self.households, &households, |h: &Household| Household { first: person(h.first), ..*h });
        self.dwellings.par_chunks_mut(CHUNK).flatten().for_each(|d| d.household = household(d.household));
        // Lowest slots are used first: the lists are taken from their ends.
        self.free.persons = (persons.len() as u32..self.persons.len() as u32).rev().collect();
        self.free.resting.clear();
        self.free.households = (households.len() as u32..self.households.len() as u32).rev().collect();
        requests.follow(person, household);
        NewSlots(new_person)
    }

    /// Slots of all households: by home, then those without one by where they lodge and by key.
    fn households_by_home(&self) -> Vec<u32> {
        let lives_in = |d: &Dwelling| d.household.get().map(|h| h as u32);
        let mut all: Vec<u32> =
            self.dwellings.par_chunks(CHUNK).flat_map_iter(|chunk| chunk.iter().filter_map(lives_in)).collect();
        let mut others: Vec<(u16, HouseholdKey, u32)> = self
            .households
            .iter()
            .enumerate()
            .filter(|(_, h)| h.is_there() && h.dwelling.get().is_none())
            .map(|(i, h)| (h.lodges, h.key, i as u32))
            .collect();
        others.sort_unstable();
        all.extend(others.into_iter().map(|h| h.2));
        all
    }
}

/// The place of every slot in `order`, [`GONE`] for those that are not in it.
fn new_slots(order: &[u32], n: usize) -> Vec<u32> {
    let mut new = vec![GONE; n];
    order.iter().enumerate().for_each(|(to, &from)| new[from as usize] = to as u32);
    new
}

/// Puts the rows of `order` first, each as `change` makes it, and free ones behind.
fn sort<T: Copy + Default + Send + Sync>(rows: &mut [T], order: &[u32], change: impl Fn(&T) -> T + Sync) {
    let sorted: Vec<T> = order.par_iter().with_min_len(CHUNK).map(|&i| change(&rows[i as usize])).collect();
    let (there, free) = rows.split_at_mut(sorted.len());
    there.copy_from_slice(&sorted);
    free.fill(T::default());
}
