//! The ground of a map as a picture: land, water, green, streets and buildings, painted at the resolution of the page.

use rayon::prelude::*;
use resvg::tiny_skia::{Color, FillRule, LineCap, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use super::MapError;
use super::contours::contours;
use super::style::{self, Rgb};
use super::view::View;
use crate::city::{Character, City, Cover, LineKind, NO_NEIGHBOURHOOD};
use crate::gis::{GridRef, Raster};

/// Paints the ground of `view` with `scale` picture pixels per page pixel; returns a PNG.
pub fn paint(city: &City, view: &View, scale: f64) -> Result<Vec<u8>, MapError> {
    let (w, h) = ((view.width_px() * scale).round() as u32, (view.height_px() * scale).round() as u32);
    let mut pixmap = Pixmap::new(w, h).ok_or(MapError::Size { width: w, height: h })?;
    let px_per_m = view.px_per_m * scale;
    let land = Land::new(city);
    let row_bytes = w as usize * 4;
    pixmap.data_mut().par_chunks_mut(row_bytes).enumerate().for_each(|(row, bytes)| {
        for (col, out) in bytes.chunks_exact_mut(4).enumerate() {
            let x = view.x0_m + (col as f64 + 0.5) / px_per_m;
            let y = view.y1_m - (row as f64 + 0.5) / px_per_m;
            let [r, g, b] = land.colour(x, y, px_per_m);
            out.copy_from_slice(&[r, g, b, 255]);
        }
    });
    let to_px = Transform::from_row(
        px_per_m as f32,
        0.0,
        0.0,
        -px_per_m as f32,
        (-view.x0_m * px_per_m) as f32,
        (view.y1_m * px_per_m) as f32,
    );
    paint_cover(city, Cover::Trees, style::TREES, &mut pixmap, to_px);
    paint_cover(city, Cover::Water, style::WATER, &mut pixmap, to_px);
    paint_streets(city, &mut pixmap, to_px, px_per_m);
    paint_buildings(city, &mut pixmap, to_px);
    pixmap.encode_png().map_err(|e| MapError::Png(e.to_string()))
}

fn solid([r, g, b]: Rgb) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(r, g, b, 255));
    paint
}

fn paint_cover(city: &City, cover: Cover, rgb: Rgb, pixmap: &mut Pixmap, to_px: Transform) {
    let mut path = PathBuilder::new();
    for ring in contours(city, cover) {
        for (i, p) in ring.iter().enumerate() {
            if i == 0 {
                path.move_to(p[0] as f32, p[1] as f32);
            } else {
                path.line_to(p[0] as f32, p[1] as f32);
            }
        }
        path.close();
    }
    if let Some(path) = path.finish() {
        pixmap.fill_path(&path, &solid(rgb), FillRule::EvenOdd, to_px, None);
    }
}

fn paint_streets(city: &City, pixmap: &mut Pixmap, to_px: Transform, px_per_m: f64) {
    let mut path = PathBuilder::new();
    for line in city.lines.iter().filter(|l| l.kind == LineKind::Street) {
        for (i, p) in line.points_m.iter().enumerate() {
            if i == 0 {
                path.move_to(p[0], p[1]);
            } else {
                path.line_to(p[0], p[1]);
            }
        }
    }
    let Some(path) = path.finish() else { return };
    let stroke = |width: f64| Stroke { width: width as f32, line_cap: LineCap::Round, ..Stroke::default() };
    // Streets are drawn 7 m wide, but never thinner than a hair; with an edge where there is room for one.
    if px_per_m > 0.5 {
        pixmap.stroke_path(&path, &solid(style::STREET_EDGE), &stroke(7.0 + 2.0 / px_per_m), to_px, None);
    }
    pixmap.stroke_path(&path, &solid(style::STREET), &stroke(7.0_f64.max(0.6 / px_per_m)), to_px, None);
}

fn paint_buildings(city: &City, pixmap: &mut Pixmap, to_px: Transform) {
    for character in style::CHARACTERS {
        let mut path = PathBuilder::new();
        for b in &city.buildings {
            let own = city.neighbourhoods.get(usize::from(b.neighbourhood)).map_or(Character::Open, |n| n.character);
            if own != character || b.ring_m.len() < 4 {
                continue;
            }
            path.move_to(b.ring_m[0][0], b.ring_m[0][1]);
            b.ring_m[1..b.ring_m.len() - 1].iter().for_each(|p| path.line_to(p[0], p[1]));
            path.close();
        }
        let finished: Option<Path> = path.finish();
        if let Some(path) = finished {
            pixmap.fill_path(&path, &solid(style::building(character)), FillRule::Winding, to_px, None);
        }
    }
}

/// What the colour of a place is made of.
struct Land<'a> {
    city: &'a City,
    cover: &'a Raster<Cover>,
    has_outlines: bool,
}

impl<'a> Land<'a> {
    fn new(city: &'a City) -> Land<'a> {
        Land { city, cover: &city.ground.cover, has_outlines: !city.buildings.is_empty() }
    }

    /// Colour at a place, m from the west and south edge: the shares of the soft covers, mixed.
    ///
    /// The rasters are coarser than the page, so shares run as quadratic B-splines through their pixels, and so does the
    /// share of neighbourhoods through the cells. Buildings without outlines get an edge where their share passes half.
    fn colour(&self, x_m: f64, y_m: f64, px_per_m: f64) -> Rgb {
        let grid = &self.cover.grid;
        let mut share = [0.0_f64; 6];
        let mut elevation = 0.0;
        spline(grid, x_m, y_m, |i, w| {
            share[self.cover.values[i] as usize] += w;
            elevation += w * f64::from(self.city.ground.elevation_m.values[i]);
        });
        let mut inhabited = 0.0;
        spline(&self.city.grid, x_m, y_m, |i, w| {
            inhabited += if self.city.neighbourhood_of_cell[i] == NO_NEIGHBOURHOOD { 0.0 } else { w };
        });
        let cell = self.city.grid.cell_at(self.city.grid.west_m + x_m, self.city.grid.south_m() + y_m);
        let hood = cell.map_or(NO_NEIGHBOURHOOD, |i| self.city.neighbourhood_of_cell[i]);
        let hood = self.city.neighbourhoods.get(usize::from(hood));
        let open = blend(style::field(elevation), style::LAWN, (1.6 * inhabited - 0.3).clamp(0.0, 1.0));
        // Roads in open country are drawn as lines.
        let yard = hood.map_or(open, |n| style::yard(n.character));
        let hard = share[Cover::Garden as usize] + share[Cover::Paved as usize] + share[Cover::Building as usize];
        let soft = share[Cover::Grass as usize] + share[Cover::Trees as usize];
        let mut colour = blend(open, yard, if hard + soft > 0.0 { hard / (hard + soft) } else { 0.0 });
        if !self.has_outlines {
            let rgb = style::building(hood.map_or(Character::Open, |n| n.character));
            // A share changes by about a half over a raster pixel: the edge is then about one page pixel wide.
            let sharp = 2.0 * grid.cell_m * px_per_m;
            colour = blend(colour, rgb, ((share[Cover::Building as usize] - 0.5) * sharp + 0.5).clamp(0.0, 1.0));
        }
        colour
    }
}

fn blend(a: Rgb, b: Rgb, k: f64) -> Rgb {
    std::array::from_fn(|i| (f64::from(a[i]) + k * (f64::from(b[i]) - f64::from(a[i]))).round() as u8)
}

/// Calls `add` with the index and weight of the nine cells round a place, m from the west and south edge of `grid`.
fn spline(grid: &GridRef, x_m: f64, y_m: f64, mut add: impl FnMut(usize, f64)) {
    let (u, v) = (x_m / grid.cell_m, grid.n_rows as f64 - y_m / grid.cell_m);
    let (c, r) = (u.floor(), v.floor());
    let (wu, wv) = (weights(u - c), weights(v - r));
    for (j, wv) in wv.iter().enumerate() {
        for (i, wu) in wu.iter().enumerate() {
            let col = (c as i64 + i as i64 - 1).clamp(0, grid.n_cols as i64 - 1) as usize;
            let row = (r as i64 + j as i64 - 1).clamp(0, grid.n_rows as i64 - 1) as usize;
            add(grid.idx(col, row), wu * wv);
        }
    }
}

/// Weights of the quadratic B-spline for the pixel before, at and after a place `t` of the way through a pixel.
fn weights(t: f64) -> [f64; 3] {
    [0.5 * (1.0 - t) * (1.0 - t), 0.5 + t * (1.0 - t), 0.5 * t * t]
}
