//! Geographic building blocks that everything spatial shares: rasters with a place on the map, the files they come in
//! and go to, coordinate systems, colour ramps. Knows no city and no people.
//!
//! All coordinates are metres in the Dutch national grid (RD New, EPSG:28992) unless a name says otherwise.
//! All rasters put **row 0 in the north**, as GeoTIFF and ESRI ASCII do.

pub mod ascii_grid;
pub mod crs;
pub mod geotiff;
pub mod picture;
pub mod raster;
pub mod raster_io;

pub use raster::{GridRef, Raster};
pub use raster_io::{Limits, RasterError};
