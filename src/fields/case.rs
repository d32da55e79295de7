//! What flood and heat cases have in common: a TOML file that names rasters beside it.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::flood::FloodError;
use super::flood::setup::Plane;
use crate::gis::raster_io::{self, Limits, RasterError};
use crate::gis::{Raster, geotiff};

/// Why a case could not be run.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The case file could not be opened.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The case file is not what it should be.
    #[error("{}:{line}: {message}", file.display())]
    Toml {
        /// The file.
        file: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A value of the case.
    #[error("{}: {message}", file.display())]
    Value {
        /// The file.
        file: PathBuf,
        /// What is wrong and what was expected.
        message: String,
    },
    /// A raster.
    #[error(transparent)]
    Raster(#[from] RasterError),
    /// The flood model.
    #[error("{}: {source}", file.display())]
    Flood {
        /// The case file.
        file: PathBuf,
        /// What is wrong.
        source: FloodError,
    },
}

/// A number, or the name of a raster file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum NumberOrFile {
    /// The same everywhere.
    Number(f64),
    /// A raster file, relative to the case file.
    File(PathBuf),
}

/// A case file being read: knows its folder and the coordinate system of the first raster that names one.
pub struct CaseFile {
    /// Path of the case file.
    pub path: PathBuf,
    epsg: Option<(u16, PathBuf)>,
}

impl CaseFile {
    /// Read and parse `path`.
    pub fn open<T: DeserializeOwned>(path: &Path) -> Result<(CaseFile, T), CaseError> {
        let file = path.to_path_buf();
        let text = std::fs::read_to_string(path).map_err(|source| CaseError::Io { file: file.clone(), source })?;
        let parsed = toml::from_str(&text).map_err(|e| {
            let at = e.span().map_or(0, |s| s.start.min(text.len()));
            let line = text.as_bytes()[..at].iter().filter(|&&b| b == b'\n').count() + 1;
            CaseError::Toml { file: file.clone(), line, message: e.message().to_owned() }
        })?;
        Ok((CaseFile { path: file, epsg: None }, parsed))
    }

    /// An error about a value of this case.
    pub fn wrong(&self, message: impl Into<String>) -> CaseError {
        CaseError::Value { file: self.path.clone(), message: message.into() }
    }

    /// The path of a file that the case names.
    pub fn beside(&self, name: &Path) -> PathBuf {
        self.path.parent().map_or_else(|| name.to_path_buf(), |folder| folder.join(name))
    }

    /// Read a raster that the case names; all rasters must share one coordinate system, where they name one.
    pub fn raster(&mut self, name: &Path) -> Result<Raster<f32>, CaseError> {
        let path = self.beside(name);
        let limits = Limits::default();
        let is_tiff = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("tif") || e.eq_ignore_ascii_case("tiff"));
        if !is_tiff {
            return Ok(raster_io::read(&path, &limits)?);
        }
        let (raster, info) = geotiff::read_with_info(&path, &limits)?;
        match (&self.epsg, info.epsg) {
            (Some((known, first)), Some(epsg)) if *known != epsg => {
                let message = format!(
                    "{} is in EPSG:{epsg}, but {} is in EPSG:{known}; expected one coordinate system",
                    path.display(),
                    first.display()
                );
                return Err(self.wrong(message));
            }
            (None, Some(epsg)) => self.epsg = Some((epsg, path)),
            _ => {}
        }
        Ok(raster)
    }

    /// A number or a raster.
    pub fn plane(&mut self, value: &NumberOrFile) -> Result<Plane, CaseError> {
        match value {
            NumberOrFile::Number(v) => Ok(Plane::Uniform(*v as f32)),
            NumberOrFile::File(name) => self.raster(name).map(Plane::Raster),
        }
    }

    /// EPSG code for what is written: that of the rasters, or RD New.
    pub fn epsg(&self) -> u16 {
        self.epsg.as_ref().map_or(28992, |(code, _)| *code)
    }
}
