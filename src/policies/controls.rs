//! How the levers stand this month.

use std::sync::Arc;

use bevy::prelude::*;

use super::{LEVERS, Lever};
use crate::city::City;
use crate::sim::{Area, Clock, Order, OrderLog, Phase, SimTick};

/// The value of every lever in every neighbourhood, this month. Not state: worked out anew each month from the orders
/// given, so that it is right after a restore, too.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Controls {
    codes: Arc<[String]>,
    /// By lever, then by neighbourhood.
    values: Vec<Vec<f64>>,
}

impl Controls {
    /// All levers at their defaults in the neighbourhoods with these codes.
    pub fn new(codes: Arc<[String]>) -> Controls {
        let n = codes.len();
        Controls { codes, values: LEVERS.iter().map(|lever| vec![share(lever, lever.default, n); n]).collect() }
    }

    /// Value of lever `id` in each neighbourhood. A divided lever (homes per year) is shared out over the
    /// neighbourhoods of its area, so that these values add up to what was ordered.
    ///
    /// # Panics
    /// If there is no such lever.
    pub fn get(&self, id: &str) -> &[f64] {
        let at = LEVERS.iter().position(|lever| lever.id == id).expect("levers are in LEVERS");
        &self.values[at]
    }

    /// Carries out an order. Unknown levers and codes are passed over: who gives orders has checked them.
    pub fn apply(&mut self, order: &Order) {
        let Some(at) = LEVERS.iter().position(|lever| lever.id == order.lever) else { return };
        let lever = &LEVERS[at];
        let inside: Vec<usize> = match &order.area {
            Area::City => (0..self.codes.len()).collect(),
            Area::Neighbourhoods(codes) => (0..self.codes.len()).filter(|&n| codes.contains(&self.codes[n])).collect(),
        };
        let value = share(lever, order.value.clamp(lever.min, lever.max), inside.len());
        for n in inside {
            self.values[at][n] = value;
        }
    }
}

fn share(lever: &Lever, value: f64, n: usize) -> f64 {
    if lever.divided { value / n.max(1) as f64 } else { value }
}

/// Keeps [`Controls`] up to date with the orders given.
pub struct PoliciesPlugin {
    codes: Arc<[String]>,
}

impl PoliciesPlugin {
    /// For the neighbourhoods of `city`.
    pub fn new(city: &City) -> PoliciesPlugin {
        PoliciesPlugin { codes: city.neighbourhoods.iter().map(|n| n.code.clone()).collect() }
    }
}

impl Plugin for PoliciesPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(Controls::new(self.codes.clone()))
            .add_systems(SimTick, set_controls.in_set(Phase::Control));
    }
}

fn set_controls(clock: Res<Clock>, log: Res<OrderLog>, mut controls: ResMut<Controls>) {
    let mut now = Controls::new(controls.codes.clone());
    log.all().iter().take_while(|order| order.tick <= clock.tick).for_each(|order| now.apply(order));
    *controls = now;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{BuildError, Month, Simulation};

    fn order(tick: u16, lever: &str, value: f64, area: Area) -> Order {
        Order { tick, lever: lever.into(), value, area }
    }

    fn in_b() -> Area {
        Area::Neighbourhoods(vec!["B".into()])
    }

    fn simulation() -> Simulation {
        Simulation::new(1, Month::new(2025, 1), |app| {
            app.add_plugins(PoliciesPlugin { codes: ["A", "B", "C", "D"].map(String::from).into() });
            Ok::<(), BuildError>(())
        })
        .unwrap()
    }

    fn controls(sim: &Simulation, lever: &str) -> Vec<f64> {
        sim.world().resource::<Controls>().get(lever).to_vec()
    }

    #[test]
    fn orders_hold_in_their_area_from_their_month_on() {
        let mut sim = simulation();
        sim.order(order(2, "build", 100.0, Area::City));
        sim.order(order(3, "build", 60.0, in_b()));
        sim.order(order(3, "spreading", 0.8, in_b()));
        let mut builds = Vec::new();
        for _ in 0..3 {
            sim.step().unwrap();
            builds.push(controls(&sim, "build"));
        }
        assert_eq!(builds, [vec![0.0; 4], vec![25.0; 4], vec![25.0, 60.0, 25.0, 25.0]]);
        assert_eq!(controls(&sim, "spreading"), [0.2, 0.8, 0.2, 0.2]);
    }

    #[test]
    fn going_back_in_time_takes_the_levers_back_too() {
        let mut sim = simulation();
        sim.step().unwrap();
        let before = sim.snapshot();
        sim.order(order(2, "spreading", 1.0, Area::City));
        sim.step().unwrap();
        assert_eq!(controls(&sim, "spreading"), [1.0; 4]);
        sim.restore(&before).unwrap();
        sim.step().unwrap();
        assert_eq!(controls(&sim, "spreading"), [0.2; 4]);
    }
}
