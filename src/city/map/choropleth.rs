//! Values per neighbourhood as colours.

use std::fmt::Write as _;

use super::contours::{contours, wide_only};
use super::outlines::outlines;
use super::page::{Page, subtitle, swatch};
use super::palette::Palette;
use super::view::escape;
use super::{MapError, style};
use crate::city::{City, Cover, LineKind};

/// How values are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoroplethOptions {
    /// What the values are.
    pub title: String,
    /// Unit, in the legend.
    pub unit: String,
    /// Colour scale.
    pub palette: Palette,
    /// Values at the ends of the scale; from the values themselves if not given.
    pub range: Option<(f64, f64)>,
    /// Decimals in the legend.
    pub decimals: usize,
    /// What it means that a value is missing.
    pub missing: String,
    /// More lines for the legend, such as the grade of the numbers.
    pub notes: Vec<String>,
    /// Width of the page, px.
    pub width_px: f64,
}

impl Default for ChoroplethOptions {
    fn default() -> Self {
        ChoroplethOptions {
            title: String::new(),
            unit: String::new(),
            palette: Palette::Sequential,
            range: None,
            decimals: 1,
            missing: "not available".into(),
            notes: Vec::new(),
            width_px: 1200.0,
        }
    }
}

/// Draws one value per neighbourhood. Missing and non-finite values are hatched, never coloured as zero.
pub fn choropleth_svg(city: &City, values: &[Option<f64>], options: &ChoroplethOptions) -> Result<String, MapError> {
    if values.len() != city.neighbourhoods.len() {
        return Err(MapError::Values { given: values.len(), expected: city.neighbourhoods.len() });
    }
    let values: Vec<Option<f64>> = values.iter().map(|v| v.filter(|v| v.is_finite())).collect();
    let (low, high) = options.range.unwrap_or_else(|| {
        let (low, high) = options.palette.range(values.iter().flatten().copied());
        let step = step(low, high);
        ((low / step).floor() * step, (high / step).ceil() * step)
    });
    let digits = options.decimals;
    let known = values.iter().flatten().count();
    let description = format!(
        "Map of {} by neighbourhood: {} in {}, from {low:.digits$} to {high:.digits$}; {known} of {} neighbourhoods have a value.",
        city.name,
        options.title,
        if options.unit.is_empty() { "no unit" } else { &options.unit },
        values.len()
    );
    let mut page =
        Page::new(city, options.width_px, &options.title, &format!("{} · {}", city.name, subtitle(city)), &description);
    page.svg.push_str(
        "<defs><pattern id=\"missing\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect width=\"7\" height=\"7\" fill=\"#f2f2f2\"/>\
         <rect width=\"2\" height=\"7\" fill=\"#b5b5b5\"/></pattern></defs>\n",
    );
    page.open_map();
    let outlines = outlines(city);
    for ((hood, outline), value) in city.neighbourhoods.iter().zip(&outlines).zip(&values) {
        let mut d = String::new();
        for ring in outline {
            page.view.path(ring.iter().flat_map(|arc| arc.points.iter().copied()), true, &mut d);
        }
        let (fill, said) = match value {
            Some(v) => {
                let rgb = options.palette.at((v - low) / (high - low));
                (style::hex(rgb), format!("{v:.digits$} {}", options.unit))
            }
            None => ("url(#missing)".into(), options.missing.clone()),
        };
        let _ = writeln!(
            page.svg,
            "<path d=\"{d}\" fill=\"{fill}\" fill-rule=\"evenodd\"><title>{} ({}): {}</title></path>",
            escape(&hood.name),
            escape(&hood.code),
            escape(said.trim())
        );
    }
    // Water and main roads, so that readers find their way.
    let mut water = String::new();
    for ring in wide_only(contours(city, Cover::Water)) {
        page.view.path(ring, true, &mut water);
    }
    let _ = writeln!(page.svg, "<path d=\"{water}\" fill=\"{}\" fill-rule=\"evenodd\"/>", style::hex(style::WATER));
    let main = page.lines(LineKind::MainRoad);
    page.stroke(&main, "#ffffff", 1.6, "stroke-opacity=\"0.55\"");
    page.boundaries(&outlines, true);
    page.names(false);
    page.close_map();
    legend(&mut page, options, low, high, values.contains(&None));
    Ok(page.finish())
}

/// Distance between the ticks of a scale: 1, 2 or 5 times a power of ten, at most five steps.
fn step(low: f64, high: f64) -> f64 {
    let least = ((high - low) / 5.0).max(1e-12);
    let power = 10.0_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|k| k * power).find(|s| *s >= least * 0.999).unwrap_or(10.0 * power)
}

fn legend(page: &mut Page<'_>, options: &ChoroplethOptions, low: f64, high: f64, has_missing: bool) {
    page.heading(if options.unit.is_empty() { &options.title } else { &options.unit });
    let (x, y, _) = page.panel(56.0);
    let (width, n) = (200.0, 50);
    for i in 0..n {
        let k = (f64::from(i) + 0.5) / f64::from(n);
        let _ = write!(
            page.svg,
            "<rect x=\"{:.2}\" y=\"{y:.1}\" width=\"{:.2}\" height=\"16\" fill=\"{}\"/>",
            x + width * f64::from(i) / f64::from(n),
            width / f64::from(n) + 0.4,
            style::hex(options.palette.at(k))
        );
    }
    let step = step(low, high);
    // Round ticks need no more decimals than their distance has.
    let digits = options.decimals.min((-step.log10().floor()).max(0.0) as usize);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    for i in first..=last {
        let value = i as f64 * step;
        let k = (value - low) / (high - low);
        let anchor = if k < 0.04 {
            "start"
        } else if k > 0.96 {
            "end"
        } else {
            "middle"
        };
        let _ = writeln!(
            page.svg,
            "<path d=\"M{0:.1} {1:.1}v5\" stroke=\"#2b2b2b\"/><text x=\"{0:.1}\" y=\"{2:.1}\" font-size=\"11.5\" text-anchor=\"{anchor}\">{value:.digits$}</text>",
            x + k * width,
            y + 16.0,
            y + 34.0
        );
    }
    if has_missing {
        page.entry(&options.missing, |x, y| swatch(x, y, "url(#missing)", ""));
    }
    page.boundary_legend(true);
    for note in &options.notes {
        page.note(note);
    }
}
