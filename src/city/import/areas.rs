//! The neighbourhoods' polygons, joined with the tables, laid on the social grid.
//!
//! * A pixel belongs to the neighbourhood that its centre lies in; where two overlap, to the first in order of code.
//!   Overlaps of more than a fiftieth of the smaller one are refused: then the files do not belong together.
//! * A social cell belongs to the neighbourhood with most of its pixels, if at least half of them lie in the city.
//!   A neighbourhood that would be left without a cell gets the one where it has most pixels.

use std::collections::BTreeMap;

use super::ImportError;
use super::config::{AreaFile, Crosswalk, ImportConfig, RowsWithoutPolygon};
use super::fields::Field;
use super::figures::{Codes, Figures, district_of};
use super::layer::{Polygon, Shape, bounds, polygon_area_m2, ring_centroid};
use super::rasterise::pixels_inside;
use super::report::ImportReport;
use super::sources::{Opener, missing_property, text};
use crate::city::{NO_NEIGHBOURHOOD, SOCIAL_CELL_M};
use crate::gis::GridRef;

/// A neighbourhood's ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// Code; parts of a merged neighbourhood joined by `+`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Polygons, RD metres.
    pub polygons: Vec<Polygon>,
}

impl Area {
    /// Area, m².
    pub fn area_m2(&self) -> f64 {
        self.polygons.iter().map(|p| polygon_area_m2(p)).sum()
    }

    /// Every ring.
    pub fn rings(&self) -> Vec<Vec<[f64; 2]>> {
        self.polygons.iter().flatten().cloned().collect()
    }

    /// Centroid of the largest polygon.
    pub fn centroid(&self) -> [f64; 2] {
        let largest = self.polygons.iter().max_by(|a, b| polygon_area_m2(a).total_cmp(&polygon_area_m2(b)));
        largest.and_then(|p| p.first()).map_or([0.0, 0.0], |ring| ring_centroid(ring))
    }
}

/// Reads the polygons of the recipe, merged and in order of code.
pub fn read(config: &ImportConfig, codes: &Codes, opener: &mut Opener) -> Result<Vec<Area>, ImportError> {
    let mut parts: BTreeMap<String, Area> = BTreeMap::new();
    for file in &config.areas {
        let found = read_file(file, opener)?;
        let n = found.len();
        let before = parts.len();
        for area in found {
            parts.entry(area.code.clone()).or_insert(area);
        }
        opener.remark(format!("{} polygons new of {n}", parts.len() - before));
    }
    let groups = config.crosswalk.as_ref().map_or(&[][..], |c: &Crosswalk| c.groups.as_slice());
    let mut areas: BTreeMap<String, Area> = BTreeMap::new();
    for (code, part) in parts {
        let whole = codes.merged(&code);
        let named = groups.iter().find(|g| g.to.contains(&code)).and_then(|g| g.name.clone());
        let area = areas.entry(whole.to_string()).or_insert_with(|| Area {
            code: whole.to_string(),
            name: if whole == code { part.name.clone() } else { named.unwrap_or_else(|| part.name.clone()) },
            polygons: Vec::new(),
        });
        area.polygons.extend(part.polygons);
    }
    Ok(areas.into_values().collect())
}

fn read_file(file: &AreaFile, opener: &mut Opener) -> Result<Vec<Area>, ImportError> {
    let layer = opener.layer(&file.source, "neighbourhood polygons")?;
    for key in [&file.code, &file.name] {
        if !layer.features.iter().any(|f| f.properties.contains_key(key)) {
            return Err(missing_property(&layer, key));
        }
    }
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut areas = Vec::new();
    for (i, feature) in layer.features.iter().enumerate() {
        let Some(code) = text(feature, &file.code) else { continue };
        if file.leave_out.iter().any(|prefix| code.starts_with(prefix.as_str())) {
            continue;
        }
        let Shape::Polygons(polygons) = &feature.shape else {
            let message = format!("`{code}` is no polygon");
            return Err(ImportError::syntax(&layer.file, layer.place(i), message));
        };
        if polygons.is_empty() {
            return Err(ImportError::syntax(&layer.file, layer.place(i), format!("`{code}` encloses nothing")));
        }
        if let Some(first) = places.insert(code.clone(), i) {
            return Err(ImportError::Duplicate {
                file: layer.file.clone(),
                first: layer.place(first),
                second: layer.place(i),
                code,
                hint: "keep one, or join them to a multi-polygon",
            });
        }
        let name = text(feature, &file.name).unwrap_or_else(|| code.clone());
        areas.push(Area { code, name, polygons: polygons.clone() });
    }
    if areas.is_empty() {
        return Err(ImportError::Empty { file: layer.file, expected: "polygons with a code that belong to the city" });
    }
    Ok(areas)
}

/// Names of districts by code of district.
pub fn district_names(config: &ImportConfig, opener: &mut Opener) -> Result<BTreeMap<String, String>, ImportError> {
    let Some(file) = &config.districts else { return Ok(BTreeMap::new()) };
    let source = &file.source;
    let table = opener.table(&source.file, source.format, "names of districts")?;
    let (code, name) = (table.require(&file.code)?, table.require(&file.name)?);
    let digits = &config.municipality[2..];
    let mut names = BTreeMap::new();
    for row in table.rows.iter().filter(|row| !row[name].is_empty()) {
        let short = row[code].len() == 2;
        let full = if short { format!("WK{digits}{}", row[code]) } else { row[code].clone() };
        if full.starts_with(&format!("WK{digits}")) {
            names.entry(full).or_insert_with(|| row[name].clone());
        }
    }
    Ok(names)
}

/// Holds polygons and table rows against each other.
pub fn check_join(
    areas: &[Area],
    figures: &Figures,
    config: &ImportConfig,
    report: &mut ImportReport,
) -> Result<(), ImportError> {
    let mut without_polygon: Vec<(&str, f64)> = Vec::new();
    for code in figures.neighbourhoods() {
        let residents = figures.get(code, Field::Residents).unwrap_or(0.0);
        if residents > 0.0 && areas.binary_search_by(|a| a.code.as_str().cmp(code)).is_err() {
            without_polygon.push((code, residents));
        }
    }
    if !without_polygon.is_empty() {
        let people: f64 = without_polygon.iter().map(|r| r.1).sum();
        let list: Vec<&str> = without_polygon.iter().take(8).map(|r| r.0).collect();
        let text = format!(
            "{} table rows with {people} residents have no polygon: {}{}",
            without_polygon.len(),
            list.join(", "),
            if without_polygon.len() > list.len() { ", …" } else { "" }
        );
        match config.fill.rows_without_polygon {
            RowsWithoutPolygon::Refuse => {
                let message = format!(
                    "{text}; do tables and polygons have the same year? Give a [crosswalk], another polygon file, or \
                     rows_without_polygon = \"leave-out\""
                );
                return Err(ImportError::Mismatch { message });
            }
            RowsWithoutPolygon::LeaveOut => report.note(format!("{text}; left out")),
        }
    }
    let inhabited = areas.iter().any(|a| figures.get(&a.code, Field::Residents).unwrap_or(0.0) > 0.0);
    if !inhabited {
        let message = format!(
            "no polygon has a table row with residents; polygon codes look like `{}`",
            areas.first().map_or("", |a| a.code.as_str())
        );
        return Err(ImportError::Mismatch { message });
    }
    let rowless = areas.iter().filter(|a| figures.get(&a.code, Field::Residents).is_none());
    let rowless: Vec<String> = rowless.map(|a| format!("{} {}", a.code, a.name)).collect();
    if !rowless.is_empty() {
        report.note(format!(
            "{} polygons have no table row and stay without residents: {}",
            rowless.len(),
            rowless.join(", ")
        ));
    }
    Ok(())
}

/// The social grid around `areas`, its lines on whole 100 m as the CBS squares have them.
pub fn grid(areas: &[Area], margin_cells: usize) -> Result<GridRef, ImportError> {
    let points = areas.iter().flat_map(|a| a.polygons.iter().flatten().flatten());
    let Some([west, south, east, north]) = bounds(points) else {
        return Err(ImportError::Mismatch { message: "there are no polygons".into() });
    };
    let margin = margin_cells as f64;
    let line = |v: f64, round: fn(f64) -> f64, sign: f64| (round(v / SOCIAL_CELL_M) + sign * margin) * SOCIAL_CELL_M;
    let (west, north) = (line(west, f64::floor, -1.0), line(north, f64::ceil, 1.0));
    let (east, south) = (line(east, f64::ceil, 1.0), line(south, f64::floor, -1.0));
    let n_cols = ((east - west) / SOCIAL_CELL_M).round() as usize;
    let n_rows = ((north - south) / SOCIAL_CELL_M).round() as usize;
    // Sixty kilometres hold every Dutch municipality; polygons further apart are a mistake.
    if n_cols > 600 || n_rows > 600 {
        let message = format!("the polygons span {n_cols} × {n_rows} cells of 100 m; expected at most 600 × 600");
        return Err(ImportError::Mismatch { message });
    }
    Ok(GridRef { west_m: west, north_m: north, cell_m: SOCIAL_CELL_M, n_cols, n_rows })
}

/// Lays the neighbourhoods on the pixels of `fine`.
pub fn pixels(areas: &[Area], fine: &GridRef, report: &mut ImportReport) -> Result<Vec<u16>, ImportError> {
    let mut owner = vec![NO_NEIGHBOURHOOD; fine.len()];
    let mut overlaps: BTreeMap<(u16, u16), usize> = BTreeMap::new();
    let mut counts = vec![0_usize; areas.len()];
    for (i, area) in areas.iter().enumerate() {
        for polygon in &area.polygons {
            pixels_inside(fine, polygon, |idx| {
                counts[i] += 1;
                match owner[idx] {
                    NO_NEIGHBOURHOOD => owner[idx] = i as u16,
                    other if other != i as u16 => *overlaps.entry((other, i as u16)).or_default() += 1,
                    _ => {}
                }
            });
        }
    }
    for (&(a, b), &n) in &overlaps {
        let (a, b) = (usize::from(a), usize::from(b));
        if n > 2 && n * 50 > counts[a].min(counts[b]) {
            let hectare = n as f64 * fine.cell_m * fine.cell_m / 1e4;
            let message = format!(
                "neighbourhoods {} ({}) and {} ({}) overlap by {hectare:.1} ha; polygons of two divisions mixed up?",
                areas[a].code, areas[a].name, areas[b].code, areas[b].name
            );
            return Err(ImportError::Mismatch { message });
        }
    }
    if !overlaps.is_empty() {
        let n: usize = overlaps.values().sum();
        report.note(format!("{n} pixels lie in two neighbourhoods each; the first in order of code has them"));
    }
    Ok(owner)
}

/// Gives each social cell to a neighbourhood.
pub fn cells(areas: &[Area], grid: &GridRef, fine: &[u16], k: usize) -> Result<Vec<u16>, ImportError> {
    let fine_grid = grid.split(k);
    let mut owner = vec![NO_NEIGHBOURHOOD; grid.len()];
    // Pixels of each neighbourhood in each cell it touches.
    let mut pixels: Vec<BTreeMap<usize, usize>> = vec![BTreeMap::new(); areas.len()];
    for (idx, &neighbourhood) in fine.iter().enumerate() {
        if neighbourhood != NO_NEIGHBOURHOOD {
            let (col, row) = fine_grid.col_row(idx);
            *pixels[usize::from(neighbourhood)].entry(grid.idx(col / k, row / k)).or_default() += 1;
        }
    }
    let mut best: Vec<(usize, u16)> = vec![(0, NO_NEIGHBOURHOOD); grid.len()];
    let mut inside = vec![0_usize; grid.len()];
    for (i, cells) in pixels.iter().enumerate() {
        for (&cell, &n) in cells {
            inside[cell] += n;
            if n > best[cell].0 {
                best[cell] = (n, i as u16);
            }
        }
    }
    let mut n_cells = vec![0_usize; areas.len()];
    for cell in 0..grid.len() {
        if 2 * inside[cell] >= k * k && best[cell].1 != NO_NEIGHBOURHOOD {
            owner[cell] = best[cell].1;
            n_cells[usize::from(best[cell].1)] += 1;
        }
    }
    for (i, area) in areas.iter().enumerate() {
        if n_cells[i] > 0 {
            continue;
        }
        let mut wishes: Vec<(usize, usize)> = pixels[i].iter().map(|(&cell, &n)| (n, cell)).collect();
        wishes.sort_by_key(|&(n, cell)| (std::cmp::Reverse(n), cell));
        let [x, y] = area.centroid();
        wishes.extend(grid.cell_at(x, y).map(|cell| (0, cell)));
        let free = |cell: usize| owner[cell] == NO_NEIGHBOURHOOD || n_cells[usize::from(owner[cell])] > 1;
        let found = wishes.iter().map(|w| w.1).find(|cell| free(*cell));
        let Some(cell) = found else {
            let message =
                format!("neighbourhood {} ({}) is too small for a cell of 100 m of its own", area.code, area.name);
            return Err(ImportError::Mismatch { message });
        };
        if owner[cell] != NO_NEIGHBOURHOOD {
            n_cells[usize::from(owner[cell])] -= 1;
        }
        owner[cell] = i as u16;
        n_cells[i] += 1;
    }
    Ok(owner)
}

/// Districts of the neighbourhoods: names in order of code, and the index of each neighbourhood's.
pub fn districts(areas: &[Area], names: &BTreeMap<String, String>) -> (Vec<String>, Vec<u16>) {
    let codes: Vec<String> = areas.iter().map(|a| district_of(&a.code)).collect();
    let mut distinct = codes.clone();
    distinct.sort();
    distinct.dedup();
    let index = |code: &String| distinct.binary_search(code).unwrap_or(0) as u16;
    let of_area = codes.iter().map(index).collect();
    let label = |code: &String| names.get(code).cloned().unwrap_or_else(|| code.clone());
    (distinct.iter().map(label).collect(), of_area)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(code: &str, x: f64, y: f64, w: f64, h: f64) -> Area {
        let ring = vec![[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]];
        Area { code: code.into(), name: code.into(), polygons: vec![vec![ring]] }
    }

    #[test]
    fn the_grid_lies_on_whole_hundreds() {
        let grid = grid(&[area("BU1", 100_050.0, 400_010.0, 480.0, 270.0)], 2).unwrap();
        assert_eq!((grid.west_m, grid.north_m), (99_800.0, 400_500.0));
        assert_eq!((grid.n_cols, grid.n_rows), (10, 7));
    }

    #[test]
    fn cells_go_to_the_neighbourhood_with_most_pixels_and_nobody_is_left_out() {
        // Two halves of a 300 m strip and a sliver of 20 m that has no majority anywhere.
        let areas = [
            area("A", 0.0, 0.0, 160.0, 300.0),
            area("B", 160.0, 0.0, 120.0, 300.0),
            area("C", 280.0, 0.0, 20.0, 300.0),
        ];
        let grid = grid(&areas, 0).unwrap();
        let fine = pixels(&areas, &grid.split(5), &mut ImportReport::default()).unwrap();
        let owner = cells(&areas, &grid, &fine, 5).unwrap();
        // Column 1 is 60 % A; column 2 is 80 % B, except for the one cell that C gets.
        assert_eq!(owner.iter().filter(|o| **o == 0).count(), 6);
        assert_eq!(owner.iter().filter(|o| **o == 1).count(), 2);
        assert_eq!(owner.iter().filter(|o| **o == 2).count(), 1);
    }

    #[test]
    fn overlapping_polygons_are_named() {
        let areas = [area("A", 0.0, 0.0, 300.0, 300.0), area("B", 200.0, 0.0, 300.0, 300.0)];
        let grid = grid(&areas, 0).unwrap();
        let error = pixels(&areas, &grid.split(5), &mut ImportReport::default()).unwrap_err().to_string();
        assert!(error.starts_with("neighbourhoods A (A) and B (B) overlap by 3.0 ha"), "{error}");
        // A sliver is only noted.
        let areas = [area("A", 0.0, 0.0, 300.0, 300.0), area("B", 295.0, 0.0, 1_000.0, 300.0)];
        let grid = super::grid(&areas, 0).unwrap();
        let mut report = ImportReport::default();
        pixels(&areas, &grid.split(20), &mut report).unwrap();
        assert!(report.notes[0].contains("lie in two neighbourhoods"), "{:?}", report.notes);
    }
}
