//! Mouse and keys.
//!
//! | input | does |
//! |---|---|
//! | left drag | turn |
//! | right or middle drag | move |
//! | wheel, `+`, `-` | nearer, farther |
//! | arrows or WASD, Q, E | move, turn |
//! | Home | where the camera started |
//! | space | play, pause |
//! | `.` | one month |
//! | `[`, `]` | slower, faster |

use bevy::input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll, MouseScrollUnit};
use bevy::prelude::*;
use bevy::window::{PrimaryWindow, RequestRedraw};

use super::session::Session;
use super::worker::Command;

pub(super) fn mouse(
    mut session: ResMut<Session>,
    buttons: Res<ButtonInput<MouseButton>>,
    motion: Res<AccumulatedMouseMotion>,
    scroll: Res<AccumulatedMouseScroll>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut dragging: Local<bool>,
) {
    let is_free = window.cursor_position().is_some_and(|p| session.is_free(p)) && !session.pointer_taken;
    if buttons.get_just_pressed().next().is_some() {
        // A drag that began on a panel stays with it.
        *dragging = is_free;
    }
    if *dragging && motion.delta != Vec2::ZERO {
        if buttons.pressed(MouseButton::Left) {
            session.orbit.turn(motion.delta);
        } else if buttons.any_pressed([MouseButton::Right, MouseButton::Middle]) {
            let height = window.height();
            session.orbit.pan(motion.delta, height);
        }
    }
    if is_free && scroll.delta.y != 0.0 {
        let points_per_step = if scroll.unit == MouseScrollUnit::Pixel { 50.0 } else { 1.0 };
        session.orbit.zoom(scroll.delta.y / points_per_step);
    }
}

pub(super) fn keys(
    mut session: ResMut<Session>,
    keys: Res<ButtonInput<KeyCode>>,
    time: Res<Time>,
    window: Single<&Window, With<PrimaryWindow>>,
    mut redraw: MessageWriter<RequestRedraw>,
) {
    if session.keys_taken {
        return;
    }
    if keys.just_pressed(KeyCode::Space) {
        session.toggle();
    }
    if keys.just_pressed(KeyCode::Period) {
        session.worker.send(Command::Step(1));
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
    session.orbit.pan(Vec2::new(-right, ahead) * 600.0 * dt_s, window.height());
    session.orbit.turn(Vec2::new(200.0 * turn * dt_s, 0.0));
    session.orbit.zoom(8.0 * near * dt_s);
    redraw.write(RequestRedraw);
}
