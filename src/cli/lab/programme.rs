//! `waterbed lab programme`.

use std::path::PathBuf;

use serde_json::json;

use super::{Failure, digits};
use crate::lab::LabError;
use crate::lab::picture::{Panel, page, write_png};
use crate::lab::programme::{self, Calendar, Config, History};

/// Programmes that go on, come and go, or stop: what is left of capacity and trust
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab programme                           slow to build, fast to lose; and the variant without either
  waterbed lab programme --decay 36 --picture programme.png
  waterbed lab programme --on 36 --months 120 --json")]
pub(super) struct Args {
    /// Time to build up capacity, months
    #[arg(long, value_name = "MONTHS", default_value_t = 36.0)]
    build_up: f64,
    /// Time in which it is lost, months
    #[arg(long, value_name = "MONTHS", default_value_t = 9.0)]
    decay: f64,
    /// Trust lost per capacity lost
    #[arg(long, value_name = "X", default_value_t = 0.8)]
    disappointment: f64,
    /// Months on, and months off, of the programme that comes and goes
    #[arg(long, value_name = "MONTHS", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=1200))]
    on: u32,
    /// Months after which the programme that stops, stops
    #[arg(long, value_name = "MONTHS", default_value_t = 36, value_parser = clap::value_parser!(u32).range(1..=1200))]
    stop: u32,
    /// Months over which steady is compared with on and off
    #[arg(long, value_name = "N", default_value_t = 72)]
    months: u32,
    /// Result as JSON on stdout
    #[arg(long)]
    json: bool,
    /// Draws it as PNG
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

struct Figures {
    steady: History,
    on_off: History,
    stops: History,
}

/// Months that are watched after the stop.
const AFTER: u32 = 84;

impl Figures {
    fn of(args: &Args, config: Config) -> Result<Figures, LabError> {
        let long = Config { months: args.stop + AFTER, ..config };
        Ok(Figures {
            steady: programme::run(&config, Calendar::Steady)?,
            on_off: programme::run(&config, Calendar::OnOff(args.on))?,
            stops: programme::run(&long, Calendar::Stops(args.stop))?,
        })
    }

    fn list(&self, stop: u32) -> [(&'static str, f64); 6] {
        let (capacity, trust) = (&self.stops.capacity, &self.stops.trust);
        let peak = capacity.iter().copied().fold(0.0, f64::max);
        let (steady, on_off) = (self.steady.mean_effect(), self.on_off.mean_effect());
        [
            ("steady_effect", steady),
            ("on_off_effect", on_off),
            ("on_off_over_steady", on_off / steady),
            ("capacity_left_after_12", capacity[stop as usize + 11] / peak),
            ("lowest_trust", trust.iter().copied().fold(f64::INFINITY, f64::min)),
            ("months_below_start", trust.iter().filter(|t| **t < 0.4 - 1e-9).count() as f64),
        ]
    }
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = Config {
        build_up_months: args.build_up,
        decay_months: args.decay,
        disappointment: args.disappointment,
        months: args.months,
    };
    config.check()?;
    let even = Config { decay_months: args.build_up, disappointment: 0.0, ..config };
    let (uneven, even) = (Figures::of(args, config)?, Figures::of(args, even)?);
    let (this, null) = (uneven.list(args.stop), even.list(args.stop));
    if args.json {
        let entry = |(k, v): &(&str, f64)| (k.to_string(), json!(v));
        let object = |list: &[(&str, f64)]| list.iter().map(entry).collect::<serde_json::Map<_, _>>();
        println!("{}", json!({"assumed": object(&this), "null": object(&null)}));
    } else {
        println!(
            "Programmes over {} months: steady at half strength, {} on and {} off at full, and one that stops after {}",
            config.months, args.on, args.on, args.stop
        );
        println!("{:<24} {:>12} {:>12}", "", "assumed", "null");
        for ((name, a), (_, b)) in this.iter().zip(&null) {
            println!("{name:<24} {:>12} {:>12}", digits(*a), digits(*b));
        }
        println!(
            "assumed: build-up {} months, decay {}, disappointment {}; null: {0}, {0} and 0",
            config.build_up_months, config.decay_months, config.disappointment
        );
    }
    let Some(path) = &args.picture else { return Ok(()) };

    let chart = |title: &str, names: [&str; 2], values: [&[f64]; 2], share: bool| Panel::Chart {
        title: title.into(),
        times: (1..=values[0].len()).map(|m| m as f64).collect(),
        lines: names.iter().zip(values).map(|(name, v)| Panel::line(name, v.to_vec())).collect(),
        share,
    };
    let panels = [
        chart(
            "Effect (× e), as assumed, by month",
            ["steady", "on and off"],
            [&uneven.steady.effect, &uneven.on_off.effect],
            false,
        ),
        chart(
            "Effect (× e), null variant, by month",
            ["steady", "on and off"],
            [&even.steady.effect, &even.on_off.effect],
            false,
        ),
        chart(
            "Capacity of the programme that stops, by month",
            ["as assumed", "null variant"],
            [&uneven.stops.capacity, &even.stops.capacity],
            true,
        ),
        chart(
            "Trust, with the programme that stops, by month",
            ["as assumed", "null variant"],
            [&uneven.stops.trust, &even.stops.trust],
            true,
        ),
    ];
    let small = "The same money, steadily or on and off; and a programme that stops. That it loses more is put in, see the null variant.";
    write_png(path, &page("The programme that stopped", small, &panels))?;
    eprintln!("picture: {}", path.display());
    Ok(())
}
