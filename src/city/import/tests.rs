//! Whole imports: of a village of two neighbourhoods with everything that can be wrong with its files, and of the real
//! cities where their data is at hand.

use std::path::{Path, PathBuf};

use super::*;
use crate::city::pack;

const TABLE: &str = "Codering_3;AantalInwoners_5;GemiddeldeHuishoudensgrootte_33;PercentageMeergezinswoning_45\n\
                     GM0001    ;1003;2,0;50\nBU00010000;600;2,0;50\nBU00010001;400;.;-99997\n";

const RECIPE: &str = r#"
    name = "Village"
    year = 2024
    municipality = "GM0001"
    sources = ["invented"]
    areas = [{ source = { file = "areas.geojson" }, code = "code", name = "name" }]
    tables = [{ file = "table.csv" }]
    [fill]
"#;

/// A feature collection of squares of 400 m in RD: (code, x).
fn squares(squares: &[(&str, f64)]) -> String {
    let feature = |(code, x): &(&str, f64)| {
        let (y, s) = (400_000.0, 400.0);
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","name":"{code}"}},"geometry":{{"type":"Polygon",
            "coordinates":[[[{x},{y}],[{},{y}],[{},{}],[{x},{}],[{x},{y}]]]}}}}"#,
            x + s,
            x + s,
            y + s,
            y + s
        )
    };
    let features: Vec<String> = squares.iter().map(feature).collect();
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

const TWO: [(&str, f64); 2] = [("BU00010000", 100_000.0), ("BU00010001", 100_400.0)];

fn import(recipe: &str, table: &str, areas: &str) -> Result<(City, ImportReport), ImportError> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("table.csv"), table).unwrap();
    std::fs::write(dir.path().join("areas.geojson"), areas).unwrap();
    build(&ImportConfig::from_toml(recipe, "village.toml")?, dir.path(), &mut |_, _| {})
}

/// A city of two neighbourhoods.
pub fn village() -> City {
    import(RECIPE, TABLE, &squares(&TWO)).unwrap().0
}

fn error(recipe: &str, table: &str, areas: &str) -> String {
    import(recipe, table, areas).map(|(city, _)| city.summary()).unwrap_err().to_string()
}

#[test]
fn a_village_becomes_a_city_whose_counts_add_up() {
    let (city, report) = import(RECIPE, TABLE, &squares(&TWO)).unwrap();
    pack::check(&city).unwrap();
    // 600 + 400 rounded to fives, 1003 published: one more for each, a second for the larger.
    let residents: Vec<u32> = city.neighbourhoods.iter().map(|n| n.marginals.residents).collect();
    assert_eq!(residents, [602, 401]);
    for n in &city.neighbourhoods {
        let m = &n.marginals;
        assert_eq!(m.by_age.iter().sum::<u32>(), m.residents);
        assert_eq!(m.by_household.iter().sum::<u32>(), m.households);
        for shares in [&m.tenure_share[..], &m.education_share[..], &m.origin_share[..]] {
            assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
    // The second has no household size of its own: `.` is missing, not 0; the city's 2.0 counts.
    assert_eq!(city.neighbourhoods[1].marginals.households, 201);
    let rule = report.gaps.iter().find(|g| g.rule == "residents ÷ household size of the city").unwrap();
    assert_eq!((rule.neighbourhoods, rule.residents), (1, 401));
    for (i, n) in city.neighbourhoods.iter().enumerate() {
        let homes = city.dwellings.iter().filter(|d| usize::from(d.neighbourhood) == i).count();
        assert_eq!(homes, crate::city::dwellings::home_count(&n.marginals));
    }
    let in_own_cell = |d: &DwellingRecord| city.neighbourhood_of_cell[d.cell as usize] == d.neighbourhood;
    assert!(city.dwellings.iter().all(in_own_cell));
    let text = report.to_string();
    assert!(text.contains("1 003 residents"), "{text}");
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<ImportReport>(&json).unwrap(), report);
}

#[test]
fn the_same_recipe_gives_the_same_city() {
    let a = import(RECIPE, TABLE, &squares(&TWO)).unwrap();
    assert_eq!(a, import(RECIPE, TABLE, &squares(&TWO)).unwrap());
    let other = RECIPE.replace("year = 2024", "year = 2024\nseed = 2");
    let b = import(&other, TABLE, &squares(&TWO)).unwrap();
    assert_ne!(a.0.dwellings, b.0.dwellings);
    assert_eq!(a.0.neighbourhoods[0].marginals.by_age, b.0.neighbourhoods[0].marginals.by_age);
}

#[test]
fn rows_and_polygons_that_do_not_meet_are_named() {
    let one = squares(&TWO[..1]);
    let says = error(RECIPE, TABLE, &one);
    assert!(says.starts_with("1 table rows with 400 residents have no polygon: BU00010001"), "{says}");
    let leave = RECIPE.replace("[fill]", "[fill]\nrows_without_polygon = \"leave-out\"");
    let (city, report) = import(&leave, TABLE, &one).unwrap();
    assert_eq!(city.summary().residents, 600);
    assert!(report.totals[0].rule.contains("+403 is more than rounding explains"), "{:?}", report.totals[0]);
    assert!(report.notes.iter().any(|n| n.ends_with("left out")));

    let three = squares(&[TWO[0], TWO[1], ("BU00010002", 100_800.0)]);
    let (city, report) = import(RECIPE, TABLE, &three).unwrap();
    assert_eq!(city.neighbourhoods[2].marginals.residents, 0);
    assert!(report.notes.iter().any(|n| n.starts_with("1 polygons have no table row")), "{:?}", report.notes);

    let foreign = error(RECIPE, TABLE, &squares(&[("BU99990000", 100_000.0)]));
    assert!(foreign.contains("have no polygon"), "{foreign}");
}

#[test]
fn a_neighbourhood_without_people_stays_on_the_map() {
    let (city, report) = import(RECIPE, &TABLE.replace(";400;", ";0;").replace("1003", "600"), &squares(&TWO)).unwrap();
    assert_eq!(city.neighbourhoods[1].marginals.residents, 0);
    assert!(city.dwellings.iter().all(|d| d.neighbourhood == 0));
    assert!(report.notes.iter().any(|n| n.starts_with("1 neighbourhoods have no residents")));
    let nobody = error(RECIPE, "Codering;AantalInwoners\nBU00010000;0\n", &squares(&TWO));
    assert!(nobody.starts_with("no polygon has a table row with residents"), "{nobody}");
}

#[test]
fn faulty_files_are_named_with_place_and_remedy() {
    let good = squares(&TWO);
    let twice = squares(&[TWO[0], TWO[0]]);
    assert_eq!(
        error(RECIPE, TABLE, &twice),
        "areas.geojson: feature 1 and feature 2 both have code `BU00010000`; keep one, or join them to a multi-polygon"
    );
    let overlap = squares(&[TWO[0], (TWO[1].0, 100_200.0)]);
    assert!(error(RECIPE, TABLE, &overlap).contains("overlap by 8.0 ha"));
    let swapped = good.replace("100000", "9").replace("400000", "100000").replace("[9,", "[400000,");
    assert!(error(RECIPE, TABLE, &swapped).contains("areas.geojson: feature 1: (400000, 100000) has y before x"));
    let column = error(&RECIPE.replace("code = \"code\"", "code = \"codes\""), TABLE, &good);
    assert_eq!(column, "areas.geojson: has no column `codes`; did you mean `code`?");
    assert_eq!(error(RECIPE, "", &good), "table.csv: is empty; expected data");
    assert_eq!(error(RECIPE, TABLE, ""), "areas.geojson: is empty; expected data");
    assert!(error(RECIPE, "persoonsnummer;Codering\n1;BU00010000\n", &good).contains("single persons"));
    let far = squares(&[TWO[0], (TWO[1].0, 200_000.0)]);
    assert!(error(RECIPE, TABLE, &far).contains("expected at most 600 × 600"));
    let tiny = RECIPE.replace("areas = ", "[grid]\nk = 0\n[fill]\n#");
    assert!(error(&tiny, TABLE, &good).starts_with("village.toml:"));
}

/// The folder with real data, or `None` with a clear word that the test is skipped.
fn data_dir(test: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let dir = std::env::var_os("WATERBED_DATA").map_or(beside, PathBuf::from);
    let there = dir.join("amsterdam_cbs").is_dir();
    if !there {
        eprintln!("SKIPPED {test}: no data at {} (set WATERBED_DATA)", dir.display());
    }
    there.then_some(dir)
}

fn real(recipe: &str, data: &Path) -> (City, ImportReport) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/cities").join(recipe);
    let config = ImportConfig::load(&path).unwrap();
    build(&config, data, &mut |_, _| {}).unwrap_or_else(|e| panic!("{recipe}: {e}"))
}

/// The published population of Amsterdam on 1 January 2024 and 2020 (CBS 85984NED, 84799NED).
#[test]
fn amsterdam_has_its_published_residents_and_ages() {
    let Some(data) = data_dir("amsterdam_has_its_published_residents_and_ages") else { return };
    for (recipe, residents, ages) in [
        ("amsterdam.toml", 931_298, [122_836, 124_148, 343_274, 214_560, 126_480]),
        ("amsterdam-2020.toml", 872_757, [125_119, 108_636, 317_667, 210_376, 110_959]),
    ] {
        let (city, report) = real(recipe, &data);
        pack::check(&city).unwrap();
        assert_eq!(city.summary().residents, residents, "{recipe}");
        let by_age = |band: usize| city.neighbourhoods.iter().map(|n| n.marginals.by_age[band]).sum::<u32>();
        assert_eq!([0, 1, 2, 3, 4].map(by_age), ages, "{recipe}");
        let owner = report.totals.iter().find(|t| t.what.starts_with("owner")).unwrap();
        assert!((owner.built - owner.published).abs() < 1.0, "{owner:?}");
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("city.pack");
        pack::save(&city, &path).unwrap();
        assert!(pack::load(&path).unwrap() == city, "{recipe}: the pack gives another city back");
    }
}

#[test]
fn amsterdam_neighbourhoods_stay_within_rounding() {
    let Some(data) = data_dir("amsterdam_neighbourhoods_stay_within_rounding") else { return };
    let (city, _) = real("amsterdam.toml", &data);
    assert_eq!(city.neighbourhoods.iter().filter(|n| n.code != "BU0363MK06").count(), 517);
    let file = "amsterdam_cbs/Kerncijfers_wijken_en_buurten_2024.csv";
    let content = limits::read(&data.join(file), file, &Limits::STANDARD).unwrap();
    let table = table::Table::from_csv(&content.bytes, file, &Limits::STANDARD).unwrap();
    let (code, residents) = (table.require("Area_Code").unwrap(), table.require("Population_Total").unwrap());
    let mut compared = 0;
    for i in 0..table.rows.len() {
        let n = city.neighbourhoods.iter().find(|n| n.code == table.rows[i][code]);
        if let (Some(n), Some(rounded)) = (n, table.number(i, residents).unwrap()) {
            assert!((f64::from(n.marginals.residents) - rounded).abs() <= 2.0, "{}", n.code);
            compared += 1;
        }
    }
    assert_eq!(compared, 517);
}

#[test]
fn rotterdam_has_its_rows_buildings_and_water() {
    let Some(data) = data_dir("rotterdam_has_its_rows_buildings_and_water") else { return };
    let (city, report) = real("rotterdam.toml", &data);
    pack::check(&city).unwrap();
    // The sum of the 83 rows of 2025; Hoek van Holland is not in them.
    assert_eq!(city.summary().residents, 662_375);
    assert!(city.buildings.len() > 200_000 && city.lines.len() > 20_000);
    // The Nieuwe Maas under the Erasmus bridge, and the tower of the Euromast is no water.
    let cover = |x: f64, y: f64| city.ground.cover.values[city.ground.cover.grid.cell_at(x, y).unwrap()];
    assert_eq!(cover(93_050.0, 436_450.0), super::super::Cover::Water);
    assert!(report.notes.iter().any(|n| n.contains("flat roofs are missing")));
    assert!(pack::encode(&city).unwrap().len() < 100 << 20);
}

/// Amsterdam publishes the same polygons in both systems: 439 neighbourhoods of 2022 in WGS84 and in RD.
#[test]
fn polygons_given_in_both_systems_agree_within_a_metre() {
    let Some(data) = data_dir("polygons_given_in_both_systems_agree_within_a_metre") else { return };
    let mut opener = Opener::new(&data, Limits::STANDARD).unwrap();
    let wgs84 = Source { file: "amsterdam_cbs/buurten_2022_wgs84.geojson".into(), ..Source::default() };
    let rd = Source {
        file: "amsterdam_cbs/buurten_2015_2022_crosswalk_polygons_RD.csv".into(),
        wkt: Some("geometrie".into()),
        ..Source::default()
    };
    let (wgs84, rd) = (opener.layer(&wgs84, "test").unwrap(), opener.layer(&rd, "test").unwrap());
    let (mut points, mut worst) = (0, 0.0_f64);
    for feature in &rd.features {
        let code = sources::text(feature, "BUURTCODE_CBS_2022").unwrap();
        let twin = wgs84.features.iter().find(|f| sources::text(f, "cbsCode").as_deref() == Some(&code));
        let Some(twin) = twin.filter(|t| t.shape.points().count() == feature.shape.points().count()) else { continue };
        for (a, b) in feature.shape.points().zip(twin.shape.points()) {
            worst = worst.max((a[0] - b[0]).hypot(a[1] - b[1]));
            points += 1;
        }
    }
    assert!(points > 1_000, "only {points} points compared");
    assert!(worst < 1.0, "worst of {points} points: {worst} m");
}

/// The 2017 map of Groningen: original CBS columns in the features themselves, ages as percentages.
#[test]
fn groningen_comes_from_one_file() {
    let Some(data) = data_dir("groningen_comes_from_one_file") else { return };
    let recipe = RECIPE
        .replace("GM0001", "GM0014")
        .replace("areas.geojson", "groningen_cbs/buurt2017_RD.geojson.gz")
        .replace("\"code\"", "\"BU_CODE\"")
        .replace("\"name\"", "\"BU_NAAM\"")
        .replace("table.csv", "groningen_cbs/buurt2017_RD.geojson.gz")
        .replace("[fill]", "[fill]\nresidents_total = 202515");
    let config = ImportConfig::from_toml(&recipe, "groningen.toml").unwrap();
    let (city, _) = build(&config, &data, &mut |_, _| {}).unwrap();
    assert_eq!(city.neighbourhoods.len(), 108);
    let total = city.summary().residents;
    assert!(total.abs_diff(202_515) < 300, "{total}");
    let young: u32 = city.neighbourhoods.iter().map(|n| n.marginals.by_age[1]).sum();
    // A student city: more than a fifth of the people are 15 to 24.
    assert!(f64::from(young) / total as f64 > 0.2);
}
