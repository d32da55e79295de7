//! OpenStreetMap as the Overpass API answers it (`out geom`): ways and multipolygon relations with their points.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::ImportError;
use super::layer::{Feature, Layer, Polygon, Ring, Shape};
use super::limits::{Limits, at_most, decode};
use super::table::json_error;
use crate::gis::crs::Crs;

#[derive(Deserialize)]
struct Document {
    elements: Vec<Element>,
}

#[derive(Deserialize)]
struct Element {
    #[serde(default)]
    geometry: Vec<Option<LatLon>>,
    #[serde(default)]
    members: Vec<Member>,
    #[serde(default)]
    tags: Map<String, Value>,
}

#[derive(Deserialize)]
struct Member {
    #[serde(default)]
    role: String,
    #[serde(default)]
    geometry: Vec<Option<LatLon>>,
}

#[derive(Deserialize, Clone, Copy)]
struct LatLon {
    lat: f64,
    lon: f64,
}

/// Reads the closed ways and the multipolygons of an Overpass answer; open ways become lines, nodes nothing.
pub fn read(bytes: &[u8], file: &str, limits: &Limits) -> Result<Layer, ImportError> {
    let (text, _) = decode(bytes, file)?;
    let document: Document = serde_json::from_str(&text).map_err(|e| json_error(file, &e))?;
    at_most(file, "elements", document.elements.len(), limits.rows)?;
    let features: Vec<Feature> =
        document.elements.into_iter().map(|e| Feature { shape: shape_of(&e), properties: e.tags }).collect();
    if features.is_empty() {
        return Err(ImportError::Empty { file: file.into(), expected: "elements" });
    }
    Ok(Layer { file: file.into(), declared: Some(Crs::Wgs84), features, unit: "element", first: 1 })
}

fn shape_of(element: &Element) -> Shape {
    let way = line_of(&element.geometry);
    if way.len() >= 4 && way.first() == way.last() {
        return Shape::Polygons(vec![vec![way]]);
    }
    if way.len() >= 2 {
        return Shape::Lines(vec![way]);
    }
    let rings =
        |role: &str| join(element.members.iter().filter(|m| m.role == role).map(|m| line_of(&m.geometry)).collect());
    let outer = rings("outer");
    if outer.is_empty() {
        return Shape::None;
    }
    // Even-odd filling makes it unimportant which outer ring a hole is filed under.
    let mut polygons: Vec<Polygon> = outer.into_iter().map(|ring| vec![ring]).collect();
    polygons[0].extend(rings("inner"));
    Shape::Polygons(polygons)
}

fn line_of(geometry: &[Option<LatLon>]) -> Ring {
    geometry.iter().flatten().map(|p| [p.lon, p.lat]).collect()
}

/// Joins pieces that share end points into closed rings; what stays open is dropped.
fn join(mut pieces: Vec<Ring>) -> Vec<Ring> {
    pieces.retain(|piece| piece.len() >= 2);
    let mut rings = Vec::new();
    while let Some(mut ring) = pieces.pop() {
        while ring.first() != ring.last() {
            let end = ring[ring.len() - 1];
            let Some(i) = pieces.iter().position(|p| p[0] == end || p[p.len() - 1] == end) else { break };
            let mut next = pieces.swap_remove(i);
            if next[0] != end {
                next.reverse();
            }
            ring.extend_from_slice(&next[1..]);
        }
        if ring.len() >= 4 && ring.first() == ring.last() {
            rings.push(ring);
        }
    }
    rings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_relations_and_nodes() {
        let json = br#"{"elements":[
            {"type":"way","tags":{"leisure":"park"},"geometry":[{"lat":52.0,"lon":4.0},{"lat":52.0,"lon":4.1},{"lat":52.1,"lon":4.1},{"lat":52.0,"lon":4.0}]},
            {"type":"relation","members":[
                {"type":"way","role":"outer","geometry":[{"lat":52.0,"lon":4.0},{"lat":52.0,"lon":4.1},{"lat":52.1,"lon":4.1}]},
                {"type":"way","role":"outer","geometry":[{"lat":52.0,"lon":4.0},{"lat":52.1,"lon":4.1}]}]},
            {"type":"node","lat":52.0,"lon":4.0}]}"#;
        let layer = read(json, "t.json", &Limits::STANDARD).unwrap();
        let Shape::Polygons(way) = &layer.features[0].shape else { panic!() };
        assert_eq!(way[0][0][1], [4.1, 52.0]);
        assert_eq!(layer.features[0].properties["leisure"], "park");
        let Shape::Polygons(relation) = &layer.features[1].shape else { panic!() };
        assert_eq!(relation[0][0].len(), 4);
        assert_eq!(layer.features[2].shape, Shape::None);
    }

    #[test]
    fn a_cut_file_is_placed() {
        let error = read(b"{\"elements\":[{\"type\"", "t.json", &Limits::STANDARD).unwrap_err().to_string();
        assert!(error.starts_with("t.json: line 1 column"), "{error}");
    }
}
