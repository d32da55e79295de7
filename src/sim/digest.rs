//! One number that says whether two simulations are in the same state.
//!
//! At the end of every tick the cheap parts (ledgers, integer totals) are hashed onto a chain with BLAKE3; every
//! twelfth tick, or every tick when checking, the full state is too. Parts are fed by field, never as
//! memory, and either in key order or as a sum of the hashes of records that hold their key ([`of_record`]), so that slots
//! and padding do not matter.

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

/// 128 bits of one record, given as words of which the first is its key. Two chains of folded multiplications (as in
/// wyhash, Wang 2019): enough to tell states apart, and ten times as fast as hashing millions of records with BLAKE3 one
/// by one. Records' hashes are added up, which gives the same sum in any order; the sum goes into the chain.
#[inline]
pub fn of_record(words: &[u64]) -> u128 {
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    // Digits of π; odd.
    let (mut a, mut b) = (0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7345);
    for &word in words {
        a = fold(a ^ word, 0xA409_3822_299F_31D1);
        b = fold(b ^ word.rotate_left(32), 0x082E_FA98_EC4E_6C89);
    }
    u128::from(fold(a, 0x4528_21E6_38D0_1377)) << 64 | u128::from(fold(b, 0xBE54_66CF_34E9_0C6D))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of 64 bits of each of three words changes about half of the 128 bits: 192 changes, mean 64, deviation of the
    /// mean √(32/192) = 0.41.
    #[test]
    fn every_bit_of_a_record_counts() {
        let record = [7, 0, 1 << 40];
        let changes = (0..192).map(|i| {
            let mut other = record;
            other[i / 64] ^= 1 << (i % 64);
            f64::from((of_record(&record) ^ of_record(&other)).count_ones())
        });
        let changes: Vec<f64> = changes.collect();
        let mean = changes.iter().sum::<f64>() / 192.0;
        assert!((mean - 64.0).abs() < 2.0, "{mean}");
        assert!(changes.iter().all(|&n| (30.0..98.0).contains(&n)), "{changes:?}");
        assert_ne!(of_record(&[1, 2]), of_record(&[2, 1]));
    }
}
