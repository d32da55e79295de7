//! `waterbed lab waterbed`.

use super::short::Streets;
use super::{Common, Failure, guard, percent, share, spread};
use crate::gis::picture::Ramp;
use crate::lab::picture::{BLUE, EMPTY, Key, ORANGE, Panel, page, write_png};
use crate::lab::waterbed::{self, Config, Outcome};

/// Displacement, measured: a square is guarded, and its twin is not
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab waterbed                              guards, and burglars that never give up
  waterbed lab waterbed --patience 5                 burglars that go home after five days
  waterbed lab waterbed --strength 0 --regime moving guards that do nothing: what does a before-and-after report say?")]
pub(super) struct Args {
    #[command(flatten)]
    streets: Streets,
    /// Homes from the middle of the guarded square to its edge
    #[arg(long, value_name = "HOMES", default_value_t = 10)]
    radius: u32,
    /// Share of their attractiveness that guarded homes lose
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0.9")]
    strength: f64,
    /// Days before anybody counts
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    warm_up: u32,
    /// Days counted before the guards come
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    before: u32,
    /// Days counted after
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    after: u32,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = Config {
        streets: args.streets.config(1),
        radius: args.radius,
        strength: args.strength,
        warm_up_days: args.warm_up,
        before_days: args.before,
        after_days: args.after,
    };
    guard(config.streets.bytes().saturating_mul(2), args.common.seeds)?;
    config.check()?;
    let outcomes = args.common.each(|seed| waterbed::run(&config, seed))?;
    // A square without burglaries before or with no change has no quotient.
    let of = |of: fn(&Outcome) -> f64| {
        let defined: Vec<f64> = outcomes.iter().map(of).filter(|v| v.is_finite()).collect();
        spread(&defined, |v| *v)
    };
    let heading = format!(
        "A guarded square of {0} × {0} homes ({1} off its attractiveness): {2}; {3} days before, {4} after",
        2 * config.radius + 1,
        percent(config.strength),
        args.streets.describe(),
        config.before_days,
        config.after_days
    );
    let result = [
        ("seen_change", of(Outcome::seen_change)),
        ("true_change", of(Outcome::true_change)),
        ("wdq_seen", of(Outcome::wdq_seen)),
        ("wdq_twin", of(Outcome::wdq_twin)),
        ("displaced_share", of(Outcome::displaced_share)),
        ("square_before", of(|o| o.before[0])),
        ("square_after", of(|o| o.after[0])),
        ("square_twin", of(|o| o.twin[0])),
        ("ring_after", of(|o| o.after[1])),
        ("ring_twin", of(|o| o.twin[1])),
        ("control_after", of(|o| o.after[2])),
        ("control_twin", of(|o| o.twin[2])),
    ];
    args.common.tell(&heading, &result);
    let Some(path) = &args.common.picture else { return Ok(()) };

    let first = &outcomes[0];
    let n_cols = config.streets.size as usize;
    let [guarded, twin] = first.maps.each_ref().map(|map| smooth(map, n_cols));
    let most = 4.0 * guarded.iter().sum::<f64>() / guarded.len() as f64;
    let shade = |map: &[f64]| map.iter().map(|v| Key::class(*v, 0.0, most)).collect::<Vec<u8>>();
    let (guarded, twin) = (shade(&guarded), shade(&twin));
    let key = Key::ramp(Ramp::Inferno, "0".into(), "four times the mean".into());
    let kinds = Key::of(&[(ORANGE, "guarded square"), (BLUE, "ring"), (EMPTY, "control")]);
    let map = |title: &str, classes, key| Panel::Map { title: title.into(), n_cols, classes, key };
    let panels = [
        map("Burglaries, without guards (twin)", &twin, &key),
        map("Burglaries, with guards", &guarded, &key),
        map("What is what", &first.parts, &kinds),
        Panel::Chart {
            title: "Burglaries a day: 0 before, 1 after".into(),
            times: vec![0.0, 1.0],
            lines: [
                ("square", 0, &first.after),
                ("square, twin", 0, &first.twin),
                ("ring", 1, &first.after),
                ("ring, twin", 1, &first.twin),
            ]
            .map(|(name, part, after)| {
                let per_day =
                    [first.before[part] / f64::from(config.before_days), after[part] / f64::from(config.after_days)];
                Panel::line(name, per_day.to_vec())
            })
            .into(),
            share: false,
        },
    ];
    let small = format!("{heading}; seed {}", args.common.seed);
    write_png(path, &page("Did it come up elsewhere?", &small, &panels))?;
    eprintln!("picture: {}", path.display());
    Ok(())
}

/// Means over 5 by 5 homes, so that single burglaries make a map.
fn smooth(map: &[u32], n: usize) -> Vec<f64> {
    let near = |i: usize| (0..5).map(move |d| (i + n + d - 2) % n);
    (0..n * n)
        .map(|i| near(i / n).map(|y| near(i % n).map(|x| f64::from(map[y * n + x])).sum::<f64>()).sum::<f64>() / 25.0)
        .collect()
}
