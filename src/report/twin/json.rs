//! What a twin found, as JSON. Null = not available.

use serde_json::{Value, json};

use super::displacement::quotient;
use super::effects::{Effect, Effects};
use super::evaluation::EvaluationPlan;
use super::{Findings, Role};

pub(super) fn of(findings: &Findings) -> Value {
    let in_city = |effects: &[Effects]| -> Vec<Value> {
        effects.iter().filter(|e| e.indicator.in_city()).map(|e| named(e.indicator.id, &e.city)).collect()
    };
    let mut value = json!({
        "effects": in_city(&findings.effects),
        "neighbourhoods": findings.effects.iter().filter_map(counts).collect::<Vec<_>>(),
        "displacement": findings.effects.iter().filter_map(moved).collect::<Vec<_>>(),
        "evaluation": findings.plans.iter().map(plan).collect::<Vec<_>>(),
    });
    if let Some(joint) = &findings.joint {
        value["synergy"] = json!({
            "a": in_city(&joint.a),
            "b": in_city(&joint.b),
            "surplus": in_city(&joint.surplus),
            "apart": joint.apart.as_ref().map(|(both, _)| in_city(both)),
            "apart_surplus": joint.apart.as_ref().map(|(_, surplus)| in_city(surplus)),
        });
    }
    value
}

fn named(id: &str, effect: &Effect) -> Value {
    let mut value = of_effect(effect);
    value["indicator"] = id.into();
    value
}

fn of_effect(e: &Effect) -> Value {
    json!({
        "baseline": e.baseline, "variant": e.variant, "difference": e.difference, "low": e.low, "high": e.high,
        "p": e.p, "q": e.q, "beyond_noise": e.beyond_noise(), "seeds": e.n,
    })
}

/// How many neighbourhoods went up and down by more than noise.
fn counts(e: &Effects) -> Option<Value> {
    let clear = || e.neighbourhoods.iter().filter(|n| n.is_clear());
    (!e.neighbourhoods.is_empty()).then(|| {
        json!({
            "indicator": e.indicator.id,
            "up": clear().filter(|n| n.difference > 0.0).count(),
            "down": clear().filter(|n| n.difference < 0.0).count(),
            "tested": e.neighbourhoods.iter().filter(|n| n.n > 0).count(),
        })
    })
}

fn moved(e: &Effects) -> Option<Value> {
    let parts = e.parts.as_ref()?;
    let of = |role: Role| parts.iter().find(|p| p.role == role).map(|p| of_effect(&p.effect));
    Some(json!({
        "indicator": e.indicator.id,
        "target": of(Role::Target),
        "ring": of(Role::Ring),
        "rest": of(Role::Rest),
        "weighted_displacement_quotient":
            quotient(parts).map(|q| json!({"median": q.median, "low": q.low, "high": q.high})),
    }))
}

fn plan(plan: &EvaluationPlan) -> Value {
    json!({
        "indicator": plan.indicator.id,
        "per_1000_residents": plan.per_1000,
        "effect": plan.effect,
        "neighbourhoods": plan.n_neighbourhoods,
        "designs": plan.designs,
    })
}
