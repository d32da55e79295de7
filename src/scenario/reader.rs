//! Takes typed fields out of a table and notes everything that is wrong with them.

use std::fmt::Display;
use std::ops::RangeInclusive;

use super::problem::{Place, Problems, did_you_mean, nearest};
use super::tree::{Node, Table, Value};
use crate::sim::Month;

/// A table being read. Fields are taken out one by one; what is left at [`Reader::finish`] is unknown.
pub struct Reader<'p> {
    table: Table,
    /// Path of the table, for messages: empty or ending in a dot.
    prefix: String,
    known: Vec<String>,
    /// What is wrong so far.
    pub problems: &'p mut Problems,
}

impl<'p> Reader<'p> {
    /// Reads `table`, whose path is `prefix` (empty, or ending in a dot).
    pub fn new(table: Table, prefix: impl Into<String>, problems: &'p mut Problems) -> Reader<'p> {
        Reader { table, prefix: prefix.into(), known: Vec::new(), problems }
    }

    /// True if field `key` is there and has not been taken.
    pub fn has(&self, key: &str) -> bool {
        self.table.entries.contains_key(key)
    }

    /// Where field `key` stands, if it is there and has not been taken.
    pub fn place(&self, key: &str) -> Option<Place> {
        self.table.entries.get(key).map(|(place, _)| place.clone())
    }

    /// Takes the field `key` out, whatever it is.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        self.known.push(key.into());
        self.table.entries.remove(key).map(|(_, node)| node)
    }

    /// Notes that field `key` is not what was `expected`.
    fn mistyped(&mut self, key: &str, node: &Node, expected: &str, hint: Option<String>) {
        let message = format!("`{}{key}` must be {expected}, not {}", self.prefix, node.value.describe());
        self.problems.add(&node.place, message, hint);
    }

    /// Text.
    pub fn text(&mut self, key: &str) -> Option<(Place, String)> {
        let node = self.take(key)?;
        match node.value {
            Value::Text(text) => Some((node.place, text)),
            _ => {
                self.mistyped(key, &node, "text", None);
                None
            }
        }
    }

    /// One of a few words; returns its index.
    pub fn choice(&mut self, key: &str, words: &[&str]) -> Option<usize> {
        let (place, text) = self.text(key)?;
        let at = words.iter().position(|word| *word == text);
        if at.is_none() {
            let words_quoted: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
            let message = format!("`{}{key}` must be {}, not {text:?}", self.prefix, words_quoted.join(" or "));
            let hint = nearest(&text, words.iter().copied()).map(|word| format!("did you mean \"{word}\"?"));
            self.problems.add(&place, message, hint);
        }
        at
    }

    /// A whole number within `range`, in `unit`.
    pub fn integer(&mut self, key: &str, range: RangeInclusive<i64>, unit: &str) -> Option<i64> {
        let node = self.take(key)?;
        let value = match node.value {
            Value::Integer(n) => n,
            // 1e6 is how people write a million.
            Value::Number(x) if x == x.trunc() && x.abs() < 1e15 => x as i64,
            _ => {
                let hint = format!("write a bare number of {unit}, e.g. `{key} = {}`", range.start());
                self.mistyped(key, &node, &format!("a whole number of {unit}"), Some(hint));
                return None;
            }
        };
        self.within(key, &node.place, value, range, unit)
    }

    /// A number within `range`, in `unit`.
    pub fn number(&mut self, key: &str, range: RangeInclusive<f64>, unit: &str) -> Option<f64> {
        let node = self.take(key)?;
        self.number_of(key, &node, range, unit)
    }

    /// The number that `node`, the field `key`, holds.
    pub fn number_of(&mut self, key: &str, node: &Node, range: RangeInclusive<f64>, unit: &str) -> Option<f64> {
        let value = match node.value {
            Value::Integer(n) => n as f64,
            Value::Number(x) => x,
            _ => {
                let hint = format!("write a bare number in {unit}, between {} and {}", range.start(), range.end());
                self.mistyped(key, node, &format!("a number ({unit})"), Some(hint));
                return None;
            }
        };
        self.within(key, &node.place, value, range, unit)
    }

    fn within<T: PartialOrd + Display + Copy>(
        &mut self,
        key: &str,
        place: &Place,
        value: T,
        range: RangeInclusive<T>,
        unit: &str,
    ) -> Option<T> {
        // NaN is in no range.
        if range.contains(&value) {
            return Some(value);
        }
        let message = format!("`{}{key}` = {value} is out of range", self.prefix);
        let hint = format!("allowed: {} to {} ({unit})", range.start(), range.end());
        self.problems.add(place, message, Some(hint));
        None
    }

    /// A month, `"2025-01"`.
    pub fn month(&mut self, key: &str) -> Option<(Place, Month)> {
        let node = self.take(key)?;
        let month = match &node.value {
            Value::Text(text) | Value::Date(text) => Month::parse(text),
            _ => None,
        };
        match month {
            Some(month) if (1950..=2300).contains(&month.year()) => Some((node.place, month)),
            Some(month) => {
                let message = format!("`{}{key}` = {month} is out of range", self.prefix);
                self.problems.add(&node.place, message, Some("allowed: 1950-01 to 2300-12".into()));
                None
            }
            None => {
                self.mistyped(key, &node, "a month", Some(format!("write `{key} = \"2025-01\"`")));
                None
            }
        }
    }

    /// A table.
    pub fn table(&mut self, key: &str) -> Option<(Place, Table)> {
        let node = self.take(key)?;
        match node.value {
            Value::Table(table) => Some((node.place, table)),
            _ => {
                self.mistyped(key, &node, "a table", Some(format!("write `[{}{key}]`", self.prefix)));
                None
            }
        }
    }

    /// A list of tables.
    pub fn tables(&mut self, key: &str) -> Vec<(Place, Table)> {
        let Some(node) = self.take(key) else { return Vec::new() };
        let Value::List(list) = node.value else {
            self.mistyped(key, &node, "a list of tables", Some(format!("write `[[{}{key}]]`", self.prefix)));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in list {
            match item.value {
                Value::Table(table) => tables.push((item.place, table)),
                _ => self.mistyped(key, &item, "a list of tables", Some(format!("write `[[{}{key}]]`", self.prefix))),
            }
        }
        tables
    }

    /// Entries that have not been taken, by key.
    pub fn rest(&mut self) -> Vec<(String, Place, Node)> {
        std::mem::take(&mut self.table.entries).into_iter().map(|(key, (place, node))| (key, place, node)).collect()
    }

    /// Notes every field that nobody has taken.
    pub fn finish(mut self) {
        for (key, place, _) in self.rest() {
            let hint = did_you_mean(&key, self.known.iter().map(String::as_str));
            self.problems.add(&place, format!("unknown field `{}{key}`", self.prefix), hint);
        }
    }
}
