//! Heat and water of a run on a graphics processor (or its software): what one made is kept with the run, and a replay on the
//! CPU takes it from there (contracts.md).

use std::fs;

use crate::cli::{digest, json, small, stderr, waterbed};

#[cfg(feature = "gpu")]
#[test]
fn what_a_graphics_processor_made_is_kept_and_a_replay_on_the_cpu_takes_it() {
    if crate::fields_gpu::context().is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let event = |lever: &str, value: f64, from: &str| {
        format!("[[measure]]\nlever = \"{lever}\"\nvalue = {value}\nfrom = \"{from}\"\n")
    };
    let plan = event("event_cloudburst", 90.0, "2025-03") + &event("event_heat_wave", 36.0, "2025-07");
    fs::write(dir.path().join("plan.toml"), plan).unwrap();
    let gpu = small(dir.path(), &["--backend", "gpu", "--measures", "plan.toml"]);
    let folder = dir.path().join("out/base-plan-1");
    let kept: Vec<_> = fs::read_dir(folder.join("episodes")).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(kept.len(), 2, "a flood and a heat wave");

    let orders = ["--backend", "cpu", "--orders", "out/base-plan-1/orders.jsonl"];
    let replay = small(dir.path(), &[&orders[..], &["--out", "again"]].concat());
    assert_eq!(digest(&replay), digest(&gpu), "a replay reads what the graphics processor made");
    let again = small(dir.path(), &["--backend", "cpu", "--orders", "again/base-1/orders.jsonl", "--out", "third"]);
    assert_eq!(digest(&again), digest(&gpu), "and keeps it for the next");

    let anew = small(dir.path(), &[&orders[..], &["--recompute", "--out", "anew"]].concat());
    let cpu = small(dir.path(), &["--backend", "cpu", "--measures", "plan.toml", "--out", "cpu"]);
    assert_eq!(digest(&anew), digest(&cpu));
    assert!(!dir.path().join("cpu/base-plan-1/episodes").exists(), "the CPU keeps nothing: it makes the same again");

    let mut bytes = fs::read(&kept[0]).unwrap();
    bytes[20] ^= 1;
    fs::write(&kept[0], bytes).unwrap();
    let arguments =
        [&["run", "base", "--residents", "1000", "--years", "2"], &orders[..], &["--out", "damaged"]].concat();
    let refused = waterbed(dir.path(), &arguments);
    assert!(stderr(&refused).contains("damaged"), "{}", stderr(&refused));
    assert!(!refused.status.success());
}

#[cfg(feature = "gpu")]
#[test]
fn a_session_on_a_graphics_processor_runs_headless_on_the_cpu_to_the_same_digest() {
    use std::sync::Arc;

    use waterbed::challenges::climate::EpisodeSolver;
    use waterbed::challenges::climate::solver::{Answers, Site};
    use waterbed::city::area::Cadastre;
    use waterbed::fields::gpu::GpuContext;
    use waterbed::policies::lever;
    use waterbed::scenario::{Overrides, build, build_city, load};
    use waterbed::session::file::episodes_of;
    use waterbed::session::{Placement, SessionFile, Track};
    use waterbed::sim::Area;

    let Some(own) = crate::fields_gpu::context() else { return };
    let site = Site::on_device(GpuContext::from_device(own.device, own.queue, own.name));
    let dir = tempfile::tempdir().unwrap();
    let scenario = load("base", &Overrides { residents: Some(1_000), ..Overrides::default() }).unwrap();
    let city = Arc::new(build_city(&scenario).unwrap());
    let (cadastre, start) = (Cadastre::of(&city), scenario.start);
    let mut session = SessionFile::new(scenario.clone());
    let mut set_off = |id: &str, value: f64, months: i32| {
        let (from, until) = (start.plus(months), Some(start.plus(months + 1)));
        let placement = Placement { lever: lever(id).unwrap(), value, area: Area::City, from, until, on: true };
        session.plans.place(placement, &cadastre);
    };
    set_off("event_cloudburst", 90.0, 2);
    set_off("event_heat_wave", 36.0, 6);
    let orders = session.plans.orders(&scenario, &cadastre).unwrap();

    let known = Answers::default();
    let mut simulation = build(&scenario, city.clone(), scenario.seed).unwrap();
    simulation.world_mut().insert_resource(EpisodeSolver::knowing(site, known.clone()));
    let mut live = Track::new(simulation, 1 << 30).unwrap();
    live.set_orders(orders).unwrap();
    for tick in [9, 1, 9] {
        live.go_back_for(tick).unwrap();
        while live.tick() < tick {
            live.step().unwrap();
        }
    }
    let digest_live = live.digest().to_string();
    let reels = live.reels().to_vec();
    assert_eq!(
        reels.iter().map(|reel| reel.shots.len()).collect::<Vec<_>>(),
        [12, 12],
        "filmed again after going back"
    );
    let left = |at: usize| reels[at].shots.iter().filter(|shot| shot.on_device.is_some()).count();
    assert_eq!([left(0), left(1)], [12, 12], "and all of it can be drawn where it lies");
    let grid = city.ground.elevation_m.grid;
    assert_eq!(reels[0].n_device_bytes(), 12 * 4 * (grid.n_cols + 1) * (grid.n_rows + 1));

    let path = dir.path().join("s.waterbed");
    session.month = live.month();
    session.save(&path).unwrap();
    known.write(&episodes_of(&path)).unwrap();
    let run = |more: &[&str]| json(&waterbed(dir.path(), &[&["run", "s.waterbed", "--json"], more].concat()));
    assert_eq!(digest(&run(&[])), digest_live, "a replay on the CPU reads what the graphics processor made");
    let kept = fs::read_dir(dir.path().join("out").join("base-1").join("episodes")).unwrap().count();
    assert_eq!(kept, 2, "and keeps it for the next");
    // Anew it is solved without it: a centimetre may differ, and then everything that follows.
    fs::remove_dir_all(episodes_of(&path)).unwrap();
    assert_eq!(digest(&run(&["--out", "bare"])), digest(&run(&["--recompute", "--out", "anew"])));
    assert!(!dir.path().join("bare/base-1/episodes").exists());
    let refused = waterbed(dir.path(), &["run", "base", "--recompute"]);
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
}
