//! `waterbed run`.

mod many;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::ValueEnum;
use serde_json::json;

use super::failure::Failure;
use super::progress;
use super::report::{Language, load_runs};
use crate::city::City;
use crate::experiments::{self, CheckpointEvery, Outcome, Plan};
use crate::report;
use crate::scenario::{Overrides, Scenario, build_city, load, load_measures, size};
use crate::session::{self, SessionError, SessionFile};

/// Runs a scenario into a folder: tables, maps and a report
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed run                              the base scenario, into out/base-1
  waterbed run my.toml --years 5 --seed 7
  waterbed run base --set build=200 --set demography.fertility_total=1.6
  waterbed run base --seeds 10              ten seeds, for a band
  waterbed run base --measures plan.toml --twin
                                            with and without the measures, ten seeds each
  waterbed run my.waterbed                  a live session, as it was left
  waterbed run --resume out/base-1          go on after an interruption")]
pub(super) struct Args {
    /// Scenario, by file or name, or a session file (.waterbed)
    #[arg(default_value = "base")]
    scenario: String,
    /// Years to simulate
    #[arg(long, allow_negative_numbers = true, value_parser = super::whole_number)]
    years: Option<i64>,
    /// Residents of a generated city
    #[arg(long, allow_negative_numbers = true, value_parser = super::whole_number)]
    residents: Option<i64>,
    /// Seed of all draws
    #[arg(long, allow_negative_numbers = true, value_parser = super::whole_number)]
    seed: Option<i64>,
    /// Number of seeds to run, in parallel, from --seed on
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: Option<u32>,
    /// Threads [default: all]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Where fields (water, heat) are computed
    #[arg(long, value_enum, default_value = "auto")]
    backend: Backend,
    /// File with [[measure]] entries to add
    #[arg(long, value_name = "FILE")]
    measures: Option<PathBuf>,
    /// Run with and without the measures, on the same seeds (ten unless --seeds)
    #[arg(long)]
    twin: bool,
    /// Change a parameter, lever or field; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Write single events, too, or only counts by cell and month
    #[arg(long, value_enum)]
    events: Option<Events>,
    /// Language of the report
    #[arg(long, value_enum, default_value = "en")]
    lang: Language,
    /// Folder under which the run folders NAME-SEED come
    #[arg(long, default_value = "out", value_name = "DIR")]
    out: PathBuf,
    /// Go on with the run in this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = [
        "years", "residents", "seed", "seeds", "measures", "twin", "set", "events", "force", "out",
    ])]
    resume: Option<PathBuf>,
    /// Replace a run that is there
    #[arg(long)]
    force: bool,
    /// Refuse to start if it would take more memory than this, e.g. 8GB [default: 80 % of what is free]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    memory_limit: Option<u64>,
    /// Result as JSON on stdout
    #[arg(long)]
    json: bool,
    /// No progress bar
    #[arg(long, short)]
    quiet: bool,
    /// Checkpoint every so many months instead of every minute (for tests)
    #[arg(long, hide = true, value_parser = clap::value_parser!(u16).range(1..))]
    checkpoint_months: Option<u16>,
    /// Stop as if interrupted after so many months (for tests)
    #[arg(long, hide = true)]
    stop_after: Option<u16>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Backend {
    /// A graphics processor if there is one, else the CPU
    Auto,
    /// CPU
    Cpu,
    /// Graphics processor
    Gpu,
}

#[derive(Clone, Copy, ValueEnum)]
enum Events {
    /// Counts by cell and month
    Cells,
    /// Single events, too
    Full,
}

fn parse_size(text: &str) -> Result<u64, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let factor = match text[split..].trim().to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "KB" | "K" => 1e3,
        "MB" | "M" => 1e6,
        "GB" | "G" => 1e9,
        "TB" | "T" => 1e12,
        _ => return Err("write a size such as 800MB or 8GB".into()),
    };
    text[..split].parse::<f64>().map(|n| (n * factor) as u64).map_err(|_| "write a size such as 800MB or 8GB".into())
}

/// Set by Ctrl-C and by a request to end.
static STOP: AtomicBool = AtomicBool::new(false);

fn listen_for_interrupts() -> Result<(), Failure> {
    let handler = || {
        if STOP.swap(true, Ordering::SeqCst) {
            // Asked twice: stop now. The last checkpoint stands.
            std::process::exit(3);
        }
        eprintln!("finishing this month and writing a checkpoint; once more to stop at once");
    };
    ctrlc::set_handler(handler).map_err(Failure::failed)
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    listen_for_interrupts()?;
    let outcomes = match &args.resume {
        Some(folder) => vec![resume(args, folder)?],
        None => start(args)?,
    };
    tell(args, &outcomes)
}

/// The base scenario, as when the program is called without arguments. A run that is there is replaced if it was of
/// the same scenario, for then it comes out the same.
pub(super) fn base() -> Result<(), Failure> {
    #[derive(clap::Parser)]
    struct Base {
        #[command(flatten)]
        args: Args,
    }
    let mut args = <Base as clap::Parser>::parse_from(["waterbed"]).args;
    let plan = &plans(&args)?[0];
    let there = plan.folder.join("scenario.toml");
    if there.is_file() {
        let found = load(&there.to_string_lossy(), &Overrides::default())?;
        // Where the recipe of its city lies does not matter.
        args.force = Scenario { city: plan.scenario.city.clone(), ..found } == plan.scenario;
    }
    run(&args)
}

fn plans(args: &Args) -> Result<Vec<Plan>, Failure> {
    let mut set = args.set.clone();
    set.extend(args.events.map(|events| match events {
        Events::Cells => "output.events=cells".to_string(),
        Events::Full => "output.events=full".to_string(),
    }));
    let overrides = Overrides { years: args.years, residents: args.residents, seed: args.seed, set };
    let scenario = match Path::new(&args.scenario).extension().is_some_and(|e| e == session::file::SUFFIX) {
        true => session_scenario(args, &overrides)?,
        false => load(&args.scenario, &overrides)?,
    };
    let variants = variants(args, scenario)?;
    let n_seeds = args.seeds.unwrap_or(if args.twin { 10 } else { 1 });
    let mut plans = Vec::new();
    for (variant, scenario) in variants {
        let label = if variant.is_empty() { String::new() } else { format!("-{variant}") };
        for seed in (scenario.seed..).take(n_seeds as usize) {
            let name = format!("{}{label}", scenario.name);
            plans.push(Plan {
                folder: args.out.join(format!("{name}-{seed}")),
                name,
                lang: args.lang.into(),
                scenario: scenario.clone(),
                seed,
                variant: if variant.is_empty() { "baseline".into() } else { variant.clone() },
                replace: args.force,
                backend: backend(args.backend).into(),
                checkpoint_every: args.checkpoint_months.map_or_else(Default::default, CheckpointEvery::Ticks),
            });
        }
    }
    Ok(plans)
}

/// What a session file says, up to the month in which it was left: the same run as the session's.
fn session_scenario(args: &Args, overrides: &Overrides) -> Result<Scenario, Failure> {
    if !overrides.set.is_empty() || overrides.residents.is_some() {
        let hint = "export its scenario from the session, and run that".to_string();
        let message = "a session is run as it is: `--set` and `--residents` do not go with it".to_string();
        return Err(Failure::Argument(message, Some(hint)));
    }
    let file = SessionFile::load(Path::new(&args.scenario)).map_err(session_failure)?;
    let mut scenario = file.plans.scenario(&file.scenario);
    scenario.end = (file.month >= scenario.start).then_some(file.month);
    if let Some(years) = overrides.years {
        (scenario.years, scenario.end) = (years.clamp(1, 200) as u32, None);
    }
    if let Some(seed) = overrides.seed {
        scenario.seed = seed.max(0) as u64;
    }
    Ok(scenario)
}

/// Why a session file cannot be used, as a failure.
pub(super) fn session_failure(error: SessionError) -> Failure {
    match error {
        SessionError::Scenario(problems) => problems.into(),
        other => Failure::Argument(other.to_string(), None),
    }
}

/// The scenario itself, and beside it with or without the measures: (name, scenario).
fn variants(args: &Args, scenario: Scenario) -> Result<Vec<(String, Scenario)>, Failure> {
    let mut with = scenario.clone();
    let mut without = scenario;
    let mut name = "measures".to_string();
    if let Some(path) = &args.measures {
        with.measures.extend(load_measures(path, with.start)?);
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        name = stem.unwrap_or(name);
    } else if args.twin {
        without.measures.clear();
        if with.measures.is_empty() {
            let hint = "name a file with --measures, or set a lever: --set build=200".to_string();
            return Err(Failure::Argument("--twin needs measures to compare".into(), Some(hint)));
        }
    }
    Ok(match (args.twin, args.measures.is_some()) {
        (true, _) => vec![(String::new(), without), (name, with)],
        (false, true) => vec![(name, with)],
        (false, false) => vec![(String::new(), with)],
    })
}

fn backend(backend: Backend) -> &'static str {
    match backend {
        Backend::Auto => "auto",
        Backend::Cpu => "cpu",
        Backend::Gpu => "gpu",
    }
}

fn n_threads(args: &Args) -> usize {
    args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

fn start(args: &Args) -> Result<Vec<Outcome>, Failure> {
    let plans = plans(args)?;
    let scenario = &plans[0].scenario;
    let n_at_once = plans.len().min(n_threads(args)) as u64;
    size::guard(size::estimate(scenario, n_at_once), args.memory_limit.unwrap_or_else(size::default_limit))?;
    let start = Instant::now();
    let city = Arc::new(many::with_threads(n_threads(args), || build_city(scenario).map_err(Failure::from))?);
    let city_s = start.elapsed().as_secs_f64();
    let bar = progress::months(plans.iter().map(|plan| u64::from(plan.scenario.n_months())).sum(), args.quiet);
    let on_month = |month: u16| {
        bar.inc(1);
        !STOP.load(Ordering::SeqCst) && args.stop_after != Some(month)
    };
    let outcomes =
        many::run_all(&plans, n_threads(args), |plan| experiments::run(plan, city.clone(), city_s, &on_month));
    bar.finish_and_clear();
    let outcomes = outcomes?;
    if outcomes.len() > 1 && outcomes.iter().all(|o| o.digest.is_some()) {
        report_together(args, &outcomes, &city)?;
    }
    Ok(outcomes)
}

fn resume(args: &Args, folder: &std::path::Path) -> Result<Outcome, Failure> {
    let every = args.checkpoint_months.map_or_else(Default::default, CheckpointEvery::Ticks);
    let bar = progress::months(0, args.quiet);
    let make_city = |scenario: &Scenario| -> Result<Arc<City>, Failure> {
        let limit = args.memory_limit.unwrap_or_else(size::default_limit);
        size::guard(size::estimate(scenario, 1), limit)?;
        bar.set_length(u64::from(scenario.n_months()));
        Ok(Arc::new(build_city(scenario)?))
    };
    let on_month = |month: u16| {
        bar.set_position(u64::from(month));
        !STOP.load(Ordering::SeqCst) && args.stop_after != Some(month)
    };
    let outcome = many::with_threads(n_threads(args), || {
        experiments::resume(folder, every, args.lang.into(), make_city, &on_month)
    });
    bar.finish_and_clear();
    outcome
}

fn tell(args: &Args, outcomes: &[Outcome]) -> Result<(), Failure> {
    for outcome in outcomes {
        outcome.notices.iter().for_each(|notice| eprintln!("{}: {notice}", outcome.folder.display()));
    }
    let unfinished: Vec<PathBuf> = outcomes.iter().filter(|o| o.digest.is_none()).map(|o| o.folder.clone()).collect();
    if !unfinished.is_empty() {
        return Err(Failure::Interrupted(unfinished));
    }
    if args.json {
        let one = |o: &Outcome| {
            json!({
                "digest": o.digest,
                "months": o.result.months,
                "residents": o.result.residents,
                "households": o.result.households,
                "start_s": o.timings.start_s,
                "ticks_s": o.timings.ticks_s,
                "folder": o.folder,
            })
        };
        let result = match outcomes {
            [only] => one(only),
            _ => {
                let runs: Vec<_> = outcomes
                    .iter()
                    .map(|o| {
                        let mut run = one(o);
                        run["seed"] = o.seed.into();
                        run["variant"] = o.variant.clone().into();
                        run
                    })
                    .collect();
                json!({ "runs": runs })
            }
        };
        println!("{result}");
    }
    for outcome in outcomes {
        let seconds = outcome.timings.start_s + outcome.timings.ticks_s;
        let (months, residents) = (outcome.result.months, outcome.result.residents);
        eprintln!("{}: {months} months, {residents} residents, {seconds:.1} s", outcome.folder.display());
        if !args.json {
            println!("{}", outcome.folder.join("report.html").display());
        }
    }
    Ok(())
}

/// Where several runs are shown together: with their band, and beside the baseline.
fn report_together(args: &Args, outcomes: &[Outcome], city: &City) -> Result<(), Failure> {
    let of = |variant: &str| -> Vec<PathBuf> {
        outcomes.iter().filter(|o| o.variant == variant).map(|o| o.folder.clone()).collect()
    };
    let mut variants: Vec<&str> = outcomes.iter().map(|o| o.variant.as_str()).collect();
    variants.dedup();
    let mut all = Vec::new();
    for variant in &variants {
        let folders = of(variant);
        let runs = load_runs(&folders)?;
        if runs.len() > 1 {
            let path = args.out.join(format!("{}-{}-seeds.html", runs[0].name, runs.len()));
            report::write(&runs, city, args.lang.into(), &path)?;
            eprintln!("report over {} seeds: {}", runs.len(), path.display());
        }
        all.push(runs);
    }
    if let [a, b] = all.as_slice() {
        let path = args.out.join(format!("{}-compared.html", b[0].name));
        report::compare(a, b)?.write_html(city, args.lang.into(), &path)?;
        eprintln!("with and without: {}", path.display());
    }
    Ok(())
}
