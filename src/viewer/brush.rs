//! The area that is being chosen for a lever: neighbourhoods clicked, cells painted.
//!
//! There is one set of cells, whichever way it came about; neighbourhoods that it covers are placed and shown as such. A stroke
//! is what is painted between pressing and letting go; strokes can be taken back until the measure is placed.

use crate::city::area::{Cadastre, Extent};
use crate::city::outline::rings_of_cells;

/// Largest brush, cells along a side.
pub(super) const LARGEST: u32 = 15;

/// Most strokes that can be taken back.
const MOST_UNDO: usize = 100;

/// An area with what it takes to draw it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Marked {
    /// Where.
    pub extent: Extent,
    /// Rings round the cells in neighbourhoods that it does not cover, RD metres.
    pub rings: Vec<Vec<[f64; 2]>>,
    /// Those cells.
    pub cells: Vec<u32>,
}

impl Marked {
    /// Of `extent`.
    pub fn of(extent: Extent, cadastre: &Cadastre) -> Marked {
        let is_part = |cell: &u32| cadastre.neighbourhood(*cell).is_some_and(|n| !extent.holds(n));
        let cells: Vec<u32> = extent.cells().iter().copied().filter(is_part).collect();
        let indices: Vec<usize> = cells.iter().map(|cell| *cell as usize).collect();
        Marked { rings: rings_of_cells(cadastre.grid(), &indices), cells, extent }
    }
}

/// The area that is being chosen.
#[derive(Debug, Clone)]
pub(super) struct Brush {
    /// Cells are painted, not neighbourhoods.
    pub by_cell: bool,
    /// Side of the brush, cells.
    pub size: u32,
    /// The cell pointed at.
    pub at: Option<u32>,
    marked: Marked,
    before: Vec<Extent>,
    after: Vec<Extent>,
    /// Where the stroke is, and how the area was when it began.
    stroke: Option<(Option<u32>, Extent)>,
}

impl Default for Brush {
    fn default() -> Brush {
        let (before, after) = (Vec::new(), Vec::new());
        Brush { by_cell: false, size: 3, at: None, marked: Marked::default(), before, after, stroke: None }
    }
}

impl Brush {
    /// The area.
    pub fn marked(&self) -> &Marked {
        &self.marked
    }

    /// True if there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.marked.extent.is_empty()
    }

    /// Cells under the brush with `cell` in its middle, row by row; some may lie in no neighbourhood.
    pub fn under(&self, cell: u32, cadastre: &Cadastre) -> Vec<u32> {
        let grid = cadastre.grid();
        let (col, row) = grid.col_row(cell as usize);
        let (low, high) = ((self.size.max(1) - 1) as usize / 2, self.size.max(1) as usize / 2);
        let span = |at: usize, n: usize| at.saturating_sub(low)..(at + high + 1).min(n);
        span(row, grid.n_rows).flat_map(|r| span(col, grid.n_cols).map(move |c| grid.idx(c, r) as u32)).collect()
    }

    /// Paints, or takes away, what lies under the brush on its way from where the stroke was to `cell`.
    pub fn paint(&mut self, cell: u32, erase: bool, cadastre: &Cadastre) {
        let grid = cadastre.grid();
        let was = self.stroke.as_ref().and_then(|(at, _)| *at).unwrap_or(cell);
        let begin = self.stroke.take().map_or_else(|| self.marked.extent.clone(), |(_, begin)| begin);
        self.stroke = Some((Some(cell), begin));
        // Where drawing is slow a stroke comes in leaps.
        let ((c0, r0), (c1, r1)) = (grid.col_row(was as usize), grid.col_row(cell as usize));
        let steps = c0.abs_diff(c1).max(r0.abs_diff(r1)).max(1);
        let between = |a: usize, b: usize, k: usize| (a * (steps - k) + b * k + steps / 2) / steps;
        let way = (0..=steps).map(|k| grid.idx(between(c0, c1, k), between(r0, r1, k)) as u32);
        let under: Vec<u32> = way.flat_map(|at| self.under(at, cadastre)).collect();
        self.change(under, erase, cadastre);
    }

    /// Takes a neighbourhood in, or out.
    pub fn take(&mut self, n: usize, erase: bool, cadastre: &Cadastre) {
        if self.stroke.is_none() {
            self.stroke = Some((None, self.marked.extent.clone()));
        }
        self.change(cadastre.cells(n).to_vec(), erase, cadastre);
    }

    /// True if the stroke that begins here takes away: what is there already.
    pub fn holds(&self, cell: u32) -> bool {
        self.marked.extent.covers(cell)
    }

    /// Adds the cells of a file.
    pub fn add(&mut self, extent: &Extent, cadastre: &Cadastre) {
        self.stroke = Some((None, self.marked.extent.clone()));
        self.change(extent.cells().to_vec(), false, cadastre);
        self.end_stroke();
    }

    fn change(&mut self, mut cells: Vec<u32>, erase: bool, cadastre: &Cadastre) {
        cells.sort_unstable();
        cells.dedup();
        let own = self.marked.extent.cells().iter().copied();
        let extent = if erase {
            cadastre.extent_of(own.filter(|cell| cells.binary_search(cell).is_err()))
        } else {
            cadastre.extent_of(own.chain(cells))
        };
        if extent != self.marked.extent {
            self.marked = Marked::of(extent, cadastre);
        }
    }

    /// Lets go: what was painted since is one stroke.
    pub fn end_stroke(&mut self) {
        let Some((_, begin)) = self.stroke.take() else { return };
        if begin != self.marked.extent {
            self.before.push(begin);
            self.after.clear();
            if self.before.len() > MOST_UNDO {
                self.before.remove(0);
            }
        }
    }

    /// True if a stroke can be taken back.
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty()
    }

    /// True if a stroke can be done again.
    pub fn can_redo(&self) -> bool {
        !self.after.is_empty()
    }

    /// Takes the last stroke back.
    pub fn undo(&mut self, cadastre: &Cadastre) {
        if let Some(before) = self.before.pop() {
            let now = std::mem::replace(&mut self.marked, Marked::of(before, cadastre));
            self.after.push(now.extent);
        }
    }

    /// Does the last stroke again.
    pub fn redo(&mut self, cadastre: &Cadastre) {
        if let Some(after) = self.after.pop() {
            let now = std::mem::replace(&mut self.marked, Marked::of(after, cadastre));
            self.before.push(now.extent);
        }
    }

    /// Empties the area; that, too, can be taken back.
    pub fn clear(&mut self) {
        self.end_stroke();
        if !self.is_empty() {
            self.before.push(std::mem::take(&mut self.marked).extent);
            self.after.clear();
        }
    }

    /// Begins anew, with the same kind of brush.
    pub fn put_down(&mut self) {
        *self = Brush { by_cell: self.by_cell, size: self.size, at: self.at, ..Brush::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::toy_town;
    use crate::sim::Area;

    fn names(brush: &Brush, cadastre: &Cadastre) -> Vec<String> {
        match cadastre.area(&brush.marked().extent) {
            Area::Places(names) => names,
            Area::City => Vec::new(),
        }
    }

    /// Cells are 24 a row; the first is E1000N4499.
    #[test]
    fn a_stroke_paints_what_it_passes_and_is_taken_back_as_one() {
        let cadastre = Cadastre::of(&toy_town::city(10));
        let mut brush = Brush { size: 1, by_cell: true, ..Brush::default() };
        // From the second cell to the fifth, in one leap.
        brush.paint(1, false, &cadastre);
        brush.paint(4, false, &cadastre);
        brush.end_stroke();
        assert_eq!(names(&brush, &cadastre), ["E1001N4499..E1004N4499"]);
        brush.paint(3, true, &cadastre);
        brush.end_stroke();
        assert_eq!(names(&brush, &cadastre), ["E1001N4499..E1002N4499", "E1004N4499"]);
        assert_eq!((brush.marked().rings.len(), brush.marked().cells.as_slice()), (2, &[1, 2, 4][..]));
        brush.undo(&cadastre);
        assert_eq!(names(&brush, &cadastre), ["E1001N4499..E1004N4499"]);
        brush.undo(&cadastre);
        assert!(brush.is_empty() && !brush.can_undo() && brush.can_redo());
        brush.redo(&cadastre);
        assert_eq!(names(&brush, &cadastre), ["E1001N4499..E1004N4499"]);
    }

    #[test]
    fn the_brush_has_a_size_and_neighbourhoods_are_taken_whole() {
        let cadastre = Cadastre::of(&toy_town::city(10));
        let mut brush = Brush { size: 3, by_cell: true, ..Brush::default() };
        assert_eq!(brush.under(0, &cadastre), [0, 1, 24, 25], "not beyond the edge");
        assert_eq!(brush.under(50, &cadastre), [25, 26, 27, 49, 50, 51, 73, 74, 75]);
        brush.size = 2;
        assert_eq!(brush.under(50, &cadastre), [50, 51, 74, 75]);
        brush.take(1, false, &cadastre);
        brush.end_stroke();
        assert_eq!(names(&brush, &cadastre), ["TT02"]);
        assert!(brush.marked().cells.is_empty() && brush.marked().rings.is_empty());
        brush.paint(6, true, &cadastre);
        brush.end_stroke();
        assert_eq!(brush.marked().cells.len(), 30 - 4, "two by two are taken out");
        brush.clear();
        assert!(brush.is_empty());
        brush.undo(&cadastre);
        assert_eq!(brush.marked().cells.len(), 26);
    }
}
