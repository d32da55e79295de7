//! Two sets of measures: alone, together, and with their authorities acting apart.

use super::super::effects::{Effect, Effects};
use super::super::text;
use super::Sheet;
use crate::report::chart::esc;
use crate::report::page::Table;
use crate::report::words;

impl Sheet<'_> {
    pub(super) fn synergy(&mut self) {
        let f = self.f;
        let (Some(joint), Some(runs)) = (&f.joint, &f.runs.synergy) else { return };
        let lang = self.lang;
        let lead = self.pick(
            "Do two measures do more together than each alone? The surplus is the effect of both minus the effect of each. \
             Above or below zero only where it is larger than noise.",
            "Doen twee maatregelen samen meer dan elk apart? De samenhangwinst is het effect van beide min het effect van elk. \
             Alleen boven of onder nul waar dat groter is dan ruis.",
        );
        self.page.section("synergy", self.pick("Together or apart", "Samen of apart"), lead);
        let row = |at: usize| {
            let e = &f.effects[at];
            let cell = |of: &[Effects]| text::difference(of[at].city.difference, e.indicator.unit, lang);
            let starred = |of: &[Effects]| {
                let star = if of[at].city.is_clear() { "" } else { " *" };
                format!("{}{star}", text::with_band(&of[at].city, e.indicator.unit, lang))
            };
            let mut row = vec![
                text::title(e.indicator, lang),
                cell(&joint.a),
                cell(&joint.b),
                cell(&f.effects),
                starred(&joint.surplus),
            ];
            if let Some((both, surplus)) = &joint.apart {
                row.extend([cell(both), starred(surplus)]);
            }
            row
        };
        let all = |at: &usize| -> Vec<&Effect> {
            let apart = joint.apart.iter().flat_map(|(a, s)| [&a[*at].city, &s[*at].city]);
            [&joint.a[*at].city, &joint.b[*at].city, &f.effects[*at].city, &joint.surplus[*at].city]
                .into_iter()
                .chain(apart)
                .collect()
        };
        let told = |at: &usize| f.effects[*at].indicator.in_city() && all(at).iter().any(|e| e.is_clear());
        let mut rows: Vec<usize> = self.shown.iter().copied().filter(told).collect();
        rows.sort_by_key(|at| (!joint.surplus[*at].city.is_clear(), *at));
        let n = rows.iter().filter(|at| joint.surplus[**at].city.is_clear()).count();
        let verdict = match (n, lang) {
            (0, _) => self
                .pick(
                    "On no indicator of the city do both together differ from the sum of each by more than noise.",
                    "Op geen enkele indicator van de stad verschillen beide samen meer dan ruis van de som van elk.",
                )
                .to_string(),
            (n, crate::report::Lang::En) => format!(
                "On {n} indicators of the city both together differ from the sum of each by more than noise; they come first."
            ),
            (n, crate::report::Lang::Nl) => format!(
                "Op {n} indicatoren van de stad verschillen beide samen meer dan ruis van de som van elk; die staan bovenaan."
            ),
        };
        let (a, b) = (runs.a.name.as_str(), runs.b.name.as_str());
        let mut head: Vec<String> = vec![
            lang.of(words::INDICATOR).into(),
            a.into(),
            b.into(),
            self.pick("Both", "Beide").into(),
            self.pick("Surplus", "Samenhangwinst").into(),
        ];
        let mut note = self
            .pick(
                "Medians over seeds, in brackets nine in ten pairs. * not larger than noise.",
                "Medianen over startgetallen, tussen haakjes negen van de tien paren. * niet groter dan ruis.",
            )
            .to_string();
        if joint.apart.is_some() {
            head.extend([
                self.pick("Both, apart", "Beide, apart").to_string(),
                self.pick("Surplus, apart", "Samenhangwinst, apart").into(),
            ]);
            note += self.pick(
                " Apart: each authority begins to prepare only when the measures of the one before it are in place, so its own \
                 begin a lead time later; money that ends on a date still ends on it (grade A).",
                " Apart: elke partij begint pas met voorbereiden als de maatregelen van de vorige er staan, en begint dus een \
                 aanlooptijd later; geld dat op een datum ophoudt, houdt dan toch op (graad A).",
            );
        }
        let table = Table { head, rows: rows.into_iter().map(row).collect() };
        let html = table.html(self.pick("Together or apart", "Samen of apart"));
        self.page.html(&format!(
            "<div class=\"box all tall\"><p class=\"verdict\">{}</p>{html}<p class=\"src\">{}</p></div>",
            esc(&verdict),
            esc(&note)
        ));
    }
}
