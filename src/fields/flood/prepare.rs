//! Checks of a case and its translation to planes: every error names the part of the case, the value and the range.

use super::edges::{EdgeKind, Edges};
use super::hydrology::{Hydrology, Soil};
use super::local_inertial::BLOCKED_M;
use super::setup::{BoundaryKind, FloodError, FloodSetup, Infiltration, Plane};
use crate::fields::layout::Layout;
use crate::gis::{GridRef, Raster};

pub(super) fn check_numbers(setup: &FloodSetup) -> Result<(), FloodError> {
    let bed = &setup.bed_m;
    if bed.grid.is_empty() || bed.values.len() != bed.grid.len() {
        return Err(FloodError::setup("dem", "the raster has no cells"));
    }
    if bed.values.iter().all(|v| v.is_nan()) {
        return Err(FloodError::setup("dem", "every cell is no-data"));
    }
    if let Some(k) = bed.values.iter().position(|v| v.is_infinite() || v.abs() > 9000.0) {
        let (col, row) = bed.grid.col_row(k);
        let message = format!("{} m at column {col}, row {row}; expected -9000 to 9000 m", bed.values[k]);
        return Err(FloodError::setup("dem", message));
    }
    let in_range = |what: &str, v: f64, low: f64, high: f64| {
        let message = format!("{v}; expected {low} to {high}");
        if (low..=high).contains(&v) { Ok(()) } else { Err(FloodError::setup(what, message)) }
    };
    in_range("alpha", setup.alpha.unwrap_or(0.5), 0.01, 1.0)?;
    in_range("theta", setup.theta, 0.5, 1.0)?;
    in_range("dt_max_s", setup.dt_max_s, 1e-4, 3600.0)?;
    in_range("sample_every_s", setup.sample_every_s, 1e-3, 86_400.0)?;
    if let Some(level) = setup.initial_level_m {
        in_range("initial_level_m", level, -9000.0, 9000.0)?;
    }
    let series = |what: String, s: &crate::fields::series::Series, range| {
        s.problem(range).map_or(Ok(()), |message| Err(FloodError::setup(what, message)))
    };
    if let Some(rain) = &setup.rain_mm_h {
        series("rain".into(), rain, 0.0..=10_000.0)?;
    }
    for (k, inflow) in setup.inflows.iter().enumerate() {
        series(format!("inflow {}", k + 1), &inflow.series, 0.0..=1e7)?;
    }
    for (k, boundary) in setup.boundaries.iter().enumerate() {
        if let BoundaryKind::Level { series: level } = &boundary.kind {
            series(format!("boundary {}", k + 1), level, -9000.0..=9000.0)?;
        }
    }
    for (k, pump) in setup.pumps.iter().enumerate() {
        in_range(&format!("pump {} capacity_m3_s", k + 1), pump.capacity_m3_s, 0.0, 1e5)?;
        if let Some(power) = &pump.power {
            series(format!("pump {} power", k + 1), power, 0.0..=1.0)?;
        }
    }
    for (k, b) in setup.breaches.iter().enumerate() {
        let what = format!("breach {}", k + 1);
        in_range(&format!("{what} critical_velocity_m_s"), b.critical_velocity_m_s, 0.05, 10.0)?;
        in_range(&format!("{what} sink_s"), b.sink_s, 0.0, 1e6)?;
        in_range(&format!("{what} width_m"), b.width_m, 0.0, 1e4)?;
        if b.sill_m > b.crest_m {
            let message = format!("sill_m {} lies above crest_m {}", b.sill_m, b.crest_m);
            return Err(FloodError::setup(what, message));
        }
    }
    Ok(())
}

pub(super) type Range = std::ops::RangeInclusive<f32>;

pub(super) fn raster(what: &str, r: &Raster<f32>, setup: &FloodSetup, range: Range) -> Result<Vec<f32>, FloodError> {
    let (a, b) = (&r.grid, &setup.bed_m.grid);
    let near = |x: f64, y: f64| (x - y).abs() < 0.01 * b.cell_m;
    if (a.n_cols, a.n_rows) != (b.n_cols, b.n_rows)
        || !near(a.west_m, b.west_m)
        || !near(a.north_m, b.north_m)
        || (a.cell_m - b.cell_m).abs() > 1e-4 * b.cell_m
    {
        let shape = |g: &GridRef| {
            format!("{} × {} cells of {} m from x {}, y {}", g.n_cols, g.n_rows, g.cell_m, g.west_m, g.north_m)
        };
        return Err(FloodError::setup(what, format!("{}, but the dem has {}", shape(a), shape(b))));
    }
    let mut values = r.values.clone();
    for (k, v) in values.iter_mut().enumerate() {
        // A hole is harmless where the bed has one too.
        if v.is_nan() && setup.bed_m.values[k].is_nan() {
            *v = *range.start();
        }
        if !range.contains(v) {
            let (col, row) = a.col_row(k);
            let shown = if v.is_nan() { "no data".to_owned() } else { v.to_string() };
            let message = format!("{shown} at column {col}, row {row}; expected {} to {}", range.start(), range.end());
            return Err(FloodError::setup(what, message));
        }
    }
    Ok(values)
}

pub(super) fn plane(what: &str, p: &Plane, setup: &FloodSetup, range: Range) -> Result<Vec<f32>, FloodError> {
    match p {
        Plane::Raster(r) => raster(what, r, setup, range),
        Plane::Uniform(v) if range.contains(v) => Ok(vec![*v; setup.bed_m.grid.len()]),
        Plane::Uniform(v) => {
            Err(FloodError::setup(what, format!("{v}; expected {} to {}", range.start(), range.end())))
        }
    }
}

pub(super) fn cell_of(
    grid: &GridRef,
    layout: Layout,
    z_m: &[f32],
    what: String,
    (x, y): (f64, f64),
) -> Result<usize, FloodError> {
    let Some(idx) = grid.cell_at(x, y) else {
        let (w, e, s, n) = (grid.west_m, grid.east_m(), grid.south_m(), grid.north_m);
        let message = format!("({x}, {y}) lies outside the map (x {w} to {e}, y {s} to {n})");
        return Err(FloodError::setup(what, message));
    };
    let (col, row) = grid.col_row(idx);
    let at = layout.idx(col, row);
    if z_m[at] > 0.5 * BLOCKED_M {
        return Err(FloodError::setup(what, format!("({x}, {y}) lies on a cell without data")));
    }
    Ok(at)
}

/// Cells along a line, each once, in order; cells without data are passed over.
pub(super) fn line_cells(
    grid: &GridRef,
    layout: Layout,
    z_m: &[f32],
    k: usize,
    from: (f64, f64),
    to: (f64, f64),
) -> Result<Vec<usize>, FloodError> {
    let what = format!("inflow {}", k + 1);
    if from == to {
        return Ok(vec![cell_of(grid, layout, z_m, what, from)?]);
    }
    let length = libm::hypot(to.0 - from.0, to.1 - from.1);
    // Four samples a cell, at the middles of equal parts, so that ends on a cell's border take no extra cell.
    let n = (length / grid.cell_m * 4.0).ceil().clamp(1.0, 1e7) as usize;
    let mut cells: Vec<usize> = Vec::new();
    for i in 0..n {
        let f = (i as f64 + 0.5) / n as f64;
        let nudge = 1e-6 * grid.cell_m;
        let (x, y) = (from.0 + f * (to.0 - from.0), from.1 + f * (to.1 - from.1));
        // A line on the very edge of the map belongs to the cells inside.
        let x = x.clamp(grid.west_m + nudge, grid.east_m() - nudge);
        let y = y.clamp(grid.south_m() + nudge, grid.north_m - nudge);
        let outside = (x - (from.0 + f * (to.0 - from.0))).abs() > grid.cell_m
            || (y - (from.1 + f * (to.1 - from.1))).abs() > grid.cell_m;
        if outside {
            let message = format!("the line ({}, {}) to ({}, {}) leaves the map", from.0, from.1, to.0, to.1);
            return Err(FloodError::setup(what, message));
        }
        if let Ok(at) = cell_of(grid, layout, z_m, what.clone(), (x, y))
            && !cells.contains(&at)
        {
            cells.push(at);
        }
    }
    if cells.is_empty() {
        return Err(FloodError::setup(what, "the line lies wholly on cells without data"));
    }
    Ok(cells)
}

pub(super) fn edges_of(setup: &FloodSetup, layout: Layout) -> Result<(Edges, Vec<usize>), FloodError> {
    let grid = setup.bed_m.grid;
    let mut edges = Edges::closed(layout.n_cols, layout.n_rows);
    let mut numbers = Vec::new();
    for (k, b) in setup.boundaries.iter().enumerate() {
        let (low, high) = (b.from_m.min(b.to_m), b.from_m.max(b.to_m));
        let across = matches!(b.side, super::edges::Side::North | super::edges::Side::South);
        let (from, to) = if across {
            ((low - grid.west_m) / grid.cell_m, (high - grid.west_m) / grid.cell_m)
        } else {
            ((grid.north_m - high) / grid.cell_m, (grid.north_m - low) / grid.cell_m)
        };
        let n = if across { layout.n_cols } else { layout.n_rows };
        let range = (from.round().max(0.0) as usize).min(n)..(to.round().max(0.0) as usize).min(n);
        if range.is_empty() {
            let message = format!("{} to {} m covers no cell of the {:?} side", b.from_m, b.to_m, b.side);
            return Err(FloodError::setup(format!("boundary {}", k + 1), message.to_lowercase()));
        }
        let kind = match &b.kind {
            BoundaryKind::Closed => EdgeKind::Closed,
            BoundaryKind::Free { min_slope } => EdgeKind::Free { min_slope: *min_slope as f32 },
            BoundaryKind::Level { .. } => EdgeKind::Level { level_m: 0.0 },
        };
        numbers.push(edges.open(b.side, range, kind));
    }
    Ok((edges, numbers))
}

pub(super) fn hydrology_of(setup: &FloodSetup, layout: Layout) -> Result<Hydrology, FloodError> {
    const MM_H: f32 = 1.0 / 3.6e6;
    let rates = |what: &str, p: &Plane| -> Result<Vec<f32>, FloodError> {
        let values = plane(what, p, setup, 0.0..=10_000.0)?;
        Ok(layout.pad(&values.iter().map(|v| v * MM_H).collect::<Vec<_>>(), 0.0))
    };
    let mut soaked_m = Vec::new();
    let soil = match &setup.infiltration {
        None => Soil::Sealed,
        Some(Infiltration::Constant { rate_mm_h }) => Soil::Constant { rate_m_s: rates("infiltration", rate_mm_h)? },
        Some(Infiltration::GreenAmpt { k_mm_h, suction_mm, deficit }) => {
            if !(0.0..=5000.0).contains(suction_mm) || !(0.0..=1.0).contains(deficit) {
                let message = format!("suction {suction_mm} mm, deficit {deficit}; expected 0 to 5000 and 0 to 1");
                return Err(FloodError::setup("infiltration", message));
            }
            soaked_m = vec![0.0; layout.len()];
            Soil::GreenAmpt { k_m_s: rates("infiltration", k_mm_h)?, suction_m: (suction_mm / 1000.0 * deficit) as f32 }
        }
    };
    let drain_m_s = setup.drains_mm_h.as_ref().map(|p| rates("drains", p)).transpose()?.unwrap_or_default();
    let rain_weight = match &setup.rain_weight {
        Some(r) => layout.pad(&raster("rain weight", r, setup, 0.0..=100.0)?, 0.0),
        None => Vec::new(),
    };
    Ok(Hydrology { rain_weight, soil, soaked_m, drain_m_s, owed_m: vec![0.0; layout.len()] })
}
