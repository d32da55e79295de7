//! Which challenges take part in a simulation.

use bevy::prelude::Resource;
use serde::Serialize;

/// A challenge that a scenario can name. People and the counts that all challenges share are always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Challenge {
    /// The housing market. Always takes part: whoever has no home leaves in the end.
    Housing,
    /// Vulnerable and tipping neighbourhoods.
    Neighbourhoods,
    /// Superdiversity.
    Diversity,
    /// Older people and their care.
    Ageing,
    /// Crime, criminal groups and police hours.
    Crime,
    /// Heat, rain and floods.
    Climate,
}

impl Challenge {
    /// Every challenge, in the order of the report.
    pub const ALL: [Challenge; 6] = [
        Challenge::Housing,
        Challenge::Neighbourhoods,
        Challenge::Diversity,
        Challenge::Ageing,
        Challenge::Crime,
        Challenge::Climate,
    ];

    /// Name, as in scenarios.
    pub fn id(self) -> &'static str {
        ["housing", "neighbourhoods", "diversity", "ageing", "crime", "climate"][self as usize]
    }
}

/// The challenges that take part, in order; by default all.
#[derive(Resource, Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Challenges(Vec<Challenge>);

impl Default for Challenges {
    fn default() -> Challenges {
        Challenges(Challenge::ALL.to_vec())
    }
}

impl Challenges {
    /// `some` of them.
    pub fn only(some: &[Challenge]) -> Challenges {
        Challenges(Challenge::ALL.into_iter().filter(|c| some.contains(c)).collect())
    }

    /// True if `challenge` takes part.
    pub fn has(&self, challenge: Challenge) -> bool {
        self.0.contains(&challenge)
    }

    /// True if none is left out.
    pub fn are_all(&self) -> bool {
        self.0.len() == Challenge::ALL.len()
    }
}
