//! The tables of Amsterdam 2020 and 2024 joined to common units. Numbers were added up from the tables by another
//! program.

use std::path::PathBuf;

use waterbed::experiments::hindcast::prepare;

#[test]
fn amsterdam_2020_and_2024_join_to_common_areas() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let data = std::env::var_os("WATERBED_DATA").map_or_else(|| root.join("../shared/data"), PathBuf::from);
    if !data.join("amsterdam_cbs").is_dir() {
        eprintln!("skipped: no folder amsterdam_cbs in {} (set WATERBED_DATA)", data.display());
        return;
    }
    let recipe = |name: &str| root.join("configs/cities").join(name);
    let prepared = prepare(&recipe("amsterdam-2020.toml"), &recipe("amsterdam.toml"), &data, &mut |_, _| {}).unwrap();
    assert_eq!(prepared.n_months(), 48);
    let hindcast = prepared.score(Vec::new());
    assert_eq!(hindcast.units.len(), 470);
    assert_eq!((hindcast.residents.table_start, hindcast.residents.table_end), (872_315.0, 907_710.0));
    // Weesp, which joined Amsterdam in March 2022.
    assert_eq!((hindcast.left_out.end_codes.len(), hindcast.left_out.end_residents), (22, 23_590.0));
    assert!(hindcast.left_out.start_codes.is_empty());
    let houthavens = hindcast.units.iter().find(|u| u.name == "Houthavens-West").unwrap();
    assert_eq!((houthavens.table_start[0], houthavens.table_end[0]), (Some(2_280.0), Some(4_625.0)));
}
