//! From metres to the page: the part of the city shown, its scale, and small helpers for writing SVG.

use std::fmt::Write as _;

use crate::city::{City, NO_NEIGHBOURHOOD};

/// The part of the city shown and where it lies on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// West edge, m from the west edge of the grid.
    pub x0_m: f64,
    /// North edge, m from the south edge of the grid.
    pub y1_m: f64,
    /// Width shown, m.
    pub width_m: f64,
    /// Height shown, m.
    pub height_m: f64,
    /// Left edge of the map on the page, px.
    pub left_px: f64,
    /// Top edge of the map on the page, px.
    pub top_px: f64,
    /// Pixels per metre.
    pub px_per_m: f64,
}

impl View {
    /// Shows the neighbourhoods of a city with a margin, `width_px` wide.
    pub fn of(city: &City, left_px: f64, top_px: f64, width_px: f64) -> View {
        let grid = &city.grid;
        let (mut cols, mut rows) = ((usize::MAX, 0), (usize::MAX, 0));
        for (cell, _) in city.neighbourhood_of_cell.iter().enumerate().filter(|(_, h)| **h != NO_NEIGHBOURHOOD) {
            let (c, r) = grid.col_row(cell);
            cols = (cols.0.min(c), cols.1.max(c));
            rows = (rows.0.min(r), rows.1.max(r));
        }
        if cols.0 == usize::MAX {
            (cols, rows) = ((0, grid.n_cols.saturating_sub(1)), (0, grid.n_rows.saturating_sub(1)));
        }
        let whole = (grid.n_cols as f64 * grid.cell_m, grid.n_rows as f64 * grid.cell_m);
        let margin = (0.05 * (cols.1 - cols.0) as f64 * grid.cell_m).max(1.5 * grid.cell_m);
        let x0_m = (cols.0 as f64 * grid.cell_m - margin).max(0.0);
        let x1_m = ((cols.1 + 1) as f64 * grid.cell_m + margin).min(whole.0);
        let y1_m = (whole.1 - rows.0 as f64 * grid.cell_m + margin).min(whole.1);
        let y0_m = (whole.1 - (rows.1 + 1) as f64 * grid.cell_m - margin).max(0.0);
        // Never taller than five quarters of the width: a long city is shown with land beside it.
        let (mut x0_m, mut width_m, height_m) = (x0_m, x1_m - x0_m, y1_m - y0_m);
        if height_m > 1.1 * width_m {
            x0_m -= (height_m / 1.1 - width_m) / 2.0;
            width_m = height_m / 1.1;
        }
        View { x0_m, y1_m, width_m, height_m, left_px, top_px, px_per_m: width_px / width_m }
    }

    /// Height of the map on the page, px.
    pub fn height_px(&self) -> f64 {
        self.height_m * self.px_per_m
    }

    /// Width of the map on the page, px.
    pub fn width_px(&self) -> f64 {
        self.width_m * self.px_per_m
    }

    /// Place on the page of a place in m from the west and south edge of the grid.
    pub fn px(&self, x_m: f64, y_m: f64) -> (f64, f64) {
        (self.left_px + (x_m - self.x0_m) * self.px_per_m, self.top_px + (self.y1_m - y_m) * self.px_per_m)
    }

    /// SVG path data of a line; closed when `close`.
    pub fn path(&self, points: impl IntoIterator<Item = [f64; 2]>, close: bool, out: &mut String) {
        for (i, p) in points.into_iter().enumerate() {
            let (x, y) = self.px(p[0], p[1]);
            let _ = write!(out, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
        }
        if close {
            out.push('Z');
        }
    }
}

/// Text for SVG: the five special characters replaced, control characters dropped.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Bytes in base64 (RFC 4648), for pictures inside SVG.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |w, &b| w << 8 | u32::from(b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let is_padding = i > chunk.len();
            out.push(if is_padding { '=' } else { char::from(ALPHABET[(word >> (18 - 6 * i) & 63) as usize]) });
        }
    }
    out
}

/// A whole number with thin spaces between thousands.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Text broken into lines of at most about `most` characters, at spaces.
pub fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("never empty");
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > most {
            lines.push(word.into());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_gives_the_answers_of_the_standard() {
        // RFC 4648, section 10.
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn text_is_escaped_and_wrapped() {
        assert_eq!(escape("A<b> & 'c'\n"), "A&lt;b&gt; &amp; &#39;c&#39; ");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(thousands(1_234_567), "1,234,567");
    }
}
