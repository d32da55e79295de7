//! `waterbed lab schelling`.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Common, Failure, guard, percent, share, spread};
use crate::lab::LabError;
use crate::lab::picture::{BLUE, EMPTY, Film, Key, ORANGE, Panel, page, write_png};
use crate::lab::schelling::{self, Config, Outcome, Rule, Run, Wish, agents_at};

/// Segregation: two groups, and everybody stays who has enough neighbours of their own
#[derive(clap::Args)]
#[command(help_template = crate::cli::TEMPLATE, allow_negative_numbers = true, before_help = "Examples:
  waterbed lab schelling                                NetLogo's Segregation, ten seeds
  waterbed lab schelling --view                         live in a window, with a slider
  waterbed lab schelling --wanted 0.50 --picture half.png --gif half.gif
  waterbed lab schelling --rule netlogo --size 51 --torus --density 0.95 --wanted 0.30 --seeds 20 --json
  waterbed lab schelling --rule abm-comparison --size 100 --agents 8000 --radius 2 --min-like 8 --steps 20 --json")]
pub(super) struct Args {
    /// Who moves when, and where to
    #[arg(long, value_enum, default_value = "netlogo")]
    rule: RuleName,
    /// Cells along a side [default: 51, or 40 by the other rule]
    #[arg(long, value_name = "N")]
    size: Option<u32>,
    /// Joins the edges (always so by NetLogo's rule where no --size is given)
    #[arg(long)]
    torus: bool,
    /// Share of the cells that agents fill [default: 0.95]
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "agents")]
    density: Option<f64>,
    /// Agents, instead of a density [default: 1000 by the other rule]
    #[arg(long, value_name = "N")]
    agents: Option<u32>,
    /// How far neighbours are, cells
    #[arg(long, value_name = "R", default_value_t = 1)]
    radius: u32,
    /// Share of like neighbours that makes happy (netlogo) [default: 0.30]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    wanted: Option<f64>,
    /// Number of like neighbours that makes happy (abm-comparison) [default: 3]
    #[arg(long, value_name = "M")]
    min_like: Option<u32>,
    /// Ticks to run [default: until all are happy, or 20 by the other rule]
    #[arg(long, value_name = "N")]
    steps: Option<u32>,
    /// Ticks after which to stop although not all are happy [default: 500]
    #[arg(long, value_name = "N")]
    max_ticks: Option<u32>,
    #[command(flatten)]
    common: Common,
    /// Films the first seed's run as GIF
    #[arg(long, value_name = "FILE")]
    gif: Option<PathBuf>,
    /// Opens a window: the town live, with a slider (needs the live session)
    #[arg(long)]
    view: bool,
    /// With --view: writes the window as PNG after so many ticks, and ends
    #[arg(long, value_name = "PNG", requires = "view")]
    screenshot: Option<PathBuf>,
    /// Ticks before that picture
    #[arg(long, value_name = "N", default_value_t = 20, requires = "screenshot")]
    after: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RuleName {
    /// All who are unhappy at the start of a tick walk until they find an empty cell
    Netlogo,
    /// One after another in random order, to a random empty cell
    AbmComparison,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = config(args)?;
    guard(config.bytes(), args.common.seeds)?;
    config.check()?;
    if args.view {
        return view(args, config);
    }
    let outcomes = args.common.each(|seed| schelling::run(&config, seed))?;
    let of = |of: fn(&Outcome) -> f64| spread(&outcomes, of);
    let result = [
        ("like_share", of(|o| o.like_share)),
        ("happy_share", of(|o| o.happy_share)),
        ("moves", of(|o| o.moves as f64)),
        ("ticks", of(|o| o.ticks.into())),
    ];
    args.common.tell(&describe(&config), &result);
    if args.common.picture.is_some() || args.gif.is_some() {
        draw(args, &config)?;
    }
    Ok(())
}

#[cfg(not(feature = "viewer"))]
fn view(_: &Args, _: Config) -> Result<(), Failure> {
    let message = "this program was built without the live session".to_string();
    Err(Failure::Argument(message, Some(crate::cli::view::HOW_TO_GET.into())))
}

#[cfg(feature = "viewer")]
fn view(args: &Args, config: Config) -> Result<(), Failure> {
    use crate::viewer::classroom::{Classroom, open};

    if !crate::cli::view::is_possible() {
        return Err(Failure::Failed("there is no display to open a window on\nhint: --gif FILE films it".into()));
    }
    let shot = args.screenshot.clone().map(|path| (path, args.after));
    let lang = crate::cli::view::system_language();
    open(Classroom { config, seed: args.common.seed, lang, shot }).map_err(Failure::failed)
}

fn config(args: &Args) -> Result<Config, LabError> {
    let wrong = |message: &str, hint: &str| Err(LabError::Option { message: message.into(), hint: hint.into() });
    let netlogo = args.rule == RuleName::Netlogo;
    if netlogo && args.min_like.is_some() {
        return wrong("--min-like is for --rule abm-comparison", "NetLogo's rule takes a share: --wanted 0.30");
    }
    if !netlogo && args.wanted.is_some() {
        return wrong("--wanted is for --rule netlogo", "the comparison's rule takes a number: --min-like 3");
    }
    let size = args.size.unwrap_or(if netlogo { 51 } else { 40 });
    let agents = match (args.agents, args.density) {
        (Some(agents), _) => agents,
        (None, None) if !netlogo => 1000,
        (None, density) => agents_at(density.unwrap_or(0.95), size)?,
    };
    let usual = if netlogo { 500 } else { 20 };
    let ticks = [args.steps, args.max_ticks].into_iter().flatten().min();
    Ok(Config {
        rule: if netlogo { Rule::Netlogo } else { Rule::AbmComparison },
        size,
        torus: args.torus || (netlogo && args.size.is_none()),
        agents,
        radius: args.radius,
        wish: match args.min_like {
            _ if netlogo => Wish::Share(args.wanted.unwrap_or(0.30)),
            min_like => Wish::Count(min_like.unwrap_or(3)),
        },
        max_ticks: ticks.unwrap_or(usual),
    })
}

fn describe(config: &Config) -> String {
    let Config { size, agents, radius, .. } = config;
    let map = if config.torus { "torus" } else { "map with edges" };
    let rule = if config.rule == Rule::Netlogo { "NetLogo's rule" } else { "rule of the ABM comparison" };
    let wish = match config.wish {
        Wish::Share(share) => format!("at least {} of one's neighbours like oneself", percent(share)),
        Wish::Count(count) => format!("at least {count} neighbours like oneself"),
    };
    format!("Schelling by {rule}: {agents} agents on a {map} of {size} × {size} cells, radius {radius}, wish: {wish}")
}

/// Before, after and the way, of the first seed.
fn draw(args: &Args, config: &Config) -> Result<(), Failure> {
    let mut run = Run::new(config, args.common.seed)?;
    let before = run.cells();
    let (mut like, mut happy, mut apart) = (Vec::new(), Vec::new(), Vec::new());
    let mut film = Film::default();
    loop {
        let outcome = run.outcome();
        like.push(outcome.like_share);
        happy.push(outcome.happy_share);
        apart.push(run.dissimilarity());
        if args.gif.is_some() {
            film.see(|| run.cells());
        }
        if run.is_over() {
            break;
        }
        run.step()?;
    }
    let (after, ticks) = (run.cells(), run.ticks());
    let key = Key::of(&[(EMPTY, "empty"), (BLUE, "one group"), (ORANGE, "the other")]);
    let n_cols = config.size as usize;
    let map = |title: String, classes| Panel::Map { title, n_cols, classes, key: &key };
    let times: Vec<f64> = (0..=ticks).map(f64::from).collect();
    let chart = |title: &str, lines| Panel::Chart { title: title.into(), times: times.clone(), lines, share: true };
    let panels = [
        map("At the start".into(), &before),
        map(format!("After {ticks} ticks"), &after),
        chart(
            "Like neighbours and happy agents, by tick",
            vec![Panel::line("like neighbours", like), Panel::line("happy", happy)],
        ),
        chart("Dissimilarity D over blocks, by tick", vec![Panel::line("D", apart)]),
    ];
    if let Some(path) = &args.common.picture {
        let title = "A city that nobody wanted segregated";
        let small = format!("{}; seed {}", describe(config), args.common.seed);
        write_png(path, &page(title, &small, &panels))?;
        eprintln!("picture: {}", path.display());
    }
    if let Some(path) = &args.gif {
        film.write(path, n_cols, &after, &key)?;
        eprintln!("film: {}", path.display());
    }
    Ok(())
}
