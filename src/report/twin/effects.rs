//! What differs between runs of the same seeds: for the city, each neighbourhood, and target, ring and rest.
//!
//! A [`Contrast`] adds and subtracts runs seed by seed: variant − baseline is the effect of measures; A+B − A − B +
//! none is what two measures do together beyond what each does alone. The **headline** of an indicator is
//!
//! * of a flow, the mean per year from the year in which the first measure begins to the end;
//! * of anything else, the mean of the last year.
//!
//! Every effect has its median over seeds, its band of nine in ten seeds, and the paired test ([`super::stats`]),
//! adjusted for the number of neighbourhoods tested (or, of the city, of indicators).

use super::super::MIN_SEEDS;
use super::super::ensemble::quantile;
use super::displacement::{Part, Role};
use super::recording::Recording;
use super::stats::{FALSE_DISCOVERIES, false_discovery, paired_p};
use crate::indicators::{Indicator, Kind, Unit, city_indicators, neighbourhood_indicators};

/// Fewest residents of an area about which a guarded outcome may be told in a real city (models.md E-15).
pub const MIN_RESIDENTS: f64 = 500.0;

/// One number compared over seeds. NaN = not available.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Median of the runs without the measures; NaN where levels may not be shown or mean nothing.
    pub baseline: f64,
    /// Median of the runs with them.
    pub variant: f64,
    /// Median of the differences.
    pub difference: f64,
    /// Lower edge of the band over seeds.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
    /// *p* of the paired test.
    pub p: f64,
    /// *p* adjusted for the number of tests.
    pub q: f64,
    /// Seeds that have a value.
    pub n: usize,
}

impl Effect {
    fn of(differences: &[f64], baseline: &[f64], variant: &[f64]) -> Effect {
        let there = differences.iter().all(|d| d.is_finite());
        let at = |values: &[f64], part: f64| quantile(values.iter().copied(), part);
        Effect {
            baseline: at(baseline, 0.5),
            variant: at(variant, 0.5),
            difference: at(differences, 0.5),
            low: at(differences, 0.05),
            high: at(differences, 0.95),
            p: if there { paired_p(differences) } else { f64::NAN },
            q: f64::NAN,
            n: if there { differences.len() } else { 0 },
        }
    }

    /// Nothing may be said, or there is nothing to say.
    fn withheld() -> Effect {
        Effect::of(&[], &[], &[])
    }

    /// True if the difference is larger than noise; `None` with fewer than [`MIN_SEEDS`] seeds or without a value.
    pub fn beyond_noise(&self) -> Option<bool> {
        (self.n >= MIN_SEEDS && self.q.is_finite()).then_some(self.q <= FALSE_DISCOVERIES)
    }

    /// True if the difference is known to be larger than noise.
    pub fn is_clear(&self) -> bool {
        self.beyond_noise() == Some(true)
    }
}

/// Runs added and subtracted seed by seed.
#[derive(Clone)]
pub struct Contrast<'a> {
    /// Runs that are added, a list over seeds each.
    pub plus: Vec<&'a [Recording]>,
    /// Runs that are subtracted.
    pub minus: Vec<&'a [Recording]>,
}

impl<'a> Contrast<'a> {
    /// Variant − baseline.
    pub fn of(variant: &'a [Recording], baseline: &'a [Recording]) -> Contrast<'a> {
        Contrast { plus: vec![variant], minus: vec![baseline] }
    }

    /// The effect on a number of each run; levels only if `levels`.
    fn effect(&self, levels: bool, value: impl Fn(&Recording) -> f64) -> Effect {
        let of = |runs: &[Recording]| runs.iter().map(&value).collect::<Vec<f64>>();
        let mut differences = vec![0.0; self.minus[0].len()];
        for (runs, sign) in self.plus.iter().map(|r| (r, 1.0)).chain(self.minus.iter().map(|r| (r, -1.0))) {
            differences.iter_mut().zip(of(runs)).for_each(|(sum, v)| *sum += sign * v);
        }
        match (levels, self.plus.as_slice(), self.minus.as_slice()) {
            (true, [variant], [baseline]) => Effect::of(&differences, &of(baseline), &of(variant)),
            _ => Effect::of(&differences, &[], &[]),
        }
    }
}

/// From when on measures hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Year of the simulation in which the first measure begins, from 0.
    pub from: usize,
    /// Years of the simulation.
    pub n_years: usize,
}

impl Window {
    /// The headline of values by year.
    pub fn headline(self, kind: Kind, years: &[f64]) -> f64 {
        match kind {
            Kind::Flow => {
                let inside = years.get(self.from..).unwrap_or(&[]);
                inside.iter().sum::<f64>() / inside.len() as f64
            }
            _ => years.last().copied().unwrap_or(f64::NAN),
        }
    }
}

/// What may be shown of an outcome.
#[derive(Debug, Clone)]
pub struct Rules {
    /// True if the city was built from data about a real one.
    pub real: bool,
    /// Residents of each neighbourhood, mean over the runs.
    pub residents: Vec<f64>,
}

impl Rules {
    /// True if the levels of `indicator` may be shown (models.md E-15).
    pub fn levels(&self, indicator: &Indicator) -> bool {
        !(self.real && indicator.guarded)
    }

    /// True if anything may be said about neighbourhood `n`.
    pub fn about(&self, indicator: &Indicator, n: usize) -> bool {
        self.levels(indicator) || self.residents.get(n).is_some_and(|r| *r >= MIN_RESIDENTS)
    }
}

/// What a contrast does to one indicator.
#[derive(Clone)]
pub struct Effects {
    /// Which.
    pub indicator: &'static Indicator,
    /// The city's headline; withheld if it is measured in neighbourhoods only.
    pub city: Effect,
    /// The city's effect by year.
    pub city_years: Vec<Effect>,
    /// The neighbourhoods' headlines; empty if it is measured in the city only.
    pub neighbourhoods: Vec<Effect>,
    /// The neighbourhoods' effects by year.
    pub neighbourhood_years: Vec<Vec<Effect>>,
    /// Of counts, and of what is counted per 1,000 residents and year: target, ring and rest, as numbers (a year).
    pub parts: Option<[Part; 3]>,
}

impl Effects {
    /// Unit of [`Effects::parts`]: what is told per 1,000 residents is counted there.
    pub fn unit_of_parts(&self) -> Unit {
        match self.indicator.unit {
            Unit::PerThousandYear => Unit::Events,
            unit => unit,
        }
    }
}

/// The effects on every indicator, in the order of the list.
pub fn all(contrast: &Contrast, window: Window, roles: &[Role], rules: &Rules) -> Vec<Effects> {
    let mut all: Vec<Effects> =
        crate::indicators::INDICATORS.iter().map(|i| of_indicator(contrast, window, roles, rules, i)).collect();
    // One family of tests: the city's headlines.
    adjust(all.iter_mut().map(|e| &mut e.city));
    adjust(all.iter_mut().flat_map(|e| e.parts.iter_mut().flatten()).map(|part| &mut part.effect));
    all
}

fn of_indicator(
    contrast: &Contrast,
    window: Window,
    roles: &[Role],
    rules: &Rules,
    indicator: &'static Indicator,
) -> Effects {
    let levels = rules.levels(indicator);
    let (id, kind) = (indicator.id, indicator.kind);
    let in_city = city_indicators().any(|i| i.id == id);
    let city = match in_city {
        true => contrast.effect(levels, |run| window.headline(kind, &run.city_years(id))),
        false => Effect::withheld(),
    };
    let year = |y: usize| contrast.effect(levels, |run| run.city_years(id).get(y).copied().unwrap_or(f64::NAN));
    let mut city_years: Vec<Effect> = if in_city { (0..window.n_years).map(year).collect() } else { Vec::new() };
    adjust(city_years.iter_mut());
    let n = if neighbourhood_indicators().any(|i| i.id == id) { rules.residents.len() } else { 0 };
    let about = |n: usize, value: &dyn Fn(&Recording) -> f64| match rules.about(indicator, n) {
        true => contrast.effect(levels, value),
        false => Effect::withheld(),
    };
    let mut neighbourhoods: Vec<Effect> =
        (0..n).map(|at| about(at, &|run| window.headline(kind, &by_year(run, id, at)))).collect();
    adjust(neighbourhoods.iter_mut());
    let years = if n > 0 { window.n_years } else { 0 };
    let mut neighbourhood_years: Vec<Vec<Effect>> =
        (0..years).map(|y| (0..n).map(|at| about(at, &|run| cell(run, id, y, at))).collect()).collect();
    neighbourhood_years.iter_mut().for_each(|year| adjust(year.iter_mut()));
    let is_rate = indicator.unit == Unit::PerThousandYear;
    let counts = (kind == Kind::Stock || indicator.adds_up() || is_rate) && n > 0;
    // Rates add up over areas as the numbers that they stand for.
    let number = |run: &Recording, at: usize| -> Vec<f64> {
        let values = by_year(run, id, at);
        match is_rate {
            true => values.iter().zip(by_year(run, "residents", at)).map(|(rate, r)| rate * r / 1_000.0).collect(),
            false => values,
        }
    };
    let part = |role: Role| {
        let inside: Vec<usize> = (0..n).filter(|&at| roles[at] == role).collect();
        let sum = |run: &Recording| {
            // Where too few live for a rate to be told there is none to add.
            let of = |&at: &usize| window.headline(kind, &number(run, at));
            let there = inside.iter().map(of).filter(|v| !is_rate || v.is_finite());
            there.sum::<f64>()
        };
        let residents: f64 = inside.iter().map(|&at| rules.residents[at]).sum();
        let tellable = !inside.is_empty() && (levels || residents >= MIN_RESIDENTS);
        Part {
            role,
            effect: if tellable { contrast.effect(levels, sum) } else { Effect::withheld() },
            counts: [&contrast.minus, &contrast.plus].map(|side| side[0].iter().map(sum).collect()),
        }
    };
    let parts = counts.then(|| [Role::Target, Role::Ring, Role::Rest].map(part));
    Effects { indicator, city, city_years, neighbourhoods, neighbourhood_years, parts }
}

/// A neighbourhood's values by year.
pub fn by_year(run: &Recording, id: &str, at: usize) -> Vec<f64> {
    run.neighbourhood_years(id).iter().map(|year| f64::from(year[at])).collect()
}

fn cell(run: &Recording, id: &str, year: usize, at: usize) -> f64 {
    run.neighbourhood_years(id).get(year).map_or(f64::NAN, |values| f64::from(values[at]))
}

/// Adjusts the *p* of one family of tests; those without a value are no tests.
fn adjust<'a>(effects: impl Iterator<Item = &'a mut Effect>) {
    let mut tested: Vec<&mut Effect> = effects.filter(|e| e.p.is_finite()).collect();
    let p: Vec<f64> = tested.iter().map(|e| e.p).collect();
    tested.iter_mut().zip(false_discovery(&p)).for_each(|(effect, q)| effect.q = q);
}
