//! A run folder read back.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float32Type, Float64Type, Int32Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use chrono::{Datelike, NaiveDate};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::indicators::{N_AGES, Pyramid, Table, city_indicators, neighbourhood_indicators, parts};
use crate::sim::Month;
use crate::sim::files::FileError;

/// Why a run folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nothing there, or something else than what a run leaves.
    #[error("{}: {}; expected the folder that a run left, such as out/base-1", .0.display(),
        if .0.exists() { "holds no table city_month" } else { "there is no such folder" })]
    NoRun(PathBuf),
    /// A table without rows: not a run folder, or a run that was interrupted in its first year.
    #[error("{}: no complete part; not a run folder, or the run has not finished", .0.display())]
    Empty(PathBuf),
    /// Not Parquet, or damaged.
    #[error("{}: {what}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// People who moved from one neighbourhood to another in a year; `None` is outside the city or without a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Calendar year.
    pub year: i32,
    /// Code of the neighbourhood left.
    pub from: Option<String>,
    /// Code of the neighbourhood moved to.
    pub to: Option<String>,
    /// People.
    pub people: u64,
}

/// The tables of one run folder (all but the panel).
#[derive(Debug, Clone, PartialEq)]
pub struct RunData {
    /// Name of the run: `name` of its provenance, or of its folder.
    pub name: String,
    /// Its folder, as it was named.
    pub folder: PathBuf,
    /// Seed, if the provenance tells.
    pub seed: Option<u64>,
    /// The whole provenance; `Null` if there is none.
    pub provenance: serde_json::Value,
    /// Months recorded; the first is the start.
    pub months: Vec<Month>,
    /// The city's indicators by name: one value per month, NaN = not available.
    pub city: BTreeMap<String, Vec<f64>>,
    /// Codes of the neighbourhoods, in the order of the columns.
    pub codes: Vec<String>,
    /// The neighbourhoods' indicators by name: for each month one value per neighbourhood, NaN = not available.
    pub neighbourhoods: BTreeMap<String, Vec<Vec<f32>>>,
    /// Pyramids, by month.
    pub pyramids: Vec<(Month, Pyramid)>,
    /// Moves per year.
    pub flows: Vec<Flow>,
    /// Pictures of heat and water.
    pub hazards: Vec<super::HazardMap>,
}

impl RunData {
    /// Reads the run folder `dir`. Columns that this version does not know are passed over, columns that the folder
    /// lacks are not available.
    pub fn load(dir: &Path) -> Result<RunData, LoadError> {
        if !dir.join(Table::CityMonth.name()).is_dir() {
            return Err(LoadError::NoRun(dir.into()));
        }
        let provenance = provenance(dir)?;
        let folder_name = dir.file_name().map_or_else(|| "run".into(), |n| n.to_string_lossy().into_owned());
        let name = provenance["name"].as_str().map_or(folder_name, String::from);
        let mut run = RunData {
            name,
            folder: dir.into(),
            seed: provenance["seed"].as_u64(),
            provenance,
            months: Vec::new(),
            city: BTreeMap::new(),
            codes: Vec::new(),
            neighbourhoods: BTreeMap::new(),
            pyramids: Vec::new(),
            flows: Vec::new(),
            hazards: super::climate::load(dir),
        };
        for batch in batches(dir, Table::CityMonth)? {
            let months = batch.months("month")?;
            for i in city_indicators() {
                run.city.entry(i.id.into()).or_default().extend(batch.numbers(i.id, months.len())?);
            }
            run.months.extend(months);
        }
        if run.months.is_empty() {
            return Err(LoadError::Empty(dir.join(Table::CityMonth.name())));
        }
        for batch in batches(dir, Table::NeighbourhoodMonth)? {
            run.add_neighbourhoods(&batch)?;
        }
        for batch in batches(dir, Table::PyramidYear)? {
            run.add_pyramids(&batch)?;
        }
        for batch in batches(dir, Table::MovesYear)? {
            let people = batch.numbers("people", batch.rows())?;
            let ends = batch.texts("from")?.into_iter().zip(batch.texts("to")?);
            for ((year, (from, to)), people) in batch.numbers("year", batch.rows())?.into_iter().zip(ends).zip(people) {
                run.flows.push(Flow { year: year as i32, from, to, people: people as u64 });
            }
        }
        Ok(run)
    }

    /// The city's series of indicator `id`, NaN where it is not available.
    pub fn series(&self, id: &str) -> Vec<f64> {
        self.city.get(id).cloned().unwrap_or_else(|| vec![f64::NAN; self.months.len()])
    }

    /// Place of the neighbourhood `code` in this run's arrays.
    pub fn place(&self, code: &str) -> Option<usize> {
        self.codes.iter().position(|c| c == code)
    }

    fn add_neighbourhoods(&mut self, batch: &Part) -> Result<(), LoadError> {
        let codes = batch.texts("neighbourhood")?;
        let months = batch.months("month")?;
        if self.codes.is_empty() {
            let n = months.iter().take_while(|m| **m == months[0]).count();
            self.codes = codes[..n].iter().map(|c| c.clone().unwrap_or_default()).collect();
        }
        let n = self.codes.len();
        let same = |chunk: &[Option<String>]| chunk.iter().flatten().eq(&self.codes);
        if n == 0 || codes.len() % n != 0 || !codes.chunks_exact(n).all(same) {
            return Err(batch.error("neighbourhood: every month must have the same neighbourhoods in the same order"));
        }
        for i in neighbourhood_indicators() {
            let values = batch.numbers(i.id, months.len())?;
            let rows = values.chunks_exact(n).map(|month| month.iter().map(|v| *v as f32).collect());
            self.neighbourhoods.entry(i.id.into()).or_default().extend(rows);
        }
        Ok(())
    }

    fn add_pyramids(&mut self, batch: &Part) -> Result<(), LoadError> {
        let (ages, people) = (batch.numbers("age_y", batch.rows())?, batch.numbers("people", batch.rows())?);
        let sexes = batch.texts("sex")?;
        for (((month, age), sex), n) in batch.months("month")?.into_iter().zip(ages).zip(sexes).zip(people) {
            if self.pyramids.last().is_none_or(|(m, _)| *m != month) {
                self.pyramids.push((month, vec![[0; 2]; N_AGES]));
            }
            let (_, pyramid) = self.pyramids.last_mut().expect("one was pushed above");
            let sex = usize::from(sex.as_deref() == Some("male"));
            pyramid[(age as usize).min(N_AGES - 1)][sex] += n as u32;
        }
        Ok(())
    }
}

fn provenance(dir: &Path) -> Result<serde_json::Value, LoadError> {
    let path = dir.join("provenance.json");
    if !path.exists() {
        return Ok(serde_json::Value::Null);
    }
    let text = fs::read_to_string(&path).map_err(FileError::io(&path))?;
    serde_json::from_str(&text).map_err(|e| LoadError::Content { path, what: e.to_string() })
}

/// A batch of rows, with its file for errors.
struct Part {
    path: PathBuf,
    batch: RecordBatch,
}

fn batches(dir: &Path, table: Table) -> Result<Vec<Part>, LoadError> {
    let folder = dir.join(table.name());
    let mut all = Vec::new();
    for (_, path) in parts(&folder)? {
        let content = |e: &dyn std::fmt::Display| LoadError::Content { path: path.clone(), what: e.to_string() };
        let file = File::open(&path).map_err(FileError::io(&path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| content(&e))?;
        // One batch per file: a year of neighbourhoods must not be cut in the middle of a month.
        let reader = builder.with_batch_size(usize::MAX >> 1).build().map_err(|e| content(&e))?;
        for batch in reader {
            all.push(Part { path: path.clone(), batch: batch.map_err(|e| content(&e))? });
        }
    }
    Ok(all)
}

impl Part {
    fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    fn error(&self, what: impl Into<String>) -> LoadError {
        LoadError::Content { path: self.path.clone(), what: what.into() }
    }

    fn column_of(&self, name: &str, kind: &DataType) -> Result<&ArrayRef, LoadError> {
        let missing = || self.error(format!("no column `{name}`"));
        let column = self.batch.column_by_name(name).ok_or_else(missing)?;
        if column.data_type() == kind {
            return Ok(column);
        }
        Err(self.error(format!("column `{name}`: {kind} expected, and it is {}", column.data_type())))
    }

    /// A column as numbers, null as NaN; all NaN if there is no such column.
    fn numbers(&self, name: &str, n: usize) -> Result<Vec<f64>, LoadError> {
        let Some(column) = self.batch.column_by_name(name) else { return Ok(vec![f64::NAN; n]) };
        macro_rules! as_numbers {
            ($kind:ty) => {
                Ok(column.as_primitive::<$kind>().iter().map(|v| v.map_or(f64::NAN, |v| v as f64)).collect())
            };
        }
        match column.data_type() {
            DataType::Int32 => as_numbers!(Int32Type),
            DataType::Int64 => as_numbers!(Int64Type),
            DataType::UInt64 => as_numbers!(UInt64Type),
            DataType::Float32 => as_numbers!(Float32Type),
            DataType::Float64 => as_numbers!(Float64Type),
            other => Err(self.error(format!("column `{name}`: a number expected, and it is {other}"))),
        }
    }

    fn months(&self, name: &str) -> Result<Vec<Month>, LoadError> {
        let column = self.column_of(name, &DataType::Date32)?;
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date").num_days_from_ce();
        let month = |days: Option<i32>| {
            let date = NaiveDate::from_num_days_from_ce_opt(days?.checked_add(epoch)?)?;
            Some(Month::new(date.year(), date.month()))
        };
        let months: Option<Vec<Month>> = column.as_primitive::<Date32Type>().iter().map(month).collect();
        months.ok_or_else(|| self.error(format!("column `{name}`: null or not a date")))
    }

    fn texts(&self, name: &str) -> Result<Vec<Option<String>>, LoadError> {
        let column = self.column_of(name, &DataType::Utf8)?;
        let texts = column.as_string::<i32>();
        Ok((0..texts.len()).map(|i| texts.is_valid(i).then(|| texts.value(i).to_string())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::{Measures, Recorder, RecorderOptions, toy_town};

    #[test]
    fn what_was_recorded_is_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let city = toy_town::city(40);
        let mut sim = toy_town::simulation(&city, 1);
        let mut recorder = Recorder::create(dir.path(), &city, &mut sim, RecorderOptions::default()).unwrap();
        let mut all: Vec<Measures> = Vec::new();
        let mut moved = 0u64;
        for _ in 0..14 {
            sim.step().unwrap();
            recorder.after_tick(&mut sim).unwrap();
            all.push(sim.world().resource::<Measures>().clone());
            moved += toy_town::people_moved(&sim);
        }
        recorder.finish(&mut sim).unwrap();
        let run = RunData::load(dir.path()).unwrap();
        assert_eq!(run.months.len(), 15);
        assert_eq!((run.months[0], run.months[14]), (Month::new(2024, 12), Month::new(2026, 2)));
        assert!(run.series("births")[0].is_nan(), "the start has no events");
        for (m, measures) in all.iter().enumerate() {
            for (c, i) in city_indicators().enumerate() {
                let (got, want) = (run.series(i.id)[m + 1], measures.city[c]);
                assert!(got == want || (got.is_nan() && want.is_nan()), "{} {got} {want}", i.id);
            }
            for (c, i) in neighbourhood_indicators().enumerate() {
                let (got, want) = (&run.neighbourhoods[i.id][m + 1], &measures.neighbourhoods[c]);
                assert!(got.iter().zip(want).all(|(g, w)| g == w || (g.is_nan() && w.is_nan())), "{}", i.id);
            }
        }
        assert_eq!(run.flows.iter().map(|f| f.people).sum::<u64>(), moved);
        let residents = |n: usize| run.pyramids[n].1.iter().flatten().map(|n| f64::from(*n)).sum::<f64>();
        assert_eq!(run.pyramids.len(), 3, "start, end of 2025, end");
        assert_eq!([residents(0), residents(2)], [run.series("residents")[0], run.series("residents")[14]]);
    }

    #[test]
    fn what_is_no_run_folder_is_refused_with_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let missing = RunData::load(dir.path()).unwrap_err().to_string();
        assert!(missing.contains("holds no table city_month"), "{missing}");
        let nowhere = RunData::load(&dir.path().join("nowhere")).unwrap_err().to_string();
        assert!(nowhere.contains("nowhere: there is no such folder; expected"), "{nowhere}");
        fs::create_dir_all(dir.path().join("city_month")).unwrap();
        assert!(matches!(RunData::load(dir.path()), Err(LoadError::Empty(_))));
        fs::write(dir.path().join("city_month/2025.parquet"), "PAR1 rubbish").unwrap();
        assert!(RunData::load(dir.path()).unwrap_err().to_string().contains("2025.parquet"));
    }
}
