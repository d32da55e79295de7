//! People live, move and are accounted for.

use std::sync::Arc;

use waterbed::people::{Counts, Dwelling, Household, Person, Tables, Tally};
use waterbed::sim::state::slice;

use crate::toy;

#[test]
fn a_city_lives_for_twenty_years() {
    let city = Arc::new(toy::city(6, 1700));
    let mut sim = toy::simulation(&city, 1);
    let mut year = Counts::default();
    for month in 1..=240 {
        sim.step().unwrap();
        year.add(&sim.world().resource::<Tally>().city);
        let broken = sim.world_mut().run_system_cached(|mut tables: Tables| tables.books().inconsistency()).unwrap();
        assert_eq!(broken, None, "month {month}");
        if month % 12 == 0 {
            let world = sim.world_mut();
            let (mut p, mut h, mut d) =
                (world.query::<&Person>(), world.query::<&Household>(), world.query::<&Dwelling>());
            let (p, h, d) = (p.query(world), h.query(world), d.query(world));
            let people = slice(&p).iter().filter(|p| p.is_there()).count();
            let households: Vec<_> = slice(&h).iter().filter(|h| h.is_there()).collect();
            let homeless = households.iter().filter(|h| h.dwelling.get().is_none()).count();
            let singles = households.iter().filter(|h| h.size == 1).count();
            let vacant = slice(&d).iter().filter(|d| d.is_vacant()).count();
            let homes = slice(&d).iter().filter(|d| d.is_there()).count();
            let m = world.resource::<waterbed::challenges::housing::Market>();
            eprintln!(
                "{:3} people {people} hh {} single {:.3} homeless {homeless} homes {homes} vacant {vacant} price {:.3} avail {:.2} chain {:.2} {:?}",
                month / 12,
                households.len(),
                singles as f64 / households.len() as f64,
                m.log_price,
                m.availability,
                f64::from(m.chain_moves) / f64::from(m.chains_ended.max(1)),
                year.values()
            );
            year = Counts::default();
        }
    }
}
