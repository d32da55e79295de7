//! What a household would take: means, utility, and the offers it finds.

use rayon::prelude::*;

use super::market::{STREAM_SEARCH, STREAM_TASTE};
use super::neighbourhoods::{Composition, MOST_QUOTIENT, N_GROUPS, Surroundings, dislike};
use super::parameters::HousingParameters;
use super::search::Search;
use super::segments::Segments;
use super::start::Norms;
use crate::city::Tenure;
use crate::people::migration::leaving::wanted_m2;
use crate::people::{CHUNK, Dwelling, Household, ShortMonth};
use crate::policies::Local;
use crate::sim::draws::{ABREAST, Chooser, gumbel, unit};
use crate::sim::{Draws, DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey};

/// A vacancy as a seeker sees it: what decides whether they may have it, side by side in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) key: DwellingKey,
    pub(super) slot: DwellingIdx,
    cost_eur_m: f32,
    /// Logarithm of the floor area in m².
    log_area: f32,
    area_m2: u16,
    pub(super) neighbourhood: u16,
    pub(super) tenure: u8,
    step_free: u8,
}

impl Offer {
    fn of(slot: usize, d: &Dwelling) -> Offer {
        Offer {
            key: d.key,
            slot: DwellingIdx::at(slot),
            cost_eur_m: d.cost_eur_m,
            log_area: libm::logf(f32::from(d.area_m2.max(1))),
            area_m2: d.area_m2,
            neighbourhood: d.neighbourhood,
            tenure: d.tenure,
            step_free: d.step_free,
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

/// Vacancies by neighbourhood and tenure, the cheapest first.
pub(super) struct Offers {
    pub(super) all: Vec<Offer>,
    /// Costs, keys and floor areas by themselves: what every seeker goes through.
    costs_eur_m: Vec<f32>,
    keys: Vec<DwellingKey>,
    areas_m2: Vec<u16>,
    first: Vec<u32>,
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
        let group = |o: &Offer| usize::from(o.neighbourhood) * 5 + usize::from(o.tenure);
        // Costs are positive, so their bits are in their order.
        all.par_sort_unstable_by_key(|o| (group(o), o.cost_eur_m.to_bits(), o.key));
        let mut first = vec![0; 5 * n + 1];
        all.iter().for_each(|o| first[group(o) + 1] += 1);
        (0..5 * n).for_each(|g| first[g + 1] += first[g]);
        let (keys, areas_m2) = (all.iter().map(|o| o.key).collect(), all.iter().map(|o| o.area_m2).collect());
        Offers { costs_eur_m: all.iter().map(|o| o.cost_eur_m).collect(), all, keys, areas_m2, first }
    }

    /// The offers of one tenure in neighbourhood `n` that cost at most `most_eur_m`.
    fn up_to(&self, n: usize, tenure: usize, most_eur_m: f32) -> std::ops::Range<usize> {
        let (from, to) = (self.first[5 * n + tenure] as usize, self.first[5 * n + tenure + 1] as usize);
        if from == to || most_eur_m == f32::MAX {
            return from..to;
        }
        from..from + self.costs_eur_m[from..to].partition_point(|&cost| cost <= most_eur_m)
    }
}

/// An offer that a household would take, and how its giver ranks the household.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Want {
    pub(super) offer: u32,
    pub(super) priority: f32,
}

#[cfg(test)]
impl Want {
    /// A want of no priority.
    pub(super) fn plain(offer: u32) -> Want {
        Want { offer, priority: 0.0 }
    }
}

/// A household that looks, with the offers it would take, best first.
pub(super) struct Seeker {
    pub(super) household: HouseholdIdx,
    pub(super) key: HouseholdKey,
    pub(super) segment: u8,
    pub(super) wanted: Vec<Want>,
}

/// Everything a choice looks at.
pub(super) struct Choice<'a> {
    pub(super) households: &'a [Household],
    pub(super) dwellings: &'a [Dwelling],
    pub(super) offers: &'a Offers,
    pub(super) surroundings: &'a Surroundings,
    pub(super) composition: &'a Composition,
    /// [`Composition::quotients`].
    pub(super) quotients: &'a [[f32; N_GROUPS]],
    pub(super) segments: &'a Segments,
    pub(super) search: &'a Search,
    pub(super) norms: &'a Norms,
    pub(super) p: &'a HousingParameters,
    pub(super) spreading: &'a [f64],
    pub(super) seniors_first: &'a Local<f64>,
    pub(super) draws: Draws,
    pub(super) now: ShortMonth,
    pub(super) wage_level: f64,
}

/// Most neighbourhoods that a household can search in a month.
const MOST_SEARCHED: usize = 32;
/// Floor area from which social homes go to families with minors first (M: order of Dutch housing ordinances, which reserve
/// homes of four rooms or some 65 m² and more), and months in the queue that this counts as (A: more than nearly anybody
/// has waited).
const FAMILY_HOME_M2: u16 = 65;
const FAMILIES_FIRST_MONTHS: f32 = 360.0;
/// Neighbourhoods that come up before a household looks in the last of them whether it knows anybody there or not.
const ATTEMPTS: usize = 6;

/// What of a household every utility needs.
struct Taste<'a> {
    household: &'a Household,
    here: Option<usize>,
    /// What an owner's cost comes to, of the payments on the whole price: what is borrowed, less what is saved or comes back.
    owner_pays: f32,
    log_wanted_m2: f32,
}

impl Choice<'_> {
    /// The offers that `h` would take, best first.
    pub(super) fn seeker(&self, h: HouseholdIdx) -> Seeker {
        let household = &self.households[h.i()];
        let home = household.dwelling.get().map(|d| &self.dwellings[d]);
        let here = home.map_or(household.lodging(), |d| Some(usize::from(d.neighbourhood)));
        let stay = household.dwelling.get().map_or(f32::NEG_INFINITY, |slot| {
            let offer = Offer::of(slot, &self.dwellings[slot]);
            let word = self.draws.block(STREAM_TASTE, household.key.0, offer.key.0 as u32)[1];
            self.utility(&self.taste(household, here), &offer) + gumbel(word) + self.p.moving_cost as f32
        });
        self.seeker_from(h, here, stay)
    }

    fn taste<'a>(&self, household: &'a Household, here: Option<usize>) -> Taste<'a> {
        Taste {
            household,
            here,
            owner_pays: (self.p.owner_user_cost * (1.0 - self.equity(household))) as f32,
            log_wanted_m2: libm::logf(wanted_m2(household.size)),
        }
    }

    /// The same for somebody who looks from `here` and wants at least the utility `stay`.
    pub(super) fn seeker_from(&self, h: HouseholdIdx, here: Option<usize>, stay: f32) -> Seeker {
        let household = &self.households[h.i()];
        let segment = self.segments.segment(household, self.wage_level as f32);
        let (means, taste) = (self.means(household), self.taste(household, here));
        let chooser = self.draws.chooser(STREAM_TASTE, household.key.0);
        let mut found = [(0.0f32, Want { offer: 0, priority: 0.0 }); MOST_SEARCHED];
        // Where it has looked, and the home it found there.
        let mut seen = [(0u16, (0u32, 0usize)); MOST_SEARCHED];
        let (mut n_found, mut n_seen) = (0, 0);
        for n in self.places(household, segment, here) {
            // Who looks in a place again comes upon another home there: otherwise, in a city of few neighbourhoods, everybody
            // would see all of them alike, wherever they look most.
            let at = seen[..n_seen].iter().position(|s| s.0 == n as u16);
            let Some((noise, o)) = self.best_in(n, chooser, &means, at.map(|at| seen[at].1)) else { continue };
            seen[at.unwrap_or(n_seen)] = (n as u16, (noise, o));
            n_seen += usize::from(at.is_none());
            let offer = &self.offers.all[o];
            let words = self.draws.block(STREAM_TASTE, household.key.0, offer.key.0 as u32);
            let utility = self.utility(&taste, offer) + gumbel(words[1]);
            if utility > stay {
                let priority = self.priority(household, offer, unit(words[2]));
                found[n_found] = (utility, Want { offer: o as u32, priority });
                n_found += 1;
            }
        }
        let found = &mut found[..n_found];
        let key_of = |want: Want| self.offers.all[want.offer as usize].key;
        found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| key_of(a.1).cmp(&key_of(b.1))));
        let wanted = found.iter().map(|f| f.1).collect();
        Seeker { household: h, key: household.key, segment: segment as u8, wanted }
    }

    /// Of the offers in neighbourhood `n` that the household may have, the one with the lowest noise, with its noise;
    /// the next one after that with the noise and place `after`.
    fn best_in(&self, n: usize, chooser: Chooser, means: &Means, after: Option<(u32, usize)>) -> Option<(u32, usize)> {
        let mut best: Option<(u32, usize)> = None;
        let mut least = u64::MAX;
        for (tenure, &most) in means.most_eur_m.iter().enumerate().filter(|(_, most)| **most > 0.0) {
            let range = self.offers.up_to(n, tenure, most);
            let hot = self.offers.keys[range.clone()].iter().zip(&self.offers.areas_m2[range.clone()]);
            for (o, (key, &area_m2)) in range.zip(hot) {
                let noise = chooser.noise(key.0);
                let is_next = after.is_none_or(|after| (noise, o) > after);
                if (u64::from(noise) < least) & (area_m2 >= means.least_m2) & is_next {
                    (best, least) = (Some((noise, o)), noise.into());
                }
            }
        }
        best
    }

    /// The neighbourhoods that `household`, which lives `here`, looks in: places that it hears of. If it does not hear of
    /// one, another comes up; the last comes anyhow.
    fn places(&self, household: &Household, segment: usize, here: Option<usize>) -> impl Iterator<Item = usize> {
        let n_searched = (self.p.n_searched as usize).min(MOST_SEARCHED);
        // The draws of as many attempts of every place as fit side by side.
        let abreast = (ABREAST / n_searched.max(1)).min(ATTEMPTS);
        let number = move |i: usize, attempt: usize| (i + MOST_SEARCHED * attempt) as u32;
        let numbers = (0..abreast).flat_map(move |attempt| (0..n_searched).map(move |i| number(i, attempt)));
        let words = self.draws.numbered(STREAM_SEARCH, household.key.0, numbers);
        let newcomer = here.is_none();
        (0..n_searched).map(move |i| {
            let mut n = 0;
            for attempt in 0..ATTEMPTS {
                let [a, b, c] = if attempt < abreast {
                    [0, 1, 2].map(|w: usize| words[w][attempt * n_searched + i])
                } else {
                    let [a, b, c, _] = self.draws.block(STREAM_SEARCH, household.key.0, number(i, attempt));
                    [a, b, c]
                };
                n = self.search.draw(segment, here, unit(a), unit(b));
                if self.hears_of(household, n, newcomer, unit(c)) {
                    break;
                }
            }
            n
        })
    }

    /// Where a newcomer stays with others until there is a home.
    pub(super) fn lodging(&self, household: &Household) -> u16 {
        let mut n = 0;
        for i in 0..8 {
            let words = self.draws.block(STREAM_SEARCH, household.key.0, i);
            n = self.search.with_room(unit(words[2]));
            if self.hears_of(household, n, true, unit(words[3])) {
                break;
            }
        }
        n as u16
    }

    /// People hear of homes through family and friends, most of whom are of their own group: a chance ∝ 1 + κ·quotient
    /// (models.md §9, with the location quotient as the density of ties). Spreading weakens it for newcomers.
    fn hears_of(&self, household: &Household, n: usize, newcomer: bool, u: f32) -> bool {
        let spread = if newcomer { self.spreading[n] as f32 } else { 0.0 };
        let pull = self.p.tie_pull as f32;
        let quotient = self.quotients[n][usize::from(household.origin).min(N_GROUPS - 1)];
        let quotient = (1.0 - spread) * quotient + spread;
        u < (1.0 + pull * quotient) / (1.0 + pull * MOST_QUOTIENT)
    }

    /// Entitlement and means.
    fn means(&self, h: &Household) -> Means {
        let (p, income) = (self.p, f64::from(h.income_eur_m));
        let mut most = [0.0; 5];
        // Without an address nobody lets or sells to them.
        let is_known = !h.stands(Household::ROOFLESS) || h.stands(Household::SHELTERED);
        if is_known {
            most[Tenure::Owner as usize] = self.norms.owner * income / (1.0 - self.equity(h));
            most[Tenure::Private as usize] = self.norms.private * income;
        }
        if !h.stands(Household::EXCLUDED) && income <= p.social_income_max_eur_m * self.wage_level {
            most[Tenure::Social as usize] = f64::MAX;
        }
        if !h.stands(Household::EXCLUDED) && h.head_age_y >= 65 {
            most[Tenure::Senior as usize] = f64::MAX;
        }
        if is_known && h.size == 1 && (h.head_age_y < 35 || income < 1_500.0 * self.wage_level) {
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

    /// U without the noise.
    fn utility(&self, taste: &Taste, offer: &Offer) -> f32 {
        let (p, h) = (self.p, taste.household);
        let n = usize::from(offer.neighbourhood);
        let pays = if offer.tenure == Tenure::Owner as u8 { taste.owner_pays } else { 1.0 };
        let money = libm::logf((h.income_eur_m - pays * offer.cost_eur_m).max(50.0) / 1_000.0);
        let fit = 1.0 - (offer.log_area - taste.log_wanted_m2).abs().min(2.0);
        let steps = if h.head_age_y >= 75 && offer.step_free == 0 { -0.8 } else { 0.0 };
        let dislike = dislike(self.composition.unlike(n, h.origin), h.threshold, p.preference_form as u8);
        let ties = f32::from(taste.here == Some(n));
        p.b_money as f32 * money
            + p.b_fit as f32 * fit
            + p.b_near as f32 * self.surroundings.nearness(taste.here, n)
            + p.b_amenities as f32 * self.surroundings.amenities[n]
            + p.b_green as f32 * self.surroundings.green[n]
            + p.b_ties as f32 * ties
            - p.b_unlike as f32 * 5.0 * dislike
            - self.surroundings.unpleasant[n]
            + steps
    }

    /// What the giver of a home goes by: waiting time, urgency and whether the home fits for social homes, means for others.
    fn priority(&self, h: &Household, offer: &Offer, noise: f32) -> f32 {
        if offer.is_on_market() {
            return libm::logf(h.income_eur_m.max(1.0) / offer.cost_eur_m.max(1.0)) + noise;
        }
        let older = h.head_age_y >= 65 && offer.step_free == 1;
        let share = match usize::from(offer.neighbourhood) {
            n if self.seniors_first.is_even() => self.seniors_first.mean(n),
            n => self.seniors_first.at(n, self.dwellings[offer.slot.i()].cell),
        };
        let first = f64::from(noise) < share;
        let urgent = f32::from(u8::from(h.stands(Household::URGENT)));
        let family = if h.n_minors > 0 && offer.area_m2 >= FAMILY_HOME_M2 { FAMILIES_FIRST_MONTHS } else { 0.0 };
        let older = if older && first { 2_000.0 } else { 0.0 };
        h.queued.until(self.now) as f32 + family + 1_000.0 * urgent + older + noise
    }
}
