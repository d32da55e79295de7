//! What is placed: measures in variants, with undo and redo.
//!
//! Costs are those of [`crate::scenario::costs`], grade A unless a lever says otherwise. Yearly costs run from the first month
//! to the end of the measure or of the horizon.

use std::collections::BTreeSet;

use crate::challenges::climate::events::EVENTS;
use crate::city::area::Cadastre;
use crate::policies::Lever;
use crate::scenario::costs::{Cost, cost};
use crate::scenario::{Measure, MeasureArea, Place, Problems, Scenario, measures};
use crate::sim::{Area, Month, Order};

/// A lever that is set somewhere from some month on.
#[derive(Debug, Clone)]
pub struct Placement {
    /// Lever.
    pub lever: &'static Lever,
    /// Value in the lever's unit.
    pub value: f64,
    /// Where.
    pub area: Area,
    /// First month.
    pub from: Month,
    /// First month in which the lever is back at its default; `None` = never.
    pub until: Option<Month>,
    /// Counts; switched off, it is as if it had never been placed.
    pub on: bool,
}

impl PartialEq for Placement {
    fn eq(&self, other: &Placement) -> bool {
        self.lever.id == other.lever.id
            && self.value == other.value
            && self.area == other.area
            && (self.from, self.until, self.on) == (other.from, other.until, other.on)
    }
}

impl Placement {
    /// As a measure of a scenario.
    pub fn measure(&self) -> Measure {
        let (place, area_place) = (Place::whole(self.lever.id), Place::whole(self.lever.id));
        let Placement { lever, value, from, until, .. } = *self;
        Measure { lever, value, area: MeasureArea::from(&self.area), from, until, place, area_place }
    }

    /// True if it sets off a heat wave or a flood: no measure, and it befalls the twin as well.
    pub fn is_event(&self) -> bool {
        EVENTS.contains(&self.lever.id)
    }

    /// What it costs until the end of the month `horizon`, €.
    pub fn cost_eur(&self, cadastre: &Cadastre, horizon: Month) -> f64 {
        cost(&self.measure(), cadastre, horizon).map_or(0.0, Cost::total_eur)
    }

    fn meets(&self, other: &Placement, cadastre: &Cadastre) -> bool {
        cadastre.extent(&self.area).meets(&cadastre.extent(&other.area))
    }
}

/// One plan among several.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Variant {
    /// Name on its tab.
    pub name: String,
    /// Its measures, in the order in which they were placed.
    pub placements: Vec<Placement>,
}

#[derive(Debug, Clone, PartialEq)]
struct State {
    variants: Vec<Variant>,
    active: usize,
}

/// Every variant, and the way that led here.
#[derive(Debug, Clone, PartialEq)]
pub struct Plans {
    state: State,
    undone: Vec<State>,
    done: Vec<State>,
}

/// How many changes can be taken back.
const MOST_UNDO: usize = 500;

impl Default for Plans {
    fn default() -> Plans {
        Plans::new(Vec::new(), 0)
    }
}

impl Plans {
    /// These variants, of which `active` is chosen. There is always at least one.
    pub fn new(mut variants: Vec<Variant>, active: usize) -> Plans {
        if variants.is_empty() {
            variants.push(Variant { name: free_name(&[]), placements: Vec::new() });
        }
        let active = active.min(variants.len() - 1);
        Plans { state: State { variants, active }, undone: Vec::new(), done: Vec::new() }
    }

    /// Every variant.
    pub fn variants(&self) -> &[Variant] {
        &self.state.variants
    }

    /// Index of the variant that is simulated.
    pub fn active(&self) -> usize {
        self.state.active
    }

    /// Measures of the variant that is simulated.
    pub fn placements(&self) -> &[Placement] {
        &self.state.variants[self.state.active].placements
    }

    /// True if there is something to take back.
    pub fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    /// True if there is something to do again.
    pub fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Takes the last change back.
    pub fn undo(&mut self) {
        if let Some(before) = self.done.pop() {
            self.undone.push(std::mem::replace(&mut self.state, before));
        }
    }

    /// Does the last change again that was taken back.
    pub fn redo(&mut self) {
        if let Some(after) = self.undone.pop() {
            self.done.push(std::mem::replace(&mut self.state, after));
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut State)) {
        let before = self.state.clone();
        change(&mut self.state);
        if before != self.state {
            self.done.push(before);
            self.undone.clear();
            if self.done.len() > MOST_UNDO {
                self.done.remove(0);
            }
        }
    }

    /// Adds a measure. One of the same lever that begins in the same month in a place in common is replaced.
    pub fn place(&mut self, placement: Placement, cadastre: &Cadastre) {
        self.change(|state| {
            let list = &mut state.variants[state.active].placements;
            let same = |p: &Placement| p.on && p.lever.id == placement.lever.id && p.from == placement.from;
            list.retain(|p| !(same(p) && p.meets(&placement, cadastre)));
            list.push(placement);
        });
    }

    /// Switches a measure on or off.
    pub fn switch(&mut self, at: usize, on: bool) {
        self.change(|state| {
            if let Some(placement) = state.variants[state.active].placements.get_mut(at) {
                placement.on = on;
            }
        });
    }

    /// Removes a measure.
    pub fn remove(&mut self, at: usize) {
        self.change(|state| {
            let list = &mut state.variants[state.active].placements;
            if at < list.len() {
                list.remove(at);
            }
        });
    }

    /// Chooses another variant.
    pub fn choose(&mut self, variant: usize) {
        self.change(|state| state.active = variant.min(state.variants.len() - 1));
    }

    /// Copies the active variant and chooses the copy.
    pub fn duplicate(&mut self) {
        self.change(|state| {
            let copy = Variant { name: free_name(&state.variants), ..state.variants[state.active].clone() };
            state.variants.push(copy);
            state.active = state.variants.len() - 1;
        });
    }

    /// Branches in `now`: a new variant that has only what begins up to then; the old one stays as it is. Answers
    /// false, and does nothing, if nothing begins later.
    pub fn branch(&mut self, now: Month) -> bool {
        if self.placements().iter().all(|p| p.from <= now) {
            return false;
        }
        self.change(|state| {
            let old = state.variants[state.active].placements.iter();
            let placements = old.filter(|p| p.from <= now).cloned().collect();
            state.variants.push(Variant { name: free_name(&state.variants), placements });
            state.active = state.variants.len() - 1;
        });
        true
    }

    /// `scenario` with the measures of the active variant that are on.
    pub fn scenario(&self, scenario: &Scenario) -> Scenario {
        self.scenario_of(self.active(), scenario)
    }

    fn scenario_of(&self, variant: usize, scenario: &Scenario) -> Scenario {
        let mut with = scenario.clone();
        let placements = self.state.variants.get(variant).map_or(&[][..], |v| v.placements.as_slice());
        with.measures.extend(placements.iter().filter(|p| p.on).map(Placement::measure));
        with
    }

    /// The orders of `scenario` and of the active variant.
    ///
    /// # Errors
    /// If two measures contradict each other.
    pub fn orders(&self, scenario: &Scenario, cadastre: &Cadastre) -> Result<Vec<Order>, Problems> {
        self.orders_of(self.active(), scenario, cadastre)
    }

    /// The orders of `scenario` and of a variant, by its index.
    ///
    /// # Errors
    /// If two measures contradict each other.
    pub fn orders_of(&self, variant: usize, scenario: &Scenario, cadastre: &Cadastre) -> Result<Vec<Order>, Problems> {
        measures::orders(&self.scenario_of(variant, scenario).measures, cadastre, scenario.start)
    }

    /// Cost of the measures that are on until the end of the month `horizon`, €.
    pub fn cost_eur(&self, cadastre: &Cadastre, horizon: Month) -> f64 {
        self.placements().iter().filter(|p| p.on).map(|p| p.cost_eur(cadastre, horizon)).sum()
    }
}

/// The first of A, B, …, Z, A2, … that no variant has.
fn free_name(variants: &[Variant]) -> String {
    let taken: BTreeSet<&str> = variants.iter().map(|v| v.name.as_str()).collect();
    let names = (1..).flat_map(|round| {
        let number = if round == 1 { String::new() } else { format!("{round}") };
        ('A'..='Z').map(move |letter| format!("{letter}{number}"))
    });
    names.into_iter().find(|name| !taken.contains(name.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::lever;

    fn placement(value: f64, from: Month, area: Area) -> Placement {
        Placement { lever: lever("spreading").unwrap(), value, area, from, until: None, on: true }
    }

    fn at(n: i32) -> Month {
        Month::new(2025, 1).plus(n)
    }

    #[test]
    fn what_is_undone_can_be_done_again() {
        let (mut plans, cadastre) = (Plans::default(), Cadastre::for_test(&["A", "B", "C"]));
        plans.place(placement(0.5, at(0), Area::City), &cadastre);
        plans.place(placement(0.9, at(12), Area::City), &cadastre);
        plans.switch(0, false);
        let end = plans.clone();
        for left in [2, 2, 1, 0] {
            assert_eq!(plans.placements().len(), left.min(2));
            plans.undo();
        }
        assert!(plans.placements().is_empty() && !plans.can_undo());
        (0..3).for_each(|_| plans.redo());
        assert_eq!(plans, end);
        plans.undo();
        plans.remove(0);
        assert!(!plans.can_redo(), "a new change ends what could be done again");
    }

    #[test]
    fn the_same_lever_in_the_same_month_and_place_is_replaced() {
        let (mut plans, cadastre) = (Plans::default(), Cadastre::for_test(&["A", "B", "C"]));
        let there = |codes: &[&str]| Area::Places(codes.iter().map(ToString::to_string).collect());
        plans.place(placement(0.5, at(3), there(&["A", "B"])), &cadastre);
        plans.place(placement(0.7, at(3), there(&["C"])), &cadastre);
        plans.place(placement(0.9, at(3), there(&["B"])), &cadastre);
        let values: Vec<f64> = plans.placements().iter().map(|p| p.value).collect();
        assert_eq!(values, [0.7, 0.9]);
        // A part of C, by one of its squares, and a part of A.
        plans.place(placement(0.6, at(3), there(&["E0002N0001"])), &cadastre);
        plans.place(placement(0.4, at(3), there(&["E0000N0001"])), &cadastre);
        let values: Vec<f64> = plans.placements().iter().map(|p| p.value).collect();
        assert_eq!(values, [0.9, 0.6, 0.4]);
    }

    #[test]
    fn a_branch_leaves_the_old_variant_whole() {
        let (mut plans, cadastre) = (Plans::default(), Cadastre::for_test(&["A", "B", "C"]));
        plans.place(placement(0.5, at(3), Area::City), &cadastre);
        assert!(!plans.branch(at(3)));
        plans.place(placement(0.9, at(30), Area::City), &cadastre);
        assert!(plans.branch(at(12)));
        assert_eq!((plans.active(), plans.placements().len()), (1, 1));
        assert_eq!(plans.variants()[1].name, "B");
        plans.choose(0);
        assert_eq!(plans.placements().len(), 2);
        plans.duplicate();
        assert_eq!(plans.variants()[2].name, "C");
        assert_eq!(plans.placements().len(), 2);
    }
}
