//! Charts as SVG: lines with bands, a population pyramid, bars of parts, sparklines. Each has a title and a description
//! for screen readers; lines differ in dash and are named at their end, so that nothing depends on colour alone.

use std::fmt::Write as _;

use super::number::ticks;
use crate::indicators::{N_AGES, Pyramid};

/// Colours of lines and parts: contrast of at least 4.5 on white, told apart with any colour vision (A).
pub const COLOURS: [&str; 6] = ["#0b5d6b", "#a3480f", "#5b3f8c", "#4f6b12", "#8a1f4b", "#5a5a5a"];
/// Their dashes.
const DASHES: [&str; 6] = ["", "7 3", "2 3", "10 3 2 3", "1 5", "14 4"];

const W: f64 = 480.0;
const H: f64 = 280.0;

/// Text that is safe inside HTML and SVG.
pub fn esc(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The opening of an SVG that is one image to a screen reader.
pub fn open(id: &str, w: f64, h: f64, title: &str, description: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {w} {h}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
         <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
        esc(title),
        esc(description)
    )
}

/// A line of a chart; its band is empty or as long as its values. NaN leaves a gap.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Name, written at the end.
    pub label: String,
    /// Values.
    pub values: Vec<f64>,
    /// Lower edge of the band.
    pub low: Vec<f64>,
    /// Upper edge of the band.
    pub high: Vec<f64>,
}

/// A chart of lines over time.
pub struct Lines<'a> {
    /// Name inside the page.
    pub id: &'a str,
    /// Title, for screen readers (the page shows its own).
    pub title: &'a str,
    /// What it shows, in words.
    pub description: &'a str,
    /// Times of the values, years.
    pub times: &'a [f64],
    /// The lines.
    pub lines: &'a [Line],
    /// (value, distance of ticks) → text on the axis.
    pub axis: &'a dyn Fn(f64, f64) -> String,
}

impl Lines<'_> {
    /// As SVG.
    pub fn svg(&self) -> String {
        let all =
            || self.lines.iter().flat_map(|l| l.values.iter().chain(&l.low).chain(&l.high)).filter(|v| v.is_finite());
        let (mut low, mut high) = (all().copied().fold(f64::MAX, f64::min), all().copied().fold(f64::MIN, f64::max));
        if low > high || (low == 0.0 && high == 0.0) {
            (low, high) = (0.0, 1.0);
        }
        if low > 0.0 && low < 0.6 * high {
            low = 0.0;
        }
        // A flat line lies in the middle of its own scale, not on noise.
        let spread = (high - low).max(0.02 * high.abs()).max(1e-9);
        (low, high) = (if low == 0.0 { 0.0 } else { (low + high - spread) / 2.0 }, (low + high + spread) / 2.0);
        let marks = ticks(low, high, 5);
        let step = marks.get(1).map_or(1.0, |t| t - marks[0]);
        let (low, high) = (marks[0], marks[marks.len() - 1]);
        let named = self.lines.len() > 1;
        let (left, right, top, bottom) = (70.0, if named { W - 142.0 } else { W - 14.0 }, 12.0, H - 30.0);
        let (t0, t1) = (self.times.first().copied().unwrap_or(0.0), self.times.last().copied().unwrap_or(1.0));
        let x = |t: f64| left + (t - t0) / (t1 - t0).max(1e-9) * (right - left);
        let y = |v: f64| bottom - (v - low) / (high - low) * (bottom - top);
        let mut svg = open(self.id, W, H, self.title, self.description);
        for v in &marks {
            let text = esc(&(self.axis)(*v, step));
            let _ = write!(
                svg,
                "<path class=\"{}\" d=\"M{left} {y:.1}H{right}\"/><text x=\"{}\" y=\"{:.1}\" class=\"end\">{text}</text>",
                if *v == 0.0 { "zero" } else { "grid" },
                left - 7.0,
                y(*v) + 4.0,
                y = y(*v),
            );
        }
        let years = ticks(t0.ceil(), t1.floor().max(t0.ceil() + 1.0), 5);
        for year in years.iter().filter(|t| **t >= t0 - 1e-6 && **t <= t1 + 0.1 && t.fract() == 0.0) {
            let _ = write!(
                svg,
                "<path class=\"tick\" d=\"M{x:.1} {bottom}v5\"/><text x=\"{x:.1}\" y=\"{}\" class=\"mid\">{year}</text>",
                bottom + 19.0,
                x = x(*year)
            );
        }
        for (i, line) in self.lines.iter().enumerate() {
            let (colour, dash) = (COLOURS[i % COLOURS.len()], DASHES[i % DASHES.len()]);
            if line.low.len() == line.values.len() {
                let there = |k: &usize| line.low[*k].is_finite() && line.high[*k].is_finite();
                let at: Vec<usize> = (0..line.low.len()).filter(there).collect();
                let upper = at.iter().map(|&k| (x(self.times[k]), y(line.high[k])));
                let lower = at.iter().rev().map(|&k| (x(self.times[k]), y(line.low[k])));
                let _ = write!(svg, "<path d=\"{}z\" fill=\"{colour}\" opacity=\".16\"/>", path(upper.chain(lower)));
            }
            for part in gapless(&line.values) {
                let points = part.map(|k| (x(self.times[k]), y(line.values[k])));
                let _ = write!(
                    svg,
                    "<path class=\"line\" d=\"{}\" stroke=\"{colour}\" stroke-dasharray=\"{dash}\"/>",
                    path(points)
                );
            }
        }
        if named {
            svg += &self.names(right + 8.0, top, bottom, &y);
        }
        svg + "</svg>"
    }

    /// Names at the ends of the lines, kept apart.
    fn names(&self, x: f64, top: f64, bottom: f64, y: &dyn Fn(f64) -> f64) -> String {
        let mut names: Vec<(f64, usize, Vec<String>)> = Vec::new();
        for (i, line) in self.lines.iter().enumerate() {
            if let Some(last) = line.values.iter().rev().find(|v| v.is_finite()) {
                names.push((y(*last), i, wrap(&line.label, 15)));
            }
        }
        names.sort_by(|a, b| a.0.total_cmp(&b.0));
        let height = |n: &(f64, usize, Vec<String>)| 14.0 * n.2.len() as f64 + 4.0;
        let mut above = top - 4.0;
        for name in &mut names {
            name.0 = (name.0 - 7.0 * (name.2.len() - 1) as f64).max(above + 8.0);
            above = name.0 + height(name) - 8.0;
        }
        let mut below = bottom + 12.0;
        for name in names.iter_mut().rev() {
            name.0 = name.0.min(below - height(name));
            below = name.0;
        }
        let mut svg = String::new();
        for (at, i, rows) in names {
            let _ = write!(svg, "<text class=\"name\" style=\"fill:{}\">", COLOURS[i % COLOURS.len()]);
            for (k, row) in rows.iter().enumerate() {
                let _ = write!(svg, "<tspan x=\"{x}\" y=\"{:.1}\">{}</tspan>", at + 4.0 + 14.0 * k as f64, esc(row));
            }
            svg += "</text>";
        }
        svg
    }
}

/// Words in rows of about `n` letters.
fn wrap(text: &str, n: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 1 + word.chars().count() <= n => *row += &format!(" {word}"),
            _ => rows.push(word.into()),
        }
    }
    rows
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.enumerate() {
        let _ = write!(d, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    d
}

/// Runs of values that are there.
fn gapless(values: &[f64]) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for i in (0..values.len()).filter(|&i| values[i].is_finite()) {
        match runs.last_mut() {
            Some(run) if run.end == i => run.end = i + 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

/// A small line without axes, hidden from screen readers: the number beside it says the same.
pub fn sparkline(values: &[f64]) -> String {
    let there: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let (low, high) = (there.iter().copied().fold(f64::MAX, f64::min), there.iter().copied().fold(f64::MIN, f64::max));
    if there.len() < 2 {
        return String::new();
    }
    let spread = (high - low).max(0.02 * high.abs()).max(1e-9);
    let middle = (low + high) / 2.0;
    let point = |(i, v): (usize, &f64)| {
        (2.0 + 116.0 * i as f64 / (there.len() - 1) as f64, 15.0 - 24.0 * (v - middle) / spread)
    };
    let (x, y) = point((there.len() - 1, &there[there.len() - 1]));
    format!(
        "<svg class=\"spark\" preserveAspectRatio=\"xMinYMid\" viewBox=\"0 0 124 30\" aria-hidden=\"true\"><path class=\"line\" d=\"{}\" \
         stroke=\"#0b5d6b\"/><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"#0b5d6b\"/></svg>",
        path(there.iter().enumerate().map(point))
    )
}

/// Texts of a pyramid.
pub struct PyramidText<'a> {
    /// Name inside the page, title, description.
    pub id: &'a str,
    /// Title, for screen readers.
    pub title: &'a str,
    /// What it shows, in words.
    pub description: &'a str,
    /// "Men", "Women", "Age", "filled: 2045", "line: 2025".
    pub words: [&'a str; 5],
}

/// Ages in bands of five years, both sexes: the end filled, the start as a line.
pub fn pyramid(text: &PyramidText, start: &Pyramid, end: &Pyramid, axis: &dyn Fn(f64, f64) -> String) -> String {
    let bands = |p: &Pyramid, sex: usize| -> Vec<f64> {
        let ages = |b: usize| (5 * b..(5 * b + 5).min(N_AGES)).map(|age| f64::from(p[age][sex])).sum();
        (0..=20).map(ages).collect()
    };
    let (w, h, middle, half, row) = (480.0, 356.0, 240.0, 205.0, 14.0);
    let all = [(start, 0), (start, 1), (end, 0), (end, 1)];
    let most = all.iter().flat_map(|(p, sex)| bands(p, *sex)).fold(1.0, f64::max);
    let marks = ticks(0.0, most, 3);
    let scale = half / marks[marks.len() - 1];
    let y = |b: usize| 318.0 - row * (b as f64 + 1.0);
    let mut svg = open(text.id, w, h, text.title, text.description);
    for v in marks.iter().filter(|v| **v > 0.0) {
        for side in [-1.0, 1.0] {
            let x = middle + side * (14.0 + v * scale * 0.93);
            let label = esc(&axis(*v, marks[1]));
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{x:.1} 20V318\"/><text class=\"mid\" x=\"{x:.1}\" y=\"333\">{label}</text>"
            );
        }
    }
    for (sex, side) in [(1, -1.0), (0, 1.0)] {
        let colour = if sex == 1 { "#8fb9c4" } else { "#e0b58a" };
        let x = |v: f64| middle + side * (14.0 + v * scale * 0.93);
        for (b, v) in bands(end, sex).iter().enumerate() {
            let (a, z) = (x(0.0).min(x(*v)), (x(*v) - x(0.0)).abs());
            let _ = write!(
                svg,
                "<rect x=\"{a:.1}\" y=\"{}\" width=\"{z:.1}\" height=\"{}\" fill=\"{colour}\"/>",
                y(b) + 0.5,
                row - 1.0
            );
        }
        let steps = bands(start, sex);
        let points = steps.iter().enumerate().flat_map(|(b, v)| [(x(*v), y(b) + row), (x(*v), y(b))]);
        let _ = write!(svg, "<path class=\"outline\" d=\"{}\"/>", path(points));
    }
    for b in (0..=20).step_by(2) {
        let _ = write!(svg, "<text class=\"mid small\" x=\"{middle}\" y=\"{}\">{}</text>", y(b) + 11.0, 5 * b);
    }
    let [men, women, age, filled, line] = text.words.map(esc);
    let _ = write!(
        svg,
        "<text class=\"mid strong\" x=\"110\" y=\"14\">{men}</text><text class=\"mid strong\" x=\"370\" y=\"14\">{women}</text>\
         <text class=\"mid small\" x=\"{middle}\" y=\"14\">{age}</text>\
         <rect x=\"96\" y=\"342\" width=\"12\" height=\"10\" fill=\"#8fb9c4\"/><rect x=\"110\" y=\"342\" width=\"12\" height=\"10\" fill=\"#e0b58a\"/>\
         <text x=\"128\" y=\"352\">{filled}</text><path class=\"outline\" d=\"M276 347h26\"/><text x=\"310\" y=\"352\">{line}</text></svg>"
    );
    svg
}

/// Bars that add up to a whole, one under the other. `rows` are (name, parts), `names` are those of the parts.
pub fn parts(
    id: &str,
    title: &str,
    description: &str,
    rows: &[(String, Vec<f64>)],
    text: &dyn Fn(f64) -> String,
) -> String {
    let h = 62.0 * rows.len() as f64 + 4.0;
    let mut svg = open(id, W, h, title, description);
    for (r, (name, values)) in rows.iter().enumerate() {
        let top = 62.0 * r as f64;
        let _ = write!(svg, "<text class=\"strong\" x=\"0\" y=\"{}\">{}</text>", top + 14.0, esc(name));
        let total: f64 = values.iter().sum::<f64>().max(1e-9);
        let mut x = 0.0;
        for (i, v) in values.iter().enumerate() {
            let width = W * v / total;
            let _ = write!(
                svg,
                "<rect x=\"{x:.1}\" y=\"{}\" width=\"{:.1}\" height=\"30\" fill=\"{}\"/>",
                top + 21.0,
                (width - 1.5).max(0.0),
                COLOURS[i % COLOURS.len()]
            );
            if width > 40.0 {
                let _ = write!(
                    svg,
                    "<text class=\"mid on\" x=\"{:.1}\" y=\"{}\">{}</text>",
                    x + width / 2.0,
                    top + 41.0,
                    esc(&text(v / total))
                );
            }
            x += width;
        }
    }
    svg + "</svg>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(lines: &[Line]) -> String {
        let times: Vec<f64> = (0..lines[0].values.len()).map(|i| 2025.0 + i as f64 / 12.0).collect();
        let axis = |v: f64, _: f64| format!("{v}");
        Lines { id: "c", title: "A < B", description: "d", times: &times, lines, axis: &axis }.svg()
    }

    #[test]
    fn gaps_stay_gaps_and_text_is_escaped() {
        let line = Line { label: "x".into(), values: vec![1.0, 2.0, f64::NAN, 4.0, 5.0], ..Line::default() };
        let svg = chart(&[line]);
        assert_eq!(svg.matches("class=\"line\"").count(), 2);
        assert!(svg.contains("A &lt; B") && !svg.contains("NaN"));
    }

    #[test]
    fn a_chart_without_data_is_still_a_chart() {
        let svg = chart(&[Line { label: "x".into(), values: vec![f64::NAN; 3], ..Line::default() }]);
        assert!(svg.ends_with("</svg>") && !svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn bands_and_names_are_drawn() {
        let line = |label: &str, v: f64| Line {
            label: label.into(),
            values: vec![v; 24],
            low: vec![v - 1.0; 24],
            high: vec![v + 1.0; 24],
        };
        let svg = chart(&[line("one", 3.0), line("two", 3.0)]);
        assert_eq!(svg.matches("opacity=\".16\"").count(), 2);
        let at = |name: &str| {
            let end = svg.find(&format!(">{name}<")).unwrap();
            let start = svg[..end].rfind("y=\"").unwrap() + 3;
            svg[start..end - 1].parse::<f64>().unwrap()
        };
        assert!((at("one") - at("two")).abs() >= 14.0, "names of lines that end together do not overlap");
    }
}
