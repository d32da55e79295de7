//! Colour scales that colour-blind readers can tell apart.

use super::style::Rgb;

/// A colour scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Palette {
    /// From low to high: viridis (van der Walt & Smith 2015), light for high values.
    #[default]
    Sequential,
    /// Below and above zero: vik (Crameri 2018), white in the middle.
    Diverging,
}

const VIRIDIS: [Rgb; 10] = [
    [68, 1, 84],
    [72, 40, 120],
    [62, 74, 137],
    [49, 104, 142],
    [38, 130, 142],
    [31, 158, 137],
    [53, 183, 121],
    [110, 206, 88],
    [181, 222, 43],
    [253, 231, 37],
];

const VIK: [Rgb; 9] = [
    [0, 18, 97],
    [3, 68, 129],
    [50, 127, 166],
    [148, 190, 210],
    [236, 229, 224],
    [220, 172, 144],
    [195, 114, 67],
    [148, 50, 12],
    [89, 0, 8],
];

impl Palette {
    /// Colour at `k` of the way along the scale, 0 to 1.
    pub fn at(self, k: f64) -> Rgb {
        let stops: &[Rgb] = match self {
            Palette::Sequential => &VIRIDIS,
            Palette::Diverging => &VIK,
        };
        let place = k.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
        let i = (place as usize).min(stops.len() - 2);
        let t = place - i as f64;
        std::array::from_fn(|c| {
            (f64::from(stops[i][c]) + t * (f64::from(stops[i + 1][c]) - f64::from(stops[i][c]))).round() as u8
        })
    }

    /// The range that the scale covers for some values; a diverging scale is even on both sides of zero.
    pub fn range(self, values: impl Iterator<Item = f64>) -> (f64, f64) {
        let (low, high) = values.filter(|v| v.is_finite()).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        if low > high {
            return if self == Palette::Diverging { (-1.0, 1.0) } else { (0.0, 1.0) };
        }
        match self {
            Palette::Diverging => {
                let most = low.abs().max(high.abs()).max(1e-9);
                (-most, most)
            }
            Palette::Sequential if high - low < 1e-9 => (low - 0.5, high + 0.5),
            Palette::Sequential => (low, high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diverging_scale_is_even_and_pale_at_zero() {
        assert_eq!(Palette::Diverging.range([-1.0, 3.0].into_iter()), (-3.0, 3.0));
        assert_eq!(Palette::Diverging.at(0.5), [236, 229, 224]);
        assert_eq!(Palette::Sequential.at(1.0), [253, 231, 37]);
        assert_eq!(Palette::Sequential.range(std::iter::empty()), (0.0, 1.0));
    }
}
