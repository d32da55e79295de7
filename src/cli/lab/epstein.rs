//! `waterbed lab epstein`.

use std::path::PathBuf;

use super::{Common, Failure, guard, percent, share, spread};
use crate::lab::epstein::{self, Config, Outcome, Run};
use crate::lab::picture::{BLUE, DARK, EMPTY, Film, Key, ORANGE, Panel, RED, page, write_png};

/// Civil violence: a crowd that is calm for long, and then is not
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab epstein                              bursts out of calm
  waterbed lab epstein --no-floor                   the same without rounding down what cops can do
  waterbed lab epstein --legitimacy 0.7 --picture unrest.png --gif unrest.gif")]
pub(super) struct Args {
    /// Cells along a side
    #[arg(long, value_name = "N", default_value_t = 40)]
    size: u32,
    /// Share of the cells with a citizen
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0.70")]
    citizens: f64,
    /// Share of the cells with a cop
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0.04")]
    cops: f64,
    /// How far one sees, cells
    #[arg(long, value_name = "CELLS", default_value_t = 7)]
    vision: u32,
    /// Legitimacy of the government, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0.82")]
    legitimacy: f64,
    /// Longest time in jail, ticks
    #[arg(long, value_name = "TICKS", default_value_t = 30)]
    max_jail: u32,
    /// How much a cop per active citizen frightens
    #[arg(long, value_name = "K", default_value_t = 2.3)]
    k: f64,
    /// How much grievance beyond the risk makes active
    #[arg(long, value_name = "T", default_value_t = 0.1)]
    threshold: f64,
    /// Does not round down the ratio of cops to active citizens
    #[arg(long)]
    no_floor: bool,
    /// Ticks to run
    #[arg(long, value_name = "N", default_value_t = 500)]
    ticks: u32,
    #[command(flatten)]
    common: Common,
    /// Films the first seed's run as GIF
    #[arg(long, value_name = "FILE")]
    gif: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = Config {
        size: args.size,
        citizens: args.citizens,
        cops: args.cops,
        vision: args.vision,
        legitimacy: args.legitimacy,
        max_jail: args.max_jail,
        k: args.k,
        threshold: args.threshold,
        floor: !args.no_floor,
        ticks: args.ticks,
    };
    guard(config.bytes(), args.common.seeds)?;
    config.check()?;
    let outcomes = args.common.each(|seed| epstein::run(&config, seed))?;
    let of = |of: fn(&Outcome) -> f64| spread(&outcomes, of);
    let heading = format!(
        "Epstein's civil violence: torus of {0} × {0} cells, {1} citizens, {2} cops, legitimacy {3}{4}, {5} ticks",
        config.size,
        percent(config.citizens),
        percent(config.cops),
        config.legitimacy,
        if config.floor { "" } else { ", no rounding down" },
        config.ticks
    );
    let result = [
        ("mean_active", of(|o| o.mean_active)),
        ("peak_active", of(|o| o.peak_active.into())),
        ("bursts", of(|o| o.bursts.into())),
        ("calm_share", of(|o| o.calm_share)),
    ];
    args.common.tell(&heading, &result);
    if args.common.picture.is_some() || args.gif.is_some() {
        draw(args, &config, &heading)?;
    }
    Ok(())
}

/// The worst moment and the way, of the first seed.
fn draw(args: &Args, config: &Config, heading: &str) -> Result<(), Failure> {
    let mut run = Run::new(config, args.common.seed)?;
    let (mut active, mut jailed, mut film) = (vec![0.0], vec![0.0], Film::default());
    let (mut worst, mut worst_tick) = (run.cells(), 0);
    let mut most = 0;
    for tick in 1..=config.ticks {
        run.step()?;
        let (now, held) = run.active_and_jailed();
        active.push(now.into());
        jailed.push(held.into());
        if now > most {
            (most, worst, worst_tick) = (now, run.cells(), tick);
        }
        if args.gif.is_some() {
            film.see(|| run.cells());
        }
    }
    let kinds = [(EMPTY, "empty"), (BLUE, "calm"), (RED, "active"), (ORANGE, "in jail"), (DARK, "cop")];
    let key = Key::of(&kinds);
    let n_cols = config.size as usize;
    let last = run.cells();
    let map = |title: String, classes| Panel::Map { title, n_cols, classes, key: &key };
    let times: Vec<f64> = (0..=config.ticks).map(f64::from).collect();
    let chart = |title: &str, values| Panel::Chart {
        title: title.into(),
        times: times.clone(),
        lines: vec![Panel::line("", values)],
        share: false,
    };
    let panels = [
        map(format!("Tick {worst_tick}, with most active citizens"), &worst),
        map(format!("Tick {}, the last", config.ticks), &last),
        chart("Active citizens, by tick", active),
        chart("Citizens in jail, by tick", jailed),
    ];
    if let Some(path) = &args.common.picture {
        let small = format!("{heading}; seed {}", args.common.seed);
        write_png(path, &page("Bursts out of calm", &small, &panels))?;
        eprintln!("picture: {}", path.display());
    }
    if let Some(path) = &args.gif {
        film.write(path, n_cols, &last, &key)?;
        eprintln!("film: {}", path.display());
    }
    Ok(())
}
