//! Every reader against damaged input: bits flipped, bytes put in, ends cut off. Whatever comes in, out comes a result
//! or an error with words; never a panic. `WATERBED_MUTATIONS` sets the number per format (2,000 by default).

use std::path::Path;

use super::limits::{Limits, inflate_if_gzip};
use super::table::Table;
use super::{ImportError, cityjson, geojson, geopackage, layer, overpass, wkt};
use crate::gis::crs::ToRd;
use crate::sim::draws::{Draws, Stream};

const MUTATION: Stream = Stream::named("test.mutation");

/// Small bounds, so that a lie about a size is noticed at once.
const LIMITS: Limits = Limits {
    file_bytes: 1 << 20,
    text_bytes: 1 << 20,
    expansion: 200,
    rows: 10_000,
    columns: 100,
    field_bytes: 1 << 16,
    points: 100_000,
};

fn mutations() -> u32 {
    std::env::var("WATERBED_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(2_000)
}

/// `sample` with one to four faults.
fn mutate(sample: &[u8], number: u32) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    let draws = Draws::at_start(7);
    let n_faults = 1 + draws.block(MUTATION, u64::from(number), 0)[0] % 4;
    for fault in 1..=n_faults {
        let [what, at, value, length] = draws.block(MUTATION, u64::from(number), fault);
        let at = at as usize % bytes.len().max(1);
        match what % 6 {
            0 | 1 if !bytes.is_empty() => bytes[at] ^= 1 << (value % 8),
            2 if !bytes.is_empty() => bytes[at] = value as u8,
            3 => {
                let filler = vec![value as u8; length as usize % 16];
                bytes.splice(at..at, filler);
            }
            4 => bytes.truncate(at),
            _ => {
                // A piece of the file itself in another place: what a broken download or merge looks like.
                let end = (at + length as usize % 64).min(bytes.len());
                let piece = bytes[at.min(end)..end].to_vec();
                let to = value as usize % (bytes.len() + 1);
                bytes.splice(to..to, piece);
            }
        }
    }
    bytes
}

/// Feeds mutations of `sample` to `read` and checks that errors name the file and say something.
fn survive<T>(sample: &[u8], read: impl Fn(&[u8]) -> Result<T, ImportError>) {
    read(sample).map(|_| ()).expect("the unharmed sample is read");
    let (mut fine, mut refused) = (0, 0);
    for number in 0..mutations() {
        match read(&mutate(sample, number)) {
            Ok(_) => fine += 1,
            Err(error) => {
                let text = error.to_string();
                assert!(text.starts_with("sample") && text.len() > 12, "mutation {number}: `{text}`");
                refused += 1;
            }
        }
    }
    assert!(fine > 0 && refused > 0, "{fine} fine, {refused} refused: the mutations test nothing");
}

fn rd(layer: layer::Layer) -> Result<(), ImportError> {
    let to_rd = ToRd::new().expect("the projection is valid");
    layer.into_rd(layer::CrsChoice::Auto, &to_rd, &LIMITS).map(|_| ())
}

const GEOJSON: &str = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:28992"}},"features":[
{"type":"Feature","properties":{"code":"BU00010000","n":12.5,"leeg":null},"geometry":{"type":"Polygon","coordinates":[[[121000.5,487000],[121100,487000],[121100,487100],[121000.5,487000]]]}},
{"type":"Feature","properties":{"code":"b"},"geometry":{"type":"MultiPolygon","coordinates":[[[[121000,487000],[121100,487000],[121100,487100],[121000,487000]]]]}},
{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[121000,487000],[121100,487000]]}},
{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[121000,487000]}}]}"#;

const CSV: &str = "Codering_3;AantalInwoners_5;GemiddeldeHuishoudensgrootte;geometrie\n\
    BU00010000;120;1,8;\"SRID=28992;POLYGON ((121000 487000, 121100 487000, 121100 487100, 121000 487000))\"\n\
    BU00010001;geheim;-99997;\"MULTIPOLYGON (((121000 487000, 121100 487000, 121100 487100, 121000 487000)))\"\n";

#[test]
fn geojson_collections() {
    survive(GEOJSON.as_bytes(), |bytes| geojson::read_collection(bytes, "sample", &LIMITS).and_then(rd));
}

#[test]
fn geojson_lines() {
    let line = r#"{"type":"Feature","properties":{"h_mean":8.9},"geometry":{"type":"Polygon","coordinates":[[[83023.6,436530.6],[83024.1,436531.0],[83024.6,436532.2],[83023.6,436530.6]]]}}"#;
    let sample = format!("{line}\n{line}\n{line}\n");
    survive(sample.as_bytes(), |bytes| geojson::read_lines(bytes, "sample", &LIMITS).and_then(rd));
}

#[test]
fn tables_and_wkt() {
    survive(CSV.as_bytes(), |bytes| {
        let table = Table::from_csv(bytes, "sample", &LIMITS)?;
        for row in 0..table.rows.len() {
            for column in 0..table.headers.len() - 1 {
                // Codes are no numbers; what matters is that asking is safe.
                let _ = table.number(row, column);
            }
        }
        wkt::read(&table, "geometrie").and_then(rd)
    });
}

#[test]
fn odata() {
    let sample = br#"{"odata.metadata":"x","value":[{"Codering_3":"BU00010000","AantalInwoners_5":1100,"k_0Tot15Jaar_8":80},{"Codering_3":"BU00010001 ","AantalInwoners_5":null}]}"#;
    survive(sample, |bytes| Table::from_odata(bytes, "sample", &LIMITS));
}

#[test]
fn overpass_answers() {
    let sample = br#"{"elements":[{"type":"way","id":1,"tags":{"leisure":"park"},"geometry":[{"lat":52.35,"lon":4.80},{"lat":52.36,"lon":4.81},{"lat":52.34,"lon":4.82},{"lat":52.35,"lon":4.80}]},
        {"type":"relation","members":[{"role":"outer","geometry":[{"lat":52.35,"lon":4.80},{"lat":52.36,"lon":4.81},{"lat":52.34,"lon":4.82}]},{"role":"outer","geometry":[{"lat":52.35,"lon":4.80},{"lat":52.34,"lon":4.82}]}]}]}"#;
    survive(sample, |bytes| overpass::read(bytes, "sample", &LIMITS).and_then(rd));
}

#[test]
fn cityjson_files() {
    survive(cityjson::tests::SAMPLE.as_bytes(), |bytes| cityjson::read(bytes, "sample", &LIMITS).and_then(rd));
}

#[test]
fn gzip_streams() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(GEOJSON.as_bytes()).unwrap();
    let sample = encoder.finish().unwrap();
    survive(&sample, |bytes| {
        let bytes = inflate_if_gzip(bytes.to_vec(), "sample", &LIMITS)?;
        geojson::read_collection(&bytes, "sample", &LIMITS)
    });
}

#[test]
fn geometry_blobs() {
    let sample = geopackage::tests::square(100_000.0);
    survive(&sample, |bytes| {
        geopackage::geometry_blob(bytes).map_err(|message| ImportError::syntax("sample", "row 1", message))
    });
}

#[test]
fn geopackages() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sample.gpkg");
    geopackage::tests::sample(&path);
    let sample = std::fs::read(&path).unwrap();
    let damaged = dir.path().join("damaged.gpkg");
    let read = |path: &Path| geopackage::read(path, "sample", None, &LIMITS).and_then(rd);
    survive(&sample, |bytes| {
        std::fs::write(&damaged, bytes).map_err(|e| ImportError::read(Path::new("sample"), e))?;
        read(&damaged)
    });
}

#[test]
fn recipes() {
    let sample = super::config::tests::MINIMAL;
    survive(sample.as_bytes(), |bytes| super::ImportConfig::from_toml(&String::from_utf8_lossy(bytes), "sample.toml"));
}
