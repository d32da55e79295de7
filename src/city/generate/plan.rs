//! The plan of a generated city: where the river runs, how high the ground is, and the lines of water, road and rail.
//!
//! A frame with its origin in the old market square: `s` along the river, `t` across it, positive on the low side where
//! the city began. Everything else is measured in this frame and drawn in metres from the west and south edge.

use super::config::CityConfig;
use super::noise::Noise;
use crate::city::{NetworkLine, SOCIAL_CELL_M};
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
    /// Unit vector along the river.
    pub along: Point,
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
pub(super) fn shape(draws: Draws, key: u64) -> f64 {
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
    pub(super) fn river_axis(&self, s: f64) -> f64 {
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
    pub(super) fn lake_shore(&self, ds: f64, dt: f64) -> f64 {
        let a = libm::atan2(dt, ds);
        let waves = 0.13 * libm::sin(2.0 * a + self.lake[0]) + 0.07 * libm::sin(3.0 * a + self.lake[1]);
        self.lake[2] * (1.0 + waves)
    }

    /// True for woods: on the high side, away from the river, by smooth noise.
    pub fn is_wood(&self, p: Point) -> bool {
        let d = -self.river_distance(p) - self.river_width_m / 2.0;
        d > 150.0 && self.soft.at(p[0], p[1]) + 0.3 * self.rough.at(p[0], p[1]) > 0.28
    }

    /// True where a park has trees.
    pub fn is_grove(&self, p: Point) -> bool {
        self.rough.at(p[0] + 0.4 * p[1], 0.9 * p[1] - 0.3 * p[0]) > -0.05
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
