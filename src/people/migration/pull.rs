//! Who is drawn in from elsewhere in the country, so that the first population's ages stand.

use super::super::books::Books;
use super::super::components::Household;
use super::super::parameters::DemographyParameters;
use super::super::rates::{fertility_y, monthly};
use super::leaving::emigration_y;
use super::newcomers::{NEWCOMER_TRAITS, NewcomerTraits, younger_share};

/// Ages of heads that arrivals are weighted by: the first of each class.
const PULL_FROM_Y: [u8; 7] = [0, 20, 25, 30, 35, 40, 45];

/// How many households come for each that leaves, by age of the head, and by what factor fewer with children.
///
/// Solved so that the first population's age profile stands (the residual method of migration estimates, with the
/// profile of a large city as a standing wave): in each class below 45, who comes = who leaves or emigrates + who grows
/// out of the class − who grows into it − who comes from abroad. From 45 on, as many come as leave, and the old grow
/// in number with their cohorts. Children: as many as keep their number, given births at the start's level. Of those who
/// come at an age, some come in households whose head is older; weights are scaled in rounds until all classes fit
/// (iterative proportional fitting), and stay between 0.1 and 30 (A).
pub(super) struct Pull {
    by_age: [f64; 7],
    family: f64,
}

impl Pull {
    fn class(age_y: u8) -> usize {
        PULL_FROM_Y.partition_point(|&from| from <= age_y) - 1
    }

    /// Households that come for each like `h` that leaves.
    pub(super) fn of(&self, h: &Household) -> f64 {
        self.by_age[Pull::class(h.head_age_y)] * if h.n_minors > 0 { self.family } else { 1.0 }
    }

    /// Solves it for the first population; all flows in people per month.
    pub(super) fn solve(
        books: &Books,
        p: &DemographyParameters,
        departure: &impl Fn(&Household) -> f64,
        residents: f64,
    ) -> Pull {
        /// Classes of people: children, then those of [`PULL_FROM_Y`], of which the first begins at 17.
        const N: usize = 8;
        let of_person = |age: u8| if age < 17 { 0 } else { 1 + Pull::class(age) };
        let mut ages = [0.0; 128];
        // Who leaves: by class of the head and whether there are minors, then by class of the person.
        let mut leave = [[[0.0; N]; 2]; 7];
        let mut gone = [0.0; N];
        let mut births = 0.0;
        for person in books.persons.iter().filter(|q| q.is_there()) {
            let household = &books.households[person.household.i()];
            let age = person.age_y(books.now);
            ages[usize::from(age)] += 1.0;
            let leaves = departure(household);
            leave[Pull::class(household.head_age_y)][usize::from(household.n_minors > 0)][of_person(age)] += leaves;
            let newcomer = books.persons[household.first.i()].newcomer;
            gone[of_person(age)] += leaves + monthly(emigration_y(newcomer, household.head_age_y, p));
            if person.sex == 0 {
                births += fertility_y(f64::from(age) + 0.5, p) / 12.0;
            }
        }
        let immigrants = p.immigrants_per_1000 / 12_000.0 * residents;
        let per_newcomer = |t: &NewcomerTraits| f64::from(1.0 + t.couple + t.couple * t.children);
        let from_abroad = |from: f64, to: f64| -> f64 {
            let share = |t: &NewcomerTraits| {
                let adults = 1.0 - f64::from(t.couple * t.children) / per_newcomer(t);
                f64::from(t.share) * adults * (younger_share(t, to) - younger_share(t, from))
            };
            immigrants * NEWCOMER_TRAITS.iter().map(share).sum::<f64>()
        };
        let children_abroad: f64 = NEWCOMER_TRAITS
            .iter()
            .map(|t| immigrants * f64::from(t.share * t.couple * t.children) / per_newcomer(t))
            .sum();
        // People who pass the birthday `age` in a month; smoothed over four years.
        let passing = |age: usize| ages[age - 2..age + 2].iter().sum::<f64>() / 48.0;
        let needed: [f64; 7] = std::array::from_fn(|c| {
            let (into, out, abroad) = match c {
                0 => (births, passing(17), children_abroad),
                _ => {
                    let from = if c == 1 { 17 } else { usize::from(PULL_FROM_Y[c - 1]) };
                    let to = usize::from(PULL_FROM_Y[c]);
                    (passing(from), passing(to), from_abroad(from as f64, to as f64))
                }
            };
            let left: f64 = leave.iter().flatten().map(|row| row[c]).sum();
            (gone[c] + out - into - abroad).max(0.1 * left)
        });
        let mut pull = Pull { by_age: [1.0; 7], family: 1.0 };
        for _ in 0..60 {
            for c in 0..7 {
                let comes = |(class, rows): (usize, &[[f64; N]; 2])| {
                    pull.by_age[class] * (rows[0][c] + pull.family * rows[1][c])
                };
                let got: f64 = leave.iter().enumerate().map(comes).sum();
                let factor = if got > 0.0 { libm::sqrt(needed[c] / got) } else { 1.0 };
                let weight = if c == 0 { &mut pull.family } else { &mut pull.by_age[c - 1] };
                *weight = (*weight * factor).clamp(0.1, 30.0);
            }
        }
        pull
    }
}
