#![allow(missing_docs, clippy::print_stdout, clippy::print_stderr)]
use std::path::Path;
use waterbed::experiments::hindcast::{prepare, write};
use waterbed::scenario::{self, Overrides};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = args[0].clone();
    let seeds: u64 = args[1].parse().unwrap();
    let set = args[2..].to_vec();
    let overrides = Overrides { set, ..Overrides::default() };
    let base =
        scenario::load(&std::env::var("SCN").unwrap_or("configs/scenarios/amsterdam-2020.toml".into()), &overrides)
            .unwrap();
    let dir = std::env::var("DATA").unwrap();
    let prepared = prepare(
        Path::new("configs/cities/amsterdam-2020.toml"),
        Path::new("configs/cities/amsterdam.toml"),
        Path::new(&dir),
        &mut |_, _| {},
    )
    .unwrap();
    let runs = (1..=seeds).map(|s| prepared.run(&base, s, &|_| true).unwrap()).collect();
    let city = prepared.city.clone();
    let h = prepared.score(runs);
    write(&h, &city, Path::new(&out)).unwrap();
}
