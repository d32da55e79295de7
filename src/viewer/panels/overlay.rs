//! What lies over the city: outlines of neighbourhoods, arcs, names, north arrow, scale bar, and which half is which.

use bevy::prelude::{Vec2, Vec3};
use bevy_egui::egui::{self, Align2, Color32, FontId, Painter, Pos2, Rect, Stroke, Ui};

use super::super::camera::Lens;
use super::super::layers;
use super::super::session::{Session, TwinMode};
use super::arcs;
use super::top::change_text;
use super::{area, style};

/// Most names at the same time, in each view.
const MOST_NAMES: usize = 14;

pub(super) fn show(ui: &Ui, free: Rect, points: f32, session: &Session) {
    let (own, other) = session.lenses();
    let views = [
        (Some(own), session.t("with_title"), usize::from(session.twin_instead())),
        (other, session.t("without_measures"), 1),
    ];
    for (lens, title, side) in views {
        let Some(lens) = lens else { continue };
        let rect = Rect::from_min_max(to_panel(lens.rect.min, points), to_panel(lens.rect.max, points)).intersect(free);
        let painter = ui.painter().with_clip_rect(rect);
        area::show(area::View { painter: &painter, lens: &lens, points }, session);
        arcs::draw(&painter, &lens, points, session, side);
        // The compass, the scale bar and the headline have their places.
        let mut taken = vec![
            Rect::from_min_size(rect.left_bottom() - egui::vec2(0.0, 92.0), egui::vec2(150.0, 92.0)),
            Rect::from_center_size(rect.center_top() + egui::vec2(0.0, 18.0), egui::vec2(180.0, 34.0)),
        ];
        if session.panels.labels {
            names(&painter, rect, &lens, points, (session, side), &mut taken);
        }
        arcs::numbers(&painter, rect, &lens, points, (session, side), &mut taken);
        let headline = match session.twin {
            TwinMode::Split => Some(title),
            TwinMode::Instead => Some(session.t("without_measures")),
            TwinMode::Difference => Some(session.t("twin_difference_title")),
            TwinMode::Off => None,
        };
        if let Some(text) = headline {
            plate(&painter, rect.center_top() + egui::vec2(0.0, 18.0), text, 14.0);
        }
    }
    let painter = ui.painter().with_clip_rect(free);
    if other.is_some() {
        painter.vline(free.center().x, free.y_range(), Stroke::new(2.0, style::PAPER));
    }
    if free.width() > 240.0 && free.height() > 140.0 {
        compass(&painter, free.left_bottom() + egui::vec2(26.0, -58.0), session.orbit.heading);
        scale_bar(&painter, free.left_bottom() + egui::vec2(12.0, -14.0), session, points);
    }
}

pub(super) fn to_panel(p: Vec2, points: f32) -> Pos2 {
    Pos2::new(p.x / points, p.y / points)
}

pub(super) fn place_of(session: &Session, [x, y]: [f64; 2], above_m: f32) -> Vec3 {
    let grid = &session.desk.city.grid;
    let (x, y) = ((x - grid.west_m) as f32, (y - grid.south_m()) as f32);
    let [wide, high] = session.terrain.size_m;
    Vec3::new(x - wide / 2.0, session.terrain.at([x, y]) + above_m, high / 2.0 - y)
}

/// What the measures changed in each neighbourhood, if that is what the map shows, with how it is written: an arrow and
/// the change. Where nothing changed there is no text.
fn changes(session: &Session) -> Vec<(f32, String)> {
    let kind = session.layers[session.layer].kind;
    let (Some(indicator), TwinMode::Difference) = (layers::indicator_of(kind), session.twin) else { return Vec::new() };
    let lang = session.panels.lang;
    let none = layers::value_text(lang, indicator, 0.0);
    let text = |change: f32| match layers::value_text(lang, indicator, f64::from(change.abs())) {
        text if !change.is_finite() || text == none => String::new(),
        _ => format!("  {} {}", if change < 0.0 { "⬇" } else { "⬆" }, change_text(lang, indicator, change.into())),
    };
    session.differences(kind).unwrap_or_default().into_iter().map(|change| (change, text(change))).collect()
}

/// What can be named.
struct Name {
    text: String,
    centre_m: [f64; 2],
    /// Pointed at, or chosen.
    is_first: bool,
    /// How much there is to say of it.
    size: f32,
    residents: u32,
}

/// Everything that can be named: neighbourhoods, or where arcs run between districts, these.
fn nameable(session: &Session, side: usize) -> Vec<Name> {
    let on_arcs = session.people_at_ends(side);
    if session.arcs.is_some() && session.by_district() {
        let districts = session.desk.city.districts.iter().zip(&session.district_centres).enumerate();
        let name = |(k, (text, centre_m)): (usize, (&String, &[f64; 2]))| Name {
            text: text.clone(),
            centre_m: *centre_m,
            is_first: false,
            size: on_arcs[k],
            residents: 0,
        };
        return districts.map(name).filter(|name| name.size > 0.0).collect();
    }
    let changes = changes(session);
    let hoods = session.desk.city.neighbourhoods.iter().enumerate();
    hoods
        .filter(|(_, hood)| hood.marginals.residents > 0)
        .map(|(n, hood)| {
            let change = changes.get(n).filter(|(_, text)| !text.is_empty());
            Name {
                text: format!("{}{}", hood.name, change.map_or("", |(_, text)| text)),
                centre_m: hood.centre_m,
                is_first: session.panels.hovered == Some(n) || session.panels.brush.marked().extent.holds(n),
                size: on_arcs[n] + change.map_or(0.0, |(change, _)| change.abs()),
                residents: hood.marginals.residents,
            }
        })
        .collect()
}

/// Names of the larger neighbourhoods, as far as they do not cover each other; what is pointed at comes first, then what
/// changed most, or where most people moved.
fn names(
    painter: &Painter,
    free: Rect,
    lens: &Lens,
    points: f32,
    (session, side): (&Session, usize),
    taken: &mut Vec<Rect>,
) {
    let mut names = nameable(session, side);
    names.sort_by(|a, b| {
        b.is_first.cmp(&a.is_first).then(b.size.total_cmp(&a.size)).then(b.residents.cmp(&a.residents))
    });
    let mut n_names = 0;
    for name in names {
        let Some(p) = lens.project(place_of(session, name.centre_m, 24.0)) else { continue };
        let galley = painter.layout_no_wrap(name.text, FontId::proportional(12.5), style::INK);
        let rect = Align2::CENTER_CENTER.anchor_size(to_panel(p, points), galley.size()).expand2(egui::vec2(6.0, 2.0));
        if !free.shrink(4.0).contains_rect(rect) || taken.iter().any(|t| t.expand(10.0).intersects(rect)) {
            continue;
        }
        painter.rect_filled(rect, 4.0, Color32::from_rgba_unmultiplied(250, 250, 248, 236));
        painter.galley(rect.min + egui::vec2(6.0, 2.0), galley, style::INK);
        taken.push(rect);
        n_names += 1;
        if n_names == MOST_NAMES {
            break;
        }
    }
}

fn plate(painter: &Painter, middle: Pos2, text: &str, size: f32) {
    let galley = painter.layout_no_wrap(text.into(), FontId::proportional(size), style::INK);
    let rect = Align2::CENTER_CENTER.anchor_size(middle, galley.size()).expand2(egui::vec2(10.0, 4.0));
    painter.rect_filled(rect, 5.0, Color32::from_rgba_unmultiplied(250, 250, 248, 244));
    painter.galley(rect.min + egui::vec2(10.0, 4.0), galley, style::INK);
}

fn compass(painter: &Painter, middle: Pos2, heading: f32) {
    let north = egui::vec2(-heading.sin(), -heading.cos());
    let side = egui::vec2(-north.y, north.x);
    painter.circle_filled(middle, 16.0, Color32::from_rgba_unmultiplied(250, 250, 248, 236));
    let needle = |to: egui::Vec2, colour| {
        let corners = vec![middle + to * 12.0, middle + side * 4.0, middle - side * 4.0];
        painter.add(egui::Shape::convex_polygon(corners, colour, Stroke::NONE));
    };
    needle(north, style::ACCENT);
    needle(-north, Color32::from_rgb(190, 192, 190));
    painter.text(middle + north * 24.0, Align2::CENTER_CENTER, "N", FontId::proportional(12.0), style::INK);
}

fn scale_bar(painter: &Painter, left: Pos2, session: &Session, points: f32) {
    let m_per_point = session.seen().m_per_point(session.free.height()) * points;
    let wanted = 110.0 * m_per_point;
    let power = 10f32.powf(wanted.log10().floor());
    let length_m = [5.0, 2.0, 1.0].into_iter().map(|k| k * power).find(|m| *m <= wanted).unwrap_or(power);
    let right = left + egui::vec2(length_m / m_per_point, 0.0);
    let back = Rect::from_min_max(left + egui::vec2(-4.0, -16.0), right + egui::vec2(4.0, 6.0));
    painter.rect_filled(back, 3.0, Color32::from_rgba_unmultiplied(250, 250, 248, 236));
    painter.line_segment([left, right], Stroke::new(2.0, style::INK));
    for end in [left, right] {
        painter.line_segment([end - egui::vec2(0.0, 4.0), end + egui::vec2(0.0, 2.0)], Stroke::new(2.0, style::INK));
    }
    let text = if length_m >= 1000.0 { format!("{:.0} km", length_m / 1000.0) } else { format!("{length_m:.0} m") };
    painter.text(left.lerp(right, 0.5), Align2::CENTER_BOTTOM, text, FontId::proportional(11.0), style::INK);
}
