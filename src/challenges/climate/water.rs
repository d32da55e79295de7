//! A flood reaches homes and people: damage, homes to be repaired, households that must leave, deaths in a breach.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::damage::{Water, damage_share, mortality, repair_months};
use super::flood::Flood;
use super::homes::HomePlaces;
use super::parameters::ClimateParameters;
use super::plugin::{ClimateCity, Episodes};
use crate::challenges::shared::{CouplingParameters, Outcome, Outcomes};
use crate::city::DwellingKind;
use crate::people::books::members;
use crate::people::{Dwelling, DwellingStatus, Household, Person, Requests, ShortMonth};
use crate::sim::draws::{threshold, unit};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{Clock, Draws, DwellingKey, Stream};

/// Who survives a breach.
pub const STREAM: Stream = Stream::named("climate.water");

/// Homes that are being repaired.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Repairs(Vec<Repair>);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Repair {
    slot: u32,
    key: DwellingKey,
    ready: i16,
}

impl Repairs {
    /// Homes under repair.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Homes whose repair is done can be had again.
pub(super) fn repair_homes(clock: Res<Clock>, mut repairs: ResMut<Repairs>, mut dwellings: Query<&mut Dwelling>) {
    if repairs.is_empty() {
        return;
    }
    let now = ShortMonth::of(clock.month());
    let dwellings = slice_mut(&mut dwellings);
    repairs.0.retain(|r| {
        let home = &mut dwellings[r.slot as usize];
        if home.key == r.key && r.ready <= now.0 && home.status == DwellingStatus::Damaged as u8 {
            home.status = DwellingStatus::Normal as u8;
            if home.is_empty() {
                home.vacant_since = now;
            }
        }
        r.ready > now.0
    });
}

/// What the month's floods do.
#[expect(clippy::too_many_arguments, reason = "a system's parameters are what it may touch")]
pub(super) fn flood_homes(
    episodes: Res<Episodes>,
    clock: Res<Clock>,
    draws: Res<Draws>,
    city: Res<ClimateCity>,
    places: Res<HomePlaces>,
    p: Res<ClimateParameters>,
    coupling: Res<CouplingParameters>,
    persons: Query<&Person>,
    households: Query<&Household>,
    mut dwellings: Query<&mut Dwelling>,
    mut repairs: ResMut<Repairs>,
    mut requests: ResMut<Requests>,
    mut outcomes: ResMut<Outcomes>,
) {
    if episodes.floods.is_empty() {
        return;
    }
    let (persons, households) = (slice(&persons), slice(&households));
    let dwellings = slice_mut(&mut dwellings);
    let now = ShortMonth::of(clock.month());
    let mut damage_eur = vec![0.0f64; city.0.neighbourhoods.len()];
    for (number, (flood, day)) in episodes.floods.iter().enumerate() {
        for (slot, home) in dwellings.iter_mut().enumerate().filter(|(_, d)| d.is_there()) {
            let spot = places.spot(slot, home, &city.0);
            let water = at(flood, spot.pixel as usize);
            if spot.storey > 0 || water.depth_m < p.floor_m {
                continue;
            }
            let n = usize::from(home.neighbourhood);
            outcomes.add_at(Outcome::FloodedHomes, n, home.cell, *day);
            damage_eur[n] += f64::from(damage_share(water.depth_m as f32)) * p.damage_eur_m2 * ground_floor_m2(home);
            if let Some(h) = home.household.get() {
                for q in members(persons, &households[h]) {
                    let chance = coupling.climate_ageing.min(1.0) * mortality(&water);
                    let word = draws.block(STREAM, persons[q.i()].key.0, number as u32)[0];
                    if flood.is_breach() && word < threshold(chance) {
                        requests.die(q);
                        outcomes.add(Outcome::FloodDeaths, n, 1);
                    }
                }
            }
            let leaves = water.depth_m >= p.leave_m && home.status == DwellingStatus::Normal as u8;
            // The coupling's strength is the share of spoilt homes that are really lost for a time.
            let lost = f64::from(unit(draws.block(STREAM, home.key.0, number as u32)[1])) < coupling.climate_housing;
            if leaves && lost {
                home.status = DwellingStatus::Damaged as u8;
                let months = repair_months(water.depth_m as f32, p.repair_months) as i16;
                repairs.0.push(Repair { slot: slot as u32, key: home.key, ready: now.0 + months });
                if home.household.get().is_some() {
                    requests.evict(home.household);
                    outcomes.add(Outcome::FloodDisplaced, n, 1);
                }
            }
        }
    }
    for (n, eur) in damage_eur.into_iter().enumerate() {
        outcomes.add(Outcome::FloodDamage, n, (eur / 1_000.0).round() as u32);
    }
}

fn at(flood: &Flood, pixel: usize) -> Water {
    let value = |plane: &[u16]| plane.get(pixel).map_or(0.0, |v| 0.01 * f64::from(*v));
    Water {
        depth_m: value(&flood.depth_cm),
        rise_m_h: value(&flood.rise_cm_h),
        force_m2_s: value(&flood.force),
        speed_m_s: value(&flood.speed_cm_s),
    }
}

/// A house has half of its floor area on the ground floor (A), a flat all of it.
fn ground_floor_m2(home: &Dwelling) -> f64 {
    let house = home.kind == DwellingKind::Detached as u8 || home.kind == DwellingKind::Terraced as u8;
    f64::from(home.area_m2) * if house { 0.5 } else { 1.0 }
}
