//! Arcs of moves on the window, as wide at any distance, and their legend.

use bevy_egui::egui::{self, Align2, Color32, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, Ui};

use super::super::arcs::{Arrow, Way, colours, line};
use super::super::camera::Lens;
use super::super::layers::{self, Rgb};
use super::super::session::{Session, TwinMode};
use super::overlay::{place_of, to_panel};
use super::style::{self, colour, small};

/// Width of the widest and of the narrowest arc, points.
const WIDTH: [f32; 2] = [13.0, 1.4];
/// Width at the end, as a share of that at the beginning.
const TAPER: f32 = 0.6;
/// Pale line around an arc, that parts it from what it crosses, points.
const HALO: f32 = 1.3;
/// Most numbers at the same time, in each view.
const MOST_NUMBERS: usize = 10;

fn width(people: f32, most: f32) -> f32 {
    (WIDTH[0] * people.abs() / most).max(WIDTH[1])
}

/// Draws the arcs of one side, small ones on top.
pub(super) fn draw(painter: &Painter, lens: &Lens, points: f32, session: &Session, side: usize) {
    let Some(arcs) = &session.arcs else { return };
    for arc in arcs.sides[side].iter() {
        let width = width(arc.people, arcs.most);
        let mut piece = Vec::new();
        for place in places(session, arc) {
            match lens.project(place.1) {
                Some(p) => piece.push((place.0, to_panel(p, points))),
                None => one(painter, &std::mem::take(&mut piece), width, colours(arc.way, arc.people)),
            }
        }
        one(painter, &piece, width, colours(arc.way, arc.people));
    }
}

fn places(session: &Session, arc: &Arrow) -> impl Iterator<Item = (f32, bevy::prelude::Vec3)> {
    let end = |node| place_of(session, session.end_of_arc(node), 4.0);
    line(end(arc.from), end(arc.to))
}

/// Numbers beside the largest arcs, where nothing is `taken` yet.
pub(super) fn numbers(
    painter: &Painter,
    free: Rect,
    lens: &Lens,
    points: f32,
    (session, side): (&Session, usize),
    taken: &mut Vec<Rect>,
) {
    let Some(arcs) = &session.arcs else { return };
    let mut n_numbers = 0;
    for arc in &arcs.sides[side] {
        let middle = places(session, arc).find(|(k, _)| *k >= 0.5).and_then(|(_, p)| lens.project(p));
        let Some(middle) = middle.map(|p| to_panel(p, points)) else { continue };
        let galley = painter.layout_no_wrap(number(session, arc), FontId::proportional(11.5), style::INK);
        let rect = Align2::CENTER_CENTER.anchor_size(middle, galley.size()).expand2(egui::vec2(4.0, 1.0));
        if !free.shrink(4.0).contains_rect(rect) || taken.iter().any(|t| t.expand(3.0).intersects(rect)) {
            continue;
        }
        let edge = colour(colours(arc.way, arc.people)[0]);
        painter.rect(rect, 3.0, style::PAPER, Stroke::new(1.0, edge), egui::StrokeKind::Middle);
        painter.galley(rect.min + egui::vec2(4.0, 1.0), galley, style::INK);
        taken.push(rect);
        n_numbers += 1;
        if n_numbers == MOST_NUMBERS {
            break;
        }
    }
}

fn number(session: &Session, arc: &Arrow) -> String {
    let text = layers::thousands(arc.people.abs() as i64);
    let sign = match (arc.way, arc.people < 0.0) {
        (Way::Changed, true) => "−",
        (Way::Changed, false) => "+",
        _ => "",
    };
    layers::decimal(session.panels.lang, format!("{sign}{text}"))
}

/// An arc, or as much of it as is in view: (0–1 along it, place in the window).
fn one(painter: &Painter, line: &[(f32, Pos2)], width: f32, [from, to]: [Rgb; 2]) {
    let [Some(&(start_k, start)), Some(&(end_k, tip))] = [line.first(), line.last()] else { return };
    if line.len() < 2 {
        return;
    }
    let length: f32 = line.windows(2).map(|pair| pair[0].1.distance(pair[1].1)).sum();
    let has_head = end_k > 0.999;
    let head = if has_head { (1.1 * width + 6.5).min(0.4 * length) } else { 0.0 };
    // The head takes the place of the last of the line.
    let body: Vec<(f32, Pos2)> = line.iter().copied().filter(|(_, p)| p.distance(tip) >= head).collect();
    let Some(&(_, base)) = body.last() else { return };
    let along = (tip - base).normalized();
    let at = |k: f32| colour(std::array::from_fn(|c| (f32::from(from[c]) * (1.0 - k) + f32::from(to[c]) * k) as u8));
    let half = |k: f32| 0.5 * width * (1.0 + k * (TAPER - 1.0));
    let paper = Color32::from_rgba_unmultiplied(250, 250, 248, 210);
    let neck = tip - along * head;
    let mut body = body;
    if has_head {
        body.push((end_k, neck + along * 0.5));
    }
    for (more, paint) in [(HALO, Some(paper)), (0.0, None)] {
        let paint = |k: f32| paint.unwrap_or_else(|| at(k));
        if start_k < 0.001 {
            painter.circle_filled(start, half(0.0) + more, paint(0.0));
        }
        let mut mesh = Mesh::default();
        ribbon(&mut mesh, &body, |k| half(k) + more, paint);
        painter.add(mesh);
        if has_head {
            let wide = (half(1.0) + 0.35 * head + 0.5 + more) * along.rot90();
            let corners = vec![tip + 1.6 * more * along, neck - more * along + wide, neck - more * along - wide];
            painter.add(Shape::convex_polygon(corners, paint(1.0), Stroke::NONE));
        }
    }
}

/// A line of changing width and colour, with smooth edges.
fn ribbon(mesh: &mut Mesh, line: &[(f32, Pos2)], half: impl Fn(f32) -> f32, paint: impl Fn(f32) -> Color32) {
    let first = mesh.vertices.len() as u32;
    for (i, (k, p)) in line.iter().enumerate() {
        let (before, after) = (line[i.saturating_sub(1)].1, line[(i + 1).min(line.len() - 1)].1);
        let across = (after - before).normalized().rot90();
        let (inner, outer) = ((half(*k) - 0.5).max(0.0), half(*k) + 0.5);
        for (off, paint) in
            [(-outer, Color32::TRANSPARENT), (-inner, paint(*k)), (inner, paint(*k)), (outer, Color32::TRANSPARENT)]
        {
            mesh.colored_vertex(*p + off * across, paint);
        }
    }
    for section in 0..line.len().saturating_sub(1) as u32 {
        for strip in 0..3 {
            let a = first + 4 * section + strip;
            mesh.add_triangle(a, a + 1, a + 4);
            mesh.add_triangle(a + 1, a + 5, a + 4);
        }
    }
}

/// What widths and colours mean, and what is not drawn.
pub(super) fn legend(ui: &mut Ui, session: &Session) {
    let Some(arcs) = session.arcs.as_ref().filter(|arcs| arcs.n_months > 0) else {
        small(ui, session.t("moves_none"));
        return;
    };
    if session.twin == TwinMode::Difference {
        small(ui, session.t("difference_note"));
        if arcs.sides[0].is_empty() {
            small(ui, session.t("difference_zero"));
            return;
        }
    }
    let here = session.panels.here.is_some();
    let c = arcs.counts;
    let people = |n: u32| layers::thousands(n.into());
    match (session.twin == TwinMode::Difference, here) {
        (true, _) => {
            sample(ui, width(0.5, 1.0), colours(Way::Changed, 1.0), session.t("moves_more"));
            sample(ui, width(0.5, 1.0), colours(Way::Changed, -1.0), session.t("moves_fewer"));
        }
        (false, true) => {
            sample(ui, width(0.5, 1.0), colours(Way::In, 1.0), &session.t2("moves_in", &[&people(c.into)]));
            sample(ui, width(0.5, 1.0), colours(Way::Out, 1.0), &session.t2("moves_out", &[&people(c.out)]));
        }
        (false, false) => {}
    }
    let mut before = 0;
    for share in [0.1, 0.4, 1.0] {
        let n = (share * arcs.most).round() as u32;
        if n > before.max(1) {
            let grey = [[70, 74, 80], [150, 154, 158]];
            let of = if here || session.twin == TwinMode::Difference { grey } else { colours(Way::Between, 1.0) };
            sample(ui, width(n as f32, arcs.most), of, &session.t2("moves_people", &[&people(n)]));
            before = n;
        }
    }
    let months = arcs.n_months.to_string();
    small(ui, session.t2("moves_months", &[&months]));
    if session.twin != TwinMode::Difference {
        let n = arcs.sides.iter().map(Vec::len).find(|n| *n > 0).unwrap_or(0).to_string();
        let of = if here { c.into + c.out } else { c.between };
        let rest = session.t2("moves_rest", &[&people(c.within), &people(c.arrived), &people(c.left)]);
        small(ui, session.t2("moves_drawn", &[&n, &people(c.drawn), &people(of)])).on_hover_text(rest);
    }
    if !here {
        small(ui, session.t(if session.by_district() { "moves_districts" } else { "moves_click" }));
    }
}

fn sample(ui: &mut Ui, width: f32, of: [Rgb; 2], text: &str) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(54.0, 15.0), egui::Sense::hover());
        let x = |k: f32| rect.left() + 6.0 + k * (rect.width() - 8.0);
        let points: Vec<(f32, Pos2)> =
            (0..=8).map(|i| i as f32 / 8.0).map(|k| (k, Pos2::new(x(k), rect.center().y))).collect();
        one(ui.painter(), &points, width, of);
        ui.label(text);
    });
}
