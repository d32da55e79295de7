//! The land around an invented city: meadows as far as one can see, and rivers, roads and rails that go on where the
//! map ends. Around a real city there is plain land.

use bevy::color::{Color, ColorToComponents};

use super::blocks::Shape;
use super::ground::{LINES, WATER};
use super::layers::Rgb;
use crate::city::{City, CityOrigin, Cover};

/// A little above the land around, m: water, then roads on their bridges.
const WATER_M: f32 = -0.9;
const ROAD_M: f32 = -0.8;
/// Fewest pixels of the ground raster that are a river, and not a ditch.
const RIVER_PX: usize = 2;
/// How far inside the map the direction of a river is taken, pixels.
const BACK_PX: usize = 10;
/// An end of a road nearer to the edge than this leads out of the map, m.
const OUT_M: f32 = 60.0;

/// Rivers, roads and rails from the edge of the map outward for `reach_m`; `None` if there are none.
pub(super) fn shape(city: &City, size_m: [f32; 2], reach_m: f32) -> Option<Shape> {
    if city.origin != CityOrigin::Generated {
        return None;
    }
    let mut shape = Shape::default();
    (0..4).for_each(|side| rivers(&mut shape, city, size_m, reach_m, side));
    for (kind, width_m, rgb) in LINES {
        for line in city.lines.iter().filter(|line| line.kind == kind) {
            let forward: Vec<[f32; 2]> = line.points_m.clone();
            let backward: Vec<[f32; 2]> = line.points_m.iter().rev().copied().collect();
            [forward, backward].iter().for_each(|points| road(&mut shape, points, size_m, reach_m, width_m, rgb));
        }
    }
    (!shape.indices.is_empty()).then_some(shape)
}

/// A band on the ground: two corners on the edge of the map and two far out. Corners are m from the west and south edge.
fn band(shape: &mut Shape, corners: [[f32; 2]; 4], height_m: f32, size_m: [f32; 2], [r, g, b]: Rgb) {
    let first = shape.positions.len() as u32;
    let shade = Color::srgb_u8(r, g, b).to_linear().to_f32_array();
    for [x, y] in corners {
        shape.positions.push([x - size_m[0] / 2.0, height_m, size_m[1] / 2.0 - y]);
        shape.normals.push([0.0, 1.0, 0.0]);
        shape.shades.push(shade);
        shape.uvs.push([0.0, 0.0]);
    }
    // Seen from above whichever way round the corners go.
    shape.indices.extend([0, 1, 2, 0, 2, 3, 0, 2, 1, 0, 3, 2].map(|i| first + i));
}

fn rivers(shape: &mut Shape, city: &City, size_m: [f32; 2], reach_m: f32, side: usize) {
    let grid = city.ground.cover.grid;
    let px_m = grid.cell_m as f32;
    // Along the edge, and from the edge inward.
    let (along, inward) = if side < 2 { (grid.n_cols, grid.n_rows) } else { (grid.n_rows, grid.n_cols) };
    let is_water = |i: usize, depth: usize| {
        let (col, row) = match side {
            0 => (i, depth),
            1 => (i, grid.n_rows - 1 - depth),
            2 => (depth, i),
            _ => (grid.n_cols - 1 - depth, i),
        };
        city.ground.cover.at(col, row) == Cover::Water
    };
    let place = |i: f32, out: f32| match side {
        0 => [i * px_m, size_m[1] + out],
        1 => [i * px_m, -out],
        2 => [-out, size_m[1] - i * px_m],
        _ => [size_m[0] + out, size_m[1] - i * px_m],
    };
    let runs = |depth: usize| {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for i in (0..along).filter(|i| is_water(*i, depth)) {
            match runs.last_mut() {
                Some((_, to)) if *to == i => *to = i + 1,
                _ => runs.push((i, i + 1)),
            }
        }
        runs
    };
    let middle = |(from, to): (usize, usize)| (from + to) as f32 / 2.0;
    let back = BACK_PX.min(inward - 1);
    let inside = runs(back);
    for run in runs(0).into_iter().filter(|(from, to)| to - from >= RIVER_PX) {
        let nearest = inside.iter().map(|other| middle(*other)).min_by(|a, b| {
            let off = |m: f32| (m - middle(run)).abs();
            off(*a).total_cmp(&off(*b))
        });
        let slant = nearest.map_or(0.0, |m| (middle(run) - m) / back as f32).clamp(-1.2, 1.2);
        let (from, to, off) = (run.0 as f32, run.1 as f32, slant * reach_m / px_m);
        // It begins a little inside, where the ground runs out to the land around.
        let corners = [place(from, 0.0), place(to, 0.0), place(to + off, reach_m), place(from + off, reach_m)];
        band(shape, corners, WATER_M, size_m, WATER);
    }
}

/// The end of a line of points, if it leads out of the map.
fn road(shape: &mut Shape, points: &[[f32; 2]], size_m: [f32; 2], reach_m: f32, width_m: f32, rgb: Rgb) {
    let Some(&end) = points.last() else { return };
    let inside = end[0].min(end[1]).min(size_m[0] - end[0]).min(size_m[1] - end[1]);
    let far = |p: &&[f32; 2]| (p[0] - end[0]).hypot(p[1] - end[1]) > 40.0;
    let Some(before) = points.iter().rev().find(far).filter(|_| inside < OUT_M) else { return };
    let (dx, dy) = (end[0] - before[0], end[1] - before[1]);
    let length = dx.hypot(dy);
    let (dx, dy) = (dx / length, dy / length);
    let (side, out) = ([-dy * width_m / 2.0, dx * width_m / 2.0], [dx * reach_m, dy * reach_m]);
    let corner = |k: f32, far: f32| [end[0] + k * side[0] + far * out[0], end[1] + k * side[1] + far * out[1]];
    band(shape, [corner(1.0, 0.0), corner(-1.0, 0.0), corner(-1.0, 1.0), corner(1.0, 1.0)], ROAD_M, size_m, rgb);
}
