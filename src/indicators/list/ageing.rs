//! Older people: falls, loneliness, frailty, care, and how generations get along.

use super::super::MIN_PEOPLE;
use super::super::counts::Facts;
use super::{Indicator, Kind, Published, Scope, Unit, Value, Words};
use crate::challenges::shared::{Outcome, State};
use crate::sim::Grade;

/// How often `what` happened this month, in the city or in one neighbourhood.
fn times(published: Published, what: Outcome, n: Option<usize>) -> f64 {
    n.map_or_else(|| published.outcomes.total(what) as f64, |n| f64::from(published.outcomes.of(what)[n]))
}

/// `what` per resident of 65 and over; of few of them nothing leaves (models.md E-6).
fn of_elders(published: Published, facts: &Facts, n: Option<usize>, what: Outcome) -> Option<f64> {
    let elders = facts.by_age[4];
    (elders >= MIN_PEOPLE).then(|| times(published, what, n) / elders as f64)
}

/// The same for events, per 1,000 of them and year.
fn rate_of_elders(published: Published, facts: &Facts, n: Option<usize>, what: Outcome) -> Option<f64> {
    of_elders(published, facts, n, what).map(|per_head| 12_000.0 * per_head)
}

fn care_gap(published: Published, facts: &Facts, n: Option<usize>) -> Option<f64> {
    let needed = times(published, Outcome::CareNeeded, n);
    (facts.by_age[4] >= MIN_PEOPLE && needed > 0.0).then(|| 1.0 - times(published, Outcome::CareGiven, n) / needed)
}

sources! {
    FALLS: "fall hazard by age, frailty, stairs, pavement, ice and heat; level solved for the first year (VeiligheidNL, Statistics Netherlands 2022; modellen §4)", "valkans naar leeftijd, kwetsbaarheid, trappen, stoep, gladheid en hitte; niveau opgelost voor het eerste jaar (VeiligheidNL, CBS 2022; modellen §4)";
    LONELY: "loneliness by circumstances; level solved for the start (GGD monitor)", "eenzaamheid naar omstandigheden; niveau opgelost voor het begin (GGD-monitor)";
    FRAIL: "growth of frailty after 65 (assumed)", "groei van kwetsbaarheid na 65 (aanname)";
    CARE: "need by age and frailty against the hours of care workers (Veilige stad §3.3; sizes assumed)", "behoefte naar leeftijd en kwetsbaarheid tegenover uren van zorgmedewerkers (Veilige stad §3.3; groottes aangenomen)";
    STREETS: "complaints by ages and ties; blocks by share of 65+ (Veilige stad §3.3; sizes assumed)", "klachten naar leeftijden en banden; blokken naar aandeel 65-plus (Veilige stad §3.3; groottes aangenomen)";
}

indicators! {
    falls_per_1000_elders: PerThousandYear, Mean, Both, A, FALLS,
        en "Falls of older people", "Falls per 1,000 residents of 65 and over, at this month's pace for a year.",
        nl "Vallen van ouderen", "Valpartijen per 1.000 65-plussers, in het tempo van deze maand voor een jaar.",
        Published |p, f, n| rate_of_elders(p, f, n, Outcome::Fall);
    fall_emergencies_per_1000_elders: PerThousandYear, Mean, City, A, FALLS,
        en "Emergency visits after a fall", "Visits to an emergency department after a fall per 1,000 residents of 65 and over, at this month's pace for a year.",
        nl "Spoedhulp na een val", "Bezoeken aan de spoedeisende hulp na een val per 1.000 65-plussers, in het tempo van deze maand voor een jaar.",
        Published |p, f, n| rate_of_elders(p, f, n, Outcome::FallEmergency);
    fall_deaths_per_1000_elders: PerThousandYear, Mean, City, A, FALLS,
        en "Deaths by a fall", "Deaths by a fall per 1,000 residents of 65 and over, at this month's pace for a year.",
        nl "Overleden na een val", "Overledenen door een val per 1.000 65-plussers, in het tempo van deze maand voor een jaar.",
        Published |p, f, n| rate_of_elders(p, f, n, Outcome::FallDeath);
    lonely_elders_share: Share, Share, Both, A, LONELY,
        en "Lonely older people", "Share of residents of 65 and over who feel lonely.",
        nl "Eenzame ouderen", "Deel van de 65-plussers dat zich eenzaam voelt.",
        Published |p, f, n| of_elders(p, f, n, Outcome::LonelyElders);
    frail_elders_share: Share, Share, Both, A, FRAIL,
        en "Frail older people", "Share of residents of 65 and over with a frailty of 0.25 and more.",
        nl "Kwetsbare ouderen", "Deel van de 65-plussers met een kwetsbaarheid van 0,25 of meer.",
        Published |p, f, n| of_elders(p, f, n, Outcome::FrailElders);
    care_gap_share: Share, Share, Both, A, CARE,
        en "Care that is missing", "Share of the hours of care at home that older people need and nobody gives.",
        nl "Zorg die ontbreekt", "Deel van de uren zorg thuis die ouderen nodig hebben en niemand geeft.",
        Published care_gap;
    age_complaints_per_1000: PerThousandYear, Mean, Both, A, STREETS,
        en "Complaints between generations", "Complaints between older and young residents per 1,000 residents, at this month's pace for a year.",
        nl "Klachten tussen generaties", "Klachten tussen oudere en jonge bewoners per 1.000 inwoners, in het tempo van deze maand voor een jaar.",
        Rate Outcome::AgeComplaint;
    liveliness_index: Index, Index, Both, A, STREETS,
        en "Liveliness", "Life in the street, 0–1: lower where more than six in ten of a block are 65 and over, and where places for the young were closed.",
        nl "Levendigheid", "Leven op straat, 0–1: lager waar meer dan zes op de tien bewoners van een blok 65-plus zijn, en waar plekken voor jongeren zijn gesloten.",
        State State::Liveliness;
}
