//! The plan of a generated city: where the river runs, how high the ground is, and the lines of water, road and rail.
//!
//! A frame with its origin in the old market square: `s` along the river, `t` across it, positive on the low side where
//! the city began. Everything else is measured in this frame and drawn in metres from the west and south edge.

use super::config::CityConfig;
use super::noise::Noise;
use crate::city::{LineKind, NetworkLine, SOCIAL_CELL_M};
use crate::gis::GridRef;
use crate::sim::draws::{Draws, Stream, unit};

const SHAPE: Stream = Stream::named("city.generate.shape");

/// A place, m from the west and south edge.
pub type Point = [f64; 2];
/// A line through places.
pub type Path = Vec<Point>;

/// How much longer than wide the city is, along the river.
pub const STRETCH: f64 = 1.15;

/// The lines and shapes of a city.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The social grid.
    pub grid: GridRef,
    /// Width and height, m.
    pub size_m: [f64; 2],
    /// The market square.
    pub centre: Point,
    along: Point,
    across: Point,
    /// Radius of the circle with the area of the built-up city, m.
    pub radius_m: f64,
    /// Radius of the old centre, m.
    pub old_radius_m: f64,
    /// Width of the river, m.
    pub river_width_m: f64,
    river_t_m: f64,
    meander: Noise,
    rough: Noise,
    soft: Noise,
    /// Centre and radius of the drained lake, (s, t, r).
    pub lake: [f64; 3],
    levels: super::config::Levels,
    /// Canals with their widths.
    pub canals: Vec<(Path, f64)>,
    /// Radial main roads, from the centre outwards.
    pub radials: Vec<Path>,
    /// All lines for map and travel, streets excepted.
    pub lines: Vec<NetworkLine>,
    /// Railway stations, the main one first.
    pub stations: Vec<Point>,
    /// Tram stops.
    pub tram_stops: Vec<Point>,
}

/// How much of a city of 100,000 a place of `residents` is: 0 at 1,000, 1 at 100,000 and more, by the logarithm.
pub fn urbanity(residents: u32) -> f64 {
    (libm::log10(f64::from(residents) / 1_000.0) / 2.0).clamp(0.0, 1.0)
}

/// Uniform number in [0, 1) for the shape of the city.
fn shape(draws: Draws, key: u64) -> f64 {
    f64::from(unit(draws.block(SHAPE, key, 0)[0]))
}

impl Plan {
    /// Lays out a city whose built-up part, parks included, covers `built_ha`, of which `old_ha` old centre.
    pub fn new(config: &CityConfig, built_ha: f64, old_ha: f64, draws: Draws) -> Plan {
        let residents = f64::from(config.residents);
        let radius_m = (built_ha * 1e4 / std::f64::consts::PI).sqrt();
        let old_radius_m = (old_ha * 1e4 / std::f64::consts::PI).sqrt().max(70.0) * 1.06;
        let river_width_m = 24.0 * libm::pow(residents / 1_000.0, 0.35);
        let half = [radius_m * STRETCH * 1.4 + 450.0, radius_m / STRETCH * 1.42 + 400.0];
        let cells = half.map(|h| (2.0 * h / SOCIAL_CELL_M).ceil() as usize);
        let size_m = cells.map(|n| n as f64 * SOCIAL_CELL_M);
        // In the North Sea, so that nobody takes it for a real place.
        let (west_m, south_m) = (20_000.0, 540_000.0);
        let grid =
            GridRef { west_m, north_m: south_m + size_m[1], cell_m: SOCIAL_CELL_M, n_cols: cells[0], n_rows: cells[1] };
        let tilt = (shape(draws, 1) - 0.5) * 0.5;
        let (sin, cos) = libm::sincos(tilt);
        // The low side may be the north or the south one.
        let side = if shape(draws, 2) < 0.5 { 1.0 } else { -1.0 };
        let centre = [size_m[0] / 2.0, size_m[1] / 2.0 - side * 0.06 * radius_m];
        let margin = size_m[0] + size_m[1];
        let wave = (0.55 * radius_m).max(350.0);
        let mut plan = Plan {
            grid,
            size_m,
            centre,
            along: [cos, sin],
            across: [-sin * side, cos * side],
            radius_m,
            old_radius_m,
            river_width_m,
            river_t_m: -(0.78 * old_radius_m + river_width_m / 2.0 + 45.0),
            meander: Noise::new(draws, 1, [margin, 0.0], wave, margin),
            rough: Noise::new(draws, 2, size_m, 260.0, 300.0),
            soft: Noise::new(draws, 3, size_m, (0.45 * radius_m).max(400.0), 300.0),
            lake: [
                if shape(draws, 3) < 0.5 { -1.0 } else { 1.0 } * radius_m * (0.75 + 0.2 * shape(draws, 4)),
                radius_m * (0.72 + 0.15 * shape(draws, 5)),
                radius_m * 0.52,
            ],
            levels: config.ground.clone(),
            canals: Vec::new(),
            radials: Vec::new(),
            lines: Vec::new(),
            stations: Vec::new(),
            tram_stops: Vec::new(),
        };
        plan.dig_canals(config, draws);
        plan.lay_roads(config, draws);
        plan.lay_rails(config, draws);
        plan
    }

    /// (s, t) of a place.
    pub fn frame(&self, p: Point) -> (f64, f64) {
        let d = [p[0] - self.centre[0], p[1] - self.centre[1]];
        (d[0] * self.along[0] + d[1] * self.along[1], d[0] * self.across[0] + d[1] * self.across[1])
    }

    /// Place of (s, t).
    pub fn place(&self, s: f64, t: f64) -> Point {
        [
            self.centre[0] + s * self.along[0] + t * self.across[0],
            self.centre[1] + s * self.along[1] + t * self.across[1],
        ]
    }

    /// t of the river's axis at s. The river bends least at the old centre.
    fn river_axis(&self, s: f64) -> f64 {
        let calm = 1.0 - libm::exp(-(s / (1.3 * self.old_radius_m + 150.0)).powi(2));
        let amplitude = 0.20 * self.radius_m + 40.0;
        let wave = self.meander.at(s + self.size_m[0], 0.0) - self.meander.at(self.size_m[0], 0.0);
        self.river_t_m + amplitude * wave * calm
    }

    /// Distance to the river's axis, m; positive on the low side.
    pub fn river_distance(&self, p: Point) -> f64 {
        let (s, t) = self.frame(p);
        let slope = (self.river_axis(s + 10.0) - self.river_axis(s - 10.0)) / 20.0;
        (t - self.river_axis(s)) / (1.0 + slope * slope).sqrt()
    }

    /// The place at `s` along the river and `d` from its axis.
    pub fn on_bank(&self, s: f64, d: f64) -> Point {
        self.place(s, self.river_axis(s) + d)
    }

    /// Distance of the dike's axis from the river's axis, m.
    pub fn dike_offset(&self) -> f64 {
        self.river_width_m / 2.0 + (0.3 * self.river_width_m).clamp(16.0, 45.0)
    }

    /// Distance to the market square along the stretched shape of the city, in radii.
    pub fn reach(&self, p: Point) -> f64 {
        let (s, t) = self.frame(p);
        ((s / STRETCH).powi(2) + (t * STRETCH).powi(2)).sqrt() / self.radius_m
    }

    /// Distance from the middle of the drained lake to its shore in the direction (`ds`, `dt`), m.
    fn lake_shore(&self, ds: f64, dt: f64) -> f64 {
        let a = libm::atan2(dt, ds);
        let waves = 0.13 * libm::sin(2.0 * a + self.lake[0]) + 0.07 * libm::sin(3.0 * a + self.lake[1]);
        self.lake[2] * (1.0 + waves)
    }

    /// True for woods: on the high side, away from the river, by smooth noise.
    pub fn is_wood(&self, p: Point) -> bool {
        let d = -self.river_distance(p) - self.river_width_m / 2.0;
        d > 150.0 && self.soft.at(p[0], p[1]) + 0.25 * self.rough.at(p[0], p[1]) > 0.30
    }

    /// Smooth noise that decides where a park has trees.
    pub fn grove(&self, p: Point) -> f64 {
        self.rough.at(p[0] * 1.7 % self.size_m[0], p[1] * 1.7 % self.size_m[1])
    }

    /// Water level of the river or canal at a place, m NAP.
    pub fn water_level(&self, p: Point) -> f64 {
        let d = self.river_distance(p);
        if d.abs() <= self.dike_offset() {
            self.levels.river_level_m
        } else {
            // Canals in the polder lie below its ground.
            self.levels.canal_level_m.min(self.natural_ground(p, d) - 0.5)
        }
    }

    /// Ground level at a place, dike included, m NAP. The crest is widened by `widen_m`, so that no raster lets water
    /// through between its pixels.
    pub fn ground_level(&self, p: Point, widen_m: f64) -> f64 {
        let d = self.river_distance(p);
        let from_dike = ((d - self.dike_offset()).abs() - 4.0 - widen_m).max(0.0);
        let bumps = 0.18 * self.rough.at(p[0], p[1]);
        (self.natural_ground(p, d) + bumps).max(self.levels.dike_crest_m - from_dike / 3.0)
    }

    /// Ground at a place `d` from the river's axis, without the dike.
    fn natural_ground(&self, p: Point, d: f64) -> f64 {
        let (s, t) = self.frame(p);
        let l = &self.levels;
        let half = self.river_width_m / 2.0;
        if d > 0.0 {
            let from_bank = (d - half).max(0.0);
            let levee = libm::exp(-from_bank / (0.2 * self.radius_m + 120.0));
            let polder = l.polder_level_m + 0.35 * self.soft.at(p[0], p[1]);
            let (ds, dt) = (s - self.lake[0], t - self.lake[1]);
            let in_lake = ((self.lake_shore(ds, dt) - (ds * ds + dt * dt).sqrt()) / 80.0).clamp(0.0, 1.0);
            let low = polder + (l.deep_polder_level_m - polder) * in_lake;
            let natural = low + (1.1 - low) * levee;
            // Streets of the old centre were raised over the centuries.
            let from_market = (s * s + t * t).sqrt();
            let raised = ((1.25 * self.old_radius_m - from_market) / (0.3 * self.old_radius_m)).clamp(0.0, 1.0);
            natural + (natural.max(1.1) - natural) * raised
        } else {
            let from_bank = (-d - half).max(0.0);
            let rise = 1.0 - libm::exp(-from_bank / (0.5 * self.radius_m + 150.0));
            2.6 + (l.high_ground_m - 2.6).max(0.0) * rise * (1.0 + 0.3 * self.soft.at(p[0], p[1]))
        }
    }

    fn dig_canals(&mut self, config: &CityConfig, draws: Draws) {
        let urban = urbanity(config.residents);
        let r = self.old_radius_m;
        if r > 190.0 {
            let n_rings = if r > 800.0 {
                4
            } else if r > 330.0 {
                3
            } else {
                2
            };
            let wobble = Noise::new(draws, 10, [1000.0, 1000.0], 90.0, 100.0);
            for ring in 0..n_rings {
                let share = 1.0 - 0.24 * ring as f64 * (3.0 / n_rings as f64).min(1.2);
                let path: Path = (0..=180)
                    .map(|i| {
                        let a = f64::from(i) * std::f64::consts::TAU / 180.0;
                        let (sin, cos) = libm::sincos(a);
                        let out = r * share * (1.0 + 0.05 * wobble.at(500.0 + 300.0 * cos, 500.0 + 300.0 * sin));
                        self.place(out * cos, out * sin)
                    })
                    .filter(|&p| self.river_distance(p) > 0.0)
                    .collect();
                self.canals.push((path, if ring == 0 { 36.0 } else { 22.0 }));
            }
        }
        if urban > 0.3 {
            // Barge canals from the moat into the polder.
            let n = 1 + (urban > 0.9) as u64 + (config.residents > 400_000) as u64;
            for i in 0..n {
                let a = std::f64::consts::PI * ((i as f64 + 0.35 + 0.3 * shape(draws, 20 + i)) / n as f64);
                let path = self.ray(a, 0.98 * r, 3.0 * self.radius_m, 0.10, 30 + i, draws);
                self.canals.push((path, 24.0));
            }
        }
        // Ring canal of the drained lake.
        let lake = self.lake;
        let ring: Path = (0..=240)
            .map(|i| {
                let (sin, cos) = libm::sincos(f64::from(i) * std::f64::consts::TAU / 240.0);
                let out = self.lake_shore(cos, sin) + 25.0;
                self.place(lake[0] + out * cos, lake[1] + out * sin)
            })
            .filter(|&p| self.river_distance(p) > self.dike_offset() + 60.0)
            .collect();
        if urban > 0.2 {
            self.canals.push((ring, 24.0));
            // Main drains of the lake bed, straight and square.
            let n = (lake[2] / 700.0).round().max(1.0) as i32;
            for i in -n..=n {
                let offset = f64::from(i) * 1.4 * lake[2] / f64::from(2 * n + 1);
                for is_cross in [false, true] {
                    if is_cross && i % 2 != 0 {
                        continue;
                    }
                    let drain: Path = (-60..=60)
                        .map(|k| f64::from(k) * lake[2] / 50.0)
                        .map(|q| if is_cross { (q, offset) } else { (offset, q) })
                        .filter(|&(ds, dt)| (ds * ds + dt * dt).sqrt() < self.lake_shore(ds, dt) - 30.0)
                        .map(|(ds, dt)| self.place(lake[0] + ds, lake[1] + dt))
                        .filter(|&p| self.river_distance(p) > self.dike_offset() + 60.0)
                        .collect();
                    self.canals.push((drain, 18.0));
                }
            }
        }
    }

    /// A wobbly line from the market square at angle `a` in the frame, from distance `from` to `to` or the map's edge.
    fn ray(&self, a: f64, from: f64, to: f64, wobble: f64, key: u64, draws: Draws) -> Path {
        let (sin, cos) = libm::sincos(a);
        let noise = Noise::new(draws, key, [4.0 * self.radius_m + 2_000.0, 0.0], 0.5 * self.radius_m + 120.0, 0.0);
        let base = noise.at(from, 0.0);
        let mut path = Path::new();
        let mut rho = from;
        while rho <= to {
            let off =
                (noise.at(rho, 0.0) - base) * wobble * (rho - from + 0.1 * self.radius_m).min(1.2 * self.radius_m);
            let p = self.place(rho * cos - off * sin, rho * sin + off * cos);
            if p[0] < -60.0 || p[1] < -60.0 || p[0] > self.size_m[0] + 60.0 || p[1] > self.size_m[1] + 60.0 {
                break;
            }
            path.push(p);
            rho += 25.0;
        }
        path
    }

    /// A closed road round the centre at `share` of the city's radius.
    fn ring_road(&self, share: f64, key: u64, draws: Draws) -> Path {
        let wobble = Noise::new(draws, key, [1000.0, 1000.0], 260.0, 100.0);
        let n = ((share * self.radius_m * 6.3 / 30.0) as usize).max(48);
        (0..=n)
            .map(|i| {
                let (sin, cos) = libm::sincos((i % n) as f64 * std::f64::consts::TAU / n as f64);
                let out = share * self.radius_m * (1.0 + 0.16 * wobble.at(500.0 + 350.0 * cos, 500.0 + 350.0 * sin));
                self.place(out * cos * STRETCH, out * sin / STRETCH)
            })
            .collect()
    }

    fn push_line(&mut self, kind: LineKind, path: &[Point]) {
        for run in self.inside(path) {
            self.lines.push(NetworkLine { kind, points_m: run.iter().map(|p| [p[0] as f32, p[1] as f32]).collect() });
        }
    }

    /// The parts of a line that lie on the map.
    fn inside(&self, path: &[Point]) -> Vec<Path> {
        let within = |p: &Point| p[0] >= 0.0 && p[1] >= 0.0 && p[0] <= self.size_m[0] && p[1] <= self.size_m[1];
        path.split(|p| !within(p)).filter(|run| run.len() > 1).map(<[Point]>::to_vec).collect()
    }

    fn lay_roads(&mut self, config: &CityConfig, draws: Draws) {
        let residents = f64::from(config.residents);
        let n_radials = (3.0 + 2.0 * libm::log10(residents / 1_000.0)).round() as u64;
        let first = shape(draws, 40) * std::f64::consts::TAU;
        let r = self.old_radius_m;
        let from = if r > 190.0 { r + 45.0 } else { 0.0 };
        for i in 0..n_radials {
            let mut a =
                first + (i as f64 + 0.5 * (shape(draws, 50 + i) - 0.5)) * std::f64::consts::TAU / n_radials as f64;
            // A road along the river would run in it: turn it away from the river's direction.
            let lean = libm::sin(a);
            if lean.abs() < 0.3 && lean < 0.05 {
                a += if libm::cos(a) > 0.0 { 0.38 } else { -0.38 };
            }
            let path = self.ray(a, from, 3.0 * self.radius_m + 2_000.0, 0.12, 60 + i, draws);
            self.radials.push(path);
        }
        for i in 0..self.radials.len() {
            let path = self.radials[i].clone();
            self.push_line(LineKind::MainRoad, &path);
        }
        if from > 0.0 {
            // Road along the moat, and two streets that cross in the market square.
            let moat: Path = (0..=120)
                .map(|i| {
                    let (sin, cos) = libm::sincos(f64::from(i) * std::f64::consts::TAU / 120.0);
                    self.place((r + 45.0) * cos, (r + 45.0) * sin)
                })
                .filter(|&p| self.river_distance(p) > self.dike_offset() + 10.0)
                .collect();
            // The filter cuts the circle once; start behind the cut so that the road is one line.
            let cut = moat.windows(2).position(|w| dist(w[0], w[1]) > r * 0.3).map_or(0, |i| i + 1);
            let moat: Path = moat[cut..].iter().chain(&moat[..cut]).copied().collect();
            let ends: Vec<Point> = self.radials.iter().filter_map(|p| p.first().copied()).collect();
            self.push_line(LineKind::MainRoad, &moat);
            for end in ends.iter().step_by(2) {
                let centre = self.centre;
                self.push_line(LineKind::MainRoad, &[*end, centre]);
            }
        }
        let mut rings = Vec::new();
        if residents >= 8_000.0 {
            rings.push(0.56);
        }
        if residents >= 300_000.0 {
            rings.push(0.8);
        }
        for (i, share) in rings.into_iter().enumerate() {
            let path = self.ring_road(share, 80 + i as u64, draws);
            self.push_line(LineKind::MainRoad, &path);
        }
        if residents >= 450_000.0 {
            let path = self.ring_road(1.02, 90, draws);
            self.push_line(LineKind::Motorway, &path);
        } else if residents >= 40_000.0 {
            let path = self.cross_line(0.98 * self.radius_m / STRETCH, 0.16, 91, draws);
            self.push_line(LineKind::Motorway, &path);
        }
        let offset = self.dike_offset();
        let n = (2.0 * self.size_m[0] / 30.0) as i32;
        let dike: Path = (-n..=n)
            .map(|i| {
                let s = f64::from(i) * 30.0;
                let slope = (self.river_axis(s + 10.0) - self.river_axis(s - 10.0)) / 20.0;
                let norm = (1.0 + slope * slope).sqrt();
                self.place(s - offset * slope / norm, self.river_axis(s) + offset / norm)
            })
            .collect();
        self.push_line(LineKind::Dike, &dike);
        // Trams follow pairs of opposite radials through the market square.
        if residents >= config.amenities.tram_from_residents {
            let n_lines = (1.0 + residents / 150_000.0).floor().min(n_radials as f64 / 2.0) as usize;
            for i in 0..n_lines {
                let there = &self.radials[i];
                let back = &self.radials[(i + self.radials.len() / 2) % self.radials.len()];
                let reach = |path: &Path| path.iter().copied().filter(|&p| self.reach(p) < 0.86).collect::<Path>();
                let mut path: Path = reach(there).into_iter().rev().collect();
                path.push(self.centre);
                path.extend(reach(back));
                let stops = along(&path, config.amenities.tram_stop_m);
                self.push_line(LineKind::Tram, &path);
                for stop in stops {
                    if self.tram_stops.iter().all(|&s| dist(s, stop) > 150.0) {
                        self.tram_stops.push(stop);
                    }
                }
            }
        }
    }

    /// A line across the whole map at distance about `t` on the low side, roughly along the river.
    fn cross_line(&self, t: f64, wobble: f64, key: u64, draws: Draws) -> Path {
        let noise = Noise::new(draws, key, [2.0 * self.size_m[0], 0.0], 0.9 * self.radius_m + 200.0, self.size_m[0]);
        let base = noise.at(0.0, 0.0);
        let n = (self.size_m[0] / 30.0) as i32;
        (-n..=n)
            .map(|i| {
                let s = f64::from(i) * 30.0;
                self.place(s, t + wobble * self.radius_m * (noise.at(s, 0.0) - base))
            })
            .collect()
    }

    fn lay_rails(&mut self, config: &CityConfig, draws: Draws) {
        let residents = config.residents;
        if residents < 15_000 {
            return;
        }
        let t_main = self.old_radius_m + 150.0;
        let main = self.cross_line(t_main, 0.12, 95, draws);
        self.push_line(LineKind::Rail, &main);
        self.add_stations(&main);
        if residents >= 300_000 {
            // A branch to the high side, over the river.
            let a = -std::f64::consts::FRAC_PI_2 + (shape(draws, 96) - 0.5) * 0.8;
            let start = self.place(0.45 * self.radius_m, t_main);
            let mut branch = self.ray(a, 0.5 * self.radius_m, 3.0 * self.radius_m, 0.1, 97, draws);
            let shift = [0.42 * self.radius_m * self.along[0], 0.42 * self.radius_m * self.along[1]];
            for p in &mut branch {
                *p = [p[0] + shift[0], p[1] + shift[1]];
            }
            let first = branch[0];
            let mut path: Path = (0..20)
                .map(|i| {
                    let k = f64::from(i) / 20.0;
                    [start[0] + (first[0] - start[0]) * k, start[1] + (first[1] - start[1]) * k]
                })
                .collect();
            path.extend(branch);
            self.push_line(LineKind::Rail, &path);
            self.add_stations(&path);
        }
    }

    /// Stations along a line, from the one nearest to the centre outwards, at least 1.7 km apart, inside the city.
    fn add_stations(&mut self, line: &Path) {
        let mut near: Vec<Point> = line.iter().copied().filter(|&p| self.reach(p) < 0.92).collect();
        near.sort_by(|&a, &b| dist(a, self.centre).total_cmp(&dist(b, self.centre)));
        for p in near {
            if self.stations.iter().all(|&s| dist(s, p) > 1_700.0) {
                self.stations.push(p);
            }
        }
    }
}

/// Distance between two places, m.
pub fn dist(a: Point, b: Point) -> f64 {
    ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
}

/// Points every `step_m` along a line, starting half a step from its beginning.
pub fn along(path: &[Point], step_m: f64) -> Vec<Point> {
    let mut points = Vec::new();
    let mut next = step_m / 2.0;
    let mut done = 0.0;
    for w in path.windows(2) {
        let length = dist(w[0], w[1]);
        while next <= done + length && length > 0.0 {
            let k = (next - done) / length;
            points.push([w[0][0] + (w[1][0] - w[0][0]) * k, w[0][1] + (w[1][1] - w[0][1]) * k]);
            next += step_m;
        }
        done += length;
    }
    points
}
