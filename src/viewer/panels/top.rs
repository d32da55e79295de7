//! Indicators of the whole city: value, change, course and why.

use bevy_egui::egui::{self, Pos2, RichText, Sense, Stroke, Ui};

use super::super::layers;
use super::super::session::{Page, Session, TwinMode};
use super::super::words;
use super::style;
use crate::city::CityOrigin;
use crate::indicators::{Indicator, city_indicators};
use crate::report::Lang;
use crate::sim::Grade;

/// What is shown if the city has it, in this order, as far as there is room.
const SHOWN: [&str; 10] = [
    "residents",
    "liveability_index",
    "vacant_share",
    "rent_mean_eur_m",
    "age_65_up_share",
    "moves_within",
    "households",
    "arrivals",
    "departures",
    "homes",
];

/// Width of one, points.
const ONE: f32 = 112.0;

pub(super) fn show(ui: &mut Ui, session: &mut Session) {
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.set_width(202.0);
            ui.label(style::bold(&session.desk.city.name).size(18.0));
            let origin = match session.desk.city.origin {
                CityOrigin::Generated => session.t("origin_generated"),
                CityOrigin::Real => session.t("origin_real"),
            };
            style::small(ui, origin);
        });
        if session.picture.is_none() {
            ui.label(RichText::new(session.t("moving_in")).size(15.0).color(style::FAINT));
            return;
        }
        let for_menu = 226.0;
        let indicators: Vec<&'static Indicator> =
            SHOWN.iter().filter_map(|id| city_indicators().find(|i| i.id == *id)).collect();
        for indicator in indicators {
            if ui.available_width() < for_menu + ONE + 10.0 {
                break;
            }
            one(ui, session, indicator);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            menu(ui, session);
            twin_buttons(ui, session);
        });
    });
}

fn one(ui: &mut Ui, session: &mut Session, indicator: &'static Indicator) {
    let Some(picture) = &session.picture else { return };
    let Some(at) = city_indicators().position(|i| i.id == indicator.id) else { return };
    let tick = session.tick();
    let of = |records: &[crate::session::Record], tick: usize| session.level(records.get(tick), at);
    let value = of(&picture.variant.records, tick);
    let (before, against) = match &picture.twin {
        Some(twin) => (of(&twin.records, tick), session.t("against_twin")),
        None => (of(&picture.variant.records, 0), session.t("since_start")),
    };
    let series: Vec<f64> = (0..=tick).map(|t| of(&picture.variant.records, t)).collect();
    let lang = session.panels.lang;
    let shown = layers::value_text(lang, indicator, value);
    let response = ui
        .scope_builder(egui::UiBuilder::new().sense(Sense::click()), |ui| {
            ui.vertical(|ui| {
                ui.set_width(ONE);
                match value.is_finite() {
                    true => drop(ui.label(style::bold(shown).size(15.5))),
                    // Nothing was measured yet, or it may not be shown: no number to look at.
                    false => drop(ui.label(RichText::new("–").size(15.5).color(style::FAINT))),
                }
                spark(ui, &series);
                ui.add(egui::Label::new(RichText::new(words::pick(lang, indicator.title)).size(10.5)).truncate());
            });
        })
        .response;
    let why = |ui: &mut Ui| {
        ui.set_max_width(340.0);
        ui.label(RichText::new(words::pick(lang, indicator.title)).strong());
        ui.label(words::pick(lang, indicator.about));
        if !value.is_finite() {
            ui.label(words::say(lang, "not_available"));
        }
        ui.label(format!("{}: {} {against}", words::say(lang, "change"), change_text(lang, indicator, value - before)));
        ui.label(grade_text(lang, indicator.grade));
        style::small(ui, words::pick(lang, indicator.source));
    };
    if response.on_hover_ui(why).clicked() {
        session.panels.charted = indicator.id;
        session.panels.page = Page::Chart;
    }
}

/// A change, with its sign.
pub(super) fn change_text(lang: Lang, indicator: &Indicator, change: f64) -> String {
    let text = layers::value_text(lang, indicator, change.abs());
    // What is written as nothing has no sign.
    if !change.is_finite() || text == layers::value_text(lang, indicator, 0.0) {
        return text;
    }
    format!("{}{text}", if change < 0.0 { "−" } else { "+" })
}

/// What a grade means.
pub(super) fn grade_text(lang: Lang, grade: Grade) -> String {
    let meaning = match grade {
        Grade::R => words::say(lang, "grade_r"),
        Grade::L => words::say(lang, "grade_l"),
        Grade::M => words::say(lang, "grade_m"),
        Grade::A => words::say(lang, "grade_a"),
    };
    format!("{} {grade:?}: {meaning}", words::say(lang, "grade"))
}

/// The course so far, small.
fn spark(ui: &mut Ui, series: &[f64]) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ONE - 8.0, 12.0), Sense::hover());
    ui.painter().rect_filled(rect, 2.0, egui::Color32::from_rgb(238, 239, 236));
    let known: Vec<(usize, f64)> = series.iter().copied().enumerate().filter(|(_, v)| v.is_finite()).collect();
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(l, h), (_, v)| (l.min(*v), h.max(*v)));
    if known.len() < 2 {
        return;
    }
    let n = (series.len() - 1) as f32;
    let span = (high - low).max(1e-9);
    let place = |(i, v): &(usize, f64)| {
        let (x, y) = (*i as f32 / n, ((v - low) / span) as f32);
        Pos2::new(rect.left() + 2.0 + x * (rect.width() - 4.0), rect.bottom() - 2.0 - y * (rect.height() - 4.0))
    };
    let points: Vec<Pos2> = known.iter().map(place).collect();
    ui.painter().line(points, Stroke::new(1.4, style::VARIANT));
}

fn twin_buttons(ui: &mut Ui, session: &mut Session) {
    for mode in TwinMode::ALL.into_iter().rev() {
        let (text, hint) = match mode {
            TwinMode::Off => (session.t("twin_off"), session.t("twin_off_hint")),
            TwinMode::Instead => (session.t("twin_instead"), session.t("twin_instead_hint")),
            TwinMode::Split => (session.t("twin_split"), session.t("twin_split_hint")),
            TwinMode::Difference => (session.t("twin_difference"), session.t("twin_difference_hint")),
        };
        if ui.selectable_label(session.twin == mode, text).on_hover_text(hint).clicked() {
            session.show_twin(mode);
        }
    }
}

fn menu(ui: &mut Ui, session: &mut Session) {
    ui.menu_button("☰", |ui| {
        if ui.button(session.t("save")).clicked() {
            session.save();
        }
        if ui.button(session.t("save_as")).clicked() {
            session.ask_name();
        }
        if ui.button(session.t("leave")).clicked() {
            session.leave = true;
        }
        ui.separator();
        let busy = session.report.is_some();
        if ui
            .add_enabled(!busy, egui::Button::new(session.t("report")))
            .on_hover_text(session.t("report_hint"))
            .clicked()
        {
            session.ask_report();
        }
        if ui.button(session.t("export_picture")).clicked() {
            session.wants.picture = true;
        }
        let filming = session.video.is_some();
        if ui.button(session.t(if filming { "video_stop" } else { "video" })).clicked() {
            session.toggle_video();
        }
        if ui.button(session.t("export_csv")).clicked() {
            session.export_csv();
        }
        if ui.button(session.t("export_layer_csv")).clicked() {
            session.export_layer_csv();
        }
        if ui.button(session.t("export_geotiff")).clicked() {
            session.export_geotiff();
        }
        if ui.button(session.t("export_scenario")).clicked() {
            session.export_scenario();
        }
        ui.separator();
        ui.horizontal(|ui| {
            ui.selectable_value(&mut session.panels.lang, Lang::En, "English");
            ui.selectable_value(&mut session.panels.lang, Lang::Nl, "Nederlands");
        });
        ui.horizontal(|ui| {
            ui.label(session.t("ui_scale"));
            for scale in [0.8_f32, 1.0, 1.25, 1.5] {
                let text = format!("{:.0} %", 100.0 * scale);
                ui.selectable_value(&mut session.panels.ui_scale, scale, text);
            }
        });
        ui.separator();
        if ui.button(session.t("help")).clicked() {
            session.panels.help = true;
        }
        if ui.button(session.t("tour")).clicked() {
            session.panels.tour = Some(0);
        }
    });
}
