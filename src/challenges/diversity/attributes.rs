//! Superdiversity: many overlapping attributes, not one label (models.md §3).
//!
//! The index is the chance that two residents differ, averaged over six attributes: origin, time since arrival, command
//! of the language, schooling, age and tenure. Each is Simpson's `1 − Σ p²`. Counted once a year.

use rayon::prelude::*;

use crate::people::{CHUNK, Dwelling, Household, Person, ShortMonth, Work};

/// First counter of each attribute, and the number of counters.
const START: [usize; 7] = [0, 16, 20, 24, 27, 32, 37];
/// Counters of one neighbourhood.
const N: usize = START[6];

fn simpson(counts: &[u32]) -> f64 {
    let all: u64 = counts.iter().map(|&k| u64::from(k)).sum();
    // Integers, so that the order of groups makes no difference.
    let alike: u128 = counts.iter().map(|&k| u128::from(k) * u128::from(k)).sum();
    if all == 0 { 0.0 } else { 1.0 - alike as f64 / (all as f64 * all as f64) }
}

/// The index of every neighbourhood and of the city.
pub fn superdiversity(
    persons: &[Person],
    works: &[Work],
    households: &[Household],
    dwellings: &[Dwelling],
    n: usize,
    now: ShortMonth,
) -> (Vec<f32>, f64) {
    let fold = |mut sum: Vec<u32>, (persons, works): (&[Person], &[Work])| {
        for (p, w) in persons.iter().zip(works).filter(|(p, _)| p.is_there()) {
            let home = p.household.get().and_then(|h| households[h].dwelling.get());
            let Some(home) = home.map(|d| &dwellings[d]) else { continue };
            let years = p.arrived.until(now) / 12;
            let cohort = if p.newcomer == 0 { 0 } else { 1 + usize::from(years >= 5) + usize::from(years >= 15) };
            let age = p.age_y(now);
            let band = [15, 25, 45, 65].iter().filter(|&&from| age >= from).count();
            let row = &mut sum[N * usize::from(home.neighbourhood)..][..N];
            row[START[0] + usize::from(p.origin).min(15)] += 1;
            row[START[1] + cohort] += 1;
            row[START[2] + usize::from(w.language / 64)] += 1;
            row[START[3] + usize::from(w.education).min(2)] += 1;
            row[START[4] + band] += 1;
            row[START[5] + usize::from(home.tenure).min(4)] += 1;
        }
        sum
    };
    let plus = |mut a: Vec<u32>, b: Vec<u32>| {
        a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
        a
    };
    let none = || vec![0; N * n];
    let chunks = persons.par_chunks(CHUNK).zip(works.par_chunks(CHUNK));
    let counts = chunks.fold(none, fold).reduce(none, plus);
    let index = |row: &[u32]| START.windows(2).map(|w| simpson(&row[w[0]..w[1]])).sum::<f64>() / 6.0;
    let mut city = vec![0; N];
    for row in counts.chunks(N) {
        city.iter_mut().zip(row).for_each(|(a, b)| *a += b);
    }
    (counts.chunks(N).map(|row| index(row) as f32).collect(), index(&city))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{DwellingIdx, HouseholdIdx, PersonKey};

    #[test]
    fn two_people_who_share_all_but_origin() {
        let person = |key, origin| Person {
            key: PersonKey(key),
            household: HouseholdIdx(0),
            origin,
            born: ShortMonth(0),
            ..Person::default()
        };
        let households = [Household { dwelling: DwellingIdx(0), ..Household::default() }];
        let index = |persons: &[Person]| {
            let works = vec![Work::default(); persons.len()];
            superdiversity(persons, &works, &households, &[Dwelling::default()], 1, ShortMonth(600)).1
        };
        assert_eq!(index(&[person(1, 4), person(2, 4)]), 0.0);
        // One attribute of six differs for half of all ordered pairs.
        assert!((index(&[person(1, 4), person(2, 9)]) - 0.5 / 6.0).abs() < 1e-12);
    }
}
