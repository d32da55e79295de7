//! A raster: values on square cells with a place on the map.

use serde::{Deserialize, Serialize};

/// Where a raster lies: the corner, the cell size and the shape. Coordinates in metres (RD New, EPSG:28992).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GridRef {
    /// x of the west edge, m.
    pub west_m: f64,
    /// y of the **north** edge, m.
    pub north_m: f64,
    /// Side of a cell, m.
    pub cell_m: f64,
    /// Number of columns (west to east).
    pub n_cols: usize,
    /// Number of rows (north to south).
    pub n_rows: usize,
}

impl GridRef {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.n_cols * self.n_rows
    }

    /// True when the grid has no cells.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of the cell at (`col`, `row`), row-major with row 0 in the north.
    pub fn idx(&self, col: usize, row: usize) -> usize {
        debug_assert!(col < self.n_cols && row < self.n_rows);
        row * self.n_cols + col
    }

    /// (column, row) of cell `idx`.
    pub fn col_row(&self, idx: usize) -> (usize, usize) {
        (idx % self.n_cols, idx / self.n_cols)
    }

    /// Centre of cell `idx`, metres.
    pub fn centre(&self, idx: usize) -> (f64, f64) {
        let (col, row) = self.col_row(idx);
        (self.west_m + (col as f64 + 0.5) * self.cell_m, self.north_m - (row as f64 + 0.5) * self.cell_m)
    }

    /// The cell that holds point (`x_m`, `y_m`), or `None` outside the grid.
    pub fn cell_at(&self, x_m: f64, y_m: f64) -> Option<usize> {
        let col = ((x_m - self.west_m) / self.cell_m).floor();
        let row = ((self.north_m - y_m) / self.cell_m).floor();
        let inside = col >= 0.0 && row >= 0.0 && col < self.n_cols as f64 && row < self.n_rows as f64;
        inside.then(|| self.idx(col as usize, row as usize))
    }

    /// x of the east edge, m.
    pub fn east_m(&self) -> f64 {
        self.west_m + self.n_cols as f64 * self.cell_m
    }

    /// y of the south edge, m.
    pub fn south_m(&self) -> f64 {
        self.north_m - self.n_rows as f64 * self.cell_m
    }

    /// The grid with every cell split into `k` × `k`.
    pub fn split(&self, k: usize) -> GridRef {
        GridRef { cell_m: self.cell_m / k as f64, n_cols: self.n_cols * k, n_rows: self.n_rows * k, ..*self }
    }
}

/// Values on the cells of a [`GridRef`], row-major, row 0 in the north.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Raster<T> {
    /// Where the cells lie.
    pub grid: GridRef,
    /// One value per cell, `grid.len()` of them.
    pub values: Vec<T>,
}

impl<T: Clone> Raster<T> {
    /// A raster that holds `value` everywhere.
    pub fn filled(grid: GridRef, value: T) -> Self {
        Raster { grid, values: vec![value; grid.len()] }
    }
}

impl<T: Copy> Raster<T> {
    /// The value at (`col`, `row`).
    pub fn at(&self, col: usize, row: usize) -> T {
        self.values[self.grid.idx(col, row)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: GridRef = GridRef { west_m: 1000.0, north_m: 5000.0, cell_m: 100.0, n_cols: 3, n_rows: 2 };

    #[test]
    fn cell_at_inverts_centre() {
        for idx in 0..GRID.len() {
            let (x, y) = GRID.centre(idx);
            assert_eq!(GRID.cell_at(x, y), Some(idx));
        }
    }

    #[test]
    fn points_outside_have_no_cell() {
        assert_eq!(GRID.cell_at(999.9, 4900.0), None);
        assert_eq!(GRID.cell_at(1000.0, 5000.1), None);
        assert_eq!(GRID.cell_at(1300.0, 4900.0), None);
        assert_eq!(GRID.cell_at(1000.0, 4800.0), None);
    }

    #[test]
    fn split_keeps_the_extent() {
        let fine = GRID.split(5);
        assert_eq!((fine.n_cols, fine.n_rows, fine.cell_m), (15, 10, 20.0));
        assert_eq!((fine.east_m(), fine.south_m()), (GRID.east_m(), GRID.south_m()));
    }
}
