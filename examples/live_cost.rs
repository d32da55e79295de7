//! What a live session costs on the processor's side, without drawing: a month, a frame, a measure's answer, undo, the
//! twin. Prints one table for each size of city: `cargo run --release --example live_cost -- 10000 100000`.

#![allow(clippy::print_stdout, reason = "an example prints its results")]

use std::sync::Arc;
use std::time::Instant;

use waterbed::indicators::Frame;
use waterbed::scenario::{Overrides, build, build_city, load};
use waterbed::session::Track;
use waterbed::session::track::SNAPSHOT_BUDGET;
use waterbed::sim::{Area, Order};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sizes: Vec<i64> = std::env::args().skip(1).map(|text| text.parse()).collect::<Result<_, _>>()?;
    for residents in if sizes.is_empty() { vec![10_000] } else { sizes } {
        measure(residents)?;
    }
    Ok(())
}

fn ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn reach(track: &mut Track, tick: u16) -> Result<(), Box<dyn std::error::Error>> {
    while track.tick() < tick {
        track.step()?;
    }
    Ok(())
}

fn measure(residents: i64) -> Result<(), Box<dyn std::error::Error>> {
    let scenario = load("base", &Overrides { residents: Some(residents), ..Overrides::default() })?;
    let begin = Instant::now();
    let city = Arc::new(build_city(&scenario)?);
    println!("{residents} residents");
    println!("  city                              {:8.0} ms", ms(begin));
    let begin = Instant::now();
    let mut track = Track::new(build(&scenario, city.clone(), 1)?, SNAPSHOT_BUDGET)?;
    println!("  people and first snapshot         {:8.0} ms", ms(begin));

    let begin = Instant::now();
    reach(&mut track, 30)?;
    println!("  a month, mean of 30               {:8.1} ms", ms(begin) / 30.0);
    let begin = Instant::now();
    Frame::of(track.simulation(), 0);
    println!("  a frame                           {:8.1} ms", ms(begin));

    let order = Order { tick: 31, lever: "build".into(), value: 100.0, area: Area::City };
    let begin = Instant::now();
    track.set_orders(vec![order.clone()])?;
    track.step()?;
    Frame::of(track.simulation(), 0);
    println!("  a measure from next month: frame  {:8.1} ms", ms(begin));
    let begin = Instant::now();
    track.set_orders(Vec::new())?;
    reach(&mut track, 31)?;
    Frame::of(track.simulation(), 0);
    println!("  undo: frame                       {:8.1} ms", ms(begin));
    let begin = Instant::now();
    track.set_orders(vec![Order { tick: 14, ..order }])?;
    reach(&mut track, 31)?;
    Frame::of(track.simulation(), 0);
    println!("  a measure 17 months back: frame   {:8.1} ms", ms(begin));

    let begin = Instant::now();
    let mut twin = Track::beside(build(&scenario, city, 1)?, &track)?;
    reach(&mut twin, 31)?;
    println!("  a twin, up to the same month      {:8.0} ms", ms(begin));
    let begin = Instant::now();
    reach(&mut track, 43)?;
    let one = ms(begin);
    track.go_back_for(31)?;
    reach(&mut track, 31)?;
    let begin = Instant::now();
    for tick in 32..=43 {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| reach(&mut twin, tick).map_err(|e| e.to_string()));
            let own = reach(&mut track, tick).map_err(|e| e.to_string());
            own.and(other.join().unwrap_or_else(|_| Err("the twin failed".into())))
        })?;
    }
    let both = ms(begin);
    println!("  12 months: one {one:.0} ms, both {both:.0} ms, ratio {:.2}", both / one);
    println!(
        "  snapshots of both                 {:8.0} MB",
        (track.snapshot_bytes() + twin.snapshot_bytes()) as f64 / 1e6
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" not known").trim();
    println!("  most memory so far                {peak}");
    Ok(())
}
