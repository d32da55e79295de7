//! A what-if session without its window: what was placed, how time goes back and forth, and the file it is kept in.
//!
//! | module | what it is |
//! |---|---|
//! | [`plans`] | measures placed, variants of them, undo and redo, costs |
//! | [`moves`] | who moved from where to where, month by month |
//! | [`track`] | a simulation that goes back as well as forth: snapshots and replay |
//! | [`file`] | the session file: scenario, seed, measures, camera, month |
//! | [`keep`] | autosaves, locks, recent sessions |
//!
//! The plan is a value, and a [`Track`] is made to agree with it: whatever changes in the list of orders, the track goes
//! back to the last snapshot before the first difference and replays. Undo, redo, switching a measure off, branching
//! from the past and choosing another variant are all that one operation, so a session that went to and fro ends with
//! the digest of a run that never did.
//!
//! Limits: snapshots stay in memory (2 GiB by default; the older ones are thinned), and undo is not kept in the file.

pub mod file;
pub mod keep;
pub mod moves;
pub mod plans;
pub mod track;

pub use file::{SessionError, SessionFile, View};
pub use plans::{Placement, Plans};
pub use track::{Record, Track};
