//! The region around the city: a cohort model of the country's municipalities, without agents (models.md §0.4).
//!
//! Municipalities fall into six kinds ([`Kind`]); those of a kind are counted together. Once a year, for every kind and
//! year of age:
//!
//! ```text
//! survivors   = people · e^{−μ(age)}                        Gompertz, falling with the years, as in the city
//! births      = Σ women(age) · f(age)                       the city's fertility schedule
//! from abroad = net migration · share(kind) · profile(age)  national series, falling
//! leaving     = people · o(age)                             moves between municipalities, CBS 2017
//! arriving    = Σ leaving · w / Σ w,  w = people · pull(kind, age)
//! households  = Σ people · head(age) · level                heads of one-person and of other households
//! shortage    = shortage at the start + more households − more homes
//! ```
//!
//! Headship levels are solved at the start, so that the country has the households that the report counts. The national
//! targets T-D1, T-D2, T-D4 and T-8a are measured here, because one city cannot show them. For the simulated city the
//! region is where domestic arrivals come from: [`Region::pull_on`] says how the stream of people of moving age towards
//! its kind has changed since the start.
//!
//! Limits: no sex (half of every year of age is women), no flows back from the simulated city (a thousandth of the
//! country's moves), headship by age is constant, all kinds share one fertility. Grades: national head counts and
//! headship M, kinds and pulls A.

mod cohorts;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use self::cohorts::{
    BETWEEN_MUNICIPALITIES, COHORTS, HEADS_SEVERAL, HEADS_SINGLE, IMMIGRANT_AGES, N_AGES, N_KINDS, PEOPLE_2024,
};
use super::parameters::DemographyParameters;
use super::rates::{fertility_y, interpolate, mortality_y};
use crate::sim::Clock;

crate::parameters! {
    /// The country around the city.
    pub struct RegionParameters in "region" {
        households_start: 8.3e6, 1e6..=2e7, "households", M, "CBS 2023; models.md §1 T-D1", "Households in the country at the start";
        single_start: 3.2e6, 1e5..=1e7, "households", R, "report §2.1", "One-person households in the country at the start";
        homes_start: 8.2e6, 1e6..=2e7, "homes", M, "CBS 2024; models.md §9 T-8a", "Homes in the country at the start";
        shortage_start: 316000.0, 0.0..=2e6, "homes", R, "report §2.1 (2024)", "Homes that are lacking at the start";
        building_plan_y: 140143.0, 0.0..=1e6, "homes per year", R, "report §2.1: 981,000 in 2024–2030", "Homes to be built a year";
        building_rate: 0.7, 0.0..=2.0, "1", A, "report §2.7, base scenario: fixes fail (models.md §12)", "Part of the plan that is built";
        demolition_y: 0.0015, 0.0..=0.02, "1/y", M, "order of CBS demolitions", "Homes taken away a year, of all homes";
        immigrants_y: 291000.0, 0.0..=1e6, "people per year", A, "net 100,000 in the first year of the base scenario (models.md §12) at the emigration of 2023", "People who come to the country in the first year";
        net_fall_y: 5000.0, 0.0..=1e5, "people per year, per year", M, "CBS forecast 2023: net migration falls from some 100,000 to some 50,000 in the thirties; quoted from memory", "How much fewer come each year, as long as more come than the least";
        net_least_y: 50000.0, -1e5..=1e6, "people per year", M, "the same", "Immigrants less emigrants below which immigration does not fall further";
        emigrants_y: 191000.0, 0.0..=1e6, "people per year", R, "report §2.2: 332,863 − 141,985 in 2023", "People who leave the country a year";
    }
}

/// What kind of municipality, as the report tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Kind {
    /// The four largest cities.
    Largest,
    /// Other large cities.
    Large,
    /// Mid-size municipalities.
    MidSize,
    /// Growth cores of the 1970s and 1980s.
    GrowthCore,
    /// Capitals of the provinces outside the west.
    ProvinceCapital,
    /// Shrinking and ageing municipalities at the edges.
    ShrinkingEdge,
}

impl Kind {
    /// Every kind, in order of its number.
    pub const ALL: [Kind; N_KINDS] =
        [Kind::Largest, Kind::Large, Kind::MidSize, Kind::GrowthCore, Kind::ProvinceCapital, Kind::ShrinkingEdge];
}

/// The country's cohorts.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Region {
    /// By kind, then by age in years; the last age is open.
    people: Vec<Vec<f64>>,
    /// Homes by kind.
    homes: Vec<f64>,
    /// Factors on the headship of one-person and other households, solved at the start.
    level: [f64; 2],
    households_start: f64,
    homes_start: f64,
    shortage_start: f64,
    /// Moves towards each kind in the first year; 0 before it.
    arriving_first: Vec<f64>,
    /// Moves towards each kind in the last year.
    arriving: Vec<f64>,
    /// Years done.
    years: u32,
}

impl Region {
    /// The country at the start.
    pub fn new(p: &RegionParameters) -> Region {
        let total: f64 = PEOPLE_2024.iter().sum();
        let people: Vec<Vec<f64>> = (0..N_KINDS)
            .map(|kind| {
                let cohorts = &COHORTS[kind];
                let weighted: Vec<f64> = (0..N_AGES)
                    .map(|age| PEOPLE_2024[(age / 5).min(PEOPLE_2024.len() - 1)] / 5.0 * cohorts.tilt_at(age))
                    .collect();
                let sum: f64 = weighted.iter().sum();
                weighted.into_iter().map(|n| n / sum * total * 1_000.0 * cohorts.share).collect()
            })
            .collect();
        let mut region = Region {
            homes: COHORTS.iter().map(|c| p.homes_start * c.share).collect(),
            people,
            level: [1.0; 2],
            households_start: p.households_start,
            homes_start: p.homes_start,
            shortage_start: p.shortage_start,
            arriving_first: vec![0.0; N_KINDS],
            arriving: vec![0.0; N_KINDS],
            years: 0,
        };
        let several = p.households_start - p.single_start;
        region.level =
            [p.single_start / region.heads(&HEADS_SINGLE, true), several / region.heads(&HEADS_SEVERAL, false)];
        region
    }

    /// One year.
    pub fn step(&mut self, p: &RegionParameters, people: &DemographyParameters) {
        let trend = libm::pow(1.0 + people.fertility_trend, f64::from(self.years));
        let longer = libm::pow(1.0 + people.mortality_trend, f64::from(self.years));
        let out: Vec<f64> = (0..N_AGES).map(|age| 0.01 * interpolate(&BETWEEN_MUNICIPALITIES, age as f64)).collect();
        let first = p.immigrants_y - p.emigrants_y;
        let net = (first - p.net_fall_y * f64::from(self.years)).max(first.min(p.net_least_y));
        let profile: f64 = (0..N_AGES).map(|age| interpolate(&IMMIGRANT_AGES, age as f64)).sum();
        let mut after = vec![vec![0.0; N_AGES]; N_KINDS];
        self.arriving = vec![0.0; N_KINDS];
        for age in 0..N_AGES {
            let leaving: f64 = self.people.iter().map(|cohort| cohort[age] * out[age]).sum();
            let weight: Vec<f64> =
                self.people.iter().zip(&COHORTS).map(|(cohort, c)| cohort[age] * c.pull_at(age)).collect();
            let weights: f64 = weight.iter().sum::<f64>().max(1e-9);
            let abroad = net * interpolate(&IMMIGRANT_AGES, age as f64) / profile;
            for kind in 0..N_KINDS {
                let arriving = leaving * weight[kind] / weights;
                self.arriving[kind] += arriving;
                let here = self.people[kind][age] * (1.0 - out[age]) + arriving + abroad * COHORTS[kind].abroad_share;
                let survivors = here.max(0.0) * libm::exp(-longer * mortality_y(age as f64 + 0.5, people));
                after[kind][(age + 1).min(N_AGES - 1)] += survivors;
            }
        }
        for (kind, cohort) in after.iter_mut().enumerate() {
            let births = |(age, n): (usize, &f64)| 0.5 * n * trend * fertility_y(age as f64 + 0.5, people);
            cohort[0] = self.people[kind].iter().enumerate().map(births).sum();
        }
        self.people = after;
        let built = p.building_plan_y * p.building_rate;
        for (homes, cohorts) in self.homes.iter_mut().zip(&COHORTS) {
            *homes += built * cohorts.building_share - *homes * p.demolition_y;
        }
        if self.years == 0 {
            self.arriving_first.clone_from(&self.arriving);
        }
        self.years += 1;
    }

    /// People, in the country or in one kind.
    pub fn people(&self, kind: Option<Kind>) -> f64 {
        self.cohorts(kind).flatten().sum()
    }

    /// Share of people of 65 and over, in the country or in one kind.
    pub fn share_65(&self, kind: Option<Kind>) -> f64 {
        self.cohorts(kind).flat_map(|cohort| &cohort[65..]).sum::<f64>() / self.people(kind)
    }

    /// One-person households in the country.
    pub fn single(&self) -> f64 {
        self.level[0] * self.heads(&HEADS_SINGLE, true)
    }

    /// Households in the country.
    pub fn households(&self) -> f64 {
        self.single() + self.level[1] * self.heads(&HEADS_SEVERAL, false)
    }

    /// Homes that are lacking in the country.
    pub fn shortage(&self) -> f64 {
        let more_homes = self.homes.iter().sum::<f64>() - self.homes_start;
        self.shortage_start + self.households() - self.households_start - more_homes
    }

    /// Moves within the country towards a kind of municipality in the last year, over those of the first; 1 until then.
    pub fn pull_on(&self, kind: Kind) -> f64 {
        let first = self.arriving_first[kind as usize];
        if first > 0.0 { self.arriving[kind as usize] / first } else { 1.0 }
    }

    fn cohorts(&self, kind: Option<Kind>) -> impl Iterator<Item = &Vec<f64>> {
        let wanted = move |&(i, _): &(usize, &Vec<f64>)| kind.is_none_or(|kind| kind as usize == i);
        self.people.iter().enumerate().filter(wanted).map(|(_, cohort)| cohort)
    }

    fn heads(&self, by_age: &[(f64, f64)], single: bool) -> f64 {
        let of_kind = |(cohort, c): (&Vec<f64>, &cohorts::Cohorts)| {
            let factor = if single { c.single_factor } else { 1.0 };
            cohort.iter().enumerate().map(|(age, n)| n * factor * interpolate(by_age, age as f64 + 0.5)).sum::<f64>()
        };
        self.people.iter().zip(&COHORTS).map(of_kind).sum()
    }
}

/// Lets the region live a year, every twelfth month.
pub(super) fn step_region(
    clock: Res<Clock>,
    p: Res<RegionParameters>,
    people: Res<DemographyParameters>,
    mut region: ResMut<Region>,
) {
    if clock.tick.is_multiple_of(12) {
        region.step(&p, &people);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(years: u32, p: &RegionParameters) -> Region {
        let mut region = Region::new(p);
        (0..years).for_each(|_| region.step(p, &DemographyParameters::default()));
        region
    }

    #[test]
    fn the_country_starts_as_counted() {
        let p = RegionParameters::default();
        let region = Region::new(&p);
        assert!((region.people(None) / 17.94e6 - 1.0).abs() < 0.005, "CBS, 1 January 2024");
        assert!((region.households() / 8.3e6 - 1.0).abs() < 1e-9);
        assert!((region.single() / 3.2e6 - 1.0).abs() < 1e-9);
        assert!((region.shortage() - 316_000.0).abs() < 1e-3);
        assert!((region.share_65(None) - 0.205).abs() < 0.006, "{}", region.share_65(None));
    }

    /// Moves within the country neither make nor lose people, and nobody is born of nobody.
    #[test]
    fn people_are_conserved() {
        let p = RegionParameters { immigrants_y: 0.0, emigrants_y: 0.0, ..RegionParameters::default() };
        let still =
            DemographyParameters { mortality_a: 1e-300, fertility_total: 0.0, ..DemographyParameters::default() };
        let mut region = Region::new(&p);
        let before = region.people(None);
        for _ in 0..30 {
            region.step(&p, &still);
        }
        assert!((region.people(None) / before - 1.0).abs() < 1e-12);
        assert!(region.people.iter().flatten().all(|n| *n >= 0.0));
        let more = RegionParameters { immigrants_y: 1_000.0, ..p };
        let mut region = Region::new(&more);
        region.step(&more, &still);
        assert!((region.people(None) - before - 1_000.0).abs() < 1e-3);
    }

    #[test]
    fn without_building_the_shortage_grows_by_the_households() {
        let p = RegionParameters { building_rate: 0.0, demolition_y: 0.0, ..RegionParameters::default() };
        let region = after(5, &p);
        assert!((region.shortage() - 316_000.0 - (region.households() - 8.3e6)).abs() < 1e-3);
    }

    #[test]
    fn the_pull_is_one_at_first() {
        let p = RegionParameters::default();
        assert_eq!(Region::new(&p).pull_on(Kind::Largest), 1.0);
        assert_eq!(after(1, &p).pull_on(Kind::Largest), 1.0);
        let later = after(15, &p).pull_on(Kind::Largest);
        assert!((0.7..1.3).contains(&later) && later != 1.0, "{later}");
    }
}
