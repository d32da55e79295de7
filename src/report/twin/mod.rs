//! Twins: the same city with and without measures, on the same chance; what differs, where, and whether that is larger
//! than noise.
//!
//! | module | what it is |
//! |---|---|
//! | [`recording`] | what is remembered of a run |
//! | [`effects`] | differences with bands, for the city, neighbourhoods, target, ring and rest |
//! | [`stats`] | the paired test, many tests at once |
//! | [`displacement`] | target, ring and rest; the weighted displacement quotient |
//! | [`evaluation`] | what a real city would need to see the effect itself |
//! | [`table`] | `twin/difference.parquet` |
//! | [`page`] | `report.html` |

mod displacement;
mod effects;
mod evaluation;
mod json;
mod page;
mod recording;
pub(super) mod stats;
mod table;
pub(super) mod text;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

pub use displacement::{Role, roles};
pub use effects::Effect;
pub use recording::Recording;
pub use table::documentation;

use super::{Lang, ReportError};
use crate::city::area::Cadastre;
use crate::city::{City, CityOrigin};
use crate::scenario::Measure;
use crate::sim::files::write_atomic;
use crate::sim::{Month, Order};
use effects::{Contrast, Effects, Rules, Window, by_year};
use evaluation::EvaluationPlan;

/// One way in which the city was run, on every seed.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Name, as in folders.
    pub name: String,
    /// Its measures.
    pub measures: Vec<Measure>,
    /// Its orders.
    pub orders: Vec<Order>,
    /// What was measured, by seed.
    pub runs: Vec<Recording>,
    /// Digests, by seed.
    pub digests: Vec<String>,
}

/// The runs of a twin.
#[derive(Debug, Clone)]
pub struct TwinRuns<'a> {
    /// The city.
    pub city: &'a City,
    /// Name of the scenario.
    pub scenario: String,
    /// First month.
    pub start: Month,
    /// Years.
    pub n_years: u32,
    /// Seeds.
    pub seeds: Vec<u64>,
    /// Without the measures.
    pub baseline: Variant,
    /// With them.
    pub variant: Variant,
    /// With each of two alone, if the variant joins two.
    pub synergy: Option<Synergy>,
    /// Money that there is, €.
    pub budget_eur: Option<f64>,
    /// Indicators to be mapped; empty = those that change most.
    pub show: Vec<String>,
}

/// Two sets of measures, alone and joined (joined is [`TwinRuns::variant`]).
#[derive(Debug, Clone)]
pub struct Synergy {
    /// The first alone.
    pub a: Variant,
    /// The second alone.
    pub b: Variant,
    /// Both, with their authorities acting apart.
    pub apart: Option<Variant>,
}

/// What a twin says.
pub struct Findings<'a> {
    /// The runs.
    pub runs: &'a TwinRuns<'a>,
    cadastre: Arc<Cadastre>,
    roles: Vec<Role>,
    rules: Rules,
    /// Effects on every indicator, in the order of the list.
    effects: Vec<Effects>,
    /// What both do together beyond what each does alone: together, and apart.
    joint: Option<Joint>,
    plans: Vec<EvaluationPlan>,
    /// Indicators in focus: those asked for, or those that change most.
    focus: Vec<usize>,
}

/// Effects of two sets of measures.
struct Joint {
    a: Vec<Effects>,
    b: Vec<Effects>,
    surplus: Vec<Effects>,
    /// Both apart, and their surplus.
    apart: Option<(Vec<Effects>, Vec<Effects>)>,
}

/// An indicator's headline in the city, all years being in the window.
pub(super) fn headline(indicator: &crate::indicators::Indicator, run: &Recording) -> f64 {
    let years = run.city_years(indicator.id);
    Window { from: 0, n_years: years.len() }.headline(indicator.kind, &years)
}

/// Most indicators in focus.
const IN_FOCUS: usize = 6;
/// Indicators for which an evaluation is planned.
const PLANNED: usize = 3;

impl<'a> Findings<'a> {
    /// Compares the runs.
    pub fn of(runs: &'a TwinRuns<'a>) -> Findings<'a> {
        let n = runs.city.neighbourhoods.len();
        let first = runs.variant.measures.iter().map(|m| m.from).min().unwrap_or(runs.start);
        let years = runs.baseline.runs.iter().map(Recording::n_years).min().unwrap_or(0).max(1);
        let from = usize::try_from((first.0 - runs.start.0) / 12).unwrap_or(0).min(years - 1);
        let window = Window { from, n_years: years };
        let mean = |at: usize| {
            let of = |run: &Recording| {
                let years = by_year(run, "residents", at);
                years.iter().sum::<f64>() / years.len() as f64
            };
            runs.baseline.runs.iter().map(of).sum::<f64>() / runs.baseline.runs.len() as f64
        };
        let rules = Rules { real: runs.city.origin == CityOrigin::Real, residents: (0..n).map(mean).collect() };
        let cadastre = Cadastre::of(runs.city);
        let roles = roles(runs.city, &cadastre, &runs.variant.orders);
        let compare = |contrast: &Contrast| effects::all(contrast, window, &roles, &rules);
        let baseline = runs.baseline.runs.as_slice();
        let effects = compare(&Contrast::of(&runs.variant.runs, baseline));
        let joint = runs.synergy.as_ref().map(|s| {
            let surplus = |both: &'a [Recording]| {
                compare(&Contrast { plus: vec![both, baseline], minus: vec![&s.a.runs, &s.b.runs] })
            };
            Joint {
                a: compare(&Contrast::of(&s.a.runs, baseline)),
                b: compare(&Contrast::of(&s.b.runs, baseline)),
                surplus: surplus(&runs.variant.runs),
                apart: s.apart.as_ref().map(|v| (compare(&Contrast::of(&v.runs, baseline)), surplus(&v.runs))),
            }
        });
        let focus = focus(&effects, &roles, &runs.show);
        let plans = focus
            .iter()
            .filter_map(|&at| {
                let indicator = effects[at].indicator;
                evaluation::plan(baseline, &runs.variant.runs, (window, &roles, &rules), indicator)
            })
            .take(PLANNED)
            .collect();
        Findings { runs, cadastre, roles, rules, effects, joint, plans, focus }
    }

    /// What is found, for machines: the city's headlines, target, ring and rest with the displacement quotient, the
    /// evaluation plans, and what two plans do together.
    pub fn to_json(&self) -> serde_json::Value {
        json::of(self)
    }

    /// Writes `report.html` and `twin/difference.parquet` into the folder `dir`.
    pub fn write(&self, lang: Lang, dir: &Path) -> Result<(), ReportError> {
        table::write(self, &dir.join("twin"))?;
        let html = page::html(self, lang);
        Ok(write_atomic(&dir.join("report.html"), |file| file.write_all(html.as_bytes()))?)
    }
}

/// Indicators by how much they change, for maps: those asked for, or else those in which something is larger than
/// noise, ordered by the change in the targets (in the city, if all of it is one) beside the spread between
/// neighbourhoods. If nothing is, the first of the list.
fn focus(effects: &[Effects], roles: &[Role], asked: &[String]) -> Vec<usize> {
    if !asked.is_empty() {
        let at = |id: &String| effects.iter().position(|e| e.indicator.id == *id);
        return asked.iter().filter_map(at).collect();
    }
    let strength = |e: &Effects| -> f64 {
        let n = e.neighbourhoods.len();
        let any = e.city.is_clear() || e.neighbourhoods.iter().any(Effect::is_clear);
        if n == 0 || !any {
            return 0.0;
        }
        let inside: Vec<f64> = (0..n)
            .filter(|&at| roles[at] == Role::Target)
            .map(|at| e.neighbourhoods[at].difference)
            .filter(|d| d.is_finite())
            .collect();
        let levels: Vec<f64> = e.neighbourhoods.iter().map(|n| n.baseline).filter(|v| v.is_finite()).collect();
        let spread = if levels.len() > 1 { stats::mean_sd(&levels).1 } else { f64::NAN };
        let changes: Vec<f64> = e.neighbourhoods.iter().map(|n| n.difference).filter(|v| v.is_finite()).collect();
        // Guarded outcomes of a real city have no levels: their own differences are the yardstick.
        let yardstick = if spread > 0.0 { spread } else { stats::mean_sd(&changes).1.max(f64::MIN_POSITIVE) };
        (inside.iter().sum::<f64>() / inside.len().max(1) as f64 / yardstick).abs()
    };
    let mut order: Vec<(f64, usize)> = effects.iter().map(strength).zip(0..).filter(|(s, _)| *s > 0.0).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    if order.is_empty() {
        return vec![0];
    }
    order.into_iter().take(IN_FOCUS).map(|(_, at)| at).collect()
}
