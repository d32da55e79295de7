//! The care ledger (models.md §13.2): hours of care in a month, given in order of urgency.
//!
//! Challenges *ask* for hours in a neighbourhood during a month, up to and including *Episodes*; the ageing challenge
//! says how many hours there are ([`CareBook::supply_h`]). [`settle`] opens the ledger `care` in *Affect* and gives
//! acute care first, then ambulatory teams, then home care, then prevention with what is left. Within one use, the
//! hours are shared out in proportion to what was asked, in whole hours by largest remainder (ties by number of the
//! neighbourhood). What nobody asked for stays with prevention's reserve, so that the ledger balances: supply =
//! acute + ambulatory + home + prevention + reserve.
//!
//! Limits: hours are not places; nobody travels; a month's unmet hours are not carried over.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use crate::people::plugin::YearsPass;
use crate::sim::{Ledgers, Phase, RegisterState, SimTick};

/// Name of the ledger.
pub const CARE: &str = "care";

/// What care hours go to, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum CareUse {
    /// Hospital and emergency care.
    Acute = 0,
    /// Ambulatory teams, mental health.
    Ambulatory = 1,
    /// Care at home.
    Home = 2,
    /// Prevention: what is left.
    Prevention = 3,
}

impl CareUse {
    /// Every use, the most urgent first.
    pub const ALL: [CareUse; 4] = [CareUse::Acute, CareUse::Ambulatory, CareUse::Home, CareUse::Prevention];

    /// Name in the ledger.
    pub fn id(self) -> &'static str {
        ["acute", "ambulatory", "home", "prevention"][self as usize]
    }
}

/// Hours asked for and given this month, by use and neighbourhood.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CareBook {
    n: usize,
    asked_h: Vec<u32>,
    /// What was asked for when the ledger was last settled, and what was given then.
    settled_h: Vec<u32>,
    given_h: Vec<u32>,
    /// Hours that there are this month.
    pub supply_h: i64,
}

impl CareBook {
    /// Nothing asked for in `n` neighbourhoods.
    pub fn new(n: usize) -> CareBook {
        CareBook { n, asked_h: vec![0; 4 * n], settled_h: vec![0; 4 * n], given_h: vec![0; 4 * n], supply_h: 0 }
    }

    /// `hours` more are needed for `purpose` in neighbourhood `n`.
    pub fn ask(&mut self, purpose: CareUse, n: usize, hours: u32) {
        self.asked_h[purpose as usize * self.n + n] += hours;
    }

    /// Hours asked for `purpose` in each neighbourhood this month.
    pub fn asked(&self, purpose: CareUse) -> &[u32] {
        &self.asked_h[purpose as usize * self.n..][..self.n]
    }

    /// Hours given to `purpose` in each neighbourhood: this month's after [`settle`], last month's before.
    pub fn given(&self, purpose: CareUse) -> &[u32] {
        &self.given_h[purpose as usize * self.n..][..self.n]
    }

    /// Share of the hours asked for `purpose` in neighbourhood `n` that was given when the ledger was last settled; 1 if
    /// none were asked for.
    pub fn met(&self, purpose: CareUse, n: usize) -> f64 {
        let at = purpose as usize * self.n + n;
        let asked = self.settled_h[at];
        if asked > 0 { f64::from(self.given_h[at]) / f64::from(asked) } else { 1.0 }
    }

    /// Shares out the supply; returns the hours given by use, and what is left.
    fn share_out(&mut self) -> ([i64; 4], i64) {
        let mut left = self.supply_h.max(0);
        self.settled_h.clone_from(&self.asked_h);
        let given = CareUse::ALL.map(|purpose| {
            let asked: i64 = self.asked(purpose).iter().map(|&h| i64::from(h)).sum();
            let given = asked.min(left);
            let shares = in_proportion(given as u64, self.asked(purpose));
            self.given_h[purpose as usize * self.n..][..self.n].copy_from_slice(&shares);
            left -= given;
            given
        });
        (given, left)
    }
}

/// `total` ≤ Σ `asked` in whole parts in proportion to `asked`, by largest remainder; ties go to the first.
fn in_proportion(total: u64, asked: &[u32]) -> Vec<u32> {
    let sum: u64 = asked.iter().map(|&a| u64::from(a)).sum();
    if sum == 0 {
        return vec![0; asked.len()];
    }
    let part = |a: u32| (u64::from(a) * total / sum, u64::from(a) * total % sum);
    let mut out: Vec<u32> = asked.iter().map(|&a| part(a).0 as u32).collect();
    let mut order: Vec<usize> = (0..asked.len()).collect();
    order.sort_by_key(|&i| (std::cmp::Reverse(part(asked[i]).1), i));
    let left = total - out.iter().map(|&h| u64::from(h)).sum::<u64>();
    order.into_iter().take(left as usize).for_each(|i| out[i] += 1);
    out
}

/// Systems of [`crate::sim::Phase::Affect`] that share out the care hours; whoever reads what was given runs after.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CareSettled;

/// The care ledger of a city of so many neighbourhoods.
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Begin | `clear` | forgets what was asked for last month |
/// | Affect | `settle` | gives the hours in order of urgency |
pub struct CarePlugin(pub usize);

impl Plugin for CarePlugin {
    fn build(&self, app: &mut App) {
        app.insert_resource(CareBook::new(self.0))
            .register_state::<CareBook>("care")
            .add_systems(SimTick, clear.in_set(Phase::Begin))
            .add_systems(SimTick, settle.in_set(Phase::Affect).in_set(CareSettled).before(YearsPass));
    }
}

/// Begin: forgets what was asked for last month.
fn clear(mut book: ResMut<CareBook>) {
    book.asked_h.fill(0);
}

/// Affect: gives the hours in order of urgency.
fn settle(mut book: ResMut<CareBook>, mut ledgers: ResMut<Ledgers>) {
    let supply = book.supply_h.max(0);
    let (given, left) = book.share_out();
    let ledger = ledgers.open(CARE, "hours", supply);
    CareUse::ALL.iter().zip(given).for_each(|(purpose, hours)| {
        ledger.draw(purpose.id(), hours);
    });
    ledger.draw("reserve", left);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urgent_care_comes_first_and_no_hour_is_lost() {
        let mut book = CareBook::new(3);
        book.ask(CareUse::Prevention, 0, 50);
        book.ask(CareUse::Home, 0, 30);
        book.ask(CareUse::Home, 2, 70);
        book.ask(CareUse::Acute, 1, 40);
        book.supply_h = 95;
        assert_eq!(book.share_out(), ([40, 0, 55, 0], 0));
        // 55 of 100 hours: 16.5 and 38.5; the remainders are equal, the first neighbourhood gets the odd hour.
        assert_eq!(book.given(CareUse::Home), [17, 0, 38]);
        assert_eq!(book.given(CareUse::Acute), [0, 40, 0]);
        assert_eq!((book.met(CareUse::Home, 2), book.met(CareUse::Home, 1)), (38.0 / 70.0, 1.0));
        assert_eq!((book.met(CareUse::Prevention, 0), book.met(CareUse::Ambulatory, 0)), (0.0, 1.0));
        book.supply_h = 250;
        assert_eq!(book.share_out(), ([40, 0, 100, 50], 60));
    }

    #[test]
    fn the_ledger_balances_whatever_is_asked_for() {
        for (supply, home) in [(0, 10), (7, 10), (25, 10), (-3, 1)] {
            let mut world = World::new();
            let mut book = CareBook::new(2);
            book.ask(CareUse::Home, 1, home);
            book.supply_h = supply;
            world.insert_resource(book);
            world.init_resource::<Ledgers>();
            world.run_system_cached(settle).unwrap();
            let ledgers = world.resource::<Ledgers>();
            assert_eq!(ledgers.imbalance(), None, "supply {supply}");
            assert_eq!(ledgers.get(CARE).unwrap().supply, supply.max(0));
        }
    }
}
