use super::*;
use crate::city::City;
use crate::city::generate::{CityConfig, generate};

fn village() -> City {
    generate(&CityConfig { residents: 2_000, ..CityConfig::default() }, 2).unwrap()
}

#[test]
fn a_city_map_has_all_that_a_map_needs() {
    let city = village();
    let svg = city_svg(&city, &MapOptions::default());
    for part in ["<title", "<desc", "data:image/png;base64,", ">N</text>", "River dike", "Invented by Waterbed"] {
        assert!(svg.contains(part), "{part}");
    }
    for n in &city.neighbourhoods {
        assert!(svg.contains(&n.name), "{}", n.name);
    }
    let png = png(&svg, 800).unwrap();
    assert_eq!(&png[1..4], b"PNG");
    assert_eq!(u32::from_be_bytes(png[16..20].try_into().unwrap()), 800);
}

#[test]
fn a_missing_value_is_hatched_and_not_zero() {
    let city = village();
    let mut values: Vec<Option<f64>> = (0..city.neighbourhoods.len()).map(|i| Some(i as f64)).collect();
    values[0] = None;
    values[1] = Some(f64::NAN);
    let options = ChoroplethOptions { title: "Residents".into(), unit: "persons".into(), ..Default::default() };
    let svg = choropleth_svg(&city, &values, &options).unwrap();
    assert_eq!(svg.matches("fill=\"url(#missing)\" fill-rule").count(), 2);
    assert_eq!(svg.matches("fill-rule=\"evenodd\"><title>").count(), city.neighbourhoods.len());
    assert!(png(&svg, 600).is_ok());
}

#[test]
fn too_few_values_are_refused() {
    let city = village();
    let got = choropleth_svg(&city, &[], &ChoroplethOptions::default());
    assert_eq!(got, Err(MapError::Values { given: 0, expected: city.neighbourhoods.len() }));
}

#[test]
fn names_are_escaped() {
    let mut city = village();
    city.name = "A & <B>".into();
    let svg = city_svg(&city, &MapOptions::default());
    assert!(svg.contains("A &amp; &lt;B&gt;") && !svg.contains("<B>"));
}
