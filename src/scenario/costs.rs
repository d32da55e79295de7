//! What measures cost: once and per year, from the prices that each lever states per unit (grade A unless it says
//! otherwise; orders of magnitude to weigh measures against each other, not a budget).
//!
//! The units are those between the lever's default and its value. A divided lever (homes per year, officers) costs its
//! units. Any other holds in each neighbourhood of its area and costs per what it acts on there at the start ([`Base`]); of a
//! neighbourhood that lies in the area in part, that share of it:
//! an effort per 1,000 residents per 1,000 residents, as the municipal budget charges it; youth workers per 1,000 young; a
//! share of older people, private rent or the young per so many of them as a city of 100,000 has; everything else (a share of
//! streets) per 100,000 residents.

use super::problem::Problems;
use super::{Measure, measures};
use crate::city::Marginals;
use crate::city::area::Cadastre;
use crate::policies::Lever;
use crate::sim::Month;

/// What a lever that is not divided acts on, and how much of it one unit of its price is for.
#[derive(Debug, Clone, Copy)]
struct Base {
    /// How much of it a neighbourhood has.
    of: fn(&Marginals) -> f64,
    /// How much one unit is for. Of a share: all of it in a city of 100,000 residents, in a Dutch large city (A).
    unit: f64,
}

/// The base of `lever`, from its unit.
fn base(lever: &Lever) -> Base {
    let residents: fn(&Marginals) -> f64 = |m| m.residents.into();
    let young: fn(&Marginals) -> f64 = |m| 0.2 * f64::from(m.by_age[0]) + f64::from(m.by_age[1]);
    let elders: fn(&Marginals) -> f64 = |m| m.by_age[4].into();
    let rented: fn(&Marginals) -> f64 = |m| f64::from(m.households) * f64::from(m.tenure_share[2]);
    let homes: fn(&Marginals) -> f64 = |m| m.households.into();
    let (of, unit) = match lever.unit {
        "workers per 1,000 residents of 12 to 24" => (young, 1_000.0),
        "effort per 1,000 residents" | "€ per resident per year" | "times the usual" => (residents, 1_000.0),
        "share of residents of 65 and over" | "share of 75+" | "share of posts" => (elders, 15_000.0),
        "share of unemployed of 16 to 27" | "share of recent offenders of 12 to 30" => (young, 17_000.0),
        "share of private rent" => (rented, 12_500.0),
        "share of roofs" | "share of homes at a time" => (homes, 50_000.0),
        _ => (residents, 100_000.0),
    };
    Base { of, unit }
}

/// What one measure costs until the end, €.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cost {
    /// Once.
    pub once_eur: f64,
    /// Per year while it holds.
    pub yearly_eur: f64,
    /// Years that it holds.
    pub years: f64,
}

impl Cost {
    /// All of it.
    pub fn total_eur(self) -> f64 {
        self.once_eur + self.yearly_eur * self.years
    }
}

/// The cost of `measure` in the city of `cadastre` in a scenario that ends before the month `end`.
///
/// # Errors
/// If its area is not in the city.
pub fn cost(measure: &Measure, cadastre: &Cadastre, end: Month) -> Result<Cost, Problems> {
    let lever = measure.lever;
    let extent = measures::extent(&measure.area_place, &measure.area, cadastre)?;
    let (base, stock) = (base(lever), lever.acts.stock());
    let of = |n: usize| (base.of)(&cadastre.marginals[n]) * cadastre.share_of(&extent, n, stock);
    let here: f64 = extent.neighbourhoods().iter().map(|(n, _)| of(*n)).sum();
    let scale = if lever.divided { 1.0 } else { here / base.unit };
    let units = (measure.value - lever.default).abs() * scale;
    let until = measure.until.map_or(end, |until| until.min(end));
    Ok(Cost {
        once_eur: units * lever.cost_once_eur,
        yearly_eur: units * lever.cost_yearly_eur,
        years: f64::from((until.0 - measure.from.0).max(0)) / 12.0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::City;
    use crate::indicators::toy_town;
    use crate::policies::lever;
    use crate::scenario::{MeasureArea, Place};

    #[test]
    fn costs_count_units_years_and_the_share_of_the_city() {
        let mut city = toy_town::city(10);
        city.neighbourhoods.iter_mut().for_each(|n| n.marginals.residents = 6250);
        let measure = |id: &str, value, area| Measure {
            lever: lever(id).unwrap(),
            value,
            area,
            from: Month::new(2026, 1),
            until: Some(Month::new(2028, 7)),
            place: Place::whole("test"),
            area_place: Place::whole("test"),
        };
        let cadastre = Cadastre::of(&city);
        let four = MeasureArea::Places(["TT01", "TT02", "TT03", "TT04"].map(String::from).to_vec());
        // 20 homes a year at € 30,000, wherever they stand.
        let build = cost(&measure("build", 20.0, four.clone()), &cadastre, Month::new(2045, 1)).unwrap();
        assert_eq!(build, Cost { once_eur: 0.0, yearly_eur: 600_000.0, years: 2.5 });
        assert_eq!(build.total_eur(), 1_500_000.0);
        // From 0.2 to 0.7 for 25,000 residents, at € 1 M a year per 100,000.
        let spreading = cost(&measure("spreading", 0.7, four.clone()), &cadastre, Month::new(2027, 1)).unwrap();
        assert!((spreading.yearly_eur - 125_000.0).abs() < 1e-6 && spreading.years == 1.0);
        // A full programme for 25,000 residents at € 100 each, as the budget charges it.
        let programme = cost(&measure("programme", 1.0, four.clone()), &cadastre, Month::new(2027, 1)).unwrap();
        assert!((programme.yearly_eur - 2_500_000.0).abs() < 1e-6, "{programme:?}");
    }

    /// Half of a neighbourhood's homes cost half; what acts on the ground half of its land.
    #[test]
    fn a_part_costs_its_share() {
        let mut city = toy_town::city(40);
        let marginals = &mut city.neighbourhoods[0].marginals;
        (marginals.residents, marginals.by_age) = (4_000, [500, 400, 1_600, 900, 600]);
        let cadastre = Cadastre::of(&city);
        let eur = |id: &str, names: &[&str]| {
            let area = MeasureArea::Places(names.iter().map(ToString::to_string).collect());
            let (from, place, area_place) = (Month::new(2026, 1), Place::whole("test"), Place::whole("test"));
            let measure = Measure { lever: lever(id).unwrap(), value: 1.0, area, from, until: None, place, area_place };
            cost(&measure, &cadastre, Month::new(2027, 1)).unwrap().total_eur()
        };
        // The town's first neighbourhood is 6 cells wide; its western half is 15 of its 30 hectares.
        let west = ["E1000N4495..E1002N4499"];
        let homes = |first: u32| city.dwellings.iter().filter(|d| d.neighbourhood == 0 && d.cell % 24 < first).count();
        let share = homes(3) as f64 / homes(6) as f64;
        assert!((eur("programme", &west) / eur("programme", &["TT01"]) - share).abs() < 1e-12);
        assert!((eur("fall_prevention", &west) / eur("fall_prevention", &["TT01"]) - share).abs() < 1e-12);
        assert!((eur("lighting", &west) / eur("lighting", &["TT01"]) - 0.5).abs() < 1e-12);
        // Officers and homes cost what they are, wherever they come.
        assert_eq!(eur("neighbourhood_police", &west), eur("neighbourhood_police", &["TT01"]));
    }

    /// What it acts on decides, not how many live there: twice as many older people cost twice as much.
    #[test]
    fn shares_cost_per_what_they_act_on() {
        let mut city = toy_town::city(10);
        let one = |city: &City, id: &str, value| {
            let area = MeasureArea::Places(vec!["TT01".into()]);
            let (from, place) = (Month::new(2026, 1), Place::whole("test"));
            let area_place = place.clone();
            let measure = Measure { lever: lever(id).unwrap(), value, area, from, until: None, place, area_place };
            cost(&measure, &Cadastre::of(city), Month::new(2027, 1)).unwrap().yearly_eur
        };
        let marginals = &mut city.neighbourhoods[0].marginals;
        (marginals.residents, marginals.by_age) = (4_000, [500, 400, 1_600, 900, 600]);
        // Half of 600 of 15,000 older people at € 4 M; four workers per 1,000 of 100 + 400 young at € 70,000.
        assert!((one(&city, "fall_prevention", 0.5) - 0.5 * 600.0 / 15_000.0 * 4e6).abs() < 1e-6);
        assert!((one(&city, "youth_work", 4.0) - 4.0 * 0.5 * 70_000.0).abs() < 1e-6);
        city.neighbourhoods[0].marginals.by_age = [500, 400, 1_000, 900, 1_200];
        assert!((one(&city, "fall_prevention", 0.5) - 0.5 * 1_200.0 / 15_000.0 * 4e6).abs() < 1e-6);
    }

    /// The base follows from the unit: a lever whose unit is spelt otherwise would cost per 100,000 residents.
    #[test]
    fn units_of_levers_are_those_known_here() {
        for lever in crate::policies::LEVERS.iter().filter(|l| !l.divided && l.cost_yearly_eur + l.cost_once_eur > 0.0)
        {
            let per_1000 = lever.unit.contains("1,000") || lever.unit.contains("per resident");
            assert!(!per_1000 || base(lever).unit == 1_000.0, "{}: {}", lever.id, lever.unit);
        }
        for id in crate::challenges::shared::budget::CHARGED {
            let lever = lever(id).unwrap();
            assert_eq!(base(lever).unit, 1_000.0, "the budget charges `{id}` per 1,000 residents");
        }
    }
}
