//! TOML as a tree in which every value knows its file and line, so that files can be merged and still be blamed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::problem::{Place, Problems};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where.
    pub place: Place,
    /// What.
    pub value: Value,
}

/// A TOML value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; also `inf` and `nan`.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A date or time, as written.
    Date(String),
    /// A list.
    List(Vec<Node>),
    /// A table.
    Table(Table),
}

/// A table; a key stands at the place of its name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Entries by key.
    pub entries: BTreeMap<String, (Place, Node)>,
}

impl Value {
    /// What the value is, in words.
    pub fn describe(&self) -> String {
        match self {
            Value::Text(text) => format!("the text {text:?}"),
            Value::Integer(n) => format!("{n}"),
            Value::Number(x) => format!("{x}"),
            Value::Flag(flag) => format!("{flag}"),
            Value::Date(date) => format!("the date {date}"),
            Value::List(_) => "a list".into(),
            Value::Table(_) => "a table".into(),
        }
    }
}

impl Table {
    /// Parses TOML.
    pub fn parse(file: &str, text: &str) -> Result<Table, Problems> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let source = Source { file: file.into(), text };
        let mut problems = Problems::default();
        for error in &errors {
            // The parser's messages may have several lines; a problem has one.
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            problems.add(&source.place(error.span().unwrap_or_default()), message, None);
        }
        let table = source.table(table.get_ref(), &mut problems);
        problems.or(table)
    }

    /// Puts `over` on top: its values win, tables merge key by key, lists of tables (measures) are added behind.
    /// Tables whose path `whole` accepts are replaced as a whole.
    pub fn merge(&mut self, over: Table, whole: &dyn Fn(&[&str]) -> bool) {
        merge_at(self, over, &[], whole);
    }

    /// Sets the value at `path`, making the tables on the way; anything else that stood there is replaced.
    pub fn set(&mut self, path: &[&str], node: Node) {
        let Some((last, first)) = path.split_last() else { return };
        let mut table = self;
        for key in first {
            let place = node.place.clone();
            let entry = table.entries.entry((*key).into()).or_insert_with(|| {
                (place.clone(), Node { place: place.clone(), value: Value::Table(Table::default()) })
            });
            if !matches!(entry.1.value, Value::Table(_)) {
                entry.1 = Node { place, value: Value::Table(Table::default()) };
            }
            let Value::Table(inner) = &mut entry.1.value else { return };
            table = inner;
        }
        table.entries.insert((*last).into(), (node.place.clone(), node));
    }
}

fn merge_at(table: &mut Table, over: Table, prefix: &[&str], whole: &dyn Fn(&[&str]) -> bool) {
    for (key, (place, node)) in over.entries {
        match (table.entries.get_mut(&key), node) {
            (Some((_, Node { value: Value::Table(old), .. })), Node { place: at, value: Value::Table(new) }) => {
                let path: Vec<&str> = prefix.iter().copied().chain([key.as_str()]).collect();
                if whole(&path) {
                    table.entries.insert(key.clone(), (place, Node { place: at, value: Value::Table(new) }));
                } else {
                    merge_at(old, new, &path, whole);
                }
            }
            (Some((_, Node { value: Value::List(old), .. })), Node { value: Value::List(new), .. })
                if old.iter().chain(&new).all(|n| matches!(n.value, Value::Table(_))) =>
            {
                old.extend(new);
            }
            (_, node) => {
                table.entries.insert(key, (place, node));
            }
        }
    }
}

/// Reads the value of `key=value` as TOML; bare words are text.
pub fn parse_value(text: &str, place: &Place) -> Node {
    let value = match DeValue::parse(text) {
        Ok(parsed) => {
            let source = Source { file: place.file.clone(), text };
            source.node(parsed.get_ref(), 0..0, &mut Problems::default()).value
        }
        Err(_) => Value::Text(text.into()),
    };
    let mut node = Node { place: place.clone(), value };
    put_at(&mut node, place);
    node
}

fn put_at(node: &mut Node, place: &Place) {
    node.place = place.clone();
    match &mut node.value {
        Value::List(list) => list.iter_mut().for_each(|n| put_at(n, place)),
        Value::Table(table) => table.entries.values_mut().for_each(|(key, n)| {
            *key = place.clone();
            put_at(n, place);
        }),
        _ => (),
    }
}

struct Source<'a> {
    file: Arc<str>,
    text: &'a str,
}

impl Source<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        let before = &self.text.as_bytes()[..span.start.min(self.text.len())];
        let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
        Place { file: self.file.clone(), line: Some(line as u32) }
    }

    fn table(&self, table: &DeTable, problems: &mut Problems) -> Table {
        let entry = |(key, value): (&toml::Spanned<std::borrow::Cow<str>>, &toml::Spanned<DeValue>)| {
            let node = self.node(value.get_ref(), value.span(), problems);
            (key.get_ref().to_string(), (self.place(key.span()), node))
        };
        Table { entries: table.iter().map(entry).collect() }
    }

    fn node(&self, value: &DeValue, span: Range<usize>, problems: &mut Problems) -> Node {
        let place = self.place(span);
        let value = match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
                Ok(n) => Value::Integer(n),
                Err(_) => {
                    problems.add(&place, format!("the number {} does not fit in 64 bits", n.as_str()), None);
                    Value::Integer(0)
                }
            },
            DeValue::Float(x) => Value::Number(x.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(list) => {
                Value::List(list.iter().map(|v| self.node(v.get_ref(), v.span(), problems)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, problems)),
        };
        Node { place, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get<'a>(table: &'a Table, path: &[&str]) -> &'a Node {
        let node = &table.entries[path[0]].1;
        match (&node.value, path.len()) {
            (_, 1) => node,
            (Value::Table(table), _) => get(table, &path[1..]),
            _ => panic!("no table at {}", path[0]),
        }
    }

    #[test]
    fn values_know_their_line() {
        let table = Table::parse("f.toml", "a = 1_000\n\n[b]\nc = 0x1f\nd = -2.5e3\ne = nan\n").unwrap();
        assert_eq!(get(&table, &["a"]).value, Value::Integer(1000));
        let c = get(&table, &["b", "c"]);
        assert_eq!((c.place.line, &c.value), (Some(4), &Value::Integer(31)));
        assert_eq!(get(&table, &["b", "d"]).value, Value::Number(-2500.0));
        assert!(matches!(get(&table, &["b", "e"]).value, Value::Number(x) if x.is_nan()));
    }

    #[test]
    fn every_syntax_error_is_told() {
        let problems = Table::parse("f.toml", "a = \nb = 1\nc = [1,\n").unwrap_err();
        let lines: Vec<_> = problems.all().iter().map(|p| p.place.line).collect();
        assert!(lines.contains(&Some(1)) && lines.len() >= 2, "{problems}");
    }

    #[test]
    fn merging_keeps_places_and_adds_lists_of_tables() {
        let mut base = Table::parse("a", "x = 1\n[t]\ny = 1\nz = 1\n[w]\np = 1\n[[m]]\nn = 1\n").unwrap();
        let over = Table::parse("b", "[t]\ny = 2\n[w]\nq = 1\n[[m]]\nn = 2\n").unwrap();
        base.merge(over, &|path| path == ["w"]);
        let y = get(&base, &["t", "y"]);
        assert_eq!((&*y.place.file, &y.value), ("b", &Value::Integer(2)));
        assert_eq!(&*get(&base, &["t", "z"]).place.file, "a");
        assert!(matches!(&get(&base, &["m"]).value, Value::List(list) if list.len() == 2));
        assert!(matches!(&get(&base, &["w"]).value, Value::Table(t) if t.entries.keys().eq(["q"])));
    }

    #[test]
    fn values_of_the_command_line_are_toml_or_bare_words() {
        let place = Place::whole("--set");
        assert_eq!(parse_value("0.5", &place).value, Value::Number(0.5));
        assert_eq!(parse_value("2026-01", &place).value, Value::Text("2026-01".into()));
        assert_eq!(parse_value("[1, 2]", &place).place, place);
    }
}
