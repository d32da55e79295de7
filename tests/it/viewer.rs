//! The live session without its window: camera, colours, geometry, and the thread that simulates.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bevy::math::{Vec2, Vec3};
use waterbed::challenges::climate::Quantity;
use waterbed::challenges::climate::footage::NONE;
use waterbed::challenges::climate::plugin::ClimateCity;
use waterbed::city::{City, Cover, Tenure};
use waterbed::indicators::Frame;
use waterbed::scenario::{Overrides, Scenario, build, build_city, load};
use waterbed::session::track::SNAPSHOT_BUDGET;
use waterbed::session::{Record, Track};
use waterbed::sim::{Area, Digest, Month, Order, Simulation};
use waterbed::viewer::background::{Ask, Background, Case};
use waterbed::viewer::blocks::{Blocks, NO_BLOCK, new_blocks, triangles};
use waterbed::viewer::camera::{FOV, Lens, Orbit};
use waterbed::viewer::layers::{self, Homes, Scale};
use waterbed::viewer::picture::{NewHome, Picture};
use waterbed::viewer::terrain::{Terrain, Tops, neighbourhood_at, pick};
use waterbed::viewer::worker::{Command, Worker};

use super::toy;

/// The base scenario with a thousand residents.
fn simulation() -> Simulation {
    static BASE: OnceLock<(Scenario, Arc<City>)> = OnceLock::new();
    let (scenario, city) = BASE.get_or_init(|| {
        let scenario = load("base", &Overrides { residents: Some(1_000), ..Overrides::default() }).unwrap();
        let city = Arc::new(build_city(&scenario).unwrap());
        (scenario, city)
    });
    build(scenario, city.clone(), 3).unwrap()
}

fn build_some() -> Order {
    Order { tick: 4, lever: "build".into(), value: 60.0, area: Area::City }
}

fn headless(months: usize, order: Option<Order>) -> Digest {
    let mut simulation = simulation();
    order.into_iter().for_each(|order| simulation.order(order));
    (0..months).for_each(|_| simulation.step().unwrap());
    simulation.digest()
}

fn worker() -> (Worker, Arc<AtomicUsize>) {
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = woken.clone();
    let wake = move || {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    (Worker::start(Arc::new(|| Ok(simulation())), 100_000, wake), woken)
}

fn orders(list: &[Order]) -> Command {
    Command::Orders(list.to_vec(), Instant::now())
}

fn wait_for(worker: &Worker, what: impl Fn(&Picture) -> bool) -> Picture {
    let start = Instant::now();
    loop {
        match worker.take_picture() {
            Some(picture) if what(&picture) => return picture,
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
        assert!(start.elapsed() < Duration::from_secs(60), "no picture came: {:?}", worker.status());
    }
}

fn wait_until_done(worker: &Worker) {
    let start = Instant::now();
    while !worker.is_done() {
        std::thread::sleep(Duration::from_millis(2));
        assert!(start.elapsed() < Duration::from_secs(60), "not done: {:?}", worker.status());
    }
}

fn month(picture: &Picture) -> Month {
    picture.variant.frame.month
}

#[test]
fn a_run_that_is_watched_ends_like_one_that_is_not() {
    let (worker, woken) = worker();
    let start = wait_for(&worker, |_| true);
    assert_eq!(month(&start), Month::new(2024, 12));
    worker.send(orders(&[build_some()]));
    worker.send(Command::Step(3));
    wait_for(&worker, |p| month(p) == Month::new(2025, 3));
    worker.send(Command::GoTo(Month::new(2026, 1)));
    let end = wait_for(&worker, |p| month(p) == Month::new(2026, 1)).variant;
    assert!(end.frame.residents_of_cell.iter().map(|n| u32::from(*n)).sum::<u32>() > 600);
    assert_eq!(end.records.len(), 14);
    assert!(woken.load(Ordering::SeqCst) >= 3);
    assert_eq!(worker.finish(), Some(headless(13, Some(build_some()))));
    assert_ne!(headless(13, None), headless(13, Some(build_some())), "the order does something");
}

/// Test 4: to and fro in time, measures placed, taken back, placed again, a branch and back, with and without the twin.
#[test]
fn a_session_that_went_to_and_fro_ends_like_a_straight_run() {
    let (worker, _) = worker();
    worker.send(Command::GoTo(Month::new(2026, 6)));
    worker.send(orders(&[build_some()]));
    worker.send(Command::Twin(true));
    worker.send(Command::Step(2));
    worker.send(orders(&[]));
    worker.send(Command::GoTo(Month::new(2025, 2)));
    let other = Order { tick: 3, value: 120.0, ..build_some() };
    worker.send(orders(&[other]));
    worker.send(Command::Step(9));
    worker.send(Command::Play);
    worker.send(Command::Pause);
    worker.send(Command::Twin(false));
    worker.send(orders(&[build_some()]));
    worker.send(Command::GoTo(Month::new(2026, 12)));
    wait_until_done(&worker);
    worker.send(Command::Digest);
    wait_until_done(&worker);
    let want = headless(24, Some(build_some()));
    assert_eq!(worker.status().digest, Some((Month::new(2026, 12), want)));
    assert_eq!(worker.finish(), Some(want));
}

#[test]
fn the_twin_is_the_city_without_measures_and_keeps_step() {
    let (worker, _) = worker();
    worker.send(orders(&[build_some()]));
    worker.send(Command::GoTo(Month::new(2025, 8)));
    worker.send(Command::Twin(true));
    let both = wait_for(&worker, |p| p.twin.is_some() && month(p) == Month::new(2025, 8));
    let twin = both.twin.unwrap();
    assert_eq!(twin.frame.month, Month::new(2025, 8));
    // Alike until the order counts, in tick 4, and never after: more homes.
    // As text, for what is not available is not equal to itself.
    let as_text = |records: &[Record]| format!("{records:?}");
    assert!(as_text(&both.variant.records[..4]) == as_text(&twin.records[..4]));
    assert!(as_text(&both.variant.records) != as_text(&twin.records));
    let n_homes = |frame: &Frame| frame.dwellings.iter().filter(|byte| **byte != Frame::EMPTY_SLOT).count();
    assert!(n_homes(&both.variant.frame) > n_homes(&twin.frame));
    worker.send(Command::Step(1));
    let next = wait_for(&worker, |p| month(p) == Month::new(2025, 9));
    assert_eq!(next.twin.unwrap().frame.month, Month::new(2025, 9));
    worker.send(orders(&[]));
    let same = wait_for(&worker, |p| p.asked.is_some());
    let (variant, twin) = (same.variant, same.twin.unwrap());
    assert_eq!(variant.frame.dwellings, twin.frame.dwellings, "without measures they are the same city");
    assert!(as_text(&variant.records) == as_text(&twin.records));
}

fn cloudburst() -> Order {
    Order { tick: 2, lever: "event_cloudburst".into(), value: 90.0, area: Area::City }
}

#[test]
fn a_cloudburst_befalls_the_twin_too_is_filmed_and_the_film_changes_nothing() {
    let (worker, _) = worker();
    worker.send(orders(&[cloudburst(), build_some()]));
    worker.send(Command::Twin(true));
    worker.send(Command::GoTo(Month::new(2025, 5)));
    let both = wait_for(&worker, |p| p.twin.is_some() && month(p) == Month::new(2025, 5));
    let (variant, twin) = (both.variant.reels, both.twin.unwrap().reels);
    assert_eq!((variant.len(), twin.len()), (1, 1));
    // No measure held yet when it came, so the water is the same.
    assert!(variant[0] == twin[0] && variant[0].event.month == Month::new(2025, 2));
    let reel = &variant[0];
    assert_eq!(reel.shots.len(), 12);
    let [deepest, fastest, arrived] =
        [Quantity::Depth, Quantity::Speed, Quantity::Arrival].map(|quantity| reel.map(quantity, None));
    assert!(deepest.iter().any(|depth| *depth > 10) && fastest.iter().any(|speed| *speed > 10));
    assert!(reel.map(Quantity::Pet, None).is_empty(), "of water there is no heat");
    for (at, shot) in reel.shots.iter().enumerate() {
        let [depth, speed, arrival] =
            [Quantity::Depth, Quantity::Speed, Quantity::Arrival].map(|quantity| reel.map(quantity, Some(at)));
        for pixel in 0..deepest.len() {
            assert!(depth[pixel] <= deepest[pixel] && speed[pixel] <= fastest[pixel], "no moment is beyond the most");
            if arrival[pixel] != NONE {
                assert!(f32::from(arrival[pixel]) <= 10.0 * shot.hours + 0.5, "it comes before it is there");
                assert_eq!(arrival[pixel], arrived[pixel], "and once");
            }
        }
    }
    for ((depth, speed), arrival) in deepest.iter().zip(fastest).zip(arrived) {
        assert_eq!(*depth >= 5, *arrival != NONE, "where it is wet, it came");
        assert!(*depth >= 5 || *speed == 0, "a wet street has no current");
    }
    // Back before the rain it is not known yet; without it, it never was.
    worker.send(Command::GoTo(Month::new(2025, 1)));
    assert!(wait_for(&worker, |p| month(p) == Month::new(2025, 1)).variant.reels.is_empty());
    worker.send(Command::GoTo(Month::new(2025, 5)));
    wait_for(&worker, |p| month(p) == Month::new(2025, 5));
    let mut simulation = simulation();
    [cloudburst(), build_some()].into_iter().for_each(|order| simulation.order(order));
    (0..5).for_each(|_| simulation.step().unwrap());
    assert_eq!(worker.finish(), Some(simulation.digest()));
}

#[test]
fn a_heat_wave_is_filmed_as_air_as_ground_and_as_it_feels() {
    let mut simulation = simulation();
    simulation.order(Order { tick: 6, lever: "event_heat_wave".into(), value: 37.0, area: Area::City });
    let mut track = Track::new(simulation, SNAPSHOT_BUDGET).unwrap();
    (0..8).for_each(|_| track.step().unwrap());
    let city = track.simulation().world().resource::<ClimateCity>().0.clone();
    let reel = &track.reels()[0];
    assert_eq!(reel.shots.len(), 12);
    let [air, surface, pet] = [Quantity::Air, Quantity::Surface, Quantity::Pet].map(|q| {
        // The warmest hour of each pixel; the first is at five in the morning, every second hour follows.
        let warmest = |pixel: usize| (0..12).map(|at| reel.map(q, Some(at))[pixel]).max().unwrap();
        (0..reel.map(q, None).len()).map(warmest).collect::<Vec<i16>>()
    });
    assert!(surface == reel.map(Quantity::Surface, None) && pet == reel.map(Quantity::Pet, None));
    assert!(reel.map(Quantity::Air, None).iter().zip(&air).all(|(nights, day)| nights < day), "nights are cooler");
    for (pixel, cover) in city.ground.cover.values.iter().enumerate() {
        assert_eq!(matches!(cover, Cover::Building | Cover::Water), pet[pixel] == NONE, "{cover:?}");
        assert_eq!(*cover == Cover::Water, surface[pixel] == NONE, "{cover:?}");
    }
    let mean = |map: &[i16], of: Cover| {
        let there = city.ground.cover.values.iter().zip(map).filter(|(cover, _)| **cover == of).map(|(_, v)| v);
        let (n, sum) = there.fold((0, 0.0), |(n, sum), v| (n + 1, sum + 0.1 * f64::from(*v)));
        sum / f64::from(n)
    };
    let [stone, grass] = [Cover::Paved, Cover::Grass].map(|of| mean(&surface, of));
    assert!(stone > mean(&air, Cover::Paved) + 5.0 && stone > grass + 3.0, "stone burns: {stone}, grass {grass}");
    // Strong heat stress (35 °C) nearly everywhere on a day of 37 °C.
    let felt: Vec<i16> = pet.into_iter().filter(|v| *v != NONE).collect();
    assert!(felt.iter().filter(|v| **v >= 350).count() * 10 > felt.len() * 9);
}

#[test]
fn what_the_background_measures_is_what_a_run_measures() {
    let seeds = Arc::new(|seed: u64| -> Result<Simulation, String> {
        assert_eq!(seed, 3, "the one asked for");
        Ok(simulation())
    });
    let background = Background::start(seeds, || {});
    let case = |orders: &[Order]| Case { seed: 3, orders: orders.to_vec() };
    let (with, without) = (case(&[build_some()]), case(&[]));
    background.ask(Ask { cases: vec![without.clone()], until: 4 });
    background.ask(Ask { cases: vec![with.clone(), without.clone()], until: 7 });
    let start = Instant::now();
    let there = |case: &Case| background.records(case).filter(|records| records.len() == 8);
    while there(&with).is_none() || there(&without).is_none() {
        std::thread::sleep(Duration::from_millis(5));
        assert!(start.elapsed() < Duration::from_secs(60), "{:?}", background.problem());
    }
    let mut track = Track::new(simulation(), 1 << 30).unwrap();
    track.set_orders(vec![build_some()]).unwrap();
    (0..7).for_each(|_| track.step().unwrap());
    // As text, for what is not available is not equal to itself.
    assert!(format!("{:?}", track.records()) == format!("{:?}", there(&with).unwrap()));
    assert!(format!("{:?}", track.records()) != format!("{:?}", there(&without).unwrap()));
}

#[test]
fn a_paused_session_stands_still_and_a_playing_one_goes_on() {
    let (worker, _) = worker();
    worker.send(Command::Speed(200.0));
    worker.send(Command::Play);
    wait_for(&worker, |p| month(p) >= Month::new(2025, 2));
    worker.send(Command::Pause);
    wait_until_done(&worker);
    let months = worker.status().month.unwrap().0 - Month::new(2024, 12).0;
    assert_eq!(worker.finish(), Some(headless(months as usize, None)));
}

#[test]
fn closing_the_window_ends_a_long_run() {
    let (worker, _) = worker();
    worker.send(Command::GoTo(Month::new(3000, 1)));
    wait_for(&worker, |_| true);
    drop(worker);
}

#[test]
fn a_simulation_that_cannot_be_built_says_why() {
    let worker = Worker::start(Arc::new(|| Err("no such city".into())), 0, || {});
    wait_until_done(&worker);
    assert_eq!(worker.status().fault.as_deref(), Some("no such city"));
    assert_eq!(worker.finish(), None);
}

#[test]
fn what_lies_under_the_pointer_is_what_is_seen_there() {
    let city = toy::city(2, 600);
    let blocks = Blocks::of(&city);
    let terrain = Terrain::of(&city);
    let tops = Tops::of(&blocks.blocks, terrain.size_m);
    let orbit = Orbit::over(&CORNERS, Vec2::new(1000.0, 600.0), 720.0);
    let lens = Lens::new(&orbit, bevy::math::Rect::new(200.0, 60.0, 1200.0, 660.0));
    let home = &city.dwellings[0];
    // A point on its roof, a little towards the middle.
    let height_m = tops.at([home.x_m, home.y_m]);
    assert!(height_m > 0.0);
    let [wide, high] = terrain.size_m;
    let place = Vec3::new(home.x_m - wide / 2.0, height_m, high / 2.0 - home.y_m);
    let point = lens.project(place).unwrap();
    assert!((lens.direction(point) - (place - lens.eye).normalize()).length() < 1e-4);
    let found = pick(&terrain, &tops, lens.eye.into(), lens.direction(point).into()).unwrap();
    assert!((found[0] - home.x_m).hypot(found[1] - home.y_m) < 25.0, "{found:?}");
    assert_eq!(neighbourhood_at(&city, found), Some(usize::from(home.neighbourhood)));
    assert_eq!(pick(&terrain, &tops, lens.eye.into(), [0.0, 0.1, 1.0]), None, "the sky");
}

#[test]
fn new_homes_stand_where_nothing_stood_and_not_in_the_water() {
    let mut city = toy::city(1, 600);
    let cell = 12;
    city.dwellings.retain(|d| d.cell != cell);
    let (col, row) = city.grid.col_row(cell as usize);
    let blocks = Blocks::of(&city);
    let tops = Tops::of(&blocks.blocks, [500.0, 500.0]);
    let home = NewHome { cell, neighbourhood: 0, kind: 3, byte: Frame::INHABITED };
    let new = new_blocks(&[home; 40], &city, &tops);
    assert_eq!(new.blocks.len(), 3, "18, 18 and 4 homes");
    assert_eq!(new.of_dwelling.iter().filter(|b| **b == 2).count(), 4);
    let (west, south) = (100.0 * col as f32, 100.0 * (4 - row) as f32);
    for p in new.blocks.iter().flat_map(|b| &b.ring) {
        assert!((west..west + 100.0).contains(&p[0]) && (south..south + 100.0).contains(&p[1]), "{p:?}");
        assert_eq!(tops.at(*p), 0.0);
    }
}

const CORNERS: [Vec2; 4] =
    [Vec2::new(-1000.0, -500.0), Vec2::new(1000.0, -500.0), Vec2::new(1000.0, 500.0), Vec2::new(-1000.0, 500.0)];

#[test]
fn the_first_view_shows_everything_and_no_more() {
    let (free, height) = (Vec2::new(1000.0, 600.0), 720.0);
    let orbit = Orbit::over(&CORNERS, free, height);
    let (eye, facing) = orbit.eye();
    let seen = CORNERS.map(|p| {
        let p = facing.inverse() * (Vec3::new(p.x, 0.0, p.y) - eye);
        Vec2::new(p.x, p.y) / -p.z / (FOV / 2.0).tan() * height / 2.0
    });
    let most = seen.iter().fold(Vec2::ZERO, |most, p| most.max(p.abs()));
    assert!(most.x <= 500.0 && most.y <= 300.0, "{most}");
    assert!(most.x > 460.0 || most.y > 276.0, "{most}");
}

#[test]
fn the_camera_looks_at_its_target_from_its_distance() {
    let mut orbit = Orbit::over(&CORNERS, Vec2::new(1000.0, 600.0), 720.0);
    orbit.turn(Vec2::new(40.0, -10.0));
    orbit.pan(Vec2::new(30.0, 12.0), 720.0);
    let (eye, facing) = orbit.eye();
    assert!((eye.distance(orbit.target) - orbit.distance).abs() < 1.0);
    assert!((facing * Vec3::NEG_Z).dot((orbit.target - eye).normalize()) > 0.9999);
    assert!((facing * Vec3::X).y.abs() < 1e-5, "the horizon is level");
    assert!((eye.y - orbit.distance * orbit.pitch.sin()).abs() < 1.0);
    // 720 points high, the picture covers 2 d tan(fov / 2) metres at the target.
    assert!((orbit.m_per_point(720.0) * 720.0 - 2.0 * orbit.distance * (FOV / 2.0).tan()).abs() < 0.01);
}

#[test]
fn heading_is_clockwise_from_north_and_pitch_stays_above_ground() {
    let mut orbit = Orbit::over(&CORNERS, Vec2::new(1000.0, 600.0), 720.0);
    orbit.heading = std::f32::consts::FRAC_PI_2;
    let (eye, _) = orbit.eye();
    assert!(eye.x < orbit.target.x - 100.0 && (eye.z - orbit.target.z).abs() < 1.0, "looks east from the west");
    orbit.turn(Vec2::new(0.0, -1e4));
    assert!(orbit.eye().0.y > 0.0);
    orbit.zoom(1e3);
    assert_eq!(orbit.distance, 60.0);
    orbit.zoom(-1e3);
    assert!((orbit.distance - orbit.reach).abs() < 1.0);
}

#[test]
fn colours_mean_what_the_legend_says() {
    let scale = Scale::around(&[0.121, f32::NAN, 0.316]);
    assert!((scale.low - 0.1).abs() < 1e-6 && (scale.high - 0.35).abs() < 1e-6, "{scale:?}");
    assert_eq!(scale.colour(f32::NAN), layers::NOT_AVAILABLE);
    assert_eq!(scale.colour(0.1), layers::colour_at(0.0));
    assert_eq!(scale.colour(9.0), layers::colour_at(1.0));
    assert_eq!(Scale::around(&[f32::NAN]), Scale { low: 0.0, high: 1.0 });
    let mut homes = Homes::default();
    assert_eq!(homes.tenure_colour(), layers::NO_HOMES);
    for byte in [0, Frame::INHABITED + 1, 1, Frame::EMPTY_SLOT] {
        homes.count(byte);
    }
    assert_eq!((homes.by_tenure, homes.empty), ([1, 2, 0, 0, 0], 2));
    assert_eq!(homes.tenure_colour(), layers::tenure_colour(Tenure::Social));
    let all = layers::layers();
    assert_eq!(all[layers::find(&all, "age_65_up_share").unwrap()].id, "age_65_up_share");
    assert_eq!(layers::find(&all, "tenur"), Err("tenure"));
    assert_eq!(layers::thousands(-1234567), "−1 234 567");
}

#[test]
fn every_home_is_in_a_block_and_roofs_cover_their_outline() {
    let city = toy::city(2, 600);
    let blocks = Blocks::of(&city);
    assert!(blocks.of_dwelling.len() == city.dwellings.len() && !blocks.of_dwelling.contains(&NO_BLOCK));
    let mut outlined = city.clone();
    let home = outlined.dwellings[0];
    let (x, y) = (home.x_m, home.y_m);
    let ring_m =
        vec![[x - 5.0, y - 5.0], [x - 5.0, y + 5.0], [x + 5.0, y + 5.0], [x + 5.0, y - 5.0], [x - 5.0, y - 5.0]];
    outlined.buildings.push(waterbed::city::Building { ring_m, height_m: 9.0, neighbourhood: 0 });
    let with = Blocks::of(&outlined);
    assert_eq!((with.of_dwelling[0], with.blocks[0].height_m), (0, 9.0));
    // An L of 3 unit squares.
    let l = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0], [0.0, 2.0]];
    let area: f32 = triangles(&l)
        .chunks(3)
        .map(|t| {
            let [a, b, c] = [l[t[0] as usize], l[t[1] as usize], l[t[2] as usize]];
            ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) / 2.0
        })
        .sum();
    assert_eq!(area, 3.0);
}

#[test]
fn a_low_house_has_a_saddle_roof_over_all_of_it_and_a_tower_a_flat_one() {
    use waterbed::viewer::blocks::{Block, Shape};
    let roof = |height_m: f32| {
        let ring = vec![[0.0, 0.0], [12.0, 0.0], [12.0, 6.0], [0.0, 6.0]];
        let mut shape = Shape::default();
        shape.add(&Block { ring, height_m, neighbourhood: 0 }, 2.0, [0.0, 0.0], [0.0, 0.0]);
        let p = |i: u32| shape.positions[i as usize];
        // Of what faces up, as seen from above: z points south.
        let covered: f32 = shape
            .indices
            .chunks(3)
            .filter(|t| shape.normals[t[0] as usize][1] > 0.1)
            .map(|t| {
                let [a, b, c] = [p(t[0]), p(t[1]), p(t[2])];
                ((b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2])) / 2.0
            })
            .sum();
        (covered, shape.positions.iter().map(|p| p[1]).fold(0.0, f32::max))
    };
    // Eaves lie 0.4 of the rise lower, the rise is 0.32 of the depth.
    let (covered, top) = roof(6.0);
    assert!((covered - 72.0).abs() < 1e-3 && (top - (2.0 + 6.0 + 0.6 * 0.32 * 6.0)).abs() < 1e-4, "{covered} {top}");
    assert_eq!(roof(30.0), (72.0, 32.0));
}
