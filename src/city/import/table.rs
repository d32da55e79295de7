//! Tables of numbers per area: delimited text (CSV), OData JSON, or the properties of map features.
//!
//! What Dutch open tables do, and what this reader does about it:
//! * separator `;`, `,` or tab: told from the header line;
//! * a byte-order mark, Latin-1 text, codes padded with spaces: removed, decoded, trimmed;
//! * a decimal comma: read as a point;
//! * missing values as nothing, `.`, `geheim`, −99997 and the like: `None`, never 0;
//! * column names whose numeric suffix drifts from year to year (`AantalInwoners_5`): compared without it.

use serde_json::Value;

use super::ImportError;
use super::error::nearest;
use super::limits::{Limits, at_most, decode};

/// Columns that only a register of persons has.
const PERSONAL_COLUMNS: [&str; 9] = [
    "bsn",
    "burgerservicenummer",
    "rinpersoon",
    "persoonsnummer",
    "personid",
    "geboortedatum",
    "dateofbirth",
    "voornaam",
    "achternaam",
];

/// A table: a header and rows of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The file, for messages.
    pub file: String,
    /// Column names as they stand in the file.
    pub headers: Vec<String>,
    /// Rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
    /// Number of the first row in messages (2 under a header line, 1 for features).
    pub first_row: usize,
    /// True when the text was taken to be Latin-1.
    pub latin1: bool,
}

impl Table {
    /// Reads delimited text.
    pub fn from_csv(bytes: &[u8], file: &str, limits: &Limits) -> Result<Table, ImportError> {
        let (text, latin1) = decode(bytes, file)?;
        let header_line = text.lines().next().unwrap_or_default();
        if header_line.trim().is_empty() {
            return Err(ImportError::Empty { file: file.into(), expected: "a table with a header line" });
        }
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator(header_line)).flexible(true).from_reader(text.as_bytes());
        let headers: Vec<String> = reader
            .headers()
            .map_err(|e| ImportError::syntax(file, "header", e))?
            .iter()
            .map(|name| name.trim().to_string())
            .collect();
        at_most(file, "columns", headers.len(), limits.columns)?;
        let mut rows = Vec::new();
        for (i, record) in reader.records().enumerate() {
            let place = || format!("row {}", i + 2);
            let record = record.map_err(|e| ImportError::syntax(file, place(), e))?;
            if record.len() == 1 && record[0].trim().is_empty() {
                continue;
            }
            if record.len() != headers.len() {
                let message = format!("has {} fields, the header has {}", record.len(), headers.len());
                return Err(ImportError::syntax(file, place(), message));
            }
            if let Some(long) = record.iter().position(|field| field.len() > limits.field_bytes) {
                let message = format!("column `{}` is longer than {} bytes", headers[long], limits.field_bytes);
                return Err(ImportError::syntax(file, place(), message));
            }
            rows.push(record.iter().map(|field| field.trim().to_string()).collect());
            at_most(file, "rows", rows.len(), limits.rows)?;
        }
        Table { file: file.into(), headers, rows, first_row: 2, latin1 }.checked()
    }

    /// Reads OData JSON: an object with an array of rows under `value` or `rows`, or the array itself.
    pub fn from_odata(bytes: &[u8], file: &str, limits: &Limits) -> Result<Table, ImportError> {
        let (text, latin1) = decode(bytes, file)?;
        let document: Value = serde_json::from_str(&text).map_err(|e| json_error(file, &e))?;
        let array = match &document {
            Value::Object(map) => map.get("value").or_else(|| map.get("rows")).unwrap_or(&document),
            _ => &document,
        };
        let Value::Array(objects) = array else {
            return Err(ImportError::syntax(file, "whole file", "expected rows under `value` or `rows`"));
        };
        at_most(file, "rows", objects.len(), limits.rows)?;
        let properties = objects.iter().map(|row| row.as_object());
        Table::from_properties(properties, file, latin1, limits)
    }

    /// Makes a table of the properties of features or the objects of an array. A property that a row lacks is missing.
    pub fn from_properties<'a>(
        rows: impl Iterator<Item = Option<&'a serde_json::Map<String, Value>>> + Clone,
        file: &str,
        latin1: bool,
        limits: &Limits,
    ) -> Result<Table, ImportError> {
        let mut names = std::collections::BTreeMap::new();
        for row in rows.clone().flatten() {
            for key in row.keys() {
                let next = names.len();
                names.entry(key.as_str()).or_insert(next);
            }
            at_most(file, "columns", names.len(), limits.columns)?;
        }
        let mut headers = vec![String::new(); names.len()];
        for (name, &i) in &names {
            headers[i] = (*name).to_string();
        }
        let mut table = Vec::new();
        for row in rows {
            let mut fields = vec![String::new(); headers.len()];
            for (key, value) in row.into_iter().flatten() {
                fields[names[key.as_str()]] = text_of(value);
            }
            table.push(fields);
        }
        Table { file: file.into(), headers, rows: table, first_row: 1, latin1 }.checked()
    }

    /// Refuses tables without rows and tables about single persons.
    fn checked(self) -> Result<Table, ImportError> {
        if self.rows.is_empty() {
            return Err(ImportError::Empty { file: self.file, expected: "rows below the header" });
        }
        let personal = |name: &&String| PERSONAL_COLUMNS.contains(&squeeze(name).as_str());
        if let Some(column) = self.headers.iter().find(personal) {
            return Err(ImportError::Individuals { file: self.file, column: column.clone() });
        }
        Ok(self)
    }

    /// Index of the column called one of `wanted`, in the order of `wanted`. The full name counts before the name
    /// without its numeric suffix.
    pub fn find(&self, wanted: &[&str]) -> Option<usize> {
        let full: Vec<String> = self.headers.iter().map(|name| squeeze(name)).collect();
        let bare: Vec<String> = self.headers.iter().map(|name| squeeze(strip_suffix(name))).collect();
        let wanted = wanted.iter().map(|name| squeeze(name));
        wanted.into_iter().find_map(|name| {
            full.iter().position(|header| *header == name).or_else(|| bare.iter().position(|header| *header == name))
        })
    }

    /// Index of the column called `wanted`; otherwise an error that names the nearest.
    pub fn require(&self, wanted: &str) -> Result<usize, ImportError> {
        self.find(&[wanted]).ok_or_else(|| ImportError::MissingColumn {
            file: self.file.clone(),
            column: wanted.into(),
            nearest: nearest(wanted, self.headers.iter().map(String::as_str)),
        })
    }

    /// The number at (`row`, `column`): not negative, or `None` where the source has none.
    pub fn number(&self, row: usize, column: usize) -> Result<Option<f64>, ImportError> {
        let text = &self.rows[row][column];
        match parse_number(text) {
            Ok(Some(value)) if !(0.0..=1e9).contains(&value) => Err(self.bad(row, column, "a number from 0 to 1e9")),
            Ok(value) => Ok(value),
            Err(NotANumber) => {
                Err(self.bad(row, column, "a number, or one of the signs for missing: empty . geheim -99997"))
            }
        }
    }

    /// The number in the file of row `row`, for messages.
    pub fn row_number(&self, row: usize) -> usize {
        row + self.first_row
    }

    /// A [`ImportError::BadValue`] about (`row`, `column`).
    pub fn bad(&self, row: usize, column: usize, expected: &str) -> ImportError {
        ImportError::BadValue {
            file: self.file.clone(),
            row: self.row_number(row),
            column: self.headers[column].clone(),
            found: self.rows[row][column].chars().take(60).collect(),
            expected: expected.into(),
        }
    }
}

/// A syntax error of `serde_json` with its place.
pub fn json_error(file: &str, error: &serde_json::Error) -> ImportError {
    ImportError::syntax(file, format!("line {} column {}", error.line(), error.column()), error)
}

/// Text that should be a number and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANumber;

/// Reads a number as Dutch tables write it. `Ok(None)` is a sign for "missing"; text that is no number is an error.
pub fn parse_number(text: &str) -> Result<Option<f64>, NotANumber> {
    let text = text.trim();
    let missing = ["", ".", "-", "x", "geheim", "null", "na", "nan", "nb", "onbekend"];
    if missing.contains(&text.to_lowercase().as_str()) {
        return Ok(None);
    }
    let has_point = text.contains('.');
    let plain = match text.matches(',').count() {
        0 => text.to_string(),
        // A point before a comma groups thousands: 1.234,5.
        1 if has_point && text.find('.') < text.find(',') => text.replace('.', "").replace(',', "."),
        1 if !has_point => text.replace(',', "."),
        _ => return Err(NotANumber),
    };
    let value: f64 = plain.parse().map_err(|_| NotANumber)?;
    // −99995, −99997, −99999999 and their kin.
    if value <= -9990.0 {
        return Ok(None);
    }
    if value.is_finite() { Ok(Some(value)) } else { Err(NotANumber) }
}

/// The separator of a header line: the one of `;`, tab and `,` that stands there most often outside quotes.
fn separator(header: &str) -> u8 {
    let mut counts = [(b';', 0), (b'\t', 0), (b',', 0)];
    let mut quoted = false;
    for byte in header.bytes() {
        if byte == b'"' {
            quoted = !quoted;
        }
        if !quoted && let Some(entry) = counts.iter_mut().find(|(sign, _)| *sign == byte) {
            entry.1 += 1;
        }
    }
    // max_by_key keeps the last of equals; `;` should win ties, so it must come last.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b';', |(sign, _)| *sign)
}

/// Letters and digits of `name` in lower case.
pub fn squeeze(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `name` without a trailing `_` and digits.
fn strip_suffix(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((stem, digits))
            if !stem.is_empty() && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            stem
        }
        _ => name,
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<Table, ImportError> {
        Table::from_csv(text.as_bytes(), "t.csv", &Limits::STANDARD)
    }

    #[test]
    fn dutch_numbers() {
        assert_eq!(parse_number("1,8"), Ok(Some(1.8)));
        assert_eq!(parse_number(" 20.8 "), Ok(Some(20.8)));
        assert_eq!(parse_number("1.234,5"), Ok(Some(1234.5)));
        assert_eq!(parse_number("498.0"), Ok(Some(498.0)));
        assert_eq!(parse_number("0"), Ok(Some(0.0)));
        for missing in ["", "  ", ".", "geheim", "-99997", "-99998.0", "-99999999", "-99995", "Geheim"] {
            assert_eq!(parse_number(missing), Ok(None), "{missing}");
        }
        for wrong in ["abc", "1,2,3", "1,234.5", "12 345", "inf", "1e999"] {
            assert_eq!(parse_number(wrong), Err(NotANumber), "{wrong}");
        }
    }

    #[test]
    fn the_separator_is_told_from_the_header() {
        for (text, n) in [("a;b,c;d\n1;2;3\n", 3), ("a,b\n1,2\n", 2), ("a\tb\n1\t2\n", 2), ("\"a;b\",c\n1,2\n", 2)] {
            assert_eq!(csv(text).unwrap().headers.len(), n, "{text}");
        }
    }

    #[test]
    fn columns_are_found_without_their_drifting_suffix() {
        let table = csv("Codering_3;AantalInwoners_5;k_0Tot15Jaar_8\nBU03630000  ;5;.\n").unwrap();
        assert_eq!(table.find(&["AantalInwoners"]), Some(1));
        assert_eq!(table.find(&["Pop_Age_0_15", "k_0Tot15Jaar"]), Some(2));
        assert_eq!(table.rows[0][0], "BU03630000");
        // A numeric end that belongs to the name is not a suffix when the whole name is asked for.
        let english = csv("Pop_Age_0_15;Pop_Age_0\n1;2\n").unwrap();
        assert_eq!(english.find(&["Pop_Age_0_15"]), Some(0));
        assert_eq!(english.find(&["Pop_Age_0"]), Some(1));
    }

    #[test]
    fn a_missing_column_names_the_nearest() {
        let error = csv("Area_Code;Population\nA;1\n").unwrap().require("AreaCodes").unwrap_err();
        assert_eq!(error.to_string(), "t.csv: has no column `AreaCodes`; did you mean `Area_Code`?");
    }

    #[test]
    fn faults_are_placed() {
        assert_eq!(csv("a;b\n1;2\n1;2;3\n").unwrap_err().to_string(), "t.csv: row 3: has 3 fields, the header has 2");
        assert_eq!(csv("").unwrap_err().to_string(), "t.csv: is empty; expected a table with a header line");
        assert_eq!(csv("a;b\n").unwrap_err().to_string(), "t.csv: is empty; expected rows below the header");
        let table = csv("code;n\nA;-5\nB;veel\n").unwrap();
        assert_eq!(
            table.number(0, 1).unwrap_err().to_string(),
            "t.csv: row 2, column `n`: found `-5`, expected a number from 0 to 1e9"
        );
        assert!(table.number(1, 1).unwrap_err().to_string().starts_with("t.csv: row 3, column `n`: found `veel`"));
    }

    #[test]
    fn tables_about_persons_are_refused() {
        let error = csv("BSN;Geboorte_datum;wijk\n1;2;3\n").unwrap_err();
        assert!(matches!(error, ImportError::Individuals { .. }), "{error}");
    }

    #[test]
    fn odata_rows_become_a_table_with_gaps_as_missing() {
        let json = br#"{"value":[{"Codering_3":"BU1 ","AantalInwoners_5":1100,"x":null},{"Codering_3":"BU2"}]}"#;
        let table = Table::from_odata(json, "t.json", &Limits::STANDARD).unwrap();
        let residents = table.require("AantalInwoners").unwrap();
        assert_eq!(table.number(0, residents).unwrap(), Some(1100.0));
        assert_eq!(table.number(1, residents).unwrap(), None);
        let cut = Table::from_odata(&json[..30], "t.json", &Limits::STANDARD).unwrap_err().to_string();
        assert!(cut.starts_with("t.json: line 1 column"), "{cut}");
    }
}
