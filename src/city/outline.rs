//! Outlines of sets of cells: rings along the cell edges, in the form of [`super::Neighbourhood::rings`].

use std::collections::BTreeMap;

use crate::gis::GridRef;

/// A corner of the grid: column and row of the line crossing, row 0 in the north.
pub(crate) type Corner = (i64, i64);

/// Rings round the `cells` of `grid`, closed, without needless points: the largest outer ring first (anticlockwise), then
/// holes (clockwise), then further parts. Cells that touch at a corner only are separate parts.
pub fn rings_of_cells(grid: &GridRef, cells: &[usize]) -> Vec<Vec<[f64; 2]>> {
    let mut sorted = cells.to_vec();
    sorted.sort_unstable();
    let is_in = |c: i64, r: i64| {
        c >= 0
            && r >= 0
            && c < grid.n_cols as i64
            && r < grid.n_rows as i64
            && sorted.binary_search(&grid.idx(c as usize, r as usize)).is_ok()
    };
    let places = sorted.iter().map(|&cell| grid.col_row(cell)).map(|(c, r)| (c as i64, r as i64));
    let mut rings: Vec<Vec<Corner>> = trace(places, is_in, false).iter().map(|ring| straighten(ring)).collect();
    rings.sort_by_key(|ring| std::cmp::Reverse(twice_area(ring)));
    let holes: Vec<Vec<Corner>> = rings.extract_if(.., |ring| twice_area(ring) < 0).collect();
    let mut ordered = Vec::new();
    let mut outer = rings.into_iter();
    ordered.extend(outer.next());
    ordered.extend(holes);
    ordered.extend(outer);
    let to_m = |&(c, r): &Corner| [grid.west_m + c as f64 * grid.cell_m, grid.north_m - r as f64 * grid.cell_m];
    ordered.iter().map(|ring| ring.iter().map(to_m).collect()).collect()
}

/// Rings round the cells at `places`, closed, with a corner at every step; the cells lie on the left.
/// `joins_diagonally`: cells that touch at a corner only are one part.
pub(crate) fn trace(
    places: impl Iterator<Item = Corner>,
    is_in: impl Fn(i64, i64) -> bool,
    joins_diagonally: bool,
) -> Vec<Vec<Corner>> {
    // Edges with the cell on their left, by starting corner.
    let mut edges: BTreeMap<Corner, Vec<Corner>> = BTreeMap::new();
    for (c, r) in places {
        for (outside, from, to) in [
            ((c, r + 1), (c, r + 1), (c + 1, r + 1)),
            ((c + 1, r), (c + 1, r + 1), (c + 1, r)),
            ((c, r - 1), (c + 1, r), (c, r)),
            ((c - 1, r), (c, r), (c, r + 1)),
        ] {
            if !is_in(outside.0, outside.1) {
                edges.entry(from).or_default().push(to);
            }
        }
    }
    let starts: Vec<Corner> = edges.keys().copied().collect();
    let mut rings: Vec<Vec<Corner>> = Vec::new();
    for start in starts {
        while edges.get(&start).is_some_and(|to| !to.is_empty()) {
            let mut ring = vec![start];
            let mut at = start;
            let mut heading = (0, 0);
            while let Some(choices) = edges.get_mut(&at).filter(|c| !c.is_empty()) {
                // Where two cells touch at a corner, a left turn stays with the same cell, a right turn goes on to the other.
                let left = (heading.1, -heading.0);
                let turn = if joins_diagonally { (-left.0, -left.1) } else { left };
                let pick = choices.iter().position(|&to| (to.0 - at.0, to.1 - at.1) == turn).unwrap_or(0);
                let to = choices.swap_remove(pick);
                heading = (to.0 - at.0, to.1 - at.1);
                at = to;
                ring.push(at);
                if at == start && (!joins_diagonally || edges.get(&start).is_none_or(Vec::is_empty)) {
                    break;
                }
            }
            rings.push(ring);
        }
    }
    rings
}

/// The ring without corners on straight stretches; closed.
fn straighten(ring: &[Corner]) -> Vec<Corner> {
    let open = &ring[..ring.len() - 1];
    let n = open.len();
    let turns = |i: usize| {
        let (a, b, c) = (open[(i + n - 1) % n], open[i], open[(i + 1) % n]);
        (b.0 - a.0) * (c.1 - b.1) != (b.1 - a.1) * (c.0 - b.0)
    };
    let mut out: Vec<Corner> = (0..n).filter(|&i| turns(i)).map(|i| open[i]).collect();
    out.extend(out.first().copied());
    out
}

/// Twice the area in cells; positive for anticlockwise rings (rows count southwards).
fn twice_area(ring: &[Corner]) -> i64 {
    ring.windows(2).map(|w| w[1].0 * w[0].1 - w[0].0 * w[1].1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: GridRef = GridRef { west_m: 0.0, north_m: 500.0, cell_m: 100.0, n_cols: 5, n_rows: 5 };

    fn area(ring: &[[f64; 2]]) -> f64 {
        ring.windows(2).map(|w| (w[0][0] * w[1][1] - w[1][0] * w[0][1]) / 2.0).sum()
    }

    #[test]
    fn a_ring_of_cells_has_an_outer_ring_and_a_hole() {
        let cells: Vec<usize> =
            (0..25).filter(|&i| (1..4).contains(&(i % 5)) && (1..4).contains(&(i / 5)) && i != 12).collect();
        let rings = rings_of_cells(&GRID, &cells);
        assert_eq!(rings.len(), 2);
        assert_eq!((rings[0].len(), rings[1].len()), (5, 5));
        assert_eq!((area(&rings[0]), area(&rings[1])), (90_000.0, -10_000.0));
        assert_eq!(rings[0].first(), rings[0].last());
    }

    #[test]
    fn cells_that_touch_at_a_corner_are_two_parts() {
        let rings = rings_of_cells(&GRID, &[0, 6]);
        assert_eq!(rings.len(), 2);
        assert!(rings.iter().all(|ring| area(ring) == 10_000.0));
    }

    #[test]
    fn diagonal_neighbours_can_be_one_part() {
        let is_in = |c: i64, r: i64| (c, r) == (0, 0) || (c, r) == (1, 1);
        let rings = trace([(0, 0), (1, 1)].into_iter(), is_in, true);
        assert_eq!(rings.iter().map(Vec::len).collect::<Vec<_>>(), [9]);
    }

    #[test]
    fn the_largest_part_comes_first() {
        let rings = rings_of_cells(&GRID, &[0, 12, 13]);
        assert_eq!(rings.iter().map(|r| area(r)).collect::<Vec<_>>(), [20_000.0, 10_000.0]);
    }
}
