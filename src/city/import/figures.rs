//! The figures of all tables, brought together per area code: for each figure the first table that has it counts.
//!
//! Codes are those of neighbourhoods (`BU…`), districts (`WK…`) and municipalities (`GM…`), padded or not. A crosswalk
//! takes codes of an older division to those of the polygons; areas that merge add up their counts and average their
//! means, weighted by residents.

use std::collections::BTreeMap;

use super::ImportError;
use super::config::{Crosswalk, ImportConfig, TableFile};
use super::fields::{CODE_NAMES, FIELDS, Field, Kind, N_FIELDS};
use super::sources::Opener;
use super::table::Table;

/// One value per field.
pub type Row = [Option<f64>; N_FIELDS];

/// What all tables say.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    rows: BTreeMap<String, Row>,
}

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The neighbourhood itself.
    Neighbourhood,
    /// Its district.
    District,
    /// The municipality.
    Municipality,
}

impl Figures {
    /// The figure of area `code`.
    pub fn get(&self, code: &str, field: Field) -> Option<f64> {
        self.rows.get(code)?[field as usize]
    }

    /// The figure of neighbourhood `code`, else of its district, else of the municipality.
    pub fn nearest(&self, code: &str, municipality: &str, field: Field) -> Option<(f64, Level)> {
        let own = self.get(code, field).map(|v| (v, Level::Neighbourhood));
        let district = || Some((self.get(&district_of(code), field)?, Level::District));
        own.or_else(district).or_else(|| Some((self.get(municipality, field)?, Level::Municipality)))
    }

    /// Codes of neighbourhoods that have a row.
    pub fn neighbourhoods(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(String::as_str).filter(|code| code.starts_with("BU"))
    }
}

/// The code of the district of neighbourhood `code`: `BU0363AA01` → `WK0363AA`. A merged neighbourhood lies in the
/// district of its first part.
pub fn district_of(code: &str) -> String {
    let first = code.split('+').next().unwrap_or(code);
    match (first.strip_prefix("BU"), first.len()) {
        (Some(_), 10) if first.is_ascii() => format!("WK{}", &first[2..8]),
        _ => String::new(),
    }
}

/// How codes of a table become codes of the city's neighbourhoods.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    /// Old code → new codes.
    crosswalk: BTreeMap<String, Vec<String>>,
    /// Code of a part → code of the merged neighbourhood.
    merged: BTreeMap<String, String>,
}

impl Codes {
    /// Reads the crosswalk that the recipe names.
    pub fn read(config: Option<&Crosswalk>, opener: &mut Opener) -> Result<Codes, ImportError> {
        let Some(config) = config else { return Ok(Codes::default()) };
        let mut codes = Codes::default();
        if let Some(file) = &config.file {
            let table = opener.table(file, super::config::Format::Csv, "crosswalk of codes")?;
            let (from, to) = (table.require(&config.from)?, table.require(&config.to)?);
            for row in &table.rows {
                if !row[from].is_empty() && !row[to].is_empty() {
                    codes.crosswalk.entry(row[from].clone()).or_default().push(row[to].clone());
                }
            }
        }
        for group in &config.groups {
            for from in &group.from {
                codes.crosswalk.insert(from.clone(), group.to.clone());
            }
            if config.merge && group.to.len() > 1 {
                for to in &group.to {
                    codes.merged.insert(to.clone(), group.to.join("+"));
                }
            }
        }
        Ok(codes)
    }

    /// The code of the city's neighbourhood that area `code` (of the polygons) belongs to.
    pub fn merged<'a>(&'a self, code: &'a str) -> &'a str {
        self.merged.get(code).map_or(code, String::as_str)
    }

    /// The city's neighbourhoods that a table's area covers, without repetition.
    fn targets(&self, code: &str, recode: bool) -> Vec<String> {
        let new: Vec<String> = match self.crosswalk.get(code) {
            Some(new) if recode => new.clone(),
            // A code of the old division without entry keeps its name, and shows up as a row without polygon.
            _ => vec![code.to_string()],
        };
        let mut targets: Vec<String> = new.iter().map(|c| self.merged(c).to_string()).collect();
        targets.sort();
        targets.dedup();
        targets
    }
}

/// Reads every table of the recipe.
pub fn read(config: &ImportConfig, codes: &Codes, opener: &mut Opener) -> Result<Figures, ImportError> {
    let mut figures = Figures::default();
    for file in &config.tables {
        let table = opener.table(&file.file, file.format, "figures")?;
        let code_column = code_column(&table, file)?;
        let columns = field_columns(&table, file)?;
        let rows = rows_by_code(&table, file, code_column, &columns, &config.municipality)?;
        if rows.is_empty() {
            let message = format!(
                "column `{}` has no code of {}: expected codes such as BU{}0000",
                table.headers[code_column],
                config.municipality,
                &config.municipality[2..]
            );
            return Err(ImportError::syntax(&file.file, "whole table", message));
        }
        let ours = combine(rows, codes, file.recode);
        let used = columns.iter().map(|(field, column)| {
            let n = ours.iter().filter(|(_, row)| row[*field as usize].is_some()).count();
            format!("{} = {} ({n})", field.key(), table.headers[*column])
        });
        if let Some(entry) = opener.files.last_mut() {
            entry.columns = used.collect();
            entry.notes.push(format!("codes in column `{}`, {} areas taken", table.headers[code_column], ours.len()));
        }
        for (code, row) in ours {
            let kept = figures.rows.entry(code).or_insert([None; N_FIELDS]);
            for (kept, new) in kept.iter_mut().zip(row) {
                *kept = kept.or(new);
            }
        }
    }
    Ok(figures)
}

fn code_column(table: &Table, file: &TableFile) -> Result<usize, ImportError> {
    match &file.code {
        Some(name) => table.require(name),
        None => table.find(CODE_NAMES).ok_or_else(|| ImportError::MissingColumn {
            file: table.file.clone(),
            column: "code of the area (set `code` in the recipe)".into(),
            nearest: None,
        }),
    }
}

fn field_columns(table: &Table, file: &TableFile) -> Result<Vec<(Field, usize)>, ImportError> {
    let mut columns = Vec::new();
    for (field, key, _, names) in FIELDS {
        let named = file.columns.get(*key);
        if !file.only.is_empty() && !file.only.iter().any(|k| k == key) && named.is_none() {
            continue;
        }
        match named {
            Some(name) => columns.push((*field, table.require(name)?)),
            None => match table.find(names) {
                Some(column) => columns.push((*field, column)),
                // A figure asked for by name must be there.
                None if file.only.iter().any(|k| k == key) => {
                    table.require(names[0])?;
                }
                None => {}
            },
        }
    }
    if columns.is_empty() {
        let message = "has no column with a known figure; name them under `columns` in the recipe";
        return Err(ImportError::syntax(&table.file, "header", message));
    }
    Ok(columns)
}

/// The rows of this municipality by their own code.
fn rows_by_code(
    table: &Table,
    file: &TableFile,
    code_column: usize,
    columns: &[(Field, usize)],
    municipality: &str,
) -> Result<BTreeMap<String, Row>, ImportError> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for i in 0..table.rows.len() {
        let code = &table.rows[i][code_column];
        let ours = code.len() >= 6 && code.is_char_boundary(2) && code[2..].starts_with(&municipality[2..]);
        if !ours || !["BU", "WK", "GM"].iter().any(|prefix| code.starts_with(prefix)) {
            continue;
        }
        if let Some(first) = places.insert(code.clone(), i) {
            return Err(ImportError::Duplicate {
                file: file.file.clone(),
                first: format!("row {}", table.row_number(first)),
                second: format!("row {}", table.row_number(i)),
                code: code.clone(),
                hint: "a table has one row per area; a register of persons may not be used (models.md E-1)",
            });
        }
        let mut row = [None; N_FIELDS];
        for &(field, column) in columns {
            let value = table.number(i, column)?;
            let is_percentage = field.key().ends_with("_pct");
            if value.is_some_and(|v| is_percentage && v > 100.0) {
                return Err(table.bad(i, column, "a percentage from 0 to 100"));
            }
            row[field as usize] = value;
        }
        rows.insert(code.clone(), row);
    }
    Ok(rows)
}

/// Takes rows to the codes of the city's neighbourhoods, adding up or averaging where several meet.
fn combine(rows: BTreeMap<String, Row>, codes: &Codes, recode: bool) -> BTreeMap<String, Row> {
    let mut parts: BTreeMap<String, Vec<(Row, bool)>> = BTreeMap::new();
    for (code, row) in rows {
        let targets = codes.targets(&code, recode);
        let whole = targets.len() == 1;
        for target in targets {
            parts.entry(target).or_default().push((row, whole));
        }
    }
    parts.into_iter().map(|(code, parts)| (code, sum_up(&parts))).collect()
}

fn sum_up(parts: &[(Row, bool)]) -> Row {
    if let [(row, true)] = parts {
        return *row;
    }
    let mut out = [None; N_FIELDS];
    for (field, _, kind, _) in FIELDS {
        let i = *field as usize;
        let values = parts.iter().filter_map(|(row, whole)| {
            let weight = row[Field::Residents as usize].unwrap_or(1.0).max(1e-6);
            Some((row[i]?, weight, *whole))
        });
        out[i] = match kind {
            // A count of an area that only partly falls here cannot be split.
            Kind::Count if parts.iter().any(|(_, whole)| !whole) => None,
            Kind::Count => values.map(|v| v.0).reduce(|a, b| a + b),
            Kind::Mean => {
                let (sum, weight) = values.fold((0.0, 0.0), |(s, w), v| (s + v.0 * v.1, w + v.1));
                (weight > 0.0).then(|| sum / weight)
            }
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::config::{Group, tests::MINIMAL};
    use super::super::limits::Limits;
    use super::*;

    fn read_tables(tables: &[&str], recode: bool, codes: &Codes) -> Result<Figures, ImportError> {
        let dir = tempfile::tempdir().unwrap();
        let mut config = ImportConfig::from_toml(MINIMAL, "t.toml").unwrap();
        config.tables.clear();
        for (i, text) in tables.iter().enumerate() {
            let file = format!("t{i}.csv");
            std::fs::write(dir.path().join(&file), text).unwrap();
            config.tables.push(TableFile {
                file,
                format: Default::default(),
                code: None,
                only: vec![],
                columns: BTreeMap::new(),
                recode,
            });
        }
        read(&config, codes, &mut Opener::new(dir.path(), Limits::STANDARD).unwrap())
    }

    #[test]
    fn the_first_table_that_has_a_figure_counts() {
        let figures = read_tables(
            &[
                "Codering_3;AantalInwoners_5;GemiddeldeHuishoudensgrootte_33\nBU00010000  ;120;.\nGM0001;120;1,9\n",
                "buurtcode,a_00_14,Avg_Household_Size\nBU00010000,20,2.1\nBU99990000,1,1\n",
            ],
            false,
            &Codes::default(),
        )
        .unwrap();
        assert_eq!(figures.get("BU00010000", Field::Residents), Some(120.0));
        assert_eq!(figures.get("BU00010000", Field::HouseholdSize), Some(2.1));
        assert_eq!(figures.get("BU00010000", Field::Age0), Some(20.0));
        assert_eq!(figures.get("BU99990000", Field::Age0), None, "another municipality");
        assert_eq!(figures.nearest("BU00010009", "GM0001", Field::HouseholdSize), Some((1.9, Level::Municipality)));
    }

    #[test]
    fn duplicate_codes_percentages_over_100_and_foreign_tables_are_refused() {
        let none = Codes::default();
        let says = |text: &str| read_tables(&[text], false, &none).unwrap_err().to_string();
        assert!(
            says("Area_Code;Population_Total\nBU00010000;5\nBU00010000;10\n")
                .starts_with("t0.csv: row 2 and row 3 both have code `BU00010000`")
        );
        assert_eq!(
            says("Area_Code;Pct_Rental\nBU00010000;130\n"),
            "t0.csv: row 2, column `Pct_Rental`: found `130`, expected a percentage from 0 to 100"
        );
        assert!(says("Area_Code;Population_Total\nBU05990000;5\n").contains("has no code of GM0001"));
        assert!(says("Area_Code;Something\nBU00010000;5\n").contains("no column with a known figure"));
        assert!(says("a;b\nBU00010000;5\n").contains("has no column `code of the area"));
    }

    #[test]
    fn merged_areas_add_counts_and_average_means_by_residents() {
        let group = Group {
            from: vec!["BU0001OLD1".into(), "BU0001OLD2".into()],
            to: vec!["BU0001NEW1".into(), "BU0001NEW2".into()],
            name: None,
        };
        let crosswalk = |merge| Crosswalk { groups: vec![group.clone()], merge, ..Crosswalk::default() };
        let dir = tempfile::tempdir().unwrap();
        let mut opener = Opener::new(dir.path(), Limits::STANDARD).unwrap();
        let table = "Area_Code;Population_Total;Avg_Household_Size\nBU0001OLD1;100;2\nBU0001OLD2;300;1\n";

        let codes = Codes::read(Some(&crosswalk(true)), &mut opener).unwrap();
        let figures = read_tables(&[table], true, &codes).unwrap();
        let whole = "BU0001NEW1+BU0001NEW2";
        assert_eq!(codes.merged("BU0001NEW2"), whole);
        assert_eq!(figures.get(whole, Field::Residents), Some(400.0));
        assert_eq!(figures.get(whole, Field::HouseholdSize), Some(1.25));

        // Unmerged, each new neighbourhood takes the mean, and no count can be split.
        let codes = Codes::read(Some(&crosswalk(false)), &mut opener).unwrap();
        let figures = read_tables(&[table], true, &codes).unwrap();
        assert_eq!(figures.get("BU0001NEW2", Field::Residents), None);
        assert_eq!(figures.get("BU0001NEW2", Field::HouseholdSize), Some(1.25));
    }

    #[test]
    fn districts_follow_from_codes() {
        assert_eq!(district_of("BU0363AA01"), "WK0363AA");
        assert_eq!(district_of("BU05990110+BU05990111"), "WK059901");
        assert_eq!(district_of("??"), "");
    }
}
