//! Frames of an episode for the eye: some dozen pictures of the water or of the heat, as it comes and goes.
//!
//! Kept only where somebody looks, that is where the resource [`Footage`] is there. Frames are read by nobody in the
//! simulation: they are no state, not part of the digest, and a run with them ends like one without.
//!
//! Three quantities each ([`Quantity`]), as whole numbers of its [`step`](Quantity::step). Limits: maps of the greatest depth
//! and speed know every step of the solver, the frames of depth and heat only their own moment.

use std::sync::Arc;

use bevy::prelude::Resource;

use super::events::{Event, Hazard};
use crate::fields::film::Plane;

/// Frames of one episode.
pub const FRAMES: usize = 12;

/// No value: a roof has no heat stress, a dry street no arrival.
pub const NONE: i16 = i16::MIN;
/// Depth that counts as more than a wet street, cm: less has no speed and no arrival in a film.
pub const WET_CM: u16 = 5;

/// What a map of a film shows. Of water the first three, of heat the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Depth, m; of all of it in one map the greatest.
    Depth,
    /// Greatest speed so far, m/s.
    Speed,
    /// When the water came, h since the beginning.
    Arrival,
    /// Air temperature at 2 m, °C; of all of it in one map the mean of the nights.
    Air,
    /// Temperature of ground and roofs, °C; of all of it the greatest.
    Surface,
    /// Physiological equivalent temperature, °C; of all of it the greatest.
    Pet,
}

impl Quantity {
    /// True of water, false of heat.
    pub fn is_water(self) -> bool {
        matches!(self, Quantity::Depth | Quantity::Speed | Quantity::Arrival)
    }

    /// One of a frame, in the quantity's unit.
    pub fn step(self) -> f32 {
        if matches!(self, Quantity::Depth | Quantity::Speed) { 0.01 } else { 0.1 }
    }

    /// A value of a frame in the quantity's unit; NaN where there is none.
    pub fn value(self, in_frame: i16) -> f32 {
        if in_frame == NONE { f32::NAN } else { self.step() * f32::from(in_frame) }
    }

    /// Its place among the maps of a reel.
    fn place(self) -> usize {
        match self {
            Quantity::Depth | Quantity::Air => 0,
            Quantity::Speed | Quantity::Surface => 1,
            Quantity::Arrival | Quantity::Pet => 2,
        }
    }

    /// True if a moment of it may lie on a device ([`Shot::on_device`]).
    pub fn is_on_device(self) -> bool {
        self.place() == 0
    }
}

/// A value per pixel of the ground raster, of each of a film's three quantities.
pub type Maps = [Vec<i16>; 3];

/// One moment of an episode.
#[derive(Debug, Clone)]
pub struct Shot {
    /// Hours since it began.
    pub hours: f32,
    /// What it was like.
    pub maps: Maps,
    /// The first of them, not yet quantised, left on the device that solved the episode, where it can be drawn without coming
    /// to the host; only for drawing, and gone when it takes too much memory.
    pub on_device: Option<Plane>,
}

impl PartialEq for Shot {
    /// What was left on a device says the same as the values.
    fn eq(&self, other: &Shot) -> bool {
        self.hours == other.hours && self.maps == other.maps
    }
}

/// What is filmed of an episode.
#[derive(Debug, Default)]
pub struct Take {
    /// Its moments, in order of time.
    pub shots: Vec<Shot>,
    /// All of it.
    pub whole: Maps,
}

/// One episode, filmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Reel {
    /// What happened, when and where.
    pub event: Event,
    /// Its moments, in order of time.
    pub shots: Vec<Shot>,
    /// All of it in one map of each quantity.
    pub whole: Maps,
}

impl Reel {
    /// True for water, false for heat.
    pub fn is_water(&self) -> bool {
        !matches!(self.event.hazard, Hazard::HeatWave { .. })
    }

    /// The map of `quantity` at a moment, or of all of it. Empty if the film is not of it.
    pub fn map(&self, quantity: Quantity, moment: Option<usize>) -> &[i16] {
        if quantity.is_water() != self.is_water() {
            return &[];
        }
        let maps = moment.and_then(|at| self.shots.get(at)).map_or(&self.whole, |shot| &shot.maps);
        &maps[quantity.place()]
    }

    /// Memory it takes, bytes.
    pub fn n_bytes(&self) -> usize {
        let maps = self.shots.iter().map(|shot| &shot.maps).chain([&self.whole]);
        2 * maps.flatten().map(Vec::len).sum::<usize>()
    }

    /// Memory of a device that it takes, bytes.
    pub fn n_device_bytes(&self) -> usize {
        self.shots.iter().filter_map(|shot| shot.on_device.as_ref()).map(Plane::n_bytes).sum()
    }
}

/// The episodes of this month. Put it into a world to have them filmed.
#[derive(Resource, Debug, Default)]
pub struct Footage(pub Vec<Reel>);

/// Takes moments from old films, and from the device what lies there, until both kinds of memory are within their
/// budgets, bytes. The newest film keeps its moments in the host's memory.
pub fn thin(reels: &mut [Arc<Reel>], budget: usize, device_budget: usize) {
    let mut bytes: usize = reels.iter().map(|reel| reel.n_bytes()).sum();
    let n_older = reels.len().saturating_sub(1);
    for reel in reels[..n_older].iter_mut().filter(|reel| !reel.shots.is_empty()) {
        if bytes <= budget {
            break;
        }
        let less = Reel { shots: Vec::new(), event: reel.event, whole: reel.whole.clone() };
        bytes -= reel.n_bytes() - less.n_bytes();
        *reel = Arc::new(less);
    }
    let mut on_device: usize = reels.iter().map(|reel| reel.n_device_bytes()).sum();
    for reel in reels.iter_mut().filter(|reel| reel.n_device_bytes() > 0) {
        if on_device <= device_budget {
            break;
        }
        on_device -= reel.n_device_bytes();
        let mut less = Reel::clone(reel);
        less.shots.iter_mut().for_each(|shot| shot.on_device = None);
        *reel = Arc::new(less);
    }
}

/// True after step `step` of `n_steps` (from 1) if it is one of the evenly spaced moments that are kept; the last is.
pub(super) fn is_kept(step: usize, n_steps: usize) -> bool {
    let count = |step: usize| step * FRAMES / n_steps.max(1);
    count(step) > count(step - 1)
}

/// Centimetres that fit into a frame.
pub(super) fn depths(depth_cm: &[u16]) -> Vec<i16> {
    depth_cm.iter().map(|d| i16::try_from(*d).unwrap_or(i16::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dozen_moments_are_kept_and_the_last_is_one_of_them() {
        for n in [12, 24, 72, 306] {
            let kept: Vec<usize> = (1..=n).filter(|&step| is_kept(step, n)).collect();
            assert_eq!((kept.len(), kept.last()), (FRAMES, Some(&n)));
        }
        assert_eq!((1..=5).filter(|&step| is_kept(step, 5)).count(), 5, "no more than there are");
        assert_eq!(depths(&[0, 7, 60_000]), [0, 7, i16::MAX]);
    }
}
