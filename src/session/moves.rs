//! Who moved from where to where: people by neighbourhood left and neighbourhood moved to, month by month.
//!
//! Units: people. Ends are indices into [`crate::city::City::neighbourhoods`], or [`OUTSIDE`]. The run's own table of moves
//! (`moves_year`) has the same numbers. Moves are head counts, which models.md E-6 and E-15 leave free in any city; nothing is said
//! of who moved.

use crate::people::{Move, Tally};

/// Outside the city, or without a home.
pub const OUTSIDE: u16 = u16::MAX;

/// People who moved from one place to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// Neighbourhood left.
    pub from: u16,
    /// Neighbourhood moved to.
    pub to: u16,
    /// How many people.
    pub people: u32,
}

/// The flows of the month that was tallied.
pub fn of_month(tally: &Tally) -> Vec<Flow> {
    sum(tally.moves.iter().map(|&Move { from, to, people }| Flow { from, to, people: people.into() }))
}

/// Flows put together: each pair of ends once, in order.
pub fn sum(flows: impl Iterator<Item = Flow>) -> Vec<Flow> {
    let mut all: Vec<Flow> = flows.collect();
    all.sort_unstable_by_key(|flow| (flow.from, flow.to));
    all.dedup_by(|next, kept| {
        let same = (next.from, next.to) == (kept.from, kept.to);
        kept.people += if same { next.people } else { 0 };
        same
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pair_is_there_once_with_all_its_people() {
        let mut tally = Tally::new(3);
        for (from, to, people) in [(2, 0, 1), (0, 1, 2), (2, 0, 3), (1, 0, 5), (0, OUTSIDE, 4)] {
            tally.moves.push(Move { from, to, people });
        }
        let flow = |from, to, people| Flow { from, to, people };
        let month = of_month(&tally);
        assert_eq!(month, [flow(0, 1, 2), flow(0, OUTSIDE, 4), flow(1, 0, 5), flow(2, 0, 4)]);
        let twice = sum(month.iter().chain(&month).copied());
        assert_eq!(twice.iter().map(|f| f.people).sum::<u32>(), 30);
        assert_eq!(twice.len(), 4);
    }
}
