//! Where offences happen: how many in each neighbourhood this month.
//!
//! People who might offend live everywhere and look around: from where they live, `m`, they choose between all
//! neighbourhoods and not offending at all (models.md §7.1, §2.5).
//!
//! ```text
//! A_{n,k}  = ΣA0_{n,k} · homes_n/homes_n(0) · M_{n,k}
//! ln M     = −β_g (GUARD − mean at start) − β_CE CE·[violence] + β_DIS DIS + β_VAC (VAC − mean at start)·[not violence] + β_heat K·[violence, summer]
//!            − ε_pol ln((visible + v0)/(visible at start + v0)) + ln(1 − lighting · night share)
//! N_{n,k}  = c_k A_{n,k} Σ_m K_{m,n} R_m / ((1 − w) D_{m,k} + w D_{m,k}(0) · growth)       D_m = Σ_n A_n K_{m,n}
//! R_m      = residents_m · (offenders per resident / the same at the start)^ε
//! ```
//!
//! The lighting of a neighbourhood that is lit in part is the mean over its cells, by what they attract ([`Cells::lit`]), and its
//! offences fall on the cells by what those attract with their own lighting ([`Cells::under`]).
//!
//! `w` is the weight of desisting: with w = 1 a place made safer loses its offences for good, with w = 0 all of them
//! come up elsewhere. In between, where and how much is decided by distance and by what the other places are like:
//! displacement is measured, never put in (§2.5). At the start D = D(0), so Σ_n N = c Σ_m R exactly, and c is
//! the target rate.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::CrimeParameters;
use super::cells::{Cells, N_KINDS};
use crate::challenges::shared::{CouplingParameters, NeighbourhoodStates, State, spread};

/// Share of offences in the open at night: property, vandalism, violence (A).
pub const NIGHT_OUTDOOR: [f64; N_KINDS] = [0.25, 0.5, 0.35];

/// Hours per 1,000 residents that are as good as none.
pub const UNSEEN_H: f64 = 5.0;

/// How things stood at the start.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// True once the first month has been looked at.
    pub is_set: bool,
    /// Homes of each neighbourhood.
    pub homes: Vec<u32>,
    /// Mean guardianship over neighbourhoods.
    pub guard: f64,
    /// Mean share of empty homes over neighbourhoods.
    pub vacancy: f64,
    /// Visible hours per 1,000 residents, of each neighbourhood.
    pub visible_h: Vec<f64>,
    /// D_m(0) by kind.
    pub alternatives: [Vec<f64>; N_KINDS],
    /// Offenders per resident of each neighbourhood: now (smoothed) and at the start.
    pub offenders: Vec<f64>,
    /// See `offenders`.
    pub offenders_at_start: Vec<f64>,
    /// Share of residents of 65 and over, whole city.
    pub elders: f64,
    /// The same if family and friends are not counted: for the past of who is looked at first.
    pub level_without_others: f64,
    /// Chance to offend in a month at hazard 1; see [`super::propensity`].
    pub level: f64,
    /// Chance to be exposed to offences in a month at weight 1.
    pub exposure: f64,
}

/// What acts on a neighbourhood's rates this month.
pub struct Surroundings<'a> {
    /// States at the end of last month.
    pub states: &'a NeighbourhoodStates,
    /// Strengths of couplings.
    pub coupling: &'a CouplingParameters,
    /// Numbers.
    pub p: &'a CrimeParameters,
    /// Share of streets with better lighting, by kind of offence ([`Cells::lit`]).
    pub lighting: &'a [Vec<f64>; N_KINDS],
    /// Visible hours per 1,000 residents: police, and street coaches at their weight.
    pub visible_h: &'a [f64],
    /// Days of the month.
    pub n_days: u32,
}

impl Surroundings<'_> {
    /// M of neighbourhood `n`, by kind.
    pub fn multiplier(&self, n: usize, baseline: &Baseline) -> [f64; N_KINDS] {
        let (p, c) = (self.p, self.coupling);
        let z = |state| spread::bounded(self.states, state, n);
        let guard = f64::from(self.states.of(State::Guardianship)[n]) - baseline.guard;
        let every = c.neighbourhoods_crime * (p.b_disorder * z(State::Disorder) - p.b_guard * guard)
            - p.police_elasticity * libm::log((self.visible_h[n] + UNSEEN_H) / (baseline.visible_h[n] + UNSEEN_H));
        let vacancy = f64::from(self.states.of(State::Vacancy)[n]) - baseline.vacancy;
        let vacant = c.housing_crime * p.b_vacancy * vacancy;
        let hot = f64::from(self.states.of(State::HotDays)[n]) / f64::from(self.n_days);
        let violent = c.climate_crime * libm::log1p(p.hot_day_violence * hot)
            - c.neighbourhoods_crime * p.b_efficacy * z(State::CollectiveEfficacy);
        let log = [every + vacant, every + vacant, every + violent];
        std::array::from_fn(|k| {
            libm::exp(log[k].clamp(-3.0, 3.0)) * (1.0 - p.lighting_effect * NIGHT_OUTDOOR[k] * self.lighting[k][n])
        })
    }
}

/// D_m = Σ_n A_n K_mn.
pub fn alternatives(cells: &Cells, attraction: &[f64]) -> Vec<f64> {
    let n = cells.n();
    (0..n).map(|m| attraction.iter().zip(&cells.kernel[m * n..][..n]).map(|(a, k)| a * k).sum()).collect()
}

/// N_n without the factor c: where the urge to offend `urge` (R_m) goes.
pub fn offences(
    cells: &Cells,
    attraction: &[f64],
    urge: &[f64],
    at_start: &[f64],
    growth: f64,
    desist: f64,
) -> Vec<f64> {
    let n = cells.n();
    let now = alternatives(cells, attraction);
    let mut sum = vec![0.0; n];
    for m in 0..n {
        let among = (1.0 - desist) * now[m] + desist * at_start[m] * growth;
        if among <= 0.0 {
            continue;
        }
        let part = urge[m] / among;
        sum.iter_mut().zip(&cells.kernel[m * n..][..n]).for_each(|(s, k)| *s += k * part);
    }
    sum.iter_mut().zip(attraction).for_each(|(s, a)| *s *= a);
    sum
}

/// R_m.
pub fn urge(residents: &[u32], baseline: &Baseline, elasticity: f64) -> Vec<f64> {
    let now_and_then = baseline.offenders.iter().zip(&baseline.offenders_at_start);
    residents
        .iter()
        .zip(now_and_then)
        .map(|(&r, (&now, &then))| {
            let ratio = if then > 0.0 { (now / then).clamp(0.2, 5.0) } else { 1.0 };
            f64::from(r) * libm::pow(ratio, elasticity)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three neighbourhoods in a row, 1 km apart, one cell each.
    fn row() -> Cells {
        let k = |i: usize, j: usize| libm::exp(-(i.abs_diff(j) as f64));
        Cells {
            cell: vec![0, 1, 2],
            first: vec![0, 1, 2, 3],
            weight: [vec![1.0; 3], vec![1.0; 3], vec![1.0; 3]],
            total: [vec![1.0; 3], vec![1.0; 3], vec![1.0; 3]],
            kernel: (0..9).map(|i| k(i / 3, i % 3)).collect(),
            ..Cells::for_test(3)
        }
    }

    #[test]
    fn all_urges_find_a_target_at_the_start() {
        let cells = row();
        let (attraction, people) = ([1.0, 5.0, 2.0], [100.0, 50.0, 10.0]);
        let start = alternatives(&cells, &attraction);
        for desist in [0.0, 0.5, 1.0] {
            let n = offences(&cells, &attraction, &people, &start, 1.0, desist);
            assert!((n.iter().sum::<f64>() - 160.0).abs() < 1e-9);
        }
    }

    /// Halving one place's attraction: with nowhere else to turn it loses half; if offending must happen, nothing is lost
    /// in sum and the nearer neighbour gets more of it.
    #[test]
    fn displacement_follows_from_what_is_left_to_choose() {
        let cells = row();
        let (before, people) = ([1.0, 1.0, 1.0], [100.0; 3]);
        let start = alternatives(&cells, &before);
        let base = offences(&cells, &before, &people, &start, 1.0, 1.0);
        let after = [0.5, 1.0, 1.0];
        let lost = offences(&cells, &after, &people, &start, 1.0, 1.0);
        assert!((lost[0] / base[0] - 0.5).abs() < 1e-12 && (lost[1] - base[1]).abs() < 1e-12);
        let moved = offences(&cells, &after, &people, &start, 1.0, 0.0);
        assert!((moved.iter().sum::<f64>() - 300.0).abs() < 1e-9);
        let [near, far] = [moved[1] - base[1], moved[2] - base[2]];
        assert!(near > far && far > 0.0, "{near} {far}");
    }

    #[test]
    fn rates_move_by_the_stated_logarithms_and_not_at_all_without_their_couplings() {
        let mut states = NeighbourhoodStates::new(2);
        states.of_mut(State::CollectiveEfficacy).copy_from_slice(&[1.0, -1.0]);
        states.of_mut(State::Disorder).copy_from_slice(&[0.3, 0.1]);
        states.of_mut(State::Vacancy).copy_from_slice(&[0.04, 0.02]);
        states.of_mut(State::HotDays).copy_from_slice(&[6.0, 0.0]);
        states.freeze();
        states.of_mut(State::Guardianship).copy_from_slice(&[0.6, 0.5]);
        let baseline = Baseline { guard: 0.5, vacancy: 0.03, visible_h: vec![15.0, 15.0], ..Baseline::default() };
        let (p, mut coupling) = (CrimeParameters::default(), CouplingParameters::default());
        let ln = |coupling: &CouplingParameters, lighting: f64, visible: f64| {
            let around = Surroundings {
                states: &states,
                coupling,
                p: &p,
                lighting: &[0, 1, 2].map(|_| vec![lighting, 0.0]),
                visible_h: &[visible, 15.0],
                n_days: 30,
            };
            around.multiplier(0, &baseline).map(libm::log)
        };
        let near =
            |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).for_each(|(a, b)| assert!((a - b).abs() < 1e-6, "{a} {b}"));
        let every = 0.10 - 0.6 * 0.1;
        near(ln(&coupling, 0.0, 15.0), [every + 0.01, every + 0.01, every + (1.0 + 0.057 * 6.0 / 30.0f64).ln() - 0.2]);
        coupling.housing_crime = 0.0;
        coupling.climate_crime = 0.0;
        near(ln(&coupling, 0.0, 15.0), [every, every, every - 0.2]);
        coupling.neighbourhoods_crime = 0.0;
        near(ln(&coupling, 0.0, 15.0), [0.0; 3]);
        // Twice the hours that count, elasticity 0.1; lighting takes 0.252 of what happens outside at night.
        near(ln(&coupling, 0.0, 35.0), [-0.1 * 2.0f64.ln(); 3]);
        near(ln(&coupling, 1.0, 15.0), NIGHT_OUTDOOR.map(|night| (1.0 - 0.252 * night).ln()));
    }
}
