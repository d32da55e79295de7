//! How much memory a run will take, said before it is taken.
//!
//! Sizes per thing are from `size_of` and from measured runs (rounded up); the estimate is an upper bound within about
//! a factor of two, which is what a refusal needs.

use std::fmt;

use super::{CitySource, Scenario};

/// Resident memory per resident, bytes: people, households, homes, indices and the copies that a checkpoint takes.
/// Measured with a million residents, the city included: 440, and 620 at a checkpoint (architecture.md: at most 600).
const BYTES_PER_RESIDENT: u64 = 600;

/// The generated city itself, bytes per resident: homes, buildings, streets.
const CITY_BYTES_PER_RESIDENT: u64 = 200;

/// Bytes per pixel of the ground: elevation, cover, height, sealed, trees; twice while it is made.
const BYTES_PER_PIXEL: u64 = 18;

/// Residents per cell of a generated city's grid, its empty edges included.
const RESIDENTS_PER_CELL: u64 = 18;

/// A city in memory over its pack, which is compressed (Amsterdam: 9.6 MB; 474 MB in all, 674 MB at a checkpoint).
const PACK_CITY: u64 = 12;

/// Its people over its pack.
const PACK_PEOPLE: u64 = 55;

/// What the program takes with an empty city.
const BASE_BYTES: u64 = 100 << 20;

/// More memory than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct TooLarge {
    /// What it would take, bytes.
    pub needed: u64,
    /// What it may take, bytes.
    pub limit: u64,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (needed, limit) = (gigabytes(self.needed), gigabytes(self.limit));
        write!(f, "this would take about {needed:.1} GB of memory, and {limit:.1} GB may be used")
    }
}

fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

/// Memory that `n_runs` runs of `scenario` at the same time take, bytes.
pub fn estimate(scenario: &Scenario, n_runs: u64) -> u64 {
    let (city, per_run) = match &scenario.city {
        CitySource::Recipe { pixels_per_cell, .. } => {
            let residents = scenario.residents.unwrap_or(0);
            let pixels = u64::from(pixels_per_cell.unwrap_or(5)).pow(2);
            let ground = (residents / RESIDENTS_PER_CELL).saturating_mul(pixels).saturating_mul(BYTES_PER_PIXEL);
            (
                ground.saturating_add(residents.saturating_mul(CITY_BYTES_PER_RESIDENT)),
                residents.saturating_mul(BYTES_PER_RESIDENT),
            )
        }
        CitySource::Pack { file } => {
            let bytes = file.metadata().map_or(0, |m| m.len());
            (bytes.saturating_mul(PACK_CITY), bytes.saturating_mul(PACK_PEOPLE))
        }
    };
    city.saturating_add(per_run.saturating_mul(n_runs)).saturating_add(BASE_BYTES)
}

/// Refuses what takes more than `limit` bytes.
pub fn guard(needed: u64, limit: u64) -> Result<(), TooLarge> {
    if needed > limit { Err(TooLarge { needed, limit }) } else { Ok(()) }
}

/// 80 % of the memory that is free now, bytes: of the machine, or of the control group if that has less.
pub fn default_limit() -> u64 {
    available() / 10 * 8
}

fn available() -> u64 {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
    });
    let read = |name: &str| std::fs::read_to_string(format!("/sys/fs/cgroup/{name}")).ok()?.trim().parse::<u64>().ok();
    let group = read("memory.max").map(|max| max.saturating_sub(read("memory.current").unwrap_or(0)));
    // Where neither can be read, a machine of 8 GB is assumed.
    machine.into_iter().chain(group).min().unwrap_or(8 << 30)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_billion_residents_are_refused_with_an_estimate() {
        let set = super::super::Overrides { residents: Some(1_000_000_000), ..Default::default() };
        let scenario = super::super::load("base", &set).unwrap();
        let refusal = guard(estimate(&scenario, 1), 16 << 30).unwrap_err();
        assert_eq!(refusal.to_string(), "this would take about 825.1 GB of memory, and 17.2 GB may be used");
    }
}
