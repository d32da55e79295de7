//! Opens the files that a recipe names, whatever their format, and keeps the book on them for the report.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::config::{Format, Source};
use super::layer::{Feature, Layer, Shape};
use super::limits::{Content, Limits, at_most, read};
use super::report::FileUse;
use super::table::Table;
use super::{ImportError, cityjson, geojson, geopackage, overpass, wkt};
use crate::gis::crs::{Crs, ToRd};

/// Opens files below one data folder.
#[derive(Debug)]
pub struct Opener<'a> {
    data_dir: &'a Path,
    limits: Limits,
    to_rd: ToRd,
    /// Every file opened so far.
    pub files: Vec<FileUse>,
}

impl<'a> Opener<'a> {
    /// An opener for the files below `data_dir`.
    pub fn new(data_dir: &'a Path, limits: Limits) -> Result<Opener<'a>, ImportError> {
        let to_rd = ToRd::new().map_err(|e| ImportError::Mismatch { message: e.to_string() })?;
        Ok(Opener { data_dir, limits, to_rd, files: Vec::new() })
    }

    /// Reads a table: delimited text, OData, or the properties of features.
    pub fn table(&mut self, file: &str, format: Format, role: &str) -> Result<Table, ImportError> {
        let format = format_of(file, format)?;
        let limits = self.limits;
        let (table, content) = match format {
            Format::Csv => {
                let content = self.read(file)?;
                (Table::from_csv(&content.bytes, file, &limits)?, content)
            }
            Format::Odata => {
                let content = self.read(file)?;
                (Table::from_odata(&content.bytes, file, &limits)?, content)
            }
            _ => {
                let (layer, content) = self.raw_layer(&Source { file: file.into(), format, ..Source::default() })?;
                let properties = layer.features.iter().map(|f| Some(&f.properties));
                (Table::from_properties(properties, file, false, &limits)?, content)
            }
        };
        let mut entry = file_use(&content, role, table.rows.len());
        if table.latin1 {
            entry.notes.push("text is not UTF-8; read as Latin-1".into());
        }
        self.files.push(entry);
        Ok(table)
    }

    /// Reads map features, filtered, in RD metres.
    pub fn layer(&mut self, source: &Source, role: &str) -> Result<Layer, ImportError> {
        let (mut layer, content) = self.raw_layer(source)?;
        let all = layer.features.len();
        let keys = source.only.keys().chain(source.skip.keys());
        for key in keys {
            if !layer.features.iter().any(|f| f.properties.contains_key(key)) {
                return Err(missing_property(&layer, key));
            }
        }
        let matches = |feature: &Feature, key: &str, values: &[toml::Value]| {
            feature.properties.get(key).is_some_and(|found| values.iter().any(|v| same(found, v)))
        };
        layer.features.retain(|feature| {
            source.only.iter().all(|(key, values)| matches(feature, key, values))
                && !source.skip.iter().any(|(key, values)| matches(feature, key, values))
        });
        let (layer, crs) = layer.into_rd(source.crs, &self.to_rd, &self.limits)?;
        let mut entry = file_use(&content, role, all);
        entry.crs = Some(match crs {
            Crs::Rd => "RD (EPSG:28992)".into(),
            Crs::Wgs84 => "WGS84, converted to RD".into(),
        });
        if layer.features.len() < all {
            entry.notes.push(format!("{} of {all} features taken", layer.features.len()));
        }
        self.files.push(entry);
        Ok(layer)
    }

    /// Notes a raster down and returns its path; [`super::elevation`] reads it.
    pub fn raster(&mut self, file: &str, role: &str) -> Result<PathBuf, ImportError> {
        let content = self.read(file)?;
        self.files.push(FileUse { crs: Some("RD (EPSG:28992)".into()), ..file_use(&content, role, 1) });
        Ok(self.data_dir.join(file))
    }

    /// Adds a remark to the file opened last.
    pub fn remark(&mut self, text: impl Into<String>) {
        if let Some(entry) = self.files.last_mut() {
            entry.notes.push(text.into());
        }
    }

    fn read(&self, file: &str) -> Result<Content, ImportError> {
        read(&self.data_dir.join(file), file, &self.limits)
    }

    fn raw_layer(&self, source: &Source) -> Result<(Layer, Content), ImportError> {
        let (file, limits) = (source.file.as_str(), &self.limits);
        let content = self.read(file)?;
        let bytes = content.bytes.as_slice();
        let layer = match format_of(file, source.format)? {
            Format::Geojson => geojson::read_collection(bytes, file, limits)?,
            Format::GeojsonLines => geojson::read_lines(bytes, file, limits)?,
            Format::Cityjson => cityjson::read(bytes, file, limits)?,
            Format::Overpass => overpass::read(bytes, file, limits)?,
            // SQLite opens the file itself; `read` above has held its size against the limits.
            Format::Gpkg => geopackage::read(&self.data_dir.join(file), file, source.layer.as_deref(), limits)?,
            Format::Csv => {
                let table = Table::from_csv(bytes, file, limits)?;
                match (&source.wkt, &source.xy) {
                    (Some(column), _) => wkt::read(&table, column)?,
                    (None, Some([x, y])) => points(&table, x, y)?,
                    (None, None) => {
                        let message = "delimited text becomes a map by `wkt` or `xy` in the recipe";
                        return Err(ImportError::syntax(file, "recipe", message));
                    }
                }
            }
            Format::Odata | Format::Auto => {
                return Err(ImportError::syntax(file, "recipe", "has no geometry in this format"));
            }
        };
        at_most(file, "features", layer.features.len(), limits.rows)?;
        Ok((layer, content))
    }
}

/// Points from two columns. A row without coordinates has no shape.
fn points(table: &Table, x: &str, y: &str) -> Result<Layer, ImportError> {
    let (x, y) = (table.require(x)?, table.require(y)?);
    let mut features = Vec::with_capacity(table.rows.len());
    for (i, row) in table.rows.iter().enumerate() {
        let shape = match (table.number(i, x)?, table.number(i, y)?) {
            (Some(x), Some(y)) => Shape::Points(vec![[x, y]]),
            _ => Shape::None,
        };
        let properties = table.headers.iter().zip(row).map(|(name, value)| (name.clone(), value.clone().into()));
        features.push(Feature { shape, properties: properties.collect() });
    }
    Ok(Layer { file: table.file.clone(), declared: None, features, unit: "row", first: table.first_row })
}

fn file_use(content: &Content, role: &str, rows: usize) -> FileUse {
    FileUse {
        file: content.name.clone(),
        role: role.into(),
        blake3: content.blake3.clone(),
        rows,
        crs: None,
        columns: Vec::new(),
        notes: Vec::new(),
    }
}

/// The format that a file's name tells.
fn format_of(file: &str, format: Format) -> Result<Format, ImportError> {
    if format != Format::Auto {
        return Ok(format);
    }
    let name = file.to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let by_end = [
        (".city.json", Format::Cityjson),
        (".geojsonl", Format::GeojsonLines),
        (".geojsonseq", Format::GeojsonLines),
        (".ndjson", Format::GeojsonLines),
        (".geojson", Format::Geojson),
        (".csv", Format::Csv),
        (".txt", Format::Csv),
        (".gpkg", Format::Gpkg),
    ];
    by_end.iter().find(|(end, _)| name.ends_with(end)).map(|(_, format)| *format).ok_or_else(|| {
        let message = "its name does not tell its format; set `format` (geojson, geojson-lines, csv, odata, gpkg, \
                       cityjson, overpass)";
        ImportError::syntax(file, "recipe", message)
    })
}

/// The text of a property, or `None` if it is missing.
pub fn text(feature: &Feature, key: &str) -> Option<String> {
    match feature.properties.get(key)? {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_string()).filter(|t| !t.is_empty()),
        other => Some(other.to_string()),
    }
}

/// The number of a property, or `None` if it is missing or no number.
pub fn number(feature: &Feature, key: &str) -> Option<f64> {
    match feature.properties.get(key)? {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => super::table::parse_number(text).ok().flatten(),
        _ => None,
    }
}

/// True when a property has the value that a recipe names: text for text, number for number.
pub fn same(found: &Value, wanted: &toml::Value) -> bool {
    match wanted {
        toml::Value::String(w) => match found {
            Value::String(text) => text.trim() == w,
            other => other.to_string().as_str() == w,
        },
        toml::Value::Integer(w) => {
            found.as_f64() == Some(*w as f64) || found.as_str().is_some_and(|t| t.trim() == w.to_string())
        }
        toml::Value::Float(w) => found.as_f64() == Some(*w),
        toml::Value::Boolean(w) => found.as_bool() == Some(*w),
        _ => false,
    }
}

/// A property that no feature of a layer has.
pub fn missing_property(layer: &Layer, key: &str) -> ImportError {
    let names = layer.features.iter().take(100).flat_map(|f| f.properties.keys().map(String::as_str));
    ImportError::MissingColumn {
        file: layer.file.clone(),
        column: key.into(),
        nearest: super::error::nearest(key, names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_from_names() {
        for (name, format) in [
            ("a/b.GeoJSON", Format::Geojson),
            ("b.geojsonl.gz", Format::GeojsonLines),
            ("x.city.json", Format::Cityjson),
            ("t.csv.gz", Format::Csv),
            ("t.gpkg", Format::Gpkg),
        ] {
            assert_eq!(format_of(name, Format::Auto).unwrap(), format);
        }
        assert!(format_of("x.json", Format::Auto).unwrap_err().to_string().contains("set `format`"));
        assert_eq!(format_of("x.json", Format::Overpass).unwrap(), Format::Overpass);
    }

    #[test]
    fn filters_take_and_skip_by_property() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("t.csv"), "cls,x,y\n1,100000,400000\n2,100001,400000\n3,,\n").unwrap();
        let mut opener = Opener::new(dir.path(), Limits::STANDARD).unwrap();
        let mut source = Source { file: "t.csv".into(), xy: Some(["x".into(), "y".into()]), ..Source::default() };
        source.skip.insert("cls".into(), vec![toml::Value::Integer(2)]);
        let layer = opener.layer(&source, "test").unwrap();
        assert_eq!(layer.features.len(), 2);
        assert_eq!(opener.files[0].notes, ["2 of 3 features taken"]);
        source.skip.insert("clss".into(), vec![]);
        let error = opener.layer(&source, "test").unwrap_err().to_string();
        assert_eq!(error, "t.csv: has no column `clss`; did you mean `cls`?");
    }
}
