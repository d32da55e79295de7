//! Volume crime, day by day: offences that come of themselves, and those that an offence brings about nearby.
//!
//! Short et al. (2008) give each place an attractiveness A = A0 + B, where an offence raises B and B decays and spreads:
//!
//! ```text
//! B_s(t+δt) = [B_s + (η/z) ΔB_s] (1 − ω δt) + θ E_s        p = 1 − exp(−A_s δt)
//! ```
//!
//! As B acts linearly on the rate, this is a self-exciting point process, and that is a *cluster* process (Hawkes & Oakes
//! 1974): offences come at rate A0, and each brings about Poisson(θ/ω) more, after an exponential time of mean 1/ω, in
//! the same street or, with the share that spreads, in a cell next to it. That is what is simulated: the same expectation
//! without a loop over cells and days, and with draws keyed by (cell, month) and by the parent, so that twins stay
//! aligned. Total = rate / (1 − θ/ω). With θ = 0 nothing is left of near repeats (T-6c).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::cells::{Cells, N_KINDS};
use super::parameters::CrimeParameters;
use crate::sim::draws::{mix, unit};
use crate::sim::{Draws, Stream};

/// Draws of when, where and how many.
pub const STREAM: Stream = Stream::named("crime.incidents");
/// Draws of what an offence brings about.
pub const STREAM_NEAR: Stream = Stream::named("crime.near_repeat");
const KEYS: Stream = Stream::named("crime.incident");
/// Offences that one task looks at.
pub const AT_ONCE: usize = 256;

/// One offence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Incident {
    /// Day of the month, from 1; of those to come, of the month in which they come.
    pub day: u16,
    /// Key: of (cell, kind, month, number), or of (parent, number).
    pub key: u64,
    /// Cell of the social grid.
    pub cell: u32,
    /// 0 property, 1 vandalism, 2 violence.
    pub kind: u8,
    /// Street of the cell.
    pub street: u8,
}

/// Offences that one of `kind` brings about nearby (Short's θ/ω).
pub fn near_repeat(p: &CrimeParameters, kind: usize) -> f64 {
    if kind == 0 { p.near_repeat_property } else { p.near_repeat }
}

/// Offences that months before the start will still bring about: a few months are lived through and forgotten.
pub fn warm_up(cells: &Cells, p: &CrimeParameters, expected: &[Vec<f64>; N_KINDS], draws: Draws) -> Vec<Incident> {
    let mut pending = Vec::new();
    for ago in (0..6).rev() {
        // Ticks that no run reaches.
        let draws = Draws { tick: u16::MAX - ago, ..draws };
        a_month(cells, p, expected, 30, draws, &mut pending);
    }
    pending
}

/// A number with a Poisson distribution by inversion of `u` in [0, 1): larger for larger `u` and larger `mean`, so that
/// twins with a common `u` differ by what their means differ.
pub fn poisson(mean: f64, u: f64) -> u32 {
    if mean > 500.0 {
        // Normal approximation; quantile by the logistic function, good to 1 % of a deviation in the middle.
        let z = libm::log(u.max(1e-12) / (1.0 - u)) / 1.702;
        return (mean + z * libm::sqrt(mean)).max(0.0) as u32;
    }
    let (mut k, mut term) = (0u32, libm::exp(-mean.max(0.0)));
    let mut sum = term;
    while u >= sum && term > 1e-300 && k < 5_000 {
        k += 1;
        term *= mean / f64::from(k);
        sum += term;
        if term < 1e-18 && f64::from(k) > mean {
            break;
        }
    }
    k
}

/// A uniform number in [0, 1) of two words.
pub fn fine(a: u32, b: u32) -> f64 {
    (f64::from(a) * 4_294_967_296.0 + f64::from(b)) / 18_446_744_073_709_551_616.0
}

/// The month's offences in order of day and key. `expected[kind][n]` come of themselves in each neighbourhood;
/// `pending` holds what earlier months bring about, and takes what this one will.
pub fn a_month(
    cells: &Cells,
    p: &CrimeParameters,
    expected: &[Vec<f64>; N_KINDS],
    n_days: u32,
    draws: Draws,
    pending: &mut Vec<Incident>,
) -> Vec<Incident> {
    let mut all: Vec<Incident> =
        (0..cells.n()).into_par_iter().flat_map_iter(|n| of_themselves(cells, expected, n, n_days, draws)).collect();
    let is_due = |i: &Incident| u32::from(i.day) <= n_days;
    let next_month = |i: Incident| Incident { day: i.day - n_days as u16, ..i };
    let (due, later): (Vec<Incident>, Vec<Incident>) = pending.drain(..).partition(is_due);
    pending.extend(later.into_iter().map(next_month));
    all.extend(due);
    let mut parents = all.clone();
    while !parents.is_empty() {
        let children = parents.par_iter().with_min_len(AT_ONCE).flat_map_iter(|i| brought_about(cells, p, *i, draws));
        let (due, later): (Vec<Incident>, Vec<Incident>) = children.partition(is_due);
        pending.extend(later.into_iter().map(next_month));
        all.extend(&due);
        parents = due;
    }
    all.par_sort_unstable();
    pending.sort_unstable();
    all
}

/// Offences that come of themselves in neighbourhood `n`.
fn of_themselves(cells: &Cells, expected: &[Vec<f64>; N_KINDS], n: usize, n_days: u32, draws: Draws) -> Vec<Incident> {
    let mut found = Vec::new();
    for i in cells.first[n]..cells.first[n + 1] {
        let cell = cells.cell[i];
        let words = draws.block(STREAM, cell.into(), 0);
        for kind in (0..N_KINDS).filter(|&kind| cells.total[kind][n] > 0.0) {
            let mean = expected[kind][n] * cells.weight[kind][i] / cells.total[kind][n];
            let number = poisson(mean, fine(words[kind], words[3].rotate_left(8 * kind as u32)));
            for k in 0..number {
                let at = u64::from(cell) << 8 | kind as u64;
                let key = mix(KEYS, at, u64::from(draws.tick) << 32 | u64::from(k));
                let words = draws.block(STREAM, key, 1);
                let day = 1 + ((u64::from(words[0]) * u64::from(n_days)) >> 32) as u16;
                let street = cells.street_of(cell, kind, words[1]);
                found.push(Incident { day, key, cell, kind: kind as u8, street });
            }
        }
    }
    found
}

/// What `parent` brings about.
fn brought_about(cells: &Cells, p: &CrimeParameters, parent: Incident, draws: Draws) -> Vec<Incident> {
    let words = draws.block(STREAM_NEAR, parent.key, 0);
    let number = poisson(near_repeat(p, parent.kind.into()), fine(words[0], words[1]));
    let child = |k: u32| {
        let words = draws.block(STREAM_NEAR, parent.key, 1 + k);
        let delay = -libm::log(1.0 - f64::from(unit(words[0]))) * p.near_repeat_days;
        let beside =
            (f64::from(unit(words[1])) < p.near_repeat_spill).then(|| cells.beside(parent.cell, words[2])).flatten();
        Incident {
            day: parent.day + delay.min(3_000.0) as u16,
            key: mix(KEYS, parent.key, 1 << 60 | u64::from(k)),
            cell: beside.unwrap_or(parent.cell),
            kind: parent.kind,
            street: beside.map_or(parent.street, |cell| cells.street_of(cell, parent.kind.into(), words[3])),
        }
    };
    (0..number).map(child).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_cell() -> Cells {
        let one = || vec![1.0];
        Cells {
            cell: vec![0],
            first: vec![0, 1],
            weight: [one(), one(), one()],
            total: [one(), one(), one()],
            ..Cells::for_test(1)
        }
    }

    fn months(p: &CrimeParameters, mean: f64, n_months: u16) -> Vec<Vec<Incident>> {
        let (cells, mut pending) = (one_cell(), Vec::new());
        let month =
            |tick| a_month(&cells, p, &[vec![mean], vec![0.0], vec![0.0]], 30, Draws { seed: 4, tick }, &mut pending);
        (1..=n_months).map(month).collect()
    }

    /// Short's chance of an offence in δt is that of at least one point of a Poisson process: 1 − exp(−A δt).
    #[test]
    fn an_offence_happens_with_the_chance_of_short() {
        let a_dt = 0.3;
        let n = 4_000;
        let p = CrimeParameters { near_repeat_property: 0.0, ..CrimeParameters::default() };
        let hit = months(&p, a_dt, n).iter().filter(|m| !m.is_empty()).count() as f64 / f64::from(n);
        // 1 − e^−0.3 = 0.2592; standard error 0.0069.
        assert!((hit - 0.2592).abs() < 0.021, "{hit}");
    }

    #[test]
    fn clusters_multiply_the_rate_by_the_geometric_series() {
        for near_repeat in [0.0, 0.2, 0.5] {
            let p = CrimeParameters { near_repeat_property: near_repeat, ..CrimeParameters::default() };
            let all = months(&p, 5.0, 2_000);
            // The first months lack what earlier ones would have brought about.
            let per_month = all[200..].iter().map(Vec::len).sum::<usize>() as f64 / 1_800.0;
            let want = 5.0 / (1.0 - near_repeat);
            // Variance of a cluster process: mean / (1 − n)². Four standard errors.
            let tolerance = 4.0 * (want / (1.0 - near_repeat).powi(2) / 1_800.0).sqrt();
            assert!((per_month - want).abs() < tolerance, "{near_repeat}: {per_month}");
        }
    }

    /// With what earlier months bring about, the first month is like any other.
    #[test]
    fn the_first_month_has_its_near_repeats() {
        let p = CrimeParameters { near_repeat_property: 0.5, ..CrimeParameters::default() };
        let (cells, expected) = (one_cell(), [vec![5.0], vec![0.0], vec![0.0]]);
        let n = 2_000;
        let first: usize = (1..=n)
            .map(|seed| {
                let draws = Draws { seed, tick: 1 };
                let mut pending = warm_up(&cells, &p, &expected, draws);
                a_month(&cells, &p, &expected, 30, draws, &mut pending).len()
            })
            .sum();
        // 5 / (1 − 0.5) = 10; variance at most 10 / 0.25. Four standard errors.
        let mean = first as f64 / n as f64;
        assert!((mean - 10.0).abs() < 4.0 * (40.0 / n as f64).sqrt(), "{mean}");
    }

    #[test]
    fn days_lie_in_the_month_and_equal_months_are_equal() {
        let p = CrimeParameters::default();
        let all = months(&p, 20.0, 24);
        assert!(all.iter().flatten().all(|i| (1..=30).contains(&i.day)));
        assert_eq!(all, months(&p, 20.0, 24));
    }

    #[test]
    fn inversion_gives_the_poisson_law() {
        // e^−2 = 0.1353, 3 e^−2 = 0.4060, 5 e^−2 = 0.6767.
        assert_eq!([0.1352, 0.1354, 0.4059, 0.4061, 0.6766, 0.6768].map(|u| poisson(2.0, u)), [0, 1, 1, 2, 2, 3]);
        assert_eq!(poisson(0.0, 0.999_999), 0);
        let n = 2_000;
        let mean =
            (0..n).map(|i| f64::from(poisson(900.0, (f64::from(i) + 0.5) / f64::from(n)))).sum::<f64>() / f64::from(n);
        assert!((mean - 900.0).abs() < 1.0, "{mean}");
    }
}
