//! What happened this month, counted by neighbourhood, and where single events took place.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

macro_rules! outcomes {
    ($($name:ident: $id:literal, $about:literal;)*) => {
        /// One kind of outcome.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Outcome {
            $(#[doc = concat!($about, ".")] $name,)*
        }

        impl Outcome {
            /// Every kind, in order of its number.
            pub const ALL: &[Outcome] = &[$(Outcome::$name,)*];

            /// Name.
            pub fn id(self) -> &'static str {
                match self { $(Outcome::$name => $id,)* }
            }
        }
    };
}

// Each challenge adds its own lines.
outcomes! {
    Burglary: "burglary", "Burglaries and thefts committed";
    Confrontation: "confrontation", "Confrontations over a conflict from elsewhere";
}

/// The month's counts and events.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    n: usize,
    counts: Vec<u32>,
    events: Vec<Event>,
}

/// One event at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub what: Outcome,
    /// Cell of the social grid.
    pub cell: u32,
    /// Day of the month, from 1.
    pub day: u8,
}

impl Outcomes {
    /// Nothing yet in `n` neighbourhoods.
    pub fn new(n: usize) -> Outcomes {
        Outcomes { n, counts: vec![0; n * Outcome::ALL.len()], events: Vec::new() }
    }

    /// Forgets the month.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.events.clear();
    }

    /// Counts of `what` in every neighbourhood.
    pub fn of(&self, what: Outcome) -> &[u32] {
        &self.counts[what as usize * self.n..][..self.n]
    }

    /// The city's count of `what`.
    pub fn total(&self, what: Outcome) -> u64 {
        self.of(what).iter().map(|&n| u64::from(n)).sum()
    }

    /// `number` more of `what` in neighbourhood `n`.
    pub fn add(&mut self, what: Outcome, n: usize, number: u32) {
        self.counts[what as usize * self.n + n] += number;
    }

    /// One more of `what` in neighbourhood `n`, at a cell on a day.
    pub fn add_at(&mut self, what: Outcome, n: usize, cell: u32, day: u8) {
        self.add(what, n, 1);
        self.events.push(Event { what, cell, day });
    }

    /// The month's events, in the order in which they were added.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Feeds all counts into a digest.
    pub fn feed(&self, hasher: &mut blake3::Hasher) {
        hasher.update(bytemuck::cast_slice(&self.counts));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_counted_where_they_happen_and_forgotten() {
        let mut outcomes = Outcomes::new(3);
        outcomes.add(Outcome::Burglary, 1, 2);
        outcomes.add_at(Outcome::Burglary, 2, 77, 5);
        assert_eq!(outcomes.of(Outcome::Burglary), [0, 2, 1]);
        assert_eq!(outcomes.total(Outcome::Burglary), 3);
        assert_eq!(outcomes.events(), [Event { what: Outcome::Burglary, cell: 77, day: 5 }]);
        outcomes.clear();
        assert_eq!((outcomes.total(Outcome::Burglary), outcomes.events().len()), (0, 0));
    }
}
