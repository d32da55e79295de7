//! `waterbed hindcast START.toml END.toml`.

use std::path::PathBuf;

use super::failure::Failure;
use super::progress;
use crate::experiments::hindcast::{Hindcast, HindcastError, QUANTITIES, Scores, prepare, write};
use crate::scenario::build::ScenarioError;
use crate::scenario::{Overrides, load, size};

/// Runs a real city from one year's tables to a later year's and scores it against them
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed hindcast configs/cities/amsterdam-2020.toml configs/cities/amsterdam.toml --data DIR
  waterbed hindcast START.toml END.toml --data DIR --seeds 10 --json")]
pub(super) struct Args {
    /// Recipe of the city in the year to start from
    start: PathBuf,
    /// Recipe of the city in the year to compare with
    end: PathBuf,
    /// Folder with the files that the recipes name
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Scenario with what is known from outside the city: a file or the name of a built-in one
    #[arg(long, default_value = "base", value_name = "SCENARIO")]
    scenario: String,
    /// Number of seeds to run, from --seed on
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    seeds: u32,
    /// First seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder for hindcast.html, hindcast.nl.html and hindcast.json
    #[arg(long, default_value = "out/hindcast", value_name = "DIR")]
    out: PathBuf,
    /// Replace a hindcast that is there
    #[arg(long)]
    force: bool,
    /// Result as JSON on stdout
    #[arg(long)]
    json: bool,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    if args.out.join("hindcast.json").exists() && !args.force {
        let hint = "choose another --out, or replace it with --force";
        return Err(Failure::Argument(format!("{} holds a hindcast already", args.out.display()), Some(hint.into())));
    }
    let base = load(&args.scenario, &Overrides::default())?;
    let prepared = prepare(&args.start, &args.end, &args.data, &mut |_, _| {})?;
    size::guard(size::estimate(&prepared.scenario(&base), 1), size::default_limit())?;
    let bar = progress::months(u64::from(args.seeds) * u64::from(prepared.n_months()), args.quiet);
    let mut runs = Vec::new();
    for seed in (args.seed..).take(args.seeds as usize) {
        runs.push(prepared.run(&base, seed, &|_| {
            bar.inc(1);
            true
        })?);
    }
    bar.finish_and_clear();
    let city = prepared.city.clone();
    let hindcast = prepared.score(runs);
    let paths = write(&hindcast, &city, &args.out).map_err(Failure::failed)?;
    if args.json {
        println!("{}", hindcast.to_json());
    } else {
        print!("{}", table(&hindcast));
    }
    paths.iter().for_each(|path| eprintln!("{}", path.display()));
    Ok(())
}

fn table(hindcast: &Hindcast) -> String {
    let r = hindcast.residents;
    let left = &hindcast.left_out;
    let mut out = format!(
        "{}, {} months from {}: {} areas, {} runs\nresidents: table {:.0} to {:.0}, model {:.0} to {:.0}\n\
         left out: {} new neighbourhoods with {:.0} residents, {} old ones with {:.0}\n\n\
         {:<17} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7} {:>7} {:>7} {:>7}\n",
        hindcast.city,
        hindcast.months,
        hindcast.start,
        hindcast.units.len(),
        hindcast.runs.len(),
        r.table_start,
        r.table_end,
        r.model_start,
        r.model_end,
        left.end_codes.len(),
        left.end_residents,
        left.start_codes.len(),
        left.start_residents,
        "miss (MAE) of",
        "nothing",
        "trend",
        "model",
        "change",
        "start",
        "skill",
        "vs trnd",
        "R2",
        "corr"
    );
    hindcast.scores.iter().for_each(|scores| out.push_str(&row(scores)));
    out
}

fn row(scores: &Scores) -> String {
    let look = QUANTITIES.iter().find(|q| q.id == scores.quantity).unwrap_or(&QUANTITIES[1]);
    let (factor, digits) = (look.factor, look.decimals);
    let show = |v: Option<f64>, digits: usize| v.map_or("-".into(), |v| format!("{v:.digits$}"));
    let misses = [scores.nothing, scores.trend, scores.model, scores.model_change].map(|s| s.map(|s| s.mae));
    let model = scores.model;
    let rates = [
        model.and_then(|s| s.skill_vs_nothing),
        model.and_then(|s| s.skill_vs_trend),
        model.and_then(|s| s.r2_change),
        model.and_then(|s| s.correlation_change),
    ];
    let mut out = format!("{:<17}", scores.quantity);
    for miss in misses.into_iter().chain([scores.start_mae]) {
        out.push_str(&format!(" {:>9}", show(miss.map(|m| m * factor), digits)));
    }
    for rate in rates {
        out.push_str(&format!(" {:>7}", show(rate, 2)));
    }
    out.push('\n');
    out
}

impl From<HindcastError> for Failure {
    fn from(error: HindcastError) -> Failure {
        match error {
            HindcastError::Scenario(ScenarioError::Problems(problems)) => Failure::Input(problems),
            HindcastError::Import(error) => Failure::Argument(error.to_string(), None),
            HindcastError::Recipes(message) => Failure::Argument(message, None),
            other => Failure::failed(other),
        }
    }
}
