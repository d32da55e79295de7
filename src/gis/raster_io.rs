//! What every raster file format shares: limits on what is read, one error type, and files that appear whole or not
//! at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::Raster;

/// Bounds on a raster file, so that a wrong or hostile file is refused before it fills the memory.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Most cells a raster may have (4 bytes each in memory).
    pub max_cells: usize,
    /// Most bytes a file may have on disk.
    pub max_file_bytes: u64,
}

impl Default for Limits {
    /// 8192 × 8192 cells (256 MiB in memory), 1 GiB on disk.
    fn default() -> Self {
        Limits { max_cells: 8192 * 8192, max_file_bytes: 1 << 30 }
    }
}

/// Why a raster could not be read or written. Every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// The operating system refused.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Not a TIFF, or a kind of TIFF that this program does not read.
    #[error("{}: {source}", file.display())]
    Tiff {
        /// The file.
        file: PathBuf,
        /// What the decoder said.
        source: tiff::TiffError,
    },
    /// More cells or bytes than the limits allow.
    #[error("{}: {size} {unit}, but at most {limit} are read", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// How large it is.
        size: u64,
        /// The limit.
        limit: u64,
        /// What is counted: `cells` or `bytes`.
        unit: &'static str,
    },
    /// A text raster with a bad word in it.
    #[error("{}:{line}: {message}", file.display())]
    Text {
        /// The file.
        file: PathBuf,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong and what was expected.
        message: String,
    },
    /// The file's contents do not make a raster on square cells.
    #[error("{}: {message}", file.display())]
    Content {
        /// The file.
        file: PathBuf,
        /// What is wrong and what was expected.
        message: String,
    },
}

impl RasterError {
    pub(super) fn io(file: &Path) -> impl FnOnce(io::Error) -> RasterError + '_ {
        |source| RasterError::Io { file: file.to_path_buf(), source }
    }

    pub(super) fn tiff(file: &Path) -> impl Fn(tiff::TiffError) -> RasterError + '_ {
        |source| RasterError::Tiff { file: file.to_path_buf(), source }
    }

    pub(super) fn content(file: &Path, message: impl Into<String>) -> RasterError {
        RasterError::Content { file: file.to_path_buf(), message: message.into() }
    }
}

/// Open `path` for reading, refusing what is larger than the limit. Returns the file and its size.
pub(super) fn open_bounded(path: &Path, limits: &Limits) -> Result<(File, u64), RasterError> {
    let file = File::open(path).map_err(RasterError::io(path))?;
    let size = file.metadata().map_err(RasterError::io(path))?.len();
    if size > limits.max_file_bytes {
        let limit = limits.max_file_bytes;
        return Err(RasterError::TooLarge { file: path.to_path_buf(), size, limit, unit: "bytes" });
    }
    Ok((file, size))
}

/// Check a raster's shape against the limits.
pub(super) fn check_shape(path: &Path, n_cols: u64, n_rows: u64, limits: &Limits) -> Result<(), RasterError> {
    if n_cols == 0 || n_rows == 0 {
        return Err(RasterError::content(path, format!("the raster is empty ({n_cols} × {n_rows} cells)")));
    }
    let size = n_cols.saturating_mul(n_rows);
    let limit = limits.max_cells as u64;
    if size > limit {
        return Err(RasterError::TooLarge { file: path.to_path_buf(), size, limit, unit: "cells" });
    }
    Ok(())
}

/// Write a file through a temporary neighbour, sync it and rename it, so that `path` holds the old contents or the
/// whole new contents, never a torn file.
pub fn write_atomically<E>(
    path: &Path,
    io_error: impl Fn(io::Error) -> E,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
) -> Result<(), E> {
    let mut name = path.file_name().map(|n| n.to_os_string()).unwrap_or_default();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let result = (|| {
        let mut out = BufWriter::new(File::create(&temporary).map_err(&io_error)?);
        write(&mut out)?;
        out.flush().map_err(&io_error)?;
        out.get_ref().sync_all().map_err(&io_error)?;
        fs::rename(&temporary, path).map_err(&io_error)
    })();
    if result.is_err() {
        // The original error matters more than a leftover temporary file.
        let _ = fs::remove_file(&temporary);
    }
    result
}

/// Read a raster by its extension: `.tif`/`.tiff` as GeoTIFF, `.asc`/`.txt`/`.grd` as ESRI ASCII.
/// Missing cells become NaN.
pub fn read(path: &Path, limits: &Limits) -> Result<Raster<f32>, RasterError> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    match extension.as_str() {
        "tif" | "tiff" => super::geotiff::read(path, limits),
        "asc" | "txt" | "grd" => super::ascii_grid::read(path, limits),
        _ => Err(RasterError::content(path, "unknown kind of raster; expected .tif, .tiff or .asc")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The Delft tile exists as GeoTIFF and as ESRI ASCII: both readers must agree on every cell.
    #[test]
    fn both_formats_agree_on_a_real_tile() {
        let data = std::env::var_os("WATERBED_DATA")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
        let tile = data.join("delft_ahn3_bgt/dtm_filled_1m");
        if !tile.with_extension("tif").exists() {
            #[allow(clippy::print_stderr, reason = "a skipped test must say so")]
            {
                eprintln!("SKIPPED: no real data at {}; set WATERBED_DATA", data.display());
            }
            return;
        }
        let tif = read(&tile.with_extension("tif"), &Limits::default()).unwrap();
        let asc = read(&tile.with_extension("asc"), &Limits::default()).unwrap();
        assert_eq!(tif.grid, asc.grid);
        assert_eq!((tif.grid.n_cols, tif.grid.n_rows), (263, 228));
        assert_eq!((tif.grid.west_m, tif.grid.south_m()), (84_809.0, 447_413.0));
        // The text has two decimals.
        let worst = tif.values.iter().zip(&asc.values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 0.0051, "{worst}");
    }
}
