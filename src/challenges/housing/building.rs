//! New homes.

use bevy::prelude::*;

use super::market::Market;
use super::parameters::HousingParameters;
use super::start::NEW_ABOVE;
use crate::city::{Character, City, DwellingKind, Neighbourhood, Tenure};
use crate::people::{Dwelling, ShortMonth, Tables, Tally};
use crate::policies::Controls;
use crate::sim::draws::{mix, unit};
use crate::sim::{Clock, Draws, DwellingIdx, DwellingKey, Stream};

/// Draws of the building programme.
pub const STREAM: Stream = Stream::named("housing.building");
const KEYS: Stream = Stream::named("housing.project");

/// Where homes can be added.
#[derive(Resource, Debug, Clone)]
pub struct BuildingSites {
    /// Share of the city's programme by neighbourhood; adds up to 1.
    share: Vec<f64>,
    /// Inhabited cells by neighbourhood.
    cells: Vec<Vec<u32>>,
}

impl BuildingSites {
    /// Inhabited cells of neighbourhood `n`.
    pub fn cells(&self, n: usize) -> &[u32] {
        &self.cells[n]
    }

    /// Share of the city's programme by neighbourhood.
    pub fn shares(&self) -> &[f64] {
        &self.share
    }

    /// Sites of `city`: in proportion to homes, more in new estates and business areas, less in the old centre; and up
    /// to ten times as much where more than 25 % of homes stand empty, for blocks that nobody lives in yet tell a
    /// building site (all A).
    pub fn of(city: &City) -> BuildingSites {
        let mut cells: Vec<Vec<u32>> = vec![Vec::new(); city.neighbourhoods.len()];
        let mut homes = vec![0.0; city.neighbourhoods.len()];
        for dwelling in &city.dwellings {
            homes[usize::from(dwelling.neighbourhood)] += 1.0;
            cells[usize::from(dwelling.neighbourhood)].push(dwelling.cell);
        }
        cells.iter_mut().for_each(|list| {
            list.sort_unstable();
            list.dedup();
        });
        let room = |c: Character| match c {
            Character::NewEstate => 2.5,
            Character::Business => 3.0,
            Character::Industry => 1.5,
            Character::PostWarFlats => 1.2,
            Character::OldCentre => 0.4,
            Character::Open => 0.0,
            _ => 1.0,
        };
        let unfinished =
            |n: &Neighbourhood| 1.0 + (100.0 * (f64::from(n.marginals.vacant_share) - NEW_ABOVE)).clamp(0.0, 9.0);
        let weights: Vec<f64> = city
            .neighbourhoods
            .iter()
            .zip(&homes)
            .map(|(n, h)| room(n.character) * (h + 1.0) * unfinished(n))
            .collect();
        let sum: f64 = weights.iter().sum::<f64>().max(1e-9);
        let share = weights.iter().zip(&cells).map(|(w, c)| if c.is_empty() { 0.0 } else { w / sum }).collect();
        BuildingSites { share, cells }
    }
}

/// Adds this month's new homes, empty.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn build_homes(
    mut tables: Tables,
    sites: Res<BuildingSites>,
    controls: Res<Controls>,
    p: Res<HousingParameters>,
    market: Res<Market>,
    draws: Res<Draws>,
    clock: Res<Clock>,
    mut tally: ResMut<Tally>,
) {
    let books = tables.books();
    let extra = controls.get("build");
    let shares = controls.local(["social_share_new", "affordable_quota", "senior_homes"], |_, shares| shares);
    let year = clock.month().year() as u16;
    let programme = p.build_y * f64::from(market.stock_at_start) / 12.0;
    for (n, (cells, share)) in sites.cells.iter().zip(&sites.share).enumerate() {
        if cells.is_empty() {
            continue;
        }
        let plain = programme * share + extra[n] / 12.0;
        for unit_number in 0..draws.whole(STREAM, n as u64, plain) {
            let Some(slot) = books.free.dwellings.pop() else { return };
            let key = mix(KEYS, (n as u64) << 16 | u64::from(clock.tick), unit_number as u64).max(1);
            let words = draws.block(STREAM, key, 0);
            let cell = controls.site("build", n, cells, 12.0 * programme * share, words[2]);
            let tenure = tenure_of(unit(words[0]), shares.at(n, cell), &p);
            books.dwellings[DwellingIdx(slot).i()] = new_home(key, n, year, tenure, words, cell, &market, books.now);
            tally.count(Some(n), |c| c.homes_built += 1);
        }
    }
}

/// Tenure at quantile `u`; a share above 0 set by a lever replaces the programme's: of social homes, and of social and private
/// rent together (the quota). Homes for seniors are social ones.
fn tenure_of(u: f32, [social_share, quota, senior]: [f64; 3], p: &HousingParameters) -> Tenure {
    let u = f64::from(u);
    let social = if social_share > 0.0 { social_share } else { p.build_social };
    let private = if quota > 0.0 {
        (quota - social).max(0.0)
    } else {
        p.build_private * (1.0 - social) / (1.0 - p.build_social).max(1e-9)
    };
    let social = social.max(senior);
    match u {
        u if u < senior => Tenure::Senior,
        u if u < social => Tenure::Social,
        u if u < social + private => Tenure::Private,
        _ => Tenure::Owner,
    }
}

#[expect(clippy::too_many_arguments, reason = "all of them are facts about one home")]
fn new_home(
    key: u64,
    n: usize,
    year: u16,
    tenure: Tenure,
    words: [u32; 4],
    cell: u32,
    market: &Market,
    now: ShortMonth,
) -> Dwelling {
    let level = |city: f64| libm::exp(city + market.log_price_local[n]) as f32;
    let (level, rent_level, value_level) = (level(market.log_price), level(market.log_rent), level(market.log_value));
    // Typical new flats and houses: 45–95 m² to rent, 55–125 m² to buy; 5,500 €/m² at the start's prices (A).
    let u = unit(words[1]);
    let area = match tenure {
        Tenure::Owner => 55.0 + 70.0 * u,
        Tenure::Senior => 50.0 + 30.0 * u,
        _ => 45.0 + 50.0 * u,
    };
    let value = 5.5 * area * value_level;
    let cost = match tenure {
        Tenure::Social | Tenure::Senior => 620.0 + 3.0 * (area - 45.0),
        // Two thirds of the programme are to be affordable: middle rents end at € 1,184 (M: limit of 2025).
        Tenure::Private => (19.0 * area).min(1_184.0) * rent_level,
        _ => 5.5 * area * level * 1_000.0 * 0.0045,
    };
    let house = tenure == Tenure::Owner && area > 100.0;
    Dwelling {
        key: DwellingKey(key),
        cell,
        cost_eur_m: cost,
        value_keur: value,
        neighbourhood: n as u16,
        area_m2: area as u16,
        built_year: year,
        vacant_since: now,
        kind: if house { DwellingKind::Terraced as u8 } else { DwellingKind::Tower as u8 },
        tenure: tenure as u8,
        step_free: u8::from(!house),
        ..Dwelling::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_split_new_homes_as_they_say() {
        let p = HousingParameters::default();
        let all = |shares: [f64; 3]| {
            let mut n = [0; 5];
            (0..1000).for_each(|i| n[tenure_of((i as f32 + 0.5) / 1000.0, shares, &p) as usize] += 1);
            [Tenure::Senior, Tenure::Social, Tenure::Private].map(|t| n[t as usize])
        };
        let shares = |social: f64, quota: f64| {
            let [senior, social, private] = all([social, quota, 0.015]);
            (senior + social, private)
        };
        assert_eq!(shares(0.4, 0.7), (400, 300));
        assert_eq!(shares(0.4, 0.2), (400, 0), "a quota below the social share adds nothing");
        assert_eq!(shares(0.3, 0.0), (300, 370), "the programme");
        assert_eq!(all([0.3, 0.0, 0.0]), [0, 300, 370], "none for seniors");
        assert_eq!(all([0.3, 0.0, 0.2]), [200, 100, 370], "a fifth for seniors, out of the social ones");
    }
}
