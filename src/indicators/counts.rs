//! The counting pass: once a month over the tables of people, households and homes, into one row of integers per
//! neighbourhood. Everything that is measured derives from these rows.
//!
//! All sums are of integers, so the result does not depend on how the tables are split over threads. Money is counted
//! in whole cents. Incomes are compared *equivalised*: disposable household income divided by
//! (adults + 0.8 minors)^0.5 (scale of Statistics Netherlands; M), in 256 bins of 2–3 % width.

use std::sync::atomic::{AtomicU16, Ordering::Relaxed};

use bevy::prelude::*;
use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

use super::indices;
use crate::challenges::housing::HousingParameters;
use crate::city::Tenure;
use crate::people::{Dwelling, Household, Occupation, Person, ShortMonth, Work};
use crate::sim::{DwellingIdx, HouseholdIdx};

/// Origin groups told apart; higher numbers count as the last.
pub const N_ORIGINS: usize = 16;

/// Sums over one neighbourhood, or over who is in none. Rows add up field by field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
#[repr(C)]
pub struct Facts {
    /// Residents.
    pub residents: u64,
    /// Ages, months.
    pub age_months: u64,
    /// Residents of 0–14, 15–24, 25–44, 45–64 and 65+ years.
    pub by_age: [u64; 5],
    /// Residents by (opaque) origin group.
    pub by_origin: [u64; N_ORIGINS],
    /// 15–74 year-olds at work.
    pub employed: u64,
    /// 15–74 year-olds looking for work.
    pub unemployed: u64,
    /// Households.
    pub households: u64,
    /// Households of one person; of several without minors; with minors.
    pub by_household: [u64; 3],
    /// Disposable household incomes, cents per month.
    pub income_cents_m: u64,
    /// Households of several in a home with less floor area per person than the housing market calls crowded.
    pub overcrowded: u64,
    /// Households without a home that are entitled to social rent.
    pub in_queue: u64,
    /// Households without a home who have a place in a shelter.
    pub in_shelter: u64,
    /// Renting households.
    pub renters: u64,
    /// What they pay, cents per month.
    pub renters_pay_cents_m: u64,
    /// What they live on, cents per month.
    pub renters_income_cents_m: u64,
    /// Homes that a household moved into this month.
    pub filled: u64,
    /// Of these, homes whose vacancy no move had caused: first in their chain.
    pub filled_first: u64,
    /// Homes.
    pub homes: u64,
    /// Homes in which nobody lives.
    pub vacant: u64,
    /// Homes by [`Tenure`].
    pub by_tenure: [u64; 5],
    /// Their rents, or an owner's cost of buying now, by tenure, cents per month.
    pub cost_cents_m: [u64; 5],
    /// Their values by tenure, €.
    pub value_eur: [u64; 5],
}

impl Facts {
    /// Adds `other`.
    pub fn add(&mut self, other: &Facts) {
        let (mine, theirs): (&mut [u64], &[u64]) =
            (bytemuck::cast_slice_mut(std::slice::from_mut(self)), bytemuck::cast_slice(std::slice::from_ref(other)));
        mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
    }
}

/// This month's counts; derived anew every month, so not part of a simulation's state.
#[derive(Resource, Debug, Clone, PartialEq, Default)]
pub struct NeighbourhoodCounts {
    /// One row per neighbourhood.
    pub neighbourhoods: Vec<Facts>,
    /// Households without a home of their own, and people who stay in no neighbourhood. People who lodge with others
    /// count as residents where they lodge.
    pub without_home: Facts,
    /// Everything together.
    pub city: Facts,
    /// Per neighbourhood its households in the poorest fifth of the city, the middle three fifths and the richest
    /// fifth by equivalised income. Households in the bin on a boundary are split in proportion, hence not integer.
    pub by_income: Vec<[f64; 3]>,
    /// Gini coefficient of equivalised household income; NaN without households.
    pub income_gini: f64,
}

/// The tables to count.
#[derive(Clone, Copy)]
pub struct Tables<'a> {
    /// Persons by slot.
    pub persons: &'a [Person],
    /// What they do, by the same slot.
    pub works: &'a [Work],
    /// Households by slot.
    pub households: &'a [Household],
    /// Dwellings by slot.
    pub dwellings: &'a [Dwelling],
}

/// Rows of a table that one task counts: large enough to be worth a task.
const CHUNK: usize = 32_768;
/// Homes whose households are fetched together: few enough for the nearest cache.
const BLOCK: usize = 256;

impl NeighbourhoodCounts {
    /// Counts `tables` at the end of month `now` into `n` neighbourhoods, with the housing market's default of what is
    /// crowded.
    pub fn count(tables: Tables, now: ShortMonth, n: usize) -> NeighbourhoodCounts {
        Self::count_with(tables, now, n, HousingParameters::default().crowded_m2_per_person)
    }

    /// The same; several people with less than `crowded_m2_per_person` each are overcrowded.
    pub fn count_with(tables: Tables, now: ShortMonth, n: usize, crowded_m2_per_person: f64) -> NeighbourhoodCounts {
        let lives_in: Vec<AtomicU16> = (0..tables.households.len()).map(|_| AtomicU16::new(n as u16)).collect();
        let mut income_bins = vec![0; tables.dwellings.len()];
        let counting = Counting { tables, now, n, crowded_m2: crowded_m2_per_person as f32, per_head: per_head() };
        let (mut all, mut incomes) = counting.homes(&lives_in, &mut income_bins);
        let (without_home, their_incomes) = counting.without_home(&lives_in);
        all[n].add(&without_home);
        incomes = incomes.add(their_incomes);
        all = add_rows(all, counting.people(&lives_in));
        let mut city = Facts::default();
        all.iter().for_each(|row| city.add(row));
        let without_home = all.pop().unwrap_or_default();
        let by_income = incomes.fifths(tables.dwellings, &income_bins, n);
        NeighbourhoodCounts { neighbourhoods: all, without_home, city, by_income, income_gini: incomes.gini() }
    }
}

/// What the passes over the tables need to know.
struct Counting<'a> {
    tables: Tables<'a>,
    now: ShortMonth,
    n: usize,
    crowded_m2: f32,
    per_head: [f32; 256],
}

impl Counting<'_> {
    /// Counts homes and the households in them. Notes for each household the neighbourhood where it lives, and for
    /// each home the bin of its household's income.
    fn homes(&self, lives_in: &[AtomicU16], income_bins: &mut [u8]) -> (Vec<Facts>, Incomes) {
        let count = |(mut rows, mut incomes): (Vec<Facts>, Incomes), (bins, homes): (&mut [u8], &[Dwelling])| {
            for (bins, homes) in bins.chunks_mut(BLOCK).zip(homes.chunks(BLOCK)) {
                // Households lie anywhere in memory. Fetching a block of them before looking at any lets the fetches
                // overlap.
                let mut households = [Household::default(); BLOCK];
                for (household, home) in households.iter_mut().zip(homes) {
                    *household = self.tables.households.get(home.household.0 as usize).copied().unwrap_or_default();
                }
                for ((bin, home), household) in bins.iter_mut().zip(homes).zip(&households) {
                    if !home.is_there() {
                        continue;
                    }
                    let at = usize::from(home.neighbourhood).min(self.n);
                    count_home(&mut rows[at], home);
                    if let Some(h) = home.household.get() {
                        count_household(&mut rows[at], household, Some(home), self.now, self.crowded_m2);
                        // Every household lives in one home, so no two tasks write to one place.
                        lives_in[h].store(at as u16, Relaxed);
                        *bin = incomes.count(household, &self.per_head);
                    }
                }
            }
            (rows, incomes)
        };
        let none = || (empty(self.n), Incomes::default());
        let chunks = income_bins.par_chunks_mut(CHUNK).zip(self.tables.dwellings.par_chunks(CHUNK));
        chunks.fold(none, count).reduce(none, |(a, x), (b, y)| (add_rows(a, b), x.add(y)))
    }

    /// Counts households without a home of their own. Notes where they lodge.
    fn without_home(&self, lives_in: &[AtomicU16]) -> (Facts, Incomes) {
        let count = |(mut row, mut incomes): (Facts, Incomes), (places, chunk): (&[AtomicU16], &[Household])| {
            for (place, household) in places.iter().zip(chunk) {
                if household.is_there() && household.dwelling == DwellingIdx::NONE {
                    count_household(&mut row, household, None, self.now, self.crowded_m2);
                    incomes.count(household, &self.per_head);
                    place.store(household.lodging().map_or(self.n, |n| n.min(self.n)) as u16, Relaxed);
                }
            }
            (row, incomes)
        };
        let add = |(mut a, x): (Facts, Incomes), (b, y): (Facts, Incomes)| {
            a.add(&b);
            (a, x.add(y))
        };
        let none = || (Facts::default(), Incomes::default());
        let chunks = lives_in.par_chunks(CHUNK).zip(self.tables.households.par_chunks(CHUNK));
        chunks.fold(none, count).reduce(none, add)
    }

    /// Counts people where their households live or lodge.
    fn people(&self, lives_in: &[AtomicU16]) -> Vec<Facts> {
        let count = |mut rows: Vec<Facts>, (persons, works): (&[Person], &[Work])| {
            for (person, work) in persons.iter().zip(works).filter(|(p, _)| p.is_there()) {
                let at = person.household.get().map_or(self.n, |h| usize::from(lives_in[h].load(Relaxed)));
                count_person(&mut rows[at], person, work, self.now);
            }
            rows
        };
        let chunks = self.tables.persons.par_chunks(CHUNK).zip(self.tables.works.par_chunks(CHUNK));
        chunks.fold(|| empty(self.n), count).reduce(|| empty(self.n), add_rows)
    }
}

/// One row per neighbourhood and one for people without a home.
fn empty(n: usize) -> Vec<Facts> {
    vec![Facts::default(); n + 1]
}

fn add_rows(mut a: Vec<Facts>, b: Vec<Facts>) -> Vec<Facts> {
    a.iter_mut().zip(&b).for_each(|(a, b)| a.add(b));
    a
}

/// Cents of an amount up to 40 million €.
fn cents(eur: f32) -> u64 {
    u64::from((eur * 100.0 + 0.5) as u32)
}

// The three functions below run for every home, household and person every month. They add ones and zeros instead of
// branching, because a branch that cannot be foreseen costs more than all of their arithmetic.

#[inline]
fn count_home(row: &mut Facts, home: &Dwelling) {
    let tenure = usize::from(home.tenure).min(Tenure::ALL.len() - 1);
    row.homes += 1;
    row.vacant += u64::from(home.is_empty());
    row.by_tenure[tenure] += 1;
    row.cost_cents_m[tenure] += cents(home.cost_eur_m);
    row.value_eur[tenure] += u64::from((home.value_keur * 1000.0 + 0.5) as u32);
}

fn count_household(row: &mut Facts, household: &Household, home: Option<&Dwelling>, now: ShortMonth, crowded_m2: f32) {
    row.households += 1;
    let has_minors = household.n_minors > 0;
    row.by_household[usize::from(has_minors) * 2 + usize::from(!has_minors & (household.size > 1))] += 1;
    let income = cents(household.income_eur_m);
    row.income_cents_m += income;
    let Some(home) = home else {
        let entitled = u64::from(!household.stands(Household::EXCLUDED));
        row.in_queue += entitled;
        row.in_shelter += u64::from(household.stands(Household::SHELTERED));
        return;
    };
    let is_small = f32::from(home.area_m2) < crowded_m2 * f32::from(household.size);
    row.overcrowded += u64::from((household.size > 1) & is_small);
    let rents = u64::from(home.tenure != Tenure::Owner as u8);
    row.renters += rents;
    row.renters_pay_cents_m += rents * cents(home.cost_eur_m);
    row.renters_income_cents_m += rents * income;
    let is_new = household.since == now;
    row.filled += u64::from(is_new);
    row.filled_first += u64::from(is_new & (home.chain == 0));
}

/// Age band of each age in years.
const BAND: [u8; 128] = {
    let mut bands = [4; 128];
    let mut age = 0;
    while age < 65 {
        bands[age] = (age >= 15) as u8 + (age >= 25) as u8 + (age >= 45) as u8;
        age += 1;
    }
    bands
};

#[inline]
fn count_person(row: &mut Facts, person: &Person, work: &Work, now: ShortMonth) {
    let months = person.born.until(now).max(0) as u32;
    row.residents += 1;
    row.age_months += u64::from(months);
    row.by_age[usize::from(BAND[(months / 12).min(127) as usize])] += 1;
    row.by_origin[usize::from(person.origin).min(N_ORIGINS - 1)] += 1;
    let of_age = (15 * 12..75 * 12).contains(&months);
    row.employed += u64::from(of_age & (work.occupation == Occupation::Employed as u8));
    row.unemployed += u64::from(of_age & (work.occupation == Occupation::Unemployed as u8));
}

const N_BINS: usize = 256;
/// Lower edge of the first bin, € per month; the last bin begins at just under 16,384.
const LOWEST_EUR_M: f32 = 64.0;

/// 1 / (adults + 0.8 minors)^0.5 for up to 15 of each: a table, because roots and divisions for every household take
/// longer than the rest of the count.
fn per_head() -> [f32; 256] {
    // A square root is exactly rounded on every machine, so std's will do.
    std::array::from_fn(|i| 1.0 / (((i / 16) as f32 + 0.8 * (i % 16) as f32).max(0.8)).sqrt())
}

/// Histogram of equivalised incomes: households and cents per bin.
#[derive(Clone)]
struct Incomes {
    households: [u64; N_BINS],
    cents: [u64; N_BINS],
}

impl Default for Incomes {
    fn default() -> Self {
        Incomes { households: [0; N_BINS], cents: [0; N_BINS] }
    }
}

impl Incomes {
    /// Counts a household; answers its bin.
    #[inline]
    fn count(&mut self, household: &Household, per_head: &[f32; 256]) -> u8 {
        let n_adults = household.size.saturating_sub(household.n_minors);
        let income = household.income_eur_m
            * per_head[usize::from(n_adults.min(15)) * 16 + usize::from(household.n_minors.min(15))];
        // The leading bits of a float are its logarithm, cut into 32 steps per doubling.
        let step = |x: f32| x.to_bits() >> 18;
        let bin = (step(income.max(LOWEST_EUR_M)) - step(LOWEST_EUR_M)).min(N_BINS as u32 - 1) as usize;
        self.households[bin] += 1;
        self.cents[bin] += cents(income);
        bin as u8
    }

    fn add(mut self, other: Incomes) -> Incomes {
        self.households.iter_mut().zip(&other.households).for_each(|(a, b)| *a += b);
        self.cents.iter_mut().zip(&other.cents).for_each(|(a, b)| *a += b);
        self
    }

    fn gini(&self) -> f64 {
        let bins = self.households.iter().zip(&self.cents).filter(|(n, _)| **n > 0);
        indices::gini(bins.map(|(&n, &sum)| (sum as f64 / n as f64, n as f64)).collect()).unwrap_or(f64::NAN)
    }

    /// For each bin the part of its households that belongs to the poorest `share` of all.
    fn part_below(&self, share: f64) -> [f64; N_BINS] {
        let mut left = self.households.iter().sum::<u64>() as f64 * share;
        self.households.map(|n| {
            let part = if n == 0 { 0.0 } else { (left / n as f64).clamp(0.0, 1.0) };
            left -= n as f64 * part;
            part
        })
    }

    /// Poorest fifth, middle and richest fifth per neighbourhood.
    fn fifths(&self, dwellings: &[Dwelling], income_bins: &[u8], n: usize) -> Vec<[f64; 3]> {
        let mut bins = vec![[0u32; N_BINS]; n];
        for (home, &bin) in dwellings.iter().zip(income_bins).filter(|(home, _)| home.household != HouseholdIdx::NONE) {
            if let Some(bins) = bins.get_mut(usize::from(home.neighbourhood)) {
                bins[usize::from(bin)] += 1;
            }
        }
        let (low, high) = (self.part_below(0.2), self.part_below(0.8));
        let weigh = |counts: &[u32; N_BINS], part: &dyn Fn(usize) -> f64| -> f64 {
            counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(b, &n)| f64::from(n) * part(b)).sum()
        };
        let thirds = |counts: &[u32; N_BINS]| {
            [weigh(counts, &|b| low[b]), weigh(counts, &|b| high[b] - low[b]), weigh(counts, &|b| 1.0 - high[b])]
        };
        bins.iter().map(thirds).collect()
    }
}
