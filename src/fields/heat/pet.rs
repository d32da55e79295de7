//! How hot it feels: physiologically equivalent temperature (PET) by the Dutch standard method, wet-bulb temperature,
//! and the urban heat island by its standard formula.
//!
//! Sources: De Nijs et al. (2019), RIVM, standard heat-stress test (regression of PET; V); Stull (2011) wet bulb (V);
//! Theeuwes et al. (2017) UHI (V). Valid for summer days of 20 to 40 °C; PET classes 23/29/35/41 °C.

/// Borders of the PET classes, °C: slight, moderate, strong, extreme heat stress.
pub const PET_CLASSES_C: [f32; 4] = [23.0, 29.0, 35.0, 41.0];

/// PET in the sun, °C. `global_w_m2` = Q, `wind_m_s` at 1.2 m (at least 0.5), `wet_bulb_c`, sine of the sun's height,
/// Bowen ratio (0.4 vegetated, 3 otherwise), sky view factor.
pub fn pet_sun(
    air_c: f32,
    global_w_m2: f32,
    wind_m_s: f32,
    wet_bulb_c: f32,
    sin_height: f32,
    bowen: f32,
    svf: f32,
) -> f32 {
    let ln_u = libm::logf(wind_m_s.max(0.5));
    -13.26 + 1.25 * air_c + 0.011 * global_w_m2 - 3.37 * ln_u
        + 0.078 * wet_bulb_c
        + 0.0055 * global_w_m2 * ln_u
        + 5.56 * sin_height
        - 0.0103 * global_w_m2 * ln_u * sin_height
        + 0.546 * bowen
        + 1.94 * svf
}

/// PET in the shade and at night, °C. `diffuse_w_m2` = Qd.
pub fn pet_shade(air_c: f32, diffuse_w_m2: f32, wind_m_s: f32, wet_bulb_c: f32, svf: f32) -> f32 {
    let ln_u = libm::logf(wind_m_s.max(0.5));
    let t = air_c + 273.15;
    let walls = super::balance::SIGMA * t * t * t * t;
    -12.14 + 1.25 * air_c - 1.47 * ln_u + 0.060 * wet_bulb_c + 0.015 * svf * diffuse_w_m2 + 0.0060 * (1.0 - svf) * walls
}

/// Wet-bulb temperature, °C, from air temperature and relative humidity 0–1 (Stull 2011; 5 to 99 %, −20 to 50 °C).
pub fn wet_bulb_c(air_c: f32, humidity: f32) -> f32 {
    let (t, rh) = (f64::from(air_c), f64::from(humidity) * 100.0);
    let w = t * libm::atan(0.151977 * libm::sqrt(rh + 8.313659)) + libm::atan(t + rh) - libm::atan(rh - 1.676331)
        + 0.00391838 * libm::pow(rh, 1.5) * libm::atan(0.023101 * rh)
        - 4.686035;
    w as f32
}

/// Greatest urban heat island of a day, K: (2 − SVF − f_veg) (S ΔT³ / U)^{1/4}, S = mean Q / (ρ 1007), K m/s.
pub fn uhi_max_k(svf: f32, green: f32, mean_q_w_m2: f32, density_kg_m3: f32, range_k: f32, wind_m_s: f32) -> f32 {
    let s = mean_q_w_m2 / (density_kg_m3 * 1007.0);
    (2.0 - svf - green) * libm::powf(s * range_k * range_k * range_k / wind_m_s.max(0.5), 0.25)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_values() {
        let sin55 = libm::sinf(55.0_f32.to_radians());
        assert!((pet_sun(30.0, 800.0, 1.5, 20.0, sin55, 3.0, 0.7) - 39.831).abs() < 1e-3);
        assert!((pet_sun(30.0, 800.0, 1.5, 20.0, sin55, 0.4, 0.7) - 38.412).abs() < 1e-3);
        assert!((pet_shade(30.0, 160.0, 1.5, 20.0, 0.7) - 28.506).abs() < 1e-3);
        assert!((uhi_max_k(0.6, 0.2, 250.0, 1.2, 12.0, 3.0) - 3.965).abs() < 1e-3);
        assert!((wet_bulb_c(20.0, 0.5) - 13.699).abs() < 1e-3);
    }
}
