//! The statistics of twins: the paired t test over seeds, and control of false discoveries.
//!
//! * **Pairs.** Baseline and variant of one seed share their chance, so each seed gives one difference. Seeds are
//!   independent, so the differences are a plain sample: Student's t test on their mean, two-sided (Student 1908, M).
//!   Where all differences are zero nothing has happened: *p* = 1. Where all are equal and not zero: *p* = 0.
//! * **Many neighbourhoods.** Of 100 neighbourhoods without any effect five would pass a test at 5 %. The procedure of
//!   Benjamini & Hochberg (1995, M) keeps the expected part of false ones among those flagged at 5 %, and with no effect
//!   anywhere the chance of flagging even one at 5 %.
//! * **Bands** are quantiles over seeds with linear interpolation: they say how much the effect differs between
//!   seeds, not how well its mean is known.
//!
//! Limits: the t test leans on the mean of some ten differences being nearly normal; with few events it flags too
//! little rather than too much.

/// Part of false ones among those flagged that is accepted.
pub const FALSE_DISCOVERIES: f64 = 0.05;

/// Mean and standard deviation (n − 1) of `values`; the deviation is NaN below two.
pub fn mean_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// Two-sided *p* of the paired t test: could the mean of `differences` be zero? 1 below two differences, and if any of
/// them is missing.
pub fn paired_p(differences: &[f64]) -> f64 {
    if differences.len() < 2 || differences.iter().any(|d| !d.is_finite()) {
        return 1.0;
    }
    let (mean, sd) = mean_sd(differences);
    let n = differences.len() as f64;
    // Rounding of equal differences must not count as a spread.
    if sd <= 1e-9 * mean.abs() {
        return if mean == 0.0 { 1.0 } else { 0.0 };
    }
    t_two_sided(mean / (sd / n.sqrt()), n - 1.0)
}

/// Two-sided *p* of a value `t` of Student's t with `df` degrees of freedom.
pub fn t_two_sided(t: f64, df: f64) -> f64 {
    incomplete_beta(df / (df + t * t), df / 2.0, 0.5)
}

/// The adjusted *p* of Benjamini & Hochberg, in the order of `p`: flagging all with at most α keeps the false ones among
/// them at α.
pub fn false_discovery(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[b].total_cmp(&p[a]));
    let mut adjusted = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (from_above, &i) in order.iter().enumerate() {
        let rank = (p.len() - from_above) as f64;
        least = least.min(p[i] * p.len() as f64 / rank);
        adjusted[i] = least;
    }
    adjusted
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz & Stegun 26.5.8, M)
/// evaluated with Lentz's method.
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    // The fraction converges fast on this side only.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front =
        libm::exp(libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log(1.0 - x))
            / a;
    let tiny = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < tiny { tiny } else { v };
    let (mut c, mut d) = (1.0, 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0)));
    let mut fraction = d;
    for m in 1..300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut step = 1.0;
        for coefficient in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + coefficient * d);
            c = away_from_zero(1.0 + coefficient / c);
            step = c * d;
            fraction *= step;
        }
        if (step - 1.0).abs() < 1e-14 {
            break;
        }
    }
    (front * fraction).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::draws::{Draws, Stream};

    /// Critical values of Student's t from the printed tables: two-sided 5 % and 1 %.
    #[test]
    fn the_t_distribution_agrees_with_the_tables() {
        for (df, five, one) in [
            (1.0, 12.706, 63.657),
            (4.0, 2.776, 4.604),
            (9.0, 2.262, 3.250),
            (29.0, 2.045, 2.756),
            (120.0, 1.980, 2.617),
        ] {
            assert!((t_two_sided(five, df) - 0.05).abs() < 5e-5, "{df}: {}", t_two_sided(five, df));
            assert!((t_two_sided(-one, df) - 0.01).abs() < 2e-5, "{df}: {}", t_two_sided(one, df));
        }
        // Closed forms: df = 1 is Cauchy, df = 2 is 1 − t/√(2 + t²).
        assert!((t_two_sided(3.0, 1.0) - (1.0 - 2.0 / std::f64::consts::PI * 3.0f64.atan())).abs() < 1e-12);
        assert!((t_two_sided(1.5, 2.0) - (1.0 - 1.5 / (2.0f64 + 2.25).sqrt())).abs() < 1e-12);
    }

    #[test]
    fn pairs_without_spread_are_certain_either_way() {
        assert_eq!(paired_p(&[0.0; 10]), 1.0);
        assert_eq!(paired_p(&[2.5; 10]), 0.0);
        assert_eq!(paired_p(&[1.0]), 1.0);
        assert_eq!(paired_p(&[1.0, f64::NAN, 2.0]), 1.0);
        // Student's sleep data (1908): differences of ten patients, t = 4.0621, p = 0.00283.
        let sleep = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4];
        assert!((paired_p(&sleep) - 0.00283).abs() < 1e-5, "{}", paired_p(&sleep));
    }

    /// The worked example of Benjamini & Hochberg (1995, table 1): of fifteen p-values four are significant at 5 %.
    #[test]
    fn false_discoveries_as_in_the_paper() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        assert_eq!(false_discovery(&p).iter().filter(|q| **q <= 0.05).count(), 4);
        let backwards: Vec<f64> = p.iter().rev().copied().collect();
        assert_eq!(false_discovery(&backwards).iter().rev().copied().collect::<Vec<_>>(), false_discovery(&p));
    }

    /// Without any effect: 400 cities of 60 neighbourhoods and ten seeds, differences of counts, many of them zero. A
    /// single neighbourhood is flagged in at most the nominal 5 % of the cities (three standard errors above allowed).
    #[test]
    fn nothing_is_flagged_more_often_than_promised() {
        const STREAM: Stream = Stream::named("test.twin.null");
        let draws = Draws::at_start(7);
        let (cities, hoods) = (400u64, 60u64);
        let mut flagged = 0;
        for city in 0..cities {
            let p: Vec<f64> = (0..hoods)
                .map(|hood| {
                    let differences: Vec<f64> = (0..10u32)
                        .map(|seed| {
                            let words = draws.block(STREAM, city * 1000 + hood, seed);
                            // A difference of two sums of coins: a small count's noise.
                            f64::from((words[0] & 0xfff).count_ones()) - f64::from((words[1] & 0xfff).count_ones())
                        })
                        .collect();
                    paired_p(&differences)
                })
                .collect();
            flagged += u64::from(false_discovery(&p).iter().any(|q| *q <= FALSE_DISCOVERIES));
        }
        let share = flagged as f64 / cities as f64;
        let allowed = 0.05 + 3.0 * (0.05f64 * 0.95 / cities as f64).sqrt();
        assert!(share <= allowed, "{share} of the cities, allowed {allowed}");
        assert!(flagged > 0, "a test that never errs has no power");
    }
}
