//! Who may know whom. Read from the source text, so that a wrong dependency is named with file and line.

use std::fs;
use std::path::{Path, PathBuf};

/// Module of the crate, and the modules it may use. In order from the bottom up: nobody may use a later one.
const MAY_USE: &[(&str, &[&str])] = &[
    ("sim", &[]),
    ("gis", &[]),
    ("city", &["sim", "gis"]),
    ("fields", &["sim", "gis"]),
    ("people", &["sim", "city"]),
    ("policies", &["sim", "city"]),
    ("challenges", &["sim", "gis", "city", "fields", "people", "policies"]),
    ("indicators", &["sim", "gis", "city", "fields", "people", "challenges"]),
    ("scenario", &["sim", "gis", "city", "fields", "people", "policies", "challenges", "indicators"]),
    ("report", &["sim", "gis", "city", "people", "policies", "indicators", "scenario"]),
    ("lab", &["sim", "gis", "city", "indicators", "report"]),
    ("experiments", &["sim", "gis", "city", "people", "policies", "challenges", "indicators", "scenario", "report"]),
    ("session", &["sim", "city", "people", "policies", "challenges", "indicators", "scenario"]),
    (
        "viewer",
        &[
            "sim",
            "gis",
            "city",
            "fields",
            "people",
            "policies",
            "challenges",
            "indicators",
            "scenario",
            "report",
            "lab",
            "experiments",
            "session",
        ],
    ),
    (
        "cli",
        &[
            "sim",
            "gis",
            "city",
            "fields",
            "people",
            "policies",
            "challenges",
            "indicators",
            "scenario",
            "report",
            "lab",
            "experiments",
            "session",
            "viewer",
        ],
    ),
];

/// Words that only some modules may use in code.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("wgpu", &["fields", "viewer"]),
    ("bevy_egui", &["viewer"]),
    ("egui_plot", &["viewer"]),
    ("winit", &["viewer"]),
    ("bevy::render", &["viewer"]),
    ("bevy::pbr", &["viewer"]),
    ("bevy::window", &["viewer"]),
    ("rusqlite", &["city"]),
    ("parquet::", &["indicators", "report", "lab", "experiments"]),
];

/// Fields that folders which compute hazards of crime, crisis, care or harm may not name (models.md E-3).
const NO_LABELS_IN: &[&str] = &["organised_crime", "ageing", "climate", "crisis_care", "online_extremism"];
const LABELS: &[&str] =
    &[".origin", ".newcomer", ".arrived", ".sex", ".language", ".threshold", ".standing", ".stands"];

#[test]
fn hazards_do_not_know_labels() {
    for source in sources() {
        let path = source.path.to_string_lossy().replace('\\', "/");
        if !NO_LABELS_IN.iter().any(|folder| path.contains(&format!("challenges/{folder}/"))) {
            continue;
        }
        for (line, text) in source.code.lines().enumerate() {
            for label in LABELS {
                let named = text.match_indices(label).any(|(at, _)| !text[at + label.len()..].starts_with(is_word));
                assert!(!named, "{path}:{}: hazards may not read `{label}`", line + 1);
            }
        }
    }
}

struct Source {
    path: PathBuf,
    /// Folder under `src/`, or the name of the file.
    module: String,
    /// Without comments.
    code: String,
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&src, &mut files);
    files.sort();
    let source = |path: PathBuf| {
        let inside = path.strip_prefix(&src).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let code = without_comments(&fs::read_to_string(&path).unwrap());
        Source { module: first.trim_end_matches(".rs").to_string(), code, path }
    };
    files.into_iter().map(source).collect()
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            walk(&entry, files);
        } else if entry.extension().is_some_and(|e| e == "rs") {
            files.push(entry);
        }
    }
}

/// Cuts `// …` off every line; a `//` in a string costs the rest of that line, which does no harm here.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word_at(text: &str) -> &str {
    &text[..text.find(|c| !is_word(c)).unwrap_or(text.len())]
}

/// Modules of the crate that `code` names, with line numbers: `crate::a::…`, and `crate::{a, b::…}`.
fn named_modules(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(is_word) || code[..at].ends_with('$') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.push((line, word_at(rest)));
            continue;
        };
        let mut depth = 1;
        let mut is_first = true;
        for (i, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => is_first = true,
                c if is_first && depth == 1 && is_word(c) => {
                    found.push((line, word_at(&list[i..])));
                    is_first = false;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    found
}

#[test]
fn the_reader_of_this_test_sees_every_way_of_naming_a_module() {
    let code = without_comments(
        "use crate::sim::Clock; // crate::cli\nuse crate::{gis, city::{self, Tenure},\n    people};\nlet x = crate::lab::y();",
    );
    let names = named_modules(&code);
    assert_eq!(names, [(1, "sim"), (2, "gis"), (2, "city"), (2, "people"), (4, "lab")]);
    assert!(named_modules("$crate::sim my_crate::sim").is_empty());
}

#[test]
fn modules_use_only_what_lies_below_them() {
    for (i, (module, uses)) in MAY_USE.iter().enumerate() {
        for used in *uses {
            assert!(MAY_USE[..i].iter().any(|(m, _)| m == used), "{module} may not use {used}, which comes later");
        }
    }
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| !matches!(s.module.as_str(), "lib" | "main")) {
        let rule = MAY_USE.iter().find(|(m, _)| *m == source.module);
        let (_, uses) = rule.unwrap_or_else(|| panic!("give module {} a line in MAY_USE", source.module));
        for (line, used) in named_modules(&source.code) {
            let is_module = MAY_USE.iter().any(|(m, _)| *m == used);
            if is_module && used != source.module && !uses.contains(&used) {
                wrong.push(format!("{}:{line}: {} may not know {used}", source.path.display(), source.module));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn challenges_do_not_know_each_other() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| s.module == "challenges") {
        let inside = source.path.components().map(|c| c.as_os_str().to_string_lossy().into_owned());
        let own = inside.skip_while(|part| part != "challenges").nth(1).unwrap();
        for (at, _) in source.code.match_indices("challenges::") {
            let other = word_at(&source.code[at + "challenges::".len()..]);
            if !other.is_empty() && other != own && other != "shared" {
                wrong.push(format!("{}: {own} may not know {other}", source.path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn drawing_files_and_devices_have_their_places() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (word, places) in ONLY_IN {
            for (at, _) in source.code.match_indices(word) {
                let whole = !source.code[..at].ends_with(is_word);
                let lint = source.code[..at].ends_with("feature = \"");
                if whole && !lint && !places.contains(&source.module.as_str()) {
                    let line = source.code[..at].matches('\n').count() + 1;
                    wrong.push(format!("{}:{line}: {word} belongs in {places:?}", source.path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
