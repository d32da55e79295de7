//! Two divisions of one city brought to common units.
//!
//! A pair says that an old neighbourhood and a new one share ground. Common units are the connected components of these
//! pairs: the smallest areas that both divisions can add up to. Where a unit has several neighbourhoods, counts add up
//! and means are averaged by residents; nothing is split. A neighbourhood without a pair keeps its own code if the other
//! division has it too, and otherwise lies outside.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

/// An area that both divisions can add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Codes of the old division, ascending.
    pub old: Vec<String>,
    /// Codes of the new division, ascending.
    pub new: Vec<String>,
}

/// Two divisions joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Join {
    /// Common units, by the first of their new codes.
    pub units: Vec<Unit>,
    /// Old codes without a counterpart.
    pub outside_old: Vec<String>,
    /// New codes without a counterpart.
    pub outside_new: Vec<String>,
}

/// Joins the divisions `old` and `new` by `pairs` of an old and a new code. Pairs with a code that neither division has
/// are ignored.
pub fn join(old: &BTreeSet<String>, new: &BTreeSet<String>, pairs: &[(String, String)]) -> Join {
    let old_codes: Vec<&String> = old.iter().collect();
    let new_codes: Vec<&String> = new.iter().collect();
    let at = |codes: &[&String], code: &String| codes.binary_search(&code).ok();
    let mut parent: Vec<usize> = (0..old.len() + new.len()).collect();
    let mut has_pair = vec![false; old.len()];
    for (from, to) in pairs {
        if let (Some(i), Some(j)) = (at(&old_codes, from), at(&new_codes, to)) {
            has_pair[i] = true;
            unite(&mut parent, i, old.len() + j);
        }
    }
    for (i, code) in old_codes.iter().enumerate().filter(|(i, _)| !has_pair[*i]) {
        if let Some(j) = at(&new_codes, code) {
            unite(&mut parent, i, old.len() + j);
        }
    }
    let mut components: BTreeMap<usize, Unit> = BTreeMap::new();
    let codes = old.iter().chain(new).enumerate();
    for (node, code) in codes {
        let root = root(&mut parent, node);
        let unit = components.entry(root).or_insert_with(|| Unit { old: Vec::new(), new: Vec::new() });
        match node.checked_sub(old.len()) {
            None => unit.old.push(code.clone()),
            Some(_) => unit.new.push(code.clone()),
        }
    }
    let mut joined = Join::default();
    for unit in components.into_values() {
        match (unit.old.is_empty(), unit.new.is_empty()) {
            (false, false) => joined.units.push(unit),
            (true, _) => joined.outside_new.extend(unit.new),
            (_, true) => joined.outside_old.extend(unit.old),
        }
    }
    joined.units.sort_by(|a, b| a.new.cmp(&b.new));
    joined
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

fn unite(parent: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(parent, a), root(parent, b));
    parent[a.max(b)] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(codes: &[&str]) -> BTreeSet<String> {
        codes.iter().map(|c| (*c).to_string()).collect()
    }

    #[test]
    fn split_merged_and_tangled_neighbourhoods_become_common_units() {
        // a splits into P and Q; b and c merge into R; d and e overlap S and T crosswise; f keeps its code.
        let old = set(&["a", "b", "c", "d", "e", "f", "gone"]);
        let new = set(&["P", "Q", "R", "S", "T", "f", "annexed"]);
        let pairs = [("a", "P"), ("a", "Q"), ("b", "R"), ("c", "R"), ("d", "S"), ("e", "S"), ("e", "T"), ("x", "P")];
        let pairs = pairs.map(|(from, to)| (from.to_string(), to.to_string()));
        let joined = join(&old, &new, &pairs);
        let units: Vec<String> =
            joined.units.iter().map(|u| format!("{}={}", u.old.join("+"), u.new.join("+"))).collect();
        assert_eq!(units, ["a=P+Q", "b+c=R", "d+e=S+T", "f=f"]);
        assert_eq!(joined.outside_old, ["gone"]);
        assert_eq!(joined.outside_new, ["annexed"]);
    }

    #[test]
    fn a_code_that_was_given_to_other_ground_is_not_taken_for_the_same() {
        // Code `a` was re-used: the old a is now b.
        let joined = join(&set(&["a"]), &set(&["a", "b"]), &[("a".into(), "b".into())]);
        assert_eq!(joined.units, [Unit { old: vec!["a".into()], new: vec!["b".into()] }]);
        assert_eq!(joined.outside_new, ["a"]);
    }
}
