//! Pictures of a lab run: maps of cells and charts beside each other as PNG, and a film of the cells as GIF.

use std::fmt::Write as _;
use std::path::Path;

use crate::city::map;
use crate::gis::picture::Ramp;
pub use crate::report::chart::Line;
use crate::report::chart::{Lines, esc};
use crate::sim::files::{FileError, write_atomic};

/// Width of a column of panels, and of what is in it, pixels.
const COLUMN: f64 = 520.0;
const MAP: usize = 440;
const CHART: (f64, f64) = (480.0, 280.0);

/// Colours of two groups, or of calm and trouble, on empty ground; told apart with any colour vision (A).
pub const EMPTY: [u8; 3] = [243, 240, 232];
/// The first group.
pub const BLUE: [u8; 3] = [11, 93, 107];
/// The second.
pub const ORANGE: [u8; 3] = [230, 140, 40];
/// A third kind.
pub const DARK: [u8; 3] = [40, 40, 48];
/// A fourth.
pub const RED: [u8; 3] = [190, 30, 45];

/// What the classes of a map are called and look like.
#[derive(Debug, Clone)]
pub struct Key {
    /// A colour per class.
    pub colours: Vec<[u8; 3]>,
    /// A name per class (an empty one is not shown), or for a ramp what its lower and its upper end are.
    pub names: Vec<String>,
}

impl Key {
    /// Classes with names.
    pub fn of(classes: &[([u8; 3], &str)]) -> Key {
        let (colours, names) = classes.iter().map(|(c, n)| (*c, n.to_string())).unzip();
        Key { colours, names }
    }

    /// 64 classes from low to high.
    pub fn ramp(ramp: Ramp, low: String, high: String) -> Key {
        Key { colours: (0..RAMP).map(|i| ramp.colour(i as f32 / (RAMP - 1) as f32)).collect(), names: vec![low, high] }
    }

    /// Class of `value` on a ramp from `low` to `high`.
    pub fn class(value: f64, low: f64, high: f64) -> u8 {
        ((value - low) / (high - low).max(1e-12) * RAMP as f64).clamp(0.0, (RAMP - 1) as f64) as u8
    }
}

const RAMP: usize = 64;

/// A part of a picture.
pub enum Panel<'a> {
    /// Cells by class, row by row.
    Map {
        /// What stands above it.
        title: String,
        /// Cells in a row.
        n_cols: usize,
        /// Class of each cell.
        classes: &'a [u8],
        /// What the classes mean.
        key: &'a Key,
    },
    /// Lines over time.
    Chart {
        /// What stands above it: the quantity and what runs along.
        title: String,
        /// Times (or whatever runs along).
        times: Vec<f64>,
        /// The lines.
        lines: Vec<Line>,
        /// True for shares, written in per cent.
        share: bool,
    },
}

impl Panel<'_> {
    /// A line without a band.
    pub fn line(label: &str, values: Vec<f64>) -> Line {
        Line { label: label.into(), values, ..Line::default() }
    }

    fn height(&self) -> f64 {
        match self {
            Panel::Map { n_cols, classes, .. } => {
                let (step, cell) = scale(*n_cols);
                64.0 + (classes.len() / n_cols.max(&1)).div_ceil(step) as f64 * cell as f64
            }
            Panel::Chart { .. } => 40.0 + CHART.1,
        }
    }

    fn svg(&self, id: usize) -> String {
        match self {
            Panel::Map { title, n_cols, classes, key } => {
                let mut svg = format!("<text class='head' y='20'>{}</text>", esc(title));
                svg += &cells(*n_cols, classes, key);
                let _ = write!(svg, "<g transform='translate(0 {})'>{}</g>", self.height() - 22.0, legend(key));
                svg
            }
            Panel::Chart { title, times, lines, share } => {
                let axis = |v: f64, step: f64| {
                    let (v, step, unit) = if *share { (100.0 * v, 100.0 * step, " %") } else { (v, step, "") };
                    // As few decimals as tell neighbouring ticks apart.
                    let whole = |d: &i32| (step * 10f64.powi(*d) - (step * 10f64.powi(*d)).round()).abs() < 1e-6;
                    let digits = (0..4).find(whole).unwrap_or(3) as usize;
                    format!("{v:.digits$}{unit}")
                };
                let id = format!("c{id}");
                let chart = Lines { id: &id, title, description: title, times, lines, axis: &axis }.svg();
                let place = format!("<svg y='30' width='{}' height='{}' ", CHART.0, CHART.1);
                format!("<text class='head' y='20'>{}</text>{}", esc(title), chart.replacen("<svg ", &place, 1))
            }
        }
    }
}

/// Every how many cells one is drawn, and how large, pixels.
fn scale(n_cols: usize) -> (usize, usize) {
    (n_cols.div_ceil(MAP), (MAP / n_cols.max(1)).max(1))
}

/// One path per class; neighbours of one class in a row are one rectangle.
fn cells(n_cols: usize, classes: &[u8], key: &Key) -> String {
    let (step, size) = scale(n_cols);
    let mut paths = vec![String::new(); key.colours.len()];
    for (y, row) in classes.chunks(n_cols.max(1)).step_by(step).enumerate() {
        let row: Vec<u8> = row.iter().copied().step_by(step).collect();
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if let Some(path) = paths.get_mut(usize::from(run[0])) {
                let w = run.len() * size;
                let _ = write!(path, "M{} {}h{w}v{size}h-{w}z", x * size, 30 + y * size);
            }
            x += run.len();
        }
    }
    let mut svg = String::from("<g shape-rendering='crispEdges'>");
    for (path, colour) in paths.iter().zip(&key.colours).filter(|(path, _)| !path.is_empty()) {
        let _ = write!(svg, "<path fill='{}' d='{path}'/>", hex(*colour));
    }
    svg + "</g>"
}

fn legend(key: &Key) -> String {
    let mut svg = String::new();
    if key.names.len() == key.colours.len() {
        let mut x = 0.0;
        for (colour, name) in key.colours.iter().zip(&key.names).filter(|(_, name)| !name.is_empty()) {
            let fill = hex(*colour);
            let _ = write!(
                svg,
                "<rect x='{x}' width='13' height='13' fill='{fill}' stroke='#b9b4a6'/><text x='{}' y='11.5'>{}</text>",
                x + 19.0,
                esc(name)
            );
            x += 40.0 + 7.0 * name.chars().count() as f64;
        }
        return svg;
    }
    let low = key.names.first().map_or("", String::as_str);
    let start = 10.0 + 7.0 * low.chars().count() as f64;
    let _ = write!(svg, "<text y='11.5'>{}</text>", esc(low));
    for (i, colour) in key.colours.iter().enumerate() {
        let x = start + 3.0 * i as f64;
        let _ = write!(svg, "<rect x='{x}' width='3.5' height='13' fill='{}'/>", hex(*colour));
    }
    let x = start + 3.0 * key.colours.len() as f64 + 10.0;
    let _ = write!(svg, "<text x='{x}' y='11.5'>{}</text>", esc(key.names.get(1).map_or("", String::as_str)));
    svg
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// Panels in two columns under a title and a line of small print.
pub fn page(title: &str, small_print: &str, panels: &[Panel]) -> String {
    let mut body = String::new();
    let mut y = 84.0;
    for (row, pair) in panels.chunks(2).enumerate() {
        for (column, panel) in pair.iter().enumerate() {
            let x = 24.0 + COLUMN * column as f64;
            let _ = write!(body, "<g transform='translate({x} {y})'>{}</g>", panel.svg(2 * row + column));
        }
        y += pair.iter().map(Panel::height).fold(0.0, f64::max) + 22.0;
    }
    let width = if panels.len() > 1 { 2.0 * COLUMN } else { COLUMN } + 8.0;
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{y}' font-family='Open Sans'>\
         <style>text{{font-size:13px;fill:#1d2b30}}.title{{font-size:22px;font-weight:600}}.soft{{fill:#4d5b60}}\
         .head{{font-size:14.5px;font-weight:600}}.name{{font-weight:600}}.end{{text-anchor:end;fill:#4d5b60}}\
         .mid{{text-anchor:middle}}.grid{{stroke:#e7e3d8;fill:none}}.zero{{stroke:#8c958f;fill:none}}\
         .tick{{stroke:#8c958f;fill:none}}.line{{fill:none;stroke-width:2.2;stroke-linejoin:round}}</style>\
         <rect width='100%' height='100%' fill='#fff'/><text class='title' x='24' y='38'>{}</text>\
         <text class='soft' x='24' y='62'>{}</text>{body}</svg>",
        esc(title),
        esc(small_print)
    )
}

/// Why a picture cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It cannot be drawn.
    #[error(transparent)]
    Map(#[from] map::MapError),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The film cannot be encoded.
    #[error("the GIF cannot be written: {0}")]
    Gif(#[from] gif::EncodingError),
}

/// Writes a page as PNG.
///
/// # Errors
/// If it cannot be drawn or the file not be written.
pub fn write_png(path: &Path, svg: &str) -> Result<(), PictureError> {
    let png = map::png(svg, 2 * COLUMN as u32)?;
    Ok(write_atomic(path, |file| std::io::Write::write_all(file, &png))?)
}

/// Frames of a run: all at first, and every second one dropped whenever there are too many.
#[derive(Debug, Clone, Default)]
pub struct Film {
    every: usize,
    seen: usize,
    frames: Vec<Vec<u8>>,
}

impl Film {
    /// Most frames that are kept.
    const MOST: usize = 160;

    /// Looks at the next moment; `classes` is asked only if the moment is kept.
    pub fn see(&mut self, classes: impl FnOnce() -> Vec<u8>) {
        self.every = self.every.max(1);
        if self.seen.is_multiple_of(self.every) {
            self.frames.push(classes());
        }
        self.seen += 1;
        if self.frames.len() > Film::MOST {
            let mut keep = false;
            self.frames.retain(|_| {
                keep = !keep;
                keep
            });
            self.every *= 2;
        }
    }

    /// Writes it as GIF that plays over and over, 12 frames a second, and rests on `last` for two seconds.
    ///
    /// # Errors
    /// If it cannot be encoded or the file not be written.
    pub fn write(&self, path: &Path, n_cols: usize, last: &[u8], key: &Key) -> Result<(), PictureError> {
        let (step, size) = scale(n_cols);
        let n_rows = last.len() / n_cols.max(1);
        let (w, h) = ((n_cols.div_ceil(step) * size) as u16, (n_rows.div_ceil(step) * size) as u16);
        let palette: Vec<u8> = key.colours.iter().flatten().copied().collect();
        let mut bytes = Vec::new();
        let mut encoder = gif::Encoder::new(&mut bytes, w, h, &palette)?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        let frames = self.frames.iter().map(|frame| (frame.as_slice(), 8)).chain([(last, 200)]);
        for (classes, delay) in frames {
            let mut frame = gif::Frame { width: w, height: h, delay, ..gif::Frame::default() };
            let row = |y: usize| (0..usize::from(w)).map(move |x| classes[y / size * step * n_cols + x / size * step]);
            frame.buffer = (0..usize::from(h)).flat_map(row).collect();
            encoder.write_frame(&frame)?;
        }
        drop(encoder);
        Ok(write_atomic(path, |file| std::io::Write::write_all(file, &bytes))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_keeps_moments_at_equal_distances() {
        let mut film = Film::default();
        (0..1000u16).for_each(|i| film.see(|| i.to_le_bytes().to_vec()));
        let moments: Vec<u16> = film.frames.iter().map(|f| u16::from_le_bytes([f[0], f[1]])).collect();
        assert!(moments.len() <= Film::MOST && moments.len() >= Film::MOST / 2, "{}", moments.len());
        assert!(moments.windows(2).all(|w| w[1] - w[0] == moments[1]), "{moments:?}");
    }

    #[test]
    fn a_row_of_one_class_is_one_rectangle() {
        let key = Key::of(&[(EMPTY, "a"), (BLUE, "b")]);
        let svg = cells(4, &[0, 0, 1, 1, 1, 1, 1, 1], &key);
        assert_eq!(svg.matches('z').count(), 3);
        assert!(svg.contains("M220 30h220v110h-220z"), "{svg}");
    }
}
