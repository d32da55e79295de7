//! Shelter for households without a home (lever `shelter`).
//!
//! Who has had no home of their own for [`MONTHS`] months, and does not wait for the first one at their parents', may get a
//! place. Who does is drawn once per household: with a share of one half, the same half is in a shelter as long as it
//! lasts, and more places take in more without putting anybody out. A place spares the strain of having no home
//! ([`crate::people::HazardView::has_place`]) and the household does not give up looking. It ends with the lever, or with
//! a home. Grade A: nothing says how much strain is spared.

use bevy::prelude::*;
use rayon::prelude::*;

use crate::people::{CHUNK, Household, Tables};
use crate::policies::Controls;
use crate::sim::draws::unit;
use crate::sim::{Draws, DwellingIdx, Stream};

/// Who gets a place.
pub const STREAM: Stream = Stream::named("housing.shelter");
/// Months without a home before a place is given.
const MONTHS: i32 = 3;

/// Gives and takes places.
pub(super) fn give_shelter(mut tables: Tables, controls: Res<Controls>, draws: Res<Draws>) {
    let share = controls.get("shelter");
    let draws = Draws::at_start(draws.seed);
    let books = tables.books();
    let now = books.now;
    books.households.par_chunks_mut(CHUNK).for_each(|chunk| {
        for h in chunk.iter_mut().filter(|h| h.is_there() && h.dwelling == DwellingIdx::NONE) {
            let may = h.since.until(now) >= MONTHS && !h.stands(Household::FIRST_HOME);
            let share = h.lodging().map_or(0.0, |n| share[n]);
            let has = may && f64::from(unit(draws.block(STREAM, h.key.0, 0)[0])) < share;
            h.standing = if has { h.standing | Household::SHELTERED } else { h.standing & !Household::SHELTERED };
        }
    });
}
