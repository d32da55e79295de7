//! `waterbed run`.

mod ablate;
mod design;
mod many;
mod twin;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use clap::ValueEnum;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::failure::Failure;
use super::progress;
use super::report::{Language, load_runs};
use crate::city::City;
use crate::city::area::Cadastre;
use crate::experiments::design::Shard;
use crate::experiments::{self, CheckpointEvery, Outcome, Plan};
use crate::fields::backend::Backend;
use crate::report;
use crate::scenario::{MeasureFile, Overrides, Scenario, build_city, load, orders, size};
use crate::session::{self, SessionError, SessionFile};
use crate::sim::Simulation;

/// Runs a scenario into a folder: tables, maps and a report
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed run                              the base scenario, into out/base-1
  waterbed run my.toml --years 5 --seed 7
  waterbed run base --set build=200 --set demography.fertility_total=1.6
  waterbed run base --seeds 10              ten seeds, for a band
  waterbed run base --measures plan.toml --twin
                                            with and without the measures, ten seeds each: what
                                            goes down, what comes up, and is it more than noise?
  waterbed run base --synergy plan.toml,spreading=0.8 --apart
                                            each, both together, and with authorities acting apart
  waterbed run my.waterbed                  a live session, as it was left
  waterbed run base --design table.csv --shard 1/4
                                            a quarter of the rows of a table of parameters
  waterbed run base --ablate                which coupling between challenges does what
  waterbed run base --orders out/base-1/orders.jsonl
                                            a session played again, to the same digest
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
    /// Where fields (water, heat) are computed: auto (a graphics processor if there is one, else the CPU), cpu, gpu; a
    /// session on the CPU unless said otherwise, but for what a graphics processor made in it [default: auto]
    #[arg(long)]
    backend: Option<Backend>,
    /// File with [[measure]] entries to add
    #[arg(long, value_name = "FILE")]
    measures: Option<PathBuf>,
    /// Run every row of a table: its columns are what --set takes, and seed
    #[arg(long, value_name = "CSV", conflicts_with_all = ["measures", "twin", "synergy", "ablate", "seeds", "orders"])]
    design: Option<PathBuf>,
    /// Only every n-th row of the design, beginning with the i-th
    #[arg(long, value_name = "I/N", value_parser = design::shard, requires = "design")]
    shard: Option<Shard>,
    /// Switch couplings between challenges off and on, one by one: which one does what
    #[arg(long, conflicts_with_all = ["twin", "synergy", "orders"])]
    ablate: bool,
    /// Play the orders of a run again, instead of the scenario's measures
    #[arg(long, value_name = "FILE", conflicts_with_all = ["measures", "twin", "synergy"])]
    orders: Option<PathBuf>,
    /// Solve heat and water anew, and do not take what a graphics processor made in the session, or in the run whose
    /// orders are played
    #[arg(long)]
    recompute: bool,
    /// Run with and without the measures, on the same seeds (ten unless --seeds)
    #[arg(long)]
    twin: bool,
    /// Two plans (files of measures, LEVER=VALUE, or levers of --measures): each alone, and both together
    #[arg(long, value_name = "A,B", value_parser = two)]
    synergy: Option<(String, String)>,
    /// Authorities plan one after the other instead of together: later ones begin a lead time after the earlier
    #[arg(long)]
    apart: bool,
    /// Indicators to map in the report of a twin [default: those that change most]
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    show: Vec<String>,
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
        "years", "residents", "seed", "seeds", "measures", "twin", "synergy", "apart", "show", "orders", "design", "ablate", "set", "events", "force", "out",
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
enum Events {
    /// Counts by cell and month
    Cells,
    /// Single events, too
    Full,
}

fn two(text: &str) -> Result<(String, String), String> {
    match text.split(',').map(str::trim).collect::<Vec<_>>().as_slice() {
        [a, b] if !a.is_empty() && !b.is_empty() => Ok(((*a).into(), (*b).into())),
        _ => Err("name two plans with a comma between, such as build.toml,spreading=0.8".into()),
    }
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
    if args.recompute && args.orders.is_none() && !is_session(args) {
        let message = "--recompute needs what is played again: --orders FILE, or a session".to_string();
        return Err(Failure::Argument(message, None));
    }
    if let Some(path) = &args.design {
        return design::run(args, path);
    }
    if args.ablate {
        return ablate::run(args);
    }
    if args.twin || args.synergy.is_some() {
        return twin::run(args);
    }
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
    let scenario = scenario(&args)?;
    let there = args.out.join(format!("{}-{}", scenario.name, scenario.seed)).join("scenario.toml");
    if there.is_file() {
        let found = load(&there.to_string_lossy(), &Overrides::default())?;
        // Where the recipe of its city lies does not matter.
        args.force = Scenario { city: scenario.city.clone(), ..found } == scenario;
    }
    run(&args)
}

/// The scenario as files and options give it.
fn scenario(args: &Args) -> Result<Scenario, Failure> {
    let overrides = overrides(args);
    let mut scenario = match is_session(args) {
        true => session_scenario(args, &overrides)?,
        false => load(&args.scenario, &overrides)?,
    };
    if let Some(path) = &args.orders {
        scenario.measures.clear();
        scenario.orders = orders::load(path)?;
    }
    Ok(scenario)
}

fn is_session(args: &Args) -> bool {
    Path::new(&args.scenario).extension().is_some_and(|e| e == session::file::SUFFIX)
}

/// What the options change in the scenario.
fn overrides(args: &Args) -> Overrides {
    let mut set = args.set.clone();
    set.extend(args.events.map(|events| match events {
        Events::Cells => "output.events=cells".to_string(),
        Events::Full => "output.events=full".to_string(),
    }));
    Overrides { years: args.years, residents: args.residents, seed: args.seed, set }
}

/// Name and content of the file of measures, if there is one.
fn measures(args: &Args, scenario: &Scenario) -> Result<Option<(String, MeasureFile)>, Failure> {
    let Some(path) = &args.measures else { return Ok(None) };
    let file = MeasureFile::load(path, scenario.start)?;
    Ok(Some((stem(path), file)))
}

/// Name of a file without folder and suffix.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| "measures".into(), |stem| stem.to_string_lossy().into_owned())
}

/// Plans to run `scenario` on `n_seeds` seeds, into folders under `out`. `variant` is empty for the scenario itself.
fn plans(args: &Args, scenario: &Scenario, variant: &str, n_seeds: u32, out: &Path) -> Vec<Plan> {
    let label = if variant.is_empty() { String::new() } else { format!("-{variant}") };
    let name = format!("{}{label}", scenario.name);
    let plan = |seed| Plan {
        folder: out.join(format!("{name}-{seed}")),
        name: name.clone(),
        lang: args.lang.into(),
        scenario: scenario.clone(),
        seed,
        variant: if variant.is_empty() { "baseline".into() } else { variant.into() },
        replace: args.force,
        // A session was lived on the CPU, or what a graphics processor made lies beside it.
        backend: args.backend.unwrap_or(if is_session(args) { Backend::Cpu } else { Backend::Auto }),
        episodes: episodes(args).filter(|_| !args.recompute),
        checkpoint_every: args.checkpoint_months.map_or_else(Default::default, CheckpointEvery::Ticks),
    };
    (scenario.seed..).take(n_seeds as usize).map(plan).collect()
}

/// Folder with what a graphics processor made in the run or session that is played again.
fn episodes(args: &Args) -> Option<PathBuf> {
    match &args.orders {
        Some(orders) => Some(experiments::episodes_of(orders.parent()?)),
        None => is_session(args).then(|| session::file::episodes_of(Path::new(&args.scenario))),
    }
}

/// The scenario's city, if `n_runs` runs in it fit into memory; and how long it took to make, s.
fn city(args: &Args, scenario: &Scenario, n_runs: usize) -> Result<(Arc<City>, f64), Failure> {
    let n_at_once = n_runs.min(n_threads(args)) as u64;
    size::guard(size::estimate(scenario, n_at_once), args.memory_limit.unwrap_or_else(size::default_limit))?;
    let start = Instant::now();
    let city = many::with_threads(n_threads(args), || build_city(scenario).map_err(Failure::from))?;
    Ok((Arc::new(city), start.elapsed().as_secs_f64()))
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

fn n_threads(args: &Args) -> usize {
    args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// One run, or one for each of several seeds.
fn start(args: &Args) -> Result<Vec<Outcome>, Failure> {
    let mut scenario = scenario(args)?;
    let file = measures(args, &scenario)?;
    let n_seeds = args.seeds.unwrap_or(1);
    let (city, city_s) = city(args, &scenario, n_seeds as usize)?;
    let mut variant = String::new();
    if let Some((name, file)) = file {
        scenario.measures.extend(file.check(&scenario, &Cadastre::of(&city))?.measures);
        variant = name;
    }
    let plans = plans(args, &scenario, &variant, n_seeds, &args.out);
    let bar = progress::months(u64::from(scenario.n_months()) * u64::from(n_seeds), args.quiet);
    let outcomes = many::each(&plans, n_threads(args), |plan| {
        let mut on_month = |sim: &Simulation| go_on(args, sim, &bar);
        Ok(experiments::run(plan, city.clone(), city_s, &mut on_month)?)
    });
    bar.finish_and_clear();
    let outcomes = outcomes?;
    if outcomes.len() > 1 && outcomes.iter().all(|o| o.digest.is_some()) {
        let folders: Vec<PathBuf> = outcomes.iter().map(|o| o.folder.clone()).collect();
        let runs = load_runs(&folders)?;
        let path = args.out.join(format!("{}-{}-seeds.html", runs[0].name, runs.len()));
        report::write(&runs, &city, args.lang.into(), &path)?;
        eprintln!("report over {} seeds: {}", runs.len(), path.display());
    }
    Ok(outcomes)
}

/// After every month: moves the bar, and says whether to go on.
fn go_on(args: &Args, simulation: &Simulation, bar: &ProgressBar) -> bool {
    bar.inc(1);
    !STOP.load(Ordering::SeqCst) && args.stop_after != Some(simulation.clock().tick)
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
    let mut on_month = |sim: &Simulation| {
        bar.set_position(u64::from(sim.clock().tick) - 1);
        go_on(args, sim, &bar)
    };
    let outcome = many::with_threads(n_threads(args), || {
        experiments::resume(folder, every, args.lang.into(), make_city, &mut on_month)
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
        let result = match outcomes {
            [only] => as_json(only),
            _ => json!({ "runs": outcomes.iter().map(as_json_of_many).collect::<Vec<_>>() }),
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

fn as_json(o: &Outcome) -> Value {
    json!({
        "digest": o.digest,
        "months": o.result.months,
        "residents": o.result.residents,
        "households": o.result.households,
        "start_s": o.timings.start_s,
        "ticks_s": o.timings.ticks_s,
        "folder": o.folder,
    })
}

/// One of several runs: also which.
fn as_json_of_many(o: &Outcome) -> Value {
    let mut run = as_json(o);
    run["seed"] = o.seed.into();
    run["variant"] = o.variant.clone().into();
    run
}
