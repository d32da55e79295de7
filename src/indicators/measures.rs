//! The monthly measures: a read-only system counts the tables ([`NeighbourhoodCounts`]) and computes every indicator
//! of [`INDICATORS`](super::INDICATORS) for the city and the neighbourhoods.
//!
//! Means and shares of fewer than [`MIN_PEOPLE`] residents are left out (NaN here, null in files, never 0; models.md
//! E-6); head counts, homes and rents are exempt.
//!
//! Measured is at the very end of a month, after births, deaths and departures, so that the numbers of people and homes
//! agree with the month's events: residents = last month's + births − deaths + arrivals − departures.

use std::borrow::Cow;

use bevy::prelude::*;

use super::counts::{NeighbourhoodCounts, Tables};
use super::list::{Area, Indicator, Published, Value, city_indicators, neighbourhood_indicators};
use super::places::Places;
use crate::challenges::climate::Episodes;
use crate::challenges::diversity::Diversity;
use crate::challenges::housing::HousingParameters;
use crate::challenges::neighbourhoods::{NeighbourhoodParameters, Neighbourhoods};
use crate::challenges::shared::{Budget, Challenges, NeighbourhoodStates, Observed, Outcomes};
use crate::city::{City, CityOrigin};
use crate::people::plugin::MonthEnds;
use crate::people::{Counts, Dwelling, Household, Person, ShortMonth, Tally, Work};
use crate::sim::state::slice;
use crate::sim::{Clock, Month, Phase, SimTick, Simulation};

/// Fewest residents of whom a mean or a share is published (models.md E-6).
pub const MIN_PEOPLE: u64 = 25;

/// Adds the measures to a simulation of `city`.
///
/// | what | is |
/// |---|---|
/// | [`Places`] | neighbourhoods as the measures see them |
/// | [`NeighbourhoodCounts`] | this month's counts |
/// | [`Measures`] | this month's indicators |
///
/// None of them is state: all are derived anew every month.
pub struct IndicatorsPlugin {
    places: Places,
}

impl IndicatorsPlugin {
    /// For a simulation of `city`.
    pub fn new(city: &City) -> IndicatorsPlugin {
        IndicatorsPlugin { places: Places::of(city) }
    }
}

impl Plugin for IndicatorsPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(self.places.clone())
            .init_resource::<NeighbourhoodCounts>()
            .init_resource::<Measures>()
            .init_resource::<Challenges>()
            .add_systems(SimTick, measure.in_set(Phase::End).after(MonthEnds).after(Observed));
    }
}

/// This month's indicators.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Measures {
    /// The month at whose end they hold.
    pub month: Month,
    /// The city's, in order of [`city_indicators`]; NaN = not available.
    pub city: Vec<f64>,
    /// The neighbourhoods', in order of [`neighbourhood_indicators`], each with one value per neighbourhood.
    pub neighbourhoods: Vec<Vec<f32>>,
}

impl Default for Measures {
    fn default() -> Self {
        Measures { month: Month(0), city: Vec::new(), neighbourhoods: Vec::new() }
    }
}

impl Measures {
    /// Every indicator, from this month's counts and events.
    pub fn from_counts(
        month: Month,
        counts: &NeighbourhoodCounts,
        tally: &Tally,
        places: &Places,
        published: Published,
    ) -> Measures {
        let city = Area { facts: &counts.city, flows: &tally.city };
        let of_city = |indicator: &Indicator| match indicator.value {
            _ if !indicator.is_there(published.challenges) => None,
            Value::Of(value) => value(&city),
            Value::Across(value) => value(counts, places),
            Value::Outcome(what) => Some(published.outcomes.total(what) as f64),
            Value::Rate(what) => per_thousand_a_year(published.outcomes.total(what), counts.city.residents),
            Value::State(state) => mean_over_residents(published.states.of(state), counts),
            Value::Published(value) => value(published, &counts.city, None),
        };
        let none = Counts::default();
        let of_neighbourhood = |indicator: &Indicator, i: usize| {
            if !indicator.is_there(published.challenges) {
                return None;
            }
            let facts = &counts.neighbourhoods[i];
            let area = Area { facts, flows: tally.neighbourhoods.get(i).unwrap_or(&none) };
            if facts.residents < MIN_PEOPLE && (indicator.needs_many() || indicator.guarded) {
                return None;
            }
            match indicator.value {
                Value::Of(value) => value(&area),
                Value::Across(_) => None,
                Value::Outcome(what) => Some(f64::from(published.outcomes.of(what)[i])),
                Value::Rate(what) => per_thousand_a_year(published.outcomes.of(what)[i].into(), facts.residents),
                Value::State(state) => Some(published.states.of(state)[i].into()),
                Value::Published(value) => value(published, facts, Some(i)),
            }
        };
        let n = counts.neighbourhoods.len();
        Measures {
            month,
            city: city_indicators().map(|i| of_city(i).unwrap_or(f64::NAN)).collect(),
            neighbourhoods: neighbourhood_indicators()
                .map(|i| (0..n).map(|at| of_neighbourhood(i, at).map_or(f32::NAN, |v| v as f32)).collect())
                .collect(),
        }
    }

    /// The city's value of indicator `id`; `None` if there is none or it is not available.
    pub fn of_city(&self, id: &str) -> Option<f64> {
        let at = city_indicators().position(|i| i.id == id)?;
        self.city.get(at).copied().filter(|v| v.is_finite())
    }

    /// The neighbourhoods' values of indicator `id`.
    pub fn of_neighbourhoods(&self, id: &str) -> Option<&[f32]> {
        let at = neighbourhood_indicators().position(|i| i.id == id)?;
        self.neighbourhoods.get(at).map(Vec::as_slice)
    }

    /// What may leave the program as a level: of a real city nothing of offending, premises, crisis and tipping (models.md
    /// E-15). Differences between two simulations are taken before this.
    pub fn to_leave(&self, origin: CityOrigin) -> Cow<'_, Measures> {
        if origin == CityOrigin::Generated {
            return Cow::Borrowed(self);
        }
        let mut bounded = self.clone();
        for (value, _) in bounded.city.iter_mut().zip(city_indicators()).filter(|(_, i)| i.guarded) {
            *value = f64::NAN;
        }
        for (values, _) in bounded.neighbourhoods.iter_mut().zip(neighbourhood_indicators()).filter(|(_, i)| i.guarded)
        {
            values.fill(f32::NAN);
        }
        Cow::Owned(bounded)
    }

    /// Measures `sim` as it stands, without a tick, for example before the first one.
    pub fn now(sim: &mut Simulation) -> Measures {
        sim.world_mut().run_system_cached(measure).expect("the indicators' resources are there");
        sim.world().resource::<Measures>().clone()
    }
}

fn per_thousand_a_year(events: u64, residents: u64) -> Option<f64> {
    (residents > 0).then(|| 12_000.0 * events as f64 / residents as f64)
}

fn mean_over_residents(values: &[f32], counts: &NeighbourhoodCounts) -> Option<f64> {
    let weighted = values.iter().zip(&counts.neighbourhoods);
    let (sum, n) = weighted
        .fold((0.0, 0), |(sum, n), (v, facts)| (sum + f64::from(*v) * facts.residents as f64, n + facts.residents));
    (n > 0).then(|| sum / n as f64)
}

/// Challenges whose own state is measured; a small simulation may lack them.
type TheirStates<'w> = (
    Option<Res<'w, Neighbourhoods>>,
    Option<Res<'w, NeighbourhoodParameters>>,
    Option<Res<'w, Diversity>>,
    Option<Res<'w, Episodes>>,
    Res<'w, Challenges>,
);

#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
fn measure(
    clock: Res<Clock>,
    places: Res<Places>,
    tally: Res<Tally>,
    housing: Option<Res<HousingParameters>>,
    persons: Query<&Person>,
    works: Query<&Work>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    outcomes: Res<Outcomes>,
    states: Res<NeighbourhoodStates>,
    budget: Option<Res<Budget>>,
    theirs: TheirStates,
    mut counts: ResMut<NeighbourhoodCounts>,
    mut measures: ResMut<Measures>,
) {
    let tables = Tables {
        persons: slice(&persons),
        works: slice(&works),
        households: slice(&households),
        dwellings: slice(&dwellings),
    };
    // What counts as crowded is the market's rule, so that the two never differ.
    let crowded_m2 = housing.map_or_else(HousingParameters::default, |h| h.clone()).crowded_m2_per_person;
    *counts = NeighbourhoodCounts::count_with(tables, ShortMonth::of(clock.month()), places.len(), crowded_m2);
    *measures = Measures::from_counts(
        clock.month(),
        &counts,
        &tally,
        &places,
        Published {
            outcomes: &outcomes,
            states: &states,
            budget: budget.as_deref(),
            neighbourhoods: theirs.0.as_deref().zip(theirs.1.as_deref()),
            diversity: theirs.2.as_deref(),
            episodes: theirs.3.as_deref(),
            challenges: &theirs.4,
        },
    );
}

#[cfg(test)]
#[path = "measures_tests.rs"]
mod tests;
