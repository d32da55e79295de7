//! `waterbed run … --ablate`: how much comes from which coupling.

use serde_json::json;

use super::super::failure::Failure;
use super::super::progress;
use super::{Args, city, go_on, many, measures, n_threads, scenario};
use crate::city::area::Cadastre;
use crate::experiments::RunError;
use crate::indicators::Measures;
use crate::report::ablation::{self, Runs, Share};
use crate::report::twin::Recording;
use crate::scenario::{Parameters, Scenario, build};

/// Parameters whose id begins so are couplings; zero is off.
const COUPLINGS: &str = "coupling.";
/// Seeds unless asked otherwise: the fewest that tell noise apart.
const SEEDS: u32 = 5;

/// Which couplings are on.
#[derive(Clone, Copy, PartialEq)]
enum On {
    All,
    None,
    But(usize),
    Alone(usize),
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let mut scenario = scenario(args)?;
    let ids: Vec<&'static str> = Parameters::list().map(|p| p.id).filter(|id| id.starts_with(COUPLINGS)).collect();
    if ids.is_empty() {
        return Err(Failure::Argument("this program has no couplings to switch off".into(), None));
    }
    let file = measures(args, &scenario)?;
    let n_seeds = args.seeds.unwrap_or(SEEDS);
    let (city, _) = city(args, &scenario, n_seeds as usize)?;
    if let Some((_, file)) = file {
        scenario.measures.extend(file.check(&scenario, &Cadastre::of(&city))?.measures);
    }
    let each = (0..ids.len()).flat_map(|k| [On::But(k), On::Alone(k)]);
    let cases: Vec<On> = [On::All, On::None].into_iter().chain(each).collect();
    let seeds = || (scenario.seed..).take(n_seeds as usize);
    let all: Vec<(On, u64)> = cases.iter().flat_map(|on| seeds().map(|seed| (*on, seed))).collect();
    let bar = progress::months(all.len() as u64 * u64::from(scenario.n_months()), args.quiet);
    let recordings = many::each(&all, n_threads(args), |(on, seed)| {
        let case = switched(&scenario, &ids, *on);
        let mut simulation = build(&case, city.clone(), *seed).map_err(RunError::Scenario)?;
        let mut recording = Recording::default();
        for _ in 0..case.n_months() {
            simulation.step().map_err(Failure::failed)?;
            recording.add(simulation.world().resource::<Measures>());
            if !go_on(args, &simulation, &bar) {
                return Err(Failure::Stopped("an ablation is kept in memory: run it again".into()));
            }
        }
        Ok(recording)
    });
    bar.finish_and_clear();
    let recordings = recordings?;
    let of = |wanted: On| -> Vec<Recording> {
        all.iter().zip(&recordings).filter(|((on, _), _)| *on == wanted).map(|(_, r)| r.clone()).collect()
    };
    let name = |id: &&str| id.trim_start_matches(COUPLINGS).to_string();
    let runs = Runs {
        couplings: ids.iter().map(name).collect(),
        all: of(On::All),
        none: of(On::None),
        but: (0..ids.len()).map(|k| of(On::But(k))).collect(),
        alone: (0..ids.len()).map(|k| of(On::Alone(k))).collect(),
    };
    let out = args.out.join(format!("{}-ablation", scenario.name));
    let found = ablation::write(&runs, &city, &scenario.name, args.lang.into(), &out)?;
    if !args.json {
        println!("{}", out.join("report.html").display());
        return Ok(());
    }
    let number = |s: &Share| json!({"part": s.median, "low": s.low, "high": s.high, "beyond_noise": s.clear});
    let indicators: Vec<_> = found
        .iter()
        .map(|a| {
            let named = |(name, share): (&String, &Share)| {
                let mut value = number(share);
                value["coupling"] = name.as_str().into();
                value
            };
            let parts: Vec<_> = runs.couplings.iter().zip(&a.parts).map(named).collect();
            json!({"indicator": a.indicator.id, "total": number(&a.total), "rest": number(&a.rest), "parts": parts})
        })
        .collect();
    println!("{}", json!({"folder": out, "runs": all.len(), "seeds": n_seeds, "attribution": indicators}));
    Ok(())
}

/// The scenario with only some couplings on; those that it has set otherwise keep their strength.
fn switched(scenario: &Scenario, ids: &[&str], on: On) -> Scenario {
    let mut case = scenario.clone();
    for (k, id) in ids.iter().enumerate() {
        let stays = match on {
            On::All => true,
            On::None => false,
            On::But(other) => k != other,
            On::Alone(only) => k == only,
        };
        if let Some(value) = case.parameters.get_mut(id).filter(|_| !stays) {
            *value = 0.0;
        }
    }
    case
}
