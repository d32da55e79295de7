//! Wrong scenarios: each is answered with file, line, what is wrong, and how to mend it; and a sound one comes back
//! as it was written.

use std::path::Path;

use super::cli::{stderr, waterbed};

/// Writes `text` as `x.toml`, checks it, and expects exit code 2 and every one of `expected` on stderr.
fn refused(text: &str, expected: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    refused_in(dir.path(), text, expected);
}

fn refused_in(dir: &Path, text: &str, expected: &[&str]) {
    std::fs::write(dir.join("x.toml"), text).unwrap();
    let output = waterbed(dir, &["check", "x.toml"]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{text}\n{told}");
    for line in expected {
        assert!(told.lines().any(|l| l == *line), "expected `{line}` of\n{text}\nbut was told\n{told}");
    }
}

const CITY: &str = "[city]\nconfig = \"voorbeeldstad.toml\"\n";

fn with_city(text: &str) -> String {
    format!("{text}\n{CITY}")
}

#[test]
fn unknown_fields_are_named_with_the_nearest_one() {
    refused(&with_city("yeers = 3"), &["error: x.toml:1: unknown field `yeers`", "hint: did you mean `years`?"]);
    refused(
        &format!("{CITY}confg = \"a\""),
        &["error: x.toml:3: unknown field `city.confg`", "hint: did you mean `config`?"],
    );
    refused(
        &with_city("[parameters.demografy]\nfertility_total = 1"),
        &["error: x.toml:1: unknown group `parameters.demografy`", "hint: did you mean `demography`?"],
    );
    refused(
        &with_city("[parameters.demography]\nfertility_totl = 1.5"),
        &[
            "error: x.toml:2: unknown parameter `parameters.demography.fertility_totl`",
            "hint: did you mean `fertility_total`?",
        ],
    );
    refused(
        &with_city("[[measure]]\nlever = \"biuld\"\nvalue = 3"),
        &["error: x.toml:2: unknown lever `biuld`", "hint: did you mean `build`?"],
    );
}

#[test]
fn challenges_are_named_and_housing_is_one_of_them() {
    refused(
        &with_city("challenges = [\"housing\", \"crimes\"]"),
        &["error: x.toml:1: unknown challenge `crimes`", "hint: did you mean `crime`?"],
    );
    refused(
        &with_city("challenges = [\"ageing\"]"),
        &[
            "error: x.toml:1: `challenges` must hold \"housing\"",
            "hint: add \"housing\": without a market nobody finds a home",
        ],
    );
    refused(
        &with_city("challenges = \"housing\""),
        &["error: x.toml:1: `challenges` must be a list of names, not the text \"housing\""],
    );
    refused(
        &format!("challenges = [\"housing\"]\n{CITY}[[event]]\ndate = \"2031-07-14\"\nkind = \"heat-wave\"\n"),
        &["error: x.toml:4: an event needs the challenge \"climate\", which does not take part"],
    );
}

#[test]
fn values_out_of_range_are_told_with_the_range() {
    refused(
        &with_city("years = 2000"),
        &["error: x.toml:1: `years` = 2000 is out of range", "hint: allowed: 1 to 200 (years)"],
    );
    refused(&with_city("\nresidents = -5"), &["error: x.toml:2: `residents` = -5 is out of range"]);
    refused(&with_city("seed = -1"), &["error: x.toml:1: `seed` = -1 is out of range"]);
    refused(
        &with_city("[parameters.demography]\nfertility_total = nan"),
        &[
            "error: x.toml:2: `parameters.demography.fertility_total` = NaN is out of range",
            "hint: allowed: 0 to 8 (children per woman)",
        ],
    );
    refused(
        &with_city("[parameters.demography]\nfertility_total = inf"),
        &["error: x.toml:2: `parameters.demography.fertility_total` = inf is out of range"],
    );
    refused(
        &with_city("[[measure]]\nlever = \"spreading\"\nvalue = 80"),
        &["error: x.toml:3: `measure.value` = 80 is out of range", "hint: allowed: 0 to 1 (share)"],
    );
    refused(&with_city("start = \"1850-01\""), &["error: x.toml:1: `start` = 1850-01 is out of range"]);
    refused(
        &with_city("[drivers.demography]\nimmigrants_per_1000 = { 2025 = 30, 2030 = 3000 }"),
        &["error: x.toml:2: `drivers.demography.immigrants_per_1000.2030` = 3000 is out of range"],
    );
}

#[test]
fn values_of_the_wrong_kind_are_told_with_the_right_one() {
    refused(
        &with_city("years = \"20 years\""),
        &[
            "error: x.toml:1: `years` must be a whole number of years, not the text \"20 years\"",
            "hint: write a bare number of years, e.g. `years = 1`",
        ],
    );
    refused(&with_city("years = 2.5"), &["error: x.toml:1: `years` must be a whole number of years, not 2.5"]);
    refused(
        &with_city("start = \"spring\""),
        &["error: x.toml:1: `start` must be a month, not the text \"spring\"", "hint: write `start = \"2025-01\"`"],
    );
    refused(
        &with_city("[parameters.demography]\nfertility_total = \"1.5 children\""),
        &["hint: write a bare number in children per woman, between 0 and 8"],
    );
    refused(
        &with_city("[output]\nevents = \"ful\""),
        &[
            "error: x.toml:2: `output.events` must be \"cells\" or \"full\", not \"ful\"",
            "hint: did you mean \"full\"?",
        ],
    );
    refused(
        &with_city("measure = 3"),
        &["error: x.toml:1: `measure` must be a list of tables, not 3", "hint: write `[[measure]]`"],
    );
    refused(
        &with_city("[drivers.demography]\nimmigrants_per_1000 = 3"),
        &["error: x.toml:2: driver `immigrants_per_1000` must be a series of values by year"],
    );
    refused(
        &with_city("[[measure]]\nlever = \"build\"\nvalue = 1\narea = 7"),
        &["error: x.toml:4: `measure.area` cannot be 7"],
    );
    refused(&with_city("name = \"../up\""), &["error: x.toml:1: `name` = \"../up\" cannot name a run"]);
}

#[test]
fn measures_are_checked_against_time_and_city() {
    refused(
        &with_city("start = \"2025-01\"\n[[measure]]\nlever = \"build\"\nvalue = 1\nfrom = \"2024-12\""),
        &[
            "error: x.toml:5: `measure.from` = 2024-12 lies before the start of the scenario, 2025-01",
            "hint: choose 2025-01 or later, or an earlier `start`",
        ],
    );
    refused(
        &with_city("[[measure]]\nlever = \"build\"\nvalue = 1\nfrom = \"2027-01\"\nuntil = \"2026-01\""),
        &["error: x.toml:5: `measure.until` = 2026-01 must lie after `from` = 2027-01"],
    );
    refused(
        &with_city("[[measure]]\nlever = \"build\"\nvalue = 1\narea = [\"VB9999\"]"),
        &["error: x.toml:4: Voorbeeldstad has no neighbourhood `VB9999`"],
    );
    let area =
        |lever: &str, area: &str| with_city(&format!("[[measure]]\nlever = \"{lever}\"\nvalue = 1\narea = {area}"));
    refused(&area("trees", "[\"E0100N5400\"]"), &["error: x.toml:4: `E0100N5400` lies outside Voorbeeldstad"]);
    refused(
        &area("trees", "[\"E0230N5420..E0220N5425\"]"),
        &["error: x.toml:4: `E0230N5420..E0220N5425` runs backwards: the south-west square comes first, as in \
             `E0220N5420..E0230N5425`"],
    );
    refused(
        &area("trees", "[\"E0220N5420..VB0101\"]"),
        &["error: x.toml:4: `E0220N5420..VB0101` is no rectangle of squares, such as \
             `E0204N5412..E0207N5414`"],
    );
    refused(
        &area("trees", "[\"E0220N5420\", \"VB0101\",\n\"E0220N5420\"]"),
        &["error: x.toml:5: `measure.area` names `E0220N5420` twice", "hint: name each place once"],
    );
    refused(&area("trees", "[]"), &["error: x.toml:4: `measure.area` is empty: a measure holds somewhere"]);
    refused(
        &with_city(
            "[[measure]]\nlever = \"build\"\nvalue = 1\nuntil = \"2030-01\"\n[[measure]]\nlever = \"build\"\nvalue = 2\nfrom = \"2028-01\"",
        ),
        &[
            "error: x.toml:5: this measure and the one of x.toml:1 set `build` at the same time in the same place",
            "hint: let one end (`until`) before the other begins",
        ],
    );
    refused(
        &with_city("[[measure]]\nvalue = 1"),
        &["error: x.toml:1: a measure needs a `lever`", "hint: `waterbed list levers` shows them all"],
    );
}

#[test]
fn missing_and_circular_files_are_told() {
    refused("[city]\nconfig = \"nowhere.toml\"", &["error: x.toml:2: there is no file `nowhere.toml`"]);
    refused(
        "[city]\nfile = \"amsterdam.city\"",
        &[
            "error: x.toml:2: there is no city pack `amsterdam.city`",
            "hint: build it: `waterbed city build CONFIG --data DIR --out amsterdam.city`",
        ],
    );
    refused("include = \"gone.toml\"", &["error: x.toml:1: there is no file `gone.toml`"]);
    refused("years = 3", &["error: x.toml: there is no `[city]`"]);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("y.toml"), "\ninclude = \"x.toml\"").unwrap();
    refused_in(
        dir.path(),
        "include = \"y.toml\"",
        &[
            "error: y.toml:2: files include each other in a circle: x.toml → y.toml → x.toml",
            "hint: remove one of these `include` lines",
        ],
    );
    let output = waterbed(dir.path(), &["check", "z.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).starts_with("error: z.toml: there is no such scenario file\nhint: "),
        "{}",
        stderr(&output)
    );
}

#[test]
fn everything_is_told_at_once_and_by_line() {
    let dir = tempfile::tempdir().unwrap();
    let text = "yeers = 1\nresidents = -1\n[city]\nconfig = \"no.toml\"\n[output]\nevents = 1\n";
    std::fs::write(dir.path().join("x.toml"), text).unwrap();
    let told = stderr(&waterbed(dir.path(), &["check", "x.toml"]));
    let errors: Vec<&str> = told.lines().filter(|l| l.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 4, "{told}");
    let lines: Vec<&str> = errors.iter().map(|l| l.split(':').nth(2).unwrap()).collect();
    assert_eq!(lines, ["1", "2", "4", "6"]);

    std::fs::write(dir.path().join("x.toml"), "years = \n[city\n").unwrap();
    let told = stderr(&waterbed(dir.path(), &["check", "x.toml"]));
    assert!(told.starts_with("error: x.toml:1: ") && told.contains("error: x.toml:2: "), "{told}");
}

#[test]
fn options_are_checked_like_files() {
    let dir = tempfile::tempdir().unwrap();
    let cases: &[(&[&str], &str)] = &[
        (
            &["--set", "demography.fertilty_total=2"],
            "error: --set demography.fertilty_total=2: unknown key `demography.fertilty_total`\nhint: did you mean `demography.fertility_total`?",
        ),
        (
            &["--set", "spreading=2"],
            "error: --set spreading=2: `measure.value` = 2 is out of range\nhint: allowed: 0 to 1 (share)",
        ),
        (&["--set", "build"], "error: --set build: must be key=value"),
        (&["--residents", "-5"], "error: --residents: `residents` = -5 is out of range"),
        (&["--years", "0"], "error: --years: `years` = 0 is out of range\nhint: allowed: 1 to 200 (years)"),
        (&["--measures", "gone.toml"], "error: --measures: there is no file `gone.toml`"),
        (&["--twin"], "error: --twin needs measures to compare"),
        (&["--seeds", "0"], "error: invalid value '0' for '--seeds <SEEDS>'"),
        (&["--memory-limit", "lots"], "error: invalid value 'lots' for '--memory-limit <SIZE>': write a size"),
        (&["--resume", "gone"], "error: gone is not a run folder: it has no scenario.toml"),
        (
            &["--residents", "500"],
            "error: configs/cities/voorbeeldstad.toml: `residents` = 500 is out of range\nhint: allowed: 1000 to 1000000",
        ),
    ];
    for (options, expected) in cases {
        let output = waterbed(dir.path(), &[&["run"], *options].concat());
        assert_eq!(output.status.code(), Some(2), "{options:?}: {}", stderr(&output));
        assert!(stderr(&output).starts_with(expected), "{options:?}: {}", stderr(&output));
    }
    assert!(!dir.path().join("out").exists());
}

#[test]
fn a_scenario_comes_back_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("parent.toml"),
        with_city(
            "years = 4\n[parameters.housing]\nb_fit = 1.25\nb_money = 3\n[[measure]]\nlever = \"placebo\"\nvalue = 1",
        ),
    )
    .unwrap();
    let text = "include = \"parent.toml\"\nstart = 2026-03-01\nseed = 9\n[parameters.housing]\nb_money = 2.125\n\
                [drivers.demography]\nimmigrants_per_1000 = { 2026-07 = 30.5, 2030 = 20 }\n\
                [[measure]]\nlever = \"build\"\nvalue = 0.1\nfrom = \"2027-01\"\nuntil = \"2028-01\"\n[output]\nevents = \"full\"\n";
    std::fs::write(dir.path().join("x.toml"), text).unwrap();
    let load = |name: &str| {
        let path = dir.path().join(name).display().to_string();
        waterbed::scenario::load(&path, &waterbed::scenario::Overrides::default()).unwrap()
    };
    let scenario = load("x.toml");
    assert_eq!((scenario.years, scenario.seed, scenario.name.as_str()), (4, 9, "x"));
    assert_eq!((scenario.parameters.housing.b_money, scenario.parameters.housing.b_fit), (2.125, 1.25));
    assert_eq!(scenario.measures.iter().map(|m| m.lever.id).collect::<Vec<_>>(), ["placebo", "build"]);
    std::fs::write(dir.path().join("again.toml"), scenario.to_toml()).unwrap();
    assert_eq!(load("again.toml"), scenario);
    assert_eq!(load("again.toml").to_toml(), scenario.to_toml());
}

#[test]
fn drivers_move_a_run_from_their_month_on() {
    let dir = tempfile::tempdir().unwrap();
    let text = |series: &str| {
        with_city(&format!(
            "years = 3\nresidents = 2000\n[parameters.climate]\nweather = 0\n[drivers.demography]\nimmigrants_per_1000 = {series}\n"
        ))
    };
    std::fs::write(dir.path().join("many.toml"), text("{ 2025 = 32, 2026 = 200 }")).unwrap();
    std::fs::write(dir.path().join("level.toml"), text("{ 2025 = 32 }")).unwrap();
    let run = |name: &str| -> serde_json::Value {
        let output = waterbed(dir.path(), &["run", name, "--json"]);
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let base = {
        let output = waterbed(dir.path(), &["run", "base", "--years", "3", "--residents", "2000", "--json"]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let (many, level) = (run("many.toml"), run("level.toml"));
    assert_eq!(level["digest"], base["digest"], "a driver that stays at the default changes nothing");
    // 168 more per 1,000 in each of two years, less those who find no home and leave.
    let more = many["residents"].as_i64().unwrap() - level["residents"].as_i64().unwrap();
    assert!(more > 100, "{more}");
}
