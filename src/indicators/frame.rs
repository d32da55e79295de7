//! What leaves a simulation for the eye.
use crate::sim::{Month, Simulation};

/// One month of a city, for drawing. Holds no group, income, debt or key of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The month whose end it shows.
    pub month: Month,
    /// For each neighbourhood indicator (in order of [`super::neighbourhood_indicators`]) a value per neighbourhood;
    /// NaN = not available.
    pub neighbourhoods: Vec<Vec<f32>>,
    /// Each dwelling, by slot: [`Frame::EMPTY_SLOT`], or tenure number + 8 if inhabited.
    pub dwellings: Vec<u8>,
    /// Residents of each cell of the social grid.
    pub residents_of_cell: Vec<u16>,
    /// A sample of people.
    pub people: Vec<PersonDot>,
}

/// One person of the sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonDot {
    /// Slot of the dwelling where the person lives.
    pub dwelling: u32,
    /// Life stage: 0 child (0–14), 1 youth (15–24), 2 young adult (25–44), 3 older adult (45–64), 4 elder (65+).
    pub life_stage: u8,
}

impl Frame {
    /// No dwelling in this slot.
    pub const EMPTY_SLOT: u8 = u8::MAX;
    /// Added to the tenure when somebody lives there.
    pub const INHABITED: u8 = 8;

    /// The simulation as it stands; follows one person in `sample_one_in` (by key; 0 = nobody).
    pub fn of(sim: &mut Simulation, sample_one_in: u32) -> Frame {
        todo!("{} {sample_one_in}", sim.seed())
    }
}
