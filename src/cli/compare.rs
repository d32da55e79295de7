//! `waterbed compare`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::failure::Failure;
use super::report::{Language, city_of, load_runs};
use crate::report;

/// Compares two runs, or two sets of seeds
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed compare out/base-1 out/base-plan-1
  waterbed compare out/base-1 out/base-plan-1 --html difference.html --lang nl
  waterbed compare out/base-1,out/base-2 out/base-plan-1,out/base-plan-2 --json
  waterbed compare without with          all seeds in the folders that --out named")]
pub(super) struct Args {
    /// First run folder; several seeds with commas between, or the folder that holds them
    #[arg(value_name = "A")]
    a: String,
    /// Second run folder; several seeds with commas between, or the folder that holds them
    #[arg(value_name = "B")]
    b: String,
    /// Also writes a page with maps
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Language of the page
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
    /// Differences as JSON on stdout
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let (first, second) = (folders(&args.a)?, folders(&args.b)?);
    let (a, b) = (load_runs(&first)?, load_runs(&second)?);
    let comparison = report::compare(&a, &b)?;
    if let Some(html) = &args.html {
        comparison.write_html(&city_of(&first[0])?, args.lang.into(), html)?;
        eprintln!("page: {}", html.display());
    }
    if args.json {
        // Not a number is written as null: not available.
        let one = |d: &report::Difference| json!({"id": d.id, "a": d.a, "b": d.b, "difference": d.b - d.a, "beyond_chance": d.beyond_chance});
        let differences: Vec<_> = comparison.differences.iter().map(one).collect();
        println!("{}", json!({"month": comparison.month.to_string(), "differences": differences}));
    } else {
        print!("{}", comparison.to_text());
    }
    Ok(())
}

/// Run folders that `text` names.
fn folders(text: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut all = Vec::new();
    for named in text.split(',').map(Path::new) {
        let within = if is_run(named) { Vec::new() } else { runs_within(named) };
        if let Some(scenarios) = several_scenarios(&within) {
            let message = format!("{}: holds runs of several scenarios ({scenarios})", named.display());
            return Err(Failure::Argument(message, Some("name the run folders, with commas between".into())));
        }
        // Without any within, what is wrong is told when it is read.
        if within.is_empty() { all.push(named.into()) } else { all.extend(within) }
    }
    Ok(all)
}

fn is_run(folder: &Path) -> bool {
    folder.join("city_month").is_dir()
}

/// Run folders in `folder`, by name.
fn runs_within(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten().map(|e| e.path());
    let mut runs: Vec<PathBuf> = entries.filter(|path| is_run(path)).collect();
    runs.sort();
    runs
}

/// Names of the scenarios of `runs` (folders are called `NAME-SEED`), if there are several.
fn several_scenarios(runs: &[PathBuf]) -> Option<String> {
    let name = |run: &PathBuf| {
        let folder = run.file_name()?.to_string_lossy().into_owned();
        Some(folder.rsplit_once('-').map_or(folder.clone(), |(name, _)| name.to_string()))
    };
    let mut names: Vec<String> = runs.iter().filter_map(name).collect();
    names.dedup();
    (names.len() > 1).then(|| names.join(", "))
}
