//! The course of an indicator: variant and twin on the same axes, with the range over seeds behind them, for the city
//! and for the neighbourhood looked at.

use bevy_egui::egui::{self, Color32, Ui};
use egui_plot::{AxisHints, FilledArea, GridInput, GridMark, Line, Plot, PlotPoints, VLine};

use super::super::background::Background;
use super::super::layers;
use super::super::picture::Picture;
use super::super::session::Session;
use super::super::words;
use super::style::{self, small};
use super::top::grade_text;
use crate::indicators::{Indicator, city_indicators, neighbourhood_indicators};
use crate::session::Record;

pub(super) fn show(ui: &mut Ui, session: &mut Session) {
    let lang = session.panels.lang;
    let chosen = city_indicators().find(|i| i.id == session.panels.charted);
    egui::ComboBox::from_id_salt("charted")
        .width(244.0)
        .selected_text(chosen.map_or("–", |i| words::pick(lang, i.title)))
        .show_ui(ui, |ui| {
            for indicator in city_indicators() {
                ui.selectable_value(&mut session.panels.charted, indicator.id, words::pick(lang, indicator.title));
            }
        });
    let Some(indicator) = chosen else { return };
    if session.clashes(indicator) {
        small(ui, session.t("not_together"));
        return;
    }
    let at = city_indicators().position(|i| i.id == indicator.id);
    let in_hoods = neighbourhood_indicators().position(|i| i.id == indicator.id);
    band_box(ui, session);
    let Some(picture) = &session.picture else { return };
    ui.label(style::bold(session.t("whole_city")));
    if session.is_real() && indicator.guarded {
        only_difference(ui, session, indicator, at);
        return;
    }
    let city = |records: &[Record], tick: usize| at.map_or(f64::NAN, |at| session.level(records.get(tick), at));
    plot(ui, session, "city", indicator, &courses(session, picture, city));
    if let Some(here) = session.panels.here {
        ui.add_space(6.0);
        ui.label(style::bold(&session.desk.city.neighbourhoods[here].name));
        match in_hoods {
            Some(in_hoods) => {
                let hood = |records: &[Record], tick: usize| {
                    let record = records.get(tick);
                    let value = record.and_then(|r| r.neighbourhoods.get(in_hoods)).and_then(|v| v.get(here));
                    value.map_or(f64::NAN, |v| f64::from(*v))
                };
                plot(ui, session, "hood", indicator, &courses(session, picture, hood));
            }
            None => {
                small(ui, session.t("unavailable"));
            }
        }
    } else {
        small(ui, session.t("chart_hint"));
    }
    if picture.twin.is_none() {
        small(ui, session.t("chart_twin_hint"));
    }
    ui.add_space(4.0);
    small(ui, words::pick(lang, indicator.about));
    small(ui, grade_text(lang, indicator.grade));
}

/// Of a real city: how much more or less than in the untouched twin, never how much (models.md E-15).
fn only_difference(ui: &mut Ui, session: &Session, indicator: &'static Indicator, at: Option<usize>) {
    small(ui, session.t("only_difference"));
    let (Some(picture), Some(at)) = (&session.picture, at) else { return };
    let of = |records: &[Record], tick: usize| records.get(tick).and_then(|r| r.city.get(at)).copied();
    let course = |with: &[Record], without: &[Record]| -> Vec<f64> {
        (0..with.len()).map(|t| of(with, t).zip(of(without, t)).map_or(f64::NAN, |(a, b)| a - b)).collect()
    };
    let own = picture.twin.as_ref().map(|twin| course(&picture.variant.records, &twin.records)).unwrap_or_default();
    let seeds: Vec<Vec<f64>> = session.pairs().iter().map(|(with, without)| course(with, without)).collect();
    let course = Course { name: session.t("twin_difference"), colour: style::VARIANT, values: own, band: band(&seeds) };
    plot(ui, session, "difference", indicator, &[course]);
    if seeds.len() < 3 {
        small(ui, session.t("one_run"));
    }
}

/// A line, and the range over seeds behind it.
struct Course {
    name: &'static str,
    colour: Color32,
    /// By tick.
    values: Vec<f64>,
    band: Vec<(usize, f64, f64)>,
}

/// Fewest seeds that make a band.
const BAND_FROM: usize = 3;

/// The range over seeds, by tick, as far as all of them have come.
fn band(seeds: &[Vec<f64>]) -> Vec<(usize, f64, f64)> {
    if seeds.len() < BAND_FROM {
        return Vec::new();
    }
    let n = seeds.iter().map(Vec::len).min().unwrap_or(0);
    let ends = |tick: usize| {
        let all = seeds.iter().map(|values| values[tick]).filter(|v| v.is_finite());
        all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    (0..n).map(|t| (t, ends(t))).filter(|(_, (low, high))| low <= high).map(|(t, (low, high))| (t, low, high)).collect()
}

/// Without the measures, if the twin runs, and with them.
fn courses(session: &Session, picture: &Picture, value: impl Fn(&[Record], usize) -> f64) -> Vec<Course> {
    let values = |records: &[Record]| -> Vec<f64> { (0..records.len()).map(|tick| value(records, tick)).collect() };
    let pairs = if session.panels.band { session.pairs() } else { Vec::new() };
    let with: Vec<Vec<f64>> = pairs.iter().map(|(with, _)| values(with)).collect();
    let without: Vec<Vec<f64>> = pairs.iter().map(|(_, without)| values(without)).collect();
    let own = Course {
        name: session.t("with_measures"),
        colour: style::VARIANT,
        values: values(&picture.variant.records),
        band: band(&with),
    };
    let twin = picture.twin.as_ref().map(|twin| Course {
        name: session.t("twin"),
        colour: style::TWIN,
        values: values(&twin.records),
        band: band(&without),
    });
    twin.into_iter().chain([own]).collect()
}

/// Whether further seeds are run, and how far they are.
fn band_box(ui: &mut Ui, session: &mut Session) {
    let text = session.t("band");
    let hint = session.t("band_hint");
    ui.checkbox(&mut session.panels.band, text).on_hover_text(hint);
    if session.panels.band {
        let (n, done) = session.progress();
        let percent = format!("{:.0}", 100.0 * done);
        match session.background.as_ref().and_then(Background::problem) {
            Some(problem) => drop(small(ui, problem)),
            None => drop(small(ui, session.t2("band_done", &[&n.to_string(), &percent]))),
        }
    }
}

/// Round values on an axis, at most about `n` of them, `least` or more apart: 1, 2 or 5 of a power of ten.
fn ticks(seen: &GridInput, n: f64, least: f64) -> Vec<GridMark> {
    let (low, high) = seen.bounds;
    let apart = (high - low) / n;
    if !(apart.is_finite() && apart > 0.0) {
        return Vec::new();
    }
    let power = 10f64.powf(apart.log10().floor());
    let round = [1.0, 2.0, 5.0].into_iter().map(|k| k * power).find(|step| *step >= apart).unwrap_or(10.0 * power);
    let step_size = round.max(least);
    let (first, last) = ((low / step_size).ceil(), (high / step_size).floor());
    let n_ticks = (last - first + 1.0).max(0.0) as usize;
    (0..n_ticks).map(|k| GridMark { value: (first + k as f64) * step_size, step_size }).collect()
}

fn plot(ui: &mut Ui, session: &Session, id: &str, indicator: &'static Indicator, courses: &[Course]) {
    let (start, lang) = (session.desk.file.scenario.start, session.panels.lang);
    let year = |tick: usize| (f64::from(start.0) + tick as f64) / 12.0;
    let line = |course: &Course| {
        let known = course.values.iter().enumerate().map(|(t, v)| [year(t), *v]).filter(|p| p[1].is_finite());
        let points: Vec<[f64; 2]> = known.collect();
        let line = || Line::new(course.name, PlotPoints::from(points.clone())).color(course.colour).width(1.8);
        (!points.is_empty()).then(line)
    };
    let area = |course: &Course| {
        let xs: Vec<f64> = course.band.iter().map(|(t, ..)| year(*t)).collect();
        let low: Vec<f64> = course.band.iter().map(|(_, low, _)| *low).collect();
        let high: Vec<f64> = course.band.iter().map(|(.., high)| *high).collect();
        let fill = course.colour.gamma_multiply(0.18);
        (xs.len() > 1).then(|| FilledArea::new("", &xs, &low, &high).fill_color(fill))
    };
    let areas: Vec<FilledArea> = courses.iter().filter_map(area).collect();
    let lines: Vec<Line> = courses.iter().filter_map(line).collect();
    if lines.is_empty() {
        small(ui, session.t("unavailable"));
        return;
    }
    let month = session.month().unwrap_or(start);
    let now = year((month.0 - start.0 + 1).max(0) as usize);
    let marks: Vec<f64> =
        session.desk.file.plans.placements().iter().filter(|p| p.on).map(|p| f64::from(p.from.0) / 12.0).collect();
    let drawn = courses.iter().filter(|course| course.values.iter().any(|v| v.is_finite()));
    style::line_key(ui, &drawn.map(|course| (course.name, course.colour)).collect::<Vec<_>>());
    Plot::new(id)
        .height(150.0)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .link_axis("time", [true, false])
        .x_grid_spacer(|seen| ticks(&seen, 4.0, 1.0))
        .y_grid_spacer(|seen| ticks(&seen, 5.0, 0.0))
        .custom_x_axes(vec![
            AxisHints::new_x()
                .label_spacing(egui::Rangef::new(26.0, 32.0))
                .formatter(|mark, _| format!("{:.0}", mark.value)),
        ])
        .y_axis_formatter(move |mark, _| layers::value_text(lang, indicator, mark.value))
        .show(ui, |plot| {
            areas.into_iter().for_each(|area| plot.add(area));
            for mark in marks {
                plot.vline(VLine::new("", mark).color(style::PLACED).width(1.0));
            }
            plot.vline(VLine::new("", now).color(style::FAINT).width(1.0));
            lines.into_iter().for_each(|line| plot.line(line));
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_on_an_axis_are_round_and_within_it() {
        let at = |low: f64, high: f64, least: f64| -> Vec<f64> {
            let seen = GridInput { bounds: (low, high), base_step_size: 1.0 };
            ticks(&seen, 4.0, least).iter().map(|mark| mark.value).collect()
        };
        assert_eq!(at(9_980.0, 10_900.0, 0.0), [10_000.0, 10_500.0]);
        assert_eq!(at(2_025.0, 2_030.1, 1.0), [2_026.0, 2_028.0, 2_030.0]);
        assert_eq!(at(2_025.0, 2_026.0, 1.0), [2_025.0, 2_026.0], "no parts of years");
        assert_eq!(at(3.0, 3.0, 0.0), [0.0; 0]);
        assert_eq!(at(f64::NAN, 1.0, 0.0), [0.0; 0]);
    }
}
