//! Who offends and who is exposed: circumstances of persons, and nothing else (models.md §7.2, E-3).
//!
//! ```text
//! ln h_i = c(age) + 0.262 unemployed − 0.062 schooled + 0.678 low self-control + 0.482 offended before
//!        + 0.372 family + 0.593 friends + 1.504 member + b_s strain − b_b bonds − b_CE CE + programmes
//! chance to offend in a month = level · h_i
//! ```
//!
//! * Coefficients are logarithms of the multipliers of PROTON-OC (L [21]). c(age) is the log of Dutch suspects per 10,000
//!   by age in 2017 relative to those of 25–45 (L [22]: 208, 135, 18; 12–17 and 45–64 are A).
//! * `offended before` looks back five years, `family` at the other members of the household, `friends` at up to six
//!   homes in the same cell with people within five years of age: the city keeps no list of friends yet (A).
//! * Strain: ½ debt + ¼ income under the low-income line per head + ¼ no home, plus what events have left
//!   ([`crate::people::Conduct::strain`]), in units of 0.25; bonds: mean of partner, work or school, three years in the home, in units
//!   of 0.3 around 0.55 (A).
//! * Self-control is drawn from each person's key, from one distribution for everybody.
//! * Exposure to offences: age classes as in the victim survey (L [22]), and a trait that makes one person in five
//!   nine times as exposed as the others: set towards the repeats of the survey (T-6f), whose negative binomial of shape
//!   0.32 it gives together with what neighbourhoods differ by.
//!
//! `level` is solved in the first month, such that as many offend as there are offences to commit. To do without a full
//! look at everybody each month, a person is looked at only if their draw lies below the highest chance that somebody
//! with what their own row shows (age, history, debt, partner, work) can have in this month's city, and then below
//! tighter bounds as more is known. Bounds decide nothing: they only spare looks.

use std::sync::LazyLock;

use rayon::prelude::*;

use super::CrimeParameters;
use super::volume::People;
use crate::people::{CHUNK, Conduct, Dwelling, HazardView, Household, Occupation, Person, ShortMonth, Work};
use crate::policies::Local;
use crate::sim::draws::{ABREAST, threshold, unit};
use crate::sim::{Draws, DwellingIdx, PersonIdx, PersonKey, Stream};

/// Draws of who offends and who is exposed this month.
pub const STREAM: Stream = Stream::named("crime.month");
/// Traits drawn once, from the key.
pub const STREAM_TRAIT: Stream = Stream::named("crime.trait");
/// Which neighbours are one's friends, and who is in a programme.
pub const STREAM_TIES: Stream = Stream::named("crime.ties");

/// Suspects per 10,000 by age: classes from 12, 18, 25, 45 and 65 years.
pub const SUSPECTS: [f64; 5] = [150.0, 208.0, 135.0, 70.0, 18.0];
/// Offences suffered by age relative to the mean of 15 and over: classes from 15, 25, 45 and 65 years. Solved from the
/// prevalences 29, 24.1, 18 and 11 % with a negative binomial of shape 0.32 (§14.3).
pub const EXPOSED: [f64; 4] = [1.66, 1.18, 0.74, 0.38];
/// Share of people who are much exposed, and their weight; the others have what makes the mean 1.
pub const MUCH_EXPOSED: (f64, f64) = (0.20, 3.5);
/// How long an offence counts as one before, months.
pub const PRIOR_MONTHS: i32 = 60;

/// Somebody in a pool of the month, by home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// Where they live.
    pub neighbourhood: u16,
    /// Key.
    pub key: u64,
    /// Slot of the person.
    pub slot: u32,
    /// Age, years.
    pub age_y: u8,
}

/// What programmes do to the hazards of residents this month, wherever they live.
pub struct Programmes<'a> {
    /// Share of recent offenders of 12–30 in the individual approach, its effect on their log hazard, and its stigma.
    pub individual: &'a Local<f64>,
    /// See `individual`.
    pub individual_log: f64,
    /// See `individual`.
    pub individual_stigma: f64,
    /// Fall of the log hazard of 12–24 year-olds by youth work.
    pub youth_work: &'a Local<f64>,
    /// Share of the unemployed of 16–27 for whom the school and job programme works.
    pub school_job: &'a Local<f64>,
}

/// Everything that the look at persons reads.
pub struct Look<'a> {
    /// Persons, what they do, households and homes.
    pub people: People<'a>,
    /// Conduct of persons.
    pub conducts: &'a [Conduct],
    /// Homes by cell, for friends.
    pub homes: &'a super::homes::Homes,
    /// Numbers.
    pub p: &'a CrimeParameters,
    /// b_CE · CE of each neighbourhood, coupling and bounds included.
    pub efficacy: &'a [f64],
    /// Programmes.
    pub programmes: Programmes<'a>,
    /// Income per head under which people feel short, € per month.
    pub low_income_eur_m: f32,
    /// Draws of the month.
    pub draws: Draws,
    /// This month.
    pub now: ShortMonth,
}

/// Class of [`SUSPECTS`]; `None` below 12.
#[inline]
fn suspect_class(age_y: u8) -> Option<usize> {
    match age_y {
        ..12 => None,
        12..18 => Some(0),
        18..25 => Some(1),
        25..45 => Some(2),
        45..65 => Some(3),
        65.. => Some(4),
    }
}

/// Youngest of each class of [`SUSPECTS`].
const CLASS_FROM_Y: [u8; 5] = [12, 18, 25, 45, 65];

/// ln of suspects at `age_y` relative to those of 25–45; `None` below 12.
pub fn log_age(age_y: u8) -> Option<f64> {
    static LOG: LazyLock<[f64; 5]> = LazyLock::new(|| SUSPECTS.map(|s| libm::log(s / SUSPECTS[2])));
    suspect_class(age_y).map(|class| LOG[class])
}

/// Weight of exposure at `age_y`, 0 below 15.
pub fn exposed(age_y: u8) -> f64 {
    match age_y {
        ..15 => 0.0,
        15..25 => EXPOSED[0],
        25..45 => EXPOSED[1],
        45..65 => EXPOSED[2],
        65.. => EXPOSED[3],
    }
}

/// Bound of strain, in units of its spread.
const MOST_STRAIN_Z: f64 = 3.0;
/// Bound of b_CE · CE and of programmes.
pub const MOST_LOCAL: f64 = 0.75;

/// The bits of a person's history and traits that enter the hazard.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts {
    /// Low self-control.
    pub low_self_control: bool,
    /// Offended in the past five years.
    pub prior: bool,
    /// Member of a criminal group.
    pub member: bool,
    /// Strain left by events, 0–1.
    pub strain: f64,
}

/// ln h without family, friends, neighbourhood and programmes.
pub fn log_hazard(view: &HazardView, facts: Facts, low_income_eur_m: f32, p: &CrimeParameters) -> f64 {
    let Some(age) = log_age(view.age_y()) else { return f64::NEG_INFINITY };
    let on = |is: bool, b: f64| if is { b } else { 0.0 };
    let schooled = view.education() >= 1 && view.age_y() >= 18;
    age + on(view.is_unemployed(), p.h_unemployed)
        + on(schooled, p.h_schooled)
        + on(facts.low_self_control, p.h_self_control)
        + on(facts.prior, p.h_prior)
        + on(facts.member, p.h_member)
        + p.h_strain * strain_z(view, facts.strain, low_income_eur_m)
        - p.h_bonds * (bonds(view) - 0.55) / 0.3
}

/// Strain in units of its spread.
fn strain_z(view: &HazardView, left: f64, low_income_eur_m: f32) -> f64 {
    let on = |is: bool, b: f64| if is { b } else { 0.0 };
    let level = on(view.is_in_debt(), 0.5)
        + on(view.income_per_head_eur_m() < low_income_eur_m, 0.25)
        + on(!view.has_place(), 0.25)
        + left;
    ((level - 0.25) / 0.25).min(MOST_STRAIN_Z)
}

/// Bonds, 0–1.
pub fn bonds(view: &HazardView) -> f64 {
    let held = [view.has_partner(), view.is_employed() || view.is_studying(), view.months_here() >= 36];
    held.iter().filter(|h| **h).count() as f64 / 3.0
}

/// What a person's own row shows of their hazard, as bits.
const PRIOR: usize = 1;
const MEMBER: usize = 2;
const PARTNER: usize = 4;
/// At work or studying.
const BUSY: usize = 8;
const UNEMPLOYED: usize = 16;
/// In debt, or strained by events.
const STRAINED: usize = 32;
const N_GLANCES: usize = 64;

/// The bits of a person.
#[inline]
fn glance(person: &Person, work: &Work, conduct: &Conduct, prior: bool) -> usize {
    let is = |is: bool, bit: usize| usize::from(is) * bit;
    let does = |occupation: Occupation| work.occupation == occupation as u8;
    is(prior, PRIOR)
        | is(conduct.group != 0, MEMBER)
        | is(person.partner != PersonIdx::NONE, PARTNER)
        | is(does(Occupation::Employed) | does(Occupation::Study), BUSY)
        | is(does(Occupation::Unemployed), UNEMPLOYED)
        | is((work.debt_eur > 0.0) | (conduct.strain > 0), STRAINED)
}

/// The month's pools and members of groups, each in order.
#[derive(Debug, Default)]
pub struct Pools {
    /// Who offends, by neighbourhood and key.
    pub offenders: Vec<Candidate>,
    /// Who is exposed, by neighbourhood and key.
    pub exposed: Vec<Candidate>,
}

impl Look<'_> {
    fn traits(&self, key: u64) -> (bool, bool) {
        let words = Draws { tick: 0, ..self.draws }.block(STREAM_TRAIT, key, 0);
        (words[0] < threshold(self.p.low_self_control), words[1] < threshold(MUCH_EXPOSED.0))
    }

    fn home(&self, i: usize) -> Option<&Dwelling> {
        self.people.home(i)
    }

    /// History and traits of person `i`.
    pub fn facts(&self, i: usize, low_self_control: bool) -> Facts {
        let conduct = &self.conducts[i];
        Facts {
            low_self_control,
            prior: self.is_prior(conduct),
            member: conduct.group != 0,
            strain: f64::from(conduct.strain) / 255.0,
        }
    }

    fn is_prior(&self, conduct: &Conduct) -> bool {
        conduct.offended.0 > 0 && conduct.offended.until(self.now) <= PRIOR_MONTHS
    }

    /// Person `i` as hazards see them.
    pub fn view(&self, i: usize) -> HazardView {
        let person = &self.people.persons[i];
        let household = person.household.get().map_or_else(Household::default, |h| self.people.households[h]);
        HazardView::of(person, &self.people.works[i], &household, self.now)
    }

    /// More than half of the others of 12 and over in the household have offended.
    fn family(&self, i: usize) -> bool {
        let Some(h) = self.people.persons[i].household.get() else { return false };
        let others = crate::people::books::members(self.people.persons, &self.people.households[h])
            .map(|p| p.i())
            .filter(|&q| q != i && self.people.persons[q].age_y(self.now) >= 12);
        let (all, prior) = others.fold((0, 0), |(a, b), q| (a + 1, b + u32::from(self.is_prior(&self.conducts[q]))));
        2 * prior > all
    }

    /// More than half of the friends have offended: people within five years of age in up to six homes of the cell.
    fn friends(&self, i: usize) -> bool {
        let (Some(home), person) = (self.home(i), &self.people.persons[i]) else { return false };
        let age = i32::from(person.age_y(self.now));
        let (mut all, mut prior) = (0, 0);
        let words = [0, 1].map(|k| Draws { tick: 0, ..self.draws }.block(STREAM_TIES, person.key.0, k));
        // Step by step for all six, so that they wait for memory together.
        let homes: [Option<usize>; 6] = std::array::from_fn(|k| self.homes.in_cell(home.cell, words[k / 4][k % 4]));
        let households = homes.map(|d| self.people.dwellings.get(d?)?.household.get());
        for h in households.into_iter().flatten() {
            for q in crate::people::books::members(self.people.persons, &self.people.households[h]).map(|p| p.i()) {
                if q != i && (i32::from(self.people.persons[q].age_y(self.now)) - age).abs() <= 5 {
                    all += 1;
                    prior += u32::from(self.is_prior(&self.conducts[q]));
                }
            }
        }
        2 * prior > all
    }

    /// What programmes add to the log hazard of somebody who lives in `home`.
    fn programme(&self, view: &HazardView, prior: bool, home: &Dwelling) -> f64 {
        let g = &self.programmes;
        let here = |lever: &Local<f64>| lever.at(usize::from(home.neighbourhood), home.cell);
        let words = Draws { tick: 0, ..self.draws }.block(STREAM_TIES, view.key().0, 9);
        let (age, p) = (view.age_y(), self.p);
        let mut log = 0.0;
        if prior && (12..=30).contains(&age) && f64::from(unit(words[0])) < here(g.individual) {
            log += g.individual_log + p.h_strain * g.individual_stigma / 0.25;
        }
        if (12..25).contains(&age) {
            log -= here(g.youth_work);
        }
        if view.is_unemployed() && (16..28).contains(&age) && f64::from(unit(words[1])) < here(g.school_job) {
            log -= p.h_unemployed + p.h_bonds / 3.0 / 0.3;
        }
        log.clamp(-2.0, MOST_LOCAL)
    }

    /// What programmes and the neighbourhood add to ln h of somebody who lives in `home`.
    fn local(&self, view: &HazardView, prior: bool, home: Option<&Dwelling>) -> f64 {
        home.map_or(0.0, |home| {
            let efficacy = self.efficacy[usize::from(home.neighbourhood)];
            self.programme(view, prior, home) - efficacy.clamp(-MOST_LOCAL, MOST_LOCAL)
        })
    }

    /// ln h of person `i` without family and friends.
    pub fn without_others(&self, i: usize) -> f64 {
        let (low, _) = self.traits(self.people.persons[i].key.0);
        let (view, facts) = (self.view(i), self.facts(i, low));
        let base = log_hazard(&view, facts, self.low_income_eur_m, self.p);
        if base == f64::NEG_INFINITY {
            return base;
        }
        base + self.local(&view, facts.prior, self.home(i))
    }

    /// ln h of person `i`, everything included.
    pub fn full(&self, i: usize) -> f64 {
        let mut log = self.without_others(i);
        if log == f64::NEG_INFINITY {
            return log;
        }
        log += if self.family(i) { self.p.h_family } else { 0.0 };
        log + if self.friends(i) { self.p.h_friends } else { 0.0 }
    }

    /// The most that family, friends, neighbourhood and programmes can add to anybody's log hazard this month.
    fn most_around(&self) -> f64 {
        let efficacy = self.efficacy.iter().fold(0.0, |most: f64, e| most.max(-e)).min(MOST_LOCAL);
        let g = &self.programmes;
        let stigma = g.individual_log + self.p.h_strain * g.individual_stigma / 0.25;
        let individual =
            if g.individual.values().any(|share| share > 0.0) { stigma.clamp(0.0, MOST_LOCAL) } else { 0.0 };
        efficacy + individual + self.p.h_family + self.p.h_friends
    }

    /// The highest chance to offend of somebody who has a home, by class of [`SUSPECTS`] and [`glance`]; they are taken to
    /// have low self-control, no schooling and a poor household that has just moved in.
    fn ceilings(&self, level: f64, most_around: f64) -> Vec<[u32; N_GLANCES]> {
        let household = Household { size: 1, dwelling: DwellingIdx(0), since: self.now, ..Household::default() };
        let ceiling = |age_y: u8, glance: usize| {
            let is = |bit: usize| glance & bit != 0;
            let person = Person {
                key: PersonKey(1),
                born: ShortMonth(self.now.0 - 12 * i16::from(age_y)),
                partner: if is(PARTNER) { PersonIdx(0) } else { PersonIdx::NONE },
                ..Person::default()
            };
            let occupation = match glance {
                g if g & BUSY != 0 => Occupation::Employed,
                g if g & UNEMPLOYED != 0 => Occupation::Unemployed,
                _ => Occupation::Home,
            };
            let debt_eur = if is(STRAINED) { 1.0 } else { 0.0 };
            let work = Work { occupation: occupation as u8, debt_eur, ..Work::default() };
            let facts = Facts {
                low_self_control: true,
                prior: is(PRIOR),
                member: is(MEMBER),
                strain: if is(STRAINED) { 1.0 } else { 0.0 },
            };
            let view = HazardView::of(&person, &work, &household, self.now);
            // A little more, so that rounding never shuts anybody out.
            let log = log_hazard(&view, facts, f32::MAX, self.p) + most_around + 1e-6;
            threshold(level * libm::exp(log))
        };
        CLASS_FROM_Y.iter().map(|&age_y| std::array::from_fn(|g| ceiling(age_y, g))).collect()
    }

    /// Draws the month's pools.
    pub fn pools(&self, level: f64, exposure: f64) -> Pools {
        let p = self.p;
        let most_around = self.most_around();
        let ceilings = self.ceilings(level, most_around);
        let relief = libm::exp(-p.h_self_control);
        let (share, weight) = MUCH_EXPOSED;
        let little = (1.0 - share * weight) / (1.0 - share);
        let exposed_most: Vec<u32> = (0..128).map(|age| threshold(exposure * weight * exposed(age))).collect();
        let exposed_little: Vec<u32> = (0..128).map(|age| threshold(exposure * little * exposed(age))).collect();
        // One person, with the chance that somebody with their row can have at most, their words, and their traits.
        let one = |i: usize, ceiling: u32, words: [u32; 2], (low, much): (bool, bool), pools: &mut Pools| {
            let person = &self.people.persons[i];
            let age = usize::from(person.age_y(self.now));
            let (may_offend, may_be_exposed) = (words[0] < ceiling, words[1] < exposed_most[age]);
            let candidate = |home: &Dwelling| Candidate {
                neighbourhood: home.neighbourhood,
                key: person.key.0,
                slot: i as u32,
                age_y: age as u8,
            };
            if may_be_exposed
                && (much || words[1] < exposed_little[age])
                && let Some(home) = self.home(i)
            {
                pools.exposed.push(candidate(home));
            }
            let u = f64::from(words[0]) / 4_294_967_296.0;
            let bound = f64::from(ceiling) / 4_294_967_296.0 * if low { 1.0 } else { relief };
            let offends = may_offend && u < bound && self.offends(i, low, u / level, most_around);
            debug_assert_eq!(
                offends && self.home(i).is_some(),
                self.is_above(i, words[0], level),
                "a bound is too low"
            );
            if offends && let Some(home) = self.home(i) {
                pools.offenders.push(candidate(home));
            }
        };
        let look = |first: usize, persons: &[Person], pools: &mut Pools| {
            let words = self.draws.blocks(STREAM, persons.iter().map(|q| q.key.0), 0);
            // Most people need no second look.
            let (mut may, mut n_may) = ([(0usize, 0u32); ABREAST], 0);
            for (k, person) in persons.iter().enumerate() {
                let age = person.age_y(self.now);
                let i = first + k;
                let ceiling = suspect_class(age).map_or(0, |class| {
                    let conduct = &self.conducts[i];
                    ceilings[class][glance(person, &self.people.works[i], conduct, self.is_prior(conduct))]
                });
                let is_seen = (words[0][k] < ceiling) | (words[1][k] < exposed_most[usize::from(age)]);
                debug_assert!(
                    !person.is_there() || words[0][k] < ceiling || !self.is_above(i, words[0][k], level),
                    "a bound shuts somebody out"
                );
                may[n_may] = (k, ceiling);
                n_may += usize::from(is_seen & person.is_there());
            }
            let keys = may[..n_may].iter().map(|&(k, _)| persons[k].key.0);
            let traits = Draws { tick: 0, ..self.draws }.blocks(STREAM_TRAIT, keys, 0);
            let (low, much) = (threshold(p.low_self_control), threshold(MUCH_EXPOSED.0));
            for (t, &(k, ceiling)) in may[..n_may].iter().enumerate() {
                let traits = (traits[0][t] < low, traits[1][t] < much);
                one(first + k, ceiling, [words[0][k], words[1][k]], traits, pools);
            }
        };
        let chunks: Vec<Pools> = self
            .people
            .persons
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(c, chunk)| {
                let mut pools = Pools::default();
                for (k, persons) in chunk.chunks(ABREAST).enumerate() {
                    look(c * CHUNK + k * ABREAST, persons, &mut pools);
                }
                pools
            })
            .collect();
        let mut all = Pools::default();
        for chunk in chunks {
            all.offenders.extend(chunk.offenders);
            all.exposed.extend(chunk.exposed);
        }
        all.offenders.par_sort_unstable();
        all.exposed.par_sort_unstable();
        all
    }

    /// What [`Look::offends`] must answer, by a full look; for checks.
    fn is_above(&self, i: usize, word: u32, level: f64) -> bool {
        let wanted = libm::log((f64::from(word) / 4_294_967_296.0 / level).max(1e-300));
        self.home(i).is_some() && self.full(i) > wanted
    }

    /// True if `h_i` > `wanted`, asking for family and friends only if they can decide it.
    fn offends(&self, i: usize, low_self_control: bool, wanted: f64, most_around: f64) -> bool {
        let (view, facts) = (self.view(i), self.facts(i, low_self_control));
        let p = self.p;
        let mut log = log_hazard(&view, facts, self.low_income_eur_m, p);
        let wanted = libm::log(wanted.max(1e-300));
        if log + most_around <= wanted {
            return false;
        }
        log += self.local(&view, facts.prior, self.home(i));
        if log > wanted {
            return true;
        }
        if log + p.h_family + p.h_friends > wanted && self.family(i) {
            log += p.h_family;
        }
        if log > wanted {
            return true;
        }
        log + p.h_friends > wanted && self.friends(i)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{Occupation, Person, Work};

    fn view(age_y: i16, work: Work, household: Household) -> HazardView {
        let now = ShortMonth(1500);
        let person = Person { key: crate::sim::PersonKey(1), born: ShortMonth(1500 - 12 * age_y), ..Person::default() };
        HazardView::of(&person, &work, &household, now)
    }

    fn at_home() -> Household {
        Household {
            size: 1,
            income_eur_m: 3_000.0,
            dwelling: crate::sim::DwellingIdx(0),
            since: ShortMonth(1490),
            ..Household::default()
        }
    }

    /// The multipliers of the paper, one by one: 1.30, 0.94, 1.97, 1.62 and 4.50; and the Dutch age curve.
    #[test]
    fn hazards_multiply_as_published() {
        let p = CrimeParameters::default();
        let employed = Work { occupation: Occupation::Employed as u8, ..Work::default() };
        let h = |work: Work, facts: Facts| libm::exp(log_hazard(&view(30, work, at_home()), facts, 1_000.0, &p));
        let base = h(employed, Facts::default());
        let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 2e-3, "{a} {b}");
        near(h(Work { education: 1, ..employed }, Facts::default()) / base, 0.94);
        near(h(employed, Facts { low_self_control: true, ..Facts::default() }) / base, 1.97);
        near(h(employed, Facts { prior: true, ..Facts::default() }) / base, 1.62);
        near(h(employed, Facts { member: true, ..Facts::default() }) / base, 4.50);
        // Out of work: the multiplier 1.30, and one of three bonds less.
        let idle = Work { occupation: Occupation::Unemployed as u8, ..Work::default() };
        near(h(idle, Facts::default()) / base, 1.30 * (0.3f64 / 3.0 / 0.3).exp());
        // Debt is half a unit of strain, two spreads.
        near(h(Work { debt_eur: 5.0, ..employed }, Facts::default()) / base, (0.3f64 * 2.0).exp());
        let of_age = |age| libm::exp(log_hazard(&view(age, employed, at_home()), Facts::default(), 1_000.0, &p));
        near(of_age(20) / of_age(30), 208.0 / 135.0);
        near(of_age(70) / of_age(30), 18.0 / 135.0);
        assert_eq!(of_age(11), 0.0);
    }

    #[test]
    fn exposure_has_mean_one() {
        let (share, weight) = MUCH_EXPOSED;
        let little = (1.0 - share * weight) / (1.0 - share);
        assert!((share * weight + (1.0 - share) * little - 1.0).abs() < 1e-12 && little > 0.0);
    }
}
