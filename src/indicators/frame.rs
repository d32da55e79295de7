//! What leaves a simulation for the eye: plain arrays at the end of a tick, handed over to whoever draws.

use super::list::neighbourhood_indicators;
use super::measures::Measures;
use super::places::Places;
use super::recorder::is_followed;
use crate::people::{Dwelling, Household, Person, ShortMonth};
use crate::sim::state::slice;
use crate::sim::{Month, Simulation};

/// One month of a city, for drawing. Holds no group, income, debt or key of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The month whose end it shows.
    pub month: Month,
    /// For each neighbourhood indicator, in order of [`neighbourhood_indicators`], a value per neighbourhood; NaN =
    /// not available.
    pub neighbourhoods: Vec<Vec<f32>>,
    /// Each dwelling, by slot (as long as none was demolished: as in the city): [`Frame::EMPTY_SLOT`], or the number
    /// of its tenure, plus [`Frame::INHABITED`] if somebody lives there.
    pub dwellings: Vec<u8>,
    /// Residents of each cell of the social grid.
    pub residents_of_cell: Vec<u16>,
    /// A sample of people, in order of key.
    pub people: Vec<PersonDot>,
}

/// One person of the sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

    /// The simulation as it stands, with one person in `sample_one_in` (by key, so the same ones month after month;
    /// 0 = nobody). Before the first tick it measures first.
    pub fn of(sim: &mut Simulation, sample_one_in: u32) -> Frame {
        let month = sim.clock().month();
        if sim.world().resource::<Measures>().month != month {
            Measures::now(sim);
        }
        let Places { origin, n_cells, .. } = *sim.world().resource::<Places>();
        let neighbourhoods = sim.world().resource::<Measures>().to_leave(origin).neighbourhoods.clone();
        let (mut p, mut h, mut d) = {
            let world = sim.world_mut();
            (world.query::<&Person>(), world.query::<&Household>(), world.query::<&Dwelling>())
        };
        let (persons, households, homes) = (p.query(sim.world()), h.query(sim.world()), d.query(sim.world()));
        let (persons, households, homes) = (slice(&persons), slice(&households), slice(&homes));
        let mut residents_of_cell = vec![0u16; n_cells];
        for home in homes.iter().filter(|d| d.is_there()) {
            if let (Some(h), Some(n)) = (home.household.get(), residents_of_cell.get_mut(home.cell as usize)) {
                *n = n.saturating_add(households[h].size.into());
            }
        }
        let now = ShortMonth::of(month);
        let followed = persons.iter().filter(|p| p.is_there() && is_followed(p.key.0, sample_one_in));
        let mut people: Vec<(u64, PersonDot)> = followed
            .filter_map(|person| {
                let dwelling = households[person.household.get()?].dwelling;
                dwelling.get()?;
                Some((person.key.0, PersonDot { dwelling: dwelling.0, life_stage: life_stage(person.age_y(now)) }))
            })
            .collect();
        people.sort_by_key(|(key, _)| *key);
        Frame {
            month,
            neighbourhoods,
            dwellings: homes.iter().map(byte).collect(),
            residents_of_cell,
            people: people.into_iter().map(|(_, dot)| dot).collect(),
        }
    }

    /// The neighbourhoods' values of indicator `id`.
    pub fn of_neighbourhoods(&self, id: &str) -> Option<&[f32]> {
        let at = neighbourhood_indicators().position(|i| i.id == id)?;
        self.neighbourhoods.get(at).map(Vec::as_slice)
    }
}

fn byte(home: &Dwelling) -> u8 {
    match (home.is_there(), home.is_empty()) {
        (false, _) => Frame::EMPTY_SLOT,
        (true, true) => home.tenure,
        (true, false) => home.tenure + Frame::INHABITED,
    }
}

fn life_stage(age_y: u8) -> u8 {
    match age_y {
        0..=14 => 0,
        15..=24 => 1,
        25..=44 => 2,
        45..=64 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::super::toy_town;
    use super::*;

    #[test]
    fn a_frame_agrees_with_the_measures() {
        let city = toy_town::city(60);
        let mut sim = toy_town::simulation(&city, 1);
        let start = Frame::of(&mut sim, 1);
        assert_eq!(start.month, sim.clock().month());
        sim.step().unwrap();
        let frame = Frame::of(&mut sim, 1);
        let residents = sim.world().resource::<Measures>().of_city("residents").unwrap();
        assert_eq!(frame.residents_of_cell.iter().map(|n| f64::from(*n)).sum::<f64>(), residents);
        assert_eq!(frame.people.len() as f64, residents, "one in one is everybody");
        let vacant = frame.dwellings.iter().filter(|b| **b < Frame::INHABITED).count() as f64;
        let measures = sim.world().resource::<Measures>();
        assert_eq!(Some(vacant / city.dwellings.len() as f64), measures.of_city("vacant_share"));
        assert_eq!(frame.neighbourhoods.len(), measures.neighbourhoods.len());
        assert!(Frame::of(&mut sim, 0).people.is_empty());
    }
}
