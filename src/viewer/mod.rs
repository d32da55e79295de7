//! The live session: a city in 3D while its simulation runs. The only module that draws (feature `viewer`).
//!
//! | module | what it is |
//! |---|---|
//! | [`worker`] | the variant and its twin on threads of their own: commands in, pictures out |
//! | [`desk`] | the session behind the window: measures, orders, saving |
//! | [`background`] | further seeds and variants, one after the other |
//! | `device` | the window's graphics device, lent to the models; what they leave there becomes the picture |
//! | [`picture`], [`story`] | what the worker hands over |
//! | [`camera`] | the orbit camera, and what it sees where |
//! | [`layers`] | what the colours mean |
//! | `arcs` | moves between neighbourhoods, as arcs |
//! | [`blocks`], [`terrain`], [`trees`], [`ground`] | city as plain geometry and as a picture; what lies under the pointer |
//! | `around`, `tint` | the land beyond the map; the ground in the colours of a layer |
//! | [`people`] | a sample of people as dots, near by |
//! | [`classroom`] | Schelling's model live |
//! | [`figures`] | what it takes |
//! | [`words`] | Dutch and English |
//! | [`open`] | the window |
//!
//! The picture never waits for the simulation and the simulation never for the picture: the worker steps at its own
//! pace and leaves its newest [`Picture`](picture::Picture) where the window finds it. The window changes nothing in a
//! simulation except by [`Order`](crate::sim::Order)s, so a run has the same digest with it as without.
//!
//! Units: metres; x east, y up, z south, from the middle of the city. Limits: there are no shadows (software rendering
//! cannot afford them), and people stand still within a month.

mod arcs;
mod around;
pub mod background;
pub mod blocks;
mod brush;
pub mod camera;
pub mod classroom;
pub mod desk;
mod device;
mod ensemble;
mod export;
pub mod figures;
mod film;
pub mod ground;
mod input;
pub mod layers;
mod leave;
mod panels;
pub mod people;
pub mod picture;
mod scene;
mod session;
mod shot;
mod start;
pub mod story;
pub mod terrain;
mod tint;
pub mod trees;
mod video;
mod window;
pub mod words;
pub mod worker;

pub use start::Loaded;
pub use window::{Closed, Opening, Options, Page, Shot, ViewError, open};
