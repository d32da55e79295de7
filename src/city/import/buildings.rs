//! Building outlines with heights.

use super::config::LayerFile;
use super::ground::Pixels;
use super::layer::{Layer, Shape, polygon_area_m2, ring_centroid};
use super::sources::number;
use crate::city::NO_NEIGHBOURHOOD;
use crate::gis::GridRef;

/// Height of a building whose height is not given, m (A).
const UNKNOWN_HEIGHT_M: f64 = 7.0;

/// A building as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// Outer ring, RD metres, closed.
    pub ring: Vec<[f64; 2]>,
    /// Height above ground, m.
    pub height_m: f64,
    /// Ground area without courtyards, m².
    pub area_m2: f64,
    /// Centroid of the outer ring, RD metres.
    pub centre: [f64; 2],
    /// Cell of the social grid.
    pub cell: usize,
    /// Neighbourhood of that cell, or [`NO_NEIGHBOURHOOD`].
    pub neighbourhood: u16,
}

/// What a layer of buildings brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Brought {
    /// Buildings taken.
    pub taken: usize,
    /// Buildings without a height.
    pub heightless: usize,
    /// Buildings that stand where an earlier layer has one.
    pub doubled: usize,
}

/// Adds the buildings of a layer that stand on the grid and not on one of an earlier layer.
pub fn add(
    file: &LayerFile,
    layer: &Layer,
    grid: &GridRef,
    owner: &[u16],
    pixels: &mut Pixels,
    outlines: &mut Vec<Outline>,
) -> Brought {
    let mut brought = Brought::default();
    let before = pixels.built.clone();
    for feature in &layer.features {
        let Shape::Polygons(polygons) = &feature.shape else { continue };
        let key = file.height.as_deref().unwrap_or(super::cityjson::HEIGHT);
        let height = number(feature, key).filter(|h| (0.0..=400.0).contains(h));
        brought.heightless += usize::from(height.is_none());
        let height_m = height.unwrap_or(UNKNOWN_HEIGHT_M);
        for polygon in polygons {
            let Some(ring) = polygon.first() else { continue };
            let centre = ring_centroid(ring);
            let Some(cell) = grid.cell_at(centre[0], centre[1]) else { continue };
            if pixels.fine.cell_at(centre[0], centre[1]).is_some_and(|idx| before[idx] > 0.3) {
                brought.doubled += 1;
                continue;
            }
            pixels.add_building(polygon, height_m);
            outlines.push(Outline {
                ring: ring.clone(),
                height_m,
                area_m2: polygon_area_m2(polygon),
                centre,
                cell,
                neighbourhood: owner.get(cell).copied().unwrap_or(NO_NEIGHBOURHOOD),
            });
            brought.taken += 1;
        }
    }
    brought
}
