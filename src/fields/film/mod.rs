//! Fields as pictures: what a field is at one moment, kept on the device that computed it, coloured there and put
//! into a texture without coming to the host.
//!
//! | module | what it is |
//! |---|---|
//! | [`stages`] | the stage `film.colour` on both sides, and the look of a picture |
//! | [`plane`] | values that stayed on a device, and cells that are not shown |
//! | `painter` | runs the stage and fills a texture (feature `gpu`) |
//!
//! Limits: colours come from a table of [`stages::N_RAMP`] entries, so they are within a level or two of an exact ramp.

#[cfg(feature = "gpu")]
pub mod painter;
pub mod plane;
pub mod stages;

#[cfg(feature = "gpu")]
pub use painter::Painter;
pub use plane::{Hidden, Plane};
pub use stages::Look;
