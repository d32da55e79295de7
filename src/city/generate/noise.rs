//! Smooth noise from keyed draws: gradient noise (Perlin 1985) on a lattice, scaled to a standard deviation of about 0.4
//! and a range of about −1.1 … 1.1.

use crate::sim::draws::{Draws, Stream, unit};

const LATTICE: Stream = Stream::named("city.generate.noise");

/// A field of smooth noise over a rectangle.
#[derive(Debug, Clone)]
pub struct Noise {
    spacing_m: f64,
    origin_m: f64,
    n_cols: usize,
    n_rows: usize,
    gradients: Vec<[f32; 2]>,
}

impl Noise {
    /// Noise number `key` whose humps are about `spacing_m` apart, for points from −`margin_m` to `size_m` + `margin_m`.
    pub fn new(draws: Draws, key: u64, size_m: [f64; 2], spacing_m: f64, margin_m: f64) -> Noise {
        let n = |extent: f64| ((extent + 2.0 * margin_m) / spacing_m).ceil() as usize + 2;
        let (n_cols, n_rows) = (n(size_m[0]), n(size_m[1]));
        let gradients = (0..n_cols * n_rows)
            .map(|i| {
                // Keyed by place, so that the field does not change when the rectangle grows.
                let place = (i % n_cols) as u64 | ((i / n_cols) as u64) << 32;
                let (sin, cos) =
                    libm::sincosf(unit(draws.block(LATTICE, place, key as u32)[0]) * std::f32::consts::TAU);
                [cos, sin]
            })
            .collect();
        Noise { spacing_m, origin_m: -margin_m, n_cols, n_rows, gradients }
    }

    /// The noise at a point; outside the rectangle that of its edge.
    pub fn at(&self, x_m: f64, y_m: f64) -> f64 {
        let locate = |p: f64, n: usize| {
            let q = ((p - self.origin_m) / self.spacing_m).clamp(0.0, (n - 1) as f64 - 1e-9);
            (q as usize, q - q.floor())
        };
        let blend = |t: f64| t * t * t * (t * (t * 6.0 - 15.0) + 10.0);
        let ((col, tx), (row, ty)) = (locate(x_m, self.n_cols), locate(y_m, self.n_rows));
        let v = |c: usize, r: usize| {
            let g = self.gradients[(row + r) * self.n_cols + col + c];
            f64::from(g[0]) * (tx - c as f64) + f64::from(g[1]) * (ty - r as f64)
        };
        let south = v(0, 0) + (v(1, 0) - v(0, 0)) * blend(tx);
        let north = v(0, 1) + (v(1, 1) - v(0, 1)) * blend(tx);
        1.6 * (south + (north - south) * blend(ty))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_zero_on_its_lattice_and_has_the_stated_spread() {
        let noise = Noise::new(Draws::at_start(3), 1, [6000.0, 6000.0], 100.0, 50.0);
        assert_eq!(noise.at(-50.0, -50.0), 0.0);
        assert_eq!(noise.at(50.0, 150.0), 0.0);
        let n = 200;
        let values: Vec<f64> = (0..n * n).map(|i| noise.at(f64::from(i % n) * 29.3, f64::from(i / n) * 29.3)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt();
        assert!(mean.abs() < 0.02 && (sd - 0.4).abs() < 0.06, "{mean} {sd}");
        assert!(values.iter().all(|v| v.abs() <= 1.14));
    }
}
