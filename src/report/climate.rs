//! Maps of heat and water: as GeoTIFF on the ground raster, as pictures, and in the report.

use std::fs;
use std::path::{Path, PathBuf};

use super::ReportError;
use super::builder::{Builder, LineFigure, known};
use super::chart::esc;
use super::page::source;
use crate::city::City;
use crate::city::map::view::base64;
use crate::gis::picture::{Picture, Ramp, write_png};
use crate::gis::{Raster, geotiff};
use crate::indicators::Words;
use crate::sim::files::FileError;

/// Depth below which a street is only wet, m.
const SHOWN_FROM_M: f32 = 0.05;
/// EPSG code of the Dutch national grid.
const RD_NEW: u16 = 28_992;

/// What the episodes of a run have left on the ground raster; empty where there was none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HazardValues<'a> {
    /// Greatest depth of any flood, cm.
    pub worst_depth_cm: &'a [u16],
    /// Air temperature in the nights of the last heat wave, 0.1 °C.
    pub night_dc: &'a [i16],
    /// How much warmer than the countryside they were, 0.1 K.
    pub night_dk: &'a [i16],
}

/// A map of a run, as a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardMap {
    /// Name of the file without its ending.
    pub id: &'static str,
    /// The picture, PNG.
    pub png: Vec<u8>,
}

/// What each map is: id, title, what it says, indicators whose sources it shares.
const MAPS: &[(&str, Words, Words, &[&str])] = &[
    (
        "max_depth",
        Words { en: "Where water stood", nl: "Waar water stond" },
        Words {
            en: "Greatest depth of any flood of this run, from 5 cm.",
            nl: "Grootste diepte van alle overstromingen in deze doorrekening, vanaf 5 cm.",
        },
        &["flooded_homes"],
    ),
    (
        "night_temperature",
        Words { en: "Nights of the last heat wave", nl: "Nachten van de laatste hittegolf" },
        Words {
            en: "Air temperature between the houses, mean of its nights.",
            nl: "Luchttemperatuur tussen de huizen, gemiddeld over de nachten.",
        },
        &["heat_deaths"],
    ),
];

/// Writes `maps/max_depth`, `night_temperature` and `night_excess` (`.tif`, and `.png` of what the report shows) into
/// the run folder `dir`: those for which there was an episode. Answers the paths of the GeoTIFFs.
pub fn write_hazard_maps(dir: &Path, city: &City, left: HazardValues) -> Result<Vec<PathBuf>, ReportError> {
    let folder = dir.join("maps");
    let grid = city.ground.elevation_m.grid;
    let depth: Vec<f32> = left.worst_depth_cm.iter().map(|v| 0.01 * f32::from(*v)).collect();
    let tenths = |values: &[i16]| -> Vec<f32> { values.iter().map(|v| 0.1 * f32::from(*v)).collect() };
    let all = [
        ("max_depth", depth, "m", Ramp::Water, Some((0.0, 1.0))),
        ("night_temperature", tenths(left.night_dc), "°C", Ramp::Inferno, None),
        ("night_excess", tenths(left.night_dk), "K", Ramp::Inferno, None),
    ];
    let mut paths = Vec::new();
    let wrong = |path: &Path, what: String| ReportError::Map { path: path.into(), what };
    for (name, values, unit, ramp, range) in all {
        if values.len() != grid.len() {
            continue;
        }
        fs::create_dir_all(&folder).map_err(FileError::io(&folder))?;
        let raster = Raster { grid, values };
        let path = folder.join(format!("{name}.tif"));
        geotiff::write_f32(&path, &raster, RD_NEW).map_err(|e| wrong(&path, e.to_string()))?;
        if MAPS.iter().any(|m| m.0 == name) {
            let is_depth = name == "max_depth";
            let deepest = raster.values.iter().copied().fold(0.0, f32::max);
            let relief = skyline(city);
            let picture = Picture {
                title: "",
                note: "",
                legend: unit,
                ramp,
                range: if is_depth && deepest > 1.5 { Some((0.0, 4.0)) } else { range },
                hide_below: is_depth.then_some(SHOWN_FROM_M),
                relief: Some(&relief),
            };
            let png = folder.join(format!("{name}.png"));
            write_png(&png, &raster, &picture).map_err(|e| wrong(&png, e.to_string()))?;
        }
        paths.push(path);
    }
    Ok(paths)
}

/// Ground with its buildings, for shading.
fn skyline(city: &City) -> Raster<f32> {
    let mut relief = city.ground.elevation_m.clone();
    let heights = &city.ground.building_height_dm.values;
    relief.values.iter_mut().zip(heights).for_each(|(z, h)| *z += 0.1 * f32::from(*h));
    relief
}

/// The pictures in the run folder `dir`; those that are not there are left out.
pub fn load(dir: &Path) -> Vec<HazardMap> {
    let read = |id: &'static str| fs::read(dir.join("maps").join(format!("{id}.png"))).map(|png| HazardMap { id, png });
    MAPS.iter().filter_map(|(id, ..)| read(id).ok()).collect()
}

/// The section on heat and water; nothing if the run had neither.
pub fn section(b: &mut Builder) {
    let runs = b.runs.runs();
    let total = |id: &str| runs.iter().flat_map(|r| r.series(id)).filter(|v| v.is_finite()).sum::<f64>();
    if runs.iter().all(|r| r.hazards.is_empty()) && total("flooded_homes") + total("heat_deaths") == 0.0 {
        return;
    }
    let l = b.lang;
    let lead = l.pick(
        "Heat waves, cloudbursts and breaches of the run: those that the scenario asks for, and those that came by chance.",
        "Hittegolven, wolkbreuken en dijkdoorbraken in deze doorrekening: die het scenario voorschrijft en die toevallig kwamen.",
    );
    b.page.section("climate", l.pick("Heat and water", "Hitte en water"), lead);
    for (id, title, about, indicators) in MAPS {
        let Some(map) = runs.iter().flat_map(|r| &r.hazards).find(|m| m.id == *id) else { continue };
        let about = match runs.len() {
            1 => l.of(*about).to_string(),
            _ => format!("{} {}", l.of(*about), l.pick("First run with one.", "Eerste doorrekening met een.")),
        };
        let from: Vec<_> = indicators.iter().map(|id| known(id)).collect();
        let html = format!(
            "<figure class=\"wide\"><h3>{0}</h3><p class=\"sub\">{1}</p><img alt=\"{0}. {1}\" style=\"max-width:100%;\
             height:auto\" src=\"data:image/png;base64,{2}\"><figcaption><p class=\"src\">{3}</p></figcaption></figure>",
            esc(l.of(*title)),
            esc(&about),
            base64(&map.png),
            esc(&source(l, &from)),
        );
        b.page.html(&html);
    }
    let figures: [(&str, &[&str]); 3] = [
        ("flooded_homes", &["flooded_homes"]),
        ("flood_displaced_households", &["flood_displaced_households"]),
        ("heat_deaths", &["heat_deaths"]),
    ];
    for (id, ids) in figures {
        let i = known(id);
        let (title, lead) = (l.of(i.title), l.of(i.about));
        b.lines(&LineFigure { title, lead, lines: &[(title, ids)], yearly: !b.runs.years().is_empty() });
    }
}
