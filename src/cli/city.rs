//! `waterbed city build` and `waterbed city info`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::failure::Failure;
use super::progress;
use crate::city::generate::{CityConfig, generate};
use crate::city::import::{self, ImportConfig, ImportError};
use crate::city::map::{MapOptions, city_svg, png};
use crate::city::{City, pack};
use crate::scenario::build::recipe_problems;
use crate::scenario::files::Files;
use crate::scenario::tree::Table;
use crate::scenario::{Overrides, Place, Problems, build_city, load};
use crate::sim::files::write_atomic;

/// Builds a city into a file, or tells what is in one
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed city build configs/cities/amsterdam.toml --data ../shared/data --out amsterdam.city
  waterbed city info amsterdam.city --map amsterdam.png")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    Build(BuildArgs),
    Info(InfoArgs),
}

/// Builds a city from open data, or from the recipe of an invented city
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed city build configs/cities/amsterdam.toml --data ../shared/data --out amsterdam.city
  waterbed city build voorbeeldstad.toml --residents 50000 --out voorbeeldstad.city")]
struct BuildArgs {
    /// Recipe (TOML)
    config: PathBuf,
    /// Folder with the downloaded open data
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// City file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Residents of an invented city
    #[arg(long, allow_negative_numbers = true)]
    residents: Option<u32>,
    /// Seed of an invented city
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Summary as JSON on stdout
    #[arg(long)]
    json: bool,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

/// Tells what is in a city: a city file, a recipe of an invented city, or a scenario's city
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed city info amsterdam.city --json
  waterbed city info configs/cities/voorbeeldstad.toml --map map.png
  waterbed city info base --map map.png      the city of a scenario")]
struct InfoArgs {
    /// City file, recipe or scenario
    file: String,
    /// Draws the city as PNG, or as SVG if the name ends so
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Summary as JSON on stdout
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Build(args) => build(args),
        Command::Info(args) => info(args),
    }
}

fn build(args: &BuildArgs) -> Result<(), Failure> {
    let (path, text) = read(&args.config)?;
    let city = match kind(&path, &text)? {
        Kind::Recipe => invent(&path, &text, args.residents, args.seed)?,
        Kind::Import => import_city(args, &path, &text)?,
        Kind::Scenario => {
            let hint = "name the recipe that its `[city]` names".to_string();
            return Err(Failure::Argument(format!("{} is a scenario, not a city", path.display()), Some(hint)));
        }
    };
    pack::save(&city, &args.out).map_err(Failure::failed)?;
    tell(&city, args.json);
    eprintln!("written: {}", args.out.display());
    Ok(())
}

fn read(config: &Path) -> Result<(PathBuf, String), Failure> {
    let place = Place::whole(config.display().to_string());
    let path = if config.is_file() { config.into() } else { Files.find(&place, &config.to_string_lossy())? };
    let text = Files.read(&place, &path)?;
    Ok((path, text))
}

/// What a TOML file describes.
#[derive(PartialEq)]
enum Kind {
    Recipe,
    Import,
    Scenario,
}

fn kind(path: &Path, text: &str) -> Result<Kind, Problems> {
    let table = Table::parse(&path.display().to_string(), text)?;
    let has = |key: &str| table.entries.contains_key(key);
    Ok(match (has("municipality"), has("start") || has("include") || has("measure")) {
        (true, _) => Kind::Import,
        (_, true) => Kind::Scenario,
        _ => Kind::Recipe,
    })
}

fn invent(path: &Path, text: &str, residents: Option<u32>, seed: u64) -> Result<City, Failure> {
    let name = path.display().to_string();
    let place = Place::whole(name.clone());
    let mut recipe = CityConfig::from_toml(text, &name).map_err(|error| recipe_problems(&place, error))?;
    recipe.residents = residents.unwrap_or(recipe.residents);
    Ok(generate(&recipe, seed).map_err(|error| recipe_problems(&place, error))?)
}

fn import_city(args: &BuildArgs, path: &Path, text: &str) -> Result<City, Failure> {
    let Some(data) = &args.data else {
        let hint = "name the folder of the downloaded data with --data".to_string();
        return Err(Failure::Argument(format!("{} is built from open data", path.display()), Some(hint)));
    };
    if let Some(residents) = args.residents {
        let hint = "leave --residents out: a real city has the residents that its data say".to_string();
        return Err(Failure::Argument(format!("--residents {residents} is for invented cities"), Some(hint)));
    }
    let config = ImportConfig::from_toml(text, &path.display().to_string()).map_err(import_failure)?;
    let bar = progress::share(args.quiet);
    let mut on_step = |step: &str, share: f32| {
        bar.set_position((share * 100.0) as u64);
        bar.set_message(step.to_string());
    };
    let built = import::build(&config, data, &mut on_step);
    bar.finish_and_clear();
    let (city, report) = built.map_err(import_failure)?;
    eprintln!("{report}");
    Ok(city)
}

/// Errors of an import name file, row and column themselves; what is wrong is always the input.
fn import_failure(error: ImportError) -> Failure {
    Failure::Argument(error.to_string(), None)
}

fn info(args: &InfoArgs) -> Result<(), Failure> {
    let city = open(&args.file)?;
    if let Some(map) = &args.map {
        draw(&city, map)?;
    }
    tell(&city, args.json);
    if !args.json {
        city.sources.iter().for_each(|source| println!("source          {source}"));
    }
    Ok(())
}

/// The city in a pack, of a recipe, or of a scenario.
fn open(name: &str) -> Result<City, Failure> {
    let path = Path::new(name);
    if path.is_file() && path.extension().is_none_or(|suffix| suffix != "toml") {
        return pack::load(path).map_err(|error| Failure::Argument(error.to_string(), None));
    }
    if let Ok((path, text)) = read(path) {
        match kind(&path, &text)? {
            Kind::Recipe => return invent(&path, &text, None, 1),
            Kind::Scenario => (),
            Kind::Import => {
                let hint = format!("build it first: waterbed city build {name} --data DIR --out FILE");
                return Err(Failure::Argument(format!("{name} is a recipe, not a built city"), Some(hint)));
            }
        }
    }
    Ok(build_city(&load(name, &Overrides::default())?)?)
}

fn draw(city: &City, path: &Path) -> Result<(), Failure> {
    use std::io::Write;
    let svg = city_svg(city, &MapOptions::default());
    let is_svg = path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("svg"));
    let bytes = if is_svg { svg.into_bytes() } else { png(&svg, 1500).map_err(Failure::failed)? };
    write_atomic(path, |file| file.write_all(&bytes)).map_err(Failure::failed)?;
    eprintln!("map: {}", path.display());
    Ok(())
}

fn tell(city: &City, as_json: bool) {
    let summary = city.summary();
    if as_json {
        let codes: Vec<_> = city
            .neighbourhoods
            .iter()
            .map(|n| json!({"code": n.code, "name": n.name, "residents": n.marginals.residents}))
            .collect();
        let mut value = serde_json::to_value(summary).expect("summaries can be written");
        value["name"] = city.name.clone().into();
        value["neighbourhood_list"] = codes.into();
        println!("{value}");
        return;
    }
    println!("name            {}", city.name);
    println!("residents       {}", summary.residents);
    println!("households      {}", summary.households);
    println!("dwellings       {}", summary.dwellings);
    println!("neighbourhoods  {}", summary.neighbourhoods);
    println!("cells           {}", summary.cells);
}
