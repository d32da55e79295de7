//! The texts of reports, English and Dutch side by side. `{0}`, `{1}` … stand for what is filled in.

use super::Lang;
use crate::indicators::Words;

macro_rules! words {
    ($($key:ident: $en:literal, $nl:literal;)*) => {
        $(pub(super) const $key: Words = Words { en: $en, nl: $nl };)*
        #[cfg(test)]
        const ALL: &[(&str, Words)] = &[$((stringify!($key), $key),)*];
    };
}

words! {
    SKIP: "To the content", "Naar de inhoud";
    REPORT_TITLE: "{0}, {1}–{2}", "{0}, {1}–{2}";
    SUBTITLE: "What a model says could happen", "Wat er volgens een model zou kunnen gebeuren";
    RUN_LINE: "Scenario {0}", "Scenario {0}";
    ONE_RUN: "one run", "één doorrekening";
    MANY_RUNS: "{0} runs that differ by chance only", "{0} doorrekeningen die alleen door toeval verschillen";
    WHAT_TITLE: "What this is, and what it is not", "Wat dit is, en wat het niet is";
    WHAT_MODEL: "This is an exploration with a model, not a prediction. It shows what follows if the model's assumptions hold.", "Dit is een verkenning met een model, geen voorspelling. U ziet wat er volgt als de aannamen van het model kloppen.";
    WHAT_SYNTHETIC: "All people in it are synthetic. They add up to head counts per neighbourhood and are nobody in particular. It may not be used for decisions about persons, nor for police operations.", "Alle mensen erin zijn verzonnen. Ze tellen per buurt op tot bekende aantallen en zijn niemand in het bijzonder. Gebruik het niet voor besluiten over personen en niet voor politie-inzet.";
    WHAT_GENERATED: "{0} does not exist: the city was generated, with the traits of a Dutch one.", "{0} bestaat niet: de stad is verzonnen, met de trekken van een Nederlandse stad.";
    WHAT_REAL: "{0} was built from open data about the real city. Its inhabitants were not. Composition by origin is shown as diversity only.", "{0} is opgebouwd uit open data over de echte stad. De inwoners niet. Samenstelling naar herkomst is alleen als diversiteit te zien.";
    WHAT_ONE: "One run cannot tell change from chance. Run more seeds to see the band.", "Eén doorrekening kan verandering niet van toeval onderscheiden. Reken meer keren door om de bandbreedte te zien.";
    WHAT_MANY: "Lines are medians; bands hold nine in ten runs. They show chance only, not what the assumptions are worth.", "Lijnen zijn medianen; in de band liggen negen van de tien doorrekeningen. Die toont alleen het toeval, niet wat de aannamen waard zijn.";
    WHAT_FEW: "Lines are medians; bands run from the lowest to the highest run. They show chance only, not what the assumptions are worth.", "Lijnen zijn medianen; de band loopt van de laagste tot de hoogste doorrekening. Die toont alleen het toeval, niet wat de aannamen waard zijn.";
    WHAT_GRADE: "Exploratory: most of what changes here rests on assumptions (grade A). The grade stands below every figure.", "Verkennend: het meeste wat hier verandert berust op aannamen (graad A). De graad staat onder elke figuur.";
    CONTENTS: "Contents", "Inhoud";
    KEY_TITLE: "At a glance", "In één oogopslag";
    KEY_LEAD: "How things stand at the end of {0}, and the change since {1}.", "De stand eind {0}, en de verandering sinds {1}.";
    SINCE: "since {0}", "sinds {0}";
    BAND: "nine in ten runs: {0} to {1}", "negen van de tien keer: {0} tot {1}";
    BAND_ALL: "lowest to highest run: {0} to {1}", "laagste tot hoogste keer: {0} tot {1}";
    S_PEOPLE: "People", "Mensen";
    S_HOUSEHOLDS: "Households", "Huishoudens";
    S_HOMES: "Homes", "Wonen";
    S_MOVES: "Moving", "Verhuizen";
    S_APART: "Together and apart", "Samen en apart";
    S_PLACES: "All neighbourhoods", "Alle buurten";
    S_MADE: "How this was made", "Hoe dit gemaakt is";
    F_RESIDENTS: "Residents", "Inwoners";
    F_WHY: "Why the number of residents changes", "Waardoor het aantal inwoners verandert";
    F_WHY_LEAD: "People per calendar year.", "Mensen per kalenderjaar.";
    BORN: "born", "geboren";
    DIED: "died", "overleden";
    CAME: "came", "gekomen";
    WENT: "left", "vertrokken";
    F_GROWTH_MAP: "Where the number of residents changes", "Waar het aantal inwoners verandert";
    F_GROWTH_LEAD: "Change in the number of residents per neighbourhood, {0} to {1}.", "Verandering van het aantal inwoners per buurt, {0} tot {1}.";
    F_PYRAMID: "Age and sex", "Leeftijd en geslacht";
    F_PYRAMID_LEAD: "Residents in bands of five years, at the start and at the end.", "Inwoners per vijf jaar leeftijd, aan het begin en aan het eind.";
    MEN: "men", "mannen";
    WOMEN: "women", "vrouwen";
    AGE: "age", "leeftijd";
    FILLED: "area: end of {0}", "vlak: eind {0}";
    OUTLINE: "line: end of {0}", "lijn: eind {0}";
    F_AGES: "Children, working ages and older people", "Kinderen, werkenden en ouderen";
    F_AGES_LEAD: "Part of the residents by age.", "Deel van de inwoners naar leeftijd.";
    F_OLD_MAP: "Where older people live", "Waar ouderen wonen";
    F_LEVEL_LEAD: "{0}, per neighbourhood, end of {1}.", "{0}, per buurt, eind {1}.";
    F_RATE_LEAD: "{0}, per neighbourhood, mean of the twelve months to the end of {1}.", "{0}, per buurt, gemiddeld over de twaalf maanden tot eind {1}.";
    F_TYPES: "Who share a home", "Wie een huis delen";
    F_TYPES_LEAD: "Part of the households by type.", "Deel van de huishoudens naar soort.";
    ONE_PERSON: "one person", "één persoon";
    SEVERAL: "several people, no minors", "meer personen, geen minderjarigen";
    WITH_MINORS: "with minors", "met minderjarigen";
    F_TENURE: "Who owns the homes", "Van wie de woningen zijn";
    F_TENURE_LEAD: "Homes by tenure.", "Woningen naar eigendom.";
    F_RENTS: "What a rented home costs", "Wat een huurhuis kost";
    F_RENTS_LEAD: "Mean basic rent per month, in the prices of each year.", "Gemiddelde kale huur per maand, in de prijzen van dat jaar.";
    F_VALUE: "What an owner-occupied home is worth", "Wat een koophuis waard is";
    F_SHORTAGE: "Without a home of their own", "Zonder eigen woning";
    F_SHORTAGE_LEAD: "Households without a home, and those of them entitled to social rent.", "Huishoudens zonder woning, en degenen daarvan met recht op sociale huur.";
    F_FLOWS: "Who moves where", "Wie verhuist waarheen";
    F_FLOWS_LEAD: "Arrows: the largest net moves between {0} over all years, in people. Colour: what moves within the city add to a neighbourhood or take from it, per 100 residents.", "Pijlen: de grootste netto verhuizingen tussen {0} over alle jaren, in mensen. Kleur: wat verhuizingen binnen de stad een buurt opleveren of kosten, per 100 inwoners.";
    NEIGHBOURHOODS: "neighbourhoods", "buurten";
    DISTRICTS: "districts", "wijken";
    NET_FLOW: "{0} → {1}: {2} people net ({3} there, {4} back)", "{0} → {1}: netto {2} mensen ({3} heen, {4} terug)";
    F_MOVES: "Moves within the city", "Verhuizingen binnen de stad";
    F_MOVES_LEAD: "Households per calendar year.", "Huishoudens per kalenderjaar.";
    F_CHAINS: "Vacancy chains", "Verhuisketens";
    F_CHAINS_LEAD: "Moves that one new or freed home sets off.", "Verhuizingen die één nieuwe of vrijgekomen woning in gang zet.";
    F_APART: "Separation over time", "Scheiding in de tijd";
    F_APART_LEAD: "0: every neighbourhood is a mirror of the city; 1: groups live fully apart.", "0: elke buurt is een afspiegeling van de stad; 1: groepen wonen geheel gescheiden.";
    BY_INCOME_D: "by income (D)", "naar inkomen (D)";
    BY_INCOME_H: "by income (H)", "naar inkomen (H)";
    BY_ORIGIN_D: "by origin (D)", "naar herkomst (D)";
    BY_ORIGIN_H: "by origin (H)", "naar herkomst (H)";
    F_MEET: "Whom one meets in the neighbourhood", "Wie men in de buurt tegenkomt";
    F_MEET_LEAD: "Share of their own origin group that residents find in their neighbourhood. Groups are abstract labels.", "Deel van de buurt dat tot de eigen herkomstgroep hoort. Groepen zijn abstracte labels.";
    F_DIVERSITY_MAP: "Diversity of origin", "Diversiteit naar herkomst";
    F_INCOME_MAP: "Household income", "Huishoudensinkomen";
    F_RENT_MAP: "Private rent", "Particuliere huur";
    TABLE: "The numbers as a table", "De cijfers als tabel";
    YEAR: "Year", "Jaar";
    END_OF: "End of", "Eind";
    NEIGHBOURHOOD: "Neighbourhood", "Buurt";
    CHANGE: "Change", "Verandering";
    START: "Start", "Begin";
    END: "End", "Eind";
    FROM: "From", "Van";
    TO: "To", "Naar";
    PEOPLE: "People", "Mensen";
    BACK: "Back", "Terug";
    NO_DATA: "not shown: nothing to average, or fewer than 25 residents", "niet getoond: niets te middelen, of minder dan 25 inwoners";
    BELOW: "below {0}", "onder {0}";
    ABOVE: "{0} and more", "{0} en meer";
    BETWEEN: "{0} to {1}", "{0} tot {1}";
    HOODS_N: "{0} neighbourhoods", "{0} buurten";
    HOODS_1: "1 neighbourhood", "1 buurt";
    SOURCE: "Source: {0}. Grade {1}.", "Bron: {0}. Graad {1}.";
    ROSE: "{0}: from {1} at the start to {2} at the end ({3}).", "{0}: van {1} aan het begin naar {2} aan het eind ({3}).";
    CAME_AND_WENT: "{0}: {1} in all, most in {2} ({3}).", "{0}: in totaal {1}, het meest in {2} ({3}).";
    ROSE_SHORT: "{0}: {1} to {2} ({3}).", "{0}: {1} naar {2} ({3}).";
    MAP_SAYS: "Highest: {0}. Lowest: {1}.", "Hoogste: {0}. Laagste: {1}.";
    PLACES_LEAD: "Start and end of every neighbourhood in which people live.", "Begin en eind van elke buurt waarin mensen wonen.";
    MADE_LEAD: "What went in, how to make it again, and how far to trust it.", "Wat erin ging, hoe u het opnieuw maakt en hoe ver u erop kunt vertrouwen.";
    GRADES_TITLE: "Grades", "Graden";
    GRADES: "R: the report Veilige stad (HCSS). L: literature or statistics, found and read. M: a well-known published value, quoted from memory. A: an assumption, never to be presented as fact. The grade is that of the weakest assumption behind a value's change.", "R: het rapport Veilige stad (HCSS). L: literatuur of statistiek, gevonden en gelezen. M: een bekende gepubliceerde waarde, uit het hoofd. A: een aanname, nooit als feit te brengen. De graad is die van de zwakste aanname achter de verandering.";
    LIMITS_TITLE: "Limits", "Grenzen";
    LIMITS: "Differences between runs of one scenario show chance. They do not show what is unknown about the assumptions, nor what the model leaves out. Compare scenarios rather than reading levels.", "Verschillen tussen doorrekeningen van één scenario tonen het toeval. Ze tonen niet wat onzeker is aan de aannamen, en niet wat het model weglaat. Vergelijk liever scenario's dan dat u standen afleest.";
    PRIVACY_TITLE: "What is not shown", "Wat niet getoond wordt";
    PRIVACY: "Means and shares of fewer than 25 residents are left out. No figure says anything about the risk of a person.", "Gemiddelden en aandelen van minder dan 25 inwoners zijn weggelaten. Geen figuur zegt iets over het risico van een persoon.";
    RUNS_TITLE: "Runs", "Doorrekeningen";
    RUN: "Run", "Doorrekening";
    SEED: "Seed", "Startgetal";
    VERSION: "Version", "Versie";
    DIGEST: "Digest", "Controlegetal";
    MONTHS: "Months", "Maanden";
    SOURCES_TITLE: "Sources of the city", "Bronnen van de stad";
    FILES: "All numbers, month by month, are in the Parquet tables beside this report.", "Alle cijfers staan per maand in de Parquet-tabellen naast dit rapport.";
    FIGURE: "Figure {0}", "Figuur {0}";
    MADE_BY: "Made with Waterbed, a what-if laboratory for cities.", "Gemaakt met Waterbed, een wat-als-laboratorium voor steden.";
    COMPARE_TITLE: "{0} beside {1}", "{0} naast {1}";
    COMPARE_LEAD: "What differs at the end of {0}: {1} minus {2}.", "Wat er eind {0} verschilt: {1} min {2}.";
    OVER_TIME: "Over time", "In de tijd";
    WHERE: "Where", "Waar";
    INDICATOR: "Indicator", "Indicator";
    DIFFERENCE: "Difference", "Verschil";
    NOISE: "Larger than chance?", "Groter dan toeval?";
    NOISE_YES: "yes", "ja";
    NOISE_NO: "no", "nee";
    NOISE_UNKNOWN: "unknown: fewer than {0} seeds", "onbekend: minder dan {0} startgetallen";
    COMPARE_PAIRED: "The runs share their seeds and so their chance: a difference is larger than chance if the pairs of runs with the same seed differ in one direction.", "De doorrekeningen delen hun startgetallen en dus hun toeval: een verschil is groter dan toeval als de paren met hetzelfde startgetal één kant op verschillen.";
    COMPARE_UNPAIRED: "The runs do not share their seeds: a difference is larger than chance if the bands of both lie apart.", "De doorrekeningen delen hun startgetallen niet: een verschil is groter dan toeval als de banden van beide uiteen liggen.";
    COMPARE_MAP: "Where they differ: {0}", "Waar ze verschillen: {0}";
    COMPARE_MAP_LEAD: "Difference per neighbourhood at the end.", "Verschil per buurt aan het eind.";
}

impl Lang {
    /// A text with its gaps filled.
    pub(super) fn fill(self, words: Words, parts: &[&str]) -> String {
        let mut text = self.of(words).to_string();
        for (i, part) in parts.iter().enumerate() {
            text = text.replace(&format!("{{{i}}}"), part);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_the_same_gaps() {
        for (key, words) in ALL {
            for gap in ["{0}", "{1}", "{2}", "{3}", "{4}"] {
                assert_eq!(words.en.contains(gap), words.nl.contains(gap), "{key} {gap}");
            }
        }
    }
}
