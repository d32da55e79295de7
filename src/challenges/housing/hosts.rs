//! Who takes in those who have lost their home (models.md §9, §18; report §3.8).
//!
//! Whoever is put out without another home finds somebody to stay with in [`HousingParameters::hosts`] of cases, as
//! models.md §18 has it, and else has no roof ([`Household::ROOFLESS`]): no landlord or seller takes them, for they have no
//! address, deposit or good word of the last one; they wait in the social queue, may get a place in a shelter, find a host
//! later, or leave for a neighbouring municipality. Staying with others does not last for ever: after
//! [`HousingParameters::give_up_after_months`] hosts other than parents may have had enough, and one looks for another.
//! Who is put out by water goes to the municipality's reception, and whoever is urgent to a home that waits for them.
//!
//! Limits: the hosts are a neighbourhood, not a household: their crowding and strain are not felt.

use bevy::prelude::*;
use rayon::prelude::*;

use super::parameters::HousingParameters;
use crate::people::{CHUNK, Household, ShortMonth, Tables};
use crate::sim::draws::unit;
use crate::sim::{Draws, DwellingIdx, Stream};

/// Who finds a host, and whose host has had enough.
pub const STREAM: Stream = Stream::named("housing.hosts");

/// Gives and takes hosts.
pub(super) fn find_hosts(mut tables: Tables, p: Res<HousingParameters>, draws: Res<Draws>) {
    let (books, draws) = (tables.books(), *draws);
    let now = books.now;
    books.households.par_chunks_mut(CHUNK).for_each(|chunk| {
        for h in chunk.iter_mut().filter(|h| h.is_there() && h.dwelling == DwellingIdx::NONE) {
            let u = || f64::from(unit(draws.block(STREAM, h.key.0, 0)[0]));
            if changes(h, now, u, &p) {
                h.standing ^= Household::ROOFLESS;
            }
        }
    });
}

/// True if `h`, without a home of its own, finds a host or loses its host this month, at quantile `u`.
fn changes(h: &Household, now: ShortMonth, u: impl Fn() -> f64, p: &HousingParameters) -> bool {
    let months = h.since.until(now);
    if h.stands(Household::ROOFLESS) {
        return u() < if months == 0 { p.hosts } else { p.hosts_later };
    }
    let stays_by_right = Household::FIRST_HOME | Household::URGENT | Household::SHELTERED;
    !h.stands(stays_by_right) && f64::from(months) >= p.give_up_after_months && u() < p.lodging_ends * (1.0 - p.hosts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// models.md §18: half of those who are put out without an alternative are homeless.
    #[test]
    fn half_find_a_host_at_once_and_few_later() {
        let p = HousingParameters::default();
        let put_out = Household { standing: Household::ROOFLESS, since: ShortMonth(1500), ..Household::default() };
        let share = |h: &Household, now| {
            let hit = |i: u32| u32::from(changes(h, ShortMonth(now), || (f64::from(i) + 0.5) / 1_000.0, &p));
            f64::from((0..1_000).map(hit).sum::<u32>()) / 1_000.0
        };
        assert_eq!(share(&put_out, 1500), p.hosts);
        assert_eq!(share(&put_out, 1501), p.hosts_later);
        let guest = Household { standing: 0, ..put_out };
        assert_eq!(share(&guest, 1505), 0.0);
        assert!((share(&guest, 1512) - p.lodging_ends * (1.0 - p.hosts)).abs() < 1e-3);
        assert_eq!(share(&Household { standing: Household::FIRST_HOME, ..guest }, 1512), 0.0);
    }
}
