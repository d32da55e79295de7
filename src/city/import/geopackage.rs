//! GeoPackage (OGC 12-128): an SQLite file whose feature tables hold geometry as a small header and WKB.
//!
//! The file is opened read-only. Only plain tables are read, never views, so that a file cannot make the importer run
//! a query of its own. The WKB reader is ours because the counts in a broken blob must be held against the bytes that
//! are left before anything is allocated.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use serde_json::{Map, Value};

use super::ImportError;
use super::error::nearest;
use super::layer::{Feature, Layer, Polygon, Shape};
use super::limits::{Limits, at_most};
use crate::gis::crs::Crs;

/// Reads feature table `layer` of a GeoPackage; without a name, the only one.
pub fn read(path: &Path, file: &str, layer: Option<&str>, limits: &Limits) -> Result<Layer, ImportError> {
    let fault = |e: rusqlite::Error| ImportError::syntax(file, "GeoPackage", e);
    // No value can be longer than the file, so the size of the file bounds them all.
    let size = std::fs::metadata(path).map_err(|e| ImportError::read(path, e))?.len();
    if size > limits.file_bytes {
        return Err(ImportError::TooLarge {
            file: file.into(),
            what: "the file".into(),
            limit: format!("{} MiB", limits.file_bytes >> 20),
        });
    }
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(fault)?;
    db.pragma_update(None, "trusted_schema", false).map_err(fault)?;

    let table = feature_table(&db, file, layer)?;
    let kind: Option<String> = db
        .query_row("SELECT type FROM sqlite_master WHERE name = ?1", [&table], |row| row.get(0))
        .optional()
        .map_err(fault)?;
    if kind.as_deref() != Some("table") {
        return Err(ImportError::syntax(file, format!("layer `{table}`"), "is not a plain table"));
    }
    let (geometry, srs): (String, i64) = db
        .query_row("SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?1", [&table], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(fault)?;
    let declared = match srs {
        28992 | 7415 => Some(Crs::Rd),
        4326 | 4258 => Some(Crs::Wgs84),
        0 | -1 => None,
        other => {
            let message = format!("is in EPSG:{other}; expected EPSG:28992 (RD) or EPSG:4326 (WGS84): convert it");
            return Err(ImportError::syntax(file, format!("layer `{table}`"), message));
        }
    };

    let mut statement = db.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\""))).map_err(fault)?;
    let names = column_names(&db, &table).map_err(fault)?;
    if names.len() != statement.column_count() {
        return Err(ImportError::syntax(
            file,
            format!("layer `{table}`"),
            "has computed columns, which are not supported",
        ));
    }
    at_most(file, "columns", names.len(), limits.columns)?;
    let geometry_column = names
        .iter()
        .position(|name| *name == geometry)
        .ok_or_else(|| ImportError::MissingColumn { file: file.into(), column: geometry.clone(), nearest: None })?;
    let mut rows = statement.query([]).map_err(fault)?;
    let mut features = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let place = || format!("row {}", features.len() + 1);
        let mut properties = Map::new();
        let mut shape = Shape::None;
        for (i, name) in names.iter().enumerate() {
            let value = row.get_ref(i).map_err(fault)?;
            if i == geometry_column {
                if let ValueRef::Blob(blob) = value {
                    shape = geometry_blob(blob).map_err(|message| ImportError::syntax(file, place(), message))?;
                }
            } else {
                properties.insert(name.clone(), json_of(value));
            }
        }
        features.push(Feature { shape, properties });
        at_most(file, "rows", features.len(), limits.rows)?;
    }
    if features.is_empty() {
        return Err(ImportError::Empty { file: file.into(), expected: "rows in the feature table" });
    }
    Ok(Layer { file: file.into(), declared, features, unit: "row", first: 1 })
}

/// Names of a table's columns. Not by `Statement::column_names`: that panics on a name that is no UTF-8.
fn column_names(db: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

fn feature_table(db: &Connection, file: &str, wanted: Option<&str>) -> Result<String, ImportError> {
    let list = || -> rusqlite::Result<Vec<String>> {
        let mut statement = db.prepare(
            "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name LIMIT 1000",
        )?;
        let names = statement.query_map([], |row| row.get(0))?;
        names.collect()
    };
    let tables = list().map_err(|e| ImportError::syntax(file, "GeoPackage", format!("is no GeoPackage: {e}")))?;
    match (wanted, tables.as_slice()) {
        (_, []) => Err(ImportError::Empty { file: file.into(), expected: "a feature table" }),
        (None, [only]) => Ok(only.clone()),
        (None, several) => {
            let message = format!("has several layers ({}); say which with `layer`", several.join(", "));
            Err(ImportError::syntax(file, "GeoPackage", message))
        }
        (Some(name), tables) if tables.iter().any(|table| table == name) => Ok(name.into()),
        (Some(name), tables) => {
            let near = nearest(name, tables.iter().map(String::as_str));
            let hint = near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default();
            Err(ImportError::syntax(file, "GeoPackage", format!("has no layer `{name}`{hint}")))
        }
    }
}

fn json_of(value: ValueRef) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(n) => n.into(),
        ValueRef::Real(x) => serde_json::Number::from_f64(x).map_or(Value::Null, Value::Number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).trim().into(),
    }
}

/// The shape in a GeoPackage geometry blob: `GP`, version, flags, SRS, envelope, WKB.
pub fn geometry_blob(blob: &[u8]) -> Result<Shape, String> {
    let header = blob.get(..8).ok_or("has a geometry of less than 8 bytes")?;
    if &header[..2] != b"GP" {
        return Err("has a geometry that does not begin with `GP`".into());
    }
    let flags = header[3];
    if flags & 0x20 != 0 {
        return Err("has an extended GeoPackage geometry, which is not supported".into());
    }
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        other => return Err(format!("has a geometry with envelope kind {other}")),
    };
    let wkb = blob.get(8 + envelope..).ok_or("has a geometry that is cut off in its header")?;
    if flags & 0x10 != 0 {
        return Ok(Shape::None);
    }
    wkb_shape(wkb)
}

/// The shape in well-known binary (also with Z, M or an SRID in it).
pub fn wkb_shape(wkb: &[u8]) -> Result<Shape, String> {
    let mut reader = Wkb { bytes: wkb, little: true, extra: 0 };
    let kind = reader.header()?;
    let shape = match kind {
        1 => Shape::Points(vec![reader.point()?]),
        2 => Shape::Lines(vec![reader.line()?]),
        3 => Shape::Polygons(vec![reader.polygon()?]),
        4 => Shape::Points(reader.parts(1, Wkb::point)?),
        5 => Shape::Lines(reader.parts(2, Wkb::line)?),
        6 => Shape::Polygons(reader.parts(3, Wkb::polygon)?),
        other => return Err(format!("has a geometry of WKB type {other}, which is not supported")),
    };
    Ok(shape)
}

struct Wkb<'a> {
    bytes: &'a [u8],
    little: bool,
    /// Ordinates after x and y.
    extra: usize,
}

impl Wkb<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (head, tail) = self.bytes.split_first_chunk::<N>().ok_or("has a geometry that is cut off")?;
        self.bytes = tail;
        Ok(*head)
    }

    fn u32(&mut self) -> Result<u32, String> {
        let bytes = self.take()?;
        Ok(if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn f64(&mut self) -> Result<f64, String> {
        let bytes = self.take()?;
        Ok(if self.little { f64::from_le_bytes(bytes) } else { f64::from_be_bytes(bytes) })
    }

    /// Byte order and type; returns the flat type (1–6).
    fn header(&mut self) -> Result<u32, String> {
        self.little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            [other] => return Err(format!("has a geometry with byte order {other}")),
        };
        let code = self.u32()?;
        // ISO adds 1000 (Z), 2000 (M) or 3000 (ZM); EWKB sets the high bits.
        let (flat, iso) = (code & 0x0fff_ffff, (code & 0x0fff_ffff) / 1000);
        let ewkb = usize::from(code & 0x8000_0000 != 0) + usize::from(code & 0x4000_0000 != 0);
        self.extra = match iso {
            0 => ewkb,
            1 | 2 => 1,
            3 => 2,
            _ => return Err(format!("has a geometry of WKB type {code}")),
        };
        if code & 0x2000_0000 != 0 {
            self.u32()?;
        }
        Ok(flat % 1000)
    }

    /// A count, held against the bytes that are left.
    fn count(&mut self, bytes_each: usize) -> Result<usize, String> {
        let n = self.u32()? as usize;
        if n.saturating_mul(bytes_each) > self.bytes.len() {
            return Err(format!("has a geometry that claims {n} parts but is cut off"));
        }
        Ok(n)
    }

    fn point(&mut self) -> Result<[f64; 2], String> {
        let point = [self.f64()?, self.f64()?];
        for _ in 0..self.extra {
            self.f64()?;
        }
        Ok(point)
    }

    fn line(&mut self) -> Result<Vec<[f64; 2]>, String> {
        let n = self.count(16 + 8 * self.extra)?;
        (0..n).map(|_| self.point()).collect()
    }

    fn polygon(&mut self) -> Result<Polygon, String> {
        let n = self.count(4)?;
        (0..n).map(|_| self.line()).collect()
    }

    fn parts<T>(&mut self, kind: u32, part: fn(&mut Self) -> Result<T, String>) -> Result<Vec<T>, String> {
        let n = self.count(5)?;
        let mut parts = Vec::with_capacity(n);
        for _ in 0..n {
            if self.header()? != kind {
                return Err("has a multi-geometry with parts of another kind".into());
            }
            parts.push(part(self)?);
        }
        Ok(parts)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A GeoPackage with one layer `buurten` of two squares; pages are small so that damage meets something.
    pub fn sample(path: &Path) {
        let db = Connection::open(path).unwrap();
        db.execute_batch(
            "PRAGMA page_size = 512;
             CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);
             CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);
             INSERT INTO gpkg_contents VALUES ('buurten', 'features');
             INSERT INTO gpkg_geometry_columns VALUES ('buurten', 'geom', 28992);
             CREATE TABLE buurten (id INTEGER PRIMARY KEY, geom BLOB, buurtcode TEXT, aantal_inwoners REAL);",
        )
        .unwrap();
        for (i, code) in ["BU00010000", "BU00010001"].iter().enumerate() {
            let x = 100_000.0 + 500.0 * i as f64;
            db.execute(
                "INSERT INTO buurten (geom, buurtcode, aantal_inwoners) VALUES (?1, ?2, 120)",
                (square(x), code),
            )
            .unwrap();
        }
    }

    /// A blob with a square of 500 m.
    pub fn square(x: f64) -> Vec<u8> {
        let mut blob = b"GP\0\x01".to_vec();
        blob.extend(28992_i32.to_le_bytes());
        blob.push(1);
        for n in [3_u32, 1, 5] {
            blob.extend(n.to_le_bytes());
        }
        for (dx, dy) in [(0.0, 0.0), (500.0, 0.0), (500.0, 500.0), (0.0, 500.0), (0.0, 0.0)] {
            blob.extend((x + dx).to_le_bytes());
            blob.extend((400_000.0_f64 + dy).to_le_bytes());
        }
        blob
    }

    #[test]
    fn the_only_layer_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.gpkg");
        sample(&path);
        let layer = read(&path, "a.gpkg", None, &Limits::STANDARD).unwrap();
        assert_eq!(layer.declared, Some(Crs::Rd));
        assert_eq!(layer.features.len(), 2);
        assert_eq!(layer.features[1].properties["buurtcode"], "BU00010001");
        let Shape::Polygons(polygons) = &layer.features[1].shape else { panic!() };
        assert_eq!(polygons[0][0][2], [101_000.0, 400_500.0]);
        let error = read(&path, "a.gpkg", Some("buurt"), &Limits::STANDARD).unwrap_err().to_string();
        assert!(error.ends_with("has no layer `buurt`; did you mean `buurten`?"), "{error}");
    }

    #[test]
    fn views_and_files_of_another_kind_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.gpkg");
        sample(&path);
        let db = Connection::open(&path).unwrap();
        db.execute_batch("ALTER TABLE buurten RENAME TO t; CREATE VIEW buurten AS SELECT * FROM t;").unwrap();
        db.execute("UPDATE gpkg_geometry_columns SET table_name = 'buurten'", []).unwrap();
        let error = read(&path, "a.gpkg", None, &Limits::STANDARD).unwrap_err().to_string();
        assert!(error.ends_with("is not a plain table"), "{error}");
        let text = dir.path().join("b.gpkg");
        std::fs::write(&text, "no database at all, but long enough to look like one").unwrap();
        assert!(read(&text, "b.gpkg", None, &Limits::STANDARD).unwrap_err().to_string().contains("is no GeoPackage"));
    }

    #[test]
    fn blobs_with_absurd_counts_are_refused_without_allocating() {
        let mut blob = square(0.0);
        blob[17..21].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(geometry_blob(&blob).unwrap_err().contains("cut off"));
        assert!(geometry_blob(&square(0.0)[..50]).unwrap_err().contains("cut off"));
        assert!(geometry_blob(b"XX").is_err());
    }

    #[test]
    fn multipolygons_big_endian_and_z() {
        let mut wkb = vec![0];
        wkb.extend(6_u32.to_be_bytes());
        wkb.extend(1_u32.to_be_bytes());
        wkb.push(0);
        wkb.extend(1003_u32.to_be_bytes());
        wkb.extend(1_u32.to_be_bytes());
        wkb.extend(4_u32.to_be_bytes());
        for v in [0.0, 0.0, 9.0, 1.0, 0.0, 9.0, 1.0, 1.0, 9.0, 0.0, 0.0, 9.0_f64] {
            wkb.extend(v.to_be_bytes());
        }
        let Shape::Polygons(polygons) = wkb_shape(&wkb).unwrap() else { panic!() };
        assert_eq!(polygons[0][0], vec![[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]);
    }
}
