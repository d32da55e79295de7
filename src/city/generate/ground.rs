//! The ground rasters: height, cover, buildings, sealed soil and trees, from plan, streets and buildings.

use rayon::prelude::*;

use super::fabric::Site;
use super::landuse::Use;
use super::mask::Taken;
use crate::city::dwellings::Spot;
use crate::city::{Building, Character, Cover, Ground, NO_NEIGHBOURHOOD};
use crate::gis::{GridRef, Raster};
use crate::sim::draws::{Draws, Stream, unit};

const GROUND: Stream = Stream::named("city.generate.ground");

/// Share of a pixel under buildings from which its cover is "building" (A).
const BUILDING_SHARE: f32 = 0.35;

/// How far yards and gardens reach from buildings and streets, m (A).
const YARD_M: f64 = 30.0;

/// Building area and volume per pixel.
struct Built {
    area_m2: Vec<f32>,
    volume_m3: Vec<f32>,
    has_home: Vec<bool>,
    /// True within about [`YARD_M`] of a building or a street.
    is_near: Vec<bool>,
}

impl Built {
    fn new(site: &Site<'_>, grid: &GridRef, buildings: &[Building], spots: &[Spot]) -> Built {
        let mut built = Built {
            is_near: Vec::new(),
            area_m2: vec![0.0; grid.len()],
            volume_m3: vec![0.0; grid.len()],
            has_home: vec![false; grid.len()],
        };
        let height_m = grid.n_rows as f64 * grid.cell_m;
        let index = |x: f64, y: f64| {
            let (col, row) = ((x / grid.cell_m).floor(), ((height_m - y) / grid.cell_m).floor());
            let inside = col >= 0.0 && row >= 0.0 && col < grid.n_cols as f64 && row < grid.n_rows as f64;
            inside.then(|| grid.idx(col as usize, row as usize))
        };
        let step = (grid.cell_m / 2.0).min(4.0);
        for b in buildings {
            // The generator's buildings are rectangles: two sides span them.
            let [a, c, e] = [b.ring_m[0], b.ring_m[1], b.ring_m[3]].map(|p| [f64::from(p[0]), f64::from(p[1])]);
            let (l, d) = (super::plan::dist(a, c), super::plan::dist(a, e));
            let (nl, nd) = ((l / step).ceil().max(1.0), (d / step).ceil().max(1.0));
            let part = (l * d / (nl * nd)) as f32;
            for i in 0..nl as usize {
                for j in 0..nd as usize {
                    let (p, q) = ((i as f64 + 0.5) / nl, (j as f64 + 0.5) / nd);
                    let x = a[0] + p * (c[0] - a[0]) + q * (e[0] - a[0]);
                    let y = a[1] + p * (c[1] - a[1]) + q * (e[1] - a[1]);
                    if let Some(i) = index(x, y) {
                        built.area_m2[i] += part;
                        built.volume_m3[i] += part * b.height_m;
                    }
                }
            }
        }
        for s in spots {
            if let Some(i) = index(f64::from(s.x_m), f64::from(s.y_m)) {
                built.has_home[i] = true;
            }
        }
        let side = grid.cell_m;
        let marks: Vec<bool> = (0..grid.len())
            .map(|i| {
                let (col, row) = grid.col_row(i);
                let centre = [(col as f64 + 0.5) * side, height_m - (row as f64 + 0.5) * side];
                built.area_m2[i] > 0.0 || site.mask.at(centre[0], centre[1]) == Taken::Street
            })
            .collect();
        built.is_near = widen(grid, &marks, (YARD_M / side).round().max(1.0) as usize);
        built
    }
}

/// Marks every pixel with a mark within `reach` columns and rows.
fn widen(grid: &GridRef, marks: &[bool], reach: usize) -> Vec<bool> {
    let near = |i: usize, n: usize| i.saturating_sub(reach)..(i + reach + 1).min(n);
    let along_rows: Vec<bool> = (0..grid.len())
        .map(|i| {
            let (col, row) = grid.col_row(i);
            near(col, grid.n_cols).any(|c| marks[grid.idx(c, row)])
        })
        .collect();
    (0..grid.len())
        .map(|i| {
            let (col, row) = grid.col_row(i);
            near(row, grid.n_rows).any(|r| along_rows[grid.idx(col, r)])
        })
        .collect()
}

/// What is not built, by character: cover, sealed percent, tree percent (A).
fn yard(character: Character, draw: f32) -> (Cover, f32, f32) {
    match character {
        Character::OldCentre => (if draw < 0.45 { Cover::Garden } else { Cover::Paved }, 78.0, 6.0),
        Character::NineteenthCenturyRing => (if draw < 0.75 { Cover::Garden } else { Cover::Paved }, 55.0, 10.0),
        Character::PostWarFlats => (if draw < 0.2 { Cover::Paved } else { Cover::Grass }, 28.0, 18.0),
        Character::GardenSuburb => (Cover::Garden, 26.0, 24.0),
        Character::NewEstate => (if draw < 0.12 { Cover::Paved } else { Cover::Garden }, 42.0, 9.0),
        Character::Business => (if draw < 0.6 { Cover::Paved } else { Cover::Grass }, 66.0, 7.0),
        Character::Industry => (if draw < 0.8 { Cover::Paved } else { Cover::Grass }, 82.0, 2.0),
        Character::Open | Character::Mixed => (Cover::Grass, 10.0, 10.0),
    }
}

/// One pixel of every raster.
#[derive(Clone, Copy)]
struct Pixel {
    elevation_m: f32,
    cover: Cover,
    height_dm: u16,
    sealed_pct: u8,
    tree_pct: u8,
}

/// Makes the rasters with `k` × `k` pixels to a social cell.
pub fn ground(site: &Site<'_>, buildings: &[Building], spots: &[Spot], k: usize, draws: Draws) -> Ground {
    let grid = site.plan.grid.split(k);
    let built = Built::new(site, &grid, buildings, spots);
    let pixels: Vec<Pixel> = (0..grid.n_rows)
        .into_par_iter()
        .flat_map_iter(|row| {
            let (built, grid) = (&built, &grid);
            (0..grid.n_cols).map(move |col| pixel(site, grid, built, k, col, row, draws))
        })
        .collect();
    let raster = |values| Raster { grid, values };
    Ground {
        k,
        elevation_m: raster(pixels.iter().map(|p| p.elevation_m).collect()),
        cover: Raster { grid, values: pixels.iter().map(|p| p.cover).collect() },
        building_height_dm: Raster { grid, values: pixels.iter().map(|p| p.height_dm).collect() },
        sealed_pct: Raster { grid, values: pixels.iter().map(|p| p.sealed_pct).collect() },
        tree_pct: Raster { grid, values: pixels.iter().map(|p| p.tree_pct).collect() },
    }
}

fn pixel(site: &Site<'_>, grid: &GridRef, built: &Built, k: usize, col: usize, row: usize, draws: Draws) -> Pixel {
    let i = grid.idx(col, row);
    let side = grid.cell_m;
    let height_m = grid.n_rows as f64 * side;
    let corner = [col as f64 * side, height_m - (row as f64 + 1.0) * side];
    let centre = [corner[0] + side / 2.0, corner[1] + side / 2.0];
    let n = (side / super::mask::MASK_M).ceil() as usize;
    let (mut water, mut road, mut rail, mut dike) = (0, 0, 0, 0);
    for a in 0..n {
        for b in 0..n {
            let step = side / n as f64;
            let p = [corner[0] + (a as f64 + 0.5) * step, corner[1] + (b as f64 + 0.5) * step];
            match site.mask.at(p[0], p[1]) {
                Taken::River | Taken::Canal => water += 1,
                Taken::Road | Taken::Street => road += 1,
                Taken::Rail => rail += 1,
                Taken::Dike | Taken::Foreland => dike += 1,
                Taken::Free | Taken::Building => {}
            }
        }
    }
    let all = (n * n) as f32;
    let share = |count: i32| count as f32 / all;
    let cell = site.plan.grid.idx(col / k, row / k);
    let hood = site.partition.hood_of_cell[cell];
    let use_ = site.land.uses[cell];
    let words = draws.block(GROUND, i as u64, 0);
    let [draw, draw_tree] = [unit(words[0]), unit(words[1])];
    let building = (built.area_m2[i] / (side * side) as f32).min(1.0);
    let is_building = built.has_home[i] || building >= BUILDING_SHARE;

    let (open_cover, open_sealed, open_tree) = match use_ {
        Use::Park => {
            let is_grove = site.plan.is_grove(centre);
            (if is_grove { Cover::Trees } else { Cover::Grass }, 6.0, if is_grove { 75.0 } else { 8.0 })
        }
        Use::Built(character) if hood != NO_NEIGHBOURHOOD && built.is_near[i] => yard(character, draw),
        Use::Built(_) => (Cover::Grass, 4.0, 12.0),
        _ if site.plan.is_wood(centre) => (Cover::Trees, 0.0, 80.0),
        _ => (Cover::Grass, 1.0, 3.0),
    };
    let cover = if is_building {
        Cover::Building
    } else if share(water) >= 0.5 {
        Cover::Water
    } else if share(road) >= 0.5 {
        Cover::Paved
    } else if share(rail) >= 0.5 || share(dike) >= 0.5 {
        Cover::Grass
    } else {
        open_cover
    };
    let street = share(road) * (1.0 - building);
    let rest = (1.0 - building - street).max(0.0);
    let (sealed, tree) = match cover {
        Cover::Water => (0.0, 0.0),
        Cover::Grass if share(rail) + share(dike) >= 0.5 => (12.0, 2.0),
        _ => {
            let street_trees = if matches!(use_, Use::Built(_)) { 14.0 } else { 3.0 };
            let tree = (rest * open_tree + street * street_trees) * (0.5 + draw_tree);
            (100.0 * building + 95.0 * street + open_sealed * rest, tree)
        }
    };
    let height_dm = if cover == Cover::Building {
        let mean = built.volume_m3[i] / built.area_m2[i].max(1e-3);
        (mean * 10.0).round().max(25.0) as u16
    } else {
        0
    };
    let elevation_m =
        if cover == Cover::Water { site.plan.water_level(centre) } else { site.plan.ground_level(centre, 0.75 * side) };
    Pixel {
        elevation_m: elevation_m as f32,
        cover,
        height_dm,
        sealed_pct: sealed.round().clamp(0.0, 100.0) as u8,
        tree_pct: tree.round().clamp(0.0, 100.0 * (1.0 - building)) as u8,
    }
}
