//! Explosions at homes and businesses (models.md §7.5): private disputes, and feuds between groups.
//!
//! More than half have no direct link to organised crime (L [24]); those come at a constant rate per resident, more often
//! where there is more violence. Feuds are a self-exciting process: an attack at one of a rival group's homes brings about
//! 0.4 more on average, against the attacker, within two weeks or so (A). Each one frightens the street (it counts as ten
//! offences in [`State::Victimisation`]); one in ten leaves a home that cannot be lived in for some months (A).

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::groups::Groups;
use super::incidents::{fine, poisson};
use super::premises::{AllPremises, shut};
use super::volume::Seen;
use crate::challenges::shared::{Outcome, Outcomes, State};
use crate::people::{Dwelling, DwellingStatus, Household, Person, Requests};
use crate::sim::Stream;
use crate::sim::draws::{mix, threshold, unit};
use crate::sim::state::{slice, slice_mut};

/// Draws of explosions.
pub const STREAM: Stream = Stream::named("crime.explosions");
const KEYS: Stream = Stream::named("crime.explosion");

/// An attack that is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attack {
    /// Day, from 1 of the month in which it comes.
    pub day: u16,
    /// Key.
    pub key: u64,
    /// Number of the attacking group.
    pub by: u16,
    /// Number of the group attacked.
    pub on: u16,
}

/// Retaliation to come.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Feuds(pub Vec<Attack>);

/// A month of explosions.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn explode(
    seen: Seen,
    groups: Res<Groups>,
    persons: Query<&Person>,
    mut households: Query<&mut Household>,
    mut dwellings: Query<&mut Dwelling>,
    mut all: ResMut<AllPremises>,
    mut feuds: ResMut<Feuds>,
    mut requests: ResMut<Requests>,
    mut outcomes: ResMut<Outcomes>,
) {
    let persons = slice(&persons);
    let (households, dwellings) = (slice_mut(&mut households), slice_mut(&mut dwellings));
    let (p, draws) = (&*seen.p, *seen.draws);
    let n_days = seen.clock.month().n_days() as u16;
    let residents = f64::from(seen.census.residents.iter().sum::<u32>());
    let rate = p.explosions_per_1000_y * residents / 12_000.0;
    let mut strikes: Vec<(u16, u64, usize, Outcome)> = Vec::new();
    let day_of = |word: u32| 1 + ((u64::from(word) * u64::from(n_days)) >> 32) as u16;

    let words = draws.block(STREAM, 0, 0);
    for k in 0..poisson(rate * p.explosions_private, fine(words[0], words[1])) {
        let key = mix(KEYS, u64::from(draws.tick), u64::from(k));
        if let Some(slot) = private_target(&seen, dwellings, key) {
            strikes.push((day_of(draws.block(STREAM, key, 1)[0]), key, slot, Outcome::PrivateExplosions));
        }
    }
    for (day, key, on) in attacks(&seen, &groups, &mut feuds, rate * (1.0 - p.explosions_private), n_days) {
        let group = &groups.all[usize::from(on)];
        let word = draws.block(STREAM, key, 3)[0];
        let member = group.members[word as usize % group.members.len()];
        let home = persons[member.slot as usize].household.get().and_then(|h| households[h].dwelling.get());
        if let Some(slot) = home {
            strikes.push((day, key, slot, Outcome::Explosions));
        }
    }
    strikes.sort_unstable();
    for (day, key, slot, what) in strikes {
        let (n, cell) = (usize::from(dwellings[slot].neighbourhood), dwellings[slot].cell);
        outcomes.add_at(Outcome::Explosions, n, cell, day as u8);
        if what == Outcome::PrivateExplosions {
            outcomes.add(what, n, 1);
        }
        let words = draws.block(STREAM, key, 4);
        let counts = f64::from(unit(words[1])) < seen.coupling.crime_housing.min(1.0);
        if counts && words[0] < threshold(p.explosion_damage) && dwellings[slot].status == DwellingStatus::Normal as u8
        {
            let until = seen.now().0 + p.closure_months as i16;
            let status = DwellingStatus::Damaged;
            shut(&mut all, dwellings, households, &mut requests, slot as u32, status, until, true);
        }
    }
}

/// A home, more likely where more offences are seen.
fn private_target(seen: &Seen, dwellings: &[Dwelling], key: u64) -> Option<usize> {
    let seen_offences = seen.states.of(State::Victimisation);
    let most = seen_offences.iter().copied().fold(0.0f32, f32::max).max(1e-6);
    let mut last = None;
    for k in 0..8 {
        let words = seen.draws.block(STREAM, key, 10 + k);
        let slot = seen.homes.anywhere(words[0])?;
        if dwellings[slot].is_there() {
            last = Some(slot);
            if unit(words[1]) < seen_offences[usize::from(dwellings[slot].neighbourhood)] / most {
                break;
            }
        }
    }
    last
}

/// Attacks of this month: (day, key, group attacked). Those of treated groups are fewer.
fn attacks(seen: &Seen, groups: &Groups, feuds: &mut Feuds, rate: f64, n_days: u16) -> Vec<(u16, u64, u16)> {
    let (p, draws) = (&*seen.p, *seen.draws);
    let live: Vec<u16> =
        (0..groups.all.len() as u16).filter(|&g| !groups.all[usize::from(g)].members.is_empty()).collect();
    let (due, later): (Vec<Attack>, Vec<Attack>) = feuds.0.drain(..).partition(|a| a.day <= n_days);
    feuds.0 = later.into_iter().map(|a| Attack { day: a.day - n_days, ..a }).collect();
    if live.len() < 2 {
        return Vec::new();
    }
    let members = groups.n_members() as f64;
    let at_start = groups.per_resident * f64::from(seen.census.residents.iter().sum::<u32>());
    let treated = seen.controls.get("focused_deterrence");
    let restraint = |g: u16| 1.0 - p.deterrence_effect * treated[usize::from(groups.all[usize::from(g)].base)];
    let mut queue = due;
    for &by in &live {
        let group = &groups.all[usize::from(by)];
        let share = group.members.len() as f64 / members * (members / at_start.max(1.0));
        let mean = rate * (1.0 - p.feud_retaliation) * share * restraint(by);
        let words = draws.block(STREAM, group.key, 0);
        for k in 0..poisson(mean, fine(words[0], words[1])) {
            let key = mix(KEYS, group.key, u64::from(draws.tick) << 16 | u64::from(k));
            let words = draws.block(STREAM, key, 1);
            let rivals: Vec<u16> = live.iter().copied().filter(|&g| g != by).collect();
            let on = rivals[words[0] as usize % rivals.len()];
            queue.push(Attack { day: 1 + ((u64::from(words[1]) * u64::from(n_days)) >> 32) as u16, key, by, on });
        }
    }
    let mut done = 0;
    while let Some(&attack) = queue.get(done) {
        done += 1;
        let words = draws.block(STREAM, attack.key, 2);
        let mean = p.feud_retaliation * restraint(attack.on);
        for k in 0..poisson(mean, fine(words[0], words[1])) {
            let words = draws.block(STREAM, attack.key, 5 + k);
            let delay = -libm::log(1.0 - f64::from(unit(words[0]))) * p.feud_days;
            let day = attack.day + delay.min(3_000.0) as u16;
            let next = Attack { day, key: mix(KEYS, attack.key, 1 << 60 | u64::from(k)), by: attack.on, on: attack.by };
            if day <= n_days {
                queue.push(next);
            } else {
                feuds.0.push(Attack { day: day - n_days, ..next });
            }
        }
    }
    feuds.0.sort_unstable();
    queue.sort_unstable();
    let is_live = |a: &&Attack| !groups.all[usize::from(a.on)].members.is_empty();
    queue.iter().filter(is_live).map(|a| (a.day, a.key, a.on)).collect()
}
