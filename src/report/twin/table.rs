//! `twin/difference.parquet`: every effect as a row.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::effects::{Effect, Effects};
use super::{Findings, ReportError};
use crate::sim::files::{FileError, write_atomic};

/// Name, type, unit, when null, what it says.
type Described = (&'static str, DataType, &'static str, &'static str, &'static str);

const COLUMNS: [Described; 14] = {
    use DataType::{Boolean, Float64, Int32, Utf8};
    [
        (
            "contrast",
            Utf8,
            "",
            "never",
            "`measures`: with minus without. With `--synergy A,B`: `measures` is both together, `a` and `b` are each alone, `surplus` is both − A − B + none; `apart` and `apart_surplus` are the same with the authorities acting apart.",
        ),
        ("indicator", Utf8, "", "never", "Name of the indicator."),
        (
            "area",
            Utf8,
            "",
            "never",
            "`city`; code of a neighbourhood; of counts also `target`, `ring` and `rest`: all neighbourhoods of that role (of rates per 1,000 residents: numbers a year).",
        ),
        ("role", Utf8, "", "the city", "`target`: a measure holds here; `ring`: touches a target; `rest`: elsewhere."),
        (
            "year",
            Int32,
            "",
            "the headline: of flows the mean per year from the first measure's year on, of anything else the last year",
            "Calendar year in which the simulated year begins.",
        ),
        (
            "baseline",
            Float64,
            "that of the indicator",
            "not available; a guarded outcome of a real city; not a contrast of two runs",
            "Without the measures: median over seeds.",
        ),
        ("variant", Float64, "that of the indicator", "as `baseline`", "With the measures: median over seeds."),
        (
            "difference",
            Float64,
            "that of the indicator",
            "not available, or a guarded outcome of fewer than 500 residents of a real city",
            "Median over seeds of the difference.",
        ),
        (
            "low",
            Float64,
            "that of the indicator",
            "as `difference`",
            "Lower edge of the band that holds nine in ten seeds.",
        ),
        ("high", Float64, "that of the indicator", "as `difference`", "Upper edge of that band."),
        ("p", Float64, "", "as `difference`", "Two-sided p of the paired t test over seeds."),
        (
            "q",
            Float64,
            "",
            "as `difference`",
            "p adjusted (Benjamini & Hochberg) for the neighbourhoods of this indicator and year, or for the city's indicators.",
        ),
        ("beyond_noise", Boolean, "", "fewer than 5 seeds, or not available", "True if q is at most 0.05."),
        ("seeds", Int32, "", "never", "Seeds that have a value."),
    ]
};

struct Row<'a> {
    contrast: &'static str,
    indicator: &'static str,
    area: &'a str,
    role: Option<&'static str>,
    year: Option<i32>,
    effect: &'a Effect,
}

/// Writes the table into the folder `dir`.
pub(super) fn write(findings: &Findings, dir: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(dir).map_err(FileError::io(dir))?;
    let path = dir.join("difference.parquet");
    let mut rows = Vec::new();
    let contrasts = std::iter::once(("measures", &findings.effects)).chain(findings.joint.iter().flat_map(|j| {
        let apart = j.apart.iter().flat_map(|(both, surplus)| [("apart", both), ("apart_surplus", surplus)]);
        [("a", &j.a), ("b", &j.b), ("surplus", &j.surplus)].into_iter().chain(apart)
    }));
    for (contrast, effects) in contrasts {
        effects.iter().for_each(|e| add(findings, contrast, e, &mut rows));
    }
    let batch = batch(&rows);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    Ok(write_atomic(&path, |file| {
        let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).map_err(std::io::Error::other)?;
        writer.write(&batch).map_err(std::io::Error::other)?;
        writer.close().map(drop).map_err(std::io::Error::other)
    })?)
}

fn add<'a>(findings: &'a Findings, contrast: &'static str, e: &'a Effects, rows: &mut Vec<Row<'a>>) {
    let calendar = |y: usize| Some(findings.runs.start.year() + y as i32);
    let indicator = e.indicator.id;
    let mut row = |area, role, year, effect| rows.push(Row { contrast, indicator, area, role, year, effect });
    if e.indicator.in_city() {
        row("city", None, None, &e.city);
        e.city_years.iter().enumerate().for_each(|(y, effect)| row("city", None, calendar(y), effect));
    }
    for part in e.parts.iter().flatten() {
        row(part.role.id(), Some(part.role.id()), None, &part.effect);
    }
    let places = findings.runs.city.neighbourhoods.iter().zip(&findings.roles);
    for (at, (neighbourhood, role)) in places.enumerate().take(e.neighbourhoods.len()) {
        let (code, role) = (neighbourhood.code.as_str(), Some(role.id()));
        row(code, role, None, &e.neighbourhoods[at]);
        // Years of the contrasts that only the report's text compares would make a large table larger.
        if contrast == "measures" {
            e.neighbourhood_years.iter().enumerate().for_each(|(y, of)| row(code, role, calendar(y), &of[at]));
        }
    }
}

fn batch(rows: &[Row]) -> RecordBatch {
    let number = |of: &dyn Fn(&Effect) -> f64| -> ArrayRef {
        Arc::new(rows.iter().map(|r| Some(of(r.effect)).filter(|v| v.is_finite())).collect::<Float64Array>())
    };
    let text = |of: &dyn Fn(&Row) -> String| -> ArrayRef {
        Arc::new(rows.iter().map(|r| Some(of(r))).collect::<StringArray>())
    };
    let columns: Vec<ArrayRef> = vec![
        text(&|r| r.contrast.into()),
        text(&|r| r.indicator.into()),
        text(&|r| r.area.into()),
        Arc::new(rows.iter().map(|r| r.role).collect::<StringArray>()),
        Arc::new(rows.iter().map(|r| r.year).collect::<Int32Array>()),
        number(&|e| e.baseline),
        number(&|e| e.variant),
        number(&|e| e.difference),
        number(&|e| e.low),
        number(&|e| e.high),
        number(&|e| e.p),
        number(&|e| e.q),
        Arc::new(rows.iter().map(|r| r.effect.beyond_noise()).collect::<BooleanArray>()),
        Arc::new(rows.iter().map(|r| Some(r.effect.n as i32)).collect::<Int32Array>()),
    ];
    let fields = COLUMNS.iter().map(|(name, kind, _, null, _)| Field::new(*name, kind.clone(), *null != "never"));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns).expect("columns follow the schema")
}

/// `docs/parquet-twin.md`.
pub fn documentation() -> String {
    let mut text = String::from(
        "# Table of a twin\n\n\
         Generated from `src/report/twin/table.rs`; a test keeps it up to date.\n\n\
         `waterbed run SCENARIO --measures M.toml --twin` writes `twin/difference.parquet` beside its `report.html`: what \
         differs between the city with and without the measures, seed by seed on the same chance. Null means \"not \
         available\", never zero.\n\n\
         | column | type | unit | null | what it says |\n|---|---|---|---|---|\n",
    );
    for (name, kind, unit, null, about) in &COLUMNS {
        let _ = writeln!(text, "| `{name}` | {kind} | {unit} | {null} | {about} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_DOCS=1 cargo test --release documentation` writes the page anew.
    #[test]
    fn documentation_is_up_to_date() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/parquet-twin.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, documentation()).unwrap();
        }
        let page = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            page == documentation(),
            "docs/parquet-twin.md is out of date: UPDATE_DOCS=1 cargo test --release documentation"
        );
    }
}
