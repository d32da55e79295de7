//! Events: heat waves, cloudbursts and breaches that a scenario asks for.
//!
//! ```toml
//! [[event]]
//! date = "2031-07-14"
//! kind = "heat-wave"          # days (default 5), peak_c (default 36)
//!
//! [[event]]
//! date = "2032-08-02"
//! kind = "cloudburst"         # mm (default 70), hours (default 1), power = false: sewers and pumps stand still
//! place = "VB0102"            # neighbourhood in the middle of the storm; default: rain over the whole city
//!
//! [[event]]
//! date = "2033-01-20"
//! kind = "breach"             # width_m (default 120), level_m (m NAP; default: two metres above the usual level)
//! place = "VB0102"            # the dike breaks nearest to it; default: in the middle of the map
//! ```

use chrono::{Datelike, NaiveDate};
use serde::{Serialize, Serializer};

use super::problem::{Place, Problems, did_you_mean};
use super::reader::Reader;
use super::tree::{Table, Value};
use crate::challenges::climate::{Agenda, Event, Hazard};
use crate::city::{City, LineKind};
use crate::sim::Month;

const KINDS: [&str; 3] = ["heat-wave", "cloudburst", "breach"];

/// An event as the scenario has it.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioEvent {
    /// When.
    #[serde(serialize_with = "date_text")]
    pub date: NaiveDate,
    /// What.
    #[serde(flatten)]
    pub hazard: HazardText,
    /// Code of a neighbourhood.
    #[serde(rename = "place", skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where it was read, for messages.
    #[serde(skip)]
    pub read_at: Place,
}

impl PartialEq for ScenarioEvent {
    /// Equal if they do the same, wherever they were read.
    fn eq(&self, other: &ScenarioEvent) -> bool {
        (self.date, self.hazard, &self.code) == (other.date, other.hazard, &other.code)
    }
}

/// A hazard that is written with its `kind` and what belongs to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HazardText(pub Hazard);

impl Serialize for HazardText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        match self.0 {
            Hazard::HeatWave { days, peak_c } => {
                map.serialize_entry("kind", KINDS[0])?;
                map.serialize_entry("days", &days)?;
                map.serialize_entry("peak_c", &peak_c)?;
            }
            Hazard::Cloudburst { mm, hours, power } => {
                map.serialize_entry("kind", KINDS[1])?;
                map.serialize_entry("mm", &mm)?;
                map.serialize_entry("hours", &hours)?;
                map.serialize_entry("power", &power)?;
            }
            Hazard::Breach { width_m, level_m } => {
                map.serialize_entry("kind", KINDS[2])?;
                map.serialize_entry("width_m", &width_m)?;
                if let Some(level_m) = level_m {
                    map.serialize_entry("level_m", &level_m)?;
                }
            }
        }
        map.end()
    }
}

fn date_text<S: Serializer>(date: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&date.format("%Y-%m-%d").to_string())
}

/// Reads one `[[event]]` of a scenario that starts in `start`.
pub(super) fn read(at: Place, table: Table, start: Month, problems: &mut Problems) -> Option<ScenarioEvent> {
    let mut reader = Reader::new(table, "event.", problems);
    for needed in ["date", "kind"] {
        if !reader.has(needed) {
            let hint = Some("write e.g. `date = \"2031-07-14\"` and `kind = \"heat-wave\"`".into());
            reader.problems.add(&at, format!("an event needs a `{needed}`"), hint);
        }
    }
    let date = read_date(&mut reader, start);
    let kind = reader.choice("kind", &KINDS);
    let hazard = match kind {
        Some(0) => Some(Hazard::HeatWave {
            days: reader.integer("days", 1..=30, "days").unwrap_or(5) as u32,
            peak_c: reader.number("peak_c", 20.0..=50.0, "°C").unwrap_or(36.0),
        }),
        Some(1) => Some(Hazard::Cloudburst {
            mm: reader.number("mm", 1.0..=500.0, "mm").unwrap_or(70.0),
            hours: reader.number("hours", 0.1..=72.0, "hours").unwrap_or(1.0),
            power: read_flag(&mut reader, "power").unwrap_or(true),
        }),
        Some(_) => Some(Hazard::Breach {
            width_m: reader.number("width_m", 10.0..=1000.0, "m").unwrap_or(120.0),
            level_m: reader.number("level_m", -10.0..=30.0, "m NAP"),
        }),
        None => None,
    };
    let code = reader.text("place").map(|(_, code)| code);
    match hazard {
        Some(_) => reader.finish(),
        // What else there may be depends on the kind.
        None => drop(reader.rest()),
    }
    Some(ScenarioEvent { date: date?, hazard: HazardText(hazard?), code, read_at: at })
}

fn read_flag(reader: &mut Reader, key: &str) -> Option<bool> {
    let node = reader.take(key)?;
    match node.value {
        Value::Flag(value) => Some(value),
        other => {
            let message = format!("`event.{key}` must be true or false, not {}", other.describe());
            reader.problems.add(&node.place, message, None);
            None
        }
    }
}

fn read_date(reader: &mut Reader, start: Month) -> Option<NaiveDate> {
    let node = reader.take("date")?;
    let date = match &node.value {
        Value::Text(text) | Value::Date(text) => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
        _ => None,
    };
    match date {
        None => {
            let message = format!("`event.date` must be a day, not {}", node.value.describe());
            reader.problems.add(&node.place, message, Some("write `date = \"2031-07-14\"`".into()));
        }
        Some(date) if month_of(date) < start || date.year() > 2300 => {
            let message = format!("`event.date` = {date} lies outside the scenario, which starts in {start}");
            reader.problems.add(&node.place, message, Some(format!("choose a day from {start}-01 to 2300-12-31")));
            return None;
        }
        _ => (),
    }
    date
}

fn month_of(date: NaiveDate) -> Month {
    Month::new(date.year(), date.month())
}

/// The agenda of `events` in `city`.
pub(super) fn agenda(events: &[ScenarioEvent], city: &City) -> Result<Agenda, Problems> {
    let mut problems = Problems::default();
    let mut agenda = Vec::new();
    for event in events {
        let known = || city.neighbourhoods.iter().map(|n| n.code.as_str());
        let place = event.code.as_ref().map(|code| known().position(|k| k == code));
        if let (Some(None), Some(code)) = (place, &event.code) {
            let hint = did_you_mean(code, known().collect::<Vec<_>>())
                .or_else(|| Some("`waterbed city info` with --json lists the codes".into()));
            problems.add(&event.read_at, format!("{} has no neighbourhood `{code}`", city.name), hint);
        }
        if matches!(event.hazard.0, Hazard::Breach { .. }) && city.lines.iter().all(|l| l.kind != LineKind::Dike) {
            let hint = Some("remove the event, or use a city with a dike".into());
            problems.add(&event.read_at, format!("{} has no dike that could break", city.name), hint);
        }
        let place = place.flatten().map(|n| n as u16);
        agenda.push(Event { month: month_of(event.date), day: event.date.day() as u8, hazard: event.hazard.0, place });
    }
    agenda.sort_by_key(|event| (event.month, event.day));
    problems.or(Agenda(agenda))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(text: &str) -> (Vec<ScenarioEvent>, Vec<String>) {
        let table = Table::parse("s.toml", text).unwrap();
        let mut problems = Problems::default();
        let mut reader = Reader::new(table, "", &mut problems);
        let tables = reader.tables("event");
        reader.finish();
        let start = Month::new(2025, 1);
        let events = tables.into_iter().filter_map(|(at, t)| read(at, t, start, &mut problems)).collect();
        let said = problems.or(()).err().map(|p| p.to_string().lines().map(String::from).collect());
        (events, said.unwrap_or_default())
    }

    #[test]
    fn events_are_read_with_their_defaults() {
        let (events, said) = read_all(
            "[[event]]\ndate = \"2031-07-14\"\nkind = \"heat-wave\"\npeak_c = 38\n\n[[event]]\ndate = 2032-08-02\n\
             kind = \"cloudburst\"\npower = false\n\n[[event]]\ndate = \"2033-01-20\"\nkind = \"breach\"\nplace = \"A\"\n",
        );
        assert_eq!(said, Vec::<String>::new());
        let hazards: Vec<Hazard> = events.iter().map(|e| e.hazard.0).collect();
        assert_eq!(hazards[0], Hazard::HeatWave { days: 5, peak_c: 38.0 });
        assert_eq!(hazards[1], Hazard::Cloudburst { mm: 70.0, hours: 1.0, power: false });
        assert_eq!(hazards[2], Hazard::Breach { width_m: 120.0, level_m: None });
        assert_eq!(events[2].code.as_deref(), Some("A"));
    }

    #[test]
    fn mistakes_are_told_with_file_and_line() {
        let (events, said) = read_all(
            "[[event]]\ndate = \"2031-07-34\"\nkind = \"heat-wave\"\npeak_c = 99\n\n[[event]]\nkind = \"cloud-burst\"\n\n\
             [[event]]\ndate = \"2020-07-01\"\nkind = \"breach\"\nwidth = 5\n",
        );
        assert!(events.is_empty());
        let said = said.join("\n");
        for part in ["s.toml:2: `event.date`", "s.toml:4: `event.peak_c` = 99", "s.toml:6: an event needs a `date`"] {
            assert!(said.contains(part), "{part} in\n{said}");
        }
        for part in
            ["s.toml:7: `event.kind`", "cloudburst", "s.toml:10: `event.date` = 2020-07-01", "s.toml:12: unknown"]
        {
            assert!(said.contains(part), "{part} in\n{said}");
        }
    }
}
