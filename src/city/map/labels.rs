//! Labels that do not overlap: each takes the first free place among a few, in order of importance.

/// A box on the page, px.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left.
    pub x: f64,
    /// Top.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// True if the boxes share area.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.x + other.w
            && other.x < self.x + self.w
            && self.y < other.y + other.h
            && other.y < self.y + self.h
    }

    /// True if `other` lies inside.
    pub fn contains(&self, other: &Rect) -> bool {
        other.x >= self.x
            && other.y >= self.y
            && other.x + other.w <= self.x + self.w
            && other.y + other.h <= self.y + self.h
    }
}

/// Width of a text in Open Sans, px; estimated from classes of letters, within about 5 %.
pub fn text_width(text: &str, size_px: f64, is_semibold: bool, spacing_px: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | '\'' | '|' | ':' | ';' => 0.27,
            ' ' | 'f' | 't' | 'r' | '-' | '(' | ')' => 0.34,
            'm' | 'w' | 'M' | 'W' => 0.90,
            c if c.is_uppercase() => 0.65,
            c if c.is_ascii_digit() => 0.57,
            _ => 0.56,
        })
        .sum();
    em * size_px * if is_semibold { 1.04 } else { 1.0 } + spacing_px * text.chars().count() as f64
}

/// Keeps track of the places that are taken.
#[derive(Debug, Clone)]
pub struct Placer {
    page: Rect,
    taken: Vec<Rect>,
}

impl Placer {
    /// Labels stay within `page`.
    pub fn new(page: Rect) -> Placer {
        Placer { page, taken: Vec::new() }
    }

    /// Takes a place that holds something else.
    pub fn block(&mut self, rect: Rect) {
        self.taken.push(rect);
    }

    /// Finds room for a box of `w` × `h` near (`x`, `y`); returns its centre.
    pub fn place(&mut self, x: f64, y: f64, w: f64, h: f64, reach: usize) -> Option<(f64, f64)> {
        let steps = (0..=reach).flat_map(|ring| {
            let n = if ring == 0 { 1 } else { 8 };
            (0..n).map(move |i| {
                let (sin, cos) = (i as f64 * std::f64::consts::TAU / 8.0).sin_cos();
                (ring as f64 * cos, ring as f64 * sin)
            })
        });
        for (dx, dy) in steps {
            let (cx, cy) = (x + dx * 0.22 * w, y + dy * 0.9 * h);
            let rect = Rect { x: cx - w / 2.0, y: cy - h / 2.0, w, h };
            if self.page.contains(&rect) && !self.taken.iter().any(|t| t.overlaps(&rect)) {
                self.taken.push(rect);
                return Some((cx, cy));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_at_one_place_are_moved_apart() {
        let mut placer = Placer::new(Rect { x: 0.0, y: 0.0, w: 200.0, h: 200.0 });
        let places: Vec<_> = (0..4).filter_map(|_| placer.place(100.0, 100.0, 60.0, 12.0, 4)).collect();
        assert_eq!(places[0], (100.0, 100.0));
        assert_eq!(places.len(), 4);
        for (i, a) in placer.taken.iter().enumerate() {
            assert!(placer.taken[i + 1..].iter().all(|b| !a.overlaps(b)));
        }
    }

    #[test]
    fn a_label_without_room_is_left_out() {
        let mut placer = Placer::new(Rect { x: 0.0, y: 0.0, w: 50.0, h: 50.0 });
        assert_eq!(placer.place(25.0, 25.0, 60.0, 12.0, 5), None);
    }
}
