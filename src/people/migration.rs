//! Coming and going: from and to abroad, from and to the rest of the country.
//!
//! Immigration is an exogenous series (models.md §1): so many people a year, by newcomer type. Emigration and domestic
//! departure are hazards of households. Domestic arrivals are an exogenous series that balances departures at the
//! start (models.md §11.0): arriving households look like those who tend to leave, drawn from *templates* of the
//! first population, with weights by age that let the age profile stand (`Pull`): a large city draws the young in and
//! loses families. Where fewer come than that takes, it is families and people from thirty on who come less, for study
//! and first jobs draw the young in whatever homes cost: of people between 18 and 28 more come to the large Dutch cities
//! from the rest of the country than leave, at all other ages fewer (CBS, from memory; M). Their number follows the
//! surrounding [region](super::region).

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::books::{Books, household_key};
use super::components::{Dwelling, Household, NewcomerType, Occupation, Person, ShortMonth, Work};
use super::parameters::DemographyParameters;
use super::region::{Kind, Region};
use super::tally::Tally;
use super::{KEYS_PERSON, Tables};
use crate::sim::draws::{mix, unit};
use crate::sim::{Clock, Draws, HouseholdIdx, PersonIdx, PersonKey, Stream};

/// Draws of this module.
pub const STREAM: Stream = Stream::named("people.migration");
const KEYS_ABROAD: Stream = Stream::named("people.arrival_abroad");
const KEYS_DOMESTIC: Stream = Stream::named("people.arrival_domestic");

/// What a newcomer type starts with (models.md §1; all A).
pub struct NewcomerTraits {
    /// Share of arrivals.
    pub share: f32,
    /// Command of the common language at arrival, 0–1.
    pub language: f32,
    /// Gross income at arrival, € per year.
    pub income_eur_y: f32,
    /// Hazard of leaving again, per year.
    pub leaves_y: f64,
    /// Share of arriving households that are a couple; the rest come alone.
    pub couple: f32,
    /// Mean number of children of an arriving couple.
    pub children: f32,
    /// Mean age, years.
    pub age_y: f32,
}

/// Traits by [`NewcomerType`]; the student's 60 % within four years is 23 % a year.
pub const NEWCOMER_TRAITS: [NewcomerTraits; 7] = [
    NewcomerTraits {
        share: 0.10,
        language: 0.1,
        income_eur_y: 0.0,
        leaves_y: 0.01,
        couple: 0.4,
        children: 1.2,
        age_y: 30.0,
    },
    NewcomerTraits {
        share: 0.10,
        language: 0.1,
        income_eur_y: 9_000.0,
        leaves_y: 0.10,
        couple: 0.3,
        children: 1.0,
        age_y: 34.0,
    },
    NewcomerTraits {
        share: 0.25,
        language: 0.2,
        income_eur_y: 25_000.0,
        leaves_y: 0.25,
        couple: 0.2,
        children: 0.2,
        age_y: 29.0,
    },
    NewcomerTraits {
        share: 0.15,
        language: 0.5,
        income_eur_y: 60_000.0,
        leaves_y: 0.15,
        couple: 0.4,
        children: 0.4,
        age_y: 31.0,
    },
    NewcomerTraits {
        share: 0.15,
        language: 0.4,
        income_eur_y: 8_000.0,
        leaves_y: 0.23,
        couple: 0.0,
        children: 0.0,
        age_y: 20.5,
    },
    NewcomerTraits {
        share: 0.20,
        language: 0.2,
        income_eur_y: 12_000.0,
        leaves_y: 0.03,
        couple: 0.6,
        children: 0.8,
        age_y: 29.0,
    },
    NewcomerTraits {
        share: 0.05,
        language: 0.2,
        income_eur_y: 10_000.0,
        leaves_y: 0.10,
        couple: 0.1,
        children: 0.1,
        age_y: 30.0,
    },
];

/// Occupation of a newcomer who does not work yet, from a uniform draw: one in four looks for work in the sense of the
/// labour statistics, the others learn the language, wait or look after others (A: CBS cohorts of status holders and family
/// migrants have few at work and few registered as looking for it in their first year).
fn looks_or_waits(u: f32) -> Occupation {
    if u < 0.25 { Occupation::Unemployed } else { Occupation::Home }
}

/// Age of an adult newcomer at quantile `u`: 18 + 2.5 (mean − 18) u^1.5, skewed to the young as immigrants are (A).
fn arrival_age_y(traits: &NewcomerTraits, u: f32) -> f32 {
    18.0 + 2.5 * (traits.age_y - 18.0) * u * u.sqrt()
}

/// Share of adult newcomers who are younger than `age_y`: the inverse of [`arrival_age_y`].
fn younger_share(traits: &NewcomerTraits, age_y: f64) -> f64 {
    let part = (age_y - 18.0) / (2.5 * f64::from(traits.age_y - 18.0));
    libm::pow(part.clamp(0.0, 1.0), 2.0 / 3.0)
}

/// The newcomer type at quantile `u` of arrivals.
pub fn newcomer_type(u: f32) -> NewcomerType {
    let mut u = u;
    for kind in NewcomerType::ALL {
        let share = NEWCOMER_TRAITS[kind as usize].share;
        if u < share {
            return kind;
        }
        u -= share;
    }
    NewcomerType::Family
}

/// Years for which those who came from abroad count as newcomers at the start.
const NEWCOMER_YEARS: f64 = 20.0;
/// Hazard that a newcomer moves on to elsewhere in the country, per year (A: models.md §11.0's 4.5 % at the ages of
/// newcomers, at which twice as many move as on average, L[29]).
const MOVES_ON_Y: f64 = 0.08;

/// Type, and years since arrival, of a newcomer of the first population at quantiles `u` and `v`.
///
/// As many came in each of the last twenty years, and left again as their type does: so those who are still there are
/// those who stay, and the others came lately. Drawn as they arrive instead, too many would leave in the first years
/// and too few would have come just before.
pub fn newcomer_in_stock(u: f32, v: f32) -> (NewcomerType, f64) {
    let rate = |kind: NewcomerType| NEWCOMER_TRAITS[kind as usize].leaves_y + MOVES_ON_Y;
    let gone = |kind| -libm::expm1(-rate(kind) * NEWCOMER_YEARS);
    let years = |kind| f64::from(NEWCOMER_TRAITS[kind as usize].share) * gone(kind) / rate(kind);
    let mut left = f64::from(u) * NewcomerType::ALL.into_iter().map(years).sum::<f64>();
    let mut found = NewcomerType::Family;
    for kind in NewcomerType::ALL {
        if left < years(kind) {
            found = kind;
            break;
        }
        left -= years(kind);
    }
    (found, -libm::log1p(-f64::from(v) * gone(found)) / rate(found))
}

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
}

/// Ages of heads that arrivals are weighted by: the first of each class.
const PULL_FROM_Y: [u8; 7] = [0, 20, 25, 30, 35, 40, 45];

/// How many households come for each that leaves, by age of the head, and by what factor fewer with children.
///
/// Solved so that the first population's age profile stands (the residual method of migration estimates, with the
/// profile of a large city as a standing wave): in each class below 45, who comes = who leaves or emigrates + who grows
/// out of the class − who grows into it − who comes from abroad. From 45 on, as many come as leave, and the old grow
/// in number with their cohorts. Children: as many as keep their number, given births at the start's level. Of those who
/// come at an age, some come in households whose head is older; weights are scaled in rounds until all classes fit
/// (iterative proportional fitting), and stay between 0.1 and 30 (A).
struct Pull {
    by_age: [f64; 7],
    family: f64,
}

impl Pull {
    fn class(age_y: u8) -> usize {
        PULL_FROM_Y.partition_point(|&from| from <= age_y) - 1
    }

    fn of(&self, h: &Household) -> f64 {
        self.by_age[Pull::class(h.head_age_y)] * if h.n_minors > 0 { self.family } else { 1.0 }
    }

    /// All flows in people per month.
    fn solve(books: &Books, p: &DemographyParameters, departure: &impl Fn(&Household) -> f64, residents: f64) -> Pull {
        /// Classes of people: children, then those of [`PULL_FROM_Y`], of which the first begins at 17.
        const N: usize = 8;
        let of_person = |age: u8| if age < 17 { 0 } else { 1 + Pull::class(age) };
        let mut ages = [0.0; 128];
        // Who leaves: by class of the head and whether there are minors, then by class of the person.
        let mut leave = [[[0.0; N]; 2]; 7];
        let mut gone = [0.0; N];
        let mut births = 0.0;
        for person in books.persons.iter().filter(|q| q.is_there()) {
            let household = &books.households[person.household.i()];
            let age = person.age_y(books.now);
            ages[usize::from(age)] += 1.0;
            let leaves = departure(household);
            leave[Pull::class(household.head_age_y)][usize::from(household.n_minors > 0)][of_person(age)] += leaves;
            let newcomer = books.persons[household.first.i()].newcomer;
            gone[of_person(age)] += leaves + super::rates::monthly(emigration_y(newcomer, household.head_age_y, p));
            if person.sex == 0 {
                births += super::rates::fertility_y(f64::from(age) + 0.5, p) / 12.0;
            }
        }
        let immigrants = p.immigrants_per_1000 / 12_000.0 * residents;
        let per_newcomer = |t: &NewcomerTraits| f64::from(1.0 + t.couple + t.couple * t.children);
        let from_abroad = |from: f64, to: f64| -> f64 {
            let share = |t: &NewcomerTraits| {
                let adults = 1.0 - f64::from(t.couple * t.children) / per_newcomer(t);
                f64::from(t.share) * adults * (younger_share(t, to) - younger_share(t, from))
            };
            immigrants * NEWCOMER_TRAITS.iter().map(share).sum::<f64>()
        };
        let children_abroad: f64 = NEWCOMER_TRAITS
            .iter()
            .map(|t| immigrants * f64::from(t.share * t.couple * t.children) / per_newcomer(t))
            .sum();
        // People who pass the birthday `age` in a month; smoothed over four years.
        let passing = |age: usize| ages[age - 2..age + 2].iter().sum::<f64>() / 48.0;
        let needed: [f64; 7] = std::array::from_fn(|c| {
            let (into, out, abroad) = match c {
                0 => (births, passing(17), children_abroad),
                _ => {
                    let from = if c == 1 { 17 } else { usize::from(PULL_FROM_Y[c - 1]) };
                    let to = usize::from(PULL_FROM_Y[c]);
                    (passing(from), passing(to), from_abroad(from as f64, to as f64))
                }
            };
            let left: f64 = leave.iter().flatten().map(|row| row[c]).sum();
            (gone[c] + out - into - abroad).max(0.1 * left)
        });
        let mut pull = Pull { by_age: [1.0; 7], family: 1.0 };
        for _ in 0..60 {
            for c in 0..7 {
                let comes = |(class, rows): (usize, &[[f64; N]; 2])| {
                    pull.by_age[class] * (rows[0][c] + pull.family * rows[1][c])
                };
                let got: f64 = leave.iter().enumerate().map(comes).sum();
                let factor = if got > 0.0 { libm::sqrt(needed[c] / got) } else { 1.0 };
                let weight = if c == 0 { &mut pull.family } else { &mut pull.by_age[c - 1] };
                *weight = (*weight * factor).clamp(0.1, 30.0);
            }
        }
        pull
    }
}

impl Arrivals {
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
    pub(super) fn people_and_couples_per_month(&self, p: &DemographyParameters) -> [f64; 2] {
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
    pub(super) fn note(&mut self, tally: &Tally) {
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

/// `expected` as a whole number: its floor, plus one with the chance of its fraction.
pub fn whole_expected(expected: f64, draws: Draws, stream: Stream, key: u64) -> usize {
    let floor = expected.max(0.0).floor();
    floor as usize + usize::from(f64::from(draws.uniform(stream, key, u32::MAX)) < expected - floor)
}

/// This month's arrivals are registered and begin to look for a home.
pub(super) fn arrive(
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
    let mut left = whole_expected(arrivals.immigrants_per_month(&p), draws, STREAM, 1);
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
        let mut left = whole_expected(people, draws, STREAM, 2 + kind as u64) as i64;
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
            place: super::places::NO_PLACE,
            occupation: occupation as u8,
            education: if kind == NewcomerType::Knowledge { 2 } else { (unit(b) * 3.0) as u8 },
            language: (255.0 * traits.language) as u8,
            earning: super::work::inherited_earning(128, draws.block(STREAM, person_key.0, 1)),
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
            place: super::places::NO_PLACE,
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

/// Share of people of an age who move to another municipality in a year, before scaling (L[29], CBS 2017).
const OUTWARD_BY_AGE: [(f64, f64); 13] = [
    (3.0, 5.3),
    (10.0, 2.6),
    (15.0, 2.6),
    (18.0, 6.9),
    (20.0, 10.3),
    (23.0, 13.0),
    (25.0, 13.0),
    (30.0, 8.6),
    (35.0, 6.0),
    (40.0, 4.0),
    (50.0, 2.4),
    (60.0, 1.8),
    (70.0, 1.3),
];

/// Floor area that a household of `size` would like: 35 m² and 22 m² for each further member (A).
pub fn wanted_m2(size: u8) -> f32 {
    35.0 + 22.0 * f32::from(size.saturating_sub(1))
}

/// How much more a household wants to move for want of room: (wanted ÷ actual floor area)², at least 1 (A; models.md §9:
/// stress by size).
pub fn want_of_room(h: &Household, home: &Dwelling) -> f64 {
    let too_small = f64::from(wanted_m2(h.size) / f32::from(home.area_m2.max(1)));
    (too_small * too_small).max(1.0)
}

/// Most that want of room raises the chance to leave the city by (A: of couples with a first child in Amsterdam some four
/// in ten are gone within four years, about twice what their age alone makes; CBS 2019, quoted from memory, M).
pub const OUTWARD_MOST: f64 = 3.0;

/// How much more a household leaves the city for want of room: families look for it outside.
pub fn outward_stress(h: &Household, home: Option<&Dwelling>) -> f64 {
    home.map_or(1.0, |home| want_of_room(h, home).min(OUTWARD_MOST))
}

/// Relative chance by age of the head that a household leaves for elsewhere in the country.
pub fn outward_profile(age_y: u8) -> f64 {
    super::rates::interpolate(&OUTWARD_BY_AGE, f64::from(age_y))
}

/// How often those who are no newcomers emigrate, by age of the head, relative to 35–49 (A: order of CBS emigrants by age:
/// most in their twenties, hardly any above 65).
const EMIGRATION_BY_AGE: [(f64, f64); 5] = [(22.0, 1.6), (32.0, 1.5), (42.0, 1.0), (58.0, 0.5), (70.0, 0.2)];

/// Hazard of emigrating, per year, of a household whose head is a newcomer of type `newcomer` − 1 (0: none) and `age_y`.
pub fn emigration_y(newcomer: u8, age_y: u8, parameters: &DemographyParameters) -> f64 {
    match newcomer {
        0 => parameters.emigration_base_y * super::rates::interpolate(&EMIGRATION_BY_AGE, f64::from(age_y)),
        n => NEWCOMER_TRAITS[usize::from(n - 1).min(6)].leaves_y,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a steady state as many leave in a year as come: of each type Σ rate = arrivals less those who stay twenty years.
    #[test]
    fn the_first_newcomers_are_those_who_stayed() {
        let mut count = [0.0f64; 7];
        let mut lately = [0.0f64; 7];
        for i in 0..400 {
            for j in 0..100 {
                let (kind, years) = newcomer_in_stock((i as f32 + 0.5) / 400.0, (j as f32 + 0.5) / 100.0);
                assert!((0.0..=NEWCOMER_YEARS).contains(&years), "{years}");
                count[kind as usize] += 1.0;
                lately[kind as usize] += f64::from(u8::from(years < 1.0));
            }
        }
        // Status holders stay, labour migrants do not: 0.10 · 9.28 against 0.25 · 3.03 years.
        let [asylum, labour] = [count[NewcomerType::Asylum as usize], count[NewcomerType::Labour as usize]];
        assert!((asylum / labour - 0.10 * 9.273 / (0.25 * 3.026)).abs() < 0.03, "{}", asylum / labour);
        // (1 − e^{−0.33})/(1 − e^{−6.6}) of the labour migrants came in the last year.
        assert!((lately[NewcomerType::Labour as usize] / labour - 0.2815).abs() < 0.01, "{lately:?}");
    }

    #[test]
    fn ages_at_arrival_have_their_mean_and_their_inverse() {
        for traits in &NEWCOMER_TRAITS {
            let ages: Vec<f32> = (0..1_000).map(|i| arrival_age_y(traits, (i as f32 + 0.5) / 1_000.0)).collect();
            let mean = ages.iter().sum::<f32>() / 1_000.0;
            assert!((mean - traits.age_y).abs() < 0.1, "{mean} instead of {}", traits.age_y);
            assert!((younger_share(traits, f64::from(ages[700])) - 0.7005).abs() < 1e-4);
        }
    }
}
