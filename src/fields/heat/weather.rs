//! Hourly weather from a CSV file.
//!
//! Two kinds of columns are read: plain ones (`hour, temperature_c, humidity_pct, wind_m_s, wind_from_deg,
//! radiation_w_m2` and, if there, `cloud_octa`; `hour` counts in UTC from midnight of the case's date), and KNMI's hourly files
//! (`YYYYMMDD, HH, DD, FH, T, Q, N, U`: 0.1 m/s, 0.1 °C, J/cm² over the hour that ends at HH), from which the case's
//! days are taken.

use std::io::Read;
use std::path::Path;

use chrono::{Days, NaiveDate};

use crate::fields::case::CaseError;

/// Weather of one hour at a station in open country.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// Middle of the hour, hours (UTC) since midnight of the first day.
    pub hour: f64,
    /// Air temperature, °C.
    pub air_c: f32,
    /// Relative humidity, 0–1.
    pub humidity: f32,
    /// Wind at 10 m, m/s.
    pub wind_m_s: f32,
    /// Where it comes from, degrees clockwise from north.
    pub wind_from_deg: f32,
    /// Global radiation, W/m².
    pub global_w_m2: f32,
    /// Cloud cover, 0–1.
    pub cloud: f32,
}

const MAX_BYTES: u64 = 256 << 20;

/// Read `days` days from `date`.
pub fn read(path: &Path, date: NaiveDate, days: u32) -> Result<Vec<Hour>, CaseError> {
    let wrong = |message: String| CaseError::Value { file: path.to_path_buf(), message };
    let io = |source| CaseError::Io { file: path.to_path_buf(), source };
    let file = std::fs::File::open(path).map_err(io)?;
    let mut text = String::new();
    if path.extension().is_some_and(|e| e == "gz") {
        flate2::read::GzDecoder::new(file).take(MAX_BYTES).read_to_string(&mut text).map_err(io)?;
    } else {
        file.take(MAX_BYTES).read_to_string(&mut text).map_err(io)?;
    }
    // KNMI's own files carry a preamble; the header line names HH or hour.
    let is_header = |l: &str| {
        let words: Vec<String> = l.trim_start_matches('#').split(',').map(|w| w.trim().to_ascii_lowercase()).collect();
        words.contains(&"hour".to_owned())
            || (words.contains(&"yyyymmdd".to_owned()) && words.contains(&"hh".to_owned()))
    };
    let Some(header_line) = text.lines().position(is_header) else {
        return Err(wrong("no header with `hour` or with `YYYYMMDD` and `HH`".into()));
    };
    let body: String = text.lines().skip(header_line).fold(String::new(), |s, l| s + l.trim_start_matches('#') + "\n");
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(body.as_bytes());
    let headers = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
    let column = |name: &str| headers.iter().position(|h| h.eq_ignore_ascii_case(name));
    let need = |name: &str| column(name).ok_or_else(|| wrong(format!("no column `{name}`")));
    let knmi = column("YYYYMMDD").is_some();
    let names = if knmi {
        ["HH", "T", "U", "FH", "DD", "Q"]
    } else {
        ["hour", "temperature_c", "humidity_pct", "wind_m_s", "wind_from_deg", "radiation_w_m2"]
    };
    let at: Vec<usize> = names.iter().map(|n| need(n)).collect::<Result<_, _>>()?;
    let cloud = column(if knmi { "N" } else { "cloud_octa" });
    let day = column("YYYYMMDD");
    let mut hours = Vec::new();
    for (k, record) in reader.records().enumerate() {
        let line = header_line + k + 2;
        let record = record.map_err(|e| wrong(e.to_string()))?;
        let mut offset = 0.0;
        if let Some(day) = day {
            let text = record.get(day).unwrap_or("");
            let Ok(this) = NaiveDate::parse_from_str(text, "%Y%m%d") else { continue };
            if this < date || this >= date + Days::new(u64::from(days)) {
                continue;
            }
            offset = 24.0 * (this - date).num_days() as f64;
        }
        let number = |column: usize, low: f32, high: f32| {
            let text = record.get(column).unwrap_or("");
            let name = &headers[column];
            let expected = || CaseError::Toml {
                file: path.to_path_buf(),
                line,
                message: format!("`{name}` = `{text}`; expected {low} to {high}"),
            };
            text.parse::<f32>().ok().filter(|v| (low..=high).contains(v)).ok_or_else(expected)
        };
        let octas = cloud.and_then(|c| record.get(c)).and_then(|t| t.parse::<f32>().ok()).unwrap_or(0.0);
        let cloud = octas.clamp(0.0, 8.0) / 8.0;
        let hour = if knmi {
            Hour {
                hour: offset + f64::from(number(at[0], 1.0, 24.0)?) - 0.5,
                air_c: 0.1 * number(at[1], -400.0, 500.0)?,
                humidity: 0.01 * number(at[2], 1.0, 100.0)?,
                wind_m_s: 0.1 * number(at[3], 0.0, 600.0)?,
                // 990 is `variable`.
                wind_from_deg: number(at[4], 0.0, 990.0)? % 360.0,
                global_w_m2: number(at[5], 0.0, 500.0)? * 10_000.0 / 3600.0,
                cloud,
            }
        } else {
            Hour {
                hour: f64::from(number(at[0], 0.0, 1e5)?),
                air_c: number(at[1], -40.0, 50.0)?,
                humidity: 0.01 * number(at[2], 1.0, 100.0)?,
                wind_m_s: number(at[3], 0.0, 60.0)?,
                wind_from_deg: number(at[4], 0.0, 360.0)?,
                global_w_m2: number(at[5], 0.0, 1400.0)?,
                cloud,
            }
        };
        hours.push(hour);
    }
    if hours.len() < 2 {
        return Err(wrong(format!("{} hours of weather from {date}; expected at least 2", hours.len())));
    }
    if hours.windows(2).any(|w| w[1].hour <= w[0].hour) {
        return Err(wrong("the hours are not in order".into()));
    }
    Ok(hours)
}
