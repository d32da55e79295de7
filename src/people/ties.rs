//! Ties in five layers (models.md §0.5): household, family, neighbours, work, school.
//!
//! They are *potential* contacts in the sense of the person network of Statistics Netherlands, 1.4 billion relations
//! or some 80 per resident (L[10]); of these a few are in use. Nothing is stored that membership gives: [`Ties`] is an
//! index over who belongs where, made when somebody asks, and a look-up reads today's households and homes. Whoever keeps
//! an index over months must register it as state, for one made later differs.
//!
//! | layer | who |
//! |---|---|
//! | household | the other members |
//! | family | mother, her partner, grandmother, siblings, children, grandchildren, partner's mother; household or not |
//! | neighbours | who lives in the ten homes before and after one's own, in a ring of the homes of the 100 m cell by key |
//! | work | the 25 people before and after, in a ring by key of the *firm*: eight neighbouring numbers of workplaces |
//! | school | the 30 before and after, in a ring by key of one's own year at the school |
//!
//! A ring makes ties mutual, and one person more changes only the ties next to them. Limits: a firm lies in the city
//! alone; fathers are known through the mother's household only; relatives of the first population are known only where
//! they live together; whoever has changed work during the year counts with the new firm as far as it knows them.

use rayon::prelude::*;

use super::books::members;
use super::components::{Dwelling, Household, Person, Work};
use super::places::{FIRST_WORKPLACE, NO_PLACE};
use crate::sim::PersonIdx;

/// Homes on either side whose people are neighbours.
const HOMES_EITHER_SIDE: usize = 10;
/// Colleagues on either side.
const COLLEAGUES_EITHER_SIDE: usize = 25;
/// Pupils on either side.
const PUPILS_EITHER_SIDE: usize = 30;
/// Workplaces (teams) of a firm, as a power of two.
const FIRM_BITS: u32 = 3;

/// A layer of ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// People one lives with.
    Household,
    /// Relatives.
    Family,
    /// People next door.
    Neighbours,
    /// Colleagues.
    Work,
    /// Pupils and students of one's own year.
    School,
}

impl Layer {
    /// Every layer.
    pub const ALL: [Layer; 5] = [Layer::Household, Layer::Family, Layer::Neighbours, Layer::Work, Layer::School];

    /// Name.
    pub fn id(self) -> &'static str {
        ["household", "family", "neighbours", "work", "school"][self as usize]
    }
}

/// The tables that ties are read from.
#[derive(Clone, Copy)]
pub struct Society<'a> {
    /// Persons by slot.
    pub persons: &'a [Person],
    /// What they do, by the same slot.
    pub works: &'a [Work],
    /// Households by slot.
    pub households: &'a [Household],
    /// Dwellings by slot.
    pub dwellings: &'a [Dwelling],
}

/// Somebody in a ring: slot, and the upper half of the key, by which the ring is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link {
    order: u32,
    slot: u32,
}

/// The index. About 10 bytes per resident.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ties {
    /// Groups of work and school: number and first link, in order; one more at the end.
    groups: Vec<(u32, u32)>,
    links: Vec<Link>,
    /// First home of each cell; one more at the end.
    cells: Vec<u32>,
    homes: Vec<u32>,
    /// (mother, child), by slot.
    children: Vec<(u32, u32)>,
}

/// The ring of work or school in which somebody is. Schools lie below, workplaces above `1 << 31`.
fn group_of(person: &Person, work: &Work) -> Option<u32> {
    match work.place {
        NO_PLACE => None,
        place if place >= FIRST_WORKPLACE => Some(1 << 31 | (place - FIRST_WORKPLACE) >> FIRM_BITS),
        // A school year begins in September.
        place => Some(place << 8 | u32::from((person.born.0.wrapping_add(4).div_euclid(12) & 0xFF) as u8)),
    }
}

impl Ties {
    /// The index of `society` as it is now.
    pub fn of(society: Society) -> Ties {
        let Society { persons, works, dwellings, .. } = society;
        let there = |i: &usize| persons[*i].is_there();
        let mut links: Vec<(u32, u64, u32)> = (0..persons.len())
            .into_par_iter()
            .filter(there)
            .filter_map(|i| Some((group_of(&persons[i], &works[i])?, persons[i].key.0, i as u32)))
            .collect();
        links.par_sort_unstable();
        let mut groups: Vec<(u32, u32)> = Vec::new();
        for (at, link) in links.iter().enumerate() {
            if groups.last().is_none_or(|last| last.0 != link.0) {
                groups.push((link.0, at as u32));
            }
        }
        groups.push((u32::MAX, links.len() as u32));
        let mut homes: Vec<(u32, u64, u32)> = (0..dwellings.len())
            .filter(|&d| dwellings[d].is_there())
            .map(|d| (dwellings[d].cell, dwellings[d].key.0, d as u32))
            .collect();
        homes.par_sort_unstable();
        let n_cells = homes.last().map_or(0, |home| home.0 as usize + 1);
        let mut cells = vec![0u32; n_cells + 1];
        homes.iter().for_each(|home| cells[home.0 as usize + 1] += 1);
        for i in 0..n_cells {
            cells[i + 1] += cells[i];
        }
        let mut children: Vec<(u32, u32)> = (0..persons.len())
            .into_par_iter()
            .filter(there)
            .filter_map(|i| Some((persons[i].mother.get()? as u32, i as u32)))
            .collect();
        children.par_sort_unstable_by_key(|&(mother, child)| (mother, persons[child as usize].key));
        Ties {
            groups,
            links: links.into_iter().map(|(_, key, slot)| Link { order: (key >> 32) as u32, slot }).collect(),
            cells,
            homes: homes.into_iter().map(|home| home.2).collect(),
            children,
        }
    }

    /// Size in memory, bytes.
    pub fn n_bytes(&self) -> usize {
        size_of_val(&*self.groups)
            + size_of_val(&*self.links)
            + size_of_val(&*self.cells)
            + size_of_val(&*self.homes)
            + size_of_val(&*self.children)
    }

    /// Adds the contacts of `p` in `layer` to `out`: each once within a layer, never `p` themselves, in an order that
    /// depends on keys alone.
    pub fn contacts(&self, society: Society, p: PersonIdx, layer: Layer, out: &mut Vec<PersonIdx>) {
        let person = &society.persons[p.i()];
        match layer {
            Layer::Household => out.extend(household(society, person).filter(|&q| q != p)),
            Layer::Family => self.family(society, p, out),
            Layer::Neighbours => self.neighbours(society, person, out),
            Layer::Work | Layer::School => {
                let Some(group) = group_of(person, &society.works[p.i()]) else { return };
                let is_school = group >> 31 == 0;
                if is_school == (layer == Layer::School) {
                    self.ring(
                        society,
                        p,
                        group,
                        if is_school { PUPILS_EITHER_SIDE } else { COLLEAGUES_EITHER_SIDE },
                        out,
                    );
                }
            }
        }
    }

    /// Calls `each` with the people of every unit of `layer`: a household, the homes of a cell, a workplace, a school. All
    /// of a unit may know each other, whether rings tie them or not. Relatives form no units: see [`Self::mothers`].
    ///
    /// The index must be of the tables as they are.
    pub fn units(&self, society: Society, layer: Layer, mut each: impl FnMut(&mut dyn Iterator<Item = PersonIdx>)) {
        let at_home = |h: usize| members(society.persons, &society.households[h]);
        match layer {
            Layer::Household => {
                society.households.iter().filter(|h| h.is_there()).for_each(|h| each(&mut members(society.persons, h)));
            }
            Layer::Family => {}
            Layer::Neighbours => {
                for cell in self.cells.windows(2) {
                    let homes = &self.homes[cell[0] as usize..cell[1] as usize];
                    let lived_in = homes.iter().filter_map(|&d| society.dwellings[d as usize].household.get());
                    each(&mut lived_in.flat_map(at_home));
                }
            }
            Layer::Work | Layer::School => {
                let is_wanted = |g: u32| (g >> 31 == 0) == (layer == Layer::School);
                // A firm holds some workplaces; a school has some years.
                let is_one_school = |a: &(u32, u32), b: &(u32, u32)| a.0 >> 31 == 0 && a.0 >> 8 == b.0 >> 8;
                let mut at = 0;
                for groups in self.groups[..self.groups.len().saturating_sub(1)].chunk_by(is_one_school) {
                    let (from, to) = (groups[0].1 as usize, self.groups[at + groups.len()].1 as usize);
                    at += groups.len();
                    if !is_wanted(groups[0].0) {
                        continue;
                    }
                    let present = self.links[from..to].iter().map(|link| link.slot as usize);
                    let mut by_place: Vec<(u32, usize)> = present
                        .filter(|&q| society.persons[q].is_there())
                        .map(|q| (society.works[q].place, q))
                        .collect();
                    // Stable: within a place they stay in order of key.
                    by_place.sort_by_key(|p| p.0);
                    for place in by_place.chunk_by(|a, b| a.0 == b.0) {
                        each(&mut place.iter().map(|p| PersonIdx::at(p.1)));
                    }
                }
            }
        }
    }

    /// Mothers with each of their children, as far as both live in the city.
    pub fn mothers(&self, society: Society) -> impl Iterator<Item = (PersonIdx, PersonIdx)> {
        let there = move |p: u32| society.persons[p as usize].is_there();
        let pairs = self.children.iter().filter(move |pair| there(pair.0) && there(pair.1));
        pairs.map(|&(mother, child)| (PersonIdx(mother), PersonIdx(child)))
    }

    /// The number of contacts of `p` in each layer.
    pub fn degrees(&self, society: Society, p: PersonIdx) -> [usize; 5] {
        let mut found = Vec::new();
        Layer::ALL.map(|layer| {
            found.clear();
            self.contacts(society, p, layer, &mut found);
            found.len()
        })
    }

    /// Those before and after `p` in the ring of `group`, who still belong to it.
    fn ring(&self, society: Society, p: PersonIdx, group: u32, either_side: usize, out: &mut Vec<PersonIdx>) {
        let Ok(at) = self.groups.binary_search_by_key(&group, |g| g.0) else { return };
        let ring = &self.links[self.groups[at].1 as usize..self.groups[at + 1].1 as usize];
        let order = (society.persons[p.i()].key.0 >> 32) as u32;
        let own = ring.partition_point(|link| link.order < order);
        // Of equal halves of a key (one pair in four thousand million) the slot tells.
        let own =
            (own..ring.len()).take_while(|&i| ring[i].order == order).find(|&i| ring[i].slot == p.0).unwrap_or(own);
        for i in around(own, ring.len(), either_side) {
            let q = ring[i].slot as usize;
            let belongs = group_of(&society.persons[q], &society.works[q]) == Some(group);
            if society.persons[q].is_there() && belongs && q != p.i() {
                out.push(PersonIdx::at(q));
            }
        }
    }

    fn neighbours(&self, society: Society, person: &Person, out: &mut Vec<PersonIdx>) {
        let Some(d) = society.households[person.household.i()].dwelling.get() else { return };
        let home = &society.dwellings[d];
        let cell = home.cell as usize;
        if cell + 1 >= self.cells.len() {
            return;
        }
        let homes = &self.homes[self.cells[cell] as usize..self.cells[cell + 1] as usize];
        let own = homes.partition_point(|&h| society.dwellings[h as usize].key < home.key);
        for i in around(own, homes.len(), HOMES_EITHER_SIDE) {
            let h = homes[i] as usize;
            if h != d
                && let Some(next_door) = society.dwellings[h].household.get()
            {
                out.extend(members(society.persons, &society.households[next_door]));
            }
        }
    }

    fn family(&self, society: Society, p: PersonIdx, out: &mut Vec<PersonIdx>) {
        let persons = society.persons;
        let first = out.len();
        let mut add = |q: Option<usize>| {
            if let Some(q) = q.filter(|&q| q != p.i() && persons[q].is_there())
                && !out[first..].contains(&PersonIdx::at(q))
            {
                out.push(PersonIdx::at(q));
            }
        };
        let mother_of = |q: usize| persons[q].mother.get().filter(|&m| persons[m].is_there());
        let mother = mother_of(p.i());
        add(mother);
        add(mother.and_then(|m| persons[m].partner.get()));
        add(mother.and_then(mother_of));
        mother.into_iter().flat_map(|m| self.children_of(m)).for_each(|child| add(Some(child)));
        let partner = persons[p.i()].partner.get();
        add(partner);
        add(partner.and_then(mother_of));
        // A father is whoever lives with the mother.
        for parent in [Some(p.i()), partner].into_iter().flatten() {
            for child in self.children_of(parent) {
                add(Some(child));
                self.children_of(child).for_each(|grandchild| add(Some(grandchild)));
            }
        }
    }

    fn children_of(&self, mother: usize) -> impl Iterator<Item = usize> {
        let from = self.children.partition_point(|&(m, _)| (m as usize) < mother);
        self.children[from..].iter().take_while(move |&&(m, _)| m as usize == mother).map(|&(_, child)| child as usize)
    }
}

fn household<'a>(society: Society<'a>, person: &Person) -> impl Iterator<Item = PersonIdx> + 'a {
    members(society.persons, &society.households[person.household.i()])
}

/// Places in a ring of `n`, up to `either_side` before and after `own`, each once and without it.
fn around(own: usize, n: usize, either_side: usize) -> impl Iterator<Item = usize> {
    let reach = either_side.min(n.saturating_sub(1) / 2);
    let odd_one = (n >= 2 && n.is_multiple_of(2) && either_side > reach).then(|| (own + n / 2) % n);
    (1..=reach).flat_map(move |step| [(own + step) % n, (own + n - step) % n]).chain(odd_one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::ShortMonth;
    use crate::sim::{DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey, PersonKey};

    #[test]
    fn a_ring_gives_everybody_the_same_number_and_ties_are_mutual() {
        for n in 1..12usize {
            for own in 0..n {
                let mine: Vec<usize> = around(own, n, 3).collect();
                assert_eq!(mine.len(), (n - 1).min(6), "{own} of {n}");
                for other in mine {
                    assert!(other != own && around(other, n, 3).any(|i| i == own), "{own} and {other} of {n}");
                }
            }
        }
    }

    /// Three homes in a row: a grandmother; her daughter with partner and two children; a stranger at the daughter's
    /// work. Neighbours, family and colleagues follow by hand.
    #[test]
    fn contacts_follow_from_membership() {
        let person = |key: u64, household: usize, mother: Option<usize>| Person {
            key: PersonKey(key << 32),
            household: HouseholdIdx::at(household),
            mother: mother.map_or(PersonIdx::NONE, PersonIdx::at),
            born: ShortMonth(1300),
            ..Person::default()
        };
        let mut persons = [
            person(1, 0, None),
            person(2, 1, Some(0)),
            person(3, 1, None),
            person(4, 1, Some(1)),
            person(5, 1, Some(1)),
            person(6, 2, None),
        ];
        (persons[1].partner, persons[2].partner) = (PersonIdx(2), PersonIdx(1));
        persons[1..4].iter_mut().zip(2..).for_each(|(person, next)| person.next = PersonIdx::at(next));
        let mut works = [Work { place: NO_PLACE, ..Work::default() }; 6];
        works[1].place = FIRST_WORKPLACE + 8;
        works[5].place = FIRST_WORKPLACE + 15;
        works[2].place = FIRST_WORKPLACE + 16;
        (works[3].place, works[4].place) = (7, 7);
        let first = [0, 1, 5];
        let size = [1, 4, 1];
        let households: Vec<Household> = (0..3)
            .map(|h| Household {
                key: HouseholdKey(h as u64 + 1),
                first: PersonIdx::at(first[h]),
                dwelling: DwellingIdx::at(h),
                size: size[h],
                ..Household::default()
            })
            .collect();
        let dwellings: Vec<Dwelling> = (0..3)
            .map(|d| Dwelling {
                key: DwellingKey(d as u64 + 1),
                cell: 4,
                household: HouseholdIdx::at(d),
                ..Dwelling::default()
            })
            .collect();
        let society = Society { persons: &persons, works: &works, households: &households, dwellings: &dwellings };
        let ties = Ties::of(society);
        let of = |p: u32, layer| {
            let mut out = Vec::new();
            ties.contacts(society, PersonIdx(p), layer, &mut out);
            let mut slots: Vec<u32> = out.into_iter().map(|q| q.0).collect();
            slots.sort_unstable();
            slots
        };
        assert_eq!(of(1, Layer::Household), [2, 3, 4]);
        assert_eq!(of(0, Layer::Family), [1, 3, 4], "daughter and grandchildren");
        assert_eq!(of(3, Layer::Family), [0, 1, 2, 4], "grandmother, mother, her partner, sister");
        assert_eq!(of(2, Layer::Family), [0, 1, 3, 4], "partner, her mother, children of the household");
        assert_eq!(of(0, Layer::Neighbours), [1, 2, 3, 4, 5]);
        assert_eq!(of(1, Layer::Work), [5], "one firm has eight teams");
        assert_eq!(of(5, Layer::Work), [1]);
        assert_eq!((of(2, Layer::Work), of(3, Layer::Work)), (vec![], vec![]));
        assert_eq!((of(3, Layer::School), of(1, Layer::School)), (vec![4], vec![]));
        assert_eq!(ties.degrees(society, PersonIdx(1)), [3, 4, 2, 1, 0]);
        let units = |layer| {
            let mut sizes = Vec::new();
            ties.units(society, layer, |people| sizes.push(people.count()));
            sizes
        };
        assert_eq!(units(Layer::Household), [1, 4, 1]);
        assert_eq!(units(Layer::Neighbours), [0, 0, 0, 0, 6], "cells by number");
        assert_eq!((units(Layer::Work), units(Layer::School)), (vec![1, 1, 1], vec![2]));
        let mothers: Vec<(u32, u32)> = ties.mothers(society).map(|(m, c)| (m.0, c.0)).collect();
        assert_eq!(mothers, [(0, 1), (1, 3), (1, 4)]);
    }
}
