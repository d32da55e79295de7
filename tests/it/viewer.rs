//! The live session without its window: camera, colours, geometry, and the thread that simulates.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bevy::math::{Vec2, Vec3};
use waterbed::city::Tenure;
use waterbed::indicators::{Frame, Measures, NeighbourhoodCounts, Places};
use waterbed::sim::{Area, Digest, Month, Order, Simulation};
use waterbed::viewer::blocks::{Blocks, NO_BLOCK, triangles};
use waterbed::viewer::camera::{FOV, Orbit};
use waterbed::viewer::layers::{self, Homes, Scale};
use waterbed::viewer::worker::{Command, Worker};

use super::toy;

fn simulation() -> Simulation {
    let city = Arc::new(toy::city(2, 600));
    let mut simulation = toy::simulation(&city, 3);
    // The toy simulation measures nothing, and a frame needs the measures.
    let world = simulation.world_mut();
    world.insert_resource(Places::of(&city));
    world.init_resource::<NeighbourhoodCounts>();
    world.init_resource::<Measures>();
    simulation
}

fn build_some() -> Order {
    Order { tick: 4, lever: "build".into(), value: 6.0, area: Area::City }
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
    let worker = Worker::start(
        || Ok(simulation()),
        move || {
            counter.fetch_add(1, Ordering::SeqCst);
        },
    );
    (worker, woken)
}

fn wait_for(worker: &Worker, what: impl Fn(&Frame) -> bool) -> Frame {
    let start = Instant::now();
    loop {
        match worker.take_frame() {
            Some(frame) if what(&frame) => return frame,
            _ => std::thread::sleep(Duration::from_millis(2)),
        }
        assert!(start.elapsed() < Duration::from_secs(60), "no frame came: {:?}", worker.status());
    }
}

#[test]
fn a_run_that_is_watched_ends_like_one_that_is_not() {
    let (worker, woken) = worker();
    let start = wait_for(&worker, |_| true);
    assert_eq!(start.month, Month::new(2024, 12));
    worker.send(Command::Order(build_some()));
    worker.send(Command::Step(3));
    wait_for(&worker, |f| f.month == Month::new(2025, 3));
    worker.send(Command::RunTo(Month::new(2026, 1)));
    let end = wait_for(&worker, |f| f.month == Month::new(2026, 1));
    assert!(end.residents_of_cell.iter().map(|n| u32::from(*n)).sum::<u32>() > 600);
    assert!(woken.load(Ordering::SeqCst) >= 3);
    assert_eq!(worker.finish(), Some(headless(13, Some(build_some()))));
    assert_ne!(headless(13, None), headless(13, Some(build_some())), "the order does something");
}

#[test]
fn a_paused_session_stands_still_and_a_playing_one_goes_on() {
    let (worker, _) = worker();
    worker.send(Command::Speed(200.0));
    worker.send(Command::Play);
    wait_for(&worker, |f| f.month >= Month::new(2025, 2));
    worker.send(Command::Pause);
    let start = Instant::now();
    while worker.status().playing && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let status = worker.status();
    assert!(status.is_idle());
    let months = status.month.unwrap().0 - Month::new(2024, 12).0;
    assert_eq!(worker.finish(), Some(headless(months as usize, None)));
}

#[test]
fn closing_the_window_ends_a_long_run() {
    let (worker, _) = worker();
    worker.send(Command::RunTo(Month::new(3000, 1)));
    wait_for(&worker, |_| true);
    drop(worker);
}

#[test]
fn a_simulation_that_cannot_be_built_says_why() {
    let worker = Worker::start(|| Err("no such city".into()), || {});
    let start = Instant::now();
    while worker.status().fault.is_none() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(worker.status().fault.as_deref(), Some("no such city"));
    assert_eq!(worker.finish(), None);
}

const CORNERS: [Vec2; 4] =
    [Vec2::new(-1000.0, -500.0), Vec2::new(1000.0, -500.0), Vec2::new(1000.0, 500.0), Vec2::new(-1000.0, 500.0)];

#[test]
fn the_first_view_shows_everything_and_no_more() {
    let (free, height) = (Vec2::new(1000.0, 600.0), 720.0);
    let orbit = Orbit::over(&CORNERS, free, height);
    let (eye, facing) = orbit.eye(Vec2::ZERO, height);
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
    let (eye, facing) = orbit.eye(Vec2::ZERO, 720.0);
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
    let (eye, _) = orbit.eye(Vec2::ZERO, 720.0);
    assert!(eye.x < orbit.target.x - 100.0 && (eye.z - orbit.target.z).abs() < 1.0, "looks east from the west");
    orbit.turn(Vec2::new(0.0, -1e4));
    assert!(orbit.eye(Vec2::ZERO, 720.0).0.y > 0.0);
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
