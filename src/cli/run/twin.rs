//! `waterbed run … --twin` and `--synergy`: the city with and without measures on the same seeds.

use std::path::PathBuf;

use serde_json::json;

use super::super::failure::Failure;
use super::super::progress;
use super::{Args, as_json_of_many, city, go_on, many, measures, n_threads, plans, scenario, stem};
use crate::city::area::Cadastre;
use crate::experiments::{self, Outcome, Plan};
use crate::indicators::{INDICATORS, Measures};
use crate::report::twin::{Findings, Recording, Synergy, TwinRuns, Variant};
use crate::scenario::apart::apart;
use crate::scenario::measures::orders;
use crate::scenario::problem::did_you_mean;
use crate::scenario::{Measure, MeasureFile, MeasurePlan, Scenario};
use crate::sim::Simulation;

/// Seeds unless asked otherwise.
const SEEDS: u32 = 10;

/// One way to run the city: its name (empty: without measures), what is added to the scenario, and all of it.
struct Case {
    name: String,
    added: Vec<Measure>,
    scenario: Scenario,
}

/// What is compared: the cases, the first without measures, the second in focus, and behind it, for synergy, each of
/// two alone and perhaps both apart.
struct Cases {
    cases: Vec<Case>,
    budget_eur: Option<f64>,
    folder: String,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    check_show(&args.show)?;
    let scenario = scenario(args)?;
    let asked = Asked::of(args, &scenario)?;
    let n_seeds = args.seeds.unwrap_or(SEEDS);
    let (city, city_s) = city(args, &scenario, n_seeds as usize * 2)?;
    let cadastre = Cadastre::of(&city);
    let Cases { cases, budget_eur, folder } = asked.cases(args, scenario, &cadastre)?;
    let out = args.out.join(folder);
    let all: Vec<Plan> = cases.iter().flat_map(|c| plans(args, &c.scenario, &c.name, n_seeds, &out)).collect();
    let bar = progress::months(all.iter().map(|plan| u64::from(plan.scenario.n_months())).sum(), args.quiet);
    let done = many::each(&all, n_threads(args), |plan| {
        let mut recording = Recording::default();
        let mut on_month = |sim: &Simulation| {
            recording.add(sim.world().resource::<Measures>());
            go_on(args, sim, &bar)
        };
        let outcome = experiments::run(plan, city.clone(), city_s, &mut on_month)?;
        Ok((outcome, recording))
    });
    bar.finish_and_clear();
    let (outcomes, recordings): (Vec<Outcome>, Vec<Recording>) = done?.into_iter().unzip();
    for outcome in &outcomes {
        outcome.notices.iter().for_each(|notice| eprintln!("{}: {notice}", outcome.folder.display()));
    }
    if outcomes.iter().any(|o| o.digest.is_none()) {
        let hint = "a twin is compared in memory and cannot be gone on with: run it again with --force";
        return Err(Failure::Stopped(hint.into()));
    }
    let n = n_seeds as usize;
    let variant = |(at, case): (usize, &Case)| -> Result<Variant, Failure> {
        let of = at * n..(at + 1) * n;
        Ok(Variant {
            name: if case.name.is_empty() { "baseline".into() } else { case.name.clone() },
            measures: case.added.clone(),
            orders: orders(&case.added, &cadastre, case.scenario.start)?,
            runs: recordings[of.clone()].to_vec(),
            digests: outcomes[of].iter().filter_map(|o| o.digest.clone()).collect(),
        })
    };
    let mut variants = cases.iter().enumerate().map(variant).collect::<Result<Vec<_>, _>>()?.into_iter();
    let mut next = || variants.next();
    let (Some(baseline), Some(variant)) = (next(), next()) else { return Ok(()) };
    let synergy = next().zip(next()).map(|(a, b)| Synergy { a, b, apart: next() });
    let runs = TwinRuns {
        city: &city,
        scenario: cases[0].scenario.name.clone(),
        start: cases[0].scenario.start,
        n_years: cases[0].scenario.years,
        seeds: outcomes[..n].iter().map(|o| o.seed).collect(),
        baseline,
        variant,
        synergy,
        budget_eur,
        show: args.show.clone(),
    };
    let findings = Findings::of(&runs);
    findings.write(args.lang.into(), &out)?;
    tell(args, &outcomes, &findings, out);
    Ok(())
}

fn tell(args: &Args, outcomes: &[Outcome], findings: &Findings, out: PathBuf) {
    let seconds: f64 = outcomes.iter().map(|o| o.timings.ticks_s).sum();
    eprintln!("{}: {} runs, {seconds:.1} s of stepping", out.display(), outcomes.len());
    let report = out.join("report.html");
    if !args.json {
        println!("{}", report.display());
        return;
    }
    let mut result = json!({
        "runs": outcomes.iter().map(as_json_of_many).collect::<Vec<_>>(),
        "folder": out,
        "report": report,
        "difference": out.join("twin/difference.parquet"),
    });
    if let (Some(result), serde_json::Value::Object(found)) = (result.as_object_mut(), findings.to_json()) {
        result.extend(found);
    }
    println!("{result}");
}

fn check_show(ids: &[String]) -> Result<(), Failure> {
    match ids.iter().find(|id| INDICATORS.iter().all(|i| i.id != id.as_str())) {
        None => Ok(()),
        Some(id) => {
            let hint = did_you_mean(id, INDICATORS.iter().map(|i| i.id))
                .or_else(|| Some("`waterbed list indicators` shows them all".into()));
            Err(Failure::Argument(format!("--show: there is no indicator `{id}`"), hint))
        }
    }
}

/// What the options ask for, read but not checked against the city.
enum Asked {
    /// A file of measures.
    File(String, MeasureFile),
    /// The scenario's own measures against none.
    Own,
    /// Two plans.
    Two([(String, MeasureFile); 2]),
}

impl Asked {
    fn of(args: &Args, scenario: &Scenario) -> Result<Asked, Failure> {
        let file = measures(args, scenario)?;
        if let Some((a, b)) = &args.synergy {
            let of = |text: &String| plan_of(text, file.as_ref().map(|(_, f)| f), scenario);
            return Ok(Asked::Two([of(a)?, of(b)?]));
        }
        match file {
            Some((name, file)) => Ok(Asked::File(name, file)),
            None if !scenario.measures.is_empty() => Ok(Asked::Own),
            None => {
                let hint = "name a file with --measures, or set a lever: --set build=200".to_string();
                Err(Failure::Argument("--twin needs measures to compare".into(), Some(hint)))
            }
        }
    }

    fn cases(self, args: &Args, scenario: Scenario, cadastre: &Cadastre) -> Result<Cases, Failure> {
        let with = |name: &str, added: Vec<Measure>| {
            let mut with = scenario.clone();
            with.measures.extend(added.iter().cloned());
            Case { name: name.into(), added, scenario: with }
        };
        let as_asked = |added: Vec<Measure>| if args.apart { apart(&added) } else { added };
        match self {
            Asked::File(name, file) => {
                let MeasurePlan { measures, budget_eur } = file.check(&scenario, cadastre)?;
                let cases = vec![with("", Vec::new()), with(&name, as_asked(measures))];
                Ok(Cases { cases, budget_eur, folder: format!("{}-{name}-twin", scenario.name) })
            }
            Asked::Own => {
                let added = as_asked(scenario.measures.clone());
                let without = Scenario { measures: Vec::new(), ..scenario };
                let with = Scenario { measures: added.clone(), ..without.clone() };
                let folder = format!("{}-measures-twin", without.name);
                let cases = vec![
                    Case { name: String::new(), added: Vec::new(), scenario: without },
                    Case { name: "measures".into(), added, scenario: with },
                ];
                Ok(Cases { cases, budget_eur: None, folder })
            }
            Asked::Two([(a, first), (b, second)]) => {
                let both = first.and(&second).check(&scenario, cadastre)?;
                let (first, second) = (first.check(&scenario, cadastre)?, second.check(&scenario, cadastre)?);
                let name = format!("{a}+{b}");
                let mut cases = vec![
                    with("", Vec::new()),
                    with(&name, both.measures.clone()),
                    with(&a, first.measures),
                    with(&b, second.measures),
                ];
                if args.apart {
                    cases.push(with(&format!("{name}-apart"), apart(&both.measures)));
                }
                Ok(Cases { cases, budget_eur: both.budget_eur, folder: format!("{}-{name}-synergy", scenario.name) })
            }
        }
    }
}

/// A plan of `--synergy`: a lever of the file of measures, `LEVER=VALUE`, or a file.
fn plan_of(text: &str, file: Option<&MeasureFile>, scenario: &Scenario) -> Result<(String, MeasureFile), Failure> {
    if let Some(part) = file.and_then(|file| file.only(text)) {
        return Ok((text.into(), part));
    }
    if text.contains('=') {
        let name = text.split('=').next().unwrap_or(text).trim().to_string();
        return Ok((name, MeasureFile::of_option("--synergy", text, scenario.start)?));
    }
    let path = PathBuf::from(text);
    Ok((stem(&path), MeasureFile::load(&path, scenario.start)?))
}
