//! The state of each neighbourhood (models.md §0.6): one `f32` per neighbourhood and [`State`].

use bevy::prelude::Resource;
use serde::{Deserialize, Serialize};

macro_rules! states {
    ($($name:ident: $id:literal, $unit:literal, $owner:literal, $about:literal;)*) => {
        /// One kind of state. The owner alone writes it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum State {
            $(#[doc = concat!($about, ". Unit: ", $unit, ". Owner: ", $owner, ".")] $name,)*
        }

        impl State {
            /// Every kind, in order of its number.
            pub const ALL: &[State] = &[$(State::$name,)*];

            /// Name.
            pub fn id(self) -> &'static str {
                match self { $(State::$name => $id,)* }
            }

            /// Unit.
            pub fn unit(self) -> &'static str {
                match self { $(State::$name => $unit,)* }
            }
        }
    };
}

states! {
    CollectiveEfficacy: "collective_efficacy", "σ at the start", "neighbourhoods", "Trust among neighbours and readiness to act together (CE)";
    Disorder: "disorder", "0–1", "neighbourhoods", "Physical disorder (DIS)";
    Fear: "fear", "0–1", "neighbourhoods", "Feeling unsafe (FEAR)";
    TrustGovernment: "trust_government", "0–1", "neighbourhoods", "Trust in government and programmes (TRUSTGOV)";
    Contact: "contact", "0–1", "neighbourhoods", "Share of residents who speak with a neighbour in a week (COH)";
    Company: "company", "0–1", "neighbourhoods", "Contact with neighbours and what has come in its place: of the national trend only the part that nothing replaces";
    Programme: "programme", "0–1", "neighbourhoods", "Capacity of programmes built up (PROG)";
    HousingQuality: "housing_quality", "0–1", "neighbourhoods", "State of repair of homes (HOUSQ)";
    Guardianship: "guardianship", "0–1", "neighbourhoods", "Eyes on the street (GUARD)";
    Turnover: "turnover", "1/y", "shared", "Share of households that moved in during the past year (TURN)";
    Disadvantage: "disadvantage", "0–1", "shared", "Mean of the shares of low incomes, unemployed and indebted (DEP)";
    Vacancy: "vacancy", "0–1", "shared", "Share of homes that stand empty (VAC)";
    Overcrowding: "overcrowding", "0–1", "shared", "Share of households in a crowded home (OVERC)";
    Amenities: "amenities", "ln(1 + number within 1 km)", "shared", "Schools, doctors, shops and centres within reach (AMEN)";
    Green: "green", "0–1", "shared", "Share of unsealed ground and tree cover (GREEN)";
    Paved: "paved", "0–1", "shared", "Share of sealed ground (PAVED)";
    Friction: "friction", "0–1", "diversity", "1 − chance that two neighbours understand each other (FRICTION)";
    Anomie: "anomie", "0–1", "diversity", "Mean of (1 − shared norms)(1 − belonging)";
    TrustNeighbours: "trust_neighbours", "0–1", "diversity", "Mean trust in neighbours";
    PoliceVisibility: "police_visibility", "hours per 1,000 residents a month", "crime", "Neighbourhood police (POLVIS)";
    Grip: "grip", "0–1", "crime", "Grip of criminal groups on the neighbourhood (OCGRIP)";
    Victimisation: "victimisation", "per 1,000 residents a month", "crime", "Incidents that residents see or suffer";
    CareGap: "care_gap", "0–1", "ageing", "Share of the care hours needed that nobody gives";
    Liveliness: "liveliness", "0–1", "ageing", "Life in the street: mixed ages in a block, places for the young";
    Heat: "heat", "K", "climate", "Warmth of the last hot spell above that of the countryside";
    HotDays: "hot_days", "days this month", "climate", "Days of this month with a maximum of 29.4 °C and more; written in Force, so that everybody sees this month's";
}

/// The values of all states, and the means and deviations at the start.
#[derive(Resource, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NeighbourhoodStates {
    n: usize,
    values: Vec<f32>,
    mean: Vec<f32>,
    deviation: Vec<f32>,
    first: Vec<f32>,
}

impl NeighbourhoodStates {
    /// All zero in `n` neighbourhoods.
    pub fn new(n: usize) -> NeighbourhoodStates {
        let k = State::ALL.len();
        NeighbourhoodStates {
            n,
            values: vec![0.0; n * k],
            mean: vec![0.0; k],
            deviation: vec![1.0; k],
            first: vec![0.0; n * k],
        }
    }

    /// Number of neighbourhoods.
    pub fn n(&self) -> usize {
        self.n
    }

    /// A state of every neighbourhood.
    pub fn of(&self, state: State) -> &[f32] {
        &self.values[state as usize * self.n..][..self.n]
    }

    /// The same, to write.
    pub fn of_mut(&mut self, state: State) -> &mut [f32] {
        &mut self.values[state as usize * self.n..][..self.n]
    }

    /// A state of neighbourhood `n` in standard deviations from the mean, both of the start.
    pub fn z(&self, state: State, n: usize) -> f32 {
        (self.of(state)[n] - self.mean[state as usize]) / self.deviation[state as usize]
    }

    /// A state of every neighbourhood at the start.
    pub fn first(&self, state: State) -> &[f32] {
        &self.first[state as usize * self.n..][..self.n]
    }

    /// Standard deviation of a state at the start; 1 without spread.
    pub fn deviation(&self, state: State) -> f32 {
        self.deviation[state as usize]
    }

    /// Takes mean and deviation of the present values as those of the start; a state without spread keeps deviation 1.
    pub fn freeze(&mut self) {
        self.first.clone_from(&self.values);
        for &state in State::ALL {
            let values = self.of(state);
            let n = values.len().max(1) as f64;
            let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / n;
            let variance = values.iter().map(|v| (f64::from(*v) - mean) * (f64::from(*v) - mean)).sum::<f64>() / n;
            self.mean[state as usize] = mean as f32;
            self.deviation[state as usize] = if variance > 1e-12 { variance.sqrt() as f32 } else { 1.0 };
        }
    }

    /// Feeds all values into a digest.
    pub fn feed(&self, hasher: &mut blake3::Hasher) {
        self.values.iter().for_each(|v| {
            hasher.update(&v.to_bits().to_le_bytes());
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_scores_stay_with_the_start() {
        let mut states = NeighbourhoodStates::new(4);
        states.of_mut(State::Disorder).copy_from_slice(&[0.1, 0.2, 0.3, 0.6]);
        states.freeze();
        let sum: f32 = (0..4).map(|n| states.z(State::Disorder, n)).sum();
        assert!(sum.abs() < 1e-5);
        let before = states.z(State::Disorder, 0);
        states.of_mut(State::Disorder)[3] = 1.0;
        assert_eq!(states.z(State::Disorder, 0), before, "one neighbourhood never moves another by arithmetic");
        assert_eq!(states.z(State::Fear, 0), 0.0, "no spread, no deviation");
    }
}
