//! Real cities from open data.
//!
//! [`build`] follows a recipe ([`ImportConfig`], TOML) that names the files of a municipality and says what to assume
//! where they are silent, and returns a [`City`] with an [`ImportReport`] of everything it read, filled and fitted.
//!
//! | step | module |
//! |---|---|
//! | bounded reading, unzipping, text encoding | [`limits`] |
//! | tables (CSV, OData, properties of features) | [`table`], [`fields`], [`figures`] |
//! | maps | [`geojson`], [`wkt`], [`geopackage`], [`overpass`], [`cityjson`] → [`layer`] (RD metres) |
//! | neighbourhoods on the grid | [`areas`] |
//! | head counts that add up | [`counts`], [`marginals`] |
//! | ground, roads, buildings, places for homes, amenities | [`ground`], [`network`], [`buildings`], [`water_rule`], [`spots`], [`amenities`] |
//!
//! **Only totals of neighbourhoods enter** (models.md E-1): there is no way in for records of persons, and tables that
//! look like one are refused. Groups by origin never enter as groups ([`marginals`]).

pub mod amenities;
pub mod areas;
pub mod buildings;
pub mod cityjson;
mod config;
pub mod counts;
mod error;
pub mod fields;
pub mod figures;
pub mod geojson;
pub mod geopackage;
pub mod ground;
pub mod layer;
pub mod limits;
pub mod marginals;
pub mod network;
pub mod overpass;
pub mod rasterise;
mod report;
pub mod sources;
pub mod spots;
pub mod table;
pub mod water_rule;
pub mod wkt;

use std::collections::BTreeMap;
use std::path::Path;

pub use config::{
    AreaFile, Crosswalk, DistrictFile, Fill, Format, GridConfig, Group, ImportConfig, LayerFile, Role,
    RowsWithoutPolygon, Source, TableFile,
};
pub use error::ImportError;
pub use report::{FileUse, Gap, Grade, ImportReport, TotalFit};

use areas::Area;
use fields::Field;
use figures::{Codes, Figures};
use ground::Pixels;
use limits::Limits;
use network::{Paths, relative};
use sources::Opener;

use super::dwellings::fill_stock;
use super::{Building, Character, City, CityOrigin, DwellingRecord, Marginals, Neighbourhood, NetworkLine};
use crate::gis::GridRef;
use crate::sim::draws::Draws;

/// Builds the city of `config` from the files below `data_dir`. `progress` hears the step and the share done (0–1).
pub fn build(
    config: &ImportConfig,
    data_dir: &Path,
    progress: &mut dyn FnMut(&str, f32),
) -> Result<(City, ImportReport), ImportError> {
    let mut opener = Opener::new(data_dir, Limits::STANDARD)?;
    let mut report = ImportReport { city: config.name.clone(), year: config.year, ..ImportReport::default() };
    let draws = Draws::at_start(config.seed);

    progress("reading tables", 0.0);
    let codes = Codes::read(config.crosswalk.as_ref(), &mut opener)?;
    let figures = figures::read(config, &codes, &mut opener)?;
    progress("reading neighbourhoods", 0.05);
    let areas = areas::read(config, &codes, &mut opener)?;
    areas::check_join(&areas, &figures, config, &mut report)?;
    let district_names = areas::district_names(config, &mut opener)?;
    let grid = areas::grid(&areas, config.grid.margin_cells)?;
    let k = config.grid.k;
    let fine = grid.split(k);
    if fine.len() > 60_000_000 {
        let message = format!("the grid would have {} pixels; expected at most 60 million: lower grid.k", fine.len());
        return Err(ImportError::Mismatch { message });
    }
    let owner_of_pixel = areas::pixels(&areas, &fine, &mut report)?;
    let owner = areas::cells(&areas, &grid, &owner_of_pixel, k)?;

    progress("adding up head counts", 0.1);
    let area_codes: Vec<String> = areas.iter().map(|a| a.code.clone()).collect();
    let all_marginals = marginals::build(&area_codes, &figures, config, &mut report);

    let land = read_land(config, &mut opener, &grid, &owner, &owner_of_pixel, &areas, &figures, &mut report, progress)?;
    progress("placing homes", 0.75);
    let characters: Vec<Character> =
        areas.iter().zip(&all_marginals).map(|(a, m)| character(a, m, &figures, &land)).collect();
    let settled =
        settle(&grid, &owner, &areas, &figures, config, &all_marginals, &characters, land, draws, &mut report);

    progress("finishing the ground", 0.9);
    let cell_of = |idx: usize| owner[cell_of_pixel(&grid, &fine, k, idx)];
    let ground = settled.pixels.finish(k, &settled.homes_here, cell_of, &characters, config.fill.elevation_m, draws);
    report.note(format!(
        "no elevation model: land lies at {} m NAP, water beds {} m lower (A)",
        config.fill.elevation_m,
        ground::WATER_DEPTH_M
    ));
    report.note(
        "origin groups are abstract: only a diversity level that is the same for a share p and 1 - p enters, spread \
         over exchangeable labels by keyed draws; no label stands for any real group",
    );

    let (districts, district_of_area) = areas::districts(&areas, &district_names);
    let neighbourhoods: Vec<Neighbourhood> = areas
        .iter()
        .zip(all_marginals)
        .enumerate()
        .map(|(i, (area, marginals))| Neighbourhood {
            code: area.code.clone(),
            name: area.name.clone(),
            district: district_of_area[i],
            character: characters[i],
            rings: area.rings(),
            centre_m: settled.centres[i],
            marginals,
        })
        .collect();
    let amenities = amenities::place(&neighbourhoods, &settled.dwellings, &settled.inhabited_km2, &figures, draws);
    report.note(
        "amenities: numbers from residents per amenity, places from distances to amenities where a table has them (A)",
    );
    let city = City {
        name: config.name.clone(),
        origin: CityOrigin::Real,
        sources: config.sources.clone(),
        grid,
        neighbourhood_of_cell: owner,
        neighbourhoods,
        districts,
        ground,
        dwellings: settled.dwellings,
        amenities,
        lines: settled.lines,
        buildings: settled.buildings,
    };
    let summary = city.summary();
    report.residents = summary.residents;
    report.households = summary.households;
    report.dwellings = summary.dwellings;
    report.neighbourhoods = summary.neighbourhoods;
    report.files = opener.files;
    progress("done", 1.0);
    Ok((city, report))
}

/// Cell of the social grid that holds pixel `idx`.
fn cell_of_pixel(grid: &GridRef, fine: &GridRef, k: usize, idx: usize) -> usize {
    let (col, row) = fine.col_row(idx);
    grid.idx(col / k, row / k)
}

/// What the map layers hold.
struct Land {
    pixels: Pixels,
    paths: Paths,
    outlines: Vec<buildings::Outline>,
}

#[expect(clippy::too_many_arguments, reason = "one call that hands the pieces on; a struct for it would be read once")]
fn read_land(
    config: &ImportConfig,
    opener: &mut Opener,
    grid: &GridRef,
    owner: &[u16],
    owner_of_pixel: &[u16],
    areas: &[Area],
    figures: &Figures,
    report: &mut ImportReport,
    progress: &mut dyn FnMut(&str, f32),
) -> Result<Land, ImportError> {
    let fine = grid.split(config.grid.k);
    let mut land = Land { pixels: Pixels::open(fine), paths: Paths::none(&fine), outlines: Vec::new() };
    let n = config.layers.len().max(1) as f32;
    for (i, file) in config.layers.iter().enumerate() {
        progress(&format!("reading {}", file.source.file), 0.15 + 0.6 * i as f32 / n);
        match file.role {
            Role::Water => land.pixels.add_water(&opener.layer(&file.source, "water")?),
            Role::Green => land.pixels.add_green(&opener.layer(&file.source, "parks")?),
            Role::Trees => {
                let layer = opener.layer(&file.source, "trees")?;
                if let Some(key) = &file.crown
                    && !layer.features.iter().any(|f| f.properties.contains_key(key))
                {
                    return Err(sources::missing_property(&layer, key));
                }
                land.pixels.add_trees(&layer, file.crown.as_deref());
            }
            Role::Roads | Role::Rails => {
                let layer = opener.layer(&file.source, "roads and rails")?;
                let used = land.paths.add(file, &layer, grid, &fine)?;
                opener.remark(format!("{used} lines of a listed class"));
            }
            Role::Buildings => {
                let layer = opener.layer(&file.source, "buildings")?;
                if let Some(key) = &file.height
                    && !layer.features.iter().any(|f| f.properties.contains_key(key))
                {
                    return Err(sources::missing_property(&layer, key));
                }
                let brought = buildings::add(file, &layer, grid, owner, &mut land.pixels, &mut land.outlines);
                opener.remark(format!(
                    "{} buildings on the grid taken, {} without height (7 m assumed, A), {} where another stands",
                    brought.taken, brought.heightless, brought.doubled
                ));
            }
        }
    }
    land.paths.cap();
    land.pixels.paved.clone_from(&land.paths.paved);
    if !config.layers.iter().any(|l| l.role == Role::Water) {
        let share: Vec<Option<f64>> =
            areas.iter().map(|a| figures.get(&a.code, Field::Water).map(|pct| pct / 100.0)).collect();
        if share.iter().any(Option::is_some) {
            water_rule::place(&fine, owner_of_pixel, &share, &mut land.pixels.water);
            report.note(
                "no water map: each neighbourhood's water share from the table is laid along its edges and beside wet \
                 neighbours (A); shares are right, courses are not",
            );
        }
    }
    Ok(land)
}

/// Homes and what was built for them.
struct Settled {
    pixels: Pixels,
    dwellings: Vec<DwellingRecord>,
    buildings: Vec<Building>,
    lines: Vec<NetworkLine>,
    homes_here: Vec<bool>,
    centres: Vec<[f64; 2]>,
    inhabited_km2: Vec<f64>,
}

#[expect(clippy::too_many_arguments, reason = "one call that hands the pieces on; a struct for it would be read once")]
fn settle(
    grid: &GridRef,
    owner: &[u16],
    areas: &[Area],
    figures: &Figures,
    config: &ImportConfig,
    all_marginals: &[Marginals],
    characters: &[Character],
    land: Land,
    draws: Draws,
    report: &mut ImportReport,
) -> Settled {
    let Land { mut pixels, paths, outlines } = land;
    let (fine, k) = (pixels.fine, config.grid.k);
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); areas.len()];
    for idx in 0..fine.len() {
        if let Some(list) = own.get_mut(usize::from(owner[cell_of_pixel(grid, &fine, k, idx)])) {
            list.push(idx);
        }
    }
    let mut outlines_of: BTreeMap<u16, Vec<&buildings::Outline>> = BTreeMap::new();
    for outline in &outlines {
        outlines_of.entry(outline.neighbourhood).or_default().push(outline);
    }
    let mut out = Settled {
        pixels: Pixels::open(fine),
        dwellings: Vec::new(),
        buildings: outlines.iter().map(|o| as_building(grid, o)).collect(),
        lines: paths.lines,
        homes_here: vec![false; fine.len()],
        centres: areas.iter().map(Area::centroid).collect(),
        inhabited_km2: vec![0.0; areas.len()],
    };
    let (mut in_blocks, mut blocks, mut in_need) = (0, 0, 0);
    for (i, area) in areas.iter().enumerate() {
        let mut site = spots::Site {
            grid,
            pixels: &mut pixels,
            street: &paths.street,
            neighbourhood: i as u16,
            own: &own[i],
            outlines: outlines_of.remove(&(i as u16)).unwrap_or_default(),
            centre: out.centres[i],
            direction: spots::main_direction(&area.rings()),
            flats_share: figures.get(&area.code, Field::Flats).map_or(config.fill.flats_share, |pct| pct / 100.0),
            marginals: &all_marginals[i],
        };
        let found = site.find(draws);
        if found.homes_in_blocks > 0 {
            in_need += 1;
            in_blocks += found.homes_in_blocks;
            blocks += found.blocks.len();
        }
        let first = out.dwellings.len();
        fill_stock(i as u16, &all_marginals[i], characters[i], &found.spots, draws, &mut out.dwellings);
        let mut cells: Vec<u32> = out.dwellings[first..].iter().map(|d| d.cell).collect();
        cells.sort_unstable();
        cells.dedup();
        out.inhabited_km2[i] = cells.len() as f64 * grid.cell_m * grid.cell_m / 1e6;
        if let Some(centre) = mean_place(grid, &out.dwellings[first..]) {
            out.centres[i] = centre;
        }
        out.buildings.extend(found.blocks);
        for idx in found.pixels {
            out.homes_here[idx] = true;
        }
    }
    if in_blocks > 0 {
        let why = if outlines.is_empty() {
            "no building outlines"
        } else {
            "the outlines hold too few homes (flat roofs are missing)"
        };
        report.note(format!(
            "{why}: {in_blocks} homes of {in_need} neighbourhoods stand in {blocks} assumed blocks on dry, unbuilt pixels \
             near streets and centres, flats and houses by the table's share of flats (A)"
        ));
    }
    out.pixels = pixels;
    out
}

fn as_building(grid: &GridRef, outline: &buildings::Outline) -> Building {
    Building {
        ring_m: outline.ring.iter().map(|p| relative(grid, *p)).collect(),
        height_m: outline.height_m as f32,
        neighbourhood: outline.neighbourhood,
    }
}

/// Mean place of homes, RD metres.
fn mean_place(grid: &GridRef, homes: &[DwellingRecord]) -> Option<[f64; 2]> {
    let n = homes.len() as f64;
    let sum = |value: fn(&DwellingRecord) -> f32| homes.iter().map(|h| f64::from(value(h))).sum::<f64>();
    (n > 0.0).then(|| [grid.west_m + sum(|h| h.x_m) / n, grid.south_m() + sum(|h| h.y_m) / n])
}

/// The character of a neighbourhood as far as the sources tell: hardly inhabited ground is port or business park if it
/// is built on or has the name of one, else open; everything inhabited is mixed, for building years are not known (A).
fn character(area: &Area, marginals: &Marginals, figures: &Figures, land: &Land) -> Character {
    let km2 = area.area_m2() / 1e6;
    let dry = 1.0 - figures.get(&area.code, Field::Water).unwrap_or(0.0) / 100.0;
    if f64::from(marginals.residents) > 400.0 * km2 * dry.max(0.05) {
        return Character::Mixed;
    }
    let name = area.name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let (mut n, mut hard) = (0, 0.0);
    for polygon in &area.polygons {
        rasterise::pixels_inside(&land.pixels.fine, polygon, |idx| {
            n += 1;
            hard += land.pixels.built[idx] + land.pixels.paved[idx];
        });
    }
    let hard_share = hard / n.max(1) as f32;
    let port = has(&["haven", "industrie", "botlek", "europoort", "maasvlakte"]) || name.ends_with("plaat");
    if port && !has(&["park"]) {
        Character::Industry
    } else if hard_share > 0.2
        || has(&["bedrijv", "sloterdijk", "hemknoop", "emplacement", "centrumgebied", "amstel iii"])
    {
        Character::Business
    } else {
        Character::Open
    }
}
