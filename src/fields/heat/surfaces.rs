//! The surfaces of a map: [`super::balance`] for every pixel, in planes, row by row. Stage `heat.surface_energy`.

use multiversion::multiversion;
use rayon::prelude::*;

use super::balance::{Above, surface};
use super::cover::Coefficients;
use super::night::at_two_metres;

/// Length of a step of the surfaces, h.
pub const SURFACE_STEP_H: f32 = 0.25;

/// Trend of net radiation, W/m² per hour, smoothed over about an hour.
#[inline(always)]
pub fn smoothed_trend(before: f32, net_before: f32, net: f32) -> f32 {
    before + SURFACE_STEP_H * ((net - net_before) / SURFACE_STEP_H - before)
}

/// Weather over the whole map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sky {
    /// Direct radiation on a flat surface, W/m².
    pub direct_w_m2: f32,
    /// Diffuse radiation, W/m².
    pub diffuse_w_m2: f32,
    /// Infrared radiation of the sky, W/m².
    pub longwave_w_m2: f32,
    /// Air temperature at the station, °C.
    pub air_c: f32,
    /// Wind at 10 m, m/s.
    pub wind_m_s: f32,
    /// Sensible heat of open grassland, W/m².
    pub rural_sensible_w_m2: f32,
    /// What the station's air lacks against the country's canopy layer, K.
    pub shallow_k: f32,
    /// The first step of all: there is no trend yet.
    pub spin_up: bool,
}

/// Coefficients of every pixel, a plane each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Skin {
    albedo: Vec<f32>,
    emissivity: Vec<f32>,
    wet: Vec<f32>,
    a1: Vec<f32>,
    a2: Vec<f32>,
    a3: Vec<f32>,
}

impl Skin {
    /// From a list of pixels.
    pub fn of(pixels: &[Coefficients]) -> Skin {
        let plane = |f: fn(&Coefficients) -> f32| pixels.iter().map(f).collect();
        Skin {
            albedo: plane(|c| c.albedo),
            emissivity: plane(|c| c.emissivity),
            wet: plane(|c| c.wet),
            a1: plane(|c| c.a1),
            a2: plane(|c| c.a2),
            a3: plane(|c| c.a3),
        }
    }

    /// Coefficients of pixel `k`.
    #[inline(always)]
    pub fn at(&self, k: usize) -> Coefficients {
        Coefficients {
            albedo: self.albedo[k],
            emissivity: self.emissivity[k],
            wet: self.wet[k],
            a1: self.a1[k],
            a2: self.a2[k],
            a3: self.a3[k],
        }
    }

    /// As a list of pixels.
    pub fn pixels(&self) -> Vec<Coefficients> {
        (0..self.albedo.len()).map(|k| self.at(k)).collect()
    }
}

/// What stands still during a step, in planes.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Coefficients.
    pub skin: &'a Skin,
    /// Sky view factor.
    pub svf: &'a [f32],
    /// Share of the direct sun.
    pub sunlit: &'a [f32],
    /// Heat of people, traffic and buildings, W/m².
    pub anthropogenic_w_m2: &'a [f32],
}

/// What changes, in planes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Surfaces {
    /// Surface temperature, °C.
    pub surface_c: Vec<f32>,
    /// Net radiation, W/m².
    pub net: Vec<f32>,
    /// Its smoothed trend, W/m² per hour.
    pub trend: Vec<f32>,
    /// Sensible heat, W/m².
    pub sensible: Vec<f32>,
}

/// Pixels in one parallel task.
const CHUNK: usize = 4096;

/// One step of [`SURFACE_STEP_H`] under a layer of air that is `theta` kelvin warmer than the country's.
pub fn step(place: Place, sky: &Sky, theta: &[f32], s: &mut Surfaces) {
    let planes = s.surface_c.par_chunks_mut(CHUNK).zip(s.net.par_chunks_mut(CHUNK));
    let planes = planes.zip(s.trend.par_chunks_mut(CHUNK).zip(s.sensible.par_chunks_mut(CHUNK)));
    planes.enumerate().for_each(|(k, ((ts, net), (trend, sensible)))| {
        chunk(place, sky, theta, k * CHUNK, (ts, net, trend, sensible));
    });
}

type Planes<'a> = (&'a mut [f32], &'a mut [f32], &'a mut [f32], &'a mut [f32]);

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn chunk(place: Place, sky: &Sky, theta: &[f32], first: usize, planes: Planes) {
    let (ts, net, trend, sensible) = planes;
    let n = ts.len();
    let cut = |plane: &'_ [f32]| -> std::ops::Range<usize> {
        debug_assert!(plane.len() >= first + n);
        first..first + n
    };
    let skin = place.skin;
    let (albedo, emissivity) = (&skin.albedo[cut(&skin.albedo)], &skin.emissivity[cut(&skin.emissivity)]);
    let (wet, a1) = (&skin.wet[cut(&skin.wet)], &skin.a1[cut(&skin.a1)]);
    let (a2, a3) = (&skin.a2[cut(&skin.a2)], &skin.a3[cut(&skin.a3)]);
    let (svf, sunlit) = (&place.svf[cut(place.svf)], &place.sunlit[cut(place.sunlit)]);
    let (warm, people) = (&theta[cut(theta)], &place.anthropogenic_w_m2[cut(place.anthropogenic_w_m2)]);
    let (net, trend, sensible) = (&mut net[..n], &mut trend[..n], &mut sensible[..n]);
    let Sky { direct_w_m2, diffuse_w_m2, longwave_w_m2, air_c, wind_m_s, rural_sensible_w_m2, shallow_k, spin_up } =
        *sky;
    for i in 0..n {
        let c =
            Coefficients { albedo: albedo[i], emissivity: emissivity[i], wet: wet[i], a1: a1[i], a2: a2[i], a3: a3[i] };
        let above = Above {
            direct_w_m2: direct_w_m2 * sunlit[i],
            diffuse_w_m2,
            longwave_w_m2,
            svf: svf[i],
            air_c: air_c + at_two_metres(warm[i], sensible[i], rural_sensible_w_m2, shallow_k),
            wind_m_s: wind_m_s * (0.25 + 0.35 * svf[i]),
            anthropogenic_w_m2: people[i],
        };
        let (fluxes, next) = surface(&c, &above, ts[i], trend[i]);
        let smooth = smoothed_trend(trend[i], net[i], fluxes.net);
        trend[i] = if spin_up { 0.0 } else { smooth };
        ts[i] = next;
        net[i] = fluxes.net;
        sensible[i] = fluxes.sensible;
    }
}
