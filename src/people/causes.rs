//! Causes of death that a challenge carries out by itself.
//!
//! The general law of mortality (models.md §1) holds every cause. A challenge that draws deaths of its own (falls,
//! loneliness) says here how many per year and age it would draw from the first population; the general law then draws
//! only the rest, so that the first year has no death more or less than the law says. What changes afterwards (more
//! falls, fewer lonely people) changes the number of deaths, which is what it is for.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

use super::rates::N_AGES;

/// Mortality by age that is drawn elsewhere, per year.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Causes(Vec<f64>);

impl Causes {
    /// `by_age_y` (a hazard per year of life) is drawn elsewhere from now on.
    pub fn take_out(&mut self, by_age_y: impl Fn(usize) -> f64) {
        self.0.resize(N_AGES, 0.0);
        self.0.iter_mut().enumerate().for_each(|(age, sum)| *sum += by_age_y(age));
    }

    /// What is drawn elsewhere at `age`, per year.
    pub fn elsewhere_y(&self, age: usize) -> f64 {
        self.0.get(age).copied().unwrap_or(0.0)
    }
}
