//! Sessions without a window: a live one that went to and fro, and the same session run headless from its file.

use std::sync::Arc;

use serde_json::Value;
use waterbed::city::area::Cadastre;
use waterbed::policies::lever;
use waterbed::scenario::{Overrides, build, build_city, load};
use waterbed::session::track::SNAPSHOT_BUDGET;
use waterbed::session::{Placement, SessionFile, Track};
use waterbed::sim::Area;

use super::cli;

fn go_to(track: &mut Track, tick: u16) {
    track.go_back_for(tick).unwrap();
    while track.tick() < tick {
        track.step().unwrap();
    }
}

#[test]
fn a_session_file_runs_headless_to_the_same_digest() {
    let dir = tempfile::tempdir().unwrap();
    let scenario = load("base", &Overrides { residents: Some(1_000), seed: Some(5), ..Overrides::default() }).unwrap();
    let city = Arc::new(build_city(&scenario).unwrap());
    let start = scenario.start;
    let mut track = Track::new(build(&scenario, city.clone(), 5).unwrap(), SNAPSHOT_BUDGET).unwrap();
    let mut session = SessionFile::new(scenario);
    let placement = |id: &str, value, area, months| Placement {
        lever: lever(id).unwrap(),
        value,
        area,
        from: start.plus(months),
        until: None,
        on: true,
    };
    let cadastre = Cadastre::of(&city);
    // A neighbourhood, and every other of the cells of another.
    let some = cadastre.cells(2).iter().step_by(2).chain(cadastre.cells(1)).copied();
    let there = cadastre.area(&cadastre.extent_of(some));

    // Live: run on, place, go on, take back, place again, branch from the past, and back to the first variant.
    go_to(&mut track, 14);
    let obey = |session: &SessionFile, track: &mut Track| {
        let was = track.tick();
        track.set_orders(session.plans.orders(&session.scenario, &cadastre).unwrap()).unwrap();
        go_to(track, was);
    };
    session.plans.place(placement("build", 40.0, there.clone(), 14), &cadastre);
    obey(&session, &mut track);
    go_to(&mut track, 17);
    session.plans.place(placement("spreading", 0.9, Area::City, 4), &cadastre);
    obey(&session, &mut track);
    session.plans.undo();
    obey(&session, &mut track);
    session.plans.redo();
    obey(&session, &mut track);
    go_to(&mut track, 9);
    assert!(session.plans.branch(start.plus(8)));
    session.plans.place(placement("build", 90.0, Area::City, 9), &cadastre);
    obey(&session, &mut track);
    go_to(&mut track, 12);
    session.plans.choose(0);
    obey(&session, &mut track);
    go_to(&mut track, 19);
    session.month = track.month();
    let live = track.digest().to_string();

    let path = dir.path().join("s.waterbed");
    session.save(&path).unwrap();
    let run = cli::waterbed(dir.path(), &["run", "s.waterbed", "--json"]);
    assert!(run.status.success(), "{}", cli::stderr(&run));
    let result: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(result["digest"].as_str(), Some(live.as_str()));
    assert_eq!(result["months"], 19);

    // And it is the measures that make it so.
    session.plans.switch(0, false);
    session.save(&path).unwrap();
    let other = cli::waterbed(dir.path(), &["run", "s.waterbed", "--json", "--force"]);
    let other: Value = serde_json::from_slice(&other.stdout).unwrap();
    assert_ne!(other["digest"].as_str(), Some(live.as_str()));
}

#[test]
fn a_damaged_session_file_is_refused_plainly() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.waterbed");
    let session = SessionFile::new(load("base", &Overrides::default()).unwrap());
    session.save(&path).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    let run = cli::waterbed(dir.path(), &["run", "s.waterbed"]);
    assert_eq!(run.status.code(), Some(2));
    assert!(cli::stderr(&run).starts_with("error: s.waterbed: the file is damaged"), "{}", cli::stderr(&run));
    std::fs::write(&path, text.split_once('\n').unwrap().1.replace("_session = 1", "_session = 2")).unwrap();
    let run = cli::waterbed(dir.path(), &["run", "s.waterbed"]);
    assert!(
        cli::stderr(&run).contains("a session of version 2; this program reads version 1"),
        "{}",
        cli::stderr(&run)
    );
}
