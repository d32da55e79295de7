//! What leaves the program of a city built from real data (models.md E-15): offending, premises, crisis and tipping only as
//! differences, of areas of 500 residents and more. Read back from every file that every way of running leaves.
//!
//! The city is an invented one that says it is real, so that the test needs no data.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, RecordBatch};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use waterbed::city::generate::{CityConfig, generate};
use waterbed::city::{CityOrigin, pack};
use waterbed::indicators::INDICATORS;

use super::cli::{json, stderr, waterbed};

const PLAN: &str = "[[measure]]\nlever = \"street_coaches\"\nvalue = 40\narea = [\"VB0101\"]\n\
                    [[measure]]\nlever = \"lighting\"\nvalue = 1\narea = [\"VB0101\"]\n";

/// A folder with a small city that counts as real, a scenario in it, and a plan.
fn real_city(residents: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut city = generate(&CityConfig { residents, ..CityConfig::default() }, 1).unwrap();
    city.origin = CityOrigin::Real;
    pack::save(&city, &dir.path().join("real.city")).unwrap();
    let scenario = "include = \"base\"\nname = \"real\"\nyears = 2\n[city]\nfile = \"real.city\"\n";
    std::fs::write(dir.path().join("real.toml"), scenario).unwrap();
    std::fs::write(dir.path().join("plan.toml"), PLAN).unwrap();
    dir
}

fn run(dir: &Path, more: &[&str]) -> Value {
    json(&waterbed(dir, &[&["run", "real.toml", "--json"], more].concat()))
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn tables(path: &Path) -> Vec<RecordBatch> {
    let file = std::fs::File::open(path).unwrap();
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
}

fn guarded(id: &str) -> bool {
    INDICATORS.iter().any(|i| i.id == id && i.guarded)
}

/// Residents of every neighbourhood, mean over a run folder's months.
fn residents(run: &Path) -> BTreeMap<String, f64> {
    let (mut sums, mut parts) = (BTreeMap::<String, (f64, f64)>::new(), Vec::new());
    files(&run.join("neighbourhood_month"), &mut parts);
    for batch in parts.iter().flat_map(|p| tables(p)) {
        let codes = batch.column_by_name("neighbourhood").unwrap().clone();
        let codes = arrow_array::cast::as_string_array(&codes).clone();
        let people = batch.column_by_name("residents").unwrap().clone();
        for row in 0..batch.num_rows() {
            let number = number_at(&people, row).unwrap_or(0.0);
            let sum = sums.entry(codes.value(row).to_string()).or_default();
            *sum = (sum.0 + number, sum.1 + 1.0);
        }
    }
    sums.into_iter().map(|(code, (sum, n))| (code, sum / n)).collect()
}

/// A number, whatever its type.
fn number_at(column: &dyn Array, row: usize) -> Option<f64> {
    use arrow_array::types::{Float32Type, Int32Type, Int64Type, UInt16Type, UInt32Type, UInt64Type};
    if column.is_null(row) {
        return None;
    }
    macro_rules! try_as {
        ($($t:ty),*) => { $(if let Some(c) = column.as_primitive_opt::<$t>() { return Some(c.value(row) as f64); })* };
    }
    try_as!(Float64Type, Float32Type, Int32Type, Int64Type, UInt16Type, UInt32Type, UInt64Type);
    None
}

/// What guarded outcomes say in any file under `dir`; returns how many differences of theirs there are.
fn check(dir: &Path) -> usize {
    let (mut all, mut told) = (Vec::new(), 0);
    files(dir, &mut all);
    assert!(!all.is_empty());
    for path in &all {
        let name = path.display().to_string();
        match path.extension().and_then(|e| e.to_str()).unwrap_or("") {
            "parquet" => told += tables(path).iter().map(|batch| table(&name, batch, dir)).sum::<usize>(),
            "tif" => assert!(!guarded(path.file_stem().unwrap().to_str().unwrap()), "{name}"),
            "html" => page(&name, &std::fs::read_to_string(path).unwrap()),
            "csv" | "json" | "jsonl" | "toml" => {
                let text = std::fs::read_to_string(path).unwrap();
                let id = INDICATORS.iter().find(|i| i.guarded && text.contains(&format!("\"{}\"", i.id)));
                assert!(id.is_none(), "{name} names {}", id.unwrap().id);
            }
            "" => (),
            other => panic!("{name}: this test does not know what is in a .{other}"),
        }
    }
    assert!(!all.iter().any(|p| p.components().any(|c| c.as_os_str() == "checkpoint")), "a state is left behind");
    told
}

fn table(name: &str, batch: &RecordBatch, dir: &Path) -> usize {
    assert!(!name.contains("/incidents/") || batch.num_rows() == 0, "{name} holds incidents");
    for (at, field) in batch.schema().fields().iter().enumerate() {
        let column = batch.column(at);
        assert!(!guarded(field.name()) || column.null_count() == column.len(), "{name}: levels of {}", field.name());
    }
    let text = |id: &str| batch.column_by_name(id).map(|c| arrow_array::cast::as_string_array(c).clone());
    let (Some(indicator), Some(area)) = (text("indicator"), text("area")) else { return 0 };
    let number = |id: &str| batch.column_by_name(id).unwrap().as_primitive::<Float64Type>().clone();
    let [baseline, variant, difference, low, high] = ["baseline", "variant", "difference", "low", "high"].map(number);
    let mut runs: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    runs.retain(|p| p.join("neighbourhood_month").is_dir());
    let people = runs.first().map(|run| residents(run)).unwrap_or_default();
    let mut told = 0;
    for row in (0..batch.num_rows()).filter(|&row| guarded(indicator.value(row))) {
        let what = format!("{name}: {} of {}", indicator.value(row), area.value(row));
        assert!(baseline.is_null(row) && variant.is_null(row), "{what}: a level");
        if difference.is_valid(row) {
            assert!(low.is_valid(row) && high.is_valid(row), "{what}: a difference without its band");
            let living = people.get(area.value(row)).copied().unwrap_or(f64::MAX);
            // Means over two runs and over months differ a little.
            assert!(living >= 490.0, "{what}: told of {living} residents");
            told += 1;
        }
    }
    told
}

/// A page may name a guarded outcome only where it is a difference: its rows have no level.
fn page(name: &str, text: &str) {
    for i in INDICATORS.iter().filter(|i| i.guarded) {
        for title in [i.title.en, i.title.nl] {
            for row in text.split("<tr>").filter(|row| row.contains(&format!(">{title}<"))) {
                let row = &row[..row.find("</tr>").unwrap_or(row.len())];
                let cells: Vec<&str> = row.split("<t").skip(2).filter_map(|c| c.split_once('>')).map(|c| c.1).collect();
                // Without, with, difference, larger than noise?
                let is_level = |cell: &&str| cell.chars().any(|c| c.is_ascii_digit());
                assert!(cells.len() < 4 || !cells[..2].iter().any(is_level), "{name}: a level of {title}: {row}");
            }
        }
    }
}

#[test]
fn a_run_of_a_real_city_leaves_no_levels() {
    let dir = real_city(3_000);
    let more = ["--measures", "plan.toml", "--set", "output.events=full", "--checkpoint-months", "5"];
    let result = run(dir.path(), &more);
    assert_eq!(result["months"], 24);
    assert_eq!(check(&dir.path().join("out")), 0, "one run has no differences");
    let folder = "out/real-plan-1";
    let told = waterbed(dir.path(), &["report", folder, "--lang", "nl", "--out", "out/nl.html"]);
    assert!(told.status.success(), "{}", stderr(&told));
    check(&dir.path().join("out"));
    // The city's own column is there, and empty: it is not that there was nothing to leave.
    let mut parts = Vec::new();
    files(&dir.path().join(folder).join("city_month"), &mut parts);
    let batch = &tables(&parts[0])[0];
    assert!(batch.column_by_name("violence_per_1000_y").is_some() && batch.num_rows() > 0);
}

#[test]
fn a_twin_of_a_real_city_leaves_differences_of_500_residents() {
    let dir = real_city(6_000);
    let result = run(dir.path(), &["--measures", "plan.toml", "--twin", "--seeds", "2", "--lang", "nl"]);
    let told = check(&dir.path().join("out/real-plan-twin"));
    assert!(told > 100, "{told} differences: the rule must not swallow everything");
    for list in ["effects", "displacement"] {
        for e in result[list].as_array().unwrap().iter().filter(|e| guarded(e["indicator"].as_str().unwrap())) {
            for part in [e, &e["target"], &e["ring"], &e["rest"]].into_iter().filter(|p| p.is_object()) {
                assert!(part["baseline"].is_null() && part["variant"].is_null(), "{e}");
            }
        }
    }
    let moved = result["displacement"].as_array().unwrap();
    let violence =
        moved.iter().find(|m| m["indicator"] == "violence_per_1000_y").expect("offences are counted by role");
    assert!(violence["rest"]["difference"].is_number(), "{violence}");
}

#[test]
fn synergy_ablation_and_designs_of_a_real_city_leave_no_levels() {
    let dir = real_city(3_000);
    let one = |more: &[&str]| run(dir.path(), &[&["--years", "1"], more].concat());
    one(&["--measures", "plan.toml", "--synergy", "lighting,street_coaches", "--seeds", "1"]);
    one(&["--ablate", "--seeds", "1"]);
    std::fs::write(dir.path().join("d.csv"), "seed,crime.desist\n1,0.5\n2,\n").unwrap();
    one(&["--design", "d.csv", "--shard", "1/2"]);
    assert!(check(&dir.path().join("out/real-lighting+street_coaches-synergy")) > 10);
    check(&dir.path().join("out/real-ablation"));
    check(&dir.path().join("out/real-d-design"));
}
