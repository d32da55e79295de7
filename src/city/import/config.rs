//! The recipe of a real city: which files, what they are, and what to do where they are silent.
//!
//! A recipe is TOML; unknown keys are refused; all problems are reported at once. Paths are relative to the data folder.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use serde::{Deserialize, Serialize};

use super::ImportError;
use super::error::nearest;
use super::fields::{FIELDS, Field};
use super::layer::CrsChoice;

/// The recipe of a real city.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportConfig {
    /// Name as shown to people.
    pub name: String,
    /// Year that the figures describe.
    pub year: u16,
    /// CBS code of the municipality, e.g. `GM0363`; its row in the tables holds the published totals.
    pub municipality: String,
    /// Seed of everything that is placed by draw.
    #[serde(default)]
    pub seed: u64,
    /// Sources and licences, one line each, printed under every map.
    pub sources: Vec<String>,
    /// The grid.
    #[serde(default)]
    pub grid: GridConfig,
    /// Polygons of the neighbourhoods. A code that stands in several files is taken from the first.
    pub areas: Vec<AreaFile>,
    /// Names of the districts.
    pub districts: Option<DistrictFile>,
    /// Tables, the most trusted first: for each figure the first table that has it counts.
    pub tables: Vec<TableFile>,
    /// How codes of an older division become codes of the polygons.
    pub crosswalk: Option<Crosswalk>,
    /// Water, parks, buildings, roads, rails, trees, terrain.
    #[serde(default)]
    pub layers: Vec<LayerFile>,
    /// What to assume where the sources are silent.
    pub fill: Fill,
}

/// The grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GridConfig {
    /// How often a social cell is split along a side: 5 gives 20 m pixels.
    pub k: usize,
    /// Cells around the neighbourhoods.
    pub margin_cells: usize,
}

impl Default for GridConfig {
    fn default() -> Self {
        GridConfig { k: 5, margin_cells: 5 }
    }
}

/// Format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Told from the name.
    #[default]
    Auto,
    /// GeoJSON feature collection.
    Geojson,
    /// One GeoJSON feature a line.
    GeojsonLines,
    /// Delimited text; with WKT in a column, or points in two columns, it is a map too.
    Csv,
    /// OData JSON.
    Odata,
    /// GeoPackage.
    Gpkg,
    /// CityJSON.
    Cityjson,
    /// Answer of the Overpass API.
    Overpass,
}

/// Where features come from and how to read them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Path relative to the data folder.
    pub file: String,
    /// Format.
    #[serde(default)]
    pub format: Format,
    /// Coordinate system.
    #[serde(default)]
    pub crs: CrsChoice,
    /// Feature table of a GeoPackage, if it has several.
    pub layer: Option<String>,
    /// Column with WKT, for delimited text.
    pub wkt: Option<String>,
    /// Columns with x and y, for delimited text with points.
    pub xy: Option<[String; 2]>,
    /// Only features whose property has one of these values.
    #[serde(default)]
    pub only: BTreeMap<String, Vec<toml::Value>>,
    /// No features whose property has one of these values.
    #[serde(default)]
    pub skip: BTreeMap<String, Vec<toml::Value>>,
}

/// Polygons of neighbourhoods.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreaFile {
    /// The file.
    pub source: Source,
    /// Property with the code.
    pub code: String,
    /// Property with the name.
    pub name: String,
    /// Codes that begin like one of these are not part of the city.
    #[serde(default)]
    pub leave_out: Vec<String>,
}

/// Names of districts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistrictFile {
    /// The file.
    pub source: Source,
    /// Column with the code: `WK036301`, or only its last two characters.
    pub code: String,
    /// Column with the name.
    pub name: String,
}

/// A table of figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    /// Path relative to the data folder.
    pub file: String,
    /// Format.
    #[serde(default)]
    pub format: Format,
    /// Column with the code, if it has none of the usual names.
    pub code: Option<String>,
    /// Take only these figures.
    #[serde(default)]
    pub only: Vec<String>,
    /// Columns with unusual names: figure = column.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Take the codes through the crosswalk.
    #[serde(default)]
    pub recode: bool,
}

/// How codes of an older division become codes of the polygons.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Crosswalk {
    /// Table with one old and one new code a row.
    pub file: Option<String>,
    /// Column with the old code.
    pub from: String,
    /// Column with the new code.
    pub to: String,
    /// Where several old neighbourhoods share several new ones.
    pub groups: Vec<Group>,
    /// Make one neighbourhood of each group.
    pub merge: bool,
}

/// Old neighbourhoods that cover together the same ground as new ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Old codes.
    pub from: Vec<String>,
    /// New codes.
    pub to: Vec<String>,
    /// Name of the whole, if it is made one neighbourhood.
    pub name: Option<String>,
}

/// What a map layer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Open water (polygons).
    Water,
    /// Parks and other public green (polygons).
    Green,
    /// Buildings (polygons) with heights.
    Buildings,
    /// Roads (lines) with classes.
    Roads,
    /// Rails (lines) with classes.
    Rails,
    /// Trees (points) with crowns.
    Trees,
    /// Terrain height (GeoTIFF or ESRI ASCII in RD), m NAP.
    Elevation,
}

/// A map layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerFile {
    /// What it shows.
    pub role: Role,
    /// The file.
    pub source: Source,
    /// Buildings: property with the height above ground, m.
    pub height: Option<String>,
    /// Roads and rails: property with the class.
    pub class: Option<String>,
    /// Roads and rails: values of the class per kind (`motorway`, `main`, `street`, `service`, `path`, `rail`, `tram`).
    #[serde(default)]
    pub classes: BTreeMap<String, Vec<toml::Value>>,
    /// Trees: property with the diameter of the crown, m.
    pub crown: Option<String>,
}

/// What to assume where the sources are silent. Every value here has grade A unless the recipe says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fill {
    /// Published number of residents, if no table has the row of the municipality.
    pub residents_total: Option<u32>,
    /// What to do with a table row with residents but without polygon.
    pub rows_without_polygon: RowsWithoutPolygon,
    /// Shares of 0–14, 15–24, 25–44, 45–64, 65+.
    pub age_shares: [f64; 5],
    /// Persons per household.
    pub household_size: f64,
    /// Shares of households: one person, several without children, with children.
    pub household_shares: [f64; 3],
    /// Share of homes that are owner-occupied.
    pub owner_share: f64,
    /// How the owner share falls with the share of flats, in log-odds per 100 %.
    pub owner_by_flats: f64,
    /// Share of rented homes that are social.
    pub social_share_of_rent: f64,
    /// How the social share of rent falls with the value of homes, in log-odds per e-fold.
    pub social_by_value: f64,
    /// Share of homes that stand empty.
    pub vacant_share: f64,
    /// Mean value of a home, €.
    pub home_value_eur: f64,
    /// How the value of a home falls with the share of flats, log per 100 %.
    pub value_by_flats: f64,
    /// Mean gross income per household, €.
    pub household_income_eur_y: f64,
    /// How household income follows the value of homes, log per e-fold.
    pub income_by_value: f64,
    /// Shares of low, middle, high schooling.
    pub education_shares: [f64; 3],
    /// Share of homes that are flats.
    pub flats_share: f64,
    /// Number of abstract origin groups.
    pub origin_groups: usize,
    /// Diversity level (0–1) where no table has a share to derive it from.
    pub diversity: f64,
    /// Ground level where no elevation model is given, m above NAP.
    pub elevation_m: f32,
}

impl Default for Fill {
    fn default() -> Self {
        Fill {
            residents_total: None,
            rows_without_polygon: RowsWithoutPolygon::Refuse,
            age_shares: [0.15, 0.13, 0.30, 0.24, 0.18],
            household_size: 1.9,
            household_shares: [0.50, 0.23, 0.27],
            owner_share: 0.40,
            owner_by_flats: 0.0,
            social_share_of_rent: 0.60,
            social_by_value: 1.0,
            vacant_share: 0.04,
            home_value_eur: 350_000.0,
            value_by_flats: 0.0,
            household_income_eur_y: 60_000.0,
            income_by_value: 0.5,
            education_shares: [0.25, 0.33, 0.42],
            flats_share: 0.7,
            origin_groups: 6,
            diversity: 0.6,
            elevation_m: 0.0,
        }
    }
}

/// What to do with a table row with residents but without polygon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowsWithoutPolygon {
    /// Stop: the total would not be that of the municipality.
    Refuse,
    /// Go on without them, and say so.
    LeaveOut,
}

impl ImportConfig {
    /// Reads and checks the recipe in `text`; `file` names it in messages.
    pub fn from_toml(text: &str, file: &str) -> Result<ImportConfig, ImportError> {
        let config: ImportConfig = toml::from_str(text)
            .map_err(|e| ImportError::Config { file: file.into(), message: e.to_string().trim_end().to_string() })?;
        let problems = config.problems();
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ImportError::Config { file: file.into(), message: problems.join("\n") })
        }
    }

    /// Reads and checks the recipe at `path`.
    pub fn load(path: &Path) -> Result<ImportConfig, ImportError> {
        let text = std::fs::read_to_string(path).map_err(|e| ImportError::read(path, e))?;
        ImportConfig::from_toml(&text, &path.display().to_string())
    }

    /// Every path that the recipe names.
    fn files(&self) -> Vec<&str> {
        let areas = self.areas.iter().map(|a| a.source.file.as_str());
        let tables = self.tables.iter().map(|t| t.file.as_str());
        let layers = self.layers.iter().map(|l| l.source.file.as_str());
        let districts = self.districts.iter().map(|d| d.source.file.as_str());
        let crosswalk = self.crosswalk.iter().filter_map(|c| c.file.as_deref());
        areas.chain(tables).chain(layers).chain(districts).chain(crosswalk).collect()
    }

    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |ok: bool, message: String| {
            if !ok {
                problems.push(message);
            }
        };
        check(!self.areas.is_empty(), "areas: at least one file with polygons is needed".into());
        check(!self.tables.is_empty(), "tables: at least one table is needed".into());
        let code_ok = self.municipality.len() == 6 && self.municipality.starts_with("GM");
        check(code_ok, format!("municipality = \"{}\": expected GM and four digits", self.municipality));
        check((1..=100).contains(&self.grid.k), format!("grid.k = {}: expected 1 to 100", self.grid.k));
        check(
            self.grid.margin_cells <= 200,
            format!("grid.margin_cells = {}: expected 0 to 200", self.grid.margin_cells),
        );
        for file in self.files() {
            let plain = Path::new(file).components().all(|c| matches!(c, Component::Normal(_)));
            check(plain && !file.is_empty(), format!("file = \"{file}\": expected a path inside the data folder"));
        }
        let keys = self.tables.iter().flat_map(|t| t.only.iter().chain(t.columns.keys()));
        for key in keys {
            let near = nearest(key, FIELDS.iter().map(|f| f.1)).map(|n| format!("; did you mean `{n}`?"));
            check(
                Field::from_key(key).is_some(),
                format!("tables: unknown figure `{key}`{}", near.unwrap_or_default()),
            );
        }
        let recode = self.tables.iter().any(|t| t.recode);
        check(!recode || self.crosswalk.is_some(), "tables: `recode` needs a [crosswalk]".into());
        for layer in &self.layers {
            let lines = matches!(layer.role, Role::Roads | Role::Rails);
            check(!lines || layer.class.is_some(), format!("layers: \"{}\" needs `class`", layer.source.file));
            for kind in layer.classes.keys() {
                let known = super::network::KINDS.iter().any(|k| k.0 == kind);
                check(known, format!("layers: unknown class `{kind}` in \"{}\"", layer.source.file));
            }
        }
        self.fill.problems(&mut check);
        problems
    }
}

impl Fill {
    fn problems(&self, check: &mut impl FnMut(bool, String)) {
        let shares = [
            ("owner_share", self.owner_share),
            ("social_share_of_rent", self.social_share_of_rent),
            ("flats_share", self.flats_share),
            ("diversity", self.diversity),
        ];
        for (key, value) in shares {
            check((0.0..=1.0).contains(&value), format!("fill.{key} = {value}: expected 0 to 1"));
        }
        let ranges = [
            ("vacant_share", self.vacant_share, 0.0, 0.5),
            ("household_size", self.household_size, 1.0, 6.0),
            ("home_value_eur", self.home_value_eur, 10_000.0, 1e7),
            ("household_income_eur_y", self.household_income_eur_y, 1_000.0, 1e6),
            ("elevation_m", f64::from(self.elevation_m), -10.0, 330.0),
        ];
        for (key, value, low, high) in ranges {
            check((low..=high).contains(&value), format!("fill.{key} = {value}: expected {low} to {high}"));
        }
        let slopes = [
            ("owner_by_flats", self.owner_by_flats),
            ("social_by_value", self.social_by_value),
            ("value_by_flats", self.value_by_flats),
            ("income_by_value", self.income_by_value),
        ];
        for (key, value) in slopes {
            check((0.0..=5.0).contains(&value), format!("fill.{key} = {value}: expected 0 to 5"));
        }
        let splits: [(&str, &[f64]); 3] = [
            ("age_shares", &self.age_shares),
            ("household_shares", &self.household_shares),
            ("education_shares", &self.education_shares),
        ];
        for (key, split) in splits {
            let sum: f64 = split.iter().sum();
            let ok = (sum - 1.0).abs() < 1e-6 && split.iter().all(|s| *s >= 0.0);
            check(ok, format!("fill.{key}: shares add up to {sum}, expected 1"));
        }
        let groups = self.origin_groups;
        check((2..=32).contains(&groups), format!("fill.origin_groups = {groups}: expected 2 to 32"));
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub const MINIMAL: &str = r#"
        name = "Test"
        year = 2024
        municipality = "GM0001"
        sources = []
        areas = [{ source = { file = "areas.geojson" }, code = "code", name = "name" }]
        tables = [{ file = "table.csv" }]
        [fill]
    "#;

    #[test]
    fn a_minimal_recipe_is_enough() {
        let config = ImportConfig::from_toml(MINIMAL, "t.toml").unwrap();
        assert_eq!(config.grid.k, 5);
        assert_eq!(config.fill.origin_groups, 6);
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let text = MINIMAL
            .replace("GM0001", "0363")
            .replace("table.csv\"", "../../etc/passwd\", only = [\"residentz\"]")
            .replace("[fill]", "[fill]\nowner_share = 1.5\nage_shares = [1, 1, 0, 0, 0]");
        let error = ImportConfig::from_toml(&text, "t.toml").unwrap_err().to_string();
        for part in [
            "municipality = \"0363\": expected GM and four digits",
            "file = \"../../etc/passwd\": expected a path inside the data folder",
            "unknown figure `residentz`; did you mean `residents`?",
            "fill.owner_share = 1.5: expected 0 to 1",
            "fill.age_shares: shares add up to 2, expected 1",
        ] {
            assert!(error.contains(part), "{part} not in:\n{error}");
        }
    }

    #[test]
    fn unknown_keys_are_refused_with_their_line() {
        let error = ImportConfig::from_toml(&MINIMAL.replace("year", "jaar"), "t.toml").unwrap_err().to_string();
        assert!(error.contains("line 3") && error.contains("unknown field `jaar`"), "{error}");
    }
}
