//! Trees: cones, scattered where the ground has canopy and nothing is built. Their places are fixed by the pixel they
//! stand in.

use super::blocks::Shape;
use super::terrain::{Terrain, Tops};
use crate::city::{City, Cover};
use crate::sim::Stream;
use crate::sim::draws::mix;

/// Most trees that are drawn.
const MOST: f64 = 12_000.0;
/// Canopy of a tree, m².
const CANOPY_M2: f64 = 60.0;

/// Places of trees, m from the west and the south edge, with heights, m.
pub fn places(city: &City, tops: &Tops) -> Vec<([f32; 2], f32)> {
    let grid = &city.ground.tree_pct.grid;
    let expected =
        |at: usize| f64::from(city.ground.tree_pct.values[at]) / 100.0 * grid.cell_m * grid.cell_m / CANOPY_M2;
    let total: f64 = (0..grid.len()).map(expected).sum();
    let thin = (MOST / total.max(1.0)).min(1.0);
    let mut trees = Vec::new();
    for at in 0..grid.len() {
        let wanted = expected(at) * thin;
        if wanted <= 0.0 || city.ground.cover.values[at] == Cover::Water {
            continue;
        }
        let (col, row) = grid.col_row(at);
        for n in 0..wanted.ceil() as u64 {
            let bits = mix(Stream::named("viewer.trees"), at as u64, n);
            let part = |shift: u32| (bits >> shift & 0xFFFF) as f64 / 65_536.0;
            if part(0) >= wanted - n as f64 {
                continue;
            }
            let x = (col as f64 + part(16)) * grid.cell_m;
            let y = (grid.n_rows as f64 - row as f64 - part(32)) * grid.cell_m;
            let place = [x as f32, y as f32];
            if tops.at(place) == 0.0 {
                trees.push((place, (6.0 + 6.0 * part(48)) as f32));
            }
        }
    }
    trees
}

/// The cone of a tree.
pub fn add(shape: &mut Shape, terrain: &Terrain, place: [f32; 2], height_m: f32) {
    const SIDES: usize = 5;
    let [wide, high] = terrain.size_m;
    let (x, y, z) = (place[0] - wide / 2.0, terrain.at(place), high / 2.0 - place[1]);
    let radius = 0.36 * height_m;
    let corner = |i: usize| {
        let a = std::f32::consts::TAU * (i % SIDES) as f32 / SIDES as f32;
        (a.cos(), a.sin())
    };
    for i in 0..SIDES {
        let ((ax, az), (bx, bz)) = (corner(i), corner(i + 1));
        // Light from the south-west.
        let lit = 0.5 + 0.5 * (-0.7 * (ax + bx) / 2.0 + 0.7 * (az + bz) / 2.0);
        let green = [0.20 + 0.13 * lit, 0.33 + 0.15 * lit, 0.17 + 0.08 * lit, 1.0];
        let first = shape.positions.len() as u32;
        shape.positions.extend([
            [x + radius * bx, y + 1.5, z + radius * bz],
            [x + radius * ax, y + 1.5, z + radius * az],
            [x, y + height_m, z],
        ]);
        shape.normals.extend([[0.0, 1.0, 0.0]; 3]);
        shape.shades.extend([green; 3]);
        shape.uvs.extend([[0.0; 2]; 3]);
        shape.indices.extend([first, first + 1, first + 2]);
    }
}
