//! What homes cost, and the ledger of homes.
//!
//! Prices follow wages, an exogenous trend and the vacancy rate: `Δ ln p = wages + κ (v* − v) [+ trend]`, with v the share
//! of homes to buy (of homes to rent, for rents) that found nobody this month and v* the natural vacancy (Rosen & Smith
//! 1983, American Economic Review 73: prices answer to the distance from it; κ is A, models.md §18). Models.md §9 has
//! (D − S)/stock in its place: with seekers and homes that do not suit each other, D and S are both large, and their
//! difference says little. Neighbourhoods with more seekers per vacancy rise faster, up to `local_price_y`. What has
//! been empty for three months comes down by `concession` a month. The trend moves values alone, not the monthly cost of
//! buying: it stands for interest and credit, which let people pay more for the same monthly cost.

use bevy::prelude::*;
use rayon::prelude::*;

use super::market::Market;
use super::parameters::HousingParameters;
use crate::city::Tenure;
use crate::people::demography::Affordability;
use crate::people::{CHUNK, DemographyParameters, Dwelling, DwellingStatus, ShortMonth};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{Clock, Ledgers};

/// Lets prices and rents answer to this month's market.
pub(super) fn adjust_prices(
    mut dwellings: Query<&mut Dwelling>,
    p: Res<HousingParameters>,
    people: Res<DemographyParameters>,
    clock: Res<Clock>,
    mut market: ResMut<Market>,
    mut affordability: ResMut<Affordability>,
) {
    let dwellings = slice_mut(&mut dwellings);
    let by_tenure = count_tenures(dwellings);
    let of = |tenures: &[Tenure]| tenures.iter().map(|&t| by_tenure[t as usize]).sum::<u32>() as f64;
    let stock = [of(&[Tenure::Owner]), of(&[Tenure::Private, Tenure::Room]), of(&[Tenure::Social, Tenure::Senior])];
    let wages = libm::log1p(people.income_growth_y) / 12.0;
    let trend = libm::log1p(p.price_trend_y) / 12.0;
    let change = |i: usize, wages: f64| {
        let vacancy = f64::from(market.left_over[i]) / stock[i].max(1.0);
        wages + p.price_kappa_y / 12.0 * (p.vacancy_normal - vacancy).clamp(-0.1, 0.1)
    };
    let (city, rent) = (change(0, wages), change(1, wages));
    market.log_price += city;
    market.log_value += city + trend;
    market.log_rent += rent;
    let balance = p.vacancy_start * stock.iter().sum::<f64>();
    market.availability = libm::sqrt(f64::from(market.on_offer) / balance.max(1.0)).clamp(0.5, 1.25);
    let pressure = |proposals: u32, vacancies: u32| libm::log(f64::from(proposals + 1) / f64::from(vacancies + 1));
    let mean = pressure(market.proposals.iter().sum(), market.vacancies.iter().sum());
    let local: Vec<f64> = market
        .proposals
        .iter()
        .zip(&market.vacancies)
        .map(|(&proposals, &vacancies)| p.local_price_y / 12.0 * libm::tanh(pressure(proposals, vacancies) - mean))
        .collect();
    market.log_price_local.iter_mut().zip(&local).for_each(|(sum, d)| *sum += d);
    let factors = |city: f64| -> Vec<f32> { local.iter().map(|d| libm::exp(city + d) as f32).collect() };
    let (value_factor, price_factor, rent_factor) = (factors(city + trend), factors(city), factors(rent));
    // Social rents rise once a year, in July.
    let (now, concession) = (ShortMonth::of(clock.month()), 1.0 - p.concession as f32);
    let social_factor = if clock.month().month() == 7 { 1.0 + p.rent_growth_y as f32 } else { 1.0 };
    dwellings.par_chunks_mut(CHUNK).for_each(|chunk| {
        for d in chunk.iter_mut().filter(|d| d.is_there()) {
            let n = usize::from(d.neighbourhood);
            d.value_keur *= value_factor[n];
            let to_let_for_long = d.is_vacant() && d.vacant_since.until(now) >= 3;
            let concession = if to_let_for_long { concession } else { 1.0 };
            d.cost_eur_m *= match Tenure::ALL[usize::from(d.tenure)] {
                Tenure::Social | Tenure::Senior => social_factor,
                Tenure::Owner => price_factor[n] * concession,
                Tenure::Private | Tenure::Room => rent_factor[n] * concession,
            };
        }
    });
    let dearer = market.log_rent - wages * f64::from(clock.tick);
    affordability.0 = libm::exp(-dearer) * market.availability;
}

/// Homes by tenure.
fn count_tenures(dwellings: &[Dwelling]) -> [u32; 8] {
    let count = |chunk: &[Dwelling]| {
        let mut counts = [0; 8];
        chunk.iter().for_each(|d| counts[usize::from(d.tenure & 7)] += u32::from(d.is_there()));
        counts
    };
    let add = |a: [u32; 8], b: [u32; 8]| std::array::from_fn(|i| a[i] + b[i]);
    dwellings.par_chunks(CHUNK).map(count).reduce(|| [0; 8], add)
}

/// Every home is in exactly one state (models.md §13.2).
pub(super) fn keep_ledger(dwellings: Query<&Dwelling>, clock: Res<Clock>, mut ledgers: ResMut<Ledgers>) {
    let now = ShortMonth::of(clock.month());
    // By state: lived in, vacant since this month, vacant for longer, then empty by status.
    let state = |d: &Dwelling| match d {
        d if !d.is_empty() => 0,
        d if !d.is_vacant() => 2 + usize::from(d.status),
        d => 1 + usize::from(d.vacant_since != now),
    };
    let add = |mut a: [i64; 7], b: [i64; 7]| {
        a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        a
    };
    let count = |chunk: &[Dwelling]| {
        let mut states = [0; 7];
        chunk.iter().filter(|d| d.is_there()).for_each(|d| states[state(d)] += 1);
        states
    };
    let states = slice(&dwellings).par_chunks(CHUNK).map(count).reduce(|| [0; 7], add);
    let there = states.iter().sum();
    let by_status = |status: DwellingStatus| states[2 + status as usize];
    let ledger = ledgers.open("dwellings", "homes", there);
    ledger.draw("occupied", states[0]);
    ledger.draw("vacant_since_this_month", states[1]);
    ledger.draw("illicit", by_status(DwellingStatus::Illicit));
    ledger.draw("closed", by_status(DwellingStatus::Closed));
    ledger.draw("damaged", by_status(DwellingStatus::Damaged));
    ledger.draw("withheld", by_status(DwellingStatus::Withheld));
    let rest = ledger.rest();
    ledger.draw("vacant", rest);
}
