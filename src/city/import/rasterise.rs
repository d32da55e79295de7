//! Polygons and lines onto pixels.
//!
//! Polygons are filled by scan lines with the even-odd rule, so holes and clumsy multi-parts come out right whatever
//! their direction. [`share_of_pixels`] measures the covered share of each pixel: exactly along x, by `sub` lines
//! along y. [`pixels_inside`] takes the pixels whose centre is inside, so that polygons that share an edge never claim
//! a pixel twice.

use crate::gis::GridRef;

/// x of the crossings of the line `y` with the edges of `rings`, sorted.
fn crossings(rings: &[Vec<[f64; 2]>], y: f64, out: &mut Vec<f64>) {
    out.clear();
    for edge in rings.iter().flat_map(|ring| ring.windows(2)) {
        // Always upwards, so that two polygons that share an edge round its crossings alike.
        let ([ax, ay], [bx, by]) = if edge[0][1] < edge[1][1] { (edge[0], edge[1]) } else { (edge[1], edge[0]) };
        // Half-open: a corner on the line counts for one of its two edges only.
        if (ay <= y) != (by <= y) {
            out.push(ax + (y - ay) / (by - ay) * (bx - ax));
        }
    }
    out.sort_by(f64::total_cmp);
}

/// Rows of `grid` that `rings` can touch.
fn rows(grid: &GridRef, rings: &[Vec<[f64; 2]>]) -> std::ops::Range<usize> {
    let ys = || rings.iter().flatten().map(|p| p[1]);
    let (low, high) = (ys().fold(f64::INFINITY, f64::min), ys().fold(f64::NEG_INFINITY, f64::max));
    let row = |y: f64| ((grid.north_m - y) / grid.cell_m).clamp(0.0, grid.n_rows as f64);
    if low > high { 0..0 } else { row(high).floor() as usize..row(low).ceil() as usize }
}

/// Calls `visit` with every pixel whose centre lies inside `rings`.
pub fn pixels_inside(grid: &GridRef, rings: &[Vec<[f64; 2]>], mut visit: impl FnMut(usize)) {
    let mut xs = Vec::new();
    for row in rows(grid, rings) {
        crossings(rings, grid.north_m - (row as f64 + 0.5) * grid.cell_m, &mut xs);
        for pair in xs.chunks_exact(2) {
            // First centre at or right of the crossing.
            let col = |x: f64| ((x - grid.west_m) / grid.cell_m - 0.5).ceil().clamp(0.0, grid.n_cols as f64) as usize;
            for col in col(pair[0])..col(pair[1]) {
                visit(grid.idx(col, row));
            }
        }
    }
}

/// Calls `visit` with every touched pixel and the share of it (0–1) that lies inside `rings`.
pub fn share_of_pixels(grid: &GridRef, rings: &[Vec<[f64; 2]>], sub: usize, mut visit: impl FnMut(usize, f32)) {
    let (mut xs, mut shares) = (Vec::new(), Vec::new());
    let position = |x: f64| ((x - grid.west_m) / grid.cell_m).clamp(0.0, grid.n_cols as f64);
    let xs_of = || rings.iter().flatten().map(|p| p[0]);
    let first = position(xs_of().fold(f64::INFINITY, f64::min)).floor() as usize;
    let last = position(xs_of().fold(f64::NEG_INFINITY, f64::max)).ceil() as usize;
    for row in rows(grid, rings) {
        shares.clear();
        shares.resize(last.saturating_sub(first), 0.0_f64);
        for line in 0..sub {
            let y = grid.north_m - (row as f64 + (line as f64 + 0.5) / sub as f64) * grid.cell_m;
            crossings(rings, y, &mut xs);
            for pair in xs.chunks_exact(2) {
                let (from, to) = (position(pair[0]), position(pair[1]));
                let mut col = from.floor() as usize;
                while (col as f64) < to {
                    let inside = to.min(col as f64 + 1.0) - from.max(col as f64);
                    if let Some(share) = shares.get_mut(col.wrapping_sub(first)) {
                        *share += inside / sub as f64;
                    }
                    col += 1;
                }
            }
        }
        for (i, &share) in shares.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            visit(grid.idx(first + i, row), share.min(1.0) as f32);
        }
    }
}

/// Calls `visit` with pixels along a line and the share of them that a strip of `width_m` covers. Where strips cross,
/// shares add up; the caller caps them.
pub fn strip(grid: &GridRef, line: &[[f64; 2]], width_m: f64, mut visit: impl FnMut(usize, f32)) {
    let step_m = grid.cell_m / 4.0;
    for pair in line.windows(2) {
        let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
        let length = (bx - ax).hypot(by - ay);
        let n = (length / step_m).ceil().clamp(1.0, 1e6);
        let share = (length / n * width_m / (grid.cell_m * grid.cell_m)) as f32;
        for i in 0..n as usize {
            let t = (i as f64 + 0.5) / n;
            if let Some(idx) = grid.cell_at(ax + t * (bx - ax), ay + t * (by - ay)) {
                visit(idx, share);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: GridRef = GridRef { west_m: 0.0, north_m: 100.0, cell_m: 10.0, n_cols: 10, n_rows: 10 };

    fn square(x: f64, y: f64, side: f64) -> Vec<[f64; 2]> {
        vec![[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    }

    #[test]
    fn shares_add_up_to_the_area() {
        for (ring, area) in [
            (square(13.0, 21.0, 25.0), 625.0),
            (vec![[10.0, 10.0], [50.0, 10.0], [10.0, 50.0], [10.0, 10.0]], 800.0),
            (vec![[3.0, 3.0], [3.0, 8.0], [9.0, 8.0], [9.0, 3.0], [3.0, 3.0]], 30.0),
        ] {
            let mut sum = 0.0;
            share_of_pixels(&GRID, &[ring], 10, |_, share| sum += f64::from(share) * 100.0);
            assert!((sum - area).abs() < 1e-3 * area, "{sum} for {area}");
        }
    }

    #[test]
    fn holes_are_left_out_and_the_outside_is_cut_off() {
        let mut sum = 0.0;
        share_of_pixels(&GRID, &[square(0.0, 0.0, 40.0), square(10.0, 10.0, 20.0)], 4, |_, share| sum += share);
        assert_eq!(sum, 12.0);
        let mut sum = 0.0;
        share_of_pixels(&GRID, &[square(-500.0, -500.0, 1_000.0)], 4, |_, share| sum += share);
        assert_eq!(sum, 100.0);
    }

    #[test]
    fn neighbours_share_no_pixel_and_leave_none_out() {
        let mut hits = [0; 100];
        let diagonal_a = vec![[0.0, 0.0], [100.0, 0.0], [100.0, 100.0], [0.0, 0.0]];
        let diagonal_b = vec![[0.0, 0.0], [100.0, 100.0], [0.0, 100.0], [0.0, 0.0]];
        for ring in [diagonal_a, diagonal_b] {
            pixels_inside(&GRID, &[ring], |idx| hits[idx] += 1);
        }
        assert_eq!(hits, [1; 100]);
    }

    #[test]
    fn a_strip_covers_length_times_width() {
        let mut sum = 0.0;
        strip(&GRID, &[[5.0, 5.0], [65.0, 85.0]], 6.0, |_, share| sum += f64::from(share) * 100.0);
        assert!((sum - 600.0).abs() < 1e-3, "{sum}");
    }
}
