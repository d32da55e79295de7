//! Module 0: births, deaths, leaving home, unions, separations, departures (models.md §1).
//!
//! *Decide* reads last month's state in parallel and writes who wants or meets what; *Act* carries out what changes
//! households, in order of key; *End* lets people die, be born and leave. One block of four draws decides a month of a
//! life: death, leaving or separating, partner, child.
//!
//! A seeker meets six single people of like age: the next ones on a ring of keys after keyed points. One single person
//! more changes only the meetings that fall just before them on the ring, and the chance to find somebody does not
//! depend on the size of the city. Of all meetings the best keyed match comes first.
//!
//! Whoever wants to leave home, or has parted, founds a household that *lodges* where they lived until the housing
//! market gives it a home: concealed demand. Leaving home is counted when the home is there, so that scarcity makes
//! people leave later without any rule that says so.
//!
//! Limits: mortality has no sex; children left alone leave the city's households (counted as departures); nobody
//! divorces into the parental home.

use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::books::{Books, household_key};
use super::causes::Causes;
use super::components::{Dwelling, DwellingStatus, Household, Occupation, Person, ShortMonth, Work};
use super::migration::leaving::{OUTWARD_MOST, emigration_y, outward_profile, outward_stress};
use super::order::NewSlots;
use super::parameters::DemographyParameters;
use super::rates::{LifeTable, leaving_level, monthly};
use super::requests::Requests;
use super::tally::{Move, Tally};
use super::work::inherited_earning;
use super::{CHUNK, KEYS_PERSON, Tables};
use crate::sim::draws::{gumbel, mix, threshold, unit, with_blocks};
use crate::sim::state::slice;
use crate::sim::{Clock, Draws, DwellingIdx, HouseholdIdx, PersonIdx, PersonKey, Stream};

/// Draws of the month of a life.
pub const STREAM: Stream = Stream::named("people.demography");
/// Draws of a household's departure.
pub const STREAM_DEPART: Stream = Stream::named("people.departure");
/// Noise of couples.
pub const STREAM_MATCH: Stream = Stream::named("people.match");

/// Levels solved at the start so that the first year meets its rates.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Intercepts {
    /// Of births, see [`super::rates::solve_fertility`].
    pub fertility: f64,
    /// Hazard of looking for a partner to live with, per year, at 28; see [`super::unions`].
    pub union_peak_y: f64,
    /// Of domestic departure: hazard per year per unit of [`outward_profile`].
    pub departure: f64,
    /// Neighbourhoods' mean cost of the cheapest homes at the start, € per month; the base of affordability.
    pub cheap_cost_eur_m: f64,
}

/// How affordable the cheapest homes are relative to the start; written by the housing market.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Affordability(pub f64);

/// What people will do or undergo this month, each list in order of key.
#[derive(Resource, Debug, Default)]
pub struct LifeEvents {
    deaths: Vec<PersonIdx>,
    mothers: Vec<PersonIdx>,
    leaving: Vec<PersonIdx>,
    separating: Vec<PersonIdx>,
    seeking: Vec<PersonIdx>,
    /// Single people who can be met this month, by age class and key.
    ring: Vec<(u8, PersonKey, PersonIdx)>,
    /// Households that leave, and whether for abroad.
    departing: Vec<(HouseholdIdx, bool)>,
    /// The last mean age of leaving home, and the level of the hazard that gives it.
    leaving_at: Option<(f64, f64)>,
}

impl LifeEvents {
    /// See [`leaving_level`]; solved anew only when the age has changed.
    fn leaving_level(&mut self, mean_age_y: f64) -> f64 {
        match self.leaving_at {
            Some((age_y, level)) if age_y == mean_age_y => level,
            _ => self.leaving_at.insert((mean_age_y, leaving_level(mean_age_y))).1,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Death,
    Birth,
    LeaveHome,
    Separate,
    Seek,
}

/// Decides in parallel what each person undergoes this month.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn decide_life_events(
    persons: Query<&Person>,
    draws: Res<Draws>,
    clock: Res<Clock>,
    p: Res<DemographyParameters>,
    intercepts: Res<Intercepts>,
    affordability: Res<Affordability>,
    causes: Res<Causes>,
    mut events: ResMut<LifeEvents>,
) {
    let persons = slice(&persons);
    let now = ShortMonth::of(clock.month());
    let years = f64::from(clock.tick) / 12.0;
    let leaving = events.leaving_level(p.leaving_home_mean_age_y);
    let table =
        LifeTable::new(&p, years, [intercepts.fertility, intercepts.union_peak_y], [affordability.0, leaving], &causes);
    let draws = *draws;
    type Chunk = (Vec<(Kind, PersonKey, PersonIdx)>, Vec<(u8, PersonKey, PersonIdx)>);
    let chunks: Vec<Chunk> = persons
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(c, chunk)| {
            let (mut out, mut ring) = (Vec::new(), Vec::new());
            with_blocks(
                draws,
                STREAM,
                chunk,
                |q: &Person| q.key.0,
                |i, person, [death, change, seek, birth]| {
                    if !person.is_there() {
                        return;
                    }
                    let age = usize::from(person.age_y(now));
                    let mut push = |kind| out.push((kind, person.key, PersonIdx::at(c * CHUNK + i)));
                    if death < table.death[age] {
                        push(Kind::Death);
                        return;
                    }
                    let partner = person.partner.get();
                    if person.sex == 0 && birth < table.birth[usize::from(partner.is_some())][age] {
                        push(Kind::Birth);
                    }
                    match partner {
                        // The partner with the lower key draws for both.
                        Some(q) if person.key < persons[q].key && change < table.separate[age] => push(Kind::Separate),
                        Some(_) => {}
                        None => {
                            if table.seek[age] > 0 && person.key.0 % MET_EVERY == u64::from(draws.tick) % MET_EVERY {
                                ring.push((age_class(age as u8), person.key, PersonIdx::at(c * CHUNK + i)));
                            }
                            if seek < table.seek[age] {
                                push(Kind::Seek);
                            } else if change < table.leave_home[age] && lives_with_mother(persons, person) {
                                push(Kind::LeaveHome);
                            }
                        }
                    }
                },
            );
            (out, ring)
        })
        .collect();
    let mut all: Vec<_> = chunks.iter().flat_map(|c| &c.0).copied().collect();
    all.sort_unstable_by_key(|&(kind, key, _)| (kind, key));
    events.ring = chunks.iter().flat_map(|c| &c.1).copied().collect();
    events.ring.par_sort_unstable_by_key(|&(class, key, _)| (class, key));
    let list = |kind| all.iter().filter(|e| e.0 == kind).map(|e| e.2).collect();
    events.deaths = list(Kind::Death);
    events.mothers = list(Kind::Birth);
    events.leaving = list(Kind::LeaveHome);
    events.separating = list(Kind::Separate);
    events.seeking = list(Kind::Seek);
}

pub(crate) fn lives_with_mother(persons: &[Person], person: &Person) -> bool {
    person.mother.get().is_some_and(|m| persons[m].household == person.household)
}

/// Decides in parallel which households leave the city.
pub(super) fn decide_departures(
    persons: Query<&Person>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    draws: Res<Draws>,
    p: Res<DemographyParameters>,
    intercepts: Res<Intercepts>,
    mut events: ResMut<LifeEvents>,
) {
    let (persons, households, dwellings, draws) = (slice(&persons), slice(&households), slice(&dwellings), *draws);
    let domestic_y: [f64; 128] = std::array::from_fn(|age| intercepts.departure * outward_profile(age as u8));
    // Most households are settled by one comparison with the highest chance.
    let domestic_most = domestic_y.map(|y| threshold(monthly(OUTWARD_MOST * y)));
    let leaves = |h: &Household, age: usize, word: u32| {
        let home = || h.dwelling.get().map(|d| &dwellings[d]);
        word < domestic_most[age] && word < threshold(monthly(domestic_y[age] * outward_stress(h, home())))
    };
    let abroad: [[u32; 128]; 8] =
        std::array::from_fn(|n| std::array::from_fn(|age| threshold(monthly(emigration_y(n as u8, age as u8, &p)))));
    let most_abroad = abroad.iter().flatten().copied().fold(0, u32::max);
    let chunks: Vec<Vec<_>> = households
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(c, chunk)| {
            let mut out = Vec::new();
            with_blocks(
                draws,
                STREAM_DEPART,
                chunk,
                |h: &Household| h.key.0,
                |i, household, [inland, away, ..]| {
                    if !household.is_there() {
                        return;
                    }
                    let age = usize::from(household.head_age_y.min(127));
                    // Few draws are low enough for anybody: who is newcomer, somewhere else in memory, seldom matters.
                    let newcomer = || persons[household.first.i()].newcomer.min(7);
                    let leaves_abroad = away < most_abroad && away < abroad[usize::from(newcomer())][age];
                    if leaves_abroad || leaves(household, age, inland) {
                        out.push((household.key, HouseholdIdx::at(c * CHUNK + i), leaves_abroad));
                    }
                },
            );
            out
        })
        .collect();
    let mut all = chunks.concat();
    all.sort_unstable_by_key(|e| e.0);
    events.departing = all.into_iter().map(|(_, h, abroad)| (h, abroad)).collect();
}

/// Couples part, the young leave home, seekers find each other. Whoever needs a home begins to look.
pub(super) fn change_households(
    mut tables: Tables,
    events: Res<LifeEvents>,
    draws: Res<Draws>,
    mut requests: ResMut<Requests>,
    mut tally: ResMut<Tally>,
) {
    let mut books = tables.books();
    let draws = *draws;
    for h in requests.take_evictions(books.households) {
        let n = books.neighbourhood(h);
        if let Some(home) = books.households[h.i()].dwelling.get() {
            // Who is flooded goes to the municipality's reception, who is urgent to another home.
            let by_water = books.dwellings[home].status == DwellingStatus::Damaged as u8;
            if !by_water && !books.households[h.i()].is_urgent() {
                books.households[h.i()].standing |= Household::ROOFLESS;
            }
            books.vacate(h);
            tally.count(n, |c| c.evictions += 1);
        }
    }
    for &p in &events.separating {
        separate(&mut books, p, draws, &mut tally);
    }
    for &p in &events.leaving {
        let old = books.persons[p.i()].household;
        let h = found_household(&mut books, &[p], draws);
        books.households[h.i()].standing |= Household::FIRST_HOME;
        books.refresh(old);
    }
    for (a, b) in match_seekers(&books, &events.seeking, &events.ring, draws) {
        unite(&mut books, a, b, draws, &mut tally);
    }
}

/// `people`, of one household, move out to a new one without a home.
pub(crate) fn found_household(books: &mut Books, people: &[PersonIdx], draws: Draws) -> HouseholdIdx {
    let founder = people[0];
    let home = books.persons[founder.i()].household;
    let (old, n) = (books.households[home.i()], books.neighbourhood(home));
    let person = &books.persons[founder.i()];
    // Most young people register for social rent at 18, newcomers when they come. A household of adults has used one
    // registration of two for its last social home: who leaves it has the other as often as not.
    let of_age = ShortMonth(person.born.0.saturating_add(18 * 12)).max(person.arrived);
    let unused = lives_with_mother(books.persons, person) || person.key.0 & 1 == 0;
    let queued = if unused { of_age } else { old.queued.max(of_age) };
    let new = Household {
        key: household_key(books.persons[founder.i()].key, draws.tick),
        lodges: n.map_or(old.lodges, |n| n as u16),
        standing: old.standing & Household::EXCLUDED,
        queued: queued.min(books.now),
        ..old
    };
    people.iter().for_each(|&p| books.leave(p));
    let h = books.add_household(new);
    people.iter().for_each(|&p| books.join(p, h));
    books.refresh(h);
    h
}

fn separate(books: &mut Books, p: PersonIdx, draws: Draws, tally: &mut Tally) {
    let q = books.persons[p.i()].partner;
    let h = books.persons[p.i()].household;
    if q == PersonIdx::NONE || books.persons[q.i()].household != h {
        return;
    }
    books.part(p);
    let n = books.neighbourhood(h);
    // The mother of children stays with them three times in four (A); otherwise either one stays.
    let u = draws.uniform(STREAM, books.persons[p.i()].key.0, 1);
    let mothers = [p, q].map(|x| books.households[h.i()].n_minors > 0 && books.persons[x.i()].sex == 0);
    let leaver = match mothers {
        [true, false] => {
            if u < 0.75 {
                q
            } else {
                p
            }
        }
        [false, true] => {
            if u < 0.75 {
                p
            } else {
                q
            }
        }
        _ => {
            if u < 0.5 {
                p
            } else {
                q
            }
        }
    };
    found_household(books, &[leaver], draws);
    books.refresh(h);
    tally.count(n, |c| c.separations += 1);
}

/// A single person can be met every so many months; keeps the ring small.
const MET_EVERY: u64 = 4;

/// Age classes of five years.
fn age_class(age_y: u8) -> u8 {
    age_y / 5
}

/// Couples of seekers and people they met, the best keyed match first.
fn match_seekers(
    books: &Books,
    seekers: &[PersonIdx],
    ring: &[(u8, PersonKey, PersonIdx)],
    draws: Draws,
) -> Vec<(PersonIdx, PersonIdx)> {
    let mut meetings: Vec<(f32, PersonKey, PersonIdx, PersonIdx)> = seekers
        .par_iter()
        .filter_map(|&a| {
            let seeker = &books.persons[a.i()];
            let class = age_class(seeker.age_y(books.now));
            (0..6)
                .filter_map(|i| meet(books, a, class, i, ring, draws))
                .max_by(|x, y| x.0.total_cmp(&y.0).then(y.1.cmp(&x.1)))
                .map(|(score, _, b)| (score, seeker.key, a, b))
        })
        .collect();
    meetings.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    let mut taken = std::collections::BTreeSet::new();
    let mut couples = Vec::new();
    for (_, _, a, b) in meetings {
        let keys = [a, b].map(|p| books.persons[p.i()].key);
        if !keys.iter().any(|key| taken.contains(key)) {
            taken.extend(keys);
            couples.push((a, b));
        }
    }
    couples
}

/// Whom `a` meets at their `i`-th meeting, and how well they match; `None` if they cannot become a couple.
fn meet(
    books: &Books,
    a: PersonIdx,
    class: u8,
    i: u32,
    ring: &[(u8, PersonKey, PersonIdx)],
    draws: Draws,
) -> Option<(f32, PersonKey, PersonIdx)> {
    let seeker = &books.persons[a.i()];
    let [shift, low, high, _] = draws.block(STREAM_MATCH, seeker.key.0, i);
    // Half of the meetings are in one's own age class, a quarter in the next younger and the next older one.
    let class = match shift % 4 {
        0 => class.saturating_sub(1),
        1 => class + 1,
        _ => class,
    };
    let point = PersonKey(u64::from(low) | u64::from(high) << 32);
    let at = ring.partition_point(|&(c, key, _)| (c, key) < (class, point));
    let &(_, _, b) = ring.get(at).filter(|met| met.0 == class)?;
    let met = &books.persons[b.i()];
    let related =
        seeker.mother == b || met.mother == a || (seeker.mother != PersonIdx::NONE && seeker.mother == met.mother);
    if b == a || seeker.household == met.household || related {
        return None;
    }
    // One couple in forty is of one sex (A), as at the start.
    let noise = draws.block(STREAM_MATCH, seeker.key.0, met.key.0 as u32 | 1 << 31);
    if (seeker.sex == met.sex) != (unit(noise[1]) < 0.025) {
        return None;
    }
    let alike = f32::from(books.works[a.i()].education == books.works[b.i()].education)
        + f32::from(seeker.origin == met.origin);
    Some((gumbel(noise[0]) + alike, met.key, b))
}

/// `a` and `b` move in together: into the larger of the homes that are theirs to offer, or to a new one.
fn unite(books: &mut Books, a: PersonIdx, b: PersonIdx, draws: Draws, tally: &mut Tally) {
    let own = |p: PersonIdx| {
        // Someone who lives with their mother, or shares with other adults, has no home to offer.
        let person = &books.persons[p.i()];
        let household = &books.households[person.household.i()];
        let alone = usize::from(household.size - household.n_minors.min(household.size)) <= 1;
        alone && !lives_with_mother(books.persons, person)
    };
    let area = |p: PersonIdx| {
        let home = books.households[books.persons[p.i()].household.i()].dwelling.get();
        home.map_or(0, |d| books.dwellings[d].area_m2)
    };
    let followers = |books: &Books, p: PersonIdx, alone: bool| -> Vec<PersonIdx> {
        // A lone parent brings the whole household; others come by themselves.
        if alone { books.members(books.persons[p.i()].household) } else { vec![p] }
    };
    let at_parents = |p: PersonIdx| {
        let person = &books.persons[p.i()];
        lives_with_mother(books.persons, person) || books.households[person.household.i()].stands(Household::FIRST_HOME)
    };
    let first_home = [a, b].map(at_parents);
    let (own_a, own_b) = (own(a), own(b));
    let score = |p: PersonIdx, own: bool| (own, area(p), std::cmp::Reverse(books.persons[p.i()].key));
    let (host, host_own, guest, guest_own) =
        if score(a, own_a) >= score(b, own_b) { (a, own_a, b, own_b) } else { (b, own_b, a, own_a) };
    let coming = followers(books, guest, guest_own);
    let left = books.persons[guest.i()].household;
    let h = if host_own {
        books.persons[host.i()].household
    } else {
        let old = books.persons[host.i()].household;
        let h = found_household(books, &[host], draws);
        books.refresh(old);
        h
    };
    let n = books.neighbourhood(h);
    coming.iter().for_each(|&p| books.leave(p));
    coming.iter().for_each(|&p| books.join(p, h));
    if books.households[left.i()].is_there() {
        books.refresh(left);
    }
    books.persons[host.i()].partner = guest;
    books.persons[guest.i()].partner = host;
    books.refresh(h);
    if books.households[h.i()].dwelling != DwellingIdx::NONE {
        let guest_leaves = if guest == a { first_home[0] } else { first_home[1] };
        if guest_leaves {
            let age_y = u32::from(books.persons[guest.i()].age_y(books.now));
            tally.count(n, |c| c.leave_home(age_y));
        }
    } else if first_home != [false; 2] {
        books.households[h.i()].standing |= Household::FIRST_HOME;
    }
    tally.count(n, |c| c.unions += 1);
}

/// Deaths, then births, then departures.
pub(super) fn end_month(
    mut tables: Tables,
    events: Res<LifeEvents>,
    draws: Res<Draws>,
    clock: Res<Clock>,
    mut requests: ResMut<Requests>,
    mut tally: ResMut<Tally>,
    mut new_slots: ResMut<NewSlots>,
) {
    let mut books = tables.books();
    let asked_for = requests.take_deaths(books.persons);
    for &p in events.deaths.iter().chain(&asked_for) {
        if !books.persons[p.i()].is_there() {
            // Has died already, or is a child who has left with the brothers and sisters of a household whose last
            // adult died this month.
            continue;
        }
        let h = books.persons[p.i()].household;
        let n = books.neighbourhood(h);
        books.remove_person(p);
        tally.count(n, |c| c.deaths += 1);
        if books.households[h.i()].is_there() {
            books.refresh(h);
            let household = books.households[h.i()];
            if household.n_minors == household.size {
                depart(&mut books, h, false, &mut tally);
            }
        }
    }
    for &mother in &events.mothers {
        if books.persons[mother.i()].is_there() {
            give_birth(&mut books, mother, *draws, &mut tally);
        }
    }
    for &(h, abroad) in &events.departing {
        if books.households[h.i()].is_there() {
            depart(&mut books, h, abroad, &mut tally);
        }
    }
    if clock.tick.is_multiple_of(12) {
        *new_slots = books.put_in_order(&mut requests);
    }
}

fn give_birth(books: &mut Books, mother: PersonIdx, draws: Draws, tally: &mut Tally) {
    let parent = &mut books.persons[mother.i()];
    parent.n_children = parent.n_children.saturating_add(1);
    let parent = *parent;
    let key = PersonKey(mix(KEYS_PERSON, parent.key.0, u64::from(parent.n_children)).max(1));
    let child = Person {
        key,
        mother,
        born: books.now,
        // 105 boys to 100 girls (M).
        sex: u8::from(draws.uniform(STREAM, key.0, 0) < 0.512),
        origin: parent.origin,
        ..Person::default()
    };
    let work = Work {
        place: super::places::NO_PLACE,
        occupation: Occupation::Home as u8,
        language: 255,
        earning: inherited_earning(books.works[mother.i()].earning, draws.block(STREAM, key.0, 2)),
        ..Work::default()
    };
    let p = books.add_person(child, work);
    books.join(p, parent.household);
    books.refresh(parent.household);
    let n = books.neighbourhood(parent.household);
    tally.count(n, |c| c.births += 1);
}

/// All members of `h` leave the city.
pub fn depart(books: &mut Books, h: HouseholdIdx, abroad: bool, tally: &mut Tally) {
    let n = books.neighbourhood(h);
    let people = books.members(h);
    let household = books.households[h.i()];
    if household.stands(Household::FIRST_HOME) {
        tally.count(n, |c| c.leave_home(u32::from(household.head_age_y)));
    }
    tally.count(n, |c| {
        let counter = if abroad { &mut c.emigrants } else { &mut c.domestic_departures };
        *counter += people.len() as u32;
    });
    let from = n.map_or(u16::MAX, |n| n as u16);
    tally.moves.push(Move { from, to: u16::MAX, people: people.len().min(255) as u8 });
    people.into_iter().for_each(|p| books.remove_person(p));
}

/// The level of domestic departure at which the wanted share of residents leaves in the first year.
pub fn solve_departure(households: &[Household], dwellings: &[Dwelling], wanted_y: f64) -> f64 {
    let (mut people, mut weighted) = (0.0, 0.0);
    for h in households.iter().filter(|h| h.is_there()) {
        people += f64::from(h.size);
        let stress = outward_stress(h, h.dwelling.get().map(|d| &dwellings[d]));
        weighted += f64::from(h.size) * outward_profile(h.head_age_y) * stress;
    }
    if weighted > 0.0 { wanted_y * people / weighted } else { 0.0 }
}

/// Mean cost of the cheapest fifth of homes, € per month.
pub fn cheap_cost_eur_m(dwellings: &[Dwelling]) -> f64 {
    let mut costs: Vec<f32> = dwellings.iter().filter(|d| d.is_there()).map(|d| d.cost_eur_m).collect();
    costs.sort_unstable_by(f32::total_cmp);
    costs.truncate(costs.len().div_ceil(5));
    costs.iter().map(|&c| f64::from(c)).sum::<f64>() / costs.len().max(1) as f64
}
