//! What is measured: read-only, month by month, for the city and for each neighbourhood.
mod frame;
pub mod indices;
mod recorder;

pub use frame::{Frame, PersonDot};
pub use recorder::{RecordError, Recorder, RecorderOptions};
