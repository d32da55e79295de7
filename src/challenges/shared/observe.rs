//! States that are counted from people and homes, and those that the ground gives.
//!
//! * turnover: households that moved in during the past twelve months / households
//! * vacancy: empty homes / homes; overcrowding: crowded / households of several
//! * disadvantage: mean of three shares: households under the low-income line, unemployed of those in work or looking
//!   for it, adults with problem debt (models.md §0.6 DEP; weights A). The line is 60 % of the median income at the
//!   start, growing with incomes.
//!
//! What changes with birthdays only (work, debt, ages) is counted every third month.

use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::states::{NeighbourhoodStates, State};
use crate::city::City;
use crate::people::{CHUNK, DemographyParameters, Dwelling, Household, Occupation, Person, ShortMonth, Work};
use crate::sim::Clock;
use crate::sim::state::slice;

/// Head counts of each neighbourhood.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Census {
    /// Residents, every month.
    pub residents: Vec<u32>,
    /// Households, every month.
    pub households: Vec<u32>,
    /// Homes, every month.
    pub homes: Vec<u32>,
    /// Residents of 12–24 years, every third month.
    pub youth: Vec<u32>,
    /// Residents of 65 and over, every third month.
    pub elders: Vec<u32>,
    /// Income under which a household counts as poor, € per month; 0 before the first count.
    pub low_income_eur_m: f32,
    /// Floor area per person under which the home of several is crowded, m².
    pub crowded_m2_per_person: f32,
}

impl Census {
    /// Nobody yet in `n` neighbourhoods.
    pub fn new(n: usize, crowded_m2_per_person: f32) -> Census {
        let none = || vec![0; n];
        Census {
            residents: none(),
            households: none(),
            homes: none(),
            youth: none(),
            elders: none(),
            low_income_eur_m: 0.0,
            crowded_m2_per_person,
        }
    }
}

/// Counts of one neighbourhood, by home.
const RESIDENTS: usize = 0;
const HOUSEHOLDS: usize = 1;
const HOMES: usize = 2;
const MOVED_IN: usize = 3;
const LOW_INCOME: usize = 4;
const SEVERAL: usize = 5;
const CROWDED: usize = 6;
const N_HOME: usize = 7;

/// Counts of one neighbourhood, by person.
const YOUTH: usize = 0;
const ELDERS: usize = 1;
const ACTIVE: usize = 2;
const UNEMPLOYED: usize = 3;
const ADULTS: usize = 4;
const INDEBTED: usize = 5;
const N_PERSON: usize = 6;

/// Counts anew. At the end of a month, or before the first one.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub fn observe(
    clock: Res<Clock>,
    people: Res<DemographyParameters>,
    persons: Query<&Person>,
    works: Query<&Work>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut census: ResMut<Census>,
    mut states: ResMut<NeighbourhoodStates>,
) {
    let (households, dwellings) = (slice(&households), slice(&dwellings));
    let now = ShortMonth::of(clock.month());
    let n = states.n();
    if census.low_income_eur_m == 0.0 {
        census.low_income_eur_m = 0.6 * median_income(households);
    }
    let grown = libm::pow(1.0 + people.income_growth_y, f64::from(clock.tick) / 12.0) as f32;
    let line = census.low_income_eur_m * grown;
    let crowded_m2 = census.crowded_m2_per_person;
    let by_home = sum_rows(dwellings, n * N_HOME, |sum, d| {
        if !d.is_there() {
            return;
        }
        let row = &mut sum[usize::from(d.neighbourhood) * N_HOME..][..N_HOME];
        row[HOMES] += 1;
        if let Some(h) = d.household.get() {
            let h = &households[h];
            row[RESIDENTS] += u32::from(h.size);
            row[HOUSEHOLDS] += 1;
            row[MOVED_IN] += u32::from(h.since.until(now) < 12);
            row[LOW_INCOME] += u32::from(h.income_eur_m < line);
            row[SEVERAL] += u32::from(h.size > 1);
            row[CROWDED] += u32::from(h.size > 1 && f32::from(d.area_m2) < crowded_m2 * f32::from(h.size));
        }
    });
    let share = |row: &[u32], a: usize, b: usize| row[a] as f32 / row[b].max(1) as f32;
    let mut low_income = vec![0.0; n];
    for (i, row) in by_home.chunks(N_HOME).enumerate() {
        census.residents[i] = row[RESIDENTS];
        census.households[i] = row[HOUSEHOLDS];
        census.homes[i] = row[HOMES];
        low_income[i] = share(row, LOW_INCOME, HOUSEHOLDS);
        states.of_mut(State::Turnover)[i] = share(row, MOVED_IN, HOUSEHOLDS);
        states.of_mut(State::Vacancy)[i] = 1.0 - share(row, HOUSEHOLDS, HOMES);
        states.of_mut(State::Overcrowding)[i] = share(row, CROWDED, SEVERAL);
    }
    if !clock.tick.is_multiple_of(3) {
        return;
    }
    let (persons, works) = (slice(&persons), slice(&works));
    let by_person = sum_pairs(persons, works, n * N_PERSON, |sum, p, w| {
        let home = p.household.get().and_then(|h| households[h].dwelling.get());
        let Some(home) = home else { return };
        let row = &mut sum[usize::from(dwellings[home].neighbourhood) * N_PERSON..][..N_PERSON];
        let age = p.age_y(now);
        row[YOUTH] += u32::from((12..25).contains(&age));
        row[ELDERS] += u32::from(age >= 65);
        row[ADULTS] += u32::from(age >= 18);
        row[INDEBTED] += u32::from(age >= 18 && w.debt_eur > 0.0);
        let unemployed = w.occupation == Occupation::Unemployed as u8;
        row[UNEMPLOYED] += u32::from(unemployed);
        row[ACTIVE] += u32::from(unemployed || w.occupation == Occupation::Employed as u8);
    });
    for (i, row) in by_person.chunks(N_PERSON).enumerate() {
        census.youth[i] = row[YOUTH];
        census.elders[i] = row[ELDERS];
        states.of_mut(State::Disadvantage)[i] =
            (low_income[i] + share(row, UNEMPLOYED, ACTIVE) + share(row, INDEBTED, ADULTS)) / 3.0;
    }
}

fn sum_rows<T: Sync>(rows: &[T], n: usize, add: impl Fn(&mut [u32], &T) + Sync) -> Vec<u32> {
    let fold = |mut sum: Vec<u32>, chunk: &[T]| {
        chunk.iter().for_each(|row| add(&mut sum, row));
        sum
    };
    rows.par_chunks(CHUNK).fold(|| vec![0; n], fold).reduce(|| vec![0; n], plus)
}

fn sum_pairs(
    persons: &[Person],
    works: &[Work],
    n: usize,
    add: impl Fn(&mut [u32], &Person, &Work) + Sync,
) -> Vec<u32> {
    let fold = |mut sum: Vec<u32>, (persons, works): (&[Person], &[Work])| {
        persons.iter().zip(works).filter(|(p, _)| p.is_there()).for_each(|(p, w)| add(&mut sum, p, w));
        sum
    };
    let chunks = persons.par_chunks(CHUNK).zip(works.par_chunks(CHUNK));
    chunks.fold(|| vec![0; n], fold).reduce(|| vec![0; n], plus)
}

fn plus(mut a: Vec<u32>, b: Vec<u32>) -> Vec<u32> {
    a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
    a
}

fn median_income(households: &[Household]) -> f32 {
    let mut incomes: Vec<f32> = households.iter().filter(|h| h.is_there()).map(|h| h.income_eur_m).collect();
    if incomes.is_empty() {
        return 0.0;
    }
    let middle = incomes.len() / 2;
    *incomes.select_nth_unstable_by(middle, f32::total_cmp).1
}

/// What the ground and the amenities give.
pub(super) fn survey(city: &City, states: &mut NeighbourhoodStates) {
    for (i, (near, cover)) in city.amenities_near().into_iter().zip(city.cover()).enumerate() {
        let of_all = |sum_pct: u64| (sum_pct as f64 / 100.0 / cover.pixels.max(1) as f64) as f32;
        states.of_mut(State::Paved)[i] = of_all(cover.sealed_pct);
        states.of_mut(State::Green)[i] = 0.5 * (1.0 - of_all(cover.sealed_pct)) + 0.5 * of_all(cover.tree_pct);
        states.of_mut(State::Amenities)[i] = libm::log1p(f64::from(near)) as f32;
    }
}
