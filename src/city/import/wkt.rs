//! Geometry as text (WKT) in a column of a table, with or without `SRID=…;` before it.

use geozero::ToGeo;
use geozero::wkt::Wkt;

use super::ImportError;
use super::layer::{Feature, Layer, Polygon, Shape};
use super::table::Table;
use crate::gis::crs::Crs;

/// Makes features of the rows of a table whose column `geometry` holds WKT.
pub fn read(table: &Table, geometry: &str) -> Result<Layer, ImportError> {
    let column = table.require(geometry)?;
    let mut declared = None;
    let mut features = Vec::with_capacity(table.rows.len());
    for (i, row) in table.rows.iter().enumerate() {
        let fault = |message: String| ImportError::syntax(&table.file, format!("row {}", table.row_number(i)), message);
        let (srid, text) = split_srid(&row[column]).map_err(fault)?;
        if let Some(crs) = srid {
            if declared.is_some_and(|before| before != crs) {
                return Err(fault("has another SRID than the rows before".into()));
            }
            declared = Some(crs);
        }
        let shape = if text.is_empty() { Shape::None } else { parse(text).map_err(fault)? };
        let properties = table
            .headers
            .iter()
            .zip(row)
            .enumerate()
            .filter(|(j, _)| *j != column)
            .map(|(_, (name, value))| (name.clone(), value.clone().into()))
            .collect();
        features.push(Feature { shape, properties });
    }
    Ok(Layer { file: table.file.clone(), declared, features, unit: "row", first: table.first_row })
}

fn split_srid(text: &str) -> Result<(Option<Crs>, &str), String> {
    let Some(rest) = text.strip_prefix("SRID=") else { return Ok((None, text)) };
    let (number, wkt) = rest.split_once(';').ok_or("has `SRID=` without a `;` after it")?;
    match number {
        "28992" => Ok((Some(Crs::Rd), wkt)),
        "4326" | "4258" => Ok((Some(Crs::Wgs84), wkt)),
        other => Err(format!("has SRID {other:.12}; expected 28992 (RD) or 4326 (WGS84)")),
    }
}

/// Parses plain WKT. Geometry collections are refused before the parser sees them, because they may nest without end.
fn parse(text: &str) -> Result<Shape, String> {
    let word: String = text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    let known = ["POINT", "MULTIPOINT", "LINESTRING", "MULTILINESTRING", "POLYGON", "MULTIPOLYGON"];
    if !known.contains(&word.to_uppercase().as_str()) {
        let start: String = text.chars().take(20).collect();
        return Err(format!("starts with `{start}`; expected WKT such as POLYGON ((…))"));
    }
    let geometry = Wkt(text).to_geo().map_err(|e| format!("is no WKT geometry: {e}"))?;
    from_geo(geometry)
}

/// A `geo` geometry as a shape.
fn from_geo(geometry: geo::Geometry<f64>) -> Result<Shape, String> {
    use geo::Geometry as G;
    let line = |l: &geo::LineString<f64>| l.0.iter().map(|c| [c.x, c.y]).collect::<Vec<_>>();
    let polygon =
        |p: &geo::Polygon<f64>| -> Polygon { std::iter::once(p.exterior()).chain(p.interiors()).map(line).collect() };
    Ok(match geometry {
        G::Point(p) => Shape::Points(vec![[p.x(), p.y()]]),
        G::MultiPoint(points) => Shape::Points(points.0.iter().map(|p| [p.x(), p.y()]).collect()),
        G::LineString(l) => Shape::Lines(vec![line(&l)]),
        G::MultiLineString(lines) => Shape::Lines(lines.0.iter().map(line).collect()),
        G::Polygon(p) => Shape::Polygons(vec![polygon(&p)]),
        G::MultiPolygon(polygons) => Shape::Polygons(polygons.0.iter().map(polygon).collect()),
        _ => return Err("is a kind of geometry that is not supported".into()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::*;

    fn layer(csv: &str) -> Result<Layer, ImportError> {
        read(&Table::from_csv(csv.as_bytes(), "t.csv", &Limits::STANDARD).unwrap(), "geometrie")
    }

    #[test]
    fn polygons_in_a_column_with_and_without_srid() {
        let csv = "code,geometrie\nA,\"SRID=28992;POLYGON ((0 0, 1 0, 1 1, 0 0))\"\n\
                   B,\"MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5), (5.1 5, 5.2 5, 5.2 5.1, 5.1 5)))\"\nC,\n";
        let layer = layer(csv).unwrap();
        assert_eq!(layer.declared, Some(Crs::Rd));
        assert_eq!(layer.features[0].properties["code"], "A");
        let Shape::Polygons(polygons) = &layer.features[1].shape else { panic!() };
        assert_eq!((polygons.len(), polygons[1].len()), (2, 2));
        assert_eq!(layer.features[2].shape, Shape::None);
    }

    #[test]
    fn faults_are_placed() {
        let says = |wkt: &str| layer(&format!("code,geometrie\nA,\"{wkt}\"\n")).unwrap_err().to_string();
        assert!(says("POLYGON ((0 0, 1").starts_with("t.csv: row 2: is no WKT geometry"));
        assert!(says("SRID=3857;POLYGON ((0 0, 1 0, 1 1, 0 0))").contains("has SRID 3857"));
        assert!(says("GEOMETRYCOLLECTION (POINT (1 1))").contains("expected WKT such as POLYGON"));
        assert!(says("SRID=28992").contains("without a `;`"));
    }
}
