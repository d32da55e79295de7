//! A hindcast as one page for planners: what was tried, how well it went in plain words, scores, maps, charts, and what
//! was left out.

use std::fmt::Write as _;

use super::charts::{Scatter, map, scale, scatter};
use super::score::Score;
use super::tables::{QUANTITIES, Quantity};
use super::{Hindcast, Scores};
use crate::city::City;
use crate::indicators::{MIN_PEOPLE, Words};
use crate::report::Lang;

const STYLE: &str = "body{font:16px/1.5 system-ui,'Open Sans',sans-serif;color:#2b2b2b;max-width:1120px;margin:2rem auto;\
padding:0 1rem}h1{line-height:1.2}h2{margin-top:2.2rem}table{border-collapse:collapse;width:100%;font-size:14px}\
td,th{padding:.3rem .5rem;border-bottom:1px solid #ddd;text-align:right}td:first-child,th:first-child{text-align:left}\
th{background:#f4f4f4;vertical-align:bottom}td.best{font-weight:700;background:#e8f1ec}tr.sub td:first-child{padding-left:1.6rem}\
.lead{font-size:18px}.verdict li{margin:.35rem 0}.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(400px,1fr));gap:1rem}\
figure{margin:1rem 0}svg{width:100%;height:auto}svg.scale{max-width:640px}.note,figcaption{font-size:14px;color:#555}\
@media print{figure,table{break-inside:avoid}}";

/// Change of residents that the ends of the map's scale stand for, %.
const MAP_LIMIT_PCT: f64 = 25.0;

/// Below this skill is called nothing (A).
const NO_SKILL: f64 = 0.05;

/// Text for HTML and SVG.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// A number as people of the language write it.
pub(super) fn number(value: f64, decimals: usize, lang: Lang) -> String {
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let (group, point) = if lang == Lang::Nl { ('.', ',') } else { (',', '.') };
    let mut out = String::new();
    if value < 0.0 && plain.chars().any(|c| ('1'..='9').contains(&c)) {
        out.push('−');
    }
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(group);
        }
        out.push(c);
    }
    if !fraction.is_empty() {
        out.push(point);
        out.push_str(fraction);
    }
    out
}

struct Page<'a> {
    hindcast: &'a Hindcast,
    city: &'a City,
    lang: Lang,
    out: String,
}

/// The page, with everything in it: no other file is needed.
pub fn html(hindcast: &Hindcast, city: &City, lang: Lang) -> String {
    let mut page = Page { hindcast, city, lang, out: String::new() };
    page.head();
    page.verdict();
    page.scores();
    page.maps();
    page.charts();
    page.misses();
    page.limits();
    page.out.push_str("</body></html>\n");
    page.out
}

impl Page<'_> {
    fn say(&self, en: &'static str, nl: &'static str) -> &'static str {
        self.word(Words { en, nl })
    }

    fn word(&self, words: Words) -> &'static str {
        if self.lang == Lang::Nl { words.nl } else { words.en }
    }

    fn num(&self, value: f64, decimals: usize) -> String {
        number(value, decimals, self.lang)
    }

    fn years(&self) -> (i32, i32) {
        let start: i32 = self.hindcast.start.get(..4).and_then(|y| y.parse().ok()).unwrap_or(0);
        (start, start + i32::from(self.hindcast.months) / 12)
    }

    fn head(&mut self) {
        let (from, to) = self.years();
        let city = escape(&self.hindcast.city);
        let title = format!("{}: {city} {from}–{to}", self.say("Looking back", "Terugkijktoets"));
        let (code, other) = match self.lang {
            Lang::Nl => ("nl", "<a href=\"hindcast.html\">English</a>"),
            Lang::En => ("en", "<a href=\"hindcast.nl.html\">Nederlands</a>"),
        };
        let _ = write!(
            self.out,
            "<!doctype html><html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>\
             <p class=\"note\">{other}</p><h1>{title}</h1>"
        );
        let n = self.hindcast.units.len();
        let seeds = self.hindcast.runs.len();
        let lead = match self.lang {
            Lang::En => format!(
                "Waterbed was given {city} as it was on 1 January {from} and ran to 1 January {to}, with its base \
                 parameters, without measures, and without being told what happened in between (new estates, corona, \
                 Ukraine). Here the outcome stands beside the real {to} figures, for {n} areas; mean of {seeds} run(s)."
            ),
            Lang::Nl => format!(
                "Waterbed kreeg {city} zoals het was op 1 januari {from} en rekende door tot 1 januari {to}, met de \
                 basisparameters, zonder maatregelen, en zonder te weten wat er intussen gebeurde (nieuwbouw, corona, \
                 Oekraïne). Hier staat de uitkomst naast de echte cijfers van {to}, voor {n} gebieden; gemiddelde van \
                 {seeds} run(s)."
            ),
        };
        let _ = write!(self.out, "<p class=\"lead\">{lead}</p>");
    }

    fn verdict(&mut self) {
        let _ = write!(self.out, "<h2>{}</h2><ul class=\"verdict\">", self.say("In short", "Kort gezegd"));
        for id in ["residents", "ages", "household_size", "home_value_keur"] {
            let Some(scores) = self.hindcast.scores_of(id) else { continue };
            let (Some(model), Some(nothing), Some(trend)) = (scores.model, scores.nothing, scores.trend) else {
                continue;
            };
            let look = self.look(id);
            let miss = |score: Score| self.num(score.mae * look.factor, look.decimals);
            let sentence = match self.lang {
                Lang::En => format!(
                    "<b>{}</b>: on average {} {} off. Assuming that nothing changes is {} off, the city-wide trend {}. {} \
                     {}",
                    look.name.en,
                    miss(model),
                    look.unit.en,
                    miss(nothing),
                    miss(trend),
                    judgement(model.skill_vs_nothing, "“nothing changes”", self.lang),
                    judgement(model.skill_vs_trend, "the city-wide trend", self.lang)
                ),
                Lang::Nl => format!(
                    "<b>{}</b>: gemiddeld {} {} ernaast. Wie aanneemt dat er niets verandert zit er {} naast, de trend van \
                     de stad {}. {} {}",
                    look.name.nl,
                    miss(model),
                    look.unit.nl,
                    miss(nothing),
                    miss(trend),
                    judgement(model.skill_vs_nothing, "‘niets verandert’", self.lang),
                    judgement(model.skill_vs_trend, "de trend van de stad", self.lang)
                ),
            };
            let _ = write!(self.out, "<li>{sentence}</li>");
        }
        let r = self.hindcast.residents;
        let city = match self.lang {
            Lang::En => format!(
                "<b>City</b>: from {} to {} residents; Waterbed went from {} to {}.",
                self.num(r.table_start, 0),
                self.num(r.table_end, 0),
                self.num(r.model_start, 0),
                self.num(r.model_end, 0)
            ),
            Lang::Nl => format!(
                "<b>Stad</b>: van {} naar {} inwoners; Waterbed ging van {} naar {}.",
                self.num(r.table_start, 0),
                self.num(r.table_end, 0),
                self.num(r.model_start, 0),
                self.num(r.model_end, 0)
            ),
        };
        let _ = write!(self.out, "<li>{city}</li></ul>");
    }

    /// How a quantity, or all ages together, is shown.
    fn look(&self, id: &str) -> Quantity {
        let ages = Quantity {
            id: "ages",
            name: Words { en: "Ages (five bands together)", nl: "Leeftijden (vijf groepen samen)" },
            unit: Words { en: "percentage points", nl: "procentpunt" },
            ..QUANTITIES[1]
        };
        QUANTITIES.iter().find(|q| q.id == id).copied().unwrap_or(ages)
    }

    fn scores(&mut self) {
        let _ = write!(self.out, "<h2>{}</h2><table><tr><th></th>", self.say("Scores", "Scores"));
        let heads = [
            self.say("Miss¹: nothing changes", "Misser¹: niets verandert"),
            self.say("Miss: city-wide trend²", "Misser: trend van de stad²"),
            self.say("Miss: Waterbed", "Misser: Waterbed"),
            self.say("Miss: Waterbed’s change³", "Misser: verandering van Waterbed³"),
            self.say("Bias of Waterbed⁴", "Scheefte van Waterbed⁴"),
            self.say("Skill⁵ against nothing changes", "Winst⁵ op niets verandert"),
            self.say("Skill against trend", "Winst op trend"),
            self.say("R² of change⁶", "R² van verandering⁶"),
            self.say("Correlation of change", "Correlatie van verandering"),
        ];
        for head in heads {
            let _ = write!(self.out, "<th>{head}</th>");
        }
        self.out.push_str("</tr>");
        let all: Vec<Scores> = self.hindcast.scores.clone();
        for scores in &all {
            self.score_row(scores);
        }
        let notes = self.say(
            "¹ Mean absolute difference from the real figure: per area for residents, weighted by residents for the rest. \
             ² Knows how the whole city changed, which no forecast can; the trend of the years before would be the fair \
             rival, but the data have no earlier year. ³ Waterbed’s change added to the real start: without the small \
             misfit of its own start. ⁴ Positive: Waterbed is too high. ⁵ 1 − mean square error ÷ that of the rival: 1 is \
             perfect, 0 as good as the rival, below 0 worse. ⁶ 1 perfect, 0 as good as knowing the mean change, below 0 \
             worse. The smallest miss is bold.",
            "¹ Gemiddeld absoluut verschil met het echte cijfer: per gebied voor inwoners, gewogen naar inwoners voor de \
             rest. ² Weet hoe de hele stad veranderde, en dat kan geen voorspelling; eerlijker was de trend van de jaren \
             ervoor, maar de gegevens hebben geen eerder jaar. ³ De verandering in Waterbed opgeteld bij het echte begin: \
             zonder de kleine afwijking van het eigen begin. ⁴ Positief: Waterbed zit te hoog. ⁵ 1 − gemiddelde \
             kwadratische fout ÷ die van de ander: 1 is volmaakt, 0 even goed, onder 0 slechter. ⁶ 1 volmaakt, 0 even goed \
             als de gemiddelde verandering kennen, onder 0 slechter. De kleinste misser is vet.",
        );
        let _ = write!(self.out, "</table><p class=\"note\">{notes}</p>");
    }

    fn score_row(&mut self, scores: &Scores) {
        let look = self.look(&scores.quantity);
        let misses = [scores.nothing, scores.trend, scores.model, scores.model_change];
        let best = misses.iter().flatten().map(|s| s.mae).fold(f64::MAX, f64::min);
        let class = if scores.quantity.starts_with("share") { " class=\"sub\"" } else { "" };
        let _ = write!(self.out, "<tr{class}><td>{} ({})</td>", self.word(look.name), self.word(look.unit));
        for miss in misses {
            let (class, text) = match miss {
                Some(s) if s.mae <= best => (" class=\"best\"", self.num(s.mae * look.factor, look.decimals)),
                Some(s) => ("", self.num(s.mae * look.factor, look.decimals)),
                None => ("", "–".into()),
            };
            let _ = write!(self.out, "<td{class}>{text}</td>");
        }
        let model = scores.model;
        let bias = model.map_or("–".into(), |s| self.num(s.bias * look.factor, look.decimals));
        let _ = write!(self.out, "<td>{bias}</td>");
        let pick: [fn(&Score) -> Option<f64>; 4] =
            [|s| s.skill_vs_nothing, |s| s.skill_vs_trend, |s| s.r2_change, |s| s.correlation_change];
        for value in pick.map(|p| model.as_ref().and_then(p)) {
            let text = value.map_or("–".into(), |v| self.num(v, 2));
            let _ = write!(self.out, "<td>{text}</td>");
        }
        self.out.push_str("</tr>");
    }

    /// Unit of each neighbourhood of the city.
    fn unit_of(&self) -> Vec<Option<usize>> {
        let has = |code: &str, unit: &super::UnitRow| code.split('+').any(|p| unit.unit.new.iter().any(|c| c == p));
        let find = |code: &str| self.hindcast.units.iter().position(|unit| has(code, unit));
        self.city.neighbourhoods.iter().map(|n| find(&n.code)).collect()
    }

    fn maps(&mut self) {
        let unit_of = self.unit_of();
        let pct = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) if a >= MIN_PEOPLE as f64 => Some(100.0 * (b - a) / a),
            _ => None,
        };
        let units = &self.hindcast.units;
        let real: Vec<Option<f64>> = units.iter().map(|u| pct(u.table_start[0], u.table_end[0])).collect();
        let model: Vec<Option<f64>> = units.iter().map(|u| pct(u.model_start[0], u.model_end[0])).collect();
        let of = |values: &[Option<f64>]| -> Vec<Option<f64>> { unit_of.iter().map(|u| values[(*u)?]).collect() };
        let said = |i: usize| {
            let show = |v: Option<f64>| v.map_or("–".into(), |v| format!("{} %", self.num(v, 1)));
            let (r, m) = unit_of[i].map_or((None, None), |u| (real[u], model[u]));
            format!(
                "{}: {} {}, Waterbed {}",
                self.city.neighbourhoods[i].name,
                self.say("really", "echt"),
                show(r),
                show(m)
            )
        };
        let (from, to) = self.years();
        let title = |what: &str| format!("{what}, {from}–{to}");
        let left =
            map(self.city, &of(&real), MAP_LIMIT_PCT, &title(self.say("Real change", "Echte verandering")), &said);
        let right = map(
            self.city,
            &of(&model),
            MAP_LIMIT_PCT,
            &title(self.say("Change in Waterbed", "Verandering in Waterbed")),
            &said,
        );
        let limit = self.num(MAP_LIMIT_PCT, 0);
        let scale = scale(
            &format!("−{limit} % {}", self.say("or less", "of minder")),
            "0",
            &format!("+{limit} % {}", self.say("or more", "of meer")),
            self.say("fewer than 25 residents", "minder dan 25 inwoners"),
        );
        let _ = write!(
            self.out,
            "<h2>{}</h2><div class=\"two\"><figure>{left}</figure><figure>{right}</figure></div>{scale}<p class=\"note\">{}</p>",
            self.say("Residents", "Inwoners"),
            self.say(
                "Point at an area for its name and figures. What stands out on the left is \
                 mostly new estates, and homes that were pulled down.",
                "Wijs een gebied aan voor naam en cijfers. Wat links opvalt is meestal nieuwbouw of sloop."
            )
        );
    }

    fn charts(&mut self) {
        let _ = write!(
            self.out,
            "<h2>{}</h2><div class=\"two\">",
            self.say("Change area by area", "Verandering per gebied")
        );
        for (q, look) in [(0, 0), (5, 5), (6, 6), (7, 7)] {
            let look = QUANTITIES[look];
            let points: Vec<(f64, f64)> = self
                .hindcast
                .units
                .iter()
                .filter(|u| {
                    [u.table_start[0], u.table_end[0]].iter().all(|n| n.is_some_and(|n| n >= MIN_PEOPLE as f64))
                })
                .filter_map(|u| {
                    let real = u.table_end[q]? - u.table_start[q]?;
                    let model = u.model_end[q]? - u.model_start[q]?;
                    Some((real * look.factor, model * look.factor))
                })
                .collect();
            let unit =
                if look.factor > 1.0 { self.say("percentage points", "procentpunt") } else { self.word(look.unit) };
            let chart = Scatter {
                title: self.word(look.name),
                x_label: &format!("{}, {unit}", self.say("real change", "echte verandering")),
                y_label: &format!("{}, {unit}", self.say("change in Waterbed", "verandering in Waterbed")),
                diagonal: self.say("as it happened", "zoals het ging"),
                points: &points,
            };
            let svg = scatter(&chart, self.lang);
            let _ = write!(self.out, "<figure>{svg}</figure>");
        }
        let _ = write!(
            self.out,
            "</div><p class=\"note\">{}</p>",
            self.say(
                "One dot is one area. On the dashed line Waterbed changed an area as it really changed. Open circles lie \
                 beyond the scale. Household sizes are published to one decimal, which makes columns of dots.",
                "Een stip is een gebied. Op de streeplijn veranderde een gebied in Waterbed zoals het echt ging. Open \
                 rondjes vallen buiten de schaal. Huishoudensgrootten worden met één decimaal gepubliceerd: vandaar de \
                 kolommen."
            )
        );
    }

    fn misses(&mut self) {
        let mut rows: Vec<(f64, &super::UnitRow)> =
            self.hindcast.units.iter().filter_map(|u| Some(((u.model_end[0]? - u.table_end[0]?).abs(), u))).collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.unit.new.cmp(&b.1.unit.new)));
        let (from, to) = self.years();
        let _ = write!(
            self.out,
            "<h2>{}</h2><table><tr><th>{}</th><th>{from}</th><th>{to}</th><th>Waterbed {to}</th><th>{}</th></tr>",
            self.say("Where it missed most (residents)", "Waar het meest naast (inwoners)"),
            self.say("Area", "Gebied"),
            self.say("Miss", "Misser")
        );
        for (_, u) in rows.iter().take(12) {
            let show = |v: Option<f64>| v.map_or("–".into(), |v| self.num(v, 0));
            let miss = u.model_end[0].zip(u.table_end[0]).map(|(a, b)| a - b);
            let cells = [u.table_start[0], u.table_end[0], u.model_end[0], miss].map(show);
            let _ = write!(self.out, "<tr><td>{}</td><td>{}</td></tr>", escape(&u.name), cells.join("</td><td>"));
        }
        self.out.push_str("</table>");
    }

    fn limits(&mut self) {
        let h = self.hindcast;
        let (from, to) = self.years();
        let left = &h.left_out;
        let text = match self.lang {
            Lang::En => format!(
                "{} neighbourhoods with {} residents in {to} did not belong to the city in {from} and are left out on both \
                 sides. {} neighbourhoods of {from} have no counterpart ({} residents). {} areas with {} residents in \
                 {from} have fewer than {MIN_PEOPLE} residents in one of the years: only their number is compared. Where \
                 boundaries changed, neighbourhoods are added up to common areas. Nothing was tuned to this outcome.",
                left.end_codes.len(),
                self.num(left.end_residents, 0),
                left.start_codes.len(),
                self.num(left.start_residents, 0),
                left.small_units,
                self.num(left.small_residents, 0)
            ),
            Lang::Nl => format!(
                "{} buurten met {} inwoners in {to} hoorden in {from} niet bij de stad en blijven aan beide kanten weg. {} \
                 buurten van {from} hebben geen tegenhanger ({} inwoners). {} gebieden met {} inwoners in {from} hebben in \
                 een van de jaren minder dan {MIN_PEOPLE} inwoners: alleen hun aantal telt mee. Waar grenzen veranderden \
                 zijn buurten opgeteld tot gemeenschappelijke gebieden. Niets is op deze uitkomst afgesteld.",
                left.end_codes.len(),
                self.num(left.end_residents, 0),
                left.start_codes.len(),
                self.num(left.start_residents, 0),
                left.small_units,
                self.num(left.small_residents, 0)
            ),
        };
        let _ = write!(self.out, "<h2>{}</h2><p>{text}</p>", self.say("What to know", "Goed om te weten"));
        let seeds: Vec<String> = h.runs.iter().map(|r| format!("{} ({:.12})", r.seed, r.digest)).collect();
        let _ = write!(
            self.out,
            "<p class=\"note\">{}: {}.<br>Waterbed {}; {}: {}.</p>",
            self.say("Sources", "Bronnen"),
            escape(&h.sources.join("; ")),
            escape(&h.version),
            self.say("seeds and digests", "toevalsgetallen en controlesommen"),
            seeds.join(", ")
        );
    }
}

/// Skill in words.
fn judgement(skill: Option<f64>, rival: &str, lang: Lang) -> String {
    match (skill, lang) {
        (None, _) => String::new(),
        (Some(s), Lang::En) if s > NO_SKILL => format!("Better than {rival} (skill {}).", number(s, 2, lang)),
        (Some(s), Lang::En) if s < -NO_SKILL => format!("Worse than {rival} (skill {}).", number(s, 2, lang)),
        (Some(s), Lang::En) => format!("No better and no worse than {rival} (skill {}).", number(s, 2, lang)),
        (Some(s), Lang::Nl) if s > NO_SKILL => format!("Beter dan {rival} (winst {}).", number(s, 2, lang)),
        (Some(s), Lang::Nl) if s < -NO_SKILL => format!("Slechter dan {rival} (winst {}).", number(s, 2, lang)),
        (Some(s), Lang::Nl) => format!("Niet beter en niet slechter dan {rival} (winst {}).", number(s, 2, lang)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(number(1_234_567.891, 2, Lang::En), "1,234,567.89");
        assert_eq!(number(-1_234.5, 1, Lang::Nl), "−1.234,5");
        assert_eq!(number(-0.001, 1, Lang::En), "0.0");
    }

    #[test]
    fn skill_is_called_what_it_is() {
        assert_eq!(judgement(Some(-0.2), "x", Lang::En), "Worse than x (skill −0.20).");
        assert_eq!(judgement(Some(0.02), "x", Lang::Nl), "Niet beter en niet slechter dan x (winst 0,02).");
        assert_eq!(judgement(Some(0.5), "x", Lang::En), "Better than x (skill 0.50).");
    }
}
