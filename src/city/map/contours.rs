//! Smooth outlines of a land cover for maps: the staircase of the raster, smoothed along the line and not across it, so
//! that narrow canals keep their width.

use crate::city::outline::{Corner, trace};
use crate::city::{City, Cover};

/// Rounds of smoothing.
const ROUNDS: usize = 24;
/// Pixels that the raster is continued beyond its edge, so that nothing is rounded off there.
const RIM: i64 = 12;

/// Rings round all pixels of a cover, m from the west and south edge of the grid; closed, to be filled even-odd.
pub fn contours(city: &City, cover: Cover) -> Vec<Vec<[f64; 2]>> {
    let raster = &city.ground.cover;
    let grid = &raster.grid;
    if grid.is_empty() {
        return Vec::new();
    }
    let (n_cols, n_rows) = (grid.n_cols as i64, grid.n_rows as i64);
    let on_rim = |c: i64, r: i64| c >= -RIM && r >= -RIM && c < n_cols + RIM && r < n_rows + RIM;
    let is_in = |c: i64, r: i64| {
        on_rim(c, r) && raster.at(c.clamp(0, n_cols - 1) as usize, r.clamp(0, n_rows - 1) as usize) == cover
    };
    let places =
        (-RIM..n_rows + RIM).flat_map(|r| (-RIM..n_cols + RIM).map(move |c| (c, r))).filter(|&(c, r)| is_in(c, r));
    trace(places, is_in, true)
        .iter()
        .filter(|ring| ring.len() > 4)
        .map(|ring| {
            let mut points = smooth(ring);
            points.iter_mut().for_each(|p| *p = [p[0] * grid.cell_m, (grid.n_rows as f64 - p[1]) * grid.cell_m]);
            points.extend(points.first().copied());
            points
        })
        .collect()
}

/// The rings of rivers and lakes among `rings`: those whose mean width (twice the area over the length) is at least half
/// that of the widest, or 40 m. Canals that enclose land count as wide; drains and ditches go.
pub fn wide_only(rings: Vec<Vec<[f64; 2]>>) -> Vec<Vec<[f64; 2]>> {
    let width = |ring: &Vec<[f64; 2]>| {
        let (mut twice_area, mut length) = (0.0, 0.0_f64);
        for w in ring.windows(2) {
            twice_area += w[0][0] * w[1][1] - w[1][0] * w[0][1];
            length += ((w[1][0] - w[0][0]).powi(2) + (w[1][1] - w[0][1]).powi(2)).sqrt();
        }
        f64::abs(twice_area) / length.max(1e-9)
    };
    let widest = rings.iter().map(width).fold(0.0, f64::max);
    rings.into_iter().filter(|ring| width(ring) >= (0.5 * widest).min(40.0)).collect()
}

/// Taubin smoothing (1995): shrink and swell in turn, so that the area stays.
fn smooth(ring: &[Corner]) -> Vec<[f64; 2]> {
    let open = &ring[..ring.len() - 1];
    let mut points: Vec<[f64; 2]> = open.iter().map(|&(c, r)| [c as f64, r as f64]).collect();
    let n = points.len();
    for round in 0..2 * ROUNDS {
        let k = if round % 2 == 0 { 0.5 } else { -0.52 };
        points = (0..n)
            .map(|i| {
                let (a, b, c) = (points[(i + n - 1) % n], points[i], points[(i + 1) % n]);
                [b[0] + k * ((a[0] + c[0]) / 2.0 - b[0]), b[1] + k * ((a[1] + c[1]) / 2.0 - b[1])]
            })
            .collect();
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canals_are_left_out_where_there_is_a_river() {
        let strip = |w: f64| vec![[0.0, 0.0], [2000.0, 0.0], [2000.0, w], [0.0, w], [0.0, 0.0]];
        assert_eq!(wide_only(vec![strip(20.0), strip(100.0)]), [strip(100.0)]);
        assert_eq!(wide_only(vec![strip(20.0), strip(25.0)]).len(), 2);
    }

    #[test]
    fn smoothing_keeps_the_area() {
        // A disc of 30 pixels across.
        let inside = |c: i64, r: i64| (c * c + r * r) as f64 <= 15.0 * 15.0;
        let places = (-20..20).flat_map(|r| (-20..20).map(move |c| (c, r))).filter(|&(c, r)| inside(c, r));
        let rings = trace(places.clone(), inside, true);
        assert_eq!(rings.len(), 1);
        let points = smooth(&rings[0]);
        let n = points.len();
        let area: f64 = (0..n)
            .map(|i| {
                let (a, b) = (points[i], points[(i + 1) % n]);
                (a[0] * b[1] - b[0] * a[1]) / 2.0
            })
            .sum();
        let pixels = places.count() as f64;
        assert!((area.abs() / pixels - 1.0).abs() < 0.03, "{area} {pixels}");
    }
}
