//! Where what went down came up: target, ring and rest, with the displacement quotient.

use std::fmt::Write as _;

use super::super::displacement::{Part, Quotient, Role, quotient};
use super::super::effects::Effects;
use super::super::text;
use super::Sheet;
use crate::report::Lang;
use crate::report::chart::{esc, open};
use crate::report::number::{decimal, signed};
use crate::report::page::{Figure, Table, source};
use crate::report::words;

/// Counts in the table.
const MOVED: usize = 12;
/// Counts in the picture.
const DRAWN: usize = 5;

type Moved<'a> = (&'a Effects, &'a [Part; 3], Option<Quotient>);

impl Sheet<'_> {
    pub(super) fn displacement(&mut self) {
        let lang = self.lang;
        let lead = self.pick(
            "What changes in the target neighbourhoods (those in which a measure holds, even if only in a part of them), in \
             the ring around them and in the rest of the city. The quotient says how the ring moves when the target moves: \
             below 0 against it (displacement; below −1 more than the target gained), above 0 with it (the effect spreads); \
             both seen against the rest of the city.",
            "Wat er verandert in de doelbuurten (waar een maatregel geldt, ook als dat maar in een deel ervan is), in de rand \
             eromheen en in de rest van de stad. Het quotiënt zegt hoe de rand beweegt als het doel beweegt: onder 0 ertegenin \
             (verplaatsing; onder −1 meer dan het doel won), boven 0 mee (het effect straalt uit); beide gezien tegen de rest \
             van de stad.",
        );
        self.page.section("displacement", self.pick("Does it come up next door?", "Komt het hiernaast omhoog?"), lead);
        let there = |role| self.f.roles.contains(&role);
        if !(there(Role::Target) && there(Role::Ring) && there(Role::Rest)) {
            let why = self.pick(
                "There is nothing to compare with: the measures leave no neighbourhood outside the targets and their ring.",
                "Er is niets om mee te vergelijken: de maatregelen laten geen buurt over buiten het doel en zijn rand.",
            );
            self.page.html(&format!("<div class=\"box all\"><p>{}</p></div>", esc(why)));
            return;
        }
        let f = self.f;
        let mut moved: Vec<Moved> = self
            .shown
            .iter()
            .filter_map(|&at| Some((&f.effects[at], f.effects[at].parts.as_ref()?)))
            .filter(|(_, parts)| parts.iter().any(|p| p.effect.is_clear()))
            .map(|(e, parts)| (e, parts, quotient(parts)))
            .collect();
        // Those about which something can be said first, then those in focus.
        let told = |q: &Option<Quotient>| q.is_some_and(|q| q.low > 0.0 || q.high < 0.0);
        let in_focus =
            |e: &Effects| f.focus.iter().position(|&at| std::ptr::eq(&f.effects[at], e)).unwrap_or(usize::MAX);
        moved.sort_by_key(|(e, _, q)| (!told(q), in_focus(e)));
        moved.truncate(MOVED);
        if moved.is_empty() {
            let none = self.pick(
                "No count differs by more than noise in target, ring or rest.",
                "Geen enkel aantal verschilt meer dan ruis in doel, rand of rest.",
            );
            self.page.html(&format!("<div class=\"box all\"><p>{}</p></div>", esc(none)));
            return;
        }
        let cell = |e: &Effects, part: &Part| {
            let text = text::with_band(&part.effect, e.unit_of_parts(), lang);
            if part.effect.is_clear() || part.effect.n == 0 { text } else { format!("{text} *") }
        };
        let table = Table {
            head: vec![
                lang.of(words::INDICATOR).into(),
                self.pick("Target", "Doel").into(),
                self.pick("Ring", "Rand").into(),
                self.pick("Rest of the city", "Rest van de stad").into(),
                self.pick("Displacement quotient", "Verplaatsingsquotiënt").into(),
            ],
            rows: moved
                .iter()
                .map(|(e, [a, b, c], q)| {
                    vec![text::title(e.indicator, lang), cell(e, a), cell(e, b), cell(e, c), self.quotient_text(q)]
                })
                .collect(),
        };
        let mut says: Vec<String> = moved.iter().filter_map(|(e, parts, q)| self.in_words(e, parts, (*q)?)).collect();
        if says.is_empty() {
            let none = self.pick(
                "For no count can it be told from noise whether the ring moves along or against.",
                "Voor geen enkel aantal is van ruis te onderscheiden of de rand meebeweegt of tegenin gaat.",
            );
            says.push(none.into());
        }
        let note = self.pick(
            "In the table: in brackets nine in ten pairs of runs; * not larger than noise. Weighted displacement quotient after \
             Bowers & Johnson (2003, grade M), per pair of runs, with the rest of the city as control; only where the \
             target's own change is larger than noise.",
            "In de tabel: tussen haakjes negen van de tien paren; * niet groter dan ruis. Gewogen verplaatsingsquotiënt volgens \
             Bowers & Johnson (2003, graad M), per paar doorrekeningen, met de rest van de stad als controle; alleen waar de \
             verandering in het doel zelf groter is dan ruis.",
        );
        let drawn: Vec<&Moved> = moved.iter().take(DRAWN).collect();
        let title = self.pick("Target, ring and rest", "Doel, rand en rest");
        let says = says.join(" ");
        let svg = self.bars(title, &says, &drawn);
        let indicators: Vec<_> = drawn.iter().map(|(e, _, _)| e.indicator).collect();
        let source = format!("{} {note}", source(lang, &indicators));
        let lead = self.pick(
            "Change in the number (of what happens: a year), all neighbourhoods of a kind together; the thin line is the band.",
            "Verandering van het aantal (van wat gebeurt: per jaar), alle buurten van een soort samen; de dunne lijn is de band.",
        );
        self.page.figure(Figure { title, lead, svg, says, legend: String::new(), source, table, wide: true });
    }

    /// Three bars for each count, on a scale of its own.
    fn bars(&mut self, title: &str, says: &str, drawn: &[&Moved]) -> String {
        let (lang, row, head) = (self.lang, 21.0, 26.0);
        let block = head + 3.0 * row + 14.0;
        let (w, left, right) = (860.0, 150.0, 610.0);
        let id = self.next_id();
        let mut svg = open(&id, w, block * drawn.len() as f64, title, says);
        for (k, (e, parts, q)) in drawn.iter().enumerate() {
            let top = block * k as f64;
            let edges = || parts.iter().flat_map(|p| [p.effect.difference, p.effect.low, p.effect.high]);
            let (low, high) =
                edges().filter(|v| v.is_finite()).fold((0.0f64, 0.0f64), |(a, b), v| (a.min(v), b.max(v)));
            let spread = (high - low).max(1e-9);
            let x = |v: f64| left + (v - low) / spread * (right - left);
            let name = text::title(e.indicator, lang);
            let quotient = match q {
                Some(_) => format!("{}: {}", self.pick("quotient", "quotiënt"), self.quotient_text(q)),
                None => String::new(),
            };
            let _ = write!(
                svg,
                "<text class=\"strong\" x=\"0\" y=\"{y}\">{}</text><text class=\"end\" x=\"{w}\" y=\"{y}\">{}</text>",
                esc(&name),
                esc(&quotient),
                y = top + 16.0
            );
            for (r, part) in parts.iter().enumerate() {
                let (y, effect) = (top + head + row * r as f64, &part.effect);
                let _ = write!(
                    svg,
                    "<text x=\"{:.1}\" y=\"{:.1}\" class=\"end\">{}</text>",
                    left - 8.0,
                    y + 13.0,
                    self.role(part.role)
                );
                if effect.n == 0 {
                    continue;
                }
                let (a, z) = (x(0.0).min(x(effect.difference)), x(0.0).max(x(effect.difference)));
                let fill = match (effect.is_clear(), effect.difference > 0.0) {
                    (false, _) => "#d5d2c8",
                    (true, true) => "#7fb0cc",
                    (true, false) => "#cf9a57",
                };
                let mut value = text::difference(effect.difference, e.unit_of_parts(), lang);
                if !effect.is_clear() {
                    value += self.pick(" (noise)", " (ruis)");
                }
                let _ = write!(
                    svg,
                    "<rect x=\"{a:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"13\" fill=\"{fill}\"/><path class=\"whisker\" \
                     d=\"M{:.1} {m:.1}H{:.1}\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                    y + 2.0,
                    (z - a).max(1.0),
                    x(effect.low),
                    x(effect.high),
                    right + 12.0,
                    y + 13.0,
                    esc(&value),
                    m = y + 8.5,
                );
            }
            let _ = write!(svg, "<path class=\"zero\" d=\"M{:.1} {:.1}v{:.1}\"/>", x(0.0), top + head, 3.0 * row - 3.0);
        }
        svg + "</svg>"
    }

    fn quotient_text(&self, q: &Option<Quotient>) -> String {
        let number = |v: f64| if v.abs() < 0.005 { "0".into() } else { signed(v, 2, self.lang) };
        match q {
            None => "–".into(),
            Some(q) => {
                format!("{} ({} {} {})", number(q.median), number(q.low), self.pick("to", "tot"), number(q.high))
            }
        }
    }

    /// "For every 100 fewer in the target, 30 more in the ring", where that can be told from noise.
    fn in_words(&self, e: &Effects, [target, ring, _]: &[Part; 3], q: Quotient) -> Option<String> {
        let against = match (q.high < 0.0, q.low > 0.0) {
            (true, _) => true,
            (_, true) => false,
            _ => return None,
        };
        let share = 100.0 * ring.effect.difference / target.effect.difference;
        let name = text::title(e.indicator, self.lang);
        let amount = decimal(share.abs(), 0, self.lang);
        Some(match (against, self.lang) {
            (true, Lang::En) => {
                format!("{name}: for every 100 that the target changes, the ring changes by {amount} the other way.")
            }
            (true, Lang::Nl) => {
                format!("{name}: op elke 100 die het doel verandert, verandert de rand {amount} de andere kant op.")
            }
            (false, Lang::En) => {
                format!("{name}: for every 100 that the target changes, the ring changes by {amount} with it.")
            }
            (false, Lang::Nl) => format!("{name}: op elke 100 die het doel verandert, verandert de rand {amount} mee."),
        })
    }
}
