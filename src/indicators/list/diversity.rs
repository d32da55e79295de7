//! Superdiversity: understanding, trust, and how far groups keep to themselves. Groups have no names, and no indicator
//! tells them apart.

use super::{Indicator, Kind, Published, Scope, Unit, Value, Words};
use crate::challenges::shared::{Outcome, State};
use crate::indicators::counts::Facts;
use crate::sim::Grade;

sources! {
    DIVERSITY: "model of superdiversity (docs/challenges/diversity.md), numbers assumed", "model van superdiversiteit (docs/challenges/diversity.md), getallen aangenomen";
    TIES: "definition of CBS 2024 (network segregation); ties in the model follow from membership and one preference for all", "definitie van CBS 2024 (netwerksegregatie); banden in het model volgen uit lidmaatschap en één voorkeur voor allen";
}

indicators! {
    friction_share: Share, Share, Both, A, DIVERSITY,
        en "Do not understand each other", "1 − the mean chance that two neighbours understand each other in the common language.",
        nl "Verstaat elkaar niet", "1 − de gemiddelde kans dat twee buren elkaar verstaan in de gemeenschappelijke taal.",
        State State::Friction;
    trust_in_neighbours_share: Share, Share, Both, A, DIVERSITY,
        en "Trust in neighbours", "Mean trust in neighbours, 0 to 1.",
        nl "Vertrouwen in buren", "Gemiddeld vertrouwen in buren, 0 tot 1.",
        State State::TrustNeighbours;
    anomie_share: Share, Share, Both, A, DIVERSITY,
        en "Anomie", "Mean of (1 − shared norms) × (1 − belonging), 0 to 1.",
        nl "Anomie", "Gemiddelde van (1 − gedeelde normen) × (1 − erbij horen), 0 tot 1.",
        State State::Anomie;
    superdiversity_index: Index, Index, Both, A, DIVERSITY,
        en "Superdiversity", "Chance that two residents differ, averaged over origin, time since arrival, language, schooling, age and tenure.",
        nl "Superdiversiteit", "Kans dat twee bewoners verschillen, gemiddeld over herkomst, verblijfsduur, taal, opleiding, leeftijd en woonvorm.",
        Published superdiversity;
    network_segregation_index: Index, Index, City, A, TIES,
        en "Network segregation", "How far groups keep to themselves over household, family, neighbours, work and school, 0 to 1; mean over people.",
        nl "Netwerksegregatie", "Hoe ver groepen onder elkaar blijven in huishouden, familie, buren, werk en school, 0 tot 1; gemiddelde over mensen.",
        Published segregation;
    network_segregation_lowest_index: Index, Index, City, A, TIES,
        en "Network segregation, lowest", "The lowest score of any group.",
        nl "Netwerksegregatie, laagste", "De laagste score van een groep.",
        Published lowest;
    network_segregation_highest_index: Index, Index, City, A, TIES,
        en "Network segregation, highest", "The highest score of any group.",
        nl "Netwerksegregatie, hoogste", "De hoogste score van een groep.",
        Published highest;
    tolerance_share: Share, Share, City, A, DIVERSITY,
        en "Tolerance", "Mean share of unlike neighbours above which a household begins to dislike its neighbourhood.",
        nl "Tolerantie", "Gemiddeld aandeel andere buren waarboven een huishouden zijn buurt minder prettig gaat vinden.",
        Published tolerance;
    confrontations: Events, Flow, City, A, DIVERSITY,
        en "Confrontations", "Confrontations between people attached to a conflict from elsewhere.",
        nl "Confrontaties", "Confrontaties tussen mensen die betrokken zijn bij een conflict van elders.",
        Outcome Outcome::Confrontation, guarded;
}

fn superdiversity(of: Published, _: &Facts, at: Option<usize>) -> Option<f64> {
    let own = of.diversity?;
    match at {
        Some(n) => own.superdiversity.get(n).map(|v| f64::from(*v)),
        None => Some(own.superdiversity_of_city),
    }
}

fn segregation(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    of.diversity?.mean_segregation()
}

/// Scores of groups of at least 25 people.
fn scores(of: Published) -> impl Iterator<Item = f64> {
    let many = |s: &&(u64, f64)| s.0 >= crate::indicators::MIN_PEOPLE;
    of.diversity.into_iter().flat_map(move |own| own.segregation.iter().filter(many).map(|s| s.1))
}

fn lowest(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    scores(of).min_by(f64::total_cmp)
}

fn highest(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    scores(of).max_by(f64::total_cmp)
}

fn tolerance(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    of.diversity.map(|own| own.threshold)
}
