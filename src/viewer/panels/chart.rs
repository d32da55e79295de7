//! The course of an indicator: variant and twin on the same axes, for the city and for the neighbourhood looked at.

use bevy_egui::egui::{self, RichText, Ui};
use egui_plot::{Corner, Legend, Line, Plot, PlotPoints, VLine};

use super::super::layers;
use super::super::picture::Shown;
use super::super::session::Session;
use super::super::words;
use super::style::{self, small};
use super::top::grade_text;
use crate::indicators::{Indicator, city_indicators, neighbourhood_indicators};

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
    let Some(picture) = &session.picture else { return };
    let at = city_indicators().position(|i| i.id == indicator.id);
    let in_hoods = neighbourhood_indicators().position(|i| i.id == indicator.id);
    ui.label(RichText::new(session.t("whole_city")).strong());
    if session.is_real() && indicator.guarded {
        only_difference(ui, session, indicator, at);
        return;
    }
    let city = |shown: &Shown, tick: usize| at.map_or(f64::NAN, |at| session.level(shown.records.get(tick), at));
    plot(ui, session, "city", indicator, (&picture.variant, picture.twin.as_ref()), city);
    if let Some(here) = session.panels.here {
        ui.add_space(6.0);
        ui.label(RichText::new(&session.desk.city.neighbourhoods[here].name).strong());
        match in_hoods {
            Some(in_hoods) => {
                let hood = |shown: &Shown, tick: usize| {
                    let record = shown.records.get(tick);
                    let value = record.and_then(|r| r.neighbourhoods.get(in_hoods)).and_then(|v| v.get(here));
                    value.map_or(f64::NAN, |v| f64::from(*v))
                };
                plot(ui, session, "hood", indicator, (&picture.variant, picture.twin.as_ref()), hood);
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
    let twin = picture.twin.as_ref();
    let of = |shown: &Shown, tick: usize| shown.records.get(tick).and_then(|r| r.city.get(at)).copied();
    let difference = |shown: &Shown, tick: usize| {
        let pair = of(shown, tick).zip(twin.and_then(|twin| of(twin, tick)));
        pair.map_or(f64::NAN, |(a, b)| a - b)
    };
    plot(ui, session, "difference", indicator, (&picture.variant, None), difference);
    small(ui, session.t("one_run"));
}

fn plot(
    ui: &mut Ui,
    session: &Session,
    id: &str,
    indicator: &'static Indicator,
    (variant, twin): (&Shown, Option<&Shown>),
    value: impl Fn(&Shown, usize) -> f64,
) {
    let start = session.desk.file.scenario.start;
    let year = |tick: usize| (f64::from(start.0) + tick as f64) / 12.0;
    let line = |shown: &Shown, name: &str, colour| {
        let known = (0..shown.records.len()).map(|t| [year(t), value(shown, t)]).filter(|p| p[1].is_finite());
        let points: Vec<[f64; 2]> = known.collect();
        (!points.is_empty()).then(|| Line::new(name.to_string(), PlotPoints::from(points)).color(colour).width(1.8))
    };
    let lines: Vec<Line> = [
        twin.and_then(|twin| line(twin, session.t("twin"), style::TWIN)),
        line(variant, session.t("with_measures"), style::VARIANT),
    ]
    .into_iter()
    .flatten()
    .collect();
    if lines.is_empty() {
        small(ui, session.t("unavailable"));
        return;
    }
    let now = year((variant.frame.month.0 - start.0 + 1).max(0) as usize);
    let marks: Vec<f64> =
        session.desk.file.plans.placements().iter().filter(|p| p.on).map(|p| f64::from(p.from.0) / 12.0).collect();
    Plot::new(id)
        .height(150.0)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .link_axis("time", [true, false])
        .x_axis_formatter(|mark, _| format!("{:.0}", mark.value))
        .y_axis_formatter(move |mark, _| layers::value_text(indicator, mark.value))
        .legend(Legend::default().position(Corner::LeftTop))
        .show(ui, |plot| {
            for mark in marks {
                plot.vline(VLine::new("", mark).color(style::PLACED).width(1.0));
            }
            plot.vline(VLine::new("", now).color(style::FAINT).width(1.0));
            lines.into_iter().for_each(|line| plot.line(line));
        });
}
