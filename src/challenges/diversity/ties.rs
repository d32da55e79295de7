//! How far each group keeps to itself, over five layers of ties (CBS 2024, *Herkomstsegregatie: netwerkanalyse*, L).
//!
//! Units are those of [`crate::people::ties`]: household, neighbours in a cell, workplace, school; besides, mother and child
//! in different households.
//! Among neighbours, at work and at school a person has up to 20 ties, taken with a preference for the own group that is
//! the same for all: `own share = (c − 1) e^h / ((c − 1) e^h + N − c)` in a unit of N people, c of the own group.
//!
//! `score_g = (share of own ties − p_g) / (1 − p_g)` over all ties together, p_g the group's share of the population:
//! 0 = as if ties did not look at groups, 1 = only own. Scores leave in order of group size, never by label.

use super::cells::N_GROUPS;
use crate::people::{self, Layer, Society};
use crate::sim::PersonIdx;

/// Ties of each group, and those of them within the group.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ties {
    all: [f64; N_GROUPS],
    own: [f64; N_GROUPS],
}

impl Ties {
    /// Adds the ties of one unit in which everybody could know everybody.
    fn add_unit(&mut self, counts: &[u32], most: f64, preference: f64) {
        let n = f64::from(counts.iter().sum::<u32>());
        if n < 2.0 {
            return;
        }
        let each = (n - 1.0).min(most);
        for (g, &c) in counts.iter().enumerate().filter(|(_, c)| **c > 0) {
            let c = f64::from(c);
            let own = (c - 1.0) * preference;
            self.all[g] += c * each;
            self.own[g] += c * each * own / (own + n - c);
        }
    }

    fn add_pair(&mut self, a: u8, b: u8) {
        for (x, y) in [(a, b), (b, a)] {
            self.all[group(x)] += 1.0;
            self.own[group(x)] += f64::from(u8::from(x == y));
        }
    }

    /// Scores of groups with their sizes.
    fn scores(&self, sizes: &[u64; N_GROUPS]) -> Vec<(u64, f64)> {
        let all = sizes.iter().sum::<u64>() as f64;
        let mut scores: Vec<(u64, f64)> = (0..N_GROUPS)
            .filter(|&g| sizes[g] > 0 && self.all[g] > 0.0 && (sizes[g] as f64) < all)
            .map(|g| {
                let p = sizes[g] as f64 / all;
                (sizes[g], (self.own[g] / self.all[g] - p) / (1.0 - p))
            })
            .collect();
        scores.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
        scores
    }
}

fn group(origin: u8) -> usize {
    usize::from(origin).min(N_GROUPS - 1)
}

/// Score of every group, largest first, with its number of people.
pub fn scores(society: Society, most: f64, homophily: f64) -> Vec<(u64, f64)> {
    let index = people::Ties::of(society);
    let origin = |p: PersonIdx| society.persons[p.i()].origin;
    let mut ties = Ties::default();
    let mut sizes = [0; N_GROUPS];
    society.persons.iter().filter(|p| p.is_there()).for_each(|p| sizes[group(p.origin)] += 1);
    for (mother, child) in index.mothers(society) {
        if society.persons[mother.i()].household != society.persons[child.i()].household {
            ties.add_pair(origin(mother), origin(child));
        }
    }
    let preference = libm::exp(homophily);
    for (layer, most, preference) in [
        (Layer::Household, f64::INFINITY, 1.0),
        (Layer::Neighbours, most, preference),
        (Layer::School, most, preference),
        (Layer::Work, most, preference),
    ] {
        index.units(society, layer, |people| {
            let mut counts = [0; N_GROUPS];
            people.for_each(|p| counts[group(origin(p))] += 1);
            ties.add_unit(&counts, most, preference);
        });
    }
    ties.scores(&sizes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(of: &[u64]) -> [u64; N_GROUPS] {
        std::array::from_fn(|g| of.get(g).copied().unwrap_or(0))
    }

    #[test]
    fn without_preference_one_big_unit_is_hardly_segregated() {
        let mut ties = Ties::default();
        ties.add_unit(&[600, 400], 20.0, 1.0);
        for (_, score) in ties.scores(&sizes(&[600, 400])) {
            // Nobody is tied to themselves: (599/999 − 0.6)/0.4.
            assert!((-0.003..0.0).contains(&score), "{score}");
        }
    }

    #[test]
    fn the_same_preference_sets_the_larger_group_further_apart() {
        let mut ties = Ties::default();
        ties.add_unit(&[300, 600, 100], 20.0, std::f64::consts::E);
        let scores = ties.scores(&sizes(&[300, 600, 100]));
        assert_eq!(scores.iter().map(|s| s.0).collect::<Vec<_>>(), [600, 300, 100]);
        assert!(scores[0].1 > scores[1].1 && scores[1].1 > scores[2].1, "{scores:?}");
        // 599 e/(599 e + 400) = 0.8027, less 0.6, over 0.4.
        assert!((scores[0].1 - 0.5068).abs() < 1e-3, "{scores:?}");
    }

    #[test]
    fn groups_apart_score_one() {
        let mut ties = Ties::default();
        ties.add_unit(&[50, 0], 20.0, 1.0);
        ties.add_unit(&[0, 50], 20.0, 1.0);
        ties.add_pair(0, 0);
        assert_eq!(ties.scores(&sizes(&[50, 50])), [(50, 1.0), (50, 1.0)]);
    }
}
