//! Numbers of the climate challenge (models.md §10, §18), each with unit, grade and source.

crate::parameters! {
    /// Weather, heat, water and the harm they do.
    pub struct ClimateParameters in "climate" {
        weather: 1.0, 0.0..=1.0, "0 off, 1 on", A, "switch", "Whether heat waves, cloudbursts and breaches come by chance; those that a scenario or a planner asks for come anyhow";
        heat_waves_y: 0.6, 0.0..=10.0, "1/y", M, "De Bilt: some 30 heat waves in 1901–2023, more than one in two years since 2000", "Heat waves per year";
        heat_peak_c: 32.5, 25.0..=42.0, "°C", M, "least heat wave of De Bilt has three days of 30 °C; the hottest ones 35–37.5 °C", "Peak of an ordinary heat wave; the excess above 31 °C is exponential";
        hot_days_y: 5.0, 0.0..=100.0, "days/y", M, "tropical days at De Bilt, 1991–2020: about 5", "Hot days per year outside heat waves and in them";
        hot_day_c: 29.4, 20.0..=45.0, "°C", L, "models.md §10: Heilmann & Kahn", "Daily maximum from which a day is hot";
        cloudbursts_y: 0.04, 0.0..=10.0, "1/y", A, "return period of 40 mm in an hour about 40 years at a point (M); a city is larger than a point", "Cloudbursts of 40 mm in an hour and more that hit the city, per year";
        cloudburst_more_mm: 15.0, 1.0..=100.0, "mm", A, "reaches 70 mm in one of seven", "Mean of what falls above 40 mm in the hour";
        long_rains_y: 0.02, 0.0..=10.0, "1/y", A, "order of 90 mm in two days: once in some 50 years (M)", "Rains of 90 mm in two days and more, per year";
        long_rain_more_mm: 25.0, 1.0..=200.0, "mm", A, "Limburg 2021: 150–175 mm in two days (M)", "Mean of what falls above 90 mm";
        breach_y: 0.0008, 0.0..=1.0, "1/y", M, "1/1250 a year, the old norm of the river dikes", "Breaches of the dike per year at its present height";
        dike_decimate_m: 0.6, 0.1..=2.0, "m", M, "order of the decimation height of Dutch river levels", "Rise of the dike that makes a breach ten times rarer";
        sewer_mm_h: 20.0, 0.0..=100.0, "mm/h", A, "models.md §18 (15–35)", "What sewers take from sealed ground, with power";
        pump_mm_day: 14.0, 0.0..=200.0, "mm/day", M, "usual capacity of Dutch polder pumps, 10–15", "What pumps take from open water, over the land they drain, with power";
        soil_mm_h: 32.0, 0.0..=200.0, "mm/h", M, "Green–Ampt, first hour on sandy loam (Rawls et al. 1983: 10.9 mm/h, suction 110 mm; deficit 0.3)", "What open ground soaks up in a cloudburst";
        soil_storage_mm: 50.0, 0.0..=500.0, "mm", A, "unsaturated zone of half a metre", "What open ground can hold in all";
        plot_m: 0.15, 0.0..=1.0, "m", A, "kerb", "Height of building plots above the street";
        floor_m: 0.15, 0.0..=2.0, "m", A, "door step", "Depth at the wall from which water comes in";
        leave_m: 0.30, 0.0..=3.0, "m", A, "order of Dutch practice: sockets, drains and heating fail", "Depth at the wall from which people must leave";
        repair_months: 6.0, 1.0..=36.0, "months", M, "Limburg 2021: months to more than a year", "Time to repair a home; shorter for shallow, longer for deep water";
        damage_eur_m2: 1000.0, 0.0..=10000.0, "€/m²", M, "order of Dutch damage models for building and contents", "Most damage per m² of the ground floor";
        heat_walls: 1.0, 0.0..=3.0, "1", L, "outlines of the city; canyons: Masson 2000, Oke 1987", "Walls that store heat and hide the sky, over those that stand there";
        heat_roof_share: 0.3, 0.0..=1.0, "1", A, "Masson 2000: roofs heat the air above the streets, 0; the layer of 30 m reaches above them", "Share of the roofs whose heat gets into the air between the houses";
        heat_from_c: 16.5, 0.0..=30.0, "°C", L, "models.md §10: Huynen et al. 2001", "Mean temperature of a day above which mortality rises";
        heat_mortality_k: 0.02, 0.0..=0.1, "1/°C", L, "between 0.0124 (CBS 2006) and 0.0272 (Huynen et al. 2001)", "Relative rise of mortality per °C above it";
        heat_young: 0.35, 0.0..=3.0, "1", A, "three quarters of the excess is 75+ (CBS 2020, report)", "Weight of that rise below 65";
        heat_65: 0.8, 0.0..=3.0, "1", A, "weights average 1 over Dutch deaths by age", "Weight of that rise from 65 to 74";
        heat_75: 1.164, 0.0..=3.0, "1", A, "weights average 1 over Dutch deaths by age", "Weight of that rise from 75";
        heat_frailty: 1.0, 0.0..=3.0, "1", A, "direction: models.md §10", "Rise of that rise from a person of mean frailty to one of full frailty";
        heat_disadvantage: 0.1, 0.0..=1.0, "1/σ", A, "direction: report §3.9", "Rise of that rise per standard deviation of the neighbourhood's disadvantage";
        heat_poor_home_k: 0.5, 0.0..=5.0, "K", A, "uninsulated roofs and single glazing", "Warmth that an old or crowded home adds";
        heat_visit: 0.3, 0.0..=1.0, "1", A, "order of evaluations of heat plans", "Part of the excess deaths that visits prevent among those visited";
        falls_y: 0.033, 0.0..=1.0, "1/y", L, "models.md §4: 117,000 a year of 65+", "Falls of people of 65 and over that come to an emergency department";
        falls_heat: 0.2, 0.0..=2.0, "log", A, "models.md §4", "Rise of the log hazard of such a fall on a hot day";
        calls_y: 0.07, 0.0..=1.0, "1/y", M, "about 1.3 million ambulance rides a year for 17.9 million people", "Ambulance calls per resident";
        calls_heat: 0.15, 0.0..=2.0, "1", A, "order of published rises in heat waves, 10–20 %", "Relative rise of calls on a hot day";
    }
}
