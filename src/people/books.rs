//! The civil registry: the only code that changes who belongs to which household and who lives in which home.
//!
//! Members of a household form a linked list through [`Person::next`] in order of key, so that nothing depends on the
//! order in which they joined. A person's slot that falls free rests until the tables are put in order ([`super::order`]), which clears
//! every [`Person::mother`] that points to it; household and dwelling slots have no such pointers and are free at once.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::components::{Conduct, Dwelling, Health, Household, Outlook, Person, ShortMonth, Work};
use crate::sim::state::slice_mut;
use crate::sim::{Clock, DwellingIdx, HouseholdIdx, HouseholdKey, PersonIdx, PersonKey};

/// Slots that may be used again, taken from the end.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FreeSlots {
    /// Free slots of persons.
    pub persons: Vec<u32>,
    /// Slots of persons who left since the tables were put in order.
    pub resting: Vec<u32>,
    /// Free slots of households.
    pub households: Vec<u32>,
    /// Free slots of dwellings.
    pub dwellings: Vec<u32>,
}

/// The tables that the registry changes, as a system parameter.
#[derive(SystemParam)]
pub struct Tables<'w, 's> {
    persons: Query<'w, 's, &'static mut Person>,
    works: Query<'w, 's, &'static mut Work>,
    healths: Query<'w, 's, &'static mut Health>,
    conducts: Query<'w, 's, &'static mut Conduct>,
    outlooks: Query<'w, 's, &'static mut Outlook>,
    households: Query<'w, 's, &'static mut Household>,
    dwellings: Query<'w, 's, &'static mut Dwelling>,
    free: ResMut<'w, FreeSlots>,
    clock: Res<'w, Clock>,
}

impl Tables<'_, '_> {
    /// The tables as slices.
    pub fn books(&mut self) -> Books<'_> {
        Books {
            persons: slice_mut(&mut self.persons),
            works: slice_mut(&mut self.works),
            healths: slice_mut(&mut self.healths),
            conducts: slice_mut(&mut self.conducts),
            outlooks: slice_mut(&mut self.outlooks),
            households: slice_mut(&mut self.households),
            dwellings: slice_mut(&mut self.dwellings),
            free: &mut self.free,
            now: ShortMonth::of(self.clock.month()),
        }
    }
}

/// The registry at work.
pub struct Books<'a> {
    /// Persons by slot.
    pub persons: &'a mut [Person],
    /// What they do, by the same slot.
    pub works: &'a mut [Work],
    /// Their health, by the same slot.
    pub healths: &'a mut [Health],
    /// Their conduct, by the same slot.
    pub conducts: &'a mut [Conduct],
    /// Their outlook, by the same slot.
    pub outlooks: &'a mut [Outlook],
    /// Households by slot.
    pub households: &'a mut [Household],
    /// Dwellings by slot.
    pub dwellings: &'a mut [Dwelling],
    /// Slots to use again.
    pub free: &'a mut FreeSlots,
    /// This month.
    pub now: ShortMonth,
}

/// The members of a household, in order of key.
pub fn members(persons: &[Person], household: &Household) -> impl Iterator<Item = PersonIdx> {
    std::iter::successors(household.first.get(), |&p| persons[p].next.get()).map(PersonIdx::at)
}

impl Books<'_> {
    /// The members of household `h`, in order of key.
    pub fn members(&self, h: HouseholdIdx) -> Vec<PersonIdx> {
        members(self.persons, &self.households[h.i()]).collect()
    }

    /// The neighbourhood where household `h` lives, in a home of its own or with others.
    pub fn neighbourhood(&self, h: HouseholdIdx) -> Option<usize> {
        let household = &self.households[h.i()];
        match household.dwelling.get() {
            Some(dwelling) => Some(self.dwellings[dwelling].neighbourhood.into()),
            None => household.lodging(),
        }
    }

    /// Registers a person without a household.
    pub fn add_person(&mut self, person: Person, work: Work) -> PersonIdx {
        let slot = PersonIdx(self.free.persons.pop().expect("the reserve of person slots is refilled every month"));
        let blank = Person { household: HouseholdIdx::NONE, next: PersonIdx::NONE, ..person };
        (self.persons[slot.i()], self.works[slot.i()]) = (blank, work);
        self.forget(slot);
        slot
    }

    /// Registers an empty household without a home.
    pub fn add_household(&mut self, household: Household) -> HouseholdIdx {
        let slot = self.free.households.pop().expect("the reserve of household slots is refilled every month");
        self.households[slot as usize] =
            Household { first: PersonIdx::NONE, dwelling: DwellingIdx::NONE, size: 0, since: self.now, ..household };
        HouseholdIdx(slot)
    }

    /// Person `p`, who has no household, joins `h`.
    pub fn join(&mut self, p: PersonIdx, h: HouseholdIdx) {
        let key = self.persons[p.i()].key;
        let household = &mut self.households[h.i()];
        household.size = household.size.saturating_add(1);
        self.persons[p.i()].household = h;
        match household.first.get() {
            Some(first) if self.persons[first].key < key => {
                let mut before = first;
                while let Some(next) = self.persons[before].next.get()
                    && self.persons[next].key < key
                {
                    before = next;
                }
                self.persons[p.i()].next = self.persons[before].next;
                self.persons[before].next = p;
            }
            _ => {
                self.persons[p.i()].next = household.first;
                household.first = p;
            }
        }
    }

    /// Person `p` leaves their household; the last one to leave dissolves it.
    pub fn leave(&mut self, p: PersonIdx) {
        let h = std::mem::take(&mut self.persons[p.i()].household);
        let next = std::mem::take(&mut self.persons[p.i()].next);
        let Some(i) = h.get() else { return };
        if self.households[i].first == p {
            self.households[i].first = next;
        } else {
            let before = members(self.persons, &self.households[i]).find(|q| self.persons[q.i()].next == p);
            self.persons[before.expect("a member is in the household's list").i()].next = next;
        }
        self.households[i].size -= 1;
        if self.households[i].first == PersonIdx::NONE {
            self.vacate(h);
            self.households[i] = Household::default();
            self.free.households.push(h.0);
        }
    }

    /// Person `p` dies or leaves the city: their partner is single again, their slot rests.
    pub fn remove_person(&mut self, p: PersonIdx) {
        self.part(p);
        self.leave(p);
        self.persons[p.i()] = Person::default();
        self.works[p.i()] = Work::default();
        self.forget(p);
        self.free.resting.push(p.0);
    }

    /// What challenges have noted of whoever was in slot `p` does not pass on to the next.
    fn forget(&mut self, p: PersonIdx) {
        self.healths[p.i()] = Health::default();
        self.conducts[p.i()] = Conduct::default();
        self.outlooks[p.i()] = Outlook::default();
    }

    /// Person `p` and their partner, if any, are no couple any more.
    pub fn part(&mut self, p: PersonIdx) {
        if let Some(partner) = std::mem::take(&mut self.persons[p.i()].partner).get() {
            self.persons[partner].partner = PersonIdx::NONE;
        }
    }

    /// Household `h` gives up its home, if it has one.
    pub fn vacate(&mut self, h: HouseholdIdx) {
        if let Some(d) = std::mem::take(&mut self.households[h.i()].dwelling).get() {
            self.dwellings[d].household = HouseholdIdx::NONE;
            self.dwellings[d].vacant_since = self.now;
            self.dwellings[d].chain = 0;
            self.households[h.i()].since = self.now;
            self.households[h.i()].lodges = self.dwellings[d].neighbourhood;
        }
    }

    /// Household `h` moves into the vacant dwelling `d`. Its old home, if any, carries the vacancy chain on.
    pub fn move_in(&mut self, h: HouseholdIdx, d: DwellingIdx) {
        debug_assert!(self.dwellings[d.i()].is_vacant());
        let old = self.households[h.i()].dwelling;
        self.vacate(h);
        if let Some(old) = old.get() {
            self.dwellings[old].chain = self.dwellings[d.i()].chain.saturating_add(1);
        }
        self.dwellings[d.i()].household = h;
        let household = &mut self.households[h.i()];
        household.dwelling = d;
        household.since = self.now;
        household.lodges = Household::NOWHERE;
        household.standing &= Household::EXCLUDED;
    }

    /// Counts members anew: size, minors, income, age and origin of the head (the oldest; of equals the lowest key).
    pub fn refresh(&mut self, h: HouseholdIdx) {
        let household = &mut self.households[h.i()];
        refresh_household(self.persons, self.works, household, self.now);
    }

    /// The first broken rule, in words: lists, partners and homes must agree with each other.
    pub fn inconsistency(&self) -> Option<String> {
        let mut n_listed = 0;
        for (i, household) in self.households.iter().enumerate().filter(|(_, h)| h.is_there()) {
            let mut last = PersonKey(0);
            for p in members(self.persons, household) {
                let person = &self.persons[p.i()];
                if person.household != HouseholdIdx::at(i) || person.key <= last {
                    return Some(format!(
                        "household {:016x}: member {:016x} out of place",
                        household.key.0, person.key.0
                    ));
                }
                last = person.key;
                n_listed += 1;
            }
            if members(self.persons, household).count() != usize::from(household.size) || household.size == 0 {
                return Some(format!("household {:016x}: size {} is wrong", household.key.0, household.size));
            }
            if household.dwelling.get().is_some_and(|d| self.dwellings[d].household != HouseholdIdx::at(i)) {
                return Some(format!("household {:016x}: its home does not know it", household.key.0));
            }
        }
        let n_there = self.persons.iter().filter(|p| p.is_there()).count();
        if n_there != n_listed {
            return Some(format!("{n_there} persons, but households have {n_listed} members"));
        }
        for (i, person) in self.persons.iter().enumerate().filter(|(_, p)| p.is_there()) {
            if person.partner.get().is_some_and(|q| self.persons[q].partner != PersonIdx::at(i)) {
                return Some(format!("person {:016x}: partner is not theirs", person.key.0));
            }
        }
        for dwelling in self.dwellings.iter().filter(|d| d.is_there()) {
            if dwelling.household.get().is_some_and(|h| !self.households[h].is_there()) {
                return Some(format!("dwelling {:016x}: inhabited by nobody", dwelling.key.0));
            }
        }
        None
    }
}

/// See [`Books::refresh`].
pub fn refresh_household(persons: &[Person], works: &[Work], household: &mut Household, now: ShortMonth) {
    let (mut n_minors, mut n_adults, mut gross, mut net) = (0u8, 0u8, 0.0f32, 0.0f32);
    let mut head: Option<(ShortMonth, u8)> = None;
    for p in members(persons, household) {
        let person = &persons[p.i()];
        if person.age_y(now) < 18 {
            n_minors += 1;
        } else {
            n_adults += 1;
        }
        gross += works[p.i()].income_eur_y;
        net += net_income_eur_m(works[p.i()].income_eur_y);
        if head.is_none_or(|(born, _)| person.born < born) {
            head = Some((person.born, person.origin));
        }
    }
    debug_assert!(gross >= 0.0);
    household.n_minors = n_minors;
    household.income_eur_m = net.max(social_minimum_eur_m(n_adults));
    if let Some((born, origin)) = head {
        household.head_age_y = (born.until(now).max(0) / 12).min(127) as u8;
        household.origin = origin;
    }
}

/// Disposable income from gross personal income, €/month: 2.8 · gross^0.88 per year, a smooth stand-in for Dutch
/// income tax (A; gives 80–85 % at 20 k€, 70 % at 100 k€).
pub fn net_income_eur_m(gross_eur_y: f32) -> f32 {
    2.8 * libm::powf(gross_eur_y.max(0.0), 0.88) / 12.0
}

/// Social minimum of a household, €/month: single 1,283, couple 1,833 (bijstand norms, January 2024; M).
pub fn social_minimum_eur_m(n_adults: u8) -> f32 {
    if n_adults <= 1 { 1283.0 } else { 1833.0 }
}

/// The key of a household founded by `founder` at `tick`.
pub fn household_key(founder: PersonKey, tick: u16) -> HouseholdKey {
    HouseholdKey(crate::sim::draws::mix(super::KEYS_HOUSEHOLD, founder.0, u64::from(tick)))
}

#[cfg(test)]
mod tests {
    use super::super::requests::Requests;
    use super::*;

    struct Town {
        persons: Vec<Person>,
        works: Vec<Work>,
        healths: Vec<Health>,
        conducts: Vec<Conduct>,
        outlooks: Vec<Outlook>,
        households: Vec<Household>,
        dwellings: Vec<Dwelling>,
        free: FreeSlots,
    }

    impl Town {
        fn new() -> Town {
            Town {
                persons: vec![Person::default(); 8],
                works: vec![Work::default(); 8],
                healths: vec![Health::default(); 8],
                conducts: vec![Conduct::default(); 8],
                outlooks: vec![Outlook::default(); 8],
                households: vec![Household::default(); 4],
                dwellings: (1..=3)
                    .map(|k| Dwelling { key: crate::sim::DwellingKey(k), ..Dwelling::default() })
                    .collect(),
                free: FreeSlots {
                    persons: (0..8).rev().collect(),
                    households: (0..4).rev().collect(),
                    ..FreeSlots::default()
                },
            }
        }

        fn books(&mut self) -> Books<'_> {
            Books {
                persons: &mut self.persons,
                works: &mut self.works,
                healths: &mut self.healths,
                conducts: &mut self.conducts,
                outlooks: &mut self.outlooks,
                households: &mut self.households,
                dwellings: &mut self.dwellings,
                free: &mut self.free,
                now: ShortMonth(1500),
            }
        }
    }

    fn family(books: &mut Books, keys: &[u64]) -> HouseholdIdx {
        let h = books.add_household(Household { key: HouseholdKey(100 + keys[0]), ..Household::default() });
        for &key in keys {
            let p = books.add_person(Person { key: PersonKey(key), ..Person::default() }, Work::default());
            books.join(p, h);
        }
        h
    }

    fn keys(books: &Books, h: HouseholdIdx) -> Vec<u64> {
        books.members(h).iter().map(|p| books.persons[p.i()].key.0).collect()
    }

    #[test]
    fn members_are_listed_by_key_whatever_the_order_of_joining() {
        let mut town = Town::new();
        let mut books = town.books();
        let h = family(&mut books, &[5, 2, 9, 1, 7]);
        assert_eq!(keys(&books, h), [1, 2, 5, 7, 9]);
        for (key, left) in [(1, vec![2, 5, 7, 9]), (9, vec![2, 5, 7]), (5, vec![2, 7])] {
            let p = books.members(h).into_iter().find(|p| books.persons[p.i()].key.0 == key).unwrap();
            books.remove_person(p);
            assert_eq!(keys(&books, h), left);
        }
        assert_eq!(books.inconsistency(), None);
    }

    #[test]
    fn the_last_member_gives_up_the_home() {
        let mut town = Town::new();
        let mut books = town.books();
        let h = family(&mut books, &[5]);
        books.move_in(h, DwellingIdx(1));
        assert!(!books.dwellings[1].is_vacant());
        books.remove_person(PersonIdx(0));
        assert!(books.dwellings[1].is_vacant());
        assert_eq!(books.free.households, [3, 2, 1, 0]);
        assert_eq!(books.inconsistency(), None);
    }

    #[test]
    fn a_vacancy_chain_counts_the_moves_it_set_off() {
        let mut town = Town::new();
        let mut books = town.books();
        let (a, b) = (family(&mut books, &[1]), family(&mut books, &[2]));
        books.move_in(a, DwellingIdx(0));
        books.move_in(b, DwellingIdx(1));
        books.move_in(a, DwellingIdx(2));
        books.move_in(b, DwellingIdx(0));
        assert_eq!(books.dwellings[1].chain, 2);
        assert_eq!(books.inconsistency(), None);
    }

    #[test]
    fn a_mothers_slot_rests_until_her_children_have_forgotten_it() {
        let mut town = Town::new();
        let mut books = town.books();
        family(&mut books, &[1, 2]);
        books.persons[1].mother = PersonIdx(0);
        books.remove_person(PersonIdx(0));
        assert!(!books.free.persons.contains(&0));
        books.put_in_order(&mut Requests::default());
        assert_eq!(books.persons[0].key, PersonKey(2));
        assert_eq!(books.persons[0].mother, PersonIdx::NONE);
        assert_eq!(books.free.persons, [7, 6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn in_order_people_lie_by_home_and_know_each_other_still() {
        let mut town = Town::new();
        let mut books = town.books();
        let (a, b) = (family(&mut books, &[1, 2]), family(&mut books, &[3]));
        let lodger = family(&mut books, &[4]);
        books.persons[2].mother = PersonIdx(0);
        (books.persons[0].partner, books.persons[1].partner) = (PersonIdx(1), PersonIdx(0));
        books.works[2].income_eur_y = 7.0;
        books.move_in(a, DwellingIdx(2));
        books.move_in(b, DwellingIdx(1));
        let mut requests = Requests::default();
        requests.evict(a);
        requests.die(PersonIdx(3));
        let new = books.put_in_order(&mut requests);
        let keys: Vec<u64> = books.persons.iter().map(|p| p.key.0).collect();
        assert_eq!(keys, [3, 1, 2, 4, 0, 0, 0, 0]);
        assert_eq!([0, 1, 2, 3].map(|p| new.of(PersonIdx(p)).0), [1, 2, 0, 3]);
        assert_eq!(books.persons[0].mother, PersonIdx(1));
        assert_eq!((books.persons[1].partner, books.works[0].income_eur_y), (PersonIdx(2), 7.0));
        assert_eq!(books.dwellings[2].household, HouseholdIdx(1));
        assert_eq!(requests.take_evictions(books.households), [HouseholdIdx(1)]);
        assert_eq!(requests.take_deaths(books.persons), [PersonIdx(3)]);
        assert_eq!(books.free.households, [3]);
        assert_eq!(books.inconsistency(), None);
        assert_eq!(lodger, HouseholdIdx(2), "comes last, as before");
    }

    #[test]
    fn a_broken_list_is_found() {
        let mut town = Town::new();
        let mut books = town.books();
        let h = family(&mut books, &[1, 2]);
        books.households[h.i()].size = 3;
        assert!(books.inconsistency().unwrap().contains("size 3"));
    }
}
