//! Contact, trust, belonging, anomie and tolerance (models.md §3).
//!
//! ```text
//! p⁺      = σ(q₀ + q₁ P(understand) + q₂ place − q₃ crowding − q₄ FEAR − conflict)     chance that a contact is positive
//! dT/dn   = p⁺ η⁺ (1 − T) − (1 − p⁺) η⁻ T                                               trust in neighbours, per contact
//! B       = (1 − e^(−years here / 5)) · 0.6 + 0.4 T,  less by unequal treatment          belonging
//! A       = (1 − shared norms)(1 − B),  shared norms = P(understand) in the neighbourhood   anomie (Merton 1938)
//! dlogit θ/dt = λ · unlike · (p⁺ − 0.5)                                                 tolerance threshold
//! ```
//! Trust follows expected contacts, so it needs no draws. λ = 0.19/y gives 0.095/y at full positive exposure: the line
//! through 5 % (1972), 15–25 % (1987) and 50 % (2003) in log-odds (report §3.2 box; own fit, illustrative). Contact
//! reduces prejudice: Pettigrew & Tropp 2006 (M); diversity lowers trust *slightly*: Dinesen et al. 2020 (L). Numbers A.

/// Trust after `contacts` of which `positive` are expected to go well.
#[inline]
pub fn trust_after(trust: f32, contacts: f32, positive: f32, gain: f32, loss: f32) -> f32 {
    let change = positive * gain * (1.0 - trust) - (1.0 - positive) * loss * trust;
    (trust + contacts * change).clamp(0.0, 1.0)
}

/// Trust to which contacts lead in the end.
pub fn trust_at_rest(positive: f32, gain: f32, loss: f32) -> f32 {
    let up = positive * gain;
    up / (up + (1.0 - positive) * loss)
}

/// Tolerance threshold (0–1) after `years` among `unlike` neighbours with whom contacts go well at `positive`.
pub fn threshold_after(threshold: f64, unlike: f64, positive: f64, drift_y: f64, years: f64) -> f64 {
    let threshold = threshold.clamp(0.01, 0.99);
    let odds = threshold / (1.0 - threshold) * libm::exp(drift_y * unlike * (positive - 0.5) * years);
    odds / (1.0 + odds)
}

/// Anomie of one who belongs that much among neighbours who share norms that much.
#[inline]
pub fn anomie(shared_norms: f32, belonging: f32) -> f32 {
    (1.0 - shared_norms) * (1.0 - belonging)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trust_comes_to_rest_where_gains_equal_losses() {
        let rest = trust_at_rest(0.85, 0.004, 0.012);
        assert!((rest - 0.0034 / (0.0034 + 0.0018)).abs() < 1e-6);
        let followed = (0..4_000).fold(0.2, |t, _| trust_after(t, 4.0, 0.85, 0.004, 0.012));
        assert!((followed - rest).abs() < 1e-4, "{followed}");
        assert_eq!(trust_after(rest, 0.0, 0.85, 0.004, 0.012), rest, "nobody met, nothing learned");
    }

    /// T-2f: 5 % in 1972, 20 % in 1987, 50 % in 2003, each ± 8 points, when exposure is full and positive.
    #[test]
    fn tolerance_follows_the_historical_line() {
        let after = |years| threshold_after(0.05, 1.0, 1.0, 0.19, years);
        assert!((after(15.0) - 0.20).abs() < 0.08, "{}", after(15.0));
        assert!((after(31.0) - 0.50).abs() < 0.08, "{}", after(31.0));
        assert_eq!(threshold_after(0.3, 1.0, 0.5, 0.19, 10.0), 0.3, "mixed experience leaves it where it is");
        assert!(threshold_after(0.3, 1.0, 0.2, 0.19, 10.0) < 0.3);
    }

    #[test]
    fn anomie_needs_both_lacks() {
        assert_eq!([anomie(1.0, 0.0), anomie(0.0, 1.0), anomie(0.5, 0.5)], [0.0, 0.0, 0.25]);
    }
}
