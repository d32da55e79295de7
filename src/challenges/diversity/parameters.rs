//! Numbers of the diversity challenge (models.md §3, §18), each with unit, grade and source.

crate::parameters! {
    /// Understanding, contact, trust, tolerance and conflicts from elsewhere.
    pub struct DiversityParameters in "diversity" {
        contact_base: 1.0, -3.0..=5.0, "logit", A, "models.md §18 q0: most contacts are positive", "Chance that a contact is positive";
        contact_understanding: 1.0, 0.0..=4.0, "logit", A, "models.md §18 q1", "Gain when people understand each other";
        contact_place: 0.4, 0.0..=2.0, "logit", A, "models.md §18 q2; 0 = meeting places without effect", "Gain by good places to meet";
        contact_crowding: 0.5, 0.0..=2.0, "logit", A, "models.md §18 q3", "Loss where all homes are crowded";
        contact_fear: 0.4, 0.0..=2.0, "logit", A, "models.md §18 q4", "Loss where all feel unsafe";
        contact_conflict: 1.0, 0.0..=5.0, "logit", A, "order of magnitude", "Loss while a conflict from elsewhere is on everybody's mind";
        trust_gain: 0.004, 0.0..=0.05, "per contact", A, "models.md §18 η+", "Trust gained by a positive contact";
        trust_loss: 0.012, 0.0..=0.1, "per contact", A, "models.md §18 η−: negative events weigh more", "Trust lost by a negative contact";
        contacts_per_month: 4.3, 0.0..=60.0, "1/month", A, "one a week for those who have any", "Contacts with neighbours of who has them";
        belonging_years: 5.0, 0.5..=50.0, "y", A, "order of magnitude", "Time at home in which one comes to belong";
        discrimination: 0.0, 0.0..=0.8, "log-odds", A, "models.md §18 d: 0 in the base, 0.4 in the experiment", "Unequal treatment by others of who is among unlike neighbours";
        anti_discrimination_effect: 0.5, 0.0..=1.0, "1", A, "0 = without effect", "Share of it that a full campaign takes away";
        course_effect: 0.5, 0.0..=3.0, "1", A, "order of magnitude; 0 = language courses without effect", "Faster growth of language where courses are offered to all";
        tolerance_drift_y: 0.19, 0.0..=1.0, "logit/y", A, "models.md §3 λ: own fit of 5, 15–25 and 50 % in 1972, 1987 and 2003", "Drift of the tolerance threshold by positive exposure";
        homophily: 0.5, 0.0..=3.0, "log-odds", A, "models.md §18 (0.3–2), calibrated on T-2e; the same for every group", "Preference for own-group ties among those one could have";
        ties_most: 20.0, 1.0..=200.0, "ties per layer", A, "80 potential ties per resident over five layers (CBS)", "Most ties of one person among neighbours, at work or at school";
        conflict_rate_y: 0.5, 0.0..=12.0, "1/y", A, "order of magnitude", "Conflicts elsewhere that touch the city";
        conflict_split_share: 0.3, 0.0..=1.0, "1", A, "report §3.2 gives both kinds", "Share of them that divide one group";
        conflict_half_life_days: 14.0, 1.0..=365.0, "days", A, "models.md §3", "Time in which such a conflict is half forgotten";
        conflict_attached: 0.05, 0.0..=1.0, "1", A, "models.md §3: small, not implied by the label", "Share of people attached to a conflict";
        conflict_events: 0.05, 0.0..=5.0, "per month per attached pair", A, "order of magnitude", "Confrontations at full salience";
        liaison_effect: 0.6, 0.0..=1.0, "1", A, "order of magnitude; 0 = liaison officers without effect", "Share of confrontations that full liaison capacity prevents";
        liaison_build_months: 36.0, 1.0..=120.0, "months", A, "as programmes, models.md §2.4", "Time in which contacts with communities build up";
        liaison_decay_months: 9.0, 1.0..=120.0, "months", A, "as programmes; report: contacts are lost when cut", "Time in which they are lost";
    }
}
