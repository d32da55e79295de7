//! Neighbourhood outlines for maps: outlines along cell edges are smoothed arc by arc, so that neighbours keep sharing
//! one line; outlines from data are left as they are.

use std::collections::BTreeMap;

use crate::city::{City, NO_NEIGHBOURHOOD};

/// A line between the same two neighbourhoods from end to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Arc {
    /// Points, m from the west and south edge of the grid.
    pub points: Vec<[f64; 2]>,
    /// The neighbourhood beyond the line, or [`NO_NEIGHBOURHOOD`].
    pub beyond: u16,
    /// True for the edge of the city, where it follows cells rather than anything on the ground.
    pub is_edge: bool,
}

/// The rings of one neighbourhood, each a chain of arcs.
pub type Outline = Vec<Vec<Arc>>;

/// The outline of every neighbourhood.
pub fn outlines(city: &City) -> Vec<Outline> {
    let degree = corner_degrees(city);
    (0..city.neighbourhoods.len()).map(|h| outline(city, h as u16, &degree)).collect()
}

type Corner = (i64, i64);

/// How many boundary edges meet at each corner of the grid.
fn corner_degrees(city: &City) -> BTreeMap<Corner, u8> {
    let grid = &city.grid;
    let mut degree: BTreeMap<Corner, u8> = BTreeMap::new();
    for r in 0..=grid.n_rows as i64 {
        for c in 0..=grid.n_cols as i64 {
            let [nw, ne, sw, se] = [(c - 1, r - 1), (c, r - 1), (c - 1, r), (c, r)].map(|(c, r)| owner(city, c, r));
            let n = [nw != ne, ne != se, se != sw, sw != nw].iter().filter(|&&b| b).count();
            if n > 2 {
                degree.insert((c, r), n as u8);
            }
        }
    }
    degree
}

fn owner(city: &City, c: i64, r: i64) -> u16 {
    let grid = &city.grid;
    let inside = c >= 0 && r >= 0 && c < grid.n_cols as i64 && r < grid.n_rows as i64;
    if inside { city.neighbourhood_of_cell[grid.idx(c as usize, r as usize)] } else { NO_NEIGHBOURHOOD }
}

fn outline(city: &City, hood: u16, junctions: &BTreeMap<Corner, u8>) -> Outline {
    let grid = &city.grid;
    let rings = &city.neighbourhoods[usize::from(hood)].rings;
    let to_corner = |p: &[f64; 2]| ((p[0] - grid.west_m) / grid.cell_m, (grid.north_m - p[1]) / grid.cell_m);
    let on_grid = |v: f64| (v - v.round()).abs() < 1e-6;
    let is_cellular = rings.iter().flatten().map(to_corner).all(|(c, r)| on_grid(c) && on_grid(r));
    rings
        .iter()
        .filter(|ring| ring.len() > 3)
        .map(|ring| {
            if !is_cellular {
                let points = ring.iter().map(|p| [p[0] - grid.west_m, p[1] - grid.south_m()]).collect();
                return vec![Arc { points, beyond: NO_NEIGHBOURHOOD, is_edge: false }];
            }
            let corners: Vec<Corner> =
                ring.iter().map(to_corner).map(|(c, r)| (c.round() as i64, r.round() as i64)).collect();
            arcs_of_ring(city, hood, &unit_steps(&corners), junctions)
        })
        .collect()
}

/// Every corner that a ring passes, the last one left out.
fn unit_steps(corners: &[Corner]) -> Vec<Corner> {
    let mut out = Vec::new();
    for w in corners.windows(2) {
        let n = (w[1].0 - w[0].0).abs().max((w[1].1 - w[0].1).abs());
        let step = ((w[1].0 - w[0].0).signum(), (w[1].1 - w[0].1).signum());
        out.extend((0..n).map(|i| (w[0].0 + i * step.0, w[0].1 + i * step.1)));
    }
    out
}

/// The neighbourhood on the other side of the edge from `a` to `b` of a ring round `hood`.
fn beyond(city: &City, hood: u16, a: Corner, b: Corner) -> u16 {
    let sides = if a.1 == b.1 {
        [(a.0.min(b.0), a.1 - 1), (a.0.min(b.0), a.1)]
    } else {
        [(a.0 - 1, a.1.min(b.1)), (a.0, a.1.min(b.1))]
    };
    let owners = sides.map(|(c, r)| owner(city, c, r));
    if owners[0] == hood { owners[1] } else { owners[0] }
}

fn arcs_of_ring(city: &City, hood: u16, ring: &[Corner], junctions: &BTreeMap<Corner, u8>) -> Vec<Arc> {
    let n = ring.len();
    let to_m = |c: &Corner| [c.0 as f64 * city.grid.cell_m, (city.grid.n_rows as i64 - c.1) as f64 * city.grid.cell_m];
    let cuts: Vec<usize> = (0..n).filter(|&i| junctions.contains_key(&ring[i])).collect();
    if cuts.is_empty() {
        let closed: Vec<[f64; 2]> = ring.iter().map(to_m).collect();
        let beyond = beyond(city, hood, ring[0], ring[1 % n]);
        return vec![Arc { points: smooth_ring(&closed), beyond, is_edge: beyond == NO_NEIGHBOURHOOD }];
    }
    (0..cuts.len())
        .map(|k| {
            let (from, to) = (cuts[k], cuts[(k + 1) % cuts.len()]);
            let length = if to > from { to - from } else { to + n - from };
            let corners: Vec<Corner> = (0..=length).map(|i| ring[(from + i) % n]).collect();
            let points: Vec<[f64; 2]> = corners.iter().map(to_m).collect();
            let beyond = beyond(city, hood, corners[0], corners[1]);
            Arc { points: smooth_line(&points), beyond, is_edge: beyond == NO_NEIGHBOURHOOD }
        })
        .collect()
}

fn mid(a: [f64; 2], b: [f64; 2], k: f64) -> [f64; 2] {
    [a[0] + (b[0] - a[0]) * k, a[1] + (b[1] - a[1]) * k]
}

/// A staircase made straight: midpoints of its steps, then corners cut twice (Chaikin 1974). The ends stay.
fn smooth_line(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut line: Vec<[f64; 2]> = vec![points[0]];
    line.extend(points.windows(2).map(|w| mid(w[0], w[1], 0.5)));
    line.push(points[points.len() - 1]);
    for _ in 0..2 {
        let mut next = vec![line[0]];
        for w in line.windows(2) {
            next.push(mid(w[0], w[1], 0.25));
            next.push(mid(w[0], w[1], 0.75));
        }
        next.push(line[line.len() - 1]);
        line = next;
    }
    line
}

/// The same for a closed line; the first point is repeated at the end.
fn smooth_ring(points: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let n = points.len();
    let mut ring: Vec<[f64; 2]> = (0..n).map(|i| mid(points[i], points[(i + 1) % n], 0.5)).collect();
    for _ in 0..2 {
        let n = ring.len();
        ring = (0..n).flat_map(|i| [0.25, 0.75].map(|k| mid(ring[i], ring[(i + 1) % n], k))).collect();
    }
    ring.extend(ring.first().copied());
    ring
}
