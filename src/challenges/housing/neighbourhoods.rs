//! What a household knows of neighbourhoods: how far, how green, how well served, and who lives there.

use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::parameters::HousingParameters;
use crate::challenges::shared::{CouplingParameters, NeighbourhoodStates, State, spread};
use crate::city::{City, GroundCover};
use crate::people::{CHUNK, Dwelling, Household};
use crate::sim::state::slice;

/// Places, services and green, which do not change, standardised with means and deviations frozen at the start; and what
/// has become of neighbourhoods since, worked out anew each month.
#[derive(Resource, Debug, Clone)]
pub struct Surroundings {
    /// Amenities, σ.
    pub amenities: Vec<f32>,
    /// Green, σ.
    pub green: Vec<f32>,
    /// Utility lost by the disorder and fear that have come since the start. What there was then is in where people live.
    pub unpleasant: Vec<f32>,
    /// The same for the wish to leave: −1 (much better than at the start) to 1 (much worse).
    pub dissatisfied: Vec<f32>,
    /// exp(−distance / d0) between centres, row by row.
    nearness: Vec<f32>,
    /// Centres, m.
    centres: Vec<[f64; 2]>,
    n: usize,
}

impl Surroundings {
    /// Surroundings of the neighbourhoods of `city`.
    pub fn of(city: &City, near_d0_km: f64) -> Surroundings {
        let n = city.neighbourhoods.len();
        let centres: Vec<[f64; 2]> = city
            .neighbourhoods
            .iter()
            .map(|x| [x.centre_m[0] - city.grid.west_m, x.centre_m[1] - city.grid.south_m()])
            .collect();
        let mut nearness = vec![0.0f32; n * n];
        for (i, a) in centres.iter().enumerate() {
            for (j, b) in centres.iter().enumerate() {
                let km = libm::hypot(a[0] - b[0], a[1] - b[1]) / 1_000.0;
                nearness[i * n + j] = libm::exp(-km / near_d0_km) as f32;
            }
        }
        let none = vec![0.0; n];
        Surroundings {
            amenities: standardise(city.amenities_near().iter().map(|&a| libm::log(1.0 + f64::from(a))).collect()),
            green: standardise(city.cover().iter().map(GroundCover::green_pct).collect()),
            unpleasant: none.clone(),
            dissatisfied: none,
            nearness,
            centres,
            n,
        }
    }

    /// exp(−distance/d0) from `i` to `j`; outsiders are equally near to everything.
    pub fn nearness(&self, i: Option<usize>, j: usize) -> f32 {
        i.map_or(0.5, |i| self.nearness[i * self.n + j])
    }

    /// Distance between the centres of `i` and `j`, km.
    pub fn distance_km(&self, i: usize, j: usize) -> f64 {
        let (a, b) = (self.centres[i], self.centres[j]);
        libm::hypot(a[0] - b[0], a[1] - b[1]) / 1_000.0
    }

    /// Number of neighbourhoods.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Places without amenities or green, for tests.
    #[cfg(test)]
    pub(super) fn plain(centres: &[[f64; 2]]) -> Surroundings {
        let n = centres.len();
        let nearness = vec![1.0; n * n];
        let none = || vec![0.0; n];
        Surroundings {
            amenities: none(),
            green: none(),
            unpleasant: none(),
            dissatisfied: none(),
            nearness,
            centres: centres.to_vec(),
            n,
        }
    }
}

fn standardise(values: Vec<f64>) -> Vec<f32> {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let sd = (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt();
    values.into_iter().map(|v| if sd > 0.0 { ((v - mean) / sd) as f32 } else { 0.0 }).collect()
}

/// How much neighbourhoods differ in content, of how much people do: a tenth of the variance lies between neighbourhoods
/// (M: order of Dutch housing surveys), and β = 0.5 of models.md §18 is per deviation between people. With 1 instead, turnover
/// and collective efficacy drive each other apart.
const BETWEEN: f64 = 0.32;

/// Feels what has become of neighbourhoods: β6 disorder and β7 fear of models.md §9, as changes since the start.
pub(super) fn sense(
    states: Option<Res<NeighbourhoodStates>>,
    coupling: Option<Res<CouplingParameters>>,
    p: Res<HousingParameters>,
    mut surroundings: ResMut<Surroundings>,
) {
    let (Some(states), Some(coupling)) = (states, coupling) else { return };
    for n in 0..surroundings.n {
        let rise = |state| coupling.neighbourhoods_housing * spread::rise(&states, state, n);
        let (disorder, fear) = (rise(State::Disorder), rise(State::Fear));
        surroundings.unpleasant[n] = (p.b_disorder * disorder + p.b_fear * fear) as f32;
        surroundings.dissatisfied[n] = (BETWEEN * 0.5 * (disorder + fear)).clamp(-1.0, 1.0) as f32;
    }
}

/// Who lives in each neighbourhood, as of the end of last month: residents by opaque origin of the household's head.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    n_groups: usize,
    by_group: Vec<u32>,
    residents: Vec<u32>,
    /// Share of each group in the city.
    city_share: Vec<f32>,
}

/// Origins that are told apart; higher numbers count as the last.
pub const N_GROUPS: usize = 16;
/// Residents' worth of the city's shares that blend into a neighbourhood's in [`Composition::quotient`]: few people
/// tell little.
const QUOTIENT_BLEND: f32 = 60.0;
/// Highest [`Composition::quotient`]: beyond it, more of one's own people do not make a place better known.
pub const MOST_QUOTIENT: f32 = 3.0;

impl Composition {
    /// Counts anew.
    pub fn count(&mut self, households: &[Household], dwellings: &[Dwelling], n: usize) {
        const GROUPS: usize = N_GROUPS;
        let add = |mut sum: Vec<u32>, d: &Dwelling| {
            if let Some(h) = d.household.get() {
                let household = &households[h];
                let group = usize::from(household.origin).min(GROUPS - 1);
                sum[usize::from(d.neighbourhood) * GROUPS + group] += u32::from(household.size);
            }
            sum
        };
        self.by_group = dwellings
            .par_chunks(CHUNK)
            .fold(|| vec![0u32; n * GROUPS], |sum, chunk| chunk.iter().fold(sum, &add))
            .reduce(
                || vec![0u32; n * GROUPS],
                |mut a, b| {
                    a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
                    a
                },
            );
        self.n_groups = GROUPS;
        self.residents = self.by_group.chunks(GROUPS).map(|c| c.iter().sum()).collect();
        let all: u32 = self.residents.iter().sum();
        let of_group = |g: usize| self.by_group.iter().skip(g).step_by(GROUPS).sum::<u32>();
        self.city_share = (0..GROUPS).map(|g| of_group(g) as f32 / all.max(1) as f32).collect();
    }

    /// Location quotient: how many times as common people of `origin` are in `n` as in the city, 0 to
    /// [`MOST_QUOTIENT`].
    pub fn quotient(&self, n: usize, origin: u8) -> f32 {
        let group = usize::from(origin).min(self.n_groups - 1);
        let (own, all) = (self.by_group[n * self.n_groups + group] as f32, self.residents[n] as f32);
        let share = self.city_share[group].max(1e-6);
        ((own + QUOTIENT_BLEND * share) / ((all + QUOTIENT_BLEND) * share)).min(MOST_QUOTIENT)
    }

    /// [`Composition::quotient`] of every group in every neighbourhood.
    pub fn quotients(&self) -> Vec<[f32; N_GROUPS]> {
        let of = |n| std::array::from_fn(|group| self.quotient(n, group as u8));
        (0..self.residents.len()).map(of).collect()
    }

    /// Share of residents of `n` who are of another origin than `origin`; 0 where nobody lives.
    pub fn unlike(&self, n: usize, origin: u8) -> f32 {
        let all = self.residents[n];
        let own = self.by_group[n * self.n_groups + usize::from(origin).min(self.n_groups - 1)];
        if all == 0 { 0.0 } else { (all - own) as f32 / all as f32 }
    }
}

/// Counts who lives where, for next month's decisions.
pub(super) fn count_composition(
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    surroundings: Res<Surroundings>,
    mut composition: ResMut<Composition>,
) {
    composition.count(slice(&households), slice(&dwellings), surroundings.n);
}

/// Dislike of unlike neighbours, 0–1: none up to the household's own threshold, then by degrees or at once.
pub fn dislike(unlike: f32, threshold: u8, form: u8) -> f32 {
    let threshold = f32::from(threshold) / 255.0;
    match form {
        1 => ((unlike - threshold) / (1.0 - threshold).max(0.05)).clamp(0.0, 1.0),
        2 => f32::from(unlike > threshold),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dislike_begins_at_the_threshold() {
        assert_eq!(dislike(0.4, 128, 1), 0.0);
        assert_eq!(dislike(1.0, 128, 1), 1.0);
        assert_eq!([dislike(0.49, 128, 2), dislike(0.51, 128, 2)], [0.0, 1.0]);
        assert_eq!(dislike(1.0, 0, 0), 0.0);
    }

    #[test]
    fn standard_scores_have_mean_zero_and_deviation_one() {
        let z = standardise(vec![1.0, 2.0, 3.0, 6.0]);
        assert!(z.iter().sum::<f32>().abs() < 1e-6);
        assert!((z.iter().map(|v| v * v).sum::<f32>() / 4.0 - 1.0).abs() < 1e-6);
        assert_eq!(standardise(vec![5.0, 5.0]), [0.0, 0.0]);
    }
}
