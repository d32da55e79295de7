//! Pictures of a hindcast as SVG: real against simulated change, and maps of both.

use std::fmt::Write as _;

use super::page::{escape, number};
use crate::city::City;
use crate::city::map::Palette;
use crate::report::Lang;

/// A scatter chart.
pub(super) struct Scatter<'a> {
    /// Title.
    pub title: &'a str,
    /// Real change, in the unit of the axis.
    pub x_label: &'a str,
    /// Change in the model.
    pub y_label: &'a str,
    /// What the diagonal is.
    pub diagonal: &'a str,
    /// Real and simulated change.
    pub points: &'a [(f64, f64)],
}

const SIDE_PX: f64 = 330.0;
const LEFT_PX: f64 = 72.0;
const TOP_PX: f64 = 40.0;

/// Both axes have the same scale, even on both sides of zero; it holds 98 % of the points, and the rest stands at the
/// edge as open circles.
pub(super) fn scatter(chart: &Scatter<'_>, lang: Lang) -> String {
    let mut sizes: Vec<f64> = chart.points.iter().map(|p| p.0.abs().max(p.1.abs())).collect();
    sizes.sort_by(f64::total_cmp);
    let limit = sizes.get((sizes.len() * 98 / 100).min(sizes.len().saturating_sub(1))).copied().unwrap_or(1.0);
    let limit = (limit * 1.04).max(1e-9);
    let step = nice_step(limit / 2.0);
    let decimals = if step >= 1.0 { 0 } else { (-step.log10()).ceil() as usize };
    let px = |v: f64| (v.clamp(-limit, limit) + limit) / (2.0 * limit) * SIDE_PX;
    let (width, height) = (LEFT_PX + SIDE_PX + 26.0, TOP_PX + SIDE_PX + 52.0);
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{0}\" font-size=\"12\" fill=\"#2b2b2b\">\
         <text x=\"{LEFT_PX}\" y=\"20\" font-size=\"15\" font-weight=\"600\">{0}</text>\
         <g transform=\"translate({LEFT_PX} {TOP_PX})\">\
         <rect width=\"{SIDE_PX}\" height=\"{SIDE_PX}\" fill=\"#fafafa\" stroke=\"#9a9a9a\"/>",
        escape(chart.title)
    );
    let n = (limit / step) as i32;
    for i in -n..=n {
        let v = f64::from(i) * step;
        let (x, y) = (px(v), SIDE_PX - px(v));
        let colour = if i == 0 { "#9a9a9a" } else { "#e2e2e2" };
        let sign = if i > 0 { "+" } else { "" };
        let text = format!("{sign}{}", number(v, decimals, lang));
        let _ = write!(
            svg,
            "<path d=\"M{x:.1} 0V{SIDE_PX}M0 {y:.1}H{SIDE_PX}\" stroke=\"{colour}\"/>\
             <text x=\"{x:.1}\" y=\"{:.0}\" text-anchor=\"middle\">{text}</text>\
             <text x=\"-7\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            SIDE_PX + 17.0,
            y + 4.0
        );
    }
    let _ = write!(
        svg,
        "<path d=\"M0 {SIDE_PX}L{SIDE_PX} 0\" stroke=\"#b4652f\" stroke-dasharray=\"6 4\"/>\
         <text transform=\"translate({:.0} {:.0}) rotate(-45)\" dy=\"-6\" text-anchor=\"end\" fill=\"#8a4a1f\">{}</text>",
        SIDE_PX - 8.0,
        0.0 + 20.0,
        escape(chart.diagonal)
    );
    for &(x, y) in chart.points {
        let outside = x.abs() > limit || y.abs() > limit;
        let look = if outside {
            "fill=\"none\" stroke=\"#24507f\" stroke-opacity=\"0.8\""
        } else {
            "fill=\"#24507f\" fill-opacity=\"0.4\""
        };
        let _ = write!(svg, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\" {look}/>", px(x), SIDE_PX - px(y));
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{}</text>\
         <text transform=\"translate(-58 {:.0}) rotate(-90)\" text-anchor=\"middle\">{}</text></g></svg>",
        SIDE_PX / 2.0,
        SIDE_PX + 40.0,
        escape(chart.x_label),
        SIDE_PX / 2.0,
        escape(chart.y_label)
    );
    svg
}

/// 1, 2 or 5 times a power of ten, at most `most`.
fn nice_step(most: f64) -> f64 {
    let power = libm::pow(10.0, most.log10().floor());
    [5.0, 2.0, 1.0].into_iter().map(|k| k * power).find(|s| *s <= most * 1.000_001).unwrap_or(power)
}

/// Width of a map, px.
const MAP_PX: f64 = 520.0;

/// Colours the neighbourhoods of `city` by `values`, which the scale shows from `-limit` to `limit`; grey without one.
/// `said` is what a neighbourhood's tooltip says.
pub(super) fn map(
    city: &City,
    values: &[Option<f64>],
    limit: f64,
    title: &str,
    said: &dyn Fn(usize) -> String,
) -> String {
    let points = || city.neighbourhoods.iter().flat_map(|n| n.rings.iter().flatten());
    let low: [f64; 2] = std::array::from_fn(|i| points().map(|p| p[i]).fold(f64::MAX, f64::min));
    let high: [f64; 2] = std::array::from_fn(|i| points().map(|p| p[i]).fold(f64::MIN, f64::max));
    let scale = MAP_PX / (high[0] - low[0]).max(1.0);
    let height = (high[1] - low[1]).max(1.0) * scale;
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg viewBox=\"0 0 {MAP_PX} {:.0}\" role=\"img\" aria-label=\"{1}\" fill=\"#2b2b2b\">\
         <text x=\"2\" y=\"18\" font-size=\"15\" font-weight=\"600\">{1}</text><g transform=\"translate(0 28)\">",
        height + 30.0,
        escape(title)
    );
    for (i, hood) in city.neighbourhoods.iter().enumerate() {
        let mut d = String::new();
        for ring in &hood.rings {
            let mut last = [f64::MAX; 2];
            let mut n = 0;
            for p in ring {
                let at = [(p[0] - low[0]) * scale, (high[1] - p[1]) * scale];
                // Corners closer than three quarters of a pixel cannot be seen.
                if (at[0] - last[0]).hypot(at[1] - last[1]) > 0.75 {
                    let _ = write!(d, "{}{:.1} {:.1}", if n == 0 { 'M' } else { 'L' }, at[0], at[1]);
                    (last, n) = (at, n + 1);
                }
            }
            d.push_str(if n > 0 { "Z" } else { "" });
        }
        let fill = match values.get(i).copied().flatten() {
            Some(v) => {
                let [r, g, b] = Palette::Diverging.at((v + limit) / (2.0 * limit));
                format!("#{r:02x}{g:02x}{b:02x}")
            }
            None => "#d9d9d9".into(),
        };
        let _ = write!(
            svg,
            "<path d=\"{d}\" fill=\"{fill}\" fill-rule=\"evenodd\" stroke=\"#ffffff\" stroke-width=\"0.5\"><title>{}\
             </title></path>",
            escape(&said(i))
        );
    }
    svg.push_str("</g></svg>\n");
    svg
}

/// The scale of [`map`]: text at its ends and its middle, and what grey means.
pub(super) fn scale(low: &str, middle: &str, high: &str, grey: &str) -> String {
    let mut svg = String::from("<svg viewBox=\"0 0 620 48\" class=\"scale\" font-size=\"13\" fill=\"#2b2b2b\">");
    for i in 0..60 {
        let [r, g, b] = Palette::Diverging.at((f64::from(i) + 0.5) / 60.0);
        let _ = write!(svg, "<rect x=\"{}\" width=\"5.3\" height=\"16\" fill=\"#{r:02x}{g:02x}{b:02x}\"/>", 30 + 5 * i);
    }
    let _ = writeln!(
        svg,
        "<text x=\"30\" y=\"34\">{}</text><text x=\"180\" y=\"34\" text-anchor=\"middle\">{}</text>\
         <text x=\"330\" y=\"34\" text-anchor=\"end\">{}</text><rect x=\"380\" width=\"26\" height=\"16\" fill=\"#d9d9d9\"/>\
         <text x=\"414\" y=\"13\">{}</text></svg>",
        escape(low),
        escape(middle),
        escape(high),
        escape(grey)
    );
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(nice_step(340.0), 200.0);
        assert_eq!(nice_step(0.06), 0.05);
        assert_eq!(nice_step(100.0), 100.0);
    }

    #[test]
    fn points_off_the_scale_stand_open_at_its_edge() {
        let mut points = vec![(1.0, -1.0); 99];
        points.push((50.0, 0.0));
        let chart = Scatter { title: "t <", x_label: "x", y_label: "y", diagonal: "d", points: &points };
        let svg = scatter(&chart, Lang::En);
        assert!(svg.contains("t &lt;"));
        assert_eq!(svg.matches("fill=\"none\" stroke=\"#24507f\"").count(), 1);
        assert!(svg.contains("cx=\"330.0\" cy=\"165.0\""));
    }
}
