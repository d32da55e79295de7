//! `report.html` of a twin: for those who have to decide. First the answer in words, then the waterbed map, then what
//! it costs, who gains and loses, whether a city would see it, and at the end how it was made.

mod decide;
mod evaluate;
mod levers;
mod maps;
mod moved;
mod synergy;

use std::fmt::Write as _;

use super::Findings;
use super::effects::Effects;
use super::text;
use crate::city::CityOrigin;
use crate::indicators::{INDICATORS, Indicator};
use crate::report::atlas::Atlas;
use crate::report::chart::{Line, Lines, esc};
use crate::report::page::{Figure, Page, Table, source};
use crate::report::{Lang, words};

/// Indicators drawn over time.
const OVER_TIME: usize = 6;

/// A page in the making.
pub(super) struct Sheet<'a> {
    f: &'a Findings<'a>,
    lang: Lang,
    page: Page,
    atlas: Atlas,
    /// Indicators that this page may show, in the order of the list.
    shown: Vec<usize>,
    n_ids: usize,
}

/// The whole page.
pub(super) fn html(findings: &Findings, lang: Lang) -> String {
    let title = title(findings, lang);
    let mut sheet = Sheet {
        f: findings,
        lang,
        page: Page::new(lang, &title),
        atlas: Atlas::of(findings.runs.city),
        shown: shown(findings),
        n_ids: 0,
    };
    sheet.answer();
    sheet.maps();
    sheet.displacement();
    sheet.gains();
    sheet.measures();
    sheet.over_time();
    sheet.synergy();
    sheet.evaluation();
    sheet.city();
    sheet.made();
    let head = sheet.head(&title);
    let definitions = sheet.atlas.definitions();
    sheet.page.finish(&head, &definitions)
}

fn title(findings: &Findings, lang: Lang) -> String {
    let (city, plan) = (&findings.runs.city.name, &findings.runs.variant.name);
    match lang {
        Lang::En => format!("{city} with and without “{plan}”"),
        Lang::Nl => format!("{city} met en zonder “{plan}”"),
    }
}

/// Composition by group and outcomes that are guarded never stand side by side on a page about a real city
/// (models.md E-16): there the composition is left out, and is in the table beside the page only.
fn shown(findings: &Findings) -> Vec<usize> {
    let sensitive = findings.rules.real && INDICATORS.iter().any(|i| i.guarded);
    let may = |e: &Effects| !(sensitive && is_composition(e.indicator));
    (0..findings.effects.len()).filter(|&at| may(&findings.effects[at])).collect()
}

fn is_composition(indicator: &Indicator) -> bool {
    ["origin", "newcomer", "language", "diversity", "group"].iter().any(|word| indicator.id.contains(word))
}

impl<'a> Sheet<'a> {
    fn pick<T>(&self, en: T, nl: T) -> T {
        self.lang.pick(en, nl)
    }

    fn next_id(&mut self) -> String {
        self.n_ids += 1;
        format!("g{}", self.n_ids)
    }

    /// Effects in focus that may be shown.
    fn focus(&self) -> Vec<&'a Effects> {
        let f = self.f;
        f.focus.iter().filter(|at| self.shown.contains(at)).map(|&at| &f.effects[at]).collect()
    }

    fn n_targets(&self) -> usize {
        self.f.roles.iter().filter(|role| **role == super::Role::Target).count()
    }

    /// True if the measures hold everywhere.
    fn everywhere(&self) -> bool {
        self.n_targets() == self.f.roles.len()
    }

    fn head(&self, title: &str) -> String {
        let (runs, lang) = (self.f.runs, self.lang);
        let (n, years) = (runs.seeds.len(), runs.n_years);
        let origin = match runs.city.origin {
            CityOrigin::Generated => words::WHAT_GENERATED,
            CityOrigin::Real => words::WHAT_REAL,
        };
        let noise = match lang {
            Lang::En => format!(
                "The city was run {n} times with the measures and {n} times without. Each pair shares its chance, so what \
                 differs within a pair comes from the measures. A difference counts as larger than noise if the pairs \
                 agree (paired test, at most 5% false among those flagged)."
            ),
            Lang::Nl => format!(
                "De stad is {n} keer met en {n} keer zonder de maatregelen doorgerekend. Elk paar deelt zijn toeval: wat \
                 binnen een paar verschilt komt door de maatregelen. Een verschil telt als groter dan ruis als de paren \
                 het eens zijn (gepaarde toets, hooguit 5 % onterecht)."
            ),
        };
        let points = [
            lang.of(words::WHAT_MODEL).to_string(),
            lang.of(words::WHAT_SYNTHETIC).to_string(),
            lang.fill(origin, &[&runs.city.name]),
            noise,
            lang.of(words::WHAT_GRADE).to_string(),
        ];
        let list: String = points.iter().map(|p| format!("<li>{}</li>", esc(p))).collect();
        let kicker = match lang {
            Lang::En => format!("Waterbed · scenario {} · {years} years · {n} pairs of runs", runs.scenario),
            Lang::Nl => format!("Waterbed · scenario {} · {years} jaar · {n} paren doorrekeningen", runs.scenario),
        };
        format!(
            "<p class=\"kicker\">{}</p><h1>{}</h1><p class=\"tagline\">{}</p><div class=\"what\" role=\"note\" \
             aria-labelledby=\"what\"><h2 id=\"what\">{}</h2><ul>{list}</ul></div>",
            esc(&kicker),
            esc(title),
            self.pick(
                "Where it goes down, where it comes up, and whether that is more than noise",
                "Waar het daalt, waar het stijgt, en of dat meer is dan ruis"
            ),
            lang.of(words::WHAT_TITLE),
        )
    }

    /// The city's difference year by year.
    fn over_time(&mut self) {
        let lang = self.lang;
        let drawn: Vec<&Effects> =
            self.focus().into_iter().filter(|e| !e.city_years.is_empty()).take(OVER_TIME).collect();
        // One year is no line.
        if drawn.is_empty() || drawn[0].city_years.len() < 2 {
            return;
        }
        let lead = self.pick(
            "The city with the measures minus the city without, year by year. Band: nine in ten pairs of runs.",
            "De stad met de maatregelen min de stad zonder, per jaar. Band: negen van de tien paren.",
        );
        self.page.section("time", self.pick("Over the years", "Door de jaren"), lead);
        let first = f64::from(self.f.runs.start.year());
        for e in drawn {
            let unit = e.indicator.unit;
            let of = |value: fn(&super::Effect) -> f64| e.city_years.iter().map(value).collect::<Vec<f64>>();
            let lines =
                [Line { label: String::new(), values: of(|y| y.difference), low: of(|y| y.low), high: of(|y| y.high) }];
            let times: Vec<f64> = (0..e.city_years.len()).map(|y| first + y as f64).collect();
            let last = e.city_years.len() - 1;
            let says = format!("{:.0}: {}.", times[last], text::with_band(&e.city_years[last], unit, lang));
            let title = text::title(e.indicator, lang);
            let id = self.next_id();
            let svg = Lines {
                id: &id,
                title: &title,
                description: &says,
                times: &times,
                lines: &lines,
                axis: &|v, step| text::axis(v, step, unit, lang),
            }
            .svg();
            let row = |(y, effect): (usize, &super::Effect)| {
                let noise = text::noise(effect, lang).to_string();
                vec![format!("{:.0}", times[y]), text::with_band(effect, unit, lang), noise]
            };
            let table = Table {
                head: vec![
                    self.pick("Year", "Jaar").into(),
                    self.pick("Difference (band)", "Verschil (band)").into(),
                    self.pick("Larger than noise?", "Groter dan ruis?").into(),
                ],
                rows: e.city_years.iter().enumerate().map(row).collect(),
            };
            self.page.figure(Figure {
                title: &title,
                lead: lang.of(e.indicator.about),
                svg,
                says,
                legend: String::new(),
                source: source(lang, &[e.indicator]),
                table,
                wide: false,
            });
        }
    }

    /// Every indicator of the city.
    fn city(&mut self) {
        let lang = self.lang;
        let lead = self.pick(
            "Flows are means per year since the first measure began; everything else is the mean of the last year.",
            "Stromen zijn gemiddelden per jaar sinds de eerste maatregel; al het andere is het gemiddelde van het laatste jaar.",
        );
        self.page.section("all", self.pick("All indicators of the city", "Alle indicatoren van de stad"), lead);
        let f = self.f;
        let there = self.shown.iter().map(|&at| &f.effects[at]).filter(|e| e.indicator.in_city());
        let row = |e: &Effects| {
            let (unit, effect) = (e.indicator.unit, &e.city);
            let level = |v: f64| crate::report::number::value(v, unit, lang);
            vec![
                text::title(e.indicator, lang),
                level(effect.baseline),
                level(effect.variant),
                text::with_band(effect, unit, lang),
                text::noise(effect, lang).into(),
            ]
        };
        let table = Table {
            head: vec![
                lang.of(words::INDICATOR).into(),
                self.pick("Without", "Zonder").into(),
                self.pick("With", "Met").into(),
                self.pick("Difference (band)", "Verschil (band)").into(),
                self.pick("Larger than noise?", "Groter dan ruis?").into(),
            ],
            rows: there.map(row).collect(),
        };
        let html = table.html(self.pick("All indicators of the city", "Alle indicatoren van de stad"));
        self.page.html(&format!("<div class=\"box all tall\">{html}</div>"));
    }

    fn made(&mut self) {
        let (runs, lang) = (self.f.runs, self.lang);
        self.page.section("made", lang.of(words::S_MADE), lang.of(words::MADE_LEAD));
        let test = self.pick(
            "For each seed the city is run with and without the measures; keyed random numbers make both share every draw \
             that the measures do not reach. The seeds' differences go through a paired t test. Where many \
             neighbourhoods (or indicators) are tested together, p-values are adjusted after Benjamini & Hochberg (1995) so \
             that of all that is flagged at most 5% is expected to be false; a measure without any effect is flagged in at \
             most one city in twenty. Bands run from the 5% to the 95% quantile over seeds. None of this says how much the \
             model's assumptions are worth.",
            "Voor elk startgetal wordt de stad met en zonder de maatregelen doorgerekend; door sleutels delen beide alle \
             toeval dat de maatregelen niet raken. De verschillen per startgetal gaan door een gepaarde t-toets. Waar veel \
             buurten (of indicatoren) samen worden getoetst zijn de p-waarden aangepast volgens Benjamini & Hochberg \
             (1995), zodat van alles wat gemarkeerd is naar verwachting hooguit 5 % onterecht is; een maatregel zonder enig \
             effect wordt in hooguit één op de twintig steden gemarkeerd. Banden lopen van het 5 %- tot het 95 %-kwantiel. \
             Niets hiervan zegt wat de aannamen van het model waard zijn.",
        );
        let limits = self.pick(
            "A difference between two runs of a model is not a forecast for a real neighbourhood. Compare measures with each \
             other rather than reading a number by itself.",
            "Een verschil tussen twee doorrekeningen van een model is geen voorspelling voor een echte buurt. Vergelijk \
             liever maatregelen met elkaar dan dat u één getal op zichzelf leest.",
        );
        let mut html = String::from("<div class=\"box all\">");
        for (head, body) in [
            (self.pick("How noise is told apart", "Hoe ruis wordt onderscheiden"), test),
            (lang.of(words::LIMITS_TITLE), limits),
            (lang.of(words::GRADES_TITLE), lang.of(words::GRADES)),
            (lang.of(words::PRIVACY_TITLE), lang.of(words::PRIVACY)),
        ] {
            let _ = write!(html, "<h3>{}</h3><p>{}</p>", esc(head), esc(body));
        }
        let sources: String = runs.city.sources.iter().map(|s| format!("<li>{}</li>", esc(s))).collect();
        let _ = write!(html, "<h3>{}</h3><ul>{sources}</ul></div>", lang.of(words::SOURCES_TITLE));
        self.page.html(&html);
        let digests = runs.seeds.iter().enumerate().map(|(at, seed)| {
            let digest = |digests: &[String]| digests.get(at).map_or(String::new(), |d| d.chars().take(16).collect());
            vec![seed.to_string(), digest(&runs.baseline.digests), digest(&runs.variant.digests)]
        });
        let table = Table {
            head: vec![
                lang.of(words::SEED).into(),
                self.pick("Digest without", "Controlegetal zonder").into(),
                self.pick("Digest with", "Controlegetal met").into(),
            ],
            rows: digests.collect(),
        };
        let html = table.html(lang.of(words::RUNS_TITLE));
        let files = self.pick(
            "Every difference, by neighbourhood and year, is in twin/difference.parquet beside this report.",
            "Elk verschil staat per buurt en jaar in twin/difference.parquet naast dit rapport.",
        );
        self.page.html(&format!("<div class=\"box all\">{html}<p>{}</p></div>", esc(files)));
    }
}
