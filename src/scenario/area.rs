//! Areas drawn on a map: the neighbourhoods whose centre lies within the polygons of a GeoJSON file.

use std::path::Path;

use geo::{Contains, Point};

use super::problem::{Place, Problems};
use crate::city::City;

/// Indices of the neighbourhoods of `city` whose centre lies within the polygons of `path`, ascending. Coordinates
/// may be longitude and latitude (WGS84, as the standard says) or RD metres; which, shows in their size.
pub(super) fn neighbourhoods_within(path: &Path, city: &City) -> Result<Vec<usize>, Problems> {
    let place = Place::whole(path.display().to_string());
    let bad = |message: String, hint: Option<&str>| Err(Problems::one(&place, message, hint.map(String::from)));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return bad(format!("cannot be read: {error}"), None),
    };
    let shapes: geo::GeometryCollection<f64> = match text.parse::<geojson::GeoJson>().map(|json| (&json).try_into()) {
        Ok(Ok(shapes)) => shapes,
        Ok(Err(error)) => return bad(format!("cannot be used as an area: {error}"), None),
        Err(error) => return bad(format!("is no GeoJSON: {error}"), None),
    };
    let inside = |n: &crate::city::Neighbourhood| {
        let [x, y] = n.centre_m;
        shapes.iter().any(|shape| shape.contains(&Point::new(x, y)))
    };
    let found: Vec<usize> = (0..city.neighbourhoods.len()).filter(|&n| inside(&city.neighbourhoods[n])).collect();
    if found.is_empty() {
        return bad(
            format!("no neighbourhood of {} has its centre in this area", city.name),
            Some("the file needs polygons, in RD metres (EPSG:28992)"),
        );
    }
    Ok(found)
}
