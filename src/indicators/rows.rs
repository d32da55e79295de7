//! The rows of one calendar year, gathered month by month, and their way into Parquet.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    UInt64Array,
};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::incidents::Incident;
use super::list::{city_indicators, neighbourhood_indicators};
use super::measures::Measures;
use super::tables::{Table, counts};
use crate::city::Tenure;
use crate::gis::GridRef;
use crate::people::{Move, ShortMonth};
use crate::sim::Month;

/// Ages of the pyramid: 0 to 100 and over.
pub const N_AGES: usize = 101;

/// Residents by age and sex (female, male).
pub type Pyramid = Vec<[u32; 2]>;

/// What has been recorded since the last part was put in place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rows {
    /// City and neighbourhoods, month by month.
    months: Vec<MonthRow>,
    /// (from, to) → people, moves.
    moves: BTreeMap<(u16, u16), (u32, u32)>,
    /// Pyramids with their month.
    pyramids: Vec<(Month, Pyramid)>,
    /// The panel, in order of month and key.
    panel: Vec<PanelRow>,
    /// Events at places, in order of month.
    incidents: Vec<Incident>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MonthRow {
    month: Month,
    /// NaN = null. Serialised bit for bit.
    city: Vec<f64>,
    neighbourhoods: Vec<Vec<f32>>,
}

/// A followed person in one month.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelRow {
    /// The month.
    pub month: Month,
    /// Key of the person.
    pub person: u64,
    /// Key of the household.
    pub household: u64,
    /// Age, years.
    pub age_y: u8,
    /// 0 female, 1 male.
    pub sex: u8,
    /// Lives with a partner.
    pub has_partner: bool,
    /// Children born.
    pub children: u8,
    /// Members of the household.
    pub household_size: u8,
    /// Members under 18.
    pub household_minors: u8,
    /// The home, if there is one.
    pub home: Option<PanelHome>,
    /// Month of moving in.
    pub since: Option<Month>,
}

/// A followed person's home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelHome {
    /// Neighbourhood.
    pub neighbourhood: u16,
    /// [`Tenure`].
    pub tenure: u8,
    /// Floor area, m².
    pub area_m2: u16,
    /// Rent or cost, € per month.
    pub cost_eur_m: f32,
}

/// `since` of a table as a calendar month.
pub fn month_of(short: ShortMonth) -> Option<Month> {
    (short != ShortMonth::NEVER).then(|| Month(i32::from(short.0) + 1900 * 12))
}

impl Rows {
    /// True if nothing waits to be written.
    pub fn is_empty(&self) -> bool {
        self.months.is_empty()
    }

    /// Adds the measures of a month. `events` = false before the first month, which has none.
    pub fn add_month(&mut self, measures: &Measures, events: bool) {
        let Measures { month, mut city, mut neighbourhoods } = measures.clone();
        if !events {
            let flow = |i: &&super::Indicator| i.kind == super::Kind::Flow;
            let of_city = city_indicators().zip(&mut city).filter(|(i, _)| flow(i));
            of_city.for_each(|(_, value)| *value = f64::NAN);
            let of_neighbourhoods = neighbourhood_indicators().zip(&mut neighbourhoods).filter(|(i, _)| flow(i));
            of_neighbourhoods.for_each(|(_, values)| values.fill(f32::NAN));
        }
        self.months.push(MonthRow { month, city, neighbourhoods });
    }

    /// Adds a month's moves.
    pub fn add_moves(&mut self, moves: &[Move]) {
        for m in moves {
            let sum = self.moves.entry((m.from, m.to)).or_default();
            sum.0 += u32::from(m.people);
            sum.1 += 1;
        }
    }

    /// Adds a pyramid.
    pub fn add_pyramid(&mut self, month: Month, pyramid: Pyramid) {
        self.pyramids.push((month, pyramid));
    }

    /// True if the month already has its pyramid.
    pub fn has_pyramid(&self, month: Month) -> bool {
        self.pyramids.iter().any(|(m, _)| *m == month)
    }

    /// Adds a month of the panel.
    pub fn add_panel(&mut self, mut rows: Vec<PanelRow>) {
        rows.sort_by_key(|row| row.person);
        self.panel.append(&mut rows);
    }

    /// Adds a month's incidents.
    pub fn add_incidents(&mut self, mut rows: Vec<Incident>) {
        self.incidents.append(&mut rows);
    }

    /// The rows of `table`, which belong to `year`; `None` if there are none.
    pub fn batch(&self, table: Table, year: i32, codes: &[String], grid: GridRef) -> Option<RecordBatch> {
        let columns = match table {
            Table::CityMonth => self.city_month(),
            Table::NeighbourhoodMonth => self.neighbourhood_month(codes),
            Table::MovesYear => self.moves_year(year, codes),
            Table::PyramidYear => self.pyramid_year(),
            Table::Panel => self.panel(codes),
            Table::Incidents => self.incidents(grid),
        };
        let batch = RecordBatch::try_new(table.schema(), columns).expect("columns follow the table's own list");
        (batch.num_rows() > 0).then_some(batch)
    }

    fn city_month(&self) -> Vec<ArrayRef> {
        let mut columns: Vec<ArrayRef> = vec![dates(self.months.iter().map(|row| row.month))];
        for (c, indicator) in city_indicators().enumerate() {
            let values = self.months.iter().map(|row| some(row.city[c]));
            columns.push(if counts(indicator) {
                Arc::new(values.map(|v| v.map(|v| v as i64)).collect::<Int64Array>())
            } else {
                Arc::new(values.collect::<Float64Array>())
            });
        }
        columns
    }

    fn neighbourhood_month(&self, codes: &[String]) -> Vec<ArrayRef> {
        let each = || self.months.iter().flat_map(|row| (0..codes.len()).map(move |n| (row, n)));
        let mut columns: Vec<ArrayRef> = vec![
            dates(each().map(|(row, _)| row.month)),
            Arc::new(each().map(|(_, n)| Some(codes[n].as_str())).collect::<StringArray>()),
        ];
        for (c, indicator) in neighbourhood_indicators().enumerate() {
            let values = each().map(|(row, n)| row.neighbourhoods[c][n]).map(|v| (!v.is_nan()).then_some(v));
            columns.push(if counts(indicator) {
                Arc::new(values.map(|v| v.map(|v| v as i64)).collect::<Int64Array>())
            } else {
                Arc::new(values.collect::<Float32Array>())
            });
        }
        columns
    }

    fn moves_year(&self, year: i32, codes: &[String]) -> Vec<ArrayRef> {
        let code = |n: u16| codes.get(usize::from(n)).map(String::as_str);
        vec![
            Arc::new(self.moves.keys().map(|_| Some(year)).collect::<Int32Array>()),
            Arc::new(self.moves.keys().map(|(from, _)| code(*from)).collect::<StringArray>()),
            Arc::new(self.moves.keys().map(|(_, to)| code(*to)).collect::<StringArray>()),
            Arc::new(self.moves.values().map(|(people, _)| Some(i64::from(*people))).collect::<Int64Array>()),
            Arc::new(self.moves.values().map(|(_, moves)| Some(i64::from(*moves))).collect::<Int64Array>()),
        ]
    }

    fn pyramid_year(&self) -> Vec<ArrayRef> {
        let each = || {
            let ages = |(month, ages): &'_ (Month, Pyramid)| {
                let month = *month;
                let flat: Vec<_> = ages.iter().enumerate().flat_map(|(a, n)| [(a, 0, n[0]), (a, 1, n[1])]).collect();
                flat.into_iter().map(move |(age, sex, n)| (month, age, sex, n))
            };
            self.pyramids.iter().flat_map(ages)
        };
        vec![
            dates(each().map(|row| row.0)),
            Arc::new(each().map(|row| Some(row.1 as i32)).collect::<Int32Array>()),
            Arc::new(each().map(|row| Some(sex(row.2))).collect::<StringArray>()),
            Arc::new(each().map(|row| Some(i64::from(row.3))).collect::<Int64Array>()),
        ]
    }

    fn panel(&self, codes: &[String]) -> Vec<ArrayRef> {
        let rows = || self.panel.iter();
        let int = |value: fn(&PanelRow) -> u8| -> ArrayRef {
            Arc::new(rows().map(|row| Some(i32::from(value(row)))).collect::<Int32Array>())
        };
        let homes = || rows().map(|row| row.home.as_ref());
        vec![
            dates(rows().map(|row| row.month)),
            Arc::new(rows().map(|row| Some(row.person)).collect::<UInt64Array>()),
            Arc::new(rows().map(|row| Some(row.household)).collect::<UInt64Array>()),
            int(|row| row.age_y),
            Arc::new(rows().map(|row| Some(sex(row.sex))).collect::<StringArray>()),
            Arc::new(rows().map(|row| Some(row.has_partner)).collect::<BooleanArray>()),
            int(|row| row.children),
            int(|row| row.household_size),
            int(|row| row.household_minors),
            Arc::new(
                homes().map(|h| codes.get(usize::from(h?.neighbourhood)).map(String::as_str)).collect::<StringArray>(),
            ),
            Arc::new(homes().map(|h| h.map(|h| tenure(h.tenure))).collect::<StringArray>()),
            Arc::new(homes().map(|h| h.map(|h| i32::from(h.area_m2))).collect::<Int32Array>()),
            Arc::new(homes().map(|h| h.map(|h| h.cost_eur_m)).collect::<Float32Array>()),
            Arc::new(rows().map(|row| row.since.map(days)).collect::<Date32Array>()),
        ]
    }
}

impl Rows {
    fn incidents(&self, grid: GridRef) -> Vec<ArrayRef> {
        let rows = || self.incidents.iter();
        let corner = |of: fn(GridRef, usize, usize) -> f64| -> ArrayRef {
            let metres = rows().map(|row| {
                let (col, line) = grid.col_row(row.cell as usize);
                Some(of(grid, col, line).round() as i32)
            });
            Arc::new(metres.collect::<Int32Array>())
        };
        let date = |row: &Incident| row.day.map(|day| days(row.month) + i32::from(day) - 1);
        vec![
            dates(rows().map(|row| row.month)),
            Arc::new(rows().map(date).collect::<Date32Array>()),
            corner(|grid, col, _| grid.west_m + col as f64 * grid.cell_m),
            corner(|grid, _, line| grid.north_m - (line + 1) as f64 * grid.cell_m),
            Arc::new(rows().map(|row| Some(row.what.id())).collect::<StringArray>()),
            Arc::new(rows().map(|row| Some(i64::from(row.count))).collect::<Int64Array>()),
        ]
    }
}

fn some(value: f64) -> Option<f64> {
    (!value.is_nan()).then_some(value)
}

/// Days from 1970 to the first day of the month.
fn days(month: Month) -> i32 {
    let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a date").num_days_from_ce();
    month.first_day().num_days_from_ce() - epoch
}

fn dates(months: impl Iterator<Item = Month>) -> ArrayRef {
    Arc::new(months.map(|m| Some(days(m))).collect::<Date32Array>())
}

fn sex(number: u8) -> &'static str {
    if number == 0 { "female" } else { "male" }
}

fn tenure(number: u8) -> &'static str {
    match Tenure::ALL.get(usize::from(number)) {
        Some(Tenure::Owner) => "owner",
        Some(Tenure::Social) => "social",
        Some(Tenure::Private) => "private",
        Some(Tenure::Senior) => "senior",
        Some(Tenure::Room) | None => "room",
    }
}
