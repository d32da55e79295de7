//! Numbers of the housing challenge (models.md §9, §18), each with unit, grade and source.

crate::parameters! {
    /// Moves, choice of a home, prices and building.
    pub struct HousingParameters in "housing" {
        b_money: 2.0, 0.0..=10.0, "1", A, "models.md §18 β1", "Weight of ln(income − cost)";
        b_fit: 1.5, 0.0..=10.0, "1", A, "models.md §18 β2", "Weight of a fitting size";
        b_near: 0.8, 0.0..=10.0, "1", A, "models.md §18 β3", "Weight of nearness to the present home";
        near_d0_km: 5.0, 0.5..=50.0, "km", A, "models.md §9", "Distance at which nearness has fallen to 1/e";
        b_amenities: 0.3, 0.0..=5.0, "1/σ", A, "models.md §18 β4", "Weight of amenities";
        b_green: 0.2, 0.0..=5.0, "1/σ", A, "models.md §18 β5", "Weight of green";
        b_ties: 0.5, 0.0..=5.0, "1", A, "models.md §18 β8", "Weight of living in the neighbourhood already";
        b_disorder: 0.3, 0.0..=5.0, "1/σ", A, "models.md §18 β6", "Weight of disorder that has come since the start";
        b_fear: 0.2, 0.0..=5.0, "1/σ", A, "models.md §18 β7", "Weight of fear that has come since the start";
        b_unlike: 0.27, 0.0..=5.0, "1", A, "models.md §18 β9 (0.1–0.4); set so that origin groups stay about as far apart as they are at the start", "Weight of unlike neighbours above one's own threshold";
        preference_form: 1.0, 0.0..=2.0, "0 none, 1 smooth, 2 threshold", A, "Bruch & Mare 2006 against Schelling 1971", "Form of the dislike of unlike neighbours";
        moving_cost: 0.2, 0.0..=5.0, "utility", A, "holds voluntary moves near the hazard", "What a new home must be better by";
        n_searched: 10.0, 1.0..=32.0, "neighbourhoods", A, "models.md §9 K", "Neighbourhoods searched per month";
        move_scale: 1.5, 0.0..=5.0, "1", A, "holds the moves that succeed near the CBS rates, less leaving home and unions (models.md §11.0)", "Wishes to move over the CBS person rates of moves within the municipality";
        crowding_factor: 5.0, 1.0..=10.0, "1", A, "models.md §9 stress", "Most that the hazard rises by in a home that is too small: (wanted ÷ actual floor area)²";
        burden_factor: 1.4, 1.0..=5.0, "1", A, "models.md §9 stress", "Rise of the hazard above 40 % of income for the home";
        senior_offer_y: 0.21, 0.0..=1.0, "1/y", A, "models.md §18: 0.04 to 0.25 a year; a quarter of 65+ want to move, one in 25 does (ING)", "Rise of the wish to move of people of 65+ with stairs at home, where suitable homes are on offer";
        dissatisfaction: 0.5, 0.0..=2.0, "1", A, "models.md §18 (0.2–0.8)", "Rise of the log hazard by full dislike of the neighbourhood";
        crowded_m2_per_person: 15.0, 5.0..=40.0, "m²", A, "order of Dutch overcrowding norms", "Floor area per person below which a home is crowded";
        owner_user_cost: 0.6, 0.1..=1.5, "1", M, "annuity of 30 years at 4 %: 37 % of the interest comes back as tax (0.26 of the payments), 0.30 of them is saved; upkeep and levies, 1 % of the value a year, add 0.17", "What owning costs in the end, of the monthly payments on the whole price";
        owner_equity_mover: 0.45, 0.0..=0.95, "1", A, "order of the share that owners have paid off", "Share of a home's price that a moving owner brings";
        owner_equity_starter: 0.15, 0.0..=0.95, "1", A, "savings and parents", "Share of a home's price that a first buyer brings";
        concession: 0.02, 0.0..=0.2, "1/month", A, "lets homes that nobody takes find a price", "Fall of the price of a market home that has stood empty for three months";
        owner_cost_share: 0.38, 0.1..=0.9, "1", A, "order of Dutch lending norms", "Most of income an owner may spend";
        private_cost_share: 0.50, 0.1..=0.9, "1", A, "landlords' income demands", "Most of income a private tenant may spend";
        social_income_max_eur_m: 3250.0, 500.0..=10000.0, "€/month net", M, "income limit for social rent 2025, about 49,700 € gross a year", "Net income above which no social home is allotted";
        price_kappa_y: 1.0, 0.0..=3.0, "1/y", A, "models.md §18 κ; above its 0.3, so that homes find a price within years", "Answer of prices and market rents to normal vacancy − vacancy";
        price_trend_y: 0.0, -0.3..=0.3, "1/y", A, "driver: what moves prices from outside (interest, credit, tax)", "Growth of home prices on top of wages";
        local_price_y: 0.02, 0.0..=0.5, "1/y", A, "makes prices differ by neighbourhood", "Most that prices of a neighbourhood may outgrow the city's";
        rent_growth_y: 0.02, -0.1..=0.2, "1/y", A, "trend of regulated rents", "Growth of social rents";
        vacancy_start: 0.02, 0.0..=0.2, "1", M, "frictional vacancy", "Share of all homes on offer at the start; other empty homes are withheld";
        vacancy_social_start: 0.005, 0.0..=0.2, "1", M, "order of the frictional vacancy of Dutch housing corporations: half a percent", "The same of social homes, which have a queue at the door; homes on the market have the rest";
        shortage_start: 0.039, 0.0..=0.2, "1", R, "report §2.1: 316,000 homes, 3.9 % of the stock", "Households that look for a home and have none at the start, of the stock";
        search_local: 0.7, 0.0..=1.0, "1", A, "most moves are short", "Share of searches among the nearest neighbourhoods";
        search_d0_km: 2.0, 0.1..=50.0, "km", A, "order of the median distance of Dutch moves within a municipality", "Distance at which local searches have fallen to 1/e";
        vacancy_normal: 0.03, 0.0..=0.2, "1", M, "frictional vacancy: 2 % of all homes, of which half a percent of social ones", "Share of empty homes among those on the market at which prices follow wages";
        build_y: 0.015, 0.0..=0.1, "1/y", A, "report §2.1, §2.7: 70 % of 981,000 in 7 years on 8.2 M is 1.2 % nationally, and cities take three quarters of growth", "Homes built a year, of the stock at the start";
        build_social: 0.30, 0.0..=1.0, "1", R, "report §2.4: two thirds affordable; split A", "Share of social rent in new homes";
        build_private: 0.37, 0.0..=1.0, "1", R, "report §2.4: two thirds affordable; split A", "Share of private rent in new homes";
        tie_pull: 8.0, 0.0..=50.0, "1", A, "models.md §9 κ_tie, 1.5 there for a share of neighbours; set together with b_unlike", "How much more of a place people hear where their own group is twice as common, against once";
        give_up_after_months: 12.0, 1.0..=60.0, "months", A, "order of magnitude", "Search without a home after which households begin to give up, and hosts to have had enough";
        hosts: 0.5, 0.0..=1.0, "1", A, "models.md §18: half of those who are put out without an alternative are homeless (0.3–0.7)", "Part of the households put out of their home that others take in";
        hosts_later: 0.05, 0.0..=1.0, "1/month", A, "order of magnitude", "Chance to be taken in later";
        lodging_ends: 0.05, 0.0..=1.0, "1/month", A, "order of magnitude", "Chance that hosts have had enough, once they may";
        roofless_leave: 0.05, 0.0..=1.0, "1/month", A, "order of magnitude; report §3.8: displacement to neighbouring municipalities", "Chance that whoever has no roof leaves the city";
        give_up: 0.02, 0.0..=1.0, "1/month", A, "order of magnitude", "Chance of leaving the city then";
    }
}
