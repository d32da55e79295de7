//! Closed forms, and results of `segregation` and `esda` on one table (`tests/golden/indices.py` says how they were made).

use super::*;

fn close(got: Option<f64>, want: f64) {
    let got = got.expect("the index is defined here");
    assert!((got - want).abs() < 1e-9, "got {got}, want {want}");
}

#[test]
fn two_groups_fully_apart() {
    let counts = [10.0, 0.0, 0.0, 30.0];
    close(dissimilarity_multi(&counts, 2), 1.0);
    close(theil_h(&counts, 2), 1.0);
    close(normalised_exposure(&counts, 2), 1.0);
    close(mean_isolation(&counts, 2), 1.0);
    close(dissimilarity(&[10.0, 0.0], &[10.0, 30.0]), 1.0);
    close(gini_segregation(&[10.0, 0.0], &[10.0, 30.0]), 1.0);
    close(isolation(&[10.0, 0.0], &[10.0, 30.0]), 1.0);
    close(exposure(&[10.0, 0.0], &[0.0, 30.0], &[10.0, 30.0]), 0.0);
}

#[test]
fn an_even_mix() {
    let counts = [10.0, 30.0, 20.0, 60.0];
    close(dissimilarity_multi(&counts, 2), 0.0);
    close(theil_h(&counts, 2), 0.0);
    close(normalised_exposure(&counts, 2), 0.0);
    close(gini_segregation(&[10.0, 20.0], &[40.0, 80.0]), 0.0);
    // Isolation of an evenly spread quarter is its share; the average resident meets 0.25² + 0.75² of their own.
    close(isolation(&[10.0, 20.0], &[40.0, 80.0]), 0.25);
    close(mean_isolation(&counts, 2), 0.625);
}

#[test]
fn moran_of_a_checkerboard_and_of_halves() {
    let n = 4usize;
    let neighbours: Vec<Vec<u32>> = (0..n * n)
        .map(|i| {
            let (c, r) = (i % n, i / n);
            (0..n * n).filter(|j| (j % n).abs_diff(c) + (j / n).abs_diff(r) == 1).map(|j| j as u32).collect()
        })
        .collect();
    let board: Vec<f64> = (0..n * n).map(|i| ((i % n + i / n) % 2) as f64).collect();
    close(moran_i(&board, &neighbours), -1.0);
    // Two halves: rows of 1,1 beside 0,0. Inner columns have 1 unlike neighbour among 3 (edge rows) or 4.
    let halves: Vec<f64> = (0..n * n).map(|i| f64::from(i % n >= 2)).collect();
    let inner = 2.0 * (2.0 * (1.0 / 3.0) + 2.0 * (2.0 / 4.0));
    close(moran_i(&halves, &neighbours), (8.0 + inner) / 16.0);
}

#[test]
fn gini_and_diversity_of_small_cases() {
    close(gini(vec![(5.0, 1.0), (5.0, 3.0)]), 0.0);
    // Of n people one has all: 1 − 1/n.
    close(gini(vec![(0.0, 3.0), (8.0, 1.0)]), 0.75);
    // 1, 2, 3: mean absolute difference 8/9, mean 2.
    close(gini(vec![(3.0, 1.0), (1.0, 1.0), (2.0, 1.0)]), 8.0 / 9.0 / 4.0);
    close(simpson(&[1.0, 1.0, 1.0, 1.0]), 0.75);
    close(simpson(&[7.0, 0.0]), 0.0);
    close(shannon(&[2.0, 2.0, 2.0]), libm::log(3.0));
}

#[test]
fn a_division_by_zero_has_no_answer() {
    assert_eq!(dissimilarity_multi(&[5.0, 0.0, 3.0, 0.0], 2), None);
    assert_eq!(theil_h(&[], 3), None);
    assert_eq!(theil_h(&[], 0), None);
    assert_eq!(dissimilarity(&[0.0], &[0.0]), None);
    assert_eq!(gini(vec![(0.0, 4.0)]), None);
    assert_eq!(simpson(&[0.0, 0.0]), None);
    assert_eq!(moran_i(&[1.0, 1.0], &[vec![1], vec![0]]), None);
    assert_eq!(moran_i(&[1.0, 2.0], &[vec![], vec![]]), None);
}

#[test]
fn empty_units_change_nothing() {
    let counts = [3.0, 9.0, 8.0, 1.0];
    let more = [3.0, 9.0, 0.0, 0.0, 8.0, 1.0];
    for index in [dissimilarity_multi, theil_h, normalised_exposure, mean_isolation] {
        assert_eq!(index(&counts, 2), index(&more, 2));
    }
}

#[test]
fn other_labels_give_the_same_bits() {
    let rows = [[3.1, 9.7, 0.0, 5.3], [8.9, 1.3, 0.0, 2.2], [4.4, 4.4, 0.0, 7.7]];
    let table = |order: [usize; 4]| rows.iter().flat_map(|row| order.map(|m| row[m])).collect::<Vec<f64>>();
    let want = by_size(&table([0, 1, 2, 3]), 4);
    assert_eq!(want.1, 3);
    for order in [[3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1]] {
        assert_eq!(by_size(&table(order), 4), want);
    }
}

#[test]
fn results_of_the_python_packages() {
    let golden: serde_json::Value =
        serde_json::from_str(include_str!("../../tests/golden/indices.json")).expect("the golden is JSON");
    let counts: Vec<f64> = golden["counts"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|v| v.as_f64().unwrap())
        .collect();
    let want = |name: &str| golden[name].as_f64().unwrap();
    let (x, t): (Vec<f64>, Vec<f64>) = counts.chunks_exact(3).map(|row| (row[0], row.iter().sum::<f64>())).unzip();
    let rest: Vec<f64> = x.iter().zip(&t).map(|(x, t)| t - x).collect();
    close(dissimilarity(&x, &t), want("dissimilarity"));
    close(gini_segregation(&x, &t), want("gini_segregation"));
    close(isolation(&x, &t), want("isolation"));
    close(exposure(&x, &rest, &t), want("interaction"));
    close(dissimilarity_multi(&counts, 3), want("dissimilarity_multi"));
    close(theil_h(&counts, 3), want("theil_h"));
    close(normalised_exposure(&counts, 3), want("normalised_exposure"));
    let n_cols = golden["n_cols"].as_u64().unwrap() as usize;
    let neighbours: Vec<Vec<u32>> = (0..x.len())
        .map(|i| {
            let beside = |j: &usize| (j % n_cols).abs_diff(i % n_cols) + (j / n_cols).abs_diff(i / n_cols) == 1;
            (0..x.len()).filter(beside).map(|j| j as u32).collect()
        })
        .collect();
    let shares: Vec<f64> = x.iter().zip(&t).map(|(x, t)| x / t).collect();
    close(moran_i(&shares, &neighbours), want("moran_i"));
}
