//! The stable night over open country, and how strongly a place exchanges air with what lies above it.
//!
//! On a calm clear night the country cools the air from below, and a station at 2 m stands in the coldest of it. What
//! lies above keeps the warmth of the evening (the residual layer). A city mixes its air, so it shares that warmth with its
//! streets, and gives its own heat to it; a meadow does neither. So the canopy layer of depth H needs two numbers of the
//! country, both above the station's temperature:
//!
//! * Δθ(z) = Δθ_s e^{−z/H_e}: how much colder than the residual layer the air is (Stull 1983, 1988 §12; L),
//!   Δθ_s = T at the hour when the country began to take heat from the air − T at the station now,
//!   H_e = 0.15 m^¼ s^¼ M^¾ t^½ with the wind M of the residual layer and the time t since then (Stull 2017, ch. 18, flat
//!   open country; M). M = 1.4 × the wind at 10 m then (logarithmic profile from 10 to 100 m over grass).
//! * `shallow_k`: mean of Δθ_s − Δθ(z) over 0…H: what the station's air lacks against its own layer. A place whose surface
//!   takes heat from the air as grass does has the country's profile, one that gives heat off has mixed air; in between in
//!   proportion to the flux.
//! * `above_k`: Δθ_s − Δθ(H), the air above the layer, less `shallow_k`.
//!
//! In the morning warming eats the profile from below (encroachment): air below the height where the profile is as warm as
//! the station is as warm as the station.
//!
//! Exchange velocity w = m U F + 0.06 w*, w* = (g/T · QH/(ρ c_p) · 1000 m)^{1/3} with the QH of the open country,
//! whose mixed layer it is: at night there is none (0.06: A). Mixing by wind, m = κ² (U₃₀/U₁₀) / ln²(30 m / z0), is that
//! of the logarithmic law with the country's wind at 30 m: 0.0040 over grass (z0 0.03 m), 0.0164 over a town (z0 1 m, the
//! roughness of Davenport's class 7; Wieringa 1992, L). So a town also mixes more of the warmth above it into its streets.
//! In between ln z0 is blended ([`mixing`]). For scale: the streets alone gave Barlow & Belcher (2002; L) 0.0015 to 0.0027 of the
//! wind at the top of the boundary layer. F after Louis (1979; L) from the bulk Richardson number of layer and air above,
//! Ri = g H (θ_above − θ) / (T U²):
//!
//! * stable: F = 1 / (1 + 4.7 Ri)²
//! * unstable: F = 1 + 9.4 |Ri| / (1 + 3.8 |Ri|^½) (his 5.3 a² b √(z/z0) with z = 30 m and z0 = 1 m, a low dense town)
//!
//! Limits: the city does not warm the air above it, and does not slow the wind at 30 m; the station is taken to have stood in
//! the country at dusk.

use super::balance::ZERO_C_K;
use super::model::CANOPY_M;
use crate::gis::GridRef;

/// H_e = this × M^¾ t^½, m^¼ s^¼.
const GROWTH: f32 = 0.15;
/// Wind of the residual layer over that at 10 m, at dusk.
const ALOFT: f32 = 1.4;
/// Roughness of open grassland and of a low dense town, m.
const ROUGHNESS_M: [f32; 2] = [0.03, 1.0];
/// Share of pixels with houses or trees around from which a place is as rough as a town (A).
const ROUGH_SHARE: f32 = 0.3;
/// How far around a place roughness counts, m (A: some ten times the layer's depth).
const ROUGH_M: f64 = 250.0;
/// How far around a place the heat counts that its air at 2 m feels, m (A: 25 heights; the fetch of a screen-level
/// thermometer is up to some hundreds of metres, Oke 2006, WMO/TD-No. 1250).
pub(super) const FELT_M: f64 = 50.0;
/// Exchange velocity over the convective velocity of the country's mixed layer.
const CONVECTIVE: f32 = 0.06;
/// Depth of the country's mixed layer by day, m (A).
const MIXED_M: f32 = 1000.0;
/// Least wind, m/s: cup anemometers stand still below it, the air does not.
const LEAST_WIND_M_S: f32 = 0.7;

/// Air over the country since dusk.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Night {
    /// Station's temperature at dusk, °C; `None` by day, and before the first dusk.
    dusk_c: Option<f32>,
    /// Greatest fall below it so far, K.
    fall_k: f32,
    /// Time since dusk, s.
    since_s: f32,
    /// Wind of the residual layer, m/s.
    aloft_m_s: f32,
    /// The country gave heat to the air a moment ago.
    day: bool,
}

/// What the country's air is like above the station, K.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Profile {
    /// Mean of the canopy layer over the station.
    pub shallow_k: f32,
    /// Air above the layer over the mean of the layer.
    pub above_k: f32,
}

impl Night {
    /// `dt` seconds on, with the station's temperature and wind, and the heat that grass gives to the air.
    pub fn pass(&mut self, dt: f32, air_c: f32, wind_m_s: f32, rural_sensible_w_m2: f32) -> Profile {
        let day = rural_sensible_w_m2 > 0.0;
        if self.day && !day {
            let aloft_m_s = ALOFT * wind_m_s.max(LEAST_WIND_M_S);
            *self = Night { dusk_c: Some(air_c), fall_k: 0.0, since_s: 0.0, aloft_m_s, day };
        }
        self.day = day;
        let Some(dusk_c) = self.dusk_c else { return Profile::default() };
        let now_k = dusk_c - air_c;
        if day && now_k <= 0.0 {
            self.dusk_c = None;
            return Profile::default();
        }
        self.since_s += dt;
        self.fall_k = self.fall_k.max(now_k);
        let scale_m = GROWTH * libm::powf(self.aloft_m_s, 0.75) * libm::sqrtf(self.since_s);
        profile(now_k.max(0.0), self.fall_k, scale_m)
    }
}

/// The profile of a night that fell by `fall_k` at most and is `now_k` below dusk.
fn profile(now_k: f32, fall_k: f32, scale_m: f32) -> Profile {
    if now_k <= 0.0 || scale_m <= 0.0 {
        return Profile::default();
    }
    // Below this height the warming of the morning has mixed the air.
    let mixed_m = scale_m * libm::logf(fall_k / now_k);
    if mixed_m >= CANOPY_M {
        return Profile::default();
    }
    let left = |z: f32| fall_k * libm::expf(-z / scale_m);
    let top_k = now_k - left(CANOPY_M);
    let integral = now_k * (CANOPY_M - mixed_m) - scale_m * (left(mixed_m) - left(CANOPY_M));
    let shallow_k = integral / CANOPY_M;
    Profile { shallow_k, above_k: top_k - shallow_k }
}

/// Convective velocity w* of the country's mixed layer, m/s, from its temperature and kinematic heat flux, K m/s.
pub fn convective_velocity(air_c: f32, kinematic_k_m_s: f32) -> f32 {
    libm::cbrtf(9.81 / (air_c + ZERO_C_K) * kinematic_k_m_s.max(0.0) * MIXED_M)
}

/// Exchange velocity over wind at 10 m in neutral air, where `rough` of the pixels around hold houses or trees.
pub fn mixing(rough: f32) -> f32 {
    let [open, town] = ROUGHNESS_M.map(|z0| libm::logf(CANOPY_M / z0));
    let aloft = open / libm::logf(10.0 / ROUGHNESS_M[0]);
    let here = open + (town - open) * (rough / ROUGH_SHARE).min(1.0);
    0.16 * aloft / (here * here)
}

/// [`mixing`] of every pixel, from where houses or trees stand.
pub fn mixing_of(grid: &GridRef, stands: impl Fn(usize) -> bool) -> Vec<f32> {
    let rough = mean_around(grid, ROUGH_M, |k| f32::from(u8::from(stands(k))));
    rough.into_iter().map(mixing).collect()
}

/// Heat that reaches the air at 2 m at every pixel, W/m²: the mean of its surroundings, since the wind brings that air from
/// there.
pub fn felt_sensible(grid: &GridRef, sensible_w_m2: &[f32]) -> Vec<f32> {
    mean_around(grid, FELT_M, |k| sensible_w_m2[k])
}

/// Mean of the square of `reach_m` around each pixel, at the edge of what there is of it.
fn mean_around(grid: &GridRef, reach_m: f64, value: impl Fn(usize) -> f32) -> Vec<f32> {
    let (n_cols, n_rows) = (grid.n_cols, grid.n_rows);
    let reach = (reach_m / grid.cell_m).round() as usize;
    // Sums of all above and to the left of each corner: that of a square is a sum of four.
    let stride = n_cols + 1;
    let mut corner = vec![0.0_f64; stride * (n_rows + 1)];
    for row in 0..n_rows {
        let mut line = 0.0;
        for col in 0..n_cols {
            line += f64::from(value(row * n_cols + col));
            corner[(row + 1) * stride + col + 1] = corner[row * stride + col + 1] + line;
        }
    }
    let mean = |k: usize| {
        let (col, row) = grid.col_row(k);
        let (left, right) = (col.saturating_sub(reach), (col + reach + 1).min(n_cols));
        let (top, bottom) = (row.saturating_sub(reach), (row + reach + 1).min(n_rows));
        let at = |row: usize, col: usize| corner[row * stride + col];
        let sum = at(bottom, right) + at(top, left) - at(top, right) - at(bottom, left);
        (sum / ((right - left) * (bottom - top)) as f64) as f32
    };
    (0..grid.len()).map(mean).collect()
}

/// Exchange of the canopy layer with the air above it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exchange {
    /// Whatever the stability, 1/s.
    pub steady_1_s: f32,
    /// Wind at 10 m over the depth of the layer, 1/s.
    pub wind_1_s: f32,
    /// Richardson number of one kelvin.
    pub ri_1_k: f32,
    /// Air above the layer, K over the country's layer.
    pub above_k: f32,
    /// What the country's own layer gets from above, K/s.
    pub rural_k_s: f32,
}

impl Exchange {
    /// Under wind at 10 m over a country of this temperature and convective velocity.
    pub fn new(wind_m_s: f32, air_c: f32, convective_m_s: f32, above_k: f32) -> Exchange {
        let wind = wind_m_s.max(LEAST_WIND_M_S);
        let mut exchange = Exchange {
            steady_1_s: CONVECTIVE * convective_m_s / CANOPY_M,
            wind_1_s: wind / CANOPY_M,
            ri_1_k: 9.81 / (air_c + ZERO_C_K) * CANOPY_M / (wind * wind),
            above_k,
            rural_k_s: 0.0,
        };
        exchange.rural_k_s = exchange.rate(0.0, mixing(0.0)) * above_k;
        exchange
    }

    /// The same at any stability, with air above that is as warm as the country's layer.
    pub fn steady(rate_1_s: f32) -> Exchange {
        Exchange { steady_1_s: rate_1_s, ..Exchange::default() }
    }

    /// Rate at which a layer `theta` warmer than the country's takes on what is above it, 1/s, where wind mixes so much
    /// ([`mixing`]).
    #[inline(always)]
    pub fn rate(&self, theta: f32, mixing: f32) -> f32 {
        let ri = self.ri_1_k * (self.above_k - theta);
        let down = 1.0 + 4.7 * ri;
        let stable = 1.0 / (down * down);
        let rises = if ri < 0.0 { -ri } else { 0.0 };
        let unstable = 1.0 + 9.4 * rises / (1.0 + 3.8 * rises.sqrt());
        self.steady_1_s + mixing * self.wind_1_s * if ri > 0.0 { stable } else { unstable }
    }

    /// θ after `dt` seconds with `source` K/s, implicit in the exchange.
    #[inline(always)]
    pub fn apply(&self, theta: f32, mixing: f32, source_k_s: f32, dt: f32) -> f32 {
        let rate = self.rate(theta, mixing);
        (theta + dt * (source_k_s + rate * self.above_k - self.rural_k_s)) / (1.0 + dt * rate)
    }
}

/// Air at 2 m over the station's, K, where the layer is `theta` warmer than the country's and the surface gives
/// `sensible_w_m2` to it: the surface of the pixel for what that surface feels, of its surroundings for what a thermometer
/// does ([`felt_sensible`]).
#[inline(always)]
pub fn at_two_metres(theta: f32, sensible_w_m2: f32, rural_sensible_w_m2: f32, shallow_k: f32) -> f32 {
    let rural = if rural_sensible_w_m2 < -1.0 { rural_sensible_w_m2 } else { -1.0 };
    let share = sensible_w_m2 / rural;
    let share = if share > 0.0 { share } else { 0.0 };
    let share = if share < 1.0 { share } else { 1.0 };
    theta + shallow_k * (1.0 - share)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a dusk of 28 °C, with 3 m/s, `k` quarters of an hour of falling by 0.3 K.
    fn night(k: usize) -> (Night, Profile) {
        let mut night = Night { day: true, ..Night::default() };
        let passed = (1..=k).map(|q| night.pass(900.0, 28.0 - 0.3 * q as f32, 3.0, -20.0)).last().unwrap();
        (night, passed)
    }

    #[test]
    fn the_profile_is_that_of_the_budget() {
        // Eight hours: H_e = 0.15 · 4.2^0.75 · 28800^0.5 = 74.7 m; fall 9.3 K (dusk is the first quarter's 27.7 °C).
        let (_, p) = night(32);
        let (fall, scale) = (9.3_f64, 0.15 * 4.2_f64.powf(0.75) * 28_800_f64.sqrt());
        assert!((scale - 74.68).abs() < 0.02, "{scale}");
        // Mean of fall (1 − e^{−z/H_e}) over 30 m by a sum, and its value at 30 m.
        let at = |z: f64| fall * (1.0 - (-z / scale).exp());
        let mean = (0..3000).map(|k| at((k as f64 + 0.5) * 0.01)).sum::<f64>() / 3000.0;
        assert!((f64::from(p.shallow_k) - mean).abs() < 2e-3, "{} against {mean}", p.shallow_k);
        assert!((f64::from(p.above_k) - (at(30.0) - mean)).abs() < 2e-3, "{}", p.above_k);
    }

    #[test]
    fn morning_eats_it_from_below_and_it_is_gone_by_day() {
        let (mut night, deep) = night(32);
        let mut before = deep;
        for k in 0..40 {
            let p = night.pass(900.0, 18.4 + 0.5 * k as f32, 3.0, 50.0);
            assert!(p.shallow_k >= 0.0 && p.above_k >= 0.0);
            assert!(k == 0 || p.shallow_k <= before.shallow_k, "{k}: {p:?} after {before:?}");
            before = p;
        }
        assert_eq!(before, Profile::default());
        assert_eq!(night.dusk_c, None);
        // Half of the way back up: everything below 52 m is mixed.
        assert_eq!(profile(4.65, 9.3, 74.7), Profile::default());
    }

    #[test]
    fn wind_weakens_the_inversion_and_stability_the_exchange() {
        let calm = profile(9.0, 9.0, 0.15 * 2.8_f32.powf(0.75) * 170.0);
        let windy = profile(9.0, 9.0, 0.15 * 11.2_f32.powf(0.75) * 170.0);
        assert!(windy.shallow_k < 0.5 * calm.shallow_k && windy.above_k < 0.6 * calm.above_k);
        // Louis (1979): Ri = 0.25 leaves 1 / (1 + 1.175)² = 0.2114; Ri = −0.25 gives 1 + 2.35 / 2.9 = 1.810.
        let e = Exchange { wind_1_s: 1.0, ri_1_k: 0.25, above_k: 1.0, ..Exchange::default() };
        assert!((e.rate(0.0, 1.0) - 0.2114).abs() < 1e-4 && (e.rate(1.0, 1.0) - 1.0).abs() < 1e-6);
        assert!((e.rate(2.0, 1.0) - 1.8103).abs() < 1e-4, "{}", e.rate(2.0, 1.0));
    }

    #[test]
    fn a_thermometer_feels_the_mean_of_fifty_metres_around() {
        // A strip of 10 m pixels, one of which gives 110 W/m² off: eleven feel a tenth of it.
        let grid = GridRef { west_m: 0.0, north_m: 10.0, cell_m: 10.0, n_cols: 41, n_rows: 1 };
        let gives: Vec<f32> = (0..41).map(|k| if k == 20 { 110.0 } else { 0.0 }).collect();
        let felt = felt_sensible(&grid, &gives);
        for (k, felt) in felt.iter().enumerate() {
            assert_eq!(*felt, if k.abs_diff(20) <= 5 { 10.0 } else { 0.0 }, "{k}");
        }
        // At the edge it is the mean of what there is.
        let edge: Vec<f32> = (0..41).map(|k| if k == 0 { 60.0 } else { 0.0 }).collect();
        assert_eq!(felt_sensible(&grid, &edge)[0], 10.0);
    }

    #[test]
    fn a_town_mixes_four_times_as_much_as_grass() {
        // 0.16 · ln 1000 / ln 333.3 over ln² 1000 and over ln² 30.
        assert!((mixing(0.0) - 0.003_987).abs() < 2e-6 && (mixing(0.5) - 0.016_446).abs() < 2e-5, "{}", mixing(0.5));
        // One row of houses in eleven columns of 50 m: seen up to 250 m away, as one of eleven.
        let grid = GridRef { west_m: 0.0, north_m: 50.0, cell_m: 50.0, n_cols: 31, n_rows: 1 };
        let plane = mixing_of(&grid, |k| k == 15);
        for (k, m) in plane.iter().enumerate() {
            let rough = if k.abs_diff(15) <= 5 { 1.0 / 11.0 } else { 0.0 };
            assert_eq!(*m, mixing(rough), "{k}");
        }
    }

    #[test]
    fn the_country_stays_the_country() {
        // No excess, no source beyond grass: exchange gives what the country's own layer gets.
        let e = Exchange::new(2.0, 20.0, convective_velocity(20.0, -0.018), 1.7);
        assert!(e.apply(0.0, mixing(0.0), 0.0, 120.0).abs() < 1e-7);
        // And its air at 2 m is the station's; where heat is given off, that of the layer.
        assert_eq!(at_two_metres(0.0, -20.0, -20.0, 1.9), 0.0);
        assert_eq!(at_two_metres(0.5, 40.0, -20.0, 1.9), 2.4);
        assert_eq!(at_two_metres(0.5, -10.0, -20.0, 2.0), 1.5);
    }
}
