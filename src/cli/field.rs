//! Runs of water or heat alone: `waterbed flood` and, like it, every other field.

use serde::Serialize;

use super::failure::Failure;
use super::{flood, heat};
use crate::fields::case::CaseError;

/// Floods a terrain of your own, without people
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed flood breach.toml --out flood --json")]
pub(super) struct FloodCommand {
    #[command(flatten)]
    args: flood::FloodArgs,
    /// Summary as JSON on stdout
    #[arg(long)]
    json: bool,
}

impl FloodCommand {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let summary = flood::run(&self.args)?;
        summary.notices.iter().for_each(|notice| eprintln!("{notice}"));
        tell(&summary, self.json);
        eprintln!("written: {}", self.args.out.display());
        Ok(())
    }
}

/// Works out heat over a terrain of your own, without people
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed heat summer.toml --out heat --json")]
pub(super) struct HeatCommand {
    #[command(flatten)]
    args: heat::HeatArgs,
    /// Summary as JSON on stdout
    #[arg(long)]
    json: bool,
}

impl HeatCommand {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let summary = heat::run(&self.args)?;
        summary.notices.iter().for_each(|notice| eprintln!("{notice}"));
        tell(&summary, self.json);
        eprintln!("written: {}", self.args.out.display());
        Ok(())
    }
}

fn tell(summary: &impl Serialize, as_json: bool) {
    let value = serde_json::to_value(summary).expect("summaries can be written");
    match value.as_object() {
        Some(entries) if !as_json => entries.iter().for_each(|(key, value)| println!("{key:<18} {value}")),
        _ => println!("{value}"),
    }
}

impl From<CaseError> for Failure {
    fn from(error: CaseError) -> Failure {
        // Everything that a case's reader and its model object to is in the case or its rasters.
        Failure::Argument(error.to_string(), None)
    }
}
