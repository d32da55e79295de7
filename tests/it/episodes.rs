//! Heat and water of a run on a graphics processor (or its software): what one made is kept with the run, and a replay on the
//! CPU takes it from there (contracts.md).

use std::fs;

use crate::cli::{digest, small, stderr, waterbed};

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
