//! Measures: variants as tabs, what was placed, what it costs, and the palette of levers.

use std::collections::BTreeMap;

use bevy_egui::egui::{self, RichText, Ui};

use super::super::brush::LARGEST;
use super::super::layers;
use super::super::session::{Session, round_value};
use super::super::words;
use super::files::{Browser, Found, Sought};
use super::style::{self, small};
use super::top::grade_text;
use crate::policies::{Acts, Authority, LEVERS, Lever};
use crate::report::Lang;
use crate::report::area::in_words;
use crate::scenario::measures::extent;
use crate::scenario::{MeasureArea, Place};
use crate::session::Plans;
use crate::sim::{Area, Month};

/// Most neighbourhoods that an area is told by, of those that it covers and those that it touches.
const MOST_NAMES: usize = 8;

/// What a click changes.
type Change = Box<dyn FnOnce(&mut Plans)>;

pub(super) fn show(ui: &mut Ui, session: &mut Session) {
    tabs(ui, session);
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        list(ui, session);
        budget(ui, session);
        ui.separator();
        if session.panels.choice.is_some() {
            card(ui, session);
        } else {
            palette(ui, session);
        }
    });
}

fn tabs(ui: &mut Ui, session: &mut Session) {
    let (plans, brush) = (&session.desk.file.plans, &session.panels.brush);
    let choosing = session.chooses_area();
    let active = plans.active();
    let can_undo = plans.can_undo() || choosing && brush.can_undo();
    let can_redo = plans.can_redo() || choosing && brush.can_redo();
    let names: Vec<String> = plans.variants().iter().map(|v| v.name.clone()).collect();
    let mut change: Option<Change> = None;
    ui.horizontal_wrapped(|ui| {
        ui.set_row_height(style::ROW);
        small(ui, session.t("variant"));
        for (i, name) in names.iter().enumerate() {
            if ui.selectable_label(i == active, name).clicked() && i != active {
                change = Some(Box::new(move |plans| plans.choose(i)));
            }
        }
        if ui.button("+").on_hover_text(session.t("duplicate")).clicked() {
            change = Some(Box::new(Plans::duplicate));
        }
        if ui.button("⊞").on_hover_text(session.t("table_hint")).clicked() {
            session.panels.table = !session.panels.table;
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let redo = ui.add_enabled(can_redo, egui::Button::new("⟳")).on_hover_text(session.t("redo"));
            let undo = ui.add_enabled(can_undo, egui::Button::new("⟲")).on_hover_text(session.t("undo"));
            if undo.clicked() {
                session.undo();
            } else if redo.clicked() {
                session.redo();
            }
        });
    });
    if let Some(change) = change {
        session.desk.change(change);
    }
}

/// A value with its unit.
fn value_text(lang: Lang, lever: &Lever, value: f64) -> String {
    let number = if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    format!("{} {}", layers::decimal(lang, number), words::phrase(lang, lever.unit))
}

fn place_text(session: &Session, area: &Area) -> String {
    if *area == Area::City {
        return session.t("whole_city").into();
    }
    let (city, cadastre) = (&session.desk.city, &session.desk.cadastre);
    in_words(&cadastre.extent(area), city, cadastre, 1, session.panels.lang)
}

fn list(ui: &mut Ui, session: &mut Session) {
    let placements = session.desk.file.plans.placements().to_vec();
    let horizon = session.desk.horizon(&session.status).plus(1);
    if placements.is_empty() {
        small(ui, session.t("nothing_placed"));
    }
    let mut change: Option<Change> = None;
    for (i, placement) in placements.iter().enumerate() {
        ui.horizontal(|ui| {
            let mut on = placement.on;
            if ui.checkbox(&mut on, "").on_hover_text(session.t("on_off")).clicked() {
                change = Some(Box::new(move |plans| plans.switch(i, on)));
            }
            ui.vertical(|ui| {
                ui.set_width(196.0);
                let title = words::lever_title(session.panels.lang, placement.lever);
                let title = RichText::new(title).size(13.0);
                let title = if placement.on { title.strong() } else { title.color(style::FAINT) };
                ui.label(title).on_hover_text(what(session.panels.lang, placement.lever));
                let cost = style::euros(session.panels.lang, placement.cost_eur(&session.desk.cadastre, horizon));
                let place = place_text(session, &placement.area);
                let value = value_text(session.panels.lang, placement.lever, placement.value);
                small(ui, format!("{value} · {place}\n{} · {cost}", placement.from));
            });
            if ui.small_button("×").on_hover_text(session.t("remove")).clicked() {
                change = Some(Box::new(move |plans| plans.remove(i)));
            }
        });
    }
    if let Some(change) = change {
        session.desk.change(change);
    }
}

fn budget(ui: &mut Ui, session: &mut Session) {
    let horizon = session.desk.horizon(&session.status).plus(1);
    let cost = session.desk.file.plans.cost_eur(&session.desk.cadastre, horizon);
    ui.horizontal(|ui| {
        let until = horizon.plus(-1).year().to_string();
        ui.label(session.t2("cost_until", &[&style::euros(session.panels.lang, cost), &until]));
    });
    ui.horizontal_wrapped(|ui| {
        ui.set_row_height(style::ROW);
        small(ui, session.t("budget"));
        let mut millions = session.desk.file.budget_eur.unwrap_or(0.0) / 1e6;
        let drag = egui::DragValue::new(&mut millions).range(0.0..=100_000.0).speed(1.0).prefix("€ ").suffix(" M");
        if ui.add(drag).changed() {
            session.desk.file.budget_eur = (millions > 0.0).then_some(millions * 1e6);
        }
    });
    if let Some(budget) = session.desk.file.budget_eur {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 8.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 3.0, egui::Color32::from_rgb(230, 232, 228));
        let part = (cost / budget).min(1.0) as f32;
        let over = cost > budget;
        let filled = egui::Rect::from_min_size(rect.min, egui::vec2(rect.width() * part, rect.height()));
        ui.painter().rect_filled(filled, 3.0, if over { style::ALARM } else { style::ACCENT });
        if over {
            let text = session.t2("over_budget", &[&style::euros(session.panels.lang, cost - budget)]);
            ui.label(RichText::new(text).color(style::ALARM));
        }
    }
}

fn what(lang: Lang, lever: &Lever) -> &'static str {
    match lang {
        Lang::En => lever.what_en,
        Lang::Nl => lever.what_nl,
    }
}

fn palette(ui: &mut Ui, session: &mut Session) {
    style::heading(ui, session.t("levers"));
    let hint = session.t("search");
    let search = &mut session.panels.lever_search;
    let field = egui::TextEdit::singleline(search).hint_text(hint).desired_width(f32::INFINITY);
    let entered = style::search_field(ui, field, std::mem::take(&mut session.panels.seek_lever));
    let lang = session.panels.lang;
    let wanted = session.panels.lever_search.to_lowercase();
    let mut taken = None;
    if wanted.is_empty() {
        let mut groups: BTreeMap<String, Vec<&'static Lever>> = BTreeMap::new();
        for lever in LEVERS.iter().filter(|l| l.authority != Authority::Nobody) {
            groups.entry(words::authority_title(lang, lever)).or_default().push(lever);
        }
        for (authority, levers) in groups {
            let header = format!("{authority} ({})", levers.len());
            egui::CollapsingHeader::new(header).id_salt(&authority).default_open(true).show(ui, |ui| {
                for lever in levers {
                    taken = taken.or(lever_button(ui, lang, lever));
                }
            });
        }
    } else {
        let found = found(lang, &wanted);
        if found.is_empty() {
            small(ui, session.t("nothing_found"));
        }
        // Enter in the search field takes the first that is found.
        taken = found.first().copied().filter(|_| entered);
        for lever in found {
            taken = taken.or(lever_button(ui, lang, lever));
        }
    }
    if let Some(lever) = taken {
        session.take_up(lever);
    }
}

fn lever_button(ui: &mut Ui, lang: Lang, lever: &'static Lever) -> Option<&'static Lever> {
    let response = ui.add(egui::Button::new(words::lever_title(lang, lever)).frame(false).wrap());
    response.on_hover_text(what(lang, lever)).clicked().then_some(lever)
}

/// Levers in whose name or explanation `wanted` occurs: first those whose name begins so, then by name, then the rest.
fn found(lang: Lang, wanted: &str) -> Vec<&'static Lever> {
    let mut found: Vec<(u8, &'static Lever)> = Vec::new();
    for lever in LEVERS.iter().filter(|l| l.authority != Authority::Nobody) {
        let title = words::lever_title(lang, lever).to_lowercase();
        let in_text = what(lang, lever).to_lowercase().contains(wanted) || lever.id.contains(wanted);
        match (title.starts_with(wanted), title.contains(wanted), in_text) {
            (true, ..) => found.push((0, lever)),
            (_, true, _) => found.push((1, lever)),
            (_, _, true) => found.push((2, lever)),
            _ => {}
        }
    }
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, lever)| lever).collect()
}

fn card(ui: &mut Ui, session: &mut Session) {
    let Some(mut choice) = session.panels.choice.clone() else { return };
    let (lang, lever) = (session.panels.lang, choice.lever);
    let mut keep = true;
    ui.horizontal(|ui| {
        ui.label(style::bold(words::lever_title(lang, lever)).size(15.0));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            keep = !ui.small_button("×").on_hover_text(session.t("other_lever")).clicked();
        });
    });
    ui.label(what(lang, lever));
    ui.add_space(4.0);
    let slider = egui::Slider::new(&mut choice.value, lever.min..=lever.max).smart_aim(true);
    // Limits of what is counted are those of a large city; small numbers are to be within reach.
    ui.add(if lever.divided { slider.logarithmic(true).smallest_positive(1.0) } else { slider });
    choice.value = round_value(lever, choice.value);
    small(ui, session.t2("lever_range", &[&value_text(lang, lever, lever.default)]));
    ui.add_space(4.0);
    let whole_city = session.t("whole_city");
    ui.add_enabled_ui(lever.acts != Acts::Rule, |ui| ui.checkbox(&mut choice.whole_city, whole_city));
    if !choice.whole_city {
        brush(ui, session);
    }
    ui.horizontal(|ui| {
        ui.label(session.t("from"));
        month_field(ui, &mut choice.from, session.next_month());
    });
    session.panels.choice = Some(choice);
    let horizon = session.desk.horizon(&session.status).plus(1);
    let placement = session.placement();
    if let Some(placement) = &placement {
        let cost = style::euros(session.panels.lang, placement.cost_eur(&session.desk.cadastre, horizon));
        ui.label(session.t2("costs", &[&cost]));
    }
    small(ui, acts_text(session, lever));
    small(ui, session.t2("lead_time", &[&lever.lead_time_months.to_string()]));
    small(ui, grade_text(lang, lever.grade));
    small(ui, format!("{}: {}", session.t("borne_by"), words::phrase(lang, lever.borne_by)));
    small(ui, lever.source);
    ui.add_space(6.0);
    ui.add_enabled_ui(placement.is_some(), |ui| {
        if style::strong_button(ui, session.t("place")).on_hover_text(session.t("keys_enter")).clicked() {
            session.place();
        }
    });
    if !keep {
        session.panels.choice = None;
    }
}

/// What a lever does in a part of a neighbourhood.
fn acts_text(session: &Session, lever: &Lever) -> &'static str {
    match lever.acts {
        Acts::Ground => session.t("acts_ground"),
        Acts::Homes => session.t("acts_homes"),
        Acts::Residents => session.t("acts_residents"),
        Acts::Neighbourhood => session.t("acts_neighbourhood"),
        Acts::City => session.t("acts_city"),
        Acts::Rule => session.t("acts_rule"),
        Acts::Event => session.t("acts_event"),
    }
}

/// Where: neighbourhoods or cells, how large a brush, a file, and what there is so far.
fn brush(ui: &mut Ui, session: &mut Session) {
    let (of_neighbourhoods, of_cells) = (session.t("where_neighbourhoods"), session.t("where_cells"));
    let brush = &mut session.panels.brush;
    ui.horizontal(|ui| {
        for (by_cell, text) in [(false, of_neighbourhoods), (true, of_cells)] {
            if ui.selectable_label(brush.by_cell == by_cell, text).clicked() {
                brush.by_cell = by_cell;
            }
        }
    });
    if session.panels.brush.by_cell {
        let text = session.t("brush_size");
        ui.add(egui::Slider::new(&mut session.panels.brush.size, 1..=LARGEST).text(text));
        small(ui, session.t("brush_keys"));
    }
    area_file(ui, session);
    if session.panels.brush.is_empty() {
        let wanted = match session.panels.brush.by_cell {
            true => session.t("paint_cells"),
            false => session.t("click_neighbourhoods"),
        };
        ui.label(RichText::new(wanted).color(style::PLACED));
        return;
    }
    let (city, cadastre) = (&session.desk.city, &session.desk.cadastre);
    let extent = &session.panels.brush.marked().extent;
    ui.label(in_words(extent, city, cadastre, MOST_NAMES, session.panels.lang));
    let residents = layers::thousands(cadastre.residents(extent).round() as i64);
    small(ui, session.t2("area_holds", &[&extent.cells().len().to_string(), &residents]));
    if ui.small_button(session.t("none")).clicked() {
        session.panels.brush.clear();
    }
}

/// A file whose polygons say where.
fn area_file(ui: &mut Ui, session: &mut Session) {
    ui.horizontal(|ui| {
        let hint = session.t("area_file_hint");
        let field = egui::TextEdit::singleline(&mut session.panels.area_file).hint_text(hint).desired_width(118.0);
        let response = ui.add(field).on_hover_text(session.t("area_file_what"));
        let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let path = session.panels.area_file.trim().to_string();
        if ui.button(session.t("files_look")).clicked() {
            session.panels.browser = Some(Browser::new(Sought::File(&["geojson", "json", "gpkg"]), &path));
        }
        let mut chosen = entered && !path.is_empty();
        if let Some(mut browser) = session.panels.browser.take() {
            match browser.show(ui.ctx(), session.panels.lang) {
                Found::Nothing => session.panels.browser = Some(browser),
                Found::Closed => {}
                Found::Path(found) => {
                    session.panels.area_file = found.display().to_string();
                    chosen = true;
                }
            }
        }
        let path = session.panels.area_file.trim().to_string();
        if chosen {
            let area = MeasureArea::File(path.clone().into());
            let cadastre = session.desk.cadastre.clone();
            match extent(&Place::whole(path), &area, &cadastre) {
                Ok(found) => session.panels.brush.add(&found, &cadastre),
                Err(problems) => session.desk.tell(problems.to_string()),
            }
        }
    });
}

/// A month to choose, not before `first`.
fn month_field(ui: &mut Ui, month: &mut Month, first: Month) {
    let (mut year, mut of_year) = (month.year(), month.month());
    ui.add(egui::DragValue::new(&mut of_year).range(1..=12).custom_formatter(|n, _| format!("{n:02}")));
    ui.add(egui::DragValue::new(&mut year).range(first.year()..=first.year() + 150).speed(0.05));
    *month = Month::new(year, of_year.clamp(1, 12)).max(first);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_so_is_found_first() {
        let ids = |lang, wanted: &str| found(lang, wanted).iter().map(|l| l.id).collect::<Vec<_>>();
        assert_eq!(ids(Lang::En, "coaches")[0], "street_coaches");
        assert_eq!(ids(Lang::Nl, "straatv")[0], "lighting");
        let street = ids(Lang::En, "street");
        assert_eq!(street[..2], ["street_coaches", "lighting"], "by their names");
        assert!(street[2..].contains(&"neighbourhood_police"), "by what it does: {street:?}");
        assert!(ids(Lang::En, "no such thing").is_empty());
    }
}
