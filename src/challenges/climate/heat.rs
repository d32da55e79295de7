//! A heat wave over the city's ground: the hourly energy balance of [`crate::fields::heat`] on the ground raster.
//!
//! Result: how much warmer than the station the air at each pixel is, over the nights (no sun) and over whole days,
//! means over the wave, in tenths of a kelvin. The model runs in from the noon before, so that the first night has an evening. Sky view factors are kept from wave to wave and scanned again only where
//! something has changed that hides the sky.
//!
//! A pixel of 20 m holds streets and houses at once. Its surface is what the air between its houses meets: floor and walls
//! of its streets ([`GroundNow::canyon`]). Walls that are part of that surface take in and give off what they hide of the
//! sky, so the scan's sky view factor counts only for what else hides it. The stand-alone command on pixels of 1 or 2 m has
//! streets of its own and none of this.
//!
//! Limits: one surface temperature for floor and walls of a pixel; one layer of air; wind blows from the east all the
//! time.

use bevy::prelude::Resource;
use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::events::Event;
use super::exposure::tenths;
use super::fabric::Fabric;
use super::footage::{FRAMES, Maps, NONE, Shot, Take};
use super::ground::GroundNow;
use super::parameters::ClimateParameters;
use super::solver::{Answer, EpisodeSolver};
use super::weather;
use crate::city::{City, Cover};
use crate::fields::film::Hidden;
use crate::fields::heat::cover::{Coefficients, Cover as Skin};
use crate::fields::heat::model::Surroundings;
use crate::fields::heat::sky::Skyline;
use crate::fields::heat::{HeatModel, HeatSetup};
use crate::gis::Raster;

/// Heat of people, traffic and buildings per sealed share in summer, W/m² (A: order of Dutch cities).
const ANTHROPOGENIC_W_M2: f32 = 15.0;

/// What stays from wave to wave: roofs and walls, the sky view factors of the last one and the heights that they belong to.
/// Rebuilt when missing, so no state.
#[derive(Resource, Debug, Clone, Default)]
pub struct Sky {
    fabric: Option<Fabric>,
    surface_m: Vec<f32>,
    crown_m: Vec<f32>,
    svf: Option<Raster<f32>>,
}

impl Sky {
    /// Sky view factors under the heights of `setup`.
    fn over(&mut self, setup: &HeatSetup) -> &Raster<f32> {
        let now = setup.skyline();
        let svf = match self.svf.take() {
            Some(mut svf) if self.surface_m.len() == now.surface_m.len() => {
                now.renew(&Skyline { surface_m: &self.surface_m, crown_m: &self.crown_m, ..now }, &mut svf);
                svf
            }
            _ => now.view_factor(),
        };
        self.surface_m.clone_from(&setup.surface_m);
        self.crown_m.clone_from(&setup.crown_m);
        self.svf.insert(svf)
    }
}

/// Heat at each pixel, quantised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warmth {
    /// Excess over the station at night, 0.1 K.
    pub night_dk: Vec<i16>,
    /// Excess over the station, all hours, 0.1 K.
    pub mean_dk: Vec<i16>,
    /// Air temperature at night, mean over the wave, 0.1 °C.
    pub night_dc: Vec<i16>,
}

/// Runs the heat wave of `days` with its peak that begins with `event` over `city`; the hottest day is filmed in `take`, if
/// anybody looks.
pub fn run(
    city: &City,
    ground: &GroundNow,
    sky: &mut Sky,
    event: &Event,
    (days, peak_c): (u32, f64),
    p: &ClimateParameters,
    (solver, take): (&mut EpisodeSolver, Option<&mut Take>),
) -> Warmth {
    let day_of_year = f64::from(event.month.first_day().ordinal()) + f64::from(event.day) - 1.0;
    let elevation = &city.ground.elevation_m;
    let n = elevation.values.len();
    let heights: Vec<(f32, f32)> = (0..n).map(|p| ground.heights_m(city, p)).collect();
    let surface_m: Vec<f32> = heights.iter().zip(&elevation.values).map(|(h, z)| z + h.0).collect();
    let crown_m: Vec<f32> = heights.iter().zip(&elevation.values).map(|(h, z)| z + h.1).collect();
    let skin = |cover: &Cover| match cover {
        Cover::Water => Skin::Water,
        Cover::Grass | Cover::Garden => Skin::Grass,
        Cover::Trees => Skin::Trees,
        Cover::Paved => Skin::Asphalt,
        Cover::Building => Skin::Roof,
    };
    let setup = HeatSetup {
        grid: elevation.grid,
        surface_m,
        crown_m,
        cover: city.ground.cover.values.iter().map(skin).collect(),
        anthropogenic_w_m2: ground.shares.iter().map(|s| ANTHROPOGENIC_W_M2 * s.sealed).collect(),
        surroundings: Surroundings::Country,
        day_of_year,
        latitude_deg: 52.1,
        longitude_deg: 5.2,
    };
    let (roofs, walls) = (p.heat_roof_share as f32, p.heat_walls as f32);
    let fabric = sky.fabric.get_or_insert_with(|| Fabric::of(city)).with_walls(walls);
    let mut svf = sky.over(&setup).clone();
    let surfaces = (0..n).map(|p| {
        let (surface, wall) = ground.canyon(p, &fabric, roofs);
        // Walls of its own do not hide the sky from a pixel: they are part of what sees it.
        svf.values[p] = (svf.values[p] + wall).min(1.0);
        surface
    });
    let surfaces: Vec<Coefficients> = surfaces.collect();
    let question = solver.question(&(&setup, &svf, &surfaces, days, peak_c));
    let known = match solver.answer(question) {
        Some(Answer::Heat(warmth)) if take.is_none() => return warmth,
        known => known,
    };
    let mut model = HeatModel::under(setup, svf);
    model.mix(surfaces);
    solver.note(model.move_to(&solver.site));
    let warmth = run_to_end(&mut model, day_of_year, (days, peak_c), take);
    let name = model.backend_name();
    let first = known.or_else(|| solver.solved(question, name, model.lost_gpu(), || Answer::Heat(warmth.clone())));
    match first {
        Some(Answer::Heat(first)) => first,
        _ => warmth,
    }
}

fn run_to_end(
    model: &mut HeatModel,
    day_of_year: f64,
    (days, peak_c): (u32, f64),
    mut take: Option<&mut Take>,
) -> Warmth {
    let n = model.n_pixels();
    // From noon of the day before, a degree cooler than the first.
    let hours = weather::hours(day_of_year - 1.0, days + 1, peak_c);
    let (run_in, hours) = hours.split_at(24);
    run_in[12..].iter().for_each(|hour| model.hour(*hour));
    let (mut night, mut all) = (vec![0.0f32; n], vec![0.0f32; n]);
    let (mut n_night, mut station_night_c) = (0, 0.0);
    // The hottest day is the last but one, from its first light to the next.
    let mut all_shown = take.as_ref().map_or_else(Hidden::default, |_| Hidden::of(n, |_| false));
    let filmed = 24 * days.saturating_sub(2) + 5;
    for (h, hour) in (0..).zip(hours) {
        model.hour(*hour);
        let excess: Vec<f32> = model.excess().collect();
        if let Some(take) = take.as_mut().filter(|_| h >= filmed && (h - filmed).is_multiple_of(24 / FRAMES as u32))
            && take.shots.len() < FRAMES
        {
            let frame = |map: Raster<f32>| -> Vec<i16> {
                map.values.into_iter().map(|v| if v.is_nan() { NONE } else { tenths(v) }).collect()
            };
            let air = excess.iter().map(|e| tenths(hour.air_c + e)).collect();
            let maps: Maps = [air, frame(model.surface_c()), frame(model.pet_c())];
            for (whole, now) in take.whole.iter_mut().zip(&maps).skip(1) {
                whole.resize(n, NONE);
                whole.iter_mut().zip(now).for_each(|(most, now)| *most = (*most).max(*now));
            }
            take.shots.push(Shot { hours: h as f32 + 1.0, maps, on_device: model.air_on_device(&mut all_shown) });
        }
        all.iter_mut().zip(&excess).for_each(|(sum, e)| *sum += e);
        if hour.global_w_m2 <= 0.0 {
            night.iter_mut().zip(&excess).for_each(|(sum, e)| *sum += e);
            station_night_c += hour.air_c;
            n_night += 1;
        }
    }
    let mean = |sums: &[f32], n: usize, base: f32| -> Vec<i16> {
        sums.iter().map(|sum| tenths(base + sum / n.max(1) as f32)).collect()
    };
    Warmth {
        night_dk: mean(&night, n_night, 0.0),
        mean_dk: mean(&all, hours.len(), 0.0),
        night_dc: mean(&night, n_night, station_night_c / n_night.max(1) as f32),
    }
}
