//! The recorder: writes the run folder (contracts.md).
use std::path::Path;

use crate::city::City;
use crate::sim::{Month, Simulation, files::FileError};

/// What is recorded beyond the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecorderOptions {
    /// One person in so many is followed in `panel/`; 0 = nobody.
    pub panel_one_in: u32,
}

impl Default for RecorderOptions {
    fn default() -> Self {
        RecorderOptions { panel_one_in: 100 }
    }
}

/// Why a run folder cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Writes the run folder while a simulation runs.
pub struct Recorder {}

impl Recorder {
    /// A new recorder on the run folder `dir` (made if missing; it must hold no tables yet). Records the start.
    pub fn create(
        dir: &Path,
        city: &City,
        sim: &mut Simulation,
        options: RecorderOptions,
    ) -> Result<Recorder, RecordError> {
        todo!("{dir:?} {} {} {options:?}", city.name, sim.seed())
    }

    /// Records the month just simulated; at the end of a calendar year puts the year's parts in place.
    pub fn after_tick(&mut self, sim: &mut Simulation) -> Result<(), RecordError> {
        todo!("{}", sim.seed())
    }

    /// Writes the rows of the running year to `checkpoint/`, so that [`Recorder::resume`] can go on from here. Call
    /// it with every checkpoint of the simulation, before the simulation's own file is renamed into place.
    pub fn checkpoint(&self) -> Result<(), RecordError> {
        todo!()
    }

    /// Goes on in the run folder `dir` after `month`, the last one simulated at the checkpoint: reads the rows of the
    /// running year and discards later parts.
    pub fn resume(dir: &Path, city: &City, month: Month, options: RecorderOptions) -> Result<Recorder, RecordError> {
        todo!("{dir:?} {} {month} {options:?}", city.name)
    }

    /// Puts the last parts in place.
    pub fn finish(self, sim: &mut Simulation) -> Result<(), RecordError> {
        todo!("{}", sim.seed())
    }
}
