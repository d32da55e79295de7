//! The ground as a picture: land cover in calm colours, with roads, rails and tram lines on top. North is up.
//!
//! The covers of a coarse raster are blended between its pixels (quadratic B-spline); water keeps an edge.

use rayon::prelude::*;
use resvg::tiny_skia::{Color, LineCap, LineJoin, Paint, PathBuilder, Pixmap, Stroke, Transform};

use super::layers::Rgb;
use crate::city::{City, Cover, LineKind};

/// Colour of the land around the city.
pub const AROUND: Rgb = [205, 219, 180];
const WATER: Rgb = [156, 190, 210];

/// Largest side of the picture, pixels: what any graphics card takes.
const MOST_PX: f64 = 4096.0;
/// Finest pixel, m.
const FINEST_M: f64 = 4.0;

/// A picture with opaque pixels, row 0 in the north.
pub struct Picture {
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// Red, green, blue and 255 for each pixel.
    pub rgba: Vec<u8>,
}

fn colour(cover: Cover) -> Rgb {
    match cover {
        Cover::Water => WATER,
        Cover::Grass => AROUND,
        Cover::Trees => [166, 192, 146],
        Cover::Garden => [217, 222, 198],
        Cover::Paved => [226, 223, 214],
        Cover::Building => [220, 216, 206],
    }
}

/// Paints the ground of `city` over the whole social grid.
pub fn paint(city: &City) -> Picture {
    let grid = &city.ground.cover.grid;
    let (wide_m, high_m) = (grid.n_cols as f64 * grid.cell_m, grid.n_rows as f64 * grid.cell_m);
    let px_m = FINEST_M.max(wide_m.max(high_m) / MOST_PX);
    let (width, height) = ((wide_m / px_m).ceil().max(1.0) as u32, (high_m / px_m).ceil().max(1.0) as u32);
    let Some(mut pixmap) = Pixmap::new(width, height) else {
        return Picture { width: 1, height: 1, rgba: vec![AROUND[0], AROUND[1], AROUND[2], 255] };
    };
    pixmap.data_mut().par_chunks_mut(4 * width as usize).enumerate().for_each(|(row, bytes)| {
        for (col, out) in bytes.chunks_exact_mut(4).enumerate() {
            let [r, g, b] = blend(city, (col as f64 + 0.5) * px_m, (row as f64 + 0.5) * px_m);
            out.copy_from_slice(&[r, g, b, 255]);
        }
    });
    let scale = (1.0 / px_m) as f32;
    let to_px = Transform::from_row(scale, 0.0, 0.0, -scale, 0.0, high_m as f32 * scale);
    let lines: [(&[LineKind], f32, Rgb); 4] = [
        (&[LineKind::Street], 6.0, [240, 238, 231]),
        (&[LineKind::MainRoad], 12.0, [246, 242, 228]),
        (&[LineKind::Motorway], 22.0, [246, 232, 204]),
        (&[LineKind::Rail], 7.0, [164, 160, 160]),
    ];
    for (kinds, width_m, rgb) in lines {
        stroke(city, kinds, width_m.max(0.9 * px_m as f32), rgb, to_px, &mut pixmap);
    }
    Picture { width, height, rgba: pixmap.take() }
}

fn stroke(city: &City, kinds: &[LineKind], width_m: f32, [r, g, b]: Rgb, to_px: Transform, pixmap: &mut Pixmap) {
    let mut path = PathBuilder::new();
    for line in city.lines.iter().filter(|line| kinds.contains(&line.kind)) {
        for (i, p) in line.points_m.iter().enumerate() {
            match i {
                0 => path.move_to(p[0], p[1]),
                _ => path.line_to(p[0], p[1]),
            }
        }
    }
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color(Color::from_rgba8(r, g, b, 255));
    let style = Stroke { width: width_m, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    if let Some(path) = path.finish() {
        pixmap.stroke_path(&path, &paint, &style, to_px, None);
    }
}

/// Colour at a place, m from the west and the north edge.
fn blend(city: &City, x_m: f64, down_m: f64) -> Rgb {
    let grid = &city.ground.cover.grid;
    let (u, v) = (x_m / grid.cell_m, down_m / grid.cell_m);
    let (c, r) = (u.floor(), v.floor());
    let (across, down) = (weights(u - c), weights(v - r));
    let (mut water, mut land, mut sum) = (0.0, 0.0, [0.0; 3]);
    for (j, w_down) in down.into_iter().enumerate() {
        for (i, w_across) in across.into_iter().enumerate() {
            let col = (c as i64 + i as i64 - 1).clamp(0, grid.n_cols as i64 - 1) as usize;
            let row = (r as i64 + j as i64 - 1).clamp(0, grid.n_rows as i64 - 1) as usize;
            let weight = w_down * w_across;
            match city.ground.cover.at(col, row) {
                Cover::Water => water += weight,
                cover => {
                    land += weight;
                    let rgb = colour(cover);
                    (0..3).for_each(|k| sum[k] += weight * f64::from(rgb[k]));
                }
            }
        }
    }
    let shore = ((water - 0.46) * 7.0 + 0.5).clamp(0.0, 1.0);
    std::array::from_fn(|i| {
        let dry = if land > 0.0 { sum[i] / land } else { f64::from(WATER[i]) };
        (dry + shore * (f64::from(WATER[i]) - dry)).round() as u8
    })
}

/// Weights of the quadratic B-spline for the pixel before, at and after a place `t` of the way through a pixel.
fn weights(t: f64) -> [f64; 3] {
    [0.5 * (1.0 - t) * (1.0 - t), 0.5 + t * (1.0 - t), 0.5 * t * t]
}
