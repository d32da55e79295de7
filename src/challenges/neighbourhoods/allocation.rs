//! Which neighbourhoods get a programme when a council has a budget and a rule (models.md §2.1, §2.6).
//!
//! Once a year. *Worst first*: full programmes from the lowest liveability upwards until the money is spent.
//! *Tipping-aware*: those that give early warnings and are not among the weakest tenth first, then worst first.
//! *Proportional*: everybody the same. This rule alone reads the liveability score.

/// How programmes are allotted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Lowest score first.
    WorstFirst,
    /// Neighbourhoods that may tip first.
    TippingAware,
    /// All the same.
    Proportional,
}

impl Rule {
    /// From the lever's value: 0, 1, 2.
    pub fn of(value: f64) -> Rule {
        match value {
            v if v < 0.5 => Rule::WorstFirst,
            v if v < 1.5 => Rule::TippingAware,
            _ => Rule::Proportional,
        }
    }
}

/// Effort (0–1) in every neighbourhood. `share`: the budget over the cost of full programmes everywhere; the cost of a
/// neighbourhood goes with its residents.
pub fn allot(rule: Rule, share: f64, scores: &[f32], warned: &[bool], residents: &[u32]) -> Vec<f32> {
    let n = scores.len();
    let share = share.clamp(0.0, 1.0);
    if rule == Rule::Proportional {
        return vec![share as f32; n];
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(a.cmp(&b)));
    if rule == Rule::TippingAware {
        let n_weakest = n.div_ceil(10);
        let weakest: Vec<usize> = order[..n_weakest].to_vec();
        order.sort_by_key(|i| !warned[*i] || weakest.contains(i));
    }
    let mut left = share * residents.iter().map(|&r| f64::from(r)).sum::<f64>();
    let mut efforts = vec![0.0; n];
    for i in order {
        let cost = f64::from(residents[i]).max(1.0);
        efforts[i] = (left / cost).clamp(0.0, 1.0) as f32;
        left -= cost * f64::from(efforts[i]);
    }
    efforts
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCORES: [f32; 5] = [0.4, -1.0, -0.2, 1.0, -0.5];
    const RESIDENTS: [u32; 5] = [100; 5];

    #[test]
    fn every_rule_spends_the_same() {
        let warned = [false, false, true, false, false];
        for rule in [Rule::WorstFirst, Rule::TippingAware, Rule::Proportional] {
            let spent: f32 = allot(rule, 0.3, &SCORES, &warned, &RESIDENTS).iter().sum();
            assert!((spent - 1.5).abs() < 1e-5, "{rule:?} {spent}");
        }
    }

    #[test]
    fn rules_differ_in_who_comes_first() {
        let warned = [false, true, true, false, false];
        assert_eq!(allot(Rule::WorstFirst, 0.3, &SCORES, &warned, &RESIDENTS), [0.0, 1.0, 0.0, 0.0, 0.5]);
        // The second is among the weakest tenth: no middle neighbourhood.
        assert_eq!(allot(Rule::TippingAware, 0.3, &SCORES, &warned, &RESIDENTS), [0.0, 0.5, 1.0, 0.0, 0.0]);
        assert_eq!(Rule::of(2.0), Rule::Proportional);
    }
}
