//! What the crime challenge is compared with (T-6a … T-6i, T-8f).

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::challenges::organised_crime::cells::Cells;
use waterbed::challenges::organised_crime::groups::Groups;
use waterbed::challenges::organised_crime::patterns::{concentration, displacement, knox};
use waterbed::challenges::shared::{Outcome, Outcomes};
use waterbed::city::City;
use waterbed::people::{Conduct, Person, ShortMonth};
use waterbed::scenario::{self, Overrides};
use waterbed::sim::{Area, Order, PersonKey, Simulation};

const VOLUME: [Outcome; 3] = [Outcome::Burglary, Outcome::Vandalism, Outcome::Violence];

/// How far the ring around a measure reaches, m.
const RING_M: f64 = 1_000.0;

/// Gathers what happens in a run.
pub struct Crime {
    city: Arc<City>,
    members: Vec<f64>,
    /// Offences of the first year, by kind, and residents then.
    first_year: [f64; 3],
    residents: f64,
    /// Of the last year: registered offences by street; property offences as (cell, day).
    streets: Vec<u32>,
    property: Vec<(u32, u32)>,
    /// Explosions, closures, homes of all months.
    explosions: f64,
    closed: f64,
    person_months: f64,
    /// Who lived here when the year began.
    since_january: Vec<PersonKey>,
    victims: BTreeMap<&'static str, f64>,
}

impl Crime {
    pub fn new(city: &Arc<City>) -> Crime {
        Crime {
            members: Vec::new(),
            first_year: [0.0; 3],
            residents: 0.0,
            streets: Vec::new(),
            property: Vec::new(),
            explosions: 0.0,
            closed: 0.0,
            person_months: 0.0,
            since_january: Vec::new(),
            victims: BTreeMap::new(),
            city: city.clone(),
        }
    }

    pub fn month(&mut self, sim: &mut Simulation, month: u32) {
        let now = ShortMonth::of(sim.clock().month());
        let (mut ages, mut people) = ([[0.0; 3]; 4], 0.0);
        let mut times = [0.0; 4];
        {
            let world = sim.world_mut();
            let mut rows = world.query::<(&Person, &Conduct)>();
            // The survey asks who answers about the past twelve months. Those who came during the year had theirs elsewhere.
            if month % 12 == 1 {
                self.since_january = rows.iter(world).filter(|(p, _)| p.is_there()).map(|(p, _)| p.key).collect();
                self.since_january.sort_unstable();
            }
            for (person, conduct) in rows.iter(world).filter(|(p, _)| p.is_there()) {
                people += 1.0;
                if self.since_january.binary_search(&person.key).is_err() {
                    continue;
                }
                let class = match person.age_y(now) {
                    ..15 => continue,
                    15..25 => 0,
                    25..45 => 1,
                    45..65 => 2,
                    65.. => 3,
                };
                ages[class][0] += 1.0;
                ages[class][1] += f64::from(u8::from(conduct.harmed_times > 0));
                if class == 0 && conduct.harmed_times > 0 {
                    times[usize::from(conduct.harmed_times).min(4) - 1] += 1.0;
                }
            }
        }
        let outcomes = sim.world().resource::<Outcomes>();
        if month <= 12 {
            VOLUME.iter().zip(&mut self.first_year).for_each(|(&k, sum)| *sum += outcomes.total(k) as f64);
            self.residents += people / 12.0;
        }
        if month % 12 == 1 {
            self.streets = vec![0; sim.world().resource::<Cells>().n_streets()];
            self.property.clear();
        }
        let streets = sim.world().resource::<Cells>();
        for event in outcomes.events().iter().filter(|e| VOLUME.contains(&e.what)) {
            if let Some(at) = streets.street(event.cell, event.street).filter(|_| event.registered) {
                self.streets[at] += 1;
            }
            if event.what == Outcome::Burglary {
                self.property.push((event.cell, 30 * month + u32::from(event.day)));
            }
        }
        self.explosions += outcomes.total(Outcome::Explosions) as f64;
        self.closed += outcomes.total(Outcome::PremisesClosed) as f64;
        self.person_months += people;
        self.members.push(sim.world().resource::<Groups>().n_members() as f64 / people);
        if month.is_multiple_of(12) {
            let share = |class: usize| ages[class][1] / f64::max(ages[class][0], 1.0);
            let all = |k: usize| ages.iter().map(|a| a[k]).sum::<f64>();
            let young: f64 = times.iter().sum::<f64>().max(1.0);
            self.victims = BTreeMap::from([
                ("victims_15_25", share(0)),
                ("victims_25_45", share(1)),
                ("victims_65", share(3)),
                ("victims_all", all(1) / all(0)),
                ("victims_old_over_young", share(3) / share(0)),
                ("victims_young_once", times[0] / young),
                ("victims_young_twice", times[1] / young),
                ("victims_young_thrice", times[2] / young),
                ("victims_young_four", times[3] / young),
            ]);
        }
    }

    pub fn found(self, seed: u64) -> BTreeMap<&'static str, f64> {
        let per_1000 = |x: f64| 1_000.0 * x / self.residents.max(1.0);
        let n_places = self.streets.len();
        let grid = &self.city.grid;
        let (first, last) = (self.members[0], self.members[self.members.len() - 1]);
        let mut found = self.victims.clone();
        found.extend([
            ("property_first_year_per_1000", per_1000(self.first_year[0])),
            ("vandalism_first_year_per_1000", per_1000(self.first_year[1])),
            ("violence_first_year_per_1000", per_1000(self.first_year[2])),
            ("places_with_half_of_crime", concentration(&self.streets, n_places, 0.5)),
            ("places_with_quarter_of_crime", concentration(&self.streets, n_places, 0.25)),
            ("places_with_all_crime", concentration(&self.streets, n_places, 1.0)),
            ("knox_ratio_month", knox(&self.property, grid, 0, 30).unwrap_or(f64::NAN)),
            ("knox_ratio_late", knox(&self.property, grid, 91, 180).unwrap_or(f64::NAN)),
            ("member_share_change", last / first),
            ("explosions_per_1000", 12_000.0 * self.explosions / self.person_months),
            ("closures_per_1000", 12_000.0 * self.closed / self.person_months),
        ]);
        found.extend(lighting(&self.city, seed).map(|wdq| ("lighting_wdq", wdq)));
        found
    }
}

/// Lighting in the neighbourhood with most offences, against a twin without: three years from the second on.
fn lighting(city: &Arc<City>, seed: u64) -> Option<f64> {
    let scenario = scenario::load("base", &Overrides::default()).expect("the base scenario is valid");
    let build = || scenario::build(&scenario, city.clone(), seed).expect("the scenario can be built");
    let count = |sim: &mut Simulation, months: u32| {
        let mut sum = vec![0.0; city.neighbourhoods.len()];
        for _ in 0..months {
            sim.step().expect("the accounts balance");
            let outcomes = sim.world().resource::<Outcomes>();
            for what in VOLUME {
                sum.iter_mut().zip(outcomes.of(what)).for_each(|(s, &x)| *s += f64::from(x));
            }
        }
        sum
    };
    let (mut without, mut with) = (build(), build());
    let year = count(&mut without, 12);
    count(&mut with, 12);
    // The one with most offences that has others within and beyond a kilometre: target, ring and control.
    let apart = |a: usize, b: usize| {
        let (a, b) = (city.neighbourhoods[a].centre_m, city.neighbourhoods[b].centre_m);
        (a[0] - b[0]).hypot(a[1] - b[1])
    };
    let has_zones = |a: &usize| {
        let others = || (0..year.len()).filter(|b| b != a);
        others().any(|b| apart(*a, b) < RING_M) && others().any(|b| apart(*a, b) >= RING_M)
    };
    let target = (0..year.len()).filter(has_zones).max_by(|&a, &b| year[a].total_cmp(&year[b]))?;
    let area = Area::Places(vec![city.neighbourhoods[target].code.clone()]);
    with.order(Order { tick: 13, lever: "lighting".into(), value: 1.0, area });
    let zone = |sums: Vec<f64>| {
        let mut zones = [0.0; 3];
        for (n, sum) in sums.into_iter().enumerate() {
            let near = apart(n, target) < RING_M;
            zones[if n == target { 0 } else { 2 - usize::from(near) }] += sum;
        }
        zones
    };
    displacement(zone(count(&mut without, 36)), zone(count(&mut with, 36)))
}
