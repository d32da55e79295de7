//! Early warnings that a neighbourhood may tip, and how good they are (models.md §2.3).
//!
//! From the scores of the past 60 months, a warning if at least two of these four hold:
//! 1. the level lies in [−0.75 σ, 0];
//! 2. each of the last four quarters was at least 0.05 σ below the one before;
//! 3. the lag-1 autocorrelation of what remains after smoothing rises (Kendall τ > 0.5);
//! 4. so does its variance.
//!
//! 3 and 4 are signs of critical slowing down (Scheffer 2009, Dakos 2012; M): smoothing with a Gaussian kernel of 12
//! months, statistics in a window of 30 months that moves through the 60. A warning is *right* if the neighbourhood
//! tips within `warn_horizon_months`. Being labelled harms a neighbourhood by itself: precision says how often in vain.
//! A warning is a call for support, never for enforcement (models.md E-10).

use serde::{Deserialize, Serialize};

use super::NeighbourhoodParameters;
use super::tipping::Tip;

/// Months that the detector looks at.
pub const WINDOW_MONTHS: usize = 60;
const KERNEL_MONTHS: f64 = 12.0;
const HALF: usize = WINDOW_MONTHS / 2;

/// The four signs in the past 60 months of scores.
pub fn signs(window: &[f32]) -> [bool; 4] {
    assert_eq!(window.len(), WINDOW_MONTHS, "the detector looks at five years");
    let x: Vec<f64> = window.iter().map(|v| f64::from(*v)).collect();
    let level = x[WINDOW_MONTHS - 1];
    let quarter = |i: usize| x[WINDOW_MONTHS - 3 * (i + 1)..WINDOW_MONTHS - 3 * i].iter().sum::<f64>() / 3.0;
    let slides = (0..4).all(|i| quarter(i) - quarter(i + 1) <= -0.05);
    let rest = detrend(&x);
    let (correlations, variances): (Vec<f64>, Vec<f64>) =
        (HALF..=WINDOW_MONTHS).map(|end| slowing(&rest[end - HALF..end])).unzip();
    [(-0.75..=0.0).contains(&level), slides, kendall_tau(&correlations) > 0.5, kendall_tau(&variances) > 0.5]
}

/// `x` minus itself smoothed by a Gaussian kernel.
fn detrend(x: &[f64]) -> Vec<f64> {
    let kernel: Vec<f64> =
        (0..x.len()).map(|d| libm::exp(-0.5 * (d as f64 / KERNEL_MONTHS) * (d as f64 / KERNEL_MONTHS))).collect();
    (0..x.len())
        .map(|i| {
            let (mut sum, mut weight) = (0.0, 0.0);
            for (j, v) in x.iter().enumerate() {
                let w = kernel[i.abs_diff(j)];
                sum += w * v;
                weight += w;
            }
            x[i] - sum / weight
        })
        .collect()
}

/// Lag-1 autocorrelation and variance.
fn slowing(x: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let variance = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    let cross = x.windows(2).map(|w| (w[0] - mean) * (w[1] - mean)).sum::<f64>() / n;
    (if variance > 1e-12 { cross / variance } else { 0.0 }, variance)
}

/// Kendall's rank correlation of `x` with time.
fn kendall_tau(x: &[f64]) -> f64 {
    let mut score = 0i64;
    for (i, a) in x.iter().enumerate() {
        for b in &x[i + 1..] {
            score += i64::from(b > a) - i64::from(b < a);
        }
    }
    let n = x.len() as f64;
    score as f64 / (n * (n - 1.0) / 2.0)
}

/// A warning when it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Neighbourhood.
    pub n: u16,
    /// Month since the start.
    pub month: u16,
}

/// How good the warnings were.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Quality {
    /// Share of warnings, old enough to tell, after which the neighbourhood tipped.
    pub precision: Option<f64>,
    /// Share of tips that a warning preceded.
    pub recall: Option<f64>,
    /// Mean time from the first such warning to the onset, years.
    pub lead_y: Option<f64>,
    /// Warnings in vain.
    pub false_alarms: usize,
}

/// Compares `warnings` with `tips` as known in month `now`.
pub fn judge(warnings: &[Warning], tips: &[Tip], now: u16, p: &NeighbourhoodParameters) -> Quality {
    let horizon = p.warn_horizon_months as u16;
    let precedes = |w: &Warning, t: &Tip| w.n == t.n && w.month < t.onset && t.onset - w.month <= horizon;
    let old: Vec<&Warning> = warnings.iter().filter(|w| w.month + horizon + p.tip_months as u16 <= now).collect();
    let right = old.iter().filter(|w| tips.iter().any(|t| precedes(w, t))).count();
    let seen: Vec<&Tip> = tips.iter().filter(|t| usize::from(t.onset) > WINDOW_MONTHS).collect();
    let first = |t: &Tip| warnings.iter().filter(|w| precedes(w, t)).map(|w| t.onset - w.month).max();
    let leads: Vec<f64> = seen.iter().filter_map(|t| first(t)).map(|months| f64::from(months) / 12.0).collect();
    let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
    Quality {
        precision: share(right, old.len()),
        recall: share(leads.len(), seen.len()),
        lead_y: (!leads.is_empty()).then(|| leads.iter().sum::<f64>() / leads.len() as f64),
        false_alarms: old.len() - right,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Draws, Stream};

    const STREAM: Stream = Stream::named("test.warning");

    /// x ← φ x + noise, φ and the noise from `from` to `to` over the window.
    fn slowing_down(key: u64, from: f64, to: f64) -> [bool; 4] {
        let draws = Draws::at_start(1);
        let mut x = 0.0;
        let window: Vec<f32> = (0..160u32)
            .map(|t| {
                let phi = from + (to - from) * (f64::from(t.max(100)) - 100.0) / 60.0;
                let noise: f64 = (0..4).map(|i| f64::from(draws.uniform(STREAM, key, 4 * t + i)) - 0.5).sum();
                x = phi * x + 0.1 * noise;
                1.0 + x as f32
            })
            .collect();
        signs(&window[100..])
    }

    #[test]
    fn slowing_down_is_noticed_more_often_than_noise() {
        let share = |from, to| (0..200).filter(|&k| slowing_down(k, from, to)[3]).count() as f64 / 200.0;
        let (slow, steady) = (share(0.0, 0.98), share(0.3, 0.3));
        assert!(slow > 0.4 && slow > 1.8 * steady, "{slow} against {steady}");
    }

    #[test]
    fn level_and_slope_are_read_as_stated() {
        assert_eq!(signs(&[-0.2; 60]), [true, false, false, false]);
        assert_eq!(signs(&[0.2; 60]), [false; 4]);
        let slide: Vec<f32> = (0..60).map(|t| 1.5 - 0.02 * t as f32).collect();
        assert_eq!(signs(&slide)[..2], [false, true]);
    }

    #[test]
    fn kendall_counts_pairs() {
        assert_eq!(kendall_tau(&[1.0, 2.0, 3.0]), 1.0);
        assert_eq!(kendall_tau(&[3.0, 2.0, 1.0]), -1.0);
        assert!((kendall_tau(&[1.0, 3.0, 2.0, 4.0]) - 4.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn warnings_are_right_when_a_tip_follows_in_time() {
        let p = NeighbourhoodParameters::default();
        let tips = [Tip { n: 1, onset: 100 }, Tip { n: 2, onset: 120 }];
        let warnings = [(1, 70), (1, 90), (2, 60), (3, 80)].map(|(n, month)| Warning { n, month });
        let quality = judge(&warnings, &tips, 200, &p);
        assert_eq!(quality.precision, Some(0.5), "the first two; 60 months is too early");
        assert_eq!(quality.recall, Some(0.5));
        assert_eq!(quality.lead_y, Some(2.5));
        assert_eq!(quality.false_alarms, 2);
        assert_eq!(judge(&[], &[], 200, &p), Quality::default());
    }
}
