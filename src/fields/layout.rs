//! The shape of a plane.
//!
//! A plane of `n_cols` × `n_rows` cells is stored with one padding column in the east and one padding row in the south,
//! so that cells, west faces (`x` faces) and north faces (`y` faces) share one shape and one index: face `idx` is the
//! west (or north) face of cell `idx`, and the east edge is the west face of the padding column. Row 0 is the north;
//! a positive flux over an `x` face goes east, over a `y` face goes **south** (to the next row).

use rayon::prelude::*;

/// `in_blocks!(i < n, { body })` runs `body` for every `i` below `n`, in stretches that vector registers divide (the widest
/// holds 16 values): a tail shorter than that is done as the last 16, some of them twice. So `body` must write what depends
/// on its own index alone, and never what it reads. A macro, since a closure would lose its vector registers.
macro_rules! in_blocks {
    ($i:ident < $n:expr, $body:block) => {
        let n: usize = $n;
        let whole = n - n % 16;
        for $i in 0..if n < 16 { n } else { whole } {
            $body
        }
        if n > 16 && whole < n {
            for $i in n - 16..n {
                $body
            }
        }
    };
}
pub(in crate::fields) use in_blocks;

/// Shape of a plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Columns of cells, without padding.
    pub n_cols: usize,
    /// Rows of cells, without padding.
    pub n_rows: usize,
}

impl Layout {
    /// Values from one row to the next: `n_cols` + 1.
    pub fn stride(&self) -> usize {
        self.n_cols + 1
    }

    /// Values in a plane, padding included.
    pub fn len(&self) -> usize {
        self.stride() * (self.n_rows + 1)
    }

    /// True when there are no cells.
    pub fn is_empty(&self) -> bool {
        self.n_cols == 0 || self.n_rows == 0
    }

    /// Index of cell (`col`, `row`) in a plane.
    pub fn idx(&self, col: usize, row: usize) -> usize {
        row * self.stride() + col
    }

    /// A plane from `n_cols` × `n_rows` values; the padding gets `pad`.
    pub fn pad(&self, values: &[f32], pad: f32) -> Vec<f32> {
        let mut plane = vec![pad; self.len()];
        for (row, line) in values.chunks(self.n_cols).enumerate() {
            plane[row * self.stride()..][..self.n_cols].copy_from_slice(line);
        }
        plane
    }

    /// The cells of a plane without the padding.
    pub fn unpad(&self, plane: &[f32]) -> Vec<f32> {
        let rows = plane.chunks(self.stride()).take(self.n_rows);
        rows.flat_map(|line| line[..self.n_cols].iter().copied()).collect()
    }

    /// Sum over the cells in f64: rows in parallel, row sums added in order, so the result never depends on threads.
    pub fn sum(&self, plane: &[f32]) -> f64 {
        let n_cols = self.n_cols;
        let rows = plane.par_chunks(self.stride()).take(self.n_rows);
        let sums: Vec<f64> = rows.map(|line| line[..n_cols].iter().map(|&v| f64::from(v)).sum()).collect();
        sums.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_added_and_taken_away() {
        let layout = Layout { n_cols: 3, n_rows: 2 };
        let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let plane = layout.pad(&values, 9.0);
        assert_eq!(plane, [1.0, 2.0, 3.0, 9.0, 4.0, 5.0, 6.0, 9.0, 9.0, 9.0, 9.0, 9.0]);
        assert_eq!(layout.unpad(&plane), values);
        assert_eq!(layout.sum(&plane), 21.0);
    }
}
