//! Coordinate systems of Dutch data, and the way from WGS84 to RD New.
//!
//! RD New (EPSG:28992) is an oblique stereographic projection of the Bessel 1841 ellipsoid with its origin at
//! Amersfoort (52.1551744° N, 5.3872062° E) = (155 000, 463 000) m. The way from WGS84 goes through the seven-parameter
//! datum shift of EPSG:28992; the official RDNAPTRANS adds a correction grid of at most 0.25 m, which maps at 20 m do
//! without. Grade M: NSGI, *RDNAPTRANS2018*.

use proj4rs::proj::Proj;
use proj4rs::transform::transform;
use thiserror::Error;

/// A coordinate system that the readers know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crs {
    /// EPSG:4326 / OGC CRS84, degrees, **longitude first**.
    Wgs84,
    /// EPSG:28992 (RD New), metres, x east, y north.
    Rd,
}

/// Extent of the Netherlands in RD, m: [west, south, east, north]. EPSG's area of use, rounded outwards.
pub const RD_EXTENT_M: [f64; 4] = [-7_000.0, 289_000.0, 300_000.0, 629_000.0];

/// Extent of the Netherlands in WGS84, degrees: [west, south, east, north], rounded outwards.
pub const WGS84_EXTENT_DEG: [f64; 4] = [3.0, 50.5, 7.5, 53.8];

const RD_PROJ: &str = "+proj=sterea +lat_0=52.15616055555555 +lon_0=5.38763888888889 +k=0.9999079 +x_0=155000 \
                       +y_0=463000 +ellps=bessel \
                       +towgs84=565.4171,50.3319,465.5524,-0.398957388243134,0.343987817378283,-1.87740163998045,4.0725 \
                       +units=m +no_defs";
const WGS84_PROJ: &str = "+proj=longlat +datum=WGS84 +no_defs";

/// Why coordinates are refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CrsError {
    /// Coordinates that lie outside the Netherlands in the system they should be in.
    #[error("({x}, {y}) {reason}")]
    Outside {
        /// First coordinate.
        x: f64,
        /// Second coordinate.
        y: f64,
        /// What it looks like.
        reason: &'static str,
    },
    /// The projection library refused.
    #[error("cannot be projected: {0}")]
    Projection(String),
}

/// Takes points to RD.
#[derive(Debug)]
pub struct ToRd {
    wgs84: Proj,
    rd: Proj,
}

impl ToRd {
    /// Prepares the projection.
    pub fn new() -> Result<ToRd, CrsError> {
        let proj = |text| Proj::from_proj_string(text).map_err(|e| CrsError::Projection(e.to_string()));
        Ok(ToRd { wgs84: proj(WGS84_PROJ)?, rd: proj(RD_PROJ)? })
    }

    /// RD metres of a point in `crs`. Refuses points outside the Netherlands and says what they look like.
    pub fn point(&self, crs: Crs, x: f64, y: f64) -> Result<[f64; 2], CrsError> {
        let refuse = |reason| Err(CrsError::Outside { x, y, reason });
        match crs {
            Crs::Rd if inside(&RD_EXTENT_M, x, y) => Ok([x, y]),
            Crs::Rd => refuse(what_it_looks_like(x, y)),
            Crs::Wgs84 if inside(&WGS84_EXTENT_DEG, x, y) => {
                let mut point = (x.to_radians(), y.to_radians(), 0.0);
                transform(&self.wgs84, &self.rd, &mut point).map_err(|e| CrsError::Projection(e.to_string()))?;
                Ok([point.0, point.1])
            }
            Crs::Wgs84 => refuse(what_it_looks_like(x, y)),
        }
    }

    /// Longitude and latitude (degrees, WGS84) of a point in RD metres.
    pub fn lon_lat(&self, x_m: f64, y_m: f64) -> Result<[f64; 2], CrsError> {
        let mut point = (x_m, y_m, 0.0);
        transform(&self.rd, &self.wgs84, &mut point).map_err(|e| CrsError::Projection(e.to_string()))?;
        Ok([point.0.to_degrees(), point.1.to_degrees()])
    }
}

/// The system that a point of the Netherlands must be in, or `None`.
pub fn guess(x: f64, y: f64) -> Option<Crs> {
    if inside(&WGS84_EXTENT_DEG, x, y) {
        Some(Crs::Wgs84)
    } else if inside(&RD_EXTENT_M, x, y) {
        Some(Crs::Rd)
    } else {
        None
    }
}

/// What coordinates that fit neither system look like, and what to do about it.
pub fn what_it_looks_like(x: f64, y: f64) -> &'static str {
    if !x.is_finite() || !y.is_finite() {
        "is not a number"
    } else if inside(&WGS84_EXTENT_DEG, y, x) {
        "has latitude before longitude; swap the axes"
    } else if inside(&RD_EXTENT_M, y, x) {
        "has y before x; swap the axes"
    } else if inside(&[350_000.0, 6_500_000.0, 830_000.0, 7_150_000.0], x, y) {
        "looks like web mercator (EPSG:3857); convert it to EPSG:28992"
    } else if inside(&WGS84_EXTENT_DEG, x, y) {
        "is in degrees (WGS84), not in RD metres"
    } else if inside(&RD_EXTENT_M, x, y) {
        "is in RD metres, not in degrees"
    } else if x.abs() <= 180.0 && y.abs() <= 90.0 {
        "is in degrees, but outside the Netherlands"
    } else {
        "lies outside the Netherlands in RD (EPSG:28992)"
    }
}

fn inside(extent: &[f64; 4], x: f64, y: f64) -> bool {
    x >= extent[0] && y >= extent[1] && x <= extent[2] && y <= extent[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance_m(a: [f64; 2], b: [f64; 2]) -> f64 {
        (a[0] - b[0]).hypot(a[1] - b[1])
    }

    /// The usual approximation (Schreutelkamp & Strang van Hees 2001) takes 52.15517440 N, 5.38720621 E for the origin;
    /// it is itself good to about 0.3 m. `city::import` checks polygons that a municipality gives in both systems.
    #[test]
    fn the_amersfoort_origin_is_155000_463000() {
        let to_rd = ToRd::new().unwrap();
        let p = to_rd.point(Crs::Wgs84, 5.387_206_21, 52.155_174_40).unwrap();
        assert!(distance_m(p, [155_000.0, 463_000.0]) < 0.4, "{p:?}");
    }

    #[test]
    fn there_and_back_again() {
        let to_rd = ToRd::new().unwrap();
        for (lon, lat) in [(3.4, 51.4), (4.9, 52.37), (7.0, 53.2), (5.9, 50.8)] {
            let p = to_rd.point(Crs::Wgs84, lon, lat).unwrap();
            let back = to_rd.lon_lat(p[0], p[1]).unwrap();
            assert!((back[0] - lon).abs() < 1e-7 && (back[1] - lat).abs() < 1e-7, "{back:?}");
        }
    }

    #[test]
    fn wrong_systems_are_named() {
        let to_rd = ToRd::new().unwrap();
        let says = |crs, x, y| to_rd.point(crs, x, y).unwrap_err().to_string();
        assert!(says(Crs::Wgs84, 52.37, 4.9).contains("latitude before longitude"));
        assert!(says(Crs::Rd, 487_000.0, 121_000.0).contains("y before x"));
        assert!(says(Crs::Rd, 4.9, 52.37).contains("in degrees (WGS84), not in RD metres"));
        assert!(says(Crs::Wgs84, 121_000.0, 487_000.0).contains("in RD metres, not in degrees"));
        assert!(says(Crs::Rd, 545_000.0, 6_867_000.0).contains("web mercator"));
        assert!(says(Crs::Wgs84, 13.4, 52.5).contains("outside the Netherlands"));
        assert!(says(Crs::Rd, f64::NAN, 0.0).contains("not a number"));
    }

    #[test]
    fn the_system_is_guessed_from_a_point() {
        assert_eq!(guess(4.9, 52.37), Some(Crs::Wgs84));
        assert_eq!(guess(121_000.0, 487_000.0), Some(Crs::Rd));
        assert_eq!(guess(52.37, 4.9), None);
    }
}
