//! Which cells are built on, and with what: the city grows from its market square along its radial roads.
//!
//! Cells are taken in the order of a score, the distance to the market square in city radii, shortened near radial
//! roads, lengthened across the river and by smooth noise. Blobs of business, industry and park are reserved first. The
//! characters follow the order of building: old centre, nineteenth-century ring, then garden suburbs and post-war flats
//! side by side, and new estates outside.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use super::config::{BUILT, CityConfig};
use super::mask::{Mask, Taken};
use super::noise::Noise;
use super::plan::{Plan, Point, urbanity};
use crate::city::{Character, LineKind, NetworkLine};
use crate::gis::GridRef;
use crate::sim::draws::{Draws, Stream, unit};

const LAND: Stream = Stream::named("city.generate.land");

/// What a cell is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Countryside.
    Field,
    /// River, mostly.
    Water,
    /// Park within the city.
    Park,
    /// Built up.
    Built(Character),
}

/// Sizes of the parts of a city, before anything has a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Programme {
    /// Cells per character, in the order of [`BUILT`].
    pub cells: [f64; 7],
    /// Residents per hectare per character, in the order of [`BUILT`].
    pub density: [f64; 7],
    /// Density against a city of 100,000.
    pub thin: f64,
    /// Cells of park.
    pub park_cells: f64,
}

impl Programme {
    /// Areas from shares and densities. A small place is less dense, has less of what only cities have (ring, flats,
    /// offices, industry) and more garden suburb and new estate instead (A).
    pub fn new(config: &CityConfig) -> Programme {
        let urban = urbanity(config.residents);
        let residents = f64::from(config.residents);
        let thin = libm::pow(residents / 100_000.0, 0.10).clamp(0.62, 1.22);
        let mut shares = BUILT.map(|c| {
            let share = config.residents_share.of(c);
            match c {
                Character::NineteenthCenturyRing | Character::PostWarFlats => share * urban,
                Character::Business | Character::Industry if residents < 15_000.0 => 0.0,
                // The core of a village is a good part of it.
                Character::OldCentre => share.max(0.3 - 0.6 * urban),
                _ => share,
            }
        });
        let sum: f64 = shares.iter().sum();
        let whole: f64 = BUILT.iter().map(|&c| config.residents_share.of(c)).sum();
        let calm = shares[3] + shares[4];
        for share in &mut shares[3..5] {
            *share *= if calm > 0.0 { (calm + whole - sum) / calm } else { 1.0 };
        }
        let sum: f64 = shares.iter().sum();
        let density = BUILT.map(|c| config.density_per_ha.of(c) * thin);
        let cells = std::array::from_fn(|i| residents * shares[i] / sum / density[i]);
        Programme { cells, density, thin, park_cells: config.park_ha_per_1000 * residents / 1_000.0 }
    }

    /// Residents per hectare in a character.
    pub fn density_of(&self, character: Character) -> f64 {
        BUILT.iter().position(|&c| c == character).map_or(0.0, |i| self.density[i])
    }

    /// All cells together.
    pub fn total_cells(&self) -> f64 {
        self.cells.iter().sum::<f64>() + self.park_cells
    }
}

/// The use of every cell.
#[derive(Debug, Clone)]
pub struct LandUse {
    /// One per cell.
    pub uses: Vec<Use>,
    /// Share of each cell that can be built on.
    pub buildable: Vec<f64>,
}

/// Neighbours of a cell in the four directions.
pub fn neighbours(grid: &GridRef, cell: usize) -> impl Iterator<Item = usize> + use<> {
    let (col, row) = grid.col_row(cell);
    let (n_cols, n_rows) = (grid.n_cols, grid.n_rows);
    let west = (col > 0).then(|| cell - 1);
    let east = (col + 1 < n_cols).then(|| cell + 1);
    let north = (row > 0).then(|| cell - n_cols);
    let south = (row + 1 < n_rows).then(|| cell + n_cols);
    [north, west, east, south].into_iter().flatten()
}

/// Centre of a cell, m from the west and south edge.
pub fn centre_of(grid: &GridRef, cell: usize) -> Point {
    let (x, y) = grid.centre(cell);
    [x - grid.west_m, y - grid.south_m()]
}

impl LandUse {
    /// Decides the use of every cell.
    pub fn new(plan: &Plan, mask: &Mask, programme: &Programme, config: &CityConfig, draws: Draws) -> LandUse {
        let grid = plan.grid;
        let water = mask.share_per_cell(&grid, Taken::is_water);
        let outside = mask.share_per_cell(&grid, |t| matches!(t, Taken::Foreland | Taken::Dike));
        let buildable: Vec<f64> = water.iter().zip(&outside).map(|(w, o)| (1.0 - w - o).clamp(0.0, 1.0)).collect();
        let uses: Vec<Use> = water.iter().map(|&w| if w > 0.6 { Use::Water } else { Use::Field }).collect();
        let mut land = LandUse { uses, buildable };
        let scores = Scores::new(plan, draws, config);
        land.reserve(plan, programme, config, &scores, draws);
        land.fill(&grid, programme, &scores);
        land.tidy(&grid, programme);
        land.give_character(plan, programme, &scores);
        land
    }

    fn is_free(&self, cell: usize) -> bool {
        self.uses[cell] == Use::Field && self.buildable[cell] >= 0.4
    }

    /// Takes a connected blob of about `n` free cells round `from`.
    fn blob(&mut self, grid: &GridRef, from: Point, n: usize, make: Use, rough: &Noise) {
        let Some(start) = (0..grid.len()).filter(|&c| self.is_free(c)).min_by(|&a, &b| {
            super::plan::dist(centre_of(grid, a), from).total_cmp(&super::plan::dist(centre_of(grid, b), from))
        }) else {
            return;
        };
        let mut queue = BinaryHeap::from([Reverse((0_u64, start))]);
        let mut seen = BTreeSet::from([start]);
        let mut left = n;
        while let Some(Reverse((_, cell))) = queue.pop() {
            if left == 0 {
                break;
            }
            self.uses[cell] = make;
            left -= 1;
            for next in neighbours(grid, cell) {
                if self.is_free(next) && seen.insert(next) {
                    let p = centre_of(grid, next);
                    let cost = super::plan::dist(p, from) * (1.0 + 0.35 * rough.at(p[0], p[1]));
                    queue.push(Reverse(((cost * 8.0) as u64, next)));
                }
            }
        }
    }

    /// Sets land apart for the old centre, business, industry and parks.
    fn reserve(&mut self, plan: &Plan, programme: &Programme, config: &CityConfig, scores: &Scores, draws: Draws) {
        let grid = plan.grid;
        let draw = |key: u64| f64::from(unit(draws.block(LAND, key, 0)[0]));
        for cell in 0..grid.len() {
            let p = centre_of(&grid, cell);
            let inside = super::plan::dist(p, plan.centre) <= plan.old_radius_m && plan.river_distance(p) > 0.0;
            if self.is_free(cell) && inside {
                self.uses[cell] = Use::Built(Character::OldCentre);
            }
        }
        let r = plan.radius_m;
        let business = programme.cells[5].round() as usize;
        let mut at: Vec<Point> = Vec::new();
        if let Some(&station) = plan.stations.first() {
            // Offices stand behind the station, and where main roads meet the motorway.
            let (s, t) = plan.frame(station);
            at.push(plan.place(s + 0.05 * r, t + 260.0));
        }
        for radial in &plan.radials {
            if let Some(&p) = radial.iter().find(|&&p| plan.reach(p) > 0.86) {
                at.push(p);
            }
        }
        let n_blobs = (business / 75 + 1).min(at.len().max(1));
        let turn = 1 + (draw(1) * 3.0) as usize;
        for i in 0..n_blobs {
            if business >= 20 && !at.is_empty() {
                let place = if i == 0 { at[0] } else { at[1 + (i * turn) % (at.len() - 1).max(1)] };
                self.blob(&grid, place, business / n_blobs, Use::Built(Character::Business), &scores.rough);
            }
        }
        let industry = programme.cells[6].round() as usize;
        let n_blobs = (industry / 130 + 1).min(5);
        for i in 0..n_blobs {
            if industry >= 20 {
                // Downstream along the river, on alternating banks; what does not fit there, upstream.
                let downstream = if draw(2) < 0.5 { 1.0 } else { -1.0 };
                let s = r * [0.80, 0.86, 1.12, -0.98, -1.02][i] * downstream;
                let bank = if i % 2 == 0 { 1.0 } else { -1.0 };
                let place = plan.on_bank(s, bank * (plan.dike_offset() + 60.0 + 0.1 * r));
                self.blob(&grid, place, industry / n_blobs, Use::Built(Character::Industry), &scores.rough);
            }
        }
        let parks = programme.park_cells;
        let n_parks = (1.0 + f64::from(config.residents) / 22_000.0).round() as usize;
        // One large park, the others of equal size, on a spiral of golden angles.
        let first = draw(3) * std::f64::consts::TAU;
        for i in 0..n_parks {
            let largest = if n_parks == 1 { parks } else { (0.34 * parks).min(110.0) };
            let n = if i == 0 { largest } else { (parks - largest) / (n_parks - 1) as f64 }.round() as usize;
            if n == 0 {
                continue;
            }
            let a = first + i as f64 * 2.399_963;
            let spread = (0.08 + 0.8 * ((0.2 + i as f64 * 0.618) % 1.0)).sqrt();
            let rho = (r * spread).max(plan.old_radius_m + 250.0);
            let (sin, cos) = libm::sincos(a);
            let place = plan.place(rho * cos, rho * sin);
            self.blob(&grid, place, n, Use::Park, &scores.rough);
        }
    }

    /// Builds homes on the cells with the lowest scores.
    fn fill(&mut self, grid: &GridRef, programme: &Programme, scores: &Scores) {
        let have: f64 = (0..grid.len())
            .filter(|&c| self.uses[c] == Use::Built(Character::OldCentre))
            .map(|c| self.buildable[c])
            .sum();
        let mut want = programme.cells[..5].iter().sum::<f64>() - have;
        let mut order: Vec<(f64, usize)> =
            (0..grid.len()).filter(|&c| self.is_free(c)).map(|c| (scores.growth[c], c)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, cell) in order {
            if want <= 0.0 {
                break;
            }
            self.uses[cell] = Use::Built(Character::Mixed);
            want -= self.buildable[cell];
        }
    }

    /// Gives up scattered specks and makes parks of fields that the city encloses.
    fn tidy(&mut self, grid: &GridRef, programme: &Programme) {
        let smallest = (programme.total_cells() / 12.0).clamp(3.0, 14.0) as usize;
        let groups = components(grid, |c| matches!(self.uses[c], Use::Built(_) | Use::Park));
        let largest = groups.iter().map(Vec::len).max().unwrap_or(0);
        let mut given_up = 0.0;
        for group in groups {
            let homes = group.iter().filter(|&&c| self.uses[c] == Use::Built(Character::Mixed)).count();
            if group.len() < largest && homes < smallest {
                for c in group {
                    if self.uses[c] != Use::Built(Character::Business)
                        && self.uses[c] != Use::Built(Character::Industry)
                    {
                        given_up += if self.uses[c] == Use::Park { 0.0 } else { self.buildable[c] };
                        self.uses[c] = Use::Field;
                    }
                }
            }
        }
        for group in components(grid, |c| self.uses[c] == Use::Field) {
            let at_edge = group.iter().any(|&c| neighbours(grid, c).count() < 4);
            if !at_edge && group.len() <= 60 {
                for c in group {
                    let by_water = neighbours(grid, c).any(|n| self.uses[n] == Use::Water);
                    // Narrow strips along the river are quays; enclosed fields are allotments and parks.
                    if self.buildable[c] >= 0.4 && given_up > 0.0 && !by_water {
                        self.uses[c] = Use::Built(Character::Mixed);
                        given_up -= self.buildable[c];
                    } else {
                        self.uses[c] = Use::Park;
                    }
                }
            }
        }
    }

    /// Decides the character of the homes that have none yet.
    fn give_character(&mut self, plan: &Plan, programme: &Programme, scores: &Scores) {
        let grid = plan.grid;
        let mut cells: Vec<usize> = (0..grid.len()).filter(|&c| self.uses[c] == Use::Built(Character::Mixed)).collect();
        let area: f64 = cells.iter().map(|&c| self.buildable[c]).sum();
        let planned: f64 = programme.cells[1..5].iter().sum();
        let scale = if planned > 0.0 { area / planned } else { 0.0 };
        let mut take = |land: &mut LandUse, score: &[f64], want: f64, character: Character| {
            cells.sort_by(|&a, &b| score[a].total_cmp(&score[b]).then(a.cmp(&b)));
            let mut left = want * scale;
            cells.retain(|&c| {
                let taken = left > 0.0;
                if taken {
                    left -= land.buildable[c];
                    land.uses[c] = Use::Built(character);
                }
                !taken
            });
        };
        take(self, &scores.ring, programme.cells[1], Character::NineteenthCenturyRing);
        take(self, &scores.new, programme.cells[4], Character::NewEstate);
        take(self, &scores.flats, programme.cells[2], Character::PostWarFlats);
        take(self, &scores.flats, f64::MAX, Character::GardenSuburb);
    }
}

/// Connected groups of the cells for which `is_in` holds, largest index last within each, in order of first cell.
pub fn components(grid: &GridRef, is_in: impl Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let mut seen = vec![false; grid.len()];
    let mut groups = Vec::new();
    for start in 0..grid.len() {
        if seen[start] || !is_in(start) {
            continue;
        }
        seen[start] = true;
        let mut group = vec![start];
        let mut next = 0;
        while next < group.len() {
            for n in neighbours(grid, group[next]) {
                if !seen[n] && is_in(n) {
                    seen[n] = true;
                    group.push(n);
                }
            }
            next += 1;
        }
        group.sort_unstable();
        groups.push(group);
    }
    groups
}

/// Scores per cell; low values are taken first.
struct Scores {
    rough: Noise,
    growth: Vec<f64>,
    ring: Vec<f64>,
    new: Vec<f64>,
    flats: Vec<f64>,
}

impl Scores {
    fn new(plan: &Plan, draws: Draws, config: &CityConfig) -> Scores {
        let grid = plan.grid;
        let r = plan.radius_m;
        let noise =
            |key: u64, share: f64, least: f64| Noise::new(draws, key, plan.size_m, (share * r).max(least), 300.0);
        let (lobes, sectors, late) = (noise(101, 0.5, 300.0), noise(102, 0.42, 420.0), noise(103, 0.5, 400.0));
        let rough = noise(104, 0.0, 230.0);
        let to_road = distance_to_lines(&grid, &plan.lines, &[LineKind::MainRoad]);
        // A village keeps to one bank, a large city hardly cares.
        let barrier = 0.55 - 0.40 * urbanity(config.residents);
        let mut scores = Scores { rough, growth: vec![], ring: vec![], new: vec![], flats: vec![] };
        for (cell, &road_m) in to_road.iter().enumerate() {
            let p = centre_of(&grid, cell);
            let reach = plan.reach(p);
            let across = if plan.river_distance(p) < 0.0 { barrier } else { 0.0 };
            let far_from_road = (road_m / (0.45 * r + 150.0)).min(1.0);
            let growth = reach + across + 0.26 * far_from_road * reach.min(1.0) + 0.20 * lobes.at(p[0], p[1]);
            scores.growth.push(growth + 0.05 * scores.rough.at(p[0], p[1]));
            scores.ring.push(reach + 0.6 * across + 0.10 * lobes.at(p[0], p[1]) + 0.08 * far_from_road);
            scores.new.push(-(growth + 0.35 * late.at(p[0], p[1])));
            scores.flats.push(sectors.at(p[0], p[1]) + 0.10 * reach);
        }
        scores
    }
}

/// Distance from every cell's centre to the nearest line of the given kinds, m (to within a cell).
pub fn distance_to_lines(grid: &GridRef, lines: &[NetworkLine], kinds: &[LineKind]) -> Vec<f64> {
    let mut far = vec![f64::MAX; grid.len()];
    for line in lines.iter().filter(|l| kinds.contains(&l.kind)) {
        let path: Vec<Point> = line.points_m.iter().map(|p| [f64::from(p[0]), f64::from(p[1])]).collect();
        for p in super::plan::along(&path, 40.0) {
            if let Some(cell) = grid.cell_at(grid.west_m + p[0], grid.south_m() + p[1]) {
                far[cell] = 0.0;
            }
        }
    }
    // Two passes of the chamfer distance with steps of 1 and √2 cells.
    let steps =
        [(-1_i64, 0_i64, 1.0), (0, -1, 1.0), (-1, -1, std::f64::consts::SQRT_2), (1, -1, std::f64::consts::SQRT_2)];
    for sign in [1_i64, -1] {
        let order: Vec<usize> = if sign == 1 { (0..grid.len()).collect() } else { (0..grid.len()).rev().collect() };
        for cell in order {
            let (col, row) = grid.col_row(cell);
            for (dc, dr, cost) in steps {
                let (c, r) = (col as i64 + sign * dc, row as i64 + sign * dr);
                if c >= 0 && r >= 0 && c < grid.n_cols as i64 && r < grid.n_rows as i64 {
                    far[cell] = far[cell].min(far[grid.idx(c as usize, r as usize)] + cost * grid.cell_m);
                }
            }
        }
    }
    far
}

/// Direction of the nearest main road at every cell, radians.
pub fn headings(grid: &GridRef, lines: &[NetworkLine]) -> Vec<f32> {
    let mut heading = vec![f32::NAN; grid.len()];
    let mut front = Vec::new();
    for line in lines.iter().filter(|l| l.kind == LineKind::MainRoad) {
        let path: Vec<Point> = line.points_m.iter().map(|p| [f64::from(p[0]), f64::from(p[1])]).collect();
        for w in super::plan::along(&path, 50.0).windows(2) {
            if let Some(cell) = grid.cell_at(grid.west_m + w[0][0], grid.south_m() + w[0][1])
                && heading[cell].is_nan()
            {
                heading[cell] = libm::atan2(w[1][1] - w[0][1], w[1][0] - w[0][0]) as f32;
                front.push(cell);
            }
        }
    }
    while !front.is_empty() {
        let mut next_front = Vec::new();
        for &cell in &front {
            for next in neighbours(grid, cell) {
                if heading[next].is_nan() {
                    heading[next] = heading[cell];
                    next_front.push(next);
                }
            }
        }
        front = next_front;
    }
    heading.iter().map(|h| if h.is_nan() { 0.0 } else { *h }).collect()
}
