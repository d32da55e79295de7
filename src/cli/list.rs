//! `waterbed list`.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;

use super::failure::Failure;
use crate::indicators::INDICATORS;
use crate::policies::LEVERS;
use crate::scenario::{Parameters, files};
use crate::sim::ParameterInfo;

/// Lists what there is to choose from
#[derive(clap::Args)]
#[command(help_template = super::TEMPLATE, before_help = "Examples:
  waterbed list levers
  waterbed list parameters --json | jq '.[] | select(.grade == \"A\").id'")]
pub(super) struct Args {
    /// What to list
    what: What,
    /// As JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    /// What planners can change, with range, cost and who bears it
    Levers,
    /// Every number of the model, with range, grade and source
    Parameters,
    /// Built-in scenarios
    Scenarios,
    /// What is measured
    Indicators,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    match args.what {
        What::Levers => show(args.json, LEVERS, |lever| {
            let range = format!("{} to {}, default {}", lever.min, lever.max, lever.default);
            let cost = format!("€ {} once, € {} a year per unit", lever.cost_once_eur, lever.cost_yearly_eur);
            format!(
                "{}  ({}; {range})\n    {}\n    acts on {}\n    {cost}; {} months ahead; borne by {}\n    grade {:?}: {}",
                lever.id,
                lever.unit,
                lever.what_en,
                lever.acts.in_part_en(),
                lever.lead_time_months,
                lever.borne_by,
                lever.grade,
                lever.source
            )
        }),
        What::Parameters => {
            let as_json = |p: &ParameterInfo| {
                let mut value = json!(p);
                value["value"] = p.default.into();
                value["range"] = json!([p.min, p.max]);
                value
            };
            let all: Vec<&ParameterInfo> = Parameters::list().collect();
            if args.json {
                show(true, &all.iter().map(|p| as_json(p)).collect::<Vec<_>>(), |_| String::new());
                return Ok(());
            }
            show(false, &all, |p| {
                let range = format!("{} to {}, default {}", p.min, p.max, p.default);
                format!("{}  ({}; {range})\n    {}\n    grade {:?}: {}", p.id, p.unit, p.what, p.grade, p.source)
            });
        }
        What::Scenarios => {
            let name = |file: &str| file.rsplit('/').next().unwrap_or(file).trim_end_matches(".toml").to_string();
            let about = |text: &str| text.lines().next().unwrap_or("").trim_start_matches('#').trim().to_string();
            let scenarios: Vec<_> = files::BUILT_IN
                .iter()
                .filter(|(file, _)| file.contains("/scenarios/"))
                .map(|(file, text)| json!({"id": name(file), "file": file, "about": about(text)}))
                .collect();
            show(args.json, &scenarios, |s| {
                format!("{}  {}", s["id"].as_str().unwrap_or(""), s["about"].as_str().unwrap_or(""))
            })
        }
        What::Indicators => {
            let indicators: Vec<_> = INDICATORS
                .iter()
                .map(|i| {
                    json!({
                        "id": i.id, "unit": i.unit.symbol(), "grade": i.grade, "source": i.source.en,
                        "title": i.title.en, "what": i.about.en, "guarded": i.guarded,
                        "city": i.in_city(), "neighbourhood": i.in_neighbourhoods(),
                    })
                })
                .collect();
            let text = |value: &serde_json::Value| value.as_str().unwrap_or("").to_string();
            show(args.json, &indicators, |i| {
                let (id, unit, what) = (text(&i["id"]), text(&i["unit"]), text(&i["what"]));
                format!("{id}  ({unit})\n    {what}\n    grade {}: {}", text(&i["grade"]), text(&i["source"]))
            })
        }
    }
    Ok(())
}

fn show<T: Serialize>(as_json: bool, items: &[T], text: impl Fn(&T) -> String) {
    if as_json {
        write_out(&serde_json::to_string_pretty(items).expect("lists can be written"));
    } else {
        write_out(&items.iter().map(text).collect::<Vec<_>>().join("\n"));
    }
}

/// Writes to stdout; whoever reads may stop reading (`list levers | head`).
fn write_out(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
