//! From run folders to what people read: one offline HTML report, a comparison of two runs, maps as GeoTIFF.
//!
//! | function | what it makes |
//! |---|---|
//! | [`RunData::load`] | the tables of a run folder |
//! | [`write`] | `report.html` about one run, or about several seeds of one scenario, then with bands |
//! | [`compare`] | what differs between two runs (or two sets of seeds), as text and as HTML |
//! | [`twin`] | what measures change: with and without them on the same seeds, as Parquet and HTML |
//! | [`ablation`] | which coupling does what |
//! | [`write_geotiffs`] | `maps/*.tif` |
//!
//! A report is one file without scripts that fetches nothing. Every figure says its source and grade, has a text
//! alternative and a table behind it. Real cities show what models.md E-15 allows: of composition by origin only
//! indices.

pub mod ablation;
pub mod area;
mod atlas;
mod builder;
mod challenges;
pub(crate) mod chart;
mod classes;
mod climate;
mod compare;
mod ensemble;
mod flows;
mod geotiff;
mod number;
mod page;
mod run_data;
mod sections;
pub mod twin;
mod words;

use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use climate::{HazardMap, HazardValues, write_hazard_maps};
pub use compare::{Comparison, Difference, MIN_SEEDS, compare};
pub use geotiff::write_geotiffs;
pub use run_data::{Flow, LoadError, RunData};

use crate::city::City;
use crate::indicators::Words;
use crate::sim::files::{self, FileError};

/// Language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// Dutch.
    Nl,
    /// English.
    En,
}

impl Lang {
    /// The one of two that is in this language.
    pub fn pick<T>(self, en: T, nl: T) -> T {
        match self {
            Lang::En => en,
            Lang::Nl => nl,
        }
    }

    /// The text in this language.
    pub fn of(self, words: Words) -> &'static str {
        self.pick(words.en, words.nl)
    }

    /// Code of the language, as in `<html lang>`.
    pub fn code(self) -> &'static str {
        self.pick("en", "nl")
    }

    /// The language with this code.
    pub fn from_code(code: &str) -> Option<Lang> {
        [Lang::En, Lang::Nl].into_iter().find(|lang| lang.code() == code)
    }
}

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// A run folder.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// No runs, or runs that do not start in the same month.
    #[error("a report needs at least one run, and all of its runs must start in the same month")]
    NothingInCommon,
    /// A run about other places.
    #[error("run {run}: its neighbourhoods are not those of {city}")]
    OtherCity {
        /// Name of the run.
        run: String,
        /// Name of the city.
        city: String,
    },
    /// A map.
    #[error("{}: {what}", path.display())]
    Map {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// Writes the report about `runs` (one, or several seeds of one scenario: then with bands) to `path`, as a whole or
/// not at all.
///
/// # Errors
/// If `runs` have nothing in common, are about another city, or the file cannot be written.
pub fn write(runs: &[RunData], city: &City, lang: Lang, path: &Path) -> Result<(), ReportError> {
    let html = html(runs, city, lang)?;
    Ok(files::write_atomic(path, |file| file.write_all(html.as_bytes()))?)
}

/// The report as text; see [`write`].
pub fn html(runs: &[RunData], city: &City, lang: Lang) -> Result<String, ReportError> {
    let mut builder = builder::Builder::new(runs, city, lang)?;
    sections::write(&mut builder);
    Ok(sections::finish(builder))
}

#[cfg(test)]
mod tests;
