//! What the importer knows about a neighbourhood's figures: one list of fields with the names under which CBS and
//! those who pass its tables on have published them.
//!
//! Share by country of origin is read for one purpose only: a *diversity level* that does not depend on which group is
//! the larger ([`super::marginals`]). It never becomes a group.

/// How a figure adds up over areas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A count: areas add up.
    Count,
    /// A mean or a percentage: areas average, weighted by residents.
    Mean,
}

macro_rules! fields {
    ($($(#[doc = $doc:literal])* $name:ident, $key:literal, $kind:ident, [$($alias:literal),*];)*) => {
        /// A figure that the importer reads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(usize)]
        pub enum Field { $($(#[doc = $doc])* $name),* }

        /// Every field with its key in recipes, how it adds up, and its column names.
        pub const FIELDS: &[(Field, &str, Kind, &[&str])] = &[$((Field::$name, $key, Kind::$kind, &[$($alias),*])),*];
    };
}

fields! {
    /// Residents.
    Residents, "residents", Count,
        ["AantalInwoners", "Population_Total", "AANT_INW", "nr_residents"];
    /// Residents of 0–14.
    Age0, "age_0_14", Count, ["k_0Tot15Jaar", "Pop_Age_0_15", "a_00_14", "age0_15"];
    /// Residents of 15–24.
    Age15, "age_15_24", Count, ["k_15Tot25Jaar", "Pop_Age_15_25", "a_15_24", "age15_25"];
    /// Residents of 25–44.
    Age25, "age_25_44", Count, ["k_25Tot45Jaar", "Pop_Age_25_45", "a_25_44", "age25_45"];
    /// Residents of 45–64.
    Age45, "age_45_64", Count, ["k_45Tot65Jaar", "Pop_Age_45_65", "a_45_64", "age45_65"];
    /// Residents of 65 and over.
    Age65, "age_65", Count, ["k_65JaarOfOuder", "Pop_Age_65_Plus", "a_65_oo", "age65plus"];
    /// Percentage of residents of 0–14.
    AgePct0, "age_pct_0_14", Mean, ["P_00_14_JR"];
    /// Percentage of residents of 15–24.
    AgePct15, "age_pct_15_24", Mean, ["P_15_24_JR"];
    /// Percentage of residents of 25–44.
    AgePct25, "age_pct_25_44", Mean, ["P_25_44_JR"];
    /// Percentage of residents of 45–64.
    AgePct45, "age_pct_45_64", Mean, ["P_45_64_JR"];
    /// Percentage of residents of 65 and over.
    AgePct65, "age_pct_65", Mean, ["P_65_EO_JR"];
    /// Private households.
    Households, "households", Count, ["HuishoudensTotaal", "AANTAL_HH", "Particuliere huishoudens (Aantal)"];
    /// Persons per household.
    HouseholdSize, "household_size", Mean, ["GemiddeldeHuishoudensgrootte", "Avg_Household_Size", "GEM_HH_GR"];
    /// One-person households.
    HhOne, "households_one_person", Count, ["Eenpersoonshuishoudens"];
    /// Households of several persons without children.
    HhWithout, "households_without_children", Count, ["HuishoudensZonderKinderen"];
    /// Households with children.
    HhWith, "households_with_children", Count, ["HuishoudensMetKinderen"];
    /// Percentage of one-person households.
    HhOnePct, "households_one_person_pct", Mean, ["p_hh_eenpersoons", "P_EENP_HH"];
    /// Percentage of households of several persons without children.
    HhWithoutPct, "households_without_children_pct", Mean, ["p_hh_zonder_kind", "P_HH_Z_K"];
    /// Percentage of households with children.
    HhWithPct, "households_with_children_pct", Mean, ["p_hh_met_kind", "P_HH_M_K"];
    /// Mean value of a home (WOZ), €1000.
    HomeValue, "home_value_keur", Mean, ["GemiddeldeWOZWaardeVanWoningen", "Avg_Property_Value_1000EUR", "WOZ", "GEM_WOZ"];
    /// Percentage of homes that stand empty.
    Vacant, "vacant_pct", Mean, ["PercentageOnbewoond", "OnbewoondeWoningen", "Pct_Unoccupied_Homes", "P_LEEGSW"];
    /// Percentage of homes that are owner-occupied.
    Owner, "owner_pct", Mean, ["Koopwoningen", "Pct_Owner_Occupied", "P_KOOPWON"];
    /// Percentage of homes that are rented.
    Rent, "rent_pct", Mean, ["HuurwoningenTotaal", "Pct_Rental", "P_HUURWON"];
    /// Percentage of homes that belong to a housing association.
    SocialRent, "social_rent_pct", Mean, ["InBezitWoningcorporatie", "P_WONCORP"];
    /// Income per inhabitant, €1000 a year.
    IncomeResident, "income_per_resident_keur", Mean,
        ["GemiddeldInkomenPerInwoner", "Avg_Income_Per_Inhabitant_1000EUR", "INK_INW"];
    /// Income per person with an income, €1000 a year.
    IncomeRecipient, "income_per_recipient_keur", Mean,
        ["GemiddeldInkomenPerInkomensontvanger", "Avg_Income_Per_Income_Recipient_1000EUR", "INK_ONTV"];
    /// Standardised disposable household income, €1000 a year.
    IncomeStandard, "income_standardised_keur", Mean,
        ["GemGestandaardiseerdInkomen", "GemGestandaardiseerdInkomenVanHuish", "Avg_Std_Household_Income_1000EUR"];
    /// Residents of 15–74 with low schooling.
    EduLow, "education_low", Count, ["BasisonderwijsVmboMbo1", "OpleidingsniveauLaag"];
    /// Residents of 15–74 with middle schooling.
    EduMiddle, "education_middle", Count, ["HavoVwoMbo24", "OpleidingsniveauMiddelbaar"];
    /// Residents of 15–74 with high schooling.
    EduHigh, "education_high", Count, ["HboWo", "OpleidingsniveauHoog", "Higher_Education_Count"];
    /// Percentage with low schooling.
    EduLowPct, "education_low_pct", Mean, ["Opleidingsniveau/Laag/Waarde (%)"];
    /// Percentage with middle schooling.
    EduMiddlePct, "education_middle_pct", Mean, ["Opleidingsniveau/Middelbaar/Waarde (%)"];
    /// Percentage with high schooling.
    EduHighPct, "education_high_pct", Mean, ["Opleidingsniveau/Hoog/Waarde (%)"];
    /// Percentage of homes that are flats.
    Flats, "flats_pct", Mean, ["PercentageMeergezinswoning", "p_meergezins", "P_MGEZW"];
    /// Homes.
    Dwellings, "dwellings", Count, ["Woningvoorraad", "AANT_WONINGEN"];
    /// Percentage of the area that is water.
    Water, "water_pct", Mean, ["p_water"];
    /// Percentage of residents born outside Europe or of whom a parent was; for the diversity level only.
    OutsideEurope, "outside_europe_pct", Mean, ["p_herkomst_buiten_europa"];
    /// Mean distance by road to a primary school, km.
    KmPrimary, "km_primary_school", Mean, ["distance_to_primary_school", "AfstandTotSchool", "af_basisschool_km"];
    /// Mean distance by road to a secondary school, km.
    KmSecondary, "km_secondary_school", Mean, ["distance_to_secondary_school"];
    /// Mean distance by road to a general practice, km.
    KmGp, "km_gp", Mean, ["AfstandTotHuisartsenpraktijk", "af_huisarts_km"];
    /// Mean distance by road to a large supermarket, km.
    KmShop, "km_supermarket", Mean, ["AfstandTotGroteSupermarkt", "af_supermarkt_km"];
    /// Mean distance by road to a railway station, km.
    KmStation, "km_station", Mean, ["DistanceToTrainStationAllTypes", "af_treinstation_km"];
    /// Supermarkets within one kilometre by road.
    ShopsIn1Km, "supermarkets_in_1km", Mean, ["supermarkets_within_1km"];
}

/// Number of fields.
pub const N_FIELDS: usize = FIELDS.len();

impl Field {
    /// Key in recipes and reports.
    pub fn key(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// How the field adds up over areas.
    pub fn kind(self) -> Kind {
        FIELDS[self as usize].2
    }

    /// Column names under which the field has been published.
    pub fn names(self) -> &'static [&'static str] {
        FIELDS[self as usize].3
    }

    /// The field with this key.
    pub fn from_key(key: &str) -> Option<Field> {
        FIELDS.iter().find(|(_, k, _, _)| *k == key).map(|(field, _, _, _)| *field)
    }
}

/// Column names under which the code of an area has been published.
pub const CODE_NAMES: &[&str] = &[
    "Codering",
    "Area_Code",
    "Encoding",
    "buurtcode",
    "BU_CODE",
    "gwb_code",
    "Regiocode (gemeente, wijk, buurt) (code)",
    "cbsCode",
    "neighb_code",
    "WijkenEnBuurten",
];

/// Column names under which the name of an area has been published.
pub const NAME_NAMES: &[&str] =
    &["District_Type", "naam", "BU_NAAM", "buurtnaam", "name", "DistrictsAndNeighbourhoods", "WijkenEnBuurten"];

#[cfg(test)]
mod tests {
    use super::super::table::squeeze;
    use super::*;

    #[test]
    fn keys_and_column_names_are_unique_so_that_no_column_feeds_two_fields() {
        let mut keys: Vec<&str> = FIELDS.iter().map(|f| f.1).collect();
        let mut names: Vec<String> = FIELDS.iter().flat_map(|f| f.3).map(|n| squeeze(n)).collect();
        for (i, f) in FIELDS.iter().enumerate() {
            assert_eq!(f.0 as usize, i);
            assert_eq!(Field::from_key(f.1), Some(f.0));
        }
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), N_FIELDS);
        let n = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), n);
    }
}
