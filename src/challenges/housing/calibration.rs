//! Intercepts of the search, solved at the start (models.md §11.0).
//!
//! A month is played in which nobody really moves. Households drawn by their chance to leave their home (moves,
//! departures, deaths) are taken out; they, and half as many without a home, apply for the homes so freed by the rules
//! of the market. Whoever would move in should resemble whoever moved out, neighbourhood by neighbourhood: in number,
//! and by class of age, type and income, but for what a year changes in those who stay (birthdays, births, minors who come
//! of age): then the neighbourhood stays what it is. The intercepts of [`super::search`] are shifted by the log of the ratio and
//! the month is played again, `ROUNDS` times, with ever smaller steps, over all rounds' in-movers with half the
//! weight per round back. This is how constants of a random-utility model are fitted to observed shares (Berry 1994;
//! Train 2009, ch. 2.8), with a sampled market in the place of a closed formula.
//!
//! Limits: classes are fitted one by one, not their combinations, which come from the base weights; small
//! neighbourhoods keep some noise (`PRIOR` in-movers' worth of "no correction" steadies them).

use rayon::prelude::*;

use super::choice::{Choice, Offers, Seeker, Want};
use super::matching::deferred_acceptance;
use super::moving::WITHIN_BY_AGE;
use super::parameters::HousingParameters;
use super::search::Search;
use super::segments::{CLASSES, N_CLASSES, Segments, classes};
use super::start::Norms;
use super::{Composition, Surroundings};
use crate::people::books::members;
use crate::people::demography::lives_with_mother;
use crate::people::migration::leaving::{outward_profile, outward_stress, want_of_room};
use crate::people::rates::{
    fertility_y, interpolate, leaving_home_y, mortality_y, separation_y, solve_fertility, union_shape,
};
use crate::people::{CHUNK, DemographyParameters, Dwelling, Household, Person, ShortMonth};
use crate::policies::Local;
use crate::sim::draws::{mix, threshold};
use crate::sim::{Draws, HouseholdIdx, Stream};

/// Draws of the played months.
pub const STREAM: Stream = Stream::named("housing.calibration");

/// Months played.
const ROUNDS: u16 = 10;
/// In-movers' worth of the city's shares in every ratio.
const PRIOR: f64 = 12.0;

/// What the calibration reads.
pub(super) struct Start<'a> {
    pub(super) persons: &'a [Person],
    pub(super) households: &'a [Household],
    pub(super) dwellings: &'a [Dwelling],
    pub(super) surroundings: &'a Surroundings,
    pub(super) composition: &'a Composition,
    pub(super) segments: &'a Segments,
    pub(super) norms: &'a Norms,
    pub(super) housing: &'a HousingParameters,
    pub(super) people: &'a DemographyParameters,
    pub(super) union_peak_y: f64,
    pub(super) draws: Draws,
    pub(super) now: ShortMonth,
}

/// Sums by neighbourhood: all, then by class.
type Sums = Vec<[f64; N_CLASSES + 1]>;

fn add(row: &mut [f64; N_CLASSES + 1], segment: usize, x: f64) {
    row[0] += x;
    classes(segment).into_iter().for_each(|c| row[1 + c] += x);
}

/// Hazards of leaving the present home, per year and up to a common factor, by age of the head.
struct Leaving {
    /// For another home in the city, before want of room.
    within: [f64; 128],
    /// For elsewhere, before want of room.
    outward: [f64; 128],
    /// Who lives alone also leaves by dying, and by moving in with somebody.
    alone: [f64; 128],
    /// Most that want of room raises moves within by.
    crowding_factor: f64,
}

impl Leaving {
    fn new(p: &HousingParameters, people: &DemographyParameters, union_peak_y: f64) -> Leaving {
        let by_age = |f: &dyn Fn(f64) -> f64| std::array::from_fn(|age| f(age as f64));
        Leaving {
            within: by_age(&|age| 0.01 * p.move_scale * interpolate(&WITHIN_BY_AGE, age)),
            outward: by_age(&|age| 0.01 * outward_profile(age as u8)),
            alone: by_age(&|age| mortality_y(age, people) + 0.5 * union_peak_y * union_shape(age + 0.5)),
            crowding_factor: p.crowding_factor,
        }
    }

    fn hazard_y(&self, h: &Household, home: &Dwelling) -> f64 {
        let age = usize::from(h.head_age_y.min(127));
        let within = self.within[age] * want_of_room(h, home).min(self.crowding_factor);
        let outward = self.outward[age] * outward_stress(h, Some(home));
        within + outward + if h.size == 1 { self.alone[age] } else { 0.0 }
    }
}

/// Adds to who should move in those whom time takes out of their class, and takes off those whom it brings into one:
/// heads who turn 25, 45 or 65 within the year; minors who come of age, children who are born or leave home, singles who
/// move in with somebody (half of them into the other's home) and couples who part, by the rates of the first year.
fn let_time_pass(out: &mut Sums, start: &Start, housed: &[usize]) {
    let mut flows = vec![[0.0; N_CLASSES]; out.len()];
    let fertility = solve_fertility(start.persons, start.now, start.people);
    let leaves_home = leaving_home_y(start.people);
    for &h in housed {
        let household = &start.households[h];
        let row = &mut flows[usize::from(start.dwellings[household.dwelling.i()].neighbourhood)];
        let mut change = |from: usize, to: usize, x: f64| {
            row[from] += x;
            row[to] -= x;
        };
        match household.head_age_y {
            24 => change(0, 1, 1.0),
            44 => change(1, 2, 1.0),
            64 => change(2, 3, 1.0),
            _ => {}
        }
        let kind = |size: u8, n_minors: u8| {
            classes(start.segments.segment(&Household { size, n_minors, ..*household }, 1.0))[1]
        };
        let (size, n_minors) = (household.size, household.n_minors);
        let now = kind(size, n_minors);
        for person in members(start.persons, household).map(|q| &start.persons[q.i()]) {
            let age = person.age_y(start.now);
            if age == 17 && n_minors > 0 {
                change(now, kind(size, n_minors - 1), 1.0);
            }
            if person.sex == 0 && (15..50).contains(&age) {
                let ratio = if person.partner.get().is_some() { start.people.fertility_partner_ratio } else { 1.0 };
                let births = fertility * ratio * fertility_y(f64::from(age) + 0.5, start.people);
                change(now, kind(size.saturating_add(1), n_minors.saturating_add(1)), births);
            }
            if person.partner.get().is_none() && age >= 16 && size > 1 && lives_with_mother(start.persons, person) {
                change(
                    now,
                    kind(size - 1, n_minors - u8::from(age < 18 && n_minors > 0)),
                    leaves_home[usize::from(age)],
                );
            } else if person.partner.get().is_none() && size == 1 {
                let unions = start.union_peak_y * union_shape(f64::from(age) + 0.5);
                change(now, kind(2, 0), 0.5 * unions);
            } else if person.partner.get().is_some_and(|q| person.key < start.persons[q].key) && size > 1 {
                change(now, kind(size - 1, n_minors), separation_y(f64::from(age) + 0.5, start.people));
            }
        }
    }
    for (out, flows) in out.iter_mut().zip(&flows) {
        for (c, flow) in flows.iter().enumerate() {
            // A neighbourhood cannot send back those who have grown too many: at least a fifth goes on moving in.
            out[1 + c] = (out[1 + c] + flow).max(0.2 * out[1 + c]);
        }
    }
}

/// Solves and sets the intercepts of `search`.
pub(super) fn solve(start: &Start, search: &mut Search) {
    let n = start.surroundings.n();
    let housed: Vec<usize> =
        (0..start.households.len()).filter(|&h| start.households[h].dwelling.get().is_some()).collect();
    if n == 0 || housed.is_empty() {
        return;
    }
    let home_of = |h: usize| &start.dwellings[start.households[h].dwelling.i()];
    let leaving = Leaving::new(start.housing, start.people, start.union_peak_y);
    let hazard = |h: usize| leaving.hazard_y(&start.households[h], home_of(h));
    let segment = |h: usize| start.segments.segment(&start.households[h], 1.0);
    let mut out: Sums = vec![[0.0; N_CLASSES + 1]; n];
    housed.iter().for_each(|&h| add(&mut out[usize::from(home_of(h).neighbourhood)], segment(h), hazard(h)));
    let_time_pass(&mut out, start, &housed);
    let total: f64 = out.iter().map(|row| row[0]).sum();
    let wanted = (60.0 * n as f64).clamp(0.03 * housed.len() as f64, 0.15 * housed.len() as f64);
    let scale = wanted / total;
    out.iter_mut().flatten().for_each(|x| *x *= scale);

    let zeros = vec![0.0; n];
    let mut into: Sums = vec![[0.0; N_CLASSES + 1]; n];
    let mut offered = vec![0.0; n];
    let mut intercepts: Sums = vec![[0.0; N_CLASSES + 1]; n];
    let quotients = start.composition.quotients();
    for round in 0..ROUNDS {
        let draws = Draws { seed: mix(STREAM, start.draws.seed, u64::from(round)), tick: 0 };
        let (movers, others) = draw_movers(start, &housed, &leaving, scale, draws);
        let homes: Vec<usize> = movers.iter().map(|&h| start.households[h].dwelling.i()).collect();
        let offers = Offers::as_if(&homes, start.dwellings, n);
        let choice = Choice {
            households: start.households,
            dwellings: start.dwellings,
            offers: &offers,
            surroundings: start.surroundings,
            composition: start.composition,
            quotients: &quotients,
            segments: start.segments,
            search,
            norms: start.norms,
            p: start.housing,
            spreading: &zeros,
            seniors_first: &Local::same(0.0, zeros.len()),
            draws,
            now: start.now,
            wage_level: 1.0,
        };
        // Half of those who move in lived in the city before; of the others half lodge there, the rest are new to it.
        let seeker = |&(h, may_stay): &(usize, bool)| {
            let known = if may_stay { 0.75 } else { 0.5 };
            let local = draws.block(STREAM, start.households[h].key.0, 0)[2] < threshold(known);
            let here = local.then(|| usize::from(home_of(h).neighbourhood));
            choice.seeker_from(HouseholdIdx::at(h), here, f32::NEG_INFINITY)
        };
        let mut looking: Vec<(usize, bool)> = movers.iter().map(|&h| (h, true)).collect();
        looking.extend(others.iter().map(|&h| (h, false)));
        let seekers: Vec<Seeker> = looking.par_iter().with_min_len(64).map(seeker).collect();
        let wants: Vec<&[Want]> = seekers.iter().map(|s| s.wanted.as_slice()).collect();
        let holder = deferred_acceptance(&wants, offers.all.len(), |s, want| (want.priority, seekers[s].key));
        into.iter_mut().flatten().for_each(|x| *x *= 0.5);
        offered.iter_mut().for_each(|x| *x *= 0.5);
        for (offer, holder) in offers.all.iter().zip(&holder) {
            let at = usize::from(offer.neighbourhood);
            offered[at] += 1.0;
            if let Some(s) = holder {
                add(&mut into[at], usize::from(seekers[*s].segment), 1.0);
            }
        }
        let step = 0.7 - 0.4 * f64::from(round) / f64::from(ROUNDS);
        shift(&mut intercepts, &into, &out, &offered, step);
        search.set(&intercepts);
    }
}

/// Who leaves their home in a played month, and half as many others who look as well.
fn draw_movers(
    start: &Start,
    housed: &[usize],
    leaving: &Leaving,
    scale: f64,
    draws: Draws,
) -> (Vec<usize>, Vec<usize>) {
    let draw = |chunk: &[usize]| {
        let (mut movers, mut others) = (Vec::new(), Vec::new());
        for &h in chunk {
            let household = &start.households[h];
            let chance = scale * leaving.hazard_y(household, &start.dwellings[household.dwelling.i()]);
            let words = draws.block(STREAM, household.key.0, 0);
            if words[0] < threshold(chance) {
                movers.push(h);
            } else if words[1] < threshold(0.5 * chance) {
                others.push(h);
            }
        }
        (movers, others)
    };
    let (movers, others): (Vec<_>, Vec<_>) = housed.par_chunks(CHUNK).map(draw).unzip();
    (movers.concat(), others.concat())
}

/// One step of the intercepts towards in-movers `into` that are to each other as `out`, and to what was `offered` alike
/// everywhere.
fn shift(intercepts: &mut Sums, into: &Sums, out: &Sums, offered: &[f64], step: f64) {
    let sum = |sums: &Sums| {
        let mut all = [0.0; N_CLASSES + 1];
        sums.iter().for_each(|row| all.iter_mut().zip(row).for_each(|(a, x)| *a += x));
        all
    };
    let (all_in, all_out) = (sum(into), sum(out));
    let fill = all_in[0] / offered.iter().sum::<f64>().max(1.0);
    for (i, row) in intercepts.iter_mut().enumerate() {
        row[0] += step * libm::log((fill * offered[i] + PRIOR) / (into[i][0] + PRIOR));
        let mut from = 1;
        for n_classes in CLASSES {
            for c in from..from + n_classes {
                // Relative to the city, and blended with it: where few move, nothing is learnt.
                let lift = |row: &[f64; N_CLASSES + 1], all: &[f64; N_CLASSES + 1]| {
                    let share = all[c] / all[0].max(1e-9);
                    (row[c] + PRIOR * share) / ((row[0] + PRIOR) * share.max(1e-9))
                };
                // Moves out are known without noise; they are blended as strongly as moves in.
                let weight = into[i][0] / out[i][0].max(1e-9);
                let known = out[i].map(|x| x * weight);
                let ratio = lift(&known, &all_out) / lift(&into[i], &all_in).max(1e-9);
                row[c] = (row[c] + step * libm::log(ratio.max(1e-3))).clamp(-2.0, 2.0);
            }
            from += n_classes;
        }
        row[0] = row[0].clamp(-2.0, 2.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two neighbourhoods, one class twice as common among in-movers of the first as it should be: its intercept falls
    /// there, and the others' rise.
    #[test]
    fn intercepts_go_against_the_excess() {
        let row = |many: f64| {
            let mut row = [0.0; N_CLASSES + 1];
            row[0] = 1_000.0;
            (row[1], row[2]) = (many, 1_000.0 - many);
            row
        };
        let (out, into) = (vec![row(300.0), row(700.0)], vec![row(600.0), row(400.0)]);
        let mut intercepts: Sums = vec![[0.0; N_CLASSES + 1]; 2];
        shift(&mut intercepts, &into, &out, &[1_000.0; 2], 1.0);
        assert!((intercepts[0][1] - libm::log(0.5)).abs() < 0.02, "{:?}", intercepts[0]);
        assert!(intercepts[0][2] > 0.5 && intercepts[1][1] > 0.5);
        assert_eq!(intercepts[0][0], 0.0, "as many move in as should");
    }
}
