//! Map features as every vector reader hands them over: shapes in some coordinate system with their properties; and
//! the one place where they are brought to RD metres.

use serde_json::{Map, Value};

use super::ImportError;
use super::limits::{Limits, at_most};
use crate::gis::crs::{Crs, CrsError, ToRd, guess, what_it_looks_like};

/// A closed ring of points.
pub type Ring = Vec<[f64; 2]>;

/// A polygon: the outer ring, then holes.
pub type Polygon = Vec<Ring>;

/// What a feature looks like.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// Nothing.
    None,
    /// Points.
    Points(Vec<[f64; 2]>),
    /// Lines.
    Lines(Vec<Vec<[f64; 2]>>),
    /// Polygons.
    Polygons(Vec<Polygon>),
}

/// A shape with its properties.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// Where it is.
    pub shape: Shape,
    /// What the source says about it.
    pub properties: Map<String, Value>,
}

/// The features of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The file, for messages.
    pub file: String,
    /// Coordinate system that the file declares, if any.
    pub declared: Option<Crs>,
    /// The features in the order of the file.
    pub features: Vec<Feature>,
    /// What a feature is called in messages: `feature`, `row` or `line`.
    pub unit: &'static str,
    /// Number of the first feature in messages.
    pub first: usize,
}

/// Coordinate system as a recipe states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CrsChoice {
    /// What the file declares, else what the first point can only be.
    #[default]
    Auto,
    /// RD New, EPSG:28992.
    Rd,
    /// WGS84, longitude first.
    Wgs84,
}

impl Shape {
    /// Every point, to read.
    pub fn points(&self) -> Box<dyn Iterator<Item = &[f64; 2]> + '_> {
        match self {
            Shape::None => Box::new(std::iter::empty()),
            Shape::Points(points) => Box::new(points.iter()),
            Shape::Lines(lines) => Box::new(lines.iter().flatten()),
            Shape::Polygons(polygons) => Box::new(polygons.iter().flatten().flatten()),
        }
    }

    /// Every point, to change.
    fn points_mut(&mut self) -> Box<dyn Iterator<Item = &mut [f64; 2]> + '_> {
        match self {
            Shape::None => Box::new(std::iter::empty()),
            Shape::Points(points) => Box::new(points.iter_mut()),
            Shape::Lines(lines) => Box::new(lines.iter_mut().flatten()),
            Shape::Polygons(polygons) => Box::new(polygons.iter_mut().flatten().flatten()),
        }
    }
}

impl Layer {
    /// The name of feature `i` in messages.
    pub fn place(&self, i: usize) -> String {
        format!("{} {}", self.unit, i + self.first)
    }

    /// Brings every point to RD metres and closes open rings. Returns the system the file was in.
    pub fn into_rd(mut self, choice: CrsChoice, to_rd: &ToRd, limits: &Limits) -> Result<(Layer, Crs), ImportError> {
        let n_points = self.features.iter().map(|f| f.shape.points().count()).sum();
        at_most(&self.file, "corner points", n_points, limits.points)?;
        let crs = self.crs(choice)?;
        for i in 0..self.features.len() {
            let place = self.place(i);
            for point in self.features[i].shape.points_mut() {
                *point = to_rd.point(crs, point[0], point[1]).map_err(|e| wrong_crs(&self.file, &place, *point, &e))?;
            }
            if let Shape::Polygons(polygons) = &mut self.features[i].shape {
                close_and_drop(polygons);
            }
        }
        Ok((self, crs))
    }

    fn crs(&self, choice: CrsChoice) -> Result<Crs, ImportError> {
        match (choice, self.declared) {
            (CrsChoice::Rd, _) => Ok(Crs::Rd),
            (CrsChoice::Wgs84, _) => Ok(Crs::Wgs84),
            (CrsChoice::Auto, Some(crs)) => Ok(crs),
            (CrsChoice::Auto, None) => {
                let first = self.features.iter().enumerate().find_map(|(i, f)| Some((i, *f.shape.points().next()?)));
                let Some((i, [x, y])) = first else {
                    return Err(ImportError::Empty { file: self.file.clone(), expected: "features with a place" });
                };
                guess(x, y).ok_or_else(|| ImportError::WrongCrs {
                    file: self.file.clone(),
                    place: self.place(i),
                    x,
                    y,
                    message: what_it_looks_like(x, y).into(),
                })
            }
        }
    }
}

fn wrong_crs(file: &str, place: &str, point: [f64; 2], error: &CrsError) -> ImportError {
    let message = match error {
        CrsError::Outside { reason, .. } => (*reason).to_string(),
        CrsError::Projection(message) => message.clone(),
    };
    ImportError::WrongCrs { file: file.into(), place: place.into(), x: point[0], y: point[1], message }
}

/// Closes open rings; drops rings that enclose nothing, and holes without their polygon.
fn close_and_drop(polygons: &mut Vec<Polygon>) {
    for polygon in polygons.iter_mut() {
        for ring in polygon.iter_mut() {
            if let (Some(&first), Some(&last)) = (ring.first(), ring.last())
                && first != last
            {
                ring.push(first);
            }
        }
        if polygon.first().is_none_or(|outer| outer.len() < 4) {
            polygon.clear();
        }
        polygon.retain(|ring| ring.len() >= 4);
    }
    polygons.retain(|polygon| !polygon.is_empty());
}

/// Signed area of a closed ring, m²; positive when it runs counter-clockwise.
pub fn ring_area_m2(ring: &[[f64; 2]]) -> f64 {
    let Some(&[x0, y0]) = ring.first() else { return 0.0 };
    // Relative to the first point: products of RD coordinates lose digits.
    ring.windows(2).map(|w| (w[0][0] - x0) * (w[1][1] - y0) - (w[1][0] - x0) * (w[0][1] - y0)).sum::<f64>() / 2.0
}

/// Area of a polygon without its holes, m².
pub fn polygon_area_m2(polygon: &[Ring]) -> f64 {
    let mut rings = polygon.iter().map(|ring| ring_area_m2(ring).abs());
    let outer = rings.next().unwrap_or(0.0);
    (outer - rings.sum::<f64>()).max(0.0)
}

/// Centroid of a closed ring; the mean of its points if it encloses nothing.
pub fn ring_centroid(ring: &[[f64; 2]]) -> [f64; 2] {
    let Some(&[x0, y0]) = ring.first() else { return [0.0, 0.0] };
    let (mut twice_area, mut cx, mut cy) = (0.0, 0.0, 0.0);
    for w in ring.windows(2) {
        let (ax, ay, bx, by) = (w[0][0] - x0, w[0][1] - y0, w[1][0] - x0, w[1][1] - y0);
        let cross = ax * by - bx * ay;
        twice_area += cross;
        cx += (ax + bx) * cross;
        cy += (ay + by) * cross;
    }
    if twice_area.abs() < 1e-9 {
        let n = ring.len() as f64;
        return [ring.iter().map(|p| p[0]).sum::<f64>() / n, ring.iter().map(|p| p[1]).sum::<f64>() / n];
    }
    [x0 + cx / (3.0 * twice_area), y0 + cy / (3.0 * twice_area)]
}

/// [west, south, east, north] of points, or `None` if there are none.
pub fn bounds<'a>(points: impl Iterator<Item = &'a [f64; 2]>) -> Option<[f64; 4]> {
    points.fold(None, |b: Option<[f64; 4]>, p| {
        Some(b.map_or([p[0], p[1], p[0], p[1]], |b| [b[0].min(p[0]), b[1].min(p[1]), b[2].max(p[0]), b[3].max(p[1])]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(shape: Shape) -> Layer {
        Layer {
            file: "t.geojson".into(),
            declared: None,
            features: vec![Feature { shape, properties: Map::new() }],
            unit: "feature",
            first: 1,
        }
    }

    fn to_rd(shape: Shape) -> Result<(Layer, Crs), ImportError> {
        layer(shape).into_rd(CrsChoice::Auto, &ToRd::new().unwrap(), &Limits::STANDARD)
    }

    #[test]
    fn swapped_axes_and_other_systems_are_named_with_their_place() {
        let error = to_rd(Shape::Points(vec![[52.37, 4.9]])).unwrap_err().to_string();
        assert_eq!(error, "t.geojson: feature 1: (52.37, 4.9) has latitude before longitude; swap the axes");
        let error = to_rd(Shape::Points(vec![[545_000.0, 6_867_000.0]])).unwrap_err().to_string();
        assert!(error.contains("EPSG:3857"), "{error}");
        // The first point decides; a later one in another system is refused.
        let error = to_rd(Shape::Points(vec![[121_000.0, 487_000.0], [4.9, 52.3]])).unwrap_err().to_string();
        assert!(error.contains("in degrees (WGS84), not in RD metres"), "{error}");
    }

    #[test]
    fn rings_are_closed_and_empty_ones_dropped() {
        let open = vec![[1e5, 4e5], [1.001e5, 4e5], [1.001e5, 4.001e5]];
        let (layer, crs) = to_rd(Shape::Polygons(vec![vec![open], vec![vec![[1e5, 4e5]]]])).unwrap();
        assert_eq!(crs, Crs::Rd);
        let Shape::Polygons(polygons) = &layer.features[0].shape else { panic!() };
        assert_eq!(polygons.len(), 1);
        assert_eq!(polygons[0][0].len(), 4);
        assert_eq!(polygon_area_m2(&polygons[0]), 5_000.0);
    }

    #[test]
    fn area_and_centroid_of_a_square_with_a_hole() {
        let square = |x: f64, side: f64| vec![[x, x], [x + side, x], [x + side, x + side], [x, x + side], [x, x]];
        let polygon = vec![square(100_000.0, 10.0), square(100_002.0, 2.0)];
        assert_eq!(polygon_area_m2(&polygon), 96.0);
        assert_eq!(ring_centroid(&polygon[0]), [100_005.0, 100_005.0]);
    }
}
