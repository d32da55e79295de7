//! What the window knows: the city, the newest frame, the chosen layer and the camera.

use std::sync::Arc;

use bevy::prelude::*;

use super::blocks::{Blocks, NO_BLOCK};
use super::camera::Orbit;
use super::layers::{self, Homes, Kind, Layer, Rgb, Scale};
use super::worker::{Command, Status, Worker};
use crate::city::City;
use crate::indicators::Frame;

/// Months per second that can be chosen.
pub(super) const SPEEDS: [f32; 7] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];

/// The live session.
#[derive(Resource)]
pub(super) struct Session {
    pub city: Arc<City>,
    pub blocks: Blocks,
    pub worker: Worker,
    pub status: Status,
    /// The newest frame.
    pub frame: Option<Frame>,
    pub layers: Vec<Layer>,
    /// Index of the layer shown.
    pub layer: usize,
    /// Colours of the layer, if it shows an indicator.
    pub scale: Option<Scale>,
    /// Index into [`SPEEDS`].
    pub speed: usize,
    pub labels: bool,
    /// Part of a layer's title to look for.
    pub search: String,
    pub orbit: Orbit,
    /// Where the camera starts.
    pub home: Orbit,
    /// Part of the window that the panels leave free: left, top, right, bottom; points.
    pub free: [f32; 4],
    /// True while the pointer belongs to the panels.
    pub pointer_taken: bool,
    /// True while keys belong to a text field.
    pub keys_taken: bool,
    /// The colours are to be painted anew.
    pub stale: bool,
}

impl Session {
    /// Shows another layer.
    pub fn choose(&mut self, layer: usize) {
        if layer != self.layer {
            (self.layer, self.scale, self.stale) = (layer, None, true);
        }
    }

    /// Sends the speed that is `by` places from the present one.
    pub fn change_speed(&mut self, by: isize) {
        self.speed = self.speed.saturating_add_signed(by).min(SPEEDS.len() - 1);
        self.worker.send(Command::Speed(SPEEDS[self.speed]));
    }

    /// Plays, or stands still.
    pub fn toggle(&mut self) {
        let stands = !self.status.playing && self.status.pending == 0;
        self.worker.send(if stands { Command::Play } else { Command::Pause });
    }

    /// Middle of the free part of the window, from the middle of a window of this size; points.
    pub fn off_middle(&self, size: Vec2) -> Vec2 {
        let [left, top, right, bottom] = self.free;
        Vec2::new((left + right - size.x) / 2.0, (top + bottom - size.y) / 2.0)
    }

    /// True if a place in the window is not covered by panels.
    pub fn is_free(&self, p: Vec2) -> bool {
        let [left, top, right, bottom] = self.free;
        p.x >= left && p.x < right && p.y >= top && p.y < bottom
    }

    /// Colours of the blocks in the present layer.
    pub fn colours(&mut self) -> Vec<Rgb> {
        let Some(frame) = &self.frame else { return vec![layers::NO_HOMES; self.blocks.blocks.len()] };
        let mut homes = vec![Homes::default(); self.blocks.blocks.len()];
        for (&block, &byte) in self.blocks.of_dwelling.iter().zip(&frame.dwellings) {
            if block != NO_BLOCK {
                homes[block as usize].count(byte);
            }
        }
        match self.layers[self.layer].kind {
            Kind::Tenure => homes.iter().map(Homes::tenure_colour).collect(),
            Kind::Vacancy => homes.iter().map(Homes::vacancy_colour).collect(),
            Kind::Indicator(at) => {
                let values = frame.neighbourhoods.get(at).map_or(&[][..], Vec::as_slice);
                let now = Scale::around(values);
                let scale = self.scale.map_or(now, |before| before.union(now));
                self.scale = Some(scale);
                let of = |n: u16| values.get(usize::from(n)).map_or(layers::NO_HOMES, |v| scale.colour(*v));
                let has_homes = |h: &Homes| h.by_tenure != [0; 5];
                let blocks = self.blocks.blocks.iter().zip(&homes);
                blocks.map(|(b, h)| if has_homes(h) { of(b.neighbourhood) } else { layers::NO_HOMES }).collect()
            }
        }
    }
}

/// Takes over what the simulation has left.
pub(super) fn receive(mut session: ResMut<Session>) {
    let status = session.worker.status();
    if status != session.status {
        session.status = status;
    }
    if let Some(frame) = session.worker.take_frame() {
        session.frame = Some(frame);
        session.stale = true;
    }
}
