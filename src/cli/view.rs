//! `waterbed view`.

use std::path::PathBuf;

use super::failure::Failure;

/// Told where the program has no live session.
pub(super) const HOW_TO_GET: &str = "For the live 3D session: cargo run --release --features viewer";

/// Opens the live city
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed view
  waterbed view base --seed 7
  waterbed view --screenshot city.png --at 2027-06 --layer age_65_up_share")]
#[cfg_attr(not(feature = "viewer"), allow(dead_code, reason = "parsed, to be told what is missing"))]
pub(super) struct Args {
    /// Scenario file, or the name of a built-in scenario
    #[arg(default_value = "base")]
    scenario: String,
    /// Residents of a generated city
    #[arg(long, allow_negative_numbers = true, value_parser = super::whole_number)]
    residents: Option<i64>,
    /// Seed of all draws
    #[arg(long, allow_negative_numbers = true, value_parser = super::whole_number)]
    seed: Option<i64>,
    /// Change a parameter, lever or field; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Size of the window
    #[arg(long, default_value = "1280x720", value_name = "WIDTHxHEIGHT", value_parser = parse_size)]
    size: (u32, u32),
    /// Layer shown first: tenure, vacancy, or an indicator of neighbourhoods
    #[arg(long, default_value = "tenure", value_name = "NAME")]
    layer: String,
    /// Write a picture and end
    #[arg(long, value_name = "PNG")]
    screenshot: Option<PathBuf>,
    /// The month that the picture shows [default: before the first]
    #[arg(long, requires = "screenshot", value_name = "YYYY-MM", value_parser = parse_month)]
    at: Option<crate::sim::Month>,
}

impl Default for Args {
    fn default() -> Args {
        #[derive(clap::Parser)]
        struct View {
            #[command(flatten)]
            args: Args,
        }
        <View as clap::Parser>::parse_from(["waterbed"]).args
    }
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let numbers = text.split_once('x').and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let fits = |side: u32| (320..=8192).contains(&side);
    numbers
        .filter(|&(w, h)| fits(w) && fits(h))
        .ok_or_else(|| "write width x height, e.g. 1280x720; each 320 to 8192".into())
}

fn parse_month(text: &str) -> Result<crate::sim::Month, String> {
    crate::sim::Month::parse(text).ok_or_else(|| "write a year and a month, e.g. 2027-06".into())
}

fn has_display() -> bool {
    let named = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|v| std::env::var_os(v).is_some_and(|v| !v.is_empty()));
    named || cfg!(any(windows, target_os = "macos"))
}

/// True if this program has a live session and there is a display to show it on.
pub(super) fn is_possible() -> bool {
    cfg!(feature = "viewer") && has_display()
}

#[cfg(not(feature = "viewer"))]
pub(super) fn run(_: &Args) -> Result<(), Failure> {
    let message = "this program was built without the live session".to_string();
    Err(Failure::Argument(message, Some(HOW_TO_GET.into())))
}

#[cfg(feature = "viewer")]
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    use std::sync::Arc;

    use crate::scenario::{Overrides, build, build_city, load, size};
    use crate::viewer::{Options, Shot, ViewError, open};

    let no_display = |why: &str| {
        let scenario = &args.scenario;
        Failure::Failed(format!("{why}\nhint: without a display: waterbed run {scenario} (tables, maps and a report)"))
    };
    if !has_display() {
        return Err(no_display("there is no display to open a window on"));
    }
    let overrides = Overrides { years: None, residents: args.residents, seed: args.seed, set: args.set.clone() };
    let scenario = load(&args.scenario, &overrides)?;
    if let Some(at) = args.at
        && (at < scenario.start || at.0 - scenario.start.0 > 12 * 200)
    {
        let hint = format!("from {} on, within 200 years", scenario.start);
        return Err(Failure::Argument(format!("--at {at} is outside the scenario"), Some(hint)));
    }
    size::guard(size::estimate(&scenario, 1), size::default_limit())?;
    let city = Arc::new(build_city(&scenario)?);
    let own = city.clone();
    let make = move || build(&scenario, own, scenario.seed).map_err(|e| e.to_string());
    let shot = args.screenshot.clone().map(|path| Shot { path, at: args.at });
    let options = Options { size: args.size, layer: args.layer.clone(), shot };
    open(city, make, &options).map_err(|error| match error {
        ViewError::Layer { .. } => Failure::Argument(error.to_string(), Some("waterbed list indicators".into())),
        ViewError::Window(_) => no_display(&error.to_string()),
        _ => Failure::failed(error),
    })
}
