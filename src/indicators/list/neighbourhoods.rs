//! Vulnerable and tipping neighbourhoods, and the budget for them.

use super::{Indicator, Kind, Published, Scope, Unit, Value, Words};
use crate::challenges::neighbourhoods::warning::Quality;
use crate::challenges::shared::State;
use crate::indicators::counts::Facts;
use crate::sim::Grade;

sources! {
    NEIGHBOURHOODS: "model of vulnerable neighbourhoods (docs/challenges/neighbourhoods.md): structure from Sampson et al. 1997, numbers assumed", "model van kwetsbare wijken (docs/challenges/neighbourhoods.md): opbouw naar Sampson e.a. 1997, getallen aangenomen";
    LIVEABILITY: "own score in the form of the Leefbaarometer, not that instrument; equal weights assumed", "eigen score in de vorm van de Leefbaarometer, niet dat instrument; gelijke gewichten aangenomen";
    BUDGET: "model of the municipal budget (src/challenges/shared/budget.rs): youth care overrun from Veilige stad, the rest assumed", "model van de gemeentebegroting (src/challenges/shared/budget.rs): tekort jeugdzorg uit Veilige stad, de rest aangenomen";
}

indicators! {
    collective_efficacy_index: Index, Index, Both, A, NEIGHBOURHOODS,
        en "Collective efficacy", "Trust among neighbours and readiness to act together, in standard deviations of the start.",
        nl "Sociale samenhang", "Vertrouwen tussen buren en bereidheid samen op te treden, in standaardafwijkingen van het begin.",
        State State::CollectiveEfficacy;
    disorder_index: Index, Index, Both, A, NEIGHBOURHOODS,
        en "Disorder", "Litter, damage and neglect, 0 (none) to 1.",
        nl "Verloedering", "Vuil, vernieling en verwaarlozing, 0 (geen) tot 1.",
        State State::Disorder;
    feels_unsafe_share: Share, Share, Both, A, NEIGHBOURHOODS,
        en "Feel unsafe", "Share of residents who at times feel unsafe in their neighbourhood.",
        nl "Voelt zich onveilig", "Deel van de bewoners dat zich weleens onveilig voelt in de buurt.",
        State State::Fear;
    speaks_with_neighbours_share: Share, Share, Both, R, NEIGHBOURHOODS,
        en "Speak with neighbours", "Share of residents who speak with a neighbour in a week.",
        nl "Spreekt buren", "Deel van de bewoners dat wekelijks een buur spreekt.",
        State State::Contact;
    trust_in_government_share: Share, Share, Both, A, NEIGHBOURHOODS,
        en "Trust in government", "Trust in government and its programmes, 0 to 1.",
        nl "Vertrouwen in de overheid", "Vertrouwen in de overheid en haar programma's, 0 tot 1.",
        State State::TrustGovernment;
    homes_kept_share: Share, OfHomes, Both, A, NEIGHBOURHOODS,
        en "State of repair", "State of repair of homes, 0 to 1.",
        nl "Staat van onderhoud", "Staat van onderhoud van woningen, 0 tot 1.",
        State State::HousingQuality;
    eyes_on_the_street_share: Share, Share, Both, A, NEIGHBOURHOODS,
        en "Eyes on the street", "Guardianship: how likely somebody sees and steps in, 0 to 1.",
        nl "Ogen op straat", "Informeel toezicht: hoe waarschijnlijk iemand ziet en ingrijpt, 0 tot 1.",
        State State::Guardianship;
    programme_share: Share, Share, Both, A, NEIGHBOURHOODS,
        en "Programme capacity", "How far neighbourhood programmes have been built up, 0 to 1.",
        nl "Opgebouwd programma", "Hoe ver wijkprogramma's zijn opgebouwd, 0 tot 1.",
        State State::Programme;
    liveability_index: Index, Index, Both, A, LIVEABILITY,
        en "Liveability score", "Five dimensions (homes, surroundings, amenities, cohesion, safety) with equal weights, in standard deviations of the start.",
        nl "Leefbaarheidsscore", "Vijf dimensies (woningen, omgeving, voorzieningen, samenhang, veiligheid) met gelijke gewichten, in standaardafwijkingen van het begin.",
        Published liveability, guarded;
    liveability_homes_index: Index, Index, Neighbourhood, A, LIVEABILITY,
        en "Liveability: homes", "State of repair less vacancy and overcrowding, in standard deviations of the start.",
        nl "Leefbaarheid: woningen", "Onderhoud min leegstand en overbewoning, in standaardafwijkingen van het begin.",
        Published homes, guarded;
    liveability_surroundings_index: Index, Index, Neighbourhood, A, LIVEABILITY,
        en "Liveability: surroundings", "Green less disorder, in standard deviations of the start.",
        nl "Leefbaarheid: omgeving", "Groen min verloedering, in standaardafwijkingen van het begin.",
        Published surroundings, guarded;
    liveability_amenities_index: Index, Index, Neighbourhood, A, LIVEABILITY,
        en "Liveability: amenities", "Amenities within reach, in standard deviations of the start.",
        nl "Leefbaarheid: voorzieningen", "Voorzieningen in de buurt, in standaardafwijkingen van het begin.",
        Published amenities, guarded;
    liveability_cohesion_index: Index, Index, Neighbourhood, A, LIVEABILITY,
        en "Liveability: cohesion", "Collective efficacy and contact less turnover, in standard deviations of the start.",
        nl "Leefbaarheid: samenhang", "Samenhang en contact min doorstroming, in standaardafwijkingen van het begin.",
        Published cohesion, guarded;
    liveability_safety_index: Index, Index, Neighbourhood, A, LIVEABILITY,
        en "Liveability: safety", "Little fear, disorder and crime, in standard deviations of the start.",
        nl "Leefbaarheid: veiligheid", "Weinig angst, verloedering en incidenten, in standaardafwijkingen van het begin.",
        Published safety, guarded;
    liveability_gini_index: Index, Index, City, A, LIVEABILITY,
        en "Inequality of liveability", "Gini coefficient of the liveability score (shifted to 0–1 by its normal probability) over neighbourhoods.",
        nl "Ongelijkheid in leefbaarheid", "Gini-coëfficiënt van de leefbaarheidsscore (naar 0–1 gebracht met de normale verdeling) over buurten.",
        Published gini, guarded;
    tipped_share: Share, Share, City, A, LIVEABILITY,
        en "Tipped", "Share of neighbourhoods that fell by half a standard deviation and stayed down for two years; known two years later.",
        nl "Gekanteld", "Deel van de buurten dat een halve standaardafwijking zakte en twee jaar laag bleef; pas twee jaar later bekend.",
        Published tipped, guarded;
    warned_share: Share, Share, City, A, LIVEABILITY,
        en "Early warnings", "Share of neighbourhoods for which the early-warning rule speaks. A call for support, never for enforcement.",
        nl "Vroege signalen", "Deel van de buurten waarvoor de vroegsignalering spreekt. Een oproep tot steun, nooit tot handhaving.",
        Published warned, guarded;
    warning_precision_share: Share, Share, City, A, LIVEABILITY,
        en "Warnings that were right", "Share of early warnings after which the neighbourhood did tip within three years. The rest labelled a neighbourhood in vain.",
        nl "Terechte signalen", "Deel van de vroege signalen waarna de buurt binnen drie jaar kantelde. De rest bestempelde een buurt voor niets.",
        Published precision, guarded;
    warning_recall_share: Share, Share, City, A, LIVEABILITY,
        en "Tips that were seen coming", "Share of neighbourhoods that tipped for which there was a warning in the three years before.",
        nl "Voorzien kantelen", "Deel van de gekantelde buurten waarvoor in de drie jaar ervoor een signaal was.",
        Published recall, guarded;
    warning_lead_y: Years, Mean, City, A, LIVEABILITY,
        en "Lead of warnings", "Mean time from a right warning to the start of the fall.",
        nl "Voorsprong van signalen", "Gemiddelde tijd van een terecht signaal tot het begin van de daling.",
        Published lead, guarded;
    prevention_funded_share: Share, OfHomes, City, A, BUDGET,
        en "Prevention funded", "Share of what prevention asks for that the municipal budget leaves.",
        nl "Preventie bekostigd", "Deel van wat preventie vraagt dat de gemeentebegroting overlaat.",
        Published funded;
    prevention_budget_eur_m: EurPerMonth, OfHomes, City, A, BUDGET,
        en "Left for prevention", "What the municipality has left for prevention after mandatory costs, € per month.",
        nl "Over voor preventie", "Wat de gemeente na verplichte kosten over heeft voor preventie, € per maand.",
        Published available;
}

fn liveability(of: Published, facts: &Facts, at: Option<usize>) -> Option<f64> {
    let (own, _) = of.neighbourhoods?;
    match at {
        Some(n) => own.score(n),
        // Neighbourhoods count alike: the score is about places.
        None => mean((0..own.scores.len()).filter_map(|n| own.score(n))).filter(|_| facts.residents > 0),
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0), |(sum, n), v| (sum + v, n + 1));
    (n > 0).then(|| sum / f64::from(n))
}

fn dimension(of: Published, at: Option<usize>, k: usize) -> Option<f64> {
    let (own, _) = of.neighbourhoods?;
    own.score(at?)?;
    own.dimensions.get(at?).map(|d| d[k].into())
}

fn homes(of: Published, _: &Facts, at: Option<usize>) -> Option<f64> {
    dimension(of, at, 0)
}

fn surroundings(of: Published, _: &Facts, at: Option<usize>) -> Option<f64> {
    dimension(of, at, 1)
}

fn amenities(of: Published, _: &Facts, at: Option<usize>) -> Option<f64> {
    dimension(of, at, 2)
}

fn cohesion(of: Published, _: &Facts, at: Option<usize>) -> Option<f64> {
    dimension(of, at, 3)
}

fn safety(of: Published, _: &Facts, at: Option<usize>) -> Option<f64> {
    dimension(of, at, 4)
}

fn gini(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    let (own, _) = of.neighbourhoods?;
    let normal = |z: f64| 0.5 * (1.0 + libm::erf(z / std::f64::consts::SQRT_2));
    let scores: Vec<(f64, f64)> =
        (0..own.scores.len()).filter_map(|n| own.score(n)).map(|z| (normal(z), 1.0)).collect();
    if scores.is_empty() { None } else { crate::indicators::indices::gini(scores) }
}

fn share(flags: impl Iterator<Item = bool>) -> Option<f64> {
    mean(flags.map(|flag| f64::from(u8::from(flag))))
}

fn tipped(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    let (own, _) = of.neighbourhoods?;
    share((0..own.scores.len()).map(|n| own.tipping.is_tipped(n)))
}

fn warned(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    let (own, _) = of.neighbourhoods?;
    share(own.warned.iter().copied())
}

fn quality(of: Published) -> Option<Quality> {
    of.neighbourhoods.map(|(own, p)| own.quality(p))
}

fn precision(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    quality(of)?.precision
}

fn recall(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    quality(of)?.recall
}

fn lead(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    quality(of)?.lead_y
}

fn funded(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    of.budget.map(|b| b.funded)
}

fn available(of: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    of.budget.map(|b| b.available_eur_m)
}
