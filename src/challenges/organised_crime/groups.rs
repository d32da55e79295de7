//! Criminal groups as entities: members, roles, labour, and whom they draw in (models.md §7.3). Abstract throughout: what
//! groups do is "tasks", and no task is described.
//!
//! * **Labour.** The city's trade asks for a number of tasks a month, as many per adult as at the start. Members do part of
//!   them; for every other task a group makes offers until somebody accepts.
//! * **Offers** go along existing ties, one or two steps from a member (household, school or work, neighbours), or by an
//!   advertisement to anybody; to people of 12–24 (report §3.6).
//! * **Acceptance**: `wage·(1 − w_legal)·(1 + shortage) + status(GRIP) + peers − risk·visibility − bonds − CE − youth work > ξ`,
//!   ξ logistic (2.5, 0.7): 5–10 % of offers (§18). Who accepts has committed an offence; some of them become members
//!   (Calderoni et al. 2021: membership follows co-offending, L [21]).
//! * **Shortage** of labour raises the wage and is shown as the weight of entry offences (report §3.6: ever heavier).
//! * Members leave at one hazard. Groups above 2½ times the size at the start split; a group without members is gone.
//!
//! Hazards see circumstances only. Limits: no trade by kind, no money, no violence inside a group; roles follow seniority.

use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::CrimeParameters;
use super::choice::{Baseline, UNSEEN_H};
use super::levers::Levers;
use super::propensity::bonds;
use super::volume::{People, Seen};
use crate::challenges::shared::{Outcome, Outcomes, State};
use crate::people::books::members;
use crate::people::places::NO_PLACE;
use crate::people::rates::monthly;
use crate::people::{CHUNK, Conduct, Dwelling, HazardView, Household, NewSlots, Person, ShortMonth, Work};
use crate::sim::draws::{gumbel, mix, threshold, unit};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{Draws, PersonIdx, Stream};

/// Draws of groups and their members.
pub const STREAM: Stream = Stream::named("crime.groups");
/// Draws of offers.
pub const STREAM_OFFER: Stream = Stream::named("crime.offers");
const KEYS: Stream = Stream::named("crime.group");

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Member {
    /// Month of joining, months since January 1900.
    pub since: i16,
    /// Key of the person.
    pub key: u64,
    /// Slot of the person.
    pub slot: u32,
}

/// What a member does, by seniority: one leads, one in four arranges, the others work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Leads.
    Leader,
    /// Arranges: finds people, premises, fronts.
    Broker,
    /// Does tasks.
    Worker,
}

/// A group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Key, for draws.
    pub key: u64,
    /// Where it is at home: the neighbourhood of most members when founded.
    pub base: u16,
    /// Members, the longest-standing first.
    pub members: Vec<Member>,
}

impl Group {
    /// Role of the member at place `i`.
    pub fn role(&self, i: usize) -> Role {
        match i {
            0 => Role::Leader,
            _ if i <= self.members.len() / 4 => Role::Broker,
            _ => Role::Worker,
        }
    }
}

/// All groups; a group keeps its number.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// By number, those that are gone without members.
    pub all: Vec<Group>,
    /// Members per resident at the start.
    pub per_resident: f64,
    /// Share of tasks that nobody did, smoothed over a year.
    pub shortage: f64,
}

impl Groups {
    /// Members of all groups.
    pub fn n_members(&self) -> usize {
        self.all.iter().map(|g| g.members.len()).sum()
    }
}

/// Founds the groups: members are drawn among adults by their hazard, groups among those who live near each other.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn found(
    seen: Seen,
    persons: Query<&Person>,
    works: Query<&Work>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut conducts: Query<&mut Conduct>,
    mut groups: ResMut<Groups>,
    mut outcomes: ResMut<Outcomes>,
) {
    let people = People {
        persons: slice(&persons),
        works: slice(&works),
        households: slice(&households),
        dwellings: slice(&dwellings),
    };
    let conducts = slice_mut(&mut conducts);
    let (p, now) = (&*seen.p, ShortMonth::of(seen.clock.start));
    let (n, levers) = (seen.states.n(), Levers::of(&seen.controls, p, seen.draws.seed));
    let level = vec![0.0; n];
    let look = super::propensity::Look { now, ..seen.look(people, conducts, &level, &levers) };
    let is_adult = |i: usize| {
        let person = &people.persons[i];
        person.is_there() && person.age_y(now) >= 18 && people.home(i).is_some()
    };
    let scores: Vec<Option<f32>> = (0..people.persons.len())
        .into_par_iter()
        .map(|i| {
            let noise = || gumbel(seen.draws.block(STREAM, people.persons[i].key.0, 0)[0]);
            is_adult(i).then(|| look.full(i) as f32 + noise())
        })
        .collect();
    let adults = scores.iter().flatten().count();
    let scored = scores.into_iter().enumerate();
    let mut chosen: Vec<(f32, u64, usize)> =
        scored.filter_map(|(i, score)| Some((score?, people.persons[i].key.0, i))).collect();
    let wanted = (p.members_per_adult * adults as f64 + 0.5) as usize;
    chosen.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    chosen.truncate(wanted);
    let mut by_home: Vec<(u16, u64, usize)> =
        chosen.iter().filter_map(|&(_, key, i)| Some((people.home(i)?.neighbourhood, key, i))).collect();
    by_home.sort_unstable();
    for (g, chunk) in by_home.chunks((p.group_size as usize).max(2)).enumerate() {
        let mut members: Vec<Member> = chunk
            .iter()
            .map(|&(_, key, i)| {
                let ago = seen.draws.block(STREAM, key, 1)[0] % 60;
                Member { since: now.0 - 1 - ago as i16, key, slot: i as u32 }
            })
            .collect();
        members.sort_unstable();
        members.iter().for_each(|m| {
            conducts[m.slot as usize].group = g as u16 + 1;
            conducts[m.slot as usize].offended = ShortMonth(now.0 - 1);
        });
        chunk.iter().for_each(|&(n, ..)| outcomes.add(Outcome::GroupMembers, n.into(), 1));
        groups.all.push(Group { key: mix(KEYS, seen.draws.seed, g as u64), base: chunk[chunk.len() / 2].0, members });
    }
    let residents = seen.census.residents.iter().sum::<u32>();
    // Three in four tasks that members do not do stay undone when things are in balance.
    groups.shortage = 0.75 * (1.0 - p.tasks_by_members);
    groups.per_resident = groups.n_members() as f64 / f64::from(residents.max(1));
}

/// Who can be asked, and what they make of it.
struct Asking<'a> {
    seen: &'a Seen<'a>,
    people: People<'a>,
    levers: &'a Levers,
    baseline: &'a Baseline,
    efficacy: &'a [f64],
    visible_h: &'a [f64],
    /// Young people by (place of school or work, year of birth if at school), only where a member is.
    circles: Vec<(Circle, u64, u32)>,
    shortage: f64,
    now: ShortMonth,
}

/// People who meet by day: a workplace, or a year of a school.
type Circle = (u32, i16);

fn circle(person: &Person, work: &Work, now: ShortMonth) -> Option<Circle> {
    let at_school = work.place < crate::people::places::FIRST_WORKPLACE;
    (work.place != NO_PLACE).then(|| (work.place, if at_school { person.age_y(now).into() } else { 0 }))
}

fn is_young(person: &Person, now: ShortMonth) -> bool {
    person.is_there() && (12..25).contains(&person.age_y(now))
}

impl Asking<'_> {
    /// Somebody young in household `h`, if there is.
    fn young_in(&self, h: &Household, word: u32, not: usize) -> Option<usize> {
        let young: Vec<usize> = members(self.people.persons, h)
            .map(|q| q.i())
            .filter(|&q| q != not && is_young(&self.people.persons[q], self.now))
            .collect();
        young.get(word as usize % young.len().max(1)).copied()
    }

    /// Somebody young in one of a dozen homes drawn by `pick`.
    fn at_homes(&self, key: u64, draw: u32, not: usize, pick: impl Fn(u32) -> Option<usize>) -> Option<usize> {
        (0..12).find_map(|k| {
            let words = self.seen.draws.block(STREAM_OFFER, key, draw + k);
            let home = &self.people.dwellings[pick(words[0])?];
            self.young_in(&self.people.households[home.household.get()?], words[1], not)
        })
    }

    /// Somebody young one step from person `i`: in the household, at school or work, or a neighbour.
    fn step(&self, i: usize, key: u64, draw: u32) -> Option<usize> {
        let words = self.seen.draws.block(STREAM_OFFER, key, draw);
        let person = &self.people.persons[i];
        match words[0] % 3 {
            0 => self.young_in(&self.people.households[person.household.get()?], words[1], i),
            1 => {
                let at = circle(person, &self.people.works[i], self.now)?;
                let first = self.circles.partition_point(|c| c.0 < at);
                let end = self.circles.partition_point(|c| c.0 <= at);
                let point = u64::from(words[1]) << 32 | u64::from(words[2]);
                let after = first + self.circles[first..end].partition_point(|c| c.1 < point);
                let found = self.circles.get(if after < end { after } else { first }).filter(|c| c.0 == at)?;
                (found.2 as usize != i).then_some(found.2 as usize)
            }
            _ => {
                let cell = self.people.home(i)?.cell;
                self.at_homes(key, draw + 1, i, |word| self.seen.homes.in_cell(cell, word))
            }
        }
    }

    /// Whom offer number `number` of `recruiter` reaches, and how well they know each other (1, ½ or 0).
    fn reach(&self, recruiter: usize, key: u64, number: u32) -> Option<(usize, f64)> {
        let draw = 1_000 + 128 * number;
        let words = self.seen.draws.block(STREAM_OFFER, key, draw);
        if f64::from(unit(words[0])) < self.seen.p.online_share {
            let found = self.at_homes(key, draw + 1, recruiter, |word| self.seen.homes.anywhere(word))?;
            return Some((found, 0.0));
        }
        let cell = self.people.home(recruiter).map(|d| d.cell);
        let neighbour = || self.at_homes(key, draw + 40, recruiter, |word| self.seen.homes.in_cell(cell?, word));
        let near = self.step(recruiter, key, draw + 10).or_else(neighbour)?;
        if words[1] < threshold(0.5) {
            return Some((near, 1.0));
        }
        Some(self.step(near, key, draw + 60).map_or((near, 1.0), |far| (far, 0.5)))
    }

    /// Chance that the person in slot `i` accepts.
    fn chance(&self, i: usize, known: f64) -> f64 {
        let p = &*self.seen.p;
        let (Some(home), Some(h)) = (self.people.home(i), self.people.persons[i].household.get()) else { return 0.0 };
        let n = usize::from(home.neighbourhood);
        let view = HazardView::of(&self.people.persons[i], &self.people.works[i], &self.people.households[h], self.now);
        let youth_work = if view.age_y() < 25 { self.levers.youth_work.at(n, home.cell) } else { 0.0 };
        let seen = (self.visible_h[n] + UNSEEN_H) / (self.baseline.visible_h[n] + UNSEEN_H);
        let x = pull(&view, known, f64::from(self.seen.states.of(State::Grip)[n]), seen, self.shortage, p)
            - self.efficacy[n]
            - youth_work;
        1.0 / (1.0 + libm::exp((p.accept_noise - x) / p.accept_scale))
    }
}

/// What speaks for an offer, without the neighbourhood's hold.
fn pull(view: &HazardView, known: f64, grip: f64, seen: f64, shortage: f64, p: &CrimeParameters) -> f64 {
    let legal = if view.is_employed() {
        0.8
    } else if view.is_studying() {
        0.2
    } else {
        0.0
    };
    p.accept_wage * (1.0 + shortage) * (1.0 - legal) + p.accept_status * grip + p.accept_peers * known
        - p.accept_risk * seen
        - p.accept_bonds * bonds(view)
}

/// A month of the groups.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn work(
    seen: Seen,
    persons: Query<&Person>,
    works: Query<&Work>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut conducts: Query<&mut Conduct>,
    baseline: Res<Baseline>,
    mut groups: ResMut<Groups>,
    mut outcomes: ResMut<Outcomes>,
) {
    let people = People {
        persons: slice(&persons),
        works: slice(&works),
        households: slice(&households),
        dwellings: slice(&dwellings),
    };
    let conducts = slice_mut(&mut conducts);
    let (p, draws, now) = (&*seen.p, *seen.draws, seen.now());
    leave(&mut groups, people, conducts, p, draws);
    let levers = Levers::of(&seen.controls, p, draws.seed);
    let (efficacy, visible_h) = (seen.efficacy(), seen.visible_h());
    let asking = Asking {
        circles: circles(&groups, people, now),
        shortage: groups.shortage,
        seen: &seen,
        people,
        levers: &levers,
        baseline: &baseline,
        efficacy: &efficacy,
        visible_h: &visible_h,
        now,
    };
    let residents = f64::from(seen.census.residents.iter().sum::<u32>());
    let trade = p.tasks_per_month * groups.per_resident * residents;
    let n_members = groups.n_members();
    let n_groups = groups.all.iter().filter(|g| !g.members.is_empty()).count();
    let (mut asked, mut undone) = (0.0, 0.0);
    for (g, group) in groups.all.iter_mut().enumerate().filter(|(_, g)| !g.members.is_empty()) {
        let part = (group.members.len() + 1) as f64 / (n_members + n_groups) as f64;
        let tasks = trade * part;
        let open = (tasks - p.tasks_by_members * p.tasks_per_month * group.members.len() as f64).max(0.0);
        let open = draws.whole(STREAM, group.key, open);
        asked += tasks;
        for task in 0..open as u32 {
            let hired = hire(&asking, group, task, conducts);
            let Some(i) = hired else {
                undone += 1.0;
                continue;
            };
            conducts[i].offended = now;
            let key = people.persons[i].key.0;
            if draws.uniform(STREAM_OFFER, key, 0) < p.join_after_task as f32 {
                conducts[i].group = g as u16 + 1;
                group.members.push(Member { since: now.0, key, slot: i as u32 });
                if let Some(home) = people.home(i) {
                    outcomes.add(Outcome::Recruited, home.neighbourhood.into(), 1);
                }
            }
        }
    }
    groups.shortage += (undone / f64::max(asked, 1.0) - groups.shortage) / 12.0;
    split(&mut groups, people, conducts, p);
    for member in groups.all.iter().flat_map(|g| &g.members) {
        if let Some(home) = people.home(member.slot as usize) {
            outcomes.add(Outcome::GroupMembers, home.neighbourhood.into(), 1);
        }
    }
}

/// Members may have been given other slots.
pub(super) fn follow_members(new: Res<NewSlots>, mut groups: ResMut<Groups>) {
    if new.are_there() {
        for member in groups.all.iter_mut().flat_map(|g| &mut g.members) {
            // Who is gone is found by the key, which is not that of whoever is in the first slot.
            member.slot = new.of(PersonIdx(member.slot)).get().unwrap_or(0) as u32;
        }
    }
}

/// Members who have left the city, and those who leave the group this month.
fn leave(groups: &mut Groups, people: People, conducts: &mut [Conduct], p: &CrimeParameters, draws: Draws) {
    let leaves = monthly(p.leave_y);
    for (g, group) in groups.all.iter_mut().enumerate() {
        group.members.retain(|m| {
            let is_here =
                people.persons[m.slot as usize].key.0 == m.key && conducts[m.slot as usize].group == g as u16 + 1;
            let stays = is_here && f64::from(draws.uniform(STREAM, m.key, 2)) >= leaves;
            if is_here && !stays {
                conducts[m.slot as usize].group = 0;
            }
            stays
        });
    }
}

/// Young people who meet a member by day.
fn circles(groups: &Groups, people: People, now: ShortMonth) -> Vec<(Circle, u64, u32)> {
    let of = |i: usize| circle(&people.persons[i], &people.works[i], now);
    let mut wanted: Vec<Circle> =
        groups.all.iter().flat_map(|g| &g.members).filter_map(|m| of(m.slot as usize)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    // Most people meet no member: a glance at the number of the place says so.
    let mut glance = vec![false; 1 << 16];
    wanted.iter().for_each(|at| glance[at.0 as usize & 0xFFFF] = true);
    let (first, last) = (ShortMonth(now.0 - 25 * 12), ShortMonth(now.0 - 12 * 12));
    let in_chunk = |(c, persons): (usize, &[Person])| -> Vec<(Circle, u64, u32)> {
        let rows = persons.iter().enumerate().filter(|(_, q)| q.born > first && q.born <= last);
        rows.filter_map(|(k, person)| {
            let i = c * CHUNK + k;
            let meets = person.is_there() && glance[people.works[i].place as usize & 0xFFFF];
            let at = meets.then(|| of(i)).flatten()?;
            wanted.binary_search(&at).is_ok().then_some((at, person.key.0, i as u32))
        })
        .collect()
    };
    let mut all: Vec<(Circle, u64, u32)> =
        people.persons.par_chunks(CHUNK).enumerate().flat_map_iter(in_chunk).collect();
    all.par_sort_unstable();
    all
}

/// Offers for one task, until somebody accepts.
fn hire(asking: &Asking, group: &Group, task: u32, conducts: &[Conduct]) -> Option<usize> {
    let p = &*asking.seen.p;
    let key = mix(KEYS, group.key, u64::from(task));
    let offers = asking.seen.draws.whole(STREAM_OFFER, key, p.offers_per_task);
    (0..offers as u32).find_map(|number| {
        let words = asking.seen.draws.block(STREAM_OFFER, key, 500 + number);
        let recruiter = group.members[words[0] as usize % group.members.len()].slot as usize;
        let (i, known) = asking.reach(recruiter, key, number)?;
        let free = conducts[i].group == 0;
        (free && f64::from(unit(words[1])) < asking.chance(i, known)).then_some(i)
    })
}

/// A group that has grown large loses every second member to a new one.
fn split(groups: &mut Groups, people: People, conducts: &mut [Conduct], p: &CrimeParameters) {
    for g in 0..groups.all.len() {
        if (groups.all[g].members.len() as f64) < 2.5 * p.group_size {
            continue;
        }
        let members = std::mem::take(&mut groups.all[g].members);
        let (stay, go): (Vec<_>, Vec<_>) = members.into_iter().enumerate().partition(|(i, _)| i % 2 == 0);
        groups.all[g].members = stay.into_iter().map(|(_, m)| m).collect();
        let members: Vec<Member> = go.into_iter().map(|(_, m)| m).collect();
        let base = people.home(members[0].slot as usize).map_or(groups.all[g].base, |d| d.neighbourhood);
        let new = Group { key: mix(KEYS, groups.all[g].key, members[0].key), base, members };
        let at = groups.all.iter().position(|g| g.members.is_empty()).unwrap_or(groups.all.len());
        new.members.iter().for_each(|m| conducts[m.slot as usize].group = at as u16 + 1);
        if at < groups.all.len() {
            groups.all[at] = new;
        } else {
            groups.all.push(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Occupation;
    use crate::sim::{DwellingIdx, PersonKey};

    #[test]
    fn one_leads_some_arrange_most_work() {
        let members = (0..8).map(|key| Member { since: 0, key, slot: 0 }).collect();
        let group = Group { members, ..Group::default() };
        let roles: Vec<Role> = (0..8).map(|i| group.role(i)).collect();
        assert_eq!(roles[..4], [Role::Leader, Role::Broker, Role::Broker, Role::Worker]);
        assert!(roles[3..].iter().all(|r| *r == Role::Worker));
    }

    /// models.md §18: five to ten per cent of offers are accepted.
    #[test]
    fn a_pupil_accepts_one_offer_in_some_and_bonds_and_work_hold_back() {
        let p = CrimeParameters::default();
        let now = ShortMonth(1500);
        let person = Person { key: PersonKey(1), born: ShortMonth(1500 - 12 * 17), ..Person::default() };
        let home = Household { size: 3, dwelling: DwellingIdx(0), since: ShortMonth(1490), ..Household::default() };
        let chance = |occupation: Occupation, known: f64| {
            let work = Work { occupation: occupation as u8, ..Work::default() };
            let x = pull(&HazardView::of(&person, &work, &home, now), known, 0.14, 1.0, 0.3, &p);
            1.0 / (1.0 + libm::exp((p.accept_noise - x) / p.accept_scale))
        };
        let pupil = chance(Occupation::Study, 1.0);
        assert!((0.05..0.15).contains(&pupil), "{pupil}");
        assert!(chance(Occupation::Unemployed, 1.0) > pupil);
        assert!(chance(Occupation::Employed, 1.0) < 0.5 * pupil);
        assert!(chance(Occupation::Study, 0.0) < pupil);
    }
}
