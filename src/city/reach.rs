//! What neighbourhoods have around them, counted once: amenities within reach, sealed ground and trees.

use super::{AmenityKind, City};

/// How far people go for an amenity, m.
const REACH_M: f64 = 1_000.0;

/// Ground cover of a neighbourhood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroundCover {
    /// Pixels of the hazard raster.
    pub pixels: u64,
    /// Sum over them of the sealed share, %.
    pub sealed_pct: u64,
    /// Sum over them of the share under trees, %.
    pub tree_pct: u64,
}

impl GroundCover {
    /// Mean of the shares of unsealed ground and of tree cover, %; 0 without pixels.
    pub fn green_pct(&self) -> f64 {
        let open = (100 * self.pixels - self.sealed_pct) as f64;
        0.5 * (open + self.tree_pct as f64) / self.pixels.max(1) as f64
    }
}

impl City {
    /// Schools, doctors, shops, centres and stops within 1 km of each neighbourhood's centre; no police posts or care
    /// homes.
    pub fn amenities_near(&self) -> Vec<u32> {
        let mut near = vec![0; self.neighbourhoods.len()];
        let counts = |kind: AmenityKind| !matches!(kind, AmenityKind::PolicePost | AmenityKind::CareHome);
        for amenity in self.amenities.iter().filter(|a| counts(a.kind)) {
            for (near, x) in near.iter_mut().zip(&self.neighbourhoods) {
                let dx = f64::from(amenity.x_m) - (x.centre_m[0] - self.grid.west_m);
                let dy = f64::from(amenity.y_m) - (x.centre_m[1] - self.grid.south_m());
                *near += u32::from(dx * dx + dy * dy < REACH_M * REACH_M);
            }
        }
        near
    }

    /// Ground cover of each neighbourhood.
    pub fn cover(&self) -> Vec<GroundCover> {
        let (k, ground) = (self.ground.k, &self.ground);
        let mut covers = vec![GroundCover::default(); self.neighbourhoods.len()];
        for (cell, &at) in self.neighbourhood_of_cell.iter().enumerate() {
            let Some(cover) = covers.get_mut(usize::from(at)) else { continue };
            let (col, row) = self.grid.col_row(cell);
            for (x, y) in (0..k).flat_map(|y| (0..k).map(move |x| (x, y))) {
                let pixel = ground.sealed_pct.grid.idx(col * k + x, row * k + y);
                cover.pixels += 1;
                cover.sealed_pct += u64::from(ground.sealed_pct.values[pixel]);
                cover.tree_pct += u64::from(ground.tree_pct.values[pixel]);
            }
        }
        covers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn green_is_half_open_ground_and_half_trees() {
        // Two pixels: all sealed under trees for a half; open without trees.
        let cover = GroundCover { pixels: 2, sealed_pct: 100, tree_pct: 50 };
        assert_eq!(cover.green_pct(), 0.5 * 50.0 + 0.5 * 25.0);
        assert_eq!(GroundCover::default().green_pct(), 0.0);
    }
}
