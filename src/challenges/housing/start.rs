//! The market as the first month finds it: scarce.
//!
//! * **Homes on offer.** Tables count a home as empty if nobody is registered there: second homes, homes under repair
//!   and homes not yet handed over included. Only [`HousingParameters::vacancy_start`] of all homes are on offer, drawn
//!   by key, hardly any of them social and the dear before the cheap; the others stay withheld as long as they are empty. Where more than 25 % stand
//!   empty (A), what is above that is on offer too: whole blocks that nobody lives in yet are new ones.
//! * **Concealed demand.** [`HousingParameters::shortage_start`] of the stock (report §2.1: 3.9 %) is the number of
//!   households that look for a home and have none. They are adult children of twenty and over who live with their
//!   mother, and people of that age who share a home with others than family, drawn by key, those with little income
//!   before others, at most six in ten of these: they lodge where they live. Nobody's place of residence changes.
//! * **Norms.** What part of an income a home may cost is assumed, and so are costs; together they can leave most
//!   tenants and owners of the start unable to have what they have, and their homes without anybody to follow them. So
//!   the norm is at least what seven in ten tenants need, and nine in ten owners' like, half of whom come from a home
//!   of their own and half buy their first (solved, A).

use bevy::prelude::Resource;

use super::parameters::HousingParameters;
use crate::city::Tenure;
use crate::people::books::{members, net_income_eur_m};
use crate::people::components::DwellingStatus;
use crate::people::demography::{found_household, lives_with_mother};
use crate::people::{Books, Dwelling, Household, ShortMonth};
use crate::sim::draws::unit;
use crate::sim::{Draws, PersonIdx, Stream};

/// Draws of who looks and what is on offer at the start.
pub const STREAM: Stream = Stream::named("housing.start");

/// Share of empty homes above which a neighbourhood's homes are new rather than kept empty.
pub(super) const NEW_ABOVE: f64 = 0.25;

/// Net income at which half as many look in vain as without any, € per month (A: what a market rent of half of it takes).
const ENOUGH_EUR_M: f32 = 1_500.0;

/// Withholds empty homes until the wanted share is on offer; `n` neighbourhoods.
pub(super) fn withhold(dwellings: &mut [Dwelling], n: usize, p: &HousingParameters, draws: Draws) {
    let (mut homes, mut empty) = (vec![0.0; n], vec![0.0; n]);
    // Homes and empty ones on the market, then social ones.
    let (mut homes_of, mut empty_of) = ([0.0; 2], [0.0; 2]);
    let group =
        |d: &Dwelling| usize::from(matches!(Tenure::ALL[usize::from(d.tenure)], Tenure::Social | Tenure::Senior));
    for d in dwellings.iter().filter(|d| d.is_there()) {
        let is_empty = f64::from(u8::from(d.is_vacant()));
        homes[usize::from(d.neighbourhood)] += 1.0;
        empty[usize::from(d.neighbourhood)] += is_empty;
        homes_of[group(d)] += 1.0;
        empty_of[group(d)] += is_empty;
    }
    let social = p.vacancy_social_start.min(p.vacancy_start) * homes_of[1];
    let on_offer = [p.vacancy_start * (homes_of[0] + homes_of[1]) - social, social];
    let frictional: [f64; 2] = std::array::from_fn(|g| (on_offer[g] / f64::max(empty_of[g], 1.0)).min(1.0));
    let new: Vec<f64> = homes
        .iter()
        .zip(&empty)
        .map(|(&homes, &empty): (&f64, &f64)| (empty / homes.max(1.0) - NEW_ABOVE).max(0.0) * homes / empty.max(1.0))
        .collect();
    // What stays on offer is what few can pay: the chance grows with the rank of the cost, twice the mean for the dearest.
    let mut by_cost: Vec<usize> = (0..dwellings.len()).filter(|&i| dwellings[i].is_vacant()).collect();
    by_cost.sort_unstable_by_key(|&i| (group(&dwellings[i]), dwellings[i].cost_eur_m.to_bits(), dwellings[i].key));
    let (mut rank, mut last) = (0.0, 0);
    for i in by_cost {
        let d = &mut dwellings[i];
        let g = group(d);
        rank = if g == last { rank + 1.0 } else { 1.0 };
        last = g;
        let part = (rank - 0.5) / f64::max(empty_of[g], 1.0);
        let frictional = (2.0 * part * frictional[g]).min(1.0);
        let u = unit(draws.block(STREAM, d.key.0, 0)[0]);
        if f64::from(u) >= frictional + (1.0 - frictional) * new[usize::from(d.neighbourhood)] {
            d.status = DwellingStatus::Withheld as u8;
        }
    }
}

/// True for whoever shares a home with others than family and is not its first tenant.
fn shares(books: &Books, i: usize) -> bool {
    let person = &books.persons[i];
    let household = &books.households[person.household.i()];
    let is_parent = || members(books.persons, household).any(|q| books.persons[q.i()].mother == PersonIdx::at(i));
    household.size > 1
        && household.n_minors == 0
        && household.first != PersonIdx::at(i)
        && !lives_with_mother(books.persons, person)
        && !is_parent()
}

/// An exponential draw with a rate that falls with income: those with the lowest are who looks in vain. Whoever can pay a
/// rent on the market has found a home already.
fn wait(books: &Books, i: usize, draws: Draws) -> f32 {
    let income = net_income_eur_m(books.works[i].income_eur_y) / ENOUGH_EUR_M;
    let u = unit(draws.block(STREAM, books.persons[i].key.0, 1)[0]);
    -libm::logf(1.0 - u) * (1.0 + income * income)
}

/// Lets adult children and sharers look for homes of their own until the shortage is as wanted; nobody has been registered
/// for social rent for more than `longest_y` years.
pub(super) fn conceal(books: &mut Books, p: &HousingParameters, longest_y: f64, draws: Draws) {
    let stock = books.dwellings.iter().filter(|d| d.is_there()).count() as f64;
    let looking = books.households.iter().filter(|h| h.is_there() && h.dwelling.get().is_none()).count();
    let mut adults: Vec<(f32, PersonIdx)> = (0..books.persons.len())
        .filter(|&i| {
            let person = &books.persons[i];
            let grown = person.is_there() && person.age_y(books.now) >= 20 && person.partner.get().is_none();
            grown && (lives_with_mother(books.persons, person) || shares(books, i))
        })
        .map(|i| (wait(books, i, draws), PersonIdx::at(i)))
        .collect();
    adults.sort_unstable_by_key(|&(wait, p)| (wait.to_bits(), books.persons[p.i()].key));
    let wanted = ((p.shortage_start * stock) as usize).saturating_sub(looking);
    let most = (0.6 * adults.len() as f64) as usize;
    adults.truncate(wanted.min(most).min(books.free.households.len()));
    adults.sort_unstable_by_key(|a| books.persons[a.1.i()].key);
    for (_, person) in adults {
        let old = books.persons[person.i()].household;
        let is_child = lives_with_mother(books.persons, &books.persons[person.i()]);
        let h = found_household(books, &[person], draws);
        if is_child {
            books.households[h.i()].standing |= Household::FIRST_HOME;
        }
        // Looking for up to four years, and registered no longer than the queue is long: who was has a home by now.
        let [_, looking, registered, _] = draws.block(STREAM, books.persons[person.i()].key.0, 1);
        let household = &mut books.households[h.i()];
        household.since.0 -= (48.0 * unit(looking)) as i16;
        let most = (12.0 * longest_y * f64::from(unit(registered))) as i16;
        household.queued = household.queued.max(ShortMonth(books.now.0 - most));
        books.refresh(old);
    }
}

/// Most of its income that a household may spend on its home.
#[derive(Resource, Debug, Clone, Copy, PartialEq)]
pub struct Norms {
    /// Owners, after equity.
    pub owner: f64,
    /// Private tenants.
    pub private: f64,
}

impl Norms {
    /// The parameters, or what most of `households` need for the homes that they have.
    pub(super) fn solve(households: &[Household], dwellings: &[Dwelling], p: &HousingParameters) -> Norms {
        let needed = |tenure: Tenure, own: [f64; 2], least: f64, of_ten: usize| {
            let lived_in = dwellings.iter().filter(|d| d.tenure == tenure as u8);
            let part = |d: &Dwelling| Some(d.cost_eur_m / households[d.household.get()?].income_eur_m.max(1.0));
            let mut parts: Vec<f64> = lived_in
                .filter_map(|d| part(d).map(f64::from))
                .flat_map(|part| own.map(|own| (1.0 - own) * part))
                .collect();
            parts.sort_unstable_by(f64::total_cmp);
            parts.get(parts.len() * of_ten / 10).map_or(least, |&part| least.max(part))
        };
        Norms {
            owner: needed(Tenure::Owner, [p.owner_equity_mover, p.owner_equity_starter], p.owner_cost_share, 9),
            private: needed(Tenure::Private, [0.0; 2], p.private_cost_share, 7),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::DwellingKey;

    #[test]
    fn only_frictional_vacancy_and_new_blocks_are_on_offer() {
        let home = |i: u64| Dwelling {
            key: DwellingKey(i + 1),
            neighbourhood: u16::from(i >= 50_000),
            // Six in a hundred are empty in the first neighbourhood, half in the second.
            household: if i < 50_000 && i % 100 >= 6 || i >= 50_000 && i.is_multiple_of(2) {
                crate::sim::HouseholdIdx(7)
            } else {
                crate::sim::HouseholdIdx::NONE
            },
            cost_eur_m: (i * 7_919 % 1_000) as f32,
            ..Dwelling::default()
        };
        let mut dwellings: Vec<Dwelling> = (0..60_000).map(home).collect();
        let p = HousingParameters { vacancy_start: 0.02, ..HousingParameters::default() };
        withhold(&mut dwellings, 2, &p, Draws::at_start(1));
        let share = |n: u16| {
            let there = dwellings.iter().filter(|d| d.neighbourhood == n);
            there.clone().filter(|d| d.is_vacant()).count() as f64 / there.count() as f64
        };
        // 1,200 of 8,000 empty homes are frictional: 15 %. In the second neighbourhood 25 of 50 are new besides.
        assert!((share(0) - 0.06 * 0.15).abs() < 0.002, "{}", share(0));
        assert!((share(1) - 0.5 * (0.15 + 0.85 * 0.5)).abs() < 0.02, "{}", share(1));
    }
}
