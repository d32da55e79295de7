//! `waterbed report`.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::city::City;
use crate::report::{self, Lang, LoadError, ReportError, RunData};
use crate::scenario::{Overrides, build_city, load};

/// Writes the report of a run again, or one report about several seeds of a scenario
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed report out/base-1 --lang nl
  waterbed report out/base-1 out/base-2 out/base-3 --out band.html")]
pub(super) struct Args {
    /// Run folders
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<PathBuf>,
    /// Language
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
    /// File to write [default: report.html in the run folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Language of a report
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub(super) enum Language {
    /// English
    #[default]
    En,
    /// Dutch
    Nl,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Lang {
        match language {
            Language::En => Lang::En,
            Language::Nl => Lang::Nl,
        }
    }
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let out = match (&args.out, args.runs.as_slice()) {
        (Some(out), _) => out.clone(),
        (None, [only]) => only.join("report.html"),
        (None, _) => {
            let hint = "name the file to write with --out".to_string();
            return Err(Failure::Argument("a report about several runs has no folder of its own".into(), Some(hint)));
        }
    };
    let runs = load_runs(&args.runs)?;
    report::write(&runs, &city_of(&args.runs[0])?, args.lang.into(), &out)?;
    println!("{}", out.display());
    Ok(())
}

/// The tables of run folders.
pub(super) fn load_runs(folders: &[PathBuf]) -> Result<Vec<RunData>, Failure> {
    folders.iter().map(|folder| Ok(RunData::load(folder).map_err(ReportError::from)?)).collect()
}

/// The city of a run folder.
pub(super) fn city_of(folder: &Path) -> Result<City, Failure> {
    let scenario = load(&folder.join("scenario.toml").to_string_lossy(), &Overrides::default())?;
    Ok(build_city(&scenario)?)
}

impl From<ReportError> for Failure {
    fn from(error: ReportError) -> Failure {
        match &error {
            ReportError::Load(LoadError::Empty(_)) => {
                let hint = "go on with it: waterbed run --resume DIR".to_string();
                Failure::Argument(error.to_string(), Some(hint))
            }
            ReportError::Load(_) | ReportError::NothingInCommon | ReportError::OtherCity { .. } => {
                Failure::Argument(error.to_string(), None)
            }
            _ => Failure::failed(error),
        }
    }
}
