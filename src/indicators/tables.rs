//! The tables of a run folder: their columns, in one list from which the Parquet schema and `docs/parquet.md` follow.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};

use super::list::{Indicator, Kind, Unit, Words, city_indicators, neighbourhood_indicators};

/// A table of the run folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// The city, month by month.
    CityMonth,
    /// Each neighbourhood, month by month.
    NeighbourhoodMonth,
    /// Moves between neighbourhoods, year by year.
    MovesYear,
    /// Age and sex at the start, at the end of each year and at the end.
    PyramidYear,
    /// A sample of people, month by month.
    Panel,
    /// Events at places, month by month.
    Incidents,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name.
    pub name: &'static str,
    /// Type in the file.
    pub kind: DataType,
    /// Unit; empty if there is none.
    pub unit: &'static str,
    /// What it holds.
    pub about: String,
    /// True if it may be null, and then when.
    pub null: Option<&'static str>,
}

impl Column {
    fn new(name: &'static str, kind: DataType, about: &str) -> Column {
        Column { name, kind, unit: "", about: about.into(), null: None }
    }

    fn unit(self, unit: &'static str) -> Column {
        Column { unit, ..self }
    }

    fn null(self, when: &'static str) -> Column {
        Column { null: Some(when), ..self }
    }

    fn of_indicator(indicator: &Indicator, of_city: bool) -> Column {
        let kind = match (counts(indicator), of_city) {
            (true, _) => DataType::Int64,
            (false, true) => DataType::Float64,
            (false, false) => DataType::Float32,
        };
        let null = match (indicator.kind, of_city || !indicator.needs_many()) {
            (Kind::Stock, _) => None,
            (Kind::Flow, _) => Some("before the first month"),
            (_, true) => Some("nothing to average"),
            (_, false) => Some("fewer than 25 residents"),
        };
        Column { name: indicator.id, kind, unit: indicator.unit.symbol(), about: indicator.about.en.into(), null }
    }
}

/// True if the indicator is a whole number.
pub fn counts(indicator: &Indicator) -> bool {
    matches!(indicator.kind, Kind::Stock | Kind::Flow) && indicator.unit != Unit::PerThousandYear
}

const MONTH: &str = "First day of the month; the row says how things were at its end.";
const NO_HOME: &str = "without a home";

impl Table {
    /// Every table.
    pub const ALL: [Table; 6] = [
        Table::CityMonth,
        Table::NeighbourhoodMonth,
        Table::MovesYear,
        Table::PyramidYear,
        Table::Panel,
        Table::Incidents,
    ];

    /// Name of its folder in the run folder.
    pub fn name(self) -> &'static str {
        match self {
            Table::CityMonth => "city_month",
            Table::NeighbourhoodMonth => "neighbourhood_month",
            Table::MovesYear => "moves_year",
            Table::PyramidYear => "pyramid_year",
            Table::Panel => "panel",
            Table::Incidents => "incidents",
        }
    }

    /// What it holds.
    pub fn about(self) -> &'static str {
        match self {
            Table::CityMonth => {
                "One row per month, from the month before the first one (the start; no events yet) to the last."
            }
            Table::NeighbourhoodMonth => "One row per month and neighbourhood, in order of month and code.",
            Table::MovesYear => {
                "One row per calendar year, origin and destination between which anybody moved, also within one \
                 neighbourhood."
            }
            Table::PyramidYear => {
                "One row per age and sex, at the start, at the end of every calendar year and at the end of the run."
            }
            Table::Panel => {
                "One row per month and followed person: one synthetic resident in so many, chosen by a hash of the \
                 key, so that two runs of one seed follow the same people. Demography and housing only: no origin, \
                 income, health, offending or risk of anything (models.md E-6)."
            }
            Table::Incidents => {
                "Events at places of a generated city: one row per month, 100 m square and kind, or one row per event \
                 with `--events full`. No row says who did or suffered anything. Of a city built from real data \
                 there are none (models.md E-15)."
            }
        }
    }

    /// Its columns, in order.
    pub fn columns(self) -> Vec<Column> {
        use DataType::{Boolean, Date32, Float32, Int32, Int64, UInt64, Utf8};
        let new = Column::new;
        match self {
            Table::CityMonth => {
                let values = city_indicators().map(|i| Column::of_indicator(i, true));
                std::iter::once(new("month", Date32, MONTH)).chain(values).collect()
            }
            Table::NeighbourhoodMonth => {
                let values = neighbourhood_indicators().map(|i| Column::of_indicator(i, false));
                let keys = [new("month", Date32, MONTH), new("neighbourhood", Utf8, "Code of the neighbourhood.")];
                keys.into_iter().chain(values).collect()
            }
            Table::MovesYear => vec![
                new("year", Int32, "Calendar year."),
                new("from", Utf8, "Neighbourhood left.").null("from outside the city or without a home"),
                new("to", Utf8, "Neighbourhood moved to.").null("left the city or lost the home"),
                new("people", Int64, "People who moved.").unit("people"),
                new("households", Int64, "Moves of households or of single people.").unit("moves"),
            ],
            Table::PyramidYear => vec![
                new("month", Date32, "First day of the month at whose end was counted."),
                new("age_y", Int32, "Age; 100 stands for 100 and over.").unit("y"),
                new("sex", Utf8, "`female` or `male`."),
                new("people", Int64, "Residents.").unit("people"),
            ],
            Table::Panel => vec![
                new("month", Date32, MONTH),
                new("person", UInt64, "Key of the synthetic person."),
                new("household", UInt64, "Key of the household."),
                new("age_y", Int32, "Age.").unit("y"),
                new("sex", Utf8, "`female` or `male`."),
                new("has_partner", Boolean, "Lives with a partner."),
                new("children", Int32, "Children born to the person."),
                new("household_size", Int32, "Members of the household.").unit("people"),
                new("household_minors", Int32, "Members under 18.").unit("people"),
                new("neighbourhood", Utf8, "Code of the neighbourhood.").null(NO_HOME),
                new("tenure", Utf8, "`owner`, `social`, `private`, `senior` or `room`.").null(NO_HOME),
                new("area_m2", Int32, "Floor area of the home.").unit("m²").null(NO_HOME),
                new("cost_eur_m", Float32, "Basic rent, or an owner's monthly cost of buying now.")
                    .unit("€/month")
                    .null(NO_HOME),
                new("since", Date32, "First day of the month of moving in, or of losing the last home.")
                    .null("since before the start"),
            ],
            Table::Incidents => vec![
                new("month", Date32, "First day of the month."),
                new("date", Date32, "The day.").null("counted by month (without `--events full`)"),
                new("x_m", Int32, "South-west corner of the 100 m square, RD New (EPSG:28992).").unit("m"),
                new("y_m", Int32, "See `x_m`.").unit("m"),
                new("what", Utf8, "Kind of event, as in the indicators."),
                new("count", Int64, "Events of this kind; 1 with `--events full`.").unit("events"),
            ],
        }
    }

    /// Its Parquet schema.
    pub fn schema(self) -> Arc<Schema> {
        let fields = self.columns().into_iter().map(|c| Field::new(c.name, c.kind, c.null.is_some()));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

/// `docs/parquet.md`.
pub fn documentation() -> String {
    let mut text = String::from(
        "# Tables of a run folder\n\n\
         Generated from `src/indicators/tables.rs` and `src/indicators/list/mod.rs`; a test keeps it up to date.\n\n\
         Every table is a folder of Parquet files, one per calendar year (`city_month/2025.parquet`), put in place \
         when the year is complete. Readers of datasets take the folder as one table: \
         `pandas.read_parquet(\"out/base-1/city_month\")`, `SELECT * FROM 'out/base-1/city_month/*.parquet'` in DuckDB.\n\n\
         Everybody in them is synthetic. Null means \"not available\", never zero: means and shares of fewer than 25 \
         residents are left out (models.md E-6). The same scenario and seed give the same bytes.\n\n\
         Grade says how well the weakest assumption behind a value's *change* is founded: R the report *Veilige stad*, \
         L literature or statistics found and read, M a well-known value from memory, A an assumption.\n\n\
         The table of a twin, `twin/difference.parquet`, has [a page of its own](parquet-twin.md).\n",
    );
    for table in Table::ALL {
        let _ = write!(text, "\n## {}\n\n{}\n\n", table.name(), table.about());
        text.push_str("| column | type | unit | null | what it says |\n|---|---|---|---|---|\n");
        for c in table.columns() {
            let null = c.null.unwrap_or("never");
            let _ = writeln!(text, "| `{}` | {} | {} | {null} | {} |", c.name, c.kind, c.unit, c.about);
        }
    }
    text.push_str("\n## Indicators\n\n| name | English | Nederlands | grade | definition and mechanism |\n|---|---|---|---|---|\n");
    for i in super::list::INDICATORS.iter() {
        let Words { en, nl } = i.title;
        let _ = writeln!(text, "| `{}` | {en} | {nl} | {:?} | {} |", i.id, i.grade, i.source.en);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_DOCS=1 cargo test --release documentation` writes the page anew.
    #[test]
    fn documentation_is_up_to_date() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/parquet.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, documentation()).unwrap();
        }
        let page = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            page == documentation(),
            "docs/parquet.md is out of date: UPDATE_DOCS=1 cargo test --release documentation"
        );
    }

    #[test]
    fn the_panel_says_nothing_about_group_money_or_risk() {
        let allowed = [
            "month",
            "person",
            "household",
            "age_y",
            "sex",
            "has_partner",
            "children",
            "household_size",
            "household_minors",
            "neighbourhood",
            "tenure",
            "area_m2",
            "cost_eur_m",
            "since",
        ];
        assert!(Table::Panel.columns().iter().map(|c| c.name).eq(allowed));
    }
}
