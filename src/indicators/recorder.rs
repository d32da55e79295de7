//! The recorder: writes a simulation's tables into its run folder (contracts.md), one Parquet file per table and
//! calendar year, renamed into place when the year is complete.
//!
//! The columns are those of [`Table`]. Same simulation, same bytes. What is gathered since the last complete year
//! lives in memory; [`Recorder::checkpoint`] saves it, so that an interrupted run resumes without a gap:
//!
//! ```text
//! run:     create ─ (step, after_tick)* ─ finish
//! with checkpoints: … after_tick ─ checkpoint ─ save the simulation's snapshot …
//! resume:  restore the snapshot ─ resume(month) ─ (step, after_tick)* ─ finish
//! ```

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use rayon::prelude::*;

use super::incidents;
use super::measures::Measures;
use super::places::Places;
use super::rows::{N_AGES, PanelHome, PanelRow, Pyramid, Rows, month_of};
use super::tables::Table;
use crate::challenges::shared::Outcomes;
use crate::city::{City, CityOrigin};
use crate::gis::GridRef;
use crate::people::{Dwelling, Household, Person, ShortMonth, Tally};
use crate::sim::files::{self, FileError};
use crate::sim::state::slice;
use crate::sim::{Month, Simulation};

/// What is recorded beyond the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecorderOptions {
    /// One person in so many is followed in `panel/`; 0 = nobody.
    pub panel_one_in: u32,
    /// `incidents/` holds single events instead of counts by cell and month.
    pub each_event: bool,
}

impl Default for RecorderOptions {
    fn default() -> Self {
        RecorderOptions { panel_one_in: 100, each_event: false }
    }
}

/// Why a run folder cannot be written or resumed.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder holds an earlier run.
    #[error("{}: holds the tables of an earlier run; give another folder or resume that run", .0.display())]
    NotEmpty(PathBuf),
    /// The saved rows are not those of the checkpoint.
    #[error("{}: rows of {found}, but the checkpoint is of {wanted}", path.display())]
    OtherMonth {
        /// Which file.
        path: PathBuf,
        /// Month of the rows.
        found: Month,
        /// Month of the checkpoint.
        wanted: Month,
    },
}

const MAGIC: &[u8; 8] = b"WBROWS02";

fn leaving(sim: &Simulation) -> Cow<'_, Measures> {
    sim.world().resource::<Measures>().to_leave(sim.world().resource::<Places>().origin)
}

/// Writes the tables while a simulation runs.
pub struct Recorder {
    dir: PathBuf,
    codes: Vec<String>,
    grid: GridRef,
    options: RecorderOptions,
    rows: Rows,
    last: Month,
}

impl Recorder {
    /// A new recorder on the run folder `dir` (made if missing), which records how `sim` stands now, before its first
    /// month.
    ///
    /// # Errors
    /// If the folder cannot be made or already holds tables.
    pub fn create(
        dir: &Path,
        city: &City,
        sim: &mut Simulation,
        options: RecorderOptions,
    ) -> Result<Recorder, RecordError> {
        for table in Table::ALL {
            let folder = dir.join(table.name());
            fs::create_dir_all(&folder).map_err(FileError::io(&folder))?;
            if !parts(&folder)?.is_empty() {
                return Err(RecordError::NotEmpty(folder));
            }
        }
        let last = sim.clock().month();
        let mut recorder =
            Recorder { dir: dir.into(), codes: codes(city), grid: city.grid, options, rows: Rows::default(), last };
        Measures::now(sim);
        recorder.rows.add_month(&leaving(sim), false);
        recorder.rows.add_pyramid(last, pyramid(sim));
        recorder.rows.add_panel(panel(sim, recorder.options.panel_one_in));
        recorder.flush_complete_year()?;
        Ok(recorder)
    }

    /// Records the month just simulated; at the end of a calendar year puts the year's parts in place.
    pub fn after_tick(&mut self, sim: &mut Simulation) -> Result<(), RecordError> {
        self.last = sim.clock().month();
        self.rows.add_month(&leaving(sim), true);
        self.rows.add_moves(&sim.world().resource::<Tally>().moves);
        self.rows.add_panel(panel(sim, self.options.panel_one_in));
        // Of a real city no event leaves (models.md E-15).
        if sim.world().resource::<Places>().origin == CityOrigin::Generated {
            let outcomes = sim.world().resource::<Outcomes>();
            self.rows.add_incidents(incidents::of_month(self.last, outcomes, self.options.each_event));
        }
        if self.last.month() == 12 {
            self.rows.add_pyramid(self.last, pyramid(sim));
        }
        self.flush_complete_year()
    }

    /// Saves the rows of the running year to `checkpoint/rows-YYYY-MM.bin`. Call it with every checkpoint of the
    /// simulation, before the simulation's own file is put in place. The rows of the checkpoint before are kept, older
    /// ones removed.
    pub fn checkpoint(&self) -> Result<(), RecordError> {
        let folder = self.dir.join("checkpoint");
        fs::create_dir_all(&folder).map_err(FileError::io(&folder))?;
        let rows = postcard::to_stdvec(&(self.last, &self.rows)).expect("rows can be written");
        files::save_checked(&self.rows_file(self.last), MAGIC, &rows)?;
        let mut saved = names(&folder)?;
        saved.retain(|name| name.starts_with("rows-") && name.ends_with(".bin"));
        for old in saved.iter().rev().skip(2) {
            let path = folder.join(old);
            fs::remove_file(&path).map_err(FileError::io(&path))?;
        }
        Ok(())
    }

    /// Goes on in the run folder `dir` after `month`, the last one simulated at the checkpoint: reads back the rows
    /// of the running year and discards later parts.
    ///
    /// # Errors
    /// If the rows of that checkpoint are missing, damaged or of another month.
    pub fn resume(dir: &Path, city: &City, month: Month, options: RecorderOptions) -> Result<Recorder, RecordError> {
        let mut recorder = Recorder {
            dir: dir.into(),
            codes: codes(city),
            grid: city.grid,
            options,
            rows: Rows::default(),
            last: month,
        };
        let path = recorder.rows_file(month);
        let bytes = files::load_checked(&path, MAGIC)?;
        let damaged = |_| RecordError::File(FileError::Damaged { path: path.clone() });
        let (found, rows): (Month, Rows) = postcard::from_bytes(&bytes).map_err(damaged)?;
        if found != month {
            return Err(RecordError::OtherMonth { path, found, wanted: month });
        }
        recorder.rows = rows;
        for table in Table::ALL {
            let folder = dir.join(table.name());
            fs::create_dir_all(&folder).map_err(FileError::io(&folder))?;
            for (year, part) in parts(&folder)? {
                if year >= month.plus(1).year() {
                    fs::remove_file(&part).map_err(FileError::io(&part))?;
                }
            }
        }
        Ok(recorder)
    }

    /// Puts the last parts in place, complete year or not.
    pub fn finish(mut self, sim: &mut Simulation) -> Result<(), RecordError> {
        if !self.rows.is_empty() {
            if !self.rows.has_pyramid(self.last) {
                self.rows.add_pyramid(self.last, pyramid(sim));
            }
            self.flush()?;
        }
        Ok(())
    }

    fn rows_file(&self, month: Month) -> PathBuf {
        self.dir.join("checkpoint").join(format!("rows-{month}.bin"))
    }

    fn flush_complete_year(&mut self) -> Result<(), RecordError> {
        if self.last.month() == 12 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), RecordError> {
        let year = self.last.year();
        for table in Table::ALL {
            if let Some(batch) = self.rows.batch(table, year, &self.codes, self.grid) {
                write_part(&self.dir.join(table.name()).join(format!("{year:04}.parquet")), &batch)?;
            }
        }
        self.rows = Rows::default();
        Ok(())
    }
}

fn codes(city: &City) -> Vec<String> {
    city.neighbourhoods.iter().map(|n| n.code.clone()).collect()
}

fn write_part(path: &Path, batch: &RecordBatch) -> Result<(), FileError> {
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    files::write_atomic(path, |file| {
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(io::Error::other)?;
        writer.write(batch).map_err(io::Error::other)?;
        writer.close().map(drop).map_err(io::Error::other)
    })
}

/// Names in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>, FileError> {
    let entries = fs::read_dir(folder).map_err(FileError::io(folder))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(FileError::io(folder))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Parts of a table with their year, in order of year. Other files are left alone.
pub(crate) fn parts(folder: &Path) -> Result<Vec<(i32, PathBuf)>, FileError> {
    let year = |name: &str| name.strip_suffix(".parquet").and_then(|year| year.parse().ok());
    Ok(names(folder)?.iter().filter_map(|name| Some((year(name)?, folder.join(name)))).collect())
}

/// Residents by age and sex.
fn pyramid(sim: &mut Simulation) -> Pyramid {
    let now = ShortMonth::of(sim.clock().month());
    let mut state = sim.world_mut().query::<&Person>();
    let query = state.query(sim.world());
    let mut pyramid = vec![[0; 2]; N_AGES];
    for person in slice(&query).iter().filter(|p| p.is_there()) {
        pyramid[usize::from(person.age_y(now)).min(N_AGES - 1)][usize::from(person.sex.min(1))] += 1;
    }
    pyramid
}

/// True for the followed: one key in `one_in`, the same ones in every run.
pub(crate) fn is_followed(key: u64, one_in: u32) -> bool {
    // Multiplying spreads whatever pattern keys have over the high bits.
    one_in > 0 && ((key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32).is_multiple_of(one_in)
}

fn panel(sim: &mut Simulation, one_in: u32) -> Vec<PanelRow> {
    let month = sim.clock().month();
    let now = ShortMonth::of(month);
    let (mut p, mut h, mut d) = {
        let world = sim.world_mut();
        (world.query::<&Person>(), world.query::<&Household>(), world.query::<&Dwelling>())
    };
    let (persons, households, dwellings) = (p.query(sim.world()), h.query(sim.world()), d.query(sim.world()));
    let (persons, households, dwellings) = (slice(&persons), slice(&households), slice(&dwellings));
    let row = |person: &Person| {
        let household = person.household.get().map(|h| households[h]).unwrap_or_default();
        let home = household.dwelling.get().map(|d| dwellings[d]);
        PanelRow {
            month,
            person: person.key.0,
            household: household.key.0,
            age_y: person.age_y(now),
            sex: person.sex,
            has_partner: person.partner.get().is_some(),
            children: person.n_children,
            household_size: household.size,
            household_minors: household.n_minors,
            home: home.map(|d| PanelHome {
                neighbourhood: d.neighbourhood,
                tenure: d.tenure,
                area_m2: d.area_m2,
                cost_eur_m: d.cost_eur_m,
            }),
            since: month_of(household.since),
        }
    };
    let followed = |person: &&Person| person.is_there() && is_followed(person.key.0, one_in);
    persons.par_chunks(65_536).flat_map_iter(|chunk| chunk.iter().filter(followed).map(row)).collect()
}

#[cfg(test)]
#[path = "recorder_tests.rs"]
mod tests;
