//! The waterbed, measured: a square of homes in [`short`] is guarded, and the same streets run on beside it unguarded.
//!
//! After `warm_up_days` the busiest square of the last `before_days` is guarded: burglars see 1 − `strength` of its
//! attractiveness. Around it lies a *ring* of twice its radius; the rest is *control*. Burglaries are counted in the `before_days`
//! before and the `after_days` after, with guards and in the twin without, which shares every draw.
//!
//! | measure | formula | reads |
//! |---|---|---|
//! | `seen_change` | T_after / T_before − 1 | what a before-and-after report says of the square |
//! | `true_change` | T_after / T_twin − 1 | what the guards did to the square |
//! | `wdq_seen` | (R_a/C_a − R_b/C_b) / (T_a/C_a − T_b/C_b), before (b) and after (a) | weighted displacement quotient (Bowers & Johnson 2003, *J. Quant. Criminology* 19:275): below 0 displacement, −1 all of it, above 0 diffusion of benefit |
//! | `wdq_twin` | the same, the twin's counts in place of those before | |
//! | `displaced_share` | (more than the twin in ring and control) / (fewer in the square) | 1: everything came up elsewhere |
//!
//! T, R, C: burglaries in square, ring, control. Displacement is never put in; but see [`short`] on burglars that never give up.
//! Grade L for the measures, A for guards.

use super::short::{self, Run};
use super::{LabError, MAX_TICKS};

/// A guarded square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// The streets; their `days` are not used.
    pub streets: short::Config,
    /// Homes from the middle of the square to its edge.
    pub radius: u32,
    /// Share of the attractiveness that guards take away, 0 to 1.
    pub strength: f64,
    /// Days before anybody counts.
    pub warm_up_days: u32,
    /// Days that are counted before the guards come.
    pub before_days: u32,
    /// Days that are counted after.
    pub after_days: u32,
}

impl Config {
    /// What is wrong with it.
    ///
    /// # Errors
    /// Names the first option that makes no sense.
    pub fn check(&self) -> Result<(), LabError> {
        let fail = |message: String, hint: &str| Err(LabError::option(message, hint));
        self.streets.check()?;
        if self.radius == 0 || 4 * u64::from(self.radius) + 1 > u64::from(self.streets.size) {
            let message = format!("--radius {} with {} homes along a side", self.radius, self.streets.size);
            return fail(message, "expected from 1 on; square and ring need 4 · radius + 1 homes");
        }
        if !(0.0..=1.0).contains(&self.strength) {
            return fail(format!("--strength {}: expected a share from 0 to 1", self.strength), "e.g. --strength 0.9");
        }
        let days = [self.warm_up_days, self.before_days, self.after_days].into_iter().map(u64::from).sum::<u64>();
        if self.before_days == 0 || self.after_days == 0 || days > MAX_TICKS.into() {
            let message = format!("{days} days: expected at least one before and after, at most {MAX_TICKS} in all");
            return fail(message, "e.g. --warm-up 365 --before 180 --after 180");
        }
        Ok(())
    }
}

/// Burglaries in square, ring and control.
pub type Counts = [f64; 3];

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Counted before.
    pub before: Counts,
    /// After, with guards.
    pub after: Counts,
    /// After, in the twin without.
    pub twin: Counts,
    /// Part of each home: 0 square, 1 ring, 2 control.
    pub parts: Vec<u8>,
    /// Burglaries by home after, with guards and in the twin.
    pub maps: [Vec<u32>; 2],
}

impl Outcome {
    /// What a before-and-after report says of the square.
    pub fn seen_change(&self) -> f64 {
        self.after[0] / self.before[0] - 1.0
    }

    /// What the guards did to the square.
    pub fn true_change(&self) -> f64 {
        self.after[0] / self.twin[0] - 1.0
    }

    /// Weighted displacement quotient, before and after.
    pub fn wdq_seen(&self) -> f64 {
        wdq(self.before, self.after)
    }

    /// Weighted displacement quotient against the twin.
    pub fn wdq_twin(&self) -> f64 {
        wdq(self.twin, self.after)
    }

    /// Share of what left the square that came up elsewhere.
    pub fn displaced_share(&self) -> f64 {
        let [square, ring, control] = std::array::from_fn(|i| self.after[i] - self.twin[i]);
        (ring + control) / -square
    }
}

/// Bowers and Johnson's quotient; not finite if the square did not change.
pub fn wdq([t_b, r_b, c_b]: Counts, [t_a, r_a, c_a]: Counts) -> f64 {
    (r_a / c_a - r_b / c_b) / (t_a / c_a - t_b / c_b)
}

/// Runs both.
///
/// # Errors
/// If the configuration makes no sense.
pub fn run(config: &Config, seed: u64) -> Result<Outcome, LabError> {
    config.check()?;
    let n = config.streets.size as usize;
    let mut guarded = Run::new(&config.streets, seed)?;
    for _ in 0..config.warm_up_days {
        guarded.step()?;
    }
    let before = count(&mut guarded, config.before_days)?;
    let parts = parts(n, config.radius as usize, busiest(&before, n, config.radius as usize));
    let snapshot = guarded.snapshot();
    let mut twin = Run::new(&config.streets, seed)?;
    twin.restore(&snapshot)?;
    guarded.guard((0..n * n).filter(|home| parts[*home] == 0), config.strength);
    let maps = [count(&mut guarded, config.after_days)?, count(&mut twin, config.after_days)?];
    let sum = |map: &[u32]| {
        let mut counts = [0.0; 3];
        map.iter().zip(&parts).for_each(|(n, part)| counts[usize::from(*part)] += f64::from(*n));
        counts
    };
    Ok(Outcome { before: sum(&before), after: sum(&maps[0]), twin: sum(&maps[1]), parts, maps })
}

/// Burglaries by home over some days.
fn count(run: &mut Run, days: u32) -> Result<Vec<u32>, LabError> {
    let mut sum = vec![0; run.today().len()];
    for _ in 0..days {
        run.step()?;
        sum.iter_mut().zip(run.today()).for_each(|(sum, today)| *sum += today);
    }
    Ok(sum)
}

/// Middle of the square with most burglaries; the first of equals.
fn busiest(map: &[u32], n: usize, radius: usize) -> usize {
    let reach = 2 * radius + 1;
    let around = |at: usize, step: &dyn Fn(usize) -> usize, of: &[u32]| {
        (0..reach).map(|d| of[step((at + n + d - radius) % n)]).sum::<u32>()
    };
    let rows: Vec<u32> = (0..n * n).map(|i| around(i % n, &|x| i / n * n + x, map)).collect();
    let squares: Vec<u32> = (0..n * n).map(|i| around(i / n, &|y| y * n + i % n, &rows)).collect();
    (0..n * n).rev().max_by_key(|i| squares[*i]).unwrap_or(0)
}

/// Square, ring and control around a middle.
fn parts(n: usize, radius: usize, middle: usize) -> Vec<u8> {
    let apart = |a: usize, b: usize| a.abs_diff(b).min(n - a.abs_diff(b));
    let distance = |i: usize| apart(i / n, middle / n).max(apart(i % n, middle % n));
    (0..n * n).map(|i| u8::from(distance(i) > radius) + u8::from(distance(i) > 2 * radius)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed forms: all of ten moved into the ring, and the ring fell as the square did.
    #[test]
    fn the_quotient_has_the_sign_that_it_is_known_for() {
        assert!((wdq([20.0, 10.0, 100.0], [10.0, 20.0, 100.0]) + 1.0).abs() < 1e-12);
        assert!((wdq([20.0, 10.0, 100.0], [10.0, 5.0, 100.0]) - 0.5).abs() < 1e-12);
        assert!(!wdq([20.0, 10.0, 100.0], [20.0, 10.0, 100.0]).is_finite());
    }

    #[test]
    fn the_busiest_square_is_found_over_the_edge() {
        let mut map = vec![0; 100];
        [0, 9, 90, 99].into_iter().for_each(|i| map[i] = 5);
        map[55] = 9;
        let middle = busiest(&map, 10, 1);
        let parts = parts(10, 1, middle);
        assert!([0, 9, 90, 99].into_iter().all(|i| parts[i] == 0), "{middle}");
        assert_eq!([0, 1, 2].map(|p| parts.iter().filter(|x| **x == p).count()), [9, 16, 75]);
    }
}
