//! Streets and buildings of one neighbourhood, laid out on its own street grid by the habits of its time.
//!
//! A frame (u across the streets, v along them) is straight, gently curved (garden suburbs) or round the market square
//! (old centre and ring). Rows of buildings stand on both sides of every street. The kind of each block is drawn so that
//! the recipe's mix of homes comes out; then rows are left out, or storeys added, until the homes fit.

use super::config::CityConfig;
use super::frame::Frame;
use super::landuse::{LandUse, Use};
use super::mask::{Mask, Taken};
use super::partition::{Hood, Partition};
use super::plan::{Path, Plan, Point, dist};
use super::rows::{Habit, Row, habit, row, work_row};
use crate::city::dwellings::{STOREY_M, Spot, home_count};
use crate::city::{Building, Character, DwellingKind, Marginals};
use crate::sim::draws::{Draws, Stream, mix, unit};

const FABRIC: Stream = Stream::named("city.generate.fabric");

/// What is built in one neighbourhood.
#[derive(Debug, Clone, Default)]
pub struct Fabric {
    /// Outlines.
    pub buildings: Vec<Building>,
    /// Where homes can be.
    pub spots: Vec<Spot>,
    /// Street lines, m from the west and south edge.
    pub streets: Vec<Path>,
}

/// What the builder of a neighbourhood knows.
pub struct Site<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What takes up the ground.
    pub mask: &'a Mask,
    /// Use of the cells.
    pub land: &'a LandUse,
    /// Neighbourhoods.
    pub partition: &'a Partition,
    /// Direction of the nearest main road at each cell, radians; the streets follow it.
    pub heading: &'a [f32],
    /// The recipe.
    pub config: &'a CityConfig,
    /// Density against a city of 100,000.
    pub thin: f64,
    /// Draws.
    pub draws: Draws,
}

/// A place for a row of buildings.
struct Candidate {
    centre: Point,
    along: Point,
    length_m: f64,
    depth_m: f64,
    row: Row,
    /// None: a shed or an office.
    kind: Option<DwellingKind>,
    cell: u32,
    /// Rows with low ranks are built first.
    rank: f32,
    draw: f32,
}

impl Site<'_> {
    /// Lays out neighbourhood number `idx`.
    pub fn build(&self, idx: usize, marginals: &Marginals) -> Fabric {
        let hood = &self.partition.hoods[idx];
        let frame = self.frame(idx, hood);
        let home_cells = self.home_cells(idx, hood, marginals);
        let candidates = self.candidates(idx, hood, &frame, &home_cells);
        let mut fabric = Fabric { streets: self.streets(idx, hood, &frame), ..Fabric::default() };
        self.raise(idx, hood, marginals, candidates, &mut fabric);
        if fabric.spots.is_empty() && home_count(marginals) > 0 {
            self.raise_anywhere(idx, hood, &mut fabric);
        }
        fabric
    }

    fn draw(&self, idx: usize, a: u64, b: u64) -> [f32; 4] {
        self.draws.block(FABRIC, mix(FABRIC, (idx as u64) << 40 ^ a, b), 0).map(unit)
    }

    fn frame(&self, idx: usize, hood: &Hood) -> Frame {
        if matches!(hood.character, Character::OldCentre | Character::NineteenthCenturyRing)
            && self.plan.old_radius_m > 190.0
        {
            let far = if hood.character == Character::OldCentre { 0.62 } else { 1.6 };
            return Frame::Round { centre: self.plan.centre, radius_m: self.plan.old_radius_m * far };
        }
        let (cols, n_rows) = (self.plan.grid.n_cols as f64, self.plan.grid.n_rows as f64);
        let cell_m = self.plan.grid.cell_m;
        let (col, row) =
            ((hood.centre[0] / cell_m).clamp(0.0, cols - 1.0), (hood.centre[1] / cell_m).clamp(0.0, n_rows - 1.0));
        let cell = self.plan.grid.idx(col as usize, self.plan.grid.n_rows - 1 - row as usize);
        let [d, bend, ..] = self.draw(idx, 1, 0);
        let angle = f64::from(self.heading[cell]) + if d < 0.5 { std::f64::consts::FRAC_PI_2 } else { 0.0 };
        let (sin, cos) = libm::sincos(angle);
        let bend_m = match hood.character {
            Character::GardenSuburb => 10.0 + 16.0 * f64::from(bend),
            Character::NewEstate if bend < 0.35 => 14.0,
            _ => 0.0,
        };
        Frame::Straight { origin: hood.centre, across: [-sin, cos], along: [cos, sin], bend_m, wave_m: 420.0 }
    }

    /// Cells on which homes may stand: all but parks and work areas; in a work area a cluster big enough for its homes.
    fn home_cells(&self, idx: usize, hood: &Hood, marginals: &Marginals) -> Vec<u32> {
        let is_work = matches!(hood.character, Character::Business | Character::Industry);
        let mut cells: Vec<u32> = hood
            .cells
            .iter()
            .filter(|&&c| match self.land.uses[c] {
                Use::Built(Character::Business | Character::Industry) => is_work,
                Use::Built(_) => true,
                _ => false,
            })
            .map(|&c| c as u32)
            .collect();
        if is_work {
            let per_cell = if hood.character == Character::Business { 45.0 } else { 22.0 };
            let n = (home_count(marginals) as f64 / per_cell).ceil() as usize;
            let pick = (self.draw(idx, 2, 0)[0] * cells.len() as f32) as usize;
            if let Some(&from) = cells.get(pick.min(cells.len().saturating_sub(1))) {
                let place = |c: u32| super::landuse::centre_of(&self.plan.grid, c as usize);
                let start = place(from);
                cells.sort_by(|&a, &b| dist(place(a), start).total_cmp(&dist(place(b), start)).then(a.cmp(&b)));
                cells.truncate(n.max(2));
            }
        }
        cells.sort_unstable();
        cells
    }

    fn cell_at(&self, p: Point) -> Option<usize> {
        let grid = &self.plan.grid;
        grid.cell_at(grid.west_m + p[0], grid.south_m() + p[1])
    }

    /// Range of street numbers and block numbers that cover the neighbourhood.
    fn extent(&self, hood: &Hood, frame: &Frame, habit: &Habit) -> [i64; 4] {
        let (mut u, mut v) = ((f64::MAX, f64::MIN), (f64::MAX, f64::MIN));
        for &cell in &hood.cells {
            let c = super::landuse::centre_of(&self.plan.grid, cell);
            for (dx, dy) in [(-50.0, -50.0), (50.0, -50.0), (-50.0, 50.0), (50.0, 50.0)] {
                let (a, b) = frame.coordinates([c[0] + dx, c[1] + dy]);
                u = (u.0.min(a), u.1.max(a));
                v = (v.0.min(b), v.1.max(b));
            }
        }
        [
            (u.0 / habit.street_m).floor() as i64,
            (u.1 / habit.street_m).ceil() as i64,
            (v.0 / habit.cross_m).floor() as i64,
            (v.1 / habit.cross_m).ceil() as i64,
        ]
    }

    fn candidates(&self, idx: usize, hood: &Hood, frame: &Frame, home_cells: &[u32]) -> Vec<Candidate> {
        let habit = habit(hood.character, self.thin);
        let [u0, u1, v0, v1] = self.extent(hood, frame, &habit);
        let kinds = [DwellingKind::Detached, DwellingKind::Terraced, DwellingKind::WalkUp, DwellingKind::Tower];
        // A block of flats holds more homes than one of houses: fewer blocks give the same share of homes.
        let shares = self.config.home_kinds.of(hood.character);
        let odds: [f64; 4] = std::array::from_fn(|k| {
            let row = row(hood.character, kinds[k]);
            shares[k] * row.pitch_m / row.homes(kinds[k])
        });
        let whole: f64 = odds.iter().sum();
        let mut out = Vec::new();
        for i in u0..=u1 {
            for k in v0..=v1 {
                for side in [-1.0, 1.0] {
                    let block = if side > 0.0 { i } else { i - 1 };
                    let [kind_draw, face_draw, ..] = self.draw(idx, (block as u64) << 8, k as u64);
                    let face_draw = (face_draw + if side > 0.0 { 0.5 } else { 0.0 }) % 1.0;
                    let mut left = f64::from(kind_draw) * whole;
                    let kind = (0..4).find(|&j| {
                        left -= odds[j];
                        left < 0.0
                    });
                    let kind = kinds[kind.unwrap_or(1)];
                    let face = Face { u_line: i as f64 * habit.street_m, block: k, side, draw: face_draw };
                    self.row_of(idx, hood, frame, &habit, &face, kind, home_cells, &mut out);
                }
            }
        }
        out
    }

    /// The candidates along one side of one block.
    #[expect(clippy::too_many_arguments, reason = "one step of `candidates`, apart only for length")]
    fn row_of(
        &self,
        idx: usize,
        hood: &Hood,
        frame: &Frame,
        habit: &Habit,
        face: &Face,
        kind: DwellingKind,
        home_cells: &[u32],
        out: &mut Vec<Candidate>,
    ) {
        let row = row(hood.character, kind);
        let (work_pitch, work_length, work_depth) = work_row(hood.character);
        let usable = habit.cross_m - 2.0 * habit.front_m;
        // Whether a place is for homes or work is known only at the place: try both rows.
        for (pitch, length, depth, home) in
            [(row.pitch_m, row.length_m, row.depth_m, true), (work_pitch, work_length, work_depth, false)]
        {
            let u = face.u_line + face.side * (habit.front_m + depth / 2.0);
            let scale = frame.scale(u);
            if scale < 0.25 {
                continue;
            }
            let n = (usable * scale / pitch).floor().max(1.0);
            let slack = usable * scale - n * pitch;
            for m in 0..n as usize {
                let v = face.block as f64 * habit.cross_m
                    + habit.front_m
                    + (slack / 2.0 + (m as f64 + 0.5) * pitch) / scale;
                let centre = frame.place(u, v);
                let Some(cell) = self.cell_at(centre) else { continue };
                if usize::from(self.partition.hood_of_cell[cell]) != idx {
                    continue;
                }
                let is_home_cell = home_cells.binary_search(&(cell as u32)).is_ok();
                let is_built = matches!(self.land.uses[cell], Use::Built(_));
                if !is_built || is_home_cell != home {
                    continue;
                }
                let (a, b) = (frame.place(u, v - 1.0), frame.place(u, v + 1.0));
                let norm = dist(a, b).max(1e-9);
                let along = [(b[0] - a[0]) / norm, (b[1] - a[1]) / norm];
                let candidate = Candidate {
                    centre,
                    along,
                    length_m: length,
                    depth_m: depth,
                    row,
                    kind: home.then_some(kind),
                    cell: cell as u32,
                    rank: 0.0,
                    draw: 0.0,
                };
                if self.fits(idx, &candidate) {
                    let [draw, single, ..] = self.draw(
                        idx,
                        (face.u_line as i64 as u64) << 9 | u64::from(face.side > 0.0),
                        (face.block * 64 + m as i64) as u64,
                    );
                    out.push(Candidate { rank: 0.75 * face.draw + 0.25 * single, draw, ..candidate });
                }
            }
        }
    }

    /// True if the footprint lies in the neighbourhood's built-up cells and on free ground.
    fn fits(&self, idx: usize, c: &Candidate) -> bool {
        let across = [-c.along[1], c.along[0]];
        let (l, d) = (c.length_m / 2.0 + 1.0, c.depth_m / 2.0 + 1.0);
        let n = (c.length_m / 14.0).ceil().max(1.0) as i32;
        (-n..=n).all(|i| {
            [-1.0, 0.0, 1.0].iter().all(|side| {
                let a = l * f64::from(i) / f64::from(n);
                let p = [
                    c.centre[0] + a * c.along[0] + side * d * across[0],
                    c.centre[1] + a * c.along[1] + side * d * across[1],
                ];
                let mine = self.cell_at(p).is_some_and(|cell| {
                    usize::from(self.partition.hood_of_cell[cell]) == idx
                        && matches!(self.land.uses[cell], Use::Built(_))
                });
                mine && self.mask.at(p[0], p[1]) == Taken::Free
            })
        })
    }

    /// Builds the candidates that are needed.
    fn raise(&self, idx: usize, hood: &Hood, marginals: &Marginals, candidates: Vec<Candidate>, fabric: &mut Fabric) {
        let needed = home_count(marginals) as f64 * 1.01;
        let shops = habit(hood.character, self.thin).shops;
        let (houses, flats): (f64, f64) = candidates.iter().fold((0.0, 0.0), |(h, f), c| match c.kind {
            Some(kind) if Row::is_house(kind) => (h + c.row.homes(kind), f),
            Some(kind) => (h, f + c.row.homes(kind)),
            None => (h, f),
        });
        // Too few: more storeys on the flats. Too many: leave out rows, block face by block face.
        let taller = if flats > 0.0 { ((needed - houses) / flats).clamp(1.0, 2.6) } else { 1.0 };
        let mut order: Vec<usize> = (0..candidates.len()).collect();
        order.sort_by(|&a, &b| candidates[a].rank.total_cmp(&candidates[b].rank).then(a.cmp(&b)));
        let mut have = 0.0;
        let mut is_kept = vec![false; candidates.len()];
        for i in order {
            if let Some(kind) = candidates[i].kind
                && have < needed
            {
                is_kept[i] = true;
                have += candidates[i].row.homes(kind) * if Row::is_house(kind) { 1.0 } else { taller };
            }
        }
        for (c, kept) in candidates.iter().zip(is_kept) {
            match c.kind {
                Some(kind) if kept => self.raise_homes(idx, c, kind, taller, fabric),
                Some(_) => {
                    if f64::from(c.draw) < shops {
                        let height_m =
                            STOREY_M as f64 * (c.row.storeys * (0.7 + 0.5 * f64::from(c.draw))).round().max(1.0);
                        fabric.buildings.push(building(idx, c, height_m));
                    }
                }
                None => {
                    let height_m = match hood.character {
                        // Offices are highest near the main station.
                        Character::Business => {
                            let near =
                                self.plan.stations.first().map_or(0.0, |&s| 1.0 - (dist(s, c.centre) / 900.0).min(1.0));
                            STOREY_M as f64 * (3.0 + 4.0 * f64::from(c.draw) + 12.0 * near * f64::from(c.draw)).round()
                        }
                        _ => 7.0 + 5.0 * f64::from(c.draw),
                    };
                    if c.draw < 0.88 {
                        fabric.buildings.push(building(idx, c, height_m));
                    }
                }
            }
        }
    }

    fn raise_homes(&self, idx: usize, c: &Candidate, kind: DwellingKind, taller: f64, fabric: &mut Fabric) {
        let is_house = Row::is_house(kind);
        let storeys =
            if is_house { 2.0 } else { (c.row.storeys * taller + 1.2 * (f64::from(c.draw) - 0.5)).round().max(2.0) };
        let height_m = if is_house { 8.0 + f64::from(c.draw) } else { f64::from(STOREY_M) * storeys + 0.6 };
        fabric.buildings.push(building(idx, c, height_m));
        let part = c.length_m / c.row.doors as f64;
        for door in 0..c.row.doors {
            let a = (door as f64 + 0.5) * part - c.length_m / 2.0;
            // Rounded first, so that the cell is that of the place as stored.
            let p = [c.centre[0] + a * c.along[0], c.centre[1] + a * c.along[1]].map(|v| v as f32);
            fabric.spots.push(Spot {
                x_m: p[0],
                y_m: p[1],
                cell: self.cell_at(p.map(f64::from)).map_or(c.cell, |cell| cell as u32),
                kind_hint: Some(kind),
                height_m: height_m as f32,
                footprint_m2: (part * c.depth_m) as f32,
                built_year: None,
            });
        }
    }

    /// A block of flats on the first free ground of a neighbourhood too narrow for any row.
    fn raise_anywhere(&self, idx: usize, hood: &Hood, fabric: &mut Fabric) {
        for &cell in &hood.cells {
            let c = super::landuse::centre_of(&self.plan.grid, cell);
            for (dx, dy) in [(0.0, 0.0), (-25.0, 25.0), (25.0, -25.0), (25.0, 25.0), (-25.0, -25.0)] {
                let row = row(Character::NewEstate, DwellingKind::WalkUp);
                let candidate = Candidate {
                    centre: [c[0] + dx, c[1] + dy],
                    along: [1.0, 0.0],
                    length_m: 16.0,
                    depth_m: 14.0,
                    row: Row { doors: 1, ..row },
                    kind: Some(DwellingKind::WalkUp),
                    cell: cell as u32,
                    rank: 0.0,
                    draw: 0.5,
                };
                if self.fits(idx, &candidate) {
                    self.raise_homes(idx, &candidate, DwellingKind::WalkUp, 1.0, fabric);
                }
            }
        }
    }

    fn streets(&self, idx: usize, hood: &Hood, frame: &Frame) -> Vec<Path> {
        let habit = habit(hood.character, self.thin);
        let [u0, u1, v0, v1] = self.extent(hood, frame, &habit);
        let (u_min, u_max) = (u0 as f64 * habit.street_m, u1 as f64 * habit.street_m);
        let (v_min, v_max) = (v0 as f64 * habit.cross_m, v1 as f64 * habit.cross_m);
        let mut streets = Vec::new();
        for i in u0..=u1 {
            let u = i as f64 * habit.street_m;
            let step = 12.0 / frame.scale(u).max(0.2);
            if frame.scale(u) >= 0.25 {
                self.street(
                    idx,
                    &|q| frame.place(u, v_min + q * step),
                    ((v_max - v_min) / step) as usize,
                    frame.is_straight(),
                    &mut streets,
                );
            }
        }
        for k in v0..=v1 {
            let v = k as f64 * habit.cross_m;
            let start =
                if matches!(frame, Frame::Round { .. }) { u_min.max(0.12 * self.plan.old_radius_m) } else { u_min };
            self.street(
                idx,
                &|q| frame.place(start + q * 12.0, v),
                ((u_max - start) / 12.0).max(0.0) as usize,
                true,
                &mut streets,
            );
        }
        streets
    }

    /// The parts of one line that can be a street of the neighbourhood.
    fn street(&self, idx: usize, place: &dyn Fn(f64) -> Point, n: usize, is_straight: bool, out: &mut Vec<Path>) {
        let mut run: Path = Vec::new();
        let mut close = |run: &mut Path| {
            if run.len() >= 4 {
                out.push(if is_straight { vec![run[0], run[run.len() - 1]] } else { thin(run) });
            }
            run.clear();
        };
        for q in 0..=n {
            let p = place(q as f64);
            let is_street = self.cell_at(p).is_some_and(|cell| {
                usize::from(self.partition.hood_of_cell[cell]) == idx && matches!(self.land.uses[cell], Use::Built(_))
            }) && matches!(self.mask.at(p[0], p[1]), Taken::Free | Taken::Road);
            if is_street {
                run.push(p);
            } else {
                close(&mut run);
            }
        }
        close(&mut run);
    }
}

/// Draws streets on to the next street or road, if one lies within reach straight on and no building between.
pub fn join_streets(mask: &mut Mask, streets: &mut [Path]) {
    const REACH_M: f64 = 90.0;
    const STEP_M: f64 = 4.0;
    for street in streets {
        for is_end in [false, true] {
            let n = street.len();
            let (tip, before) = if is_end { (street[n - 1], street[n - 2]) } else { (street[0], street[1]) };
            let length = dist(tip, before).max(1e-9);
            let ahead = [(tip[0] - before[0]) / length, (tip[1] - before[1]) / length];
            let mut hit = None;
            // The street's own pixels reach a little beyond its tip.
            for i in 3..(REACH_M / STEP_M) as usize {
                let p = [tip[0] + i as f64 * STEP_M * ahead[0], tip[1] + i as f64 * STEP_M * ahead[1]];
                match mask.at(p[0], p[1]) {
                    Taken::Free => {}
                    Taken::Street | Taken::Road => {
                        hit = Some([p[0] + STEP_M * ahead[0], p[1] + STEP_M * ahead[1]]);
                        break;
                    }
                    _ => break,
                }
            }
            if let Some(p) = hit {
                mask.stroke(&[tip, p], 11.0, Taken::Street, |t| t == Taken::Free);
                if is_end { street.push(p) } else { street.insert(0, p) }
            }
        }
    }
}

/// One side of one block.
struct Face {
    u_line: f64,
    block: i64,
    side: f64,
    draw: f32,
}

/// Every other point of a line, ends included.
fn thin(run: &Path) -> Path {
    let last = run.len() - 1;
    run.iter().enumerate().filter(|(i, _)| i % 2 == 0 || *i == last).map(|(_, &p)| p).collect()
}

fn building(idx: usize, c: &Candidate, height_m: f64) -> Building {
    let (l, d) = (c.length_m / 2.0, c.depth_m / 2.0);
    let corner = |a: f64, b: f64| {
        [(c.centre[0] + a * c.along[0] - b * c.along[1]) as f32, (c.centre[1] + a * c.along[1] + b * c.along[0]) as f32]
    };
    let ring_m = vec![corner(-l, -d), corner(l, -d), corner(l, d), corner(-l, d), corner(-l, -d)];
    Building { ring_m, height_m: height_m as f32, neighbourhood: idx as u16 }
}
