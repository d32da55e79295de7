//! Mouse and keys.
//!
//! | input | does |
//! |---|---|
//! | left click | looks at a neighbourhood; with a lever chosen, adds it (or the cells under the brush) to the area or takes it out |
//! | left drag | turn; with a lever chosen: shift paints the area, ctrl takes away |
//! | right click; right drag with shift | with a lever chosen: takes away |
//! | right or middle drag | move |
//! | wheel, `+`, `-` | nearer, farther |
//! | arrows or WASD, Q, E | move, turn |
//! | Home | where the camera started |
//! | space | play, pause |
//! | `.` | one month |
//! | `[`, `]` | slower, faster |
//! | T | the ways of showing the twin, in turn |
//! | 1 to 4 | the pages on the right |
//! | `/`, L | searches a lever, a layer; Enter takes the first that is found |
//! | N, B, M | the next neighbourhood, the one before; takes it as a click does (cells: what lies under the brush, which arrows move) |
//! | Ctrl+Z, Ctrl+Y, Ctrl+S | undo, redo, save |
//! | Enter, Esc | places what is chosen; lets go of it |
//! | F1, F12 | help; a picture |

use bevy::input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseScrollUnit};
use bevy::prelude::*;
use bevy::window::{PrimaryWindow, RequestRedraw};

use super::session::{Page, Session, TwinMode};
use super::story::Question;
use super::terrain::{cell_at, neighbourhood_at};
use super::worker::Command;
use crate::city::CityOrigin;

/// A click moves less than this, points.
const CLICK: f32 = 4.0;

#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn mouse(
    mut session: ResMut<Session>,
    buttons: Res<ButtonInput<MouseButton>>,
    motion: Res<AccumulatedMouseMotion>,
    scroll: Res<AccumulatedMouseScroll>,
    keys: Res<ButtonInput<KeyCode>>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut pressed_at: Local<Option<Vec2>>,
    mut dragging: Local<bool>,
) {
    if !session.fitted {
        return;
    }
    let cursor = window.cursor_position().filter(|p| session.is_free(*p) && !session.pointer_taken);
    if buttons.get_just_pressed().next().is_some() {
        // A drag that began on a panel stays with it.
        (*pressed_at, *dragging) = (cursor, false);
    }
    if let (Some(from), Some(now)) = (*pressed_at, window.cursor_position()) {
        *dragging |= from.distance(now) > CLICK;
    }
    let shift = keys.any_pressed([KeyCode::ShiftLeft, KeyCode::ShiftRight]);
    let ctrl = keys.any_pressed([KeyCode::ControlLeft, KeyCode::ControlRight]);
    let (left, right) = (buttons.pressed(MouseButton::Left), buttons.pressed(MouseButton::Right));
    let takes_away = ctrl || right;
    let painting = pressed_at.is_some() && session.chooses_area() && (shift && (left || right) || ctrl && left);
    if painting && let Some(place) = cursor.and_then(|p| session.place_under(p)) {
        paint(&mut session, place, takes_away);
        // What is painted is not taken out again by letting go.
        *dragging = true;
    }
    if pressed_at.is_some() && *dragging && motion.delta != Vec2::ZERO && !painting {
        if buttons.pressed(MouseButton::Left) {
            session.orbit.turn(motion.delta);
        } else if buttons.any_pressed([MouseButton::Right, MouseButton::Middle]) {
            let height = session.free.height();
            session.orbit.pan(motion.delta, height);
        }
    }
    if let Some(point) = cursor {
        if scroll.delta.y != 0.0 {
            let points_per_step = if scroll.unit == MouseScrollUnit::Pixel { 50.0 } else { 1.0 };
            session.orbit.zoom(scroll.delta.y / points_per_step);
        }
        // What keys point at stays until the mouse moves.
        let moved = motion.delta != Vec2::ZERO;
        if moved && !buttons.any_pressed([MouseButton::Left, MouseButton::Right, MouseButton::Middle]) {
            let place = session.place_under(point);
            session.panels.hovered = place.and_then(|p| neighbourhood_at(&session.desk.city, p));
            session.panels.brush.at = place.and_then(|p| cell_at(&session.desk.city, p));
        }
        if buttons.just_released(MouseButton::Left) && pressed_at.is_some() && !*dragging {
            click(&mut session, point);
        }
        if buttons.just_released(MouseButton::Right)
            && pressed_at.is_some()
            && !*dragging
            && session.chooses_area()
            && let Some(place) = session.place_under(point)
        {
            paint(&mut session, place, true);
        }
    } else if motion.delta != Vec2::ZERO {
        (session.panels.hovered, session.panels.brush.at) = (None, None);
    }
    if buttons.get_just_released().next().is_some() {
        *pressed_at = None;
        session.panels.brush.end_stroke();
    }
}

/// Goes on with a stroke: of cells, or of neighbourhoods.
fn paint(session: &mut Session, place: [f32; 2], takes_away: bool) {
    let cadastre = session.desk.cadastre.clone();
    if session.paints_cells() {
        if let Some(cell) = cell_at(&session.desk.city, place) {
            session.panels.brush.at = Some(cell);
            session.panels.brush.paint(cell, takes_away, &cadastre);
        }
    } else if let Some(n) = neighbourhood_at(&session.desk.city, place) {
        session.panels.brush.take(n, takes_away, &cadastre);
    }
}

/// Takes what lies under the brush at `cell` into the area, or out of it if the cell was in it.
fn dab(session: &mut Session, cell: u32) {
    let cadastre = session.desk.cadastre.clone();
    let takes_away = session.panels.brush.holds(cell);
    session.panels.brush.paint(cell, takes_away, &cadastre);
    session.panels.brush.end_stroke();
}

fn click(session: &mut Session, point: Vec2) {
    let Some(place) = session.place_under(point) else { return };
    if session.paints_cells() {
        if let Some(cell) = cell_at(&session.desk.city, place) {
            dab(session, cell);
        }
        return;
    }
    let Some(n) = neighbourhood_at(&session.desk.city, place) else { return };
    take(session, n, Some(place));
}

/// Takes a neighbourhood into the area of the chosen lever or out of it; without a lever looks at it, and into a
/// household: of what stands at `place`, or of any.
fn take(session: &mut Session, n: usize, place: Option<[f32; 2]>) {
    if session.chooses_area() {
        let takes_away = session.panels.brush.marked().extent.holds(n);
        let cadastre = session.desk.cadastre.clone();
        session.panels.brush.take(n, takes_away, &cadastre);
        session.panels.brush.end_stroke();
        return;
    }
    session.panels.here = Some(n);
    if session.panels.page == Page::Measures {
        session.panels.page = Page::Here;
    }
    // In a real city nobody lives where one points.
    session.panels.n_asked += 1;
    let question = match place.and_then(|place| session.tops.block_at(place)) {
        Some(block) if session.desk.city.origin == CityOrigin::Generated => {
            let homes = session.blocks.of_dwelling.iter().enumerate();
            Question::In(homes.filter(|(_, b)| **b as usize == block).map(|(slot, _)| slot as u32).collect())
        }
        _ => Question::Somewhere(n as u16, session.panels.n_asked),
    };
    session.desk.worker.send(Command::Ask(question));
}

pub(super) fn keys(
    mut session: ResMut<Session>,
    keys: Res<ButtonInput<KeyCode>>,
    time: Res<Time>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if keys.just_pressed(KeyCode::F12) {
        session.wants.picture = true;
    }
    if keys.just_pressed(KeyCode::F1) {
        session.panels.help = !session.panels.help;
    }
    if keys.just_pressed(KeyCode::Escape) {
        // Help and the table close even while a field has the keys.
        (session.panels.help, session.panels.table) = (false, false);
    }
    if session.keys_taken {
        return;
    }
    // Where drawing is slow a key is pressed and let go within one frame.
    let held = |some: &[KeyCode]| {
        some.iter().any(|key| keys.pressed(*key) || keys.just_pressed(*key) || keys.just_released(*key))
    };
    if held(&[KeyCode::ControlLeft, KeyCode::ControlRight, KeyCode::SuperLeft]) {
        let shift = held(&[KeyCode::ShiftLeft, KeyCode::ShiftRight]);
        if keys.just_pressed(KeyCode::KeyZ) && !shift {
            session.undo();
        } else if keys.just_pressed(KeyCode::KeyY) || keys.just_pressed(KeyCode::KeyZ) {
            session.redo();
        } else if keys.just_pressed(KeyCode::KeyS) {
            session.save();
        }
        return;
    }
    if keys.just_pressed(KeyCode::Space) {
        session.toggle();
    }
    if keys.any_just_pressed([KeyCode::Enter, KeyCode::NumpadEnter]) {
        session.place();
    }
    pages(&mut session, &keys);
    if keys.just_pressed(KeyCode::KeyM) {
        match (session.paints_cells(), session.panels.brush.at, session.panels.hovered) {
            (true, at, _) => {
                let at = at.or_else(|| in_the_middle(&session));
                at.into_iter().for_each(|cell| dab(&mut session, cell));
            }
            (false, _, Some(n)) => take(&mut session, n, None),
            _ => (),
        }
    }
    if keys.just_pressed(KeyCode::KeyN) || keys.just_pressed(KeyCode::KeyB) {
        point_on(&mut session, keys.just_pressed(KeyCode::KeyN));
    }
    if keys.just_pressed(KeyCode::Period) {
        session.desk.worker.send(Command::Step(1));
    }
    if keys.just_pressed(KeyCode::BracketLeft) {
        session.change_speed(-1);
    }
    if keys.just_pressed(KeyCode::BracketRight) {
        session.change_speed(1);
    }
    if keys.just_pressed(KeyCode::Home) {
        session.orbit = session.home;
    }
    if keys.just_pressed(KeyCode::KeyT) {
        let at = TwinMode::ALL.iter().position(|mode| *mode == session.twin).unwrap_or(0);
        session.show_twin(TwinMode::ALL[(at + 1) % TwinMode::ALL.len()]);
    }
    if keys.just_pressed(KeyCode::Escape) {
        session.panels.choice = None;
        session.panels.brush.put_down();
        session.panels.tour = None;
    }
    // After a pause the first step of time is long.
    let dt_s = time.delta_secs().min(0.1);
    let axis = |less: [KeyCode; 2], more: [KeyCode; 2]| {
        f32::from(u8::from(keys.any_pressed(more))) - f32::from(u8::from(keys.any_pressed(less)))
    };
    let right = axis([KeyCode::ArrowLeft, KeyCode::KeyA], [KeyCode::ArrowRight, KeyCode::KeyD]);
    let ahead = axis([KeyCode::ArrowDown, KeyCode::KeyS], [KeyCode::ArrowUp, KeyCode::KeyW]);
    let turn = axis([KeyCode::KeyQ, KeyCode::KeyQ], [KeyCode::KeyE, KeyCode::KeyE]);
    let near = axis([KeyCode::Minus, KeyCode::NumpadSubtract], [KeyCode::Equal, KeyCode::NumpadAdd]);
    if [right, ahead, turn, near] == [0.0; 4] {
        return;
    }
    let height = session.free.height();
    session.orbit.pan(Vec2::new(-right, ahead) * 600.0 * dt_s, height);
    session.orbit.turn(Vec2::new(200.0 * turn * dt_s, 0.0));
    session.orbit.zoom(8.0 * near * dt_s);
    if session.paints_cells() && [right, ahead] != [0.0; 2] {
        session.panels.brush.at = in_the_middle(&session);
    }
    redraw.write(RequestRedraw);
}

/// The cell in the middle of the picture: keys move the city under the brush.
fn in_the_middle(session: &Session) -> Option<u32> {
    let ([wide, high], target) = (session.terrain.size_m, session.orbit.target);
    cell_at(&session.desk.city, [target.x + wide / 2.0, high / 2.0 - target.z])
}

/// Pages of the right panel, and the fields to search in.
fn pages(session: &mut Session, keys: &ButtonInput<KeyCode>) {
    for (key, page) in [
        (KeyCode::Digit1, Page::Measures),
        (KeyCode::Digit2, Page::Chart),
        (KeyCode::Digit3, Page::Moved),
        (KeyCode::Digit4, Page::Here),
    ] {
        if keys.just_pressed(key) {
            session.panels.page = page;
        }
    }
    if keys.just_pressed(KeyCode::Slash) {
        (session.panels.page, session.panels.choice) = (Page::Measures, None);
        (session.panels.lever_search, session.panels.seek_lever) = (String::new(), true);
    }
    if keys.just_pressed(KeyCode::KeyL) {
        (session.panels.search, session.panels.seek_layer) = (String::new(), true);
    }
}

/// Points at the next neighbourhood where people live, or at the one before.
fn point_on(session: &mut Session, forward: bool) {
    let hoods = &session.desk.city.neighbourhoods;
    let n = hoods.len();
    let inhabited = |at: &usize| hoods[*at].marginals.residents > 0;
    let from = session.panels.hovered.or(session.panels.here);
    let step = |k: usize| match from {
        Some(at) if forward => (at + k) % n,
        Some(at) => (at + n - k) % n,
        None => k - 1,
    };
    session.panels.hovered = (1..=n).map(step).find(inhabited);
    if let (true, Some(n)) = (session.paints_cells(), session.panels.hovered) {
        let [x, y] = session.desk.city.neighbourhoods[n].centre_m;
        session.panels.brush.at = session.desk.city.grid.cell_at(x, y).map(|cell| cell as u32);
    }
}
