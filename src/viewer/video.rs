//! A film of the window: every month, and every moment of a flood or heat wave, is a frame of a GIF.
//!
//! Frames are halved until they are at most [`WIDEST`] wide; 256 colours each.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};

use super::session::Session;
use crate::sim::Month;

/// Widest frame, pixels.
const WIDEST: u32 = 960;
/// How long a frame stays, hundredths of a second.
const DELAY_CS: u16 = 25;
/// Most frames of a film.
const MOST: usize = 1_200;

/// A film in the making.
pub(super) struct Video {
    pub path: PathBuf,
    encoder: Option<(gif::Encoder<BufWriter<File>>, [u32; 2])>,
    pub n_frames: usize,
    /// What the last frame showed, and how many times it was drawn since.
    last: Option<(Month, Option<usize>)>,
    settled: u32,
}

impl Video {
    /// A film to be written to `path`.
    pub fn new(path: PathBuf) -> Video {
        Video { path, encoder: None, n_frames: 0, last: None, settled: 0 }
    }

    /// True while something was painted that is not filmed yet.
    pub fn waits(&self) -> bool {
        self.settled > 0
    }

    fn add(&mut self, rgba: &[u8], width: u32, height: u32) -> Result<(), String> {
        let (small, w, h) = halved(rgba, width, height);
        let say = |e: &dyn std::fmt::Display, path: &Path| format!("{}: {e}", path.display());
        if self.encoder.is_none() {
            let file = File::create(&self.path).map_err(|e| say(&e, &self.path))?;
            let encoder = gif::Encoder::new(BufWriter::new(file), w as u16, h as u16, &[]);
            let mut encoder = encoder.map_err(|e| say(&e, &self.path))?;
            encoder.set_repeat(gif::Repeat::Infinite).map_err(|e| say(&e, &self.path))?;
            self.encoder = Some((encoder, [w, h]));
        }
        // A window of another size ends nothing: its frames are left out.
        let Some((encoder, size)) = &mut self.encoder else { return Ok(()) };
        if *size == [w, h] && self.n_frames < MOST {
            let mut small = small;
            let mut frame = gif::Frame::from_rgba_speed(w as u16, h as u16, &mut small, 20);
            frame.delay = DELAY_CS;
            encoder.write_frame(&frame).map_err(|e| say(&e, &self.path))?;
            self.n_frames += 1;
        }
        Ok(())
    }
}

/// The picture at half its size, again and again until it is narrow enough.
fn halved(rgba: &[u8], width: u32, height: u32) -> (Vec<u8>, u32, u32) {
    let n = width.div_ceil(WIDEST).next_power_of_two();
    let (w, h) = ((width / n).max(1), (height / n).max(1));
    let mut small = Vec::with_capacity((4 * w * h) as usize);
    for y in 0..h {
        for x in 0..w {
            for c in 0..4 {
                let of = |i: u32| u32::from(rgba[(4 * ((y * n + i / n) * width + x * n + i % n) + c) as usize]);
                small.push(((0..n * n).map(of).sum::<u32>() / (n * n)) as u8);
            }
        }
    }
    (small, w, h)
}

/// Takes a frame whenever there is something new to see, once it has been drawn.
pub(super) fn film(mut session: ResMut<Session>, mut commands: Commands) {
    let now = (session.month(), session.film.at);
    let stale = session.stale;
    let Some(video) = &mut session.video else { return };
    let (Some(month), at) = now else { return };
    if stale || video.last != Some((month, at)) && video.settled == 0 {
        video.settled = 1;
        return;
    }
    if video.last == Some((month, at)) {
        return;
    }
    (video.last, video.settled) = (Some((month, at)), 0);
    commands.spawn(Screenshot::primary_window()).observe(
        |captured: On<ScreenshotCaptured>, session: Option<ResMut<Session>>| {
            let Some(mut session) = session else { return };
            let Some(video) = &mut session.video else { return };
            let picture = captured.image.clone().try_into_dynamic().map_err(|e| e.to_string());
            let added = picture.and_then(|p| {
                let rgba = p.to_rgba8();
                video.add(rgba.as_raw(), rgba.width(), rgba.height())
            });
            if let Err(problem) = added {
                session.video = None;
                session.desk.tell(problem);
            }
        },
    );
}
