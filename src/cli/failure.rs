//! Why a command did not do what it was asked, and the exit code for it.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::experiments::{FolderError, RunError};
use crate::scenario::Problems;
use crate::scenario::build::ScenarioError;
use crate::scenario::size::TooLarge;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something failed on the way (exit code 1).
    Failed(String),
    /// Arguments or input are wrong (2).
    Input(Problems),
    /// Arguments are wrong (2): message and hint.
    Argument(String, Option<String>),
    /// Interrupted (3); these run folders can be gone on with.
    Interrupted(Vec<PathBuf>),
    /// Stopped before it was done, and not to be gone on with (3): what to do instead.
    Stopped(String),
    /// Refused for its size (4).
    Refused(TooLarge),
    /// Refused for its size (4), with a hint of its own.
    RefusedWith(TooLarge, String),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Failed(_) => 1,
            Failure::Input(_) | Failure::Argument(..) => 2,
            Failure::Interrupted(_) | Failure::Stopped(_) => 3,
            Failure::Refused(_) | Failure::RefusedWith(..) => 4,
        })
    }

    /// Wraps any other error as a failure on the way.
    pub(super) fn failed(error: impl fmt::Display) -> Failure {
        Failure::Failed(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Failed(message) | Failure::Argument(message, None) => write!(f, "error: {message}"),
            Failure::Argument(message, Some(hint)) => write!(f, "error: {message}\nhint: {hint}"),
            Failure::Input(problems) => write!(f, "{problems}"),
            Failure::Refused(too_large) => {
                write!(f, "error: {too_large}\nhint: choose fewer residents or a coarser grid, or raise --memory-limit")
            }
            Failure::RefusedWith(too_large, hint) => write!(f, "error: {too_large}\nhint: {hint}"),
            Failure::Stopped(hint) => write!(f, "interrupted\nhint: {hint}"),
            Failure::Interrupted(folders) => {
                write!(f, "interrupted")?;
                folders
                    .iter()
                    .try_for_each(|folder| write!(f, "\nhint: go on with: waterbed run --resume {}", folder.display()))
            }
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Failure {
        Failure::Input(problems)
    }
}

impl From<TooLarge> for Failure {
    fn from(too_large: TooLarge) -> Failure {
        Failure::Refused(too_large)
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        match error {
            RunError::Scenario(ScenarioError::Problems(problems)) => Failure::Input(problems),
            RunError::Folder(error) => error.into(),
            RunError::Report(error) => error.into(),
            other => Failure::failed(other),
        }
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Failure {
        let hint = match &error {
            FolderError::Scenario(problems) => return Failure::Input(problems.clone()),
            FolderError::File(_) | FolderError::Provenance { .. } => return Failure::failed(error),
            FolderError::Taken(_) => {
                "choose another --out or --seed, go on with it with --resume, or replace it with --force"
            }
            FolderError::Busy(_) => "wait for it, or choose another --out",
            FolderError::NoRun { .. } => "name a folder that `waterbed run` has made, e.g. out/base-1",
            FolderError::OtherVersion { .. } => "a run ends only with the version that it began with: run it again",
            FolderError::ChangedInput(_) => "put the old file back, or run it again",
        };
        Failure::Argument(error.to_string(), Some(hint.into()))
    }
}
