//! `waterbed view`.

use std::path::PathBuf;

use super::failure::Failure;
use crate::fields::backend::Backend;

/// Told where the program has no live session.
pub(super) const HOW_TO_GET: &str = "For the live 3D session: cargo run --release --features viewer";

/// Opens the live city
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed view
  waterbed view base --seed 7
  waterbed view my.waterbed                 a session, as it was saved
  waterbed view --screenshot city.png --at 2027-06 --layer age_65_up_share
  waterbed view --measures plan.toml --twin difference --screenshot what.png --at 2030-01 --layer vacant_share")]
#[cfg_attr(not(feature = "viewer"), allow(dead_code, reason = "parsed, to be told what is missing"))]
pub(super) struct Args {
    /// Scenario, by file or name, or session file (.waterbed) [default: the start screen]
    scenario: Option<String>,
    /// Residents of a generated city
    #[arg(long, allow_negative_numbers = true, value_parser = super::whole_number)]
    residents: Option<i64>,
    /// Seed of all draws
    #[arg(long, allow_negative_numbers = true, value_parser = super::whole_number)]
    seed: Option<i64>,
    /// Change a parameter, lever or field; may be given several times
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// File with [[measure]] entries to place
    #[arg(long, value_name = "FILE")]
    measures: Option<PathBuf>,
    /// Show the untouched twin
    #[arg(long, value_name = "HOW", value_parser = ["off", "toggle", "split", "difference"])]
    twin: Option<String>,
    /// Point looked at (m east and south of the middle), heading and pitch (degrees), distance (m)
    #[arg(long, value_name = "E,S,HEADING,PITCH,DISTANCE", allow_hyphen_values = true, value_parser = parse_camera)]
    camera: Option<[f32; 5]>,
    /// Page of the right panel: measures, chart, moved, here
    #[arg(long, value_name = "PAGE", value_parser = ["measures", "chart", "moved", "here"], default_value = "measures")]
    page: String,
    /// Neighbourhood looked at, by its code
    #[arg(long, value_name = "CODE")]
    here: Option<String>,
    /// Language [default: that of the system]
    #[arg(long, value_enum)]
    lang: Option<super::report::Language>,
    /// Size of the window
    #[arg(long, default_value = "1280x720", value_name = "WIDTHxHEIGHT", value_parser = parse_size)]
    size: (u32, u32),
    /// Layer shown first: tenure, vacancy, moves, flood.depth, flood.velocity, flood.arrival, heat.air, heat.surface, heat.pet, or an indicator of neighbourhoods
    #[arg(long, default_value = "tenure", value_name = "NAME")]
    layer: String,
    /// Where heat and water are computed: auto (the window's graphics processor, if it is a real one, else the CPU),
    /// cpu, gpu
    #[arg(long, default_value = "auto")]
    backend: Backend,
    /// Write a picture and end
    #[arg(long, value_name = "PNG")]
    screenshot: Option<PathBuf>,
    /// Measure what the live city takes (frames, memory, measure to picture, twin), print it as JSON and end
    #[arg(long, conflicts_with = "screenshot")]
    figures: bool,
    /// The month that the picture shows [default: before the first]
    #[arg(long, requires = "screenshot", value_name = "YYYY-MM", value_parser = parse_month)]
    at: Option<crate::sim::Month>,
    /// The moment of a flood or heat wave that the picture shows, from 1 [default: all of it in one map]
    #[arg(long, requires = "screenshot", value_parser = clap::value_parser!(u8).range(1..=12))]
    moment: Option<u8>,
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

fn parse_camera(text: &str) -> Result<[f32; 5], String> {
    let numbers: Vec<f32> =
        text.split(',').map_while(|t| t.trim().parse().ok()).filter(|v: &f32| v.is_finite()).collect();
    numbers.try_into().map_err(|_| "write five numbers, e.g. 0,0,330,40,3000".into())
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
    use crate::viewer::{Opening, Options, Page, Shot, ViewError, open};

    let named = args.scenario.as_deref();
    let no_display = |why: &str| {
        let scenario = named.unwrap_or("base");
        Failure::Failed(format!("{why}\nhint: without a display: waterbed run {scenario} (tables, maps and a report)"))
    };
    if !has_display() {
        return Err(no_display("there is no display to open a window on"));
    }
    let opened = args.figures.then(std::time::Instant::now);
    let nothing_asked = !args.figures
        && named.is_none()
        && args.screenshot.is_none()
        && args.measures.is_none()
        && args.here.is_none()
        && args.set.is_empty()
        && args.residents.is_none()
        && args.seed.is_none();
    let opening = match nothing_asked {
        true => Opening::Start,
        false => Opening::Session(Box::new(load(args, named.unwrap_or("base"))?)),
    };
    let here = match (&args.here, &opening) {
        (Some(code), Opening::Session(loaded)) => Some(neighbourhood(code, &loaded.city)?),
        _ => None,
    };
    let page = match args.page.as_str() {
        "chart" => Page::Chart,
        "moved" => Page::Moved,
        "here" => Page::Here,
        _ => Page::Measures,
    };
    let options = Options {
        size: args.size,
        layer: args.layer.clone(),
        twin: args.twin.clone(),
        camera: args.camera,
        page,
        here,
        lang: args.lang.map_or_else(system_language, Into::into),
        backend: args.backend,
        figures: opened,
        shot: args.screenshot.clone().map(|path| Shot { path, at: args.at, moment: args.moment.map(usize::from) }),
    };
    let closed = open(opening, &options).map_err(|error| match error {
        ViewError::Layer { .. } => Failure::Argument(error.to_string(), Some("waterbed list indicators".into())),
        ViewError::Window(_) => no_display(&error.to_string()),
        _ => Failure::failed(error),
    })?;
    if let Some(closed) = closed.as_ref().filter(|_| args.figures) {
        return figures(closed);
    }
    if let Some(path) = closed.and_then(|closed| closed.path) {
        eprintln!("session: {0}\nhint: without a window, with the same result: waterbed run {0}", path.display());
    }
    Ok(())
}

#[cfg(feature = "viewer")]
fn load(args: &Args, name: &str) -> Result<crate::viewer::Loaded, Failure> {
    use std::sync::Arc;

    use crate::city::area::Cadastre;
    use crate::scenario::{MeasureFile, Overrides, build_city, load, size};
    use crate::session::SessionFile;
    use crate::viewer::{Loaded, desk};

    let mut note = None;
    let path = std::path::PathBuf::from(name);
    let is_session = path.extension().is_some_and(|e| e == crate::session::file::SUFFIX);
    let mut file = if is_session {
        let (file, damage) = desk::read(&path).map_err(super::run::session_failure)?;
        note = damage.map(|e| e.to_string());
        file
    } else {
        let overrides = Overrides { years: None, residents: args.residents, seed: args.seed, set: args.set.clone() };
        SessionFile::new(load(name, &overrides)?)
    };
    let start = file.scenario.start;
    if let Some(at) = args.at
        && (at < start || at.0 - start.0 > 12 * 200)
    {
        let hint = format!("from {start} on, within 200 years");
        return Err(Failure::Argument(format!("--at {at} is outside the scenario"), Some(hint)));
    }
    // The variant and its twin.
    size::guard(size::estimate(&file.scenario, 2), size::default_limit())?;
    let city = Arc::new(build_city(&file.scenario)?);
    if let Some(measures) = &args.measures {
        let cadastre = Cadastre::of(&city);
        let list = MeasureFile::load(measures, start)?.check(&file.scenario, &cadastre)?.measures;
        for placement in desk::placements(&list, &file.scenario, &cadastre)? {
            file.plans.place(placement, &cadastre);
        }
    }
    let mut loaded = Loaded::new(file, city);
    if args.screenshot.is_none() && !args.figures {
        (loaded.keeper, loaded.note) = desk::claim(&loaded.file);
    }
    loaded.note = note.or(loaded.note);
    if is_session {
        loaded = loaded.with_episodes_of(&path);
        loaded.path = Some(path);
    }
    Ok(loaded)
}

/// The neighbourhood with that code.
#[cfg(feature = "viewer")]
fn neighbourhood(code: &str, city: &crate::city::City) -> Result<usize, Failure> {
    let codes = || city.neighbourhoods.iter().map(|hood| hood.code.as_str());
    codes().position(|known| known == code).ok_or_else(|| {
        let nearness = |known: &&str| (1000.0 * strsim::jaro_winkler(known, code)) as u32;
        let nearest = codes().max_by_key(nearness).map(|nearest| format!("did you mean {nearest}?"));
        Failure::Argument(format!("--here {code}: the city has no such neighbourhood"), nearest)
    })
}

/// Prints what was measured.
#[cfg(feature = "viewer")]
fn figures(closed: &crate::viewer::Closed) -> Result<(), Failure> {
    let mut found: serde_json::Map<String, serde_json::Value> = serde_json::Map::new();
    let round = |v: f64| (100.0 * v).round() / 100.0;
    for (name, value) in &closed.figures {
        found.insert((*name).into(), round(*value).into());
    }
    if let Some(times) = crate::viewer::figures::twin_cost(&closed.file.scenario, &closed.city) {
        found.insert("twin_times_one_run".into(), round(times).into());
    }
    println!("{}", serde_json::Value::Object(found));
    Ok(())
}

/// Dutch where the system is.
#[cfg(feature = "viewer")]
pub(super) fn system_language() -> crate::report::Lang {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|v| std::env::var(v).ok().filter(|v| !v.is_empty()));
    match named.is_some_and(|name| name.starts_with("nl")) {
        true => crate::report::Lang::Nl,
        false => crate::report::Lang::En,
    }
}
