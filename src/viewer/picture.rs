//! What a worker hands over to the window.

use std::sync::Arc;
use std::time::Instant;

use crate::challenges::climate::Reel;
use crate::indicators::Frame;
use crate::people::Dwelling;
use crate::session::Record;
use crate::session::moves::Flow;
use crate::sim::Simulation;
use crate::sim::state::slice;

/// A home that was built during the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewHome {
    /// Cell of the social grid.
    pub cell: u32,
    /// Index into [`crate::city::City::neighbourhoods`].
    pub neighbourhood: u16,
    /// [`crate::city::DwellingKind`].
    pub kind: u8,
    /// As in [`Frame::dwellings`].
    pub byte: u8,
}

/// One of two twins at the end of a month.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Its city.
    pub frame: Frame,
    /// Homes that the city did not have at the start.
    pub new_homes: Vec<NewHome>,
    /// What was measured, by months done, from the start; may reach beyond the frame.
    pub records: Vec<Record>,
    /// Moves between neighbourhoods in up to twelve months, month by month.
    pub moves: Vec<Arc<[Flow]>>,
    /// Heat waves and floods up to then, in order of time.
    pub reels: Vec<Arc<Reel>>,
}

/// The newest that there is to see.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// With the measures placed.
    pub variant: Shown,
    /// The untouched twin, if it runs, in the same month.
    pub twin: Option<Shown>,
    /// If this is the first picture that shows a change of measures: when it was asked for (or when the first month
    /// that it touches began, if that was later).
    pub asked: Option<Instant>,
}

/// Homes beyond the first `n_homes` slots.
pub fn new_homes(sim: &mut Simulation, n_homes: usize, frame: &Frame) -> Vec<NewHome> {
    if frame.dwellings.len() <= n_homes {
        return Vec::new();
    }
    let mut state = sim.world_mut().query::<&Dwelling>();
    let homes = state.query(sim.world());
    let rows = slice(&homes).iter().zip(&frame.dwellings).skip(n_homes);
    rows.filter(|(home, _)| home.is_there())
        .map(|(home, &byte)| NewHome { cell: home.cell, neighbourhood: home.neighbourhood, kind: home.kind, byte })
        .collect()
}
