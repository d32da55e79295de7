//! The ground as a picture: land cover in calm colours, with roads and rails and the shadows of buildings on top. North
//! is up.
//!
//! The covers of a coarse raster are blended between its pixels (quadratic B-spline); water keeps an edge. Around an
//! invented city lie meadows in strips, as far as one can see; around a real one plain land, for nobody is to look for a
//! ditch that is not there. Shadows are painted once, as the sun of [`super::blocks`] throws them on level ground, so that
//! they cost nothing while drawing; homes built during a run have none.

use rayon::prelude::*;
use resvg::tiny_skia::{Color, FillRule, LineCap, LineJoin, Mask, Paint, PathBuilder, Pixmap, Stroke, Transform};

use super::blocks::{Block, SUN};
use super::layers::Rgb;
use crate::city::{City, CityOrigin, Cover, LineKind};

/// Colour of the land around the city.
pub const AROUND: Rgb = [205, 219, 180];
/// Colour of water.
pub const WATER: Rgb = [150, 188, 211];
/// Roads and rails, the widest last but for rails: which, how wide (m), and their colour.
pub const LINES: [(LineKind, f32, Rgb); 4] = [
    (LineKind::Street, 6.0, [240, 238, 231]),
    (LineKind::MainRoad, 12.0, [246, 242, 228]),
    (LineKind::Motorway, 22.0, [246, 232, 204]),
    (LineKind::Rail, 7.0, [164, 160, 160]),
];
/// What a shadow leaves of red, green and blue.
const SHADED: [f32; 3] = [0.70, 0.74, 0.80];
/// Buildings whose shadows are painted at a time.
const SOME: usize = 256;

/// Largest side of the picture, pixels: what any graphics card takes.
const MOST_PX: f64 = 4096.0;
/// Finest pixel, m.
const FINEST_M: f64 = 2.0;

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

/// Paints the ground of `city` and the shadows of `blocks` over the whole social grid.
pub fn paint(city: &City, blocks: &[Block]) -> Picture {
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
    for (kind, width_m, rgb) in LINES {
        stroke(city, kind, width_m.max(0.9 * px_m as f32), rgb, to_px, &mut pixmap);
    }
    shade(blocks, to_px, &mut pixmap);
    Picture { width, height, rgba: pixmap.take() }
}

fn stroke(city: &City, kind: LineKind, width_m: f32, [r, g, b]: Rgb, to_px: Transform, pixmap: &mut Pixmap) {
    let mut path = PathBuilder::new();
    for line in city.lines.iter().filter(|line| line.kind == kind) {
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

/// Darkens what lies in the shadow of `blocks`.
fn shade(blocks: &[Block], to_px: Transform, pixmap: &mut Pixmap) {
    let Some(mut mask) = Mask::new(pixmap.width(), pixmap.height()) else { return };
    for some in blocks.chunks(SOME) {
        let mut path = PathBuilder::new();
        some.iter().for_each(|block| shadow(block, &mut path));
        if let Some(path) = path.finish() {
            mask.fill_path(&path, FillRule::Winding, true, to_px);
        }
    }
    pixmap.data_mut().par_chunks_exact_mut(4).zip(mask.data()).for_each(|(rgba, &shaded)| {
        if shaded > 0 {
            let k = f32::from(shaded) / 255.0;
            (0..3).for_each(|i| rgba[i] = (f32::from(rgba[i]) * (1.0 - k * (1.0 - SHADED[i]))) as u8);
        }
    });
}

/// What a block shades: its outline, moved away from the sun, and all that it passes on the way.
fn shadow(block: &Block, path: &mut PathBuilder) {
    // East and north.
    let away = [-SUN[0] / SUN[1] * block.height_m, SUN[2] / SUN[1] * block.height_m];
    let moved = |p: [f32; 2]| [p[0] + away[0], p[1] + away[1]];
    let mut add = |ring: &[[f32; 2]]| {
        path.move_to(ring[0][0], ring[0][1]);
        ring[1..].iter().for_each(|p| path.line_to(p[0], p[1]));
        path.close();
    };
    let top: Vec<[f32; 2]> = block.ring.iter().map(|p| moved(*p)).collect();
    add(&top);
    for (i, &a) in block.ring.iter().enumerate() {
        let b = block.ring[(i + 1) % block.ring.len()];
        let passed = [a, b, moved(b), moved(a)];
        // All the same way round, so that nothing cancels out.
        let turns = (b[0] - a[0]) * away[1] - (b[1] - a[1]) * away[0];
        if turns > 0.0 { add(&passed) } else { add(&[passed[3], passed[2], passed[1], passed[0]]) }
    }
}

/// Side of the square after which meadows repeat, m.
pub const MEADOWS_M: f64 = 4_800.0;
/// Blocks of meadows of one direction along that side.
const BLOCKS: i64 = 8;

/// How much lighter or darker (−1 to 1) a meadow is at a place, m from the west and the north edge: long strips, side by
/// side, in blocks of one direction, as on reclaimed peat.
pub fn meadow(x_m: f64, down_m: f64) -> f64 {
    let side = MEADOWS_M / BLOCKS as f64;
    let (u, v) = (x_m / side, down_m / side);
    let (col, row) = (u.floor() as i64, v.floor() as i64);
    let mut nearest = (f64::INFINITY, 0, [0.0; 2]);
    for (c, r) in (-1..=1).flat_map(|i| (-1..=1).map(move |j| (col + i, row + j))) {
        let which = (r.rem_euclid(BLOCKS) * BLOCKS + c.rem_euclid(BLOCKS)) as u64;
        let middle = [c as f64 + part(which, 1), r as f64 + part(which, 2)];
        let (dx, dy) = (u - middle[0], v - middle[1]);
        if dx.hypot(dy) < nearest.0 {
            nearest = (dx.hypot(dy), which, [dx * side, dy * side]);
        }
    }
    let (_, which, [dx, dy]) = nearest;
    let (s, c) = (std::f64::consts::PI * part(which, 3)).sin_cos();
    let strip = (dx * c + dy * s) / (45.0 + 50.0 * part(which, 4));
    let own = part(which * 1_000 + (strip.floor() + 100.0) as u64, 5);
    let ditch = if strip.fract().abs() < 0.05 { -0.7 } else { 0.0 };
    (0.9 * part(which, 6) + 1.1 * own - 1.0 + ditch).clamp(-1.0, 1.0)
}

/// A number from 0 to 1 that looks like chance.
fn part(which: u64, of: u64) -> f64 {
    let mut z = which.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ of.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    z = (z ^ (z >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93);
    ((z ^ (z >> 32)) & 0xFFFF) as f64 / 65_536.0
}

/// Colour of a meadow.
pub fn meadow_colour(lighter: f64) -> Rgb {
    let [r, g, b] = AROUND.map(f64::from);
    [r + 7.0 * lighter, g + 5.0 * lighter, b + 7.0 * lighter].map(|v| v.round() as u8)
}

/// The meadows of one square as a picture that repeats.
pub fn meadows(side_px: u32) -> Picture {
    let px_m = MEADOWS_M / f64::from(side_px);
    let colour = |i: u32| {
        let (col, row) = (i % side_px, i / side_px);
        let [r, g, b] = meadow_colour(meadow((f64::from(col) + 0.5) * px_m, (f64::from(row) + 0.5) * px_m));
        [r, g, b, 255]
    };
    Picture { width: side_px, height: side_px, rgba: (0..side_px * side_px).flat_map(colour).collect() }
}

/// Colour at a place, m from the west and the north edge.
fn blend(city: &City, x_m: f64, down_m: f64) -> Rgb {
    let grid = &city.ground.cover.grid;
    let (u, v) = (x_m / grid.cell_m, down_m / grid.cell_m);
    let (c, r) = (u.floor(), v.floor());
    let (across, down) = (weights(u - c), weights(v - r));
    let (mut water, mut land, mut sum) = (0.0, 0.0, [0.0; 3]);
    let mut grass = None;
    for (j, w_down) in down.into_iter().enumerate() {
        for (i, w_across) in across.into_iter().enumerate() {
            let col = (c as i64 + i as i64 - 1).clamp(0, grid.n_cols as i64 - 1) as usize;
            let row = (r as i64 + j as i64 - 1).clamp(0, grid.n_rows as i64 - 1) as usize;
            let weight = w_down * w_across;
            match city.ground.cover.at(col, row) {
                Cover::Water => water += weight,
                cover => {
                    land += weight;
                    let rgb = match cover {
                        Cover::Grass if city.origin == CityOrigin::Generated => {
                            *grass.get_or_insert_with(|| meadow_colour(meadow(x_m, down_m)))
                        }
                        _ => colour(cover),
                    };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_covers_what_the_outline_passes_on_its_way_from_the_sun() {
        let mut pixmap = Pixmap::new(100, 100).unwrap();
        pixmap.fill(Color::WHITE);
        // Wider than deep, the corners from any of them on.
        let ring = vec![[40.0, 20.0], [40.0, 30.0], [20.0, 30.0], [20.0, 20.0]];
        let block = Block { ring, height_m: 10.0, neighbourhood: 0 };
        shade(&[block], Transform::from_row(1.0, 0.0, 0.0, -1.0, 0.0, 100.0), &mut pixmap);
        let darkened: f32 = pixmap.data().chunks_exact(4).map(|p| 1.0 - f32::from(p[0]) / 255.0).sum();
        let (east, north) = (10.0 * 0.48 / 0.74, 10.0 * 0.47 / 0.74);
        let area = 20.0 * 10.0 + 10.0 * east + 20.0 * north;
        let found = darkened / (1.0 - SHADED[0]);
        assert!((found / area - 1.0).abs() < 0.02, "{found} m², not {area} m²");
    }

    #[test]
    fn meadows_repeat_without_a_seam() {
        for at in [3.0, 777.0, 2_345.0] {
            assert_eq!(meadow(at, 10.0), meadow(at + MEADOWS_M, 10.0));
            assert_eq!(meadow(10.0, at), meadow(10.0, at + MEADOWS_M));
        }
    }
}
