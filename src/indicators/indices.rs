//! Indices of segregation, inequality and clustering: pure functions of counts.
//!
//! Definitions are those of the Python packages `segregation` 2.5 (Cortes et al. 2020) and `esda` 2.9, one to one,
//! and the tests hold committed results of both (`goldens`). Notation: unit *i* (a neighbourhood), group *m*, `t_i`
//! people in a unit, `T` in all, `π_im` share of group *m* in unit *i*, `π_m` in all.
//!
//! | function | formula | 0 means | 1 means |
//! |---|---|---|---|
//! | [`dissimilarity`] | Σᵢ tᵢ\|pᵢ − P\| / 2TP(1−P) | even | fully apart |
//! | [`dissimilarity_multi`] | ΣₘΣᵢ tᵢ\|π_im − π_m\| / 2T Σ π_m(1−π_m) (Morgan 1975, Sakoda 1981) | even | fully apart |
//! | [`theil_h`] | ΣᵢΣₘ tᵢ π_im ln(π_im/π_m) / TE, E = Σ π_m ln(1/π_m) (Theil 1972) | even | fully apart |
//! | [`isolation`], [`exposure`] | Σᵢ (xᵢ/X)(xᵢ/tᵢ), Σᵢ (xᵢ/X)(yᵢ/tᵢ) (Bell 1954, Lieberson 1981) | never meets | meets only these |
//! | [`normalised_exposure`] | ΣₘΣᵢ tᵢ(π_im − π_m)² / T(1−π_m) (James 1986) | even | fully apart |
//! | [`gini_segregation`] | ΣᵢΣⱼ tᵢtⱼ\|pᵢ − pⱼ\| / 2T²P(1−P) | even | fully apart |
//! | [`gini`] | ΣᵢΣⱼ wᵢwⱼ\|xᵢ − xⱼ\| / 2W²x̄ | all equal | one has all |
//! | [`moran_i`] | n/S₀ · ΣᵢΣⱼ wᵢⱼ zᵢzⱼ / Σ zᵢ² (Moran 1950) | no pattern | like beside like (−1: unlike) |
//! | [`simpson`] | 1 − Σ p² | one group | many groups |
//! | [`shannon`] | −Σ p ln p | one group | (ln of their number) |
//!
//! Every function answers `None` where its formula divides by zero, for example segregation of a single group. Tables
//! are row-major, one row per unit, one column per group. Sums run in the order of the rows; a caller that wants the
//! same bits under any labelling of groups orders the columns by size first ([`by_size`]). Grade L for all.

/// Dissimilarity of two groups: `x` of a group and `t` of all people in each unit.
pub fn dissimilarity(x: &[f64], t: &[f64]) -> Option<f64> {
    let (total_x, total) = (sum(x), sum(t));
    let p = total_x / total;
    let apart: f64 = pairs(x, t).map(|(x, t)| (x - t * p).abs()).sum();
    defined(apart / (2.0 * total * p * (1.0 - p)))
}

/// Dissimilarity of any number of groups.
pub fn dissimilarity_multi(counts: &[f64], n_groups: usize) -> Option<f64> {
    let city = Shares::of(counts, n_groups);
    let apart: f64 = rows(counts, n_groups)
        .map(|(row, t)| row.iter().zip(&city.of_all).map(|(x, p)| (x - t * p).abs()).sum::<f64>())
        .sum();
    defined(apart / (2.0 * city.total * simpson(&city.of_all)?))
}

/// Theil's information theory index of any number of groups.
pub fn theil_h(counts: &[f64], n_groups: usize) -> Option<f64> {
    let city = Shares::of(counts, n_groups);
    let information: f64 = rows(counts, n_groups)
        .map(|(row, t)| {
            let terms = row.iter().zip(&city.of_all).filter(|(x, _)| **x > 0.0);
            terms.map(|(x, p)| x * libm::log(x / t / p)).sum::<f64>()
        })
        .sum();
    defined(information / (city.total * shannon(&city.of_all)?))
}

/// Share of their own group that the average member of a group finds in the unit: `x` of the group, `t` of all.
pub fn isolation(x: &[f64], t: &[f64]) -> Option<f64> {
    exposure(x, x, t)
}

/// Share of group `y` that the average member of group `x` finds in the unit.
pub fn exposure(x: &[f64], y: &[f64], t: &[f64]) -> Option<f64> {
    let met: f64 = pairs(x, t).zip(y).filter(|((_, t), _)| *t > 0.0).map(|((x, t), y)| x * y / t).sum();
    defined(met / sum(x))
}

/// Share of their own group that the average resident finds in the unit, over all groups: Σₘ π_m · isolation of *m*.
pub fn mean_isolation(counts: &[f64], n_groups: usize) -> Option<f64> {
    let met: f64 = rows(counts, n_groups).map(|(row, t)| row.iter().map(|x| x * x / t).sum::<f64>()).sum();
    defined(met / sum(counts))
}

/// Isolation of any number of groups beyond what their size alone brings.
pub fn normalised_exposure(counts: &[f64], n_groups: usize) -> Option<f64> {
    let city = Shares::of(counts, n_groups);
    let apart: f64 = rows(counts, n_groups)
        .map(|(row, t)| {
            row.iter().zip(&city.of_all).map(|(x, p)| t * (x / t - p) * (x / t - p) / (1.0 - p)).sum::<f64>()
        })
        .sum();
    defined(apart / city.total)
}

/// Gini index of segregation of two groups: `x` of a group and `t` of all people in each unit.
pub fn gini_segregation(x: &[f64], t: &[f64]) -> Option<f64> {
    // |pᵢ − pⱼ| summed over people is the Gini of the shares times twice their mean.
    let shares: Vec<(f64, f64)> = pairs(x, t).filter(|(_, t)| *t > 0.0).map(|(x, t)| (x / t, t)).collect();
    defined(gini(shares)? / (1.0 - sum(x) / sum(t)))
}

/// Gini coefficient of (value ≥ 0, weight) pairs.
pub fn gini(mut values: Vec<(f64, f64)>) -> Option<f64> {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut people, mut money, mut area) = (0.0, 0.0, 0.0);
    for (value, weight) in values {
        // Trapezium under the Lorenz curve, times two.
        area += weight * (2.0 * money + value * weight);
        people += weight;
        money += value * weight;
    }
    defined(1.0 - area / (people * money))
}

/// Moran's I of `values` with row-standardised weights: `neighbours[i]` are the units beside *i*. Units without
/// neighbours have weight zero, as in `libpysal`.
pub fn moran_i(values: &[f64], neighbours: &[Vec<u32>]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = sum(values) / n;
    let spread: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let (mut cross, mut weight) = (0.0, 0.0);
    for (i, beside) in neighbours.iter().enumerate().filter(|(_, beside)| !beside.is_empty()) {
        let lag: f64 = beside.iter().map(|&j| values[j as usize] - mean).sum();
        cross += (values[i] - mean) * lag / beside.len() as f64;
        weight += 1.0;
    }
    defined(n / weight * cross / spread)
}

/// Simpson's diversity of counts or shares: the chance that two people drawn with replacement differ.
pub fn simpson(counts: &[f64]) -> Option<f64> {
    let total = sum(counts);
    defined(1.0 - counts.iter().map(|c| (c / total) * (c / total)).sum::<f64>())
}

/// Shannon's diversity of counts or shares, natural logarithm.
pub fn shannon(counts: &[f64]) -> Option<f64> {
    let total = sum(counts);
    defined(-counts.iter().filter(|c| **c > 0.0).map(|c| c / total * libm::log(c / total)).sum::<f64>())
}

/// `counts` with its columns in order of size, largest first, equal ones by their rows: the same table under any
/// labelling of the groups, hence the same bits of any index (models.md E-4). Empty columns are left out. Answers the
/// table and its number of columns.
pub fn by_size(counts: &[f64], n_groups: usize) -> (Vec<f64>, usize) {
    let column = |m: usize| counts.iter().skip(m).step_by(n_groups).copied();
    let total = |m: usize| column(m).sum::<f64>();
    let mut order: Vec<usize> = (0..n_groups).filter(|&m| total(m) > 0.0).collect();
    order.sort_by(|&a, &b| {
        total(b).total_cmp(&total(a)).then_with(|| column(b).partial_cmp(column(a)).expect("counts are numbers"))
    });
    let table = counts.chunks_exact(n_groups.max(1)).flat_map(|row| order.iter().map(|&m| row[m])).collect();
    (table, order.len())
}

/// Groups of the whole city.
struct Shares {
    total: f64,
    of_all: Vec<f64>,
}

impl Shares {
    fn of(counts: &[f64], n_groups: usize) -> Shares {
        let mut of_all = vec![0.0; n_groups];
        for (row, _) in rows(counts, n_groups) {
            of_all.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let total = sum(&of_all);
        of_all.iter_mut().for_each(|p| *p /= total);
        Shares { total, of_all }
    }
}

/// Rows that have people, with their number of people.
fn rows(counts: &[f64], n_groups: usize) -> impl Iterator<Item = (&[f64], f64)> {
    counts.chunks_exact(n_groups.max(1)).map(|row| (row, sum(row))).filter(|(_, t)| *t > 0.0)
}

fn pairs<'a>(x: &'a [f64], t: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
    x.iter().copied().zip(t.iter().copied())
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

fn defined(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
#[path = "indices_tests.rs"]
mod tests;
