//! Ablation: how much of an outcome comes from which coupling (models.md §13.3).
//!
//! The city is run with all couplings on, with all off, with each one off, and with each one alone on, on the same seeds.
//! A coupling's part is the mean of what it adds when it comes first (alone − none) and last (all − all but it):
//!
//! φᵢ = ½ · [ y({i}) − y(∅) + y(all) − y(all \ i) ]
//!
//! That is the Shapley value (Shapley 1953, M) exactly if couplings interact in pairs only. What the parts leave of
//! y(all) − y(∅) comes from three and more acting together, and is shown as such. Each part is computed per seed and has a
//! band and a paired test like any difference of twins.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;

use super::chart::{esc, open};
use super::page::{Figure, Page, Table, source};
use super::twin::stats::{FALSE_DISCOVERIES, false_discovery, paired_p};
use super::twin::{Recording, headline, text};
use super::{Lang, MIN_SEEDS, ReportError, words};
use crate::city::City;
use crate::indicators::{Indicator, city_indicators};
use crate::sim::files::{FileError, write_atomic};

/// Outcomes drawn.
const DRAWN: usize = 8;
/// Couplings drawn of each.
const BARS: usize = 12;

/// The runs of an ablation, each a list over seeds.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    /// Names of the couplings.
    pub couplings: Vec<String>,
    /// All on.
    pub all: Vec<Recording>,
    /// All off.
    pub none: Vec<Recording>,
    /// By coupling: all but this one.
    pub but: Vec<Vec<Recording>>,
    /// By coupling: this one alone.
    pub alone: Vec<Vec<Recording>>,
}

/// A number over seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Median.
    pub median: f64,
    /// Lower edge of the band.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
    /// True if it is larger than noise; never with fewer than [`MIN_SEEDS`] seeds.
    pub clear: bool,
}

/// What couplings add up to in one indicator of the city.
pub struct Attribution {
    /// Which.
    pub indicator: &'static Indicator,
    /// All on − all off.
    pub total: Share,
    /// The part of each coupling, in their order.
    pub parts: Vec<Share>,
    /// What is left for three and more together.
    pub rest: Share,
}

/// The parts of `total = all − none` over seeds; `rest` is what they leave.
fn parts(all: &[f64], none: &[f64], but: &[Vec<f64>], alone: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>, Vec<f64>) {
    let total: Vec<f64> = all.iter().zip(none).map(|(a, n)| a - n).collect();
    let part = |(but, alone): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
        (0..all.len()).map(|s| 0.5 * (alone[s] - none[s] + all[s] - but[s])).collect()
    };
    let parts: Vec<Vec<f64>> = but.iter().zip(alone).map(part).collect();
    let rest = (0..all.len()).map(|s| total[s] - parts.iter().map(|p| p[s]).sum::<f64>()).collect();
    (total, parts, rest)
}

/// The attribution of every indicator of the city that has a value in all runs.
pub fn attribute(runs: &Runs) -> Vec<Attribution> {
    let of = |i: &'static Indicator| -> Option<Attribution> {
        let values = |runs: &Vec<Recording>| runs.iter().map(|r| headline(i, r)).collect::<Vec<f64>>();
        let each = |runs: &[Vec<Recording>]| runs.iter().map(values).collect::<Vec<_>>();
        let (total, found, rest) = parts(&values(&runs.all), &values(&runs.none), &each(&runs.but), &each(&runs.alone));
        let there = |values: &[f64]| values.iter().all(|v| v.is_finite());
        if !there(&total) || !found.iter().all(|p| there(p)) {
            return None;
        }
        let q = false_discovery(&found.iter().map(|p| paired_p(p)).collect::<Vec<_>>());
        Some(Attribution {
            indicator: i,
            total: share(&total, paired_p(&total)),
            parts: found.iter().zip(q).map(|(part, q)| share(part, q)).collect(),
            rest: share(&rest, paired_p(&rest)),
        })
    };
    city_indicators().filter_map(of).collect()
}

fn share(values: &[f64], q: f64) -> Share {
    let at = |part: f64| super::ensemble::quantile(values.iter().copied(), part);
    Share { median: at(0.5), low: at(0.05), high: at(0.95), clear: values.len() >= MIN_SEEDS && q <= FALSE_DISCOVERIES }
}

/// Writes `attribution.parquet` and `report.html` into `dir`.
///
/// # Errors
/// If a file cannot be written.
pub fn write(runs: &Runs, city: &City, name: &str, lang: Lang, dir: &Path) -> Result<Vec<Attribution>, ReportError> {
    let found = attribute(runs);
    fs::create_dir_all(dir).map_err(FileError::io(dir))?;
    let batch = table(runs, &found);
    write_atomic(&dir.join("attribution.parquet"), |file| {
        let mut writer = ArrowWriter::try_new(file, batch.schema(), None).map_err(std::io::Error::other)?;
        writer.write(&batch).map_err(std::io::Error::other)?;
        writer.close().map(drop).map_err(std::io::Error::other)
    })?;
    let html = html(runs, &found, city, name, lang);
    write_atomic(&dir.join("report.html"), |file| file.write_all(html.as_bytes()))?;
    Ok(found)
}

fn table(runs: &Runs, found: &[Attribution]) -> RecordBatch {
    let rows: Vec<(&str, &str, &Share)> = found
        .iter()
        .flat_map(|a| {
            let parts = runs.couplings.iter().map(String::as_str).zip(&a.parts);
            let all = [("total", &a.total), ("rest", &a.rest)].into_iter().chain(parts);
            all.map(|(coupling, share)| (a.indicator.id, coupling, share))
        })
        .collect();
    let number =
        |of: fn(&Share) -> f64| -> ArrayRef { Arc::new(rows.iter().map(|(_, _, s)| of(s)).collect::<Float64Array>()) };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("indicator", Arc::new(rows.iter().map(|r| Some(r.0)).collect::<StringArray>())),
        ("coupling", Arc::new(rows.iter().map(|r| Some(r.1)).collect::<StringArray>())),
        ("part", number(|s| s.median)),
        ("low", number(|s| s.low)),
        ("high", number(|s| s.high)),
        ("beyond_noise", Arc::new(rows.iter().map(|r| Some(r.2.clear)).collect::<BooleanArray>())),
    ];
    let kind = |name: &str| match name {
        "indicator" | "coupling" => DataType::Utf8,
        "beyond_noise" => DataType::Boolean,
        _ => DataType::Float64,
    };
    let fields: Vec<Field> = columns.iter().map(|(name, _)| Field::new(*name, kind(name), false)).collect();
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns follow the schema")
}

fn html(runs: &Runs, found: &[Attribution], city: &City, name: &str, lang: Lang) -> String {
    let title = match lang {
        Lang::En => format!("{}: what the couplings do", city.name),
        Lang::Nl => format!("{}: wat de koppelingen doen", city.name),
    };
    let mut page = Page::new(lang, &title);
    let lead = lang.pick(
        "Each coupling is one way in which one problem of the city acts on another. The bars say how much of the difference \
         between a city with all of them and a city with none comes from each; grey is not larger than noise.",
        "Elke koppeling is één manier waarop het ene probleem van de stad op het andere werkt. De balken zeggen hoeveel van het \
         verschil tussen een stad met alle en een stad zonder koppelingen van elk komt; grijs is niet groter dan ruis.",
    );
    page.section("parts", lang.pick("Which coupling does what", "Welke koppeling doet wat"), lead);
    let real = city.origin == crate::city::CityOrigin::Real;
    let mut drawn: Vec<&Attribution> =
        found.iter().filter(|a| a.total.clear && !(real && a.indicator.guarded)).collect();
    let strength = |a: &Attribution| (a.total.median / (a.total.high - a.total.low).max(1e-12)).abs();
    drawn.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
    drawn.truncate(DRAWN);
    if drawn.is_empty() {
        let none = lang.pick(
            "No indicator of the city differs by more than noise between all couplings on and all off.",
            "Geen enkele indicator van de stad verschilt meer dan ruis tussen alle koppelingen aan en alle uit.",
        );
        page.html(&format!("<div class=\"box all\"><p class=\"verdict\">{}</p></div>", esc(none)));
    }
    for (k, a) in drawn.iter().enumerate() {
        figure(&mut page, &format!("a{k}"), runs, a, lang);
    }
    let n = runs.all.len();
    let note = match lang {
        Lang::En => format!(
            "{} runs on {n} seeds. A part is the mean of what a coupling adds as the first and as the last one: the Shapley value \
             if couplings interact in pairs. The rest comes from three and more together.",
            (2 * runs.couplings.len() + 2) * n
        ),
        Lang::Nl => format!(
            "{} doorrekeningen op {n} startgetallen. Een deel is het gemiddelde van wat een koppeling als eerste en als laatste \
             toevoegt: de Shapley-waarde als koppelingen in paren op elkaar werken. De rest komt van drie en meer samen.",
            (2 * runs.couplings.len() + 2) * n
        ),
    };
    page.section("made", lang.of(words::S_MADE), &note);
    page.html(&format!("<div class=\"box all\"><p>{}</p></div>", esc(lang.of(words::GRADES))));
    let head = format!(
        "<p class=\"kicker\">Waterbed · scenario {}</p><h1>{}</h1><div class=\"what\" role=\"note\" aria-labelledby=\"what\"><h2 \
         id=\"what\">{}</h2><ul><li>{}</li><li>{}</li></ul></div>",
        esc(name),
        esc(&title),
        lang.of(words::WHAT_TITLE),
        esc(lang.of(words::WHAT_MODEL)),
        esc(lang.of(words::WHAT_SYNTHETIC))
    );
    page.finish(&head, "")
}

fn figure(page: &mut Page, id: &str, runs: &Runs, a: &Attribution, lang: Lang) {
    let unit = a.indicator.unit;
    let title = text::title(a.indicator, lang);
    let mut order: Vec<usize> = (0..a.parts.len()).collect();
    order.sort_by(|&x, &y| a.parts[y].median.abs().total_cmp(&a.parts[x].median.abs()));
    let mut rows: Vec<(String, &Share)> = order
        .iter()
        .take(BARS)
        .filter(|&&k| a.parts[k].median != 0.0)
        .map(|&k| (runs.couplings[k].replace('_', " → "), &a.parts[k]))
        .collect();
    rows.push((lang.pick("three and more together", "drie en meer samen").into(), &a.rest));
    rows.push((lang.pick("all couplings", "alle koppelingen").into(), &a.total));
    let says = match lang {
        Lang::En => format!("All couplings together: {}.", text::difference(a.total.median, unit, lang)),
        Lang::Nl => format!("Alle koppelingen samen: {}.", text::difference(a.total.median, unit, lang)),
    };
    let (w, left, right, row) = (860.0, 230.0, 690.0, 22.0);
    let edges = || rows.iter().flat_map(|(_, s)| [s.median, s.low, s.high]);
    let (low, high) = edges().fold((0.0f64, 0.0f64), |(a, b), v| (a.min(v), b.max(v)));
    let x = |v: f64| left + (v - low) / (high - low).max(1e-12) * (right - left);
    let mut svg = open(id, w, row * rows.len() as f64 + 6.0, &title, &says);
    for (k, (name, s)) in rows.iter().enumerate() {
        let y = row * k as f64;
        let fill = match (s.clear, s.median > 0.0) {
            (false, _) => "#d5d2c8",
            (true, true) => "#7fb0cc",
            (true, false) => "#cf9a57",
        };
        let (from, to) = (x(0.0).min(x(s.median)), x(0.0).max(x(s.median)));
        let _ = write!(
            svg,
            "<text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text><rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"14\" \
             fill=\"{fill}\"/><path class=\"whisker\" d=\"M{:.1} {m:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            left - 8.0,
            y + 15.0,
            esc(name),
            y + 4.0,
            (to - from).max(1.0),
            x(s.low),
            x(s.high),
            right + 12.0,
            y + 15.0,
            esc(&text::difference(s.median, unit, lang)),
            m = y + 11.0,
        );
    }
    let _ = write!(svg, "<path class=\"zero\" d=\"M{:.1} 2v{:.1}\"/></svg>", x(0.0), row * rows.len() as f64);
    let table = Table {
        head: vec![
            lang.pick("Coupling", "Koppeling").into(),
            lang.pick("Part", "Deel").into(),
            lang.pick("Band", "Band").into(),
            lang.pick("Larger than noise?", "Groter dan ruis?").into(),
        ],
        rows: rows
            .iter()
            .map(|(name, s)| {
                let [m, l, h] = [s.median, s.low, s.high].map(|v| text::difference(v, unit, lang));
                vec![
                    name.clone(),
                    m,
                    format!("{l} – {h}"),
                    lang.of(if s.clear { words::NOISE_YES } else { words::NOISE_NO }).into(),
                ]
            })
            .collect(),
    };
    page.figure(Figure {
        title: &title,
        lead: lang.of(a.indicator.about),
        svg,
        says,
        legend: String::new(),
        source: source(lang, &[a.indicator]),
        table,
        wide: true,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y = 3·a + 5·b + 2·a·b + c·0: pairs only, so the parts are the Shapley values 4, 6 and 0, and nothing is left.
    #[test]
    fn parts_are_shapley_values_where_couplings_interact_in_pairs() {
        let y = |a: f64, b: f64, c: f64| 3.0 * a + 5.0 * b + 2.0 * a * b + 0.0 * c;
        let one = |v: f64| vec![v];
        let (total, found, rest) = parts(
            &one(y(1.0, 1.0, 1.0)),
            &one(y(0.0, 0.0, 0.0)),
            &[one(y(0.0, 1.0, 1.0)), one(y(1.0, 0.0, 1.0)), one(y(1.0, 1.0, 0.0))],
            &[one(y(1.0, 0.0, 0.0)), one(y(0.0, 1.0, 0.0)), one(y(0.0, 0.0, 1.0))],
        );
        assert_eq!((total[0], found.concat(), rest[0]), (10.0, vec![4.0, 6.0, 0.0], 0.0));
        // All three together only: the parts are a half each, and a half too much is told as the rest.
        let y = |a: f64, b: f64, c: f64| a * b * c;
        let off = [one(y(0.0, 1.0, 1.0)), one(y(1.0, 0.0, 1.0)), one(y(1.0, 1.0, 0.0))];
        let alone = [one(0.0), one(0.0), one(0.0)];
        let (total, found, rest) = parts(&one(1.0), &one(0.0), &off, &alone);
        assert_eq!((total[0], found.concat(), rest[0]), (1.0, vec![0.5, 0.5, 0.5], -0.5));
    }
}
