//! The flow map: who moves where.

use std::collections::BTreeMap;

use super::atlas::Arrow;
use super::builder::{Builder, known};
use super::classes::Classes;
use super::number;
use super::page::{Figure, Table, source};
use super::words;
use crate::indicators::Unit;

/// Most neighbourhoods between which arrows can be told apart; with more, districts.
const MAX_NODES: usize = 30;
/// Most arrows on a map.
const MAX_ARROWS: usize = 14;

/// Net moves between neighbourhoods or districts over all years, as arrows over what each neighbourhood gains.
pub fn flow_map(b: &mut Builder) {
    let l = b.lang;
    let n = b.city.neighbourhoods.len();
    let by_district = n > MAX_NODES && !b.city.districts.is_empty();
    let node = |i: usize| if by_district { usize::from(b.city.neighbourhoods[i].district) } else { i };
    let name = |k: usize| match by_district {
        true => b.city.districts.get(k).map_or("", String::as_str),
        false => &b.city.neighbourhoods[k].name,
    };
    let index: BTreeMap<&str, usize> =
        b.city.neighbourhoods.iter().enumerate().map(|(i, n)| (n.code.as_str(), i)).collect();
    let share = 1.0 / b.runs.n_runs() as f64;
    let mut balance = vec![0.0; n];
    let mut between: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for flow in b.runs.runs().iter().flat_map(|r| &r.flows) {
        let place = |code: &Option<String>| index.get(code.as_deref()?).copied();
        let (Some(from), Some(to)) = (place(&flow.from), place(&flow.to)) else { continue };
        balance[from] -= share * flow.people as f64;
        balance[to] += share * flow.people as f64;
        *between.entry((node(from), node(to))).or_default() += share * flow.people as f64;
    }
    let residents = b.neighbourhoods("residents", 0);
    let relative = |(v, r): (&f64, &f64)| if *r >= 25.0 { v / r } else { f64::NAN };
    let values: Vec<f64> = balance.iter().zip(&residents).map(relative).collect();
    let there = |a: usize, z: usize| between.get(&(a, z)).copied().unwrap_or(0.0);
    let net = |&(a, z): &(usize, usize)| there(a, z) - there(z, a);
    let mut pairs: Vec<(usize, usize)> = between.keys().copied().filter(|pair| net(pair) >= 1.0).collect();
    pairs.sort_by(|a, z| net(z).total_cmp(&net(a)).then(a.cmp(z)));
    let centre = |k: usize| {
        let members = (0..n).filter(|&i| node(i) == k);
        let weight = |i: usize| if residents[i].is_finite() { residents[i] + 1.0 } else { 1.0 };
        let (mut x, mut y, mut sum) = (0.0, 0.0, 0.0);
        for i in members {
            x += b.atlas.centres[i].0 * weight(i);
            y += b.atlas.centres[i].1 * weight(i);
            sum += weight(i);
        }
        (x / sum, y / sum)
    };
    let people = |v: f64| number::decimal(v, 0, l);
    let label = |&(a, z): &(usize, usize)| {
        let (forth, back) = (there(a, z), there(z, a));
        l.fill(words::NET_FLOW, &[name(a), name(z), &people(forth - back), &people(forth), &people(back)])
    };
    let most = pairs.first().map_or(1.0, net);
    let arrow = |pair: &(usize, usize)| Arrow {
        from: centre(pair.0),
        to: centre(pair.1),
        width: 1.0 + 4.0 * net(pair) / most,
        label: label(pair),
    };
    let mut shown: Vec<&(usize, usize)> = pairs.iter().take(MAX_ARROWS).collect();
    // The largest are drawn first, so that small ones lie on top.
    let arrows: Vec<Arrow> = shown.iter().map(|pair| arrow(pair)).collect();
    shown.truncate(3);
    let says: Vec<String> = shown.iter().map(|pair| format!("{}.", label(pair))).collect();
    let says = says.join(" ");
    let classes = Classes::diverging(&values);
    let text = |v: f64| number::signed(100.0 * v, 1, l);
    let tip = |i: usize| format!("{}: {}", b.city.neighbourhoods[i].name, text(values[i]));
    let (title, kind) = (l.of(words::F_FLOWS), if by_district { words::DISTRICTS } else { words::NEIGHBOURHOODS });
    let named = if by_district { b.city.districts.len() } else { 0 };
    // First come the districts whose moves are shown, by the size of the move; then, of few, the others, as far as there
    // is room.
    let ends = pairs.iter().take(MAX_ARROWS).flat_map(|&(a, z)| [a, z]);
    let others = 0..if named <= MAX_NODES { named } else { 0 };
    let names = apart(ends.chain(others).filter(|&k| k < named).map(|k| (name(k), centre(k))), b.atlas.height);
    let svg = b.atlas.flow_map(("flows", title, &says), (&values, &classes, &tip), &arrows, &names);
    let step = classes.step;
    let legend = b.legend(&values, &classes, &|v| number::axis(100.0 * v, 100.0 * step, Unit::People, l));
    let rows = pairs.iter().take(60).map(|&(a, z)| {
        let (forth, back) = (there(a, z), there(z, a));
        vec![name(a).into(), name(z).into(), people(forth), people(back), people(forth - back)]
    });
    let head =
        [words::FROM, words::TO, words::PEOPLE, words::BACK, words::DIFFERENCE].map(|w| l.of(w).to_string()).to_vec();
    let table = Table { head, rows: rows.collect() };
    b.page.figure(Figure {
        title,
        lead: &l.fill(words::F_FLOWS_LEAD, &[l.of(kind)]),
        svg: format!("<div class=\"map\">{svg}{legend}</div>"),
        says,
        legend: String::new(),
        source: source(l, &[known("moves_within")]),
        table,
        wide: true,
    });
}

/// Width of a letter and height of a line of a name on the map, in its units.
const LETTER: (f64, f64) = (6.9, 15.0);

/// The names that can stand on the map, `height` units high, without covering each other, in order of importance; each
/// above or below its place.
fn apart<'a>(names: impl Iterator<Item = (&'a str, (f64, f64))>, height: f64) -> Vec<(String, (f64, f64))> {
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    let mut out: Vec<(String, (f64, f64))> = Vec::new();
    for (name, (x, y)) in names {
        if !x.is_finite() || name.is_empty() || out.iter().any(|(other, _)| other == name) {
            continue;
        }
        let half = 0.5 * LETTER.0 * name.chars().count() as f64;
        let x = x.clamp(half, (super::atlas::W - half).max(half));
        let free = |y: f64| {
            let covers =
                |&(x0, y0, half0): &(f64, f64, f64)| (x - x0).abs() < half + half0 && (y - y0).abs() < LETTER.1;
            (LETTER.1..height - LETTER.1).contains(&y) && !taken.iter().any(covers)
        };
        if let Some(y) = [y, y + 1.6 * LETTER.1, y - LETTER.1].into_iter().find(|&y| free(y)) {
            taken.push((x, y, half));
            out.push((name.to_string(), (x, y)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_cover_each_other_and_the_first_goes_first() {
        let at = |x, y| (x, y);
        let names = [("Noord", at(100.0, 100.0)), ("Noord-West", at(110.0, 101.0)), ("Zuid", at(300.0, 100.0))];
        let crowd = std::iter::repeat_n(("Oost", at(102.0, 99.0)), 3);
        let told = apart(names.into_iter().chain(crowd), 400.0);
        assert_eq!(told[0], ("Noord".to_string(), (100.0, 100.0)));
        assert_eq!(told.iter().filter(|t| t.0 == "Oost").count(), 1, "{told:?}");
        for (i, (a, p)) in told.iter().enumerate() {
            for (b, q) in &told[..i] {
                let half = 0.5 * LETTER.0 * (a.chars().count() + b.chars().count()) as f64;
                assert!((p.0 - q.0).abs() >= half || (p.1 - q.1).abs() >= LETTER.1, "{a} covers {b}");
            }
        }
    }
}
