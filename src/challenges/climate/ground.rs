//! The ground as water and heat see it: the city's rasters, changed by the levers of the month.
//!
//! A pixel of 20 m is a mixture. What is sealed and what is under trees is known; roofs are taken as 60 % of what is
//! sealed in a pixel of buildings, the rest of it as pavement (A); walls come from the outlines ([`super::fabric`]).
//! Levers change the shares in the cells of their area: `trees` add canopy, `unpaving` opens sealed ground that is not built on,
//! `cool_roofs` brighten roofs.

use super::fabric::{Fabric, floor_view, trapped};
use crate::city::{City, Cover, NO_NEIGHBOURHOOD};
use crate::fields::heat::cover::{Coefficients, Cover as Skin};
use crate::policies::Controls;

/// Albedo of a cool roof (M: white roofs 0.6–0.8, some years old).
const COOL_ROOF_ALBEDO: f32 = 0.6;
/// Share of the sealed part of a pixel of buildings that is roof (A).
pub(super) const ROOF_SHARE: f32 = 0.6;
/// Height of a grown street tree or a wood, m (A).
const TREE_M: f32 = 10.0;
/// Canopy from which a pixel throws shade as a wood (A).
const WOOD_PCT: f32 = 50.0;

/// Shares of one pixel, 0–1; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shares {
    /// Open water.
    pub water: f32,
    /// Roofs.
    pub roof: f32,
    /// Other sealed ground.
    pub paved: f32,
    /// Under tree crowns (which stand on open ground first, then over the pavement).
    pub trees: f32,
    /// Grass and gardens.
    pub grass: f32,
    /// Sealed in all, crowns disregarded.
    pub sealed: f32,
    /// Part of the roofs that is cool.
    pub cool: f32,
}

/// The ground of this month.
#[derive(Debug, Clone, PartialEq)]
pub struct GroundNow {
    /// Shares of each pixel.
    pub shares: Vec<Shares>,
}

impl GroundNow {
    /// The ground of `city` under `controls`.
    pub fn of(city: &City, controls: &Controls) -> GroundNow {
        let levers = controls.local(["trees", "unpaving", "cool_roofs"], |_, values| values.map(|v| v as f32));
        let grid = &city.ground.elevation_m.grid;
        let shares = (0..grid.len())
            .map(|p| {
                let [trees, unpaving, cool] =
                    neighbourhood_of_pixel(city, p).map_or([0.0; 3], |n| levers.at(n, cell_of_pixel(city, p)));
                mixture(city, p, trees / 100.0, unpaving, cool)
            })
            .collect();
        GroundNow { shares }
    }

    /// What the air between the houses of pixel `p` meets: the floor of its streets and yards, their walls, and, for the
    /// part `roofs` of their heat, the roofs (which else belong to the air above; Masson 2000). Returns its coefficients
    /// and the share of it that is wall.
    pub fn canyon(&self, p: usize, fabric: &Fabric, roofs: f32) -> (Coefficients, f32) {
        let s = &self.shares[p];
        let (built, aspect) = (fabric.built[p], fabric.aspect(p));
        let mut floor = Mixture::default();
        floor.add(s.water, Skin::Water.coefficients());
        // Half of the pavement is asphalt, half are paving stones.
        floor.add(0.5 * s.paved, Skin::Asphalt.coefficients());
        floor.add(0.5 * s.paved, Skin::Stone.coefficients());
        floor.add(s.trees, Skin::Trees.coefficients());
        floor.add(s.grass, Skin::Grass.coefficients());
        let mut canyon = Mixture::default();
        let view = floor_view(aspect);
        canyon.add(1.0 - view, Skin::Stone.coefficients());
        canyon.add(view, floor.mean().unwrap_or_else(|| Skin::Stone.coefficients()));
        let canyon = canyon.mean().map(|c| Coefficients {
            albedo: trapped(c.albedo, aspect),
            emissivity: 1.0 - trapped(1.0 - c.emissivity, aspect),
            ..c
        });
        let roof = Skin::Roof.coefficients();
        let mut all = Mixture::default();
        all.add(1.0 - built, canyon.unwrap_or(roof));
        all.add(built * roofs * (1.0 - s.cool), roof);
        all.add(built * roofs * s.cool, Coefficients { albedo: COOL_ROOF_ALBEDO, ..roof });
        let wall = (1.0 - view) * (1.0 - built) / all.weight.max(f32::MIN_POSITIVE);
        (all.mean().unwrap_or(roof), wall)
    }

    /// Height of what stands on pixel `p` and its crowns, m above the ground.
    pub fn heights_m(&self, city: &City, p: usize) -> (f32, f32) {
        let roof = 0.1 * f32::from(city.ground.building_height_dm.values[p]);
        let crown = if 100.0 * self.shares[p].trees >= WOOD_PCT { TREE_M } else { 0.0 };
        (roof, roof.max(crown))
    }
}

/// The cell of the social grid in which pixel `p` lies.
pub fn cell_of_pixel(city: &City, p: usize) -> u32 {
    let (col, row) = city.ground.elevation_m.grid.col_row(p);
    city.grid.idx(col / city.ground.k, row / city.ground.k) as u32
}

/// The neighbourhood of pixel `p`.
pub fn neighbourhood_of_pixel(city: &City, p: usize) -> Option<usize> {
    let n = city.neighbourhood_of_cell[cell_of_pixel(city, p) as usize];
    (n != NO_NEIGHBOURHOOD).then_some(usize::from(n))
}

/// Coefficients by weight.
#[derive(Default)]
struct Mixture {
    weight: f32,
    sum: [f32; 6],
}

impl Mixture {
    fn add(&mut self, weight: f32, c: Coefficients) {
        self.weight += weight;
        let parts = [c.albedo, c.emissivity, c.wet, c.a1, c.a2, c.a3];
        self.sum.iter_mut().zip(parts).for_each(|(sum, part)| *sum += weight * part);
    }

    /// Their mean; `None` of nothing.
    fn mean(&self) -> Option<Coefficients> {
        let [albedo, emissivity, wet, a1, a2, a3] = self.sum.map(|v| v / self.weight);
        (self.weight > 0.0).then_some(Coefficients { albedo, emissivity, wet, a1, a2, a3 })
    }
}

fn mixture(city: &City, p: usize, more_trees: f32, unpaved: f32, cool: f32) -> Shares {
    let ground = &city.ground;
    let cover = ground.cover.values[p];
    if cover == Cover::Water {
        return Shares { water: 1.0, ..Shares::default() };
    }
    let sealed = 0.01 * f32::from(ground.sealed_pct.values[p]);
    let roof = if cover == Cover::Building { ROOF_SHARE * sealed } else { 0.0 };
    let pavement = (sealed - roof) * (1.0 - unpaved.clamp(0.0, 1.0));
    let crowns = (0.01 * f32::from(ground.tree_pct.values[p]) + more_trees).clamp(0.0, 1.0 - roof);
    let open = 1.0 - roof - pavement;
    let over_pavement = (crowns - open).max(0.0);
    let paved = (pavement - over_pavement).max(0.0);
    let grass = (1.0 - roof - paved - crowns).max(0.0);
    Shares { water: 0.0, roof, paved, trees: crowns, grass, sealed: roof + pavement, cool: cool.clamp(0.0, 1.0) }
}
