//! Measures that hold in a part of a neighbourhood: what works on ground, homes and people does so in exactly its cells.

use std::collections::BTreeMap;
use std::sync::Arc;

use waterbed::challenges::climate::{ClimateParameters, flood, ground::GroundNow};
use waterbed::city::City;
use waterbed::city::area::{Cadastre, Extent};
use waterbed::city::generate::{CityConfig, generate};
use waterbed::people::{Dwelling, Household, Person, Work};
use waterbed::policies::Controls;
use waterbed::scenario::{self, Overrides};
use waterbed::sim::state::slice;
use waterbed::sim::{Area, Order, PersonKey, Simulation};

fn city() -> Arc<City> {
    Arc::new(generate(&CityConfig { residents: 3_000, ..CityConfig::default() }, 1).unwrap())
}

/// Every other of the cells of the first neighbourhood, beginning with one where somebody lives.
fn half(cadastre: &Cadastre) -> Extent {
    cadastre.extent_of(cadastre.cells(0).iter().copied().filter(|cell| cell % 2 == 0))
}

fn order(lever: &str, value: f64, area: Area) -> Order {
    Order { tick: 1, lever: lever.into(), value, area }
}

fn controls(cadastre: &Arc<Cadastre>, orders: &[Order]) -> Controls {
    let mut controls = Controls::new(cadastre.clone());
    orders.iter().for_each(|order| controls.apply(order));
    controls
}

/// The cell of the social grid of every pixel.
fn cell(city: &City, pixel: usize) -> u32 {
    let (col, row) = city.ground.cover.grid.col_row(pixel);
    city.grid.idx(col / city.ground.k, row / city.ground.k) as u32
}

#[test]
fn trees_grow_on_the_pixels_of_the_cells_and_nowhere_else() {
    let (city, cadastre) = (city(), Cadastre::of(&city()));
    let area = half(&cadastre);
    let plain = GroundNow::of(&city, &controls(&cadastre, &[]));
    let some = GroundNow::of(&city, &controls(&cadastre, &[order("trees", 20.0, cadastre.area(&area))]));
    let all = GroundNow::of(&city, &controls(&cadastre, &[order("trees", 20.0, Area::City)]));
    assert!(some != plain);
    for pixel in 0..city.ground.cover.values.len() {
        let like = if area.covers(cell(&city, pixel)) { &all } else { &plain };
        assert_eq!(some.shares[pixel], like.shares[pixel], "pixel {pixel}");
    }
}

/// Water squares of a part lie in the part and hold what is asked of its own land; drains drain only there.
#[test]
fn squares_and_drains_lie_in_the_cells() {
    let (city, cadastre) = (city(), Cadastre::of(&city()));
    let (area, p) = (half(&cadastre), ClimateParameters::default());
    let case = |orders: &[Order]| {
        let controls = controls(&cadastre, orders);
        flood::cloudburst(&city, &GroundNow::of(&city, &controls), &controls, (70.0, 1.0, true), None, &p)
    };
    let there = cadastre.area(&area);
    let (plain, dug) = (case(&[]), case(&[order("water_squares", 200.0, there.clone())]));
    let lower = |i: &usize| dug.bed_m.values[*i] < plain.bed_m.values[*i];
    let squares: Vec<usize> = (0..plain.bed_m.values.len()).filter(lower).collect();
    assert!(squares.iter().all(|&i| area.covers(cell(&city, i))));
    // 200 m³ a hectare, a metre deep, in pixels of 400 m²; as many as are paved at most.
    let pixels = (0..plain.bed_m.values.len()).filter(|&i| area.covers(cell(&city, i))).count();
    let wanted = (200.0 * pixels as f64 * 400.0 / 1e4 / 400.0f64).round() as usize;
    assert!(squares.len() == wanted, "{} of {wanted}", squares.len());
    let drained = case(&[order("drains", 40.0, there)]);
    assert_ne!(drained.drains_mm_h, plain.drains_mm_h);
}

fn simulation(city: &Arc<City>, orders: &[Order]) -> Simulation {
    let scenario = scenario::load("base", &Overrides::default()).unwrap();
    let mut sim = scenario::build(&scenario, city.clone(), 1).unwrap();
    orders.iter().for_each(|order| sim.order(order.clone()));
    sim
}

fn homes(sim: &mut Simulation) -> Vec<Dwelling> {
    let world = sim.world_mut();
    let mut dwellings = world.query::<&Dwelling>();
    slice(&dwellings.query(world)).iter().filter(|home| home.is_there()).copied().collect()
}

/// Problem debts, and the cell where who has them lives.
fn debts(sim: &mut Simulation) -> BTreeMap<PersonKey, (f32, u32)> {
    let world = sim.world_mut();
    let (mut p, mut w) = (world.query::<&Person>(), world.query::<&Work>());
    let (mut h, mut d) = (world.query::<&Household>(), world.query::<&Dwelling>());
    let (p, w, h, d) = (p.query(world), w.query(world), h.query(world), d.query(world));
    let (p, w, h, d) = (slice(&p), slice(&w), slice(&h), slice(&d));
    let owing = p.iter().zip(w).filter(|(p, w)| p.is_there() && w.debt_eur > 0.0);
    let with_home = |(p, w): (&Person, &Work)| {
        let home = h[p.household.get()?].dwelling.get()?;
        Some((p.key, (w.debt_eur, d[home].cell)))
    };
    owing.filter_map(with_home).collect()
}

/// In three months of full debt help 1 − (1 − ½)^¼ of a debt is gone; in the cells, and only there.
#[test]
fn debt_help_helps_who_lives_in_the_cells() {
    let (city, cadastre) = (city(), Cadastre::of(&city()));
    let area = half(&cadastre);
    let mut plain = simulation(&city, &[]);
    let mut helped = simulation(&city, &[order("debt_help", 1.0, cadastre.area(&area))]);
    for sim in [&mut plain, &mut helped] {
        // Half of them owe little, which is written off where help is given.
        let world = sim.world_mut();
        let mut works = world.query::<&mut Work>();
        works.iter_mut(world).filter(|w| w.debt_eur > 0.0).step_by(2).for_each(|mut w| w.debt_eur = 300.0);
        (0..3).for_each(|_| sim.step().map(|_| ()).unwrap());
    }
    let (before, after) = (debts(&mut plain), debts(&mut helped));
    let (mut inside, mut outside, mut small) = (0, 0, 0);
    for (person, (eur, cell)) in &before {
        let left = after.get(person).map(|(left, _)| *left);
        if !area.covers(*cell) {
            // Small debts, too, stay where no help is given.
            outside += 1;
            small += usize::from(*eur < 500.0);
            assert_eq!(left, Some(*eur));
        } else if *eur >= 1_000.0 {
            inside += 1;
            let left = left.expect("a debt of 1,000 € takes longer to go");
            assert!((left / eur - 0.5f32.powf(0.25)).abs() < 1e-3, "{left} of {eur}");
        }
    }
    assert!(inside > 3 && outside > 30 && small > 3, "{inside} {outside} {small}");
}

/// Homes of a measure stand in its cells; a cell without homes may be one of them.
#[test]
fn homes_are_built_in_the_cells() {
    let (city, cadastre) = (city(), Cadastre::of(&city()));
    let inhabited = |cell: &u32| city.dwellings.iter().any(|d| d.cell == *cell);
    let here: Vec<u32> = cadastre.cells(0).iter().copied().filter(|cell| !inhabited(cell)).take(1).collect();
    let there: Vec<u32> = cadastre.cells(1).iter().copied().filter(inhabited).take(2).collect();
    let area = cadastre.extent_of(here.iter().chain(&there).copied());
    let orders =
        ["office_conversion", "senior_housing_dispersed"].map(|lever| order(lever, 60.0, cadastre.area(&area)));
    let mut sim = simulation(&city, &orders);
    let mut plain = simulation(&city, &[]);
    for _ in 0..6 {
        sim.step().unwrap();
        plain.step().unwrap();
    }
    let usual: Vec<u64> = homes(&mut plain).iter().map(|home| home.key.0).collect();
    let built: Vec<Dwelling> = homes(&mut sim).into_iter().filter(|home| !usual.contains(&home.key.0)).collect();
    assert!(built.len() >= 50, "{}", built.len());
    assert!(built.iter().all(|home| area.covers(home.cell)));
    let cells: std::collections::BTreeSet<u32> = built.iter().map(|home| home.cell).collect();
    assert!(cells.len() >= 2, "{cells:?}");
}

/// A measure without effect changes nothing, whatever cells it holds in.
#[test]
fn a_placebo_in_some_cells_makes_no_difference() {
    let (city, cadastre) = (city(), Cadastre::of(&city()));
    let (mut plain, area) = (simulation(&city, &[]), cadastre.area(&half(&cadastre)));
    let mut with = simulation(&city, &[order("placebo", 1.0, area)]);
    for _ in 0..3 {
        plain.step().unwrap();
        with.step().unwrap();
        assert_eq!(plain.digest(), with.digest());
    }
}
