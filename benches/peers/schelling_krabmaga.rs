//! Schelling's model (small and large case of the framework comparison) in krABMaga: one line per result, like
//! `cargo bench --bench classic_models -- --tsv`.
//!
//! Everybody acts at once on what is there, so only the write half of krABMaga's double-buffered grid is used. A list of empty cells
//! is kept beside it: the grid's own search for one reads all cells. The order within a tick is the scheduler's.

use std::any::Any;
use std::time::Instant;

use krabmaga::engine::agent::Agent;
use krabmaga::engine::fields::dense_number_grid_2d::DenseNumberGrid2D;
use krabmaga::engine::location::Int2D;
use krabmaga::engine::schedule::Schedule;
use krabmaga::engine::state::State;

struct Town {
    size: i32,
    agents: usize,
    radius: i32,
    min_like: u32,
    cells: DenseNumberGrid2D<u8>,
    empty: Vec<Int2D>,
    random: u64,
    happy: u32,
}

impl Town {
    fn new(size: i32, agents: usize, radius: i32, min_like: u32, seed: u64) -> Town {
        let cells = DenseNumberGrid2D::new(size, size);
        Town { size, agents, radius, min_like, cells, empty: Vec::new(), random: seed, happy: 0 }
    }

    // SplitMix64, as in the plain loop.
    fn below(&mut self, n: usize) -> usize {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((((z ^ (z >> 31)) >> 32) * n as u64) >> 32) as usize
    }
}

impl State for Town {
    fn init(&mut self, schedule: &mut Schedule) {
        let mut places: Vec<Int2D> =
            (0..self.size * self.size).map(|i| Int2D { x: i / self.size, y: i % self.size }).collect();
        for i in (1..places.len()).rev() {
            let j = self.below(i + 1);
            places.swap(i, j);
        }
        self.empty = places.split_off(self.agents);
        for (i, place) in places.into_iter().enumerate() {
            let group = (i % 2) as u8;
            self.cells.set_value_location(group, &place);
            schedule.schedule_repeating(Box::new(Resident { place, group }), 0.0, 0);
        }
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_state_mut(&mut self) -> &mut dyn State {
        self
    }

    fn as_state(&self) -> &dyn State {
        self
    }

    fn reset(&mut self) {}

    fn update(&mut self, _step: u64) {}

    fn before_step(&mut self, _schedule: &mut Schedule) {
        self.happy = 0;
    }
}

#[derive(Clone, Copy)]
struct Resident {
    place: Int2D,
    group: u8,
}

impl Agent for Resident {
    fn step(&mut self, state: &mut dyn State) {
        let town = state.as_any_mut().downcast_mut::<Town>().unwrap();
        let (r, last) = (town.radius, town.size - 1);
        // Oneself is counted too, and taken off.
        let mut like = 0;
        for x in (self.place.x - r).max(0)..=(self.place.x + r).min(last) {
            for y in (self.place.y - r).max(0)..=(self.place.y + r).min(last) {
                like += u32::from(town.cells.get_value_unbuffered(&Int2D { x, y }) == Some(self.group));
            }
        }
        if like > town.min_like {
            town.happy += 1;
            return;
        }
        let to = town.below(town.empty.len());
        let place = std::mem::replace(&mut town.empty[to], self.place);
        town.cells.remove_value_location(&self.place);
        town.cells.set_value_location(self.group, &place);
        self.place = place;
    }
}

fn main() {
    for (case, size, agents, radius, min_like, repeats) in [("S", 40, 1000, 1, 3, 60), ("L", 100, 8000, 2, 8, 12)] {
        let (mut ticks_s, mut all_s, mut happy) = (f64::MAX, f64::MAX, 0.0);
        for seed in 1..=repeats {
            let start = Instant::now();
            let mut town = Town::new(size, agents, radius, min_like, seed);
            let mut schedule = Schedule::new();
            town.init(&mut schedule);
            let ready = Instant::now();
            for _ in 0..20 {
                schedule.step(&mut town);
            }
            ticks_s = ready.elapsed().as_secs_f64().min(ticks_s);
            all_s = start.elapsed().as_secs_f64().min(all_s);
            happy += f64::from(town.happy) / agents as f64 / repeats as f64;
        }
        println!("krabmaga\t{case}\t{ticks_s}\t{all_s}\t{happy}");
    }
}
