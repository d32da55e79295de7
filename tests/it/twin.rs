//! Twins, synergy, designs, ablation and replay, as users meet them.

use std::path::Path;

use serde_json::Value;

use super::cli::{digest, json, small, stderr, stdout, waterbed};

const SMALL: &[&str] = &["run", "base", "--residents", "2000", "--years", "3", "--json"];

fn run(dir: &Path, more: &[&str]) -> Value {
    json(&waterbed(dir, &[SMALL, more].concat()))
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).unwrap();
}

fn of<'a>(list: &'a Value, id: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|e| e["indicator"] == id).unwrap_or_else(|| panic!("no {id}"))
}

const BUILD: &str = "[[measure]]\nlever = \"build\"\nvalue = 40\narea = [\"VB0101\"]\nfrom = \"2026-01\"\n";

#[test]
fn a_twin_tells_what_changed_where_and_writes_it_down() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "plan.toml", &format!("budget_eur = 5e6\n{BUILD}"));
    let result = run(dir.path(), &["--measures", "plan.toml", "--twin", "--seeds", "5", "--threads", "2"]);
    let homes = of(&result["effects"], "homes");
    assert_eq!(homes["beyond_noise"], true, "{homes}");
    // 40 a year for two years; in the last year on average (13 + … + 24)/12 months of them.
    let more = homes["difference"].as_f64().unwrap();
    assert!((more - 40.0 * 18.5 / 12.0).abs() < 2.0, "{more}");
    assert_eq!(of(&result["neighbourhoods"], "homes")["up"], 1);
    let moved = of(&result["displacement"], "homes");
    assert!(moved["target"]["difference"].as_f64().unwrap() > 30.0, "{moved}");
    assert_eq!(of(&result["effects"], "immigrants")["difference"], 0.0, "arrivals share their draws");
    assert!(!result["evaluation"].as_array().unwrap().is_empty());
    let folder = dir.path().join("out/base-plan-twin");
    let page = std::fs::read_to_string(folder.join("report.html")).unwrap();
    for wrong in ["NaN", "{0}", "<script", "http://", "https://"] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    assert!(page.contains("The waterbed map") && page.contains("url(#noise)"));
    assert_eq!(
        page.matches("<figure").count(),
        page.matches("<details><summary>").count(),
        "a table behind each figure"
    );
    let table = std::fs::read(folder.join("twin/difference.parquet")).unwrap();
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
    // The same whatever the threads; Dutch on request.
    let again =
        ["--measures", "plan.toml", "--twin", "--seeds", "5", "--threads", "1", "--lang", "nl", "--out", "again"];
    assert_eq!(run(dir.path(), &again)["effects"], result["effects"]);
    let other = dir.path().join("again/base-plan-twin");
    assert_eq!(std::fs::read(other.join("twin/difference.parquet")).unwrap(), table);
    let page = std::fs::read_to_string(other.join("report.html")).unwrap();
    assert!(page.contains("<html lang=\"nl\"") && page.contains("De waterbedkaart"));
}

#[test]
fn a_placebo_is_never_larger_than_noise() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "nothing.toml", "[[measure]]\nlever = \"placebo\"\nvalue = 1\narea = [\"VB0101\"]\n");
    let result = run(dir.path(), &["--measures", "nothing.toml", "--twin", "--seeds", "5"]);
    for effect in result["effects"].as_array().unwrap() {
        assert!(effect["difference"].is_null() || effect["difference"] == 0.0, "{effect}");
        assert_ne!(effect["beyond_noise"], true, "{effect}");
    }
    for indicator in result["neighbourhoods"].as_array().unwrap() {
        assert_eq!((&indicator["up"], &indicator["down"]), (&0.into(), &0.into()), "{indicator}");
    }
    assert!(result["evaluation"].as_array().unwrap().is_empty(), "there is nothing to look for");
    let page = std::fs::read_to_string(dir.path().join("out/base-nothing-twin/report.html")).unwrap();
    assert!(page.contains("Nothing differs by more than noise"));
}

#[test]
fn synergy_is_both_minus_each() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.toml", BUILD);
    let result = run(dir.path(), &["--synergy", "a.toml,spreading=1", "--apart", "--seeds", "2"]);
    let variants: Vec<&str> =
        result["runs"].as_array().unwrap().iter().map(|r| r["variant"].as_str().unwrap()).collect();
    let each = ["baseline", "a+spreading", "a", "spreading", "a+spreading-apart"];
    assert_eq!(variants, each.iter().flat_map(|v| [*v, *v]).collect::<Vec<_>>());
    // Medians of two are means, so that they add up.
    let at = |list: &Value| of(list, "residents")["difference"].as_f64().unwrap();
    let s = &result["synergy"];
    let surplus = at(&result["effects"]) - at(&s["a"]) - at(&s["b"]);
    assert!((surplus - at(&s["surplus"])).abs() < 1e-6, "{surplus} {}", at(&s["surplus"]));
    assert_eq!(at(&s["a"]), at(&result["synergy"]["a"]));
    // Apart, the municipality builds a lead time of three years after the State began in January 2025.
    let apart = dir.path().join("out/base-a+spreading-synergy/base-a+spreading-apart-1/scenario.toml");
    assert!(std::fs::read_to_string(apart).unwrap().contains("from = \"2028-01\""));
    // A lever of a file of measures, by its name.
    write(dir.path(), "both.toml", &format!("{BUILD}[[measure]]\nlever = \"spreading\"\nvalue = 1\n"));
    let named = ["--measures", "both.toml", "--synergy", "build,spreading", "--seeds", "2", "--out", "named"];
    assert_eq!(of(&run(dir.path(), &named)["effects"], "residents"), of(&result["effects"], "residents"));
    let output = waterbed(dir.path(), &["run", "base", "--synergy", "a.toml,spreadng=1"]);
    assert!(
        stderr(&output).contains("unknown lever `spreadng`\nhint: did you mean `spreading`?"),
        "{}",
        stderr(&output)
    );
}

/// Everything wrong with a plan at once, each with file and line.
#[test]
fn a_wrong_plan_is_told_all_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let text = "budget_eur = 1000\n\
                [[measure]]\nlever = \"biuld\"\nvalue = 1\narea = [\"VB9999\"]\n\
                [[measure]]\nlever = \"spreading\"\nvalue = 80\n\
                [[measure]]\nlever = \"build\"\nvalue = 10\nfrom = \"2030-01\"\nuntil = \"2027-01\"\n\
                [[measure]]\nlever = \"build\"\nvalue = 10\nuntil = \"2027-01\"\n\
                [[measure]]\nlever = \"build\"\nvalue = 20\nfrom = \"2026-06\"\n";
    write(dir.path(), "plan.toml", text);
    for call in
        [&["run", "base", "--twin", "--measures", "plan.toml"][..], &["check", "base", "--measures", "plan.toml"]]
    {
        let output = waterbed(dir.path(), call);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        for expected in [
            "error: plan.toml:1: the measures cost €",
            "error: plan.toml:3: unknown lever `biuld`\nhint: did you mean `build`?",
            "error: plan.toml:5: Voorbeeldstad has no neighbourhood `VB9999`",
            "error: plan.toml:8: `measure.value` = 80 is out of range\nhint: allowed: 0 to 1 (share)",
            "error: plan.toml:13: `measure.until` = 2027-01 must lie after `from` = 2030-01",
            "set `build` at the same time in the same place\nhint: let one end",
        ] {
            assert!(told.contains(expected), "expected `{expected}` but was told\n{told}");
        }
    }
    write(dir.path(), "plan.toml", "");
    let output = waterbed(dir.path(), &["run", "base", "--twin", "--measures", "plan.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("error: plan.toml: has no measures\nhint: write `[[measure]]`"),
        "{}",
        stderr(&output)
    );
    assert!(!dir.path().join("out").exists(), "nothing is written");
    let output = waterbed(dir.path(), &["run", "base", "--set", "build=5", "--twin", "--show", "residnts"]);
    assert!(stderr(&output).contains("there is no indicator `residnts`\nhint: did you mean `residents`?"));
}

#[test]
fn a_design_runs_each_row_once() {
    let dir = tempfile::tempdir().unwrap();
    let rows = "seed, housing.build_y, spreading\n1,0.01,0.2\n2,0.02,\n# not this one\n3,,0.9\n";
    write(dir.path(), "d.csv", rows);
    let design = |more: &[&str]| {
        let call = ["run", "base", "--residents", "1000", "--years", "1", "--json", "--design", "d.csv"];
        json(&waterbed(dir.path(), &[&call[..], more].concat()))
    };
    let counts = |v: &Value| ["rows", "of_shard", "done", "skipped", "failed"].map(|k| v[k].as_u64().unwrap());
    let second = design(&["--shard", "2/2"]);
    assert_eq!(counts(&second), [3, 1, 1, 0, 0]);
    let all = design(&[]);
    assert_eq!(counts(&all), [3, 3, 2, 1, 0]);
    assert_eq!(counts(&design(&[])), [3, 3, 0, 3, 0], "done once is done");
    // A row is what the options alone would make.
    let alone = ["run", "base", "--residents", "1000", "--years", "1", "--json", "--seed", "2", "--out", "alone"];
    let alone = json(&waterbed(dir.path(), &[&alone[..], &["--set", "housing.build_y=0.02"]].concat()));
    assert_eq!(digest(&second["runs"][0]), digest(&alone));
    // A changed row is another row; a part that was left lying about is replaced.
    write(dir.path(), "d.csv", &rows.replace("0.02", "0.03"));
    assert_eq!(counts(&design(&[])), [3, 3, 1, 2, 0]);
    let folders = std::fs::read_dir(dir.path().join("out/base-d-design")).unwrap().count();
    assert_eq!(folders, 4);
    // What is wrong is told by line, before anything runs.
    write(dir.path(), "d.csv", "seed,housing.biuld_y\n1,0.01\n2,0.02\n");
    let output = waterbed(dir.path(), &["run", "base", "--design", "d.csv"]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(
        told.contains("error: d.csv:2: unknown key `housing.biuld_y`\nhint: did you mean `housing.build_y`?"),
        "{told}"
    );
    assert!(told.contains("error: d.csv:3: "), "{told}");
}

#[test]
fn a_row_that_fails_leaves_its_error_and_is_tried_again() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "d.csv", "seed\n1\n2\n");
    let call = ["run", "base", "--residents", "1000", "--years", "1", "--json", "--design", "d.csv"];
    let name = |v: &Value, at: usize| {
        let folder = v["runs"][at]["folder"].as_str().unwrap().to_string();
        folder.rsplit('/').next().unwrap().to_string()
    };
    let first = json(&waterbed(dir.path(), &call));
    let (row, out) = (name(&first, 1), dir.path().join("out/base-d-design"));
    std::fs::remove_dir_all(out.join(&row)).unwrap();
    // A file where its folder should be: the row cannot run.
    write(&out, &format!("{row}.part"), "in the way");
    let failed = waterbed(dir.path(), &call);
    assert_eq!(failed.status.code(), Some(1), "{}", stderr(&failed));
    let record: Value = serde_json::from_slice(&std::fs::read(out.join(format!("{row}.error.json"))).unwrap()).unwrap();
    assert_eq!(record["row"], 2);
    std::fs::remove_file(out.join(format!("{row}.part"))).unwrap();
    let again = json(&waterbed(dir.path(), &call));
    assert_eq!((again["done"].as_u64(), again["skipped"].as_u64()), (Some(1), Some(1)));
    assert!(!out.join(format!("{row}.error.json")).exists());
}

#[test]
fn orders_of_a_run_play_again_to_the_same_digest() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "plan.toml", &format!("{BUILD}[[measure]]\nlever = \"spreading\"\nvalue = 0.9\n"));
    let first = small(dir.path(), &["--measures", "plan.toml"]);
    let orders = "out/base-plan-1/orders.jsonl";
    let again = small(dir.path(), &["--orders", orders, "--out", "again"]);
    assert_eq!(digest(&again), digest(&first));
    assert_ne!(digest(&small(dir.path(), &["--out", "plain"])), digest(&first));
    // The run folder is complete: its scenario holds the orders.
    let whole = json(&waterbed(dir.path(), &["run", "again/base-1/scenario.toml", "--json", "--out", "third"]));
    assert_eq!(digest(&whole), digest(&first));
    let bad = "{\"tick\":1,\"lever\":\"biuld\",\"value\":1.0,\"area\":\"city\"}\nnonsense\n";
    write(dir.path(), "bad.jsonl", bad);
    let told = stderr(&waterbed(dir.path(), &["run", "base", "--orders", "bad.jsonl"]));
    assert!(told.contains("error: bad.jsonl:1: unknown lever `biuld`\nhint: did you mean `build`?"), "{told}");
    assert!(told.contains("error: bad.jsonl:2: is no order"), "{told}");
}

#[test]
fn an_ablation_takes_every_coupling_there_is() {
    let dir = tempfile::tempdir().unwrap();
    let call = ["run", "base", "--residents", "1000", "--years", "1", "--json", "--ablate", "--seeds", "1"];
    let result = json(&waterbed(dir.path(), &call));
    let list = json(&waterbed(dir.path(), &["list", "parameters", "--json"]));
    let couplings =
        list.as_array().unwrap().iter().filter(|p| p["id"].as_str().unwrap().starts_with("coupling.")).count();
    assert_eq!(result["runs"].as_u64(), Some(2 * couplings as u64 + 2));
    let residents = of(&result["attribution"], "residents");
    assert_eq!(residents["parts"].as_array().unwrap().len(), couplings);
    assert!(dir.path().join("out/base-ablation/attribution.parquet").is_file());
    assert!(std::fs::read_to_string(dir.path().join("out/base-ablation/report.html")).unwrap().contains("</html>"));
}

#[test]
fn loose_ends_of_scenarios() {
    let dir = tempfile::tempdir().unwrap();
    let build = ["city", "build", "voorbeeldstad.toml", "--residents", "1000", "--out", "small.city"];
    assert!(waterbed(dir.path(), &build).status.success());
    // A base by its name, and another city than that of the base: its residents go with it.
    write(dir.path(), "mine.toml", "include = \"base\"\nyears = 1\n[city]\nfile = \"small.city\"\n");
    let checked = waterbed(dir.path(), &["check", "mine.toml"]);
    assert!(checked.status.success(), "{}", stderr(&checked));
    let told = stderr(&waterbed(dir.path(), &["check", "mine.toml", "--set", "residents=500"]));
    assert!(told.contains("`residents` is for generated cities"), "{told}");
    // A driver that could have no effect.
    write(dir.path(), "driven.toml", "include = \"base\"\n[drivers.housing]\nnear_d0_km = { 2025 = 5, 2030 = 9 }\n");
    let told = stderr(&waterbed(dir.path(), &["check", "driven.toml"]));
    assert!(told.starts_with("error: driven.toml:3: `housing.near_d0_km` is read at the start alone"), "{told}");
    // Two runs of one name and seed are told apart.
    for out in ["a", "b"] {
        small(dir.path(), &["--out", out]);
    }
    let compared = stdout(&waterbed(dir.path(), &["compare", "a/base-1", "b/base-1"]));
    assert!(compared.lines().next().unwrap().contains("a/base-1") && compared.contains("b/base-1"), "{compared}");
}

/// Two sets of seeds without any measure, paired at random: all that differs is noise. Per indicator at most one city in
/// twenty may have a neighbourhood flagged; with one city and correlated indicators up to three times that is allowed.
#[test]
fn what_differs_between_seeds_alone_is_noise() {
    use std::sync::Arc;
    use waterbed::indicators::Measures;
    use waterbed::report::twin::{Findings, Recording, TwinRuns, Variant};
    use waterbed::scenario::{Overrides, build, build_city, load};

    let few = Overrides { residents: Some(4000), years: Some(1), ..Overrides::default() };
    let scenario = load("base", &few).unwrap();
    let city = Arc::new(build_city(&scenario).unwrap());
    let record = |seed: u64| {
        let mut sim = build(&scenario, city.clone(), seed).unwrap();
        let mut recording = Recording::default();
        for _ in 0..12 {
            sim.step().unwrap();
            recording.add(sim.world().resource::<Measures>());
        }
        recording
    };
    let variant = |seeds: std::ops::Range<u64>| Variant {
        name: "seeds".into(),
        measures: Vec::new(),
        orders: Vec::new(),
        runs: seeds.map(record).collect(),
        digests: Vec::new(),
    };
    let runs = TwinRuns {
        city: &city,
        scenario: "base".into(),
        start: scenario.start,
        n_years: 1,
        seeds: (1..11).collect(),
        baseline: variant(1..11),
        variant: variant(11..21),
        synergy: None,
        budget_eur: None,
        show: Vec::new(),
    };
    let found = Findings::of(&runs).to_json();
    let tested: Vec<&Value> = found["neighbourhoods"].as_array().unwrap().iter().filter(|i| i["tested"] != 0).collect();
    let flagged = tested.iter().filter(|i| i["up"] != 0 || i["down"] != 0).count();
    println!("{flagged} of {} indicators have a neighbourhood flagged", tested.len());
    assert!(tested.len() >= 20 && flagged as f64 <= 0.15 * tested.len() as f64, "{flagged} of {}", tested.len());
    let in_city = found["effects"].as_array().unwrap().iter().filter(|e| e["beyond_noise"] == true).count();
    assert!(in_city <= 2, "{in_city} indicators of the city");
}
