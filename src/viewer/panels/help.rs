//! Help, the tour, and the field for a file name.

use bevy_egui::egui::{self, Align2, Context, RichText};

use super::super::session::Session;
use super::style;

pub(super) fn show(ctx: &Context, session: &mut Session) {
    if session.panels.help {
        help(ctx, session);
    }
    tour(ctx, session);
    name_field(ctx, session);
}

fn help(ctx: &Context, session: &mut Session) {
    let rows = [
        (session.t("keys_space"), session.t("play_pause")),
        (".", session.t("one_month")),
        ("[  ]", session.t("keys_speed")),
        ("Home", session.t("keys_home")),
        ("Ctrl Z, Ctrl Y", session.t("keys_undo")),
        ("Ctrl S", session.t("save")),
        ("T", session.t("keys_twin")),
        (session.t("keys_arrows"), session.t("keys_move")),
        ("Q  E", session.t("keys_turn")),
        ("+  −", session.t("keys_zoom")),
        (session.t("keys_drag"), session.t("keys_drag_what")),
        (session.t("keys_click"), session.t("keys_click_what")),
        (session.t("keys_shift"), session.t("keys_shift_what")),
        ("N  B  M", session.t("keys_neighbourhoods")),
        ("/  L", session.t("keys_search")),
        ("1 2 3 4", session.t("keys_pages")),
        ("Tab", session.t("keys_tab")),
        (session.t("keys_enter_key"), session.t("keys_enter")),
        ("Esc", session.t("keys_escape")),
        ("F12", session.t("export_picture")),
        ("F1", session.t("help")),
    ];
    let mut open = true;
    egui::Window::new(session.t("help"))
        .open(&mut open)
        .collapsible(false)
        // Whole from its first frame on; where the window is low it scrolls.
        .auto_sized()
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            ui.set_max_width(480.0);
            let high = (ctx.content_rect().height() - 90.0).max(120.0);
            egui::ScrollArea::vertical().max_height(high).show(ui, |ui| {
                egui::Grid::new("keys").num_columns(2).spacing([18.0, 4.0]).show(ui, |ui| {
                    for (key, what) in rows {
                        ui.label(RichText::new(key).strong());
                        ui.label(what);
                        ui.end_row();
                    }
                });
                ui.separator();
                ui.label(session.t("help_model"));
            });
        });
    session.panels.help = open;
}

/// Steps of the tour: title and text.
fn step(session: &Session, step: usize) -> Option<(&'static str, &'static str)> {
    match step {
        0 => Some((session.t("tour_1"), session.t("tour_1_text"))),
        1 => Some((session.t("tour_2"), session.t("tour_2_text"))),
        2 => Some((session.t("tour_3"), session.t("tour_3_text"))),
        3 => Some((session.t("tour_4"), session.t("tour_4_text"))),
        4 => Some((session.t("tour_5"), session.t("tour_5_text"))),
        _ => None,
    }
}

fn tour(ctx: &Context, session: &mut Session) {
    let Some(at) = session.panels.tour else { return };
    let Some((title, text)) = step(session, at) else {
        session.panels.tour = None;
        return;
    };
    egui::Window::new(format!("{title} ({}/5)", at + 1))
        .id("tour".into())
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_BOTTOM, [0.0, -110.0])
        .show(ctx, |ui| {
            ui.set_width(360.0);
            ui.label(text);
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                let next = if at == 4 { session.t("tour_done") } else { session.t("tour_next") };
                if style::strong_button(ui, next).clicked() {
                    session.panels.tour = Some(at + 1);
                }
                if ui.button(session.t("tour_skip")).clicked() {
                    session.panels.tour = None;
                }
            });
        });
}

fn name_field(ctx: &Context, session: &mut Session) {
    let Some(mut name) = session.panels.save_as.clone() else { return };
    let mut done = false;
    egui::Window::new(session.t("save_as"))
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            let field = ui.add(egui::TextEdit::singleline(&mut name).desired_width(380.0));
            field.request_focus();
            ui.horizontal(|ui| {
                let entered = ui.input(|i| i.key_pressed(egui::Key::Enter));
                if (style::strong_button(ui, session.t("save")).clicked() || entered) && !name.trim().is_empty() {
                    session.save_to(name.trim());
                    done = true;
                }
                if ui.button(session.t("cancel")).clicked() || ui.input(|i| i.key_pressed(egui::Key::Escape)) {
                    done = true;
                }
            });
        });
    session.panels.save_as = if done { None } else { Some(name) };
}
