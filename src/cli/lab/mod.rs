//! `waterbed lab MODEL`.

mod epstein;
mod granovetter;
mod opinions;
mod programme;
mod schelling;
mod short;
mod waterbed;

use std::path::PathBuf;

use clap::Subcommand;
use rayon::prelude::*;
use serde_json::json;

use super::failure::Failure;
use super::progress;
use crate::lab::picture::PictureError;
use crate::lab::{LabError, Spread};
use crate::scenario::size;

/// Runs a classic model of segregation, unrest, opinion or crime
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed lab schelling                           a city that nobody wanted segregated
  waterbed lab schelling --picture segregation.png --gif segregation.gif
  waterbed lab granovetter --without 1             one rioter less
  waterbed lab short --help                        every model has examples of its own")]
pub(super) struct Args {
    #[command(subcommand)]
    model: Model,
}

#[derive(Subcommand)]
enum Model {
    Schelling(schelling::Args),
    Granovetter(granovetter::Args),
    Epstein(epstein::Args),
    Deffuant(opinions::DeffuantArgs),
    HegselmannKrause(opinions::HegselmannKrauseArgs),
    Short(short::Args),
    Waterbed(waterbed::Args),
    Programme(programme::Args),
}

/// Options that every model has.
#[derive(clap::Args)]
struct Common {
    /// Number of seeds to run, from --seed on
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    seeds: u32,
    /// First seed, the one that is drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Result as JSON on stdout
    #[arg(long)]
    json: bool,
    /// Draws the first seed's run as PNG
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    match &args.model {
        Model::Schelling(args) => schelling::run(args),
        Model::Granovetter(args) => granovetter::run(args),
        Model::Epstein(args) => epstein::run(args),
        Model::Deffuant(args) => args.run(),
        Model::HegselmannKrause(args) => args.run(),
        Model::Short(args) => short::run(args),
        Model::Waterbed(args) => waterbed::run(args),
        Model::Programme(args) => programme::run(args),
    }
}

impl Common {
    /// One result per seed, in their order, on all threads.
    fn each<T: Send>(&self, run: impl Fn(u64) -> Result<T, LabError> + Sync) -> Result<Vec<T>, Failure> {
        let seeds: Vec<u64> = (0..u64::from(self.seeds)).map(|i| self.seed.wrapping_add(i)).collect();
        let bar = progress::runs(u64::from(self.seeds));
        let results = seeds.par_iter().map(|seed| run(*seed).inspect(|_| bar.inc(1))).collect::<Result<_, _>>();
        bar.finish_and_clear();
        Ok(results?)
    }

    /// Prints a result: as JSON, or as lines of mean and standard deviation under a heading.
    fn tell(&self, heading: &str, result: &[(&str, Spread)]) {
        if self.json {
            let entry = |(name, s): &(&str, Spread)| format!("\"{name}\": {}", json!({"mean": s.mean, "sd": s.sd}));
            println!("{{{}}}", result.iter().map(entry).collect::<Vec<_>>().join(", "));
            return;
        }
        println!("{heading}; {} {}", self.seeds, if self.seeds == 1 { "seed" } else { "seeds" });
        println!("{:<24} {:>12} {:>12}", "", "mean", "sd");
        for (name, s) in result {
            println!("{name:<24} {:>12} {:>12}", digits(s.mean), digits(s.sd));
        }
    }
}

/// Four significant digits, and no decimals from 1,000 on.
fn digits(v: f64) -> String {
    let n = if v == 0.0 { 0 } else { (3 - v.abs().log10().floor() as i32).clamp(0, 6) };
    format!("{v:.*}", n as usize)
}

/// A share in per cent, with one decimal where it needs one.
fn percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    format!("{} %", text.trim_end_matches(".0"))
}

fn spread<T>(results: &[T], of: impl Fn(&T) -> f64) -> Spread {
    Spread::of(results.iter().map(of))
}

/// Refuses runs that do not fit in memory: `bytes` each, as many at once as there are threads.
fn guard(bytes: u64, seeds: u32) -> Result<(), Failure> {
    let at_once = (rayon::current_num_threads() as u64).min(seeds.into());
    size::guard(bytes.saturating_mul(at_once), size::default_limit())
        .map_err(|large| Failure::RefusedWith(large, "choose a smaller --size, or one seed at a time".into()))
}

/// A share: `0.30`, `30%` or `1/3`.
fn share(text: &str) -> Result<f64, String> {
    let number = |t: &str| t.trim().parse::<f64>().map_err(|_| "write a share such as 0.30, 30% or 1/3".to_string());
    if let Some(percent) = text.strip_suffix('%') {
        return Ok(number(percent)? / 100.0);
    }
    match text.split_once('/') {
        Some((a, b)) => Ok(number(a)? / number(b)?),
        None => number(text),
    }
}

impl From<LabError> for Failure {
    fn from(error: LabError) -> Failure {
        match error {
            LabError::Option { message, hint } => Failure::Argument(message, Some(hint)),
            other => Failure::failed(other),
        }
    }
}

impl From<PictureError> for Failure {
    fn from(error: PictureError) -> Failure {
        Failure::failed(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_people_write_them() {
        assert_eq!(share("0.30"), Ok(0.3));
        assert_eq!(share("30%"), Ok(0.3));
        assert_eq!(share("1/3"), Ok(1.0 / 3.0));
        assert!(share("a third").is_err());
    }

    #[test]
    fn numbers_have_four_digits() {
        let shown = [0.0, 0.749_33, 17.25, 12_345.6, 0.000_123_4].map(digits);
        assert_eq!(shown, ["0", "0.7493", "17.25", "12346", "0.000123"]);
    }
}
