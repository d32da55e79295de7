//! Measures: levers that are set somewhere for some time.

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::files::Files;
use super::problem::{Place, Problems, did_you_mean};
use super::reader::Reader;
use super::tree::{Table, Value};
use crate::city::City;
use crate::policies::{LEVERS, Lever, lever};
use crate::sim::{Area, Month, Order};

/// "Lever at this value, there, from then until then."
#[derive(Debug, Clone, Serialize)]
pub struct Measure {
    /// Lever.
    #[serde(serialize_with = "lever_id")]
    pub lever: &'static Lever,
    /// Value in the lever's unit.
    pub value: f64,
    /// Where.
    pub area: MeasureArea,
    /// First month.
    #[serde(serialize_with = "super::month_text")]
    pub from: Month,
    /// First month in which the lever is back at its default; `None` = never.
    #[serde(serialize_with = "super::some_month_text", skip_serializing_if = "Option::is_none")]
    pub until: Option<Month>,
    /// Where it was read, for messages.
    #[serde(skip)]
    pub place: Place,
}

impl PartialEq for Measure {
    /// Equal if they do the same, wherever they were read.
    fn eq(&self, other: &Measure) -> bool {
        self.lever.id == other.lever.id
            && self.value == other.value
            && self.area == other.area
            && (self.from, self.until) == (other.from, other.until)
    }
}

/// Where a measure holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeasureArea {
    /// Everywhere.
    City,
    /// In the neighbourhoods with these codes.
    Neighbourhoods(Vec<String>),
    /// In the neighbourhoods whose centre lies within the polygons of a GeoJSON or GeoPackage file.
    File(PathBuf),
}

impl Serialize for MeasureArea {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MeasureArea::City => serializer.serialize_str("city"),
            MeasureArea::Neighbourhoods(codes) => codes.serialize(serializer),
            MeasureArea::File(path) => path.serialize(serializer),
        }
    }
}

fn lever_id<S: Serializer>(lever: &&'static Lever, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(lever.id)
}

/// Reads one `[[measure]]`. Its area goes to `areas` as well, also if the rest is wrong, so that it can be checked.
pub(super) fn read(
    place: Place,
    table: Table,
    start: Month,
    files: &Files,
    areas: &mut Vec<(Place, MeasureArea)>,
    problems: &mut Problems,
) -> Option<Measure> {
    let mut reader = Reader::new(table, "measure.", problems);
    let lever = read_lever(&mut reader, &place);
    // Without a known lever the value's range is not known either, but the other fields are still checked.
    let range = lever.map_or(f64::MIN..=f64::MAX, |l| l.min..=l.max);
    let had_value = reader.has("value");
    let value = reader.number("value", range, lever.map_or("the lever's unit", |l| l.unit));
    if !had_value {
        reader.problems.add(&place, "a measure needs a `value`", None);
    }
    let area = read_area(&mut reader, files);
    areas.extend(area.clone().map(|area| (place.clone(), area)));
    let from = reader.month("from");
    let until = reader.month("until");
    let first = from.as_ref().map_or(start, |(_, month)| *month);
    if let Some((place, from)) = from.filter(|(_, from)| *from < start) {
        let message = format!("`measure.from` = {from} lies before the start of the scenario, {start}");
        reader.problems.add(&place, message, Some(format!("choose {start} or later, or an earlier `start`")));
    }
    if let Some((place, until)) = until.as_ref().filter(|(_, until)| *until <= first) {
        let message = format!("`measure.until` = {until} must lie after `from` = {first}");
        reader.problems.add(place, message, None);
    }
    reader.finish();
    let until = until.map(|(_, month)| month);
    Some(Measure { lever: lever?, value: value?, area: area?, from: first, until, place })
}

fn read_lever(reader: &mut Reader, place: &Place) -> Option<&'static Lever> {
    if !reader.has("lever") {
        let hint = "`waterbed list levers` shows them all".into();
        reader.problems.add(place, "a measure needs a `lever`", Some(hint));
    }
    let (place, id) = reader.text("lever")?;
    let found = lever(&id);
    if found.is_none() {
        let hint = did_you_mean(&id, LEVERS.iter().map(|lever| lever.id));
        reader.problems.add(&place, format!("unknown lever `{id}`"), hint);
    }
    found
}

fn read_area(reader: &mut Reader, files: &Files) -> Option<MeasureArea> {
    let Some(node) = reader.take("area") else { return Some(MeasureArea::City) };
    let wrong = |reader: &mut Reader, place: &Place, what: &str| {
        let hint =
            "write \"city\", a list of neighbourhood codes, or the name of a GeoJSON or GeoPackage file".to_string();
        reader.problems.add(place, format!("`measure.area` {what}"), Some(hint));
        None
    };
    match node.value {
        Value::Text(text) if text == "city" => Some(MeasureArea::City),
        Value::Text(text) if [".geojson", ".json", ".gpkg"].iter().any(|e| text.ends_with(e)) => {
            match files.find(&node.place, &text) {
                Ok(path) => Some(MeasureArea::File(path)),
                Err(problem) => {
                    reader.problems.extend(problem);
                    None
                }
            }
        }
        Value::List(list) if !list.is_empty() => {
            let mut codes = Vec::new();
            for item in list {
                match item.value {
                    Value::Text(code) => codes.push(code),
                    _ => return wrong(reader, &item.place, "must list neighbourhood codes as text"),
                }
            }
            Some(MeasureArea::Neighbourhoods(codes))
        }
        other => wrong(reader, &node.place, &format!("cannot be {}", other.describe())),
    }
}

/// The orders that carry out `measures` in `city`, of a scenario that starts in `start`.
pub fn orders(measures: &[Measure], city: &City, start: Month) -> Result<Vec<Order>, Problems> {
    let mut problems = Problems::default();
    let mut orders = Vec::new();
    let mut spans: Vec<(usize, Vec<usize>)> = Vec::new();
    for (i, measure) in measures.iter().enumerate() {
        let inside = match inside(&measure.place, &measure.area, city) {
            Ok(inside) => inside,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let clash = spans.iter().find(|(other, there)| {
            overlap(&measures[*other], measure) && there.iter().any(|n| inside.binary_search(n).is_ok())
        });
        if let Some((other, _)) = clash {
            let message = format!(
                "this measure and the one of {} set `{}` at the same time in the same place",
                measures[*other].place, measure.lever.id
            );
            problems.add(&measure.place, message, Some("let one end (`until`) before the other begins".into()));
        }
        let area = match &measure.area {
            MeasureArea::City => Area::City,
            _ => Area::Neighbourhoods(inside.iter().map(|&n| city.neighbourhoods[n].code.clone()).collect()),
        };
        let tick = |month: Month| u16::try_from(month.0 - start.0 + 1).unwrap_or(u16::MAX);
        let order =
            |month, value| Order { tick: tick(month), lever: measure.lever.id.into(), value, area: area.clone() };
        // A measure that ends gives way to one that begins in the same month, so endings come first.
        if let Some(until) = measure.until {
            orders.push((1, order(until, measure.lever.default)));
        }
        orders.push((2, order(measure.from, measure.value)));
        spans.push((i, inside));
    }
    orders.sort_by_key(|(rank, order)| (order.tick, *rank));
    problems.or(orders.into_iter().map(|(_, order)| order).collect())
}

/// True if two measures of one lever contradict each other: the first to begin has an end, and it lies after the
/// beginning of the second, or the second one's end would undo the first.
fn overlap(a: &Measure, b: &Measure) -> bool {
    let (first, second) = if a.from <= b.from { (a, b) } else { (b, a) };
    let apart = first.until.is_some_and(|until| until <= second.from);
    let replaced = first.until.is_none() && second.until.is_none() && first.from < second.from;
    a.lever.id == b.lever.id && !apart && !replaced
}

/// Neighbourhoods of `area`, named at `place`, ascending.
///
/// # Errors
/// If the city has no such place.
pub fn inside(place: &Place, area: &MeasureArea, city: &City) -> Result<Vec<usize>, Problems> {
    let all = 0..city.neighbourhoods.len();
    match area {
        MeasureArea::City => Ok(all.collect()),
        MeasureArea::Neighbourhoods(codes) => {
            let mut problems = Problems::default();
            let known = || city.neighbourhoods.iter().map(|n| n.code.as_str());
            for code in codes.iter().filter(|code| known().all(|k| k != code.as_str())) {
                let hint = did_you_mean(code, known().collect::<Vec<_>>())
                    .or_else(|| Some("`waterbed city info` with --json lists the codes".into()));
                problems.add(place, format!("{} has no neighbourhood `{code}`", city.name), hint);
            }
            problems.or(all.filter(|&n| codes.contains(&city.neighbourhoods[n].code)).collect())
        }
        MeasureArea::File(path) => super::area::neighbourhoods_within(path, city),
    }
}
