//! Which neighbourhoods have tipped: the truth that early warnings are compared with (models.md §2.3).
//!
//! A neighbourhood *tips* when its liveability falls by half a standard deviation below its mean of the past five
//! years and stays below that mark for two years. The mark stays where it was when the fall began. A tip is known
//! only two years after its onset. At least two years of history are needed, so nothing tips in the first two years.

use serde::{Deserialize, Serialize};

use super::NeighbourhoodParameters;

/// Months of the mean that a fall is measured against.
const MEMORY_MONTHS: usize = 60;
/// Months of history without which there is no such mean.
const LEAST_MONTHS: usize = 24;

/// A fall that may become a tip.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Fall {
    since: u16,
    mark: f32,
    has_tipped: bool,
}

/// A neighbourhood that tipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// Neighbourhood.
    pub n: u16,
    /// Month (since the start) in which the fall began.
    pub onset: u16,
}

/// Falls that go on, and tips so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tipping {
    falls: Vec<Option<Fall>>,
    tips: Vec<Tip>,
}

impl Tipping {
    /// Nothing yet in `n` neighbourhoods.
    pub fn new(n: usize) -> Tipping {
        Tipping { falls: vec![None; n], tips: Vec::new() }
    }

    /// Every tip so far.
    pub fn tips(&self) -> &[Tip] {
        &self.tips
    }

    /// True while `n` is below its mark.
    pub fn is_falling(&self, n: usize) -> bool {
        self.falls[n].is_some()
    }

    /// True while `n` is tipped.
    pub fn is_tipped(&self, n: usize) -> bool {
        self.falls[n].is_some_and(|f| f.has_tipped)
    }

    /// Looks at neighbourhood `n`, whose scores of every month since the start are `history`.
    pub fn look(&mut self, n: usize, history: &[f32], p: &NeighbourhoodParameters) {
        let Some((&score, past)) = history.split_last() else { return };
        let now = past.len() as u16;
        if let Some(fall) = &mut self.falls[n] {
            if score > fall.mark {
                self.falls[n] = None;
            } else if !fall.has_tipped && f64::from(now - fall.since) >= p.tip_months {
                fall.has_tipped = true;
                self.tips.push(Tip { n: n as u16, onset: fall.since });
            }
            return;
        }
        if past.len() < LEAST_MONTHS {
            return;
        }
        let memory = &past[past.len().saturating_sub(MEMORY_MONTHS)..];
        let mean = memory.iter().sum::<f32>() / memory.len() as f32;
        let mark = mean - p.tip_drop as f32;
        if score <= mark {
            self.falls[n] = Some(Fall { since: now, mark, has_tipped: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(scores: impl Iterator<Item = f32>) -> Tipping {
        let p = NeighbourhoodParameters::default();
        let mut tipping = Tipping::new(1);
        let mut history = Vec::new();
        for score in scores {
            history.push(score);
            tipping.look(0, &history, &p);
        }
        tipping
    }

    #[test]
    fn a_lasting_fall_is_a_tip_known_two_years_later() {
        let fall = |months: usize| (0..60).map(|_| 0.2).chain((0..months).map(|_| -0.4));
        assert_eq!(watch(fall(24)).tips(), []);
        let tipped = watch(fall(25));
        assert_eq!(tipped.tips(), [Tip { n: 0, onset: 60 }]);
        assert!(tipped.is_tipped(0));
    }

    #[test]
    fn a_dip_or_a_slow_slide_is_none() {
        let dip = (0..60).map(|_| 0.0).chain((0..20).map(|_| -0.6)).chain((0..40).map(|_| 0.0));
        assert_eq!(watch(dip).tips(), []);
        // 0.01 σ a month is 0.3 σ below the five-year mean.
        assert_eq!(watch((0..240).map(|t| -0.01 * t as f32)).tips(), []);
    }

    #[test]
    fn who_recovers_may_tip_again() {
        let flat = |level: f32, months: usize| (0..months).map(move |_| level);
        let twice = flat(0.0, 60).chain(flat(-0.7, 30)).chain(flat(0.3, 60)).chain(flat(-0.7, 30));
        assert_eq!(watch(twice).tips().len(), 2);
    }
}
