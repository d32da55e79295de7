//! What the challenges have made of the city: neighbourhoods under pressure, living together, growing old, safety.
//!
//! In a city built from real data guarded outcomes have no levels (models.md E-15): their columns are empty, their figures
//! stay away, and a sentence says where to find them. Composition by group stands nowhere near crime (E-16): it has a
//! section of its own, before.

use super::builder::{Builder, LineFigure, known};
use crate::city::CityOrigin;
use crate::indicators::Words;

macro_rules! words {
    ($en:literal, $nl:literal) => {
        Words { en: $en, nl: $nl }
    };
}

/// A figure: lines under one heading, by month or by year.
struct Lines {
    title: Words,
    lead: Words,
    ids: &'static [&'static str],
    yearly: bool,
}

/// A section: its anchor, title and lead, the lines, and the indicators of its maps.
struct Section {
    id: &'static str,
    title: Words,
    lead: Words,
    lines: &'static [Lines],
    maps: &'static [&'static str],
}

const SECTIONS: &[Section] = &[
    Section {
        id: "neighbourhoods",
        title: words!("Neighbourhoods", "Buurten"),
        lead: words!(
            "How neighbours get on, what the street looks like, and whether help lasts. One standard deviation is what Dutch neighbourhoods differ by.",
            "Hoe buren met elkaar omgaan, hoe de straat erbij ligt, en of hulp blijft. Eén standaardafwijking is wat Nederlandse buurten onderling schelen."
        ),
        lines: &[
            Lines {
                title: words!("Neighbours and government", "Buren en overheid"),
                lead: words!(
                    "Who speaks with a neighbour in a week, who feels unsafe at times, and trust in government.",
                    "Wie wekelijks een buur spreekt, wie zich weleens onveilig voelt, en vertrouwen in de overheid."
                ),
                ids: &["speaks_with_neighbours_share", "feels_unsafe_share", "trust_in_government_share"],
                yearly: false,
            },
            Lines {
                title: words!("Collective efficacy and liveability", "Samenhang en leefbaarheid"),
                lead: words!(
                    "In standard deviations of the start: 0 is where the city began.",
                    "In standaardafwijkingen van buurten aan het begin; 0 is de gemiddelde buurt van toen."
                ),
                ids: &["collective_efficacy_index", "liveability_index"],
                yearly: false,
            },
            Lines {
                title: words!("Disorder", "Verloedering"),
                lead: words!(
                    "Litter, damage and neglect, 0 (none) to 1; averaged over residents.",
                    "Zwerfvuil, schade en verwaarlozing, 0 (geen) tot 1; gemiddeld over inwoners."
                ),
                ids: &["disorder_index"],
                yearly: false,
            },
            Lines {
                title: words!("Money for prevention", "Geld voor preventie"),
                lead: words!(
                    "What the municipality has left for prevention after what it must pay, per month.",
                    "Wat de gemeente na verplichte uitgaven overhoudt voor preventie, per maand."
                ),
                ids: &["prevention_budget_eur_m"],
                yearly: false,
            },
        ],
        maps: &["liveability_index", "speaks_with_neighbours_share"],
    },
    Section {
        id: "together",
        title: words!("Living with differences", "Leven met verschillen"),
        lead: words!(
            "Whether neighbours understand and trust each other. Groups are labels without a name; every rule is the same for all.",
            "Of buren elkaar verstaan en vertrouwen. Groepen zijn etiketten zonder naam; elke regel is voor iedereen gelijk."
        ),
        lines: &[
            Lines {
                title: words!("Trust and understanding", "Vertrouwen en verstaan"),
                lead: words!("Shares, averaged over residents.", "Aandelen, gemiddeld over inwoners."),
                ids: &["trust_in_neighbours_share", "friction_share", "anomie_share"],
                yearly: false,
            },
            Lines {
                title: words!("How many-sided the city is", "Hoe veelzijdig de stad is"),
                lead: words!(
                    "Superdiversity, and how far people keep to their own group in five kinds of ties.",
                    "Superdiversiteit, en hoever mensen bij de eigen groep blijven in vijf soorten banden."
                ),
                ids: &["superdiversity_index", "network_segregation_index"],
                yearly: false,
            },
        ],
        maps: &["trust_in_neighbours_share"],
    },
    Section {
        id: "ageing",
        title: words!("Growing old, and care", "Ouder worden en zorg"),
        lead: words!(
            "Residents of 65 and over: how they fare, and whether there are hands enough.",
            "Inwoners van 65 jaar en ouder: hoe het hun gaat, en of er handen genoeg zijn."
        ),
        lines: &[
            Lines {
                title: words!("Lonely, frail, without care", "Eenzaam, kwetsbaar, zonder zorg"),
                lead: words!(
                    "Shares of those of 65 and over, and of the hours of care that they need.",
                    "Delen van de 65-plussers, en van de uren zorg die zij nodig hebben."
                ),
                ids: &["lonely_elders_share", "frail_elders_share", "care_gap_share"],
                yearly: false,
            },
            Lines {
                title: words!("Emergency visits after a fall", "Spoedbezoek na een val"),
                lead: words!(
                    "Per 1,000 residents of 65 and over a year.",
                    "Per 1.000 inwoners van 65 jaar en ouder per jaar."
                ),
                ids: &["fall_emergencies_per_1000_elders"],
                yearly: true,
            },
        ],
        maps: &["care_gap_share"],
    },
    Section {
        id: "safety",
        title: words!("Safety", "Veiligheid"),
        lead: words!(
            "What is committed, what the police come to know, and where criminal groups have a hold. Committed and registered are two things: more enforcement registers more.",
            "Wat er wordt gepleegd, wat de politie te weten komt, en waar criminele groepen greep hebben. Gepleegd en geregistreerd zijn twee dingen: meer handhaven registreert meer."
        ),
        lines: &[
            Lines {
                title: words!("Offences committed", "Gepleegde delicten"),
                lead: words!("Per 1,000 residents a year.", "Per 1.000 inwoners per jaar."),
                ids: &["property_crime_per_1000_y", "vandalism_per_1000_y", "violence_per_1000_y"],
                yearly: true,
            },
            Lines {
                title: words!(
                    "Offences registered, and digital crime",
                    "Geregistreerde delicten, en digitale criminaliteit"
                ),
                lead: words!("Per 1,000 residents a year.", "Per 1.000 inwoners per jaar."),
                ids: &["crime_registered_per_1000_y", "digital_crime_per_1000_y"],
                yearly: true,
            },
            Lines {
                title: words!("Neighbourhood police", "Wijkpolitie"),
                lead: words!(
                    "Hours per 1,000 residents and month: what emergencies, protests and calls leave.",
                    "Uren per 1.000 inwoners per maand: wat spoed, demonstraties en meldingen overlaten."
                ),
                ids: &["police_visible_h_index"],
                yearly: false,
            },
            Lines {
                title: words!("Criminal groups", "Criminele groepen"),
                lead: words!(
                    "Members, and premises in use, per 1,000 residents.",
                    "Leden, en panden in gebruik, per 1.000 inwoners."
                ),
                ids: &["group_members_index", "premises_in_use_index"],
                yearly: false,
            },
        ],
        maps: &["violence_per_1000_y", "property_crime_per_1000_y"],
    },
];

/// The four sections; of each what the runs have values of.
pub fn sections(b: &mut Builder) {
    let is_real = b.city.origin == CityOrigin::Real;
    for section in SECTIONS {
        if !section.lines.iter().flat_map(|l| l.ids).any(|id| has_value(b, id)) {
            continue;
        }
        let hides = is_real && section.lines.iter().flat_map(|l| l.ids).chain(section.maps).any(|id| known(id).guarded);
        let mut lead = b.t(section.lead).to_string();
        if hides {
            lead += " ";
            lead += b.t(words!(
                "Of a real city offending, premises and tipping leave the program only as differences between a city with and one without a measure (run with --twin); levels are not shown.",
                "Van een echte stad komen delicten, panden en kantelen alleen naar buiten als verschil tussen een stad met en een zonder maatregel (--twin); niveaus zijn niet te zien."
            ));
        }
        b.page.section(section.id, b.t(section.title), &lead);
        let has_years = !b.runs.years().is_empty();
        for figure in section.lines {
            let shown = figure.ids.iter().filter(|id| has_value(b, id));
            let lines: Vec<(&str, &[&str])> =
                shown.map(|id| (b.t(known(id).title), std::slice::from_ref(id))).collect();
            if !lines.is_empty() && (!figure.yearly || has_years) {
                let (title, lead) = (b.t(figure.title), b.t(figure.lead));
                b.lines(&LineFigure { title, lead, lines: &lines, yearly: figure.yearly });
            }
        }
        for id in section.maps {
            if b.neighbourhoods(id, b.runs.at_end()).iter().any(|v| v.is_finite()) {
                b.level_map(b.t(known(id).title), id);
            }
        }
    }
}

fn has_value(b: &Builder, id: &str) -> bool {
    b.runs.series(id).iter().flatten().any(|v| v.is_finite())
}
