//! What a flood case is made of, and what can be wrong with it.

use super::breach::Breach;
use super::edges::Side;
use crate::fields::series::Series;
use crate::gis::Raster;

/// Which equations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Solver {
    /// Fast; slow and shallow water. No supercritical flow, no bores.
    LocalInertial,
    /// Dam breaks, breaches, hydraulic jumps.
    ShallowWater,
}

/// One number everywhere, or a raster.
#[derive(Debug, Clone, PartialEq)]
pub enum Plane {
    /// The same everywhere.
    Uniform(f32),
    /// A value in each cell, on the grid of the bed.
    Raster(Raster<f32>),
}

/// Water that comes in at a point or along a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Inflow {
    /// Start of the line, or the point, metres on the map.
    pub from_m: (f64, f64),
    /// End of the line; equal to `from_m` for a point.
    pub to_m: (f64, f64),
    /// Discharge, m³/s, over the whole line.
    pub series: Series,
}

/// What happens on a stretch of an edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary {
    /// Which side of the map.
    pub side: Side,
    /// Stretch along the side, metres on the map (x for north and south, y for west and east).
    pub from_m: f64,
    /// End of the stretch.
    pub to_m: f64,
    /// What happens there.
    pub kind: BoundaryKind,
}

/// What happens at a boundary.
#[derive(Debug, Clone, PartialEq)]
pub enum BoundaryKind {
    /// No flow.
    Closed,
    /// Free outflow, with a least slope.
    Free {
        /// Least slope, m/m.
        min_slope: f64,
    },
    /// A water level over time, m above the map's own zero.
    Level {
        /// Level, m.
        series: Series,
    },
}

/// How the ground soaks up water.
#[derive(Debug, Clone, PartialEq)]
pub enum Infiltration {
    /// Constant rate, mm/h.
    Constant {
        /// Rate, mm/h.
        rate_mm_h: Plane,
    },
    /// Green–Ampt.
    GreenAmpt {
        /// Saturated conductivity, mm/h.
        k_mm_h: Plane,
        /// Suction head at the wetting front, mm.
        suction_mm: f64,
        /// Moisture deficit, 0–1.
        deficit: f64,
    },
}

/// A pump: takes water from one cell and gives it to another, or takes it away.
#[derive(Debug, Clone, PartialEq)]
pub struct Pump {
    /// Where it takes water, metres on the map.
    pub at_m: (f64, f64),
    /// Where the water comes out; `None` = off the map.
    pub to_m: Option<(f64, f64)>,
    /// Capacity, m³/s.
    pub capacity_m3_s: f64,
    /// Power, 0–1 over time; empty = always on.
    pub power: Option<Series>,
}

/// A thin dam.
#[derive(Debug, Clone, PartialEq)]
pub struct Wall {
    /// Start, metres on the map.
    pub from_m: (f64, f64),
    /// End.
    pub to_m: (f64, f64),
    /// Crest, m above the map's own zero.
    pub crest_m: f64,
}

/// A place where level, depth and velocity are written down.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// Name in the table.
    pub name: String,
    /// Metres on the map.
    pub at_m: (f64, f64),
}

/// A whole flood case.
#[derive(Debug, Clone, PartialEq)]
pub struct FloodSetup {
    /// Bed, m; NaN = no part of the model (buildings, no data).
    pub bed_m: Raster<f32>,
    /// Manning's roughness, s/m^{1/3}.
    pub manning: Plane,
    /// Which equations.
    pub solver: Solver,
    /// Water stands at this level at the start wherever the bed is lower.
    pub initial_level_m: Option<f64>,
    /// Depth at the start, m.
    pub initial_depth_m: Option<Raster<f32>>,
    /// Inflows.
    pub inflows: Vec<Inflow>,
    /// Edges; closed where none is given. Later ones win.
    pub boundaries: Vec<Boundary>,
    /// Rain, mm/h over time.
    pub rain_mm_h: Option<Series>,
    /// Share of the rain on each cell.
    pub rain_weight: Option<Raster<f32>>,
    /// Infiltration.
    pub infiltration: Option<Infiltration>,
    /// Drains: capacity, mm/h.
    pub drains_mm_h: Option<Plane>,
    /// Where the drains' water comes out; `None` = off the map.
    pub drain_outlet_m: Option<(f64, f64)>,
    /// Pumps.
    pub pumps: Vec<Pump>,
    /// Thin dams.
    pub walls: Vec<Wall>,
    /// Breaches.
    pub breaches: Vec<Breach>,
    /// Gauges.
    pub gauges: Vec<Gauge>,
    /// Share of the stable time step that is taken: 0.7 (local inertial) or 0.5 (shallow water) if `None`.
    pub alpha: Option<f64>,
    /// Weight of a face's own flux (local inertial): 0.9 by default, 1 = Bates 2010.
    pub theta: f64,
    /// Longest time step, s.
    pub dt_max_s: f64,
    /// Rain, soil, forcing and maxima are brought up to date this often, s.
    pub sample_every_s: f64,
}

impl FloodSetup {
    /// A closed, dry case without any forcing.
    pub fn new(bed_m: Raster<f32>, manning: f32, solver: Solver) -> Self {
        FloodSetup {
            bed_m,
            manning: Plane::Uniform(manning),
            solver,
            initial_level_m: None,
            initial_depth_m: None,
            inflows: Vec::new(),
            boundaries: Vec::new(),
            rain_mm_h: None,
            rain_weight: None,
            infiltration: None,
            drains_mm_h: None,
            drain_outlet_m: None,
            pumps: Vec::new(),
            walls: Vec::new(),
            breaches: Vec::new(),
            gauges: Vec::new(),
            alpha: None,
            theta: 0.9,
            dt_max_s: 10.0,
            sample_every_s: 5.0,
        }
    }
}

/// Why a case cannot be run, or why a run stopped.
#[derive(Debug, thiserror::Error)]
pub enum FloodError {
    /// A value of the case.
    #[error("{what}: {message}")]
    Setup {
        /// Which part of the case.
        what: String,
        /// What is wrong and what was expected.
        message: String,
    },
    /// A number went bad in the run.
    #[error("{stage}: {value} at column {col}, row {row} (x {x_m:.1}, y {y_m:.1}) after {t_s:.2} s; the run stopped")]
    Unsound {
        /// Stage that made it.
        stage: &'static str,
        /// What it is: `depth NaN`.
        value: String,
        /// Column of the cell.
        col: usize,
        /// Row of the cell.
        row: usize,
        /// Its centre.
        x_m: f64,
        /// Its centre.
        y_m: f64,
        /// When, s.
        t_s: f64,
    },
    /// The graphics processor failed.
    #[error("gpu: {0}")]
    Gpu(String),
}

impl FloodError {
    pub(super) fn setup(what: impl Into<String>, message: impl Into<String>) -> Self {
        FloodError::Setup { what: what.into(), message: message.into() }
    }
}
