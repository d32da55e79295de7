//! From files and options to a [`Scenario`].

use std::path::{Path, PathBuf};

use super::files::{Files, built_in};
use super::problem::{Place, Problems, did_you_mean};
use super::reader::Reader;
use super::tree::{self, Node, Table, Value};
use super::{CitySource, Events, Output, Scenario, drivers, events, measures, orders, parameters};
use crate::challenges::shared::{Challenge, Challenges};
use crate::policies::{LEVERS, lever};
use crate::sim::Month;

/// What the command line changes in a scenario.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--years`.
    pub years: Option<i64>,
    /// `--residents`.
    pub residents: Option<i64>,
    /// `--seed`.
    pub seed: Option<i64>,
    /// `--set key=value`: a parameter (`demography.fertility_total=1.5`), a lever (`build=50`: a measure for the whole
    /// city from the start) or a field (`output.events=full`).
    pub set: Vec<String>,
}

/// Loads the scenario `name`: a file, or the name of a built-in scenario.
pub fn load(name: &str, overrides: &Overrides) -> Result<Scenario, Problems> {
    let files = Files;
    let command_line = Place::whole(name);
    let path = find_scenario(&files, &command_line, name)?;
    let mut table = read_layers(&files, &command_line, &path, &mut Vec::new())?;
    let mut problems = Problems::default();
    apply_overrides(&mut table, overrides, &mut problems);
    let scenario = read(table, &Place::whole(path.display().to_string()), &files, &mut problems);
    match scenario {
        Some(scenario) => problems.or(scenario),
        None => Err(problems.or(()).err().unwrap_or_default()),
    }
}

/// Loads a scenario from `text`, which stands in the file `name`.
pub fn load_text(name: &str, text: &str) -> Result<Scenario, Problems> {
    let mut problems = Problems::default();
    let scenario = read(Table::parse(name, text)?, &Place::whole(name), &Files, &mut problems);
    match scenario {
        Some(scenario) => problems.or(scenario),
        None => Err(problems.or(()).err().unwrap_or_default()),
    }
}

fn find_scenario(files: &Files, place: &Place, name: &str) -> Result<PathBuf, Problems> {
    if Path::new(name).is_dir() {
        let hint = "name a scenario file, or use `--resume` to go on with a run folder".to_string();
        return Err(Problems::one(place, "is a folder", Some(hint)));
    }
    let with_suffix = format!("{name}.toml");
    let short = !name.ends_with(".toml") && !Path::new(name).is_file();
    let in_folder = PathBuf::from("configs/scenarios").join(&with_suffix);
    if short && in_folder.is_file() {
        return Ok(in_folder);
    }
    if let Some((full, _)) = built_in(&with_suffix).filter(|_| short) {
        return Ok(full.into());
    }
    files.find(place, name).map_err(|_| {
        let hint = "`waterbed list scenarios` shows the built-in ones".to_string();
        Problems::one(place, "there is no such scenario file", Some(hint))
    })
}

/// Reads the file at `path`, named at `from`, on top of the file that it includes.
/// `above` are the files that have led here: (canonical path, name).
pub(super) fn read_layers(
    files: &Files,
    from: &Place,
    path: &Path,
    above: &mut Vec<(PathBuf, String)>,
) -> Result<Table, Problems> {
    let name = path.display().to_string();
    let canonical = path.canonicalize().unwrap_or_else(|_| path.into());
    if above.iter().any(|(path, _)| *path == canonical) {
        let chain: Vec<&str> = above.iter().map(|(_, name)| name.as_str()).chain([name.as_str()]).collect();
        let hint = "remove one of these `include` lines".to_string();
        return Err(Problems::one(
            from,
            format!("files include each other in a circle: {}", chain.join(" → ")),
            Some(hint),
        ));
    }
    above.push((canonical, name.clone()));
    let mut table = Table::parse(&name, &files.read(from, path)?)?;
    if let Some((_, include)) = table.entries.remove("include") {
        let Value::Text(other) = &include.value else {
            return Err(Problems::one(&include.place, "`include` must be the name of a file", None));
        };
        // A scenario may be included by its name, as on the command line.
        let named = built_in(&format!("{other}.toml")).filter(|_| !other.ends_with(".toml"));
        let other = match (files.find(&include.place, other), named) {
            (Err(_), Some((full, _))) => full.into(),
            (found, _) => found?,
        };
        let mut base = read_layers(files, &include.place, &other, above)?;
        base.merge(table, &|path| path == ["city"] || (path.len() == 3 && path[0] == "drivers"));
        table = base;
    }
    above.pop();
    Ok(table)
}

fn apply_overrides(table: &mut Table, overrides: &Overrides, problems: &mut Problems) {
    if overrides.years.is_some() {
        table.entries.remove("end");
    }
    for (key, value) in [("years", overrides.years), ("residents", overrides.residents), ("seed", overrides.seed)] {
        if let Some(value) = value {
            table.set(&[key], Node { place: Place::whole(format!("--{key}")), value: Value::Integer(value) });
        }
    }
    for text in &overrides.set {
        let place = Place::whole(format!("--set {text}"));
        let Some((key, value)) = text.split_once('=') else {
            problems.add(&place, "must be key=value", Some("e.g. `--set demography.fertility_total=1.5`".into()));
            continue;
        };
        let (key, node) = (key.trim(), tree::parse_value(value.trim(), &place));
        let path: Vec<&str> = key.split('.').collect();
        if lever(key).is_some() {
            add_measure(table, key, node);
        } else if parameters::parameter(key).is_some() {
            table.set(&["parameters", path[0], path[1]], node);
        } else if FIELDS.contains(&path[0]) {
            table.set(&path, node);
        } else {
            let known = LEVERS
                .iter()
                .map(|l| l.id)
                .chain(parameters::Parameters::list().map(|p| p.id))
                .chain(FIELDS.iter().copied());
            let hint = did_you_mean(key, known)
                .or_else(|| Some("`waterbed list levers` and `waterbed list parameters` show what can be set".into()));
            problems.add(&place, format!("unknown key `{key}`"), hint);
        }
    }
}

const FIELDS: &[&str] = &[
    "name",
    "start",
    "years",
    "end",
    "seed",
    "residents",
    "challenges",
    "city",
    "output",
    "parameters",
    "drivers",
    "measure",
    "event",
    "order",
];

/// Adds a measure for the whole city from the start.
pub(super) fn add_measure(table: &mut Table, lever: &str, value: Node) {
    let place = value.place.clone();
    let node = |value| Node { place: place.clone(), value };
    let mut measure = Table::default();
    measure.set(&["lever"], node(Value::Text(lever.into())));
    measure.set(&["value"], value);
    let list = node(Value::List(vec![node(Value::Table(measure))]));
    let mut over = Table::default();
    over.set(&["measure"], list);
    table.merge(over, &|_| false);
}

fn read(table: Table, file: &Place, files: &Files, problems: &mut Problems) -> Option<Scenario> {
    let mut reader = Reader::new(table, "", problems);
    let name = reader.text("name");
    let start = reader.month("start").map(|(_, month)| month);
    let years = reader.integer("years", 1..=200, "years");
    let end = reader.month("end");
    let seed = reader.integer("seed", 0..=i64::MAX, "any whole number");
    let residents_at = reader.place("residents");
    let residents = reader.integer("residents", 100..=4_000_000_000, "residents");
    let challenges = read_challenges(&mut reader);
    let city = reader.table("city");
    let parameters = reader.table("parameters");
    let drivers = reader.table("drivers");
    let measures = reader.tables("measure");
    let events = reader.tables("event");
    let given = reader.tables("order");
    let output = reader.table("output");
    reader.finish();

    let name = read_name(name, file, problems);
    let start = start.unwrap_or(Month::new(2025, 1));
    if let Some((place, end)) = end.as_ref().filter(|(_, end)| !(0..200 * 12).contains(&(end.0 - start.0))) {
        let hint = format!("from {start} on, within 200 years");
        problems.add(place, format!("`end` = {end} is outside the scenario"), Some(hint));
    }
    let city = read_city(city, file, files, problems);
    let mut residents = residents;
    if matches!(city, Some(CitySource::Pack { .. })) {
        // From an included file it belongs to the city that this one has replaced.
        let meant = |at: &&Place| at.file.starts_with("--") || at.file == file.file;
        if let Some(at) = residents_at.as_ref().filter(meant) {
            let hint = "remove `residents`, or generate a city with `[city] config = …`".to_string();
            problems.add(at, "`residents` is for generated cities; a city from a file has its own", Some(hint));
        }
        residents = None;
    }
    let generated = matches!(city, Some(CitySource::Recipe { .. }));
    let events: Vec<_> =
        events.into_iter().filter_map(|(at, table)| events::read(at, table, start, problems)).collect();
    for event in events.iter().filter(|_| !challenges.has(Challenge::Climate)) {
        let hint = "add it to `challenges`, or leave the event out".to_string();
        problems.add(&event.read_at, "an event needs the challenge \"climate\", which does not take part", Some(hint));
    }
    Some(Scenario {
        name,
        start,
        years: years.unwrap_or(20) as u32,
        end: end.map(|(_, month)| month),
        seed: seed.unwrap_or(1) as u64,
        residents: residents.map(|n| n as u64).or(generated.then_some(10_000)),
        parameters: parameters.map(|(_, table)| parameters::read(table, problems)).unwrap_or_default(),
        drivers: drivers.map(|(_, table)| drivers::read(table, problems)).unwrap_or_default(),
        measures: measures
            .into_iter()
            .filter_map(|(at, table)| measures::read(at, table, start, files, &mut Vec::new(), problems))
            .collect(),
        events,
        challenges,
        orders: given.into_iter().filter_map(|(at, table)| orders::read(&at, table, problems)).collect(),
        output: output.map(|(_, table)| read_output(table, problems)).unwrap_or_default(),
        city: city?,
    })
}

/// The challenges that take part: a list of names; without one, all.
fn read_challenges(reader: &mut Reader) -> Challenges {
    let Some(node) = reader.take("challenges") else { return Challenges::default() };
    let ids = Challenge::ALL.map(Challenge::id);
    let all = format!("there are {}", ids.map(|id| format!("\"{id}\"")).join(", "));
    let Value::List(list) = &node.value else {
        let message = format!("`challenges` must be a list of names, not {}", node.value.describe());
        reader.problems.add(&node.place, message, Some(all));
        return Challenges::default();
    };
    let mut some = Vec::new();
    for item in list {
        let Value::Text(name) = &item.value else {
            let message = format!("`challenges` must hold names, not {}", item.value.describe());
            reader.problems.add(&item.place, message, Some(all.clone()));
            continue;
        };
        match Challenge::ALL.into_iter().find(|c| c.id() == name) {
            Some(challenge) => some.push(challenge),
            None => {
                let hint = did_you_mean(name, ids).unwrap_or_else(|| all.clone());
                reader.problems.add(&item.place, format!("unknown challenge `{name}`"), Some(hint));
            }
        }
    }
    if !some.contains(&Challenge::Housing) {
        let hint = "add \"housing\": without a market nobody finds a home".to_string();
        reader.problems.add(&node.place, "`challenges` must hold \"housing\"", Some(hint));
    }
    Challenges::only(&some)
}

fn read_name(name: Option<(Place, String)>, file: &Place, problems: &mut Problems) -> String {
    let Some((place, name)) = name else {
        let stem = Path::new(&*file.file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        return stem.unwrap_or_else(|| "scenario".into());
    };
    let plain = |c: char| c.is_alphanumeric() || "-_.+".contains(c);
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        let hint = "use letters, digits, `-` and `_`: it becomes the name of a folder".to_string();
        problems.add(&place, format!("`name` = {name:?} cannot name a run"), Some(hint));
    }
    name
}

fn read_city(city: Option<(Place, Table)>, file: &Place, files: &Files, problems: &mut Problems) -> Option<CitySource> {
    let Some((place, table)) = city else {
        let hint = "write `[city]` and `config = \"configs/cities/voorbeeldstad.toml\"`".to_string();
        problems.add(file, "there is no `[city]`", Some(hint));
        return None;
    };
    let mut reader = Reader::new(table, "city.", problems);
    let config = reader.text("config");
    let pack = reader.text("file");
    let seed = reader.integer("seed", 0..=i64::MAX, "any whole number").unwrap_or(1) as u64;
    let pixels_per_cell = reader.integer("pixels_per_cell", 1..=100, "ground pixels along 100 m").map(|n| n as u32);
    reader.finish();
    match (config, pack) {
        (Some((at, name)), None) => match files.find(&at, &name) {
            Ok(config) => return Some(CitySource::Recipe { config, seed, pixels_per_cell }),
            Err(problem) => problems.extend(problem),
        },
        (None, Some((at, name))) => match files.find(&at, &name) {
            Ok(file) => return Some(CitySource::Pack { file }),
            Err(_) => {
                let hint = format!("build it: `waterbed city build CONFIG --data DIR --out {name}`");
                problems.add(&at, format!("there is no city pack `{name}`"), Some(hint));
            }
        },
        (Some(_), Some((at, _))) => problems.add(&at, "`[city]` has both `config` and `file`", Some("keep one".into())),
        (None, None) => problems.add(&place, "`[city]` needs `config` or `file`", None),
    }
    None
}

fn read_output(table: Table, problems: &mut Problems) -> Output {
    let mut reader = Reader::new(table, "output.", problems);
    let mut output = Output::default();
    if let Some(at) = reader.choice("events", &["cells", "full"]) {
        output.events = [Events::Cells, Events::Full][at];
    }
    if let Some(n) = reader.integer("panel_one_in", 0..=1_000_000_000, "people per person followed; 0 = nobody") {
        output.panel_one_in = n as u32;
    }
    reader.finish();
    output
}
