//! Differences in words and figures.

use super::effects::Effect;
use crate::indicators::{Indicator, Unit};
use crate::report::Lang;
use crate::report::number::{decimal, signed};
use crate::sim::Month;

/// A difference in its unit, with its sign; no more than three figures.
pub fn difference(v: f64, unit: Unit, lang: Lang) -> String {
    if !v.is_finite() {
        return decimal(v, 0, lang);
    }
    let (scale, before, after) = frame(unit, lang);
    let v = v * scale;
    if v == 0.0 {
        return format!("{before}0{after}");
    }
    let digits = match v.abs() {
        a if a >= 99.95 || unit == Unit::ThousandEur => 0,
        a if a >= 9.995 => 1,
        a if a >= 0.9995 || unit != Unit::Index => 2,
        _ => 4,
    };
    let text = signed(v, digits, lang);
    let (sign, number) = text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
    format!("{sign}{before}{number}{after}")
}

fn frame(unit: Unit, lang: Lang) -> (f64, &'static str, &'static str) {
    match unit {
        Unit::Share => (100.0, "", lang.pick("\u{a0}points", "\u{a0}procentpunt")),
        Unit::EurPerMonth => (1.0, "€\u{a0}", ""),
        Unit::ThousandEur => (1000.0, "€\u{a0}", ""),
        Unit::Years => (1.0, "", lang.pick("\u{a0}years", "\u{a0}jaar")),
        Unit::PerThousandYear => (1.0, "", lang.pick("\u{a0}per 1,000", "\u{a0}per 1.000")),
        _ => (1.0, "", ""),
    }
}

/// A limit of a map's class, all limits being multiples of `step`.
pub fn limit(v: f64, step: f64, unit: Unit, lang: Lang) -> String {
    let (scale, before, after) = frame(unit, lang);
    let (v, step) = (v * scale, step * scale);
    let exact = |d: &i32| (step * 10f64.powi(*d) - (step * 10f64.powi(*d)).round()).abs() < 1e-6;
    let digits = (0..6).find(exact).unwrap_or(6) as usize;
    let text = signed(v, digits, lang);
    let (sign, number) = text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
    format!("{sign}{before}{number}{after}")
}

/// A value on an axis: short.
pub fn axis(v: f64, step: f64, unit: Unit, lang: Lang) -> String {
    let text = limit(v, step, unit, lang);
    match unit {
        Unit::Share => text.replace(frame(unit, lang).2, "\u{a0}pp"),
        Unit::PerThousandYear => text.replace(frame(unit, lang).2, ""),
        Unit::Years => text.replace(frame(unit, lang).2, lang.pick("\u{a0}y", "\u{a0}jr")),
        _ => text,
    }
}

/// "+12 (+3 to +20)"; the unit stands once.
pub fn with_band(effect: &Effect, unit: Unit, lang: Lang) -> String {
    let middle = difference(effect.difference, unit, lang);
    if !effect.difference.is_finite() || effect.n < 2 {
        return middle;
    }
    let (_, before, after) = frame(unit, lang);
    let bare = |v: f64| {
        let text = difference(v, unit, lang).replacen(before, "", 1);
        text.strip_suffix(after).unwrap_or(&text).to_string()
    };
    let (low, high) = (bare(effect.low), bare(effect.high));
    let middle = middle.strip_suffix(after).unwrap_or(&middle);
    format!("{middle} ({low} {} {high}){after}", lang.pick("to", "tot"))
}

/// The indicator's name, and "per year" behind a flow.
pub fn title(indicator: &Indicator, lang: Lang) -> String {
    let title = lang.of(indicator.title);
    match indicator.adds_up() {
        true => format!("{title} {}", lang.pick("per year", "per jaar")),
        false => title.into(),
    }
}

/// "yes", "no" or "too few seeds".
pub fn noise(effect: &Effect, lang: Lang) -> &'static str {
    match effect.beyond_noise() {
        Some(true) => lang.pick("yes", "ja"),
        Some(false) => lang.pick("no", "nee"),
        None if effect.n == 0 => lang.pick("n/a", "n.b."),
        None => lang.pick("too few seeds", "te weinig startgetallen"),
    }
}

/// An amount of money, in thousands or millions where that is shorter.
pub fn euros(v: f64, lang: Lang) -> String {
    match v.abs() {
        a if a >= 999_500.0 => format!("€\u{a0}{}\u{a0}{}", decimal(v / 1e6, 1, lang), lang.pick("million", "miljoen")),
        _ => format!("€\u{a0}{}", decimal((v / 100.0).round() * 100.0, 0, lang)),
    }
}

/// "March 2027".
pub fn month(month: Month, lang: Lang) -> String {
    crate::report::builder::month_name(month, lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_have_a_sign_a_unit_and_three_figures() {
        assert_eq!(difference(1234.4, Unit::People, Lang::En), "+1,234");
        assert_eq!(difference(-12.34, Unit::Events, Lang::Nl), "−12,3");
        assert_eq!(difference(-0.0123, Unit::Share, Lang::En), "−1.23\u{a0}points");
        assert_eq!(difference(12.3, Unit::EurPerMonth, Lang::En), "+€\u{a0}12.3");
        assert_eq!(difference(0.00123, Unit::Index, Lang::En), "+0.0012");
        assert_eq!(difference(0.0, Unit::People, Lang::En), "0");
        assert_eq!(difference(f64::NAN, Unit::People, Lang::Nl), "n.b.");
        assert_eq!(limit(-0.005, 0.001, Unit::Share, Lang::En), "−0.5\u{a0}points");
        assert_eq!(euros(1_520_000.0, Lang::Nl), "€\u{a0}1,5\u{a0}miljoen");
        assert_eq!(euros(12_340.0, Lang::En), "€\u{a0}12,300");
    }
}
