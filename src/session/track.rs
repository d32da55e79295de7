//! A simulation that goes back as well as forth.
//!
//! A [`Track`] keeps a snapshot of the start and of every twelfth month. To go to a month it takes the last snapshot up
//! to it and steps the rest. When the orders change it forgets what lies behind the first difference and goes back to
//! before it; whoever holds the track then steps it on to where it was.
//!
//! What was measured stays as long as it holds, also beyond the month where the track stands: after going back, the
//! future that was seen is still known. Heat waves and floods up to where the track stands are kept as films.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::moves::{self, Flow};
use crate::challenges::climate::footage::thin;
use crate::challenges::climate::{Footage, Reel};
use crate::indicators::Measures;
use crate::people::Tally;
use crate::sim::{Digest, Fault, Month, Order, OrderLog, Simulation, Snapshot};

/// Months between snapshots.
pub const SNAPSHOT_EVERY: u16 = 12;

/// Memory for the snapshots of one track, bytes.
pub const SNAPSHOT_BUDGET: usize = 2 << 30;

/// Memory for films of heat and water of one track, bytes; older ones lose their moments first.
const FILM_BUDGET: usize = 128 << 20;

/// Memory of a graphics processor for films of one track, bytes; older ones are let go first, and then drawn from the
/// host's.
const DEVICE_FILM_BUDGET: usize = 256 << 20;

/// What was measured at the end of a month.
pub type Record = Arc<Measures>;

/// A simulation with its past.
pub struct Track {
    simulation: Simulation,
    orders: Vec<Order>,
    snapshots: BTreeMap<u16, Arc<Snapshot>>,
    /// By tick, from 0.
    records: Vec<Record>,
    /// Moves between neighbourhoods, by tick as the records.
    moves: Vec<Arc<[Flow]>>,
    /// In order of time, none later than where it stands.
    reels: Vec<Arc<Reel>>,
    budget: usize,
}

impl Track {
    /// Begins with a simulation before its first tick, whose orders are known to it. `budget` is the memory for
    /// snapshots, bytes.
    ///
    /// # Errors
    /// If the simulation measures nothing, or has run already.
    pub fn new(mut simulation: Simulation, budget: usize) -> Result<Track, String> {
        if !simulation.world().contains_resource::<Measures>() {
            return Err("the simulation measures nothing, so there is nothing to show".into());
        }
        if simulation.clock().tick > 0 {
            return Err("a session begins before the first month".into());
        }
        simulation.world_mut().insert_resource(Footage::default());
        let orders = simulation.orders().to_vec();
        let records = vec![Arc::new(Measures::now(&mut simulation))];
        let snapshots = BTreeMap::from([(0, Arc::new(simulation.snapshot()))]);
        let moves = vec![Arc::from([])];
        Ok(Track { simulation, orders, snapshots, records, moves, reels: Vec::new(), budget })
    }

    /// Begins with a simulation of the same scenario that has other orders, at the last snapshot of `other` that both
    /// have in common.
    ///
    /// # Errors
    /// If the simulation cannot take over the snapshot.
    pub fn beside(simulation: Simulation, other: &Track) -> Result<Track, String> {
        let orders = simulation.orders().to_vec();
        let common = first_difference(&orders, &other.orders).map_or(u16::MAX, |tick| tick - 1);
        let mut track = Track::new(simulation, other.budget)?;
        track.records = other.records[..other.records.len().min(usize::from(common) + 1)].to_vec();
        track.moves = other.moves[..track.records.len()].to_vec();
        track.snapshots = other.snapshots.range(..=common).map(|(tick, s)| (*tick, s.clone())).collect();
        track.go_back_for(common.min(other.tick())).map_err(|e| e.to_string())?;
        let now = track.month();
        track.reels = other.reels.iter().filter(|reel| reel.event.month <= now).cloned().collect();
        Ok(track)
    }

    /// Months done.
    pub fn tick(&self) -> u16 {
        self.simulation.clock().tick
    }

    /// The month whose end it has reached.
    pub fn month(&self) -> Month {
        self.simulation.clock().month()
    }

    /// The first month.
    pub fn start(&self) -> Month {
        self.simulation.clock().start
    }

    /// Every order, by tick.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// What was measured, by tick from 0; may reach beyond [`Track::tick`].
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Moves between neighbourhoods in the last twelve months, month by month.
    pub fn moves_of_year(&self) -> &[Arc<[Flow]>] {
        let tick = usize::from(self.tick());
        &self.moves[(tick + 1).saturating_sub(12).min(tick)..=tick]
    }

    /// Heat waves and floods up to now, in order of time.
    pub fn reels(&self) -> &[Arc<Reel>] {
        &self.reels
    }

    /// The simulation, for looking into it.
    pub fn simulation(&mut self) -> &mut Simulation {
        &mut self.simulation
    }

    /// Digest of the full state and of the way to it.
    pub fn digest(&mut self) -> Digest {
        self.simulation.digest()
    }

    /// Memory that snapshots take, bytes.
    pub fn snapshot_bytes(&self) -> usize {
        self.snapshots.values().map(|s| s.n_bytes()).sum()
    }

    /// Simulates a month.
    ///
    /// # Errors
    /// If the simulation found itself wrong.
    pub fn step(&mut self) -> Result<(), Fault> {
        self.simulation.step()?;
        let filmed = std::mem::take(&mut self.simulation.world_mut().resource_mut::<Footage>().0);
        self.reels.extend(filmed.into_iter().map(Arc::new));
        thin(&mut self.reels, FILM_BUDGET, DEVICE_FILM_BUDGET);
        let tick = self.tick();
        if usize::from(tick) >= self.records.len() {
            self.records.push(Arc::new(self.simulation.world().resource::<Measures>().clone()));
            self.moves.push(moves::of_month(self.simulation.world().resource::<Tally>()).into());
        }
        if tick.is_multiple_of(SNAPSHOT_EVERY) {
            self.keep();
        }
        Ok(())
    }

    /// Gets as near before the end of month `tick` as snapshots allow, so that [`Track::step`] comes there soonest.
    ///
    /// # Errors
    /// If a snapshot does not fit the simulation, which is a bug.
    pub fn go_back_for(&mut self, tick: u16) -> Result<(), crate::sim::SnapshotError> {
        let Some((&at, snapshot)) = self.snapshots.range(..=tick).next_back() else { return Ok(()) };
        let now = self.tick();
        if now <= tick && at <= now {
            return Ok(());
        }
        self.simulation.restore(snapshot)?;
        let month = self.month();
        self.reels.retain(|reel| reel.event.month <= month);
        // Measures are no state: those of that month were kept.
        let record = Measures::clone(&self.records[usize::from(at)]);
        self.simulation.world_mut().insert_resource(record);
        self.tell_orders();
        Ok(())
    }

    /// Makes `orders` all the orders there are, and answers with the first tick that this touches; `None` if there is no
    /// difference. If it touches the past, the track goes back to before it, and the months up to where it was are to be
    /// stepped again.
    ///
    /// # Errors
    /// If a snapshot does not fit the simulation, which is a bug.
    pub fn set_orders(&mut self, orders: Vec<Order>) -> Result<Option<u16>, crate::sim::SnapshotError> {
        let mut log = OrderLog::default();
        orders.into_iter().for_each(|order| log.push(Order { tick: order.tick.max(1), ..order }));
        let Some(tick) = first_difference(&self.orders, log.all()) else { return Ok(None) };
        self.orders = log.all().to_vec();
        self.snapshots.split_off(&tick);
        self.records.truncate(usize::from(tick));
        self.moves.truncate(usize::from(tick));
        let now = self.tick();
        if now < tick {
            self.tell_orders();
            // The next undo then begins here and not up to eleven months ago.
            self.keep();
            return Ok(Some(tick));
        }
        self.go_back_for(tick - 1)?;
        Ok(Some(tick))
    }

    fn tell_orders(&mut self) {
        let mut log = OrderLog::default();
        self.orders.iter().cloned().for_each(|order| log.push(order));
        self.simulation.world_mut().insert_resource(log);
    }

    /// Keeps a snapshot of now. When there are too many, every second of the older half goes, never the start.
    fn keep(&mut self) {
        let tick = self.tick();
        if self.snapshots.contains_key(&tick) {
            return;
        }
        self.snapshots.insert(tick, Arc::new(self.simulation.snapshot()));
        while self.snapshots.len() > 3 && self.snapshot_bytes() > self.budget {
            let ticks: Vec<u16> = self.snapshots.keys().copied().collect();
            // The gap to both neighbours, relative to age: what lies long ago may lie wide apart.
            let age = |at: u16| f64::from(tick - at) + 6.0;
            let spare = (1..ticks.len() - 1)
                .min_by(|&a, &b| {
                    let worth = |i: usize| f64::from(ticks[i + 1] - ticks[i - 1]) / age(ticks[i]);
                    worth(a).total_cmp(&worth(b))
                })
                .map(|i| ticks[i]);
            match spare {
                Some(at) => self.snapshots.remove(&at),
                None => break,
            };
        }
    }
}

/// The first tick at which two lists of orders, each by tick, differ.
fn first_difference(a: &[Order], b: &[Order]) -> Option<u16> {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    [a.get(same), b.get(same)].into_iter().flatten().map(|order| order.tick).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::OnceLock;

    use crate::city::City;
    use crate::scenario::{Overrides, Scenario, build, build_city, load};
    use crate::sim::Area;

    fn order(tick: u16, value: f64) -> Order {
        Order { tick, lever: "build".into(), value, area: Area::City }
    }

    fn simulation() -> Simulation {
        static BASE: OnceLock<(Scenario, Arc<City>)> = OnceLock::new();
        let (scenario, city) = BASE.get_or_init(|| {
            let small = Overrides { residents: Some(1_000), ..Overrides::default() };
            let scenario = load("base", &small).unwrap();
            let city = Arc::new(build_city(&scenario).unwrap());
            (scenario, city)
        });
        build(scenario, city.clone(), 1).unwrap()
    }

    fn track(budget: usize) -> Track {
        Track::new(simulation(), budget).unwrap()
    }

    fn run_to(track: &mut Track, tick: u16) -> Digest {
        track.go_back_for(tick).unwrap();
        while track.tick() < tick {
            track.step().unwrap();
        }
        track.digest()
    }

    fn headless(orders: &[Order], months: u16) -> Digest {
        let mut sim = simulation();
        orders.iter().cloned().for_each(|o| sim.order(o));
        (0..months).for_each(|_| sim.step().unwrap());
        sim.digest()
    }

    fn set(track: &mut Track, orders: &[Order]) -> Digest {
        let was = track.tick();
        track.set_orders(orders.to_vec()).unwrap();
        run_to(track, was)
    }

    #[test]
    fn going_back_and_forth_ends_like_never_having_turned() {
        let mut track = track(SNAPSHOT_BUDGET);
        let there = run_to(&mut track, 30);
        assert_eq!(there, headless(&[], 30));
        let early = run_to(&mut track, 7);
        assert_eq!(early, headless(&[], 7));
        assert_eq!(track.records().len(), 31, "the future that was seen is known");
        assert_eq!(run_to(&mut track, 30), there);
    }

    #[test]
    fn undo_and_redo_end_like_never_and_always() {
        let mut track = track(SNAPSHOT_BUDGET);
        let without = run_to(&mut track, 20);
        let with = set(&mut track, &[order(5, 30.0)]);
        assert_eq!(with, headless(&[order(5, 30.0)], 20));
        assert_ne!(with, without);
        assert_eq!(set(&mut track, &[]), without);
        assert_eq!(set(&mut track, &[order(5, 30.0)]), with);
        // An order for later changes nothing yet, and counts when its month comes.
        let both = [order(5, 30.0), order(25, 0.0)];
        assert_eq!(set(&mut track, &both), with);
        assert_eq!(run_to(&mut track, 28), headless(&both, 28));
        assert_eq!(run_to(&mut track, 20), with, "and it is still known after going back before it");
        assert_eq!(run_to(&mut track, 28), headless(&both, 28));
    }

    #[test]
    fn measures_after_going_back_are_those_of_that_month() {
        let mut track = track(SNAPSHOT_BUDGET);
        run_to(&mut track, 24);
        let before = track.records()[12].clone();
        run_to(&mut track, 12);
        assert_eq!(track.month(), before.month);
        // As text, because what is not available is NaN.
        let now = track.simulation().world().resource::<Measures>();
        assert_eq!(format!("{now:?}"), format!("{before:?}"));
    }

    #[test]
    fn moves_of_a_year_are_those_of_its_twelve_months_also_after_going_back() {
        let mut headless = simulation();
        let mut months: Vec<u32> = Vec::new();
        for _ in 0..20 {
            headless.step().unwrap();
            months.push(headless.world().resource::<Tally>().moves.iter().map(|m| u32::from(m.people)).sum());
        }
        let of_year =
            |track: &Track| track.moves_of_year().iter().flat_map(|m| m.iter().map(|f| f.people)).sum::<u32>();
        let mut track = track(SNAPSHOT_BUDGET);
        assert_eq!((track.moves_of_year().len(), of_year(&track)), (1, 0), "nobody moves before the first month");
        for tick in [20, 5, 13, 20] {
            run_to(&mut track, tick);
            let tick = usize::from(tick);
            let year = &months[tick.saturating_sub(12)..tick];
            assert_eq!(of_year(&track), year.iter().sum::<u32>(), "at {tick}");
            assert!(of_year(&track) > 0);
        }
        let before = track.moves_of_year().to_vec();
        set(&mut track, &[order(18, 30.0)]);
        assert_eq!(track.moves_of_year()[..9], before[..9], "a measure changes no month before it");
        assert_eq!((track.moves_of_year().len(), track.moves.len()), (12, track.records.len()));
    }

    #[test]
    fn a_small_budget_thins_the_past_and_changes_nothing() {
        let mut track = track(1);
        let end = run_to(&mut track, 60);
        assert!(track.snapshots.len() <= 3 && track.snapshots.contains_key(&0));
        assert_eq!(run_to(&mut track, 31), headless(&[], 31));
        assert_eq!(run_to(&mut track, 60), end);
    }

    #[test]
    fn a_twin_begins_where_both_are_the_same() {
        let mut track = track(SNAPSHOT_BUDGET);
        track.set_orders(vec![order(15, 30.0)]).unwrap();
        run_to(&mut track, 20);
        let mut twin = Track::beside(simulation(), &track).unwrap();
        assert_eq!((twin.tick(), twin.records().len()), (12, 15));
        assert_eq!(run_to(&mut twin, 20), headless(&[], 20));
    }
}
