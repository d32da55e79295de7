//! Smooth noise from keyed draws: values on a lattice, blended by a quintic. Range −1 … 1, standard deviation about 0.4.

use crate::sim::draws::{Draws, Stream, unit};

const LATTICE: Stream = Stream::named("city.generate.noise");

/// A field of smooth noise over a rectangle.
#[derive(Debug, Clone)]
pub struct Noise {
    spacing_m: f64,
    origin_m: f64,
    n_cols: usize,
    n_rows: usize,
    values: Vec<f32>,
}

impl Noise {
    /// Noise number `key` whose humps are about `spacing_m` apart, for points from −`margin_m` to `size_m` + `margin_m`.
    pub fn new(draws: Draws, key: u64, size_m: [f64; 2], spacing_m: f64, margin_m: f64) -> Noise {
        let n = |extent: f64| ((extent + 2.0 * margin_m) / spacing_m).ceil() as usize + 2;
        let (n_cols, n_rows) = (n(size_m[0]), n(size_m[1]));
        let values = (0..n_cols * n_rows)
            .map(|i| {
                // Keyed by place, so that the field does not change when the rectangle grows.
                let place = (i % n_cols) as u64 | ((i / n_cols) as u64) << 32;
                unit(draws.block(LATTICE, place, key as u32)[0]) * 2.0 - 1.0
            })
            .collect();
        Noise { spacing_m, origin_m: -margin_m, n_cols, n_rows, values }
    }

    /// The noise at a point; outside the rectangle that of its edge.
    pub fn at(&self, x_m: f64, y_m: f64) -> f64 {
        let locate = |p: f64, n: usize| {
            let q = ((p - self.origin_m) / self.spacing_m).clamp(0.0, (n - 1) as f64 - 1e-9);
            let t = q - q.floor();
            (q as usize, t * t * t * (t * (t * 6.0 - 15.0) + 10.0))
        };
        let ((col, tx), (row, ty)) = (locate(x_m, self.n_cols), locate(y_m, self.n_rows));
        let v = |c: usize, r: usize| f64::from(self.values[r * self.n_cols + c]);
        let south = v(col, row) + (v(col + 1, row) - v(col, row)) * tx;
        let north = v(col, row + 1) + (v(col + 1, row + 1) - v(col, row + 1)) * tx;
        south + (north - south) * ty
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_passes_through_its_lattice_and_stays_in_range() {
        let noise = Noise::new(Draws::at_start(3), 1, [1000.0, 500.0], 100.0, 50.0);
        assert_eq!(noise.at(-50.0, -50.0), f64::from(noise.values[0]));
        assert_eq!(noise.at(50.0, -50.0), f64::from(noise.values[1]));
        let mut low = f64::MAX;
        let mut high = f64::MIN;
        for i in 0..200 {
            let v = noise.at(f64::from(i) * 5.0, f64::from(i) * 2.5);
            low = low.min(v);
            high = high.max(v);
        }
        assert!(low >= -1.0 && high <= 1.0 && high - low > 0.5, "{low} {high}");
    }
}
