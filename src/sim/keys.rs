//! Stable keys and dense slots.
//!
//! A *key* is 64 bits, says who somebody is for ever, and gives order, randomness, twin matching and output. A *slot*
//! is 32 bits, says where somebody is stored in this one simulation, gives speed, and is never written out, never
//! used for a draw and never used for order.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

macro_rules! key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Pod, Zeroable, Serialize, Deserialize)]
        #[repr(transparent)]
        pub struct $name(pub u64);
    };
}

macro_rules! slot {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Pod, Zeroable, Serialize, Deserialize)]
        #[repr(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// "Nobody" or "nowhere".
            pub const NONE: $name = $name(u32::MAX);

            /// The slot as an index, or `None` for [`Self::NONE`].
            #[inline]
            pub fn get(self) -> Option<usize> {
                (self != Self::NONE).then_some(self.0 as usize)
            }

            /// The slot as an index; must not be [`Self::NONE`].
            #[inline]
            pub fn i(self) -> usize {
                debug_assert!(self != Self::NONE);
                self.0 as usize
            }

            /// The slot at index `i`.
            #[inline]
            pub fn at(i: usize) -> $name {
                $name(i as u32)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::NONE
            }
        }
    };
}

key! {
    /// Who a person is: hash of (mother's key, birth order), or of ("arrival", tick, number). 0 marks a free slot.
    PersonKey
}
key! {
    /// Who a household is: hash of (founder's key, tick). 0 marks a free slot.
    HouseholdKey
}
key! {
    /// Which dwelling: hash of (project, unit).
    DwellingKey
}
slot! {
    /// Slot of a person.
    PersonIdx
}
slot! {
    /// Slot of a household.
    HouseholdIdx
}
slot! {
    /// Slot of a dwelling.
    DwellingIdx
}
