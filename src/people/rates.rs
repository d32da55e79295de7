//! Hazards by age as monthly thresholds, so that a month of a life costs one block of draws and four comparisons.

use super::causes::Causes;
use super::components::{Person, ShortMonth};
use super::parameters::DemographyParameters;
use crate::sim::draws::threshold;

/// Number of ages, 0–127.
pub const N_AGES: usize = 128;

/// Linear interpolation in a table of (x, y); flat beyond its ends.
pub fn interpolate(table: &[(f64, f64)], x: f64) -> f64 {
    let after = table.partition_point(|p| p.0 < x);
    match (after.checked_sub(1).map(|i| table[i]), table.get(after)) {
        (None, Some(&(_, y))) | (Some((_, y)), None) => y,
        (Some((x0, y0)), Some(&(x1, y1))) => y0 + (y1 - y0) * (x - x0) / (x1 - x0),
        (None, None) => 0.0,
    }
}

/// The chance in a month at a constant hazard per year.
pub fn monthly(hazard_y: f64) -> f64 {
    -libm::expm1(-hazard_y.max(0.0) / 12.0)
}

/// Gompertz mortality μ(x) = a·e^{bx}, per year (models.md §1).
pub fn mortality_y(age_y: f64, p: &DemographyParameters) -> f64 {
    p.mortality_a * libm::exp(p.mortality_b * age_y)
}

/// Births per woman and year at `age_y`: a normal schedule that adds up to the total fertility rate.
pub fn fertility_y(age_y: f64, p: &DemographyParameters) -> f64 {
    let z = (age_y - p.fertility_mean_age_y) / p.fertility_sd_y;
    let inside = (15.0..50.0).contains(&age_y);
    if inside { p.fertility_total * libm::exp(-0.5 * z * z) / (p.fertility_sd_y * 2.506_628_274_631) } else { 0.0 }
}

/// Shape of leaving home by age: σ((age − 20.5) / 1.2), from 16 on (models.md §1 gives the form; a0 and s are A).
fn leaving_shape(age_y: f64) -> f64 {
    if age_y < 16.0 { 0.0 } else { 1.0 / (1.0 + libm::exp(-(age_y - 20.5) / 1.2)) }
}

/// Share of children who still live at home at the start of each age, at hazard level `h0`.
pub fn at_home(h0: f64) -> [f64; N_AGES] {
    let mut share = [1.0; N_AGES];
    for age in 1..N_AGES {
        let months = (0..12).map(|m| (age - 1) as f64 + (f64::from(m) + 0.5) / 12.0);
        share[age] = share[age - 1] * months.map(|x| 1.0 - monthly(h0 * leaving_shape(x))).product::<f64>();
    }
    share
}

/// The hazard level h0 (per year) at which leaving home happens at `mean_age_y` on average, by bisection.
pub fn leaving_level(mean_age_y: f64) -> f64 {
    let mean_age = |h0: f64| {
        let (mut at_home, mut sum) = (1.0, 0.0);
        for month in 16 * 12..60 * 12 {
            let age = (f64::from(month) + 0.5) / 12.0;
            let leaves = at_home * monthly(h0 * leaving_shape(age));
            sum += leaves * age;
            at_home -= leaves;
        }
        sum / (1.0 - at_home)
    };
    let (mut low, mut high) = (0.02, 5.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if mean_age(middle) > mean_age_y { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Hazard of leaving the parental home, per year, by age, at the affordability of the start.
pub fn leaving_home_y(p: &DemographyParameters) -> [f64; N_AGES] {
    let level = leaving_level(p.leaving_home_mean_age_y);
    std::array::from_fn(|age| level * leaving_shape(age as f64 + 0.5))
}

/// Hazard of moving in with a partner by age, relative to its peak at 28 (A). Its level is solved for the city, see
/// [`super::unions`].
pub fn union_shape(age_y: f64) -> f64 {
    match age_y {
        ..18.0 | 80.0.. => 0.0,
        ..28.0 => (age_y - 17.0) / 11.0,
        _ => libm::exp(-(age_y - 28.0) / 16.0),
    }
}

/// Hazard that a couple separates, per year, at the age of one of them: e^{−(age − 25)/τ} of that at 25.
pub fn separation_y(age_y: f64, p: &DemographyParameters) -> f64 {
    p.separation_y * libm::exp(-(age_y - 25.0).max(0.0) / p.separation_fade_y)
}

/// Monthly thresholds by age, for this tick.
#[derive(Debug, Clone)]
pub struct LifeTable {
    /// Dies.
    pub death: [u32; N_AGES],
    /// Leaves the parental home.
    pub leave_home: [u32; N_AGES],
    /// Looks for a partner to live with.
    pub seek: [u32; N_AGES],
    /// Bears a child, without a partner and with one.
    pub birth: [[u32; N_AGES]; 2],
    /// A couple separates.
    pub separate: [u32; N_AGES],
}

impl LifeTable {
    /// Thresholds at `years` since the start; `fertility` and `union_peak_y` are the intercepts solved at the start,
    /// `affordability` that of the cheapest homes relative to the start. Deaths by `causes` are left to the challenges
    /// that draw them.
    /// `leaving` is [`leaving_level`] of the parameters, which takes long to solve.
    pub fn new(
        p: &DemographyParameters,
        years: f64,
        [fertility, union_peak_y]: [f64; 2],
        [affordability, leaving]: [f64; 2],
        causes: &Causes,
    ) -> LifeTable {
        let by_age = |f: &dyn Fn(f64) -> f64| std::array::from_fn(|age| threshold(monthly(f(age as f64 + 0.5))));
        let longer = libm::pow(1.0 + p.mortality_trend, years);
        let dies = |age: f64| longer * mortality_y(age, p) - causes.elsewhere_y(age as usize);
        let level = leaving * libm::pow(affordability.max(0.05), p.leaving_home_gamma);
        let trend = libm::pow(1.0 + p.fertility_trend, years);
        let births = |ratio: f64| by_age(&|age| fertility * ratio * trend * fertility_y(age, p));
        LifeTable {
            death: by_age(&dies),
            leave_home: by_age(&|age| level * leaving_shape(age)),
            seek: by_age(&|age| union_peak_y * union_shape(age)),
            birth: [births(1.0), births(p.fertility_partner_ratio)],
            separate: by_age(&|age| separation_y(age, p)),
        }
    }
}

/// The intercept that makes the first population bear as many children as the schedule promises, given that women
/// with a partner bear more: Σ f(age) / Σ f(age)·ratio.
pub fn solve_fertility(persons: &[Person], now: ShortMonth, p: &DemographyParameters) -> f64 {
    let (mut wanted, mut weighted) = (0.0, 0.0);
    for person in persons.iter().filter(|q| q.is_there() && q.sex == 0) {
        let f = fertility_y(f64::from(person.age_y(now)) + 0.5, p);
        wanted += f;
        weighted += f * if person.partner.get().is_some() { p.fertility_partner_ratio } else { 1.0 };
    }
    if weighted > 0.0 { wanted / weighted } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CBS 2023, from memory: life expectancy 82 years (80.3 for men, 83.3 for women), 1.0 % die at 65, 4.8 % at 80 and
    /// 16 % at 90, and 4.0 % of all of 65 and over.
    #[test]
    fn mortality_is_that_of_the_country() {
        let p = DemographyParameters::default();
        let (mut alive, mut expectancy) = (1.0, 0.0);
        for month in 0..1_440 {
            alive *= libm::exp(-mortality_y(f64::from(month) / 12.0, &p) / 12.0);
            expectancy += alive / 12.0;
        }
        assert!((expectancy - 82.0).abs() < 0.7, "{expectancy}");
        for (age, want) in [(65.0, 0.0103), (80.0, 0.0477), (90.0, 0.158)] {
            assert!((mortality_y(age, &p) / want - 1.0).abs() < 0.12, "{age}");
        }
        // 1 January 2024, thousands, by five years of age.
        let elders = [(67.5, 1062.0), (72.5, 957.0), (77.5, 800.0), (82.5, 496.0), (87.5, 268.0), (93.0, 136.0)];
        let sum = |f: &dyn Fn(f64) -> f64| elders.iter().map(|&(age, n)| n * f(age)).sum::<f64>();
        assert!((sum(&|age| mortality_y(age, &p)) / sum(&|_| 1.0) - 0.040).abs() < 0.001);
    }

    #[test]
    fn the_schedule_adds_up_to_total_fertility() {
        let p = DemographyParameters::default();
        let sum: f64 = (15..50).map(|age| fertility_y(f64::from(age) + 0.5, &p)).sum();
        assert!((sum - p.fertility_total).abs() < 0.005 * p.fertility_total, "{sum}");
    }

    /// Report §2.1: 22.8 years in 2012, 23.7 in 2020. A lower level of the hazard is what carries the difference.
    #[test]
    fn leaving_home_meets_its_mean_age() {
        let (early, late) = (leaving_level(22.8), leaving_level(23.7));
        assert!(early > late && late > 0.1 && early < 2.0, "{early} {late}");
    }

    /// CBS 2019: of those who first lived together in 2000 a quarter had parted after five years, 47 % after fifteen. CBS 2021:
    /// 159,000 persons parted in 2019, of some 8.4 million who live with a partner (M): 1.9 %.
    #[test]
    fn couples_part_as_they_do() {
        let p = DemographyParameters::default();
        let together = |years: i32| {
            let months = (0..12 * years).map(|m| 25.0 + (f64::from(m) + 0.5) / 12.0);
            months.map(|age| 1.0 - monthly(separation_y(age, &p))).product::<f64>()
        };
        assert!((together(5) - 0.75).abs() < 0.005, "{}", together(5));
        assert!((together(15) - 0.53).abs() < 0.005, "{}", together(15));
        // Who lives with a partner, millions by age (M: CBS household positions).
        let couples = [(23.0, 0.2), (30.0, 1.25), (40.0, 1.45), (50.0, 1.65), (60.0, 1.65), (70.0, 1.35), (80.0, 0.75)];
        let all: f64 = couples.iter().map(|c| c.1).sum();
        let part = couples.iter().map(|&(age, n)| n * separation_y(age, &p)).sum::<f64>() / all;
        assert!((part - 0.019).abs() < 0.003, "{part}");
    }

    #[test]
    fn monthly_chances_compound_to_the_yearly_one() {
        let year = 1.0 - (1.0 - monthly(0.3)).powi(12);
        assert!((year - (1.0 - (-0.3f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn interpolation_is_flat_beyond_the_ends() {
        let t = [(10.0, 1.0), (20.0, 3.0)];
        assert_eq!([5.0, 10.0, 15.0, 20.0, 99.0].map(|x| interpolate(&t, x)), [1.0, 1.0, 2.0, 3.0, 3.0]);
    }
}
