//! The neighbourhood that was clicked, and the story of a synthetic household in it.

use bevy_egui::egui::{self, RichText, Ui};

use super::super::layers;
use super::super::session::Session;
use super::super::story::{Facts, Question};
use super::super::words;
use super::super::worker::Command;
use super::layer_list::tenure_title;
use super::style::{self, small};
use super::top::change_text;
use crate::city::{CityOrigin, Tenure};
use crate::indicators::neighbourhood_indicators;

pub(super) fn show(ui: &mut Ui, session: &mut Session) {
    let Some(here) = session.panels.here else {
        small(ui, session.t("here_hint"));
        return;
    };
    let hood = &session.desk.city.neighbourhoods[here];
    ui.label(style::bold(&hood.name).size(16.0));
    let district = session.desk.city.districts.get(usize::from(hood.district)).cloned().unwrap_or_default();
    small(ui, format!("{} · {district}", hood.code));
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        if ui.button(session.t("ask_household")).clicked() {
            session.panels.n_asked += 1;
            let question = Question::Somewhere(here as u16, session.panels.n_asked);
            session.desk.worker.send(Command::Ask(question));
        }
        story(ui, session);
        ui.add_space(6.0);
        values(ui, session, here);
    });
}

fn values(ui: &mut Ui, session: &Session, here: usize) {
    let lang = session.panels.lang;
    let Some(picture) = &session.picture else { return };
    egui::Grid::new("values").num_columns(2).striped(true).spacing([8.0, 3.0]).show(ui, |ui| {
        for (at, indicator) in neighbourhood_indicators().enumerate() {
            // Groups and guarded outcomes never in one list (models.md E-16); a real city has no levels of the latter.
            let layer_is_guarded = layers::indicator_of(session.layers[session.layer].kind).is_some_and(|l| l.guarded);
            let hidden = if layer_is_guarded { layers::is_of_groups(indicator) } else { indicator.guarded };
            if hidden || session.is_real() && indicator.guarded {
                continue;
            }
            let of = |frame: &crate::indicators::Frame| frame.neighbourhoods.get(at).and_then(|v| v.get(here)).copied();
            let Some(value) = of(&picture.variant.frame).map(f64::from) else { continue };
            let title = egui::Label::new(RichText::new(words::pick(lang, indicator.title)).size(12.0)).wrap();
            ui.scope(|ui| {
                ui.set_width(138.0);
                ui.add(title).on_hover_text(words::pick(lang, indicator.about));
            });
            let mut text = layers::value_text(lang, indicator, value);
            if let Some(twin) = picture.twin.as_ref().and_then(|t| of(&t.frame)) {
                let change = value - f64::from(twin);
                if change != 0.0 {
                    text = format!("{text}\n({})", change_text(lang, indicator, change));
                }
            }
            ui.label(RichText::new(text).size(12.0));
            ui.end_row();
        }
    });
}

fn story(ui: &mut Ui, session: &Session) {
    let Some(story) = &session.panels.story else { return };
    let is_real = session.desk.city.origin == CityOrigin::Real;
    egui::Frame::new().fill(egui::Color32::from_rgb(243, 244, 240)).inner_margin(8.0).corner_radius(4.0).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            ui.label(style::bold(session.t("household")));
            match &story.here {
                Some(facts) => self::facts(ui, session, facts),
                None => {
                    ui.label(session.t("nobody_home"));
                }
            }
            if let Some(in_twin) = &story.in_twin {
                ui.add_space(4.0);
                ui.label(style::bold(session.t("in_twin")));
                match in_twin {
                    Some(facts) => self::facts(ui, session, facts),
                    None => {
                        ui.label(session.t("not_in_twin"));
                    }
                }
            }
            small(ui, words::month(session.panels.lang, story.month));
            small(ui, if is_real { session.t("synthetic_real") } else { session.t("synthetic") });
        },
    );
}

fn facts(ui: &mut Ui, session: &Session, facts: &Facts) {
    let lang = session.panels.lang;
    let ages: Vec<String> = facts.ages_y.iter().map(u8::to_string).collect();
    let hood = session.desk.city.neighbourhoods.get(usize::from(facts.neighbourhood));
    let tenure = Tenure::ALL.get(usize::from(facts.tenure)).map_or("", |t| tenure_title(session, *t));
    ui.label(session.t2("ages", &[&ages.join(", ")]));
    ui.label(format!("{tenure}, {} m², {}", facts.area_m2, facts.built_year));
    ui.label(session.t2("monthly", &[&layers::thousands(facts.cost_eur_m.round() as i64)]));
    let since = facts.since.map_or_else(|| session.t("always").to_string(), |m| words::month(lang, m));
    ui.label(session.t2("lives_in", &[hood.map_or("–", |n| n.name.as_str()), &since]));
}
