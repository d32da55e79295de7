//! What the challenge carries from month to month besides the shared states.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::prices::Prices;
use super::tipping::Tipping;
use super::warning::{Quality, Warning, judge};
use super::{NeighbourhoodParameters, liveability};

/// A mean over the first year in which something is there, against which later months are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    sum: f64,
    months: u16,
}

impl Baseline {
    /// Takes a month in, as long as the first year lasts.
    pub fn take(&mut self, value: f64) {
        if value > 0.0 && self.months < 12 {
            self.sum += value;
            self.months += 1;
        }
    }

    /// `value` over the mean of the first year; 1 as long as there is none.
    pub fn relative(&self, value: f64) -> f64 {
        if self.months == 0 { 1.0 } else { value * f64::from(self.months) / self.sum }
    }
}

/// State of the challenge.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Neighbourhoods {
    /// Collective efficacy that nothing explains, σ.
    pub own: Vec<f32>,
    /// Neighbour contact that nothing explains, log-odds.
    pub own_contact: Vec<f32>,
    /// Share of owners who maintain.
    pub upkeep: Vec<f32>,
    /// Familiarity of made places, 0–1.
    pub familiarity: Vec<f32>,
    /// Effort of programmes that the allocation rule gives, 0–1.
    pub allotted: Vec<f32>,
    /// Incidents over the neighbourhood's own at the start, smoothed over a year.
    pub incidents: Vec<f32>,
    /// Incidents per 1,000 residents at the start.
    pub usual_incidents: Vec<f32>,
    /// Price growth that owners expect, per year.
    pub expected_growth_y: Vec<f32>,
    /// Share of residents aged 65 and over: mean and deviation at the start.
    pub elders: [f32; 2],
    /// What homes are worth.
    pub prices: Prices,
    /// Visible police, mean of the first year.
    pub usual_police: Baseline,
    /// Standard normal draw behind the effect of programmes.
    pub effect_draw: f64,
    /// Mean and deviation of the weighted dimensions at the start.
    pub score_scale: [f32; 2],
    /// Dimensions this month.
    pub dimensions: Vec<[f32; liveability::N_DIMENSIONS]>,
    /// Liveability of every neighbourhood and month since the start, σ.
    pub scores: Vec<Vec<f32>>,
    /// Tips so far.
    pub tipping: Tipping,
    /// Neighbourhoods warned of now.
    pub warned: Vec<bool>,
    /// Warnings so far.
    pub warnings: Vec<Warning>,
}

impl Neighbourhoods {
    /// Nothing known yet of `n` neighbourhoods.
    pub fn new(n: usize) -> Neighbourhoods {
        let none = || vec![0.0; n];
        Neighbourhoods {
            own: none(),
            own_contact: none(),
            upkeep: vec![0.85; n],
            familiarity: none(),
            allotted: none(),
            incidents: vec![1.0; n],
            usual_incidents: none(),
            expected_growth_y: none(),
            score_scale: [0.0, 1.0],
            elders: [0.0, 1.0],
            dimensions: vec![[0.0; 5]; n],
            scores: vec![Vec::new(); n],
            tipping: Tipping::new(n),
            warned: vec![false; n],
            ..Neighbourhoods::default()
        }
    }

    /// Effect of a full programme, σ of collective efficacy.
    pub fn effect(&self, p: &NeighbourhoodParameters) -> f64 {
        p.programme_effect * (p.programme_effect_mean + p.programme_effect_sd * self.effect_draw)
    }

    /// Liveability this month, σ of the start.
    pub fn score(&self, n: usize) -> Option<f64> {
        self.scores.get(n)?.last().map(|s| f64::from(*s))
    }

    /// How good the warnings have been.
    pub fn quality(&self, p: &NeighbourhoodParameters) -> Quality {
        let now = self.scores.first().map_or(0, |s| s.len() as u16);
        judge(&self.warnings, self.tipping.tips(), now, p)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline_is_the_mean_of_its_first_year() {
        let mut baseline = Baseline::default();
        assert_eq!(baseline.relative(5.0), 1.0);
        [0.0, 2.0, 4.0].into_iter().for_each(|v| baseline.take(v));
        assert_eq!(baseline.relative(6.0), 2.0);
        (0..20).for_each(|_| baseline.take(1.0));
        assert!((baseline.relative(1.0) - 12.0 / 16.0).abs() < 1e-12);
    }
}
