//! The panels: indicators on top, layers on the left, measures on the right, time at the bottom.

mod arcs;
mod area;
mod chart;
mod episode;
pub(super) mod files;
mod help;
mod here;
mod layer_list;
mod measures;
mod moved;
mod overlay;
pub(super) mod skyline;
pub(super) mod style;
mod table;
mod time;
mod top;

use bevy::prelude::{Rect, ResMut, Result, Single, Vec2, Window, With};
use bevy::window::PrimaryWindow;
use bevy_egui::EguiContexts;
use bevy_egui::egui::{self, RichText, Ui};

use super::camera::Orbit;
use super::session::{Page, Session};

/// Narrower or lower windows show no panels at the sides, points.
const ROOM: (f32, f32) = (820.0, 420.0);

pub(super) fn show(
    mut contexts: EguiContexts,
    mut session: ResMut<Session>,
    window: Single<&Window, With<PrimaryWindow>>,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    style::apply(&ctx);
    ctx.set_zoom_factor(session.panels.ui_scale);
    session.attend_arcs();
    let whole = egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(ctx.viewport_rect());
    let mut ui = Ui::new(ctx.clone(), "window".into(), whole);
    let size = ui.max_rect().size();
    let frame = |x: i8, y: i8| egui::Frame::new().fill(style::PAPER).inner_margin(egui::Margin::symmetric(x, y));
    let has_room = size.x >= ROOM.0 && size.y >= ROOM.1;
    if size.y >= 300.0 {
        egui::Panel::top("indicators")
            .frame(frame(12, 7))
            .resizable(false)
            .show_separator_line(false)
            .show(&mut ui, |ui| top::show(ui, &mut session));
    }
    egui::Panel::bottom("time").frame(frame(12, 6)).resizable(false).show(&mut ui, |ui| time::show(ui, &mut session));
    if has_room {
        egui::Panel::left("layers")
            .frame(frame(12, 8))
            .resizable(false)
            .show_separator_line(false)
            .exact_size(214.0)
            .show(&mut ui, |ui| layer_list::show(ui, &mut session));
        egui::Panel::right("side")
            .frame(frame(12, 8))
            .resizable(false)
            .show_separator_line(false)
            .exact_size(272.0)
            .show(&mut ui, |ui| side(ui, &mut session));
    }
    let free = ui.available_rect_before_wrap();
    // Points of the panels are larger or smaller than those of the window.
    let points = ctx.zoom_factor();
    let to_window = |p: egui::Pos2| Vec2::new(p.x * points, p.y * points);
    session.free = Rect { min: to_window(free.min), max: to_window(free.max) };
    if !session.fitted && window.width() > 0.0 {
        session.fitted = true;
        fit(&mut session);
    }
    session.refresh_marks();
    overlay::show(&ui, free, points, &session);
    episode::plate(&ctx, free, &mut session);
    table::show(&ctx, &mut session);
    help::show(&ctx, &mut session);
    session.pointer_taken = ctx.any_popup_open()
        || ctx.egui_is_using_pointer()
        || ctx
            .pointer_latest_pos()
            .and_then(|p| ctx.layer_id_at(p))
            .is_some_and(|l| l.order != egui::Order::Background);
    session.keys_taken = ctx.egui_wants_keyboard_input();
    Ok(())
}

/// The first view: everything that is built, or all of the grid; or where the session file says.
fn fit(session: &mut Session) {
    let [wide, high] = session.terrain.size_m;
    let size = Vec2::new(wide, high);
    let every = session.blocks.blocks.len() / 2000 + 1;
    let built = session.blocks.blocks.iter().step_by(every).filter_map(|b| b.ring.first());
    let mut points: Vec<Vec2> = built.map(|p| Vec2::new(p[0] - wide / 2.0, high / 2.0 - p[1])).collect();
    if points.is_empty() {
        points = vec![-size / 2.0, size / 2.0];
    }
    session.home = Orbit::over(&points, session.free.size(), session.free.height());
    session.orbit = session.home;
    let view = &session.desk.file.view;
    if view.camera_distance_m > 0.0 {
        session.orbit.look(view);
    }
}

fn side(ui: &mut Ui, session: &mut Session) {
    ui.horizontal(|ui| {
        // Dutch words are long, and all pages are to stand in one row.
        ui.spacing_mut().item_spacing.x = 1.0;
        ui.spacing_mut().button_padding.x = 4.0;
        for (page, key) in [
            (Page::Measures, session.t("measures")),
            (Page::Chart, session.t("chart")),
            (Page::Moved, session.t("moved")),
            (Page::Here, session.t("here")),
        ] {
            let text = RichText::new(key).size(13.0);
            if ui.selectable_label(session.panels.page == page, text).clicked() {
                session.panels.page = page;
            }
        }
    });
    ui.separator();
    match session.panels.page {
        Page::Measures => measures::show(ui, session),
        Page::Chart => chart::show(ui, session),
        Page::Moved => moved::show(ui, session),
        Page::Here => here::show(ui, session),
    }
}
