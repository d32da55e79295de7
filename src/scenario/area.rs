//! Areas drawn on a map: the cells whose centre lies within the polygons of a GeoJSON or GeoPackage file.

use std::path::Path;

use geojson::GeoJson;

use super::problem::{Place, Problems};
use crate::city::area::{Cadastre, Extent};
use crate::city::import::layer::{CrsChoice, Layer, Shape};
use crate::city::import::limits::{self, Limits};
use crate::city::import::rasterise::pixels_inside;
use crate::city::import::{ImportError, geojson as features, geopackage};
use crate::gis::crs::ToRd;

/// The cells of the city whose centre lies within the polygons of `path`. Coordinates may be longitude and latitude (WGS84,
/// as the standard says) or RD metres; which, the file declares or shows in their size.
pub(super) fn cells_within(path: &Path, cadastre: &Cadastre) -> Result<Extent, Problems> {
    let place = Place::whole(path.display().to_string());
    let bad = |message: String, hint: Option<&str>| Problems::one(&place, message, hint.map(String::from));
    let limits = Limits::STANDARD;
    let to_rd = ToRd::new().map_err(|e| bad(e.to_string(), None))?;
    let layer = read(path, &limits).and_then(|layer| layer.into_rd(CrsChoice::Auto, &to_rd, &limits));
    let (layer, _) = layer.map_err(|e| bad(format!("cannot be used as an area: {e}"), None))?;
    let polygons = layer.features.into_iter().flat_map(|feature| match feature.shape {
        Shape::Polygons(polygons) => polygons,
        _ => Vec::new(),
    });
    let (mut n_polygons, mut cells) = (0, Vec::new());
    for polygon in polygons {
        n_polygons += 1;
        pixels_inside(cadastre.grid(), &polygon, |cell| cells.push(cell as u32));
    }
    if n_polygons == 0 {
        return Err(bad("has no polygons".into(), Some("an area needs polygons; lines and points have none")));
    }
    let extent = cadastre.extent_of(cells);
    if extent.is_empty() {
        let message = format!("no cell of {} that is not all water has its centre in this area", cadastre.city);
        return Err(bad(
            message,
            Some("are the polygons in degrees (WGS84) or RD metres (EPSG:28992), and of this city?"),
        ));
    }
    Ok(extent)
}

/// The features of a file: a GeoPackage with one layer, or any kind of GeoJSON.
fn read(path: &Path, limits: &Limits) -> Result<Layer, ImportError> {
    let name = path.display().to_string();
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("gpkg")) {
        return geopackage::read(path, &name, None, limits);
    }
    let bytes = limits::read(path, &name, limits)?.bytes;
    match serde_json::from_slice::<GeoJson>(&bytes) {
        Ok(GeoJson::Feature(feature)) => features::read_lines(feature.to_string().as_bytes(), &name, limits),
        Ok(GeoJson::Geometry(geometry)) => {
            let feature = geojson::Feature::from(geometry);
            features::read_lines(feature.to_string().as_bytes(), &name, limits)
        }
        // What is none of these is told by the reader, with its line.
        _ => features::read_collection(&bytes, &name, limits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::toy_town;

    /// The town lies from (100,000; 448,000); a triangle over its north-west corner holds the centres of these cells.
    #[test]
    fn polygons_take_the_cells_whose_centre_lies_inside() {
        let dir = tempfile::tempdir().unwrap();
        let cadastre = Cadastre::of(&toy_town::city(10));
        let take = |text: &str| {
            let path = dir.path().join("area.geojson");
            std::fs::write(&path, text).unwrap();
            cells_within(&path, &cadastre).map(|extent| extent.cells().to_vec()).map_err(|e| e.to_string())
        };
        let triangle = "[[[100000,450000],[100240,450000],[100000,449760],[100000,450000]]]";
        let geometry = format!("{{\"type\":\"Polygon\",\"coordinates\":{triangle}}}");
        let feature = format!("{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":{geometry}}}");
        let collection = format!("{{\"type\":\"FeatureCollection\",\"features\":[{feature}]}}");
        // x + y from the corner below 240 m: centres at 50 + 50, 150 + 50 and 50 + 150.
        for text in [&geometry, &feature, &collection] {
            assert_eq!(take(text).unwrap(), [0, 1, 24], "{text}");
        }
        // The same in degrees.
        let to_rd = ToRd::new().unwrap();
        let corner = |x: f64, y: f64| to_rd.lon_lat(x, y).unwrap().map(|v| format!("{v:.7}")).join(",");
        let [a, b, c] = [(1e5, 4.5e5), (100_240.0, 4.5e5), (1e5, 449_760.0)].map(|(x, y)| corner(x, y));
        let degrees = format!("{{\"type\":\"Polygon\",\"coordinates\":[[[{a}],[{b}],[{c}],[{a}]]]}}");
        assert_eq!(take(&degrees).unwrap(), [0, 1, 24]);
        let elsewhere = take(&geometry.replace("100000", "120000").replace("100240", "120240")).unwrap_err();
        assert!(
            elsewhere.contains("no cell of Proefstad that is not all water has its centre in this area"),
            "{elsewhere}"
        );
        let line = take("{\"type\":\"LineString\",\"coordinates\":[[100000,450000],[100240,450000]]}").unwrap_err();
        assert!(line.contains("has no polygons"), "{line}");
        let nothing = take("{}").unwrap_err();
        assert!(nothing.contains("cannot be used as an area"), "{nothing}");
    }
}
