//! What the challenge carries from month to month besides the shared states and each person's outlook.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::conflicts::Conflict;

/// State of the challenge.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Diversity {
    /// Residents by neighbourhood and origin, as of the last count.
    pub by_origin: Vec<u32>,
    /// Contacts with communities that liaison officers hold, 0–1, by neighbourhood.
    pub liaison: Vec<f32>,
    /// Conflicts on people's minds.
    pub conflicts: Vec<Conflict>,
    /// Chance that two residents differ, over six attributes, by neighbourhood.
    pub superdiversity: Vec<f32>,
    /// The same in the city.
    pub superdiversity_of_city: f64,
    /// People and network segregation score of every group, largest first.
    pub segregation: Vec<(u64, f64)>,
    /// Mean tolerance threshold of households.
    pub threshold: f64,
    /// Correlation over people of trust in neighbours with the diversity of their cell.
    pub trust_by_cell: Option<f64>,
    /// The same with the diversity of their neighbourhood.
    pub trust_by_neighbourhood: Option<f64>,
    /// Slopes of trust on the diversity of the cell and on that of the neighbourhood, both in one regression over people.
    pub trust_slopes: Option<[f64; 2]>,
}

impl Diversity {
    /// Mean network segregation score over people.
    pub fn mean_segregation(&self) -> Option<f64> {
        let people: u64 = self.segregation.iter().map(|s| s.0).sum();
        let sum: f64 = self.segregation.iter().map(|s| s.0 as f64 * s.1).sum();
        (people > 0).then(|| sum / people as f64)
    }
}

/// Sums of a correlation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums([f64; 6]);

impl Sums {
    /// Takes a pair in.
    #[inline]
    pub fn add(&mut self, x: f64, y: f64) {
        let terms = [1.0, x, y, x * x, y * y, x * y];
        self.0.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }

    /// Adds the sums of others.
    pub fn plus(&mut self, other: &Sums) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a += b);
    }

    /// Pearson's r.
    pub fn correlation(&self) -> Option<f64> {
        let [n, x, y, xx, yy, xy] = self.0;
        let r = (n * xy - x * y) / ((n * xx - x * x) * (n * yy - y * y)).sqrt();
        r.is_finite().then_some(r)
    }
}

/// Sums of a regression of y on x and z.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Plane([f64; 9]);

impl Plane {
    /// Takes a point in.
    #[inline]
    pub fn add(&mut self, x: f64, z: f64, y: f64) {
        let terms = [1.0, x, z, y, x * x, z * z, x * z, x * y, z * y];
        self.0.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
    }

    /// Adds the sums of others.
    pub fn plus(&mut self, other: &Plane) {
        self.0.iter_mut().zip(other.0).for_each(|(a, b)| *a += b);
    }

    /// Slopes on x and on z; none where they cannot be told apart.
    pub fn slopes(&self) -> Option<[f64; 2]> {
        let [n, x, z, y, xx, zz, xz, xy, zy] = self.0;
        let of = |ab: f64, a: f64, b: f64| n * ab - a * b;
        let (xx, zz, xz, xy, zy) = (of(xx, x, x), of(zz, z, z), of(xz, x, z), of(xy, x, y), of(zy, z, y));
        let determinant = xx * zz - xz * xz;
        (determinant > 1e-9 * xx * zz).then(|| [(zz * xy - xz * zy) / determinant, (xx * zy - xz * xy) / determinant])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlations_are_pearsons() {
        let mut sums = Sums::default();
        assert_eq!(sums.correlation(), None);
        [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0)].into_iter().for_each(|(x, y)| sums.add(x, y));
        assert!((sums.correlation().unwrap() - 0.6).abs() < 1e-12);
    }

    #[test]
    fn slopes_are_those_of_the_plane() {
        let mut plane = Plane::default();
        assert_eq!(plane.slopes(), None);
        for (x, z) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (2.0, 3.0), (1.0, 4.0)] {
            plane.add(x, z, 5.0 - 2.0 * x + 0.5 * z);
        }
        let [x, z] = plane.slopes().unwrap();
        assert!((x + 2.0).abs() < 1e-9 && (z - 0.5).abs() < 1e-9);
    }

    #[test]
    fn mean_segregation_weighs_people() {
        let diversity = Diversity { segregation: vec![(300, 0.3), (100, 0.1)], ..Diversity::default() };
        assert!((diversity.mean_segregation().unwrap() - 0.25).abs() < 1e-12);
    }
}
