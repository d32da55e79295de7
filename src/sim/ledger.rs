//! Conserved quantities: what is used somewhere is missing elsewhere.
//!
//! Challenges do not call each other; they compete for six ledgers (police hours, care hours, dwellings, land, budget,
//! network capacity; models.md §0.2, §13.2). A ledger is opened with a supply, charged by named uses in order of
//! priority, and must balance at the end of every tick: Σ uses = supply, nothing negative. Integers only, so that the
//! balance is exact.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

/// One conserved quantity over one tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Name, e.g. `dwellings`.
    pub name: String,
    /// Unit, e.g. `homes`.
    pub unit: String,
    /// What there is.
    pub supply: i64,
    /// What it went to: (use, amount).
    pub uses: Vec<(String, i64)>,
}

impl Ledger {
    /// What no use has taken yet.
    pub fn rest(&self) -> i64 {
        self.supply - self.uses.iter().map(|(_, amount)| amount).sum::<i64>()
    }

    /// Gives up to `wanted` to `to`; returns what was given.
    pub fn draw(&mut self, to: &str, wanted: i64) -> i64 {
        let given = wanted.clamp(0, self.rest().max(0));
        match self.uses.iter_mut().find(|(name, _)| name == to) {
            Some((_, amount)) => *amount += given,
            None => self.uses.push((to.to_string(), given)),
        }
        given
    }
}

/// All ledgers of a simulation, by name.
#[derive(Resource, Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledgers(Vec<Ledger>);

impl Ledgers {
    /// Opens `name` anew for this tick with `supply`.
    pub fn open(&mut self, name: &str, unit: &str, supply: i64) -> &mut Ledger {
        let at = match self.0.binary_search_by(|l| l.name.as_str().cmp(name)) {
            Ok(at) => at,
            Err(at) => {
                let ledger = Ledger { name: name.into(), unit: unit.into(), supply: 0, uses: Vec::new() };
                self.0.insert(at, ledger);
                at
            }
        };
        self.0[at].supply = supply;
        self.0[at].uses.clear();
        &mut self.0[at]
    }

    /// The ledger called `name`.
    pub fn get(&self, name: &str) -> Option<&Ledger> {
        self.0.binary_search_by(|l| l.name.as_str().cmp(name)).ok().map(|at| &self.0[at])
    }

    /// Every ledger, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Ledger> {
        self.0.iter()
    }

    /// The first ledger that does not balance, in words.
    pub fn imbalance(&self) -> Option<String> {
        let bad = self.0.iter().find(|l| l.rest() != 0 || l.uses.iter().any(|(_, amount)| *amount < 0))?;
        Some(format!("ledger {}: supply {} {}, uses {:?}", bad.name, bad.supply, bad.unit, bad.uses))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_never_takes_more_than_there_is() {
        let mut ledgers = Ledgers::default();
        let police = ledgers.open("police", "hours", 100);
        assert_eq!(police.draw("demonstrations", 80), 80);
        assert_eq!(police.draw("neighbourhood", 50), 20);
        assert_eq!(police.draw("neighbourhood", -5), 0);
        assert_eq!(police.rest(), 0);
        assert_eq!(ledgers.imbalance(), None);
    }

    #[test]
    fn an_unspent_rest_or_a_negative_use_is_an_imbalance() {
        let mut ledgers = Ledgers::default();
        ledgers.open("care", "hours", 10).draw("acute", 4);
        assert!(ledgers.imbalance().unwrap().contains("care"));
        ledgers.open("care", "hours", 0).uses = vec![("acute".into(), 3), ("home".into(), -3)];
        assert!(ledgers.imbalance().is_some());
    }
}
