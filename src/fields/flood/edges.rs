//! The edges of the map: closed, free outflow, or a given water level.

use super::local_inertial::{DRY_M, flux_to_level};
use super::math::{G_M_S2, inverse_cbrt};
use serde::{Deserialize, Serialize};

/// A side of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Left.
    West,
    /// Right.
    East,
    /// Top.
    North,
    /// Bottom.
    South,
}

/// What happens at an edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EdgeKind {
    /// No flow.
    Closed,
    /// Water leaves as uniform flow down the local slope (at least `min_slope`), never faster than critical.
    Free {
        /// Least slope, so that a flat map can drain.
        min_slope: f32,
    },
    /// Water stands at this level outside, m above the datum; it enters and leaves.
    Level {
        /// Level outside, m above the datum.
        level_m: f32,
    },
}

/// The kind of every edge face. Faces point into `kinds`; entry 0 is `Closed`.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges {
    kinds: Vec<EdgeKind>,
    faces: [Vec<u16>; 4],
}

impl Edges {
    /// A closed map of `n_cols` × `n_rows` cells.
    pub fn closed(n_cols: usize, n_rows: usize) -> Self {
        let faces = [vec![0; n_rows], vec![0; n_rows], vec![0; n_cols], vec![0; n_cols]];
        Edges { kinds: vec![EdgeKind::Closed], faces }
    }

    /// Give faces `range` of `side` (rows from the north, or columns from the west) a kind; returns its number for
    /// [`Edges::set`]. At most 65,535 kinds.
    pub fn open(&mut self, side: Side, range: std::ops::Range<usize>, kind: EdgeKind) -> usize {
        let number = self.kinds.len().min(usize::from(u16::MAX));
        self.kinds.push(kind);
        let faces = &mut self.faces[side as usize];
        let end = range.end.min(faces.len());
        faces[range.start.min(end)..end].fill(number as u16);
        number
    }

    /// Change kind `number`.
    pub fn set(&mut self, number: usize, kind: EdgeKind) {
        self.kinds[number] = kind;
    }

    /// The kind of face `k` of `side`.
    #[inline]
    pub fn kind(&self, side: Side, k: usize) -> EdgeKind {
        self.kinds[usize::from(self.faces[side as usize][k])]
    }

    /// True when water may pass the west or east edge of a row, or the north or south edge of the first or last row.
    pub fn is_open_at_row(&self, row: usize) -> bool {
        let [west, east, north, south] = &self.faces;
        west[row] != 0
            || east[row] != 0
            || (row == 0 && north.iter().any(|&k| k != 0))
            || (row + 1 == west.len() && south.iter().any(|&k| k != 0))
    }

    /// All kinds by number, and the number of each face: west, east (by row), north, south (by column).
    pub fn tables(&self) -> (&[EdgeKind], [&[u16]; 4]) {
        let [w, e, n, s] = &self.faces;
        (&self.kinds, [w, e, n, s])
    }

    /// Flux **out of** the map over edge face `k`, m²/s, by the local inertial rule. `cells` holds depth, bed and
    /// roughness of the edge cell and depth and bed of the next cell inwards; `q_out` is the last flux.
    #[inline(always)]
    pub fn flux(
        &self,
        side: Side,
        k: usize,
        cells: (f32, f32, f32, f32, f32),
        q_out: f32,
        dt: f32,
        cell_m: f32,
    ) -> f32 {
        let (h, z, n, h_in, z_in) = cells;
        match self.kind(side, k) {
            EdgeKind::Closed => 0.0,
            EdgeKind::Level { level_m } => flux_to_level(z + h, level_m.max(z), z, n, q_out, dt, cell_m),
            EdgeKind::Free { min_slope } => {
                if h <= DRY_M {
                    return 0.0;
                }
                let slope = (((z_in + h_in) - (z + h)).max(z_in - z) / cell_m).max(min_slope);
                // A blocked inner neighbour would make an endless slope.
                let uniform = h * h * inverse_cbrt(h) * slope.min(1.0).sqrt() / n;
                uniform.min(h * (G_M_S2 * h).sqrt())
            }
        }
    }
}
