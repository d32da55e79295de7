//! Areas drawn on a map: the neighbourhoods whose centre lies within the polygons of a GeoJSON or GeoPackage file.

use std::path::Path;

use geo::{Contains, CoordsIter, Point};

use super::problem::{Place, Problems};
use crate::city::import::geopackage;
use crate::city::import::layer::{CrsChoice, Shape};
use crate::city::import::limits::Limits;
use crate::city::{City, Neighbourhood};
use crate::gis::crs::{self, Crs, ToRd};

/// Indices of the neighbourhoods of `city` whose centre lies within the polygons of `path`, ascending. Coordinates
/// may be longitude and latitude (WGS84, as the standard says) or RD metres; which, shows in their size.
pub(super) fn neighbourhoods_within(path: &Path, city: &City) -> Result<Vec<usize>, Problems> {
    let place = Place::whole(path.display().to_string());
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gpkg")) {
        return within_geopackage(path, city);
    }
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
    let crs = shapes.coords_iter().next().and_then(|c| crs::guess(c.x, c.y));
    let to_rd = match ToRd::new() {
        Ok(to_rd) => to_rd,
        Err(error) => return bad(error.to_string(), None),
    };
    let inside = |n: &Neighbourhood| {
        let [x, y] = n.centre_m;
        let centre = if crs == Some(Crs::Wgs84) { to_rd.lon_lat(x, y).unwrap_or([f64::NAN; 2]) } else { [x, y] };
        shapes.iter().any(|shape| shape.contains(&Point::new(centre[0], centre[1])))
    };
    let found: Vec<usize> = (0..city.neighbourhoods.len()).filter(|&n| inside(&city.neighbourhoods[n])).collect();
    if found.is_empty() {
        return bad(
            format!("no neighbourhood of {} has its centre in this area", city.name),
            Some("the file needs polygons, in degrees (WGS84) or RD metres (EPSG:28992)"),
        );
    }
    Ok(found)
}

/// The same of a GeoPackage with one layer.
fn within_geopackage(path: &Path, city: &City) -> Result<Vec<usize>, Problems> {
    let name = path.display().to_string();
    let place = Place::whole(name.clone());
    let bad = |message: String| Problems::one(&place, message, None);
    let limits = Limits::STANDARD;
    let to_rd = ToRd::new().map_err(|e| bad(e.to_string()))?;
    let layer = geopackage::read(path, &name, None, &limits).map_err(|e| bad(e.to_string()))?;
    let (layer, _) = layer.into_rd(CrsChoice::Auto, &to_rd, &limits).map_err(|e| bad(e.to_string()))?;
    let mut shapes: Vec<geo::Polygon<f64>> = Vec::new();
    for feature in layer.features {
        let Shape::Polygons(polygons) = feature.shape else { continue };
        for polygon in polygons {
            let mut rings = polygon.into_iter().map(geo::LineString::from);
            shapes.extend(rings.next().map(|outer| geo::Polygon::new(outer, rings.collect())));
        }
    }
    let inside =
        |n: &Neighbourhood| shapes.iter().any(|shape| shape.contains(&Point::new(n.centre_m[0], n.centre_m[1])));
    let found: Vec<usize> = (0..city.neighbourhoods.len()).filter(|&n| inside(&city.neighbourhoods[n])).collect();
    if found.is_empty() {
        return Err(bad(format!("no neighbourhood of {} has its centre in this area", city.name)));
    }
    Ok(found)
}
