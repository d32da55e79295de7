//! What stands still: the ground a city is built on and the homes in it, before anyone lives there.
//!
//! A [`City`] comes from one of two makers and looks the same whichever made it:
//! * [`generate`] invents a Dutch city of any size from a recipe and a seed;
//! * [`import`] builds a real one from open data.
//!
//! A built city is saved as one checksummed file ([`pack`]) and drawn by [`map`]. Who lives in it is
//! [`crate::people`]'s concern: the city only carries the [`Marginals`] that its inhabitants must add up to.

pub mod area;
pub mod dwellings;
pub mod generate;
pub mod import;
pub mod map;
pub mod outline;
pub mod pack;
mod reach;

pub use reach::GroundCover;

use serde::{Deserialize, Serialize};

use crate::gis::{GridRef, Raster};

/// Side of a cell of the social grid, m: the size of the CBS squares and of the Leefbaarometer.
pub const SOCIAL_CELL_M: f64 = 100.0;

/// "No neighbourhood" in [`City::neighbourhood_of_cell`].
pub const NO_NEIGHBOURHOOD: u16 = u16::MAX;

/// A city without its people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct City {
    /// Name as shown to people.
    pub name: String,
    /// Where the city comes from; decides what may be shown of it (models.md E-15).
    pub origin: CityOrigin,
    /// Sources and their licences, one line each, printed under every map and report.
    pub sources: Vec<String>,
    /// The social grid: cells of [`SOCIAL_CELL_M`].
    pub grid: GridRef,
    /// For each cell of the social grid its neighbourhood, or [`NO_NEIGHBOURHOOD`].
    pub neighbourhood_of_cell: Vec<u16>,
    /// Neighbourhoods (buurten), in order of code.
    pub neighbourhoods: Vec<Neighbourhood>,
    /// Names of the districts (wijken) that [`Neighbourhood::district`] points to.
    pub districts: Vec<String>,
    /// The ground, finer than the social grid.
    pub ground: Ground,
    /// All homes.
    pub dwellings: Vec<DwellingRecord>,
    /// Schools, surgeries, shops and the like.
    pub amenities: Vec<Amenity>,
    /// Roads, rails, waterways and dikes, for maps and for travel.
    pub lines: Vec<NetworkLine>,
    /// Building outlines with heights, where known. May be empty; then the viewer draws a box per dwelling.
    pub buildings: Vec<Building>,
}

/// Where a city comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CityOrigin {
    /// Invented: levels of any outcome may be shown.
    Generated,
    /// Built from data about a real place: sensitive outcomes leave as differences only (models.md E-15).
    Real,
}

/// A neighbourhood (buurt) and what its inhabitants must add up to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neighbourhood {
    /// Short code, unique in the city, e.g. `BU0363AA01` or `VB0102`.
    pub code: String,
    /// Name as shown to people.
    pub name: String,
    /// Index into [`City::districts`].
    pub district: u16,
    /// Character of the built-up area; for maps and for the generator's own rules.
    pub character: Character,
    /// Outline rings (outer first, then holes, then further parts) in RD metres; closed. For maps.
    pub rings: Vec<Vec<[f64; 2]>>,
    /// Centre of the inhabited part, RD metres.
    pub centre_m: [f64; 2],
    /// What the people must add up to.
    pub marginals: Marginals,
}

/// The character of a neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Character {
    /// The old centre within canals or walls.
    OldCentre,
    /// The ring built between about 1870 and 1940.
    NineteenthCenturyRing,
    /// Post-war flats, 1950–1975.
    PostWarFlats,
    /// Garden suburb or inter-war garden village.
    GardenSuburb,
    /// New estate, after 1990.
    NewEstate,
    /// Business park or offices.
    Business,
    /// Port and industry.
    Industry,
    /// Park, water or countryside with hardly any homes.
    Open,
    /// Not known (real cities without building years).
    Mixed,
}

/// Head counts of one neighbourhood at the start: the only thing about people that enters from data (models.md E-1).
/// All counts are of persons or households; shares are 0–1. A field that the source lacks is filled by the importer
/// by a stated rule, never left at zero.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Marginals {
    /// Residents.
    pub residents: u32,
    /// Residents by age band: 0–14, 15–24, 25–44, 45–64, 65+. Adds up to `residents`.
    pub by_age: [u32; 5],
    /// Private households.
    pub households: u32,
    /// Households by type: one person, several without children, with children. Adds up to `households`.
    pub by_household: [u32; 3],
    /// Share of households by tenure: owner-occupied, social rent, private rent. Adds up to 1.
    pub tenure_share: [f32; 3],
    /// Mean gross income per household, € per year.
    pub mean_income_eur_y: f32,
    /// Share of the 15–74 year-olds by schooling: low, middle, high. Adds up to 1.
    pub education_share: [f32; 3],
    /// Share of residents in each of the abstract origin groups (opaque labels, models.md E-2). Adds up to 1.
    pub origin_share: Vec<f32>,
    /// Mean value of a home (WOZ), €.
    pub mean_home_value_eur: f32,
    /// Share of homes that stand empty.
    pub vacant_share: f32,
}

/// The ground: rasters finer than the social grid, each social cell split into k × k pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ground {
    /// How often a social cell is split along a side: 5 gives 20 m pixels.
    pub k: usize,
    /// Terrain height, m above NAP; buildings not included.
    pub elevation_m: Raster<f32>,
    /// Land cover.
    pub cover: Raster<Cover>,
    /// Mean building height of the built-up part of the pixel, dm above ground (0: no building).
    pub building_height_dm: Raster<u16>,
    /// Sealed share of the pixel, percent.
    pub sealed_pct: Raster<u8>,
    /// Tree canopy share of the pixel, percent.
    pub tree_pct: Raster<u8>,
}

/// Land cover of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum Cover {
    /// Open water.
    Water = 0,
    /// Grass, fields, verges.
    Grass = 1,
    /// Trees and shrubs.
    Trees = 2,
    /// Private gardens.
    Garden = 3,
    /// Paved ground and roads.
    Paved = 4,
    /// Buildings.
    Building = 5,
}

impl Cover {
    /// Every cover, in the order of its number.
    pub const ALL: [Cover; 6] =
        [Cover::Water, Cover::Grass, Cover::Trees, Cover::Garden, Cover::Paved, Cover::Building];
}

/// A home as built. Who lives there, and its rent over time, is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct DwellingRecord {
    /// Place, RD metres relative to the west and south edge of the social grid.
    pub x_m: f32,
    /// See `x_m`.
    pub y_m: f32,
    /// Cell of the social grid.
    pub cell: u32,
    /// Index into [`City::neighbourhoods`].
    pub neighbourhood: u16,
    /// Kind of building.
    pub kind: DwellingKind,
    /// Who owns it and how one gets in.
    pub tenure: Tenure,
    /// Usable floor area, m².
    pub area_m2: u16,
    /// Year of construction.
    pub built_year: u16,
    /// Storey of the front door (0 = ground floor).
    pub storey: u8,
    /// True if an older person with limited mobility can live there (no stairs, or a lift).
    pub step_free: bool,
    /// Value (WOZ), thousands of €.
    pub value_keur: f32,
    /// Basic rent for rented homes; for owners the monthly cost of buying now. € per month.
    pub cost_eur_m: f32,
}

/// Kind of building a home is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum DwellingKind {
    /// Detached or semi-detached.
    Detached = 0,
    /// Terraced house.
    Terraced = 1,
    /// Flat in a building of up to four storeys.
    WalkUp = 2,
    /// Flat in a building with a lift.
    Tower = 3,
    /// Room with shared kitchen or bathroom.
    Room = 4,
}

/// Segment of the housing market (models.md §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum Tenure {
    /// Owner-occupied.
    Owner = 0,
    /// Social rent, allotted by queue.
    Social = 1,
    /// Private rent, allotted by price.
    Private = 2,
    /// Senior housing: social rent reserved for older people.
    Senior = 3,
    /// Room or other shared home, by price.
    Room = 4,
}

impl Tenure {
    /// Every segment, in the order of its number.
    pub const ALL: [Tenure; 5] = [Tenure::Owner, Tenure::Social, Tenure::Private, Tenure::Senior, Tenure::Room];
}

/// A place that serves a neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Amenity {
    /// What it is.
    pub kind: AmenityKind,
    /// Place, RD metres relative to the west and south edge of the social grid.
    pub x_m: f32,
    /// See `x_m`.
    pub y_m: f32,
    /// Index into [`City::neighbourhoods`].
    pub neighbourhood: u16,
}

/// Kinds of amenity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum AmenityKind {
    /// Primary school.
    PrimarySchool = 0,
    /// Secondary school.
    SecondarySchool = 1,
    /// General practice.
    Gp = 2,
    /// Shops for daily needs.
    Shop = 3,
    /// Community centre.
    CommunityCentre = 4,
    /// Care home.
    CareHome = 5,
    /// Police post.
    PolicePost = 6,
    /// Tram stop.
    TramStop = 7,
    /// Railway station.
    Station = 8,
}

impl AmenityKind {
    /// Every kind, in the order of its number.
    pub const ALL: [AmenityKind; 9] = [
        AmenityKind::PrimarySchool,
        AmenityKind::SecondarySchool,
        AmenityKind::Gp,
        AmenityKind::Shop,
        AmenityKind::CommunityCentre,
        AmenityKind::CareHome,
        AmenityKind::PolicePost,
        AmenityKind::TramStop,
        AmenityKind::Station,
    ];
}

/// A line on the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkLine {
    /// What it is.
    pub kind: LineKind,
    /// Points, RD metres relative to the west and south edge of the social grid.
    pub points_m: Vec<[f32; 2]>,
}

/// Kinds of line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// Motorway or trunk road.
    Motorway,
    /// Main road.
    MainRoad,
    /// Street.
    Street,
    /// Railway.
    Rail,
    /// Tram line.
    Tram,
    /// Primary dike.
    Dike,
}

/// A building outline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Building {
    /// Outer ring, closed, RD metres relative to the west and south edge of the social grid.
    pub ring_m: Vec<[f32; 2]>,
    /// Height above ground, m.
    pub height_m: f32,
    /// Index into [`City::neighbourhoods`], or [`NO_NEIGHBOURHOOD`].
    pub neighbourhood: u16,
}

/// Counts that describe a city at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CitySummary {
    /// Residents that the marginals add up to.
    pub residents: u64,
    /// Households that the marginals add up to.
    pub households: u64,
    /// Homes.
    pub dwellings: usize,
    /// Neighbourhoods.
    pub neighbourhoods: usize,
    /// Cells of the social grid inside a neighbourhood.
    pub cells: usize,
}

impl City {
    /// Counts at a glance.
    pub fn summary(&self) -> CitySummary {
        CitySummary {
            residents: self.neighbourhoods.iter().map(|n| u64::from(n.marginals.residents)).sum(),
            households: self.neighbourhoods.iter().map(|n| u64::from(n.marginals.households)).sum(),
            dwellings: self.dwellings.len(),
            neighbourhoods: self.neighbourhoods.len(),
            cells: self.neighbourhood_of_cell.iter().filter(|&&n| n != NO_NEIGHBOURHOOD).count(),
        }
    }
}
