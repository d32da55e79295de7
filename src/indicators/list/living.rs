//! Residents, households, homes, incomes and how far apart they live.

use super::super::counts::{Facts, N_ORIGINS, NeighbourhoodCounts};
use super::super::indices;
use super::super::places::Places;
use super::{Indicator, Kind, Scope, Unit, Value, Words};
use crate::sim::Grade;

fn ratio(a: u64, b: u64) -> Option<f64> {
    (b > 0).then(|| a as f64 / b as f64)
}

fn count(n: u64) -> Option<f64> {
    Some(n as f64)
}

fn origins(counts: &NeighbourhoodCounts) -> (Vec<f64>, usize) {
    let table: Vec<f64> = counts.neighbourhoods.iter().flat_map(|f| f.by_origin).map(|n| n as f64).collect();
    indices::by_size(&table, N_ORIGINS)
}

fn origin_diversity(facts: &Facts) -> Option<f64> {
    let (sizes, _) = indices::by_size(&facts.by_origin.map(|n| n as f64), N_ORIGINS);
    indices::simpson(&sizes)
}

fn low_income(counts: &NeighbourhoodCounts) -> Option<f64> {
    let (low, all): (Vec<f64>, Vec<f64>) = counts.by_income.iter().map(|g| (g[0], g.iter().sum::<f64>())).unzip();
    indices::dissimilarity(&low, &all)
}

fn income_theil(counts: &NeighbourhoodCounts) -> Option<f64> {
    indices::theil_h(counts.by_income.as_flattened(), 3)
}

/// Fewest inhabited neighbourhoods of which clustering is told: of fewer, chance alone makes any value (the standard
/// deviation of Moran's I without a pattern is about 1/√n).
const MIN_CLUSTERED: usize = 20;

/// Fewest households of a neighbourhood whose mean income counts, as in the tables of Statistics Netherlands: of fewer,
/// one household sets the mean, and one new neighbourhood the clustering of the whole city.
const MIN_HOUSEHOLDS: u64 = 100;

/// Clustering of mean income over neighbourhoods.
fn income_clusters(counts: &NeighbourhoodCounts, places: &Places) -> Option<f64> {
    let mut number = vec![None; counts.neighbourhoods.len()];
    let mut values = Vec::new();
    for (i, facts) in counts.neighbourhoods.iter().enumerate().filter(|(_, f)| f.households >= MIN_HOUSEHOLDS) {
        number[i] = Some(values.len() as u32);
        values.push(facts.income_cents_m as f64 / facts.households as f64);
    }
    if values.len() < MIN_CLUSTERED {
        return None;
    }
    let inhabited = (0..number.len()).filter(|&i| number[i].is_some());
    let beside: Vec<Vec<u32>> =
        inhabited.map(|i| places.beside[i].iter().filter_map(|&j| number[j as usize]).collect()).collect();
    indices::moran_i(&values, &beside)
}

sources! {
    PEOPLE: "head counts at the start, then births, deaths, households and moves in the model", "aantallen aan het begin, daarna geboorte, sterfte, huishoudens en verhuizingen in het model";
    BIRTHS: "fertility by age in the model", "vruchtbaarheid naar leeftijd in het model";
    DEATHS: "mortality by age in the model (Gompertz)", "sterfte naar leeftijd in het model (Gompertz)";
    ABROAD: "national series, scaled to the city", "landelijke reeksen, geschaald naar de stad";
    DOMESTIC: "moves between municipalities in the model", "verhuizingen tussen gemeenten in het model";
    MOVES: "moves by age (Statistics Netherlands 2017) and the choice of a home in the model", "verhuizingen naar leeftijd (CBS 2017) en de woningkeuze in het model";
    LEAVING: "leaving home in the model, set to a mean age of 23.7 (Veilige stad §2.1)", "uit huis gaan in het model, ingesteld op gemiddeld 23,7 jaar (Veilige stad §2.1)";
    COUPLES: "unions and separations in the model", "samenwonen en uit elkaar gaan in het model";
    HOMES: "homes at the start, then the building programme", "woningen aan het begin, daarna het bouwprogramma";
    MARKET: "the housing market in the model", "de woningmarkt in het model";
    ROOM: "floor area per person below the limit of the housing market in the model (15 m² unless set otherwise), the order of Dutch norms", "vloeroppervlak per persoon onder de grens van de woningmarkt in het model (15 m² tenzij anders ingesteld), de orde van Nederlandse normen";
    CHAINS: "moves divided by first moves of a chain (White 1970)", "verhuizingen gedeeld door eerste verhuizingen van een keten (White 1970)";
    WORK: "schooling, work and income in the model", "scholing, werk en inkomen in het model";
    GINI: "Gini coefficient of household income, corrected for size", "Gini-coëfficiënt van het huishoudensinkomen, gecorrigeerd voor grootte";
    D_TWO: "dissimilarity of the poorest fifth (Duncan & Duncan 1955)", "dissimilariteit van het armste vijfde (Duncan & Duncan 1955)";
    H_INCOME: "Theil's H of the poorest fifth, the middle and the richest fifth (Theil 1972)", "Theils H van het armste vijfde, het midden en het rijkste vijfde (Theil 1972)";
    MORAN: "Moran's I, neighbourhoods that share a side (Moran 1950)", "Morans I, buurten die aan elkaar grenzen (Moran 1950)";
    SIMPSON: "Simpson's diversity of abstract groups (Simpson 1949)", "Simpsons diversiteit van abstracte groepen (Simpson 1949)";
    D_MULTI: "dissimilarity of several groups (Morgan 1975)", "dissimilariteit van meer groepen (Morgan 1975)";
    H_ORIGIN: "Theil's H of several groups (Theil 1972)", "Theils H van meer groepen (Theil 1972)";
    BELL: "isolation, mean over groups (Bell 1954)", "isolatie, gemiddeld over groepen (Bell 1954)";
}

indicators! {
    residents: People, Stock, Both, A, PEOPLE,
        en "Residents", "People registered in the city at the end of the month; people without a home count in the city only.",
        nl "Inwoners", "Mensen die eind van de maand in de stad ingeschreven staan; mensen zonder woning tellen alleen mee voor de stad.",
        Of |a| count(a.facts.residents);
    births: People, Flow, Both, M, BIRTHS,
        en "Births", "Children born in the month.",
        nl "Geboorten", "Kinderen die in de maand geboren zijn.",
        Of |a| count(a.flows.births.into());
    deaths: People, Flow, Both, A, DEATHS,
        en "Deaths", "Residents who died in the month.",
        nl "Sterfte", "Inwoners die in de maand overleden zijn.",
        Of |a| count(a.flows.deaths.into());
    immigrants: People, Flow, Both, A, ABROAD,
        en "Arrivals from abroad", "People who came from abroad in the month.",
        nl "Vestiging uit het buitenland", "Mensen die in de maand uit het buitenland kwamen.",
        Of |a| count(a.flows.immigrants.into());
    emigrants: People, Flow, Both, A, ABROAD,
        en "Departures abroad", "People who left for abroad in the month.",
        nl "Vertrek naar het buitenland", "Mensen die in de maand naar het buitenland vertrokken.",
        Of |a| count(a.flows.emigrants.into());
    domestic_arrivals: People, Flow, Both, A, DOMESTIC,
        en "Arrivals from elsewhere in the country", "People who came from another municipality in the month.",
        nl "Vestiging uit de rest van het land", "Mensen die in de maand uit een andere gemeente kwamen.",
        Of |a| count(a.flows.domestic_arrivals.into());
    domestic_departures: People, Flow, Both, A, DOMESTIC,
        en "Departures to elsewhere in the country", "People who left for another municipality in the month.",
        nl "Vertrek naar de rest van het land", "Mensen die in de maand naar een andere gemeente vertrokken.",
        Of |a| count(a.flows.domestic_departures.into());
    moves_within: Households, Flow, Both, A, MOVES,
        en "Moves within the city", "Households that moved within the city in the month, by destination.",
        nl "Verhuizingen binnen de stad", "Huishoudens die in de maand binnen de stad verhuisden, naar bestemming.",
        Of |a| count(a.flows.moves_within.into());
    left_home: People, Flow, Both, A, LEAVING,
        en "Left the parental home", "Young people who left their parents' home in the month.",
        nl "Uit huis gegaan", "Jongeren die in de maand het ouderlijk huis verlieten.",
        Of |a| count(a.flows.left_home.into());
    unions: Households, Flow, Both, A, COUPLES,
        en "New couples", "Couples that moved in together in the month.",
        nl "Gaan samenwonen", "Stellen die in de maand zijn gaan samenwonen.",
        Of |a| count(a.flows.unions.into());
    separations: Households, Flow, Both, A, COUPLES,
        en "Separations", "Couples that separated in the month.",
        nl "Uit elkaar gegaan", "Stellen die in de maand uit elkaar gingen.",
        Of |a| count(a.flows.separations.into());
    age_mean_y: Years, Mean, Both, A, PEOPLE,
        en "Mean age", "Mean age of the residents.",
        nl "Gemiddelde leeftijd", "Gemiddelde leeftijd van de inwoners.",
        Of |a| ratio(a.facts.age_months, a.facts.residents).map(|m| m / 12.0);
    age_0_14_share: Share, Share, Both, A, PEOPLE,
        en "Aged 0–14", "Part of the residents younger than 15.",
        nl "0–14 jaar", "Deel van de inwoners jonger dan 15.",
        Of |a| ratio(a.facts.by_age[0], a.facts.residents);
    age_15_24_share: Share, Share, Both, A, PEOPLE,
        en "Aged 15–24", "Part of the residents aged 15 to 24.",
        nl "15–24 jaar", "Deel van de inwoners van 15 tot en met 24.",
        Of |a| ratio(a.facts.by_age[1], a.facts.residents);
    age_25_44_share: Share, Share, Both, A, PEOPLE,
        en "Aged 25–44", "Part of the residents aged 25 to 44.",
        nl "25–44 jaar", "Deel van de inwoners van 25 tot en met 44.",
        Of |a| ratio(a.facts.by_age[2], a.facts.residents);
    age_45_64_share: Share, Share, Both, A, PEOPLE,
        en "Aged 45–64", "Part of the residents aged 45 to 64.",
        nl "45–64 jaar", "Deel van de inwoners van 45 tot en met 64.",
        Of |a| ratio(a.facts.by_age[3], a.facts.residents);
    age_65_up_share: Share, Share, Both, A, PEOPLE,
        en "Aged 65 and over", "Part of the residents of 65 and over.",
        nl "65 jaar en ouder", "Deel van de inwoners van 65 en ouder.",
        Of |a| ratio(a.facts.by_age[4], a.facts.residents);
    households: Households, Stock, Both, A, PEOPLE,
        en "Households", "Households at the end of the month; those without a home count in the city only.",
        nl "Huishoudens", "Huishoudens eind van de maand; wie geen woning heeft telt alleen mee voor de stad.",
        Of |a| count(a.facts.households);
    household_size_mean: PeoplePerHousehold, Mean, Both, A, PEOPLE,
        en "Household size", "Mean number of people in a household.",
        nl "Huishoudensgrootte", "Gemiddeld aantal mensen per huishouden.",
        Of |a| ratio(a.facts.residents, a.facts.households);
    one_person_share: Share, Share, Both, A, PEOPLE,
        en "One-person households", "Part of the households with one member.",
        nl "Eenpersoonshuishoudens", "Deel van de huishoudens met één lid.",
        Of |a| ratio(a.facts.by_household[0], a.facts.households);
    several_without_minors_share: Share, Share, Both, A, PEOPLE,
        en "Several people, no minors", "Part of the households with several members, all of age.",
        nl "Meer personen, geen minderjarigen", "Deel van de huishoudens met meer leden die allen meerderjarig zijn.",
        Of |a| ratio(a.facts.by_household[1], a.facts.households);
    with_minors_share: Share, Share, Both, A, PEOPLE,
        en "Households with minors", "Part of the households with a member under 18.",
        nl "Huishoudens met minderjarigen", "Deel van de huishoudens met een lid onder de 18.",
        Of |a| ratio(a.facts.by_household[2], a.facts.households);
    homes: Homes, Stock, Both, A, HOMES,
        en "Homes", "Homes at the end of the month.",
        nl "Woningen", "Woningen eind van de maand.",
        Of |a| count(a.facts.homes);
    homes_built: Homes, Flow, Both, A, HOMES,
        en "Homes built", "Homes completed in the month.",
        nl "Nieuwe woningen", "Woningen die in de maand zijn opgeleverd.",
        Of |a| count(a.flows.homes_built.into());
    homes_lost: Homes, Flow, Both, A, HOMES,
        en "Homes lost", "Homes demolished or taken out of use in the month.",
        nl "Verdwenen woningen", "Woningen die in de maand zijn gesloopt of onttrokken.",
        Of |a| count(a.flows.homes_lost.into());
    homes_owner: Homes, Stock, Both, A, HOMES,
        en "Owner-occupied homes", "Homes for owners.",
        nl "Koopwoningen", "Woningen voor eigenaar-bewoners.",
        Of |a| count(a.facts.by_tenure[0]);
    homes_social: Homes, Stock, Both, A, HOMES,
        en "Social rented homes", "Homes of housing associations, allotted by queue.",
        nl "Sociale huurwoningen", "Woningen van corporaties, toegewezen via de wachtlijst.",
        Of |a| count(a.facts.by_tenure[1]);
    homes_private: Homes, Stock, Both, A, HOMES,
        en "Private rented homes", "Rented homes that are let by price.",
        nl "Particuliere huurwoningen", "Huurwoningen die naar prijs worden verhuurd.",
        Of |a| count(a.facts.by_tenure[2]);
    homes_senior: Homes, Stock, Both, A, HOMES,
        en "Homes for seniors", "Social rented homes reserved for older people.",
        nl "Seniorenwoningen", "Sociale huurwoningen die voor ouderen bestemd zijn.",
        Of |a| count(a.facts.by_tenure[3]);
    homes_room: Homes, Stock, Both, A, HOMES,
        en "Rooms", "Rooms and other shared homes.",
        nl "Kamers", "Kamers en andere gedeelde woonruimte.",
        Of |a| count(a.facts.by_tenure[4]);
    vacant_share: Share, OfHomes, Both, A, MARKET,
        en "Vacant homes", "Part of the homes in which nobody lives.",
        nl "Leegstand", "Deel van de woningen waarin niemand woont.",
        Of |a| ratio(a.facts.vacant, a.facts.homes);
    rent_social_mean_eur_m: EurPerMonth, OfHomes, Both, A, MARKET,
        en "Social rent", "Mean basic rent of social and senior homes.",
        nl "Sociale huur", "Gemiddelde kale huur van sociale en seniorenwoningen.",
        Of |a| ratio(a.facts.cost_cents_m[1] + a.facts.cost_cents_m[3], a.facts.by_tenure[1] + a.facts.by_tenure[3]).map(|c| c / 100.0);
    rent_private_mean_eur_m: EurPerMonth, OfHomes, Both, A, MARKET,
        en "Private rent", "Mean basic rent of private rented homes; rooms not included.",
        nl "Particuliere huur", "Gemiddelde kale huur van particuliere huurwoningen, zonder kamers.",
        Of |a| ratio(a.facts.cost_cents_m[2], a.facts.by_tenure[2]).map(|c| c / 100.0);
    home_value_owner_mean_keur: ThousandEur, OfHomes, Both, A, MARKET,
        en "Value of an owner-occupied home", "Mean value of homes for owners.",
        nl "Waarde van een koopwoning", "Gemiddelde waarde van koopwoningen.",
        Of |a| ratio(a.facts.value_eur[0], a.facts.by_tenure[0]).map(|v| v / 1000.0);
    renters_housing_cost_share: Share, Share, Both, A, MARKET,
        en "Rent as part of income", "What renters pay in basic rent, as part of their disposable income.",
        nl "Huurquote", "Kale huur als deel van het besteedbaar inkomen van huurders.",
        Of |a| ratio(a.facts.renters_pay_cents_m, a.facts.renters_income_cents_m);
    overcrowded_share: Share, Share, Both, A, ROOM,
        en "Overcrowded households", "Part of the households: several people with too little floor area for each.",
        nl "Overbewoning", "Deel van de huishoudens: meer personen met te weinig vloeroppervlak voor ieder.",
        Of |a| ratio(a.facts.overcrowded, a.facts.households);
    households_without_home: Households, Stock, City, A, MARKET,
        en "Households without a home", "Households that have no home of their own in the city.",
        nl "Huishoudens zonder woning", "Huishoudens die geen eigen woning in de stad hebben.",
        Across |c, _| count(c.without_home.households);
    households_in_shelter: Households, Stock, City, A, MARKET,
        en "Households in a shelter", "Households without a home of their own that have a place in a shelter.",
        nl "Huishoudens in de opvang", "Huishoudens zonder eigen woning met een plek in de opvang.",
        Across |c, _| count(c.without_home.in_shelter);
    social_queue: Households, Stock, City, A, MARKET,
        en "Queue for social rent", "Households without a home that are entitled to social rent.",
        nl "Wachtlijst sociale huur", "Huishoudens zonder woning die recht hebben op sociale huur.",
        Of |a| count(a.facts.in_queue);
    social_wait_mean_y: Years, Mean, City, A, MARKET,
        en "Waiting time for social rent", "How long those who were allotted a social home this month had been registered for it, on average.",
        nl "Wachttijd sociale huur", "Hoe lang wie deze maand een sociale huurwoning kreeg daarvoor ingeschreven stond, gemiddeld.",
        Of |a| ratio(a.flows.allotted_months.into(), a.flows.allotted.into()).map(|m| m / 12.0);
    vacancy_chain_mean_moves: Moves, OfHomes, City, A, CHAINS,
        en "Length of vacancy chains", "Moves that one new or freed home sets off, on average over the month.",
        nl "Lengte van verhuisketens", "Verhuizingen die één nieuwe of vrijgekomen woning in gang zet, gemiddeld over de maand.",
        Of |a| ratio(a.facts.filled, a.facts.filled_first);
    income_mean_eur_m: EurPerMonth, Mean, Both, A, WORK,
        en "Household income", "Mean disposable income of a household.",
        nl "Huishoudensinkomen", "Gemiddeld besteedbaar inkomen van een huishouden.",
        Of |a| ratio(a.facts.income_cents_m, a.facts.households).map(|c| c / 100.0);
    unemployed_share: Share, Share, Both, A, WORK,
        en "Unemployment", "Part of the 15–74 year-olds at work or looking for work who look for work.",
        nl "Werkloosheid", "Deel van de 15- tot en met 74-jarigen met werk of op zoek naar werk dat werk zoekt.",
        Of |a| ratio(a.facts.unemployed, a.facts.employed + a.facts.unemployed);
    income_gini_index: Index, Index, City, A, GINI,
        en "Inequality of incomes (Gini)", "0: all households have the same income for their size; 1: one has everything.",
        nl "Inkomensongelijkheid (Gini)", "0: alle huishoudens hebben naar hun grootte hetzelfde inkomen; 1: één heeft alles.",
        Across |c, _| Some(c.income_gini);
    income_dissimilarity_index: Index, Index, City, A, D_TWO,
        en "Separation by income (D)", "Part of the poorest fifth of households that would have to move for an even spread.",
        nl "Scheiding naar inkomen (D)", "Deel van het armste vijfde van de huishoudens dat zou moeten verhuizen voor een gelijke spreiding.",
        Across |c, _| low_income(c);
    income_theil_h_index: Index, Index, City, A, H_INCOME,
        en "Separation by income (Theil's H)", "How much less mixed neighbourhoods are than the city; 0: equally mixed, 1: fully apart.",
        nl "Scheiding naar inkomen (Theils H)", "Hoeveel minder gemengd buurten zijn dan de stad; 0: even gemengd, 1: geheel gescheiden.",
        Across |c, _| income_theil(c);
    income_moran_index: Index, Index, City, A, MORAN,
        en "Clustering of incomes (Moran's I)", "1: like neighbourhoods lie together; 0: no pattern; −1: unlike ones lie together.",
        nl "Clustering van inkomens (Morans I)", "1: gelijke buurten liggen bijeen; 0: geen patroon; −1: ongelijke liggen bijeen.",
        Across income_clusters;
    origin_diversity_index: Index, Index, Both, A, SIMPSON,
        en "Diversity of origin", "Chance that two residents drawn at random differ in (abstract) origin group.",
        nl "Diversiteit naar herkomst", "Kans dat twee willekeurige inwoners tot verschillende (abstracte) herkomstgroepen horen.",
        Of |a| origin_diversity(a.facts);
    origin_dissimilarity_index: Index, Index, City, A, D_MULTI,
        en "Separation by origin (D)", "Part of the residents who would have to move for an even spread of origin groups.",
        nl "Scheiding naar herkomst (D)", "Deel van de inwoners dat zou moeten verhuizen voor een gelijke spreiding van herkomstgroepen.",
        Across |c, _| { let (table, n) = origins(c); indices::dissimilarity_multi(&table, n) };
    origin_theil_h_index: Index, Index, City, A, H_ORIGIN,
        en "Separation by origin (Theil's H)", "How much less mixed neighbourhoods are than the city; 0: equally mixed, 1: fully apart.",
        nl "Scheiding naar herkomst (Theils H)", "Hoeveel minder gemengd buurten zijn dan de stad; 0: even gemengd, 1: geheel gescheiden.",
        Across |c, _| { let (table, n) = origins(c); indices::theil_h(&table, n) };
    origin_isolation_share: Share, Share, City, A, BELL,
        en "Own origin group in the neighbourhood", "Share of their own origin group that residents find in their neighbourhood, on average.",
        nl "Eigen herkomstgroep in de buurt", "Deel van de buurt dat tot de eigen herkomstgroep hoort, gemiddeld over de inwoners.",
        Across |c, _| { let (table, n) = origins(c); indices::mean_isolation(&table, n) };
}
