//! Would a city see it? The power of its own monitoring.

use super::super::evaluation::{BEFORE, Design, ENOUGH, EvaluationPlan, RollOut};
use super::super::text;
use super::Sheet;
use crate::report::Lang;
use crate::report::chart::{Line, Lines, esc};
use crate::report::number::decimal;
use crate::report::page::{Figure, Table, source};

impl Sheet<'_> {
    pub(super) fn evaluation(&mut self) {
        let lead = match self.lang {
            Lang::En => format!(
                "A real city has no untouched twin. It compares neighbourhoods with and without the measures, before and \
                 after. Shown is how often such a study would find this effect: {:.0}% is the usual demand. {BEFORE} years of \
                 monitoring come first.",
                100.0 * ENOUGH
            ),
            Lang::Nl => format!(
                "Een echte stad heeft geen onaangeroerde tweeling. Zij vergelijkt buurten met en zonder de maatregelen, voor en \
                 na. Te zien is hoe vaak zo'n onderzoek dit effect zou vinden: {:.0} % is de gebruikelijke eis. Er gaan \
                 {BEFORE} jaar metingen vooraf.",
                100.0 * ENOUGH
            ),
        };
        self.page.section(
            "evaluation",
            self.pick("Would the city see it itself?", "Zou de stad het zelf zien?"),
            &lead,
        );
        if self.f.plans.is_empty() {
            let none = self.pick(
                "There is no effect to look for, or the years simulated are too few.",
                "Er is geen effect om naar te zoeken, of er zijn te weinig jaren doorgerekend.",
            );
            self.page.html(&format!("<div class=\"box all\"><p>{}</p></div>", esc(none)));
            return;
        }
        let f = self.f;
        let shown = |p: &&EvaluationPlan| self.shown.iter().any(|&at| f.effects[at].indicator.id == p.indicator.id);
        let plans: Vec<&EvaluationPlan> = f.plans.iter().filter(shown).collect();
        plans.into_iter().for_each(|plan| self.plan(plan));
    }

    fn plan(&mut self, plan: &EvaluationPlan) {
        let lang = self.lang;
        let title = text::title(plan.indicator, lang);
        let title = match plan.per_1000 {
            true => format!("{title}, {}", self.pick("per 1,000 residents", "per 1.000 inwoners")),
            false => title,
        };
        let longest = |roll_out| plan.designs.iter().rfind(|d: &&Design| d.roll_out == roll_out);
        let shortest = plan.designs.iter().find(|d| d.roll_out == RollOut::Parallel);
        let mut drawn: Vec<&Design> = Vec::new();
        for design in [longest(RollOut::Parallel), longest(RollOut::SteppedWedge), shortest].into_iter().flatten() {
            if !drawn.contains(&design) && design.power.len() > 1 {
                drawn.push(design);
            }
        }
        let says = self.needed(plan);
        let Some(first) = drawn.first() else {
            self.page.html(&format!("<div class=\"box all\"><p>{}: {}</p></div>", esc(&title), esc(&says)));
            return;
        };
        let sizes: Vec<f64> = first.power.iter().map(|(n, _)| *n as f64).collect();
        let lines: Vec<Line> = drawn
            .iter()
            .map(|d| Line {
                label: self.design(d),
                values: d.power.iter().map(|(_, p)| *p).collect(),
                ..Line::default()
            })
            .chain([Line {
                label: self.pick("enough (80%)", "genoeg (80 %)").into(),
                values: vec![ENOUGH; sizes.len()],
                ..Line::default()
            }])
            .collect();
        let id = self.next_id();
        let svg = Lines {
            id: &id,
            title: &title,
            description: &says,
            times: &sizes,
            lines: &lines,
            axis: &|v, _| format!("{}{}", decimal(100.0 * v, 0, lang), lang.pick("%", "\u{a0}%")),
        }
        .svg();
        let mut head = vec![self.pick("Roll-out", "Uitrol").to_string(), self.pick("Needed", "Nodig").into()];
        head.extend(sizes.iter().map(|n| format!("{n:.0}")));
        let row = |d: &Design| {
            let needed = d.needed.map_or_else(|| "–".into(), |n| n.to_string());
            let power =
                d.power.iter().map(|(_, p)| format!("{}{}", decimal(100.0 * p, 0, lang), lang.pick("%", "\u{a0}%")));
            [self.design(d), needed].into_iter().chain(power).collect()
        };
        let table = Table { head, rows: plan.designs.iter().map(row).collect() };
        let lead = self.pick(
            "Chance of finding the effect (up) by number of neighbourhoods studied (right).",
            "Kans om het effect te vinden (omhoog) naar aantal onderzochte buurten (naar rechts).",
        );
        self.page.figure(Figure {
            title: &title,
            lead,
            svg,
            says,
            legend: String::new(),
            source: source(lang, &[plan.indicator]),
            table,
            wide: false,
        });
    }

    fn design(&self, d: &Design) -> String {
        let years = match (d.years, self.lang) {
            (1, Lang::En) => "1 year".to_string(),
            (n, Lang::En) => format!("{n} years"),
            (n, Lang::Nl) => format!("{n} jaar"),
        };
        let roll_out = match d.roll_out {
            RollOut::Parallel => self.pick("half at once", "helft tegelijk"),
            RollOut::SteppedWedge => self.pick("stepped", "stapsgewijs"),
        };
        format!("{roll_out}, {years}")
    }

    /// "12 neighbourhoods for 3 years, half of them at once, would do."
    fn needed(&self, plan: &EvaluationPlan) -> String {
        let lang = self.lang;
        let effect = text::difference(plan.effect, plan.indicator.unit, lang);
        let effect = match lang {
            Lang::En => format!("The effect on a target: {effect} in the last year."),
            Lang::Nl => format!("Het effect op een doelbuurt: {effect} in het laatste jaar."),
        };
        let best = plan.designs.iter().filter_map(|d| Some((d.needed?, d))).min_by_key(|(n, d)| (*n, d.years));
        let has = plan.n_neighbourhoods;
        let most = plan.designs.iter().flat_map(|d| &d.power).map(|(n, _)| *n).max().unwrap_or(0);
        let answer = match (best, lang) {
            (Some((n, d)), Lang::En) => {
                format!("At least {n} such neighbourhoods would do ({}); this city has {has}.", self.design(d))
            }
            (Some((n, d)), Lang::Nl) => {
                format!("Met ten minste {n} zulke buurten lukt het ({}); deze stad heeft er {has}.", self.design(d))
            }
            (None, Lang::En) => format!(
                "Even {most} such neighbourhoods are too few to see it reliably in a city's own figures; this city has {has}."
            ),
            (None, Lang::Nl) => format!(
                "Zelfs {most} zulke buurten zijn te weinig om het betrouwbaar in eigen cijfers te zien; deze stad heeft er {has}."
            ),
        };
        format!("{effect} {answer}")
    }
}
