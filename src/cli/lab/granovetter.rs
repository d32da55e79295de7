//! `waterbed lab granovetter`.

use super::{Common, Failure, digits, spread};
use crate::lab::granovetter::{self, Config, Crowd, large_crowd_pct};
use crate::lab::picture::{Panel, page, write_png};

/// Thresholds: everybody joins a riot as soon as enough others have
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab granovetter                         thresholds 0 to 99: all 100 join
  waterbed lab granovetter --without 1             the one with threshold 1 has 2 instead: one joins
  waterbed lab granovetter --sd 12.1 --people 10000 --seeds 100
  waterbed lab granovetter --sd 12.3 --people 10000 --seeds 100 --picture riot.png")]
pub(super) struct Args {
    /// People in the crowd
    #[arg(long, value_name = "N", default_value_t = 100)]
    people: u32,
    /// The person with this threshold has the next higher one instead
    #[arg(long, value_name = "K", conflicts_with = "sd")]
    without: Option<u32>,
    /// Thresholds from a normal distribution with this standard deviation, per cent of the crowd
    #[arg(long, value_name = "PCT")]
    sd: Option<f64>,
    /// Mean of the normal distribution, per cent of the crowd [default: 25]
    #[arg(long, value_name = "PCT", requires = "sd")]
    mean: Option<f64>,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let mean_pct = args.mean.unwrap_or(25.0);
    let crowd = match args.sd {
        Some(sd_pct) => Crowd::Normal { mean_pct, sd_pct },
        None => Crowd::Ladder { without: args.without },
    };
    let config = Config { people: args.people, crowd };
    config.check()?;
    let ways = args.common.each(|seed| granovetter::run(&config, seed))?;
    let last = |way: &Vec<u32>| f64::from(way[way.len() - 1]);
    // The last round only finds that nobody else joins.
    let rounds = |way: &Vec<u32>| way.len() as f64 - 2.0;
    let what = match crowd {
        Crowd::Ladder { without: None } => "thresholds 0, 1, 2 …".to_string(),
        Crowd::Ladder { without: Some(k) } => {
            format!("thresholds 0, 1, 2 …, but nobody with {k} and two with {}", k + 1)
        }
        Crowd::Normal { sd_pct, .. } => format!(
            "thresholds normal with mean {mean_pct} % and standard deviation {sd_pct} % (of a very large crowd {} % join)",
            digits(large_crowd_pct(mean_pct, sd_pct))
        ),
    };
    let heading = format!("Granovetter: {} people, {what}", config.people);
    args.common.tell(&heading, &[("joined", spread(&ways, last)), ("rounds", spread(&ways, rounds))]);
    let Some(path) = &args.common.picture else { return Ok(()) };

    let thresholds = config.thresholds(args.common.seed);
    let points: Vec<u32> = (0..=100).map(|i| (u64::from(config.people) * i / 100) as u32).collect();
    let would = points.iter().map(|p| thresholds.partition_point(|t| *t <= f64::from(*p)) as f64).collect();
    let numbers: Vec<f64> = points.iter().map(|p| f64::from(*p)).collect();
    let way: Vec<f64> = ways[0].iter().map(|n| f64::from(*n)).collect();
    let mut panels = vec![
        Panel::Chart {
            title: "How many would join, by how many have".into(),
            times: numbers.clone(),
            lines: vec![Panel::line("would join", would), Panel::line("have joined", numbers)],
            share: false,
        },
        Panel::Chart {
            title: "People who have joined, by round".into(),
            times: (0..way.len()).map(|t| t as f64).collect(),
            lines: vec![Panel::line("", way)],
            share: false,
        },
    ];
    if args.sd.is_some() {
        let sds: Vec<f64> = (5..=40).map(f64::from).collect();
        let mean_of = |sd_pct: &f64| -> Result<f64, Failure> {
            let config = Config { crowd: Crowd::Normal { mean_pct, sd_pct: *sd_pct }, ..config };
            let ways = args.common.each(|seed| granovetter::run(&config, seed))?;
            Ok(spread(&ways, last).mean / f64::from(config.people))
        };
        let crowds = sds.iter().map(mean_of).collect::<Result<_, _>>()?;
        let large = sds.iter().map(|sd| large_crowd_pct(mean_pct, *sd) / 100.0).collect();
        panels.push(Panel::Chart {
            title: "Share that joins, by standard deviation of thresholds, %".into(),
            times: sds,
            lines: vec![Panel::line("very large crowd", large), Panel::line("these crowds, mean", crowds)],
            share: true,
        });
    }
    let small = format!("{heading}; seed {}", args.common.seed);
    write_png(path, &page("One rioter more or less", &small, &panels))?;
    eprintln!("picture: {}", path.display());
    Ok(())
}
