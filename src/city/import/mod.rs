//! Real cities from open data.

pub mod cityjson;
mod error;
pub mod fields;
pub mod geojson;
pub mod geopackage;
pub mod layer;
pub mod limits;
pub mod overpass;
pub mod table;
pub mod wkt;

pub use error::ImportError;
