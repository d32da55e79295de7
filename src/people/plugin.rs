//! Which system of this module runs when, and what of it is state.

use bevy::prelude::*;

use super::books::{FreeSlots, Tables};
use super::causes::Causes;
use super::components::{Conduct, Dwelling, Health, Household, Outlook, Person, ShortMonth, Work};
use super::demography::{self, Affordability, Intercepts, LifeEvents};
use super::migration::arrivals::{Arrivals, arrive};
use super::migration::leaving::{outward_profile, outward_stress};
use super::order::NewSlots;
use super::parameters::DemographyParameters;
use super::places::Places;
use super::rates::{monthly, solve_fertility};
use super::region::{Region, RegionParameters, step_region};
use super::requests::Requests;
use super::synthesis::{self, Inhabitants};
use super::tally::Tally;
use super::{Books, unions, work};
use crate::city::City;
use crate::sim::digest::of_record;
use crate::sim::state::{DigestEntry, LowEntities, Slot, grow, slice};
use crate::sim::{Clock, Draws, Fault, Phase, RegisterState, SimTick};

/// The bundle of the table of persons.
type PersonRow = (Person, Work, Health, Conduct, Outlook);

/// Settles people in a city and lets them live.
///
/// | phase | system | what it does |
/// |---|---|---|
/// | Begin | `clear` | empties the tally, forgets last month's new slots |
/// | Force | `step_region` | once a year: the country around the city |
/// | Decide | `decide_life_events`, `decide_departures` | who dies, bears, leaves, parts, seeks, departs |
/// | Act | `change_households`, `arrive` | new households, couples, arrivals |
/// | Affect | `pass_birthdays` | a year of work and school; households are counted anew once a year |
/// | End | `end_month`, `keep_accounts`, `refill` | deaths, births, departures, once a year the tables in order; the sums; room for next month |
pub struct PeoplePlugin;

/// Systems of [`Phase::Act`] that change households; the housing market runs after them.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HouseholdsChange;

/// Systems of [`Phase::Affect`] that let people grow older.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct YearsPass;

/// Systems of [`Phase::End`] after which people and homes are as next month finds them.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MonthEnds;

impl Plugin for PeoplePlugin {
    fn build(&self, app: &mut App) {
        app.register_table::<PersonRow, Person>("persons")
            .register_column::<Person>("persons", "person")
            .register_column::<Work>("persons", "work")
            .register_column::<Health>("persons", "health")
            .register_column::<Conduct>("persons", "conduct")
            .register_column::<Outlook>("persons", "outlook")
            .register_table::<Household, Household>("households")
            .register_column::<Household>("households", "household")
            .register_table::<Dwelling, Dwelling>("dwellings")
            .register_column::<Dwelling>("dwellings", "dwelling")
            .register_state::<FreeSlots>("free_slots")
            .register_state::<Tally>("tally")
            .register_state::<Intercepts>("intercepts")
            .register_state::<Arrivals>("arrivals")
            .register_state::<Affordability>("affordability")
            .register_state::<Accounts>("accounts")
            .register_state::<Requests>("requests")
            .register_state::<Region>("region")
            .register_state::<Causes>("causes")
            .register_stream(synthesis::STREAM)
            .register_stream(demography::STREAM)
            .register_stream(demography::STREAM_DEPART)
            .register_stream(demography::STREAM_MATCH)
            .register_stream(super::migration::STREAM)
            .register_stream(work::STREAM)
            .register_digest(DigestEntry { name: "tally", feed: feed_tally, every_tick: true })
            .register_digest(DigestEntry { name: "people", feed: feed_people, every_tick: false })
            .init_resource::<DemographyParameters>()
            .init_resource::<LifeEvents>()
            .init_resource::<Requests>()
            .init_resource::<NewSlots>()
            .init_resource::<RegionParameters>()
            .add_systems(SimTick, step_region.in_set(Phase::Force))
            .init_resource::<Causes>()
            .add_systems(SimTick, clear.in_set(Phase::Begin))
            .add_systems(
                SimTick,
                (demography::decide_life_events, demography::decide_departures).chain().in_set(Phase::Decide),
            )
            .add_systems(
                SimTick,
                (demography::change_households, arrive).chain().in_set(Phase::Act).in_set(HouseholdsChange),
            )
            .add_systems(SimTick, (work::pass_birthdays, refresh_some).chain().in_set(Phase::Affect).in_set(YearsPass))
            .add_systems(
                SimTick,
                (demography::end_month, keep_accounts, refill).chain().in_set(Phase::End).in_set(MonthEnds),
            );
    }
}

/// Moves `inhabitants` of `city` into the world of a simulation that has the [`PeoplePlugin`].
pub fn settle(world: &mut World, city: &City, mut inhabitants: Inhabitants) {
    let now = ShortMonth::of(world.resource::<Clock>().start);
    let parameters = world.resource::<DemographyParameters>().clone();
    let draws = Draws::at_start(world.resource::<Draws>().seed);
    let n_people = inhabitants.persons.len();
    let mut intercepts = Intercepts {
        union_peak_y: 0.0,
        fertility: solve_fertility(&inhabitants.persons, now, &parameters),
        departure: demography::solve_departure(
            &inhabitants.households,
            &inhabitants.dwellings,
            parameters.domestic_departure_y,
        ),
        cheap_cost_eur_m: demography::cheap_cost_eur_m(&inhabitants.dwellings),
    };
    let books = Books {
        persons: &mut inhabitants.persons,
        works: &mut inhabitants.works,
        healths: &mut [],
        conducts: &mut [],
        outlooks: &mut [],
        households: &mut inhabitants.households,
        dwellings: &mut inhabitants.dwellings,
        free: &mut inhabitants.free,
        now,
    };
    let level = intercepts.departure;
    let departure = |h: &Household| {
        let stress = outward_stress(h, h.dwelling.get().map(|d| &books.dwellings[d]));
        monthly(level * outward_profile(h.head_age_y) * stress)
    };
    let arrivals = Arrivals::at_start(&books, &parameters, departure, draws);
    intercepts.union_peak_y = unions::solve(&books, &parameters, departure, &arrivals);
    let n_dwellings = inhabitants.dwellings.len() as i64;
    world.insert_resource(Accounts { people: n_people as i64, homes: n_dwellings });
    world.insert_resource(arrivals);
    world.insert_resource(intercepts);
    world.insert_resource(Region::new(world.resource::<RegionParameters>()));
    world.insert_resource(Affordability(1.0));
    world.insert_resource(Places::of(city));
    world.insert_resource(Tally::new(city.neighbourhoods.len()));
    world.insert_resource(inhabitants.free);
    // Rows and reserve at once: a table that grows moves, and leaves a hole in memory.
    fn with_reserve<B: Slot>(
        world: &mut World,
        rows: impl ExactSizeIterator<Item = B>,
        times: usize,
        free: fn(&mut FreeSlots) -> &mut Vec<u32>,
    ) {
        let (n, reserve) = (rows.len(), times * least_free(rows.len()));
        world.spawn_batch(rows.chain(std::iter::repeat_n(B::default(), reserve))).for_each(drop);
        *free(&mut world.resource_mut::<FreeSlots>()) = (n as u32..(n + reserve) as u32).rev().collect();
    }
    let low = LowEntities::keep(world);
    let rows = inhabitants.persons.into_iter().zip(inhabitants.works);
    let rows = rows.map(|(p, w)| (p, w, Health::default(), Conduct::default(), Outlook::default()));
    with_reserve(world, rows, 2, |f| &mut f.persons);
    // The housing market founds some more before the first month.
    with_reserve(world, inhabitants.households.into_iter(), 4, |f| &mut f.households);
    with_reserve(world, inhabitants.dwellings.into_iter(), 2, |f| &mut f.dwellings);
    low.free(world);
}

/// Free slots that a table of `n_rows` should have: 3 % of it, at least 512.
fn least_free(n_rows: usize) -> usize {
    (n_rows / 32).max(512)
}

/// How many people and homes there must be.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Accounts {
    /// People at the end of last month.
    pub people: i64,
    /// Homes at the end of last month.
    pub homes: i64,
}

fn clear(mut tally: ResMut<Tally>, mut new_slots: ResMut<NewSlots>) {
    tally.clear();
    new_slots.clear();
}

/// A twelfth of the households is counted anew each month; the others change only when their members do.
fn refresh_some(mut tables: Tables, clock: Res<Clock>) {
    use rayon::prelude::*;
    let books = tables.books();
    let (persons, works, now) = (&*books.persons, &*books.works, books.now);
    let turn = u64::from(clock.tick % 12);
    books.households.par_chunks_mut(super::CHUNK).for_each(|chunk| {
        for household in chunk.iter_mut().filter(|h| h.is_there() && h.key.0 % 12 == turn) {
            super::books::refresh_household(persons, works, household, now);
        }
    });
}

/// Nobody appears or vanishes: last month's people and homes, plus and minus what was counted, are this month's.
fn keep_accounts(
    persons: Query<&Person>,
    dwellings: Query<&Dwelling>,
    tally: Res<Tally>,
    mut accounts: ResMut<Accounts>,
    mut arrivals: ResMut<Arrivals>,
    mut fault: ResMut<Fault>,
) {
    arrivals.note(&tally);
    let c = &tally.city;
    let come = i64::from(c.births) + i64::from(c.immigrants) + i64::from(c.domestic_arrivals);
    let gone = i64::from(c.deaths) + i64::from(c.emigrants) + i64::from(c.domestic_departures);
    let people = super::count_rows(slice(&persons), Person::is_there) as i64;
    if people != accounts.people + come - gone {
        fault.raise(format!("{people} people, but {} + {come} − {gone} were expected", accounts.people));
    }
    let homes = super::count_rows(slice(&dwellings), Dwelling::is_there) as i64;
    let built = i64::from(c.homes_built) - i64::from(c.homes_lost);
    if homes != accounts.homes + built {
        fault.raise(format!("{homes} homes, but {} + {built} were expected", accounts.homes));
    }
    *accounts = Accounts { people, homes };
}

/// Keeps room for next month's births, arrivals and new households.
pub(crate) fn refill(world: &mut World) {
    fn top_up(
        world: &mut World,
        n_rows: usize,
        free: fn(&mut FreeSlots) -> &mut Vec<u32>,
        more: fn(&mut World, usize),
    ) {
        let want = least_free(n_rows);
        let have = free(&mut world.resource_mut::<FreeSlots>()).len();
        if have < want {
            let n = 2 * want - have;
            more(world, n);
            // Lowest slots are used first: the list is taken from its end.
            let slots = (n_rows as u32..(n_rows + n) as u32).rev();
            free(&mut world.resource_mut::<FreeSlots>()).splice(0..0, slots);
        }
    }
    let n = world.query::<&Person>().iter(world).len();
    top_up(world, n, |f| &mut f.persons, grow::<PersonRow>);
    let n = world.query::<&Household>().iter(world).len();
    top_up(world, n, |f| &mut f.households, grow::<Household>);
    let n = world.query::<&Dwelling>().iter(world).len();
    top_up(world, n, |f| &mut f.dwellings, grow::<Dwelling>);
}

fn feed_tally(world: &mut World, hasher: &mut blake3::Hasher) {
    let tally = world.resource::<Tally>();
    for counts in std::iter::once(&tally.city).chain(&tally.neighbourhoods) {
        counts.values().iter().for_each(|v| {
            hasher.update(&v.to_le_bytes());
        });
    }
}

/// All persons, households and homes, by field, with slots replaced by keys. Each record begins with its key and is
/// hashed by itself; the hashes are added up, which gives the same sum in any order and needs no sorting.
fn feed_people(world: &mut World, hasher: &mut blake3::Hasher) {
    let mut persons = world.query::<&Person>();
    let mut works = world.query::<&Work>();
    let mut facts = world.query::<(&Health, &Conduct, &Outlook)>();
    let mut households = world.query::<&Household>();
    let mut dwellings = world.query::<&Dwelling>();
    let (persons, works) = (persons.query(world), works.query(world));
    let (households, dwellings) = (households.query(world), dwellings.query(world));
    let (persons, works) = (slice(&persons), slice(&works));
    let facts = facts.query(world);
    let mut tables = facts.contiguous_iter().expect("table components are dense").filter(|(h, ..)| !h.is_empty());
    let (healths, conducts, outlooks) = tables.next().unwrap_or((&[], &[], &[]));
    let (households, dwellings) = (slice(&households), slice(&dwellings));
    let person = |i: usize| {
        let (p, w) = (&persons[i], &works[i]);
        let partner = p.partner.get().map_or(0, |q| persons[q].key.0);
        let mother = p.mother.get().map_or(0, |q| persons[q].key.0);
        [
            p.key.0,
            households[p.household.i()].key.0,
            partner,
            mother,
            word([p.born.0 as u16, p.arrived.0 as u16, 0, 0]),
            u64::from_le_bytes([
                p.sex,
                p.origin,
                p.newcomer,
                p.n_children,
                w.occupation,
                w.education,
                w.language,
                w.earning,
            ]),
            u64::from(w.income_eur_y.to_bits()) << 32 | u64::from(w.debt_eur.to_bits()),
            u64::from(w.place),
            bytemuck::cast(healths[i]),
            bytemuck::cast(conducts[i]),
            bytemuck::cast(outlooks[i]),
        ]
    };
    let household = |i: usize| {
        let h = &households[i];
        let home = h.dwelling.get().map_or(0, |d| dwellings[d].key.0);
        let small = [h.size, h.n_minors, h.head_age_y, h.standing, h.threshold, h.origin, 0, 0];
        let months = word([h.since.0 as u16, h.queued.0 as u16, h.lodges, 0]);
        [h.key.0, home, u64::from(h.income_eur_m.to_bits()), months, u64::from_le_bytes(small), 0, 0, 1]
    };
    let dwelling = |i: usize| {
        let d = &dwellings[i];
        let money = u64::from(d.cost_eur_m.to_bits()) << 32 | u64::from(d.value_keur.to_bits());
        let shorts = word([d.neighbourhood, d.area_m2, d.built_year, d.vacant_since.0 as u16]);
        let small = u64::from_le_bytes([d.kind, d.tenure, d.step_free, d.chain, d.status, 0, 0, 0]);
        [d.key.0, u64::from(d.cell), money, shorts, small, 0, 0, 2]
    };
    let sums = [
        sum_of_hashes(persons.len(), |i| persons[i].is_there().then(|| person(i))),
        sum_of_hashes(households.len(), |i| households[i].is_there().then(|| household(i))),
        sum_of_hashes(dwellings.len(), |i| dwellings[i].is_there().then(|| dwelling(i))),
    ];
    sums.iter().for_each(|sum| {
        hasher.update(&sum.to_le_bytes());
    });
}

fn word(parts: [u16; 4]) -> u64 {
    parts.iter().fold(0, |sum, &part| sum << 16 | u64::from(part))
}

/// Σ over the records of their hashes, modulo 2^128.
fn sum_of_hashes<const N: usize>(n: usize, record: impl Fn(usize) -> Option<[u64; N]> + Sync) -> u128 {
    use rayon::prelude::*;
    let hash = |words: [u64; N]| of_record(&words);
    (0..n).into_par_iter().with_min_len(super::CHUNK).filter_map(&record).map(hash).reduce(|| 0, u128::wrapping_add)
}
