//! Layers with search, and the legend of the one that is shown.

use bevy_egui::egui::{self, Pos2, Rect, Ui};

use super::super::ensemble::is_rate;
use super::super::film;
use super::super::layers::{self, Kind, Rgb};
use super::super::people::STAGES;
use super::super::session::{Session, TwinMode};
use super::super::words;
use super::arcs;
use super::style::{self, colour, small};
use super::top::change_text;
use crate::challenges::climate::Quantity;
use crate::city::Tenure;
use crate::indicators::{self, neighbourhood_indicators};

/// Layers that the list offers: what says something of a place without regard to its size.
fn is_listed(kind: Kind) -> bool {
    let Some(indicator) = layers::indicator_of(kind) else { return true };
    is_rate(indicator) || !matches!(indicator.kind, indicators::Kind::Stock | indicators::Kind::Flow)
}

pub(super) fn show(ui: &mut Ui, session: &mut Session) {
    egui::Panel::bottom("legend")
        .frame(egui::Frame::new().inner_margin(egui::Margin { left: 0, right: 0, top: 8, bottom: 2 }))
        .resizable(false)
        .show(ui, |ui| legend(ui, session));
    style::heading(ui, session.t("layers"));
    let hint = session.t("search");
    let field = egui::TextEdit::singleline(&mut session.panels.search).hint_text(hint).desired_width(f32::INFINITY);
    let entered = style::search_field(ui, field, std::mem::take(&mut session.panels.seek_layer));
    let wanted = session.panels.search.to_lowercase();
    let (mut chosen, mut first) = (session.layer, None);
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        for theme in layers::THEMES {
            let inside: Vec<usize> = (0..session.layers.len())
                .filter(|&i| {
                    let layer = &session.layers[i];
                    let title = title(session, layer.kind);
                    let found = title.to_lowercase().contains(&wanted) || layer.id.contains(&wanted);
                    let listed = i == session.layer || !wanted.is_empty() || is_listed(layer.kind);
                    found && listed && layers::theme(layer) == theme
                })
                .collect();
            if inside.is_empty() {
                continue;
            }
            ui.add_space(3.0);
            small(ui, words::say(session.panels.lang, theme));
            for i in inside {
                first = first.or(Some(i));
                if ui.radio(i == chosen, title(session, session.layers[i].kind)).clicked() {
                    chosen = i;
                }
            }
        }
    });
    // Enter in the search field takes the first that is found.
    if let Some(first) = first.filter(|_| entered && !wanted.is_empty()) {
        chosen = first;
    }
    session.choose(chosen);
}

/// Title of a layer.
pub(super) fn title(session: &Session, kind: Kind) -> &'static str {
    match kind {
        Kind::Tenure => session.t("layer_tenure"),
        Kind::Vacancy => session.t("layer_vacancy"),
        Kind::Moves => session.t("layer_moves"),
        Kind::Hazard(quantity) => session.t(film::words(quantity).layer),
        Kind::Indicator(_) => {
            layers::indicator_of(kind).map_or("", |indicator| words::pick(session.panels.lang, indicator.title))
        }
    }
}

fn legend(ui: &mut Ui, session: &mut Session) {
    let kind = session.layers[session.layer].kind;
    ui.label(style::bold(title(session, kind)).size(13.0));
    ui.add_space(2.0);
    if let Kind::Hazard(quantity) = kind {
        hazard_legend(ui, session, quantity);
    } else if kind == Kind::Moves {
        arcs::legend(ui, session);
    } else if session.twin == TwinMode::Difference {
        difference_legend(ui, session, kind);
    } else {
        plain_legend(ui, session, kind);
    }
    if kind != Kind::Moves {
        swatch(ui, layers::NO_HOMES, session.t("no_homes"));
    }
    ui.add_space(4.0);
    let (names, people) = (session.t("names"), session.t("people"));
    let before = session.panels.people;
    ui.horizontal(|ui| {
        ui.checkbox(&mut session.panels.labels, names);
        ui.checkbox(&mut session.panels.people, people).on_hover_text(words::say(session.panels.lang, "people_hint"));
    });
    session.stale |= before != session.panels.people;
    if session.shows_people() {
        let lang = session.panels.lang;
        // All in one row: dots, and their ages below.
        let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 27.0), egui::Sense::hover());
        for (i, (rgb, stage)) in STAGES.into_iter().enumerate() {
            let x = rect.left() + (i as f32 + 0.5) / STAGES.len() as f32 * rect.width();
            ui.painter().circle_filled(Pos2::new(x, rect.top() + 6.0), 4.5, colour(rgb));
            let (below, font) = (Pos2::new(x, rect.top() + 12.0), egui::FontId::proportional(11.0));
            ui.painter().text(below, egui::Align2::CENTER_TOP, words::say(lang, stage), font, style::INK);
        }
    }
}

fn plain_legend(ui: &mut Ui, session: &Session, kind: Kind) {
    match kind {
        Kind::Tenure => {
            for tenure in Tenure::ALL {
                swatch(ui, layers::tenure_colour(tenure), tenure_title(session, tenure));
            }
            small(ui, session.t("tenure_note"));
        }
        Kind::Vacancy => {
            swatch(ui, layers::LIVED_IN, session.t("all_lived_in"));
            swatch(ui, layers::EMPTY_HOME, session.t("all_empty"));
        }
        // These have a legend of their own.
        Kind::Moves | Kind::Hazard(_) => {}
        Kind::Indicator(at) => {
            if let (Some(scale), Some(indicator)) = (session.scale, neighbourhood_indicators().nth(at)) {
                ramp(ui, layers::colour_at);
                let text = |v: f32| layers::value_text(session.panels.lang, indicator, v.into());
                ends(ui, &text(scale.low), &text(scale.high));
                swatch(ui, layers::NOT_AVAILABLE, session.t("not_available"));
                if is_rate(indicator) {
                    small(ui, session.t("mean_of_year"));
                }
                small(ui, words::pick(session.panels.lang, indicator.about));
            }
        }
    }
}

fn hazard_legend(ui: &mut Ui, session: &mut Session, quantity: Quantity) {
    let Some([low, high]) = session.hazard_scale() else {
        small(ui, session.t("no_episode"));
        return;
    };
    let lang = session.panels.lang;
    let unit = session.t(film::words(quantity).unit);
    let text = |v: f32, sign: &str| layers::decimal(lang, format!("{sign}{v:.1} {unit}"));
    if session.twin == TwinMode::Difference {
        small(ui, session.t("difference_note"));
        match session.difference {
            Some(most) if most > 0.0 => {
                ramp(ui, |k| layers::difference_colour(2.0 * k - 1.0, 1.0));
                let in_cm = |v: f32, sign: &str| format!("{sign}{:.0} cm", 100.0 * v);
                let digits = |v, sign| if quantity == Quantity::Depth { in_cm(v, sign) } else { text(v, sign) };
                ends(ui, &digits(most, "−"), &digits(most, "+"));
            }
            Some(_) => swatch(ui, layers::difference_colour(0.0, 1.0), session.t("difference_zero")),
            None => swatch(ui, layers::NOT_AVAILABLE, session.t("unavailable")),
        }
        return;
    }
    ramp(ui, |k| film::ramp(quantity, k));
    let is_open = matches!(quantity, Quantity::Depth | Quantity::Speed);
    ends(ui, &text(low, ""), &text(high, if is_open { "≥ " } else { "" }));
    small(ui, session.t(film::words(quantity).note));
}

fn difference_legend(ui: &mut Ui, session: &Session, kind: Kind) {
    let (Some(indicator), Some(most)) = (layers::indicator_of(kind), session.difference) else {
        small(ui, session.t("difference_none"));
        swatch(ui, layers::NOT_AVAILABLE, session.t("unavailable"));
        return;
    };
    small(ui, session.t("difference_note"));
    if is_rate(indicator) {
        small(ui, session.t("mean_of_year"));
    }
    if most > 0.0 {
        ramp(ui, |k| layers::difference_colour(2.0 * k - 1.0, 1.0));
        let text = |v: f32| change_text(session.panels.lang, indicator, v.into());
        ends(ui, &text(-most), &text(most));
    } else {
        swatch(ui, layers::difference_colour(0.0, 1.0), session.t("difference_zero"));
    }
    swatch(ui, layers::NOT_AVAILABLE, session.t("unavailable"));
}

/// Name of a tenure.
pub(super) fn tenure_title(session: &Session, tenure: Tenure) -> &'static str {
    match tenure {
        Tenure::Owner => session.t("tenure_owner"),
        Tenure::Social => session.t("tenure_social"),
        Tenure::Private => session.t("tenure_private"),
        Tenure::Senior => session.t("tenure_senior"),
        Tenure::Room => session.t("tenure_room"),
    }
}

fn ends(ui: &mut Ui, low: &str, high: &str) {
    ui.horizontal(|ui| {
        ui.label(low);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(high));
    });
}

fn swatch(ui: &mut Ui, rgb: Rgb, text: &str) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(16.0, 12.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 2.0, colour(rgb));
        ui.label(text);
    });
}

fn ramp(ui: &mut Ui, of: impl Fn(f32) -> Rgb) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 12.0), egui::Sense::hover());
    let n = 48;
    for i in 0..n {
        let (left, right) = (i as f32 / n as f32, (i + 1) as f32 / n as f32);
        let x = |k: f32| rect.left() + k * rect.width();
        let part = Rect::from_min_max(Pos2::new(x(left), rect.top()), Pos2::new(x(right) + 0.5, rect.bottom()));
        ui.painter().rect_filled(part, 0.0, colour(of((left + right) / 2.0)));
    }
}
