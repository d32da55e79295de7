//! What is decided on: the measures and what they cost; who gains and who loses.

use std::fmt::Write as _;

use super::super::displacement::Role;
use super::super::effects::Effects;
use super::super::text;
use super::{Sheet, levers};
use crate::report::chart::esc;
use crate::report::number::decimal;
use crate::report::{Lang, area, words};
use crate::scenario::costs::{Cost, cost};
use crate::scenario::measures::extent;
use crate::scenario::{Measure, MeasureArea};

/// Neighbourhoods in the table of gains and losses.
const MOST_ROWS: usize = 40;

impl Sheet<'_> {
    /// The measures, their costs and who bears them.
    pub(super) fn measures(&mut self) {
        let (runs, lang) = (self.f.runs, self.lang);
        let lead = self.pick(
            "Costs are those the levers state per unit: orders of magnitude to weigh measures against each other (grade A \
             unless stated), not a budget. A measure must be decided its lead time ahead.",
            "Kosten zijn die van de knoppen per eenheid: ordes van grootte om maatregelen tegen elkaar af te wegen (graad A \
             tenzij anders vermeld), geen begroting. Een maatregel moet zijn aanlooptijd eerder worden besloten.",
        );
        self.page.section("measures", self.pick("What it costs", "Wat het kost"), lead);
        let end = runs.start.plus(12 * runs.n_years as i32);
        let costs: Vec<Cost> =
            runs.variant.measures.iter().map(|m| cost(m, &self.f.cadastre, end).unwrap_or_default()).collect();
        let plans: String = runs.variant.measures.iter().zip(&costs).map(|(m, cost)| self.one(m, cost)).collect();
        let total: f64 = costs.iter().map(|c| c.total_eur()).sum();
        let mut verdict = format!(
            "{}: {}.",
            self.pick("All measures until the end", "Alle maatregelen tot het eind"),
            text::euros(total, lang)
        );
        if let Some(budget) = runs.budget_eur {
            let share = decimal(100.0 * total / budget, 0, lang);
            let _ = match lang {
                Lang::En => write!(verdict, " The budget is {}; {share}% of it is used.", text::euros(budget, lang)),
                Lang::Nl => {
                    write!(verdict, " Het budget is {}; daarvan is {share} % nodig.", text::euros(budget, lang))
                }
            };
        }
        self.page.html(&format!("<div class=\"box all\"><p class=\"verdict\">{}</p>{plans}</div>", esc(&verdict)));
    }

    /// One measure.
    fn one(&self, m: &Measure, cost: &Cost) -> String {
        let lang = self.lang;
        let until = match m.until {
            Some(until) => text::month(until.plus(-1), lang),
            None => lang.pick("the end", "het eind").into(),
        };
        let value = format!("{} {}", decimal(m.value, digits(m.value), lang), levers::unit(m.lever, lang));
        let when = match lang {
            Lang::En => format!("from {} to {until}", text::month(m.from, lang)),
            Lang::Nl => format!("van {} tot en met {until}", text::month(m.from, lang)),
        };
        let who = match lang {
            Lang::En => format!(
                "Decided by: {}, {} months ahead. Borne by: {}. Grade of the effect: {:?}.",
                levers::authority(m.lever.authority, lang),
                m.lever.lead_time_months,
                levers::borne_by(m.lever, lang),
                m.lever.grade
            ),
            Lang::Nl => format!(
                "Besluit: {}, {} maanden vooraf. Gedragen door: {}. Graad van het effect: {:?}.",
                levers::authority(m.lever.authority, lang),
                m.lever.lead_time_months,
                levers::borne_by(m.lever, lang),
                m.lever.grade
            ),
        };
        let once_and_yearly = format!(
            "{} {} + {} {}",
            text::euros(cost.once_eur, lang),
            lang.pick("once", "eenmalig"),
            text::euros(cost.yearly_eur, lang),
            lang.pick("a year", "per jaar")
        );
        format!(
            "<div class=\"plan\"><div><p><b>{}</b> – {} – {} – {}</p><p class=\"sub\">{}</p><p class=\"src\">{}</p></div><div \
             class=\"money\"><b>{}</b><p class=\"src\">{}</p></div></div>",
            esc(&levers::name(m.lever, lang)),
            esc(&value),
            esc(&self.area(m)),
            esc(&when),
            esc(lang.pick(m.lever.what_en, m.lever.what_nl)),
            esc(&who),
            esc(&text::euros(cost.total_eur(), lang)),
            esc(&once_and_yearly),
        )
    }

    fn area(&self, m: &Measure) -> String {
        if m.area == MeasureArea::City {
            return self.pick("whole city", "hele stad").into();
        }
        let (city, cadastre) = (self.f.runs.city, &*self.f.cadastre);
        let extent = extent(&m.area_place, &m.area, cadastre).unwrap_or_default();
        let words = area::in_words(&extent, city, cadastre, 6, self.lang);
        match &m.area {
            MeasureArea::File(path) => format!("{} ({words})", path.file_name().unwrap_or_default().to_string_lossy()),
            _ => words,
        }
    }

    /// Who gains and who loses: neighbourhoods against indicators, where larger than noise.
    pub(super) fn gains(&mut self) {
        let lang = self.lang;
        let focus: Vec<&Effects> = self.focus().into_iter().filter(|e| !e.neighbourhoods.is_empty()).collect();
        let n = self.f.roles.len();
        let clear = |n: usize| focus.iter().filter(|e| e.neighbourhoods[n].is_clear()).count();
        let mut rows: Vec<usize> =
            (0..n).filter(|&n| clear(n) > 0 || self.f.roles[n] == Role::Target && !self.everywhere()).collect();
        if focus.is_empty() || rows.is_empty() {
            return;
        }
        rows.sort_by_key(|&n| (self.f.roles[n], std::cmp::Reverse(clear(n)), n));
        let left_out = rows.len().saturating_sub(MOST_ROWS);
        rows.truncate(MOST_ROWS);
        let lead = self.pick(
            "One row per neighbourhood where anything is larger than noise; a dot is no more than noise. Whether more is \
             better is for the reader to say. Full numbers stand behind each map.",
            "Eén rij per buurt waar iets groter is dan ruis; een punt is niet meer dan ruis. Of meer ook beter is, is aan de \
             lezer. De volledige cijfers staan achter elke kaart.",
        );
        self.page.section("gains", self.pick("Who gains, who loses", "Wie wint, wie verliest"), lead);
        let caption = self.pick("Who gains, who loses", "Wie wint, wie verliest");
        let mut html = format!(
            "<div class=\"box all tall\"><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\
             <caption class=\"sr\">{caption}</caption><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>",
            lang.of(words::NEIGHBOURHOOD),
            self.pick("Role", "Rol")
        );
        for e in &focus {
            let _ = write!(html, "<th scope=\"col\">{}</th>", esc(&text::title(e.indicator, lang)));
        }
        html += "</tr></thead><tbody>";
        for n in rows {
            let name = esc(&self.f.runs.city.neighbourhoods[n].name);
            let _ = write!(html, "<tr><th scope=\"row\">{name}</th><td>{}</td>", self.role(self.f.roles[n]));
            for e in &focus {
                let effect = &e.neighbourhoods[n];
                let number = esc(&text::difference(effect.difference, e.indicator.unit, lang));
                let _ = match (effect.is_clear(), effect.difference > 0.0) {
                    (true, true) => write!(html, "<td class=\"up\">▲ {number}</td>"),
                    (true, false) => write!(html, "<td class=\"down\">▼ {number}</td>"),
                    (false, _) => write!(html, "<td class=\"none\">·</td>"),
                };
            }
            html += "</tr>";
        }
        html += "</tbody></table></div>";
        if left_out > 0 {
            let _ = match lang {
                Lang::En => write!(
                    html,
                    "<p class=\"src\">{left_out} more neighbourhoods are in the tables behind the maps.</p>"
                ),
                Lang::Nl => {
                    write!(html, "<p class=\"src\">Nog {left_out} buurten staan in de tabellen achter de kaarten.</p>")
                }
            };
        }
        self.page.html(&(html + "</div>"));
    }
}

fn digits(v: f64) -> usize {
    (0..3).find(|d| (v * 10f64.powi(*d)).fract() == 0.0).unwrap_or(3) as usize
}
