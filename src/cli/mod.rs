//! The command line.
//!
//! Data goes to stdout, messages to stderr. Colours and progress bars appear on a terminal only, and never with
//! `NO_COLOR`. What is wrong is told as `error: FILE:LINE: message` and `hint: …`.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed |
//! | 2 | wrong arguments or input |
//! | 3 | interrupted; `--resume` goes on |
//! | 4 | refused: too large for the memory there is |

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the command line is where the program prints")]

mod check;
mod city;
mod compare;
mod completions;
mod failure;
mod field;
pub mod flood;
pub mod heat;
mod hindcast;
mod lab;
mod list;
mod progress;
mod report;
mod run;
mod view;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use failure::Failure;

/// Help with examples first.
const TEMPLATE: &str = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

#[derive(Parser)]
#[command(
    name = "waterbed",
    version,
    about = "A what-if laboratory for a city's safety and liveability",
    help_template = TEMPLATE,
    before_help = "Examples:
  waterbed                                  the live city, or the base scenario where there is no display
  waterbed run base --years 5 --json        five years of the base scenario, result as JSON
  waterbed run my.toml --set build=200      a scenario of your own with a measure
  waterbed list levers                      what can be changed",
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong arguments or input, 3 interrupted (go on with --resume), \
                  4 refused (memory)",
    disable_help_subcommand = true,
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Args),
    View(view::Args),
    City(city::Args),
    Flood(field::FloodCommand),
    Heat(field::HeatCommand),
    Compare(compare::Args),
    Report(report::Args),
    Check(check::Args),
    List(list::Args),
    Hindcast(hindcast::Args),
    Lab(lab::Args),
    Completions(completions::Args),
}

/// Parses the arguments and does what they say.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        None => no_command(),
        Some(Command::Run(args)) => run::run(&args),
        Some(Command::View(args)) => view::run(&args),
        Some(Command::City(args)) => city::run(&args),
        Some(Command::Flood(command)) => command.run(),
        Some(Command::Heat(command)) => command.run(),
        Some(Command::Compare(args)) => compare::run(&args),
        Some(Command::Report(args)) => report::run(&args),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::List(args)) => list::run(&args),
        Some(Command::Hindcast(args)) => hindcast::run(&args),
        Some(Command::Lab(args)) => lab::run(&args),
        Some(Command::Completions(args)) => completions::run(&args, Arguments::command()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

/// Without arguments: the live session where that is possible, else the base scenario.
fn no_command() -> Result<(), Failure> {
    if view::is_possible() {
        return view::run(&view::Args::default());
    }
    run::base()?;
    eprintln!("{}", view::HOW_TO_GET);
    Ok(())
}

/// A whole number; also `1e6` and `10_000`.
fn whole_number(text: &str) -> Result<i64, String> {
    let plain = text.replace('_', "");
    let short = || plain.parse::<f64>().ok().filter(|x| x.fract() == 0.0 && x.abs() < 1e15).map(|x| x as i64);
    plain.parse().ok().or_else(short).ok_or_else(|| "write a whole number".into())
}
