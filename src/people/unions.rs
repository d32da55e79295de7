//! How readily people of this city move in with a partner, solved at the start.
//!
//! What draws people to a city and what keeps them there decides how many of them live as couples: Amsterdam has 53 % of
//! one-person households, the country 40 %. One national hazard would let every city drift to the same share. So the
//! hazard's shape by age is given ([`union_shape`]) and its level is solved, like the level of departures (models.md
//! §11.0): in the first year as many couples are formed as it takes for couples to stay the same part of residents,
//!
//! ```text
//! unions = parted + widowed + couples who leave − couples who come + couples · growth of residents
//! ```
//!
//! From then on hazards stay, and the number of couples follows ages, arrivals and departures. The CBS forecast of
//! households keeps rates about as they are, too (Huishoudensprognose 2024).
//!
//! Limits: households that leave for want of a home are not foreseen; there is no trend in the wish to live together.

use super::books::Books;
use super::components::Household;
use super::migration::arrivals::Arrivals;
use super::migration::leaving::emigration_y;
use super::parameters::DemographyParameters;
use super::rates::{fertility_y, monthly, mortality_y, separation_y, union_shape};

/// Part of seekers who find somebody in the month: six meetings, of which half are with the other sex, and some with
/// somebody taken already (A: counted in runs).
const FOUND: f64 = 0.95;

/// The hazard of looking for a partner, per year, at its peak; `departure` is a household's monthly chance of leaving for
/// elsewhere in the country. All flows in people or couples per month.
pub(super) fn solve(
    books: &Books,
    p: &DemographyParameters,
    departure: impl Fn(&Household) -> f64,
    arrivals: &Arrivals,
) -> f64 {
    let [people_come, couples_come] = arrivals.people_and_couples_per_month(p);
    let (mut residents, mut growth) = (0.0, people_come);
    let (mut couples, mut lost, mut seekers) = (0.0, 0.0, 0.0);
    for person in books.persons.iter().filter(|q| q.is_there()) {
        let household = &books.households[person.household.i()];
        let age = f64::from(person.age_y(books.now)) + 0.5;
        let newcomer = books.persons[household.first.i()].newcomer;
        let leaves = departure(household) + monthly(emigration_y(newcomer, household.head_age_y, p));
        let dies = monthly(mortality_y(age, p));
        residents += 1.0;
        growth -= leaves + dies;
        if person.sex == 0 {
            growth += fertility_y(age, p) / 12.0;
        }
        if person.partner.get().is_some() {
            // Half of a couple.
            couples += 0.5;
            lost += dies + 0.5 * (leaves + monthly(separation_y(age, p)));
        } else {
            seekers += union_shape(age) / 12.0;
        }
    }
    let wanted = lost - couples_come + couples * growth / f64::max(residents, 1.0);
    if seekers > 0.0 { (wanted / (FOUND * seekers)).clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{FreeSlots, Person, ShortMonth};
    use crate::sim::{HouseholdIdx, PersonIdx, PersonKey};

    /// Nobody comes, goes, dies or is born: 100 couples of 40 need as many new ones as part, of 300 women alone at 28.
    #[test]
    fn as_many_move_in_together_as_part() {
        let p = DemographyParameters {
            mortality_a: 1e-300,
            fertility_total: 0.0,
            emigration_base_y: 0.0,
            immigrants_per_1000: 0.0,
            domestic_net_per_1000: 0.0,
            ..DemographyParameters::default()
        };
        let now = ShortMonth(1_500);
        let person = |i: usize, age_y: i16, household: usize| Person {
            key: PersonKey(1 + i as u64),
            household: HouseholdIdx::at(household),
            born: ShortMonth(now.0 - 12 * age_y),
            ..Person::default()
        };
        let mut persons: Vec<Person> = (0..200)
            .map(|i| Person { partner: PersonIdx::at(i ^ 1), ..person(i, 40, i / 2) })
            .chain((0..300).map(|i| person(200 + i, 28, 100 + i)))
            .collect();
        let first = |h: usize| if h < 100 { 2 * h } else { 100 + h };
        let mut households: Vec<Household> = (0..400)
            .map(|h| Household { first: PersonIdx::at(first(h)), head_age_y: 40, ..Household::default() })
            .collect();
        let books = Books {
            persons: &mut persons,
            works: &mut [],
            healths: &mut [],
            conducts: &mut [],
            outlooks: &mut [],
            households: &mut households,
            dwellings: &mut [],
            free: &mut FreeSlots::default(),
            now,
        };
        let level = solve(&books, &p, |_| 0.0, &Arrivals::default());
        let parted = 100.0 * monthly(separation_y(40.5, &p));
        let formed = 300.0 * FOUND * level * union_shape(28.5) / 12.0;
        assert!(parted > 0.1 && (formed / parted - 1.0).abs() < 1e-9, "{formed} of {parted}");
        // A tenth more leave in the month, couples and others alike: nothing more is needed for the same part.
        let leaving = solve(&books, &p, |_| 0.1, &Arrivals::default());
        assert!((leaving / level - 1.0).abs() < 1e-9, "{leaving} {level}");
    }
}
