//! `waterbed compare`.

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::report::{Language, city_of, load_runs};
use crate::report;

/// Compares two runs, or two sets of seeds
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed compare out/base-1 out/base-plan-1
  waterbed compare out/base-1 out/base-plan-1 --html difference.html --lang nl
  waterbed compare out/base-1,out/base-2 out/base-plan-1,out/base-plan-2 --json")]
pub(super) struct Args {
    /// First run folder; several seeds with commas between
    #[arg(value_name = "A")]
    a: String,
    /// Second run folder; several seeds with commas between
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
    let folders = |text: &str| text.split(',').map(PathBuf::from).collect::<Vec<_>>();
    let (first, second) = (folders(&args.a), folders(&args.b));
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
