//! Incidents: events at a place, counted by cell and month, or one by one.
//!
//! Whatever challenges publish with a cell and a day ([`Outcomes::add_at`]). Of a city built from real data nothing is
//! recorded: offending leaves as differences per area of 500 residents only, never by cell (models.md E-15). No row says
//! who did or suffered anything.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::challenges::shared::{Outcome, Outcomes};
use crate::sim::Month;

/// Incidents of one kind in one cell: a month's number, or a single one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The month.
    pub month: Month,
    /// Day of the month, from 1; `None` if they were counted.
    pub day: Option<u8>,
    /// Cell of the social grid.
    pub cell: u32,
    /// What.
    pub what: Outcome,
    /// How many.
    pub count: u32,
}

/// The incidents of `month`: each by itself, in order of day, cell and kind, or counted by cell and kind.
pub fn of_month(month: Month, outcomes: &Outcomes, each: bool) -> Vec<Incident> {
    let mut counts: BTreeMap<(Option<u8>, u32, Outcome), u32> = BTreeMap::new();
    for event in outcomes.events() {
        *counts.entry((each.then_some(event.day), event.cell, event.what)).or_default() += 1;
    }
    let rows = counts.into_iter().flat_map(|((day, cell, what), n)| {
        let (rows, count) = if each { (n, 1) } else { (1, n) };
        (0..rows).map(move |_| Incident { month, day, cell, what, count })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incidents_are_counted_by_cell_or_told_one_by_one() {
        let mut outcomes = Outcomes::new(2);
        for (cell, day) in [(7, 3), (5, 9), (7, 3), (7, 1)] {
            outcomes.add_at(Outcome::Burglary, 0, cell, day);
        }
        outcomes.add(Outcome::Burglary, 1, 4);
        let month = Month::new(2025, 2);
        let row = |day, cell, count| Incident { month, day, cell, what: Outcome::Burglary, count };
        assert_eq!(of_month(month, &outcomes, false), [row(None, 5, 1), row(None, 7, 3)]);
        let each = [row(Some(1), 7, 1), row(Some(3), 7, 1), row(Some(3), 7, 1), row(Some(9), 5, 1)];
        assert_eq!(of_month(month, &outcomes, true), each);
    }
}
