//! What the documents say is there is there: files, sub-commands and options.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

const PAPERS: &[&str] =
    &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "USE.md", "docs/limits.md", "justfile"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(paper: &str) -> String {
    fs::read_to_string(root().join(paper)).unwrap_or_else(|error| panic!("{paper}: {error}"))
}

/// `[text](target)` and `` `src/…` ``-like names of files.
fn named_files(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for piece in text.split("](").skip(1) {
        let target = piece.split([')', '#']).next().unwrap_or("");
        if !target.is_empty() && !target.contains("://") {
            found.insert(target.to_string());
        }
    }
    // In Markdown every second piece between backticks is code.
    for piece in text.split('`').skip(1).step_by(2) {
        let first = piece.split('/').next().unwrap_or("");
        let is_path =
            matches!(first, "src" | "docs" | "configs" | "tests" | "shaders" | "assets" | "benches" | "python");
        if is_path && piece.contains('/') && !piece.contains(['*', '<', ' ', '…', 'X', '\n']) {
            found.insert(piece.to_string());
        }
    }
    found
}

#[test]
fn files_that_documents_name_exist() {
    let mut missing = Vec::new();
    for paper in PAPERS {
        let folder = root().join(paper).parent().unwrap().to_path_buf();
        for file in named_files(&read(paper)) {
            if !root().join(&file).exists() && !folder.join(&file).exists() {
                missing.push(format!("{paper} names {file}"));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

/// Command lines of `waterbed` in a document: sub-commands with the options that follow them.
fn commands(text: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let text = text.replace("\\\n", " ").replace("cargo run --release -- ", "waterbed ");
    let mut found = Vec::new();
    for line in text.lines() {
        let Some(at) = line.find("waterbed ") else { continue };
        if !line[..at].chars().all(|c| "$`>| ".contains(c)) && !line[..at].ends_with('`') {
            continue;
        }
        let command = line[at + "waterbed ".len()..].split(['`', '#']).next().unwrap_or("");
        let words: Vec<&str> = command.split_whitespace().collect();
        let Some(&first) = words.first().filter(|w| w.chars().all(|c| c.is_ascii_lowercase())) else { continue };
        let mut subs = vec![first.to_string()];
        if matches!(first, "city" | "lab" | "sweep")
            && let Some(second) = words.get(1).filter(|w| w.chars().all(|c| c.is_ascii_lowercase()))
        {
            subs.push((*second).to_string());
        }
        let options = words.iter().filter(|w| w.starts_with("--"));
        let options = options.map(|w| w.split('=').next().unwrap_or(w).to_string()).collect();
        found.push((subs, options));
    }
    found
}

#[test]
fn commands_that_documents_name_exist() {
    let mut wrong = Vec::new();
    let mut n = 0;
    for paper in ["README.md", "CONTRIBUTING.md", "docs/limits.md"] {
        for (subs, options) in commands(&read(paper)) {
            n += 1;
            let help = Command::new(env!("CARGO_BIN_EXE_waterbed")).args(&subs).arg("--help").output().unwrap();
            let text = String::from_utf8_lossy(&help.stdout).into_owned();
            if !help.status.success() {
                wrong.push(format!("{paper}: there is no `waterbed {}`", subs.join(" ")));
            }
            for option in options.iter().filter(|o| !text.contains(o.as_str())) {
                wrong.push(format!("{paper}: `waterbed {}` has no {option}", subs.join(" ")));
            }
        }
    }
    assert!(n >= 10, "only {n} commands were found in the documents: the reader of this test is broken");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
