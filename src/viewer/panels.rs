//! The panels: indicators on top, layers on the left, time at the bottom, and names over the city.

use bevy::prelude::{Camera, Camera3d, GlobalTransform, ResMut, Result, Single, Vec3, With};
use bevy_egui::egui::{self, Align2, Color32, FontId, Pos2, Rect, RichText};
use bevy_egui::{EguiContexts, egui::Ui};

use super::layers::{self, Kind, Rgb};
use super::session::{SPEEDS, Session};
use super::worker::Command;
use crate::city::Tenure;
use crate::indicators::{self, Frame, neighbourhood_indicators};

const INK: Color32 = Color32::from_rgb(52, 60, 68);
const FAINT: Color32 = Color32::from_rgb(112, 120, 128);
const PAPER: Color32 = Color32::from_rgb(250, 250, 248);

fn colour([r, g, b]: Rgb) -> Color32 {
    Color32::from_rgb(r, g, b)
}

pub(super) fn show(
    mut contexts: EguiContexts,
    mut session: ResMut<Session>,
    camera: Single<(&Camera, &GlobalTransform), With<Camera3d>>,
) -> Result {
    let ctx = contexts.ctx_mut()?.clone();
    let mut visuals = egui::Visuals::light();
    visuals.override_text_color = Some(INK);
    visuals.panel_fill = PAPER;
    ctx.set_visuals(visuals);
    let everything = egui::UiBuilder::new().layer_id(egui::LayerId::background()).max_rect(ctx.viewport_rect());
    let mut ui = Ui::new(ctx.clone(), "window".into(), everything);
    let frame = |x: i8, y: i8| egui::Frame::new().fill(PAPER).inner_margin(egui::Margin::symmetric(x, y));
    egui::Panel::top("indicators")
        .frame(frame(14, 8))
        .resizable(false)
        .show(&mut ui, |ui| indicators_bar(ui, &session));
    egui::Panel::bottom("time").frame(frame(14, 8)).resizable(false).show(&mut ui, |ui| time_bar(ui, &mut session));
    egui::Panel::left("layers")
        .frame(frame(14, 10))
        .resizable(false)
        .exact_size(238.0)
        .show(&mut ui, |ui| layer_list(ui, &mut session));
    let free = ui.available_rect_before_wrap();
    session.free = [free.left(), free.top(), free.right(), free.bottom()];
    session.pointer_taken = ctx.any_popup_open() || ctx.egui_is_using_pointer();
    session.keys_taken = ctx.text_edit_focused();
    if session.labels {
        names(&ui, free, &session, *camera);
    }
    Ok(())
}

/// Numbers of the whole city, from those of its neighbourhoods.
fn totals(frame: &Frame) -> Vec<(&'static str, String)> {
    let of = |id: &str| frame.of_neighbourhoods(id).unwrap_or(&[]);
    let known = |values: &[f32]| values.iter().filter(|v| v.is_finite()).map(|v| f64::from(*v)).sum::<f64>();
    let residents = of("residents");
    let mean = |id: &str| {
        let pairs = of(id).iter().zip(residents).filter(|(v, n)| v.is_finite() && n.is_finite());
        let (sum, n) = pairs.fold((0.0, 0.0), |(s, m), (v, n)| (s + f64::from(v * n), m + f64::from(*n)));
        if n > 0.0 { sum / n } else { f64::NAN }
    };
    let homes = frame.dwellings.iter().filter(|b| **b != Frame::EMPTY_SLOT);
    let (n_homes, n_empty) = homes.fold((0_i64, 0_i64), |(n, e), b| (n + 1, e + i64::from(*b < Frame::INHABITED)));
    let percent = |share: f64| if share.is_finite() { format!("{:.1} %", 100.0 * share) } else { "–".into() };
    vec![
        ("residents", layers::thousands(known(residents) as i64)),
        ("households", layers::thousands(known(of("households")) as i64)),
        ("homes", layers::thousands(n_homes)),
        ("empty homes", percent(n_empty as f64 / n_homes.max(1) as f64)),
        ("65 and older", percent(mean("age_65_up_share"))),
        ("moves this month", layers::thousands(known(of("moves_within")) as i64)),
    ]
}

fn indicators_bar(ui: &mut Ui, session: &Session) {
    ui.horizontal(|ui| {
        ui.vertical(|ui| {
            ui.label(RichText::new(&session.city.name).size(19.0).strong());
            ui.label(RichText::new(origin_text(session)).size(11.0).color(FAINT));
        });
        let Some(frame) = &session.frame else {
            ui.add_space(20.0);
            ui.label(RichText::new("people are moving in …").size(15.0).color(FAINT));
            return;
        };
        for (title, value) in totals(frame) {
            ui.add_space(22.0);
            ui.vertical(|ui| {
                ui.label(RichText::new(value).size(19.0));
                ui.label(RichText::new(title).size(11.0).color(FAINT));
            });
        }
    });
}

fn origin_text(session: &Session) -> &'static str {
    match session.city.origin {
        crate::city::CityOrigin::Generated => "an invented city, synthetic people",
        crate::city::CityOrigin::Real => "synthetic people",
    }
}

fn time_bar(ui: &mut Ui, session: &mut Session) {
    ui.horizontal(|ui| {
        let moving = session.status.playing || session.status.pending > 0;
        let button = |text: &str| egui::Button::new(RichText::new(text).size(16.0)).min_size(egui::vec2(38.0, 28.0));
        if ui.add(button(if moving { "⏸" } else { "▶" })).on_hover_text("Play or pause (space)").clicked() {
            session.toggle();
        }
        if ui.add(button("⏭")).on_hover_text("One month (.)").clicked() {
            session.worker.send(Command::Step(1));
        }
        ui.add_space(10.0);
        let date = session.frame.as_ref().map_or_else(|| "…".to_string(), |f| month_text(f.month));
        ui.label(RichText::new(date).size(18.0).strong());
        ui.add_space(14.0);
        if ui.add(button("−")).on_hover_text("Slower ([)").clicked() {
            session.change_speed(-1);
        }
        let speed = SPEEDS[session.speed];
        let text = if speed < 1.0 { "1 month in 2 s".to_string() } else { format!("{speed} months/s") };
        ui.label(text.replace("1 months/s", "1 month/s"));
        if ui.add(button("+")).on_hover_text("Faster (])").clicked() {
            session.change_speed(1);
        }
        ui.add_space(14.0);
        if let Some(fault) = &session.status.fault {
            ui.label(RichText::new(format!("The simulation stopped: {fault}")).color(Color32::from_rgb(170, 50, 40)));
        } else if session.status.pending > 1 {
            ui.label(RichText::new(format!("{} months to go", session.status.pending)).color(FAINT));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.label(RichText::new("drag: turn · right drag: move · wheel: zoom · Home").size(11.0).color(FAINT));
        });
    });
}

fn month_text(month: crate::sim::Month) -> String {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    format!("{} {}", NAMES[(month.month() - 1) as usize], month.year())
}

/// Layers that the list offers: what says something of a place without regard to its size.
fn is_listed(kind: Kind) -> bool {
    let Some(indicator) = layers::indicator_of(kind) else { return true };
    !matches!(indicator.kind, indicators::Kind::Stock | indicators::Kind::Flow)
}

fn layer_list(ui: &mut Ui, session: &mut Session) {
    egui::Panel::bottom("legend")
        .frame(egui::Frame::new().inner_margin(egui::Margin { left: 0, right: 0, top: 8, bottom: 2 }))
        .resizable(false)
        .show(ui, |ui| legend(ui, session));
    ui.label(RichText::new("Layers").size(15.0).strong());
    ui.add_space(4.0);
    ui.add(egui::TextEdit::singleline(&mut session.search).hint_text("search").desired_width(f32::INFINITY));
    ui.add_space(4.0);
    let wanted = session.search.to_lowercase();
    let mut chosen = session.layer;
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        for (i, layer) in session.layers.iter().enumerate() {
            let found = layer.title.to_lowercase().contains(&wanted) || layer.id.contains(&wanted);
            let listed = i == chosen || !wanted.is_empty() || is_listed(layer.kind);
            if found && listed && ui.radio(i == chosen, layer.title).clicked() {
                chosen = i;
            }
        }
    });
    session.choose(chosen);
}

fn legend(ui: &mut Ui, session: &mut Session) {
    let layer = &session.layers[session.layer];
    ui.label(RichText::new(layer.title).size(13.0).strong());
    ui.add_space(2.0);
    match layer.kind {
        Kind::Tenure => {
            for tenure in Tenure::ALL {
                swatch(ui, layers::tenure_colour(tenure), layers::tenure_title(tenure));
            }
            ui.label(RichText::new("tenure of most homes in a building").size(11.0).color(FAINT));
        }
        Kind::Vacancy => {
            swatch(ui, layers::LIVED_IN, "all homes lived in");
            swatch(ui, layers::EMPTY_HOME, "all homes empty");
        }
        Kind::Indicator(at) => {
            if let (Some(scale), Some(indicator)) = (session.scale, neighbourhood_indicators().nth(at)) {
                ramp(ui);
                ui.horizontal(|ui| {
                    ui.label(layers::value_text(indicator, scale.low.into()));
                    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                        ui.label(layers::value_text(indicator, scale.high.into()));
                    });
                });
                swatch(ui, layers::NOT_AVAILABLE, "not available");
                ui.label(RichText::new(indicator.about.en).size(11.0).color(FAINT));
            }
        }
    }
    swatch(ui, layers::NO_HOMES, "no homes");
    ui.add_space(4.0);
    ui.checkbox(&mut session.labels, "Names");
}

fn swatch(ui: &mut Ui, rgb: Rgb, text: &str) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(16.0, 12.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 2.0, colour(rgb));
        ui.label(text);
    });
}

fn ramp(ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(ui.available_width(), 12.0), egui::Sense::hover());
    let n = 48;
    for i in 0..n {
        let (left, right) = (i as f32 / n as f32, (i + 1) as f32 / n as f32);
        let x = |k: f32| rect.left() + k * rect.width();
        let part = Rect::from_min_max(Pos2::new(x(left), rect.top()), Pos2::new(x(right) + 0.5, rect.bottom()));
        ui.painter().rect_filled(part, 0.0, colour(layers::colour_at((left + right) / 2.0)));
    }
}

/// Names of the larger neighbourhoods, as far as they do not cover each other.
fn names(ui: &Ui, free: Rect, session: &Session, (camera, eye): (&Camera, &GlobalTransform)) {
    let grid = &session.city.grid;
    let middle = [(grid.west_m + grid.east_m()) / 2.0, (grid.south_m() + grid.north_m) / 2.0];
    let mut hoods: Vec<_> = session.city.neighbourhoods.iter().filter(|n| n.marginals.residents > 0).collect();
    hoods.sort_by_key(|n| std::cmp::Reverse(n.marginals.residents));
    let painter = ui.painter().with_clip_rect(free);
    let mut taken: Vec<Rect> = Vec::new();
    for hood in hoods {
        let place = Vec3::new((hood.centre_m[0] - middle[0]) as f32, 24.0, (middle[1] - hood.centre_m[1]) as f32);
        let Ok(p) = camera.world_to_viewport(eye, place) else { continue };
        let galley = painter.layout_no_wrap(hood.name.clone(), FontId::proportional(12.5), INK);
        let rect = Align2::CENTER_CENTER.anchor_size(Pos2::new(p.x, p.y), galley.size()).expand2(egui::vec2(6.0, 2.0));
        if !free.shrink(4.0).contains_rect(rect) || taken.iter().any(|t| t.expand(14.0).intersects(rect)) {
            continue;
        }
        painter.rect_filled(rect, 4.0, Color32::from_rgba_unmultiplied(250, 250, 248, 205));
        painter.galley(rect.min + egui::vec2(6.0, 2.0), galley, INK);
        taken.push(rect);
        if taken.len() == 14 {
            break;
        }
    }
}
