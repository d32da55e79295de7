//! Which system of this challenge runs when.

use bevy::prelude::*;

use super::allocation::{self, Rule};
use super::contact::{self, Ties};
use super::debt;
use super::liveability::{self, scale};
use super::local::{Around, Local};
use super::parameters::NeighbourhoodParameters;
use super::programme;
use super::state::Neighbourhoods;
use super::warning::{self, WINDOW_MONTHS, Warning};
use crate::challenges::shared::budget::{self, Budget};
use crate::challenges::shared::{
    self, Census, CouplingParameters, NeighbourhoodStates, Observed, State, observe, spread,
};
use crate::city::City;
use crate::people::{DemographyParameters, Dwelling};
use crate::policies::{Controls, lever};
use crate::sim::draws::unit;
use crate::sim::state::slice;
use crate::sim::{Clock, Draws, Phase, RegisterState, SimTick, Stream};

/// What makes a neighbourhood different for no reason in the model.
const STREAM_OWN: Stream = Stream::named("neighbourhoods.own");

/// Vulnerable and tipping neighbourhoods. Needs [`crate::challenges::shared::SharedPlugin`].
///
/// | phase | system | what it does |
/// |---|---|---|
/// | End | `help` | debts shrink where help is offered |
/// | End | `allot` | once a year: which neighbourhoods get a programme |
/// | End | `update` | a month of collective efficacy, disorder, fear, contact, upkeep, programmes and trust |
/// | End | `watch` | liveability, tips, early warnings |
///
/// All of them run after people and homes have been counted, so that next month sees this month's neighbourhoods.
pub struct NeighbourhoodsPlugin;

impl Plugin for NeighbourhoodsPlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Neighbourhoods>("neighbourhoods")
            .register_stream(STREAM_OWN)
            .register_stream(programme::STREAM)
            .init_resource::<NeighbourhoodParameters>()
            .add_systems(
                SimTick,
                (debt::help, allot, update, watch)
                    .chain()
                    .in_set(Phase::End)
                    .in_set(Observed)
                    .after(observe::observe)
                    .after(budget::settle),
            );
    }
}

/// Lets every neighbourhood of `city` come to rest. The other challenges' opening must come before, as far as they
/// have a state at the start.
pub fn open(world: &mut World, city: &City) {
    let n = city.neighbourhoods.len();
    // The market may have changed what stands empty since the first count.
    world.run_system_cached(observe::observe).expect("people have been settled");
    let draws = Draws::at_start(world.resource::<Draws>().seed);
    let p = world.resource::<NeighbourhoodParameters>().clone();
    let mut own = Neighbourhoods::new(n);
    for i in 0..n {
        // Sum of twelve uniform draws: normal enough, and bounded.
        let noise = |first: u32| {
            let words = (first..first + 3).flat_map(|block| draws.block(STREAM_OWN, i as u64, block));
            words.map(|w| f64::from(unit(w))).sum::<f64>() - 6.0
        };
        own.own[i] = (p.ce_own_sd * noise(0)) as f32;
        own.own_contact[i] = (p.contact_own_sd * noise(3)) as f32;
    }
    own.expected_growth_y.fill(world.resource::<DemographyParameters>().income_growth_y as f32);
    own.effect_draw = programme::draw_effect(draws.seed);
    let census = world.resource::<Census>();
    let share = |(&elders, &all): (&u32, &u32)| elders as f32 / all.max(1) as f32;
    own.elders = scale(&census.elders.iter().zip(&census.residents).map(share).collect::<Vec<f32>>());
    let mut dwellings = world.query::<&Dwelling>();
    own.prices.look(slice(&dwellings.query(world)), n);
    world.insert_resource(own);
    {
        let mut states = world.resource_mut::<NeighbourhoodStates>();
        states.of_mut(State::TrustGovernment).fill(p.trust_start as f32);
        states.of_mut(State::Disorder).fill(0.3);
        states.of_mut(State::Fear).fill(p.fear_level as f32);
        states.of_mut(State::HousingQuality).fill(0.8);
    }
    rest(world, 40);
}

/// Lets neighbourhoods come to rest with the incidents that they see, `years` at most. To be called again whenever those
/// have been solved for the states that came out, until both agree.
pub fn rest(world: &mut World, years: usize) {
    let incidents = world.resource::<NeighbourhoodStates>().of(State::Victimisation).to_vec();
    let mut own = world.resource_mut::<Neighbourhoods>();
    own.usual_incidents = incidents;
    own.usual_police = Default::default();
    // Standard scores depend on the spread that the equations give, so both are found together.
    for _ in 0..years {
        shared::freeze(world);
        for _ in 0..12 {
            world.run_system_cached(update).expect("the challenge's resources are there");
        }
    }
    shared::freeze(world);
    let p = world.resource::<NeighbourhoodParameters>().clone();
    let states = world.resource::<NeighbourhoodStates>();
    let raw: Vec<f32> =
        (0..states.n()).map(|i| liveability::weighted(liveability::dimensions(states, i), &p)).collect();
    world.resource_mut::<Neighbourhoods>().score_scale = scale(&raw);
}

/// Once a year: a council allots its programme budget.
fn allot(
    clock: Res<Clock>,
    p: Res<NeighbourhoodParameters>,
    controls: Res<Controls>,
    census: Res<Census>,
    mut own: ResMut<Neighbourhoods>,
) {
    let budget = controls.get("programme_budget");
    let mean = budget.iter().sum::<f64>() / budget.len().max(1) as f64;
    if mean == 0.0 {
        own.allotted.fill(0.0);
        return;
    }
    // The first year's in the first month, then every twelfth.
    if clock.tick % 12 != 1 {
        return;
    }
    let scores: Vec<f32> = own.scores.iter().map(|s| s.last().copied().unwrap_or(0.0)).collect();
    let rule = Rule::of(controls.get("allocation_rule").first().copied().unwrap_or(0.0));
    let share = mean / p.programme_cost_eur_per_resident_y;
    own.allotted = allocation::allot(rule, share, &scores, &own.warned, &census.residents);
}

/// A month of every neighbourhood.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
fn update(
    clock: Res<Clock>,
    p: Res<NeighbourhoodParameters>,
    coupling: Res<CouplingParameters>,
    controls: Res<Controls>,
    budget: Res<Budget>,
    census: Res<Census>,
    dwellings: Query<&Dwelling>,
    mut own: ResMut<Neighbourhoods>,
    mut states: ResMut<NeighbourhoodStates>,
) {
    let n = states.n();
    let own = &mut *own;
    if clock.tick > 0 && clock.tick.is_multiple_of(3) {
        own.prices.look(slice(&dwellings), n);
    }
    let mean = |values: &[f32]| values.iter().map(|v| f64::from(*v)).sum::<f64>() / n.max(1) as f64;
    own.usual_police.take(mean(states.of(State::PoliceVisibility)));
    let mean_incidents = mean(&own.usual_incidents);
    let levers = Levers::of(&controls, budget.funded);
    let years = f64::from(clock.tick) / 12.0;
    for i in 0..n {
        let z = |state| spread::bounded(&states, state, i);
        let raw = |state| f64::from(states.of(state)[i]);
        let housing = coupling.housing_neighbourhoods;
        let friction_z = coupling.diversity_neighbourhoods * z(State::Friction);
        let turnover_z = housing * z(State::Turnover);
        let ties = Ties {
            own: own.own_contact[i].into(),
            turnover_z,
            friction_z,
            amenities_z: z(State::Amenities),
            networks: levers.networks(i),
            meeting: levers.meeting(i),
            generations: levers.generations(i),
        };
        let [contact, company] = [contact::contact, contact::company].map(|of| of(years, &ties, &p));
        let usual = f64::from(own.usual_incidents[i]);
        if usual > 0.0 {
            let seen = (raw(State::Victimisation) / usual) as f32;
            own.incidents[i] += (seen - own.incidents[i]) / 12.0;
        }
        let risen = coupling.crime_neighbourhoods * (f64::from(own.incidents[i]) - 1.0);
        let level = if usual > 0.0 { f64::from(own.incidents[i]) * usual / mean_incidents } else { 1.0 };
        if own.prices.is_known() {
            let surprise = own.prices.growth_y(i) as f32 - own.expected_growth_y[i];
            own.expected_growth_y[i] += surprise / (12.0 * p.upkeep_memory_y) as f32;
        }
        let elders = (census.elders[i] as f32 / census.residents[i].max(1) as f32 - own.elders[0]) / own.elders[1];
        let familiar = f64::from(own.familiarity[i]);
        let familiar = familiar + (levers.placemaking(i) - familiar) / p.placemaking_months;
        let effort = levers.programme(i, f64::from(own.allotted[i]));
        let (capacity, trust) = programme::step(raw(State::Programme), raw(State::TrustGovernment), effort, &p);
        let around = Around {
            own: own.own[i].into(),
            disadvantage_z: z(State::Disadvantage),
            turnover_z,
            friction_z,
            contact_z: z(State::Company),
            police_z: coupling.crime_neighbourhoods
                * (own.usual_police.relative(raw(State::PoliceVisibility)) - 1.0).min(3.0),
            // A grip of 0.2 weighs as much as one standard deviation.
            grip_z: coupling.crime_neighbourhoods * raw(State::Grip) / 0.2,
            fear_z: z(State::Fear),
            disorder_z: z(State::Disorder),
            familiarity: familiar,
            programme: own.effect(&p) * programme::share_of_effect(capacity, trust),
            events: p.network_successes * levers.networks(i) - p.incident_failures * risen,
            derelict: housing * raw(State::Vacancy)
                + coupling.climate_neighbourhoods * f64::from(own.prices.damaged[i]),
            incidents: 1.0 + coupling.crime_neighbourhoods * (level - 1.0),
            risen,
            maintenance: levers.maintenance(i),
            price_growth_y: housing * f64::from(own.expected_growth_y[i]),
            owned: own.prices.owned[i].into(),
            restructuring: levers.restructuring(i),
        };
        let before = Local {
            efficacy: raw(State::CollectiveEfficacy),
            disorder: raw(State::Disorder),
            fear: raw(State::Fear),
            upkeep: own.upkeep[i].into(),
            quality: raw(State::HousingQuality),
        };
        let after = before.step(&around, &p);
        let eyes = contact::guardianship(
            [
                after.efficacy,
                coupling.ageing_neighbourhoods * f64::from(elders),
                z(State::Fear),
                z(State::Vacancy),
                coupling.diversity_neighbourhoods * z(State::Anomie),
            ],
            &p,
        );
        own.upkeep[i] = after.upkeep as f32;
        own.familiarity[i] = familiar as f32;
        for (state, value) in [
            (State::CollectiveEfficacy, after.efficacy),
            (State::Disorder, after.disorder),
            (State::Fear, after.fear),
            (State::HousingQuality, after.quality),
            (State::Contact, contact),
            (State::Company, company),
            (State::Guardianship, eyes),
            (State::Programme, capacity),
            (State::TrustGovernment, trust),
        ] {
            states.of_mut(state)[i] = value as f32;
        }
    }
}

/// Liveability, tips and warnings.
fn watch(p: Res<NeighbourhoodParameters>, states: Res<NeighbourhoodStates>, mut own: ResMut<Neighbourhoods>) {
    let Neighbourhoods { scores, dimensions, score_scale, tipping, warned, warnings, .. } = &mut *own;
    for (i, history) in scores.iter_mut().enumerate() {
        dimensions[i] = liveability::dimensions(&states, i);
        history.push((liveability::weighted(dimensions[i], &p) - score_scale[0]) / score_scale[1]);
        tipping.look(i, history, &p);
        let month = history.len() - 1;
        if month < WINDOW_MONTHS || !month.is_multiple_of(3) {
            continue;
        }
        let signs = warning::signs(&history[history.len() - WINDOW_MONTHS..]);
        let warns = signs.iter().filter(|s| **s).count() >= 2 && !tipping.is_falling(i);
        if warns && !warned[i] {
            warnings.push(Warning { n: i as u16, month: month as u16 });
        }
        warned[i] = warns;
    }
}

/// This month's levers, as far as they are paid for.
struct Levers<'a> {
    controls: &'a Controls,
    funded: f64,
}

impl Levers<'_> {
    fn of(controls: &Controls, funded: f64) -> Levers<'_> {
        Levers { controls, funded }
    }

    /// A lever paid from the municipal budget.
    fn paid(&self, id: &str, n: usize) -> f64 {
        let usual = lever(id).map_or(0.0, |l| l.default);
        let value = self.controls.get(id)[n];
        if value > usual { usual + self.funded * (value - usual) } else { value }
    }

    fn programme(&self, n: usize, allotted: f64) -> f64 {
        (self.paid("programme", n) + self.funded * allotted).min(1.0)
    }

    fn placemaking(&self, n: usize) -> f64 {
        self.paid("placemaking", n)
    }

    fn maintenance(&self, n: usize) -> f64 {
        self.paid("maintenance", n)
    }

    fn networks(&self, n: usize) -> f64 {
        self.paid("resident_networks", n)
    }

    fn meeting(&self, n: usize) -> f64 {
        self.paid("meeting_places", n)
    }

    fn generations(&self, n: usize) -> f64 {
        self.controls.get("mixed_generation_housing")[n]
    }

    fn restructuring(&self, n: usize) -> f64 {
        self.controls.get("restructuring")[n]
    }
}
