//! A small plain city for tests: a row of neighbourhoods on a strip of grass, all alike.

use std::sync::Arc;

use waterbed::challenges::housing::{self, HousingPlugin};
use waterbed::city::dwellings::{Spot, fill_stock};
use waterbed::city::*;
use waterbed::gis::{GridRef, Raster};
use waterbed::people::{DemographyParameters, PeoplePlugin, plugin, synthesis};
use waterbed::policies::PoliciesPlugin;
use waterbed::sim::{BuildError, Draws, Month, Simulation};

/// `n` neighbourhoods of `residents` people.
pub fn city(n: usize, residents: u32) -> City {
    let grid = GridRef { west_m: 100_000.0, north_m: 450_000.0, cell_m: SOCIAL_CELL_M, n_cols: 5 * n, n_rows: 5 };
    let by_age = [0.15, 0.13, 0.36, 0.22].map(|s| (s * f64::from(residents)) as u32);
    let by_age = [by_age[0], by_age[1], by_age[2], by_age[3], residents - by_age.iter().sum::<u32>()];
    let households = residents * 10 / 19;
    let with_children = households * 22 / 100;
    let single = households * 52 / 100;
    let marginals = Marginals {
        residents,
        by_age,
        households,
        by_household: [single, households - single - with_children, with_children],
        tenure_share: [0.30, 0.45, 0.25],
        mean_income_eur_y: 52_000.0,
        education_share: [0.2, 0.35, 0.45],
        origin_share: vec![0.4, 0.3, 0.2, 0.1],
        mean_home_value_eur: 420_000.0,
        vacant_share: 0.04,
    };
    let mut city = City {
        name: "Strook".into(),
        origin: CityOrigin::Generated,
        sources: vec![],
        grid,
        neighbourhood_of_cell: (0..grid.len()).map(|i| (grid.col_row(i).0 / 5) as u16).collect(),
        neighbourhoods: vec![],
        districts: vec!["Strook".into()],
        ground: Ground {
            k: 1,
            elevation_m: Raster::filled(grid, 0.0),
            cover: Raster::filled(grid, Cover::Garden),
            building_height_dm: Raster::filled(grid, 60),
            sealed_pct: Raster::filled(grid, 50),
            tree_pct: Raster::filled(grid, 10),
        },
        dwellings: vec![],
        amenities: vec![],
        lines: vec![],
        buildings: vec![],
    };
    for i in 0..n {
        let west = grid.west_m + 500.0 * i as f64;
        let (south, east) = (grid.south_m(), west + 500.0);
        let ring = [[west, south], [east, south], [east, grid.north_m], [west, grid.north_m], [west, south]];
        city.neighbourhoods.push(Neighbourhood {
            code: format!("ST{i:04}"),
            name: format!("Strook {i}"),
            district: 0,
            character: Character::Mixed,
            rings: vec![ring.to_vec()],
            centre_m: [west + 250.0, south + 250.0],
            marginals: marginals.clone(),
        });
        let spots: Vec<Spot> = (0..households)
            .map(|s| {
                let (x_m, y_m) = (500.0 * i as f32 + (s % 25) as f32 * 19.0 + 5.0, ((s / 25) % 25) as f32 * 19.0 + 5.0);
                let cell = grid.cell_at(grid.west_m + f64::from(x_m), grid.south_m() + f64::from(y_m)).unwrap();
                Spot {
                    x_m,
                    y_m,
                    cell: cell as u32,
                    kind_hint: None,
                    height_m: 9.0,
                    footprint_m2: 60.0,
                    built_year: None,
                }
            })
            .collect();
        fill_stock(i as u16, &marginals, Character::Mixed, &spots, Draws::at_start(1), &mut city.dwellings);
    }
    city
}

/// The simulation of `city`.
pub fn simulation(city: &Arc<City>, seed: u64) -> Simulation {
    let start = Month::new(2025, 1);
    Simulation::new(seed, start, |app| {
        app.add_plugins((PeoplePlugin, PoliciesPlugin::new(city), HousingPlugin));
        let people = synthesis::populate(city, &DemographyParameters::default(), seed, start);
        plugin::settle(app.world_mut(), city, people);
        housing::plugin::open(app.world_mut(), city);
        Ok::<(), BuildError>(())
    })
    .unwrap()
}
