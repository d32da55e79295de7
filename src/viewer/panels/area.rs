//! Areas on the ground: what is being chosen, where measures hold now, and the brush.
//!
//! A neighbourhood that an area covers is drawn by its own outline; of others the cells are filled and outlined.

use bevy_egui::egui::{Color32, Mesh, Painter, Pos2, Shape, Stroke};

use super::super::brush::Marked;
use super::super::camera::Lens;
use super::super::session::Session;
use super::overlay::{place_of, to_panel};
use super::style;
use crate::city::SOCIAL_CELL_M;
use crate::city::outline::rings_of_cells;

/// Where on the picture.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub painter: &'a Painter,
    pub lens: &'a Lens,
    pub points: f32,
}

/// How high above the ground areas lie, m.
const ABOVE_M: f32 = 3.0;

/// The outlines of neighbourhoods that stand out, the cells of areas, and the brush.
pub(super) fn show(view: View, session: &Session) {
    let (choosing, chosen) = (session.panels.choice.is_some(), session.panels.brush.marked());
    cells(view, session, &session.marks.1, Stroke::new(1.5, style::PLACED), 72);
    if choosing {
        cells(view, session, chosen, Stroke::new(3.0, style::PLACED), 104);
    }
    for n in 0..session.desk.city.neighbourhoods.len() {
        let stroke = if choosing && chosen.extent.holds(n) {
            Stroke::new(3.0, style::PLACED)
        } else if !choosing && session.panels.here == Some(n) {
            Stroke::new(2.5, style::ACCENT)
        } else if session.panels.hovered == Some(n) && !session.paints_cells() {
            Stroke::new(1.5, style::INK)
        } else if session.marks.1.extent.holds(n) {
            Stroke::new(1.5, style::PLACED)
        } else {
            continue;
        };
        rings(view, session, &session.desk.city.neighbourhoods[n].rings, stroke);
    }
    if let Some(at) = session.panels.brush.at.filter(|_| session.paints_cells()) {
        let under = session.panels.brush.under(at, &session.desk.cadastre);
        let under: Vec<usize> = under.into_iter().map(|cell| cell as usize).collect();
        rings(view, session, &rings_of_cells(&session.desk.city.grid, &under), Stroke::new(1.5, style::INK));
    }
}

fn cells(view: View, session: &Session, marked: &Marked, stroke: Stroke, fill: u8) {
    let mut mesh = Mesh::default();
    let [r, g, b, _] = stroke.color.to_array();
    let colour = Color32::from_rgba_unmultiplied(r, g, b, fill);
    for &cell in &marked.cells {
        let (x, y) = session.desk.city.grid.centre(cell as usize);
        square((view, session), [x, y], SOCIAL_CELL_M, colour, &mut mesh);
    }
    if !mesh.is_empty() {
        view.painter.add(Shape::mesh(mesh));
    }
    rings(view, session, &marked.rings, stroke);
}

/// Smallest piece of a cell that is drawn of one that reaches behind the eye, m.
const LEAST_M: f64 = 10.0;

/// A square of the ground round `middle`; of one that reaches behind the eye, the pieces before it.
fn square((view, session): (View, &Session), [x, y]: [f64; 2], side_m: f64, colour: Color32, mesh: &mut Mesh) {
    let at = |d: f64| [(-d, -d), (d, -d), (d, d), (-d, d)].map(|(dx, dy)| [x + dx * side_m, y + dy * side_m]);
    let corners: Option<Vec<Pos2>> = at(0.5).into_iter().map(|corner| project(view, session, corner)).collect();
    match corners {
        Some(corners) => {
            let first = mesh.vertices.len() as u32;
            corners.into_iter().for_each(|p| mesh.colored_vertex(p, colour));
            mesh.add_triangle(first, first + 1, first + 2);
            mesh.add_triangle(first, first + 2, first + 3);
        }
        None if side_m > LEAST_M => {
            at(0.25).into_iter().for_each(|middle| square((view, session), middle, side_m / 2.0, colour, mesh));
        }
        None => (),
    }
}

fn project(view: View, session: &Session, place: [f64; 2]) -> Option<Pos2> {
    view.lens.project(place_of(session, place, ABOVE_M)).map(|p| to_panel(p, view.points))
}

/// Lines along `rings`, which follow the ground.
fn rings(view: View, session: &Session, rings: &[Vec<[f64; 2]>], stroke: Stroke) {
    for ring in rings {
        let mut line = Vec::new();
        for pair in ring.windows(2) {
            // Long straight sides follow the ground.
            let steps = ((pair[1][0] - pair[0][0]).hypot(pair[1][1] - pair[0][1]) / 200.0).ceil().max(1.0);
            for i in 0..steps as usize {
                let k = i as f64 / steps;
                let p = [pair[0][0] + k * (pair[1][0] - pair[0][0]), pair[0][1] + k * (pair[1][1] - pair[0][1])];
                match project(view, session, p) {
                    Some(p) => line.push(p),
                    None => {
                        view.painter.line(std::mem::take(&mut line), stroke);
                    }
                }
            }
        }
        if let (Some(last), true) = (ring.last(), !line.is_empty()) {
            line.extend(project(view, session, *last));
        }
        if line.len() > 1 {
            view.painter.line(line, stroke);
        }
    }
}

impl Session {
    /// Works out anew where measures hold, if others do.
    pub(super) fn refresh_marks(&mut self) {
        let now = self.next_month();
        let holds = |p: &&crate::session::Placement| {
            p.on && p.area != crate::sim::Area::City && p.from <= now && p.until.is_none_or(|until| until > now)
        };
        let areas: Vec<_> = self.desk.file.plans.placements().iter().filter(holds).map(|p| p.area.clone()).collect();
        if areas == self.marks.0 {
            return;
        }
        let cadastre = &self.desk.cadastre;
        let cells = areas.iter().flat_map(|area| cadastre.extent(area).cells().to_vec());
        let marked = Marked::of(cadastre.extent_of(cells), cadastre);
        self.marks = (areas, marked);
    }
}
