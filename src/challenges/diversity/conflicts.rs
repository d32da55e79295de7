//! Conflicts from elsewhere that touch people here (models.md §3; report §3.2).
//!
//! An external process picks an *unordered random pair* of groups, or divides one group in two; the report gives both.
//! Groups are drawn by rank of size, never by label, so relabelling changes nothing. Salience jumps to 1 and halves in
//! 14 days (A). Confrontations in a neighbourhood are Poisson with mean
//! `rate · salience · attached pairs per resident · (1 − liaison)`. Attachment is a small share of everybody,
//! not implied by the label. While it lasts, contacts go well a little less often where both sides live.
//!
//! Liaison officers build up contacts in three years and lose them in nine months (A; report: Arnhem).

use serde::{Deserialize, Serialize};

use super::DiversityParameters;
use crate::sim::draws::unit;
use crate::sim::{Draws, Stream};

/// Draws of conflicts and confrontations.
pub const STREAM: Stream = Stream::named("diversity.conflicts");

/// One conflict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// One side; the same as the other when one group is divided.
    pub a: u8,
    /// The other side.
    pub b: u8,
    /// How much it is on people's minds, 0–1.
    pub salience: f32,
}

/// Groups with members, largest first; equal ones by where they live.
pub fn ranked(by_origin: &[u32], n_groups: usize) -> Vec<u8> {
    let column = |g: usize| by_origin.iter().skip(g).step_by(n_groups);
    let size = |g: usize| column(g).map(|&k| u64::from(k)).sum::<u64>();
    let mut groups: Vec<usize> = (0..n_groups).filter(|&g| size(g) > 0).collect();
    groups.sort_by(|&a, &b| size(b).cmp(&size(a)).then_with(|| column(b).cmp(column(a))));
    groups.into_iter().map(|g| g as u8).collect()
}

/// The conflict that begins this month, if one does, among `groups` in order of rank.
pub fn begin(draws: Draws, groups: &[u8], p: &DiversityParameters) -> Option<Conflict> {
    let [u, v, w, x] = draws.block(STREAM, 0, 0);
    if groups.is_empty() || f64::from(unit(u)) >= 1.0 - libm::exp(-p.conflict_rate_y / 12.0) {
        return None;
    }
    let m = groups.len();
    let at = |word: u32, m: usize| ((u64::from(word) * m as u64) >> 32) as usize;
    let first = at(w, m);
    let is_split = m < 2 || f64::from(unit(v)) < p.conflict_split_share;
    let second = if is_split { first } else { (first + 1 + at(x, m - 1)) % m };
    Some(Conflict { a: groups[first], b: groups[second], salience: 1.0 })
}

/// Pairs of the two sides in a neighbourhood, per resident: how often they meet.
pub fn co_presence(c: &Conflict, by_origin: &[u32]) -> f64 {
    let all: u32 = by_origin.iter().sum();
    let [a, b] = [c.a, c.b].map(|g| f64::from(by_origin[usize::from(g)]));
    let pairs = if c.a == c.b { a / 2.0 * (b / 2.0) } else { a * b };
    pairs / f64::from(all.max(1))
}

/// A Poisson draw by inversion; for means up to some hundreds.
pub fn poisson(mean: f64, u: f64) -> u32 {
    let (mut k, mut p) = (0, libm::exp(-mean));
    let mut sum = p;
    while u >= sum && k < 1_000 {
        k += 1;
        p *= mean / f64::from(k);
        sum += p;
    }
    k
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_ranked_by_size_whatever_their_label() {
        // Two neighbourhoods, three groups.
        let here = [5, 1, 9, 0, 7, 1];
        assert_eq!(ranked(&here, 3), [2, 1, 0]);
        // Groups 0 and 1 change places.
        let there = [1, 5, 9, 7, 0, 1];
        assert_eq!(ranked(&there, 3), [2, 0, 1]);
    }

    #[test]
    fn every_pair_is_drawn_as_often() {
        let p = DiversityParameters { conflict_rate_y: 12.0, conflict_split_share: 0.25, ..Default::default() };
        let (mut pairs, mut splits, mut n) = ([0; 6], 0, 0);
        for seed in 0..8_000 {
            let Some(c) = begin(Draws { seed, tick: 1 }, &[0, 1, 2, 3], &p) else { continue };
            n += 1;
            match (c.a.min(c.b), c.a.max(c.b)) {
                (a, b) if a == b => splits += 1,
                (0, b) => pairs[usize::from(b) - 1] += 1,
                (1, b) => pairs[usize::from(b) + 1] += 1,
                _ => pairs[5] += 1,
            }
        }
        let n = f64::from(n);
        assert!((n / 8_000.0 - (1.0 - libm::exp(-1.0))).abs() < 0.02);
        assert!((f64::from(splits) / n - 0.25).abs() < 0.025);
        for k in pairs {
            assert!((f64::from(k) / n - 0.125).abs() < 0.02, "{pairs:?}");
        }
    }

    #[test]
    fn poisson_draws_invert_the_distribution() {
        assert_eq!([0.0, 0.36, 0.37, 0.735, 0.74].map(|u| poisson(1.0, u)), [0, 0, 1, 1, 2]);
        assert_eq!(poisson(0.0, 0.999), 0);
    }

    #[test]
    fn sides_meet_where_both_live() {
        let two = Conflict { a: 0, b: 1, salience: 1.0 };
        assert_eq!(co_presence(&two, &[30, 20, 50]), 6.0);
        assert_eq!(co_presence(&two, &[30, 0, 50]), 0.0);
        assert_eq!(co_presence(&Conflict { b: 0, ..two }, &[30, 20, 50]), 2.25);
    }
}
