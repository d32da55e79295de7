//! Maps of a city as SVG and PNG: the ground plan ([`city_svg`]) and values per neighbourhood ([`choropleth_svg`]).
//!
//! The ground is painted as one picture and embedded; roads, rails, outlines and text are vectors on top. Text is set in
//! the bundled Open Sans, so that a map looks the same on every machine. Every map carries a legend, a scale bar, a
//! north arrow, the city's sources, and `<title>` and `<desc>` for screen readers. North is up; RD coordinates.

mod choropleth;
mod contours;
mod ground_image;
mod labels;
mod network;
mod outlines;
mod page;
mod palette;
mod style;
pub(crate) mod view;

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg;
use thiserror::Error;

pub use choropleth::{ChoroplethOptions, choropleth_svg};
pub use outlines::{Arc as OutlineArc, Outline, outlines};
pub use page::{MapOptions, city_svg};
pub use palette::Palette;

/// Why a map could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MapError {
    /// A picture of no or too many pixels.
    #[error("a picture of {width} × {height} pixels cannot be made: expected 1 to 20,000 each way")]
    Size {
        /// Width asked for, px.
        width: u32,
        /// Height asked for, px.
        height: u32,
    },
    /// The SVG is not one.
    #[error("the SVG cannot be read: {0}")]
    Svg(String),
    /// The PNG cannot be written.
    #[error("the PNG cannot be written: {0}")]
    Png(String),
    /// Values that do not fit the city.
    #[error("{given} values for {expected} neighbourhoods")]
    Values {
        /// Values given.
        given: usize,
        /// Neighbourhoods of the city.
        expected: usize,
    },
}

/// Name of the bundled typeface, as written in the SVG.
pub(crate) const FONT: &str = "Open Sans";

static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../../assets/fonts/OpenSans-Regular.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../../assets/fonts/OpenSans-Semibold.ttf").to_vec());
    fonts.set_sans_serif_family(FONT);
    Arc::new(fonts)
});

/// Draws an SVG as a PNG of `width` pixels.
pub fn png(svg: &str, width: u32) -> Result<Vec<u8>, MapError> {
    let options = usvg::Options { fontdb: FONTS.clone(), font_family: FONT.into(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| MapError::Svg(e.to_string()))?;
    let size = tree.size();
    let scale = width as f32 / size.width();
    let height = (size.height() * scale).round() as u32;
    if !(1..=20_000).contains(&width) || !(1..=20_000).contains(&height) {
        return Err(MapError::Size { width, height });
    }
    let mut pixmap = Pixmap::new(width, height).ok_or(MapError::Size { width, height })?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|e| MapError::Png(e.to_string()))
}

#[cfg(test)]
mod tests;
