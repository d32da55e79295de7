//! A running heat episode: hour by hour, surface energy and canopy air on one grid.
//!
//! The state is θ (how much warmer the canopy layer is than the country's) and the surface temperature. Sky
//! view factors are made once ([`Skyline::renew`] makes those of an earlier episode fit a changed city); shadows once per
//! hour, since the sun moves.
//!
//! Depth of the canopy layer H = 30 m (A). Exchange with the air above, and what the station at 2 m stands in: [`super::night`].

use super::air::{self, AirFlow, Lines};
use super::balance::{Above, Fluxes, RHO_CP, sky_longwave, surface};
use super::cover::{Coefficients, Cover};
use super::night::{Exchange, Night, at_two_metres, convective_velocity, felt_sensible, mixing_of};
use super::pet;
use super::sky::{Shine, Skyline};
use super::stages::WARMS;
use super::sun::{self, Sun};
use super::surfaces::{self, Place, SURFACE_STEP_H, Skin, Sky, Surfaces, smoothed_trend};
use super::weather::Hour;
use crate::fields::backend::{Backend, Site};
use crate::fields::film::{Hidden, Plane};
#[cfg(feature = "gpu")]
use crate::fields::stage::Buffers;
use crate::fields::stage::Stage;
use crate::gis::{GridRef, Raster};

/// Depth of the air between and just above the houses, m.
pub const CANOPY_M: f32 = 30.0;
/// Time step of the air, s.
const AIR_STEP_S: f32 = 120.0;

/// What lies upwind of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Surroundings {
    /// Open country: the map is a whole city.
    #[default]
    Country,
    /// More of the same city: the map is a part of one.
    City,
}

/// What an episode is made of. All planes lie on one grid.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatSetup {
    /// Shape of the map.
    pub grid: GridRef,
    /// Ground and roofs, m.
    pub surface_m: Vec<f32>,
    /// Tops of tree crowns, m; equal to `surface_m` where there is none.
    pub crown_m: Vec<f32>,
    /// What covers each pixel.
    pub cover: Vec<Cover>,
    /// Heat from people, traffic and buildings, W/m².
    pub anthropogenic_w_m2: Vec<f32>,
    /// What lies upwind.
    pub surroundings: Surroundings,
    /// Day of the year of the first midnight.
    pub day_of_year: f64,
    /// Degrees north.
    pub latitude_deg: f64,
    /// Degrees east.
    pub longitude_deg: f64,
}

/// Weather and air of one quarter of an hour.
#[derive(Debug, Clone)]
pub struct Quarter {
    /// Weather over the surfaces.
    pub sky: Sky,
    /// Wind, diffusion and exchange of the air.
    pub lines: Lines,
    /// Steps of the air.
    pub n_steps: usize,
}

/// What an hour does to a map.
#[derive(Debug, Clone)]
pub struct Hourly {
    /// The sun's rays, where there are any.
    pub shine: Option<Shine>,
    /// Its quarters.
    pub quarters: Vec<Quarter>,
}

/// A heat episode at one moment.
pub struct HeatModel {
    setup: HeatSetup,
    skin: Skin,
    svf: Raster<f32>,
    sunlit: Raster<f32>,
    sun: Sun,
    surfaces: Surfaces,
    theta: Vec<f32>,
    mixing: Vec<f32>,
    /// Surface temperature, net radiation and its trend of open grassland.
    rural: (f32, f32, f32),
    night: Night,
    /// Sky of the last quarter of an hour.
    sky: Option<Sky>,
    weather: Option<Hour>,
    lost_gpu: Option<String>,
    #[cfg(feature = "gpu")]
    gpu: Option<super::gpu::GpuHeat>,
}

impl HeatSetup {
    /// What hides the sky: the scan looks as far as ten pixels, and 100 m at least.
    pub fn skyline(&self) -> Skyline<'_> {
        let HeatSetup { grid, surface_m, crown_m, .. } = self;
        Skyline { grid: *grid, surface_m, crown_m, reach_m: 100.0_f64.max(10.0 * grid.cell_m) }
    }
}

impl HeatModel {
    /// Make an episode ready; scans the sky.
    pub fn new(setup: HeatSetup) -> Self {
        let svf = Raster::filled(setup.grid, 1.0);
        let mut model = HeatModel::under(setup, svf);
        model.rebuild();
        model
    }

    /// Make an episode ready under a sky that is known.
    pub fn under(setup: HeatSetup, svf: Raster<f32>) -> Self {
        let n = setup.grid.len();
        let coefficients: Vec<Coefficients> = setup.cover.iter().map(|c| c.coefficients()).collect();
        let sunlit = Raster::filled(setup.grid, 1.0);
        let mixing = mixing_of(&setup.grid, |k| matches!(setup.cover[k], Cover::Roof | Cover::Trees));
        let sun = Sun { elevation_rad: 0.0, azimuth_rad: 0.0 };
        HeatModel {
            skin: Skin::of(&coefficients),
            svf,
            sunlit,
            sun,
            surfaces: Surfaces {
                surface_c: vec![f32::NAN; n],
                net: vec![0.0; n],
                trend: vec![0.0; n],
                sensible: vec![0.0; n],
            },
            theta: vec![0.0; n],
            mixing,
            rural: (f32::NAN, 0.0, 0.0),
            night: Night::default(),
            sky: None,
            weather: None,
            lost_gpu: None,
            #[cfg(feature = "gpu")]
            gpu: None,
            setup,
        }
    }

    /// Give every pixel coefficients of its own: mixtures, where a pixel is larger than what covers it.
    pub fn mix(&mut self, coefficients: Vec<Coefficients>) {
        debug_assert_eq!(coefficients.len(), self.setup.grid.len());
        self.skin = Skin::of(&coefficients);
    }

    fn skyline(&self) -> Skyline<'_> {
        self.setup.skyline()
    }

    /// Scan the whole sky.
    pub fn rebuild(&mut self) {
        #[cfg(feature = "gpu")]
        if let Some(gpu) = self.gpu.take() {
            match gpu.view_factor(&self.skyline()) {
                Ok(values) => {
                    self.svf = self.raster(values);
                    self.gpu = Some(gpu);
                    return;
                }
                Err(why) => self.note_loss(&why),
            }
        }
        self.svf = self.skyline().view_factor();
    }

    /// Sky view factor.
    pub fn svf(&self) -> &Raster<f32> {
        &self.svf
    }

    /// Share of the direct sun that reaches each pixel, this hour.
    pub fn sunlit(&self) -> &Raster<f32> {
        &self.sunlit
    }

    fn raster(&self, values: Vec<f32>) -> Raster<f32> {
        Raster { grid: self.setup.grid, values }
    }

    /// Air temperature between the houses at 2 m, °C.
    pub fn air_c(&self) -> Raster<f32> {
        let station = self.weather.map_or(f32::NAN, |w| w.air_c);
        self.raster(self.excess().map(|e| station + e).collect())
    }

    /// How much warmer than the station the air at 2 m is, K.
    pub fn excess_k(&self) -> Raster<f32> {
        self.raster(self.excess().collect())
    }

    /// The same, pixel by pixel.
    pub fn excess(&self) -> impl Iterator<Item = f32> {
        let (rural, shallow) = self.sky.map_or((0.0, 0.0), |s| (s.rural_sensible_w_m2, s.shallow_k));
        let places = self.theta.iter().zip(felt_sensible(&self.setup.grid, &self.surfaces.sensible));
        places.map(move |(theta, sensible)| at_two_metres(*theta, sensible, rural, shallow))
    }

    /// Air temperature between the houses at 2 m, left on the device where it was computed, if it can be drawn there.
    /// `hidden` are pixels that are not shown.
    #[cfg(feature = "gpu")]
    pub fn air_on_device(&self, hidden: &mut Hidden) -> Option<Plane> {
        self.gpu.as_ref()?.excess(self.weather?.air_c, hidden)
    }

    /// Without feature `gpu` there is none.
    #[cfg(not(feature = "gpu"))]
    pub fn air_on_device(&self, _hidden: &mut Hidden) -> Option<Plane> {
        None
    }

    /// Surface temperature, °C. NaN on water: what is kept of it is the skin that follows the air, not the body of a canal, which
    /// takes weeks to warm.
    pub fn surface_c(&self) -> Raster<f32> {
        let places = self.surfaces.surface_c.iter().zip(&self.setup.cover);
        self.raster(places.map(|(c, cover)| if *cover == Cover::Water { f32::NAN } else { *c }).collect())
    }

    /// Run one hour of weather (its middle at `w.hour`).
    pub fn hour(&mut self, w: Hour) {
        let day = self.setup.day_of_year + (w.hour / 24.0).floor();
        self.sun = sun::position(day, w.hour.rem_euclid(24.0), self.setup.latitude_deg, self.setup.longitude_deg);
        let first = self.weather.is_none();
        if first {
            self.surfaces.surface_c.fill(w.air_c);
            self.rural.0 = w.air_c;
        }
        self.weather = Some(w);
        let quarters = self.quarters(&w, first);
        let hourly = Hourly { shine: self.skyline().shine(self.sun), quarters };
        if self.hour_on_gpu(&hourly) {
            return;
        }
        let grid = self.setup.grid;
        self.sunlit = hourly.shine.map_or_else(|| Raster::filled(grid, 0.0), |shine| self.skyline().sunlit_by(&shine));
        // Inside the pool, so that no step waits for sleeping threads to wake up.
        rayon::scope(|_| hourly.quarters.iter().for_each(|quarter| self.quarter_on_cpu(quarter)));
    }

    fn quarter_on_cpu(&mut self, quarter: &Quarter) {
        let place = Place {
            skin: &self.skin,
            svf: &self.svf.values,
            sunlit: &self.sunlit.values,
            anthropogenic_w_m2: &self.setup.anthropogenic_w_m2,
        };
        surfaces::step(place, &quarter.sky, &self.theta, &mut self.surfaces);
        self.air(quarter);
    }

    /// Weather and air of the hour's quarters. Open country alone decides over them, so they come before the map.
    fn quarters(&mut self, w: &Hour, first: bool) -> Vec<Quarter> {
        let diffuse_share = sun::diffuse_share(f64::from(w.global_w_m2), self.sun.elevation_rad) as f32;
        let diffuse_w_m2 = w.global_w_m2 * diffuse_share;
        let mut sky = Sky {
            direct_w_m2: w.global_w_m2 - diffuse_w_m2,
            diffuse_w_m2,
            longwave_w_m2: sky_longwave(w.air_c, w.humidity, w.cloud),
            air_c: w.air_c,
            wind_m_s: w.wind_m_s,
            rural_sensible_w_m2: 0.0,
            shallow_k: 0.0,
            spin_up: false,
        };
        let quarters = (0..4).map(|quarter| {
            sky.spin_up = first && quarter == 0;
            let rural = self.rural_surface(&sky);
            self.quarter(w, sky, rural)
        });
        let quarters: Vec<Quarter> = quarters.collect();
        self.sky = quarters.last().map(|q| q.sky);
        quarters
    }

    /// A model on a backend, with notices for the user (why the CPU was taken).
    pub fn on(setup: HeatSetup, site: impl Into<Site>) -> Result<(Self, Vec<String>), String> {
        let site = site.into();
        let svf = Raster::filled(setup.grid, 1.0);
        let mut model = HeatModel::under(setup, svf);
        let notices = match site.backend {
            Backend::GpuFrom(stage) => model.use_gpu(&site, true, Some(stage)).map(|()| None)?,
            _ => model.move_to(&site),
        };
        model.rebuild();
        Ok((model, notices.into_iter().collect()))
    }

    /// Go on at `site`, as far as there is one; else a line that says why the CPU goes on.
    pub fn move_to(&mut self, site: &Site) -> Option<String> {
        let taken = match site.backend {
            Backend::Cpu => Ok(()),
            Backend::Auto => self.use_gpu(site, false, None),
            Backend::Gpu => self.use_gpu(site, true, None),
            Backend::GpuFrom(stage) => self.use_gpu(site, true, Some(stage)),
        };
        taken.err().map(|why| format!("heat runs on the CPU: {why}"))
    }

    /// Pixels of the map.
    pub fn n_pixels(&self) -> usize {
        self.setup.grid.len()
    }

    /// Run the stages on a graphics processor from now on; with `software_too` on any adapter. The error says in one line
    /// why not.
    #[cfg(feature = "gpu")]
    pub fn use_gpu(&mut self, site: &Site, software_too: bool, from: Option<&Stage>) -> Result<(), String> {
        let context = site.device(software_too)?;
        let make = || super::gpu::GpuHeat::new(context.clone(), self.setup.grid.len(), from);
        self.gpu = Some(context.guarded(make)?);
        Ok(())
    }

    /// Without feature `gpu` there is none.
    #[cfg(not(feature = "gpu"))]
    pub fn use_gpu(&mut self, _site: &Site, _software_too: bool, _from: Option<&Stage>) -> Result<(), String> {
        Err("this program was built without the `gpu` feature".into())
    }

    /// Destroy the device, if there is one: for tests of what happens then.
    #[cfg(feature = "gpu")]
    #[doc(hidden)]
    pub fn destroy_device(&self) {
        if let Some(gpu) = &self.gpu {
            gpu.destroy_device();
        }
    }

    /// Where it is computed: `cpu`, or `gpu` with the adapter's name.
    pub fn backend_name(&self) -> String {
        #[cfg(feature = "gpu")]
        if let Some(gpu) = &self.gpu {
            return format!("gpu ({})", gpu.name());
        }
        "cpu".into()
    }

    /// One line for the user when the graphics processor was lost on the way and the CPU went on.
    pub fn lost_gpu(&self) -> Option<&str> {
        self.lost_gpu.as_deref()
    }

    /// The hour on the device, if there is one. When the device fails, the CPU goes on from the hour's start.
    #[cfg(feature = "gpu")]
    fn hour_on_gpu(&mut self, hourly: &Hourly) -> bool {
        let Some(mut gpu) = self.gpu.take() else { return false };
        let mut state = super::gpu::State {
            surfaces: self.surfaces.clone(),
            theta: self.theta.clone(),
            sunlit: self.sunlit.values.clone(),
        };
        if let Err(why) = gpu.hour(&self.still(), hourly, &mut state) {
            self.note_loss(&why);
            return false;
        }
        (self.surfaces, self.theta, self.sunlit.values) = (state.surfaces, state.theta, state.sunlit);
        self.gpu = Some(gpu);
        true
    }

    #[cfg(not(feature = "gpu"))]
    fn hour_on_gpu(&mut self, _hourly: &Hourly) -> bool {
        false
    }

    #[cfg(feature = "gpu")]
    fn note_loss(&mut self, why: &str) {
        let hour = self.weather.map_or(0.0, |w| w.hour);
        self.lost_gpu = Some(format!("the graphics processor was lost ({why}); the CPU went on from hour {hour}"));
    }

    #[cfg(feature = "gpu")]
    fn still(&self) -> super::gpu::Still<'_> {
        super::gpu::Still {
            skyline: self.skyline(),
            skin: &self.skin,
            anthropogenic_w_m2: &self.setup.anthropogenic_w_m2,
            mixing: &self.mixing,
            svf: &self.svf.values,
            surroundings: self.setup.surroundings,
        }
    }

    /// Buffers of the state as it is, before an hour of weather: for tests of single stages.
    #[cfg(feature = "gpu")]
    #[doc(hidden)]
    pub fn host_buffers(&mut self, w: Hour) -> Buffers {
        let day = self.setup.day_of_year + (w.hour / 24.0).floor();
        self.sun = sun::position(day, w.hour.rem_euclid(24.0), self.setup.latitude_deg, self.setup.longitude_deg);
        let hourly = Hourly { shine: self.skyline().shine(self.sun), quarters: self.quarters(&w, false) };
        let state = super::gpu::State {
            surfaces: self.surfaces.clone(),
            theta: self.theta.clone(),
            sunlit: self.sunlit.values.clone(),
        };
        super::gpu::host_buffers(&self.still(), &hourly, &state)
    }

    /// Open grassland at the station: the heat that the station's own air already has.
    fn rural_surface(&mut self, sky: &Sky) -> Fluxes {
        let above = Above {
            direct_w_m2: sky.direct_w_m2,
            diffuse_w_m2: sky.diffuse_w_m2,
            longwave_w_m2: sky.longwave_w_m2,
            svf: 1.0,
            air_c: sky.air_c,
            wind_m_s: 0.6 * sky.wind_m_s,
            anthropogenic_w_m2: 0.0,
        };
        let c = Cover::Grass.coefficients();
        let (fluxes, ts) = surface(&c, &above, self.rural.0, self.rural.2);
        let trend = if sky.spin_up { 0.0 } else { smoothed_trend(self.rural.2, self.rural.1, fluxes.net) };
        self.rural = (ts, fluxes.net, trend);
        fluxes
    }

    fn quarter(&mut self, w: &Hour, sky: Sky, rural: Fluxes) -> Quarter {
        let seconds = SURFACE_STEP_H * 3600.0;
        let profile = self.night.pass(seconds, w.air_c, w.wind_m_s, rural.sensible);
        let convective = convective_velocity(w.air_c, rural.sensible / RHO_CP);
        // Wind between the houses is some third of that at 10 m in the open.
        let wind = 0.35 * w.wind_m_s;
        let from = f64::from(w.wind_from_deg).to_radians();
        let flow = AirFlow {
            east_m_s: -wind * libm::sin(from) as f32,
            south_m_s: wind * libm::cos(from) as f32,
            diffusion_m2_s: 1.0 + 2.0 * wind + 5.0 * convective,
            exchange: Exchange::new(w.wind_m_s, w.air_c, convective, profile.above_k),
            inflow_k: 0.0,
        };
        let n_steps = (seconds / AIR_STEP_S).round() as usize;
        let lines = Lines::new(&self.setup.grid, &flow, seconds / n_steps as f32);
        let sky = Sky { rural_sensible_w_m2: rural.sensible, shallow_k: profile.shallow_k, ..sky };
        Quarter { sky, lines, n_steps }
    }

    fn air(&mut self, air: &Quarter) {
        let n_cols = self.setup.grid.n_cols.max(1);
        let warms = |q: &f32| (q - air.sky.rural_sensible_w_m2) * WARMS;
        let source: Vec<f32> = self.surfaces.sensible.iter().map(warms).collect();
        for _ in 0..air.n_steps {
            let inflow_k = match self.setup.surroundings {
                Surroundings::City => air::mean(n_cols, &self.theta),
                Surroundings::Country => 0.0,
            };
            air::rows(&air.lines, n_cols, &mut self.theta, &source, &self.mixing, inflow_k);
            air::columns(&air.lines, n_cols, &mut self.theta, inflow_k);
        }
    }

    /// PET of this hour by the Dutch standard method, °C, with the air of the model. NaN on roofs and water.
    pub fn pet_c(&self) -> Raster<f32> {
        let Some(w) = self.weather else { return Raster::filled(self.setup.grid, f32::NAN) };
        let diffuse = w.global_w_m2 * sun::diffuse_share(f64::from(w.global_w_m2), self.sun.elevation_rad) as f32;
        let sin_height = libm::sin(self.sun.elevation_rad) as f32;
        let values = self
            .excess()
            .enumerate()
            .map(|(k, excess)| {
                let cover = self.setup.cover[k];
                if matches!(cover, Cover::Roof | Cover::Water) {
                    return f32::NAN;
                }
                let air = w.air_c + excess;
                let wet = pet::wet_bulb_c(air, w.humidity);
                // Wind at 1.2 m between houses (A): a third of the open wind where little sky is seen, two thirds in a square.
                let wind = w.wind_m_s * (0.25 + 0.35 * self.svf.values[k]);
                let bowen = if cover.is_green() { 0.4 } else { 3.0 };
                let svf = self.svf.values[k];
                if sin_height > 0.0 && self.sunlit.values[k] > 0.5 {
                    pet::pet_sun(air, w.global_w_m2, wind, wet, sin_height, bowen, svf)
                } else {
                    pet::pet_shade(air, diffuse, wind, wet, svf)
                }
            })
            .collect();
        self.raster(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stony district of 40 × 40 pixels of 20 m, streets 20 m wide between blocks of 15 m, in a city that goes on.
    fn district(cover: Cover) -> HeatModel {
        let grid = GridRef { west_m: 0.0, north_m: 800.0, cell_m: 20.0, n_cols: 40, n_rows: 40 };
        let roof = |k: usize| !(k % 40).is_multiple_of(3) && !(k / 40).is_multiple_of(3);
        let surface_m: Vec<f32> = (0..grid.len()).map(|k| if roof(k) { 15.0 } else { 0.0 }).collect();
        HeatModel::new(HeatSetup {
            grid,
            crown_m: surface_m.clone(),
            surface_m,
            cover: (0..grid.len()).map(|k| if roof(k) { Cover::Roof } else { cover }).collect(),
            anthropogenic_w_m2: vec![20.0; grid.len()],
            surroundings: Surroundings::City,
            day_of_year: 180.0,
            latitude_deg: 52.0,
            longitude_deg: 5.0,
        })
    }

    /// Two clear days of 30 °C at most with little wind; returns the greatest mean excess by day and by night, K.
    fn excess(mut model: HeatModel) -> (f32, f32) {
        let (mut day, mut night) = (f32::MIN, f32::MIN);
        for h in 0..48 {
            let hour = h as f32 + 0.5;
            let solar = ((hour - 12.0) / 24.0 * std::f32::consts::TAU).cos();
            let weather = Hour {
                hour: f64::from(hour),
                air_c: 23.0 + 7.0 * ((hour - 15.0) / 24.0 * std::f32::consts::TAU).cos(),
                humidity: 0.6 - 0.2 * solar,
                wind_m_s: 2.0 + solar,
                wind_from_deg: 90.0,
                global_w_m2: (850.0 * (solar + 0.2) / 1.2).max(0.0),
                cloud: 0.0,
            };
            model.hour(weather);
            let mean = model.excess_k().values.iter().sum::<f32>() / 1600.0;
            if weather.global_w_m2 > 300.0 {
                day = day.max(mean);
            } else if weather.global_w_m2 == 0.0 {
                night = night.max(mean);
            }
        }
        (day, night)
    }

    #[test]
    fn a_stony_district_is_warm_by_day_and_warmer_by_night() {
        // The report, §3.9: up to some 2 K by day and 7 K by night.
        let (day, night) = excess(district(Cover::Stone));
        assert!((0.3..2.5).contains(&day), "{day}");
        assert!((3.0..7.5).contains(&night), "{night}");
        // Green between the same houses takes a good part of it away (signature T-9e).
        let (green_day, green_night) = excess(district(Cover::Grass));
        assert!(green_night < night - 0.5 && green_day < day);
    }
}
