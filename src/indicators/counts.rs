//! The counting pass: once a month over the tables of people, households and homes, into one row of integers per
//! neighbourhood. Everything that is measured derives from these rows.
//!
//! All sums are of integers, so the result does not depend on how the tables are split over threads. Money is counted
//! in whole cents. Incomes are compared *equivalised*: disposable household income divided by
//! (adults + 0.8 minors)^0.5 (scale of Statistics Netherlands; M), in 256 bins of 2–3 % width.

use bevy::prelude::*;
use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;

use super::indices;
use crate::city::Tenure;
use crate::people::{Dwelling, Household, Occupation, Person, ShortMonth, Work};

/// Origin groups told apart; higher numbers count as the last.
pub const N_ORIGINS: usize = 16;

/// Sums over one neighbourhood, or over the people without a home. Rows add up field by field.
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
    /// How long those have been registered for it, months.
    pub queue_months: u64,
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
    /// People and households without a home.
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

impl NeighbourhoodCounts {
    /// Counts `tables` at the end of month `now` into `n` neighbourhoods. Several people with less than
    /// `crowded_m2_per_person` each are overcrowded.
    pub fn count(tables: Tables, now: ShortMonth, n: usize, crowded_m2_per_person: f64) -> NeighbourhoodCounts {
        let Tables { persons, works, households, dwellings } = tables;
        let homes = dwellings
            .par_chunks(CHUNK)
            .fold(
                || empty(n),
                |mut rows, chunk| {
                    chunk
                        .iter()
                        .filter(|d| d.is_there())
                        .for_each(|d| count_home(&mut rows[row_of(d.neighbourhood, n)], d));
                    rows
                },
            )
            .reduce(|| empty(n), add_rows);
        let mut lives_in = vec![(n as u16, NO_INCOME); households.len()];
        let incomes = lives_in
            .par_chunks_mut(CHUNK)
            .zip(households.par_chunks(CHUNK))
            .fold(
                || (empty(n), Incomes::default()),
                |(mut rows, mut incomes), (lives_in, chunk)| {
                    for (place, household) in lives_in.iter_mut().zip(chunk).filter(|(_, h)| h.is_there()) {
                        let home = household.dwelling.get().map(|d| &dwellings[d]);
                        let row = home.map_or(n, |d| row_of(d.neighbourhood, n));
                        count_household(&mut rows[row], household, home, now, crowded_m2_per_person);
                        *place = (row as u16, incomes.count(household));
                    }
                    (rows, incomes)
                },
            )
            .reduce(|| (empty(n), Incomes::default()), |(a, x), (b, y)| (add_rows(a, b), x.add(y)));
        let (rows, incomes) = incomes;
        let people = persons
            .par_chunks(CHUNK)
            .zip(works.par_chunks(CHUNK))
            .fold(
                || empty(n),
                |mut rows, (persons, works)| {
                    for (person, work) in persons.iter().zip(works).filter(|(p, _)| p.is_there()) {
                        let row = person.household.get().map_or(n, |h| usize::from(lives_in[h].0));
                        count_person(&mut rows[row], person, work, now);
                    }
                    rows
                },
            )
            .reduce(|| empty(n), add_rows);
        let mut all = add_rows(add_rows(homes, rows), people);
        let mut city = Facts::default();
        all.iter().for_each(|row| city.add(row));
        let without_home = all.pop().unwrap_or_default();
        let by_income = incomes.fifths(&lives_in, n);
        NeighbourhoodCounts { neighbourhoods: all, without_home, city, by_income, income_gini: incomes.gini() }
    }
}

/// One row per neighbourhood and one for people without a home.
fn empty(n: usize) -> Vec<Facts> {
    vec![Facts::default(); n + 1]
}

fn row_of(neighbourhood: u16, n: usize) -> usize {
    usize::from(neighbourhood).min(n)
}

fn add_rows(mut a: Vec<Facts>, b: Vec<Facts>) -> Vec<Facts> {
    a.iter_mut().zip(&b).for_each(|(a, b)| a.add(b));
    a
}

fn cents(eur: f32) -> u64 {
    (f64::from(eur.max(0.0)) * 100.0 + 0.5) as u64
}

fn count_home(row: &mut Facts, home: &Dwelling) {
    let tenure = usize::from(home.tenure).min(Tenure::ALL.len() - 1);
    row.homes += 1;
    row.vacant += u64::from(home.is_vacant());
    row.by_tenure[tenure] += 1;
    row.cost_cents_m[tenure] += cents(home.cost_eur_m);
    row.value_eur[tenure] += cents(home.value_keur) * 10;
}

fn count_household(
    row: &mut Facts,
    household: &Household,
    home: Option<&Dwelling>,
    now: ShortMonth,
    crowded_m2_per_person: f64,
) {
    row.households += 1;
    let kind = if household.n_minors > 0 { 2 } else { usize::from(household.size > 1) };
    row.by_household[kind] += 1;
    row.income_cents_m += cents(household.income_eur_m);
    let Some(home) = home else {
        if household.excluded == 0 {
            row.in_queue += 1;
            row.queue_months += household.queued.until(now).max(0) as u64;
        }
        return;
    };
    let is_small = f64::from(home.area_m2) < crowded_m2_per_person * f64::from(household.size);
    row.overcrowded += u64::from(household.size > 1 && is_small);
    if home.tenure != Tenure::Owner as u8 {
        row.renters += 1;
        row.renters_pay_cents_m += cents(home.cost_eur_m);
        row.renters_income_cents_m += cents(household.income_eur_m);
    }
    if household.since == now {
        row.filled += 1;
        row.filled_first += u64::from(home.chain == 0);
    }
}

#[inline]
fn count_person(row: &mut Facts, person: &Person, work: &Work, now: ShortMonth) {
    let months = person.born.until(now).max(0) as u32;
    let band = match months / 12 {
        0..=14 => 0,
        15..=24 => 1,
        25..=44 => 2,
        45..=64 => 3,
        _ => 4,
    };
    row.residents += 1;
    row.age_months += u64::from(months);
    row.by_age[band] += 1;
    row.by_origin[usize::from(person.origin).min(N_ORIGINS - 1)] += 1;
    if (15 * 12..75 * 12).contains(&months) {
        row.employed += u64::from(work.occupation == Occupation::Employed as u8);
        row.unemployed += u64::from(work.occupation == Occupation::Unemployed as u8);
    }
}

const N_BINS: usize = 256;
/// Lower edge of the first bin, € per month; the last bin begins at just under 16,384.
const LOWEST_EUR_M: f32 = 64.0;
/// Bin of a free slot.
const NO_INCOME: u8 = 0;

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
    fn count(&mut self, household: &Household) -> u8 {
        let n_adults = household.size.saturating_sub(household.n_minors);
        let scale = libm::sqrtf((f32::from(n_adults) + 0.8 * f32::from(household.n_minors)).max(0.8));
        let income = household.income_eur_m / scale;
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
    fn fifths(&self, lives_in: &[(u16, u8)], n: usize) -> Vec<[f64; 3]> {
        let mut bins = vec![[0u32; N_BINS]; n];
        for &(row, bin) in lives_in.iter().filter(|(row, _)| usize::from(*row) < n) {
            bins[usize::from(row)][usize::from(bin)] += 1;
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
