//! Names, units and bearers of levers in both languages.
//!
//! Names are those of the live session (`assets/locale`). Units and who bears a lever are written in English in the levers;
//! their Dutch stands here, and a test sees to it that none is missing.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::policies::{Authority, Lever};
use crate::report::Lang;

/// Names of levers, English and Dutch.
static NAMES: LazyLock<[BTreeMap<String, String>; 2]> = LazyLock::new(|| {
    [include_str!("../../../../assets/locale/en.toml"), include_str!("../../../../assets/locale/nl.toml")].map(|text| {
        let words: toml::Table = toml::from_str(text).expect("the words are valid");
        let name = |(id, name): (&String, &toml::Value)| Some((id.clone(), name.as_str()?.to_string()));
        words.iter().filter_map(name).collect()
    })
});

/// What people call `lever`.
pub(super) fn name(lever: &Lever, lang: Lang) -> String {
    let names = &NAMES[lang.pick(0, 1)];
    names.get(lever.id).cloned().unwrap_or_else(|| lever.id.replace('_', " "))
}

/// The unit of its value.
pub(super) fn unit(lever: &Lever, lang: Lang) -> &'static str {
    lang.pick(lever.unit, dutch(lever.unit))
}

/// Who bears it.
pub(super) fn borne_by(lever: &Lever, lang: Lang) -> &'static str {
    lang.pick(lever.borne_by, dutch(lever.borne_by))
}

/// Who decides on it.
pub(super) fn authority(authority: Authority, lang: Lang) -> &'static str {
    match authority {
        Authority::Municipality => lang.pick("the municipality", "de gemeente"),
        Authority::State => lang.pick("the State", "het Rijk"),
        Authority::Police => lang.pick("the police", "de politie"),
        Authority::HousingAssociations => lang.pick("housing associations", "woningcorporaties"),
        Authority::WaterBoard => lang.pick("the water board", "het waterschap"),
        Authority::Nobody => lang.pick("nobody", "niemand"),
    }
}

fn dutch(text: &'static str) -> &'static str {
    NL.iter().find(|(en, _)| *en == text).map_or(text, |(_, nl)| nl)
}

#[rustfmt::skip]
const NL: &[(&str, &str)] = &[
    ("0 worst first, 1 tipping-aware, 2 proportional", "0 slechtste eerst, 1 kantelbewust, 2 naar rato"),
    ("effort per 1,000 residents", "inzet per 1.000 inwoners"),
    ("full-time coaches", "voltijds straatcoaches"),
    ("full-time officers", "voltijds agenten"),
    ("homes per year", "woningen per jaar"),
    ("m", "m"),
    ("m of dike", "m dijk"),
    ("mm in an hour", "mm in een uur"),
    ("mm in two days", "mm in twee dagen"),
    ("mm/day", "mm/dag"),
    ("mm/h", "mm/uur"),
    ("m³ per hectare", "m³ per hectare"),
    ("none", "geen"),
    ("percentage points of canopy", "procentpunt boomkronen"),
    ("share", "deel"),
    ("share inspected per year", "deel dat per jaar wordt bezocht"),
    ("share of 75+", "deel van de 75-plussers"),
    ("share of care workers", "deel van de zorgmedewerkers"),
    ("share of homes at a time", "deel van de woningen tegelijk"),
    ("share of households put out", "deel van de uitgezette huishoudens"),
    ("share of households without a home for three months", "deel van de huishoudens die drie maanden zonder woning zijn"),
    ("share of neighbourhoods covered", "deel van de buurten"),
    ("share of new homes", "deel van de nieuwe woningen"),
    ("share of pavement", "deel van de verharding"),
    ("share of pavements", "deel van de stoepen"),
    ("share of permits screened", "deel van de vergunningen dat wordt gescreend"),
    ("share of posts", "deel van de arbeidsplaatsen"),
    ("share of premises found", "deel van de gevonden panden"),
    ("share of private rent", "deel van de particuliere huur"),
    ("share of recent offenders of 12 to 30", "deel van de recente daders van 12 tot en met 30"),
    ("share of residents of 65 and over", "deel van de 65-plussers"),
    ("share of roofs", "deel van de daken"),
    ("share of step-free social vacancies", "deel van de drempelloze sociale huurwoningen die vrijkomen"),
    ("share of streets", "deel van de straten"),
    ("share of the groups based there", "deel van de groepen die er zitten"),
    ("share of unemployed of 16 to 27", "deel van de werklozen van 16 tot en met 27"),
    ("times the usual", "maal het gewone"),
    ("workers per 1,000 residents of 12 to 24", "werkers per 1.000 inwoners van 12 tot en met 24"),
    ("°C at the peak", "°C op het heetst"),
    ("€ per resident per year", "€ per inwoner per jaar"),
    ("car owners (parking), owners of gardens; taxpayers", "autobezitters (parkeren), tuinbezitters; belastingbetalers"),
    ("entrepreneurs who wait longer or are refused by mistake", "ondernemers die langer wachten of ten onrechte worden geweigerd"),
    ("everybody, older people most", "iedereen, ouderen het meest"),
    ("housing associations (ground, unprofitable part); neighbours who would rather see other homes; the block grows quiet", "woningcorporaties (grond, onrendabele top); buren die liever andere woningen zien; het blok wordt stil"),
    ("housing associations (ground, unprofitable part; small sites cost more); neighbours of the sites", "woningcorporaties (grond, onrendabele top; kleine plekken kosten meer); omwonenden"),
    ("housing associations; residents who give time to it", "woningcorporaties; bewoners die er tijd aan geven"),
    ("landlords (checks, cost), tenants as far as it is passed on in the rent", "verhuurders (controle, kosten), huurders voor zover het in de huur wordt doorberekend"),
    ("landlords and employers", "verhuurders en werkgevers"),
    ("members of treated groups and their families; people taken for members by mistake", "leden van de aangesproken groepen en hun families; mensen die ten onrechte voor lid worden aangezien"),
    ("neighbourhoods that come later", "buurten die later aan de beurt zijn"),
    ("newcomers (less choice, further from people they know); neighbourhoods that take more than now", "nieuwkomers (minder keus, verder van bekenden); buurten die meer opvangen dan nu"),
    ("nobody", "niemand"),
    ("others in the queue for social rent", "anderen in de rij voor sociale huur"),
    ("others in the queue for the same homes", "anderen in de rij voor dezelfde woningen"),
    ("others in the queue for the same homes; they gain from the family homes that come free", "anderen in de rij voor dezelfde woningen; zij winnen bij gezinswoningen die vrijkomen"),
    ("owners of buildings", "gebouweigenaren"),
    ("owners of empty offices (they gain); firms that look for cheap room; residents of small flats", "eigenaren van lege kantoren (zij winnen); bedrijven die goedkope ruimte zoeken; bewoners van kleine appartementen"),
    ("participants (time); other prevention, which shares the same hours of care", "deelnemers (tijd); andere preventie, die uit dezelfde zorguren put"),
    ("payers of premiums and taxes; employers who lose workers to care", "premie- en belastingbetalers; werkgevers die mensen aan de zorg verliezen"),
    ("people behind the dike", "mensen achter de dijk"),
    ("people in low streets", "mensen in lage straten"),
    ("people in low streets and behind small rivers", "mensen in lage straten en achter kleine rivieren"),
    ("people who live at the dike; taxpayers (water board charge)", "mensen die aan de dijk wonen; belastingbetalers (waterschapsheffing)"),
    ("people who live there, often not those who earn by it: three in four premises are homes", "mensen die er wonen, vaak niet wie eraan verdient: drie van de vier panden zijn woningen"),
    ("residents (rents may rise: gentrification, Veilige stad §4.3); the municipality", "bewoners (huren kunnen stijgen: gentrificatie, Veilige stad §4.3); de gemeente"),
    ("residents (roots, leaves, parking places); taxpayers", "bewoners (wortels, blad, parkeerplaatsen); belastingbetalers"),
    ("residents (their time); the municipality", "bewoners (hun tijd); de gemeente"),
    ("taxpayers", "belastingbetalers"),
    ("taxpayers (sewer charge); people along broken-up streets", "belastingbetalers (rioolheffing); omwonenden van opgebroken straten"),
    ("taxpayers (the part of the ground that sales do not pay); people who live beside the building sites", "belastingbetalers (het deel van de grond dat de verkoop niet dekt); omwonenden van de bouw"),
    ("taxpayers (water board charge); those downstream who get the water", "belastingbetalers (waterschapsheffing); wie benedenstrooms het water krijgt"),
    ("taxpayers; employers who take part", "belastingbetalers; werkgevers die meedoen"),
    ("taxpayers; other upkeep of streets", "belastingbetalers; ander straatonderhoud"),
    ("taxpayers; sleepers and night animals (light)", "belastingbetalers; slapers en nachtdieren (licht)"),
    ("taxpayers; travellers whose lines grow slower", "belastingbetalers; reizigers van wie de lijn trager wordt"),
    ("taxpayers; young people who are spoken to", "belastingbetalers; jongeren die worden aangesproken"),
    ("taxpayers; young people who are stopped more often; other police work if no posts are added", "belastingbetalers; jongeren die vaker worden staande gehouden; ander politiewerk als er geen plaatsen bij komen"),
    ("tenants (moves, higher rents); housing associations", "huurders (verhuizing, hogere huur); woningcorporaties"),
    ("tenants who lose a crowded home, above all those who find no other", "huurders die een overvolle woning kwijtraken, vooral wie geen andere vindt"),
    ("the municipality", "de gemeente"),
    ("the municipality (lower land price) and housing associations; buyers of middle-priced homes", "de gemeente (lagere grondprijs) en woningcorporaties; kopers van middeldure woningen"),
    ("the municipality (lower land price); buyers, who find fewer new homes", "de gemeente (lagere grondprijs); kopers, die minder nieuwe woningen vinden"),
    ("the municipality's budget; neighbours of the shelter", "de gemeentebegroting; omwonenden van de opvang"),
    ("the municipality; creditors", "de gemeente; schuldeisers"),
    ("the municipality; residents when it stops", "de gemeente; bewoners als het stopt"),
    ("those in it (control, stigma); brothers and sisters who are looked at as well", "wie erin zit (toezicht, stempel); broers en zussen die ook in beeld komen"),
    ("users of squares; taxpayers", "gebruikers van pleinen; belastingbetalers"),
    ("volunteers and family, mostly women; the municipality (coordination)", "vrijwilligers en familie, vooral vrouwen; de gemeente (coördinatie)"),
    ("volunteers and home care (hours in the holidays)", "vrijwilligers en thuiszorg (uren in de vakantie)"),
    ("younger households who would have got the same homes; they gain when older people move on", "jongere huishoudens die dezelfde woningen hadden gekregen; zij winnen als ouderen doorstromen"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::LEVERS;

    #[test]
    fn every_lever_has_its_words_in_both_languages() {
        for lever in LEVERS {
            for text in [lever.unit, lever.borne_by] {
                assert!(NL.iter().any(|(en, _)| *en == text), "{}: no Dutch for `{text}`", lever.id);
            }
            for (names, lang) in NAMES.iter().zip(["en", "nl"]) {
                assert!(names.contains_key(lever.id) || lever.id == "placebo", "{}: no name in {lang}.toml", lever.id);
            }
        }
    }
}
