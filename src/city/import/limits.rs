//! The one door through which every file of the importer comes in: read whole, unzipped if need be, and bounded, so
//! that a broken or malicious file ends in an error message and never in exhausted memory.
//!
//! Why whole files and not streams: the largest municipal layers are some 100 MB unzipped, and a parser that works on a
//! slice is both faster and simpler to bound than one that works on a stream.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::ImportError;

/// Upper bounds on what the importer takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of a file on disk, bytes.
    pub file_bytes: u64,
    /// Size of a file after unzipping, bytes.
    pub text_bytes: u64,
    /// Unzipped size over zipped size. Real GeoJSON reaches about 15; a bomb 1,000.
    pub expansion: u64,
    /// Rows or features in one file.
    pub rows: usize,
    /// Columns in one table.
    pub columns: usize,
    /// Bytes in one field of a table (a polygon as text can be long).
    pub field_bytes: usize,
    /// Corner points in one file.
    pub points: usize,
}

impl Limits {
    /// The bounds of an ordinary build: more than any Dutch municipality needs, less than a laptop has.
    pub const STANDARD: Limits = Limits {
        file_bytes: 256 << 20,
        text_bytes: 384 << 20,
        expansion: 200,
        rows: 3_000_000,
        columns: 1_000,
        field_bytes: 16 << 20,
        points: 40_000_000,
    };
}

/// The content of a file with what is worth reporting about it.
#[derive(Debug, Clone)]
pub struct Content {
    /// Name for messages: the path as the recipe wrote it.
    pub name: String,
    /// The bytes, unzipped.
    pub bytes: Vec<u8>,
    /// Size on disk.
    pub disk_bytes: u64,
    /// BLAKE3 of the bytes on disk, hexadecimal.
    pub blake3: String,
}

/// Reads `path` (named `name` in messages) within `limits`. A gzip file is unzipped, told by its first two bytes and
/// not by its name.
pub fn read(path: &Path, name: &str, limits: &Limits) -> Result<Content, ImportError> {
    let mut file = File::open(path).map_err(|e| ImportError::read(path, e))?;
    let meta = file.metadata().map_err(|e| ImportError::read(path, e))?;
    if !meta.is_file() {
        return Err(ImportError::syntax(name, "whole file", "is a folder or a device, not a file"));
    }
    let mut raw = Vec::new();
    // One byte more than allowed tells "just fits" from "too large", also for a file that grows while it is read.
    file.by_ref().take(limits.file_bytes + 1).read_to_end(&mut raw).map_err(|e| ImportError::read(path, e))?;
    if raw.len() as u64 > limits.file_bytes {
        return Err(too_large(name, "the file", limits.file_bytes));
    }
    let disk_bytes = raw.len() as u64;
    let blake3 = blake3::hash(&raw).to_hex().to_string();
    let bytes = inflate_if_gzip(raw, name, limits)?;
    Ok(Content { name: name.into(), bytes, disk_bytes, blake3 })
}

/// Unzips `raw` if it is gzip, within `limits`; otherwise hands it back.
pub fn inflate_if_gzip(raw: Vec<u8>, name: &str, limits: &Limits) -> Result<Vec<u8>, ImportError> {
    if raw.is_empty() {
        return Err(ImportError::Empty { file: name.into(), expected: "data" });
    }
    if !raw.starts_with(&[0x1f, 0x8b]) {
        if raw.len() as u64 > limits.text_bytes {
            return Err(too_large(name, "the file", limits.text_bytes));
        }
        return Ok(raw);
    }
    // The ratio counts only above 1 MiB: a small table of equal values zips very well and harms nobody.
    let by_ratio = (raw.len() as u64).saturating_mul(limits.expansion).max(1 << 20);
    let bound = by_ratio.min(limits.text_bytes);
    let mut bytes = Vec::new();
    MultiGzDecoder::new(raw.as_slice())
        .take(bound + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| ImportError::syntax(name, "gzip stream", format!("cannot be unzipped ({e}); is it cut off?")))?;
    if bytes.len() as u64 > bound {
        let what = if bound == limits.text_bytes { "the unzipped file" } else { "the unzipped file (a zip bomb?)" };
        return Err(too_large(name, what, bound));
    }
    if bytes.is_empty() {
        return Err(ImportError::Empty { file: name.into(), expected: "data inside the gzip file" });
    }
    Ok(bytes)
}

/// Refuses more than `limit` of `what`.
pub fn at_most(name: &str, what: &str, found: usize, limit: usize) -> Result<(), ImportError> {
    if found > limit {
        return Err(ImportError::TooLarge {
            file: name.into(),
            what: format!("the number of {what}"),
            limit: limit.to_string(),
        });
    }
    Ok(())
}

fn too_large(name: &str, what: &str, limit_bytes: u64) -> ImportError {
    ImportError::TooLarge {
        file: name.into(),
        what: what.into(),
        limit: format!("{:.1} MiB", limit_bytes as f64 / 1048576.0),
    }
}

/// `bytes` as text: UTF-8 with or without byte-order mark, else Latin-1 (what Dutch offices still export).
/// The flag is true when Latin-1 was assumed.
pub fn decode<'a>(bytes: &'a [u8], name: &str) -> Result<(std::borrow::Cow<'a, str>, bool), ImportError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(ImportError::syntax(name, "first bytes", "the file is UTF-16; save it as UTF-8"));
    }
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.into(), false)),
        Err(_) => Ok((bytes.iter().map(|&b| char::from(b)).collect::<String>().into(), true)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_known_by_its_bytes_and_unzipped() {
        let out = inflate_if_gzip(gzip(b"a;b\n1;2\n"), "t.csv", &Limits::STANDARD).unwrap();
        assert_eq!(out, b"a;b\n1;2\n");
    }

    #[test]
    fn a_zip_bomb_is_refused_by_its_ratio() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let error = inflate_if_gzip(bomb, "bomb.json.gz", &Limits::STANDARD).unwrap_err();
        assert!(error.to_string().starts_with("bomb.json.gz: the unzipped file (a zip bomb?) is over the limit"));
    }

    #[test]
    fn a_cut_gzip_is_refused() {
        let mut cut = gzip(b"some text that is long enough to be cut off somewhere");
        cut.truncate(cut.len() - 12);
        let error = inflate_if_gzip(cut, "cut.gz", &Limits::STANDARD).unwrap_err().to_string();
        assert!(error.contains("is it cut off?"), "{error}");
    }

    #[test]
    fn too_large_empty_and_missing_files_say_so() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big.csv");
        std::fs::write(&path, [b'x'; 100]).unwrap();
        let small = Limits { file_bytes: 99, ..Limits::STANDARD };
        assert!(matches!(read(&path, "big.csv", &small), Err(ImportError::TooLarge { .. })));
        std::fs::write(&path, []).unwrap();
        assert_eq!(read(&path, "big.csv", &small).unwrap_err().to_string(), "big.csv: is empty; expected data");
        let error = read(&dir.path().join("none.csv"), "none.csv", &small).unwrap_err().to_string();
        assert!(error.contains("none.csv: cannot be read"), "{error}");
        assert!(read(dir.path(), "folder", &small).is_err());
    }

    #[test]
    fn text_is_utf8_with_or_without_mark_else_latin1() {
        assert_eq!(decode(b"\xef\xbb\xbfabc", "t").unwrap(), ("abc".into(), false));
        assert_eq!(decode(b"Belgi\xeb", "t").unwrap(), ("België".into(), true));
        assert!(decode(b"\xff\xfea\0", "t").is_err());
    }
}
