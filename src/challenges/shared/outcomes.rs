//! What happened this month, counted by neighbourhood, and where single events took place.

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

macro_rules! outcomes {
    ($($name:ident: $id:literal, $about:literal;)*) => {
        /// One kind of outcome.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum Outcome {
            $(#[doc = concat!($about, ".")] $name,)*
        }

        impl Outcome {
            /// Every kind, in order of its number.
            pub const ALL: &[Outcome] = &[$(Outcome::$name,)*];

            /// Name.
            pub fn id(self) -> &'static str {
                match self { $(Outcome::$name => $id,)* }
            }
        }
    };
}

// Each challenge adds its own lines.
outcomes! {
    Burglary: "burglary", "Burglaries and thefts committed";
    Confrontation: "confrontation", "Confrontations over a conflict from elsewhere";
    FloodedHomes: "flooded_homes", "Homes that water came into";
    FloodDisplaced: "flood_displaced", "Households that had to leave their home for water";
    FloodDamage: "flood_damage", "Damage by water to homes, thousands of €";
    FloodDeaths: "flood_deaths", "Residents who drowned";
    HeatDeaths: "heat_deaths", "Residents who died of heat";
    HeatFalls: "heat_falls", "Falls of older residents, seen at an emergency department, that heat added";
    HeatCalls: "heat_calls", "Ambulance calls that heat added";
    Fall: "fall", "Falls of residents of 65 and over";
    FallEmergency: "fall_emergency", "Falls that end in an emergency department";
    FallDeath: "fall_death", "Deaths by a fall";
    LonelyElders: "lonely_elders", "Residents of 65 and over who feel lonely at the end of the month";
    FrailElders: "frail_elders", "Residents of 65 and over with a frailty of 0.25 and more at the end of the month";
    CareNeeded: "care_needed", "Hours of care at home that were needed";
    CareGiven: "care_given", "Hours of care at home that did what was needed";
    AgeComplaint: "age_complaint", "Complaints between the generations";
    Vandalism: "vandalism", "Acts of vandalism committed";
    Violence: "violence", "Acts of violence and threats committed";
    CrimeReported: "crime_reported", "Offences of volume crime reported to the police";
    CrimeRegistered: "crime_registered", "Offences of volume crime registered by the police";
    CrimeDetected: "crime_detected", "Offences of volume crime whose offender was found";
    YouthOffences: "youth_offences", "Offences by people of 12 to 24, where they live";
    Harmed: "harmed", "Times that residents were harmed by volume crime, where they live";
    DigitalCrime: "digital_crime", "Digital offences suffered by residents";
    GroupMembers: "group_members", "Members of criminal groups, where they live";
    Recruited: "recruited", "People who joined a criminal group, where they live";
    PremisesInUse: "premises_in_use", "Homes and fronts in use by criminal groups";
    PremisesOpened: "premises_opened", "Premises that criminal groups took into use";
    PremisesDetected: "premises_detected", "Premises found by the authorities";
    PremisesClosed: "premises_closed", "Premises closed by the mayor";
    ClosureEvictions: "closure_evictions", "Households that lost their home by a closure";
    FrontsRefused: "fronts_refused", "Permits for fronts refused after a screening";
    CrowdedEvictions: "crowded_evictions", "Households put out of a crowded home by enforcement";
    Explosions: "explosions", "Explosions at homes and businesses";
    PrivateExplosions: "private_explosions", "Of these, out of a private dispute";
}

/// The month's counts and events.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcomes {
    n: usize,
    counts: Vec<u32>,
    events: Vec<Event>,
}

/// One event at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub what: Outcome,
    /// Cell of the social grid.
    pub cell: u32,
    /// Day of the month, from 1.
    pub day: u8,
    /// Street of the cell, where what happened has one.
    pub street: u8,
    /// True if the police registered it.
    pub registered: bool,
}

impl Outcomes {
    /// Nothing yet in `n` neighbourhoods.
    pub fn new(n: usize) -> Outcomes {
        Outcomes { n, counts: vec![0; n * Outcome::ALL.len()], events: Vec::new() }
    }

    /// Forgets the month.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.events.clear();
    }

    /// Counts of `what` in every neighbourhood.
    pub fn of(&self, what: Outcome) -> &[u32] {
        &self.counts[what as usize * self.n..][..self.n]
    }

    /// The city's count of `what`.
    pub fn total(&self, what: Outcome) -> u64 {
        self.of(what).iter().map(|&n| u64::from(n)).sum()
    }

    /// `number` more of `what` in neighbourhood `n`.
    pub fn add(&mut self, what: Outcome, n: usize, number: u32) {
        self.counts[what as usize * self.n + n] += number;
    }

    /// One more of `what` in neighbourhood `n`, at a cell on a day.
    pub fn add_at(&mut self, what: Outcome, n: usize, cell: u32, day: u8) {
        self.add_event(n, Event { what, cell, day, street: 0, registered: false });
    }

    /// One more event, in neighbourhood `n`.
    pub fn add_event(&mut self, n: usize, event: Event) {
        self.add(event.what, n, 1);
        self.events.push(event);
    }

    /// The month's events, in the order in which they were added.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Feeds all counts into a digest.
    pub fn feed(&self, hasher: &mut blake3::Hasher) {
        hasher.update(bytemuck::cast_slice(&self.counts));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_counted_where_they_happen_and_forgotten() {
        let mut outcomes = Outcomes::new(3);
        outcomes.add(Outcome::Burglary, 1, 2);
        outcomes.add_at(Outcome::Burglary, 2, 77, 5);
        assert_eq!(outcomes.of(Outcome::Burglary), [0, 2, 1]);
        assert_eq!(outcomes.total(Outcome::Burglary), 3);
        assert_eq!(
            outcomes.events(),
            [Event { what: Outcome::Burglary, cell: 77, day: 5, street: 0, registered: false }]
        );
        outcomes.clear();
        assert_eq!((outcomes.total(Outcome::Burglary), outcomes.events().len()), (0, 0));
    }
}
