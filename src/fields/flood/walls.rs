//! Thin dams: faces with a crest.
//!
//! A wall is a straight line snapped to the corners of cells and walked along their sides, so that no gap is left at a
//! diagonal. Water passes a face of it only above the crest.

use crate::fields::layout::Layout;
use crate::gis::GridRef;

/// One walled face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WallFace {
    /// Row of the cell whose west (or north) face it is.
    pub row: usize,
    /// Column of that cell.
    pub col: usize,
    /// Crest, m above the datum.
    pub crest_m: f32,
}

/// All walled faces, sorted by row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Walls {
    x: Vec<WallFace>,
    y: Vec<WallFace>,
}

fn row_of(faces: &[WallFace], row: usize) -> &[WallFace] {
    let from = faces.partition_point(|f| f.row < row);
    let to = faces.partition_point(|f| f.row <= row);
    &faces[from..to]
}

impl Walls {
    /// Walled west faces of row `row`.
    pub fn x_row(&self, row: usize) -> &[WallFace] {
        row_of(&self.x, row)
    }

    /// Walled north faces of row `row`.
    pub fn y_row(&self, row: usize) -> &[WallFace] {
        row_of(&self.y, row)
    }

    /// All walled west faces.
    pub fn x_faces(&self) -> &[WallFace] {
        &self.x
    }

    /// All walled north faces.
    pub fn y_faces(&self) -> &[WallFace] {
        &self.y
    }

    /// Add crests on the west and north face of a cell; cells come row by row.
    pub(super) fn push(&mut self, col: usize, row: usize, west_m: Option<f32>, north_m: Option<f32>) {
        self.x.extend(west_m.map(|crest_m| WallFace { row, col, crest_m }));
        self.y.extend(north_m.map(|crest_m| WallFace { row, col, crest_m }));
    }

    /// True without any wall.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty() && self.y.is_empty()
    }

    /// Add a wall from (`x1`, `y1`) to (`x2`, `y2`), metres on the map, with its crest in metres above the datum.
    /// Parts outside the map are left out. Where walls overlap the higher crest counts.
    pub fn add_line(&mut self, grid: &GridRef, layout: Layout, from: (f64, f64), to: (f64, f64), crest_m: f32) {
        let corner = |(x, y): (f64, f64)| {
            (((x - grid.west_m) / grid.cell_m).round() as i64, ((grid.north_m - y) / grid.cell_m).round() as i64)
        };
        let (mut cx, mut cy) = corner(from);
        let (ex, ey) = corner(to);
        let (dx, dy) = ((ex - cx).abs(), (ey - cy).abs());
        let (sx, sy) = ((ex - cx).signum(), (ey - cy).signum());
        let (nx, ny) = (layout.n_cols as i64, layout.n_rows as i64);
        let push = |faces: &mut Vec<WallFace>, col: i64, row: i64| {
            if (0..nx).contains(&col) && (0..ny).contains(&row) {
                faces.push(WallFace { row: row as usize, col: col as usize, crest_m });
            }
        };
        let (mut walked_x, mut walked_y) = (0, 0);
        while walked_x < dx || walked_y < dy {
            // Step along the axis that lags behind the straight line.
            if walked_y == dy || (walked_x < dx && (2 * walked_x + 1) * dy < (2 * walked_y + 1) * dx) {
                push(&mut self.y, cx.min(cx + sx), cy);
                cx += sx;
                walked_x += 1;
            } else {
                push(&mut self.x, cx, cy.min(cy + sy));
                cy += sy;
                walked_y += 1;
            }
        }
        for faces in [&mut self.x, &mut self.y] {
            faces.sort_by(|a, b| (a.row, a.col).cmp(&(b.row, b.col)).then(b.crest_m.total_cmp(&a.crest_m)));
            faces.dedup_by_key(|f| (f.row, f.col));
        }
    }

    /// Lower every crest that `lower` picks (its face's middle in columns and rows) to at most `crest_m`.
    pub fn lower(&mut self, crest_m: f32, lower: impl Fn(f64, f64) -> bool) {
        for f in &mut self.x {
            if lower(f.col as f64, f.row as f64 + 0.5) {
                f.crest_m = f.crest_m.min(crest_m);
            }
        }
        for f in &mut self.y {
            if lower(f.col as f64 + 0.5, f.row as f64) {
                f.crest_m = f.crest_m.min(crest_m);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_wall_leaves_no_gap() {
        let grid = GridRef { west_m: 0.0, north_m: 10.0, cell_m: 1.0, n_cols: 10, n_rows: 10 };
        let layout = Layout { n_cols: 10, n_rows: 10 };
        let mut walls = Walls::default();
        walls.add_line(&grid, layout, (0.0, 7.0), (10.0, 2.0), 1.0);
        // Flood fill from the north-west cell must not reach the south-east one.
        let mut seen = [false; 100];
        let mut stack = vec![(0_usize, 0_usize)];
        let x_wall = |c: usize, r: usize| walls.x_row(r).iter().any(|f| f.col == c);
        let y_wall = |c: usize, r: usize| walls.y_row(r).iter().any(|f| f.col == c);
        while let Some((c, r)) = stack.pop() {
            if std::mem::replace(&mut seen[r * 10 + c], true) {
                continue;
            }
            if c > 0 && !x_wall(c, r) {
                stack.push((c - 1, r));
            }
            if c < 9 && !x_wall(c + 1, r) {
                stack.push((c + 1, r));
            }
            if r > 0 && !y_wall(c, r) {
                stack.push((c, r - 1));
            }
            if r < 9 && !y_wall(c, r + 1) {
                stack.push((c, r + 1));
            }
        }
        assert!(!seen[99]);
        assert_eq!(seen.iter().filter(|s| **s).count(), 55);
    }
}
