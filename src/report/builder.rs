//! Figures from runs: what every section needs.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::atlas::Atlas;
use super::chart::{Line, Lines, esc};
use super::classes::Classes;
use super::ensemble::{Ensemble, summary};
use super::number;
use super::page::{Figure, Page, Table, source};
use super::run_data::RunData;
use super::{Lang, ReportError, words};
use crate::city::City;
use crate::indicators::{Indicator, Kind, Unit, Words, indicator};
use crate::sim::Month;

/// A report in the making.
pub struct Builder<'a> {
    /// The runs.
    pub runs: Ensemble<'a>,
    /// The city.
    pub city: &'a City,
    /// Its outlines.
    pub atlas: Atlas,
    /// Language.
    pub lang: Lang,
    /// The page so far.
    pub page: Page,
    /// For each neighbourhood of the city its place in the runs.
    places: Vec<Option<usize>>,
    n_ids: usize,
}

/// What a line figure shows.
pub struct LineFigure<'a> {
    /// Title.
    pub title: &'a str,
    /// Sentence below it.
    pub lead: &'a str,
    /// Name and indicators (added up) of each line.
    pub lines: &'a [(&'a str, &'a [&'a str])],
    /// Add up the months of each calendar year.
    pub yearly: bool,
}

/// What a map shows.
pub struct MapFigure<'a> {
    /// Title.
    pub title: &'a str,
    /// Sentence below it.
    pub lead: &'a str,
    /// Value of each neighbourhood.
    pub values: Vec<f64>,
    /// Its classes.
    pub classes: Classes,
    /// Value as text.
    pub text: &'a dyn Fn(f64) -> String,
    /// Value in the legend.
    pub limit: &'a dyn Fn(f64) -> String,
    /// Source line.
    pub source: String,
    /// Further columns of the table: name and value of each neighbourhood.
    pub more: Vec<(&'a str, Vec<String>)>,
}

impl<'a> Builder<'a> {
    /// A builder with an empty page.
    pub fn new(runs: &'a [RunData], city: &'a City, lang: Lang) -> Result<Builder<'a>, ReportError> {
        let ensemble = Ensemble::of(runs).ok_or(ReportError::NothingInCommon)?;
        for run in runs {
            let known = |code: &String| city.neighbourhoods.iter().any(|n| n.code == *code);
            if run.codes != runs[0].codes || !run.codes.iter().all(known) {
                return Err(ReportError::OtherCity { run: run.name.clone(), city: city.name.clone() });
            }
        }
        let (from, to) = (ensemble.first().plus(1).year().to_string(), ensemble.last().year().to_string());
        let title = lang.fill(words::REPORT_TITLE, &[&city.name, &from, &to]);
        Ok(Builder {
            runs: ensemble,
            city,
            atlas: Atlas::of(city),
            lang,
            page: Page::new(lang, &title),
            places: city.neighbourhoods.iter().map(|n| runs[0].place(&n.code)).collect(),
            n_ids: 0,
        })
    }

    /// A text.
    pub fn t(&self, words: Words) -> &'static str {
        self.lang.of(words)
    }

    /// A name for the next picture.
    pub fn next_id(&mut self) -> String {
        self.n_ids += 1;
        format!("g{}", self.n_ids)
    }

    /// A month in words.
    pub fn month(&self, month: Month) -> String {
        month_name(month, self.lang)
    }

    /// The neighbourhoods' values of `id` in month number `at`, in the order of the city.
    pub fn neighbourhoods(&self, id: &str, at: usize) -> Vec<f64> {
        let values = self.runs.neighbourhoods(id, at);
        self.places.iter().map(|p| p.map_or(f64::NAN, |p| values[p])).collect()
    }

    /// The neighbourhoods' mean of `id` over months number `at`.
    fn mean_of(&self, id: &str, at: RangeInclusive<usize>) -> Vec<f64> {
        let n = at.clone().count() as f64;
        let months = at.map(|at| self.neighbourhoods(id, at));
        let add = |sum: Vec<f64>, month: Vec<f64>| sum.iter().zip(month).map(|(a, b)| a + b).collect();
        months.reduce(add).unwrap_or_default().iter().map(|sum| sum / n).collect()
    }

    /// A figure of lines over time; nothing if none of them has a value.
    pub fn lines(&mut self, figure: &LineFigure) {
        let indicators: Vec<&Indicator> =
            figure.lines.iter().flat_map(|(_, ids)| ids.iter()).map(|id| known(id)).collect();
        let unit = indicators[0].unit;
        let times: Vec<f64> =
            if figure.yearly { self.runs.years().iter().map(|y| f64::from(*y)).collect() } else { self.runs.times() };
        let lines: Vec<Line> = figure
            .lines
            .iter()
            .map(|(label, ids)| {
                let of = |id: &&str| if figure.yearly { self.runs.yearly(id) } else { self.runs.series(id) };
                summary(&add(ids.iter().map(of)), label)
            })
            .collect();
        if lines.iter().all(|line| line.values.iter().all(|v| v.is_nan())) {
            return;
        }
        let (id, lang) = (self.next_id(), self.lang);
        let sentence = if lines.len() == 1 { words::ROSE } else { words::ROSE_SHORT };
        let rows: Vec<usize> = match figure.yearly {
            true => (0..times.len()).collect(),
            false => self.year_ends(),
        };
        let when = |i: usize| match figure.yearly {
            true => format!("{:.0}", times[i]),
            false => self.month(self.runs.months()[i]),
        };
        let says: Vec<String> = lines.iter().filter_map(|line| self.says(line, unit, sentence, &when)).collect();
        let svg = Lines {
            id: &id,
            title: figure.title,
            description: &says.join(" "),
            times: &times,
            lines: &lines,
            axis: &|v, step| number::axis(v, step, unit, lang),
        }
        .svg();
        let cell = |line: &Line, i: usize| {
            let text = number::value(line.values[i], unit, lang);
            match line.low.get(i).zip(line.high.get(i)) {
                Some((low, high)) if low.is_finite() => {
                    format!("{text} ({}–{})", number::value(*low, unit, lang), number::value(*high, unit, lang))
                }
                _ => text,
            }
        };
        let table = Table {
            head: [self.t(if figure.yearly { words::YEAR } else { words::END_OF })]
                .into_iter()
                .chain(lines.iter().map(|l| l.label.as_str()))
                .map(String::from)
                .collect(),
            rows: rows
                .iter()
                .map(|&i| std::iter::once(when(i)).chain(lines.iter().map(|l| cell(l, i))).collect())
                .collect(),
        };
        self.page.figure(Figure {
            title: figure.title,
            lead: figure.lead,
            svg,
            says: says.join(" "),
            legend: String::new(),
            source: source(lang, &indicators),
            table,
            wide: false,
        });
    }

    /// "Residents: from … to … (+ …)."; of what is nothing at either end "Deaths by heat: … in all, most in …".
    fn says(&self, line: &Line, unit: Unit, sentence: Words, when: &dyn Fn(usize) -> String) -> Option<String> {
        let there: Vec<f64> = line.values.iter().copied().filter(|v| v.is_finite()).collect();
        let (first, last) = (*there.first()?, *there.last()?);
        let text = |v: f64| number::value(v, unit, self.lang);
        let change = number::change(first, last, unit, self.lang);
        let mut label = line.label.clone();
        if let Some(first) = label.chars().next() {
            label.replace_range(..first.len_utf8(), &first.to_uppercase().to_string());
        }
        let most = (0..line.values.len()).filter(|&i| line.values[i].is_finite());
        let most = most.max_by(|&a, &b| line.values[a].total_cmp(&line.values[b]).then(b.cmp(&a)))?;
        if first == 0.0 && last == 0.0 && line.values[most] > 0.0 {
            let (all, peak) = (text(there.iter().sum()), text(line.values[most]));
            return Some(self.lang.fill(words::CAME_AND_WENT, &[&label, &all, &when(most), &peak]));
        }
        Some(self.lang.fill(sentence, &[&label, &text(first), &text(last), &change]))
    }

    /// The start, every December and the end.
    fn year_ends(&self) -> Vec<usize> {
        let months = self.runs.months();
        (0..months.len()).filter(|&i| i == 0 || i + 1 == months.len() || months[i].month() == 12).collect()
    }

    /// A map.
    pub fn map(&mut self, figure: MapFigure) {
        let id = self.next_id();
        let says = self.extremes(&figure.values, figure.text);
        let tip = |i: usize| format!("{}: {}", self.city.neighbourhoods[i].name, (figure.text)(figure.values[i]));
        let svg = self.atlas.choropleth(&id, figure.title, &says, &figure.values, &figure.classes, &tip);
        let legend = self.legend(&figure.values, &figure.classes, figure.limit);
        self.map_figure(figure, svg, legend, says);
    }

    /// The frame around a map that is already drawn.
    pub fn map_figure(&mut self, figure: MapFigure, svg: String, legend: String, says: String) {
        let mut head = vec![self.t(words::NEIGHBOURHOOD).to_string(), figure.title.to_string()];
        head.extend(figure.more.iter().map(|(name, _)| name.to_string()));
        let row = |i: usize| {
            let n = &self.city.neighbourhoods[i];
            let mut row = vec![format!("{} ({})", n.name, n.code), (figure.text)(figure.values[i])];
            row.extend(figure.more.iter().map(|(_, values)| values[i].clone()));
            row
        };
        let rows = (0..figure.values.len()).filter(|&i| figure.values[i].is_finite()).map(row).collect();
        self.page.figure(Figure {
            title: figure.title,
            lead: figure.lead,
            svg: format!("<div class=\"map\">{svg}{legend}</div>"),
            says,
            legend: String::new(),
            source: figure.source,
            table: Table { head, rows },
            wide: true,
        });
    }

    /// Legend of a map.
    pub fn legend(&self, values: &[f64], classes: &Classes, text: &dyn Fn(f64) -> String) -> String {
        let (counts, missing) = classes.count(values);
        let mut html = String::from("<ul class=\"legend\">");
        let hoods = |n: usize| match n {
            1 => self.t(words::HOODS_1).to_string(),
            _ => self.lang.fill(words::HOODS_N, &[&n.to_string()]),
        };
        for (i, n) in counts.iter().enumerate().rev() {
            let range = match classes.limits(i) {
                (None, None) => values.iter().find(|v| v.is_finite()).map_or(String::new(), |v| text(*v)),
                (None, Some(high)) => self.lang.fill(words::BELOW, &[&text(high)]),
                (Some(low), None) => self.lang.fill(words::ABOVE, &[&text(low)]),
                (Some(low), Some(high)) => self.lang.fill(words::BETWEEN, &[&text(low), &text(high)]),
            };
            let (colour, hoods) = (classes.colours[i], hoods(*n));
            let _ = write!(
                html,
                "<li><i style=\"background:{colour}\"></i><span>{}<br><small>{hoods}</small></span></li>",
                esc(&range)
            );
        }
        if missing > 0 {
            let (text, hoods) = (self.t(words::NO_DATA), hoods(missing));
            let _ = write!(html, "<li><i class=\"x\"></i><span>{text}<br><small>{hoods}</small></span></li>");
        }
        html + "</ul>"
    }

    /// The three highest and lowest neighbourhoods, in words.
    pub fn extremes(&self, values: &[f64], text: &dyn Fn(f64) -> String) -> String {
        let mut order: Vec<usize> = (0..values.len()).filter(|&i| values[i].is_finite()).collect();
        order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let name = |&i: &usize| format!("{} ({})", self.city.neighbourhoods[i].name, text(values[i]));
        let n = (order.len() / 2).min(3);
        let highest: Vec<String> = order.iter().take(n).map(name).collect();
        let lowest: Vec<String> = order.iter().rev().take(n).map(name).collect();
        self.lang.fill(words::MAP_SAYS, &[&highest.join(", "), &lowest.join(", ")])
    }

    /// A map of indicator `id` at the end, with start and change in its table.
    pub fn level_map(&mut self, title: &str, id: &str) {
        let i = known(id);
        let lang = self.lang;
        // One month of events is little: of a rate the map shows a year's mean.
        let at_end = self.runs.at_end();
        let is_rate = i.kind == Kind::Flow && !i.adds_up();
        let (first, last, words) = match is_rate {
            true => (1..=at_end.min(12), at_end.saturating_sub(11).max(1)..=at_end, words::F_RATE_LEAD),
            false => (0..=0, at_end..=at_end, words::F_LEVEL_LEAD),
        };
        let (start, end) = (self.mean_of(id, first), self.mean_of(id, last));
        let text = move |v: f64| number::value(v, i.unit, lang);
        let classes = Classes::sequential(&end);
        let step = classes.step;
        let lead = lang.fill(words, &[lang.of(i.about).trim_end_matches('.'), &self.month(self.runs.last())]);
        let changes = start.iter().zip(&end).map(|(a, b)| number::change(*a, *b, i.unit, lang)).collect();
        self.map(MapFigure {
            title,
            lead: &lead,
            text: &text,
            limit: &move |v| number::axis(v, step, i.unit, lang),
            source: source(lang, &[i]),
            more: vec![
                (lang.of(words::START), start.iter().map(|v| text(*v)).collect()),
                (lang.of(words::CHANGE), changes),
            ],
            values: end,
            classes,
        });
    }
}

/// The indicator `id`, which the report's author knows to exist.
pub fn known(id: &str) -> &'static Indicator {
    indicator(id).expect("the report names indicators of the list")
}

/// Adds up series, run by run.
fn add(all: impl Iterator<Item = Vec<Vec<f64>>>) -> Vec<Vec<f64>> {
    let plus = |a: Vec<Vec<f64>>, b: Vec<Vec<f64>>| {
        a.into_iter().zip(b).map(|(a, b)| a.into_iter().zip(b).map(|(a, b)| a + b).collect()).collect()
    };
    all.reduce(plus).unwrap_or_default()
}

/// "March 2031".
pub fn month_name(month: Month, lang: Lang) -> String {
    let names = lang.pick(
        "January February March April May June July August September October November December",
        "januari februari maart april mei juni juli augustus september oktober november december",
    );
    let name = names.split(' ').nth(month.month() as usize - 1).unwrap_or_default();
    format!("{name} {}", month.year())
}
