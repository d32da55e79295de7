//! Breach of a dike or flood wall: the crest sinks, then the gap grows.
//!
//! Phase 1: within `sink_s` the crest along the first `width_m` sinks to the sill. Phase 2: the gap widens after
//! Verheij & van der Knaap (2002), with H the fall over the breach and u_c the critical velocity of the dike's
//! material (sand 0.2, clay 0.5 m/s), t in hours (M; the form used in Dutch practice):
//!
//! B = 1.3 √g H^{1.5} / u_c · log₁₀(1 + 0.04 g t / u_c), so dB/dt = (1.3 · 0.04 / ln 10) (gH)^{1.5} / u_c² / (1 + 0.04 g t / u_c).
//!
//! The gap grows along a given line (the dike), from its middle outwards, up to its length.

/// A breach along the line from (`x1`, `y1`) to (`x2`, `y2`).
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// One end of the line, metres on the map.
    pub from_m: (f64, f64),
    /// The other end.
    pub to_m: (f64, f64),
    /// When the crest begins to sink, s.
    pub start_s: f64,
    /// How long it sinks, s.
    pub sink_s: f64,
    /// Crest before, m above the map's own zero.
    pub crest_m: f64,
    /// Bed of the gap, m above the map's own zero.
    pub sill_m: f64,
    /// Width when the sill is reached, m.
    pub width_m: f64,
    /// Critical velocity of the material, m/s.
    pub critical_velocity_m_s: f64,
}

/// How wide and deep the gap is now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Width, m.
    pub width_m: f64,
    /// Crest of the gap, m above the map's own zero.
    pub crest_m: f64,
}

impl Breach {
    /// Length of the line: the greatest width, m.
    pub fn length_m(&self) -> f64 {
        libm::hypot(self.to_m.0 - self.from_m.0, self.to_m.1 - self.from_m.1)
    }

    /// The gap at `t_s` after it was `before`, `dt_s` earlier, under a fall of `fall_m`; `None` before the start.
    pub fn grow(&self, before: Option<Gap>, t_s: f64, dt_s: f64, fall_m: f64) -> Option<Gap> {
        let since = t_s - self.start_s;
        if since < 0.0 {
            return None;
        }
        if since < self.sink_s {
            let crest_m = self.crest_m + (self.sill_m - self.crest_m) * since / self.sink_s;
            return Some(Gap { width_m: self.width_m.min(self.length_m()), crest_m });
        }
        let width = before.map_or(self.width_m, |g| g.width_m);
        let hours = (since - self.sink_s) / 3600.0;
        let (g, uc) = (9.81, self.critical_velocity_m_s);
        let rate_m_h = 1.3 * 0.04 / std::f64::consts::LN_10 * libm::pow(g * fall_m.max(0.0), 1.5)
            / (uc * uc)
            / (1.0 + 0.04 * g * hours / uc);
        Some(Gap { width_m: (width + rate_m_h * dt_s / 3600.0).min(self.length_m()), crest_m: self.sill_m })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_under_a_steady_fall_follows_the_closed_form() {
        let breach = Breach {
            from_m: (0.0, 0.0),
            to_m: (1000.0, 0.0),
            start_s: 0.0,
            sink_s: 600.0,
            crest_m: 5.0,
            sill_m: 0.0,
            width_m: 0.0,
            critical_velocity_m_s: 0.5,
        };
        let mut gap = None;
        for i in 1..=7200 {
            gap = breach.grow(gap, 600.0 + f64::from(i), 1.0, 2.0);
        }
        // B(2 h) = 1.3 √9.81 2^1.5 / 0.5 · log10(1 + 0.04 · 9.81 · 2 / 0.5)
        let exact = 1.3 * 9.81_f64.sqrt() * 2.0_f64.powf(1.5) / 0.5 * (1.0_f64 + 0.04 * 9.81 * 2.0 / 0.5).log10();
        assert!((gap.unwrap().width_m - exact).abs() < 0.01 * exact, "{gap:?} against {exact}");
        assert_eq!(breach.grow(None, 300.0, 1.0, 2.0).unwrap().crest_m, 2.5);
    }
}
