//! Iterative proportional fitting and turning its fractions into whole people.

/// Scales `seed` (row-major, `rows.len()` × `columns.len()`) until its row and column sums are `rows` and `columns`
/// (Deming & Stephan 1940). Stops when the largest relative error of a row is below 1e-6 or after 200 rounds; columns
/// are then exact. Zeros stay zeros; a row or column whose seed is all zero cannot be met and stays zero.
pub fn ipf(seed: &[f64], rows: &[f64], columns: &[f64]) -> Vec<f64> {
    let n = columns.len();
    let mut table = seed.to_vec();
    for _ in 0..200 {
        let mut worst = 0.0f64;
        for (row, &want) in table.chunks_mut(n).zip(rows) {
            let sum: f64 = row.iter().sum();
            if sum > 0.0 {
                worst = worst.max((sum - want).abs() / want.max(1.0));
                row.iter_mut().for_each(|x| *x *= want / sum);
            }
        }
        for (c, &want) in columns.iter().enumerate() {
            let sum: f64 = (0..rows.len()).map(|r| table[r * n + c]).sum();
            if sum > 0.0 {
                (0..rows.len()).for_each(|r| table[r * n + c] *= want / sum);
            }
        }
        if worst < 1e-6 {
            break;
        }
    }
    table
}

/// Whole numbers near `parts` that add up to `total`: floors, then one more to the largest remainders (ties to the
/// lower index). If `parts` are all zero, everything goes to the first.
pub fn whole(parts: &[f64], total: u32) -> Vec<u32> {
    let sum: f64 = parts.iter().sum();
    if sum <= 0.0 {
        let mut out = vec![0; parts.len()];
        if let Some(first) = out.first_mut() {
            *first = total;
        }
        return out;
    }
    let scaled: Vec<f64> = parts.iter().map(|x| x / sum * f64::from(total)).collect();
    let mut out: Vec<u32> = scaled.iter().map(|x| *x as u32).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|&a, &b| scaled[b].fract().total_cmp(&scaled[a].fract()).then(a.cmp(&b)));
    let short = total.saturating_sub(out.iter().sum()) as usize;
    order.iter().cycle().take(short).for_each(|&i| out[i] += 1);
    out
}

/// Whole numbers near a fitted `table` whose columns add up to `columns` exactly; what rounding does to a row is
/// carried to its next column, so that rows stay within a person or two.
pub fn integerise(table: &[f64], n_rows: usize, columns: &[u32]) -> Vec<u32> {
    let n = columns.len();
    let mut out = vec![0; table.len()];
    let mut carried = vec![0.0f64; n_rows];
    for (c, &total) in columns.iter().enumerate() {
        let want: Vec<f64> = (0..n_rows)
            .map(|r| if table[r * n + c] > 0.0 { (table[r * n + c] + carried[r]).max(0.0) } else { 0.0 })
            .collect();
        for (r, x) in whole(&want, total).into_iter().enumerate() {
            out[r * n + c] = x;
            carried[r] += table[r * n + c] - f64::from(x);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Worked example: a 2 × 2 seed with odds ratio 2 and new margins keeps the odds ratio (Deming & Stephan).
    #[test]
    fn fitting_meets_the_margins_and_keeps_the_odds_ratio() {
        let t = ipf(&[40.0, 30.0, 35.0, 50.0], &[100.0, 60.0], &[90.0, 70.0]);
        assert!((t[0] + t[1] - 100.0).abs() < 1e-3 && (t[0] + t[2] - 90.0).abs() < 1e-9);
        let odds = (t[0] * t[3]) / (t[1] * t[2]);
        assert!((odds - 40.0 * 50.0 / (30.0 * 35.0)).abs() < 1e-6);
    }

    #[test]
    fn largest_remainders_win() {
        assert_eq!(whole(&[1.5, 1.4, 1.1], 4), [2, 1, 1]);
        assert_eq!(whole(&[0.0, 0.0], 3), [3, 0]);
        assert_eq!(whole(&[], 3), Vec::<u32>::new());
    }

    proptest! {
        #[test]
        fn whole_numbers_add_up(parts in proptest::collection::vec(0.0f64..100.0, 1..9), total in 0u32..5000) {
            prop_assert_eq!(whole(&parts, total).iter().sum::<u32>(), total);
        }

        #[test]
        fn columns_are_exact_and_rows_nearly(seed in proptest::collection::vec(0.1f64..1.0, 12), n in 1u32..3000) {
            let columns = whole(&[1.0, 2.0, 3.0], n);
            let rows: Vec<f64> = [0.4, 0.3, 0.2, 0.1].iter().map(|s| s * f64::from(n)).collect();
            let as_f64: Vec<f64> = columns.iter().map(|&c| f64::from(c)).collect();
            let out = integerise(&ipf(&seed, &rows, &as_f64), 4, &columns);
            for (c, &want) in columns.iter().enumerate() {
                prop_assert_eq!((0..4).map(|r| out[r * 3 + c]).sum::<u32>(), want);
            }
            for (r, &want) in rows.iter().enumerate() {
                let got = f64::from(out[r * 3..r * 3 + 3].iter().sum::<u32>());
                prop_assert!((got - want).abs() <= 3.0, "row {} is {} instead of {}", r, got, want);
            }
        }
    }
}
