//! The cells of the social grid as targets, the streets within them, and how far neighbourhoods lie apart.
//!
//! ```text
//! ln A0_{s,k} = ln(homes_s + v · amenities_s) + σ · (√ρ · ξ_s + √(1 − ρ) · ξ_{s,k}) + c_{n,k}        k = property, vandalism, violence
//! K_{m,n}     = exp(−β_d · d_{m,n})                                                        d in km between centres
//! ```
//!
//! `s` is a **street**: about [`STREET_HOMES`] homes of one cell, and the amenities in its strip of it, the size of the street
//! segments that the law of crime concentration is about (L [27]); a cell of 100 m holds some three of them, and its A0 is their
//! sum. ξ are standard normal, keyed by cell and street: what makes one corner hotter than the next and is not simulated. c is
//! such that a neighbourhood as a whole differs from its homes and amenities by e^(σ_n ξ_n): most of the spread of crime lies between
//! streets, little between neighbourhoods (Steenbeek & Weisburd 2016, M). Nothing of who lives there enters. A cell without homes or
//! amenities is no target. The distance of a neighbourhood to itself is the mean distance of two points in a square of its size,
//! 0.52 sides. Streets are no real streets: strips of a cell, from west to east.

use std::borrow::Cow;

use bevy::prelude::*;

use super::CrimeParameters;
use super::choice::NIGHT_OUTDOOR;
use crate::city::{AmenityKind, City, NO_NEIGHBOURHOOD};
use crate::policies::Local;
use crate::sim::draws::{Draws, Stream, unit};

/// Unexplained attractiveness.
pub const STREAM: Stream = Stream::named("crime.places");

/// The same of neighbourhoods.
pub const STREAM_BETWEEN: Stream = Stream::named("crime.neighbourhoods");

/// Offences of volume crime: property, vandalism, violence.
pub const N_KINDS: usize = 3;

/// Homes along a street segment (L [27]: Seattle, 24,000 segments, some 270,000 homes at the time).
pub const STREET_HOMES: f64 = 11.0;

/// Most streets of a cell.
const MOST_STREETS: usize = 64;

/// Targets by cell. Stands still, so it is no state: made anew from city and seed.
#[derive(Resource, Debug, Clone)]
pub struct Cells {
    /// Cells with targets, by neighbourhood, in order of cell.
    pub cell: Vec<u32>,
    /// First of each neighbourhood in `cell`, and the end.
    pub first: Vec<usize>,
    /// A0 of each cell, by kind.
    pub weight: [Vec<f64>; N_KINDS],
    /// First street of each cell of `cell`, and the end.
    pub(super) first_street: Vec<u32>,
    /// Share of the cell's A0 in its streets up to and with this one, by kind.
    pub(super) streets: [Vec<f32>; N_KINDS],
    /// Sum of A0 in each neighbourhood, by kind.
    pub total: [Vec<f64>; N_KINDS],
    /// exp(−β_d d), row by row.
    pub kernel: Vec<f64>,
    /// Neighbourhood of each cell of the grid.
    pub(super) neighbourhood_of_cell: Vec<u16>,
    /// True for cells with targets.
    pub(super) is_target: Vec<bool>,
    pub(super) n_cols: usize,
}

impl Cells {
    /// The cells of `city`.
    pub fn of(city: &City, p: &CrimeParameters, seed: u64) -> Cells {
        let (n, len) = (city.neighbourhoods.len(), city.grid.len());
        let mut homes = vec![0u32; len];
        city.dwellings.iter().for_each(|d| homes[d.cell as usize] += 1);
        // Cell, and where in it from west (0) to east (1).
        let mut visited: Vec<(usize, f64)> = Vec::new();
        for amenity in &city.amenities {
            let east_m = f64::from(amenity.x_m);
            let at = city.grid.cell_at(city.grid.west_m + east_m, city.grid.south_m() + f64::from(amenity.y_m));
            let draws_visitors = matches!(
                amenity.kind,
                AmenityKind::Shop | AmenityKind::TramStop | AmenityKind::Station | AmenityKind::CommunityCentre
            );
            if let (Some(at), true) = (at, draws_visitors) {
                visited.push((at, (east_m / city.grid.cell_m).rem_euclid(1.0)));
            }
        }
        visited.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let amenities = |cell: usize| {
            let from = visited.partition_point(|v| v.0 < cell);
            let to = visited.partition_point(|v| v.0 <= cell);
            &visited[from..to]
        };
        let mut by_neighbourhood: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (cell, &at) in city.neighbourhood_of_cell.iter().enumerate() {
            if usize::from(at) < n && (homes[cell] > 0 || !amenities(cell).is_empty()) {
                by_neighbourhood[usize::from(at)].push(cell as u32);
            }
        }
        let mut first = vec![0];
        by_neighbourhood.iter().for_each(|list| first.push(first[first.len() - 1] + list.len()));
        let cell = by_neighbourhood.concat();
        let draws = Draws::at_start(seed);
        let (shared, own) = (libm::sqrt(p.place_shared), libm::sqrt(1.0 - p.place_shared));
        let mut weight: [Vec<f64>; N_KINDS] = Default::default();
        let (mut first_street, mut streets) = (vec![0], <[Vec<f32>; N_KINDS]>::default());
        let mut targets = vec![0.0; len];
        for &c in &cell {
            let at = c as usize;
            let here = street_targets(homes[at], amenities(at), p.shop_targets);
            targets[at] = here.iter().sum();
            let mut sums = [0.0; N_KINDS];
            let mut cumulated: [Vec<f64>; N_KINDS] = Default::default();
            for (s, target) in here.iter().enumerate() {
                let words = |k: usize| draws.block(STREAM, c.into(), (s * (1 + N_KINDS) + k) as u32);
                let common = normal(words(0));
                for kind in 0..N_KINDS {
                    let noise = shared * common + own * normal(words(1 + kind));
                    sums[kind] += target * libm::exp(p.place_sd * noise);
                    cumulated[kind].push(sums[kind]);
                }
            }
            for kind in 0..N_KINDS {
                weight[kind].push(sums[kind]);
                streets[kind].extend(cumulated[kind].iter().map(|sum| (sum / sums[kind]) as f32));
            }
            first_street.push(first_street[first_street.len() - 1] + here.len() as u32);
        }
        for i in 0..n {
            let cells = first[i]..first[i + 1];
            let of_homes: f64 = cell[cells.clone()].iter().map(|&c| targets[c as usize]).sum();
            for (kind, weights) in weight.iter_mut().enumerate() {
                let noise = |what: u32| normal(draws.block(STREAM_BETWEEN, i as u64, what));
                let noise = shared * noise(0) + own * noise(1 + kind as u32);
                let sum: f64 = weights[cells.clone()].iter().sum();
                let factor = of_homes * libm::exp(p.place_between_sd * noise) / sum.max(1e-12);
                weights[cells.clone()].iter_mut().for_each(|w| *w *= factor);
            }
        }
        let sum = |w: &Vec<f64>| (0..n).map(|i| w[first[i]..first[i + 1]].iter().sum()).collect::<Vec<f64>>();
        let total = [sum(&weight[0]), sum(&weight[1]), sum(&weight[2])];
        let mut kernel = vec![0.0; n * n];
        for (i, a) in city.neighbourhoods.iter().enumerate() {
            let side_km = libm::sqrt((first[i + 1] - first[i]).max(1) as f64) * 0.1;
            for (j, b) in city.neighbourhoods.iter().enumerate() {
                let km = libm::hypot(a.centre_m[0] - b.centre_m[0], a.centre_m[1] - b.centre_m[1]) / 1_000.0;
                kernel[i * n + j] = libm::exp(-p.b_distance * if i == j { 0.52 * side_km } else { km });
            }
        }
        let mut is_target = vec![false; len];
        cell.iter().for_each(|&c| is_target[c as usize] = true);
        Cells {
            cell,
            first,
            weight,
            first_street,
            streets,
            total,
            kernel,
            neighbourhood_of_cell: city.neighbourhood_of_cell.clone(),
            is_target,
            n_cols: city.grid.n_cols,
        }
    }

    /// `n` neighbourhoods of which nothing is known.
    #[cfg(test)]
    pub(super) fn for_test(n: usize) -> Cells {
        Cells {
            cell: Vec::new(),
            first: vec![0; n + 1],
            weight: Default::default(),
            first_street: Vec::new(),
            streets: Default::default(),
            total: Default::default(),
            kernel: Vec::new(),
            neighbourhood_of_cell: (0..n as u16).collect(),
            is_target: vec![true; n],
            n_cols: n,
        }
    }

    /// Number of neighbourhoods.
    pub fn n(&self) -> usize {
        self.first.len() - 1
    }

    /// Number of streets.
    pub fn n_streets(&self) -> usize {
        self.streets[0].len()
    }

    /// Where `cell` stands in the list of cells with targets.
    fn place(&self, cell: u32) -> Option<usize> {
        let n = self.neighbourhood(cell)?;
        let (from, to) = (self.first[n], self.first[n + 1]);
        self.cell[from..to].binary_search(&cell).ok().map(|at| from + at)
    }

    /// Number of the street `street` of `cell` among all streets.
    pub fn street(&self, cell: u32, street: u8) -> Option<usize> {
        let at = self.place(cell)?;
        let i = self.first_street.get(at)? + u32::from(street);
        (i < *self.first_street.get(at + 1)?).then_some(i as usize)
    }

    /// The street of `cell` that the word falls on, by what attracts offences of `kind`.
    pub(super) fn street_of(&self, cell: u32, kind: usize, word: u32) -> u8 {
        let Some(at) = self.place(cell) else { return 0 };
        let Some(&[from, to]) = self.first_street.get(at..at + 2).and_then(|of| of.first_chunk()) else { return 0 };
        let shares = &self.streets[kind][from as usize..to as usize];
        shares.partition_point(|share| *share <= unit(word)).min(shares.len().saturating_sub(1)) as u8
    }

    /// Share of what attracts offences in each neighbourhood that lies in better light, by kind.
    pub fn lit(&self, lighting: &Local<f64>) -> [Vec<f64>; N_KINDS] {
        std::array::from_fn(|kind| {
            let in_light = |n: usize| {
                let cells = self.first[n]..self.first[n + 1];
                let is_even = cells.clone().all(|i| lighting.at(n, self.cell[i]) == lighting.mean(n));
                if lighting.is_even() || is_even || self.total[kind][n] <= 0.0 {
                    return lighting.mean(n);
                }
                cells.map(|i| self.weight[kind][i] * lighting.at(n, self.cell[i])).sum::<f64>() / self.total[kind][n]
            };
            (0..self.n()).map(in_light).collect()
        })
    }

    /// The cells as they attract offences under `lighting`; where it is the same all over a neighbourhood their shares in its
    /// offences do not change.
    pub fn under(&self, lighting: &Local<f64>, p: &CrimeParameters) -> Cow<'_, Cells> {
        if lighting.is_even() {
            return Cow::Borrowed(self);
        }
        let mut lit = self.clone();
        for (kind, (weights, total)) in lit.weight.iter_mut().zip(&mut lit.total).enumerate() {
            for (n, total) in total.iter_mut().enumerate() {
                let cells = self.first[n]..self.first[n + 1];
                for i in cells.clone() {
                    weights[i] *= 1.0 - p.lighting_effect * NIGHT_OUTDOOR[kind] * lighting.at(n, self.cell[i]);
                }
                *total = weights[cells].iter().sum();
            }
        }
        Cow::Owned(lit)
    }

    /// Neighbourhood of `cell`.
    pub fn neighbourhood(&self, cell: u32) -> Option<usize> {
        let at = self.neighbourhood_of_cell[cell as usize];
        (at != NO_NEIGHBOURHOOD).then_some(at.into())
    }

    /// The cell to the north, east, south or west of `cell` (`side` 0–3), if there are targets in it.
    pub fn beside(&self, cell: u32, side: u32) -> Option<u32> {
        let (at, cols) = (cell as usize, self.n_cols);
        let next = match side % 4 {
            0 => at.checked_sub(cols),
            1 => ((at + 1) % cols != 0).then_some(at + 1),
            2 => Some(at + cols),
            _ => (at % cols != 0).then(|| at - 1),
        }?;
        (next < self.is_target.len() && self.is_target[next]).then_some(next as u32)
    }
}

/// Targets of the streets of a cell with `homes` homes and `amenities` at these places from west to east.
fn street_targets(homes: u32, amenities: &[(usize, f64)], shop_targets: f64) -> Vec<f64> {
    let addresses = f64::from(homes) + amenities.len() as f64;
    let n = (libm::round(addresses / STREET_HOMES) as usize).clamp(1, MOST_STREETS);
    let mut targets = vec![f64::from(homes) / n as f64; n];
    amenities.iter().for_each(|(_, east)| targets[((east * n as f64) as usize).min(n - 1)] += shop_targets);
    targets
}

/// A standard normal number from a block (Box & Muller 1958).
pub fn normal(words: [u32; 4]) -> f64 {
    let u = (f64::from(words[0]) + 0.5) / 4_294_967_296.0;
    libm::sqrt(-2.0 * libm::log(u)) * libm::cos(std::f64::consts::TAU * f64::from(unit(words[1])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::area::Cadastre;
    use crate::policies::Controls;
    use crate::sim::{Area, Order};

    /// A column of four cells in each of two neighbourhoods; a cell of the second is lit: only what attracts offences there falls,
    /// by the effect times the share of the night, and the neighbourhood's attraction by exactly that.
    #[test]
    fn lighting_in_one_cell_dims_only_its_places() {
        let cadastre = Cadastre::for_test(&["A", "B"]);
        let lighting = |places: &[&str]| {
            let mut controls = Controls::new(cadastre.clone());
            let area = Area::Places(places.iter().map(ToString::to_string).collect());
            controls.apply(&Order { tick: 1, lever: "lighting".into(), value: 0.8, area });
            controls.local(["lighting"], |_, [share]| share)
        };
        let weights = || vec![1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0, 4.0];
        let cells = Cells {
            cell: vec![0, 2, 4, 6, 1, 3, 5, 7],
            first: vec![0, 4, 8],
            weight: [weights(), weights(), weights()],
            total: [vec![10.0; 2], vec![10.0; 2], vec![10.0; 2]],
            ..Cells::for_test(2)
        };
        let (p, one) = (CrimeParameters::default(), lighting(&["E0001N0000"]));
        let dimmed = cells.under(&one, &p);
        for (kind, night) in NIGHT_OUTDOOR.into_iter().enumerate() {
            let falls = 0.8 * p.lighting_effect * night;
            assert_eq!(dimmed.weight[kind][..7], cells.weight[kind][..7]);
            assert!((dimmed.weight[kind][7] - 4.0 * (1.0 - falls)).abs() < 1e-12);
            // 4 of 10 lie in the light; the factor of the neighbourhood is that of its sum.
            let lit = cells.lit(&one)[kind][1];
            assert!((lit - 0.8 * 0.4).abs() < 1e-12 && cells.lit(&one)[kind][0] == 0.0);
            let factor = 1.0 - p.lighting_effect * night * lit;
            assert!((dimmed.total[kind][1] - 10.0 * factor).abs() < 1e-12);
        }
        let whole = lighting(&["B"]);
        assert_eq!(cells.lit(&whole), [0, 1, 2].map(|_| vec![0.0, 0.8]));
        assert!(matches!(cells.under(&whole, &p), Cow::Borrowed(_)));
    }

    /// 33 homes are three streets of 11; two shops at the western edge count for ten homes each, in the first street.
    #[test]
    fn homes_are_spread_over_streets_and_amenities_lie_where_they_are() {
        let close = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
        assert!(close(&street_targets(33, &[], 10.0), &[11.0; 3]));
        assert!(close(&street_targets(31, &[(0, 0.05), (0, 0.3)], 10.0), &[31.0 / 3.0 + 20.0, 31.0 / 3.0, 31.0 / 3.0]));
        assert!(close(&street_targets(3, &[], 10.0), &[3.0]));
        assert!(close(&street_targets(0, &[(0, 0.99)], 10.0), &[10.0]));
    }

    /// Offences of a cell fall on its streets by their share of what attracts them.
    #[test]
    fn streets_are_drawn_by_their_shares() {
        let mut cells = Cells::for_test(1);
        (cells.cell, cells.first, cells.first_street) = (vec![0], vec![0, 1], vec![0, 3]);
        cells.streets = [vec![0.5, 0.75, 1.0], vec![0.1, 0.2, 1.0], vec![1.0, 1.0, 1.0]];
        let quarter = |q: u32| q << 30;
        assert_eq!([0, 1, 2, 3].map(|q| cells.street_of(0, 0, quarter(q))), [0, 0, 1, 2]);
        assert_eq!([0, 1, 2, 3].map(|q| cells.street_of(0, 1, quarter(q))), [0, 2, 2, 2]);
        assert_eq!(cells.street_of(0, 2, u32::MAX), 0);
        assert_eq!([0, 2, 3].map(|s| cells.street(0, s)), [Some(0), Some(2), None]);
    }

    #[test]
    fn the_noise_is_standard_normal() {
        let draws = Draws::at_start(3);
        let x: Vec<f64> = (0..40_000).map(|i| normal(draws.block(STREAM, i, 9))).collect();
        let mean = x.iter().sum::<f64>() / 40_000.0;
        let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 40_000.0;
        // Standard errors 0.005 and 0.007.
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
