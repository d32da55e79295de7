//! Homes made from empty offices (report §3.8; demand for offices falls by 8.7 % to 2030, report §2.1).
//!
//! Small step-free flats of 25–60 m², three in five let privately at a middle rent, two in five as social rent (A), in the
//! neighbourhoods, and in the cells of them, where the measure holds. Limits: the city knows no offices, so none are missing afterwards; whoever
//! sets the lever has to know that there are enough.

use bevy::prelude::*;

use super::building::BuildingSites;
use crate::city::{DwellingKind, Tenure};
use crate::people::{Dwelling, Tables, Tally};
use crate::policies::Controls;
use crate::sim::draws::{mix, unit};
use crate::sim::{Clock, Draws, DwellingIdx, DwellingKey, Stream};

/// Draws of conversions.
pub const STREAM: Stream = Stream::named("housing.conversion");
const KEYS: Stream = Stream::named("housing.converted");

/// Share of converted homes that is let as social rent (A).
const SOCIAL: f32 = 0.4;

/// Adds this month's converted homes, empty.
pub(super) fn convert_offices(
    mut tables: Tables,
    sites: Res<BuildingSites>,
    controls: Res<Controls>,
    (draws, clock): (Res<Draws>, Res<Clock>),
    mut tally: ResMut<Tally>,
) {
    let books = tables.books();
    let year = clock.month().year() as u16;
    for (n, &per_year) in controls.get("office_conversion").iter().enumerate() {
        let cells = sites.cells(n);
        if cells.is_empty() || per_year <= 0.0 {
            continue;
        }
        for unit_number in 0..draws.whole(STREAM, n as u64, per_year / 12.0) {
            let Some(slot) = books.free.dwellings.pop() else { return };
            let key = mix(KEYS, (n as u64) << 16 | u64::from(clock.tick), unit_number as u64).max(1);
            let words = draws.block(STREAM, key, 0);
            let area = 25.0 + 35.0 * unit(words[1]);
            let tenure = if unit(words[2]) < SOCIAL { Tenure::Social } else { Tenure::Private };
            books.dwellings[DwellingIdx(slot).i()] = Dwelling {
                key: DwellingKey(key),
                cell: controls.site("office_conversion", n, cells, 0.0, words[0]),
                // 600 to 700 € social; 19 € per m² and at most € 1,184 (M: limit of middle rents 2025).
                cost_eur_m: if tenure == Tenure::Social { 560.0 + 2.4 * area } else { (19.0 * area).min(1_184.0) },
                value_keur: 5.5 * area,
                neighbourhood: n as u16,
                area_m2: area as u16,
                built_year: year,
                vacant_since: books.now,
                kind: DwellingKind::Tower as u8,
                tenure: tenure as u8,
                step_free: 1,
                ..Dwelling::default()
            };
            tally.count(Some(n), |c| c.homes_built += 1);
        }
    }
}
