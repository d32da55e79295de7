//! The recipe of a generated city: what its files say and what they may say.

use serde::{Deserialize, Serialize};

use super::GenerateError;
use crate::city::Character;

/// The recipe of Voorbeeldstad, built into the program so that no file is needed.
const VOORBEELDSTAD: &str = include_str!("../../../configs/cities/voorbeeldstad.toml");

/// Recipe of a generated city. Grades and sources of the numbers stand in `configs/cities/voorbeeldstad.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CityConfig {
    /// Name as shown to people.
    pub name: String,
    /// First letters of the neighbourhood codes.
    pub code_prefix: String,
    /// Residents, 1,000 to 1,000,000.
    pub residents: u32,
    /// How often a social cell is split along a side for the ground rasters.
    pub pixels_per_cell: usize,
    /// Residents aimed at per neighbourhood.
    pub neighbourhood_residents: u32,
    /// Number of abstract origin groups.
    pub origin_groups: usize,
    /// Standard deviation of the log size of a group, the same for every group.
    pub origin_spread: f64,
    /// Standard deviation of the log share of a group between neighbourhoods, the same for every group.
    pub origin_clustering: f64,
    /// Totals of the city, met exactly.
    pub city: Totals,
    /// Hectares of park per 1,000 residents.
    pub park_ha_per_1000: f64,
    /// Levels of ground and water.
    pub ground: Levels,
    /// Share of the residents per character in a city of 100,000 or more.
    pub residents_share: ByCharacter<f64>,
    /// Residents per hectare of neighbourhood.
    pub density_per_ha: ByCharacter<f64>,
    /// Households: one person, with children.
    pub household_mix: ByCharacter<[f64; 2]>,
    /// Residents of 15–24, 25–44, 45–64, 65+.
    pub age_mix: ByCharacter<[f64; 4]>,
    /// Households: owner, social rent, private rent.
    pub tenure_mix: ByCharacter<[f64; 3]>,
    /// Mean household income against the city.
    pub income_factor: ByCharacter<f64>,
    /// 15–74 year-olds: low, middle, high.
    pub education_mix: ByCharacter<[f64; 3]>,
    /// Mean home value against the city.
    pub value_factor: ByCharacter<f64>,
    /// Share of homes that stand empty.
    pub vacant_share: ByCharacter<f64>,
    /// Homes: detached, terraced, walk-up, tower.
    pub home_kinds: ByCharacter<[f64; 4]>,
    /// Residents per amenity.
    pub amenities: AmenityNorms,
}

/// Totals that the neighbourhoods of a generated city add up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Totals {
    /// Share of households of one person.
    pub one_person_share: f64,
    /// Share of households with children.
    pub with_children_share: f64,
    /// Persons per household with children.
    pub family_size: f64,
    /// Shares of residents of 0–14, 15–24, 25–44, 45–64, 65+.
    pub by_age: [f64; 5],
    /// Shares of households: owner, social rent, private rent.
    pub tenure_share: [f64; 3],
    /// Shares of 15–74 year-olds: low, middle, high.
    pub education_share: [f64; 3],
    /// Gross income per household, € per year.
    pub mean_income_eur_y: f64,
    /// Mean home value (WOZ), €.
    pub mean_home_value_eur: f64,
}

/// Levels in m NAP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Levels {
    /// Mean water level of the river.
    pub river_level_m: f64,
    /// Water level of the canals.
    pub canal_level_m: f64,
    /// Ground of the polder behind the dike.
    pub polder_level_m: f64,
    /// Ground of the drained lake.
    pub deep_polder_level_m: f64,
    /// Ground of the high side, far from the river.
    pub high_ground_m: f64,
    /// Crest of the river dike.
    pub dike_crest_m: f64,
}

/// Residents per amenity, and the spacing of tram stops.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AmenityNorms {
    /// Residents per primary school.
    pub primary_school: f64,
    /// Residents per secondary school.
    pub secondary_school: f64,
    /// Residents per general practice.
    pub gp: f64,
    /// Residents per cluster of daily shops.
    pub shop: f64,
    /// Residents per community centre.
    pub community_centre: f64,
    /// Residents per care home.
    pub care_home: f64,
    /// Residents per police post.
    pub police_post: f64,
    /// Distance between tram stops, m.
    pub tram_stop_m: f64,
    /// Residents from which a city has trams.
    pub tram_from_residents: f64,
}

/// One value for each character that the generator builds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ByCharacter<T> {
    /// Old centre.
    pub old_centre: T,
    /// Nineteenth-century ring.
    pub nineteenth_century_ring: T,
    /// Post-war flats.
    pub post_war_flats: T,
    /// Garden suburb.
    pub garden_suburb: T,
    /// New estate.
    pub new_estate: T,
    /// Business park.
    pub business: T,
    /// Industry.
    pub industry: T,
}

impl<T: Copy> ByCharacter<T> {
    /// The value for a character; characters that the generator never builds get that of the garden suburb.
    pub fn of(&self, character: Character) -> T {
        match character {
            Character::OldCentre => self.old_centre,
            Character::NineteenthCenturyRing => self.nineteenth_century_ring,
            Character::PostWarFlats => self.post_war_flats,
            Character::GardenSuburb | Character::Open | Character::Mixed => self.garden_suburb,
            Character::NewEstate => self.new_estate,
            Character::Business => self.business,
            Character::Industry => self.industry,
        }
    }
}

/// Characters that the generator builds.
pub const BUILT: [Character; 7] = [
    Character::OldCentre,
    Character::NineteenthCenturyRing,
    Character::PostWarFlats,
    Character::GardenSuburb,
    Character::NewEstate,
    Character::Business,
    Character::Industry,
];

/// A value outside its range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Field, as written in the file.
    pub field: String,
    /// What it holds.
    pub value: String,
    /// What it may hold.
    pub expected: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = {}: expected {}", self.field, self.value, self.expected)
    }
}

impl Default for CityConfig {
    fn default() -> Self {
        CityConfig::from_toml(VOORBEELDSTAD, "voorbeeldstad.toml").expect("the built-in recipe is tested")
    }
}

impl CityConfig {
    /// Reads a recipe from TOML. `file` is named in errors.
    pub fn from_toml(text: &str, file: &str) -> Result<CityConfig, GenerateError> {
        let config: CityConfig = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            GenerateError::Syntax { file: file.into(), line, message: e.message().into() }
        })?;
        config.validate()?;
        Ok(config)
    }

    /// Checks every value; reports all problems at once.
    pub fn validate(&self) -> Result<(), GenerateError> {
        let mut check = Check(Vec::new());
        check.text("name", &self.name, 1, 60);
        check.text("code-prefix", &self.code_prefix, 1, 4);
        check.range("residents", f64::from(self.residents), 1_000.0, 1_000_000.0);
        check.range("pixels-per-cell", self.pixels_per_cell as f64, 1.0, 20.0);
        check.range("neighbourhood-residents", f64::from(self.neighbourhood_residents), 700.0, 3_300.0);
        check.range("origin-groups", self.origin_groups as f64, 1.0, 32.0);
        check.range("origin-spread", self.origin_spread, 0.0, 3.0);
        check.range("origin-clustering", self.origin_clustering, 0.0, 3.0);

        let c = &self.city;
        check.range("city.one-person-share", c.one_person_share, 0.05, 0.9);
        check.range("city.with-children-share", c.with_children_share, 0.02, 0.9);
        if c.one_person_share + c.with_children_share > 0.98 {
            let sum = c.one_person_share + c.with_children_share;
            check.add("city.one-person-share + with-children-share", sum, "at most 0.98 together");
        }
        check.range("city.family-size", c.family_size, 2.0, 6.0);
        check.mix("city.by-age", &c.by_age);
        check.mix("city.tenure-share", &c.tenure_share);
        check.mix("city.education-share", &c.education_share);
        check.range("city.mean-income-eur-y", c.mean_income_eur_y, 5_000.0, 500_000.0);
        check.range("city.mean-home-value-eur", c.mean_home_value_eur, 20_000.0, 3_000_000.0);

        check.range("park-ha-per-1000", self.park_ha_per_1000, 0.0, 10.0);

        let g = &self.ground;
        check.range("ground.river-level-m", g.river_level_m, -5.0, 20.0);
        check.range("ground.canal-level-m", g.canal_level_m, -8.0, 20.0);
        check.range("ground.polder-level-m", g.polder_level_m, -8.0, 20.0);
        check.range("ground.deep-polder-level-m", g.deep_polder_level_m, -8.0, 20.0);
        check.range("ground.high-ground-m", g.high_ground_m, -5.0, 50.0);
        check.range("ground.dike-crest-m", g.dike_crest_m, g.river_level_m, 30.0);

        for (key, character) in KEYS.iter().zip(BUILT) {
            let name = |table: &str| format!("{table}.{key}");
            check.range(&name("residents-share"), self.residents_share.of(character), 0.0, 1.0);
            check.range(&name("density-per-ha"), self.density_per_ha.of(character), 1.0, 500.0);
            let [one, children] = self.household_mix.of(character);
            check.range(&name("household-mix"), one, 0.01, 0.98);
            check.range(&name("household-mix"), children, 0.01, 0.99 - one);
            check.mix(&name("age-mix"), &self.age_mix.of(character));
            check.mix(&name("tenure-mix"), &self.tenure_mix.of(character));
            check.range(&name("income-factor"), self.income_factor.of(character), 0.1, 5.0);
            check.mix(&name("education-mix"), &self.education_mix.of(character));
            check.range(&name("value-factor"), self.value_factor.of(character), 0.1, 5.0);
            check.range(&name("vacant-share"), self.vacant_share.of(character), 0.0, 0.4);
            check.mix(&name("home-kinds"), &self.home_kinds.of(character));
        }
        check.mix("residents-share", &BUILT.map(|c| self.residents_share.of(c)));

        let a = &self.amenities;
        for (key, value) in [
            ("primary-school", a.primary_school),
            ("secondary-school", a.secondary_school),
            ("gp", a.gp),
            ("shop", a.shop),
            ("community-centre", a.community_centre),
            ("care-home", a.care_home),
            ("police-post", a.police_post),
        ] {
            check.range(&format!("amenities.{key}"), value, 100.0, 10_000_000.0);
        }
        check.range("amenities.tram-stop-m", a.tram_stop_m, 100.0, 5_000.0);
        check.range("amenities.tram-from-residents", a.tram_from_residents, 1_000.0, 1.0e9);
        if check.0.is_empty() { Ok(()) } else { Err(GenerateError::Invalid(check.0)) }
    }
}

/// Names of [`BUILT`] in files.
const KEYS: [&str; 7] =
    ["old-centre", "nineteenth-century-ring", "post-war-flats", "garden-suburb", "new-estate", "business", "industry"];

/// Collects problems.
struct Check(Vec<Problem>);

impl Check {
    fn add(&mut self, field: &str, value: impl ToString, expected: &str) {
        self.0.push(Problem { field: field.into(), value: value.to_string(), expected: expected.into() });
    }

    fn range(&mut self, field: &str, value: f64, low: f64, high: f64) {
        if !(low..=high).contains(&value) {
            self.add(field, value, &format!("{low} to {high}"));
        }
    }

    fn text(&mut self, field: &str, value: &str, min: usize, max: usize) {
        if !(min..=max).contains(&value.trim().chars().count()) {
            self.add(field, format!("{value:?}"), &format!("{min} to {max} characters"));
        }
    }

    fn mix(&mut self, field: &str, values: &[f64]) {
        let sum: f64 = values.iter().sum();
        if values.iter().any(|v| !(0.0..=1_000.0).contains(v)) || sum <= 0.0 {
            self.add(field, format!("{values:?}"), "no negative value, and a sum above 0");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_reported_with_field_and_range() {
        let mut config = CityConfig { residents: 10, pixels_per_cell: 0, ..CityConfig::default() };
        config.vacant_share.business = 0.7;
        let Err(GenerateError::Invalid(problems)) = config.validate() else { panic!("accepted") };
        let fields: Vec<&str> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["residents", "pixels-per-cell", "vacant-share.business"]);
        assert_eq!(problems[0].to_string(), "residents = 10: expected 1000 to 1000000");
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let text = VOORBEELDSTAD.replace("residents = 100_000", "residnts = 100_000");
        let line = 1 + text.lines().position(|l| l.starts_with("residnts")).unwrap();
        match CityConfig::from_toml(&text, "x.toml") {
            Err(GenerateError::Syntax { file, line: at, message }) => {
                assert_eq!((file.as_str(), at), ("x.toml", line));
                assert!(message.contains("residnts"), "{message}");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn not_a_number_is_refused() {
        let mut config = CityConfig::default();
        config.city.family_size = f64::NAN;
        assert!(config.validate().is_err());
    }
}
