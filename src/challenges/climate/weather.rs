//! The weather: which heat waves, cloudbursts and breaches a year brings, and how the hours of a heat wave run.
//!
//! * events of a year: Poisson numbers at the rates of [`ClimateParameters`], drawn by year, so that the same seed has
//!   the same weather whatever else happens; sizes exponential above a limit. A trend is a driver of a rate.
//! * heat waves fall between 10 June and 25 August, last five days and more (geometric), and peak on their last day but
//!   one; hot days outside them are a Poisson number by month
//! * hours of a heat wave: T = T_max − 7.5 (1 − cos(2π(h − 15)/24)) °C with T_max rising by 1 °C a day to the peak and
//!   falling by 3 °C after it; vapour 15 hPa; wind 2 m/s, 3 by day; clear sky 1098 sin e exp(−0.057/sin e) W/m²
//!   (Haurwitz 1945; L)
//!
//! Grades A unless said: shapes that make the record days of July 2019 (37.5 °C by day, nights near 20 °C).

use super::events::{Event, Hazard};
use super::parameters::ClimateParameters;
use crate::fields::heat::sun;
use crate::fields::heat::weather::Hour;
use crate::sim::draws::unit;
use crate::sim::{Draws, Month, Stream};

/// What the weather of a year is.
pub const STREAM: Stream = Stream::named("climate.weather");

const MM_CLOUDBURST: f64 = 40.0;
const MM_LONG_RAIN: f64 = 90.0;
const HOURS_LONG_RAIN: f64 = 48.0;
const LEAST_PEAK_C: f64 = 31.0;
/// Width of the gap of a breach by chance, m (A).
const BREACH_WIDTH_M: f64 = 120.0;
const LATITUDE_DEG: f64 = 52.1;
const LONGITUDE_DEG: f64 = 5.2;

/// Uniform draws of one year: `kind` and number tell them apart, not the month in which they are asked for.
struct Year {
    draws: Draws,
    key: u64,
}

impl Year {
    fn new(seed: u64, year: i32) -> Year {
        Year { draws: Draws::at_start(seed), key: year as u64 }
    }

    fn uniforms(&self, kind: u32, number: u32) -> [f64; 4] {
        self.draws.block(STREAM, self.key, kind << 16 | number).map(|w| f64::from(unit(w)) + 0.5 / 16_777_216.0)
    }

    fn poisson(&self, kind: u32, mean: f64) -> u32 {
        let u = self.uniforms(kind, 0xffff)[0];
        let (mut n, mut p) = (0, libm::exp(-mean));
        let mut sum = p;
        while u > sum && n < 1_000 {
            n += 1;
            p *= mean / f64::from(n);
            sum += p;
        }
        n
    }
}

/// What the weather brings in `month`: heat waves that begin in it, rains, breaches (at `breach_y` per year).
pub fn of_month(seed: u64, month: Month, p: &ClimateParameters, breach_y: f64) -> Vec<Event> {
    if p.weather < 0.5 {
        return Vec::new();
    }
    let year = Year::new(seed, month.year());
    let mut events = Vec::new();
    let mut add = |day_of_year: f64, hazard: Hazard| {
        let mut when = Month::new(month.year(), 1);
        let mut day = day_of_year.max(0.0) as u32;
        while day >= when.n_days() && when.month() < 12 {
            day -= when.n_days();
            when = when.plus(1);
        }
        if when == month {
            events.push(Event { month, day: (day + 1).min(when.n_days()) as u8, hazard, place: None });
        }
    };
    let more = |mean: f64, u: f64| -mean * libm::log(u);
    for i in 0..year.poisson(1, p.heat_waves_y) {
        let [when, long, high, _] = year.uniforms(1, i);
        let days = 5 + (libm::log(long) / libm::log(2.0 / 3.0)) as u32;
        let peak_c = LEAST_PEAK_C + more((p.heat_peak_c - LEAST_PEAK_C).max(0.1), high);
        add(160.0 + 76.0 * when, Hazard::HeatWave { days: days.min(14), peak_c: peak_c.min(43.0) });
    }
    for i in 0..year.poisson(2, p.cloudbursts_y) {
        let [when, size, ..] = year.uniforms(2, i);
        let mm = (MM_CLOUDBURST + more(p.cloudburst_more_mm, size)).min(200.0);
        add(120.0 + 150.0 * when, Hazard::Cloudburst { mm, hours: 1.0, power: true });
    }
    for i in 0..year.poisson(3, p.long_rains_y) {
        let [when, size, ..] = year.uniforms(3, i);
        let mm = (MM_LONG_RAIN + more(p.long_rain_more_mm, size)).min(300.0);
        add(365.0 * when, Hazard::Cloudburst { mm, hours: HOURS_LONG_RAIN, power: true });
    }
    if year.uniforms(4, 0)[0] < breach_y {
        // Storms and high rivers come in winter.
        let when = (300.0 + 150.0 * year.uniforms(4, 0)[1]) % 365.0;
        add(when, Hazard::Breach { width_m: BREACH_WIDTH_M, level_m: None });
    }
    events
}

/// Hot days of `month`: those of its heat waves and those that come by themselves, at most all its days.
pub fn hot_days(seed: u64, month: Month, events: &[Event], p: &ClimateParameters) -> u32 {
    let share = match month.month() {
        6 => 0.2,
        7 => 0.45,
        8 => 0.35,
        _ => 0.0,
    };
    let in_waves: u32 = events.iter().map(|e| hot_days_of(&e.hazard, p)).sum();
    if p.weather < 0.5 {
        return in_waves.min(month.n_days());
    }
    // Heat waves bring about four hot days each; the others make up the year's number.
    let alone = (p.hot_days_y - 4.0 * p.heat_waves_y).max(0.0) * share;
    let alone = Year::new(seed, month.year()).poisson(4 + month.month(), alone);
    (in_waves + alone).min(month.n_days())
}

fn hot_days_of(hazard: &Hazard, p: &ClimateParameters) -> u32 {
    match *hazard {
        Hazard::HeatWave { days, peak_c } => {
            (0..days).filter(|&d| daily_maximum_c(d, days, peak_c) >= p.hot_day_c).count() as u32
        }
        _ => 0,
    }
}

/// Greatest temperature of day `day` (from 0) of a heat wave of `days`, °C.
pub fn daily_maximum_c(day: u32, days: u32, peak_c: f64) -> f64 {
    let peak_day = days.saturating_sub(2);
    if day <= peak_day { peak_c - f64::from(peak_day - day) } else { peak_c - 3.0 * f64::from(day - peak_day) }
}

/// Mean temperature of that day, °C.
pub fn daily_mean_c(day: u32, days: u32, peak_c: f64) -> f64 {
    daily_maximum_c(day, days, peak_c) - 7.5
}

/// The hours of a heat wave whose first day is `day_of_year`.
pub fn hours(day_of_year: f64, days: u32, peak_c: f64) -> Vec<Hour> {
    let hour = |h: u32| {
        let at = f64::from(h) + 0.5;
        let day = h / 24;
        // The station's clock is UTC; it is hottest at three in the afternoon by the sun.
        let wave = 1.0 - libm::cos(std::f64::consts::TAU * (at + LONGITUDE_DEG / 15.0 - 15.0) / 24.0);
        let air_c = daily_maximum_c(day, days, peak_c) - 7.5 * wave;
        let saturation_hpa = 6.112 * libm::exp(17.62 * air_c / (243.12 + air_c));
        let sun = sun::position(day_of_year + f64::from(day), at % 24.0, LATITUDE_DEG, LONGITUDE_DEG);
        let sin = libm::sin(sun.elevation_rad);
        let global = if sin > 0.01 { 1098.0 * sin * libm::exp(-0.057 / sin) } else { 0.0 };
        Hour {
            hour: at,
            air_c: air_c as f32,
            humidity: (15.0 / saturation_hpa).clamp(0.1, 1.0) as f32,
            wind_m_s: if sin > 0.0 { 3.0 } else { 2.0 },
            wind_from_deg: 90.0,
            global_w_m2: global as f32,
            cloud: 0.0,
        }
    };
    (0..24 * days).map(hour).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year_of(seed: u64, year: i32, p: &ClimateParameters) -> Vec<Event> {
        (1..=12).flat_map(|m| of_month(seed, Month::new(year, m), p, p.breach_y)).collect()
    }

    #[test]
    fn events_come_at_their_rates_and_in_their_seasons() {
        let p = ClimateParameters { cloudbursts_y: 0.5, long_rains_y: 0.3, breach_y: 0.1, ..Default::default() };
        let all: Vec<Event> = (0..2_000).flat_map(|y| year_of(7, 1950 + y, &p)).collect();
        let count = |is: &dyn Fn(&Hazard) -> bool| all.iter().filter(|e| is(&e.hazard)).count() as f64 / 2_000.0;
        let waves = count(&|h| matches!(h, Hazard::HeatWave { .. }));
        let bursts = count(&|h| matches!(h, Hazard::Cloudburst { hours, .. } if *hours < 2.0));
        let rains = count(&|h| matches!(h, Hazard::Cloudburst { hours, .. } if *hours > 2.0));
        let breaches = count(&|h| matches!(h, Hazard::Breach { .. }));
        // Three standard errors of a Poisson number over 2,000 years.
        for (got, rate) in [(waves, 0.6), (bursts, 0.5), (rains, 0.3), (breaches, 0.1)] {
            assert!((got - rate).abs() < 3.0 * (rate / 2_000.0_f64).sqrt(), "{got} of {rate}");
        }
        for event in &all {
            if let Hazard::HeatWave { days, peak_c } = event.hazard {
                assert!((6..=8).contains(&event.month.month()) && days >= 5 && peak_c >= 31.0);
            }
        }
        let mm_of = |e: &Event| match e.hazard {
            Hazard::Cloudburst { mm, hours, .. } if hours < 2.0 => Some(mm),
            _ => None,
        };
        let mm: Vec<f64> = all.iter().filter_map(mm_of).collect();
        let mean = mm.iter().sum::<f64>() / mm.len() as f64;
        assert!((mean - 55.0).abs() < 2.0, "{mean}");
        assert_eq!(year_of(7, 2030, &p), year_of(7, 2030, &p));
        assert!(year_of(7, 2030, &ClimateParameters { weather: 0.0, ..p }).is_empty());
    }

    #[test]
    fn a_heat_wave_runs_from_cool_nights_to_its_peak() {
        let hours = hours(195.0, 5, 37.5);
        assert_eq!(hours.len(), 120);
        let peak = hours.iter().map(|h| h.air_c).fold(0.0, f32::max);
        assert!((peak - 37.5).abs() < 0.1, "{peak}");
        let night = hours[72..96].iter().map(|h| h.air_c).fold(99.0, f32::min);
        assert!((night - 22.5).abs() < 0.1, "{night}");
        let mean = hours[72..96].iter().map(|h| f64::from(h.air_c)).sum::<f64>() / 24.0;
        assert!((mean - daily_mean_c(3, 5, 37.5)).abs() < 0.01, "{mean}");
        // Clear sky at noon in July: 850–930 W/m² at 52° N.
        let noon = hours[..24].iter().map(|h| h.global_w_m2).fold(0.0, f32::max);
        assert!((850.0..930.0).contains(&noon), "{noon}");
        assert!(hours[0].global_w_m2 == 0.0);
    }

    #[test]
    fn hot_days_are_those_above_the_limit() {
        let p = ClimateParameters { weather: 0.0, ..Default::default() };
        let event = |peak_c| Event {
            month: Month::new(2030, 7),
            day: 3,
            hazard: Hazard::HeatWave { days: 5, peak_c },
            place: None,
        };
        // 30, 31, 32, 33, 30: all five; 27, 28, 29, 30, 27: one.
        assert_eq!(hot_days(1, Month::new(2030, 7), &[event(33.0)], &p), 5);
        assert_eq!(hot_days(1, Month::new(2030, 7), &[event(30.0)], &p), 1);
        let p = ClimateParameters::default();
        let mean = (0..1_000)
            .map(|y| {
                (1..=12)
                    .map(|m| {
                        let month = Month::new(1950 + y, m);
                        hot_days(3, month, &of_month(3, month, &p, 0.0), &p)
                    })
                    .sum::<u32>()
            })
            .sum::<u32>() as f64
            / 1_000.0;
        assert!((4.0..6.5).contains(&mean), "{mean}");
    }
}
