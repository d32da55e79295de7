//! Water over the city's ground: cloudbursts by the local inertial solver, breaches by the full shallow water one, where
//! [`EpisodeSolver`] says.
//!
//! * bed: the ground, building plots raised by a kerb; the water of canals is the bed, so they take in what runs to them
//! * roughness (Manning, s/m^{1/3}; M): water 0.03, paved 0.02, gardens 0.06, grass 0.05, trees 0.1, between buildings
//!   0.15: buildings are porous at 20 m, as in models that represent them by roughness (Syme 2008)
//! * soil: open ground takes `soil_mm_h`, but in all no more than it can hold
//! * sewers: `sewer_mm_h` from sealed ground. They give their water to the canals; in rains of more than half a day the
//!   pumps of the polder are what limits them
//! * pumps: `pump_mm_day` over all land, taken from open water; without power neither sewers nor pumps work
//! * water squares: the lowest paved pixels of a neighbourhood, or of the part of it where the lever holds, a metre deeper
//! * breach: the river stands at its level, held at the edges of the map, and the gap grows after Verheij & van der Knaap
//!
//! Limits: no sewer pipes, so no water that comes up elsewhere; canals have no depth of their own, so they carry less
//! than in truth; the edges of the map are closed for rain.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::events::Hazard;
use super::exposure::centimetres;
use super::footage::{Maps, NONE, Shot, Take, WET_CM, depths, is_kept};
use super::ground::{GroundNow, cell_of_pixel, neighbourhood_of_pixel};
use super::parameters::ClimateParameters;
use super::solver::{Answer, EpisodeSolver};
use crate::city::{City, Cover, LineKind};
use crate::fields::film::Hidden;
use crate::fields::flood::breach::Breach;
use crate::fields::flood::edges::Side;
use crate::fields::flood::setup::{Boundary, BoundaryKind, Infiltration, Plane};
use crate::fields::flood::{FloodError, FloodModel, FloodSetup, Solver};
use crate::fields::series::Series;
use crate::gis::{GridRef, Raster};
use crate::policies::{Controls, Local};

/// How far a storm reaches around its centre, m (A: cells of summer storms are some kilometres wide).
const STORM_M: f64 = 2_000.0;
/// Depth of a water square, m (A).
const SQUARE_M: f32 = 1.0;
/// Rise of the river above its usual level in a breach that names none, m (A).
const HIGH_WATER_M: f64 = 2.0;
/// How long the water of a cloudburst is followed after the rain, h (A).
const AFTER_RAIN_H: f64 = 3.0;
/// How long a breach is followed, h (A: most of the low ground is filled by then).
const BREACH_H: f64 = 12.0;
/// Distance from the axis of a dike to its foot, m (A: 5 m high, slopes of 1:3, and the pixels that widen its crest).
const DIKE_FOOT_M: f64 = 60.0;
/// Time between looks at how fast the water rises, s.
const LOOK_S: f64 = 600.0;

/// A flood, quantised, on the ground raster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Flood {
    /// Greatest depth, cm; 0 on open water.
    pub depth_cm: Vec<u16>,
    /// How fast the first 1.5 m rose, cm/h; 0 where the water stayed shallower. Breaches only.
    pub rise_cm_h: Vec<u16>,
    /// Depth × speed at most, 0.01 m²/s. Breaches only.
    pub force: Vec<u16>,
    /// Speed at most, cm/s. Breaches only.
    pub speed_cm_s: Vec<u16>,
    /// Water that appeared or vanished, as a share of all.
    pub mass_error: f64,
}

impl Flood {
    /// True if it came through a broken dike.
    pub fn is_breach(&self) -> bool {
        !self.rise_cm_h.is_empty()
    }
}

/// Why there was no flood.
#[derive(Debug, thiserror::Error)]
pub enum NoFlood {
    /// The city has no dike.
    #[error("the city has no dike, so none can break")]
    NoDike,
    /// The solver.
    #[error("flood: {0}")]
    Solver(#[from] FloodError),
}

/// Runs `hazard` over `city` with its levers as they are; `None` if it is not a flood. It is filmed in `take`, if anybody
/// looks.
pub fn run(
    city: &City,
    ground: &GroundNow,
    controls: &Controls,
    (hazard, place): (Hazard, Option<u16>),
    p: &ClimateParameters,
    (solver, take): (&mut EpisodeSolver, Option<&mut Take>),
) -> Option<Result<Flood, NoFlood>> {
    match hazard {
        Hazard::HeatWave { .. } => None,
        Hazard::Cloudburst { mm, hours, power } => {
            let setup = cloudburst(city, ground, controls, (mm, hours, power), place, p);
            Some(solve(city, setup, (hours + AFTER_RAIN_H) * 3600.0, false, solver, take))
        }
        Hazard::Breach { width_m, level_m } => Some(
            breach(city, (width_m, level_m), place, p)
                .and_then(|setup| solve(city, setup, BREACH_H * 3600.0, true, solver, take)),
        ),
    }
}

/// The flood as it is known, or as the solver makes it. One that is known is solved only where it is to be filmed.
fn solve(
    city: &City,
    setup: FloodSetup,
    duration_s: f64,
    in_depth: bool,
    solver: &mut EpisodeSolver,
    take: Option<&mut Take>,
) -> Result<Flood, NoFlood> {
    let question = solver.question(&(&setup, duration_s, in_depth));
    let known = match solver.answer(question) {
        Some(Answer::Flood(flood)) if take.is_none() => return Ok(flood),
        known => known,
    };
    let before = setup.initial_depth_m.as_ref().map(|r| r.values.clone());
    let (mut model, notices) = FloodModel::on(setup, solver.site.clone())?;
    solver.note(notices);
    let flood = run_to_end(city, &mut model, before, duration_s, in_depth, take)?;
    let name = model.backend_name();
    let first = known.or_else(|| solver.solved(question, name, model.lost_gpu(), || Answer::Flood(flood.clone())));
    match first {
        Some(Answer::Flood(first)) => Ok(first),
        _ => Ok(flood),
    }
}

fn run_to_end(
    city: &City,
    model: &mut FloodModel,
    before: Option<Vec<f32>>,
    duration_s: f64,
    in_depth: bool,
    mut take: Option<&mut Take>,
) -> Result<Flood, NoFlood> {
    let mut at_1_5_m = vec![f32::NAN; model.grid().len()];
    let n = (duration_s / LOOK_S).ceil() as usize;
    let dry =
        |p: usize| city.ground.cover.values[p] == Cover::Water || before.as_ref().is_some_and(|depth| depth[p] > 0.0);
    let quantised = |r: Raster<f32>, scale: f32| -> Vec<u16> {
        r.values.iter().enumerate().map(|(p, v)| if dry(p) { 0 } else { centimetres(v * scale) }).collect()
    };
    // Depth now, greatest speed and arrival so far.
    let maps = |model: &FloodModel| -> Maps {
        let deepest = quantised(model.max_depth_m(), 1.0);
        let is_wet = |p: usize| deepest[p] >= WET_CM;
        let mut speed = depths(&quantised(model.max_speed_m_s(), 1.0));
        speed.iter_mut().enumerate().filter(|(p, _)| !is_wet(*p)).for_each(|(_, speed)| *speed = 0);
        let arrival = model.arrival_s().values.into_iter().enumerate();
        let tenths = |(p, t): (usize, f32)| if is_wet(p) && t >= 0.0 { (t / 360.0).round() as i16 } else { NONE };
        [depths(&quantised(model.depth_m(), 1.0)), speed, arrival.map(tenths).collect()]
    };
    let mut hidden = take.as_ref().map_or_else(Hidden::default, |_| Hidden::of(model.grid().len(), dry));
    for look in 1..=n {
        let t_s = (look as f64 * LOOK_S).min(duration_s);
        model.advance_to(t_s)?;
        if in_depth {
            let depth = model.depth_m();
            for (t, h) in at_1_5_m.iter_mut().zip(&depth.values) {
                if t.is_nan() && *h >= 1.5 {
                    *t = t_s as f32;
                }
            }
        }
        if let Some(take) = take.as_mut().filter(|_| is_kept(look, n)) {
            take.shots.push(Shot {
                hours: (t_s / 3600.0) as f32,
                maps: maps(model),
                on_device: model.depth_on_device(&mut hidden),
            });
        }
    }
    if let Some(take) = take {
        take.whole = maps(model);
    }
    let depth_cm = quantised(model.max_depth_m(), 1.0);
    if !in_depth {
        let none = Vec::new;
        let mass_error = model.mass_error();
        return Ok(Flood { depth_cm, rise_cm_h: none(), force: none(), speed_cm_s: none(), mass_error });
    }
    let arrival = model.arrival_s();
    let rise = at_1_5_m.iter().zip(&arrival.values).map(|(t, from)| {
        let hours = ((t - from) / 3600.0).max(LOOK_S as f32 / 3600.0);
        if t.is_nan() { 0.0 } else { 1.5 / hours }
    });
    let rise = Raster { grid: model.grid(), values: rise.collect() };
    Ok(Flood {
        depth_cm,
        rise_cm_h: quantised(rise, 1.0),
        force: quantised(model.max_hazard_m2_s(), 1.0),
        speed_cm_s: quantised(model.max_speed_m_s(), 1.0),
        mass_error: model.mass_error(),
    })
}

/// Bed and roughness.
fn terrain(city: &City, p: &ClimateParameters) -> (Raster<f32>, Vec<f32>) {
    let ground = &city.ground;
    let mut bed = ground.elevation_m.clone();
    let mut manning = vec![0.05; bed.values.len()];
    for (i, z) in bed.values.iter_mut().enumerate() {
        let cover = ground.cover.values[i];
        manning[i] = match cover {
            Cover::Water => 0.03,
            Cover::Paved => 0.02,
            Cover::Garden => 0.06,
            Cover::Grass => 0.05,
            Cover::Trees => 0.1,
            Cover::Building => 0.15,
        };
        if matches!(cover, Cover::Building | Cover::Garden) {
            *z += p.plot_m as f32;
        }
    }
    (bed, manning)
}

/// The case of a cloudburst.
pub fn cloudburst(
    city: &City,
    ground: &GroundNow,
    controls: &Controls,
    (mm, hours, power): (f64, f64, bool),
    place: Option<u16>,
    p: &ClimateParameters,
) -> FloodSetup {
    let (mut bed, manning) = terrain(city, p);
    let grid = bed.grid;
    dig_squares(city, &controls.local(["water_squares"], |_, [v]| v), &mut bed);
    let all = |values| Plane::Raster(Raster { grid, values });
    let (drains, pumps) = (controls.local(["drains"], |_, [v]| v), controls.get("pumps"));
    let mean = |lever: &[f64]| lever.iter().sum::<f64>() / lever.len().max(1) as f64;
    let n_water = city.ground.cover.values.iter().filter(|c| **c == Cover::Water).count();
    let land_to_water = (grid.len() - n_water) as f64 / n_water.max(1) as f64;
    let on = if power { 1.0 } else { 0.0 };
    let pump_mm_h = on * (p.pump_mm_day + mean(pumps)) / 24.0;
    let long = hours > 12.0;
    let soil_mm_h = p.soil_mm_h.min(p.soil_storage_mm / hours);
    let (mut soil, mut drain) = (vec![0.0; grid.len()], vec![0.0; grid.len()]);
    for i in 0..grid.len() {
        let s = &ground.shares[i];
        if s.water > 0.0 {
            drain[i] = (pump_mm_h * land_to_water) as f32;
            continue;
        }
        let more = neighbourhood_of_pixel(city, i).map_or(0.0, |n| drains.at(n, cell_of_pixel(city, i)));
        let sewer = on * (p.sewer_mm_h + more);
        let sewer = if long { sewer.min(pump_mm_h) } else { sewer };
        soil[i] = (1.0 - s.sealed) * soil_mm_h as f32;
        drain[i] = s.sealed * sewer as f32;
    }
    let mut setup = FloodSetup::new(bed, 0.05, Solver::LocalInertial);
    setup.manning = all(manning);
    setup.infiltration = Some(Infiltration::Constant { rate_mm_h: all(soil) });
    setup.drains_mm_h = Some(all(drain));
    setup.rain_mm_h = Some(Series(vec![[0.0, mm / hours], [hours * 3600.0, mm / hours]]));
    setup.rain_weight = place.map(|n| {
        let [x0, y0] = city.neighbourhoods[usize::from(n)].centre_m;
        let near = |i: usize| {
            let (x, y) = grid.centre(i);
            libm::exp(-((x - x0) * (x - x0) + (y - y0) * (y - y0)) / (2.0 * STORM_M * STORM_M)) as f32
        };
        Raster { grid, values: (0..grid.len()).map(near).collect() }
    });
    setup.dt_max_s = 15.0;
    setup.sample_every_s = 30.0;
    setup
}

/// Lowers the lowest paved pixels of every neighbourhood, or of the part of it where the lever holds, until they hold what it
/// says, m³ per hectare.
fn dig_squares(city: &City, m3_ha: &Local<f64>, bed: &mut Raster<f32>) {
    if m3_ha.values().all(|v| v <= 0.0) {
        return;
    }
    let area_m2 = bed.grid.cell_m * bed.grid.cell_m;
    // Pixels, and the paved ones among them, by neighbourhood and what the lever says (not below 0, so its bits are in order).
    let mut parts: BTreeMap<(usize, u64), (u32, Vec<usize>)> = BTreeMap::new();
    for i in 0..bed.values.len() {
        let Some(n) = neighbourhood_of_pixel(city, i) else { continue };
        let (pixels, paved) = parts.entry((n, m3_ha.at(n, cell_of_pixel(city, i)).to_bits())).or_default();
        *pixels += 1;
        if city.ground.cover.values[i] == Cover::Paved {
            paved.push(i);
        }
    }
    for ((_, m3_ha), (pixels, mut places)) in parts {
        let wanted_m3 = f64::from_bits(m3_ha) * f64::from(pixels) * area_m2 / 1e4;
        let n_squares = (wanted_m3 / (area_m2 * f64::from(SQUARE_M))).round() as usize;
        places.sort_by(|&a, &b| bed.values[a].total_cmp(&bed.values[b]).then(a.cmp(&b)));
        places.iter().take(n_squares).for_each(|&i| bed.values[i] -= SQUARE_M);
    }
}

/// The case of a breach.
fn breach(
    city: &City,
    (width_m, level_m): (f64, Option<f64>),
    place: Option<u16>,
    p: &ClimateParameters,
) -> Result<FloodSetup, NoFlood> {
    let (mut bed, manning) = terrain(city, p);
    let grid = bed.grid;
    let line = city.lines.iter().find(|l| l.kind == LineKind::Dike).ok_or(NoFlood::NoDike)?;
    let on_map: Vec<[f64; 2]> = line
        .points_m
        .iter()
        .map(|q| [grid.west_m + f64::from(q[0]), grid.south_m() + f64::from(q[1])])
        .filter(|q| inside(&grid, q, 300.0))
        .collect();
    if on_map.len() < 3 {
        return Err(NoFlood::NoDike);
    }
    let target = place.map_or(on_map[on_map.len() / 2], |n| city.neighbourhoods[usize::from(n)].centre_m);
    let distance2 = |q: &[f64; 2]| (q[0] - target[0]).powi(2) + (q[1] - target[1]).powi(2);
    let at = (1..on_map.len() - 1)
        .min_by(|&a, &b| distance2(&on_map[a]).total_cmp(&distance2(&on_map[b])))
        .ok_or(NoFlood::NoDike)?;
    let (a, b, middle) = (on_map[at - 1], on_map[at + 1], on_map[at]);
    let length = libm::hypot(b[0] - a[0], b[1] - a[1]).max(1.0);
    let along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
    let half = [0.5 * width_m * along[0], 0.5 * width_m * along[1]];
    let river = river_pixels(city).ok_or(NoFlood::NoDike)?;
    let usual_m = f64::from(city.ground.elevation_m.values[river[0]]);
    let crest_m = f64::from(near(&bed, middle, 1).1);
    let level_m = level_m.unwrap_or(usual_m + HIGH_WATER_M).min(crest_m - 0.1);
    let sill_m = f64::from(near(&bed, middle, 5).0).max(usual_m - 1.0).min(level_m - 0.1);
    hollow_out(&mut bed, middle, along, 0.5 * width_m, sill_m as f32);
    let depth = fill(&bed, &river, level_m as f32);
    let mut setup = FloodSetup::new(bed, 0.05, Solver::ShallowWater);
    setup.manning = Plane::Raster(Raster { grid, values: manning });
    setup.boundaries = river_edges(&grid, &depth, level_m);
    setup.initial_depth_m = Some(Raster { grid, values: depth });
    setup.breaches = vec![Breach {
        from_m: (middle[0] - half[0], middle[1] - half[1]),
        to_m: (middle[0] + half[0], middle[1] + half[1]),
        start_s: 0.0,
        sink_s: 600.0,
        crest_m,
        sill_m,
        width_m: (0.25 * width_m).max(grid.cell_m),
        critical_velocity_m_s: 0.5,
    }];
    setup.dt_max_s = 15.0;
    setup.sample_every_s = 30.0;
    Ok(setup)
}

/// The flow carries a broken dike's body away with its crest: where the gap may come, all of it goes down to the sill
/// at once, but for the row of pixels on its axis, which holds until the crest sinks.
fn hollow_out(bed: &mut Raster<f32>, middle: [f64; 2], along: [f64; 2], half_m: f64, sill_m: f32) {
    let grid = bed.grid;
    for i in 0..grid.len() {
        let (x, y) = grid.centre(i);
        let (dx, dy) = (x - middle[0], y - middle[1]);
        let (s, t) = (dx * along[0] + dy * along[1], dx * along[1] - dy * along[0]);
        // As far as the solver lowers the crest itself (`FloodModel`, 0.75 of a pixel), the axis stays.
        if s.abs() <= half_m && t.abs() <= DIKE_FOOT_M && t.abs() > 0.75 * grid.cell_m {
            bed.values[i] = bed.values[i].min(sill_m);
        }
    }
}

fn inside(grid: &GridRef, q: &[f64; 2], margin_m: f64) -> bool {
    q[0] > grid.west_m + margin_m
        && q[0] < grid.east_m() - margin_m
        && q[1] > grid.south_m() + margin_m
        && q[1] < grid.north_m - margin_m
}

/// Lowest and highest bed within `reach` pixels of a place.
fn near(bed: &Raster<f32>, q: [f64; 2], reach: i64) -> (f32, f32) {
    let Some(at) = bed.grid.cell_at(q[0], q[1]) else { return (0.0, 0.0) };
    let (col, row) = bed.grid.col_row(at);
    let mut range = (f32::INFINITY, f32::NEG_INFINITY);
    for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
        let (c, r) = (col as i64 + dx, row as i64 + dy);
        if (0..bed.grid.n_cols as i64).contains(&c) && (0..bed.grid.n_rows as i64).contains(&r) {
            let z = bed.at(c as usize, r as usize);
            range = (range.0.min(z), range.1.max(z));
        }
    }
    range
}

/// Pixels of the largest body of water whose level is highest at the dike: the river. `None` without open water.
fn river_pixels(city: &City) -> Option<Vec<usize>> {
    let (cover, level) = (&city.ground.cover, &city.ground.elevation_m);
    let highest = (0..cover.values.len())
        .filter(|&i| cover.values[i] == Cover::Water)
        .map(|i| level.values[i])
        .fold(f32::NEG_INFINITY, f32::max);
    let river: Vec<usize> = (0..cover.values.len())
        .filter(|&i| cover.values[i] == Cover::Water && level.values[i] > highest - 0.05)
        .collect();
    (!river.is_empty()).then_some(river)
}

/// Depth of water that stands at `level_m` and is connected with `from`.
fn fill(bed: &Raster<f32>, from: &[usize], level_m: f32) -> Vec<f32> {
    let grid = bed.grid;
    let mut depth = vec![0.0; grid.len()];
    let mut front: VecDeque<usize> = from.iter().copied().collect();
    while let Some(i) = front.pop_front() {
        if depth[i] > 0.0 || bed.values[i] >= level_m {
            continue;
        }
        depth[i] = level_m - bed.values[i];
        let (col, row) = grid.col_row(i);
        let sides = [(col > 0, -1), (col + 1 < grid.n_cols, 1)];
        front.extend(sides.iter().filter(|s| s.0).map(|s| (i as i64 + s.1) as usize));
        let up_down = [(row > 0, -(grid.n_cols as i64)), (row + 1 < grid.n_rows, grid.n_cols as i64)];
        front.extend(up_down.iter().filter(|s| s.0).map(|s| (i as i64 + s.1) as usize));
    }
    depth
}

/// Stretches of the map's edges where the river comes in or goes out: they keep its level.
fn river_edges(grid: &GridRef, depth: &[f32], level_m: f64) -> Vec<Boundary> {
    let mut found = Vec::new();
    let mut side = |side: Side, cells: Vec<usize>, along: &dyn Fn(usize) -> (f64, f64)| {
        let mut start = None;
        for k in 0..=cells.len() {
            let wet = cells.get(k).is_some_and(|&i| depth[i] > 0.0);
            match (wet, start) {
                (true, None) => start = Some(k),
                (false, Some(from)) => {
                    let (a, b) = (along(from).0, along(k - 1).1);
                    let series = Series(vec![[0.0, level_m]]);
                    found.push(Boundary { side, from_m: a, to_m: b, kind: BoundaryKind::Level { series } });
                    start = None;
                }
                _ => (),
            }
        }
    };
    let x = |k: usize| (grid.west_m + k as f64 * grid.cell_m, grid.west_m + (k + 1) as f64 * grid.cell_m);
    let y = |k: usize| (grid.north_m - k as f64 * grid.cell_m, grid.north_m - (k + 1) as f64 * grid.cell_m);
    side(Side::North, (0..grid.n_cols).map(|c| grid.idx(c, 0)).collect(), &x);
    side(Side::South, (0..grid.n_cols).map(|c| grid.idx(c, grid.n_rows - 1)).collect(), &x);
    side(Side::West, (0..grid.n_rows).map(|r| grid.idx(0, r)).collect(), &y);
    side(Side::East, (0..grid.n_rows).map(|r| grid.idx(grid.n_cols - 1, r)).collect(), &y);
    found
}
