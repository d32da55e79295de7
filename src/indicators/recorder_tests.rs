//! Run folders: equal bytes, resume without a gap, nothing torn.

use super::super::toy_town;
use super::*;

fn bytes(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for table in Table::ALL {
        for (_, path) in parts(&dir.join(table.name())).unwrap() {
            all.push((path.strip_prefix(dir).unwrap().display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all
}

fn record(dir: &Path, n_months: usize) {
    let city = toy_town::city(40);
    let mut sim = toy_town::simulation(&city, 1);
    let mut recorder =
        Recorder::create(dir, &city, &mut sim, RecorderOptions { panel_one_in: 10, each_event: false }).unwrap();
    for _ in 0..n_months {
        sim.step().unwrap();
        recorder.after_tick(&mut sim).unwrap();
    }
    recorder.finish(&mut sim).unwrap();
}

#[test]
fn one_part_per_year_and_the_same_bytes_again() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    record(a.path(), 15);
    record(b.path(), 15);
    let (a, b) = (bytes(a.path()), bytes(b.path()));
    assert!(a == b, "two equal runs, two different folders");
    let names: Vec<&str> = a.iter().map(|(name, _)| name.as_str()).filter(|name| name.starts_with("city")).collect();
    assert_eq!(names, ["city_month/2024.parquet", "city_month/2025.parquet", "city_month/2026.parquet"]);
}

#[test]
fn an_interrupted_run_resumes_to_the_same_bytes() {
    let want = tempfile::tempdir().unwrap();
    record(want.path(), 30);
    for (checkpoint_at, killed_at) in [(0, 3), (7, 14), (12, 26), (18, 18), (24, 30)] {
        let dir = tempfile::tempdir().unwrap();
        let city = toy_town::city(40);
        let mut sim = toy_town::simulation(&city, 1);
        let options = RecorderOptions { panel_one_in: 10, each_event: false };
        let mut recorder = Recorder::create(dir.path(), &city, &mut sim, options.clone()).unwrap();
        let mut saved = None;
        for tick in 0..=killed_at {
            if tick == checkpoint_at {
                recorder.checkpoint().unwrap();
                saved = Some((sim.snapshot(), sim.clock().month()));
            }
            sim.step().unwrap();
            recorder.after_tick(&mut sim).unwrap();
        }
        drop(recorder);
        let (snapshot, month) = saved.unwrap();
        let mut sim = toy_town::simulation(&city, 1);
        sim.restore(&snapshot).unwrap();
        let mut recorder = Recorder::resume(dir.path(), &city, month, options).unwrap();
        for _ in checkpoint_at..30 {
            sim.step().unwrap();
            recorder.after_tick(&mut sim).unwrap();
        }
        recorder.finish(&mut sim).unwrap();
        assert!(bytes(dir.path()) == bytes(want.path()), "checkpoint at {checkpoint_at}, killed at {killed_at}");
    }
}

#[test]
fn an_earlier_run_is_not_overwritten_and_a_strange_checkpoint_not_taken() {
    let dir = tempfile::tempdir().unwrap();
    record(dir.path(), 2);
    let before = bytes(dir.path());
    let city = toy_town::city(40);
    let mut sim = toy_town::simulation(&city, 1);
    let again = Recorder::create(dir.path(), &city, &mut sim, RecorderOptions::default());
    assert!(matches!(again, Err(RecordError::NotEmpty(_))));
    let missing = Recorder::resume(dir.path(), &city, Month::new(2025, 2), RecorderOptions::default());
    assert!(missing.err().unwrap().to_string().contains("rows-2025-02.bin"));
    assert!(bytes(dir.path()) == before);
}

#[test]
fn two_checkpoints_of_rows_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let city = toy_town::city(5);
    let mut sim = toy_town::simulation(&city, 1);
    let mut recorder = Recorder::create(dir.path(), &city, &mut sim, RecorderOptions::default()).unwrap();
    for _ in 0..4 {
        sim.step().unwrap();
        recorder.after_tick(&mut sim).unwrap();
        recorder.checkpoint().unwrap();
    }
    assert_eq!(names(&dir.path().join("checkpoint")).unwrap(), ["rows-2025-03.bin", "rows-2025-04.bin"]);
}

#[test]
fn the_followed_are_about_one_in_so_many() {
    let n = (0..100_000u64).filter(|k| is_followed(*k, 100)).count();
    assert!((900..1100).contains(&n), "{n}");
    assert!(!is_followed(5, 0));
}
