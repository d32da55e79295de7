//! Where did it go? What fell and what rose, with the measures against without: at the target, beside it, elsewhere, and
//! neighbourhood by neighbourhood.

use bevy_egui::egui::{self, Ui};

use super::super::ensemble::is_rate;
use super::super::layers::{self, Kind};
use super::super::session::{Session, TwinMode, difference_of};
use super::super::words;
use super::style::{self, small};
use super::top::change_text;
use crate::indicators::{Indicator, neighbourhood_indicators};
use crate::report::Lang;
use crate::report::twin::{Role, roles};

/// Neighbourhoods listed on either side.
const LISTED: usize = 5;

/// Indicators that can be asked for: what happens per so many residents, first of all.
fn offered() -> Vec<&'static Indicator> {
    let mut all: Vec<&Indicator> = neighbourhood_indicators().filter(|i| is_rate(i)).collect();
    let scores = ["liveability_index", "victimisation_index", "vacant_share"];
    all.extend(neighbourhood_indicators().filter(|i| scores.contains(&i.id)));
    all
}

pub(super) fn show(ui: &mut Ui, session: &mut Session) {
    let lang = session.panels.lang;
    ui.label(session.t("moved_lead"));
    ui.add_space(4.0);
    let chosen = offered().into_iter().find(|i| i.id == session.panels.moved).or(offered().first().copied());
    let Some(mut indicator) = chosen else { return };
    egui::ComboBox::from_id_salt("moved").width(244.0).selected_text(words::pick(lang, indicator.title)).show_ui(
        ui,
        |ui| {
            for other in offered() {
                if ui.selectable_label(other.id == indicator.id, words::pick(lang, other.title)).clicked() {
                    indicator = other;
                }
            }
        },
    );
    session.panels.moved = indicator.id;
    if session.clashes(indicator) {
        small(ui, session.t("not_together"));
        return;
    }
    if session.picture.as_ref().is_none_or(|p| p.twin.is_none()) {
        ui.add_space(6.0);
        ui.label(session.t("moved_no_twin"));
        if style::strong_button(ui, session.t("moved_compare")).clicked() {
            map(session, indicator);
        }
        return;
    }
    let Some(at) = neighbourhood_indicators().position(|i| i.id == indicator.id) else { return };
    let ticks = session.window(indicator, session.tick());
    let n_months = ticks.end() - ticks.start() + 1;
    let mut maps: Vec<Vec<f32>> = session.differences(Kind::Indicator(at)).into_iter().collect();
    // Further seeds, as far as they have come.
    let own = session.desk.file.scenario.seed;
    for ((with, without), seed) in session.pairs().into_iter().zip(own..) {
        if seed != own && with.len().min(without.len()) > *ticks.end() {
            maps.push(difference_of(session, at, &with, &without, ticks.clone()));
        }
    }
    let n = session.desk.city.neighbourhoods.len();
    let mean =
        |i: usize| maps.iter().map(|map| map.get(i).copied().unwrap_or(f32::NAN)).sum::<f32>() / maps.len() as f32;
    let differences: Vec<f32> = (0..n).map(mean).collect();
    parts(ui, session, indicator, &differences);
    ui.add_space(6.0);
    let mut order: Vec<usize> = (0..n).filter(|&i| shows(indicator, differences[i])).collect();
    order.sort_by(|&a, &b| differences[a].total_cmp(&differences[b]).then(a.cmp(&b)));
    let fell: Vec<usize> = order.iter().copied().take_while(|&i| differences[i] < 0.0).take(LISTED).collect();
    let rose: Vec<usize> = order.iter().rev().copied().take_while(|&i| differences[i] > 0.0).take(LISTED).collect();
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        for (key, list) in [(session.t("moved_fell"), fell), (session.t("moved_rose"), rose)] {
            ui.label(style::bold(key));
            if list.is_empty() {
                small(ui, session.t("moved_nowhere"));
            }
            for i in list {
                row(ui, session, i, &change_text(lang, indicator, differences[i].into()));
            }
            ui.add_space(6.0);
        }
        if ui.button(session.t("moved_map")).clicked() {
            map(session, indicator);
        }
        ui.add_space(4.0);
        small(ui, words::pick(lang, indicator.about));
        small(ui, session.t2("moved_months", &[&n_months.to_string(), &maps.len().to_string()]));
        let text = if maps.len() > 1 { session.t("moved_seeds") } else { session.t("one_run") };
        small(ui, text);
    });
}

/// True if a difference is more than nothing, as it is written.
fn shows(indicator: &Indicator, difference: f32) -> bool {
    let text = |v: f32| layers::value_text(Lang::En, indicator, f64::from(v).abs());
    difference.is_finite() && text(difference) != text(0.0)
}

fn row(ui: &mut Ui, session: &mut Session, at: usize, change: &str) {
    let name = session.desk.city.neighbourhoods[at].name.clone();
    ui.horizontal(|ui| {
        let here = session.panels.here == Some(at);
        if ui.selectable_label(here, name).clicked() {
            session.panels.here = Some(at);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| ui.label(change));
    });
}

/// Means over the neighbourhoods with a measure, those that touch them, and the others, weighted by residents.
fn parts(ui: &mut Ui, session: &Session, indicator: &Indicator, differences: &[f32]) {
    let file = &session.desk.file;
    let placed = file.plans.placements().iter().filter(|p| p.on && !p.is_event());
    let order = |p: &crate::session::Placement| crate::sim::Order {
        tick: 1,
        lever: p.lever.id.into(),
        value: p.value,
        area: p.area.clone(),
    };
    let orders: Vec<_> = placed.map(order).collect();
    let roles = roles(&session.desk.city, &session.desk.cadastre, &orders);
    let Some(picture) = &session.picture else { return };
    let residents = picture.variant.frame.of_neighbourhoods("residents").unwrap_or(&[]);
    ui.add_space(6.0);
    egui::Grid::new("parts").num_columns(2).spacing([16.0, 3.0]).show(ui, |ui| {
        for (role, key) in [
            (Role::Target, session.t("moved_target")),
            (Role::Ring, session.t("moved_ring")),
            (Role::Rest, session.t("moved_rest")),
        ] {
            let inside = (0..differences.len()).filter(|&i| roles[i] == role && differences[i].is_finite());
            let (sum, weight) = inside.fold((0.0f64, 0.0f64), |(sum, weight), i| {
                let n = f64::from(residents.get(i).copied().filter(|n| n.is_finite()).unwrap_or(0.0));
                (sum + n * f64::from(differences[i]), weight + n)
            });
            ui.label(key);
            let text = match weight > 0.0 {
                true => change_text(session.panels.lang, indicator, sum / weight),
                false => session.t("unavailable").to_string(),
            };
            ui.label(style::bold(text));
            ui.end_row();
        }
    });
}

/// Shows the difference on the map.
fn map(session: &mut Session, indicator: &Indicator) {
    if let Ok(layer) = layers::find(&session.layers, indicator.id) {
        session.choose(layer);
    }
    session.show_twin(TwinMode::Difference);
}
