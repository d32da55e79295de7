//! The page of a map: title, map frame, side panel with legend, scale bar and north arrow, sources; and the city map.

use std::fmt::Write as _;

use super::labels::{Placer, Rect, text_width};
use super::outlines::outlines;
use super::view::{View, base64, escape, thousands, wrap};
use super::{FONT, ground_image, style};
use crate::city::{AmenityKind, City, CityOrigin, Cover, LineKind, NO_NEIGHBOURHOOD};

/// How a city map is drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct MapOptions {
    /// Title; the city's name if none is given.
    pub title: Option<String>,
    /// Width of the page, px.
    pub width_px: f64,
    /// Names of neighbourhoods; by default when there are at most 60.
    pub show_neighbourhood_names: Option<bool>,
    /// Pixels of the ground picture per pixel of the page.
    pub detail: f64,
}

impl Default for MapOptions {
    fn default() -> Self {
        MapOptions { title: None, width_px: 1500.0, show_neighbourhood_names: None, detail: 1.5 }
    }
}

/// Width of the side panel, px.
const PANEL_PX: f64 = 236.0;
/// Margin round everything, px.
const MARGIN_PX: f64 = 26.0;
/// Height of the title, px.
const HEAD_PX: f64 = 66.0;

/// A page in the making.
pub(super) struct Page<'a> {
    pub city: &'a City,
    pub view: View,
    pub svg: String,
    height_px: f64,
    panel_x: f64,
    panel_y: f64,
}

impl<'a> Page<'a> {
    /// Starts a page: background, title and line below it. `description` is for screen readers.
    pub fn new(city: &'a City, width_px: f64, title: &str, subtitle: &str, description: &str) -> Page<'a> {
        let width_px = width_px.max(600.0);
        let view = View::of(city, MARGIN_PX, MARGIN_PX + HEAD_PX, width_px - 3.0 * MARGIN_PX - PANEL_PX);
        let height_px = (view.height_px() + HEAD_PX + 2.0 * MARGIN_PX).max(700.0);
        let mut svg = String::new();
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width_px:.0}\" height=\"{height_px:.0}\" \
             viewBox=\"0 0 {width_px:.0} {height_px:.0}\" role=\"img\" aria-labelledby=\"map-title map-desc\" \
             font-family=\"'{FONT}', sans-serif\" fill=\"#2b2b2b\">\n\
             <title id=\"map-title\">{}</title>\n<desc id=\"map-desc\">{}</desc>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
             <text x=\"{MARGIN_PX}\" y=\"{:.0}\" font-size=\"30\" font-weight=\"600\">{}</text>\n\
             <text x=\"{MARGIN_PX}\" y=\"{:.0}\" font-size=\"14\" fill=\"#5a5a5a\">{}</text>\n",
            escape(title),
            escape(description),
            MARGIN_PX + 28.0,
            escape(title),
            MARGIN_PX + 51.0,
            escape(subtitle),
        );
        let panel_x = view.left_px + view.width_px() + MARGIN_PX;
        Page { city, view, svg, height_px, panel_x, panel_y: view.top_px + 10.0 }
    }

    /// Clips what follows to the map frame, until [`Page::close_map`].
    pub fn open_map(&mut self) {
        let v = &self.view;
        let frame = format!(
            "x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"",
            v.left_px,
            v.top_px,
            v.width_px(),
            v.height_px()
        );
        let _ = write!(
            self.svg,
            "<clipPath id=\"frame\"><rect {frame}/></clipPath>\n<g clip-path=\"url(#frame)\">\n\
             <rect {frame} fill=\"{}\"/>\n",
            style::hex(style::field(0.0))
        );
    }

    /// Ends the clipping and draws the frame.
    pub fn close_map(&mut self) {
        let v = &self.view;
        let _ = write!(
            self.svg,
            "</g>\n<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#9a9a9a\" \
             stroke-width=\"1\"/>\n",
            v.left_px,
            v.top_px,
            v.width_px(),
            v.height_px()
        );
    }

    /// One path for all lines of a kind.
    pub fn lines(&self, kind: LineKind) -> String {
        let mut d = String::new();
        for line in self.city.lines.iter().filter(|l| l.kind == kind) {
            self.view.path(line.points_m.iter().map(|p| [f64::from(p[0]), f64::from(p[1])]), false, &mut d);
        }
        d
    }

    /// Strokes a path.
    pub fn stroke(&mut self, d: &str, colour: &str, width: f64, more: &str) {
        if !d.is_empty() {
            let _ = writeln!(
                self.svg,
                "<path d=\"{d}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width:.2}\" \
                 stroke-linejoin=\"round\" {more}/>"
            );
        }
    }

    /// Text with a pale halo, centred.
    pub fn label(&mut self, x: f64, y: f64, text: &str, size: f64, is_district: bool) {
        let (weight, spacing, colour) = if is_district { (600, 1.6, "#1f1f1f") } else { (400, 0.0, "#3a3a3a") };
        let _ = writeln!(
            self.svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"{size}\" font-weight=\"{weight}\" letter-spacing=\"{spacing}\" \
             text-anchor=\"middle\" fill=\"{colour}\" stroke=\"#ffffff\" stroke-opacity=\"0.85\" stroke-width=\"{:.1}\" \
             stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>",
            y + size * 0.36,
            size * 0.26,
            escape(text)
        );
    }

    /// A heading in the side panel.
    pub fn heading(&mut self, text: &str) {
        self.panel_y += 8.0;
        let _ = writeln!(
            self.svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"13\" font-weight=\"600\">{}</text>",
            self.panel_x,
            self.panel_y + 6.0,
            escape(text)
        );
        self.panel_y += 26.0;
    }

    /// A line of the legend: `mark` draws the sign in a box of 28 × 14 px at the given corner.
    pub fn entry(&mut self, text: &str, mark: impl FnOnce(f64, f64) -> String) {
        let sign = mark(self.panel_x, self.panel_y - 7.0);
        let _ = writeln!(
            self.svg,
            "{sign}<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"12.5\">{}</text>",
            self.panel_x + 38.0,
            self.panel_y + 4.5,
            escape(text)
        );
        self.panel_y += 22.0;
    }

    /// Small print in the side panel.
    pub fn note(&mut self, text: &str) {
        for line in wrap(text, 38) {
            let _ = writeln!(
                self.svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\" fill=\"#5a5a5a\">{}</text>",
                self.panel_x,
                self.panel_y + 4.0,
                escape(&line)
            );
            self.panel_y += 15.0;
        }
        self.panel_y += 4.0;
    }

    /// Place in the side panel and its width, px; moves on by `height`.
    pub fn panel(&mut self, height: f64) -> (f64, f64, f64) {
        let at = (self.panel_x, self.panel_y, PANEL_PX);
        self.panel_y += height;
        at
    }

    /// Scale bar, north arrow and sources; ends the page.
    pub fn finish(mut self) -> String {
        let (x, y, _) = self.panel(58.0);
        let longest_m = 170.0 / self.view.px_per_m;
        let power = 10.0_f64.powf(longest_m.log10().floor());
        let bar_m = [5.0, 2.0, 1.0].into_iter().map(|k| k * power).find(|m| *m <= longest_m).unwrap_or(power);
        let half = bar_m / 2.0 * self.view.px_per_m;
        let name = |m: f64| if bar_m >= 1000.0 { format!("{}", m / 1000.0) } else { format!("{m}") };
        let unit = if bar_m >= 1000.0 { "km" } else { "m" };
        let _ = writeln!(
            self.svg,
            "<g transform=\"translate({x:.1} {:.1})\" font-size=\"11\">\
             <rect width=\"{half:.1}\" height=\"5\" fill=\"#2b2b2b\"/>\
             <rect x=\"{half:.1}\" width=\"{half:.1}\" height=\"5\" fill=\"#ffffff\" stroke=\"#2b2b2b\" stroke-width=\"0.8\"/>\
             <text y=\"-5\">0</text><text x=\"{half:.1}\" y=\"-5\" text-anchor=\"middle\">{}</text>\
             <text x=\"{:.1}\" y=\"-5\" text-anchor=\"middle\">{} {unit}</text>\
             <g transform=\"translate(206 -14)\"><path d=\"M0 -14L6 12L0 7L-6 12Z\" fill=\"#2b2b2b\"/>\
             <text y=\"26\" text-anchor=\"middle\" font-weight=\"600\">N</text></g></g>",
            y + 26.0,
            name(bar_m / 2.0),
            2.0 * half,
            name(bar_m),
        );
        let sources: Vec<String> = self.city.sources.clone();
        for source in &sources {
            self.note(source);
        }
        self.note("Coordinates RD New (EPSG:28992), heights in m NAP. Drawn by Waterbed.");
        // A short map with a long legend makes the page longer.
        let needed = self.panel_y + MARGIN_PX;
        if needed > self.height_px {
            let (old, new) = (format!("{:.0}", self.height_px), format!("{needed:.0}"));
            self.svg = self.svg.replacen(&format!("height=\"{old}\""), &format!("height=\"{new}\""), 1);
            let width = self.panel_x + PANEL_PX + MARGIN_PX;
            self.svg = self.svg.replacen(
                &format!("viewBox=\"0 0 {width:.0} {old}\""),
                &format!("viewBox=\"0 0 {width:.0} {new}\""),
                1,
            );
        }
        self.svg.push_str("</svg>\n");
        self.svg
    }

    /// Names of districts and, if wanted, of neighbourhoods, none over another.
    pub fn names(&mut self, with_neighbourhoods: bool) {
        let city = self.city;
        let v = self.view;
        let inset = Rect { x: v.left_px + 3.0, y: v.top_px + 3.0, w: v.width_px() - 6.0, h: v.height_px() - 6.0 };
        let mut placer = Placer::new(inset);
        for a in city.amenities.iter().filter(|a| a.kind == AmenityKind::Station) {
            let (x, y) = v.px(f64::from(a.x_m), f64::from(a.y_m));
            placer.block(Rect { x: x - 8.0, y: y - 8.0, w: 16.0, h: 16.0 });
        }
        let mut weights: Vec<(usize, f64, [f64; 2])> = (0..city.districts.len())
            .map(|d| {
                let own = city.neighbourhoods.iter().filter(|n| usize::from(n.district) == d);
                let (mut w, mut at) = (0.0, [0.0; 2]);
                for n in own {
                    let r = f64::from(n.marginals.residents).max(1.0);
                    w += r;
                    at = [at[0] + r * n.centre_m[0], at[1] + r * n.centre_m[1]];
                }
                (d, w, [at[0] / w - city.grid.west_m, at[1] / w - city.grid.south_m()])
            })
            .filter(|(_, w, _)| *w > 0.0)
            .collect();
        weights.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        // With one district its name would only repeat the city's.
        let show_districts = weights.len() > 1;
        let size = if weights.len() > 25 { 12.0 } else { 14.5 };
        for (d, _, at) in weights.into_iter().filter(|_| show_districts) {
            let text = city.districts[d].to_uppercase();
            let (x, y) = v.px(at[0], at[1]);
            if let Some((x, y)) = placer.place(x, y, text_width(&text, size, true, 1.6) + 8.0, size + 5.0, 5) {
                self.label(x, y, &text, size, true);
            }
        }
        if with_neighbourhoods {
            let mut order: Vec<usize> = (0..city.neighbourhoods.len()).collect();
            order.sort_by_key(|&i| std::cmp::Reverse(city.neighbourhoods[i].marginals.residents));
            for i in order {
                let n = &city.neighbourhoods[i];
                let (x, y) = v.px(n.centre_m[0] - city.grid.west_m, n.centre_m[1] - city.grid.south_m());
                if let Some((x, y)) = placer.place(x, y, text_width(&n.name, 10.5, false, 0.0) + 5.0, 14.0, 3) {
                    self.label(x, y, &n.name, 10.5, false);
                }
            }
        }
    }
}

/// A swatch of the legend.
pub(super) fn swatch(x: f64, y: f64, fill: &str, more: &str) -> String {
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"28\" height=\"14\" fill=\"{fill}\" stroke=\"#9a9a9a\" stroke-width=\"0.7\"/>{more}"
    )
}

/// The line under the title: what and how many.
pub(super) fn subtitle(city: &City) -> String {
    let s = city.summary();
    let origin = match city.origin {
        CityOrigin::Generated => "an invented city",
        CityOrigin::Real => "from open data",
    };
    format!(
        "{} residents, {} homes, {} neighbourhoods · {origin}",
        thousands(s.residents),
        thousands(s.dwellings as u64),
        s.neighbourhoods
    )
}

/// Draws the ground plan of a city.
///
/// The ground picture is left out where it cannot be made (a page of no size); the vectors are drawn all the same.
pub fn city_svg(city: &City, options: &MapOptions) -> String {
    let title = options.title.clone().unwrap_or_else(|| city.name.clone());
    let description = format!(
        "Map of {}: {}. Shows water, green, buildings by character, main roads, rail, dikes and neighbourhoods.",
        city.name,
        subtitle(city)
    );
    let mut page = Page::new(city, options.width_px, &title, &subtitle(city), &description);
    page.open_map();
    let v = page.view;
    if let Ok(png) = ground_image::paint(city, &v, options.detail.clamp(0.2, 4.0)) {
        let _ = writeln!(
            page.svg,
            "<image x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" preserveAspectRatio=\"none\" \
             href=\"data:image/png;base64,{}\"/>",
            v.left_px,
            v.top_px,
            v.width_px(),
            v.height_px(),
            base64(&png)
        );
    }
    page.network();
    let outlines = outlines(city);
    page.boundaries(&outlines, false);
    let few = city.neighbourhoods.len() <= 60;
    page.names(options.show_neighbourhood_names.unwrap_or(few));
    page.close_map();
    city_legend(&mut page);
    page.finish()
}

fn city_legend(page: &mut Page<'_>) {
    page.heading("Buildings");
    for character in style::CHARACTERS {
        if page.city.neighbourhoods.iter().any(|n| n.character == character) {
            let (yard, building) = (style::hex(style::yard(character)), style::hex(style::building(character)));
            page.entry(style::label(character), |x, y| {
                let blocks = format!(
                    "<path d=\"M{:.1} {:.1}h9v4h-9zM{:.1} {:.1}h7v4h-7zM{:.1} {:.1}h6v4h-6zM{:.1} {:.1}h10v4h-10z\" fill=\"{building}\"/>",
                    x + 3.0, y + 2.0, x + 15.0, y + 2.0, x + 3.0, y + 8.0, x + 12.0, y + 8.0
                );
                swatch(x, y, &yard, &blocks)
            });
        }
    }
    page.heading("Water and green");
    let covers = &page.city.ground.cover.values;
    let has = |cover: Cover| covers.contains(&cover);
    let (has_water, has_green) = (has(Cover::Water), has(Cover::Trees) || has(Cover::Grass));
    let elevation = &page.city.ground.elevation_m.values;
    let is_low = elevation.iter().any(|&e| e < -1.0);
    if has_water {
        page.entry("Water", |x, y| swatch(x, y, &style::hex(style::WATER), ""));
    }
    if has_green {
        page.entry("Park: lawn, trees", |x, y| {
            let half = format!(
                "<rect x=\"{:.1}\" y=\"{y:.1}\" width=\"14\" height=\"14\" fill=\"{}\"/>",
                x + 14.0,
                style::hex(style::TREES)
            );
            swatch(x, y, &style::hex(style::LAWN), &half)
        });
    }
    if page.city.neighbourhood_of_cell.contains(&NO_NEIGHBOURHOOD) {
        if is_low {
            page.entry("Open land 5 m below sea level", |x, y| swatch(x, y, &style::hex(style::field(-5.0)), ""));
        }
        page.entry("Open land at sea level", |x, y| swatch(x, y, &style::hex(style::field(0.0)), ""));
        if elevation.iter().any(|&e| e > 3.0) {
            page.entry("Open land 5 m above sea level", |x, y| swatch(x, y, &style::hex(style::field(5.0)), ""));
        }
    }
    page.heading("Lines");
    page.network_legend();
}
