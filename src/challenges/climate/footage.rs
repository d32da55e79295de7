//! Frames of an episode for the eye: some dozen pictures of the water or of the heat, as it comes and goes.
//!
//! Kept only where somebody looks, that is where the resource [`Footage`] is there. Frames are read by nobody in the
//! simulation: they are no state, not part of the digest, and a run with them ends like one without.
//!
//! Units: depth in whole centimetres, temperature in tenths of a degree Celsius. Limits: maps of the greatest depth know
//! every step of the solver, the frames only their own moment.

use std::sync::Arc;

use bevy::prelude::Resource;

use super::events::{Event, Hazard};
use crate::fields::film::Plane;

/// Frames of one episode.
pub const FRAMES: usize = 12;

/// One moment of an episode.
#[derive(Debug, Clone)]
pub struct Shot {
    /// Hours since it began.
    pub hours: f32,
    /// A value per pixel of the ground raster.
    pub values: Vec<i16>,
    /// The same, not yet quantised, left on the device that solved the episode, where it can be drawn without coming
    /// to the host; only for drawing, and gone when it takes too much memory.
    pub on_device: Option<Plane>,
}

impl PartialEq for Shot {
    /// What was left on a device says the same as the values.
    fn eq(&self, other: &Shot) -> bool {
        self.hours == other.hours && self.values == other.values
    }
}

/// Moments of an episode, in order of time.
pub type Shots = Vec<Shot>;

/// One episode, filmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Reel {
    /// What happened, when and where.
    pub event: Event,
    /// Its moments. Depth, cm; or air temperature, 0.1 °C.
    pub shots: Shots,
    /// All of it in one map: the greatest depth, cm; or the mean of the nights, 0.1 °C.
    pub whole: Vec<i16>,
}

impl Reel {
    /// True for water, false for heat.
    pub fn is_water(&self) -> bool {
        !matches!(self.event.hazard, Hazard::HeatWave { .. })
    }

    /// Memory it takes, bytes.
    pub fn n_bytes(&self) -> usize {
        2 * (self.whole.len() + self.shots.iter().map(|shot| shot.values.len()).sum::<usize>())
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
