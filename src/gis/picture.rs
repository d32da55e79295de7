//! Pictures of rasters: PNG with a colour-blind-safe ramp, relief shading, title and legend.
//!
//! The raster is drawn pixel for pixel (enlarged by a whole number where small), the text by `resvg` with the bundled
//! Open Sans. Ramps: viridis (Smith & van der Walt 2015), and two ordered ramps of one hue for water and of
//! blue–white–red for differences and heat; all keep their order in greyscale or for the colour-blind.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use super::Raster;
use super::raster_io::{RasterError, write_atomically};

/// A colour ramp from low to high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ramp {
    /// Dark violet – green – yellow.
    Viridis,
    /// Pale to deep blue.
    Water,
    /// Black – purple – orange – pale yellow.
    Inferno,
    /// Blue – white – red.
    Diverging,
}

impl Ramp {
    fn stops(self) -> &'static [[u8; 3]] {
        match self {
            Ramp::Viridis => &[
                [68, 1, 84],
                [71, 44, 122],
                [59, 81, 139],
                [44, 113, 142],
                [33, 144, 141],
                [39, 173, 129],
                [92, 200, 99],
                [170, 220, 50],
                [253, 231, 37],
            ],
            Ramp::Water => &[[198, 219, 239], [107, 174, 214], [49, 130, 189], [8, 81, 156], [8, 29, 88]],
            Ramp::Inferno => &[
                [0, 0, 4],
                [31, 12, 72],
                [85, 15, 109],
                [136, 34, 106],
                [186, 54, 85],
                [227, 89, 51],
                [249, 140, 10],
                [249, 201, 50],
                [252, 255, 164],
            ],
            Ramp::Diverging => &[
                [33, 102, 172],
                [103, 169, 207],
                [209, 229, 240],
                [247, 247, 247],
                [253, 219, 199],
                [239, 138, 98],
                [178, 24, 43],
            ],
        }
    }

    /// Colour at `t` from 0 to 1; values outside are cut.
    pub fn colour(self, t: f32) -> [u8; 3] {
        let stops = self.stops();
        let x = t.clamp(0.0, 1.0) * (stops.len() - 1) as f32;
        let k = (x as usize).min(stops.len() - 2);
        let f = x - k as f32;
        std::array::from_fn(|c| (f32::from(stops[k][c]) * (1.0 - f) + f32::from(stops[k + 1][c]) * f).round() as u8)
    }
}

/// How a raster is drawn.
#[derive(Debug, Clone)]
pub struct Picture<'a> {
    /// Title above the map: what it shows.
    pub title: &'a str,
    /// Smaller, under the title: when, and what else a reader needs; none if empty.
    pub note: &'a str,
    /// What the legend says: quantity and unit.
    pub legend: &'a str,
    /// Colours.
    pub ramp: Ramp,
    /// Values at both ends of the ramp; `None` = 2nd to 98th percentile of what is drawn, at least 1 apart, so
    /// that small differences look small.
    pub range: Option<(f32, f32)>,
    /// Values below this are not drawn: the ground shows (water depth).
    pub hide_below: Option<f32>,
    /// Ground for relief shading, on the same grid.
    pub relief: Option<&'a Raster<f32>>,
}

const FONT: &[u8] = include_bytes!("../../assets/fonts/OpenSans-Regular.ttf");
/// Colour of missing values.
const NO_DATA: [u8; 3] = [225, 225, 225];
/// Light from the north-west, 45° high, as on printed relief maps.
const MARGIN: u32 = 24;
const TITLE: u32 = 44;
const NOTE: u32 = 22;
const LEGEND: u32 = 150;

/// Relief shade of each cell, 0 (dark) to 1: light from the north-west, 45° high; the relief is raised where the
/// ground is flat, so that streets and kerbs can be seen.
pub fn hillshade(ground: &Raster<f32>) -> Vec<f32> {
    let g = ground.grid;
    let z = |col: isize, row: isize, own: f32| {
        let v = ground.at(col.clamp(0, g.n_cols as isize - 1) as usize, row.clamp(0, g.n_rows as isize - 1) as usize);
        if v.is_nan() { own } else { v }
    };
    let gradient = |k: usize| {
        let (c, r) = g.col_row(k);
        let (c, r) = (c as isize, r as isize);
        let own = ground.values[k];
        let two = 2.0 * g.cell_m as f32;
        ((z(c + 1, r, own) - z(c - 1, r, own)) / two, (z(c, r - 1, own) - z(c, r + 1, own)) / two)
    };
    let steep: f64 = (0..g.len())
        .filter(|&k| !ground.values[k].is_nan())
        .map(|k| {
            let (x, y) = gradient(k);
            f64::from(x.abs() + y.abs()).min(1.0)
        })
        .sum::<f64>()
        / g.len().max(1) as f64;
    let raise = (0.25 / steep.max(1e-6)).clamp(1.0, 20.0) as f32;
    (0..g.len())
        .map(|k| {
            if ground.values[k].is_nan() {
                return 1.0;
            }
            let (x, y) = gradient(k);
            let (x, y) = (raise * x, raise * y);
            // Light from the north-west at 45°: direction (−½, ½, 1/√2).
            ((0.5 * x - 0.5 * y + std::f32::consts::FRAC_1_SQRT_2) / (1.0 + x * x + y * y).sqrt()).clamp(0.0, 1.0)
        })
        .collect()
}

/// 2nd and 98th percentile of the values that are drawn, moved apart evenly to be at least 1 apart.
fn percentiles(raster: &Raster<f32>, hide_below: Option<f32>) -> (f32, f32) {
    let shown = |v: f32| v.is_finite() && hide_below.is_none_or(|h| v >= h);
    let mut values: Vec<f32> = raster.values.iter().copied().filter(|&v| shown(v)).collect();
    if values.is_empty() {
        return (0.0, 1.0);
    }
    values.sort_by(f32::total_cmp);
    let at = |f: f64| values[((values.len() - 1) as f64 * f).round() as usize];
    let (low, high) = (at(0.02), at(0.98));
    let wider = 0.5 * (1.0 - (high - low)).max(0.0);
    (low - wider, high + wider)
}

/// Round numbers from `low` to `high`, about five of them.
fn ticks(low: f32, high: f32) -> Vec<f32> {
    let span = f64::from(high - low);
    let raw = span / 5.0;
    let power = libm::pow(10.0, libm::floor(libm::log10(raw)));
    let step = [1.0, 2.0, 5.0, 10.0].iter().map(|m| m * power).find(|s| span / s <= 6.0).unwrap_or(10.0 * power);
    let first = (f64::from(low) / step - 1e-6).ceil() as i64;
    (first..).map(|k| k as f64 * step).take_while(|v| *v <= f64::from(high) + 1e-6 * span).map(|v| v as f32).collect()
}

fn number(v: f32, span: f32) -> String {
    let decimals = if span >= 20.0 {
        0
    } else if span >= 2.0 {
        1
    } else {
        2
    };
    let text = format!("{v:.decimals$}");
    if text.starts_with('-') && text.chars().all(|c| matches!(c, '-' | '0' | '.')) {
        text[1..].to_owned()
    } else {
        text
    }
}

/// Draw `raster` into a PNG at `path`.
pub fn write_png(path: &Path, raster: &Raster<f32>, how: &Picture) -> Result<(), RasterError> {
    let g = raster.grid;
    if g.is_empty() {
        return Err(RasterError::content(path, "an empty raster has no picture"));
    }
    // Enlarge small maps, and thin out large ones, to 700 to 1,400 pixels on the longer side.
    let longest = g.n_cols.max(g.n_rows);
    let enlarge = (1000 / longest).clamp(1, 40);
    let thin = longest.div_ceil(1400);
    let (map_w, map_h) = ((g.n_cols / thin).max(1) * enlarge, (g.n_rows / thin).max(1) * enlarge);
    let (low, high) = how.range.unwrap_or_else(|| percentiles(raster, how.hide_below));
    let width = (map_w as u32 + 2 * MARGIN + LEGEND).max(480);
    let top = if how.title.is_empty() { 0 } else { TITLE } + if how.note.is_empty() { 0 } else { NOTE };
    let height = (map_h as u32 + top + 2 * MARGIN).max(top + 2 * MARGIN + 34 + 160 + 60);
    let too_large = || RasterError::content(path, "the picture would be too large");
    let mut pixmap = tiny_skia::Pixmap::new(width, height).ok_or_else(too_large)?;
    pixmap.fill(tiny_skia::Color::WHITE);

    let shade = how.relief.filter(|r| r.grid == g).map(hillshade);
    let colour = |k: usize| {
        let light = shade.as_ref().map_or(1.0, |s| 0.45 + 0.75 * s[k]);
        let v = raster.values[k];
        let hidden = v.is_nan() || how.hide_below.is_some_and(|h| v < h);
        let base = if hidden { NO_DATA } else { how.ramp.colour((v - low) / (high - low)) };
        // Water is drawn flat enough to be read against the legend.
        let light = if hidden { light } else { 0.65 + 0.35 * light };
        base.map(|c| (f32::from(c) * light).min(255.0) as u8)
    };
    let pixels = pixmap.pixels_mut();
    let mut put = |x: u32, y: u32, [r, g, b]: [u8; 3]| {
        pixels[(y * width + x) as usize] = tiny_skia::ColorU8::from_rgba(r, g, b, 255).premultiply();
    };
    for y in 0..map_h {
        for x in 0..map_w {
            let k = g.idx((x / enlarge * thin).min(g.n_cols - 1), (y / enlarge * thin).min(g.n_rows - 1));
            put(MARGIN + x as u32, top + MARGIN / 2 + y as u32, colour(k));
        }
    }
    let bar_x = MARGIN * 2 + map_w as u32;
    let (bar_y, bar_h) = (top + MARGIN / 2 + 34, (map_h as u32).saturating_sub(34 + 70).clamp(160, 360));
    for y in 0..bar_h {
        let c = how.ramp.colour(1.0 - y as f32 / (bar_h - 1) as f32);
        for x in 0..22 {
            put(bar_x + x, bar_y + y, c);
        }
    }
    let svg = labels(
        how,
        (low, high),
        (width, height, top),
        (bar_x, bar_y, bar_h),
        (map_h as u32, g.cell_m * thin as f64 / enlarge as f64),
    );
    draw_text(&svg, &mut pixmap).map_err(|message| RasterError::content(path, message))?;
    let png = pixmap.encode_png().map_err(|e| RasterError::content(path, e.to_string()))?;
    let io = |e| RasterError::io(path)(e);
    write_atomically(path, io, |out| out.write_all(&png).map_err(io))
}

fn labels(
    how: &Picture,
    (low, high): (f32, f32),
    (width, height, top): (u32, u32, u32),
    (bar_x, bar_y, bar_h): (u32, u32, u32),
    (map_h, m_per_pixel): (u32, f64),
) -> String {
    let escape = |s: &str| s.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' font-family='Open Sans' fill='#222'>\
         <text x='{MARGIN}' y='32' font-size='20'>{}</text>\
         <text x='{MARGIN}' y='56' font-size='14'>{}</text>\
         <text x='{bar_x}' y='{}' font-size='14'>{}</text>",
        escape(how.title),
        escape(how.note),
        bar_y - 16,
        escape(how.legend)
    );
    for v in ticks(low, high) {
        let y = f64::from(bar_y) + f64::from(bar_h - 1) * f64::from(1.0 - (v - low) / (high - low)) + 0.5;
        let x = bar_x + 22;
        let text = number(v, high - low);
        let _ = write!(
            svg,
            "<path d='M{x} {y}h5' stroke='#222'/><text x='{}' y='{}' font-size='13'>{text}</text>",
            x + 9,
            y + 4.5
        );
    }
    // A scale bar of a round length, at most 110 pixels.
    let most = 110.0 * m_per_pixel;
    let power = libm::pow(10.0, libm::floor(libm::log10(most)));
    let length = [5.0, 2.0, 1.0].iter().map(|m| m * power).find(|l| *l <= most).unwrap_or(power);
    let pixels = length / m_per_pixel;
    let y = (top + MARGIN / 2 + map_h.max(34 + bar_h + 60) - 2).min(height - 8);
    let name = if length >= 1000.0 { format!("{} km", length / 1000.0) } else { format!("{length} m") };
    let _ = write!(
        svg,
        "<path d='M{bar_x} {}v6h{pixels}v-6' stroke='#222' fill='none' stroke-width='1.5'/>\
         <text x='{bar_x}' y='{}' font-size='13'>{name}</text></svg>",
        y - 6,
        y - 12
    );
    svg
}

fn draw_text(svg: &str, pixmap: &mut tiny_skia::Pixmap) -> Result<(), String> {
    let mut options = usvg::Options::default();
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(FONT.to_vec());
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| e.to_string())?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixmap.as_mut());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_rise_in_lightness_or_fall_without_turning() {
        let light = |c: [u8; 3]| 0.2126 * f32::from(c[0]) + 0.7152 * f32::from(c[1]) + 0.0722 * f32::from(c[2]);
        for (ramp, sign) in [(Ramp::Viridis, 1.0), (Ramp::Inferno, 1.0), (Ramp::Water, -1.0)] {
            let values: Vec<f32> = (0..=50).map(|i| sign * light(ramp.colour(i as f32 / 50.0))).collect();
            assert!(values.windows(2).all(|w| w[1] > w[0] - 0.6), "{ramp:?}");
        }
        assert_eq!(Ramp::Viridis.colour(0.0), [68, 1, 84]);
        assert_eq!(Ramp::Viridis.colour(2.0), [253, 231, 37]);
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(ticks(0.0, 1.0), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(ticks(23.4, 41.2), [25.0, 30.0, 35.0, 40.0]);
        assert_eq!(number(-0.001, 1.0), "0.00");
    }

    #[test]
    fn small_differences_look_small() {
        let grid = crate::gis::GridRef { west_m: 0.0, north_m: 1.0, cell_m: 1.0, n_cols: 101, n_rows: 1 };
        let range = |step: f32| {
            let values = (0..101).map(|k| 20.0 + step * k as f32).collect();
            percentiles(&Raster { grid, values }, None)
        };
        assert_eq!(range(1.0), (22.0, 118.0));
        let (low, high) = range(0.001);
        assert!((low - 19.55).abs() < 1e-4 && (high - 20.55).abs() < 1e-4, "{low} {high}");
    }

    #[test]
    fn slopes_to_the_light_are_lighter() {
        let grid = crate::gis::GridRef { west_m: 0.0, north_m: 3.0, cell_m: 1.0, n_cols: 3, n_rows: 3 };
        let up_east = Raster { grid, values: (0..9).map(|k| (k % 3) as f32).collect() };
        let up_west = Raster { grid, values: (0..9).map(|k| -((k % 3) as f32)).collect() };
        // A slope that rises to the east faces west, to the light.
        assert!(hillshade(&up_east)[4] > hillshade(&up_west)[4]);
    }
}
