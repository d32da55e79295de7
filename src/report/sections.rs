//! The sections of a report, in order.

use std::fmt::Write as _;

use super::builder::{Builder, LineFigure, MapFigure, known};
use super::chart::{self, PyramidText, esc};
use super::classes::Classes;
use super::ensemble::MIN_FOR_TAILS;
use super::flows;
use super::number;
use super::page::{Figure, Table, source};
use super::words;
use crate::city::CityOrigin;
use crate::indicators::{N_AGES, Pyramid, Unit, Words};

/// What is shown at a glance.
const KEYS: [&str; 12] = [
    "residents",
    "age_mean_y",
    "age_65_up_share",
    "households",
    "one_person_share",
    "homes",
    "rent_private_mean_eur_m",
    "home_value_owner_mean_keur",
    "households_without_home",
    "income_mean_eur_m",
    "income_dissimilarity_index",
    "origin_dissimilarity_index",
];

/// Everything between header and footer.
pub fn write(b: &mut Builder) {
    at_a_glance(b);
    people(b);
    households(b);
    homes(b);
    moving(b);
    apart(b);
    super::challenges::sections(b);
    super::climate::section(b);
    places(b);
    made(b);
}

/// The whole page.
pub fn finish(b: Builder) -> String {
    let head = head(&b);
    let definitions = b.atlas.definitions();
    b.page.finish(&head, &definitions)
}

fn runs_in_words(b: &Builder) -> String {
    match b.runs.n_runs() {
        1 => b.t(words::ONE_RUN).into(),
        n => b.lang.fill(words::MANY_RUNS, &[&n.to_string()]),
    }
}

fn head(b: &Builder) -> String {
    let (from, to) = (b.runs.first().plus(1).year().to_string(), b.runs.last().year().to_string());
    let title = b.lang.fill(words::REPORT_TITLE, &[&b.city.name, &from, &to]);
    let scenario = b.lang.fill(words::RUN_LINE, &[&b.runs.runs()[0].name]);
    let origin = match b.city.origin {
        CityOrigin::Generated => words::WHAT_GENERATED,
        CityOrigin::Real => words::WHAT_REAL,
    };
    let noise = match b.runs.n_runs() {
        1 => words::WHAT_ONE,
        n if n < MIN_FOR_TAILS => words::WHAT_FEW,
        _ => words::WHAT_MANY,
    };
    let points = [
        b.t(words::WHAT_MODEL).to_string(),
        b.t(words::WHAT_SYNTHETIC).to_string(),
        b.lang.fill(origin, &[&b.city.name]),
        b.t(noise).to_string(),
        b.t(words::WHAT_GRADE).to_string(),
    ];
    let list: String = points.iter().map(|p| format!("<li>{}</li>", esc(p))).collect();
    format!(
        "<p class=\"kicker\">Waterbed · {} · {}</p><h1>{}</h1><p class=\"tagline\">{}</p><div class=\"what\" role=\"note\" \
         aria-labelledby=\"what\"><h2 id=\"what\">{}</h2><ul>{list}</ul></div>",
        esc(&scenario),
        esc(&runs_in_words(b)),
        esc(&title),
        b.t(words::SUBTITLE),
        b.t(words::WHAT_TITLE),
    )
}

fn at_a_glance(b: &mut Builder) {
    let (first, last) = (b.month(b.runs.first()), b.month(b.runs.last()));
    b.page.section("glance", b.lang.of(words::KEY_TITLE), &b.lang.fill(words::KEY_LEAD, &[&last, &first]));
    let since = b.lang.fill(words::SINCE, &[&b.runs.first().plus(1).year().to_string()]);
    let mut html = String::from("<dl class=\"keys all\">");
    for i in KEYS.map(known) {
        let line = b.runs.line(i.id, "");
        let (start, end) = (line.values[0], line.values[line.values.len() - 1]);
        let value = number::value(end, i.unit, b.lang);
        let change = number::change(start, end, i.unit, b.lang);
        let _ = write!(
            html,
            "<div><dt>{}</dt><dd><span class=\"big\">{}</span>{}<span class=\"delta\">{} {}</span>",
            esc(b.t(i.title)),
            esc(&value),
            chart::sparkline(&line.values),
            esc(&change),
            esc(&since),
        );
        if let (Some(low), Some(high)) = (line.low.last(), line.high.last()) {
            let (low, high) = (number::value(*low, i.unit, b.lang), number::value(*high, i.unit, b.lang));
            let band = if b.runs.n_runs() < MIN_FOR_TAILS { words::BAND_ALL } else { words::BAND };
            let _ = write!(html, "<br><span class=\"band\">{}</span>", esc(&b.lang.fill(band, &[&low, &high])));
        }
        html += "</dd></div>";
    }
    b.page.html(&(html + "</dl>"));
}

fn people(b: &mut Builder) {
    let l = b.lang;
    b.page.section("people", l.of(words::S_PEOPLE), "");
    b.lines(&LineFigure {
        title: l.of(words::F_RESIDENTS),
        lead: l.of(known("residents").about),
        lines: &[(l.of(words::F_RESIDENTS), &["residents"])],
        yearly: false,
    });
    if !b.runs.years().is_empty() {
        b.lines(&LineFigure {
            title: l.of(words::F_WHY),
            lead: l.of(words::F_WHY_LEAD),
            lines: &[
                (l.of(words::BORN), &["births"]),
                (l.of(words::DIED), &["deaths"]),
                (l.of(words::CAME), &["immigrants", "domestic_arrivals"]),
                (l.of(words::WENT), &["emigrants", "domestic_departures"]),
            ],
            yearly: true,
        });
    }
    growth_map(b);
    pyramid(b);
    b.lines(&LineFigure {
        title: l.of(words::F_AGES),
        lead: l.of(words::F_AGES_LEAD),
        lines: &[
            (l.of(known("age_0_14_share").title), &["age_0_14_share"]),
            (l.of(known("age_15_24_share").title), &["age_15_24_share"]),
            (l.of(known("age_25_44_share").title), &["age_25_44_share"]),
            (l.of(known("age_45_64_share").title), &["age_45_64_share"]),
            (l.of(known("age_65_up_share").title), &["age_65_up_share"]),
        ],
        yearly: false,
    });
    b.level_map(l.of(words::F_OLD_MAP), "age_65_up_share");
}

fn growth_map(b: &mut Builder) {
    let l = b.lang;
    let (start, end) = (b.neighbourhoods("residents", 0), b.neighbourhoods("residents", b.runs.at_end()));
    let growth = |(a, z): (&f64, &f64)| if *a >= 25.0 { z / a - 1.0 } else { f64::NAN };
    let values: Vec<f64> = start.iter().zip(&end).map(growth).collect();
    // Where nearly all grow (or shrink), the question is which of them do so most.
    let known_values = values.iter().filter(|v| v.is_finite());
    let (n, more) = known_values.fold((0, 0), |(n, more), v| (n + 1, more + usize::from(*v > 0.0)));
    let one_way = more.max(n - more) * 10 >= n * 9;
    let classes = if one_way { Classes::sequential(&values) } else { Classes::diverging(&values) };
    let step = classes.step;
    let text = |v: f64| format!("{}{}", number::signed(100.0 * v, 1, l), l.pick("%", "\u{a0}%"));
    let count = |v: &f64| number::value(*v, Unit::People, l);
    let (first, last) = (b.month(b.runs.first()), b.month(b.runs.last()));
    b.map(MapFigure {
        title: l.of(words::F_GROWTH_MAP),
        lead: &l.fill(words::F_GROWTH_LEAD, &[&first, &last]),
        values,
        classes,
        text: &text,
        limit: &|v| number::axis(v, step, Unit::Share, l),
        source: source(l, &[known("residents")]),
        more: vec![
            (l.of(words::START), start.iter().map(count).collect()),
            (l.of(words::END), end.iter().map(count).collect()),
        ],
    });
}

fn pyramid(b: &mut Builder) {
    let l = b.lang;
    let runs = b.runs.runs();
    let mean = |pick: fn(&[(crate::sim::Month, Pyramid)]) -> Option<&Pyramid>| -> Pyramid {
        let found: Vec<&Pyramid> = runs.iter().filter_map(|r| pick(&r.pyramids)).collect();
        let n = found.len().max(1) as f64;
        let cell = |age: usize, sex: usize| found.iter().map(|p| f64::from(p[age][sex])).sum::<f64>() / n;
        (0..N_AGES).map(|age| [cell(age, 0).round() as u32, cell(age, 1).round() as u32]).collect()
    };
    let start = mean(|p| p.first().map(|p| &p.1));
    let end = mean(|p| p.last().map(|p| &p.1));
    let years = [b.runs.first().year().to_string(), b.runs.last().year().to_string()];
    let bands = |p: &Pyramid, band: usize| -> [u64; 2] {
        let ages = (5 * band..(5 * band + 5).min(N_AGES)).map(|age| p[age]);
        ages.fold([0, 0], |sum, n| [sum[0] + u64::from(n[0]), sum[1] + u64::from(n[1])])
    };
    let count = |n: u64| number::decimal(n as f64, 0, l);
    let row = |band: usize| {
        let age = if band == 20 { "100+".into() } else { format!("{}–{}", 5 * band, 5 * band + 4) };
        let (a, z) = (bands(&start, band), bands(&end, band));
        vec![age, count(a[1]), count(a[0]), count(z[1]), count(z[0])]
    };
    let head = |sex: Words, year: &str| format!("{} {year}", l.of(sex));
    let table = Table {
        head: vec![
            l.of(words::AGE).into(),
            head(words::MEN, &years[0]),
            head(words::WOMEN, &years[0]),
            head(words::MEN, &years[1]),
            head(words::WOMEN, &years[1]),
        ],
        rows: (0..=20).map(row).collect(),
    };
    let mean_age = b.runs.line("age_mean_y", "").values;
    let text = |v: f64| number::value(v, Unit::Years, l);
    let (young, old) = (mean_age[0], mean_age[mean_age.len() - 1]);
    let title = l.of(known("age_mean_y").title);
    let says = l.fill(words::ROSE, &[title, &text(young), &text(old), &number::change(young, old, Unit::Years, l)]);
    let id = b.next_id();
    let svg = chart::pyramid(
        &PyramidText {
            id: &id,
            title: l.of(words::F_PYRAMID),
            description: &says,
            words: [
                l.of(words::MEN),
                l.of(words::WOMEN),
                l.of(words::AGE),
                &l.fill(words::FILLED, &[&years[1]]),
                &l.fill(words::OUTLINE, &[&years[0]]),
            ],
        },
        &start,
        &end,
        &|v, step| number::axis(v, step, Unit::People, l),
    );
    b.page.figure(Figure {
        title: l.of(words::F_PYRAMID),
        lead: l.of(words::F_PYRAMID_LEAD),
        svg,
        says,
        legend: String::new(),
        source: source(l, &[known("age_mean_y"), known("births"), known("deaths")]),
        table,
        wide: false,
    });
}

fn households(b: &mut Builder) {
    let l = b.lang;
    b.page.section("households", l.of(words::S_HOUSEHOLDS), "");
    b.lines(&LineFigure {
        title: l.of(words::F_TYPES),
        lead: l.of(words::F_TYPES_LEAD),
        lines: &[
            (l.of(words::ONE_PERSON), &["one_person_share"]),
            (l.of(words::SEVERAL), &["several_without_minors_share"]),
            (l.of(words::WITH_MINORS), &["with_minors_share"]),
        ],
        yearly: false,
    });
    one_line(b, "household_size_mean");
    one_line(b, "income_mean_eur_m");
    one_line(b, "unemployed_share");
}

/// A figure of one indicator that needs no words of its own.
fn one_line(b: &mut Builder, id: &str) {
    let (title, about) = (b.t(known(id).title), b.t(known(id).about));
    b.lines(&LineFigure { title, lead: about, lines: &[(title, &[id])], yearly: false });
}

fn homes(b: &mut Builder) {
    let l = b.lang;
    b.page.section("homes", l.of(words::S_HOMES), "");
    tenure(b);
    b.lines(&LineFigure {
        title: l.of(words::F_RENTS),
        lead: l.of(words::F_RENTS_LEAD),
        lines: &[
            (l.of(known("rent_social_mean_eur_m").title), &["rent_social_mean_eur_m"]),
            (l.of(known("rent_private_mean_eur_m").title), &["rent_private_mean_eur_m"]),
        ],
        yearly: false,
    });
    b.lines(&LineFigure {
        title: l.of(words::F_VALUE),
        lead: l.of(known("home_value_owner_mean_keur").about),
        lines: &[(l.of(known("home_value_owner_mean_keur").title), &["home_value_owner_mean_keur"])],
        yearly: false,
    });
    b.lines(&LineFigure {
        title: l.of(words::F_SHORTAGE),
        lead: l.of(words::F_SHORTAGE_LEAD),
        lines: &[
            (l.of(known("households_without_home").title), &["households_without_home"]),
            (l.of(known("social_queue").title), &["social_queue"]),
        ],
        yearly: false,
    });
    one_line(b, "social_wait_mean_y");
    one_line(b, "renters_housing_cost_share");
    one_line(b, "vacant_share");
    one_line(b, "overcrowded_share");
    b.level_map(l.of(words::F_RENT_MAP), "rent_private_mean_eur_m");
}

fn tenure(b: &mut Builder) {
    let l = b.lang;
    let ids = ["homes_owner", "homes_social", "homes_senior", "homes_private", "homes_room"];
    let lines: Vec<Vec<f64>> = ids.iter().map(|id| b.runs.line(id, "").values).collect();
    let at = |i: usize| lines.iter().map(|v| v[i]).collect::<Vec<f64>>();
    let end = b.runs.at_end();
    let rows = [(b.month(b.runs.first()), at(0)), (b.month(b.runs.last()), at(end))];
    let share = |v: f64| number::value(v, Unit::Share, l);
    let part = |row: &[f64], i: usize| share(row[i] / row.iter().sum::<f64>());
    let says: Vec<String> = ids
        .iter()
        .enumerate()
        .map(|(i, id)| {
            let (a, z) = (part(&rows[0].1, i), part(&rows[1].1, i));
            let change = number::change(rows[0].1[i], rows[1].1[i], Unit::Homes, l);
            l.fill(words::ROSE, &[l.of(known(id).title), &a, &z, &change])
        })
        .collect();
    let mut legend = String::from("<ul class=\"legend\">");
    for (i, id) in ids.iter().enumerate() {
        let _ = write!(legend, "<li><i style=\"background:{}\"></i>{}</li>", chart::COLOURS[i], l.of(known(id).title));
    }
    let id = b.next_id();
    let whole = |v: f64| format!("{}{}", number::decimal(100.0 * v, 0, l), l.pick("%", "\u{a0}%"));
    let svg = chart::parts(&id, l.of(words::F_TENURE), &says.join(" "), &rows, &whole);
    let count = |v: f64| number::value(v, Unit::Homes, l);
    let table = Table {
        head: ["", &rows[0].0, &rows[1].0, l.of(words::CHANGE)].map(String::from).to_vec(),
        rows: ids
            .iter()
            .enumerate()
            .map(|(i, id)| {
                let (a, z) = (rows[0].1[i], rows[1].1[i]);
                vec![l.of(known(id).title).into(), count(a), count(z), number::change(a, z, Unit::Homes, l)]
            })
            .collect(),
    };
    b.page.figure(Figure {
        title: l.of(words::F_TENURE),
        lead: l.of(words::F_TENURE_LEAD),
        svg,
        says: String::new(),
        legend: legend + "</ul>",
        source: source(l, &ids.map(known)),
        table,
        wide: false,
    });
}

fn moving(b: &mut Builder) {
    let l = b.lang;
    b.page.section("moves", l.of(words::S_MOVES), "");
    flows::flow_map(b);
    if !b.runs.years().is_empty() {
        b.lines(&LineFigure {
            title: l.of(words::F_MOVES),
            lead: l.of(words::F_MOVES_LEAD),
            lines: &[(l.of(words::F_MOVES), &["moves_within"])],
            yearly: true,
        });
    }
    b.lines(&LineFigure {
        title: l.of(words::F_CHAINS),
        lead: l.of(words::F_CHAINS_LEAD),
        lines: &[(l.of(known("vacancy_chain_mean_moves").title), &["vacancy_chain_mean_moves"])],
        yearly: false,
    });
}

fn apart(b: &mut Builder) {
    let l = b.lang;
    b.page.section("apart", l.of(words::S_APART), "");
    b.lines(&LineFigure {
        title: l.of(words::F_APART),
        lead: l.of(words::F_APART_LEAD),
        lines: &[
            (l.of(words::BY_INCOME_D), &["income_dissimilarity_index"]),
            (l.of(words::BY_ORIGIN_D), &["origin_dissimilarity_index"]),
            (l.of(words::BY_INCOME_H), &["income_theil_h_index"]),
            (l.of(words::BY_ORIGIN_H), &["origin_theil_h_index"]),
        ],
        yearly: false,
    });
    b.lines(&LineFigure {
        title: l.of(words::F_MEET),
        lead: l.of(words::F_MEET_LEAD),
        lines: &[(l.of(known("origin_isolation_share").title), &["origin_isolation_share"])],
        yearly: false,
    });
    one_line(b, "income_gini_index");
    one_line(b, "income_moran_index");
    b.level_map(l.of(words::F_INCOME_MAP), "income_mean_eur_m");
    b.level_map(l.of(words::F_DIVERSITY_MAP), "origin_diversity_index");
}

fn places(b: &mut Builder) {
    let l = b.lang;
    b.page.section("places", l.of(words::S_PLACES), l.of(words::PLACES_LEAD));
    let end = b.runs.at_end();
    let year = [b.runs.first().year().to_string(), b.runs.last().year().to_string()];
    let ids = ["residents", "age_65_up_share", "one_person_share", "income_mean_eur_m", "vacant_share"];
    let columns: Vec<(String, Unit, Vec<f64>)> = ids
        .iter()
        .flat_map(|id| [(0, &year[0]), (end, &year[1])].map(|(at, year)| (*id, at, year)))
        .map(|(id, at, year)| (format!("{} {year}", l.of(known(id).title)), known(id).unit, b.neighbourhoods(id, at)))
        .collect();
    let head =
        std::iter::once(l.of(words::NEIGHBOURHOOD).to_string()).chain(columns.iter().map(|c| c.0.clone())).collect();
    let lived_in = |i: &usize| columns[1].2[*i] > 0.0 || columns[0].2[*i] > 0.0;
    let row = |i: usize| {
        let place = &b.city.neighbourhoods[i];
        let name = format!("{} ({})", place.name, place.code);
        std::iter::once(name)
            .chain(columns.iter().map(|(_, unit, values)| number::value(values[i], *unit, l)))
            .collect()
    };
    let rows = (0..b.city.neighbourhoods.len()).filter(lived_in).map(row).collect();
    let table = Table { head, rows }.html(l.of(words::S_PLACES));
    b.page.html(&format!("<div class=\"box all\">{table}</div>"));
}

fn made(b: &mut Builder) {
    let l = b.lang;
    b.page.section("made", l.of(words::S_MADE), l.of(words::MADE_LEAD));
    for (title, text) in [
        (words::GRADES_TITLE, words::GRADES),
        (words::LIMITS_TITLE, words::LIMITS),
        (words::PRIVACY_TITLE, words::PRIVACY),
    ] {
        b.page.html(&format!("<div class=\"box\"><h3>{}</h3><p>{}</p></div>", l.of(title), esc(l.of(text))));
    }
    let sources: String = b.city.sources.iter().map(|s| format!("<li>{}</li>", esc(s))).collect();
    b.page.html(&format!("<div class=\"box\"><h3>{}</h3><ul>{sources}</ul></div>", l.of(words::SOURCES_TITLE)));
    let text = |v: &serde_json::Value| match v {
        serde_json::Value::String(s) => s.clone(),
        serde_json::Value::Null => "–".into(),
        other => other.to_string(),
    };
    let row = |run: &super::RunData| {
        let p = &run.provenance;
        vec![
            run.name.clone(),
            text(&p["seed"]),
            text(&p["version"]),
            run.months.len().saturating_sub(1).to_string(),
            text(&p["digest"]),
        ]
    };
    let head =
        [words::RUN, words::SEED, words::VERSION, words::MONTHS, words::DIGEST].map(|w| l.of(w).to_string()).to_vec();
    let table = Table { head, rows: b.runs.runs().iter().map(row).collect() }.html(l.of(words::RUNS_TITLE));
    let (title, files) = (l.of(words::RUNS_TITLE), l.of(words::FILES));
    b.page.html(&format!("<div class=\"box all text\"><h3>{title}</h3><p>{files}</p>{table}</div>"));
}
