//! Where what goes down comes up again: target, ring and rest, and the weighted displacement quotient.
//!
//! *Target* are the neighbourhoods in which a measure holds, in whole or in part, the *ring* those that touch them (sharing a side), the
//! *rest* the others: the control. With counts A, B, C of target, ring and rest, without the measures (0) and with
//! them (1), the weighted displacement quotient of Bowers & Johnson (2003, *J. Quantitative Criminology* 19, M) is
//!
//! WDQ = (B₁/C₁ − B₀/C₀) / (A₁/C₁ − A₀/C₀)
//!
//! Below 0 the ring moved against the target (displacement; below −1 more than the target gained), above 0 with it
//! (diffusion of benefits). In the field 0 and 1 are before and after; in a twin they are the untouched and the changed
//! city in the same months of the same seeds, so that nothing but the measure differs. It is computed per seed and only
//! where the target's own change is larger than noise: it is a quotient, and of noise it says nothing.
//!
//! Limits: as in the paper the control is taken to be out of reach. In a city with one housing market it is not quite,
//! which draws the quotient towards zero; the counts of the rest stand beside it.

use super::super::ensemble::quantile;
use super::effects::Effect;
use crate::city::City;
use crate::city::area::Cadastre;
use crate::indicators::Places;
use crate::sim::Order;

/// Where a neighbourhood lies, seen from the measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A measure holds here, or in a part of it.
    Target,
    /// Touches a target.
    Ring,
    /// Elsewhere.
    Rest,
}

impl Role {
    /// As written in tables.
    pub fn id(self) -> &'static str {
        match self {
            Role::Target => "target",
            Role::Ring => "ring",
            Role::Rest => "rest",
        }
    }
}

/// The role of each neighbourhood of `city` under `orders`.
pub fn roles(city: &City, cadastre: &Cadastre, orders: &[Order]) -> Vec<Role> {
    let places = Places::of(city);
    let mut target = vec![false; places.len()];
    for order in orders {
        cadastre.extent(&order.area).neighbourhoods().iter().for_each(|(n, _)| target[*n] = true);
    }
    let role = |n: usize| match target[n] {
        true => Role::Target,
        false if places.beside[n].iter().any(|&other| target[other as usize]) => Role::Ring,
        false => Role::Rest,
    };
    (0..places.len()).map(role).collect()
}

/// A count in all neighbourhoods of one role.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which.
    pub role: Role,
    /// What changed.
    pub effect: Effect,
    /// Counts per seed, without and with the measures.
    pub(super) counts: [Vec<f64>; 2],
}

/// The weighted displacement quotient over seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quotient {
    /// Median over seeds.
    pub median: f64,
    /// Lower edge of the band over seeds.
    pub low: f64,
    /// Upper edge.
    pub high: f64,
}

/// The quotient of target, ring and rest; `None` if one of them is empty or the target's change is not larger than
/// noise.
pub fn quotient([target, ring, rest]: &[Part; 3]) -> Option<Quotient> {
    if !target.effect.is_clear() || ring.effect.n == 0 || rest.effect.n == 0 {
        return None;
    }
    let of_seed = |s: usize| {
        let [a, b, c] = [target, ring, rest].map(|part| part.counts.each_ref().map(|counts| counts[s]));
        let success = a[1] / c[1] - a[0] / c[0];
        (b[1] / c[1] - b[0] / c[0]) / success
    };
    let all: Vec<f64> = (0..target.effect.n).map(of_seed).filter(|q| q.is_finite()).collect();
    // Quotients of seeds in which nothing changed do not exist; with fewer than half of them there is no quotient.
    if 2 * all.len() < target.effect.n.max(1) {
        return None;
    }
    let at = |part: f64| quantile(all.iter().copied(), part);
    Some(Quotient { median: at(0.5), low: at(0.05), high: at(0.95) })
}

#[cfg(test)]
mod tests {
    use super::super::effects::{Contrast, Rules, Window, all};
    use super::super::recording::Recording;
    use super::*;
    use crate::indicators::{Measures, city_indicators, neighbourhood_indicators, toy_town};
    use crate::sim::{Area, Month};

    #[test]
    fn target_ring_and_rest_follow_the_map() {
        // Four by four: a measure in the corner touches two.
        let city = toy_town::city(10);
        let order = |area| Order { tick: 1, lever: "build".into(), value: 1.0, area };
        let cadastre = Cadastre::of(&city);
        let corner = roles(&city, &cadastre, &[order(Area::Places(vec!["TT01".into()]))]);
        let of = |role| (0..16).filter(|&n| corner[n] == role).collect::<Vec<_>>();
        assert_eq!((of(Role::Target), of(Role::Ring)), (vec![0], vec![1, 4]));
        // One cell of it makes a neighbourhood the target.
        let cell = roles(&city, &cadastre, &[order(Area::Places(vec!["E1003N4497".into()]))]);
        assert_eq!(cell, corner);
        assert!(roles(&city, &cadastre, &[order(Area::City)]).iter().all(|r| *r == Role::Target));
        assert!(roles(&city, &cadastre, &[]).iter().all(|r| *r == Role::Rest));
    }

    /// Twelve months in which `births` happen to number `of(neighbourhood)` each month.
    fn recording(of: impl Fn(usize) -> f32) -> Recording {
        let mut recording = Recording::default();
        for month in 0..12 {
            let values = |id: &str, n: usize| if id == "births" { of(n) } else { 0.0 };
            recording.add(&Measures {
                month: Month::new(2025, 1 + month),
                city: city_indicators().map(|_| 0.0).collect(),
                neighbourhoods: neighbourhood_indicators()
                    .map(|i| (0..16).map(|n| values(i.id, n)).collect())
                    .collect(),
            });
        }
        recording
    }

    /// The paper's arithmetic: A from 100 to 60, B from 80 to 100, C 200 throughout: WDQ = (0.5 − 0.4)/(0.3 − 0.5).
    #[test]
    fn the_quotient_is_that_of_the_paper() {
        let city = toy_town::city(10);
        let orders = [Order { tick: 1, lever: "build".into(), value: 1.0, area: Area::Places(vec!["TT01".into()]) }];
        let roles = roles(&city, &Cadastre::of(&city), &orders);
        let month =
            |a: f32, b: f32| move |n: usize| [a, b / 2.0, 0.0, 0.0, b / 2.0, 200.0].get(n).copied().unwrap_or(0.0);
        let before: Vec<Recording> = (0..6).map(|_| recording(month(100.0, 80.0))).collect();
        let after: Vec<Recording> = (0..6).map(|_| recording(month(60.0, 100.0))).collect();
        let window = Window { from: 0, n_years: 1 };
        let rules = Rules { real: false, residents: vec![1000.0; 16] };
        let effects = all(&Contrast::of(&after, &before), window, &roles, &rules);
        let parts = effects.iter().find(|e| e.indicator.id == "births").unwrap().parts.as_ref().unwrap();
        assert_eq!(parts.each_ref().map(|p| p.effect.difference), [-480.0, 240.0, 0.0]);
        let found = quotient(parts).unwrap();
        assert!((found.median + 0.5).abs() < 1e-12 && found.low == found.high, "{found:?}");
        // Nothing changed in the target: no quotient.
        let same = all(&Contrast::of(&before, &before), window, &roles, &rules);
        assert_eq!(same.iter().filter_map(|e| quotient(e.parts.as_ref()?)).count(), 0);
        assert!(same.iter().all(|e| !e.city.is_clear() && e.neighbourhoods.iter().all(|n| !n.is_clear())));
    }
}
