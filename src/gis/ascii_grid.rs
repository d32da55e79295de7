//! ESRI ASCII grids (`.asc`): six header lines and rows of numbers from north to south.
//!
//! Reads `ncols nrows xllcorner|xllcenter yllcorner|yllcenter cellsize [nodata_value]` in any order and case, numbers
//! broken over lines as they please. Missing values become NaN. The format carries no coordinate system.

use std::io::{Read, Write};
use std::path::Path;

use super::raster_io::{Limits, RasterError, check_shape, open_bounded, write_atomically};
use super::{GridRef, Raster};

const DEFAULT_NO_DATA: f64 = -9999.0;

#[derive(Default)]
struct Header {
    n_cols: Option<f64>,
    n_rows: Option<f64>,
    x: Option<(f64, bool)>,
    y: Option<(f64, bool)>,
    cell_m: Option<f64>,
    no_data: Option<f64>,
}

impl Header {
    /// Store one key; false when the word is no header key.
    fn set(&mut self, key: &str, value: f64) -> bool {
        match key {
            "ncols" => self.n_cols = Some(value),
            "nrows" => self.n_rows = Some(value),
            "xllcorner" => self.x = Some((value, false)),
            "xllcenter" => self.x = Some((value, true)),
            "yllcorner" => self.y = Some((value, false)),
            "yllcenter" => self.y = Some((value, true)),
            "cellsize" => self.cell_m = Some(value),
            "nodata_value" => self.no_data = Some(value),
            _ => return false,
        }
        true
    }

    fn grid(&self, path: &Path, limits: &Limits) -> Result<GridRef, RasterError> {
        let missing = |key: &str| RasterError::content(path, format!("the header has no `{key}`"));
        let count = |value: Option<f64>, key: &str| {
            let v = value.ok_or_else(|| missing(key))?;
            let whole = v.fract() == 0.0 && (1.0..=1e9).contains(&v);
            let message = format!("{key} = {v}; expected a whole number from 1");
            if whole { Ok(v as u64) } else { Err(RasterError::content(path, message)) }
        };
        let n_cols = count(self.n_cols, "ncols")?;
        let n_rows = count(self.n_rows, "nrows")?;
        check_shape(path, n_cols, n_rows, limits)?;
        let cell_m = self.cell_m.ok_or_else(|| missing("cellsize"))?;
        let (x, x_centre) = self.x.ok_or_else(|| missing("xllcorner"))?;
        let (y, y_centre) = self.y.ok_or_else(|| missing("yllcorner"))?;
        if !(cell_m > 0.0 && cell_m.is_finite() && x.is_finite() && y.is_finite()) {
            let message = format!("cellsize = {cell_m}, corner ({x}, {y}); expected finite numbers, cellsize above 0");
            return Err(RasterError::content(path, message));
        }
        let west_m = if x_centre { x - cell_m / 2.0 } else { x };
        let south_m = if y_centre { y - cell_m / 2.0 } else { y };
        let north_m = south_m + n_rows as f64 * cell_m;
        Ok(GridRef { west_m, north_m, cell_m, n_cols: n_cols as usize, n_rows: n_rows as usize })
    }
}

/// Read an ESRI ASCII grid. Missing values become NaN.
pub fn read(path: &Path, limits: &Limits) -> Result<Raster<f32>, RasterError> {
    let (mut file, size) = open_bounded(path, limits)?;
    let mut bytes = Vec::with_capacity(size as usize);
    file.read_to_end(&mut bytes).map_err(RasterError::io(path))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| RasterError::content(path, "not a text file"))?;
    parse(path, text, limits)
}

fn parse(path: &Path, text: &str, limits: &Limits) -> Result<Raster<f32>, RasterError> {
    let bad = |line: usize, message: String| RasterError::Text { file: path.to_path_buf(), line: line + 1, message };
    let mut header = Header::default();
    let mut grid = None;
    let mut values = Vec::new();
    let mut no_data = DEFAULT_NO_DATA;
    for (line_no, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace().peekable();
        let Some(first) = words.peek() else { continue };
        if grid.is_none() && first.starts_with(|c: char| c.is_ascii_alphabetic()) && !first.eq_ignore_ascii_case("nan")
        {
            let key = first.to_ascii_lowercase();
            let value = words.nth(1).and_then(|w| w.parse::<f64>().ok());
            let value = value.ok_or_else(|| bad(line_no, format!("`{key}` needs one number")))?;
            if !header.set(&key, value) {
                let known = "ncols, nrows, xllcorner, yllcorner, cellsize or nodata_value";
                return Err(bad(line_no, format!("unknown header word `{key}`; expected {known}")));
            }
            continue;
        }
        if grid.is_none() {
            let made = header.grid(path, limits)?;
            no_data = header.no_data.unwrap_or(DEFAULT_NO_DATA);
            // Every value takes at least two bytes of text: a short file cannot make us reserve much.
            values.reserve(made.len().min(text.len() / 2 + 1));
            grid = Some(made);
        }
        let wanted = grid.as_ref().map_or(0, GridRef::len);
        for word in words {
            let value = word.parse::<f64>().map_err(|_| bad(line_no, format!("`{word}` is not a number")))?;
            if value.is_infinite() {
                return Err(bad(line_no, format!("`{word}`: expected a finite number")));
            }
            if values.len() == wanted {
                return Err(bad(line_no, format!("more than ncols × nrows = {wanted} values")));
            }
            let missing = value.is_nan() || value == no_data || value as f32 == no_data as f32;
            values.push(if missing { f32::NAN } else { value as f32 });
        }
    }
    let Some(grid) = grid else { return Err(RasterError::content(path, "no values after the header")) };
    if values.len() != grid.len() {
        let message = format!("{} values, but ncols × nrows = {}", values.len(), grid.len());
        return Err(RasterError::content(path, message));
    }
    Ok(Raster { grid, values })
}

/// Write an ESRI ASCII grid with -9999 for missing values. Appears whole or not at all.
pub fn write(path: &Path, raster: &Raster<f32>) -> Result<(), RasterError> {
    let io_error = |e| RasterError::io(path)(e);
    write_atomically(path, io_error, |out| {
        let g = &raster.grid;
        let header = format!(
            "ncols {}\nnrows {}\nxllcorner {}\nyllcorner {}\ncellsize {}\nNODATA_value {DEFAULT_NO_DATA}\n",
            g.n_cols,
            g.n_rows,
            g.west_m,
            g.south_m(),
            g.cell_m
        );
        out.write_all(header.as_bytes()).map_err(io_error)?;
        for row in raster.values.chunks(g.n_cols.max(1)) {
            let words: Vec<String> =
                row.iter().map(|v| if v.is_nan() { "-9999".to_owned() } else { v.to_string() }).collect();
            writeln!(out, "{}", words.join(" ")).map_err(io_error)?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> Result<Raster<f32>, RasterError> {
        parse(Path::new("t.asc"), text, &Limits::default())
    }

    #[test]
    fn reads_centres_wraps_and_missing_values() {
        let text = "NCOLS 3\nnrows 2\nxllcenter 10.5\nyllcenter 20.5\ncellsize 1\nnodata_value -1\n1 2\n3 -1 5 6\n";
        let r = parse_text(text).unwrap();
        assert_eq!(r.grid, GridRef { west_m: 10.0, north_m: 22.0, cell_m: 1.0, n_cols: 3, n_rows: 2 });
        assert_eq!(r.at(0, 0), 1.0);
        assert!(r.at(0, 1).is_nan());
        assert_eq!(r.at(2, 1), 6.0);
    }

    #[test]
    fn written_grids_read_back() {
        let grid = GridRef { west_m: 1.5, north_m: 9.0, cell_m: 0.5, n_cols: 5, n_rows: 3 };
        let values = (0..15).map(|i| i as f32 / 7.0).collect();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.asc");
        let raster = Raster { grid, values };
        write(&path, &raster).unwrap();
        assert_eq!(read(&path, &Limits::default()).unwrap(), raster);
    }

    #[test]
    fn errors_name_the_line() {
        let head = "ncols 2\nnrows 1\nxllcorner 0\nyllcorner 0\ncellsize 1\n";
        let message = |text: String| parse_text(&text).unwrap_err().to_string();
        assert_eq!(message(format!("{head}1 x\n")), "t.asc:6: `x` is not a number");
        assert_eq!(message(format!("{head}1 2 3\n")), "t.asc:6: more than ncols × nrows = 2 values");
        assert_eq!(message(format!("{head}1\n")), "t.asc: 1 values, but ncols × nrows = 2");
        assert_eq!(message(head.to_owned()), "t.asc: no values after the header");
        assert!(message("ncolumns 2\n".to_owned()).starts_with("t.asc:1: unknown header word `ncolumns`"));
        assert!(message(head.replace("ncols 2", "ncols 2.5") + "1 2").contains("ncols = 2.5"));
        assert!(message(head.replace("cellsize 1", "cellsize 0") + "1 2").contains("cellsize above 0"));
        let huge = head.replace("ncols 2", "ncols 900000000").replace("nrows 1", "nrows 900000000") + "1";
        assert!(message(huge).contains("810000000000000000 cells"));
    }
}
