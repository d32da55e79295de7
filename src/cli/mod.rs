//! Sub-commands, one file each.

pub mod flood;
pub mod heat;
