//! `waterbed lab short`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Common, Failure, guard, spread};
use crate::gis::picture::Ramp;
use crate::lab::picture::{Film, Key, Panel, page, write_png};
use crate::lab::short::{self, Config, LAG_DAYS, Outcome, Regime, Run, unevenness};

/// Burglary: why it clusters where nothing makes one home different from another
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab short                                hotspots that stay
  waterbed lab short --regime moving                hotspots that come, wander and go
  waterbed lab short --regime even                  none
  waterbed lab short --seeds 1 --picture burglary.png --gif burglary.gif")]
pub(super) struct Args {
    #[command(flatten)]
    streets: Streets,
    /// Days to run
    #[arg(long, value_name = "N", default_value_t = 730)]
    days: u32,
    #[command(flatten)]
    common: Common,
    /// Films the first seed's run as GIF
    #[arg(long, value_name = "FILE")]
    gif: Option<PathBuf>,
}

/// Options of the streets.
#[derive(clap::Args)]
pub(super) struct Streets {
    /// Ready set of η, θ and Γ
    #[arg(long, value_enum, default_value = "fixed")]
    regime: RegimeName,
    /// Homes along a side of the torus
    #[arg(long, value_name = "N", default_value_t = 128)]
    size: u32,
    /// Share of the rise in attractiveness that spreads to the neighbours, η
    #[arg(long, value_name = "SHARE")]
    eta: Option<f64>,
    /// Rise of attractiveness after a burglary, per day, θ
    #[arg(long, value_name = "RISE")]
    theta: Option<f64>,
    /// Burglars that set out per home and day, Γ
    #[arg(long, value_name = "RATE")]
    gamma: Option<f64>,
    /// Mean days after which a burglar gives up [default: never, as in the paper]
    #[arg(long, value_name = "DAYS")]
    patience: Option<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RegimeName {
    /// η 0.2, θ 0.56, Γ 0.019
    Even,
    /// η 0.2, θ 5.6, Γ 0.002
    Moving,
    /// η 0.03, θ 0.56, Γ 0.019
    Fixed,
}

impl Streets {
    pub(super) fn config(&self, days: u32) -> Config {
        let regime = match self.regime {
            RegimeName::Even => Regime::Even,
            RegimeName::Moving => Regime::Moving,
            RegimeName::Fixed => Regime::Fixed,
        };
        let ready = regime.config(days);
        Config {
            size: self.size,
            eta: self.eta.unwrap_or(ready.eta),
            theta: self.theta.unwrap_or(ready.theta),
            gamma: self.gamma.unwrap_or(ready.gamma),
            patience_days: self.patience.unwrap_or(ready.patience_days),
            days,
        }
    }

    pub(super) fn describe(&self) -> String {
        let c = self.config(1);
        let patience = if c.patience_days.is_finite() {
            format!(", burglars give up after {} days", c.patience_days)
        } else {
            String::new()
        };
        format!("torus of {0} × {0} homes, eta {1}, theta {2}, gamma {3}{patience}", c.size, c.eta, c.theta, c.gamma)
    }
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = args.streets.config(args.days);
    guard(config.bytes(), args.common.seeds)?;
    config.check()?;
    let outcomes = args.common.each(|seed| short::run(&config, seed, &mut |_| {}))?;
    let of = |of: fn(&Outcome) -> f64| spread(&outcomes, of);
    let heading = format!("Short's burglaries: {}, {} days", args.streets.describe(), config.days);
    let result = [
        ("burglaries_per_day", of(|o| o.burglaries_per_day)),
        ("burglars", of(|o| o.burglars)),
        ("unevenness", of(|o| o.unevenness)),
        ("persistence", of(|o| o.persistence)),
    ];
    args.common.tell(&heading, &result);
    if args.common.picture.is_some() || args.gif.is_some() {
        draw(args, &config, &heading)?;
    }
    Ok(())
}

/// Two moments of the map and the way, of the first seed.
fn draw(args: &Args, config: &Config, heading: &str) -> Result<(), Failure> {
    let high = 4.0 * config.even_attractiveness();
    let shade = |run: &Run| run.attractiveness().iter().map(|a| Key::class(*a, 0.0, high)).collect::<Vec<u8>>();
    let (mut uneven, mut burglaries, mut film) = (Vec::new(), Vec::new(), Film::default());
    let (mut day, mut earlier, mut last) = (0, Vec::new(), Vec::new());
    let earlier_day = config.days.saturating_sub(LAG_DAYS);
    short::run(config, args.common.seed, &mut |run| {
        uneven.push(unevenness(&run.attractiveness()));
        burglaries.push(run.today().iter().sum::<u32>().into());
        if args.gif.is_some() {
            film.see(|| shade(run));
        }
        if day == earlier_day {
            earlier = shade(run);
        }
        if day == config.days {
            last = shade(run);
        }
        day += 1;
    })?;
    let key = Key::ramp(Ramp::Inferno, "A 0".into(), format!("{high:.2} a day, four times the even state"));
    let n_cols = config.size as usize;
    let map = |title: String, classes| Panel::Map { title, n_cols, classes, key: &key };
    let times: Vec<f64> = (0..=config.days).map(f64::from).collect();
    // Before the first day there were none to count.
    burglaries[0] = burglaries[1];
    let chart = |title: &str, values| Panel::Chart {
        title: title.into(),
        times: times.clone(),
        lines: vec![Panel::line("", values)],
        share: false,
    };
    let panels = [
        map(format!("Attractiveness of homes, day {earlier_day}"), &earlier),
        map(format!("Day {}", config.days), &last),
        chart("Unevenness (sd / mean of attractiveness), by day", uneven),
        chart("Burglaries, by day", burglaries),
    ];
    if let Some(path) = &args.common.picture {
        let small = format!("{heading}; seed {}", args.common.seed);
        write_png(path, &page("Where burglaries cluster", &small, &panels))?;
        eprintln!("picture: {}", path.display());
    }
    if let Some(path) = &args.gif {
        film.write(path, n_cols, &last, &key)?;
        eprintln!("film: {}", path.display());
    }
    Ok(())
}
