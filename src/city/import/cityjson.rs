//! CityJSON (1.0–2.0): buildings with their surfaces; the importer keeps the footprint and one height.
//!
//! Footprint: the surfaces called `GroundSurface`, or without semantics those that lie flat at the lowest level.
//! Height above ground: `b3_h_dak_70p − b3_h_maaiveld` of 3D BAG where present, else the highest corner minus
//! `TerrainHeight` where present, else minus the lowest corner.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::ImportError;
use super::layer::{Feature, Layer, Polygon, Shape};
use super::limits::{Limits, at_most, decode};
use super::table::json_error;
use crate::gis::crs::Crs;

/// Property under which the height above ground is handed over, m.
pub const HEIGHT: &str = "height_m";

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "CityObjects")]
    objects: BTreeMap<String, Object>,
    vertices: Vec<[f64; 3]>,
    transform: Option<Transform>,
    metadata: Option<Value>,
}

#[derive(Deserialize)]
struct Transform {
    scale: [f64; 3],
    translate: [f64; 3],
}

#[derive(Deserialize)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    attributes: Map<String, Value>,
    #[serde(default)]
    parents: Vec<String>,
    #[serde(default)]
    geometry: Vec<Geometry>,
}

#[derive(Deserialize)]
struct Geometry {
    #[serde(default)]
    boundaries: Value,
    #[serde(default)]
    semantics: Option<Semantics>,
    #[serde(default)]
    lod: Value,
}

#[derive(Deserialize)]
struct Semantics {
    surfaces: Vec<Surface>,
    values: Value,
}

#[derive(Deserialize)]
struct Surface {
    #[serde(rename = "type")]
    kind: String,
}

/// Reads the buildings of a CityJSON file.
pub fn read(bytes: &[u8], file: &str, limits: &Limits) -> Result<Layer, ImportError> {
    let (text, _) = decode(bytes, file)?;
    let document: Document = serde_json::from_str(&text).map_err(|e| json_error(file, &e))?;
    at_most(file, "city objects", document.objects.len(), limits.rows)?;
    at_most(file, "vertices", document.vertices.len(), limits.points)?;
    let reference = document.metadata.as_ref().and_then(|m| m.get("referenceSystem")).and_then(Value::as_str);
    let declared = match reference.and_then(|r| r.rsplit(['/', ':']).next()) {
        None => None,
        Some("28992" | "7415") => Some(Crs::Rd),
        Some(other) => {
            let message = format!("is in EPSG:{other:.12}; expected EPSG:7415 or EPSG:28992");
            return Err(ImportError::syntax(file, "referenceSystem", message));
        }
    };
    let mut features = Vec::new();
    for (id, object) in document.objects.iter().filter(|(_, o)| o.kind.starts_with("Building")) {
        let Some(geometry) = object.geometry.iter().max_by(|a, b| lod(a).total_cmp(&lod(b))) else { continue };
        let fault = |message: &str| ImportError::syntax(file, format!("building `{id:.60}`"), message);
        let mut surfaces = Vec::new();
        collect_surfaces(&geometry.boundaries, geometry.semantics.as_ref().map(|s| &s.values), &mut surfaces);
        let feature = building(&document, object, geometry, &surfaces).map_err(fault)?;
        features.extend(feature);
    }
    if features.is_empty() {
        return Err(ImportError::Empty { file: file.into(), expected: "buildings with geometry" });
    }
    Ok(Layer { file: file.into(), declared, features, unit: "building", first: 1 })
}

fn lod(geometry: &Geometry) -> f64 {
    geometry.lod.as_f64().or_else(|| geometry.lod.as_str()?.parse().ok()).unwrap_or(0.0)
}

/// A ring of corners in space.
type Ring3 = Vec<[f64; 3]>;

/// A surface: rings of vertex numbers, and the number of its meaning.
struct RawSurface<'a> {
    rings: Vec<&'a Vec<Value>>,
    meaning: Option<usize>,
}

/// Walks boundaries of any depth (multi-surface, solid, composite) down to the surfaces.
fn collect_surfaces<'a>(boundaries: &'a Value, values: Option<&'a Value>, out: &mut Vec<RawSurface<'a>>) {
    let Value::Array(items) = boundaries else { return };
    // A surface is an array of rings; a ring is an array of numbers.
    let is_ring = |v: &Value| v.as_array().is_some_and(|a| a.first().is_some_and(Value::is_number));
    if items.first().is_some_and(is_ring) {
        let meaning = values.and_then(Value::as_u64).map(|n| n as usize);
        out.push(RawSurface { rings: items.iter().filter_map(Value::as_array).collect(), meaning });
        return;
    }
    for (i, item) in items.iter().enumerate() {
        collect_surfaces(item, values.and_then(|v| v.get(i)), out);
    }
}

fn building(
    document: &Document,
    object: &Object,
    geometry: &Geometry,
    surfaces: &[RawSurface],
) -> Result<Option<Feature>, &'static str> {
    let vertex = |index: &Value| -> Result<[f64; 3], &'static str> {
        let i = index.as_u64().ok_or("has a vertex number that is no number")? as usize;
        let v = document.vertices.get(i).ok_or("points to a vertex that does not exist")?;
        Ok(match &document.transform {
            None => *v,
            Some(t) => [0, 1, 2].map(|k| v[k] * t.scale[k] + t.translate[k]),
        })
    };
    let mut solid: Vec<(Vec<Ring3>, Option<&str>)> = Vec::new();
    for surface in surfaces {
        let rings = surface
            .rings
            .iter()
            .map(|ring| ring.iter().map(&vertex).collect::<Result<Vec<_>, _>>())
            .collect::<Result<Vec<_>, _>>()?;
        let kind = surface.meaning.and_then(|m| Some(geometry.semantics.as_ref()?.surfaces.get(m)?.kind.as_str()));
        solid.push((rings, kind));
    }
    let heights = || solid.iter().flat_map(|(rings, _)| rings.iter().flatten()).map(|v| v[2]);
    let (lowest, highest) = (heights().fold(f64::INFINITY, f64::min), heights().fold(f64::NEG_INFINITY, f64::max));
    if !lowest.is_finite() || !highest.is_finite() {
        return Ok(None);
    }
    let is_flat_and_low = |rings: &Vec<Ring3>| {
        let ring = rings.first().map_or(&[][..], Vec::as_slice);
        ring.iter().all(|v| v[2] - lowest < 0.3)
    };
    let named = solid.iter().any(|(_, kind)| *kind == Some("GroundSurface"));
    let polygons: Vec<Polygon> = solid
        .iter()
        .filter(|(rings, kind)| if named { *kind == Some("GroundSurface") } else { is_flat_and_low(rings) })
        .map(|(rings, _)| rings.iter().map(|ring| ring.iter().map(|v| [v[0], v[1]]).collect()).collect())
        .collect();
    if polygons.is_empty() {
        return Ok(None);
    }
    // In 3D BAG the attributes sit on the building and the geometry on its part.
    let parent = object.parents.first().and_then(|id| document.objects.get(id));
    let attribute = |name: &str| {
        [Some(object), parent].into_iter().flatten().find_map(|o| o.attributes.get(name).and_then(Value::as_f64))
    };
    let height_m = match (attribute("b3_h_dak_70p"), attribute("b3_h_maaiveld"), attribute("TerrainHeight")) {
        (Some(roof), Some(ground), _) => roof - ground,
        (_, _, Some(ground)) => highest - ground,
        _ => highest - lowest,
    };
    let mut properties = Map::new();
    properties.insert(HEIGHT.into(), Value::from(height_m.max(0.0)));
    Ok(Some(Feature { shape: Shape::Polygons(polygons), properties }))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A box of 10 × 5 × 8 m with named surfaces, and its parent with 3D BAG attributes.
    pub const SAMPLE: &str = r#"{"type":"CityJSON","version":"2.0","transform":{"scale":[0.5,0.5,0.5],"translate":[90000,435000,1]},
        "metadata":{"referenceSystem":"https://www.opengis.net/def/crs/EPSG/0/7415"},
        "CityObjects":{"b":{"type":"Building","attributes":{"b3_h_dak_70p":9.5,"b3_h_maaiveld":1.0}},
        "b-0":{"type":"BuildingPart","parents":["b"],"geometry":[{"type":"Solid","lod":"2.2",
            "boundaries":[[[[0,1,2,3]],[[4,5,6,7]]]],
            "semantics":{"surfaces":[{"type":"GroundSurface"},{"type":"RoofSurface"}],"values":[[0,1]]}}]}},
        "vertices":[[0,0,0],[20,0,0],[20,10,0],[0,10,0],[0,0,16],[20,0,16],[20,10,16],[0,10,16]]}"#;

    #[test]
    fn footprint_and_height_of_a_box() {
        let layer = read(SAMPLE.as_bytes(), "t.city.json", &Limits::STANDARD).unwrap();
        assert_eq!(layer.declared, Some(Crs::Rd));
        assert_eq!(layer.features.len(), 1);
        assert_eq!(layer.features[0].properties[HEIGHT], 8.5);
        let Shape::Polygons(polygons) = &layer.features[0].shape else { panic!() };
        assert_eq!(
            polygons[0][0],
            vec![[90000.0, 435000.0], [90010.0, 435000.0], [90010.0, 435005.0], [90000.0, 435005.0]]
        );
    }

    #[test]
    fn without_semantics_the_lowest_flat_surface_counts() {
        let text = SAMPLE.replace("\"semantics\"", "\"other\"").replace("b3_h_dak_70p", "x");
        let layer = read(text.as_bytes(), "t.city.json", &Limits::STANDARD).unwrap();
        assert_eq!(layer.features[0].properties[HEIGHT], 8.0);
        let Shape::Polygons(polygons) = &layer.features[0].shape else { panic!() };
        assert_eq!(polygons.len(), 1);
    }

    #[test]
    fn vertices_that_do_not_exist_are_named() {
        let text = SAMPLE.replace("[0,1,2,3]", "[0,1,2,99]");
        let error = read(text.as_bytes(), "t.city.json", &Limits::STANDARD).unwrap_err().to_string();
        assert_eq!(error, "t.city.json: building `b-0`: points to a vertex that does not exist");
    }
}
