//! Houses inside a pixel: how much of it they cover, and how many square metres of wall look into its streets.
//!
//! From the city's building outlines, drawn on a mask of some 2 m with their heights. A wall belongs to the pixel of the
//! ground before it, and counts for what of it stands above the roof next door (party walls do not count). In a city
//! without outlines every pixel of buildings holds one square block.
//!
//! Streets are taken as canyons with walls on both sides (Oke 1987; Masson 2000, the town energy balance): with λp the
//! share under roofs and λw the area of walls over that of the pixel,
//!
//! * height over width: λw / (2 (1 − λp))
//! * sky that the floor sees: √((h/w)² + 1) − h/w
//! * walls take the rest of what the top of the canyon exchanges with the sky: 1 − that
//! * light and infrared are trapped as in a hollow whose opening is 1 / (1 + 2 h/w) of its inner surface (M)
//!
//! Limits: courtyards count as streets; a wall between two masks' cells may be missed by a metre.

use rayon::prelude::*;

use crate::city::{Building, City, Cover};
use crate::gis::GridRef;

/// Side of the mask's cells, m.
const MASK_M: f64 = 2.0;
/// How far before a wall its ground is looked for, m: beyond any cell whose middle lies in the house.
const BEFORE_M: f64 = 1.5;
/// Longest piece of a wall that is given to one pixel, m.
const PIECE_M: f64 = 4.0;
/// Most of a pixel that roofs can cover.
const MOST_BUILT: f32 = 0.95;

/// Roofs and walls of every pixel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fabric {
    /// Share of the pixel under roofs, λp.
    pub built: Vec<f32>,
    /// Area of walls over that of the pixel, λw.
    pub wall: Vec<f32>,
}

impl Fabric {
    /// Of `city` as it was built.
    pub fn of(city: &City) -> Fabric {
        if city.buildings.is_empty() { Fabric::of_blocks(city) } else { Fabric::of_outlines(city) }
    }

    /// One square block in every pixel of buildings.
    fn of_blocks(city: &City) -> Fabric {
        let ground = &city.ground;
        let cell_m = ground.elevation_m.grid.cell_m as f32;
        let built = ground.cover.values.iter().zip(&ground.sealed_pct.values).map(|(cover, sealed)| match cover {
            Cover::Building => super::ground::ROOF_SHARE * 0.01 * f32::from(*sealed),
            _ => 0.0,
        });
        let built: Vec<f32> = built.collect();
        let wall = built.iter().zip(&ground.building_height_dm.values);
        let wall = wall.map(|(b, height)| 0.4 * f32::from(*height) * b.sqrt() / cell_m).collect();
        Fabric { built, wall }
    }

    fn of_outlines(city: &City) -> Fabric {
        let grid = city.ground.elevation_m.grid;
        let parts = (grid.cell_m / MASK_M).round().max(1.0) as usize;
        let mask = Mask::of(&city.buildings, &grid, parts);
        let share = 1.0 / (parts * parts) as f32;
        let mut fabric = Fabric { built: vec![0.0; grid.len()], wall: vec![0.0; grid.len()] };
        fabric.built.par_chunks_mut(grid.n_cols.max(1)).enumerate().for_each(|(row, line)| {
            for (col, built) in line.iter_mut().enumerate() {
                let rows = mask.height_dm.chunks(mask.n_cols).skip(row * parts).take(parts);
                let roofs = rows.flat_map(|r| &r[col * parts..(col + 1) * parts]).filter(|h| **h > 0).count();
                *built = (roofs as f32 * share).min(MOST_BUILT);
            }
        });
        let area_m2 = (grid.cell_m * grid.cell_m) as f32;
        // Added building by building, so that no sum depends on threads.
        let found: Vec<Vec<(usize, f32)>> = city.buildings.par_iter().map(|b| mask.walls(b, &grid)).collect();
        found.iter().flatten().for_each(|(pixel, m2)| fabric.wall[*pixel] += m2 / area_m2);
        fabric
    }

    /// The same with `times` as much wall.
    pub fn with_walls(&self, times: f32) -> Fabric {
        Fabric { built: self.built.clone(), wall: self.wall.iter().map(|w| times * w).collect() }
    }

    /// The canyon of pixel `p`: height over width.
    pub fn aspect(&self, p: usize) -> f32 {
        self.wall[p] / (2.0 * (1.0 - self.built[p]))
    }
}

/// Sky that the floor of a canyon sees.
pub fn floor_view(aspect: f32) -> f32 {
    (aspect * aspect + 1.0).sqrt() - aspect
}

/// Share of what comes in that a canyon throws back, whose walls throw back `share` each time.
pub fn trapped(share: f32, aspect: f32) -> f32 {
    let opening = 1.0 / (1.0 + 2.0 * aspect);
    share * opening / (1.0 - share * (1.0 - opening))
}

/// Heights of roofs on cells of some 2 m, rows from the north.
struct Mask {
    n_cols: usize,
    n_rows: usize,
    cell_m: f64,
    height_m: f64,
    height_dm: Vec<u16>,
}

impl Mask {
    fn of(buildings: &[Building], grid: &GridRef, parts: usize) -> Mask {
        let (n_cols, n_rows) = (grid.n_cols * parts, grid.n_rows * parts);
        let cell_m = grid.cell_m / parts as f64;
        let height_m = n_rows as f64 * cell_m;
        let mut mask = Mask { n_cols, n_rows, cell_m, height_m, height_dm: vec![0; n_cols * n_rows] };
        buildings.iter().for_each(|b| mask.draw(b));
        mask
    }

    fn row_of(&self, y_m: f64) -> f64 {
        (self.height_m - y_m) / self.cell_m
    }

    fn draw(&mut self, b: &Building) {
        let height_dm = tenths_of_metres(b.height_m);
        let ys = || b.ring_m.iter().map(|p| self.row_of(f64::from(p[1])));
        let (top, bottom) = (ys().fold(f64::INFINITY, f64::min), ys().fold(f64::NEG_INFINITY, f64::max));
        let rows = |v: f64| v.round().clamp(0.0, self.n_rows as f64) as usize;
        let mut crossings = Vec::new();
        for row in rows(top)..rows(bottom) {
            let y = row as f64 + 0.5;
            crossings.clear();
            for pair in b.ring_m.windows(2) {
                let [(xa, ya), (xb, yb)] =
                    [pair[0], pair[1]].map(|p| (f64::from(p[0]) / self.cell_m, self.row_of(f64::from(p[1]))));
                if (ya <= y) != (yb <= y) {
                    crossings.push(xa + (y - ya) / (yb - ya) * (xb - xa));
                }
            }
            crossings.sort_by(f64::total_cmp);
            for pair in crossings.chunks_exact(2) {
                let cols = |v: f64| v.round().clamp(0.0, self.n_cols as f64) as usize;
                for cell in &mut self.height_dm[row * self.n_cols..][cols(pair[0])..cols(pair[1])] {
                    *cell = (*cell).max(height_dm);
                }
            }
        }
    }

    fn at(&self, x_m: f64, y_m: f64) -> u16 {
        let (col, row) = ((x_m / self.cell_m).floor(), self.row_of(y_m).floor());
        let inside = col >= 0.0 && row >= 0.0 && col < self.n_cols as f64 && row < self.n_rows as f64;
        if inside { self.height_dm[row as usize * self.n_cols + col as usize] } else { 0 }
    }

    /// Walls of one building: pixel before them and m².
    fn walls(&self, b: &Building, grid: &GridRef) -> Vec<(usize, f32)> {
        let ring: Vec<[f64; 2]> = b.ring_m.iter().map(|p| p.map(f64::from)).collect();
        let twice_area: f64 = ring.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum();
        let outward = if twice_area > 0.0 { 1.0 } else { -1.0 };
        let own_dm = tenths_of_metres(b.height_m);
        let mut found = Vec::new();
        for pair in ring.windows(2) {
            let [[ax, ay], [bx, by]] = [pair[0], pair[1]];
            let length = libm::hypot(bx - ax, by - ay);
            if length < 0.01 {
                continue;
            }
            let n = (length / PIECE_M).ceil().clamp(1.0, 1e4);
            // A ring that runs against the clock has its outside on the right.
            let (ex, ey) = (outward * BEFORE_M * (by - ay) / length, -outward * BEFORE_M * (bx - ax) / length);
            for i in 0..n as usize {
                let t = (i as f64 + 0.5) / n;
                let (x, y) = (ax + t * (bx - ax) + ex, ay + t * (by - ay) + ey);
                let above_dm = own_dm.saturating_sub(self.at(x, y));
                let pixel = grid.cell_at(grid.west_m + x, grid.south_m() + y);
                if let Some(pixel) = pixel.filter(|_| above_dm > 0) {
                    found.push((pixel, (length / n * 0.1 * f64::from(above_dm)) as f32));
                }
            }
        }
        found
    }
}

fn tenths_of_metres(height_m: f32) -> u16 {
    (height_m * 10.0).round().clamp(1.0, 65_535.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: GridRef = GridRef { west_m: 100.0, north_m: 500.0, cell_m: 20.0, n_cols: 6, n_rows: 5 };

    fn house(west_m: f32, south_m: f32, east_m: f32, north_m: f32, height_m: f32) -> Building {
        let ring_m =
            vec![[west_m, south_m], [east_m, south_m], [east_m, north_m], [west_m, north_m], [west_m, south_m]];
        Building { ring_m, height_m, neighbourhood: 0 }
    }

    fn walls_m2(buildings: &[Building]) -> Vec<f32> {
        let mask = Mask::of(buildings, &GRID, 10);
        let mut m2 = vec![0.0; GRID.len()];
        buildings.iter().flat_map(|b| mask.walls(b, &GRID)).for_each(|(pixel, area)| m2[pixel] += area);
        m2
    }

    #[test]
    fn walls_face_the_ground_before_them_and_party_walls_do_not_count() {
        // A house of 20 × 20 m that fills pixel (2, 2): each of its four walls faces the pixel next to it.
        let alone = walls_m2(&[house(40.0, 40.0, 60.0, 60.0, 9.0)]);
        for (col, row) in [(1, 2), (3, 2), (2, 1), (2, 3)] {
            assert!((alone[GRID.idx(col, row)] - 180.0).abs() < 0.1, "{alone:?}");
        }
        assert!((alone.iter().sum::<f32>() - 720.0).abs() < 0.5);
        // A lower neighbour in the east, its ring the other way round: 3 m of the party wall stand above its roof.
        let mut low = house(60.0, 40.0, 80.0, 60.0, 6.0);
        low.ring_m.reverse();
        let pair = walls_m2(&[house(40.0, 40.0, 60.0, 60.0, 9.0), low]);
        assert!((pair[GRID.idx(3, 2)] - 60.0).abs() < 0.1, "{pair:?}");
        assert_eq!(pair[GRID.idx(2, 2)], 0.0);
        assert!((pair.iter().sum::<f32>() - (540.0 + 60.0 + 360.0)).abs() < 0.5);
    }

    #[test]
    fn the_mask_holds_the_area_of_a_house() {
        let mask = Mask::of(&[house(43.0, 41.0, 57.0, 55.0, 7.5)], &GRID, 10);
        let covered = mask.height_dm.iter().filter(|h| **h == 75).count();
        assert!((covered as f64 * 4.0 - 196.0).abs() < 30.0, "{covered}");
        assert_eq!((mask.at(50.0, 50.0), mask.at(50.0, 60.0), mask.at(-5.0, 50.0)), (75, 0, 0));
    }

    #[test]
    fn a_canyon_as_high_as_wide_sees_what_masson_says() {
        // Masson (2000): √2 − 1 = 0.414 for h/w = 1; flat ground sees all.
        assert!((floor_view(1.0) - 0.41421).abs() < 1e-4);
        assert_eq!((floor_view(0.0), trapped(0.2, 0.0)), (1.0, 0.2));
        // A third of the inner surface is open: 0.2/3 / (1 − 0.2·2/3) = 0.0769.
        assert!((trapped(0.2, 1.0) - 0.076_923).abs() < 1e-5);
    }
}
