//! The coordinates of a street grid: u across the streets, v along them.

use super::plan::Point;

/// The coordinates of a street grid.
#[derive(Debug, Clone, Copy)]
pub enum Frame {
    /// Straight streets, bent by a sine of the given amplitude and wavelength.
    Straight { origin: Point, across: Point, along: Point, bend_m: f64, wave_m: f64 },
    /// Rings round a centre: u is the radius, v the arc length at `radius_m`.
    Round { centre: Point, radius_m: f64 },
}

impl Frame {
    fn bend(bend_m: f64, wave_m: f64, v: f64) -> f64 {
        bend_m * libm::sin(v * std::f64::consts::TAU / wave_m)
    }

    /// Place of (u, v).
    pub fn place(&self, u: f64, v: f64) -> Point {
        match *self {
            Frame::Straight { origin, across, along, bend_m, wave_m } => {
                let u = u + Frame::bend(bend_m, wave_m, v);
                [origin[0] + u * across[0] + v * along[0], origin[1] + u * across[1] + v * along[1]]
            }
            Frame::Round { centre, radius_m } => {
                let (sin, cos) = libm::sincos(v / radius_m);
                [centre[0] + u * cos, centre[1] + u * sin]
            }
        }
    }

    /// (u, v) of a place.
    pub fn coordinates(&self, p: Point) -> (f64, f64) {
        match *self {
            Frame::Straight { origin, across, along, bend_m, wave_m } => {
                let d = [p[0] - origin[0], p[1] - origin[1]];
                let v = d[0] * along[0] + d[1] * along[1];
                (d[0] * across[0] + d[1] * across[1] - Frame::bend(bend_m, wave_m, v), v)
            }
            Frame::Round { centre, radius_m } => {
                let d = [p[0] - centre[0], p[1] - centre[1]];
                ((d[0] * d[0] + d[1] * d[1]).sqrt(), libm::atan2(d[1], d[0]) * radius_m)
            }
        }
    }

    /// Length in m of a step of 1 in v.
    pub fn scale(&self, u: f64) -> f64 {
        match *self {
            Frame::Straight { .. } => 1.0,
            Frame::Round { radius_m, .. } => u / radius_m,
        }
    }

    /// True if every street is a straight line.
    pub fn is_straight(&self) -> bool {
        matches!(*self, Frame::Straight { bend_m, .. } if bend_m == 0.0)
    }
}
