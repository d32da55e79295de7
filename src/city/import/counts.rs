//! Whole numbers that add up: residents, ages, households by type.
//!
//! CBS rounds counts of neighbourhoods to fives, so their sum misses the published total of the municipality. Rules:
//! * **residents**: every inhabited neighbourhood, the largest first, is moved by one person, and if that does not
//!   suffice by a second, until the sum is the published total: each stays within rounding (± 2). A larger difference
//!   is not forced; it is reported.
//! * **ages**: bands scaled to the residents by largest remainder; then, while a band is over its published city total
//!   and another under, single persons change band in the largest neighbourhoods first, at most three per
//!   neighbourhood. Sums per neighbourhood stay exact.
//! * **households by type** must be possible: at least one person in a one-person household, two in any other, and
//!   children only in households with children. Types shift by the least number that makes them so.

use super::super::dwellings::apportion;

/// Most persons by which rounding to fives can move a count.
const ROUNDING: i64 = 2;

/// Moves `counts` by at most [`ROUNDING`] each so that they add up to `total`. Returns what is left over.
pub fn reconcile(counts: &mut [u32], total: u64) -> i64 {
    let sum: i64 = counts.iter().map(|&c| i64::from(c)).sum();
    let mut left = i64::try_from(total).unwrap_or(i64::MAX) - sum;
    let mut order: Vec<usize> = (0..counts.len()).filter(|&i| counts[i] > 0).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(counts[i]), i));
    if left.unsigned_abs() > (order.len() as u64) * ROUNDING.unsigned_abs() {
        return left;
    }
    for _ in 0..ROUNDING {
        for &i in &order {
            if left == 0 {
                return 0;
            }
            let step = left.signum();
            if let Some(moved) = counts[i].checked_add_signed(step as i32).filter(|&c| c > 0) {
                counts[i] = moved;
                left -= step;
            }
        }
    }
    left
}

/// Age bands that add up to `residents`, in the proportions of `bands`.
pub fn scale_bands(residents: u32, bands: &[f64; 5]) -> [u32; 5] {
    let mut out = [0; 5];
    out.copy_from_slice(&apportion(residents, bands));
    out
}

/// Moves single persons between bands so that the bands of the city add up to `published`, as far as at most three
/// moves per neighbourhood can. Returns what is left over per band.
pub fn reconcile_bands(bands: &mut [[u32; 5]], published: &[u64; 5]) -> [i64; 5] {
    let mut left = [0_i64; 5];
    for (band, left) in left.iter_mut().enumerate() {
        *left = published[band] as i64 - bands.iter().map(|b| i64::from(b[band])).sum::<i64>();
    }
    let mut order: Vec<usize> = (0..bands.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(bands[i].iter().sum::<u32>()), i));
    for _ in 0..3 {
        for &i in &order {
            let (from, to) = extremes(&left);
            if left[from] >= 0 || left[to] <= 0 {
                return left;
            }
            // Never the last ones of a band: an empty band would be a different neighbourhood.
            if bands[i][from] > 5 {
                bands[i][from] -= 1;
                bands[i][to] += 1;
                left[from] += 1;
                left[to] -= 1;
            }
        }
    }
    left
}

/// The band with the most persons too many, and the one with the most too few.
fn extremes(left: &[i64; 5]) -> (usize, usize) {
    let mut bands: Vec<usize> = (0..5).collect();
    bands.sort_by_key(|&b| (left[b], b));
    (bands[0], bands[4])
}

/// Households by type, made possible for `residents` of whom `children` are under 15. Returns the types and the number
/// of households that had to change type.
pub fn households_by_type(households: u32, shares: &[f64; 3], residents: u32, children: u32) -> ([u32; 3], u32) {
    let mut types = [0; 3];
    types.copy_from_slice(&apportion(households, shares));
    let mut moved = 0;
    let mut shift = |types: &mut [u32; 3], from: usize, to: usize, n: u32| {
        let n = n.min(types[from]);
        types[from] -= n;
        types[to] += n;
        moved += n;
        n
    };
    // Children live with someone: at most four to a household.
    let wanted = children.div_ceil(4).saturating_sub(types[2]);
    let got = shift(&mut types, 1, 2, wanted);
    shift(&mut types, 0, 2, wanted - got);
    // Enough persons for all.
    let needed = |types: &[u32; 3]| types[0] + 2 * (types[1] + types[2]);
    let short = needed(&types).saturating_sub(residents);
    let got = shift(&mut types, 1, 0, short);
    shift(&mut types, 2, 0, short - got);
    // Someone to live with for those who are left over.
    let spare = residents.saturating_sub(needed(&types));
    if types[1] + types[2] == 0 {
        shift(&mut types, 0, 1, spare);
    }
    (types, moved)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_total_is_met_within_rounding() {
        let mut counts = vec![100, 0, 5, 300, 40];
        assert_eq!(reconcile(&mut counts, 445 + 5), 0);
        // One more for each of the four inhabited, largest first, and a second for the largest.
        assert_eq!(counts, [101, 0, 6, 302, 41]);
    }

    #[test]
    fn a_difference_beyond_rounding_is_not_forced() {
        let mut counts = vec![100, 200];
        assert_eq!(reconcile(&mut counts, 305), 5);
        assert_eq!(counts, [100, 200]);
    }

    #[test]
    fn city_ages_are_met_by_single_moves() {
        let mut bands = vec![[20, 20, 20, 20, 20], [10, 10, 10, 10, 10]];
        let left = reconcile_bands(&mut bands, &[32, 30, 29, 30, 29]);
        assert_eq!(left, [0; 5]);
        assert_eq!(bands[0].iter().sum::<u32>(), 100);
        assert_eq!(bands[1].iter().sum::<u32>(), 50);
    }

    #[test]
    fn impossible_households_become_possible() {
        // Ten households with children in eleven persons cannot be: nine must be of one person.
        assert_eq!(households_by_type(10, &[0.0, 0.0, 1.0], 11, 0), ([9, 0, 1], 9));
        // Children without households with children.
        assert_eq!(households_by_type(10, &[1.0, 0.0, 0.0], 30, 8).0[2], 2);
        assert_eq!(households_by_type(100, &[0.5, 0.25, 0.25], 190, 20), ([50, 25, 25], 0));
    }

    proptest! {
        #[test]
        fn types_are_possible_and_add_up(
            residents in 1_u32..5_000, per_household in 1.0_f64..4.0, child_share in 0.0_f64..0.4,
            one in 0.0_f64..1.0, two in 0.0_f64..1.0, three in 0.0_f64..1.0,
        ) {
            let households = ((f64::from(residents) / per_household) as u32).max(1);
            let children = (f64::from(residents) * child_share) as u32;
            let (types, _) = households_by_type(households, &[one, two, three + 1e-9], residents, children);
            prop_assert_eq!(types.iter().sum::<u32>(), households);
            prop_assert!(types[0] + 2 * (types[1] + types[2]) <= residents.max(households));
        }

        #[test]
        fn reconciling_stays_within_two(mut counts in prop::collection::vec(0_u32..400, 1..60), d in -50_i64..50) {
            let before = counts.clone();
            let sum: i64 = counts.iter().map(|&c| i64::from(c)).sum();
            let total = (sum + d).max(0) as u64;
            let left = reconcile(&mut counts, total);
            let after: i64 = counts.iter().map(|&c| i64::from(c)).sum();
            prop_assert_eq!(after + left, total as i64);
            for (a, b) in before.iter().zip(&counts) {
                prop_assert!(a.abs_diff(*b) <= 2 && (*a > 0 || *b == 0));
            }
        }
    }
}
