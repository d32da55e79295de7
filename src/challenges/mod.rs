//! The challenges of the report, one folder each. None imports another: they act on each other only through ledgers
//! and through shared neighbourhood state (models.md §0.2, §13).

pub mod ageing;
pub mod climate;
pub mod diversity;
pub mod housing;
pub mod neighbourhoods;
pub mod organised_crime;
pub mod shared;
