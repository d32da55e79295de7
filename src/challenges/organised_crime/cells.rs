//! The cells of the social grid as targets, and how far neighbourhoods lie apart.
//!
//! ```text
//! ln A0_{s,k} = ln(homes_s + v · amenities_s) + σ · (√ρ · ξ_s + √(1 − ρ) · ξ_{s,k}) + c_{n,k}        k = property, vandalism, violence
//! K_{m,n}     = exp(−β_d · d_{m,n})                                                        d in km between centres
//! ```
//!
//! ξ are standard normal, keyed by cell: what makes one corner hotter than the next and is not simulated. c is such that a
//! neighbourhood as a whole differs from its homes and amenities by e^(σ_n ξ_n): most of the spread of crime lies between
//! streets, little between neighbourhoods (Steenbeek & Weisburd 2016, M). Nothing of who lives there enters. A cell without homes or amenities is no target. The distance of a neighbourhood to itself is the
//! mean distance of two points in a square of its size, 0.52 sides.

use bevy::prelude::*;

use super::CrimeParameters;
use crate::city::{AmenityKind, City, NO_NEIGHBOURHOOD};
use crate::sim::draws::{Draws, Stream, unit};

/// Unexplained attractiveness.
pub const STREAM: Stream = Stream::named("crime.places");

/// The same of neighbourhoods.
pub const STREAM_BETWEEN: Stream = Stream::named("crime.neighbourhoods");

/// Offences of volume crime: property, vandalism, violence.
pub const N_KINDS: usize = 3;

/// Targets by cell. Stands still, so it is no state: made anew from city and seed.
#[derive(Resource, Debug, Clone)]
pub struct Cells {
    /// Cells with targets, by neighbourhood, in order of cell.
    pub cell: Vec<u32>,
    /// First of each neighbourhood in `cell`, and the end.
    pub first: Vec<usize>,
    /// A0 of each cell, by kind.
    pub weight: [Vec<f64>; N_KINDS],
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
        let mut targets = vec![0.0; len];
        city.dwellings.iter().for_each(|d| targets[d.cell as usize] += 1.0);
        for amenity in &city.amenities {
            let at = city
                .grid
                .cell_at(city.grid.west_m + f64::from(amenity.x_m), city.grid.south_m() + f64::from(amenity.y_m));
            let draws_visitors = matches!(
                amenity.kind,
                AmenityKind::Shop | AmenityKind::TramStop | AmenityKind::Station | AmenityKind::CommunityCentre
            );
            if let (Some(at), true) = (at, draws_visitors) {
                targets[at] += p.shop_targets;
            }
        }
        let mut by_neighbourhood: Vec<Vec<u32>> = vec![Vec::new(); n];
        for (cell, &at) in city.neighbourhood_of_cell.iter().enumerate() {
            if targets[cell] > 0.0 && usize::from(at) < n {
                by_neighbourhood[usize::from(at)].push(cell as u32);
            }
        }
        let mut first = vec![0];
        by_neighbourhood.iter().for_each(|list| first.push(first[first.len() - 1] + list.len()));
        let cell = by_neighbourhood.concat();
        let draws = Draws::at_start(seed);
        let (shared, own) = (libm::sqrt(p.place_shared), libm::sqrt(1.0 - p.place_shared));
        let mut weight: [Vec<f64>; N_KINDS] = Default::default();
        for &c in &cell {
            let common = normal(draws.block(STREAM, c.into(), 0));
            for (kind, weights) in weight.iter_mut().enumerate() {
                let noise = shared * common + own * normal(draws.block(STREAM, c.into(), 1 + kind as u32));
                weights.push(targets[c as usize] * libm::exp(p.place_sd * noise));
            }
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

/// A standard normal number from a block (Box & Muller 1958).
pub fn normal(words: [u32; 4]) -> f64 {
    let u = (f64::from(words[0]) + 0.5) / 4_294_967_296.0;
    libm::sqrt(-2.0 * libm::log(u)) * libm::cos(std::f64::consts::TAU * f64::from(unit(words[1])))
}

#[cfg(test)]
mod tests {
    use super::*;

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
