//! Numbers as people write them, in Dutch and English.

use super::Lang;
use crate::indicators::Unit;

/// `value` with `digits` decimals, thousands apart. A missing value is "n/a" (Dutch "n.b."), never zero.
pub fn decimal(value: f64, digits: usize, lang: Lang) -> String {
    if !value.is_finite() {
        return lang.pick("n/a", "n.b.").into();
    }
    let text = format!("{:.digits$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let (thousands, point) = lang.pick((",", "."), (".", ","));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push_str(thousands);
        }
        grouped.push(digit);
    }
    let is_zero = text.chars().all(|c| c == '0' || c == '.');
    let sign = if value < 0.0 && !is_zero { "−" } else { "" };
    if part.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{point}{part}") }
}

/// A value in its unit, as for a table.
pub fn value(v: f64, unit: Unit, lang: Lang) -> String {
    if !v.is_finite() {
        return decimal(v, 0, lang);
    }
    match unit {
        Unit::People | Unit::Households | Unit::Homes | Unit::Events => decimal(v, 0, lang),
        Unit::Days => format!("{}\u{a0}{}", decimal(v, 0, lang), lang.pick("days", "dagen")),
        Unit::Millimetres => format!("{}\u{a0}mm", decimal(v, 0, lang)),
        Unit::Years => format!("{}\u{a0}{}", decimal(v, 1, lang), lang.pick("years", "jaar")),
        Unit::PeoplePerHousehold => decimal(v, 2, lang),
        Unit::Share => format!("{}{}", decimal(100.0 * v, 1, lang), lang.pick("%", "\u{a0}%")),
        Unit::EurPerMonth => format!("€\u{a0}{}", decimal(v, 0, lang)),
        Unit::ThousandEur => format!("€\u{a0}{}", decimal(1000.0 * v.round(), 0, lang)),
        Unit::Index => decimal(v, index_digits(v), lang),
        Unit::Moves => decimal(v, 2, lang),
        Unit::PerThousandYear => decimal(v, 1, lang),
    }
}

/// How a value changed from `a` to `b`, with its sign: in per cent for amounts, in points for shares, else as it is.
pub fn change(a: f64, b: f64, unit: Unit, lang: Lang) -> String {
    let relative = matches!(
        unit,
        Unit::People | Unit::Households | Unit::Homes | Unit::Events | Unit::EurPerMonth | Unit::ThousandEur
    );
    let (difference, digits, suffix) = match unit {
        // Of nothing there are no per cents.
        _ if relative && a == 0.0 => (b, 0, ""),
        _ if relative => (100.0 * (b / a - 1.0), 1, lang.pick("%", "\u{a0}%")),
        Unit::Share => (100.0 * (b - a), 1, lang.pick("\u{a0}points", "\u{a0}procentpunt")),
        Unit::Years => (b - a, 1, lang.pick("\u{a0}years", "\u{a0}jaar")),
        Unit::Index => (b - a, index_digits(a.abs().max(b.abs())), ""),
        _ => (b - a, 2, ""),
    };
    if !difference.is_finite() {
        return decimal(difference, 0, lang);
    }
    format!("{}{suffix}", signed(difference, digits, lang))
}

/// Decimals of an index: those of 10 and more are numbers such as hours.
fn index_digits(v: f64) -> usize {
    if v.abs() >= 10.0 { 1 } else { 3 }
}

/// With a sign, also when positive.
pub fn signed(v: f64, digits: usize, lang: Lang) -> String {
    let text = decimal(v, digits, lang);
    if v > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { format!("+{text}") } else { text }
}

/// A value on an axis whose ticks lie `step` apart: no more decimals than needed.
pub fn axis(v: f64, step: f64, unit: Unit, lang: Lang) -> String {
    let (scale, before, after) = match unit {
        Unit::Share => (100.0, "", lang.pick("%", "\u{a0}%")),
        Unit::EurPerMonth => (1.0, "€\u{a0}", ""),
        Unit::ThousandEur => (1000.0, "€\u{a0}", ""),
        _ => (1.0, "", ""),
    };
    // Millions, where the axis has no room for their noughts.
    let million = if step * scale >= 100_000.0 { 1e6 } else { 1.0 };
    let after = if million > 1.0 { lang.pick("\u{a0}M", "\u{a0}mln") } else { after };
    let scale = scale / million;
    let step = step * scale;
    // 2.5 needs one decimal more than its power of ten says.
    let digits = (0..6).find(|d| (step * 10f64.powi(*d) - (step * 10f64.powi(*d)).round()).abs() < 1e-6).unwrap_or(6);
    format!("{before}{}{after}", decimal(v * scale, digits as usize, lang))
}

/// Round numbers from at most `low` to at least `high`, about `n` steps.
pub fn ticks(low: f64, high: f64, n: usize) -> Vec<f64> {
    let step = nice((high - low).max(1e-12) / n as f64);
    let first = (low / step + 1e-9).floor();
    let last = (high / step - 1e-9).ceil();
    (0..=(last - first) as usize).map(|i| (first + i as f64) * step).collect()
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
pub fn nice(x: f64) -> f64 {
    let power = 10f64.powf(x.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    power * steps.into_iter().find(|s| s * power >= x * 0.999).unwrap_or(10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_write_millions_short() {
        assert_eq!(axis(4e6, 1e6, Unit::EurPerMonth, Lang::En), "€\u{a0}4\u{a0}M");
        assert_eq!(axis(1.5e6, 5e5, Unit::People, Lang::Nl), "1,5\u{a0}mln");
        assert_eq!(axis(90_000.0, 10_000.0, Unit::People, Lang::En), "90,000");
    }

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(decimal(1_234_567.25, 1, Lang::En), "1,234,567.2");
        assert_eq!(decimal(1_234_567.25, 1, Lang::Nl), "1.234.567,2");
        assert_eq!(decimal(-0.001, 1, Lang::En), "0.0");
        assert_eq!(decimal(-999.0, 0, Lang::Nl), "−999");
        assert_eq!(decimal(f64::NAN, 0, Lang::Nl), "n.b.");
        assert_eq!(value(0.1234, Unit::Share, Lang::Nl), "12,3\u{a0}%");
        assert_eq!(value(412.4, Unit::ThousandEur, Lang::En), "€\u{a0}412,000");
    }

    #[test]
    fn changes_are_relative_for_amounts_and_in_points_for_shares() {
        assert_eq!(change(200.0, 230.0, Unit::People, Lang::En), "+15.0%");
        assert_eq!(change(0.20, 0.17, Unit::Share, Lang::Nl), "−3,0\u{a0}procentpunt");
        assert_eq!(change(0.3, 0.3, Unit::Index, Lang::En), "0.000");
        assert_eq!(change(19.8, 14.805, Unit::Index, Lang::Nl), "−5,0", "not to be taken for thousands");
        assert_eq!(change(0.0, 5.0, Unit::People, Lang::En), "+5");
        assert_eq!(change(f64::NAN, 5.0, Unit::People, Lang::En), "n/a");
    }

    #[test]
    fn ticks_are_round_and_cover_the_range() {
        assert_eq!(ticks(0.0, 97.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(ticks(-3.0, 3.0, 3), [-4.0, -2.0, 0.0, 2.0, 4.0]);
        assert_eq!(axis(0.125, 0.025, Unit::Share, Lang::En), "12.5%");
        assert_eq!(axis(1500.0, 500.0, Unit::People, Lang::Nl), "1.500");
    }
}
