//! Deferred acceptance: who gets which home when everybody applies at once.

use super::choice::Want;
use crate::sim::HouseholdKey;

/// Seekers propose down their lists, every offer keeps the best proposal so far by `rank` (highest priority; of equals
/// the lowest key). Returns who holds each offer. Stable, and the same whatever the order of the seekers (Gale &
/// Shapley 1962).
pub(super) fn deferred_acceptance(
    wanted: &[&[Want]],
    n_offers: usize,
    rank: impl Fn(usize, Want) -> (f32, HouseholdKey),
) -> Vec<Option<usize>> {
    let mut holder: Vec<Option<(usize, (f32, HouseholdKey))>> = vec![None; n_offers];
    let mut next = vec![0usize; wanted.len()];
    let mut free: Vec<usize> = (0..wanted.len()).rev().collect();
    while let Some(s) = free.pop() {
        let Some(&want) = wanted[s].get(next[s]) else { continue };
        next[s] += 1;
        let (o, mine) = (want.offer, rank(s, want));
        let better = |theirs: &(f32, HouseholdKey)| {
            mine.0.total_cmp(&theirs.0).then(theirs.1.cmp(&mine.1)) == std::cmp::Ordering::Greater
        };
        match &holder[o as usize] {
            Some((_, theirs)) if !better(theirs) => free.push(s),
            held => {
                free.extend(held.map(|(other, _)| other));
                holder[o as usize] = Some((s, mine));
            }
        }
    }
    holder.into_iter().map(|h| h.map(|(s, _)| s)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(lists: &[&[u32]]) -> Vec<Vec<Want>> {
        lists.iter().map(|list| list.iter().map(|&offer| Want::plain(offer)).collect()).collect()
    }

    fn accept(
        lists: &[&[u32]],
        n_offers: usize,
        rank: impl Fn(usize, usize) -> (f32, HouseholdKey),
    ) -> Vec<Option<usize>> {
        let wanted = wants(lists);
        let wanted: Vec<&[Want]> = wanted.iter().map(Vec::as_slice).collect();
        deferred_acceptance(&wanted, n_offers, |s, want| rank(s, want.offer as usize))
    }

    /// Gale & Shapley's own 3 × 3 example (1962, p. 11, the one with three stable matchings): when the α propose,
    /// each gets their first choice.
    #[test]
    fn proposers_get_their_best_stable_match() {
        let wanted: [&[u32]; 3] = [&[0, 1, 2], &[1, 2, 0], &[2, 0, 1]];
        // Offer A ranks (β, γ, α), B ranks (γ, α, β), C ranks (α, β, γ).
        let order = [[2, 0, 1], [1, 2, 0], [0, 1, 2]];
        let rank = |s: usize, o: usize| (-(order[o][s] as f32), HouseholdKey(s as u64));
        assert_eq!(accept(&wanted, 3, rank), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn the_match_does_not_depend_on_the_order_of_seekers() {
        let lists: [&[u32]; 4] = [&[0, 1], &[0, 2], &[0, 1, 2], &[1]];
        let priority = [[5.0, 1.0, 0.0], [4.0, 0.0, 2.0], [6.0, 3.0, 1.0], [0.0, 2.0, 0.0]];
        let forward = accept(&lists, 3, |s, o| (priority[s][o], HouseholdKey(s as u64)));
        let reversed: Vec<&[u32]> = lists.iter().rev().copied().collect();
        let backward = accept(&reversed, 3, |s, o| (priority[3 - s][o], HouseholdKey(3 - s as u64)));
        let named: Vec<Option<usize>> = backward.into_iter().map(|h| h.map(|s| 3 - s)).collect();
        assert_eq!(forward, named);
        assert_eq!(forward, [Some(2), Some(3), Some(1)]);
    }
}
