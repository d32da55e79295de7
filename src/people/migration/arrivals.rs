//! Arrivals: how many come in a month, who they are, and their households.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::STREAM;
use super::newcomers::{NEWCOMER_TRAITS, NewcomerTraits, arrival_age_y, looks_or_waits, newcomer_type};
use super::pull::Pull;
use crate::people::books::{Books, household_key};
use crate::people::components::{Household, NewcomerType, Occupation, Person, ShortMonth, Work};
use crate::people::parameters::DemographyParameters;
use crate::people::places::NO_PLACE;
use crate::people::region::{Kind, Region};
use crate::people::tally::Tally;
use crate::people::work::inherited_earning;
use crate::people::{KEYS_PERSON, Tables};
use crate::sim::draws::{mix, unit};
use crate::sim::{Clock, Draws, HouseholdIdx, PersonIdx, PersonKey, Stream};

const KEYS_ABROAD: Stream = Stream::named("people.arrival_abroad");
const KEYS_DOMESTIC: Stream = Stream::named("people.arrival_domestic");

/// A member of a domestic arrival's template.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Member {
    age_months: i16,
    sex: u8,
    origin: u8,
    education: u8,
    occupation: u8,
    earning: u8,
    income_eur_y: f32,
    partner: u8,
    mother: u8,
}

const NOBODY: u8 = u8::MAX;

/// Series of arrivals and the templates of domestic ones, fixed at the start.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Arrivals {
    /// Residents at the start; rates of arrival are of these.
    residents_at_start: f64,
    /// People who left for elsewhere in the country in a month, at the start.
    leaving_per_month: f64,
    /// People who left for elsewhere in the country last month.
    left_last_month: f64,
    /// Shares of origin groups among arrivals from abroad, and the label of each.
    origin_share: Vec<f32>,
    label: Vec<u8>,
    /// Domestic arrivals: families and those from thirty on, then the young.
    domestic: [Comers; 2],
}

/// Households that come from elsewhere in the country.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Comers {
    /// People who come in a month for the age profile to stand.
    standing: f64,
    templates: Vec<Vec<Member>>,
}

const N_TEMPLATES: usize = 4096;
/// Least part of their usual share among domestic arrivals that families and those from thirty on keep (A).
const SETTLED_LEAST: f64 = 0.4;

fn is_settled(h: &Household) -> bool {
    h.n_minors > 0 || h.head_age_y >= 30
}

impl Arrivals {
    /// Series and templates from the first population; `departure` gives a household's monthly chance of leaving for
    /// elsewhere in the country.
    pub fn at_start(
        books: &Books,
        p: &DemographyParameters,
        departure: impl Fn(&Household) -> f64,
        draws: Draws,
    ) -> Arrivals {
        let n_residents = books.persons.iter().filter(|p| p.is_there()).count() as f64;
        let pull = Pull::solve(books, p, &departure, n_residents);
        let leaving = |h: &Household| if h.is_there() { departure(h) } else { 0.0 };
        let leaving_people = books.households.iter().map(|h| leaving(h) * f64::from(h.size)).sum();
        let stream = |settled: bool| {
            let (mut sum, mut standing) = (0.0, 0.0);
            let mut cumulated = Vec::with_capacity(books.households.len());
            for household in books.households.iter() {
                let comes =
                    if is_settled(household) == settled { leaving(household) * pull.of(household) } else { 0.0 };
                sum += comes;
                standing += comes * f64::from(household.size);
                cumulated.push(sum);
            }
            let template = |i: usize| {
                let u = f64::from(draws.uniform(STREAM, i as u64, u32::from(settled))) * sum;
                let h = cumulated.partition_point(|&c| c <= u).min(cumulated.len() - 1);
                members_of(books, HouseholdIdx::at(h))
            };
            let n_templates = if sum > 0.0 { N_TEMPLATES } else { 0 };
            Comers { standing, templates: (0..n_templates).map(template).collect() }
        };
        let mut origins = Vec::new();
        for person in books.persons.iter().filter(|p| p.is_there()) {
            let group = usize::from(person.origin);
            if origins.len() <= group {
                origins.resize(group + 1, 0.0f32);
            }
            origins[group] += 1.0;
        }
        origins.iter_mut().for_each(|n| *n /= n_residents.max(1.0) as f32);
        Arrivals {
            residents_at_start: n_residents,
            leaving_per_month: leaving_people,
            left_last_month: leaving_people,
            label: (0..origins.len() as u8).collect(),
            origin_share: origins,
            domestic: [true, false].map(stream),
        }
    }

    /// People who come from abroad in a month. Read from the parameters every month: a scenario may let them change.
    fn immigrants_per_month(&self, p: &DemographyParameters) -> f64 {
        p.immigrants_per_1000 / 12_000.0 * self.residents_at_start
    }

    /// People who come from elsewhere in the country in a month, by kind of arrivals; see
    /// [`Self::immigrants_per_month`].
    fn domestic_people_per_month(&self, p: &DemographyParameters) -> [f64; 2] {
        let left = self.leaving_per_month + p.domestic_net_counts_all * (self.left_last_month - self.leaving_per_month);
        let all = (left + p.domestic_net_per_1000 / 12_000.0 * self.residents_at_start).max(0.0);
        let [settled, young] = [&self.domestic[0], &self.domestic[1]].map(|stream| stream.standing);
        let part = all / (settled + young).max(1e-9);
        // Where more come than let the profile stand, more of all come; where fewer, fewer of the settled.
        let young = (young * part.max(1.0)).min(all - SETTLED_LEAST * part * settled);
        [all - young, young]
    }

    /// People who come in a month, from abroad and from elsewhere, and the couples among them.
    pub(in crate::people) fn people_and_couples_per_month(&self, p: &DemographyParameters) -> [f64; 2] {
        let of_types = |part: fn(&NewcomerTraits) -> f32| {
            NEWCOMER_TRAITS.iter().map(|t| f64::from(t.share * part(t))).sum::<f64>()
        };
        let mut people = self.immigrants_per_month(p);
        let mut couples = people * of_types(|t| t.couple) / of_types(|t| 1.0 + t.couple + t.couple * t.children);
        for (stream, come) in self.domestic.iter().zip(self.domestic_people_per_month(p)) {
            let members = || stream.templates.iter().flatten();
            let partners = members().filter(|m| m.partner != NOBODY).count() as f64;
            couples += come * 0.5 * partners / members().count().max(1) as f64;
            people += come;
        }
        [people, couples]
    }

    /// Notes what was counted in the month that ends.
    pub(in crate::people) fn note(&mut self, tally: &Tally) {
        self.left_last_month = tally.city.domestic_departures.into();
    }

    /// The same arrivals with other labels for the opaque groups: for the test that labels mean nothing.
    pub fn relabel(&mut self, label: impl Fn(u8) -> u8) {
        let templates = self.domestic.iter_mut().flat_map(|stream| &mut stream.templates);
        templates.flatten().for_each(|member| member.origin = label(member.origin));
        self.label = (0..self.origin_share.len() as u8).map(label).collect();
    }
}

fn members_of(books: &Books, h: HouseholdIdx) -> Vec<Member> {
    let slots = books.members(h);
    let at = |p: PersonIdx| slots.iter().position(|&q| q == p).map_or(NOBODY, |i| i as u8);
    let member = |&p: &PersonIdx| {
        let (person, work) = (&books.persons[p.i()], &books.works[p.i()]);
        Member {
            age_months: person.born.until(books.now) as i16,
            sex: person.sex,
            origin: person.origin,
            education: work.education,
            occupation: work.occupation,
            earning: work.earning,
            income_eur_y: work.income_eur_y,
            partner: at(person.partner),
            mother: at(person.mother),
        }
    };
    slots.iter().map(member).collect()
}

/// This month's arrivals are registered and begin to look for a home.
pub(in crate::people) fn arrive(
    mut tables: Tables,
    arrivals: Res<Arrivals>,
    draws: Res<Draws>,
    clock: Res<Clock>,
    p: Res<DemographyParameters>,
    region: Res<Region>,
    mut tally: ResMut<Tally>,
) {
    let mut books = tables.books();
    let draws = *draws;
    let level = libm::pow(1.0 + p.income_growth_y, f64::from(clock.tick) / 12.0) as f32;
    let mut left = draws.whole(STREAM, 1, arrivals.immigrants_per_month(&p));
    let mut number = 0;
    while left > 0 {
        let n = from_abroad(&mut books, &arrivals, draws, number, left, level);
        tally.city.immigrants += n as u32;
        left -= n;
        number += 1;
    }
    // The city stands among the largest, whatever its size: a small invented one is a miniature.
    let domestic = arrivals.domestic_people_per_month(&p).map(|n| n * region.pull_on(Kind::Largest));
    for (kind, (stream, people)) in arrivals.domestic.iter().zip(domestic).enumerate() {
        if stream.templates.is_empty() {
            continue;
        }
        let mut left = draws.whole(STREAM, 2 + kind as u64, people) as i64;
        let mut number = (kind as u64) << 32;
        while left > 0 {
            let key = mix(KEYS_DOMESTIC, u64::from(draws.tick), number);
            let template = &stream.templates[draws.block(STREAM, key, 0)[0] as usize % stream.templates.len()];
            from_elsewhere(&mut books, template, key, level);
            tally.city.domestic_arrivals += template.len() as u32;
            left -= template.len() as i64;
            number += 1;
        }
    }
}

fn from_abroad(books: &mut Books, arrivals: &Arrivals, draws: Draws, number: u64, at_most: usize, level: f32) -> usize {
    let key = mix(KEYS_ABROAD, u64::from(draws.tick), number);
    let [a, b, c, d] = draws.block(STREAM, key, 0);
    let kind = newcomer_type(unit(a));
    let traits = &NEWCOMER_TRAITS[kind as usize];
    let mut u = unit(b);
    let mut origin = 0;
    for (&label, &share) in arrivals.label.iter().zip(&arrivals.origin_share) {
        origin = label;
        if u < share {
            break;
        }
        u -= share;
    }
    let couple = unit(c) < traits.couple && at_most >= 2;
    let n_adults = 1 + usize::from(couple);
    let mut n_children = 0;
    while couple
        && n_children < 4
        && unit(draws.block(STREAM, key, 1)[n_children]) < traits.children / (1.0 + traits.children)
    {
        n_children += 1;
    }
    let n = (n_adults + n_children).min(at_most);
    let mut slots = Vec::with_capacity(n);
    let adult_age_m = 12.0 * arrival_age_y(traits, unit(d));
    for i in 0..n {
        let person_key = PersonKey(mix(KEYS_PERSON, key, i as u64).max(1));
        let [a, b, c, d] = draws.block(STREAM, person_key.0, 0);
        let adult = i < n_adults;
        let age_months = if adult {
            adult_age_m as i16 + (unit(a) * 36.0) as i16 - 18
        } else {
            (unit(a) * (adult_age_m - 216.0).clamp(12.0, 200.0)) as i16
        };
        let occupation = match (kind, adult) {
            (_, false) => {
                if age_months < 48 {
                    Occupation::Home
                } else {
                    Occupation::Study
                }
            }
            (NewcomerType::Student, _) => Occupation::Study,
            (NewcomerType::Labour | NewcomerType::Knowledge, _) if i == 0 => Occupation::Employed,
            (NewcomerType::Undocumented | NewcomerType::Displaced, _) if unit(b) < 0.5 => Occupation::Employed,
            (NewcomerType::Asylum, _) => looks_or_waits(unit(b)),
            _ if unit(b) < 0.35 => Occupation::Employed,
            _ => looks_or_waits((unit(b) - 0.35) / 0.65),
        };
        let sex = if i == 1 && adult {
            1 - (draws.block(STREAM, key, 2)[0] & 1) as u8
        } else if i == 0 {
            (draws.block(STREAM, key, 2)[0] & 1) as u8
        } else {
            (c & 1) as u8
        };
        let person = Person {
            key: person_key,
            born: ShortMonth(books.now.0 - age_months),
            arrived: books.now,
            sex,
            origin,
            newcomer: kind as u8 + 1,
            ..Person::default()
        };
        let work = Work {
            income_eur_y: if adult { traits.income_eur_y * level * (0.7 + 0.6 * unit(d)) } else { 0.0 },
            place: NO_PLACE,
            occupation: occupation as u8,
            education: if kind == NewcomerType::Knowledge { 2 } else { (unit(b) * 3.0) as u8 },
            language: (255.0 * traits.language) as u8,
            earning: inherited_earning(128, draws.block(STREAM, person_key.0, 1)),
            ..Work::default()
        };
        slots.push(books.add_person(person, work));
    }
    if n >= 2 {
        books.persons[slots[0].i()].partner = slots[1];
        books.persons[slots[1].i()].partner = slots[0];
        let mother = slots[..2].iter().copied().find(|p| books.persons[p.i()].sex == 0).unwrap_or(PersonIdx::NONE);
        slots[2..].iter().for_each(|p| books.persons[p.i()].mother = mother);
    }
    settle(books, &slots, draws, |household| {
        household.standing = match kind {
            NewcomerType::Asylum => Household::URGENT,
            NewcomerType::Undocumented => Household::EXCLUDED,
            _ => 0,
        };
    });
    n
}

fn from_elsewhere(books: &mut Books, template: &[Member], key: u64, level: f32) {
    let mut slots = Vec::with_capacity(template.len());
    for (i, member) in template.iter().enumerate() {
        let person = Person {
            key: PersonKey(mix(KEYS_PERSON, key, i as u64).max(1)),
            born: ShortMonth(books.now.0 - member.age_months),
            arrived: books.now,
            sex: member.sex,
            origin: member.origin,
            ..Person::default()
        };
        let work = Work {
            income_eur_y: member.income_eur_y * level,
            place: NO_PLACE,
            occupation: member.occupation,
            earning: member.earning,
            education: member.education,
            language: 255,
            ..Work::default()
        };
        slots.push(books.add_person(person, work));
    }
    for (&p, member) in slots.iter().zip(template) {
        let at = |i: u8| slots.get(usize::from(i)).copied().unwrap_or_default();
        books.persons[p.i()].partner = at(member.partner);
        books.persons[p.i()].mother = at(member.mother);
    }
    let draws = Draws { seed: key, tick: 0 };
    settle(books, &slots, draws, |_| {});
}

/// Puts new arrivals into one household that looks for a home.
fn settle(books: &mut Books, slots: &[PersonIdx], draws: Draws, adjust: impl Fn(&mut Household)) {
    let Some(&founder) = slots.first() else { return };
    let founder_key = books.persons[founder.i()].key;
    let key = household_key(founder_key, books.now.0 as u16);
    let mut household = Household {
        key,
        queued: books.now,
        threshold: (draws.block(STREAM, key.0, 0)[0] >> 24) as u8 / 2 + 64,
        ..Household::default()
    };
    adjust(&mut household);
    let h = books.add_household(household);
    slots.iter().for_each(|&p| books.join(p, h));
    books.refresh(h);
}
