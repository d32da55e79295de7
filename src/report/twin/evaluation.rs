//! The evaluation plan: how many neighbourhoods, how many years and which roll-out a real city would need to detect a
//! measure's effect in its own monitoring.
//!
//! A city has no twin. It compares neighbourhoods that have the measure with others, before and after, and sees the
//! effect through everything else that differs between places and years. The simulated ensemble knows both outcomes of
//! every neighbourhood, with and without the measure, so a monitoring study can be played over and over:
//!
//! 1. `n` neighbourhoods are drawn from all seeds; their outcomes without the measure, less the year's mean of their
//!    city, are the background (so a city may have more neighbourhoods than the simulated one, of the same kinds);
//! 2. those that get the measure have the effect of a randomly drawn target added, year by year since its beginning:
//!    in a **parallel** roll-out half of them, all at once; in a **stepped wedge** all of them, in equal groups, one
//!    group a year;
//! 3. the study estimates the effect with neighbourhood and year effects (difference in differences) and tests it with
//!    standard errors clustered by neighbourhood, Student's t with n − 1 degrees of freedom, two-sided at 5 %;
//! 4. power is the part of the studies that find an effect. Enough is 80 %.
//!
//! Counts are per 1,000 residents. There are [`BEFORE`] years of monitoring before the measure.
//!
//! Limits: measuring error, and effects that reach the neighbourhoods compared with, are not played: a real study needs
//! more, not less. A neighbourhood may be drawn from several seeds: its own trend then counts more than once, which
//! makes power a little too rosy beyond the number of neighbourhoods simulated.

use super::displacement::Role;
use super::effects::{MIN_RESIDENTS, Rules, Window, by_year};
use super::recording::Recording;
use super::stats::t_two_sided;
use crate::indicators::{Indicator, Kind, MIN_PEOPLE};
use crate::sim::{Draws, Stream};

const STREAM: Stream = Stream::named("report.twin.study");

/// Years of monitoring before the measure.
pub const BEFORE: usize = 2;
/// Power that is enough.
pub const ENOUGH: f64 = 0.8;
/// Level of the study's test.
const LEVEL: f64 = 0.05;
/// Studies played per design.
const STUDIES: u32 = 300;
/// Numbers of neighbourhoods tried; with fewer, errors clustered by neighbourhood are not to be trusted.
const SIZES: [usize; 15] = [8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256, 384];
/// Years after the beginning tried.
const AFTER: [usize; 4] = [1, 3, 5, 8];

/// How the measure reaches the neighbourhoods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollOut {
    /// Half of them at once.
    Parallel,
    /// All of them, a group a year.
    SteppedWedge,
}

/// The power of one roll-out with so many years.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Design {
    /// How.
    pub roll_out: RollOut,
    /// Years of monitoring from the measure's beginning.
    pub years: usize,
    /// (neighbourhoods, power).
    pub power: Vec<(usize, f64)>,
    /// Fewest neighbourhoods with enough power; `None` if the whole city has too few.
    pub needed: Option<usize>,
}

/// The plan for one indicator.
#[derive(Clone)]
pub struct EvaluationPlan {
    /// Which.
    pub indicator: &'static Indicator,
    /// True if it is counted per 1,000 residents.
    pub per_1000: bool,
    /// Mean effect on a target in the last year.
    pub effect: f64,
    /// Neighbourhoods that this city could monitor.
    pub n_neighbourhoods: usize,
    /// All designs tried.
    pub designs: Vec<Design>,
}

/// What a study is played with.
struct Ensemble {
    /// Neighbourhoods of all seeds: the seed, and outcomes by year less the mean of its city.
    outcomes: Vec<(usize, Vec<f64>)>,
    /// By seed: effects on the targets by year since the beginning.
    effects: Vec<Vec<Vec<f64>>>,
}

/// The plan for `indicator`; `None` if there is nothing to monitor: no target, no effect, or too few years.
pub fn plan(
    baseline: &[Recording],
    variant: &[Recording],
    (window, roles, rules): (Window, &[Role], &Rules),
    indicator: &'static Indicator,
) -> Option<EvaluationPlan> {
    let per_1000 = (indicator.kind == Kind::Stock || indicator.adds_up()) && indicator.id != "residents";
    let least = if rules.real && indicator.guarded { MIN_RESIDENTS } else { MIN_PEOPLE as f64 };
    let monitored: Vec<usize> = (0..rules.residents.len()).filter(|&n| rules.residents[n] >= least).collect();
    let ensemble = ensemble(baseline, variant, indicator.id, per_1000, window, roles, &monitored)?;
    let lasting = window.n_years - window.from;
    let targets = || ensemble.effects.iter().flatten();
    let effect = targets().map(|e| e[lasting - 1]).sum::<f64>() / targets().count() as f64;
    if targets().flatten().all(|e| *e == 0.0) {
        return None;
    }
    let n_neighbourhoods = monitored.len();
    // Studies that share most of their neighbourhoods would be one study.
    let most = ensemble.outcomes.len() / 2;
    let mut designs = Vec::new();
    for roll_out in [RollOut::Parallel, RollOut::SteppedWedge] {
        let possible =
            |k: &&usize| **k <= lasting && BEFORE + **k <= window.n_years && (roll_out == RollOut::Parallel || **k > 1);
        for years in AFTER.iter().filter(possible).copied() {
            let first = window.from.saturating_sub(BEFORE).min(window.n_years - BEFORE - years);
            let sizes = SIZES.iter().copied().filter(|n| *n <= most);
            let power: Vec<(usize, f64)> = sizes.map(|n| (n, power(&ensemble, roll_out, first, years, n))).collect();
            let short = power.iter().rposition(|(_, p)| *p < ENOUGH);
            let needed = power.get(short.map_or(0, |at| at + 1)).map(|(n, _)| *n);
            designs.push(Design { roll_out, years, power, needed });
        }
    }
    (!designs.is_empty()).then_some(EvaluationPlan { indicator, per_1000, effect, n_neighbourhoods, designs })
}

fn ensemble(
    without: &[Recording],
    with: &[Recording],
    id: &str,
    per_1000: bool,
    window: Window,
    roles: &[Role],
    monitored: &[usize],
) -> Option<Ensemble> {
    let mut found = Ensemble { outcomes: Vec::new(), effects: Vec::new() };
    let whole = |values: &Vec<f64>| !values.is_empty() && values.iter().all(|v| v.is_finite());
    for (seed, (without, with)) in without.iter().zip(with).enumerate() {
        let values = |run: &Recording, n: usize| -> Vec<f64> {
            let values = by_year(run, id, n);
            match per_1000 {
                true => values.iter().zip(by_year(without, "residents", n)).map(|(v, r)| 1000.0 * v / r).collect(),
                false => values,
            }
        };
        let mut outcomes: Vec<Vec<f64>> = monitored.iter().map(|&n| values(without, n)).filter(whole).collect();
        for year in 0..outcomes.first().map_or(0, Vec::len) {
            let mean = outcomes.iter().map(|o| o[year]).sum::<f64>() / outcomes.len() as f64;
            outcomes.iter_mut().for_each(|o| o[year] -= mean);
        }
        found.outcomes.extend(outcomes.into_iter().map(|o| (seed, o)));
        let effect = |&n: &usize| -> Vec<f64> {
            let (a, b) = (values(without, n), values(with, n));
            a.iter().zip(&b).skip(window.from).map(|(a, b)| b - a).collect()
        };
        let targets = monitored.iter().filter(|&&n| roles[n] == Role::Target);
        found.effects.push(targets.map(effect).filter(whole).collect());
    }
    (!found.outcomes.is_empty() && found.effects.iter().all(|e| !e.is_empty())).then_some(found)
}

/// Part of the studies with `n` neighbourhoods that find an effect.
fn power(ensemble: &Ensemble, roll_out: RollOut, first: usize, years: usize, n: usize) -> f64 {
    let draws = Draws::at_start(n as u64);
    let found = (0..STUDIES).filter(|&study| {
        let word = |key: usize, what: u32| draws.block(STREAM, key as u64, 8 * study + what)[0];
        let mut drawn: Vec<usize> = (0..ensemble.outcomes.len()).collect();
        drawn.sort_by_cached_key(|&at| (word(at, 0), at));
        let n_years = BEFORE + years;
        let (mut outcomes, mut treated) = (Vec::new(), Vec::new());
        for (rank, &at) in drawn[..n].iter().enumerate() {
            let (seed, outcome) = &ensemble.outcomes[at];
            let effects = &ensemble.effects[*seed];
            let effect = &effects[word(at, 1) as usize % effects.len()];
            // First year with the measure, of those monitored.
            let begin = match roll_out {
                RollOut::Parallel if rank % 2 == 0 => BEFORE,
                RollOut::Parallel => n_years,
                RollOut::SteppedWedge => BEFORE + rank % years,
            };
            outcomes.push(
                (0..n_years).map(|t| outcome[first + t] + if t >= begin { effect[t - begin] } else { 0.0 }).collect(),
            );
            treated.push((0..n_years).map(|t| f64::from(u8::from(t >= begin))).collect());
        }
        difference_in_differences(&outcomes, &treated).2 < LEVEL
    });
    found.count() as f64 / f64::from(STUDIES)
}

/// Effect of being treated with neighbourhood and year effects, its standard error clustered by neighbourhood, and the
/// two-sided *p*. `outcomes` and `treated` are by neighbourhood, then by year, without gaps.
pub fn difference_in_differences(outcomes: &[Vec<f64>], treated: &[Vec<f64>]) -> (f64, f64, f64) {
    let (y, d) = (centred(outcomes), centred(treated));
    let cross = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let sum_dd: f64 = d.iter().map(|d| cross(d, d)).sum();
    let effect = d.iter().zip(&y).map(|(d, y)| cross(d, y)).sum::<f64>() / sum_dd;
    let score = |(d, y): (&Vec<f64>, &Vec<f64>)| (cross(d, y) - effect * cross(d, d)).powi(2);
    let n = outcomes.len() as f64;
    let error = (n / (n - 1.0) * d.iter().zip(&y).map(score).sum::<f64>()).sqrt() / sum_dd;
    let p = if error > 0.0 { t_two_sided(effect / error, n - 1.0) } else { f64::from(u8::from(effect == 0.0)) };
    (effect, error, p)
}

/// Takes the means of rows and columns away.
fn centred(table: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let (n_rows, n_columns) = (table.len() as f64, table[0].len());
    let columns: Vec<f64> = (0..n_columns).map(|t| table.iter().map(|row| row[t]).sum::<f64>() / n_rows).collect();
    let all = columns.iter().sum::<f64>() / n_columns as f64;
    table
        .iter()
        .map(|row| {
            let mean = row.iter().sum::<f64>() / n_columns as f64;
            row.iter().zip(&columns).map(|(v, column)| v - mean - column + all).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_and_two_years_are_the_textbook() {
        // Treated 10 → 15 and 12 → 17, others 8 → 9 and 6 → 9: (5 + 5)/2 − (1 + 3)/2 = 3.
        let outcomes = [[10.0, 15.0], [12.0, 17.0], [8.0, 9.0], [6.0, 9.0]].map(Vec::from);
        let treated = [[0.0, 1.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]].map(Vec::from);
        let (effect, error, p) = difference_in_differences(&outcomes, &treated);
        assert!((effect - 3.0).abs() < 1e-12, "{effect}");
        // Changes scatter in one group only: residuals ±1; clustered, 4/3 · Σ(½ · ½·e)² over (Σd²)² = (¼ · 4)².
        assert!((error - (4.0f64 / 3.0 * 2.0 * 0.25).sqrt()).abs() < 1e-9, "{error}");
        assert!((0.01..0.06).contains(&p), "{p}");
    }

    /// Normal-ish outcomes with spread 1 from year to year; `effect` on every target.
    fn seeds(effect: f64) -> Ensemble {
        let draws = Draws::at_start(3);
        let noise = |seed: u64, n: u64, t: u32| {
            let words = draws.block(Stream::named("test.study"), seed * 1000 + n, t);
            words.iter().map(|w| f64::from(w >> 8) / f64::from(1u32 << 24) - 0.5).sum::<f64>() * 3.0f64.sqrt()
        };
        let outcome = |seed: u64, n: u64| (0..12).map(|t| n as f64 + noise(seed, n, t)).collect();
        Ensemble {
            outcomes: (0..10).flat_map(|seed| (0..32).map(move |n| (seed as usize, outcome(seed, n)))).collect(),
            effects: vec![vec![vec![effect; 8]; 4]; 10],
        }
    }

    #[test]
    fn without_an_effect_studies_err_at_their_level() {
        for roll_out in [RollOut::Parallel, RollOut::SteppedWedge] {
            let found = power(&seeds(0.0), roll_out, 0, 3, 48);
            assert!((0.01..=0.095).contains(&found), "{roll_out:?}: {found}");
        }
    }

    /// Parallel, 2 years before and 3 after, spread 1: the difference of means over years has variance 1/2 + 1/3 per
    /// neighbourhood, so that 80 % power at 5 % needs (1.96 + 0.84)² · 4 · (5/6) / effect² neighbourhoods: 26 for 1.
    #[test]
    fn power_is_that_of_the_formula() {
        assert!(power(&seeds(1.0), RollOut::Parallel, 0, 3, 16) < 0.72);
        assert!((power(&seeds(1.0), RollOut::Parallel, 0, 3, 24) - 0.77).abs() < 0.09);
        assert!(power(&seeds(1.0), RollOut::Parallel, 0, 3, 48) > 0.9);
        // More years see more.
        assert!(power(&seeds(0.5), RollOut::Parallel, 0, 8, 64) > power(&seeds(0.5), RollOut::Parallel, 0, 1, 64));
    }
}
