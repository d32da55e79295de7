//! Where the sun stands, and how its radiation splits.
//!
//! * declination, equation of time: Spencer (1971) series (L); error below 0.05° and 0.6 minutes
//! * direct and diffuse: Erbs et al. (1982) from the clearness index (M)

use std::f64::consts::PI;

/// Radiation of the sun outside the atmosphere, W/m².
const SOLAR_W_M2: f64 = 1361.0;

/// Where the sun stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sun {
    /// Height above the horizon, radians; negative at night.
    pub elevation_rad: f64,
    /// Direction, radians clockwise from north.
    pub azimuth_rad: f64,
}

/// The sun at `utc_h` hours of day `day_of_year` (1 = 1 January), at a place in degrees north and east.
pub fn position(day_of_year: f64, utc_h: f64, latitude_deg: f64, longitude_deg: f64) -> Sun {
    let b = 2.0 * PI * (day_of_year - 1.0 + (utc_h - 12.0) / 24.0) / 365.0;
    let (s, c) = (libm::sin, libm::cos);
    let declination = 0.006918 - 0.399912 * c(b) + 0.070257 * s(b) - 0.006758 * c(2.0 * b) + 0.000907 * s(2.0 * b)
        - 0.002697 * c(3.0 * b)
        + 0.00148 * s(3.0 * b);
    let equation_min =
        229.18 * (0.000075 + 0.001868 * c(b) - 0.032077 * s(b) - 0.014615 * c(2.0 * b) - 0.040849 * s(2.0 * b));
    let solar_h = utc_h + longitude_deg / 15.0 + equation_min / 60.0;
    let hour_angle = (solar_h - 12.0) * PI / 12.0;
    let latitude = latitude_deg.to_radians();
    let sin_e = s(latitude) * s(declination) + c(latitude) * c(declination) * c(hour_angle);
    let elevation_rad = libm::asin(sin_e.clamp(-1.0, 1.0));
    let east = -c(declination) * s(hour_angle);
    let north = c(latitude) * s(declination) - s(latitude) * c(declination) * c(hour_angle);
    let azimuth = libm::atan2(east, north);
    Sun { elevation_rad, azimuth_rad: if azimuth < 0.0 { azimuth + 2.0 * PI } else { azimuth } }
}

/// Share of the global radiation `global_w_m2` that comes from the sky and not straight from the sun.
pub fn diffuse_share(global_w_m2: f64, elevation_rad: f64) -> f64 {
    let outside = SOLAR_W_M2 * libm::sin(elevation_rad);
    if outside <= 1.0 {
        return 1.0;
    }
    let kt = (global_w_m2 / outside).clamp(0.0, 1.0);
    if kt <= 0.22 {
        1.0 - 0.09 * kt
    } else if kt <= 0.8 {
        0.9511 - 0.1604 * kt + 4.388 * kt * kt - 16.638 * kt.powi(3) + 12.336 * kt.powi(4)
    } else {
        0.165
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noon_heights_at_de_bilt() {
        // 52.1° N, 5.18° E: noon height 90 − 52.1 ± 23.44 at the solstices; solar noon at 11:41 UTC on 21 June.
        let june = position(172.0, 11.0 + 41.0 / 60.0, 52.1, 5.18);
        assert!((june.elevation_rad.to_degrees() - 61.34).abs() < 0.1);
        assert!((june.azimuth_rad.to_degrees() - 180.0).abs() < 0.5);
        let december = position(355.0, 11.0 + 37.0 / 60.0, 52.1, 5.18);
        assert!((december.elevation_rad.to_degrees() - 14.46).abs() < 0.1);
        let morning = position(172.0, 6.0, 52.1, 5.18);
        assert!((60.0..110.0).contains(&morning.azimuth_rad.to_degrees()));
    }

    #[test]
    fn erbs_is_continuous_and_falls() {
        let share = |kt: f64| diffuse_share(kt * SOLAR_W_M2, PI / 2.0);
        assert!((share(0.22) - share(0.2201)).abs() < 0.01 && (share(0.8) - share(0.8001)).abs() < 0.01);
        assert!(share(0.1) > 0.98 && share(0.75) < 0.25);
    }
}
