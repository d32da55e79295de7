//! Maps of heat and water: as GeoTIFF on the ground raster, as pictures, and in the report.

use std::fs;
use std::path::{Path, PathBuf};

use super::builder::{Builder, LineFigure, known, month_name};
use super::chart::esc;
use super::page::{Figure, Table, source};
use super::run_data::RunData;
use super::{Lang, ReportError, number};
use crate::city::City;
use crate::city::map::view::base64;
use crate::gis::picture::{Picture, Ramp, write_png};
use crate::gis::{Limits, Raster, geotiff};
use crate::indicators::{Unit, Words};
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

/// A map of a run: its picture and what was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardMap {
    /// Name of the file without its ending.
    pub id: &'static str,
    /// The picture, PNG.
    pub png: Vec<u8>,
    /// What it shows, of each pixel.
    pub raster: Raster<f32>,
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

/// The maps in the run folder `dir`; those that are not there are left out.
pub fn load(dir: &Path) -> Vec<HazardMap> {
    let read = |id: &'static str| {
        let file = |ending: &str| dir.join("maps").join(format!("{id}.{ending}"));
        let raster = geotiff::read(&file("tif"), &Limits::default()).ok()?;
        Some(HazardMap { id, png: fs::read(file("png")).ok()?, raster })
    };
    MAPS.iter().filter_map(|(id, ..)| read(id)).collect()
}

/// What happens, and what it does: the columns of the table of months.
const EVENTS: [&str; 3] = ["heat_wave_d", "extreme_rain_mm", "dike_breaches"];
const EFFECTS: [&str; 7] = [
    "heat_deaths",
    "heat_falls",
    "heat_calls",
    "flooded_homes",
    "flood_displaced_households",
    "flood_damage_keur",
    "flood_deaths",
];

/// The section on heat and water; nothing if the run had neither.
pub fn section(b: &mut Builder) {
    let runs = b.runs.runs();
    let total = |id: &str| runs.iter().flat_map(|r| r.series(id)).filter(|v| v.is_finite()).sum::<f64>();
    let happened =
        |ids: &[&'static str]| -> Vec<&'static str> { ids.iter().copied().filter(|id| total(id) > 0.0).collect() };
    let (events, effects) = (happened(&EVENTS), happened(&EFFECTS));
    if runs.iter().all(|r| r.hazards.is_empty()) && events.is_empty() && effects.is_empty() {
        return;
    }
    let l = b.lang;
    let lead = l.pick(
        "Heat waves, cloudbursts and breaches of the run: those that the scenario asks for, and those that came by chance.",
        "Hittegolven, wolkbreuken en dijkdoorbraken in deze doorrekening: die het scenario voorschrijft en die toevallig kwamen.",
    );
    b.page.section("climate", l.pick("Heat and water", "Hitte en water"), lead);
    b.page.html(&months(b, &events, &effects));
    for (id, title, about, indicators) in MAPS {
        let Some(map) = runs.iter().flat_map(|r| &r.hazards).find(|m| m.id == *id) else { continue };
        let about = match runs.len() {
            1 => l.of(*about).to_string(),
            _ => format!("{} {}", l.of(*about), l.pick("First run with one.", "Eerste doorrekening met een.")),
        };
        let from: Vec<_> = indicators.iter().map(|id| known(id)).collect();
        let (says, table) = if *id == "max_depth" { areas_by_depth(&map.raster, l) } else { warmth(&map.raster, l) };
        let picture = format!(
            "<img role=\"img\" alt=\"{} {}\" class=\"raster\" src=\"data:image/png;base64,{}\">",
            esc(&about),
            esc(&says),
            base64(&map.png),
        );
        b.page.figure(Figure {
            title: l.of(*title),
            lead: &about,
            svg: picture,
            says,
            legend: String::new(),
            source: source(l, &from),
            table,
            wide: true,
        });
    }
    if b.runs.years().is_empty() {
        return;
    }
    for id in effects {
        let i = known(id);
        let lead = l.pick("Per calendar year.", "Per kalenderjaar.");
        b.lines(&LineFigure { title: l.of(i.title), lead, lines: &[(l.of(i.title), &[id])], yearly: true });
    }
}

/// The months with an event, and what came of it, as a table; of several runs the first with any.
fn months(b: &Builder, events: &[&'static str], effects: &[&'static str]) -> String {
    let l = b.lang;
    let some = |run: &RunData, at: usize, ids: &[&str]| ids.iter().any(|id| run.series(id)[at] > 0.0);
    let with = |run: &&RunData| (0..run.months.len()).any(|at| some(run, at, events) || some(run, at, effects));
    let Some(run) = b.runs.runs().iter().find(with) else { return String::new() };
    let told = |at: usize| {
        let one = |id: &&str| {
            let v = run.series(id)[at];
            let text = number::value(v, known(id).unit, l);
            (v > 0.0).then(|| format!("{}: {text}", l.of(known(id).title)))
        };
        events.iter().filter_map(one).collect::<Vec<_>>().join("; ")
    };
    let row = |at: usize| {
        let effect = |id: &&str| number::value(run.series(id)[at], known(id).unit, l);
        let what = [month_name(run.months[at], l), told(at)].join(" · ");
        std::iter::once(what).chain(effects.iter().map(effect)).collect()
    };
    let shown = (0..run.months.len()).filter(|&at| some(run, at, events) || some(run, at, effects));
    let titles = effects.iter().map(|id| l.of(known(id).title).to_string());
    let head = l.pick("What happened", "Wat gebeurde").to_string();
    let table = Table { head: std::iter::once(head).chain(titles).collect(), rows: shown.map(row).collect() };
    let caption = match (b.runs.runs().len(), run.seed) {
        (1, _) | (_, None) => {
            l.pick("What happened, and what came of it", "Wat er gebeurde en wat ervan kwam").to_string()
        }
        (_, Some(seed)) => l.fill(
            Words {
                en: "What happened, and what came of it, in the run of seed {0}",
                nl: "Wat er gebeurde en wat ervan kwam, in de doorrekening met zaadje {0}",
            },
            &[&seed.to_string()],
        ),
    };
    format!("<div class=\"wide\">{}</div>", table.html(&caption))
}

/// Lower limits of the classes of depth, m.
const DEPTHS_M: [f32; 5] = [SHOWN_FROM_M, 0.15, 0.3, 0.5, 1.0];

/// How much ground lay how deep, in words and as a table.
fn areas_by_depth(depth: &Raster<f32>, l: Lang) -> (String, Table) {
    let hectares = |from: f32, to: f32| {
        let n = depth.values.iter().filter(|&&d| d >= from && d < to).count();
        n as f64 * depth.grid.cell_m * depth.grid.cell_m / 10_000.0
    };
    let text = |ha: f64| format!("{}\u{a0}ha", number::decimal(ha, usize::from(ha < 10.0), l));
    let metres = |m: f32| format!("{}\u{a0}m", number::decimal(m.into(), 2, l));
    let deepest = depth.values.iter().copied().filter(|d| d.is_finite()).fold(0.0, f32::max);
    let says = l.fill(
        Words {
            en: "At least {0} of water on {1}, at least {2} on {3}; {4} at the deepest place.",
            nl: "Minstens {0} water op {1}, minstens {2} op {3}; op de diepste plek {4}.",
        },
        &[
            &metres(DEPTHS_M[0]),
            &text(hectares(DEPTHS_M[0], f32::INFINITY)),
            &metres(DEPTHS_M[2]),
            &text(hectares(DEPTHS_M[2], f32::INFINITY)),
            &metres(deepest),
        ],
    );
    let head = [l.pick("Greatest depth", "Grootste diepte"), l.pick("Ground", "Oppervlakte")].map(String::from).into();
    let row = |i: usize| {
        let to = DEPTHS_M.get(i + 1).copied();
        let class = match to {
            Some(to) => format!("{}–{}", number::decimal(DEPTHS_M[i].into(), 2, l), metres(to)),
            None => format!("≥ {}", metres(DEPTHS_M[i])),
        };
        vec![class, text(hectares(DEPTHS_M[i], to.unwrap_or(f32::INFINITY)))]
    };
    (says, Table { head, rows: (0..DEPTHS_M.len()).map(row).collect() })
}

/// How warm it was where it was coolest and warmest, in words and as a table.
fn warmth(air: &Raster<f32>, l: Lang) -> (String, Table) {
    let mut values: Vec<f32> = air.values.iter().copied().filter(|v| v.is_finite()).collect();
    values.sort_by(f32::total_cmp);
    let at = |share: f64| values.get(((values.len().max(1) - 1) as f64 * share).round() as usize).copied();
    let text = |share: f64| format!("{}\u{a0}°C", number::decimal(at(share).map_or(f64::NAN, f64::from), 1, l));
    let says = l.fill(
        Words {
            en: "Nine tenths of the ground were warmer than {0}, one tenth warmer than {1}; {2} at the warmest place.",
            nl: "Negen tiende van de grond was warmer dan {0}, een tiende warmer dan {1}; op de warmste plek {2}.",
        },
        &[&text(0.1), &text(0.9), &text(1.0)],
    );
    let head =
        [l.pick("Share of the ground that was cooler", "Deel van de grond dat koeler was"), l.pick("Air", "Lucht")];
    let shares = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0];
    let rows = shares.map(|s| vec![number::value(s, Unit::Share, l), text(s)]).into();
    (says, Table { head: head.map(String::from).into(), rows })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gis::GridRef;

    fn raster(values: &[f32]) -> Raster<f32> {
        let grid = GridRef { west_m: 0.0, north_m: 100.0, cell_m: 100.0, n_cols: values.len(), n_rows: 1 };
        Raster { grid, values: values.into() }
    }

    #[test]
    fn areas_are_counted_by_depth() {
        // Pixels of one hectare.
        let (says, table) = areas_by_depth(&raster(&[0.0, 0.04, 0.05, 0.15, 0.29, 0.3, 1.2, f32::NAN]), Lang::En);
        let areas: Vec<&str> = table.rows.iter().map(|row| row[1].as_str()).collect();
        assert_eq!(areas, ["1.0\u{a0}ha", "2.0\u{a0}ha", "1.0\u{a0}ha", "0.0\u{a0}ha", "1.0\u{a0}ha"]);
        assert!(
            says.contains("0.05\u{a0}m of water on 5.0\u{a0}ha, at least 0.30\u{a0}m on 2.0\u{a0}ha; 1.20\u{a0}m"),
            "{says}"
        );
    }

    #[test]
    fn warmth_is_told_by_shares_of_the_ground() {
        let values: Vec<f32> = (0..=100).map(|i| 20.0 + 0.05 * i as f32).collect();
        let (says, table) = warmth(&raster(&values), Lang::Nl);
        assert!(says.contains("20,5\u{a0}°C, een tiende warmer dan 24,5\u{a0}°C; op de warmste plek 25,0"), "{says}");
        assert_eq!(table.rows[3], ["50,0\u{a0}%", "22,5\u{a0}°C"]);
    }
}
