//! What happens in a tick.

use bevy::prelude::*;
use rand::Rng;

use super::town::{Agent, Town};
use crate::lab::{below, shuffle};
use crate::sim::draws::unit;
use crate::sim::state::slice_mut;
use crate::sim::{Draws, Stream};

/// Draws of the order of a tick.
pub(super) const ORDER: Stream = Stream::named("lab.schelling.order");
/// Draws of where somebody goes.
pub(super) const MOVE: Stream = Stream::named("lab.schelling.move");

/// The comparison's rule: everybody in random order looks, and goes to a random empty cell if unhappy.
pub(super) fn one_by_one(draws: Res<Draws>, mut town: ResMut<Town>, mut agents: Query<&mut Agent>) {
    let (town, agents) = (&mut *town, slice_mut(&mut agents));
    let mut order = std::mem::take(&mut town.order);
    order.clear();
    order.extend(0..agents.len() as u32);
    shuffle(&mut order, *draws, ORDER);
    town.unhappy = 0;
    for &i in &order {
        let agent = &mut agents[i as usize];
        let happy = town.is_happy(agent);
        agent.happy = happy.into();
        if !happy {
            town.unhappy += 1;
            let to = below(draws.block(MOVE, i.into(), 0)[0], town.empty.len());
            town.move_to(agent, to);
        }
    }
    town.order = order;
}

/// NetLogo's rule: all that are unhappy at the start of the tick walk in random order; then all look.
pub(super) fn all_at_once(draws: Res<Draws>, mut town: ResMut<Town>, mut agents: Query<&mut Agent>) {
    let (town, agents) = (&mut *town, slice_mut(&mut agents));
    let mut order = std::mem::take(&mut town.order);
    order.clear();
    order.extend((0..agents.len() as u32).filter(|&i| agents[i as usize].happy == 0));
    shuffle(&mut order, *draws, ORDER);
    for &i in &order {
        walk(town, &mut agents[i as usize], *draws, i.into());
    }
    town.ask(agents);
    town.order = order;
}

/// `find-new-spot`: hops of 0 to 10 cells in random directions until nobody else lives where one stands. On one's own cell
/// one may stay, which happens after a hop of less than half a cell, as in NetLogo.
fn walk(town: &mut Town, agent: &mut Agent, draws: Draws, key: u64) {
    let size = town.size as f32;
    let (mut x, mut y) = ((agent.cell as usize % town.size) as f32, (agent.cell as usize / town.size) as f32);
    let mut rng = draws.rng(MOVE, key);
    loop {
        let (sin, cos) = libm::sincosf(std::f32::consts::TAU * unit(rng.next_u32()));
        let hop = 10.0 * unit(rng.next_u32());
        let (to_x, to_y) = (x + hop * cos, y + hop * sin);
        // A cell reaches half a cell to either side of its centre.
        let is_inside = |v: f32| (-0.5..size - 0.5).contains(&v);
        let stays_on_the_map = town.torus || (is_inside(to_x) && is_inside(to_y));
        if !stays_on_the_map {
            continue;
        }
        (x, y) = if town.torus { (to_x.rem_euclid(size), to_y.rem_euclid(size)) } else { (to_x, to_y) };
        let index = |v: f32| (v + 0.5) as usize % town.size;
        let cell = index(y) * town.size + index(x);
        if cell == agent.cell as usize {
            return;
        }
        if let Some(place) = town.empty_place(cell) {
            town.move_to(agent, place);
            return;
        }
    }
}
