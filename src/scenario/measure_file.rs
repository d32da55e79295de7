//! Files of measures: a plan that can be put on top of any scenario.
//!
//! ```toml
//! budget_eur = 5_000_000              # optional: what all measures together may cost until the end
//!
//! [[measure]]                         # as in a scenario
//! lever = "build"
//! value = 50
//! ```
//!
//! What is wrong with a plan is told all at once: what shows in the file, and what only the city tells (areas that it
//! has not, measures that contradict each other there, a budget that does not suffice).

use std::path::Path;

use super::files::Files;
use super::problem::{Place, Problems, did_you_mean};
use super::read::{add_measure, read_layers};
use super::reader::Reader;
use super::tree::{self, Table};
use super::{Measure, MeasureArea, Scenario, costs, measures};
use crate::city::area::Cadastre;
use crate::policies::{LEVERS, lever};
use crate::sim::Month;

/// Measures that have been read but not checked against a city.
#[derive(Debug, Clone, Default)]
pub struct MeasureFile {
    measures: Vec<Measure>,
    budget: Option<(Place, f64)>,
    areas: Vec<(Place, MeasureArea)>,
    problems: Problems,
}

/// Measures that hold in a city.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeasurePlan {
    /// The measures.
    pub measures: Vec<Measure>,
    /// What they may cost in all, €.
    pub budget_eur: Option<f64>,
}

impl MeasureFile {
    /// Reads the file at `path` for a scenario that starts in `start`.
    ///
    /// # Errors
    /// If the file cannot be read as TOML; what else is wrong is told by [`MeasureFile::check`].
    pub fn load(path: &Path, start: Month) -> Result<MeasureFile, Problems> {
        let place = Place::whole("--measures");
        let path = Files.find(&place, &path.to_string_lossy())?;
        let table = read_layers(&Files, &place, &path, &mut Vec::new())?;
        Ok(MeasureFile::read(table, &Place::whole(path.display().to_string()), start))
    }

    /// One measure for the whole city, `LEVER=VALUE`, given with the option `name`.
    pub fn of_option(name: &str, text: &str, start: Month) -> Result<MeasureFile, Problems> {
        let place = Place::whole(format!("{name} {text}"));
        let (key, value) = text.split_once('=').unwrap_or((text, ""));
        if lever(key.trim()).is_none() {
            let hint = did_you_mean(key.trim(), LEVERS.iter().map(|l| l.id));
            return Err(Problems::one(&place, format!("unknown lever `{}`", key.trim()), hint));
        }
        let mut table = Table::default();
        add_measure(&mut table, key.trim(), tree::parse_value(value.trim(), &place));
        Ok(MeasureFile::read(table, &place, start))
    }

    fn read(table: Table, file: &Place, start: Month) -> MeasureFile {
        let mut found = MeasureFile::default();
        let mut reader = Reader::new(table, "", &mut found.problems);
        let at = reader.place("budget_eur");
        let budget = reader.number("budget_eur", 0.0..=1e12, "€");
        found.budget = at.zip(budget);
        let tables = reader.tables("measure");
        reader.finish();
        if tables.is_empty() {
            let hint = "write `[[measure]]` with at least `lever` and `value`".to_string();
            found.problems.add(file, "has no measures", Some(hint));
        }
        for (at, table) in tables {
            let read = measures::read(at, table, start, &Files, &mut found.areas, &mut found.problems);
            found.measures.extend(read);
        }
        found
    }

    /// Only the measures of lever `id`, without a budget; `None` if there are none.
    pub fn only(&self, id: &str) -> Option<MeasureFile> {
        let measures: Vec<Measure> = self.measures.iter().filter(|m| m.lever.id == id).cloned().collect();
        (!measures.is_empty()).then(|| MeasureFile { measures, ..MeasureFile::default() })
    }

    /// This plan and `other` as one; the budgets add up, if both have one.
    pub fn and(&self, other: &MeasureFile) -> MeasureFile {
        let mut both = self.clone();
        both.measures.extend(other.measures.iter().cloned());
        both.areas.extend(other.areas.iter().cloned());
        both.problems.extend(other.problems.clone());
        let sum = |(place, a): (Place, f64), (_, b)| (place, a + b);
        both.budget = self.budget.clone().zip(other.budget.clone()).map(|(a, b)| sum(a, b));
        both
    }

    /// The plan, if it holds in the city of `cadastre` on top of `scenario`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn check(self, scenario: &Scenario, cadastre: &Cadastre) -> Result<MeasurePlan, Problems> {
        let MeasureFile { measures: found, budget, areas, mut problems } = self;
        for (place, area) in &areas {
            problems.extend(measures::extent(place, area, cadastre).err().unwrap_or_default());
        }
        let all: Vec<Measure> = scenario.measures.iter().chain(&found).cloned().collect();
        problems.extend(measures::orders(&all, cadastre, scenario.start).err().unwrap_or_default());
        if let Some((place, eur)) = &budget {
            over_budget(&found, scenario, cadastre, place, *eur, &mut problems);
        }
        problems.or(MeasurePlan { measures: found, budget_eur: budget.map(|(_, eur)| eur) })
    }
}

fn over_budget(
    found: &[Measure],
    scenario: &Scenario,
    cadastre: &Cadastre,
    place: &Place,
    budget_eur: f64,
    problems: &mut Problems,
) {
    let end = scenario.start.plus(i32::from(scenario.n_months()));
    let cost = |m: &Measure| costs::cost(m, cadastre, end).map_or(0.0, |cost| cost.total_eur());
    let mut all: Vec<(f64, &Measure)> = found.iter().map(|m| (cost(m), m)).collect();
    let total: f64 = all.iter().map(|(eur, _)| eur).sum();
    if total <= budget_eur {
        return;
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let dearest: Vec<String> =
        all.iter().take(3).map(|(eur, m)| format!("`{}` of {}: € {eur:.0}", m.lever.id, m.place)).collect();
    let message = format!("the measures cost € {total:.0} until the end, over `budget_eur` = {budget_eur:.0}");
    problems.add(place, message, Some(format!("dearest are {}", dearest.join(", "))));
}
