//! Acting apart: what becomes of a plan when its authorities do not coordinate.
//!
//! The report (§2.4, §4.1) says that silos, earmarked money and separate planning cycles cost effect: levers of two
//! authorities combine only with coordination. The rule here (grade A) is the plainest form of that: planning one after
//! the other instead of at the same time. Authorities act in the order of their first measure. The first keeps its plan.
//! Each later one begins to *prepare* only when all measures of the one before it are in place, so that each of its
//! measures begins its own lead time after that, if that is later than planned. Ends are not moved: money that stops
//! on a date stops on it. A measure whose end comes first never happens.
//!
//! With all levers in one hand nothing changes.

use super::Measure;
use crate::policies::Authority;
use crate::sim::Month;

/// The plan as its authorities carry it out apart, in the order of `measures`.
pub fn apart(measures: &[Measure]) -> Vec<Measure> {
    let mut authorities: Vec<(Month, Authority)> = Vec::new();
    for m in measures {
        match authorities.iter_mut().find(|(_, who)| *who == m.lever.authority) {
            Some((first, _)) => *first = m.from.min(*first),
            None => authorities.push((m.from, m.lever.authority)),
        }
    }
    authorities.sort_by_key(|(first, _)| *first);
    let mut begins: Vec<Month> = measures.iter().map(|m| m.from).collect();
    let mut in_place: Option<Month> = None;
    for (_, who) in authorities {
        let own = || (0..measures.len()).filter(|&i| measures[i].lever.authority == who);
        for i in own() {
            let prepared = in_place.map(|month| month.plus(measures[i].lever.lead_time_months as i32));
            begins[i] = prepared.map_or(begins[i], |month| month.max(begins[i]));
        }
        in_place = own().map(|i| begins[i]).max().max(in_place);
    }
    let moved = measures.iter().zip(begins).map(|(m, from)| Measure { from, ..m.clone() });
    moved.filter(|m| m.until.is_none_or(|until| m.from < until)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::lever;
    use crate::scenario::{MeasureArea, Place};

    fn measure(id: &str, from: Month, until: Option<Month>) -> Measure {
        let lever = lever(id).unwrap();
        let place = Place::whole("test");
        let (area, area_place) = (MeasureArea::City, place.clone());
        Measure { lever, value: lever.max, area, from, until, place, area_place }
    }

    #[test]
    fn the_second_authority_begins_a_lead_time_after_the_first() {
        let start = Month::new(2026, 1);
        let plan = [
            measure("spreading", start.plus(6), None),
            measure("build", start, None),
            measure("senior_homes", start.plus(3), Some(start.plus(60))),
        ];
        // The municipality (build, senior_homes) is in place in month 3; the State needs a year to spread.
        let moved = apart(&plan);
        assert_eq!(moved.iter().map(|m| m.from).collect::<Vec<_>>(), [start.plus(15), start, start.plus(3)]);
        assert_eq!(moved[2].until, plan[2].until);
        // An end that comes before the delayed beginning leaves nothing.
        let short = [plan[1].clone(), measure("spreading", start, Some(start.plus(12)))];
        assert_eq!(apart(&short), short[..1]);
        // One hand: nothing moves.
        assert_eq!(apart(&plan[1..]), plan[1..]);
    }
}
