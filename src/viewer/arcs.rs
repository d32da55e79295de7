//! Moves as arcs over the city: which of them are drawn, and along which line.
//!
//! An arc is the number of people who moved from one neighbourhood to another in up to twelve months; there and back are two arcs, each
//! bowed to its right. They run from dark to light and end in a head, and their width follows the number: heads are read with fewer
//! mistakes than ends that grow thin (Jenny et al. 2018; M). Drawn are the [`MOST`] largest of all, or of the neighbourhood
//! looked at the [`MOST_HERE`] largest into it and out of it. In cities of more than [`MANY`] neighbourhoods those of all run between
//! districts, for hardly two neighbourhoods exchange more than a household or two.
//!
//! Units: people, metres. Limits: moves within a neighbourhood, and those over the edge of the city, are numbers in the legend
//! alone. What the measures changed is the difference of two runs of one seed: single households, and chance after them.

use bevy::math::Vec3;

use super::layers::{self, Rgb};
use super::picture::Shown;
use super::session::{Session, TwinMode};
use crate::city::City;
use crate::session::moves::{self, Flow, OUTSIDE};

/// Most arcs at a time.
pub const MOST: usize = 24;
/// Most arcs into the neighbourhood looked at, and out of it.
pub const MOST_HERE: usize = 12;
/// With more neighbourhoods, districts are shown.
pub const MANY: usize = 60;
/// Height of an arc's middle above its ends, as a share of the way.
const RISE: f32 = 0.2;
/// How far its middle lies to the right, as a share of the way.
const BOW: f32 = 0.11;
/// Pieces that an arc is drawn in.
const PIECES: usize = 28;
/// Where an arc begins and ends, so that heads do not meet in one point.
const ENDS: [f32; 2] = [0.03, 0.95];

/// What an arc says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From one to another.
    Between,
    /// Into the neighbourhood looked at.
    In,
    /// Out of it.
    Out,
    /// More with the measures than without (or fewer, where the number is negative).
    Changed,
}

/// An arc.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrow {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// People; of a difference, more or fewer.
    pub people: f32,
    /// What it says.
    pub way: Way,
}

/// People between two places.
type Pair = ((usize, usize), f32);

/// Flows between two places of the city, each pair once.
pub fn between(flows: &[Flow], node: impl Fn(u16) -> usize) -> Vec<Pair> {
    let inside = flows.iter().filter(|f| f.from != OUTSIDE && f.to != OUTSIDE);
    let pairs = inside.map(|f| ((node(f.from), node(f.to)), f.people as f32)).filter(|((a, z), _)| a != z);
    merged(pairs.collect())
}

/// What of `with` is more than in `without`, or less.
pub fn difference(with: &[Pair], without: &[Pair]) -> Vec<Pair> {
    let minus = without.iter().map(|(ends, people)| (*ends, -people));
    let mut all = merged(with.iter().copied().chain(minus).collect());
    all.retain(|(_, people)| *people != 0.0);
    all
}

fn merged(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort_by_key(|(ends, _)| *ends);
    pairs.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0.0 };
        same
    });
    pairs
}

/// The largest, of `here` if there is one, largest first.
pub fn largest(pairs: &[Pair], here: Option<usize>, is_difference: bool) -> Vec<Arrow> {
    let mut sorted: Vec<&Pair> = pairs.iter().collect();
    sorted.sort_by(|a, z| z.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&z.0)));
    let way = |way| if is_difference { Way::Changed } else { way };
    let arc = |way, &&((from, to), people): &&Pair| Arrow { from, to, people, way };
    let Some(here) = here else {
        return sorted.iter().take(MOST).map(|pair| arc(way(Way::Between), pair)).collect();
    };
    let into = sorted.iter().filter(|p| p.0.1 == here).take(MOST_HERE).map(|pair| arc(way(Way::In), pair));
    let out = sorted.iter().filter(|p| p.0.0 == here).take(MOST_HERE).map(|pair| arc(way(Way::Out), pair));
    let mut arcs: Vec<Arrow> = into.chain(out).collect();
    arcs.sort_by(|a, z| z.people.abs().total_cmp(&a.people.abs()));
    arcs
}

/// Points along an arc from one place to another, with how far along they are (0–1).
pub fn line(from: Vec3, to: Vec3) -> impl Iterator<Item = (f32, Vec3)> {
    let way = to - from;
    let aside = Vec3::new(-way.z, 0.0, way.x) * BOW;
    let up = Vec3::Y * RISE * Vec3::new(way.x, 0.0, way.z).length();
    (0..=PIECES).map(move |i| {
        let k = i as f32 / PIECES as f32;
        let t = ENDS[0] + k * (ENDS[1] - ENDS[0]);
        (k, from + t * way + 4.0 * t * (1.0 - t) * (up + aside))
    })
}

/// Colours of an arc where it begins and where it ends, of a difference by its sign. Dark to light, so that they keep their order
/// in grey and for the colour-blind; into and out of a place blue and orange (Okabe & Ito 2008).
pub fn colours(way: Way, people: f32) -> [Rgb; 2] {
    match way {
        Way::Between => [[68, 1, 84], [38, 140, 142]],
        Way::In => [[0, 52, 110], [64, 158, 222]],
        Way::Out => [[122, 44, 0], [230, 140, 20]],
        Way::Changed => [0.75, 0.5].map(|k| layers::difference_colour(if people < 0.0 { -k } else { k }, 1.0)),
    }
}

/// A round number of people, not less than `n`.
fn round_up(n: f32) -> f32 {
    let power = 10.0f32.powf(n.log10().floor());
    [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0]
        .map(|k| k * power)
        .into_iter()
        .find(|r| *r >= n)
        .unwrap_or(10.0 * power)
}

/// What is drawn, and what the legend says of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arcs {
    /// The neighbourhood it was made for.
    here: Option<usize>,
    /// Of the variant and of the twin, largest first, as far as they are shown.
    pub sides: [Vec<Arrow>; 2],
    /// People of the widest arc, in round numbers.
    pub most: f32,
    /// Months that are summed.
    pub n_months: usize,
    /// Numbers of the side that the legend speaks of.
    pub counts: Counts,
}

/// People who moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// From one place to another.
    pub between: u32,
    /// Of them, those whose arcs are drawn.
    pub drawn: u32,
    /// Into the neighbourhood looked at from others, and out of it to others.
    pub into: u32,
    /// Out of it.
    pub out: u32,
    /// Within one neighbourhood: of the one looked at, else of all.
    pub within: u32,
    /// Into the city, or into the neighbourhood from outside the city; homeless people who found a home, too.
    pub arrived: u32,
    /// Out of the city.
    pub left: u32,
}

fn counts(flows: &[Flow], here: Option<usize>) -> Counts {
    let is_here = |n: u16| here.is_none_or(|here| usize::from(n) == here);
    let mut c = Counts::default();
    for f in flows {
        match (f.from, f.to) {
            (OUTSIDE, to) => c.arrived += if to != OUTSIDE && is_here(to) { f.people } else { 0 },
            (from, OUTSIDE) => c.left += if is_here(from) { f.people } else { 0 },
            (from, to) if from == to => c.within += if is_here(from) { f.people } else { 0 },
            (from, to) => {
                c.between += f.people;
                c.into += if is_here(to) { f.people } else { 0 };
                c.out += if is_here(from) { f.people } else { 0 };
            }
        }
    }
    c
}

/// Centres of the districts, weighted by residents, RD metres, in a city of many neighbourhoods; else none.
pub fn district_centres(city: &City) -> Vec<[f64; 2]> {
    if city.neighbourhoods.len() <= MANY || city.districts.len() < 3 {
        return Vec::new();
    }
    let mut sums = vec![[0.0f64; 3]; city.districts.len()];
    for hood in &city.neighbourhoods {
        let weight = f64::from(hood.marginals.residents) + 1e-3;
        let sum = &mut sums[usize::from(hood.district)];
        *sum = [sum[0] + weight * hood.centre_m[0], sum[1] + weight * hood.centre_m[1], sum[2] + weight];
    }
    sums.into_iter().map(|[x, y, weight]| [x / weight, y / weight]).collect()
}

impl Session {
    /// True if arcs run between districts.
    pub fn by_district(&self) -> bool {
        let here = self.arcs.as_ref().map_or(self.panels.here, |arcs| arcs.here);
        here.is_none() && !self.district_centres.is_empty()
    }

    /// Where an arc begins or ends, RD metres.
    pub fn end_of_arc(&self, node: usize) -> [f64; 2] {
        if self.by_district() { self.district_centres[node] } else { self.desk.city.neighbourhoods[node].centre_m }
    }

    /// Moves of up to twelve months: of the variant, and of the twin if it is shown.
    pub fn moves_of_year(&self) -> Option<(Vec<Flow>, Option<Vec<Flow>>)> {
        let picture = self.picture.as_ref()?;
        let sum = |shown: &Shown| moves::sum(shown.moves.iter().flat_map(|month| month.iter().copied()));
        let twin = picture.twin.as_ref().filter(|_| self.twin != TwinMode::Off);
        Some((sum(&picture.variant), twin.map(sum)))
    }

    /// People on the arcs of one side that begin or end at each place.
    pub fn people_at_ends(&self, side: usize) -> Vec<f32> {
        let mut sums = vec![0.0; self.desk.city.neighbourhoods.len().max(self.district_centres.len())];
        for arc in self.arcs.iter().flat_map(|arcs| &arcs.sides[side]) {
            sums[arc.from] += arc.people.abs();
            sums[arc.to] += arc.people.abs();
        }
        sums
    }

    /// Sums the moves of the year and picks those that are drawn, if that is not done yet.
    pub fn attend_arcs(&mut self) {
        let here = self.panels.here;
        if self.layers[self.layer].kind != layers::Kind::Moves {
            self.arcs = None;
            return;
        }
        if self.arcs.as_ref().is_some_and(|arcs| arcs.here == here) {
            return;
        }
        let Some((own, twin)) = self.moves_of_year() else { return };
        let by_district = here.is_none() && !self.district_centres.is_empty();
        let node = |n: u16| match by_district {
            true => usize::from(self.desk.city.neighbourhoods[usize::from(n)].district),
            false => usize::from(n),
        };
        let pairs = |flows: &[Flow]| between(flows, node);
        let arcs = |flows: &[Flow]| largest(&pairs(flows), here, false);
        let (sides, told) = match (self.twin, &twin) {
            (TwinMode::Instead, Some(twin)) => ([Vec::new(), arcs(twin)], twin),
            (TwinMode::Split, Some(twin)) => ([arcs(&own), arcs(twin)], &own),
            (TwinMode::Difference, Some(twin)) => {
                ([largest(&difference(&pairs(&own), &pairs(twin)), here, true), Vec::new()], &own)
            }
            _ => ([arcs(&own), Vec::new()], &own),
        };
        let mut counts = counts(told, here);
        if by_district {
            let between = pairs(told).iter().map(|pair| pair.1 as u32).sum();
            (counts.within, counts.between) = (counts.within + counts.between - between, between);
        }
        let side = if sides[0].is_empty() { &sides[1] } else { &sides[0] };
        counts.drawn = side.iter().map(|arc| arc.people.abs() as u32).sum();
        let most = sides.iter().flatten().fold(0.0f32, |most, arc| most.max(arc.people.abs()));
        let n_months = self.tick().min(12);
        self.arcs = Some(Arcs { here, sides, most: round_up(most.max(1.0)), n_months, counts });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(from: u16, to: u16, people: u32) -> Flow {
        Flow { from, to, people }
    }

    #[test]
    fn arcs_are_the_largest_moves_and_leave_out_what_stays_or_leaves() {
        let flows =
            [flow(0, 0, 90), flow(0, 1, 5), flow(1, 0, 7), flow(2, 0, 1), flow(OUTSIDE, 0, 50), flow(1, OUTSIDE, 60)];
        let pairs = between(&flows, usize::from);
        let arcs = largest(&pairs, None, false);
        let told: Vec<_> = arcs.iter().map(|a| (a.from, a.to, a.people)).collect();
        assert_eq!(told, [(1, 0, 7.0), (0, 1, 5.0), (2, 0, 1.0)]);
        let here = largest(&pairs, Some(1), false);
        assert_eq!(here.iter().map(|a| (a.from, a.way)).collect::<Vec<_>>(), [(1, Way::Out), (0, Way::In)]);
        let c = counts(&flows, Some(0));
        assert_eq!((c.into, c.out, c.within, c.arrived, c.left), (8, 5, 90, 50, 0));
        let all = counts(&flows, None);
        assert_eq!((all.between, all.within, all.arrived, all.left), (13, 90, 50, 60));
    }

    #[test]
    fn many_flows_become_as_many_arcs_as_can_be_told_apart() {
        let flows: Vec<Flow> = (0..20).flat_map(|a| (0..20).map(move |z| flow(a, z, u32::from(a * 20 + z)))).collect();
        let pairs = between(&flows, usize::from);
        assert_eq!(pairs.len(), 380);
        assert_eq!(largest(&pairs, None, false).len(), MOST);
        assert_eq!(largest(&pairs, Some(3), false).len(), 2 * MOST_HERE);
        let by_two = between(&flows, |n| usize::from(n / 10));
        assert_eq!(by_two.len(), 2, "there and back between two districts");
        let crossing: u32 = flows.iter().filter(|f| f.from / 10 != f.to / 10).map(|f| f.people).sum();
        assert_eq!(by_two.iter().map(|p| p.1).sum::<f32>(), crossing as f32);
    }

    #[test]
    fn a_difference_is_what_one_has_more_than_the_other() {
        let with = between(&[flow(0, 1, 5), flow(1, 2, 4)], usize::from);
        let without = between(&[flow(0, 1, 5), flow(2, 1, 6), flow(1, 2, 1)], usize::from);
        assert_eq!(difference(&with, &without), [((1, 2), 3.0), ((2, 1), -6.0)]);
        let arcs = largest(&difference(&with, &without), None, true);
        assert_eq!((arcs[0].people, arcs[0].way), (-6.0, Way::Changed));
        let lightness = |rgb: Rgb| rgb.iter().map(|c| u32::from(*c)).sum::<u32>();
        for way in [Way::Between, Way::In, Way::Out] {
            let [from, to] = colours(way, 1.0);
            assert!(lightness(from) + 100 < lightness(to), "{way:?} runs from dark to light");
        }
    }

    #[test]
    fn there_and_back_rise_alike_and_lie_beside_each_other() {
        let (a, z) = (Vec3::ZERO, Vec3::new(1000.0, 0.0, 0.0));
        let points = |from, to| line(from, to).map(|(_, p)| p).collect::<Vec<Vec3>>();
        let (there, back) = (points(a, z), points(z, a));
        let highest = |line: &[Vec3]| line.iter().fold(0.0f32, |h, p| h.max(p.y));
        assert!((highest(&there) - 200.0).abs() < 1.0 && (highest(&back) - 200.0).abs() < 1.0);
        // East is to the right of north, south to the right of east: z grows southwards.
        assert!(there[PIECES / 2].z > 100.0 && back[PIECES / 2].z < -100.0);
        assert!(there[0].x < 40.0 && there[PIECES].x > 940.0, "from its beginning to its end");
    }
}
