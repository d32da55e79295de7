//! What measures cost: once and per year, from the prices that each lever states per unit (grade A unless it says
//! otherwise; orders of magnitude to weigh measures against each other, not a budget).
//!
//! The units are those between the lever's default and its value. A divided lever (homes per year, officers) costs its
//! units. Any other (a share of streets) holds in each neighbourhood of its area; its unit is the whole of a city of
//! 100,000 residents, so that it costs its units times the area's residents at the start over 100,000.

use super::problem::Problems;
use super::{Measure, measures};
use crate::city::City;
use crate::sim::Month;

/// Residents of the city that is one unit of a lever that is not divided.
const UNIT_RESIDENTS: f64 = 100_000.0;

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

/// The cost of `measure` in `city` in a scenario that ends before the month `end`.
///
/// # Errors
/// If its area is not in the city.
pub fn cost(measure: &Measure, city: &City, end: Month) -> Result<Cost, Problems> {
    let lever = measure.lever;
    let inside = measures::inside(&measure.place, &measure.area, city)?;
    let residents = |n: usize| f64::from(city.neighbourhoods[n].marginals.residents);
    let here: f64 = inside.into_iter().map(residents).sum();
    let scale = if lever.divided { 1.0 } else { here / UNIT_RESIDENTS };
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
        };
        let four = MeasureArea::Neighbourhoods(["TT01", "TT02", "TT03", "TT04"].map(String::from).to_vec());
        // 20 homes a year at € 30,000, wherever they stand.
        let build = cost(&measure("build", 20.0, four.clone()), &city, Month::new(2045, 1)).unwrap();
        assert_eq!(build, Cost { once_eur: 0.0, yearly_eur: 600_000.0, years: 2.5 });
        assert_eq!(build.total_eur(), 1_500_000.0);
        // From 0.2 to 0.7 for 25,000 residents, at € 1 M a year per 100,000.
        let spreading = cost(&measure("spreading", 0.7, four), &city, Month::new(2027, 1)).unwrap();
        assert!((spreading.yearly_eur - 125_000.0).abs() < 1e-6 && spreading.years == 1.0);
    }
}
