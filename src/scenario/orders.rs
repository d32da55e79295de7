//! Orders given beforehand: a session played again.
//!
//! `orders.jsonl` of a run holds every order that it was given, by measures or while it ran, one a line. Scenario + seed +
//! orders is the whole session, so `waterbed run SCENARIO --orders out/x-1/orders.jsonl` comes to the same digest. The
//! orders take the place of the scenario's measures, which are in them already. In a scenario file they are
//! `[[order]]` entries, so that a run folder's `scenario.toml` stays complete.

use std::path::Path;

use super::measures::check_name;
use super::problem::{Place, Problems, did_you_mean};
use super::reader::Reader;
use super::tree::{Table, Value};
use crate::city::area::Cadastre;
use crate::policies::{LEVERS, lever};
use crate::sim::{Area, Order};

/// Reads a file of orders.
///
/// # Errors
/// Everything that is wrong with it, line by line.
pub fn load(path: &Path) -> Result<Vec<Order>, Problems> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Problems::one(&Place::whole("--orders"), format!("cannot read {name}: {error}"), None))?;
    let mut problems = Problems::default();
    let mut orders = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let place = Place { file: name.as_str().into(), line: Some(line) };
        match serde_json::from_str::<Order>(text) {
            Ok(order) => {
                check(&order, &place, &mut problems);
                orders.push(order);
            }
            Err(error) => {
                let hint = r#"a line is like {"tick":1,"lever":"build","value":50.0,"area":"city"}"#.to_string();
                problems.add(&place, format!("is no order: {error}"), Some(hint));
            }
        }
    }
    problems.or(orders)
}

/// Reads one `[[order]]`.
pub(super) fn read(place: &Place, table: Table, problems: &mut Problems) -> Option<Order> {
    let mut reader = Reader::new(table, "order.", problems);
    let tick = reader.integer("tick", 1..=2400, "months from the start");
    let lever = reader.text("lever");
    let value = reader.number("value", f64::MIN..=f64::MAX, "the lever's unit");
    let area = match reader.take("area").map(|node| node.value) {
        None => Some(Area::City),
        Some(Value::Text(text)) if text == "city" => Some(Area::City),
        Some(Value::List(list)) => {
            let name = |value| if let Value::Text(name) = value { Some(name) } else { None };
            list.into_iter().map(|node| name(node.value)).collect::<Option<_>>().map(Area::Places)
        }
        Some(_) => None,
    };
    if area.is_none() {
        reader.problems.add(place, "`order.area` must be \"city\" or a list of neighbourhood codes and squares", None);
    }
    reader.finish();
    let order = Order { tick: tick? as u16, lever: lever?.1, value: value?, area: area? };
    check(&order, place, problems);
    Some(order)
}

fn check(order: &Order, place: &Place, problems: &mut Problems) {
    match lever(&order.lever) {
        None => {
            let hint = did_you_mean(&order.lever, LEVERS.iter().map(|l| l.id));
            problems.add(place, format!("unknown lever `{}`", order.lever), hint);
        }
        Some(lever) if !(lever.min..=lever.max).contains(&order.value) => {
            let hint = format!("allowed: {} to {} ({})", lever.min, lever.max, lever.unit);
            problems.add(place, format!("`value` = {} is out of range", order.value), Some(hint));
        }
        Some(_) => (),
    }
}

/// Checks that the city of `cadastre` has the places of `orders`.
pub(super) fn check_places(orders: &[Order], cadastre: &Cadastre) -> Result<(), Problems> {
    let mut problems = Problems::default();
    for (number, order) in (1..).zip(orders) {
        let place = Place::whole(format!("order {number} (`{}`)", order.lever));
        if let Area::Places(names) = &order.area {
            names.iter().for_each(|name| check_name(&place, name, cadastre, &mut problems));
        }
    }
    problems.or(())
}

/// Orders as `[[order]]` entries.
pub(super) fn write<S: serde::Serializer>(orders: &[Order], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(serde::Serialize)]
    struct Entry<'a> {
        tick: u16,
        lever: &'a str,
        value: f64,
        area: super::MeasureArea,
    }
    serializer.collect_seq(orders.iter().map(|o| Entry {
        tick: o.tick,
        lever: &o.lever,
        value: o.value,
        area: (&o.area).into(),
    }))
}
