//! Crime, criminal groups and police hours. Of a real city these leave the program as differences only (models.md E-15).

use super::{Indicator, Kind, Published, Scope, Unit, Value, Words};
use crate::challenges::shared::{Outcome, State};
use crate::indicators::counts::Facts;
use crate::sim::Grade;

sources! {
    VOLUME: "model of volume crime (models of the challenges, §7.1, §18); first-year level from the victim survey", "model van veelvoorkomende criminaliteit (modellen van de uitdagingen, §7.1, §18); niveau van het eerste jaar uit de Veiligheidsmonitor";
    KNOWN: "shares reported and registered from the victim survey (CBS)", "aandelen gemeld en geregistreerd uit de Veiligheidsmonitor (CBS)";
    POLICE: "police ledger (models of the challenges, §13.2)", "urenboekhouding van de politie (modellen van de uitdagingen, §13.2)";
    GROUPS: "model of criminal groups (models of the challenges, §7.3–7.5); assumed", "model van criminele groepen (modellen van de uitdagingen, §7.3–7.5); aangenomen";
    DIGITAL: "rate of the victim survey (CBS, from memory)", "aandeel uit de Veiligheidsmonitor (CBS, uit het hoofd)";
}

indicators! {
    property_crime_per_1000_y: PerThousandYear, Flow, Both, A, VOLUME,
        en "Property offences", "Burglaries and thefts committed, per 1,000 residents a year.",
        nl "Vermogensdelicten", "Gepleegde inbraken en diefstallen, per 1.000 inwoners per jaar.",
        Rate Outcome::Burglary, guarded;
    vandalism_per_1000_y: PerThousandYear, Flow, Both, A, VOLUME,
        en "Vandalism", "Acts of vandalism committed, per 1,000 residents a year.",
        nl "Vernieling", "Gepleegde vernielingen, per 1.000 inwoners per jaar.",
        Rate Outcome::Vandalism, guarded;
    violence_per_1000_y: PerThousandYear, Flow, Both, A, VOLUME,
        en "Violence and threats", "Acts of violence and threats committed, per 1,000 residents a year.",
        nl "Geweld en bedreiging", "Gepleegd geweld en bedreigingen, per 1.000 inwoners per jaar.",
        Rate Outcome::Violence, guarded;
    crime_registered_per_1000_y: PerThousandYear, Flow, Both, A, KNOWN,
        en "Offences registered", "Offences that the police register, per 1,000 residents a year: fewer than are committed.",
        nl "Geregistreerde delicten", "Delicten die de politie registreert, per 1.000 inwoners per jaar: minder dan er gepleegd worden.",
        Rate Outcome::CrimeRegistered, guarded;
    crime_detected_share: Share, Share, City, A, KNOWN,
        en "Offences cleared up", "Share of registered offences whose offender is found.",
        nl "Opgehelderde delicten", "Deel van de geregistreerde delicten waarvan de dader is gevonden.",
        Published detected, guarded;
    youth_offences_per_1000_y: PerThousandYear, Flow, Both, A, VOLUME,
        en "Offences by young people", "Offences by people of 12 to 24, where they live, per 1,000 residents a year.",
        nl "Delicten door jongeren", "Delicten door 12- tot en met 24-jarigen, naar woonbuurt, per 1.000 inwoners per jaar.",
        Rate Outcome::YouthOffences, guarded;
    victimisation_index: Index, Mean, Both, A, VOLUME,
        en "Incidents seen or suffered", "Incidents per 1,000 residents and month, smoothed over half a year.",
        nl "Meegemaakte incidenten", "Incidenten per 1.000 inwoners per maand, gemiddeld over een half jaar.",
        State State::Victimisation, guarded;
    police_visible_h_index: Index, Mean, Both, A, POLICE,
        en "Neighbourhood police", "Hours of neighbourhood police per 1,000 residents and month: what protests, calls and emergencies leave.",
        nl "Wijkpolitie", "Uren wijkpolitie per 1.000 inwoners per maand: wat demonstraties, meldingen en spoed overlaten.",
        State State::PoliceVisibility;
    group_members_index: Index, Mean, Both, A, GROUPS,
        en "Members of criminal groups", "Members of criminal groups per 1,000 residents, where they live.",
        nl "Leden van criminele groepen", "Leden van criminele groepen per 1.000 inwoners, naar woonbuurt.",
        Published members, guarded;
    recruited_per_1000_y: PerThousandYear, Flow, Both, A, GROUPS,
        en "Recruited", "People who join a criminal group, per 1,000 residents a year.",
        nl "Geronseld", "Mensen die zich bij een criminele groep aansluiten, per 1.000 inwoners per jaar.",
        Rate Outcome::Recruited, guarded;
    premises_in_use_index: Index, Mean, Both, A, GROUPS,
        en "Premises in criminal use", "Homes and fronts in use by criminal groups, per 1,000 residents.",
        nl "Panden in crimineel gebruik", "Woningen en dekmantels in gebruik bij criminele groepen, per 1.000 inwoners.",
        Published premises, guarded;
    premises_closed_per_1000_y: PerThousandYear, Flow, Both, L, GROUPS,
        en "Premises closed", "Premises closed by the mayor, per 1,000 residents a year.",
        nl "Gesloten panden", "Panden die de burgemeester sluit, per 1.000 inwoners per jaar.",
        Rate Outcome::PremisesClosed, guarded;
    grip_share: Share, Share, Both, A, GROUPS,
        en "Grip of criminal groups", "Hold that criminal groups have on the neighbourhood, 0 to 100 %.",
        nl "Greep van criminele groepen", "Greep die criminele groepen op de buurt hebben, 0 tot 100 %.",
        State State::Grip, guarded;
    explosions_per_1000_y: PerThousandYear, Flow, City, L, GROUPS,
        en "Explosions", "Explosions at homes and businesses, per 1,000 residents a year.",
        nl "Explosies", "Explosies bij woningen en bedrijven, per 1.000 inwoners per jaar.",
        Rate Outcome::Explosions, guarded;
    digital_crime_per_1000_y: PerThousandYear, Flow, City, M, DIGITAL,
        en "Digital crime", "Digital offences suffered, per 1,000 residents a year.",
        nl "Digitale criminaliteit", "Ondervonden digitale delicten, per 1.000 inwoners per jaar.",
        Rate Outcome::DigitalCrime, guarded;
}

fn per_thousand(published: Published, what: Outcome, residents: u64, n: Option<usize>) -> Option<f64> {
    let count = match n {
        Some(n) => published.outcomes.of(what)[n].into(),
        None => published.outcomes.total(what),
    };
    (residents > 0).then(|| 1_000.0 * count as f64 / residents as f64)
}

fn members(published: Published, facts: &Facts, n: Option<usize>) -> Option<f64> {
    per_thousand(published, Outcome::GroupMembers, facts.residents, n)
}

fn premises(published: Published, facts: &Facts, n: Option<usize>) -> Option<f64> {
    per_thousand(published, Outcome::PremisesInUse, facts.residents, n)
}

fn detected(published: Published, _: &Facts, _: Option<usize>) -> Option<f64> {
    let registered = published.outcomes.total(Outcome::CrimeRegistered);
    (registered > 0).then(|| published.outcomes.total(Outcome::CrimeDetected) as f64 / registered as f64)
}
