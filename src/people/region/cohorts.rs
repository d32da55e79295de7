//! Numbers of the country and its kinds of municipality.

use super::super::rates::interpolate;

/// Years of age told apart; the last is open.
pub(super) const N_AGES: usize = 100;
/// Kinds of municipality.
pub(super) const N_KINDS: usize = 6;

/// Residents of the country on 1 January 2024 by five years of age, thousands (CBS, quoted from memory and rounded; M).
pub(super) const PEOPLE_2024: [f64; 20] = [
    862.0, 896.0, 944.0, 1017.0, 1146.0, 1201.0, 1201.0, 1121.0, 1072.0, 1017.0, 1196.0, 1306.0, 1226.0, 1062.0, 957.0,
    800.0, 496.0, 268.0, 109.0, 27.0,
];

/// Moves to another municipality, % of people a year, by age (CBS 2017; models.md §9, L).
pub(super) const BETWEEN_MUNICIPALITIES: [(f64, f64); 13] = [
    (3.0, 5.3),
    (10.0, 2.6),
    (15.0, 2.6),
    (18.0, 6.9),
    (20.0, 10.3),
    (23.0, 13.0),
    (25.0, 13.0),
    (30.0, 8.6),
    (35.0, 6.0),
    (40.0, 4.0),
    (50.0, 2.4),
    (60.0, 1.8),
    (70.0, 1.3),
];

/// Net immigration by age, relative (shape of the CBS series; A).
pub(super) const IMMIGRANT_AGES: [(f64, f64); 7] =
    [(0.0, 0.4), (10.0, 0.3), (17.0, 0.5), (22.0, 1.6), (28.0, 1.4), (40.0, 0.4), (60.0, 0.0)];

/// Share of people who live alone, by age (CBS 2023, quoted from memory; M). Only the shape counts: the level is solved.
pub(super) const HEADS_SINGLE: [(f64, f64); 9] = [
    (17.0, 0.0),
    (22.0, 0.27),
    (27.0, 0.30),
    (35.0, 0.20),
    (45.0, 0.15),
    (55.0, 0.18),
    (65.0, 0.22),
    (75.0, 0.30),
    (88.0, 0.52),
];

/// Heads of households of several per person, by age (couples halved, lone parents whole; CBS 2023, from memory; M).
pub(super) const HEADS_SEVERAL: [(f64, f64); 9] = [
    (18.0, 0.0),
    (22.0, 0.07),
    (27.0, 0.26),
    (35.0, 0.41),
    (45.0, 0.46),
    (55.0, 0.45),
    (65.0, 0.41),
    (75.0, 0.36),
    (90.0, 0.12),
];

/// What sets a kind of municipality apart. All A, of the order of CBS regional figures.
pub(super) struct Cohorts {
    /// Share of the country's residents.
    pub share: f64,
    /// Residents by age against the country's mean: children, 18–29, 30–44, 45–64, 65+.
    tilt: [f64; 5],
    /// Pull on movers within the country: ages 18–24, 25–39, 40–64, 65+; children go with those of 25–39.
    pull: [f64; 4],
    /// Share of those who come from abroad.
    pub abroad_share: f64,
    /// Living alone against the country's mean.
    pub single_factor: f64,
    /// Share of the homes that are built.
    pub building_share: f64,
}

impl Cohorts {
    /// Weight of an age, smoothed so that no step runs through the years.
    pub fn tilt_at(&self, age: usize) -> f64 {
        let [child, young, middle, older, old] = self.tilt;
        interpolate(&[(8.0, child), (23.0, young), (37.0, middle), (55.0, older), (75.0, old)], age as f64)
    }

    /// Pull on a mover of an age.
    pub fn pull_at(&self, age: usize) -> f64 {
        match age {
            18..25 => self.pull[0],
            0..40 => self.pull[1],
            40..65 => self.pull[2],
            _ => self.pull[3],
        }
    }
}

/// By kind, in the order of [`super::Kind::ALL`].
pub(super) const COHORTS: [Cohorts; N_KINDS] = [
    Cohorts {
        share: 0.142,
        // Fitted to the four cities' ages (CBS, Kerncijfers wijken en buurten 2025, own calculation: 14.4, 13.6, 34.2, 23.5
        // and 14.3 % in five bands; L).
        tilt: [0.96, 1.2, 1.5, 0.84, 0.68],
        pull: [2.0, 0.88, 0.70, 0.60],
        abroad_share: 0.26,
        single_factor: 1.35,
        building_share: 0.19,
    },
    Cohorts {
        share: 0.134,
        tilt: [0.93, 1.25, 1.06, 0.93, 0.90],
        pull: [1.6, 0.95, 0.90, 0.90],
        abroad_share: 0.20,
        single_factor: 1.20,
        building_share: 0.16,
    },
    Cohorts {
        share: 0.362,
        tilt: [0.99, 0.93, 0.97, 1.03, 1.04],
        pull: [0.75, 1.05, 1.07, 1.05],
        abroad_share: 0.27,
        single_factor: 0.93,
        building_share: 0.34,
    },
    Cohorts {
        share: 0.090,
        tilt: [1.12, 0.94, 1.06, 1.04, 0.84],
        pull: [0.60, 1.15, 1.05, 0.95],
        abroad_share: 0.06,
        single_factor: 0.80,
        building_share: 0.11,
    },
    Cohorts {
        share: 0.072,
        tilt: [0.90, 1.32, 1.00, 0.92, 0.95],
        pull: [1.8, 0.85, 0.90, 0.95],
        abroad_share: 0.08,
        single_factor: 1.25,
        building_share: 0.08,
    },
    Cohorts {
        share: 0.200,
        tilt: [0.95, 0.78, 0.86, 1.08, 1.25],
        pull: [0.45, 1.00, 1.15, 1.15],
        abroad_share: 0.13,
        single_factor: 0.88,
        building_share: 0.12,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_whole() {
        for of in [|c: &Cohorts| c.share, |c: &Cohorts| c.abroad_share, |c: &Cohorts| c.building_share] {
            assert!((COHORTS.iter().map(of).sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
