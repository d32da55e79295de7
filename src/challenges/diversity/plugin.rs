//! Which system of this challenge runs when.

use bevy::prelude::*;
use rayon::prelude::*;

use super::cells::{Cells, Home, Mix, N_GROUPS, NOWHERE, homes};
use super::parameters::DiversityParameters;
use super::state::{Diversity, Plane, Sums};
use super::understanding::{self, N_LEVELS, grown, level, understood_by};
use super::{attributes, conflicts, ties, trust};
use crate::challenges::shared::{Budget, CouplingParameters, NeighbourhoodStates, Outcome, Outcomes, State};
use crate::city::{City, NO_NEIGHBOURHOOD};
use crate::people::plugin::MonthEnds;
use crate::people::{CHUNK, DemographyParameters, Dwelling, Household, Outlook, Person, ShortMonth, Society, Work};
use crate::policies::Controls;
use crate::sim::draws::unit;
use crate::sim::state::{slice, slice_mut};
use crate::sim::{Clock, Draws, Phase, RegisterState, SimTick, Stream};

/// Rounding of tolerance thresholds.
const STREAM_TOLERANCE: Stream = Stream::named("diversity.tolerance");
/// Trust of who has not met anybody yet (A).
const FIRST_TRUST: f32 = 0.6;

/// Superdiversity. Needs [`crate::challenges::shared::SharedPlugin`].
///
/// | phase | system | what it does |
/// |---|---|---|
/// | End | `quarrel` | conflicts from elsewhere begin and are forgotten; confrontations; liaison contacts |
/// | End | `meet` | every third month: friction, language, contact, trust, belonging, anomie |
/// | End | `tolerate` | once a year: tolerance thresholds |
/// | End | `survey` | once a year: diversity over attributes, network segregation |
///
/// All of them run before births, deaths and departures.
pub struct DiversityPlugin;

impl Plugin for DiversityPlugin {
    fn build(&self, app: &mut App) {
        app.register_state::<Diversity>("diversity")
            .register_stream(conflicts::STREAM)
            .register_stream(STREAM_TOLERANCE)
            .init_resource::<DiversityParameters>()
            .add_systems(SimTick, (quarrel, meet, tolerate, survey).chain().in_set(Phase::End).before(MonthEnds));
    }
}

/// Prepares the challenge for `city`, whose people must have been settled.
pub fn open(world: &mut World, city: &City) {
    let n = city.neighbourhoods.len();
    world.insert_resource(Cells::of(city));
    world.insert_resource(Diversity { liaison: vec![0.0; n], ..Diversity::default() });
    world.run_system_cached(meet).expect("people have been settled");
    world.run_system_cached(survey).expect("people have been settled");
}

/// Conflicts and liaison.
fn quarrel(
    draws: Res<Draws>,
    p: Res<DiversityParameters>,
    controls: Res<Controls>,
    budget: Res<Budget>,
    mut own: ResMut<Diversity>,
    mut outcomes: ResMut<Outcomes>,
) {
    let effort = controls.get("liaison_officers");
    for (capacity, &effort) in own.liaison.iter_mut().zip(effort) {
        let effort = (effort * budget.funded) as f32;
        let months = if effort > *capacity { p.liaison_build_months } else { p.liaison_decay_months };
        *capacity += (effort - *capacity) / months as f32;
    }
    let forgotten = libm::pow(0.5, 30.44 / p.conflict_half_life_days) as f32;
    own.conflicts.iter_mut().for_each(|c| c.salience *= forgotten);
    own.conflicts.retain(|c| c.salience > 0.01);
    let ranks = conflicts::ranked(&own.by_origin, N_GROUPS);
    if let Some(conflict) = conflicts::begin(*draws, &ranks, &p) {
        own.conflicts.push(conflict);
    }
    for (k, conflict) in own.conflicts.iter().enumerate() {
        for (i, groups) in own.by_origin.chunks(N_GROUPS).enumerate() {
            let pairs = conflicts::co_presence(conflict, groups) * p.conflict_attached;
            let prevented = p.liaison_effect * f64::from(own.liaison[i]);
            let mean = p.conflict_events * f64::from(conflict.salience) * pairs * (1.0 - prevented);
            let word = draws.block(conflicts::STREAM, 1 + i as u64, k as u32)[0];
            outcomes.add(Outcome::Confrontation, i, conflicts::poisson(mean, f64::from(unit(word))));
        }
    }
}

/// Chance that a contact is positive in each neighbourhood, before understanding: log-odds.
fn climate(
    states: &NeighbourhoodStates,
    own: &Diversity,
    p: &DiversityParameters,
    coupling: &CouplingParameters,
    meeting: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let mood = |i: usize| {
        let raw = |state: State| f64::from(states.of(state)[i]);
        let groups = own.by_origin.get(i * N_GROUPS..(i + 1) * N_GROUPS).unwrap_or(&[]);
        let residents = f64::from(groups.iter().sum::<u32>().max(1));
        let conflict: f64 = own
            .conflicts
            .iter()
            .map(|c| f64::from(c.salience) * 4.0 * conflicts::co_presence(c, groups) / residents)
            .sum();
        let trouble = coupling.neighbourhoods_diversity * p.contact_fear * raw(State::Fear)
            + coupling.housing_diversity * p.contact_crowding * raw(State::Overcrowding);
        p.contact_base + p.contact_place * meeting(i)
            - trouble
            - p.contact_conflict * conflict * (1.0 - p.liaison_effect * f64::from(own.liaison[i]))
    };
    (0..states.n()).map(mood).collect()
}

/// Sums over the people of one chunk.
struct Met {
    /// Residents, and sums of trust, belonging and anomie in 65,535ths, by neighbourhood.
    sums: Vec<[u64; 4]>,
    by_cell: Sums,
    by_neighbourhood: Sums,
    by_both: Plane,
}

impl Met {
    fn new(n: usize) -> Met {
        let (by_cell, by_neighbourhood, by_both) = Default::default();
        Met { sums: vec![[0; 4]; n], by_cell, by_neighbourhood, by_both }
    }
}

/// A quarter of contacts.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
fn meet(
    clock: Res<Clock>,
    p: Res<DiversityParameters>,
    people: Res<DemographyParameters>,
    coupling: Res<CouplingParameters>,
    controls: Res<Controls>,
    budget: Res<Budget>,
    cells: Res<Cells>,
    persons: Query<&Person>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut works: Query<&mut Work>,
    mut outlooks: Query<&mut Outlook>,
    mut own: ResMut<Diversity>,
    mut states: ResMut<NeighbourhoodStates>,
) {
    if !clock.tick.is_multiple_of(3) {
        return;
    }
    let (n, now) = (cells.n, ShortMonth::of(clock.month()));
    let (persons, works, outlooks) = (slice(&persons), slice_mut(&mut works), slice_mut(&mut outlooks));
    let homes = homes(slice(&households), slice(&dwellings), now);
    let mix = Mix::count(persons, works, &homes, cells.neighbourhood.len());
    let (by_origin, levels) = by_neighbourhood(&mix, &cells);
    let friction: Vec<f32> = levels.iter().map(understanding::friction).collect();
    states.of_mut(State::Friction).copy_from_slice(&friction);
    own.by_origin = by_origin;
    let meeting = controls.get("meeting_places");
    let mood = climate(&states, &own, &p, &coupling, |i| meeting[i] * budget.funded);
    // For every cell and level: the chance that a contact goes well.
    let positive: Vec<[f32; N_LEVELS]> = cells
        .neighbourhood
        .par_iter()
        .enumerate()
        .map(|(cell, &at)| match mood.get(usize::from(at)) {
            Some(mood) if mix.residents(cell) > 0 => understood_by(mix.levels(cell)).map(|understands| {
                let odds = libm::exp(mood + p.contact_understanding * f64::from(understands));
                (odds / (1.0 + odds)) as f32
            }),
            _ => [0.5; N_LEVELS],
        })
        .collect();
    let diversity = |groups: &[u32]| {
        let all = f64::from(groups.iter().sum::<u32>().max(1));
        1.0 - groups.iter().map(|&k| u64::from(k) * u64::from(k)).sum::<u64>() as f64 / (all * all)
    };
    let of_cell: Vec<f32> = (0..mix.n_cells()).map(|cell| diversity(mix.origins(cell)) as f32).collect();
    let of_neighbourhood: Vec<f64> = own.by_origin.chunks(N_GROUPS).map(diversity).collect();
    let contact = states.of(State::Contact).to_vec();
    // What remains of the distance to full command after a quarter.
    let remains = |contact: f64, course: f64| {
        let rate = people.language_growth_y * (1.0 + p.course_effect * course);
        (1.0 - grown(0.0, rate, contact, 0.25)) as f32
    };
    let learning =
        controls.local(["language_courses"], |i, [course]| remains(contact[i].into(), course * budget.funded));
    let learning_without_home = remains(0.0, 0.0);
    let unequal = (p.discrimination
        * (1.0 - p.anti_discrimination_effect * mean(controls.get("anti_discrimination")) * budget.funded))
        as f32;
    let at_home: Vec<f32> =
        (0..=2_400).map(|m| (0.6 * (1.0 - libm::exp(-f64::from(m) / 12.0 / p.belonging_years))) as f32).collect();
    let contacts: Vec<f32> = contact.iter().map(|c| 3.0 * p.contacts_per_month as f32 * c).collect();
    let (gain, loss) = (p.trust_gain as f32, p.trust_loss as f32);
    let first = clock.tick == 0;
    let chunks = outlooks.par_chunks_mut(CHUNK).zip(works.par_chunks_mut(CHUNK)).zip(persons.par_chunks(CHUNK));
    let met: Vec<Met> = chunks
        .map(|((outlooks, works), persons)| {
            let mut met = Met::new(n);
            let rows = outlooks.iter_mut().zip(works).zip(persons).filter(|(_, p)| p.is_there());
            for ((outlook, work), person) in rows {
                let home =
                    person.household.get().map_or(Home { cell: NOWHERE, neighbourhood: 0, months: 0 }, |h| homes[h]);
                let is_housed = home.cell != NOWHERE;
                let i = if is_housed { usize::from(home.neighbourhood) } else { n };
                if !first && person.newcomer != 0 {
                    learn(work, outlook, if is_housed { learning.at(i, home.cell) } else { learning_without_home });
                }
                if !is_housed {
                    continue;
                }
                let cell = home.cell as usize;
                let positive = positive[cell][level(work.language)];
                let before = match outlook.trust_neighbours {
                    0 if first => trust::trust_at_rest(positive, gain, loss),
                    0 => FIRST_TRUST,
                    some => f32::from(some) / 65_535.0,
                };
                let met_now = if first { 0.0 } else { contacts[i] };
                let trusts = trust::trust_after(before, met_now, positive, gain, loss);
                let mut belongs = at_home[usize::from(home.months)] + 0.4 * trusts;
                if unequal > 0.0 {
                    belongs *= 1.0 - unequal * mix.unlike(cell, person.origin);
                }
                let lost = trust::anomie(1.0 - friction[i], belongs);
                outlook.trust_neighbours = ((trusts * 65_535.0 + 0.5) as u16).max(1);
                outlook.belonging = (belongs * 255.0 + 0.5) as u8;
                let whole = |x: f32| (x * 65_535.0) as u64;
                let row = &mut met.sums[i];
                row.iter_mut().zip([1, whole(trusts), whole(belongs), whole(lost)]).for_each(|(a, b)| *a += b);
                met.by_cell.add(f64::from(of_cell[cell]), f64::from(trusts));
                met.by_neighbourhood.add(of_neighbourhood[i], f64::from(trusts));
                met.by_both.add(f64::from(of_cell[cell]), of_neighbourhood[i], f64::from(trusts));
            }
            met
        })
        .collect();
    // In order of chunks, so that sums of floats do not depend on threads.
    let mut all = Met::new(n);
    for met in &met {
        all.sums.iter_mut().zip(&met.sums).for_each(|(a, b)| a.iter_mut().zip(b).for_each(|(a, b)| *a += b));
        all.by_cell.plus(&met.by_cell);
        all.by_neighbourhood.plus(&met.by_neighbourhood);
        all.by_both.plus(&met.by_both);
    }
    for (i, [people, trusts, _, lost]) in all.sums.into_iter().enumerate() {
        let of_people = |sum: u64| (sum as f64 / 65_535.0 / people.max(1) as f64) as f32;
        states.of_mut(State::TrustNeighbours)[i] = of_people(trusts);
        states.of_mut(State::Anomie)[i] = of_people(lost);
    }
    own.trust_by_cell = all.by_cell.correlation();
    own.trust_by_neighbourhood = all.by_neighbourhood.correlation();
    own.trust_slopes = all.by_both.slopes();
}

/// A quarter of learning; `remains` of the distance to full command.
#[inline]
fn learn(work: &mut Work, outlook: &mut Outlook, remains: f32) {
    const FULL: f32 = 65_280.0;
    let command = f32::from(u16::from(work.language) << 8 | u16::from(outlook.language_rest));
    let command = (FULL - (FULL - command).max(0.0) * remains) as u16;
    [work.language, outlook.language_rest] = command.to_be_bytes();
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Residents by origin and by level, of every neighbourhood.
fn by_neighbourhood(mix: &Mix, cells: &Cells) -> (Vec<u32>, Vec<[u32; N_LEVELS]>) {
    let (mut origins, mut levels) = (vec![0; cells.n * N_GROUPS], vec![[0; N_LEVELS]; cells.n]);
    for (cell, &at) in cells.neighbourhood.iter().enumerate().filter(|(_, at)| **at != NO_NEIGHBOURHOOD) {
        let at = usize::from(at);
        origins[at * N_GROUPS..][..N_GROUPS].iter_mut().zip(mix.origins(cell)).for_each(|(a, b)| *a += b);
        levels[at].iter_mut().zip(mix.levels(cell)).for_each(|(a, b)| *a += b);
    }
    (origins, levels)
}

/// A year of tolerance thresholds.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
fn tolerate(
    clock: Res<Clock>,
    draws: Res<Draws>,
    p: Res<DiversityParameters>,
    coupling: Res<CouplingParameters>,
    controls: Res<Controls>,
    budget: Res<Budget>,
    states: Res<NeighbourhoodStates>,
    dwellings: Query<&Dwelling>,
    mut households: Query<&mut Household>,
    mut own: ResMut<Diversity>,
) {
    if clock.tick % 12 != 6 {
        return;
    }
    let meeting = controls.get("meeting_places");
    let mood = climate(&states, &own, &p, &coupling, |i| meeting[i] * budget.funded);
    let positive: Vec<f64> = mood
        .iter()
        .zip(states.of(State::Friction))
        .map(|(mood, &friction)| {
            let odds = libm::exp(mood + p.contact_understanding * f64::from(1.0 - friction));
            odds / (1.0 + odds)
        })
        .collect();
    let residents: Vec<u32> = own.by_origin.chunks(N_GROUPS).map(|groups| groups.iter().sum()).collect();
    let (dwellings, draws, by_origin) = (slice(&dwellings), *draws, &own.by_origin);
    let sums: Vec<(u64, u64)> = slice_mut(&mut households)
        .par_chunks_mut(CHUNK)
        .map(|chunk| {
            let (mut n, mut sum) = (0, 0);
            for h in chunk.iter_mut().filter(|h| h.is_there()) {
                if let Some(home) = h.dwelling.get() {
                    let i = usize::from(dwellings[home].neighbourhood);
                    let like = by_origin[i * N_GROUPS + usize::from(h.origin).min(N_GROUPS - 1)];
                    let unlike = f64::from(residents[i].saturating_sub(like)) / f64::from(residents[i].max(1));
                    let before = f64::from(h.threshold) / 255.0;
                    let after = trust::threshold_after(before, unlike, positive[i], p.tolerance_drift_y, 1.0);
                    // Rounded by the roll of a die, so that slow drifts are not lost.
                    let rounding = f64::from(unit(draws.block(STREAM_TOLERANCE, h.key.0, 0)[0]));
                    h.threshold = (after * 255.0 + rounding).clamp(1.0, 254.0) as u8;
                }
                n += 1;
                sum += u64::from(h.threshold);
            }
            (n, sum)
        })
        .collect();
    let (n, sum) = sums.into_iter().fold((0, 0), |(n, sum), (a, b)| (n + a, sum + b));
    own.threshold = sum as f64 / 255.0 / n.max(1) as f64;
}

/// Diversity and segregation, once a year.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
fn survey(
    clock: Res<Clock>,
    p: Res<DiversityParameters>,
    cells: Res<Cells>,
    persons: Query<&Person>,
    works: Query<&Work>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut own: ResMut<Diversity>,
) {
    if !clock.tick.is_multiple_of(12) {
        return;
    }
    let (persons, works) = (slice(&persons), slice(&works));
    let (households, dwellings) = (slice(&households), slice(&dwellings));
    let now = ShortMonth::of(clock.month());
    (own.superdiversity, own.superdiversity_of_city) =
        attributes::superdiversity(persons, works, households, dwellings, cells.n, now);
    let society = Society { persons, works, households, dwellings };
    own.segregation = ties::scores(society, p.ties_most, p.homophily);
    if own.threshold == 0.0 {
        let there = households.iter().filter(|h| h.is_there());
        let (n, sum) = there.fold((0u64, 0u64), |(n, sum), h| (n + 1, sum + u64::from(h.threshold)));
        own.threshold = sum as f64 / 255.0 / n.max(1) as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learning_keeps_what_bytes_round_off() {
        let (mut work, mut outlook) = (Work { language: 200, ..Work::default() }, Outlook::default());
        for _ in 0..40 {
            learn(&mut work, &mut outlook, 0.99);
        }
        // (255 − 200) · 0.99^40 short of 255.
        let want = 255.0 - 55.0 * libm::pow(0.99, 40.0);
        let got = f64::from(work.language) + f64::from(outlook.language_rest) / 256.0;
        assert!((got - want).abs() < 0.2, "{got} against {want}");
        for _ in 0..10_000 {
            learn(&mut work, &mut outlook, 0.9);
        }
        assert!(work.language >= 254);
    }
}
