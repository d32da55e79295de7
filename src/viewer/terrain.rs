//! The lie of the land: heights of the ground and of what stands on it, for geometry and for picking.
//!
//! Places are m from the west and the south edge of the social grid; heights are m above the lowest part of the city's
//! ground. Water lies a little lower than its shore.

use super::blocks::{Block, Shape};
use crate::city::{City, Cover};

/// Side of a square of [`Tops`], m.
const TOP_M: f32 = 20.0;
/// Largest number of squares of the ground along a side.
const MOST_SQUARES: usize = 240;
/// How much lower water is drawn, m.
const WATER_DROP_M: f32 = 1.2;

/// Heights on a regular net.
#[derive(Debug, Clone, PartialEq)]
pub struct Terrain {
    n_cols: usize,
    n_rows: usize,
    step_m: [f32; 2],
    /// Row 0 in the south.
    height_m: Vec<f32>,
    /// Width and height of the city, m.
    pub size_m: [f32; 2],
}

impl Terrain {
    /// The ground of `city`.
    pub fn of(city: &City) -> Terrain {
        let grid = &city.ground.elevation_m.grid;
        let size_m = [(grid.n_cols as f64 * grid.cell_m) as f32, (grid.n_rows as f64 * grid.cell_m) as f32];
        let squares = |n: usize| n.clamp(1, MOST_SQUARES);
        let (n_cols, n_rows) = (squares(grid.n_cols) + 1, squares(grid.n_rows) + 1);
        let step_m = [size_m[0] / (n_cols - 1) as f32, size_m[1] / (n_rows - 1) as f32];
        let at = |x: f32, y: f32| {
            let col = ((f64::from(x) / grid.cell_m) as usize).min(grid.n_cols - 1);
            let up = ((f64::from(y) / grid.cell_m) as usize).min(grid.n_rows - 1);
            let row = grid.n_rows - 1 - up;
            let z = city.ground.elevation_m.at(col, row);
            let drop = if city.ground.cover.at(col, row) == Cover::Water { WATER_DROP_M } else { 0.0 };
            if z.is_finite() { z - drop } else { -drop }
        };
        let mut height_m = Vec::with_capacity(n_cols * n_rows);
        for row in 0..n_rows {
            for col in 0..n_cols {
                let (x, y) = (col as f32 * step_m[0], row as f32 * step_m[1]);
                // The mean of the four squares that meet here.
                let (dx, dy) = (step_m[0] / 2.0, step_m[1] / 2.0);
                let around = [(-dx, -dy), (dx, -dy), (-dx, dy), (dx, dy)];
                height_m.push(around.iter().map(|(a, b)| at((x + a).max(0.0), (y + b).max(0.0))).sum::<f32>() / 4.0);
            }
        }
        let mut sorted = height_m.clone();
        sorted.sort_by(f32::total_cmp);
        let low = sorted[sorted.len() / 50];
        height_m.iter_mut().for_each(|z| *z -= low);
        let mut terrain = Terrain { n_cols, n_rows, step_m, height_m, size_m };
        terrain.level_edges();
        terrain
    }

    /// Lets the outermost rows run out to the level of the land around, zero.
    fn level_edges(&mut self) {
        for row in 0..self.n_rows {
            for col in 0..self.n_cols {
                let inside = col.min(self.n_cols - 1 - col).min(row).min(self.n_rows - 1 - row);
                self.height_m[row * self.n_cols + col] *= (inside as f32 / 4.0).min(1.0);
            }
        }
    }

    /// Height of the ground at a place; outside the city that of its edge.
    pub fn at(&self, [x, y]: [f32; 2]) -> f32 {
        let u = (x / self.step_m[0]).clamp(0.0, (self.n_cols - 1) as f32);
        let v = (y / self.step_m[1]).clamp(0.0, (self.n_rows - 1) as f32);
        let (col, row) = ((u as usize).min(self.n_cols - 2), (v as usize).min(self.n_rows - 2));
        let (s, t) = (u - col as f32, v - row as f32);
        let z = |c: usize, r: usize| self.height_m[r * self.n_cols + c];
        let south = z(col, row) * (1.0 - s) + z(col + 1, row) * s;
        let north = z(col, row + 1) * (1.0 - s) + z(col + 1, row + 1) * s;
        south * (1.0 - t) + north * t
    }

    /// The highest point.
    pub fn highest_m(&self) -> f32 {
        self.height_m.iter().copied().fold(0.0, f32::max)
    }

    /// The ground as triangles, coloured by a picture of the city with north up.
    pub fn shape(&self) -> Shape {
        let mut shape = Shape::default();
        let [wide, high] = self.size_m;
        for row in 0..self.n_rows {
            for col in 0..self.n_cols {
                let (x, y) = (col as f32 * self.step_m[0], row as f32 * self.step_m[1]);
                shape.positions.push([x - wide / 2.0, self.height_m[row * self.n_cols + col], high / 2.0 - y]);
                shape.normals.push([0.0, 1.0, 0.0]);
                shape.shades.push([1.0; 4]);
                shape.uvs.push([x / wide, 1.0 - y / high]);
            }
        }
        for row in 0..self.n_rows - 1 {
            for col in 0..self.n_cols - 1 {
                let a = (row * self.n_cols + col) as u32;
                let up = self.n_cols as u32;
                shape.indices.extend([a, a + 1, a + up + 1, a, a + up + 1, a + up]);
            }
        }
        shape
    }
}

/// Highest roof over small squares: enough to know what a ray meets first.
#[derive(Debug, Clone, PartialEq)]
pub struct Tops {
    n_cols: usize,
    n_rows: usize,
    /// Height above the ground, m; row 0 in the south.
    top_m: Vec<f32>,
    /// The block that is highest, plus one.
    block: Vec<u32>,
}

impl Tops {
    /// Of `blocks`, in a city of this size.
    pub fn of(blocks: &[Block], size_m: [f32; 2]) -> Tops {
        let (n_cols, n_rows) = ((size_m[0] / TOP_M).ceil() as usize + 1, (size_m[1] / TOP_M).ceil() as usize + 1);
        let mut tops = Tops { n_cols, n_rows, top_m: vec![0.0; n_cols * n_rows], block: vec![0; n_cols * n_rows] };
        for (i, block) in blocks.iter().enumerate() {
            let n = block.ring.len() as f32;
            let middle = block.ring.iter().fold([0.0, 0.0], |m, p| [m[0] + p[0] / n, m[1] + p[1] / n]);
            for p in block.ring.iter().copied().chain([middle]) {
                if let Some(at) = tops.index(p)
                    && tops.top_m[at] < block.height_m
                {
                    (tops.top_m[at], tops.block[at]) = (block.height_m, i as u32 + 1);
                }
            }
        }
        tops
    }

    fn index(&self, [x, y]: [f32; 2]) -> Option<usize> {
        let (col, row) = ((x / TOP_M).floor(), (y / TOP_M).floor());
        let inside = col >= 0.0 && row >= 0.0 && (col as usize) < self.n_cols && (row as usize) < self.n_rows;
        inside.then(|| row as usize * self.n_cols + col as usize)
    }

    /// Height of the roofs at a place, m above the ground; 0 where nothing stands.
    pub fn at(&self, p: [f32; 2]) -> f32 {
        self.index(p).map_or(0.0, |at| self.top_m[at])
    }

    /// The block that stands at a place.
    pub fn block_at(&self, p: [f32; 2]) -> Option<usize> {
        self.index(p).and_then(|at| (self.block[at] as usize).checked_sub(1))
    }
}

/// Where a ray first meets a roof or the ground: m from the west and south edge. `eye` and `direction` have x east, y up,
/// z south, from the middle of the city. Marches in steps of half a square of [`Tops`].
pub fn pick(terrain: &Terrain, tops: &Tops, eye: [f32; 3], direction: [f32; 3]) -> Option<[f32; 2]> {
    let [wide, high] = terrain.size_m;
    let place = |t: f32| {
        let p: [f32; 3] = std::array::from_fn(|i| eye[i] + t * direction[i]);
        ([p[0] + wide / 2.0, high / 2.0 - p[2]], p[1])
    };
    if direction[1] >= -1e-4 {
        return None;
    }
    // Nothing stands higher than this, nothing lies lower than the land around.
    let ceiling = terrain.highest_m() + tops.top_m.iter().copied().fold(0.0, f32::max);
    let from = ((eye[1] - ceiling) / -direction[1]).max(0.0);
    let to = (eye[1] + 10.0) / -direction[1];
    let level = direction[0].hypot(direction[2]).max(0.05);
    let step = 0.5 * TOP_M / level;
    let mut t = from;
    while t < to {
        let (p, y) = place(t);
        if y <= terrain.at(p) + tops.at(p) {
            return inside(p, terrain.size_m);
        }
        t += step.min((0.25 * TOP_M / -direction[1]).max(0.5));
    }
    inside(place(eye[1] / -direction[1]).0, terrain.size_m)
}

fn inside(p: [f32; 2], size_m: [f32; 2]) -> Option<[f32; 2]> {
    ((0.0..size_m[0]).contains(&p[0]) && (0.0..size_m[1]).contains(&p[1])).then_some(p)
}

/// Cell at a place.
pub fn cell_at(city: &City, p: [f32; 2]) -> Option<u32> {
    let grid = &city.grid;
    grid.cell_at(grid.west_m + f64::from(p[0]), grid.south_m() + f64::from(p[1])).map(|cell| cell as u32)
}

/// Neighbourhood at a place.
pub fn neighbourhood_at(city: &City, p: [f32; 2]) -> Option<usize> {
    let n = *city.neighbourhood_of_cell.get(cell_at(city, p)? as usize)?;
    (n != crate::city::NO_NEIGHBOURHOOD).then_some(usize::from(n))
}
