//! A Dutch city invented from a recipe and a seed: river and dike, old centre with canals, rings of later growth.
//!
//! Steps, one file each: sizes of the parts and the lines of water, road and rail (`plan`, `lines`); what takes up the ground
//! (`mask`); which cells are built on and with what (`landuse`); neighbourhoods and districts (`partition`, `bisect`);
//! names (`names`); head counts (`marginals`); streets and buildings (`fabric`, `rows`, `frame`); homes ([`super::dwellings`]); rasters
//! (`ground`); amenities (`amenities`). The recipe ([`CityConfig`]) carries every number with its grade.
//!
//! Units: metres, m NAP, hectares, persons. The city is meant to be typical, not any particular one: the totals of
//! households, ages and tenures are those of large Dutch cities (KWB 2025), differences between neighbourhoods follow
//! the age of their buildings, and origin groups are opaque and independent of it. Limits: streets of adjacent
//! neighbourhoods meet only where one can be drawn on without hitting a building, there are no institutional households, and water has its level instead of a bed.

mod amenities;
mod bisect;
mod config;
mod fabric;
mod frame;
mod ground;
mod landuse;
mod lines;
mod marginals;
mod mask;
mod names;
mod noise;
mod partition;
mod plan;
mod rows;

use rayon::prelude::*;
use thiserror::Error;

pub use config::{AmenityNorms, BUILT, ByCharacter, CityConfig, Levels, Problem, Totals};

use super::dwellings::{Spot, fill_stock};
use super::outline::rings_of_cells;
use super::{City, CityOrigin, DwellingRecord, LineKind, Marginals, Neighbourhood, NetworkLine};
use crate::sim::draws::Draws;
use fabric::{Fabric, Site};
use landuse::{LandUse, Programme};
use mask::{Mask, Taken};
use partition::Partition;
use plan::Plan;

/// Why a city could not be generated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GenerateError {
    /// The file is no recipe.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// File.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Values outside their range, all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<Problem>),
}

/// Invents a city. The same recipe and seed give the same city, bit for bit, on any number of threads.
pub fn generate(config: &CityConfig, seed: u64) -> Result<City, GenerateError> {
    config.validate()?;
    let draws = Draws::at_start(seed);
    let programme = Programme::new(config);
    let plan = Plan::new(config, programme.total_cells(), programme.cells[0], draws);
    let mut mask = Mask::new(&plan);
    let mut land = LandUse::new(&plan, &mask, &programme, config, draws);
    let partition = Partition::new(&plan, &mut land, &programme, config, draws);
    let marginals = marginals::marginals(&plan, &partition.hoods, config, draws);

    let heading = landuse::headings(&plan.grid, &plan.lines);
    let site = Site {
        plan: &plan,
        mask: &mask,
        land: &land,
        partition: &partition,
        heading: &heading,
        thin: programme.thin,
        config,
        draws,
    };
    let built: Vec<(Fabric, Vec<DwellingRecord>)> = (0..partition.hoods.len())
        .into_par_iter()
        .map(|idx| {
            let fabric = site.build(idx, &marginals[idx]);
            let mut homes = Vec::new();
            fill_stock(idx as u16, &marginals[idx], partition.hoods[idx].character, &fabric.spots, draws, &mut homes);
            (fabric, homes)
        })
        .collect();
    let (mut buildings, mut spots, mut dwellings, mut streets) = (vec![], Vec::<Spot>::new(), vec![], vec![]);
    for (fabric, homes) in built {
        buildings.extend(fabric.buildings);
        spots.extend(fabric.spots);
        streets.extend(fabric.streets);
        dwellings.extend(homes);
    }
    for b in &buildings {
        mask.cover(&b.ring_m, Taken::Building, |t| t == Taken::Free);
    }
    for street in &streets {
        mask.stroke(street, 11.0, Taken::Street, |t| t == Taken::Free);
    }
    fabric::join_streets(&mut mask, &mut streets);
    let site = Site {
        plan: &plan,
        mask: &mask,
        land: &land,
        partition: &partition,
        heading: &heading,
        thin: programme.thin,
        config,
        draws,
    };
    let ground = ground::ground(&site, &buildings, &spots, config.pixels_per_cell, draws);
    let amenities = amenities::amenities(&plan, &partition, &buildings, config, draws);
    let street_lines = streets.into_iter().map(|path| NetworkLine {
        kind: LineKind::Street,
        points_m: path.iter().map(|p| [p[0] as f32, p[1] as f32]).collect(),
    });
    let lines = plan.lines.iter().cloned().chain(street_lines).collect();
    let neighbourhoods = neighbourhoods(&plan, &partition, marginals, config, draws);
    let places: Vec<([f64; 2], bool)> = partition
        .districts
        .iter()
        .map(|&(p, is_old)| ([p[0] - plan.centre[0], p[1] - plan.centre[1]], is_old))
        .collect();
    Ok(City {
        name: config.name.clone(),
        origin: CityOrigin::Generated,
        sources: vec![format!("Invented by Waterbed (seed {seed}); not a real place")],
        grid: plan.grid,
        neighbourhood_of_cell: partition.hood_of_cell,
        neighbourhoods,
        districts: names::district_names(&places, draws),
        ground,
        dwellings,
        amenities,
        lines,
        buildings,
    })
}

fn neighbourhoods(
    plan: &Plan,
    partition: &Partition,
    marginals: Vec<Marginals>,
    config: &CityConfig,
    draws: Draws,
) -> Vec<Neighbourhood> {
    let characters: Vec<_> = partition.hoods.iter().map(|h| h.character).collect();
    let names = names::neighbourhood_names(&characters, draws);
    let mut in_district = 0;
    let mut district = 0;
    partition
        .hoods
        .iter()
        .zip(names)
        .zip(marginals)
        .map(|((hood, name), marginals)| {
            if hood.district != district {
                (district, in_district) = (hood.district, 0);
            }
            in_district += 1;
            Neighbourhood {
                code: format!("{}{:02}{in_district:02}", config.code_prefix, hood.district + 1),
                name,
                district: hood.district,
                character: hood.character,
                rings: rings_of_cells(&plan.grid, &hood.cells),
                centre_m: [plan.grid.west_m + hood.centre[0], plan.grid.south_m() + hood.centre[1]],
                marginals,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
