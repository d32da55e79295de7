//! Head counts of every neighbourhood: the mixes of its character with some noise, raked so that the city's totals are met.
//!
//! Raking (iterative proportional fitting, Deming & Stephan 1940) multiplies each column by one factor for the whole
//! city, so that differences between neighbourhoods stay and totals fit. Origin groups get their shares from noise that
//! is drawn alike for every group and knows nothing of character (models.md E-2).

use super::config::CityConfig;
use super::noise::Noise;
use super::partition::Hood;
use super::plan::Plan;
use crate::city::Marginals;
use crate::city::dwellings::{apportion, bell};
use crate::sim::draws::{Draws, Stream, mix};

const MARGINALS: Stream = Stream::named("city.generate.marginals");
const ORIGINS: Stream = Stream::named("city.generate.origins");

/// Persons in a household of several persons without children (A: nearly all are couples).
const WITHOUT_CHILDREN_SIZE: f64 = 2.05;
/// Children under 15 per household with children (A: with the default recipe the city then has 14 % of that age).
const CHILDREN_UNDER_15: f64 = 0.98;
/// Noise between neighbourhoods of one character, sd of the log (A).
const NOISE: f64 = 0.16;

/// A draw with mean 0 and sd 1 for a neighbourhood.
fn z(draws: Draws, hood: usize, what: u64) -> f64 {
    let w = draws.block(MARGINALS, mix(MARGINALS, hood as u64, what), 0);
    f64::from(bell(w[0], w[1]))
}

/// Head counts for all neighbourhoods.
pub fn marginals(plan: &Plan, hoods: &[Hood], config: &CityConfig, draws: Draws) -> Vec<Marginals> {
    let n = hoods.len();
    let residents: Vec<f64> = hoods.iter().map(|h| f64::from(h.residents)).collect();
    let jitter = |hood: usize, what: u64| libm::exp(NOISE * z(draws, hood, what));

    let size = |q: &[f64]| q[0] + WITHOUT_CHILDREN_SIZE * q[1] + config.city.family_size * q[2];
    let mut types: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            let [one, children] = config.household_mix.of(hoods[i].character);
            vec![one * jitter(i, 0), (1.0 - one - children) * jitter(i, 1), children * jitter(i, 2)]
        })
        .collect();
    let (one, children) = (config.city.one_person_share, config.city.with_children_share);
    let mut households = residents.clone();
    // Households depend on the types and the types on the households: a few rounds settle both.
    for _ in 0..6 {
        rake(&mut types, &households, &[one, 1.0 - one - children, children]);
        households = (0..n).map(|i| residents[i] / size(&types[i])).collect();
    }

    let mut ages: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            let mix = config.age_mix.of(hoods[i].character);
            let young = (CHILDREN_UNDER_15 * types[i][2] / size(&types[i])).min(0.5);
            let sum: f64 = mix.iter().sum();
            let mut row = vec![young];
            row.extend(mix.iter().enumerate().map(|(k, m)| (1.0 - young) * m / sum * jitter(i, 10 + k as u64)));
            row
        })
        .collect();
    rake(&mut ages, &residents, &config.city.by_age);

    let mixed = |of: &dyn Fn(usize) -> [f64; 3], what: u64| -> Vec<Vec<f64>> {
        let row = |i: usize| of(i).iter().enumerate().map(|(k, m)| m * jitter(i, what + k as u64)).collect();
        (0..n).map(row).collect()
    };
    let mut tenures = mixed(&|i| config.tenure_mix.of(hoods[i].character), 20);
    rake(&mut tenures, &households, &config.city.tenure_share);
    let mut schooling = mixed(&|i| config.education_mix.of(hoods[i].character), 30);
    rake(&mut schooling, &residents, &config.city.education_share);

    // Dear homes and high incomes go together: half of the noise is shared.
    let incomes: Vec<f64> = (0..n)
        .map(|i| {
            config.income_factor.of(hoods[i].character) * libm::exp(0.08 * z(draws, i, 40) + 0.05 * z(draws, i, 41))
        })
        .collect();
    let incomes = scaled(&incomes, &households, config.city.mean_income_eur_y);
    let values: Vec<f64> = (0..n)
        .map(|i| {
            config.value_factor.of(hoods[i].character) * libm::exp(0.08 * z(draws, i, 40) + 0.07 * z(draws, i, 42))
        })
        .collect();
    let values = scaled(&values, &households, config.city.mean_home_value_eur);
    let origins = origin_shares(plan, hoods, &residents, config, draws);

    (0..n)
        .map(|i| {
            let by_age = apportion(hoods[i].residents, &ages[i]);
            let n_households = households[i].round().max(1.0) as u32;
            let by_household = apportion(n_households, &types[i]);
            let shares = |row: &[f64]| -> [f32; 3] { std::array::from_fn(|k| row[k] as f32) };
            Marginals {
                residents: hoods[i].residents,
                by_age: std::array::from_fn(|k| by_age[k]),
                households: n_households,
                by_household: std::array::from_fn(|k| by_household[k]),
                tenure_share: shares(&tenures[i]),
                mean_income_eur_y: incomes[i] as f32,
                education_share: shares(&schooling[i]),
                origin_share: origins[i].iter().map(|&s| s as f32).collect(),
                mean_home_value_eur: values[i] as f32,
                vacant_share: (config.vacant_share.of(hoods[i].character) * jitter(i, 50)).min(0.4) as f32,
            }
        })
        .collect()
}

/// Makes every row add up to 1 and the columns, weighted by `weights`, have the shares `target`.
fn rake(rows: &mut [Vec<f64>], weights: &[f64], target: &[f64]) {
    let whole: f64 = weights.iter().sum();
    let sum: f64 = target.iter().sum();
    for _ in 0..40 {
        for k in 0..target.len() {
            let column: f64 = rows.iter().zip(weights).map(|(row, w)| row[k] * w).sum();
            let factor = target[k] / sum * whole / column.max(1e-12);
            rows.iter_mut().for_each(|row| row[k] *= factor);
        }
        for row in rows.iter_mut() {
            let sum: f64 = row.iter().sum();
            row.iter_mut().for_each(|v| *v /= sum.max(1e-12));
        }
    }
}

/// `values` scaled so that their weighted mean is `mean`.
fn scaled(values: &[f64], weights: &[f64], mean: f64) -> Vec<f64> {
    let now: f64 = values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / weights.iter().sum::<f64>();
    values.iter().map(|v| v * mean / now).collect()
}

/// Shares of the origin groups: sizes and smooth fields drawn alike for every group.
fn origin_shares(plan: &Plan, hoods: &[Hood], residents: &[f64], config: &CityConfig, draws: Draws) -> Vec<Vec<f64>> {
    let groups = 0..config.origin_groups;
    let draw = |group: usize, place: u64| {
        let w = draws.block(ORIGINS, mix(ORIGINS, group as u64, place), 0);
        f64::from(bell(w[0], w[1]))
    };
    let sizes: Vec<f64> = groups.clone().map(|g| libm::exp(config.origin_spread * draw(g, u64::MAX))).collect();
    let fields: Vec<Noise> = groups
        .clone()
        .map(|g| Noise::new(draws, 1_000 + g as u64, plan.size_m, (0.5 * plan.radius_m).max(500.0), 300.0))
        .collect();
    let mut rows: Vec<Vec<f64>> = hoods
        .iter()
        .enumerate()
        .map(|(i, hood)| {
            let pull = |g: usize| 0.8 * fields[g].at(hood.centre[0], hood.centre[1]) / 0.4 + 0.6 * draw(g, i as u64);
            groups.clone().map(|g| sizes[g] * libm::exp(config.origin_clustering * pull(g))).collect()
        })
        .collect();
    rake(&mut rows, residents, &sizes);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raking_meets_both_margins() {
        let mut rows = vec![vec![0.7, 0.2, 0.1], vec![0.2, 0.5, 0.3], vec![0.1, 0.3, 0.6]];
        let weights = [100.0, 300.0, 50.0];
        rake(&mut rows, &weights, &[0.35, 0.40, 0.25]);
        for k in 0..3 {
            let share: f64 = rows.iter().zip(weights).map(|(r, w)| r[k] * w).sum::<f64>() / 450.0;
            assert!((share - [0.35, 0.40, 0.25][k]).abs() < 1e-6, "{share}");
        }
        for row in rows {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }
}
