//! Time: play, step, speed, the bar with marks, jumping and branching; and what there is to tell.

use bevy_egui::egui::{self, Align2, FontId, Pos2, Rect, RichText, Sense, Stroke, Ui};

use super::super::film;
use super::super::session::{SPEEDS, Session};
use super::super::words;
use super::super::worker::Command;
use super::style;
use crate::session::Plans;
use crate::sim::Month;

/// How long a note stays, s.
const NOTE_S: u64 = 12;

pub(super) fn show(ui: &mut Ui, session: &mut Session) {
    bar(ui, session);
    ui.horizontal(|ui| {
        let moving = session.status.playing || session.status.pending > 0;
        let button = |text: &str| egui::Button::new(RichText::new(text).size(15.0)).min_size(egui::vec2(34.0, 26.0));
        let to_start = session.desk.file.scenario.start.plus(-1);
        if ui.add(button("⏮")).on_hover_text(session.t("to_start")).clicked() {
            session.desk.worker.send(Command::GoTo(to_start));
        }
        if ui.add(button(if moving { "⏸" } else { "▶" })).on_hover_text(session.t("play_pause")).clicked() {
            session.toggle();
        }
        if ui.add(button("⏭")).on_hover_text(session.t("one_month")).clicked() {
            session.desk.worker.send(Command::Step(1));
        }
        let date = session.month().map_or_else(|| "…".to_string(), |m| words::month(session.panels.lang, m));
        // Of one width, so that nothing beside it moves as months pass.
        ui.add_sized([140.0, 26.0], egui::Label::new(style::bold(date).size(16.5)));
        if ui.available_width() < 260.0 {
            return;
        }
        ui.add_space(8.0);
        if ui.add(button("−")).on_hover_text(session.t("slower")).clicked() {
            session.change_speed(-1);
        }
        let speed = SPEEDS[session.speed];
        let speed = if speed < 1.0 { session.t("slowest").into() } else { session.t2("speed", &[&speed.to_string()]) };
        ui.add_sized([80.0, 26.0], egui::Label::new(speed));
        if ui.add(button("+")).on_hover_text(session.t("faster")).clicked() {
            session.change_speed(1);
        }
        ui.add_space(8.0);
        jump(ui, session);
        ui.add_space(8.0);
        super::episode::buttons(ui, session);
        branch(ui, session);
        ui.add_space(8.0);
        news(ui, session);
    });
}

fn jump(ui: &mut Ui, session: &mut Session) {
    let hint = session.t("jump_hint");
    let field = egui::TextEdit::singleline(&mut session.panels.jump).hint_text(hint).desired_width(66.0);
    let response = ui.add(field);
    let entered = response.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
    if !entered || session.panels.jump.trim().is_empty() {
        return;
    }
    let start = session.desk.file.scenario.start;
    match Month::parse(session.panels.jump.trim()) {
        Some(month) if (-1..200 * 12).contains(&(month.0 - start.0)) => {
            session.desk.worker.send(Command::GoTo(month));
            session.panels.jump.clear();
        }
        _ => {
            let text = session.t2("jump_wrong", &[&start.to_string()]);
            session.desk.tell(text);
        }
    }
}

fn branch(ui: &mut Ui, session: &mut Session) {
    let Some(now) = session.month() else { return };
    let later = session.desk.file.plans.placements().iter().any(|p| p.from > now);
    if later && ui.button(session.t("branch")).on_hover_text(session.t("branch_hint")).clicked() {
        session.desk.change(|plans: &mut Plans| {
            plans.branch(now);
        });
    }
}

fn news(ui: &mut Ui, session: &mut Session) {
    if let Some(fault) = &session.status.fault {
        ui.label(RichText::new(session.t2("stopped", &[fault])).color(style::ALARM));
    } else if let Some(done) = session.report_progress() {
        ui.spinner();
        ui.label(session.t2("report_running", &[&format!("{:.0}", 100.0 * done)]));
    } else if session.status.pending > 1 {
        ui.spinner();
        ui.label(session.t2("to_go", &[&session.status.pending.to_string()]));
    } else if let Some((note, since)) = &session.desk.note
        && since.elapsed().as_secs() < NOTE_S
    {
        ui.add(egui::Label::new(note.as_str()).truncate());
    } else if let Some(ms) = session.latency_ms {
        let text = RichText::new(session.t2("latency", &[&format!("{ms:.0}")])).color(style::FAINT);
        ui.add(egui::Label::new(text).truncate());
    }
}

/// The bar from the start to the horizon: what is known, where time stands, where measures begin and heat or water
/// came. Dragging it goes there when it is let go.
fn bar(ui: &mut Ui, session: &mut Session) {
    let first = session.desk.file.scenario.start.plus(-1);
    let last = session.desk.horizon(&session.status);
    let span = f64::from((last.0 - first.0).max(1));
    let (rect, response) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 26.0), Sense::click_and_drag());
    let line = Rect::from_min_max(Pos2::new(rect.left(), rect.top() + 3.0), Pos2::new(rect.right(), rect.top() + 11.0));
    let x = |month: i32| rect.left() + (f64::from(month - first.0) / span) as f32 * rect.width();
    let painter = ui.painter();
    painter.rect_filled(line, 3.0, egui::Color32::from_rgb(228, 230, 226));
    if let Some(known) = session.status.known_until {
        let part = Rect::from_min_max(line.min, Pos2::new(x(known.0), line.max.y));
        painter.rect_filled(part, 3.0, egui::Color32::from_rgb(192, 205, 212));
    }
    let n_years = (last.0 - first.0) / 12;
    let every =
        [1, 2, 5, 10, 20, 50].into_iter().find(|n| rect.width() / (n_years / n).max(1) as f32 > 56.0).unwrap_or(50);
    for year in (first.year() + 1..=last.year()).filter(|y| y % every == 0) {
        let at = x(Month::new(year, 1).0 - 1);
        painter.vline(at, line.top()..=line.bottom(), Stroke::new(1.0, egui::Color32::from_rgb(206, 208, 204)));
        let place = Pos2::new(at, rect.bottom());
        painter.text(place, Align2::CENTER_BOTTOM, year.to_string(), FontId::proportional(10.0), style::FAINT);
    }
    // Events have marks of their own once they have come.
    let placements = session.desk.file.plans.placements().iter();
    for placement in placements.filter(|p| !p.is_event()) {
        let at = Pos2::new(x(placement.from.0 - 1), line.top() - 1.0);
        let colour = if placement.on { style::PLACED } else { style::TWIN };
        let mark = vec![at + egui::vec2(-4.0, -3.0), at + egui::vec2(4.0, -3.0), at + egui::vec2(0.0, 4.0)];
        painter.add(egui::Shape::convex_polygon(mark, colour, Stroke::NONE));
    }
    for (month, is_water) in film::marks(session) {
        let at = Pos2::new(x(month.0 - 1), line.bottom() + 3.0);
        painter.circle_filled(at, 3.5, if is_water { style::WATER } else { style::HEAT });
    }
    let pointed = response.interact_pointer_pos().or(response.hover_pos()).map(|p| {
        let k = f64::from((p.x - rect.left()) / rect.width()).clamp(0.0, 1.0);
        first.0 + (k * span).round() as i32
    });
    if response.dragged() || response.is_pointer_button_down_on() {
        session.panels.dragged = pointed;
    } else if let Some(month) = session.panels.dragged.take() {
        session.desk.worker.send(Command::GoTo(Month(month)));
    }
    let shown = session.panels.dragged.or(session.status.month.map(|m| m.0));
    if let Some(month) = shown {
        painter.circle_filled(Pos2::new(x(month), line.center().y), 7.0, style::ACCENT);
    }
    if let Some(month) = pointed {
        response.on_hover_text_at_pointer(words::month(session.panels.lang, Month(month)));
    }
}
