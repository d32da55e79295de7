//! People as dots, near by: a sample of those who live there, in front of their homes, coloured by life stage.
//!
//! They stand still within a month and somewhere else in the next. In a city built from real data each stands before
//! another home of its neighbourhood, for nobody is to be found at an address (models.md E-15).

use super::blocks::Shape;
use super::layers::Rgb;
use super::terrain::Terrain;
use crate::city::{City, CityOrigin};
use crate::indicators::{Frame, PersonDot};

/// Most dots at a time.
pub const MOST: usize = 6_000;
/// From farther off they are not drawn, m.
pub const NEAR_M: f32 = 1_600.0;
/// Half the size of a dot, m.
const SIZE_M: f32 = 1.7;

/// Colour of each life stage, told apart by colour-blind readers (Okabe & Ito 2008).
pub const STAGES: [(Rgb, &str); 5] = [
    ([240, 228, 66], "stage_child"),
    ([230, 159, 0], "stage_youth"),
    ([86, 180, 233], "stage_young"),
    ([0, 114, 178], "stage_older"),
    ([204, 121, 167], "stage_elder"),
];

/// One person in so many is shown, of `n_residents`.
pub fn one_in(n_residents: usize) -> u32 {
    n_residents.div_ceil(MOST).max(1) as u32
}

fn scatter(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ b.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z ^ (z >> 31)
}

/// Where a person stands, m from the west and south edge.
fn place(city: &City, dot: &PersonDot, which: u64, month: u64) -> Option<[f32; 2]> {
    let mut home = city.dwellings.get(dot.dwelling as usize)?;
    if city.origin == CityOrigin::Real {
        let near: u64 = 2 * 64;
        // Neighbours in the list are neighbours in the street; one of the same neighbourhood is taken.
        let at = (u64::from(dot.dwelling) + scatter(which, 7) % near).saturating_sub(near / 2) as usize;
        home = city.dwellings.get(at).filter(|other| other.neighbourhood == home.neighbourhood)?;
    }
    let chance = scatter(which, month);
    let angle = (chance % 4096) as f32 / 4096.0 * std::f32::consts::TAU;
    let out = 9.0 + (chance >> 12 & 0xff) as f32 / 255.0 * 16.0;
    Some([home.x_m + out * angle.cos(), home.y_m + out * angle.sin()])
}

/// All dots of `frame`; `None` if there is nobody.
pub fn shape(frame: &Frame, city: &City, terrain: &Terrain) -> Option<Shape> {
    let [wide, high] = terrain.size_m;
    let mut shape = Shape::default();
    let month = frame.month.0.unsigned_abs().into();
    for (which, dot) in (0u64..).zip(&frame.people).take(MOST) {
        let Some([x, y]) = place(city, dot, which, month) else { continue };
        let (rgb, _) = STAGES[usize::from(dot.life_stage).min(STAGES.len() - 1)];
        let middle = [x - wide / 2.0, terrain.at([x, y]) + SIZE_M, high / 2.0 - y];
        add(&mut shape, middle, rgb);
    }
    (!shape.indices.is_empty()).then_some(shape)
}

/// An octahedron: round enough for a dot.
fn add(shape: &mut Shape, middle: [f32; 3], rgb: Rgb) {
    let linear = rgb.map(|c| (f32::from(c) / 255.0).powf(2.2));
    let first = shape.positions.len() as u32;
    for direction in
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0f32]]
    {
        let light = 0.82 + 0.18 * direction[1] + 0.06 * direction[2];
        shape.positions.push(std::array::from_fn(|i| middle[i] + SIZE_M * direction[i]));
        shape.normals.push(direction);
        shape.shades.push([light * linear[0], light * linear[1], light * linear[2], 1.0]);
        shape.uvs.push([0.0, 0.0]);
    }
    let sides = [[0, 4, 1], [1, 4, 2], [2, 4, 3], [3, 4, 0], [1, 5, 0], [2, 5, 1], [3, 5, 2], [0, 5, 3]];
    shape.indices.extend(sides.iter().flatten().map(|i| first + i));
}
