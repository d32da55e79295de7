//! Measures: levers that are set somewhere for some time.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Serialize, Serializer};

use super::files::Files;
use super::problem::{Place, Problems, did_you_mean};
use super::reader::Reader;
use super::tree::{Table, Value};
use crate::city::area::{Cadastre, Extent, Squares};
use crate::policies::{Acts, LEVERS, Lever, lever};
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
    /// Where its area was read.
    #[serde(skip)]
    pub area_place: Place,
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
    /// In the places with these names: codes of neighbourhoods, and squares of the national grid
    /// ([`crate::city::area::Squares`]).
    Places(Vec<String>),
    /// In the cells whose centre lies within the polygons of a GeoJSON or GeoPackage file.
    File(PathBuf),
}

impl Serialize for MeasureArea {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            MeasureArea::City => serializer.serialize_str("city"),
            MeasureArea::Places(names) => names.serialize(serializer),
            MeasureArea::File(path) => path.serialize(serializer),
        }
    }
}

impl From<&Area> for MeasureArea {
    fn from(area: &Area) -> MeasureArea {
        match area {
            Area::City => MeasureArea::City,
            Area::Places(names) => MeasureArea::Places(names.clone()),
        }
    }
}

/// Most names in one area: a city of 60 by 60 km, every other cell.
const MOST_NAMES: usize = 180_000;

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
    let area_place = reader.place("area").unwrap_or_else(|| place.clone());
    let area = read_area(&mut reader, files);
    areas.extend(area.clone().map(|area| (area_place.clone(), area)));
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
    Some(Measure { lever: lever?, value: value?, area: area?, from: first, until, place, area_place })
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
        let hint = "write \"city\", a list of neighbourhood codes and squares (\"E0204N5412\", \
                    \"E0204N5412..E0207N5414\"), or the name of a GeoJSON or GeoPackage file";
        reader.problems.add(place, format!("`measure.area` {what}"), Some(hint.into()));
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
        Value::List(list) if list.len() > MOST_NAMES => {
            let hint = "write rectangles, such as \"E0204N5412..E0207N5414\", or a GeoJSON file".to_string();
            let message = format!("`measure.area` lists {} places, more than {MOST_NAMES}", list.len());
            reader.problems.add(&node.place, message, Some(hint));
            None
        }
        Value::List(list) if !list.is_empty() => {
            let mut names = Vec::new();
            for item in list {
                match item.value {
                    Value::Text(name) => names.push((item.place, name)),
                    _ => return wrong(reader, &item.place, "must list neighbourhood codes and squares as text"),
                }
            }
            check_squares(&names, reader.problems);
            Some(MeasureArea::Places(names.into_iter().map(|(_, name)| name).collect()))
        }
        Value::List(_) => wrong(reader, &node.place, "is empty: a measure holds somewhere"),
        other => wrong(reader, &node.place, &format!("cannot be {}", other.describe())),
    }
}

/// Squares named twice, which shows without the city.
fn check_squares(names: &[(Place, String)], problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (place, name) in names {
        if let Some(Ok(squares)) = Squares::parse(name)
            && !seen.insert(squares)
        {
            let hint = Some("name each place once".into());
            problems.add(place, format!("`measure.area` names `{name}` twice"), hint);
        }
    }
}

/// The orders that carry out `measures` in the city of `cadastre`, of a scenario that starts in `start`.
pub fn orders(measures: &[Measure], cadastre: &Cadastre, start: Month) -> Result<Vec<Order>, Problems> {
    let mut problems = Problems::default();
    let mut orders = Vec::new();
    let mut spans: Vec<(usize, Extent)> = Vec::new();
    for (i, measure) in measures.iter().enumerate() {
        let extent = match extent(&measure.area_place, &measure.area, cadastre) {
            Ok(extent) => extent,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        check_lever(measure, &extent, cadastre, &mut problems);
        let clash = spans.iter().find(|(other, there)| overlap(&measures[*other], measure) && there.meets(&extent));
        if let Some((other, _)) = clash {
            let message = format!(
                "this measure and the one of {} set `{}` at the same time in the same place",
                measures[*other].place, measure.lever.id
            );
            problems.add(&measure.place, message, Some("let one end (`until`) before the other begins".into()));
        }
        let area = match &measure.area {
            MeasureArea::City => Area::City,
            _ => cadastre.area(&extent),
        };
        let tick = |month: Month| u16::try_from(month.0 - start.0 + 1).unwrap_or(u16::MAX);
        let order =
            |month, value| Order { tick: tick(month), lever: measure.lever.id.into(), value, area: area.clone() };
        // A measure that ends gives way to one that begins in the same month, so endings come first.
        if let Some(until) = measure.until {
            orders.push((1, order(until, measure.lever.default)));
        }
        orders.push((2, order(measure.from, measure.value)));
        spans.push((i, extent));
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

/// What a lever cannot do in a part of a neighbourhood, or where nobody lives.
fn check_lever(measure: &Measure, extent: &Extent, cadastre: &Cadastre, problems: &mut Problems) {
    let id = measure.lever.id;
    let parts = || extent.neighbourhoods().iter().filter(|(_, whole)| !whole);
    if measure.lever.acts == Acts::Rule && parts().count() > 0 {
        let message = format!("`{id}` is a rule of the whole city; it cannot hold in a part of a neighbourhood");
        problems.add(&measure.area_place, message, Some("leave `area` out".into()));
    }
    let stock = measure.lever.acts.stock();
    let nothing = |(n, _): &(usize, bool)| cadastre.share_of(extent, *n, stock) == 0.0;
    if parts().count() == extent.neighbourhoods().len() && parts().all(nothing) {
        let message = format!("`{id}` acts on homes and on who lives in them, of which there are none in this area");
        problems.add(&measure.area_place, message, None);
    }
}

/// Cells of `area`, named at `place`.
///
/// # Errors
/// If the city has no such place.
pub fn extent(place: &Place, area: &MeasureArea, cadastre: &Cadastre) -> Result<Extent, Problems> {
    match area {
        MeasureArea::City => Ok(cadastre.extent(&Area::City)),
        MeasureArea::Places(names) => {
            let mut problems = Problems::default();
            names.iter().for_each(|name| check_name(place, name, cadastre, &mut problems));
            problems.or(cadastre.extent(&Area::Places(names.clone())))
        }
        MeasureArea::File(path) => super::area::cells_within(path, cadastre),
    }
}

/// Checks that the city has the place called `name`.
pub(super) fn check_name(place: &Place, name: &str, cadastre: &Cadastre, problems: &mut Problems) {
    if cadastre.codes.iter().any(|code| code == name) {
        return;
    }
    let city = &cadastre.city;
    match Squares::parse(name) {
        Some(Ok(squares)) => {
            let is_part = |cell: u32| cadastre.neighbourhood(cell).is_some();
            if cadastre.cells_of(squares).any(is_part) {
                return;
            }
            let (first, last) = (cadastre.grid().len() - cadastre.grid().n_cols, cadastre.grid().n_cols - 1);
            let [from, to] = [first, last].map(|cell| cadastre.square(cell as u32));
            let reach = Squares { from, to };
            match cadastre.cells_of(squares).next() {
                Some(cell) if cadastre.is_water(cell) => {
                    problems.add(place, format!("`{name}` is all water"), None);
                }
                Some(_) => problems.add(place, format!("`{name}` lies in no neighbourhood of {city}"), None),
                None => {
                    let hint = format!("the map of {city} is `{reach}`");
                    problems.add(place, format!("`{name}` lies outside {city}"), Some(hint));
                }
            }
        }
        Some(Err(message)) => problems.add(place, message, None),
        None => {
            let hint = did_you_mean(name, cadastre.codes.iter().map(String::as_str).collect::<Vec<_>>())
                .or_else(|| Some("`waterbed city info` with --json lists the codes".into()));
            problems.add(place, format!("{city} has no neighbourhood `{name}`"), hint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::Cover;
    use crate::indicators::toy_town;

    /// What the city tells of an area that is no good: the town lies from E1000N4480 to E1023N4499, and its last neighbourhood has
    /// no homes.
    #[test]
    fn the_city_tells_what_is_wrong_with_an_area() {
        let mut city = toy_town::city(30);
        city.ground.cover.values[0] = Cover::Water;
        city.neighbourhood_of_cell[23] = crate::city::NO_NEIGHBOURHOOD;
        let cadastre = Cadastre::of(&city);
        let told = |id: &str, names: &[&str]| {
            let (place, area_place) = (Place::whole("a measure"), Place::whole("its area"));
            let area = MeasureArea::Places(names.iter().map(ToString::to_string).collect());
            let (lever, from) = (lever(id).unwrap(), Month::new(2026, 1));
            let measure = Measure { lever, value: lever.max, area, from, until: None, place, area_place };
            orders(&[measure], &cadastre, from).map(|_| String::new()).unwrap_or_else(|problems| problems.to_string())
        };
        assert_eq!(told("trees", &["TT02", "E1000N4498..E1003N4499"]), "");
        assert_eq!(
            told("trees", &["E0999N4499"]).lines().next(),
            Some("error: its area: `E0999N4499` lies outside Proefstad")
        );
        assert!(told("trees", &["E0999N4499"]).contains("hint: the map of Proefstad is `E1000N4480..E1023N4499`"));
        assert_eq!(told("trees", &["E1000N4499"]), "error: its area: `E1000N4499` is all water");
        assert_eq!(
            told("trees", &["E1023N4499"]),
            "error: its area: `E1023N4499` lies in no neighbourhood of Proefstad"
        );
        assert!(told("trees", &["TT99"]).starts_with("error: its area: Proefstad has no neighbourhood `TT99`"));
        let rule = told("allocation_rule", &["E1005N4499"]);
        assert!(rule.contains("`allocation_rule` is a rule of the whole city; it cannot hold in a part"), "{rule}");
        assert_eq!(told("allocation_rule", &["TT01"]), "");
        // A cell of a neighbourhood with homes, but without one itself: nothing to act on, but for trees.
        let empty = cadastre.cells(0).iter().find(|cell| city.dwellings.iter().all(|d| d.cell != **cell)).copied();
        if let Some([east, north]) = empty.map(|cell| cadastre.square(cell)) {
            let name = Squares { from: [east, north], to: [east, north] }.to_string();
            assert_eq!(told("trees", &[&name]), "");
            let nothing = told("debt_help", &[&name]);
            assert!(
                nothing.contains("`debt_help` acts on homes and on who lives in them, of which there are none"),
                "{nothing}"
            );
        }
    }

    /// Cells in common are a clash, cells of the same neighbourhood are not.
    #[test]
    fn measures_clash_where_they_share_a_cell() {
        let cadastre = Cadastre::of(&toy_town::city(10));
        let measure = |names: &[&str]| {
            let area = MeasureArea::Places(names.iter().map(ToString::to_string).collect());
            let (lever, from, until) = (lever("trees").unwrap(), Month::new(2026, 1), Some(Month::new(2028, 1)));
            let (place, area_place) = (Place::whole("test"), Place::whole("test"));
            Measure { lever, value: 5.0, area, from, until, place, area_place }
        };
        let both = |a: &[&str], b: &[&str]| orders(&[measure(a), measure(b)], &cadastre, Month::new(2026, 1)).is_ok();
        assert!(both(&["E1000N4499"], &["E1001N4499"]));
        assert!(!both(&["E1000N4499"], &["TT01"]));
        assert!(!both(&["E1000N4499..E1003N4499"], &["E1003N4495..E1003N4499"]));
    }
}
