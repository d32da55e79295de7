//! Invents a city and draws it: `cargo run --release --example city_map -- RESIDENTS SEED OUT.png`.
#![expect(clippy::print_stderr, reason = "an example for the terminal")]

use waterbed::city::generate::{CityConfig, generate};
use waterbed::city::map::{ChoroplethOptions, MapOptions, choropleth_svg, city_svg, png};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().collect();
    let residents = args.get(1).map_or(Ok(100_000), |a| a.parse())?;
    let seed = args.get(2).map_or(Ok(1), |a| a.parse())?;
    let out = args.get(3).cloned().unwrap_or_else(|| "city.png".into());
    let start = std::time::Instant::now();
    let city = generate(&CityConfig { residents, ..CityConfig::default() }, seed)?;
    eprintln!("{:?} in {:.2} s, {} buildings", city.summary(), start.elapsed().as_secs_f64(), city.buildings.len());
    let svg = city_svg(&city, &MapOptions::default());
    std::fs::write(&out, png(&svg, 1500)?)?;
    eprintln!("{} KB of SVG, {:.2} s", svg.len() / 1024, start.elapsed().as_secs_f64());
    let values: Vec<Option<f64>> = city
        .neighbourhoods
        .iter()
        .enumerate()
        .map(|(i, n)| (i % 17 != 3).then(|| f64::from(n.marginals.mean_income_eur_y) / 1000.0))
        .collect();
    let options = ChoroplethOptions {
        title: "Income".into(),
        unit: "1,000 € per household and year".into(),
        ..ChoroplethOptions::default()
    };
    std::fs::write(out.replace(".png", "-income.png"), png(&choropleth_svg(&city, &values, &options)?, 1200)?)?;
    Ok(())
}
