//! What a household would take: means, utility, and the offers it finds.

use rayon::prelude::*;

use super::market::{STREAM_SEARCH, STREAM_TASTE};
use super::moving::wanted_m2;
use super::neighbourhoods::{Composition, Surroundings, dislike};
use super::parameters::HousingParameters;
use super::search::Search;
use super::segments::Segments;
use super::start::Norms;
use crate::city::Tenure;
use crate::people::{CHUNK, Dwelling, Household, ShortMonth};
use crate::sim::draws::{gumbel, unit};
use crate::sim::{Draws, DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey};

/// A vacancy as a seeker sees it: what decides whether they may have it, side by side in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) neighbourhood: u16,
    pub(super) tenure: u8,
    area_m2: u16,
    cost_eur_m: f32,
    pub(super) slot: DwellingIdx,
    pub(super) key: DwellingKey,
}

impl Offer {
    fn of(slot: usize, d: &Dwelling) -> Offer {
        Offer {
            neighbourhood: d.neighbourhood,
            tenure: d.tenure,
            area_m2: d.area_m2,
            cost_eur_m: d.cost_eur_m,
            slot: DwellingIdx::at(slot),
            key: d.key,
        }
    }

    /// True if it is let or sold to who pays best, false if it is allotted to who waits longest.
    pub(super) fn is_on_market(&self) -> bool {
        !matches!(Tenure::ALL[usize::from(self.tenure)], Tenure::Social | Tenure::Senior)
    }
}

/// What a household may have: most it may pay by tenure (nothing: not entitled), and least floor area.
struct Means {
    most_eur_m: [f32; 5],
    least_m2: u16,
}

/// Vacancies by neighbourhood and tenure, in order of key.
pub(super) struct Offers {
    pub(super) all: Vec<Offer>,
    first: Vec<usize>,
}

impl Offers {
    /// Everything on offer in `n` neighbourhoods.
    pub(super) fn of(dwellings: &[Dwelling], n: usize) -> Offers {
        let chunks: Vec<Vec<Offer>> = dwellings
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(c, chunk)| {
                let vacant = chunk.iter().enumerate().filter(|(_, d)| d.is_vacant());
                vacant.map(|(i, d)| Offer::of(c * CHUNK + i, d)).collect()
            })
            .collect();
        Offers::sorted(chunks.concat(), n)
    }

    /// The homes `slots`, as if they were on offer.
    pub(super) fn as_if(slots: &[usize], dwellings: &[Dwelling], n: usize) -> Offers {
        Offers::sorted(slots.iter().map(|&d| Offer::of(d, &dwellings[d])).collect(), n)
    }

    fn sorted(mut all: Vec<Offer>, n: usize) -> Offers {
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
pub(super) struct Seeker {
    pub(super) household: HouseholdIdx,
    pub(super) key: HouseholdKey,
    pub(super) segment: u8,
    pub(super) wanted: Vec<u32>,
}

/// Everything a choice looks at.
pub(super) struct Choice<'a> {
    pub(super) households: &'a [Household],
    pub(super) dwellings: &'a [Dwelling],
    pub(super) offers: &'a Offers,
    pub(super) surroundings: &'a Surroundings,
    pub(super) composition: &'a Composition,
    pub(super) segments: &'a Segments,
    pub(super) search: &'a Search,
    pub(super) norms: &'a Norms,
    pub(super) p: &'a HousingParameters,
    pub(super) spreading: &'a [f64],
    pub(super) seniors_first: &'a [f64],
    pub(super) draws: Draws,
    pub(super) now: ShortMonth,
    pub(super) wage_level: f64,
}

impl Choice<'_> {
    /// The offers that `h` would take, best first.
    pub(super) fn seeker(&self, h: HouseholdIdx) -> Seeker {
        let household = &self.households[h.i()];
        let home = household.dwelling.get().map(|d| &self.dwellings[d]);
        let here = home.map_or(household.lodging(), |d| Some(usize::from(d.neighbourhood)));
        let stay = home.map_or(f32::NEG_INFINITY, |d| {
            let taste = gumbel(self.draws.block(STREAM_TASTE, household.key.0, d.key.0 as u32)[1]);
            self.utility(household, d, here) + taste + self.p.moving_cost as f32
        });
        self.seeker_from(h, here, stay)
    }

    /// The same for somebody who looks from `here` and wants at least the utility `stay`.
    pub(super) fn seeker_from(&self, h: HouseholdIdx, here: Option<usize>, stay: f32) -> Seeker {
        let household = &self.households[h.i()];
        // Who has no home of their own looks in the whole city.
        let local = here.filter(|_| household.dwelling != DwellingIdx::NONE);
        let segment = self.segments.segment(household, self.wage_level as f32);
        let means = self.means(household);
        let n_searched = self.p.n_searched as u32;
        let mut found: Vec<(f32, u32)> = Vec::with_capacity(n_searched as usize);
        let mut seen: Vec<usize> = Vec::with_capacity(n_searched as usize);
        for i in 0..n_searched {
            let Some(n) = self.look_in(household, segment, local, i) else { continue };
            if seen.contains(&n) {
                continue;
            }
            seen.push(n);
            let best = self
                .offers
                .within(n, &means)
                .map(|o| {
                    let words = self.draws.block(STREAM_TASTE, household.key.0, self.offers.all[o].key.0 as u32);
                    (words[0], o, words[1])
                })
                .min_by_key(|&(noise, o, _)| (noise, o));
            if let Some((_, o, word)) = best {
                let dwelling = &self.dwellings[self.offers.all[o].slot.i()];
                let utility = self.utility(household, dwelling, here) + gumbel(word);
                if utility > stay {
                    found.push((utility, o as u32));
                }
            }
        }
        let key_of = |o: u32| self.offers.all[o as usize].key;
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| key_of(a.1).cmp(&key_of(b.1))));
        let wanted = found.into_iter().map(|f| f.1).collect();
        Seeker { household: h, key: household.key, segment: segment as u8, wanted }
    }

    /// The `i`-th neighbourhood that `household` looks in.
    fn look_in(&self, household: &Household, segment: usize, local: Option<usize>, i: u32) -> Option<usize> {
        let words = self.draws.block(STREAM_SEARCH, household.key.0, i);
        let n = self.search.draw(segment, local, unit(words[0]), unit(words[1]));
        let newcomer = household.dwelling == DwellingIdx::NONE && household.lodging().is_none();
        (!newcomer || self.is_drawn_to(household, n, unit(words[1]))).then_some(n)
    }

    /// Where a newcomer stays with others until there is a home.
    pub(super) fn lodging(&self, household: &Household) -> u16 {
        let place = (0..8).find_map(|i| {
            let words = self.draws.block(STREAM_SEARCH, household.key.0, i);
            let n = self.search.with_room(unit(words[2]));
            self.is_drawn_to(household, n, unit(words[3])).then_some(n as u16)
        });
        place.unwrap_or(Household::NOWHERE)
    }

    /// Arrivals are drawn to their own group; spreading weakens that (models.md §9).
    fn is_drawn_to(&self, household: &Household, n: usize, u: f32) -> bool {
        let pull = self.p.tie_pull as f32 * (1.0 - self.spreading[n] as f32);
        let own = 1.0 - self.composition.unlike(n, household.origin);
        u < (1.0 + pull * own) / (1.0 + pull)
    }

    /// Entitlement and means.
    fn means(&self, h: &Household) -> Means {
        let (p, income) = (self.p, f64::from(h.income_eur_m));
        let mut most = [0.0; 5];
        most[Tenure::Owner as usize] = self.norms.owner * income / (1.0 - self.equity(h));
        most[Tenure::Private as usize] = self.norms.private * income;
        if !h.stands(Household::EXCLUDED) && income <= p.social_income_max_eur_m * self.wage_level {
            most[Tenure::Social as usize] = f64::MAX;
        }
        if !h.stands(Household::EXCLUDED) && h.head_age_y >= 65 {
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
        let owns = h.dwelling.get().is_some_and(|d| self.dwellings[d].tenure == Tenure::Owner as u8);
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
        let fit = 1.0 - libm::fabsf(libm::logf(f32::from(d.area_m2.max(1)) / wanted_m2(h.size))).min(2.0);
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
    pub(super) fn priority(&self, h: &Household, d: &Dwelling) -> f32 {
        let noise = unit(self.draws.block(STREAM_TASTE, h.key.0, d.key.0 as u32)[2]);
        match Tenure::ALL[usize::from(d.tenure)] {
            Tenure::Social | Tenure::Senior => {
                let older = h.head_age_y >= 65 && d.step_free == 1;
                let first = f64::from(noise) < self.seniors_first[usize::from(d.neighbourhood)];
                let waited = h.queued.until(self.now) as f32;
                waited + 1_000.0 * f32::from(u8::from(h.stands(Household::URGENT))) + if older && first { 2_000.0 } else { 0.0 } + noise
            }
            _ => libm::logf(h.income_eur_m.max(1.0) / d.cost_eur_m.max(1.0)) + noise,
        }
    }
}

