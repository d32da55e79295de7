//! How the levers stand this month: in each neighbourhood, and in the cells of those where a measure holds in a part.
//!
//! An order sets a lever in the cells of its area. In a neighbourhood that lies in it as a whole there is one value; in one
//! of which it holds a part every cell has its own, and the neighbourhood's value is their mean over its homes or its land
//! ([`Acts::stock`]). A divided lever (homes per year, officers) is shared out over the neighbourhoods of its area, each
//! with the weight of its share in it, and within a part equally over its cells; the neighbourhood's value is their sum.
//!
//! Who acts on a neighbourhood's state asks for its value ([`Controls::get`]); who meets a home, a person or a piece of
//! ground asks for that of its cell ([`Controls::local`]).

use std::sync::Arc;

use bevy::prelude::*;

use super::{LEVERS, Lever};
use crate::city::City;
use crate::city::area::{Cadastre, Extent};
use crate::sim::{Clock, Order, OrderLog, Phase, SimTick};

/// The value of every lever everywhere, this month. Not state: worked out from the orders given, anew whenever others are
/// in force, so that it is right after a restore, too.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Controls {
    cadastre: Arc<Cadastre>,
    /// The orders that it was worked out from.
    in_force: Vec<Order>,
    /// By lever.
    settings: Vec<Setting>,
}

/// How one lever stands.
#[derive(Debug, Clone, PartialEq)]
struct Setting {
    by_neighbourhood: Vec<f64>,
    /// Value of each cell in neighbourhoods that a measure covers in part, NaN in others; empty if there are none.
    by_cell: Vec<f64>,
}

/// What follows from how levers stand, wherever one lives.
#[derive(Debug, Clone, PartialEq)]
pub struct Local<T> {
    by_neighbourhood: Vec<T>,
    /// By cell, where it differs within a neighbourhood; empty if nowhere.
    by_cell: Vec<Option<T>>,
}

impl<T: Copy> Local<T> {
    /// The same in each of `n` neighbourhoods.
    pub fn same(value: T, n: usize) -> Local<T> {
        Local { by_neighbourhood: vec![value; n], by_cell: Vec::new() }
    }

    /// In `cell` of neighbourhood `n`.
    #[inline]
    pub fn at(&self, n: usize, cell: u32) -> T {
        self.by_cell.get(cell as usize).copied().flatten().unwrap_or(self.by_neighbourhood[n])
    }

    /// In neighbourhood `n` as a whole.
    pub fn mean(&self, n: usize) -> T {
        self.by_neighbourhood[n]
    }

    /// True if there is no difference within any neighbourhood.
    pub fn is_even(&self) -> bool {
        self.by_cell.is_empty()
    }

    /// All values that there are.
    pub fn values(&self) -> impl Iterator<Item = T> + '_ {
        self.by_neighbourhood.iter().copied().chain(self.by_cell.iter().copied().flatten())
    }
}

impl Controls {
    /// All levers at their defaults.
    pub fn new(cadastre: Arc<Cadastre>) -> Controls {
        let n = cadastre.n();
        let setting = |lever: &Lever| {
            let value = if lever.divided { lever.default / n.max(1) as f64 } else { lever.default };
            Setting { by_neighbourhood: vec![value; n], by_cell: Vec::new() }
        };
        Controls { settings: LEVERS.iter().map(setting).collect(), in_force: Vec::new(), cadastre }
    }

    /// The cells that areas are made of.
    pub fn cadastre(&self) -> &Cadastre {
        &self.cadastre
    }

    fn setting(&self, id: &str) -> &Setting {
        let at = LEVERS.iter().position(|lever| lever.id == id).expect("levers are in LEVERS");
        &self.settings[at]
    }

    /// Value of lever `id` in each neighbourhood. A divided lever (homes per year) is shared out over the
    /// neighbourhoods of its area, so that these values add up to what was ordered.
    ///
    /// # Panics
    /// If there is no such lever.
    pub fn get(&self, id: &str) -> &[f64] {
        &self.setting(id).by_neighbourhood
    }

    /// What `of` makes of a neighbourhood and the values of the levers `ids` there, for each neighbourhood and for each
    /// cell where one of them differs within its neighbourhood.
    ///
    /// # Panics
    /// If there is no such lever.
    pub fn local<T, const K: usize>(&self, ids: [&str; K], of: impl Fn(usize, [f64; K]) -> T) -> Local<T> {
        let settings = ids.map(|id| self.setting(id));
        let n = self.cadastre.n();
        let by_neighbourhood = (0..n).map(|n| of(n, settings.map(|s| s.by_neighbourhood[n]))).collect();
        if settings.iter().all(|s| s.by_cell.is_empty()) {
            return Local { by_neighbourhood, by_cell: Vec::new() };
        }
        let in_cell = |cell: usize| {
            let own = settings.map(|s| s.by_cell.get(cell).copied().filter(|v| !v.is_nan()));
            if own.iter().all(Option::is_none) {
                return None;
            }
            let n = self.cadastre.neighbourhood(cell as u32)?;
            Some(of(n, std::array::from_fn(|k| own[k].unwrap_or(settings[k].by_neighbourhood[n]))))
        };
        Local { by_neighbourhood, by_cell: (0..self.cadastre.grid().len()).map(in_cell).collect() }
    }

    /// The cell of neighbourhood `n` that a home goes to which is built under lever `id`, at the random `word`: one of the cells
    /// `usual`, where homes stand, or, where the lever holds in a part of `n`, one of its cells. `others` is how much is
    /// built beside it, anywhere among `usual`.
    ///
    /// # Panics
    /// If `usual` is empty, or there is no such lever.
    pub fn site(&self, id: &str, n: usize, usual: &[u32], others: f64, word: u32) -> u32 {
        let setting = self.setting(id);
        let ordered = |cell: u32| setting.by_cell.get(cell as usize).copied().filter(|v| *v > 0.0).unwrap_or(0.0);
        let cells = self.cadastre.cells(n);
        let is_even = |cell: &u32| setting.by_cell.get(*cell as usize).is_none_or(|v| v.is_nan());
        if cells.iter().all(is_even) {
            return usual[word as usize % usual.len()];
        }
        let other = |cell: u32| if usual.binary_search(&cell).is_ok() { others / usual.len() as f64 } else { 0.0 };
        let weights = || cells.iter().map(|&cell| ordered(cell) + other(cell));
        let mut left = weights().sum::<f64>() * f64::from(crate::sim::draws::unit(word));
        for (&cell, weight) in cells.iter().zip(weights()) {
            left -= weight;
            if weight > 0.0 && left < 0.0 {
                return cell;
            }
        }
        usual[word as usize % usual.len()]
    }

    /// Carries out an order. Unknown levers and places are passed over: who gives orders has checked them.
    pub fn apply(&mut self, order: &Order) {
        let Some(at) = LEVERS.iter().position(|lever| lever.id == order.lever) else { return };
        let extent = self.cadastre.extent(&order.area);
        self.settings[at].set(&LEVERS[at], order.value, &extent, &self.cadastre);
    }
}

impl Setting {
    fn set(&mut self, lever: &Lever, value: f64, extent: &Extent, cadastre: &Cadastre) {
        let (value, stock) = (value.clamp(lever.min, lever.max), lever.acts.stock());
        let share = |n: usize| cadastre.share_of(extent, n, stock);
        let all: f64 = if lever.divided { extent.neighbourhoods().iter().map(|(n, _)| share(*n)).sum() } else { 1.0 };
        for &(n, whole) in extent.neighbourhoods() {
            let here = if lever.divided { value * share(n) / all.max(f64::MIN_POSITIVE) } else { value };
            if whole {
                self.by_neighbourhood[n] = here;
                if !self.by_cell.is_empty() {
                    cadastre.cells(n).iter().for_each(|&cell| self.by_cell[cell as usize] = f64::NAN);
                }
                continue;
            }
            let cells = cadastre.cells(n);
            self.by_cell.resize(cadastre.grid().len(), f64::NAN);
            if self.by_cell[cells[0] as usize].is_nan() {
                let before = self.by_neighbourhood[n] / if lever.divided { cells.len() as f64 } else { 1.0 };
                cells.iter().for_each(|&cell| self.by_cell[cell as usize] = before);
            }
            let covered: Vec<u32> = cells.iter().copied().filter(|cell| extent.covers(*cell)).collect();
            let each = if lever.divided { here / covered.len() as f64 } else { here };
            covered.iter().for_each(|&cell| self.by_cell[cell as usize] = each);
            let weigh = |cell: &u32| if lever.divided { 1.0 } else { cadastre.weight(stock, n, *cell) };
            let sum: f64 = cells.iter().map(|cell| weigh(cell) * self.by_cell[*cell as usize]).sum();
            let weights: f64 = cells.iter().map(weigh).sum();
            self.by_neighbourhood[n] = if lever.divided { sum } else { sum / weights };
        }
    }
}

/// Keeps [`Controls`] up to date with the orders given.
pub struct PoliciesPlugin(Arc<Cadastre>);

impl PoliciesPlugin {
    /// For `city`.
    pub fn new(city: &City) -> PoliciesPlugin {
        PoliciesPlugin(Cadastre::of(city))
    }
}

impl Plugin for PoliciesPlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(Controls::new(self.0.clone())).add_systems(SimTick, set_controls.in_set(Phase::Control));
    }
}

fn set_controls(clock: Res<Clock>, log: Res<OrderLog>, mut controls: ResMut<Controls>) {
    let in_force = &log.all()[..log.all().partition_point(|order| order.tick <= clock.tick)];
    if controls.in_force == in_force {
        return;
    }
    let mut now = Controls::new(controls.cadastre.clone());
    in_force.iter().for_each(|order| now.apply(order));
    now.in_force = in_force.to_vec();
    *controls = now;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Area, BuildError, Month, Simulation};

    fn order(tick: u16, lever: &str, value: f64, area: Area) -> Order {
        Order { tick, lever: lever.into(), value, area }
    }

    fn places(names: &[&str]) -> Area {
        Area::Places(names.iter().map(ToString::to_string).collect())
    }

    fn cadastre() -> Arc<Cadastre> {
        Cadastre::for_test(&["A", "B", "C", "D"])
    }

    fn simulation() -> Simulation {
        Simulation::new(1, Month::new(2025, 1), |app| {
            app.add_plugins(PoliciesPlugin(cadastre()));
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
        sim.order(order(3, "build", 60.0, places(&["B"])));
        sim.order(order(3, "spreading", 0.8, places(&["B"])));
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

    /// Neighbourhoods are columns of four cells with 0, 1, 2 and 3 homes from the north.
    fn with(orders: &[(&str, f64, Area)]) -> Controls {
        let mut controls = Controls::new(cadastre());
        orders.iter().for_each(|(lever, value, area)| controls.apply(&order(1, lever, *value, area.clone())));
        controls
    }

    /// B's southern cell holds half of its homes: half the dose for the neighbourhood, a whole one in the cell.
    #[test]
    fn half_of_the_homes_is_half_the_dose() {
        let controls = with(&[("programme", 0.5, places(&["E0001N0000"]))]);
        assert_eq!(controls.get("programme"), [0.0, 0.25, 0.0, 0.0]);
        let local = controls.local(["programme"], |_, [v]| v);
        assert_eq!([1, 5, 9, 13].map(|cell| local.at(1, cell)), [0.0, 0.0, 0.0, 0.5]);
        assert_eq!((local.at(0, 12), local.mean(1), local.is_even()), (0.0, 0.25, false));
        // Default 1: three times the usual where half of the homes are is twice the usual in all.
        assert_eq!(with(&[("maintenance", 3.0, places(&["E0001N0000"]))]).get("maintenance"), [1.0, 2.0, 1.0, 1.0]);
        // What acts on the ground counts land: one cell of four.
        assert_eq!(with(&[("trees", 20.0, places(&["E0001N0000"]))]).get("trees"), [0.0, 5.0, 0.0, 0.0]);
    }

    /// Whole neighbourhoods, by their codes or by all of their squares, leave no trace of cells.
    #[test]
    fn all_cells_are_the_neighbourhood() {
        let by_code = with(&[("programme", 0.7, places(&["B", "C"])), ("build", 30.0, places(&["B", "C"]))]);
        let by_cell = with(&[
            ("programme", 0.7, places(&["E0001N0000..E0002N0003"])),
            ("build", 30.0, places(&["E0001N0000..E0002N0003"])),
        ]);
        assert_eq!(by_code, by_cell);
        assert_eq!(by_code.get("build"), [0.0, 15.0, 15.0, 0.0]);
        assert!(by_cell.local(["programme", "build"], |_, v| v).is_even());
        // A later order for the whole takes the place of one for a part.
        let part = ("programme", 0.3, places(&["E0001N0001"]));
        let after = with(&[part, ("programme", 0.7, places(&["B", "C"]))]);
        assert_eq!(after.get("programme"), by_code.get("programme"));
        assert_eq!(after.local(["programme"], |_, [v]| v).at(1, 9), 0.7);
    }

    /// What is divided keeps its sum: over a whole neighbourhood and half of another's homes two thirds to one third.
    #[test]
    fn what_is_divided_adds_up() {
        let officers = with(&[("neighbourhood_police", 9.0, places(&["A", "E0001N0000"]))]);
        assert_eq!(officers.get("neighbourhood_police"), [6.0, 3.0, 0.0, 0.0]);
        let later = [("build", 40.0, Area::City), ("build", 6.0, places(&["E0001N0000..E0001N0001"]))];
        // Ten homes for each neighbourhood; in B's two southern cells the six take the place of five of its ten.
        assert_eq!(with(&later).get("build"), [10.0, 11.0, 10.0, 10.0]);
    }

    #[test]
    fn homes_go_to_the_cells_of_the_measure() {
        let controls = with(&[("build", 12.0, places(&["E0001N0000", "E0001N0003"]))]);
        let usual = [5, 9, 13];
        let count = |n: usize, others: f64| {
            let mut found = std::collections::BTreeMap::new();
            (0..3_000u32).for_each(|i| {
                let word = ((f64::from(i) + 0.5) / 3_000.0 * 4_294_967_296.0) as u32;
                *found.entry(controls.site("build", n, &usual.map(|c| c - 1 + n as u32), others, word)).or_insert(0) +=
                    1;
            });
            found.into_iter().collect::<Vec<_>>()
        };
        // The measure alone: half in either of its cells, also in the one that had no home.
        assert_eq!(count(1, 0.0), [(1, 1_500), (13, 1_500)]);
        // With as much again by others, a third of that in each of the three where homes stand.
        assert_eq!(count(1, 12.0), [(1, 750), (5, 500), (9, 500), (13, 1_250)]);
        assert_eq!(count(0, 12.0).len(), 3);
    }
}
