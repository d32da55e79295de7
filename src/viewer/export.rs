//! What leaves the session as files: names, tables, maps and scenarios.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::layers::Kind;
use super::session::{Session, TwinMode};
use crate::challenges::climate::Reel;
use crate::challenges::climate::ground::neighbourhood_of_pixel;
use crate::gis::{Raster, geotiff};
use crate::indicators::city_indicators;
use crate::session::Record;
use crate::session::file::SUFFIX;
use crate::session::moves::Flow;
use crate::sim::Month;

/// EPSG code of the Dutch national grid.
const RD_NEW: u16 = 28_992;

/// What a layer shows, as numbers.
enum Map {
    /// For each neighbourhood.
    Neighbourhoods(Vec<f32>),
    /// For each pixel of the ground raster, in the quantity's unit; NaN where there is none.
    Ground(Vec<f32>),
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.into() }
}

impl Session {
    /// Saves to the session's file, or asks for a name.
    pub fn save(&mut self) {
        match self.desk.path.clone() {
            Some(path) => {
                self.remember_view();
                self.desk.save(path);
            }
            None => self.ask_name(),
        }
    }

    /// Asks for a name to save under.
    pub fn ask_name(&mut self) {
        let name =
            self.desk.path.clone().unwrap_or_else(|| format!("{}.{SUFFIX}", self.desk.file.scenario.name).into());
        self.panels.save_as = Some(name.display().to_string());
    }

    /// Saves under this name; the suffix may be left out.
    pub fn save_to(&mut self, name: &str) {
        let mut path = PathBuf::from(name);
        if path.extension().is_none_or(|e| e != SUFFIX) {
            path.as_mut_os_string().push(format!(".{SUFFIX}"));
        }
        self.remember_view();
        self.desk.save(path);
    }

    /// Puts the camera and the layer into what is saved.
    pub fn remember_view(&mut self) {
        let view = &mut self.desk.file.view;
        self.orbit.write(view);
        self.layers[self.layer].id.clone_into(&mut view.layer);
    }

    fn stem(&self) -> PathBuf {
        match &self.desk.path {
            Some(path) => path.with_extension(""),
            None => PathBuf::from(&self.desk.file.scenario.name),
        }
    }

    /// Writes the city's indicators, variant and twin, as CSV.
    pub fn export_csv(&mut self) {
        let Some(picture) = &self.picture else { return };
        let twin = picture.twin.as_ref().map(|t| t.records.as_slice());
        let text = table(self.desk.file.scenario.start, &picture.variant.records, twin, self.is_real());
        let path = self.stem().with_extension("csv");
        self.written(&path.clone(), std::fs::write(&path, text));
    }

    /// Writes the scenario with the measures of the active variant, for `waterbed run`.
    pub fn export_scenario(&mut self) {
        let scenario = self.desk.file.plans.scenario(&self.desk.file.scenario);
        let path = self.stem().with_extension("toml");
        self.written(&path.clone(), std::fs::write(&path, scenario.to_toml()));
    }

    /// Where the next picture goes: one that is not there yet.
    pub fn picture_path(&self) -> PathBuf {
        let stem = self.stem();
        let name = |n: usize| PathBuf::from(format!("{}-{n}.png", stem.display()));
        (1..).map(name).find(|path| !path.exists()).unwrap_or_default()
    }

    /// A folder or file called so that is not there yet.
    pub fn free_path(&self, what: &str) -> PathBuf {
        let stem = self.stem();
        let first = PathBuf::from(format!("{}-{what}", stem.display()));
        let more = (2..).map(|n: usize| PathBuf::from(format!("{}-{what}-{n}", stem.display())));
        std::iter::once(first).chain(more).find(|path| !path.exists()).unwrap_or_default()
    }

    /// Writes the layer shown as GeoTIFF (EPSG:28992): heat and water on the ground raster, an indicator on the social
    /// grid. What is shown as difference is written as difference.
    pub fn export_geotiff(&mut self) {
        let Some(map) = self.shown_map() else {
            self.desk.tell(self.t("export_no_layer"));
            return;
        };
        let raster = match map {
            Map::Ground(values) => Raster { grid: self.desk.city.ground.elevation_m.grid, values },
            Map::Neighbourhoods(values) => {
                let of_cell = |n: &u16| values.get(usize::from(*n)).copied().unwrap_or(f32::NAN);
                let values = self.desk.city.neighbourhood_of_cell.iter().map(of_cell).collect();
                Raster { grid: self.desk.city.grid, values }
            }
        };
        let path = self.layer_path("tif");
        match geotiff::write_f32(&path, &raster, RD_NEW) {
            Ok(()) => self.desk.tell(path.display().to_string()),
            Err(error) => self.desk.tell(error.to_string()),
        }
    }

    /// Writes the layer shown as CSV: a value for each neighbourhood; of heat and water the mean and the most over its
    /// ground.
    pub fn export_layer_csv(&mut self) {
        if self.layers[self.layer].kind == Kind::Moves {
            let path = self.layer_path("csv");
            let written = std::fs::write(&path, self.moves_table());
            self.written(&path, written);
            return;
        }
        let Some(map) = self.shown_map() else {
            self.desk.tell(self.t("export_no_layer"));
            return;
        };
        let hoods = &self.desk.city.neighbourhoods;
        let shown = |v: f64| if v.is_finite() { format!("{v}") } else { String::new() };
        let mut text = String::new();
        match &map {
            Map::Neighbourhoods(values) => {
                text.push_str("code,name,value\n");
                for (hood, value) in hoods.iter().zip(values) {
                    let _ = writeln!(text, "{},{},{}", hood.code, quoted(&hood.name), shown((*value).into()));
                }
            }
            Map::Ground(values) => {
                text.push_str("code,name,mean,most\n");
                let mut sums = vec![(0.0f64, 0u32, f64::NEG_INFINITY); hoods.len()];
                for (pixel, value) in values.iter().enumerate() {
                    if let Some(n) = neighbourhood_of_pixel(&self.desk.city, pixel) {
                        let (sum, count, most) = &mut sums[n];
                        (*sum, *count, *most) = (*sum + f64::from(*value), *count + 1, most.max((*value).into()));
                    }
                }
                for (hood, (sum, count, most)) in hoods.iter().zip(sums) {
                    let mean = if count == 0 { f64::NAN } else { sum / f64::from(count) };
                    let name = quoted(&hood.name);
                    let _ = writeln!(text, "{},{name},{},{}", hood.code, shown(mean), shown(most));
                }
            }
        }
        let path = self.layer_path("csv");
        self.written(&path.clone(), std::fs::write(&path, text));
    }

    /// Moves of up to twelve months, a row for each pair of ends; outside the city is empty. What is shown as difference is written
    /// as difference.
    fn moves_table(&self) -> String {
        let code = |n: u16| self.desk.city.neighbourhoods.get(usize::from(n)).map_or("", |hood| hood.code.as_str());
        let mut people: BTreeMap<(u16, u16), i64> = BTreeMap::new();
        let mut add = |flows: &[Flow], sign: i64| {
            flows.iter().for_each(|f| *people.entry((f.from, f.to)).or_default() += sign * i64::from(f.people));
        };
        match (self.twin, self.moves_of_year()) {
            (TwinMode::Difference, Some((own, Some(twin)))) => {
                add(&own, 1);
                add(&twin, -1);
            }
            (TwinMode::Instead, Some((_, Some(flows)))) | (_, Some((flows, _))) => add(&flows, 1),
            (_, None) => {}
        }
        let mut text = String::from("from,to,people\n");
        for ((from, to), people) in people {
            let _ = writeln!(text, "{},{},{people}", code(from), code(to));
        }
        text
    }

    fn layer_path(&self, suffix: &str) -> PathBuf {
        let layer = self.layers[self.layer].id.replace('.', "_");
        let month = self.month().map(|m| m.to_string()).unwrap_or_default();
        let what = if self.twin == TwinMode::Difference { "-difference" } else { "" };
        let mut path = self.stem().into_os_string();
        path.push(format!("-{layer}-{month}{what}.{suffix}"));
        path.into()
    }

    /// Values of the layer shown, as far as they may be shown.
    fn shown_map(&self) -> Option<Map> {
        let picture = self.picture.as_ref()?;
        let kind = self.layers[self.layer].kind;
        match kind {
            Kind::Indicator(_) if self.twin == TwinMode::Difference => self.differences(kind).map(Map::Neighbourhoods),
            Kind::Indicator(at) => {
                let twin = picture.twin.as_ref().filter(|_| self.twin_instead());
                Some(Map::Neighbourhoods(self.levels(twin.unwrap_or(&picture.variant), at)))
            }
            Kind::Hazard(quantity) => {
                let reel = self.reel()?;
                let values = |reel: &Reel| -> Vec<f32> {
                    reel.map(quantity, self.film.at).iter().map(|v| quantity.value(*v)).collect()
                };
                let own = values(reel);
                let values = match self.twin == TwinMode::Difference {
                    true => {
                        let twin = self.in_twin(reel)?;
                        own.iter().zip(values(twin)).map(|(a, b)| a - b).collect()
                    }
                    false => own,
                };
                Some(Map::Ground(values))
            }
            Kind::Tenure | Kind::Vacancy | Kind::Moves => None,
        }
    }

    fn written(&mut self, path: &Path, result: std::io::Result<()>) {
        let shown = path.display();
        match result {
            Ok(()) => self.desk.tell(format!("{shown}")),
            Err(error) => self.desk.tell(format!("{shown}: {error}")),
        }
    }
}

/// Months by city indicators; with a twin each indicator twice. What is not available is empty. Of a real city guarded
/// indicators are left out (models.md E-15).
pub fn table(start: Month, variant: &[Record], twin: Option<&[Record]>, is_real: bool) -> String {
    let shown = || city_indicators().enumerate().filter(|(_, i)| !(is_real && i.guarded));
    let mut text = String::from("month");
    for (_, indicator) in shown() {
        let _ = write!(text, ",{}", indicator.id);
        if twin.is_some() {
            let _ = write!(text, ",{}_twin", indicator.id);
        }
    }
    text.push('\n');
    let value = |record: Option<&Record>, at: usize| {
        let value = record.and_then(|r| r.city.get(at)).copied().filter(|v| v.is_finite());
        value.map_or_else(String::new, |v| v.to_string())
    };
    for (tick, record) in variant.iter().enumerate() {
        let _ = write!(text, "{}", start.plus(tick as i32 - 1));
        for (at, _) in shown() {
            let _ = write!(text, ",{}", value(Some(record), at));
            if let Some(twin) = twin {
                let _ = write!(text, ",{}", value(twin.get(tick), at));
            }
        }
        text.push('\n');
    }
    text
}
