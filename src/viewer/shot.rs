//! One picture of the session, written as PNG.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};

use super::session::Session;
use crate::sim::Month;

/// Frames drawn after the last change, so that every picture and letter has reached the graphics card.
const SETTLE: u32 = 6;

/// What is asked for, and how it went.
#[derive(Resource, Clone)]
pub(super) struct Wanted {
    pub path: PathBuf,
    pub at: Option<Month>,
    /// `None` until the picture is there.
    pub result: Arc<Mutex<Option<Result<(), String>>>>,
}

/// Takes the picture when the simulation has come to the month.
pub(super) fn take(
    wanted: Res<Wanted>,
    session: Res<Session>,
    mut drawn: Local<u32>,
    mut commands: Commands,
    mut exit: MessageWriter<AppExit>,
) {
    if let Some(fault) = &session.status.fault {
        settle(&wanted, Err(fault.clone()));
        exit.write(AppExit::error());
        return;
    }
    let there = session.status.is_idle()
        && session.frame.as_ref().is_some_and(|f| wanted.at.is_none_or(|at| f.month.0 >= at.0));
    if !there || session.stale {
        return;
    }
    *drawn += 1;
    if *drawn == SETTLE {
        let wanted = wanted.clone();
        commands.spawn(Screenshot::primary_window()).observe(
            move |captured: On<ScreenshotCaptured>, mut exit: MessageWriter<AppExit>| {
                let picture = captured.image.clone().try_into_dynamic().map_err(|e| e.to_string());
                let written = picture.and_then(|p| p.to_rgb8().save(&wanted.path).map_err(|e| e.to_string()));
                settle(&wanted, written.map_err(|e| format!("{}: {e}", wanted.path.display())));
                exit.write(AppExit::Success);
            },
        );
    }
}

fn settle(wanted: &Wanted, result: Result<(), String>) {
    *wanted.result.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(result);
}
