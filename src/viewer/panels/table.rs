//! The variants side by side, in the month shown; the last column is the city without measures.

use std::sync::Arc;

use bevy_egui::egui::{self, Align2, Context, Ui};

use super::super::layers;
use super::super::session::Session;
use super::super::words;
use super::style::{self, small};
use super::top::change_text;
use crate::indicators::{Indicator, city_indicators};
use crate::session::Record;

/// Rows, as far as the city has them.
const ROWS: [&str; 14] = [
    "residents",
    "liveability_index",
    "property_crime_per_1000_y",
    "vandalism_per_1000_y",
    "violence_per_1000_y",
    "recruited_per_1000_y",
    "disorder_index",
    "trust_index",
    "vacant_share",
    "rent_mean_eur_m",
    "age_65_up_share",
    "moves_within",
    "flooded_homes",
    "heat_deaths",
];
/// Months over which what happens is averaged.
const YEAR: usize = 12;

pub(super) fn show(ctx: &Context, session: &mut Session) {
    if !session.panels.table {
        return;
    }
    let mut open = true;
    egui::Window::new(session.t("table"))
        .open(&mut open)
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            let high = (ctx.viewport_rect().height() - 120.0).max(80.0);
            egui::ScrollArea::vertical().max_height(high).show(ui, |ui| table(ui, session));
        });
    session.panels.table = open;
}

/// A value in the month shown: of what happens the mean of up to a year. Guarded levels of a real city stay hidden.
fn value(session: &Session, records: &[Record], indicator: &Indicator, at: usize) -> f64 {
    if session.is_real() && indicator.guarded {
        return f64::NAN;
    }
    let tick = session.tick();
    let from =
        if indicator.kind == crate::indicators::Kind::Flow { (tick + 1).saturating_sub(YEAR).max(1) } else { tick };
    let within = records.get(from.min(tick)..=tick).unwrap_or(&[]);
    let known: Vec<f64> = within.iter().filter_map(|r| r.city.get(at)).copied().filter(|v| v.is_finite()).collect();
    if known.is_empty() { f64::NAN } else { known.iter().sum::<f64>() / known.len() as f64 }
}

fn table(ui: &mut Ui, session: &mut Session) {
    let lang = session.panels.lang;
    let compared = session.compared();
    let Some((without, with)) = compared.split_last() else {
        ui.spinner();
        return;
    };
    let file = &session.desk.file;
    let names: Vec<String> = file.plans.variants().iter().map(|v| v.name.clone()).collect();
    let tick = session.tick();
    let is_there = |records: &Option<Arc<Vec<Record>>>| records.as_ref().is_some_and(|r| r.len() > tick);
    let cell = |records: &Option<Arc<Vec<Record>>>, indicator: &Indicator, at: usize| match records {
        Some(records) if records.len() > tick => Some(value(session, records, indicator, at)),
        _ => None,
    };
    let horizon = session.desk.horizon(&session.status).plus(1);
    egui::Grid::new("variants").striped(true).spacing([20.0, 4.0]).show(ui, |ui| {
        ui.label("");
        for (at, name) in names.iter().enumerate() {
            let title = style::bold(name);
            ui.label(if at == file.plans.active() { title.color(style::ACCENT) } else { title });
        }
        ui.label(style::bold(session.t("without_measures")));
        ui.end_row();
        ui.label(session.t("table_cost"));
        for variant in file.plans.variants() {
            let on = variant.placements.iter().filter(|p| p.on);
            ui.label(style::euros(lang, on.map(|p| p.cost_eur(&session.desk.cadastre, horizon)).sum()));
        }
        ui.label("–");
        ui.end_row();
        for id in ROWS {
            let Some((at, indicator)) = city_indicators().enumerate().find(|(_, i)| i.id == id) else { continue };
            let base = cell(without, indicator, at);
            if base.is_some_and(f64::is_nan) {
                continue;
            }
            ui.label(words::pick(lang, indicator.title)).on_hover_text(words::pick(lang, indicator.about));
            for records in with {
                match (cell(records, indicator, at), base) {
                    (Some(own), Some(base)) if own != base => {
                        let change = change_text(lang, indicator, own - base);
                        ui.vertical(|ui| {
                            ui.label(layers::value_text(lang, indicator, own));
                            small(ui, change);
                        });
                    }
                    (Some(own), _) => drop(ui.label(layers::value_text(lang, indicator, own))),
                    (None, _) => drop(ui.label("…")),
                }
            }
            ui.label(base.map_or_else(|| "…".into(), |base| layers::value_text(lang, indicator, base)));
            ui.end_row();
        }
    });
    ui.add_space(4.0);
    if !compared.iter().all(is_there) {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.label(session.t("table_running"));
        });
    }
    let month = session.month().map(|m| words::month(lang, m)).unwrap_or_default();
    small(ui, session.t2("table_note", &[&month]));
}
