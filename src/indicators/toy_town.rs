//! For tests: a small town with made-up people and a made-up month, enough to fill every table and every kind of
//! event. No model of anything.

use bevy::prelude::*;

use super::IndicatorsPlugin;
use crate::challenges::shared::{NeighbourhoodStates, Outcomes};
use crate::city::{Character, City, CityOrigin, Cover, DwellingRecord, Ground, Marginals, Neighbourhood, Tenure};
use crate::gis::{GridRef, Raster};
use crate::people::{Dwelling, Household, Move, Occupation, Person, ShortMonth, Tally, Work};
use crate::sim::state::slice_mut;
use crate::sim::{
    BuildError, Clock, Draws, DwellingIdx, DwellingKey, HouseholdIdx, HouseholdKey, Month, PersonIdx, PersonKey, Phase,
    RegisterState, SimTick, Simulation, Stream,
};

const STREAM: Stream = Stream::named("test.town");
const NAMES: [&str; 16] = [
    "Oude Haven",
    "Molenhoek",
    "Havikskwartier",
    "Zuiderpolder",
    "Linnenveld",
    "Kleine Brug",
    "Kanaalzone",
    "Essenhof",
    "Vogelbuurt",
    "De Terp",
    "Ravelijn",
    "Nieuwe Dijk",
    "Boomgaard",
    "Lage Landen",
    "Hooge Weide",
    "Waterfront",
];

/// A town of 4 × 4 neighbourhoods with `homes_each` homes; nobody lives in the last one.
pub(crate) fn city(homes_each: usize) -> City {
    let grid = GridRef { west_m: 100_000.0, north_m: 450_000.0, cell_m: 100.0, n_cols: 24, n_rows: 20 };
    let at = |i: usize| {
        let (c, r) = grid.col_row(i);
        (c / 6 + 4 * (r / 5)) as u16
    };
    let ring = |i: usize| {
        let (w, n) = (grid.west_m + 600.0 * (i % 4) as f64, grid.north_m - 500.0 * (i / 4) as f64);
        vec![[w, n], [w + 600.0, n], [w + 600.0, n - 500.0], [w, n - 500.0], [w, n]]
    };
    let neighbourhood = |i: usize| Neighbourhood {
        code: format!("TT{:02}", i + 1),
        name: NAMES[i].into(),
        district: (i / 4) as u16,
        character: Character::Mixed,
        rings: vec![ring(i)],
        centre_m: [ring(i)[0][0] + 300.0, ring(i)[0][1] - 250.0],
        marginals: Marginals::default(),
    };
    let draws = Draws::at_start(1);
    let home = |n: usize, i: usize| {
        let word = draws.block(STREAM, (n * 100_000 + i) as u64, 0);
        let (col, row) = (6 * (n % 4) + word[0] as usize % 6, 5 * (n / 4) + word[1] as usize % 5);
        let tenure = Tenure::ALL[[0, 0, 1, 1, 1, 2, 2, 3, 4, n % 5][word[2] as usize % 10]];
        DwellingRecord {
            x_m: col as f32 * 100.0 + 50.0,
            y_m: 2000.0 - row as f32 * 100.0 - 50.0,
            cell: grid.idx(col, row) as u32,
            neighbourhood: n as u16,
            kind: crate::city::DwellingKind::WalkUp,
            tenure,
            area_m2: 30 + (word[3] % 90) as u16,
            built_year: 1960,
            storey: 0,
            step_free: word[3].is_multiple_of(4),
            value_keur: 180.0 + 25.0 * n as f32,
            cost_eur_m: 450.0 + 40.0 * n as f32 + 200.0 * f32::from(tenure == Tenure::Private),
        }
    };
    let ground = grid.split(1);
    City {
        name: "Proefstad".into(),
        origin: CityOrigin::Generated,
        sources: vec!["invented for a test".into()],
        grid,
        neighbourhood_of_cell: (0..grid.len()).map(at).collect(),
        neighbourhoods: (0..16).map(neighbourhood).collect(),
        districts: ["Noord", "Centrum", "Oost", "Zuid"].map(String::from).to_vec(),
        ground: Ground {
            k: 1,
            elevation_m: Raster::filled(ground, 1.0),
            cover: Raster::filled(ground, Cover::Grass),
            building_height_dm: Raster::filled(ground, 0),
            sealed_pct: Raster::filled(ground, 0),
            tree_pct: Raster::filled(ground, 0),
        },
        dwellings: (0..15).flat_map(|n| (0..homes_each).map(move |i| (n, i))).map(|(n, i)| home(n, i)).collect(),
        amenities: Vec::new(),
        lines: Vec::new(),
        buildings: Vec::new(),
    }
}

/// A simulation of `city` in which people age, move, arrive, leave, are born and die by the roll of a die.
pub(crate) fn simulation(city: &City, seed: u64) -> Simulation {
    Simulation::new(seed, Month::new(2025, 1), |app| {
        app.register_table::<(Person, Work), Person>("persons")
            .register_column::<Person>("persons", "person")
            .register_column::<Work>("persons", "work")
            .register_table::<Household, Household>("households")
            .register_column::<Household>("households", "household")
            .register_table::<Dwelling, Dwelling>("dwellings")
            .register_column::<Dwelling>("dwellings", "dwelling")
            .insert_resource(Tally::new(city.neighbourhoods.len()))
            .insert_resource(Outcomes::new(city.neighbourhoods.len()))
            .insert_resource(NeighbourhoodStates::new(city.neighbourhoods.len()))
            .register_state::<Tally>("tally")
            .add_plugins(IndicatorsPlugin::new(city))
            .add_systems(SimTick, live_a_month.in_set(Phase::Act));
        fill(app.world_mut(), city, seed);
        Ok::<(), BuildError>(())
    })
    .unwrap()
}

/// People who moved this month.
pub(crate) fn people_moved(sim: &Simulation) -> u64 {
    sim.world().resource::<Tally>().moves.iter().map(|m| u64::from(m.people)).sum()
}

fn fill(world: &mut World, city: &City, seed: u64) {
    let now = ShortMonth::of(Month::new(2024, 12));
    let (mut people, mut households, mut dwellings) = (Vec::new(), Vec::new(), Vec::new());
    for (i, record) in city.dwellings.iter().enumerate() {
        let word = Draws::at_start(seed).block(STREAM, i as u64, 1);
        let size = if word[0].is_multiple_of(25) { 0 } else { [1, 1, 1, 2, 2, 3, 4, 1 + i % 3][word[0] as usize % 8] };
        let h = HouseholdIdx::at(households.len());
        let first = people.len();
        let origin = if word[3].is_multiple_of(3) { (record.neighbourhood % 4) as u8 } else { (word[1] % 5) as u8 };
        for m in 0..size {
            let draw = Draws::at_start(seed).block(STREAM, (i * 8 + m) as u64, 2);
            let age_m = if m < 2 { 240 + draw[0] % 780 } else { draw[0] % 216 } as i16;
            people.push((
                Person {
                    key: PersonKey(u64::from(draw[1]) << 32 | (people.len() as u64 + 1)),
                    household: h,
                    next: if m + 1 < size { PersonIdx::at(people.len() + 1) } else { PersonIdx::NONE },
                    born: ShortMonth(now.0 - age_m),
                    sex: (draw[2] % 2) as u8,
                    origin,
                    ..Person::default()
                },
                Work {
                    income_eur_y: if m < 2 { 24_000.0 } else { 0.0 },
                    occupation: if m >= 2 {
                        Occupation::Study
                    } else if draw[3].is_multiple_of(12) {
                        Occupation::Unemployed
                    } else {
                        Occupation::Employed
                    } as u8,
                    ..Work::default()
                },
            ));
        }
        let lived_in = size > 0;
        dwellings.push(Dwelling {
            key: DwellingKey(i as u64 + 1),
            cell: record.cell,
            household: if lived_in { h } else { HouseholdIdx::NONE },
            cost_eur_m: record.cost_eur_m,
            value_keur: record.value_keur,
            neighbourhood: record.neighbourhood,
            area_m2: record.area_m2,
            built_year: record.built_year,
            kind: record.kind as u8,
            tenure: record.tenure as u8,
            ..Dwelling::default()
        });
        if lived_in {
            households.push(Household {
                key: HouseholdKey(i as u64 + 1),
                first: PersonIdx::at(first),
                dwelling: DwellingIdx::at(i),
                income_eur_m: 1300.0 + (word[2] % 4000) as f32 * (0.4 + f32::from(record.neighbourhood) / 15.0),
                size: size as u8,
                n_minors: size.saturating_sub(2) as u8,
                queued: ShortMonth(now.0 - (word[3] % 150) as i16),
                origin,
                ..Household::default()
            });
        }
    }
    world.spawn_batch(people).for_each(drop);
    world.spawn_batch(households).for_each(drop);
    world.spawn_batch(dwellings).for_each(drop);
}

fn live_a_month(
    (draws, clock): (Res<Draws>, Res<Clock>),
    mut tally: ResMut<Tally>,
    mut persons: Query<&mut Person>,
    mut households: Query<&mut Household>,
    mut dwellings: Query<&mut Dwelling>,
) {
    tally.clear();
    let now = ShortMonth::of(clock.month());
    let (persons, households, dwellings) =
        (slice_mut(&mut persons), slice_mut(&mut households), slice_mut(&mut dwellings));
    let mut vacant: Vec<usize> = (0..dwellings.len()).filter(|&d| dwellings[d].is_vacant()).collect();
    #[expect(clippy::needless_range_loop, reason = "the loop changes the households that it goes through")]
    for h in 0..households.len() {
        let word = draws.block(STREAM, h as u64, 3);
        let Some(old) = households[h].dwelling.get() else { continue };
        let from = dwellings[old].neighbourhood;
        if word[0] % 80 == 0 && !vacant.is_empty() {
            // Somebody moves, more readily to neighbourhoods of their own number, so that something changes.
            let pick = word[1] as usize % vacant.len();
            let new = vacant.swap_remove(pick);
            let to = dwellings[new].neighbourhood;
            (dwellings[old].household, dwellings[old].chain) =
                (HouseholdIdx::NONE, dwellings[new].chain.saturating_add(1));
            dwellings[new].household = HouseholdIdx::at(h);
            (households[h].dwelling, households[h].since) = (DwellingIdx::at(new), now);
            vacant.push(old);
            tally.count(Some(to.into()), |c| c.moves_within += 1);
            tally.moves.push(Move { from, to, people: households[h].size });
        }
        if word[2] % 400 == 0 {
            // A new life begins where an old one ends: key changes, slot stays.
            let p = households[h].first.i();
            persons[p].key = PersonKey(persons[p].key.0 ^ u64::from(clock.tick) << 20);
            persons[p].born = ShortMonth(now.0 - (word[3] % 500) as i16);
            let place = Some(usize::from(from));
            match word[3] % 3 {
                0 => [tally.count(place, |c| c.deaths += 1), tally.count(place, |c| c.births += 1)],
                1 => [tally.count(place, |c| c.emigrants += 1), tally.count(place, |c| c.immigrants += 1)],
                _ => [
                    tally.count(place, |c| c.domestic_departures += 1),
                    tally.count(place, |c| c.domestic_arrivals += 1),
                ],
            };
            tally.moves.push(Move { from, to: u16::MAX, people: 1 });
            tally.moves.push(Move { from: u16::MAX, to: from, people: 1 });
        }
    }
    for dwelling in dwellings.iter_mut() {
        dwelling.cost_eur_m *= 1.002;
        dwelling.value_keur *= 1.003;
    }
}
