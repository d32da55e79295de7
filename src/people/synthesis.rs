//! Synthetic people from head counts.
//!
//! Per neighbourhood: persons by role in a household × age band by iterative proportional fitting ([`super::fitting`])
//! from the [`Marginals`], made whole so that ages are exact; roles put together to households; single years of age,
//! sex, schooling, work, income and opaque origin drawn with keys; incomes scaled to the neighbourhood's mean; homes
//! allotted by tenure, income and size. Nobody is copied from anybody: only neighbourhood totals enter (models.md
//! E-1). How well it fits is measured by [`Fit`].
//!
//! Limits: people in institutions count as members of private households; the shares by role and age are national
//! and assumed (grade A, [`ROLE_BY_AGE`]); origin is independent of everything but neighbourhood and household.

use rand::Rng;
use rand_distr::{Distribution, LogNormal, Normal, StandardNormal};
use rayon::prelude::*;

use super::ages::{Ages, BANDS, CHILD, COUPLE, LONE_PARENT, OTHER, PARENT, SINGLE};
use super::books::{FreeSlots, refresh_household};
use super::components::{Dwelling, Household, NewcomerType, Occupation, Person, ShortMonth, Work};
use super::fitting::{integerise, ipf};
use super::migration::newcomers::{NEWCOMER_TRAITS, newcomer_in_stock};
use super::parameters::DemographyParameters;
use super::places::Places;
use super::{KEYS_HOUSEHOLD, KEYS_PERSON};
use crate::city::{City, Marginals, Tenure};
use crate::sim::draws::{KeyedRng, mix, unit};
use crate::sim::{Draws, DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey, Month, PersonIdx, PersonKey, Stream};

/// Draws of this module.
pub const STREAM: Stream = Stream::named("people.synthesis");
const KEYS_DWELLING: Stream = Stream::named("people.initial_dwelling");

/// Share of each age band in each role: the seed of the fitting (A; shape after CBS household positions, national).
/// Rows: alone, couple without children, couple with children, lone parent, child, sharing otherwise.
pub const ROLE_BY_AGE: [[f64; 5]; 6] = [
    [0.00, 0.24, 0.28, 0.25, 0.40],
    [0.00, 0.09, 0.22, 0.31, 0.50],
    [0.00, 0.02, 0.33, 0.29, 0.03],
    [0.00, 0.01, 0.05, 0.06, 0.01],
    [1.00, 0.52, 0.035, 0.008, 0.001],
    [0.00, 0.12, 0.06, 0.02, 0.02],
];

/// Tables filled with the first inhabitants, by slot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inhabitants {
    /// Persons.
    pub persons: Vec<Person>,
    /// Their work.
    pub works: Vec<Work>,
    /// Households.
    pub households: Vec<Household>,
    /// Dwellings.
    pub dwellings: Vec<Dwelling>,
    /// Free slots, none at first.
    pub free: FreeSlots,
}

/// Fills `city` with people.
pub fn populate(city: &City, parameters: &DemographyParameters, seed: u64, start: Month) -> Inhabitants {
    let draws = Draws::at_start(seed);
    let now = ShortMonth::of(start);
    let places = Places::of(city);
    let ages = Ages::new(parameters);
    let parts: Vec<Inhabitants> = (0..city.neighbourhoods.len())
        .into_par_iter()
        .map(|n| {
            let mut maker = Maker::new(city, n, &places, &ages, parameters, draws, now);
            maker.people();
            maker.incomes();
            maker.out
        })
        .collect();
    let mut all = Inhabitants { dwellings: first_dwellings(city, now), ..Inhabitants::default() };
    let mut home_of_part = Vec::with_capacity(parts.len());
    let n: usize = parts.iter().map(|part| part.persons.len()).sum();
    all.persons.reserve_exact(n);
    all.works.reserve_exact(n);
    all.households.reserve_exact(parts.iter().map(|part| part.households.len()).sum());
    for part in parts {
        let (p0, h0) = (all.persons.len() as u32, all.households.len() as u32);
        home_of_part.push(h0 as usize..h0 as usize + part.households.len());
        let shift = |p: PersonIdx| if p == PersonIdx::NONE { p } else { PersonIdx(p.0 + p0) };
        all.persons.extend(part.persons.into_iter().map(|p| Person {
            household: HouseholdIdx(p.household.0 + h0),
            next: shift(p.next),
            partner: shift(p.partner),
            mother: shift(p.mother),
            ..p
        }));
        all.works.extend(part.works);
        all.households.extend(part.households.into_iter().map(|h| Household { first: shift(h.first), ..h }));
    }
    allot_homes(city, &mut all, &home_of_part, draws, now);
    all
}

fn first_dwellings(city: &City, now: ShortMonth) -> Vec<Dwelling> {
    let make = |(i, record): (usize, &crate::city::DwellingRecord)| Dwelling {
        key: DwellingKey(mix(KEYS_DWELLING, i as u64, u64::from(record.cell)).max(1)),
        cell: record.cell,
        cost_eur_m: record.cost_eur_m,
        value_keur: record.value_keur,
        neighbourhood: record.neighbourhood,
        area_m2: record.area_m2,
        built_year: record.built_year,
        vacant_since: now,
        kind: record.kind as u8,
        tenure: record.tenure as u8,
        step_free: record.step_free.into(),
        ..Dwelling::default()
    };
    city.dwellings.iter().enumerate().map(make).collect()
}

struct Maker<'a> {
    ages: &'a Ages,
    marginals: &'a Marginals,
    parameters: &'a DemographyParameters,
    places: &'a Places,
    n: usize,
    domain: u64,
    now: ShortMonth,
    rng: KeyedRng,
    out: Inhabitants,
}

impl<'a> Maker<'a> {
    fn new(
        city: &'a City,
        n: usize,
        places: &'a Places,
        ages: &'a Ages,
        parameters: &'a DemographyParameters,
        draws: Draws,
        now: ShortMonth,
    ) -> Self {
        let neighbourhood = &city.neighbourhoods[n];
        let hash = blake3::hash(neighbourhood.code.as_bytes());
        let domain = u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("eight bytes"));
        Maker {
            ages,
            marginals: &neighbourhood.marginals,
            parameters,
            places,
            n,
            domain,
            now,
            rng: draws.rng(STREAM, domain),
            out: Inhabitants::default(),
        }
    }

    fn uniform(&mut self) -> f32 {
        unit(self.rng.next_u32())
    }

    fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.rng)
    }

    /// Persons by role, put together to households.
    fn people(&mut self) {
        if self.marginals.residents == 0 {
            return;
        }
        let roles = self.roles();
        let mut by_role: Vec<Vec<u8>> = Vec::with_capacity(6);
        for role in 0..6 {
            let mut ages = Vec::new();
            for band in 0..5 {
                for _ in 0..roles[role * 5 + band] {
                    ages.push(self.age(band, role));
                }
            }
            ages.sort_unstable();
            by_role.push(ages);
        }
        let [mut singles, mut couple, mut parents, mut lone, children, mut others]: [Vec<u8>; 6] =
            by_role.try_into().expect("six roles");
        // Whoever is left over by odd numbers, or by children without parents, takes the nearest possible role.
        if parents.len() % 2 == 1 {
            lone.extend(parents.pop());
        }
        if couple.len() % 2 == 1 {
            singles.extend(couple.pop());
        }
        if !children.is_empty() && parents.is_empty() && lone.is_empty() {
            let from = [&mut singles, &mut others, &mut couple].into_iter().find(|list| list.len() > 1);
            lone.extend(from.and_then(|list| list.pop()));
            if couple.len() % 2 == 1 {
                singles.extend(couple.pop());
            }
        }
        for age in singles {
            let female = if age >= 65 { 0.66 } else { 0.47 };
            let sex = u8::from(self.uniform() >= female);
            self.household(&[(age, sex)], &[]);
        }
        for pair in self.pairs(couple) {
            self.household(&pair, &[]);
        }
        let mut families: Vec<Vec<(u8, u8)>> = self.pairs(parents).into_iter().map(Vec::from).collect();
        for age in lone {
            let sex = u8::from(self.uniform() >= 0.82);
            families.push(vec![(age, sex)]);
        }
        self.families(families, children);
        let mut rest = &others[..];
        while !rest.is_empty() {
            let n = if rest.len() <= 3 { rest.len() } else { 2 + usize::from(self.uniform() < 0.35) };
            let sharers: Vec<(u8, u8)> = rest[..n].iter().map(|&age| (age, u8::from(self.uniform() < 0.5))).collect();
            self.household(&sharers, &[]);
            rest = &rest[n..];
        }
    }

    /// Whole persons by role × age band.
    fn roles(&self) -> Vec<u32> {
        let m = self.marginals;
        let [alone, without, with] = m.by_household.map(f64::from);
        let residents = f64::from(m.residents);
        let youngest = f64::from(m.by_age[0]);
        let couples = 0.86 * without;
        let mut rows = [alone, 2.0 * couples, 2.0 * 0.72 * with, 0.28 * with, 0.0, 2.3 * (without - couples)];
        // Children are who is left. If the adults leave too few, couples and sharers give way; see the module's text.
        let adults: f64 = rows.iter().sum();
        let least = (youngest * 1.02).max(with);
        if adults + least > residents {
            let movable = rows[COUPLE] + rows[OTHER] + rows[SINGLE];
            let keep = ((residents - least - rows[PARENT] - rows[LONE_PARENT]) / movable.max(1.0)).max(0.05);
            [SINGLE, COUPLE, OTHER].into_iter().for_each(|r| rows[r] *= keep.min(1.0));
        }
        rows[CHILD] = (residents - rows.iter().sum::<f64>()).max(least);
        let columns = m.by_age.map(f64::from);
        let seed: Vec<f64> =
            ROLE_BY_AGE.iter().flat_map(|row| row.iter().zip(columns).map(|(share, n)| share * n.max(1e-9))).collect();
        integerise(&ipf(&seed, &rows, &columns), 6, &m.by_age)
    }

    /// A single year of age in `band` for somebody of `role`.
    fn age(&mut self, band: usize, role: usize) -> u8 {
        let u = f64::from(self.uniform());
        self.ages.draw(band, role, u)
    }

    /// Couples of like age: sorted with a little noise, taken two by two.
    fn pairs(&mut self, ages: Vec<u8>) -> Vec<[(u8, u8); 2]> {
        let mut noisy: Vec<(f64, u8)> = ages.iter().map(|&age| (f64::from(age) + 2.5 * self.normal(), age)).collect();
        noisy.sort_by(|a, b| a.0.total_cmp(&b.0));
        noisy
            .chunks_exact(2)
            .map(|pair| {
                let same_sex = self.uniform() < 0.025;
                let first = u8::from(self.uniform() < 0.5);
                [(pair[0].1, first), (pair[1].1, if same_sex { first } else { 1 - first })]
            })
            .collect()
    }

    /// Deals the children out: every family gets one, the rest go where few are, the younger to the younger parents.
    fn families(&mut self, mut families: Vec<Vec<(u8, u8)>>, children: Vec<u8>) {
        let n = families.len();
        if n == 0 {
            return;
        }
        // Families that get no child are couples (or singles) after all.
        let mut places: Vec<(f64, usize)> = Vec::with_capacity(children.len());
        let order: Vec<usize> = {
            let mut order: Vec<(f32, usize)> = (0..n).map(|i| (self.uniform(), i)).collect();
            order.sort_by(|a, b| a.0.total_cmp(&b.0));
            order.into_iter().map(|(_, i)| i).collect()
        };
        // Second and later children: 55 % of families have a second, 30 % of those a third, and so on (A).
        for i in 0..children.len() {
            let round = i / n;
            let family = match round {
                0 => order[i],
                _ => {
                    let share = if round == 1 { 0.75 } else { 0.45 };
                    order[((self.uniform() * share * n as f32) as usize).min(n - 1)]
                }
            };
            let parent = f64::from(families[family].iter().map(|p| p.0).min().unwrap_or(30));
            places.push((parent + 4.0 * self.normal(), family));
        }
        places.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut kids: Vec<Vec<(u8, u8)>> = vec![Vec::new(); n];
        for (&(_, family), &age) in places.iter().zip(&children) {
            let sex = u8::from(self.uniform() < 0.512);
            kids[family].push((age, sex));
        }
        for (parents, kids) in families.drain(..).zip(kids) {
            self.household(&parents, &kids);
        }
    }

    /// A household of `adults` (the first two a couple if there are exactly two) and `kids`, as (age, sex).
    fn household(&mut self, adults: &[(u8, u8)], kids: &[(u8, u8)]) {
        let h = HouseholdIdx::at(self.out.households.len());
        let first = self.out.persons.len();
        let head_origin = self.origin();
        let newcomer = self.newcomer(adults.first().map_or(0, |a| a.0));
        for (i, &(age, sex)) in adults.iter().chain(kids).enumerate() {
            // Partners share an origin four times in five (A); children take their first parent's.
            let origin = if i == 1 && i < adults.len() && self.uniform() < 0.2 { self.origin() } else { head_origin };
            let key = PersonKey(mix(KEYS_PERSON, self.domain, (first + i) as u64).max(1));
            let month = (self.uniform() * 12.0) as i32;
            let born = ShortMonth((i32::from(self.now.0) - i32::from(age) * 12 - month.min(11)) as i16);
            let arrived = newcomer.map_or(ShortMonth::NEVER, |(_, since)| if since > born { since } else { born });
            let person = Person {
                key,
                household: h,
                born,
                arrived,
                sex,
                origin,
                newcomer: newcomer.map_or(0, |(kind, _)| kind as u8 + 1),
                ..Person::default()
            };
            let work = self.work(age, newcomer);
            self.out.persons.push(person);
            self.out.works.push(work);
        }
        let n = adults.len() + kids.len();
        if adults.len() == 2 {
            self.out.persons[first].partner = PersonIdx::at(first + 1);
            self.out.persons[first + 1].partner = PersonIdx::at(first);
        }
        let mother = (first..first + adults.len()).find(|&p| self.out.persons[p].sex == 0);
        if let Some(mother) = mother {
            for child in first + adults.len()..first + n {
                let gap_y = self.out.persons[mother].born.until(self.out.persons[child].born) / 12;
                if (15..=50).contains(&gap_y) {
                    self.out.persons[child].mother = PersonIdx::at(mother);
                    self.out.persons[mother].n_children += 1;
                }
            }
        }
        let mut slots: Vec<usize> = (first..first + n).collect();
        slots.sort_by_key(|&p| self.out.persons[p].key);
        slots.windows(2).for_each(|w| self.out.persons[w[0]].next = PersonIdx::at(w[1]));
        let founder = self.out.persons[first].key;
        let threshold = self.threshold();
        // Movers and stayers (Blumen, Kogan & McCarthy 1955): 15 % came in the past year, as they do in the model's market
        // (A), so that neighbourhoods do not grow firmer by a turnover that was never theirs.
        const MOVERS: f64 = 0.227;
        let u = f64::from(self.uniform());
        let (quantile, mean_y) = if u < MOVERS { (u / MOVERS, 2.0) } else { ((u - MOVERS) / (1.0 - MOVERS), 14.0) };
        let quantile = 0.95 * quantile;
        let residence_y = -mean_y * libm::log(1.0 - quantile);
        let since = ShortMonth((f64::from(self.now.0) - 12.0 * residence_y) as i16);
        // Where homes are scarce, most adults are registered.
        let waited_y = self.parameters.registered_most_y * f64::from(self.uniform());
        self.out.households.push(Household {
            key: HouseholdKey(mix(KEYS_HOUSEHOLD, founder.0, 0).max(1)),
            first: PersonIdx::at(slots[0]),
            size: n.min(255) as u8,
            since,
            queued: ShortMonth((f64::from(self.now.0) - 12.0 * waited_y) as i16),
            threshold,
            ..Household::default()
        });
    }

    fn origin(&mut self) -> u8 {
        let mut u = self.uniform();
        for (group, &share) in self.marginals.origin_share.iter().enumerate() {
            if u < share {
                return group as u8;
            }
            u -= share;
        }
        0
    }

    /// Type and month of arrival, for the share of households that came from abroad in the last twenty years. People
    /// come when they are young: heads of fifty and over came earlier or not at all. The others are some 62 % of heads
    /// (A), so that the share of all households is as wanted.
    fn newcomer(&mut self, head_age_y: u8) -> Option<(NewcomerType, ShortMonth)> {
        let share = self.parameters.newcomer_stock_share / 0.62;
        if f64::from(self.uniform()) >= share || head_age_y >= 50 {
            return None;
        }
        let (kind, years) = newcomer_in_stock(self.uniform(), self.uniform());
        Some((kind, ShortMonth(self.now.0 - (12.0 * years) as i16 - 1)))
    }

    fn threshold(&mut self) -> u8 {
        let mean = self.parameters.tolerance_mean;
        let logit = libm::log(mean / (1.0 - mean)) + self.parameters.tolerance_sd_logit * self.normal();
        (255.0 / (1.0 + libm::exp(-logit))) as u8
    }

    fn work(&mut self, age: u8, newcomer: Option<(NewcomerType, ShortMonth)>) -> Work {
        let [low, middle, _] = self.marginals.education_share;
        let u = self.uniform();
        let education = if age < 16 || u < low { 0 } else { 1 + u8::from(u >= low + middle) };
        let language = newcomer.map_or(255, |(kind, since)| {
            let years = since.until(self.now) as f32 / 12.0;
            let start = NEWCOMER_TRAITS[kind as usize].language;
            (255.0 * (1.0 - (1.0 - start) * libm::expf(-0.1 * years))) as u8
        });
        let occupation = super::work::first_occupation(age, education, self.uniform());
        let place = self.places.choose(occupation, age, self.n, self.rng.next_u32());
        let mut work = Work { education, language, place, occupation: occupation as u8, ..Work::default() };
        let draw: f64 = LogNormal::new(0.0, 0.5).expect("a positive spread").sample(&mut self.rng);
        work.income_eur_y = super::work::typical_income_eur_y(&work, age) * draw as f32;
        if self.uniform() < 0.08 && age >= 18 {
            let debt: f64 = Normal::new(18_000.0, 6_000.0).expect("a positive spread").sample(&mut self.rng);
            work.debt_eur = debt.max(1_000.0) as f32;
        }
        work
    }

    /// Scales incomes so that the neighbourhood's mean household income is met, then sums up households. Pensions depend
    /// on earnings by half, as they do later ([`super::work`]).
    fn incomes(&mut self) {
        let out = &mut self.out;
        let is_pension = |w: &Work| w.occupation == Occupation::Retired as u8;
        let sum = |pension: bool| -> f64 {
            out.works.iter().filter(|w| is_pension(w) == pension).map(|w| f64::from(w.income_eur_y)).sum()
        };
        let (earned, pensions) = (sum(false), sum(true));
        let want = f64::from(self.marginals.mean_income_eur_y) * out.households.len() as f64;
        if earned + pensions > 0.0 && want > 0.0 {
            // Solves earned x² + pensions x = want, in a form that holds without earnings or without pensions.
            let root = 2.0 * want / (pensions + (pensions * pensions + 4.0 * earned * want).sqrt());
            let [on_earned, on_pensions] = [root * root, root].map(|x| x as f32);
            out.works.iter_mut().for_each(|w| w.income_eur_y *= if is_pension(w) { on_pensions } else { on_earned });
        }
        self.earnings();
        let out = &mut self.out;
        for household in &mut out.households {
            refresh_household(&out.persons, &out.works, household, self.now);
        }
    }

    /// Lasting earning power: of adults from what they make, of children from their mother's.
    fn earnings(&mut self) {
        let Inhabitants { persons, works, .. } = &mut self.out;
        for i in 0..works.len() {
            let typical = super::work::typical_income_eur_y(&works[i], persons[i].age_y(self.now));
            if typical > 0.0 {
                works[i].earning = super::work::earning_of(works[i].income_eur_y / typical);
            }
        }
        for i in 0..works.len() {
            if works[i].earning == 0 {
                let mothers = persons[i].mother.get().map_or(128, |m| works[m].earning);
                let words = std::array::from_fn(|_| self.rng.next_u32());
                works[i].earning = super::work::inherited_earning(mothers, words);
            }
        }
    }
}

/// Gives every household of each neighbourhood one of its homes: tenure by income and age, area by size, with keyed
/// noise. Households beyond the homes begin without one.
fn allot_homes(
    city: &City,
    all: &mut Inhabitants,
    households: &[std::ops::Range<usize>],
    draws: Draws,
    now: ShortMonth,
) {
    let mut homes: Vec<Vec<usize>> = vec![Vec::new(); city.neighbourhoods.len()];
    for (d, dwelling) in all.dwellings.iter().enumerate() {
        homes[usize::from(dwelling.neighbourhood)].push(d);
    }
    let allotted: Vec<Allotted> =
        homes.par_iter().zip(households).map(|(seats, range)| allot_in(all, seats, range.clone(), draws)).collect();
    for (n, (given, waiting)) in allotted.into_iter().enumerate() {
        for (h, d) in given {
            all.dwellings[d].household = HouseholdIdx::at(h);
            all.households[h].dwelling = DwellingIdx::at(d);
        }
        for h in waiting {
            all.households[h].since = now;
            all.households[h].lodges = n as u16;
        }
    }
}

/// Households with the home that each gets, and those that get none.
type Allotted = (Vec<(usize, usize)>, Vec<usize>);

/// Allots the homes `seats` of one neighbourhood to its `households`.
fn allot_in(all: &Inhabitants, seats: &[usize], households: std::ops::Range<usize>, draws: Draws) -> Allotted {
    let lived_in = seats.len().min(households.len());
    // Empty homes are a random part of the stock.
    let mut order: Vec<usize> = seats.to_vec();
    order.sort_by_cached_key(|&d| (draws.block(STREAM, all.dwellings[d].key.0, 1)[0], d));
    order.truncate(lived_in);
    let mut groups: [Vec<usize>; 5] = Default::default();
    order.iter().for_each(|&d| groups[usize::from(all.dwellings[d].tenure)].push(d));
    let noise = |key: HouseholdKey, i: u32| {
        let u = unit(draws.block(STREAM, key.0, i)[0]);
        libm::logf((u + 0.5e-7) / (1.0 - u))
    };
    let mut given = Vec::with_capacity(lived_in);
    let mut waiting: Vec<usize> = households.collect();
    // From the most choosy segment to the least: who fits best goes there.
    type Score = fn(&Household) -> f32;
    let plan: [(Tenure, Score); 5] = [
        (Tenure::Senior, |h| f32::from(h.head_age_y) * 0.5),
        (Tenure::Room, |h| -0.2 * f32::from(h.head_age_y) - 2.0 * f32::from(h.size)),
        (Tenure::Owner, |h| 2.5 * libm::logf(h.income_eur_m) + 0.02 * f32::from(h.head_age_y)),
        (Tenure::Social, |h| -2.0 * libm::logf(h.income_eur_m) + 0.03 * f32::from(h.head_age_y)),
        (Tenure::Private, |_| 0.0),
    ];
    for (tenure, score) in plan {
        let seats = &mut groups[tenure as usize];
        let mut ranked: Vec<(f32, usize)> = waiting
            .iter()
            .map(|&h| (score(&all.households[h]) + noise(all.households[h].key, 2 + tenure as u32), h))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        waiting = ranked.iter().skip(seats.len()).map(|r| r.1).collect();
        waiting.sort_unstable();
        ranked.truncate(seats.len());
        // Larger households to larger homes, roughly.
        let room_need = |h: &Household| f32::from(h.size) + 0.6 * noise(h.key, 9);
        let mut chosen: Vec<(f32, usize)> =
            ranked.into_iter().map(|(_, h)| (room_need(&all.households[h]), h)).collect();
        chosen.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        seats.sort_by_key(|&d| (all.dwellings[d].area_m2, d));
        given.extend(chosen.iter().zip(seats.iter()).map(|(&(_, h), &d)| (h, d)));
    }
    (given, waiting)
}

/// How well the synthetic people fit the head counts, per marginal.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Fit {
    /// Name of the marginal.
    pub marginal: String,
    /// Total absolute error over all cells of the marginal, persons or households.
    pub total_absolute_error: f64,
    /// Standardised root mean square error: RMSE / mean cell.
    pub srmse: f64,
    /// Wanted city total.
    pub wanted: f64,
    /// Synthetic city total.
    pub got: f64,
}

/// Measures the fit of `all` to the marginals of `city`.
pub fn fit(city: &City, all: &Inhabitants, now: ShortMonth) -> Vec<Fit> {
    let n = city.neighbourhoods.len();
    let mut ages = vec![[0u32; 5]; n];
    let mut kinds = vec![[0u32; 3]; n];
    // People without a home are counted where they were made: households of a neighbourhood are contiguous.
    let mut neighbourhood = 0;
    for household in &all.households {
        if let Some(d) = household.dwelling.get() {
            neighbourhood = usize::from(all.dwellings[d].neighbourhood);
        }
        let mut n_children = 0;
        let mut youngest_parent = ShortMonth::NEVER;
        for p in super::books::members(&all.persons, household) {
            let person = &all.persons[p.i()];
            let age = person.age_y(now);
            ages[neighbourhood][BANDS[1..5].iter().filter(|&&b| age >= b).count()] += 1;
            n_children += u32::from(person.partner == PersonIdx::NONE && person.mother != PersonIdx::NONE || age < 15);
            youngest_parent = youngest_parent.max(person.born);
        }
        let kind = if household.size == 1 { 0 } else { 1 + usize::from(n_children > 0) };
        kinds[neighbourhood][kind] += 1;
    }
    let compare = |name: &str, pairs: Vec<(f64, f64)>| {
        let n = pairs.len().max(1) as f64;
        let wanted: f64 = pairs.iter().map(|p| p.0).sum();
        let squares: f64 = pairs.iter().map(|(a, b)| (a - b) * (a - b)).sum();
        Fit {
            marginal: name.into(),
            total_absolute_error: pairs.iter().map(|(a, b)| (a - b).abs()).sum(),
            srmse: (squares / n).sqrt() / (wanted / n).max(1e-9),
            wanted,
            got: pairs.iter().map(|p| p.1).sum(),
        }
    };
    let mut out = Vec::new();
    let of = |f: &dyn Fn(&Marginals) -> u32| -> Vec<f64> {
        city.neighbourhoods.iter().map(|x| f64::from(f(&x.marginals))).collect()
    };
    for (band, name) in ["0–14", "15–24", "25–44", "45–64", "65+"].iter().enumerate() {
        let got = ages.iter().map(|a| f64::from(a[band]));
        out.push(compare(&format!("age {name}"), of(&|m| m.by_age[band]).into_iter().zip(got).collect()));
    }
    for (kind, name) in ["one person", "several, no children", "with children"].iter().enumerate() {
        let got = kinds.iter().map(|a| f64::from(a[kind]));
        out.push(compare(&format!("households: {name}"), of(&|m| m.by_household[kind]).into_iter().zip(got).collect()));
    }
    out
}
