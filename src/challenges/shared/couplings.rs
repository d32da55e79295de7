//! The couplings (models.md §13.1, §13.3): for every way in which one challenge acts on another, a strength by which the
//! term is multiplied. 1 = as modelled, 0 = switched off, up to 2 = doubled. Row acts on column: `crime_neighbourhoods`
//! is what crime does to neighbourhoods. There is no `diversity_crime`: the report's own evidence gives no direct way
//! (models.md §13.1, E-3).

crate::parameters! {
    /// Strengths of the couplings between challenges.
    pub struct CouplingParameters in "coupling" {
        neighbourhoods_diversity: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Low collective efficacy and fear spoil contacts";
        neighbourhoods_ageing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Amenities, pavements and contact act on loneliness and falls";
        neighbourhoods_crime: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Guardianship, collective efficacy and disadvantage act on offending";
        neighbourhoods_housing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Disorder and fear act on the wish to move and on demand";
        neighbourhoods_climate: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Disadvantage makes heat and water harm more";
        diversity_neighbourhoods: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Not understanding each other slows collective efficacy (small)";
        diversity_ageing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Language gap between care and those who need it";
        diversity_housing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Ties draw newcomers to places";
        diversity_climate: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Warnings that are not understood";
        ageing_neighbourhoods: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Older people at home watch over the street; less liveliness";
        ageing_crime: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Older people as targets of fraud";
        ageing_housing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Seniors who cannot move on hold homes";
        ageing_climate: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Frail people suffer most from heat and water";
        crime_neighbourhoods: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Fear, grip and victimisation act on neighbourhoods";
        crime_ageing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Fear keeps older people at home";
        crime_housing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Illicit use and closure take homes";
        housing_neighbourhoods: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Turnover, crowding and vacancy act on neighbourhoods";
        housing_diversity: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Crowding spoils contacts";
        housing_ageing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Unsuitable homes make falls; dear homes take care workers away";
        housing_crime: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Vacancy, crowding and scarcity supply premises";
        housing_climate: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Old and crowded homes get hotter";
        climate_neighbourhoods: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Damage and decay after water and heat";
        climate_ageing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Heat and water kill and injure older people";
        climate_crime: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "More violence and less policing on hot days";
        climate_housing: 1.0, 0.0..=2.0, "1", A, "models.md §13.1", "Homes lost to water for a time";
    }
}
