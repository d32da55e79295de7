//! Who gets which home.

use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::choice::{Choice, Offers, Seeker};
use super::matching::deferred_acceptance;
use super::moving::Wishes;
use super::neighbourhoods::{Composition, Surroundings};
use super::parameters::HousingParameters;
use super::search::Search;
use super::segments::Segments;
use super::start::Norms;
use crate::city::Tenure;
use crate::people::{Books, CHUNK, Household, Move, ShortMonth, Tables, Tally, demography};
use crate::policies::Controls;
use crate::sim::{Draws, DwellingIdx, HouseholdIdx, HouseholdKey, Stream};

/// Which neighbourhoods a household looks in.
pub const STREAM_SEARCH: Stream = Stream::named("housing.search");
/// Noise keyed by (household, dwelling).
pub const STREAM_TASTE: Stream = Stream::named("housing.taste");
/// Who gives up looking.
pub const STREAM_GIVE_UP: Stream = Stream::named("housing.give_up");

/// State of the market.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Market {
    /// How many homes are to be had, relative to a market in balance: 1 in balance, at most 1.5.
    pub availability: f64,
    /// Homes at the start.
    pub stock_at_start: u32,
    /// Log of the monthly cost of buying relative to the start, whole city.
    pub log_price: f64,
    /// Log of home values relative to the start, whole city.
    pub log_value: f64,
    /// Log of neighbourhoods' prices relative to the city's.
    pub log_price_local: Vec<f64>,
    /// Seekers who proposed to a market home in each neighbourhood this month.
    pub proposals: Vec<u32>,
    /// Market vacancies in each neighbourhood this month, before the moves.
    pub vacancies: Vec<u32>,
    /// Seekers who would have taken a market home and found none this month.
    pub unplaced: u32,
    /// Log of market rents relative to the start, whole city.
    pub log_rent: f64,
    /// Homes to buy and to rent on the market that are left after the moves.
    pub left_over: [u32; 2],
    /// Vacancy chains that ended this month, and the moves that they set off in all.
    pub chains_ended: u32,
    /// See `chains_ended`.
    pub chain_moves: u32,
    /// Homes on offer this month, before the moves.
    pub on_offer: u32,
}

/// What the market reads of places and of how they are sought.
type Places<'w> = (Res<'w, Surroundings>, Res<'w, Composition>, Res<'w, Search>, Res<'w, Segments>, Res<'w, Norms>);

/// Matches seekers and vacancies, then moves them.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn match_and_move(
    mut tables: Tables,
    wishes: Res<Wishes>,
    places: Places,
    controls: Res<Controls>,
    p: Res<HousingParameters>,
    people: Res<crate::people::DemographyParameters>,
    draws: Res<Draws>,
    mut market: ResMut<Market>,
    mut tally: ResMut<Tally>,
) {
    let mut books = tables.books();
    let (surroundings, composition, search, segments, norms) = places;
    let draws = *draws;
    let seniors_first = controls.local(["allocation_seniors_first"], |_, [share]| share);
    let offers = Offers::of(books.dwellings, surroundings.n());
    let mut looking: Vec<HouseholdIdx> = homeless(books.households);
    looking.retain(|h| looks_this_month(&books.households[h.i()], books.now));
    looking.extend(wishes.0.iter().copied().filter(|h| books.households[h.i()].is_there()));
    // In order of slot, which is nearly that of homes: who looks from one place looks at the same neighbourhoods. The match
    // does not depend on it.
    looking.sort_unstable_by_key(|h| h.0);
    looking.dedup();
    let quotients = composition.quotients();
    let choice = Choice {
        households: books.households,
        dwellings: books.dwellings,
        offers: &offers,
        surroundings: &surroundings,
        composition: &composition,
        quotients: &quotients,
        segments: &segments,
        search: &search,
        norms: &norms,
        p: &p,
        spreading: controls.get("spreading"),
        seniors_first: &seniors_first,
        draws,
        now: books.now,
        wage_level: libm::pow(1.0 + people.income_growth_y, f64::from(draws.tick) / 12.0),
    };
    let seekers: Vec<Seeker> =
        looking.par_chunks(64).flat_map_iter(|chunk| chunk.iter().map(|&h| choice.seeker(h))).collect();
    let holder = deferred_acceptance(
        &seekers.iter().map(|s| s.wanted.as_slice()).collect::<Vec<_>>(),
        offers.all.len(),
        |s, want| (want.priority, seekers[s].key),
    );
    let lodgings = find_lodgings(&choice, &seekers);
    note_pressure(&mut market, &seekers, &offers, &holder);
    let mut moves: Vec<(HouseholdKey, HouseholdIdx, DwellingIdx)> = Vec::new();
    for (o, s) in holder.iter().enumerate() {
        if let Some(s) = s {
            moves.push((seekers[*s].key, seekers[*s].household, offers.all[o].slot));
        }
    }
    moves.sort_unstable_by_key(|m| m.0);
    (market.chains_ended, market.chain_moves) = (0, 0);
    lodgings.into_iter().for_each(|(h, n)| books.households[h.i()].lodges = n);
    for (_, h, d) in moves {
        carry_out(&mut books, h, d, &mut market, &mut tally);
    }
    give_up(&mut books, &p, draws, &mut tally);
}

/// Who lodges with others looks every second month (A); the urgent, and who has just lost or left a home, at once.
fn looks_this_month(h: &Household, now: ShortMonth) -> bool {
    h.stands(Household::URGENT) || h.since == now || (h.key.0 as i16 ^ now.0) & 1 == 0
}

fn homeless(households: &[Household]) -> Vec<HouseholdIdx> {
    let homeless = |(c, chunk): (usize, &[Household])| -> Vec<HouseholdIdx> {
        let looks = |(_, h): &(usize, &Household)| h.is_there() && h.dwelling == DwellingIdx::NONE;
        chunk.iter().enumerate().filter(looks).map(|(i, _)| HouseholdIdx::at(c * CHUNK + i)).collect()
    };
    households.par_chunks(CHUNK).enumerate().flat_map_iter(homeless).collect()
}

/// Newcomers stay with others until they have a home.
fn find_lodgings(choice: &Choice, seekers: &[Seeker]) -> Vec<(HouseholdIdx, u16)> {
    let new = |s: &&Seeker| {
        let household = &choice.households[s.household.i()];
        household.dwelling == DwellingIdx::NONE && household.lodging().is_none()
    };
    let place = |s: &Seeker| (s.household, choice.lodging(&choice.households[s.household.i()]));
    seekers.iter().filter(new).map(place).collect()
}

fn carry_out(books: &mut Books, h: HouseholdIdx, d: DwellingIdx, market: &mut Market, tally: &mut Tally) {
    let household = &mut books.households[h.i()];
    let (size, had_home) = (household.size, household.dwelling != DwellingIdx::NONE);
    let to = usize::from(books.dwellings[d.i()].neighbourhood);
    if is_allotted(books.dwellings[d.i()].tenure) {
        let months = household.queued.until(books.now).max(0) as u32;
        tally.count(Some(to), |c| {
            c.allotted += 1;
            c.allotted_months += months;
        });
        // Whoever is allotted a social home starts a new wait.
        household.queued = books.now;
    }
    if household.stands(Household::FIRST_HOME) {
        let age_y = u32::from(household.head_age_y);
        tally.count(Some(to), |c| c.leave_home(age_y));
    }
    if !had_home {
        market.chains_ended += 1;
        market.chain_moves += u32::from(books.dwellings[d.i()].chain) + 1;
    }
    let from = if had_home { books.neighbourhood(h) } else { None };
    books.move_in(h, d);
    if had_home {
        tally.count(Some(to), |c| c.moves_within += 1);
    }
    tally.moves.push(Move { from: from.map_or(u16::MAX, |n| n as u16), to: to as u16, people: size });
}

fn is_allotted(tenure: u8) -> bool {
    matches!(Tenure::ALL[usize::from(tenure)], Tenure::Social | Tenure::Senior)
}

/// Households that have looked in vain for long leave the city, some each month.
fn give_up(books: &mut Books, p: &HousingParameters, draws: Draws, tally: &mut Tally) {
    let mut leaving: Vec<(HouseholdKey, HouseholdIdx)> = homeless(books.households)
        .into_iter()
        .filter(|h| {
            let household = &books.households[h.i()];
            let months = household.since.until(books.now);
            let chance = if household.stands(Household::ROOFLESS) {
                p.roofless_leave
            } else if f64::from(months) >= p.give_up_after_months {
                p.give_up
            } else {
                0.0
            };
            !household.stands(Household::SHELTERED)
                && f64::from(draws.uniform(STREAM_GIVE_UP, household.key.0, 0)) < chance
        })
        .map(|h| (books.households[h.i()].key, h))
        .collect();
    leaving.sort_unstable_by_key(|l| l.0);
    for (_, h) in leaving {
        demography::depart(books, h, false, tally);
    }
}

/// Demand and supply of market homes, for prices.
fn note_pressure(market: &mut Market, seekers: &[Seeker], offers: &Offers, holder: &[Option<usize>]) {
    market.proposals.fill(0);
    market.vacancies.fill(0);
    market.left_over = [0; 2];
    market.on_offer = offers.all.len() as u32;
    for (o, offer) in offers.all.iter().enumerate().filter(|(_, offer)| offer.is_on_market()) {
        market.vacancies[usize::from(offer.neighbourhood)] += 1;
        market.left_over[usize::from(offer.tenure != Tenure::Owner as u8)] += u32::from(holder[o].is_none());
    }
    let mut placed = vec![false; seekers.len()];
    holder.iter().flatten().for_each(|&s| placed[s] = true);
    market.unplaced = 0;
    for (s, seeker) in seekers.iter().enumerate() {
        if let Some(first) = seeker.wanted.first().map(|want| &offers.all[want.offer as usize])
            && first.is_on_market()
        {
            market.proposals[usize::from(first.neighbourhood)] += 1;
        }
        let could_pay = seeker.wanted.iter().any(|want| offers.all[want.offer as usize].is_on_market());
        market.unplaced += u32::from(could_pay && !placed[s]);
    }
}
