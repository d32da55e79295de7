//! Where homes can stand.
//!
//! 1. **Footprints**, where known: outlines of at least 30 m² and 3 m height that are no halls (more than 2,500 m² under
//!    15 m). Up to 10.5 m and 130 m² a house; otherwise flats, storeys × footprint ÷ [`FLAT_GROSS_M2`].
//! 2. **Assumed blocks** for the homes that these cannot hold (all of them, without footprints): on pixels of the
//!    neighbourhood's cells that are not water, park, road or built. Pixels rank by nearness to the neighbourhood's
//!    centre, by a street beside them, and by keyed draws per pixel and per cell. The first take flats, half of the
//!    pixel built, three storeys or as many more as it takes to use no more than 45 % of the pixels (55 % with the
//!    houses); the next take rows of three houses. Flats and houses in the proportion of the table's share of flats.
//!    Grade A throughout.
//!
//! Limit: a block is not a building that exists. Places of single homes mean nothing; their numbers per neighbourhood
//! do.

use super::buildings::Outline;
use super::ground::Pixels;
use super::network::relative;
use crate::city::dwellings::{FLAT_GROSS_M2, STOREY_M, Spot, home_count};
use crate::city::{Building, DwellingKind, Marginals};
use crate::gis::GridRef;
use crate::sim::draws::{Draws, Stream};

const PLACE: Stream = Stream::named("import.place");

/// Share of the pixels that may carry assumed blocks; the rest is street and garden (A).
const MOST_PIXELS: f64 = 0.55;

/// Storeys of an assumed block of flats where there is room enough (A).
const LEAST_STOREYS: f64 = 3.0;

/// What the spots of one neighbourhood are found from.
#[derive(Debug)]
pub struct Site<'a> {
    /// The social grid.
    pub grid: &'a GridRef,
    /// Pixels, to read and to build on.
    pub pixels: &'a mut Pixels,
    /// True where a street runs.
    pub street: &'a [bool],
    /// Index of the neighbourhood.
    pub neighbourhood: u16,
    /// Pixels of its cells.
    pub own: &'a [usize],
    /// Its buildings.
    pub outlines: Vec<&'a Outline>,
    /// Its centre, RD metres.
    pub centre: [f64; 2],
    /// Direction of its streets, radians.
    pub direction: f64,
    /// Share of homes that are flats.
    pub flats_share: f64,
    /// What must be housed.
    pub marginals: &'a Marginals,
}

/// Spots of a neighbourhood, and the blocks that had to be assumed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spots {
    /// Places for homes.
    pub spots: Vec<Spot>,
    /// Outlines of assumed blocks.
    pub blocks: Vec<Building>,
    /// Homes that stand in them.
    pub homes_in_blocks: usize,
    /// Pixels with homes.
    pub pixels: Vec<usize>,
}

impl Site<'_> {
    /// Finds places for all homes of the neighbourhood.
    pub fn find(&mut self, draws: Draws) -> Spots {
        let n_homes = home_count(self.marginals);
        let mut found = Spots::default();
        if n_homes == 0 {
            return found;
        }
        let mut capacity = 0.0;
        let homes: Vec<&Outline> = self.outlines.iter().copied().filter(|o| is_residential(o)).collect();
        for outline in homes {
            let (kind, homes) = kind_and_capacity(outline);
            capacity += homes;
            found.spots.push(self.spot(outline.centre, outline.cell, kind, outline.height_m, outline.area_m2));
            found.pixels.extend(self.pixels.fine.cell_at(outline.centre[0], outline.centre[1]));
        }
        let short = n_homes as f64 - capacity;
        if short > 0.5 {
            found.homes_in_blocks = short.round() as usize;
            self.assume_blocks(short, draws, &mut found);
        }
        found
    }

    fn spot(&self, centre: [f64; 2], cell: usize, kind: DwellingKind, height_m: f64, area_m2: f64) -> Spot {
        let [x_m, y_m] = relative(self.grid, centre);
        Spot {
            x_m,
            y_m,
            cell: cell as u32,
            kind_hint: Some(kind),
            height_m: height_m as f32,
            footprint_m2: area_m2 as f32,
            built_year: None,
        }
    }

    fn assume_blocks(&mut self, short: f64, draws: Draws, found: &mut Spots) {
        let ranked = self.ranked_pixels(draws);
        let pixel_m2 = self.pixels.fine.cell_m * self.pixels.fine.cell_m;
        let allowed = (ranked.len() as f64 * MOST_PIXELS).max(1.0);
        let (flats, houses) = (short * self.flats_share, short * (1.0 - self.flats_share));
        let footprint_m2 = 0.5 * pixel_m2;
        let per_storey = footprint_m2 / f64::from(FLAT_GROSS_M2);

        let mut houses_per_pixel = (pixel_m2 / 130.0).max(1.0).floor();
        let most_for_houses = allowed * if flats > 0.5 { 0.7 } else { 1.0 };
        if houses / houses_per_pixel > most_for_houses {
            houses_per_pixel = (houses / most_for_houses).ceil().min((pixel_m2 / 60.0).max(1.0).ceil());
        }
        let house_pixels = (houses / houses_per_pixel).ceil();
        let room = (allowed - house_pixels).max(1.0);
        let flat_pixels = (flats / (LEAST_STOREYS * per_storey))
            .ceil()
            .min((0.8 * allowed).min(room).floor().max(1.0))
            .max(if flats > 0.5 { 1.0 } else { 0.0 });
        let storeys =
            if flat_pixels > 0.0 { (flats / (flat_pixels * per_storey)).ceil().clamp(1.0, 30.0) } else { 0.0 };

        let (n_flat, n_house) = (flat_pixels as usize, house_pixels as usize);
        let mut chosen: Vec<(usize, bool)> =
            ranked.iter().take(n_flat + n_house).enumerate().map(|(rank, &idx)| (idx, rank < n_flat)).collect();
        // In order of place, so that running sums spread homes evenly and streets stay together.
        chosen.sort_unstable();
        for (idx, is_flat) in chosen {
            if is_flat {
                let (col, row) = self.pixels.fine.col_row(idx);
                // A block varies by a storey with its street.
                let step = draws.block(PLACE, ((row / 4) as u64) << 32 | (col / 4) as u64, 3)[0] % 3;
                let storeys = (storeys + f64::from(step) - 1.0).max(storeys.min(2.0));
                self.block(idx, [0.0, 0.0], [footprint_m2.sqrt(); 2], storeys, found);
            } else {
                let width_m = 0.9 * self.pixels.fine.cell_m / houses_per_pixel.min(3.0);
                for house in 0..houses_per_pixel as usize {
                    let along = (house % 3) as f64 - (houses_per_pixel.min(3.0) - 1.0) / 2.0;
                    let across = if house < 3 { 0.0 } else { 0.45 * self.pixels.fine.cell_m };
                    let depth_m = (0.45 * self.pixels.fine.cell_m).min(10.0);
                    self.block(idx, [along * width_m, across], [width_m, depth_m], 0.0, found);
                }
            }
        }
    }

    /// Builds one assumed building on pixel `idx`, `offset` along and across its street; no storeys means a house.
    fn block(&mut self, idx: usize, offset: [f64; 2], sides: [f64; 2], storeys: f64, found: &mut Spots) {
        let is_house = storeys == 0.0;
        let kind = match storeys {
            s if is_house && s == 0.0 => DwellingKind::Terraced,
            s if s >= 7.0 => DwellingKind::Tower,
            _ => DwellingKind::WalkUp,
        };
        let height_m = if is_house { 2.8 * f64::from(STOREY_M) } else { storeys * f64::from(STOREY_M) };
        let (cx, cy) = self.pixels.fine.centre(idx);
        let (sin, cos) = (libm::sin(self.direction), libm::cos(self.direction));
        let turn = |u: f64, v: f64| [cx + u * cos - v * sin, cy + u * sin + v * cos];
        let [w, d] = [sides[0] / 2.0, sides[1] / 2.0];
        let corners = [(-w, -d), (w, -d), (w, d), (-w, d), (-w, -d)];
        let ring: Vec<[f64; 2]> = corners.iter().map(|(u, v)| turn(offset[0] + u, offset[1] + v)).collect();
        self.pixels.add_building(std::slice::from_ref(&ring), height_m);
        found.blocks.push(Building {
            ring_m: ring.iter().map(|p| relative(self.grid, *p)).collect(),
            height_m: height_m as f32,
            neighbourhood: self.neighbourhood,
        });
        // The home counts for the cell of its pixel even if the turned block reaches over the edge.
        let Some(cell) = self.grid.cell_at(cx, cy) else { return };
        found.spots.push(self.spot(turn(offset[0], offset[1]), cell, kind, height_m, sides[0] * sides[1]));
        if found.pixels.last() != Some(&idx) {
            found.pixels.push(idx);
        }
    }

    /// Pixels that may carry assumed blocks, the best first.
    fn ranked_pixels(&self, draws: Draws) -> Vec<usize> {
        let p = &*self.pixels;
        let dry = |idx: usize| p.water[idx] < 0.3;
        let free = |idx: usize| dry(idx) && p.built[idx] < 0.3 && p.paved[idx] < 0.7;
        let fit = |idx: usize| free(idx) && p.green[idx] < 0.3;
        let pick = |ok: &dyn Fn(usize) -> bool| self.own.iter().copied().filter(|idx| ok(*idx)).collect::<Vec<_>>();
        // Ever less choosy, for neighbourhoods that are all park, all built or all water.
        let mut pixels = [pick(&fit), pick(&free), pick(&dry), self.own.to_vec()]
            .into_iter()
            .find(|pixels| !pixels.is_empty())
            .unwrap_or_default();
        let reach_m = 1.3 * (self.own.len() as f64).sqrt() * p.fine.cell_m / std::f64::consts::PI.sqrt();
        let mut scored: Vec<(f32, usize)> = pixels
            .drain(..)
            .map(|idx| {
                let (x, y) = p.fine.centre(idx);
                let (col, row) = p.fine.col_row(idx);
                let away = (x - self.centre[0]).hypot(y - self.centre[1]) / reach_m;
                let block = ((row / 4) as u64) << 32 | (col / 4) as u64;
                let noise = 0.5 * draws.uniform(PLACE, idx as u64, 0) + 0.7 * draws.uniform(PLACE, block, 1);
                let street = if self.beside_street(idx) { 0.7 } else { 0.0 };
                (noise + street - 0.6 * away.min(2.0) as f32, idx)
            })
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        scored.into_iter().map(|(_, idx)| idx).collect()
    }

    fn beside_street(&self, idx: usize) -> bool {
        let fine = &self.pixels.fine;
        let (col, row) = fine.col_row(idx);
        let cols = col.saturating_sub(1)..(col + 2).min(fine.n_cols);
        (row.saturating_sub(1)..(row + 2).min(fine.n_rows)).any(|r| cols.clone().any(|c| self.street[fine.idx(c, r)]))
    }
}

fn is_residential(outline: &Outline) -> bool {
    let hall = outline.area_m2 > 2_500.0 && outline.height_m < 15.0;
    outline.area_m2 >= 30.0 && outline.height_m >= 3.0 && !hall
}

/// The kind of building and the homes it holds.
fn kind_and_capacity(outline: &Outline) -> (DwellingKind, f64) {
    let (height, area) = (outline.height_m, outline.area_m2);
    if height <= 10.5 && area <= 130.0 {
        return (DwellingKind::Terraced, 1.0);
    }
    if height <= 10.5 && area <= 250.0 {
        return (DwellingKind::Detached, 1.0);
    }
    let storeys = (height / f64::from(STOREY_M)).round().clamp(1.0, 60.0);
    let kind = if height >= 17.0 { DwellingKind::Tower } else { DwellingKind::WalkUp };
    (kind, (area * storeys / f64::from(FLAT_GROSS_M2)).max(1.0))
}

/// Direction in which the edges of `rings` run on the whole, radians in [0, π/2): the mean over edges of four times
/// their angle, weighted by length, so that edges at right angles agree.
pub fn main_direction(rings: &[Vec<[f64; 2]>]) -> f64 {
    let (mut x, mut y) = (0.0, 0.0);
    for edge in rings.iter().flat_map(|ring| ring.windows(2)) {
        let (dx, dy) = (edge[1][0] - edge[0][0], edge[1][1] - edge[0][1]);
        let length = dx.hypot(dy);
        let angle = 4.0 * libm::atan2(dy, dx);
        x += length * libm::cos(angle);
        y += length * libm::sin(angle);
    }
    let quarter = libm::atan2(y, x) / 4.0;
    if quarter < 0.0 { quarter + std::f64::consts::FRAC_PI_2 } else { quarter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_direction_of_a_turned_rectangle() {
        let a = 0.3_f64;
        let turn = |u: f64, v: f64| [u * a.cos() - v * a.sin(), u * a.sin() + v * a.cos()];
        let ring = vec![turn(0.0, 0.0), turn(50.0, 0.0), turn(50.0, 20.0), turn(0.0, 20.0), turn(0.0, 0.0)];
        assert!((main_direction(&[ring]) - 0.3).abs() < 1e-9);
    }

    fn site_spots(residents: u32, households: u32, flats_share: f64) -> (Spots, f32) {
        let grid = GridRef { west_m: 0.0, north_m: 500.0, cell_m: 100.0, n_cols: 5, n_rows: 5 };
        let mut pixels = Pixels::open(grid.split(5));
        for idx in 0..125 {
            pixels.water[idx] = 1.0;
        }
        let own: Vec<usize> = (0..pixels.fine.len()).collect();
        let marginals = Marginals { residents, households, ..Marginals::default() };
        let street = vec![false; own.len()];
        let mut site = Site {
            grid: &grid,
            pixels: &mut pixels,
            street: &street,
            neighbourhood: 0,
            own: &own,
            outlines: vec![],
            centre: [250.0, 250.0],
            direction: 0.0,
            flats_share,
            marginals: &marginals,
        };
        let spots = site.find(Draws::at_start(1));
        let wet = pixels.built[..125].iter().sum();
        (spots, wet)
    }

    #[test]
    fn blocks_hold_all_homes_and_stay_out_of_the_water() {
        for (households, flats) in [(10, 0.0), (500, 0.5), (3_000, 1.0)] {
            let (found, wet) = site_spots(households * 2, households, flats);
            let capacity: f64 = found
                .spots
                .iter()
                .map(|s| match s.kind_hint {
                    Some(DwellingKind::Terraced) => 1.0,
                    _ => {
                        f64::from(s.footprint_m2) * f64::from(s.height_m / STOREY_M).round() / f64::from(FLAT_GROSS_M2)
                    }
                })
                .sum();
            assert!(capacity > 0.85 * f64::from(households), "{capacity} for {households}");
            assert!(wet < 0.5, "{wet}");
        }
    }
}
