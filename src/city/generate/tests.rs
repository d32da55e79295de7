use std::collections::BTreeSet;
use std::path::PathBuf;

use super::*;
use crate::city::{AmenityKind, Character, Cover, NO_NEIGHBOURHOOD, Tenure};

fn city(residents: u32, seed: u64) -> City {
    generate(&CityConfig { residents, ..CityConfig::default() }, seed).unwrap()
}

/// Checks that hold for every city.
fn check(city: &City) {
    let grid = &city.grid;
    assert_eq!(city.neighbourhood_of_cell.len(), grid.len());
    let pixels = city.ground.cover.grid;
    assert_eq!(pixels, grid.split(city.ground.k));
    assert_eq!(city.ground.elevation_m.values.len(), pixels.len());

    let mut homes_in = vec![0; city.neighbourhoods.len()];
    city.dwellings.iter().for_each(|d| homes_in[usize::from(d.neighbourhood)] += 1);
    for (i, n) in city.neighbourhoods.iter().enumerate() {
        let m = &n.marginals;
        assert_eq!(m.by_age.iter().sum::<u32>(), m.residents, "{}", n.name);
        assert_eq!(m.by_household.iter().sum::<u32>(), m.households, "{}", n.name);
        for share in [&m.tenure_share[..], &m.education_share, &m.origin_share] {
            assert!((share.iter().sum::<f32>() - 1.0).abs() < 1e-4 && share.iter().all(|s| *s >= 0.0), "{}", n.name);
        }
        assert!(usize::from(n.district) < city.districts.len());

        // The neighbourhood is one piece, by its four neighbours.
        let own = |c: usize| usize::from(city.neighbourhood_of_cell[c]) == i;
        assert_eq!(landuse::components(grid, own).len(), 1, "{}", n.name);

        // Its rings enclose exactly its cells.
        let area =
            |ring: &[[f64; 2]]| ring.windows(2).map(|w| (w[0][0] * w[1][1] - w[1][0] * w[0][1]) / 2.0).sum::<f64>();
        let cells = (0..grid.len()).filter(|&c| own(c)).count() as f64;
        assert!((n.rings.iter().map(|r| area(r)).sum::<f64>() - cells * 1e4).abs() < 1.0, "{}", n.name);

        let homes = homes_in[i];
        assert!(homes >= m.households as usize, "{}: {homes} homes for {} households", n.name, m.households);
    }
    let codes: BTreeSet<_> = city.neighbourhoods.iter().map(|n| &n.code).collect();
    let names: BTreeSet<_> = city.neighbourhoods.iter().map(|n| &n.name).chain(&city.districts).collect();
    assert_eq!(codes.len(), city.neighbourhoods.len());
    assert_eq!(names.len(), city.neighbourhoods.len() + city.districts.len());

    for d in &city.dwellings {
        let (x, y) = (grid.west_m + f64::from(d.x_m), grid.south_m() + f64::from(d.y_m));
        assert_eq!(grid.cell_at(x, y), Some(d.cell as usize));
        assert_eq!(city.neighbourhood_of_cell[d.cell as usize], d.neighbourhood);
        let pixel = pixels.cell_at(x, y).unwrap();
        assert_eq!(city.ground.cover.values[pixel], Cover::Building);
        assert!(city.ground.building_height_dm.values[pixel] > 0);
        assert!(d.area_m2 >= 12 && d.value_keur > 0.0 && d.cost_eur_m > 0.0);
    }
    for (i, cover) in city.ground.cover.values.iter().enumerate() {
        assert!((*cover == Cover::Building) == (city.ground.building_height_dm.values[i] > 0));
        assert!(*cover != Cover::Water || city.ground.sealed_pct.values[i] == 0);
    }
    for a in &city.amenities {
        assert!(usize::from(a.neighbourhood) < city.neighbourhoods.len());
    }
}

fn share(city: &City, of: impl Fn(&Marginals) -> f64, whole: impl Fn(&Marginals) -> f64) -> f64 {
    let sum = |f: &dyn Fn(&Marginals) -> f64| city.neighbourhoods.iter().map(|n| f(&n.marginals)).sum::<f64>();
    sum(&of) / sum(&whole)
}

#[test]
fn small_and_middle_cities_hold_together() {
    for (residents, seed) in [(1_000, 1), (1_000, 2), (3_000, 3), (10_000, 4), (25_000, 5), (60_000, 6), (200_000, 7)] {
        let city = city(residents, seed);
        check(&city);
        assert_eq!(city.summary().residents, u64::from(residents));
        if residents >= 20_000 {
            for n in &city.neighbourhoods {
                assert!((500..=5_000).contains(&n.marginals.residents), "{} {}", n.name, n.marginals.residents);
            }
        }
    }
    assert!((2..=3).contains(&city(1_000, 1).neighbourhoods.len()));
}

#[test]
fn neighbourhood_sizes_hold_for_many_seeds() {
    for seed in 0..12 {
        for residents in [20_000, 100_000] {
            for n in city(residents, seed).neighbourhoods {
                assert!(
                    (500..=5_000).contains(&n.marginals.residents),
                    "seed {seed}: {} {}",
                    n.name,
                    n.marginals.residents
                );
            }
        }
    }
}

#[test]
fn a_city_of_a_million_works() {
    let city = city(1_000_000, 1);
    check(&city);
    assert_eq!(city.summary().residents, 1_000_000);
    assert!(city.neighbourhoods.iter().all(|n| (500..=5_000).contains(&n.marginals.residents)));
}

#[test]
fn the_city_has_the_totals_of_the_recipe() {
    let city = city(100_000, 1);
    let residents = |m: &Marginals| f64::from(m.residents);
    let households = |m: &Marginals| f64::from(m.households);
    let size = share(&city, residents, households);
    assert!((1.9..=2.1).contains(&size), "{size}");
    assert!((share(&city, |m| f64::from(m.by_household[0]), households) - 0.45).abs() < 0.002);
    for (k, want) in [0.14, 0.14, 0.33, 0.245, 0.145].into_iter().enumerate() {
        assert!((share(&city, |m| f64::from(m.by_age[k]), residents) - want).abs() < 0.002);
    }
    for (k, want) in [0.35, 0.40, 0.25].into_iter().enumerate() {
        let got = share(&city, |m| f64::from(m.tenure_share[k]) * households(m), households);
        assert!((got - want).abs() < 0.002);
    }
    let income = share(&city, |m| f64::from(m.mean_income_eur_y) * households(m), households);
    assert!((income - 66_000.0).abs() < 100.0, "{income}");
    // The homes follow: social and senior homes together.
    let social = city.dwellings.iter().filter(|d| matches!(d.tenure, Tenure::Social | Tenure::Senior)).count();
    assert!((social as f64 / city.dwellings.len() as f64 - 0.40).abs() < 0.005);
}

#[test]
fn characters_differ_as_they_should() {
    let city = city(200_000, 3);
    let of = |c: Character| City {
        neighbourhoods: city.neighbourhoods.iter().filter(|n| n.character == c).cloned().collect(),
        ..city.clone()
    };
    let (old, flats, new) = (of(Character::OldCentre), of(Character::PostWarFlats), of(Character::NewEstate));
    let single = |c: &City| share(c, |m| f64::from(m.by_household[0]), |m| f64::from(m.households));
    let children = |c: &City| share(c, |m| f64::from(m.by_age[0]), |m| f64::from(m.residents));
    let social =
        |c: &City| share(c, |m| f64::from(m.tenure_share[1] * m.households as f32), |m| f64::from(m.households));
    assert!(single(&old) > single(&flats) && single(&flats) > single(&new));
    assert!(children(&new) > children(&flats) && children(&flats) > children(&old));
    assert!(social(&flats) > 1.5 * social(&old) && social(&flats) > 1.5 * social(&new));
}

#[test]
fn low_and_high_ground_lie_on_both_sides_of_a_closed_dike() {
    let city = city(20_000, 1);
    let e = &city.ground.elevation_m;
    let n_low = e.values.iter().filter(|&&v| v < -1.0).count() as f64 / e.values.len() as f64;
    let n_high = e.values.iter().filter(|&&v| v > 2.0).count() as f64 / e.values.len() as f64;
    assert!(n_low > 0.1 && n_high > 0.1, "{n_low} {n_high}");
    // River water 3 m above its level reaches no polder: nothing below the crest leads from the river to ground below 0.
    let level = 3.4;
    let river =
        (0..e.values.len()).find(|&i| city.ground.cover.values[i] == Cover::Water && e.values[i] > 0.3).unwrap();
    let mut wet = vec![false; e.values.len()];
    let mut front = vec![river];
    wet[river] = true;
    while let Some(i) = front.pop() {
        assert!(e.values[i] > -0.3, "the river runs into the polder");
        for next in landuse::neighbours(&e.grid, i) {
            if !wet[next] && e.values[next] < level {
                wet[next] = true;
                front.push(next);
            }
        }
    }
    assert!(wet.iter().filter(|w| **w).count() > 100);
}

#[test]
fn amenities_follow_the_norms() {
    let city = city(100_000, 1);
    let count = |kind: AmenityKind| city.amenities.iter().filter(|a| a.kind == kind).count();
    // 100,000 / 3,000, / 2,100, / 25,000, / 55,000
    assert_eq!(count(AmenityKind::PrimarySchool), 33);
    assert_eq!(count(AmenityKind::Gp), 48);
    assert_eq!(count(AmenityKind::SecondarySchool), 4);
    assert_eq!(count(AmenityKind::PolicePost), 2);
    assert!(count(AmenityKind::Station) >= 2 && count(AmenityKind::TramStop) >= 10);
}

#[test]
fn the_same_seed_gives_the_same_city_on_any_number_of_threads() {
    let in_pool = |threads: usize| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| city(15_000, 9))
    };
    let one = in_pool(1);
    assert!(one == in_pool(3));
    let other = city(15_000, 10);
    assert!(other.dwellings != one.dwellings && other.ground.cover != one.ground.cover);
}

#[test]
fn relabelling_groups_is_all_that_distinguishes_them() {
    // Over many seeds every group is as often as any other the largest of the city, and as often the largest in the old
    // centre: nothing ties a group to a character.
    let n_groups = 3;
    let config = CityConfig { residents: 20_000, origin_groups: n_groups, ..CityConfig::default() };
    let (mut largest, mut in_old) = (vec![0; n_groups], vec![0; n_groups]);
    let top = |share: &[f64]| (0..share.len()).fold(0, |best, g| if share[g] > share[best] { g } else { best });
    for seed in 0..120 {
        let draws = Draws::at_start(seed);
        let programme = Programme::new(&config);
        let plan = Plan::new(&config, programme.total_cells(), programme.cells[0], draws);
        let hood = |character, x: f64| partition::Hood {
            cells: vec![],
            character,
            residents: 10_000,
            district: 0,
            centre: [x, 700.0],
        };
        let hoods = [hood(Character::OldCentre, 500.0), hood(Character::NewEstate, 1500.0)];
        let m = marginals::marginals(&plan, &hoods, &config, draws);
        let at = |i: usize| m[i].origin_share.iter().map(|&s| f64::from(s)).collect::<Vec<_>>();
        let whole: Vec<f64> = at(0).iter().zip(at(1)).map(|(a, b)| a + b).collect();
        largest[top(&whole)] += 1;
        let lead: Vec<f64> = at(0).iter().zip(at(1)).map(|(a, b)| (a / b).ln()).collect();
        in_old[top(&lead)] += 1;
    }
    // Binomial(120, 1/3): mean 40, standard deviation 5.2; four of them.
    for n in largest.iter().chain(&in_old) {
        assert!((20..=60).contains(n), "{largest:?} {in_old:?}");
    }
}

#[test]
fn wrong_recipes_are_refused() {
    let config = CityConfig { residents: 999, ..CityConfig::default() };
    assert!(matches!(generate(&config, 1), Err(GenerateError::Invalid(p)) if p[0].field == "residents"));
}

#[test]
fn no_land_outside_neighbourhoods_is_lived_on() {
    let city = city(50_000, 2);
    let lived_on: BTreeSet<u32> = city.dwellings.iter().map(|d| d.cell).collect();
    assert!(lived_on.iter().all(|&c| city.neighbourhood_of_cell[c as usize] != NO_NEIGHBOURHOOD));
}

/// Names of real neighbourhoods, from whatever of the trial data is there.
fn real_names() -> BTreeSet<String> {
    let data = std::env::var_os("WATERBED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let mut files = vec![
        data.join("kwb2025_eight_cities/kwb2025_buurten_8_cities.csv"),
        data.join("rotterdam/cbs_buurten_2024_wgs84.geojson"),
        data.join("rotterdam/gemeente_gebieden_RD.geojson"),
        data.join("groningen_cbs/buurt2017_RD.geojson.gz"),
        data.join("groningen_cbs/wijk2017_RD.geojson.gz"),
    ];
    if let Ok(entries) = std::fs::read_dir(data.join("amsterdam_cbs")) {
        files.extend(entries.flatten().map(|e| e.path()));
    }
    let mut names = BTreeSet::new();
    for file in files {
        let Ok(bytes) = std::fs::read(&file) else { continue };
        let mut text = String::new();
        if file.extension().is_some_and(|e| e == "gz") {
            let read = std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text);
            read.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        } else {
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        // Every field of every table and every string of every JSON file: names are among them.
        names.extend(text.split([';', ',', '\n', '"', ':']).map(|field| field.trim().to_lowercase()));
    }
    names.remove("");
    names
}

#[test]
fn no_generated_name_is_that_of_a_real_neighbourhood() {
    let real = real_names();
    if real.is_empty() {
        eprintln!("skipped: no trial data (set WATERBED_DATA)");
        return;
    }
    assert!(real.contains("burgwallen-oude zijde") || real.contains("delfshaven"), "names are not read");
    let taken: Vec<String> = names::all_names().into_iter().filter(|n| real.contains(&n.to_lowercase())).collect();
    assert!(taken.is_empty(), "{taken:?}");
    assert!(!real.contains(&CityConfig::default().name.to_lowercase()));
}
