//! Numbers of the neighbourhoods challenge (models.md §2, §18), each with unit, grade and source. "σ" is the standard
//! deviation between neighbourhoods at the start.

crate::parameters! {
    /// Collective efficacy, disorder, fear, upkeep, programmes and the score of liveability.
    pub struct NeighbourhoodParameters in "neighbourhoods" {
        ce_disadvantage: 0.45, 0.0..=2.0, "σ per σ", A, "models.md §18 a1; dominant in Sampson et al. 1997", "Collective efficacy lost by disadvantage";
        ce_turnover: 0.25, 0.0..=2.0, "σ per σ", A, "models.md §18 a2", "Collective efficacy lost by turnover";
        ce_friction: 0.05, 0.0..=1.0, "σ per σ", A, "models.md §18 a3; small: Dinesen et al. 2020", "Collective efficacy lost by not understanding each other";
        ce_contact: 0.30, 0.0..=2.0, "σ per σ", A, "models.md §18 a4", "Collective efficacy gained by contact";
        ce_familiarity: 0.15, 0.0..=1.0, "σ", A, "models.md §18 a5; 0 = placemaking without effect", "Collective efficacy gained where places are made for meeting";
        ce_police: 0.10, 0.0..=1.0, "σ per σ", A, "models.md §18 a6", "Collective efficacy gained by visible neighbourhood police";
        ce_fear: 0.15, 0.0..=1.0, "σ per σ", A, "models.md §18 a7", "Collective efficacy lost by fear";
        ce_grip: 0.20, 0.0..=1.0, "σ per σ", A, "models.md §18 a8", "Collective efficacy lost by the grip of criminal groups";
        ce_relax_months: 18.0, 1.0..=120.0, "months", A, "models.md §2.2 r_CE", "Time in which collective efficacy follows";
        ce_event: 0.01, 0.0..=0.03, "σ per event per 1,000 residents", A, "models.md §18 s; sign Hipp 2016", "Change of collective efficacy by a success or failure";
        network_successes: 2.0, 0.0..=20.0, "per 1,000 residents a month", A, "order of magnitude; 0 with contact_networks = 0: networks without effect", "Successes that a resident network at full strength brings about";
        incident_failures: 1.0, 0.0..=20.0, "per 1,000 residents a month", A, "order of magnitude", "Failures felt when a neighbourhood's incidents double";
        ce_own_sd: 0.15, 0.0..=1.0, "σ", A, "lets three structural factors explain about 70 % (T-1f)", "Spread of collective efficacy between neighbourhoods that nothing in the model explains";
        disorder_vacancy: 0.03, 0.0..=0.3, "1/month", A, "models.md §18 ν", "Disorder by empty, damaged and unkept homes";
        disorder_incidents: 0.02, 0.0..=0.2, "1/month", A, "models.md §18 b_c, read as per month at the mean number of incidents", "Disorder by minor incidents";
        disorder_crime: 0.29, 0.0..=1.0, "1", A, "vandalism, 82 of 286 offences per 1,000 (models.md §18); litter and the like is there anyway", "Part of the minor incidents that moves with the offences counted";
        disorder_maintenance: 0.05, 0.0..=0.5, "1/month", A, "models.md §18 maint; 0 = maintenance without effect", "Disorder cleared by usual maintenance";
        disorder_residents: 0.02, 0.0..=0.2, "1/month", A, "models.md §18 c", "Disorder cleared by residents at full collective efficacy";
        fear_level: 0.15, 0.01..=0.9, "1", M, "Veiligheidsmonitor 2023: one in seven at times unsafe in the own neighbourhood", "Share who feel unsafe in the mean neighbourhood at the start";
        fear_disorder: 0.2, 0.0..=2.0, "logit per σ", A, "undisputed sign, models.md §2.2; 0.4 σ per σ, order of surveys", "Fear by disorder";
        fear_incidents: 0.3, 0.0..=2.0, "logit", A, "order of magnitude", "Fear when a neighbourhood's incidents double";
        fear_efficacy: 0.2, 0.0..=2.0, "logit per σ", A, "order of magnitude", "Fear taken away by collective efficacy";
        fear_grip: 0.3, 0.0..=2.0, "logit per σ", A, "order of magnitude", "Fear by the grip of criminal groups";
        fear_relax_months: 12.0, 1.0..=60.0, "months", A, "order of magnitude", "Time in which fear follows";
        contact_start: 0.667, 0.05..=0.95, "1", R, "report §2.5 (2012; 0.58 in 2018)", "Share who speak with a neighbour in a week, at the start";
        contact_trend_logit_y: -0.062, -0.5..=0.5, "logit/y", R, "report §2.5: 0.667 to 0.58 in six years", "Trend of neighbour contact";
        contact_trend_years: 10.0, 0.0..=100.0, "y", A, "nothing is known beyond 2018", "Years after which the trend of neighbour contact ends";
        contact_replaced: 0.9, 0.0..=1.0, "1", A, "R §2.5: 61 to 87 % use social media; liveability stood still meanwhile (Leefbaarometer 2.0, 2012–2018)", "Part of that trend that other company replaces, for collective efficacy and loneliness";
        contact_own_sd: 0.18, 0.0..=1.0, "logit", A, "0.04 of residents; set towards T-1f (contact and collective efficacy correlate)", "Spread of contact between neighbourhoods that nothing in the model explains";
        contact_turnover: 0.10, 0.0..=1.0, "logit per σ", A, "order of magnitude", "Contact lost by turnover";
        contact_friction: 0.05, 0.0..=1.0, "logit per σ", A, "small, as in Dinesen et al. 2020", "Contact lost by not understanding each other";
        contact_amenities: 0.05, 0.0..=1.0, "logit per σ", A, "order of magnitude", "Contact gained by shops, schools and centres";
        contact_networks: 0.25, 0.0..=2.0, "logit", A, "0 = resident networks without effect", "Contact gained by a resident network at full strength";
        contact_meeting: 0.15, 0.0..=2.0, "logit", A, "0 = meeting places without effect", "Contact gained by meeting places at full strength";
        contact_generations: 0.10, 0.0..=2.0, "logit", A, "0 = mixed-generation housing without effect", "Contact gained by mixed-generation housing";
        guard_efficacy: 0.5, 0.0..=2.0, "logit per σ", A, "order of magnitude", "Guardianship by collective efficacy";
        guard_elders: 0.15, 0.0..=1.0, "logit per σ", A, "models.md §13.1: older people at home watch the street", "Guardianship by older people at home";
        guard_fear: 0.2, 0.0..=1.0, "logit per σ", A, "order of magnitude", "Guardianship lost by fear";
        guard_vacancy: 0.2, 0.0..=1.0, "logit per σ", A, "order of magnitude", "Guardianship lost by empty homes";
        guard_anomie: 0.1, 0.0..=1.0, "logit per σ", A, "models.md §3: anomie lowers the willingness to intervene", "Guardianship lost by anomie";
        upkeep_growth_least_y: -0.03, -0.2..=0.1, "1/y", A, "models.md §2.2 −x; nominal: Genesove & Mayer 2001 (M)", "Growth of prices that half of all owners want to expect before they maintain";
        upkeep_memory_y: 5.0, 0.1..=30.0, "y", A, "owners look back some years", "Time in which expected growth follows growth";
        upkeep_growth_spread_y: 0.015, 0.001..=0.1, "1/y", A, "order of magnitude", "Spread of that wish between owners";
        upkeep_neighbours: 0.7, 0.0..=1.0, "1", A, "Galster et al.: owners look at their neighbours; 0 = they do not", "Weight of what neighbours do";
        upkeep_neighbours_half: 0.4, 0.05..=0.95, "1", A, "order of magnitude", "Share of maintaining neighbours that persuades half of all owners";
        upkeep_neighbours_spread: 0.07, 0.01..=0.5, "1", A, "order of magnitude", "Spread of that share between owners";
        upkeep_hope: 0.006, 0.0..=0.05, "1/y per σ", A, "thresholds of concentrated poverty, Galster et al.", "Fall of expected price growth by disorder, and by disadvantage above 1 σ";
        upkeep_rented: 0.85, 0.0..=1.0, "1", A, "housing associations maintain on schedule", "Share of rented homes that are maintained";
        quality_relax_months: 60.0, 6.0..=240.0, "months", A, "order of magnitude", "Time in which the state of homes follows their upkeep";
        restructuring_quality: 1.0, 0.0..=3.0, "1", A, "SCP 2013 found restructuring favourable; 0 = without effect", "Strength of restructuring on the state of homes";
        placemaking_months: 12.0, 1.0..=60.0, "months", A, "order of magnitude", "Time in which a made place becomes familiar";
        programme_effect: 1.0, 0.0..=2.0, "1", A, "0 = the null variant: programmes without effect", "Strength of programmes over what was drawn";
        programme_effect_mean: 0.10, -1.0..=1.0, "σ", L, "sceptical prior, SCP 2013: no distinctive effect of the 40 neighbourhoods", "Mean of the effect of a full programme on collective efficacy";
        programme_effect_sd: 0.15, 0.0..=1.0, "σ", A, "models.md §18 e", "Spread of that effect between runs: we do not know it";
        programme_build_months: 36.0, 1.0..=120.0, "months", A, "models.md §2.4", "Time in which a programme builds up";
        programme_decay_months: 9.0, 1.0..=120.0, "months", A, "models.md §2.4; 36 = null variant of continuity", "Time in which it falls apart when stopped";
        programme_trust_gain: 0.02, 0.0..=0.2, "1/month", A, "models.md §2.4 ρ", "Trust gained while a programme runs";
        programme_trust_loss: 0.8, 0.0..=5.0, "1", A, "models.md §2.4 χ; 0 = null variant of continuity", "Trust lost as capacity is lost";
        trust_start: 0.4, 0.0..=1.0, "1", A, "models.md §2.4 T0", "Trust in government where nothing happens";
        trust_return: 0.01, 0.0..=0.2, "1/month", A, "models.md §2.4", "Return of trust to that level";
        programme_cost_eur_per_resident_y: 100.0, 1.0..=5000.0, "€ per resident per year", A, "order of Dutch neighbourhood programmes", "Cost of a full programme";
        debt_help_effect: 0.5, 0.0..=0.95, "1/y", A, "order of magnitude; 0 = without effect", "Share of a problem debt that a year of full help takes away";
        liveability_homes: 0.2, 0.0..=1.0, "1", A, "models.md §2.1: weights not published", "Weight of the housing stock in the liveability score";
        liveability_surroundings: 0.2, 0.0..=1.0, "1", A, "models.md §2.1", "Weight of the physical surroundings";
        liveability_amenities: 0.2, 0.0..=1.0, "1", A, "models.md §2.1", "Weight of amenities";
        liveability_cohesion: 0.2, 0.0..=1.0, "1", A, "models.md §2.1", "Weight of social cohesion";
        liveability_safety: 0.2, 0.0..=1.0, "1", A, "models.md §2.1", "Weight of nuisance and insecurity";
        tip_drop: 0.5, 0.1..=3.0, "σ", A, "models.md §2.3", "Fall of liveability below its five-year mean that counts as tipping";
        tip_months: 24.0, 1.0..=120.0, "months", A, "models.md §2.3", "Months that the fall must last";
        warn_horizon_months: 36.0, 6.0..=120.0, "months", A, "time in which a council could still act", "Months within which a warned neighbourhood must tip for the warning to be right";
    }
}
