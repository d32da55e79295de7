//! The ground in the colours of a layer: from afar a city's buildings are too small to tell a layer by.
//!
//! Each neighbourhood where people live is tinted, water is left out, and a line of bare ground stays between neighbours.

use super::film::Paint;
use super::layers::{self, Kind, Rgb, Scale};
use super::picture::Shown;
use super::session::{Session, TwinMode};
use crate::challenges::climate::ground::neighbourhood_of_pixel;
use crate::city::{City, Cover, NO_NEIGHBOURHOOD};

/// How much of the ground the tint covers, 0–255.
const ALPHA: u8 = 145;
/// The same where a value is not available.
const FAINT_ALPHA: u8 = 70;
/// Pixels at the edge of the map over which paint fades away.
pub(super) const FADE_PX: usize = 7;

/// The neighbourhood of each pixel of the ground raster; [`NO_NEIGHBOURHOOD`] where nothing is tinted.
pub(super) fn places(city: &City) -> Vec<u16> {
    let grid = city.ground.elevation_m.grid;
    let of = |pixel: usize| match city.ground.cover.values[pixel] {
        Cover::Water => NO_NEIGHBOURHOOD,
        _ => neighbourhood_of_pixel(city, pixel).map_or(NO_NEIGHBOURHOOD, |n| n as u16),
    };
    let all: Vec<u16> = (0..grid.len()).map(of).collect();
    let is_inside = |pixel: usize| {
        let (col, row) = grid.col_row(pixel);
        let same = |other: usize| all[other] == all[pixel];
        (col + 1 == grid.n_cols || same(pixel + 1)) && (row + 1 == grid.n_rows || same(pixel + grid.n_cols))
    };
    (0..all.len()).map(|pixel| if is_inside(pixel) { all[pixel] } else { NO_NEIGHBOURHOOD }).collect()
}

impl Session {
    /// What an indicator paints on the ground in the variant's picture and in the twin's.
    pub fn ground_tint(&self) -> [Option<Paint>; 2] {
        let Kind::Indicator(at) = self.layers[self.layer].kind else { return [None, None] };
        let Some(picture) = &self.picture else { return [None, None] };
        let scale = self.scale.unwrap_or(Scale { low: 0.0, high: 1.0 });
        let plain = |shown: &Shown| self.tint(&self.levels(shown, at), |v| scale.colour(v));
        match (self.twin, &picture.twin) {
            (TwinMode::Instead, Some(twin)) => [None, Some(plain(twin))],
            (TwinMode::Split, Some(twin)) => [Some(plain(&picture.variant)), Some(plain(twin))],
            (TwinMode::Difference, Some(_)) => {
                let most = self.difference.unwrap_or(0.0);
                let differences = self.differences(Kind::Indicator(at)).unwrap_or_default();
                [Some(self.tint(&differences, |v| layers::difference_colour(v, most))), None]
            }
            _ => [Some(plain(&picture.variant)), None],
        }
    }

    fn tint(&self, values: &[f32], colour: impl Fn(f32) -> Rgb) -> Paint {
        let grid = self.desk.city.ground.elevation_m.grid;
        let hoods = &self.desk.city.neighbourhoods;
        let of_hood: Vec<[u8; 4]> = (0..hoods.len())
            .map(|n| {
                let value = values.get(n).copied().unwrap_or(f32::NAN);
                let [r, g, b] = colour(value);
                let is_there = hoods[n].marginals.residents > 0;
                [
                    r,
                    g,
                    b,
                    if !is_there {
                        0
                    } else if value.is_finite() {
                        ALPHA
                    } else {
                        FAINT_ALPHA
                    },
                ]
            })
            .collect();
        // Nothing in the colour of land, so that the edges of paint do not darken.
        let [r, g, b] = super::ground::AROUND;
        let none = [r, g, b, 0];
        let of = |n: &u16| of_hood.get(usize::from(*n)).copied().unwrap_or(none);
        Paint {
            width: grid.n_cols as u32,
            height: grid.n_rows as u32,
            rgba: self.hood_of_pixel.iter().flat_map(of).collect(),
        }
    }
}

/// Lets what is painted fade away towards the edge of the map, where the model's land ends.
pub(super) fn fade(paint: &mut Paint) {
    let (wide, high) = (paint.width as usize, paint.height as usize);
    for (pixel, rgba) in paint.rgba.chunks_exact_mut(4).enumerate() {
        let (col, row) = (pixel % wide, pixel / wide);
        let inside = col.min(wide - 1 - col).min(row).min(high - 1 - row);
        if inside < FADE_PX {
            rgba[3] = (usize::from(rgba[3]) * inside / FADE_PX) as u8;
        }
    }
}
