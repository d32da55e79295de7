//! The answer in words, the waterbed map, and where what went down came up.

use std::fmt::Write as _;

use super::super::displacement::Role;
use super::super::effects::{Effect, Effects};
use super::super::text;
use super::Sheet;
use crate::indicators::{Kind, Unit};
use crate::report::chart::esc;
use crate::report::classes::Classes;
use crate::report::page::{Figure, Table, source};
use crate::report::{Lang, words};

impl Sheet<'_> {
    /// The answer, in words.
    pub(super) fn answer(&mut self) {
        let lang = self.lang;
        let lead = match (self.n_targets(), self.everywhere()) {
            (_, true) => {
                self.pick("The measures hold in the whole city.", "De maatregelen gelden in de hele stad.").into()
            }
            (1, _) => {
                self.pick("The measures hold in one neighbourhood.", "De maatregelen gelden in één buurt.").into()
            }
            (n, _) => match lang {
                Lang::En => format!("The measures hold in {n} of {} neighbourhoods.", self.f.roles.len()),
                Lang::Nl => format!("De maatregelen gelden in {n} van {} buurten.", self.f.roles.len()),
            },
        };
        self.page.section("answer", self.pick("The answer in short", "Het antwoord in het kort"), &lead);
        let clear = |e: &Effects| e.city.is_clear() || e.neighbourhoods.iter().any(Effect::is_clear);
        let focus: Vec<&Effects> = self.focus().into_iter().filter(|e| clear(e)).collect();
        let few = self.f.runs.seeds.len() < crate::report::MIN_SEEDS;
        if focus.is_empty() {
            let verdict = match few {
                true => self.pick(
                    "With so few seeds, effects cannot be told from noise. Run at least five, better ten.",
                    "Met zo weinig startgetallen zijn effecten niet van ruis te onderscheiden. Reken er ten minste vijf door, liever tien.",
                ),
                false => self.pick(
                    "Nothing differs by more than noise, in the city or in any neighbourhood. That is a result, too.",
                    "Niets verschilt meer dan ruis, in de stad noch in enige buurt. Ook dat is een uitkomst.",
                ),
            };
            self.page.html(&format!("<div class=\"box all\"><p class=\"verdict\">{}</p></div>", esc(verdict)));
            return;
        }
        let mut html = String::from("<dl class=\"keys all\">");
        for e in &focus {
            let _ = write!(html, "<div><dt>{}</dt><dd>", esc(&text::title(e.indicator, lang)));
            let (where_, effect, unit) = match (&e.parts, self.everywhere()) {
                (Some([target, ..]), false) if target.effect.n > 0 => {
                    let where_ = match e.indicator.kind {
                        Kind::Flow => self.pick("a year in the target neighbourhoods", "per jaar in de doelbuurten"),
                        _ => self.pick("in the target neighbourhoods", "in de doelbuurten"),
                    };
                    (where_, &target.effect, e.unit_of_parts())
                }
                _ => (self.pick("in the city", "in de stad"), &e.city, e.indicator.unit),
            };
            let effect = if effect.n == 0 { None } else { Some(effect) };
            if let Some(effect) = effect {
                let _ = write!(
                    html,
                    "<span class=\"big\">{}</span><br><span class=\"delta\">{where_}</span><br><span class=\"band\">{}</span><br>",
                    esc(&text::difference(effect.difference, unit, lang)),
                    esc(&self.band(effect, unit)),
                );
            }
            let _ = write!(html, "<span class=\"delta\">{}</span></dd></div>", esc(&self.up_and_down(e)));
        }
        self.page.html(&(html + "</dl>"));
    }

    /// "nine in ten pairs: +3 to +20", or that it is noise.
    fn band(&self, effect: &Effect, unit: Unit) -> String {
        let [low, high] = [effect.low, effect.high].map(|v| text::difference(v, unit, self.lang));
        let band = match self.lang {
            Lang::En => format!("nine in ten pairs: {low} to {high}"),
            Lang::Nl => format!("negen van de tien paren: {low} tot {high}"),
        };
        match effect.is_clear() {
            true => band,
            false => format!("{band}; {}", self.pick("not larger than noise", "niet groter dan ruis")),
        }
    }

    /// "rises in 3 neighbourhoods, falls in 12, no more than noise in 25".
    fn up_and_down(&self, e: &Effects) -> String {
        let clear = || e.neighbourhoods.iter().filter(|n| n.is_clear());
        let up = clear().filter(|n| n.difference > 0.0).count();
        let down = clear().filter(|n| n.difference < 0.0).count();
        let rest = e.neighbourhoods.iter().filter(|n| n.n > 0).count() - up - down;
        match (e.neighbourhoods.is_empty(), self.lang) {
            (true, _) => String::new(),
            (_, Lang::En) => format!("neighbourhoods: {up} higher, {down} lower, {rest} no more than noise"),
            (_, Lang::Nl) => format!("buurten: {up} hoger, {down} lager, {rest} niet meer dan ruis"),
        }
    }

    /// The waterbed map of each indicator in focus.
    pub(super) fn maps(&mut self) {
        let drawn: Vec<&Effects> = self.focus().into_iter().filter(|e| !e.neighbourhoods.is_empty()).collect();
        if drawn.is_empty() {
            return;
        }
        let lead = self.pick(
            "Press here: where does it come up? Brown: lower than without the measures; blue: higher; dotted grey: not \
             larger than noise. A bold outline marks the neighbourhoods in which a measure holds.",
            "Hier drukken: waar komt het omhoog? Bruin: lager dan zonder de maatregelen; blauw: hoger; grijs gestippeld: niet \
             groter dan ruis. Een dikke rand toont de buurten waarin een maatregel geldt.",
        );
        self.page.section("map", self.pick("The waterbed map", "De waterbedkaart"), lead);
        drawn.into_iter().for_each(|e| self.map(e));
    }

    fn map(&mut self, e: &Effects) {
        let (lang, unit) = (self.lang, e.indicator.unit);
        let values: Vec<f64> = e.neighbourhoods.iter().map(|n| n.difference).collect();
        let clear: Vec<bool> = e.neighbourhoods.iter().map(Effect::is_clear).collect();
        let everywhere = self.everywhere();
        let targets: Vec<bool> = self.f.roles.iter().map(|r| *r == Role::Target && !everywhere).collect();
        let told: Vec<f64> = values.iter().zip(&clear).map(|(v, c)| if *c { *v } else { f64::NAN }).collect();
        let classes = Classes::differences(&told);
        let title = text::title(e.indicator, lang);
        let says = self.says(e);
        let place = |i: usize| self.f.runs.city.neighbourhoods[i].name.as_str();
        let tip = |i: usize| match (e.neighbourhoods[i].n, clear[i]) {
            (0, _) => format!("{}: {}", place(i), lang.pick("not shown", "niet getoond")),
            (_, true) => format!("{}: {}", place(i), text::with_band(&e.neighbourhoods[i], unit, lang)),
            (_, false) => {
                let noise = lang.pick("not larger than noise", "niet groter dan ruis");
                format!("{}: {} – {noise}", place(i), text::with_band(&e.neighbourhoods[i], unit, lang))
            }
        };
        let id = self.next_id();
        let svg = self.atlas.difference_map((&id, &title, &says), (&values, &classes, &tip), &clear, &targets);
        let legend = self.legend(&values, &clear, &classes, unit);
        let table = self.places(e);
        let lead = match e.indicator.kind {
            Kind::Flow => self.pick(
                "Difference per year, mean since the first measure began.",
                "Verschil per jaar, gemiddeld sinds de eerste maatregel.",
            ),
            _ => self.pick("Difference in the last year.", "Verschil in het laatste jaar."),
        };
        self.page.figure(Figure {
            title: &title,
            lead: &format!("{lead} {}", lang.of(e.indicator.about)),
            svg: format!("<div class=\"map\">{svg}{legend}</div>"),
            says,
            legend: String::new(),
            source: source(lang, &[e.indicator]),
            table,
            wide: true,
        });
    }

    /// The largest rises and falls that are larger than noise, in words.
    fn says(&self, e: &Effects) -> String {
        let lang = self.lang;
        let mut clear: Vec<usize> = (0..e.neighbourhoods.len()).filter(|&n| e.neighbourhoods[n].is_clear()).collect();
        clear.sort_by(|&a, &b| e.neighbourhoods[b].difference.total_cmp(&e.neighbourhoods[a].difference));
        let name = |&n: &usize| {
            let difference = text::difference(e.neighbourhoods[n].difference, e.indicator.unit, lang);
            format!("{} ({difference})", self.f.runs.city.neighbourhoods[n].name)
        };
        let of = |n: &&usize, up: bool| (e.neighbourhoods[**n].difference > 0.0) == up;
        let up: Vec<String> = clear.iter().filter(|n| of(n, true)).take(3).map(name).collect();
        let down: Vec<String> = clear.iter().rev().filter(|n| of(n, false)).take(3).map(name).collect();
        let mut parts = Vec::new();
        if !down.is_empty() {
            parts.push(format!("{}: {}.", self.pick("Lower most of all in", "Het meest lager in"), down.join(", ")));
        }
        if !up.is_empty() {
            parts.push(format!("{}: {}.", self.pick("Higher most of all in", "Het meest hoger in"), up.join(", ")));
        }
        if parts.is_empty() {
            let none = "In no neighbourhood is the difference larger than noise.";
            parts.push(self.pick(none, "In geen enkele buurt is het verschil groter dan ruis.").into());
        }
        parts.join(" ")
    }

    fn legend(&self, values: &[f64], clear: &[bool], classes: &Classes, unit: Unit) -> String {
        let lang = self.lang;
        let told: Vec<f64> = values.iter().zip(clear).map(|(v, c)| if *c { *v } else { f64::NAN }).collect();
        let (counts, _) = classes.count(&told);
        let limit = |v: f64| text::limit(v, classes.step, unit, lang);
        let hoods = |n: usize| match n {
            1 => lang.of(words::HOODS_1).to_string(),
            _ => lang.fill(words::HOODS_N, &[&n.to_string()]),
        };
        let mut html = String::from("<ul class=\"legend\">");
        // Where nothing is larger than noise there are no classes to explain.
        let classes_there = counts.iter().sum::<usize>() > 0;
        for (i, n) in counts.iter().enumerate().rev().filter(|_| classes_there) {
            let range = match classes.limits(i) {
                (None, Some(high)) => lang.fill(words::BELOW, &[&limit(high)]),
                (Some(low), None) => lang.fill(words::ABOVE, &[&limit(low)]),
                (Some(low), Some(high)) => lang.fill(words::BETWEEN, &[&limit(low), &limit(high)]),
                (None, None) => String::new(),
            };
            let (colour, hoods) = (classes.colours[i], hoods(*n));
            let _ = write!(
                html,
                "<li><i style=\"background:{colour}\"></i><span>{}<br><small>{hoods}</small></span></li>",
                esc(&range)
            );
        }
        let noise = values.iter().zip(clear).filter(|(v, c)| v.is_finite() && !**c).count();
        let missing = values.iter().filter(|v| !v.is_finite()).count();
        let rows = [
            ("dots", self.pick("not larger than noise", "niet groter dan ruis"), noise, noise > 0),
            ("x", lang.of(words::NO_DATA), missing, missing > 0),
            (
                "target",
                self.pick("a measure holds here", "hier geldt een maatregel"),
                self.n_targets(),
                !self.everywhere(),
            ),
        ];
        for (class, name, n, _) in rows.iter().filter(|(_, _, _, there)| *there) {
            let _ = write!(
                html,
                "<li><i class=\"{class}\"></i><span>{}<br><small>{}</small></span></li>",
                esc(name),
                hoods(*n)
            );
        }
        html + "</ul>"
    }

    /// The table behind a map.
    fn places(&self, e: &Effects) -> Table {
        let (lang, unit) = (self.lang, e.indicator.unit);
        let level = |v: f64| crate::report::number::value(v, unit, lang);
        let levels = self.f.rules.levels(e.indicator);
        let mut head = vec![lang.of(words::NEIGHBOURHOOD).to_string(), self.pick("Role", "Rol").into()];
        if levels {
            head.extend([self.pick("Without", "Zonder").into(), self.pick("With", "Met").into()]);
        }
        head.push(self.pick("Difference (band)", "Verschil (band)").into());
        head.push(self.pick("Larger than noise?", "Groter dan ruis?").into());
        let row = |n: usize| {
            let (place, effect) = (&self.f.runs.city.neighbourhoods[n], &e.neighbourhoods[n]);
            let mut row = vec![format!("{} ({})", place.name, place.code), self.role(self.f.roles[n]).into()];
            if levels {
                row.extend([level(effect.baseline), level(effect.variant)]);
            }
            row.push(text::with_band(effect, unit, lang));
            row.push(text::noise(effect, lang).into());
            row
        };
        Table { head, rows: (0..e.neighbourhoods.len()).filter(|&n| e.neighbourhoods[n].n > 0).map(row).collect() }
    }

    pub(super) fn role(&self, role: Role) -> &'static str {
        match role {
            Role::Target => self.pick("target", "doel"),
            Role::Ring => self.pick("ring", "rand"),
            Role::Rest => self.pick("rest", "overig"),
        }
    }
}
