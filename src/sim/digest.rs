//! One number that says whether two simulations are in the same state.
//!
//! At the end of every tick the cheap parts (ledgers, integer totals) are hashed onto a chain with BLAKE3; every
//! twelfth tick, or every tick when checking, the full state is too. Parts are fed by field, never as
//! memory, and either in key order or as a sum of the hashes of records that hold their key, so that slots and padding
//! do not matter.

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::ledger::Ledgers;
use super::state::StateRegistry;

/// A digest, 32 bytes; shown as hexadecimal.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Digest(pub [u8; 32]);

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Hash the full state at every tick, not every twelfth.
#[derive(Resource)]
pub(super) struct CheckEveryTick;

/// How many ticks lie between digests of the full state.
const FULL_EVERY: u16 = 12;

/// Last system of a tick: hashes the state onto the chain.
pub(super) fn extend(world: &mut World) {
    let full = world.resource::<Clock>().tick.is_multiple_of(FULL_EVERY) || world.contains_resource::<CheckEveryTick>();
    let next = hash(world, full);
    *world.resource_mut::<Digest>() = next;
}

/// The chain so far, the clock, the ledgers and the registered parts.
pub(super) fn hash(world: &mut World, full: bool) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&world.resource::<Digest>().0);
    hasher.update(&world.resource::<Clock>().tick.to_le_bytes());
    for ledger in world.resource::<Ledgers>().iter() {
        hasher.update(ledger.name.as_bytes());
        hasher.update(&ledger.supply.to_le_bytes());
        for (name, amount) in &ledger.uses {
            hasher.update(name.as_bytes());
            hasher.update(&amount.to_le_bytes());
        }
    }
    world.resource_scope(|world, registry: Mut<StateRegistry>| {
        for part in registry.digests.iter().filter(|part| full || part.every_tick) {
            (part.feed)(world, &mut hasher);
        }
    });
    Digest(*hasher.finalize().as_bytes())
}
