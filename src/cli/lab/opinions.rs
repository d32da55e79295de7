//! `waterbed lab deffuant` and `waterbed lab hegselmann-krause`.

use super::{Common, Failure, share, spread};
use crate::gis::picture::Ramp;
use crate::lab::opinions::{self, Config, Outcome, Rule, Run};
use crate::lab::picture::{Key, Panel, page, write_png};

/// Opinions: two people who differ little come nearer, over and over
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab deffuant                        ε 0.2: two camps
  waterbed lab deffuant --epsilon 0.3          one
  waterbed lab deffuant --epsilon 0.1 --picture camps.png")]
pub(super) struct DeffuantArgs {
    /// How far two who meet come nearer, share of their difference, at most 0.5
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "0.5")]
    mu: f64,
    #[command(flatten)]
    args: Args,
}

/// Opinions: everybody takes the mean of all who think nearly the same
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab hegselmann-krause               ε 0.2: mostly two camps
  waterbed lab hegselmann-krause --epsilon 0.25
  waterbed lab hegselmann-krause --epsilon 0.05 --picture camps.png")]
pub(super) struct HegselmannKrauseArgs {
    #[command(flatten)]
    args: Args,
}

#[derive(clap::Args)]
struct Args {
    /// Greatest difference of opinion at which one listens, 0 to 1
    #[arg(long, value_name = "E", default_value_t = 0.2)]
    epsilon: f64,
    /// People
    #[arg(long, value_name = "N", default_value_t = 1000)]
    people: u32,
    /// Ticks after which it ends at the latest
    #[arg(long, value_name = "N", default_value_t = 2000)]
    max_ticks: u32,
    #[command(flatten)]
    common: Common,
}

impl DeffuantArgs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        run(&self.args, Rule::Deffuant { mu: self.mu })
    }
}

impl HegselmannKrauseArgs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        run(&self.args, Rule::HegselmannKrause)
    }
}

fn run(args: &Args, rule: Rule) -> Result<(), Failure> {
    let config = Config { rule, people: args.people, epsilon: args.epsilon, max_ticks: args.max_ticks };
    config.check()?;
    let outcomes = args.common.each(|seed| opinions::run(&config, seed))?;
    let of = |of: fn(&Outcome) -> f64| spread(&outcomes, of);
    let name = match rule {
        Rule::Deffuant { .. } => "Deffuant's meetings",
        Rule::HegselmannKrause => "Hegselmann and Krause's averaging",
    };
    let heading = format!("{name}: {} people who listen up to a difference of {}", config.people, config.epsilon);
    let result = [
        ("clusters", of(|o| o.clusters.into())),
        ("largest_share", of(|o| o.largest_share)),
        ("fringe_share", of(|o| o.fringe_share)),
        ("ticks", of(|o| o.ticks.into())),
    ];
    args.common.tell(&heading, &result);
    let Some(path) = &args.common.picture else { return Ok(()) };

    let mut run = Run::new(&config, args.common.seed)?;
    let mut moments = vec![histogram(run.opinions())];
    while !run.is_over() && moments.len() < MOMENTS {
        run.step()?;
        moments.push(histogram(run.opinions()));
    }
    // Time runs to the right, opinion 1 is on top; a short debate is stretched over the same width.
    let moment = |x: usize| &moments[x * moments.len() / MOMENTS];
    let classes: Vec<u8> = (0..BINS).rev().flat_map(|bin| (0..MOMENTS).map(move |x| moment(x)[bin])).collect();
    let key = Key::ramp(Ramp::Inferno, "nobody".into(), "a twentieth of all, or more".into());
    let title = format!("Opinions from 0 (below) to 1, over the first {} ticks", moments.len() - 1);
    let epsilons: Vec<f64> = (5..=50).map(|e| f64::from(e) / 100.0).collect();
    let clusters_at = |epsilon: &f64| -> Result<f64, Failure> {
        let config = Config { epsilon: *epsilon, ..config };
        Ok(spread(&args.common.each(|seed| opinions::run(&config, seed))?, |o| o.clusters.into()).mean)
    };
    let found = epsilons.iter().map(clusters_at).collect::<Result<_, _>>()?;
    let rule_of_thumb = epsilons.iter().map(|e| (1.0 / (2.0 * e) + 1e-9).floor().max(1.0)).collect();
    let panels = [
        Panel::Map { title, n_cols: MOMENTS, classes: &classes, key: &key },
        Panel::Chart {
            title: "Clusters in the end, by ε in hundredths".into(),
            times: epsilons.iter().map(|e| (100.0 * e).round()).collect(),
            lines: vec![Panel::line("found, mean", found), Panel::line("1/(2ε), rounded down", rule_of_thumb)],
            share: false,
        },
    ];
    let small = format!("{heading}; seed {}", args.common.seed);
    write_png(path, &page("Who listens to whom", &small, &panels))?;
    eprintln!("picture: {}", path.display());
    Ok(())
}

const MOMENTS: usize = 110;
const BINS: usize = 88;

/// Class of each bin of opinion: how many are in it.
fn histogram(opinions: &[f64]) -> Vec<u8> {
    let mut bins = [0u32; BINS];
    opinions.iter().for_each(|x| bins[((x * BINS as f64) as usize).min(BINS - 1)] += 1);
    bins.map(|n| Key::class(f64::from(n), 0.0, opinions.len() as f64 / 20.0)).to_vec()
}
