//! The calendar. One tick is one calendar month.

use bevy::prelude::Resource;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A calendar month, as the number of months since January of year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Month(pub i32);

impl Month {
    /// Month `month` (1–12) of `year`.
    pub fn new(year: i32, month: u32) -> Month {
        debug_assert!((1..=12).contains(&month));
        Month(year * 12 + month as i32 - 1)
    }

    /// Calendar year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Month of the year, 1–12.
    pub fn month(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    /// The month `n` later (earlier if negative).
    pub fn plus(self, n: i32) -> Month {
        Month(self.0 + n)
    }

    /// The first day. Years outside chrono's calendar (±262,000) are clamped.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1).unwrap_or(NaiveDate::MAX)
    }

    /// Number of days, 28–31.
    pub fn n_days(self) -> u32 {
        (self.plus(1).first_day() - self.first_day()).num_days() as u32
    }

    /// Reads `YYYY-MM` or `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Month> {
        let date = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d")
            .or_else(|_| NaiveDate::parse_from_str(text, "%Y-%m-%d"))
            .ok()?;
        Some(Month::new(date.year(), date.month()))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

/// Where a simulation stands in time.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// The month of tick 1.
    pub start: Month,
    /// Ticks done; while a tick runs, its number, from 1.
    pub tick: u16,
}

impl Clock {
    /// The month that the current tick simulates; before the first tick, the month before the start.
    pub fn month(&self) -> Month {
        self.start.plus(i32::from(self.tick) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_the_gregorian_calendar() {
        let days: u32 = (1..=12).map(|m| Month::new(2024, m).n_days()).sum();
        assert_eq!(days, 366);
        assert_eq!(Month::new(2023, 2).n_days(), 28);
        assert_eq!(Month::new(2000, 2).n_days(), 29);
        assert_eq!(Month::new(1900, 2).n_days(), 28);
        assert_eq!(Month::new(2025, 12).plus(1), Month::new(2026, 1));
    }

    #[test]
    fn months_are_read_and_written() {
        assert_eq!(Month::parse("2026-03"), Some(Month::new(2026, 3)));
        assert_eq!(Month::parse("2026-03-17"), Some(Month::new(2026, 3)));
        assert_eq!(Month::parse("2026-13"), None);
        assert_eq!(Month::parse("soon"), None);
        assert_eq!(Month::new(987, 4).to_string(), "0987-04");
    }
}
