//! Two runs, or two sets of seeds, side by side: what differs at the end of the months that both have.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::builder::{Builder, MapFigure, month_name};
use super::chart::{Lines, esc};
use super::classes::Classes;
use super::ensemble::{Ensemble, band, quantile, summary};
use super::number;
use super::page::{Figure, Table, source};
use super::run_data::RunData;
use super::{Lang, ReportError, words};
use crate::city::City;
use crate::indicators::{Indicator, Kind, city_indicators, indicator};
use crate::sim::Month;
use crate::sim::files;

/// Fewest runs on each side from which chance can be told.
pub const MIN_SEEDS: usize = 5;

/// One indicator in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Name of the indicator.
    pub id: String,
    /// Median of the first runs at the end; of events the mean per year.
    pub a: f64,
    /// Median of the second runs.
    pub b: f64,
    /// True if the difference is larger than chance; `None` with fewer than [`MIN_SEEDS`] runs on a side. Runs with
    /// the same seeds share their chance and are compared pair by pair: the band of the pairs' differences must leave
    /// out zero. Otherwise the bands of both sides must lie apart.
    pub beyond_chance: Option<bool>,
}

/// What differs between two runs or sets of seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    a: &'a [RunData],
    b: &'a [RunData],
    /// True if run by run the seeds are the same.
    pub paired: bool,
    /// The month at whose end is compared: the last one that all have.
    pub month: Month,
    /// Every indicator of the city that both have.
    pub differences: Vec<Difference>,
}

/// Compares `a` with `b`, each one run or several seeds of one scenario.
///
/// # Errors
/// If a side has no runs, or the runs do not start in the same month.
pub fn compare<'a>(a: &'a [RunData], b: &'a [RunData]) -> Result<Comparison<'a>, ReportError> {
    let (first, second) = (Ensemble::of(a), Ensemble::of(b));
    let (first, second) = first.zip(second).ok_or(ReportError::NothingInCommon)?;
    if first.first() != second.first() {
        return Err(ReportError::NothingInCommon);
    }
    let month = first.last().min(second.last());
    let n = (month.0 - first.first().0 + 1) as usize;
    let paired = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.seed.is_some() && a.seed == b.seed);
    let difference = |i: &'static Indicator| {
        let values = |runs: &Ensemble| runs.series(i.id).iter().map(|v| at_end(i, &v[..n])).collect::<Vec<f64>>();
        let (a, b) = (values(&first), values(&second));
        let median = |v: &[f64]| quantile(v.iter().copied(), 0.5);
        let beyond = if paired {
            let differences: Vec<f64> = a.iter().zip(&b).map(|(a, b)| b - a).collect();
            let (low, high) = band(&differences);
            low > 0.0 || high < 0.0
        } else {
            band(&a).1 < band(&b).0 || band(&b).1 < band(&a).0
        };
        let beyond_chance = (a.len().min(b.len()) >= MIN_SEEDS).then_some(beyond);
        Difference { id: i.id.into(), a: median(&a), b: median(&b), beyond_chance }
    };
    Ok(Comparison { a, b, paired, month, differences: city_indicators().map(difference).collect() })
}

/// The last value; of events what happened per year since the start.
fn at_end(i: &Indicator, values: &[f64]) -> f64 {
    match i.kind {
        Kind::Flow => 12.0 * values[1..].iter().sum::<f64>() / (values.len() - 1).max(1) as f64,
        _ => values[values.len() - 1],
    }
}

impl Comparison<'_> {
    fn names(&self) -> (String, String) {
        let name = |runs: &[RunData]| runs.first().map_or(String::new(), |r| r.name.clone());
        let (a, b) = (name(self.a), name(self.b));
        if a != b {
            return (a, b);
        }
        let with_seed = |runs: &[RunData]| runs[0].seed.map_or(a.clone(), |seed| format!("{a} ({seed})"));
        let (c, d) = (with_seed(self.a), with_seed(self.b));
        if c != d {
            return (c, d);
        }
        // The same scenario and seed twice: only the folders tell them apart.
        let folder = |runs: &[RunData]| runs[0].folder.display().to_string();
        (folder(self.a), folder(self.b))
    }

    /// As a table for a terminal, in English.
    pub fn to_text(&self) -> String {
        let (a, b) = self.names();
        let mut text = format!("{:<32} {:>16} {:>16} {:>16}  larger than chance?\n", "indicator", a, b, "difference");
        for d in &self.differences {
            let Some(i) = indicator(&d.id) else { continue };
            let [x, y] = [d.a, d.b].map(|v| number::value(v, i.unit, Lang::En));
            let (change, chance) = (number::change(d.a, d.b, i.unit, Lang::En), chance(d, Lang::En));
            let _ = writeln!(text, "{:<32} {x:>16} {y:>16} {change:>16}  {chance}", d.id);
        }
        text
    }

    /// As one offline HTML file about `city`.
    pub fn write_html(&self, city: &City, lang: Lang, path: &Path) -> Result<(), ReportError> {
        let html = self.html(city, lang)?;
        Ok(files::write_atomic(path, |file| file.write_all(html.as_bytes()))?)
    }

    /// The file as text; see [`Self::write_html`].
    pub fn html(&self, city: &City, lang: Lang) -> Result<String, ReportError> {
        let mut page = Builder::new(self.b, city, lang)?;
        let base = Builder::new(self.a, city, lang)?;
        let (a, b) = self.names();
        let title = lang.fill(words::COMPARE_TITLE, &[&b, &a]);
        page.page = super::page::Page::new(lang, &title);
        let month = month_name(self.month, lang);
        page.page.section(
            "differences",
            lang.of(words::DIFFERENCE),
            &lang.fill(words::COMPARE_LEAD, &[&month, &b, &a]),
        );
        let table = self.table(lang, &a, &b).html(lang.of(words::DIFFERENCE));
        page.page.html(&format!("<div class=\"box all tall\">{table}</div>"));
        page.page.section("time", lang.of(words::OVER_TIME), "");
        for id in [
            "residents",
            "age_65_up_share",
            "households_without_home",
            "rent_private_mean_eur_m",
            "income_dissimilarity_index",
            "vacant_share",
        ] {
            self.lines(&mut page, id, (&a, &b));
        }
        page.page.section("where", lang.of(words::WHERE), "");
        for id in ["residents", "age_65_up_share", "income_mean_eur_m", "rent_private_mean_eur_m"] {
            self.map(&mut page, &base, id);
        }
        let chance = if self.paired { words::COMPARE_PAIRED } else { words::COMPARE_UNPAIRED };
        let points = [words::WHAT_MODEL, words::WHAT_SYNTHETIC, words::WHAT_GRADE, chance]
            .map(|w| format!("<li>{}</li>", esc(lang.of(w))));
        let head = format!(
            "<p class=\"kicker\">Waterbed · {}</p><h1>{}</h1><div class=\"what\" role=\"note\" aria-labelledby=\"what\">\
             <h2 id=\"what\">{}</h2><ul>{}</ul></div>",
            esc(&city.name),
            esc(&title),
            lang.of(words::WHAT_TITLE),
            points.concat()
        );
        let definitions = page.atlas.definitions();
        Ok(page.page.finish(&head, &definitions))
    }

    fn table(&self, lang: Lang, a: &str, b: &str) -> Table {
        let row = |d: &Difference| {
            let i = indicator(&d.id)?;
            let title = match i.kind {
                Kind::Flow => format!("{} ({})", lang.of(i.title), lang.pick("per year", "per jaar")),
                _ => lang.of(i.title).into(),
            };
            let value = |v: f64| number::value(v, i.unit, lang);
            Some(vec![title, value(d.a), value(d.b), number::change(d.a, d.b, i.unit, lang), chance(d, lang)])
        };
        let head = [lang.of(words::INDICATOR), a, b, lang.of(words::DIFFERENCE), lang.of(words::NOISE)];
        Table { head: head.map(String::from).to_vec(), rows: self.differences.iter().filter_map(row).collect() }
    }

    /// Both runs' lines of one indicator.
    fn lines(&self, page: &mut Builder, id: &str, (a, b): (&str, &str)) {
        let (Some(i), lang) = (indicator(id), page.lang) else { return };
        let n = (self.month.0 - page.runs.first().0 + 1) as usize;
        let line = |runs: &[RunData], label: &str| {
            let series: Vec<Vec<f64>> = runs.iter().map(|r| r.series(id)[..n].to_vec()).collect();
            summary(&series, label)
        };
        let lines = [line(self.a, a), line(self.b, b)];
        let value = |v: f64| number::value(v, i.unit, lang);
        let (x, y) = (lines[0].values[n - 1], lines[1].values[n - 1]);
        let says = format!("{a}: {}. {b}: {} ({}).", value(x), value(y), number::change(x, y, i.unit, lang));
        let svg_id = page.next_id();
        let svg = Lines {
            id: &svg_id,
            title: lang.of(i.title),
            description: &says,
            times: &page.runs.times()[..n],
            lines: &lines,
            axis: &|v, step| number::axis(v, step, i.unit, lang),
        }
        .svg();
        let months = &page.runs.months()[..n];
        let shown = (0..n).filter(|&k| k == 0 || k + 1 == n || months[k].month() == 12);
        let table = Table {
            head: [lang.of(words::END_OF), a, b].map(String::from).to_vec(),
            rows: shown
                .map(|k| vec![month_name(months[k], lang), value(lines[0].values[k]), value(lines[1].values[k])])
                .collect(),
        };
        page.page.figure(Figure {
            title: lang.of(i.title),
            lead: lang.of(i.about),
            svg,
            says,
            legend: String::new(),
            source: source(lang, &[i]),
            table,
            wide: false,
        });
    }

    /// Where they differ.
    fn map(&self, page: &mut Builder, base: &Builder, id: &str) {
        let (Some(i), lang) = (indicator(id), page.lang) else { return };
        let at = (self.month.0 - page.runs.first().0) as usize;
        let (a, b) = (base.neighbourhoods(id, at), page.neighbourhoods(id, at));
        let relative = !matches!(i.kind, Kind::Share | Kind::Index);
        let differ = |(a, b): (&f64, &f64)| match relative {
            true if *a > 0.0 => b / a - 1.0,
            true => f64::NAN,
            false => b - a,
        };
        let values: Vec<f64> = a.iter().zip(&b).map(differ).collect();
        let classes = Classes::diverging(&values);
        let step = classes.step;
        let unit = if relative { crate::indicators::Unit::Share } else { i.unit };
        let text = |v: f64| match relative {
            true => format!("{}{}", number::signed(100.0 * v, 1, lang), lang.pick("%", "\u{a0}%")),
            false => number::change(0.0, v, i.unit, lang),
        };
        let value = |v: &f64| number::value(*v, i.unit, lang);
        let names = self.names();
        page.map(MapFigure {
            title: &lang.fill(words::COMPARE_MAP, &[lang.of(i.title)]),
            lead: lang.of(words::COMPARE_MAP_LEAD),
            values,
            classes,
            text: &text,
            limit: &|v| number::axis(v, step, unit, lang),
            source: source(lang, &[i]),
            more: vec![(&names.0, a.iter().map(value).collect()), (&names.1, b.iter().map(value).collect())],
        });
    }
}

fn chance(d: &Difference, lang: Lang) -> String {
    match d.beyond_chance {
        None => lang.fill(words::NOISE_UNKNOWN, &[&MIN_SEEDS.to_string()]),
        Some(true) => lang.of(words::NOISE_YES).into(),
        Some(false) => lang.of(words::NOISE_NO).into(),
    }
}
