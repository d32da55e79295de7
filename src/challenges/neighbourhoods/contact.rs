//! Neighbours who speak with each other, and eyes on the street (models.md §2.2, §0.6).
//!
//! ```text
//! COH   = σ(logit(0.667) + own − 0.062 t − 0.10 TURN − 0.05 FRICTION + 0.05 AMEN + networks + meeting places + generations)
//! GUARD = σ(0.5 CE + 0.15 elders − 0.2 FEAR − 0.2 VAC − 0.1 ANOMIE)
//! ```
//! t in years, ten at most. The trend is the report's (§2.5: two thirds in 2012, 58 % in 2018), straight in log-odds; everything else
//! A. In capitals: standard scores of the start.
//!
//! The trend is national and comes with its replacement: 61 → 87 % communicated by social media (R §2.5, 2012–2019), and
//! liveability of the four largest cities stood still meanwhile (own calculation on the Leefbaarometer 2.0 of 235 postcode
//! areas, 2012–2018: −0.01 σ). So *company*, by which collective efficacy and loneliness go, is contact with a fifth of the
//! trend (A; 0 and 1 are the ends to sweep).

use super::NeighbourhoodParameters;
use super::local::{logistic, logit};

/// What acts on contact: standard scores and levers (0–1).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ties {
    /// What nothing in the model explains, in log-odds.
    pub own: f64,
    /// Turnover.
    pub turnover_z: f64,
    /// Friction.
    pub friction_z: f64,
    /// Amenities.
    pub amenities_z: f64,
    /// Resident networks.
    pub networks: f64,
    /// Meeting places.
    pub meeting: f64,
    /// Mixed-generation housing.
    pub generations: f64,
}

/// Share of residents who speak with a neighbour in a week, `years` after the start.
pub fn contact(years: f64, t: &Ties, p: &NeighbourhoodParameters) -> f64 {
    after(p.contact_trend_logit_y * years.min(p.contact_trend_years), t, p)
}

/// The same with what has come in the place of neighbours: of the trend only the part that nothing replaces.
pub fn company(years: f64, t: &Ties, p: &NeighbourhoodParameters) -> f64 {
    after((1.0 - p.contact_replaced) * p.contact_trend_logit_y * years.min(p.contact_trend_years), t, p)
}

fn after(trend: f64, t: &Ties, p: &NeighbourhoodParameters) -> f64 {
    logistic(
        logit(p.contact_start) + t.own + trend - p.contact_turnover * t.turnover_z - p.contact_friction * t.friction_z
            + p.contact_amenities * t.amenities_z
            + p.contact_networks * t.networks
            + p.contact_meeting * t.meeting
            + p.contact_generations * t.generations,
    )
}

/// Guardianship from standard scores of collective efficacy, older residents, fear, vacancy and anomie.
pub fn guardianship([efficacy, elders, fear, vacancy, anomie]: [f64; 5], p: &NeighbourhoodParameters) -> f64 {
    logistic(
        p.guard_efficacy * efficacy + p.guard_elders * elders
            - p.guard_fear * fear
            - p.guard_vacancy * vacancy
            - p.guard_anomie * anomie,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// T-1e: two thirds in 2012, 58 % six years later (report §2.5).
    #[test]
    fn contact_falls_as_the_report_says() {
        let p = NeighbourhoodParameters::default();
        assert!((contact(0.0, &Ties::default(), &p) - 0.667).abs() < 1e-9);
        assert!((contact(6.0, &Ties::default(), &p) - 0.58).abs() < 0.002);
        // A tenth of −0.372 in log-odds.
        assert!((logit(company(6.0, &Ties::default(), &p)) - logit(0.667) + 0.0372).abs() < 1e-9);
    }

    #[test]
    fn eyes_on_the_street_open_and_close() {
        let p = NeighbourhoodParameters::default();
        assert_eq!(guardianship([0.0; 5], &p), 0.5);
        assert!(guardianship([1.0, 1.0, 0.0, 0.0, 0.0], &p) > 0.6);
        assert!(guardianship([0.0, 0.0, 1.0, 1.0, 1.0], &p) < 0.4);
    }
}
