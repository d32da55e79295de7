//! Energy of one surface: Q* + QF = QH + QE + ΔQS, W/m².
//!
//! * Q* = (1 − α)(direct · sunlit + diffuse · SVF) + ε (L↓ SVF + σ T_a⁴ (1 − SVF)) − ε σ T_s⁴
//! * ΔQS by the objective hysteresis model ([`super::cover`])
//! * QH, QE by LUMPS (Grimmond & Oke 2002; L): with s = d e_sat/dT, γ = 0.66 hPa/K, A = Q* + QF − ΔQS:
//!   QE = α' A / (1 + γ/s) + β', QH = A − QE; α' = 0.19 + 0.85 wet, β' = 3 + 14 wet W/m² (M: range of the paper's sites)
//! * T_s from QH = ρ c_p (T_s − T_a) / r_a, r_a = 1 / (0.004 u + 0.005) s/m (A)
//!
//! Surface temperature and Q* depend on each other: three Newton steps solve the balance, which closes to rounding
//! because QH is what remains. The trend ∂Q*/∂t of the storage term is the caller's, smoothed over an hour: taken
//! from the step itself it would feed back on the surface temperature and swing for steps shorter than a2.

use super::cover::Coefficients;
use crate::fields::flood::math::{greater, lesser};

/// Stefan–Boltzmann constant, W/(m² K⁴).
pub const SIGMA: f32 = 5.670_374e-8;
/// Density × specific heat of air, J/(m³ K).
pub const RHO_CP: f32 = 1.2 * 1005.0;
/// 0 °C, K.
pub const ZERO_C_K: f32 = 273.15;
/// Psychrometric constant, hPa/K.
const GAMMA: f32 = 0.66;

/// Weather over one surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Above {
    /// Direct radiation on a flat surface, W/m², times the share that reaches it.
    pub direct_w_m2: f32,
    /// Diffuse radiation of a whole sky, W/m².
    pub diffuse_w_m2: f32,
    /// Infrared radiation of a whole sky, W/m².
    pub longwave_w_m2: f32,
    /// Sky view factor.
    pub svf: f32,
    /// Air temperature, °C.
    pub air_c: f32,
    /// Wind at the surface, m/s.
    pub wind_m_s: f32,
    /// Heat from people, traffic and buildings, W/m².
    pub anthropogenic_w_m2: f32,
}

/// Fluxes of a surface, W/m².
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fluxes {
    /// Net radiation Q*.
    pub net: f32,
    /// Storage ΔQS.
    pub storage: f32,
    /// Sensible heat QH.
    pub sensible: f32,
    /// Latent heat QE.
    pub latent: f32,
}

/// e^x for |x| < 80, to within 4 units in the last place, by operations that vectorise and that WGSL has too.
#[inline(always)]
fn exp(x: f32) -> f32 {
    let t = x * std::f32::consts::LOG2_E;
    let k = (t + 128.5) as i32 - 128;
    let r = (t - k as f32) * std::f32::consts::LN_2;
    let p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0))))));
    p * f32::from_bits(((k + 127) << 23) as u32)
}

/// Slope of the saturation curve at `air_c`, hPa/K (Magnus; Sonntag 1990).
#[inline(always)]
fn saturation_slope(air_c: f32) -> f32 {
    let e = 6.112 * exp(17.62 * air_c / (243.12 + air_c));
    e * 17.62 * 243.12 / ((243.12 + air_c) * (243.12 + air_c))
}

/// Infrared from a clear or cloudy sky, W/m²: ε = 1.24 (e/T)^{1/7} (Brutsaert 1975; M), × (1 + 0.22 c²).
pub fn sky_longwave(air_c: f32, humidity: f32, cloud: f32) -> f32 {
    let t = air_c + ZERO_C_K;
    let e = humidity * 6.112 * libm::expf(17.62 * air_c / (243.12 + air_c));
    let emissivity = 1.24 * libm::powf(e / t, 1.0 / 7.0) * (1.0 + 0.22 * cloud * cloud);
    emissivity.min(1.0) * SIGMA * t * t * t * t
}

/// Energy of a surface that was at `surface_c`, while net radiation changes by `trend_w_m2_h` an hour. Returns the
/// fluxes and the new surface temperature, °C.
#[inline(always)]
pub fn surface(c: &Coefficients, a: &Above, surface_c: f32, trend_w_m2_h: f32) -> (Fluxes, f32) {
    let air_k = a.air_c + ZERO_C_K;
    let short = (1.0 - c.albedo) * (a.direct_w_m2 + a.diffuse_w_m2 * a.svf);
    let from_walls = SIGMA * air_k * air_k * air_k * air_k * (1.0 - a.svf);
    let down = short + c.emissivity * (a.longwave_w_m2 * a.svf + from_walls);
    let s = saturation_slope(a.air_c);
    let alpha = (0.19 + 0.85 * c.wet) / (1.0 + GAMMA / s);
    let beta = 3.0 + 14.0 * c.wet;
    let conductance = RHO_CP * (0.004 * a.wind_m_s + 0.005);

    let all = |ts_c: f32| {
        let t = ts_c + ZERO_C_K;
        let net = down - c.emissivity * SIGMA * t * t * t * t;
        let storage = c.a1 * net + c.a2 * trend_w_m2_h + c.a3;
        let available = net + a.anthropogenic_w_m2 - storage;
        // Dew is small: no more than the surface gives off.
        let latent = lesser(alpha * available + beta, available.abs() + beta);
        Fluxes { net, storage, sensible: available - latent, latent }
    };
    // Balance: conductance (T_s − T_a) = QH(T_s). Newton with the slope of QH through Q*.
    let mut ts = surface_c;
    for _ in 0..3 {
        let f = all(ts);
        let t = ts + ZERO_C_K;
        let slope_net = -4.0 * c.emissivity * SIGMA * t * t * t;
        let slope = (1.0 - alpha) * (1.0 - c.a1) * slope_net;
        let gap = f.sensible - conductance * (ts - a.air_c);
        let change = gap / greater(conductance - slope, 0.2 * conductance);
        ts += lesser(greater(change, -20.0), 20.0);
    }
    (all(ts), ts)
}

#[cfg(test)]
mod tests {
    use super::super::cover::Cover;
    use super::*;

    const NOON: Above = Above {
        direct_w_m2: 700.0,
        diffuse_w_m2: 100.0,
        longwave_w_m2: 370.0,
        svf: 0.8,
        air_c: 30.0,
        wind_m_s: 1.5,
        anthropogenic_w_m2: 20.0,
    };

    #[test]
    fn exp_is_accurate() {
        let mut x = -5.0_f32;
        while x < 5.0 {
            let exact = libm::exp(f64::from(x));
            assert!((f64::from(exp(x)) - exact).abs() < 5e-7 * exact, "{x}");
            x += 0.003;
        }
    }

    #[test]
    fn the_budget_closes() {
        for cover in [Cover::Grass, Cover::Trees, Cover::Water, Cover::Asphalt, Cover::Stone, Cover::Roof] {
            let (f, _) = surface(&cover.coefficients(), &NOON, 30.0, 40.0);
            let gap = f.net + NOON.anthropogenic_w_m2 - (f.sensible + f.latent + f.storage);
            assert!(gap.abs() < 1e-5 * f.net.abs().max(100.0), "{cover:?}: {gap}");
        }
    }

    #[test]
    fn asphalt_burns_and_grass_does_not() {
        let at = |c: Cover| surface(&c.coefficients(), &NOON, 30.0, 20.0).1;
        assert!((42.0..65.0).contains(&at(Cover::Asphalt)), "{}", at(Cover::Asphalt));
        assert!(at(Cover::Grass) < at(Cover::Asphalt) - 8.0, "{}", at(Cover::Grass));
    }

    #[test]
    fn clear_sky_longwave_is_in_the_known_range() {
        // 20 °C, 50 %: about 315 W/m² from a clear sky.
        let l = sky_longwave(20.0, 0.5, 0.0);
        assert!((300.0..335.0).contains(&l), "{l}");
    }
}
