//! Buildings as plain geometry: an outline pulled up to its height.
//!
//! Where a city has outlines they are used, and a home belongs to the outline that it lies in. Homes outside any outline
//! are put into boxes, one box per place, as high as its number of homes asks for.
//!
//! Light is painted on: each face has a shade by its direction, roofs lightest, walls darker towards the ground. So
//! colours are those of the legend, and drawing needs no lights.

use std::collections::BTreeMap;

use super::picture::NewHome;
use super::terrain::Tops;
use crate::city::dwellings::STOREY_M;
use crate::city::{City, Cover, DwellingKind, DwellingRecord};

/// "In no block" in [`Blocks::of_dwelling`].
pub const NO_BLOCK: u32 = u32::MAX;

/// Side of a bin of the outline index, m.
const BIN_M: f32 = 50.0;

/// One building.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Outline, open and counter-clockwise; m from the west and south edge of the social grid.
    pub ring: Vec<[f32; 2]>,
    /// Height, m.
    pub height_m: f32,
    /// Index into [`City::neighbourhoods`], or [`crate::city::NO_NEIGHBOURHOOD`].
    pub neighbourhood: u16,
}

/// All buildings of a city.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Blocks {
    /// The buildings.
    pub blocks: Vec<Block>,
    /// For each dwelling of the city its building, or [`NO_BLOCK`].
    pub of_dwelling: Vec<u32>,
}

impl Blocks {
    /// The buildings of `city`.
    pub fn of(city: &City) -> Blocks {
        let mut blocks: Vec<Block> = Vec::with_capacity(city.buildings.len());
        for building in &city.buildings {
            if let Some(ring) = open_ring(&building.ring_m) {
                blocks.push(Block {
                    ring,
                    height_m: building.height_m.max(2.5),
                    neighbourhood: building.neighbourhood,
                });
            }
        }
        let index = Index::new(&blocks);
        let mut of_dwelling: Vec<u32> = city.dwellings.iter().map(|d| index.find(&blocks, [d.x_m, d.y_m])).collect();
        let mut places: BTreeMap<(u32, u32), Vec<usize>> = BTreeMap::new();
        for (i, home) in city.dwellings.iter().enumerate().filter(|(i, _)| of_dwelling[*i] == NO_BLOCK) {
            places.entry((home.x_m.to_bits(), home.y_m.to_bits())).or_default().push(i);
        }
        for homes in places.values() {
            homes.iter().for_each(|&i| of_dwelling[i] = blocks.len() as u32);
            blocks.push(box_for(&city.dwellings[homes[0]], homes.len()));
        }
        Blocks { blocks, of_dwelling }
    }
}

/// Homes in one new building.
const NEW_EACH: usize = 18;

/// Buildings for homes that were built during a run: for each cell towers or rows on places where nothing stands yet.
/// With them for each home its building, as in [`Blocks::of_dwelling`].
pub fn new_blocks(homes: &[NewHome], city: &City, taken: &Tops) -> Blocks {
    let mut new = Blocks { blocks: Vec::new(), of_dwelling: vec![NO_BLOCK; homes.len()] };
    let mut by_cell: BTreeMap<(u32, bool), Vec<usize>> = BTreeMap::new();
    for (i, home) in homes.iter().enumerate() {
        let is_house = home.kind == DwellingKind::Terraced as u8 || home.kind == DwellingKind::Detached as u8;
        by_cell.entry((home.cell, is_house)).or_default().push(i);
    }
    let grid = &city.grid;
    for ((cell, is_house), inside) in by_cell {
        let (col, row) = grid.col_row(cell as usize);
        let (west, south) = (col as f32 * 100.0, (grid.n_rows - 1 - row) as f32 * 100.0);
        let spots: Vec<[f32; 2]> = (0..16)
            .map(|i| [west + 14.0 + 24.0 * (i * 5 % 16 % 4) as f32, south + 14.0 + 24.0 * (i * 5 % 16 / 4) as f32])
            .collect();
        let is_dry = |[x, y]: [f32; 2]| {
            let at = city.ground.cover.grid.cell_at(grid.west_m + f64::from(x), grid.south_m() + f64::from(y));
            at.is_none_or(|at| city.ground.cover.values[at] != Cover::Water)
        };
        // All corners, for a building is not to stand with one foot in the water.
        let dry = |[x, y]: [f32; 2]| [-9.0, 9.0].iter().all(|dx| [-9.0, 9.0].iter().all(|dy| is_dry([x + dx, y + dy])));
        let free: Vec<[f32; 2]> = spots.iter().copied().filter(|p| taken.at(*p) == 0.0 && dry(*p)).collect();
        let spots = if free.is_empty() { spots } else { free };
        // Houses begin at the other end.
        let spot = |n: usize| spots[if is_house { spots.len() - 1 - n % spots.len() } else { n % spots.len() }];
        for (n, homes_here) in inside.chunks(if is_house { 4 } else { NEW_EACH }).enumerate() {
            let ([x, y], n_homes) = (spot(n), homes_here.len() as f32);
            let (w, d, height_m) = if is_house {
                (2.8 * n_homes, 5.0, 2.0 * STOREY_M)
            } else {
                (8.0, 8.0, (n_homes / 3.0).ceil().max(2.0) * STOREY_M)
            };
            // What finds no free place stands on what is there.
            let storey = (n / spots.len()) as f32 * 0.5;
            homes_here.iter().for_each(|&i| new.of_dwelling[i] = new.blocks.len() as u32);
            new.blocks.push(Block {
                ring: vec![[x - w, y - d], [x + w, y - d], [x + w, y + d], [x - w, y + d]],
                height_m: height_m + storey,
                neighbourhood: homes[homes_here[0]].neighbourhood,
            });
        }
    }
    new
}

/// A box for `n_homes` homes like `home`.
fn box_for(home: &DwellingRecord, n_homes: usize) -> Block {
    let (wide, deep, per_storey) = match home.kind {
        DwellingKind::Detached => (9.0, 9.0, 1),
        DwellingKind::Terraced => (5.6, 9.5, 1),
        DwellingKind::WalkUp | DwellingKind::Room => (14.0, 11.0, 2),
        DwellingKind::Tower => (22.0, 18.0, 6),
    };
    let own_storeys = if per_storey == 1 { 2 } else { 1 };
    let storeys = n_homes.div_ceil(per_storey).max(own_storeys);
    let (x, y) = (home.x_m, home.y_m);
    let (w, d) = (wide / 2.0, deep / 2.0);
    Block {
        ring: vec![[x - w, y - d], [x + w, y - d], [x + w, y + d], [x - w, y + d]],
        height_m: storeys as f32 * STOREY_M,
        neighbourhood: home.neighbourhood,
    }
}

/// The ring without its closing point and without repetitions, counter-clockwise; `None` if it encloses nothing.
fn open_ring(closed: &[[f32; 2]]) -> Option<Vec<[f32; 2]>> {
    let mut ring = closed.to_vec();
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let area = twice_area(&ring);
    if ring.len() < 3 || !area.is_finite() || area.abs() < 2.0 {
        return None;
    }
    if area < 0.0 {
        ring.reverse();
    }
    Some(ring)
}

fn twice_area(ring: &[[f32; 2]]) -> f32 {
    // From the first corner, so that coordinates of a whole city do not swamp a small building.
    ring.windows(2).map(|p| cross(ring[0], p[0], p[1])).sum()
}

/// Twice the area of a triangle, positive if counter-clockwise.
fn cross(a: [f32; 2], b: [f32; 2], c: [f32; 2]) -> f32 {
    (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
}

fn contains(ring: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let mut inside = false;
    let mut before = ring[ring.len() - 1];
    for &p in ring {
        if (p[1] > y) != (before[1] > y) && x < (before[0] - p[0]) * (y - p[1]) / (before[1] - p[1]) + p[0] {
            inside = !inside;
        }
        before = p;
    }
    inside
}

/// Which outlines are where.
struct Index {
    bins: BTreeMap<(i32, i32), Vec<u32>>,
}

fn bin(v: f32) -> i32 {
    (v / BIN_M).floor() as i32
}

impl Index {
    fn new(blocks: &[Block]) -> Index {
        let mut bins: BTreeMap<(i32, i32), Vec<u32>> = BTreeMap::new();
        for (i, block) in blocks.iter().enumerate() {
            let range = |axis: usize| {
                let on_axis = block.ring.iter().map(|p| p[axis]);
                let (low, high) = on_axis.fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(v), h.max(v)));
                bin(low)..=bin(high)
            };
            for col in range(0) {
                for row in range(1) {
                    bins.entry((col, row)).or_default().push(i as u32);
                }
            }
        }
        Index { bins }
    }

    fn find(&self, blocks: &[Block], p: [f32; 2]) -> u32 {
        let here = self.bins.get(&(bin(p[0]), bin(p[1])));
        let found = here.and_then(|list| list.iter().find(|&&i| contains(&blocks[i as usize].ring, p)));
        found.copied().unwrap_or(NO_BLOCK)
    }
}

/// Triangles of some buildings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shape {
    /// Corners: x east, y up, z south, m.
    pub positions: Vec<[f32; 3]>,
    /// Directions of the faces.
    pub normals: Vec<[f32; 3]>,
    /// Light on the corners, linear, red, green, blue and 1.
    pub shades: Vec<[f32; 4]>,
    /// Place of the building's colour in the picture of colours, 0–1.
    pub uvs: Vec<[f32; 2]>,
    /// Corners of the triangles, counter-clockwise seen from outside.
    pub indices: Vec<u32>,
}

/// Direction to the sun: south-west, fairly high. x east, y up, z south.
pub const SUN: [f32; 3] = [-0.48, 0.74, 0.47];

fn shade(normal: [f32; 3], k: f32) -> [f32; 4] {
    let sun: f32 = normal.iter().zip(SUN).map(|(a, b)| a * b).sum();
    let light = k * (0.60 + 0.40 * sun.max(0.0) / SUN[1] - 0.06 * (-sun).max(0.0)).min(1.0);
    let linear = light.powf(2.2);
    [linear, linear, linear, 1.0]
}

impl Shape {
    /// Adds `block` on ground of height `base_m`, moved so that `origin` (m from the west and south edge) is at zero,
    /// coloured by `uv`.
    pub fn add(&mut self, block: &Block, base_m: f32, origin: [f32; 2], uv: [f32; 2]) {
        let at = |p: [f32; 2], y: f32| [p[0] - origin[0], y, origin[1] - p[1]];
        let ring = &block.ring;
        // On a slope the lower side is not to hang in the air.
        let foot = base_m - 1.5;
        let top = match gable(block) {
            Some((long, rise_m)) => {
                let eaves = base_m + block.height_m - 0.4 * rise_m;
                let p = |i: usize| ring[(long + i) % 4];
                let middle = |a: [f32; 2], b: [f32; 2]| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
                let ridge = [at(middle(p(3), p(0)), eaves + rise_m), at(middle(p(1), p(2)), eaves + rise_m)];
                let corner = |i: usize| at(p(i), eaves);
                self.face(&[corner(0), corner(1), ridge[1], ridge[0]], uv);
                self.face(&[corner(2), corner(3), ridge[0], ridge[1]], uv);
                self.face(&[corner(1), corner(2), ridge[1]], uv);
                self.face(&[corner(3), corner(0), ridge[0]], uv);
                eaves
            }
            None => {
                let (top, roof) = (base_m + block.height_m, self.positions.len() as u32);
                for &p in ring {
                    self.corner(at(p, top), [0.0, 1.0, 0.0], 1.0, uv);
                }
                self.indices.extend(triangles(ring).into_iter().map(|i| roof + i));
                top
            }
        };
        for (i, &a) in ring.iter().enumerate() {
            let b = ring[(i + 1) % ring.len()];
            let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
            let length = dx.hypot(dy).max(1e-6);
            // Outward is to the right of the way round; z points south.
            let normal = [dy / length, 0.0, dx / length];
            let first = self.positions.len() as u32;
            for (p, y, k) in [(a, foot, 0.86), (b, foot, 0.86), (b, top, 1.0), (a, top, 1.0)] {
                self.corner(at(p, y), normal, k, uv);
            }
            self.indices.extend([0, 1, 2, 0, 2, 3].map(|i| first + i));
        }
    }

    /// A flat face, seen from where its corners go round counter-clockwise.
    fn face(&mut self, corners: &[[f32; 3]], uv: [f32; 2]) {
        let from = |i: usize| -> [f32; 3] { std::array::from_fn(|k| corners[i][k] - corners[0][k]) };
        let (a, b) = (from(1), from(2));
        let across = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
        let length = across.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
        let first = self.positions.len() as u32;
        let normal = across.map(|v| v / length);
        // The sky lights a slope that the sun does not.
        let light = shade(normal, 1.0).map(|v| 0.4 + 0.6 * v);
        for p in corners {
            self.corner(*p, normal, 1.0, uv);
            if let (Some(last), true) = (self.shades.last_mut(), normal[1] > 0.1) {
                *last = light;
            }
        }
        (2..corners.len() as u32).for_each(|i| self.indices.extend([first, first + i - 1, first + i]));
    }

    fn corner(&mut self, position: [f32; 3], normal: [f32; 3], k: f32, uv: [f32; 2]) {
        self.positions.push(position);
        self.normals.push(normal);
        self.shades.push(shade(normal, k));
        self.uvs.push(uv);
    }
}

/// Highest house with a saddle roof, m.
const GABLED_M: f32 = 9.5;
/// Deepest house with a saddle roof, m.
const GABLE_SPAN_M: f32 = 16.0;

/// The corner at which a long side of a low house begins, and how far its ridge rises above its eaves, m; `None` under a
/// flat roof.
fn gable(block: &Block) -> Option<(usize, f32)> {
    let &[a, b, c, _] = block.ring.as_slice() else { return None };
    let (first, second) = ((b[0] - a[0]).hypot(b[1] - a[1]), (c[0] - b[0]).hypot(c[1] - b[1]));
    let (long, span) = if first >= second { (0, second) } else { (1, first) };
    (block.height_m <= GABLED_M && span <= GABLE_SPAN_M).then_some((long, (0.32 * span).min(3.6)))
}

/// Cuts a counter-clockwise outline into triangles by cutting off ears. An outline that crosses itself gets whatever
/// triangles there are, never none.
pub fn triangles(ring: &[[f32; 2]]) -> Vec<u32> {
    let mut left: Vec<u32> = (0..ring.len() as u32).collect();
    let mut out = Vec::with_capacity(3 * ring.len());
    let p = |i: u32| ring[i as usize];
    while left.len() > 3 {
        let n = left.len();
        let ear = (0..n).find(|&i| {
            let (a, b, c) = (left[(i + n - 1) % n], left[i], left[(i + 1) % n]);
            let is_inside =
                |q: [f32; 2]| cross(p(a), p(b), q) >= 0.0 && cross(p(b), p(c), q) >= 0.0 && cross(p(c), p(a), q) >= 0.0;
            cross(p(a), p(b), p(c)) > 0.0 && !left.iter().any(|&q| ![a, b, c].contains(&q) && is_inside(p(q)))
        });
        let i = ear.unwrap_or(0);
        out.extend([left[(i + n - 1) % n], left[i], left[(i + 1) % n]]);
        left.remove(i);
    }
    out.extend(left);
    out
}
