//! `waterbed check FILE`.

use super::failure::Failure;
use crate::scenario::{MeasureFile, Overrides, build_city, load, measures, size};

/// Reads a scenario and tells everything that is wrong with it, without running it
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed check my.toml
  waterbed check base --measures plan.toml
  waterbed check my.toml --print > complete.toml")]
pub(super) struct Args {
    /// Scenario file, or the name of a built-in scenario
    scenario: String,
    /// File with [[measure]] entries to check on top of it
    #[arg(long, value_name = "FILE")]
    measures: Option<std::path::PathBuf>,
    /// Change a parameter, lever or field, as in `waterbed run`
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Write the complete scenario to stdout: includes resolved, every parameter stated
    #[arg(long)]
    print: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let mut scenario = load(&args.scenario, &Overrides { set: args.set.clone(), ..Overrides::default() })?;
    let file = args.measures.as_ref().map(|path| MeasureFile::load(path, scenario.start)).transpose()?;
    size::guard(size::estimate(&scenario, 1), size::default_limit())?;
    let city = build_city(&scenario)?;
    if let Some(file) = file {
        scenario.measures.extend(file.check(&scenario, &city)?.measures);
    }
    let orders = measures::orders(&scenario.measures, &city, scenario.start)?;
    if args.print {
        print!("{}", scenario.to_toml());
    }
    for measure in &scenario.measures {
        let (id, from, lead) = (measure.lever.id, measure.from, measure.lever.lead_time_months);
        if from >= scenario.start.plus(i32::from(scenario.n_months())) {
            eprintln!("note: {}: `{id}` begins in {from}, after the end of the scenario", measure.place);
        } else if from.plus(-(lead as i32)) < scenario.start {
            let decided = from.plus(-(lead as i32));
            eprintln!("note: {}: `{id}` takes {lead} months: for {from} it was decided in {decided}", measure.place);
        }
    }
    let (years, start) = (scenario.years, scenario.start);
    eprintln!("{} is sound: {}, {years} years from {start}, {} orders", args.scenario, city.name, orders.len());
    Ok(())
}
