//! Numbers of the ageing challenge (models.md §4, §18), each with unit, grade and source.
//!
//! `effect_…` scales what a lever does: 0 is its null variant, which costs the same and does nothing.

crate::parameters! {
    /// Frailty, falls, loneliness, care, and how generations get along.
    pub struct AgeingParameters in "ageing" {
        frailty_growth_y: 0.05, 0.0..=0.2, "1/y", A, "models.md §4", "Growth of frailty after 65";
        frailty_least: 0.05, 0.0..=0.5, "1", A, "order of frailty indices at 65", "Least frailty at 65";
        frailty_spread: 0.06, 0.0..=0.5, "1", A, "order of frailty indices at 65", "Mean frailty at 65 above the least (exponential)";
        frailty_gap: 0.5, 0.0..=5.0, "1", A, "direction only", "Rise of that growth where no care is given";
        frailty_lonely: 0.2, 0.0..=5.0, "1", A, "direction only", "Rise of that growth by full loneliness";
        frailty_injury: 0.06, 0.0..=0.5, "1", A, "direction only", "Frailty that a fall with injury adds";
        fall_share_y: 0.333, 0.05..=0.8, "1/y", M, "about a third of 65+ fall in a year", "Share of 65+ who fall at least once in the first year; λ0 is solved for it";
        fall_emergency_y: 0.033, 0.0..=0.2, "1/y", L, "VeiligheidNL and CBS 2022: 117,000 visits of 65+", "Emergency visits after a fall per resident of 65+ in the first year; their share of falls is solved for it";
        fall_death_per_1000: 1.75, 0.0..=20.0, "per 1,000 residents of 65+ and year", L, "CBS 2022: 6,228 fall deaths", "Deaths by a fall in the first year; the chance is solved for it";
        fall_age: 0.06, 0.0..=0.2, "1/y", A, "models.md §4", "Rise of the log hazard of falling by age";
        fall_frailty: 1.2, 0.0..=5.0, "1", A, "models.md §4", "By full frailty";
        fall_stairs: 0.4, 0.0..=2.0, "1", A, "models.md §4", "By stairs at home";
        fall_pavement: 0.3, 0.0..=2.0, "1", A, "models.md §4", "By bad pavements";
        fall_ice: 0.3, 0.0..=2.0, "1", A, "models.md §4", "By ice";
        fall_heat: 0.2, 0.0..=2.0, "1", A, "models.md §4", "On a hot day";
        fall_fatal_age: 0.09, 0.0..=0.3, "1/y", A, "most fall deaths are of people over 80", "Rise of the log chance that a fall kills, by age";
        icy_share: 0.3, 0.0..=1.0, "1", A, "order of Dutch winters", "Largest share of icy days in a winter month; drawn evenly below it";
        lonely_share: 0.45, 0.05..=0.95, "1", M, "GGD monitor 2020–2022: nearly half of 65+", "Share of 65+ who feel lonely at the start; the intercept is solved for it";
        lonely_alone: 0.9, 0.0..=5.0, "logit", A, "models.md §4; sign of many surveys", "Loneliness by living alone";
        lonely_frailty: 2.0, 0.0..=10.0, "logit", A, "models.md §4 (limited mobility)", "By full frailty";
        lonely_loss: 1.0, 0.0..=5.0, "logit", A, "models.md §4", "By the loss of a partner during the past two years";
        lonely_amenities: 0.15, 0.0..=2.0, "logit/σ", A, "models.md §4", "By few amenities within reach";
        lonely_contact: 0.3, 0.0..=2.0, "logit/σ", A, "models.md §4", "By little contact among neighbours";
        lonely_fear: 0.15, 0.0..=2.0, "logit/σ", A, "models.md §13.1", "By fear in the neighbourhood";
        lonely_senior_home: 0.3, 0.0..=2.0, "logit", A, "report §3.3 (living together)", "Fall of loneliness in a senior home";
        lonely_character: 1.2, 0.0..=5.0, "logit", A, "people differ", "Spread between people in like circumstances";
        lonely_months: 12.0, 1.0..=120.0, "months", A, "order of magnitude", "Time in which loneliness follows circumstances";
        lonely_mortality: 1.26, 1.0..=2.0, "1", M, "Holt-Lunstad 2015", "Mortality of lonely people over others";
        care_h_65: 0.3, 0.0..=40.0, "h/week", A, "models.md §18", "Care hours at 65–74, times 0.5 + frailty";
        care_h_75: 2.0, 0.0..=40.0, "h/week", A, "models.md §18", "Care hours at 75–84, times 0.5 + frailty";
        care_h_85: 8.0, 0.0..=60.0, "h/week", A, "models.md §18", "Care hours at 85 and over, times 0.5 + frailty";
        care_acute_h: 1.0, 0.0..=20.0, "h per resident and month", A, "order of hospital and family-doctor hours", "Acute care of a resident under 65";
        care_acute_old: 3.0, 1.0..=10.0, "1", A, "order of Dutch costs of care by age", "Acute care of a resident of 65+ over that";
        care_ambulatory_h: 0.07, 0.0..=5.0, "h per resident and month", A, "1.7 % severe mental illness (report §3.5) × 4 h", "Ambulatory care until crisis care is simulated";
        care_prevention_h: 0.1, 0.0..=5.0, "h per resident and month", A, "order of magnitude", "Prevention that would be useful";
        care_emergency_h: 30.0, 0.0..=500.0, "h", A, "order of a hospital stay", "Acute care after a fall with an emergency visit";
        care_gap_start: 0.05, 0.0..=0.5, "1", A, "order of unfilled rosters", "Share of home care that nobody gives at the start; supply is solved for it";
        care_worker_share: 0.154, 0.02..=0.5, "1", M, "1 in 6–7 workers now (CBS)", "Workers who work in care, at the start";
        care_vacancies: 0.05, 0.0..=0.5, "1", M, "order of CBS vacancy rates in care", "Funded posts that stand empty at the start; hiring is solved for it";
        care_leave_y: 0.12, 0.0..=1.0, "1/y", M, "order of Dutch outflow figures", "Care workers who leave their work in the city";
        care_dear: 1.0, 0.0..=5.0, "1", R, "report §3.3 (care workers cannot afford cities); size A", "Rise of leaving, and fall of hiring, by the log of how dear the cheapest homes have become";
        care_language: 0.2, 0.0..=1.0, "1", A, "models.md §13.1", "Share of an hour of care lost where nobody understands anybody";
        posts_follow_need: 0.5, 0.0..=1.0, "1", A, "budgets follow ageing in part", "Elasticity of funded posts to the hours needed";
        complaints_per_1000: 3.0, 0.0..=100.0, "per 1,000 residents and year", A, "order of nuisance reports about the young", "Complaints between generations in a neighbourhood of even mix, without ties";
        complaint_close: 0.15, 0.0..=1.0, "1/month", A, "report §3.3 (the football cage)", "Chance that a place for the young is closed, at 1 complaint per 1,000 residents in a month";
        youth_places_back_months: 60.0, 1.0..=600.0, "months", A, "order of magnitude", "Time in which places for the young come back";
        lively_from: 0.6, 0.0..=1.0, "1", A, "models.md §4 T-3e", "Share of 65+ in a block above which it grows quiet";
        fall_prevention_size: 0.23, 0.0..=0.6, "1", M, "Sherrington et al. 2019 (Cochrane): exercise, −23 %", "Fewer falls of those who take part";
        fall_prevention_h: 2.0, 0.0..=20.0, "h/month", A, "a weekly group", "Prevention hours per participant";
        pavements_size: 0.7, 0.0..=1.0, "1", A, "direction only", "Share of bad pavement that good upkeep takes away";
        neighbourhood_care_size: 0.15, 0.0..=0.8, "1", A, "sceptical: informal help mostly adds", "Share of home care hours that neighbours take over at most";
        neighbourhood_care_lonely: 0.3, 0.0..=2.0, "logit", A, "direction only", "Fall of loneliness by neighbourhood care";
        mixed_generation_size: 0.5, 0.0..=1.0, "1", R, "report §3.3 (protective); size A", "Fewer complaints where generations live together";
        mixed_generation_lonely: 0.3, 0.0..=2.0, "logit", A, "direction only", "Fall of loneliness there";
        public_transport_size: 0.4, 0.0..=1.0, "1", A, "direction only", "Share of loneliness by frailty and distance that stops nearby take away";
        care_worker_homes_size: 0.8, 0.0..=1.0, "1", A, "direction only", "Share of the pull of dear homes that a home of their own takes from a care worker";
        effect_fall_prevention: 1.0, 0.0..=2.0, "1", A, "models.md §15 E-9", "Factor on the effect of fall_prevention";
        effect_pavements: 1.0, 0.0..=2.0, "1", A, "models.md §15 E-9", "Factor on the effect of pavements";
        effect_neighbourhood_care: 1.0, 0.0..=2.0, "1", A, "models.md §15 E-9", "Factor on the effect of neighbourhood_care";
        effect_mixed_generation_housing: 1.0, 0.0..=2.0, "1", A, "models.md §15 E-9", "Factor on the effect of mixed_generation_housing";
        effect_public_transport_access: 1.0, 0.0..=2.0, "1", A, "models.md §15 E-9", "Factor on the effect of public_transport_access";
        effect_care_capacity: 1.0, 0.0..=2.0, "1", A, "models.md §15 E-9", "Factor on the effect of care_capacity";
        effect_care_worker_homes: 1.0, 0.0..=2.0, "1", A, "models.md §15 E-9", "Factor on the effect of care_worker_homes";
    }
}
