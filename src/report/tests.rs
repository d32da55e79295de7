//! The report on the toy town: whole, offline, readable without seeing.
//!
//! `WATERBED_LOOK=dir cargo test --release report` also leaves the pages in `dir`, to be looked at.

use std::path::PathBuf;

use super::*;
use crate::indicators::{Frame, Recorder, RecorderOptions, toy_town};

fn run(dir: &Path, seed: u64, n_months: usize) -> RunData {
    let city = toy_town::city(60);
    let mut sim = toy_town::simulation(&city, seed);
    let mut recorder = Recorder::create(dir, &city, &mut sim, RecorderOptions::default()).unwrap();
    for _ in 0..n_months {
        sim.step().unwrap();
        recorder.after_tick(&mut sim).unwrap();
    }
    recorder.finish(&mut sim).unwrap();
    std::fs::write(dir.join("provenance.json"), format!("{{\"name\": \"base\", \"seed\": {seed}}}")).unwrap();
    RunData::load(dir).unwrap()
}

fn runs(seeds: std::ops::Range<u64>, n_months: usize) -> Vec<RunData> {
    seeds.map(|seed| run(tempfile::tempdir().unwrap().path(), seed, n_months)).collect()
}

fn look(name: &str, html: &str) {
    if let Some(dir) = std::env::var_os("WATERBED_LOOK") {
        std::fs::write(PathBuf::from(dir).join(name), html).unwrap();
    }
}

fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    html.match_indices(&start).map(|(i, _)| html[i + start.len()..].split('"').next().unwrap()).collect()
}

/// What must hold of any page.
fn check(html: &str, lang: Lang) {
    assert!(html.starts_with(&format!("<!DOCTYPE html>\n<html lang=\"{}\"", lang.code())));
    for wrong in ["NaN", "inf ", "{0}", "{1}", "<script", "http://", "https://", "src=\""] {
        assert!(!html.contains(wrong), "{wrong}");
    }
    let mut ids = attributes(html, "id");
    let n = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), n, "an id occurs twice");
    for target in attributes(html, "aria-labelledby").iter().flat_map(|v| v.split(' ')) {
        assert!(ids.binary_search(&target).is_ok(), "nothing is called {target}");
    }
    for target in attributes(html, "href").iter().filter_map(|v| v.strip_prefix('#')) {
        assert!(ids.binary_search(&target).is_ok(), "nothing is called {target}");
    }
    let count = |what: &str| html.matches(what).count();
    assert!(count("<figure") >= 10, "{} figures", count("<figure"));
    assert_eq!(count("<figure"), count("<details><summary>"), "a table behind each figure");
    assert_eq!(count("<figure"), count("class=\"src\""), "a source below each figure");
    assert_eq!(count("<figure"), count("role=\"img\""), "a described picture in each figure");
    assert_eq!(count("<h1>"), 1);
    assert_eq!([count("<main"), count("<header>"), count("<nav"), count("<footer>")], [1; 4]);
    for tag in ["section", "figure", "table", "svg", "div", "ul", "details", "text", "g", "dl"] {
        assert_eq!(count(&format!("<{tag} ")) + count(&format!("<{tag}>")), count(&format!("</{tag}>")), "<{tag}>");
    }
}

#[test]
fn a_report_is_whole_in_both_languages_with_one_run_and_with_several() {
    let city = toy_town::city(60);
    let runs = runs(1..4, 38);
    for lang in [Lang::En, Lang::Nl] {
        let one = html(&runs[..1], &city, lang).unwrap();
        check(&one, lang);
        assert!(one.contains(lang.of(words::WHAT_ONE)) && !one.contains("opacity=\".16\""));
        let several = html(&runs, &city, lang).unwrap();
        check(&several, lang);
        assert!(several.contains("opacity=\".16\""), "bands");
        look(&format!("report-{}.html", lang.code()), &several);
        look(&format!("one-{}.html", lang.code()), &one);
    }
    assert!(html(&runs, &city, Lang::Nl).unwrap().contains("Alle mensen erin zijn verzonnen"));
}

#[test]
fn a_run_of_few_months_still_makes_a_report() {
    let city = toy_town::city(60);
    check(&html(&runs(1..2, 3), &city, Lang::En).unwrap(), Lang::En);
}

#[test]
fn the_same_runs_make_the_same_bytes() {
    let city = toy_town::city(60);
    let (a, b) = (runs(1..3, 13), runs(1..3, 13));
    assert!(html(&a, &city, Lang::En).unwrap() == html(&b, &city, Lang::En).unwrap());
}

#[test]
fn runs_about_another_city_or_of_another_time_are_refused() {
    let runs = runs(1..3, 3);
    let mut city = toy_town::city(60);
    assert!(matches!(html(&[], &city, Lang::En), Err(ReportError::NothingInCommon)));
    let mut later = runs.clone();
    later[1].months.remove(0);
    assert!(matches!(html(&later, &city, Lang::En), Err(ReportError::NothingInCommon)));
    city.neighbourhoods[3].code = "XX".into();
    assert!(html(&runs, &city, Lang::En).unwrap_err().to_string().contains("Proefstad"));
}

#[test]
fn equal_runs_do_not_differ_and_others_do() {
    let city = toy_town::city(60);
    let (a, mut b) = (runs(1..6, 14), runs(1..6, 14));
    let same = compare(&a, &b).unwrap();
    assert!(same.paired);
    assert!(
        same.differences
            .iter()
            .all(|d| (d.a == d.b || (d.a.is_nan() && d.b.is_nan())) && d.beyond_chance == Some(false))
    );
    // One resident more in each: within the spread of the seeds, but in every pair.
    for run in &mut b {
        run.city.get_mut("residents").unwrap().iter_mut().for_each(|v| *v += 1.0);
    }
    let more = compare(&a, &b).unwrap();
    assert_eq!((more.differences[0].b - more.differences[0].a, more.differences[0].beyond_chance), (1.0, Some(true)));
    let mut other_seeds = b.clone();
    other_seeds.iter_mut().for_each(|run| run.seed = None);
    let unpaired = compare(&a, &other_seeds).unwrap();
    assert_eq!((unpaired.paired, unpaired.differences[0].beyond_chance), (false, Some(false)));
    assert_eq!(compare(&a[..1], &b).unwrap().differences[0].beyond_chance, None);
    for lang in [Lang::En, Lang::Nl] {
        let page = more.html(&city, lang).unwrap();
        check(&page, lang);
        look(&format!("compare-{}.html", lang.code()), &page);
    }
    assert!(more.to_text().contains("residents"));
}

#[test]
fn maps_hold_the_frame() {
    let dir = tempfile::tempdir().unwrap();
    let city = toy_town::city(60);
    let mut sim = toy_town::simulation(&city, 1);
    let frame = Frame::of(&mut sim, 0);
    let paths = write_geotiffs(dir.path(), &city, &frame).unwrap();
    let read =
        |name: &str| crate::gis::geotiff::read(&dir.path().join("maps").join(name), &Default::default()).unwrap();
    assert_eq!(paths.len(), 8);
    let residents = read("residents.tif");
    assert_eq!(residents.grid, city.grid);
    assert!(residents.values.iter().zip(&frame.residents_of_cell).all(|(a, b)| *a == f32::from(*b)));
    let ages = read("age_mean_y.tif");
    let want = frame.of_neighbourhoods("age_mean_y").unwrap();
    assert_eq!(ages.values[0], want[usize::from(city.neighbourhood_of_cell[0])]);
    assert!(ages.values.last().unwrap().is_nan(), "nobody lives in the last neighbourhood");
}

/// WCAG 2.1: relative luminance and contrast.
fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |hex: &str| {
        let channel = |i: usize| {
            let v = f64::from(u8::from_str_radix(&hex[1 + 2 * i..3 + 2 * i], 16).unwrap()) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn texts_have_enough_contrast() {
    let on_white = chart::COLOURS.iter().chain(&["#1d2b30", "#4d5b60", "#0b5d6b"]);
    for colour in on_white {
        assert!(contrast(colour, "#ffffff") >= 4.5 && contrast(colour, "#fbfaf6") >= 4.5, "{colour}");
    }
}
