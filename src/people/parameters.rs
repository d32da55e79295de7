//! Numbers of module 0 (models.md §1), each with unit, grade and source.

crate::parameters! {
    /// Births, deaths, households and migration.
    pub struct DemographyParameters in "demography" {
        mortality_a: 7.2e-6, 1e-7..=1e-3, "1/y", M, "CBS 2023, from memory: life expectancy 82, 4.0 % of 65+ die; models.md §1 gives 1.25e-5, of which 4.6 % would", "Gompertz mortality: level at age 0";
        mortality_b: 0.11, 0.05..=0.2, "1/y", M, "the same; models.md §1 gives 0.105", "Gompertz mortality: rise with age";
        mortality_trend: -0.012, -0.1..=0.1, "1/y", M, "CBS forecasts: life expectancy 82 (2023) to about 86½ (2060)", "Relative change of mortality per year";
        fertility_total: 1.4, 0.0..=8.0, "children per woman", M, "CBS 2023, quoted from memory", "Total fertility rate";
        fertility_trend: -0.005, -0.1..=0.1, "1/y", A, "direction R §2.7 (falling)", "Relative change of fertility per year";
        fertility_mean_age_y: 31.5, 20.0..=40.0, "y", M, "CBS 2023 (mothers' mean age about 32)", "Mean age of mothers at birth";
        fertility_sd_y: 5.2, 2.0..=10.0, "y", A, "shape of the CBS schedule", "Spread of mothers' age at birth";
        fertility_partner_ratio: 5.0, 1.0..=50.0, "1", A, "order of magnitude", "Births of women with a partner over those without, same age";
        leaving_home_mean_age_y: 22.8, 18.0..=35.0, "y", R, "report §2.1 (2012, before the shortage)", "Mean age at wanting to leave the parental home; the hazard's level is solved for it, and waiting for a home comes on top";
        leaving_home_gamma: 0.5, 0.0..=3.0, "1", A, "models.md §1", "Elasticity of leaving home to affordability";
        separation_y: 0.068, 0.0..=0.5, "1/y", L, "CBS 2019: of those who first lived together in 2000 a quarter had parted after 5 years and 47 % after 15, read as by age from 25 on", "Hazard that a couple separates, at 25";
        separation_fade_y: 14.4, 1.0..=100.0, "y", L, "the same; over the country's couples it gives 1.7 %, and 159,000 persons (1.9 % of couples) parted in 2019 (CBS 2021)", "Years of age in which that hazard falls to 1/e";
        domestic_departure_y: 0.045, 0.0..=0.5, "1/y", A, "models.md §11.0", "Share of residents who leave for elsewhere in the country; level solved at the start";
        domestic_net_per_1000: 9.0, -50.0..=50.0, "per 1,000 residents and year", A, "set towards the growth of report §2.1 (T-D5)", "Domestic arrivals minus departures, at the start; households that find no home leave on top";
        domestic_net_counts_all: 0.0, 0.0..=1.0, "1", A, "1 where the net flow is a published figure, 0 where it is what the city draws by itself", "Part of those who leave beyond the usual number, for want of a home above all, that others come in place of";
        immigrants_per_1000: 32.0, 0.0..=200.0, "per 1,000 residents and year", A, "twice the national rate (report §2.2), cities' share assumed", "People who come from abroad, of the residents at the start";
        emigration_base_y: 0.006, 0.0..=0.2, "1/y", A, "models.md §1", "Hazard of emigrating, for households that are no newcomers and whose head is 35 to 49";
        newcomer_stock_share: 0.12, 0.0..=0.9, "1", A, "order of magnitude for a large city", "Share of households that came from abroad in the last twenty years, at the start";
        language_growth_y: 0.15, 0.0..=1.0, "1/y", A, "models.md §3", "Growth of newcomers' command of the common language";
        registered_most_y: 10.0, 0.0..=60.0, "y", A, "what the queue comes to in the years after", "Years since which the longest registered household looks for social rent, at the start";
        tolerance_mean: 0.5, 0.05..=0.95, "1", R, "report §3.2 box (2003)", "Mean share of unlike neighbours above which the neighbourhood is disliked";
        tolerance_sd_logit: 0.8, 0.0..=3.0, "logit", A, "models.md §3", "Spread of that share between households";
        job_loss_y: 0.05, 0.0..=1.0, "1/y", A, "order of magnitude", "Chance that someone at work is out of work a year later";
        job_find_y: 0.55, 0.0..=1.0, "1/y", A, "order of magnitude", "Chance that someone out of work is at work a year later";
        income_growth_y: 0.025, -0.1..=0.2, "1/y", A, "nominal wage growth", "Growth of incomes";
    }
}
