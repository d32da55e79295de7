//! What water does to homes and people.
//!
//! * damage to a home: the JRC curve for European dwellings (Huizinga et al. 2017; depth 0.5/1/1.5/2/3/4/5/6 m: 0.25,
//!   0.40, 0.50, 0.60, 0.75, 0.85, 0.95, 1; L), on the ground floor only, once water stands above the floor
//! * above `leave_m` a home cannot be lived in until repaired: its household loses it and looks for another
//! * deaths in a breach (Jonkman 2007; M): of those present, in the breach zone (h·v ≥ 7 m²/s and v ≥ 2 m/s) all; where
//!   the first 1.5 m rose by 0.5 m/h or more and it got 2.1 m deep Φ((ln h − 1.46)/0.28); elsewhere
//!   Φ((ln h − 7.60)/2.75). People on upper floors stay dry (A). A cloudburst drowns nobody.
//!
//! Limits: nobody is warned or flees; a home is one depth.

/// Depth, m, and damage as a share, of European dwellings.
const JRC: [(f32, f32); 9] =
    [(0.0, 0.0), (0.5, 0.25), (1.0, 0.40), (1.5, 0.50), (2.0, 0.60), (3.0, 0.75), (4.0, 0.85), (5.0, 0.95), (6.0, 1.0)];

/// Damage to a dwelling in water of `depth_m`, as a share of the most.
pub fn damage_share(depth_m: f32) -> f32 {
    let after = JRC.partition_point(|(d, _)| *d <= depth_m);
    match (after.checked_sub(1).map(|i| JRC[i]), JRC.get(after)) {
        (Some((d0, s0)), Some(&(d1, s1))) => s0 + (s1 - s0) * (depth_m - d0) / (d1 - d0),
        (Some((_, s)), None) => s,
        (None, _) => 0.0,
    }
}

/// Φ, the standard normal distribution.
fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// Water at one home.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Water {
    /// Greatest depth, m.
    pub depth_m: f64,
    /// Rise of the first 1.5 m, m/h.
    pub rise_m_h: f64,
    /// Depth × speed, m²/s.
    pub force_m2_s: f64,
    /// Speed, m/s.
    pub speed_m_s: f64,
}

/// Chance that somebody present in a breach's water dies.
pub fn mortality(w: &Water) -> f64 {
    if w.depth_m <= 0.0 {
        0.0
    } else if w.force_m2_s >= 7.0 && w.speed_m_s >= 2.0 {
        1.0
    } else if w.depth_m >= 2.1 && w.rise_m_h >= 0.5 {
        normal((libm::log(w.depth_m) - 1.46) / 0.28)
    } else {
        normal((libm::log(w.depth_m) - 7.60) / 2.75)
    }
}

/// Months until a home that stood in water of `depth_m` can be lived in again; `months` is the time for a metre.
pub fn repair_months(depth_m: f32, months: f64) -> u16 {
    (months * f64::from(0.5 + 0.5 * depth_m.min(3.0))).round().max(1.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_of_the_jrc() {
        let at = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0].map(damage_share);
        assert_eq!(at, [0.0, 0.25, 0.40, 0.50, 0.60, 0.75, 0.85, 0.95, 1.0, 1.0]);
        assert!((damage_share(0.25) - 0.125).abs() < 1e-6 && (damage_share(2.5) - 0.675).abs() < 1e-6);
    }

    #[test]
    fn mortality_in_the_three_zones() {
        let w =
            |depth_m, rise_m_h, force_m2_s, speed_m_s| mortality(&Water { depth_m, rise_m_h, force_m2_s, speed_m_s });
        // Rapid rise: the median lies at e^1.46 = 4.306 m; at 3 m Φ((1.0986 − 1.46)/0.28) = Φ(−1.291) = 0.0984.
        assert!((w(libm::exp(1.46), 1.0, 0.0, 0.0) - 0.5).abs() < 1e-9);
        assert!((w(3.0, 0.5, 0.0, 0.0) - 0.0984).abs() < 2e-4);
        // Elsewhere: at 3 m Φ((1.0986 − 7.60)/2.75) = Φ(−2.364) = 0.00904.
        assert!((w(3.0, 0.4, 0.0, 0.0) - 0.009_04).abs() < 1e-4);
        assert!((w(1.0, 9.0, 0.0, 0.0) - normal(-7.60 / 2.75)).abs() < 1e-12, "not deep enough for the rapid zone");
        assert_eq!(w(3.0, 0.0, 7.0, 2.0), 1.0);
        assert!(w(3.0, 0.0, 7.0, 1.9) < 0.01 && w(3.0, 0.0, 6.9, 3.0) < 0.01);
        assert_eq!(w(0.0, 9.0, 9.0, 9.0), 0.0);
    }
}
