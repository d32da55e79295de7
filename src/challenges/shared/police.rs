//! The police ledger: hours of one month, what takes them, and what is left for neighbourhoods (models.md §13.2).
//!
//! ```text
//! supply      S = officers per 100,000 · residents · share of posts filled · hours per officer · (1 − heat)  + extra FTE
//! uses, in order: emergencies > protests > people in crisis > investigation > neighbourhood work (what is left)
//! hours of n  = residual · (norm · residents_n · need_n + extra_n) / Σ of the same
//! ```
//!
//! * Hours are whole: Σ uses = supply exactly, checked by the engine every month.
//! * How much emergencies take is *solved at the start*: such that neighbourhood work gets its norm then. Afterwards it
//!   grows with residents only. So whatever else grows (protests, calls) comes out of investigation and neighbourhoods.
//! * Until public order and crisis care are simulated, protests and calls are exogenous: parameters that a scenario may
//!   drive over the years. `charge` writes them to [`PoliceDemand`]; a challenge that simulates them overwrites that.
//! * `need` is e^{w·z} of disadvantage at the start, frozen (contracts.md). It follows need, not registered crime.
//!
//! Sources: 280 officers per 100,000 (M), 20 of them for neighbourhoods and 88 % of those posts filled (L [17]; taken for
//! all posts, A), 8.0 calls about people in crisis per 1,000 residents (R, 141,724 in 2023), 2 officers for 2–3 h (A).
//! Limits: one force, no shifts, no travel, no ranks; investigation is a number of hours per registered offence.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Census, CouplingParameters, NeighbourhoodStates, Outcome, Outcomes, State};
use crate::people::plugin::YearsPass;
use crate::policies::Controls;
use crate::sim::{Fault, Ledgers, Phase, RegisterState, SimTick};

crate::parameters! {
    /// Supply of police hours and what takes them.
    pub struct PoliceParameters in "police" {
        officers_per_100k: 280.0, 0.0..=1000.0, "per 100,000 residents", M, "models.md §18 (police strength of large cities)", "Officers";
        posts_filled: 0.88, 0.0..=1.0, "1", L, "[17] Kamervraag 2014Z13950: 2,990 of 3,414 neighbourhood posts (2015)", "Share of posts filled";
        productive_h_y: 1350.0, 500.0..=2000.0, "h/y", M, "order of productive hours of a Dutch full-time job", "Hours that an officer works in a year";
        neighbourhood_per_100k: 20.0, 0.0..=200.0, "per 100,000 residents", L, "[17] Police Act 2012: 1 per 5,000", "Officers for neighbourhood work at the start";
        protests_per_1000_y: 1.5, 0.0..=50.0, "per 1,000 residents and year", L, "[14] Amsterdam 1,448 in 2019 on 0.86 M", "Protests";
        hours_per_protest: 60.0, 0.0..=5000.0, "h", A, "three in four have under 25 people, few have thousands", "Police hours per protest";
        crisis_calls_per_1000_y: 8.0, 0.0..=100.0, "per 1,000 residents and year", R, "report §3.5: 141,724 in 2023", "Calls about people in crisis";
        hours_per_crisis_call: 5.0, 0.0..=100.0, "h", A, "models.md §6: 2 officers, 2–3 h", "Police hours per call";
        registered_per_1000_y: 82.5, 0.0..=300.0, "per 1,000 residents and year", A, "models.md §18 incidents × §7.7 share registered", "Registered offences expected when the level of emergencies is solved";
        hours_per_registered: 6.0, 0.0..=100.0, "h", A, "order of magnitude", "Hours of investigation per registered offence";
        investigation_most: 1.25, 1.0..=10.0, "1", A, "detectives are a fixed part of a force; cases beyond that are left", "Most hours of investigation, of those at the start per resident";
        need_weight: 0.3, 0.0..=1.0, "1/σ", A, "basic teams are staffed by need", "Weight of disadvantage at the start in sharing out neighbourhood hours";
        heat_loss: 0.004, 0.0..=0.05, "1/K", A, "models.md §13.1, climate to crime: fatigue", "Share of hours lost per K of the last hot spell";
    }
}

/// Hours that something outside neighbourhood work asks for this month.
#[derive(Resource, Debug, Clone, Copy, Default, PartialEq)]
pub struct PoliceDemand {
    /// Protests.
    pub protest_h: f64,
    /// Calls about people in crisis.
    pub crisis_h: f64,
}

/// Where the hours went.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Police {
    /// Hours that emergencies take per resident and month; solved at the start.
    emergency_h: f64,
    /// Need of each neighbourhood, frozen at the start.
    need: Vec<f64>,
    /// Neighbourhood hours of each neighbourhood this month.
    pub hours: Vec<f32>,
    /// Part of the hours asked for investigation that were given, 0–1.
    pub investigated: f64,
}

/// The system of [`Phase::Days`] that shares out the hours; it reads the month's registered offences.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PoliceSettles;

/// Systems of [`Phase::Affect`] that write what neighbourhoods see of the police.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PoliceShows;

/// The police ledger.
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Force | `charge` | exogenous demand of protests and crisis calls |
/// | Days | `settle` | hours to their uses; neighbourhood work is what is left |
/// | Affect | `show` | [`State::PoliceVisibility`] |
pub struct PolicePlugin;

impl Plugin for PolicePlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Police>("police")
            .init_resource::<PoliceParameters>()
            .init_resource::<PoliceDemand>()
            .add_systems(SimTick, charge.in_set(Phase::Force))
            .add_systems(SimTick, settle.in_set(Phase::Days).in_set(PoliceSettles))
            .add_systems(SimTick, show.in_set(Phase::Affect).in_set(PoliceShows).after(YearsPass));
    }
}

/// Solves how much emergencies take and shares out the first hours. After [`super::open`], before [`super::freeze`].
pub fn open(world: &mut World) {
    let p = world.resource::<PoliceParameters>().clone();
    let census = world.resource::<Census>().clone();
    let disadvantage = world.resource::<NeighbourhoodStates>().of(State::Disadvantage).to_vec();
    let need = standardised(&disadvantage).map(|z| libm::exp(p.need_weight * z.clamp(-2.5, 2.5))).collect::<Vec<_>>();
    let residents = f64::from(census.residents.iter().sum::<u32>());
    let taken = (p.protests_per_1000_y * p.hours_per_protest
        + p.crisis_calls_per_1000_y * p.hours_per_crisis_call
        + p.registered_per_1000_y * p.hours_per_registered)
        / 12_000.0;
    let per_head = |officers: f64| officers / 100_000.0 * p.posts_filled * p.productive_h_y / 12.0;
    let norm = per_head(p.neighbourhood_per_100k);
    let emergency_h = (per_head(p.officers_per_100k) - taken - norm).max(0.0);
    let none = vec![0.0; need.len()];
    let hours = share_out(norm * residents, norm, &census.residents, &need, &none);
    let shown = visibility(&hours, &census.residents);
    world.resource_mut::<NeighbourhoodStates>().of_mut(State::PoliceVisibility).copy_from_slice(&shown);
    world.insert_resource(Police { emergency_h, need, hours, investigated: 1.0 });
}

fn standardised(values: &[f32]) -> impl Iterator<Item = f64> {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
    let variance = values.iter().map(|v| (f64::from(*v) - mean) * (f64::from(*v) - mean)).sum::<f64>() / n;
    let deviation = if variance > 1e-12 { variance.sqrt() } else { 1.0 };
    values.iter().map(move |v| (f64::from(*v) - mean) / deviation)
}

/// `residual` hours over the neighbourhoods: by residents and need, and `extra` hours where they were ordered. If there
/// is less than asked for, everybody gets the same part of it.
fn share_out(residual: f64, norm: f64, residents: &[u32], need: &[f64], extra: &[f64]) -> Vec<f32> {
    let total: f64 = residents.iter().map(|&r| f64::from(r)).sum();
    let weighted: f64 = residents.iter().zip(need).map(|(&r, w)| f64::from(r) * w).sum::<f64>().max(1e-9);
    let asked: Vec<f64> = residents
        .iter()
        .zip(need)
        .zip(extra)
        .map(|((&r, w), extra)| norm * total * f64::from(r) * w / weighted + extra)
        .collect();
    let sum = asked.iter().sum::<f64>().max(1e-9);
    asked.iter().map(|a| (residual * a / sum) as f32).collect()
}

/// Hours per 1,000 residents.
fn visibility(hours: &[f32], residents: &[u32]) -> Vec<f32> {
    hours.iter().zip(residents).map(|(h, &r)| if r == 0 { 0.0 } else { 1_000.0 * h / r as f32 }).collect()
}

fn charge(p: Res<PoliceParameters>, census: Res<Census>, mut demand: ResMut<PoliceDemand>) {
    let residents = f64::from(census.residents.iter().sum::<u32>());
    demand.protest_h = residents * p.protests_per_1000_y * p.hours_per_protest / 12_000.0;
    demand.crisis_h = residents * p.crisis_calls_per_1000_y * p.hours_per_crisis_call / 12_000.0;
}

#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
fn settle(
    p: Res<PoliceParameters>,
    coupling: Res<CouplingParameters>,
    demand: Res<PoliceDemand>,
    census: Res<Census>,
    states: Res<NeighbourhoodStates>,
    outcomes: Res<Outcomes>,
    controls: Res<Controls>,
    mut police: ResMut<Police>,
    mut ledgers: ResMut<Ledgers>,
    mut fault: ResMut<Fault>,
) {
    let residents = f64::from(census.residents.iter().sum::<u32>());
    let hours_per_post = p.posts_filled * p.productive_h_y / 12.0;
    let heat = mean_over(states.of(State::Heat), &census.residents) * p.heat_loss * coupling.climate_crime;
    let extra: Vec<f64> =
        controls.get("neighbourhood_police").iter().map(|fte| fte * p.productive_h_y / 12.0).collect();
    let working = (1.0 - heat).clamp(0.0, 1.0);
    let supply =
        (p.officers_per_100k / 100_000.0 * residents * hours_per_post * working + extra.iter().sum::<f64>()) as i64;
    let ledger = ledgers.open("police", "hours", supply);
    ledger.draw("emergencies", (police.emergency_h * residents) as i64);
    ledger.draw("protests", demand.protest_h as i64);
    ledger.draw("crisis_calls", demand.crisis_h as i64);
    let asked = (p.hours_per_registered * outcomes.total(Outcome::CrimeRegistered) as f64) as i64;
    let detectives = p.investigation_most * p.hours_per_registered * p.registered_per_1000_y / 12_000.0 * residents;
    let given = ledger.draw("investigation", asked.min(detectives as i64));
    let residual = ledger.rest();
    ledger.draw("neighbourhood", residual);
    police.investigated = if asked > 0 { given as f64 / asked as f64 } else { 1.0 };
    let norm = p.neighbourhood_per_100k / 100_000.0 * hours_per_post;
    police.hours = share_out(residual as f64, norm, &census.residents, &police.need, &extra);
    if police.hours.iter().any(|h| !h.is_finite() || *h < 0.0) {
        fault.raise("police: hours of a neighbourhood are negative or no number".into());
    }
}

fn mean_over(values: &[f32], residents: &[u32]) -> f64 {
    let total: f64 = residents.iter().map(|&r| f64::from(r)).sum();
    values.iter().zip(residents).map(|(v, &r)| f64::from(*v) * f64::from(r)).sum::<f64>() / total.max(1.0)
}

fn show(police: Res<Police>, census: Res<Census>, mut states: ResMut<NeighbourhoodStates>) {
    states.of_mut(State::PoliceVisibility).copy_from_slice(&visibility(&police.hours, &census.residents));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_shared_by_residents_need_and_orders() {
        let (residents, none) = ([1_000, 3_000], [0.0, 0.0]);
        assert_eq!(share_out(400.0, 0.1, &residents, &[1.0, 1.0], &none), [100.0, 300.0]);
        assert_eq!(share_out(400.0, 0.1, &residents, &[3.0, 1.0], &none), [200.0, 200.0]);
        // 400 hours by the norm and 100 ordered for the first; with enough, everybody gets what was asked …
        assert_eq!(share_out(500.0, 0.1, &residents, &[1.0, 1.0], &[100.0, 0.0]), [200.0, 300.0]);
        // … and with half of it, half.
        assert_eq!(share_out(250.0, 0.1, &residents, &[1.0, 1.0], &[100.0, 0.0]), [100.0, 150.0]);
        assert_eq!(share_out(0.0, 0.1, &[0, 0], &[1.0, 1.0], &none), [0.0, 0.0]);
        assert_eq!(visibility(&[10.0, 5.0], &[500, 0]), [20.0, 0.0]);
    }

    /// 280 officers per 100,000 at 88 % and 1,350 h a year are 277.2 h per 1,000 residents and month; the norm of 20 is
    /// 19.8 of them; protests take 7.5, calls 3.33, investigation 41.25.
    #[test]
    fn emergencies_take_what_leaves_the_norm_to_neighbourhoods() {
        let mut world = World::new();
        world.insert_resource(PoliceParameters::default());
        let mut census = Census::new(2, 15.0);
        census.residents = vec![2_000, 8_000];
        world.insert_resource(census);
        world.insert_resource(NeighbourhoodStates::new(2));
        open(&mut world);
        let police = world.resource::<Police>();
        assert!((1_000.0 * police.emergency_h - (277.2 - 7.5 - 10.0 / 3.0 - 41.25 - 19.8)).abs() < 1e-9);
        assert!((police.hours[0] - 39.6).abs() < 1e-3 && (police.hours[1] - 158.4).abs() < 1e-3);
    }
}
