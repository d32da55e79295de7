//! Values over time.
//!
//! A series is a list of `[t_s, value]` points in order of time, linear in between; two points at one time make a jump.

use serde::{Deserialize, Serialize};

/// What a series is worth outside its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Nothing: rain and inflow stop.
    Zero,
    /// The first or last value: a water level stays.
    Hold,
}

/// Points `[t_s, value]`, in order of time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Series(pub Vec<[f64; 2]>);

impl Series {
    /// A series that is `value` from 0 to `until_s`.
    pub fn constant(value: f64, until_s: f64) -> Self {
        Series(vec![[0.0, value], [until_s, value]])
    }

    /// Why the series cannot be used, if so: no points, numbers that are not finite, time running back, or a value
    /// outside `allowed`.
    pub fn problem(&self, allowed: std::ops::RangeInclusive<f64>) -> Option<String> {
        if self.0.is_empty() {
            return Some("the series has no points; expected [[t_s, value], …]".into());
        }
        for (i, [t, v]) in self.0.iter().enumerate() {
            if !t.is_finite() || !v.is_finite() || !allowed.contains(v) {
                let (low, high) = (allowed.start(), allowed.end());
                return Some(format!("point {}: [{t}, {v}]; expected a value from {low} to {high}", i + 1));
            }
            if i > 0 && *t < self.0[i - 1][0] {
                return Some(format!("point {}: time {t} s comes before {} s", i + 1, self.0[i - 1][0]));
            }
        }
        None
    }

    /// Value at `t_s`. At a jump the later value.
    pub fn at(&self, t_s: f64, outside: Outside) -> f64 {
        let after = self.0.partition_point(|p| p[0] <= t_s);
        match (after.checked_sub(1).map(|i| self.0[i]), self.0.get(after)) {
            (Some([t0, v0]), Some(&[t1, v1])) => v0 + (v1 - v0) * (t_s - t0) / (t1 - t0),
            (Some([t0, v0]), None) if outside == Outside::Hold || t0 == t_s => v0,
            (None, Some(&[_, v1])) if outside == Outside::Hold => v1,
            _ => 0.0,
        }
    }

    /// Integral of the value over [`t0_s`, `t1_s`], zero outside the points; exact.
    pub fn integral(&self, t0_s: f64, t1_s: f64) -> f64 {
        let piece = |a: [f64; 2], b: [f64; 2]| {
            let (from, to) = (t0_s.max(a[0]), t1_s.min(b[0]));
            if to <= from {
                return 0.0;
            }
            let value = |t: f64| a[1] + (b[1] - a[1]) * (t - a[0]) / (b[0] - a[0]);
            0.5 * (value(from) + value(to)) * (to - from)
        };
        self.0.windows(2).map(|w| piece(w[0], w[1])).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_integrals_of_a_trapezium() {
        let s = Series(vec![[300.0, 0.0], [600.0, 20.0], [5160.0, 20.0], [5460.0, 0.0]]);
        assert_eq!(s.at(450.0, Outside::Zero), 10.0);
        assert_eq!(s.at(0.0, Outside::Zero), 0.0);
        // The inflow of the Environment Agency's test 2 holds 97,200 m³.
        assert_eq!(s.integral(0.0, 1e5), 97_200.0);
        let parts: f64 = (0..100).map(|i| s.integral(f64::from(i) * 60.0, f64::from(i + 1) * 60.0)).sum();
        assert!((parts - 97_200.0).abs() < 1e-6);
    }

    #[test]
    fn jumps_and_ends() {
        let s = Series(vec![[0.0, 1.0], [10.0, 1.0], [10.0, 3.0], [20.0, 3.0]]);
        assert_eq!((s.at(9.0, Outside::Zero), s.at(10.0, Outside::Zero)), (1.0, 3.0));
        assert_eq!((s.at(20.0, Outside::Zero), s.at(21.0, Outside::Zero), s.at(21.0, Outside::Hold)), (3.0, 0.0, 3.0));
        assert_eq!(s.integral(0.0, 100.0), 40.0);
        assert_eq!(s.problem(0.0..=10.0), None);
        assert!(Series(vec![[1.0, 0.0], [0.0, 0.0]]).problem(0.0..=1.0).unwrap().contains("comes before"));
        assert!(Series(vec![[1.0, -2.0]]).problem(0.0..=1.0).unwrap().contains("from 0 to 1"));
    }
}
