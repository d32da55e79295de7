//! The hindcast: a real city from the tables of one year, run to another year of which the tables are known, and held
//! against them (models.md §16.0).
//!
//! Compared are, in units that both divisions into neighbourhoods can add up to ([`join`](mod@join)): residents, shares
//! of five age bands, persons per household and the mean home value (WOZ). Beside the model stand two rivals:
//!
//! * *nothing changes*: the table of the start;
//! * *city-wide trend*: every area changes by the ratio by which the city really changed. It knows the outcome of the
//!   city, which the model does not. The honest trend, from years before the start, would need tables of those years.
//!
//! The model is scored twice: by its level (its own start is not exactly the table), and by its change on top of the
//! table of the start. Scores are in [`score`](mod@score); residents count every area alike, shares and means weigh it
//! by its residents at the start. Shares and means of fewer than [`MIN_PEOPLE`] residents are left out (models.md E-6).
//!
//! Only head counts, ages, household sizes and home values are compared: nothing that models.md E-15 restricts in real
//! places; and only neighbourhood tables go in (E-1).
//!
//! Limits: nothing is fitted to the outcome; the base parameters are national. Tables are rounded (residents to fives,
//! household size to 0.1), which alone makes an error of about 0.025 in household size.

mod charts;
pub mod join;
mod page;
pub mod score;
mod tables;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

pub use page::html;
pub use tables::{N_QUANTITIES, QUANTITIES, Quantity, Values};

use self::join::Unit;
use self::score::{Point, Score, mean_square_error, score};
use self::tables::{Division, of_facts};
use crate::city::import::{self, ImportConfig, ImportError};
use crate::city::{City, import::sources::Opener};
use crate::indicators::counts::{Facts, Tables};
use crate::indicators::{MIN_PEOPLE, NeighbourhoodCounts};
use crate::people::{Dwelling, Household, Person, ShortMonth, Work};
use crate::scenario::build::ScenarioError;
use crate::scenario::{Scenario, build};
use crate::sim::state::slice;
use crate::sim::{Fault, Month, Simulation};

/// Why a hindcast cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HindcastError {
    /// A table or a map.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The scenario.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// The two recipes do not belong together.
    #[error("{0}")]
    Recipes(String),
    /// The model found itself wrong.
    #[error("the simulation stopped in month {month}: {fault}")]
    Fault {
        /// Month.
        month: String,
        /// What was wrong.
        fault: Fault,
    },
    /// Asked to stop.
    #[error("stopped")]
    Stopped,
}

/// The city and the tables of both years.
pub struct Prepared {
    /// The city as built from the tables of the start.
    pub city: Arc<City>,
    start: Month,
    n_months: u16,
    units: Vec<Unit>,
    names: Vec<String>,
    /// Unit of each neighbourhood of the city.
    unit_of: Vec<Option<usize>>,
    table_start: Vec<Values>,
    table_end: Vec<Values>,
    inputs: Vec<Input>,
    left_out: LeftOut,
    config_start: ImportConfig,
}

/// A file that went in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Input {
    /// Path below the data folder.
    pub file: String,
    /// BLAKE3, hexadecimal.
    pub blake3: String,
}

/// What is not compared.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct LeftOut {
    /// Neighbourhoods of the end that the city of the start did not have.
    pub end_codes: Vec<String>,
    /// Their residents at the end.
    pub end_residents: f64,
    /// Neighbourhoods of the start without counterpart at the end.
    pub start_codes: Vec<String>,
    /// Their residents at the start.
    pub start_residents: f64,
    /// Units of which shares and means are not compared, for they have too few residents.
    pub small_units: usize,
    /// Residents of these at the start.
    pub small_residents: f64,
}

/// One unit, with values in the order of [`QUANTITIES`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitRow {
    /// Name.
    pub name: String,
    /// Which neighbourhoods.
    #[serde(flatten)]
    pub unit: Unit,
    /// Tables of the start.
    pub table_start: Values,
    /// Tables of the end.
    pub table_end: Values,
    /// The simulation before its first month, mean over seeds.
    pub model_start: Values,
    /// The simulation at the end, mean over seeds.
    pub model_end: Values,
}

/// Scores of one quantity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    /// Quantity, or `ages` for all age bands together.
    pub quantity: String,
    /// Ratio of the city's value at the end to that at the start; `None` for `ages`.
    pub city_ratio: Option<f64>,
    /// "Nothing changes".
    pub nothing: Option<Score>,
    /// Every area changes as the city really did.
    pub trend: Option<Score>,
    /// The model.
    pub model: Option<Score>,
    /// The model's change on top of the table of the start.
    pub model_change: Option<Score>,
    /// How far the model's start is from the table: its error before any month has passed.
    pub start_mae: Option<f64>,
    /// Skill of each seed's run against "nothing changes".
    pub seed_skills: Vec<Option<f64>>,
}

/// One seed's run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeedRun {
    /// Seed.
    pub seed: u64,
    /// Digest of its end.
    pub digest: String,
    /// Residents with a home at the end.
    pub residents: u64,
    /// Residents without a home at the end.
    pub without_home: u64,
    #[serde(skip)]
    start: Vec<Values>,
    #[serde(skip)]
    end: Vec<Values>,
}

/// A hindcast and its scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hindcast {
    /// Version of the program.
    pub version: String,
    /// City.
    pub city: String,
    /// First month.
    pub start: String,
    /// Months simulated.
    pub months: u16,
    /// Runs.
    pub runs: Vec<SeedRun>,
    /// What is not compared.
    pub left_out: LeftOut,
    /// City totals: residents in the units' tables at the start and the end, and in the simulation (mean).
    pub residents: CityResidents,
    /// Names of the values of each unit, in order.
    pub quantities: Vec<&'static str>,
    /// Scores.
    pub scores: Vec<Scores>,
    /// Sources.
    pub sources: Vec<String>,
    /// Files.
    pub inputs: Vec<Input>,
    /// Every unit.
    pub units: Vec<UnitRow>,
}

/// Residents of all units together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CityResidents {
    /// Table of the start.
    pub table_start: f64,
    /// Table of the end.
    pub table_end: f64,
    /// Simulation, start.
    pub model_start: f64,
    /// Simulation, end.
    pub model_end: f64,
}

/// Builds the city of `config_start` and reads the tables of both recipes below `data_dir`.
pub fn prepare(
    config_start: &Path,
    config_end: &Path,
    data_dir: &Path,
    progress: &mut dyn FnMut(&str, f32),
) -> Result<Prepared, HindcastError> {
    let (config_start, config_end) = (ImportConfig::load(config_start)?, ImportConfig::load(config_end)?);
    let years = config_end.year.saturating_sub(config_start.year);
    if config_start.municipality != config_end.municipality || !(1..=50).contains(&years) {
        return Err(HindcastError::Recipes(format!(
            "the recipes are of {} in {} and {} in {}; expected one municipality, the earlier year first",
            config_start.municipality, config_start.year, config_end.municipality, config_end.year
        )));
    }
    let mut opener = Opener::new(data_dir, import::limits::Limits::STANDARD)?;
    let old = Division::read(&config_start, &mut opener)?;
    let new = Division::read(&config_end, &mut opener)?;
    let pairs = tables::pairs(&config_start, &mut opener)?;
    let joined = join::join(&old.codes(), &new.codes(), &pairs);
    let (city, report) = import::build(&config_start, data_dir, progress)?;

    let unit_of: Vec<Option<usize>> = city
        .neighbourhoods
        .iter()
        .map(|n| joined.units.iter().position(|u| n.code.split('+').any(|part| u.new.iter().any(|c| c == part))))
        .collect();
    let names = (0..joined.units.len())
        .map(|u| {
            let own = unit_of.iter().zip(&city.neighbourhoods).filter(|(unit, _)| **unit == Some(u));
            own.map(|(_, n)| n.name.as_str()).collect::<Vec<_>>().join(", ")
        })
        .collect();
    let table_start: Vec<Values> = joined.units.iter().map(|u| old.values(&u.old)).collect();
    let table_end: Vec<Values> = joined.units.iter().map(|u| new.values(&u.new)).collect();
    let is_small = |(a, b): &(&Values, &Values)| !is_large(a, b);
    let small: Vec<f64> =
        table_start.iter().zip(&table_end).filter(is_small).map(|(a, _)| a[0].unwrap_or(0.0)).collect();
    let left_out = LeftOut {
        end_residents: new.values(&joined.outside_new)[0].unwrap_or(0.0),
        end_codes: joined.outside_new,
        start_residents: old.values(&joined.outside_old)[0].unwrap_or(0.0),
        start_codes: joined.outside_old,
        small_units: small.len(),
        small_residents: small.iter().sum(),
    };
    let mut inputs: Vec<Input> = opener
        .files
        .iter()
        .chain(&report.files)
        .map(|f| Input { file: f.file.clone(), blake3: f.blake3.clone() })
        .collect();
    inputs.sort();
    inputs.dedup();
    Ok(Prepared {
        city: Arc::new(city),
        start: Month::new(config_start.year.into(), 1),
        n_months: years * 12,
        units: joined.units,
        names,
        unit_of,
        table_start,
        table_end,
        inputs,
        left_out,
        config_start,
    })
}

/// Both years have enough residents for shares and means.
fn is_large(start: &Values, end: &Values) -> bool {
    [start[0], end[0]].iter().all(|n| n.is_some_and(|n| n >= MIN_PEOPLE as f64))
}

impl Prepared {
    /// Months to simulate.
    pub fn n_months(&self) -> u16 {
        self.n_months
    }

    /// `scenario` in this city, from this start, without measures.
    pub fn scenario(&self, scenario: &Scenario) -> Scenario {
        Scenario {
            name: format!("hindcast-{}", self.config_start.name.to_lowercase()),
            start: self.start,
            years: u32::from(self.n_months) / 12,
            residents: Some(self.city.summary().residents),
            measures: Vec::new(),
            orders: Vec::new(),
            ..scenario.clone()
        }
    }

    /// Runs one seed. `on_month` is called after every month; it answers false to stop.
    pub fn run(
        &self,
        scenario: &Scenario,
        seed: u64,
        on_month: &dyn Fn(u16) -> bool,
    ) -> Result<SeedRun, HindcastError> {
        let mut sim = build(&self.scenario(scenario), self.city.clone(), seed)?;
        let (counts, lodging) = self.count(&mut sim, self.start);
        let start = self.values(&counts, &lodging);
        for month in 1..=self.n_months {
            sim.step().map_err(|fault| HindcastError::Fault { month: sim.clock().month().to_string(), fault })?;
            if !on_month(month) {
                return Err(HindcastError::Stopped);
            }
        }
        let (counts, lodging) = self.count(&mut sim, self.start.plus(i32::from(self.n_months)));
        Ok(SeedRun {
            seed,
            digest: sim.digest().to_string(),
            residents: counts.city.residents - counts.without_home.residents,
            without_home: counts.without_home.residents,
            start,
            end: self.values(&counts, &lodging),
        })
    }

    /// Counts `sim` as it stands; ages are those on the first day of `day`.
    /// Counts by neighbourhood, and the households that lodge there and are no children of the house.
    fn count(&self, sim: &mut Simulation, day: Month) -> (NeighbourhoodCounts, Vec<u64>) {
        let world = sim.world_mut();
        let (mut p, mut w) = (world.query::<&Person>(), world.query::<&Work>());
        let (mut h, mut d) = (world.query::<&Household>(), world.query::<&Dwelling>());
        let world = sim.world();
        let (p, w, h, d) = (p.query(world), w.query(world), h.query(world), d.query(world));
        let tables = Tables { persons: slice(&p), works: slice(&w), households: slice(&h), dwellings: slice(&d) };
        let n = self.city.neighbourhoods.len();
        let mut lodging = vec![0; n];
        // Whoever lodged at the start is in the households that the table counts.
        let start = ShortMonth::of(self.start);
        let own = |h: &&Household| {
            h.is_there() && h.dwelling.get().is_none() && !h.stands(Household::FIRST_HOME) && h.since >= start
        };
        for at in tables.households.iter().filter(own).filter_map(Household::lodging).filter(|&at| at < n) {
            lodging[at] += 1;
        }
        (NeighbourhoodCounts::count(tables, ShortMonth::of(day), n), lodging)
    }

    fn values(&self, counts: &NeighbourhoodCounts, lodging: &[u64]) -> Vec<Values> {
        let mut extra = vec![0; self.units.len()];
        self.unit_of.iter().zip(lodging).for_each(|(unit, n)| unit.iter().for_each(|&unit| extra[unit] += n));
        let mut sums = vec![Facts::default(); self.units.len()];
        for (unit, facts) in self.unit_of.iter().zip(&counts.neighbourhoods) {
            if let Some(unit) = unit {
                sums[*unit].add(facts);
            }
        }
        sums.iter().zip(extra).map(|(facts, n)| of_facts(facts, n)).collect()
    }

    /// Scores `runs`.
    pub fn score(self, runs: Vec<SeedRun>) -> Hindcast {
        let mean = |part: fn(&SeedRun) -> &Vec<Values>| -> Vec<Values> {
            (0..self.units.len())
                .map(|u| std::array::from_fn(|q| mean_of(runs.iter().map(|run| part(run)[u][q]))))
                .collect()
        };
        let (model_start, model_end) = (mean(|r| &r.start), mean(|r| &r.end));
        let sum = |values: &[Values]| values.iter().filter_map(|v| v[0]).sum();
        let residents = CityResidents {
            table_start: sum(&self.table_start),
            table_end: sum(&self.table_end),
            model_start: sum(&model_start),
            model_end: sum(&model_end),
        };
        let mut scores: Vec<Scores> =
            (0..N_QUANTITIES).map(|q| self.scores(QUANTITIES[q].id, &[q], &model_start, &model_end, &runs)).collect();
        scores.insert(1, self.scores("ages", &[1, 2, 3, 4, 5], &model_start, &model_end, &runs));
        let units = (0..self.units.len())
            .map(|u| UnitRow {
                name: self.names[u].clone(),
                unit: self.units[u].clone(),
                table_start: self.table_start[u],
                table_end: self.table_end[u],
                model_start: model_start[u],
                model_end: model_end[u],
            })
            .collect();
        Hindcast {
            version: env!("CARGO_PKG_VERSION").into(),
            city: self.city.name.clone(),
            start: self.start.to_string(),
            months: self.n_months,
            runs,
            left_out: self.left_out,
            residents,
            quantities: QUANTITIES.iter().map(|q| q.id).collect(),
            scores,
            sources: self.city.sources.clone(),
            inputs: self.inputs,
            units,
        }
    }

    /// Scores quantities `qs` together.
    fn scores(&self, id: &str, qs: &[usize], model_start: &[Values], model_end: &[Values], runs: &[SeedRun]) -> Scores {
        let points = |forecast: &dyn Fn(usize, usize) -> Option<f64>| -> Vec<Point> {
            let mut points = Vec::new();
            for &q in qs {
                for u in 0..self.units.len() {
                    let (a, b) = (&self.table_start[u], &self.table_end[u]);
                    if q > 0 && !is_large(a, b) {
                        continue;
                    }
                    let weight = if q == 0 { 1.0 } else { a[0].unwrap_or(0.0) };
                    // Whatever the model says nothing about is left out of every forecast alike.
                    if let (Some(start), Some(end), Some(forecast), true) =
                        (a[q], b[q], forecast(u, q), model_start[u][q].is_some() && model_end[u][q].is_some())
                    {
                        points.push(Point { weight, start, end, forecast });
                    }
                }
            }
            points
        };
        let ratio = |q: usize| {
            let both = |u: &usize| self.table_start[*u][q].is_some() && self.table_end[*u][q].is_some();
            let total = |values: &[Values]| {
                let (sum, weight) = (0..values.len())
                    .filter(both)
                    .filter_map(|u| Some((values[u][q]?, values[u][0]?)))
                    .fold((0.0, 0.0), |(s, w), (v, n)| if q == 0 { (s + v, 1.0) } else { (s + v * n, w + n) });
                sum / weight
            };
            total(&self.table_end) / total(&self.table_start)
        };
        let ratios: Vec<f64> = (0..N_QUANTITIES).map(ratio).collect();
        let trend = points(&|u, q| Some(self.table_start[u][q]? * ratios[q]));
        let mse_trend = mean_square_error(&trend);
        let rate = |points: &[Point]| score(points, mse_trend);
        let start = points(&|u, q| model_start[u][q]);
        let start_weight: f64 = start.iter().map(|p| p.weight).sum();
        let seed_skills =
            runs.iter().map(|run| rate(&points(&|u, q| run.end[u][q])).and_then(|s| s.skill_vs_nothing)).collect();
        Scores {
            quantity: id.into(),
            city_ratio: (qs.len() == 1).then(|| ratios[qs[0]]),
            nothing: rate(&points(&|u, q| self.table_start[u][q])),
            trend: rate(&trend),
            model: rate(&points(&|u, q| model_end[u][q])),
            model_change: rate(&points(&|u, q| Some(self.table_start[u][q]? + model_end[u][q]? - model_start[u][q]?))),
            start_mae: (start_weight > 0.0)
                .then(|| start.iter().map(|p| p.weight * (p.forecast - p.start).abs()).sum::<f64>() / start_weight),
            seed_skills,
        }
    }
}

/// Mean of those that are there.
fn mean_of(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let (n, sum) = values.flatten().fold((0.0, 0.0), |(n, sum), v| (n + 1.0, sum + v));
    (n > 0.0).then(|| sum / n)
}

impl Hindcast {
    /// The hindcast as JSON, for researchers.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a hindcast can be written")
    }

    /// Scores of a quantity, or of `ages`.
    pub fn scores_of(&self, id: &str) -> Option<&Scores> {
        self.scores.iter().find(|s| s.quantity == id)
    }
}

/// Writes `hindcast.json`, `hindcast.html` and `hindcast.nl.html` into `folder`; answers their paths.
pub fn write(hindcast: &Hindcast, city: &City, folder: &Path) -> Result<Vec<PathBuf>, crate::sim::files::FileError> {
    use std::io::Write as _;

    use crate::report::Lang;
    std::fs::create_dir_all(folder).map_err(crate::sim::files::FileError::io(folder))?;
    let files = [
        ("hindcast.html", html(hindcast, city, Lang::En)),
        ("hindcast.nl.html", html(hindcast, city, Lang::Nl)),
        ("hindcast.json", hindcast.to_json()),
    ];
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        crate::sim::files::write_atomic(&path, |file| file.write_all(text.as_bytes()))?;
        paths.push(path);
    }
    Ok(paths)
}
