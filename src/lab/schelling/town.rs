//! Cells, who lives around them, and the agents.

use bevy::prelude::*;
use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

use super::{Config, Wish};
use crate::lab::shuffle;
use crate::sim::{Draws, Stream};

/// Draws of the first places.
pub(super) const PLACE: Stream = Stream::named("lab.schelling.place");

/// Beyond the edge.
const OUTSIDE: u32 = u32::MAX;

/// Somebody. Their key for draws is their row in the table: nobody is born and nobody dies.
#[derive(Component, Debug, Clone, Copy, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct Agent {
    /// Where they live, row · size + column.
    pub cell: u32,
    /// 0 or 1.
    pub group: u16,
    /// 1 if they were happy when they last looked.
    pub happy: u16,
}

/// The cells.
#[derive(Resource, Debug, Serialize, Deserialize)]
pub(super) struct Town {
    /// Cells along a side.
    pub size: usize,
    pub torus: bool,
    radius: usize,
    wish: Wish,
    /// Column (or row) at −radius … size + radius: itself, the one round the torus, or [`OUTSIDE`].
    wrapped: Vec<u32>,
    /// Members of either group within the radius of a cell, who lives in it included.
    around: Vec<[u16; 2]>,
    /// Cells where nobody lives, in no order.
    pub empty: Vec<u32>,
    /// Where in `empty` a cell stands; [`OUTSIDE`] if somebody lives in it.
    pub empty_at: Vec<u32>,
    /// Agents that were unhappy when they last looked.
    pub unhappy: u32,
    /// Moves so far.
    pub moves: u64,
    /// Whose turn it is, made anew every tick.
    #[serde(skip)]
    pub order: Vec<u32>,
}

/// Agents at random places, half of either group.
pub(super) fn settle(config: &Config, draws: Draws) -> (Town, Vec<Agent>) {
    let (size, radius) = (config.size as usize, config.radius as usize);
    let mut cells: Vec<u32> = (0..config.size * config.size).collect();
    shuffle(&mut cells, draws, PLACE);
    let empty = cells.split_off(config.agents as usize);
    let mut empty_at = vec![OUTSIDE; size * size];
    empty.iter().enumerate().for_each(|(i, cell)| empty_at[*cell as usize] = i as u32);
    let wrap = |at: isize| match at.rem_euclid(size as isize) {
        inside if config.torus || inside == at => inside as u32,
        _ => OUTSIDE,
    };
    let mut town = Town {
        size,
        torus: config.torus,
        radius,
        wish: config.wish,
        wrapped: (-(radius as isize)..(size + radius) as isize).map(wrap).collect(),
        around: vec![[0; 2]; size * size],
        empty,
        empty_at,
        unhappy: 0,
        moves: 0,
        order: Vec::new(),
    };
    let agent = |(i, cell): (usize, u32)| Agent { cell, group: (i % 2) as u16, happy: 0 };
    let mut agents: Vec<Agent> = cells.into_iter().enumerate().map(agent).collect();
    agents.iter().for_each(|agent| town.count(agent.cell, agent.group, 1));
    town.ask(&mut agents);
    (town, agents)
}

impl Town {
    /// Counts a member of `group` in (1) or out (−1 as u16) around `cell`.
    fn count(&mut self, cell: u32, group: u16, by: u16) {
        let (y, x) = (cell as usize / self.size, cell as usize % self.size);
        let reach = 2 * self.radius;
        for row in &self.wrapped[y..=y + reach] {
            for column in &self.wrapped[x..=x + reach] {
                if *row != OUTSIDE && *column != OUTSIDE {
                    let count = &mut self.around[*row as usize * self.size + *column as usize][usize::from(group)];
                    *count = count.wrapping_add(by);
                }
            }
        }
    }

    /// Neighbours like an agent, and all.
    #[inline]
    fn neighbours(&self, agent: &Agent) -> (u32, u32) {
        let around = self.around[agent.cell as usize];
        let like = u32::from(around[usize::from(agent.group)]) - 1;
        (like, u32::from(around[0]) + u32::from(around[1]) - 1)
    }

    /// Whether an agent is happy where it is.
    #[inline]
    pub fn is_happy(&self, agent: &Agent) -> bool {
        let (like, all) = self.neighbours(agent);
        match self.wish {
            Wish::Count(count) => like >= count,
            Wish::Share(share) => f64::from(like) >= share * f64::from(all),
        }
    }

    /// Asks everybody.
    pub fn ask(&mut self, agents: &mut [Agent]) {
        agents.iter_mut().for_each(|agent| agent.happy = self.is_happy(agent).into());
        self.unhappy = agents.iter().filter(|agent| agent.happy == 0).count() as u32;
    }

    /// Moves an agent to the empty cell at place `to` of the list of those.
    pub fn move_to(&mut self, agent: &mut Agent, to: usize) {
        let cell = std::mem::replace(&mut self.empty[to], agent.cell);
        self.empty_at[agent.cell as usize] = to as u32;
        self.empty_at[cell as usize] = OUTSIDE;
        self.count(agent.cell, agent.group, 1u16.wrapping_neg());
        self.count(cell, agent.group, 1);
        agent.cell = cell;
        self.moves += 1;
    }

    /// Where in the list of empty cells `cell` is.
    pub fn empty_place(&self, cell: usize) -> Option<usize> {
        Some(self.empty_at[cell]).filter(|at| *at != OUTSIDE).map(|at| at as usize)
    }

    /// Like neighbours of all agents over all neighbours of all agents; 0 if nobody has any.
    pub fn pooled_like_share(&self, agents: &[Agent]) -> f64 {
        let add = |(like, all): (u64, u64), agent| {
            let (l, a) = self.neighbours(agent);
            (like + u64::from(l), all + u64::from(a))
        };
        let (like, all) = agents.iter().fold((0, 0), add);
        like as f64 / all.max(1) as f64
    }

    /// Mean share of like neighbours over agents that have neighbours; 0 if nobody has any.
    pub fn mean_like_share(&self, agents: &[Agent]) -> f64 {
        let shares = agents.iter().map(|agent| self.neighbours(agent)).filter(|(_, all)| *all > 0);
        let (sum, n) = shares.fold((0.0, 0u32), |(sum, n), (l, a)| (sum + f64::from(l) / f64::from(a), n + 1));
        sum / f64::from(n.max(1))
    }
}
