//! Schelling's model of segregation: two groups on a grid, everybody stays who has enough neighbours like themselves.
//!
//! Neighbours of a cell are those within Chebyshev distance *r* (8 for *r* = 1, 24 for *r* = 2); `like` of them are of one's
//! own group, `all` are there at all. Half of the agents are of either group, placed at random.
//!
//! | rule | happy if | a tick | ends |
//! |---|---|---|---|
//! | [`Rule::Netlogo`] | `like` ≥ wanted · `all` | all who were unhappy at its start walk, in random order, in random directions and hops of 0 to 10 cells until they stand on an empty one | when all are happy, or after `max_ticks` |
//! | [`Rule::AbmComparison`] | `like` ≥ min-like | each agent in random order looks; if unhappy it goes to a random empty cell at once | after `max_ticks` |
//!
//! The first is NetLogo's *Segregation* (Wilensky 1997), with its walk as it is written there (a hop over the edge of a map
//! that is no torus is not taken) and two departures: the number of agents and the halves are exact instead of drawn. The
//! second is the Schelling case of the *ABM Framework Comparison* (JuliaDynamics); there an agent's mood is what it found
//! when it was its turn.
//!
//! Results: `like_share` (NetLogo's *% similar*, Σ like / Σ all; by the other rule the mean of like / all over agents
//! that have neighbours), `happy_share`, `moves` (all of the run), `ticks`. Grade L for the rules.
//!
//! Agents are entities in one table; how many of either group live around a cell is kept up to date by whoever moves, so
//! that to look costs one read. Limits: two groups, one threshold for everybody, no prices, no incomes, no distance to
//! anything but neighbours: it shows that mild wishes suffice, not that they are why cities are segregated.

mod rules;
mod town;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use self::town::{Agent, Town};
use super::{LabError, MAX_TICKS};
use crate::indicators::indices;
use crate::sim::state::{DigestEntry, slice};
use crate::sim::{BuildError, Draws, Phase, RegisterState, SimTick, Simulation};

/// Who moves when, and where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// NetLogo's Segregation.
    Netlogo,
    /// The ABM framework comparison's.
    AbmComparison,
}

/// What makes an agent happy.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Wish {
    /// This share of the neighbours that are there, 0 to 1.
    Share(f64),
    /// This many neighbours.
    Count(u32),
}

/// A town to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Config {
    /// Who moves when.
    pub rule: Rule,
    /// Cells along a side.
    pub size: u32,
    /// True if the edges are joined.
    pub torus: bool,
    /// Agents in all.
    pub agents: u32,
    /// How far neighbours are, cells.
    pub radius: u32,
    /// What makes an agent happy.
    pub wish: Wish,
    /// Ticks after which it ends.
    pub max_ticks: u32,
}

/// Agents that fill a share of the cells.
///
/// # Errors
/// If the share is not between 0 and 1, or leaves no cell empty or no agent.
pub fn agents_at(density: f64, size: u32) -> Result<u32, LabError> {
    if !(density > 0.0 && density < 1.0) {
        let message = format!("--density {density}: expected a share above 0 and below 1");
        return Err(LabError::option(
            message,
            "moving needs somebody who moves and an empty cell, e.g. --density 0.95",
        ));
    }
    let cells = f64::from(size) * f64::from(size);
    Ok((density * cells).round().min(f64::from(u32::MAX)) as u32)
}

impl Config {
    /// Memory of one run, bytes: counts, places and order of cells, and the agents in a table with their entity.
    pub fn bytes(&self) -> u64 {
        let cells = u64::from(self.size) * u64::from(self.size);
        cells * 12 + u64::from(self.agents) * 72
    }

    /// What is wrong with it.
    ///
    /// # Errors
    /// Names the first option that makes no sense.
    pub fn check(&self) -> Result<(), LabError> {
        let fail = |message: String, hint: &str| Err(LabError::option(message, hint));
        let Config { size, agents, radius, .. } = *self;
        let cells = u64::from(size) * u64::from(size);
        if size == 0 {
            return fail("--size 0: expected at least one cell along a side".into(), "e.g. --size 51");
        }
        if cells > u64::from(u32::MAX) {
            return fail(format!("--size {size}: expected at most 65535"), "choose a smaller grid");
        }
        if agents == 0 {
            return fail("no agents: expected at least one".into(), "raise --agents, --density or --size");
        }
        if u64::from(agents) >= cells {
            let message = format!("{agents} agents need more than {cells} cells: expected at least one empty cell");
            return fail(message, "lower --agents or --density, or raise --size");
        }
        if radius == 0 || radius >= size || radius > 100 {
            let most = size.saturating_sub(1).clamp(1, 100);
            return fail(format!("--radius {radius}: expected 1 to {most} on a side of {size}"), "e.g. --radius 1");
        }
        if self.torus && 2 * radius + 1 > size {
            let message = format!("--radius {radius}: reaches all around a torus of {size} cells");
            return fail(message, "lower --radius, raise --size, or leave out --torus");
        }
        if let Wish::Share(share) = self.wish
            && !(0.0..=1.0).contains(&share)
        {
            return fail(
                format!("--wanted {share}: expected a share from 0 to 1"),
                "e.g. --wanted 0.30 or --wanted 1/3",
            );
        }
        if self.max_ticks == 0 || self.max_ticks > MAX_TICKS {
            return fail(format!("{} ticks: expected 1 to {MAX_TICKS}", self.max_ticks), "set --max-ticks or --steps");
        }
        Ok(())
    }
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Share of like neighbours; see the module's text.
    pub like_share: f64,
    /// Share of agents that are happy.
    pub happy_share: f64,
    /// Moves in all.
    pub moves: u64,
    /// Ticks.
    pub ticks: u32,
}

/// A town in time.
pub struct Run {
    sim: Simulation,
    config: Config,
}

impl Run {
    /// The town of a seed, before its first tick.
    ///
    /// # Errors
    /// If the configuration makes no sense.
    pub fn new(config: &Config, seed: u64) -> Result<Run, LabError> {
        config.check()?;
        let sim = Simulation::new(seed, super::START, |app| {
            let (town, agents) = town::settle(config, Draws::at_start(seed));
            app.insert_resource(town)
                .register_table::<Agent, Agent>("lab_agents")
                .register_column::<Agent>("lab_agents", "agent")
                .register_state::<Town>("lab_town")
                .register_stream(town::PLACE)
                .register_stream(rules::ORDER)
                .register_stream(rules::MOVE)
                .register_digest(DigestEntry { name: "lab_agents", every_tick: false, feed });
            match config.rule {
                Rule::Netlogo => app.add_systems(SimTick, rules::all_at_once.in_set(Phase::Act)),
                Rule::AbmComparison => app.add_systems(SimTick, rules::one_by_one.in_set(Phase::Act)),
            };
            app.world_mut().spawn_batch(agents);
            Ok::<(), BuildError>(())
        })?;
        Ok(Run { sim, config: *config })
    }

    /// One tick.
    ///
    /// # Errors
    /// If an invariant broke.
    pub fn step(&mut self) -> Result<(), LabError> {
        Ok(self.sim.step()?)
    }

    /// True when nothing more will happen, or the last tick is over.
    pub fn is_over(&self) -> bool {
        let all_happy = self.config.rule == Rule::Netlogo && self.town().unhappy == 0;
        all_happy || self.ticks() >= self.config.max_ticks
    }

    /// Ticks done.
    pub fn ticks(&self) -> u32 {
        self.sim.clock().tick.into()
    }

    /// Where it stands.
    pub fn outcome(&mut self) -> Outcome {
        let (unhappy, moves) = (self.town().unhappy, self.town().moves);
        let rule = self.config.rule;
        let like_share = self.look(|town, agents| match rule {
            Rule::Netlogo => town.pooled_like_share(agents),
            Rule::AbmComparison => town.mean_like_share(agents),
        });
        let happy_share = 1.0 - f64::from(unhappy) / f64::from(self.config.agents);
        Outcome { like_share, happy_share, moves, ticks: self.ticks() }
    }

    /// Every cell, row by row: 0 empty, 1 and 2 the groups.
    pub fn cells(&mut self) -> Vec<u8> {
        let n = (self.config.size * self.config.size) as usize;
        self.look(|_, agents| {
            let mut cells = vec![0; n];
            agents.iter().for_each(|a| cells[a.cell as usize] = 1 + a.group as u8);
            cells
        })
    }

    /// Dissimilarity of the two groups over square blocks of about a tenth of the side (at least 2 cells), the index D
    /// of segregation research; 0 where there is one block or one group.
    pub fn dissimilarity(&mut self) -> f64 {
        let size = self.config.size as usize;
        let block = (size / 10).max(2);
        let side = size.div_ceil(block);
        self.look(|_, agents| {
            let (mut x, mut t) = (vec![0.0; side * side], vec![0.0; side * side]);
            for a in agents {
                let at = a.cell as usize / size / block * side + a.cell as usize % size / block;
                x[at] += f64::from(a.group);
                t[at] += 1.0;
            }
            indices::dissimilarity(&x, &t).unwrap_or(0.0)
        })
    }

    /// The simulation beneath, for digests and snapshots.
    pub fn simulation(&mut self) -> &mut Simulation {
        &mut self.sim
    }

    fn town(&self) -> &Town {
        self.sim.world().resource::<Town>()
    }

    fn look<T>(&mut self, at: impl FnOnce(&Town, &[Agent]) -> T) -> T {
        let world = self.sim.world_mut();
        let mut query = world.query::<&Agent>();
        let query = query.query(world);
        at(world.resource::<Town>(), slice(&query))
    }
}

/// Runs the town of a seed to its end.
///
/// # Errors
/// If the configuration makes no sense.
pub fn run(config: &Config, seed: u64) -> Result<Outcome, LabError> {
    let mut run = Run::new(config, seed)?;
    while !run.is_over() {
        run.step()?;
    }
    Ok(run.outcome())
}

/// Agents by field, in order of their key, which is their row: the table never changes its length.
fn feed(world: &mut World, hasher: &mut blake3::Hasher) {
    let mut query = world.query::<&Agent>();
    hasher.update(bytemuck::cast_slice(slice(&query.query(world))));
}
