//! In which neighbourhoods a household looks.
//!
//! A seeker of segment s ([`super::segments`]) draws neighbourhood n with a chance ∝ w(s, n). The weights are
//! `w = share of s among the households of n × homes of n × e^{a(n) + a(n, age) + a(n, type) + a(n, income)}`: people
//! look where people like them live. The intercepts a are alternative-specific constants of a random-utility choice
//! (Train 2009, ch. 2), solved at the start by `super::calibration`. From then on weights are fixed; what changes is
//! prices, homes and who lives where.
//!
//! Seven searches in ten of those who have a home are local: among the 24 nearest neighbourhoods, with
//! weights times e^{−d/2 km} (A: most Dutch moves are short).
//!
//! Shares are half the neighbourhood's own, half those expected from its ages, types and incomes apart, for cells are
//! small; both blended with the city's as if by forty homes more. Where homes will be built, the homes to come in ten
//! years count as well, so that somebody looks there. The tables never change, so a vacancy more in one place does not
//! shift anybody's draws elsewhere (contracts).

use bevy::prelude::*;
use rayon::prelude::*;

use super::neighbourhoods::Surroundings;
use super::segments::{N_CLASSES, N_SEGMENTS, classes};

/// Neighbourhoods of a local search.
const N_NEAR: usize = 24;
/// Homes' worth of the city's shares that blend into a neighbourhood's own.
const BLEND: f64 = 40.0;

/// The tables that searches draw from.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Search {
    n: usize,
    n_near: usize,
    local_share: f32,
    /// Weights before the intercepts, by segment, then neighbourhood.
    base: Vec<f32>,
    /// Cumulated floor area.
    room: Vec<f32>,
    /// Nearest neighbourhoods of each, itself first, and e^{−d/d0} of each.
    near: Vec<(u16, f32)>,
    /// Cumulated weights in the whole city, by segment, then neighbourhood.
    city: Vec<f32>,
    /// Where to begin in `city`: the neighbourhood at each n-th of the weight, by segment.
    guide: Vec<u16>,
    /// Cumulated weights among the nearest, by segment, neighbourhood, then nearest.
    local: Vec<f32>,
}

impl Search {
    /// Tables without intercepts. `lives` counts households by neighbourhood, then segment; `homes` is how many homes
    /// there are and will be in each, `floor_m2` their floor area now.
    pub fn new(
        surroundings: &Surroundings,
        lives: &[u32],
        [homes, floor_m2]: [&[f64]; 2],
        local_share: f64,
        d0_km: f64,
    ) -> Search {
        let n = homes.len();
        let n_near = N_NEAR.min(n);
        let total: f64 = lives.iter().map(|&x| f64::from(x)).sum::<f64>().max(1.0);
        let mut city_share = [0.0; N_SEGMENTS];
        for (i, &x) in lives.iter().enumerate() {
            city_share[i % N_SEGMENTS] += f64::from(x) / total;
        }
        let mut city_class = [0.0; N_CLASSES];
        city_share.iter().enumerate().for_each(|(s, x)| classes(s).into_iter().for_each(|c| city_class[c] += x));
        let mut base = vec![0.0f32; N_SEGMENTS * n];
        for i in 0..n {
            let own = &lives[i * N_SEGMENTS..(i + 1) * N_SEGMENTS];
            let n_own: f64 = own.iter().map(|&x| f64::from(x)).sum();
            let mut class = [0.0; N_CLASSES];
            for (s, &x) in own.iter().enumerate() {
                classes(s).into_iter().for_each(|c| class[c] += f64::from(x));
            }
            let lift = |c: usize| (class[c] + BLEND * city_class[c]) / ((n_own + BLEND) * city_class[c].max(1e-12));
            for s in 0..N_SEGMENTS {
                let apart = city_share[s] * classes(s).into_iter().map(lift).product::<f64>();
                let together = (f64::from(own[s]) + BLEND * city_share[s]) / (n_own + BLEND);
                base[s * n + i] = (homes[i] * 0.5 * (apart + together)).max(1e-9) as f32;
            }
        }
        let near = (0..n)
            .flat_map(|i| {
                let mut all: Vec<(u16, f64)> = (0..n).map(|j| (j as u16, surroundings.distance_km(i, j))).collect();
                all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                all.truncate(n_near);
                all.into_iter().map(|(j, km)| (j, libm::exp(-km / d0_km) as f32))
            })
            .collect();
        let mut search = Search {
            n,
            n_near,
            local_share: if n > 0 { local_share as f32 } else { 0.0 },
            room: cumulated(floor_m2.iter().map(|&x| x as f32)),
            base,
            near,
            city: vec![0.0; N_SEGMENTS * n],
            guide: vec![0; N_SEGMENTS * n],
            local: vec![0.0; N_SEGMENTS * n * n_near],
        };
        search.set(&vec![[0.0; N_CLASSES + 1]; n]);
        search
    }

    /// Takes over intercepts by neighbourhood: its own, then those of its classes.
    pub fn set(&mut self, intercepts: &[[f64; N_CLASSES + 1]]) {
        let (n, n_near) = (self.n, self.n_near);
        if n == 0 {
            return;
        }
        let factors: Vec<[f32; N_CLASSES + 1]> = intercepts.iter().map(|a| a.map(|x| libm::exp(x) as f32)).collect();
        let (base, near) = (&self.base, &self.near);
        let tables = self.city.par_chunks_mut(n).zip(self.guide.par_chunks_mut(n));
        let tables = tables.zip(self.local.par_chunks_mut(n * n_near)).enumerate();
        tables.for_each(|(s, ((city, guide), local))| {
            let [a, b, c] = classes(s);
            let weight = |i: usize| {
                let f = &factors[i];
                base[s * n + i] * f[0] * f[1 + a] * f[1 + b] * f[1 + c]
            };
            let weights: Vec<f32> = (0..n).map(weight).collect();
            cumulate(city, weights.iter().copied());
            for (k, first) in guide.iter_mut().enumerate() {
                *first = pick(city, k as f32 / n as f32) as u16;
            }
            for (local, near) in local.chunks_mut(n_near).zip(near.chunks(n_near)) {
                cumulate(local, near.iter().map(|&(j, d)| weights[usize::from(j)] * d));
            }
        });
    }

    /// The neighbourhood where somebody of `segment` looks at quantile `u`; `from` is where they have a home, and
    /// `mode` a second quantile that says whether the search is local.
    #[inline]
    pub fn draw(&self, segment: usize, from: Option<usize>, u: f32, mode: f32) -> usize {
        match from {
            Some(i) if mode < self.local_share => {
                let at = (segment * self.n + i) * self.n_near;
                let k = pick_of_few(&self.local[at..at + self.n_near], u);
                usize::from(self.near[i * self.n_near + k].0)
            }
            _ => {
                let at = segment * self.n;
                let first = self.guide[at + ((u * self.n as f32) as usize).min(self.n - 1)];
                pick_from(&self.city[at..at + self.n], u, first.into())
            }
        }
    }

    /// The neighbourhood, at quantile `u`, where somebody finds friends with room to spare: by floor area.
    pub fn with_room(&self, u: f32) -> usize {
        pick(&self.room, u)
    }
}

fn cumulated(weights: impl ExactSizeIterator<Item = f32>) -> Vec<f32> {
    let mut out = vec![0.0; weights.len()];
    cumulate(&mut out, weights);
    out
}

fn pick(cumulated: &[f32], u: f32) -> usize {
    let u = u * cumulated[cumulated.len() - 1];
    cumulated.partition_point(|&c| c <= u).min(cumulated.len() - 1)
}

/// The same for few weights: all are compared, which takes less time than to find out which need be.
#[inline]
fn pick_of_few(cumulated: &[f32], u: f32) -> usize {
    let u = u * cumulated[cumulated.len() - 1];
    cumulated.iter().map(|&c| usize::from(c <= u)).sum::<usize>().min(cumulated.len() - 1)
}

/// The same, looking up and down from `first`, which is near.
#[inline]
fn pick_from(cumulated: &[f32], u: f32, first: usize) -> usize {
    let u = u * cumulated[cumulated.len() - 1];
    let mut at = first;
    while at > 0 && cumulated[at - 1] > u {
        at -= 1;
    }
    while at < cumulated.len() - 1 && cumulated[at] <= u {
        at += 1;
    }
    at
}

fn cumulate(out: &mut [f32], weights: impl Iterator<Item = f32>) {
    let mut sum = 0.0;
    out.iter_mut().zip(weights).for_each(|(o, w)| {
        sum += w;
        *o = sum;
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_look_where_people_like_them_live() {
        let surroundings = Surroundings::plain(&[[0.0, 0.0], [1_000.0, 0.0], [9_000.0, 0.0]]);
        let mut lives = vec![0u32; 3 * N_SEGMENTS];
        // Segment 0 lives in neighbourhoods 0 and 2, three to one; the last segment in 1.
        (lives[0], lives[2 * N_SEGMENTS], lives[2 * N_SEGMENTS - 1]) = (3_000, 1_000, 2_000);
        let search = Search::new(&surroundings, &lives, [&[3_000.0, 2_000.0, 1_000.0]; 2], 0.7, 2.0);
        let share = |segment, from, n| {
            let hits = (0..1_000).filter(|i| search.draw(segment, from, (*i as f32 + 0.5) / 1_000.0, 0.9) == n).count();
            hits as f64 / 1_000.0
        };
        assert!((share(0, None, 0) - 0.74).abs() < 0.02, "{}", share(0, None, 0));
        assert!(share(N_SEGMENTS - 1, None, 1) > 0.95);
        // A local search from 0 hardly ever ends nine kilometres off.
        let local = (0..1_000).filter(|i| search.draw(0, Some(0), (*i as f32 + 0.5) / 1_000.0, 0.1) == 2).count();
        assert!(local < 20, "{local}");
    }

    #[test]
    fn all_ways_to_pick_find_the_same() {
        let cumulated = cumulated([0.5, 0.0, 0.25, 1e-9, 3.0, 0.25].into_iter());
        for i in 0..=4_000 {
            let u = i as f32 / 4_000.0;
            let want = pick(&cumulated, u);
            assert_eq!(pick_of_few(&cumulated, u), want, "{u}");
            assert!((0..6).all(|first| pick_from(&cumulated, u, first) == want), "{u}");
        }
    }

    #[test]
    fn an_intercept_shifts_the_odds() {
        let surroundings = Surroundings::plain(&[[0.0, 0.0], [1_000.0, 0.0]]);
        let lives = vec![10u32; 2 * N_SEGMENTS];
        let mut search = Search::new(&surroundings, &lives, [&[480.0, 480.0]; 2], 0.7, 2.0);
        let mut intercepts = [[0.0; N_CLASSES + 1]; 2];
        intercepts[1][0] = libm::log(3.0);
        search.set(&intercepts);
        let hits = (0..1_000).filter(|i| search.draw(5, None, (*i as f32 + 0.5) / 1_000.0, 0.9) == 1).count();
        assert!((740..=760).contains(&hits), "{hits}");
    }
}
