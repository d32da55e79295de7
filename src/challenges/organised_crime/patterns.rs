//! Patterns of crime in place and time, as criminology measures them: concentration, near repeats, displacement.
//!
//! * **Concentration**: the share of places on which half (or a quarter) of the offences happen (Weisburd 2015).
//! * **Knox ratio**: pairs of offences close in both space and time, over what independence of the two would give:
//!   `R = N(close in both) · N(all pairs) / (N(close in space) · N(close in time))` (Knox 1964). 1 = no near repeats.
//! * **Weighted displacement quotient** of Bowers & Johnson (2003), here between twins instead of before and after:
//!   `WDQ = (B₁/C₁ − B₀/C₀) / (A₁/C₁ − A₀/C₀)`, with A the target, B the ring around it, C the rest, 0 without and 1 with the
//!   measure. 0 < WDQ: benefits diffuse; −1 < WDQ < 0: less came up than went down; WDQ < −1: the measure backfired.

use crate::gis::GridRef;

/// Smallest share of places (of all `n_places`, those without offences included) on which `share` of the offences happen.
pub fn concentration(counts: &[u32], n_places: usize, share: f64) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let total: u64 = sorted.iter().map(|&c| u64::from(c)).sum();
    let (mut sum, mut places) = (0.0, 0.0);
    for count in sorted.into_iter().map(f64::from) {
        let missing = share * total as f64 - sum;
        if missing <= 0.0 || count == 0.0 {
            break;
        }
        places += (missing / count).min(1.0);
        sum += count;
    }
    places / n_places.max(1) as f64
}

/// Knox ratio of offences given as (cell, day): close are those in the same cell or one that touches it, and those at
/// most `days` apart but more than `after` days. `None` without pairs.
pub fn knox(offences: &[(u32, u32)], grid: &GridRef, after: u32, days: u32) -> Option<f64> {
    let (mut all, mut space, mut time, mut both) = (0u64, 0u64, 0u64, 0u64);
    for (i, a) in offences.iter().enumerate() {
        let (col, row) = grid.col_row(a.0 as usize);
        for b in &offences[..i] {
            let (c, r) = grid.col_row(b.0 as usize);
            let near = col.abs_diff(c) <= 1 && row.abs_diff(r) <= 1;
            let apart = a.1.abs_diff(b.1);
            let soon = apart <= days && apart >= after;
            all += 1;
            space += u64::from(near);
            time += u64::from(soon);
            both += u64::from(near && soon);
        }
    }
    (space > 0 && time > 0).then(|| both as f64 * all as f64 / (space as f64 * time as f64))
}

/// WDQ of [target, ring, rest] without and with the measure; `None` if the target did not change.
pub fn displacement(without: [f64; 3], with: [f64; 3]) -> Option<f64> {
    let ([a0, b0, c0], [a1, b1, c1]) = (without, with);
    let gain = a1 / c1 - a0 / c0;
    (gain.is_finite() && gain != 0.0).then(|| (b1 / c1 - b0 / c0) / gain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_all_on_one_of_ten_places() {
        assert_eq!(concentration(&[10, 2, 2, 2, 2, 2], 10, 0.5), 0.1);
        assert_eq!(concentration(&[1; 10], 10, 0.5), 0.5);
        assert_eq!(concentration(&[0, 4], 4, 0.25), 0.0625);
        assert_eq!(concentration(&[], 4, 0.5), 0.0);
    }

    /// Two places far apart, four offences: both pairs close in space are close in time, and two of six pairs are each.
    #[test]
    fn knox_is_one_without_and_more_with_near_repeats() {
        let grid = GridRef { west_m: 0.0, north_m: 0.0, cell_m: 100.0, n_cols: 10, n_rows: 10 };
        assert_eq!(knox(&[(0, 1), (1, 5), (55, 200), (56, 204)], &grid, 0, 30), Some(3.0));
        // Every combination of two far places and two far days once: all pairs close in one are far in the other.
        assert_eq!(knox(&[(0, 1), (0, 200), (55, 1), (55, 200)], &grid, 0, 30), Some(0.0));
        assert_eq!(knox(&[(0, 1)], &grid, 0, 30), None);
    }

    /// Bowers & Johnson's reading: nothing elsewhere 0, all of it next door −1, half as much gain around 0.5.
    #[test]
    fn the_quotient_says_how_much_came_up_next_door() {
        let base = [100.0, 100.0, 1_000.0];
        assert_eq!(displacement(base, [80.0, 100.0, 1_000.0]), Some(0.0));
        assert!((displacement(base, [80.0, 120.0, 1_000.0]).unwrap() + 1.0).abs() < 1e-9);
        assert!((displacement(base, [80.0, 90.0, 1_000.0]).unwrap() - 0.5).abs() < 1e-9);
        assert_eq!(displacement(base, base), None);
    }
}
