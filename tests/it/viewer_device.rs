//! A live session whose episodes are solved on a graphics processor: what is kept where, that a session opened again
//! comes to the same digest (both without its window), and that the ground looks as if the CPU had coloured it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use resvg::tiny_skia::Pixmap;
use waterbed::challenges::climate::answers::{self, Answers};
use waterbed::city::City;
use waterbed::fields::backend::{Backend, Site};
use waterbed::fields::gpu::GpuContext;
use waterbed::policies::lever;
use waterbed::scenario::{Overrides, build_city, load};
use waterbed::session::file::episodes_of;
use waterbed::session::keep::{self, Keeper};
use waterbed::session::{Placement, SessionFile};
use waterbed::sim::{Area, Digest, Month};
use waterbed::viewer::desk::Desk;
use waterbed::viewer::worker::Command;

use crate::cli::{digest, json, waterbed};
use crate::fields_gpu::context;

fn wait_until_done(desk: &Desk) {
    let start = Instant::now();
    while !desk.worker.is_done() {
        std::thread::sleep(Duration::from_millis(2));
        assert!(start.elapsed() < Duration::from_secs(240), "not done: {:?}", desk.worker.status());
    }
}

/// A desk that has come to the session's month, with its digest then.
fn opened(file: SessionFile, city: &Arc<City>, keeper: Option<Keeper>, solver: (Site, Answers)) -> (Desk, Digest) {
    let mut desk = Desk::open(file, city.clone(), keeper, solver, || {});
    wait_until_done(&desk);
    desk.worker.send(Command::Digest);
    wait_until_done(&desk);
    let status = desk.worker.status();
    assert_eq!(status.fault, None);
    desk.attend(&status);
    let (month, digest) = status.digest.unwrap();
    assert_eq!(month, desk.file.month);
    (desk, digest)
}

#[test]
fn a_session_left_with_a_graphics_processor_is_gone_on_with_and_run_without_one() {
    let Some(own) = context() else { return };
    let site = Site::on_device(GpuContext::from_device(own.device, own.queue, own.name));
    let dir = tempfile::tempdir().unwrap();
    let scenario = load("base", &Overrides { residents: Some(1_000), ..Overrides::default() }).unwrap();
    let city = Arc::new(build_city(&scenario).unwrap());
    let mut file = SessionFile::new(scenario);
    let rain = lever("event_cloudburst").unwrap();
    let [from, until] = [3, 4].map(|month| Month::new(2025, month));
    let placement = Placement { lever: rain, value: 90.0, area: Area::City, from, until: Some(until), on: true };
    file.plans.place(placement, &waterbed::city::area::Cadastre::of(&city));
    file.month = Month::new(2025, 4);

    let keeper = Keeper::claim(dir.path(), "base").unwrap();
    let (mut desk, live) = opened(file, &city, Some(keeper), (site, Answers::default()));
    assert!(!desk.answers.is_empty());
    let picture = desk.worker.take_picture().unwrap();
    let reel = &picture.variant.reels[0];
    assert!(reel.shots.len() == 12 && reel.shots.iter().all(|shot| shot.on_device.is_some()));
    // The window closes without saving: the autosave is left, and beside it what the graphics processor made.
    let left = desk.close().unwrap();
    drop(desk);
    let kept = answers::read(&episodes_of(&left)).unwrap();
    assert_eq!(kept.len(), 1);
    let run = json(&waterbed(dir.path(), &["run", left.to_str().unwrap(), "--json"]));
    assert_eq!(digest(&run), live.to_string(), "run without it");

    let known = Answers::default();
    known.know(kept);
    let again = SessionFile::load(&left).unwrap();
    let (desk, digest) = opened(again, &city, None, (Backend::Cpu.into(), known));
    assert_eq!(digest, live, "gone on with, without it");
    let picture = desk.worker.take_picture().unwrap();
    let shots = &picture.variant.reels[0].shots;
    assert!(shots.len() == 12 && shots.iter().all(|shot| shot.on_device.is_none()), "filmed on the CPU");
    drop(desk);
    keep::discard(&left);
    assert!(!Path::exists(&episodes_of(&left)), "what was thrown away is gone as a whole");
}

/// The same moments with the window's device and without it, on a virtual screen.
#[test]
#[ignore = "slow; needs Xvfb and a Vulkan driver"]
fn a_moment_looks_the_same_whichever_way_it_comes_to_the_ground() {
    let dir = tempfile::tempdir().unwrap();
    let event = |lever: &str, value: f64, month: u32| {
        let (from, until) = (format!("2025-{month:02}"), format!("2025-{:02}", month + 1));
        format!("[[measure]]\nlever = \"{lever}\"\nvalue = {value}\nfrom = \"{from}\"\nuntil = \"{until}\"\n")
    };
    let plan = event("event_cloudburst", 90.0, 2) + &event("event_heat_wave", 37.0, 7);
    std::fs::write(dir.path().join("plan.toml"), plan).unwrap();
    for (layer, moment) in [("flood.depth", "6"), ("heat.air", "10")] {
        let [by_cpu, by_gpu, none] = [("cpu", "1"), ("gpu", "1"), ("gpu", "0")].map(|(backend, shown)| {
            let file = format!("{layer}-{backend}-{shown}.png");
            // Before the events there is nothing on the ground.
            let at = if shown == "1" { "2025-07" } else { "2025-01" };
            let window = ["-a", "-s", "-screen 0 1280x720x24", env!("CARGO_BIN_EXE_waterbed"), "view", "base"];
            let what = ["--residents", "1000", "--measures", "plan.toml", "--layer", layer, "--moment", moment];
            let how = ["--backend", backend, "--at", at, "--screenshot", file.as_str()];
            let arguments = [&window[..], &what[..], &how[..]].concat();
            let state = dir.path().join("state");
            let mut run = std::process::Command::new("xvfb-run");
            let run = run.args(arguments).current_dir(dir.path()).env("XDG_STATE_HOME", state).env("LANG", "C");
            assert!(run.status().expect("Xvfb is there").success());
            Pixmap::load_png(dir.path().join(file)).unwrap()
        });
        // Between the panels.
        let map = |picture: &Pixmap| -> Vec<u8> {
            let rows = picture.data().chunks(4 * 1280).skip(70).take(480);
            rows.flat_map(|row| row[4 * 216..4 * 1006].to_vec()).collect()
        };
        let apart = |a: &Pixmap, b: &Pixmap| map(a).iter().zip(map(b)).map(|(a, b)| a.abs_diff(b)).max().unwrap();
        println!("{layer}: {} levels apart at most", apart(&by_cpu, &by_gpu));
        assert!(apart(&by_cpu, &by_gpu) <= 6, "{layer}");
        assert!(apart(&by_gpu, &none) > 60, "{layer}: there is something to be seen");
        assert!(map(&by_cpu) != map(&by_gpu), "{layer}: they came two ways");
    }
}
