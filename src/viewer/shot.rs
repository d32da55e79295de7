//! One picture of the session, written as PNG.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};

use super::session::{Session, TwinMode};
use crate::sim::Month;

/// Frames drawn after the last change, so that every picture and letter has reached the graphics card.
pub(super) const SETTLE: u32 = 6;

/// How it went; `None` until the picture is there.
pub(super) type Taken = Arc<Mutex<Option<Result<(), String>>>>;

/// What is asked for, and how it went.
#[derive(Resource, Clone)]
pub(super) struct Wanted {
    pub path: PathBuf,
    pub at: Option<Month>,
    pub result: Taken,
}

/// Writes a picture of the window to `path`, and says so.
pub(super) fn write(world: &mut World, path: PathBuf) {
    world.spawn(Screenshot::primary_window()).observe(
        move |captured: On<ScreenshotCaptured>, session: Option<ResMut<Session>>| {
            let picture = captured.image.clone().try_into_dynamic().map_err(|e| e.to_string());
            let written = picture.and_then(|p| p.to_rgb8().save(&path).map_err(|e| e.to_string()));
            if let Some(mut session) = session {
                let shown = path.display();
                session.desk.tell(written.map_or_else(|e| format!("{shown}: {e}"), |()| shown.to_string()));
            }
        },
    );
}

/// Takes the picture when the simulation has come to the month.
pub(super) fn take(
    wanted: Res<Wanted>,
    mut session: ResMut<Session>,
    mut drawn: Local<u32>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    if let Some(fault) = &session.status.fault {
        settle(&wanted.result, Err(fault.clone()));
        exit.write(AppExit::error());
        return;
    }
    let there = session.desk.worker.is_done()
        && session.picture.as_ref().is_some_and(|p| wanted.at.is_none_or(|at| p.variant.frame.month >= at))
        && (session.twin == TwinMode::Off || session.picture.as_ref().is_some_and(|p| p.twin.is_some()))
        && session.fitted;
    if !there || session.stale {
        return;
    }
    session.latency_ms = None;
    *drawn += 1;
    if *drawn == SETTLE {
        take_and_end(&mut commands, wanted.path.clone(), wanted.result.clone());
    }
}

/// Takes a picture of the window, and ends the program when it is written.
pub(super) fn take_and_end(commands: &mut Commands, path: PathBuf, taken: Taken) {
    commands.spawn(Screenshot::primary_window()).observe(
        move |captured: On<ScreenshotCaptured>, mut exit: MessageWriter<AppExit>| {
            let picture = captured.image.clone().try_into_dynamic().map_err(|e| e.to_string());
            let written = picture.and_then(|p| p.to_rgb8().save(&path).map_err(|e| e.to_string()));
            settle(&taken, written.map_err(|e| format!("{}: {e}", path.display())));
            exit.write(AppExit::Success);
        },
    );
}

fn settle(taken: &Taken, result: Result<(), String>) {
    *taken.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(result);
}
