//! Where water lies, when only its share per neighbourhood is known.
//!
//! Dutch neighbourhoods meet in the middle of canals and rivers, so water is put along their edges, and most where the
//! surroundings are wet too: pixels rank by the mean water share within 300 m plus half their nearness to an edge
//! (1 at the edge, 0 from 120 m on), and each neighbourhood takes the share of its pixels that its table gives. Only
//! pixels within [`EDGE_M`] of an edge, or in surroundings of at least two fifths water, become open water; what is left
//! over in a polder is ditches, narrower than a pixel. Grade A: shares are right, courses are not.

use crate::city::NO_NEIGHBOURHOOD;
use crate::gis::GridRef;

/// How far from an edge open water is put in dry surroundings, m (A).
pub const EDGE_M: f64 = 80.0;

/// Marks water in `water` for neighbourhoods with a known share (0–1) of it.
pub fn place(fine: &GridRef, owner: &[u16], share: &[Option<f64>], water: &mut [f32]) {
    let outside = 0.3;
    let wet: Vec<f32> = owner
        .iter()
        .map(|&o| if o == NO_NEIGHBOURHOOD { outside } else { share[usize::from(o)].unwrap_or(0.0) as f32 })
        .collect();
    let wet = blur(fine, &wet, (300.0 / fine.cell_m).round() as usize);
    let edge = edge_distance(fine, owner);
    let mut pixels: Vec<Vec<(f32, usize)>> = vec![Vec::new(); share.len()];
    for (idx, &o) in owner.iter().enumerate().filter(|(_, o)| **o != NO_NEIGHBOURHOOD) {
        let near = (1.0 - edge[idx] as f64 * fine.cell_m / 120.0).max(0.0) as f32;
        let wide = f64::from(edge[idx]) * fine.cell_m < EDGE_M || wet[idx] >= 0.4;
        pixels[usize::from(o)].push((wet[idx] + 0.5 * near + if wide { 0.0 } else { -10.0 }, idx));
    }
    for (share, mut pixels) in share.iter().zip(pixels) {
        let n = (share.unwrap_or(0.0).clamp(0.0, 1.0) * pixels.len() as f64).round() as usize;
        pixels.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        for &(_, idx) in pixels.iter().take(n).filter(|p| p.0 > -5.0) {
            water[idx] = 1.0;
        }
    }
}

/// Mean over a square of `2 reach + 1` pixels, by running sums.
fn blur(grid: &GridRef, values: &[f32], reach: usize) -> Vec<f32> {
    let pass = |from: &[f32], n_lines: usize, n: usize, line_stride: usize, stride: usize| {
        let mut to = vec![0.0; from.len()];
        for line in 0..n_lines {
            let at = |i: usize| from[line * line_stride + i * stride] as f64;
            let mut sums = vec![0.0; n + 1];
            for i in 0..n {
                sums[i + 1] = sums[i] + at(i);
            }
            for i in 0..n {
                let (a, b) = (i.saturating_sub(reach), (i + reach + 1).min(n));
                to[line * line_stride + i * stride] = ((sums[b] - sums[a]) / (b - a) as f64) as f32;
            }
        }
        to
    };
    let rows = pass(values, grid.n_rows, grid.n_cols, grid.n_cols, 1);
    pass(&rows, grid.n_cols, grid.n_rows, 1, grid.n_cols)
}

/// Steps (rows, columns) to the nearest pixel of another owner.
fn edge_distance(grid: &GridRef, owner: &[u16]) -> Vec<u32> {
    let far = (grid.n_cols + grid.n_rows) as u32;
    let mut distance = vec![far; owner.len()];
    let around = |idx: usize| {
        let (col, row) = grid.col_row(idx);
        [
            (col > 0).then(|| idx - 1),
            (col + 1 < grid.n_cols).then(|| idx + 1),
            (row > 0).then(|| idx - grid.n_cols),
            (row + 1 < grid.n_rows).then(|| idx + grid.n_cols),
        ]
    };
    let mut front: Vec<usize> = Vec::new();
    for idx in 0..owner.len() {
        if around(idx).iter().flatten().any(|&n| owner[n] != owner[idx]) {
            distance[idx] = 0;
            front.push(idx);
        }
    }
    let mut step = 0;
    while !front.is_empty() {
        step += 1;
        let mut next = Vec::new();
        for idx in front {
            for n in around(idx).into_iter().flatten() {
                if distance[n] == far {
                    distance[n] = step;
                    next.push(n);
                }
            }
        }
        front = next;
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_met_and_water_lies_where_wet_neighbourhoods_meet() {
        let fine = GridRef { west_m: 0.0, north_m: 800.0, cell_m: 20.0, n_cols: 40, n_rows: 40 };
        // Dry west, and two wet ones in the east that meet at row 20.
        let owner: Vec<u16> = (0..fine.len())
            .map(|idx| match fine.col_row(idx) {
                (0..20, _) => 0,
                (_, 0..20) => 1,
                _ => 2,
            })
            .collect();
        let mut water = vec![0.0; fine.len()];
        place(&fine, &owner, &[Some(0.0), Some(0.25), Some(0.25)], &mut water);
        let wet = |o: u16| owner.iter().zip(&water).filter(|(w, x)| **w == o && **x > 0.0).count();
        assert_eq!((wet(0), wet(1), wet(2)), (0, 100, 100));
        let along: usize = (20..40).filter(|&col| water[fine.idx(col, 19)] > 0.0).count();
        assert!(along >= 15, "{along} of 20 pixels along the shared edge");
    }
}
