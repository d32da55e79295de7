//! Who gets which home.

use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::moving::Wishes;
use super::neighbourhoods::{Composition, Surroundings, dislike};
use super::parameters::HousingParameters;
use crate::city::Tenure;
use crate::people::{Books, CHUNK, Dwelling, Household, Move, ShortMonth, Tables, Tally, demography};
use crate::policies::Controls;
use crate::sim::draws::{gumbel, unit};
use crate::sim::{Draws, DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey, Stream};

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
    /// Log of market prices relative to the start, whole city.
    pub log_price: f64,
    /// Log of neighbourhoods' prices relative to the city's.
    pub log_price_local: Vec<f64>,
    /// Seekers who proposed to a market home in each neighbourhood this month.
    pub proposals: Vec<u32>,
    /// Market vacancies in each neighbourhood this month, before the moves.
    pub vacancies: Vec<u32>,
    /// Seekers for a market home who found none this month.
    pub unplaced: u32,
    /// Market vacancies left after the moves.
    pub left_over: u32,
    /// Vacancy chains that ended this month, and the moves that they set off in all.
    pub chains_ended: u32,
    /// See `chains_ended`.
    pub chain_moves: u32,
}

/// A vacancy as a seeker sees it: what decides whether they may have it, side by side in memory.
#[derive(Debug, Clone, Copy)]
struct Offer {
    neighbourhood: u16,
    tenure: u8,
    area_m2: u16,
    cost_eur_m: f32,
    slot: DwellingIdx,
    key: DwellingKey,
}

/// What a household may have: most it may pay by tenure (nothing: not entitled), and least floor area.
struct Means {
    most_eur_m: [f32; 5],
    least_m2: u16,
}

/// Vacancies by neighbourhood and tenure, in order of key.
struct Offers {
    all: Vec<Offer>,
    first: Vec<usize>,
}

impl Offers {
    fn of(dwellings: &[Dwelling], n: usize) -> Offers {
        let offer = |slot: usize, d: &Dwelling| Offer {
            neighbourhood: d.neighbourhood,
            tenure: d.tenure,
            area_m2: d.area_m2,
            cost_eur_m: d.cost_eur_m,
            slot: DwellingIdx::at(slot),
            key: d.key,
        };
        let chunks: Vec<Vec<Offer>> = dwellings
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(c, chunk)| {
                let vacant = chunk.iter().enumerate().filter(|(_, d)| d.is_vacant());
                vacant.map(|(i, d)| offer(c * CHUNK + i, d)).collect()
            })
            .collect();
        let mut all = chunks.concat();
        all.par_sort_unstable_by_key(|o| (o.neighbourhood, o.tenure, o.key));
        let group = |o: &Offer| usize::from(o.neighbourhood) * 5 + usize::from(o.tenure);
        let first = (0..=5 * n).map(|g| all.partition_point(|o| group(o) < g)).collect();
        Offers { all, first }
    }

    /// Offers of one tenure in neighbourhood `n`.
    fn group(&self, n: usize, tenure: usize) -> std::ops::Range<usize> {
        self.first[5 * n + tenure]..self.first[5 * n + tenure + 1]
    }

    /// The offers in neighbourhood `n` that `means` reach.
    fn within<'a>(&'a self, n: usize, means: &'a Means) -> impl Iterator<Item = usize> + 'a {
        let tenures = (0..5).filter(|&t| means.most_eur_m[t] > 0.0);
        tenures.flat_map(move |t| {
            let most = means.most_eur_m[t];
            self.group(n, t).filter(move |&o| {
                let offer = &self.all[o];
                offer.cost_eur_m <= most && offer.area_m2 >= means.least_m2
            })
        })
    }
}

/// A household that looks, with the offers it would take, best first.
struct Seeker {
    household: HouseholdIdx,
    key: HouseholdKey,
    wanted: Vec<u32>,
}

/// Everything a choice looks at.
struct Choice<'a> {
    books: &'a Books<'a>,
    offers: &'a Offers,
    surroundings: &'a Surroundings,
    composition: &'a Composition,
    p: &'a HousingParameters,
    spreading: &'a [f64],
    seniors_first: &'a [f64],
    draws: Draws,
    now: ShortMonth,
    wage_level: f64,
}

impl Choice<'_> {
    /// The offers that `h` would take, best first.
    fn seeker(&self, h: HouseholdIdx) -> Seeker {
        let household = &self.books.households[h.i()];
        let home = household.dwelling.get().map(|d| &self.books.dwellings[d]);
        let here = home.map(|d| usize::from(d.neighbourhood));
        let stay = home.map_or(f32::NEG_INFINITY, |d| {
            let taste = gumbel(self.draws.block(STREAM_TASTE, household.key.0, d.key.0 as u32)[1]);
            self.utility(household, d, here) + taste + self.p.moving_cost as f32
        });
        let means = self.means(household);
        let mut found: Vec<(f32, u32)> = Vec::with_capacity(self.p.n_searched as usize);
        for i in 0..self.p.n_searched as u32 {
            let Some(n) = self.look_in(household, here, i) else { continue };
            let best = self
                .offers
                .within(n, &means)
                .map(|o| {
                    let words = self.draws.block(STREAM_TASTE, household.key.0, self.offers.all[o].key.0 as u32);
                    (words[0], o, words[1])
                })
                .min_by_key(|&(noise, o, _)| (noise, o));
            if let Some((_, o, word)) = best
                && !found.iter().any(|f| f.1 == o as u32)
            {
                let dwelling = &self.books.dwellings[self.offers.all[o].slot.i()];
                let utility = self.utility(household, dwelling, here) + gumbel(word);
                if utility > stay {
                    found.push((utility, o as u32));
                }
            }
        }
        let key_of = |o: u32| self.offers.all[o as usize].key;
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| key_of(a.1).cmp(&key_of(b.1))));
        Seeker { household: h, key: household.key, wanted: found.into_iter().map(|f| f.1).collect() }
    }

    /// The `i`-th neighbourhood that `household` looks in. Arrivals are drawn to their own group; spreading weakens
    /// that (models.md §9).
    fn look_in(&self, household: &Household, here: Option<usize>, i: u32) -> Option<usize> {
        let words = self.draws.block(STREAM_SEARCH, household.key.0, i);
        let n = self.surroundings.searched(here, unit(words[0]));
        if here.is_none() {
            let pull = self.p.tie_pull as f32 * (1.0 - self.spreading[n] as f32);
            let own = 1.0 - self.composition.unlike(n, household.origin);
            let accept = (1.0 + pull * own) / (1.0 + pull);
            if unit(words[1]) >= accept {
                return None;
            }
        }
        Some(n)
    }

    /// Entitlement and means.
    fn means(&self, h: &Household) -> Means {
        let (p, income) = (self.p, f64::from(h.income_eur_m));
        let mut most = [0.0; 5];
        most[Tenure::Owner as usize] = p.owner_cost_share * income / (1.0 - self.equity(h));
        most[Tenure::Private as usize] = p.private_cost_share * income;
        if h.excluded == 0 && income <= p.social_income_max_eur_m * self.wage_level {
            most[Tenure::Social as usize] = f64::MAX;
        }
        if h.excluded == 0 && h.head_age_y >= 65 {
            most[Tenure::Senior as usize] = f64::MAX;
        }
        if h.size == 1 && (h.head_age_y < 35 || income < 1_500.0 * self.wage_level) {
            most[Tenure::Room as usize] = f64::MAX;
        }
        // Nobody takes a home with less than 60 % of the crowding norm.
        let least_m2 = (0.6 * p.crowded_m2_per_person * f64::from(h.size)) as u16;
        Means { most_eur_m: most.map(|m| m as f32), least_m2 }
    }

    /// Share of a home's price that the household brings itself.
    fn equity(&self, h: &Household) -> f64 {
        let owns = h.dwelling.get().is_some_and(|d| self.books.dwellings[d].tenure == Tenure::Owner as u8);
        if owns { self.p.owner_equity_mover } else { self.p.owner_equity_starter }
    }

    /// What the home would cost the household a month.
    fn cost(&self, h: &Household, d: &Dwelling) -> f32 {
        let own = if d.tenure == Tenure::Owner as u8 { self.equity(h) } else { 0.0 };
        d.cost_eur_m * (1.0 - own as f32)
    }

    /// U without the noise.
    fn utility(&self, h: &Household, d: &Dwelling, here: Option<usize>) -> f32 {
        let p = self.p;
        let n = usize::from(d.neighbourhood);
        let money = libm::logf((h.income_eur_m - self.cost(h, d)).max(50.0) / 1_000.0);
        // Wanted floor area: 35 m² and 22 m² for each further member (A).
        let wanted_m2 = 35.0 + 22.0 * f32::from(h.size.saturating_sub(1));
        let fit = 1.0 - libm::fabsf(libm::logf(f32::from(d.area_m2.max(1)) / wanted_m2)).min(2.0);
        let steps = if h.head_age_y >= 75 && d.step_free == 0 { -0.8 } else { 0.0 };
        let dislike = dislike(self.composition.unlike(n, h.origin), h.threshold, p.preference_form as u8);
        let ties = f32::from(here == Some(n));
        p.b_money as f32 * money
            + p.b_fit as f32 * fit
            + p.b_near as f32 * self.surroundings.nearness(here, n)
            + p.b_amenities as f32 * self.surroundings.amenities[n]
            + p.b_green as f32 * self.surroundings.green[n]
            + p.b_ties as f32 * ties
            - p.b_unlike as f32 * 5.0 * dislike
            + steps
    }

    /// What the giver of a home goes by: waiting time and urgency for social homes, means for others.
    fn priority(&self, h: &Household, d: &Dwelling) -> f32 {
        let noise = unit(self.draws.block(STREAM_TASTE, h.key.0, d.key.0 as u32)[2]);
        match Tenure::ALL[usize::from(d.tenure)] {
            Tenure::Social | Tenure::Senior => {
                let older = h.head_age_y >= 65 && d.step_free == 1;
                let first = f64::from(noise) < self.seniors_first[usize::from(d.neighbourhood)];
                let waited = h.queued.until(self.now) as f32;
                waited + 1_000.0 * f32::from(h.urgent) + if older && first { 2_000.0 } else { 0.0 } + noise
            }
            _ => libm::logf(h.income_eur_m.max(1.0) / d.cost_eur_m.max(1.0)) + noise,
        }
    }
}

/// Matches seekers and vacancies, then moves them.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn match_and_move(
    mut tables: Tables,
    wishes: Res<Wishes>,
    surroundings: Res<Surroundings>,
    composition: Res<Composition>,
    controls: Res<Controls>,
    p: Res<HousingParameters>,
    people: Res<crate::people::DemographyParameters>,
    draws: Res<Draws>,
    mut market: ResMut<Market>,
    mut tally: ResMut<Tally>,
) {
    let mut books = tables.books();
    let draws = *draws;
    let offers = Offers::of(books.dwellings, surroundings.green.len());
    let mut looking: Vec<HouseholdIdx> = homeless(books.households);
    looking.extend(wishes.0.iter().copied().filter(|h| books.households[h.i()].is_there()));
    looking.sort_unstable_by_key(|h| books.households[h.i()].key);
    looking.dedup();
    let choice = Choice {
        books: &books,
        offers: &offers,
        surroundings: &surroundings,
        composition: &composition,
        p: &p,
        spreading: controls.get("spreading"),
        seniors_first: controls.get("allocation_seniors_first"),
        draws,
        now: books.now,
        wage_level: libm::pow(1.0 + people.income_growth_y, f64::from(draws.tick) / 12.0),
    };
    let seekers: Vec<Seeker> =
        looking.par_chunks(64).flat_map_iter(|chunk| chunk.iter().map(|&h| choice.seeker(h))).collect();
    let holder = deferred_acceptance(
        &seekers.iter().map(|s| s.wanted.as_slice()).collect::<Vec<_>>(),
        offers.all.len(),
        |s, o| {
            let (h, d) = (seekers[s].household, offers.all[o as usize].slot);
            (choice.priority(&books.households[h.i()], &books.dwellings[d.i()]), seekers[s].key)
        },
    );
    note_pressure(&mut market, &seekers, &offers, &holder, books.dwellings);
    let mut moves: Vec<(HouseholdKey, HouseholdIdx, DwellingIdx)> = Vec::new();
    for (o, s) in holder.iter().enumerate() {
        if let Some(s) = s {
            moves.push((seekers[*s].key, seekers[*s].household, offers.all[o].slot));
        }
    }
    moves.sort_unstable_by_key(|m| m.0);
    (market.chains_ended, market.chain_moves) = (0, 0);
    for (_, h, d) in moves {
        carry_out(&mut books, h, d, &mut market, &mut tally);
    }
    give_up(&mut books, &p, draws, &mut tally);
}

fn homeless(households: &[Household]) -> Vec<HouseholdIdx> {
    let looks = |(_, h): &(usize, &Household)| h.is_there() && h.dwelling == DwellingIdx::NONE;
    households.iter().enumerate().filter(looks).map(|(i, _)| HouseholdIdx::at(i)).collect()
}

fn carry_out(books: &mut Books, h: HouseholdIdx, d: DwellingIdx, market: &mut Market, tally: &mut Tally) {
    let from = books.neighbourhood(h);
    let household = &mut books.households[h.i()];
    (household.seeking, household.urgent) = (0, 0);
    let (size, had_home) = (household.size, household.dwelling != DwellingIdx::NONE);
    if matches!(Tenure::ALL[usize::from(books.dwellings[d.i()].tenure)], Tenure::Social | Tenure::Senior) {
        // Whoever is allotted a social home starts a new wait.
        books.households[h.i()].queued = books.now;
    }
    if !had_home {
        market.chains_ended += 1;
        market.chain_moves += u32::from(books.dwellings[d.i()].chain) + 1;
    }
    books.move_in(h, d);
    let to = books.dwellings[d.i()].neighbourhood;
    if had_home {
        tally.count(Some(to.into()), |c| c.moves_within += 1);
    }
    tally.moves.push(Move { from: from.map_or(u16::MAX, |n| n as u16), to, people: size });
}

/// Households that have looked in vain for long leave the city, some each month.
fn give_up(books: &mut Books, p: &HousingParameters, draws: Draws, tally: &mut Tally) {
    let mut leaving: Vec<(HouseholdKey, HouseholdIdx)> = homeless(books.households)
        .into_iter()
        .filter(|h| {
            let household = &books.households[h.i()];
            let months = household.since.until(books.now);
            f64::from(months) >= p.give_up_after_months
                && f64::from(draws.uniform(STREAM_GIVE_UP, household.key.0, 0)) < p.give_up
        })
        .map(|h| (books.households[h.i()].key, h))
        .collect();
    leaving.sort_unstable_by_key(|l| l.0);
    for (_, h) in leaving {
        demography::depart(books, h, false, tally);
    }
}

/// Demand and supply of market homes, for prices.
fn note_pressure(
    market: &mut Market,
    seekers: &[Seeker],
    offers: &Offers,
    holder: &[Option<usize>],
    dwellings: &[Dwelling],
) {
    let on_market = |o: usize| {
        let tenure = Tenure::ALL[usize::from(dwellings[offers.all[o].slot.i()].tenure)];
        matches!(tenure, Tenure::Owner | Tenure::Private | Tenure::Room)
    };
    market.proposals.fill(0);
    market.vacancies.fill(0);
    market.left_over = 0;
    for (o, offer) in offers.all.iter().enumerate().filter(|(o, _)| on_market(*o)) {
        market.vacancies[usize::from(offer.neighbourhood)] += 1;
        market.left_over += u32::from(holder[o].is_none());
    }
    let mut placed = vec![false; seekers.len()];
    holder.iter().flatten().for_each(|&s| placed[s] = true);
    market.unplaced = 0;
    for (s, seeker) in seekers.iter().enumerate() {
        if let Some(&first) = seeker.wanted.first()
            && on_market(first as usize)
        {
            market.proposals[usize::from(offers.all[first as usize].neighbourhood)] += 1;
        }
        market.unplaced += u32::from(!placed[s]);
    }
}

/// Deferred acceptance: seekers propose down their lists, every offer keeps the best proposal so far by `rank`
/// (highest priority; of equals the lowest key). Returns who holds each offer. Stable, and the same whatever the order
/// of the seekers (Gale & Shapley 1962).
fn deferred_acceptance(
    wanted: &[&[u32]],
    n_offers: usize,
    rank: impl Fn(usize, u32) -> (f32, HouseholdKey),
) -> Vec<Option<usize>> {
    let mut holder: Vec<Option<(usize, (f32, HouseholdKey))>> = vec![None; n_offers];
    let mut next = vec![0usize; wanted.len()];
    let mut free: Vec<usize> = (0..wanted.len()).rev().collect();
    while let Some(s) = free.pop() {
        let Some(&o) = wanted[s].get(next[s]) else { continue };
        next[s] += 1;
        let mine = rank(s, o);
        let better = |theirs: &(f32, HouseholdKey)| {
            mine.0.total_cmp(&theirs.0).then(theirs.1.cmp(&mine.1)) == std::cmp::Ordering::Greater
        };
        match &holder[o as usize] {
            Some((_, theirs)) if !better(theirs) => free.push(s),
            held => {
                free.extend(held.map(|(other, _)| other));
                holder[o as usize] = Some((s, mine));
            }
        }
    }
    holder.into_iter().map(|h| h.map(|(s, _)| s)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gale & Shapley's own 3 × 3 example (1962, p. 11, the one with three stable matchings): when the α propose,
    /// each gets their first choice.
    #[test]
    fn proposers_get_their_best_stable_match() {
        let wanted: [&[u32]; 3] = [&[0, 1, 2], &[1, 2, 0], &[2, 0, 1]];
        // Offer A ranks (β, γ, α), B ranks (γ, α, β), C ranks (α, β, γ).
        let order = [[2, 0, 1], [1, 2, 0], [0, 1, 2]];
        let rank = |s: usize, o: u32| (-(order[o as usize][s] as f32), HouseholdKey(s as u64));
        assert_eq!(deferred_acceptance(&wanted, 3, rank), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn the_match_does_not_depend_on_the_order_of_seekers() {
        let lists: [&[u32]; 4] = [&[0, 1], &[0, 2], &[0, 1, 2], &[1]];
        let priority = [[5.0, 1.0, 0.0], [4.0, 0.0, 2.0], [6.0, 3.0, 1.0], [0.0, 2.0, 0.0]];
        let forward = deferred_acceptance(&lists, 3, |s, o| (priority[s][o as usize], HouseholdKey(s as u64)));
        let reversed: Vec<&[u32]> = lists.iter().rev().copied().collect();
        let backward =
            deferred_acceptance(&reversed, 3, |s, o| (priority[3 - s][o as usize], HouseholdKey(3 - s as u64)));
        let named: Vec<Option<usize>> = backward.into_iter().map(|h| h.map(|s| 3 - s)).collect();
        assert_eq!(forward, named);
        assert_eq!(forward, [Some(2), Some(3), Some(1)]);
    }
}
