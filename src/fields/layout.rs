//! The shape of a plane.
//!
//! A plane of `n_cols` × `n_rows` cells is stored with one padding column in the east and one padding row in the south,
//! so that cells, west faces (`x` faces) and north faces (`y` faces) share one shape and one index: face `idx` is the
//! west (or north) face of cell `idx`, and the east edge is the west face of the padding column. Row 0 is the north;
//! a positive flux over an `x` face goes east, over a `y` face goes **south** (to the next row).

use rayon::prelude::*;

/// Values that are worked on together: the widest vector registers hold 16.
pub(in crate::fields) const LANES: usize = 16;

/// `in_blocks!(i < n, [a, b] => [out, …], { body })` runs `body` for every `i` below `n`: it reads `a[i]`, `b[i]` and gives
/// what goes to `out[i]`, … as an array. It works on blocks of [`LANES`]; the last of them may overlap the one before, so
/// some are done twice, from the same numbers. Blocks are arrays of known length, and what comes out is held back until a
/// block is whole: so there is no bound and no overlap left to check, and every width of registers is used, for short
/// rows too. `i` is below [`LANES`] always: what is gathered over a row (a maximum, a mask) is gathered in an array of lanes.
/// A macro, since a closure would lose its vector registers.
macro_rules! in_blocks {
    ($i:ident < $n:expr, [$($read:ident),*] => [$($write:ident),*], $body:block) => {{
        use $crate::fields::layout;
        const LANES: usize = layout::LANES;
        const OUT: usize = <[&str]>::len(&[$(stringify!($write)),*]);
        let n: usize = $n;
        if n < LANES {
            for $i in 0..n {
                let made: [f32; OUT] = $body;
                let outs: [&mut f32; OUT] = [$(&mut $write[$i]),*];
                for (out, made) in outs.into_iter().zip(made) {
                    *out = made;
                }
            }
        } else {
            let mut from = 0;
            loop {
                let mut made = [[0.0_f32; LANES]; OUT];
                {
                    $(let $read = layout::block($read, from);)*
                    for $i in 0..LANES {
                        let of_one: [f32; OUT] = $body;
                        for (made, value) in made.iter_mut().zip(of_one) {
                            made[$i] = value;
                        }
                    }
                }
                let outs: [&mut [f32; LANES]; OUT] = [$(layout::block_mut($write, from)),*];
                for (out, made) in outs.into_iter().zip(made) {
                    *out = made;
                }
                if from + LANES >= n {
                    break;
                }
                from = (from + LANES).min(n - LANES);
            }
        }
    }};
}
pub(in crate::fields) use in_blocks;

/// [`LANES`] values of `row` from `from` on.
#[inline(always)]
pub(in crate::fields) fn block(row: &[f32], from: usize) -> &[f32; LANES] {
    row[from..].first_chunk().expect("a block lies within its row")
}

/// [`LANES`] values of `row` from `from` on, to be written.
#[inline(always)]
pub(in crate::fields) fn block_mut(row: &mut [f32], from: usize) -> &mut [f32; LANES] {
    row[from..].first_chunk_mut().expect("a block lies within its row")
}

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
