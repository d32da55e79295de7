//! Heat waves, cloudbursts and breaches: buttons that set them off, and the plate below a film.

use bevy_egui::egui::{self, Align2, Context, Pos2, Rect, Ui};

use super::super::film::{self, BREACH, HEAT, Preset, RAIN};
use super::super::session::Session;
use super::super::words;
use super::style;
use crate::city::LineKind;

/// One button for each kind of event, or one for all where there is little room.
pub(super) fn buttons(ui: &mut Ui, session: &mut Session) {
    if session.month().is_none() {
        return;
    }
    let has_dike = session.desk.city.lines.iter().any(|line| line.kind == LineKind::Dike);
    let mut chosen = None;
    let mut kinds = vec![("heat_wave", &HEAT[..]), ("cloudburst", &RAIN[..])];
    if has_dike {
        kinds.push(("breach", &BREACH[..]));
    }
    let mut list = |ui: &mut Ui, session: &Session, key: &'static str, presets: &[Preset]| {
        for preset in presets {
            let text = words::say(session.panels.lang, preset.words);
            if ui.button(text).on_hover_text(session.t("set_off_hint")).clicked() {
                chosen = Some(*preset);
            }
        }
        if key != "heat_wave" {
            let here = session.panels.here.map(|n| session.desk.city.neighbourhoods[n].name.clone());
            let place = here.unwrap_or_else(|| session.t("whole_city").into());
            style::small(ui, session.t2("set_off_where", &[&place]));
        }
    };
    if ui.available_width() > 520.0 {
        for (key, presets) in kinds {
            let title = words::say(session.panels.lang, key);
            ui.menu_button(title, |ui| list(ui, session, key, presets));
        }
    } else {
        ui.menu_button(session.t("events"), |ui| {
            for (key, presets) in kinds {
                ui.label(style::bold(words::say(session.panels.lang, key)));
                list(ui, session, key, presets);
            }
        });
    }
    if let Some(preset) = chosen {
        session.set_off(preset);
    }
}

/// What is shown on the ground, and a slider over its moments.
pub(super) fn plate(ctx: &Context, free: Rect, session: &mut Session) {
    let Some(reel) = session.reel().cloned() else { return };
    let wide = (free.width() - 24.0).min(430.0);
    if wide < 260.0 || free.height() < 160.0 {
        return;
    }
    let lang = session.panels.lang;
    let title = words::say(lang, film::title(reel.event.hazard));
    let n = reel.shots.len();
    let at = session.film.at.filter(|at| *at < n);
    let when = match at {
        Some(at) => session.t2("film_hour", &[&format!("{:.1}", reel.shots[at].hours)]),
        None => session.quantity().map_or("", |quantity| session.t(film::words(quantity).whole)).to_string(),
    };
    let place = Pos2::new(free.center().x, free.bottom() - 14.0);
    egui::Area::new("film".into()).pivot(Align2::CENTER_BOTTOM).fixed_pos(place).show(ctx, |ui| {
        egui::Frame::new().fill(style::PAPER).corner_radius(6.0).inner_margin(10.0).show(ui, |ui| {
            ui.set_width(wide);
            ui.horizontal(|ui| {
                ui.label(style::bold(title));
                ui.label(words::month(lang, reel.event.month));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(when));
            });
            if n == 0 {
                return;
            }
            ui.horizontal(|ui| {
                let playing = session.film.playing;
                if ui.button(if playing { "⏸" } else { "▶" }).on_hover_text(session.t("film_play")).clicked() {
                    if playing { session.show_moment(at) } else { session.play_film() }
                }
                let mut shown = at.unwrap_or(n);
                ui.spacing_mut().slider_width = wide - 50.0;
                let slider = egui::Slider::new(&mut shown, 0..=n).show_value(false);
                if ui.add(slider).on_hover_text(session.t("film_slider")).changed() {
                    session.show_moment((shown < n).then_some(shown));
                }
            });
        });
    });
}
