//! GeoJSON (RFC 7946, and the older habit of a `crs` member): a feature collection, or one feature a line.

use std::fmt;

use geojson::{Feature as GeoFeature, GeometryValue, Position};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::ImportError;
use super::layer::{Feature, Layer, Polygon, Shape};
use super::limits::{Limits, at_most, decode};
use super::table::json_error;
use crate::gis::crs::Crs;

/// Reads a feature collection.
pub fn read_collection(bytes: &[u8], file: &str, limits: &Limits) -> Result<Layer, ImportError> {
    let (text, _) = decode(bytes, file)?;
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let mut collector = Collector { file, limits, features: Vec::new(), crs: None, fault: None, has_features: false };
    let parsed = Document(&mut collector).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if let Some(fault) = collector.fault {
        return Err(fault);
    }
    parsed.map_err(|e| json_error(file, &e))?;
    if !collector.has_features {
        return Err(ImportError::syntax(file, "whole file", "is no feature collection: it has no `features`"));
    }
    if collector.features.is_empty() {
        return Err(ImportError::Empty { file: file.into(), expected: "features" });
    }
    let declared = match collector.crs {
        Some(crs) => declared_crs(&crs, file)?,
        None => None,
    };
    Ok(Layer { file: file.into(), declared, features: collector.features, unit: "feature", first: 1 })
}

/// Reads one feature a line.
pub fn read_lines(bytes: &[u8], file: &str, limits: &Limits) -> Result<Layer, ImportError> {
    let (text, _) = decode(bytes, file)?;
    let mut features = Vec::new();
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("line {}", i + 1);
        // RFC 8142 puts a record separator before each line.
        let feature: GeoFeature = serde_json::from_str(line.trim_start_matches('\u{1e}'))
            .map_err(|e| ImportError::syntax(file, place(), e))?;
        features.push(convert(feature).map_err(|message| ImportError::syntax(file, place(), message))?);
        at_most(file, "features", features.len(), limits.rows)?;
    }
    if features.is_empty() {
        return Err(ImportError::Empty { file: file.into(), expected: "one feature a line" });
    }
    Ok(Layer { file: file.into(), declared: None, features, unit: "line", first: 1 })
}

/// The system that a `crs` member names.
fn declared_crs(crs: &Value, file: &str) -> Result<Option<Crs>, ImportError> {
    let Some(name) = crs.pointer("/properties/name").and_then(Value::as_str) else { return Ok(None) };
    if name.ends_with("28992") || name.ends_with("7415") {
        Ok(Some(Crs::Rd))
    } else if name.ends_with("CRS84") || name.ends_with("4326") || name.ends_with("4258") {
        Ok(Some(Crs::Wgs84))
    } else {
        let message = format!("declares `{name}`; expected EPSG:28992 (RD) or EPSG:4326 (WGS84): convert it");
        Err(ImportError::syntax(file, "crs", message))
    }
}

/// Collects features one by one, so that a collection is never held twice.
struct Collector<'a> {
    file: &'a str,
    limits: &'a Limits,
    features: Vec<Feature>,
    crs: Option<Value>,
    fault: Option<ImportError>,
    has_features: bool,
}

struct Document<'c, 'a>(&'c mut Collector<'a>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a GeoJSON feature collection")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "features" => {
                    self.0.has_features = true;
                    map.next_value_seed(Features(self.0))?;
                }
                "crs" => self.0.crs = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Features<'c, 'a>(&'c mut Collector<'a>);

impl<'de> DeserializeSeed<'de> for Features<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Features<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array of features")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let collector = self.0;
        while let Some(feature) = seq.next_element::<GeoFeature>()? {
            let place = format!("feature {}", collector.features.len() + 1);
            let taken = convert(feature)
                .map_err(|message| ImportError::syntax(collector.file, place, message))
                .and_then(|feature| {
                    collector.features.push(feature);
                    at_most(collector.file, "features", collector.features.len(), collector.limits.rows)
                });
            if let Err(fault) = taken {
                collector.fault = Some(fault);
                return Err(serde::de::Error::custom("stopped at a faulty feature"));
            }
        }
        Ok(())
    }
}

fn convert(feature: GeoFeature) -> Result<Feature, String> {
    let shape = match feature.geometry {
        None => Shape::None,
        Some(geometry) => shape_of(geometry.value)?,
    };
    Ok(Feature { shape, properties: feature.properties.unwrap_or_default() })
}

fn shape_of(value: GeometryValue) -> Result<Shape, String> {
    Ok(match value {
        GeometryValue::Point { coordinates } => Shape::Points(vec![point(&coordinates)?]),
        GeometryValue::MultiPoint { coordinates } => Shape::Points(line(&coordinates)?),
        GeometryValue::LineString { coordinates } => Shape::Lines(vec![line(&coordinates)?]),
        GeometryValue::MultiLineString { coordinates } => Shape::Lines(polygon(&coordinates)?),
        GeometryValue::Polygon { coordinates } => Shape::Polygons(vec![polygon(&coordinates)?]),
        GeometryValue::MultiPolygon { coordinates } => {
            Shape::Polygons(coordinates.iter().map(|p| polygon(p)).collect::<Result<_, _>>()?)
        }
        GeometryValue::GeometryCollection { .. } => return Err("a geometry collection is not supported".into()),
    })
}

fn point(position: &Position) -> Result<[f64; 2], String> {
    match position.as_slice() {
        [x, y, ..] => Ok([*x, *y]),
        _ => Err("a position needs two numbers".into()),
    }
}

fn line(positions: &[Position]) -> Result<Vec<[f64; 2]>, String> {
    positions.iter().map(point).collect()
}

fn polygon(rings: &[Vec<Position>]) -> Result<Polygon, String> {
    rings.iter().map(|ring| line(ring)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = r#"{"type":"FeatureCollection",
        "crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::28992"}},
        "features":[
        {"type":"Feature","properties":{"code":"A"},"geometry":{"type":"Polygon",
            "coordinates":[[[121000,487000],[121100,487000],[121100,487100],[121000,487000]]]}},
        {"type":"Feature","properties":null,"geometry":{"type":"LineString","coordinates":[[0,1],[2,3,4]]}}]}"#;

    fn read(text: &str) -> Result<Layer, ImportError> {
        read_collection(text.as_bytes(), "t.geojson", &Limits::STANDARD)
    }

    #[test]
    fn features_with_their_declared_system() {
        let layer = read(TWO).unwrap();
        assert_eq!(layer.declared, Some(Crs::Rd));
        assert_eq!(layer.features.len(), 2);
        assert_eq!(layer.features[0].properties["code"], "A");
        assert_eq!(layer.features[1].shape, Shape::Lines(vec![vec![[0.0, 1.0], [2.0, 3.0]]]));
    }

    #[test]
    fn faults_are_placed() {
        let cut = read(&TWO[..200]).unwrap_err().to_string();
        assert!(cut.starts_with("t.geojson: line 4 column"), "{cut}");
        let error = read(r#"{"type":"Feature","properties":{}}"#).unwrap_err().to_string();
        assert_eq!(error, "t.geojson: whole file: is no feature collection: it has no `features`");
        assert_eq!(read(r#"{"features":[]}"#).unwrap_err().to_string(), "t.geojson: is empty; expected features");
        let other = TWO.replace("28992", "31370");
        assert!(read(&other).unwrap_err().to_string().contains("declares `urn:ogc:def:crs:EPSG::31370`"));
        let error = read_lines(b"{\"type\":\"Feature\"}\n{oops", "t.geojsonl", &Limits::STANDARD).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
    }

    #[test]
    fn lines_of_features() {
        let line = r#"{"type":"Feature","properties":{"h":9.2},"geometry":{"type":"Point","coordinates":[4.9,52.4]}}"#;
        let layer = read_lines(format!("{line}\n\n\u{1e}{line}\n").as_bytes(), "t", &Limits::STANDARD).unwrap();
        assert_eq!(layer.features.len(), 2);
        assert_eq!(layer.features[1].shape, Shape::Points(vec![[4.9, 52.4]]));
    }
}
