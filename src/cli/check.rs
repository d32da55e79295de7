//! `waterbed check FILE`.

use super::failure::Failure;
use crate::city::area::Cadastre;
use crate::scenario::costs::cost;
use crate::scenario::{Measure, MeasureArea, MeasureFile, Overrides, build_city, load, measures, size};
use crate::sim::Month;

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
    let cadastre = Cadastre::of(&city);
    if let Some(file) = file {
        scenario.measures.extend(file.check(&scenario, &cadastre)?.measures);
    }
    let orders = measures::orders(&scenario.measures, &cadastre, scenario.start)?;
    let end = scenario.start.plus(i32::from(scenario.n_months()));
    if args.print {
        print!("{}", scenario.to_toml());
    }
    for measure in &scenario.measures {
        let (id, from, lead) = (measure.lever.id, measure.from, measure.lever.lead_time_months);
        if measure.area != MeasureArea::City {
            eprintln!("note: {}: `{id}` holds in {}", measure.area_place, holds_in(measure, &cadastre, end)?);
        }
        if from >= end {
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

/// How large the area of `measure` is, and what it costs there until the month `end`.
fn holds_in(measure: &Measure, cadastre: &Cadastre, end: Month) -> Result<String, Failure> {
    let extent = measures::extent(&measure.area_place, &measure.area, cadastre)?;
    let n = extent.neighbourhoods().len();
    let n_parts = extent.neighbourhoods().iter().filter(|(_, whole)| !whole).count();
    let parts = if n_parts > 0 { format!(" ({n_parts} in part)") } else { String::new() };
    let (residents, eur) = (cadastre.residents(&extent), cost(measure, cadastre, end)?.total_eur());
    let plural = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let (cells, of) = (plural(extent.cells().len(), "cell"), plural(n, "neighbourhood"));
    Ok(format!("{cells} of 1 ha in {of}{parts}, {residents:.0} residents: € {eur:.0}"))
}
