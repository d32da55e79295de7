//! Runs: a scenario stepped to its end into a run folder, with checkpoints, and gone on with after an interruption.
//!
//! A run folder (contracts.md) is whole at any moment: it can be interrupted, or the process killed, and [`resume`]
//! ends at the same digest as if nothing had happened.

mod checkpoint;
pub mod design;
mod folder;
pub mod hindcast;
mod run;

pub use folder::{FolderError, InputFile, Provenance, RunFolder, RunResult, Timings, episodes_of, features};
pub use run::{CheckpointEvery, OnMonth, Outcome, Plan, RunError, resume, run};
