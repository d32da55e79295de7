//! A month of volume crime: how much where ([`choice`]), which offences ([`incidents`]), by whom and to whom
//! ([`propensity`]), and what becomes known of it.
//!
//! * **Committed ≥ reported ≥ registered ≥ detected** are counted apart (models.md E-7). About 40 % are reported and 30 %
//!   registered (L [22]); who is found depends on the hours of investigation.
//! * Totals follow places, biographies follow persons (§11.0): the offender is drawn among those who offend this month,
//!   by how many live how near; most offend alone (L [21]: 87.4, 9.6, 2.1, 0.6 and 0.3 % in groups of one to five).
//! * Whom it strikes is drawn among those exposed this month: mostly people of the neighbourhood for property and
//!   vandalism, mostly others for violence (A). What strikes nobody's home strikes a business or a visitor.

use bevy::ecs::system::SystemParam;
use bevy::prelude::*;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::CrimeParameters;
use super::cells::{Cells, N_KINDS};
use super::choice::{self, Baseline, Surroundings};
use super::homes::Homes;
use super::incidents::{self, AT_ONCE, Incident};
use super::levers::Levers;
use super::past::{Past, give_past, months_of_past};
use super::propensity::{Candidate, Look, MOST_LOCAL, Pools, exposed};
use crate::challenges::shared::police::Police;
use crate::challenges::shared::{
    Census, CouplingParameters, Event, NeighbourhoodStates, Outcome, Outcomes, State, spread,
};
use crate::people::{CHUNK, Conduct, DemographyParameters, Dwelling, Household, Person, ShortMonth, Work};
use crate::policies::Controls;
use crate::sim::draws::{threshold, unit};
use crate::sim::state::{slice, slice_mut};
use crate::sim::{Clock, Draws, Stream};

/// Draws of who and whom, and of what becomes known.
pub const STREAM: Stream = Stream::named("crime.who");

/// Outcome of each kind.
pub const OUTCOME: [Outcome; N_KINDS] = [Outcome::Burglary, Outcome::Vandalism, Outcome::Violence];
/// Share of offences that strike people of the same neighbourhood (A).
const STRIKES_HERE: [f64; N_KINDS] = [0.7, 0.7, 0.3];
/// Strain that an offence leaves with whom it strikes, of 255 (A).
const LEAVES_STRAIN: [u8; N_KINDS] = [10, 5, 25];
/// Cumulated shares of co-offending groups by size (L [21]).
const ALONE_OR_MORE: [f64; 4] = [0.874, 0.970, 0.991, 0.997];
/// People exposed in a month, per offence.
const EXPOSED_PER_OFFENCE: f64 = 4.0;

/// Offences that this and earlier months will still bring about.
#[derive(Resource, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pending(pub Vec<Incident>);

/// What the month's crime reads.
#[derive(SystemParam)]
pub struct Seen<'w> {
    pub(super) draws: Res<'w, Draws>,
    pub(super) clock: Res<'w, Clock>,
    pub(super) p: Res<'w, CrimeParameters>,
    pub(super) people: Res<'w, DemographyParameters>,
    pub(super) coupling: Res<'w, CouplingParameters>,
    pub(super) states: Res<'w, NeighbourhoodStates>,
    pub(super) census: Res<'w, Census>,
    pub(super) controls: Res<'w, Controls>,
    pub(super) police: Res<'w, Police>,
    pub(super) cells: Res<'w, Cells>,
    pub(super) homes: Res<'w, Homes>,
}

/// The tables that a look at persons reads.
#[derive(Clone, Copy)]
pub struct People<'a> {
    /// Persons by slot.
    pub persons: &'a [Person],
    /// What they do.
    pub works: &'a [Work],
    /// Households by slot.
    pub households: &'a [Household],
    /// Homes by slot.
    pub dwellings: &'a [Dwelling],
}

impl People<'_> {
    /// The home of person `i`.
    pub fn home(&self, i: usize) -> Option<&Dwelling> {
        let home = self.households[self.persons[i].household.get()?].dwelling.get()?;
        Some(&self.dwellings[home])
    }
}

impl Seen<'_> {
    /// The present month.
    pub fn now(&self) -> ShortMonth {
        ShortMonth::of(self.clock.month())
    }

    /// The low-income line per head, of the present: it grows with incomes. Equivalence as of two adults.
    fn low_income_per_head_eur_m(&self) -> f32 {
        let years = f64::from(self.clock.tick) / 12.0;
        self.census.low_income_eur_m / 1.5 * libm::pow(1.0 + self.people.income_growth_y, years) as f32
    }

    /// Visible hours per 1,000 residents: police, and street coaches at their weight.
    pub fn visible_h(&self) -> Vec<f64> {
        let coaches = self.controls.get("street_coaches");
        let police = self.states.of(State::PoliceVisibility);
        let hours = |fte: f64, residents: u32| {
            // A coach works as many hours as an officer.
            fte * 1_350.0 / 12.0 * 1_000.0 / f64::from(residents.max(1))
        };
        police
            .iter()
            .zip(coaches)
            .zip(&self.census.residents)
            .map(|((&h, &fte), &r)| f64::from(h) + self.p.coach_hours * hours(fte, r))
            .collect()
    }

    /// A look at persons, with their conduct as it stands.
    pub fn look<'a>(
        &'a self,
        people: People<'a>,
        conducts: &'a [Conduct],
        efficacy: &'a [f64],
        levers: &'a Levers,
    ) -> Look<'a> {
        Look {
            people,
            conducts,
            homes: &self.homes,
            p: &self.p,
            efficacy,
            programmes: levers.programmes(),
            low_income_eur_m: self.low_income_per_head_eur_m(),
            draws: *self.draws,
            now: self.now(),
        }
    }

    /// b_CE · CE of each neighbourhood.
    pub fn efficacy(&self) -> Vec<f64> {
        let strength = self.coupling.neighbourhoods_crime * self.p.h_efficacy;
        let of = |n| strength * spread::bounded(&self.states, State::CollectiveEfficacy, n);
        (0..self.states.n()).map(|n| of(n).clamp(-MOST_LOCAL, MOST_LOCAL)).collect()
    }
}

/// Offences of `kind` per resident and month in the first year.
fn rate(p: &CrimeParameters, kind: usize) -> f64 {
    [p.property_per_1000_y, p.vandalism_per_1000_y, p.violence_per_1000_y][kind] / 12_000.0
}

/// A month of volume crime.
#[expect(clippy::too_many_arguments, reason = "a system asks for what it reads")]
pub(super) fn commit(
    seen: Seen,
    persons: Query<&Person>,
    works: Query<&Work>,
    households: Query<&Household>,
    dwellings: Query<&Dwelling>,
    mut conducts: Query<&mut Conduct>,
    mut baseline: ResMut<Baseline>,
    mut pending: ResMut<Pending>,
    mut outcomes: ResMut<Outcomes>,
) {
    let (p, cells) = (&*seen.p, &*seen.cells);
    let people = People {
        persons: slice(&persons),
        works: slice(&works),
        households: slice(&households),
        dwellings: slice(&dwellings),
    };
    let conducts = slice_mut(&mut conducts);
    let levers = Levers::of(&seen.controls, p, seen.draws.seed);
    let lighting = seen.controls.local(["lighting"], |_, [share]| share);
    let efficacy = seen.efficacy();
    let visible_h = seen.visible_h();
    pass_time(conducts, &seen.clock, p);
    let is_first = !baseline.is_set;
    if is_first {
        first_look(&seen, &mut baseline);
        // Levels are solved as if nothing was done yet, so that measures of the first month have their effect, too.
        let none = Levers::none(seen.states.n(), p);
        first_offenders(&seen, &mut baseline, people, conducts, &efficacy, &none);
    } else {
        give_past(&seen, baseline.level_without_others, people, conducts, &efficacy, &levers);
    }
    let pools = seen.look(people, conducts, &efficacy, &levers).pools(baseline.level, baseline.exposure);
    count_offenders(&mut baseline, &pools, &seen.census.residents);
    pools.offenders.iter().for_each(|c| conducts[c.slot as usize].offended = seen.now());
    let around = Surroundings {
        states: &seen.states,
        coupling: &seen.coupling,
        p,
        lighting: &cells.lit(&lighting),
        visible_h: &visible_h,
        n_days: seen.clock.month().n_days(),
    };
    if baseline.alternatives[0].is_empty() {
        let dark = [0, 1, 2].map(|_| vec![0.0; seen.states.n()]);
        let hours = baseline.visible_h.clone();
        note_alternatives(&seen, &mut baseline, &Surroundings { lighting: &dark, visible_h: &hours, ..around });
    }
    let expected = expected(&seen, &baseline, &around);
    if is_first {
        pending.0 = incidents::warm_up(cells, p, &expected, *seen.draws);
    }
    let n_days = seen.clock.month().n_days();
    let month = incidents::a_month(&cells.under(&lighting, p), p, &expected, n_days, *seen.draws, &mut pending.0);
    let who = Who::new(cells, &pools);
    let happen = |incident: &Incident| {
        let n = cells.neighbourhood(incident.cell)?;
        let kind = usize::from(incident.kind);
        let words = [0, 1].map(|k| seen.draws.block(STREAM, incident.key, k));
        let mut youth_from = [u16::MAX; 5];
        let offenders = who.offenders(n, words[0]);
        youth_from.iter_mut().zip(offenders.filter(|o| o.age_y < 25)).for_each(|(at, o)| *at = o.neighbourhood);
        let victim = who.victim(n, kind, words[1]);
        Some(Happening { incident: *incident, n, youth_from, victim, known: becomes_known(&seen, kind, incident.key) })
    };
    let happenings: Vec<Happening> = month.par_iter().with_min_len(AT_ONCE).filter_map(happen).collect();
    for Happening { incident, n, youth_from, victim, known } in happenings {
        let kind = usize::from(incident.kind);
        let Incident { cell, day, street, .. } = incident;
        // Known stages: reported, registered, detected.
        let event = Event { what: OUTCOME[kind], cell, day: day as u8, street, registered: known >= 2 };
        outcomes.add_event(n, event);
        for at in youth_from.into_iter().filter(|at| *at != u16::MAX) {
            outcomes.add(Outcome::YouthOffences, at.into(), 1);
        }
        if let Some(victim) = victim {
            let conduct = &mut conducts[victim.slot as usize];
            conduct.harmed = seen.now();
            conduct.harmed_times = conduct.harmed_times.saturating_add(1);
            conduct.strain = conduct.strain.saturating_add(LEAVES_STRAIN[kind]);
            outcomes.add(Outcome::Harmed, usize::from(victim.neighbourhood), 1);
        }
        for stage in &BECOMES_KNOWN[..known] {
            outcomes.add(*stage, n, 1);
        }
    }
}

/// What comes of an offence.
struct Happening {
    incident: Incident,
    n: usize,
    /// Where the young among who did it live; `u16::MAX`: nobody.
    youth_from: [u16; 5],
    victim: Option<Candidate>,
    /// How many stages of [`BECOMES_KNOWN`].
    known: usize,
}

/// How an offence becomes known, one after the other.
const BECOMES_KNOWN: [Outcome; 3] = [Outcome::CrimeReported, Outcome::CrimeRegistered, Outcome::CrimeDetected];

/// How far an offence becomes known: how many stages of [`BECOMES_KNOWN`].
fn becomes_known(seen: &Seen, kind: usize, key: u64) -> usize {
    let (p, words) = (&seen.p, seen.draws.block(STREAM, key, 2));
    let reported = [p.reported_property, p.reported_vandalism, p.reported_violence][kind];
    if words[0] >= threshold(reported) {
        return 0;
    }
    if words[1] >= threshold(p.registered) {
        return 1;
    }
    2 + usize::from(words[2] < threshold(p.detected * seen.police.investigated))
}

/// Strain fades every quarter; times harmed are counted anew every calendar year.
fn pass_time(conducts: &mut [Conduct], clock: &Clock, p: &CrimeParameters) {
    let (quarter, january) = (clock.tick.is_multiple_of(3), clock.month().month() == 1);
    if !quarter && !january {
        return;
    }
    let fade = if quarter { libm::exp2(-3.0 / p.strain_half_life_months) as f32 } else { 1.0 };
    conducts.par_chunks_mut(CHUNK).flatten_iter().for_each(|c| {
        c.strain = (f32::from(c.strain) * fade) as u8;
        c.harmed_times = if january { 0 } else { c.harmed_times };
    });
}

/// Notes how neighbourhoods stand in the first month.
fn first_look(seen: &Seen, baseline: &mut Baseline) {
    let mean = |values: &[f32]| values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len().max(1) as f64;
    let residents = seen.census.residents.iter().sum::<u32>();
    baseline.is_set = true;
    baseline.homes = seen.census.homes.clone();
    baseline.guard = mean(seen.states.of(State::Guardianship));
    baseline.vacancy = mean(seen.states.of(State::Vacancy));
    baseline.visible_h = seen.states.of(State::PoliceVisibility).iter().map(|&h| f64::from(h)).collect();
    baseline.elders = f64::from(seen.census.elders.iter().sum::<u32>()) / f64::from(residents.max(1));
}

/// Solves the levels of offending and exposure, and gives people the past that these levels imply.
fn first_offenders(
    seen: &Seen,
    baseline: &mut Baseline,
    people: People,
    conducts: &mut [Conduct],
    efficacy: &[f64],
    levers: &Levers,
) {
    let p = &*seen.p;
    let residents = f64::from(seen.census.residents.iter().sum::<u32>());
    let offences = (0..N_KINDS).map(|k| rate(p, k)).sum::<f64>() * residents;
    // Σ size · share of groups of that size.
    let per_offence = 5.0 - ALONE_OR_MORE.iter().sum::<f64>();
    let wanted = offences * per_offence / p.offences_per_month;
    let hazards = |conducts: &[Conduct], of: fn(&Look, usize) -> f64| -> Vec<f64> {
        let look = seen.look(people, conducts, efficacy, levers);
        let persons = people.persons;
        (0..persons.len())
            .into_par_iter()
            .map(|i| if persons[i].is_there() { libm::exp(of(&look, i)) } else { 0.0 })
            .collect()
    };
    let without_past = hazards(conducts, |look, i| look.without_others(i));
    let (persons, now) = (people.persons, seen.now());
    let mut level = wanted / without_past.iter().sum::<f64>().max(1e-9);
    for _ in 0..4 {
        let expected = |(person, h): (&Person, &f64)| {
            let past = Past::of(level * h, p.h_prior, months_of_past(person, now));
            level * h * (1.0 + past.chance * libm::expm1(p.h_prior))
        };
        level *= wanted / persons.iter().zip(&without_past).map(expected).sum::<f64>().max(1e-9);
    }
    baseline.level_without_others = level;
    give_past(seen, level, people, conducts, efficacy, levers);
    let hazards = hazards(conducts, |look, i| look.full(i));
    baseline.level = wanted / hazards.iter().sum::<f64>().max(1e-9);
    let mut offenders = vec![0.0; seen.states.n()];
    let mut exposure = 0.0;
    for (i, person) in persons.iter().enumerate().filter(|(_, q)| q.is_there()) {
        if let Some(home) = people.home(i) {
            offenders[usize::from(home.neighbourhood)] += baseline.level * hazards[i];
            exposure += exposed(person.age_y(now));
        }
    }
    let per_head = |(a, &r): (f64, &u32)| a / f64::from(r.max(1));
    baseline.offenders = offenders.into_iter().zip(&seen.census.residents).map(per_head).collect();
    baseline.offenders_at_start = baseline.offenders.clone();
    baseline.exposure = EXPOSED_PER_OFFENCE * offences / f64::max(exposure, 1.0);
}

/// Lets the number of people who offend, per resident, follow in a year.
fn count_offenders(baseline: &mut Baseline, pools: &Pools, residents: &[u32]) {
    let mut count = vec![0u32; residents.len()];
    pools.offenders.iter().for_each(|c| count[usize::from(c.neighbourhood)] += 1);
    for ((rate, count), &r) in baseline.offenders.iter_mut().zip(count).zip(residents) {
        if r > 0 {
            *rate += (f64::from(count) / f64::from(r) - *rate) / 12.0;
        }
    }
}

/// How much each neighbourhood attracts offences of each kind.
fn attraction(seen: &Seen, baseline: &Baseline, around: &Surroundings) -> [Vec<f64>; N_KINDS] {
    let cells = &*seen.cells;
    let multipliers: Vec<[f64; N_KINDS]> = (0..cells.n()).map(|n| around.multiplier(n, baseline)).collect();
    let grown = |n: usize| f64::from(seen.census.homes[n].max(1)) / f64::from(baseline.homes[n].max(1));
    std::array::from_fn(|kind| (0..cells.n()).map(|n| cells.total[kind][n] * grown(n) * multipliers[n][kind]).collect())
}

/// Notes what else there is to choose at the start.
fn note_alternatives(seen: &Seen, baseline: &mut Baseline, around: &Surroundings) {
    let attraction = attraction(seen, baseline, around);
    for (alternatives, attraction) in baseline.alternatives.iter_mut().zip(&attraction) {
        *alternatives = choice::alternatives(&seen.cells, attraction);
    }
}

/// Offences of themselves in each neighbourhood this month, by kind.
fn expected(seen: &Seen, baseline: &Baseline, around: &Surroundings) -> [Vec<f64>; N_KINDS] {
    let (p, cells) = (&*seen.p, &*seen.cells);
    let attraction = attraction(seen, baseline, around);
    let urge = choice::urge(&seen.census.residents, baseline, p.supply_elasticity);
    let homes = |list: &[u32]| f64::from(list.iter().sum::<u32>().max(1));
    let growth = homes(&seen.census.homes) / homes(&baseline.homes);
    std::array::from_fn(|kind| {
        let c = rate(p, kind) * (1.0 - incidents::near_repeat(p, kind));
        let all = choice::offences(cells, &attraction[kind], &urge, &baseline.alternatives[kind], growth, p.desist);
        all.into_iter().map(|x| c * x).collect()
    })
}

/// Draws persons for an offence.
struct Who<'a> {
    pools: &'a Pools,
    /// First in the pool of each neighbourhood, and the end: offenders, exposed.
    first: [Vec<usize>; 2],
    /// For each place the cumulated weights of where offenders, and those exposed, live.
    reach: [Vec<f64>; 2],
    n: usize,
}

impl<'a> Who<'a> {
    fn new(cells: &Cells, pools: &'a Pools) -> Who<'a> {
        let n = cells.n();
        let first = |pool: &[Candidate]| -> Vec<usize> {
            (0..=n).map(|n| pool.partition_point(|c| usize::from(c.neighbourhood) < n)).collect()
        };
        let first = [first(&pools.offenders), first(&pools.exposed)];
        let reach = |first: &[usize]| {
            let mut rows = Vec::with_capacity(n * n);
            for place in 0..n {
                let mut sum = 0.0;
                // As far from home to place as back.
                for (home, kernel) in cells.kernel[place * n..][..n].iter().enumerate() {
                    sum += (first[home + 1] - first[home]) as f64 * kernel;
                    rows.push(sum);
                }
            }
            rows
        };
        let reach = [reach(&first[0]), reach(&first[1])];
        Who { pools, first, reach, n }
    }

    /// A neighbourhood from which people reach `place`.
    fn home(&self, pool: usize, place: usize, word: u32) -> usize {
        let row = &self.reach[pool][place * self.n..][..self.n];
        let u = f64::from(unit(word)) * row.last().copied().unwrap_or(0.0);
        row.partition_point(|&c| c <= u).min(self.n - 1)
    }

    /// The first of the pool in neighbourhood `home` at or after the point drawn on the ring of keys.
    fn on_ring(&self, pool: usize, home: usize, point: u64) -> Option<usize> {
        let (first, end) = (self.first[pool][home], self.first[pool][home + 1]);
        let all = [&self.pools.offenders, &self.pools.exposed][pool];
        let at = first + all[first..end].partition_point(|c| c.key < point);
        (first < end).then_some(if at < end { at } else { first })
    }

    /// Who did it: the first of them and those who live near, one after another on the ring.
    fn offenders(&self, place: usize, words: [u32; 4]) -> impl Iterator<Item = Candidate> {
        let home = self.home(0, place, words[0]);
        let at = self.on_ring(0, home, u64::from(words[1]) << 32 | u64::from(words[2]));
        let u = f64::from(unit(words[3]));
        let size = 1 + ALONE_OR_MORE.iter().filter(|share| u >= **share).count();
        let (first, end) = (self.first[0][home], self.first[0][home + 1]);
        let size = at.map_or(0, |_| size.min(end - first));
        let at = at.unwrap_or(first);
        (0..size).map(move |i| self.pools.offenders[first + (at - first + i) % (end - first)])
    }

    /// Whom it strikes.
    fn victim(&self, place: usize, kind: usize, words: [u32; 4]) -> Option<Candidate> {
        let here = f64::from(unit(words[0])) < STRIKES_HERE[kind];
        let home = if here { place } else { self.home(1, place, words[3]) };
        let at = self.on_ring(1, home, u64::from(words[1]) << 32 | u64::from(words[2]))?;
        Some(self.pools.exposed[at])
    }
}

/// Incidents that residents see or suffer, per 1,000 and month, smoothed over half a year.
pub(super) fn show(outcomes: Res<Outcomes>, census: Res<Census>, mut states: ResMut<NeighbourhoodStates>) {
    for n in 0..states.n() {
        let residents = census.residents[n];
        if residents == 0 {
            continue;
        }
        let count: u32 = OUTCOME.iter().map(|&k| outcomes.of(k)[n]).sum();
        // An explosion frightens a street, not a household (A: as ten offences).
        let count = count + 10 * outcomes.of(Outcome::Explosions)[n];
        let now = 1_000.0 * count as f32 / residents as f32;
        let value = &mut states.of_mut(State::Victimisation)[n];
        *value += (now - *value) / 6.0;
    }
}

/// Incidents per 1,000 residents and month that neighbourhoods as they stand bring about, near repeats included: what
/// [`State::Victimisation`] is at the start.
pub(super) fn expected_at_start(seen: Seen) -> Vec<f32> {
    let n = seen.states.n();
    let mut baseline = Baseline::default();
    first_look(&seen, &mut baseline);
    (baseline.offenders, baseline.offenders_at_start) = (vec![1.0; n], vec![1.0; n]);
    let (dark, hours) = ([0, 1, 2].map(|_| vec![0.0; n]), baseline.visible_h.clone());
    let around = Surroundings {
        states: &seen.states,
        coupling: &seen.coupling,
        p: &seen.p,
        lighting: &dark,
        visible_h: &hours,
        n_days: 30,
    };
    note_alternatives(&seen, &mut baseline, &around);
    let expected = expected(&seen, &baseline, &around);
    let in_all = |(kind, of): (usize, &Vec<f64>), n: usize| of[n] / (1.0 - incidents::near_repeat(&seen.p, kind));
    let all = |n: usize| expected.iter().enumerate().map(|of| in_all(of, n)).sum::<f64>();
    let per_1000 = |(n, &residents): (usize, &u32)| (1_000.0 * all(n) / f64::from(residents.max(1))) as f32;
    seen.census.residents.iter().enumerate().map(per_1000).collect()
}
