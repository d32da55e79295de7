//! The ground of a map as a picture: land, water, green, streets and buildings, painted at the resolution of the page.

use rayon::prelude::*;
use resvg::tiny_skia::{Color, FillRule, LineCap, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};

use super::MapError;
use super::style::{self, Rgb};
use super::view::View;
use crate::city::{Character, City, Cover, LineKind, NO_NEIGHBOURHOOD};
use crate::gis::Raster;

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
    paint_streets(city, &mut pixmap, to_px, px_per_m);
    paint_buildings(city, &mut pixmap, to_px);
    pixmap.encode_png().map_err(|e| MapError::Png(e.to_string()))
}

fn solid([r, g, b]: Rgb) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(r, g, b, 255));
    paint
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
    // Streets are drawn 8 m wide, but never thinner than a hair.
    let width = 8.0_f64.max(0.8 / px_per_m) as f32;
    let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
    if let Some(path) = path.finish() {
        pixmap.stroke_path(&path, &solid(style::STREET), &stroke, to_px, None);
    }
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

    /// Colour at a place, m from the west and south edge.
    ///
    /// The rasters are coarser than the page. Every cover's share is a quadratic B-spline through its pixels; soft
    /// covers are mixed, water and buildings get a sharp edge where their share passes a threshold.
    fn colour(&self, x_m: f64, y_m: f64, px_per_m: f64) -> Rgb {
        let grid = &self.cover.grid;
        let height_m = grid.n_rows as f64 * grid.cell_m;
        let (u, v) = (x_m / grid.cell_m, (height_m - y_m) / grid.cell_m);
        let (c, r) = (u.floor(), v.floor());
        let (wu, wv) = (weights(u - c), weights(v - r));
        let mut share = [0.0_f64; 6];
        let mut elevation = 0.0;
        for (j, wv) in wv.iter().enumerate() {
            for (i, wu) in wu.iter().enumerate() {
                let col = (c as i64 + i as i64 - 1).clamp(0, grid.n_cols as i64 - 1) as usize;
                let row = (r as i64 + j as i64 - 1).clamp(0, grid.n_rows as i64 - 1) as usize;
                let k = grid.idx(col, row);
                share[self.cover.values[k] as usize] += wu * wv;
                elevation += wu * wv * f64::from(self.city.ground.elevation_m.values[k]);
            }
        }
        let cell = self.city.grid.cell_at(self.city.grid.west_m + x_m, self.city.grid.south_m() + y_m);
        let hood = cell.map_or(NO_NEIGHBOURHOOD, |i| self.city.neighbourhood_of_cell[i]);
        let hood = self.city.neighbourhoods.get(usize::from(hood));
        let yard = hood.map_or(style::PAVED, |n| style::yard(n.character));
        let open = if hood.is_some() { style::LAWN } else { style::field(elevation) };
        let parts = [
            (Cover::Grass, open),
            (Cover::Trees, style::TREES),
            (Cover::Garden, yard),
            (Cover::Paved, yard),
            (Cover::Building, yard),
        ];
        let sum: f64 = parts.iter().map(|(cover, _)| share[*cover as usize]).sum();
        let mut colour = [0.0; 3];
        for (cover, rgb) in parts {
            let part = if sum > 0.0 { share[cover as usize] / sum } else { 0.2 };
            (0..3).for_each(|i| colour[i] += part * f64::from(rgb[i]));
        }
        // A share changes by about 0.5 over a raster pixel: the edge is then about one page pixel wide.
        let sharp = 2.0 * grid.cell_m * px_per_m;
        let mut cover_with = |amount: f64, threshold: f64, rgb: Rgb| {
            let alpha = ((amount - threshold) * sharp + 0.5).clamp(0.0, 1.0);
            (0..3).for_each(|i| colour[i] += alpha * (f64::from(rgb[i]) - colour[i]));
        };
        if !self.has_outlines {
            let rgb = style::building(hood.map_or(Character::Open, |n| n.character));
            cover_with(share[Cover::Building as usize], 0.5, rgb);
        }
        cover_with(share[Cover::Water as usize], 0.44, style::WATER);
        colour.map(|v| v.round().clamp(0.0, 255.0) as u8)
    }
}

/// Weights of the quadratic B-spline for the pixel before, at and after a place `t` of the way through a pixel.
fn weights(t: f64) -> [f64; 3] {
    [0.5 * (1.0 - t) * (1.0 - t), 0.5 + t * (1.0 - t), 0.5 * t * t]
}
