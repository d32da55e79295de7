//! How good a forecast was, beside rivals that know less or cheat.
//!
//! With weights `w`, start `s`, outcome `o`, forecast `f`, and `⟨x⟩ = Σ w x / Σ w`:
//!
//! | score | is |
//! |---|---|
//! | MAE | `⟨|f − o|⟩` |
//! | RMSE | `√⟨(f − o)²⟩` |
//! | bias | `⟨f − o⟩` |
//! | R² of change | `1 − ⟨(f − o)²⟩ / ⟨(Δ − ⟨Δ⟩)²⟩`, `Δ = o − s`: 1 perfect, 0 as good as knowing the mean change, below 0 worse |
//! | correlation of change | of `f − s` with `o − s`: right pattern, whatever its size |
//! | skill against a rival | `1 − MSE / MSE(rival)`: 1 perfect, 0 as good as the rival, below 0 worse |
//!
//! Skill is the mean-squared-error skill score of forecast verification (Murphy 1988, Mon. Wea. Rev. 116:2417; M).

use serde::Serialize;

/// One area of one quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Weight.
    pub weight: f64,
    /// Value at the start.
    pub start: f64,
    /// Value at the end.
    pub end: f64,
    /// What the forecast says the value at the end is.
    pub forecast: f64,
}

/// Scores of one forecast of one quantity. `None` where a score has no meaning.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Score {
    /// Areas.
    pub n: usize,
    /// Weighted mean absolute error.
    pub mae: f64,
    /// Weighted root mean square error.
    pub rmse: f64,
    /// Weighted mean error: positive where the forecast is too high.
    pub bias: f64,
    /// Share of the variance of the change that the forecast explains.
    pub r2_change: Option<f64>,
    /// Correlation of forecast and real change.
    pub correlation_change: Option<f64>,
    /// Skill against "nothing changes".
    pub skill_vs_nothing: Option<f64>,
    /// Skill against the city-wide trend.
    pub skill_vs_trend: Option<f64>,
}

/// Scores `points`; `mse_trend` is the mean square error of the city-wide trend on the same areas. `None` without areas.
pub fn score(points: &[Point], mse_trend: f64) -> Option<Score> {
    let total: f64 = points.iter().map(|p| p.weight).sum();
    if total <= 0.0 {
        return None;
    }
    let mean = |value: &dyn Fn(&Point) -> f64| points.iter().map(|p| p.weight * value(p)).sum::<f64>() / total;
    let mse = mean_square_error(points);
    let mse_nothing = mean(&|p| (p.start - p.end).powi(2));
    let (real, said) = (mean(&|p| p.end - p.start), mean(&|p| p.forecast - p.start));
    let real_var = mean(&|p| (p.end - p.start - real).powi(2));
    let said_var = mean(&|p| (p.forecast - p.start - said).powi(2));
    let covariance = mean(&|p| (p.end - p.start - real) * (p.forecast - p.start - said));
    // Variances of nothing but rounding carry no pattern.
    let spread = |variance: f64| variance > 1e-18 * mean(&|p| p.end * p.end).max(f64::MIN_POSITIVE);
    let against = |rival: f64| (rival > 0.0).then(|| 1.0 - mse / rival);
    Some(Score {
        n: points.len(),
        mae: mean(&|p| (p.forecast - p.end).abs()),
        rmse: libm::sqrt(mse),
        bias: mean(&|p| p.forecast - p.end),
        r2_change: spread(real_var).then(|| 1.0 - mse / real_var),
        correlation_change: (spread(real_var) && spread(said_var))
            .then(|| covariance / libm::sqrt(real_var * said_var)),
        skill_vs_nothing: against(mse_nothing),
        skill_vs_trend: against(mse_trend),
    })
}

/// Weighted mean square error of the forecasts.
pub fn mean_square_error(points: &[Point]) -> f64 {
    let total: f64 = points.iter().map(|p| p.weight).sum();
    points.iter().map(|p| p.weight * (p.forecast - p.end).powi(2)).sum::<f64>() / total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(weight: f64, start: f64, end: f64, forecast: f64) -> Point {
        Point { weight, start, end, forecast }
    }

    #[test]
    fn scores_agree_with_a_calculation_by_hand() {
        // Errors −5 and +10 with weights 1 and 3; real changes +10 and −20.
        let points = [point(1.0, 100.0, 110.0, 105.0), point(3.0, 200.0, 180.0, 190.0)];
        let s = score(&points, 162.5).unwrap();
        assert_eq!((s.n, s.mae, s.bias), (2, 8.75, 6.25));
        assert!((s.rmse - 81.25_f64.sqrt()).abs() < 1e-12);
        // MSE of "nothing changes": (100 + 3 · 400) / 4 = 325.
        assert_eq!(s.skill_vs_nothing, Some(0.75));
        assert_eq!(s.skill_vs_trend, Some(0.5));
        // Variance of the change: mean −12.5, (22.5² + 3 · 7.5²) / 4 = 168.75.
        assert!((s.r2_change.unwrap() - (1.0 - 81.25 / 168.75)).abs() < 1e-12);
        assert!((s.correlation_change.unwrap() - 1.0).abs() < 1e-12, "two points lie on a line");
    }

    #[test]
    fn nothing_changes_has_no_skill_and_no_pattern() {
        let points = [point(1.0, 10.0, 12.0, 10.0), point(1.0, 20.0, 19.0, 20.0)];
        let s = score(&points, 5.0).unwrap();
        assert_eq!((s.skill_vs_nothing, s.skill_vs_trend, s.correlation_change), (Some(0.0), Some(0.5), None));
        assert_eq!((s.mae, s.bias), (1.5, -0.5));
        assert_eq!(score(&[], 1.0), None);
    }

    #[test]
    fn a_forecast_worse_than_its_rival_is_said_to_be() {
        let s = score(&[point(2.0, 10.0, 11.0, 13.0)], 1.0).unwrap();
        assert_eq!((s.skill_vs_nothing, s.r2_change), (Some(-3.0), None));
    }
}
