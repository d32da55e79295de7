//! Maps as SVG: neighbourhoods filled by class, and arrows between areas. The outlines are written once per page and
//! reused by every map.

use std::fmt::Write as _;

use geo::{Coord, LineString, Simplify};

use super::chart::{esc, open};
use super::classes::Classes;
use crate::city::map::{Outline, outlines};
use crate::city::{City, Cover};
use crate::gis::GridRef;

/// Width of a map in its own units.
pub(super) const W: f64 = 640.0;
/// Height of the strip below the map that holds its scale bar.
const SCALE_BAR: f64 = 26.0;
/// Drawn where there is no value; crossed, so that it differs from every class without colour.
const NO_DATA: &str = "url(#no-data)";
/// Drawn where a difference is not larger than noise.
const NOISE: &str = "url(#noise)";

/// The outlines of a city, ready to draw.
pub struct Atlas {
    /// Path of each neighbourhood.
    shapes: Vec<String>,
    water: String,
    /// Centre of each neighbourhood on the map.
    pub centres: Vec<(f64, f64)>,
    /// Height of a map.
    pub height: f64,
    scale_m: f64,
}

/// An arrow of a flow map, in map units.
pub struct Arrow {
    /// Where it begins.
    pub from: (f64, f64),
    /// Where it ends.
    pub to: (f64, f64),
    /// Width of its shaft.
    pub width: f64,
    /// What it says.
    pub label: String,
}

impl Atlas {
    /// The outlines of `city`; cells where a neighbourhood has none.
    pub fn of(city: &City) -> Atlas {
        let grid = &city.grid;
        let rings = || city.neighbourhoods.iter().flat_map(|n| &n.rings).flatten();
        let inhabited =
            (0..grid.len()).filter(|&c| usize::from(city.neighbourhood_of_cell[c]) < city.neighbourhoods.len());
        let cells: Vec<[f64; 2]> = inhabited.map(|c| grid.centre(c)).map(|(x, y)| [x, y]).collect();
        let [mut west, mut south, mut east, mut north] = [f64::MAX, f64::MAX, f64::MIN, f64::MIN];
        for [x, y] in rings().chain(&cells) {
            (west, east) = (west.min(*x), east.max(*x));
            (south, north) = (south.min(*y), north.max(*y));
        }
        if west > east {
            (west, south, east, north) = (grid.west_m, grid.south_m(), grid.east_m(), grid.north_m);
        }
        let margin = 0.02 * (east - west).max(north - south).max(1.0);
        (west, south, east, north) = (west - margin, south - margin, east + margin, north + margin);
        let scale = W / (east - west);
        let place = |x: f64, y: f64| ((x - west) * scale, (north - y) * scale);
        let mut cells_of = vec![String::new(); city.neighbourhoods.len()];
        for (n, run) in runs(grid.n_cols, &city.neighbourhood_of_cell) {
            if let Some(d) = cells_of.get_mut(usize::from(n)) {
                *d += &rectangle(grid, run, &place);
            }
        }
        let shape = |(outline, cells): (&Outline, String)| match outline.is_empty() {
            true => cells,
            false => path_of(outline, &|x, y| place(grid.west_m + x, grid.south_m() + y)),
        };
        let (water_grid, water) = water(city, W / (scale * 400.0));
        let wet = runs(water_grid.n_cols, &water).into_iter().filter(|(wet, _)| *wet);
        Atlas {
            shapes: outlines(city).iter().zip(cells_of).map(shape).collect(),
            water: wet.map(|(_, run)| rectangle(&water_grid, run, &place)).collect(),
            centres: city.neighbourhoods.iter().map(|n| place(n.centre_m[0], n.centre_m[1])).collect(),
            height: ((north - south) * scale).ceil() + SCALE_BAR,
            scale_m: 1.0 / scale,
        }
    }

    /// The outlines, to be put into the page once, before the first map.
    pub fn definitions(&self) -> String {
        let mut svg = String::from(
            "<svg width=\"0\" height=\"0\" class=\"defs\" aria-hidden=\"true\"><defs><pattern id=\"no-data\" width=\"6\" \
             height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" fill=\"#f4f2ec\"/>\
             <path d=\"M0 6L6 0\" stroke=\"#b9b4a6\" stroke-width=\"1\"/></pattern><pattern id=\"noise\" width=\"7\" \
             height=\"7\" patternUnits=\"userSpaceOnUse\"><rect width=\"7\" height=\"7\" fill=\"#e9e7e1\"/><circle \
             cx=\"2\" cy=\"2\" r=\".8\" fill=\"#a9a69c\"/></pattern>",
        );
        for (i, d) in self.shapes.iter().enumerate() {
            let _ = write!(svg, "<path id=\"n{i}\" d=\"{d}\" fill-rule=\"evenodd\"/>");
        }
        let _ = write!(svg, "<path id=\"water\" d=\"{}\"/></defs></svg>", self.water);
        svg
    }

    /// A map of `values` by class; `tip` names a neighbourhood and its value.
    pub fn choropleth(
        &self,
        id: &str,
        title: &str,
        description: &str,
        values: &[f64],
        classes: &Classes,
        tip: &dyn Fn(usize) -> String,
    ) -> String {
        let mut svg = open(id, W, self.height, title, description);
        svg += &self.fills(values, classes, tip);
        svg + &self.scale_bar() + "</svg>"
    }

    /// Arrows over a map of `values`, and names at places.
    pub fn flow_map(
        &self,
        (id, title, description): (&str, &str, &str),
        (values, classes, tip): (&[f64], &Classes, &dyn Fn(usize) -> String),
        arrows: &[Arrow],
        names: &[(String, (f64, f64))],
    ) -> String {
        let mut svg = open(id, W, self.height, title, description);
        svg += &self.fills(values, classes, tip);
        for arrow in arrows {
            svg += &arrow.svg();
        }
        for (name, (x, y)) in names {
            let _ = write!(svg, "<text class=\"halo\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>", y - 7.0, esc(name));
        }
        svg + &self.scale_bar() + "</svg>"
    }

    /// A map of differences: those that are not `clear` are dotted grey, `targets` have a bold outline.
    pub fn difference_map(
        &self,
        (id, title, description): (&str, &str, &str),
        (values, classes, tip): (&[f64], &Classes, &dyn Fn(usize) -> String),
        clear: &[bool],
        targets: &[bool],
    ) -> String {
        let mut svg = open(id, W, self.height, title, description);
        svg += "<g class=\"hoods apart\">";
        for i in 0..self.shapes.len() {
            let fill = match classes.class_of(values[i]) {
                None => NO_DATA,
                Some(_) if !clear[i] => NOISE,
                Some(class) => classes.colours[class],
            };
            let _ = write!(svg, "<use href=\"#n{i}\" fill=\"{fill}\"><title>{}</title></use>", esc(&tip(i)));
        }
        svg += "</g><use href=\"#water\" class=\"water\"/>";
        for (class, width) in [("case", 4.6), ("", 2.4)] {
            let _ = write!(svg, "<g class=\"targets {class}\" stroke-width=\"{width}\">");
            for i in (0..self.shapes.len()).filter(|&i| targets[i]) {
                let _ = write!(svg, "<use href=\"#n{i}\"/>");
            }
            svg += "</g>";
        }
        svg + &self.scale_bar() + "</svg>"
    }

    fn fills(&self, values: &[f64], classes: &Classes, tip: &dyn Fn(usize) -> String) -> String {
        let mut svg = String::from("<g class=\"hoods\">");
        for i in 0..self.shapes.len() {
            let value = values.get(i).copied().unwrap_or(f64::NAN);
            let fill = classes.class_of(value).map_or(NO_DATA, |c| classes.colours[c]);
            let _ = write!(svg, "<use href=\"#n{i}\" fill=\"{fill}\"><title>{}</title></use>", esc(&tip(i)));
        }
        svg + "</g><use href=\"#water\" class=\"water\"/>"
    }

    fn scale_bar(&self) -> String {
        let length_m = super::number::nice(110.0 * self.scale_m);
        let length = length_m / self.scale_m;
        let text = if length_m >= 1000.0 { format!("{} km", length_m / 1000.0) } else { format!("{length_m} m") };
        let y = self.height - 8.0;
        let text_y = y - 6.0;
        format!(
            "<path class=\"bar\" d=\"M8 {}v5h{length:.1}v-5\"/><text x=\"12\" y=\"{text_y}\">{text}</text>",
            y - 5.0
        )
    }
}

impl Arrow {
    fn svg(&self) -> String {
        let ((x0, y0), (x1, y1)) = (self.from, self.to);
        let (dx, dy) = (x1 - x0, y1 - y0);
        let length = (dx * dx + dy * dy).sqrt().max(1.0);
        let head = (1.9 * self.width + 5.0).min(0.4 * length);
        // Bent to the right of its way, so that opposite arrows do not cover each other.
        let (nx, ny) = (-dy / length, dx / length);
        let (cx, cy) = ((x0 + x1) / 2.0 + 0.16 * length * nx, (y0 + y1) / 2.0 + 0.16 * length * ny);
        let (ex, ey) = (x1 - cx, y1 - cy);
        let end = (ex * ex + ey * ey).sqrt().max(1.0);
        let (ux, uy) = (ex / end, ey / end);
        let (bx, by) = (x1 - ux * head, y1 - uy * head);
        let side = 0.5 * head;
        let way = format!("M{x0:.1} {y0:.1}Q{cx:.1} {cy:.1} {bx:.1} {by:.1}");
        format!(
            "<g class=\"arrow\"><title>{}</title><path class=\"case\" d=\"{way}\" stroke-width=\"{:.1}\"/>\
             <path d=\"{way}\" stroke-width=\"{:.1}\"/><path class=\"head\" d=\"M{x1:.1} {y1:.1}L{:.1} {:.1}L{:.1} \
             {:.1}z\"/><circle class=\"node\" cx=\"{x0:.1}\" cy=\"{y0:.1}\" r=\"2.6\"/></g>",
            esc(&self.label),
            self.width + 2.0,
            self.width,
            bx - uy * side,
            by + ux * side,
            bx + uy * side,
            by - ux * side,
        )
    }
}

/// Where there is water, on blocks of pixels of about `size_m`.
fn water(city: &City, size_m: f64) -> (GridRef, Vec<bool>) {
    let cover = &city.ground.cover;
    let k = ((size_m / cover.grid.cell_m).round() as usize).max(1);
    let grid = GridRef {
        cell_m: cover.grid.cell_m * k as f64,
        n_cols: cover.grid.n_cols / k,
        n_rows: cover.grid.n_rows / k,
        ..cover.grid
    };
    let is_wet = |block: usize| {
        let (col, row) = grid.col_row(block);
        let wet = |i: usize| cover.at(col * k + i % k, row * k + i / k) == Cover::Water;
        2 * (0..k * k).filter(|&i| wet(i)).count() > k * k
    };
    (grid, (0..grid.len()).map(is_wet).collect())
}

/// Runs of equal cells along each row: (value, (row, first column, number)).
fn runs<T: Copy + PartialEq>(n_cols: usize, cells: &[T]) -> Vec<(T, (usize, usize, usize))> {
    let mut all: Vec<(T, (usize, usize, usize))> = Vec::new();
    for (row, line) in cells.chunks(n_cols.max(1)).enumerate() {
        for (col, value) in line.iter().enumerate() {
            match all.last_mut() {
                Some((last, (r, _, n))) if last == value && *r == row => *n += 1,
                _ => all.push((*value, (row, col, 1))),
            }
        }
    }
    all
}

fn rectangle(grid: &GridRef, run: (usize, usize, usize), place: &dyn Fn(f64, f64) -> (f64, f64)) -> String {
    let (row, col, n) = run;
    let (x, y) = place(grid.west_m + col as f64 * grid.cell_m, grid.north_m - row as f64 * grid.cell_m);
    let (x1, y1) = place(grid.west_m + (col + n) as f64 * grid.cell_m, grid.north_m - (row + 1) as f64 * grid.cell_m);
    format!("M{x:.1} {y:.1}H{x1:.1}V{y1:.1}H{x:.1}z")
}

/// An outline without the points that nobody would see. Simplified line by line, so that neighbours keep sharing one.
fn path_of(outline: &Outline, place: &dyn Fn(f64, f64) -> (f64, f64)) -> String {
    let mut d = String::new();
    for ring in outline {
        let mut letter = 'M';
        for arc in ring {
            let line: LineString = arc.points.iter().map(|[x, y]| place(*x, *y)).map(|(x, y)| Coord { x, y }).collect();
            for Coord { x, y } in line.simplify(0.3).into_inner() {
                let _ = write!(d, "{letter}{x:.1} {y:.1}");
                letter = 'L';
            }
        }
        d.push('z');
    }
    d
}
