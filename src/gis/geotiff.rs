//! GeoTIFF rasters: one band on square, north-up cells.
//!
//! Reads integer and float samples in strips or tiles, uncompressed, LZW, deflate or packbits, with the place given by
//! ModelPixelScale + ModelTiepoint or by ModelTransformation (without rotation), and GDAL's no-data text. Missing
//! values become NaN. Of several bands the first is taken. Writes one `f32` band, deflate, with NaN as no-data.
//! Layout: OGC GeoTIFF 1.1 (OGC 19-008r4) and GDAL's `GDAL_NODATA` tag 42113.
//!
//! Limits: no rotated grids, no oblong cells, no planar multi-band files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use tiff::decoder::{Decoder, DecodingResult, Limits as TiffLimits};
use tiff::encoder::{Compression, DeflateLevel, TiffEncoder, colortype};
use tiff::tags::Tag;

use super::raster_io::{Limits, RasterError, check_shape, open_bounded, write_atomically};
use super::{GridRef, Raster};

/// What a GeoTIFF says besides its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeoInfo {
    /// EPSG code of the projected coordinate system, where the file names one.
    pub epsg: Option<u16>,
}

const KEY_RASTER_TYPE: u16 = 1025;
const KEY_PROJECTED_CRS: u16 = 3072;
const RASTER_PIXEL_IS_POINT: u16 = 2;
/// Deflate packs at most about 1032 bytes into one: a smaller file cannot hold the cells that it claims.
const MOST_BYTES_PER_FILE_BYTE: u64 = 1100;

/// Read the first band. Missing values become NaN.
pub fn read(path: &Path, limits: &Limits) -> Result<Raster<f32>, RasterError> {
    read_with_info(path, limits).map(|(raster, _)| raster)
}

/// Read the first band and what the file says about its coordinate system.
pub fn read_with_info(path: &Path, limits: &Limits) -> Result<(Raster<f32>, GeoInfo), RasterError> {
    let (file, file_bytes) = open_bounded(path, limits)?;
    let fail = RasterError::tiff(path);
    let mut decoder = Decoder::new(BufReader::new(file)).map_err(&fail)?;
    let (width, height) = decoder.dimensions().map_err(&fail)?;
    check_shape(path, u64::from(width), u64::from(height), limits)?;
    if u64::from(width) * u64::from(height) > file_bytes.saturating_mul(MOST_BYTES_PER_FILE_BYTE) {
        return Err(RasterError::content(path, "the file is too short for the cells that it claims"));
    }
    let mut tiff_limits = TiffLimits::default();
    tiff_limits.decoding_buffer_size = limits.max_cells.saturating_mul(4);
    decoder = decoder.with_limits(tiff_limits);

    let (grid, info) = georeference(path, &mut decoder, width as usize, height as usize)?;
    let no_data = no_data(path, &mut decoder)?;
    let bands = decoder.colortype().map_err(&fail)?.num_samples() as usize;
    if decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).map_err(&fail)?.is_some_and(|p| p != 1) && bands > 1 {
        return Err(RasterError::content(path, "bands stored one after another are not read; expected one band"));
    }
    let mut values = vec![f32::NAN; grid.len()];
    read_chunks(path, &mut decoder, &grid, bands, no_data, &mut values)?;
    Ok((Raster { grid, values }, info))
}

fn read_chunks(
    path: &Path,
    decoder: &mut Decoder<BufReader<File>>,
    grid: &GridRef,
    bands: usize,
    no_data: Option<f64>,
    values: &mut [f32],
) -> Result<(), RasterError> {
    let (chunk_w, chunk_h) = decoder.chunk_dimensions();
    let (chunk_w, chunk_h) = (chunk_w as usize, chunk_h as usize);
    if chunk_w == 0 || chunk_h == 0 {
        return Err(RasterError::content(path, "strips or tiles of zero size"));
    }
    let across = grid.n_cols.div_ceil(chunk_w);
    let down = grid.n_rows.div_ceil(chunk_h);
    for chunk in 0..across * down {
        let (col0, row0) = ((chunk % across) * chunk_w, (chunk / across) * chunk_h);
        // The decoder cuts edge tiles to the image.
        let cols = chunk_w.min(grid.n_cols - col0);
        let rows = chunk_h.min(grid.n_rows - row0);
        let index = u32::try_from(chunk).map_err(|_| RasterError::content(path, "too many strips or tiles"))?;
        let decoded = decoder.read_chunk(index).map_err(RasterError::tiff(path))?;
        let mut place = |count: usize, value: &dyn Fn(usize) -> f32| {
            if count < rows * cols * bands {
                let message = format!("strip or tile {chunk} holds {count} samples, expected {}", rows * cols * bands);
                return Err(RasterError::content(path, message));
            }
            for r in 0..rows {
                let out = &mut values[(row0 + r) * grid.n_cols + col0..][..cols];
                for (c, v) in out.iter_mut().enumerate() {
                    *v = value((r * cols + c) * bands);
                }
            }
            Ok(())
        };
        let from_f64 = |v: f64| if no_data == Some(v) || v.is_nan() { f32::NAN } else { v as f32 };
        // A no-data text such as -3.4028234663852886e+38 is the decimal form of an f32: compare as f32.
        let from_f32 = |v: f32| if no_data.map(|n| n as f32) == Some(v) { f32::NAN } else { v };
        match decoded {
            DecodingResult::U8(d) => place(d.len(), &|i| from_f64(f64::from(d[i])))?,
            DecodingResult::U16(d) => place(d.len(), &|i| from_f64(f64::from(d[i])))?,
            DecodingResult::U32(d) => place(d.len(), &|i| from_f64(f64::from(d[i])))?,
            DecodingResult::U64(d) => place(d.len(), &|i| from_f64(d[i] as f64))?,
            DecodingResult::I8(d) => place(d.len(), &|i| from_f64(f64::from(d[i])))?,
            DecodingResult::I16(d) => place(d.len(), &|i| from_f64(f64::from(d[i])))?,
            DecodingResult::I32(d) => place(d.len(), &|i| from_f64(f64::from(d[i])))?,
            DecodingResult::I64(d) => place(d.len(), &|i| from_f64(d[i] as f64))?,
            DecodingResult::F16(d) => place(d.len(), &|i| from_f32(d[i].to_f32()))?,
            DecodingResult::F32(d) => place(d.len(), &|i| from_f32(d[i]))?,
            DecodingResult::F64(d) => place(d.len(), &|i| from_f64(d[i]))?,
        }
    }
    Ok(())
}

fn georeference(
    path: &Path,
    decoder: &mut Decoder<BufReader<File>>,
    n_cols: usize,
    n_rows: usize,
) -> Result<(GridRef, GeoInfo), RasterError> {
    let doubles = |decoder: &mut Decoder<BufReader<File>>, tag: Tag| -> Result<Option<Vec<f64>>, RasterError> {
        let value = decoder.find_tag(tag).map_err(RasterError::tiff(path))?;
        value.map(|v| v.into_f64_vec()).transpose().map_err(RasterError::tiff(path))
    };
    let scale = doubles(decoder, Tag::ModelPixelScaleTag)?;
    let tie = doubles(decoder, Tag::ModelTiepointTag)?;
    let matrix = doubles(decoder, Tag::ModelTransformationTag)?;
    // (cell width, cell height, x of the west edge, y of the north edge).
    let (dx, dy, mut west_m, mut north_m) = match (&scale, &tie, &matrix) {
        (Some(s), Some(t), _) if s.len() >= 2 && t.len() >= 6 => (s[0], s[1], t[3] - t[0] * s[0], t[4] + t[1] * s[1]),
        (_, _, Some(m)) if m.len() == 16 => {
            if m[1] != 0.0 || m[4] != 0.0 {
                return Err(RasterError::content(path, "the grid is rotated; expected north up"));
            }
            (m[0], -m[5], m[3], m[7])
        }
        _ => {
            let message = "no georeference (ModelPixelScale and ModelTiepoint); expected a GeoTIFF";
            return Err(RasterError::content(path, message));
        }
    };
    if ![dx, dy, west_m, north_m].iter().all(|v| v.is_finite()) || dx <= 0.0 || dy <= 0.0 {
        return Err(RasterError::content(path, format!("cell size {dx} × {dy}; expected positive numbers, north up")));
    }
    if (dx - dy).abs() > 1e-6 * dx {
        return Err(RasterError::content(path, format!("cells of {dx} × {dy}; expected square cells")));
    }
    let mut info = GeoInfo { epsg: None };
    let keys = decoder.find_tag_unsigned_vec::<u16>(Tag::GeoKeyDirectoryTag).map_err(RasterError::tiff(path))?;
    for key in keys.unwrap_or_default().chunks_exact(4).skip(1) {
        match (key[0], key[1]) {
            (KEY_PROJECTED_CRS, 0) => info.epsg = Some(key[3]),
            (KEY_RASTER_TYPE, 0) if key[3] == RASTER_PIXEL_IS_POINT => {
                west_m -= dx / 2.0;
                north_m += dy / 2.0;
            }
            _ => {}
        }
    }
    Ok((GridRef { west_m, north_m, cell_m: dx, n_cols, n_rows }, info))
}

fn no_data(path: &Path, decoder: &mut Decoder<BufReader<File>>) -> Result<Option<f64>, RasterError> {
    let Some(value) = decoder.find_tag(Tag::GdalNodata).map_err(RasterError::tiff(path))? else { return Ok(None) };
    let text = value.into_string().map_err(RasterError::tiff(path))?;
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse::<f64>();
    number.map(Some).map_err(|_| RasterError::content(path, format!("no-data value `{text}` is not a number")))
}

/// Write `raster` as one deflate-packed `f32` band whose missing values are NaN. Appears whole or not at all.
pub fn write_f32(path: &Path, raster: &Raster<f32>, epsg: u16) -> Result<(), RasterError> {
    let grid = &raster.grid;
    if grid.is_empty() || raster.values.len() != grid.len() {
        return Err(RasterError::content(path, "the raster is empty or its values do not fit its grid"));
    }
    let side = |n: usize| u32::try_from(n).map_err(|_| RasterError::content(path, "the raster is too wide or high"));
    let (width, height) = (side(grid.n_cols)?, side(grid.n_rows)?);
    let fail = RasterError::tiff(path);
    write_atomically(
        path,
        |e| RasterError::io(path)(e),
        |out| {
            let encoder = TiffEncoder::new(out).map_err(&fail)?;
            let mut encoder = encoder.with_compression(Compression::Deflate(DeflateLevel::Balanced));
            let mut image = encoder.new_image::<colortype::Gray32Float>(width, height).map_err(&fail)?;
            let scale = [grid.cell_m, grid.cell_m, 0.0];
            let tie = [0.0, 0.0, 0.0, grid.west_m, grid.north_m, 0.0];
            // Version 1.1.0 with three keys: projected model, pixel is area, the coordinate system.
            let keys = [1u16, 1, 0, 3, 1024, 0, 1, 1, KEY_RASTER_TYPE, 0, 1, 1, KEY_PROJECTED_CRS, 0, 1, epsg];
            let tags = image.encoder();
            tags.write_tag(Tag::ModelPixelScaleTag, &scale[..]).map_err(&fail)?;
            tags.write_tag(Tag::ModelTiepointTag, &tie[..]).map_err(&fail)?;
            tags.write_tag(Tag::GeoKeyDirectoryTag, &keys[..]).map_err(&fail)?;
            tags.write_tag(Tag::GdalNodata, "nan").map_err(&fail)?;
            image.write_data(&raster.values).map_err(&fail)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Raster<f32> {
        let grid = GridRef { west_m: 84_809.0, north_m: 447_641.0, cell_m: 0.5, n_cols: 37, n_rows: 53 };
        let mut values: Vec<f32> = (0..grid.len()).map(|i| i as f32 * 0.25 - 3.0).collect();
        values[5] = f32::NAN;
        Raster { grid, values }
    }

    #[test]
    fn written_rasters_read_back_bit_for_bit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.tif");
        write_f32(&path, &sample(), 28992).unwrap();
        let (back, info) = read_with_info(&path, &Limits::default()).unwrap();
        assert_eq!(back.grid, sample().grid);
        let bits = |r: &Raster<f32>| r.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&back), bits(&sample()));
        assert_eq!(info.epsg, Some(28992));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn limits_and_rubbish_are_refused_with_the_file_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.tif");
        write_f32(&path, &sample(), 28992).unwrap();
        let small = Limits { max_cells: 100, ..Limits::default() };
        let error = read(&path, &small).unwrap_err().to_string();
        assert!(error.contains("a.tif: 1961 cells, but at most 100"), "{error}");
        let bytes = std::fs::read(&path).unwrap();
        // Truncations and a sweep of damaged bytes must end in a value or an error, never in a panic.
        for cut in (0..bytes.len()).step_by(13) {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            assert!(read(&path, &Limits::default()).is_err(), "cut at {cut}");
        }
        for at in (0..bytes.len()).step_by(11) {
            let mut bad = bytes.clone();
            bad[at] ^= 0x5a;
            std::fs::write(&path, &bad).unwrap();
            let _ = read(&path, &Limits { max_cells: 10_000, ..Limits::default() });
        }
    }
}
