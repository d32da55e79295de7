//! From run folders to what people read: one offile HTML report, a comparison of two runs, maps as GeoTIFF.
use std::path::{Path, PathBuf};

use crate::city::City;
use crate::indicators::Frame;
use crate::sim::files::FileError;

/// Language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Dutch.
    Nl,
    /// English.
    En,
}

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The tables of one run folder, read back.
#[derive(Debug, Clone, PartialEq)]
pub struct RunData {}

impl RunData {
    /// Reads the run folder `dir`.
    pub fn load(dir: &Path) -> Result<RunData, ReportError> {
        todo!("{dir:?}")
    }
}

/// Writes the report about `runs` (one, or several seeds of one scenario: then with bands) to `path`.
pub fn write(runs: &[RunData], city: &City, lang: Lang, path: &Path) -> Result<(), ReportError> {
    todo!("{runs:?} {} {lang:?} {path:?}", city.name)
}

/// Differences between two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {}

/// Compares two runs, month by month where both have one.
pub fn compare(a: &RunData, b: &RunData) -> Comparison {
    todo!("{a:?} {b:?}")
}

impl Comparison {
    /// As a table for a terminal.
    pub fn to_text(&self) -> String {
        todo!()
    }

    /// As one offline HTML file.
    pub fn write_html(&self, city: &City, lang: Lang, path: &Path) -> Result<(), ReportError> {
        todo!("{} {lang:?} {path:?}", city.name)
    }
}

/// Writes `maps/*.tif` into the run folder `dir`; answers their paths.
pub fn write_geotiffs(dir: &Path, city: &City, frame: &Frame) -> Result<Vec<PathBuf>, ReportError> {
    todo!("{dir:?} {} {}", city.name, frame.month)
}
