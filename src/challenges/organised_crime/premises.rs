//! Premises of criminal groups: chosen, used, found, closed or left with a warning, and let again (models.md §7.4).
//!
//! ```text
//! legit → (vacant, or let to somebody in debt) → in use → found → warning | closed for three months → let again
//! U = u_vac VAC − u_pol ln(visible/visible at start) + u_anon TURN + u_crowd OVERC + u_lord [private rent, no licence] − u_clos memory
//!     − β_d km + Gumbel(group, home)
//! found a month = 0.01 + 0.02 · visible / visible at start
//! ```
//!
//! A group that lacks premises looks at homes all over the city and takes the one it likes best, so what is displaced by
//! closures, and where to, follows from vacancies, police, landlords and what is remembered of closures: it is measured,
//! never put in (§2.5). A quarter are fronts, businesses that take no home (L [23]); a screening can refuse them.
//! A home in use is not to be had; who lives in one that is closed loses it, unless another one is found first.
//!
//! Limits: one kind of premises besides fronts; no money, no fire or damage by use.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::choice::{Baseline, UNSEEN_H};
use super::groups::Groups;
use super::volume::Seen;
use crate::challenges::shared::{Outcome, Outcomes, State, spread};
use crate::city::Tenure;
use crate::people::books::members;
use crate::people::{Dwelling, DwellingStatus, Household, Person, Requests, ShortMonth, Work};
use crate::policies::Local;
use crate::sim::draws::{gumbel, mix, threshold, unit};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{HouseholdIdx, Stream};

/// Draws of premises.
pub const STREAM: Stream = Stream::named("crime.premises");
const KEYS: Stream = Stream::named("crime.front");

/// Homes looked at for one choice, and neighbourhoods for a front.
const LOOKS: u32 = 24;

/// Premises in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Premises {
    /// Key: of the home, or of the front.
    pub key: u64,
    /// Slot of the home; `u32::MAX` for a front.
    pub slot: u32,
    /// Neighbourhood.
    pub neighbourhood: u16,
    /// Number of the group.
    pub group: u16,
}

impl Premises {
    /// True for a business.
    pub fn is_front(&self) -> bool {
        self.slot == u32::MAX
    }
}

/// A home that cannot be lived in for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shut {
    /// Key of the home.
    pub key: u64,
    /// Its slot.
    pub slot: u32,
    /// Month from which it can be let again.
    pub until: i16,
}

/// All premises, closed homes, and what is remembered of closures.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AllPremises {
    /// In use.
    pub list: Vec<Premises>,
    /// Closed or damaged.
    pub shut: Vec<Shut>,
    /// Remembered closures per 1,000 homes of each neighbourhood.
    pub memory: Vec<f32>,
}

/// A month of premises.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn use_and_find(
    seen: Seen,
    baseline: Res<Baseline>,
    groups: Res<Groups>,
    persons: Query<&Person>,
    works: Query<&Work>,
    mut households: Query<&mut Household>,
    mut dwellings: Query<&mut Dwelling>,
    mut all: ResMut<AllPremises>,
    mut requests: ResMut<Requests>,
    mut outcomes: ResMut<Outcomes>,
) {
    let (persons, works) = (slice(&persons), slice(&works));
    let (households, dwellings) = (slice_mut(&mut households), slice_mut(&mut dwellings));
    let (p, draws, now) = (&*seen.p, *seen.draws, seen.now());
    all.memory.resize(seen.states.n(), 0.0);
    let fade = libm::exp2(-1.0 / p.closure_memory_months) as f32;
    all.memory.iter_mut().for_each(|m| *m *= fade);
    open_again(&mut all, dwellings, now);
    let visible: Vec<f64> = seen
        .visible_h()
        .iter()
        .zip(&baseline.visible_h)
        .map(|(now, then)| (now + UNSEEN_H) / (then + UNSEEN_H))
        .collect();
    let takes_homes = |key: u64| f64::from(draws.uniform(STREAM, key, 7)) < seen.coupling.crime_housing.min(1.0);
    // Found, by the police or by others.
    let levers = seen.controls.local(["premises_closure", "premises_rehousing"], |_, shares| shares);
    let list = std::mem::take(&mut all.list);
    for premises in list {
        let n = usize::from(premises.neighbourhood);
        let is_there = premises.is_front() || dwellings[premises.slot as usize].key.0 == premises.key;
        if !is_there {
            continue;
        }
        let free = |dwellings: &mut [Dwelling]| {
            if let Some(home) = dwellings.get_mut(premises.slot as usize)
                && home.status == DwellingStatus::Illicit as u8
            {
                home.status = DwellingStatus::Normal as u8;
            }
        };
        if groups.all.get(usize::from(premises.group)).is_none_or(|g| g.members.is_empty()) {
            free(dwellings);
            continue;
        }
        let words = draws.block(STREAM, premises.key, 0);
        if words[0] >= threshold(p.detect_base + p.detect_police * visible[n].min(3.0)) {
            all.list.push(premises);
            continue;
        }
        outcomes.add(Outcome::PremisesDetected, n, 1);
        // A front has no cell.
        let [closures, rehousing] = match dwellings.get(premises.slot as usize) {
            Some(home) => levers.at(n, home.cell),
            None => levers.mean(n),
        };
        if f64::from(unit(words[1])) < closures {
            outcomes.add(Outcome::PremisesClosed, n, 1);
            all.memory[n] += 1_000.0 / seen.census.homes[n].max(1) as f32;
            free(dwellings);
            if !premises.is_front() && takes_homes(premises.key) {
                let until = now.0 + p.closure_months as i16;
                let status = DwellingStatus::Closed;
                let first = f64::from(unit(words[2])) < rehousing;
                let slot = premises.slot;
                if shut(&mut all, dwellings, households, &mut requests, slot, status, until, first) {
                    outcomes.add(Outcome::ClosureEvictions, n, 1);
                }
            }
        } else if unit(words[3]) < 0.5 {
            // Half of those warned stay where they are (A).
            all.list.push(premises);
        } else {
            free(dwellings);
        }
    }
    let licensing = &seen.controls.local(["landlord_licensing"], |_, [share]| share);
    let (visible, memory) = (&visible[..], &all.memory[..]);
    let market = Choosing { seen: &seen, persons, works, households, visible, memory, licensing };
    let mut taken = Vec::new();
    let mut have = vec![0u32; groups.all.len()];
    all.list.iter().for_each(|x| have[usize::from(x.group)] += 1);
    for (g, group) in groups.all.iter().enumerate().filter(|(_, g)| !g.members.is_empty()) {
        let wanted = (p.premises_per_member * group.members.len() as f64 + 0.5) as u32;
        for k in 0..wanted.saturating_sub(have[g]) {
            let key = mix(KEYS, group.key, u64::from(draws.tick) << 16 | u64::from(k));
            let words = draws.block(STREAM, key, 1);
            // At the start they have what their trade asks for.
            let finds = if seen.clock.tick == 1 { 1.0 } else { p.premises_search };
            if words[0] >= threshold(finds) {
                continue;
            }
            if words[1] < threshold(p.premises_front) {
                let Some(n) = market.front(group.base, key) else { continue };
                let screened = seen.controls.get("bibob_refusals")[n] * p.bibob_effect;
                if f64::from(unit(words[2])) < screened {
                    outcomes.add(Outcome::FrontsRefused, n, 1);
                    continue;
                }
                taken.push(Premises { key, slot: u32::MAX, neighbourhood: n as u16, group: g as u16 });
            } else if let Some(slot) = market.home(dwellings, group.base, key) {
                let home = &mut dwellings[slot];
                if takes_homes(home.key.0) {
                    home.status = DwellingStatus::Illicit as u8;
                }
                let (key, neighbourhood) = (home.key.0, home.neighbourhood);
                taken.push(Premises { key, slot: slot as u32, neighbourhood, group: g as u16 });
            }
        }
    }
    taken.iter().for_each(|x| outcomes.add(Outcome::PremisesOpened, x.neighbourhood.into(), 1));
    all.list.extend(taken);
    all.list.iter().for_each(|x| outcomes.add(Outcome::PremisesInUse, x.neighbourhood.into(), 1));
}

/// Shuts the home in `slot`; true if somebody loses their home by it.
#[expect(clippy::too_many_arguments, reason = "one act on several tables")]
pub(super) fn shut(
    all: &mut AllPremises,
    dwellings: &mut [Dwelling],
    households: &mut [Household],
    requests: &mut Requests,
    slot: u32,
    status: DwellingStatus,
    until: i16,
    rehoused_first: bool,
) -> bool {
    let home = &mut dwellings[slot as usize];
    home.status = status as u8;
    all.shut.push(Shut { key: home.key.0, slot, until });
    let Some(h) = home.household.get() else { return false };
    if rehoused_first {
        // Urgency: first in the queue in the month in which the home closes.
        households[h].make_urgent();
    }
    requests.evict(HouseholdIdx::at(h));
    true
}

fn open_again(all: &mut AllPremises, dwellings: &mut [Dwelling], now: ShortMonth) {
    all.shut.retain(|shut| {
        let home = &mut dwellings[shut.slot as usize];
        let over = shut.until <= now.0;
        if over && home.key.0 == shut.key && home.status != DwellingStatus::Illicit as u8 {
            home.status = DwellingStatus::Normal as u8;
            if home.is_empty() {
                home.vacant_since = now;
            }
        }
        !over
    });
}

struct Choosing<'a> {
    seen: &'a Seen<'a>,
    persons: &'a [Person],
    works: &'a [Work],
    households: &'a [Household],
    visible: &'a [f64],
    memory: &'a [f32],
    licensing: &'a Local<f64>,
}

impl Choosing<'_> {
    /// U of neighbourhood `n` for a group based in `base`, without noise and landlord.
    fn around(&self, n: usize, base: u16) -> f64 {
        let (p, states) = (&*self.seen.p, &*self.seen.states);
        let z = |state| spread::bounded(states, state, n);
        let housing = self.seen.coupling.housing_crime;
        let nearness = self.seen.cells.kernel[usize::from(base) * self.seen.cells.n() + n];
        housing * (p.u_vacancy * z(State::Vacancy) + p.u_crowding * z(State::Overcrowding))
            + self.seen.coupling.neighbourhoods_crime * p.u_anonymity * z(State::Turnover)
            - p.u_police * libm::log(self.visible[n])
            - p.u_closures * f64::from(self.memory[n])
            + libm::log(nearness.max(1e-12))
    }

    /// The neighbourhood that suits a front best.
    fn front(&self, base: u16, key: u64) -> Option<usize> {
        let n = self.seen.cells.n();
        let noise = |at: usize| f64::from(gumbel(self.seen.draws.block(STREAM, key, 100 + at as u32)[0]));
        let value = |at: &usize| {
            let served = f64::from(self.seen.states.of(State::Amenities)[*at]);
            self.around(*at, base) + served + noise(*at)
        };
        let inhabited = (0..n).filter(|&at| self.seen.census.homes[at] > 0);
        inhabited.map(|at| (value(&at), at)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|x| x.1)
    }

    /// The best of some homes all over the city that can be had: empty, or rented by somebody in debt.
    fn home(&self, dwellings: &[Dwelling], base: u16, key: u64) -> Option<usize> {
        let p = &*self.seen.p;
        let mut best: Option<(f64, u64, usize)> = None;
        for look in 0..LOOKS {
            let word = self.seen.draws.block(STREAM, key, 200 + look)[0];
            let slot = self.seen.homes.anywhere(word)?;
            let home = &dwellings[slot];
            if !home.is_there() || home.status != DwellingStatus::Normal as u8 || !self.can_be_had(home) {
                continue;
            }
            let n = usize::from(home.neighbourhood);
            let is_private = matches!(Tenure::ALL[usize::from(home.tenure)], Tenure::Private | Tenure::Room);
            let landlord = if is_private {
                p.u_landlord * (1.0 - p.licensing_effect * self.licensing.at(n, home.cell))
            } else {
                0.0
            };
            let taste = f64::from(gumbel(self.seen.draws.block(STREAM, key, home.key.0 as u32 | 1 << 31)[1]));
            let value = self.around(n, base) + landlord + taste;
            if best.is_none_or(|b| value > b.0 || (value == b.0 && home.key.0 < b.1)) {
                best = Some((value, home.key.0, slot));
            }
        }
        best.map(|b| b.2)
    }

    fn can_be_had(&self, home: &Dwelling) -> bool {
        let Some(h) = home.household.get() else { return true };
        let rented = home.tenure != Tenure::Owner as u8;
        rented && members(self.persons, &self.households[h]).any(|q| self.works[q.i()].debt_eur > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{DwellingKey, HouseholdKey};

    fn home(key: u64, household: HouseholdIdx) -> Dwelling {
        Dwelling { key: DwellingKey(key), household, ..Dwelling::default() }
    }

    #[test]
    fn a_closed_home_is_not_to_be_had_until_its_time_is_over() {
        let mut all = AllPremises::default();
        let mut requests = Requests::default();
        let mut households = [Household { key: HouseholdKey(5), ..Household::default() }];
        let mut dwellings = [home(1, HouseholdIdx(0)), home(2, HouseholdIdx::NONE)];
        let closed = DwellingStatus::Closed;
        assert!(shut(&mut all, &mut dwellings, &mut households, &mut requests, 0, closed, 103, true));
        assert!(!shut(&mut all, &mut dwellings, &mut households, &mut requests, 1, closed, 103, true));
        assert!(households[0].is_urgent());
        assert_ne!(requests, Requests::default(), "the household is put out");
        dwellings[0].household = HouseholdIdx::NONE;
        open_again(&mut all, &mut dwellings, ShortMonth(102));
        assert!(dwellings.iter().all(|d| !d.is_vacant()));
        open_again(&mut all, &mut dwellings, ShortMonth(103));
        assert!(dwellings.iter().all(|d| d.is_vacant() && d.vacant_since == ShortMonth(103)));
        assert!(all.shut.is_empty());
    }
}
