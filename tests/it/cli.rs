//! The command line as its users meet it: what goes where, exit codes, resuming, and equal digests.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Runs `waterbed` in `dir`, which has none of the project's files.
pub fn waterbed(dir: &Path, arguments: &[&str]) -> Output {
    command(dir, arguments).output().unwrap()
}

fn command(dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waterbed"));
    command.args(arguments).current_dir(dir).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env("NO_COLOR", "1");
    command
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_slice(&output.stdout).unwrap()
}

const SMALL: &[&str] = &["run", "base", "--residents", "1000", "--years", "2", "--json"];

pub fn small(dir: &Path, more: &[&str]) -> Value {
    json(&waterbed(dir, &[SMALL, more].concat()))
}

pub fn digest(value: &Value) -> String {
    value["digest"].as_str().unwrap().to_string()
}

/// Every file below `dir` but wall times, with its bytes.
fn contents(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            } else if name != "timings.json" && name != ".lock" {
                found.push((name, std::fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn assert_same_folders(a: &Path, b: &Path) {
    let (a, b) = (contents(a), contents(b));
    let names = |list: &[(String, Vec<u8>)]| list.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&a), names(&b));
    for ((name, x), (_, y)) in a.iter().zip(&b) {
        assert!(x == y, "{name} differs");
    }
}

#[test]
fn a_run_from_any_folder_writes_what_the_contract_says() {
    let dir = tempfile::tempdir().unwrap();
    let result = small(dir.path(), &[]);
    assert_eq!(result["months"], 24);
    let residents = result["residents"].as_u64().unwrap();
    assert!((900..1200).contains(&residents), "{residents}");
    assert!(result["households"].as_u64().unwrap() < residents);
    assert!(result["start_s"].as_f64().unwrap() > 0.0 && result["ticks_s"].as_f64().unwrap() > 0.0);
    let run = dir.path().join("out/base-1");
    for name in
        ["scenario.toml", "provenance.json", "orders.jsonl", "timings.json", "report.html", "city_month/2026.parquet"]
    {
        assert!(run.join(name).is_file(), "no {name}");
    }
    assert!(!run.join("checkpoint").exists(), "a run that is done keeps no checkpoints");
    let provenance: Value = serde_json::from_slice(&std::fs::read(run.join("provenance.json")).unwrap()).unwrap();
    assert_eq!(provenance["digest"], result["digest"]);
    assert_eq!(provenance["seed"], 1);

    let again = waterbed(dir.path(), SMALL);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("holds a run already\nhint: ") && stderr(&again).contains("--force"));
    assert!(again.stdout.is_empty(), "messages go to stderr");
    assert_eq!(digest(&small(dir.path(), &["--force"])), digest(&result));
}

#[test]
fn digests_agree_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    // Above 8192 persons there are several chunks to share out.
    let run = |threads: &str| {
        let more = ["--residents", "20000", "--years", "1", "--json", "--threads", threads, "--out", threads];
        digest(&json(&waterbed(dir.path(), &[&["run", "base"], &more[..]].concat())))
    };
    let one = run("1");
    for threads in ["2", "4", "7"] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[test]
fn an_interrupted_run_ends_as_if_nothing_had_happened() {
    let dir = tempfile::tempdir().unwrap();
    let whole = small(dir.path(), &["--out", "whole"]);
    let cut = waterbed(dir.path(), &[SMALL, &["--out", "cut", "--stop-after", "17"]].concat());
    assert_eq!(cut.status.code(), Some(3));
    assert!(
        stderr(&cut).contains("interrupted\nhint: go on with: waterbed run --resume cut/base-1"),
        "{}",
        stderr(&cut)
    );
    // Interrupted again, with other threads, and ended.
    let resume = ["run", "--resume", "cut/base-1", "--json", "--threads", "3"];
    let again = waterbed(dir.path(), &[&resume[..], &["--stop-after", "19"]].concat());
    assert_eq!(again.status.code(), Some(3));
    let resumed = json(&waterbed(dir.path(), &resume));
    assert_eq!(digest(&resumed), digest(&whole));
    assert_same_folders(&dir.path().join("whole/base-1"), &dir.path().join("cut/base-1"));
    // Resuming what is done says so and does nothing.
    assert_eq!(digest(&json(&waterbed(dir.path(), &resume))), digest(&whole));
}

#[test]
fn a_killed_run_loses_at_most_an_interval() {
    let dir = tempfile::tempdir().unwrap();
    let run = ["run", "base", "--residents", "4000", "--years", "10", "--json"];
    let whole = json(&waterbed(dir.path(), &[&run[..], &["--out", "whole"]].concat()));
    let killed = dir.path().join("killed/base-1");
    let resume = ["run", "--resume", "killed/base-1", "--json", "--checkpoint-months", "3"];
    let first = [&run[..], &["--out", "killed", "--checkpoint-months", "3"]].concat();
    let mut arguments = first.as_slice();
    let mut n_kills = 0;
    for _ in 0..5 {
        let mut child = command(dir.path(), arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let seen = checkpoints(&killed);
        let begin = Instant::now();
        // Killed as soon as it has got somewhere.
        while child.try_wait().unwrap().is_none() && checkpoints(&killed) == seen && begin.elapsed().as_secs() < 60 {
            std::thread::sleep(Duration::from_millis(2));
        }
        n_kills += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        arguments = &resume;
    }
    assert!(n_kills > 0, "the run was over before it could be killed");
    assert_eq!(digest(&json(&waterbed(dir.path(), &resume))), digest(&whole));
    assert_same_folders(&dir.path().join("whole/base-1"), &killed);
}

fn checkpoints(run: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(run.join("checkpoint")).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".state"));
    names.sort();
    names
}

#[test]
fn a_damaged_checkpoint_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let whole = small(dir.path(), &["--out", "whole"]);
    waterbed(dir.path(), &[SMALL, &["--out", "cut", "--checkpoint-months", "4", "--stop-after", "17"]].concat());
    let run = dir.path().join("cut/base-1");
    let names = checkpoints(&run);
    assert_eq!(names, ["00016.state", "00017.state"]);
    let last = run.join("checkpoint").join(&names[1]);
    let mut bytes = std::fs::read(&last).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&last, bytes).unwrap();
    let resumed = waterbed(dir.path(), &["run", "--resume", "cut/base-1", "--json"]);
    assert!(stderr(&resumed).contains("damaged"), "{}", stderr(&resumed));
    assert_eq!(digest(&json(&resumed)), digest(&whole));
}

#[test]
fn a_measure_without_effect_leaves_its_twin_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("plan.toml"), "[[measure]]\nlever = \"placebo\"\nvalue = 1\n").unwrap();
    let result = small(dir.path(), &["--measures", "plan.toml", "--twin", "--seeds", "2"]);
    let runs = result["runs"].as_array().unwrap();
    let named: Vec<_> = runs.iter().map(|r| (r["variant"].as_str().unwrap(), r["seed"].as_u64().unwrap())).collect();
    assert_eq!(named, [("baseline", 1), ("baseline", 2), ("plan", 1), ("plan", 2)]);
    assert_ne!(digest(&runs[0]), digest(&runs[1]), "seeds differ");
    assert_eq!(digest(&runs[0]), digest(&runs[2]), "the placebo does nothing");
    assert_eq!(digest(&runs[1]), digest(&runs[3]), "the placebo does nothing");
    let [without, with] = ["out/base-plan-twin/base-1", "out/base-plan-twin/base-plan-1"];
    let compared = json(&waterbed(dir.path(), &["compare", without, with, "--json"]));
    for difference in compared["differences"].as_array().unwrap() {
        assert!(difference["difference"].is_null() || difference["difference"] == 0.0, "{difference}");
    }
    let report =
        waterbed(dir.path(), &["report", without, "out/base-plan-twin/base-2", "--lang", "nl", "--out", "band.html"]);
    assert_eq!(stdout(&report), "band.html\n");
    assert!(std::fs::read_to_string(dir.path().join("band.html")).unwrap().contains("<html lang=\"nl\""));
    let mixed = waterbed(dir.path(), &["compare", without, "out/base-plan-twin"]);
    assert_eq!(mixed.status.code(), Some(2));
    assert!(stderr(&mixed).contains("holds runs of several scenarios (base, base-plan)"), "{}", stderr(&mixed));
    std::fs::create_dir(dir.path().join("seeds")).unwrap();
    for seed in ["base-1", "base-2"] {
        std::fs::rename(dir.path().join("out/base-plan-twin").join(seed), dir.path().join("seeds").join(seed)).unwrap();
    }
    let whole = waterbed(dir.path(), &["compare", "seeds", "seeds/base-1,seeds/base-2", "--json"]);
    assert!(json(&whole)["differences"].as_array().unwrap().iter().all(|d| d["a"] == d["b"]), "the same seeds");
    let unknown = waterbed(dir.path(), &["compare", "seeds/base-1", "out/gone"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", stderr(&unknown));
}

#[test]
fn building_more_homes_lets_more_people_stay() {
    let dir = tempfile::tempdir().unwrap();
    // Large and long enough that it is no matter of chance: some 60 people in each seed.
    let arguments = ["run", "base", "--residents", "5000", "--years", "4", "--json", "--set", "build=100", "--twin"];
    let result = json(&waterbed(dir.path(), &[&arguments[..], &["--seeds", "3"]].concat()));
    let total = |variant: &str| -> u64 {
        let runs = result["runs"].as_array().unwrap().iter().filter(|r| r["variant"] == variant);
        runs.map(|r| r["residents"].as_u64().unwrap()).sum()
    };
    assert!(total("measures") > total("baseline"), "{} against {}", total("measures"), total("baseline"));
}

#[test]
fn seeds_in_an_ensemble_are_as_they_are_alone() {
    let dir = tempfile::tempdir().unwrap();
    let result = small(dir.path(), &["--seeds", "3", "--threads", "2"]);
    let alone = small(dir.path(), &["--seed", "3", "--out", "alone"]);
    assert_eq!(digest(&result["runs"][2]), digest(&alone));
}

#[test]
fn without_arguments_and_display_the_base_scenario_is_run() {
    let dir = tempfile::tempdir().unwrap();
    let help = stdout(&waterbed(dir.path(), &["--help"]));
    assert!(help.find("Examples:").unwrap() < help.find("Usage:").unwrap(), "examples come first");
    // The whole base scenario takes too long here: the folder is taken, and by someone at work.
    std::fs::create_dir_all(dir.path().join("out/base-1")).unwrap();
    let lock = std::fs::File::create(dir.path().join("out/base-1/.lock")).unwrap();
    lock.lock().unwrap();
    let output = waterbed(dir.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("another process is working in out/base-1"), "{}", stderr(&output));
}

#[test]
fn every_command_shows_its_examples_first() {
    let dir = tempfile::tempdir().unwrap();
    for name in [
        "run",
        "view",
        "city",
        "city build",
        "city info",
        "flood",
        "heat",
        "hindcast",
        "compare",
        "report",
        "check",
        "list",
        "completions",
    ] {
        let arguments: Vec<&str> = name.split(' ').chain(["--help"]).collect();
        let output = waterbed(dir.path(), &arguments);
        let help = stdout(&output);
        assert!(output.status.success(), "{name}");
        let (examples, usage) = (help.find("Examples:\n  waterbed"), help.find("Usage: waterbed"));
        assert!(examples.is_some() && examples < usage, "{name}:\n{help}");
    }
}

#[test]
fn lists_are_complete_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let list = |what: &str| json(&waterbed(dir.path(), &["list", what, "--json"])).as_array().unwrap().clone();
    assert_eq!(list("levers").len(), waterbed::policies::LEVERS.len());
    for p in list("parameters") {
        for text in ["id", "unit", "grade", "source"] {
            assert!(p[text].as_str().is_some_and(|s| !s.is_empty()), "{text} of {p}");
        }
        let (value, range) = (p["value"].as_f64().unwrap(), p["range"].as_array().unwrap());
        assert!(range[0].as_f64().unwrap() <= value && value <= range[1].as_f64().unwrap(), "{p}");
    }
    assert!(list("scenarios").iter().any(|s| s["id"] == "base"));
    assert!(list("indicators").iter().any(|i| i["id"] == "residents"));
    for scenario in list("scenarios") {
        let id = scenario["id"].as_str().unwrap();
        let output = waterbed(dir.path(), &["check", id]);
        assert!(output.status.success(), "{id}: {}", stderr(&output));
    }
}

#[test]
fn a_city_is_built_told_and_drawn() {
    let dir = tempfile::tempdir().unwrap();
    let build = ["city", "build", "voorbeeldstad.toml", "--residents", "2000", "--out", "small.city", "--json"];
    let built = json(&waterbed(dir.path(), &build));
    assert_eq!(built["residents"], 2000);
    let info = json(&waterbed(dir.path(), &["city", "info", "small.city", "--json", "--map", "map.png"]));
    assert_eq!(info, built);
    for key in ["households", "dwellings", "neighbourhoods", "cells"] {
        assert!(info[key].as_u64().unwrap() > 0, "{key}");
    }
    assert!(std::fs::read(dir.path().join("map.png")).unwrap().starts_with(b"\x89PNG"));

    std::fs::write(dir.path().join("mine.toml"), "years = 1\n[city]\nfile = \"small.city\"\n").unwrap();
    let run = json(&waterbed(dir.path(), &["run", "mine.toml", "--json"]));
    assert_eq!(run["months"], 12);
    assert!(dir.path().join("out/mine-1/report.html").is_file());
}

#[test]
fn what_is_too_large_is_refused_before_it_is_tried() {
    let dir = tempfile::tempdir().unwrap();
    let cases: &[&[&str]] = &[
        &["run", "base", "--residents", "1e9"],
        &["run", "base", "--memory-limit", "1MB"],
        // A grid of 1 m pixels for two million people: over 10 GB of ground.
        &["run", "base", "--residents", "2e6", "--set", "city.pixels_per_cell=100", "--memory-limit", "8GB"],
    ];
    for case in cases {
        let begin = Instant::now();
        let output = waterbed(dir.path(), case);
        assert_eq!(output.status.code(), Some(4), "{case:?}: {}", stderr(&output));
        assert!(stderr(&output).contains("GB of memory"), "{}", stderr(&output));
        assert!(begin.elapsed().as_secs() < 30);
        assert!(!dir.path().join("out").exists(), "nothing is written");
    }
}
