//! One month of one neighbourhood: collective efficacy, disorder, fear, upkeep (models.md §2.2).
//!
//! ```text
//! CE*     = a₀ − a₁ DEP − a₂ TURN − a₃ FRICTION + a₄ COH + a₅ FAMILIARITY + a₆ POLVIS − a₇ FEAR − a₈ OCGRIP + programme
//! dCE/dt  = (CE* − CE)/18 + s (successes − failures)                                                          σ/month
//! dDIS/dt = (ν (VAC + damaged + unkept) + b_c (1 + κ (incidents − 1)))(1 − DIS) − (maintenance + c σ(CE)) DIS               1/month
//! FEAR    → σ(f₀ + f₁ DIS + f₂ risen − f₃ CE + f₄ OCGRIP)   within a year
//! upkeep  → Λ((expected price growth + x)/s)·(0.3 + 0.7 Λ((upkeep − h)/s′))   within a year; state of homes in five
//! ```
//! In capitals: standard scores of the start. σ and Λ are the logistic function. `incidents` are relative to the mean
//! neighbourhood at the start; `risen` is by how much they exceed what this neighbourhood is used to, its own start: what
//! strikes visitors of a shopping street says little about those who live there, and people judge by change (A). Failures
//! are counted in `risen`. Price growth is nominal and expected: owners dislike a loss in euros (Genesove & Mayer 2001, M)
//! and look back some years. Sampson, Raudenbush & Earls 1997 (L); Hipp 2016 for events (L); Wilson & Kelling 1982
//! and Keizer et al. 2008 for disorder (M); Galster et al. 2006 for thresholds in upkeep (L). Coefficients A.
//!
//! Two loops can hold a neighbourhood down: collective efficacy ⇄ disorder ⇄ fear, and upkeep ⇄ neighbours' upkeep.
//! The second has two stable states, which gives hysteresis (T-1a).

use super::NeighbourhoodParameters;

/// What a neighbourhood carries from month to month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    /// Collective efficacy, σ.
    pub efficacy: f64,
    /// Disorder, 0–1.
    pub disorder: f64,
    /// Share who feel unsafe.
    pub fear: f64,
    /// Share of owners who maintain their home.
    pub upkeep: f64,
    /// State of repair of homes, 0–1.
    pub quality: f64,
}

/// What acts on it this month. `_z`: standard scores of the start, times the strength of the coupling.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Around {
    /// What nothing else explains (a₀), σ.
    pub own: f64,
    /// Disadvantage.
    pub disadvantage_z: f64,
    /// Turnover.
    pub turnover_z: f64,
    /// Friction.
    pub friction_z: f64,
    /// Contact.
    pub contact_z: f64,
    /// Visible police.
    pub police_z: f64,
    /// Grip of criminal groups.
    pub grip_z: f64,
    /// Fear, last month.
    pub fear_z: f64,
    /// Disorder, last month.
    pub disorder_z: f64,
    /// Made places, 0–1.
    pub familiarity: f64,
    /// Effect of programmes, σ.
    pub programme: f64,
    /// Successes minus failures, per 1,000 residents.
    pub events: f64,
    /// Share of homes that stand empty or are damaged.
    pub derelict: f64,
    /// Incidents over those of the mean neighbourhood at the start.
    pub incidents: f64,
    /// Incidents over those of this neighbourhood at the start, less 1.
    pub risen: f64,
    /// Maintenance of public space over the usual.
    pub maintenance: f64,
    /// Growth of prices that owners expect.
    pub price_growth_y: f64,
    /// Share of homes owned by who lives there.
    pub owned: f64,
    /// Restructuring, 0–1.
    pub restructuring: f64,
}

/// Logistic function.
pub fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// Log-odds.
pub fn logit(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}

/// Collective efficacy to which a neighbourhood tends, σ.
pub fn efficacy_target(a: &Around, p: &NeighbourhoodParameters) -> f64 {
    a.own - p.ce_disadvantage * a.disadvantage_z - p.ce_turnover * a.turnover_z - p.ce_friction * a.friction_z
        + p.ce_contact * a.contact_z
        + p.ce_familiarity * a.familiarity
        + p.ce_police * a.police_z
        - p.ce_fear * a.fear_z
        - p.ce_grip * a.grip_z
        + a.programme
}

/// Share of owners that would maintain, if `upkeep` of them do.
fn upkeep_target(upkeep: f64, a: &Around, p: &NeighbourhoodParameters) -> f64 {
    let gloom = p.upkeep_hope * (a.disorder_z + (a.disadvantage_z - 1.0).max(0.0));
    let pays = logistic((a.price_growth_y - gloom - p.upkeep_growth_least_y) / p.upkeep_growth_spread_y);
    let follows = logistic((upkeep - p.upkeep_neighbours_half) / p.upkeep_neighbours_spread);
    pays * (p.upkeep_neighbours * follows + (1.0 - p.upkeep_neighbours))
}

impl Local {
    /// Month's end.
    pub fn step(self, a: &Around, p: &NeighbourhoodParameters) -> Local {
        let towards = |from: f64, to: f64, months: f64| from + (to - from) / months;
        let efficacy =
            towards(self.efficacy, efficacy_target(a, p), p.ce_relax_months.max(1.0)) + p.ce_event * a.events;
        let minor = p.disorder_incidents * (1.0 + p.disorder_crime * (a.incidents - 1.0));
        let inflow = p.disorder_vacancy * (a.derelict + 1.0 - self.quality) + minor;
        let outflow = p.disorder_maintenance * a.maintenance + p.disorder_residents * logistic(self.efficacy);
        let disorder = self.disorder + inflow * (1.0 - self.disorder) - outflow * self.disorder;
        let unsafe_share = logistic(
            logit(p.fear_level) + p.fear_disorder * a.disorder_z + p.fear_incidents * a.risen
                - p.fear_efficacy * self.efficacy
                + p.fear_grip * a.grip_z,
        );
        let kept = a.owned * self.upkeep + (1.0 - a.owned) * p.upkeep_rented;
        let renewed = (p.restructuring_quality * a.restructuring).min(1.0);
        let kept = kept + (1.0 - kept) * renewed;
        Local {
            efficacy: efficacy.clamp(-5.0, 5.0),
            disorder: disorder.clamp(0.0, 1.0),
            fear: towards(self.fear, unsafe_share, p.fear_relax_months.max(1.0)),
            upkeep: towards(self.upkeep, upkeep_target(self.upkeep, a, p), 12.0),
            // Renewal takes half as long as slow repair.
            quality: towards(self.quality, kept, p.quality_relax_months / (1.0 + renewed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> Around {
        Around { incidents: 1.0, maintenance: 1.0, derelict: 0.03, owned: 0.6, ..Around::default() }
    }

    fn start() -> Local {
        Local { efficacy: 0.0, disorder: 0.3, fear: 0.15, upkeep: 0.75, quality: 0.8 }
    }

    fn settle(mut local: Local, around: impl Fn(&Local) -> Around, p: &NeighbourhoodParameters) -> Local {
        for _ in 0..1_200 {
            local = local.step(&around(&local), p);
        }
        local
    }

    #[test]
    fn at_rest_the_equations_hold() {
        let p = NeighbourhoodParameters::default();
        let a = Around { disadvantage_z: 1.0, turnover_z: -1.0, contact_z: 0.5, ..usual() };
        let rest = settle(start(), |_| a, &p);
        assert!((rest.efficacy - (-0.45 + 0.25 + 0.15)).abs() < 1e-9);
        let inflow = 0.03 * (0.03 + 1.0 - rest.quality) + 0.02;
        let outflow = 0.05 + 0.02 * logistic(rest.efficacy);
        assert!((rest.disorder - inflow / (inflow + outflow)).abs() < 1e-6);
        assert!((rest.quality - (0.6 * rest.upkeep + 0.4 * 0.85)).abs() < 1e-6);
        assert!((logit(rest.fear) - logit(0.15) + 0.2 * rest.efficacy).abs() < 1e-9);
    }

    #[test]
    fn efficacy_follows_in_a_year_and_a_half() {
        let p = NeighbourhoodParameters::default();
        let mut local = start();
        for _ in 0..18 {
            local = local.step(&Around { own: 1.0, ..usual() }, &p);
        }
        // 1 − (17/18)^18
        assert!((local.efficacy - 0.6426).abs() < 1e-4, "{}", local.efficacy);
    }

    /// T-1a: disadvantage rises and falls again; the path back differs from the path up only where owners look at their
    /// neighbours.
    fn loop_area(p: &NeighbourhoodParameters) -> f64 {
        let around = |dep: f64, local: &Local| Around {
            disadvantage_z: dep,
            fear_z: (local.fear - 0.15) / 0.03,
            disorder_z: (local.disorder - 0.3) / 0.05,
            ..usual()
        };
        let mut local = settle(start(), |l| around(-1.0, l), p);
        let steps: Vec<f64> = (0..=20).map(|i| -1.0 + 0.3 * f64::from(i)).collect();
        let mut up = Vec::new();
        for &dep in &steps {
            local = settle(local, |l| around(dep, l), p);
            up.push(local.quality);
        }
        let mut area = 0.0;
        for (&dep, &quality_up) in steps.iter().zip(&up).rev() {
            local = settle(local, |l| around(dep, l), p);
            area += 0.3 * (quality_up - local.quality);
        }
        area
    }

    #[test]
    fn what_tipped_does_not_come_back_by_the_same_way() {
        let p = NeighbourhoodParameters::default();
        let with = loop_area(&p);
        let without = loop_area(&NeighbourhoodParameters { upkeep_neighbours: 0.0, ..p });
        assert!(with > 0.05, "{with}");
        assert!(without.abs() < 1e-3, "{without}");
    }

    /// The mean-field twin of models.md §2.3: dL/dt = −α L + β tanh(L/κ) rests in two places if and only if β/κ > α.
    #[test]
    fn the_mean_field_twin_is_bistable_when_its_feedback_is_steep() {
        let rest = |alpha: f64, beta: f64, kappa: f64, from: f64| {
            (0..20_000).fold(from, |l, _| l + 0.01 * (-alpha * l + beta * libm::tanh(l / kappa)))
        };
        for (alpha, beta, kappa) in [(1.0, 0.9, 1.0), (1.0, 1.2, 1.0), (0.5, 0.4, 1.0), (0.5, 0.4, 0.5)] {
            let (high, low) = (rest(alpha, beta, kappa, 2.0), rest(alpha, beta, kappa, -2.0));
            assert_eq!(high - low > 0.1, beta / kappa > alpha, "α {alpha} β {beta} κ {kappa}: {high} {low}");
            assert!((alpha * high - beta * libm::tanh(high / kappa)).abs() < 1e-6);
        }
    }
}
